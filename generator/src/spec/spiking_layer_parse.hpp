#pragma once
// How the objects `weights`, `state` and `bias` of a spiking layer become a SpikingLayerSpec.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/kind_spec.hpp"
#include "spec/schema.hpp"
#include "spec/spiking_layer.hpp"
#include "spec/weights.hpp"

namespace nacre {

/// The fields of object `weights`; `shape` is that of the file, in words: "(neurons, inputs)".
schema::Object layer_weights_schema(std::string_view shape);
/// The fields of object `state`.
const schema::Object& layer_state_schema();
/// The fields of object `bias`; `axes` names its one axis: "(neurons,)".
schema::Object layer_bias_schema(std::string_view axes);

/// Code, bits and storage of the weights, `rows` of `lanes` each; faults N0410, N1003.
void parse_layer_weights(const schema::Reader& reader, const Stage& stage, std::int64_t rows,
                         SpikingLayerSpec& params, ParseContext& context);

/// Storage of the membranes; fault N1003.
void parse_layer_state(const schema::Reader& reader, const Stage& stage, std::int64_t rows,
                       std::int64_t row_bits, SpikingLayerSpec& params, ParseContext& context);

/// Reads or makes the weights in the order of the file; nothing after an error (N0501 ... N0506).
/// `shape_help` is the remedy for a file of another shape whose axes cannot be told.
std::optional<std::vector<std::int32_t>> load_layer_weights(
    const schema::Reader& reader, std::vector<std::int64_t> shape, std::string_view axes,
    std::string_view shape_help, const SpikingLayerSpec& params, ParseContext& context);

/// Warns of a weight beyond the membrane (W0401) and of a threshold out of reach (W0402).
void check_reachable(const SpikingLayerSpec& params, bool negative_events, const Location& location,
                     Diagnostics& diagnostics);

/// Warns when half of the lanes or more have none of the `number` `items` (W0403).
void check_lanes(std::int64_t lanes, std::int64_t number, std::string_view items,
                 const Location& location, Diagnostics& diagnostics);

/// Adds a memory's bits to those of its technology.
void add_memory(StageFigures& figures, Storage storage, std::int64_t bits);

/// Bits of a neuron's state: membrane and refractory counter.
int neuron_state_bits(const NeuronSpec& neuron);

}  // namespace nacre
