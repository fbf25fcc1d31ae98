// The memory table: what is built in, a user's file and its faults, scaling to a size.

#include "power/memory_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>

namespace nacre::flows {
namespace {

namespace fs = std::filesystem;

std::vector<MemoryConstants> built_in() {
  Diagnostics diagnostics;
  const auto table = read_memory_table(std::nullopt, diagnostics);
  for (const Diagnostic& each : diagnostics.all()) ADD_FAILURE() << each.message;
  return table.value_or(std::vector<MemoryConstants>{});
}

const MemoryConstants& entry(const std::vector<MemoryConstants>& table, const std::string& name) {
  for (const MemoryConstants& each : table) {
    if (each.name == name) return each;
  }
  ADD_FAILURE() << "there is no entry " << name;
  static const MemoryConstants none{};
  return none;
}

MemoryEstimate estimate(const std::string& name, double node_nm, std::int64_t rows, int width,
                        bool two_ports = false) {
  Diagnostics diagnostics;
  const auto result =
      estimate_memory(built_in(), name, node_nm, "macro", rows, width, two_ports, diagnostics);
  for (const Diagnostic& each : diagnostics.all()) ADD_FAILURE() << each.message;
  return result.value_or(MemoryEstimate{});
}

TEST(MemoryTable, EveryEntryNamesItsSourceAndItsRange) {
  const auto table = built_in();
  std::set<std::string> cells;
  for (const MemoryConstants& each : table) {
    cells.insert(each.cell);
    EXPECT_GT(each.citation.size(), 20u) << each.name;
    EXPECT_NE(each.how.find("Range: "), std::string::npos) << each.name;
    // A factor 1.5 at least: nothing here is known better for another design's memory.
    EXPECT_GE(each.high_factor / each.low_factor, 1.5) << each.name;
    EXPECT_GT(each.read_j_per_bit, 1e-15) << each.name;
    EXPECT_LT(each.read_j_per_bit, 20e-12) << each.name;
    if (each.area_per_bit_um2 > 0) {
      // A cell of 4 F2 is the smallest that is built.
      EXPECT_GE(each.area_per_bit_um2, 4 * std::pow(each.node_nm * 1e-3, 2)) << each.name;
    }
  }
  EXPECT_EQ(cells, (std::set<std::string>{"cache", "pcm", "register_file", "rram", "sram",
                                          "sram_5v", "stt_mram"}));
}

TEST(MemoryTable, ScaledEntriesFollowTheRuleTheyName) {
  const auto table = built_in();
  for (const std::string size : {"128x16", "1024x32"}) {
    const MemoryConstants& source = entry(table, "sram_130nm_" + size);
    const MemoryConstants& scaled = entry(table, "sram_180nm_" + size);
    const double node = 180. / 130;
    EXPECT_NEAR(scaled.read_j_per_bit / source.read_j_per_bit, node, 1e-3);
    EXPECT_NEAR(scaled.write_j_per_bit / source.write_j_per_bit, node, 1e-3);
    EXPECT_NEAR(scaled.access_s / source.access_s, node, 1e-3);
    EXPECT_NEAR(scaled.area_per_bit_um2 / source.area_per_bit_um2, node * node, 2e-3);
  }
  for (const std::string size : {"256x32", "512x32", "1024x64"}) {
    const MemoryConstants& source = entry(table, "sram_65nm_" + size);
    const MemoryConstants& scaled = entry(table, "sram_90nm_" + size);
    const double factor = 90. / 65 * std::pow(scaled.voltage / source.voltage, 2);
    EXPECT_NEAR(scaled.read_j_per_bit / source.read_j_per_bit, factor, 1e-3);
  }
  const MemoryConstants& source = entry(table, "register_file_40nm");
  for (const std::string node : {"130", "180"}) {
    const MemoryConstants& scaled = entry(table, "register_file_" + node + "nm");
    const double factor = scaled.node_nm / 40 * std::pow(scaled.voltage / source.voltage, 2);
    EXPECT_NEAR(scaled.read_j_per_bit / source.read_j_per_bit, factor, 1e-2);
  }
}

TEST(MemoryTable, AnEntryOfItsOwnSizeIsItself) {
  const MemoryEstimate result = estimate("sram_130nm_1024x32", 180, 1024, 32);
  EXPECT_EQ(result.constants, "sram_130nm_1024x32");
  // The published macro: 351,764 um2, 1,608 nW, 9.37 pJ a read, 4.15 ns.
  EXPECT_NEAR(result.area_um2, 351764, 351764 * 1e-3);
  EXPECT_NEAR(result.leakage_w, 1608e-9, 1608e-9 * 1e-3);
  EXPECT_NEAR(result.read_j, 9.37e-12, 9.37e-12 * 1e-3);
  EXPECT_NEAR(result.access_s, 4.153e-9, 1e-12);
  EXPECT_EQ(result.low_factor, 0.7);
  EXPECT_EQ(result.high_factor, 2.5);
}

TEST(MemoryTable, TheDefaultIsTheNearestSram) {
  EXPECT_EQ(estimate("", 180, 720, 16).constants, "sram_180nm_1024x32");
  EXPECT_EQ(estimate("", 180, 36, 52).constants, "sram_180nm_128x16");
  EXPECT_EQ(estimate("", 350, 36, 52).constants, "sram_180nm_128x16");
  EXPECT_EQ(estimate("", 130, 100000, 64).constants, "sram_130nm_1024x32");
  EXPECT_EQ(estimate("", 28, 256, 32).constants, "sram_32nm_256x32");
}

TEST(MemoryTable, ACellIsItsNearestEntry) {
  EXPECT_EQ(estimate("stt_mram", 22, 2048, 32).constants, "stt_mram_22nm_2048x32");
  EXPECT_EQ(estimate("rram", 130, 720, 16).constants, "rram_130nm_144x80");
  EXPECT_EQ(estimate("register_file", 180, 36, 52).constants, "register_file_180nm");
}

TEST(MemoryTable, SizeFollowsTheRule) {
  const MemoryEstimate published = estimate("sram_180nm_128x16", 180, 128, 16);
  // Four times the bits in a square: half of the area with the bits, half with their root; the
  // side from sqrt(2048) to sqrt(8192), twice.
  const MemoryEstimate large = estimate("sram_180nm_128x16", 180, 512, 16);
  EXPECT_NEAR(large.area_um2 / published.area_um2, 0.5 * 4 + 0.5 * 2, 1e-9);
  EXPECT_NEAR(large.leakage_w / published.leakage_w, 4, 1e-9);
  EXPECT_NEAR(large.read_j / published.read_j, 0.75 + 0.25 * 2, 1e-9);
  EXPECT_NEAR(large.access_s / published.access_s, 0.75 + 0.25 * 2, 1e-9);
  // Few rows: the lines are as long as there are rows; energy with the width.
  const MemoryEstimate flat = estimate("sram_180nm_128x16", 180, 4, 512);
  EXPECT_NEAR(flat.area_um2, published.area_um2, 1e-9);
  EXPECT_NEAR(flat.write_j / published.write_j, 32 * (0.75 + 0.25 * 4 / std::sqrt(2048)), 1e-9);
}

// The rule against published pairs, as the header states it.
TEST(MemoryTable, RuleAgainstPublishedPairs) {
  const MemoryEstimate small = estimate("sram_130nm_1024x32", 130, 128, 16);
  const MemoryEstimate macro = estimate("sram_130nm_128x16", 130, 128, 16);
  EXPECT_NEAR(small.area_um2 / macro.area_um2, 0.156 / 0.160, 0.01);
  EXPECT_NEAR(small.read_j / macro.read_j, (0.75 + 0.25 / 4) * 1.177, 0.01);
}

TEST(MemoryTable, TwoPortsCostMore) {
  const MemoryEstimate one = estimate("", 180, 128, 16), two = estimate("", 180, 128, 16, true);
  EXPECT_NEAR(two.area_um2 / one.area_um2, 1.6, 1e-9);
  EXPECT_NEAR(two.read_j / one.read_j, 1.26, 1e-9);
  EXPECT_NEAR(two.write_j / one.write_j, 1.26, 1e-9);
  EXPECT_NEAR(two.leakage_w / one.leakage_w, 8. / 6, 1e-9);
  // A register file has two ports as published.
  const MemoryEstimate registers = estimate("register_file", 180, 32, 16);
  EXPECT_EQ(registers.area_um2, estimate("register_file", 180, 32, 16, true).area_um2);
  EXPECT_NEAR(registers.area_um2 / 512, 5.98 * 20.25, 0.1);
}

TEST(MemoryTable, AnUnknownNameIsN1109) {
  Diagnostics diagnostics;
  EXPECT_FALSE(estimate_memory(built_in(), "stt_mrm", 180, "macro", 64, 8, false, diagnostics));
  ASSERT_EQ(diagnostics.all().size(), 1u);
  EXPECT_EQ(diagnostics.all()[0].code, "N1109");
  EXPECT_NE(diagnostics.all()[0].message.find("'stt_mrm'"), std::string::npos);
  EXPECT_EQ(diagnostics.all()[0].help, "did you mean 'stt_mram'?");
}

class MemoryTableFile : public testing::Test {
 protected:
  void TearDown() override { fs::remove(file_); }

  /// What comes of a table with this text.
  std::optional<std::vector<MemoryConstants>> read(const std::string& text) {
    diagnostics_ = Diagnostics();
    std::ofstream(file_) << text;
    return read_memory_table(file_, diagnostics_);
  }

  /// One whole entry, with a text of it replaced.
  static std::string table(const std::string& find = {}, const std::string& replacement = {}) {
    std::string text =
        R"({"entries": [{"name": "mine", "cell": "sram", "node_nm": 180, "voltage_v": 1.8,
"rows": 64, "width": 8, "area_um2_per_bit": 20, "read_pj_per_bit": 0.5, "write_pj_per_bit": 0.6,
"leakage_pw_per_bit": 40, "access_ns": 5, "low": 0.5, "high": 2, "citation": "a datasheet",
"how": "measured"}]})";
    const std::size_t at = text.find(find);
    EXPECT_NE(at, std::string::npos) << find;
    return text.replace(at, find.size(), replacement);
  }

  /// The one message has this code and place and names this.
  void expect_fault(const std::string& text, const std::string& named, int line) {
    EXPECT_FALSE(read(text)) << named;
    ASSERT_EQ(diagnostics_.all().size(), 1u) << named;
    const Diagnostic& fault = diagnostics_.all()[0];
    EXPECT_EQ(fault.code, "N1108");
    EXPECT_NE((fault.message + fault.help).find(named), std::string::npos) << fault.message;
    EXPECT_EQ(fault.location.line, line) << fault.message;
  }

  const fs::path file_ =
      fs::temp_directory_path() /
      ("nacre_memory_table_" +
       std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + ".json");
  Diagnostics diagnostics_;
};

TEST_F(MemoryTableFile, IsReadInItsUnits) {
  const auto result = read(table());
  ASSERT_TRUE(result);
  ASSERT_EQ(result->size(), 1u);
  const MemoryConstants& mine = result->front();
  EXPECT_EQ(mine.name, "mine");
  EXPECT_DOUBLE_EQ(mine.read_j_per_bit, 0.5e-12);
  EXPECT_DOUBLE_EQ(mine.write_j_per_bit, 0.6e-12);
  EXPECT_DOUBLE_EQ(mine.leakage_w_per_bit, 40e-12);
  EXPECT_DOUBLE_EQ(mine.access_s, 5e-9);
  EXPECT_EQ(mine.rows, 64);
  EXPECT_EQ(mine.width, 8);
}

TEST_F(MemoryTableFile, FaultsAreN1108) {
  expect_fault("[]", "'entries'", 1);
  expect_fault(R"({"entries": []})", "'entries'", 1);
  expect_fault(R"({"entries": [7]})", "must be an object", 1);
  expect_fault(table(R"("node_nm": 180, )", ""), "'node_nm' is missing", 1);
  expect_fault(table(R"("read_pj_per_bit": 0.5)", R"("read_pj_per_bit": -1)"), "-1", 2);
  expect_fault(table(R"("read_pj_per_bit": 0.5)", R"("read_pj_per_bit": "much")"), "much", 2);
  expect_fault(table(R"("low": 0.5)", R"("low": 1.5)"), "from 1e-09 to 1", 3);
  expect_fault(table(R"("high": 2)", R"("high": 0.5)"), "'high'", 3);
  expect_fault(table(R"("rows": 64)", R"("rows": 0)"), "both 0", 1);
  expect_fault(table(R"("rows": 64)", R"("rows": 6.5)"), "integer", 2);
  expect_fault(table(R"("citation": "a datasheet")", R"("citation": "")"), "'citation'", 3);
  expect_fault(table(R"("how")", R"("howw": 1, "how")"), "did you mean 'how'?", 4);
}

TEST_F(MemoryTableFile, NamesAreUnique) {
  std::string text = table();
  const std::string one = text.substr(13, text.size() - 15);
  EXPECT_FALSE(read("{\"entries\": [" + one + ",\n" + one + "]}"));
  EXPECT_EQ(diagnostics_.all()[0].code, "N1108");
  EXPECT_NE(diagnostics_.all()[0].message.find("'mine' is taken"), std::string::npos);
}

TEST_F(MemoryTableFile, WithoutAnSramTheDefaultIsN1109) {
  const auto result = read(table(R"("cell": "sram")", R"("cell": "flash")"));
  ASSERT_TRUE(result);
  EXPECT_FALSE(estimate_memory(*result, "", 180, "macro", 64, 8, false, diagnostics_));
  EXPECT_EQ(diagnostics_.all().back().code, "N1109");
}

}  // namespace
}  // namespace nacre::flows
