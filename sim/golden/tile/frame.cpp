#include "golden/tile/frame.hpp"

#include <algorithm>
#include <utility>

#include "nacre/diagnostics.hpp"

namespace nacre::golden {

namespace {

/// The low `bits` bits of `value` as a number.
std::int32_t low_bits(std::int64_t value, int bits, bool is_signed) {
  const std::int64_t modulus = std::int64_t{1} << bits;
  const std::int64_t low = value & (modulus - 1);
  return static_cast<std::int32_t>(is_signed && low >= modulus / 2 ? low - modulus : low);
}

}  // namespace

FrameCollector::FrameCollector(const TileSpec& tile)
    : tile_(tile),
      input_bits_(tile.input_bits),
      values_(static_cast<std::size_t>(tile.num_inputs)) {}

bool FrameCollector::push(const Word& word) {
  switch (word.kind) {
    case WordKind::Value:
      if (word.address != received_ || received_ == tile_.num_inputs) {
        errors_ |= kFrameOrder;  // dropped; also more than N values
        return false;
      }
      values_[static_cast<std::size_t>(received_)] =
          low_bits(word.payload, input_bits_, tile_.input_signed);
      ++received_;
      return false;
    case WordKind::EndOfStep:
    case WordKind::EndOfSample: {
      // On a stream with steps the end of a sample closes no frame, but finds an unfinished one.
      const bool closes = tile_.steps == (word.kind == WordKind::EndOfStep);
      const std::int64_t received = std::exchange(received_, 0);
      if (closes ? received < tile_.num_inputs : received > 0) errors_ |= kFrameShort;
      return closes && received == tile_.num_inputs;
    }
    case WordKind::Event:
      break;
  }
  NACRE_CHECK(false, "tile: an event on a value stream");
}

void gather_patch(const TileSpec& tile, std::span<const std::int32_t> frame, std::int64_t patch,
                  std::span<std::int32_t> inputs) {
  if (!tile.convolution) {
    std::copy(frame.begin(), frame.end(), inputs.begin());
    return;
  }
  const ConvolutionSpec& c = *tile.convolution;
  const std::int64_t top = patch / c.output_width() * c.stride_vertical - c.padding_vertical;
  const std::int64_t left = patch % c.output_width() * c.stride_horizontal - c.padding_horizontal;
  auto input = inputs.begin();
  for (std::int64_t dy = 0; dy < c.kernel_vertical; ++dy) {
    for (std::int64_t dx = 0; dx < c.kernel_horizontal; ++dx) {
      const std::int64_t row = top + dy;
      const std::int64_t column = left + dx;
      const bool inside = row >= 0 && row < c.height && column >= 0 && column < c.width;
      for (std::int64_t channel = 0; channel < c.channels; ++channel) {
        const std::int64_t address = (row * c.width + column) * c.channels + channel;
        *input++ = inside ? frame[static_cast<std::size_t>(address)] : 0;
      }
    }
  }
}

std::vector<std::uint32_t> computed_planes(const TileSpec& tile, int input_bits,
                                           std::span<const std::int32_t> inputs) {
  const int planes = tile.planes(input_bits);
  const std::uint32_t all = (std::uint32_t{1} << planes) - 1;
  std::vector<std::uint32_t> computed(static_cast<std::size_t>(tile.row_folds()), all);
  if (!tile.skips_zero_planes) return computed;
  const auto rows = static_cast<std::size_t>(tile.rows());
  const std::uint32_t digit_mask = (std::uint32_t{1} << tile.digit_bits) - 1;
  for (std::size_t fold = 0; fold < computed.size(); ++fold) {
    // A plane is 0 exactly when its digit of the OR of all (sign-extended) inputs is.
    std::uint32_t any = 0;
    for (std::size_t k = fold * rows; k < std::min(inputs.size(), (fold + 1) * rows); ++k) {
      any |= static_cast<std::uint32_t>(inputs[k]);
    }
    computed[fold] = 0;
    for (int d = 0; d < planes; ++d) {
      const bool is_zero = ((any >> (d * tile.digit_bits)) & digit_mask) == 0;
      if (!is_zero) computed[fold] |= std::uint32_t{1} << d;
    }
  }
  return computed;
}

}  // namespace nacre::golden
