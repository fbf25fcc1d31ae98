#pragma once
// Typed parameters of kind imc_sram_vector (README.md beside this file is the contract).

#include <cstdint>
#include <vector>

#include "nacre/spec.hpp"

namespace nacre {

/// Rows that are loaded before the first frame: `rows` rows from `row` on.
struct VectorData {
  std::int64_t row = 0;
  std::int64_t rows = 1;
  int lane_bits = 8;
  /// Lane l of row r of the block at r * (row_bits / lane_bits) + l; its low `lane_bits` count.
  std::vector<std::int32_t> values{};
};

struct ImcSramVectorSpec final : StageParams {
  std::int64_t rows = 1;
  int row_bits = 128;                  ///< 128, 256 or 512
  std::vector<std::uint64_t> program;  ///< entries as README.md, "Program"; at least one
  std::vector<VectorData> data;
  std::int64_t num_values = 1;  ///< N, from the input stream
  int value_bits = 8;           ///< from the input stream
  bool value_signed = false;    ///< from the input stream
  bool steps = false;           ///< from the input stream
  std::int64_t load_row = 0;    ///< first row of the frame
  int load_lane_bits = 8;
  std::int64_t send_row = 0;  ///< first row that is sent
  int send_lane_bits = 8;
  std::int64_t send_count = 1;  ///< M
  bool send_signed = true;
};

/// Rows that `count` lanes of `lane_bits` fill.
constexpr std::int64_t vector_rows(std::int64_t count, int row_bits, int lane_bits) {
  return (count * lane_bits + row_bits - 1) / row_bits;
}

}  // namespace nacre
