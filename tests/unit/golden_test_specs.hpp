#pragma once
// Specs and words built by hand, for the golden models' tests.

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

}  // namespace nacre::golden::test
