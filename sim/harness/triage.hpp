#pragma once
// From a difference to its cause: the first time step, stage and neuron, and a waveform of it.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/lockstep.hpp"

namespace nacre::harness {

/// What a second look at the first difference found.
struct Triage {
  Difference difference;    ///< the earliest that is known, furthest upstream
  bool reproduced = false;  ///< a fresh instance shows a difference again
  bool stepwise = false;    ///< ... when it goes step by step, so the time step is known
  std::string note;         ///< how far the search came, in words
  std::vector<std::pair<std::int64_t, Word>> last_events;  ///< (step, event) into that stage, <= 8
  std::vector<std::string> command;  ///< argv that repeats the run: the samples that matter
};

/// Repeats the failing sample on a fresh instance, after the samples of its block before it, time
/// step by time step. `base_command` is the argv up to and with the specification.
Triage triage(const Setup& setup, const DutFactory& factory, const LockstepOptions& options,
              const LockstepResult& result, const std::vector<std::string>& base_command);

/// Repeats it once more on a model that can trace and writes the window around the difference: the
/// failing time step and the one before, or the whole sample when the step is not known.
/// Returns false when there is nothing to trace (a difference before the first sample).
bool record_waves(const Setup& setup, const DutFactory& tracing_factory,
                  const LockstepOptions& options, const Triage& found,
                  const std::filesystem::path& file);

/// A .gtkw for that waveform: signals grouped by bus, then by stage from input to output.
std::string gtkw_text(const Setup& setup, const std::string& wave_file_name);

/// One difference in a line: "stage 'a', sample 3, time step 2, membrane of element 7: expected 5
/// (0x5), got 6 (0x6)".
std::string describe(const Difference& difference);

/// An event as a person reads it: "+17" or "-17".
std::string describe(const Word& word);

}  // namespace nacre::harness
