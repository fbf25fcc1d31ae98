#include <algorithm>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "golden/golden.hpp"
#include "golden/kind_model.hpp"
#include "golden/timing.hpp"

namespace nacre::golden {

namespace {

/// A host that always has a word: the ingress takes one in each cycle in which its FIFO has room.
TimingProcess time_host_in(Channel& ingress) {
  while (!ingress.all_pushed()) ingress.push(co_await ingress.room());
}

/// A fork: each word goes to all branches in the first cycle in which every one has room.
TimingProcess time_fork(Channel& in, std::vector<Channel*> branches) {
  while (!in.all_popped()) {
    std::int64_t cycle = (co_await in.head()).valid;
    for (const Channel* branch : branches) cycle = std::max(cycle, co_await branch->room());
    in.pop(cycle);
    for (Channel* branch : branches) branch->push(cycle);
  }
}

/// A FIFO behind another, as the egress is, takes each word in the first cycle in which it has
/// room.
TimingProcess time_behind(Channel& in, Channel& out) {
  while (!in.all_popped()) {
    const Head head = co_await in.head();
    const std::int64_t cycle = std::max(head.valid, co_await out.room());
    in.pop(cycle);
    out.push(cycle);
  }
}

/// A host that is always ready.
TimingProcess time_host_out(Channel& egress) {
  while (!egress.all_popped()) {
    const Head head = co_await egress.head();
    egress.pop(head.valid);
  }
}

/// nacre_stream_buffer writes a word, reads it, and has it in front.
constexpr std::int64_t kBufferLatency = 2;

/// One input of one stage.
struct Taker {
  std::size_t stage = 0;
  std::size_t input = 0;
};

/// Who takes the stream of this name.
std::vector<Taker> takers_of(const Spec& spec, std::string_view source) {
  std::vector<Taker> takers;
  for (std::size_t s = 0; s < spec.stages.size(); ++s) {
    const std::vector<std::string>& inputs = spec.stages[s].inputs;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i] == source) takers.push_back({s, i});
    }
  }
  return takers;
}

/// FIFOs and processes of a sample.
struct Timing {
  const Spec& spec;
  const SampleTrace& trace;
  std::deque<Channel> channels;  ///< they stay where they are
  std::vector<StageChannels> ends;
  std::vector<TimingProcess> processes;

  Channel& add_channel(std::span<const Word> words, const Taker* taker = nullptr) {
    if (taker == nullptr) return channels.emplace_back(words);
    const SampleTrace::Consumed& consumed = trace.stage_inputs[taker->stage][taker->input];
    return channels.emplace_back(words, consumed.sent, consumed.work, consumed.work_lists);
  }

  /// What the stage takes from is `channel`, or the buffer that it has behind it.
  void connect_input(const Taker& taker, std::span<const Word> words, Channel& channel) {
    const Stage& stage = spec.stages[taker.stage];
    const KindModel& kind = kind_model(stage.kind);
    const std::int64_t entries =
        kind.input_buffer == nullptr ? 0 : kind.input_buffer(stage, taker.input);
    Channel* last = &channel;
    if (entries > 0) {
      last = &add_channel(words, &taker);
      last->set_entries(entries, kBufferLatency);
      processes.push_back(time_behind(channel, *last));
    }
    ends[taker.stage].ins[taker.input] = last;
  }

  /// The FIFO at the end of a stream's source, and what lies between it and those that take it.
  Channel& add_stream(std::string_view source, std::span<const Word> words) {
    const std::vector<Taker> takers = takers_of(spec, source);
    if (takers.size() == 1) {
      Channel& channel = add_channel(words, &takers.front());
      connect_input(takers.front(), words, channel);
      return channel;
    }
    Channel& channel = add_channel(words);
    if (takers.empty()) return channel;  // the design's output
    std::vector<Channel*> branches;
    for (const Taker& taker : takers) {
      branches.push_back(&add_channel(words, &taker));
      connect_input(taker, words, *branches.back());
    }
    processes.push_back(time_fork(channel, std::move(branches)));
    return channel;
  }
};

}  // namespace

std::int64_t predict_cycles(const Spec& spec, const std::vector<Word>& input,
                            const SampleTrace& trace) {
  const std::size_t num_stages = spec.stages.size();
  NACRE_CHECK(trace.stage_outputs.size() == num_stages, "timing: the trace was not recorded");
  Timing timing{.spec = spec,
                .trace = trace,
                .channels = {},
                .ends = std::vector<StageChannels>(num_stages),
                .processes = {}};
  for (std::size_t s = 0; s < num_stages; ++s) {
    timing.ends[s].ins.resize(spec.stages[s].inputs.size());
  }
  Channel& ingress = timing.add_stream("input", input);
  for (std::size_t s = 0; s < num_stages; ++s) {
    timing.ends[s].out = &timing.add_stream(spec.stages[s].name, trace.stage_outputs[s]);
  }
  Channel& egress = timing.add_channel(trace.output);

  std::vector<Verdicts> verdicts(num_stages);  // [encoder]
  for (std::size_t s = 0; s < num_stages; ++s) {
    timing.ends[s].in = timing.ends[s].ins.front();
    if (const auto decider = stage_decider(spec, s)) {
      timing.ends[s].verdict_in = &verdicts[s];
      timing.ends[*decider].verdict_out = &verdicts[s];
    }
  }
  timing.processes.push_back(time_host_in(ingress));
  for (std::size_t s = 0; s < num_stages; ++s) {
    timing.processes.push_back(
        kind_model(spec.stages[s].kind).time(spec.stages[s], timing.ends[s]));
  }
  timing.processes.push_back(time_behind(*timing.ends.back().out, egress));
  timing.processes.push_back(time_host_out(egress));
  run_processes(timing.processes);
  for (const Channel& channel : timing.channels) {
    NACRE_CHECK(channel.all_pushed() && channel.all_popped(), "timing: words left over");
  }
  return egress.pops().back() - ingress.pushes().front() + 1;
}

}  // namespace nacre::golden
