#include <gtest/gtest.h>

#include "golden/spike_readout/spike_readout_model.hpp"
#include "golden_test_specs.hpp"

namespace nacre::golden::test {
namespace {

SpikeReadoutSpec readout(std::int64_t classes, DecisionRule rule, std::int64_t target) {
  SpikeReadoutSpec spec;
  spec.classes = classes;
  spec.rule = rule;
  spec.target = target;
  return spec;
}

TEST(GoldenSpikeReadout, CountDecidesAtTheEndForTheLowestOfTheBest) {
  SpikeReadoutModel model(shared(readout(3, DecisionRule::Count, 0)));
  EXPECT_EQ(text_of(run(model, {event(2), event(1), end_of_step(), event(2), event(1),
                                end_of_step(), end_of_sample()})),
            "e1 .");
  EXPECT_EQ(model.state(), (State{{"count", {0, 2, 2}}, {"decision", {0x80000001}}}));
  EXPECT_EQ(model.counters(),
            (CounterValues{{"events_in", 4}, {"steps", 2}, {"early_decisions", 0}}));
}

TEST(GoldenSpikeReadout, NoEventsGiveClassZero) {
  SpikeReadoutModel model(shared(readout(4, DecisionRule::FirstToK, 1)));
  EXPECT_EQ(text_of(run(model, {end_of_sample()})), "e0 .");
  EXPECT_EQ(model.state().at("decision").front(), 0x80000000);
}

TEST(GoldenSpikeReadout, NegativeSpikesCountDown) {
  SpikeReadoutSpec spec = readout(2, DecisionRule::Count, 0);
  spec.report_counts = true;
  SpikeReadoutModel model(shared(spec));
  EXPECT_EQ(text_of(run(model, {event(0, true), event(0, true), event(1, true), end_of_sample()})),
            "e1 v0=-2 v1=-1 .");
}

TEST(GoldenSpikeReadout, FirstToK) {
  SpikeReadoutModel model(shared(readout(2, DecisionRule::FirstToK, 2)));
  std::vector<Word> out;
  const auto push = [&](const Word& word) { model.push(word, out); };
  push(event(1));
  push(end_of_step());
  EXPECT_FALSE(model.decided());
  push(event(0));
  push(event(1));
  EXPECT_TRUE(out.empty());  // evaluated at the end of a step only
  push(end_of_step());
  EXPECT_TRUE(model.decided());
  EXPECT_EQ(text_of(out), "e1");
  // Frozen after the decision, until the sample's end; the verdict stays 1.
  push(event(0));
  push(event(0));
  push(end_of_step());
  EXPECT_TRUE(model.decided());
  push(end_of_sample());
  EXPECT_EQ(text_of(out), "e1 .");
  EXPECT_EQ(model.state(), (State{{"count", {1, 2}}, {"decision", {0x80000001}}}));
  EXPECT_EQ(model.counters(),
            (CounterValues{{"events_in", 5}, {"steps", 3}, {"early_decisions", 1}}));
  // The next word starts fresh.
  push(end_of_step());
  EXPECT_FALSE(model.decided());
  EXPECT_EQ(model.state(), (State{{"count", {0, 0}}, {"decision", {0}}}));
}

TEST(GoldenSpikeReadout, LeadOverTheRunnerUp) {
  SpikeReadoutModel model(shared(readout(3, DecisionRule::Lead, 2)));
  std::vector<Word> out;
  const auto step = [&](const std::vector<Word>& events) {
    for (const Word& word : events) model.push(word, out);
    model.push(end_of_step(), out);
    return model.decided();
  };
  EXPECT_FALSE(step({event(1), event(2)}));            // 0 1 1
  EXPECT_FALSE(step({event(1), event(2), event(1)}));  // 0 3 2
  EXPECT_FALSE(step({}));
  EXPECT_TRUE(step({event(2, true)}));  // 0 3 1: the runner-up fell back
  EXPECT_EQ(text_of(out), "e1");
}

TEST(GoldenSpikeReadout, LeadOfEqualsIsZeroAndNegativeRunnersUpCount) {
  SpikeReadoutModel model(shared(readout(2, DecisionRule::Lead, 2)));
  std::vector<Word> out;
  for (const Word& word : {event(1, true), end_of_step()}) model.push(word, out);
  EXPECT_FALSE(model.decided());  // 0 - (-1) = 1
  for (const Word& word : {event(1, true), end_of_step()}) model.push(word, out);
  EXPECT_TRUE(model.decided());
  EXPECT_EQ(text_of(out), "e0");
}

/// Without an event nothing is evaluated: a count that begins at the target cannot decide alone.
TEST(GoldenSpikeReadout, EvaluatesOnlyAfterAnEvent) {
  SpikeReadoutModel model(shared(readout(2, DecisionRule::FirstToK, 0)));
  std::vector<Word> out;
  model.push(end_of_step(), out);
  EXPECT_FALSE(model.decided());
  model.push(event(1, true), out);
  model.push(end_of_step(), out);
  EXPECT_TRUE(model.decided());
  EXPECT_EQ(text_of(out), "e0");
}

TEST(GoldenSpikeReadout, CountersSaturate) {
  SpikeReadoutSpec spec = readout(2, DecisionRule::Count, 0);
  spec.counter_bits = 3;
  spec.report_counts = true;
  SpikeReadoutModel model(shared(spec));
  std::vector<Word> words;
  for (int i = 0; i < 9; ++i) {
    words.push_back(event(0));
    words.push_back(event(1, true));
  }
  words.push_back(event(0, true));
  words.push_back(event(1));
  words.push_back(end_of_sample());
  EXPECT_EQ(text_of(run(model, words)), "e0 v0=2 v1=-3 .");
}

TEST(GoldenSpikeReadout, FirstToKDecidesBySpikesWhenNoneIsNegative) {
  Random random(7);
  for (int round = 0; round < 200; ++round) {
    const std::int64_t classes = uniform(random, 1, 6);
    const std::int64_t target = uniform(random, 1, 5);
    SpikeReadoutModel model(shared(readout(classes, DecisionRule::FirstToK, target)));
    std::vector<std::int64_t> count(static_cast<std::size_t>(classes), 0);
    std::vector<Word> out;
    for (int t = 0; t < 30 && out.empty(); ++t) {
      for (std::int64_t e = uniform(random, 0, 3); e > 0; --e) {
        const std::int64_t c = uniform(random, 0, classes - 1);
        ++count[static_cast<std::size_t>(c)];
        model.push(event(c), out);
        ASSERT_TRUE(out.empty());
      }
      model.push(end_of_step(), out);
      std::int64_t largest = 0;
      for (const std::int64_t n : count) largest = std::max(largest, n);
      ASSERT_EQ(model.decided(), largest >= target);
      ASSERT_EQ(out.size(), largest >= target ? 1u : 0u);
      if (!out.empty()) {
        ASSERT_EQ(count[static_cast<std::size_t>(out[0].address)], largest);
      }
    }
  }
}

}  // namespace
}  // namespace nacre::golden::test
