#include "golden/mtj_array/mtj_array.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "golden/device_random.hpp"

namespace nacre::golden {

namespace {

constexpr std::uint32_t kOctaves = 24;
constexpr std::uint32_t kSteps = 32;  ///< of an octave

/// G[n][k]: the number 256 x, rounded, that a normal one exceeds in amount with the probability in
/// the middle of step k of octave n.
std::array<std::int16_t, kOctaves * kSteps> make_gauss_table() {
  std::array<std::int16_t, kOctaves * kSteps> table{};
  for (std::uint32_t n = 0; n < kOctaves; ++n) {
    for (std::uint32_t k = 0; k < kSteps; ++k) {
      const double probability = std::ldexp(1 + (k + 0.5) / kSteps, -static_cast<int>(n) - 1);
      int low = 0, high = 2048;  // the smallest z with z + 1/2 > 256 x is in low ... high
      while (low < high) {
        const int z = (low + high) / 2;
        if (std::erfc((z + 0.5) / 256 / std::sqrt(2.0)) < probability) {
          high = z;
        } else {
          low = z + 1;
        }
      }
      table[n * kSteps + k] = static_cast<std::int16_t>(low);
    }
  }
  return table;
}

const std::array<std::int16_t, kOctaves* kSteps> kGauss = make_gauss_table();

constexpr auto number_of(DevicePurpose purpose) { return static_cast<std::uint32_t>(purpose); }

std::int32_t scaled(std::int32_t coefficient, std::int32_t z) {
  return static_cast<std::int32_t>((std::int64_t{coefficient} * z) >> 8);
}

}  // namespace

std::int32_t mtj_gauss(std::uint32_t number) {
  const std::uint32_t m = number & 0x7fffffffu;
  const auto n = static_cast<std::uint32_t>(std::countl_zero(m)) - 1;
  const std::uint32_t entry =
      n >= kOctaves ? (kOctaves - 1) * kSteps : n * kSteps + ((m >> (25 - n)) & (kSteps - 1));
  const std::int32_t z = kGauss[entry];
  return (number >> 31) != 0 ? -z : z;
}

MtjArray::MtjArray(const MtjArrayShape& shape, const MtjTables& tables, std::uint32_t seed,
                   const MtjKernels& kernels)
    : shape_(shape), tables_(tables), key_(device_mix(seed, shape.index)), kernels_(kernels) {
  state_.resize(std::size_t{shape.rows} * shape.devices_per_row());
  rows_.resize(shape.rows);
  held_.resize(shape.bits);
  q_.resize(shape.bits);
  meta_.resize(shape.bits);
  pulse_numbers_.resize(shape.devices_per_row());
  device_numbers_.resize(shape.devices_per_row());
  bit_numbers_.resize(shape.bits);
  if (shape.level < 2) return;
  static_numbers(number_of(DevicePurpose::SenseOffset), 0, bit_numbers_);
  for (const std::uint32_t number : bit_numbers_) {
    offset_.push_back(scaled(tables.c_offset, mtj_gauss(number)));
  }
  static_numbers(number_of(DevicePurpose::Reference), 0, bit_numbers_);
  for (const std::uint32_t number : bit_numbers_) {
    reference_.push_back(tables.r0 + scaled(tables.r1, mtj_gauss(number)));
  }
}

void MtjArray::static_numbers(std::uint32_t purpose, std::uint32_t first,
                              std::span<std::uint32_t> numbers) {
  kernels_.mix_blocks(key_, (purpose << 28) | first, numbers.data(), numbers.size());
}

void MtjArray::access_numbers(const Keys& keys, std::uint32_t access,
                              std::span<std::uint32_t> numbers) {
  kernels_.mix_keys(keys.high, keys.high + keys.count, access, numbers.data(), keys.count);
}

void MtjArray::append_keys(Row& row, std::uint32_t purpose, std::uint32_t first,
                           std::uint32_t count) {
  std::vector<std::uint32_t> numbers(count);
  static_numbers(purpose, first, numbers);
  for (const std::uint32_t number : numbers) {
    row.keys.push_back(static_cast<std::uint16_t>(number >> 16));
  }
  for (const std::uint32_t number : numbers) row.keys.push_back(static_cast<std::uint16_t>(number));
}

void MtjArray::load(std::uint32_t row, std::span<const std::uint8_t> states) {
  std::copy(states.begin(), states.end(), state_of(row));
  rows_[row].access = 0;
  rows_[row].wear = 0;
  rows_[row].stamp = time_;
  rows_[row].formed =
      tables_.forming_amplitude == 0 ||
      std::any_of(states.begin(), states.end(), [](std::uint8_t state) { return state == 0; });
  rows_[row].margins_valid = false;
}

void MtjArray::open(std::uint32_t row) {
  open_ = row;
  if (shape_.level != 0 && !rows_[row].drawn) draw_row(row);
}

void MtjArray::draw_row(std::uint32_t row) {
  Row& r = rows_[row];
  const std::uint32_t cell = row * shape_.bits;
  const std::uint32_t device = row * shape_.devices_per_row();
  r.keys.reserve(2 * std::size_t{shape_.bits} + 4 * std::size_t{shape_.devices_per_row()});
  append_keys(r, number_of(DevicePurpose::Read), cell, shape_.bits);
  append_keys(r, number_of(DevicePurpose::Switching), device, shape_.devices_per_row());
  append_keys(r, number_of(DevicePurpose::Retention), device, shape_.devices_per_row());
  if (shape_.level == 1) {
    static_numbers(number_of(DevicePurpose::PersistentError), cell, bit_numbers_);
    for (const std::uint32_t threshold : tables_.persistent) {
      for (const std::uint32_t number : bit_numbers_) r.persistent.push_back(number < threshold);
    }
  } else {
    draw_resistances(row);
  }
  r.drawn = true;
}

void MtjArray::draw_resistances(std::uint32_t row) {
  const std::uint32_t count = shape_.devices_per_row();
  const std::uint32_t first = row * count;
  std::vector<std::uint32_t> resistance(count), tmr(count), access(count);
  static_numbers(number_of(DevicePurpose::Resistance), first, resistance);
  static_numbers(number_of(DevicePurpose::Tmr), first, tmr);
  static_numbers(number_of(DevicePurpose::AccessTransistor), first, access);
  Row& r = rows_[row];
  r.resistance.resize(2 * std::size_t{count});
  r.margin.resize(shape_.bits);
  for (std::size_t e = 0; e < count; ++e) {
    const std::int64_t z_r = mtj_gauss(resistance[e]);
    const std::int64_t z_t = mtj_gauss(tmr[e]);
    const std::int64_t z_a = mtj_gauss(access[e]);
    for (std::size_t s = 0; s < 2; ++s) {
      const std::int64_t second = (z_r * (tables_.c2[s] * z_r + tables_.cx[s] * z_a)) >> 8;
      const std::int64_t deviation =
          tables_.c1[s] * z_r + tables_.ct[s] * z_t + tables_.ca[s] * z_a + second;
      r.resistance[s * count + e] = tables_.c0[s] + static_cast<std::int32_t>(deviation >> 8);
    }
  }
}

void MtjArray::update_margins(Row& row) {
  const std::uint8_t* states = state_of(open_);
  const std::size_t count = shape_.devices_per_row();
  const auto resistance = [&](std::size_t e) { return row.resistance[states[e] * count + e]; };
  for (std::size_t bit = 0; bit < shape_.bits; ++bit) {
    const std::int32_t margin = shape_.devices_per_bit == 1
                                    ? resistance(bit) - reference_[bit]
                                    : resistance(2 * bit + 1) - resistance(2 * bit);
    row.margin[bit] = margin + offset_[bit];
  }
  row.margins_valid = true;
}

std::uint32_t MtjArray::begin_access(Row& row) {
  keep(row);
  row.stamp = time_;
  return row.access++;
}

void MtjArray::keep(Row& row) {
  if (shape_.level == 0 || !row.formed) return;
  const std::uint64_t elapsed = time_ - row.stamp;  // modulo 2^32, before it is widened
  const std::uint64_t threshold = std::min<std::uint64_t>(std::numeric_limits<std::int32_t>::max(),
                                                          tables_.retention * elapsed);
  if (threshold == 0) return;
  access_numbers(keep_keys(row), row.access, device_numbers_);
  std::uint8_t* states = state_of(open_);
  std::uint8_t changed = 0;
  for (std::size_t e = 0; e < device_numbers_.size(); ++e) {
    const auto flips = static_cast<std::uint8_t>(device_numbers_[e] < threshold);
    states[e] ^= flips;
    changed |= flips;
  }
  if (changed != 0) row.margins_valid = false;
}

void MtjArray::read(MtjReadMode mode) {
  Row& row = rows_[open_];
  const std::uint32_t access = begin_access(row);
  if (shape_.level == 2) {
    read_resistances(row, mode, access);
  } else {
    read_errors(row, mode, access);
  }
  if (shape_.level != 0 && tables_.disturb != 0 && row.formed) disturb(row, access);
}

void MtjArray::read_errors(const Row& row, MtjReadMode mode, std::uint32_t access) {
  std::fill(meta_.begin(), meta_.end(), std::uint8_t{0});
  if (mode == MtjReadMode::Compare) {
    std::copy(held_.begin(), held_.end(), q_.begin());
    return;
  }
  const std::uint8_t* states = state_of(open_);
  if (shape_.level != 0) access_numbers(read_keys(row), access, bit_numbers_);
  for (std::uint32_t bit = 0; bit < shape_.bits; ++bit) {
    std::uint8_t value = bit_of(states, bit);
    if (shape_.level != 0) {
      const bool transient = bit_numbers_[bit] < tables_.transient[value];
      value ^= static_cast<std::uint8_t>(row.persistent[value * shape_.bits + bit] ^
                                         static_cast<std::uint8_t>(transient));
    }
    if (mode == MtjReadMode::Sample) {
      held_[bit] = value;
    } else {
      q_[bit] = value;
    }
  }
}

void MtjArray::read_resistances(Row& row, MtjReadMode mode, std::uint32_t access) {
  access_numbers(read_keys(row), access, bit_numbers_);
  const auto noise = [&](std::size_t bit) {
    return scaled(tables_.c_noise, mtj_gauss(bit_numbers_[bit]));
  };
  const auto decide = [&](std::size_t bit, std::int32_t margin) {
    const bool metastable = std::abs(margin) < tables_.delta;
    meta_[bit] = static_cast<std::uint8_t>(metastable);
    q_[bit] = static_cast<std::uint8_t>(metastable ? bit_numbers_[bit] & 1u : margin > 0);
  };
  if (mode == MtjReadMode::Normal) {
    if (!row.margins_valid) update_margins(row);
    for (std::size_t bit = 0; bit < shape_.bits; ++bit) decide(bit, row.margin[bit] + noise(bit));
    return;
  }
  const std::uint8_t* states = state_of(open_);
  for (std::size_t bit = 0; bit < shape_.bits; ++bit) {
    const std::int32_t resistance = row.resistance[states[bit] * std::size_t{shape_.bits} + bit];
    if (mode == MtjReadMode::Sample) {
      held_[bit] = resistance + noise(bit);
    } else {
      decide(bit, held_[bit] - resistance + noise(bit) + offset_[bit] - tables_.c_self);
    }
  }
}

void MtjArray::disturb(Row& row, std::uint32_t access) {
  access_numbers(switch_keys(row), access, device_numbers_);
  std::uint8_t* states = state_of(open_);
  std::uint8_t changed = 0;
  for (std::size_t e = 0; e < device_numbers_.size(); ++e) {
    const auto flips =
        static_cast<std::uint8_t>(states[e] & (device_numbers_[e] < tables_.disturb));
    states[e] ^= flips;
    changed |= flips;
  }
  if (changed != 0) row.margins_valid = false;
}

void MtjArray::begin_pulse(int direction, int amplitude) {
  Row& row = rows_[open_];
  const std::uint32_t access = begin_access(row);
  if (row.wear != std::numeric_limits<std::uint32_t>::max()) ++row.wear;
  if (shape_.level != 0) access_numbers(switch_keys(row), access, pulse_numbers_);
  if (amplitude >= tables_.forming_amplitude) row.formed = true;
  direction_ = direction;
  amplitude_ = amplitude;
  pulse_cycle_ = 0;
}

void MtjArray::drive(std::span<const std::uint8_t> driven) {
  const auto& thresholds =
      tables_.switching[static_cast<std::size_t>(direction_)][static_cast<std::size_t>(amplitude_)];
  const std::uint32_t threshold = thresholds[static_cast<std::size_t>(pulse_cycle_)];
  pulse_cycle_ = std::min(pulse_cycle_ + 1, kMtjPulseCycles - 1);
  if (!rows_[open_].formed) return;
  std::uint8_t* states = state_of(open_);
  for (std::size_t e = 0; e < driven.size(); ++e) {
    if (driven[e] != 0 && (shape_.level == 0 || pulse_numbers_[e] < threshold)) {
      states[e] = static_cast<std::uint8_t>(direction_);
    }
  }
  rows_[open_].margins_valid = false;
}

void MtjArray::pulse(int direction, int amplitude, std::span<const std::uint8_t> driven,
                     int cycles) {
  begin_pulse(direction, amplitude);
  for (int i = 0; i < cycles; ++i) drive(driven);
}

}  // namespace nacre::golden
