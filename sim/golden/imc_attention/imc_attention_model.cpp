#include "golden/imc_attention/imc_attention_model.hpp"

#include <algorithm>
#include <utility>

#include "golden/counters.hpp"
#include "golden/imc_attention/imc_attention_timing.hpp"
#include "golden/kind_model.hpp"
#include "spec/weights.hpp"

namespace nacre::golden {

namespace {

constexpr std::uint32_t kFrameOrder = 1u << 0;
constexpr std::uint32_t kFrameShort = 1u << 1;
constexpr std::uint32_t kTooManyTokens = 1u << 2;

constexpr int kRingSlotBit = 16;  ///< of the register `ring`

std::int64_t clip(std::int64_t x, const AttentionField& field) {
  const Interval range = number_range(field.bits, field.is_signed);
  return std::clamp(x, range.low, range.high);
}

}  // namespace

ImcAttentionModel::ImcAttentionModel(std::shared_ptr<const ImcAttentionSpec> spec)
    : spec_(std::move(spec)), frame_(static_cast<std::size_t>(3 * spec_->width)) {
  reset();
}

void ImcAttentionModel::reset() {
  score_bias_ = spec_->score_bias;
  score_shift_ = spec_->score_shift;
  output_shift_ = spec_->output_shift;
  empty_ring();
  scores_.assign(static_cast<std::size_t>(spec_->window), 0);
  received_ = 0;
  fresh_ = true;
  worked_ = false;
  errors_ = 0;
  tokens_worked_on_ = values_in_ = synaptic_operations_ = 0;
}

void ImcAttentionModel::empty_ring() {
  const auto cells = static_cast<std::size_t>(spec_->window * spec_->width);
  keys_.assign(cells, 0);
  values_.assign(cells, 0);
  tokens_ = 0;
}

std::int64_t ImcAttentionModel::filled() const { return std::min(tokens_, spec_->window); }

void ImcAttentionModel::take_value(const Word& word) {
  ++values_in_;
  if (word.address != received_) {
    errors_ |= kFrameOrder;  // dropped; also more than N values
    return;
  }
  frame_[static_cast<std::size_t>(received_)] = word.payload;
  ++received_;
}

bool ImcAttentionModel::closes_frame(const Word& word) {
  // The end of a sample closes no frame, but finds an unfinished one.
  const bool closes = word.kind == WordKind::EndOfStep;
  const std::int64_t received = std::exchange(received_, 0);
  const auto all = std::ssize(frame_);
  if (closes ? received < all : received > 0) errors_ |= kFrameShort;
  return closes && received == all;
}

void ImcAttentionModel::work_on_token(std::vector<Word>& out) {
  const std::int64_t d = spec_->width;
  const auto clipped = [this](std::int64_t value, const AttentionField& field) {
    return clip(frame_[static_cast<std::size_t>(value)], field);
  };
  std::vector<std::int64_t> query;
  const std::int64_t slot = tokens_ % spec_->window;
  for (std::int64_t i = 0; i < d; ++i) {
    const auto cell = static_cast<std::size_t>(slot * d + i);
    query.push_back(clipped(i, spec_->query));
    keys_[cell] = clipped(d + i, spec_->key);
    values_[cell] = clipped(2 * d + i, spec_->value);
  }
  ++tokens_;

  std::fill(scores_.begin(), scores_.end(), 0);
  std::vector<std::int64_t> sums(static_cast<std::size_t>(d), 0);
  for (std::int64_t u = 0; u < filled(); ++u) {
    std::int64_t score = score_bias_;
    for (std::int64_t i = 0; i < d; ++i) {
      score += query[static_cast<std::size_t>(i)] * keys_[static_cast<std::size_t>(u * d + i)];
    }
    const std::int64_t word = clip(score >> score_shift_, spec_->score);
    scores_[static_cast<std::size_t>(u)] = word;
    for (std::int64_t i = 0; i < d; ++i) {
      sums[static_cast<std::size_t>(i)] += word * values_[static_cast<std::size_t>(u * d + i)];
    }
  }

  const std::int64_t first = joins_tokens() ? (tokens_ - 1) * d : 0;
  for (std::int64_t i = 0; i < d; ++i) {
    const std::int64_t sum = sums[static_cast<std::size_t>(i)];
    out.push_back({.kind = WordKind::Value,
                   .address = first + i,
                   .payload = clip(sum >> output_shift_, spec_->output)});
  }
  worked_ = true;
  ++tokens_worked_on_;
  // One multiplication and addition per cell of either tile that holds a number.
  synaptic_operations_ += 2 * d * filled();
}

void ImcAttentionModel::push(const Word& word, std::vector<Word>& out) {
  NACRE_CHECK(word.kind != WordKind::Event, "imc_attention: an event on a value stream");
  worked_ = false;
  if (word.kind == WordKind::Value) {
    take_value(word);
    return;
  }
  if (closes_frame(word)) {
    if (std::exchange(fresh_, false)) empty_ring();
    if (joins_tokens() && tokens_ == spec_->tokens) {
      errors_ |= kTooManyTokens;
    } else {
      work_on_token(out);
    }
  }
  const bool ends_sample = word.kind == WordKind::EndOfSample;
  if (ends_sample) fresh_ = true;
  if (ends_sample || !joins_tokens()) out.push_back(Word{.kind = word.kind});
}

std::uint32_t ImcAttentionModel::take_errors() { return std::exchange(errors_, 0); }

State ImcAttentionModel::state() const {
  const std::int64_t next_slot = tokens_ % spec_->window;
  return {{"keys", keys_},
          {"values", values_},
          {"scores", scores_},
          {"ring", {next_slot << kRingSlotBit | filled()}}};
}

CounterValues ImcAttentionModel::counters() const {
  return {{"tokens", wrap_counter(tokens_worked_on_)},
          {"values_in", wrap_counter(values_in_)},
          // No register.
          {"synaptic_operations", synaptic_operations_}};
}

std::vector<HostAccess> ImcAttentionModel::draw_accesses(Moment moment, const Draw& draw) {
  std::vector<HostAccess> accesses;
  if (moment == Moment::Begun) return accesses;  // before the first word everything is legal
  constexpr Interval kShift{.low = 0, .high = 31};
  struct Register {
    const char* name;
    Interval legal;
    std::int64_t* value;
  };
  const Register registers[] = {{"score_bias", attention_bias_range(*spec_), &score_bias_},
                                {"score_shift", kShift, &score_shift_},
                                {"output_shift", kShift, &output_shift_}};
  for (const Register& reg : registers) {
    // A quarter lies just outside; refused, too, is whatever comes while the design is busy.
    const auto space = static_cast<std::uint64_t>(reg.legal.high - reg.legal.low + 1);
    const bool is_outside = draw_chance(draw, 4);
    const std::int64_t value =
        is_outside ? reg.legal.high + 1 : reg.legal.low + static_cast<std::int64_t>(draw(space));
    const bool refused = is_outside || moment == Moment::Busy;
    accesses.push_back(
        {.target = reg.name, .data = static_cast<std::uint32_t>(value), .refused = refused});
    if (!refused) *reg.value = value;
    accesses.push_back(
        {.target = reg.name, .is_write = false, .data = static_cast<std::uint32_t>(*reg.value)});
  }
  return accesses;
}

const KindModel& imc_attention_kind_model() {
  static const KindModel kind{.name = "imc_attention",
                              .make = [](const Stage& stage) -> std::unique_ptr<StageModel> {
                                return std::make_unique<ImcAttentionModel>(
                                    std::static_pointer_cast<const ImcAttentionSpec>(stage.params));
                              },
                              .time = time_imc_attention};
  return kind;
}

}  // namespace nacre::golden
