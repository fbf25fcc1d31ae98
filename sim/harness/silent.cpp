#include "harness/silent.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "harness/triage.hpp"

namespace nacre::harness {
namespace {

/// Cycles after which the last effects of bring-up have gone.
constexpr std::int64_t kSettleCycles = 64;
/// Time steps after which the FIFOs between the stages hold as many words as they ever will.
constexpr std::int64_t kFillSteps = 32;

void expect_clean(const Bench& bench, const Findings& findings) {
  if (bench.fault()) throw std::runtime_error(bench.fault()->text);
  if (!findings.clean()) throw std::runtime_error(describe(findings.differences().front()));
}

/// Words of a time step in which nothing happens, or of the whole sample of a stream without steps.
std::vector<Word> silent_words(const StreamShape& input) {
  std::vector<Word> words;
  for (std::int64_t address = 0; input.values && address < input.addresses; ++address) {
    words.push_back({.kind = WordKind::Value, .address = address});
  }
  if (has_steps(input)) words.push_back({.kind = WordKind::EndOfStep});
  return words;
}

data::Sample silent_sample(const StreamShape& input, std::int64_t steps) {
  data::Sample sample;
  const std::vector<Word> words = silent_words(input);
  for (std::int64_t step = 0; step < (has_steps(input) ? steps : 1); ++step) {
    sample.words.insert(sample.words.end(), words.begin(), words.end());
  }
  sample.words.push_back({.kind = WordKind::EndOfSample});
  return sample;
}

void run_until_sent(Bench& bench, std::size_t words) {
  while (bench.num_sent() < words && bench.check_progress("the words of a silent sample")) {
    bench.tick();
  }
}

/// An instance that is loaded and reset.
struct Ready {
  std::unique_ptr<Dut> dut;
  std::unique_ptr<Bench> bench;
};

Ready make_ready(const Setup& setup, const DutFactory& factory, const LockstepOptions& options) {
  Ready ready;
  ready.dut = factory.make(options.seed);
  ready.bench =
      std::make_unique<Bench>(*ready.dut, BenchOptions{.seed = options.seed, .holds_data = true});
  Findings findings;
  prepare(setup, *ready.bench, false, findings);
  expect_clean(*ready.bench, findings);
  ready.bench->begin(0);
  ready.bench->ticks(kSettleCycles);
  return ready;
}

}  // namespace

SilentSteps record_silent_steps(const Setup& setup, const DutFactory& factory,
                                const LockstepOptions& options, std::int64_t steps) {
  const Ready ready = make_ready(setup, factory, options);
  Bench& bench = *ready.bench;
  const bool steps_come_in = has_steps(setup.spec->input);
  GoldenSide golden(setup);
  const Expected expected = golden.expect(silent_sample(setup.spec->input, kFillSteps + steps));
  bench.set_hang_limit(4 * expected.predicted_cycles + 2000);

  std::vector<Beat> beats;
  for (const Word& word : expected.sample.words) beats.push_back(beat_of(word));
  bench.send(beats);
  const auto step_words = static_cast<std::int64_t>(silent_words(setup.spec->input).size());
  run_until_sent(bench,
                 steps_come_in ? static_cast<std::size_t>(kFillSteps * step_words) : beats.size());
  start_recording(bench);
  if (steps_come_in) {
    run_until_sent(bench, static_cast<std::size_t>((kFillSteps + steps) * step_words));
    ready.dut->record_activity(false);
  }
  while (bench.end_cycle() < 0 && bench.check_progress("end_of_sample")) bench.tick();
  ready.dut->record_activity(false);

  Findings findings;
  compare_words(setup, bench, expected, 0, findings);
  expect_clean(bench, findings);
  SilentSteps silent{.activity = ready.dut->take_activity(), .steps = steps, .input_spikes = 0};
  if (!steps_come_in) silent.steps = 0;
  if (const auto stage = first_event_stage(*setup.spec)) {
    for (const Word& word : stage_input(*setup.spec, *stage, expected)) {
      if (word.kind == WordKind::Event) ++silent.input_spikes;
      if (word.kind == WordKind::EndOfStep && !steps_come_in) ++silent.steps;
    }
  }
  return silent;
}

Activity record_idle_cycles(const Setup& setup, const DutFactory& factory,
                            const LockstepOptions& options, std::int64_t cycles) {
  const Ready ready = make_ready(setup, factory, options);
  start_recording(*ready.bench);
  ready.bench->ticks(cycles);
  ready.dut->record_activity(false);
  return ready.dut->take_activity();
}

}  // namespace nacre::harness
