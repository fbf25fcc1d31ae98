#include "golden/event_join/event_join_timing.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "event_join/event_join_spec.hpp"
#include "golden/event_join/event_join_model.hpp"

namespace nacre::golden {

namespace {

TimingProcess time_by_input(std::vector<Channel*> ins, Channel& out) {
  std::size_t current = 0;
  std::int64_t next_pop = 0;
  while (!ins.back()->all_popped()) {
    const Head head = co_await ins[current]->head();
    const bool is_event = head.word.kind == WordKind::Event;
    std::int64_t cycle = std::max(head.valid, next_pop);
    if (is_event || current + 1 == ins.size()) {
      cycle = std::max(cycle, co_await out.room());
      out.push(cycle);
    }
    ins[current]->pop(cycle);
    next_pop = cycle + 1;
    if (!is_event) current = (current + 1) % ins.size();
  }
}

TimingProcess time_by_address(const EventJoinSpec& spec, std::vector<Channel*> ins, Channel& out) {
  while (!ins.back()->all_popped()) {
    std::vector<Word> in_front;
    std::int64_t cycle = 0;
    for (const Channel* in : ins) {
      const Head head = co_await in->head();
      in_front.push_back(head.word);
      cycle = std::max(cycle, head.valid);
    }
    cycle = std::max(cycle, co_await out.room());
    out.push(cycle);
    if (const std::optional<std::size_t> first = first_by_address(spec, in_front); first) {
      ins[*first]->pop(cycle);
    } else {
      for (Channel* in : ins) in->pop(cycle);
    }
  }
}

}  // namespace

TimingProcess time_event_join(const Stage& stage, StageChannels channels) {
  const auto& spec = params_of<EventJoinSpec>(stage);
  if (spec.order == JoinOrder::Input) return time_by_input(std::move(channels.ins), *channels.out);
  return time_by_address(spec, std::move(channels.ins), *channels.out);
}

}  // namespace nacre::golden
