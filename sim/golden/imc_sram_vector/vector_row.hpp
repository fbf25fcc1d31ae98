#pragma once
// A row of the computational SRAM as lanes.

#include <cstdint>
#include <vector>

namespace nacre::golden {

/// A row of 32-bit words, word 0 in the low bits; lanes of 8, 16 or 32 bits, lane 0 in the low
/// bits.
class VectorRow {
 public:
  explicit VectorRow(int row_bits) : words_(static_cast<std::size_t>(row_bits / kWordBits), 0) {}

  int bits() const { return static_cast<int>(words_.size()) * kWordBits; }
  /// Lanes of `lane_bits` in the row.
  std::int64_t lanes(int lane_bits) const { return bits() / lane_bits; }
  /// A lane as an unsigned number.
  std::int64_t unsigned_lane(std::int64_t lane, int lane_bits) const;
  /// A lane as a two's complement number.
  std::int64_t signed_lane(std::int64_t lane, int lane_bits) const;
  /// Writes `value` modulo 2^lane_bits.
  void set_lane(std::int64_t lane, int lane_bits, std::int64_t value);

  friend bool operator==(const VectorRow&, const VectorRow&) = default;

 private:
  static constexpr int kWordBits = 32;
  std::vector<std::uint32_t> words_;
};

}  // namespace nacre::golden
