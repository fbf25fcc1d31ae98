// Networks on tiles with real digits: what the golden model sends, values and decision, is what the
// NumPy models of the examples (simulate.py) say.

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

const std::filesystem::path kExamples = std::filesystem::path(NACRE_SOURCE_DIR) / "examples";
constexpr std::int64_t kClasses = 10;
constexpr std::int64_t kSamples = 200;
// `nacre verify` and the NumPy models reset before every block of so many samples.
constexpr std::int64_t kBlock = 32;

/// The test digits of examples/spirit_digits, one after the other.
std::vector<std::uint8_t> digits() {
  constexpr std::ptrdiff_t kHeaderBytes = 16;
  std::ifstream stream(kExamples / "spirit_digits/test-images.idx3-ubyte", std::ios::binary);
  std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(stream), {}};
  bytes.erase(bytes.begin(), bytes.begin() + std::min(kHeaderBytes, std::ssize(bytes)));
  return bytes;
}

struct TileNetwork {
  const char* name;
  const char* spec;
  const char* expected;  ///< int32 (samples, values and decision)
  int shift_right;       ///< of the dataset
};

class TileNetworks : public testing::TestWithParam<TileNetwork> {};

TEST_P(TileNetworks, SendWhatTheNumpyModelSays) {
  const TileNetwork example = GetParam();
  Diagnostics diagnostics;
  const auto spec = read_spec(kExamples / example.spec, diagnostics);
  ASSERT_TRUE(spec) << diagnostics.all().front().message;
  const std::array<std::int64_t, 2> shape = {kSamples, kClasses + 1};
  const auto expected = read_npy(kExamples / example.expected, shape, "(samples, values)",
                                 INT32_MIN, INT32_MAX, {}, diagnostics);
  ASSERT_TRUE(expected) << diagnostics.all().front().message;
  const std::vector<std::uint8_t> pixels = digits();
  const std::int64_t size = spec->input.addresses;
  ASSERT_GE(std::ssize(pixels), kSamples * size);
  Network network(*spec);
  for (std::int64_t s = 0; s < kSamples; ++s) {
    if (s % kBlock == 0) network.reset();
    std::vector<std::int64_t> values(pixels.begin() + s * size, pixels.begin() + (s + 1) * size);
    for (std::int64_t& each : values) each >>= example.shift_right;
    const SampleTrace trace = network.run_sample(frame(values));
    std::vector<Word> wanted;
    const auto row = expected->values.begin() + s * (kClasses + 1);
    for (std::int64_t m = 0; m < kClasses; ++m) wanted.push_back(value(m, row[m]));
    wanted.push_back(event(row[kClasses]));
    wanted.push_back(end_of_sample());
    ASSERT_EQ(text_of(trace.output), text_of(wanted)) << "sample " << s;
    for (std::size_t stage = 0; stage < network.num_stages(); ++stage) {
      ASSERT_EQ(network.stage(stage).take_errors(), 0u) << "sample " << s << ", stage " << stage;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Golden, TileNetworks,
    testing::Values(TileNetwork{"crossbar_convolution", "crossbar_digits/conv.json",
                                "crossbar_digits/conv_expected.npy", 4},
                    TileNetwork{"sram_vector_layers", "csram_network/spec.json",
                                "csram_network/expected.npy", 0},
                    TileNetwork{"sram_vector_convolution", "csram_network/conv.json",
                                "csram_network/conv_expected.npy", 0}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

}  // namespace
}  // namespace nacre::golden::test
