#pragma once
// What the golden models of all kinds of tiles share: frames in, patches through an array, outputs
// requantised (docs/tile.md).

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "golden/golden.hpp"
#include "golden/tile/frame.hpp"
#include "spec/tile.hpp"

namespace nacre::golden {

/// What a kind puts between a patch and its sums.
class TileArray {
 public:
  virtual ~TileArray() = default;
  /// Hardware reset.
  virtual void reset() = 0;
  /// The patches that follow are of a new frame.
  virtual void begin_frame() {}
  /// sums[n] of one patch, without the bias. `planes[i]` has a bit for each digit plane that the
  /// passes over row fold i compute (computed_planes).
  virtual void multiply(std::span<const std::int32_t> inputs, std::span<const std::uint32_t> planes,
                        std::span<std::int64_t> sums) = 0;
  /// Architectural state and counters beyond those of every stage of tiles.
  virtual State state() const = 0;
  virtual State configuration() const { return {}; }
  virtual CounterValues counters() const = 0;
};

/// A stage of tiles around an array.
class TileStageModel final : public StageModel {
 public:
  TileStageModel(std::shared_ptr<const TileSpec> tile, std::unique_ptr<TileArray> array);
  void reset() override;
  void push(const Word& word, std::vector<Word>& out) override;
  std::uint32_t take_errors() override { return frame_.take_errors(); }
  State state() const override { return array_->state(); }
  State configuration() const override { return array_->configuration(); }
  CounterValues counters() const override;

 private:
  void run_frame(std::vector<Word>& out);

  std::shared_ptr<const TileSpec> tile_;
  std::unique_ptr<TileArray> array_;
  FrameCollector frame_;
  std::vector<std::int32_t> inputs_;  ///< scratch: one patch
  std::vector<std::int64_t> sums_;    ///< scratch: its sums
  std::int64_t frames_ = 0;
  std::int64_t patches_ = 0;
  std::int64_t planes_ = 0;
  std::int64_t planes_skipped_ = 0;
};

}  // namespace nacre::golden
