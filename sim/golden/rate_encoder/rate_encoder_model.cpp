#include "golden/rate_encoder/rate_encoder_model.hpp"

#include <utility>

#include "golden/counters.hpp"
#include "golden/rate_encoder/rate_encoder_timing.hpp"

namespace nacre::golden {

namespace {

constexpr std::uint32_t kFrameOrder = 1u << 0;
constexpr std::uint32_t kFrameShort = 1u << 1;

std::int64_t start_phase(const RateEncoderSpec& spec, std::int64_t input) {
  if (spec.mode == RateMode::Random || spec.start_phase.empty()) return 0;
  return spec.start_phase.size() == 1 ? spec.start_phase.front()
                                      : spec.start_phase[static_cast<std::size_t>(input)];
}

}  // namespace

std::uint32_t lfsr_bit_step(std::uint32_t state) {
  const std::uint32_t bit = ((state >> 31) ^ (state >> 21) ^ (state >> 1) ^ state) & 1u;
  return (state << 1) | bit;
}

RateEncoderModel::RateEncoderModel(std::shared_ptr<const RateEncoderSpec> spec)
    : spec_(std::move(spec)) {
  NACRE_CHECK(std::ssize(spec_->levels) == std::int64_t{1} << spec_->intensity_bits,
              "rate_encoder: one level per intensity");
  reset();
}

void RateEncoderModel::reset() {
  // Phases and increments lie in a memory: a reset leaves what it holds, a frame replaces it.
  phase_.resize(static_cast<std::size_t>(spec_->num_inputs), 0);
  increment_.resize(static_cast<std::size_t>(spec_->num_inputs), 0);
  start_sample();
  fresh_ = true;
  running_ = false;
  errors_ = 0;
  values_in_ = events_out_ = steps_ = 0;
}

void RateEncoderModel::start_sample() {
  lfsr_ = spec_->mode == RateMode::Random ? spec_->seed : 0;
  row_.clear();
  received_ = 0;
  step_ = 0;
}

void RateEncoderModel::take_value(std::int64_t intensity) {
  row_.push_back(spec_->levels[static_cast<std::size_t>(intensity)]);
  ++received_;
  ++values_in_;
  const bool row_is_complete = std::ssize(row_) == spec_->lanes || received_ == spec_->num_inputs;
  if (!row_is_complete) return;
  std::int64_t input = received_ - std::ssize(row_);
  for (const std::int64_t increment : row_) {
    increment_[static_cast<std::size_t>(input)] = increment;
    phase_[static_cast<std::size_t>(input)] = start_phase(*spec_, input);
    ++input;
  }
  row_.clear();
}

void RateEncoderModel::push(const Word& word, std::vector<Word>& out) {
  (void)out;
  NACRE_CHECK(!running_, "rate_encoder: a word while the sample before is being sent");
  if (std::exchange(fresh_, false)) start_sample();
  if (word.kind == WordKind::Value) {
    if (word.address == received_) {
      take_value(word.payload);
    } else {
      errors_ |= kFrameOrder;  // dropped; also more than N values
    }
    return;
  }
  NACRE_CHECK(word.kind == WordKind::EndOfSample, "rate_encoder: an event on a value stream");
  const bool whole = received_ == spec_->num_inputs;
  if (!whole) errors_ |= kFrameShort;
  steps_to_send_ = whole ? spec_->time_steps : 0;
  running_ = true;
}

void RateEncoderModel::advance(bool decided, std::vector<Word>& out) {
  NACRE_CHECK(running_, "rate_encoder: advance without a frame");
  const bool stopped = step_ > 0 && decided && !spec_->stop_on.empty();
  if (step_ < steps_to_send_ && !stopped) {
    send_step(out);
    out.push_back(Word{.kind = WordKind::EndOfStep});
    ++step_;
    ++steps_;
    return;
  }
  out.push_back(Word{.kind = WordKind::EndOfSample});
  running_ = false;
  fresh_ = true;
}

std::uint32_t RateEncoderModel::take_errors() { return std::exchange(errors_, 0); }

void RateEncoderModel::send_step(std::vector<Word>& out) {
  const std::int64_t one = std::int64_t{1} << spec_->phase_bits;
  for (std::int64_t i = 0; i < spec_->num_inputs; ++i) {
    const auto input = static_cast<std::size_t>(i);
    bool spike = false;
    if (spec_->mode == RateMode::PhaseAccumulator) {
      const std::int64_t sum = phase_[input] + increment_[input];
      spike = sum >= one;
      phase_[input] = spike ? sum - one : sum;  // sum < 2^(P+1): one subtraction is the modulo
    } else {
      for (int bit = 0; bit < spec_->phase_bits; ++bit) lfsr_ = lfsr_bit_step(lfsr_);
      spike = static_cast<std::int64_t>(lfsr_) % one < increment_[input];
    }
    if (spike) {
      out.push_back(Word{.kind = WordKind::Event, .address = i});
      ++events_out_;
    }
  }
}

State RateEncoderModel::state() const {
  return {
      {"phase", phase_}, {"increment", increment_}, {"lfsr", {static_cast<std::int64_t>(lfsr_)}}};
}

CounterValues RateEncoderModel::counters() const {
  return {{"values_in", wrap_counter(values_in_)},
          {"events_out", wrap_counter(events_out_)},
          {"steps", wrap_counter(steps_)}};
}

const KindModel& rate_encoder_kind_model() {
  static const KindModel kind{.name = "rate_encoder",
                              .make = [](const Stage& stage) -> std::unique_ptr<StageModel> {
                                return std::make_unique<RateEncoderModel>(
                                    std::static_pointer_cast<const RateEncoderSpec>(stage.params));
                              },
                              .stop_on = [](const Stage& stage) -> std::string_view {
                                return params_of<RateEncoderSpec>(stage).stop_on;
                              },
                              .time = time_rate_encoder};
  return kind;
}

}  // namespace nacre::golden
