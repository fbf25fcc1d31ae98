#include "equivalence/equivalence.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "process/process.hpp"

namespace nacre::flows {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLiberty = "/usr/share/qflow/tech/osu018/osu018_stdcells.lib";

std::string read_text(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

// A leaf with everything that matters: a gated register, one with reset, a free one, logic.
constexpr const char* kLeaf = R"(
module leaf #(parameter int W = 8) (
  input wire logic clk_i, input wire logic rst_ni, input wire logic en_i,
  input wire logic [W-1:0] d_i, output logic [W-1:0] q_o, output logic [W-1:0] acc_o);
  logic [W-1:0] acc_q;
  logic v_q, go;
  assign go = en_i && d_i != '0;
  nacre_register #(.Width(W)) u_r (.clk_i(clk_i), .enable_i(go), .d_i(d_i), .q_o(q_o));
  nacre_register_reset #(.Width(W), .Reset(W'(3))) u_rr (
    .clk_i(clk_i), .rst_ni(rst_ni), .enable_i(v_q), .d_i(acc_q + q_o), .q_o(acc_q));
  always_ff @(posedge clk_i or negedge rst_ni) if (!rst_ni) v_q <= 1'b0; else v_q <= en_i;
  assign acc_o = acc_q;
endmodule
)";
constexpr const char* kTop = R"(
module top (
  input wire logic clk_i, input wire logic rst_ni, input wire logic en_i,
  input wire logic [7:0] d_i, output wire logic [7:0] q_o, output wire logic [7:0] acc_o);
  leaf #(.W(8)) u_leaf (.clk_i(clk_i), .rst_ni(rst_ni), .en_i(en_i), .d_i(d_i), .q_o(q_o),
                        .acc_o(acc_o));
endmodule
)";

/// Maps the leaf once; the tests then damage the netlist's text.
class Equivalence : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(kLiberty)) GTEST_SKIP() << kLiberty << " is not installed";
    std::string name = (fs::temp_directory_path() / "nacre-test-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    const fs::path tech = fs::path(NACRE_SOURCE_DIR) / "rtl" / "tech";
    rtl_.top = "top";
    for (const char* file : {"nacre_clock_gate", "nacre_register", "nacre_register_reset"}) {
      rtl_.files.push_back({.path = std::string(file) + ".sv",
                            .text = read_text(tech / (std::string(file) + ".sv"))});
    }
    rtl_.files.push_back({.path = "leaf.sv", .text = kLeaf});
    rtl_.files.push_back({.path = "top.sv", .text = kTop});
    library_.texts = {read_text(kLiberty)};
    Diagnostics diagnostics;
    const auto yosys = find_program("yosys");
    ASSERT_TRUE(yosys);
    yosys_.program = *yosys;

    std::string script = std::string("read_liberty -lib -ignore_miss_func ") + kLiberty + "\n";
    for (const SourceFile& file : rtl_.files) {
      std::ofstream(folder_ / file.path) << file.text;
      script += "read_verilog -sv " + file.path + "\n";
    }
    std::ofstream(folder_ / "latch.v")
        << "module \\$_DLATCH_N_ (input D, input E, output Q); wire e;\n"
           "INVX1 i (.A(E), .Y(e)); LATCH l (.CLK(e), .D(D), .Q(Q)); endmodule\n";
    script += std::string("hierarchy -check -top top\nsetattr -mod -set keep_hierarchy 1 *leaf*\n") +
              "synth -top top -flatten\ntechmap -map latch.v\ndfflibmap -liberty " + kLiberty +
              "\nabc -liberty " + kLiberty +
              "\nopt_clean -purge\nwrite_verilog -noattr -noexpr -simple-lhs net.v\n"
              "write_json net.json\n";
    std::ofstream(folder_ / "map.ys") << script;
    ASSERT_TRUE(run({.arguments = {yosys_.program.string(), "-q", "-s", "map.ys"},
                     .folder = folder_,
                     .log = folder_ / "map.log"})
                    .ok())
        << read_text(folder_ / "map.log");
    synthesis_.verilog = read_text(folder_ / "net.v");
    synthesis_.json = read_text(folder_ / "net.json");
  }
  void TearDown() override {
    if (!folder_.empty()) fs::remove_all(folder_);
  }

  EquivalenceResult compare(std::chrono::seconds limit = std::chrono::seconds(60)) {
    Diagnostics diagnostics;
    const auto results = prove_equivalence(rtl_, {}, synthesis_, library_, yosys_, true, limit, 1,
                                           folder_ / "logs", diagnostics);
    EXPECT_EQ(results.size(), 1u);
    return results.empty() ? EquivalenceResult{} : results.front();
  }
  /// Replaces the first `from` after `start` in the netlist.
  void damage(const std::string& start, const std::string& from, const std::string& to) {
    const std::size_t begin = synthesis_.verilog.find(start);
    ASSERT_NE(begin, std::string::npos) << start;
    const std::size_t place = synthesis_.verilog.find(from, begin);
    ASSERT_NE(place, std::string::npos) << from;
    synthesis_.verilog.replace(place, from.size(), to);
  }

  fs::path folder_;
  ModelSource rtl_;
  Library library_;
  Yosys yosys_;
  Synthesis synthesis_;
};

TEST_F(Equivalence, ANetlistIsProven) {
  const EquivalenceResult result = compare();
  EXPECT_EQ(result.verdict, Verdict::Proven) << result.note;
  EXPECT_EQ(result.block, "u_leaf");
  EXPECT_EQ(result.module, "leaf");
  EXPECT_GE(result.points, 17);
  EXPECT_EQ(result.proven_points, result.points);
  EXPECT_GE(result.clocks_checked, 17);
}

TEST_F(Equivalence, AWrongGateIsDifferent) {
  damage("module", "NOR2X1", "NAND2X1");
  const EquivalenceResult result = compare();
  EXPECT_EQ(result.verdict, Verdict::Different) << result.note;
  EXPECT_NE(result.note.find("differs within"), std::string::npos) << result.note;
}

TEST_F(Equivalence, AnUngatedClockIsDifferent) {
  damage("DFFPOSX1", ".CLK(\\u_r.gen_gated.clk_gated )", ".CLK(clk_i)");
  const EquivalenceResult result = compare();
  EXPECT_EQ(result.verdict, Verdict::Different) << result.note;
  EXPECT_NE(result.note.find("the clock of"), std::string::npos) << result.note;
}

TEST_F(Equivalence, AWrongEnableIsDifferent) {
  damage("nacre_clock_gate \\u_r.gen_gated.u_gate", ".enable_i(\\u_r.enable_i )", ".enable_i(en_i)");
  const EquivalenceResult result = compare();
  EXPECT_EQ(result.verdict, Verdict::Different) << result.note;
}

TEST_F(Equivalence, NoTimeIsUndecided) {
  const EquivalenceResult result = compare(std::chrono::seconds(0));
  EXPECT_EQ(result.verdict, Verdict::Undecided);
  EXPECT_EQ(result.note, "time limit");
}

}  // namespace
}  // namespace nacre::flows
