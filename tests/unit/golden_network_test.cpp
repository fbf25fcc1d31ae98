#include <gtest/gtest.h>

#include <algorithm>

#include "golden/kind_model.hpp"
#include "golden_test_specs.hpp"

namespace nacre::golden::test {
namespace {

/// encoder (2 inputs, 6 steps) -> layer (identity weights, threshold 4) -> readout first to 2.
Spec small_design(bool stop) {
  Spec spec;
  RateEncoderSpec encoder = encoder_spec(2, 6);
  if (stop) encoder.stop_on = "readout";
  append_stage(spec, "encoder", "rate_encoder", encoder);
  append_stage(spec, "layer", "spiking_dense", dense_spec({{4, 0}, {0, 4}}));
  SpikeReadoutSpec readout;
  readout.classes = 2;
  readout.rule = DecisionRule::FirstToK;
  readout.target = 2;
  readout.report_counts = true;
  append_stage(spec, "readout", "spike_readout", readout);
  return spec;
}

TEST(GoldenNetwork, KindsAreSortedAndFound) {
  EXPECT_TRUE(std::is_sorted(kind_models().begin(), kind_models().end(),
                             [](const auto* a, const auto* b) { return a->name < b->name; }));
  for (const char* name : {"rate_encoder", "spike_readout", "spiking_dense"}) {
    EXPECT_EQ(kind_model(name).name, name);
  }
}

TEST(GoldenNetwork, WithoutStopAllStepsRun) {
  Network network(small_design(false));
  const SampleTrace trace = network.run_sample(frame({2, 5}), true);
  EXPECT_EQ(text_of(trace.stage_outputs[0]), "| e1 | | e0 e1 | e1 | | .");
  EXPECT_EQ(text_of(trace.stage_outputs[1]), "| e1 | | e0 e1 | e1 | | .");
  EXPECT_EQ(text_of(trace.output), "e1 v0=1 v1=2 .");
  EXPECT_EQ(trace.stage_outputs[2], trace.output);
  EXPECT_EQ(trace.stage_inputs[1][0].work,
            (std::vector<std::int64_t>{0, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0}));
}

TEST(GoldenNetwork, VerdictStopsTheEncoder) {
  Network network(small_design(true));
  std::vector<std::int64_t> checkpoints;
  std::vector<std::int64_t> counts_of_one;
  const SampleTrace trace = network.run_sample(frame({2, 5}), true, [&](std::int64_t step) {
    checkpoints.push_back(step);
    counts_of_one.push_back(network.stage(2).state().at("count")[1]);
  });
  EXPECT_EQ(text_of(trace.stage_outputs[0]), "| e1 | | e0 e1 | .");
  EXPECT_EQ(text_of(trace.output), "e1 v0=1 v1=2 .");
  EXPECT_EQ(checkpoints, (std::vector<std::int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(counts_of_one, (std::vector<std::int64_t>{0, 1, 1, 2}));
  EXPECT_EQ(network.stage(0).counters().at("steps"), 4);
}

TEST(GoldenNetwork, SamplesAreIndependentAndResetForgetsHalfASample) {
  Network network(small_design(true));
  const std::string first = text_of(network.run_sample(frame({2, 5})).output);
  const std::string other = text_of(network.run_sample(frame({8, 1})).output);
  EXPECT_EQ(other, "e0 v0=2 v1=0 .");
  EXPECT_EQ(text_of(network.run_sample(frame({2, 5})).output), first);
  network.run_sample({value(0, 8)});  // cut off
  network.reset();
  EXPECT_EQ(network.stage(0).counters().at("values_in"), 0);
  EXPECT_EQ(text_of(network.run_sample(frame({2, 5})).output), first);
}

TEST(GoldenNetwork, EventInputGivesCheckpointsPerStep) {
  Spec spec;
  append_stage(spec, "layer", "spiking_dense", dense_spec({{4, 1}, {0, 4}}));
  append_stage(spec, "second", "spiking_dense", dense_spec({{2, 2}}));
  Network network(spec);
  std::vector<std::int64_t> membranes;
  const SampleTrace trace = network.run_sample(
      {event(0), end_of_step(), event(1), end_of_step(), event(1), end_of_step(), end_of_sample()},
      false, [&](std::int64_t step) {
        EXPECT_EQ(step, static_cast<std::int64_t>(membranes.size()));
        membranes.push_back(network.stage(1).state().at("membrane").front());
      });
  EXPECT_EQ(text_of(trace.output), "| e0 | | .");
  EXPECT_EQ(membranes, (std::vector<std::int64_t>{2, 0, 2}));
  EXPECT_TRUE(trace.stage_outputs.empty());
}

TEST(GoldenNetwork, OutlivesItsSpec) {
  auto spec = std::make_unique<Spec>(small_design(false));
  Network network(*spec);
  spec.reset();
  EXPECT_EQ(text_of(network.run_sample(frame({2, 5})).output), "e1 v0=1 v1=2 .");
}

}  // namespace
}  // namespace nacre::golden::test
