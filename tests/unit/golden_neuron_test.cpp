#include "golden/neuron/neuron.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace nacre::golden {
namespace {

NeuronSpec eight_bits() {
  NeuronSpec spec;
  spec.membrane_bits = 8;
  spec.clamp_min = -128;
  spec.clamp_max = 127;
  spec.threshold = 10;
  return spec;
}

TEST(GoldenNeuron, RoundingOfHalvesAndQuarters) {
  struct Case {
    std::int64_t x;
    int shift;
    std::int64_t floor, toward_zero, half_up;
  };
  // x / 2^shift by hand: 7/4 = 1.75, -7/4 = -1.75, 6/4 = 1.5, -6/4 = -1.5, ...
  const std::vector<Case> cases = {{7, 2, 1, 1, 2},     {-7, 2, -2, -1, -2}, {6, 2, 1, 1, 2},
                                   {-6, 2, -2, -1, -1}, {5, 2, 1, 1, 1},     {-5, 2, -2, -1, -1},
                                   {1, 1, 0, 0, 1},     {-1, 1, -1, 0, 0},   {-8, 2, -2, -2, -2},
                                   {0, 5, 0, 0, 0},     {-3, 1, -2, -1, -1}};
  for (const Case& c : cases) {
    EXPECT_EQ(round_shifted(c.x, c.shift, Rounding::Floor), c.floor) << c.x;
    EXPECT_EQ(round_shifted(c.x, c.shift, Rounding::TowardZero), c.toward_zero) << c.x;
    EXPECT_EQ(round_shifted(c.x, c.shift, Rounding::HalfUp), c.half_up) << c.x;
  }
}

TEST(GoldenNeuron, LeakByShiftAndByMultiplication) {
  NeuronSpec spec = eight_bits();
  EXPECT_EQ(leak(spec, 77), 77);
  spec.leak = Leak::Shift;
  spec.leak_shift = 3;
  EXPECT_EQ(leak(spec, 100), 88);    // 100 - floor(12.5)
  EXPECT_EQ(leak(spec, -100), -87);  // -100 - floor(-12.5)
  EXPECT_EQ(leak(spec, 7), 7);       // a floor of 0 leaves a rest that never leaks
  EXPECT_EQ(leak(spec, -7), -6);
  spec.leak_rounding = Rounding::TowardZero;
  EXPECT_EQ(leak(spec, -100), -88);
  spec.leak_rounding = Rounding::HalfUp;
  EXPECT_EQ(leak(spec, 100), 87);  // 100 - floor(13.0)
  EXPECT_EQ(leak(spec, 4), 3);
  spec.leak = Leak::Multiply;
  spec.leak_factor = 13;
  spec.leak_fraction_bits = 4;
  spec.leak_rounding = Rounding::Floor;
  EXPECT_EQ(leak(spec, 100), 81);    // 81.25
  EXPECT_EQ(leak(spec, -100), -82);  // -81.25
  spec.leak_rounding = Rounding::TowardZero;
  EXPECT_EQ(leak(spec, -100), -81);
  spec.leak_factor = 16;
  EXPECT_EQ(leak(spec, -128), -128);
  spec.leak_factor = 0;
  EXPECT_EQ(leak(spec, 127), 0);
}

TEST(GoldenNeuron, LeakNeverLeavesTheBoundsNorGrows) {
  for (const Rounding rounding : {Rounding::Floor, Rounding::TowardZero, Rounding::HalfUp}) {
    for (int shift = 1; shift <= 7; ++shift) {
      NeuronSpec spec = eight_bits();
      spec.leak_rounding = rounding;
      for (std::int64_t v = -128; v <= 127; ++v) {
        spec.leak = Leak::Shift;
        spec.leak_shift = shift;
        EXPECT_LE(std::abs(leak(spec, v)), std::abs(v));
        spec.leak = Leak::Multiply;
        spec.leak_fraction_bits = shift;
        for (spec.leak_factor = 0; spec.leak_factor <= 1 << shift; ++spec.leak_factor) {
          EXPECT_LE(std::abs(leak(spec, v)), std::abs(v));
        }
      }
    }
  }
}

TEST(GoldenNeuron, CompareDecidesAboutEquality) {
  NeuronSpec spec = eight_bits();
  spec.negative_threshold = -7;
  spec.reset = Reset::None;
  for (const auto& [v, spikes_or_equal, spikes_above] :
       std::vector<std::tuple<std::int64_t, int, int>>{
           {9, 0, 0}, {10, 1, 0}, {11, 1, 1}, {-6, 0, 0}, {-7, -1, 0}, {-8, -1, -1}}) {
    std::int64_t membrane = v;
    spec.compare = Compare::GreaterEqual;
    EXPECT_EQ(fire_test(spec, membrane), spikes_or_equal) << v;
    spec.compare = Compare::Greater;
    EXPECT_EQ(fire_test(spec, membrane), spikes_above) << v;
    EXPECT_EQ(membrane, v);
  }
}

TEST(GoldenNeuron, ResetsBySubtractionZeroValueAndNot) {
  NeuronSpec spec = eight_bits();
  spec.negative_threshold = -6;
  const auto after = [&](Reset reset, std::int64_t v) {
    spec.reset = reset;
    spec.reset_value = -3;
    fire_test(spec, v);
    return v;
  };
  EXPECT_EQ(after(Reset::Subtract, 13), 3);   // the excess is kept
  EXPECT_EQ(after(Reset::Subtract, -9), -3);  // toward zero
  EXPECT_EQ(after(Reset::Zero, 13), 0);
  EXPECT_EQ(after(Reset::Zero, -9), 0);
  EXPECT_EQ(after(Reset::Value, 13), -3);
  EXPECT_EQ(after(Reset::Value, -9), -3);
  EXPECT_EQ(after(Reset::None, 13), 13);
}

TEST(GoldenNeuron, SeveralSpikesOfOneTest) {
  NeuronSpec spec = eight_bits();
  spec.negative_threshold = -20;
  spec.max_spikes = 15;
  std::int64_t v = 37;
  EXPECT_EQ(fire_test(spec, v), 3);
  EXPECT_EQ(v, 7);
  v = -65;
  EXPECT_EQ(fire_test(spec, v), -3);
  EXPECT_EQ(v, -5);
  spec.max_spikes = 2;
  v = 37;
  EXPECT_EQ(fire_test(spec, v), 2);
  EXPECT_EQ(v, 17);
}

TEST(GoldenNeuron, SaturationAfterEachEvent) {
  NeuronSpec spec = eight_bits();
  NeuronState state{.membrane = 120};
  apply_event(spec, state, 20, false);
  EXPECT_EQ(state.membrane, 127);
  apply_event(spec, state, -20, false);
  EXPECT_EQ(state.membrane, 107);  // not 120: the clamp came in between
  apply_event(spec, state, -128, true);
  EXPECT_EQ(state.membrane, 127);
  spec.clamp_min = -5;
  apply_event(spec, state, 128, true);
  apply_event(spec, state, 128, true);
  EXPECT_EQ(state.membrane, -5);
}

TEST(GoldenNeuron, RefractoryStepsWithStepFire) {
  NeuronSpec spec = eight_bits();
  spec.refractory_steps = 2;
  std::vector<int> spikes;
  NeuronState state;
  for (int t = 0; t < 7; ++t) {
    apply_event(spec, state, 12, false);
    spikes.push_back(apply_end_of_step(spec, state, 0));
  }
  EXPECT_EQ(spikes, (std::vector<int>{1, 0, 0, 1, 0, 0, 1}));
  // integrate: 7 * 12 - 3 * 10 = 54, and two steps to wait.
  EXPECT_EQ(state, (NeuronState{.membrane = 54, .refractory = 2}));
}

TEST(GoldenNeuron, HoldIgnoresInputBiasAndLeakWhileRefractory) {
  NeuronSpec spec = eight_bits();
  spec.refractory_steps = 1;
  spec.refractory_mode = RefractoryMode::Hold;
  spec.leak = Leak::Shift;
  spec.leak_shift = 1;
  NeuronState state;
  apply_event(spec, state, 18, false);
  EXPECT_EQ(apply_end_of_step(spec, state, 0), 1);
  // It fired with r = 0, so it was not held: 8 leaks to 4.
  EXPECT_EQ(state, (NeuronState{.membrane = 4, .refractory = 1}));
  apply_event(spec, state, 50, false);
  EXPECT_EQ(apply_end_of_step(spec, state, 50), 0);
  EXPECT_EQ(state, (NeuronState{.membrane = 4, .refractory = 0}));
  apply_event(spec, state, 6, false);
  EXPECT_EQ(apply_end_of_step(spec, state, 1), 1);
  EXPECT_EQ(state, (NeuronState{.membrane = 1, .refractory = 1}));  // (4 + 6 + 1 - 10) = 1, leak: 1
}

TEST(GoldenNeuron, EventFireTestsAtOnceAndRestOfStepIsRefractory) {
  NeuronSpec spec = eight_bits();
  spec.fire = Fire::Event;
  spec.refractory_steps = 1;
  NeuronState state;
  EXPECT_EQ(apply_event(spec, state, 11, false), 1);
  EXPECT_EQ(apply_event(spec, state, 30, false), 0);
  EXPECT_EQ(state, (NeuronState{.membrane = 31, .refractory = 1}));
  EXPECT_EQ(apply_end_of_step(spec, state, 0), 0);  // no test at the end of a step
  EXPECT_EQ(apply_event(spec, state, 0, false), 1);
  EXPECT_EQ(state.membrane, 21);
}

TEST(GoldenNeuron, LeakBeforeAndAfterFire) {
  NeuronSpec spec = eight_bits();
  spec.leak = Leak::Shift;
  spec.leak_shift = 1;
  NeuronState state{.membrane = 18};
  spec.leak_order = LeakOrder::BeforeFire;
  EXPECT_EQ(apply_end_of_step(spec, state, 0), 0);  // 9 < 10
  EXPECT_EQ(state.membrane, 9);
  state.membrane = 18;
  spec.leak_order = LeakOrder::AfterFire;
  EXPECT_EQ(apply_end_of_step(spec, state, 0), 1);  // 18 - 10 = 8, then 4
  EXPECT_EQ(state.membrane, 4);
}

/// SPIRIT (networks.md 5): two thresholds, >=, subtract, integrate during refractoriness.
TEST(GoldenNeuron, SpiritRuleBoundsTheRate) {
  for (int refractory = 0; refractory <= 5; ++refractory) {
    NeuronSpec spec = eight_bits();
    spec.negative_threshold = -10;
    spec.fire = Fire::Event;
    spec.refractory_steps = refractory;
    NeuronState state;
    int spikes = 0;
    const int steps = 60;
    for (int t = 0; t < steps; ++t) {
      for (int i = 0; i < 4; ++i) {
        const int sent = apply_event(spec, state, 60, true);
        EXPECT_LE(sent, 0);
        spikes -= sent;
      }
      apply_end_of_step(spec, state, 0);
    }
    // With r > 0: once per r steps, the firing step counting as the first of them.
    EXPECT_EQ(spikes, refractory == 0 ? 4 * steps : steps / refractory);
  }
}

/// v' = beta v + x in doubles (snnTorch's Leaky without reset) against leak multiply: floor loses
/// less than 1 a step, so never more than 1 / (1 - beta) in all; half_up half as much either way.
TEST(GoldenNeuron, FloatLeakyIntegratorWithinRoundingBound) {
  const double beta = 3900.0 / 4096.0;
  NeuronSpec spec;
  spec.membrane_bits = 24;
  spec.clamp_min = -(1 << 23);
  spec.clamp_max = (1 << 23) - 1;
  spec.threshold = spec.clamp_max;
  spec.leak = Leak::Multiply;
  spec.leak_factor = 3900;
  spec.leak_fraction_bits = 12;
  for (const Rounding rounding : {Rounding::Floor, Rounding::TowardZero, Rounding::HalfUp}) {
    spec.leak_rounding = rounding;
    NeuronState state;
    double exact = 0;
    const double bound = (rounding == Rounding::HalfUp ? 0.5 : 1.0) / (1 - beta);
    double largest = 0;
    for (int t = 0; t < 2000; ++t) {
      const std::int64_t x = (t * 7919) % 4001 - 2000;
      apply_event(spec, state, x, false);
      ASSERT_EQ(apply_end_of_step(spec, state, 0), 0);
      exact = beta * (exact + static_cast<double>(x));
      const double error = static_cast<double>(state.membrane) - exact;
      largest = std::max(largest, std::abs(error));
      ASSERT_LE(std::abs(error), bound) << "step " << t;
      if (rounding == Rounding::Floor) {
        ASSERT_LE(error, 0.0) << "step " << t;
      }
    }
    EXPECT_GT(largest, 0.5);  // rounding did happen
  }
}

// --- recordings of other simulators
// ----------------------------------------------------------------

struct Row {
  double input, membrane, spike;
};

/// A recording of networks.md 4.4 (input, membrane, spike; 1,000 steps); empty when it is not here.
/// The folder is $NACRE_TEST_DATA, by default beside the checkout.
std::vector<Row> recording(const std::string& name) {
  const char* folder = std::getenv("NACRE_TEST_DATA");
  const std::filesystem::path data =
      folder != nullptr ? folder : NACRE_SOURCE_DIR "/../shared/data";
  std::ifstream file(data / "nir" / "golden" / "lif" / name);
  std::vector<Row> rows;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    Row row{};
    char comma = 0;
    fields >> row.input >> comma >> row.membrane >> comma >> row.spike;
    rows.push_back(row);
  }
  return rows;
}

/// Lava's fixed-point LIF: decay toward zero by 4096 - 163, weight 10 << 6, threshold 25 << 6, `>`,
/// reset zero, recorded one step later.
TEST(GoldenNeuron, LavaFixedPointRecordingBitExact) {
  const std::vector<Row> rows = recording("lava_cpu_fixed.csv");
  if (rows.empty()) GTEST_SKIP() << "nir/golden/lif/lava_cpu_fixed.csv is not here";
  NeuronSpec spec;
  spec.membrane_bits = 24;
  spec.clamp_min = -(1 << 23);
  spec.clamp_max = (1 << 23) - 1;
  spec.threshold = 25 << 6;
  spec.compare = Compare::Greater;
  spec.reset = Reset::Zero;
  spec.leak = Leak::Multiply;
  spec.leak_factor = 4096 - 163;
  spec.leak_fraction_bits = 12;
  spec.leak_rounding = Rounding::TowardZero;
  ASSERT_EQ(rows.size(), 1000u);
  NeuronState state;
  int spikes = 0;
  for (std::size_t t = 0; t + 1 < rows.size(); ++t) {
    if (rows[t].input != 0) apply_event(spec, state, 10 << 6, false);
    const std::int64_t before_fire = state.membrane;
    const int spike = apply_end_of_step(spec, state, 0);
    ASSERT_EQ(spike, static_cast<int>(rows[t + 1].spike)) << "step " << t;
    ASSERT_EQ(spike != 0 ? 0 : before_fire, static_cast<std::int64_t>(rows[t + 1].membrane))
        << "step " << t;
    spikes += spike;
  }
  EXPECT_EQ(spikes, 4);
}

/// snnTorch: beta 0.96, threshold 2.5, `>`, reset zero, in float; here 2^20 to the unit and beta
/// rounded to 16 bits (error 6e-7 a step, relative).
TEST(GoldenNeuron, SnnTorchRecordingSpikeForSpike) {
  const std::vector<Row> rows = recording("snntorch.csv");
  if (rows.empty()) GTEST_SKIP() << "nir/golden/lif/snntorch.csv is not here";
  const std::int64_t unit = 1 << 20;
  NeuronSpec spec;
  spec.membrane_bits = 24;
  spec.clamp_min = -(1 << 23);
  spec.clamp_max = (1 << 23) - 1;
  spec.threshold = 5 * unit / 2;
  spec.compare = Compare::Greater;
  spec.reset = Reset::Zero;
  spec.leak = Leak::Multiply;
  spec.leak_factor = 62915;  // 0.96 * 2^16 = 62914.56
  spec.leak_fraction_bits = 16;
  spec.leak_rounding = Rounding::HalfUp;
  NeuronState state;
  int spikes = 0;
  for (std::size_t t = 0; t < rows.size(); ++t) {
    if (rows[t].input != 0) apply_event(spec, state, unit, false);
    const std::int64_t before_fire = state.membrane;
    const int spike = apply_end_of_step(spec, state, 0);
    ASSERT_EQ(spike, static_cast<int>(rows[t].spike)) << "step " << t;
    if (spike == 0) {
      ASSERT_NEAR(static_cast<double>(before_fire) / static_cast<double>(unit), rows[t].membrane,
                  1e-3)
          << "step " << t;
    }
    spikes += spike;
  }
  EXPECT_EQ(spikes, 4);
}

}  // namespace
}  // namespace nacre::golden
