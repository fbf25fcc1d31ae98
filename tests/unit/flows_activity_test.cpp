// A small netlist, counted by the model and by a few lines of C++ beside it.

#include "power/activity.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "flows_netlist_builder.hpp"
#include "harness/dut.hpp"
#include "verilator/model.hpp"

namespace nacre::flows {
namespace {

using test::NetlistBuilder;
using What = ActivityModel::Level::What;

constexpr int kChain = 300;  ///< inverters in a row: more than a few words of counters

const char* const kCells = R"(
module INV(input A, output Y); assign Y = ~A; endmodule
module AND2(input A, B, output Y); assign Y = A & B; endmodule
module XOR2(input A, B, output Y); assign Y = A ^ B; endmodule
module LATCH(input CLK, D, output reg Q); always_latch if (CLK) Q = D; endmodule
module DFF(input CLK, D, output reg Q); always @(posedge CLK) Q <= D; endmodule
module memory(input clk_i, en_i, we_i, input [1:0] addr_i, output reg [1:0] rdata_o);
  always @(posedge clk_i) if (en_i & ~we_i) rdata_o <= addr_i;
endmodule
)";

/// Nets that the test looks at.
struct Circuit {
  GateNetlist netlist;
  int q = 0, d = 0, r = 0, held = 0, first_of_chain = 0, read_data = 0;
  std::vector<int> data;
};

/// Bits of s_axis_tdata: 0 kind, 1 busy, 2 toggles q, 3 clock enable, 4 en_i, 5 we_i, 6-7 address.
Circuit make_circuit() {
  NetlistBuilder build("one__two", {"", "u_other", "u_stage"});
  Circuit circuit;
  const int clock = build.input("clk_i").front();
  build.input("rst_ni");
  circuit.data = build.input("s_axis_tdata", 64);
  const int valid = build.input("s_axis_tvalid").front();
  const int last = build.input("s_axis_tlast").front();
  for (const auto& [name, width] : std::map<std::string, int>{{"s_axil_awaddr", 32},
                                                              {"s_axil_awprot", 3},
                                                              {"s_axil_awvalid", 1},
                                                              {"s_axil_wdata", 32},
                                                              {"s_axil_wstrb", 4},
                                                              {"s_axil_wvalid", 1},
                                                              {"s_axil_bready", 1},
                                                              {"s_axil_araddr", 32},
                                                              {"s_axil_arprot", 3},
                                                              {"s_axil_arvalid", 1},
                                                              {"s_axil_rready", 1},
                                                              {"m_axis_tready", 1}}) {
    build.input(name, width);
  }
  // The stage: a bit that toggles when it may, behind a clock gate.
  const int gated =
      build.clock_gate("u_stage.u_gate", 2, clock, circuit.data[3], "INV", "LATCH", "AND2");
  circuit.held = build.netlist.clock_gates.front().enable_net;
  circuit.q = build.net("q");
  circuit.d = build.net("d");
  build.cell("XOR2", 2, {{"A", circuit.q}, {"B", circuit.data[2]}}, {{"Y", circuit.d}});
  build.cell("DFF", 2, {{"CLK", gated}, {"D", circuit.d}}, {{"Q", circuit.q}});
  // A macro, and one that is never written.
  circuit.read_data = build.net("read_data");
  GateCell& memory = build.cell("memory", 0,
                                {{"clk_i", clock},
                                 {"en_i", circuit.data[4]},
                                 {"we_i", circuit.data[5]},
                                 {"addr_i[1]", circuit.data[7]},
                                 {"addr_i[0]", circuit.data[6]}},
                                {{"rdata_o[1]", circuit.read_data}, {"rdata_o[0]", -1}});
  memory.is_macro = true;
  GateCell& constants = build.cell(
      "memory", 0,
      {{"clk_i", clock}, {"en_i", -1}, {"we_i", -1}, {"addr_i[1]", -1}, {"addr_i[0]", circuit.q}},
      {{"rdata_o[1]", -1}, {"rdata_o[0]", -1}});
  constants.is_macro = true;
  constants.inputs[1].constant = 1;
  // Others: a register in the top, a chain of inverters in another block.
  circuit.r = build.net("r");
  build.cell("DFF", 0, {{"CLK", clock}, {"D", last}}, {{"Q", circuit.r}});
  int previous = circuit.q;
  for (int i = 0; i < kChain; ++i) {
    const int next = build.net("chain");
    if (i == 0) circuit.first_of_chain = next;
    build.cell("INV", 1, {{"A", previous}}, {{"Y", next}});
    previous = next;
  }
  build.output("m_axis_tdata", 64, {circuit.q, circuit.read_data, previous});
  build.output("m_axis_tvalid", 1, {circuit.r});
  for (const auto& [name, width] : std::map<std::string, int>{{"s_axil_awready", 1},
                                                              {"s_axil_wready", 1},
                                                              {"s_axil_bresp", 2},
                                                              {"s_axil_bvalid", 1},
                                                              {"s_axil_arready", 1},
                                                              {"s_axil_rdata", 32},
                                                              {"s_axil_rresp", 2},
                                                              {"s_axil_rvalid", 1},
                                                              {"s_axis_tready", 1},
                                                              {"m_axis_tlast", 1},
                                                              {"irq_o", 1}}) {
    build.output(name, width);
  }
  // A stream of 5 bits: the kind's lower bit is the second from the top.
  build.netlist.block_ports[2] = {{"s_valid_i", {valid}},
                                  {"s_data_i", {-1, -1, -1, circuit.data[0], circuit.data[63]}},
                                  {"busy_o", {circuit.data[1]}}};
  circuit.netlist = build.netlist;
  return circuit;
}

/// The circuit again, in C++, with counters of its own.
class Reference {
 public:
  explicit Reference(const Circuit& circuit) : circuit_(circuit) {}

  /// One cycle with these inputs; afterwards `counts` says what it added.
  void cycle(const harness::Pins& pins, bool recording) {
    const auto bit = [&pins](int i) { return (pins.s_axis_tdata >> i & 1) != 0; };
    if (pins.s_axis_tvalid != 0) {
      cause_ = last_cause_ = bit(0) ? 1 : 0;
    } else {
      cause_ = bit(1) ? last_cause_ : 2;
    }
    std::map<int, bool> now;
    for (int i = 0; i < 64; ++i) now[circuit_.data[static_cast<std::size_t>(i)]] = bit(i);
    now[circuit_.q] = q_;
    now[circuit_.d] = q_ != bit(2);
    now[circuit_.r] = r_;
    now[circuit_.held] = bit(3);
    now[circuit_.read_data] = read_;
    for (int i = 0; i < kChain; ++i) now[circuit_.first_of_chain + i] = q_ != (i % 2 == 0);
    if (recording) {
      for (const auto& [net, value] : now) toggles[net][cause_] += value != before_[net];
      gate[cause_] += bit(3);
      reads[cause_] += bit(4) && !bit(5);
      writes[cause_] += bit(4) && bit(5);
      ++cycles[cause_];
    }
    before_ = now;
    if (bit(3)) q_ = q_ != bit(2);
    if (bit(4) && !bit(5)) read_ = bit(7);
    r_ = pins.s_axis_tlast != 0;
  }

  /// The flip-flops begin with whatever the model holds.
  void begin(bool q, bool r, bool read) { q_ = q, r_ = r, read_ = read; }

  using PerCause = std::array<std::uint64_t, 3>;
  std::map<int, PerCause> toggles;
  PerCause gate{}, reads{}, writes{}, cycles{};

 private:
  const Circuit& circuit_;
  bool q_ = false, r_ = false, read_ = false;
  std::size_t cause_ = 2, last_cause_ = 0;
  std::map<int, bool> before_;
};

std::string text_of(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& each : diagnostics.all()) text += each.message + "\n" + each.help + "\n";
  return text;
}

std::optional<Model> build(const ActivityModel& activity, const std::string& header,
                           Diagnostics& diagnostics) {
  const auto verilator = find_verilator(diagnostics);
  const auto compiler = find_compiler(diagnostics);
  if (!verilator || !compiler) return std::nullopt;
  return build_model(
      {.top = "one__two", .files = {{"cells.v", kCells}, {"netlist.v", activity.verilog}}},
      {.gates = true,
       .activity_header = header,
       .cache = std::filesystem::path(NACRE_BINARY_DIR) / "model_cache"},
      *verilator, *compiler, diagnostics);
}

TEST(Activity, CountsWhatChangesByCause) {
  const Circuit circuit = make_circuit();
  const ActivityModel activity = instrument(circuit.netlist, {"u_stage"}, "u_stage");
  Diagnostics diagnostics;
  if (!find_verilator(diagnostics)) GTEST_SKIP() << "no Verilator";
  const auto model = build(activity, activity.header, diagnostics);
  ASSERT_TRUE(model) << text_of(diagnostics);
  const auto dut = harness::load_model(model->shared_object)->make(1);

  std::mt19937_64 random(7);
  Reference reference(circuit);
  harness::Pins pins;
  for (int cycle = 0; cycle < 3000; ++cycle) {
    pins.s_axis_tdata = random();
    pins.s_axis_tvalid = random() % 4 == 0 ? 1 : 0;
    pins.s_axis_tlast = random() % 2;
    // Not from the first cycle on, and with gaps: what is counted must not depend on them.
    const bool recording = cycle > 10 && (cycle / 400) % 3 != 1;
    ASSERT_TRUE(dut->record_activity(recording));
    dut->cycle(pins);
    if (cycle == 0) {
      reference.begin((pins.m_axis_tdata & 1) != 0, pins.m_axis_tvalid != 0,
                      (pins.m_axis_tdata & 2) != 0);
    }
    reference.cycle(pins, recording);
  }
  const harness::Activity counted = dut->take_activity();

  std::int64_t cycles = 0;
  for (std::size_t c = 0; c < 3; ++c) {
    cycles += static_cast<std::int64_t>(reference.cycles[c]);
    for (std::size_t b = 0; b < 3; ++b) {
      // Blocks that are no stage follow the reference.
      EXPECT_EQ(counted.block_cycles[3 * c + b], reference.cycles[c]) << b;
    }
    EXPECT_GT(reference.cycles[c], 100U);
  }
  EXPECT_EQ(counted.cycles, cycles);

  ASSERT_EQ(counted.num_nets, static_cast<int>(activity.nets.size()));
  int compared = 0;
  for (std::size_t i = 0; i < activity.nets.size(); ++i) {
    const auto expected = reference.toggles.find(activity.nets[i]);
    if (expected == reference.toggles.end()) continue;
    ++compared;
    for (std::size_t c = 0; c < 3; ++c) {
      EXPECT_EQ(counted.toggles[c * activity.nets.size() + i], expected->second[c])
          << circuit.netlist.nets[static_cast<std::size_t>(activity.nets[i])].name << " " << c;
    }
  }
  EXPECT_EQ(compared, 64 + 5 + kChain);

  ASSERT_EQ(counted.num_levels, 4);
  const std::array<Reference::PerCause, 4> levels = {reference.gate, reference.reads,
                                                     reference.writes, reference.cycles};
  for (std::size_t l = 0; l < 4; ++l) {
    for (std::size_t c = 0; c < 3; ++c) EXPECT_EQ(counted.levels[4 * c + l], levels[l][c]) << l;
  }

  // What was taken is gone.
  EXPECT_EQ(dut->take_activity().cycles, 0);
}

TEST(Activity, ListsTheLevelsAndTheirBlocks) {
  const Circuit circuit = make_circuit();
  const ActivityModel activity = instrument(circuit.netlist, {"u_stage"}, "u_stage");
  ASSERT_EQ(activity.levels.size(), 4U);
  EXPECT_EQ(activity.levels[0].what, What::ClockGate);
  EXPECT_EQ(activity.levels[0].block, 2);
  EXPECT_EQ(activity.levels[1].what, What::MacroRead);
  EXPECT_EQ(activity.levels[2].what, What::MacroWrite);
  // The second macro is always read and never written.
  EXPECT_EQ(activity.levels[3].what, What::MacroRead);
  EXPECT_EQ(activity.levels[3].index, activity.levels[1].index + 1);
}

TEST(Activity, MacrosBelongToTheBlockThatDrivesTheirEnable) {
  NetlistBuilder build("top", {"", "u_a"});
  const int enable = build.net("enable");
  build.cell("INV", 1, {{"A", -1}}, {{"Y", enable}});
  EXPECT_EQ(macro_block(build.netlist, build.cell("ram", 0, {{"ren_i", enable}}, {})), 1);
  EXPECT_EQ(macro_block(build.netlist, build.cell("ram", 0, {{"ren_i", -1}}, {})), 0);
}

TEST(Activity, MemoriesTakeTheCauseOfTheirStageAndOthersThatOfTheReference) {
  NetlistBuilder build("top", {"", "u_a", "u_a_b", "u_a_b_state", "u_a_state", "u_control"});
  build.input("clk_i");
  const ActivityModel activity = instrument(build.netlist, {"u_a", "u_a_b"}, "u_a_b");
  EXPECT_NE(activity.header.find("kBlockStage[] = {1, 0, 1, 1, 0, 1, }"), std::string::npos)
      << activity.header;
}

TEST(Activity, AClockGateThatIsAlwaysOpenPulsesInEachCycle) {
  NetlistBuilder build("top");
  build.input("clk_i");
  build.netlist.clock_gates.push_back({.name = "u_gate", .clock_net = build.net("clk_o")});
  const ActivityModel activity = instrument(build.netlist, {}, "");
  ASSERT_EQ(activity.levels.size(), 1U);
  EXPECT_NE(activity.header.find("kLevels[] = {\n  {0, {-1}, -1},"), std::string::npos);
}

TEST(Activity, AGateBehindAGatePulsesOnlyWhenBothAreOpen) {
  NetlistBuilder build("top");
  const int clock = build.input("clk_i").front();
  const int a = build.input("a").front(), b = build.input("b").front();
  const int outer = build.clock_gate("u_outer", 0, clock, a, "INV", "LATCH", "AND2");
  build.clock_gate("u_inner", 0, outer, b, "INV", "LATCH", "AND2");
  const ActivityModel activity = instrument(build.netlist, {}, "");
  ASSERT_EQ(activity.levels.size(), 2U);
  const auto& gates = build.netlist.clock_gates;
  const std::string rows = fmt::format(
      "kLevels[] = {{\n  {{0, {{NET({0}), -1}}, -1}},\n  {{0, {{NET({1}), NET({0})}}, -1}},",
      gates[0].enable_net, gates[1].enable_net);
  EXPECT_NE(activity.header.find(rows), std::string::npos) << activity.header;
}

TEST(Activity, WithoutStreamsEveryCycleIsIdle) {
  Circuit circuit = make_circuit();
  for (auto& ports : circuit.netlist.block_ports) ports.clear();
  const ActivityModel activity = instrument(circuit.netlist, {"u_stage"}, "u_stage");
  EXPECT_NE(activity.header.find("kStages[] = {\n  {{-1}, {-1}, -1},"), std::string::npos);
}

TEST(Activity, AModelWithoutTheHeaderCountsNothing) {
  const Circuit circuit = make_circuit();
  const ActivityModel activity = instrument(circuit.netlist, {"u_stage"}, "u_stage");
  Diagnostics diagnostics;
  if (!find_verilator(diagnostics)) GTEST_SKIP() << "no Verilator";
  const auto model = build(activity, "", diagnostics);
  ASSERT_TRUE(model) << text_of(diagnostics);
  const auto dut = harness::load_model(model->shared_object)->make(1);
  EXPECT_FALSE(dut->record_activity(true));
  EXPECT_EQ(dut->take_activity().num_nets, 0);
}

}  // namespace
}  // namespace nacre::flows
