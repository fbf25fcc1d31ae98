#pragma once
// Logic synthesis with Yosys: RTL and a library to a mapped netlist with its areas.

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "liberty/liberty.hpp"
#include "nacre/diagnostics.hpp"
#include "synth/netlist.hpp"
#include "verilator/model.hpp"

namespace nacre::flows {

/// Yosys of the system, or of the npm package @yowasp/yosys, run by node.
struct Yosys {
  enum class Kind { Native, Wasm } kind = Kind::Native;
  std::filesystem::path program;  ///< yosys, or node
  std::filesystem::path package;  ///< Wasm: folder of @yowasp/yosys
  std::string version;            ///< "Yosys 0.23 (...)"
};

/// Finds Yosys: `yosys` on the PATH; or node and @yowasp/yosys in $NACRE_YOWASP, node_modules of
/// the working folder and those above, or the global npm folder. Returns nothing after reporting
/// N0701 (with the line that installs it) or N0702 (older than 0.23).
std::optional<Yosys> find_yosys(Yosys::Kind kind, Diagnostics& diagnostics);

struct YosysOptions {
  double clock_s = 10e-9;         ///< target period, for the mapper's sizing
  bool flatten = false;           ///< one flat netlist; else one module per instance of the top
  bool clock_gates = true;        ///< false: clock gates are transparent (macro NACRE_FPGA)
  bool full_adder_cells = false;  ///< the library's cell in place of nacre_full_adder; it has one
  std::chrono::seconds time_limit{1800};
};

/// One row of the area table: a module instance of the RTL's hierarchy. Clock gates count as cells
/// of the module that has them.
struct AreaRow {
  std::string path;    ///< "", "u_core", "u_core.gen_lane[0].u_neuron"
  std::string module;  ///< of the RTL, without parameters: "nacre_neuron_update"
  int depth = 0;
  double area = 0;              ///< with all below it
  double own_area = 0;          ///< without the instances below it
  std::int64_t cells = 0;       ///< with all below
  std::int64_t flip_flops = 0;  ///< with all below
};

/// A memory that stays a macro.
struct MacroUse {
  std::string path;       ///< instance: "u_core_weights"
  std::string module;     ///< "nacre_ram_1rw_720x16"
  std::int64_t bits = 0;  ///< filled in by who knows the design
};

/// What synthesis made.
struct Synthesis {
  std::string verilog;                        ///< the netlist, as written
  std::string json;                           ///< the same netlist, write_json
  GateNetlist gates;                          ///< the same netlist, read
  std::string script;                         ///< what made it, with relative names
  double area = 0;                            ///< of the netlist, library units; no macros
  std::map<std::string, std::int64_t> cells;  ///< cell -> how many, of the netlist
  std::int64_t num_cells = 0;
  std::int64_t flip_flops = 0;
  std::int64_t latches = 0;  ///< outside clock gates: must be 0
  std::int64_t clock_gates = 0;
  int logic_depth = 0;             ///< longest path in generic gates, before mapping (ltp -noff)
  std::vector<AreaRow> hierarchy;  ///< each module mapped on its own; preorder
  std::vector<MacroUse> macros;
  double seconds = 0;
};

/// Runs Yosys twice at once: each module on its own for the table, and the netlist. Mapped for
/// area; when a block's logic then takes more than 0.9 of the clock period, mapped for speed.
/// `rtl`: sources without models of macros; `stubs`: modules that stay black boxes. Reports N0703,
/// N0704 (with the command and the kept log), or N1110 when the netlist has latches outside clock
/// gates, unmapped cells, loops, or wires without exactly one driver.
std::optional<Synthesis> synthesize(const ModelSource& rtl, const std::vector<SourceFile>& stubs,
                                    const Library& library, const Yosys& yosys,
                                    const YosysOptions& options,
                                    const std::filesystem::path& log_folder,
                                    Diagnostics& diagnostics);

/// The flow of ../shared/peers.md section 1 on the same sources: flat, Yosys's default script of
/// abc for area; a second mapping with buffers and sizing for the longest combinational path
/// (memory pins at 0 ns, no clock-to-output, no setup). docs/peers.md explains it.
struct PeerFigures {
  double area = 0;
  double gate_equivalents = 0;  ///< area / NAND2
  double longest_path_s = 0;
  double delay_area_gate_equivalents = 0;  ///< area of the netlist that has this path
  std::int64_t flip_flops = 0;
};
std::optional<PeerFigures> measure_like_peers(const ModelSource& rtl,
                                              const std::vector<SourceFile>& stubs,
                                              const Library& library, const Yosys& yosys,
                                              const YosysOptions& options,
                                              const std::filesystem::path& log_folder,
                                              Diagnostics& diagnostics);

/// What the tools' heuristics scatter by.
struct Scatter {
  std::vector<double> values;
  double mean = 0;
  double sigma = 0;  ///< sample standard deviation (n - 1)
  double min = 0;
  double max = 0;
};
struct Repeats {
  Scatter area;            ///< as in Synthesis
  Scatter longest_path_s;  ///< slowest block's combinational path by abc, as mapped
};
/// `count` times the netlist of `synthesize` (without the table), `threads` at once. Between the
/// runs only order differs: after elaboration the modules, and in each module the wires, cells and
/// connections, are shuffled (seeds 1 ... count). Yosys and abc number what they work on in order
/// of appearance, so names that they make and ties that they break come out otherwise.
std::optional<Repeats> repeat_synthesis(const ModelSource& rtl,
                                        const std::vector<SourceFile>& stubs,
                                        const Library& library, const Yosys& yosys,
                                        const YosysOptions& options, int count, int threads,
                                        const std::filesystem::path& log_folder,
                                        Diagnostics& diagnostics);

/// Functional Verilog of all cells of the library (two-state, no delays), for simulation: made by
/// Yosys from the Liberty texts. Names of modules and ports are the library's.
std::optional<std::string> cell_models(const Library& library, const Yosys& yosys,
                                       const std::filesystem::path& log_folder,
                                       Diagnostics& diagnostics);

}  // namespace nacre::flows
