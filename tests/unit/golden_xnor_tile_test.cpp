#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "devices/mtj/mtj_physics.hpp"
#include "golden/device_random.hpp"
#include "golden/kind_model.hpp"
#include "golden_test_specs.hpp"
#include "xnor_tile/xnor_tile_spec.hpp"

namespace nacre::golden::test {
namespace {

using Bits = std::vector<std::int64_t>;
using Matrix = std::vector<std::vector<std::uint8_t>>;  // [input][neuron]

/// Popcounts of a whole row, two devices a bit, level 0.
XnorTileSpec spec_of(const Matrix& weights) {
  XnorTileSpec spec;
  spec.num_inputs = std::ssize(weights);
  spec.outputs = std::ssize(weights.front());
  spec.row_bits = spec.num_inputs;
  spec.output = XnorOutput::Popcount;
  for (const auto& row : weights) {
    spec.weights.insert(spec.weights.end(), row.begin(), row.end());
  }
  return spec;
}

void make_parallel(XnorTileSpec& spec, std::int64_t row_bits) {
  spec.organisation = XnorOrganisation::Parallel;
  spec.row_bits = row_bits;
  spec.tiles = (spec.outputs + row_bits - 1) / row_bits;
}

/// Rows of `row_bits` columns, all weights read at once.
void make_full(XnorTileSpec& spec, std::int64_t row_bits) {
  spec.organisation = XnorOrganisation::Full;
  spec.row_bits = row_bits;
  spec.tiles = spec.outputs * ((spec.num_inputs + row_bits - 1) / row_bits);
}

void compare_with(XnorTileSpec& spec, const Bits& thresholds,
                  const std::vector<std::uint8_t>& invert) {
  spec.output = XnorOutput::Bit;
  spec.thresholds = thresholds;
  spec.invert = invert;
}

Matrix random_matrix(Random& random, std::int64_t inputs, std::int64_t neurons) {
  Matrix weights(static_cast<std::size_t>(inputs));
  for (auto& row : weights) {
    for (std::int64_t n = 0; n < neurons; ++n) row.push_back(coin(random) ? 1 : 0);
  }
  return weights;
}

Bits random_bits(Random& random, std::int64_t count) {
  Bits bits;
  for (std::int64_t i = 0; i < count; ++i) bits.push_back(coin(random) ? 1 : 0);
  return bits;
}

std::unique_ptr<StageModel> model_of(const XnorTileSpec& spec) {
  Stage stage;
  stage.kind = "xnor_tile";
  stage.params = shared(spec);
  return kind_model(stage.kind).make(stage);
}

/// The values that a frame makes the stage send.
Bits values_of(StageModel& model, const Bits& inputs) {
  Bits values;
  for (const Word& word : run(model, frame(inputs))) {
    if (word.kind == WordKind::Value) values.push_back(word.payload);
  }
  return values;
}

Bits values_of(const XnorTileSpec& spec, const Bits& inputs) {
  return values_of(*model_of(spec), inputs);
}

/// w[0] = 1 0 1, w[1] = 1 1 0, ...: three neurons of four inputs.
const Matrix kWeights = {{1, 0, 1}, {1, 1, 0}, {0, 0, 1}, {1, 0, 0}};

TEST(GoldenXnorTile, PopcountsByHand) {
  const XnorTileSpec spec = spec_of(kWeights);
  auto model = model_of(spec);
  // Columns 1101, 0100, 1010 against 1101, 0000, 1111.
  EXPECT_EQ(text_of(run(*model, frame({1, 1, 0, 1}))), "v0=4 v1=2 v2=1 .");
  EXPECT_EQ(text_of(run(*model, frame({0, 0, 0, 0}))), "v0=1 v1=3 v2=2 .");
  EXPECT_EQ(text_of(run(*model, frame({1, 1, 1, 1}))), "v0=3 v1=1 v2=2 .");
  EXPECT_EQ(model->counters(),
            (CounterValues{
                {"frames", 3}, {"reads", 9}, {"metastable_bits", 0}, {"synaptic_operations", 36}}));
}

TEST(GoldenXnorTile, ComparisonsByHand) {
  XnorTileSpec spec = spec_of(kWeights);
  compare_with(spec, {4, 2, 2}, {0, 0, 0});
  EXPECT_EQ(values_of(spec, {1, 1, 0, 1}), (Bits{1, 1, 0}));
  compare_with(spec, {5, 3, 1}, {0, 1, 1});
  EXPECT_EQ(values_of(spec, {1, 1, 0, 1}), (Bits{0, 1, 0}));
}

TEST(GoldenXnorTile, ThresholdsThatAlwaysOrNeverHold) {
  Random random(3);
  XnorTileSpec spec = spec_of(random_matrix(random, 9, 4));
  compare_with(spec, {0, 10, 0, 10}, {0, 0, 1, 1});
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(values_of(spec, random_bits(random, 9)), (Bits{1, 0, 0, 1}));
  }
}

TEST(GoldenXnorTile, FaultyFramesSendOnlyTheirClosingWord) {
  auto model = model_of(spec_of({{1}, {0}}));
  EXPECT_EQ(text_of(run(*model, {value(0, 1), end_of_sample()})), ".");
  EXPECT_EQ(model->take_errors(), 2u);
  EXPECT_EQ(
      text_of(run(*model, {value(0, 1), value(0, 0), value(1, 0), value(1, 0), end_of_sample()})),
      "v0=2 .");
  EXPECT_EQ(model->take_errors(), 1u);
  EXPECT_EQ(model->counters().at("frames"), 1);
}

TEST(GoldenXnorTile, StepsAreFramesOfASample) {
  XnorTileSpec spec = spec_of({{1}, {0}});
  spec.steps = true;
  auto model = model_of(spec);
  EXPECT_EQ(text_of(run(*model, {value(0, 1), value(1, 1), end_of_step(), end_of_step(),
                                 value(0, 0), end_of_sample(), end_of_sample()})),
            "v0=1 | | . .");
  EXPECT_EQ(model->take_errors(), 2u);
}

TEST(GoldenXnorTile, ResetForgetsFrameAndCounters) {
  auto model = model_of(spec_of({{1}, {0}}));
  run(*model, frame({1, 1}));
  run(*model, {value(0, 1)});
  model->reset();
  EXPECT_EQ(text_of(run(*model, {value(1, 1), end_of_sample()})), ".");
  EXPECT_EQ(model->counters().at("frames"), 0);
  EXPECT_EQ(model->counters().at("reads"), 0);
}

// --------------------------------------------------------------------------------- Properties

TEST(GoldenXnorTile, OrganisationTilesAndSensingDoNotChangeTheIdealResult) {
  Random random(17);
  for (int i = 0; i < 60; ++i) {
    const std::int64_t inputs = uniform(random, 1, 70);
    XnorTileSpec spec = spec_of(random_matrix(random, inputs, uniform(random, 1, 20)));
    const Bits x = random_bits(random, inputs);
    const Bits expected = values_of(spec, x);
    spec.sensing = coin(random) ? XnorSensing::Reference : XnorSensing::Differential;
    if (coin(random)) {
      make_parallel(spec, uniform(random, 1, 24));
    } else {
      spec.row_bits = uniform(random, 1, 80);
      spec.tiles = uniform(random, 1, (inputs + spec.row_bits - 1) / spec.row_bits);
    }
    SCOPED_TRACE(i);
    EXPECT_EQ(values_of(spec, x), expected);
  }
}

TEST(GoldenXnorTile, PopcountsAreThoseOfPlainLoops) {
  Random random(19);
  const Matrix weights = random_matrix(random, 300, 11);
  XnorTileSpec spec = spec_of(weights);
  spec.row_bits = 37;
  spec.tiles = 3;
  const Bits x = random_bits(random, 300);
  Bits expected(11);
  for (std::size_t i = 0; i < 300; ++i) {
    for (std::size_t n = 0; n < 11; ++n) expected[n] += weights[i][n] == x[i] ? 1 : 0;
  }
  EXPECT_EQ(values_of(spec, x), expected);
}

TEST(GoldenXnorTile, InvertedWeightsAndInputsGiveTheSamePopcounts) {
  Random random(23);
  Matrix weights = random_matrix(random, 40, 9);
  Bits x = random_bits(random, 40);
  const Bits expected = values_of(spec_of(weights), x);
  for (auto& row : weights) {
    for (std::uint8_t& weight : row) weight ^= 1;
  }
  Bits complement;
  for (const std::int64_t n : expected) complement.push_back(40 - n);
  EXPECT_EQ(values_of(spec_of(weights), x), complement);
  for (std::int64_t& bit : x) bit ^= 1;
  EXPECT_EQ(values_of(spec_of(weights), x), expected);
}

TEST(GoldenXnorTile, InputsMayBePermutedWithTheirWeights) {
  Random random(29);
  const Matrix weights = random_matrix(random, 30, 7);
  const Bits x = random_bits(random, 30);
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), random);
  Matrix permuted;
  Bits moved;
  for (const std::size_t i : order) {
    permuted.push_back(weights[i]);
    moved.push_back(x[i]);
  }
  EXPECT_EQ(values_of(spec_of(permuted), moved), values_of(spec_of(weights), x));
}

TEST(GoldenXnorTile, TheComparisonIsOfTheSumOfSigns) {
  // popcount >= ceil(N / 2) is sum >= 0 with -1 and +1 in place of 0 and 1.
  Random random(31);
  for (const std::int64_t inputs : {7, 8}) {
    const Matrix weights = random_matrix(random, inputs, 30);
    XnorTileSpec spec = spec_of(weights);
    compare_with(spec, Bits(30, (inputs + 1) / 2), std::vector<std::uint8_t>(30, 0));
    const Bits x = random_bits(random, inputs);
    Bits expected;
    for (std::size_t n = 0; n < 30; ++n) {
      std::int64_t sum = 0;
      for (std::size_t i = 0; i < x.size(); ++i) sum += (2 * weights[i][n] - 1) * (2 * x[i] - 1);
      expected.push_back(sum >= 0 ? 1 : 0);
    }
    EXPECT_EQ(values_of(spec, x), expected);
  }
}

// ------------------------------------------------------------------------------------ Devices

/// Errors of level 1 as docs/mtj_array.md draws them, bit by bit. Each frame reads each row once.
class Level1 {
 public:
  explicit Level1(const XnorTileSpec& spec) : spec_(spec), state_(spec.weights) {}

  Bits popcounts(const Bits& x) {
    Bits counts(static_cast<std::size_t>(spec_.outputs));
    for (std::int64_t i = 0; i < spec_.num_inputs; ++i) {
      for (std::int64_t n = 0; n < spec_.outputs; ++n) {
        const auto bit = read(i, n);
        counts[static_cast<std::size_t>(n)] += bit == x[static_cast<std::size_t>(i)] ? 1 : 0;
      }
    }
    ++access_;
    return counts;
  }

 private:
  std::uint8_t read(std::int64_t i, std::int64_t n) {
    const MtjTables& tables = spec_.devices.tables;
    std::int64_t tile = n / spec_.row_bits, row = i, column = n % spec_.row_bits;
    if (spec_.organisation == XnorOrganisation::Full) {
      const std::int64_t arrays = (spec_.num_inputs + spec_.row_bits - 1) / spec_.row_bits;
      tile = n * arrays + i / spec_.row_bits;
      row = 0;
      column = i % spec_.row_bits;
    }
    if (spec_.organisation == XnorOrganisation::RowSerial) {
      const std::int64_t columns = spec_.row_bits * spec_.tiles;
      const std::int64_t folds = (spec_.num_inputs + columns - 1) / columns;
      tile = i % columns / spec_.row_bits;
      row = n * folds + i / columns;
      column = i % spec_.row_bits;
    }
    const std::uint32_t seed = device_mix(spec_.devices.seed, static_cast<std::uint32_t>(tile));
    const auto cell = static_cast<std::uint32_t>(row * spec_.row_bits + column);
    const auto draw = [&](DevicePurpose purpose, std::uint32_t index) {
      return device_mix(device_number(seed, purpose, index), access_);
    };
    const auto at = static_cast<std::size_t>(i * spec_.outputs + n);
    const std::uint8_t stored = state_[at];
    std::uint8_t bit = stored;
    if (device_number(seed, DevicePurpose::PersistentError, cell) < tables.persistent[stored]) {
      bit ^= 1;
    }
    if (draw(DevicePurpose::Read, cell) < tables.transient[stored]) bit ^= 1;
    // A device in state 1 that the read disturbs goes to 0.
    const bool is_pair = spec_.sensing == XnorSensing::Differential;
    const std::uint32_t device = is_pair ? 2 * cell + 1 : cell;
    if (draw(DevicePurpose::Switching, device) < tables.disturb) state_[at] = 0;
    return bit;
  }

  const XnorTileSpec& spec_;
  std::vector<std::uint8_t> state_;  ///< of the device that a bit is read from
  std::uint32_t access_ = 0;
};

TEST(GoldenXnorTile, ErrorsOfLevel1BitByBit) {
  Random random(37);
  for (int i = 0; i < 18; ++i) {
    const std::int64_t inputs = uniform(random, 1, 50);
    XnorTileSpec spec = spec_of(random_matrix(random, inputs, uniform(random, 1, 12)));
    if (i % 3 == 0) {
      make_parallel(spec, uniform(random, 1, 8));
    } else if (i % 3 == 1) {
      make_full(spec, uniform(random, 1, 60));
    } else {
      spec.row_bits = uniform(random, 1, 20);
      spec.tiles = uniform(random, 1, (inputs + spec.row_bits - 1) / spec.row_bits);
    }
    if (i % 2 == 0) spec.sensing = XnorSensing::Reference;
    spec.devices.level = 1;
    spec.devices.seed = static_cast<std::uint32_t>(random());
    spec.devices.tables.persistent = {probability_threshold(0.1), probability_threshold(0.05)};
    spec.devices.tables.transient = {probability_threshold(0.02), probability_threshold(0.2)};
    spec.devices.tables.disturb = probability_threshold(0.1);
    auto model = model_of(spec);
    Level1 expected(spec);
    for (int each = 0; each < 6; ++each) {
      SCOPED_TRACE(testing::Message() << "spec " << i << ", frame " << each);
      const Bits x = random_bits(random, inputs);
      EXPECT_EQ(values_of(*model, x), expected.popcounts(x));
    }
    // A reset loads the weights again: the same die, the same draws.
    model->reset();
    Level1 again(spec);
    const Bits x = random_bits(random, inputs);
    EXPECT_EQ(values_of(*model, x), again.popcounts(x));
  }
}

TEST(GoldenXnorTile, RateOfErrorsOfLevel1) {
  // All weights and inputs 1: what is missing to N was read wrong. 5 standard deviations.
  constexpr std::int64_t kInputs = 200, kNeurons = 50, kFrames = 20;
  constexpr double kPersistent = 0.01, kTransient = 0.03;
  XnorTileSpec spec =
      spec_of(Matrix(kInputs, std::vector<std::uint8_t>(static_cast<std::size_t>(kNeurons), 1)));
  spec.devices.level = 1;
  spec.devices.tables.persistent[1] = probability_threshold(kPersistent);
  spec.devices.tables.transient[1] = probability_threshold(kTransient);
  double total = 0;
  for (std::uint32_t die = 0; die < kFrames; ++die) {
    spec.devices.seed = die;
    for (const std::int64_t count : values_of(spec, Bits(kInputs, 1))) {
      total += static_cast<double>(kInputs - count);
    }
  }
  constexpr double kReads = kInputs * kNeurons * kFrames;
  const double rate = kPersistent * (1 - kTransient) + kTransient * (1 - kPersistent);
  EXPECT_NEAR(total / kReads, rate, 5 * std::sqrt(rate * (1 - rate) / kReads));
  // The other bit has no errors.
  spec.weights.assign(spec.weights.size(), 0);
  EXPECT_EQ(values_of(spec, Bits(kInputs, 0)), Bits(kNeurons, kInputs));
}

TEST(GoldenXnorTile, PairsOfDevicesReadBetterThanOneAgainstAReference) {
  // TMR 100 %, spread 12 %: docs/mtj_array.md, level 2.
  constexpr std::int64_t kNeurons = 4096;
  Random random(41);
  // One input: each popcount is a bit.
  XnorTileSpec spec = spec_of(random_matrix(random, 1, kNeurons));
  make_parallel(spec, 64);
  MtjPhysics physics = stt_mtj();
  physics.sigma_resistance = 0.12;
  spec.devices.level = 2;
  spec.devices.tables = mtj_tables(physics);
  const auto errors = [&](XnorSensing sensing) {
    spec.sensing = sensing;
    std::int64_t wrong = 0;
    for (std::uint32_t die = 0; die < 4; ++die) {
      spec.devices.seed = die;
      const Bits read = values_of(spec, {1});
      for (std::size_t n = 0; n < read.size(); ++n) wrong += read[n] != spec.weights[n] ? 1 : 0;
    }
    return wrong;
  };
  const std::int64_t single = errors(XnorSensing::Reference);
  EXPECT_GT(single, 50) << "of 16,384 bits";
  EXPECT_LT(errors(XnorSensing::Differential) * 5, single);
}

TEST(GoldenXnorTile, MetastableBitsAreThoseOfColumnsWithWeights) {
  // A zone that no margin leaves: each read of a weight is metastable, those of padding not
  // counted.
  Random random(43);
  XnorTileSpec spec = spec_of(random_matrix(random, 10, 3));
  spec.devices.level = 2;
  spec.devices.tables = mtj_tables(stt_mtj());
  spec.devices.tables.delta = (1 << 22) - 1;
  spec.row_bits = 4;
  spec.tiles = 2;
  auto model = model_of(spec);
  values_of(*model, random_bits(random, 10));
  EXPECT_EQ(model->counters().at("metastable_bits"), 30);
  EXPECT_EQ(model->counters().at("reads"), 6);
  make_parallel(spec, 2);
  auto parallel = model_of(spec);
  values_of(*parallel, random_bits(random, 10));
  EXPECT_EQ(parallel->counters().at("metastable_bits"), 30);
  EXPECT_EQ(parallel->counters().at("reads"), 10);
}

// ------------------------------------------------------------------------------------- Timing
// Worked by hand from the Timing section; cycle 0 is the first input handshake. A word pushed into
// the stage's FIFO in cycle c leaves in c + 2, so the sample takes c + 3 cycles. A read and its add
// cycle take 1 + 1 + 1 + 1 cycles unless said otherwise.

std::int64_t cycles_of(const XnorTileSpec& params, const std::vector<Word>& input) {
  Spec spec;
  append_stage(spec, "layer", "xnor_tile", params);
  Network network(spec);
  return predict_cycles(spec, input, network.run_sample(input, true));
}

TEST(GoldenXnorTileTiming, RowSerial) {
  // Values popped in 1 and 2, the closing word in 3, taken over in 4; one read for each of two
  // neurons: added in 8 and 12; sent in 9, 13; closing word 14.
  XnorTileSpec spec = spec_of({{1, 0}, {0, 1}});
  EXPECT_EQ(cycles_of(spec, frame({1, 0})), 17);
  // Two reads each: added in 12 and 20.
  spec.row_bits = 1;
  EXPECT_EQ(cycles_of(spec, frame({1, 0})), 25);
  spec.tiles = 2;
  EXPECT_EQ(cycles_of(spec, frame({1, 0})), 17);
  spec.timing = {.precharge = 3, .evaluate = 16};
  // 21 cycles each: added in 25 and 46.
  EXPECT_EQ(cycles_of(spec, frame({1, 0})), 51);
}

TEST(GoldenXnorTileTiming, Parallel) {
  // Taken over in 4; two reads: added in 8 and 12; sent in 14, 15, 16; closing word 17.
  XnorTileSpec spec = spec_of({{1, 0, 1}, {0, 1, 1}});
  make_parallel(spec, 2);
  EXPECT_EQ(cycles_of(spec, frame({1, 0})), 20);
  spec.timing = {.precharge = 1, .evaluate = 2};
  EXPECT_EQ(cycles_of(spec, frame({1, 0})), 22);
}

TEST(GoldenXnorTileTiming, ClosingWordsAlone) {
  // Popped in 2, taken over in 3, in the result register from 4 on.
  EXPECT_EQ(cycles_of(spec_of({{1}, {0}}), {value(0, 1), end_of_sample()}), 7);
}

TEST(GoldenXnorTileTiming, FramesOverlap) {
  // Frame 1: popped in 1 and 2, taken over in 3, added in 7, sent in 8 and 9, idle from 10 on.
  // Frame 2: popped in 4 and 5, taken over in 10, added in 14, sent in 15 and 16, idle from 17 on.
  // Frame 3: popped in 11 and 12, taken over in 17, added in 21, sent in 22 and 23.
  // The end of the sample: popped in 18, taken over in 24, sent in 25.
  XnorTileSpec spec = spec_of({{1}});
  spec.steps = true;
  std::vector<Word> words;
  for (int i = 0; i < 3; ++i) {
    words.push_back(value(0, 1));
    words.push_back(end_of_step());
  }
  words.push_back(end_of_sample());
  EXPECT_EQ(cycles_of(spec, words), 28);
}

}  // namespace
}  // namespace nacre::golden::test
