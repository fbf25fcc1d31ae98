#pragma once
// Activity of a mapped netlist, counted while it runs: a netlist whose nets Verilator keeps, and
// the text that counts on them inside the model.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/dut.hpp"
#include "synth/netlist.hpp"

namespace nacre::flows {

/// What a block works on in a clock cycle: see docs/synthesis.md, "Causes".
enum class Cause { InputEvent, TimeStep, Idle };
inline constexpr int kNumCauses = 3;

/// What to compile in place of the netlist, and how to read what it counts.
struct ActivityModel {
  /// The same cells and ports, each net a wire that Verilator keeps (`n<index of the net>`).
  std::string verilog;
  std::string header;  ///< C++ text: where the model's wrapper finds what it counts
  /// Net of each counted bit, in the order of harness::Activity::toggles.
  std::vector<int> nets;
  /// Level counters (cycles in which something holds): pulses of clock gates, accesses of macros.
  struct Level {
    enum class What { ClockGate, MacroRead, MacroWrite } what;
    int index;      ///< clock gate, or cell of the macro
    int block;      ///< whose cause counts: of a macro, the block that drives its enable
    int place = 0;  ///< of a device array: bit of its digits
  };
  std::vector<Level> levels;
};

/// `stages`: names of the blocks that are stages ("u_core"), in order; the class of a stage's cycle
/// comes from its own input stream, that of its memories ("u_core_weights") likewise, that of other
/// blocks from `reference`. Where these streams are not to be seen (a flat netlist has no ports of
/// blocks) every cycle counts as idle.
/// Clock nets are not counted: they are settled low in each cycle.
ActivityModel instrument(const GateNetlist& netlist, const std::vector<std::string>& stages,
                         const std::string& reference);

/// The block that a macro belongs to: the one that drives its enable, else its own.
int macro_block(const GateNetlist& netlist, const GateCell& macro);

}  // namespace nacre::flows
