#pragma once
// What the leaves of the spiking layers have in common: parameters, memories, registers.

#include <cstdint>
#include <vector>

#include "design/kind_hardware.hpp"
#include "spec/spiking_layer.hpp"

namespace nacre {

/// Sizes of the three memories of a spiking layer.
struct LayerMemorySizes {
  std::int64_t weight_rows = 1;  ///< of `lanes` weights
  std::int64_t state_rows = 1;
  int state_row_bits = 1;
  std::int64_t bias_rows = 1;  ///< of `lanes` biases
};

/// The stored bits of a weight of this layer (README of spiking_dense, "Weight codes").
std::uint32_t weight_code_bits(std::int32_t weight, const SpikingLayerSpec& layer);

/// Parameters WeightCode, WeightWidth, BiasWidth, KeepState and those of the neuron.
std::vector<LeafParameter> layer_parameters(const SpikingLayerSpec& layer);

/// The memories `weights`, `state` and `bias`; the last is not used when there is no bias.
std::vector<LeafMemory> layer_memories(const SpikingLayerSpec& layer,
                                       const LayerMemorySizes& sizes);

/// Registers 0 `threshold` and, if there is one, 1 `negative_threshold`.
std::vector<Register> threshold_registers(const NeuronSpec& neuron);

/// What the state memory holds of a neuron.
std::vector<Field> neuron_fields(const NeuronSpec& neuron);

/// NAND2 equivalents of the datapath of one lane.
double lane_gates(const SpikingLayerSpec& layer);

}  // namespace nacre
