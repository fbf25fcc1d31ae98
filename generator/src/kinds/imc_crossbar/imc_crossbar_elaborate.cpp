// imc_crossbar as hardware: parameters of nacre_imc_crossbar, its windows, its memories, its
// images.

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "design/tile_parameters.hpp"
#include "imc_crossbar/imc_crossbar_spec.hpp"

namespace nacre {
namespace {

/// Bits of a cell in the conductances' memory and in the windows: a pair is one 32-bit word.
constexpr int kCellPitchBits = 16;
constexpr int kGainBits = 10;
constexpr int kCorrectionBits = 8;
/// Width of an entry of the table of spreads.
constexpr int kSpreadBits = 10;

/// Regions of the stage's window: upper address bits.
enum class Region { Cells = 1, Outputs = 2, Conductance = 3, Calibration = 4 };
constexpr int kRegionBits = 3;

int cells_row_bits(const ImcCrossbarSpec& spec) {
  return static_cast<int>(spec.physical_columns()) * kCellPitchBits;
}

int region_width(const ImcCrossbarSpec& spec) {
  return std::max({4, window_width(spec.tile.banks * spec.tile.rows(), cells_row_bits(spec)),
                   window_width(spec.physical_columns(), kGainBits + kCorrectionBits),
                   outputs_window_width(spec.tile)});
}

std::int64_t region_offset(const ImcCrossbarSpec& spec, Region region) {
  return static_cast<std::int64_t>(region) << region_width(spec);
}

/// A table of the devices as one constant, entry 0 in the low bits.
Bits table(const std::vector<std::int32_t>& entries, int entry_bits) {
  Bits bits{.width = static_cast<int>(entries.size()) * entry_bits, .words = {}};
  bits.words.resize(static_cast<std::size_t>((bits.width + 31) / 32));
  for (std::size_t e = 0; e < entries.size(); ++e) {
    for (int b = 0; b < entry_bits; ++b) {
      const std::size_t bit =
          e * static_cast<std::size_t>(entry_bits) + static_cast<std::size_t>(b);
      bits.words[bit / 32] |= ((static_cast<std::uint32_t>(entries[e]) >> b) & 1u) << (bit % 32);
    }
  }
  return bits;
}

LeafParameter table_parameter(std::string name, const std::vector<std::int32_t>& entries,
                              int entry_bits, std::string doc) {
  return {.name = std::move(name), .value = table(entries, entry_bits), .doc = std::move(doc)};
}

void add_crossbar_parameters(const ImcCrossbarSpec& spec, std::vector<LeafParameter>& parameters) {
  const TileSpec& tile = spec.tile;
  const DeviceSpec& devices = spec.devices;
  const auto add = [&](const char* name, std::int64_t value, std::int64_t least, std::int64_t most,
                       const char* doc) {
    parameters.push_back(int_parameter(name, value, least, most, doc));
  };
  add("TileRows", tile.tile_rows, 1, 4096, "word lines of one tile");
  add("WeightBits", tile.weight_bits, 1, 16, "bits of a weight");
  parameters.push_back(
      bit_parameter("WeightSigned", tile.weight_signed, "1: differential pairs of columns"));
  add("LinesPerRead", spec.word_lines_per_read, 1, 4096, "word lines driven at once");
  add("ColumnsPerAdc", spec.columns_per_adc, 1, 1 << 20, "columns that share a converter");
  parameters.push_back(
      bit_parameter("Sar", spec.adc.kind == AdcKind::Sar, "1: successive approximation, 0: flash"));
  add("AdcBits", spec.adc.bits, 1, 10, "bits of a code");
  add("AdcShift", spec.adc.shift, 0, 12, "a step of the code is 2^this level steps");
  add("CellBits", spec.cell_bits, 1, 4, "bits of a cell");
  parameters.push_back(table_parameter("Levels", devices.levels, spec.conductance_bits(),
                                       "conductance of each level, 1/16 level step"));
  parameters.push_back(table_parameter("Spread", devices.spread, kSpreadBits,
                                       "standard deviation of each, 1/256 level step"));
  add("StuckLow", devices.stuck_low, 0, 65536, "cells stuck at the lowest level, 1/65536");
  add("StuckHigh", devices.stuck_high, 0, 65536, "cells stuck at the highest level, 1/65536");
  add("IrDrop", devices.ir_drop, 0, 65535, "loss per word line of a tile, 1/65536");
  add("ReadNoise", devices.read_noise, 0, 1023, "of a conversion, 1/256 level step");
  add("AdcOffset", devices.adc_offset, 0, 1023, "of a column, 1/256 level step");
  add("AdcNonlinearity", devices.adc_nonlinearity, 0, 1023, "size of a column's bow");
  parameters.push_back(word_parameter("DeviceSeed", devices.seed, "device_seed after reset"));
}

/// Calls `visit(row, column, level)` for each cell that holds a part of a weight.
template <class Visit>
void for_each_level(const ImcCrossbarSpec& spec, Visit visit) {
  const TileSpec& tile = spec.tile;
  for (std::int64_t set = 0; set < tile.weight_sets; ++set) {
    for (std::int64_t k = 0; k < tile.patch_inputs; ++k) {
      for (std::int64_t n = 0; n < tile.outputs; ++n) {
        const std::int64_t bank = tile.bank(set, k / tile.rows(), n / tile.columns());
        const std::int32_t weight = tile.weight(set, k, n);
        for (int slice = 0; slice < spec.slices(); ++slice) {
          for (int polarity = 0; polarity < spec.polarities(); ++polarity) {
            visit(bank * tile.rows() + k % tile.rows(),
                  spec.physical_column(n % tile.columns(), slice, polarity),
                  spec.level_of(weight, slice, polarity));
          }
        }
      }
    }
  }
}

/// Both windows of the cells: as they are written, and as they are read.
MemoryWindow cells_window(const ImcCrossbarSpec& spec, Region region) {
  const std::int64_t rows = spec.tile.banks * spec.tile.rows();
  return {.name = "",
          .offset = region_offset(spec, region),
          .role = Role::Config,
          .rows = rows,
          .row_bits = cells_row_bits(spec),
          .pitch_bits = kCellPitchBits,
          .elements_per_row = spec.physical_columns(),
          .elements = rows * spec.physical_columns(),
          .fields = {},
          .image = {},
          .doc = "",
          .element = "cell"};
}

MemoryWindow levels_window(const ImcCrossbarSpec& spec) {
  MemoryWindow memory = cells_window(spec, Region::Cells);
  memory.name = "cells";
  memory.access = Access::WriteOnly;
  memory.fields = {{.name = "level", .offset = 0, .bits = spec.cell_bits, .doc = "to program"}};
  memory.image = make_image(memory.rows, memory.elements_per_row, kCellPitchBits);
  memory.doc = fmt::format(
      "Levels of the cells: row bank * {} + word line; column (c * {} + s) * {} + t holds slice s "
      "of "
      "the {}weight of column c of the bank. Cells beyond the matrix hold level 0.",
      spec.tile.rows(), spec.slices(), spec.polarities(),
      spec.polarities() == 2 ? "positive (t = 0) or negative (t = 1) part of the " : "");
  for_each_level(spec, [&](std::int64_t row, std::int64_t column, int level) {
    set_element(memory.image, row, column, kCellPitchBits, static_cast<std::uint32_t>(level));
  });
  return memory;
}

MemoryWindow conductance_window(const ImcCrossbarSpec& spec) {
  MemoryWindow memory = cells_window(spec, Region::Conductance);
  memory.name = "conductance";
  memory.access = Access::ReadOnly;
  memory.fields = {{.name = "conductance",
                    .offset = 0,
                    .bits = spec.conductance_bits(),
                    .doc = "1/16 level step"}};
  memory.doc = "What the cells became when they were programmed, in the places of `cells`.";
  return memory;
}

MemoryWindow calibration_window(const ImcCrossbarSpec& spec) {
  const std::int64_t columns = spec.physical_columns();
  MemoryWindow memory{.name = "calibration",
                      .offset = region_offset(spec, Region::Calibration),
                      .access = Access::ReadWrite,
                      .role = Role::Config,
                      .rows = columns,
                      .row_bits = kGainBits + kCorrectionBits,
                      .pitch_bits = kGainBits + kCorrectionBits,
                      .elements_per_row = 1,
                      .elements = columns,
                      .fields = {{.name = "gain",
                                  .offset = 0,
                                  .bits = kGainBits,
                                  .doc = "factor of a code, 256 = 1"},
                                 {.name = "offset_correction",
                                  .offset = kGainBits,
                                  .bits = kCorrectionBits,
                                  .is_signed = true,
                                  .doc = "subtracted from it after that"}},
                      .image = make_image(columns, 1, kGainBits + kCorrectionBits),
                      .doc = "Calibration of the codes of each physical column.",
                      .element = "column"};
  for (std::int64_t q = 0; q < columns; ++q) {
    const auto at = static_cast<std::size_t>(q);
    const CalibrationRow row =
        at < spec.calibration.size() ? spec.calibration[at] : CalibrationRow{};
    set_element(memory.image, q, 0, kGainBits + kCorrectionBits,
                static_cast<std::uint32_t>(row.gain) |
                    (static_cast<std::uint32_t>(row.offset_correction) << kGainBits));
  }
  return memory;
}

std::vector<Register> registers_of(const ImcCrossbarSpec& spec, Counters counters) {
  std::vector<Register> registers = tile_registers(spec.tile, counters);
  registers.push_back({.name = "device_seed",
                       .offset = 4,
                       .access = Access::ReadWrite,
                       .role = Role::Config,
                       .reset = static_cast<std::int64_t>(spec.devices.seed),
                       .doc = "of the devices; cells take it when they are programmed",
                       .fields = {},
                       .range = ValueRange{0, 0xffffffff}});
  registers.push_back({.name = "read_number",
                       .offset = 5,
                       .access = Access::ReadOnly,
                       .role = Role::State,
                       .doc = "reads of a group of word lines since reset; numbers the noise",
                       .fields = {}});
  std::sort(registers.begin(), registers.end(),
            [](const Register& a, const Register& b) { return a.offset < b.offset; });
  return registers;
}

/// Without array and converters, which are macros: calibration, and the adders behind it.
LogicEstimate logic_of(const ImcCrossbarSpec& spec, Counters counters) {
  constexpr double kLineBit = 9, kCalibrationRow = 130, kConverter = 120, kCodeBit = 75;
  constexpr double kSumBit = 10, kAddedBit = 9;
  const TileSpec& tile = spec.tile;
  const std::int64_t cells = spec.slices() * spec.polarities();  // of a weight
  const std::int64_t per_converter = spec.columns_per_adc;
  const auto converters =
      static_cast<double>((spec.physical_columns() + per_converter - 1) / per_converter);
  const auto added = static_cast<double>((cells + per_converter - 1) / per_converter);
  // A calibrated code is about four times a code: gains are below 4.
  const double sum_bits = spec.adc.bits + 4 + spec.magnitude_bits() +
                          std::log2(static_cast<double>(spec.word_line_groups()));
  const double lines = static_cast<double>(tile.rows() + spec.word_lines_per_read);
  return tile_logic(
      tile, tile_gates(tile, counters) + kLineBit * lines * tile.digit_bits +
                converters * (kCalibrationRow * static_cast<double>(per_converter) + kConverter +
                              kCodeBit * spec.adc.bits) +
                static_cast<double>(tile.columns()) * sum_bits * (kSumBit + kAddedBit * added));
}

StageHardware elaborate_imc_crossbar(const Stage& stage, const Spec& design) {
  const auto& spec = params_of<ImcCrossbarSpec>(stage);
  const TileSpec& tile = spec.tile;
  StageHardware hardware;
  hardware.module = "nacre_imc_crossbar";
  hardware.summary = fmt::format("{}, in {} physical columns of {}-bit cells", tile_summary(tile),
                                 spec.physical_columns(), spec.cell_bits);
  hardware.parameters = tile_parameters(tile, design.counters);
  hardware.logic = logic_of(spec, design.counters);
  add_crossbar_parameters(spec, hardware.parameters);
  hardware.memories = tile_memories(tile);
  hardware.memories.insert(
      hardware.memories.begin(),
      {.prefix = "conductances",
       .ports = MemoryPorts::ReadWrite,
       .technology = LeafMemory::Technology::Ram,
       .width = static_cast<int>(spec.word_lines_per_read) * cells_row_bits(spec),
       .depth = tile.banks * spec.word_line_groups(),
       .doc = "conductances of a group of word lines",
       .is_device_state = true});
  hardware.registers = registers_of(spec, design.counters);
  hardware.windows.push_back(levels_window(spec));
  if (outputs_row_bits(tile) > 0) {
    hardware.windows.push_back(outputs_window(tile, region_offset(spec, Region::Outputs)));
  }
  hardware.windows.push_back(conductance_window(spec));
  hardware.windows.push_back(calibration_window(spec));
  hardware.config_address_width = region_width(spec) + kRegionBits;
  hardware.errors = tile_errors();
  return hardware;
}

}  // namespace

const KindHardware& imc_crossbar_kind_hardware() {
  static const KindHardware kind{.name = "imc_crossbar", .elaborate = elaborate_imc_crossbar};
  return kind;
}

}  // namespace nacre
