#include "golden/spiking_dense/spiking_dense_timing.hpp"

#include <algorithm>

#include "golden/neuron/neuron.hpp"
#include "spiking_dense/spiking_dense_spec.hpp"

namespace nacre::golden {

// A slot issued in cycle c is executed (part E) from c+1 on and leaves E in cycle `left`: c+1, or,
// when it sends words, the first cycle from c+1 on in which the serializer is ready. While E is
// stalled no slot is issued, so the next one comes in `left` at the earliest.
TimingProcess time_spiking_dense(const Stage& stage, StageChannels channels) {
  const auto& spec = params_of<SpikingDenseSpec>(stage);
  Channel& in = *channels.in;
  Channel& out = *channels.out;
  const std::int64_t lanes = spec.lanes;
  const std::int64_t rows = (spec.neurons + lanes - 1) / lanes;
  // Whether a pass is needed depends on the events before it, so the first slot of an `end_of_step`
  // waits until they have been executed.
  const bool waits_for_events = !needs_every_pass(spec.neuron, !spec.bias.empty()) &&
                                spec.neuron.fire == Fire::Event && spec.neuron.refractory_steps > 0;

  std::int64_t left = 0;
  std::int64_t serializer_ready = 0;  // the cycle of its last push
  bool event_in_execution = false;
  while (!in.all_popped()) {
    const Head head = co_await in.head();
    const bool is_event = head.word.kind == WordKind::Event;
    const bool wait =
        waits_for_events && event_in_execution && head.word.kind == WordKind::EndOfStep;
    std::int64_t issued = std::max(head.valid, left + (wait ? 1 : 0));
    event_in_execution = is_event;
    // The spikes of the word, not the marker that ends it.
    std::int64_t spikes = head.sent - (is_event ? 0 : 1);
    const bool has_rows = is_event || head.work != 0;
    for (std::int64_t row = 0; has_rows && row < rows; ++row) {
      if (row > 0) issued = left;
      left = issued + 1;
      bool silent = true;
      while (spikes > 0 && out.next_word().address / lanes == row) {
        if (silent) left = std::max(left, serializer_ready);
        const std::int64_t from = silent ? left + 1 : serializer_ready + 1;
        silent = false;
        serializer_ready = std::max(from, co_await out.room());
        out.push(serializer_ready);
        --spikes;
      }
    }
    NACRE_CHECK(spikes == 0, "spiking_dense: spikes in ascending order");
    if (!is_event) {
      if (has_rows) issued = left;
      left = std::max(issued + 1, serializer_ready);
      serializer_ready = std::max(left + 1, co_await out.room());
      out.push(serializer_ready);
    }
    in.pop(issued);
  }
}

}  // namespace nacre::golden
