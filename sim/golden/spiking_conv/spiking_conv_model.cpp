#include "golden/spiking_conv/spiking_conv_model.hpp"

#include "golden/spiking_conv/spiking_conv_parts.hpp"

#include <utility>

#include "golden/counters.hpp"
#include "golden/spiking_conv/spiking_conv_timing.hpp"

namespace nacre::golden {

SpikingConvModel::SpikingConvModel(std::shared_ptr<const SpikingConvSpec> spec, Path path)
    : spec_(std::move(spec)),
      neurons_(path == Path::Plain ? make_plain_conv_neurons(*spec_)
                                   : make_vector_conv_neurons(*spec_)) {
  reset();
}

void SpikingConvModel::reset() {
  neurons_->clear();
  fresh_ = true;
  work_ = {};
  events_in_ = events_out_ = synapses_ = rows_touched_ = rows_visited_ = leaks_ = 0;
}

void SpikingConvModel::push(const Word& word, std::vector<Word>& out) {
  if (std::exchange(fresh_, false) && !spec_->keep_state) neurons_->clear();
  const std::size_t before = out.size();
  switch (word.kind) {
    case WordKind::Event:
      neurons_->apply_event(word, out);
      work_ = neurons_->work();
      ++events_in_;
      rows_touched_ += work_.slots;
      break;
    case WordKind::EndOfStep:
      neurons_->apply_end_of_step(out);
      work_ = neurons_->work();
      rows_visited_ += work_.slots;
      break;
    case WordKind::EndOfSample:
      work_ = {};
      fresh_ = true;
      break;
    case WordKind::Value:
      NACRE_CHECK(false, "spiking_conv: a value on an event stream");
  }
  events_out_ += static_cast<std::int64_t>(out.size() - before);
  synapses_ += work_.synapses;
  leaks_ += work_.leaks;
  if (word.kind != WordKind::Event) out.push_back(Word{.kind = word.kind});
}

std::vector<std::int64_t> SpikingConvModel::work_list() const {
  if (!work_.searched && work_.slow.empty()) return {};
  std::vector<std::int64_t> list{work_.searched ? 1 : 0};
  for (const SlowSlot& slow : work_.slow) {
    list.insert(list.end(), {slow.slot, slow.leaks, slow.spikes});
  }
  return list;
}

ConvWork conv_work_of(std::int64_t work, std::span<const std::int64_t> work_list) {
  ConvWork result;
  result.slots = work;
  if (!work_list.empty()) result.searched = work_list.front() != 0;
  for (std::size_t next = 1; next < work_list.size(); next += 3) {
    result.slow.push_back(
        {.slot = work_list[next], .leaks = work_list[next + 1], .spikes = work_list[next + 2]});
  }
  return result;
}

State SpikingConvModel::state() const {
  State state{{"membrane", neurons_->membranes()}, {"refractory", neurons_->refractories()}};
  if (has_stamps(*spec_)) state["stamp"] = neurons_->stamps();
  return state;
}

CounterValues SpikingConvModel::counters() const {
  const std::int64_t rows = rows_touched_ + rows_visited_;
  return {{"events_in", wrap_counter(events_in_)},
          {"events_out", wrap_counter(events_out_)},
          {"synaptic_operations", wrap_counter(synapses_)},
          {"rows_visited", wrap_counter(rows_visited_)},
          {"weight_reads", wrap_counter(rows_touched_)},
          {"state_reads", wrap_counter(rows)},
          {"state_writes", wrap_counter(rows)},
          {"leak_cycles", wrap_counter(leaks_)}};
}

const KindModel& spiking_conv_kind_model() {
  static const KindModel kind{.name = "spiking_conv",
                              .make = [](const Stage& stage) -> std::unique_ptr<StageModel> {
                                return std::make_unique<SpikingConvModel>(
                                    std::static_pointer_cast<const SpikingConvSpec>(stage.params));
                              },
                              .time = time_spiking_conv,
                              .parts = &spiking_conv_parts()};
  return kind;
}

}  // namespace nacre::golden
