// Tiles: from JSON to typed parameters. Faulty inputs are in tests/diagnostics.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "imc_digital/imc_digital_spec.hpp"
#include "nacre/spec.hpp"
#include "spec/kind_spec.hpp"
#include "spec/tile.hpp"

namespace nacre {
namespace {

class ReadTile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              (std::string("nacre_tile_") +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::optional<Spec> read(const std::string& text) {
    std::ofstream(folder_ / "spec.json", std::ios::binary) << text;
    diagnostics_ = {};
    return read_spec(folder_ / "spec.json", diagnostics_);
  }
  Spec good(const std::string& text) {
    auto spec = read(text);
    EXPECT_TRUE(spec) << (diagnostics_.all().empty() ? "" : diagnostics_.all()[0].message);
    return spec ? *spec : Spec{};
  }
  /// The first message of a specification that is refused.
  Diagnostic fault(const std::string& text) {
    EXPECT_FALSE(read(text));
    return diagnostics_.all().empty() ? Diagnostic{} : diagnostics_.all()[0];
  }
  void write_npy(const std::string& name, const std::string& shape, const std::string& body) const {
    const std::string dict = "{'descr': '|i1', 'fortran_order': False, 'shape': " + shape + ", }\n";
    std::string bytes = std::string("\x93NUMPY\x01\x00", 8);
    bytes += static_cast<char>(dict.size());
    bytes += '\0';
    std::ofstream(folder_ / name, std::ios::binary) << bytes << dict << body;
  }

  std::filesystem::path folder_;
  Diagnostics diagnostics_;
};

/// One stage of digital tiles behind 12 values; `more` are further keys of the stage.
std::string digital(const std::string& more = "", const std::string& weights = R"("fill": "max")",
                    const std::string& tile = R"("rows": 5, "columns": 2)",
                    const std::string& input = R"("addresses": 12, "bits": 4)") {
  return R"({"nacre": 1, "name": "d", "input": {"kind": "values", )" + input +
         R"(}, "stages": [{"name": "s", "kind": "imc_digital", "inputs": ["input"], "outputs": 3,
             "weights": {)" +
         weights + R"(}, "tile": {)" + tile + "}" + (more.empty() ? "" : ", " + more) + "}]}";
}

const TileSpec& tile_of(const Spec& spec) { return params_of<ImcDigitalSpec>(spec.stages[0]).tile; }

TEST_F(ReadTile, Defaults) {
  const Spec spec = good(digital());
  const TileSpec& tile = tile_of(spec);
  EXPECT_EQ(tile.patch_inputs, 12);
  EXPECT_EQ(tile.outputs, 3);
  EXPECT_EQ(tile.row_folds(), 3);
  EXPECT_EQ(tile.column_folds(), 2);
  EXPECT_EQ(tile.banks, 6);
  EXPECT_EQ(tile.weight_sets, 1);
  EXPECT_EQ(tile.digit_bits, 1);
  EXPECT_TRUE(tile.skips_zero_planes);
  EXPECT_FALSE(tile.output);
  EXPECT_EQ(tile.weights, std::vector<std::int32_t>(36, 127));
  // 12 x 15 x -128 = -23,040: 16 bits.
  EXPECT_EQ(tile.accumulator_bits, 16);
  EXPECT_EQ(
      spec.stages[0].output,
      (StreamShape{.values = true, .addresses = 3, .payload_bits = 16, .payload_signed = true}));
}

TEST_F(ReadTile, AccumulatorWidthsByHand) {
  const auto bits = [&](const std::string& input, const std::string& weights,
                        const std::string& more = "") {
    return tile_of(good(digital(more, weights + R"(, "fill": "zero")", R"("rows": 5, "columns": 2)",
                                input)))
        .accumulator_bits;
  };
  // One input 0 ... 1, one weight -1 ... 0: -1 ... 0 takes 1 bit; unsigned, 0 ... 1, takes 2.
  EXPECT_EQ(bits(R"("addresses": 1, "bits": 1)", R"("bits": 1)"), 1);
  EXPECT_EQ(bits(R"("addresses": 1, "bits": 1)", R"("bits": 1, "signed": false)"), 2);
  // 0 ... 15 times 0 ... 15, eleven of them: 0 ... 2,475.
  EXPECT_EQ(bits(R"("addresses": 11, "bits": 4)", R"("bits": 4, "signed": false)"), 13);
  // Signed inputs and weights: the largest sum is 16 x -8 x -8 = 1,024, which takes 12 bits.
  EXPECT_EQ(bits(R"("addresses": 16, "bits": 4, "signed": true)", R"("bits": 4)"), 12);
  // What is asked for counts.
  EXPECT_EQ(bits(R"("addresses": 1, "bits": 1)", R"("bits": 1)", R"("accumulator_bits": 30)"), 30);
  // A bias of 10 bits: -512 ... 511 beside -1 ... 0.
  write_npy("b.npy", "(3,)", "abc");
  EXPECT_EQ(bits(R"("addresses": 1, "bits": 1)", R"("bits": 1)",
                 R"("bias_file": "b.npy", "bias_bits": 10)"),
            11);
}

TEST_F(ReadTile, Convolution) {
  const Spec spec = good(digital(
      R"("convolution": {"height": 2, "width": 3, "channels": 2, "kernel": [1, 2], "stride": [1, 2],
         "padding": [0, 1]}, "output": {"bits": 5, "signed": false, "shift": 3, "scale": 9,
         "rounding": "half_even", "relu": true})",
      R"("fill": "random", "seed": 4, "bits": 3)", R"("rows": 2, "columns": 1, "down": 2)"));
  const TileSpec& tile = tile_of(spec);
  ASSERT_TRUE(tile.convolution);
  EXPECT_EQ(tile.patch_inputs, 4);
  EXPECT_EQ(tile.convolution->output_height(), 2);
  EXPECT_EQ(tile.convolution->output_width(), 2);
  EXPECT_EQ(tile.num_patches, 4);
  EXPECT_EQ(tile.row_folds(), 1);
  EXPECT_EQ(tile.banks, 3);
  ASSERT_TRUE(tile.output);
  EXPECT_EQ(tile.output->scale, std::vector<std::int64_t>{9});
  EXPECT_EQ(tile.output->shift, 3);
  EXPECT_EQ(tile.output->rounding, TileRounding::HalfEven);
  EXPECT_TRUE(tile.output->relu);
  EXPECT_EQ(spec.stages[0].output,
            (StreamShape{.values = true, .addresses = 12, .payload_bits = 5}));
}

TEST_F(ReadTile, FilesAndTwoWeightSets) {
  std::string weights;
  for (int i = 0; i < 72; ++i) weights += static_cast<char>(i);
  write_npy("w.npy", "(2, 12, 3)", weights);
  write_npy("b.npy", "(3,)", std::string("\x01\xfe\x03", 3));
  write_npy("s.npy", "(3,)", "\x07\x08\x09");
  const Spec spec = good(digital(
      R"("bias_file": "b.npy", "bias_bits": 4, "output": {"bits": 8, "scale_file": "s.npy"})",
      R"("file": "w.npy")", R"("rows": 12, "columns": 3, "weight_sets": 2)"));
  const TileSpec& tile = tile_of(spec);
  EXPECT_EQ(tile.banks, 2);
  EXPECT_EQ(tile.bank(1, 0, 0), 1);
  EXPECT_EQ(tile.weight(0, 0, 0), 0);
  EXPECT_EQ(tile.weight(0, 11, 2), 35);
  EXPECT_EQ(tile.weight(1, 4, 1), 36 + 13);
  EXPECT_EQ(tile.bias, (std::vector<std::int64_t>{1, -2, 3}));
  EXPECT_EQ(tile.output->scale_of(2), 9);
}

TEST_F(ReadTile, StepsAndSignsPassOn) {
  const Spec spec = good(digital("", R"("fill": "zero")", R"("rows": 5, "columns": 2)",
                                 R"("addresses": 2, "bits": 7, "signed": true, "steps": true)"));
  EXPECT_TRUE(tile_of(spec).steps);
  EXPECT_TRUE(tile_of(spec).input_signed);
  EXPECT_TRUE(spec.stages[0].output.steps);
}

TEST_F(ReadTile, EveryParameterIsInTheHash) {
  const std::string base = good(digital()).hash;
  EXPECT_EQ(good(digital(R"("input_bits_per_cycle": 1, "skip_zero_planes": true)")).hash, base);
  for (const char* more : {R"("input_bits_per_cycle": 2)", R"("skip_zero_planes": false)",
                           R"("accumulator_bits": 17)", R"("output": {"bits": 8})",
                           R"("convolution": {"height": 12, "width": 1, "kernel": [12, 1]})"}) {
    EXPECT_NE(good(digital(more)).hash, base) << more;
  }
  EXPECT_NE(good(digital("", R"("fill": "max", "bits": 7)")).hash, base);
  EXPECT_NE(good(digital("", R"("fill": "min")")).hash, base);
  for (const char* tile :
       {R"("rows": 6, "columns": 2)", R"("rows": 5, "columns": 3)",
        R"("rows": 5, "columns": 2, "banks": 7)", R"("rows": 5, "columns": 2, "down": 2)",
        R"("rows": 5, "columns": 2, "across": 2)",
        R"("rows": 5, "columns": 2, "weight_sets": 2)"}) {
    EXPECT_NE(good(digital("", R"("fill": "max")", tile)).hash, base) << tile;
  }
  const std::string requantised = good(digital(R"("output": {"bits": 8})")).hash;
  for (const char* key : {R"("signed": false)", R"("scale": 2)", R"("shift": 1)",
                          R"("rounding": "floor")", R"("relu": true)"}) {
    EXPECT_NE(good(digital(std::string(R"("output": {"bits": 8, )") + key + "}")).hash, requantised)
        << key;
  }
}

TEST_F(ReadTile, MessagesNameValueRuleAndRemedy) {
  Diagnostic message = fault(digital(R"("accumulator_bits": 13)"));
  EXPECT_EQ(message.code, "N1214");
  EXPECT_EQ(message.message,
            "'accumulator_bits' is 13, but sums reach from -23,040 to 22,860: 3 bits are missing");
  message = fault(digital("", R"("fill": "max")", R"("rows": 5, "columns": 2, "banks": 5)"));
  EXPECT_EQ(message.code, "N1213");
  EXPECT_NE(message.message.find("6 banks are needed"), std::string::npos) << message.message;
  write_npy("w.npy", "(12, 3)", std::string(30, '\1') + "\x09" + std::string(5, '\1'));
  message = fault(digital("", R"("file": "w.npy", "bits": 4)"));
  EXPECT_EQ(message.code, "N0506");
  EXPECT_EQ(message.message, "weight [10][0] is 9, but 4 signed bits hold -8 ... 7");
  EXPECT_EQ(message.help, "set 'bits' to 5");
  message = fault(digital("", R"("file": "w.npy", "bits": 1)"));
  EXPECT_EQ(message.message, "weight [0][0] is 1 (and 35 more), but 1 signed bit holds -1 ... 0");
}

TEST_F(ReadTile, FiguresByHand) {
  const Spec spec =
      good(digital("", R"("fill": "zero", "bits": 3)", R"("rows": 5, "columns": 2, "banks": 7)"));
  const StageFigures figures = find_kind_spec("imc_digital")->figures(spec.stages[0]);
  // 12 x 3 weights in 3 x 2 folds of 5 x 2: 36 of 60 cells.
  EXPECT_DOUBLE_EQ(figures.utilisation, 0.6);
  EXPECT_EQ(figures.synapses, 36);
  EXPECT_EQ(figures.synaptic_operations_per_cycle, 10 / 4);
  // 7 banks of 10 weights of 3 bits; two slots of 3 rows of 5 inputs of 4 bits and 4 planes.
  EXPECT_EQ(figures.ram_bits, 7 * 10 * 3 + 2 * 3 * (5 * 4 + 4));
}

}  // namespace
}  // namespace nacre
