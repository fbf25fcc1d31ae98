#pragma once
// Which integers the lanes of golden/neuron/lane_kernels.hpp need for a layer's neurons.

#include <algorithm>
#include <cstdint>
#include <limits>

#include "golden/neuron/lane_kernels.hpp"
#include "spec/neuron.hpp"
#include "spec/spiking_layer.hpp"

namespace nacre::golden {

/// Whether T holds everything from `low` to `high`.
template <class T>
bool fits(std::int64_t low, std::int64_t high) {
  return low >= std::numeric_limits<T>::min() && high <= std::numeric_limits<T>::max();
}

/// A weight or bias as the lanes add it: no more than from bound to bound, which clamps all the
/// same. add_clamped relies on it: its two limits then never cross.
inline std::int64_t effective(const NeuronSpec& neuron, std::int64_t addend) {
  const std::int64_t span = neuron.clamp_max - neuron.clamp_min;
  return std::clamp(addend, -span, span);
}

/// Smallest and largest of some effective values, and 0.
struct LaneRange {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

template <class Values>
LaneRange range_of(const NeuronSpec& neuron, const Values& values) {
  LaneRange range;
  for (const std::int64_t value : values) {
    range.low = std::min(range.low, effective(neuron, value));
    range.high = std::max(range.high, effective(neuron, value));
  }
  return range;
}

/// Whether every value that add_clamped and subtract_clamped form stays in T.
template <class T>
bool lane_holds(const NeuronSpec& neuron, const LaneRange& weights, const LaneRange& bias) {
  const std::int64_t low = std::min(weights.low, bias.low);
  const std::int64_t high = std::max(weights.high, bias.high);
  return fits<T>(low, high) && fits<T>(neuron.clamp_min, neuron.clamp_max) &&
         fits<T>(neuron.clamp_max - high, neuron.clamp_min - low) &&  // limits of v + w
         fits<T>(neuron.clamp_max + low, neuron.clamp_min + high);    // limits of v - w
}

/// The neuron's bounds and thresholds as lanes compare with them.
template <class T>
LaneBounds<T> lane_bounds(const NeuronSpec& neuron) {
  const bool equal_counts = neuron.compare == Compare::GreaterEqual;
  return {.clamp_min = static_cast<T>(neuron.clamp_min),
          .clamp_max = static_cast<T>(neuron.clamp_max),
          .fire_above = static_cast<T>(neuron.threshold - (equal_counts ? 1 : 0)),
          // Without a negative threshold: below clamp_min, where v never is.
          .fire_below = static_cast<T>(neuron.negative_threshold
                                           ? *neuron.negative_threshold + (equal_counts ? 1 : 0)
                                           : neuron.clamp_min)};
}

/// `make.operator()<T, W>()` with the narrowest lane T and the narrowest stored weight W that hold
/// every value of the layer.
template <class Make>
auto with_lane_types(const SpikingLayerSpec& layer, const Make& make) {
  using std::int16_t, std::int32_t, std::int64_t, std::int8_t;
  const LaneRange weights = range_of(layer.neuron, layer.weights);
  const LaneRange bias = range_of(layer.neuron, layer.bias);
  if (lane_holds<int16_t>(layer.neuron, weights, bias)) {
    if (fits<int8_t>(weights.low, weights.high)) return make.template operator()<int16_t, int8_t>();
    return make.template operator()<int16_t, int16_t>();
  }
  if (lane_holds<int32_t>(layer.neuron, weights, bias)) {
    if (fits<int8_t>(weights.low, weights.high)) return make.template operator()<int32_t, int8_t>();
    if (fits<int16_t>(weights.low, weights.high)) {
      return make.template operator()<int32_t, int16_t>();
    }
    return make.template operator()<int32_t, int32_t>();
  }
  return make.template operator()<int64_t, int32_t>();
}

}  // namespace nacre::golden
