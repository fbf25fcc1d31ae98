#pragma once
// Inner loops over neighbouring physical columns, written for the compiler's vectoriser, in copies
// for several instruction sets.

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace nacre::golden {

/// What a converter does to every column alike.
struct ConverterConstants {
  int shift = 4;             ///< sh: 4 + adc_shift
  int bow_shift = 18;        ///< 2 * B + 2
  std::int32_t largest = 1;  ///< 2^B - 1
};

/// What differs from column to column; arrays over the physical columns.
struct ConverterColumns {
  const std::int32_t* offset = nullptr;
  const std::int32_t* bow = nullptr;
  const std::int32_t* gain = nullptr;
  const std::int32_t* correction = nullptr;
};

/// The loops of one instruction set; `n` columns each.
struct CrossbarKernels {
  /// current += digit * conductance.
  void (*add_word_line)(std::int32_t* current, const std::uint16_t* conductance, std::int32_t digit,
                        std::size_t n);
  /// high:low = device_mix(key, first_block + i).
  void (*mix_blocks)(std::uint32_t key, std::uint32_t first_block, std::uint16_t* high,
                     std::uint16_t* low, std::size_t n);
  /// current += scale_deviate(sigma, device_deviate(device_mix(key_high:key_low, access))).
  void (*add_noise)(std::int32_t* current, const std::uint16_t* key_high,
                    const std::uint16_t* key_low, std::uint32_t access, std::int32_t sigma,
                    std::size_t n);
  /// total += v of the columns with these currents (noise included).
  void (*convert)(const std::int32_t* current, const ConverterColumns& columns,
                  const ConverterConstants& converter, std::int32_t* total, std::size_t n);
};

namespace crossbar_lanes {

#define NACRE_INLINE [[gnu::always_inline]] inline

/// One lane of device_mix in 16-bit arithmetic.
struct MixLane {
  std::uint16_t x;
  std::uint16_t y;
};

NACRE_INLINE MixLane mix_lane(MixLane lane, std::uint16_t key_high, std::uint16_t key_low) {
#pragma GCC unroll 10
  for (unsigned i = 0; i < 10; ++i) {
    const auto key = static_cast<std::uint16_t>((i % 2 == 0 ? key_low : key_high) + i * 0x9e37u);
    const auto rotated = static_cast<std::uint16_t>((lane.x >> 7) | (lane.x << 9));
    lane.x = static_cast<std::uint16_t>(static_cast<std::uint16_t>(rotated + lane.y) ^ key);
    lane.y = static_cast<std::uint16_t>(static_cast<std::uint16_t>((lane.y << 2) | (lane.y >> 14)) ^
                                        lane.x);
  }
  return lane;
}

NACRE_INLINE void add_word_line(std::int32_t* __restrict current,
                                const std::uint16_t* __restrict conductance, std::int32_t digit,
                                std::size_t n) {
  if (digit == 1) {
    for (std::size_t i = 0; i < n; ++i) current[i] += conductance[i];
  } else {
    for (std::size_t i = 0; i < n; ++i) current[i] += digit * conductance[i];
  }
}

NACRE_INLINE void mix_blocks(std::uint32_t key, std::uint32_t first_block,
                             std::uint16_t* __restrict high, std::uint16_t* __restrict low,
                             std::size_t n) {
  const auto key_high = static_cast<std::uint16_t>(key >> 16);
  const auto key_low = static_cast<std::uint16_t>(key);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t block = first_block + static_cast<std::uint32_t>(i);
    high[i] = static_cast<std::uint16_t>(block >> 16);
    low[i] = static_cast<std::uint16_t>(block);
  }
  for (std::size_t i = 0; i < n; ++i) {
    const MixLane lane = mix_lane({.x = high[i], .y = low[i]}, key_high, key_low);
    high[i] = lane.x;
    low[i] = lane.y;
  }
}

NACRE_INLINE void add_noise(std::int32_t* __restrict current,
                            const std::uint16_t* __restrict key_high,
                            const std::uint16_t* __restrict key_low, std::uint32_t access,
                            std::int32_t sigma, std::size_t n) {
  const MixLane block{.x = static_cast<std::uint16_t>(access >> 16),
                      .y = static_cast<std::uint16_t>(access)};
  constexpr std::size_t kBlock = 64;
  std::uint16_t number[kBlock];
  for (std::size_t begin = 0; begin < n; begin += kBlock) {
    const std::size_t count = std::min(kBlock, n - begin);
    for (std::size_t i = 0; i < count; ++i) {
      number[i] = mix_lane(block, key_high[begin + i], key_low[begin + i]).y;
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::int32_t r = number[i];
      const std::int32_t z = (r & 15) + ((r >> 4) & 15) + ((r >> 8) & 15) + (r >> 12) - 30;
      current[begin + i] += (sigma * z * 111 + 8192) >> 14;
    }
  }
}

NACRE_INLINE void convert(const std::int32_t* __restrict current, const ConverterColumns& columns,
                          const ConverterConstants& converter, std::int32_t* __restrict total,
                          std::size_t n) {
  const std::int32_t* __restrict offset = columns.offset;
  const std::int32_t* __restrict bow = columns.bow;
  const std::int32_t* __restrict gain = columns.gain;
  const std::int32_t* __restrict correction = columns.correction;
  const std::int32_t largest = converter.largest;
  const std::int32_t half = std::int32_t{1} << (converter.shift - 1);
  const std::int32_t half_bow = std::int32_t{1} << (converter.bow_shift - 1);
  for (std::size_t i = 0; i < n; ++i) {
    std::int32_t code = (current[i] + offset[i] + half) >> converter.shift;
    code = std::clamp(code, 0, largest);
    code += (bow[i] * code * (largest - code) + half_bow) >> converter.bow_shift;
    code = std::clamp(code, 0, largest);
    total[i] += ((code * gain[i] + 128) >> 8) - correction[i];
  }
}

#undef NACRE_INLINE

// One struct of static functions per instruction set; the bodies above are inlined into each.
#define NACRE_CROSSBAR_VARIANT(Name, ...)                                                          \
  struct Name {                                                                                    \
    __VA_ARGS__ static void add_word_line_(std::int32_t* current, const std::uint16_t* g,          \
                                           std::int32_t digit, std::size_t n) {                    \
      add_word_line(current, g, digit, n);                                                         \
    }                                                                                              \
    __VA_ARGS__ static void mix_blocks_(std::uint32_t key, std::uint32_t first_block,              \
                                        std::uint16_t* high, std::uint16_t* low, std::size_t n) {  \
      mix_blocks(key, first_block, high, low, n);                                                  \
    }                                                                                              \
    __VA_ARGS__ static void add_noise_(std::int32_t* current, const std::uint16_t* key_high,       \
                                       const std::uint16_t* key_low, std::uint32_t access,         \
                                       std::int32_t sigma, std::size_t n) {                        \
      add_noise(current, key_high, key_low, access, sigma, n);                                     \
    }                                                                                              \
    __VA_ARGS__ static void convert_(const std::int32_t* current, const ConverterColumns& columns, \
                                     const ConverterConstants& converter, std::int32_t* total,     \
                                     std::size_t n) {                                              \
      convert(current, columns, converter, total, n);                                              \
    }                                                                                              \
    static constexpr CrossbarKernels kernels{add_word_line_, mix_blocks_, add_noise_, convert_};   \
  };

NACRE_CROSSBAR_VARIANT(Baseline, )
#if defined(__x86_64__) && defined(__GNUC__)
#define NACRE_CROSSBAR_X86 1
NACRE_CROSSBAR_VARIANT(Avx2, [[gnu::target("avx2")]])
NACRE_CROSSBAR_VARIANT(
    Avx512, [[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,prefer-vector-width=512")]])
#endif
#undef NACRE_CROSSBAR_VARIANT

}  // namespace crossbar_lanes

/// The loops for the machine this runs on.
inline const CrossbarKernels& crossbar_kernels() {
#ifdef NACRE_CROSSBAR_X86
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq")) {
    return crossbar_lanes::Avx512::kernels;
  }
  if (__builtin_cpu_supports("avx2")) return crossbar_lanes::Avx2::kernels;
#endif
  return crossbar_lanes::Baseline::kernels;
}

}  // namespace nacre::golden
