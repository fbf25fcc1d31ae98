#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

#include "devices/mtj/mtj_physics.hpp"
#include "golden/mtj_array/mtj_array.hpp"
#include "mtj_error_rates.hpp"

namespace nacre::golden {

/// Of the private state: what 2^32 pulses would take to reach.
struct MtjArrayState {
  static void set_wear(MtjArray& array, std::uint32_t row, std::uint32_t wear) {
    array.rows_[row].wear = wear;
  }
};

}  // namespace nacre::golden

namespace nacre::golden::test {
namespace {

using States = std::vector<std::uint8_t>;

std::vector<const MtjKernels*> all_kernels() {
  std::vector<const MtjKernels*> kernels = {&mtj_lanes::Baseline::kernels};
#ifdef NACRE_MTJ_X86
  if (__builtin_cpu_supports("avx2")) kernels.push_back(&mtj_lanes::Avx2::kernels);
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq")) {
    kernels.push_back(&mtj_lanes::Avx512::kernels);
  }
#endif
  return kernels;
}

/// A row of devices that stores `bits`.
States states_of(const States& bits, std::uint32_t devices_per_bit) {
  if (devices_per_bit == 1) return bits;
  States states;
  for (const std::uint8_t bit : bits) {
    states.push_back(static_cast<std::uint8_t>(1 - bit));
    states.push_back(bit);
  }
  return states;
}

std::uint64_t word_of(std::span<const std::uint8_t> bits) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bits.size(); ++i) word |= std::uint64_t{bits[i]} << i;
  return word;
}

TEST(GoldenMtjArray, GaussKnownAnswers) {
  // Computed with Python's statistics.NormalDist from docs/mtj_array.md.
  struct Answer {
    std::uint32_t number;
    std::int32_t z;
  };
  constexpr Answer kAnswers[] = {
      {0x00000000, 1387}, {0x00000001, 1387},  {0x40000000, 170},  {0x7fffffff, 3},
      {0xffffffff, -3},   {0x80000000, -1387}, {0x00000080, 1387}, {0x0000007f, 1387},
      {0x000000ff, 1356}, {0x12345678, 375},   {0x9abcdef0, -322}, {0x00012345, 1060},
  };
  for (const Answer& each : kAnswers) EXPECT_EQ(mtj_gauss(each.number), each.z) << each.number;
}

TEST(GoldenMtjArray, GaussIsNormalIntoTheTails) {
  constexpr std::uint32_t kCount = 1u << 22;
  std::vector<std::uint32_t> numbers(kCount);
  mtj_kernels().mix_blocks(7, 0x40000000u, numbers.data(), kCount);
  double sums[5] = {};
  std::vector<std::uint32_t> beyond(2000, 0);  // histogram of |z|, then its sum from the far end
  for (const std::uint32_t number : numbers) {
    const std::int32_t z = mtj_gauss(number);
    double power = 1;
    for (double& sum : sums) {
      sum += power;
      power *= z / 256.0;
    }
    ++beyond[static_cast<std::size_t>(std::abs(z))];
  }
  // Five standard errors of each; the steps of the table add less than 0.001.
  const double root = std::sqrt(kCount);
  EXPECT_NEAR(sums[1] / kCount, 0, 5 / root);
  EXPECT_NEAR(sums[2] / kCount, 1, 5 * std::sqrt(2) / root + 0.001);
  EXPECT_NEAR(sums[3] / kCount, 0, 5 * std::sqrt(15) / root);
  EXPECT_NEAR(sums[4] / kCount, 3, 5 * std::sqrt(96) / root + 0.005);
  std::partial_sum(beyond.rbegin(), beyond.rend(), beyond.rbegin());
  // Two-sided tails from 0.62 down to 1e-4; a step of the table is 1/32 of a probability at most.
  for (const double x : {0.5, 1.0, 2.0, 3.0, 3.5, 3.89}) {
    const double expected = kCount * std::erfc(x / std::sqrt(2));
    const auto count = static_cast<double>(beyond[static_cast<std::size_t>(std::ceil(256 * x))]);
    EXPECT_NEAR(count, expected, 5 * std::sqrt(expected) + expected / 32) << x;
  }
}

/// Coefficients without physical meaning, large enough that everything happens in a few accesses.
MtjTables busy_tables() {
  MtjTables tables;
  tables.persistent = {0x20000000, 0x30000000};
  tables.transient = {0x10000000, 0x18000000};
  for (auto& direction : tables.switching) {
    for (auto& amplitude : direction) {
      amplitude.fill(0xf0000000);
      std::copy_n(std::begin({0x20000000u, 0x60000000u, 0xa0000000u}), 3, amplitude.begin());
    }
  }
  tables.disturb = 0x08000000;
  tables.retention = 0x00200000;
  tables.c0 = {580000, 620000};
  tables.c1 = {15000, 18000};
  tables.c2 = {900, -750};
  tables.ct = {100, 2500};
  tables.ca = {1200, 800};
  tables.cx = {-700, 600};
  tables.r0 = 600500;
  tables.r1 = 1500;
  tables.c_offset = 1400;
  tables.c_noise = 900;
  tables.c_self = 20000;
  tables.delta = 4000;
  return tables;
}

struct Decided {
  std::uint64_t q;
  std::uint64_t meta;
  bool operator==(const Decided&) const = default;
};

struct Script {
  int level;
  std::uint32_t devices_per_bit;
  std::vector<Decided> reads;
  std::vector<std::uint64_t> states;  ///< of the rows, at the end
};

// Three rows of 24 bits, reads, pulses and time of run_script. Computed from docs/mtj_array.md by
// a Python program that shares nothing with this one.
const Script kScripts[] = {
    {0,
     1,
     {{0x93264c, 0x000000},
      {0x3264c9, 0x000000},
      {0x3264c9, 0x000000},
      {0x4c9932, 0x000000},
      {0x012400, 0x000000},
      {0x200049, 0x000000},
      {0x200049, 0x000000},
      {0x6dbffb, 0x000000},
      {0xdb6db6, 0x000000},
      {0x6db6db, 0x000000},
      {0x6db6db, 0x000000},
      {0x492492, 0x000000}},
     {0x000000492492, 0x000000db6db6, 0x000000924924}},
    {0,
     2,
     {{0x93264c, 0x000000},
      {0x3264c9, 0x000000},
      {0x4c9932, 0x000000},
      {0x000248, 0x000000},
      {0x002480, 0x000000},
      {0x6dbffb, 0x000000},
      {0xb6db6d, 0x000000},
      {0x6db6db, 0x000000},
      {0x249249, 0x000000}},
     {0x492492492492, 0xdb6db6db6db6, 0x924924924924}},
    {1,
     1,
     {{0x53244e, 0x000000},
      {0x1211cd, 0x000000},
      {0x5221c9, 0x000000},
      {0x023514, 0x000000},
      {0x402c06, 0x000000},
      {0x10278d, 0x000000},
      {0x002dcd, 0x000000},
      {0x2a9910, 0x000000},
      {0x1b6c94, 0x000000},
      {0x2da55e, 0x000000},
      {0x0df5da, 0x000000},
      {0x0e8d10, 0x000000}},
     {0x000000092092, 0x000000dfedb6, 0x000000124124}},
    {1,
     2,
     {{0x53244e, 0x000000},
      {0x1211cd, 0x000000},
      {0x023514, 0x000000},
      {0xd20c4a, 0x000000},
      {0x0221cd, 0x000000},
      {0x2a9d58, 0x000000},
      {0xd7c46e, 0x000000},
      {0x17a19f, 0x000000},
      {0x2f9c68, 0x000000}},
     {0x492480492492, 0xfbefbedf7dbe, 0x924124904125}},
    {2,
     1,
     {{0xd320cc, 0x000004},
      {0x3264c9, 0x002000},
      {0x120400, 0x000000},
      {0x460932, 0x028008},
      {0x4120c0, 0x020044},
      {0x2060c9, 0x022000},
      {0x000000, 0x000000},
      {0x642b32, 0x028808},
      {0x5b61f2, 0x000044},
      {0x2bf0db, 0x06a000},
      {0x24d049, 0x000000},
      {0x442912, 0x028808}},
     {0x000000092092, 0x000000dfedb6, 0x000000124124}},
    {2,
     2,
     {{0x92264e, 0x010000},
      {0x3264db, 0x200002},
      {0x4c9932, 0x000800},
      {0xb3864a, 0x010000},
      {0x1274f9, 0x800020},
      {0x69a53a, 0x000000},
      {0xb6824e, 0x000000},
      {0x25669b, 0x200000},
      {0x6db52a, 0x000000}},
     {0x492480492492, 0xfbefbedf7dbe, 0x924124904125}},
};

/// mix(kScriptSeed, 0) = 0x2545f491: the key that the script was computed with.
constexpr std::uint32_t kScriptSeed = 0x8fcf2503;

TEST(GoldenMtjArray, ScriptKnownAnswers) {
  constexpr std::uint32_t kBits = 24;
  for (const Script& script : kScripts) {
    for (const MtjKernels* kernels : all_kernels()) {
      SCOPED_TRACE(testing::Message() << script.level << " " << script.devices_per_bit);
      MtjArray array({.rows = 3,
                      .bits = kBits,
                      .devices_per_bit = script.devices_per_bit,
                      .level = script.level},
                     busy_tables(), kScriptSeed, *kernels);
      for (std::uint32_t row = 0; row < 3; ++row) {
        States bits;
        for (std::uint32_t i = 0; i < kBits; ++i) bits.push_back((5 * i + 3 * row) % 7 < 3);
        array.load(row, states_of(bits, script.devices_per_bit));
      }
      std::vector<Decided> reads;
      const auto note = [&] { reads.push_back({word_of(array.q()), word_of(array.meta())}); };
      for (std::uint32_t k = 0; k < 3; ++k) {
        for (const std::uint32_t row : {2u, 0u, 1u}) {
          const bool is_self_referenced = script.devices_per_bit == 1 && row == 0;
          array.open(row);
          array.set_time(10 * k);
          array.read();
          note();
          if (is_self_referenced) array.read(MtjReadMode::Sample);
          States driven;
          for (std::uint32_t e = 0; e < array.shape().devices_per_row(); ++e) {
            driven.push_back((e + k + row) % 3 != 0);
          }
          array.set_time(10 * k + 1);
          array.pulse(static_cast<int>((k + row) % 2), static_cast<int>(k), driven,
                      static_cast<int>(k) + 2);
          if (is_self_referenced) {
            array.set_time(10 * k + 2);
            array.read(MtjReadMode::Compare);
            note();
          }
        }
      }
      EXPECT_EQ(reads, script.reads);
      for (std::uint32_t row = 0; row < 3; ++row) {
        array.open(row);
        EXPECT_EQ(word_of(array.state()), script.states[row]) << row;
        EXPECT_EQ(array.wear(), 3u);
      }
    }
  }
}

// ---- ends of the counters, forming

TEST(GoldenMtjArray, WearStaysAtItsEnd) {
  for (const int level : {0, 1, 2}) {
    MtjArray array({.rows = 2, .bits = 3, .level = level}, busy_tables(), 1);
    const States all(3, 1);
    for (std::uint32_t row = 0; row < 2; ++row) array.load(row, all);
    MtjArrayState::set_wear(array, 0, 0xfffffffd);
    for (const std::uint32_t expected : {0xfffffffeu, 0xffffffffu, 0xffffffffu, 0xffffffffu}) {
      array.open(0);
      array.pulse(0, 0, all, 2);
      EXPECT_EQ(array.wear(), expected) << level;
      array.open(1);
    }
    array.open(0);
    array.read();
    EXPECT_EQ(array.row_wear(0), 0xffffffffu) << level;
    EXPECT_EQ(array.row_wear(1), 0u) << level;
    array.load(0, all);
    EXPECT_EQ(array.row_wear(0), 0u) << level;
  }
}

TEST(GoldenMtjArray, ARowThatIsNotFormedWaitsForItsPulse) {
  for (const int level : {0, 1, 2}) {
    MtjTables tables = mtj_tables(rram());
    tables.forming_amplitude = 2;
    tables.disturb = 0xffffffff;
    tables.retention = 1u << 20;
    for (auto& direction : tables.switching) {
      for (auto& amplitude : direction) amplitude.fill(0xffffffff);
    }
    constexpr std::uint32_t kBits = 12;
    MtjArray array({.rows = 2, .bits = kBits, .level = level}, tables, 3);
    const States high(kBits, 1), low(kBits, 0), some = {1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0};
    array.load(0, high);
    array.open(0);
    // Neither time, nor reads, nor pulses below the amplitude change it; they count.
    array.set_time(1000);
    array.read();
    array.pulse(0, 1, high, 16);
    EXPECT_EQ(word_of(array.state()), word_of(high)) << level;
    EXPECT_EQ(array.wear(), 1u);
    array.pulse(0, 2, some, 1);
    States rest(kBits);
    for (std::uint32_t i = 0; i < kBits; ++i) rest[i] = static_cast<std::uint8_t>(1 - some[i]);
    EXPECT_EQ(word_of(array.state()), word_of(rest)) << level;
    // From now on it is a row like any other; so is one that is loaded with a device low.
    array.pulse(0, 0, rest, 1);
    EXPECT_EQ(word_of(array.state()), word_of(low)) << level;
    array.load(1, rest);
    array.open(1);
    array.pulse(1, 0, high, 1);
    EXPECT_EQ(word_of(array.state()), word_of(high)) << level;
  }
}

// ---- any order, any number of threads

/// What row `row` shows in `kAccesses` accesses, told as one number.
std::uint64_t history_of(MtjArray& array, std::uint32_t row, int accesses) {
  std::uint64_t hash = 14695981039346656037u;
  const auto add = [&](std::span<const std::uint8_t> bits) {
    for (const std::uint8_t bit : bits) hash = (hash ^ bit) * 1099511628211u;
  };
  States driven(array.shape().devices_per_row());
  for (std::size_t e = 0; e < driven.size(); ++e) driven[e] = (e + row) % 5 < 2;
  array.open(row);
  for (int a = 0; a < accesses; ++a) {
    array.set_time(static_cast<std::uint32_t>(a));
    if (a % 4 == 3) {
      array.pulse(a / 4 % 2, a / 8 % 4, driven, 1 + a % 3);
    } else {
      array.read();
      add(array.q());
      add(array.meta());
    }
    add(array.state());
  }
  return hash;
}

TEST(GoldenMtjArray, ThreadsAndTheOrderOfRowsChangeNothing) {
  constexpr std::uint32_t kRows = 64;
  constexpr int kAccesses = 40;
  for (const std::uint32_t devices_per_bit : {1u, 2u}) {
    const MtjArrayShape shape{
        .rows = kRows, .bits = 39, .devices_per_bit = devices_per_bit, .level = 2};
    const auto loaded = [&] {
      MtjArray array(shape, busy_tables(), 11);
      for (std::uint32_t row = 0; row < kRows; ++row) {
        array.load(row, states_of(States(shape.bits, row % 2), devices_per_bit));
      }
      return array;
    };
    std::vector<std::uint64_t> one_thread, shuffled(kRows), eight_threads(kRows);
    MtjArray array = loaded();
    for (std::uint32_t row = 0; row < kRows; ++row) {
      one_thread.push_back(history_of(array, row, kAccesses));
    }
    MtjArray other = loaded();
    std::vector<std::uint32_t> rows(kRows);
    std::iota(rows.begin(), rows.end(), 0u);
    std::shuffle(rows.begin(), rows.end(), std::mt19937(5));
    for (const std::uint32_t row : rows) shuffled[row] = history_of(other, row, kAccesses);
    std::vector<std::thread> threads;
    for (std::uint32_t t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        MtjArray own = loaded();
        for (std::uint32_t row = t; row < kRows; row += 8) {
          eight_threads[row] = history_of(own, row, kAccesses);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(shuffled, one_thread);
    EXPECT_EQ(eight_threads, one_thread);
    EXPECT_NE(one_thread[0], one_thread[2]);
  }
}

TEST(GoldenMtjArray, InterleavedRowsShowTheSameBits) {
  constexpr std::uint32_t kRows = 8, kBits = 39;
  const auto read_all = [&](bool row_by_row) {
    MtjArray array({.rows = kRows, .bits = kBits, .devices_per_bit = 2, .level = 2}, busy_tables(),
                   3);
    std::vector<std::vector<std::uint64_t>> words(kRows);
    for (std::uint32_t row = 0; row < kRows; ++row) {
      array.load(row, states_of(States(kBits, 1), 2));
    }
    const auto read = [&](std::uint32_t row) {
      array.open(row);
      array.read();
      words[row].push_back(word_of(array.q()));
    };
    for (std::uint32_t i = 0; i < 20 * kRows; ++i) read(row_by_row ? i / 20 : (3 * i) % kRows);
    return words;
  };
  EXPECT_EQ(read_all(true), read_all(false));
}

// ---- error rates against the integral over the physical model

/// Wrong bits of `arrays` arrays of other seeds, each cell read once. Every second bit is 1.
Count count_errors(const MtjPhysics& physics, std::uint32_t devices_per_bit, std::uint32_t arrays) {
  // One row: no two reads share a device, a reference or a sense amplifier.
  const MtjArrayShape shape{
      .rows = 1, .bits = 4096, .devices_per_bit = devices_per_bit, .level = 2};
  States bits(shape.bits);
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = i % 2;
  const MtjTables tables = mtj_tables(physics);
  Count count;
  for (std::uint32_t seed = 1; seed <= arrays; ++seed) {
    MtjArray array(shape, tables, seed);
    array.load(0, states_of(bits, devices_per_bit));
    array.open(0);
    array.read();
    for (std::size_t i = 0; i < bits.size(); ++i) count.wrong[i % 2] += array.q()[i] != bits[i];
    count.reads += static_cast<double>(bits.size());
  }
  return count;
}

struct TableRow {
  double tmr;
  double sigma;
  double published;
};

/// The table is itself a count, of 2e6 reads, printed with two digits (5 %).
void expect_published(const Count& count, const TableRow& row) {
  const double spread = 1.96 * std::sqrt(1 / (2e6 * row.published) + 1 / count.all_wrong());
  EXPECT_NEAR(count.rate() / row.published, 1, 0.05 + spread);
}

void print_row(const char* organisation, const TableRow& row, const Count& count, double integral) {
  std::printf("%s TMR %3.0f %% sigma %2.0f %%: %7.0f of %8.0f = %.3e, integral %.3e, table %.1e\n",
              organisation, 100 * row.tmr, 100 * row.sigma, count.all_wrong(), count.reads,
              count.rate(), integral, row.published);
}

TEST(GoldenMtjArray, SingleEndedErrorRateIsTheIntegral) {
  constexpr TableRow kRows[] = {{0.6, 0.05, 4.5e-4}, {0.6, 0.08, 6.5e-3}, {0.6, 0.12, 3.5e-2},
                                {0.8, 0.08, 9.5e-4}, {0.8, 0.12, 1.2e-2}, {1.0, 0.08, 1.4e-4},
                                {1.0, 0.12, 4.1e-3}, {1.2, 0.12, 1.5e-3}, {1.5, 0.12, 3.3e-4}};
  for (const TableRow& row : kRows) {
    SCOPED_TRACE(testing::Message() << row.tmr << " " << row.sigma);
    const MtjPhysics physics = table_devices(row.tmr, row.sigma);
    const double error_0 = single_ended_error(physics, 0);
    const double error_1 = single_ended_error(physics, 1);
    const Count count = count_errors(physics, 1, 256);
    print_row("1T-1MTJ", row, count, (error_0 + error_1) / 2);
    expect_rates(count, error_0, error_1);
    expect_published(count, row);
  }
}

TEST(GoldenMtjArray, DifferentialErrorRateIsTheIntegral) {
  constexpr TableRow kRows[] = {
      {0.6, 0.08, 6.2e-5}, {0.6, 0.12, 3.9e-3}, {0.8, 0.12, 4.0e-4}, {1.0, 0.12, 4.0e-5}};
  for (const TableRow& row : kRows) {
    SCOPED_TRACE(testing::Message() << row.tmr << " " << row.sigma);
    const MtjPhysics physics = table_devices(row.tmr, row.sigma);
    const double error = differential_error(physics);
    const Count count = count_errors(physics, 2, 256);
    print_row("2T-2MTJ", row, count, error);
    expect_rates(count, error, error);
    expect_published(count, row);
  }
}

TEST(GoldenMtjArray, TwoDevicesErrFiftyTimesLess) {
  const MtjPhysics physics = table_devices(1.0, 0.12);
  const double single = count_errors(physics, 1, 256).rate();
  const double pair = count_errors(physics, 2, 512).rate();
  std::printf("TMR 100 %% sigma 12 %%: %.3e against %.3e, %.0f times\n", single, pair,
              single / pair);
  EXPECT_GE(single, 50 * pair);
}

TEST(GoldenMtjArray, ASelfReferencedReadDoesNotSeeTheSpread) {
  const MtjPhysics physics = table_devices(1.0, 0.12);
  const MtjArrayShape shape{.rows = 1, .bits = 1u << 16, .level = 2};
  MtjTables tables = mtj_tables(physics);
  for (auto& amplitude : tables.switching[0]) amplitude.fill(0xffffffff);
  States bits(shape.bits);
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = i % 2;
  MtjArray array(shape, tables, 9);
  array.load(0, bits);
  array.open(0);
  array.read();
  int single = 0, self = 0;
  for (std::size_t i = 0; i < bits.size(); ++i) single += array.q()[i] != bits[i];
  array.read(MtjReadMode::Sample);
  array.pulse(0, 0, States(shape.bits, 1), 1);
  array.read(MtjReadMode::Compare);
  for (std::size_t i = 0; i < bits.size(); ++i) self += array.q()[i] != bits[i];
  EXPECT_GT(single, 150);  // 4.1e-3 of 65,536
  EXPECT_EQ(self, 0);      // offset 2 %, c_self 24 %: twelve standard deviations
}

TEST(GoldenMtjArray, Level1RatesAreThoseAskedFor) {
  MtjPhysics physics = stt_mtj();
  physics.persistent_error = {0.01, 0.02};
  physics.transient_error = {0.03, 0.001};
  const MtjArrayShape shape{.rows = 1, .bits = 1u << 18, .level = 1};
  MtjTables tables = mtj_tables(physics);
  MtjArray array(shape, tables, 21);
  for (const std::size_t bit : {0u, 1u}) {
    array.load(0, States(shape.bits, static_cast<std::uint8_t>(bit)));
    array.open(0);
    array.read();
    const States first(array.q().begin(), array.q().end());
    array.read();
    double wrong = 0, both = 0;
    for (std::size_t i = 0; i < first.size(); ++i) {
      wrong += first[i] != bit;
      both += first[i] != bit && array.q()[i] != bit;
    }
    // Wrong once: one of the two; wrong in both reads: a bad cell without transient errors, or a
    // good one with two.
    const double bad = physics.persistent_error[bit], hit = physics.transient_error[bit];
    const auto near = [&](double count, double p) {
      EXPECT_NEAR(count, shape.bits * p, 4 * std::sqrt(shape.bits * p * (1 - p)));
    };
    near(wrong, bad * (1 - hit) + hit * (1 - bad));
    near(both, bad * (1 - hit) * (1 - hit) + (1 - bad) * hit * hit);
  }
}

// ---- writing

TEST(GoldenMtjArray, PulsesSwitchByTheLaw) {
  const MtjPhysics physics = [] {
    MtjPhysics devices = stt_mtj();
    devices.clock_ns = 1;
    devices.tau_d_ns = 1.5;
    devices.critical = {20, 20};
    devices.amplitude = {{{14, 16, 30, 40}, {15, 17, 35, 50}}};
    devices.delta = 40;
    return devices;
  }();
  const MtjTables tables = mtj_tables(physics);
  const MtjArrayShape shape{.rows = 1, .bits = 1u << 16, .level = 1};
  MtjArray array(shape, tables, 4);
  int told_apart = 0;
  for (const int direction : {0, 1}) {
    for (const int amplitude : {0, 1, 2, 3}) {
      array.load(0, States(shape.bits, static_cast<std::uint8_t>(1 - direction)));
      array.open(0);
      array.begin_pulse(direction, amplitude);
      for (int n = 1; n <= 20; ++n) {
        array.drive(States(shape.bits, 1));
        const auto state = array.state();
        const auto switched =
            static_cast<double>(std::count(state.begin(), state.end(), direction));
        const double ratio = physics.amplitude[static_cast<std::size_t>(direction)]
                                              [static_cast<std::size_t>(amplitude)] /
                             20;
        const double p = switching_probability(physics, ratio, std::min(n, 16));
        EXPECT_NEAR(switched, shape.bits * p, 4 * std::sqrt(shape.bits * p * (1 - p)) + 1)
            << direction << " " << amplitude << " " << n;
        told_apart += p > 0.01 && p < 0.99;
      }
    }
  }
  EXPECT_GT(told_apart, 30);  // points that neither 0 nor 1 would pass
}

TEST(GoldenMtjArray, ASelfTerminatedPulseWritesTheSame) {
  const MtjArrayShape shape{.rows = 4, .bits = 39, .devices_per_bit = 2, .level = 2};
  const MtjTables tables = busy_tables();
  MtjArray whole(shape, tables, 6), terminated(shape, tables, 6);
  int saved = 0;
  for (std::uint32_t row = 0; row < shape.rows; ++row) {
    for (MtjArray* array : {&whole, &terminated}) {
      array->load(row, States(shape.devices_per_row(), 0));
      array->open(row);
    }
    States driven(shape.devices_per_row(), 1);
    whole.pulse(1, 2, driven, 5);
    terminated.begin_pulse(1, 2);
    for (int n = 0; n < 5; ++n) {
      terminated.drive(driven);
      for (std::size_t e = 0; e < driven.size(); ++e) {
        if (terminated.state()[e] == 1) {
          saved += driven[e] * (4 - n);
          driven[e] = 0;
        }
      }
    }
    EXPECT_TRUE(std::ranges::equal(whole.state(), terminated.state()));
    EXPECT_EQ(whole.wear(), 1u);
    EXPECT_EQ(terminated.wear(), 1u);
  }
  EXPECT_GT(saved, 100);
}

TEST(GoldenMtjArray, RetriesOfFailingBits) {
  MtjTables tables = busy_tables();
  tables.retention = tables.disturb = 0;
  for (auto& amplitude : tables.switching[1]) amplitude.fill(probability_threshold(0.9));
  const MtjArrayShape shape{.rows = 1, .bits = 1u << 14, .level = 1};
  double devices = 0, pulses = 0, failing = 0;
  for (std::uint32_t seed = 1; seed <= 64; ++seed) {
    MtjArray array(shape, tables, seed);
    array.load(0, States(shape.bits, 0));
    array.open(0);
    States driven(shape.bits, 1);
    for (int attempt = 0; attempt < 4; ++attempt) {
      pulses += static_cast<double>(std::count(driven.begin(), driven.end(), 1));
      array.pulse(1, 0, driven, 1);
      for (std::size_t e = 0; e < driven.size(); ++e) driven[e] = array.state()[e] == 0;
    }
    failing += static_cast<double>(std::count(driven.begin(), driven.end(), 1));
    devices += shape.bits;
    EXPECT_EQ(array.wear(), 4u);
  }
  std::printf("pulses per device %.4f, residual %.2e of %.0f\n", pulses / devices,
              failing / devices, devices);
  EXPECT_NEAR(pulses / devices, 1.11, 0.01);
  EXPECT_NEAR(failing, devices * 1e-4, 1.96 * std::sqrt(devices * 1e-4));  // 95 %
}

TEST(GoldenMtjArray, RetentionAndDisturbHaveTheirRates) {
  MtjTables tables = busy_tables();
  tables.retention = probability_threshold(1e-4);
  tables.disturb = probability_threshold(0.003);
  const MtjArrayShape shape{.rows = 1, .bits = 1u << 18, .level = 1};
  MtjArray array(shape, tables, 8);
  const auto expect_ones = [&](double p) {
    const auto ones = std::count(array.state().begin(), array.state().end(), 1);
    EXPECT_NEAR(static_cast<double>(ones), shape.bits * p, 4 * std::sqrt(shape.bits * p * (1 - p)));
  };
  array.set_time(0xffffff00);
  array.load(0, States(shape.bits, 1));
  array.open(0);
  array.read();
  expect_ones(0.997);
  array.set_time(0x00000f00);  // 4,096 units later, over the end of the count
  array.load(0, States(shape.bits, 0));
  array.read();
  expect_ones(0);  // loaded now: nothing has passed
  array.set_time(0x00001300);
  array.begin_pulse(1, 0);
  expect_ones(0.1024);
  array.set_time(0x00000300);  // 2^32 - 4,096 units: the most that can flip is half
  array.begin_pulse(1, 0);
  expect_ones(0.5);
}

TEST(GoldenMtjArray, TimePassesOverTheEndOfItsCount) {
  MtjTables tables = busy_tables();
  tables.retention = probability_threshold(1e-4);
  const MtjArrayShape shape{.rows = 1, .bits = 1u << 16, .level = 1};
  MtjArray array(shape, tables, 8);
  array.set_time(0xfffffe00);
  array.load(0, States(shape.bits, 0));
  array.open(0);
  array.set_time(0x00000200);  // 1,024 units
  array.begin_pulse(1, 0);
  const auto ones = std::count(array.state().begin(), array.state().end(), 1);
  EXPECT_NEAR(static_cast<double>(ones), shape.bits * 0.1024,
              4 * std::sqrt(shape.bits * 0.1024 * 0.8976));
}

}  // namespace
}  // namespace nacre::golden::test
