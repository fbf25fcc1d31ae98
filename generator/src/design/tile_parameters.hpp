#pragma once
// What the kinds of in-memory-computing tiles share as hardware: rtl/imc/nacre_imc_tile.sv.

#include <string>
#include <vector>

#include "design/kind_hardware.hpp"
#include "spec/tile.hpp"

namespace nacre {

/// Parameters of nacre_imc_tile and of the leaves around it, from `NumInputs` to `Counters`, but
/// for those of the core (`SumWidth`, weights). What the stage does not have keeps the leaf's
/// default and is left out.
std::vector<LeafParameter> tile_parameters(const TileSpec& tile, Counters counters);

/// Registers 0 ... 3 and counters of region 0.
std::vector<Register> tile_registers(const TileSpec& tile, Counters counters);

/// The memories `vector`, `frame` and `outputs`.
std::vector<LeafMemory> tile_memories(const TileSpec& tile);

/// Bits of a row of the memory `outputs`: bias and scale; 0: the stage has neither.
int outputs_row_bits(const TileSpec& tile);

/// Address bits (in 32-bit words) that the window `outputs` needs; 0 without it.
int outputs_window_width(const TileSpec& tile);

/// The window `outputs` with its image, at word `offset` of the stage's window. Only when
/// outputs_row_bits is not 0.
MemoryWindow outputs_window(const TileSpec& tile, std::int64_t offset);

/// "12 outputs of 784 inputs, 256 x 64 at a time": for the line above a stage's instance.
std::string tile_summary(const TileSpec& tile);

/// NAND2 equivalents of a stage but for its core; fitted on tiles of 5 ... 28 word lines and 2 ...
/// 8 columns (Yosys 0.23, osu018; tests/unit/flows_preflight_test.cpp).
double tile_gates(const TileSpec& tile, Counters counters);

/// The knob of a stage that is too large, and what is large.
LogicEstimate tile_logic(const TileSpec& tile, double nand2);

/// Names of the bits of a stage's `error_o`.
std::vector<std::string> tile_errors();

}  // namespace nacre
