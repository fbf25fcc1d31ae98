#include "design/spiking_layer_hardware.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "design/neuron_parameters.hpp"

namespace nacre {
namespace {

LeafMemory::Technology technology_of(Storage storage) {
  switch (storage) {
    case Storage::FlipFlop:
      return LeafMemory::Technology::FlipFlop;
    case Storage::Ram:
      return LeafMemory::Technology::Ram;
    case Storage::Macro:
      return LeafMemory::Technology::Macro;
  }
  return LeafMemory::Technology::Ram;
}

/// The numbers of nacre_weight_decoder's parameter Code.
int code_number(WeightCode code) {
  switch (code) {
    case WeightCode::Signed:
      return 0;
    case WeightCode::Unsigned:
      return 1;
    case WeightCode::Binary:
      return 2;
    case WeightCode::Cells:
      return 3;
  }
  return 0;
}

}  // namespace

std::uint32_t weight_code_bits(std::int32_t weight, const SpikingLayerSpec& layer) {
  switch (layer.weight_code) {
    case WeightCode::Signed:
    case WeightCode::Unsigned:
      return static_cast<std::uint32_t>(weight);
    case WeightCode::Binary:
      return weight > 0 ? 1u : 0u;
    case WeightCode::Cells: {
      const int cells = layer.weight_bits / 2;
      const auto thermometer = [](std::int32_t count) { return (1u << count) - 1u; };
      return weight >= 0 ? thermometer(weight) : thermometer(-weight) << cells;
    }
  }
  return 0;
}

std::vector<LeafParameter> layer_parameters(const SpikingLayerSpec& layer) {
  std::vector<LeafParameter> parameters = {
      int_parameter("WeightCode", code_number(layer.weight_code), 0, 3,
                    "0: signed, 1: unsigned, 2: binary, 3: cells"),
      int_parameter("WeightWidth", layer.weight_bits, 1, 16, "bits stored per weight"),
      int_parameter("BiasWidth", layer.bias_bits, 0, 32, "bits of a bias; 0: no bias"),
      int_parameter("KeepState", layer.keep_state ? 1 : 0, 0, 1,
                    "1: the state outlives the end of a sample")};
  for (LeafParameter& each : neuron_parameters(layer.neuron)) {
    parameters.push_back(std::move(each));
  }
  return parameters;
}

std::vector<LeafMemory> layer_memories(const SpikingLayerSpec& layer,
                                       const LayerMemorySizes& sizes) {
  return {{.prefix = "weights",
           .ports = MemoryPorts::ReadWrite,
           .technology = technology_of(layer.weight_storage),
           .macro = layer.weight_macro,
           .width = layer.lanes * layer.weight_bits,
           .depth = sizes.weight_rows,
           .doc = "weights"},
          {.prefix = "state",
           .ports = MemoryPorts::ReadAndWrite,
           .technology = technology_of(layer.state_storage),
           .macro = layer.state_macro,
           .width = sizes.state_row_bits,
           .depth = sizes.state_rows,
           .doc = "membrane potentials and refractory counters"},
          {.prefix = "bias",
           .ports = MemoryPorts::ReadWrite,
           .technology =
               layer.bias_bits > 0 ? LeafMemory::Technology::Ram : LeafMemory::Technology::None,
           .width = layer.lanes * std::max(1, layer.bias_bits),
           .depth = sizes.bias_rows,
           .doc = "bias of each neuron"}};
}

std::vector<Register> threshold_registers(const NeuronSpec& neuron) {
  std::vector<Register> registers = {
      {.name = "threshold",
       .offset = 0,
       .bits = neuron.membrane_bits,
       .is_signed = true,
       .access = Access::ReadWrite,
       .role = Role::Config,
       .reset = neuron.threshold,
       .doc = fmt::format("positive threshold, 1 ... {}", neuron.clamp_max),
       .fields = {},
       .range = ValueRange{1, neuron.clamp_max}}};
  if (neuron.negative_threshold) {
    registers.push_back({.name = "negative_threshold",
                         .offset = 1,
                         .bits = neuron.membrane_bits,
                         .is_signed = true,
                         .access = Access::ReadWrite,
                         .role = Role::Config,
                         .reset = *neuron.negative_threshold,
                         .doc = fmt::format("negative threshold, {} ... -1", neuron.clamp_min),
                         .fields = {},
                         .range = ValueRange{neuron.clamp_min, -1}});
  }
  return registers;
}

std::vector<Field> neuron_fields(const NeuronSpec& neuron) {
  std::vector<Field> fields = {{.name = "membrane",
                                .offset = 0,
                                .bits = neuron.membrane_bits,
                                .is_signed = true,
                                .doc = "membrane potential"}};
  if (neuron.refractory_steps > 0) {
    fields.push_back({.name = "refractory",
                      .offset = neuron.membrane_bits,
                      .bits = refractory_width(neuron),
                      .is_signed = false,
                      .doc = "time steps until the neuron may fire again"});
  }
  return fields;
}

double lane_gates(const SpikingLayerSpec& layer) {
  constexpr double kMembraneBit = 24, kWeightBit = 8, kShiftBit = 12;
  constexpr double kProductBit = 6, kRefractory = 40;
  const NeuronSpec& neuron = layer.neuron;
  double lane = kMembraneBit * neuron.membrane_bits + kWeightBit * layer.weight_bits;
  if (neuron.leak == Leak::Shift) lane += kShiftBit * neuron.membrane_bits;
  if (neuron.leak == Leak::Multiply) {
    lane += kProductBit * neuron.membrane_bits * neuron.leak_fraction_bits;
  }
  if (neuron.refractory_steps > 0) lane += kRefractory;
  return lane;
}

}  // namespace nacre
