#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "golden_tile_specs.hpp"

namespace nacre::golden::test {
namespace {

using Values = std::vector<std::int64_t>;

const Weights kWeights = {{1, -2, 3}, {4, 5, -6}};

TEST(GoldenImcDigital, ProductByHand) {
  auto model = digital_model(tile_spec(kWeights));
  EXPECT_EQ(text_of(run(*model, frame({1, 2}))), "v0=9 v1=8 v2=-9 .");
  EXPECT_EQ(text_of(run(*model, frame({0, 0}))), "v0=0 v1=0 v2=0 .");
  EXPECT_EQ(text_of(run(*model, frame({15, 0}))), "v0=15 v1=-30 v2=45 .");
}

TEST(GoldenImcDigital, BiasAndRequantisationByHand) {
  TileSpec tile = tile_spec(kWeights);
  tile.bias = {1, -1, 0};
  tile.bias_bits = 2;
  EXPECT_EQ(values_of(tile, {1, 2}), (Values{10, 7, -9}));
  tile.output = RequantisationSpec{.bits = 4, .is_signed = true, .scale = {3}, .shift = 3};
  // 30 / 8 = 3.75, 21 / 8 = 2.625, -27 / 8 = -3.375.
  EXPECT_EQ(values_of(tile, {1, 2}), (Values{4, 3, -3}));
  tile.output->scale = {1, 2, 4};
  tile.output->has_scale_per_output = true;
  tile.output->rounding = TileRounding::Floor;
  // 10 / 8, 14 / 8, -36 / 8.
  EXPECT_EQ(values_of(tile, {1, 2}), (Values{1, 1, -5}));
  tile.output->relu = true;
  EXPECT_EQ(values_of(tile, {1, 2}), (Values{1, 1, 0}));
}

TEST(GoldenImcDigital, OneBitNumbers) {
  // A signed bit is 0 or -1.
  TileSpec tile = tile_spec({{-1, 0}, {-1, -1}, {0, -1}});
  tile.weight_bits = 1;
  tile.input_bits = 1;
  EXPECT_EQ(values_of(tile, {1, 1, 0}), (Values{-2, -1}));
  tile.input_signed = true;
  EXPECT_EQ(values_of(tile, {-1, -1, 0}), (Values{2, 1}));
  TileSpec plain = tile_spec({{1, 0}, {1, 1}, {0, 1}});
  plain.weight_bits = 1;
  plain.weight_signed = false;
  plain.input_bits = 1;
  EXPECT_EQ(values_of(plain, {1, 1, 1}), (Values{2, 2}));
}

TEST(GoldenImcDigital, FaultyFramesSendOnlyTheirClosingWord) {
  auto model = digital_model(tile_spec(kWeights));
  EXPECT_EQ(text_of(run(*model, {value(0, 1), end_of_sample()})), ".");
  EXPECT_EQ(text_of(run(*model, {value(0, 1), value(0, 7), value(1, 2), end_of_sample()})),
            "v0=9 v1=8 v2=-9 .");
  EXPECT_EQ(model->counters().at("frames"), 1);
}

TEST(GoldenImcDigital, StepsAreFramesOfASample) {
  TileSpec tile = tile_spec(kWeights);
  tile.steps = true;
  auto model = digital_model(tile);
  EXPECT_EQ(
      text_of(run(*model, {value(0, 1), value(1, 2), end_of_step(), value(0, 1), end_of_step(),
                           value(0, 2), value(1, 1), end_of_step(), end_of_sample()})),
      "v0=9 v1=8 v2=-9 | | v0=6 v1=1 v2=0 | .");
  EXPECT_EQ(text_of(run(*model, {end_of_sample(), value(0, 1), value(1, 2), end_of_sample()})),
            ". .");
}

TEST(GoldenImcDigital, ResetForgetsHalfAFrame) {
  auto model = digital_model(tile_spec(kWeights));
  run(*model, {value(0, 3)});
  model->reset();
  EXPECT_EQ(text_of(run(*model, {value(1, 2), end_of_sample()})), ".");
  EXPECT_EQ(model->counters().at("frames"), 0);
}

TEST(GoldenImcDigital, PositionsOfAConvolutionFollowEachOther) {
  const ConvolutionSpec convolution{
      .height = 2, .width = 2, .channels = 2, .kernel_vertical = 1, .kernel_horizontal = 2};
  // K = 4: left pixel's channels, then the right one's; two outputs.
  const TileSpec tile = convolution_tile(convolution, {{1, 0}, {0, 1}, {1, 0}, {0, -1}});
  EXPECT_EQ(text_of(run(*digital_model(tile), frame({1, 2, 3, 4, 5, 6, 7, 8}))),
            "v0=4 v1=-2 v2=12 v3=-2 .");
}

TEST(GoldenImcDigital, CountersByHand) {
  TileSpec tile = tile_spec({{1, 1, 1}, {1, 1, 1}, {1, 1, 1}});
  tile.tile_rows = 2;     // two row folds
  tile.tile_columns = 2;  // two column folds
  tile.banks = 4;
  auto model = digital_model(tile);
  run(*model, frame({1, 4, 0}));  // planes 0 and 2 of fold 0, nothing in fold 1; both column folds
  EXPECT_EQ(model->counters(), (CounterValues{{"frames", 1},
                                              {"patches", 1},
                                              {"planes", 4},
                                              {"planes_skipped", 12},
                                              {"synaptic_operations", 9},
                                              {"weight_reads", 2}}));
  run(*model, frame({15, 0, 8}));  // four and one planes
  EXPECT_EQ(model->counters().at("planes"), 4 + 10);
  EXPECT_EQ(model->counters().at("weight_reads"), 2 + 4);
  tile.skips_zero_planes = false;
  auto plain = digital_model(tile);
  run(*plain, frame({0, 0, 0}));
  EXPECT_EQ(plain->counters().at("planes"), 16);
  EXPECT_EQ(plain->counters().at("planes_skipped"), 0);
}

TEST(GoldenImcDigital, ASingleBankIsReadOncePerFrame) {
  const ConvolutionSpec convolution{.height = 1, .width = 3};
  auto model = digital_model(convolution_tile(convolution, {{1}}));
  run(*model, frame({1, 0, 3}));
  EXPECT_EQ(model->counters().at("patches"), 3);
  EXPECT_EQ(model->counters().at("weight_reads"), 1);
  run(*model, frame({0, 0, 0}));
  EXPECT_EQ(model->counters().at("weight_reads"), 1) << "no plane, no read";
}

TEST(GoldenImcDigital, TilesDigitsAndBanksDoNotChangeTheResult) {
  Random random(17);
  for (int i = 0; i < 40; ++i) {
    TileSpec tile =
        tile_spec(random_weights(random, uniform(random, 1, 40), uniform(random, 1, 20), 8, true));
    tile.input_signed = coin(random);
    const Values inputs =
        random_values(random, tile.num_inputs, tile.input_bits, tile.input_signed);
    const Values expected = values_of(tile, inputs);
    tile.tile_rows = uniform(random, 1, 9);
    tile.tile_columns = uniform(random, 1, 9);
    tile.tiles_down = uniform(random, 1, 3);
    tile.tiles_across = uniform(random, 1, 3);
    tile.digit_bits = 1 << uniform(random, 0, 2);
    tile.skips_zero_planes = coin(random);
    EXPECT_EQ(values_of(tile, inputs), expected);
  }
}

TEST(GoldenImcDigital, IsLinear) {
  Random random(23);
  TileSpec tile = tile_spec(random_weights(random, 24, 9, 8, true));
  tile.input_bits = 12;
  tile.input_signed = true;
  const Values a = random_values(random, 24, 8, true);
  const Values b = random_values(random, 24, 8, true);
  Values combined;
  for (std::size_t k = 0; k < a.size(); ++k) combined.push_back(3 * a[k] - 5 * b[k]);
  const Values of_a = values_of(tile, a);
  const Values of_b = values_of(tile, b);
  const Values of_combined = values_of(tile, combined);
  for (std::size_t n = 0; n < of_a.size(); ++n) {
    EXPECT_EQ(of_combined[n], 3 * of_a[n] - 5 * of_b[n]);
  }
}

TEST(GoldenImcDigital, InputsMayBePermutedWithTheirWeights) {
  Random random(29);
  Weights weights = random_weights(random, 30, 7, 8, true);
  Values inputs = random_values(random, 30, 4, false);
  const Values expected = values_of(tile_spec(weights), inputs);
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), random);
  Weights permuted;
  Values moved;
  for (const std::size_t k : order) {
    permuted.push_back(weights[k]);
    moved.push_back(inputs[k]);
  }
  EXPECT_EQ(values_of(tile_spec(permuted), moved), expected);
}

TEST(GoldenImcDigital, ZeroAndIdentity) {
  Random random(31);
  const Values inputs = random_values(random, 6, 4, false);
  EXPECT_EQ(values_of(tile_spec(Weights(6, std::vector<std::int32_t>(6, 0))), inputs),
            Values(6, 0));
  Weights identity(6, std::vector<std::int32_t>(6, 0));
  for (std::size_t k = 0; k < 6; ++k) identity[k][k] = 1;
  EXPECT_EQ(values_of(tile_spec(identity), inputs), inputs);
}

// ------------------------------------------------------------------------------------- Timing
// Worked by hand from the Timing section; cycle 0 is the first input handshake. A word pushed into
// the stage's FIFO in cycle c leaves in c + 2, so the sample takes c + 3 cycles.

std::int64_t cycles_of(const TileSpec& tile, const std::vector<Word>& input) {
  ImcDigitalSpec params;
  params.tile = tile;
  Spec spec;
  append_stage(spec, "tiles", "imc_digital", params);
  Network network(spec);
  return predict_cycles(spec, input, network.run_sample(input, true));
}

TEST(GoldenImcDigitalTiming, OneInputOneOutput) {
  TileSpec tile = tile_spec({{1}});
  // Value taken in 1, end_of_sample in c = 2; P = 1 plane; value pushed in c + P + 5, then
  // end_of_sample in 9.
  EXPECT_EQ(cycles_of(tile, frame({1})), 9 + 3);
  EXPECT_EQ(cycles_of(tile, frame({5})), 10 + 3) << "two planes";
  EXPECT_EQ(cycles_of(tile, frame({0})), 9 + 3) << "all planes skipped: one empty token";
  tile.skips_zero_planes = false;
  EXPECT_EQ(cycles_of(tile, frame({0})), 12 + 3) << "four planes";
  tile.output = RequantisationSpec{};
  EXPECT_EQ(cycles_of(tile, frame({0})), 14 + 3) << "two registers more";
}

TEST(GoldenImcDigitalTiming, ACloseTakesATokenOfItsOwn) {
  const TileSpec tile = tile_spec({{1}});
  // Taken in 1, offered in 2 and taken, X 3, S 4, hold 5, R1 6: pushed in 6.
  EXPECT_EQ(cycles_of(tile, {end_of_sample()}), 6 + 3);
}

TEST(GoldenImcDigitalTiming, FoldsFollowEachOtherWithoutAGap) {
  TileSpec tile = tile_spec({{1}, {1}, {1}});
  tile.tile_rows = 1;
  // Values taken in 1, 2, 3, end_of_sample in 4; planes 2, 1 and an empty token.
  EXPECT_EQ(cycles_of(tile, frame({3, 1, 0})), 4 + 4 + 6 + 3);
}

TEST(GoldenImcDigitalTiming, ColumnFoldsWaitForTheHoldRegister) {
  TileSpec tile = tile_spec({{1, 1, 1, 1, 1, 1, 1, 1}});
  tile.tile_columns = 4;
  // One plane per column fold: the second fold is ready long before the first one's four values
  // have moved on. First value pushed in 2 + 1 + 5 = 8, then one per cycle: 8 values and
  // end_of_sample without a gap.
  EXPECT_EQ(cycles_of(tile, frame({1})), 8 + 8 + 3);
}

TEST(GoldenImcDigitalTiming, AConvolutionWalksOneInputPerCycle) {
  const ConvolutionSpec convolution{.height = 1, .width = 3, .kernel_horizontal = 2};
  const TileSpec tile = convolution_tile(convolution, {{1}, {1}});
  // Values in 1, 2, 3, end_of_sample in 4, walked in 5 6 and 7 8: items in front in 9 and 11. The
  // last patch is taken in 11, its one plane in 12; X 13, S 14, hold 15, R1 16: pushed in 16.
  EXPECT_EQ(cycles_of(tile, frame({1, 1, 1})), 17 + 3);
}

TEST(GoldenImcDigitalTiming, LargeMatricesKeepTheArrayBusy) {
  // 4,096 x 4,096 on tiles of 256 x 64, 8-bit inputs bit by bit, frames back to back: 1,024 passes
  // of 8 planes. The words alone matter, so the trace is made here and no weights are needed.
  ImcDigitalSpec params;
  TileSpec& tile = params.tile;
  tile.num_inputs = tile.patch_inputs = tile.outputs = 4096;
  tile.tile_rows = 256;
  tile.tile_columns = 64;
  tile.steps = true;
  tile.output = RequantisationSpec{};
  Spec spec;
  append_stage(spec, "tiles", "imc_digital", params);
  const auto cycles = [&](std::int64_t frames) {
    std::vector<Word> input;
    SampleTrace trace;
    for (std::int64_t i = 0; i < frames; ++i) {
      for (std::int64_t address = 0; address < 4096; ++address) {
        input.push_back(value(address, 255));
        trace.output.push_back(value(address, 0));
      }
      input.push_back(end_of_step());
      trace.output.push_back(end_of_step());
    }
    input.push_back(end_of_sample());
    trace.output.push_back(end_of_sample());
    trace.stage_outputs = {trace.output};
    trace.stage_inputs = {{{.sent = std::vector<std::int64_t>(input.size(), 0),
                            .work = std::vector<std::int64_t>(input.size(), tile.input_bits),
                            .work_lists = {}}}};
    return predict_cycles(spec, input, trace);
  };
  const std::int64_t peak = 1024 * 8;
  const std::int64_t ten = cycles(10);
  EXPECT_EQ(cycles(11) - ten, peak) << "in steady state the array never waits";
  // The first frame's intake and the last one's way out included.
  EXPECT_GE(static_cast<double>(20 * peak) / static_cast<double>(cycles(20)), 0.95);
  RecordProperty("cycles_of_20_frames", std::to_string(cycles(20)));
}

}  // namespace
}  // namespace nacre::golden::test
