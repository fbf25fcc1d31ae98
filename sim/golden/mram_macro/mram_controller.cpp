#include "golden/mram_macro/mram_controller.hpp"

#include <algorithm>
#include <utility>

namespace nacre::golden {

namespace {

constexpr std::size_t kMarkerBits = 3;

std::size_t marker_bits(const MramMacroSpec& spec) { return spec.journal ? kMarkerBits : 0; }

MtjArrayShape shape_of(const MramMacroSpec& spec, const MramCode& code, std::uint32_t index) {
  return {.rows = static_cast<std::uint32_t>(spec.words + spec.spares),
          .bits = static_cast<std::uint32_t>(code.bits()) +
                  static_cast<std::uint32_t>(marker_bits(spec)),
          .devices_per_bit = spec.sensing == MramSensing::Differential ? 2u : 1u,
          .level = spec.devices.level,
          .index = index};
}

bool any(std::span<const std::uint8_t> bits) {
  return std::any_of(bits.begin(), bits.end(), [](std::uint8_t bit) { return bit != 0; });
}

}  // namespace

MramController::MramController(const MramMacroSpec& spec, std::uint32_t array_index)
    : spec_(spec),
      code_(spec.ecc, spec.data_bits),
      code_bits_(static_cast<std::size_t>(code_.bits())),
      row_bits_(code_bits_ + marker_bits(spec)),
      array_(shape_of(spec, code_, array_index), spec.devices.tables, spec.devices.seed),
      sequencer_(spec, array_),
      spares_(static_cast<std::size_t>(spec.spares)) {
  load();
}

MramController::MramController(const MramController& other)
    : spec_(other.spec_),
      code_(other.code_),
      code_bits_(other.code_bits_),
      row_bits_(other.row_bits_),
      array_(other.array_),
      sequencer_(spec_, array_),
      spares_(other.spares_) {}

void MramController::load() {
  forget_spares();
  const std::size_t devices = array_.shape().devices_per_bit;
  std::vector<std::uint8_t> states(row_bits_ * devices);
  for (std::uint32_t row = 0; row < array_.shape().rows; ++row) {
    std::vector<std::uint8_t> bits = code_.encode(row < spec_.data.size() ? spec_.data[row] : 0);
    bits.resize(row_bits_, 0);
    if (spec_.forming) std::fill(bits.begin(), bits.end(), std::uint8_t{1});
    for (std::size_t bit = 0; bit < row_bits_; ++bit) {
      states[bit * devices] = static_cast<std::uint8_t>(1 - bits[bit]);
      states[bit * devices + devices - 1] = bits[bit];
    }
    array_.load(row, states);
  }
}

void MramController::forget_spares() { std::fill(spares_.begin(), spares_.end(), std::nullopt); }

std::optional<std::size_t> MramController::spare_of(std::int64_t word) const {
  for (std::size_t n = spares_.size(); n-- > 0;) {
    if (spares_[n] == word) return n;
  }
  return std::nullopt;
}

std::size_t MramController::next_spare() const {
  std::size_t n = spares_.size();
  while (n > 0 && !spares_[n - 1]) --n;
  return n;
}

std::uint32_t MramController::row_of(std::int64_t word) const {
  const std::optional<std::size_t> spare = spare_of(word);
  return static_cast<std::uint32_t>(spare ? spec_.words + static_cast<std::int64_t>(*spare) : word);
}

bool MramController::is_marked() const {
  const auto marker = sequencer_.q().subspan(code_bits_);
  return 2 * std::count(marker.begin(), marker.end(), std::uint8_t{1}) > std::ssize(marker);
}

MramRead MramController::read(std::int64_t word) {
  sequencer_.select(row_of(word));
  if (spec_.sensing == MramSensing::SelfReference) {
    sequencer_.sense(MtjReadMode::Sample);
    const std::vector<std::uint8_t> all(row_bits_, 1), zeros(row_bits_, 0);
    sequencer_.round(0, all, zeros);
    sequencer_.sense(MtjReadMode::Compare);
    restore_ones();
  } else {
    sequencer_.sense(MtjReadMode::Normal);
  }
  const std::span<const std::uint8_t> q = sequencer_.q();
  const std::optional<MramErrors> errors = code_.decode(q);
  MramRead result{.is_uncorrectable = !errors,
                  .is_marked = is_marked(),
                  .is_metastable = sequencer_.last_metastable_bits() != 0,
                  .from_spare = spare_of(word).has_value()};
  for (std::size_t i = 0; i < static_cast<std::size_t>(spec_.data_bits); ++i) {
    result.data |= static_cast<std::uint64_t>(q[i]) << i;
  }
  if (!errors || result.is_marked) return result;
  result.corrected_bits = errors->count;
  for (int i = 0; i < errors->count; ++i) {
    const int bit = errors->bits[static_cast<std::size_t>(i)];
    if (bit < spec_.data_bits) result.data ^= std::uint64_t{1} << bit;
  }
  return result;
}

void MramController::restore_ones() {
  const std::vector<std::uint8_t> ones(sequencer_.q().begin(), sequencer_.q().end());
  if (!any(ones)) return;
  for (int k = 0; k < spec_.write.max_rounds; ++k) sequencer_.round(k, ones, ones);
}

std::vector<std::uint8_t> MramController::bits_unlike(std::span<const std::uint8_t> target,
                                                      std::size_t first, std::size_t count) const {
  std::vector<std::uint8_t> mask(row_bits_, 0);
  for (std::size_t i = first; i < first + count; ++i) {
    mask[i] = static_cast<std::uint8_t>(sequencer_.q()[i] != target[i]);
  }
  return mask;
}

void MramController::write_marker(std::uint8_t value, std::vector<std::uint8_t> mask) {
  const std::vector<std::uint8_t> target(row_bits_, value);
  for (int k = 0; k < most_rounds() && any(mask); ++k) {
    sequencer_.round(k, mask, target);
    if (!spec_.write.verify) return;
    sequencer_.sense(MtjReadMode::Normal);
    mask = bits_unlike(target, code_bits_, marker_bits(spec_));
  }
}

int MramController::count_unlike(std::span<const std::uint8_t> target) const {
  const std::vector<std::uint8_t> mask = bits_unlike(target, 0, code_bits_);
  return static_cast<int>(std::count(mask.begin(), mask.end(), std::uint8_t{1}));
}

MramController::Attempt MramController::write_row(std::span<const std::uint8_t> target) {
  const MramWrite& write = spec_.write;
  std::vector<std::uint8_t> mask(row_bits_, 0), marker(row_bits_, 0);
  std::fill_n(mask.begin(), code_bits_, std::uint8_t{1});
  std::fill(marker.begin() + static_cast<std::ptrdiff_t>(code_bits_), marker.end(),
            std::uint8_t{1});
  const std::vector<std::uint8_t> whole_marker = marker;
  Attempt attempt;
  const auto sense = [&] {
    sequencer_.sense(MtjReadMode::Normal);
    attempt.is_metastable = sequencer_.last_metastable_bits() != 0;
  };
  if (write.pre_read) {
    sense();
    mask = bits_unlike(target, 0, code_bits_);
    if (!any(mask) && !any(sequencer_.q().subspan(code_bits_))) return attempt;
    marker = bits_unlike(whole_marker, code_bits_, marker_bits(spec_));
  } else {
    sequencer_.open_row();
  }
  if (spec_.sensing == MramSensing::SelfReference) {
    for (int k = 0; k < write.max_rounds; ++k) sequencer_.round(k, mask, target);
    return {.rounds = write.max_rounds};
  }
  write_marker(1, marker);
  if (spec_.journal && write.verify && !is_marked()) {
    attempt.succeeded = false;
    attempt.wrong_bits = count_unlike(target);
    return attempt;
  }
  while (attempt.rounds < most_rounds() && any(mask)) {
    sequencer_.round(attempt.rounds++, mask, target);
    if (!write.verify) break;
    sense();
    mask = bits_unlike(target, 0, code_bits_);
  }
  if (write.verify) {
    attempt.wrong_bits = static_cast<int>(std::count(mask.begin(), mask.end(), std::uint8_t{1}));
  }
  attempt.succeeded = attempt.wrong_bits <= write.tolerated_bits;
  if (attempt.succeeded) write_marker(0, whole_marker);
  return attempt;
}

MramWritten MramController::write(std::int64_t word, std::uint64_t data) {
  std::vector<std::uint8_t> target = code_.encode(data);
  target.resize(row_bits_, 0);
  const bool may_retry = spec_.sensing != MramSensing::SelfReference;
  MramWritten result;
  const auto attempt = [&] {
    const Attempt made = write_row(target);
    result.failed = !made.succeeded;
    result.wrong_bits = made.wrong_bits;
    result.rounds = made.rounds;
    result.is_metastable = made.is_metastable;
    if (may_retry) result.retries += std::max(0, made.rounds - 1);
  };
  sequencer_.select(row_of(word));
  attempt();
  if (const std::size_t next = next_spare(); result.failed && next < spares_.size()) {
    spares_[next] = word;
    sequencer_.close_row();
    sequencer_.select(row_of(word));
    attempt();
  }
  result.to_spare = spare_of(word).has_value();
  result.no_spare_left = result.failed && next_spare() == spares_.size();
  return result;
}

}  // namespace nacre::golden
