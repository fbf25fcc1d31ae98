#include "golden/event_join/event_join_model.hpp"

#include <algorithm>
#include <utility>

#include "golden/counters.hpp"
#include "golden/event_join/event_join_timing.hpp"

namespace nacre::golden {

std::int64_t joined_address(const EventJoinSpec& spec, std::size_t input, std::int64_t address) {
  if (spec.mode == JoinMode::Add) return address;
  const std::int64_t own = spec.inputs[input].channels;
  std::int64_t before = 0;
  std::int64_t all = 0;
  for (std::size_t i = 0; i < spec.inputs.size(); ++i) {
    if (i < input) before += spec.inputs[i].channels;
    all += spec.inputs[i].channels;
  }
  return address / own * all + before + address % own;
}

std::optional<std::size_t> first_by_address(const EventJoinSpec& spec,
                                            const std::vector<Word>& in_front) {
  std::optional<std::size_t> first;
  std::int64_t lowest = 0;
  for (std::size_t input = 0; input < in_front.size(); ++input) {
    if (in_front[input].kind != WordKind::Event) continue;
    const std::int64_t address = joined_address(spec, input, in_front[input].address);
    if (first && address >= lowest) continue;
    first = input;
    lowest = address;
  }
  return first;
}

EventJoinModel::EventJoinModel(std::shared_ptr<const EventJoinSpec> spec)
    : spec_(std::move(spec)), waiting_(spec_->inputs.size()) {}

void EventJoinModel::reset() {
  for (std::deque<Word>& words : waiting_) words.clear();
  current_ = 0;
  events_ = 0;
}

void EventJoinModel::push_from(std::size_t input, const Word& word, std::vector<Word>& out) {
  NACRE_CHECK(word.kind != WordKind::Value, "event_join: a value on an event stream");
  waiting_.at(input).push_back(word);
  if (spec_->order == JoinOrder::Input) {
    join_by_input(out);
  } else {
    join_by_address(out);
  }
}

void EventJoinModel::send_event(std::size_t input, std::vector<Word>& out) {
  Word word = waiting_[input].front();
  waiting_[input].pop_front();
  word.address = joined_address(*spec_, input, word.address);
  out.push_back(word);
  ++events_;
}

void EventJoinModel::join_by_input(std::vector<Word>& out) {
  while (!waiting_[current_].empty()) {
    if (waiting_[current_].front().kind == WordKind::Event) {
      send_event(current_, out);
      continue;
    }
    const Word closing = waiting_[current_].front();
    waiting_[current_].pop_front();
    if (current_ == 0) closing_ = closing;
    NACRE_CHECK(closing == closing_, "event_join: inputs with different time steps");
    current_ = (current_ + 1) % waiting_.size();
    if (current_ == 0) out.push_back(closing);
  }
}

void EventJoinModel::join_by_address(std::vector<Word>& out) {
  const auto is_empty = [](const std::deque<Word>& words) { return words.empty(); };
  while (std::none_of(waiting_.begin(), waiting_.end(), is_empty)) {
    std::vector<Word> in_front;
    for (const std::deque<Word>& words : waiting_) in_front.push_back(words.front());
    if (const auto first = first_by_address(*spec_, in_front); first) {
      send_event(*first, out);
      continue;
    }
    const Word closing = waiting_.front().front();
    for (std::deque<Word>& words : waiting_) {
      NACRE_CHECK(words.front() == closing, "event_join: inputs with different time steps");
      words.pop_front();
    }
    out.push_back(closing);
  }
}

CounterValues EventJoinModel::counters() const { return {{"events", wrap_counter(events_)}}; }

const KindModel& event_join_kind_model() {
  static const KindModel kind{
      .name = "event_join",
      .make = [](const Stage& stage) -> std::unique_ptr<StageModel> {
        return std::make_unique<EventJoinModel>(
            std::static_pointer_cast<const EventJoinSpec>(stage.params));
      },
      .time = time_event_join,
      .input_buffer =
          [](const Stage& stage, std::size_t input) {
            return params_of<EventJoinSpec>(stage).inputs[input].buffer_words;
          }};
  return kind;
}

}  // namespace nacre::golden
