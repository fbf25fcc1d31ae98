#include "synth/yosys.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "process/process.hpp"
#include "synth/yosys_run.hpp"

namespace nacre::flows {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOsu018 = "/usr/share/qflow/tech/osu018/osu018_stdcells.lib";
constexpr const char* kOsu018Models = "/usr/share/qflow/tech/osu018/osu018_stdcells.v";

/// A folder of its own that goes with the test.
class Scratch {
 public:
  Scratch() {
    std::string name = (fs::temp_directory_path() / "nacre-test-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~Scratch() { fs::remove_all(folder_); }
  fs::path operator/(const std::string& name) const { return folder_ / name; }

 private:
  fs::path folder_;
};

std::string text_of(const fs::path& file) {
  std::ifstream stream(file);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

fs::path write(const fs::path& file, const std::string& text) {
  std::ofstream(file) << text;
  return file;
}

SourceFile leaf(const std::string& name) {
  return {.path = "rtl/" + name + ".sv",
          .text = text_of(fs::path(NACRE_SOURCE_DIR) / "rtl" / "tech" / (name + ".sv"))};
}

/// Two blocks of the same module, each with a gated register of 8 bits without reset and one of 8
/// bits with reset, and a macro of 4 rows.
ModelSource two_blocks() {
  return {.top = "top",
          .files = {leaf("nacre_clock_gate"),
                    leaf("nacre_register"),
                    leaf("nacre_register_reset"),
                    {.path = "rtl/pair.sv", .text = R"(
module pair (
  input  wire logic       clk_i, rst_ni, en_i,
  input  wire logic [7:0] d_i,
  output wire logic [7:0] a_o, b_o
);
  logic [7:0] a_q;
  nacre_register #(.Width(8)) u_a (
    .clk_i, .enable_i(en_i), .d_i(d_i + 8'd1), .q_o(a_q)
  );
  nacre_register_reset #(.Width(8)) u_b (
    .clk_i, .rst_ni, .enable_i(en_i & d_i[0]), .d_i(d_i ^ a_q), .q_o(b_o)
  );
  assign a_o = a_q;
endmodule
)"},
                    {.path = "rtl/top.sv", .text = R"(
module top (
  input  wire logic       clk_i, rst_ni, en_i,
  input  wire logic [7:0] d_i,
  output wire logic [7:0] q_o, r_o,
  output wire logic [1:0] data_o,
  output wire logic       one_o
);
  logic [7:0] a, b;
  pair u_first  (.clk_i, .rst_ni, .en_i, .d_i(d_i), .a_o(a), .b_o(b));
  pair u_second (.clk_i, .rst_ni, .en_i, .d_i(a ^ b), .a_o(q_o), .b_o(r_o));
  nacre_ram_4x2 u_ram (.clk_i, .addr_i(b[1:0]), .rdata_o(data_o));
  assign one_o = 1'b1;
endmodule
)"}}};
}

std::vector<SourceFile> ram_stub() {
  return {{.path = "stub/nacre_ram_4x2.sv", .text = R"(
// nacre_ram_4x2: a memory macro for synthesis, without contents; 4 rows of 2 bits, one port.
(* blackbox *)
module nacre_ram_4x2 (
  input wire logic clk_i, input wire logic [1:0] addr_i, output wire logic [1:0] rdata_o
);
endmodule
)"}};
}

ModelSource one_module(const std::string& body) {
  return {.top = "top",
          .files = {{.path = "rtl/top.sv",
                     .text = "module top (input wire logic clk_i, a_i, b_i,\n"
                             "            output logic y_o);\n" +
                             body + "endmodule\n"}}};
}

class YosysFlow : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(kOsu018)) GTEST_SKIP() << "no " << kOsu018 << " (qflow-tech-osu018)";
    library_ = read({kOsu018});
    const auto found = find_yosys(Yosys::Kind::Native, diagnostics_);
    if (!found) GTEST_SKIP() << "no Yosys";
    yosys_ = *found;
  }

  Library read(const std::vector<fs::path>& files) {
    const auto library = read_liberty(files, diagnostics_);
    EXPECT_TRUE(library);
    return library ? *library : Library{};
  }

  /// The library as changed by `change`.
  template <typename Change>
  Library changed(Change change) {
    std::string text = text_of(kOsu018);
    change(text);
    return read({write(scratch_ / "changed.lib", text)});
  }

  /// The text without the group of a cell.
  static void remove_cell(std::string& text, const std::string& name) {
    const auto begin = text.find("cell (" + name + ")");
    const auto end = text.find("/* ----", begin);
    ASSERT_NE(begin, std::string::npos);
    ASSERT_NE(end, std::string::npos);
    text.erase(begin, end - begin);
  }

  std::optional<Synthesis> make(const ModelSource& rtl, const YosysOptions& options = {}) {
    return synthesize(rtl, ram_stub(), library_, yosys_, options, scratch_ / "logs", diagnostics_);
  }

  /// Runs a shell script in place of Yosys.
  void replace_yosys(const std::string& text) {
    yosys_.program = write(scratch_ / "yosys", "#!/bin/sh\n" + text + "\n");
    fs::permissions(yosys_.program, fs::perms::owner_all);
  }

  std::string only_code() const {
    return diagnostics_.all().size() == 1 ? diagnostics_.all().front().code : "not one message";
  }
  std::string message() const {
    return diagnostics_.all().empty() ? "" : diagnostics_.all().back().message;
  }

  Scratch scratch_;
  Diagnostics diagnostics_;
  Library library_;
  Yosys yosys_;
};

TEST_F(YosysFlow, ABlockOfTheTopIsAModuleOfItsOwn) {
  const auto result = make(two_blocks());
  ASSERT_TRUE(result) << message();
  EXPECT_NE(result->verilog.find("module top_u_first("), std::string::npos);
  EXPECT_NE(result->verilog.find("module top_u_second("), std::string::npos);
  EXPECT_NE(result->verilog.find("module nacre_clock_gate("), std::string::npos);
  EXPECT_EQ(result->verilog.find("module pair"), std::string::npos);
  // Two blocks of two registers of 8 bits, each with its clock gate.
  EXPECT_EQ(result->flip_flops, 32);
  EXPECT_EQ(result->cells.at("DFFPOSX1"), 16);
  EXPECT_EQ(result->cells.at("DFFSR"), 16);
  EXPECT_EQ(result->clock_gates, 4);
  EXPECT_EQ(result->cells.at("LATCH"), 4);
  EXPECT_EQ(result->latches, 0);
  ASSERT_EQ(result->macros.size(), 1U);
  EXPECT_EQ(result->macros.front().path, "u_ram");
  EXPECT_GE(result->logic_depth, 3);
  EXPECT_LE(result->logic_depth, 12);
}

TEST_F(YosysFlow, TheAreaIsTheSumOfTheCells) {
  const auto result = make(two_blocks());
  ASSERT_TRUE(result) << message();
  double area = 0;
  std::int64_t count = 0;
  for (const auto& [name, number] : result->cells) {
    area += area_of(library_, *library_.cell(name)) * static_cast<double>(number);
    count += number;
  }
  EXPECT_DOUBLE_EQ(result->area, area);
  EXPECT_EQ(result->num_cells, count);
  // The latches of this library have no area of their own: 64 um2 each are added.
  EXPECT_DOUBLE_EQ(area_of(library_, *library_.cell("LATCH")), 64);
}

TEST_F(YosysFlow, TheTableListsTheHierarchy) {
  const auto result = make(two_blocks());
  ASSERT_TRUE(result) << message();
  std::vector<std::string> paths, modules;
  for (const AreaRow& row : result->hierarchy) {
    paths.push_back(row.path);
    modules.push_back(row.module);
  }
  EXPECT_EQ(paths, (std::vector<std::string>{"", "u_first", "u_first.u_a", "u_first.u_b",
                                             "u_second", "u_second.u_a", "u_second.u_b"}));
  EXPECT_EQ(modules,
            (std::vector<std::string>{"top", "pair", "nacre_register", "nacre_register_reset",
                                      "pair", "nacre_register", "nacre_register_reset"}));
  for (std::size_t i = 0; i < result->hierarchy.size(); ++i) {
    const AreaRow& row = result->hierarchy[i];
    double below = row.own_area;
    for (std::size_t k = i + 1; k < result->hierarchy.size(); ++k) {
      if (result->hierarchy[k].depth <= row.depth) break;
      if (result->hierarchy[k].depth == row.depth + 1) below += result->hierarchy[k].area;
    }
    EXPECT_DOUBLE_EQ(row.area, below) << row.path;
  }
  // A register of 8 bits: 8 flip-flops of 96 um2, a clock gate (latch 64, AND2 32, inverter 16).
  EXPECT_DOUBLE_EQ(result->hierarchy[2].area, 8 * 96 + 64 + 32 + 16);
  EXPECT_EQ(result->hierarchy[2].flip_flops, 8);
  EXPECT_EQ(result->hierarchy[2].cells, 11);
  EXPECT_EQ(result->hierarchy[0].flip_flops, 32);
}

TEST_F(YosysFlow, FlatIsOneModuleWithClockGates) {
  const auto result = make(two_blocks(), {.flatten = true});
  ASSERT_TRUE(result) << message();
  EXPECT_EQ(result->verilog.find("module top_u_first"), std::string::npos);
  EXPECT_NE(result->verilog.find("module nacre_clock_gate("), std::string::npos);
  EXPECT_EQ(result->flip_flops, 32);
  EXPECT_EQ(result->clock_gates, 4);
}

TEST_F(YosysFlow, WithoutClockGatesRegistersHaveEnables) {
  const auto gated = make(two_blocks());
  const auto plain = make(two_blocks(), {.clock_gates = false});
  ASSERT_TRUE(gated && plain) << message();
  EXPECT_EQ(plain->clock_gates, 0);
  EXPECT_FALSE(plain->cells.contains("LATCH"));
  EXPECT_EQ(plain->flip_flops, gated->flip_flops);
  EXPECT_GT(plain->area, gated->area);
}

TEST_F(YosysFlow, AShortClockTakesAFasterNetlist) {
  const ModelSource adder = {.top = "top", .files = {{.path = "rtl/top.sv", .text = R"(
module top (input wire logic clk_i, input wire logic [23:0] a_i, b_i, output logic [23:0] y_o);
  logic [23:0] a_q, b_q;
  always_ff @(posedge clk_i) begin
    a_q <= a_i;
    b_q <= b_i;
    y_o <= a_q + b_q;
  end
endmodule
)"}}};
  const auto slow = make(adder, {.clock_s = 100e-9});
  const auto fast = make(adder, {.clock_s = 1e-9});
  ASSERT_TRUE(slow && fast) << message();
  EXPECT_LT(slow->area, fast->area);
  EXPECT_EQ(slow->script.find("-script fast.abc"), std::string::npos);
  EXPECT_NE(fast->script.find("-script fast.abc"), std::string::npos);
}

TEST_F(YosysFlow, TheSameSourcesGiveTheSameNetlist) {
  const auto first = make(two_blocks());
  const auto second = make(two_blocks());
  ASSERT_TRUE(first && second) << message();
  EXPECT_EQ(first->verilog, second->verilog);
  EXPECT_EQ(first->json, second->json);
  EXPECT_EQ(first->script, second->script);
}

TEST_F(YosysFlow, ALatchOutsideAClockGateIsAnError) {
  EXPECT_FALSE(make(one_module("always_comb if (a_i) y_o = b_i;\n")));
  // Yosys refuses it itself in always_comb; written as a latch it is legal and still refused.
  EXPECT_EQ(only_code(), "N0703");
  diagnostics_ = {};
  EXPECT_FALSE(make(one_module("always_latch if (a_i) y_o = b_i;\n")));
  EXPECT_EQ(only_code(), "N1110");
  EXPECT_NE(message().find("1 latches outside clock gates"), std::string::npos) << message();
}

TEST_F(YosysFlow, ALoopAndTwoDriversAreErrors) {
  EXPECT_FALSE(
      make(one_module("wire x, z;\nassign x = a_i & z;\nassign z = x | b_i;\n"
                      "assign y_o = z;\n")));
  EXPECT_EQ(only_code(), "N1110");
  EXPECT_NE(message().find("loop"), std::string::npos) << message();
  diagnostics_ = {};
  EXPECT_FALSE(make(one_module("wire x;\nassign x = a_i;\nassign x = b_i;\nassign y_o = x;\n")));
  EXPECT_EQ(only_code(), "N1110");
  EXPECT_NE(message().find("driver"), std::string::npos) << message();
}

TEST_F(YosysFlow, AFaultOfTheSourcesIsReportedWithItsLog) {
  EXPECT_FALSE(make(one_module("nacre_no_such_module u_x ();\n")));
  EXPECT_EQ(only_code(), "N0703");
  EXPECT_NE(message().find("nacre_no_such_module"), std::string::npos) << message();
  EXPECT_TRUE(fs::exists(scratch_ / "logs/failed-yosys-front.log"));
}

TEST_F(YosysFlow, ALibraryWithoutLatchNamesTheWayOut) {
  library_ = changed([](std::string& text) { remove_cell(text, "LATCH"); });
  EXPECT_FALSE(make(two_blocks()));
  EXPECT_EQ(only_code(), "N1110");
  EXPECT_NE(diagnostics_.all().back().help.find("--clock-gates off"), std::string::npos);
  diagnostics_ = {};
  EXPECT_TRUE(make(two_blocks(), {.clock_gates = false})) << message();
}

TEST_F(YosysFlow, ALatchOfTheOtherPolarityServes) {
  library_ = changed([](std::string& text) {
    const auto at = text.find("enable : \"CLK\"");
    ASSERT_NE(at, std::string::npos);
    text.replace(at, 14, "enable : \"!CLK\"");
  });
  const auto result = make(two_blocks());
  ASSERT_TRUE(result) << message();
  // Open while the clock is low, as the gate wants it: no inverter.
  EXPECT_DOUBLE_EQ(result->hierarchy[2].area, 8 * 96 + 64 + 32);
}

constexpr const char* kClockGateCell = R"(
cell (CLKGATE) {
  area : 120;
  clock_gating_integrated_cell : "latch_posedge_precontrol";
  statetable ("CK E SE", "IQ") { table : "L L L : - : L, L H - : - : H, L - H : - : H, H - - : - : N"; }
  pin (CK) { direction : input; capacitance : 0.01; clock : true; clock_gate_clock_pin : true; }
  pin (E) { direction : input; capacitance : 0.01; clock_gate_enable_pin : true; }
  pin (SE) { direction : input; capacitance : 0.01; clock_gate_test_pin : true; }
  pin (IQ) { direction : internal; internal_node : "IQ"; }
  pin (GCK) { direction : output; state_function : "CK & IQ"; clock_gate_out_pin : true; }
}
)";

TEST_F(YosysFlow, AnIntegratedClockGateIsUsed) {
  library_ = changed([](std::string& text) { text.insert(text.rfind('}'), kClockGateCell); });
  const auto result = make(two_blocks());
  ASSERT_TRUE(result) << message();
  EXPECT_EQ(result->clock_gates, 4);
  EXPECT_EQ(result->cells.at("CLKGATE"), 4);
  EXPECT_FALSE(result->cells.contains("LATCH"));
  EXPECT_EQ(result->flip_flops, 32);
  EXPECT_NE(result->verilog.find(".SE(1'h0)"), std::string::npos);
  EXPECT_DOUBLE_EQ(result->hierarchy[2].area, 8 * 96 + 120);
}

TEST_F(YosysFlow, CellsThatMayNotBeUsedAreNot) {
  const auto before = make(two_blocks());
  ASSERT_TRUE(before) << message();
  ASSERT_TRUE(before->cells.contains("XOR2X1"));
  library_ = changed([](std::string& text) {
    for (const char* name : {"cell (XOR2X1) {", "cell (DFFPOSX1) {"}) {
      const auto at = text.find(name);
      ASSERT_NE(at, std::string::npos);
      text.insert(at + std::string(name).size(), "\n  dont_use : true;");
    }
  });
  const auto result = make(two_blocks());
  ASSERT_TRUE(result) << message();
  EXPECT_FALSE(result->cells.contains("XOR2X1"));
  EXPECT_FALSE(result->cells.contains("DFFPOSX1"));
}

TEST_F(YosysFlow, SeveralLibrariesAreOne) {
  const std::string whole = text_of(kOsu018);
  std::string rest = whole;
  remove_cell(rest, "DFFPOSX1");
  const auto begin = whole.find("cell (DFFPOSX1)");
  const auto end = whole.find("/* ----", begin);
  const std::string extra =
      whole.substr(0, whole.find("cell (")) + whole.substr(begin, end - begin) + "}\n";
  library_ = read({write(scratch_ / "rest.lib", rest), write(scratch_ / "extra.lib", extra)});
  const auto result = make(two_blocks());
  ASSERT_TRUE(result) << message();
  EXPECT_EQ(result->cells.at("DFFPOSX1"), 16);
}

TEST_F(YosysFlow, AToolThatNeverEndsIsStopped) {
  replace_yosys("sleep 60");
  EXPECT_FALSE(make(two_blocks(), {.time_limit = std::chrono::seconds(1)}));
  EXPECT_EQ(only_code(), "N0704");
}

TEST_F(YosysFlow, AToolThatWritesNothingIsNotBelieved) {
  replace_yosys("exit 0");
  EXPECT_FALSE(make(two_blocks()));
  EXPECT_EQ(only_code(), "N0703");
  EXPECT_NE(message().find("did not write 'front.il'"), std::string::npos) << message();
}

TEST_F(YosysFlow, AnAreaThatIsNotThatOfTheCellsIsNotBelieved) {
  replace_yosys(
      yosys_.program.string() +
      " \"$@\" || exit 1\n[ ! -f stat.txt ] || sed -i \"s/top module '.*': /&1/\" stat.txt");
  EXPECT_FALSE(make(two_blocks()));
  EXPECT_EQ(only_code(), "N0703");
  EXPECT_NE(message().find("add up to"), std::string::npos) << message();
}

TEST_F(YosysFlow, LikePeersKeepsLargeMemoriesOnly) {
  const auto with_memory = [&](int rows) {
    ModelSource rtl = one_module("");
    rtl.files.front().text =
        "module top (input wire logic clk_i, we_i, input wire logic [7:0] addr_i, d_i,\n"
        "            output logic [7:0] q_o);\n"
        "  logic [7:0] mem [0:" +
        std::to_string(rows - 1) +
        "];\n"
        "  always_ff @(posedge clk_i) begin\n"
        "    if (we_i) mem[addr_i] <= d_i;\n"
        "    q_o <= mem[addr_i] + 8'd3;\n"
        "  end\nendmodule\n";
    const auto figures =
        measure_like_peers(rtl, {}, library_, yosys_, {}, scratch_ / "logs", diagnostics_);
    EXPECT_TRUE(figures) << message();
    return figures ? *figures : PeerFigures{};
  };
  // 32 rows of 8 bits become flip-flops, 64 rows of 8 bits stay a memory: 8 bits of output
  // register.
  const PeerFigures small = with_memory(32);
  const PeerFigures large = with_memory(64);
  EXPECT_EQ(small.flip_flops, 32 * 8 + 8);
  EXPECT_GE(large.flip_flops, 8);
  EXPECT_LE(large.flip_flops, 16);
  EXPECT_DOUBLE_EQ(small.gate_equivalents, small.area / 24);
  EXPECT_GT(small.longest_path_s, 0.2e-9);
  EXPECT_LT(small.longest_path_s, 20e-9);
  EXPECT_GT(small.delay_area_gate_equivalents, 0);
}

TEST_F(YosysFlow, LikePeersCountsTheLatchesOfClockGates) {
  const auto figures = measure_like_peers(two_blocks(), ram_stub(), library_, yosys_, {},
                                          scratch_ / "logs", diagnostics_);
  ASSERT_TRUE(figures) << message();
  EXPECT_EQ(figures->flip_flops, 32);
  // Flip-flops and latches alone: 16 of 96, 16 of 176, and two latches: flat, each pair of gates
  // with one enable is one.
  EXPECT_GT(figures->area, 16 * 96 + 16 * 176 + 3 * 64);
}

TEST_F(YosysFlow, RepeatsScatterAndCanBeRepeated) {
  const auto first = repeat_synthesis(two_blocks(), ram_stub(), library_, yosys_, {}, 3, 2,
                                      scratch_ / "logs", diagnostics_);
  const auto second = repeat_synthesis(two_blocks(), ram_stub(), library_, yosys_, {}, 3, 1,
                                       scratch_ / "logs", diagnostics_);
  ASSERT_TRUE(first && second) << message();
  ASSERT_EQ(first->area.values.size(), 3U);
  EXPECT_EQ(first->area.values, second->area.values);
  EXPECT_EQ(first->longest_path_s.values, second->longest_path_s.values);
  EXPECT_LE(first->area.min, first->area.mean);
  EXPECT_LE(first->area.mean, first->area.max);
  const auto whole = make(two_blocks());
  ASSERT_TRUE(whole);
  EXPECT_NEAR(first->area.mean, whole->area, 0.1 * whole->area);
}

TEST(YosysShuffle, RenamesInnerWiresAndKeepsPortsPinsAndCells) {
  const std::string text =
      "module \\t\n  wire width 2 input 1 \\A\n  wire width 2 \\inner\n  wire output 2 \\y\n"
      "  cell \\inner \\u\n    connect \\inner \\inner [1]\n    connect \\A { \\A [0] \\inner [0] "
      "}\n"
      "  end\n  connect \\y \\inner [0]\nend\n";
  const std::string other = shuffle_rtlil(text, 5);
  const auto at = other.find("  wire width 2 \\w");
  ASSERT_NE(at, std::string::npos) << other;
  const std::string name = other.substr(at + 15, 18);
  EXPECT_NE(other.find("  wire width 2 input 1 \\A\n"), std::string::npos) << other;
  EXPECT_NE(other.find(fmt::format("  cell \\inner \\u\n    connect \\inner {0} [1]\n"
                                   "    connect \\A {{ \\A [0] {0} [0] }}\n",
                                   name)),
            std::string::npos)
      << other;
  EXPECT_NE(other.find(fmt::format("  connect \\y {} [0]\n", name)), std::string::npos) << other;
}

TEST(YosysShuffle, KeepsTheStatementsAndChangesTheirOrder) {
  const std::string text =
      "autoidx 9\nattribute \\top 1\nmodule \\t\n  parameter \\P 1\n  attribute \\src \"a\"\n"
      "  wire output 1 \\a\n  wire output 2 \\b\n  wire output 3 \\c\n  wire output 4 \\d\n  cell "
      "$not $1\n    parameter \\W 1\n"
      "    connect \\A \\a\n    connect \\Y \\b\n  end\n  connect \\c \\b\n  connect \\d \\c\nend\n"
      "module \\u\n  wire input 1 \\x\nend\n";
  const auto sorted_lines = [](const std::string& from) {
    std::multiset<std::string> lines;
    std::istringstream stream(from);
    for (std::string line; std::getline(stream, line);) lines.insert(line);
    return lines;
  };
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::string other = shuffle_rtlil(text, seed);
    EXPECT_EQ(sorted_lines(other), sorted_lines(text));
    EXPECT_EQ(other, shuffle_rtlil(text, seed));
    EXPECT_TRUE(other.starts_with("autoidx 9\n"));
    // An attribute stays with its wire, a cell with its lines.
    EXPECT_NE(other.find("  attribute \\src \"a\"\n  wire output 1 \\a\n"), std::string::npos);
    EXPECT_NE(other.find("  cell $not $1\n    parameter \\W 1\n    connect \\A \\a\n"),
              std::string::npos);
    EXPECT_LT(other.find("  wire output 4 \\d\n"), other.find("  cell $not"));
    seen.insert(other);
  }
  EXPECT_GT(seen.size(), 10U);
}

TEST_F(YosysFlow, CellModelsAreReadByVerilatorAndIcarus) {
  const auto models = cell_models(library_, yosys_, scratch_ / "logs", diagnostics_);
  ASSERT_TRUE(models) << message();
  EXPECT_NE(models->find("module NAND2X1("), std::string::npos);
  EXPECT_NE(models->find("module LATCH("), std::string::npos);
  EXPECT_EQ(models->find("module TBUFX1("), std::string::npos);  // three states
  const auto result = make(two_blocks());
  ASSERT_TRUE(result) << message();
  write(scratch_ / "netlist.v", result->verilog + *models);
  write(scratch_ / "ram.v", ram_stub().front().text);
  if (find_program("verilator")) {
    const Exit lint = run(
        {.arguments = {"verilator", "--lint-only", "-Wno-style", "-Wno-lint", "--top-module", "top",
                       (scratch_ / "netlist.v").string(), "-sv", (scratch_ / "ram.v").string()},
         .log = scratch_ / "lint.log"});
    EXPECT_TRUE(lint.ok()) << text_of(scratch_ / "lint.log");
  }
  if (find_program("iverilog")) {
    const Exit compiled =
        run({.arguments = {"iverilog", "-g2012", "-s", "top", "-o", (scratch_ / "sim").string(),
                           (scratch_ / "netlist.v").string(), (scratch_ / "ram.v").string()},
             .log = scratch_ / "icarus.log"});
    EXPECT_TRUE(compiled.ok()) << text_of(scratch_ / "icarus.log");
  }
}

/// A module that compares cell `name` with `ours_<name>`: gates over all inputs, cells with state
/// over a random walk that changes one input at a time. Prints "<name> <checks> <differences>".
std::string compare_text(const LibertyCell& cell) {
  std::string connections;
  int inputs = 0, outputs = 0, clear = -1, preset = -1;
  for (const LibertyPin& pin : cell.pins) {
    if (!pin.is_output && pin.name == "R") clear = inputs;
    if (!pin.is_output && pin.name == "S") preset = inputs;
    const std::string wire = pin.is_output ? "out[" + std::to_string(outputs++) + "]"
                                           : "in[" + std::to_string(inputs++) + "]";
    connections += (connections.empty() ? "." : ", .") + pin.name + "(" + wire + ")";
  }
  std::string theirs = connections, ours = connections;
  for (auto at = ours.find("out["); at != std::string::npos; at = ours.find("out[", at + 5)) {
    ours.replace(at, 4, "own[");
  }
  const std::string name = cell.name;
  const std::string width = std::to_string(inputs - 1);
  const std::string count = std::to_string(inputs);
  // Clear and preset at once is forbidden: nobody says what it means.
  const std::string allowed =
      clear >= 0 && preset >= 0
          ? "next[" + std::to_string(clear) + "] | next[" + std::to_string(preset) + "]"
          : "1'b1";
  const std::string steps =
      cell.sequential ? "repeat (5000) begin\n next = in ^ (1 << ($unsigned($random(seed)) % " +
                            count + "));\n if (" + allowed + ") in = next;\n"
                      : "for (i = 0; i < (1 << " + count + "); i = i + 1) begin\n in = i;\n";
  return "module compare_" + name + ";\n reg [" + width + ":0] in, next;\n wire [" +
         std::to_string(outputs - 1) +
         ":0] out, own;\n integer i, seed = 1, checks = 0, bad = 0;\n " + name + " theirs (" +
         theirs + ");\n ours_" + name + " ours (" + ours +
         ");\n initial begin\n in = ~0;\n #1;\n " + steps +
         " #1 if (^out !== 1'bx) begin checks = checks + 1; if (out !== own) bad = bad + 1; end\n" +
         " end\n $display(\"" + name + " %0d %0d\", checks, bad);\n end\nendmodule\n";
}

TEST_F(YosysFlow, CellModelsBehaveAsTheVendorsOwn) {
  if (!fs::exists(kOsu018Models)) GTEST_SKIP() << "no " << kOsu018Models;
  if (!find_program("iverilog")) GTEST_SKIP() << "no iverilog";
  const auto models = cell_models(library_, yosys_, scratch_ / "logs", diagnostics_);
  ASSERT_TRUE(models) << message();
  std::string ours = *models, bench, top = "module bench;\n";
  std::map<std::string, const LibertyCell*> compared;
  for (const auto& [name, cell] : library_.cells) {
    const std::string head = "module " + name + "(";
    const auto at = ours.find(head);
    if (at == std::string::npos) continue;
    ours.replace(at, head.size(), "module ours_" + name + "(");
    bench += compare_text(cell);
    top += " compare_" + name + " u_" + name + " ();\n";
    compared[name] = &cell;
  }
  EXPECT_EQ(compared.size(), 30U);  // all but the two three-state buffers
  write(scratch_ / "bench.v", ours + bench + top + "endmodule\n");
  ASSERT_TRUE(
      run({.arguments = {"iverilog", "-g2012", "-s", "bench", "-o", (scratch_ / "sim").string(),
                         kOsu018Models, (scratch_ / "bench.v").string()},
           .log = scratch_ / "icarus.log"})
          .ok())
      << text_of(scratch_ / "icarus.log");
  const auto said = run_and_read({.arguments = {"vvp", (scratch_ / "sim").string()}});
  ASSERT_TRUE(said);
  std::istringstream stream(*said);
  std::string name;
  std::size_t cells = 0;
  for (int checks = 0, bad = 0; stream >> name >> checks >> bad; ++cells) {
    EXPECT_EQ(bad, 0) << name;
    ASSERT_TRUE(compared.contains(name)) << name;
    const LibertyCell& cell = *compared.at(name);
    const auto inputs = std::count_if(cell.pins.begin(), cell.pins.end(),
                                      [](const LibertyPin& pin) { return !pin.is_output; });
    EXPECT_GE(checks, cell.sequential ? 4000 : 1 << inputs) << name;
  }
  EXPECT_EQ(cells, compared.size()) << *said;
}

TEST_F(YosysFlow, AnIntegratedClockGateHasAModel) {
  library_ = changed([](std::string& text) { text.insert(text.rfind('}'), kClockGateCell); });
  const auto models = cell_models(library_, yosys_, scratch_ / "logs", diagnostics_);
  ASSERT_TRUE(models) << message();
  if (!find_program("iverilog")) GTEST_SKIP() << "no iverilog";
  // The enable counts at the rising edge; what it does while the clock is high must not matter.
  write(scratch_ / "bench.v", *models + R"(
module bench;
  reg ck = 0, e = 0, se = 0;
  wire gck;
  integer pulses = 0;
  CLKGATE dut (.CK(ck), .E(e), .SE(se), .GCK(gck));
  always @(posedge gck) pulses = pulses + 1;
  initial begin
    #1 e = 1; #1 ck = 1; #1 e = 0; #1 if (gck !== 1) $display("BAD glitch down");
    #1 ck = 0; #1 ck = 1; #1 e = 1; #1 if (gck !== 0) $display("BAD glitch up");
    #1 e = 0; ck = 0; #1 se = 1; #1 ck = 1; #1 if (gck !== 1) $display("BAD test");
    #1 ck = 0; #1 $display("pulses %0d", pulses); $finish;
  end
endmodule
)");
  ASSERT_TRUE(run({.arguments = {"iverilog", "-g2012", "-s", "bench", "-o",
                                 (scratch_ / "sim").string(), (scratch_ / "bench.v").string()},
                   .log = scratch_ / "icarus.log"})
                  .ok())
      << text_of(scratch_ / "icarus.log");
  const auto said = run_and_read({.arguments = {"vvp", (scratch_ / "sim").string()}});
  ASSERT_TRUE(said);
  EXPECT_EQ(said->find("BAD"), std::string::npos) << *said;
  EXPECT_NE(said->find("pulses 2"), std::string::npos) << *said;
}

TEST_F(YosysFlow, WebAssemblyMakesTheSameCircuit) {
  const auto wasm = find_yosys(Yosys::Kind::Wasm, diagnostics_);
  if (!wasm) GTEST_SKIP() << "no @yowasp/yosys: " << message();
  const auto native = make(two_blocks());
  yosys_ = *wasm;
  const auto result = make(two_blocks());
  ASSERT_TRUE(native && result) << message();
  EXPECT_EQ(result->flip_flops, native->flip_flops);
  EXPECT_EQ(result->clock_gates, native->clock_gates);
  EXPECT_NEAR(result->area, native->area, 0.05 * native->area);
}

TEST(YosysSearch, WhatIsMissingIsNamed) {
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", "/nonexistent", 1);
  Diagnostics native, wasm;
  EXPECT_FALSE(find_yosys(Yosys::Kind::Native, native));
  EXPECT_FALSE(find_yosys(Yosys::Kind::Wasm, wasm));
  ::setenv("PATH", path.c_str(), 1);
  ASSERT_EQ(native.num_errors(), 1);
  EXPECT_EQ(native.all().front().code, "N0701");
  EXPECT_NE(native.all().front().help.find("apt-get install yosys"), std::string::npos);
  ASSERT_EQ(wasm.num_errors(), 1);
  EXPECT_EQ(wasm.all().front().code, "N0701");
  EXPECT_NE(wasm.all().front().message.find("node"), std::string::npos);
}

TEST(YosysSearch, AnOldOneAndAStrangeOneAreRefused) {
  const Scratch scratch;
  const std::string path = std::getenv("PATH");
  const auto code_for = [&](const std::string& says) {
    fs::permissions(write(scratch / "yosys", "#!/bin/sh\necho '" + says + "'\n"),
                    fs::perms::owner_all);
    ::setenv("PATH", (scratch / "").c_str(), 1);
    Diagnostics diagnostics;
    EXPECT_FALSE(find_yosys(Yosys::Kind::Native, diagnostics));
    ::setenv("PATH", path.c_str(), 1);
    return diagnostics.num_errors() == 1 ? diagnostics.all().front().code : "not one message";
  };
  EXPECT_EQ(code_for("Yosys 0.9 (git sha1 1979e0b)"), "N0702");
  EXPECT_EQ(code_for("hello"), "N0703");
}

}  // namespace
}  // namespace nacre::flows
