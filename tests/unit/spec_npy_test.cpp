// .npy headers and arrays. Headers are bytes as NumPy 1.24 writes them.

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "spec/npy.hpp"

namespace nacre {
namespace {

std::string header(const std::string& dict, int version = 1) {
  std::string text = dict + "\n";
  std::string bytes = "\x93NUMPY";
  bytes += static_cast<char>(version);
  bytes += '\0';
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  for (std::size_t i = 0; i < length_bytes; ++i) {
    bytes += static_cast<char>((text.size() >> (8 * i)) & 0xff);
  }
  return bytes + text;
}

std::string dict(const std::string& descr, const std::string& shape,
                 const std::string& fortran = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
}

TEST(SpecNpy, ReadsHeadersOfAllVersions) {
  for (const int version : {1, 2, 3}) {
    const auto result = parse_npy_header(header(dict("<i2", "(10, 144)"), version));
    ASSERT_TRUE(result.header) << result.fault;
    EXPECT_EQ(result.header->type, 'i');
    EXPECT_EQ(result.header->item_bytes, 2);
    EXPECT_FALSE(result.header->big_endian);
    EXPECT_EQ(result.header->shape, (std::vector<std::int64_t>{10, 144}));
  }
  EXPECT_EQ(parse_npy_header(header(dict("|b1", "()"))).header->shape.size(), 0u);
  EXPECT_EQ(parse_npy_header(header(dict(">u8", "(7,)"))).header->shape.size(), 1u);
  EXPECT_TRUE(parse_npy_header(header(dict(">u8", "(7,)", "True"))).header->fortran_order);
}

TEST(SpecNpy, RefusesEverythingElse) {
  const auto code = [](const std::string& bytes) { return parse_npy_header(bytes).code; };
  EXPECT_EQ(code(""), "N0502");
  EXPECT_EQ(code("\x93NUMPY"), "N0502");
  EXPECT_EQ(code(header(dict("<i2", "(1,)"), 4)), "N0502");
  EXPECT_EQ(code(header("")), "N0502");
  EXPECT_EQ(code(header("{}")), "N0502");
  EXPECT_EQ(code(header("{'descr': '<i2', 'fortran_order': False}")), "N0502");
  EXPECT_EQ(code(header(dict("<i2", "(2*3,)"))), "N0502");
  EXPECT_EQ(code(header(dict("<i2", "(-1,)"))), "N0502");
  EXPECT_EQ(code(header(dict("<i2", "(99999999999999999999,)"))), "N0502");
  EXPECT_EQ(code(header(dict("<i2", "(1,1,1,1,1,1,1,1,1)"))), "N0502");
  EXPECT_EQ(code(header(dict("<i2", "__import__('os')"))), "N0502");
  EXPECT_EQ(code(header(dict("<i2", "(1,)") + "garbage")), "N0502");
  EXPECT_EQ(code(header(dict("<i2", "(1,)", "Maybe"))), "N0502");
  EXPECT_EQ(code(header(dict("<i2", "(1,)")).substr(0, 30)), "N0502");
  EXPECT_EQ(code(header(dict("<f4", "(1,)"))), "N0503");
  EXPECT_EQ(code(header(dict("<c8", "(1,)"))), "N0503");
  EXPECT_EQ(code(header(dict("|O", "(1,)"))), "N0503");
  EXPECT_EQ(code(header(dict("<i3", "(1,)"))), "N0503");
  EXPECT_EQ(code(header(dict("<i16", "(1,)"))), "N0503");
  EXPECT_EQ(code(header("{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (1,), }")),
            "N0503");
  // A length field that promises 4 GiB of header is not believed.
  EXPECT_EQ(code(std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12)), "N0502");
}

class NpyFile : public testing::Test {
 protected:
  void SetUp() override {
    file_ =
        std::filesystem::path(testing::TempDir()) /
        (std::string("nacre_npy_") + testing::UnitTest::GetInstance()->current_test_info()->name());
  }
  void TearDown() override { std::filesystem::remove(file_); }

  std::optional<NpyArray> read(const std::string& bytes, std::vector<std::int64_t> shape,
                               std::int64_t low, std::int64_t high) {
    std::ofstream(file_, std::ios::binary) << bytes;
    diagnostics_ = {};
    return read_npy(file_, shape, "(rows, columns)", low, high, {}, diagnostics_);
  }
  std::string code() const { return diagnostics_.all().empty() ? "" : diagnostics_.all()[0].code; }

  std::filesystem::path file_;
  Diagnostics diagnostics_;
};

TEST_F(NpyFile, ValuesOfEachTypeAndOrder) {
  const auto expect = [&](const std::string& descr, const std::string& body,
                          std::vector<std::int32_t> values) {
    const auto array = read(header(dict(descr, "(2,)")) + body, {2}, -40000, 70000);
    ASSERT_TRUE(array) << descr;
    EXPECT_EQ(array->values, values) << descr;
    EXPECT_EQ(array->first_outside, -1);
  };
  expect("|i1", std::string("\xff\x7f", 2), {-1, 127});
  expect("|u1", std::string("\xff\x7f", 2), {255, 127});
  expect("|b1", std::string("\x00\x01", 2), {0, 1});
  expect("<i2", std::string("\xfe\xff\x01\x02", 4), {-2, 513});
  expect(">i2", std::string("\xff\xfe\x02\x01", 4), {-2, 513});
  expect("<u2", std::string("\xfe\xff\x01\x02", 4), {65534, 513});
  expect("<i4", std::string("\xff\xff\xff\xff\x01\x00\x01\x00", 8), {-1, 65537});
  expect(">i8", std::string("\xff\xff\xff\xff\xff\xff\xff\x80\0\0\0\0\0\0\x01\x00", 16),
         {-128, 256});
}

TEST_F(NpyFile, FortranOrderIsTurnedRound) {
  // [[1, 2, 3], [4, 5, 6]] stored column by column.
  const auto array =
      read(header(dict("|i1", "(2, 3)", "True")) + "\x01\x04\x02\x05\x03\x06", {2, 3}, 0, 9);
  ASSERT_TRUE(array);
  EXPECT_EQ(array->values, (std::vector<std::int32_t>{1, 2, 3, 4, 5, 6}));
  const auto outside =
      read(header(dict("|i1", "(2, 3)", "True")) + "\x01\x04\x02\x05\x03\x06", {2, 3}, 0, 3);
  EXPECT_EQ(outside->first_outside, 3);  // row-major: [1][0]
  EXPECT_EQ(outside->outside_value, 4);
  EXPECT_EQ(outside->num_outside, 3);
}

TEST_F(NpyFile, ReportsExtremesAndTheFirstOutside) {
  const auto array = read(header(dict("<i8", "(3,)")) + std::string("\x05\0\0\0\0\0\0\0", 8) +
                              std::string("\xff\xff\xff\xff\xff\xff\xff\x7f", 8) +
                              std::string("\0\0\0\0\0\0\0\x80", 8),
                          {3}, -128, 127);
  ASSERT_TRUE(array);
  EXPECT_EQ(array->largest, INT64_MAX);
  EXPECT_EQ(array->smallest, INT64_MIN);
  EXPECT_EQ(array->first_outside, 1);
  EXPECT_EQ(array->num_outside, 2);
  // Unsigned 64-bit values beyond int64 are outside, not negative.
  const auto large =
      read(header(dict("<u8", "(1,)")) + std::string("\0\0\0\0\0\0\0\x80", 8), {1}, -128, 127);
  EXPECT_EQ(large->first_outside, 0);
  EXPECT_GT(large->outside_value, 0);
}

TEST_F(NpyFile, SizeMustBeThatOfTheHeader) {
  const std::string start = header(dict("<i2", "(2, 2)"));
  EXPECT_TRUE(read(start + std::string(8, '\0'), {2, 2}, 0, 0));
  EXPECT_FALSE(read(start + std::string(7, '\0'), {2, 2}, 0, 0));
  EXPECT_EQ(code(), "N0505");
  EXPECT_FALSE(read(start + std::string(9, '\0'), {2, 2}, 0, 0));
  EXPECT_EQ(code(), "N0505");
  EXPECT_FALSE(read(start + std::string(8, '\0'), {4}, 0, 0));
  EXPECT_EQ(code(), "N0504");
  EXPECT_FALSE(read(start + std::string(8, '\0'), {2, 3}, 0, 0));
  EXPECT_EQ(code(), "N0504");
  // Shapes that would overflow a product are refused for their shape, before any product.
  EXPECT_FALSE(read(header(dict("<i8", "(4294967296, 4294967296)")), {2, 2}, 0, 0));
  EXPECT_EQ(code(), "N0504");
}

TEST_F(NpyFile, LargerThanOneChunk) {
  std::string body(3'000'001, '\x01');
  body.back() = '\x02';
  const auto array = read(header(dict("|u1", "(3000001,)")) + body, {3000001}, 0, 255);
  ASSERT_TRUE(array);
  EXPECT_EQ(array->values.back(), 2);
  EXPECT_EQ(array->values.front(), 1);
  EXPECT_EQ(array->largest, 2);
}

}  // namespace
}  // namespace nacre
