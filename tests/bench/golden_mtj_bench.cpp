// Speed of the golden memory array: word reads per second on one core, opening the row, the draws
// and the sense amplifiers inside the measured time, which is the wall clock's: the best of many
// runs of some 2 ms each, so that a busy machine disturbs little. Every row has been opened before:
// the properties of the die are drawn once in a row's life. The Verilated array (-O1) does the same
// reads in three cycles each: opening, read, closing. Exit status 1: a bar is missed, or the two
// read other words.

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "devices/mtj/mtj_physics.hpp"
#include "dut.hpp"
#include "golden/mtj_array/mtj_array.hpp"
#include "shapes.hpp"
#include "workload.hpp"

namespace {

using namespace nacre;

constexpr double kBar = 1e6;  ///< word reads per second, level 2, 39 bits of two devices

struct Case {
  const char* name;
  golden::MtjArrayShape shape;
  bool flips;  ///< reads disturb, time passes: every device draws for each
  bool has_bar = false;
};

/// The best of 200 runs of `read(time)`, reads per second.
template <class Read>
double best_speed(Read read) {
  constexpr std::uint32_t kReads = 2000;
  double best = 0;
  std::uint32_t time = 0;
  for (int run = 0; run < 200; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    for (std::uint32_t i = 0; i < kReads; ++i) read(time++);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    best = std::max(best, kReads / seconds.count());
  }
  return best;
}

std::vector<std::uint8_t> states_of(const golden::MtjArrayShape& shape, std::uint32_t row) {
  std::vector<std::uint8_t> states(shape.devices_per_row());
  for (std::size_t e = 0; e < states.size(); ++e) {
    states[e] = static_cast<std::uint8_t>((e + e / 2 + row) % 2);
  }
  return states;
}

std::uint32_t row_of(const golden::MtjArrayShape& shape, std::uint32_t time) {
  return static_cast<std::uint32_t>(bench::hash(time) % shape.rows);
}

/// Reads per second of words at pseudo-random rows.
double speed_of(const Case& each) {
  MtjTables tables = mtj_tables(stt_mtj());
  tables.disturb = each.flips ? 1 : 0;
  tables.retention = each.flips ? 1 : 0;
  golden::MtjArray array(each.shape, tables, 1);
  for (std::uint32_t row = 0; row < each.shape.rows; ++row) {
    array.load(row, states_of(each.shape, row));
    array.open(row);
    array.read();
  }
  std::uint32_t ones = 0;
  const double best = best_speed([&](std::uint32_t time) {
    array.open(row_of(each.shape, time));
    array.set_time(time);
    array.read();
    ones += array.q()[0];
  });
  return ones == 0 ? 0 : best;  // the words are looked at
}

/// That of the Verilated array of the first case; 0: it reads other words than the golden one.
double rtl_speed() {
  const golden::test::MtjCase& each = golden::test::mtj_case("speed");
  const golden::MtjArrayShape& shape = each.shape;
  const auto dut = golden::test::mtj_models().front().make(shape.bits, shape.devices_per_row());
  golden::test::MtjPins& pins = dut->pins;
  golden::MtjArray array(shape, each.tables, 1);
  pins.seed = 1;
  dut->tick();
  dut->tick();
  pins.load = true;
  for (pins.load_row = 0; pins.load_row < shape.rows; ++pins.load_row) {
    pins.load_state = states_of(shape, pins.load_row);
    array.load(pins.load_row, pins.load_state);
    dut->tick();
  }
  pins.load = false;
  pins.load_row = 0;
  std::uint32_t ones = 0;
  const auto read = [&](std::uint32_t time) {
    pins.time = time;
    pins.row = row_of(shape, time);
    pins.wl = true;
    dut->tick();
    pins.latch = true;
    dut->tick();
    pins.latch = pins.wl = false;
    dut->tick();
    ones += pins.q[0];
  };
  for (std::uint32_t time = 0; time < 1000; ++time) {
    read(time);
    array.open(pins.row);
    array.set_time(time);
    array.read();
    if (!std::ranges::equal(array.q(), pins.q)) return 0;
  }
  const double best = best_speed(read);
  return ones == 0 ? 0 : best;
}

}  // namespace

int main() {
  const Case cases[] = {
      {"level 2, 256 rows x 39 bits x 2",
       {.rows = 256, .bits = 39, .devices_per_bit = 2, .level = 2},
       false,
       true},
      {"  with disturb and retention",
       {.rows = 256, .bits = 39, .devices_per_bit = 2, .level = 2},
       true,
       true},
      {"level 2, 16,384 rows x 39 bits x 2",
       {.rows = 16384, .bits = 39, .devices_per_bit = 2, .level = 2},
       false,
       true},
      {"  with disturb and retention",
       {.rows = 16384, .bits = 39, .devices_per_bit = 2, .level = 2},
       true},
      {"level 2, 256 rows x 39 bits x 1",
       {.rows = 256, .bits = 39, .devices_per_bit = 1, .level = 2},
       false},
      {"level 1, 256 rows x 39 bits x 2",
       {.rows = 256, .bits = 39, .devices_per_bit = 2, .level = 1},
       false},
      {"level 0, 256 rows x 39 bits x 2",
       {.rows = 256, .bits = 39, .devices_per_bit = 2, .level = 0},
       false},
  };
  bool missed = false;
  double first_speed = 0;
  for (const Case& each : cases) {
    const double speed = speed_of(each);
    fmt::print("mtj_array {:36} {:6.2f} M word reads/s{}\n", each.name, speed / 1e6,
               each.has_bar ? fmt::format("   bar {:g} M", kBar / 1e6) : "");
    missed = missed || (each.has_bar && speed < kBar);
    if (&each == std::begin(cases)) first_speed = speed;
  }
  const double verilated = rtl_speed();
  fmt::print("mtj_array {:36} {:6.3f} M word reads/s; golden {:.1f} times as fast\n",
             "Verilated, 256 rows x 39 bits x 2", verilated / 1e6, first_speed / verilated);
  if (verilated == 0) {
    fmt::print(stderr, "golden_mtj_bench: the RTL reads other words\n");
    return 1;
  }
  if (missed) {
    fmt::print(stderr, "golden_mtj_bench: below {:g} M word reads/s\n", kBar / 1e6);
    return 1;
  }
  return 0;
}
