// event_join: by hand, independence of arrival, parts of a layer, timing worked by hand.

#include "golden/event_join/event_join_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "golden_test_specs.hpp"

namespace nacre::golden::test {
namespace {

EventJoinSpec join(JoinMode mode, JoinOrder order, std::int64_t positions,
                   const std::vector<std::int64_t>& channels) {
  EventJoinSpec spec;
  spec.mode = mode;
  spec.order = order;
  spec.positions = positions;
  for (const std::int64_t count : channels) spec.inputs.push_back({.channels = count});
  return spec;
}

/// What the join sends when the inputs' words come input by input.
std::vector<Word> joined(const EventJoinSpec& spec, const std::vector<std::vector<Word>>& inputs) {
  EventJoinModel model(shared(spec));
  std::vector<Word> out;
  for (std::size_t input = 0; input < inputs.size(); ++input) {
    for (const Word& word : inputs[input]) model.push_from(input, word, out);
  }
  return out;
}

/// What it sends when they come in any order between the inputs.
std::vector<Word> joined_mixed(const EventJoinSpec& spec,
                               const std::vector<std::vector<Word>>& inputs, Random& random) {
  EventJoinModel model(shared(spec));
  std::vector<Word> out;
  std::vector<std::size_t> next(inputs.size(), 0);
  std::vector<std::size_t> left;
  for (std::size_t input = 0; input < inputs.size(); ++input) {
    left.insert(left.end(), inputs[input].size(), input);
  }
  while (!left.empty()) {
    const auto pick =
        static_cast<std::size_t>(uniform(random, 0, static_cast<std::int64_t>(left.size()) - 1));
    const std::size_t input = left[pick];
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(pick));
    model.push_from(input, inputs[input][next[input]++], out);
  }
  return out;
}

/// Random events of `addresses`, in the time steps of a sample or two; ascending when asked for.
std::vector<Word> random_stream(std::int64_t addresses, bool ascending, Random& random) {
  std::vector<Word> words;
  for (int step = 0; step < 6; ++step) {
    std::vector<Word> events;
    for (std::int64_t i = uniform(random, 0, 5); i > 0; --i) {
      events.push_back(event(uniform(random, 0, addresses - 1), coin(random)));
    }
    if (ascending) {
      std::stable_sort(events.begin(), events.end(),
                       [](const Word& a, const Word& b) { return a.address < b.address; });
    }
    words.insert(words.end(), events.begin(), events.end());
    words.push_back(end_of_step());
    if (step % 3 == 2) words.push_back(end_of_sample());
  }
  return words;
}

TEST(GoldenEventJoin, ConcatenationByHand) {
  // Two positions; channels 0 1 of input 0 and 0 1 2 of input 1 become 0 1 and 2 3 4.
  const std::vector<std::vector<Word>> inputs = {
      {event(3), event(0, true), end_of_step(), end_of_step(), event(1), end_of_sample()},
      {event(0), event(5), event(4, true), end_of_step(), event(1), end_of_step(),
       end_of_sample()}};
  EXPECT_EQ(text_of(joined(join(JoinMode::Concatenate, JoinOrder::Input, 2, {2, 3}), inputs)),
            "e6 e0- e2 e9 e8- | e3 | e1 .");
  // Without a map the addresses of input 1 begin behind those of input 0.
  EXPECT_EQ(text_of(joined(join(JoinMode::Concatenate, JoinOrder::Input, 1, {4, 6}), inputs)),
            "e3 e0- e4 e9 e8- | e5 | e1 .");
  EXPECT_EQ(text_of(joined(join(JoinMode::Add, JoinOrder::Input, 1, {6, 6}), inputs)),
            "e3 e0- e0 e5 e4- | e1 | e1 .");
}

TEST(GoldenEventJoin, ByAddressByHand) {
  const std::vector<std::vector<Word>> inputs = {
      {event(0), event(2, true), event(2), end_of_step(), end_of_step(), end_of_sample()},
      {event(1), event(2), end_of_step(), event(0), end_of_step(), end_of_sample()},
      {event(0, true), event(3), end_of_step(), event(3), event(3), end_of_step(),
       end_of_sample()}};
  EXPECT_EQ(text_of(joined(join(JoinMode::Add, JoinOrder::Address, 2, {2, 2, 2}), inputs)),
            "e0 e0- e1 e2- e2 e2 e3 | e0 e3 e3 | .");
  EXPECT_EQ(text_of(joined(join(JoinMode::Concatenate, JoinOrder::Address, 2, {2, 2, 2}), inputs)),
            "e0 e3 e4- e6- e6 e8 e11 | e2 e11 e11 | .");
}

TEST(GoldenEventJoin, TheOrderOfArrivalDoesNotCount) {
  Random random(3);
  for (int round = 0; round < 200; ++round) {
    const std::int64_t positions = uniform(random, 1, 6);
    const bool adds = coin(random);
    const JoinOrder order = coin(random) ? JoinOrder::Input : JoinOrder::Address;
    std::vector<std::int64_t> channels;
    std::vector<std::vector<Word>> inputs;
    const std::int64_t first = uniform(random, 1, 4);
    for (std::int64_t n = uniform(random, 2, 16); n > 0; --n) {
      channels.push_back(adds ? first : uniform(random, 1, 4));
      inputs.push_back(
          random_stream(positions * channels.back(), order == JoinOrder::Address, random));
    }
    const EventJoinSpec spec =
        join(adds ? JoinMode::Add : JoinMode::Concatenate, order, positions, channels);
    const std::vector<Word> words = joined(spec, inputs);
    EXPECT_EQ(joined_mixed(spec, inputs, random), words) << "round " << round;
    // All events are there, and by address they ascend.
    std::size_t num_words = 8;  // 6 steps, 2 samples
    for (const auto& input : inputs) num_words += input.size() - 8;
    EXPECT_EQ(words.size(), num_words);
    for (std::size_t i = 1; order == JoinOrder::Address && i < words.size(); ++i) {
      if (words[i].kind != WordKind::Event || words[i - 1].kind != WordKind::Event) continue;
      EXPECT_GE(words[i].address, words[i - 1].address);
    }
  }
}

TEST(GoldenEventJoin, PartsOfALayerByAddressAreTheLayer) {
  // 5 positions of 9 channels, split in 2 + 4 + 3.
  Random random(4);
  const std::vector<std::int64_t> channels = {2, 4, 3};
  for (int round = 0; round < 20; ++round) {
    const std::vector<Word> layer = random_stream(45, true, random);
    std::vector<std::vector<Word>> parts(channels.size());
    for (const Word& word : layer) {
      std::int64_t before = 0;
      for (std::size_t part = 0; part < channels.size(); ++part) {
        const std::int64_t own = word.address % 9 - before;
        if (word.kind != WordKind::Event) {
          parts[part].push_back(word);
        } else if (own >= 0 && own < channels[part]) {
          parts[part].push_back(event(word.address / 9 * channels[part] + own, word.negative));
        }
        before += channels[part];
      }
    }
    EXPECT_EQ(
        joined_mixed(join(JoinMode::Concatenate, JoinOrder::Address, 5, channels), parts, random),
        layer);
  }
}

TEST(GoldenEventJoin, CountersAndReset) {
  EventJoinModel model(shared(join(JoinMode::Add, JoinOrder::Input, 1, {3, 3})));
  std::vector<Word> out;
  model.push_from(0, event(2), out);
  model.push_from(1, event(1), out);
  EXPECT_EQ(model.counters(), (CounterValues{{"events", 1}}));
  model.push_from(0, end_of_step(), out);
  EXPECT_EQ(model.counters(), (CounterValues{{"events", 2}}));
  model.reset();  // in the middle of a time step
  EXPECT_EQ(model.counters(), (CounterValues{{"events", 0}}));
  out.clear();
  model.push_from(0, event(0), out);
  EXPECT_EQ(text_of(out), "e0");
}

/// The design's input twice, through a fork.
std::int64_t cycles_of(JoinOrder order, std::int64_t buffer_words, const std::vector<Word>& input) {
  EventJoinSpec params = join(JoinMode::Add, order, 1, {4, 4});
  params.inputs[1].buffer_words = buffer_words;
  Spec spec;
  append_stage(spec, "join", "event_join", params);
  spec.stages.back().inputs = {"input", "input"};
  Network network(spec);
  return predict_cycles(spec, input, network.run_sample(input, true));
}

// Cycle 0 is the first input handshake; a word pushed in cycle c leaves in c + 2, so the sample
// takes c + 3 cycles.
TEST(GoldenEventJoin, TimingByHand) {
  // The fork passes the words on in 1 2 3. Input 0: e0 taken in 2, its end in 3. The buffer takes
  // e0 | . in 2 3 4 and has them in front in 4 5 6: e0 in 4, the end in 5. End of the sample: of
  // input 0 in 6, of input 1 in 7.
  EXPECT_EQ(cycles_of(JoinOrder::Input, 2, {event(0), end_of_step(), end_of_sample()}), 10);
  // Without: e0 in 4, the end in 5. The fork passes . on in 5, when e0 has left its FIFO: in 6, 7.
  EXPECT_EQ(cycles_of(JoinOrder::Input, 0, {event(0), end_of_step(), end_of_sample()}), 10);
  // By address: e0 of input 0 in 2, of input 1 in 3, e1 in 4 and 5. The fork passes | on in 4, when
  // input 1 has room again, and . in 6: the end of the step in 6, of the sample in 7.
  EXPECT_EQ(cycles_of(JoinOrder::Address, 0, {event(0), event(1), end_of_step(), end_of_sample()}),
            10);
}

}  // namespace
}  // namespace nacre::golden::test
