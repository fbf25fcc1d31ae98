#pragma once
// The neuron contract as parameters of a leaf, the same for every spiking kind.

#include <vector>

#include "design/kind_hardware.hpp"
#include "spec/neuron.hpp"

namespace nacre {

/// Parameters of nacre_neuron_update and of the leaves around it, `Threshold` included. Features
/// that the neuron does not have keep the leaf's defaults and are left out.
std::vector<LeafParameter> neuron_parameters(const NeuronSpec& neuron);

/// Bits of the refractory counter; 0: there is none.
int refractory_width(const NeuronSpec& neuron);

}  // namespace nacre
