#pragma once
// The neurons of one dense layer, computed by the plain contract or by vectorised loops.

#include <cstdint>
#include <memory>
#include <vector>

#include "nacre/stream.hpp"
#include "spiking_dense/spiking_dense_spec.hpp"

namespace nacre::golden {

/// All neurons of a layer and the two things that happen to them.
class NeuronArray {
 public:
  virtual ~NeuronArray() = default;
  /// v = 0, r = 0 everywhere.
  virtual void clear() = 0;
  /// One input event; appends the spikes it causes. Returns whether a neuron fired.
  virtual bool apply_event(std::int64_t input, bool negative, std::vector<Word>& out) = 0;
  /// The end of a time step; appends its spikes. Returns the new `pending`: whether another pass
  /// must follow even without input (docs/neuron.md, silent steps).
  virtual bool apply_end_of_step(std::vector<Word>& out) = 0;
  virtual std::vector<std::int64_t> membranes() const = 0;
  virtual std::vector<std::int64_t> refractories() const = 0;
};

/// The contract word for word: golden/neuron/neuron.hpp, neuron after neuron.
std::unique_ptr<NeuronArray> make_plain_neuron_array(const SpikingDenseSpec& spec);

/// The same results from contiguous lanes of the narrowest integer that holds every value, for the
/// widest vectors of the machine it runs on.
std::unique_ptr<NeuronArray> make_vector_neuron_array(const SpikingDenseSpec& spec);

}  // namespace nacre::golden
