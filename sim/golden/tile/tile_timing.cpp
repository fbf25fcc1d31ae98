#include "golden/tile/tile_timing.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <utility>
#include <vector>

#include "golden/tile/frame.hpp"

namespace nacre::golden {

namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min() / 2;  ///< long ago

/// The cycles in which the last two of something happened, for what is limited to two at a time.
class LastTwo {
 public:
  void add(std::int64_t cycle) { before_ = std::exchange(last_, cycle); }
  std::int64_t last() const { return last_; }
  /// First cycle in which another one may begin.
  std::int64_t room() const { return before_ + 1; }

 private:
  std::int64_t last_ = kNever;
  std::int64_t before_ = kNever;
};

/// The back's registers: which cycles they move in. A word in the last register freezes all of them
/// while the output FIFO is full.
class Back {
 public:
  explicit Back(const TileSpec& tile) : registers_(tile.output ? 3 : 1) {}
  /// The next word is in the hold register from `held` on: the cycle in which it enters R1.
  std::int64_t enter(std::int64_t held) {
    entered_ = next_move(std::max(held, entered_ + 1));
    return entered_;
  }
  /// First cycle in which that word is in the last register.
  std::int64_t at_end() const {
    std::int64_t move = entered_;
    for (int i = 1; i < registers_; ++i) move = next_move(move + 1);
    return move + 1;
  }
  /// The word was in the last register from `first` on and pushed in `pushed`.
  void push(std::int64_t first, std::int64_t pushed) {
    std::rotate(frozen_.begin(), frozen_.begin() + 1, frozen_.end());
    frozen_.back() = {first, pushed};
  }

 private:
  struct Frozen {
    std::int64_t first = kNever;
    std::int64_t end = kNever;  ///< the cycle after
  };
  std::int64_t next_move(std::int64_t cycle) const {
    for (const Frozen& frozen : frozen_) {
      if (cycle >= frozen.first) cycle = std::max(cycle, frozen.end);
    }
    return cycle;
  }
  int registers_;
  std::int64_t entered_ = kNever;
  std::array<Frozen, 4>
      frozen_;  ///< of the last words, ascending; older ones lie behind `entered_`
};

/// What the sequencer makes of an item: tokens and the folds that they end.
struct Fold {
  std::int64_t words = 0;
  std::vector<TileToken> tokens;
};

/// The column folds of a patch, in order. `inputs` outlives the result.
std::vector<Fold> folds_of_patch(const TileSpec& tile, int input_bits,
                                 std::span<const std::int32_t> inputs, bool closes) {
  const std::vector<std::uint32_t> planes = computed_planes(tile, input_bits, inputs);
  std::vector<Fold> folds(static_cast<std::size_t>(tile.column_folds()));
  std::int64_t values_left = tile.outputs;
  for (Fold& fold : folds) {
    fold.words = std::min(values_left, tile.columns());
    values_left -= fold.words;
    for (std::size_t i = 0; i < planes.size(); ++i) {
      const auto row_fold = static_cast<std::int64_t>(i);
      if (planes[i] == 0) fold.tokens.push_back({.inputs = inputs, .row_fold = row_fold});
      for (std::uint32_t left = planes[i]; left != 0; left &= left - 1) {
        fold.tokens.push_back(
            {.inputs = inputs, .row_fold = row_fold, .plane = std::countr_zero(left)});
      }
    }
  }
  if (closes) ++folds.back().words;
  return folds;
}

}  // namespace

TimingProcess time_tile_stage(const TileSpec& tile, std::unique_ptr<TileCore> core,
                              StageChannels channels) {
  Channel& in = *channels.in;
  Channel& out = *channels.out;
  const bool walks = tile.convolution.has_value();
  FrameCollector frame(tile);
  std::vector<std::int32_t> inputs(static_cast<std::size_t>(tile.patch_inputs));
  Back back(tile);
  std::int64_t hold_ready = kNever;  // the cycle in which its last word moved on
  std::int64_t walked = kNever;      // the walker's last cycle
  LastTwo items;                     // taken from the item FIFO
  LastTwo patches;                   // last tokens taken by the core
  LastTwo closings;                  // popped from the frame FIFO
  LastTwo frames;                    // complete frames walked

  while (!in.all_popped()) {
    const Head head = co_await in.head();
    const bool is_value = head.word.kind == WordKind::Value;
    const auto input_bits = static_cast<int>(head.work);
    frame.set_input_bits(input_bits);
    const bool is_complete = frame.push(head.word);
    if (is_value) {
      in.pop(std::max(head.valid, walks ? frames.room() : patches.room()));
      continue;
    }
    const std::int64_t taken = std::max(head.valid, walks ? closings.room() : items.room());
    in.pop(taken);
    const std::int64_t num_patches = is_complete ? tile.num_patches : 0;
    const std::int64_t num_items = std::max<std::int64_t>(num_patches, 1);  // no patch: a close
    walked = std::max(walked, taken);
    for (std::int64_t item = 0; item < num_items; ++item) {
      std::int64_t in_front = taken + 1;
      if (walks) {
        const std::int64_t first =
            std::max({walked + 1, items.room(), is_complete ? patches.room() : kNever});
        walked = first + (is_complete ? tile.patch_inputs : 1) - 1;
        in_front = walked + 3;
        if (item == num_items - 1) {
          closings.add(walked);
          if (is_complete) frames.add(walked);
        }
      }
      in_front = std::max(in_front, items.last() + 1);
      const bool is_last = item == num_items - 1;
      std::vector<Fold> folds(1, Fold{.words = 1, .tokens = {TileToken{}}});
      std::int64_t offered = std::max(in_front, patches.last() + 1);
      if (is_complete) {
        gather_patch(tile, frame.values(), item, inputs);
        folds = folds_of_patch(tile, input_bits, inputs, is_last);
        const std::int64_t patch_taken = std::max(in_front, patches.last());
        items.add(patch_taken);
        offered = patch_taken + 1;
      }
      for (const Fold& fold : folds) {
        std::int64_t left = 0;
        for (const TileToken& token : fold.tokens) {
          const std::int64_t token_taken = core->take(offered, token);
          offered = token_taken + 1;
          left = core->arrival();
          if (&token == &fold.tokens.back()) left = std::max(left, hold_ready);
          core->leave(left);
        }
        for (std::int64_t word = 0; word < fold.words; ++word) {
          hold_ready = back.enter(left + 1);
          const std::int64_t at_end = back.at_end();
          const std::int64_t pushed = std::max(at_end, co_await out.room());
          out.push(pushed);
          back.push(at_end, pushed);
        }
      }
      if (is_complete) {
        patches.add(offered - 1);
      } else {
        items.add(offered - 1);
      }
    }
  }
}

}  // namespace nacre::golden
