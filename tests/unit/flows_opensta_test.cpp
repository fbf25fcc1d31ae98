#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "process/process.hpp"
#include "synth/netlist.hpp"
#include "timing/opensta.hpp"

namespace nacre::flows {
namespace {

constexpr const char* kOsu018 = "/usr/share/qflow/tech/osu018/osu018_stdcells.lib";

/// A counter of 12 bits, a register that adds it and an input, and a gate before that register's
/// clock.
constexpr const char* kDesign = R"(
module nacre_clock_gate (input wire clk_i, input wire enable_i, output wire clk_o);
  reg held;
  always @* if (!clk_i) held = enable_i;
  assign clk_o = clk_i & held;
endmodule
module adder (input wire clk_i, input wire rst_ni, input wire [11:0] count_i,
              input wire [11:0] a_i, output reg [11:0] sum_q);
  always @(posedge clk_i or negedge rst_ni)
    if (!rst_ni) sum_q <= 0; else sum_q <= sum_q + count_i + a_i;
endmodule
module top (input wire clk_i, input wire rst_ni, input wire [11:0] a_i, output wire [11:0] sum_o);
  reg [11:0] count_q;
  wire gated;
  always @(posedge clk_i or negedge rst_ni)
    if (!rst_ni) count_q <= 0; else count_q <= count_q + 1;
  nacre_clock_gate u_gate (.clk_i(clk_i), .enable_i(count_q == 12'd77), .clk_o(gated));
  adder u_core (.clk_i(gated), .rst_ni(rst_ni), .count_i(count_q), .a_i(a_i), .sum_q(sum_o));
endmodule
)";

constexpr const char* kLatch = R"(
module \$_DLATCH_P_ (input E, input D, output Q);
  LATCH _TECHMAP_REPLACE_ (.CLK(E), .D(D), .Q(Q));
endmodule
module \$_DLATCH_N_ (input E, input D, output Q);
  wire low;
  INVX1 u_low (.A(E), .Y(low));
  LATCH u_latch (.CLK(low), .D(D), .Q(Q));
endmodule
)";

const std::string kThresholds = R"(
  slew_lower_threshold_pct_rise : 20; slew_upper_threshold_pct_rise : 80;
  slew_lower_threshold_pct_fall : 20; slew_upper_threshold_pct_fall : 80;
  input_threshold_pct_rise : 50; input_threshold_pct_fall : 50;
  output_threshold_pct_rise : 50; output_threshold_pct_fall : 50;
  capacitive_load_unit (1, pf); nom_voltage : 1;
)";

/// Cells with the names that kByHand uses, and round figures, in picoseconds: 1000 from the clock
/// to the output, 500 (rise) or 300 (fall) through the inverter, 250 (rise) or 200 (fall) of setup.
const std::string kRoundFigures =
    "library (round) {\n  delay_model : table_lookup; time_unit : \"1ps\";" + kThresholds + R"lib(
  cell (DFFPOSX1) {
    area : 4;
    ff (IQ, IQN) { clocked_on : "CLK"; next_state : "D"; }
    pin (CLK) { direction : input; clock : true; capacitance : 0.01; }
    pin (D) { direction : input; capacitance : 0.01;
      timing () { related_pin : "CLK"; timing_type : setup_rising;
        rise_constraint (scalar) { values ("250"); } fall_constraint (scalar) { values ("200"); } }
    }
    pin (Q) { direction : output; function : "IQ";
      timing () { related_pin : "CLK"; timing_type : rising_edge;
        cell_rise (scalar) { values ("1000"); } cell_fall (scalar) { values ("1000"); }
        rise_transition (scalar) { values ("10"); } fall_transition (scalar) { values ("10"); } }
    }
  }
  cell (INVX1) {
    area : 1;
    pin (A) { direction : input; capacitance : 0.01; }
    pin (Y) { direction : output; function : "!A";
      timing () { related_pin : "A"; timing_sense : negative_unate;
        cell_rise (scalar) { values ("500"); } cell_fall (scalar) { values ("300"); }
        rise_transition (scalar) { values ("10"); } fall_transition (scalar) { values ("10"); } }
    }
  }
  cell (NAND2X1) {
    area : 1;
    pin (A, B) { direction : input; capacitance : 0.01; }
    pin (Y) { direction : output; function : "!(A B)"; }
  }
})lib";

/// Two flip-flops with an inverter between, whose path can be added by hand.
constexpr const char* kByHand = R"(
module top (clk_i, d_i, q_o);
  input clk_i, d_i;
  output q_o;
  wire state, inverted;
  DFFPOSX1 first (.CLK(clk_i), .D(d_i), .Q(state));
  INVX1 inverter (.A(state), .Y(inverted));
  DFFPOSX1 second (.CLK(clk_i), .D(inverted), .Q(q_o));
endmodule
)";

GateCell cell_of(const std::string& name, const std::string& type, int block,
                 const std::vector<std::pair<std::string, int>>& inputs,
                 const std::vector<std::pair<std::string, int>>& outputs) {
  GateCell cell;
  cell.name = name;
  cell.type = type;
  cell.block = block;
  for (const auto& [pin, net] : inputs) cell.inputs.push_back({.pin = pin, .net = net});
  for (const auto& [pin, net] : outputs) cell.outputs.push_back({.pin = pin, .net = net});
  return cell;
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

class OpenStaTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!find_program("sta")) GTEST_SKIP() << "opensta is not installed";
    if (!std::filesystem::exists(kOsu018)) GTEST_SKIP() << kOsu018 << " is not there";
    std::string name = (std::filesystem::temp_directory_path() / "nacre-sta-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    sta_ = find_opensta(diagnostics_);
    library_ = read_liberty({kOsu018}, diagnostics_);
    ASSERT_TRUE(sta_ && library_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// The netlist of kDesign.
  std::string synthesize() {
    std::ofstream(folder_ / "design.v") << kDesign;
    std::ofstream(folder_ / "latch.v") << kLatch;
    const std::string liberty = kOsu018;
    const std::string script = "read_liberty -lib -ignore_miss_func " + liberty +
                               "; read_verilog design.v; hierarchy -check -top top; synth -top top;"
                               " dfflibmap -liberty " +
                               liberty +
                               "; techmap -map latch.v;"
                               " abc -liberty " +
                               liberty +
                               "; opt_clean -purge;"
                               " write_verilog -noattr -noexpr -simple-lhs netlist.v";
    EXPECT_TRUE(run({.arguments = {"yosys", "-q", "-p", script}, .folder = folder_}).ok());
    return text_of(folder_ / "netlist.v");
  }

  std::optional<Timing> analyze(const std::string& netlist, double clock_s = 10e-9,
                                const GateNetlist* names = nullptr,
                                const std::string& macro_liberty = "") {
    const TimingInput input{.netlist = netlist,
                            .top = "top",
                            .library = &*library_,
                            .clock_s = clock_s,
                            .names = names,
                            .macro_liberty = macro_liberty};
    return analyze_timing(input, *sta_, folder_ / "logs", diagnostics_);
  }

  std::string last_code() const {
    return diagnostics_.all().empty() ? std::string() : diagnostics_.all().back().code;
  }

  std::filesystem::path folder_;
  Diagnostics diagnostics_;
  std::optional<OpenSta> sta_;
  std::optional<Library> library_;
};

TEST_F(OpenStaTest, AgreesWithRoundFiguresWhateverTheUnit) {
  library_ = parse_liberty("round.lib", kRoundFigures, diagnostics_);
  ASSERT_TRUE(library_) << diagnostics_.all().back().message;
  const auto timing = analyze(kByHand, 2e-9);
  ASSERT_TRUE(timing) << diagnostics_.all().back().message;
  // 1 ns to the output, 0.5 ns through the inverter, 0.25 ns of setup.
  EXPECT_NEAR(timing->worst_slack_s, 0.25e-9, 1e-15);
  EXPECT_NEAR(timing->min_period_s, 1.75e-9, 1e-15);
  EXPECT_NEAR(timing->fmax_hz, 1 / 1.75e-9, 1e3);
  ASSERT_EQ(timing->path.size(), 4u);
  EXPECT_NEAR(timing->path[1].delay_s, 1e-9, 1e-16);
  EXPECT_NEAR(timing->path[2].delay_s, 0.5e-9, 1e-16);
  EXPECT_NEAR(timing->path[3].arrival_s, 1.5e-9, 1e-16);
  const auto violated = analyze(kByHand, 1e-9);
  ASSERT_TRUE(violated);
  EXPECT_NEAR(violated->worst_slack_s, -0.75e-9, 1e-15);
  EXPECT_NEAR(violated->total_negative_slack_s, -0.75e-9, 1e-15)
      << "the output's path of 1 ns just fits";
}

TEST_F(OpenStaTest, AgreesWithAPathAddedByHand) {
  const auto timing = analyze(kByHand);
  ASSERT_TRUE(timing) << diagnostics_.all().back().message;
  ASSERT_EQ(timing->path.size(), 4u) << timing->report;
  EXPECT_EQ(timing->path[0].pin, "first/CLK");
  EXPECT_EQ(timing->path[1].net, "state");
  EXPECT_EQ(timing->path[2].cell, "INVX1");
  EXPECT_EQ(timing->path[2].net, "inverted");
  EXPECT_EQ(timing->path[3].pin, "second/D");
  EXPECT_EQ(timing->path[3].net, "inverted");
  EXPECT_EQ(timing->begin_name, "state");
  EXPECT_EQ(timing->end_name, "second");
  // The slews between are those that the transition tables give for these loads.
  const LibertyTable& rise = library_->cell("DFFPOSX1")->pin("Q")->arcs.at(0).rise_transition;
  const double load_f = library_->cell("INVX1")->pin("A")->capacitance;
  EXPECT_GT(look_up(rise, 0, load_f), 0);
  double sum_s = 0;
  for (const PathPoint& point : timing->path) {
    sum_s += point.delay_s;
    EXPECT_NEAR(point.arrival_s, sum_s, 0.11e-12);
  }
  // The only other term of the slack is the setup time of the file: 0.09 ... 0.3 ns at these slews.
  const double setup_s = timing->clock_s - timing->worst_slack_s - sum_s;
  EXPECT_GT(setup_s, 0.05e-9);
  EXPECT_LT(setup_s, 0.4e-9);
  EXPECT_DOUBLE_EQ(timing->total_negative_slack_s, 0);
  EXPECT_NEAR(timing->fmax_hz * timing->min_period_s, 1, 1e-12);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "logs")) << "the private folder is removed";
}

TEST_F(OpenStaTest, TheShortestPeriodDoesNotDependOnTheClock) {
  const std::string netlist = synthesize();
  const auto slow = analyze(netlist, 50e-9);
  const auto fast = analyze(netlist, 1e-9);
  ASSERT_TRUE(slow && fast) << diagnostics_.all().back().message;
  EXPECT_NEAR(slow->min_period_s, fast->min_period_s, 0.1e-12)
      << "half cycles at the clock gate's latch must not count";
  EXPECT_GT(slow->worst_slack_s, 0);
  EXPECT_LT(fast->worst_slack_s, 0);
  EXPECT_LE(fast->total_negative_slack_s, fast->worst_slack_s);
  EXPECT_GT(slow->min_period_s, 1e-9);
  EXPECT_LT(slow->min_period_s, 10e-9);
  EXPECT_EQ(slow->path.size(), fast->path.size());
}

TEST_F(OpenStaTest, SeesASlowEnableOfAClockGate) {
  // Forty inverters before the gate: far longer than all other paths.
  std::string chain;
  for (int i = 0; i < 40; ++i) {
    chain += "  INVX1 i" + std::to_string(i) + " (.A(n" + std::to_string(i) + "), .Y(n" +
             std::to_string(i + 1) + "));\n  wire n" + std::to_string(i + 1) + ";\n";
  }
  const auto timing = analyze(
      "module nacre_clock_gate (clk_i, enable_i, clk_o);\n"
      "  input clk_i, enable_i; output clk_o; wire low, held;\n"
      "  INVX1 u_low (.A(clk_i), .Y(low));\n"
      "  LATCH u_latch (.CLK(low), .D(enable_i), .Q(held));\n"
      "  AND2X1 u_and (.A(held), .B(clk_i), .Y(clk_o));\nendmodule\n"
      "module top (clk_i, d_i, q_o);\n  input clk_i, d_i; output q_o; wire n0, gated;\n" +
      chain +
      "  DFFPOSX1 first (.CLK(clk_i), .D(d_i), .Q(n0));\n"
      "  nacre_clock_gate u_gate (.clk_i(clk_i), .enable_i(n40), .clk_o(gated));\n"
      "  DFFPOSX1 second (.CLK(gated), .D(d_i), .Q(q_o));\nendmodule\n");
  ASSERT_TRUE(timing) << diagnostics_.all().back().message;
  EXPECT_EQ(timing->path.size(), 44u) << timing->report;
  EXPECT_EQ(timing->path.back().pin, "u_gate/u_and/A");
  EXPECT_EQ(timing->end_name, "u_gate/held");
  EXPECT_NEAR(timing->min_period_s, timing->path.back().arrival_s, 0.1e-12)
      << "up to the rising edge at the AND";
}

TEST_F(OpenStaTest, NamesThePathInTheDesignsTerms) {
  GateNetlist names;
  names.top = "top";
  names.blocks = {"", "u_core"};
  for (const char* net : {"clk_i", "u_core.row_q[2]", "u_core.next", "u_core.column_q"}) {
    names.nets.emplace_back().name = net;
  }
  names.cells = {cell_of("_1_", "DFFPOSX1", 1, {{"CLK", 0}}, {{"Q", 1}}),
                 cell_of("_2_", "INVX1", 1, {{"A", 1}}, {{"Y", 2}}),
                 cell_of("_3_", "DFFPOSX1", 1, {{"CLK", 0}, {"D", 2}}, {{"Q", 3}})};
  const auto timing = analyze(
      "module core (clk_i, d_i, q_o);\n  input clk_i, d_i; output q_o; wire _4_, _5_;\n"
      "  DFFPOSX1 _1_ (.CLK(clk_i), .D(d_i), .Q(_4_));\n  INVX1 _2_ (.A(_4_), .Y(_5_));\n"
      "  DFFPOSX1 _3_ (.CLK(clk_i), .D(_5_), .Q(q_o));\nendmodule\n"
      "module top (clk_i, d_i, q_o);\n  input clk_i, d_i; output q_o;\n"
      "  core u_core (.clk_i(clk_i), .d_i(d_i), .q_o(q_o));\nendmodule\n",
      10e-9, &names);
  ASSERT_TRUE(timing) << diagnostics_.all().back().message;
  ASSERT_EQ(timing->path.size(), 4u) << timing->report;
  EXPECT_EQ(timing->path[0].net, "clk_i");
  EXPECT_EQ(timing->path[1].pin, "u_core/_1_/Q");
  EXPECT_EQ(timing->path[1].net, "u_core.row_q[2]");
  EXPECT_EQ(timing->path[3].net, "u_core.next");
  EXPECT_EQ(timing->begin_name, "u_core.row_q[2]");
  EXPECT_EQ(timing->end_name, "u_core.column_q");
}

constexpr const char* kWithMacro = R"(
module top (clk_i, d_i, q_o);
  input clk_i, d_i;
  output q_o;
  wire [1:0] read;
  wire address, inverted;
  DFFPOSX1 first (.CLK(clk_i), .D(d_i), .Q(address));
  nacre_ram_1rw_2x2 u_ram (.clk_i(clk_i), .addr_i(address), .wdata_i({d_i, address}),
    .rdata_o(read));
  INVX1 inverter (.A(read[1]), .Y(inverted));
  DFFPOSX1 second (.CLK(clk_i), .D(inverted), .Q(q_o));
endmodule
)";

TEST_F(OpenStaTest, PathsEndAtMacros) {
  EXPECT_FALSE(analyze(kWithMacro)) << "a module that nobody knows";
  GateNetlist names;
  names.blocks = {""};
  names.cells = {cell_of("u_ram", "nacre_ram_1rw_2x2", 0,
                         {{"clk_i", -1}, {"addr_i", -1}, {"wdata_i[0]", -1}, {"wdata_i[1]", -1}},
                         {{"rdata_o[0]", -1}, {"rdata_o[1]", -1}})};
  names.cells[0].is_macro = true;
  const auto boxes = analyze(kWithMacro, 10e-9, &names);
  ASSERT_TRUE(boxes) << diagnostics_.all().back().message;
  EXPECT_TRUE(boxes->end_name == "u_ram/addr_i" || boxes->end_name == "u_ram/wdata_i[0]" ||
              boxes->begin_name == "u_ram/rdata_o[1]" || boxes->begin_name == "u_ram/clk_i")
      << boxes->report;
  // An access time of 5 ns makes the path out of the memory the longest.
  const auto slow =
      analyze(kWithMacro, 10e-9, &names,
              "library (m) { delay_model : table_lookup; time_unit : \"1ns\";\n" + kThresholds +
                  " type (bits_2) { base_type : array; data_type : bit; bit_width : 2; bit_from : "
                  "1; bit_to : "
                  "0; }\n"
                  " cell (nacre_ram_1rw_2x2) { pin (clk_i) { direction : input; clock : true; }\n"
                  "  pin (addr_i) { direction : input; } bus (wdata_i) { bus_type : bits_2; "
                  "direction : input; "
                  "}\n"
                  "  bus (rdata_o) { bus_type : bits_2; direction : output; timing () { "
                  "related_pin : clk_i;\n"
                  "   timing_type : rising_edge; cell_rise (scalar) { values (\"5\"); }\n"
                  "   cell_fall (scalar) { values (\"5\"); } rise_transition (scalar) { values "
                  "(\"0.1\"); }\n"
                  "   fall_transition (scalar) { values (\"0.1\"); } } } } }\n");
  ASSERT_TRUE(slow) << diagnostics_.all().back().message;
  EXPECT_GT(slow->min_period_s, 5e-9);
  EXPECT_LT(slow->min_period_s, 5.6e-9);
  EXPECT_EQ(slow->begin_name, "u_ram/clk_i");
}

TEST_F(OpenStaTest, ErrorsOfTheToolAreErrorsThoughItsStatusIsZero) {
  const std::string good = kByHand;
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  EXPECT_FALSE(analyze(with("INVX1", "NO_SUCH_CELL")));
  EXPECT_EQ(last_code(), "N0703");
  EXPECT_NE(diagnostics_.all().back().message.find("NO_SUCH_CELL"), std::string::npos);
  EXPECT_NE(text_of(folder_ / "logs" / "failed-opensta.log").find("NO_SUCH_CELL"),
            std::string::npos);
  EXPECT_FALSE(analyze(with("wire state,", "wire state;;,")));
  EXPECT_EQ(last_code(), "N0703");
  EXPECT_FALSE(analyze(with(".A(state)", ".NOT_A_PIN(state)")));
  EXPECT_EQ(last_code(), "N0703");
  EXPECT_FALSE(analyze(with("module top", "module other")));
  EXPECT_EQ(last_code(), "N0703");
  EXPECT_FALSE(analyze("module top (clk_i); input clk_i; endmodule\n")) << "no path at all";
  EXPECT_EQ(last_code(), "N0703");
  sta_->program = folder_ / "no_such_program";
  EXPECT_FALSE(analyze(good));
  EXPECT_EQ(last_code(), "N0703");
}

TEST_F(OpenStaTest, PowerGrowsWithActivity) {
  const std::string netlist = synthesize();
  const TimingInput input{.netlist = netlist,
                          .top = "top",
                          .library = &*library_,
                          .clock_s = 10e-9,
                          .names = nullptr,
                          .macro_liberty = {}};
  const auto idle = opensta_power(input, 0, *sta_, folder_ / "logs", diagnostics_);
  const auto low = opensta_power(input, 0.1, *sta_, folder_ / "logs", diagnostics_);
  const auto high = opensta_power(input, 0.2, *sta_, folder_ / "logs", diagnostics_);
  ASSERT_TRUE(idle && low && high) << diagnostics_.all().back().message;
  EXPECT_NEAR(low->total_w, low->internal_w + low->switching_w + low->leakage_w,
              1e-6 * low->total_w);
  EXPECT_NEAR(high->switching_w - idle->switching_w, 2 * (low->switching_w - idle->switching_w),
              1e-3 * high->switching_w);
  EXPECT_GT(low->internal_w, idle->internal_w);
  // Leakage is the plain sum of the cells' figures.
  double leakage_w = 0;
  for (const auto& [name, cell] : library_->cells) {
    std::size_t at = 0;
    while ((at = netlist.find("\n  " + name + " ", at)) != std::string::npos) {
      leakage_w += cell.leakage;
      ++at;
    }
  }
  EXPECT_NEAR(low->leakage_w, leakage_w, 0.01 * leakage_w);
}

}  // namespace
}  // namespace nacre::flows
