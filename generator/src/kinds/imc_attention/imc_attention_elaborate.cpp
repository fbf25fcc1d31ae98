// imc_attention as hardware: parameters of nacre_imc_attention, its registers, its windows.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "design/kind_hardware.hpp"
#include "imc_attention/imc_attention_spec.hpp"
#include "spec/neuron_parse.hpp"

namespace nacre {
namespace {

constexpr int kMostShift = 31;
constexpr int kShiftBits = 5;

int region_width_of(const ImcAttentionSpec& spec) {
  const int d = static_cast<int>(spec.width);
  return std::max({4, window_width(spec.window, d * spec.key.bits),
                   window_width(spec.window, d * spec.value.bits),
                   window_width(1, static_cast<int>(spec.window) * spec.score.bits)});
}

std::vector<LeafParameter> parameters_of(const ImcAttentionSpec& spec, Counters counters) {
  std::vector<LeafParameter> parameters;
  const auto add = [&parameters](const char* name, std::int64_t value, std::int64_t least,
                                 std::int64_t most, const char* doc) {
    parameters.push_back(int_parameter(name, value, least, most, doc));
  };
  const auto add_sign = [&parameters](const char* name, bool is_signed) {
    parameters.push_back(bit_parameter(name, is_signed, "1: two's complement"));
  };
  add("Width", spec.width, 1, 256, "components of a query, a key and a value");
  add("Window", spec.window, 1, 256, "tokens that the ring holds");
  add("InputBits", spec.input_bits, 1, 32, "bits of a value of the input");
  add_sign("InputSigned", spec.input_signed);
  add("QueryBits", spec.query.bits, 1, 8, "bits of a component");
  add_sign("QuerySigned", spec.query.is_signed);
  add("KeyBits", spec.key.bits, 1, 8, "bits of a component");
  add_sign("KeySigned", spec.key.is_signed);
  add("ValueBits", spec.value.bits, 1, 8, "bits of a component");
  add_sign("ValueSigned", spec.value.is_signed);
  add("ScoreBits", spec.score.bits, 1, 8, "bits of an attention word");
  parameters.push_back(word_parameter("ScoreBias", spec.score_bias, "after reset"));
  add("ScoreShift", spec.score_shift, 0, kMostShift, "after reset");
  add("OutputShift", spec.output_shift, 0, kMostShift, "after reset");
  add("OutputBits", spec.output.bits, 1, 16, "bits of an output");
  add_sign("OutputSigned", spec.output.is_signed);
  add("DigitBits", spec.digit_bits, 1, 4, "input bits per cycle");
  add("Tokens", spec.tokens, 0, 65536, "of a sample; 0: each is a frame");
  add("Counters", static_cast<int>(counters), 0, 2, kCountersDoc);
  return parameters;
}

Register config_register(std::string name, std::int64_t offset, int bits, bool is_signed,
                         std::int64_t reset, ValueRange range, std::string doc) {
  return {.name = std::move(name),
          .offset = offset,
          .bits = bits,
          .is_signed = is_signed,
          .access = Access::ReadWrite,
          .role = Role::Config,
          .reset = reset,
          .doc = std::move(doc),
          .fields = {},
          .range = range};
}

std::vector<Register> registers_of(const ImcAttentionSpec& spec, Counters counters) {
  const Interval bias = attention_bias_range(spec);
  std::vector<Register> registers = {
      config_register("score_bias", 0, signed_width(bias.low, bias.high), true, spec.score_bias,
                      ValueRange{bias.low, bias.high}, "added to each score"),
      config_register("score_shift", 1, kShiftBits, false, spec.score_shift,
                      ValueRange{0, kMostShift}, "score plus bias is divided by 2^score_shift"),
      config_register("output_shift", 2, kShiftBits, false, spec.output_shift,
                      ValueRange{0, kMostShift}, "weighted sums are divided by 2^output_shift"),
      {.name = "ring",
       .offset = 3,
       .bits = 32,
       .is_signed = false,
       .access = Access::ReadOnly,
       .role = Role::State,
       .reset = 0,
       .doc = "slots of keys and values",
       .fields = {
           {.name = "filled", .offset = 0, .bits = 16, .is_signed = false, .doc = "filled slots"},
           {.name = "next",
            .offset = 16,
            .bits = 16,
            .is_signed = false,
            .doc = "slot of the next token of this sample"}}}};
  if (counters >= Counters::Basic) {
    registers.push_back(counter_register("tokens", 8, "complete frames that were worked on"));
    registers.push_back(counter_register("values_in", 9, "values taken, dropped ones too"));
  }
  if (counters >= Counters::Full) {
    registers.push_back(
        counter_register("stall_cycles", 12, "cycles in which a word waited at the output"));
  }
  return registers;
}

/// Rows of `count` numbers that the head holds.
MemoryWindow state_window(std::string name, std::int64_t offset, std::int64_t rows,
                          std::int64_t count, const AttentionField& field, std::string element,
                          std::string doc) {
  return {.name = name,
          .offset = offset,
          .access = Access::ReadOnly,
          .role = Role::State,
          .rows = rows,
          .row_bits = static_cast<int>(count) * field.bits,
          .pitch_bits = field.bits,
          .elements_per_row = count,
          .elements = rows * count,
          .fields = {{.name = std::move(name),
                      .offset = 0,
                      .bits = field.bits,
                      .is_signed = field.is_signed,
                      .doc = {}}},
          .image = {},
          .doc = std::move(doc),
          .element = std::move(element)};
}

/// Fitted on the leaf alone (Yosys 0.23, osu018), counters left out: 2 x 2 ... 16 x 4 components by
/// slots and 8 x 8, digits of 1 and 2 bits.
LogicEstimate logic_of(const ImcAttentionSpec& spec, Counters counters) {
  constexpr double kHead = 1067, kFlipFlop = 5.4, kProduct = 14.3;
  const auto width_of = [](Interval range) { return signed_width(range.low, range.high); };
  const int score_width = width_of(attention_sum_range(spec.width, spec.query, spec.key));
  const int sum_width = width_of(attention_sum_range(spec.window, spec.score, spec.value));
  const int slot_bits = spec.key.bits + spec.value.bits;
  const std::int64_t cells = spec.width * spec.window;
  // Staged token and work row, ring, attention words, sums of both tiles.
  const std::int64_t flip_flops = spec.width * (2 * spec.query.bits + slot_bits) +
                                  cells * slot_bits + spec.window * spec.score.bits +
                                  spec.window * score_width + spec.width * sum_width;
  const std::int64_t products = cells * slot_bits * spec.digit_bits;
  return {.nand2 = kHead + kFlipFlop * static_cast<double>(flip_flops) +
                   kProduct * static_cast<double>(products) + counter_gates(counters, 2, 3),
          .what = fmt::format("{} x {} cells of keys and of values", spec.width, spec.window),
          .knob = "window"};
}

StageHardware elaborate_imc_attention(const Stage& stage, const Spec& design) {
  const auto& spec = params_of<ImcAttentionSpec>(stage);
  const int region_width = region_width_of(spec);
  const std::int64_t region = std::int64_t{1} << region_width;
  StageHardware hardware;
  hardware.module = "nacre_imc_attention";
  hardware.summary = fmt::format("one attention head, {} components, a window of {} token{}",
                                 spec.width, spec.window, spec.window == 1 ? "" : "s");
  hardware.parameters = parameters_of(spec, design.counters);
  hardware.registers = registers_of(spec, design.counters);
  hardware.windows = {
      state_window("keys", region, spec.window, spec.width, spec.key, "component",
                   "Keys, a slot per row; a slot that is not filled reads 0."),
      state_window("values", 2 * region, spec.window, spec.width, spec.value, "component",
                   "Values, a slot per row; a slot that is not filled reads 0."),
      state_window("scores", 3 * region, 1, spec.window, spec.score, "slot",
                   "Attention words of the token worked on last; 0 after a reset.")};
  hardware.logic = logic_of(spec, design.counters);
  hardware.config_address_width = region_width + 2;
  hardware.errors = {"frame_order", "frame_short", "too_many_tokens"};
  return hardware;
}

}  // namespace

const KindHardware& imc_attention_kind_hardware() {
  static const KindHardware kind{.name = "imc_attention", .elaborate = elaborate_imc_attention};
  return kind;
}

}  // namespace nacre
