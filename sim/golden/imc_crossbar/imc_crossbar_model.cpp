#include "golden/imc_crossbar/imc_crossbar_model.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "golden/counters.hpp"
#include "golden/imc_crossbar/crossbar_devices.hpp"
#include "golden/imc_crossbar/imc_crossbar_timing.hpp"

namespace nacre::golden {

namespace {

constexpr std::int64_t kExactSet = 0;  ///< the set of reset; others go the contract's way
constexpr std::int64_t kColumnsPerWord = 2;
constexpr int kColumnPitch = 16;  ///< bits of a column in a word
constexpr int kGainBits = 10;
constexpr int kCorrectionBits = 8;

bool has_plane(std::uint32_t planes, int plane) { return ((planes >> plane) & 1u) != 0; }

}  // namespace

CrossbarTiles::CrossbarTiles(std::shared_ptr<const ImcCrossbarSpec> spec)
    : CrossbarTiles(spec, spec->is_lossless() ? Path::Exact : Path::Contract) {}

CrossbarTiles::CrossbarTiles(std::shared_ptr<const ImcCrossbarSpec> spec, Path path)
    : spec_(std::move(spec)), array_(*spec_), input_bits_(spec_->tile.input_bits) {
  const TileSpec& tile = spec_->tile;
  NACRE_CHECK(path == Path::Contract || spec_->is_lossless(),
              "imc_crossbar: exact products of an array that is not lossless");
  if (path == Path::Exact) matrix_ = make_matrix(tile, kExactSet);
  digits_.resize(
      static_cast<std::size_t>(tile.row_folds() * tile.planes(tile.input_bits) * tile.rows()));
  plane_sums_.resize(static_cast<std::size_t>(tile.columns()));
}

void CrossbarTiles::reset() {
  if (std::exchange(is_written_, false)) array_.load();
  array_.set_read_number(0);
}

void CrossbarTiles::begin_frame(int input_bits, std::int64_t set) {
  input_bits_ = input_bits;
  set_ = set;
}

std::span<std::uint8_t> CrossbarTiles::digits(std::int64_t fold, int plane) {
  const TileSpec& tile = spec_->tile;
  const std::int64_t begin = (fold * tile.planes(tile.input_bits) + plane) * tile.rows();
  return std::span(digits_).subspan(static_cast<std::size_t>(begin),
                                    static_cast<std::size_t>(tile.rows()));
}

void CrossbarTiles::multiply(std::span<const std::int32_t> inputs,
                             std::span<const std::uint32_t> planes, std::span<std::int64_t> sums) {
  const TileSpec& tile = spec_->tile;
  const int num_planes = tile.planes(input_bits_);
  // Once for all column folds.
  for (std::int64_t i = 0; i < tile.row_folds(); ++i) {
    for (int d = 0; d < num_planes; ++d) {
      if (!has_plane(planes[static_cast<std::size_t>(i)], d)) continue;
      fill_digits(tile, inputs, i, d, digits(i, d));
    }
  }
  if (matrix_ != nullptr && set_ == kExactSet && !is_written_) {
    return multiply_exact(inputs, planes, sums);
  }
  std::fill(sums.begin(), sums.end(), 0);
  for (std::int64_t j = 0; j < tile.column_folds(); ++j) {
    const auto first = static_cast<std::size_t>(j * tile.columns());
    const std::size_t count = std::min(plane_sums_.size(), sums.size() - first);
    const std::span<std::int64_t> plane_sums = std::span(plane_sums_).first(count);
    for (std::int64_t i = 0; i < tile.row_folds(); ++i) {
      const std::int64_t bank = tile.bank(set_, i, j);
      for (int d = 0; d < num_planes; ++d) {
        if (!has_plane(planes[static_cast<std::size_t>(i)], d)) continue;
        std::fill(plane_sums.begin(), plane_sums.end(), 0);
        array_.read_plane(bank, digits(i, d), plane_sums);
        const bool is_sign = tile.input_signed && d == num_planes - 1;
        const std::int64_t place = std::int64_t{1} << (tile.digit_bits * d);
        const std::int64_t factor = is_sign ? -place : place;
        for (std::size_t n = 0; n < count; ++n) sums[first + n] += factor * plane_sums[n];
      }
    }
  }
}

void CrossbarTiles::multiply_exact(std::span<const std::int32_t> inputs,
                                   std::span<const std::uint32_t> planes,
                                   std::span<std::int64_t> sums) {
  matrix_->multiply(inputs, sums);
  const TileSpec& tile = spec_->tile;
  std::int64_t groups = 0;
  for (std::int64_t i = 0; i < tile.row_folds(); ++i) {
    for (int d = 0; d < tile.planes(input_bits_); ++d) {
      if (!has_plane(planes[static_cast<std::size_t>(i)], d)) continue;
      groups += groups_read(*spec_, digits(i, d));
    }
  }
  groups *= tile.column_folds();
  array_.set_read_number(array_.read_number() + static_cast<std::uint32_t>(groups));
}

State CrossbarTiles::state() const { return {{"read_number", {array_.read_number()}}}; }

CounterValues CrossbarTiles::counters() const {
  return {{"weight_reads", wrap_counter(array_.read_number())}};
}

State CrossbarTiles::configuration() const {
  const auto& cells = array_.conductances();
  return {{"conductance", std::vector<std::int64_t>(cells.begin(), cells.end())}};
}

WeightWindow CrossbarTiles::weight_window() const {
  return {.written = "cells",
          .shown = "conductance",
          .rows_per_bank = spec_->tile.rows(),
          .words_per_row = spec_->physical_columns() / kColumnsPerWord};
}

std::uint32_t CrossbarTiles::draw_weights(std::int64_t row, std::int64_t word, const Draw& draw) {
  const TileSpec& tile = spec_->tile;
  const std::int64_t of_set = row / tile.rows() % tile.set_banks();
  const std::int64_t k = of_set % tile.row_folds() * tile.rows() + row % tile.rows();
  const std::int64_t columns_of_weight = spec_->slices() * spec_->polarities();
  std::uint32_t data = 0;
  for (std::int64_t i = 0; i < kColumnsPerWord; ++i) {
    const std::int64_t q = word * kColumnsPerWord + i;
    const std::int64_t n = of_set / tile.row_folds() * tile.columns() + q / columns_of_weight;
    const bool is_cell = q < spec_->read_columns() && k < tile.patch_inputs && n < tile.outputs;
    if (!is_cell) continue;
    const std::uint64_t level = draw(static_cast<std::uint64_t>(spec_->num_levels()));
    data |= static_cast<std::uint32_t>(level << (kColumnPitch * i));
  }
  return data;
}

void CrossbarTiles::write_weights(std::int64_t row, std::int64_t word, std::uint32_t data) {
  is_written_ = true;
  const std::array<std::uint8_t, kColumnsPerWord> levels{
      static_cast<std::uint8_t>(data), static_cast<std::uint8_t>(data >> kColumnPitch)};
  array_.program_cells(row / spec_->tile.rows(), row % spec_->tile.rows(), word * kColumnsPerWord,
                       levels);
}

std::uint32_t CrossbarTiles::shown_weights(std::int64_t row, std::int64_t word) const {
  std::uint32_t data = 0;
  for (std::int64_t i = 0; i < kColumnsPerWord; ++i) {
    const std::int64_t conductance = array_.conductance(
        row / spec_->tile.rows(), row % spec_->tile.rows(), word * kColumnsPerWord + i);
    data |= static_cast<std::uint32_t>(conductance) << (kColumnPitch * i);
  }
  return data;
}

void CrossbarTiles::draw_own_accesses(Moment moment, const Draw& draw,
                                      std::vector<HostAccess>& accesses) {
  const bool is_busy = moment == Moment::Busy;
  const auto draw_word = [&] { return static_cast<std::uint32_t>(draw(std::uint64_t{1} << 32)); };
  if (draw_chance(draw, 2)) {
    const std::uint32_t seed = draw_word();
    accesses.push_back({.target = "device_seed", .data = seed, .refused = is_busy});
    if (!is_busy) {
      is_written_ = true;
      array_.set_seed(seed);
    }
  }
  accesses.push_back({.target = "device_seed", .is_write = false, .data = array_.seed()});
  // A level that no cell has; calibration beyond its bits.
  if (draw_chance(draw, 4)) {
    accesses.push_back({.target = "cells",
                        .data = static_cast<std::uint32_t>(spec_->num_levels()),
                        .refused = true});
  }
  const auto q =
      static_cast<std::int64_t>(draw(static_cast<std::uint64_t>(spec_->physical_columns())));
  if (draw_chance(draw, 4)) {
    accesses.push_back({.target = "calibration",
                        .row = q,
                        .data = std::uint32_t{1} << (kGainBits + kCorrectionBits),
                        .refused = true});
  }
  const std::uint32_t word = draw_word() >> (32 - kGainBits - kCorrectionBits);
  accesses.push_back({.target = "calibration", .row = q, .data = word, .refused = is_busy});
  if (!is_busy) {
    is_written_ = true;
    const auto correction = static_cast<int>(word >> kGainBits);
    array_.set_calibration(q,
                           {.gain = static_cast<int>(word & ((1u << kGainBits) - 1)),
                            .offset_correction = correction < 128 ? correction : correction - 256});
  }
  accesses.push_back(
      {.target = "calibration", .row = q, .is_write = false, .data = word, .refused = is_busy});
}

const KindModel& imc_crossbar_kind_model() {
  static const KindModel kind{
      .name = "imc_crossbar",
      .make = [](const Stage& stage) -> std::unique_ptr<StageModel> {
        const auto spec = std::static_pointer_cast<const ImcCrossbarSpec>(stage.params);
        return std::make_unique<TileStageModel>(std::shared_ptr<const TileSpec>(spec, &spec->tile),
                                                std::make_unique<CrossbarTiles>(spec));
      },
      .time = time_imc_crossbar,
      .devices = &crossbar_devices()};
  return kind;
}

}  // namespace nacre::golden
