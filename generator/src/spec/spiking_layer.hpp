#pragma once
// What the spiking layers have in common: neurons, weights, biases, and where they are stored.

#include <cstdint>
#include <string>
#include <vector>

#include "nacre/spec.hpp"
#include "spec/neuron.hpp"

namespace nacre {

enum class WeightCode { Signed, Unsigned, Binary, Cells };
enum class Storage { FlipFlop, Ram, Macro };

/// Typed parameters of a layer of neurons that share one NeuronSpec.
struct SpikingLayerSpec : StageParams {
  int lanes = 1;  ///< neurons updated per cycle, a power of two
  WeightCode weight_code = WeightCode::Signed;
  int weight_bits = 8;                ///< bits stored per weight (cells: 2k)
  std::vector<std::int32_t> weights;  ///< row-major, in the order that the kind defines
  Storage weight_storage = Storage::Ram;
  std::string weight_macro;  ///< module name, with Storage::Macro
  Storage state_storage = Storage::Ram;
  std::string state_macro;
  std::vector<std::int64_t> bias;  ///< one per neuron (convolution: per channel), or empty
  int bias_bits = 0;               ///< 0 without bias
  bool keep_state = false;
  NeuronSpec neuron;
};

}  // namespace nacre
