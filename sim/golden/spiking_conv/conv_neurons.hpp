#pragma once
// The neurons of one convolutional layer and the rows they lie in, by the plain contract or by
// vectorised loops.

#include <cstdint>
#include <memory>
#include <vector>

#include "nacre/stream.hpp"
#include "spiking_conv/spiking_conv_spec.hpp"

namespace nacre::golden {

/// A slot that takes longer in part E than the one cycle of a row, or sends something.
struct SlowSlot {
  std::int64_t slot = 0;    ///< number of the slot among those of its word
  std::int64_t leaks = 0;   ///< of its catch-up
  std::int64_t spikes = 0;  ///< that it sends
  friend bool operator==(const SlowSlot&, const SlowSlot&) = default;
};

/// What one word made the layer do.
struct ConvWork {
  std::int64_t slots = 0;      ///< rows touched or visited
  std::int64_t synapses = 0;   ///< neurons of the event's field
  std::int64_t leaks = 0;      ///< of all catch-ups
  bool searched = false;       ///< only marked rows were visited
  std::vector<SlowSlot> slow;  ///< ascending
  friend bool operator==(const ConvWork&, const ConvWork&) = default;
};

/// All neurons and rows of a layer and the two things that happen to them.
class ConvNeurons {
 public:
  virtual ~ConvNeurons() = default;
  /// v = 0, r = 0 everywhere, no row alive or marked, no time step consumed.
  virtual void clear() = 0;
  /// One input event; appends the spikes it causes.
  virtual void apply_event(const Word& event, std::vector<Word>& out) = 0;
  /// The end of a time step; appends its spikes.
  virtual void apply_end_of_step(std::vector<Word>& out) = 0;
  /// Of the last of these two.
  virtual const ConvWork& work() const = 0;
  /// As they are stored: where there are stamps, of the time step that the row's stamp says.
  virtual std::vector<std::int64_t> membranes() const = 0;
  virtual std::vector<std::int64_t> refractories() const = 0;
  /// Per row; 0 for a row that is not alive. Only of a layer that has them.
  virtual std::vector<std::int64_t> stamps() const = 0;
};

/// Whether the rows of the layer are stamped: the leak comes late.
inline bool has_stamps(const SpikingConvSpec& spec) {
  return spec.scan == ConvScan::Touched && spec.neuron.leak != Leak::None;
}

/// Rows of the state memory at one output position.
inline std::int64_t words_per_position(const SpikingConvSpec& spec) {
  return (spec.channels + spec.lanes - 1) / spec.lanes;
}

/// The contract word for word: every neuron leaks at the end of every time step, the field of an
/// event is searched for by its equations.
std::unique_ptr<ConvNeurons> make_plain_conv_neurons(const SpikingConvSpec& spec);

/// The same results from contiguous lanes of the narrowest integer that holds every value, for the
/// widest vectors of the machine it runs on; only rows that are touched or visited are computed.
std::unique_ptr<ConvNeurons> make_vector_conv_neurons(const SpikingConvSpec& spec);

}  // namespace nacre::golden
