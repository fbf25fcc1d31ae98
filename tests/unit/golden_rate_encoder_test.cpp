#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <map>

#include "golden/rate_encoder/rate_encoder_model.hpp"
#include "golden_test_specs.hpp"

namespace nacre::golden::test {
namespace {

TEST(GoldenRateEncoder, PhaseAccumulatorByHand) {
  // P = 3. Input 0: 3/8, input 1: 8/8, input 2: 0, input 3: 5/8. Phases after each step:
  //   input 0: 3 6 (9)1 4 (7) 7 ; input 3: 5 (10)2 7 (12)4 (9)1
  RateEncoderModel model(shared(encoder_spec(4, 5)));
  const std::vector<Word> out = run(model, frame({3, 8, 0, 5}));
  EXPECT_EQ(text_of(out), "e1 | e1 e3 | e0 e1 | e1 e3 | e1 e3 | .");
  EXPECT_EQ(model.state().at("phase"), (std::vector<std::int64_t>{7, 0, 0, 1}));
  EXPECT_EQ(model.state().at("increment"), (std::vector<std::int64_t>{3, 8, 0, 5}));
  EXPECT_EQ(model.counters(), (CounterValues{{"values_in", 4}, {"events_out", 9}, {"steps", 5}}));
}

TEST(GoldenRateEncoder, StartPhasePerInputAndForAll) {
  RateEncoderSpec spec = encoder_spec(2, 3);
  spec.start_phase = {7, 2};
  RateEncoderModel per_input(shared(spec));
  EXPECT_EQ(text_of(run(per_input, frame({1, 3}))), "e0 | e1 | | .");
  spec.start_phase = {5};
  RateEncoderModel single(shared(spec));
  EXPECT_EQ(text_of(run(single, frame({1, 3}))), "e1 | | e0 | .");
}

TEST(GoldenRateEncoder, EachSampleStartsFreshAndOldStateStaysReadable) {
  RateEncoderModel model(shared(encoder_spec(1, 2)));
  EXPECT_EQ(text_of(run(model, frame({5}))), "| e0 | .");
  EXPECT_EQ(model.state().at("phase").front(), 2);
  std::vector<Word> out;
  model.push(value(0, 3), out);
  EXPECT_EQ(model.state().at("phase").front(), 0);
  EXPECT_EQ(text_of(run(model, {end_of_sample()})), "| | .");
}

TEST(GoldenRateEncoder, TableIsUsed) {
  RateEncoderSpec spec = encoder_spec(1, 4);
  spec.levels[15] = 4;
  RateEncoderModel model(shared(spec));
  EXPECT_EQ(text_of(run(model, frame({15}))), "| e0 | | e0 | .");
}

TEST(GoldenRateEncoder, ShortFrameHasNoSteps) {
  RateEncoderModel model(shared(encoder_spec(3, 4)));
  EXPECT_EQ(text_of(run(model, {value(0, 8), value(1, 8), end_of_sample()})), ".");
  EXPECT_EQ(model.take_errors(), 2U);
  EXPECT_EQ(text_of(run(model, {end_of_sample()})), ".");
  EXPECT_EQ(text_of(run(model, frame({8, 0, 0}))), "e0 | e0 | e0 | e0 | .");
}

TEST(GoldenRateEncoder, ValueOutOfOrderIsDropped) {
  RateEncoderModel model(shared(encoder_spec(2, 1)));
  // address 1 too early, then a repeated 0: only the words in order count.
  EXPECT_EQ(text_of(run(model, {value(1, 8), value(0, 0), value(0, 8), value(1, 8), value(1, 0),
                                end_of_sample()})),
            "e1 | .");
  EXPECT_EQ(model.counters().at("values_in"), 2);
  EXPECT_EQ(model.take_errors(), 1U);
  EXPECT_EQ(model.take_errors(), 0U);
}

TEST(GoldenRateEncoder, VerdictEndsTheSample) {
  RateEncoderSpec spec = encoder_spec(1, 9);
  spec.stop_on = "readout";
  RateEncoderModel model(shared(spec));
  std::vector<Word> out;
  for (const Word& word : frame({8})) model.push(word, out);
  model.advance(false, out);
  model.advance(false, out);
  ASSERT_TRUE(model.running());
  model.advance(true, out);
  EXPECT_EQ(text_of(out), "e0 | e0 | .");
  EXPECT_FALSE(model.running());
}

TEST(GoldenRateEncoder, CountIsTheFloorOfTheAccumulatedRate) {
  RateEncoderSpec spec = encoder_spec(9, 1);
  spec.start_phase.clear();
  std::vector<std::int64_t> intensities;
  for (std::int64_t i = 0; i < 9; ++i) {
    spec.start_phase.push_back((5 * i) % 8);
    intensities.push_back(i);
  }
  for (std::int64_t t = 1; t <= 40; ++t) {
    spec.time_steps = t;
    RateEncoderModel model(shared(spec));
    std::map<std::int64_t, std::int64_t> count;
    for (const Word& word : run(model, frame(intensities))) {
      if (word.kind == WordKind::Event) ++count[word.address];
    }
    for (std::int64_t i = 0; i < 9; ++i) {
      const auto input = static_cast<std::size_t>(i);
      EXPECT_EQ(count[i], (spec.start_phase[input] + t * intensities[input]) / 8);
    }
  }
}

TEST(GoldenRateEncoder, LfsrByHand) {
  // s = 1: taps 31, 21, 1, 0 = 0 ^ 0 ^ 0 ^ 1, so 3; then 1 ^ 1 = 0: 6; then 1: 13; then 0^1 =
  // 1: 27.
  EXPECT_EQ(lfsr_bit_step(1u), 3u);
  EXPECT_EQ(lfsr_bit_step(3u), 6u);
  EXPECT_EQ(lfsr_bit_step(6u), 13u);
  EXPECT_EQ(lfsr_bit_step(13u), 27u);
  EXPECT_EQ(lfsr_bit_step(0x80000000u), 1u);
  EXPECT_EQ(lfsr_bit_step(0x80200000u), 0x400000u);
}

/// The order of x modulo x^32 + x^22 + x^2 + x + 1 over GF(2) is 2^32 - 1: the period is maximal.
TEST(GoldenRateEncoder, LfsrPeriodIsMaximal) {
  // The bit step as a 32 x 32 matrix; column j is the image of bit j.
  using Matrix = std::array<std::uint32_t, 32>;
  const auto apply = [](const Matrix& m, std::uint32_t x) {
    std::uint32_t y = 0;
    for (std::size_t j = 0; j < 32; ++j) y ^= (x >> j) & 1u ? m[j] : 0u;
    return y;
  };
  const auto power = [&](std::uint64_t exponent) {
    Matrix result{};
    Matrix base{};
    for (std::size_t j = 0; j < 32; ++j) {
      result[j] = 1u << j;
      base[j] = lfsr_bit_step(1u << j);
    }
    for (; exponent != 0; exponent >>= 1) {
      Matrix next{};
      if (exponent & 1u) {
        for (std::size_t j = 0; j < 32; ++j) next[j] = apply(base, result[j]);
        result = next;
      }
      for (std::size_t j = 0; j < 32; ++j) next[j] = apply(base, base[j]);
      base = next;
    }
    return result;
  };
  const std::uint64_t period = 0xffffffffu;  // = 3 * 5 * 17 * 257 * 65537
  EXPECT_EQ(power(period), power(0));
  for (const std::uint64_t prime : {3u, 5u, 17u, 257u, 65537u}) {
    EXPECT_NE(power(period / prime), power(0)) << prime;
  }
}

RateEncoderSpec random_spec(std::int64_t num_inputs, std::int64_t time_steps) {
  RateEncoderSpec spec = encoder_spec(num_inputs, time_steps);
  spec.mode = RateMode::Random;
  spec.seed = 1;
  return spec;
}

TEST(GoldenRateEncoder, RandomByHand) {
  // Seed 1, P = 3. Bits by the recurrence: 1 3 6 13 27 54 109 ...: draws 13 % 8 = 5, 109 % 8 = 5,
  // 109 -> 219 -> 438 -> 877: 877 % 8 = 5, -> 1755 -> 3510 -> 7021: 5.
  RateEncoderModel model(shared(random_spec(2, 2)));
  EXPECT_EQ(text_of(run(model, frame({5, 6}))), "e1 | e1 | .");
  EXPECT_EQ(model.state().at("lfsr").front(), 7021);
  EXPECT_EQ(model.state().at("phase"), (std::vector<std::int64_t>{0, 0}));
  // Every sample starts at the seed.
  EXPECT_EQ(text_of(run(model, frame({5, 6}))), "e1 | e1 | .");
}

TEST(GoldenRateEncoder, RandomMeanRateWithinFourSigmaAndUncorrelated) {
  const std::int64_t num_inputs = 7;
  const std::int64_t steps = 40000;
  RateEncoderSpec spec = random_spec(num_inputs, steps);
  spec.phase_bits = 8;
  spec.levels.clear();
  for (std::int64_t x = 0; x < 16; ++x) spec.levels.push_back(x * 17);
  spec.seed = 0x2545f491u;
  RateEncoderModel model(shared(spec));
  const std::vector<std::int64_t> intensities = {0, 1, 4, 7, 8, 12, 15};
  std::vector<std::vector<int>> spikes(7, std::vector<int>(static_cast<std::size_t>(steps), 0));
  std::size_t step = 0;
  for (const Word& word : run(model, frame(intensities))) {
    if (word.kind == WordKind::EndOfStep) ++step;
    if (word.kind == WordKind::Event) spikes[static_cast<std::size_t>(word.address)][step] = 1;
  }
  ASSERT_EQ(step, static_cast<std::size_t>(steps));
  const auto rate = [&](std::size_t i) {
    return static_cast<double>(intensities[i]) * 17.0 / 256.0;
  };
  const double n = static_cast<double>(steps);
  for (std::size_t i = 0; i < spikes.size(); ++i) {
    double count = 0;
    for (const int s : spikes[i]) count += s;
    EXPECT_LE(std::abs(count - n * rate(i)), 4 * std::sqrt(n * rate(i) * (1 - rate(i)))) << i;
  }
  // Correlation coefficient of each pair, at lags 0 to 3: standard deviation 1/sqrt(n) if
  // independent.
  for (std::size_t i = 1; i < spikes.size(); ++i) {
    for (std::size_t j = 1; j < spikes.size(); ++j) {
      for (std::size_t lag = i == j ? 1 : 0; lag < 4; ++lag) {
        double sum = 0;
        for (std::size_t t = 0; t + lag < static_cast<std::size_t>(steps); ++t) {
          sum += (spikes[i][t] - rate(i)) * (spikes[j][t + lag] - rate(j));
        }
        const double deviation = std::sqrt(rate(i) * (1 - rate(i)) * rate(j) * (1 - rate(j)));
        EXPECT_LE(std::abs(sum / n / deviation), 5 / std::sqrt(n)) << i << " " << j << " " << lag;
      }
    }
  }
}

TEST(GoldenRateEncoder, LanesAreNotVisible) {
  for (const RateMode mode : {RateMode::PhaseAccumulator, RateMode::Random}) {
    RateEncoderSpec spec = encoder_spec(5, 20);
    spec.mode = mode;
    std::string expected;
    for (const int lanes : {1, 2, 4, 8}) {
      spec.lanes = lanes;
      RateEncoderModel model(shared(spec));
      const std::string got = text_of(run(model, frame({1, 7, 3, 8, 5})));
      if (lanes == 1) expected = got;
      EXPECT_EQ(got, expected);
    }
  }
}

}  // namespace
}  // namespace nacre::golden::test
