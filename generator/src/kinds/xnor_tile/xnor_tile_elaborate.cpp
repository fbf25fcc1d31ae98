// xnor_tile as hardware: parameters of nacre_xnor_tile, its windows, its images.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "design/kind_hardware.hpp"
#include "design/mtj_parameters.hpp"
#include "diagnostics/nearest.hpp"
#include "xnor_tile/xnor_tile_spec.hpp"

namespace nacre {
namespace {

constexpr int kRegisterBits = 4;  ///< window of the registers, as a power of two of words

/// Regions of the stage's window: upper two address bits.
enum class Region { Registers = 0, Cells = 1, Outputs = 2 };
constexpr int kRegionBits = 2;

int devices_of_row(const XnorTileSpec& spec) {
  return static_cast<int>(spec.row_bits) * spec.devices_per_bit();
}

/// {invert, threshold}; 0: no such memory.
int outputs_row_bits(const XnorTileSpec& spec) {
  return spec.output == XnorOutput::Bit ? spec.threshold_bits() + 1 : 0;
}

int region_width(const XnorTileSpec& spec) {
  const int cells = window_width(spec.tiles * spec.rows(), devices_of_row(spec));
  const int bits = outputs_row_bits(spec);
  return std::max({kRegisterBits, cells, bits > 0 ? window_width(spec.outputs, bits) : 0});
}

std::int64_t region_offset(const XnorTileSpec& spec, Region region) {
  return static_cast<std::int64_t>(region) << region_width(spec);
}

std::vector<LeafParameter> parameters_of(const XnorTileSpec& spec, Counters counters) {
  std::vector<LeafParameter> parameters = {
      int_parameter("NumInputs", spec.num_inputs, 1, 65536, "values of a frame"),
      int_parameter("NumOutputs", spec.outputs, 1, 65536, "neurons"),
      int_parameter("RowBits", spec.row_bits, 1, 1024, "columns of an array"),
      int_parameter("Tiles", spec.tiles, 1, 256, "arrays that are read at once"),
      bit_parameter("Parallel", spec.organisation == XnorOrganisation::Parallel,
                    "0: a row is of one neuron, 1: of one input"),
      bit_parameter("Full", spec.organisation == XnorOrganisation::Full,
                    "1: all weights are read at once"),
      int_parameter("DevicesPerBit", spec.devices_per_bit(), 1, 2, "2: complementary"),
      bit_parameter("Popcount", spec.output == XnorOutput::Popcount,
                    "1: popcounts are sent, 0: compared"),
      bit_parameter("Steps", spec.steps, "1: end_of_step closes a frame"),
      int_parameter("Precharge", spec.timing.precharge, 1, 16, "cycles of a read, after reset"),
      int_parameter("Evaluate", spec.timing.evaluate, 1, 16, "cycles of a read, after reset"),
      int_parameter("Level", spec.devices.level, 0, 2, "of the arrays' model"),
      word_parameter("Seed", spec.devices.seed, "device_seed after reset")};
  for (LeafParameter& parameter : mtj_read_parameters(spec.devices.tables)) {
    parameters.push_back(std::move(parameter));
  }
  parameters.push_back(int_parameter("Counters", static_cast<int>(counters), 0, 2, kCountersDoc));
  return parameters;
}

// ---------------------------------------------------------------------------------- Registers

Register setting(std::string name, std::int64_t offset, int bits, std::int64_t reset,
                 ValueRange range, std::string doc, std::vector<Field> fields = {}) {
  return {.name = std::move(name),
          .offset = offset,
          .bits = bits,
          .access = Access::ReadWrite,
          .role = Role::Config,
          .reset = reset,
          .doc = std::move(doc),
          .fields = std::move(fields),
          .range = range};
}

std::vector<Register> registers_of(const XnorTileSpec& spec, Counters counters) {
  constexpr std::int64_t kAnyWord = 0xffffffff;
  std::vector<Register> registers = {
      setting("timing", 0, 16, (spec.timing.evaluate << 8) | spec.timing.precharge,
              {0x0101, 0x1010}, "cycles of a read, each 1 ... 16",
              {{.name = "precharge", .offset = 0, .bits = 8, .doc = "of the bit lines"},
               {.name = "evaluate", .offset = 8, .bits = 8, .doc = "of the sense amplifiers"}}),
      setting("device_seed", 1, 32, spec.devices.seed, {0, kAnyWord},
              "of the devices; `cells` are loaded after it"),
      setting("time", 2, 32, 0, {0, kAnyWord}, "present time, in units of the retention rate")};
  if (counters >= Counters::Basic) {
    registers.push_back(counter_register("frames", 8, "complete frames"));
    registers.push_back(counter_register("reads", 9, "reads of all arrays at once"));
    registers.push_back(
        counter_register("metastable_bits", 10, "weights read in the metastable zone"));
  }
  if (counters >= Counters::Full) {
    registers.push_back(
        counter_register("stall_cycles", 11, "cycles in which a result waited to be sent"));
  }
  return registers;
}

// ------------------------------------------------------------------------------------ Windows

/// The bit at a place of an array; 0 where no weight is.
int bit_at(const XnorTileSpec& spec, std::int64_t tile, std::int64_t row, std::int64_t column) {
  std::int64_t input = row;
  std::int64_t neuron = tile * spec.row_bits + column;
  if (spec.organisation == XnorOrganisation::Full) {
    input = tile % spec.arrays_per_neuron() * spec.row_bits + column;
    neuron = tile / spec.arrays_per_neuron();
  } else if (spec.organisation == XnorOrganisation::RowSerial) {
    const std::int64_t fold = row % spec.folds();
    input = (fold * spec.tiles + tile) * spec.row_bits + column;
    neuron = row / spec.folds();
  }
  return input < spec.num_inputs && neuron < spec.outputs ? spec.weight(input, neuron) : 0;
}

MemoryWindow cells_window(const XnorTileSpec& spec) {
  const int devices = devices_of_row(spec);
  const std::int64_t rows = spec.tiles * spec.rows();
  MemoryWindow memory{
      .name = "cells",
      .offset = region_offset(spec, Region::Cells),
      .access = Access::WriteOnly,
      .role = Role::State,
      .rows = rows,
      .row_bits = devices,
      .pitch_bits = 1,
      .elements_per_row = devices,
      .elements = rows * devices,
      .fields = {{.name = "state", .offset = 0, .bits = 1, .doc = "of a device"}},
      .image = make_image(rows, devices, 1),
      .doc =
          "Back door: states of the devices, array after array. A row is stored with its last "
          "word. Loaded after each reset.",
      .element = "device"};
  const int per_bit = spec.devices_per_bit();
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < spec.row_bits; ++column) {
      const int bit = bit_at(spec, row / spec.rows(), row % spec.rows(), column);
      // Of two devices the first has the complement.
      const std::int64_t device = per_bit * column;
      if (per_bit == 2 && bit == 0) set_element(memory.image, row, device, 1, 1);
      if (bit == 1) set_element(memory.image, row, device + per_bit - 1, 1, 1);
    }
  }
  return memory;
}

MemoryWindow outputs_window(const XnorTileSpec& spec) {
  const int bits = outputs_row_bits(spec);
  const int threshold_bits = spec.threshold_bits();
  MemoryWindow memory{.name = "outputs",
                      .offset = region_offset(spec, Region::Outputs),
                      .access = Access::ReadWrite,
                      .role = Role::Config,
                      .rows = spec.outputs,
                      .row_bits = bits,
                      .pitch_bits = bits,
                      .elements_per_row = 1,
                      .elements = spec.outputs,
                      .fields = {{.name = "threshold",
                                  .offset = 0,
                                  .bits = threshold_bits,
                                  .doc = "the output is 1 from this popcount on"},
                                 {.name = "invert",
                                  .offset = threshold_bits,
                                  .bits = 1,
                                  .doc = "1: the output is inverted"}},
                      .image = make_image(spec.outputs, 1, bits),
                      .doc = "What each neuron's popcount is compared with, neuron 0 first.",
                      .element = "neuron"};
  for (std::int64_t n = 0; n < spec.outputs; ++n) {
    const auto neuron = static_cast<std::size_t>(n);
    const auto threshold = static_cast<std::uint32_t>(spec.thresholds[neuron]);
    const auto invert = static_cast<std::uint32_t>(spec.invert[neuron]);
    set_element(memory.image, n, 0, bits, threshold | (invert << threshold_bits));
  }
  return memory;
}

/// The memory is there without thresholds, too, unused.
LeafMemory outputs_memory(const XnorTileSpec& spec) {
  const int bits = outputs_row_bits(spec);
  return {.prefix = "outputs",
          .ports = MemoryPorts::ReadWrite,
          .technology = bits > 0 ? LeafMemory::Technology::Ram : LeafMemory::Technology::None,
          .width = std::max(bits, 1),
          .depth = spec.outputs,
          .doc = "threshold and inversion of each neuron"};
}

/// Without the arrays, which are macros. Fitted on layers of 24 inputs and 16 neurons, level 0.
LogicEstimate logic_of(const XnorTileSpec& spec, Counters counters) {
  constexpr double kStage = 1340, kInput = 17, kColumn = 8, kCounterBit = 11, kCellsWord = 135;
  constexpr int kBasicCounters = 3, kFullCounters = 4;
  const std::int64_t columns = spec.row_bits * spec.tiles;
  // The last word of a row is not kept.
  const int kept_words = (devices_of_row(spec) - 1) / 32;
  const double adders = spec.organisation == XnorOrganisation::Parallel
                            ? kCounterBit * static_cast<double>(spec.outputs) * spec.popcount_bits()
                            : kColumn * static_cast<double>(columns);
  return {.nand2 = kStage + kInput * static_cast<double>(spec.num_inputs) + adders +
                   kCellsWord * kept_words + counter_gates(counters, kBasicCounters, kFullCounters),
          .what = fmt::format("{} columns", with_commas(columns)),
          .knob = "row_bits"};
}

StageHardware elaborate_xnor_tile(const Stage& stage, const Spec& design) {
  const auto& spec = params_of<XnorTileSpec>(stage);
  StageHardware hardware;
  hardware.module = "nacre_xnor_tile";
  hardware.summary =
      fmt::format("{} neurons of {} inputs on {} array{} of {} rows with {} columns",
                  with_commas(spec.outputs), with_commas(spec.num_inputs), spec.tiles,
                  spec.tiles == 1 ? "" : "s", with_commas(spec.rows()), with_commas(spec.row_bits));
  hardware.parameters = parameters_of(spec, design.counters);
  hardware.logic = logic_of(spec, design.counters);
  hardware.memories = {outputs_memory(spec)};
  hardware.config_address_width = region_width(spec) + kRegionBits;
  hardware.registers = registers_of(spec, design.counters);
  hardware.windows = {cells_window(spec)};
  if (spec.output == XnorOutput::Bit) hardware.windows.push_back(outputs_window(spec));
  hardware.errors = {"frame_order", "frame_short"};
  return hardware;
}

}  // namespace

const KindHardware& xnor_tile_kind_hardware() {
  static const KindHardware kind{.name = "xnor_tile", .elaborate = elaborate_xnor_tile};
  return kind;
}

}  // namespace nacre
