// The codes of mram_macro: columns by hand, generators of the literature, every pattern of few
// wrong bits.

#include "golden/mram_macro/mram_code.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <functional>

#include "golden_test_specs.hpp"

namespace nacre::golden {
namespace {

using test::Random;

/// Calls `visit` with every set of `count` of `bits` bits.
void for_each_pattern(int bits, int count,
                      const std::function<void(const std::vector<int>&)>& visit) {
  std::vector<int> pattern;
  const std::function<void(int)> extend = [&](int first) {
    if (std::ssize(pattern) == count) return visit(pattern);
    for (int bit = first; bit < bits; ++bit) {
      pattern.push_back(bit);
      extend(bit + 1);
      pattern.pop_back();
    }
  };
  extend(0);
}

struct PatternCounts {
  std::int64_t repaired = 0;      ///< decoded to what was written
  std::int64_t detected = 0;      ///< more than the code corrects
  std::int64_t miscorrected = 0;  ///< decoded to something else
};

/// All patterns of `count` wrong bits, each on a word of its own.
PatternCounts try_patterns(const MramCode& code, int count) {
  Random random(static_cast<std::uint64_t>(code.bits() * 8 + count));
  PatternCounts counts;
  for_each_pattern(code.bits(), count, [&](const std::vector<int>& pattern) {
    const std::uint64_t data = random() >> (64 - code.data_bits());
    const std::vector<std::uint8_t> written = code.encode(data);
    std::vector<std::uint8_t> word = written;
    for (const int bit : pattern) word[static_cast<std::size_t>(bit)] ^= 1u;
    const std::optional<MramErrors> errors = code.decode(word);
    if (!errors) {
      ++counts.detected;
      return;
    }
    for (int i = 0; i < errors->count; ++i) {
      word[static_cast<std::size_t>(errors->bits[static_cast<std::size_t>(i)])] ^= 1u;
    }
    ++(word == written ? counts.repaired : counts.miscorrected);
  });
  return counts;
}

/// The check bits of data word 1, check bit j at bit j.
std::uint32_t checks_of_one(const MramCode& code) {
  const std::vector<std::uint8_t> word = code.encode(1);
  std::uint32_t checks = 0;
  for (int j = 0; j < code.check_bits(); ++j) {
    checks |= std::uint32_t{word[static_cast<std::size_t>(code.data_bits() + j)]} << j;
  }
  return checks;
}

TEST(MramCode, HasTheSizesOfTheContract) {
  const auto check_bits = [](MramEcc ecc, int data_bits) {
    return MramCode(ecc, data_bits).check_bits();
  };
  EXPECT_EQ(check_bits(MramEcc::None, 32), 0);
  EXPECT_EQ(check_bits(MramEcc::Secded, 8), 5);  // (13,8)
  EXPECT_EQ(check_bits(MramEcc::Secded, 32), 7);
  EXPECT_EQ(check_bits(MramEcc::Secded, 57), 7);
  EXPECT_EQ(check_bits(MramEcc::Secded, 58), 8);
  EXPECT_EQ(check_bits(MramEcc::Secded, 64), 8);
  EXPECT_EQ(check_bits(MramEcc::Dected, 8), 11);
  EXPECT_EQ(check_bits(MramEcc::Dected, 21), 11);  // the whole (31,21) code
  EXPECT_EQ(check_bits(MramEcc::Dected, 22), 13);
  EXPECT_EQ(check_bits(MramEcc::Dected, 51), 13);  // the whole (63,51) code
  EXPECT_EQ(check_bits(MramEcc::Dected, 52), 15);
  EXPECT_EQ(check_bits(MramEcc::Dected, 64), 15);
}

TEST(MramCode, SecdedHasTheColumnsOfTheContract) {
  const MramCode code(MramEcc::Secded, 32);
  // The numbers of weight 3 by value: 7, 11, 13, 14, 19, ...; there are 35 of them.
  const std::vector<std::uint32_t> columns{0b0000111, 0b0001011, 0b0001101, 0b0001110, 0b0010011};
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::vector<std::uint8_t> word = code.encode(std::uint64_t{1} << i);
    for (std::size_t j = 0; j < 7; ++j) EXPECT_EQ(word[32 + j], (columns[i] >> j) & 1u) << i << j;
  }
  EXPECT_EQ(checks_of_one(MramCode(MramEcc::Secded, 64)), 0b00000111u);
}

TEST(MramCode, DectedHasTheGeneratorsOfTheLiterature) {
  // Lin, Costello, Error Control Coding, table of primitive BCH codes: (31,21), (63,51), (127,113);
  // the multiple of g that has data bit 0 alone is g itself.
  struct Known {
    int data_bits, degree;
    std::uint32_t generator;
  };
  for (const Known& known : {Known{21, 10, 03551}, Known{32, 12, 012471}, Known{64, 14, 041567}}) {
    const MramCode code(MramEcc::Dected, known.data_bits);
    const std::uint32_t below = known.generator ^ (std::uint32_t{1} << known.degree);
    const std::uint32_t parity = std::popcount(known.generator) % 2 != 0 ? 1u : 0u;
    EXPECT_EQ(checks_of_one(code), below | (parity << known.degree)) << known.data_bits;
  }
}

TEST(MramCode, WithoutOneNothingIsFoundWrong) {
  const MramCode code(MramEcc::None, 32);
  EXPECT_EQ(code.encode(5).size(), 32U);
  EXPECT_EQ(code.decode(std::vector<std::uint8_t>(32, 1)), MramErrors{});
}

TEST(MramCode, SecdedCorrectsOneBitAndDetectsTwo) {
  for (const int data_bits : {8, 20, 32, 64}) {
    const MramCode code(MramEcc::Secded, data_bits);
    EXPECT_EQ(try_patterns(code, 0).repaired, 1);
    EXPECT_EQ(try_patterns(code, 1).repaired, code.bits());
    EXPECT_EQ(try_patterns(code, 2).detected, std::int64_t{code.bits()} * (code.bits() - 1) / 2);
    // Three are promised to nobody; they look like none or two never, as the weight is odd.
    const PatternCounts three = try_patterns(code, 3);
    EXPECT_EQ(three.repaired, 0);
    EXPECT_GT(three.miscorrected, 0);
  }
}

TEST(MramCode, DectedCorrectsTwoBitsAndDetectsThree) {
  for (const int data_bits : {8, 32, 64}) {
    const MramCode code(MramEcc::Dected, data_bits);
    const std::int64_t n = code.bits();
    EXPECT_EQ(try_patterns(code, 0).repaired, 1);
    EXPECT_EQ(try_patterns(code, 1).repaired, n);
    EXPECT_EQ(try_patterns(code, 2).repaired, n * (n - 1) / 2);
    EXPECT_EQ(try_patterns(code, 3).detected, n * (n - 1) * (n - 2) / 6);
  }
}

}  // namespace
}  // namespace nacre::golden
