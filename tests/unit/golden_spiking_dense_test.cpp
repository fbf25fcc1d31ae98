#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "golden/neuron/lane_kernels.hpp"
#include "golden/neuron/neuron.hpp"
#include "golden/spiking_dense/spiking_dense_model.hpp"
#include "golden_test_specs.hpp"

namespace nacre::golden::test {
namespace {

using Values = std::vector<std::int64_t>;
using Path = SpikingDenseModel::Path;

const std::vector<std::vector<std::int32_t>> kWeights = {{3, -1}, {2, 2}, {-4, 1}};

TEST(GoldenSpikingDense, IntegrateAndFireByHand) {
  SpikingDenseModel model(shared(dense_spec(kWeights)));
  // Membranes after the events: 5, 6, -7; threshold 4, subtract.
  EXPECT_EQ(text_of(run(model, {event(0), event(0), event(1), end_of_step()})), "e0 e1 |");
  EXPECT_EQ(model.state(), (State{{"membrane", {1, 2, -7}}, {"refractory", {0, 0, 0}}}));
  EXPECT_EQ(text_of(run(model, {event(0, true), end_of_step(), end_of_sample()})), "| .");
  EXPECT_EQ(model.state().at("membrane"), (Values{-2, 0, -3}));  // readable after the sample
  EXPECT_EQ(text_of(run(model, {event(1)})), "");
  EXPECT_EQ(model.state().at("membrane"), (Values{-1, 2, 1}));  // fresh
}

TEST(GoldenSpikingDense, SignedThresholdsAndSeveralSpikes) {
  SpikingDenseSpec spec = dense_spec(kWeights);
  spec.neuron.negative_threshold = -3;
  spec.neuron.max_spikes = 2;
  SpikingDenseModel model(shared(spec));
  // After three events of input 0: 9, 6, -12.
  EXPECT_EQ(text_of(run(model, {event(0), event(0), event(0), end_of_step()})),
            "e0 e0 e1 e2- e2- |");
  EXPECT_EQ(model.state().at("membrane"), (Values{1, 2, -6}));
  EXPECT_EQ(text_of(run(model, {end_of_step(), end_of_step(), end_of_sample()})), "e2- e2- | | .");
}

TEST(GoldenSpikingDense, FireAtEachEvent) {
  SpikingDenseSpec spec = dense_spec(kWeights);
  spec.neuron.fire = Fire::Event;
  spec.neuron.negative_threshold = -4;
  SpikingDenseModel model(shared(spec));
  // Event 0: 3 2 -4 -> e2-; 0 again: 6 4 -4 -> e0 e1 e2-; end of step sends nothing itself.
  EXPECT_EQ(text_of(run(model, {event(0), event(0), end_of_step(), end_of_sample()})),
            "e2- e0 e1 e2- | .");
  EXPECT_EQ(model.state().at("membrane"), (Values{2, 0, 0}));
}

TEST(GoldenSpikingDense, BiasAloneDrivesNeurons) {
  SpikingDenseSpec spec = dense_spec(kWeights);
  spec.bias = {3, -1, 4};
  spec.bias_bits = 4;
  SpikingDenseModel model(shared(spec));
  EXPECT_EQ(text_of(run(model, {end_of_step(), end_of_step(), end_of_step()})),
            "e2 | e0 e2 | e0 e2 |");
  EXPECT_EQ(model.state().at("membrane"), (Values{1, -3, 0}));
  EXPECT_EQ(model.counters().at("passes_skipped"), 0);
}

TEST(GoldenSpikingDense, SilentStepsAreSkippedOnlyWhenNothingIsPending) {
  SpikingDenseSpec spec = dense_spec(kWeights);
  spec.lanes = 2;
  spec.neuron.refractory_steps = 2;
  SpikingDenseModel model(shared(spec));
  const auto skipped = [&] { return model.counters().at("passes_skipped"); };
  run(model, {end_of_step()});
  EXPECT_EQ(skipped(), 1);
  run(model, {event(0), event(0), end_of_step()});  // 6, 4: both fire, r = 2
  run(model, {end_of_step()});                      // r = 1
  EXPECT_EQ(skipped(), 1);
  EXPECT_EQ(model.state().at("refractory"), (Values{1, 1, 0}));
  run(model, {end_of_step()});  // r = 0, v = 2, 0; one more pass, for those above the threshold
  EXPECT_EQ(model.state().at("refractory"), (Values{0, 0, 0}));
  run(model, {end_of_step()});
  EXPECT_EQ(skipped(), 1);
  run(model, {end_of_step(), end_of_step()});
  EXPECT_EQ(skipped(), 3);
  // A neuron with excess above the threshold stays pending: 12 fires three times.
  run(model, {end_of_sample()});
  spec.neuron.refractory_steps = 0;
  SpikingDenseModel excess(shared(spec));
  EXPECT_EQ(text_of(run(excess, {event(0), event(0), event(0), event(0), end_of_step(),
                                 end_of_step(), end_of_step(), end_of_step(), end_of_step()})),
            "e0 e1 | e0 e1 | e0 | | |");
  EXPECT_EQ(excess.counters().at("passes_skipped"), 1);
}

/// A neuron that integrated above its threshold while refractory fires in the first silent step
/// after.
TEST(GoldenSpikingDense, SilentStepFiresWhatRefractorinessHeldBack) {
  SpikingDenseSpec spec = dense_spec({{6}});
  spec.neuron.refractory_steps = 2;
  SpikingDenseModel model(shared(spec));
  EXPECT_EQ(text_of(run(model, {event(0), end_of_step(), event(0), end_of_step(), end_of_step(),
                                end_of_step(), end_of_step(), end_of_step(), end_of_step()})),
            "e0 | | | e0 | | | e0 |");
}

TEST(GoldenSpikingDense, EventFireNeedsNoPassWithoutRefractoriness) {
  SpikingDenseSpec spec = dense_spec(kWeights);
  spec.neuron.fire = Fire::Event;
  SpikingDenseModel model(shared(spec));
  run(model, {event(0), event(0), end_of_step(), event(1), end_of_step()});
  EXPECT_EQ(model.counters().at("passes_skipped"), 2);
  spec.neuron.refractory_steps = 1;
  SpikingDenseModel refractory(shared(spec));
  run(refractory, {event(1), end_of_step(), event(0), event(0), end_of_step(), end_of_step()});
  EXPECT_EQ(refractory.counters().at("passes_skipped"), 2);
}

TEST(GoldenSpikingDense, CountersCountRows) {
  SpikingDenseSpec spec = dense_spec(kWeights);
  spec.lanes = 2;
  SpikingDenseModel model(shared(spec));
  run(model, {event(0), event(1), end_of_step(), end_of_step(), end_of_sample()});
  EXPECT_EQ(model.counters(), (CounterValues{{"events_in", 2},
                                             {"events_out", 1},
                                             {"synaptic_operations", 6},
                                             {"passes_skipped", 0},
                                             {"weight_reads", 4},
                                             {"state_reads", 8},
                                             {"state_writes", 8}}));
  // A sample in which nothing ran touches no memory, and its state is fresh all the same.
  run(model, {end_of_step(), end_of_sample()});
  EXPECT_EQ(model.counters().at("state_reads"), 8);
  EXPECT_EQ(model.counters().at("state_writes"), 8);
  EXPECT_EQ(model.state().at("membrane"), (Values{0, 0, 0}));
  model.reset();
  for (const auto& [name, count] : model.counters()) EXPECT_EQ(count, 0) << name;
}

TEST(GoldenSpikingDense, KeptStateOutlivesTheSample) {
  SpikingDenseSpec spec = dense_spec(kWeights);
  spec.keep_state = true;
  SpikingDenseModel model(shared(spec));
  run(model, {event(1), end_of_step(), end_of_sample()});
  EXPECT_EQ(text_of(run(model, {event(0), end_of_step(), end_of_sample()})), "e1 | .");
  EXPECT_EQ(model.state().at("membrane"), (Values{2, 0, -3}));
  run(model, {end_of_sample()});
  EXPECT_EQ(model.state().at("membrane"), (Values{2, 0, -3}));
  model.reset();
  EXPECT_EQ(model.state().at("membrane"), (Values{0, 0, 0}));
}

/// A refractory counter that is kept goes on counting down in the next sample's silent steps.
TEST(GoldenSpikingDense, KeptRefractoryCounterCountsDown) {
  SpikingDenseSpec spec = dense_spec(kWeights);
  spec.keep_state = true;
  spec.neuron.refractory_steps = 3;
  SpikingDenseModel model(shared(spec));
  run(model, {event(0), event(0), end_of_step(), end_of_sample()});
  EXPECT_EQ(model.state().at("refractory"), (Values{3, 3, 0}));
  run(model, {end_of_step(), end_of_step(), end_of_sample()});
  EXPECT_EQ(model.state().at("refractory"), (Values{1, 1, 0}));
}

/// The corner that a sum one bit too narrow gets wrong: every weight extreme, every input firing.
TEST(GoldenSpikingDense, AllWeightsExtreme) {
  for (const std::int32_t weight : {-128, 127}) {
    SpikingDenseSpec spec = dense_spec({std::vector<std::int32_t>(1024, weight)});
    spec.neuron.membrane_bits = 16;
    spec.neuron.clamp_min = -32768;
    spec.neuron.clamp_max = 32767;
    spec.neuron.threshold = 32767;
    for (const bool negative : {false, true}) {
      SpikingDenseModel model(shared(spec));
      std::vector<Word> words;
      for (std::int64_t i = 0; i < 1024; ++i) words.push_back(event(i, negative));
      run(model, words);
      const bool up = (weight > 0) != negative;
      EXPECT_EQ(model.state().at("membrane").front(), up ? 32767 : -32768);
      EXPECT_EQ(text_of(run(model, {end_of_step()})), up ? "e0 |" : "|");
    }
  }
}

// --- properties
// ------------------------------------------------------------------------------------

SpikingDenseSpec random_layer(Random& random, std::int64_t num_inputs, std::int64_t neurons,
                              int weight_bits, int membrane_bits) {
  SpikingDenseSpec spec;
  spec.num_inputs = num_inputs;
  spec.neurons = neurons;
  spec.lanes = 1 << uniform(random, 0, 6);
  const std::int64_t weight_limit = std::int64_t{1} << (weight_bits - 1);
  const bool is_unsigned = uniform(random, 0, 3) == 0;
  for (std::int64_t i = 0; i < num_inputs * neurons; ++i) {
    spec.weights.push_back(
        static_cast<std::int32_t>(is_unsigned ? uniform(random, 0, 2 * weight_limit - 1)
                                              : uniform(random, -weight_limit, weight_limit - 1)));
  }
  spec.neuron = random_neuron(random, weight_limit, membrane_bits);
  const std::int64_t limit = std::int64_t{1} << (membrane_bits - 1);
  if (coin(random)) {
    const std::int64_t bias_limit = uniform(random, 0, 9) == 0 ? limit : weight_limit;
    for (std::int64_t i = 0; i < neurons; ++i) {
      spec.bias.push_back(uniform(random, -bias_limit, bias_limit - 1));
    }
    spec.bias_bits = 32;
  }
  spec.keep_state = uniform(random, 0, 3) == 0;
  return spec;
}

/// Also pins down *silent steps*: the plain model here never skips a pass.
class NeverSkipping {
 public:
  explicit NeverSkipping(const SpikingDenseSpec& spec)
      : spec_(spec), neurons_(static_cast<std::size_t>(spec.neurons)) {}
  void push(const Word& word, std::vector<Word>& out) {
    if (fresh_ && !spec_.keep_state) neurons_.assign(neurons_.size(), NeuronState{});
    fresh_ = word.kind == WordKind::EndOfSample;
    for (std::size_t n = 0; n < neurons_.size(); ++n) {
      const auto neuron = static_cast<std::int64_t>(n);
      if (word.kind == WordKind::Event) {
        append_spikes(neuron,
                      apply_event(spec_.neuron, neurons_[n], spec_.weight(neuron, word.address),
                                  word.negative),
                      out);
      } else if (word.kind == WordKind::EndOfStep) {
        append_spikes(
            neuron,
            apply_end_of_step(spec_.neuron, neurons_[n], spec_.bias.empty() ? 0 : spec_.bias[n]),
            out);
      }
    }
    if (word.kind != WordKind::Event) out.push_back(Word{.kind = word.kind});
  }
  State state() const {
    State state;
    for (const NeuronState& neuron : neurons_) {
      state["membrane"].push_back(neuron.membrane);
      state["refractory"].push_back(neuron.refractory);
    }
    return state;
  }

 private:
  const SpikingDenseSpec& spec_;
  std::vector<NeuronState> neurons_;
  bool fresh_ = true;
};

TEST(GoldenSpikingDense, VectorPathEqualsPlainContractOnRandomParameters) {
  std::int64_t spikes = 0;
  std::int64_t skipped = 0;
  for (std::uint64_t seed = 0; seed < 1500; ++seed) {
    Random random(seed);
    const std::int64_t num_inputs = uniform(random, 1, 9);
    const std::int64_t neurons = uniform(random, 1, 150);
    const int weight_bits = static_cast<int>(uniform(random, 1, 16));
    const int membrane_bits = static_cast<int>(uniform(random, 2, 32));
    const auto spec = shared(random_layer(random, num_inputs, neurons, weight_bits, membrane_bits));
    SpikingDenseModel vector(spec, Path::Vector);
    SpikingDenseModel plain(spec, Path::Plain);
    NeverSkipping contract(*spec);
    for (const Word& word : random_words(random, num_inputs, 25, true)) {
      std::vector<Word> from_vector;
      std::vector<Word> from_plain;
      std::vector<Word> from_contract;
      vector.push(word, from_vector);
      plain.push(word, from_plain);
      contract.push(word, from_contract);
      ASSERT_TRUE(from_vector == from_contract) << "seed=" << seed;
      ASSERT_TRUE(from_plain == from_contract) << "seed=" << seed;
      ASSERT_TRUE(vector.state() == contract.state()) << "seed=" << seed;
      ASSERT_TRUE(plain.state() == contract.state()) << "seed=" << seed;
    }
    ASSERT_EQ(vector.counters(), plain.counters()) << "seed=" << seed;
    spikes += vector.counters().at("events_out");
    skipped += vector.counters().at("passes_skipped");
  }
  // The comparison is about something.
  EXPECT_GT(spikes, 50000);
  EXPECT_GT(skipped, 500);
}

/// The loops compiled for the default instruction set give what the dispatched ones give.
template <class T, class W>
void compare_kernels() {
  Random random(11);
  const LaneKernels<T, W> chosen = lane_kernels<T, W>();
  const LaneKernels<T, W> baseline = baseline_lane_kernels<T, W>();
  const std::int64_t limit = sizeof(T) == 2 ? 32767 : 2147483647;
  const std::size_t n = 192;
  for (int round = 0; round < 300; ++round) {
    const LaneBounds<T> bounds{.clamp_min = static_cast<T>(-limit - 1),
                               .clamp_max = static_cast<T>(limit),
                               .fire_above = static_cast<T>(uniform(random, 0, limit)),
                               .fire_below = static_cast<T>(uniform(random, -limit, 0))};
    std::vector<T> v(n), r(n);
    std::vector<W> w(n);
    const std::int64_t weight_limit = std::int64_t{1} << (8 * sizeof(W) - 1);
    for (std::size_t i = 0; i < n; ++i) {
      v[i] = static_cast<T>(uniform(random, -limit - 1, limit));
      r[i] = static_cast<T>(uniform(random, 0, 2));
      w[i] = static_cast<W>(uniform(random, -weight_limit, weight_limit - 1));
    }
    NeuronSpec spec;
    spec.leak = static_cast<Leak>(uniform(random, 0, 2));
    spec.leak_shift = static_cast<int>(uniform(random, 1, 15));
    spec.leak_fraction_bits = 12;
    spec.leak_factor = uniform(random, 0, 4096);
    spec.leak_rounding = static_cast<Rounding>(uniform(random, 0, 2));
    const bool held = coin(random);
    const bool negative = coin(random);
    std::vector<T> v2 = v, r2 = r;
    chosen.integrate(v.data(), r.data(), w.data(), n, bounds, negative, held);
    baseline.integrate(v2.data(), r2.data(), w.data(), n, bounds, negative, held);
    ASSERT_EQ(v, v2);
    ASSERT_EQ(chosen.magnitude(v.data(), n), baseline.magnitude(v2.data(), n));
    for (std::size_t i = 0; i < n; ++i) {
      v[i] = static_cast<T>(v[i] / 2);
      w[i] = static_cast<W>(w[i] / 2);
    }
    v2 = v;
    chosen.accumulate(v.data(), w.data(), n, negative);
    baseline.accumulate(v2.data(), w.data(), n, negative);
    ASSERT_EQ(v, v2);
    chosen.leak(v.data(), r.data(), n, spec, held);
    baseline.leak(v2.data(), r2.data(), n, spec, held);
    ASSERT_EQ(v, v2);
    ASSERT_EQ(chosen.any_fires(v.data(), r.data(), n, bounds),
              baseline.any_fires(v2.data(), r2.data(), n, bounds));
    ASSERT_EQ(chosen.count_down(r.data(), n), baseline.count_down(r2.data(), n));
    ASSERT_EQ(r, r2);
  }
}

TEST(GoldenSpikingDense, InstructionSetIsNotVisible) {
  compare_kernels<std::int16_t, std::int8_t>();
  compare_kernels<std::int16_t, std::int16_t>();
  compare_kernels<std::int32_t, std::int8_t>();
  compare_kernels<std::int32_t, std::int16_t>();
}

TEST(GoldenSpikingDense, ZeroWeightsMakeNoSpikes) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    SpikingDenseSpec spec = random_layer(random, 5, 40, 8, 12);
    std::fill(spec.weights.begin(), spec.weights.end(), 0);
    spec.bias.clear();
    SpikingDenseModel model(shared(spec));
    for (const Word& word : run(model, random_words(random, 5, 20, true))) {
      ASSERT_NE(word.kind, WordKind::Event);
    }
    EXPECT_EQ(model.state().at("membrane"), Values(40, 0));
  }
}

/// Without saturation the order of a step's events, and the numbering of the inputs, are nothing.
TEST(GoldenSpikingDense, PermutingInputsPermutesNothingElse) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Random random(seed);
    SpikingDenseSpec spec = random_layer(random, 8, 30, 6, 24);
    spec.neuron.fire = Fire::Step;
    spec.neuron.clamp_min = -(1 << 23);
    spec.neuron.clamp_max = (1 << 23) - 1;
    std::vector<std::int64_t> order(8);
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t i = 7; i > 0; --i) {
      std::swap(order[i],
                order[static_cast<std::size_t>(uniform(random, 0, static_cast<std::int64_t>(i)))]);
    }
    SpikingDenseSpec permuted = spec;
    for (std::int64_t n = 0; n < 30; ++n) {
      for (std::int64_t i = 0; i < 8; ++i) {
        permuted.weights[static_cast<std::size_t>(n * 8 + order[static_cast<std::size_t>(i)])] =
            spec.weight(n, i);
      }
    }
    SpikingDenseModel model(shared(spec));
    SpikingDenseModel other(shared(permuted));
    const std::vector<Word> words = random_words(random, 8, 30, true);
    std::vector<Word> other_words = words;
    for (Word& word : other_words) {
      if (word.kind == WordKind::Event)
        word.address = order[static_cast<std::size_t>(word.address)];
    }
    ASSERT_TRUE(run(model, words) == run(other, other_words)) << "seed=" << seed;
    EXPECT_EQ(model.state(), other.state());
  }
}

TEST(GoldenSpikingDense, PermutingNeuronsPermutesTheirSpikes) {
  Random random(3);
  SpikingDenseSpec spec = random_layer(random, 6, 20, 8, 14);
  spec.bias.clear();
  SpikingDenseSpec reversed = spec;
  for (std::int64_t n = 0; n < 20; ++n) {
    for (std::int64_t i = 0; i < 6; ++i) {
      reversed.weights[static_cast<std::size_t>((19 - n) * 6 + i)] = spec.weight(n, i);
    }
  }
  SpikingDenseModel model(shared(spec));
  SpikingDenseModel other(shared(reversed));
  std::map<std::pair<std::int64_t, bool>, int> count;
  const std::vector<Word> words = random_words(random, 6, 60, true);
  for (const Word& word : run(model, words)) {
    if (word.kind == WordKind::Event) ++count[{word.address, word.negative}];
  }
  for (const Word& word : run(other, words)) {
    if (word.kind == WordKind::Event) --count[{19 - word.address, word.negative}];
  }
  for (const auto& [spike, difference] : count) EXPECT_EQ(difference, 0) << spike.first;
  Values membranes = other.state().at("membrane");
  std::reverse(membranes.begin(), membranes.end());
  EXPECT_EQ(model.state().at("membrane"), membranes);
}

/// With thresholds and clamps symmetric about 0, negating every event negates every spike.
TEST(GoldenSpikingDense, NegatingEventsNegatesSpikes) {
  std::int64_t spikes = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    SpikingDenseSpec spec = random_layer(random, 6, 25, 8, 12);
    spec.bias.clear();
    spec.neuron.clamp_max = uniform(random, 20, 2047);
    spec.neuron.clamp_min = -spec.neuron.clamp_max;
    spec.neuron.threshold = uniform(random, 1, spec.neuron.clamp_max);
    spec.neuron.negative_threshold = -spec.neuron.threshold;
    if (spec.neuron.reset == Reset::Value) spec.neuron.reset_value = 0;
    spec.neuron.leak_rounding = Rounding::TowardZero;  // the odd one of the three
    SpikingDenseModel model(shared(spec));
    SpikingDenseModel mirror(shared(spec));
    const std::vector<Word> words = random_words(random, 6, 30, true);
    std::vector<Word> negated = words;
    for (Word& word : negated) {
      if (word.kind == WordKind::Event) word.negative = !word.negative;
    }
    std::vector<Word> out = run(model, words);
    for (Word& word : out) {
      if (word.kind == WordKind::Event) word.negative = !word.negative;
    }
    ASSERT_TRUE(out == run(mirror, negated)) << "seed=" << seed;
    Values membranes = mirror.state().at("membrane");
    for (std::int64_t& v : membranes) v = -v;
    EXPECT_EQ(model.state().at("membrane"), membranes) << "seed=" << seed;
    spikes += model.counters().at("events_out");
  }
  EXPECT_GT(spikes, 1000);
}

/// Reset by subtraction loses nothing: threshold * spikes + v = everything that came in.
TEST(GoldenSpikingDense, SubtractionKeepsTheExcess) {
  SpikingDenseSpec spec = dense_spec({{5, 1}});
  spec.neuron.membrane_bits = 24;
  spec.neuron.clamp_min = -(1 << 23);
  spec.neuron.clamp_max = (1 << 23) - 1;
  spec.neuron.threshold = 37;
  spec.neuron.max_spikes = 3;
  SpikingDenseModel model(shared(spec));
  Random random(5);
  std::int64_t total = 0;
  std::int64_t spikes = 0;
  for (int t = 0; t < 500; ++t) {
    const std::int64_t input = uniform(random, 0, 1);
    total += input == 0 ? 5 : 1;
    spikes += static_cast<std::int64_t>(run(model, {event(input), end_of_step()}).size()) - 1;
    ASSERT_EQ(37 * spikes + model.state().at("membrane").front(), total);
  }
  EXPECT_GT(spikes, 20);
}

TEST(GoldenSpikingDense, RefractoryPeriodSeparatesSpikes) {
  for (int refractory = 0; refractory < 6; ++refractory) {
    SpikingDenseSpec spec = dense_spec({{100}, {3}});
    spec.neuron.refractory_steps = refractory;
    SpikingDenseModel model(shared(spec));
    std::map<std::int64_t, std::int64_t> last;
    for (std::int64_t t = 0; t < 100; ++t) {
      for (const Word& word : run(model, {event(0), end_of_step()})) {
        if (word.kind != WordKind::Event) continue;
        if (last.count(word.address) != 0) {
          ASSERT_GT(t - last[word.address], refractory);
        }
        last[word.address] = t;
      }
    }
    EXPECT_GT(last.at(0), 90);
    EXPECT_GT(last.at(1), 90);
  }
}

}  // namespace
}  // namespace nacre::golden::test
