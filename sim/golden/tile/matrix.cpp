#include "golden/tile/matrix.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "golden/tile/matrix_kernels.hpp"

namespace nacre::golden {

namespace {

constexpr std::size_t kBlock = 32;  ///< outputs are padded to such blocks, with weights of 0

template <class T>
bool fits(Interval range) {
  return range.low >= std::numeric_limits<T>::min() && range.high <= std::numeric_limits<T>::max();
}

template <class A, class W>
class VectorMatrix final : public Matrix {
 public:
  VectorMatrix(const TileSpec& tile, std::int64_t set, MultiplyRows<A, W> multiply_rows)
      : multiply_rows_(multiply_rows),
        rows_(static_cast<std::size_t>(tile.patch_inputs)),
        outputs_(static_cast<std::size_t>(tile.outputs)),
        pitch_((outputs_ + kBlock - 1) / kBlock * kBlock),
        weights_(rows_ * pitch_, 0) {
    for (std::size_t k = 0; k < rows_; ++k) {
      for (std::size_t n = 0; n < outputs_; ++n) {
        weights_[k * pitch_ + n] = static_cast<W>(
            tile.weight(set, static_cast<std::int64_t>(k), static_cast<std::int64_t>(n)));
      }
    }
  }

  void multiply(std::span<const std::int32_t> x, std::span<std::int64_t> sums) const override {
    const std::vector<A> inputs(x.begin(), x.end());
    std::vector<A> accumulators(pitch_, 0);
    multiply_rows_(accumulators.data(), inputs.data(), weights_.data(), rows_, pitch_, pitch_);
    std::copy(accumulators.begin(), accumulators.begin() + static_cast<std::ptrdiff_t>(outputs_),
              sums.begin());
  }
  std::int32_t weight(std::int64_t k, std::int64_t n) const override {
    return weights_[place(k, n)];
  }
  void set_weight(std::int64_t k, std::int64_t n, std::int32_t weight) override {
    weights_[place(k, n)] = static_cast<W>(weight);
  }

 private:
  std::size_t place(std::int64_t k, std::int64_t n) const {
    return static_cast<std::size_t>(k) * pitch_ + static_cast<std::size_t>(n);
  }

  MultiplyRows<A, W> multiply_rows_;
  std::size_t rows_;
  std::size_t outputs_;
  std::size_t pitch_;
  std::vector<W> weights_;
};

template <class A, class W>
std::unique_ptr<Matrix> make(const TileSpec& tile, std::int64_t set, bool portable) {
  return std::make_unique<VectorMatrix<A, W>>(
      tile, set, portable ? baseline_multiply_rows<A, W>() : multiply_rows<A, W>());
}

}  // namespace

std::unique_ptr<Matrix> make_matrix(const TileSpec& tile, std::int64_t set, bool portable) {
  // The range holds every part of a sum, too: it is one of K products that may each be 0.
  const bool is_narrow = fits<std::int32_t>(accumulator_range(tile)) &&
                         fits<std::int16_t>(number_range(tile.weight_bits, tile.weight_signed));
  return is_narrow ? make<std::int32_t, std::int16_t>(tile, set, portable)
                   : make<std::int64_t, std::int32_t>(tile, set, portable);
}

}  // namespace nacre::golden
