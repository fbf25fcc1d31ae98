#pragma once
// What a verification found, as data; printers turn it into files (metrics, JUnit, report).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "golden/golden.hpp"
#include "harness/dut.hpp"
#include "nacre/spec.hpp"
#include "nacre/stream.hpp"

namespace nacre::harness {

/// What is compared; each is one test case of results.xml.
enum class Check {
  IdAndHash,
  MemoryReadback,
  Registers,
  BusRefusals,
  BadWords,
  OutputWords,
  State,
  Counters,
  ErrorFlags,
  Cycles,
  Resets,
  RunTimeAccesses,
};
inline constexpr int kNumChecks = 12;

/// "id_and_hash", "memory_readback", ...
std::string check_name(Check check);

/// One value that is not what the golden model says.
struct Difference {
  Check check = Check::OutputWords;
  std::string stage{};         ///< where it was seen; empty: the design as a whole
  std::int64_t sample = -1;    ///< -1: before the first sample
  std::int64_t step = -1;      ///< time step; -1: not known
  std::string field{};         ///< "membrane", "events_in", "output word", ...
  std::int64_t element = -1;   ///< neuron, class, input, or number of the word; -1: none
  std::string element_name{};  ///< "neuron", "class", "input"; empty: an element of the field
  std::optional<std::int64_t> expected{};
  std::optional<std::int64_t> got{};
  std::string text{};  ///< more in words; may be empty
  /// Seen only after the samples of a block: when some are sent back to back, or accessed.
  bool end_of_block = false;
};

/// How often one thing was checked.
struct CheckCount {
  std::int64_t comparisons = 0;  ///< single values compared
  std::int64_t failures = 0;     ///< of these, not equal
  std::string skipped{};         ///< why nothing was compared; empty: it was
};
using CheckCounts = std::vector<CheckCount>;  ///< by Check

/// How far a mask that was found covers the one that was wanted.
struct MaskOverlap {
  std::int64_t both = 0;    ///< pixels that are inside both
  std::int64_t either = 0;  ///< inside one of them at least
};

/// One sample that ran.
struct SampleResult {
  std::int64_t index = 0;
  bool ran = false;
  std::optional<int> label{};
  std::optional<int> decision{};      ///< class with the largest net count of output events
  std::optional<MaskOverlap> mask{};  ///< of a sample with a mask
  std::int64_t words_in = 0;
  std::int64_t words_out = 0;
  // Of designs that have such stages and count such operations:
  std::optional<std::int64_t> input_spikes{};  ///< events into the first stage that takes events
  std::optional<std::int64_t> steps{};  ///< `end_of_step` into the first stage with time steps
  std::optional<std::int64_t> synaptic_operations{};
  std::optional<std::int64_t> cycles{};  ///< measured; only in an unstalled run
  std::int64_t predicted_cycles = 0;
  bool was_reset = false;
  bool activity_recorded = false;  ///< it is part of LockstepResult::activity
  std::string note{};
};

/// Answer of the whole run.
struct LockstepResult {
  std::vector<SampleResult> samples;  ///< in order; up to and with the first that failed
  CheckCounts checks = CheckCounts(kNumChecks);
  std::vector<Difference> differences;  ///< the first few, in order
  std::int64_t num_differences = 0;
  std::optional<std::int64_t> failed_sample;
  std::int64_t samples_asked = 0;
  std::int64_t simulated_cycles = 0;  ///< of all instances, configuration and read-back included
  double seconds = 0;
  std::map<std::string, std::int64_t> counters;  ///< "<stage>.<counter>", sum over the samples
  std::vector<std::string> not_readable;         ///< golden state that the design does not show
  Activity activity;  ///< of the samples that say so, summed; empty: not recorded

  bool passed() const { return num_differences == 0; }
};

}  // namespace nacre::harness
