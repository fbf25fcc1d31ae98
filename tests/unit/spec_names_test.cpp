#include <gtest/gtest.h>

#include "spec/names.hpp"

namespace nacre {
namespace {

TEST(SpecNames, Identifiers) {
  for (const char* good : {"a", "_", "A1_b", "layer_2"}) EXPECT_TRUE(is_identifier(good)) << good;
  EXPECT_TRUE(is_identifier(std::string(63, 'a')));
  EXPECT_FALSE(is_identifier(std::string(64, 'a')));
  for (const char* bad : {"", "1a", "a-b", "a b", "a$", "a.b", "a/b", "\xc3\xa9", "a\n"}) {
    EXPECT_FALSE(is_identifier(bad)) << bad;
  }
}

TEST(SpecNames, KeywordsOfThreeLanguagesInAnyCase) {
  EXPECT_EQ(keyword_language("module"), "SystemVerilog");
  EXPECT_EQ(keyword_language("Logic"), "SystemVerilog");
  EXPECT_EQ(keyword_language("s_until_with"), "SystemVerilog");
  EXPECT_EQ(keyword_language("entity"), "VHDL");
  EXPECT_EQ(keyword_language("DOWNTO"), "VHDL");
  EXPECT_EQ(keyword_language("double"), "C");
  EXPECT_EQ(keyword_language("_Static_assert"), "C");
  EXPECT_EQ(keyword_language("encoder"), "");
}

TEST(SpecNames, ReservedNames) {
  Diagnostics diagnostics;
  EXPECT_FALSE(check_name("control", NameUse::Stage, {}, diagnostics));
  EXPECT_FALSE(check_name("Input", NameUse::Stage, {}, diagnostics));
  EXPECT_FALSE(check_name("nacre_dense", NameUse::Module, {}, diagnostics));
  EXPECT_TRUE(check_name("nacre_dense", NameUse::Stage, {}, diagnostics));
  EXPECT_FALSE(check_name("x; rm", NameUse::Stage, {}, diagnostics));
  EXPECT_EQ(diagnostics.num_errors(), 4);
  EXPECT_EQ(diagnostics.all()[0].code, "N0302");
  EXPECT_EQ(diagnostics.all()[3].code, "N0301");
}

}  // namespace
}  // namespace nacre
