#include "golden/timing.hpp"

#include <gtest/gtest.h>

#include "golden_test_specs.hpp"

namespace nacre::golden::test {
namespace {

/// Cycles of one sample through a fresh design.
std::int64_t cycles_of(const Spec& spec, const std::vector<Word>& input) {
  Network network(spec);
  return predict_cycles(spec, input, network.run_sample(input, true));
}

SpikeReadoutSpec readout(DecisionRule rule, std::int64_t target) {
  SpikeReadoutSpec spec;
  spec.classes = 2;
  spec.rule = rule;
  spec.target = target;
  return spec;
}

// Worked by hand from the Timing sections; cycle 0 is the first input handshake. A word pushed into
// the last stage's FIFO in cycle c leaves in c + 2, so the sample takes c + 3 cycles.

TEST(GoldenTiming, ReadoutAlone) {
  Spec spec;
  append_stage(spec, "readout", "spike_readout", readout(DecisionRule::Count, 0));
  // end_of_sample popped in 1, decision pushed in 2, end_of_sample in 3.
  EXPECT_EQ(cycles_of(spec, {end_of_sample()}), 6);
  // Popped in 1 and 2; scan of two classes: decision in 2 + C + 2 = 6, end_of_sample in 7.
  EXPECT_EQ(cycles_of(spec, {event(1), end_of_sample()}), 10);
  // Rule count does not evaluate at the end of a step.
  EXPECT_EQ(cycles_of(spec, {event(1), end_of_step(), end_of_sample()}), 11);
}

TEST(GoldenTiming, ReadoutReportsAndEvaluates) {
  Spec spec;
  SpikeReadoutSpec params = readout(DecisionRule::FirstToK, 2);
  params.report_counts = true;
  append_stage(spec, "readout", "spike_readout", params);
  // Event popped in 1, end_of_step in 2: evaluated, undecided, next pop in 2 + C + 3 = 7. No event
  // since: decision in 8, q = 9, values in 10 and 11, end_of_sample in 12.
  EXPECT_EQ(cycles_of(spec, {event(1), end_of_step(), end_of_sample()}), 15);
  // Events popped in 1 and 2, end_of_step in 3: decision pushed in 7, next pop in 8: decided
  // already, q = 9, values in 10 and 11, end_of_sample in 12.
  EXPECT_EQ(cycles_of(spec, {event(1), event(1), end_of_step(), end_of_sample()}), 15);
}

TEST(GoldenTiming, DenseAlone) {
  SpikingDenseSpec params = dense_spec({{3, -1}, {2, 2}, {-4, 1}});
  params.lanes = 2;
  Spec spec;
  append_stage(spec, "layer", "spiking_dense", params);
  // Two rows. end_of_sample: marker slot 1, E 2, push 3.
  EXPECT_EQ(cycles_of(spec, {end_of_sample()}), 6);
  // A skipped step: marker slots in 1 and 2, pushes in 3 and 4.
  EXPECT_EQ(cycles_of(spec, {end_of_step(), end_of_sample()}), 7);
  // Event slots 1 2 and 3 4, pass 5 6, marker 7, end_of_sample 8. Neurons 0 and 1 fire in row 0: E
  // in 6, pushed in 7 and 8; the marker leaves E in 8 and is pushed in 9, end_of_sample in 10.
  EXPECT_EQ(cycles_of(spec, {event(0), event(0), end_of_step(), end_of_sample()}), 13);
  // One more event: two cycles more.
  EXPECT_EQ(cycles_of(spec, {event(0), event(0), event(1), end_of_step(), end_of_sample()}), 15);
}

TEST(GoldenTiming, DenseStallsBehindItsSpikes) {
  SpikingDenseSpec params = dense_spec({{4}, {4}, {4}, {4}});
  params.lanes = 4;
  params.neuron.fire = Fire::Event;
  Spec spec;
  append_stage(spec, "layer", "spiking_dense", params);
  // One row, four spikes per event. Event 1: slot 1, E 2, pushes 3 4 5 6. Event 2: slot 2, E 3 to
  // 6, pushes 7 8 9 10. Skipped end_of_step: slot 6 (no slot while E stalls), E 7 to 10, push 11;
  // end_of_sample: slot 10, E 11, push 12.
  EXPECT_EQ(cycles_of(spec, {event(0), event(0), end_of_step(), end_of_sample()}), 15);
}

TEST(GoldenTiming, DenseWaitsForEventsThatMaySetPending) {
  SpikingDenseSpec params = dense_spec({{1}});
  params.neuron.fire = Fire::Event;
  Spec without;
  append_stage(without, "layer", "spiking_dense", params);
  params.neuron.refractory_steps = 1;
  Spec with;
  append_stage(with, "layer", "spiking_dense", params);
  const std::vector<Word> words = {event(0), end_of_step(), end_of_sample()};
  EXPECT_EQ(cycles_of(without, words), 8);
  EXPECT_EQ(cycles_of(with, words), 9);
}

TEST(GoldenTiming, EncoderAlone) {
  Spec spec;
  append_stage(spec, "encoder", "rate_encoder", encoder_spec(2, 1));
  // Popped in 1, 2, 3. Row 0 offered in 5, pushed in 6; row 1 in 6; end_of_step in 7, pushed in 8;
  // end_of_sample in 8, pushed in 9.
  EXPECT_EQ(cycles_of(spec, frame({8, 1})), 12);
  // Row 1 is skipped: end_of_step in 6, pushed in 7; end_of_sample in 7, pushed in 8.
  EXPECT_EQ(cycles_of(spec, frame({8, 0})), 11);
  // So is row 0 here; a row that only does not spike in this step is not.
  EXPECT_EQ(cycles_of(spec, frame({0, 8})), 11);
  EXPECT_EQ(cycles_of(spec, frame({1, 0})), 11);
  // No row: end_of_step offered in 5, pushed in 6; end_of_sample in 6, pushed in 7.
  EXPECT_EQ(cycles_of(spec, frame({0, 0})), 10);
  // frame_short: end_of_sample popped in 2, offered in 3, pushed in 4.
  EXPECT_EQ(cycles_of(spec, {value(0, 8), end_of_sample()}), 7);
}

TEST(GoldenTiming, EncoderRowOfTwoSpikes) {
  RateEncoderSpec params = encoder_spec(6, 1);
  params.lanes = 2;
  Spec spec;
  append_stage(spec, "encoder", "rate_encoder", params);
  // Frame popped in 1 to 7. Rows offered in 9, 10, 11. Row 0 pushes in 10 and 11, row 1 does not
  // spike, row 2 is taken in 11 and pushes in 12; end_of_step taken in 12, pushed in 13,
  // end_of_sample in 14.
  EXPECT_EQ(cycles_of(spec, frame({8, 8, 0, 1, 8, 0})), 17);
  // Row 1 skipped: row 2 is offered in 10 and waits for the serializer till 11.
  EXPECT_EQ(cycles_of(spec, frame({8, 8, 0, 0, 8, 0})), 17);
  // Row 0 takes one cycle of the serializer: rows done in 9, 10, 11, or without row 1 in 9, 10.
  EXPECT_EQ(cycles_of(spec, frame({0, 8, 0, 1, 8, 0})), 17);
  EXPECT_EQ(cycles_of(spec, frame({0, 8, 0, 0, 8, 0})), 16);
  // Row 1 not silent: it waits for the serializer till 11.
  EXPECT_EQ(cycles_of(spec, frame({8, 8, 8, 0, 8, 0})), 18);
}

TEST(GoldenTiming, EncoderSkipsRowsUpTo64) {
  const auto cycles_with_input_5 = [](std::int64_t num_inputs) {
    Spec spec;
    append_stage(spec, "encoder", "rate_encoder", encoder_spec(num_inputs, 2));
    std::vector<std::int64_t> intensities(static_cast<std::size_t>(num_inputs), 0);
    intensities[5] = 1;
    return cycles_of(spec, frame(intensities));
  };
  // Popped in 1 to 65. Row 5 in 67, end_of_step in 68, row 5 in 69, end_of_step in 70;
  // end_of_sample in 71, pushed in 72.
  EXPECT_EQ(cycles_with_input_5(64), 75);
  // Popped in 1 to 66. Rows in 68 to 132, end_of_step in 133, rows in 134 to 198, end_of_step in
  // 199; end_of_sample in 200, pushed in 201.
  EXPECT_EQ(cycles_with_input_5(65), 204);
}

TEST(GoldenTiming, RandomEncoderVisitsEveryRow) {
  RateEncoderSpec params = encoder_spec(2, 1);
  params.mode = RateMode::Random;
  Spec spec;
  append_stage(spec, "encoder", "rate_encoder", params);
  // Rows in 5 and 6, end_of_step in 7; end_of_sample in 8, pushed in 9.
  EXPECT_EQ(cycles_of(spec, frame({0, 0})), 12);
}

TEST(GoldenTiming, VerdictRoundTrip) {
  RateEncoderSpec encoder = encoder_spec(2, 3);
  encoder.stop_on = "readout";
  Spec spec;
  append_stage(spec, "encoder", "rate_encoder", encoder);
  append_stage(spec, "readout", "spike_readout", readout(DecisionRule::FirstToK, 1));
  // Event pushed in 6, popped in 7; end_of_step pushed in 8, popped in 9; decision pushed in
  // 9 + C + 2 = 13, verdict in 14; end_of_sample offered in 15, pushed in 16, popped in 17, pushed
  // in 18.
  EXPECT_EQ(cycles_of(spec, frame({8, 1})), 21);
  // Row 1 skipped.
  EXPECT_EQ(cycles_of(spec, frame({8, 0})), 20);
}

TEST(GoldenTiming, DenseCostsRowsPerEventWithoutBubbles) {
  for (const int lanes : {1, 2, 8, 64}) {
    SpikingDenseSpec params =
        dense_spec(std::vector<std::vector<std::int32_t>>(100, std::vector<std::int32_t>(3, 0)));
    params.lanes = lanes;
    Spec spec;
    append_stage(spec, "layer", "spiking_dense", params);
    const std::int64_t rows = (100 + lanes - 1) / lanes;
    std::vector<Word> words;
    for (std::int64_t i = 0; i < 50; ++i) words.push_back(event(i % 3));
    words.push_back(end_of_step());
    words.push_back(end_of_sample());
    EXPECT_EQ(cycles_of(spec, words), 51 * rows + 1 + 6) << lanes;
  }
}

// The bar: dense input, no stalls, at least 0.95 of the lanes used in every cycle. The
// lockstep runs prove that the predicted cycles are those of the RTL.
TEST(GoldenTiming, DenseInputUsesTheLanes) {
  constexpr std::int64_t kNeurons = 256, kInputs = 256, kSteps = 4;
  std::vector<Word> input;
  for (std::int64_t step = 0; step < kSteps; ++step) {
    for (std::int64_t i = 0; i < kInputs; ++i) input.push_back(event(i));
    input.push_back(end_of_step());
  }
  input.push_back(end_of_sample());
  for (int lanes = 1; lanes <= 64; lanes *= 2) {
    SpikingDenseSpec params = dense_spec(
        std::vector<std::vector<std::int32_t>>(kNeurons, std::vector<std::int32_t>(kInputs, 0)));
    params.lanes = lanes;
    params.neuron.threshold = params.neuron.clamp_max;
    Spec spec;
    append_stage(spec, "dense", "spiking_dense", params);
    const auto operations = static_cast<double>(kNeurons * kInputs * kSteps);
    EXPECT_GE(operations / static_cast<double>(cycles_of(spec, input)), 0.95 * lanes) << lanes;
  }
}

}  // namespace
}  // namespace nacre::golden::test
