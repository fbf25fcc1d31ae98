#pragma once
// Addresses of the design under test, learnt from the text of registers.json alone
// (docs/generated_files.md): the generator's own tables are not trusted, they are under test.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nacre::harness {

/// Bits of a register or of one element of a memory.
struct MapField {
  std::string name;
  int offset = 0;
  int bits = 1;
  bool is_signed = false;
};

struct MapRegister {
  std::string name;   ///< "<stage>.<register>"
  std::string stage;  ///< "control" or a stage
  std::uint32_t address = 0;
  int bits = 32;
  bool is_signed = false;
  std::string access;  ///< ro, rw, wo, w1c
  std::string role;    ///< id, control, config, state, counter
  std::int64_t reset = 0;
  /// Smallest and largest value that a write takes; absent: whatever fits in the bits.
  std::optional<std::pair<std::int64_t, std::int64_t>> range{};

  /// The name without its stage.
  std::string_view last_part() const;
};

/// The addresses of one target of the bus.
struct MapWindow {
  std::string stage;
  std::uint32_t address = 0;
  std::uint32_t bytes = 0;
};

struct MapMemory {
  std::string name;
  std::string stage;
  std::uint32_t address = 0;
  std::string access;
  std::string role;
  std::int64_t rows = 1;
  int row_bits = 1;
  std::uint32_t row_stride_bytes = 4;
  int pitch_bits = 1;
  std::int64_t elements_per_row = 1;
  std::int64_t elements = 1;
  // Each `group_rows` rows hold `group_elements` elements, the last row of them perhaps fewer than
  // its places; 0: all rows are one group.
  std::int64_t group_rows = 0;
  std::int64_t group_elements = 0;
  std::vector<MapField> fields;
  std::vector<MapField> row_fields{};  ///< one value per row; offsets from bit 0 of the row
  std::string element{};  ///< what an element is of: "neuron", "class", "input"; may be empty
  std::string image;      ///< path among the generated files; empty: none

  /// 32-bit words that one row takes on the bus.
  int words_per_row() const { return (row_bits + 31) / 32; }
};

struct AddressMap {
  std::string design;
  std::string hash;
  std::string top;
  std::vector<std::string> stages;
  std::vector<MapWindow> windows;  ///< in ascending order
  std::vector<MapRegister> registers;
  std::vector<MapMemory> memories;

  /// The register of that full name; throws std::runtime_error when there is none.
  const MapRegister& reg(std::string_view name) const;
};

/// Parses registers.json. Throws std::runtime_error on a text that breaks its own contract.
AddressMap parse_address_map(std::string_view text);

/// Rows of a memory as 32-bit words, `words_per_row` each, least significant first.
using MemoryWords = std::vector<std::uint32_t>;

/// Parses a $readmemh image (one row a line, comments allowed) of this memory.
/// Throws std::runtime_error when the number of rows or a row's width does not fit.
MemoryWords parse_image(const MapMemory& memory, std::string_view text);

/// Bits [offset, offset+bits) of a row (32-bit words, least significant first), sign-extended on
/// demand.
std::int64_t extract_bits(std::span<const std::uint32_t> row, int offset, int bits, bool is_signed);

/// The elements of one field of a memory, in logical order.
std::vector<std::int64_t> unpack_field(const MapMemory& memory, const MapField& field,
                                       const MemoryWords& words);

/// One of the memory's row fields, row by row.
std::vector<std::int64_t> unpack_row_field(const MapMemory& memory, const MapField& field,
                                           const MemoryWords& words);

/// A register's value from what the bus returned.
std::int64_t register_value(const MapRegister& reg, std::uint32_t raw);

}  // namespace nacre::harness
