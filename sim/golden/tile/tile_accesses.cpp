// What a host may do to a stage of tiles while it is in use (docs/tile.md, "State, registers,
// counters").

#include <algorithm>
#include <type_traits>
#include <utility>

#include "golden/tile/tile_stage.hpp"

namespace nacre::golden {

namespace {

constexpr int kScaleBits = 16;
constexpr int kMostShift = 63;
constexpr std::uint64_t kMostScale = 65535;
constexpr int kWordBits = 32;
/// Words of weights written at one moment: a small set is written as a whole.
constexpr std::int64_t kMostWeightWords = 96;
constexpr std::int64_t kRowsShown = 3;

HostAccess read_of(const char* target, std::int64_t value) {
  return {.target = target, .is_write = false, .data = static_cast<std::uint32_t>(value)};
}

HostAccess write_of(const char* target, std::int64_t value, bool refused = false) {
  return {.target = target, .data = static_cast<std::uint32_t>(value), .refused = refused};
}

/// A number of `range`.
std::int64_t draw_number(Interval range, const Draw& draw) {
  return range.low +
         static_cast<std::int64_t>(draw(static_cast<std::uint64_t>(range.high - range.low) + 1));
}

}  // namespace

bool TileStageModel::is_free(std::int64_t bank) const {
  const std::int64_t set = bank / tile_->set_banks();
  // A write of active_set that waits for its sample keeps both.
  return tile_->weight_sets == 2 && set < 2 && set != set_ && set != active_set_;
}

void TileStageModel::draw_active_set(const Draw& draw, std::vector<HostAccess>& accesses) {
  if (tile_->weight_sets < 2) return;
  if (draw_chance(draw, 8)) accesses.push_back(write_of("active_set", 2, true));
  if (!draw_chance(draw, 4)) {
    if (!draw_chance(draw, 4)) active_set_ = 1 - active_set_;
    accesses.push_back(write_of("active_set", active_set_));
  }
  accesses.push_back(read_of("active_set", active_set_));
}

void TileStageModel::draw_registers(Moment moment, const Draw& draw,
                                    std::vector<HostAccess>& accesses) {
  const bool is_busy = moment == Moment::Busy;
  const auto write = [&](const char* target, auto& value, std::int64_t wanted) {
    accesses.push_back(write_of(target, wanted, is_busy));
    if (!is_busy) value = static_cast<std::remove_reference_t<decltype(value)>>(wanted);
  };
  if (draw_chance(draw, 2)) {
    write("input_bits", input_bits_, draw_number({1, tile_->input_bits}, draw));
    frame_.set_input_bits(input_bits_);
  }
  if (draw_chance(draw, 8)) {
    accesses.push_back(
        write_of("input_bits", draw_chance(draw, 2) ? 0 : tile_->input_bits + 1, true));
  }
  accesses.push_back(read_of("input_bits", input_bits_));
  if (!output_) return;
  if (!output_->has_scale_per_output) {
    if (draw_chance(draw, 4)) write("scale", output_->scale[0], 1 + draw_number({0, 65534}, draw));
    if (draw_chance(draw, 8)) accesses.push_back(write_of("scale", kMostScale + 1, true));
    accesses.push_back(read_of("scale", output_->scale[0]));
  }
  // Near that of the specification outputs are neither all 0 nor all clipped.
  const Interval near{std::max(0, tile_->output->shift - 2),
                      std::min(kMostShift, tile_->output->shift + 2)};
  if (draw_chance(draw, 4)) write("shift", output_->shift, draw_number(near, draw));
  if (draw_chance(draw, 8)) accesses.push_back(write_of("shift", kMostShift + 1, true));
  accesses.push_back(read_of("shift", output_->shift));
}

std::vector<std::uint32_t> TileStageModel::output_words(std::int64_t output) const {
  const auto n = static_cast<std::size_t>(output);
  // At most 32 + 16 bits.
  std::uint64_t row = 0;
  if (tile_->bias_bits > 0) {
    row = static_cast<std::uint64_t>(bias_[n]) & ((std::uint64_t{1} << tile_->bias_bits) - 1);
  }
  int bits = tile_->bias_bits;
  if (output_ && output_->has_scale_per_output) {
    row |= static_cast<std::uint64_t>(output_->scale[n]) << bits;
    bits += kScaleBits;
  }
  std::vector<std::uint32_t> words;
  for (int low = 0; low < bits; low += kWordBits) {
    words.push_back(static_cast<std::uint32_t>(row >> low));
  }
  return words;
}

void TileStageModel::draw_outputs(Moment moment, const Draw& draw,
                                  std::vector<HostAccess>& accesses) {
  const bool has_scales = output_ && output_->has_scale_per_output;
  if (tile_->bias_bits == 0 && !has_scales) return;
  const bool is_busy = moment == Moment::Busy;
  const auto output = static_cast<std::int64_t>(draw(static_cast<std::uint64_t>(tile_->outputs)));
  const auto n = static_cast<std::size_t>(output);
  const auto access_row = [&](bool is_write) {
    const std::vector<std::uint32_t> words = output_words(output);
    for (std::size_t w = 0; w < words.size(); ++w) {
      accesses.push_back({.target = "outputs",
                          .row = output,
                          .word = static_cast<std::int64_t>(w),
                          .is_write = is_write,
                          .data = is_write && is_busy
                                      ? static_cast<std::uint32_t>(draw(std::uint64_t{1} << 32))
                                      : words[w],
                          .refused = is_busy});
    }
  };
  if (!is_busy) {
    if (tile_->bias_bits > 0) bias_[n] = draw_number(number_range(tile_->bias_bits, true), draw);
    if (has_scales) output_->scale[n] = 1 + draw_number({0, 65534}, draw);
  }
  access_row(true);
  access_row(false);
}

void TileStageModel::draw_weights(Moment moment, const Draw& draw,
                                  std::vector<HostAccess>& accesses) {
  const WeightWindow window = array_->weight_window();
  const std::int64_t set_rows = tile_->set_banks() * window.rows_per_bank;
  const std::int64_t set_words = set_rows * window.words_per_row;
  const auto access = [&](std::int64_t row, std::int64_t word, bool is_write) {
    const bool refused = moment != Moment::Idle && !is_free(row / window.rows_per_bank);
    HostAccess each{.target = is_write ? window.written : window.shown,
                    .row = row,
                    .word = word,
                    .is_write = is_write,
                    .refused = refused};
    if (is_write) {
      each.data = array_->draw_weights(row, word, draw);
      if (!refused) array_->write_weights(row, word, each.data);
    } else {
      each.data = array_->shown_weights(row, word);
    }
    accesses.push_back(std::move(each));
  };
  const auto random_place = [&](std::int64_t first_row) {
    const auto place = static_cast<std::int64_t>(draw(static_cast<std::uint64_t>(set_words)));
    return std::pair{first_row + place / window.words_per_row, place % window.words_per_row};
  };
  // The set that the last sample does not use, if there are two: while something is under way it
  // is free unless a switch to it waits.
  const std::int64_t set =
      tile_->weight_sets == 2 && (moment != Moment::Idle || draw(4) != 0) ? 1 - set_ : set_;
  const std::int64_t first_row = set * set_rows;
  if (moment == Moment::Idle || is_free(first_row / window.rows_per_bank)) {
    if (set_words <= kMostWeightWords) {
      for (std::int64_t place = 0; place < set_words; ++place) {
        access(first_row + place / window.words_per_row, place % window.words_per_row, true);
      }
    } else {
      for (std::int64_t i = 0; i < kMostWeightWords; ++i) {
        const auto [row, word] = random_place(first_row);
        access(row, word, true);
      }
    }
    for (std::int64_t i = 0; i < kRowsShown; ++i) {
      const auto [row, word] = random_place(first_row);
      access(row, word, false);
    }
  }
  if (moment != Moment::Busy) return;
  // Of the set in use, or of both while a switch waits: refused.
  for (std::int64_t each = 0; each < tile_->weight_sets; ++each) {
    const auto [row, word] = random_place(each * set_rows);
    if (is_free(row / window.rows_per_bank)) continue;
    access(row, word, true);
    access(row, word, false);
  }
}

std::vector<HostAccess> TileStageModel::draw_accesses(Moment moment, const Draw& draw) {
  std::vector<HostAccess> accesses;
  if (moment == Moment::Begun) {
    // Until the sample's first word has come here, a switch of sets keeps both.
    if (tile_->weight_sets == 2 && !switched_set_) draw_weights(moment, draw, accesses);
    return accesses;
  }
  draw_registers(moment, draw, accesses);
  if (draw_chance(draw, 2)) draw_outputs(moment, draw, accesses);
  if (draw_chance(draw, 2)) array_->draw_own_accesses(moment, draw, accesses);
  // The switch before or after the weights: when it waits, no set is free.
  const bool switches_first = draw_chance(draw, 2);
  if (switches_first) draw_active_set(draw, accesses);
  if (moment == Moment::Busy || draw_chance(draw, 2)) draw_weights(moment, draw, accesses);
  if (!switches_first) draw_active_set(draw, accesses);
  return accesses;
}

}  // namespace nacre::golden
