#pragma once
// Unstalled timing of a stage of tiles, from the Timing section of imc_digital's README. The core
// between sequencer and accumulators is the kind's.

#include <cstdint>
#include <memory>
#include <span>

#include "golden/timing.hpp"
#include "nacre/spec.hpp"
#include "spec/tile.hpp"

namespace nacre::golden {

/// What the sequencer offers to the core.
struct TileToken {
  /// The K inputs of the patch; of no meaning without a plane.
  std::span<const std::int32_t> inputs;
  std::int64_t row_fold = 0;
  int plane = -1;  ///< digit plane; -1: none, all planes of the row are skipped, or a close
};

/// When a core takes tokens and gives their sums. Tokens come in order, one after the other:
/// take, arrival, leave.
class TileCore {
 public:
  virtual ~TileCore() = default;
  /// The cycle in which the core takes a token that is offered from cycle `offered` on.
  virtual std::int64_t take(std::int64_t offered, const TileToken& token) = 0;
  /// The first cycle in which the sums of that token are at the core's exit.
  virtual std::int64_t arrival() const = 0;
  /// They leave the exit in `cycle`, not before `arrival`.
  virtual void leave(std::int64_t cycle) = 0;
};

/// One sample through a stage of tiles. `tile` outlives the process.
TimingProcess time_tile_stage(const TileSpec& tile, std::unique_ptr<TileCore> core,
                              StageChannels channels);

}  // namespace nacre::golden
