// The example attention_head: every value that the golden model sends is the one of the example's
// own integer model (head.py, in NumPy).

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "golden/golden.hpp"
#include "golden_test_specs.hpp"
#include "spec/npy.hpp"

namespace nacre::golden::test {
namespace {

const std::filesystem::path kExample =
    std::filesystem::path(NACRE_SOURCE_DIR) / "examples/attention_head";

constexpr std::int64_t kSamples = 2000;
constexpr std::int64_t kTokens = 8;
constexpr std::int64_t kClasses = 10;

/// The tokens of one sample as the host sends them; `bytes` are those of the file's samples.
std::vector<Word> sample_of(const Spec& spec, const std::vector<std::uint8_t>& bytes,
                            std::int64_t sample) {
  std::vector<Word> words;
  const std::int64_t width = spec.input.addresses;
  for (std::int64_t i = 0; i < kTokens * width; ++i) {
    const std::uint8_t byte = bytes.at(static_cast<std::size_t>(sample * kTokens * width + i));
    words.push_back(value(i % width, byte >> spec.dataset->shift_right));
    if (i % width == width - 1) words.push_back(end_of_step());
  }
  words.push_back(end_of_sample());
  return words;
}

TEST(GoldenAttentionHead, SendsTheValuesOfTheIntegerModel) {
  Diagnostics diagnostics;
  const auto spec = read_spec(kExample / "spec.json", diagnostics);
  ASSERT_TRUE(spec) << diagnostics.all().front().message;
  ASSERT_EQ(spec->stages[1].kind, "imc_attention");
  const std::int64_t outputs = spec->stages[1].output.addresses;
  const auto expected = [&](const char* file, std::int64_t values) {
    const std::array<std::int64_t, 2> shape = {kSamples, values};
    return read_npy(kExample / file, shape, "(samples, values)", INT32_MIN, INT32_MAX, {},
                    diagnostics);
  };
  const auto expected_outputs = expected("expected_outputs.npy", outputs);
  const auto expected_sums = expected("expected_sums.npy", kClasses);
  ASSERT_TRUE(expected_outputs && expected_sums) << diagnostics.all().front().message;
  constexpr std::ptrdiff_t kHeaderBytes = 16;
  std::ifstream stream(spec->dataset->samples, std::ios::binary);
  std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(stream), {}};
  bytes.erase(bytes.begin(), bytes.begin() + std::min(kHeaderBytes, std::ssize(bytes)));

  Network network(*spec);
  for (std::int64_t s = 0; s < kSamples; ++s) {
    const SampleTrace trace = network.run_sample(sample_of(*spec, bytes, s), true);
    std::vector<Word> head;
    for (std::int64_t i = 0; i < outputs; ++i) {
      head.push_back(value(i, expected_outputs->values[static_cast<std::size_t>(s * outputs + i)]));
    }
    head.push_back(end_of_sample());
    ASSERT_EQ(text_of(trace.stage_outputs[1]), text_of(head)) << "sample " << s;
    const auto sums = expected_sums->values.begin() + s * kClasses;
    std::vector<Word> decided;
    for (std::int64_t c = 0; c < kClasses; ++c) decided.push_back(value(c, sums[c]));
    decided.push_back(event(std::max_element(sums, sums + kClasses) - sums));
    decided.push_back(end_of_sample());
    ASSERT_EQ(text_of(trace.output), text_of(decided)) << "sample " << s;
  }
  // 2d multiplications for each filled slot: 1, 2, 3 and five times 4 of them.
  EXPECT_EQ(network.stage(1).counters().at("synaptic_operations"), kSamples * 2 * 16 * 26);
}

}  // namespace
}  // namespace nacre::golden::test
