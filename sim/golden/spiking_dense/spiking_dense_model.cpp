#include "golden/spiking_dense/spiking_dense_model.hpp"

#include <utility>

#include "golden/counters.hpp"
#include "golden/neuron/neuron.hpp"
#include "golden/spiking_dense/spiking_dense_timing.hpp"

namespace nacre::golden {

SpikingDenseModel::SpikingDenseModel(std::shared_ptr<const SpikingDenseSpec> spec, Path path)
    : spec_(std::move(spec)),
      neurons_(path == Path::Plain ? make_plain_neuron_array(*spec_)
                                   : make_vector_neuron_array(*spec_)),
      rows_((spec_->neurons + spec_->lanes - 1) / spec_->lanes) {
  reset();
}

void SpikingDenseModel::reset() {
  neurons_->clear();
  fresh_ = true;
  pending_ = false;
  work_ = 0;
  events_in_ = events_out_ = passes_skipped_ = passes_ = 0;
}

void SpikingDenseModel::start_sample() {
  if (spec_->keep_state) return;  // `pending` too: a kept r still has to count down
  neurons_->clear();
  pending_ = false;
}

void SpikingDenseModel::push(const Word& word, std::vector<Word>& out) {
  if (std::exchange(fresh_, false)) start_sample();
  work_ = 0;
  switch (word.kind) {
    case WordKind::Event: {
      const std::size_t before = out.size();
      const bool fired = neurons_->apply_event(word.address, word.negative, out);
      events_out_ += static_cast<std::int64_t>(out.size() - before);
      ++events_in_;
      const NeuronSpec& neuron = spec_->neuron;
      pending_ |= neuron.fire == Fire::Step || (fired && neuron.refractory_steps > 0);
      return;
    }
    case WordKind::EndOfStep:
      end_step(out);
      return;
    case WordKind::EndOfSample:
      out.push_back(Word{.kind = WordKind::EndOfSample});
      fresh_ = true;
      return;
    case WordKind::Value:
      break;
  }
  NACRE_CHECK(false, "spiking_dense: a value on an event stream");
}

void SpikingDenseModel::end_step(std::vector<Word>& out) {
  if (pending_ || needs_every_pass(spec_->neuron, !spec_->bias.empty())) {
    const std::size_t before = out.size();
    pending_ = neurons_->apply_end_of_step(out);
    events_out_ += static_cast<std::int64_t>(out.size() - before);
    ++passes_;
    work_ = 1;
  } else {
    ++passes_skipped_;
  }
  out.push_back(Word{.kind = WordKind::EndOfStep});
}

State SpikingDenseModel::state() const {
  return {{"membrane", neurons_->membranes()}, {"refractory", neurons_->refractories()}};
}

CounterValues SpikingDenseModel::counters() const {
  const std::int64_t updates = (events_in_ + passes_) * rows_;
  return {{"events_in", wrap_counter(events_in_)},
          {"events_out", wrap_counter(events_out_)},
          {"synaptic_operations", wrap_counter(events_in_ * spec_->neurons)},
          {"passes_skipped", wrap_counter(passes_skipped_)},
          {"weight_reads", wrap_counter(events_in_ * rows_)},
          {"state_reads", wrap_counter(updates)},
          {"state_writes", wrap_counter(updates)}};
}

const KindModel& spiking_dense_kind_model() {
  static const KindModel kind{.name = "spiking_dense",
                              .make = [](const Stage& stage) -> std::unique_ptr<StageModel> {
                                return std::make_unique<SpikingDenseModel>(
                                    std::static_pointer_cast<const SpikingDenseSpec>(stage.params));
                              },
                              .time = time_spiking_dense};
  return kind;
}

}  // namespace nacre::golden
