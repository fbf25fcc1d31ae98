// Tokens worked by hand, and a model that keeps every token of a sample in place of a ring
// (generator/src/kinds/imc_attention/README.md is the contract).

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "golden/imc_attention/imc_attention_model.hpp"
#include "golden_test_specs.hpp"
#include "spec/weights.hpp"

namespace nacre::golden::test {
namespace {

using Values = std::vector<std::int64_t>;

constexpr std::uint32_t kFrameOrder = 1u << 0;
constexpr std::uint32_t kFrameShort = 1u << 1;
constexpr std::uint32_t kTooManyTokens = 1u << 2;

/// Fields of the paper's widths; scores and outputs are not shifted.
ImcAttentionSpec head_spec(std::int64_t width, std::int64_t window) {
  ImcAttentionSpec spec;
  spec.width = width;
  spec.window = window;
  spec.query = {.bits = 4, .is_signed = false};
  spec.key = {.bits = 3, .is_signed = true};
  spec.value = {.bits = 3, .is_signed = true};
  spec.score = {.bits = 4, .is_signed = false};
  spec.output = {.bits = 5, .is_signed = true};
  return spec;
}

struct Token {
  Values query;
  Values key;
  Values value;
};
using Tokens = std::vector<Token>;

std::vector<Word> frame_of(const Token& token) {
  std::vector<Word> words;
  for (const Values* part : {&token.query, &token.key, &token.value}) {
    for (const std::int64_t x : *part) words.push_back(value(std::ssize(words), x));
  }
  words.push_back(end_of_step());
  return words;
}

std::vector<Word> sample_of(const Tokens& tokens) {
  std::vector<Word> words;
  for (const Token& token : tokens) {
    const std::vector<Word> frame = frame_of(token);
    words.insert(words.end(), frame.begin(), frame.end());
  }
  words.push_back(end_of_sample());
  return words;
}

/// What a fresh stage sends for one sample.
std::vector<Word> sent_by(const ImcAttentionSpec& spec, const Tokens& tokens) {
  ImcAttentionModel model(shared(spec));
  return run(model, sample_of(tokens));
}

/// The payloads among `words`.
Values payloads(const std::vector<Word>& words) {
  Values values;
  for (const Word& word : words) {
    if (word.kind == WordKind::Value) values.push_back(word.payload);
  }
  return values;
}

State state_of(Values keys, Values values, Values scores, std::int64_t filled, std::int64_t slot) {
  return {{"keys", std::move(keys)},
          {"values", std::move(values)},
          {"scores", std::move(scores)},
          {"ring", {slot * 65536 + filled}}};
}

TEST(GoldenImcAttention, OneTokenByHand) {
  // S = 3 * 2 + 1 * -1 = 5; o = 5 * {-3, 3}.
  const Token token{.query = {3, 1}, .key = {2, -1}, .value = {-3, 3}};
  ImcAttentionModel model(shared(head_spec(2, 2)));
  EXPECT_EQ(text_of(run(model, sample_of({token}))), "v0=-15 v1=15 | .");
  EXPECT_EQ(model.state(), state_of({2, -1, 0, 0}, {-3, 3, 0, 0}, {5, 0}, 1, 1));
  EXPECT_EQ(model.counters(),
            (CounterValues{{"tokens", 1}, {"values_in", 6}, {"synaptic_operations", 4}}));
  EXPECT_EQ(model.take_errors(), 0U);
}

TEST(GoldenImcAttention, TheNewestTokenTakesTheOldestSlot) {
  const Tokens tokens = {{{1}, {1}, {1}}, {{2}, {2}, {2}}, {{3}, {3}, {-1}}};
  ImcAttentionModel model(shared(head_spec(1, 2)));
  // 1 * 1 * 1; 2 * 1 * 1 + 2 * 2 * 2 = 10; then slot 0 holds token 2: 3 * 3 * -1 + 3 * 2 * 2 = 3.
  EXPECT_EQ(text_of(run(model, sample_of(tokens))), "v0=1 | v0=10 | v0=3 | .");
  EXPECT_EQ(model.state(), state_of({3, 2}, {-1, 2}, {9, 6}, 2, 1));
  EXPECT_EQ(model.counters().at("synaptic_operations"), 2 * (1 + 2 + 2));
}

TEST(GoldenImcAttention, NumbersAreCutToTheirFields) {
  ImcAttentionSpec spec = head_spec(1, 1);
  spec.output.bits = 16;
  // 15, 3, 3: S = 45 is cut to 15, o = 45.
  EXPECT_EQ(payloads(sent_by(spec, {{{100}, {100}, {100}}})), Values{45});
  // 0, -4, -4.
  EXPECT_EQ(payloads(sent_by(spec, {{{-1}, {-100}, {-100}}})), Values{0});
  // S = -4 * 15 is cut to 0.
  EXPECT_EQ(payloads(sent_by(spec, {{{15}, {-4}, {3}}})), Values{0});
  spec.query.is_signed = true;  // -8
  spec.key.is_signed = false;   // 0 ... 7
  EXPECT_EQ(payloads(sent_by(spec, {{{-100}, {9}, {3}}})), Values{0});
  spec.score_bias = 60;  // -56 + 60 = 4; 4 * -4
  EXPECT_EQ(payloads(sent_by(spec, {{{-100}, {9}, {-9}}})), Values{-16});
  spec.value.is_signed = false;  // 4 * 7
  EXPECT_EQ(payloads(sent_by(spec, {{{-100}, {9}, {9}}})), Values{28});
}

TEST(GoldenImcAttention, ShiftsRoundDown) {
  ImcAttentionSpec spec = head_spec(1, 1);
  spec.score_shift = 2;
  spec.score_bias = 1;
  spec.output_shift = 3;
  // (9 + 1) >> 2 = 2; 2 * -3 >> 3 = -1 (-0.75), 2 * 3 >> 3 = 0 (0.75).
  EXPECT_EQ(payloads(sent_by(spec, {{{3}, {3}, {-3}}})), Values{-1});
  EXPECT_EQ(payloads(sent_by(spec, {{{3}, {3}, {3}}})), Values{0});
  // (-1 + 1) >> 2 = 0, (-2 + 1) >> 2 = -1, cut to 0 like every negative word.
  spec.output_shift = 0;
  EXPECT_EQ(payloads(sent_by(spec, {{{2}, {-1}, {-3}}})), Values{0});
  spec.score_bias = 6;  // (-2 + 6) >> 2 = 1
  EXPECT_EQ(payloads(sent_by(spec, {{{2}, {-1}, {-3}}})), Values{-3});
  spec.output_shift = 31;
  EXPECT_EQ(payloads(sent_by(spec, {{{2}, {-1}, {-3}}})), Values{-1});
}

TEST(GoldenImcAttention, OutputsAreCut) {
  ImcAttentionSpec spec = head_spec(2, 1);
  const Token token{.query = {15, 15}, .key = {3, 3}, .value = {3, -4}};  // 45 and -60
  EXPECT_EQ(payloads(sent_by(spec, {token})), (Values{15, -16}));
  spec.output.is_signed = false;
  EXPECT_EQ(payloads(sent_by(spec, {token})), (Values{31, 0}));
  spec.output = {.bits = 1, .is_signed = true};
  EXPECT_EQ(payloads(sent_by(spec, {token})), (Values{0, -1}));
}

TEST(GoldenImcAttention, ASlotThatIsNotFilledTakesNoPart) {
  ImcAttentionSpec spec = head_spec(1, 3);
  spec.score_bias = 7;  // of every filled slot: the words of empty ones stay 0
  ImcAttentionModel model(shared(spec));
  EXPECT_EQ(payloads(run(model, sample_of({{{0}, {1}, {1}}}))), Values{7});
  EXPECT_EQ(model.state(), state_of({1, 0, 0}, {1, 0, 0}, {7, 0, 0}, 1, 1));
}

TEST(GoldenImcAttention, AZeroQueryWeighsAllTokensAlike) {
  ImcAttentionSpec spec = head_spec(2, 4);
  EXPECT_EQ(payloads(sent_by(spec, {{{0, 0}, {3, 3}, {3, 3}}, {{0, 0}, {-4, 2}, {3, -4}}})),
            (Values{0, 0, 0, 0}));
  spec.score_bias = 2;
  EXPECT_EQ(payloads(sent_by(spec, {{{0, 0}, {3, 3}, {3, 1}}, {{0, 0}, {-4, 2}, {-1, -4}}})),
            (Values{6, 2, 4, -6}));
}

TEST(GoldenImcAttention, SamplesStartWithAnEmptyRing) {
  const Tokens first = {{{5}, {3}, {3}}, {{6}, {2}, {-4}}};
  const Tokens second = {{{7}, {1}, {2}}};
  ImcAttentionModel model(shared(head_spec(1, 2)));
  run(model, sample_of(first));
  // Until the first complete frame the ring holds what the last sample left.
  const State left = state_of({3, 2}, {3, -4}, {15, 12}, 2, 0);
  EXPECT_EQ(model.state(), left);
  EXPECT_EQ(text_of(run(model, {value(0, 1), end_of_step()})), "|");
  EXPECT_EQ(model.state(), left);
  EXPECT_EQ(text_of(run(model, {end_of_sample()})), ".");
  EXPECT_EQ(run(model, sample_of(second)), sent_by(head_spec(1, 2), second));
  EXPECT_EQ(model.state(), state_of({1, 0}, {2, 0}, {7, 0}, 1, 1));
}

TEST(GoldenImcAttention, FaultyFramesAreDiscarded) {
  ImcAttentionModel model(shared(head_spec(1, 2)));
  run(model, frame_of({{5}, {3}, {1}}));
  const State before = model.state();
  EXPECT_EQ(text_of(run(model, {value(0, 1), value(1, 1), end_of_step()})), "|");
  EXPECT_EQ(model.take_errors(), kFrameShort);
  EXPECT_EQ(text_of(run(model, {end_of_step()})), "|");
  EXPECT_EQ(model.take_errors(), kFrameShort);
  EXPECT_EQ(model.state(), before);
  // Values out of order and beyond the last are dropped: 5 * 2 * 1 and the first token's 5 * 3.
  EXPECT_EQ(text_of(run(model, {value(1, 9), value(0, 5), value(2, 9), value(1, 2), value(0, 9),
                                value(2, 0), value(0, 9), end_of_step()})),
            "v0=15 |");
  EXPECT_EQ(model.take_errors(), kFrameOrder);
  // The end of a sample finds an open frame, even one that has all its values.
  EXPECT_EQ(text_of(run(model, {value(0, 1), value(1, 1), value(2, 1), end_of_sample()})), ".");
  EXPECT_EQ(model.take_errors(), kFrameShort);
  EXPECT_EQ(text_of(run(model, {value(0, 1), end_of_sample()})), ".");
  EXPECT_EQ(model.take_errors(), kFrameShort);
  EXPECT_EQ(text_of(run(model, {end_of_sample()})), ".");
  EXPECT_EQ(model.take_errors(), 0U);
  EXPECT_EQ(model.counters(),
            (CounterValues{
                {"tokens", 2}, {"values_in", 3 + 2 + 7 + 3 + 1}, {"synaptic_operations", 2 + 4}}));
}

TEST(GoldenImcAttention, TokensOfASampleAreOneFrame) {
  ImcAttentionSpec spec = head_spec(2, 2);
  spec.tokens = 2;
  const Token token{.query = {1, 1}, .key = {1, 1}, .value = {1, 2}};
  ImcAttentionModel model(shared(spec));
  EXPECT_EQ(text_of(run(model, sample_of({token, token}))), "v0=2 v1=4 v2=4 v3=8 .");
  EXPECT_EQ(text_of(run(model, sample_of({token}))), "v0=2 v1=4 .");
  EXPECT_EQ(text_of(run(model, {end_of_sample()})), ".");
  EXPECT_EQ(model.take_errors(), 0U);
  // A short frame takes no addresses, and its closing word is not sent either.
  std::vector<Word> words = {value(0, 1), end_of_step()};
  for (const Word& word : sample_of({token, token})) words.push_back(word);
  EXPECT_EQ(text_of(run(model, words)), "v0=2 v1=4 v2=4 v3=8 .");
  EXPECT_EQ(model.take_errors(), kFrameShort);
}

TEST(GoldenImcAttention, TooManyTokensAreDiscarded) {
  ImcAttentionSpec spec = head_spec(1, 3);
  spec.tokens = 1;
  ImcAttentionModel model(shared(spec));
  const Token first{.query = {1}, .key = {1}, .value = {1}};
  const Token other{.query = {2}, .key = {2}, .value = {2}};
  EXPECT_EQ(text_of(run(model, sample_of({first, other, other}))), "v0=1 .");
  EXPECT_EQ(model.take_errors(), kTooManyTokens);
  EXPECT_EQ(model.state(), state_of({1, 0, 0}, {1, 0, 0}, {1, 0, 0}, 1, 1));
  EXPECT_EQ(model.counters(),
            (CounterValues{{"tokens", 1}, {"values_in", 9}, {"synaptic_operations", 2}}));
  // A frame that is both too many and short is short.
  EXPECT_EQ(text_of(run(model, {value(0, 2), value(1, 2), value(2, 2), end_of_step(), value(0, 2),
                                end_of_step(), end_of_sample()})),
            "v0=8 .");
  EXPECT_EQ(model.take_errors(), kFrameShort);
}

TEST(GoldenImcAttention, ResetForgetsEverything) {
  ImcAttentionModel model(shared(head_spec(1, 2)));
  const Token token{.query = {3}, .key = {3}, .value = {1}};
  run(model, frame_of(token));
  run(model, {value(1, 1), value(0, 1)});
  model.reset();
  EXPECT_EQ(model.state(), state_of({0, 0}, {0, 0}, {0, 0}, 0, 0));
  EXPECT_EQ(model.counters(),
            (CounterValues{{"tokens", 0}, {"values_in", 0}, {"synaptic_operations", 0}}));
  EXPECT_EQ(model.take_errors(), 0U);
  EXPECT_EQ(text_of(run(model, sample_of({token}))), "v0=9 | .");
}

// ------------------------------------------------------------------------------- Random shapes

ImcAttentionSpec random_spec(Random& random) {
  ImcAttentionSpec spec = head_spec(uniform(random, 1, 9), uniform(random, 1, 6));
  for (auto* field : {&spec.query, &spec.key, &spec.value}) {
    *field = {.bits = static_cast<int>(uniform(random, 1, 8)), .is_signed = coin(random)};
  }
  spec.score.bits = static_cast<int>(uniform(random, 1, 8));
  spec.score_bias = uniform(random, -40, 40);
  spec.score_shift = static_cast<int>(uniform(random, 0, 9));
  spec.output = {.bits = static_cast<int>(uniform(random, 1, 16)), .is_signed = coin(random)};
  spec.output_shift = static_cast<int>(uniform(random, 0, 6));
  if (coin(random)) spec.tokens = 8;
  return spec;
}

/// Numbers of 8 signed bits: beyond many fields.
Tokens random_tokens(Random& random, const ImcAttentionSpec& spec, std::int64_t count) {
  Tokens tokens(static_cast<std::size_t>(count));
  for (Token& token : tokens) {
    for (Values* part : {&token.query, &token.key, &token.value}) {
      for (std::int64_t i = 0; i < spec.width; ++i) part->push_back(uniform(random, -128, 127));
    }
  }
  return tokens;
}

std::int64_t cut(std::int64_t x, const AttentionField& field) {
  const Interval range = number_range(field.bits, field.is_signed);
  return x < range.low ? range.low : x > range.high ? range.high : x;
}

/// x / 2^shift rounded down.
std::int64_t floored(std::int64_t x, int shift) {
  const std::int64_t divisor = std::int64_t{1} << shift;
  return x >= 0 ? x / divisor : -((-x + divisor - 1) / divisor);
}

/// Outputs of token t from the list of all tokens: no ring, no slots.
Values attended(const ImcAttentionSpec& spec, const Tokens& tokens, std::int64_t t) {
  const auto at = [](const Values& part, std::int64_t i, const AttentionField& field) {
    return cut(part[static_cast<std::size_t>(i)], field);
  };
  Values outputs;
  for (std::int64_t i = 0; i < spec.width; ++i) {
    std::int64_t sum = 0;
    for (std::int64_t s = std::max<std::int64_t>(0, t - spec.window + 1); s <= t; ++s) {
      const Token& seen = tokens[static_cast<std::size_t>(s)];
      std::int64_t score = 0;
      for (std::int64_t j = 0; j < spec.width; ++j) {
        score += at(tokens[static_cast<std::size_t>(t)].query, j, spec.query) *
                 at(seen.key, j, spec.key);
      }
      const std::int64_t line = floored(score + spec.score_bias, spec.score_shift);
      sum += cut(line, spec.score) * at(seen.value, i, spec.value);
    }
    outputs.push_back(cut(floored(sum, spec.output_shift), spec.output));
  }
  return outputs;
}

TEST(GoldenImcAttention, RandomHeadsAgreeWithAModelWithoutARing) {
  Random random(20261122);
  for (int round = 0; round < 300; ++round) {
    const ImcAttentionSpec spec = random_spec(random);
    ImcAttentionModel model(shared(spec));
    for (int sample = 0; sample < 2; ++sample) {  // what the first leaves shows in the second
      const std::int64_t count = uniform(random, 0, 8);
      const Tokens tokens = random_tokens(random, spec, count);
      std::vector<Word> wanted;
      for (std::int64_t t = 0; t < count; ++t) {
        for (const std::int64_t x : attended(spec, tokens, t)) {
          const std::int64_t address = std::ssize(wanted) % (spec.width + 1);
          wanted.push_back(value(spec.tokens > 0 ? std::ssize(wanted) : address, x));
        }
        if (spec.tokens == 0) wanted.push_back(end_of_step());
      }
      wanted.push_back(end_of_sample());
      ASSERT_EQ(text_of(run(model, sample_of(tokens))), text_of(wanted)) << "round " << round;
      ASSERT_EQ(model.take_errors(), 0U);
    }
  }
}

TEST(GoldenImcAttention, OnlyTheLastTokensCount) {
  Random random(20261123);
  for (int round = 0; round < 100; ++round) {
    ImcAttentionSpec spec = random_spec(random);
    spec.tokens = 0;
    const Tokens tokens = random_tokens(random, spec, spec.window + uniform(random, 1, 5));
    const Tokens seen(tokens.end() - spec.window, tokens.end());
    const Values all = payloads(sent_by(spec, tokens));
    const Values late = payloads(sent_by(spec, seen));
    ASSERT_TRUE(std::equal(all.end() - spec.width, all.end(), late.end() - spec.width))
        << "round " << round;
  }
}

TEST(GoldenImcAttention, AWindowOfOneSeesItsOwnTokenOnly) {
  Random random(20261124);
  for (int round = 0; round < 100; ++round) {
    ImcAttentionSpec spec = random_spec(random);
    spec.window = 1;
    spec.tokens = 0;
    const Tokens tokens = random_tokens(random, spec, 4);
    Values alone;
    for (const Token& token : tokens) {
      const Values outputs = payloads(sent_by(spec, {token}));
      alone.insert(alone.end(), outputs.begin(), outputs.end());
    }
    ASSERT_EQ(payloads(sent_by(spec, tokens)), alone) << "round " << round;
  }
}

TEST(GoldenImcAttention, NoOrderOfTheComponentsChangesAScore) {
  Random random(20261125);
  for (int round = 0; round < 100; ++round) {
    const ImcAttentionSpec spec = random_spec(random);
    const Tokens tokens = random_tokens(random, spec, 6);
    std::vector<std::size_t> order(static_cast<std::size_t>(spec.width));
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::shuffle(order.begin(), order.end(), random);
    Tokens shuffled = tokens;
    for (std::size_t t = 0; t < tokens.size(); ++t) {
      for (std::size_t i = 0; i < order.size(); ++i) {
        shuffled[t].query[i] = tokens[t].query[order[i]];
        shuffled[t].key[i] = tokens[t].key[order[i]];
      }
    }
    ImcAttentionModel straight(shared(spec));
    ImcAttentionModel permuted(shared(spec));
    // The values keep their order, so the outputs are the same as well.
    ASSERT_EQ(run(straight, sample_of(tokens)), run(permuted, sample_of(shuffled)));
    ASSERT_EQ(straight.state().at("scores"), permuted.state().at("scores")) << "round " << round;
  }
}

// ---------------------------------------------------------------------------------------- Cycles

/// Cycles of one sample through a head alone.
std::int64_t cycles_of(const ImcAttentionSpec& params, const std::vector<Word>& input) {
  Spec spec;
  append_stage(spec, "head", "imc_attention", params);
  Network network(spec);
  return predict_cycles(spec, input, network.run_sample(input, true));
}

// From the Timing section; cycle 0 is the first input handshake. A word pushed into the stage's
// FIFO in cycle c leaves in c + 2, so the sample takes c + 3 cycles.
TEST(GoldenImcAttention, CyclesByHand) {
  const ImcAttentionSpec spec = head_spec(1, 2);
  const Token token{.query = {1}, .key = {1}, .value = {1}};
  // Popped in 1, pushed in 2.
  EXPECT_EQ(cycles_of(spec, {end_of_sample()}), 5);
  // Values in 1 ... 3, end_of_step popped in e = 4, 4 + 4 planes: value pushed in e + 10 = 14,
  // end_of_step in 15, the head idle from 16, end_of_sample popped in 16 and pushed in 17.
  EXPECT_EQ(cycles_of(spec, sample_of({token})), 20);
  // The second token's values wait in the staging row: end_of_step popped in 16, value pushed in
  // 26, end_of_step in 27, end_of_sample popped in 28.
  EXPECT_EQ(cycles_of(spec, sample_of({token, token})), 32);
  // A short frame: end_of_step popped in 1, pushed in 2; end_of_sample popped in 3, pushed in 4.
  EXPECT_EQ(cycles_of(spec, {end_of_step(), end_of_sample()}), 7);

  ImcAttentionSpec wide_digits = spec;
  wide_digits.digit_bits = 4;
  wide_digits.query.bits = 5;  // 2 + 1 planes: value pushed in e + 5
  EXPECT_EQ(cycles_of(wide_digits, sample_of({token})), 15);

  ImcAttentionSpec one_frame = spec;
  one_frame.tokens = 2;
  // Value pushed in 14, the head idle from 15: end_of_step popped in 15, value pushed in 25,
  // end_of_sample popped in 26 and pushed in 27.
  EXPECT_EQ(cycles_of(one_frame, sample_of({token, token})), 30);
  // Closing words that are not sent take their cycle only: popped in 1 and 2, end_of_sample in 3.
  EXPECT_EQ(cycles_of(one_frame, {end_of_step(), end_of_step(), end_of_sample()}), 7);
}

// d = 16 values for 4 + 4 planes: the input sets the pace, 3d + 1 cycles per token.
TEST(GoldenImcAttention, WideHeadsKeepUpWithTheirInput) {
  Random random(20261126);
  const ImcAttentionSpec spec = head_spec(16, 4);
  const Tokens tokens = random_tokens(random, spec, 9);
  const Tokens fewer(tokens.begin(), tokens.begin() + 4);
  EXPECT_EQ(cycles_of(spec, sample_of(tokens)) - cycles_of(spec, sample_of(fewer)),
            5 * (3 * 16 + 1));
}

}  // namespace
}  // namespace nacre::golden::test
