#include <gtest/gtest.h>

#include <numeric>

#include "golden_conv_specs.hpp"

namespace nacre::golden::test {
namespace {

/// Cycles of one sample through a fresh design of one layer.
std::int64_t cycles_of(const SpikingConvSpec& params, const std::vector<Word>& input) {
  Spec spec;
  append_stage(spec, "layer", "spiking_conv", params);
  Network network(spec);
  return predict_cycles(spec, input, network.run_sample(input, true));
}

/// 3 x 3 to 3 x 3 positions, one channel each, kernel 1 2 3 / 4 5 6 / 7 8 9.
SpikingConvSpec nine(std::int64_t threshold) {
  SpikingConvSpec spec =
      conv_spec(false, axis(false, 3, 3, 1, 1, 1), axis(false, 3, 3, 1, 1, 1), 1, 1);
  std::iota(spec.weights.begin(), spec.weights.end(), 1);
  spec.neuron.threshold = threshold;
  return spec;
}

// Worked by hand from the Timing section; cycle 0 is the first input handshake. A word pushed into
// the stage's FIFO in cycle c leaves in c + 2, so the sample takes c + 3 cycles.

TEST(GoldenSpikingConvTiming, Markers) {
  // Popped in 1, slot in 2, E in 3, pushed in 4.
  EXPECT_EQ(cycles_of(nine(9), {end_of_sample()}), 7);
  // The second is popped in 2, with the first one's slot, and follows it by a cycle.
  EXPECT_EQ(cycles_of(nine(9), {end_of_step(), end_of_sample()}), 8);
}

TEST(GoldenSpikingConvTiming, AnEventAndItsVisit) {
  // Event popped in 1, slots 2 to 10, the last one in E in 11. end_of_step popped in 10, u = 12,
  // slots 14 to 22, row 0 of it in E in 15: spike pushed in 16. Marker in 23, E 24, pushed in 25;
  // end_of_sample popped in 23, slot 24, pushed in 26.
  EXPECT_EQ(cycles_of(nine(9), {event(4), end_of_step(), end_of_sample()}), 29);
  // A second event: nine cycles more. A corner's: four cycles more, nothing for the visit.
  EXPECT_EQ(cycles_of(nine(9), {event(4), event(4), end_of_step(), end_of_sample()}), 38);
  EXPECT_EQ(cycles_of(nine(9), {event(4), event(0), end_of_step(), end_of_sample()}), 33);
  // With scan `all` the slots begin in u = 12 and there is nothing to search.
  SpikingConvSpec all = nine(9);
  all.scan = ConvScan::All;
  EXPECT_EQ(cycles_of(all, {event(4), end_of_step(), end_of_sample()}), 27);
  // A silent step costs one cycle; with scan `all` nine more.
  EXPECT_EQ(cycles_of(nine(9), {end_of_step(), end_of_step(), end_of_sample()}), 9);
  EXPECT_EQ(cycles_of(all, {end_of_step(), end_of_step(), end_of_sample()}), 27);
}

TEST(GoldenSpikingConvTiming, SpikesHoldTheSlotsBehindThem) {
  // Two channels a row, every weight 1, threshold 1: every visited row sends two spikes. Event
  // popped in 1, slot 2 (kernel 1 x 1), E 3. end_of_step popped in 2, u = 4, slot 6, E 7, pushed in
  // 8 and 9; marker 7, E 8, leaves in 9, pushed in 10. end_of_sample popped in 7, slot 9 (E holds
  // in 8), E 10, pushed in 11.
  SpikingConvSpec spec = conv_spec(false, axis(false, 1, 1), axis(false, 3, 1), 1, 2);
  spec.lanes = 2;
  spec.weights = {1, 1};
  spec.neuron.threshold = 1;
  EXPECT_EQ(cycles_of(spec, {event(0), end_of_step(), end_of_sample()}), 14);
  // Three events, rows 0 1 2: slots 2 3 4, u = 6, row slots 8, 9, 10: row 0 pushed in 10 and 11;
  // row 1 in E in 10, leaves in 11, pushed in 12 and 13; row 2 issued in 11, leaves in 13, pushed
  // in 14 and 15; marker issued in 13, leaves in 15, pushed in 16; end_of_sample issued in 15,
  // pushed in 17.
  EXPECT_EQ(cycles_of(spec, {event(0), event(1), event(2), end_of_step(), end_of_sample()}), 20);
}

TEST(GoldenSpikingConvTiming, CatchUpTakesACycleForEachLeak) {
  SpikingConvSpec spec = conv_spec(false, axis(false, 1, 1), axis(false, 1, 1), 1, 1);
  spec.weights = {9};
  spec.neuron.threshold = 1000;
  spec.neuron.leak = Leak::Shift;
  spec.neuron.leak_shift = 1;
  const std::vector<Word> before = {event(0), end_of_step()};  // leaves 9 - 4 = 5
  std::vector<Word> three = before;
  three.insert(three.end(), {end_of_step(), end_of_step(), event(0), end_of_sample()});
  SpikingConvSpec without = spec;
  without.neuron.leak = Leak::None;
  // 5 -> 3 -> 2 in the two silent steps.
  EXPECT_EQ(cycles_of(spec, three) - cycles_of(without, three), 2);
  // 5 -> 3 -> 2 -> 1 and then 1 - 0 = 1: three of the 20.
  std::vector<Word> twenty = before;
  for (int t = 0; t < 20; ++t) twenty.push_back(end_of_step());
  twenty.insert(twenty.end(), {event(0), end_of_sample()});
  EXPECT_EQ(cycles_of(spec, twenty) - cycles_of(without, twenty), 3);
  // The refresh in step 127 visits the row from u on, and catches up.
  std::vector<Word> refreshed = before;
  for (int t = 1; t < 128; ++t) refreshed.push_back(end_of_step());
  refreshed.push_back(end_of_sample());
  // One slot before the marker, and three cycles of leaks: E holds, the marker waits.
  EXPECT_EQ(cycles_of(spec, refreshed) - cycles_of(without, refreshed), 4);
}

TEST(GoldenSpikingConvTiming, AnEventWithoutAFieldTakesItsPop) {
  // Stride 2, kernel 1: odd columns reach nothing.
  const SpikingConvSpec spec = conv_spec(false, axis(false, 1, 1), axis(false, 5, 1, 2), 1, 1);
  EXPECT_EQ(cycles_of(spec, {event(1), end_of_sample()}), 8);
  EXPECT_EQ(cycles_of(spec, {event(1), event(3), event(1), end_of_sample()}), 10);
  // Behind an event with a row: popped in 2 with that row's slot.
  EXPECT_EQ(cycles_of(spec, {event(0), end_of_sample()}), 8);
  EXPECT_EQ(cycles_of(spec, {event(0), event(1), end_of_sample()}), 9);
}

/// The reference chip's core: 16 lanes, 3 x 3.
SpikingConvSpec core(std::int64_t size) {
  SpikingConvSpec spec =
      conv_spec(false, axis(false, size, 3, 1, 1, 1), axis(false, size, 3, 1, 1, 1), 4, 16);
  spec.lanes = 16;
  spec.neuron.threshold = spec.neuron.clamp_max;
  return spec;
}

TEST(GoldenSpikingConvTiming, QueuedEventsUseAllLanes) {
  const SpikingConvSpec spec = core(16);
  std::vector<Word> words;
  Random random(1);
  for (int e = 0; e < 2000; ++e) {
    words.push_back(event(input_address(spec, uniform(random, 1, 14), uniform(random, 1, 14),
                                        uniform(random, 0, 3))));
  }
  words.push_back(end_of_sample());
  const double operations = 2000.0 * 9 * 16;
  EXPECT_GE(operations / static_cast<double>(cycles_of(spec, words)), 15.5);
  EXPECT_EQ(cycles_of(spec, words), 2000 * 9 + 7);  // no gap at all
}

/// Cycles follow the events: 1 % of the inputs active costs at most 3 % of all of them.
TEST(GoldenSpikingConvTiming, CyclesFollowTheActivity) {
  const SpikingConvSpec spec = core(32);
  std::int64_t last = 0;
  std::vector<double> cycles;
  for (const int percent : {1, 3, 10, 30, 100}) {
    std::vector<Word> words;
    Random random(2);
    for (std::int64_t i = 0; i < num_inputs(spec); ++i) {
      if (uniform(random, 0, 99) < percent) words.push_back(event(i));
    }
    words.push_back(end_of_step());
    words.push_back(end_of_sample());
    const std::int64_t now = cycles_of(spec, words);
    EXPECT_GT(now, last);
    last = now;
    cycles.push_back(static_cast<double>(now));
  }
  EXPECT_LE(cycles.front() / cycles.back(), 0.03);
}

}  // namespace
}  // namespace nacre::golden::test
