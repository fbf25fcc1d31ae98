#include "golden/imc_crossbar/crossbar_array.hpp"

#include <algorithm>

#include "golden/device_random.hpp"

namespace nacre::golden {

namespace {

bool skips(const TileSpec& tile, std::span<const std::uint8_t> group_digits) {
  return tile.skips_zero_planes && std::all_of(group_digits.begin(), group_digits.end(),
                                               [](std::uint8_t digit) { return digit == 0; });
}

}  // namespace

void fill_digits(const TileSpec& tile, std::span<const std::int32_t> inputs, std::int64_t fold,
                 int plane, std::span<std::uint8_t> digits) {
  const std::uint32_t mask = (std::uint32_t{1} << tile.digit_bits) - 1;
  const auto begin = static_cast<std::size_t>(fold * tile.rows());
  const std::size_t driven = std::min(digits.size(), inputs.size() - begin);
  for (std::size_t r = 0; r < driven; ++r) {
    const auto bits = static_cast<std::uint32_t>(inputs[begin + r]);  // sign-extended
    digits[r] = static_cast<std::uint8_t>((bits >> (tile.digit_bits * plane)) & mask);
  }
  std::fill(digits.begin() + static_cast<std::ptrdiff_t>(driven), digits.end(), std::uint8_t{0});
}

std::int64_t groups_read(const ImcCrossbarSpec& spec, std::span<const std::uint8_t> digits) {
  const auto lines = static_cast<std::size_t>(spec.word_lines_per_read);
  std::int64_t groups = 0;
  for (std::size_t begin = 0; begin < digits.size(); begin += lines) {
    const auto group = digits.subspan(begin, std::min(lines, digits.size() - begin));
    if (!skips(spec.tile, group)) ++groups;
  }
  return groups;
}

CrossbarArray::CrossbarArray(const ImcCrossbarSpec& spec, const CrossbarKernels& kernels)
    : spec_(spec), kernels_(kernels) {
  const auto columns = static_cast<std::size_t>(spec.physical_columns());
  for (auto* each : {&noise_key_high_, &noise_key_low_}) each->resize(columns);
  for (auto* each : {&offset_, &bow_, &gain_, &correction_, &current_, &total_}) {
    each->resize(columns);
  }
  load();
}

void CrossbarArray::load() {
  set_seed(spec_.devices.seed);
  for (std::size_t q = 0; q < gain_.size(); ++q) {
    const CalibrationRow row = spec_.calibration.empty() ? CalibrationRow{} : spec_.calibration[q];
    set_calibration(static_cast<std::int64_t>(q), row);
  }
  program();
}

void CrossbarArray::set_seed(std::uint32_t seed) {
  seed_ = seed;
  const DeviceSpec& devices = spec_.devices;
  for (std::uint32_t q = 0; q < offset_.size(); ++q) {
    const std::uint32_t noise = device_number(seed, DevicePurpose::ReadNoise, q);
    noise_key_high_[q] = static_cast<std::uint16_t>(noise >> 16);
    noise_key_low_[q] = static_cast<std::uint16_t>(noise);
    const auto deviation = [&](std::int32_t sigma, DevicePurpose purpose) {
      return scale_deviate(sigma, device_deviate(device_number(seed, purpose, q)));
    };
    offset_[q] = deviation(devices.adc_offset, DevicePurpose::ConverterOffset);
    bow_[q] = deviation(devices.adc_nonlinearity, DevicePurpose::ConverterNonlinearity);
  }
}

void CrossbarArray::program() {
  const TileSpec& tile = spec_.tile;
  conductance_.resize(
      static_cast<std::size_t>(spec_.cell_index(tile.banks, 0, 0)));  // one past the last cell
  std::vector<std::uint8_t> levels(static_cast<std::size_t>(spec_.physical_columns()));
  for (std::int64_t bank = 0; bank < tile.banks; ++bank) {
    const std::int64_t set = bank / tile.set_banks();
    const std::int64_t column_fold = bank % tile.set_banks() / tile.row_folds();
    const std::int64_t row_fold = bank % tile.row_folds();
    for (std::int64_t r = 0; r < tile.rows(); ++r) {
      std::fill(levels.begin(), levels.end(), std::uint8_t{0});
      const std::int64_t k = row_fold * tile.rows() + r;
      const std::int64_t first = column_fold * tile.columns();
      const std::int64_t end = std::min(tile.columns(), tile.outputs - first);
      if (set < tile.weight_sets && k < tile.patch_inputs) {
        for (std::int64_t c = 0; c < end; ++c) {
          const std::int32_t weight = tile.weight(set, k, first + c);
          for (int s = 0; s < spec_.slices(); ++s) {
            for (int t = 0; t < spec_.polarities(); ++t) {
              levels[static_cast<std::size_t>(spec_.physical_column(c, s, t))] =
                  static_cast<std::uint8_t>(spec_.level_of(weight, s, t));
            }
          }
        }
      }
      program_cells(bank, r, 0, levels);
    }
  }
}

void CrossbarArray::program_cells(std::int64_t bank, std::int64_t r, std::int64_t first,
                                  std::span<const std::uint8_t> levels) {
  const DeviceSpec& devices = spec_.devices;
  const std::int64_t index = spec_.cell_index(bank, r, first);
  std::vector<std::uint16_t> high(levels.size()), low(levels.size());
  kernels_.mix_blocks(seed_, static_cast<std::uint32_t>(index), high.data(), low.data(),
                      levels.size());
  const std::int32_t largest = (1 << spec_.conductance_bits()) - 1;
  const std::int64_t loss =
      std::min<std::int64_t>(65535, devices.ir_drop * (r % spec_.tile.tile_rows));
  for (std::size_t q = 0; q < levels.size(); ++q) {
    const std::size_t level = levels[q];
    std::int32_t g = std::clamp(
        devices.levels[level] + scale_deviate(devices.spread[level], device_deviate(low[q])), 0,
        largest);
    if (high[q] < devices.stuck_low) {
      g = devices.levels.front();
    } else if (high[q] < devices.stuck_low + devices.stuck_high) {
      g = devices.levels.back();
    }
    conductance_[static_cast<std::size_t>(index) + q] =
        static_cast<std::uint16_t>((g * (65536 - loss)) >> 16);
  }
}

void CrossbarArray::read_plane(std::int64_t bank, std::span<const std::uint8_t> digits,
                               std::span<std::int64_t> sums) {
  const auto lines = static_cast<std::size_t>(spec_.word_lines_per_read);
  const auto stride = static_cast<std::size_t>(spec_.physical_columns());
  const int slices = spec_.slices();
  const int polarities = spec_.polarities();
  const std::size_t columns = sums.size() * static_cast<std::size_t>(slices * polarities);
  const ConverterColumns converters{.offset = offset_.data(),
                                    .bow = bow_.data(),
                                    .gain = gain_.data(),
                                    .correction = correction_.data()};
  const ConverterConstants constants{.shift = 4 + spec_.adc.shift,
                                     .bow_shift = 2 * spec_.adc.bits + 2,
                                     .largest = (1 << spec_.adc.bits) - 1};
  const std::uint16_t* conductance =
      conductance_.data() + static_cast<std::size_t>(spec_.cell_index(bank, 0, 0));
  std::fill_n(total_.begin(), columns, 0);
  for (std::size_t begin = 0; begin < digits.size(); begin += lines) {
    const auto group = digits.subspan(begin, std::min(lines, digits.size() - begin));
    if (skips(spec_.tile, group)) continue;
    std::fill_n(current_.begin(), columns, 0);
    for (std::size_t r = 0; r < group.size(); ++r) {
      if (group[r] == 0) continue;
      kernels_.add_word_line(current_.data(), conductance + (begin + r) * stride, group[r],
                             columns);
    }
    if (spec_.devices.read_noise != 0) {
      kernels_.add_noise(current_.data(), noise_key_high_.data(), noise_key_low_.data(),
                         read_number_, spec_.devices.read_noise, columns);
    }
    kernels_.convert(current_.data(), converters, constants, total_.data(), columns);
    ++read_number_;
  }
  std::size_t q = 0;
  for (std::int64_t& sum : sums) {
    for (int s = 0; s < slices; ++s) {
      const int shift = spec_.cell_bits * s + spec_.adc.shift;
      std::int64_t value = total_[q++];
      if (polarities == 2) value -= total_[q++];
      sum += value * (std::int64_t{1} << shift);
    }
  }
}

}  // namespace nacre::golden
