#pragma once
// Gate netlists by hand, for tests.

#include <string>
#include <utility>
#include <vector>

#include "synth/netlist.hpp"

namespace nacre::flows::test {

/// Adds nets and cells to a netlist; nets are named by their index.
class NetlistBuilder {
 public:
  explicit NetlistBuilder(const std::string& top, std::vector<std::string> blocks = {""}) {
    netlist.top = top;
    netlist.blocks = std::move(blocks);
    netlist.block_ports.resize(netlist.blocks.size());
  }

  int net(const std::string& name) {
    netlist.nets.emplace_back().name = name;
    return static_cast<int>(netlist.nets.size()) - 1;
  }

  /// An input of the design; its nets, bit 0 first.
  std::vector<int> input(const std::string& name, int width = 1) {
    std::vector<int>& bits = netlist.inputs[name];
    for (int i = 0; i < width; ++i) {
      bits.push_back(net(name));
      netlist.nets.back().is_input = true;
    }
    return bits;
  }

  /// An output of the design: the given nets, then constants 0.
  void output(const std::string& name, int width, std::vector<int> nets = {}) {
    for (const int each : nets) netlist.nets[static_cast<std::size_t>(each)].is_output = true;
    nets.resize(static_cast<std::size_t>(width), -1);
    netlist.output_constants[name].assign(static_cast<std::size_t>(width), 0);
    netlist.outputs[name] = std::move(nets);
  }

  using Pins = std::vector<std::pair<std::string, int>>;

  /// A pin of net -1 is open.
  GateCell& cell(const std::string& type, int block, const Pins& inputs, const Pins& outputs) {
    const int index = static_cast<int>(netlist.cells.size());
    GateCell& added = netlist.cells.emplace_back();
    added.name = "c" + std::to_string(index);
    added.type = type;
    added.block = block;
    for (const auto& [pin, net] : inputs) {
      if (net >= 0) {
        netlist.nets[static_cast<std::size_t>(net)].sinks.push_back(
            {.cell = index, .pin = static_cast<int>(added.inputs.size())});
      }
      added.inputs.push_back({.pin = pin, .net = net});
    }
    for (const auto& [pin, net] : outputs) {
      added.outputs.push_back({.pin = pin, .net = net});
      if (net < 0) continue;
      netlist.nets[static_cast<std::size_t>(net)].driver = index;
      netlist.nets[static_cast<std::size_t>(net)].block = block;
    }
    return added;
  }

  /// The clock gate of the house: inverter, latch, AND. Returns the gated clock's net.
  int clock_gate(const std::string& name, int block, int clock, int enable,
                 const std::string& inverter, const std::string& latch, const std::string& and2) {
    const int inverted = net(name + ".inverted"), held = net(name + ".held"),
              gated = net(name + ".clk_o");
    cell(inverter, block, {{"A", clock}}, {{"Y", inverted}}).in_clock_gate = true;
    cell(latch, block, {{"CLK", inverted}, {"D", enable}}, {{"Q", held}}).in_clock_gate = true;
    cell(and2, block, {{"A", clock}, {"B", held}}, {{"Y", gated}}).in_clock_gate = true;
    netlist.clock_gates.push_back(
        {.name = name, .block = block, .source_net = clock, .enable_net = held, .clock_net = gated});
    return gated;
  }

  GateNetlist netlist;
};

}  // namespace nacre::flows::test
