#pragma once
// A mapped netlist in memory: cells of a library, memory macros, nets, blocks.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "nacre/diagnostics.hpp"

namespace nacre::flows {

/// A pin of a cell on a net, one bit.
struct GatePin {
  std::string pin;    ///< "A"; of a macro "addr_i[3]"
  int net = -1;       ///< index in GateNetlist::nets; -1: constant or open
  int constant = -1;  ///< 0 or 1 when tied; -1: not
};

/// An instance of a library cell or of a memory macro.
struct GateCell {
  /// Below its block, as Yosys names it, dots between instances: "_123_", "u_row.u_gate._2_".
  std::string name;
  std::string type;  ///< cell of the library, or module of the macro
  int block = 0;     ///< index in GateNetlist::blocks
  bool is_macro = false;
  bool in_clock_gate = false;  ///< part of an instance of nacre_clock_gate
  std::vector<GatePin> inputs;
  std::vector<GatePin> outputs;
};

/// One bit of wire. Ports of blocks join nets: a net that crosses a boundary is one net.
struct GateNet {
  std::string name;  ///< "u_core.threshold_q[3]", dots between instances; best known public name
  int block = 0;     ///< of its driver; of ports of the top: block 0
  int driver = -1;   ///< cell; -1: an input of the design, or undriven
  bool is_input = false;
  bool is_output = false;
  struct Sink {
    int cell;
    int pin;  ///< index in `inputs`
  };
  std::vector<Sink> sinks;
};

/// A clock gate of the netlist.
struct GateClockGate {
  std::string name;  ///< instance path
  int block = 0;
  int source_net = -1;  ///< the clock that it gates; may be another gate's
  int enable_net = -1;  ///< output of its latch: when 1, pulses of the source pass
  int clock_net = -1;   ///< the gated clock
};

/// The whole design, all blocks in one.
struct GateNetlist {
  std::string top;
  /// Block 0 is the top's own logic, named ""; the others are the instances of the top's module,
  /// in order of name ("u_core", ...).
  std::vector<std::string> blocks;
  std::vector<GateCell> cells;
  std::vector<GateNet> nets;
  std::vector<GateClockGate> clock_gates;
  /// Bits of each port of the top, least significant first: net, or -1 (constant or open).
  std::map<std::string, std::vector<int>> inputs;
  std::map<std::string, std::vector<int>> outputs;
  /// Constant 0 or 1 on an output's bit whose net is -1.
  std::map<std::string, std::vector<int>> output_constants;
  /// Bits of each port of each block ("u_core" -> "s_valid_i" -> nets). Empty after flattening.
  std::vector<std::map<std::string, std::vector<int>>> block_ports;

  int clock() const { return inputs.at("clk_i").at(0); }
};

/// From the text of Yosys's `write_json` after mapping (hierarchy of blocks and clock gates, or
/// flat). `library_cells`: names that are cells; every other leaf is a macro. A malformed text is
/// an error N0703 (a tool's failure). Flat names "u_core.x" give the block of flip-flops and nets;
/// the rest of a flat netlist is in block 0.
std::optional<GateNetlist> read_netlist_json(const std::string& text, const std::string& top,
                                             const std::vector<std::string>& library_cells,
                                             Diagnostics& diagnostics);

}  // namespace nacre::flows
