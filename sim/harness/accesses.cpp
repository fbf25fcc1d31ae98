// What a host does to stages at run time (docs/verification.md, "Accesses at run time").

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "harness/lockstep.hpp"

namespace nacre::harness {
namespace {

using golden::HostAccess;
using golden::Moment;

/// Samples of each block that run with accesses.
constexpr std::int64_t kRounds = 12;
/// Random decisions here must not meet those of any sample.
constexpr std::uint64_t kFirstRound = std::uint64_t{1} << 60;
constexpr std::uint32_t kErrorRefusedBusy = 1u << 5;
constexpr std::uint32_t kErrorRefused = 1u << 6;

/// Words of configuration written at run time: (memory, word of its image) -> value.
using Written = std::map<std::pair<std::size_t, std::size_t>, std::uint32_t>;

const char* name_of(Moment moment) {
  switch (moment) {
    case Moment::Idle:
      return "between samples";
    case Moment::Begun:
      return "while a sample is sent";
    case Moment::Busy:
      return "while the output is held back";
  }
  return "";
}

/// Index of the memory of that full name; the number of memories when there is none.
std::size_t memory_index(const AddressMap& map, const std::string& name) {
  std::size_t m = 0;
  while (m < map.memories.size() && map.memories[m].name != name) ++m;
  return m;
}

std::uint32_t word_address(const MapMemory& memory, std::int64_t row, std::int64_t word) {
  return memory.address + static_cast<std::uint32_t>(row) * memory.row_stride_bytes +
         static_cast<std::uint32_t>(word) * 4;
}

/// Rounds of accesses and samples on one design.
class Rounds {
 public:
  Rounds(const Setup& setup, Bench& bench, GoldenSide& golden, const LockstepOptions& options,
         std::int64_t begin, std::int64_t end, Findings& findings)
      : setup_(setup),
        bench_(bench),
        golden_(golden),
        stalled_(options.stalls > 0),
        compares_cycles_(!stalled_ && options.checkpoint == Checkpoint::Sample),
        begin_(begin),
        end_(end),
        random_(data::CounterRandom(options.seed, data::Purpose::HostAccess,
                                    static_cast<std::uint64_t>(begin))),
        draw_([this](std::uint64_t bound) { return random_.below(bound); }),
        findings_(findings) {}

  void run() {
    load();
    for (round_ = 0; round_ < kRounds && findings_.clean() && !bench_.fault(); ++round_) {
      bench_.begin(kFirstRound + static_cast<std::uint64_t>(begin_ * kRounds + round_));
      access_idle();
      if (findings_.clean()) run_sample();
    }
    if (findings_.clean()) compare_written();
    load();
    findings_.take_fault(bench_, Check::RunTimeAccesses, begin_);
  }

 private:
  /// The design and the golden model as they were before the first sample.
  void load() {
    bench_.reset_now(2);
    write_settings(setup_, bench_);
    for (const auto& [place, value] : written_) {
      const auto& [m, word] = place;
      bench_.write(address_of(m, word), setup_.images[m][word]);
    }
    written_.clear();
    golden_.reset();
  }

  std::uint32_t address_of(std::size_t m, std::size_t word) const {
    const MapMemory& memory = setup_.map.memories[m];
    const auto words_per_row = static_cast<std::size_t>(memory.words_per_row());
    return word_address(memory, static_cast<std::int64_t>(word / words_per_row),
                        static_cast<std::int64_t>(word % words_per_row));
  }

  /// Compares under the name of the moment.
  void compare(std::int64_t expected, std::int64_t got, const Difference& place, Moment moment) {
    Difference difference = place;
    difference.sample = begin_;
    difference.text += fmt::format("{}accessed {}, round {} after the block's samples",
                                   place.text.empty() ? "" : "; ", name_of(moment), round_);
    difference.end_of_block = true;
    findings_.compare(Check::RunTimeAccesses, expected, got, difference);
  }

  /// Makes the accesses, neighbouring writes without a pause. Returns the control block's flags
  /// that they must raise.
  std::uint32_t make(const std::string& stage, const std::vector<HostAccess>& accesses,
                     Moment moment) {
    const std::uint32_t flag = moment == Moment::Idle ? kErrorRefused : kErrorRefusedBusy;
    std::uint32_t flags = 0;
    std::vector<BusWrite> writes;
    std::size_t first = 0;  // of `writes`
    const auto flush = [&](std::size_t end) {
      if (writes.empty()) return;
      const std::vector<bool> refused = bench_.write_back_to_back(writes);
      for (std::size_t i = first; i < end; ++i) {
        compare(accesses[i].refused ? 1 : 0, refused[i - first] ? 1 : 0,
                place_of(stage, accesses[i], "refused"), moment);
      }
      writes.clear();
    };
    for (std::size_t i = 0; i < accesses.size() && !bench_.fault(); ++i) {
      const HostAccess& access = accesses[i];
      if (access.refused) flags |= flag;
      const std::uint32_t address = address_of_access(stage, access);
      if (access.is_write) {
        if (writes.empty()) first = i;
        writes.push_back({.address = address, .data = access.data});
        continue;
      }
      flush(i);
      bool refused = false;
      const std::uint32_t data = bench_.read(address, &refused);
      compare(access.refused ? 1 : 0, refused ? 1 : 0, place_of(stage, access, "refused"), moment);
      if (!access.refused) compare(access.data, data, place_of(stage, access, "read"), moment);
    }
    flush(accesses.size());
    return flags;
  }

  static Difference place_of(const std::string& stage, const HostAccess& access, const char* what) {
    return {.stage = stage,
            .field = access.target,
            .element = access.row,
            .element_name = "row",
            .text = fmt::format("{} of word {}: {}", access.is_write ? "write" : "read",
                                access.word, what)};
  }

  /// Notes what must be there at the end, and be loaded again.
  std::uint32_t address_of_access(const std::string& stage, const HostAccess& access) {
    const std::string name = stage + "." + access.target;
    const std::size_t m = memory_index(setup_.map, name);
    if (m == setup_.map.memories.size()) return setup_.map.reg(name).address;
    const MapMemory& memory = setup_.map.memories[m];
    if (access.is_write && !access.refused && memory.role == "config") {
      const auto word = static_cast<std::size_t>(access.row * memory.words_per_row() + access.word);
      written_[{m, word}] = access.data;
    }
    return word_address(memory, access.row, access.word);
  }

  void access_idle() {
    ErrorFlags flags;
    for (std::size_t s = 0; s < setup_.spec->stages.size(); ++s) {
      flags.error |= make(setup_.spec->stages[s].name,
                          golden_.draw_accesses(s, Moment::Idle, draw_), Moment::Idle);
    }
    flags |= golden_.take_errors();
    wait_idle(setup_, bench_);
    Findings local;
    check_errors(setup_, bench_, flags, begin_, local);
    std::vector<golden::State> states;
    for (std::size_t s = 0; s < golden_.network().num_stages(); ++s) {
      states.push_back(golden_.network().stage(s).state());
    }
    compare_state(setup_, bench_, states, begin_, -1, local);
    local.take_fault(bench_, Check::RunTimeAccesses, begin_);
    merge(local, Moment::Idle);
  }

  /// One sample of the block, alone or with accesses before it has ended.
  void run_sample() {
    const std::int64_t index =
        begin_ + static_cast<std::int64_t>(draw_(static_cast<std::uint64_t>(end_ - begin_)));
    Expected expected = golden_.expect(setup_.stimulus->sample(index));
    bench_.set_hang_limit(hang_limit(expected, 0.9));
    const std::uint64_t choice = draw_(4);  // the output held back in half of the rounds
    const Moment moment = choice == 0 ? Moment::Idle : choice == 1 ? Moment::Begun : Moment::Busy;
    bool disturbed = moment == Moment::Busy;
    if (disturbed) bench_.set_sink(false);
    bench_.send(beats_of(expected.sample.words));
    if (moment == Moment::Begun) {
      bench_.ticks(static_cast<std::int64_t>(
          draw_(static_cast<std::uint64_t>(std::max<std::int64_t>(1, expected.predicted_cycles)))));
    }
    while (moment == Moment::Busy && !bench_.output_waits() &&
           bench_.check_progress("the first output word")) {
      bench_.tick();
    }
    for (std::size_t s = 0; s < setup_.spec->stages.size() && moment != Moment::Idle; ++s) {
      const auto accesses = golden_.draw_accesses(s, moment, draw_);
      disturbed = disturbed || !accesses.empty();
      expected.errors.error |= make(setup_.spec->stages[s].name, accesses, moment);
    }
    bench_.set_sink(true);
    while (bench_.end_cycle() < 0 && bench_.check_progress("end_of_sample")) bench_.tick();
    const std::int64_t cycles = bench_.end_cycle() - bench_.first_accept_cycle() + 1;
    Findings local;
    compare_end(setup_, bench_, expected, begin_, local);
    if (compares_cycles_ && !disturbed && !bench_.fault()) {
      local.compare(Check::Cycles, expected.predicted_cycles, cycles,
                    {.sample = begin_, .field = "cycles"});
    }
    merge(local, moment);
  }

  void merge(const Findings& local, Moment moment) {
    merge_end_of_block(
        local,
        fmt::format("accessed {}, round {} after the block's samples", name_of(moment), round_),
        findings_);
  }

  /// What was written and can be read is there; what the design made of it is as it must be.
  void compare_written() {
    for (const auto& [place, value] : written_) {
      const auto& [m, word] = place;
      const MapMemory& memory = setup_.map.memories[m];
      if (memory.access == "wo") continue;
      compare(value, bench_.read(address_of(m, word)),
              {.stage = memory.stage,
               .field = memory.name,
               .element = static_cast<std::int64_t>(word),
               .element_name = "word"},
              Moment::Idle);
    }
    Findings local;
    if (!written_.empty()) compare_configuration(setup_, bench_, golden_.network(), local);
    merge(local, Moment::Idle);
  }

  const Setup& setup_;
  Bench& bench_;
  GoldenSide& golden_;
  bool stalled_;
  bool compares_cycles_;
  std::int64_t begin_, end_;
  data::RandomSequence random_;
  golden::Draw draw_;
  Findings& findings_;
  std::int64_t round_ = 0;
  Written written_;
};

}  // namespace

void run_accesses(const Setup& setup, Bench& bench, GoldenSide& golden,
                  const LockstepOptions& options, std::int64_t begin, std::int64_t end,
                  Findings& findings) {
  Rounds(setup, bench, golden, options, begin, end, findings).run();
}

}  // namespace nacre::harness
