#pragma once
// Design under test and golden model side by side, sample by sample.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/stimulus.hpp"
#include "golden/golden.hpp"
#include "harness/address_map.hpp"
#include "harness/bench.hpp"
#include "harness/dut.hpp"
#include "harness/result.hpp"
#include "nacre/spec.hpp"

namespace nacre::harness {

/// When the architectural state is compared.
enum class Checkpoint { Sample, Step };

struct LockstepOptions {
  std::int64_t first = 0;
  std::int64_t samples = 1;
  std::uint64_t seed = 1;
  double stalls = 0;  ///< probability per cycle and channel that the host holds back
  double resets = 0;  ///< fraction of samples in whose middle the design is reset
  int threads = 1;
  Checkpoint checkpoint = Checkpoint::Sample;
  /// Counts activity while samples run: from the cycle in which the first word is offered to the
  /// one in which `end_of_sample` leaves. Needs a model that is instrumented. Samples that were
  /// reset in their middle or that break the protocol on purpose, and runs with stalls or step by
  /// step, are left out (SampleResult::activity_recorded).
  bool record_activity = false;
};

/// Samples are taken in blocks of this many, each after a reset, so that what a sample sees of its
/// forerunners (a stage that keeps its state) does not depend on the number of threads.
inline constexpr std::int64_t kBlockSamples = 32;

/// A register and what it must hold; by full name.
struct RegisterSetting {
  std::string name;
  std::int64_t value = 0;
};

/// Everything about the design that is not the RTL.
struct Setup {
  const Spec* spec = nullptr;
  AddressMap map;
  std::vector<MemoryWords> images;  ///< of map.memories; empty when the memory has none
  const data::Stimulus* stimulus = nullptr;
  /// Written after each reset, and before memories are loaded: `spec` may describe another die than
  /// the one that the design is after reset.
  std::vector<RegisterSetting> settings{};
  bool takes_accesses = false;  ///< some stage takes accesses at run time
};

/// Reads registers.json and the memory images out of the generated files (path -> text).
/// Throws std::runtime_error when they contradict each other.
Setup make_setup(const Spec& spec, const data::Stimulus& stimulus,
                 const std::map<std::string, std::string>& files);

/// The error flags of a design (docs/stage_interface.md, "Control block"): register `error`, then
/// the registers `stage_error_<k>`.
struct ErrorFlags {
  std::uint32_t error = 0;
  std::vector<std::uint32_t> stages{};  ///< as many as the design has registers

  ErrorFlags& operator|=(const ErrorFlags& other);
};

/// What the golden model says about one sample.
struct Expected {
  data::Sample sample{};
  golden::SampleTrace trace{};
  std::vector<golden::State> state{};             ///< per stage, at the end
  std::vector<golden::CounterValues> counters{};  ///< per stage, since the last reset
  std::vector<golden::CounterValues> counted{};   ///< per stage, by this sample alone
  ErrorFlags errors{};                            ///< error flags that this sample raises
  golden::CounterValues control{};                ///< of the control block, since the last reset
  std::vector<std::vector<golden::State>> step_state{};  ///< [step][stage], when asked for
  std::int64_t predicted_cycles = 0;
};

/// The golden side of one instance: its network, and what the control block must have counted.
class GoldenSide {
 public:
  explicit GoldenSide(const Setup& setup);
  /// Hardware reset.
  void reset();
  /// Runs the next sample; `steps` also keeps the state after each time step.
  Expected expect(const data::Sample& sample, bool steps = false);
  /// Random accesses of a host to a stage (golden::StageModel::draw_accesses).
  std::vector<golden::HostAccess> draw_accesses(std::size_t stage, golden::Moment moment,
                                                const golden::Draw& draw);
  /// Error flags raised since they were last asked for, by accesses, too.
  ErrorFlags take_errors();
  const golden::Network& network() const { return network_; }

 private:
  const Setup* setup_;
  golden::Network network_;
  std::vector<golden::CounterValues> before_;
  std::int64_t samples_ = 0, words_in_ = 0, words_out_ = 0;
};

/// The words that a stage of the design consumes in a sample.
const std::vector<Word>& stage_input(const Spec& spec, std::size_t stage, const Expected& expected);

/// Index of the stage of that name; the number of stages when there is none.
std::size_t stage_index(const Spec& spec, const std::string& name);

/// Index of the first stage that takes events; nothing when there is none.
std::optional<std::size_t> first_event_stage(const Spec& spec);

/// Index of the first stage whose input stream has time steps; nothing when there is none.
std::optional<std::size_t> first_step_stage(const Spec& spec);

/// Collects differences of one piece of work.
class Findings {
 public:
  explicit Findings(std::size_t keep = 8) : keep_(keep) {}
  /// Counts a comparison; keeps the difference when `expected` and `got` are not equal.
  void compare(Check check, std::int64_t expected, std::int64_t got, const Difference& place);
  /// Counts many comparisons that were all equal.
  void add_equal(Check check, std::int64_t comparisons);
  /// A difference without two numbers.
  void fail(Difference difference);
  /// Turns a bench's fault into a difference of `check`.
  void take_fault(const Bench& bench, Check check, std::int64_t sample, std::int64_t step = -1);
  void merge(const Findings& other);
  bool clean() const { return num_differences_ == 0; }

  const CheckCounts& checks() const { return checks_; }
  CheckCounts& checks() { return checks_; }
  const std::vector<Difference>& differences() const { return differences_; }
  std::int64_t num_differences() const { return num_differences_; }

 private:
  std::size_t keep_;
  CheckCounts checks_ = CheckCounts(kNumChecks);
  std::vector<Difference> differences_;
  std::int64_t num_differences_ = 0;
};

// ------------------------------------------------------- Pieces, also used to look for the cause

/// Brings a fresh instance up: reset, identification, memories loaded; with `thorough` the memories
/// are read back and compared, and the registers are tried.
void prepare(const Setup& setup, Bench& bench, bool thorough, Findings& findings);

/// Writes what each reset clears: the registers of `setup.settings`, the images of role "state".
void write_settings(const Setup& setup, Bench& bench);

/// Words that break one rule each: they must be dropped and flagged, and change nothing.
void try_bad_words(const Setup& setup, Bench& bench, Findings& findings);

/// Waits until the design says that nothing is in flight.
void wait_idle(const Setup& setup, Bench& bench);

/// Compares every state field of every stage with `expected` (one State per stage).
void compare_state(const Setup& setup, Bench& bench, const std::vector<golden::State>& expected,
                   std::int64_t sample, std::int64_t step, Findings& findings);

/// Compares what the design made of the memories loaded into it: read-only memories of role config.
void compare_configuration(const Setup& setup, Bench& bench, const golden::Network& network,
                           Findings& findings);

/// Compares the counters of every stage and of the control block.
void compare_counters(const Setup& setup, Bench& bench, const Expected& expected,
                      std::int64_t sample, Findings& findings);

/// Compares the words that came with those expected.
void compare_words(const Setup& setup, const Bench& bench, const Expected& expected,
                   std::int64_t sample, Findings& findings);

/// Checks the sticky error flags, and clears them.
void check_errors(const Setup& setup, Bench& bench, const ErrorFlags& expected, std::int64_t index,
                  Findings& findings);

/// Waits until the design is idle and compares all that is compared at the end of a sample.
void compare_end(const Setup& setup, Bench& bench, const Expected& expected, std::int64_t index,
                 Findings& findings);

/// Adds what was found after the samples of a block; `when` says when, in words.
void merge_end_of_block(const Findings& from, const std::string& when, Findings& findings);

/// Nothing legal is silent for longer than a whole sample may take; the rest is for safety.
std::int64_t hang_limit(const Expected& expected, double stalls);

/// Counts activity from the next cycle on; the model must be instrumented.
void start_recording(Bench& bench);

/// Sends one sample and compares all that is compared at its end; counts activity when `result`
/// says that it is recorded.
void run_sample(const Setup& setup, Bench& bench, const Expected& expected, std::int64_t index,
                bool stalled, Findings& findings, SampleResult& result);

/// Sends one sample time step by time step and compares the state after each, up to the first
/// difference. `on_step` (may be empty) is called with each step before it runs.
void run_sample_stepwise(const Setup& setup, Bench& bench, const Expected& expected,
                         std::int64_t index, Findings& findings,
                         const std::function<void(std::int64_t)>& on_step = {});

/// Sends samples back to back, without a pause, and compares words, final state and counters.
void run_burst(const Setup& setup, Bench& bench, const std::vector<Expected>& samples,
               std::int64_t index, Findings& findings);

/// The accesses that stages take at run time, between and during further samples of the block
/// [begin, end), from a reset on. Leaves the design reset and as it was loaded.
void run_accesses(const Setup& setup, Bench& bench, GoldenSide& golden,
                  const LockstepOptions& options, std::int64_t begin, std::int64_t end,
                  Findings& findings);

/// Whether the design is reset in the middle of sample `index` (by seed and fraction alone).
bool resets_midway(const LockstepOptions& options, std::int64_t index);

/// Sends part of the sample, resets the design at a random moment and compares what reset must have
/// done. The golden side must be reset, too.
void reset_midway(const Setup& setup, Bench& bench, const LockstepOptions& options,
                  const Expected& expected, std::int64_t index, Findings& findings);

/// The class with the largest net number of output events, the lowest among equals (a readout sends
/// exactly one event); nothing when there is none.
std::optional<int> decision_of(const std::vector<Word>& output);

/// Per address of a map of one channel, 1 where the output events, negative ones taken off, are at
/// least `least`, else 0.
std::vector<std::uint8_t> mask_of(const std::vector<Word>& output, std::int64_t addresses,
                                  std::int64_t least);

/// Runs `work(thread)` on `threads` threads, one of them the caller's, and passes on the first
/// exception.
void on_threads(int threads, const std::function<void(int)>& work);

/// First sample of the block that `index` belongs to.
std::int64_t block_start(const LockstepOptions& options, std::int64_t index);

/// The whole run: bring-up, then all samples on `threads` threads. Stops at the first block with a
/// difference. The result does not depend on the number of threads.
LockstepResult run_lockstep(const Setup& setup, const DutFactory& factory,
                            const LockstepOptions& options);

}  // namespace nacre::harness
