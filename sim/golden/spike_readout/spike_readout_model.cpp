#include "golden/spike_readout/spike_readout_model.hpp"

#include <algorithm>
#include <utility>

#include "golden/counters.hpp"
#include "golden/spike_readout/spike_readout_timing.hpp"

namespace nacre::golden {

namespace {

/// The class of the largest count, the lowest number among equals.
std::int64_t winner_of(const std::vector<std::int64_t>& counts) {
  return std::max_element(counts.begin(), counts.end()) - counts.begin();
}

}  // namespace

SpikeReadoutModel::SpikeReadoutModel(std::shared_ptr<const SpikeReadoutSpec> spec)
    : spec_(std::move(spec)) {
  reset();
}

void SpikeReadoutModel::reset() {
  start_sample();
  fresh_ = true;
  events_in_ = steps_ = early_decisions_ = 0;
}

void SpikeReadoutModel::start_sample() {
  count_.assign(static_cast<std::size_t>(spec_->classes), 0);
  winner_ = 0;
  decided_ = false;
  event_since_ = false;
}

void SpikeReadoutModel::push(const Word& word, std::vector<Word>& out) {
  if (std::exchange(fresh_, false)) start_sample();
  switch (word.kind) {
    case WordKind::Event:
      count_event(word);
      return;
    case WordKind::EndOfStep:
      ++steps_;
      if (!decided_ && spec_->rule != DecisionRule::Count && std::exchange(event_since_, false) &&
          rule_decides()) {
        decide(out);
        ++early_decisions_;
      }
      return;
    case WordKind::EndOfSample:
      if (!decided_) decide(out);
      if (spec_->report_counts) {
        for (std::int64_t c = 0; c < spec_->classes; ++c) {
          out.push_back(Word{.kind = WordKind::Value,
                             .address = c,
                             .payload = count_[static_cast<std::size_t>(c)]});
        }
      }
      out.push_back(Word{.kind = WordKind::EndOfSample});
      fresh_ = true;
      return;
    case WordKind::Value:
      break;
  }
  NACRE_CHECK(false, "spike_readout: a value on an event stream");
}

void SpikeReadoutModel::count_event(const Word& word) {
  ++events_in_;
  if (decided_) return;
  const std::int64_t limit = std::int64_t{1} << (spec_->counter_bits - 1);
  std::int64_t& count = count_[static_cast<std::size_t>(word.address)];
  count = std::clamp(count + (word.negative ? -1 : 1), -limit, limit - 1);
  event_since_ = true;
}

bool SpikeReadoutModel::rule_decides() const {
  const std::int64_t winner = winner_of(count_);
  const std::int64_t largest = count_[static_cast<std::size_t>(winner)];
  switch (spec_->rule) {
    case DecisionRule::Count:
      return false;
    case DecisionRule::FirstToK:
      return largest >= spec_->target;
    case DecisionRule::Lead: {
      NACRE_CHECK(spec_->classes >= 2, "spike_readout: rule lead needs two classes");
      std::vector<std::int64_t> others = count_;
      others.erase(others.begin() + winner);
      return largest - *std::max_element(others.begin(), others.end()) >= spec_->target;
    }
  }
  NACRE_CHECK(false, "spike_readout: unknown rule");
}

void SpikeReadoutModel::decide(std::vector<Word>& out) {
  winner_ = winner_of(count_);
  decided_ = true;
  out.push_back(Word{.kind = WordKind::Event, .address = winner_});
}

State SpikeReadoutModel::state() const {
  const std::int64_t decision = decided_ ? (std::int64_t{1} << 31) | winner_ : 0;
  return {{"count", count_}, {"decision", {decision}}};
}

CounterValues SpikeReadoutModel::counters() const {
  return {{"events_in", wrap_counter(events_in_)},
          {"steps", wrap_counter(steps_)},
          {"early_decisions", wrap_counter(early_decisions_)}};
}

const KindModel& spike_readout_kind_model() {
  static const KindModel kind{.name = "spike_readout",
                              .make = [](const Stage& stage) -> std::unique_ptr<StageModel> {
                                return std::make_unique<SpikeReadoutModel>(
                                    std::static_pointer_cast<const SpikeReadoutSpec>(stage.params));
                              },
                              .time = time_spike_readout};
  return kind;
}

}  // namespace nacre::golden
