#include "golden/mram_macro/mram_macro_model.hpp"

#include <string>
#include <utility>

#include "golden/counters.hpp"
#include "golden/mram_macro/mram_macro_devices.hpp"
#include "golden/mram_macro/mram_macro_timing.hpp"

namespace nacre::golden {

namespace {

constexpr int kLaneBits = 32;
constexpr std::uint64_t kLaneMask = 0xffffffff;

// Of the status word.
constexpr int kWrongBitsAt = 8;
constexpr int kRoundsAt = 16;
enum class Flag { IsWrite, Corrected, Uncorrectable, Failed, Spare, Marked, Metastable, NoSpare };

constexpr std::uint32_t kUncorrectable = 1u << 0;
constexpr std::uint32_t kWriteFailed = 1u << 1;
constexpr std::uint32_t kMarked = 1u << 2;

std::uint64_t flag(Flag which, bool value = true) {
  return static_cast<std::uint64_t>(value) << static_cast<int>(which);
}

std::int64_t num_lanes(const MramMacroSpec& spec) {
  return (spec.data_bits + kLaneBits - 1) / kLaneBits;
}

/// The bits that a word has.
std::uint64_t data_mask(const MramMacroSpec& spec) {
  return ~std::uint64_t{0} >> (64 - spec.data_bits);
}

}  // namespace

MramMacroModel::MramMacroModel(std::shared_ptr<const MramMacroSpec> spec)
    : spec_(std::move(spec)), live_(*spec_), controller_(live_) {
  reset();
}

void MramMacroModel::reset() {
  timing_ = spec_->timing;
  write_ = spec_->write;
  forming_ = spec_->forming.value_or(MramForming{});
  forms_ = false;
  apply_registers();
  controller_.array().set_time(0);
  controller_.load();
  controller_.sequencer().clear_activity();
  lanes_ = 0;
  until_scrub_ = spec_->scrub_every;
  next_scrubbed_ = 0;
  work_ = 0;
  errors_ = 0;
  reads_ = writes_ = corrected_bits_ = uncorrectable_ = write_failures_ = retries_ = 0;
  scrubs_ = scrub_uncorrectable_ = formed_rows_ = 0;
}

void MramMacroModel::apply_registers() {
  live_.timing = timing_;
  live_.write = write_;
  if (!forms_) return;
  live_.timing.pulse = forming_.pulse;
  live_.write.amplitude = forming_.amplitude;
  live_.write.max_rounds = forming_.max_rounds;
  live_.write.amplitude_step = live_.write.pulse_step = live_.write.tolerated_bits = 0;
}

void MramMacroModel::push(const Word& word, std::vector<Word>& out) {
  work_ = 0;
  if (word.kind == WordKind::EndOfSample || word.kind == WordKind::EndOfStep) {
    out.push_back(word);
    return;
  }
  NACRE_CHECK(word.kind == WordKind::Value, "mram_macro: an event on a value stream");
  const std::int64_t lanes = num_lanes(*spec_);
  const std::int64_t first_read = lanes * spec_->words;
  const std::int64_t start = controller_.sequencer().cycles();
  if (word.address >= first_read) {
    answer_read(word.address - first_read, out);
  } else {
    const std::int64_t lane = word.address % lanes;
    set_lane(lane, word.payload);
    if (lane != lanes - 1) return;
    answer_write(word.address / lanes, out);
  }
  const std::int64_t answered = controller_.sequencer().cycles();
  if (spec_->scrub_every > 0 && --until_scrub_ == 0) {
    scrub();
    until_scrub_ = spec_->scrub_every;
  }
  work_ = mram_macro_work({.request_cycles = answered - start,
                           .scrub_cycles = controller_.sequencer().cycles() - answered});
}

void MramMacroModel::set_lane(std::int64_t lane, std::int64_t payload) {
  const int shift = static_cast<int>(lane) * kLaneBits;
  lanes_ &= ~(kLaneMask << shift);
  lanes_ |= (static_cast<std::uint64_t>(payload) & kLaneMask) << shift;
  lanes_ &= data_mask(*spec_);
}

void MramMacroModel::send(std::int64_t address, std::uint64_t payload,
                          std::vector<Word>& out) const {
  out.push_back(Word{.kind = WordKind::Value,
                     .address = address,
                     .payload = static_cast<std::int64_t>(payload & kLaneMask)});
}

MramRead MramMacroModel::read(std::int64_t word) {
  const MramRead result = controller_.read(word);
  ++reads_;
  corrected_bits_ += result.corrected_bits;
  if (result.is_uncorrectable) ++uncorrectable_;
  return result;
}

MramWritten MramMacroModel::write(std::int64_t word, std::uint64_t data) {
  const MramWritten result = controller_.write(word, data);
  ++writes_;
  retries_ += result.retries;
  if (result.failed) {
    ++write_failures_;
  } else if (forms_) {
    ++formed_rows_;
  }
  return result;
}

void MramMacroModel::answer_read(std::int64_t word, std::vector<Word>& out) {
  const MramRead result = read(word);
  const std::uint64_t status =
      flag(Flag::Corrected, result.corrected_bits != 0) |
      flag(Flag::Uncorrectable, result.is_uncorrectable) | flag(Flag::Spare, result.from_spare) |
      flag(Flag::Marked, result.is_marked) | flag(Flag::Metastable, result.is_metastable) |
      static_cast<std::uint64_t>(result.corrected_bits) << kWrongBitsAt;
  const std::int64_t lanes = num_lanes(*spec_);
  for (std::int64_t lane = 0; lane < lanes; ++lane) {
    send(word * lanes + lane, result.data >> (lane * kLaneBits), out);
  }
  send(lanes * spec_->words + word, status, out);
  if (result.is_uncorrectable) errors_ |= kUncorrectable;
  if (result.is_marked) errors_ |= kMarked;
}

void MramMacroModel::answer_write(std::int64_t word, std::vector<Word>& out) {
  const MramWritten result = write(word, forms_ ? 0 : lanes_);
  const std::uint64_t status =
      flag(Flag::IsWrite) | flag(Flag::Failed, result.failed) | flag(Flag::Spare, result.to_spare) |
      flag(Flag::Metastable, result.is_metastable) | flag(Flag::NoSpare, result.no_spare_left) |
      static_cast<std::uint64_t>(result.wrong_bits) << kWrongBitsAt |
      static_cast<std::uint64_t>(result.rounds) << kRoundsAt;
  send(num_lanes(*spec_) * spec_->words + word, status, out);
  if (result.failed) errors_ |= kWriteFailed;
}

void MramMacroModel::scrub() {
  const std::int64_t word = next_scrubbed_;
  next_scrubbed_ = (word + 1) % spec_->words;
  ++scrubs_;
  const MramRead found = read(word);
  if (found.is_uncorrectable || found.is_marked) {
    ++scrub_uncorrectable_;
  } else if (found.corrected_bits != 0) {
    write(word, found.data);
  }
}

std::uint32_t MramMacroModel::take_errors() { return std::exchange(errors_, 0); }

State MramMacroModel::state() const {
  const MtjArray& array = controller_.array();
  State state;
  std::vector<std::int64_t>& states = state["states"];
  std::vector<std::int64_t>& wear = state["wear"];
  for (std::uint32_t row = 0; row < array.shape().rows; ++row) {
    const auto of_row = array.row_state(row);
    states.insert(states.end(), of_row.begin(), of_row.end());
    wear.push_back(array.row_wear(row));
  }
  for (std::int64_t lane = 0; lane < num_lanes(*spec_); ++lane) {
    state["lane_" + std::to_string(lane)] = {
        static_cast<std::int64_t>((lanes_ >> (lane * kLaneBits)) & kLaneMask)};
  }
  const auto& spares = controller_.spares();
  for (std::size_t n = 0; n < spares.size(); ++n) {
    state["spare_" + std::to_string(n)] = {spares[n] ? (std::int64_t{1} << 31) | *spares[n] : 0};
  }
  return state;
}

CounterValues MramMacroModel::counters() const {
  const MramActivity& activity = controller_.sequencer().activity();
  CounterValues values = {{"reads", wrap_counter(reads_)},
                          {"writes", wrap_counter(writes_)},
                          {"pulses", wrap_counter(activity.pulses)},
                          {"pulsed_bits", wrap_counter(activity.pulsed_bits)},
                          {"corrected_bits", wrap_counter(corrected_bits_)},
                          {"uncorrectable", wrap_counter(uncorrectable_)},
                          {"write_failures", wrap_counter(write_failures_)},
                          {"retries", wrap_counter(retries_)},
                          {"scrubs", wrap_counter(scrubs_)},
                          {"scrub_uncorrectable", wrap_counter(scrub_uncorrectable_)},
                          {"metastable_bits", wrap_counter(activity.metastable_bits)},
                          {"energy_low", wrap_counter(activity.energy_fj)},
                          {"energy_high", wrap_counter(activity.energy_fj >> 32)}};
  if (spec_->forming) values["formed_rows"] = wrap_counter(formed_rows_);
  return values;
}

const KindModel& mram_macro_kind_model() {
  static const KindModel kind{.name = "mram_macro",
                              .make = [](const Stage& stage) -> std::unique_ptr<StageModel> {
                                return std::make_unique<MramMacroModel>(
                                    std::static_pointer_cast<const MramMacroSpec>(stage.params));
                              },
                              .time = time_mram_macro,
                              .devices = &mram_macro_devices()};
  return kind;
}

}  // namespace nacre::golden
