#include "golden/tile/requantise.hpp"

#include <algorithm>

#include "nacre/diagnostics.hpp"

namespace nacre::golden {

std::int64_t round_shift(std::int64_t v, int shift, TileRounding rounding) {
  if (shift == 0) return v;
  const std::int64_t below = v >> shift;  // floor
  // v = below * 2^shift + rest, 0 <= rest < 2^shift.
  const std::uint64_t one = std::uint64_t{1} << shift;
  const std::uint64_t rest = static_cast<std::uint64_t>(v) & (one - 1);
  const std::uint64_t half = one / 2;
  switch (rounding) {
    case TileRounding::Floor:
      return below;
    case TileRounding::HalfUp:
      return below + (rest >= half ? 1 : 0);
    case TileRounding::HalfEven:
      return below + (rest > half || (rest == half && below % 2 != 0) ? 1 : 0);
  }
  NACRE_CHECK(false, "an unknown rounding");
}

std::int64_t requantise(std::int64_t accumulator, std::int64_t scale,
                        const RequantisationSpec& output) {
  std::int64_t r = round_shift(accumulator * scale, output.shift, output.rounding);
  if (output.relu) r = std::max<std::int64_t>(r, 0);
  const Interval range = number_range(output.bits, output.is_signed);
  return std::clamp(r, range.low, range.high);
}

}  // namespace nacre::golden
