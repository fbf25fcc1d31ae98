#include "golden/imc_crossbar/imc_crossbar_model.hpp"

#include <algorithm>
#include <utility>

#include "golden/counters.hpp"
#include "golden/imc_crossbar/crossbar_devices.hpp"
#include "golden/imc_crossbar/imc_crossbar_timing.hpp"

namespace nacre::golden {

namespace {

constexpr std::int64_t kActiveSet = 0;  ///< the one of reset; registers are not written here

bool has_plane(std::uint32_t planes, int plane) { return ((planes >> plane) & 1u) != 0; }

}  // namespace

CrossbarTiles::CrossbarTiles(std::shared_ptr<const ImcCrossbarSpec> spec)
    : CrossbarTiles(spec, spec->is_lossless() ? Path::Exact : Path::Contract) {}

CrossbarTiles::CrossbarTiles(std::shared_ptr<const ImcCrossbarSpec> spec, Path path)
    : spec_(std::move(spec)), array_(*spec_) {
  const TileSpec& tile = spec_->tile;
  NACRE_CHECK(path == Path::Contract || spec_->is_lossless(),
              "imc_crossbar: exact products of an array that is not lossless");
  if (path == Path::Exact) matrix_ = make_matrix(tile, kActiveSet);
  digits_.resize(
      static_cast<std::size_t>(tile.row_folds() * tile.planes(tile.input_bits) * tile.rows()));
  plane_sums_.resize(static_cast<std::size_t>(tile.columns()));
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
  const int num_planes = tile.planes(tile.input_bits);
  // Once for all column folds.
  for (std::int64_t i = 0; i < tile.row_folds(); ++i) {
    for (int d = 0; d < num_planes; ++d) {
      if (!has_plane(planes[static_cast<std::size_t>(i)], d)) continue;
      fill_digits(tile, inputs, i, d, digits(i, d));
    }
  }
  if (matrix_ != nullptr) return multiply_exact(inputs, planes, sums);
  std::fill(sums.begin(), sums.end(), 0);
  for (std::int64_t j = 0; j < tile.column_folds(); ++j) {
    const auto first = static_cast<std::size_t>(j * tile.columns());
    const std::size_t count = std::min(plane_sums_.size(), sums.size() - first);
    const std::span<std::int64_t> plane_sums = std::span(plane_sums_).first(count);
    for (std::int64_t i = 0; i < tile.row_folds(); ++i) {
      const std::int64_t bank = tile.bank(kActiveSet, i, j);
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
    for (int d = 0; d < tile.planes(tile.input_bits); ++d) {
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
