#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "golden/device_random.hpp"
#include "golden/imc_crossbar/crossbar_kernels.hpp"

namespace nacre::golden::test {
namespace {

struct MixVector {
  std::uint32_t key;
  std::uint32_t block;
  std::uint32_t result;
};

// Computed with NumPy from docs/device_random.md.
constexpr MixVector kMixVectors[] = {
    {0x00000000, 0x00000000, 0x383c451d}, {0x00000001, 0x00000000, 0x4e5cc45b},
    {0x00000000, 0x00000001, 0x4714ec0f}, {0x12345678, 0x9abcdef0, 0x385805c3},
    {0xffffffff, 0xffffffff, 0x9917b155}, {0x00000001, 0x20000003, 0x6dcd83c7},
    {0xdeadbeef, 0x00000007, 0x766a4b9b},
};

std::vector<const CrossbarKernels*> all_kernels() {
  std::vector<const CrossbarKernels*> kernels = {&crossbar_lanes::Baseline::kernels};
#ifdef NACRE_CROSSBAR_X86
  if (__builtin_cpu_supports("avx2")) kernels.push_back(&crossbar_lanes::Avx2::kernels);
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq")) {
    kernels.push_back(&crossbar_lanes::Avx512::kernels);
  }
#endif
  return kernels;
}

TEST(GoldenDeviceRandom, KnownAnswers) {
  for (const MixVector& each : kMixVectors) {
    EXPECT_EQ(device_mix(each.key, each.block), each.result) << each.key << " " << each.block;
  }
  EXPECT_EQ(device_mix(device_number(1, DevicePurpose::ReadNoise, 5), 42), 0x2bd4dbe8u);
}

TEST(GoldenDeviceRandom, PurposeIsInTheTopBits) {
  EXPECT_EQ(device_number(9, DevicePurpose::ConverterNonlinearity, 4), device_mix(9, 0x30000004));
  EXPECT_EQ(device_number(9, DevicePurpose::Cell, 4), device_mix(9, 4));
}

TEST(GoldenDeviceRandom, DeviateByHand) {
  EXPECT_EQ(device_deviate(0xffff0000), -30);
  EXPECT_EQ(device_deviate(0x0000ffff), 30);
  EXPECT_EQ(device_deviate(0x00001234), 10 - 30);
  EXPECT_EQ(scale_deviate(0, 30), 0);
  EXPECT_EQ(scale_deviate(1023, 30), (1023 * 30 * 111 + 8192) / 16384);
  EXPECT_EQ(scale_deviate(1023, 30), 208);
  EXPECT_EQ(scale_deviate(1023, -30), -208);  // -207.92 rounds to the nearest
  EXPECT_EQ(scale_deviate(1, 30), 0);
}

/// Mean and standard deviation of `of(number)` over the first numbers of one seed and purpose.
template <class Of>
std::pair<double, double> moments(std::uint32_t seed, DevicePurpose purpose, std::uint32_t count,
                                  Of of) {
  double sum = 0, squares = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const double value = of(device_number(seed, purpose, i));
    sum += value;
    squares += value * value;
  }
  const double mean = sum / count;
  return {mean, std::sqrt(squares / count - mean * mean)};
}

TEST(GoldenDeviceRandom, DeviatesHaveTheStatedMoments) {
  constexpr std::uint32_t kCount = 1u << 16;
  const double standard_error = 9.22 / std::sqrt(kCount);  // 0.036
  for (const std::uint32_t seed : {0u, 1u, 2u, 0x80000000u, 0xffffffffu}) {
    for (const auto purpose : {DevicePurpose::Cell, DevicePurpose::ConverterOffset}) {
      const auto [mean, sd] = moments(seed, purpose, kCount, device_deviate);
      EXPECT_NEAR(mean, 0, 5 * standard_error) << seed;
      EXPECT_NEAR(sd, std::sqrt(85.0), 0.15) << seed;
      const auto [scaled_mean, scaled_sd] =
          moments(seed, purpose, kCount,
                  [](std::uint32_t number) { return scale_deviate(160, device_deviate(number)); });
      EXPECT_NEAR(scaled_mean, 0, 0.25) << seed;
      EXPECT_NEAR(scaled_sd, 10, 0.2) << seed;  // sigma / 16
    }
  }
}

TEST(GoldenDeviceRandom, TheUpperHalfIsUniform) {
  // What decides on stuck cells: 16 classes of the upper half, chi-square with 15 degrees of
  // freedom.
  constexpr std::uint32_t kCount = 1u << 16;
  std::vector<double> counts(16, 0);
  for (std::uint32_t i = 0; i < kCount; ++i) {
    counts[device_number(3, DevicePurpose::Cell, i) >> 28] += 1;
  }
  double chi = 0;
  for (const double count : counts) {
    chi += (count - kCount / 16.0) * (count - kCount / 16.0) / (kCount / 16.0);
  }
  EXPECT_LT(chi, 37.7);  // passed by 999 of 1,000 uniform generators
}

TEST(GoldenDeviceRandom, SeedsPurposesAndAccessesAreUncorrelated) {
  constexpr std::uint32_t kCount = 1u << 14;
  const auto correlation = [](auto first, auto second) {
    double sum = 0;
    for (std::uint32_t i = 0; i < kCount; ++i) sum += first(i) * second(i);
    return sum / kCount / 85.0;
  };
  const auto of = [](std::uint32_t seed, DevicePurpose purpose) {
    return [=](std::uint32_t i) { return device_deviate(device_number(seed, purpose, i)); };
  };
  const double bound = 5 / std::sqrt(kCount);
  EXPECT_LT(std::abs(correlation(of(1, DevicePurpose::Cell), of(2, DevicePurpose::Cell))), bound);
  EXPECT_LT(std::abs(correlation(of(1, DevicePurpose::Cell), of(1, DevicePurpose::ReadNoise))),
            bound);
  EXPECT_LT(
      std::abs(correlation(of(1, DevicePurpose::Cell),
                           [](std::uint32_t i) {
                             return device_deviate(device_number(1, DevicePurpose::Cell, i + 1));
                           })),
      bound);
  const std::uint32_t column = device_number(1, DevicePurpose::ReadNoise, 0);
  EXPECT_LT(std::abs(correlation(
                [=](std::uint32_t a) { return device_deviate(device_mix(column, a)); },
                [=](std::uint32_t a) { return device_deviate(device_mix(column, a + 1)); })),
            bound);
}

TEST(GoldenDeviceRandom, KernelsDrawTheSameNumbers) {
  constexpr std::size_t kColumns = 77;
  for (const CrossbarKernels* kernels : all_kernels()) {
    std::vector<std::uint16_t> high(kColumns), low(kColumns);
    kernels->mix_blocks(0xcafe1234, 0x0000fff0, high.data(), low.data(), kColumns);
    std::vector<std::int32_t> current(kColumns, 5);
    kernels->add_noise(current.data(), high.data(), low.data(), 0x00010003, 700, kColumns);
    for (std::uint32_t i = 0; i < kColumns; ++i) {
      const std::uint32_t key = device_mix(0xcafe1234, 0x0000fff0 + i);
      EXPECT_EQ((std::uint32_t{high[i]} << 16) | low[i], key);
      EXPECT_EQ(current[i], 5 + scale_deviate(700, device_deviate(device_mix(key, 0x00010003))));
    }
  }
}

TEST(GoldenDeviceRandom, CodesNeverFallAsTheCurrentRises) {
  // Without a bow, and with any gain; and code 0 and 2^B - 1 are the ends.
  constexpr std::int32_t kLargest = 63;
  constexpr std::int32_t kSum = 63 * 16 * 4 + 500;
  std::vector<std::int32_t> current;
  for (std::int32_t sum = -500; sum <= kSum; ++sum) current.push_back(sum);
  const std::size_t n = current.size();
  const std::vector<std::int32_t> offset(n, -37), bow(n, 0), correction(n, 0);
  for (const std::int32_t gain : {0, 1, 256, 1023}) {
    const std::vector<std::int32_t> gains(n, gain);
    for (const CrossbarKernels* kernels : all_kernels()) {
      std::vector<std::int32_t> code(n, 0);
      kernels->convert(current.data(),
                       {.offset = offset.data(),
                        .bow = bow.data(),
                        .gain = gains.data(),
                        .correction = correction.data()},
                       {.shift = 6, .bow_shift = 14, .largest = kLargest}, code.data(), n);
      EXPECT_EQ(code.front(), 0);
      EXPECT_EQ(code.back(), (kLargest * gain + 128) >> 8);
      for (std::size_t i = 1; i < n; ++i) ASSERT_GE(code[i], code[i - 1]);
    }
  }
}

TEST(GoldenDeviceRandom, ABowLeavesTheEndsAndLiftsTheMiddle) {
  constexpr std::int32_t kLargest = 255;
  std::vector<std::int32_t> current;
  for (std::int32_t code = 0; code <= kLargest; ++code) current.push_back(16 * code);
  const std::size_t n = current.size();
  const std::vector<std::int32_t> offset(n, 0), bow(n, 160), gain(n, 256), correction(n, 0);
  for (const CrossbarKernels* kernels : all_kernels()) {
    std::vector<std::int32_t> code(n, 0);
    kernels->convert(current.data(),
                     {.offset = offset.data(),
                      .bow = bow.data(),
                      .gain = gain.data(),
                      .correction = correction.data()},
                     {.shift = 4, .bow_shift = 18, .largest = kLargest}, code.data(), n);
    EXPECT_EQ(code.front(), 0);
    EXPECT_EQ(code.back(), kLargest);
    EXPECT_EQ(code[128], 128 + 10);  // 160 * 128 * 127 / 2^18 = 9.92, to nearest
  }
}

}  // namespace
}  // namespace nacre::golden::test
