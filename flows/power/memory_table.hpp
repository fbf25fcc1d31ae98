#pragma once
// Memory and device macros that no Liberty file covers: published constants, kept as data
// (flows/power/memory_constants.json), scaled to a size. Every figure made from them is a model's.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "nacre/diagnostics.hpp"

namespace nacre::flows {

/// One published point. A figure that is not stated is 0.
struct MemoryConstants {
  std::string name;  ///< "sram_180nm_128x16": how a user picks it
  std::string cell;  ///< "sram", "rram", "stt_mram", "register_file", ...
  double node_nm = 0;
  double voltage = 0;     ///< V; 0: not stated
  std::int64_t rows = 0;  ///< of the published macro; 0: per bit, size not stated
  int width = 0;
  double area_per_bit_um2 = 0;
  double read_j_per_bit = 0;
  double write_j_per_bit = 0;
  double leakage_w_per_bit = 0;
  double access_s = 0;
  double low_factor = 1;  ///< the range: figures may lie between value * low and value * high
  double high_factor = 1;
  std::string citation;
  std::string how;  ///< measured, CACTI, NVSim, scaled by which rule
};

/// The table built into nacre, or the user's file in the same format. N1108: a bad entry.
std::optional<std::vector<MemoryConstants>> read_memory_table(
    const std::optional<std::filesystem::path>& file, Diagnostics& diagnostics);

/// What one macro costs.
struct MemoryEstimate {
  std::string macro;      ///< module
  std::string constants;  ///< name of the entry
  double area_um2 = 0;
  double read_j = 0;  ///< one access of a whole row
  double write_j = 0;
  double leakage_w = 0;
  double access_s = 0;
  double low_factor = 1, high_factor = 1;
  int digit_bits = 1;  ///< of an array: bit d of a word line's digit counts 2^d reads
};

/// Estimates a memory of `rows` x `width` (both at least 1) with an entry of the table: the one
/// called `name`; or, of the cell that `name` says ("sram" when it is empty), the one nearest in
/// node, then in size. N1109: no such entry (help: the nearest name).
///
/// To another size, with r = bits / published bits, and the side of an array as its rows, or the
/// square root of its bits when that is less (taller arrays are folded):
/// - Energy of an access: per bit, 3/4 stay and 1/4 (lines) grow with the side; times the width.
///   Access time likewise. Published pairs: GF180 at 5 V, 256 to 512 rows, energy 1.08 (rule 1.10),
///   64 to 256 rows, time 1.06 (1.25); SKY130 SRAM22 128x16 to 1024x32, energy 1.18 and time 1.27
///   (1.75); CACTI 65 nm 1 KB to 2 KB, energy 1.72 (1.10).
/// - Area: half grows with the bits, half (periphery) with their square root. SRAM22 from 1024x32
/// to
///   128x16: 0.160 (rule 0.156).
/// - Leakage grows with the bits.
/// An entry without size is used per bit as it is.
///
/// Two ports: cells of 8 transistors for 6, so leakage x 4/3; area x 1.6 (SKY130: OpenRAM's 1rw1r
/// 32x512 has 17 um2 per bit, SRAM22's 1rw 1024x32 10.7); lines are longer by its square root:
/// energy and access time x 1.26. A register file has two ports as published.
std::optional<MemoryEstimate> estimate_memory(const std::vector<MemoryConstants>& table,
                                              const std::string& name, double node_nm,
                                              const std::string& macro, std::int64_t rows,
                                              int width, bool two_ports, Diagnostics& diagnostics);

}  // namespace nacre::flows
