#pragma once
// Specs and words built by hand, for the golden models' tests.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "golden/golden.hpp"
#include "nacre/spec.hpp"
#include "nacre/stream.hpp"
#include "rate_encoder/rate_encoder_spec.hpp"
#include "spike_readout/spike_readout_spec.hpp"
#include "spiking_dense/spiking_dense_spec.hpp"

namespace nacre::golden::test {

inline Word event(std::int64_t address, bool negative = false) {
  return Word{.kind = WordKind::Event, .negative = negative, .address = address};
}
inline Word value(std::int64_t address, std::int64_t payload) {
  return Word{.kind = WordKind::Value, .address = address, .payload = payload};
}
inline Word end_of_step() { return Word{.kind = WordKind::EndOfStep}; }
inline Word end_of_sample() { return Word{.kind = WordKind::EndOfSample}; }

/// GoogleTest's printer of words: "e3", "e3-", "|" (end of step), "v2=7", "." (end of sample).
inline std::string text_of(const Word& word) {
  switch (word.kind) {
    case WordKind::Event:
      return "e" + std::to_string(word.address) + (word.negative ? "-" : "");
    case WordKind::EndOfStep:
      return "|";
    case WordKind::Value:
      return "v" + std::to_string(word.address) + "=" + std::to_string(word.payload);
    case WordKind::EndOfSample:
      return ".";
  }
  return "?";
}

/// Words as one line, "e0 e2- | .".
inline std::string text_of(const std::vector<Word>& words) {
  std::string line;
  for (const Word& word : words) line += (line.empty() ? "" : " ") + text_of(word);
  return line;
}

/// What a stage sends for these words; a running stage is run to its end, never stopped.
inline std::vector<Word> run(StageModel& model, const std::vector<Word>& words) {
  std::vector<Word> out;
  for (const Word& word : words) {
    model.push(word, out);
    while (model.running()) model.advance(false, out);
  }
  return out;
}

/// A frame of intensities, as the host sends it.
inline std::vector<Word> frame(const std::vector<std::int64_t>& intensities) {
  std::vector<Word> words;
  for (const std::int64_t x : intensities) {
    words.push_back(value(static_cast<std::int64_t>(words.size()), x));
  }
  words.push_back(end_of_sample());
  return words;
}

/// levels[x] = x, so that an intensity is its increment.
inline RateEncoderSpec encoder_spec(std::int64_t num_inputs, std::int64_t time_steps) {
  RateEncoderSpec spec;
  spec.num_inputs = num_inputs;
  spec.intensity_bits = 4;
  spec.phase_bits = 3;
  spec.time_steps = time_steps;
  for (std::int64_t x = 0; x < 16; ++x) spec.levels.push_back(std::min<std::int64_t>(x, 8));
  spec.start_phase = {0};
  return spec;
}

/// Weights [neuron][input], 8-bit membrane, threshold 4.
inline SpikingDenseSpec dense_spec(const std::vector<std::vector<std::int32_t>>& weights) {
  SpikingDenseSpec spec;
  spec.neurons = static_cast<std::int64_t>(weights.size());
  spec.num_inputs = static_cast<std::int64_t>(weights.front().size());
  for (const auto& row : weights) {
    for (const std::int32_t weight : row) spec.weights.push_back(weight);
  }
  spec.neuron.membrane_bits = 8;
  spec.neuron.clamp_min = -128;
  spec.neuron.clamp_max = 127;
  spec.neuron.threshold = 4;
  return spec;
}

template <class Params>
std::shared_ptr<const Params> shared(Params params) {
  return std::make_shared<const Params>(std::move(params));
}

/// One stage of a chain; the input name is the stage before, or "input".
template <class Params>
void append_stage(Spec& spec, std::string name, std::string kind, Params params) {
  Stage stage;
  stage.name = std::move(name);
  stage.kind = std::move(kind);
  stage.inputs = {spec.stages.empty() ? "input" : spec.stages.back().name};
  stage.params = shared(std::move(params));
  spec.stages.push_back(std::move(stage));
}

using Random = std::mt19937_64;

/// Uniform in [low, high], the same on every library.
inline std::int64_t uniform(Random& random, std::int64_t low, std::int64_t high) {
  const std::uint64_t span = static_cast<std::uint64_t>(high - low) + 1;
  return low + static_cast<std::int64_t>(random() % span);
}
inline bool coin(Random& random) { return (random() >> 40) % 2 != 0; }

/// Steps of up to six events each, samples of ten steps on average.
inline std::vector<Word> random_words(Random& random, std::int64_t num_inputs, int steps,
                                      bool negative_events) {
  std::vector<Word> words;
  for (int t = 0; t < steps; ++t) {
    const std::int64_t events = coin(random) ? 0 : uniform(random, 0, 6);
    for (std::int64_t e = 0; e < events; ++e) {
      words.push_back(event(uniform(random, 0, num_inputs - 1), negative_events && coin(random)));
    }
    words.push_back(end_of_step());
    if (uniform(random, 0, 9) == 0) words.push_back(end_of_sample());
  }
  words.push_back(end_of_sample());
  return words;
}

/// Any legal neuron; mostly with thresholds that weights below `weight_limit` do reach.
inline NeuronSpec random_neuron(Random& random, std::int64_t weight_limit, int membrane_bits) {
  NeuronSpec n;
  n.membrane_bits = membrane_bits;
  const std::int64_t limit = std::int64_t{1} << (membrane_bits - 1);
  n.clamp_min = coin(random) ? -limit : uniform(random, -limit, 0);
  n.clamp_max = coin(random) ? limit - 1 : uniform(random, 1, limit - 1);
  // Mostly low thresholds, so that neurons do fire.
  const auto low_in = [&](std::int64_t high) {
    return uniform(random, 1, std::max<std::int64_t>(1, std::min(high, 3 * weight_limit)));
  };
  n.threshold = uniform(random, 0, 4) == 0 ? n.clamp_max : low_in(n.clamp_max);
  if (n.clamp_min <= -1 && coin(random)) n.negative_threshold = -low_in(-n.clamp_min);
  n.compare = coin(random) ? Compare::Greater : Compare::GreaterEqual;
  n.fire = coin(random) ? Fire::Event : Fire::Step;
  n.reset = static_cast<Reset>(uniform(random, 0, 3));
  if (n.reset == Reset::Subtract) n.max_spikes = static_cast<int>(uniform(random, 1, 15));
  if (n.reset == Reset::Value) n.reset_value = uniform(random, n.clamp_min, n.clamp_max);
  n.refractory_steps = coin(random) ? 0 : static_cast<int>(uniform(random, 0, 6));
  if (uniform(random, 0, 9) == 0) n.refractory_steps = 255;
  n.refractory_mode = coin(random) ? RefractoryMode::Hold : RefractoryMode::Integrate;
  n.leak = static_cast<Leak>(uniform(random, 0, 2));
  n.leak_shift = static_cast<int>(uniform(random, 1, membrane_bits - 1));
  n.leak_fraction_bits = static_cast<int>(uniform(random, 1, 16));
  n.leak_factor = uniform(random, 0, std::int64_t{1} << n.leak_fraction_bits);
  n.leak_rounding = static_cast<Rounding>(uniform(random, 0, 2));
  n.leak_order = coin(random) ? LeakOrder::BeforeFire : LeakOrder::AfterFire;
  return n;
}

}  // namespace nacre::golden::test
