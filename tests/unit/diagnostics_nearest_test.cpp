#include <gtest/gtest.h>

#include "diagnostics/nearest.hpp"

namespace nacre {
namespace {

TEST(Nearest, EditDistanceOfKnownPairs) {
  EXPECT_EQ(edit_distance("", ""), 0);
  EXPECT_EQ(edit_distance("abc", "abc"), 0);
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
  EXPECT_EQ(edit_distance("chekc", "check"), 1);  // neighbours swapped
  EXPECT_EQ(edit_distance("threshold", "treshold"), 1);
}

TEST(Nearest, OffersOnlyWhatIsNear) {
  const std::vector<std::string> words = {"check", "generate", "verify"};
  EXPECT_EQ(nearest_word("chekc", words), "check");
  EXPECT_EQ(nearest_word("CHECK", words), "check");
  EXPECT_EQ(nearest_word("generat", words), "generate");
  EXPECT_EQ(nearest_word("synthesize", words), std::nullopt);
  EXPECT_EQ(nearest_word("", words), std::nullopt);
  EXPECT_EQ(nearest_word(std::string(100000, 'x'), words), std::nullopt);
  EXPECT_EQ(nearest_word("-o", {"-h", "-q"}), std::nullopt);
  EXPECT_EQ(nearest_word("x", {}), std::nullopt);
}

TEST(Nearest, Words) {
  EXPECT_EQ(quoted_list({"a"}, "or"), "'a'");
  EXPECT_EQ(quoted_list({"a", "b", "c"}, "or"), "'a', 'b' or 'c'");
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(-1000), "-1,000");
  EXPECT_EQ(with_commas(1234567), "1,234,567");
}

}  // namespace
}  // namespace nacre
