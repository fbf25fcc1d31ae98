// One sample: what is sent, what is compared.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "harness/lockstep.hpp"
#include "nacre/diagnostics.hpp"

namespace nacre::harness {
namespace {

MemoryWords read_memory(Bench& bench, const MapMemory& memory) {
  MemoryWords words;
  const int words_per_row = memory.words_per_row();
  words.reserve(static_cast<std::size_t>(memory.rows * words_per_row));
  for (std::int64_t row = 0; row < memory.rows; ++row) {
    const auto base = memory.address + static_cast<std::uint32_t>(row) * memory.row_stride_bytes;
    for (int chunk = 0; chunk < words_per_row; ++chunk) {
      words.push_back(bench.read(base + static_cast<std::uint32_t>(chunk) * 4));
    }
  }
  return words;
}

/// What the golden model says about a field of a stage; null when it has no such field.
const std::vector<std::int64_t>* golden_field(const Setup& setup,
                                              const std::vector<golden::State>& expected,
                                              const std::string& stage, const std::string& field) {
  const std::size_t s = stage_index(*setup.spec, stage);
  if (s >= expected.size()) return nullptr;
  const auto found = expected[s].find(field);
  return found == expected[s].end() ? nullptr : &found->second;
}

void compare_field(const Difference& place, const std::vector<std::int64_t>* expected,
                   const std::vector<std::int64_t>& got, Findings& findings) {
  if (expected == nullptr || expected->size() != got.size()) {
    Difference difference = place;
    difference.text = fmt::format("the design shows {} values, the golden model has {}", got.size(),
                                  expected == nullptr ? 0 : expected->size());
    findings.fail(difference);
    return;
  }
  if (*expected == got) {
    findings.add_equal(place.check, static_cast<std::int64_t>(got.size()));
    return;
  }
  for (std::size_t e = 0; e < got.size(); ++e) {
    Difference difference = place;
    difference.element = static_cast<std::int64_t>(e);
    findings.compare(place.check, (*expected)[e], got[e], difference);
  }
}

void take_assertion(Bench& bench, std::int64_t index, Findings& findings) {
  const std::string text = bench.dut().take_assertion_failure();
  if (text.empty()) return;
  findings.fail({.check = Check::OutputWords, .sample = index, .field = "assertion", .text = text});
}

// ------------------------------------------------------------------------------- Step by step

/// Where the words of each time step end: index one past each `end_of_step`.
std::vector<std::size_t> step_ends(const std::vector<Word>& words) {
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].kind == WordKind::EndOfStep) ends.push_back(i + 1);
  }
  return ends;
}

void drain(Bench& bench, const char* waiting_for) {
  while (!bench.source_done() && bench.check_progress(waiting_for)) bench.tick();
}

/// Words that have come so far must be the first of those expected.
void compare_words_so_far(const Bench& bench, const Expected& expected, std::int64_t index,
                          std::int64_t step, Findings& findings) {
  const std::size_t have = std::min(bench.received().size(), expected.trace.output.size());
  for (std::size_t i = 0; i < have; ++i) {
    const Beat beat = beat_of(expected.trace.output[i]);
    if (bench.received()[i] == beat) continue;
    findings.fail({.check = Check::OutputWords,
                   .sample = index,
                   .step = step,
                   .field = "output word",
                   .element = static_cast<std::int64_t>(i),
                   .expected = static_cast<std::int64_t>(beat.data),
                   .got = static_cast<std::int64_t>(bench.received()[i].data)});
    return;
  }
}

/// The host holds back after each `end_of_step` (designs whose input has time steps).
void step_by_host(const Setup& setup, Bench& bench, const Expected& expected, std::int64_t index,
                  Findings& findings, const std::function<void(std::int64_t)>& on_step) {
  const std::vector<Beat> beats = beats_of(expected.sample.words);
  const std::vector<std::size_t> ends = step_ends(expected.sample.words);
  std::size_t begin = 0;
  for (std::size_t step = 0; step < ends.size() && findings.clean() && !bench.fault(); ++step) {
    if (on_step) on_step(static_cast<std::int64_t>(step));
    bench.send({beats.begin() + static_cast<std::ptrdiff_t>(begin),
                beats.begin() + static_cast<std::ptrdiff_t>(ends[step])});
    begin = ends[step];
    drain(bench, "the words of a time step to be taken");
    wait_idle(setup, bench);
    compare_state(setup, bench, expected.step_state[step], index, static_cast<std::int64_t>(step),
                  findings);
    compare_words_so_far(bench, expected, index, static_cast<std::int64_t>(step), findings);
  }
  if (!findings.clean()) return;
  bench.send({beats.begin() + static_cast<std::ptrdiff_t>(begin), beats.end()});
}

/// The encoder waits for the register `step` (designs whose input has no time steps).
void step_by_register(const Setup& setup, Bench& bench, const Expected& expected,
                      std::int64_t index, Findings& findings,
                      const std::function<void(std::int64_t)>& on_step) {
  const MapRegister& control = setup.map.reg("control.control");
  const MapRegister& step_register = setup.map.reg("control.step");
  bench.write(control.address, 1);
  bench.send(beats_of(expected.sample.words));
  drain(bench, "the sample's words to be taken");
  wait_idle(setup, bench);
  const std::size_t steps = expected.step_state.size();
  for (std::size_t step = 0; step < steps && findings.clean() && !bench.fault(); ++step) {
    if (on_step) on_step(static_cast<std::int64_t>(step));
    bench.write(step_register.address, 1);
    wait_idle(setup, bench);
    // After the last step the encoder has already ended the sample.
    const bool last = step + 1 == steps;
    compare_state(setup, bench, last ? expected.state : expected.step_state[step], index,
                  static_cast<std::int64_t>(step), findings);
    compare_words_so_far(bench, expected, index, static_cast<std::int64_t>(step), findings);
  }
  if (findings.clean()) bench.write(control.address, 0);
}

}  // namespace

std::int64_t hang_limit(const Expected& expected, double stalls) {
  const double busy = 4.0 * static_cast<double>(expected.predicted_cycles) + 2000.0;
  return static_cast<std::int64_t>(busy / (1.0 - stalls));
}

void check_errors(const Setup& setup, Bench& bench, const ErrorFlags& expected, std::int64_t index,
                  Findings& findings) {
  const auto check = [&](const std::string& field, std::uint32_t wanted) {
    const MapRegister& error = setup.map.reg("control." + field);
    const std::uint32_t flags = bench.read(error.address);
    const Difference place{.stage = "control", .sample = index, .field = field};
    findings.compare(Check::ErrorFlags, wanted, flags, place);
    if (flags == 0) return;
    bench.write(error.address, 0xffffffff);
    findings.compare(Check::ErrorFlags, 0, bench.read(error.address), place);
  };
  check("error", expected.error);
  for (std::size_t k = 0; k < expected.stages.size(); ++k) {
    check(fmt::format("stage_error_{}", k), expected.stages[k]);
  }
}

void compare_end(const Setup& setup, Bench& bench, const Expected& expected, std::int64_t index,
                 Findings& findings) {
  wait_idle(setup, bench);
  findings.take_fault(bench, Check::OutputWords, index);
  compare_words(setup, bench, expected, index, findings);
  if (!bench.fault()) {
    compare_state(setup, bench, expected.state, index, -1, findings);
    compare_counters(setup, bench, expected, index, findings);
    check_errors(setup, bench, expected.errors, index, findings);
    findings.take_fault(bench, Check::State, index);
  }
  take_assertion(bench, index, findings);
}

void merge_end_of_block(const Findings& from, const std::string& when, Findings& findings) {
  for (std::size_t c = 0; c < from.checks().size(); ++c) {
    const CheckCount& count = from.checks()[c];
    findings.add_equal(static_cast<Check>(c), count.comparisons - count.failures);
  }
  for (Difference each : from.differences()) {
    each.text += fmt::format("{}{}", each.text.empty() ? "" : "; ", when);
    each.end_of_block = true;
    findings.fail(each);
  }
}

void start_recording(Bench& bench) {
  NACRE_CHECK(bench.dut().record_activity(true), "the model does not count activity");
}

void wait_idle(const Setup& setup, Bench& bench) {
  const MapRegister& status = setup.map.reg("control.status");
  const std::int64_t start = bench.cycle();
  const std::int64_t limit = 2 * bench.hang_limit() + 10'000;
  while (!bench.fault() && (bench.read(status.address) & 1u) != 0) {
    if (bench.cycle() - start > limit) {
      bench.fail(Fault::Kind::Hang,
                 fmt::format("still busy {} cycles after the last word (cycle {})",
                             bench.cycle() - start, bench.cycle()));
    }
  }
}

void compare_words(const Setup&, const Bench& bench, const Expected& expected, std::int64_t sample,
                   Findings& findings) {
  const std::vector<Word>& words = expected.trace.output;
  const std::vector<Beat>& received = bench.received();
  for (std::size_t i = 0; i < std::max(words.size(), received.size()); ++i) {
    Difference difference{.check = Check::OutputWords,
                          .sample = sample,
                          .field = "output word",
                          .element = static_cast<std::int64_t>(i)};
    if (i < words.size()) {
      difference.expected = static_cast<std::int64_t>(beat_of(words[i]).data);
    }
    if (i < received.size()) difference.got = static_cast<std::int64_t>(received[i].data);
    if (i >= words.size()) {
      difference.text = "a word more than expected";
    } else if (i >= received.size()) {
      difference.text = "the word did not come";
    } else if (received[i] == beat_of(words[i])) {
      findings.add_equal(Check::OutputWords, 1);
      continue;
    } else if (difference.expected == difference.got) {
      difference.text = "TLAST is wrong";
    }
    findings.fail(difference);
  }
}

void compare_state(const Setup& setup, Bench& bench, const std::vector<golden::State>& expected,
                   std::int64_t sample, std::int64_t step, Findings& findings) {
  // In the order of the stages, so that the first difference is the one furthest upstream.
  for (const Stage& stage : setup.spec->stages) {
    for (const MapMemory& memory : setup.map.memories) {
      if (memory.role != "state" || memory.access == "wo" || memory.stage != stage.name) continue;
      const MemoryWords words = read_memory(bench, memory);
      if (bench.fault()) return;
      const auto compare = [&](const std::string& field, const std::string& element,
                               const std::vector<std::int64_t>& got) {
        compare_field({.check = Check::State,
                       .stage = stage.name,
                       .sample = sample,
                       .step = step,
                       .field = field,
                       .element_name = element},
                      golden_field(setup, expected, stage.name, field), got, findings);
      };
      for (const MapField& field : memory.fields) {
        compare(field.name, memory.element, unpack_field(memory, field, words));
      }
      for (const MapField& field : memory.row_fields) {
        compare(field.name, "row", unpack_row_field(memory, field, words));
      }
    }
    for (const MapRegister& reg : setup.map.registers) {
      if (reg.role != "state" || reg.stage != stage.name) continue;
      const std::string field(reg.last_part());
      const std::int64_t got = register_value(reg, bench.read(reg.address));
      if (bench.fault()) return;
      compare_field({.check = Check::State,
                     .stage = stage.name,
                     .sample = sample,
                     .step = step,
                     .field = field},
                    golden_field(setup, expected, stage.name, field), {got}, findings);
    }
  }
}

void compare_configuration(const Setup& setup, Bench& bench, const golden::Network& network,
                           Findings& findings) {
  for (const MapMemory& memory : setup.map.memories) {
    if (memory.role != "config" || memory.access != "ro") continue;
    const std::size_t s = stage_index(*setup.spec, memory.stage);
    const golden::State expected = network.stage(s).configuration();
    const MemoryWords words = read_memory(bench, memory);
    if (bench.fault()) return;
    for (const MapField& field : memory.fields) {
      const auto found = expected.find(field.name);
      compare_field({.check = Check::MemoryReadback,
                     .stage = memory.stage,
                     .field = field.name,
                     .element_name = memory.element},
                    found == expected.end() ? nullptr : &found->second,
                    unpack_field(memory, field, words), findings);
    }
  }
}

void compare_counters(const Setup& setup, Bench& bench, const Expected& expected,
                      std::int64_t sample, Findings& findings) {
  const bool counted = setup.spec->counters != Counters::None;
  for (const MapRegister& reg : setup.map.registers) {
    if (reg.role != "counter") continue;
    const std::size_t s = stage_index(*setup.spec, reg.stage);
    const golden::CounterValues& values =
        s < expected.counters.size() ? expected.counters[s] : expected.control;
    const auto found = values.find(std::string(reg.last_part()));
    if (found == values.end()) continue;  // it depends on stalls: the golden model cannot know
    findings.compare(Check::Counters, counted ? found->second : 0, bench.read(reg.address),
                     {.stage = reg.stage, .sample = sample, .field = std::string(reg.last_part())});
  }
}

void run_sample(const Setup& setup, Bench& bench, const Expected& expected, std::int64_t index,
                bool stalled, Findings& findings, SampleResult& result) {
  bench.begin(static_cast<std::uint64_t>(index));
  // The stall probability is not the bench's to tell: half is more than any run uses in earnest.
  bench.set_hang_limit(hang_limit(expected, stalled ? 0.9 : 0.0));
  bench.send(beats_of(expected.sample.words));
  if (result.activity_recorded) start_recording(bench);
  while (bench.end_cycle() < 0 && bench.check_progress("end_of_sample")) bench.tick();
  if (result.activity_recorded) bench.dut().record_activity(false);
  const std::int64_t cycles = bench.end_cycle() - bench.first_accept_cycle() + 1;
  compare_end(setup, bench, expected, index, findings);
  if (stalled || bench.fault()) return;
  result.cycles = cycles;
  findings.compare(Check::Cycles, expected.predicted_cycles, cycles,
                   {.sample = index, .field = "cycles"});
}

void run_sample_stepwise(const Setup& setup, Bench& bench, const Expected& expected,
                         std::int64_t index, Findings& findings,
                         const std::function<void(std::int64_t)>& on_step) {
  bench.begin(static_cast<std::uint64_t>(index));
  bench.set_hang_limit(hang_limit(expected, 0.9));
  if (has_steps(setup.spec->input)) {
    step_by_host(setup, bench, expected, index, findings, on_step);
  } else {
    step_by_register(setup, bench, expected, index, findings, on_step);
  }
  findings.take_fault(bench, Check::OutputWords, index);
  if (!findings.clean()) return;
  while (bench.end_cycle() < 0 && bench.check_progress("end_of_sample")) bench.tick();
  compare_end(setup, bench, expected, index, findings);
}

void run_burst(const Setup& setup, Bench& bench, const std::vector<Expected>& samples,
               std::int64_t index, Findings& findings) {
  Expected all = samples.back();  // state and counters are those after the last
  all.trace.output.clear();
  all.sample.words.clear();
  for (const Expected& each : samples) {
    all.errors |= each.errors;
    all.trace.output.insert(all.trace.output.end(), each.trace.output.begin(),
                            each.trace.output.end());
    all.sample.words.insert(all.sample.words.end(), each.sample.words.begin(),
                            each.sample.words.end());
  }
  bench.begin(static_cast<std::uint64_t>(index) + (std::uint64_t{1} << 61));
  std::int64_t limit = 0;
  for (const Expected& each : samples) limit = std::max(limit, hang_limit(each, 0.9));
  bench.set_hang_limit(limit);
  bench.send(beats_of(all.sample.words));
  while (bench.received().size() < all.trace.output.size() &&
         bench.check_progress("the words of samples sent back to back")) {
    bench.tick();
  }
  Findings burst;
  compare_end(setup, bench, all, index, burst);
  merge_end_of_block(burst, fmt::format("in {} samples sent back to back", samples.size()),
                     findings);
}

}  // namespace nacre::harness
