#include "shapes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <span>

#include "mtj_error_rates.hpp"

namespace nacre::golden::test {

namespace {

/// Everything happens within a few accesses. No two numbers are alike.
MtjTables busy_tables(std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto near = [&](std::uint32_t threshold) {
    return threshold + static_cast<std::uint32_t>(random() % 65536);
  };
  MtjTables tables;
  tables.persistent = {near(0x20000000u), near(0x30000000u)};
  tables.transient = {near(0x10000000u), near(0x18000000u)};
  for (auto& direction : tables.switching) {
    for (auto& amplitude : direction) {
      for (std::uint32_t& threshold : amplitude) threshold = static_cast<std::uint32_t>(random());
      std::ranges::sort(amplitude);
    }
  }
  tables.disturb = near(0x08000000u);
  tables.retention = near(0x00200000u);
  const auto number = [&](std::int32_t most) {
    return static_cast<std::int32_t>(random() % (2 * static_cast<std::uint32_t>(most) + 1)) - most;
  };
  for (std::size_t s = 0; s < 2; ++s) {
    tables.c0[s] = 600000 + number(20000);
    tables.c1[s] = number(20000);
    tables.c2[s] = number(1500);
    tables.ct[s] = number(4000);
    tables.ca[s] = number(3000);
    tables.cx[s] = number(1500);
  }
  tables.r0 = 600000 + number(8000);
  tables.r1 = number(3000);
  tables.c_offset = number(3000);
  tables.c_noise = 2000 + number(900);
  tables.c_self = number(3000);
  tables.delta = 4000 + number(500);
  return tables;
}

/// Every coefficient at its bound, of that sign in state 0 and of the other in state 1.
MtjTables extreme_tables(int sign) {
  MtjTables tables = busy_tables(4);
  const auto both = [&](int bits) {
    const std::int32_t most = (1 << bits) - 1;
    return std::array<std::int32_t, 2>{sign > 0 ? most : -most - 1, sign > 0 ? -most - 1 : most};
  };
  tables.c0 = both(22);
  tables.c1 = tables.ct = tables.ca = both(17);
  tables.c2 = tables.cx = both(15);
  tables.r0 = both(22)[1];
  tables.c_self = both(22)[1];
  tables.r1 = both(17)[0];
  tables.c_offset = both(17)[0];
  tables.c_noise = both(17)[0];
  tables.delta = (1 << 22) - 1;
  return tables;
}

MtjTables rates_at_their_ends() {
  MtjTables tables = busy_tables(5);
  tables.persistent = {0, 0xffffffff};
  tables.transient = {0xffffffff, 0};
  tables.disturb = tables.retention = 0xffffffff;
  for (auto& amplitude : tables.switching[1]) amplitude.fill(0xffffffff);
  tables.switching[0][1].fill(0);
  return tables;
}

/// Rows that are loaded with all devices high need a pulse of this amplitude first.
MtjTables formed_by_pulses(MtjTables tables, int amplitude) {
  tables.forming_amplitude = amplitude;
  return tables;
}

MtjPhysics worn(MtjPhysics physics) {
  physics.delta = 30;  // days, not years
  physics.metastable_zone = 0.2;
  return physics;
}

std::string hex(const char* name, int bits, std::span<const std::uint32_t> words,
                int bits_of_word) {
  std::string digits;
  for (std::size_t i = words.size(); i-- > 0;) {
    digits += fmt::format("{:0{}x}", words[i] & (bits_of_word == 24 ? 0xffffffu : 0xffffffffu),
                          bits_of_word / 4);
  }
  return fmt::format("-G{}={}'h{}\n", name, bits, digits);
}

std::string logarithms(const char* name, std::array<std::int32_t, 2> values) {
  const std::uint32_t words[] = {static_cast<std::uint32_t>(values[0]),
                                 static_cast<std::uint32_t>(values[1])};
  return hex(name, 48, words, 24);
}

std::string logarithm(const char* name, std::int32_t value) {
  const std::uint32_t word = static_cast<std::uint32_t>(value) & 0xffffffu;
  return fmt::format("-G{}=24'sh{:06x}\n", name, word);
}

}  // namespace

const std::vector<MtjCase>& mtj_cases() {
  static const std::vector<MtjCase> all = [] {
    std::vector<MtjCase> cases = {
        {"ideal_1", {.rows = 5, .bits = 7, .devices_per_bit = 1, .level = 0}, busy_tables(1)},
        {"ideal_2", {.rows = 3, .bits = 5, .devices_per_bit = 2, .level = 0}, busy_tables(1)},
        {"rates_1", {.rows = 5, .bits = 7, .devices_per_bit = 1, .level = 1}, busy_tables(2)},
        {"rates_2", {.rows = 3, .bits = 5, .devices_per_bit = 2, .level = 1}, busy_tables(2)},
        {"sense_1", {.rows = 4, .bits = 5, .devices_per_bit = 1, .level = 2}, busy_tables(3)},
        {"sense_2", {.rows = 3, .bits = 5, .devices_per_bit = 2, .level = 2}, busy_tables(3)},
        {"forming_1",
         {.rows = 5, .bits = 2, .devices_per_bit = 1, .level = 1, .index = 3},
         formed_by_pulses(busy_tables(4), 2)},
        // Other sizes and the ends of the parameters' ranges.
        {"word_1", {.rows = 16, .bits = 39, .devices_per_bit = 1, .level = 2}, busy_tables(6)},
        {"word_2", {.rows = 16, .bits = 72, .devices_per_bit = 2, .level = 2}, busy_tables(7)},
        {"rows_1", {.rows = 1000, .bits = 33, .devices_per_bit = 1, .level = 1}, busy_tables(8)},
        {"one_1", {.rows = 1, .bits = 1, .devices_per_bit = 1, .level = 2}, busy_tables(9)},
        {"one_2", {.rows = 1, .bits = 1, .devices_per_bit = 2, .level = 2}, busy_tables(10)},
        {"high_1", {.rows = 4, .bits = 8, .devices_per_bit = 1, .level = 2}, extreme_tables(1)},
        {"low_1", {.rows = 4, .bits = 8, .devices_per_bit = 1, .level = 2}, extreme_tables(-1)},
        {"high_2", {.rows = 4, .bits = 8, .devices_per_bit = 2, .level = 2}, extreme_tables(1)},
        {"ends_1", {.rows = 4, .bits = 8, .devices_per_bit = 1, .level = 1}, rates_at_their_ends()},
        {"stt_2",
         {.rows = 16, .bits = 39, .devices_per_bit = 2, .level = 2},
         mtj_tables(worn(stt_mtj()))},
        {"rram_1",
         {.rows = 16, .bits = 16, .devices_per_bit = 1, .level = 2},
         mtj_tables(worn(rram()))},
        // What Yosys reads.
        {"gates_ideal_1", {.rows = 5, .bits = 7, .devices_per_bit = 1, .level = 0}, busy_tables(1)},
        {"gates_rates_2", {.rows = 3, .bits = 5, .devices_per_bit = 2, .level = 1}, busy_tables(2)},
        {"gates_sense_1", {.rows = 4, .bits = 5, .devices_per_bit = 1, .level = 2}, busy_tables(3)},
        {"gates_sense_2", {.rows = 3, .bits = 3, .devices_per_bit = 2, .level = 2}, busy_tables(3)},
        // Speed: that of golden_mtj_bench.
        {"speed",
         {.rows = 256, .bits = 39, .devices_per_bit = 2, .level = 2},
         mtj_tables(stt_mtj())},
    };
    for (const MtjTableRow& row : kMtjTableRows) {
      cases.push_back(
          {row.name,
           {.rows = 1, .bits = 1024, .devices_per_bit = row.devices_per_bit, .level = 2},
           mtj_tables(table_devices(row.tmr, row.sigma))});
    }
    return cases;
  }();
  return all;
}

const MtjCase& mtj_case(const std::string& name) {
  const auto found = std::ranges::find(mtj_cases(), name, &MtjCase::name);
  if (found == mtj_cases().end()) {
    fmt::print(stderr, "no array of the name {}\n", name);
    std::exit(2);
  }
  return *found;
}

std::string verilator_options(const MtjCase& each) {
  const MtjTables& t = each.tables;
  std::vector<std::uint32_t> switching;
  for (const auto& direction : t.switching) {
    for (const auto& amplitude : direction) {
      switching.insert(switching.end(), amplitude.begin(), amplitude.end());
    }
  }
  return fmt::format("-GRows={}\n-GBits={}\n-GDevicesPerBit={}\n-GLevel={}\n", each.shape.rows,
                     each.shape.bits, each.shape.devices_per_bit, each.shape.level) +
         hex("Persistent", 64, t.persistent, 32) + hex("Transient", 64, t.transient, 32) +
         hex("Switching", 128 * 32, switching, 32) +
         fmt::format("-GArrayIndex={}\n-GFormingAmplitude={}\n", each.shape.index,
                     t.forming_amplitude) +
         fmt::format("-GDisturb=32'h{:x}\n-GRetention=32'h{:x}\n", t.disturb, t.retention) +
         logarithms("C0", t.c0) + logarithms("C1", t.c1) + logarithms("C2", t.c2) +
         logarithms("CT", t.ct) + logarithms("CA", t.ca) + logarithms("CX", t.cx) +
         logarithm("R0", t.r0) + logarithm("R1", t.r1) + logarithm("COffset", t.c_offset) +
         logarithm("CNoise", t.c_noise) + logarithm("CSelf", t.c_self) +
         logarithm("Delta", t.delta);
}

}  // namespace nacre::golden::test
