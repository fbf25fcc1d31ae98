#pragma once
// The plain product of a patch and the weights of a stage of tiles: no tiles, no digit planes.

#include <cstdint>
#include <memory>
#include <span>

#include "spec/tile.hpp"

namespace nacre::golden {

/// x times w, exact.
class Matrix {
 public:
  virtual ~Matrix() = default;
  /// sums[n] = sum over k of x[k] * w[k][n].
  virtual void multiply(std::span<const std::int32_t> x, std::span<std::int64_t> sums) const = 0;
  virtual std::int32_t weight(std::int64_t k, std::int64_t n) const = 0;
  virtual void set_weight(std::int64_t k, std::int64_t n, std::int32_t weight) = 0;
};

/// The weights of one set: contiguous loops over the outputs in the narrowest integers that the
/// widths of inputs and weights allow, for the widest vectors of the machine it runs on. `portable`
/// takes no instruction set beyond the compiler's default: for tests.
std::unique_ptr<Matrix> make_matrix(const TileSpec& tile, std::int64_t set, bool portable = false);

}  // namespace nacre::golden
