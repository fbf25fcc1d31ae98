#pragma once
// The assembler of imc_sram_vector: text to entries of the program memory (README.md beside this
// file, "Assembler" and "Program").

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nacre/diagnostics.hpp"

namespace nacre {

/// The memory that a program works on.
struct VectorMemory {
  std::int64_t rows = 1;
  int row_bits = 128;
};

/// Entries of the program that `text` describes; at least one (an empty text is an `end`), at most
/// 65,536. `file` names the text in messages. Faults (N1256 ... N1259) go to `diagnostics` with
/// line and column, the first twenty of them; nothing is returned then.
std::optional<std::vector<std::uint64_t>> assemble(std::string_view text, const std::string& file,
                                                   const VectorMemory& memory,
                                                   Diagnostics& diagnostics);

}  // namespace nacre
