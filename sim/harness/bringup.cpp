// A fresh instance: identification, memories, registers, and what must be refused.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/lockstep.hpp"

namespace nacre::harness {
namespace {

/// Random decisions before the first sample must not meet those of any sample.
constexpr std::uint64_t kBringUpSample = std::uint64_t{1} << 62;

constexpr std::uint32_t kErrorRefusedBusy = 1u << 5;
constexpr std::uint32_t kErrorRefused = 1u << 6;
constexpr std::uint32_t kErrorsOfStages = ~0xffu;
constexpr std::uint32_t kIrqSampleDone = 1;
constexpr std::uint32_t kIrqError = 2;

std::int64_t read_value(Bench& bench, const MapRegister& reg) {
  return register_value(reg, bench.read(reg.address));
}

void check_identity(const Setup& setup, Bench& bench, Findings& findings) {
  const auto check = [&](const MapRegister& reg, std::int64_t expected) {
    findings.compare(Check::IdAndHash, expected, read_value(bench, reg),
                     {.stage = "control", .field = std::string(reg.last_part())});
  };
  check(setup.map.reg("control.id"), setup.map.reg("control.id").reset);
  check(setup.map.reg("control.version"), setup.map.reg("control.version").reset);
  check(setup.map.reg("control.num_stages"), static_cast<std::int64_t>(setup.spec->stages.size()));
  // The hash comes from the specification itself, not from what the generator wrote down.
  std::vector<const MapRegister*> words;
  for (const MapRegister& reg : setup.map.registers) {
    if (reg.name.starts_with("control.spec_hash")) words.push_back(&reg);
  }
  std::sort(words.begin(), words.end(),
            [](const auto* a, const auto* b) { return a->address < b->address; });
  findings.compare(Check::IdAndHash, 8, static_cast<std::int64_t>(words.size()),
                   {.stage = "control", .field = "spec_hash", .text = "number of hash registers"});
  for (std::size_t i = 0; i < words.size() && i < 8; ++i) {
    const auto digits = setup.spec->hash.substr(i * 8, 8);
    check(*words[i], static_cast<std::int64_t>(std::stoul(digits, nullptr, 16)));
  }
}

/// Images of configuration, which a reset leaves, and of state, which it clears.
enum class Images { OfConfiguration, OfState };

void load_images(const Setup& setup, Bench& bench, Images which) {
  for (std::size_t m = 0; m < setup.map.memories.size(); ++m) {
    const MapMemory& memory = setup.map.memories[m];
    const Images each = memory.role == "state" ? Images::OfState : Images::OfConfiguration;
    if (setup.images[m].empty() || each != which) continue;
    const auto words_per_row = static_cast<std::size_t>(memory.words_per_row());
    for (std::size_t i = 0; i < setup.images[m].size() && !bench.fault(); ++i) {
      const auto row = static_cast<std::uint32_t>(i / words_per_row);
      const auto chunk = static_cast<std::uint32_t>(i % words_per_row);
      bench.write(memory.address + row * memory.row_stride_bytes + chunk * 4, setup.images[m][i]);
    }
  }
}

void check_memories(const Setup& setup, Bench& bench, Findings& findings) {
  for (std::size_t m = 0; m < setup.map.memories.size(); ++m) {
    const MapMemory& memory = setup.map.memories[m];
    if (setup.images[m].empty() || memory.access == "wo") continue;
    const auto words_per_row = static_cast<std::size_t>(memory.words_per_row());
    for (std::size_t i = 0; i < setup.images[m].size() && !bench.fault(); ++i) {
      const auto row = static_cast<std::uint32_t>(i / words_per_row);
      const auto chunk = static_cast<std::uint32_t>(i % words_per_row);
      const std::uint32_t got =
          bench.read(memory.address + row * memory.row_stride_bytes + chunk * 4);
      findings.compare(Check::MemoryReadback, setup.images[m][i], got,
                       {.stage = memory.stage,
                        .field = memory.name,
                        .element = static_cast<std::int64_t>(row),
                        .text = fmt::format("row {}, bits {} and up", row, chunk * 32)});
    }
  }
  const golden::Network network(*setup.spec);
  compare_configuration(setup, bench, network, findings);
}

/// Every register that has a defined value after reset.
void check_reset_values(const Setup& setup, Bench& bench, Check check, std::int64_t sample,
                        Findings& findings) {
  for (const MapRegister& reg : setup.map.registers) {
    if (reg.access == "wo" || reg.role == "state" || reg.role == "id") continue;
    // The busy cycles count on their own; the rest of the counters are 0 until words come.
    const std::int64_t got = read_value(bench, reg);
    findings.compare(check, reg.reset, got,
                     {.stage = reg.stage,
                      .sample = sample,
                      .field = std::string(reg.last_part()),
                      .text = "value after reset"});
  }
}

/// An access that must be refused, and the error bit that must tell. A sample that is under way may
/// raise `others` at any time.
void expect_refusal(const Setup& setup, Bench& bench, const std::string& what, bool refused,
                    std::uint32_t flag, Findings& findings, std::uint32_t others = 0) {
  const MapRegister& error = setup.map.reg("control.error");
  findings.compare(Check::BusRefusals, 1, refused ? 1 : 0,
                   {.stage = "control", .field = "refused", .text = what});
  findings.compare(Check::BusRefusals, flag, bench.read(error.address) & ~others,
                   {.stage = "control", .field = "error", .text = what});
  bench.write(error.address, 0xffffffff);
  findings.compare(Check::BusRefusals, 0, bench.read(error.address) & ~others,
                   {.stage = "control", .field = "error", .text = what + ", cleared"});
}

/// Both ends of a register's range are taken, the values beyond them refused.
void check_range(const Setup& setup, Bench& bench, const MapRegister& reg, Findings& findings) {
  const auto [min, max] = *reg.range;
  for (const std::int64_t value : {min, max}) {
    bench.write(reg.address, static_cast<std::uint32_t>(value));
    findings.compare(Check::Registers, value, read_value(bench, reg),
                     {.stage = reg.stage, .field = std::string(reg.last_part())});
  }
  const std::int64_t lowest = reg.is_signed ? INT32_MIN : 0;
  const std::int64_t highest = reg.is_signed ? INT32_MAX : UINT32_MAX;
  for (const std::int64_t value : {min - 1, max + 1}) {
    if (value < lowest || value > highest) continue;
    bool refused = false;
    bench.write(reg.address, static_cast<std::uint32_t>(value), &refused);
    expect_refusal(setup, bench, fmt::format("{} written to {}", value, reg.name), refused,
                   kErrorRefused, findings);
    findings.compare(Check::BusRefusals, max, read_value(bench, reg),
                     {.stage = reg.stage,
                      .field = std::string(reg.last_part()),
                      .text = "after a refused write"});
  }
}

void check_writable(const Setup& setup, Bench& bench, Findings& findings) {
  const auto try_value = [&](const char* name, std::uint32_t value) {
    const MapRegister& reg = setup.map.reg(name);
    bench.write(reg.address, value);
    findings.compare(Check::Registers, value, bench.read(reg.address),
                     {.stage = reg.stage, .field = std::string(reg.last_part())});
  };
  for (const std::uint32_t value : {1u, 2u, 3u, 0u}) try_value("control.irq_enable", value);
  for (const std::uint32_t value : {1u, 0u}) try_value("control.control", value);
  // Three writes that follow each other at once: each register holds what was meant for it.
  const MapRegister& enable = setup.map.reg("control.irq_enable");
  const MapRegister& control = setup.map.reg("control.control");
  const std::vector<bool> refused =
      bench.write_back_to_back({{enable.address, 1}, {control.address, 1}, {enable.address, 2}});
  for (const bool each : refused) {
    findings.compare(Check::Registers, 0, each ? 1 : 0,
                     {.stage = "control", .field = "refused", .text = "writes back to back"});
  }
  for (const auto& [reg, value] : {std::pair{&enable, 2}, std::pair{&control, 1}}) {
    findings.compare(Check::Registers, value, bench.read(reg->address),
                     {.stage = "control",
                      .field = std::string(reg->last_part()),
                      .text = "writes back to back"});
    bench.write(reg->address, 0);
  }
  for (const MapRegister& reg : setup.map.registers) {
    if (reg.role != "config" || reg.access != "rw") continue;
    if (reg.range) check_range(setup, bench, reg, findings);
    bench.write(reg.address, static_cast<std::uint32_t>(reg.reset));
    findings.compare(Check::Registers, reg.reset, read_value(bench, reg),
                     {.stage = reg.stage, .field = std::string(reg.last_part())});
  }
}

void check_refusals(const Setup& setup, Bench& bench, Findings& findings) {
  const MapRegister& id = setup.map.reg("control.id");
  const MapRegister& enable = setup.map.reg("control.irq_enable");
  bool refused = false;
  for (const MapRegister& reg : setup.map.registers) {
    if (reg.access != "ro") continue;
    bench.write(reg.address, 0x12345678, &refused);
    expect_refusal(setup, bench, fmt::format("write to the read-only {}", reg.name), refused,
                   kErrorRefused, findings);
  }
  findings.compare(Check::BusRefusals, id.reset, bench.read(id.address),
                   {.stage = "control", .field = "id", .text = "after a refused write"});
  bench.write(enable.address, 3, &refused, 0x7);
  expect_refusal(setup, bench, "write with byte strobes 0111", refused, kErrorRefused, findings);
  findings.compare(Check::BusRefusals, 0, bench.read(enable.address),
                   {.stage = "control", .field = "irq_enable", .text = "after a refused write"});
  // What lies between the end of a window and the next one is nothing.
  const auto& windows = setup.map.windows;
  for (std::size_t w = 0; w < windows.size(); ++w) {
    const std::uint32_t end = windows[w].address + windows[w].bytes;
    if (w + 1 < windows.size() && end == windows[w + 1].address) continue;
    bench.read(end, &refused);
    expect_refusal(setup, bench, fmt::format("read of 0x{:08x}, beyond {}", end, windows[w].stage),
                   refused, kErrorRefused, findings);
  }
  // Bits 31 ... 28 are above every window that a generator can make.
  bench.read(0xf0000000, &refused);
  expect_refusal(setup, bench, "read of the unmapped address 0xf0000000", refused, kErrorRefused,
                 findings);
  bench.write(0xf0000000, 1, &refused);
  expect_refusal(setup, bench, "write to the unmapped address 0xf0000000", refused, kErrorRefused,
                 findings);
}

/// Sends a sample with the output held back until a word waits there (the design is then surely
/// busy) and tries the memories, which must refuse; then lets it end. What stages flag is not
/// looked at: random devices may err in another way than when the sample came first.
void check_busy_refusal(const Setup& setup, Bench& bench, const Expected& expected,
                        Findings& findings) {
  const std::uint32_t others = expected.errors.error | kErrorsOfStages;
  const auto readable = [](const MapMemory& each) { return each.access != "wo"; };
  const auto memory = std::find_if(setup.map.memories.begin(), setup.map.memories.end(), readable);
  if (memory == setup.map.memories.end()) return;
  bench.set_sink(false);
  bench.send(beats_of(expected.sample.words));
  while (!bench.output_waits() && bench.check_progress("the first output word")) bench.tick();
  bool refused = false;
  bench.read(memory->address, &refused);
  expect_refusal(setup, bench, fmt::format("read of {} while busy", memory->name), refused,
                 kErrorRefusedBusy, findings, others);
  if (memory->access == "rw") {
    const std::uint32_t bits = memory->row_bits >= 32 ? 0xffffffff : (1u << memory->row_bits) - 1;
    bench.write(memory->address, 0x5aa5a55a & bits, &refused);
    expect_refusal(setup, bench, fmt::format("write to {} while busy", memory->name), refused,
                   kErrorRefusedBusy, findings, others);
  }
  bench.set_sink(true);
  while (bench.end_cycle() < 0 && bench.check_progress("end_of_sample")) bench.tick();
  wait_idle(setup, bench);
}

struct BadWord {
  std::string what;
  Beat beat;
  std::uint32_t flag;
};

/// Words that break exactly one rule of docs/streams.md each.
std::vector<BadWord> bad_words(const StreamShape& input) {
  const Word good = {.kind = input.values ? WordKind::Value : WordKind::Event};
  const Beat beat = beat_of(good);
  std::vector<BadWord> words;
  const Word foreign = {.kind = input.values ? WordKind::Event : WordKind::Value};
  words.push_back({"kind not allowed on this stream", beat_of(foreign), 1u << 0});
  if (!has_steps(input)) {
    words.push_back({"end_of_step on a value stream without steps",
                     beat_of({.kind = WordKind::EndOfStep}), 1u << 0});
  }
  for (const int bit : {56, 60}) {
    words.push_back({fmt::format("reserved bit {}", bit),
                     {.data = beat.data | (std::uint64_t{1} << bit), .last = false},
                     1u << 1});
  }
  if (!input.negative_events) {
    words.push_back({"polarity where there is none",
                     {.data = beat.data | (std::uint64_t{1} << 61), .last = false},
                     1u << 1});
  }
  if (input.addresses < (std::int64_t{1} << 24)) {
    Word word = good;
    word.address = input.addresses;
    words.push_back({"first address beyond the range", beat_of(word), 1u << 2});
    word.address = 0xffffff;
    words.push_back({"largest address", beat_of(word), 1u << 2});
  }
  if (input.values && input.payload_bits < 32) {
    Word word = good;
    word.payload = largest_payload(input) + 1;
    words.push_back({"first payload above the range", beat_of(word), 1u << 3});
    word.payload = smallest_payload(input) - 1;
    words.push_back({"first payload below the range", beat_of(word), 1u << 3});
  }
  words.push_back({"TLAST without end_of_sample", {.data = beat.data, .last = true}, 1u << 4});
  words.push_back({"end_of_sample without TLAST",
                   {.data = beat_of({.kind = WordKind::EndOfSample}).data, .last = false},
                   1u << 4});
  return words;
}

}  // namespace

void write_settings(const Setup& setup, Bench& bench) {
  for (const RegisterSetting& setting : setup.settings) {
    bench.write(setup.map.reg(setting.name).address, static_cast<std::uint32_t>(setting.value));
  }
  load_images(setup, bench, Images::OfState);
}

void prepare(const Setup& setup, Bench& bench, bool thorough, Findings& findings) {
  bench.begin(kBringUpSample);
  bench.reset();
  bench.dut().take_assertion_failure();  // what registers said before reset does not count
  check_identity(setup, bench, findings);
  findings.take_fault(bench, Check::IdAndHash, -1);
  if (!findings.clean()) return;
  if (thorough) {
    check_reset_values(setup, bench, Check::Registers, -1, findings);
    check_writable(setup, bench, findings);
    check_refusals(setup, bench, findings);
    findings.take_fault(bench, Check::Registers, -1);
    if (bench.fault()) return;
  }
  write_settings(setup, bench);
  load_images(setup, bench, Images::OfConfiguration);
  if (thorough) check_memories(setup, bench, findings);
  findings.take_fault(bench, Check::MemoryReadback, -1);
}

void try_bad_words(const Setup& setup, Bench& bench, Findings& findings) {
  const MapRegister& error = setup.map.reg("control.error");
  const MapRegister& enable = setup.map.reg("control.irq_enable");
  const MapRegister& status = setup.map.reg("control.irq_status");
  const auto compare = [&](Check check, std::int64_t expected, std::int64_t got,
                           const std::string& field, const std::string& text) {
    findings.compare(check, expected, got, {.stage = "control", .field = field, .text = text});
  };
  bench.begin(kBringUpSample + 1);
  bench.write(status.address, 3);
  bench.write(enable.address, kIrqError);
  const std::vector<BadWord> words = bad_words(setup.spec->input);
  std::uint32_t all_flags = 0;
  for (const BadWord& word : words) {
    compare(Check::Registers, 0, bench.interrupt() ? 1 : 0, "irq_o", "before " + word.what);
    bench.send({word.beat});
    while (!bench.source_done() && bench.check_progress("a bad word to be taken")) bench.tick();
    bench.ticks(8);
    compare(Check::BadWords, word.flag, bench.read(error.address), "error", word.what);
    compare(Check::Registers, 1, bench.interrupt() ? 1 : 0, "irq_o", "after " + word.what);
    bench.write(error.address, word.flag);
    compare(Check::BadWords, 0, bench.read(error.address), "error", word.what + ", cleared");
    bench.write(status.address, kIrqError);
    bench.ticks(2);
    all_flags |= word.flag;
  }
  // The same words between those of a sample: nothing of it may change.
  GoldenSide golden(setup);
  const data::Sample sample = setup.stimulus->sample(setup.stimulus->num_corners());
  const Expected expected = golden.expect(sample);
  all_flags |= expected.errors.error;  // a program may be at fault in every sample
  std::vector<Beat> beats = beats_of(sample.words);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t position = (beats.size() - i) * i / std::max<std::size_t>(1, words.size());
    beats.insert(beats.begin() + static_cast<std::ptrdiff_t>(position), words[i].beat);
  }
  bench.reset_now(3);
  bench.begin(kBringUpSample + 2);
  write_settings(setup, bench);
  bench.write(enable.address, kIrqSampleDone);
  bench.send(beats);
  while (bench.end_cycle() < 0 && bench.check_progress("end_of_sample after bad words")) {
    bench.tick();
  }
  wait_idle(setup, bench);
  Findings words_findings;
  compare_words(setup, bench, expected, -1, words_findings);
  compare_state(setup, bench, expected.state, -1, -1, words_findings);
  compare_counters(setup, bench, expected, -1, words_findings);
  for (Difference each : words_findings.differences()) {
    each.check = Check::BadWords;
    each.text = "in a sample with bad words between the good ones";
    findings.fail(each);
  }
  findings.add_equal(Check::BadWords, static_cast<std::int64_t>(expected.trace.output.size()));
  compare(Check::BadWords, all_flags, bench.read(error.address), "error", "bad words in a sample");
  const std::uint32_t one_flag = all_flags & (~all_flags + 1);
  bench.write(error.address, one_flag);
  compare(Check::BadWords, all_flags & ~one_flag, bench.read(error.address), "error",
          "one flag cleared");
  bench.write(error.address, 0xffffffff);
  bench.ticks(4);
  compare(Check::Registers, 1, bench.interrupt() ? 1 : 0, "irq_o", "after end_of_sample");
  compare(Check::Registers, kIrqSampleDone, bench.read(status.address) & kIrqSampleDone,
          "irq_status", "after end_of_sample");
  bench.write(status.address, 3);
  compare(Check::Registers, 0, bench.read(status.address), "irq_status", "cleared");
  bench.ticks(2);
  compare(Check::Registers, 0, bench.interrupt() ? 1 : 0, "irq_o", "cleared");
  bench.write(enable.address, 0);
  bench.begin(kBringUpSample + 3);
  check_busy_refusal(setup, bench, expected, findings);
  findings.take_fault(bench, Check::BadWords, -1);
  bench.reset_now(3);
  check_memories(setup, bench, findings);  // neither the refused writes nor reset changed them
  findings.take_fault(bench, Check::MemoryReadback, -1);
}

bool resets_midway(const LockstepOptions& options, std::int64_t index) {
  const data::CounterRandom random(options.seed, data::Purpose::ResetChoice,
                                   static_cast<std::uint64_t>(index));
  return random.chance(0, options.resets);
}

void reset_midway(const Setup& setup, Bench& bench, const LockstepOptions& options,
                  const Expected& expected, std::int64_t index, Findings& findings) {
  const data::CounterRandom random(options.seed, data::Purpose::ResetTime,
                                   static_cast<std::uint64_t>(index));
  const auto span =
      static_cast<std::uint64_t>(std::max<std::int64_t>(1, expected.predicted_cycles));
  const auto moment = static_cast<std::int64_t>(1 + random.below(0, span));
  const auto low_cycles = static_cast<int>(1 + random.below(1, 4));
  bench.begin(kBringUpSample + 4 + static_cast<std::uint64_t>(index));
  bench.write(setup.map.reg("control.irq_enable").address, kIrqSampleDone | kIrqError);
  bench.send(beats_of(expected.sample.words));
  bench.ticks(moment);
  findings.take_fault(bench, Check::Resets, index);
  bench.reset_now(low_cycles);
  check_reset_values(setup, bench, Check::Resets, index, findings);
  write_settings(setup, bench);
  findings.take_fault(bench, Check::Resets, index);
}

}  // namespace nacre::harness
