#include <gtest/gtest.h>

#include <algorithm>

#include "golden/value_readout/value_readout_model.hpp"
#include "golden_test_specs.hpp"

namespace nacre::golden::test {
namespace {

ValueReadoutSpec readout(bool steps, bool report = false) {
  ValueReadoutSpec spec;
  spec.classes = 8;
  spec.steps = steps;
  spec.report_values = report;
  return spec;
}

State shown(std::int64_t decision, std::int64_t largest) {
  return {{"decision", {decision}}, {"largest", {largest}}};
}

constexpr std::int64_t kDecided = std::int64_t{1} << 31;

TEST(GoldenValueReadout, DecidesForTheLargestAtTheEndOfTheSample) {
  ValueReadoutModel model(shared(readout(false)));
  EXPECT_EQ(text_of(run(model, frame({3, 0, 9, 7}))), "e2 .");
  EXPECT_EQ(model.state(), shown(kDecided | 2, 9));
  EXPECT_EQ(model.counters(), (CounterValues{{"frames", 1}, {"values_in", 4}}));
}

TEST(GoldenValueReadout, TiesGoToTheLowestClassWhateverTheOrder) {
  ValueReadoutModel model(shared(readout(false)));
  EXPECT_EQ(text_of(run(model, frame({1, 5, 0, 5}))), "e1 .");
  EXPECT_EQ(text_of(run(model, {value(6, 5), value(3, 5), value(4, 5), end_of_sample()})), "e3 .");
  EXPECT_EQ(text_of(run(model, frame({0, 0, 0}))), "e0 .");
}

TEST(GoldenValueReadout, OrderAndNumberOfValuesAreFree) {
  ValueReadoutModel model(shared(readout(false)));
  // A class may come twice: its largest value counts.
  EXPECT_EQ(text_of(run(model, {value(7, 4), value(2, 1), value(7, 2), end_of_sample()})), "e7 .");
  EXPECT_EQ(text_of(run(model, {value(5, 0), end_of_sample()})), "e5 .");
}

TEST(GoldenValueReadout, NegativeValuesAreCompared) {
  ValueReadoutModel model(shared(readout(false)));
  EXPECT_EQ(text_of(run(model, {value(0, -128), value(1, -3), value(2, -4), end_of_sample()})),
            "e1 .");
  EXPECT_EQ(model.state(), shown(kDecided | 1, -3));
}

TEST(GoldenValueReadout, NoValueNoDecision) {
  ValueReadoutModel model(shared(readout(false)));
  run(model, frame({4}));
  EXPECT_EQ(text_of(run(model, {end_of_sample()})), ".");
  EXPECT_EQ(model.state(), shown(0, 0));
  EXPECT_EQ(model.counters().at("frames"), 1);
}

TEST(GoldenValueReadout, EachStepIsAFrame) {
  ValueReadoutModel model(shared(readout(true)));
  EXPECT_EQ(text_of(run(model, {value(0, 1), value(1, 2), end_of_step(), end_of_step(), value(4, 0),
                                end_of_step(), end_of_sample()})),
            "e1 | | e4 | .");
  EXPECT_EQ(model.state(), shown(kDecided | 4, 0));
  EXPECT_EQ(model.counters(), (CounterValues{{"frames", 2}, {"values_in", 3}}));
}

TEST(GoldenValueReadout, AnOpenFrameIsForgotten) {
  ValueReadoutModel model(shared(readout(true)));
  EXPECT_EQ(text_of(run(model, {value(3, 9), end_of_step(), value(0, 9), end_of_sample()})),
            "e3 | .");
  EXPECT_EQ(model.state(), shown(0, 0));
  // Nothing of it is left in the next sample.
  EXPECT_EQ(text_of(run(model, {end_of_step(), value(6, 1), end_of_step(), end_of_sample()})),
            "| e6 | .");
}

TEST(GoldenValueReadout, RegistersShowTheFrameClosedLast) {
  ValueReadoutModel model(shared(readout(true)));
  EXPECT_EQ(model.state(), shown(0, 0));
  run(model, {value(2, 7)});
  EXPECT_EQ(model.state(), shown(0, 0));
  run(model, {end_of_step()});
  EXPECT_EQ(model.state(), shown(kDecided | 2, 7));
  run(model, {end_of_sample()});
  EXPECT_EQ(model.state(), shown(kDecided | 2, 7));
  // The first word of a sample ends it, even one that closes no frame.
  run(model, {end_of_sample()});
  EXPECT_EQ(model.state(), shown(0, 0));
  run(model, {value(2, 7), end_of_step(), end_of_step()});
  EXPECT_EQ(model.state(), shown(0, 0));
}

TEST(GoldenValueReadout, ReportsValuesBeforeTheDecision) {
  ValueReadoutModel plain(shared(readout(false, true)));
  EXPECT_EQ(text_of(run(plain, {value(3, -1), value(0, -2), end_of_sample()})), "v3=-1 v0=-2 e3 .");
  ValueReadoutModel steps(shared(readout(true, true)));
  EXPECT_EQ(text_of(run(steps, {value(0, 5), end_of_step(), value(1, 6), end_of_sample()})),
            "v0=5 e0 | v1=6 .");
}

TEST(GoldenValueReadout, ResetForgetsEverything) {
  ValueReadoutModel model(shared(readout(true)));
  run(model, {value(1, 7), end_of_step(), value(5, 9)});
  model.reset();
  EXPECT_EQ(model.state(), shown(0, 0));
  EXPECT_EQ(model.counters(), (CounterValues{{"frames", 0}, {"values_in", 0}}));
  EXPECT_EQ(text_of(run(model, {end_of_step(), end_of_sample()})), "| .");
}

TEST(GoldenValueReadout, NoOrderOfTheValuesChangesTheDecision) {
  Random random(20261121);
  for (int round = 0; round < 300; ++round) {
    std::vector<Word> values;
    const std::int64_t count = uniform(random, 1, 12);
    const std::int64_t range = coin(random) ? 2 : 1000;
    for (std::int64_t i = 0; i < count; ++i) {
      values.push_back(value(uniform(random, 0, 7), uniform(random, -range, range)));
    }
    std::vector<Word> sorted = values;
    std::sort(sorted.begin(), sorted.end(), [](const Word& a, const Word& b) {
      return std::pair(-a.payload, a.address) < std::pair(-b.payload, b.address);
    });
    const std::string wanted = "e" + std::to_string(sorted.front().address) + " .";
    std::shuffle(values.begin(), values.end(), random);
    values.push_back(end_of_sample());
    ValueReadoutModel model(shared(readout(false)));
    ASSERT_EQ(text_of(run(model, values)), wanted) << "round " << round;
    ASSERT_EQ(model.state().at("largest").front(), sorted.front().payload);
  }
}

/// Cycles of one sample through a readout alone.
std::int64_t cycles_of(const ValueReadoutSpec& params, const std::vector<Word>& input) {
  Spec spec;
  append_stage(spec, "readout", "value_readout", params);
  Network network(spec);
  return predict_cycles(spec, input, network.run_sample(input, true));
}

// From the Timing section; cycle 0 is the first input handshake. A word pushed into the stage's
// FIFO in cycle c leaves in c + 2, so the sample takes c + 3 cycles.
TEST(GoldenValueReadout, CyclesByHand) {
  EXPECT_EQ(cycles_of(readout(false), {end_of_sample()}), 4);
  // Values popped in 1, 2 and 3, decision pushed in 4, end_of_sample in 5.
  EXPECT_EQ(cycles_of(readout(false), frame({1, 2, 3})), 8);
  EXPECT_EQ(cycles_of(readout(false, true), frame({1, 2, 3})), 8);
  // Value 1, decision 2, end_of_step 3, empty step 4, value 5, end_of_sample 6 without a decision.
  EXPECT_EQ(cycles_of(readout(true),
                      {value(0, 1), end_of_step(), end_of_step(), value(1, 1), end_of_sample()}),
            9);
}

}  // namespace
}  // namespace nacre::golden::test
