// event_map: known answers, what must hold of pools, timing worked by hand.

#include "golden/event_map/event_map_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "data/torch_pools.hpp"
#include "golden_test_specs.hpp"

namespace nacre::golden::test {
namespace {

EventMapSpec upsample(std::int64_t height, std::int64_t width, std::int64_t channels, int factor) {
  EventMapSpec spec;
  spec.operation = MapOperation::Upsample;
  spec.rows = {.inputs = height, .outputs = height * factor, .factor = factor};
  spec.columns = {.inputs = width, .outputs = width * factor, .factor = factor};
  spec.channels = channels;
  return spec;
}

/// Windows side by side; the map's size is a multiple of the kernel.
EventMapSpec pool(MapOperation operation, std::int64_t height, std::int64_t width,
                  std::int64_t channels, int kernel) {
  EventMapSpec spec;
  spec.operation = operation;
  spec.rows = {.inputs = height, .outputs = height / kernel, .kernel = kernel, .stride = kernel};
  spec.columns = {.inputs = width, .outputs = width / kernel, .kernel = kernel, .stride = kernel};
  spec.channels = channels;
  return spec;
}

std::vector<Word> sent(const EventMapSpec& spec, const std::vector<Word>& words) {
  EventMapModel model(shared(spec));
  return run(model, words);
}

/// As many events at each address as `counts` says, in a random order.
std::vector<Word> events_of(const std::vector<std::int64_t>& counts, Random& random) {
  std::vector<Word> words;
  for (std::size_t address = 0; address < counts.size(); ++address) {
    for (std::int64_t i = 0; i < counts[address]; ++i) {
      words.push_back(event(static_cast<std::int64_t>(address)));
    }
  }
  for (std::size_t i = words.size(); i > 1; --i) {
    std::swap(
        words[i - 1],
        words[static_cast<std::size_t>(uniform(random, 0, static_cast<std::int64_t>(i) - 1))]);
  }
  return words;
}

std::vector<std::int64_t> counts_of(const std::vector<Word>& words, std::size_t addresses) {
  std::vector<std::int64_t> counts(addresses, 0);
  for (const Word& word : words) {
    if (word.kind == WordKind::Event) ++counts[static_cast<std::size_t>(word.address)];
  }
  return counts;
}

TEST(GoldenEventMap, CountsAreThoseOfPyTorch) {
  Random random(6);
  for (const TorchPool& each : kTorchPools) {
    EventMapSpec spec;
    spec.operation = each.operation;
    spec.rows = each.rows;
    spec.columns = each.columns;
    spec.channels = each.channels;
    spec.order = FlattenOrder::Chw;
    EventMapModel model(shared(spec));
    for (int step = 0; step < 3; ++step) {  // each step starts anew
      std::vector<Word> words = events_of(each.before, random);
      words.push_back(end_of_step());
      EXPECT_EQ(counts_of(run(model, words), each.after.size()), each.after)
          << "operation " << static_cast<int>(each.operation) << ", step " << step;
    }
  }
}

TEST(GoldenEventMap, WindowsByHand) {
  // 4 x 4, one channel, 3 x 3 windows in steps of 2, one row and column of padding above and to the
  // left: windows begin at -1 and 1.
  EventMapSpec spec = pool(MapOperation::SumPool, 4, 4, 1, 3);
  spec.rows = {.inputs = 4, .outputs = 2, .kernel = 3, .stride = 2, .padding_before = 1};
  spec.columns = spec.rows;
  EXPECT_EQ(text_of(sent(spec, {event(0)})), "e0");
  EXPECT_EQ(text_of(sent(spec, {event(5, true)})), "e0- e1- e2- e3-");  // (1, 1)
  EXPECT_EQ(text_of(sent(spec, {event(4)})), "e0 e2");                  // (1, 0)
  EXPECT_EQ(text_of(sent(spec, {event(15)})), "e3");
  // With steps of 3 the windows are rows -1 ... 1 and 2 ... 4; without padding, rows 0 ... 2 only,
  // and an event in row 3 is in none.
  spec.rows = {.inputs = 4, .outputs = 1, .kernel = 3, .stride = 3};
  spec.columns = spec.rows;
  EXPECT_EQ(text_of(sent(spec, {event(10), event(12), event(3), end_of_step()})), "e0 |");
}

TEST(GoldenEventMap, AnOrPoolSendsEachAddressAndPolarityOnce) {
  const EventMapSpec spec = pool(MapOperation::OrPool, 2, 4, 1, 2);
  EXPECT_EQ(text_of(sent(spec, {event(0), event(5), event(5, true), event(1, true), event(3),
                                event(7), end_of_step(), event(0), end_of_step(), end_of_sample(),
                                event(4), end_of_sample(), event(5)})),
            "e0 e0- e1 | e0 | . e0 . e0");
}

TEST(GoldenEventMap, UpsamplingByHand) {
  EXPECT_EQ(
      text_of(sent(upsample(2, 2, 2, 2), {event(1), end_of_step(), event(6), end_of_sample()})),
      "e1 e3 e9 e11 | e20 e22 e28 e30 .");
}

TEST(GoldenEventMap, FlattenHwcKeepsTheAddress) {
  EventMapSpec spec;
  spec.operation = MapOperation::Flatten;
  spec.rows.inputs = 3;
  spec.columns.inputs = 4;
  spec.channels = 5;
  for (std::int64_t address = 0; address < 60; ++address) {
    EXPECT_EQ(sent(spec, {event(address, true)}), std::vector<Word>{event(address, true)});
  }
}

TEST(GoldenEventMap, AnOrPoolOfAnOrPoolIsOnePool) {
  // OR over 2 x 2, then over 3 x 3 of these, is OR over 6 x 6; and a second pool of 1 x 1 changes
  // nothing.
  Random random(1);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::int64_t> counts(12 * 18 * 2);
    for (std::int64_t& count : counts) count = std::max<std::int64_t>(uniform(random, -20, 2), 0);
    std::vector<Word> words = events_of(counts, random);
    for (Word& word : words) word.negative = coin(random);
    words.push_back(end_of_step());
    const auto small = sent(pool(MapOperation::OrPool, 12, 18, 2, 2), words);
    EXPECT_EQ(sent(pool(MapOperation::OrPool, 6, 9, 2, 1), small), small);
    EXPECT_EQ(sent(pool(MapOperation::OrPool, 6, 9, 2, 3), small),
              sent(pool(MapOperation::OrPool, 12, 18, 2, 6), words));
  }
}

TEST(GoldenEventMap, PoolingUndoesUpsampling) {
  Random random(2);
  std::vector<std::int64_t> once(5 * 4 * 3);
  for (std::int64_t& count : once) count = uniform(random, 0, 1);
  const std::vector<Word> words = events_of(once, random);
  const auto large = sent(upsample(5, 4, 3, 3), words);
  EXPECT_EQ(large.size(), words.size() * 9);
  EXPECT_EQ(sent(pool(MapOperation::OrPool, 15, 12, 3, 3), large), words);
  // Each event comes back nine times from a sum pool.
  std::vector<std::int64_t> ninefold = once;
  for (std::int64_t& count : ninefold) count *= 9;
  EXPECT_EQ(counts_of(sent(pool(MapOperation::SumPool, 15, 12, 3, 3), large), once.size()),
            ninefold);
}

TEST(GoldenEventMap, CountersAndReset) {
  EventMapModel model(shared(pool(MapOperation::OrPool, 2, 2, 1, 2)));
  run(model, {event(0), event(1), end_of_step(), event(2)});
  EXPECT_EQ(model.counters(), (CounterValues{{"events_in", 3}, {"events_out", 2}}));
  model.reset();
  EXPECT_EQ(model.counters(), (CounterValues{{"events_in", 0}, {"events_out", 0}}));
  EXPECT_EQ(text_of(run(model, {event(0)})), "e0");
}

std::int64_t cycles_of(const EventMapSpec& params, const std::vector<Word>& input) {
  Spec spec;
  append_stage(spec, "map", "event_map", params);
  Network network(spec);
  return predict_cycles(spec, input, network.run_sample(input, true));
}

// Cycle 0 is the first input handshake; a word pushed in cycle c leaves in c + 2, so the sample
// takes c + 3 cycles.
TEST(GoldenEventMap, TimingByHand) {
  // end_of_sample popped in 1, its turn in 2.
  EXPECT_EQ(cycles_of(pool(MapOperation::SumPool, 2, 2, 1, 2), {end_of_sample()}), 5);
  // Popped in 1 2 3, turns in 2 3 4.
  EXPECT_EQ(
      cycles_of(pool(MapOperation::SumPool, 2, 2, 1, 2), {event(0), event(1), end_of_sample()}), 7);
  // Turns of the first event in 2 ... 5, of the second in 6 ... 9, end_of_sample popped in 9.
  EXPECT_EQ(cycles_of(upsample(1, 1, 1, 2), {event(0), event(0), end_of_sample()}), 13);
  // A turn that sends nothing takes its cycle, too.
  EXPECT_EQ(
      cycles_of(pool(MapOperation::OrPool, 2, 2, 1, 2), {event(0), event(1), end_of_sample()}), 7);
  // An event in no window: popped in 1, end_of_sample in 2, its turn in 3.
  EventMapSpec gaps = pool(MapOperation::SumPool, 1, 1, 1, 1);
  gaps.rows = {.inputs = 2, .outputs = 1, .kernel = 1, .stride = 2};
  EXPECT_EQ(cycles_of(gaps, {event(1), end_of_sample()}), 6);
}

}  // namespace
}  // namespace nacre::golden::test
