// What a host may do to an xnor_tile while it is in use.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <utility>

#include "golden/xnor_tile/xnor_tile_model.hpp"

namespace nacre::golden {

namespace {

constexpr std::int64_t kWordBits = 32;
constexpr std::uint64_t kAnyWord = std::uint64_t{1} << kWordBits;
/// Words of cells written at one moment when all are: after a write of device_seed.
constexpr std::int64_t kMostCellWords = 192;
constexpr std::int64_t kRowsWritten = 4;

std::uint32_t draw_word(const Draw& draw) { return static_cast<std::uint32_t>(draw(kAnyWord)); }

HostAccess read_of(const char* target, std::uint32_t value) {
  return {.target = target, .is_write = false, .data = value};
}

HostAccess write_of(const char* target, std::uint32_t value, bool refused) {
  return {.target = target, .data = value, .refused = refused};
}

}  // namespace

void XnorTileModel::draw_registers(const Draw& draw, bool refused,
                                   std::vector<HostAccess>& accesses) {
  const auto timing = [&] {
    return static_cast<std::uint32_t>((timing_.evaluate << 8) | timing_.precharge);
  };
  if (draw_chance(draw, 2)) {
    // Mostly short: a long read costs simulation, not insight.
    const auto duration = [&] { return 1 + static_cast<int>(draw(draw_chance(draw, 8) ? 16 : 3)); };
    const XnorTiming wanted{.precharge = duration(), .evaluate = duration()};
    accesses.push_back(write_of(
        "timing", static_cast<std::uint32_t>((wanted.evaluate << 8) | wanted.precharge), refused));
    if (!refused) timing_ = wanted;
  }
  if (draw_chance(draw, 4)) {
    constexpr std::uint32_t kIllegal[] = {0x0000, 0x0100, 0x0001, 0x1101, 0x0111, 0x10101};
    accesses.push_back(write_of("timing", kIllegal[draw(std::size(kIllegal))], true));
  }
  accesses.push_back(read_of("timing", timing()));
  if (draw_chance(draw, 2)) {
    // Steps of any size, so that retention matters and is not everything.
    const std::uint32_t step = draw_word(draw) >> draw(kWordBits);
    accesses.push_back(write_of("time", time_ + step, refused));
    if (!refused) set_time(time_ + step);
  }
  accesses.push_back(read_of("time", time_));
}

void XnorTileModel::draw_row(std::int64_t row, const Draw& draw, bool refused,
                             std::vector<HostAccess>& accesses) {
  const std::int64_t devices = spec_->row_bits * devices_of_bit();
  const std::int64_t rows = rows_of_array();
  std::vector<std::uint8_t> states;
  for (std::int64_t word = 0; word * kWordBits < devices; ++word) {
    const std::int64_t bits = std::min(devices - word * kWordBits, kWordBits);
    const std::uint32_t data = draw_word(draw) >> (kWordBits - bits);
    for (std::int64_t b = 0; b < bits; ++b) states.push_back((data >> b) & 1u);
    accesses.push_back(
        {.target = "cells", .row = row, .word = word, .data = data, .refused = refused});
  }
  if (refused) return;
  arrays_[static_cast<std::size_t>(row / rows)].load(static_cast<std::uint32_t>(row % rows),
                                                     states);
}

void XnorTileModel::draw_cells(const Draw& draw, bool refused, std::vector<HostAccess>& accesses) {
  const std::int64_t rows = spec_->tiles * rows_of_array();
  const std::int64_t words_per_row =
      (spec_->row_bits * devices_of_bit() + kWordBits - 1) / kWordBits;
  // All rows follow a new seed.
  const bool all_rows = rows * words_per_row <= kMostCellWords && draw_chance(draw, 2);
  if (refused || all_rows) {
    const std::uint32_t seed = draw_word(draw);
    accesses.push_back(write_of("device_seed", seed, refused));
    if (!refused) make_arrays(seed);
  }
  accesses.push_back(read_of("device_seed", seed_));
  const auto random_row = [&] {
    return static_cast<std::int64_t>(draw(static_cast<std::uint64_t>(rows)));
  };
  if (!refused && all_rows) {
    for (std::int64_t row = 0; row < rows; ++row) draw_row(row, draw, refused, accesses);
  } else {
    for (std::int64_t i = 0; i < kRowsWritten; ++i) draw_row(random_row(), draw, refused, accesses);
  }
  accesses.push_back({.target = "cells", .row = random_row(), .is_write = false, .refused = true});
}

void XnorTileModel::draw_outputs(const Draw& draw, bool refused,
                                 std::vector<HostAccess>& accesses) {
  const auto row = static_cast<std::int64_t>(draw(outputs_.size()));
  Comparison& output = outputs_[static_cast<std::size_t>(row)];
  const int threshold_bits =
      static_cast<int>(std::bit_width(static_cast<std::uint64_t>(spec_->num_inputs) + 1));
  const Comparison wanted{
      .threshold = static_cast<std::int64_t>(draw(std::uint64_t{1} << threshold_bits)),
      .invert = static_cast<std::int64_t>(draw(2))};
  const auto data_of = [&](const Comparison& each) {
    return static_cast<std::uint32_t>((each.invert << threshold_bits) | each.threshold);
  };
  accesses.push_back(
      {.target = "outputs", .row = row, .data = data_of(wanted), .refused = refused});
  if (!refused) output = wanted;
  accesses.push_back({.target = "outputs",
                      .row = row,
                      .is_write = false,
                      .data = data_of(output),
                      .refused = refused});
}

std::vector<HostAccess> XnorTileModel::draw_accesses(Moment moment, const Draw& draw) {
  std::vector<HostAccess> accesses;
  if (moment == Moment::Begun) return accesses;
  const bool refused = moment == Moment::Busy;
  draw_registers(draw, refused, accesses);
  if (draw_chance(draw, 2)) draw_cells(draw, refused, accesses);
  if (!outputs_.empty() && draw_chance(draw, 2)) draw_outputs(draw, refused, accesses);
  return accesses;
}

}  // namespace nacre::golden
