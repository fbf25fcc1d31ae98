#pragma once
// One design under test beside its golden model, on one thread.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "harness/lockstep.hpp"

namespace nacre::harness {

/// One design under test and its golden model, on one thread.
class Worker {
 public:
  Worker(const Setup& setup, const DutFactory& factory, const LockstepOptions& options);

  /// Reset, identification, memories; with `thorough` they are read back and registers are tried.
  Findings bring_up(bool thorough);

  /// Bad words, refused accesses, the interrupt: what a host can do wrong. Once per run, at its
  /// end.
  Findings try_misuse();

  /// Runs the samples [begin, end) after a reset; stops at the first with a difference. `results`
  /// has one entry per sample.
  Findings run_block(std::int64_t begin, std::int64_t end, SampleResult* results,
                     std::map<std::string, std::int64_t>& counters);

  /// Called before each sample, and before what follows a block's samples (`end_of_block`).
  std::function<void(std::int64_t index, bool end_of_block)> before_sample;
  /// Called before each time step of a run step by step.
  std::function<void(std::int64_t step)> before_step;
  /// Sample that goes step by step although the others do not; -1: none.
  std::int64_t stepwise_sample = -1;
  /// What the golden model said about the last sample.
  const Expected& last_expected() const { return expected_; }

  std::int64_t cycles() const { return bench_.cycle(); }
  Dut& dut() { return *dut_; }

 private:
  void run_one(std::int64_t index, Findings& findings, SampleResult& result,
               std::map<std::string, std::int64_t>& counters);
  void end_block(std::int64_t begin, std::int64_t end, Findings& findings,
                 std::map<std::string, std::int64_t>& counters);

  const Setup& setup_;
  const LockstepOptions& options_;
  std::unique_ptr<Dut> dut_;
  Bench bench_;
  GoldenSide golden_;
  Expected expected_;
};

}  // namespace nacre::harness
