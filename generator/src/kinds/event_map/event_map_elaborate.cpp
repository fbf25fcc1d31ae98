// event_map as hardware: the tables of nacre_event_map, its window, its memory.

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "design/divider_estimate.hpp"
#include "design/kind_hardware.hpp"
#include "event_map/event_map_spec.hpp"

namespace nacre {
namespace {

/// Registers only: 16 of them.
constexpr int kConfigAddressWidth = 4;

/// Where the block of a row (or column) begins, and how many rows it has.
struct Block {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

Block block_of(const EventMapSpec& spec, const MapAxis& axis, std::int64_t index) {
  switch (spec.operation) {
    case MapOperation::SumPool:
    case MapOperation::OrPool: {
      // Windows o with o * stride <= index + padding < o * stride + kernel.
      const std::int64_t place = index + axis.padding_before;
      const std::int64_t last = std::min(place / axis.stride, axis.outputs - 1);
      const std::int64_t before = place - axis.kernel;  // the last place that is too low
      const std::int64_t first = before < 0 ? 0 : before / axis.stride + 1;
      return {.first = first, .count = std::max<std::int64_t>(0, last - first + 1)};
    }
    case MapOperation::Upsample:
      return {.first = index * axis.factor, .count = axis.factor};
    case MapOperation::Flatten:
      return {.first = index, .count = 1};
  }
  NACRE_CHECK(false, "event_map: an operation without blocks");
}

/// What an output row, an output column and a channel add to an address.
struct Steps {
  std::int64_t row = 0;
  std::int64_t column = 0;
  std::int64_t channel = 1;
};

Steps steps_of(const EventMapSpec& spec) {
  if (spec.operation == MapOperation::Flatten && spec.order == FlattenOrder::Chw) {
    return {.row = spec.columns.outputs,
            .column = 1,
            .channel = spec.rows.outputs * spec.columns.outputs};
  }
  return {.row = spec.columns.outputs * spec.channels, .column = spec.channels, .channel = 1};
}

bool keeps_addresses(const EventMapSpec& spec) {
  return spec.operation == MapOperation::Flatten && spec.order == FlattenOrder::Hwc;
}

/// Tables of nacre_event_map for rows or columns, appended to `parameters`.
void add_tables(const EventMapSpec& spec, const MapAxis& axis, std::int64_t step,
                const std::string& name, std::vector<LeafParameter>& parameters) {
  std::vector<std::uint32_t> offsets, counts;
  for (std::int64_t index = 0; index < axis.inputs; ++index) {
    const Block block = block_of(spec, axis, index);
    // An empty block begins nowhere.
    offsets.push_back(block.count == 0 ? 0 : static_cast<std::uint32_t>(block.first * step));
    counts.push_back(static_cast<std::uint32_t>(block.count));
  }
  parameters.push_back(table_parameter(name + "Offset", offsets, 24,
                                       "where its block begins, as a part of the address"));
  parameters.push_back(table_parameter(name + "Count", counts, 16, "how many it is sent to"));
}

std::string summary_of(const EventMapSpec& spec) {
  const auto pair = [](std::int64_t y, std::int64_t x) { return fmt::format("{} x {}", y, x); };
  const std::string map = pair(spec.rows.inputs, spec.columns.inputs);
  switch (spec.operation) {
    case MapOperation::SumPool:
    case MapOperation::OrPool:
      return fmt::format("{} pooling of a {} map, {} windows every {}",
                         spec.operation == MapOperation::SumPool ? "sum" : "OR", map,
                         pair(spec.rows.kernel, spec.columns.kernel),
                         pair(spec.rows.stride, spec.columns.stride));
    case MapOperation::Upsample:
      return fmt::format("repeats each event of a {} map {} times", map,
                         pair(spec.rows.factor, spec.columns.factor));
    case MapOperation::Flatten:
      return fmt::format("renumbers the events of a {} map", map);
  }
  NACRE_CHECK(false, "event_map: an operation without a summary");
}

/// The leaf's memory of what was sent: about as many rows as a row has bits.
struct Seen {
  int width = 2;
  std::int64_t rows = 1;
};

Seen seen_of(const Stage& stage) {
  const std::int64_t bits = stage.output.addresses * (stage.input.negative_events ? 2 : 1);
  Seen seen{.width = 1 << ((address_width(bits) + 1) / 2)};
  seen.rows = (bits + seen.width - 1) / seen.width;
  return seen;
}

/// Most rows (columns) that an event has.
std::int64_t most_of(const EventMapSpec& spec, const MapAxis& axis) {
  std::int64_t most = 1;
  for (std::int64_t index = 0; index < axis.inputs; ++index) {
    most = std::max(most, block_of(spec, axis, index).count);
  }
  return most;
}

/// `spec` as the leaf sees it. Fitted on the leaf alone (Yosys 0.23, osu018), counters and memory
/// left out: 1 ... 65,536 output addresses, maps up to 64 x 64, windows up to 11 x 11; every shape
/// measured is within a quarter.
LogicEstimate logic_of(const EventMapSpec& spec, const Steps& steps, const Stage& stage, bool once,
                       const Seen& seen, Counters counters) {
  constexpr double kStage = 145, kAddressBit = 27.5, kCountBit = 12, kEntry = 5;
  constexpr double kSeenRow = 17, kSeenColumn = 10;
  constexpr int kCounters = 2;
  const auto is_power = [](std::int64_t n) {
    return std::has_single_bit(static_cast<std::uint64_t>(n));
  };
  const std::int64_t positions = spec.rows.inputs * spec.columns.inputs;
  double gates = kStage + kAddressBit * address_width(stage.output.addresses);
  // Flip-flops of the counters: rows left, columns left, columns; the first bit is in the stage's.
  gates += kCountBit * (address_width(most_of(spec, spec.rows) + 1) - 1 +
                        2 * (address_width(most_of(spec, spec.columns) + 1) - 1));
  // A table whose entries are multiples of a power of two is wires.
  if (!is_power(steps.row)) gates += kEntry * static_cast<double>(spec.rows.inputs);
  if (!is_power(steps.column)) gates += kEntry * static_cast<double>(spec.columns.inputs);
  if (positions > 1) gates += divider_gates(address_width(stage.input.addresses), spec.channels);
  if (spec.rows.inputs > 1) gates += divider_gates(address_width(positions), spec.columns.inputs);
  if (once) gates += kSeenRow * static_cast<double>(seen.rows) + kSeenColumn * seen.width;
  return {.nand2 = gates + counter_gates(counters, kCounters, kCounters),
          .what = once ? fmt::format("{} rows of addresses sent", seen.rows) : std::string()};
}

StageHardware elaborate_event_map(const Stage& stage, const Spec& design) {
  constexpr std::int64_t kMostAddresses = std::int64_t{1} << 24;
  EventMapSpec spec = params_of<EventMapSpec>(stage);
  const std::string summary = summary_of(spec);
  if (keeps_addresses(spec)) {
    // One position with many channels: the leaf need not divide.
    spec.channels = stage.input.addresses;
    spec.rows = spec.columns = MapAxis{};
  }
  const Steps steps = steps_of(spec);
  const bool once = spec.operation == MapOperation::OrPool;
  const Seen seen = seen_of(stage);
  StageHardware hardware;
  hardware.module = "nacre_event_map";
  hardware.summary = summary;
  hardware.parameters = {
      int_parameter("Height", spec.rows.inputs, 1, kMostAddresses, "rows of the input map"),
      int_parameter("Columns", spec.columns.inputs, 1, kMostAddresses, "columns of the input map"),
      int_parameter("Channels", spec.channels, 1, kMostAddresses, "channels of the input map"),
      int_parameter("OutAddresses", stage.output.addresses, 1, kMostAddresses,
                    "addresses of the output stream")};
  add_tables(spec, spec.rows, steps.row, "Row", hardware.parameters);
  add_tables(spec, spec.columns, steps.column, "Column", hardware.parameters);
  const LeafParameter others[] = {
      int_parameter("ChannelStep", steps.channel, 1, kMostAddresses, "what a channel adds"),
      int_parameter("ColumnStep", steps.column, 1, kMostAddresses, "what an output column adds"),
      int_parameter("RowStep", steps.row, 1, kMostAddresses, "what an output row adds"),
      int_parameter("Once", once ? 1 : 0, 0, 1, "1: each address once in a time step"),
      int_parameter("Negative", stage.input.negative_events ? 1 : 0, 0, 1,
                    "1: events may be negative"),
      int_parameter("Counters", static_cast<int>(design.counters), 0, 2, kCountersDoc)};
  hardware.parameters.insert(hardware.parameters.end(), std::begin(others), std::end(others));
  hardware.config_address_width = kConfigAddressWidth;
  if (design.counters >= Counters::Basic) {
    hardware.registers = {counter_register("events_in", 8, "input events"),
                          counter_register("events_out", 9, "events sent")};
  }
  hardware.memories = {
      {.prefix = "seen",
       .ports = MemoryPorts::ReadAndWrite,
       .technology = once ? LeafMemory::Technology::Ram : LeafMemory::Technology::None,
       .width = seen.width,
       .depth = seen.rows,
       .doc = "addresses that were sent in this time step"}};
  hardware.logic = logic_of(spec, steps, stage, once, seen, design.counters);
  return hardware;
}

}  // namespace

const KindHardware& event_map_kind_hardware() {
  static const KindHardware kind{.name = "event_map", .elaborate = elaborate_event_map};
  return kind;
}

}  // namespace nacre
