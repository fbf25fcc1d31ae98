#pragma once
// spike_readout: counts spikes per class and decides (the kind's README is the contract).

#include <cstdint>
#include <memory>
#include <vector>

#include "golden/kind_model.hpp"
#include "spike_readout/spike_readout_spec.hpp"

namespace nacre::golden {

class SpikeReadoutModel final : public StageModel {
 public:
  explicit SpikeReadoutModel(std::shared_ptr<const SpikeReadoutSpec> spec);
  void reset() override;
  void push(const Word& word, std::vector<Word>& out) override;
  bool decided() const override { return decided_; }
  State state() const override;
  CounterValues counters() const override;

 private:
  void start_sample();
  void count_event(const Word& word);
  bool rule_decides() const;
  void decide(std::vector<Word>& out);

  std::shared_ptr<const SpikeReadoutSpec> spec_;
  std::vector<std::int64_t> count_;
  std::int64_t winner_ = 0;  ///< of the decision; 0 while undecided
  bool decided_ = false;
  bool event_since_ = false;  ///< an event came since the last evaluation
  bool fresh_ = true;         ///< the next word starts a sample
  std::int64_t events_in_ = 0;
  std::int64_t steps_ = 0;
  std::int64_t early_decisions_ = 0;
};

}  // namespace nacre::golden
