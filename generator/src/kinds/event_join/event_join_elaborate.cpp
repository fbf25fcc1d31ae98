// event_join as hardware: parameters of nacre_event_join and its window; the buffers in front of it
// are placed by the top.

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "design/divider_estimate.hpp"
#include "design/kind_hardware.hpp"
#include "event_join/event_join_spec.hpp"

namespace nacre {
namespace {

/// Registers only: 32 of them.
constexpr int kConfigAddressWidth = 5;
constexpr int kFirstMostWords = 16;

/// Fitted on the leaf alone (Yosys 0.23, osu018), counters left out: 2 ... 8 inputs, 100 ... 12,000
/// output addresses; every shape measured is within a quarter.
LogicEstimate logic_of(const EventJoinSpec& spec, std::int64_t out_channels, int out_bits,
                       Counters counters) {
  // An input's share is the register that tells its buffer's most words, for the larger part.
  constexpr double kStage = 68, kInput = 91, kAddressBit = 12, kChoiceBit = 0.7;
  constexpr double kMatchBit = 6, kShiftBit = 7;
  constexpr int kCounters = 1;
  const auto num_inputs = static_cast<double>(spec.inputs.size());
  double gates = kStage + kInput * num_inputs + kAddressBit * out_bits;
  gates += spec.order == JoinOrder::Input ? kChoiceBit * num_inputs * out_bits
                                          : kMatchBit * (num_inputs - 1) * out_bits;
  for (const JoinInput& input : spec.inputs) {
    const bool moves = input.channels != out_channels && spec.positions > 1;
    if (!moves || std::has_single_bit(static_cast<std::uint64_t>(input.channels))) continue;
    gates += divider_gates(address_width(spec.positions * input.channels), input.channels) +
             kShiftBit * out_bits;
  }
  return {.nand2 = gates + counter_gates(counters, kCounters, kCounters)};
}

StageHardware elaborate_event_join(const Stage& stage, const Spec& design) {
  constexpr std::int64_t kMostAddresses = std::int64_t{1} << 24;
  constexpr int kMostInputs = 16;
  const auto& spec = params_of<EventJoinSpec>(stage);
  const auto num_inputs = static_cast<std::int64_t>(spec.inputs.size());
  std::vector<std::uint32_t> channels, first_channels;
  std::int64_t in_addresses = 1;
  std::int64_t next = 0;
  for (const JoinInput& input : spec.inputs) {
    channels.push_back(static_cast<std::uint32_t>(input.channels));
    first_channels.push_back(static_cast<std::uint32_t>(next));
    if (spec.mode == JoinMode::Concatenate) next += input.channels;
    in_addresses = std::max(in_addresses, spec.positions * input.channels);
  }
  const std::int64_t out_channels =
      spec.mode == JoinMode::Concatenate ? next : spec.inputs.front().channels;
  StageHardware hardware;
  hardware.module = "nacre_event_join";
  hardware.summary = fmt::format(
      "{} of {} streams, {}", spec.mode == JoinMode::Concatenate ? "concatenation" : "sum",
      num_inputs, spec.order == JoinOrder::Input ? "one after the other" : "by address");
  hardware.parameters = {
      int_parameter("NumInputs", num_inputs, 2, kMostInputs, "input streams"),
      int_parameter("InAddresses", in_addresses, 1, kMostAddresses,
                    "addresses of the widest input stream"),
      int_parameter("OutAddresses", stage.output.addresses, 1, kMostAddresses,
                    "addresses of the output stream"),
      int_parameter("Order", spec.order == JoinOrder::Address ? 1 : 0, 0, 1,
                    "0: by input number, 1: by address"),
      int_parameter("Channels", out_channels, 1, kMostAddresses, "channels at the output"),
      table_parameter("InChannels", channels, 32, "channels of each input"),
      table_parameter("FirstChannel", first_channels, 32,
                      "first channel of each input at the output"),
      int_parameter("Counters", static_cast<int>(design.counters), 0, 2, kCountersDoc)};
  hardware.config_address_width = kConfigAddressWidth;
  if (design.counters >= Counters::Basic) {
    hardware.registers.push_back(counter_register("events", 8, "events"));
  }
  for (std::size_t i = 0; i < spec.inputs.size(); ++i) {
    hardware.input_buffers.push_back(spec.inputs[i].buffer_words);
    if (design.counters == Counters::None || spec.inputs[i].buffer_words == 0) continue;
    hardware.registers.push_back(counter_register(
        fmt::format("most_words_{}", i), kFirstMostWords + static_cast<std::int64_t>(i),
        fmt::format("most words held by the buffer of input {}", i)));
  }
  hardware.logic =
      logic_of(spec, out_channels, address_width(stage.output.addresses), design.counters);
  return hardware;
}

}  // namespace

const KindHardware& event_join_kind_hardware() {
  static const KindHardware kind{.name = "event_join", .elaborate = elaborate_event_join};
  return kind;
}

}  // namespace nacre
