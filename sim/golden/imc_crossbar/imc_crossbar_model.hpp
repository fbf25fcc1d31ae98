#pragma once
// imc_crossbar: a resistive crossbar between patches and their sums (the kind's README is the
// contract).

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "golden/imc_crossbar/crossbar_array.hpp"
#include "golden/kind_model.hpp"
#include "golden/tile/matrix.hpp"
#include "golden/tile/tile_stage.hpp"
#include "imc_crossbar/imc_crossbar_spec.hpp"

namespace nacre::golden {

/// The crossbar of one stage.
class CrossbarTiles final : public TileArray {
 public:
  /// Contract: digit plane by digit plane, as the README says it. Exact: plain products, which a
  /// lossless array gives, too.
  enum class Path { Contract, Exact };
  explicit CrossbarTiles(std::shared_ptr<const ImcCrossbarSpec> spec);
  /// `path` Exact needs a lossless specification.
  CrossbarTiles(std::shared_ptr<const ImcCrossbarSpec> spec, Path path);

  void reset() override { array_.set_read_number(0); }
  void multiply(std::span<const std::int32_t> inputs, std::span<const std::uint32_t> planes,
                std::span<std::int64_t> sums) override;
  State state() const override;
  State configuration() const override;
  CounterValues counters() const override;

 private:
  /// Of a patch: where the digits of a plane of a row fold are kept.
  std::span<std::uint8_t> digits(std::int64_t fold, int plane);
  void multiply_exact(std::span<const std::int32_t> inputs, std::span<const std::uint32_t> planes,
                      std::span<std::int64_t> sums);

  std::shared_ptr<const ImcCrossbarSpec> spec_;
  CrossbarArray array_;
  std::unique_ptr<Matrix> matrix_;        ///< of path Exact
  std::vector<std::uint8_t> digits_;      ///< [row fold][plane][word line] of a patch
  std::vector<std::int64_t> plane_sums_;  ///< S of one plane
};

}  // namespace nacre::golden
