#pragma once
// Tiles built by hand, for the tests of what the kinds of tiles share.

#include <cstdint>
#include <vector>

#include "golden/kind_model.hpp"
#include "golden_test_specs.hpp"
#include "imc_digital/imc_digital_spec.hpp"

namespace nacre::golden::test {

using Weights = std::vector<std::vector<std::int32_t>>;  // [k][n]

/// Weights of 8 signed bits, inputs of 4 unsigned bits, one tile as large as the matrix.
inline TileSpec tile_spec(const Weights& weights) {
  TileSpec tile;
  tile.num_inputs = tile.patch_inputs = tile.tile_rows = std::ssize(weights);
  tile.outputs = tile.tile_columns = std::ssize(weights.front());
  tile.input_bits = 4;
  for (const auto& row : weights) {
    tile.weights.insert(tile.weights.end(), row.begin(), row.end());
  }
  tile.accumulator_bits = 32;
  return tile;
}

/// The frame becomes an image; weights are [k][n] of its patches.
inline TileSpec convolution_tile(const ConvolutionSpec& convolution, const Weights& weights) {
  TileSpec tile = tile_spec(weights);
  tile.convolution = convolution;
  tile.num_inputs = convolution.height * convolution.width * convolution.channels;
  tile.num_patches = convolution.output_height() * convolution.output_width();
  return tile;
}

inline Weights random_weights(Random& random, std::int64_t rows, std::int64_t columns, int bits,
                              bool is_signed) {
  const Interval range = number_range(bits, is_signed);
  Weights weights(static_cast<std::size_t>(rows));
  for (auto& row : weights) {
    for (std::int64_t n = 0; n < columns; ++n) {
      row.push_back(static_cast<std::int32_t>(uniform(random, range.low, range.high)));
    }
  }
  return weights;
}

inline std::vector<std::int64_t> random_values(Random& random, std::int64_t count, int bits,
                                               bool is_signed) {
  const Interval range = number_range(bits, is_signed);
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < count; ++i) {
    values.push_back(uniform(random, range.low, range.high));
  }
  return values;
}

/// A stage of digital tiles, freshly reset.
inline std::unique_ptr<StageModel> digital_model(TileSpec tile) {
  ImcDigitalSpec params;
  params.tile = std::move(tile);
  Stage stage;
  stage.kind = "imc_digital";
  stage.params = shared(std::move(params));
  return kind_model(stage.kind).make(stage);
}

/// The payloads that a frame makes a fresh stage send.
inline std::vector<std::int64_t> values_of(const TileSpec& tile,
                                           const std::vector<std::int64_t>& inputs) {
  std::vector<std::int64_t> values;
  for (const Word& word : run(*digital_model(tile), frame(inputs))) {
    if (word.kind == WordKind::Value) values.push_back(word.payload);
  }
  return values;
}

}  // namespace nacre::golden::test
