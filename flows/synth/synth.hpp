#pragma once
// `nacre synth` as one function: netlist, area, timing, netlist verification, energy, figures.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/stimulus.hpp"
#include "equivalence/equivalence.hpp"
#include "harness/metrics.hpp"
#include "liberty/liberty.hpp"
#include "nacre/design.hpp"
#include "nacre/diagnostics.hpp"
#include "nacre/spec.hpp"
#include "power/memory_table.hpp"
#include "power/power.hpp"
#include "synth/device_models.hpp"
#include "synth/preflight.hpp"
#include "synth/yosys.hpp"
#include "timing/opensta.hpp"
#include "verify/verify.hpp"

namespace nacre::flows {

/// $NACRE_LIBERTY, else the OSU 0.18 um library where Debian's qflow-tech-osu018 installs it.
/// Returns nothing after reporting N0701 with the line that installs it.
std::optional<std::filesystem::path> default_liberty(Diagnostics& diagnostics);

/// What `nacre synth` is asked for.
struct SynthOptions {
  std::vector<std::filesystem::path> liberty;  ///< merged; empty: the installed default
  std::vector<std::filesystem::path> corners;  ///< more corners of the same cells, one file each
  double clock_s = 10e-9;
  Yosys::Kind yosys = Yosys::Kind::Native;
  bool flatten = false;
  bool clock_gates = true;        ///< false: transparent, as on an FPGA
  bool full_adder_cells = false;  ///< the library's full adders in place of nacre_full_adder
  DeviceModels device_models = DeviceModels::Macro;
  bool peer_flow = false;
  int repeat = 0;  ///< syntheses with shuffled names and order; 0: none
  bool gate_verify = false;
  bool equivalence = false;
  std::chrono::seconds equivalence_limit{120};
  bool power = false;
  std::optional<std::filesystem::path> memory_table;
  std::string memory;    ///< entry of the table for all macros; empty: nearest SRAM
  double node_nm = 180;  ///< of the library, to choose memory constants
  double max_minutes = 30;
  VerifyOptions verify;  ///< samples, seed, stalls, resets, threads, cache, command, talk
};

/// Figures of one corner.
struct Corner {
  std::string name;  ///< file name of the library
  double voltage = 0;
  double temperature = 0;
  Timing timing;
};

/// Energy, measured over samples, with the silent step beside it. Where macros take part, their
/// model is in it; `run` keeps the parts apart.
struct PowerResult {
  Energy run;  ///< over all samples
  std::int64_t samples = 0;
  std::int64_t steps = 0;
  std::int64_t input_spikes = 0;
  std::int64_t synaptic_operations = 0;
  double energy_per_inference_j = 0;
  double energy_per_sop_j = 0;
  double average_power_w = 0;
  std::int64_t cycles = 0;   ///< recorded, all samples together
  double step_j = 0;         ///< mean energy of a time step of the samples (loading left out)
  double silent_step_j = 0;  ///< of a time step without any event
  double idle_cycle_j = 0;   ///< of a clock cycle in which nothing is to be done
  std::optional<StaPower> opensta;  ///< same netlist, same mean activity
  double ours_logic_w = 0;          ///< our logic power without macros, to compare with it
  bool causes_known = true;         ///< false: the netlist is flat, all energy counts as idle
  double build_seconds = 0;
  double run_seconds = 0;
};

struct SynthResult {
  Library library;
  std::string nand2;  ///< name of the cell whose area is one gate equivalent
  double nand2_area = 0;
  SynthesisEstimate estimate;  ///< before any tool ran
  Synthesis synthesis;
  std::vector<Corner> corners;  ///< [0]: the library itself
  /// The library's corner with macros that answer at once: what the logic alone allows. Empty
  /// without macros.
  std::optional<Timing> logic_timing;
  std::vector<MemoryEstimate> memories;      ///< one for each kind of macro
  std::vector<MemoryConstants> constants;    ///< of the table, those that were used
  std::map<std::string, std::string> tools;  ///< name -> version
  std::optional<PeerFigures> peers;
  std::optional<Repeats> repeats;
  std::optional<Verification> gate_verification;
  std::vector<EquivalenceResult> equivalence;  ///< empty: not asked for
  std::optional<PowerResult> power;
  std::optional<double> operations_per_cycle;  ///< synaptic operations, of unstalled samples
  std::vector<harness::Metric> metrics;
  std::map<std::string, std::string> files;  ///< synth/netlist.v ..., metrics.json, report.html

  double gate_equivalents() const { return synthesis.area / nand2_area; }
  /// Area of all macros by their model, um2.
  double macro_area() const;
};

/// Everything. Returns nothing when a tool is missing or failed, or an input is bad (reported); a
/// difference of the netlist is in the result and reported (N0801 ...).
std::optional<SynthResult> synth_design(const Spec& spec, const Design& design,
                                        const data::Stimulus& stimulus,
                                        const std::map<std::string, std::string>& files,
                                        const SynthOptions& options, Diagnostics& diagnostics);

}  // namespace nacre::flows
