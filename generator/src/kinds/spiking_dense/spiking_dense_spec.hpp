#pragma once
// Typed parameters of kind spiking_dense (README.md beside this file is the contract).

#include <cstdint>
#include <string>
#include <vector>

#include "nacre/spec.hpp"
#include "spec/neuron.hpp"

namespace nacre {

enum class WeightCode { Signed, Unsigned, Binary, Cells };
enum class Storage { FlipFlop, Ram, Macro };

struct SpikingDenseSpec final : StageParams {
  std::int64_t num_inputs = 1;  ///< from the input stream
  std::int64_t neurons = 1;
  int lanes = 1;  ///< neurons updated per cycle, a power of two
  WeightCode weight_code = WeightCode::Signed;
  int weight_bits = 8;                ///< bits stored per weight (cells: 2k)
  std::vector<std::int32_t> weights;  ///< row-major [neuron][input]
  Storage weight_storage = Storage::Ram;
  std::string weight_macro;  ///< module name, with Storage::Macro
  Storage state_storage = Storage::Ram;
  std::string state_macro;
  std::vector<std::int64_t> bias;  ///< one per neuron, or empty
  int bias_bits = 0;               ///< 0 without bias
  bool keep_state = false;
  NeuronSpec neuron;

  std::int32_t weight(std::int64_t neuron_index, std::int64_t input) const {
    return weights[static_cast<std::size_t>(neuron_index * num_inputs + input)];
  }
};

}  // namespace nacre
