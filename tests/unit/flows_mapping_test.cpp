// Layers on cores: the words stay, the slowest layer is as fast as can be, files are found.

#include "mapping/mapping.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "golden/golden.hpp"

namespace nacre::flows {
namespace {

/// Two convolutions of very different work, on random events.
constexpr const char* kNetwork = R"({
  "nacre": 1, "name": "demo", "input": {"kind": "events", "map": [8, 7, 2], "negative": true},
  "stages": [
    // The first has most of the work.
    {"name": "wide", "kind": "spiking_conv", "inputs": ["input"], "channels": 12, "kernel": 3,
     "padding": 1, "lanes": 2, "weights": {"bits": 4, "fill": "random"},
     "neuron": {"membrane_bits": 10, "threshold": 5, "leak": "shift", "leak_shift": 3}},
    {"name": "narrow", "kind": "spiking_conv", "inputs": ["wide"], "channels": 5, "kernel": [2, 3],
     "stride": 2, "lanes": 4, "weights": {"bits": 4, "fill": "random"},
     "neuron": {"membrane_bits": 10, "threshold": 9, "refractory_steps": 1}},
    {"name": "last", "kind": "spiking_dense", "inputs": ["narrow"], "neurons": 3,
     "weights": {"bits": 4, "fill": "random"}, "neuron": {"membrane_bits": 10, "threshold": 9}}
  ]
})";

class MappingTest : public testing::Test {
 protected:
  MappingTest()
      : folder_(std::filesystem::temp_directory_path() /
                ("nacre_mapping_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / "spec.json") << kNetwork;
    spec_ = read_spec(folder_ / "spec.json", diagnostics_);
    stimulus_ = data::Stimulus::open(*spec_, 1, diagnostics_);
  }
  ~MappingTest() override { std::filesystem::remove_all(folder_); }

  std::optional<Mapping> map(const MappingOptions& options) {
    return map_layers(*spec_, *stimulus_, options, folder_, diagnostics_);
  }

  std::filesystem::path folder_;
  Diagnostics diagnostics_;
  std::optional<Spec> spec_;
  std::optional<data::Stimulus> stimulus_;
};

std::int64_t bottleneck_cycles(const Mapping& mapping) {
  return mapping.layers[mapping.bottleneck].cycles;
}

TEST_F(MappingTest, TheWordsStayWhateverTheNumberOfCores) {
  for (const std::int64_t cores : {2, 3, 5, 8, 14}) {
    const auto mapping = map({.cores = cores, .lanes = {}, .placed = {}, .samples = 4});
    ASSERT_TRUE(mapping);
    const auto placed =
        read_spec_text(mapping->specification, folder_ / "mapped.json", diagnostics_);
    ASSERT_TRUE(placed) << mapping->specification;
    golden::Network before(*spec_), after(*placed);
    std::int64_t cycles = 0, used = 0;
    for (std::int64_t index = 0; index < 12; ++index) {
      const std::vector<Word> words = stimulus_->sample(index).words;
      const golden::SampleTrace trace = after.run_sample(words, true);
      EXPECT_EQ(before.run_sample(words).output, trace.output) << cores << " cores, " << index;
      if (index < 4) cycles += golden::predict_cycles(*placed, words, trace);
    }
    EXPECT_EQ(mapping->cycles, cycles);
    for (const PlacedLayer& layer : mapping->layers) used += layer.cores;
    EXPECT_LE(used, cores);
  }
}

TEST_F(MappingTest, NoPlacementOfAsManyCoresHasAFasterSlowestLayer) {
  constexpr std::int64_t kCores = 6;
  const auto chosen = map({.cores = kCores, .lanes = {}, .placed = {}, .samples = 3});
  ASSERT_TRUE(chosen);
  for (std::int64_t wide = 1; wide < kCores; ++wide) {
    const std::int64_t narrow = std::min<std::int64_t>(5, kCores - wide);
    const auto other = map({.cores = kCores,
                            .lanes = {},
                            .placed = {{"wide", wide}, {"narrow", narrow}},
                            .samples = 3});
    ASSERT_TRUE(other);
    EXPECT_EQ(other->layers[0].cores, wide);
    EXPECT_EQ(other->layers[1].cores, narrow);
    EXPECT_GE(bottleneck_cycles(*other), bottleneck_cycles(*chosen)) << wide;
  }
  EXPECT_GT(chosen->layers[0].cores, 1);
  EXPECT_LT(chosen->cycles, chosen->cycles_before);
}

TEST_F(MappingTest, LanesAreThoseAskedFor) {
  const auto mapping = map({.cores = 2, .lanes = 8, .placed = {}, .samples = 2});
  ASSERT_TRUE(mapping);
  const auto placed = read_spec_text(mapping->specification, folder_ / "mapped.json", diagnostics_);
  ASSERT_TRUE(placed);
  EXPECT_NE(mapping->specification.find("\"lanes\": 8"), std::string::npos);
  EXPECT_EQ(mapping->specification.find("\"lanes\": 2"), std::string::npos);
}

}  // namespace
}  // namespace nacre::flows
