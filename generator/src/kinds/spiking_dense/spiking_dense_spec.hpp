#pragma once
// Typed parameters of kind spiking_dense (README.md beside this file is the contract).

#include <cstddef>
#include <cstdint>

#include "spec/spiking_layer.hpp"

namespace nacre {

struct SpikingDenseSpec final : SpikingLayerSpec {
  std::int64_t num_inputs = 1;  ///< from the input stream
  std::int64_t neurons = 1;

  // `weights` are [neuron][input]; `bias` has one element per neuron.

  std::int32_t weight(std::int64_t neuron_index, std::int64_t input) const {
    return weights[static_cast<std::size_t>(neuron_index * num_inputs + input)];
  }
};

}  // namespace nacre
