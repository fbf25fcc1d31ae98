#pragma once
// The error-correcting codes of mram_macro, by their definition (README of the
// kind, section Row).

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "mram_macro/mram_macro_spec.hpp"

namespace nacre::golden {

/// Bits of a word that are wrong.
struct MramErrors {
  int count = 0;
  std::array<int, 2> bits{};  ///< the first `count` are meant

  friend bool operator==(const MramErrors&, const MramErrors&) = default;
};

/// A linear code: data bits 0 ... k-1, then the check bits. A set of bits is a
/// code word when the columns of its ones add up (XOR) to 0.
class MramCode {
 public:
  MramCode(MramEcc ecc, int data_bits);

  int data_bits() const { return data_bits_; }
  int check_bits() const { return check_bits_; }
  int bits() const { return data_bits_ + check_bits_; }

  /// The code word of `data`, one bit (0, 1) an element.
  std::vector<std::uint8_t> encode(std::uint64_t data) const;
  /// What is wrong with `word` (at least `bits()` elements): the fewest bits
  /// that explain its syndrome. Nothing: they are more than the code corrects.
  std::optional<MramErrors> decode(std::span<const std::uint8_t> word) const;

 private:
  void make_columns_of_secded();
  void make_columns_of_dected();
  void explain_syndromes(int corrected);

  int data_bits_;
  int check_bits_ = 0;
  std::vector<std::uint32_t> columns_;             ///< of the data bits, then of the check bits
  std::vector<std::optional<MramErrors>> errors_;  ///< [syndrome]
};

}  // namespace nacre::golden
