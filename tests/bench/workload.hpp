#pragma once
// The workload of the speed comparison: a dense layer 784 x 1000, 8-bit weights, 5 % input
// activity. Every value comes from a hash of its index, so that peers.py makes the same network and
// input.

#include <cstdint>
#include <vector>

#include "nacre/stream.hpp"
#include "spiking_dense/spiking_dense_spec.hpp"

namespace nacre::bench {

constexpr std::int64_t kInputs = 784;
constexpr std::int64_t kNeurons = 1000;
constexpr std::int64_t kSteps = 200;
constexpr std::int64_t kThreshold = 2000;
constexpr std::uint64_t kEventSeed = std::uint64_t{1} << 40;  ///< first index of the input's hashes

/// SplitMix64 of an index (Steele, Lea, Flood 2014).
constexpr std::uint64_t hash(std::uint64_t index) {
  std::uint64_t z = (index + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// Weights uniform in -128 ... 127; membrane 16 bits, saturating; reset by subtraction.
inline SpikingDenseSpec layer() {
  SpikingDenseSpec spec;
  spec.num_inputs = kInputs;
  spec.neurons = kNeurons;
  spec.lanes = 64;
  spec.neuron.membrane_bits = 16;
  spec.neuron.threshold = kThreshold;
  for (std::int64_t k = 0; k < kNeurons * kInputs; ++k) {
    spec.weights.push_back(static_cast<std::int32_t>(hash(static_cast<std::uint64_t>(k)) >> 56) -
                           128);
  }
  return spec;
}

/// One sample: in each step every input fires with probability 5 %.
inline std::vector<Word> input() {
  std::vector<Word> words;
  for (std::int64_t k = 0; k < kSteps * kInputs; ++k) {
    // 0.05 * 2^32 of the upper 32 bits.
    if ((hash(kEventSeed + static_cast<std::uint64_t>(k)) >> 32) < 214748364u) {
      words.push_back(Word{.kind = WordKind::Event, .address = k % kInputs});
    }
    if (k % kInputs == kInputs - 1) words.push_back(Word{.kind = WordKind::EndOfStep});
  }
  words.push_back(Word{.kind = WordKind::EndOfSample});
  return words;
}

}  // namespace nacre::bench
