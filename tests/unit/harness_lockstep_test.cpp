// The harness against a design in C++: it passes when nothing is wrong, and finds each fault.

#include "harness/lockstep.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "harness/silent.hpp"
#include "harness/triage.hpp"
#include "harness_fake_dut.hpp"

namespace nacre::harness {
namespace {

using test::FakeFactory;
using test::Faults;

class Lockstep : public testing::Test {
 protected:
  Lockstep() : spec_(test::fake_spec()) {
    Diagnostics diagnostics;
    stimulus_.emplace(*data::Stimulus::open(spec_, 5, diagnostics));
    setup_ = make_setup(spec_, *stimulus_, test::fake_files());
    // The fake is no pipeline: its cycles are not those of the timing model.
    options_ = {.first = 0, .samples = 70, .seed = 5, .stalls = 0.2, .resets = 0.1, .threads = 2};
  }

  LockstepResult run(const Faults& faults) {
    return run_lockstep(setup_, FakeFactory(spec_, faults), options_);
  }

  /// The check that fails first with this fault.
  std::string first_failure(const Faults& faults) {
    const LockstepResult result = run(faults);
    if (result.passed()) return "nothing";
    return check_name(result.differences.front().check);
  }

  Spec spec_;
  std::optional<data::Stimulus> stimulus_;
  harness::Setup setup_;
  LockstepOptions options_;
};

TEST_F(Lockstep, PassesWhenNothingIsWrong) {
  const LockstepResult result = run({});
  for (const Difference& each : result.differences) ADD_FAILURE() << describe(each);
  EXPECT_TRUE(result.passed());
  EXPECT_EQ(result.samples.size(), 70U);
  for (int c = 0; c < kNumChecks; ++c) {
    if (static_cast<Check>(c) == Check::Cycles) continue;
    if (static_cast<Check>(c) == Check::RunTimeAccesses) {
      EXPECT_FALSE(result.checks[static_cast<std::size_t>(c)].skipped.empty())
          << "a spiking design";
      continue;
    }
    EXPECT_GT(result.checks[static_cast<std::size_t>(c)].comparisons, 0)
        << check_name(static_cast<Check>(c));
  }
  EXPECT_EQ(result.not_readable, std::vector<std::string>{"layer.refractory"});
}

TEST_F(Lockstep, PassesStepByStep) {
  options_.checkpoint = Checkpoint::Step;
  const LockstepResult result = run({});
  for (const Difference& each : result.differences) ADD_FAILURE() << describe(each);
}

TEST_F(Lockstep, DoesNotDependOnTheNumberOfThreads) {
  const auto summary = [&](int threads, const Faults& faults) {
    options_.threads = threads;
    const LockstepResult result = run(faults);
    std::string text;
    for (const SampleResult& each : result.samples) {
      text += std::to_string(each.ran) + std::to_string(each.input_spikes.value_or(-1)) +
              std::to_string(each.was_reset) + " ";
    }
    for (const CheckCount& each : result.checks) text += std::to_string(each.comparisons) + " ";
    for (const Difference& each : result.differences) text += describe(each) + "\n";
    return text;
  };
  EXPECT_EQ(summary(1, {}), summary(3, {}));
  EXPECT_EQ(summary(1, {.counter_off = true}), summary(3, {.counter_off = true}));
}

TEST_F(Lockstep, FindsEachFault) {
  EXPECT_EQ(first_failure({.wrong_hash = true}), "id_and_hash");
  EXPECT_EQ(first_failure({.stuck_weight_bit = true}), "memory_readback");
  EXPECT_EQ(first_failure({.loses_word = true}), "output_words");
  EXPECT_EQ(first_failure({.sends_twice = true}), "output_words");
  EXPECT_EQ(first_failure({.valid_falls = true}), "output_words");
  EXPECT_EQ(first_failure({.counter_off = true}), "counters");
  EXPECT_EQ(first_failure({.hangs = true}), "output_words");
  EXPECT_EQ(first_failure({.reset_keeps_counter = true}), "resets");
  EXPECT_EQ(first_failure({.keeps_bad_word = true}), "bad_words");
  EXPECT_EQ(first_failure({.no_error_flag = true}), "bad_words");
  EXPECT_EQ(first_failure({.read_only_written = true}), "bus_refusals");
  EXPECT_EQ(first_failure({.takes_any_threshold = true}), "bus_refusals");
  EXPECT_EQ(first_failure({.memory_while_busy = true}), "bus_refusals");
  EXPECT_EQ(first_failure({.clear_forgets_counter = true}), "counters");
  EXPECT_EQ(first_failure({.interrupt_dead = true}), "registers");
}

TEST_F(Lockstep, ChecksTheStateAfterEachStepWhenAsked) {
  // This fault is gone at the end of a sample: only a checkpoint at each step can see it.
  EXPECT_EQ(first_failure({.wrong_membrane = true}), "nothing");
  options_.checkpoint = Checkpoint::Step;
  EXPECT_EQ(first_failure({.wrong_membrane = true}), "state");
}

TEST_F(Lockstep, FindsAHangAndSaysSo) {
  const LockstepResult result = run({.hangs = true});
  ASSERT_FALSE(result.passed());
  EXPECT_EQ(result.differences.front().field, "hang");
  EXPECT_NE(result.differences.front().text.find("nothing has moved"), std::string::npos);
}

TEST_F(Lockstep, StopsAtTheFirstBlockWithADifference) {
  const LockstepResult result = run({.counter_off = true});
  ASSERT_TRUE(result.failed_sample);
  EXPECT_TRUE(result.samples[static_cast<std::size_t>(*result.failed_sample)].ran);
  EXPECT_FALSE(result.samples[static_cast<std::size_t>(*result.failed_sample) + 1].ran);
}

TEST_F(Lockstep, ComparesCyclesWhenTheHostDoesNotStall) {
  options_.stalls = 0;
  const LockstepResult result = run({});
  // The fake answers at once, so its cycles are wrong and the check must say so.
  ASSERT_FALSE(result.passed());
  EXPECT_EQ(result.differences.front().check, Check::Cycles);
}

// ------------------------------------------------------------------------------------ Activity

TEST_F(Lockstep, RecordsActivityOnlyWhileASampleRuns) {
  options_ = {.first = 0, .samples = 1, .seed = 5, .record_activity = true};
  const LockstepResult result = run({});
  const SampleResult& sample = result.samples.front();
  ASSERT_TRUE(sample.activity_recorded);
  EXPECT_EQ(result.activity.cycles, sample.cycles);
  EXPECT_EQ(result.activity.toggles[0], static_cast<std::uint64_t>(sample.words_in));
  EXPECT_EQ(result.activity.levels[0], static_cast<std::uint64_t>(result.activity.cycles));
}

TEST_F(Lockstep, RecordsNothingWithStallsOrStepByStep) {
  options_.record_activity = true;
  EXPECT_EQ(run({}).activity.cycles, 0);
  options_.stalls = 0;
  options_.checkpoint = Checkpoint::Step;
  const LockstepResult result = run({});
  EXPECT_TRUE(result.passed());
  EXPECT_EQ(result.activity.cycles, 0);
  for (const SampleResult& each : result.samples) EXPECT_FALSE(each.activity_recorded);
}

TEST_F(Lockstep, RecordsSilentStepsAndIdleCycles) {
  const FakeFactory factory(spec_, {});
  for (const std::int64_t steps : {1, 10, 1000}) {
    const SilentSteps silent = record_silent_steps(setup_, factory, options_, steps);
    EXPECT_EQ(silent.steps, steps);
    EXPECT_EQ(silent.input_spikes, 0);
    EXPECT_EQ(silent.activity.toggles[0], static_cast<std::uint64_t>(steps));
  }
  const Activity idle = record_idle_cycles(setup_, factory, options_, 50);
  EXPECT_EQ(idle.cycles, 50);
  EXPECT_EQ(idle.toggles[0], 0U);
  // A design that answers wrongly is not measured.
  EXPECT_THROW(record_silent_steps(setup_, FakeFactory(spec_, {.hangs = true}), options_, 300),
               std::runtime_error);
}

TEST(ActivityTest, AddsAndRefusesAnotherModel) {
  const Activity one{.cycles = 2,
                     .num_nets = 1,
                     .num_levels = 0,
                     .num_blocks = 1,
                     .toggles = {1, 2, 3},
                     .levels = {},
                     .block_cycles = {0, 1, 1}};
  Activity sum;
  sum.add(one);
  sum.add(one);
  sum.add({});
  EXPECT_EQ(sum.cycles, 4);
  EXPECT_EQ(sum.toggles, (std::vector<std::uint64_t>{2, 4, 6}));
  EXPECT_EQ(sum.block_cycles, (std::vector<std::uint64_t>{0, 2, 2}));
  Activity other = one;
  other.num_nets = 2;
  EXPECT_THROW(sum.add(other), std::logic_error);
}

// -------------------------------------------------------------------------------------- Triage

TEST_F(Lockstep, TriageFindsStepAndNeuron) {
  options_.checkpoint = Checkpoint::Step;
  const Faults faults{.wrong_membrane = true};
  const LockstepResult result = run(faults);
  ASSERT_FALSE(result.passed());
  const Triage found =
      triage(setup_, FakeFactory(spec_, faults), options_, result, {"nacre", "verify", "s.json"});
  EXPECT_TRUE(found.reproduced);
  EXPECT_TRUE(found.stepwise);
  EXPECT_EQ(found.difference.stage, "layer");
  EXPECT_EQ(found.difference.field, "membrane");
  EXPECT_EQ(found.difference.element, 2);
  EXPECT_EQ(found.difference.step, 1);
  EXPECT_EQ(*found.difference.got, *found.difference.expected + 1);
  EXPECT_LE(found.last_events.size(), 8U);
  for (const auto& [step, word] : found.last_events) EXPECT_LE(step, 1);
}

TEST_F(Lockstep, TriageNamesTheCommandThatRepeats) {
  const Faults faults{.counter_off = true};
  const LockstepResult result = run(faults);
  const Triage found =
      triage(setup_, FakeFactory(spec_, faults), options_, result, {"nacre", "verify", "s.json"});
  EXPECT_TRUE(found.reproduced);
  const std::vector<std::string>& command = found.command;
  ASSERT_GE(command.size(), 13U);
  EXPECT_EQ(command[3], "--first");
  EXPECT_EQ(command[4], std::to_string(block_start(options_, *result.failed_sample)));
  EXPECT_EQ(command[7], "--seed");
  EXPECT_EQ(command[8], "5");
  EXPECT_EQ(command[9], "--stalls");
  EXPECT_EQ(command[10], "0.2");
  EXPECT_EQ(command[11], "--resets");
}

TEST(Describe, SaysStageSampleStepAndBothNumbers) {
  EXPECT_EQ(describe(Difference{.stage = "a",
                                .sample = 3,
                                .step = 2,
                                .field = "membrane",
                                .element = 7,
                                .expected = 10,
                                .got = -11}),
            "stage 'a', sample 3, time step 2, membrane 7: expected 10 (0xa), got -11 (-0xb)");
  const auto word = static_cast<std::int64_t>(pack_word({.negative = true, .address = 4}));
  EXPECT_EQ(
      describe(Difference{.sample = 0, .field = "output word", .element = 1, .expected = word}),
      "sample 0, output word 1: expected 0x2000000400000000 -4, got nothing");
}

}  // namespace
}  // namespace nacre::harness
