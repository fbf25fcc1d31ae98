#pragma once
// Typed parameters of kind imc_crossbar (README.md beside this file is the contract).

#include <cstdint>
#include <string>
#include <vector>

#include "nacre/spec.hpp"
#include "spec/tile.hpp"

namespace nacre {

/// Converter: `flash` takes 1 cycle per conversion, `sar` one per bit.
enum class AdcKind { Flash, Sar };

struct AdcSpec {
  AdcKind kind = AdcKind::Flash;
  int bits = 8;   ///< B, 1 ... 10
  int shift = 0;  ///< one step is 2^shift level steps, 0 ... 12
};

/// How cells and converters differ from ideal ones. Tables have 2^cell_bits entries.
struct DeviceSpec {
  std::uint32_t seed = 0;              ///< reset value of register device_seed
  std::vector<std::int32_t> levels{};  ///< conductance of each level, 1/16 of a level step
  std::vector<std::int32_t> spread{};  ///< standard deviation per level, 1/256 of a level step
  std::int32_t stuck_low = 0;          ///< probability, 1/65536
  std::int32_t stuck_high = 0;         ///< likewise
  std::int32_t ir_drop = 0;            ///< loss per word line of a tile, 1/65536
  std::int32_t read_noise = 0;         ///< standard deviation per conversion, 1/256 level step
  std::int32_t adc_offset = 0;         ///< standard deviation over the columns, likewise
  std::int32_t adc_nonlinearity = 0;   ///< key adc_inl: standard deviation of the bow's size

  /// Cells, columns or reads differ at random, so that no two dies are alike.
  bool vary() const;
};

/// Words of the calibration memory: one per physical column.
struct CalibrationRow {
  int gain = 256;             ///< 10 bits, 1/256
  int offset_correction = 0;  ///< 8 bits signed, codes
};

struct ImcCrossbarSpec final : StageParams {
  TileSpec tile;
  int cell_bits = 1;                     ///< c, 1 ... 4
  std::int64_t word_lines_per_read = 1;  ///< W, 1 ... Rows
  std::int64_t columns_per_adc = 1;      ///< X, 1 ... Q: physical columns that share a converter
  AdcSpec adc;
  DeviceSpec devices;
  /// One per physical column; empty: gain 256 and correction 0 everywhere (no file was given).
  std::vector<CalibrationRow> calibration;

  /// M: bits of a weight's magnitude.
  int magnitude_bits() const { return tile.weight_bits - (tile.weight_signed ? 1 : 0); }
  /// S: cells of one sign that hold a weight.
  int slices() const { return (magnitude_bits() + cell_bits - 1) / cell_bits; }
  /// P: 2 when weights are differential, else 1.
  int polarities() const { return tile.weight_signed ? 2 : 1; }
  /// Physical columns that are read.
  std::int64_t read_columns() const { return tile.columns() * slices() * polarities(); }
  /// Q: read_columns, made even.
  std::int64_t physical_columns() const { return (read_columns() + 1) / 2 * 2; }
  /// q: physical column of weight column n, slice s, polarity t.
  std::int64_t physical_column(std::int64_t n, int slice, int polarity) const {
    return (n * slices() + slice) * polarities() + polarity;
  }
  /// Groups of word lines that a plane reads, one after the other.
  std::int64_t word_line_groups() const {
    return (tile.rows() + word_lines_per_read - 1) / word_lines_per_read;
  }
  /// G: bits of a stored conductance before the loss along the line.
  int conductance_bits() const { return cell_bits + 5; }
  /// Number of levels of a cell: 2^c.
  int num_levels() const { return 1 << cell_bits; }
  /// Level of slice `slice`, polarity `polarity` of a cell that holds `weight`.
  int level_of(std::int32_t weight, int slice, int polarity) const {
    const std::int32_t magnitude = polarity == 0 ? weight : -weight;
    return magnitude <= 0 ? 0 : (magnitude >> (cell_bits * slice)) & (num_levels() - 1);
  }
  /// Index of the cell of word line r (among the Rows) and physical column q of a bank.
  std::int64_t cell_index(std::int64_t bank, std::int64_t r, std::int64_t q) const {
    return (bank * tile.rows() + r) * physical_columns() + q;
  }
  /// Every cell shows its level exactly, and the converters only round and clip.
  bool has_ideal_devices() const;
  /// Ideal devices, and no column sum is rounded or clipped: the exact product comes out.
  bool is_lossless() const;
  /// Largest column sum of one read with these tables, in 1/16 of a level step, before the
  /// converter's offset and noise.
  std::int64_t largest_column_sum() const;
};

}  // namespace nacre
