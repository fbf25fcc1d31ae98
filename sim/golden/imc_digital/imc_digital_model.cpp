#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "golden/counters.hpp"
#include "golden/imc_digital/imc_digital_timing.hpp"
#include "golden/kind_model.hpp"
#include "golden/tile/matrix.hpp"
#include "golden/tile/tile_stage.hpp"
#include "imc_digital/imc_digital_spec.hpp"

namespace nacre::golden {

namespace {

constexpr int kWordBits = 32;

/// The exact product, whatever tiles and digits do it.
class DigitalArray final : public TileArray {
 public:
  explicit DigitalArray(const TileSpec& tile) : tile_(tile) {
    for (std::int64_t set = 0; set < tile.weight_sets; ++set)
      sets_.push_back(make_matrix(tile, set));
  }

  void reset() override {
    weight_reads_ = 0;
    if (!std::exchange(is_written_, false)) return;
    for (std::int64_t set = 0; set < tile_.weight_sets; ++set) {
      sets_[static_cast<std::size_t>(set)] = make_matrix(tile_, set);
    }
  }

  void begin_frame(int, std::int64_t set) override {
    set_ = static_cast<std::size_t>(set);
    frame_has_plane_ = false;
  }

  void multiply(std::span<const std::int32_t> inputs, std::span<const std::uint32_t> planes,
                std::span<std::int64_t> sums) override {
    sets_[set_]->multiply(inputs, sums);
    const auto folds_with_plane =
        std::count_if(planes.begin(), planes.end(), [](std::uint32_t fold) { return fold != 0; });
    if (tile_.set_banks() > 1) {
      weight_reads_ += folds_with_plane * tile_.column_folds();
    } else if (folds_with_plane > 0 && !frame_has_plane_) {
      // The only bank stays at the memory's output for the rest of the frame.
      frame_has_plane_ = true;
      ++weight_reads_;
    }
  }

  State state() const override { return {}; }

  CounterValues counters() const override {
    return {{"weight_reads", wrap_counter(weight_reads_)}};
  }

  WeightWindow weight_window() const override {
    return {.written = "weights",
            .shown = "weights",
            .words_per_row = (row_bits() + kWordBits - 1) / kWordBits};
  }

  std::uint32_t draw_weights(std::int64_t bank, std::int64_t word, const Draw& draw) override {
    const auto bits = static_cast<std::uint32_t>(draw(std::uint64_t{1} << kWordBits));
    std::uint32_t data = 0;
    for (int b = 0; b < kWordBits; ++b) {
      if (cell_at(bank, word, b)) data |= bits & (std::uint32_t{1} << b);
    }
    return data;
  }

  void write_weights(std::int64_t bank, std::int64_t word, std::uint32_t data) override {
    is_written_ = true;
    for (int b = 0; b < kWordBits; ++b) {
      const auto cell = cell_at(bank, word, b);
      if (!cell) continue;
      const std::int32_t mask = std::int32_t{1} << cell->bit;
      std::int32_t weight = matrix_of(bank).weight(cell->k, cell->n);
      weight = ((data >> b) & 1u) != 0 ? weight | mask : weight & ~mask;
      // The bits above the sign are its copies.
      const std::int32_t top = std::int32_t{1} << (tile_.weight_bits - 1);
      weight &= 2 * top - 1;
      if (tile_.weight_signed && (weight & top) != 0) weight -= 2 * top;
      matrix_of(bank).set_weight(cell->k, cell->n, weight);
    }
  }

  std::uint32_t shown_weights(std::int64_t bank, std::int64_t word) const override {
    std::uint32_t data = 0;
    for (int b = 0; b < kWordBits; ++b) {
      const auto cell = cell_at(bank, word, b);
      if (!cell) continue;
      const auto weight = static_cast<std::uint32_t>(matrix_of(bank).weight(cell->k, cell->n));
      data |= ((weight >> cell->bit) & 1u) << b;
    }
    return data;
  }

 private:
  /// One bit of a weight.
  struct Cell {
    std::int64_t k = 0;
    std::int64_t n = 0;
    int bit = 0;
  };

  std::int64_t row_bits() const { return tile_.rows() * tile_.columns() * tile_.weight_bits; }
  Matrix& matrix_of(std::int64_t bank) const {
    return *sets_[static_cast<std::size_t>(bank / tile_.set_banks())];
  }
  /// What bit `bit` of a word of a bank holds; nothing outside the matrix.
  std::optional<Cell> cell_at(std::int64_t bank, std::int64_t word, int bit) const {
    const std::int64_t place = word * kWordBits + bit;
    if (place >= row_bits()) return std::nullopt;
    const std::int64_t element = place / tile_.weight_bits;
    const std::int64_t of_set = bank % tile_.set_banks();
    const Cell cell{.k = of_set % tile_.row_folds() * tile_.rows() + element / tile_.columns(),
                    .n = of_set / tile_.row_folds() * tile_.columns() + element % tile_.columns(),
                    .bit = static_cast<int>(place % tile_.weight_bits)};
    if (cell.k >= tile_.patch_inputs || cell.n >= tile_.outputs) return std::nullopt;
    return cell;
  }

  const TileSpec& tile_;
  std::vector<std::unique_ptr<Matrix>> sets_;
  std::size_t set_ = 0;
  bool is_written_ = false;  ///< weights are not those of the specification
  std::int64_t weight_reads_ = 0;
  bool frame_has_plane_ = false;
};

}  // namespace

const KindModel& imc_digital_kind_model() {
  static const KindModel kind{.name = "imc_digital",
                              .make = [](const Stage& stage) -> std::unique_ptr<StageModel> {
                                const auto params =
                                    std::static_pointer_cast<const ImcDigitalSpec>(stage.params);
                                return std::make_unique<TileStageModel>(
                                    std::shared_ptr<const TileSpec>(params, &params->tile),
                                    std::make_unique<DigitalArray>(params->tile));
                              },
                              .time = time_imc_digital};
  return kind;
}

}  // namespace nacre::golden
