#pragma once
// Typed parameters of kind spiking_conv (README.md beside this file is the contract).

#include <cstddef>
#include <cstdint>

#include "spec/spiking_layer.hpp"

namespace nacre {

enum class ConvScan { Touched, All };

/// Rows or columns of a convolution.
struct ConvAxis {
  std::int64_t inputs = 1;   ///< H or W, from the input stream
  std::int64_t outputs = 1;  ///< Ho or Wo
  int kernel = 1;
  int stride = 1;
  int dilation = 1;
  int padding_before = 0;  ///< top or left
  int padding_after = 0;   ///< bottom or right
  int output_padding = 0;  ///< only of a transposed convolution
};

struct SpikingConvSpec final : SpikingLayerSpec {
  bool transposed = false;
  ConvAxis rows;                    ///< y
  ConvAxis columns;                 ///< x
  std::int64_t in_channels = 1;     ///< C, from the input stream
  std::int64_t channels = 1;        ///< M: of this stage
  std::int64_t first_channel = 0;   ///< of the layer, of which this stage holds a part
  std::int64_t layer_channels = 1;  ///< of the layer; `channels` when the stage holds all of it
  std::int64_t groups = 1;          ///< of the layer; divides in_channels and layer_channels
  ConvScan scan = ConvScan::Touched;

  // `weights` are [channel of this stage][input channel within its group][ky][kx], whatever the
  // order of the file; `bias` has one element per channel of this stage.

  /// w[m][c][ky][kx] of the contract: `m` counts from this stage's first channel, `c` within the
  /// group.
  std::int32_t weight(std::int64_t m, std::int64_t c, std::int64_t ky, std::int64_t kx) const {
    const std::int64_t plane = m * (in_channels / groups) + c;
    return weights[static_cast<std::size_t>((plane * rows.kernel + ky) * columns.kernel + kx)];
  }
};

}  // namespace nacre
