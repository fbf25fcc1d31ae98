// What a synthesis would cost, against runs that were measured; what is refused.

#include "synth/preflight.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <ostream>

#include "nacre/generate.hpp"

namespace nacre::flows {
namespace {

namespace fs = std::filesystem;

/// A design, and what Yosys 0.23 made of it (synth, dfflibmap, abc with osu018_stdcells.lib, one
/// module per leaf, clock gates with a latch of area 0, RAM modules left out). Digital16x4 and
/// Crossbar16x4: the same, each module of the hierarchy on its own. The other tiles: `nacre synth`,
/// which maps by other scripts; imc_attention's from its table of modules mapped one by one.
/// Crossbar arrays and converters are left out.
struct Measured {
  const char* name;
  const char* body;  ///< of the specification
  double gates;      ///< area / 24 um2
  double seconds;    ///< processor time of the run, one core of the build machine; 0: not taken
};
void PrintTo(const Measured& row, std::ostream* out) { *out << row.name; }

constexpr const char* kDense1 = R"("input": {"kind": "events", "addresses": 256},
  "counters": "none", "stages": [{"name": "core", "kind": "spiking_dense", "inputs": ["input"],
  "neurons": 256, "lanes": 1, "weights": {"code": "signed", "bits": 4, "fill": "random"},
  "neuron": {"membrane_bits": 12, "threshold": 3, "leak": "shift", "leak_shift": 4}}])";
constexpr const char* kDense8 = R"("input": {"kind": "events", "addresses": 256},
  "counters": "none", "stages": [{"name": "core", "kind": "spiking_dense", "inputs": ["input"],
  "neurons": 256, "lanes": 8, "weights": {"code": "signed", "bits": 4, "fill": "random"},
  "neuron": {"membrane_bits": 12, "threshold": 3, "leak": "shift", "leak_shift": 4}}])";
constexpr const char* kDense64 = R"("input": {"kind": "events", "addresses": 256},
  "counters": "none", "stages": [{"name": "core", "kind": "spiking_dense", "inputs": ["input"],
  "neurons": 256, "lanes": 64, "weights": {"code": "signed", "bits": 4, "fill": "random"},
  "neuron": {"membrane_bits": 12, "threshold": 3, "leak": "shift", "leak_shift": 4}}])";
constexpr const char* kDense512 = R"("input": {"kind": "events", "addresses": 64},
  "counters": "none", "stages": [{"name": "core", "kind": "spiking_dense", "inputs": ["input"],
  "neurons": 512, "lanes": 512, "weights": {"code": "signed", "bits": 4, "fill": "random"},
  "neuron": {"membrane_bits": 12, "threshold": 3, "leak": "shift", "leak_shift": 4}}])";
constexpr const char* kWide4 = R"("input": {"kind": "events", "addresses": 784},
  "stages": [{"name": "core", "kind": "spiking_dense", "inputs": ["input"],
  "neurons": 100, "lanes": 4, "weights": {"code": "signed", "bits": 8, "fill": "random"},
  "neuron": {"membrane_bits": 24, "threshold": 3}}])";
constexpr const char* kProduct4 = R"("input": {"kind": "events", "addresses": 64},
  "counters": "full", "stages": [{"name": "core", "kind": "spiking_dense", "inputs": ["input"],
  "neurons": 64, "lanes": 4, "weights": {"code": "signed", "bits": 8, "fill": "random"},
  "neuron": {"membrane_bits": 16, "threshold": 3, "leak": "multiply", "leak_factor": 230,
  "leak_fraction_bits": 8, "refractory_steps": 3, "negative_threshold": -3}}])";
constexpr const char* kFlipFlops = R"("input": {"kind": "events", "addresses": 16},
  "counters": "none", "stages": [{"name": "core", "kind": "spiking_dense", "inputs": ["input"],
  "neurons": 32, "lanes": 4, "state": {"storage": "flipflop"},
  "weights": {"code": "signed", "bits": 4, "fill": "random", "storage": "flipflop"},
  "neuron": {"membrane_bits": 8, "threshold": 3}}])";
constexpr const char* kFlipFlops16k = R"("input": {"kind": "events", "addresses": 64},
  "counters": "none", "stages": [{"name": "core", "kind": "spiking_dense", "inputs": ["input"],
  "neurons": 64, "lanes": 4, "state": {"storage": "flipflop"},
  "weights": {"code": "signed", "bits": 4, "fill": "random", "storage": "flipflop"},
  "neuron": {"membrane_bits": 8, "threshold": 3}}])";
constexpr const char* kRandom8 = R"("input": {"kind": "values", "addresses": 64, "bits": 4},
  "stages": [{"name": "encoder", "kind": "rate_encoder", "inputs": ["input"],
  "phase_bits": 8, "time_steps": 16, "lanes": 8, "mode": "random"}])";
constexpr const char* kEncoder16 = R"("input": {"kind": "values", "addresses": 256, "bits": 4},
  "counters": "none", "stages": [{"name": "encoder", "kind": "rate_encoder", "inputs": ["input"],
  "phase_bits": 8, "time_steps": 16, "lanes": 16}])";
constexpr const char* kReadout100 = R"("input": {"kind": "events", "addresses": 100},
  "counters": "none", "stages": [{"name": "readout", "kind": "spike_readout", "inputs": ["input"],
  "rule": "count", "counter_bits": 16, "report_counts": true}])";
constexpr const char* kChain = R"("input": {"kind": "events", "addresses": 64},
  "stages": [{"name": "a", "kind": "spiking_dense", "inputs": ["input"],
  "neurons": 64, "lanes": 4, "weights": {"code": "signed", "bits": 4, "fill": "random"},
  "neuron": {"membrane_bits": 8, "threshold": 3}},
  {"name": "b", "kind": "spiking_dense", "inputs": ["a"],
  "neurons": 32, "lanes": 2, "weights": {"code": "signed", "bits": 4, "fill": "random"},
  "neuron": {"membrane_bits": 8, "threshold": 3}},
  {"name": "c", "kind": "spiking_dense", "inputs": ["b"],
  "neurons": 16, "lanes": 16, "weights": {"code": "signed", "bits": 4, "fill": "random"},
  "neuron": {"membrane_bits": 8, "threshold": 3, "leak": "shift", "leak_shift": 4}}])";

constexpr const char* kDigital16x4 = R"("counters": "basic",
  "input": {"kind": "values", "addresses": 16, "bits": 4},
  "stages": [{"name": "core", "kind": "imc_digital", "inputs": ["input"], "outputs": 4,
  "weights": {"bits": 4, "fill": "random"}, "tile": {"rows": 16, "columns": 4},
  "output": {"bits": 8, "shift": 6, "relu": true}}])";
// The network of tests/flows/specs/fashion_small_tile.json.
constexpr const char* kDigital28x8 = R"("counters": "basic",
  "input": {"kind": "values", "addresses": 784, "bits": 8},
  "stages": [{"name": "hidden", "kind": "imc_digital", "inputs": ["input"], "outputs": 128,
  "weights": {"bits": 8, "fill": "random"}, "tile": {"rows": 28, "columns": 8},
  "output": {"bits": 8, "signed": false, "scale": 55811, "shift": 26, "relu": true}},
  {"name": "classifier", "kind": "imc_digital", "inputs": ["hidden"], "outputs": 10,
  "weights": {"bits": 8, "fill": "random"}, "tile": {"rows": 16, "columns": 5}},
  {"name": "readout", "kind": "value_readout", "inputs": ["classifier"], "report_values": true}])";
constexpr const char* kCrossbar16x4 = R"("counters": "basic",
  "input": {"kind": "values", "addresses": 16, "bits": 4},
  "stages": [{"name": "core", "kind": "imc_crossbar", "inputs": ["input"], "outputs": 4,
  "weights": {"bits": 4, "fill": "random"}, "tile": {"rows": 16, "columns": 4},
  "adc": {"bits": 5}, "output": {"bits": 8, "shift": 6, "relu": true}}])";
constexpr const char* kCrossbarFlash = R"("counters": "full",
  "input": {"kind": "values", "addresses": 7, "bits": 4, "signed": true},
  "stages": [{"name": "crossbar", "kind": "imc_crossbar", "inputs": ["input"], "outputs": 3,
  "weights": {"bits": 4, "fill": "random"}, "tile": {"rows": 3, "columns": 2, "down": 2},
  "cell_bits": 2, "word_lines_per_read": 4, "columns_per_adc": 3, "adc": {"bits": 3}}])";
constexpr const char* kCrossbarSar = R"("counters": "full",
  "input": {"kind": "values", "addresses": 9, "bits": 5},
  "stages": [{"name": "crossbar", "kind": "imc_crossbar", "inputs": ["input"], "outputs": 4,
  "weights": {"bits": 5, "signed": false, "fill": "random"}, "tile": {"rows": 5, "columns": 3},
  "input_bits_per_cycle": 2, "cell_bits": 3, "word_lines_per_read": 2, "columns_per_adc": 2,
  "adc": {"kind": "sar", "bits": 6, "shift": 1}}])";
constexpr const char* kVector128 = R"("counters": "full",
  "input": {"kind": "values", "addresses": 53, "bits": 8, "signed": true},
  "stages": [{"name": "tile", "kind": "imc_sram_vector", "inputs": ["input"], "rows": 19,
  "row_bits": 128, "program": {"file": "nacre_preflight.csram"},
  "load": {"row": 0, "lane_bits": 16}, "send": {"row": 1, "lane_bits": 16, "count": 70}}])";
constexpr const char* kVector128x24 = R"("counters": "full",
  "input": {"kind": "values", "addresses": 32, "bits": 8, "signed": true},
  "stages": [{"name": "tile", "kind": "imc_sram_vector", "inputs": ["input"], "rows": 24,
  "row_bits": 128, "program": {"file": "nacre_preflight.csram"},
  "load": {"row": 0, "lane_bits": 8}, "send": {"row": 18, "lane_bits": 8, "count": 64}}])";
constexpr const char* kAttention16x4 =
    R"("input": {"kind": "values", "addresses": 48, "bits": 6, "signed": true, "steps": true},
  "counters": "none", "stages": [{"name": "head", "kind": "imc_attention", "inputs": ["input"],
  "width": 16, "window": 4, "tokens": 8, "score": {"shift": 5}, "output": {"shift": 4}}])";
constexpr const char* kAttention2x2 =
    R"("input": {"kind": "values", "addresses": 6, "bits": 4, "signed": true, "steps": true},
  "counters": "none", "stages": [{"name": "head", "kind": "imc_attention", "inputs": ["input"],
  "width": 2, "window": 2, "score": {"shift": 5}, "output": {"shift": 4}}])";
constexpr const char* kAttention8x8 =
    R"("input": {"kind": "values", "addresses": 24, "bits": 6, "signed": true, "steps": true},
  "counters": "none", "stages": [{"name": "head", "kind": "imc_attention", "inputs": ["input"],
  "width": 8, "window": 8, "score": {"shift": 5}, "output": {"shift": 4}}])";
constexpr const char* kAttention5x3 =
    R"("input": {"kind": "values", "addresses": 15, "bits": 6, "signed": true, "steps": true},
  "counters": "none", "stages": [{"name": "head", "kind": "imc_attention", "inputs": ["input"],
  "width": 5, "window": 3, "query": {"bits": 5, "signed": true}, "key": {"bits": 4},
  "value": {"signed": false}, "score": {"bits": 3, "shift": 4},
  "output": {"bits": 4, "signed": false, "shift": 2}, "input_bits_per_cycle": 2}])";
constexpr const char* kXnorSerial24x16 =
    R"("input": {"kind": "values", "addresses": 24, "bits": 1}, "counters": "none",
  "stages": [{"name": "layer", "kind": "xnor_tile", "inputs": ["input"], "outputs": 16,
  "weights": {"fill": "random"}, "row_bits": 8, "output": "popcount"}])";
constexpr const char* kXnorParallel24x16 =
    R"("input": {"kind": "values", "addresses": 24, "bits": 1}, "counters": "none",
  "stages": [{"name": "layer", "kind": "xnor_tile", "inputs": ["input"], "outputs": 16,
  "weights": {"fill": "random"}, "row_bits": 8, "organisation": "parallel",
  "output": "popcount"}])";
constexpr const char* kXnorFull24x16 =
    R"("input": {"kind": "values", "addresses": 24, "bits": 1}, "counters": "none",
  "stages": [{"name": "layer", "kind": "xnor_tile", "inputs": ["input"], "outputs": 16,
  "weights": {"fill": "random"}, "row_bits": 8, "organisation": "full",
  "output": "popcount"}])";

// The specification's text stands in `body`; gates and seconds as they came out.
const Measured kMeasured[] = {{"Dense1", kDense1, 2710, 3.2},
                              {"Dense8", kDense8, 5586, 3.4},
                              {"Dense64", kDense64, 31716, 6.2},
                              {"Dense512", kDense512, 272513, 56.0},
                              {"Wide4", kWide4, 8460, 4.6},
                              {"Product4", kProduct4, 11334, 4.8},
                              {"FlipFlops", kFlipFlops, 20361, 6.3},
                              {"FlipFlops16k", kFlipFlops16k, 131171, 29.3},
                              {"Random8", kRandom8, 8636, 4.8},
                              {"Encoder16", kEncoder16, 7169, 5.1},
                              {"Readout100", kReadout100, 18858, 5.4},
                              {"Chain", kChain, 19889, 8.5},
                              {"Digital16x4", kDigital16x4, 15545, 0},
                              {"Digital28x8", kDigital28x8, 49318, 0},
                              {"Crossbar16x4", kCrossbar16x4, 30262, 0},
                              {"CrossbarFlash", kCrossbarFlash, 11548, 0},
                              {"CrossbarSar", kCrossbarSar, 12520, 0},
                              {"Vector128", kVector128, 87421, 0},
                              {"Vector128x24", kVector128x24, 88400, 0},
                              {"Attention16x4", kAttention16x4, 11451, 0},
                              {"Attention2x2", kAttention2x2, 3254, 0},
                              {"Attention8x8", kAttention8x8, 11880, 0},
                              {"Attention5x3", kAttention5x3, 6097, 0},
                              {"XnorSerial24x16", kXnorSerial24x16, 3181, 0},
                              {"XnorParallel24x16", kXnorParallel24x16, 4035, 0},
                              {"XnorFull24x16", kXnorFull24x16, 6590, 0}};

/// A specification with this body, read from a file of its own.
Spec spec_of(const std::string& body) {
  const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
  std::string name = std::string("nacre_preflight_") + test->name() + ".json";
  std::replace(name.begin(), name.end(), '/', '_');
  const fs::path file = fs::temp_directory_path() / name;
  std::ofstream(file) << R"({"nacre": 1, "name": "dut", )" << body << "}";
  const fs::path program = file.parent_path() / "nacre_preflight.csram";
  std::ofstream(program) << "end\n";
  Diagnostics diagnostics;
  const std::optional<Spec> spec = read_spec(file, diagnostics);
  fs::remove(file);
  for (const Diagnostic& each : diagnostics.all()) {
    if (each.severity == Severity::Error) ADD_FAILURE() << each.message;
  }
  return spec.value_or(Spec{});
}

class Preflight : public testing::TestWithParam<Measured> {};

TEST_P(Preflight, IsWithinAFactorOfTwo) {
  const Spec spec = spec_of(GetParam().body);
  const SynthesisEstimate estimate = estimate_synthesis(spec, elaborate_design(spec));
  EXPECT_GT(estimate.gates, 0.5 * GetParam().gates);
  EXPECT_LT(estimate.gates, 2 * GetParam().gates);
  if (GetParam().seconds == 0) return;
  EXPECT_GT(estimate.yosys_seconds, 0.5 * GetParam().seconds);
  EXPECT_LT(estimate.yosys_seconds, 2 * GetParam().seconds);
}

INSTANTIATE_TEST_SUITE_P(Measured, Preflight, testing::ValuesIn(kMeasured),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(PreflightMemories, RamModulesAreMacrosOthersFlipFlops) {
  const Spec spec = spec_of(kFlipFlops);
  const SynthesisEstimate flip_flops = estimate_synthesis(spec, elaborate_design(spec));
  // 128 rows of 16 bits of weights, 8 rows of 32 bits of state.
  EXPECT_EQ(flip_flops.memory_bits_in_flip_flops, 128 * 16 + 8 * 32);
  EXPECT_EQ(flip_flops.macro_bits, 0);
  EXPECT_EQ(flip_flops.largest, "u_core_weights");
  EXPECT_EQ(flip_flops.knob, "storage");
  const Spec ram = spec_of(kDense8);
  const SynthesisEstimate macros = estimate_synthesis(ram, elaborate_design(ram));
  EXPECT_EQ(macros.memory_bits_in_flip_flops, 0);
  EXPECT_EQ(macros.macro_bits, 256 * 256 * 4 + 256 * 12);
  EXPECT_EQ(macros.largest, "u_core");
  EXPECT_EQ(macros.knob, "lanes");
}

TEST(PreflightRefusal, NamesTheLargestAndItsKnob) {
  const Spec spec = spec_of(kDense64);
  const SynthesisEstimate estimate = estimate_synthesis(spec, elaborate_design(spec));
  Diagnostics none;
  EXPECT_FALSE(refuse_large(spec, estimate, false, 10, none));
  EXPECT_TRUE(none.all().empty());
  Diagnostics diagnostics;
  EXPECT_TRUE(refuse_large(spec, estimate, false, 0.01, diagnostics));
  ASSERT_EQ(diagnostics.all().size(), 1u);
  const Diagnostic& refusal = diagnostics.all()[0];
  EXPECT_EQ(refusal.code, "N1006");
  EXPECT_NE(refusal.message.find("'u_core', 64 lanes"), std::string::npos) << refusal.message;
  EXPECT_NE(refusal.message.find("the limit is 0.01"), std::string::npos) << refusal.message;
  EXPECT_EQ(refusal.help, "use fewer 'lanes'");
  EXPECT_EQ(refusal.location.line, spec.stages[0].location.line);
  EXPECT_EQ(diagnostics.exit_status(), ExitStatus::TooLarge);
}

// 65,536 bits are the most that the generator builds from flip-flops (N1003 above).
TEST(PreflightRefusal, FlipFlopsAreRefusedAtOnce) {
  std::string body = kFlipFlops;
  const auto replace = [&](const std::string& from, const std::string& to) {
    body.replace(body.find(from), from.size(), to);
  };
  replace(R"("addresses": 16)", R"("addresses": 512)");
  const Spec spec = spec_of(body);
  const auto begin = std::chrono::steady_clock::now();
  const SynthesisEstimate estimate = estimate_synthesis(spec, elaborate_design(spec));
  Diagnostics diagnostics;
  EXPECT_TRUE(refuse_large(spec, estimate, false, 0.5, diagnostics));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(500));
  EXPECT_EQ(estimate.memory_bits_in_flip_flops, 65536 + 256);
  ASSERT_EQ(diagnostics.all().size(), 1u);
  EXPECT_NE(diagnostics.all()[0].message.find("65,536 bits in flip-flops"), std::string::npos)
      << diagnostics.all()[0].message;
  EXPECT_EQ(diagnostics.all()[0].help, "set 'storage' to 'ram' or 'macro'");
}

TEST(PreflightRefusal, TheMachinesMemoryCounts) {
  const Spec spec = spec_of(kDense8);
  SynthesisEstimate estimate = estimate_synthesis(spec, elaborate_design(spec));
  estimate.memory_bytes = 1e18;
  Diagnostics diagnostics;
  EXPECT_TRUE(refuse_large(spec, estimate, false, 1e6, diagnostics));
  EXPECT_NE(diagnostics.all()[0].message.find("GiB of memory"), std::string::npos);
}

}  // namespace
}  // namespace nacre::flows
