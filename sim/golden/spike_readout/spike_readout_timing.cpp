#include "golden/spike_readout/spike_readout_timing.hpp"

#include <algorithm>

#include "spike_readout/spike_readout_spec.hpp"

namespace nacre::golden {

TimingProcess time_spike_readout(const Stage& stage, StageChannels channels) {
  const auto& spec = params_of<SpikeReadoutSpec>(stage);
  Channel& in = *channels.in;
  Channel& out = *channels.out;
  bool decided = false;
  bool event_since_evaluation = false;
  std::int64_t next_pop = 0;
  while (!in.all_popped()) {
    const Head head = co_await in.head();
    const std::int64_t c = std::max(head.valid, next_pop);
    in.pop(c);
    next_pop = c + 1;
    const std::int64_t scanned = c + spec.classes + 2;
    if (head.word.kind == WordKind::Event) {
      event_since_evaluation = true;
      continue;
    }
    if (head.word.kind == WordKind::EndOfStep) {
      std::int64_t verdict = c + 1;
      const bool evaluated = spec.rule != DecisionRule::Count && !decided && event_since_evaluation;
      if (evaluated) {
        event_since_evaluation = false;
        decided = head.sent > 0;
        verdict = scanned + 1;
        if (decided) {
          const std::int64_t pushed = std::max(scanned, co_await out.room());
          out.push(pushed);
          verdict = pushed + 1;
        }
        next_pop = verdict;
      }
      if (channels.verdict_out != nullptr) channels.verdict_out->send(verdict);
      continue;
    }
    std::int64_t from = c + 1;
    if (!decided) {
      const std::int64_t pushed =
          std::max(event_since_evaluation ? scanned : from, co_await out.room());
      out.push(pushed);
      from = pushed + 1;
    }
    if (spec.report_counts) {
      ++from;  // the first count is read
      for (std::int64_t i = 0; i < spec.classes; ++i) {
        const std::int64_t pushed = std::max(from, co_await out.room());
        out.push(pushed);
        from = pushed + 1;
      }
    }
    const std::int64_t pushed = std::max(from, co_await out.room());
    out.push(pushed);
    next_pop = pushed + 1;
  }
}

}  // namespace nacre::golden
