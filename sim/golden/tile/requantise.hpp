#pragma once
// From accumulators to output values (docs/tile.md, Requantisation).

#include <cstdint>

#include "spec/tile.hpp"

namespace nacre::golden {

/// round(v / 2^shift), shift 0 ... 63.
std::int64_t round_shift(std::int64_t v, int shift, TileRounding rounding);

/// y of an accumulator; `scale` is that of its output. |accumulator| <= 2^47.
std::int64_t requantise(std::int64_t accumulator, std::int64_t scale,
                        const RequantisationSpec& output);

}  // namespace nacre::golden
