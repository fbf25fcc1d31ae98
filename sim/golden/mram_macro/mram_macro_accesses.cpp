// What a host may do to mram_macro between requests (README of the kind): write its registers, set
// devices through the back door, look at rows. While the design is busy, nothing but read
// registers.

#include <string>

#include "golden/mram_macro/mram_macro_model.hpp"

namespace nacre::golden {

namespace {

constexpr int kWordBits = 32;
constexpr std::int64_t kUsed = std::int64_t{1} << 31;
constexpr std::uint64_t kMostCycles = 16;
constexpr std::uint64_t kMostRows = 3;
constexpr std::uint64_t kMostWrongBits = 3;

HostAccess read_of(std::string target, std::int64_t value) {
  return {
      .target = std::move(target), .is_write = false, .data = static_cast<std::uint32_t>(value)};
}

HostAccess write_of(std::string target, std::int64_t value, bool refused) {
  return {
      .target = std::move(target), .data = static_cast<std::uint32_t>(value), .refused = refused};
}

std::uint32_t timing_word(const MramTiming& timing) {
  return static_cast<std::uint32_t>(timing.precharge | timing.evaluate << 8 | timing.pulse << 16 |
                                    timing.recover << 24);
}

std::uint32_t write_control_word(const MramWrite& write) {
  return static_cast<std::uint32_t>(write.amplitude | write.amplitude_step << 4 |
                                    write.max_rounds << 8 | write.tolerated_bits << 12 |
                                    write.pulse_step << 16);
}

}  // namespace

void MramMacroModel::draw_register_accesses(const Draw& draw, bool refused,
                                            std::vector<HostAccess>& accesses) {
  const auto number = [&](std::uint64_t below) { return static_cast<int>(draw(below)); };
  const auto cycles = [&] { return 1 + number(kMostCycles); };
  const MramTiming timing{
      .precharge = cycles(), .evaluate = cycles(), .pulse = cycles(), .recover = cycles()};
  accesses.push_back(write_of("timing", timing_word(timing), refused));
  if (!refused) timing_ = timing;
  // One of the durations is 0, or 17 and more.
  const int shift = 8 * number(4);
  const std::uint32_t byte = draw_chance(draw, 2) ? 0 : 17 + static_cast<std::uint32_t>(draw(239));
  accesses.push_back(
      write_of("timing", (timing_word(timing) & ~(0xffu << shift)) | byte << shift, true));
  accesses.push_back(read_of("timing", timing_word(timing_)));

  MramWrite write = write_;
  write.amplitude = number(4);
  write.amplitude_step = number(4);
  write.max_rounds = 1 + number(15);
  write.tolerated_bits = number(8);
  write.pulse_step = number(16);
  accesses.push_back(write_of("write_control", write_control_word(write), refused));
  if (!refused) write_ = write;
  const std::uint32_t unused_bit = 1u << (draw_chance(draw, 2) ? 15 : 20 + number(12));
  accesses.push_back(write_of("write_control", write_control_word(write) | unused_bit, true));
  accesses.push_back(write_of("write_control", write_control_word(write) & ~0xf00u, true));
  accesses.push_back(read_of("write_control", write_control_word(write_)));

  if (spec_->forming) draw_forming_accesses(draw, refused, accesses);
  if (!refused) apply_registers();

  accesses.push_back(write_of("device_seed", spec_->devices.seed, refused));
  const auto time = static_cast<std::uint32_t>(draw(std::uint64_t{1} << 12));
  accesses.push_back(write_of("time", time, refused));
  if (!refused) controller_.array().set_time(time);

  for (std::size_t n = 0; n < controller_.spares().size(); ++n) {
    const std::string name = "spare_" + std::to_string(n);
    const auto word = static_cast<std::int64_t>(draw(static_cast<std::uint64_t>(spec_->words)));
    const bool is_used = draw_chance(draw, 2);
    accesses.push_back(write_of(name, (is_used ? kUsed : 0) | word, refused));
    if (!refused) controller_.set_spare(n, is_used ? std::optional(word) : std::nullopt);
    accesses.push_back(write_of(name, kUsed | spec_->words, true));
    if (refused) continue;  // a word of the sample may yet be moved to it
    const auto& now = controller_.spares()[n];
    accesses.push_back(read_of(name, now ? kUsed | *now : 0));
  }
}

void MramMacroModel::draw_forming_accesses(const Draw& draw, bool refused,
                                           std::vector<HostAccess>& accesses) {
  const auto number = [&](std::uint64_t below) { return static_cast<int>(draw(below)); };
  const auto word_of = [](const MramForming& forming, bool enable) {
    return std::int64_t{forming.pulse << 16 | forming.max_rounds << 8 | forming.amplitude << 4 |
                        (enable ? 1 : 0)};
  };
  const MramForming forming{
      .amplitude = 1 + number(3), .pulse = 1 + number(kMostCycles), .max_rounds = 1 + number(15)};
  const bool enable = draw_chance(draw, 2);
  const std::int64_t word = word_of(forming, enable);
  accesses.push_back(write_of("forming", word, refused));
  if (!refused) {
    forming_ = forming;
    forms_ = enable;
  }
  // No amplitude, no round, no pulse, a pulse too long, a bit that is not there.
  const std::int64_t illegal[] = {word & ~std::int64_t{0x30}, word & ~std::int64_t{0xf00},
                                  word & ~std::int64_t{0x1f0000},
                                  (word & ~std::int64_t{0xf0000}) | 0x110000, word | 2};
  accesses.push_back(write_of("forming", illegal[draw(std::size(illegal))], true));
  accesses.push_back(read_of("forming", word_of(forming_, forms_)));
}

void MramMacroModel::draw_row_accesses(const Draw& draw, bool refused,
                                       std::vector<HostAccess>& accesses) {
  MtjArray& array = controller_.array();
  const MtjArrayShape& shape = array.shape();
  const std::uint32_t devices = shape.devices_per_row();
  const std::uint32_t words = (devices + kWordBits - 1) / kWordBits;
  const auto row = static_cast<std::uint32_t>(draw(shape.rows));

  // A code word with some bits wrong, the marker any; now and then devices that contradict.
  std::vector<std::uint8_t> bits = controller_.code().encode(draw_data(draw));
  for (std::uint64_t i = draw(kMostWrongBits + 1); i > 0; --i) bits[draw(bits.size())] ^= 1;
  const std::uint8_t marker = draw_chance(draw, 4) ? 1 : 0;
  while (bits.size() < shape.bits) bits.push_back(draw_chance(draw, 8) ? 1 - marker : marker);
  std::vector<std::uint8_t> states(devices);
  for (std::uint32_t device = 0; device < devices; ++device) {
    const bool is_complement = shape.devices_per_bit == 2 && device % 2 == 0;
    states[device] =
        bits[device / shape.devices_per_bit] ^ static_cast<std::uint8_t>(is_complement);
  }
  if (draw_chance(draw, 4)) states[draw(devices)] ^= 1;

  const auto word_of = [&](std::uint32_t word) {
    std::uint32_t value = 0;
    for (std::uint32_t i = 0; i < kWordBits && word * kWordBits + i < devices; ++i) {
      value |= std::uint32_t{states[word * kWordBits + i]} << i;
    }
    return value;
  };
  for (std::uint32_t word = 0; word < words; ++word) {
    accesses.push_back(
        {.target = "cells", .row = row, .word = word, .data = word_of(word), .refused = refused});
  }
  if (!refused) array.load(row, states);
  if (devices % kWordBits != 0) {
    // A bit that no device has: the row is not stored.
    accesses.push_back({.target = "cells",
                        .row = row,
                        .word = words - 1,
                        .data = ~word_of(words - 1) | 1u << 31,
                        .refused = true});
  }
  const auto seen = static_cast<std::uint32_t>(draw(shape.rows));
  const std::span<const std::uint8_t> now = array.row_state(seen);
  states.assign(now.begin(), now.end());
  for (std::uint32_t word = 0; word < words; ++word) {
    accesses.push_back({.target = "states",
                        .row = seen,
                        .word = word,
                        .is_write = false,
                        .data = word_of(word),
                        .refused = refused});
  }
  accesses.push_back({.target = "wear",
                      .row = seen,
                      .is_write = false,
                      .data = array.row_wear(seen),
                      .refused = refused});
}

std::uint64_t MramMacroModel::draw_data(const Draw& draw) const {
  const std::uint64_t low = draw(std::uint64_t{1} << kWordBits);
  const std::uint64_t word = low | draw(std::uint64_t{1} << kWordBits) << kWordBits;
  return word >> (64 - spec_->data_bits);
}

std::vector<HostAccess> MramMacroModel::draw_accesses(Moment moment, const Draw& draw) {
  std::vector<HostAccess> accesses;
  if (moment == Moment::Begun) return accesses;  // before the first word everything is legal
  const bool refused = moment == Moment::Busy;
  draw_register_accesses(draw, refused, accesses);
  const std::uint64_t rows = 1 + draw(refused ? 1 : kMostRows);
  for (std::uint64_t i = 0; i < rows; ++i) draw_row_accesses(draw, refused, accesses);
  return accesses;
}

}  // namespace nacre::golden
