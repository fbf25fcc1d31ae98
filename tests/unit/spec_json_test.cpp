// JSON with places: tree, lines and columns, pointers, faults.

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "spec/json.hpp"

namespace nacre {
namespace {

std::unique_ptr<JsonDocument> parse(const std::string& text) {
  Diagnostics diagnostics;
  auto document = parse_json(text, "t.json", diagnostics);
  EXPECT_EQ(diagnostics.num_errors(), 0)
      << (diagnostics.all().empty() ? "" : diagnostics.all()[0].message);
  return document;
}

/// The one fault of a text, as "code line:column".
std::string fault(const std::string& text) {
  Diagnostics diagnostics;
  EXPECT_EQ(parse_json(text, "t.json", diagnostics), nullptr);
  if (diagnostics.all().size() != 1) return std::to_string(diagnostics.all().size()) + " messages";
  const Diagnostic& only = diagnostics.all()[0];
  return only.code + " " + std::to_string(only.location.line) + ":" +
         std::to_string(only.location.column);
}

std::string place(const Location& location) {
  return std::to_string(location.line) + ":" + std::to_string(location.column) + "+" +
         std::to_string(location.length) + " " + location.pointer;
}

TEST(SpecJson, EveryValueAndKeyKnowsItsPlace) {
  const auto document = parse(
      "// comment, with \"quotes\" and {braces}\n"
      "{ \"a\" : 12 /* , : */ ,\n"
      "  \"b/c~\": [ true, -3.5e2 , \"x\\\"y\" , null],\n"
      "\t\"\xc3\xa9\": {\"d\": false}}\n");
  const Json& root = document->root;
  EXPECT_EQ(place(root.location()), "2:1+22 ");
  EXPECT_EQ(place(root.find("a")->location()), "2:9+2 /a");
  EXPECT_EQ(place(root.find_member("a")->key_location()), "2:3+3 /a");
  const Json& list = *root.find("b/c~");
  EXPECT_EQ(place(list.location()), "3:11+31 /b~1c~0");
  EXPECT_EQ(place(list.array()[0].location()), "3:13+4 /b~1c~0/0");
  EXPECT_EQ(place(list.array()[1].location()), "3:19+6 /b~1c~0/1");
  EXPECT_EQ(place(list.array()[2].location()), "3:28+6 /b~1c~0/2");
  EXPECT_EQ(place(list.array()[3].location()), "3:37+4 /b~1c~0/3");
  EXPECT_EQ(place(root.find("\xc3\xa9")->find("d")->location()), "4:13+5 /\xc3\xa9/d");
  EXPECT_EQ(list.array()[2].string(), "x\"y");
  EXPECT_EQ(list.array()[1].real(), -350.0);
}

TEST(SpecJson, IntegersStayIntegers) {
  const auto document = parse("[9223372036854775807, -9223372036854775808, 0, 8.0]");
  const auto& items = document->root.array();
  EXPECT_EQ(items[0].integer(), INT64_MAX);
  EXPECT_EQ(items[1].integer(), INT64_MIN);
  EXPECT_TRUE(items[2].is_integer());
  EXPECT_TRUE(items[3].is_real());
  EXPECT_EQ(fault("[9223372036854775808]"), "N0106 1:2");
  EXPECT_EQ(fault("[-9223372036854775809]"), "N0106 1:2");
  EXPECT_EQ(fault("[18446744073709551616]"), "N0106 1:2");
  EXPECT_EQ(fault("[0, 1e400]"), "N0106 1:5");
}

TEST(SpecJson, ByteOrderMarkAndCarriageReturnsAreFine) {
  const auto document = parse("\xef\xbb\xbf{\r\n  \"a\": 1\r\n}\r\n");
  EXPECT_EQ(place(document->root.find("a")->location()), "2:8+1 /a");
}

TEST(SpecJson, SyntaxFaultsAreWhereTheyAre) {
  EXPECT_EQ(fault("{\"a\": 1,}"), "N0102 1:9");
  EXPECT_EQ(fault("{\"a\": 1\n \"b\": 2}"), "N0102 2:2");
  EXPECT_EQ(fault("{\"a\" 1}"), "N0102 1:6");
  EXPECT_EQ(fault("[1 234]"), "N0102 1:4");
  EXPECT_EQ(fault("[true false]"), "N0102 1:7");
  EXPECT_EQ(fault("{\"a\": 'b'}"), "N0102 1:7");
  EXPECT_EQ(fault("{\"a\": NaN}"), "N0102 1:7");
  EXPECT_EQ(fault("{\"a\": \"b\n\"}"), "N0102 1:9");
  EXPECT_EQ(fault("{} {}"), "N0102 1:4");
  EXPECT_EQ(fault("{\"a\": [1, 2"), "N0102 1:11");
  EXPECT_EQ(fault(""), "N0102 1:1");
  EXPECT_EQ(fault("   \n "), "N0102 1:1");
  EXPECT_EQ(fault(std::string("{\"a\0\": 1}", 9)), "N0102 1:4");
  EXPECT_EQ(fault("[\"\xff\"]"), "N0107 1:3");
  EXPECT_EQ(fault("[\"\xc3\"]"), "N0107 1:4");
}

TEST(SpecJson, DuplicateKeysAreFaultsAtAnyDepth) {
  EXPECT_EQ(fault("{\"a\": 1,\n \"a\": 2}"), "N0103 2:2");
  EXPECT_EQ(fault("{\"x\": {\"a\": 1, \"b\": {}, \"a\": 2}}"), "N0103 1:25");
  // Escapes do not make another key.
  EXPECT_EQ(fault("{\"a\": 1, \"\\u0061\": 2}"), "N0103 1:10");
  // The same key in other objects is another key.
  parse("{\"a\": {\"a\": [{\"a\": 1}, {\"a\": 2}]}}");
}

TEST(SpecJson, DepthIsLimited) {
  parse(std::string(64, '[') + std::string(64, ']'));
  EXPECT_EQ(fault(std::string(65, '[') + std::string(65, ']')), "N0104 1:65");
  EXPECT_EQ(fault(std::string(1000000, '[')), "N0104 1:65");
}

TEST(SpecJson, AHostileObjectCostsNoSquare) {
  std::string text = "{";
  for (int i = 0; i < 200000; ++i) text += "\"k" + std::to_string(i) + "\":0,";
  text += "\"last\":0}";
  const auto begin = std::chrono::steady_clock::now();
  parse(text);
  // Far above what it takes and far below the minutes of a quadratic search.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(SpecJson, ExcerptsAreShortAndWhole) {
  const auto document = parse("[\"" + std::string(39, 'a') + "\xc3\xa9\xc3\xa9\", 12]");
  EXPECT_EQ(document->root.array()[1].excerpt(), "12");
  EXPECT_EQ(document->root.array()[0].excerpt(), "\"" + std::string(39, 'a') + "...");
}

}  // namespace
}  // namespace nacre
