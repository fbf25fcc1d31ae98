#include "golden/event_map/event_map_timing.hpp"

#include <algorithm>
#include <cstddef>

#include "event_map/event_map_spec.hpp"

namespace nacre::golden {

TimingProcess time_event_map(const Stage& stage, StageChannels channels) {
  const bool is_or_pool = params_of<EventMapSpec>(stage).operation == MapOperation::OrPool;
  Channel& in = *channels.in;
  Channel& out = *channels.out;
  std::int64_t next_pop = 0;
  while (!in.all_popped()) {
    const Head head = co_await in.head();
    const std::int64_t popped = std::max(head.valid, next_pop);
    const bool lists_turns = is_or_pool && head.word.kind == WordKind::Event;
    const std::int64_t turns =
        lists_turns ? static_cast<std::int64_t>(head.work_list.size()) : head.sent;
    in.pop(popped);
    next_pop = popped + 1;  // of a word without turns
    std::int64_t from = popped + 1;
    for (std::int64_t turn = 0; turn < turns; ++turn) {
      const std::int64_t cycle = std::max(from, co_await out.room());
      const bool sends = !lists_turns || head.work_list[static_cast<std::size_t>(turn)] != 0;
      if (sends) out.push(cycle);
      from = cycle + 1;
      next_pop = cycle;
    }
  }
}

}  // namespace nacre::golden
