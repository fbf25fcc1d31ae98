#include "harness/lockstep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "harness/worker.hpp"

namespace nacre::harness {
namespace {

void fill_result(const Setup& setup, const Expected& expected, std::int64_t index,
                 SampleResult& result) {
  result.index = index;
  result.ran = true;
  result.label = expected.sample.label;
  result.note = expected.sample.note;
  result.decision = decision_of(expected.trace.output);
  if (const std::vector<std::uint8_t>& wanted = expected.sample.mask; !wanted.empty()) {
    const std::vector<std::uint8_t> found =
        mask_of(expected.trace.output, std::ssize(wanted), setup.spec->dataset->mask_spikes);
    MaskOverlap overlap;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      overlap.both += wanted[i] != 0 && found[i] != 0 ? 1 : 0;
      overlap.either += wanted[i] != 0 || found[i] != 0 ? 1 : 0;
    }
    result.mask = overlap;
  }
  result.words_in = static_cast<std::int64_t>(expected.sample.words.size());
  result.words_out = static_cast<std::int64_t>(expected.trace.output.size());
  result.predicted_cycles = expected.predicted_cycles;
  const auto count = [&](std::optional<std::size_t> stage,
                         WordKind kind) -> std::optional<std::int64_t> {
    if (!stage) return std::nullopt;
    const std::vector<Word>& words = stage_input(*setup.spec, *stage, expected);
    return std::count_if(words.begin(), words.end(),
                         [kind](const Word& word) { return word.kind == kind; });
  };
  result.input_spikes = count(first_event_stage(*setup.spec), WordKind::Event);
  result.steps = count(first_step_stage(*setup.spec), WordKind::EndOfStep);
  for (const golden::CounterValues& counters : expected.counted) {
    const auto found = counters.find("synaptic_operations");
    if (found == counters.end()) continue;
    result.synaptic_operations = result.synaptic_operations.value_or(0) + found->second;
  }
}

}  // namespace

Worker::Worker(const Setup& setup, const DutFactory& factory, const LockstepOptions& options)
    : setup_(setup),
      options_(options),
      dut_(factory.make(data::mix64(options.seed ^ 0x6e61637265u))),
      bench_(
          *dut_,
          {.seed = options.seed, .stalls = options.stalls, .holds_data = options.record_activity}),
      golden_(setup) {}

Findings Worker::bring_up(bool thorough) {
  Findings findings;
  prepare(setup_, bench_, thorough, findings);
  return findings;
}

Findings Worker::try_misuse() {
  Findings findings;
  bench_.reset_now(2);
  write_settings(setup_, bench_);
  try_bad_words(setup_, bench_, findings);
  return findings;
}

void Worker::run_one(std::int64_t index, Findings& findings, SampleResult& result,
                     std::map<std::string, std::int64_t>& counters) {
  const data::Sample sample = setup_.stimulus->sample(index);
  const bool steps = options_.checkpoint == Checkpoint::Step || index == stepwise_sample;
  Expected& expected = expected_;
  expected = golden_.expect(sample, steps);
  if (before_sample) before_sample(index, false);
  if (resets_midway(options_, index)) {
    reset_midway(setup_, bench_, options_, expected, index, findings);
    golden_.reset();
    expected = golden_.expect(sample, steps);
    result.was_reset = true;
  }
  fill_result(setup_, expected, index, result);
  for (std::size_t s = 0; s < expected.counted.size(); ++s) {
    for (const auto& [name, value] : expected.counted[s]) {
      counters[setup_.spec->stages[s].name + "." + name] += value;
    }
  }
  result.activity_recorded = options_.record_activity && options_.stalls <= 0 && !steps &&
                             !result.was_reset && !sample.protocol_fault;
  if (!findings.clean()) return;
  if (steps) {
    run_sample_stepwise(setup_, bench_, expected, index, findings, before_step);
  } else {
    run_sample(setup_, bench_, expected, index, options_.stalls > 0, findings, result);
  }
}

/// Words back to back, then the counters that the golden model does not know, then their clearing,
/// then accesses at run time.
void Worker::end_block(std::int64_t begin, std::int64_t end, Findings& findings,
                       std::map<std::string, std::int64_t>& counters) {
  constexpr std::int64_t kBurst = 4;
  for (const MapRegister& reg : setup_.map.registers) {
    if (reg.role != "counter") continue;
    const std::size_t s = stage_index(*setup_.spec, reg.stage);
    const bool known = s < setup_.spec->stages.size() && counters.contains(reg.name);
    if (!known) counters[reg.name] += bench_.read(reg.address);
  }
  std::vector<Expected> burst;
  for (std::int64_t i = begin; i < std::min(end, begin + kBurst); ++i) {
    const data::Sample sample = setup_.stimulus->sample(i);
    if (!sample.protocol_fault) burst.push_back(golden_.expect(sample));
  }
  if (before_sample) before_sample(begin, true);
  if (!burst.empty()) run_burst(setup_, bench_, burst, begin, findings);
  if (!findings.clean()) return;
  bench_.write(setup_.map.reg("control.clear_counters").address, 1);
  for (const MapRegister& reg : setup_.map.registers) {
    if (reg.role != "counter") continue;
    findings.compare(Check::Counters, 0, bench_.read(reg.address),
                     {.stage = reg.stage,
                      .sample = end - 1,
                      .field = std::string(reg.last_part()),
                      .text = "after clear_counters"});
  }
  findings.take_fault(bench_, Check::Counters, end - 1);
  if (!setup_.takes_accesses || !findings.clean()) return;
  run_accesses(setup_, bench_, golden_, options_, begin, end, findings);
}

Findings Worker::run_block(std::int64_t begin, std::int64_t end, SampleResult* results,
                           std::map<std::string, std::int64_t>& counters) {
  Findings findings;
  bench_.reset_now(2);
  write_settings(setup_, bench_);
  golden_.reset();
  for (std::int64_t index = begin; index < end && findings.clean(); ++index) {
    run_one(index, findings, results[index - begin], counters);
  }
  if (findings.clean()) end_block(begin, end, findings, counters);
  return findings;
}

namespace {

struct Block {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  Findings findings{};
  std::map<std::string, std::int64_t> counters{};
  bool ran = false;
};

std::vector<Block> make_blocks(const LockstepOptions& options) {
  std::vector<Block> blocks;
  const std::int64_t end = options.first + options.samples;
  for (std::int64_t begin = options.first; begin < end;) {
    const std::int64_t next = std::min(end, (begin / kBlockSamples + 1) * kBlockSamples);
    blocks.push_back({.begin = begin, .end = next});
    begin = next;
  }
  return blocks;
}

std::vector<std::string> not_readable(const Setup& setup) {
  const golden::Network network(*setup.spec);
  std::set<std::string> missing;
  for (std::size_t s = 0; s < network.num_stages(); ++s) {
    const std::string& stage = setup.spec->stages[s].name;
    for (const auto& [field, values] : network.stage(s).state()) {
      bool found = false;
      for (const MapMemory& memory : setup.map.memories) {
        if (memory.stage != stage || memory.role != "state") continue;
        for (const auto* fields : {&memory.fields, &memory.row_fields}) {
          for (const MapField& each : *fields) found = found || each.name == field;
        }
      }
      for (const MapRegister& reg : setup.map.registers) {
        found = found || (reg.stage == stage && reg.role == "state" && reg.last_part() == field);
      }
      if (!found) missing.insert(stage + "." + field);
    }
  }
  return {missing.begin(), missing.end()};
}

}  // namespace

std::optional<int> decision_of(const std::vector<Word>& output) {
  std::map<std::int64_t, std::int64_t> net;
  for (const Word& word : output) {
    if (word.kind == WordKind::Event) net[word.address] += word.negative ? -1 : 1;
  }
  if (net.empty()) return std::nullopt;
  const auto best = std::max_element(
      net.begin(), net.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return static_cast<int>(best->first);
}

std::vector<std::uint8_t> mask_of(const std::vector<Word>& output, std::int64_t addresses,
                                  std::int64_t least) {
  std::vector<std::int64_t> net(static_cast<std::size_t>(addresses), 0);
  for (const Word& word : output) {
    if (word.kind != WordKind::Event) continue;
    net[static_cast<std::size_t>(word.address)] += word.negative ? -1 : 1;
  }
  std::vector<std::uint8_t> mask;
  for (const std::int64_t spikes : net) mask.push_back(spikes >= least ? 1 : 0);
  return mask;
}

void on_threads(int threads, const std::function<void(int)>& work) {
  std::exception_ptr failure;
  std::mutex mutex;
  std::vector<std::thread> others;
  const auto guarded = [&](int thread) {
    try {
      work(thread);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  for (int t = 1; t < threads; ++t) others.emplace_back(guarded, t);
  guarded(0);
  for (std::thread& each : others) each.join();
  if (failure) std::rethrow_exception(failure);
}

std::int64_t block_start(const LockstepOptions& options, std::int64_t index) {
  return std::max(options.first, index / kBlockSamples * kBlockSamples);
}

LockstepResult run_lockstep(const Setup& setup, const DutFactory& factory,
                            const LockstepOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  LockstepResult result;
  result.samples_asked = options.samples;
  result.samples.resize(static_cast<std::size_t>(options.samples));
  result.not_readable = not_readable(setup);
  std::vector<Block> blocks = make_blocks(options);
  const int threads =
      std::clamp(options.threads, 1, static_cast<int>(std::max<std::size_t>(1, blocks.size())));

  Findings total;
  std::atomic<std::size_t> next_block{0};
  std::atomic<bool> stop{false};
  std::atomic<std::int64_t> cycles{0};
  std::mutex activity_mutex;
  Findings bring_up;
  std::unique_ptr<Worker> first_worker;
  on_threads(threads, [&](int thread) {
    auto owned = std::make_unique<Worker>(setup, factory, options);
    Worker& worker = *owned;
    if (thread == 0) first_worker = std::move(owned);
    Findings findings = worker.bring_up(thread == 0);
    if (!findings.clean()) stop = true;
    if (thread == 0) bring_up = std::move(findings);
    while (!stop) {
      const std::size_t b = next_block++;
      if (b >= blocks.size()) break;
      Block& block = blocks[b];
      block.findings = worker.run_block(
          block.begin, block.end,
          &result.samples[static_cast<std::size_t>(block.begin - options.first)], block.counters);
      block.ran = true;
      if (!block.findings.clean()) stop = true;
    }
    if (thread != 0) cycles += worker.cycles();
    if (options.record_activity) {
      const Activity recorded = worker.dut().take_activity();
      const std::lock_guard lock(activity_mutex);
      result.activity.add(recorded);
    }
  });

  total.merge(bring_up);
  // Blocks are begun in order, so all before the first that failed have run: later ones, which may
  // or may not have, are left out.
  bool failed = !bring_up.clean();
  for (Block& block : blocks) {
    if (failed || !block.ran) {
      failed = true;
      for (std::int64_t i = block.begin; i < block.end; ++i) {
        result.samples[static_cast<std::size_t>(i - options.first)] = SampleResult{.index = i};
      }
      continue;
    }
    total.merge(block.findings);
    for (const auto& [name, value] : block.counters) result.counters[name] += value;
    if (block.findings.clean()) continue;
    failed = true;
    result.failed_sample = block.findings.differences().front().sample;
  }
  // Only now: a plain fault of the design shows in an ordinary sample first, where it can be looked
  // into step by step.
  if (total.clean()) total.merge(first_worker->try_misuse());
  cycles += first_worker->cycles();
  result.checks = total.checks();
  result.differences = total.differences();
  result.num_differences = total.num_differences();
  const auto skip = [&result](Check check, const char* why) {
    result.checks[static_cast<std::size_t>(check)].skipped = why;
  };
  if (options.stalls > 0) {
    skip(Check::Cycles, "the host stalls");
  } else if (options.checkpoint == Checkpoint::Step) {
    skip(Check::Cycles, "the run goes step by step");
  }
  if (options.resets <= 0) skip(Check::Resets, "no resets were asked for");
  if (!setup.takes_accesses) {
    skip(Check::RunTimeAccesses, "no stage takes accesses at run time");
  }
  if (setup.spec->counters == Counters::None) {
    skip(Check::Counters, "the design has no counters");
  }
  result.simulated_cycles = cycles;
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace nacre::harness
