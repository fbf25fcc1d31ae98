#pragma once
// Performance counters are 32 bits wide and wrap (docs/stage_interface.md).

#include <cstdint>

namespace nacre::golden {

/// What the 32-bit register shows of a count.
constexpr std::int64_t wrap_counter(std::int64_t count) { return count & 0xffffffff; }

}  // namespace nacre::golden
