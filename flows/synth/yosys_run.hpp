#pragma once
// How the flows of this folder run Yosys: scripts in a private folder, native or WebAssembly.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "process/workspace.hpp"
#include "synth/yosys.hpp"

namespace nacre::flows {

/// Names of the files that several scripts read.
inline constexpr const char* kLibertyFile = "cells.lib";
inline constexpr const char* kLatchMapFile = "latches.v";
inline constexpr const char* kConstraintFile = "abc.constr";
inline constexpr const char* kFullAdderFile = "full_adder.v";

/// The leaf of which a library's full adder may take the place.
inline constexpr const char* kFullAdder = "nacre_full_adder";

/// One script of one Yosys process.
struct YosysJob {
  std::string name;                  ///< "netlist": writes netlist.ys and netlist.log
  std::string script;                ///< file names relative to the folder
  std::vector<std::string> outputs;  ///< files that it must have written
};

/// A private folder that goes with the value; nothing after reporting N0602.
std::unique_ptr<TemporaryPath> make_yosys_folder(Diagnostics& diagnostics);

/// Runs the jobs at once, each in a process of its own. False after reporting N0703 or N0704, the
/// log kept in `log_folder` as failed-yosys-<name>.log.
bool run_yosys(const Yosys& yosys, const std::filesystem::path& folder,
               const std::vector<YosysJob>& jobs, std::chrono::seconds time_limit,
               const std::filesystem::path& log_folder, Diagnostics& diagnostics);

/// "Yosys 0.55 (...)" as the package says it; empty when it does not run.
std::string wasm_version(const Yosys& yosys, Diagnostics& diagnostics);

/// Writes the sources as files, the stubs and the merged Liberty text; false after reporting N0602.
bool write_inputs(const std::filesystem::path& folder, const ModelSource& rtl,
                  const std::vector<SourceFile>& stubs, const Library& library,
                  Diagnostics& diagnostics);

/// The lines of a script that read what `write_inputs` wrote, up to `hierarchy`; then the stubs
/// that are scripts of Yosys (`.ys`). With `clock_gates` false the gates are transparent.
std::string read_commands(const ModelSource& rtl, const std::vector<SourceFile>& stubs,
                          bool clock_gates);

/// The lines that map flip-flops and latches; logic is left in generic gates.
std::string map_registers_commands(const Library& library);

/// `nacre_full_adder` as the library's cell; empty when it has none.
std::string full_adder_text(const Library& library);

/// Yosys's latches in terms of the library's, for `techmap`; empty when it has none.
std::string latch_map_text(const Library& library);

/// "$paramod$1f3a...\\nacre_control" and "$paramod\\nacre_control\\Width=8" are of nacre_control.
std::string without_parameters(const std::string& module);

/// A name of RTLIL as a pattern of `select`: characters with a meaning there match any.
std::string pattern_of(const std::string& name);

/// The same design with modules, wires, cells and connections in another order, and with other
/// names of the wires that are no ports.
std::string shuffle_rtlil(const std::string& text, std::uint64_t seed);

/// The library's texts as one: the body of each further file is added to the first one's.
std::string merged_liberty(const Library& library);

/// Areas in the text of `stat -liberty` by module, without the leading backslash. The top's is with
/// all below it.
std::map<std::string, double> stat_areas(const std::string& stat);

/// The largest "Delay = ... ps" of the log's runs of abc, in seconds; 0 without any.
double longest_abc_delay_s(const std::string& log);

/// Pins of an integrated clock gate, as its Liberty attributes name them.
struct ClockGatePins {
  std::string clock;
  std::string enable;
  std::string test;  ///< empty: none
  std::string output;
};

/// Of a cell with `clock_gating_integrated_cell`; nothing when a pin is not told.
std::optional<ClockGatePins> clock_gate_pins(const Library& library, const LibertyCell& cell);

/// The smallest integrated clock gate for flip-flops of the rising edge whose latch comes before
/// the gate (`latch_posedge...`) and that may be used; nullptr: none.
const LibertyCell* integrated_clock_gate_of(const Library& library);

}  // namespace nacre::flows
