#pragma once
// Random numbers of neighbouring devices at once, written for the compiler's vectoriser, in copies
// for several instruction sets.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "golden/imc_crossbar/crossbar_kernels.hpp"

namespace nacre::golden {

/// The loops of one instruction set; `n` devices each.
struct MtjKernels {
  /// number[i] = device_mix(key, first_block + i).
  void (*mix_blocks)(std::uint32_t key, std::uint32_t first_block, std::uint32_t* number,
                     std::size_t n);
  /// number[i] = device_mix(key_high[i]:key_low[i], access).
  void (*mix_keys)(const std::uint16_t* key_high, const std::uint16_t* key_low,
                   std::uint32_t access, std::uint32_t* number, std::size_t n);
};

namespace mtj_lanes {

constexpr std::size_t kBlock = 64;  ///< devices at once: their halves stay in the nearest cache

[[gnu::always_inline]] inline void mix_blocks(std::uint32_t key, std::uint32_t first_block,
                                              std::uint32_t* __restrict number, std::size_t n) {
  std::uint16_t high[kBlock], low[kBlock];
  const auto key_high = static_cast<std::uint16_t>(key >> 16);
  const auto key_low = static_cast<std::uint16_t>(key);
  for (std::size_t begin = 0; begin < n; begin += kBlock) {
    const std::size_t count = std::min(kBlock, n - begin);
    const std::uint32_t first = first_block + static_cast<std::uint32_t>(begin);
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t block = first + static_cast<std::uint32_t>(i);
      high[i] = static_cast<std::uint16_t>(block >> 16);
      low[i] = static_cast<std::uint16_t>(block);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const auto lane = crossbar_lanes::mix_lane({.x = high[i], .y = low[i]}, key_high, key_low);
      high[i] = lane.x;
      low[i] = lane.y;
    }
    for (std::size_t i = 0; i < count; ++i) {
      number[begin + i] = (static_cast<std::uint32_t>(high[i]) << 16) | low[i];
    }
  }
}

[[gnu::always_inline]] inline void mix_keys(const std::uint16_t* __restrict key_high,
                                            const std::uint16_t* __restrict key_low,
                                            std::uint32_t access, std::uint32_t* __restrict number,
                                            std::size_t n) {
  std::uint16_t high[kBlock], low[kBlock];
  const crossbar_lanes::MixLane block{.x = static_cast<std::uint16_t>(access >> 16),
                                      .y = static_cast<std::uint16_t>(access)};
  for (std::size_t begin = 0; begin < n; begin += kBlock) {
    const std::size_t count = std::min(kBlock, n - begin);
    for (std::size_t i = 0; i < count; ++i) {
      const auto lane = crossbar_lanes::mix_lane(block, key_high[begin + i], key_low[begin + i]);
      high[i] = lane.x;
      low[i] = lane.y;
    }
    for (std::size_t i = 0; i < count; ++i) {
      number[begin + i] = (static_cast<std::uint32_t>(high[i]) << 16) | low[i];
    }
  }
}

// One struct of static functions per instruction set; the bodies above are inlined into each.
#define NACRE_MTJ_VARIANT(Name, ...)                                                               \
  struct Name {                                                                                    \
    __VA_ARGS__ static void mix_blocks_(std::uint32_t key, std::uint32_t first_block,              \
                                        std::uint32_t* number, std::size_t n) {                    \
      mix_blocks(key, first_block, number, n);                                                     \
    }                                                                                              \
    __VA_ARGS__ static void mix_keys_(const std::uint16_t* key_high, const std::uint16_t* key_low, \
                                      std::uint32_t access, std::uint32_t* number,                 \
                                      std::size_t n) {                                             \
      mix_keys(key_high, key_low, access, number, n);                                              \
    }                                                                                              \
    static constexpr MtjKernels kernels{mix_blocks_, mix_keys_};                                   \
  };

NACRE_MTJ_VARIANT(Baseline, )
#ifdef NACRE_CROSSBAR_X86
#define NACRE_MTJ_X86 1
NACRE_MTJ_VARIANT(Avx2, [[gnu::target("avx2")]])
NACRE_MTJ_VARIANT(Avx512,
                  [[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,prefer-vector-width=512")]])
#endif
#undef NACRE_MTJ_VARIANT

}  // namespace mtj_lanes

/// The loops for the machine this runs on.
inline const MtjKernels& mtj_kernels() {
#ifdef NACRE_MTJ_X86
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq")) {
    return mtj_lanes::Avx512::kernels;
  }
  if (__builtin_cpu_supports("avx2")) return mtj_lanes::Avx2::kernels;
#endif
  return mtj_lanes::Baseline::kernels;
}

}  // namespace nacre::golden
