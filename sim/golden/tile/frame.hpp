#pragma once
// Frames of a value stream, the patches of a convolution, and how many digit planes a patch takes
// (docs/tile.md).

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "nacre/stream.hpp"
#include "spec/tile.hpp"

namespace nacre::golden {

/// Error flags of every stage of tiles.
inline constexpr std::uint32_t kFrameOrder = 1u << 0;
inline constexpr std::uint32_t kFrameShort = 1u << 1;

/// Collects the values of a frame: they must come in the order of their addresses.
class FrameCollector {
 public:
  /// `tile` outlives the collector.
  explicit FrameCollector(const TileSpec& tile);
  /// Forgets an unfinished frame and the flags.
  void reset() { received_ = errors_ = 0; }
  /// Consumes one word. True when it closes a complete frame.
  bool push(const Word& word);
  /// Values are taken as numbers of their low `bits` bits from now on (register input_bits).
  void set_input_bits(int bits) { input_bits_ = bits; }
  /// Flags raised since the last call.
  std::uint32_t take_errors() { return std::exchange(errors_, 0); }
  /// The values of the frame that was completed last; valid until the next value is pushed.
  std::span<const std::int32_t> values() const { return values_; }

 private:
  const TileSpec& tile_;
  int input_bits_;
  std::vector<std::int32_t> values_;
  std::int64_t received_ = 0;
  std::uint32_t errors_ = 0;
};

/// The K inputs of patch `patch` (row-major among the output positions) of a frame: im2col. Without
/// a convolution the frame itself.
void gather_patch(const TileSpec& tile, std::span<const std::int32_t> frame, std::int64_t patch,
                  std::span<std::int32_t> inputs);

/// For each row fold i, bit d is set when the pass over that fold computes digit plane d of these K
/// inputs of `input_bits` bits; the other planes are skipped. The last plane is d = D - 1.
std::vector<std::uint32_t> computed_planes(const TileSpec& tile, int input_bits,
                                           std::span<const std::int32_t> inputs);

}  // namespace nacre::golden
