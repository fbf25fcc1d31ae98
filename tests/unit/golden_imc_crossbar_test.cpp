#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "golden/device_random.hpp"
#include "golden/imc_crossbar/crossbar_devices.hpp"
#include "golden/imc_crossbar/imc_crossbar_model.hpp"
#include "golden_test_specs.hpp"
#include "imc_digital/imc_digital_spec.hpp"

namespace nacre::golden::test {
namespace {

using Path = CrossbarTiles::Path;
using Matrix32 = std::vector<std::vector<std::int32_t>>;  ///< [k][n]

/// One bank of K x N_out, unsigned inputs of `input_bits`, devices ideal.
ImcCrossbarSpec crossbar(const Matrix32& weights, int weight_bits, bool weight_signed,
                         int input_bits) {
  ImcCrossbarSpec spec;
  TileSpec& tile = spec.tile;
  tile.num_inputs = tile.patch_inputs = tile.tile_rows = std::ssize(weights);
  tile.outputs = tile.tile_columns = std::ssize(weights.front());
  tile.input_bits = input_bits;
  tile.weight_bits = weight_bits;
  tile.weight_signed = weight_signed;
  for (const auto& row : weights) {
    for (const std::int32_t weight : row) tile.weights.push_back(weight);
  }
  spec.word_lines_per_read = tile.tile_rows;
  spec.adc.bits = 10;
  return spec;
}

/// Sets the cell's bits and the ideal tables for them.
void set_cell_bits(ImcCrossbarSpec& spec, int bits) {
  spec.cell_bits = bits;
  spec.devices.levels.clear();
  for (int level = 0; level < spec.num_levels(); ++level) {
    spec.devices.levels.push_back(16 * level);
  }
  spec.devices.spread.assign(spec.devices.levels.size(), 0);
}

/// Patches through the array of `spec`, one after the other.
std::vector<std::vector<std::int64_t>> run_patches(const ImcCrossbarSpec& spec, Path path,
                                                   const Matrix32& patches,
                                                   State* state = nullptr) {
  CrossbarTiles tiles(shared(spec), path);
  tiles.reset();
  std::vector<std::vector<std::int64_t>> result;
  for (const auto& inputs : patches) {
    std::vector<std::int64_t> sums(static_cast<std::size_t>(spec.tile.outputs));
    tiles.multiply(inputs, computed_planes(spec.tile, spec.tile.input_bits, inputs), sums);
    result.push_back(sums);
  }
  if (state != nullptr) *state = tiles.state();
  return result;
}

std::vector<std::int64_t> conductances(const ImcCrossbarSpec& spec) {
  return CrossbarTiles(shared(spec), Path::Contract).configuration().at("conductance");
}

// ------------------------------------------------------------------------------- Known answers

// Both vectors were computed in Python from the README, mix included.

TEST(GoldenImcCrossbar, KnownAnswerOfDifferentialBinaryCells) {
  ImcCrossbarSpec spec = crossbar({{3, -2}, {-1, 2}, {2, -3}}, 3, true, 3);
  set_cell_bits(spec, 1);
  spec.word_lines_per_read = 2;
  spec.adc.bits = 3;
  spec.devices.seed = 7;
  spec.devices.spread = {10, 40};
  spec.devices.stuck_low = 3000;
  spec.devices.stuck_high = 2000;
  spec.devices.ir_drop = 2000;
  spec.devices.read_noise = 60;
  spec.devices.adc_offset = 50;
  spec.devices.adc_nonlinearity = 300;
  spec.calibration.assign(8, {});
  spec.calibration[2] = {.gain = 300, .offset_correction = -3};
  spec.calibration[5] = {.gain = 200, .offset_correction = 2};
  EXPECT_EQ(conductances(spec),
            (std::vector<std::int64_t>{22, 0, 15, 0, 0, 0, 0,  14, 0, 10, 0, 0,
                                       0,  0, 15, 0, 0, 0, 15, 0,  0, 12, 0, 13}));
  State state;
  EXPECT_EQ(run_patches(spec, Path::Contract, {{5, 0, 7}, {1, 6, 3}}, &state),
            (std::vector<std::vector<std::int64_t>>{{101, -7}, {63, 31}}));
  EXPECT_EQ(state.at("read_number").front(), 10);
}

TEST(GoldenImcCrossbar, KnownAnswerOfSixteenLevelsAndDigitsOfFourBits) {
  ImcCrossbarSpec spec = crossbar({{9, 200}, {77, 15}, {255, 0}, {128, 31}, {1, 254}}, 8, false, 6);
  set_cell_bits(spec, 4);
  spec.tile.digit_bits = 4;
  spec.adc = {.kind = AdcKind::Sar, .bits = 8, .shift = 2};
  spec.devices.seed = 0xdeadbeef;
  for (std::int32_t level = 0; level < 16; ++level) {
    const auto index = static_cast<std::size_t>(level);
    spec.devices.levels[index] += level > 0 ? 3 : 5;
    spec.devices.spread[index] = 5 + 9 * level;
  }
  spec.devices.stuck_low = 1500;
  spec.devices.stuck_high = 900;
  spec.devices.ir_drop = 300;
  spec.devices.read_noise = 200;
  spec.devices.adc_offset = 170;
  spec.devices.adc_nonlinearity = 900;
  EXPECT_EQ(conductances(spec),
            (std::vector<std::int64_t>{148, 5, 121, 200, 219, 68, 248, 4, 232, 230,
                                       4,   5, 4,   126, 239, 18, 19,  4, 234, 239}));
  State state;
  EXPECT_EQ(run_patches(spec, Path::Contract, {{63, 1, 17, 0, 40}, {0, 0, 2, 60, 5}}, &state),
            (std::vector<std::vector<std::int64_t>>{{5424, 22384}, {8036, 2360}}));
  EXPECT_EQ(state.at("read_number").front(), 4);
}

// --------------------------------------------------------------------- Ideal is the plain product

/// A random legal mapping of a random matrix; converters wide enough for every sum.
ImcCrossbarSpec random_lossless(Random& random) {
  const bool weight_signed = coin(random);
  const int weight_bits = static_cast<int>(uniform(random, weight_signed ? 2 : 1, 9));
  const std::int64_t magnitude = (std::int64_t{1} << (weight_bits - (weight_signed ? 1 : 0))) - 1;
  Matrix32 weights(static_cast<std::size_t>(uniform(random, 1, 40)));
  const auto outputs = static_cast<std::size_t>(uniform(random, 1, 9));
  for (auto& row : weights) {
    for (std::size_t n = 0; n < outputs; ++n) {
      row.push_back(
          static_cast<std::int32_t>(uniform(random, weight_signed ? -magnitude : 0, magnitude)));
    }
  }
  ImcCrossbarSpec spec =
      crossbar(weights, weight_bits, weight_signed, static_cast<int>(uniform(random, 1, 9)));
  TileSpec& tile = spec.tile;
  tile.tile_rows = uniform(random, 1, 12);
  tile.tiles_down = uniform(random, 1, 3);
  tile.tile_columns = uniform(random, 1, 5);
  tile.tiles_across = uniform(random, 1, 2);
  tile.banks = tile.set_banks() + uniform(random, 0, 2);
  tile.input_signed = coin(random);
  tile.digit_bits = tile.input_signed ? 1 : 1 << uniform(random, 0, 2);
  tile.skips_zero_planes = coin(random);
  set_cell_bits(spec, static_cast<int>(uniform(random, 1, 4)));
  spec.word_lines_per_read = uniform(random, 1, tile.rows());
  const std::int64_t largest_digit = (1 << tile.digit_bits) - 1;
  const std::int64_t most_lines = 1023 / (largest_digit * (spec.num_levels() - 1));
  spec.word_lines_per_read = std::min(spec.word_lines_per_read, most_lines);
  return spec;
}

Matrix32 random_patches(const TileSpec& tile, Random& random, int count) {
  const Interval range = number_range(tile.input_bits, tile.input_signed);
  Matrix32 patches(static_cast<std::size_t>(count));
  for (auto& patch : patches) {
    for (std::int64_t k = 0; k < tile.patch_inputs; ++k) {
      const bool is_zero = uniform(random, 0, 2) == 0;
      patch.push_back(is_zero ? 0
                              : static_cast<std::int32_t>(uniform(random, range.low, range.high)));
    }
  }
  return patches;
}

TEST(GoldenImcCrossbar, IdealDevicesGiveThePlainProduct) {
  Random random(20);
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(round);
    const ImcCrossbarSpec spec = random_lossless(random);
    ASSERT_TRUE(spec.is_lossless());
    const TileSpec& tile = spec.tile;
    const Matrix32 patches = random_patches(tile, random, 3);
    State contract, exact;
    const auto sums = run_patches(spec, Path::Contract, patches, &contract);
    EXPECT_EQ(run_patches(spec, Path::Exact, patches, &exact), sums);
    EXPECT_EQ(contract, exact);  // the read numbers
    for (std::size_t p = 0; p < patches.size(); ++p) {
      for (std::int64_t n = 0; n < tile.outputs; ++n) {
        std::int64_t product = 0;
        for (std::int64_t k = 0; k < tile.patch_inputs; ++k) {
          product += std::int64_t{patches[p][static_cast<std::size_t>(k)]} * tile.weight(0, k, n);
        }
        EXPECT_EQ(sums[p][static_cast<std::size_t>(n)], product);
      }
    }
  }
}

TEST(GoldenImcCrossbar, LosslessIsWhatTheConvertersHold) {
  // 5 word lines of level 3 with digits of 2 bits: at most 45.
  ImcCrossbarSpec spec = crossbar(Matrix32(5, {3}), 2, false, 4);
  set_cell_bits(spec, 2);
  spec.tile.digit_bits = 2;
  EXPECT_EQ(spec.largest_column_sum(), 45 * 16);
  spec.adc.bits = 6;
  EXPECT_TRUE(spec.is_lossless());
  spec.adc.bits = 5;
  EXPECT_FALSE(spec.is_lossless());
  EXPECT_EQ(run_patches(spec, Path::Contract, {{15, 15, 15, 15, 15}}),
            (std::vector<std::vector<std::int64_t>>{{31 + 31 * 4}}));  // both planes clip
  spec.adc = {.bits = 10, .shift = 1};
  EXPECT_FALSE(spec.is_lossless());  // 45 becomes 23 steps of 2, rounded up
  EXPECT_EQ(run_patches(spec, Path::Contract, {{3, 3, 3, 3, 3}}),
            (std::vector<std::vector<std::int64_t>>{{46}}));
  spec.adc = {.bits = 10};
  spec.devices.levels[3] = 47;
  EXPECT_FALSE(spec.is_lossless());
  EXPECT_EQ(spec.largest_column_sum(), 5 * 47 * 3);
  spec.devices.levels[3] = 48;
  spec.calibration.assign(2, {});
  EXPECT_TRUE(spec.is_lossless());
  spec.calibration[0].offset_correction = 1;
  EXPECT_FALSE(spec.is_lossless());
}

// ----------------------------------------------- The whole contract, letter by letter, as oracle

/// The README's sections Devices and Reading for one stage, without folding into arrays.
class Letter {
 public:
  explicit Letter(const ImcCrossbarSpec& spec) : spec_(spec) {}

  std::vector<std::int64_t> patch(const std::vector<std::int32_t>& x) {
    const TileSpec& tile = spec_.tile;
    std::vector<std::int64_t> acc(static_cast<std::size_t>(tile.outputs), 0);
    const int planes = tile.planes(tile.input_bits);
    for (std::int64_t j = 0; j < tile.column_folds(); ++j) {
      for (std::int64_t i = 0; i < tile.row_folds(); ++i) {
        for (int d = 0; d < planes; ++d) {
          if (tile.skips_zero_planes && all_zero(x, i, d, 0, tile.rows())) continue;
          const std::int64_t sign = tile.input_signed && d == planes - 1 ? -1 : 1;
          for (std::int64_t begin = 0; begin < tile.rows(); begin += spec_.word_lines_per_read) {
            const std::int64_t end = std::min(begin + spec_.word_lines_per_read, tile.rows());
            if (tile.skips_zero_planes && all_zero(x, i, d, begin, end)) continue;
            for (std::int64_t c = 0; c < tile.columns(); ++c) {
              const std::int64_t n = j * tile.columns() + c;
              if (n >= tile.outputs) continue;
              acc[static_cast<std::size_t>(n)] += sign * weighted(x, i, j, d, begin, end, c) *
                                                  (std::int64_t{1} << (tile.digit_bits * d));
            }
            ++read_number_;
          }
        }
      }
    }
    return acc;
  }
  std::uint32_t read_number() const { return read_number_; }

 private:
  std::int64_t digit(const std::vector<std::int32_t>& x, std::int64_t i, int d,
                     std::int64_t r) const {
    const std::int64_t k = i * spec_.tile.rows() + r;
    if (k >= spec_.tile.patch_inputs) return 0;
    const std::int64_t base = std::int64_t{1} << spec_.tile.digit_bits;
    std::int64_t value = x[static_cast<std::size_t>(k)];
    for (int skipped = 0; skipped < d; ++skipped) {
      value = (value - ((value % base) + base) % base) / base;
    }
    return ((value % base) + base) % base;
  }
  bool all_zero(const std::vector<std::int32_t>& x, std::int64_t i, int d, std::int64_t begin,
                std::int64_t end) const {
    for (std::int64_t r = begin; r < end; ++r) {
      if (digit(x, i, d, r) != 0) return false;
    }
    return true;
  }
  std::int64_t g_eff(std::int64_t bank, std::int64_t r, std::int64_t q, std::int64_t level) const {
    const DeviceSpec& devices = spec_.devices;
    const std::int64_t columns = spec_.physical_columns();
    const std::uint32_t h = device_mix(
        devices.seed, static_cast<std::uint32_t>((bank * spec_.tile.rows() + r) * columns + q));
    const auto l = static_cast<std::size_t>(level);
    std::int64_t g = devices.levels[l] + scale_deviate(devices.spread[l], device_deviate(h));
    g = std::clamp<std::int64_t>(g, 0, (1 << (spec_.cell_bits + 5)) - 1);
    const auto upper = static_cast<std::int32_t>(h >> 16);
    if (upper < devices.stuck_low) {
      g = devices.levels.front();
    } else if (upper < devices.stuck_low + devices.stuck_high) {
      g = devices.levels.back();
    }
    const std::int64_t loss = devices.ir_drop * (r % spec_.tile.tile_rows);
    return (g * (65536 - std::min<std::int64_t>(65535, loss))) / 65536;
  }
  /// One group's part of S.
  std::int64_t weighted(const std::vector<std::int32_t>& x, std::int64_t i, std::int64_t j, int d,
                        std::int64_t begin, std::int64_t end, std::int64_t c) const {
    const TileSpec& tile = spec_.tile;
    const DeviceSpec& devices = spec_.devices;
    const std::int64_t bank = j * tile.row_folds() + i;
    std::int64_t sum = 0;
    for (int s = 0; s < spec_.slices(); ++s) {
      for (int t = 0; t < spec_.polarities(); ++t) {
        const std::int64_t q = (c * spec_.slices() + s) * spec_.polarities() + t;
        const auto column = static_cast<std::uint32_t>(q);
        std::int64_t current = 0;
        for (std::int64_t r = begin; r < end; ++r) {
          const std::int64_t k = i * tile.rows() + r;
          std::int64_t weight =
              k < tile.patch_inputs ? tile.weight(0, k, j * tile.columns() + c) : 0;
          weight = std::max<std::int64_t>(t == 0 ? weight : -weight, 0);
          const std::int64_t level = (weight >> (spec_.cell_bits * s)) % (1 << spec_.cell_bits);
          current += digit(x, i, d, r) * g_eff(bank, r, q, level);
        }
        const auto z = [&](std::uint32_t purpose) {
          return device_mix(devices.seed, (purpose << 28) | column);
        };
        current +=
            scale_deviate(devices.read_noise, device_deviate(device_mix(z(1), read_number_)));
        current += scale_deviate(devices.adc_offset, device_deviate(z(2)));
        const int sh = 4 + spec_.adc.shift;
        const std::int64_t top = (1 << spec_.adc.bits) - 1;
        std::int64_t code = std::clamp<std::int64_t>((current + (1 << (sh - 1))) >> sh, 0, top);
        const std::int64_t bow = scale_deviate(devices.adc_nonlinearity, device_deviate(z(3)));
        code += (bow * code * (top - code) + (std::int64_t{1} << (2 * spec_.adc.bits + 1))) >>
                (2 * spec_.adc.bits + 2);
        code = std::clamp<std::int64_t>(code, 0, top);
        const CalibrationRow row =
            spec_.calibration.empty() ? CalibrationRow{} : spec_.calibration[column];
        const std::int64_t v = ((code * row.gain + 128) >> 8) - row.offset_correction;
        sum += (t == 1 ? -1 : 1) * v * (std::int64_t{1} << (spec_.cell_bits * s + spec_.adc.shift));
      }
    }
    return sum;
  }

  const ImcCrossbarSpec& spec_;
  std::uint32_t read_number_ = 0;
};

TEST(GoldenImcCrossbar, EveryDeviationTogetherIsTheContract) {
  Random random(21);
  for (int round = 0; round < 150; ++round) {
    SCOPED_TRACE(round);
    ImcCrossbarSpec spec = random_lossless(random);
    DeviceSpec& devices = spec.devices;
    const auto one_of = [&random](std::int64_t high) {
      return static_cast<std::int32_t>(coin(random) ? 0 : uniform(random, 0, high));
    };
    spec.word_lines_per_read = uniform(random, 1, spec.tile.rows());
    spec.adc = {.bits = static_cast<int>(uniform(random, 1, 10)),
                .shift = static_cast<int>(uniform(random, 0, 4))};
    devices.seed = static_cast<std::uint32_t>(random());
    for (std::int32_t& level : devices.levels) {
      level = static_cast<std::int32_t>(uniform(random, 0, (1 << spec.conductance_bits()) - 1));
    }
    for (std::int32_t& spread : devices.spread) spread = one_of(1023);
    devices.stuck_low = one_of(20000);
    devices.stuck_high = one_of(20000);
    devices.ir_drop = one_of(20000);
    devices.read_noise = one_of(1023);
    devices.adc_offset = one_of(1023);
    devices.adc_nonlinearity = one_of(1023);
    if (coin(random)) {
      for (std::int64_t q = 0; q < spec.physical_columns(); ++q) {
        spec.calibration.push_back(
            {.gain = static_cast<int>(uniform(random, 0, 1023)),
             .offset_correction = static_cast<int>(uniform(random, -128, 127))});
      }
    }
    const Matrix32 patches = random_patches(spec.tile, random, 2);
    State state;
    const auto sums = run_patches(spec, Path::Contract, patches, &state);
    Letter letter(spec);
    for (std::size_t p = 0; p < patches.size(); ++p) EXPECT_EQ(sums[p], letter.patch(patches[p]));
    EXPECT_EQ(state.at("read_number").front(), letter.read_number());
  }
}

// ---------------------------------------------------------------- What each deviation changes

/// 32 x 4 cells of 2 bits, levels 0 ... 3 in turn.
ImcCrossbarSpec plain_array() {
  Matrix32 weights(32);
  for (std::int32_t k = 0; k < 32; ++k) {
    for (std::int32_t n = 0; n < 4; ++n)
      weights[static_cast<std::size_t>(k)].push_back((k + n) % 4);
  }
  ImcCrossbarSpec spec = crossbar(weights, 2, false, 4);
  set_cell_bits(spec, 2);
  return spec;
}

const Matrix32 kFullPatch = {std::vector<std::int32_t>(32, 9)};

TEST(GoldenImcCrossbar, StuckCellsShowTheEndsOfTheTable) {
  ImcCrossbarSpec spec = plain_array();
  spec.devices.levels = {1, 17, 33, 50};
  spec.devices.stuck_low = 65535;
  const auto low = conductances(spec);
  // One number in 65,536 is not below 65,535.
  EXPECT_GE(std::count(low.begin(), low.end(), 1), std::ssize(low) - 1);
  spec.devices.stuck_low = 0;
  spec.devices.stuck_high = 65535;
  const auto high = conductances(spec);
  EXPECT_GE(std::count(high.begin(), high.end(), 50), std::ssize(high) - 1);
  spec.devices.stuck_low = 6554;
  spec.devices.stuck_high = 0;
  const auto some = conductances(spec);
  const auto plain = conductances(plain_array());
  int lost = 0, could = 0;
  for (std::size_t i = 0; i < some.size(); ++i) {
    if (plain[i] == 0) continue;
    ++could;
    if (some[i] == 1) ++lost;
  }
  EXPECT_NEAR(lost, 0.1 * could, 4 * std::sqrt(0.09 * could));
}

TEST(GoldenImcCrossbar, SpreadWidensEachLevelByItself) {
  ImcCrossbarSpec spec = plain_array();
  spec.devices.spread = {0, 0, 64, 0};
  spec.devices.seed = 5;
  const auto before = conductances(plain_array());
  const auto after = conductances(spec);
  double squares = 0;
  int cells = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i] != 32) {
      EXPECT_EQ(after[i], before[i]);
      continue;
    }
    ++cells;
    squares += static_cast<double>((after[i] - 32) * (after[i] - 32));
  }
  ASSERT_EQ(cells, 32);
  EXPECT_NEAR(std::sqrt(squares / cells), 4, 1.6);  // 64 / 256 level step; 3 standard errors
}

TEST(GoldenImcCrossbar, ConductancesClipAtBothEnds) {
  ImcCrossbarSpec spec = plain_array();
  spec.devices.levels = {0, 0, 127, 127};
  spec.devices.spread = {1023, 1023, 1023, 1023};
  const auto cells = conductances(spec);
  EXPECT_EQ(*std::min_element(cells.begin(), cells.end()), 0);
  EXPECT_EQ(*std::max_element(cells.begin(), cells.end()), 127);
  EXPECT_GT(std::count(cells.begin(), cells.end(), 0), std::ssize(cells) / 5);
}

TEST(GoldenImcCrossbar, IrDropGrowsAlongTheTileAndStartsAnewBelow) {
  ImcCrossbarSpec spec = plain_array();
  spec.tile.tile_rows = 16;
  spec.tile.tiles_down = 2;
  spec.devices.levels = {64, 64, 64, 64};
  spec.devices.ir_drop = 2048;  // 1/32 per word line
  const auto cells = conductances(spec);
  for (std::int64_t r = 0; r < 32; ++r) {
    EXPECT_EQ(cells[static_cast<std::size_t>(r * 4)], 64 - 2 * (r % 16));
  }
  spec.devices.ir_drop = 65535;  // all but 1/65536 is lost from the second word line on
  EXPECT_EQ(conductances(spec)[4], 0);
}

TEST(GoldenImcCrossbar, NoiseDiffersFromReadToReadAndOffsetDoesNot) {
  ImcCrossbarSpec spec = plain_array();
  const auto ideal = run_patches(spec, Path::Contract, kFullPatch).front();
  const Matrix32 twice = {kFullPatch.front(), kFullPatch.front()};
  spec.devices.read_noise = 1000;
  const auto noisy = run_patches(spec, Path::Contract, twice);
  EXPECT_NE(noisy[0], ideal);
  EXPECT_NE(noisy[0], noisy[1]);
  EXPECT_EQ(conductances(spec), conductances(plain_array()));
  EXPECT_EQ(run_patches(spec, Path::Contract, twice), noisy);  // a function of seed and number
  spec.devices.read_noise = 0;
  spec.devices.adc_offset = 1000;
  const auto offset = run_patches(spec, Path::Contract, twice);
  EXPECT_NE(offset[0], ideal);
  EXPECT_EQ(offset[0], offset[1]);
  spec.devices.adc_offset = 0;
  spec.devices.adc_nonlinearity = 1000;
  const auto bowed = run_patches(spec, Path::Contract, twice);
  EXPECT_NE(bowed[0], ideal);
  EXPECT_EQ(bowed[0], bowed[1]);
}

TEST(GoldenImcCrossbar, ZeroGroupsAreReadOnlyWhenNothingIsSkipped) {
  ImcCrossbarSpec spec = plain_array();
  spec.word_lines_per_read = 5;  // 7 groups, the last of 2
  std::vector<std::int32_t> inputs(32, 0);
  inputs[11] = 5;  // planes 0 and 2, group 2
  inputs[31] = 1;  // plane 0, group 6
  State state;
  run_patches(spec, Path::Contract, {inputs}, &state);
  EXPECT_EQ(state.at("read_number").front(), 3);
  run_patches(spec, Path::Exact, {inputs}, &state);
  EXPECT_EQ(state.at("read_number").front(), 3);
  spec.tile.skips_zero_planes = false;
  run_patches(spec, Path::Contract, {inputs}, &state);
  EXPECT_EQ(state.at("read_number").front(), 4 * 7);
}

TEST(GoldenImcCrossbar, WordsThroughTheStage) {
  ImcCrossbarSpec spec = crossbar({{1, -1}, {2, 0}}, 3, true, 3);
  set_cell_bits(spec, 2);
  spec.tile.bias = {10, 20};
  spec.tile.bias_bits = 8;
  const auto params = shared(spec);
  TileStageModel model(std::shared_ptr<const TileSpec>(params, &params->tile),
                       std::make_unique<CrossbarTiles>(params));
  EXPECT_EQ(text_of(run(model, frame({7, 3}))), "v0=23 v1=13 .");
  EXPECT_EQ(model.state(), (State{{"read_number", {3}}}));
  EXPECT_EQ(model.counters().at("weight_reads"), 3);
  EXPECT_EQ(model.configuration().at("conductance"),
            (std::vector<std::int64_t>{16, 0, 0, 16, 32, 0, 0, 0}));
  model.reset();
  EXPECT_EQ(model.state(), (State{{"read_number", {0}}}));
}

// -------------------------------------------------------------------------------------- Timing

/// Cycles of one sample of one stage.
template <class Params>
std::int64_t cycles_of(const Params& params, const char* kind, const std::vector<Word>& words) {
  Spec spec;
  append_stage(spec, "layer", kind, params);
  spec.stages.front().output.values = true;
  Network network(spec);
  const SampleTrace trace = network.run_sample(words, true);
  return predict_cycles(spec, words, trace);
}

TEST(GoldenImcCrossbar, APlaneTakesItsGroupsPhasesAndConversions) {
  // README, Timing: P planes of g groups each give their last sums P * g * X * C + 3 cycles after
  // the first is taken; imc_digital's come P + 1 cycles after.
  for (const bool is_sar : {false, true}) {
    for (const std::int64_t phases : {1, 4}) {
      for (const std::int64_t lines : {2, 3, 8}) {
        for (const std::int64_t value : {1, 7}) {
          ImcCrossbarSpec spec = crossbar(Matrix32(8, {1, 2}), 2, false, 3);
          set_cell_bits(spec, 1);
          spec.word_lines_per_read = lines;
          spec.columns_per_adc = phases;
          spec.adc = {.kind = is_sar ? AdcKind::Sar : AdcKind::Flash, .bits = 6};
          ImcDigitalSpec digital;
          digital.tile = spec.tile;
          const std::vector<Word> words = frame(std::vector<std::int64_t>(8, value));
          const std::int64_t planes = value == 1 ? 1 : 3;
          const std::int64_t groups = (8 + lines - 1) / lines;
          EXPECT_EQ(
              cycles_of(spec, "imc_crossbar", words) - cycles_of(digital, "imc_digital", words),
              planes * groups * phases * (is_sar ? 6 : 1) + 2 - planes)
              << is_sar << phases << lines << value;
        }
      }
    }
  }
}

TEST(GoldenImcCrossbar, AGroupOfZerosTakesNoCycle) {
  ImcCrossbarSpec spec = crossbar(Matrix32(8, {1, 2}), 2, false, 3);
  set_cell_bits(spec, 1);
  spec.word_lines_per_read = 2;
  spec.columns_per_adc = 4;
  const std::int64_t all = cycles_of(spec, "imc_crossbar", frame({1, 1, 1, 1, 1, 1, 1, 1}));
  const std::int64_t one = cycles_of(spec, "imc_crossbar", frame({1, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(all - one, 3 * 4);
  spec.tile.skips_zero_planes = false;
  EXPECT_EQ(cycles_of(spec, "imc_crossbar", frame({1, 0, 0, 0, 0, 0, 0, 0})),
            cycles_of(spec, "imc_crossbar", frame({7, 7, 7, 7, 7, 7, 7, 7})));
}

// ------------------------------------------------------------------------------- Other devices

Stage stage_of(const ImcCrossbarSpec& spec) {
  Stage stage;
  stage.kind = "imc_crossbar";
  stage.params = shared(spec);
  return stage;
}

ImcCrossbarSpec variant_of(const ImcCrossbarSpec& spec, const DeviceVariant& variant) {
  Stage stage = stage_of(spec);
  stage.params = crossbar_devices().variant(stage, variant);
  return params_of<ImcCrossbarSpec>(stage);
}

TEST(GoldenImcCrossbar, ADieIsASeed) {
  ImcCrossbarSpec spec = plain_array();
  EXPECT_FALSE(crossbar_devices().vary(stage_of(spec)));
  spec.devices.ir_drop = 5;
  EXPECT_FALSE(crossbar_devices().vary(stage_of(spec)));  // the same on every die
  spec.devices.spread[1] = 80;
  spec.devices.seed = 0x12345678;
  EXPECT_TRUE(crossbar_devices().vary(stage_of(spec)));
  const ImcCrossbarSpec die = variant_of(spec, {.die = 0x9abcdef0});
  EXPECT_EQ(die.devices.seed, 0x385805c3u);
  EXPECT_NE(conductances(die), conductances(spec));
  EXPECT_EQ(variant_of(spec, {}).devices.seed, spec.devices.seed);
  EXPECT_EQ(crossbar_devices().registers(stage_of(die)),
            (std::vector<std::pair<std::string, std::int64_t>>{{"device_seed", 0x385805c3}}));
}

TEST(GoldenImcCrossbar, VariantsOfSpreadConvertersAndNothingAtAll) {
  ImcCrossbarSpec spec = plain_array();
  spec.devices.spread = {0, 9, 10, 800};
  spec.adc = {.bits = 6, .shift = 1};
  spec.calibration.assign(4, {.gain = 250, .offset_correction = 100});
  EXPECT_EQ(variant_of(spec, {.spread_halves = 0}).devices.spread,
            (std::vector<std::int32_t>{0, 0, 0, 0}));
  EXPECT_EQ(variant_of(spec, {.spread_halves = 1}).devices.spread,
            (std::vector<std::int32_t>{0, 5, 5, 400}));
  EXPECT_EQ(variant_of(spec, {.spread_halves = 4}).devices.spread,
            (std::vector<std::int32_t>{0, 18, 20, 1023}));
  const ImcCrossbarSpec coarse = variant_of(spec, {.adc_bits = 4});
  EXPECT_EQ(coarse.adc.bits, 4);
  EXPECT_EQ(coarse.adc.shift, 3);
  EXPECT_EQ(coarse.calibration[0].offset_correction, 25);
  const ImcCrossbarSpec fine = variant_of(spec, {.adc_bits = 9});
  EXPECT_EQ(fine.adc.bits, 9);
  EXPECT_EQ(fine.adc.shift, 0);  // the range grows: a step cannot be smaller than a level step
  EXPECT_EQ(fine.calibration[0].offset_correction, 127);
  spec.adc = {.bits = 10};
  EXPECT_TRUE(variant_of(spec, {.ideal = true}).is_lossless());
}

}  // namespace
}  // namespace nacre::golden::test
