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

  void reset() override;
  void begin_frame(int input_bits, std::int64_t set) override;
  void multiply(std::span<const std::int32_t> inputs, std::span<const std::uint32_t> planes,
                std::span<std::int64_t> sums) override;
  State state() const override;
  State configuration() const override;
  CounterValues counters() const override;
  WeightWindow weight_window() const override;
  std::uint32_t draw_weights(std::int64_t row, std::int64_t word, const Draw& draw) override;
  void write_weights(std::int64_t row, std::int64_t word, std::uint32_t data) override;
  std::uint32_t shown_weights(std::int64_t row, std::int64_t word) const override;
  void draw_own_accesses(Moment moment, const Draw& draw,
                         std::vector<HostAccess>& accesses) override;

 private:
  /// Of a patch: where the digits of a plane of a row fold are kept.
  std::span<std::uint8_t> digits(std::int64_t fold, int plane);
  void multiply_exact(std::span<const std::int32_t> inputs, std::span<const std::uint32_t> planes,
                      std::span<std::int64_t> sums);

  std::shared_ptr<const ImcCrossbarSpec> spec_;
  CrossbarArray array_;
  std::unique_ptr<Matrix> matrix_;        ///< of path Exact: weight set 0 as specified
  int input_bits_ = 1;                    ///< of the frame
  std::int64_t set_ = 0;                  ///< of the frame
  bool is_written_ = false;               ///< array_ is not as the specification says
  std::vector<std::uint8_t> digits_;      ///< [row fold][plane][word line] of a patch
  std::vector<std::int64_t> plane_sums_;  ///< S of one plane
};

}  // namespace nacre::golden
