#include "power/power.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace nacre::flows {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

const LibertyCell& library_cell(const Library& library, const GateCell& cell) {
  const LibertyCell* found = library.cell(cell.type);
  NACRE_CHECK(found != nullptr, "the netlist has a cell that the library has not: " + cell.type);
  return *found;
}

const LibertyPin& library_pin(const LibertyCell& cell, const std::string& name) {
  const LibertyPin* found = cell.pin(name);
  NACRE_CHECK(found != nullptr, "the cell " + cell.name + " has no pin " + name);
  return *found;
}

int net_of(const std::vector<GatePin>& pins, const std::string& name) {
  for (const GatePin& pin : pins) {
    if (pin.pin == name) return pin.net;
  }
  return -1;
}

bool is_combinational(const LibertyCell& cell) {
  return !cell.sequential && cell.clock_gate.empty();
}

// ---------------------------------------------------------------------------------------- Clocks

/// What makes a net pulse.
constexpr int kNoClock = -1;
constexpr int kEachCycle = 0;
constexpr int kFirstGate = 1;  ///< kFirstGate + g: clock gate g

/// For each net: kNoClock, or what decides how often it pulses.
std::vector<int> find_clocks(const GateNetlist& netlist, const Library& library) {
  std::vector<int> clock(netlist.nets.size(), kNoClock);
  std::vector<int> gate_of_enable(netlist.nets.size(), -1);
  std::vector<int> pending;
  const auto mark = [&](int net, int source) {
    if (net < 0 || clock[at(net)] != kNoClock) return;
    clock[at(net)] = source;
    pending.push_back(net);
  };
  mark(netlist.clock(), kEachCycle);
  for (std::size_t g = 0; g < netlist.clock_gates.size(); ++g) {
    const GateClockGate& gate = netlist.clock_gates[g];
    mark(gate.clock_net, kFirstGate + static_cast<int>(g));
    if (gate.enable_net >= 0) gate_of_enable[at(gate.enable_net)] = static_cast<int>(g);
  }
  while (!pending.empty()) {
    const int net = pending.back();
    pending.pop_back();
    for (const GateNet::Sink& sink : netlist.nets[at(net)].sinks) {
      const GateCell& cell = netlist.cells[at(sink.cell)];
      if (cell.is_macro || !is_combinational(library_cell(library, cell))) continue;
      int source = clock[at(net)];
      // Inside a gate what joins clock and enable pulses as the gate does.
      for (const GatePin& pin : cell.inputs) {
        const int gate = pin.net < 0 || !cell.in_clock_gate ? -1 : gate_of_enable[at(pin.net)];
        if (gate >= 0) source = kFirstGate + gate;
      }
      for (const GatePin& pin : cell.outputs) mark(pin.net, source);
    }
  }
  return clock;
}

// ----------------------------------------------------------------------------------------- Slews

/// The smallest slew that the library's tables know.
double smallest_slew(const Library& library) {
  double smallest = std::numeric_limits<double>::infinity();
  const auto look = [&smallest](const LibertyTable& table) {
    if (!table.slews.empty()) smallest = std::min(smallest, table.slews.front());
  };
  for (const auto& [name, cell] : library.cells) {
    for (const LibertyPin& pin : cell.pins) {
      for (const TimingArc& arc : pin.arcs) {
        look(arc.rise_transition);
        look(arc.fall_transition);
      }
      for (const InternalPower& power : pin.internal_power) {
        look(power.rise);
        look(power.fall);
      }
    }
  }
  return std::isfinite(smallest) ? smallest : 0;
}

double mean(const LibertyTable& rise, const LibertyTable& fall, double slew, double load) {
  if (rise.empty()) return look_up(fall, slew, load);
  if (fall.empty()) return look_up(rise, slew, load);
  return (look_up(rise, slew, load) + look_up(fall, slew, load)) / 2;
}

double output_slew(const LibertyPin& pin, const GateCell& cell, const std::vector<double>& slews,
                   double load, double default_slew) {
  double sum = 0;
  int arcs = 0;
  for (const TimingArc& arc : pin.arcs) {
    if (arc.rise_transition.empty() && arc.fall_transition.empty()) continue;
    const int related = net_of(cell.inputs, arc.related_pin);
    if (related < 0) continue;
    sum += mean(arc.rise_transition, arc.fall_transition, slews[at(related)], load);
    ++arcs;
  }
  return arcs == 0 ? default_slew : sum / arcs;
}

/// Cells in an order in which each combinational cell comes after those that drive it; what is not
/// combinational comes first. Cells in a loop come last, in their own order.
std::vector<int> cell_order(const GateNetlist& netlist, const Library& library) {
  std::vector<int> waiting_for(netlist.cells.size(), 0);
  std::vector<bool> waits(netlist.cells.size(), false);
  for (std::size_t c = 0; c < netlist.cells.size(); ++c) {
    const GateCell& cell = netlist.cells[c];
    waits[c] = !cell.is_macro && is_combinational(library_cell(library, cell));
    if (!waits[c]) continue;
    for (const GatePin& pin : cell.inputs) {
      if (pin.net >= 0 && netlist.nets[at(pin.net)].driver >= 0) ++waiting_for[c];
    }
  }
  std::vector<int> order;
  std::vector<bool> done(netlist.cells.size(), false);
  const auto add = [&](std::size_t c) {
    done[c] = true;
    order.push_back(static_cast<int>(c));
  };
  for (std::size_t c = 0; c < netlist.cells.size(); ++c) {
    if (waiting_for[c] == 0) add(c);
  }
  for (std::size_t next = 0; next < order.size(); ++next) {
    for (const GatePin& pin : netlist.cells[at(order[next])].outputs) {
      if (pin.net < 0) continue;
      for (const GateNet::Sink& sink : netlist.nets[at(pin.net)].sinks) {
        const auto c = at(sink.cell);
        if (waits[c] && !done[c] && --waiting_for[c] == 0) add(c);
      }
    }
  }
  for (std::size_t c = 0; c < netlist.cells.size(); ++c) {
    if (!done[c]) add(c);
  }
  return order;
}

// ---------------------------------------------------------------------------------------- Energy

/// Adds energies of one recorded run.
class Sum {
 public:
  explicit Sum(const EnergyInput& input)
      : input_(input),
        netlist_(*input.netlist),
        activity_(*input.activity),
        clock_(find_clocks(netlist_, *input.library)),
        loads_(net_loads(netlist_, *input.library)),
        toggles_(netlist_.nets.size()),
        gate_level_(netlist_.clock_gates.size()) {
    const double default_slew =
        input.input_slew_s > 0 ? input.input_slew_s : input.library->default_slew;
    slews_ = net_slews(netlist_, *input.library, loads_, default_slew);
    for (std::size_t i = 0; i < input.model->nets.size(); ++i) {
      for (int c = 0; c < kNumCauses; ++c) {
        toggles_[at(input.model->nets[i])][at(c)] =
            static_cast<double>(activity_.toggles[at(c) * at(activity_.num_nets) + i]);
      }
    }
    for (std::size_t l = 0; l < input.model->levels.size(); ++l) {
      const ActivityModel::Level& level = input.model->levels[l];
      if (level.what == ActivityModel::Level::What::ClockGate) {
        gate_level_[at(level.index)] = l;
      }
    }
    for (const std::string& block : netlist_.blocks) energy_.blocks.push_back({block, {}});
  }

  Energy run() {
    for (std::size_t n = 0; n < netlist_.nets.size(); ++n) add_net(n);
    for (const GateCell& cell : netlist_.cells) {
      if (!cell.is_macro) add_cell(cell);
    }
    add_macros();
    for (const BlockEnergy& block : energy_.blocks) {
      for (const EnergyParts& parts : block.by_cause) energy_.total += parts;
    }
    energy_.cycles = activity_.cycles;
    energy_.clock_s = input_.clock_s;
    const double cycles = static_cast<double>(energy_.nets) * static_cast<double>(energy_.cycles);
    energy_.mean_activity = cycles > 0 ? transitions_ / cycles : 0;
    return energy_;
  }

 private:
  using PerCause = std::array<double, kNumCauses>;

  /// Adds `joules` for each of `times` to a part of the block.
  void charge(int block, double EnergyParts::*part, const PerCause& times, double joules) {
    for (int c = 0; c < kNumCauses; ++c) {
      energy_.blocks[at(block)].by_cause[at(c)].*part += times[at(c)] * joules;
    }
  }

  PerCause cycles(int block) const {
    PerCause times{};
    for (int c = 0; c < kNumCauses; ++c) {
      times[at(c)] =
          static_cast<double>(activity_.block_cycles[at(c) * at(activity_.num_blocks) + at(block)]);
    }
    return times;
  }

  PerCause level(std::size_t index) const {
    PerCause times{};
    for (int c = 0; c < kNumCauses; ++c) {
      times[at(c)] =
          static_cast<double>(activity_.levels[at(c) * at(activity_.num_levels) + index]);
    }
    return times;
  }

  /// Pulses of a clock net, seen from a block.
  PerCause pulses(int net, int block) const {
    const int source = clock_[at(net)];
    if (source == kEachCycle) return cycles(block);
    return level(gate_level_[at(source - kFirstGate)]);
  }

  /// Transitions of a net, seen from a block.
  PerCause transitions(int net, int block) const {
    if (net < 0) return {};
    if (clock_[at(net)] == kNoClock) return toggles_[at(net)];
    PerCause times = pulses(net, block);
    for (double& each : times) each *= 2;
    return times;
  }

  void add_net(std::size_t n) {
    const GateNet& net = netlist_.nets[n];
    if (net.driver < 0 && !net.is_input) return;
    const double half_v2 = input_.library->voltage * input_.library->voltage / 2;
    if (clock_[n] != kNoClock) {
      for (const GateNet::Sink& sink : net.sinks) {
        const GateCell& cell = netlist_.cells[at(sink.cell)];
        if (cell.is_macro) continue;
        const double capacitance =
            library_pin(library_cell(*input_.library, cell), cell.inputs[at(sink.pin)].pin)
                .capacitance;
        charge(cell.block, &EnergyParts::clock, transitions(static_cast<int>(n), cell.block),
               half_v2 * capacitance);
      }
      return;
    }
    ++energy_.nets;
    for (const double each : toggles_[n]) transitions_ += each;
    const bool in_gate = net.driver >= 0 && netlist_.cells[at(net.driver)].in_clock_gate;
    charge(net.block, in_gate ? &EnergyParts::clock : &EnergyParts::switching, toggles_[n],
           half_v2 * loads_[n]);
  }

  /// Energy of one transition of an output: the arcs count by how often their pin toggled.
  double output_energy(const LibertyPin& pin, const GateCell& cell, double load) const {
    double weighted = 0, weights = 0, plain = 0;
    for (const InternalPower& power : pin.internal_power) {
      const int related = net_of(cell.inputs, power.related_pin);
      const double slew = related < 0 ? 0 : slews_[at(related)];
      const double joules = mean(power.rise, power.fall, slew, load);
      double weight = 0;
      for (const double each : transitions(related, cell.block)) weight += each;
      weighted += weight * joules;
      weights += weight;
      plain += joules;
    }
    if (weights > 0) return weighted / weights;
    return pin.internal_power.empty() ? 0 : plain / static_cast<double>(pin.internal_power.size());
  }

  /// Energy of one transition of an input by itself; the groups of one pin are its conditions.
  double input_energy(const LibertyPin& pin, double slew) const {
    double sum = 0;
    for (const InternalPower& power : pin.internal_power) {
      sum += mean(power.rise, power.fall, slew, 0);
    }
    return pin.internal_power.empty() ? 0 : sum / static_cast<double>(pin.internal_power.size());
  }

  void add_cell(const GateCell& cell) {
    const LibertyCell& known = library_cell(*input_.library, cell);
    const auto part = [&](int net) {
      return cell.in_clock_gate || clock_[at(net)] != kNoClock ? &EnergyParts::clock
                                                               : &EnergyParts::internal;
    };
    for (const GatePin& pin : cell.outputs) {
      if (pin.net < 0) continue;
      charge(cell.block, part(pin.net), transitions(pin.net, cell.block),
             output_energy(library_pin(known, pin.pin), cell, loads_[at(pin.net)]));
    }
    for (const GatePin& pin : cell.inputs) {
      if (pin.net < 0) continue;
      charge(cell.block, part(pin.net), transitions(pin.net, cell.block),
             input_energy(library_pin(known, pin.pin), slews_[at(pin.net)]));
    }
    charge(cell.block, &EnergyParts::leakage, cycles(cell.block), known.leakage * input_.clock_s);
  }

  const MemoryEstimate* estimate(const GateCell& macro) const {
    for (const MemoryEstimate& each : input_.memories) {
      if (each.macro == macro.type) return &each;
    }
    return nullptr;
  }

  void add_macros() {
    for (std::size_t l = 0; l < input_.model->levels.size(); ++l) {
      const ActivityModel::Level& access = input_.model->levels[l];
      if (access.what == ActivityModel::Level::What::ClockGate) continue;
      const MemoryEstimate* memory = estimate(netlist_.cells[at(access.index)]);
      if (memory == nullptr) continue;
      const bool is_read = access.what == ActivityModel::Level::What::MacroRead;
      const int weight = 1 << (access.place % memory->digit_bits);
      charge(access.block, &EnergyParts::memory, level(l),
             is_read ? weight * memory->read_j : memory->write_j);
    }
    for (const GateCell& cell : netlist_.cells) {
      const MemoryEstimate* memory = cell.is_macro ? estimate(cell) : nullptr;
      if (memory == nullptr) continue;
      const int block = macro_block(netlist_, cell);
      charge(block, &EnergyParts::memory_leakage, cycles(block),
             memory->leakage_w * input_.clock_s);
    }
  }

  const EnergyInput& input_;
  const GateNetlist& netlist_;
  const harness::Activity& activity_;
  std::vector<int> clock_;
  std::vector<double> loads_;
  std::vector<double> slews_;
  std::vector<PerCause> toggles_;        ///< by net
  std::vector<std::size_t> gate_level_;  ///< level counter of each clock gate
  double transitions_ = 0;
  Energy energy_;
};

}  // namespace

EnergyParts& EnergyParts::operator+=(const EnergyParts& more) {
  switching += more.switching;
  internal += more.internal;
  clock += more.clock;
  leakage += more.leakage;
  memory += more.memory;
  memory_leakage += more.memory_leakage;
  return *this;
}

std::vector<double> net_loads(const GateNetlist& netlist, const Library& library) {
  std::vector<double> loads(netlist.nets.size(), 0);
  for (const GateCell& cell : netlist.cells) {
    if (cell.is_macro) continue;
    const LibertyCell& known = library_cell(library, cell);
    for (const GatePin& pin : cell.inputs) {
      if (pin.net >= 0) loads[at(pin.net)] += library_pin(known, pin.pin).capacitance;
    }
  }
  return loads;
}

std::vector<double> net_slews(const GateNetlist& netlist, const Library& library,
                              const std::vector<double>& loads, double input_slew_s) {
  const double clock_slew = smallest_slew(library);
  const double default_slew = input_slew_s > 0 ? input_slew_s : clock_slew;
  const std::vector<int> clock = find_clocks(netlist, library);
  std::vector<double> slews(netlist.nets.size(), default_slew);
  for (std::size_t n = 0; n < slews.size(); ++n) {
    if (clock[n] != kNoClock) slews[n] = clock_slew;
  }
  for (const int c : cell_order(netlist, library)) {
    const GateCell& cell = netlist.cells[at(c)];
    if (cell.is_macro) continue;
    const LibertyCell& known = library_cell(library, cell);
    for (const GatePin& pin : cell.outputs) {
      if (pin.net < 0 || clock[at(pin.net)] != kNoClock) continue;
      slews[at(pin.net)] =
          output_slew(library_pin(known, pin.pin), cell, slews, loads[at(pin.net)], default_slew);
    }
  }
  return slews;
}

Energy energy_of(const EnergyInput& input) { return Sum(input).run(); }

}  // namespace nacre::flows
