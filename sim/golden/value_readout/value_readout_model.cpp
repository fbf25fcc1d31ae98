#include "golden/value_readout/value_readout_model.hpp"

#include <utility>

#include "golden/counters.hpp"
#include "golden/value_readout/value_readout_timing.hpp"

namespace nacre::golden {

ValueReadoutModel::ValueReadoutModel(std::shared_ptr<const ValueReadoutSpec> spec)
    : spec_(std::move(spec)) {}

void ValueReadoutModel::reset() {
  frame_.clear();
  decision_.reset();
  fresh_ = true;
  frames_ = values_in_ = 0;
}

std::optional<Word> ValueReadoutModel::largest() const {
  std::optional<Word> best;
  for (const Word& word : frame_) {
    const bool better = !best || word.payload > best->payload ||
                        (word.payload == best->payload && word.address < best->address);
    if (better) best = word;
  }
  return best;
}

void ValueReadoutModel::close_frame(std::vector<Word>& out) {
  decision_ = largest();
  frame_.clear();
  if (!decision_) return;
  ++frames_;
  out.push_back(Word{.kind = WordKind::Event, .address = decision_->address});
}

void ValueReadoutModel::push(const Word& word, std::vector<Word>& out) {
  if (std::exchange(fresh_, false)) decision_.reset();
  switch (word.kind) {
    case WordKind::Value:
      ++values_in_;
      frame_.push_back(word);
      decision_.reset();
      if (spec_->report_values) out.push_back(word);
      return;
    case WordKind::EndOfStep:
      NACRE_CHECK(spec_->steps, "value_readout: a step on a stream without");
      close_frame(out);
      out.push_back(word);
      return;
    case WordKind::EndOfSample:
      if (!spec_->steps) close_frame(out);
      frame_.clear();
      fresh_ = true;
      out.push_back(word);
      return;
    case WordKind::Event:
      break;
  }
  NACRE_CHECK(false, "value_readout: an event on a value stream");
}

State ValueReadoutModel::state() const {
  const std::int64_t decision = decision_ ? (std::int64_t{1} << 31) | decision_->address : 0;
  return {{"decision", {decision}}, {"largest", {decision_ ? decision_->payload : 0}}};
}

CounterValues ValueReadoutModel::counters() const {
  return {{"frames", wrap_counter(frames_)}, {"values_in", wrap_counter(values_in_)}};
}

const KindModel& value_readout_kind_model() {
  static const KindModel kind{.name = "value_readout",
                              .make = [](const Stage& stage) -> std::unique_ptr<StageModel> {
                                return std::make_unique<ValueReadoutModel>(
                                    std::static_pointer_cast<const ValueReadoutSpec>(stage.params));
                              },
                              .time = time_value_readout};
  return kind;
}

}  // namespace nacre::golden
