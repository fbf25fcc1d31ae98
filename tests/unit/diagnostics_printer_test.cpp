// The text and JSON forms of messages.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "diagnostics/printer.hpp"

namespace nacre {
namespace {

class Printer : public testing::Test {
 protected:
  void SetUp() override {
    file_ = std::filesystem::path(testing::TempDir()) /
            (std::string("nacre_printer_") +
             testing::UnitTest::GetInstance()->current_test_info()->name());
  }
  void TearDown() override { std::filesystem::remove(file_); }
  void write(const std::string& text) { std::ofstream(file_, std::ios::binary) << text; }
  Location at(int line, int column, int length) const {
    return Location{
        .file = file_.string(), .line = line, .column = column, .length = length, .pointer = "/a"};
  }
  std::string format(const Location& location, bool color = false) const {
    return format_text(Diagnostic{.severity = Severity::Error,
                                  .code = "N0204",
                                  .location = location,
                                  .message = "m",
                                  .help = "h"},
                       color);
  }
  std::filesystem::path file_;
};

TEST_F(Printer, ShowsLineCaretAndHelp) {
  write("{\n  \"a\": 300\n}\n");
  EXPECT_EQ(format(at(2, 8, 3)), file_.string() +
                                     ":2:8: error[N0204]: m\n"
                                     "      \"a\": 300\n"
                                     "           ^~~\n"
                                     "    help: h\n");
}

TEST_F(Printer, CountsCharactersAndKeepsTabs) {
  // One column per character: the two bytes of an e with acute are one column, as is the tab.
  write("\t\"\xc3\xa9\": 1\r\n");
  EXPECT_EQ(format(at(1, 7, 1)), file_.string() +
                                     ":1:7: error[N0204]: m\n"
                                     "    \t\"\xc3\xa9\": 1\n"
                                     "    \t     ^\n"
                                     "    help: h\n");
}

TEST_F(Printer, CutsLongLinesAroundTheCaret) {
  write(std::string(5000, ' ') + "x" + std::string(5000, ' '));
  const std::string text = format(at(1, 5001, 1));
  EXPECT_LT(text.size(), 500u);
  const auto lines_begin = text.find('\n') + 1;
  const auto caret_line = text.find('\n', lines_begin) + 1;
  EXPECT_EQ(text.find('x', lines_begin) - lines_begin, text.find('^', caret_line) - caret_line);
}

TEST_F(Printer, ControlCharactersOfTheUserDoNotReachTheTerminal) {
  write("{\"\x1b[31m\": 1}\n");
  EXPECT_EQ(format(at(1, 2, 1)).find('\x1b'), std::string::npos);
  const Diagnostic named{.severity = Severity::Error,
                         .code = "N0301",
                         .location = {},
                         .message = "name 'a\x1b[2J' is bad",
                         .help = {}};
  EXPECT_EQ(format_text(named, false), "nacre: error[N0301]: name 'a?[2J' is bad\n");
}

TEST_F(Printer, ColoursOnlyWhenAsked) {
  write("1\n");
  EXPECT_EQ(format(at(1, 1, 1), false).find('\x1b'), std::string::npos);
  EXPECT_NE(format(at(1, 1, 1), true).find("\x1b[1;31merror[N0204]\x1b[0m"), std::string::npos);
  EXPECT_TRUE(use_color(ColorMode::Always, 0));
  EXPECT_FALSE(use_color(ColorMode::Never, 0));
}

TEST_F(Printer, MissingFileOrLineLeavesTheMessage) {
  EXPECT_EQ(format(at(3, 1, 1)), file_.string() + ":3:1: error[N0204]: m\n    help: h\n");
  write("one line\n");
  EXPECT_EQ(format(at(3, 1, 1)), file_.string() + ":3:1: error[N0204]: m\n    help: h\n");
  EXPECT_EQ(format(Location{.file = "whole.npy"}), "whole.npy: error[N0204]: m\n    help: h\n");
}

TEST_F(Printer, SummaryCountsAndLimits) {
  Diagnostics none;
  EXPECT_EQ(format_all_text(none, false, "nothing written"), "");
  Diagnostics mixed;
  mixed.error("N0204", {}, "a");
  mixed.error("N0204", {}, "b");
  mixed.warning("W0402", {}, "c");
  EXPECT_TRUE(format_all_text(mixed, false, "nothing written")
                  .ends_with("\n2 errors, 1 warning; nothing written\n"));
  Diagnostics many;
  for (int i = 0; i < 25; ++i) many.error("N0204", {}, "m");
  const std::string text = format_all_text(many, false, "nothing written");
  EXPECT_TRUE(text.ends_with("... 5 errors not shown\n25 errors; nothing written\n"));
  Diagnostics warned;
  warned.warning("W0402", {}, "c");
  EXPECT_TRUE(format_all_text(warned, false, "nothing written").ends_with("\n1 warning\n"));
}

TEST_F(Printer, JsonHasTheDocumentedShape) {
  const auto object = nlohmann::json::parse(format_json(Diagnostic{
      .severity = Severity::Warning,
      .code = "W0401",
      .location =
          Location{.file = "s.json", .line = 4, .column = 7, .length = 2, .pointer = "/a/0"},
      .message = "quote \" and \xff byte",
      .help = "h"}));
  EXPECT_EQ(object["code"], "W0401");
  EXPECT_EQ(object["level"], "warning");
  EXPECT_EQ(object["spans"][0]["line"], 4);
  EXPECT_EQ(object["spans"][0]["col"], 7);
  EXPECT_EQ(object["spans"][0]["end_col"], 9);
  EXPECT_EQ(object["spans"][0]["pointer"], "/a/0");
  EXPECT_EQ(object["children"][0]["message"], "h");
  Diagnostics one;
  one.error("N0204", {}, "m");
  const std::string lines = format_all_json(one, "nothing written");
  const auto summary = nlohmann::json::parse(lines.substr(lines.find('\n') + 1));
  EXPECT_EQ(summary["level"], "summary");
  EXPECT_EQ(summary["errors"], 1);
}

}  // namespace
}  // namespace nacre
