#pragma once
// Energy from activity: internal power tables and 1/2 C V^2 of the load for each transition, clock
// pins, leakage, and the macros' model.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "liberty/liberty.hpp"
#include "power/activity.hpp"
#include "power/memory_table.hpp"
#include "synth/netlist.hpp"

namespace nacre::flows {

/// Joules of one block in one cause.
struct EnergyParts {
  double switching = 0;  ///< 1/2 C V^2 of nets, without clocks
  double internal = 0;   ///< internal power of cells at transitions of their outputs and data pins
  double clock = 0;      ///< clock nets, clock pins of flip-flops, clock gates
  double leakage = 0;
  double memory = 0;          ///< model: reads and writes of macros
  double memory_leakage = 0;  ///< model
  double logic() const { return switching + internal + clock + leakage; }
  double total() const { return logic() + memory + memory_leakage; }
  EnergyParts& operator+=(const EnergyParts& more);
};

struct BlockEnergy {
  std::string block;  ///< "" for the top's own logic
  std::array<EnergyParts, kNumCauses> by_cause;
};

/// The energy of one recorded run.
struct Energy {
  std::vector<BlockEnergy> blocks;
  EnergyParts total;
  std::int64_t cycles = 0;
  double clock_s = 0;
  double mean_activity = 0;  ///< transitions per net and cycle, clocks left out
  std::int64_t nets = 0;
};

struct EnergyInput {
  const GateNetlist* netlist = nullptr;
  const Library* library = nullptr;
  const ActivityModel* model = nullptr;
  const harness::Activity* activity = nullptr;
  std::vector<MemoryEstimate> memories;  ///< by macro module
  double clock_s = 10e-9;
  double input_slew_s = 0;  ///< of the design's inputs; 0: from the library
};

/// Slew of each net, s: the mean of rise and fall, and of the arcs that drive it, through the
/// transition tables from `input_slew_s` (see EnergyInput) at inputs and outputs of macros; clock
/// nets have the smallest slew of the library's tables. `loads` as of `net_loads`.
std::vector<double> net_slews(const GateNetlist& netlist, const Library& library,
                              const std::vector<double>& loads, double input_slew_s);

/// Load of each net, F: the capacitances of the pins it drives. Pins of macros count as none.
std::vector<double> net_loads(const GateNetlist& netlist, const Library& library);

/// Adds up. Contract: docs/synthesis.md, "Energy". A net's energy belongs to the block and cause of
/// its driver, that of a clock pin to the block of its cell; cells and nets inside clock gates are
/// clock energy. All cells must be in the library.
Energy energy_of(const EnergyInput& input);

}  // namespace nacre::flows
