#pragma once
// In-memory-computing tiles as typed parameters (docs/tile.md is the contract): what the kinds
// imc_digital and imc_crossbar share.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "nacre/spec.hpp"
#include "spec/schema.hpp"
#include "spec/weights.hpp"

namespace nacre {

/// Rounding of v / 2^shift, in the order of the words of key `rounding`.
enum class TileRounding { Floor, HalfUp, HalfEven };

/// A convolution's geometry: the frame is an image of height x width x channels.
struct ConvolutionSpec {
  std::int64_t height = 1;
  std::int64_t width = 1;
  std::int64_t channels = 1;
  std::int64_t kernel_vertical = 1;
  std::int64_t kernel_horizontal = 1;
  std::int64_t stride_vertical = 1;
  std::int64_t stride_horizontal = 1;
  std::int64_t padding_vertical = 0;  ///< rows of zeros above, and as many below
  std::int64_t padding_horizontal = 0;

  std::int64_t output_height() const {  ///< OH
    return (height + 2 * padding_vertical - kernel_vertical) / stride_vertical + 1;
  }
  std::int64_t output_width() const {  ///< OW
    return (width + 2 * padding_horizontal - kernel_horizontal) / stride_horizontal + 1;
  }
};

/// y = clip(relu(round(acc * scale / 2^shift))).
struct RequantisationSpec {
  int bits = 8;  ///< of an output value
  bool is_signed = true;
  std::vector<std::int64_t> scale = {1};  ///< one for all outputs, or one per output
  bool has_scale_per_output = false;
  int shift = 0;
  TileRounding rounding = TileRounding::HalfUp;
  bool relu = false;

  std::int64_t scale_of(std::int64_t output) const {
    return scale[has_scale_per_output ? static_cast<std::size_t>(output) : 0];
  }
};

/// A stage of tiles: matrix, mapping, accumulator, requantisation. Letters are those of
/// docs/tile.md.
struct TileSpec {
  // The input stream.
  std::int64_t num_inputs = 1;  ///< N: values of a frame
  int input_bits = 8;           ///< B_i
  bool input_signed = false;
  bool steps = false;  ///< end_of_step closes a frame, not end_of_sample
  // The matrix.
  std::optional<ConvolutionSpec> convolution;
  std::int64_t patch_inputs = 1;  ///< K: inputs of one patch
  std::int64_t num_patches = 1;   ///< of a frame: OH * OW, or 1
  std::int64_t outputs = 1;       ///< N_out, of one patch
  int weight_bits = 8;            ///< B_w
  bool weight_signed = true;
  std::vector<std::int32_t> weights;  ///< [set][k][n], row-major
  std::vector<std::int64_t> bias;     ///< one per output, or empty
  int bias_bits = 0;                  ///< signed; 0 without bias
  // The mapping on tiles.
  std::int64_t tile_rows = 1;     ///< R: word lines of a tile
  std::int64_t tile_columns = 1;  ///< C: outputs of a tile
  std::int64_t tiles_down = 1;    ///< PD
  std::int64_t tiles_across = 1;  ///< PA
  std::int64_t banks = 1;
  int weight_sets = 1;                       ///< 2: ping-pong
  int digit_bits = 1;                        ///< q: input bits per cycle
  bool skips_zero_planes = true;             ///< a plane whose digits are all 0 takes no cycle
  int accumulator_bits = 1;                  ///< signed; no legal input or weight overflows it
  std::optional<RequantisationSpec> output;  ///< absent: the accumulators are sent

  std::int64_t rows() const { return tiles_down * tile_rows; }          ///< inputs of a pass
  std::int64_t columns() const { return tiles_across * tile_columns; }  ///< outputs of a pass
  std::int64_t row_folds() const { return (patch_inputs + rows() - 1) / rows(); }      ///< FR
  std::int64_t column_folds() const { return (outputs + columns() - 1) / columns(); }  ///< FC
  std::int64_t set_banks() const { return row_folds() * column_folds(); }  ///< banks of one set
  /// Bank of row fold i and column fold j.
  std::int64_t bank(std::int64_t set, std::int64_t row_fold, std::int64_t column_fold) const {
    return (set * column_folds() + column_fold) * row_folds() + row_fold;
  }
  /// D for inputs of `bits` bits: digit planes of a pass.
  int planes(int bits) const { return (bits + digit_bits - 1) / digit_bits; }
  std::int32_t weight(std::int64_t set, std::int64_t k, std::int64_t n) const {
    return weights[static_cast<std::size_t>((set * patch_inputs + k) * outputs + n)];
  }
  /// Share of the tiles' cells that hold weights of the matrix, 0 ... 1.
  double utilisation() const {
    return static_cast<double>(patch_inputs) * static_cast<double>(outputs) /
           (static_cast<double>(set_banks()) * static_cast<double>(rows() * columns()));
  }
};

/// All accumulators that inputs, weights and biases within their widths can give (`bias_bits` 0:
/// none); exact.
Interval accumulator_range(const TileSpec& tile);

/// The keys that every kind of tiles has: weights, bias, outputs, convolution, tile, digits,
/// accumulator, output. A kind adds its own.
std::vector<schema::Field> tile_fields();

/// Types `object` (which passed tile_fields) but for accumulator, output stream and data files.
/// `tile` gets the input from `stage`. False after an error that leaves later steps without sense.
bool parse_tile(const schema::Reader& reader, const Stage& stage, TileSpec& tile,
                ParseContext& context);

/// The rest: accumulator of the width that `range` needs, requantisation, `stage.output`; weights,
/// biases and scales are read later, into `tile`. `weights`: the values that a weight may have
/// (within its bits). Call it once parse_tile returned true.
void finish_tile(const schema::Reader& reader, const std::shared_ptr<TileSpec>& tile,
                 Interval range, Interval weights, Stage& stage, ParseContext& context);

/// What every kind of tiles costs: multiply-accumulates per cycle, utilisation, and the memories
/// around the array (frame of a convolution, input vectors, scales and biases).
StageFigures tile_figures(const TileSpec& tile);

}  // namespace nacre
