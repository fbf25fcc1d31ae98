#include "golden/spiking_conv/spiking_conv_timing.hpp"

#include <algorithm>
#include <span>

#include "golden/spiking_conv/conv_neurons.hpp"
#include "golden/spiking_conv/spiking_conv_model.hpp"

namespace nacre::golden {

namespace {

/// Cycles from cycle u of an `end_of_step` to the slot of the first marked row.
constexpr std::int64_t kSearch = 2;

}  // namespace

// A slot issued in cycle c is in part E from c+1 on, done there after one cycle for each leak of
// its catch-up, and leaves E in cycle `left`: when it is done, or, when it sends words, the first
// cycle from then on in which the serializer is ready. No slot is issued in a cycle in which E
// holds, so the next one comes in `left` at the earliest.
TimingProcess time_spiking_conv(const Stage&, StageChannels channels) {
  Channel& in = *channels.in;
  Channel& out = *channels.out;

  std::int64_t issued = 0;            // the last slot
  std::int64_t left = 0;              // its leaving E
  std::int64_t event_left = 0;        // that of the last slot of an event
  std::int64_t serializer_ready = 0;  // the cycle of its last push
  while (!in.all_popped()) {
    const Head head = co_await in.head();
    const ConvWork work = conv_work_of(head.work, head.work_list);
    const bool is_event = head.word.kind == WordKind::Event;
    // Part J is empty, or issues its last slot.
    const std::int64_t popped = std::max(head.valid, issued);
    in.pop(popped);
    std::int64_t next = popped + 1;
    if (head.word.kind == WordKind::EndOfStep) {
      next = std::max(next, event_left + 1);
      if (work.searched && work.slots > 0) next += kSearch;
    }

    std::int64_t slot = 0;
    const auto pass_quick_slots = [&](std::int64_t until) {
      if (slot == until) return;
      issued = std::max(next, left) + until - slot - 1;
      left = issued + 1;
      next = issued + 1;
      slot = until;
    };
    for (const SlowSlot& slow : work.slow) {
      pass_quick_slots(slow.slot);
      issued = std::max(next, left);
      next = issued + 1;
      ++slot;
      left = issued + 1 + slow.leaks;
      if (slow.spikes == 0) continue;
      left = std::max(left, serializer_ready);
      serializer_ready = left;
      for (std::int64_t spike = 0; spike < slow.spikes; ++spike) {
        serializer_ready = std::max(serializer_ready + 1, co_await out.room());
        out.push(serializer_ready);
      }
    }
    pass_quick_slots(work.slots);
    if (is_event) {
      if (work.slots > 0) event_left = left;
    } else {
      issued = std::max(next, left);
      left = std::max(issued + 1, serializer_ready);
      serializer_ready = std::max(left + 1, co_await out.room());
      out.push(serializer_ready);
    }
  }
}

}  // namespace nacre::golden
