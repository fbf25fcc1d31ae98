#include <fmt/format.h>

#include <utility>

#include "harness/lockstep.hpp"

namespace nacre::harness {

std::string check_name(Check check) {
  switch (check) {
    case Check::IdAndHash:
      return "id_and_hash";
    case Check::MemoryReadback:
      return "memory_readback";
    case Check::Registers:
      return "registers";
    case Check::BusRefusals:
      return "bus_refusals";
    case Check::BadWords:
      return "bad_words";
    case Check::OutputWords:
      return "output_words";
    case Check::State:
      return "state";
    case Check::Counters:
      return "counters";
    case Check::ErrorFlags:
      return "error_flags";
    case Check::Cycles:
      return "cycles";
    case Check::Resets:
      return "resets";
    case Check::RunTimeAccesses:
      return "run_time_accesses";
  }
  return {};
}

void Findings::compare(Check check, std::int64_t expected, std::int64_t got,
                       const Difference& place) {
  ++checks_[static_cast<std::size_t>(check)].comparisons;
  if (expected == got) return;
  Difference difference = place;
  difference.check = check;
  difference.expected = expected;
  difference.got = got;
  --checks_[static_cast<std::size_t>(check)].comparisons;  // `fail` counts it
  fail(std::move(difference));
}

void Findings::add_equal(Check check, std::int64_t comparisons) {
  checks_[static_cast<std::size_t>(check)].comparisons += comparisons;
}

void Findings::fail(Difference difference) {
  CheckCount& count = checks_[static_cast<std::size_t>(difference.check)];
  ++count.comparisons;
  ++count.failures;
  ++num_differences_;
  if (differences_.size() < keep_) differences_.push_back(std::move(difference));
}

void Findings::take_fault(const Bench& bench, Check check, std::int64_t sample, std::int64_t step) {
  if (!bench.fault()) return;
  fail({.check = check,
        .sample = sample,
        .step = step,
        .field = bench.fault()->kind == Fault::Kind::Hang ? "hang" : "protocol",
        .text = bench.fault()->text});
}

void Findings::merge(const Findings& other) {
  for (std::size_t i = 0; i < checks_.size(); ++i) {
    checks_[i].comparisons += other.checks_[i].comparisons;
    checks_[i].failures += other.checks_[i].failures;
  }
  num_differences_ += other.num_differences_;
  for (const Difference& each : other.differences_) {
    if (differences_.size() < keep_) differences_.push_back(each);
  }
}

}  // namespace nacre::harness
