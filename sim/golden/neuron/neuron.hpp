#pragma once
// The neuron contract (docs/neuron.md) as plain functions in wide integers; one neuron at a time.

#include <cstdint>
#include <vector>

#include "nacre/stream.hpp"
#include "spec/neuron.hpp"

namespace nacre::golden {

/// State of one neuron.
struct NeuronState {
  std::int64_t membrane = 0;    ///< v, in [clamp_min, clamp_max]
  std::int64_t refractory = 0;  ///< r, time steps without a spike still to come
  friend bool operator==(const NeuronState&, const NeuronState&) = default;
};

/// min(max(x, clamp_min), clamp_max).
std::int64_t clamp_membrane(const NeuronSpec& spec, std::int64_t x);

/// round(x / 2^shift), 0 <= shift <= 31, |x| < 2^62.
std::int64_t round_shifted(std::int64_t x, int shift, Rounding rounding);

/// The membrane after one leak.
std::int64_t leak(const NeuronSpec& spec, std::int64_t v);

/// Tests `v` and resets it. Returns the spikes sent: positive count, negative count below 0, or 0.
int fire_test(const NeuronSpec& spec, std::int64_t& v);

/// One input event of weight w (`negative`: -w). Returns the spikes as `fire_test` does.
int apply_event(const NeuronSpec& spec, NeuronState& state, std::int64_t weight, bool negative);

/// The end of a time step with bias b (0 without). Returns the spikes as `fire_test` does.
int apply_end_of_step(const NeuronSpec& spec, NeuronState& state, std::int64_t bias);

/// Appends `spikes` events of `neuron` (negative ones when below 0).
void append_spikes(std::int64_t neuron, int spikes, std::vector<Word>& out);

/// True when a silent step could change a neuron's state even if nothing is pending.
bool needs_every_pass(const NeuronSpec& spec, bool has_bias);

}  // namespace nacre::golden
