#pragma once
// Integer arrays from NumPy's .npy files (format versions 1 to 3).
//
// The header is a Python literal; it is read by a small grammar of our own and never evaluated.
// Sizes are checked against what the caller expects before anything is allocated.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nacre/diagnostics.hpp"

namespace nacre {

/// What the header of a .npy file says.
struct NpyHeader {
  char type = 'i';     ///< 'i' signed, 'u' unsigned, 'b' bool; others are refused
  int item_bytes = 1;  ///< 1, 2, 4, 8
  bool big_endian = false;
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
  std::int64_t data_offset = 0;
};

/// Parses the first bytes of a file. On failure `fault` says why and `code` is N0502 or N0503.
struct NpyHeaderResult {
  std::optional<NpyHeader> header;
  std::string code;
  std::string fault;
};
NpyHeaderResult parse_npy_header(std::string_view bytes);

/// An array as read: row-major, and the extremes of its values.
struct NpyArray {
  std::vector<std::int32_t> values;
  std::int64_t smallest = 0;  ///< 0 for an empty array
  std::int64_t largest = 0;
  /// First element (row-major) outside [low, high]; -1: none. Its value; `values` holds 0 there.
  std::int64_t first_outside = -1;
  std::int64_t outside_value = 0;
  std::int64_t num_outside = 0;
};

/// Reads an array of exactly this shape. Faults of the file are reported at `location`, the place
/// of its name in the specification. Values outside [low, high] (within 32 bits) are only counted.
/// `axes` names the dimensions for messages: "(neurons, inputs)". A file whose shape is another
/// order of these axes is told so; else `shape_help` is the remedy.
std::optional<NpyArray> read_npy(const std::filesystem::path& file,
                                 std::span<const std::int64_t> shape, std::string_view axes,
                                 std::int64_t low, std::int64_t high, const Location& location,
                                 Diagnostics& diagnostics, std::string_view shape_help = {});

}  // namespace nacre
