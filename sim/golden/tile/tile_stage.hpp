#pragma once
// What the golden models of all kinds of tiles share: frames in, patches through an array, outputs
// requantised (docs/tile.md).

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "golden/golden.hpp"
#include "golden/tile/frame.hpp"
#include "spec/tile.hpp"

namespace nacre::golden {

/// The windows of the weights of a stage of tiles.
struct WeightWindow {
  std::string written{};           ///< takes weights
  std::string shown{};             ///< shows what they became
  std::int64_t rows_per_bank = 1;  ///< of both
  std::int64_t words_per_row = 1;
};

/// What a kind puts between a patch and its sums.
class TileArray {
 public:
  virtual ~TileArray() = default;
  /// Hardware reset. What was written into memories is forgotten, too: the host loads them again.
  virtual void reset() = 0;
  /// The patches that follow are of a new frame: inputs of `input_bits` bits, weights of set `set`.
  virtual void begin_frame(int input_bits, std::int64_t set) = 0;
  /// sums[n] of one patch, without the bias. `planes[i]` has a bit for each digit plane that the
  /// passes over row fold i compute (computed_planes).
  virtual void multiply(std::span<const std::int32_t> inputs, std::span<const std::uint32_t> planes,
                        std::span<std::int64_t> sums) = 0;
  /// Architectural state and counters beyond those of every stage of tiles.
  virtual State state() const = 0;
  virtual State configuration() const { return {}; }
  virtual CounterValues counters() const = 0;

  virtual WeightWindow weight_window() const = 0;
  /// Random legal contents of a word of the window that takes weights: 0 outside the matrix.
  virtual std::uint32_t draw_weights(std::int64_t row, std::int64_t word, const Draw& draw) = 0;
  virtual void write_weights(std::int64_t row, std::int64_t word, std::uint32_t data) = 0;
  /// The word as the window that shows weights has it.
  virtual std::uint32_t shown_weights(std::int64_t row, std::int64_t word) const = 0;
  /// Appends random accesses to what only this kind has, as StageModel::draw_accesses says.
  virtual void draw_own_accesses(Moment moment, const Draw& draw,
                                 std::vector<HostAccess>& accesses) {
    (void)moment;
    (void)draw;
    (void)accesses;
  }
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
  /// Register `input_bits`: the frame is computed with it.
  std::int64_t work() const override { return input_bits_; }
  std::vector<HostAccess> draw_accesses(Moment moment, const Draw& draw) override;

 private:
  void run_frame(std::vector<Word>& out);
  void draw_registers(Moment moment, const Draw& draw, std::vector<HostAccess>& accesses);
  void draw_active_set(const Draw& draw, std::vector<HostAccess>& accesses);
  void draw_outputs(Moment moment, const Draw& draw, std::vector<HostAccess>& accesses);
  void draw_weights(Moment moment, const Draw& draw, std::vector<HostAccess>& accesses);
  /// The bus may use the bank while something is under way.
  bool is_free(std::int64_t bank) const;
  /// A row of the window `outputs`: {scale, bias}.
  std::vector<std::uint32_t> output_words(std::int64_t output) const;

  std::shared_ptr<const TileSpec> tile_;
  std::unique_ptr<TileArray> array_;
  FrameCollector frame_;
  // Registers, and what the window `outputs` holds.
  int input_bits_ = 1;
  std::int64_t active_set_ = 0;  ///< wanted from the next sample on
  std::vector<std::int64_t> bias_;
  std::optional<RequantisationSpec> output_;
  // Of the last sample.
  std::int64_t set_ = 0;              ///< weight set in use
  bool begins_sample_ = true;         ///< the next word is the first one of a sample
  bool switched_set_ = false;         ///< the sample's set is not that of the sample before
  std::vector<std::int32_t> inputs_;  ///< scratch: one patch
  std::vector<std::int64_t> sums_;    ///< scratch: its sums
  std::int64_t frames_ = 0;
  std::int64_t patches_ = 0;
  std::int64_t planes_ = 0;
  std::int64_t planes_skipped_ = 0;
};

}  // namespace nacre::golden
