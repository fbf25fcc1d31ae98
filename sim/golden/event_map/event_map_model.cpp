#include "golden/event_map/event_map_model.hpp"

#include <algorithm>
#include <utility>

#include "golden/counters.hpp"
#include "golden/event_map/event_map_timing.hpp"

namespace nacre::golden {

namespace {

/// Numbers first ... last; none when last < first.
struct Range {
  std::int64_t first = 0;
  std::int64_t last = -1;
};

/// Floor of a / b, b > 0.
std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

/// All o with o stride <= place + padding < o stride + kernel and 0 <= o < outputs.
Range windows_of(std::int64_t place, const MapAxis& axis) {
  const std::int64_t padded = place + axis.padding_before;
  const std::int64_t first = floor_divide(padded - axis.kernel, axis.stride) + 1;
  const std::int64_t last = floor_divide(padded, axis.stride);
  return {.first = std::max(first, std::int64_t{0}), .last = std::min(last, axis.outputs - 1)};
}

Range block_of(std::int64_t place, const MapAxis& axis) {
  return {.first = place * axis.factor, .last = place * axis.factor + axis.factor - 1};
}

}  // namespace

EventMapModel::EventMapModel(std::shared_ptr<const EventMapSpec> spec) : spec_(std::move(spec)) {
  if (spec_->operation == MapOperation::OrPool) {
    const std::int64_t outputs = spec_->rows.outputs * spec_->columns.outputs * spec_->channels;
    sent_in_step_.assign(static_cast<std::size_t>(2 * outputs), 0);
  }
}

void EventMapModel::reset() {
  std::fill(sent_in_step_.begin(), sent_in_step_.end(), 0);
  step_ = 1;
  turns_.clear();
  events_in_ = events_out_ = 0;
}

std::vector<std::int64_t> EventMapModel::addresses_of(std::int64_t address) const {
  const std::int64_t channel = address % spec_->channels;
  const std::int64_t x = address / spec_->channels % spec_->columns.inputs;
  const std::int64_t y = address / spec_->channels / spec_->columns.inputs;
  if (spec_->operation == MapOperation::Flatten) {
    if (spec_->order == FlattenOrder::Hwc) return {address};
    return {(channel * spec_->rows.inputs + y) * spec_->columns.inputs + x};
  }
  const bool repeats = spec_->operation == MapOperation::Upsample;
  const Range rows = repeats ? block_of(y, spec_->rows) : windows_of(y, spec_->rows);
  const Range columns = repeats ? block_of(x, spec_->columns) : windows_of(x, spec_->columns);
  std::vector<std::int64_t> addresses;
  for (std::int64_t oy = rows.first; oy <= rows.last; ++oy) {
    for (std::int64_t ox = columns.first; ox <= columns.last; ++ox) {
      addresses.push_back((oy * spec_->columns.outputs + ox) * spec_->channels + channel);
    }
  }
  return addresses;
}

bool EventMapModel::is_new(std::int64_t address, bool negative) {
  const auto half = static_cast<std::int64_t>(sent_in_step_.size() / 2);
  std::int64_t& sent = sent_in_step_[static_cast<std::size_t>(address + (negative ? half : 0))];
  return std::exchange(sent, step_) != step_;
}

void EventMapModel::push(const Word& word, std::vector<Word>& out) {
  NACRE_CHECK(word.kind != WordKind::Value, "event_map: a value on an event stream");
  turns_.clear();
  if (word.kind != WordKind::Event) {
    ++step_;
    out.push_back(word);
    return;
  }
  ++events_in_;
  const bool is_or_pool = spec_->operation == MapOperation::OrPool;
  for (const std::int64_t address : addresses_of(word.address)) {
    const bool sends = !is_or_pool || is_new(address, word.negative);
    if (is_or_pool) turns_.push_back(sends ? 1 : 0);
    if (!sends) continue;
    ++events_out_;
    out.push_back(Word{.kind = WordKind::Event, .negative = word.negative, .address = address});
  }
}

CounterValues EventMapModel::counters() const {
  return {{"events_in", wrap_counter(events_in_)}, {"events_out", wrap_counter(events_out_)}};
}

const KindModel& event_map_kind_model() {
  static const KindModel kind{.name = "event_map",
                              .make = [](const Stage& stage) -> std::unique_ptr<StageModel> {
                                return std::make_unique<EventMapModel>(
                                    std::static_pointer_cast<const EventMapSpec>(stage.params));
                              },
                              .time = time_event_map};
  return kind;
}

}  // namespace nacre::golden
