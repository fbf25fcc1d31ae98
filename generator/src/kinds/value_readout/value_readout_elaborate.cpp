// value_readout as hardware: parameters of nacre_value_readout and its window.

#include <fmt/format.h>

#include "design/kind_hardware.hpp"
#include "value_readout/value_readout_spec.hpp"

namespace nacre {
namespace {

/// Registers only: 16 of them.
constexpr int kConfigAddressWidth = 4;

std::vector<Register> registers_of(const Stage& stage, Counters counters) {
  std::vector<Register> registers = {{.name = "decision",
                                      .offset = 0,
                                      .bits = 32,
                                      .is_signed = false,
                                      .access = Access::ReadOnly,
                                      .role = Role::State,
                                      .reset = 0,
                                      .doc = "decision of the last frame",
                                      .fields = {{.name = "winner",
                                                  .offset = 0,
                                                  .bits = address_width(stage.input.addresses),
                                                  .is_signed = false,
                                                  .doc = "class"},
                                                 {.name = "decided",
                                                  .offset = 31,
                                                  .bits = 1,
                                                  .is_signed = false,
                                                  .doc = "the frame is closed and had a value"}}},
                                     {.name = "largest",
                                      .offset = 1,
                                      .bits = 32,
                                      .is_signed = stage.input.payload_signed,
                                      .access = Access::ReadOnly,
                                      .role = Role::State,
                                      .reset = 0,
                                      .doc = "value of the decided class",
                                      .fields = {}}};
  if (counters >= Counters::Basic) {
    registers.push_back(counter_register("frames", 8, "frames with a decision"));
    registers.push_back(counter_register("values_in", 9, "input values"));
  }
  return registers;
}

/// Fitted on the leaf alone (Yosys 0.23, osu018): 2 ... 1,000 classes, 1 ... 20 bits.
LogicEstimate logic_of(const Stage& stage, Counters counters) {
  constexpr double kStage = 123, kAddressBit = 20.5, kPayloadBit = 11, kReportedBit = 10;
  constexpr int kCounters = 2;
  const auto& spec = params_of<ValueReadoutSpec>(stage);
  const double payload_bit = kPayloadBit + (spec.report_values ? kReportedBit : 0);
  return {.nand2 = kStage + kAddressBit * address_width(spec.classes) +
                   payload_bit * stage.input.payload_bits +
                   counter_gates(counters, kCounters, kCounters)};
}

StageHardware elaborate_value_readout(const Stage& stage, const Spec& design) {
  const auto& spec = params_of<ValueReadoutSpec>(stage);
  StageHardware hardware;
  hardware.module = "nacre_value_readout";
  hardware.summary = fmt::format("finds the largest of {} values", spec.classes);
  hardware.parameters = {
      int_parameter("NumClasses", spec.classes, 1, 1 << 24, "classes"),
      int_parameter("PayloadWidth", stage.input.payload_bits, 1, 32, "bits of a value"),
      bit_parameter("PayloadSigned", stage.input.payload_signed, "1: two's complement"),
      bit_parameter("Steps", spec.steps, "1: frames end with end_of_step"),
      bit_parameter("ReportValues", spec.report_values, "1: each value is sent on"),
      int_parameter("Counters", static_cast<int>(design.counters), 0, 2, kCountersDoc)};
  hardware.logic = logic_of(stage, design.counters);
  hardware.config_address_width = kConfigAddressWidth;
  hardware.registers = registers_of(stage, design.counters);
  return hardware;
}

}  // namespace

const KindHardware& value_readout_kind_hardware() {
  static const KindHardware kind{.name = "value_readout", .elaborate = elaborate_value_readout};
  return kind;
}

}  // namespace nacre
