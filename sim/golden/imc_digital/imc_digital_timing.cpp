#include "golden/imc_digital/imc_digital_timing.hpp"

#include <algorithm>
#include <memory>

#include "golden/tile/tile_timing.hpp"
#include "imc_digital/imc_digital_spec.hpp"

namespace nacre::golden {

namespace {

/// Two registers, X and S: one token each.
class DigitalCore final : public TileCore {
 public:
  std::int64_t take(std::int64_t offered, const TileToken&) override {
    taken_ = std::max(offered, moved_on_);
    // X moves on in the cycle in which S is left, or as soon as it holds the token.
    moved_on_ = std::max(taken_ + 1, left_);
    return taken_;
  }
  std::int64_t arrival() const override { return moved_on_ + 1; }
  void leave(std::int64_t cycle) override { left_ = cycle; }

 private:
  std::int64_t taken_ = 0;
  std::int64_t moved_on_ = 0;  ///< the cycle in which the last token leaves X for S
  std::int64_t left_ = 0;      ///< the cycle in which the last token leaves S
};

}  // namespace

TimingProcess time_imc_digital(const Stage& stage, StageChannels channels) {
  return time_tile_stage(params_of<ImcDigitalSpec>(stage).tile, std::make_unique<DigitalCore>(),
                         channels);
}

}  // namespace nacre::golden
