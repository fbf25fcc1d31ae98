// Speed of the golden stage of digital tiles: multiply-accumulates (K x outputs x patches) per
// second on one core. Words in, patches, requantisation, words out and counters are inside the
// measured time, which is the wall clock's: the best of many runs of some 2 ms each, so that a
// busy machine disturbs little. Exit status 1: a bar is missed.

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "golden/kind_model.hpp"
#include "imc_digital/imc_digital_spec.hpp"
#include "workload.hpp"

namespace {

using namespace nacre;

constexpr double kBar = 5e9;  ///< multiply-accumulates per second, 256 x 256 of 8 bits

/// K x outputs, 8-bit unsigned inputs and signed weights, requantised to 8 bits.
TileSpec tile_of(std::int64_t inputs, std::int64_t outputs) {
  TileSpec tile;
  tile.num_inputs = tile.patch_inputs = tile.tile_rows = inputs;
  tile.outputs = tile.tile_columns = outputs;
  tile.output = RequantisationSpec{.bits = 8, .is_signed = false, .shift = 8, .relu = true};
  return tile;
}

/// Multiply-accumulates per second of one stage, best run.
double speed_of(TileSpec tile) {
  const Interval range = number_range(tile.weight_bits, tile.weight_signed);
  const auto span = static_cast<std::uint64_t>(range.high - range.low + 1);
  for (std::int64_t i = 0; i < tile.patch_inputs * tile.outputs; ++i) {
    tile.weights.push_back(static_cast<std::int32_t>(
        range.low + static_cast<std::int64_t>(bench::hash(static_cast<std::uint64_t>(i)) % span)));
  }
  const double operations =
      static_cast<double>(tile.patch_inputs * tile.outputs * tile.num_patches);
  const auto params = std::make_shared<ImcDigitalSpec>();
  params->tile = std::move(tile);
  std::vector<Word> words;
  for (std::int64_t i = 0; i < params->tile.num_inputs; ++i) {
    const std::uint64_t draw = bench::hash(bench::kEventSeed + static_cast<std::uint64_t>(i));
    words.push_back({.kind = WordKind::Value,
                     .address = i,
                     .payload = static_cast<std::int64_t>(draw >> (64 - params->tile.input_bits))});
  }
  words.push_back({.kind = WordKind::EndOfSample});
  Stage stage;
  stage.kind = "imc_digital";
  stage.params = params;
  const auto model = golden::kind_model(stage.kind).make(stage);
  std::vector<Word> out;
  const auto run = [&](int frames) {
    const auto begin = std::chrono::steady_clock::now();
    for (int frame = 0; frame < frames; ++frame) {
      out.clear();
      for (const Word& word : words) model->push(word, out);
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  run(1);
  const int frames = std::max(1, static_cast<int>(0.002 / run(1)));
  double best = 0;
  for (int i = 0; i < 200; ++i) best = std::max(best, operations * frames / run(frames));
  return best;
}

}  // namespace

int main() {
  const double square = speed_of(tile_of(256, 256));
  fmt::print(
      "imc_digital 256 x 256, 8 bits:          {:7.2f} G multiply-accumulates/s   bar {:g} G\n",
      square / 1e9, kBar / 1e9);
  TileSpec wide = tile_of(256, 256);
  wide.input_bits = wide.weight_bits = 16;
  fmt::print("imc_digital 256 x 256, 16 bits:         {:7.2f} G\n", speed_of(wide) / 1e9);
  fmt::print("imc_digital 784 x 10, 8 bits:           {:7.2f} G\n",
             speed_of(tile_of(784, 10)) / 1e9);
  TileSpec image = tile_of(5 * 5 * 8, 16);
  image.convolution = ConvolutionSpec{.height = 28,
                                      .width = 28,
                                      .channels = 8,
                                      .kernel_vertical = 5,
                                      .kernel_horizontal = 5,
                                      .padding_vertical = 2,
                                      .padding_horizontal = 2};
  image.num_inputs = 28 * 28 * 8;
  image.num_patches = 28 * 28;
  fmt::print("imc_digital 28 x 28 x 8, kernel 5, 16:  {:7.2f} G\n", speed_of(image) / 1e9);
  if (square < kBar) {
    fmt::print(stderr, "golden_imc_bench: below {:g} G multiply-accumulates/s\n", kBar / 1e9);
    return 1;
  }
  return 0;
}
