// What the kinds of tiles share: frames, patches, planes, requantisation, the plain product.

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "golden/tile/frame.hpp"
#include "golden/tile/matrix.hpp"
#include "golden/tile/requantise.hpp"
#include "golden_tile_specs.hpp"

namespace nacre::golden::test {
namespace {

using Values = std::vector<std::int64_t>;
__extension__ using Wide = __int128;

TEST(GoldenTile, RoundingOfTiesByHand) {
  struct Case {
    std::int64_t v;
    int shift;
    std::int64_t floor, half_up, half_even;
  };
  // v / 2: 0.5, 1.5, 2.5, -0.5, -1.5, -2.5; v / 4: 1.25, 1.5, 1.75, -1.25, -1.5, -1.75, 2.5.
  const Case cases[] = {{1, 1, 0, 1, 0},     {3, 1, 1, 2, 2},      {5, 1, 2, 3, 2},
                        {-1, 1, -1, 0, 0},   {-3, 1, -2, -1, -2},  {-5, 1, -3, -2, -2},
                        {5, 2, 1, 1, 1},     {6, 2, 1, 2, 2},      {7, 2, 1, 2, 2},
                        {-5, 2, -2, -1, -1}, {-6, 2, -2, -1, -2},  {-7, 2, -2, -2, -2},
                        {10, 2, 2, 3, 2},    {-10, 2, -3, -2, -2}, {8, 2, 2, 2, 2},
                        {-8, 2, -2, -2, -2}, {7, 0, 7, 7, 7},      {-7, 0, -7, -7, -7}};
  for (const Case& each : cases) {
    SCOPED_TRACE(testing::Message() << each.v << " / 2^" << each.shift);
    EXPECT_EQ(round_shift(each.v, each.shift, TileRounding::Floor), each.floor);
    EXPECT_EQ(round_shift(each.v, each.shift, TileRounding::HalfUp), each.half_up);
    EXPECT_EQ(round_shift(each.v, each.shift, TileRounding::HalfEven), each.half_even);
  }
}

TEST(GoldenTile, RoundingAtTheEndsOfTheRange) {
  constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
  // 2^63 - 1 over 2^63 is just below 1; -2^63 over it is -1; -2^62 is the tie -0.5.
  EXPECT_EQ(round_shift(kHighest, 63, TileRounding::Floor), 0);
  EXPECT_EQ(round_shift(kHighest, 63, TileRounding::HalfUp), 1);
  EXPECT_EQ(round_shift(kLowest, 63, TileRounding::HalfEven), -1);
  EXPECT_EQ(round_shift(kLowest / 2, 63, TileRounding::Floor), -1);
  EXPECT_EQ(round_shift(kLowest / 2, 63, TileRounding::HalfUp), 0);
  EXPECT_EQ(round_shift(kLowest / 2, 63, TileRounding::HalfEven), 0);
  EXPECT_EQ(round_shift(kHighest, 1, TileRounding::HalfUp), std::int64_t{1} << 62);
}

TEST(GoldenTile, RoundingAgainstRationals) {
  // Independent: nearest integers by distance, in 128 bits.
  Random random(5);
  for (int i = 0; i < 2000; ++i) {
    const int shift = static_cast<int>(uniform(random, 0, 62));
    const auto v = static_cast<std::int64_t>(random()) >> uniform(random, 0, 60);
    const Wide one = static_cast<Wide>(1) << shift;
    Wide below = v / one;
    if (below * one > v) --below;
    const Wide twice = 2 * (v - below * one);  // twice the fraction
    const bool tie = twice == one;
    const Wide near = twice > one ? below + 1 : below;
    const Wide even = below % 2 == 0 ? below : below + 1;
    EXPECT_EQ(round_shift(v, shift, TileRounding::Floor), static_cast<std::int64_t>(below));
    EXPECT_EQ(round_shift(v, shift, TileRounding::HalfUp),
              static_cast<std::int64_t>(tie ? below + 1 : near));
    EXPECT_EQ(round_shift(v, shift, TileRounding::HalfEven),
              static_cast<std::int64_t>(tie ? even : near));
  }
}

TEST(GoldenTile, RequantisationScalesRectifiesAndClips) {
  RequantisationSpec output{.bits = 4, .is_signed = true, .shift = 1};
  EXPECT_EQ(requantise(5, 3, output), 7);     // 7.5 rounds to 8, clipped
  EXPECT_EQ(requantise(-5, 3, output), -7);   // -7.5 rounds up to -7
  EXPECT_EQ(requantise(-50, 3, output), -8);  // clipped below
  output.relu = true;
  EXPECT_EQ(requantise(-50, 3, output), 0);
  EXPECT_EQ(requantise(4, 3, output), 6);
  output = {.bits = 4, .is_signed = false};
  EXPECT_EQ(requantise(15, 1, output), 15);
  EXPECT_EQ(requantise(16, 1, output), 15);
  EXPECT_EQ(requantise(-1, 1, output), 0);
  output = {.bits = 1, .is_signed = true};
  EXPECT_EQ(requantise(1, 1, output), 0);
  EXPECT_EQ(requantise(-3, 1, output), -1);
  output = {.bits = 32, .is_signed = true, .shift = 31};
  // 2^47 - 1 times 65535 is 2^63 - 2^47 - 65535: over 2^31 just below 2^32.
  EXPECT_EQ(requantise((std::int64_t{1} << 47) - 1, 65535, output), 2147483647);
  EXPECT_EQ(requantise(-(std::int64_t{1} << 47), 65535, output), -2147483648LL);
}

TEST(GoldenTile, FramesInOrder) {
  TileSpec tile = tile_spec({{1}, {1}});
  FrameCollector plain(tile);
  const auto feed = [](FrameCollector& collector, const std::vector<Word>& words) {
    bool complete = false;
    for (const Word& word : words) complete = collector.push(word);
    return complete;
  };
  EXPECT_TRUE(feed(plain, {value(0, 3), value(1, 4), end_of_sample()}));
  EXPECT_EQ(plain.values()[1], 4);
  EXPECT_FALSE(feed(plain, {value(0, 3), end_of_sample()})) << "cut short";
  EXPECT_FALSE(feed(plain, {end_of_sample()}));
  // Out of order: dropped, as a second value 0 is.
  EXPECT_FALSE(feed(plain, {value(1, 9), value(0, 3), end_of_sample()}));
  EXPECT_TRUE(feed(
      plain, {value(1, 9), value(0, 5), value(0, 6), value(1, 7), value(1, 8), end_of_sample()}));
  EXPECT_EQ(plain.values()[0], 5);
  EXPECT_EQ(plain.values()[1], 7);
  tile.steps = true;
  FrameCollector steps(tile);
  EXPECT_TRUE(feed(steps, {value(0, 1), value(1, 2), end_of_step()}));
  EXPECT_FALSE(feed(steps, {value(0, 1), value(1, 2), end_of_sample()})) << "an unfinished frame";
  EXPECT_FALSE(feed(steps, {value(1, 2), end_of_step()})) << "the frame began anew";
}

TEST(GoldenTile, FaultyFramesAreFlagged) {
  TileSpec tile = tile_spec({{1}, {1}});
  const auto flags = [&](const std::vector<Word>& words) {
    FrameCollector collector(tile);
    for (const Word& word : words) collector.push(word);
    const std::uint32_t errors = collector.take_errors();
    EXPECT_EQ(collector.take_errors(), 0u);
    return errors;
  };
  EXPECT_EQ(flags({value(0, 1), value(1, 1), end_of_sample()}), 0u);
  EXPECT_EQ(flags({value(0, 1), end_of_sample()}), kFrameShort);
  EXPECT_EQ(flags({end_of_sample()}), kFrameShort);
  EXPECT_EQ(flags({value(1, 1), value(0, 1), value(1, 1), end_of_sample()}), kFrameOrder);
  EXPECT_EQ(flags({value(0, 1), value(1, 1), value(1, 1), end_of_sample()}), kFrameOrder);
  EXPECT_EQ(flags({value(1, 1), end_of_sample()}), kFrameOrder | kFrameShort);
  tile.steps = true;
  EXPECT_EQ(flags({value(0, 1), value(1, 1), end_of_step(), end_of_sample()}), 0u);
  EXPECT_EQ(flags({end_of_step()}), kFrameShort);
  EXPECT_EQ(flags({value(0, 1), end_of_sample()}), kFrameShort) << "an unfinished frame";
  EXPECT_EQ(flags({end_of_sample()}), 0u) << "a sample of no frame";
}

TEST(GoldenTile, PatchesByHand) {
  // A 2 x 3 image, kernel 2 x 2, padding 1 to the sides only.
  const ConvolutionSpec convolution{.height = 2,
                                    .width = 3,
                                    .kernel_vertical = 2,
                                    .kernel_horizontal = 2,
                                    .padding_horizontal = 1};
  const TileSpec tile = convolution_tile(convolution, {{1}, {1}, {1}, {1}});
  ASSERT_EQ(tile.num_patches, 4);
  const std::vector<std::int32_t> image = {1, 2, 3, 4, 5, 6};
  const std::vector<std::vector<std::int32_t>> patches = {
      {0, 1, 0, 4}, {1, 2, 4, 5}, {2, 3, 5, 6}, {3, 0, 6, 0}};
  for (std::int64_t patch = 0; patch < tile.num_patches; ++patch) {
    std::vector<std::int32_t> inputs(4);
    gather_patch(tile, image, patch, inputs);
    EXPECT_EQ(inputs, patches[static_cast<std::size_t>(patch)]) << patch;
  }
}

TEST(GoldenTile, ConvolutionsAgainstAScatterOfPixels) {
  Random random(11);
  for (int i = 0; i < 60; ++i) {
    ConvolutionSpec c;
    c.height = uniform(random, 1, 7);
    c.width = uniform(random, 1, 7);
    c.channels = uniform(random, 1, 3);
    c.padding_vertical = uniform(random, 0, 3);
    c.padding_horizontal = uniform(random, 0, 3);
    c.kernel_vertical = uniform(random, 1, c.height + 2 * c.padding_vertical);
    c.kernel_horizontal = uniform(random, 1, c.width + 2 * c.padding_horizontal);
    c.stride_vertical = uniform(random, 1, 4);
    c.stride_horizontal = uniform(random, 1, 4);
    const std::int64_t outputs = uniform(random, 1, 3);
    const std::int64_t k = c.kernel_vertical * c.kernel_horizontal * c.channels;
    const Weights weights = random_weights(random, k, outputs, 8, true);
    const TileSpec tile = convolution_tile(c, weights);
    const Values image = random_values(random, tile.num_inputs, 4, false);
    // Each pixel is added to every output position whose kernel lies over it.
    Values expected(static_cast<std::size_t>(tile.num_patches * outputs), 0);
    for (std::int64_t y = 0; y < c.height; ++y) {
      for (std::int64_t x = 0; x < c.width; ++x) {
        for (std::int64_t oy = 0; oy < c.output_height(); ++oy) {
          for (std::int64_t ox = 0; ox < c.output_width(); ++ox) {
            const std::int64_t dy = y + c.padding_vertical - oy * c.stride_vertical;
            const std::int64_t dx = x + c.padding_horizontal - ox * c.stride_horizontal;
            if (dy < 0 || dy >= c.kernel_vertical || dx < 0 || dx >= c.kernel_horizontal) continue;
            for (std::int64_t channel = 0; channel < c.channels; ++channel) {
              const auto pixel =
                  image[static_cast<std::size_t>((y * c.width + x) * c.channels + channel)];
              const auto& row = weights[static_cast<std::size_t>(
                  (dy * c.kernel_horizontal + dx) * c.channels + channel)];
              for (std::int64_t n = 0; n < outputs; ++n) {
                expected[static_cast<std::size_t>((oy * c.output_width() + ox) * outputs + n)] +=
                    pixel * row[static_cast<std::size_t>(n)];
              }
            }
          }
        }
      }
    }
    EXPECT_EQ(values_of(tile, image), expected) << "case " << i;
  }
}

TEST(GoldenTile, PlanesByHand) {
  TileSpec tile = tile_spec({{1}, {1}, {1}, {1}, {1}});
  tile.tile_rows = 2;  // folds {0, 1}, {2, 3}, {4}
  const auto planes = [&](const std::vector<std::int32_t>& inputs) {
    return computed_planes(tile, tile.input_bits, inputs);
  };
  EXPECT_EQ(planes({1, 4, 0, 0, 8}), (std::vector<std::uint32_t>{0b0101, 0, 0b1000}));
  tile.digit_bits = 2;
  EXPECT_EQ(planes({1, 4, 0, 0, 8}), (std::vector<std::uint32_t>{0b11, 0, 0b10}));
  tile.digit_bits = 4;
  EXPECT_EQ(planes({1, 4, 0, 0, 8}), (std::vector<std::uint32_t>{1, 0, 1}));
  // Three signed bits in digits of two: -2 is 1110 sign-extended, -4 is 1100, 2 is 0010.
  tile.input_bits = 3;
  tile.input_signed = true;
  tile.digit_bits = 2;
  EXPECT_EQ(planes({-2, 0, -4, -4, 2}), (std::vector<std::uint32_t>{0b11, 0b10, 0b01}));
  tile.skips_zero_planes = false;
  EXPECT_EQ(planes({0, 0, 0, 0, 0}), (std::vector<std::uint32_t>{0b11, 0b11, 0b11}));
}

TEST(GoldenTile, ProductsOfEveryWidthAndInstructionSet) {
  Random random(3);
  for (int i = 0; i < 120; ++i) {
    const std::int64_t rows = uniform(random, 1, 70);
    const std::int64_t columns = uniform(random, 1, 70);
    TileSpec tile = tile_spec({{0}});
    tile.weight_bits = static_cast<int>(uniform(random, 1, 16));
    tile.weight_signed = coin(random);
    const Weights weights =
        random_weights(random, rows, columns, tile.weight_bits, tile.weight_signed);
    TileSpec shaped = tile_spec(weights);
    shaped.weight_bits = tile.weight_bits;
    shaped.weight_signed = tile.weight_signed;
    shaped.input_bits = static_cast<int>(uniform(random, 1, 16));
    shaped.input_signed = coin(random);
    std::vector<std::int32_t> x;
    for (const std::int64_t value :
         random_values(random, rows, shaped.input_bits, shaped.input_signed)) {
      x.push_back(static_cast<std::int32_t>(value));
    }
    Values expected(static_cast<std::size_t>(columns), 0);
    for (std::size_t k = 0; k < x.size(); ++k) {
      for (std::size_t n = 0; n < expected.size(); ++n) {
        expected[n] += std::int64_t{x[k]} * weights[k][n];
      }
    }
    for (const bool portable : {false, true}) {
      Values sums(expected.size(), -1);
      make_matrix(shaped, 0, portable)->multiply(x, sums);
      EXPECT_EQ(sums, expected) << "case " << i << (portable ? ", portable" : "");
    }
  }
}

TEST(GoldenTile, SumsAtTheEndsOfTheirRange) {
  // All inputs and weights at one end: the proved range of the accumulator is reached exactly.
  for (const int input_bits : {1, 8, 16}) {
    for (const int weight_bits : {1, 8, 16}) {
      for (const bool is_signed : {false, true}) {
        const Interval w = number_range(weight_bits, is_signed);
        const Interval x = number_range(input_bits, is_signed);
        Values all;
        Interval range;
        for (const std::int64_t weight : {w.low, w.high}) {
          TileSpec tile = tile_spec(
              Weights(300, std::vector<std::int32_t>(2, static_cast<std::int32_t>(weight))));
          tile.input_bits = input_bits;
          tile.input_signed = is_signed;
          tile.weight_bits = weight_bits;
          tile.weight_signed = is_signed;
          range = accumulator_range(tile);
          for (const std::int64_t input : {x.low, x.high}) {
            const Values values = values_of(tile, Values(300, input));
            EXPECT_EQ(values, Values(2, 300 * input * weight));
            all.push_back(values[0]);
          }
        }
        EXPECT_EQ(range.low, *std::min_element(all.begin(), all.end()));
        EXPECT_EQ(range.high, *std::max_element(all.begin(), all.end()));
      }
    }
  }
}

}  // namespace
}  // namespace nacre::golden::test
