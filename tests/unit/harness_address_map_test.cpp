// registers.json and memory images, read by their text alone.

#include "harness/address_map.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace nacre::harness {
namespace {

std::string map_with(const std::string& memory) {
  return R"({"design": "d", "hash": "00", "top": "d", "stages": ["a"],
    "windows": [{"stage": "control", "address": 0, "bytes": 1024}],
    "registers": [{"name": "a.threshold", "stage": "a", "address": 4096, "bits": 8, "signed": true,
                   "access": "rw", "role": "config", "reset": -3, "doc": ""}],
    "memories": [)" +
         memory + "]}";
}

constexpr const char* kState = R"({"name": "a.state", "stage": "a", "address": 8192, "access": "ro",
  "role": "state", "rows": 2, "row_bits": 40, "row_stride_bytes": 8, "pitch_bits": 20,
  "elements_per_row": 2, "elements": 3, "fields": [
  {"name": "membrane", "offset": 0, "bits": 17, "signed": true},
  {"name": "refractory", "offset": 17, "bits": 3, "signed": false}], "doc": ""})";

TEST(AddressMap, ReadsRegistersAndMemories) {
  const AddressMap map = parse_address_map(map_with(kState));
  EXPECT_EQ(map.reg("a.threshold").address, 4096U);
  EXPECT_EQ(map.reg("a.threshold").reset, -3);
  EXPECT_EQ(map.reg("a.threshold").last_part(), "threshold");
  EXPECT_THROW(map.reg("a.nothing"), std::runtime_error);
  ASSERT_EQ(map.memories.size(), 1U);
  EXPECT_EQ(map.memories[0].words_per_row(), 2);
}

TEST(AddressMap, RefusesAMapThatContradictsItself) {
  const std::string good = kState;
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return map_with(text);
  };
  EXPECT_NO_THROW(parse_address_map(map_with(good)));
  EXPECT_THROW(parse_address_map(with("\"elements\": 3", "\"elements\": 5")), std::runtime_error);
  EXPECT_THROW(parse_address_map(with("\"bits\": 3", "\"bits\": 4")), std::runtime_error);
  EXPECT_THROW(parse_address_map(with("\"row_stride_bytes\": 8", "\"row_stride_bytes\": 4")),
               std::runtime_error);
  EXPECT_THROW(parse_address_map(with("\"rows\"", "\"lines\"")), std::runtime_error);
  EXPECT_THROW(parse_address_map("{"), std::runtime_error);
}

/// Three channels at two positions, two a row; a stamp above them.
constexpr const char* kPadded = R"({"name": "a.state", "stage": "a", "address": 8192,
  "access": "ro", "role": "state", "rows": 4, "row_bits": 24, "row_stride_bytes": 4, "pitch_bits": 8,
  "elements_per_row": 2, "elements": 6, "group_rows": 2, "group_elements": 3, "fields": [
  {"name": "membrane", "offset": 0, "bits": 8, "signed": true}], "row_fields": [
  {"name": "stamp", "offset": 16, "bits": 8, "signed": false}], "doc": ""})";

TEST(AddressMap, UnpacksPaddedRowsAndTheirFields) {
  const AddressMap map = parse_address_map(map_with(kPadded));
  const MapMemory& memory = map.memories[0];
  const MemoryWords words = {0x800201, 0x7fee03, 0xff05fc, 0x00ee06};
  EXPECT_EQ(unpack_field(memory, memory.fields[0], words),
            (std::vector<std::int64_t>{1, 2, 3, -4, 5, 6}));
  EXPECT_EQ(unpack_row_field(memory, memory.row_fields[0], words),
            (std::vector<std::int64_t>{128, 127, 255, 0}));
  for (const auto& [from, to] : {std::pair{"\"group_rows\": 2", "\"group_rows\": 3"},
                                 std::pair{"\"group_elements\": 3", "\"group_elements\": 2"},
                                 std::pair{"\"offset\": 16", "\"offset\": 17"}}) {
    std::string text = kPadded;
    text.replace(text.find(from), std::string(from).size(), to);
    EXPECT_THROW(parse_address_map(map_with(text)), std::runtime_error) << to;
  }
}

TEST(AddressMap, UnpacksFieldsAcrossWords) {
  const AddressMap map = parse_address_map(map_with(kState));
  const MapMemory& memory = map.memories[0];
  // Element 1 lies in bits 20 ... 39: membrane -2 (bits 20 ... 36), refractory 5 (bits 37 ... 39).
  const std::uint64_t row = (std::uint64_t{0x1fffe} << 20) | (std::uint64_t{5} << 37) | 0x7;
  const MemoryWords words = {static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(row >> 32),
                             0x0001ffff, 0};
  EXPECT_EQ(unpack_field(memory, memory.fields[0], words), (std::vector<std::int64_t>{7, -2, -1}));
  EXPECT_EQ(unpack_field(memory, memory.fields[1], words), (std::vector<std::int64_t>{0, 5, 0}));
}

TEST(AddressMap, ReadsImages) {
  MapMemory memory = parse_address_map(map_with(kState)).memories[0];
  memory.image = "m.hex";
  EXPECT_EQ(parse_image(memory, "// rows\nff_0000_0001\n0000000002 // last\n"),
            (MemoryWords{1, 0xff, 2, 0}));
  EXPECT_THROW(parse_image(memory, "1\n"), std::runtime_error);
  EXPECT_THROW(parse_image(memory, "1\n2\n3\n"), std::runtime_error);
  EXPECT_THROW(parse_image(memory, "10000000000\n0\n"), std::runtime_error);
  EXPECT_THROW(parse_image(memory, "x\n0\n"), std::runtime_error);
}

TEST(AddressMap, SignExtendsRegisters) {
  const AddressMap map = parse_address_map(map_with(kState));
  EXPECT_EQ(register_value(map.reg("a.threshold"), 0xfffffffd), -3);
  MapRegister plain = map.reg("a.threshold");
  plain.is_signed = false;
  EXPECT_EQ(register_value(plain, 0xfffffffd), 0xfffffffd);
}

}  // namespace
}  // namespace nacre::harness
