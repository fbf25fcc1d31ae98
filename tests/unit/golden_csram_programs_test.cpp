// The library programs of examples/csram_matmul: what the golden model sends is what the example's
// own NumPy definitions (check.py) say.

#include <gtest/gtest.h>

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
    std::filesystem::path(NACRE_SOURCE_DIR) / "examples/csram_matmul";

/// Samples of an IDX file of two dimensions, one after the other.
std::vector<std::uint8_t> samples_of(const std::filesystem::path& file) {
  constexpr std::ptrdiff_t kHeaderBytes = 12;
  std::ifstream stream(file, std::ios::binary);
  std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(stream), {}};
  bytes.erase(bytes.begin(), bytes.begin() + std::min(kHeaderBytes, std::ssize(bytes)));
  return bytes;
}

struct Program {
  const char* name;
  const char* spec;
  const char* samples;
  std::int64_t cycles;  ///< of a sample
};

class CsramProgram : public testing::TestWithParam<Program> {};

TEST_P(CsramProgram, SendsWhatItsDefinitionSays) {
  const Program program = GetParam();
  Diagnostics diagnostics;
  const auto spec = read_spec(kExample / program.spec, diagnostics);
  ASSERT_TRUE(spec) << diagnostics.all().front().message;
  const std::vector<std::uint8_t> samples = samples_of(kExample / program.samples);
  const auto size = static_cast<std::size_t>(spec->input.addresses);
  ASSERT_GT(samples.size(), 0u);
  ASSERT_EQ(samples.size() % size, 0u);
  const std::int64_t count = std::ssize(samples) / spec->input.addresses;
  const std::int64_t sent = spec->stages.front().output.addresses;
  const std::array<std::int64_t, 2> shape = {count, sent};
  const auto expected = read_npy(kExample / (std::string(program.name) + "_expected.npy"), shape,
                                 "(samples, values)", INT32_MIN, INT32_MAX, {}, diagnostics);
  ASSERT_TRUE(expected) << diagnostics.all().front().message;
  Network network(*spec);
  for (std::size_t s = 0; s < static_cast<std::size_t>(count); ++s) {
    std::vector<std::int64_t> values(samples.begin() + static_cast<std::ptrdiff_t>(s * size),
                                     samples.begin() + static_cast<std::ptrdiff_t>((s + 1) * size));
    const std::vector<Word> input = frame(values);
    const SampleTrace trace = network.run_sample(input, true);
    ASSERT_EQ(std::ssize(trace.output), sent + 1);
    for (std::size_t m = 0; m < static_cast<std::size_t>(sent); ++m) {
      ASSERT_EQ(trace.output[m].payload, expected->values[s * static_cast<std::size_t>(sent) + m])
          << "sample " << s << ", value " << m;
    }
    EXPECT_EQ(network.stage(0).take_errors(), 0u);
    EXPECT_EQ(predict_cycles(*spec, input, trace), program.cycles);
  }
}

// N + M + X + 7 cycles: entries X with the end, the boundary and the Timing section.
INSTANTIATE_TEST_SUITE_P(
    Golden, CsramProgram,
    testing::Values(Program{"matmul", "spec.json", "samples.idx2-ubyte", 128 + 64 + 9 + 7},
                    Program{"mlp", "mlp.json", "mlp_samples.idx2-ubyte", 784 + 16 + 230 + 7},
                    Program{"convolution_row", "convolution_row.json",
                            "convolution_row_samples.idx2-ubyte", 192 + 64 + 23 + 7},
                    Program{"stencil", "stencil.json", "stencil_samples.idx2-ubyte",
                            576 + 512 + 115 + 7}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

}  // namespace
}  // namespace nacre::golden::test
