#pragma once
// The instructions of the computational SRAM, one at a time (README.md of imc_sram_vector,
// "Numeric contract").

#include <cstdint>

#include "golden/imc_sram_vector/vector_row.hpp"

namespace nacre::golden {

/// A store that issues an instruction, as its fields.
struct VectorInstruction {
  std::int64_t rd = 0;   ///< destination row
  std::int64_t rs1 = 0;  ///< first source row
  std::int64_t rs2 = 0;  ///< second source row
  std::int64_t imm = 0;  ///< immediate, 0 ... 511
  int op = 0;            ///< operation, 0 ... 63
  int w = 0;             ///< lanes: 0: 8, 1: 16, 2: 32 bits; 3 is illegal
};

/// The instruction of a store of `data` to word `imm` of row `rd`.
VectorInstruction instruction_of_store(std::int64_t rd, std::int64_t imm, std::uint32_t data);

bool reads_first(const VectorInstruction& instruction);
bool reads_second(const VectorInstruction& instruction);
bool is_multiply_accumulate(const VectorInstruction& instruction);

/// What is illegal in it whatever rows there are: operation, lanes, immediate.
bool is_illegal(const VectorInstruction& instruction, int row_bits);

/// The row y that a legal instruction writes, made of the rows a and b. A multiply-accumulate
/// instruction changes `accumulator`, which no other one reads.
VectorRow execute(const VectorInstruction& instruction, const VectorRow& a, const VectorRow& b,
                  VectorRow& accumulator);

}  // namespace nacre::golden
