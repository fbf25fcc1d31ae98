// spike_readout as hardware: parameters of nacre_spike_readout and its window.

#include <algorithm>

#include <fmt/format.h>

#include "design/kind_hardware.hpp"
#include "diagnostics/nearest.hpp"
#include "spike_readout/spike_readout_spec.hpp"

namespace nacre {
namespace {

std::vector<Register> registers_of(const SpikeReadoutSpec& spec, Counters counters) {
  const int winner_bits = address_width(spec.classes);
  std::vector<Register> registers;
  if (spec.rule != DecisionRule::Count) {
    registers.push_back(
        {.name = "target",
         .offset = 0,
         .bits = 32,
         .is_signed = false,
         .access = Access::ReadWrite,
         .role = Role::Config,
         .reset = spec.target,
         .doc = spec.rule == DecisionRule::Lead ? "lead that decides" : "count that decides",
         .fields = {},
         .range = ValueRange{0, (std::int64_t{1} << spec.counter_bits) - 1}});
  }
  registers.push_back(
      {.name = "decision",
       .offset = 1,
       .bits = 32,
       .is_signed = false,
       .access = Access::ReadOnly,
       .role = Role::State,
       .reset = 0,
       .doc = "decision of the sample",
       .fields = {
           {.name = "winner", .offset = 0, .bits = winner_bits, .is_signed = false, .doc = "class"},
           {.name = "decided",
            .offset = 31,
            .bits = 1,
            .is_signed = false,
            .doc = "the sample is decided"}}});
  if (counters >= Counters::Basic) {
    registers.push_back(counter_register("events_in", 8, "input events"));
    registers.push_back(counter_register("steps", 9, "time steps"));
    registers.push_back(
        counter_register("early_decisions", 10, "samples decided before their end"));
  }
  return registers;
}

/// The numbers of nacre_spike_readout's parameter Rule.
int rule_number(DecisionRule rule) {
  switch (rule) {
    case DecisionRule::Count:
      return 0;
    case DecisionRule::FirstToK:
      return 1;
    case DecisionRule::Lead:
      return 2;
  }
  return 0;
}

std::vector<LeafParameter> parameters_of(const SpikeReadoutSpec& spec, Counters counters) {
  std::vector<LeafParameter> parameters = {
      int_parameter("NumClasses", spec.classes, spec.rule == DecisionRule::Lead ? 2 : 1, 1 << 24,
                    "classes"),
      int_parameter("Rule", rule_number(spec.rule), 0, 2, "0: count, 1: first to k, 2: lead"),
      int_parameter("CounterBits", spec.counter_bits, 2, 32, "bits of a class's count"),
      bit_parameter("ReportCounts", spec.report_counts, "1: counts are sent with the decision")};
  if (spec.rule != DecisionRule::Count) {
    parameters.push_back(word_parameter("Target", spec.target, "count or lead that decides"));
  }
  parameters.push_back(int_parameter("Counters", static_cast<int>(counters), 0, 2, kCountersDoc));
  return parameters;
}

LogicEstimate logic_of(const SpikeReadoutSpec& spec, Counters counters) {
  constexpr double kStage = 900, kCountBit = 10;
  constexpr int kCounters = 3;
  return {.nand2 = kStage + kCountBit * static_cast<double>(spec.classes) * spec.counter_bits +
                   counter_gates(counters, kCounters, kCounters),
          .what = fmt::format("{} classes", with_commas(spec.classes)),
          .knob = "neurons"};
}

StageHardware elaborate_spike_readout(const Stage& stage, const Spec& design) {
  const auto& spec = params_of<SpikeReadoutSpec>(stage);
  const int region_width = std::max(4, window_width(spec.classes, spec.counter_bits));
  StageHardware hardware;
  hardware.module = "nacre_spike_readout";
  hardware.summary = fmt::format("counts spikes of {} classes and decides", spec.classes);
  hardware.parameters = parameters_of(spec, design.counters);
  hardware.logic = logic_of(spec, design.counters);
  hardware.config_address_width = region_width + 1;
  hardware.registers = registers_of(spec, design.counters);
  hardware.windows.push_back({.name = "count",
                              .offset = std::int64_t{1} << region_width,
                              .access = Access::ReadOnly,
                              .role = Role::State,
                              .rows = spec.classes,
                              .row_bits = spec.counter_bits,
                              .pitch_bits = spec.counter_bits,
                              .elements_per_row = 1,
                              .elements = spec.classes,
                              .fields = {{.name = "count",
                                          .offset = 0,
                                          .bits = spec.counter_bits,
                                          .is_signed = true,
                                          .doc = "positive minus negative spikes"}},
                              .image = {},
                              .doc = "Spikes of each class in this sample.",
                              .element = "class"});
  hardware.gives_verdict = true;
  return hardware;
}

}  // namespace

const KindHardware& spike_readout_kind_hardware() {
  static const KindHardware kind{.name = "spike_readout", .elaborate = elaborate_spike_readout};
  return kind;
}

}  // namespace nacre
