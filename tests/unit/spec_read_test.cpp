// read_spec: from a file to typed parameters. Faulty inputs are in tests/diagnostics.

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "nacre/spec.hpp"
#include "rate_encoder/rate_encoder_spec.hpp"
#include "spec/kind_spec.hpp"
#include "spec/neuron_parse.hpp"
#include "spike_readout/spike_readout_spec.hpp"
#include "spiking_dense/spiking_dense_spec.hpp"

namespace nacre {
namespace {

class ReadSpec : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              (std::string("nacre_read_") +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::optional<Spec> read(const std::string& text) {
    std::ofstream(folder_ / "spec.json", std::ios::binary) << text;
    diagnostics_ = {};
    return read_spec(folder_ / "spec.json", diagnostics_);
  }
  Spec good(const std::string& text) {
    auto spec = read(text);
    EXPECT_TRUE(spec) << (diagnostics_.all().empty() ? "" : diagnostics_.all()[0].message);
    return spec ? *spec : Spec{};
  }
  void write_npy(const std::string& name, const std::string& descr, const std::string& shape,
                 const std::string& body) {
    std::string dict =
        "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
    std::string bytes = std::string("\x93NUMPY\x01\x00", 8);
    bytes += static_cast<char>(dict.size());
    bytes += '\0';
    std::ofstream(folder_ / name, std::ios::binary) << bytes << dict << body;
  }

  std::filesystem::path folder_;
  Diagnostics diagnostics_;
};

/// One spiking_dense stage fed with events; `weights` and `neuron` are JSON.
std::string dense(const std::string& weights, const std::string& more = "",
                  const std::string& neuron = R"({"membrane_bits": 16, "threshold": 8})",
                  int inputs = 3, int neurons = 2) {
  return R"({"nacre": 1, "name": "d", "input": {"kind": "events", "addresses": )" +
         std::to_string(inputs) +
         R"(, "negative": true}, "stages": [{"name": "s", "kind": "spiking_dense", "inputs": ["input"],
            "neurons": )" +
         std::to_string(neurons) + R"(, "weights": )" + weights + R"(, "neuron": )" + neuron +
         more + "}]}";
}

std::string encoder(const std::string& more, int bits = 2) {
  return R"({"nacre": 1, "name": "d", "input": {"kind": "values", "addresses": 5, "bits": )" +
         std::to_string(bits) +
         R"(}, "stages": [{"name": "s", "kind": "rate_encoder", "inputs": ["input"],
            "time_steps": 4)" +
         more + "}]}";
}

const SpikingDenseSpec& dense_of(const Spec& spec) {
  return params_of<SpikingDenseSpec>(spec.stages[0]);
}
const RateEncoderSpec& encoder_of(const Spec& spec) {
  return params_of<RateEncoderSpec>(spec.stages[0]);
}

TEST_F(ReadSpec, StagesComeInTheOrderOfTheStream) {
  const Spec spec = good(R"(// a comment
    {"nacre": 1, "name": "demo", "description": "text", "counters": "full",
     "input": {"kind": "values", "addresses": 144, "bits": 4},
     "stages": [
       {"name": "readout", "kind": "spike_readout", "inputs": ["dense"], "rule": "lead", "target": 2,
        "counter_bits": 8, "report_counts": true},
       {"name": "dense", "kind": "spiking_dense", "inputs": ["encoder"], "neurons": 10, "lanes": 2,
        "weights": {"fill": "random"},
        "neuron": {"membrane_bits": 8, "threshold": 8, "negative_threshold": -8}},
       {"name": "encoder", "kind": "rate_encoder", "inputs": ["input"], "phase_bits": 6, "time_steps": 16,
        "stop_on": "readout"}],
     "dataset": {"format": "idx", "samples": "a.idx", "shift_right": 4}})");
  ASSERT_EQ(spec.stages.size(), 3u);
  EXPECT_EQ(spec.stages[0].name, "encoder");
  EXPECT_EQ(spec.stages[1].name, "dense");
  EXPECT_EQ(spec.stages[2].name, "readout");
  EXPECT_EQ(spec.stages[2].inputs, std::vector<std::string>{"dense"});
  EXPECT_EQ(spec.counters, Counters::Full);
  EXPECT_EQ(spec.input, (StreamShape{.values = true, .addresses = 144, .payload_bits = 4}));
  EXPECT_EQ(spec.stages[0].output, (StreamShape{.addresses = 144}));
  EXPECT_EQ(spec.stages[1].output, (StreamShape{.addresses = 10, .negative_events = true}));
  EXPECT_EQ(
      spec.stages[2].output,
      (StreamShape{.values = true, .addresses = 10, .payload_bits = 8, .payload_signed = true}));
  EXPECT_EQ(spec.dataset->samples, folder_ / "a.idx");
  EXPECT_EQ(spec.dataset->shift_right, 4);
  EXPECT_EQ(spec.hash.size(), 64u);
  EXPECT_EQ(spec.stages[0].location.line, 10);
  const auto& readout = params_of<SpikeReadoutSpec>(spec.stages[2]);
  EXPECT_EQ(readout.classes, 10);
  EXPECT_EQ(readout.rule, DecisionRule::Lead);
  EXPECT_EQ(readout.target, 2);
  EXPECT_TRUE(readout.report_counts);
  EXPECT_EQ(encoder_of(spec).stop_on, "readout");
}

TEST_F(ReadSpec, ValuesMayBeSignedAndComeInSteps) {
  const auto text = [](const std::string& more) {
    return R"({"nacre": 1, "name": "demo", "input": {"kind": "values", "addresses": 9, "bits": 5)" +
           more + R"(}, "stages": [{"name": "r", "kind": "value_readout", "inputs": ["input"]}]})";
  };
  const StreamShape plain = {.values = true, .addresses = 9, .payload_bits = 5};
  StreamShape both = plain;
  both.payload_signed = both.steps = true;
  const Spec spec = good(text(R"(, "signed": true, "steps": true)"));
  EXPECT_EQ(spec.input, both);
  EXPECT_EQ(good(text("")).input, plain);
  // Both are of the design: they enter its hash.
  const std::set<std::string> hashes = {good(text("")).hash, good(text(R"(, "signed": true)")).hash,
                                        good(text(R"(, "steps": true)")).hash, spec.hash};
  EXPECT_EQ(hashes.size(), 4u);
  EXPECT_EQ(good(text(R"(, "signed": false, "steps": false)")).hash, good(text("")).hash);
  EXPECT_TRUE(has_steps(both));
  EXPECT_FALSE(has_steps(plain));
  EXPECT_TRUE(has_steps(StreamShape{}));
  EXPECT_EQ(smallest_payload(both), -16);
  EXPECT_EQ(largest_payload(both), 15);
  EXPECT_EQ(smallest_payload(plain), 0);
  EXPECT_EQ(largest_payload(plain), 31);
}

TEST_F(ReadSpec, LinearLevelsRoundHalfUp) {
  // 2 bits, 2^6 = 64: 64/3 = 21.33, 128/3 = 42.67.
  EXPECT_EQ(encoder_of(good(encoder(R"(, "phase_bits": 6)"))).levels,
            (std::vector<std::int64_t>{0, 21, 43, 64}));
  // 1 bit: off and always on.
  EXPECT_EQ(encoder_of(good(encoder(R"(, "phase_bits": 1)", 1))).levels,
            (std::vector<std::int64_t>{0, 2}));
  // 4 bits, 2^1: x * 2 / 15; 0.5 is reached between 3 (0.4) and 4 (0.53).
  const auto levels =
      encoder_of(good(encoder(R"(, "phase_bits": 1, "levels": "linear")", 4))).levels;
  EXPECT_EQ(levels[3], 0);
  EXPECT_EQ(levels[4], 1);
  EXPECT_EQ(levels[15], 2);
}

TEST_F(ReadSpec, EncoderOptions) {
  const Spec plain = good(encoder(""));
  EXPECT_EQ(encoder_of(plain).phase_bits, 8);
  EXPECT_EQ(encoder_of(plain).mode, RateMode::PhaseAccumulator);
  EXPECT_EQ(encoder_of(plain).start_phase, std::vector<std::int64_t>{0});
  EXPECT_EQ(encoder_of(plain).num_inputs, 5);
  EXPECT_EQ(encoder_of(plain).intensity_bits, 2);
  const Spec random =
      good(encoder(R"(, "mode": "random", "seed": 4294967295, "levels": [0, 1, 2, 256])"));
  EXPECT_EQ(encoder_of(random).mode, RateMode::Random);
  EXPECT_EQ(encoder_of(random).seed, 4294967295u);
  EXPECT_EQ(encoder_of(random).levels, (std::vector<std::int64_t>{0, 1, 2, 256}));
  write_npy("p.npy", "|u1", "(5,)", std::string("\x00\x01\x02\x03\xff", 5));
  EXPECT_EQ(encoder_of(good(encoder(R"(, "start_phase_file": "p.npy")"))).start_phase,
            (std::vector<std::int64_t>{0, 1, 2, 3, 255}));
}

TEST_F(ReadSpec, WeightsFromAFileAreRowMajorByNeuron) {
  write_npy("w.npy", "|i1", "(2, 3)", std::string("\x01\x02\x03\xff\xfe\xfd", 6));
  const Spec spec = good(dense(R"({"bits": 8, "file": "w.npy"})"));
  EXPECT_EQ(dense_of(spec).weight(0, 2), 3);
  EXPECT_EQ(dense_of(spec).weight(1, 0), -1);
  EXPECT_EQ(dense_of(spec).weight(1, 2), -3);
}

TEST_F(ReadSpec, FillsStayInsideTheirCode) {
  struct Case {
    const char* code;
    int bits;
    int low;
    int high;
  };
  for (const Case& each :
       {Case{"signed", 1, -1, 0}, Case{"signed", 5, -16, 15}, Case{"signed", 16, -32768, 32767},
        Case{"unsigned", 3, 0, 7}, Case{"unsigned", 16, 0, 65535}, Case{"binary", 1, -1, 1},
        Case{"cells", 8, -4, 4}, Case{"cells", 16, -8, 8}}) {
    const auto filled = [&](const std::string& fill) {
      const Spec spec =
          good(dense(R"({"code": ")" + std::string(each.code) + R"(", "bits": )" +
                         std::to_string(each.bits) + R"(, "fill": ")" + fill + R"("})",
                     "", R"({"membrane_bits": 32, "threshold": 8})", 100, 40));
      return dense_of(spec).weights;
    };
    SCOPED_TRACE(std::string(each.code) + " " + std::to_string(each.bits));
    EXPECT_EQ(filled("min"), std::vector<std::int32_t>(4000, each.low));
    EXPECT_EQ(filled("max"), std::vector<std::int32_t>(4000, each.high));
    const auto random = filled("random");
    const auto [low, high] = std::minmax_element(random.begin(), random.end());
    EXPECT_GE(*low, each.low);
    EXPECT_LE(*high, each.high);
    const double span = each.high - each.low;
    double mean = 0;
    for (const auto weight : random) mean += weight;
    mean /= 4000;
    EXPECT_NEAR(mean, (each.low + each.high) / 2.0, 0.05 * span + 0.05);
    if (span < 20) {  // all values of a small code come up
      EXPECT_EQ(*low, each.low);
      EXPECT_EQ(*high, each.high);
    }
    if (std::string(each.code) == "binary") {
      EXPECT_EQ(std::count(random.begin(), random.end(), 0), 0);
    }
  }
}

TEST_F(ReadSpec, RandomWeightsAreTheDocumentedOnes) {
  // splitmix64 from seed 0 begins with e220a8397b1dcdaf, 6e789e6aa1b965f4 (the generator's own test
  // vector); 8 bits signed: -128 + floor(upper 32 bits * 256 / 2^32) = -128 + the highest byte.
  const Spec spec = good(dense(R"({"bits": 8, "fill": "random", "seed": 0})"));
  EXPECT_EQ(dense_of(spec).weight(0, 0), 0xe2 - 128);
  EXPECT_EQ(dense_of(spec).weight(0, 1), 0x6e - 128);
  EXPECT_NE(dense_of(good(dense(R"({"bits": 8, "fill": "random", "seed": 1})"))).weights,
            dense_of(spec).weights);
}

TEST_F(ReadSpec, BiasAndStorage) {
  write_npy("b.npy", "<i2", "(2,)", std::string("\x05\x00\xfb\xff", 4));
  const Spec spec =
      good(dense(R"({"bits": 4, "fill": "max", "storage": "macro", "macro": "sram_w"})",
                 R"(, "bias": {"bits": 12, "file": "b.npy"}, "keep_state": true,
                                    "state": {"storage": "flipflop"}, "lanes": 2)"));
  EXPECT_EQ(dense_of(spec).bias, (std::vector<std::int64_t>{5, -5}));
  EXPECT_EQ(dense_of(spec).bias_bits, 12);
  EXPECT_EQ(dense_of(spec).weight_storage, Storage::Macro);
  EXPECT_EQ(dense_of(spec).weight_macro, "sram_w");
  EXPECT_EQ(dense_of(spec).state_storage, Storage::FlipFlop);
  EXPECT_TRUE(dense_of(spec).keep_state);
  EXPECT_EQ(dense_of(spec).lanes, 2);
  const Spec plain = good(dense(R"({"bits": 4, "fill": "max"})"));
  EXPECT_TRUE(dense_of(plain).bias.empty());
  EXPECT_EQ(dense_of(plain).bias_bits, 0);
}

TEST_F(ReadSpec, NeuronDefaultsAndAllKeys) {
  const NeuronSpec plain = dense_of(good(dense(R"({"fill": "max"})"))).neuron;
  EXPECT_EQ(plain.clamp_min, -32768);
  EXPECT_EQ(plain.clamp_max, 32767);
  EXPECT_FALSE(plain.negative_threshold);
  EXPECT_EQ(plain.compare, Compare::GreaterEqual);
  EXPECT_EQ(plain.fire, Fire::Step);
  EXPECT_EQ(plain.reset, Reset::Subtract);
  EXPECT_EQ(plain.leak, Leak::None);
  const NeuronSpec full =
      dense_of(good(dense(
                   R"({"fill": "max"})", "",
                   R"({"membrane_bits": 12, "clamp_min": -100, "clamp_max": 1000, "threshold": 500,
                              "negative_threshold": -50, "compare": ">", "fire": "event", "max_spikes": 1,
                              "reset": "value", "reset_value": -7, "refractory_steps": 255,
                              "refractory_mode": "hold", "leak": "multiply", "leak_factor": 255,
                              "leak_fraction_bits": 8, "leak_rounding": "half_up",
                              "leak_order": "before_fire"})")))
          .neuron;
  EXPECT_EQ(full.membrane_bits, 12);
  EXPECT_EQ(full.clamp_min, -100);
  EXPECT_EQ(full.clamp_max, 1000);
  EXPECT_EQ(full.threshold, 500);
  EXPECT_EQ(full.negative_threshold, -50);
  EXPECT_EQ(full.compare, Compare::Greater);
  EXPECT_EQ(full.fire, Fire::Event);
  EXPECT_EQ(full.reset, Reset::Value);
  EXPECT_EQ(full.reset_value, -7);
  EXPECT_EQ(full.refractory_steps, 255);
  EXPECT_EQ(full.refractory_mode, RefractoryMode::Hold);
  EXPECT_EQ(full.leak, Leak::Multiply);
  EXPECT_EQ(full.leak_factor, 255);
  EXPECT_EQ(full.leak_fraction_bits, 8);
  EXPECT_EQ(full.leak_rounding, Rounding::HalfUp);
  EXPECT_EQ(full.leak_order, LeakOrder::BeforeFire);
}

TEST_F(ReadSpec, NeuronCornersAreLegal) {
  for (
      const char* neuron :
      {R"({"membrane_bits": 2, "threshold": 1, "negative_threshold": -2})",
       R"({"membrane_bits": 32, "threshold": 2147483647, "negative_threshold": -2147483648})",
       R"({"membrane_bits": 8, "threshold": 8, "clamp_min": 0})",
       R"({"membrane_bits": 8, "threshold": 8, "leak": "shift", "leak_shift": 7})",
       R"({"membrane_bits": 8, "threshold": 8, "leak": "multiply", "leak_factor": 65536, "leak_fraction_bits": 16})",
       R"({"membrane_bits": 8, "threshold": 8, "max_spikes": 15})"}) {
    EXPECT_TRUE(read(dense(R"({"bits": 1, "fill": "min"})", "", neuron))) << neuron;
  }
}

TEST_F(ReadSpec, HashIsOfTheDesignNotOfTheFile) {
  const std::string hash = good(dense(R"({"bits": 4, "fill": "random"})")).hash;
  // White space, comments, key order, defaults written out, description, dataset.
  EXPECT_EQ(
      good("// c\n\n" + dense(R"({  "fill": "random", "seed": 1, "code": "signed", "bits": 4 })",
                              R"(, "lanes": 1, "keep_state": false, "state": {"storage": "ram"})",
                              R"({"threshold": 8, "membrane_bits": 16, "reset": "subtract",
                                        "clamp_min": -32768})"))
          .hash,
      hash);
  std::string described = dense(R"({"bits": 4, "fill": "random"})");
  described.insert(
      1, R"("description": "x", "dataset": {"format": "idx", "samples": "s"}, "$schema": "y",)");
  EXPECT_EQ(good(described).hash, hash);
  // Everything the hardware depends on.
  for (const std::string& other :
       {dense(R"({"bits": 4, "fill": "random", "seed": 2})"),
        dense(R"({"bits": 5, "fill": "random"})"),
        dense(R"({"bits": 4, "fill": "random", "storage": "flipflop"})"),
        dense(R"({"bits": 4, "fill": "random"})", R"(, "lanes": 2)"),
        dense(R"({"bits": 4, "fill": "random"})", R"(, "keep_state": true)"),
        dense(R"({"bits": 4, "fill": "random"})", R"(, "state": {"storage": "flipflop"})"),
        dense(R"({"bits": 4, "fill": "random"})", "", R"({"membrane_bits": 16, "threshold": 9})"),
        dense(R"({"bits": 4, "fill": "random"})", "",
              R"({"membrane_bits": 16, "threshold": 8, "reset": "zero"})"),
        dense(R"({"bits": 4, "fill": "random"})", "",
              R"({"membrane_bits": 16, "threshold": 8, "negative_threshold": -8})")}) {
    EXPECT_NE(good(other).hash, hash) << other;
  }
}

TEST_F(ReadSpec, HashTakesDataFilesByContent) {
  write_npy("a.npy", "|i1", "(2, 3)", std::string("\x01\x02\x03\xff\xfe\xfd", 6));
  write_npy("b.npy", ">i2", "(2, 3)",
            std::string("\0\x01\0\x02\0\x03\xff\xff\xff\xfe\xff\xfd", 12));
  write_npy("c.npy", "|i1", "(2, 3)", std::string("\x01\x02\x03\xff\xfe\xfc", 6));
  const auto hash = [&](const std::string& name) {
    return good(dense(R"({"bits": 8, "file": ")" + name + R"("})")).hash;
  };
  EXPECT_EQ(hash("a.npy"), hash("b.npy"));
  EXPECT_NE(hash("a.npy"), hash("c.npy"));
}

TEST_F(ReadSpec, TooLargeIsRefusedAtOnce) {
  // Processor time: other work of the machine must not fail the test.
  const std::clock_t begin = std::clock();
  EXPECT_FALSE(read(dense(R"({"fill": "zero"})", "", R"({"membrane_bits": 8, "threshold": 8})",
                          1 << 20, 1 << 20)));
  const double elapsed_ms = 1e3 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  EXPECT_EQ(diagnostics_.exit_status(), ExitStatus::TooLarge);
  EXPECT_LT(elapsed_ms, 50);
}

TEST_F(ReadSpec, FiguresOfTheCheckTable) {
  const Spec spec =
      good(dense(R"({"bits": 4, "fill": "max"})", R"(, "lanes": 4)",
                 R"({"membrane_bits": 10, "threshold": 8, "refractory_steps": 3})", 20, 10));
  const StageFigures figures = find_kind_spec("spiking_dense")->figures(spec.stages[0]);
  EXPECT_EQ(figures.synapses, 200);
  EXPECT_EQ(figures.cycles_per_event, 3);  // ceil(10 / 4)
  EXPECT_EQ(figures.synaptic_operations_per_cycle, 4);
  // Weights 20 inputs x 3 rows x 4 lanes x 4 bits; state 3 rows x 4 lanes x (10 + 2) bits.
  EXPECT_EQ(figures.ram_bits, 20 * 3 * 4 * 4 + 3 * 4 * 12);
  EXPECT_EQ(figures.flipflop_bits, 0);
}

TEST(SpecWidths, SignedAndUnsigned) {
  EXPECT_EQ(signed_width(0, 0), 1);
  EXPECT_EQ(signed_width(-1, 0), 1);
  EXPECT_EQ(signed_width(0, 1), 2);
  EXPECT_EQ(signed_width(-128, 127), 8);
  EXPECT_EQ(signed_width(-129, 127), 9);
  EXPECT_EQ(signed_width(-128, 128), 9);
  EXPECT_EQ(unsigned_width(0), 0);
  EXPECT_EQ(unsigned_width(1), 1);
  EXPECT_EQ(unsigned_width(255), 8);
  EXPECT_EQ(unsigned_width(256), 9);
}

}  // namespace
}  // namespace nacre
