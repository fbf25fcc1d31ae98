#include <algorithm>
#include <memory>

#include "golden/counters.hpp"
#include "golden/imc_digital/imc_digital_timing.hpp"
#include "golden/kind_model.hpp"
#include "golden/tile/matrix.hpp"
#include "golden/tile/tile_stage.hpp"
#include "imc_digital/imc_digital_spec.hpp"

namespace nacre::golden {

namespace {

/// The exact product, whatever tiles and digits do it. Weight set 0 is the active one after reset.
class DigitalArray final : public TileArray {
 public:
  explicit DigitalArray(const TileSpec& tile) : tile_(tile), matrix_(make_matrix(tile, 0)) {}

  void reset() override { weight_reads_ = 0; }

  void begin_frame() override { frame_has_plane_ = false; }

  void multiply(std::span<const std::int32_t> inputs, std::span<const std::uint32_t> planes,
                std::span<std::int64_t> sums) override {
    matrix_->multiply(inputs, sums);
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

 private:
  const TileSpec& tile_;
  std::unique_ptr<Matrix> matrix_;
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
