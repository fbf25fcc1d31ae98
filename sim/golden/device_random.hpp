#pragma once
// Random numbers of device models (docs/device_random.md is the contract).

#include <cstdint>

namespace nacre::golden {

/// What a static number of a device is for: the top four bits of its block.
enum class DevicePurpose : std::uint32_t {
  Cell = 0,
  ReadNoise = 1,
  ConverterOffset = 2,
  ConverterNonlinearity = 3,
  // Of docs/mtj_array.md.
  Resistance = 4,
  Tmr = 5,
  AccessTransistor = 6,
  PersistentError = 7,
  SenseOffset = 8,
  Reference = 9,
  Read = 10,
  Switching = 11,  ///< and disturb
  Retention = 12,
};

/// The counter-based generator: a number is a function of key and block alone.
constexpr std::uint32_t device_mix(std::uint32_t key, std::uint32_t block) {
  const auto word = [](std::uint32_t value) { return value & 0xffffu; };
  std::uint32_t x = block >> 16;
  std::uint32_t y = word(block);
  for (std::uint32_t i = 0; i < 10; ++i) {
    const std::uint32_t k = word((i % 2 == 0 ? word(key) : key >> 16) + i * 0x9e37u);
    x = word(word((x >> 7) | (x << 9)) + y) ^ k;
    y = word((y << 2) | (y >> 14)) ^ x;
  }
  return (x << 16) | y;
}

/// Static number of the device `index` (below 2^28) for one purpose.
constexpr std::uint32_t device_number(std::uint32_t seed, DevicePurpose purpose,
                                      std::uint32_t index) {
  return device_mix(seed, (static_cast<std::uint32_t>(purpose) << 28) | (index & 0xfffffffu));
}

/// About normal, -30 ... 30, mean 0, standard deviation sqrt(85) = 9.22: the sum of the low four
/// hexadecimal digits of a number, less their mean.
constexpr std::int32_t device_deviate(std::uint32_t number) {
  return static_cast<std::int32_t>((number & 15u) + ((number >> 4) & 15u) + ((number >> 8) & 15u) +
                                   ((number >> 12) & 15u)) -
         30;
}

/// A deviation of standard deviation `sigma` / 16 from the about normal `z`; `sigma` is 0 ... 1023.
constexpr std::int32_t scale_deviate(std::int32_t sigma, std::int32_t z) {
  return (sigma * z * 111 + 8192) >> 14;  // 111 / 2^14 = 1 / (16 * 9.225)
}

}  // namespace nacre::golden
