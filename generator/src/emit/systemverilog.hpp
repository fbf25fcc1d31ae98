#pragma once
// Prints the structural netlist as SystemVerilog that a person can read.

#include <string>

#include "nacre/design.hpp"

namespace nacre {

/// The file of one module: header, constants, nets, instances, in ruled sections with aligned
/// columns. The module must be sound (`verify`).
std::string print_module(const Module& module);

/// A sized literal: `1'b0`, `8'h1f`, `256'h...`.
std::string print_bits(const Bits& bits);

}  // namespace nacre
