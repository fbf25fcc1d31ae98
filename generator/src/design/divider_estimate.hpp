#pragma once
// What nacre_divide_constant costs.

#include <bit>
#include <cstdint>

namespace nacre {

/// NAND2 equivalents of a division of a number of `width` bits by `divisor`, fitted on the leaf
/// alone (Yosys 0.23, osu018): 9 ... 16 bits by 3 ... 17, 2.9 ... 3.6 a square bit.
inline double divider_gates(int width, std::int64_t divisor) {
  constexpr double kSquareBit = 3.4;
  if (std::has_single_bit(static_cast<std::uint64_t>(divisor))) return 0;
  return kSquareBit * width * width;
}

}  // namespace nacre
