#pragma once
// Formal equivalence of RTL and netlist by Yosys, block by block, as far as it can decide in time.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "liberty/liberty.hpp"
#include "nacre/diagnostics.hpp"
#include "synth/yosys.hpp"

namespace nacre::flows {

enum class Verdict { Proven, Different, Undecided };

/// "proven", "different", "undecided".
std::string_view verdict_name(Verdict verdict);

/// One block of the netlist beside the RTL it came from.
struct EquivalenceResult {
  std::string block{};   ///< instance of the top: "u_core"
  std::string module{};  ///< of the RTL: "nacre_spiking_dense"
  Verdict verdict = Verdict::Undecided;
  std::int64_t proven_points = 0;  ///< registers and outputs, one bit each
  std::int64_t points = 0;
  std::int64_t clocks_checked = 0;  ///< registers whose clock net was compared, too
  double seconds = 0;
  std::string note{};  ///< "time limit", "2 of 390 points are not proven", "output 'm_valid_o' differs"
};

/// Compares each block of the netlist (module per instance of the top) with the RTL it came from:
/// registers are matched by name, every next state and output is compared by induction
/// (equiv_make, equiv_simple, equiv_induct), and the clock net of each matched register by name.
/// Clock gates are boundaries: their enables are compared like next states. What
/// induction leaves open is searched for a difference within `kSearchCycles` cycles after a reset
/// with all data registers 0: finding one is `Different`. `time_limit` is for all blocks together.
/// An inability to decide is a result, not an error. A flat netlist has no blocks: nothing is
/// compared.
std::vector<EquivalenceResult> prove_equivalence(const ModelSource& rtl,
                                                 const std::vector<SourceFile>& stubs,
                                                 const Synthesis& synthesis,
                                                 const Library& library, const Yosys& yosys,
                                                 bool clock_gates,
                                                 std::chrono::seconds time_limit, int threads,
                                                 const std::filesystem::path& log_folder,
                                                 Diagnostics& diagnostics);

inline constexpr int kSearchCycles = 6;

}  // namespace nacre::flows
