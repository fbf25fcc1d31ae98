#pragma once
// xnor_tile: binarised layers on memory arrays (the kind's README is the contract).

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "golden/kind_model.hpp"
#include "golden/mtj_array/mtj_array.hpp"
#include "golden/tile/frame.hpp"
#include "xnor_tile/xnor_tile_spec.hpp"

namespace nacre::golden {

/// Whether a bit of array `tile` is that of a weight.
bool xnor_tile_holds_weight(const XnorTileSpec& spec, std::int64_t tile, std::int64_t row,
                            std::int64_t column);

/// States of the devices that hold the weights: array by array, row by row.
std::vector<std::uint8_t> xnor_tile_cells(const XnorTileSpec& spec);

class XnorTileModel final : public StageModel {
 public:
  explicit XnorTileModel(std::shared_ptr<const XnorTileSpec> spec);
  /// The back door is used, too: the weights of the specification are loaded again.
  void reset() override;
  void push(const Word& word, std::vector<Word>& out) override;
  /// Register `timing` (xnor_tile_timing.hpp): the frame is read with it.
  std::int64_t work() const override;
  std::uint32_t take_errors() override { return frame_.take_errors(); }
  /// Nothing that the bus shows.
  State state() const override { return {}; }
  CounterValues counters() const override;
  std::vector<HostAccess> draw_accesses(Moment moment, const Draw& draw) override;

 private:
  /// What the window `outputs` holds of a neuron.
  struct Comparison {
    std::int64_t threshold = 0;
    std::int64_t invert = 0;
  };

  std::int64_t rows_of_array() const;
  std::int64_t devices_of_bit() const;
  /// Arrays of another die; their rows are not loaded.
  void make_arrays(std::uint32_t seed);
  void set_time(std::uint32_t time);
  void run_frame(std::vector<Word>& out);
  void count_row_serial();
  void count_parallel();
  void count_full();
  /// The bits read; counts the metastable ones where `holds` is 1.
  std::span<const std::uint8_t> read(std::int64_t tile, std::int64_t row,
                                     std::span<const std::uint8_t> holds);
  void draw_registers(const Draw& draw, bool refused, std::vector<HostAccess>& accesses);
  /// A new seed for all rows, or some rows.
  void draw_cells(const Draw& draw, bool refused, std::vector<HostAccess>& accesses);
  void draw_outputs(const Draw& draw, bool refused, std::vector<HostAccess>& accesses);
  void draw_row(std::int64_t row, const Draw& draw, bool refused,
                std::vector<HostAccess>& accesses);

  std::shared_ptr<const XnorTileSpec> spec_;
  TileSpec frame_shape_;  ///< what `frame_` collects
  FrameCollector frame_;
  std::vector<MtjArray> arrays_;
  // Registers, and what the window `outputs` holds.
  XnorTiming timing_;
  std::uint32_t seed_ = 0;
  std::uint32_t time_ = 0;
  std::vector<Comparison> outputs_;
  // Of a frame.
  std::vector<std::uint8_t> inputs_;  ///< x; but for parallel 0 beyond N, up to the last row's end
  std::vector<std::uint8_t> holds_;   ///< 1 where there is an input (parallel: a neuron)
  std::vector<std::int32_t> counts_;  ///< a[n]
  // Counters.
  std::int64_t frames_ = 0;
  std::int64_t reads_ = 0;
  std::int64_t metastable_bits_ = 0;
};

}  // namespace nacre::golden
