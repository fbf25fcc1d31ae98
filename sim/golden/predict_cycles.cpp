#include <algorithm>
#include <deque>

#include "golden/golden.hpp"
#include "golden/kind_model.hpp"
#include "golden/timing.hpp"

namespace nacre::golden {

namespace {

/// A host that always has a word: the ingress takes one in each cycle in which its FIFO has room.
TimingProcess time_host_in(Channel& ingress) {
  while (!ingress.all_pushed()) ingress.push(co_await ingress.room());
}

/// The egress hands each word on in the cycle in which it takes it.
TimingProcess time_egress(Channel& last, Channel& egress) {
  while (!last.all_popped()) {
    const Head head = co_await last.head();
    const std::int64_t cycle = std::max(head.valid, co_await egress.room());
    last.pop(cycle);
    egress.push(cycle);
  }
}

/// A host that is always ready.
TimingProcess time_host_out(Channel& egress) {
  while (!egress.all_popped()) {
    const Head head = co_await egress.head();
    egress.pop(head.valid);
  }
}

}  // namespace

std::int64_t predict_cycles(const Spec& spec, const std::vector<Word>& input,
                            const SampleTrace& trace) {
  const std::size_t num_stages = spec.stages.size();
  NACRE_CHECK(trace.stage_outputs.size() == num_stages, "timing: the trace was not recorded");
  // channels[s] is the input of stage s; behind the last stage come its FIFO and the egress's.
  std::deque<Channel> channels;
  for (std::size_t s = 0; s < num_stages; ++s) {
    channels.emplace_back(s == 0 ? input : trace.stage_outputs[s - 1], trace.stage_sent[s],
                          trace.stage_work[s]);
  }
  channels.emplace_back(trace.output);
  channels.emplace_back(trace.output);

  std::vector<Verdicts> verdicts(num_stages);  // [encoder]
  std::vector<StageChannels> ends(num_stages);
  for (std::size_t s = 0; s < num_stages; ++s) {
    ends[s].in = &channels[s];
    ends[s].out = &channels[s + 1];
    if (const auto decider = stage_decider(spec, s)) {
      ends[s].verdict_in = &verdicts[s];
      ends[*decider].verdict_out = &verdicts[s];
    }
  }
  std::vector<TimingProcess> processes;
  processes.push_back(time_host_in(channels.front()));
  for (std::size_t s = 0; s < num_stages; ++s) {
    processes.push_back(kind_model(spec.stages[s].kind).time(spec.stages[s], ends[s]));
  }
  processes.push_back(time_egress(channels[num_stages], channels[num_stages + 1]));
  processes.push_back(time_host_out(channels[num_stages + 1]));
  run_processes(processes);
  for (const Channel& channel : channels) {
    NACRE_CHECK(channel.all_pushed() && channel.all_popped(), "timing: words left over");
  }
  return channels.back().pops().back() - channels.front().pushes().front() + 1;
}

}  // namespace nacre::golden
