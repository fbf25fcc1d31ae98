#include "golden/imc_crossbar/imc_crossbar_timing.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <vector>

#include "golden/imc_crossbar/crossbar_array.hpp"
#include "golden/tile/tile_timing.hpp"
#include "imc_crossbar/imc_crossbar_spec.hpp"

namespace nacre::golden {

namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min() / 2;  ///< long ago

/// Cycles in which sums wait in S, and so everything before S stands still.
class Standstills {
 public:
  /// [begin, end); later than those before.
  void add(std::int64_t begin, std::int64_t end) {
    if (begin == end) return;
    std::rotate(last_.begin(), last_.begin() + 1, last_.end());
    last_.back() = {.begin = begin, .end = end};
  }
  /// First cycle from `cycle` on in which things move.
  std::int64_t moving_from(std::int64_t cycle) const { return after(cycle - 1, 1); }
  /// The `count`-th cycle after `cycle` in which things move.
  std::int64_t after(std::int64_t cycle, std::int64_t count) const {
    for (const Span& span : last_) {
      if (span.end <= cycle + 1) continue;
      const std::int64_t moving = std::max<std::int64_t>(span.begin - cycle - 1, 0);
      if (count <= moving) break;
      count -= moving;
      cycle = span.end - 1;
    }
    return cycle + count;
  }

 private:
  struct Span {
    std::int64_t begin = kNever;
    std::int64_t end = kNever;
  };
  /// Of the tokens that can be in O, V, A and S beside the one looked at; older ones are over.
  std::array<Span, 4> last_;
};

/// O, V, A and S.
class CrossbarCore final : public TileCore {
 public:
  explicit CrossbarCore(const ImcCrossbarSpec& spec)
      : spec_(spec), digits_(static_cast<std::size_t>(spec.tile.rows())) {}

  std::int64_t take(std::int64_t offered, const TileToken& token) override {
    const std::int64_t taken = standstills_.moving_from(std::max(offered, last_given_));
    const bool is_empty = token.plane < 0;
    const std::int64_t conversion =
        is_empty || spec_.adc.kind == AdcKind::Flash ? 1 : spec_.adc.bits;
    const std::int64_t samples = is_empty ? 1 : samples_of(token);
    // V takes the first sample when it is empty, or in the last cycle of the sample before.
    const std::int64_t first = standstills_.moving_from(std::max(taken + 1, converted_));
    last_given_ = standstills_.after(first, (samples - 1) * conversion);
    converted_ = standstills_.after(last_given_, conversion);
    arrival_ = standstills_.after(converted_, 1) + 1;  // A, then S
    return taken;
  }
  std::int64_t arrival() const override { return arrival_; }
  void leave(std::int64_t cycle) override { standstills_.add(arrival_, cycle); }

 private:
  /// One for each phase of the column multiplexer and each group of word lines that is read.
  std::int64_t samples_of(const TileToken& token) {
    fill_digits(spec_.tile, token.inputs, token.row_fold, token.plane, digits_);
    return groups_read(spec_, digits_) * spec_.columns_per_adc;
  }

  const ImcCrossbarSpec& spec_;
  std::vector<std::uint8_t> digits_;
  Standstills standstills_;
  std::int64_t last_given_ = kNever;  ///< the cycle in which O gave the last sample
  std::int64_t converted_ = kNever;   ///< the last cycle of that sample in V
  std::int64_t arrival_ = kNever;     ///< of the last token's sums in S
};

}  // namespace

TimingProcess time_imc_crossbar(const Stage& stage, StageChannels channels) {
  const auto& spec = params_of<ImcCrossbarSpec>(stage);
  return time_tile_stage(spec.tile, std::make_unique<CrossbarCore>(spec), channels);
}

}  // namespace nacre::golden
