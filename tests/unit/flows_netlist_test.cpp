#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "synth/netlist.hpp"

namespace nacre::flows {
namespace {

const std::vector<std::string> kCells = {"INV", "NAND2", "DFF", "LATCH", "AND2"};

/// A top with two blocks, a macro and a gate of its own:
///   in -> u_a (an inverter, its output aliased to two ports) -> top's NAND2 and macro -> u_b (a
///   flip-flop behind a clock gate) -> out; port `tied` of u_a is a constant inside.
constexpr const char* kHierarchy = R"json({"creator": "test", "modules": {
"INV": {"attributes": {"blackbox": "1"}, "ports": {}, "cells": {}, "netnames": {}},
"ram_4x2": {"attributes": {"blackbox": "1"}, "ports": {}, "cells": {}, "netnames": {}},
"a": {"attributes": {},
  "ports": {"x_i": {"direction": "input", "bits": [2]}, "y_o": {"direction": "output", "bits": [3]},
            "z_o": {"direction": "output", "bits": [3]},
            "tied_o": {"direction": "output", "bits": ["1"]},
            "unused_o": {"direction": "output", "bits": [3, 3]}},
  "cells": {"_1_": {"type": "INV", "port_directions": {"A": "input", "Y": "output"},
                    "connections": {"A": [2], "Y": [3]}}},
  "netnames": {"x_i": {"bits": [2]}, "y_o": {"bits": [3]}, "z_o": {"bits": [3]},
               "_9_": {"bits": [3]}, "value_q": {"bits": [3]}}},
"b": {"attributes": {},
  "ports": {"clk_i": {"direction": "input", "bits": [2]}, "en_i": {"direction": "input", "bits": [3]},
            "d_i": {"direction": "input", "bits": [4]}, "q_o": {"direction": "output", "bits": [5]}},
  "cells": {"u_r.u_gate": {"type": "nacre_clock_gate",
               "port_directions": {"clk_i": "input", "enable_i": "input", "clk_o": "output"},
               "connections": {"clk_i": [2], "enable_i": [3], "clk_o": [6]}},
            "_7_": {"type": "DFF", "port_directions": {"CLK": "input", "D": "input", "Q": "output"},
               "connections": {"CLK": [6], "D": [4], "Q": [5]}}},
  "netnames": {"state_q": {"bits": [5, 4]}, "q_o": {"bits": [5]}, "u_r.clk_gated": {"bits": [6]}}},
"nacre_clock_gate": {"attributes": {"keep_hierarchy": "1"},
  "ports": {"clk_i": {"direction": "input", "bits": [2]},
            "enable_i": {"direction": "input", "bits": [3]},
            "clk_o": {"direction": "output", "bits": [4]}},
  "cells": {"_1_": {"type": "INV", "port_directions": {"A": "input", "Y": "output"},
                    "connections": {"A": [2], "Y": [5]}},
            "_2_": {"type": "LATCH", "port_directions": {"CLK": "input", "D": "input", "Q": "output"},
                    "connections": {"CLK": [5], "D": [3], "Q": [6]}},
            "_3_": {"type": "AND2", "port_directions": {"A": "input", "B": "input", "Y": "output"},
                    "connections": {"A": [2], "B": [6], "Y": [4]}}},
  "netnames": {"enable_q": {"bits": [6]}, "_0_": {"bits": [5]}}},
"top": {"attributes": {"top": "1"},
  "ports": {"clk_i": {"direction": "input", "bits": [2]}, "in": {"direction": "input", "bits": [3]},
            "out": {"direction": "output", "bits": [4, "0", 5, "1"]}},
  "cells": {"u_b": {"type": "b", "port_directions": {},
                    "connections": {"clk_i": [2], "en_i": [6], "d_i": [7], "q_o": [4]}},
            "u_a": {"type": "a", "port_directions": {},
                    "connections": {"x_i": [3], "y_o": [6], "z_o": [8], "tied_o": [9],
                                    "unused_o": []}},
            "_5_": {"type": "NAND2", "port_directions": {"A": "input", "B": "input", "Y": "output"},
                    "connections": {"A": [8], "B": [9], "Y": [5]}},
            "u_ram": {"type": "ram_4x2",
                      "port_directions": {"clk_i": "input", "addr_i": "input", "rdata_o": "output"},
                      "connections": {"clk_i": [2], "addr_i": [6, "0"], "rdata_o": [7, 10]}}},
  "netnames": {"a_y": {"bits": [6]}, "a_z": {"bits": [8]}, "rdata": {"bits": [7, 10]}}}
}})json";

GateNetlist read(const std::string& text) {
  Diagnostics diagnostics;
  auto netlist = read_netlist_json(text, "top", kCells, diagnostics);
  EXPECT_TRUE(netlist) << (diagnostics.all().empty() ? "" : diagnostics.all().front().message);
  return netlist ? *netlist : GateNetlist{};
}

const GateCell& cell_of(const GateNetlist& netlist, const std::string& name, int block) {
  const auto found =
      std::find_if(netlist.cells.begin(), netlist.cells.end(),
                   [&](const GateCell& cell) { return cell.name == name && cell.block == block; });
  EXPECT_NE(found, netlist.cells.end()) << name;
  return *found;
}

const GateNet& net_at(const GateNetlist& netlist, const GatePin& pin) {
  return netlist.nets.at(static_cast<std::size_t>(pin.net));
}

std::string fault_of(std::string text) {
  Diagnostics diagnostics;
  EXPECT_FALSE(read_netlist_json(text, "top", kCells, diagnostics));
  if (diagnostics.all().size() != 1) return "not one message";
  EXPECT_EQ(diagnostics.all().front().code, "N0703");
  return diagnostics.all().front().message;
}

std::string replaced(const std::string& from, const std::string& to) {
  std::string text = kHierarchy;
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Netlist, BlocksAreTheInstancesOfTheTopByName) {
  const GateNetlist netlist = read(kHierarchy);
  EXPECT_EQ(netlist.blocks, (std::vector<std::string>{"", "u_a", "u_b"}));
  EXPECT_EQ(netlist.cells.size(), 7U);
  EXPECT_EQ(cell_of(netlist, "_1_", 1).type, "INV");
  EXPECT_EQ(cell_of(netlist, "_5_", 0).type, "NAND2");
}

TEST(Netlist, ANetCrossesBoundariesAsOne) {
  const GateNetlist netlist = read(kHierarchy);
  const GateCell& inverter = cell_of(netlist, "_1_", 1);
  const GateNet& net = net_at(netlist, inverter.outputs.at(0));
  // Two ports of u_a carry it: to the NAND2, to the macro's address, to u_b's clock gate.
  EXPECT_EQ(net.sinks.size(), 3U);
  EXPECT_EQ(net.name, "u_a.value_q");
  EXPECT_EQ(net.block, 1);
  EXPECT_EQ(cell_of(netlist, "_5_", 0).inputs.at(0).net, inverter.outputs.at(0).net);
  for (const GateNet::Sink& sink : net.sinks) {
    const GateCell& cell = netlist.cells.at(static_cast<std::size_t>(sink.cell));
    EXPECT_EQ(cell.inputs.at(static_cast<std::size_t>(sink.pin)).net, inverter.outputs.at(0).net);
  }
}

TEST(Netlist, ConstantsCrossBoundariesAndReachPorts) {
  const GateNetlist netlist = read(kHierarchy);
  const GatePin& tied = cell_of(netlist, "_5_", 0).inputs.at(1);
  EXPECT_EQ(tied.net, -1);
  EXPECT_EQ(tied.constant, 1);
  EXPECT_EQ(netlist.output_constants.at("out"), (std::vector<int>{-1, 0, -1, 1}));
  EXPECT_EQ(netlist.outputs.at("out").at(1), -1);
  EXPECT_EQ(netlist.outputs.at("out").at(2), cell_of(netlist, "_5_", 0).outputs.at(0).net);
  EXPECT_TRUE(net_at(netlist, cell_of(netlist, "_5_", 0).outputs.at(0)).is_output);
}

TEST(Netlist, MacrosAreLeavesWithIndexedPins) {
  const GateNetlist netlist = read(kHierarchy);
  const GateCell& ram = cell_of(netlist, "u_ram", 0);
  EXPECT_TRUE(ram.is_macro);
  ASSERT_EQ(ram.inputs.size(), 3U);
  EXPECT_EQ(ram.inputs.at(0).pin, "addr_i[0]");
  EXPECT_EQ(ram.inputs.at(1).pin, "addr_i[1]");
  EXPECT_EQ(ram.inputs.at(1).constant, 0);
  EXPECT_EQ(ram.inputs.at(2).pin, "clk_i");
  // The macro is the top's own, and so is the name of its data.
  EXPECT_EQ(net_at(netlist, ram.outputs.at(0)).name, "rdata[0]");
  EXPECT_EQ(ram.outputs.at(0).net, cell_of(netlist, "_7_", 2).inputs.at(1).net);
}

TEST(Netlist, ClockGatesTellEnableAndClock) {
  const GateNetlist netlist = read(kHierarchy);
  ASSERT_EQ(netlist.clock_gates.size(), 1U);
  const GateClockGate& gate = netlist.clock_gates.front();
  EXPECT_EQ(gate.name, "u_b.u_r.u_gate");
  EXPECT_EQ(gate.block, 2);
  const GateCell& latch = cell_of(netlist, "u_r.u_gate._2_", 2);
  EXPECT_TRUE(latch.in_clock_gate);
  EXPECT_EQ(gate.enable_net, latch.outputs.at(0).net);
  EXPECT_EQ(gate.source_net, netlist.clock());
  EXPECT_EQ(gate.clock_net, cell_of(netlist, "_7_", 2).inputs.at(0).net);
  EXPECT_FALSE(cell_of(netlist, "_7_", 2).in_clock_gate);
  EXPECT_EQ(netlist.clock(), cell_of(netlist, "u_r.u_gate._1_", 2).inputs.at(0).net);
}

TEST(Netlist, AnIntegratedClockGateIsReadAtItsEnable) {
  std::string text = replaced(R"("enable_q": {"bits": [6]}, )", "");
  const GateNetlist netlist = read(text);
  EXPECT_EQ(netlist.clock_gates.at(0).enable_net, cell_of(netlist, "_1_", 1).outputs.at(0).net);
}

TEST(Netlist, RegistersKeepTheirOwnName) {
  const GateNetlist netlist = read(kHierarchy);
  EXPECT_EQ(net_at(netlist, cell_of(netlist, "_7_", 2).outputs.at(0)).name, "u_b.state_q[0]");
}

TEST(Netlist, PortsOfBlocksAreNets) {
  const GateNetlist netlist = read(kHierarchy);
  ASSERT_EQ(netlist.block_ports.size(), 3U);
  EXPECT_EQ(netlist.block_ports[2].at("clk_i"), std::vector<int>{netlist.clock()});
  EXPECT_EQ(netlist.block_ports[1].at("y_o"), netlist.block_ports[1].at("z_o"));
  EXPECT_EQ(netlist.block_ports[1].at("tied_o"), std::vector<int>{-1});
}

TEST(Netlist, OfAFlatNetlistNamesTellTheBlocks) {
  const GateNetlist netlist = read(R"json({"modules": {
"top": {"attributes": {}, "ports": {"clk_i": {"direction": "input", "bits": [2]}},
  "cells": {"_1_": {"type": "DFF", "port_directions": {"CLK": "input", "D": "input", "Q": "output"},
                    "connections": {"CLK": [2], "D": [4], "Q": [3]}},
            "_2_": {"type": "INV", "port_directions": {"A": "input", "Y": "output"},
                    "connections": {"A": [3], "Y": [4]}}},
  "netnames": {"core_out": {"bits": [3]}, "u_core.state_q": {"bits": [3]}, "_0_": {"bits": [4]}}}
}})json");
  EXPECT_EQ(netlist.blocks, (std::vector<std::string>{"", "u_core"}));
  EXPECT_EQ(cell_of(netlist, "_1_", 1).type, "DFF");
  EXPECT_EQ(net_at(netlist, cell_of(netlist, "_1_", 1).outputs.at(0)).name, "u_core.state_q");
  EXPECT_EQ(net_at(netlist, cell_of(netlist, "_2_", 0).outputs.at(0)).name, "_0_");
}

TEST(Netlist, WhatIsNoNetlistIsRefused) {
  EXPECT_NE(fault_of("{").find("cannot be read"), std::string::npos);
  EXPECT_NE(fault_of("{}").find("modules"), std::string::npos);
  EXPECT_NE(fault_of(R"({"modules": {}})").find("no module 'top'"), std::string::npos);
  EXPECT_NE(fault_of(replaced(R"("A": [8], "B": [9], "Y": [5])", R"("A": [8], "B": [9], "Y": [6])"))
                .find("two drivers"),
            std::string::npos);
  EXPECT_NE(fault_of(replaced(R"("A": [8], "B": [9], "Y": [5])", R"("A": [8], "B": [5], "Y": [9])"))
                .find("tied"),
            std::string::npos);
  EXPECT_NE(fault_of(replaced(R"("d_i": [7])", R"("d_i": [7, 7])")).find("another width"),
            std::string::npos);
  EXPECT_NE(fault_of(replaced(R"("_7_": {"type": "DFF", )", R"("_7_": {"type": "b", )"))
                .find("contain each other"),
            std::string::npos);
}

TEST(Netlist, AnyTruncationIsRefusedWithoutHarm) {
  const std::string whole = kHierarchy;
  for (std::size_t length = 0; length + 1 < whole.size(); length += 7) {
    Diagnostics diagnostics;
    EXPECT_FALSE(read_netlist_json(whole.substr(0, length), "top", kCells, diagnostics));
    EXPECT_EQ(diagnostics.num_errors(), 1);
  }
}

}  // namespace
}  // namespace nacre::flows
