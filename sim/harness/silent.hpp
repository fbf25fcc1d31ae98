#pragma once
// What a design spends while nothing happens: time steps without events, and idle clock cycles.

#include <cstdint>

#include "harness/lockstep.hpp"

namespace nacre::harness {

/// Activity of a run of time steps in which no event is sent.
struct SilentSteps {
  Activity activity;
  std::int64_t steps = 0;         ///< time steps that `activity` covers
  std::int64_t input_spikes = 0;  ///< events that an encoder sent all the same (a value of 0 may)
};

/// Sends one sample of nothing and counts its time steps. `factory` makes instrumented models;
/// of `options` only the seed counts.
///
/// Streams with steps: words `end_of_step` (each after a frame of zeros on a value stream), 32 more
/// than `steps`. Counting begins in the cycle after the 32nd was accepted and ends with the one in
/// which the last was: with every FIFO on the way full, that is `steps` whole periods, without what
/// the begin and the end of a sample cost. Value streams without steps: all values 0, with the
/// encoder's own number of steps (no early stop: nothing is decided without spikes). Counting
/// begins when the encoder has taken its last word and ends when `end_of_sample` leaves, so the
/// sample's end is spread over the steps.
///
/// Throws std::runtime_error when the design does not answer as the golden model does.
SilentSteps record_silent_steps(const Setup& setup, const DutFactory& factory,
                                const LockstepOptions& options, std::int64_t steps);

/// Counts `cycles` clock cycles in which the design, loaded and reset, has nothing to do.
/// Throws std::runtime_error when it cannot be brought up.
Activity record_idle_cycles(const Setup& setup, const DutFactory& factory,
                            const LockstepOptions& options, std::int64_t cycles);

}  // namespace nacre::harness
