// The power goes in every cycle of a write of an mram_macro: RTL against golden model.
//
// power_cut SPEC DIES: the specification's only stage is an mram_macro whose reads do not err. On
// each of DIES dies a word is written, then written again, and the design is reset so many cycles
// after the second request was offered, from before its first step to after its last one. Devices
// and wear of all rows must be those of the golden model whose pins stopped in that cycle, and so
// must the answer of a read that follows; it gives the old word, the new one, or a report.

#include <fmt/format.h>

#include <cstdlib>
#include <optional>
#include <random>
#include <stdexcept>
#include <vector>

#include "data/stimulus.hpp"
#include "golden/mram_macro/mram_controller.hpp"
#include "harness/lockstep.hpp"
#include "nacre/generate.hpp"
#include "verilator/model.hpp"

namespace nacre {
namespace {

using golden::MramController;
using golden::MramPins;

constexpr int kLaneBits = 32;
constexpr std::int64_t kWord = 1;  ///< the word that is written
/// Cycles from the offer of a request to the last one before its first step, at most.
constexpr std::size_t kLongestWay = 24;

/// What is left when the power has gone, and what a read then says.
struct Remains {
  std::vector<std::vector<std::uint8_t>> states{};  ///< [row]
  std::vector<std::int64_t> wear{};
  std::vector<std::int64_t> answer{};  ///< payloads: lanes, status

  friend bool operator==(const Remains&, const Remains&) = default;
};

struct Case {
  const MramMacroSpec& params;
  std::uint64_t old_word = 0;
  std::uint64_t new_word = 0;
};

std::vector<Word> write_request(const MramMacroSpec& params, std::uint64_t data) {
  std::vector<Word> words;
  for (int lane = 0; lane < params.lanes(); ++lane) {
    words.push_back(
        {.kind = WordKind::Value,
         .address = kWord * params.lanes() + lane,
         .payload = static_cast<std::int64_t>((data >> (lane * kLaneBits)) & 0xffffffff)});
  }
  return words;
}

// ------------------------------------------------------------------------------------ Golden side

/// The first `count` cycles of pins act on an array.
void play(const std::vector<MramPins>& cycles, std::size_t count, golden::MtjArray& array) {
  bool in_pulse = false;
  for (std::size_t c = 0; c < count; ++c) {
    const MramPins& now = cycles[c];
    if (now.word_line && (c == 0 || !cycles[c - 1].word_line)) array.open(now.row);
    if (now.latch) array.read(now.mode);
    if (!now.drive.empty()) {
      if (!in_pulse) array.begin_pulse(now.direction, now.amplitude);
      array.drive(now.drive);
    }
    in_pulse = !now.drive.empty();
  }
}

/// Remains after each number of cycles of the second write.
std::vector<Remains> golden_remains(const Case& test) {
  MramController before(test.params);
  before.write(kWord, test.old_word);
  MramController whole(before);
  std::vector<MramPins> pins;
  whole.sequencer().record(&pins);
  whole.write(kWord, test.new_word);
  std::vector<Remains> all;
  for (std::size_t cut = 0; cut <= pins.size(); ++cut) {
    MramController after(before);
    play(pins, cut, after.array());
    after.forget_spares();
    Remains remains;
    for (std::uint32_t row = 0; row < after.array().shape().rows; ++row) {
      const auto states = after.array().row_state(row);
      remains.states.emplace_back(states.begin(), states.end());
      remains.wear.push_back(after.array().row_wear(row));
    }
    const golden::MramRead read = after.read(kWord);
    for (int lane = 0; lane < test.params.lanes(); ++lane) {
      remains.answer.push_back(
          static_cast<std::int64_t>((read.data >> (lane * kLaneBits)) & 0xffffffff));
    }
    remains.answer.push_back(static_cast<int>(read.corrected_bits != 0) << 1 |
                             static_cast<int>(read.is_uncorrectable) << 2 |
                             static_cast<int>(read.is_marked) << 5 |
                             static_cast<int>(read.is_metastable) << 6 | read.corrected_bits << 8);
    all.push_back(std::move(remains));
  }
  return all;
}

// --------------------------------------------------------------------------------------- RTL side

std::vector<std::int64_t> payloads(const harness::Bench& bench) {
  std::vector<std::int64_t> values;
  for (const harness::Beat& beat : bench.received()) {
    if (unpack_word(beat.data).kind == WordKind::Value) {
      values.push_back(static_cast<std::uint32_t>(beat.data));
    }
  }
  return values;
}

void await_words(harness::Bench& bench, std::size_t count) {
  while (bench.received().size() < count && bench.check_progress("an answer")) bench.tick();
}

/// Remains after a reset `cycles` cycles after the second request was offered.
Remains rtl_remains(const Case& test, const harness::Setup& setup, harness::Bench& bench,
                    std::size_t cycles) {
  const MramMacroSpec& params = test.params;
  bench.begin(cycles);
  bench.reset_now(2);
  harness::write_settings(setup, bench);
  bench.begin(cycles);
  bench.send(harness::beats_of(write_request(params, test.old_word)));
  await_words(bench, 1);
  constexpr int kUntilIdle = 8;
  bench.ticks(kUntilIdle);
  bench.send(harness::beats_of(write_request(params, test.new_word)));
  bench.ticks(static_cast<std::int64_t>(cycles));
  bench.reset_now(2);
  bench.begin(cycles);
  for (const harness::RegisterSetting& setting : setup.settings) {
    bench.write(setup.map.reg(setting.name).address, static_cast<std::uint32_t>(setting.value));
  }

  Remains remains;
  const auto find = [&](const char* name) -> const harness::MapMemory& {
    for (const harness::MapMemory& memory : setup.map.memories) {
      if (memory.name == name) return memory;
    }
    throw std::runtime_error(fmt::format("no window '{}'", name));
  };
  const std::string stage = setup.spec->stages.front().name;
  const harness::MapMemory& states = find((stage + ".states").c_str());
  const harness::MapMemory& wear = find((stage + ".wear").c_str());
  for (std::uint32_t row = 0; row < static_cast<std::uint32_t>(states.rows); ++row) {
    std::vector<std::uint8_t> devices;
    for (std::uint32_t device = 0; device < static_cast<std::uint32_t>(states.row_bits);) {
      const std::uint32_t word =
          bench.read(states.address + row * states.row_stride_bytes + device / kLaneBits * 4);
      do {
        devices.push_back((word >> (device % kLaneBits)) & 1);
      } while (++device % kLaneBits != 0 && device < static_cast<std::uint32_t>(states.row_bits));
    }
    remains.states.push_back(std::move(devices));
    remains.wear.push_back(bench.read(wear.address + row * wear.row_stride_bytes));
  }
  const std::int64_t read = params.lanes() * params.words + kWord;
  bench.send(harness::beats_of(
      {{.kind = WordKind::Value, .address = read}, {.kind = WordKind::EndOfSample}}));
  await_words(bench, static_cast<std::size_t>(params.lanes()) + 2);
  remains.answer = payloads(bench);
  if (bench.fault()) throw std::runtime_error(bench.fault()->text);
  return remains;
}

// ------------------------------------------------------------------------------------- Comparison

struct Counts {
  std::int64_t cuts = 0, old_words = 0, new_words = 0, reported = 0, silent = 0, different = 0;
};

void classify(const Case& test, const std::vector<std::int64_t>& answer, Counts& counts) {
  constexpr std::int64_t kReports = 1 << 2 | 1 << 5;
  std::uint64_t data = 0;
  for (int lane = 0; lane < test.params.lanes(); ++lane) {
    data |= static_cast<std::uint64_t>(answer[static_cast<std::size_t>(lane)])
            << (lane * kLaneBits);
  }
  ++counts.cuts;
  if ((answer.back() & kReports) != 0) {
    ++counts.reported;
  } else if (data == test.old_word) {
    ++counts.old_words;
  } else if (data == test.new_word) {
    ++counts.new_words;
  } else {
    ++counts.silent;
  }
}

/// Cycles that pass before the first step, the same on all dies: what makes the most cuts equal.
std::size_t find_way(const std::vector<Remains>& golden, const std::vector<Remains>& rtl) {
  std::size_t best = 0, most = 0;
  for (std::size_t way = 0; way < kLongestWay; ++way) {
    std::size_t equal = 0;
    for (std::size_t t = 0; t < rtl.size(); ++t) {
      equal += rtl[t] == golden[std::min(t < way ? 0 : t - way, golden.size() - 1)] ? 1 : 0;
    }
    if (equal > most) std::tie(best, most) = std::pair(way, equal);
  }
  return best;
}

int run(const char* file, int dies) {
  Diagnostics diagnostics;
  const auto fail = [&] {
    for (const Diagnostic& each : diagnostics.all()) {
      fmt::print(stderr, "{}: {} {}\n", each.code, each.message, each.help);
    }
    return 2;
  };
  const auto spec = read_spec(file, diagnostics);
  const auto stimulus = spec ? data::Stimulus::open(*spec, 1, diagnostics) : std::nullopt;
  if (!stimulus) return fail();
  const std::map<std::string, std::string> files = generate_files(*spec).files;
  const auto verilator = flows::find_verilator(diagnostics);
  const auto compiler = flows::find_compiler(diagnostics);
  const auto source = flows::model_source(files, spec->name, diagnostics);
  if (!verilator || !compiler || !source) return fail();
  const auto model = flows::build_model(*source, {.cache = flows::default_cache()}, *verilator,
                                        *compiler, diagnostics);
  if (!model) return fail();
  const auto dut = harness::load_model(model->shared_object)->make(1);
  harness::Bench bench(*dut, {});
  bench.reset();
  harness::Setup setup = harness::make_setup(*spec, *stimulus, files);

  Counts counts;
  std::optional<std::size_t> way;
  std::mt19937_64 random(1);
  for (int die = 0; die < dies; ++die) {
    MramMacroSpec params = dynamic_cast<const MramMacroSpec&>(*spec->stages.front().params);
    params.devices.seed = static_cast<std::uint32_t>(random());
    setup.settings = {{spec->stages.front().name + ".device_seed", params.devices.seed}};
    const Case test{.params = params,
                    .old_word = random() >> (64 - params.data_bits),
                    .new_word = random() >> (64 - params.data_bits)};
    const std::vector<Remains> golden = golden_remains(test);
    std::vector<Remains> rtl;
    for (std::size_t t = 0; t < golden.size() + kLongestWay; ++t) {
      rtl.push_back(rtl_remains(test, setup, bench, t));
      classify(test, rtl.back().answer, counts);
    }
    if (!way) way = find_way(golden, rtl);
    for (std::size_t t = 0; t < rtl.size(); ++t) {
      const std::size_t cut = std::min(t < *way ? 0 : t - *way, golden.size() - 1);
      if (rtl[t] == golden[cut]) continue;
      if (++counts.different <= 5) {
        const Remains& other = golden[cut];
        fmt::print("die {}: power off after {} of {} cycles: not the same:{}{}{}\n", die, cut,
                   golden.size() - 1, rtl[t].states == other.states ? "" : " devices",
                   rtl[t].wear == other.wear ? "" : " wear",
                   rtl[t].answer == other.answer ? "" : " answer");
      }
    }
  }
  fmt::print(
      "{} cuts on {} dies, first step {} cycles after the offer: {} differ; old word {}, "
      "new word {}, reported {}, silent {}\n",
      counts.cuts, dies, way.value_or(0), counts.different, counts.old_words, counts.new_words,
      counts.reported, counts.silent);
  const bool all_met = counts.old_words > 0 && counts.new_words > 0 && counts.reported > 0;
  return counts.different == 0 && counts.silent == 0 && all_met ? 0 : 1;
}

}  // namespace
}  // namespace nacre

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: power_cut SPEC DIES\n");
    return 2;
  }
  return nacre::run(argv[1], std::atoi(argv[2]));
}
