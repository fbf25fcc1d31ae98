#pragma once
// How object `neuron` of a spiking stage becomes a NeuronSpec (docs/neuron.md).

#include <cstdint>

#include "spec/json.hpp"
#include "spec/neuron.hpp"
#include "spec/schema.hpp"

namespace nacre {

class DesignHash;

/// The fields of object `neuron`.
const schema::Object& neuron_schema();

/// Types an object that passed the schema; faults of combination (threshold outside the clamp, ...)
/// go to `diagnostics`. Every parameter is fed to `hash`.
NeuronSpec parse_neuron(const Json& object, Diagnostics& diagnostics, DesignHash& hash);

/// Bits of a signed two's complement number that holds every value of [low, high].
int signed_width(std::int64_t low, std::int64_t high);

/// Bits of an unsigned number that holds 0 ... high; 0 for high = 0.
int unsigned_width(std::int64_t high);

}  // namespace nacre
