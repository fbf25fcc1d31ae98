#pragma once
// The array of one imc_crossbar stage: programmed cells, and what a digit plane reads from them.

#include <cstdint>
#include <span>
#include <vector>

#include "golden/imc_crossbar/crossbar_kernels.hpp"
#include "imc_crossbar/imc_crossbar_spec.hpp"

namespace nacre::golden {

/// The digits of plane `plane` of row fold `fold`: one per word line, 0 where no input is.
void fill_digits(const TileSpec& tile, std::span<const std::int32_t> inputs, std::int64_t fold,
                 int plane, std::span<std::uint8_t> digits);

/// Groups of word lines that a plane of these digits reads: with `skip_zero_planes` those with a
/// digit that is not 0, else all.
std::int64_t groups_read(const ImcCrossbarSpec& spec, std::span<const std::uint8_t> digits);

/// Sections Cells, Devices and Reading of the kind's README. Cells are programmed with the seed and
/// the weights of the specification; both can be changed later.
class CrossbarArray {
 public:
  /// `kernels`: the loops of one instruction set. The specification must outlive the array.
  explicit CrossbarArray(const ImcCrossbarSpec& spec,
                         const CrossbarKernels& kernels = crossbar_kernels());

  /// One digit plane through a bank: adds S[n] to `sums`, for as many weight columns as it has.
  /// `digits`: one per word line, 0 ... 2^q - 1. The caller negates S where it must.
  void read_plane(std::int64_t bank, std::span<const std::uint8_t> digits,
                  std::span<std::int64_t> sums);

  /// The cell's g_eff, 1/16 of a level step.
  std::int64_t conductance(std::int64_t bank, std::int64_t r, std::int64_t q) const {
    return conductance_[static_cast<std::size_t>(spec_.cell_index(bank, r, q))];
  }
  /// All of them, by index of the cell.
  const std::vector<std::uint16_t>& conductances() const { return conductance_; }

  /// Weights, seed and calibration of the specification again.
  void load();
  /// Register `device_seed`: for reads, and for cells programmed from now on.
  void set_seed(std::uint32_t seed);
  std::uint32_t seed() const { return seed_; }
  /// Programs the cells of word line r of a bank from physical column `first` on.
  void program_cells(std::int64_t bank, std::int64_t r, std::int64_t first,
                     std::span<const std::uint8_t> levels);
  CalibrationRow calibration(std::int64_t q) const {
    const auto column = static_cast<std::size_t>(q);
    return {.gain = gain_[column], .offset_correction = correction_[column]};
  }
  void set_calibration(std::int64_t q, const CalibrationRow& row) {
    gain_[static_cast<std::size_t>(q)] = row.gain;
    correction_[static_cast<std::size_t>(q)] = row.offset_correction;
  }

  std::uint32_t read_number() const { return read_number_; }
  void set_read_number(std::uint32_t number) { read_number_ = number; }

 private:
  void program();

  const ImcCrossbarSpec& spec_;
  const CrossbarKernels& kernels_;
  std::vector<std::uint16_t> conductance_;  ///< [bank][r][q]
  // Of each physical column.
  std::vector<std::uint16_t> noise_key_high_, noise_key_low_;
  std::vector<std::int32_t> offset_, bow_, gain_, correction_;
  std::uint32_t seed_ = 0;
  std::uint32_t read_number_ = 0;
  // Of the plane being read.
  std::vector<std::int32_t> current_, total_;
};

}  // namespace nacre::golden
