#include "event_join/event_join_spec.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "diagnostics/nearest.hpp"
#include "spec/design_hash.hpp"
#include "spec/feature_map.hpp"
#include "spec/kind_spec.hpp"
#include "spec/neuron_parse.hpp"

namespace nacre {
namespace {

constexpr std::int64_t kMaxBufferWords = std::int64_t{1} << 20;
/// The smallest buffer that is built.
constexpr std::int64_t kMinBufferWords = 2;
constexpr int kMaxInputs = 16;

const schema::Object& fields() {
  using namespace schema;
  static const Object object{
      .title = "an event_join",
      .fields =
          {
              word("mode", {"concatenate", "add"})
                  .required()
                  .doc("the inputs' channels one behind the other, or over each other"),
              word("order", {"input", "address"})
                  .fallback("\"input\"")
                  .doc("of the events of a time step"),
              array("buffer_words",
                    integer("buffer_words", 0, kMaxBufferWords)
                        .refused_above("use at most 1,048,576 words per buffer"),
                    2, kMaxInputs)
                  .in("words")
                  .doc("depth of each input's buffer; 0, and without this key: as deep as needed"),
          },
      .exclusive = {},
      .derived = {}};
  return object;
}

std::string shape_text(const StreamShape& shape) {
  if (has_map(shape)) return map_text(shape.height, shape.width, shape.channels);
  return fmt::format("{} addresses without a map", with_commas(shape.addresses));
}

/// What would make two maps of different size fit, where that is a whole factor.
std::string factor_help(const Stage& stage, std::size_t input) {
  const StreamShape* small = &stage.shapes[0];
  const StreamShape* large = &stage.shapes[input];
  const std::string* name = &stage.inputs[0];
  if (!has_map(*small) || !has_map(*large)) return "join streams with maps, or streams without";
  if (small->height > large->height) {
    std::swap(small, large);
    name = &stage.inputs[input];
  }
  if (large->height % small->height == 0 && large->width % small->width == 0) {
    return fmt::format("an event_map that upsamples '{}' by [{}, {}] would fit", *name,
                       large->height / small->height, large->width / small->width);
  }
  return "choose padding and stride so that rows and columns agree";
}

/// False, and an error (N1350, N1351), when the inputs' shapes cannot be joined.
bool check_shapes(const Json& object, const Stage& stage, JoinMode mode, Diagnostics& diagnostics) {
  const StreamShape& first = stage.shapes.front();
  for (std::size_t input = 1; input < stage.shapes.size(); ++input) {
    const StreamShape& shape = stage.shapes[input];
    const bool same_map = shape.height == first.height && shape.width == first.width &&
                          has_map(shape) == has_map(first);
    const bool same_size = same_map && shape.addresses == first.addresses;
    if (mode == JoinMode::Add ? same_size : same_map) continue;
    const bool concatenate = mode == JoinMode::Concatenate;
    diagnostics.error(
        concatenate ? "N1350" : "N1351", object.find("inputs")->array()[input].location(),
        fmt::format("'{}' {} '{}', {}, and '{}', {}", stage.name,
                    concatenate ? "concatenates" : "adds", stage.inputs[0], shape_text(first),
                    stage.inputs[input], shape_text(shape)),
        same_map ? "the same number of channels fits; or set 'mode' to \"concatenate\""
                 : factor_help(stage, input));
    return false;
  }
  return true;
}

/// False, and an error (N1352), when an input of a join by address is not sorted.
bool check_ascending(const Json& object, const Stage& stage, Diagnostics& diagnostics) {
  for (std::size_t input = 0; input < stage.shapes.size(); ++input) {
    if (stage.shapes[input].ascending) continue;
    diagnostics.error(
        "N1352", object.find("inputs")->array()[input].location(),
        fmt::format("'{}' joins by address, but the events of '{}' come in any order", stage.name,
                    stage.inputs[input]),
        "a spiking stage with fire 'step' sends them in ascending order; else set 'order' to "
        "\"input\"");
    return false;
  }
  return true;
}

/// The depth that was asked for, or 0.
std::int64_t wanted_words(const Json* given, std::size_t input) {
  return given == nullptr ? 0 : given->array()[input].integer();
}

/// Sets the depth of each buffer; faults N0321, N1001, N1353, N1354.
void parse_buffers(const schema::Reader& reader, const Stage& stage, EventJoinSpec& params,
                   ParseContext& context) {
  const Json* given = reader.find("buffer_words");
  if (given != nullptr && given->array().size() != params.inputs.size()) {
    context.diagnostics.error("N1353", given->location(),
                              fmt::format("'buffer_words' has {} elements, but '{}' has {} inputs",
                                          given->array().size(), stage.name, params.inputs.size()),
                              "give one number per input; 0 stands for the depth that is needed");
    return;
  }
  for (std::size_t input = 0; input < params.inputs.size(); ++input) {
    const std::optional<std::int64_t> least = join_buffer(stage, params.order, input, context);
    if (!least) continue;
    const std::int64_t needed = *least == 0 ? 0 : std::max(*least, kMinBufferWords);
    if (needed > kMaxBufferWords) {
      context.diagnostics.error(
          "N1001", stage.location,
          fmt::format("'{}' needs a buffer of {} words for '{}', which sends up to {} events in a "
                      "time step; at most {} words are built",
                      stage.name, with_commas(needed), stage.inputs[input],
                      with_commas(stage.shapes[input].step_events), with_commas(kMaxBufferWords)),
          fmt::format("a stage with fire 'step' between the fork and '{}' needs no buffer{}",
                      stage.name, params.order == JoinOrder::Input ? ", nor does input 0" : ""));
      continue;
    }
    const std::int64_t wanted = wanted_words(given, input);
    if (wanted > 0 && wanted < std::max(needed, kMinBufferWords)) {
      context.diagnostics.error(
          "N1354", given->array()[input].location(),
          needed > 0
              ? fmt::format("a buffer of {} words for '{}' could block the design: {} are needed, "
                            "since it sends up to {} events in a time step",
                            wanted, stage.inputs[input], with_commas(needed),
                            with_commas(stage.shapes[input].step_events))
              : fmt::format("a buffer of {} word cannot be built, at least {}", wanted,
                            kMinBufferWords),
          needed > 0 ? std::string("write 0 for the depth that is needed")
                     : "write 0 for no buffer");
      continue;
    }
    params.inputs[input].buffer_words = std::max(needed, wanted);
  }
}

void set_output(const EventJoinSpec& params, Stage& stage) {
  const StreamShape& first = stage.shapes.front();
  StreamShape& output = stage.output;
  output =
      StreamShape{.values = false, .ascending = params.order == JoinOrder::Address, .late = true};
  std::int64_t channels = 0;
  bool is_bounded = true;
  for (std::size_t input = 0; input < stage.shapes.size(); ++input) {
    const StreamShape& shape = stage.shapes[input];
    channels += params.inputs[input].channels;
    output.negative_events = output.negative_events || shape.negative_events;
    output.late = output.late && shape.late;
    output.step_events = bounded_step_events(output.step_events + shape.step_events);
    is_bounded = is_bounded && shape.step_events > 0;
  }
  if (!is_bounded) output.step_events = 0;
  if (params.mode == JoinMode::Add) channels = params.inputs.front().channels;
  output.addresses = params.positions * channels;
  if (has_map(first)) set_map(output, first.height, first.width, channels);
}

void parse(const Json& object, ParseContext& context, Stage& stage) {
  const schema::Reader reader(fields(), object);
  const auto params = std::make_shared<EventJoinSpec>();
  stage.params = params;
  params->mode = reader.word<JoinMode>("mode");
  params->order = reader.word<JoinOrder>("order");
  stage.output.addresses = 0;  // until the shapes are known to fit
  if (!check_shapes(object, stage, params->mode, context.diagnostics)) return;
  const StreamShape& first = stage.shapes.front();
  if (has_map(first)) params->positions = first.height * first.width;
  for (const StreamShape& shape : stage.shapes) {
    params->inputs.push_back(JoinInput{.channels = shape.addresses / params->positions});
  }
  if (params->order == JoinOrder::Address && !check_ascending(object, stage, context.diagnostics)) {
    return;
  }
  parse_buffers(reader, stage, *params, context);
  set_output(*params, stage);
  if (!check_addresses(stage, "join fewer channels", context.diagnostics)) return;
  context.hash.add("mode", static_cast<int>(params->mode));
  context.hash.add("order", static_cast<int>(params->order));
  context.hash.add("positions", params->positions);
  for (const JoinInput& input : params->inputs) {
    context.hash.add("channels", input.channels);
    context.hash.add("buffer_words", input.buffer_words);
  }
}

StageFigures figures(const Stage& stage) {
  const auto& params = params_of<EventJoinSpec>(stage);
  std::int64_t addresses = 1;
  for (const StreamShape& shape : stage.shapes) addresses = std::max(addresses, shape.addresses);
  // {kind[1:0], negative, address} of docs/streams.md, as wide as the widest input's.
  const std::int64_t word_bits = 3 + std::max(unsigned_width(addresses - 1), 1);
  StageFigures result;
  for (const JoinInput& input : params.inputs) result.ram_bits += input.buffer_words * word_bits;
  result.cycles_per_event = 1;
  return result;
}

}  // namespace

const KindSpec& event_join_kind_spec() {
  static const KindSpec kind{.name = "event_join",
                             .summary = "branches of a network become one stream",
                             .schema = fields,
                             .parse = parse,
                             .takes_values = false,
                             .min_inputs = 2,
                             .max_inputs = kMaxInputs,
                             .decides = false,
                             .figures = figures};
  return kind;
}

}  // namespace nacre
