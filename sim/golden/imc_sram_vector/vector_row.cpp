#include "golden/imc_sram_vector/vector_row.hpp"

namespace nacre::golden {

std::int64_t VectorRow::unsigned_lane(std::int64_t lane, int lane_bits) const {
  const std::int64_t low = lane * lane_bits;  // a lane never crosses a word
  const std::uint64_t word = words_.at(static_cast<std::size_t>(low / kWordBits));
  return static_cast<std::int64_t>((word >> (low % kWordBits)) &
                                   ((std::uint64_t{1} << lane_bits) - 1));
}

std::int64_t VectorRow::signed_lane(std::int64_t lane, int lane_bits) const {
  const std::int64_t value = unsigned_lane(lane, lane_bits);
  const std::int64_t modulus = std::int64_t{1} << lane_bits;
  return value < modulus / 2 ? value : value - modulus;
}

void VectorRow::set_lane(std::int64_t lane, int lane_bits, std::int64_t value) {
  const std::int64_t low = lane * lane_bits;
  const std::uint64_t mask = (std::uint64_t{1} << lane_bits) - 1;
  std::uint32_t& word = words_.at(static_cast<std::size_t>(low / kWordBits));
  const std::uint64_t others = word & ~(mask << (low % kWordBits));
  word = static_cast<std::uint32_t>(others | (static_cast<std::uint64_t>(value) & mask)
                                                 << (low % kWordBits));
}

}  // namespace nacre::golden
