#include "imc_attention/imc_attention_spec.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "diagnostics/nearest.hpp"
#include "spec/design_hash.hpp"
#include "spec/kind_spec.hpp"
#include "spec/neuron_parse.hpp"

namespace nacre {
namespace {

constexpr std::int64_t kMostSide = 256;  ///< of `width` and `window`
constexpr std::int64_t kMostTokens = 65536;
constexpr int kMostShift = 31;

schema::Object field_object(std::string title, int bits, bool is_signed) {
  using namespace schema;
  return {.title = std::move(title),
          .fields = {integer("bits", 1, 8)
                         .fallback(fmt::format("{}", bits))
                         .in("bits")
                         .doc("of a component; inputs beyond its range are cut to it"),
                     boolean("signed")
                         .fallback(is_signed ? "true" : "false")
                         .doc("two's complement, else natural binary")},
          .exclusive = {},
          .derived = {}};
}

const schema::Object& query_fields() {
  static const schema::Object object = field_object("query", 4, false);
  return object;
}

const schema::Object& key_fields() {
  static const schema::Object object = field_object("key", 3, true);
  return object;
}

const schema::Object& value_fields() {
  static const schema::Object object = field_object("value", 3, true);
  return object;
}

const schema::Object& score_fields() {
  using namespace schema;
  static const Object object{
      .title = "score",
      .fields = {integer("bits", 1, 8).fallback("4").in("bits").doc("of an attention word"),
                 integer("bias", std::int64_t{-1} << 31, (std::int64_t{1} << 31) - 1)
                     .fallback("0")
                     .doc("added to each score; a signed number of W_S + 1 bits"),
                 integer("shift", 0, kMostShift)
                     .required()
                     .in("bits")
                     .doc("divides score plus bias by 2^shift")},
      .exclusive = {},
      .derived = {"signed"}};
  return object;
}

const schema::Object& output_fields() {
  using namespace schema;
  static const Object object{
      .title = "output",
      .fields = {integer("bits", 1, 16).fallback("5").in("bits").doc("of an output value"),
                 boolean("signed").fallback("true").doc("output values are signed"),
                 integer("shift", 0, kMostShift)
                     .required()
                     .in("bits")
                     .doc("divides the weighted sum of values by 2^shift")},
      .exclusive = {},
      .derived = {}};
  return object;
}

const schema::Object& fields() {
  using namespace schema;
  static const Object object{
      .title = "an imc_attention",
      .fields =
          {
              integer("width", 1, kMostSide)
                  .required()
                  .doc("d, components of a query, a key and a value")
                  .refused_above("use several heads: at most 256 components each"),
              integer("window", 1, kMostSide)
                  .required()
                  .in("tokens")
                  .doc("W, tokens that a token sees, itself included")
                  .refused_above("use a shorter window: at most 256 tokens"),
              schema::object("query", query_fields()).doc("values 0 ... d-1 of a token"),
              schema::object("key", key_fields()).doc("values d ... 2d-1 of a token"),
              schema::object("value", value_fields()).doc("values 2d ... 3d-1 of a token"),
              schema::object("score", score_fields())
                  .required()
                  .doc("from scores to attention words"),
              schema::object("output", output_fields()).required().doc("what is sent"),
              integer("input_bits_per_cycle", 1, 4)
                  .fallback("1")
                  .power_of_two()
                  .in("bits")
                  .doc("digit: bits of a query, and of an attention word, that drive a word line "
                       "in a cycle"),
              integer("tokens", 1, kMostTokens)
                  .doc("T: a sample of T tokens is one output frame of T x d values; without it "
                       "each token is a frame of d values"),
          },
      .exclusive = {},
      .derived = {}};
  return object;
}

const Json& empty_object() {
  static const Json kEmpty = [] {
    Json empty;
    empty.value = Json::Object{};
    return empty;
  }();
  return kEmpty;
}

AttentionField parse_field(const schema::Reader& stage, std::string_view key,
                           const schema::Object& table) {
  const Json* found = stage.find(key);
  const schema::Reader reader(table, found != nullptr ? *found : empty_object());
  return {.bits = static_cast<int>(reader.integer("bits")), .is_signed = reader.boolean("signed")};
}

void check_input(const ImcAttentionSpec& params, const Stage& stage, Diagnostics& diagnostics) {
  const StreamShape& input = stage.input;
  if (!input.steps) {
    diagnostics.error("N1260", stage.location,
                      fmt::format("imc_attention '{}' takes one frame per token, each closed by "
                                  "end_of_step, but '{}' sends values without steps",
                                  stage.name, stage.inputs.front()),
                      "set 'steps' of the design's 'input' to true");
  }
  if (input.addresses == 3 * params.width) return;
  diagnostics.error(
      "N1261", stage.location,
      fmt::format("a token of '{}' has 3 x {} = {} values (query, key, value), but '{}' sends {}",
                  stage.name, params.width, with_commas(3 * params.width), stage.inputs.front(),
                  with_commas(input.addresses)),
      input.addresses % 3 == 0 && input.addresses / 3 <= kMostSide
          ? fmt::format("set 'width' to {}", input.addresses / 3)
          : fmt::format("send {} values per token", with_commas(3 * params.width)));
}

void check_bias(const ImcAttentionSpec& params, const Location& location,
                Diagnostics& diagnostics) {
  const Interval legal = attention_bias_range(params);
  if (params.score_bias >= legal.low && params.score_bias <= legal.high) return;
  const Interval sums = attention_sum_range(params.width, params.query, params.key);
  diagnostics.error(
      "N1262", location,
      fmt::format("'bias' is {}, must be {} ... {}: scores reach from {} to {}",
                  with_commas(params.score_bias), with_commas(legal.low), with_commas(legal.high),
                  with_commas(sums.low), with_commas(sums.high)),
      fmt::format("{} is the nearest legal value",
                  std::clamp(params.score_bias, legal.low, legal.high)));
}

void hash_params(const ImcAttentionSpec& params, DesignHash& hash) {
  hash.add("width", params.width);
  hash.add("window", params.window);
  hash.add("query_bits", params.query.bits);
  hash.add("query_signed", params.query.is_signed);
  hash.add("key_bits", params.key.bits);
  hash.add("key_signed", params.key.is_signed);
  hash.add("value_bits", params.value.bits);
  hash.add("value_signed", params.value.is_signed);
  hash.add("score_bits", params.score.bits);
  hash.add("score_bias", params.score_bias);
  hash.add("score_shift", params.score_shift);
  hash.add("output_bits", params.output.bits);
  hash.add("output_signed", params.output.is_signed);
  hash.add("output_shift", params.output_shift);
  hash.add("digit_bits", params.digit_bits);
  hash.add("tokens", params.tokens);
}

void parse(const Json& object, ParseContext& context, Stage& stage) {
  const schema::Reader reader(fields(), object);
  const schema::Reader score(score_fields(), *reader.find("score"));
  const schema::Reader output(output_fields(), *reader.find("output"));
  const auto params = std::make_shared<ImcAttentionSpec>();
  params->width = reader.integer("width");
  params->window = reader.integer("window");
  params->input_bits = stage.input.payload_bits;
  params->input_signed = stage.input.payload_signed;
  params->query = parse_field(reader, "query", query_fields());
  params->key = parse_field(reader, "key", key_fields());
  params->value = parse_field(reader, "value", value_fields());
  params->score.bits = static_cast<int>(score.integer("bits"));
  params->score_bias = score.integer("bias");
  params->score_shift = static_cast<int>(score.integer("shift"));
  params->output.bits = static_cast<int>(output.integer("bits"));
  params->output.is_signed = output.boolean("signed");
  params->output_shift = static_cast<int>(output.integer("shift"));
  params->digit_bits = static_cast<int>(reader.integer("input_bits_per_cycle"));
  if (reader.has("tokens")) params->tokens = reader.integer("tokens");
  stage.params = params;
  const bool joins_tokens = params->tokens > 0;
  stage.output =
      StreamShape{.values = true,
                  .addresses = joins_tokens ? params->tokens * params->width : params->width,
                  .payload_bits = params->output.bits,
                  .payload_signed = params->output.is_signed,
                  .steps = !joins_tokens};
  check_input(*params, stage, context.diagnostics);
  check_bias(*params, score.location("bias"), context.diagnostics);
  hash_params(*params, context.hash);
}

StageFigures figures(const Stage& stage) {
  const auto& params = params_of<ImcAttentionSpec>(stage);
  const std::int64_t cells = params.width * params.window;
  StageFigures result;
  result.flipflop_bits = cells * (params.key.bits + params.value.bits);
  result.cycles_per_event = 1;
  result.synaptic_operations_per_cycle =
      cells / std::max(params.planes(params.query), params.planes(params.score));
  return result;
}

}  // namespace

Interval attention_sum_range(std::int64_t terms, const AttentionField& a, const AttentionField& b) {
  const Interval x = a.range();
  const Interval y = b.range();
  const auto [low, high] =
      std::minmax({x.low * y.low, x.low * y.high, x.high * y.low, x.high * y.high});
  return {.low = terms * std::min<std::int64_t>(low, 0),
          .high = terms * std::max<std::int64_t>(high, 0)};
}

Interval attention_bias_range(const ImcAttentionSpec& spec) {
  const Interval sums = attention_sum_range(spec.width, spec.query, spec.key);
  return number_range(signed_width(sums.low, sums.high) + 1, true);
}

const KindSpec& imc_attention_kind_spec() {
  static const KindSpec kind{.name = "imc_attention",
                             .summary = "one attention head on two tiles written while running",
                             .schema = fields,
                             .parse = parse,
                             .takes_values = true,
                             .takes_steps = true,
                             .decides = false,
                             .figures = figures};
  return kind;
}

}  // namespace nacre
