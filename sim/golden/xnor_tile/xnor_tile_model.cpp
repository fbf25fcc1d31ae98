#include "golden/xnor_tile/xnor_tile_model.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "golden/counters.hpp"
#include "golden/xnor_tile/xnor_tile_devices.hpp"
#include "golden/xnor_tile/xnor_tile_timing.hpp"

namespace nacre::golden {

namespace {

bool is_parallel(const XnorTileSpec& spec) {
  return spec.organisation == XnorOrganisation::Parallel;
}

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// Reads for one neuron, where a row is of one neuron: F.
std::int64_t folds(const XnorTileSpec& spec) {
  return divide_up(spec.num_inputs, spec.row_bits * spec.tiles);
}

/// Arrays that hold the weights of one neuron, where all neurons are read at once.
std::int64_t arrays_of_neuron(const XnorTileSpec& spec) {
  return divide_up(spec.num_inputs, spec.row_bits);
}

bool is_full(const XnorTileSpec& spec) { return spec.organisation == XnorOrganisation::Full; }

/// Ones among bytes of 0 and 1, `ones(i)` for i = 0 ... n - 1. Sums of bytes stay bytes for a
/// while: the compiler's vectors hold more of them.
template <class Ones>
std::int64_t count_ones(std::size_t n, Ones ones) {
  constexpr std::size_t kBlock = 128;  // fewer than a byte counts
  std::int64_t total = 0;
  for (std::size_t begin = 0; begin < n; begin += kBlock) {
    const std::size_t end = std::min(begin + kBlock, n);
    std::uint8_t of_block = 0;
    for (std::size_t i = begin; i < end; ++i) {
      of_block = static_cast<std::uint8_t>(of_block + ones(i));
    }
    total += of_block;
  }
  return total;
}

TileSpec frame_of(const XnorTileSpec& spec) {
  TileSpec shape;
  shape.num_inputs = spec.num_inputs;
  shape.input_bits = 1;
  shape.steps = spec.steps;
  return shape;
}

/// Input and neuron of a place in an array, which may be beyond them.
std::pair<std::int64_t, std::int64_t> place_of(const XnorTileSpec& spec, std::int64_t tile,
                                               std::int64_t row, std::int64_t column) {
  if (is_parallel(spec)) return {row, tile * spec.row_bits + column};
  if (is_full(spec)) {
    const std::int64_t arrays = arrays_of_neuron(spec);
    return {tile % arrays * spec.row_bits + column, tile / arrays};
  }
  const std::int64_t fold = row % folds(spec);
  return {(fold * spec.tiles + tile) * spec.row_bits + column, row / folds(spec)};
}

/// The bit at a place of an array, 0 where no weight is.
std::uint8_t stored_bit(const XnorTileSpec& spec, std::int64_t tile, std::int64_t row,
                        std::int64_t column) {
  if (!xnor_tile_holds_weight(spec, tile, row, column)) return 0;
  const auto [input, neuron] = place_of(spec, tile, row, column);
  return spec.weights[static_cast<std::size_t>(input * spec.outputs + neuron)];
}

std::int64_t rows_of(const XnorTileSpec& spec) {
  if (is_full(spec)) return 1;
  return is_parallel(spec) ? spec.num_inputs : spec.outputs * folds(spec);
}

/// Places for inputs: up to the end of the last row that holds some.
std::int64_t places_of(const XnorTileSpec& spec) {
  if (is_parallel(spec)) return spec.num_inputs;
  return (is_full(spec) ? arrays_of_neuron(spec) : folds(spec) * spec.tiles) * spec.row_bits;
}

std::int64_t devices_of_bit_of(const XnorTileSpec& spec) {
  return spec.sensing == XnorSensing::Differential ? 2 : 1;
}

}  // namespace

bool xnor_tile_holds_weight(const XnorTileSpec& spec, std::int64_t tile, std::int64_t row,
                            std::int64_t column) {
  const auto [input, neuron] = place_of(spec, tile, row, column);
  return input < spec.num_inputs && neuron < spec.outputs;
}

std::vector<std::uint8_t> xnor_tile_cells(const XnorTileSpec& spec) {
  std::vector<std::uint8_t> states;
  states.reserve(static_cast<std::size_t>(spec.tiles * rows_of(spec) * spec.row_bits *
                                          devices_of_bit_of(spec)));
  for (std::int64_t tile = 0; tile < spec.tiles; ++tile) {
    for (std::int64_t row = 0; row < rows_of(spec); ++row) {
      for (std::int64_t column = 0; column < spec.row_bits; ++column) {
        const std::uint8_t bit = stored_bit(spec, tile, row, column);
        if (devices_of_bit_of(spec) == 2) states.push_back(bit ^ 1);
        states.push_back(bit);
      }
    }
  }
  return states;
}

std::int64_t XnorTileModel::rows_of_array() const { return rows_of(*spec_); }

std::int64_t XnorTileModel::devices_of_bit() const { return devices_of_bit_of(*spec_); }

XnorTileModel::XnorTileModel(std::shared_ptr<const XnorTileSpec> spec)
    : spec_(std::move(spec)), frame_shape_(frame_of(*spec_)), frame_(frame_shape_) {
  const std::int64_t places = places_of(*spec_);
  inputs_.resize(static_cast<std::size_t>(places));
  counts_.resize(static_cast<std::size_t>(spec_->outputs));
  // Places beyond the weights count nothing.
  const std::int64_t weights = is_parallel(*spec_) ? spec_->outputs : spec_->num_inputs;
  holds_.assign(
      static_cast<std::size_t>(is_parallel(*spec_) ? spec_->tiles * spec_->row_bits : places), 0);
  std::fill_n(holds_.begin(), weights, std::uint8_t{1});
  make_arrays(spec_->devices.seed);
  reset();
}

void XnorTileModel::make_arrays(std::uint32_t seed) {
  seed_ = seed;
  MtjArrayShape shape{.rows = static_cast<std::uint32_t>(rows_of_array()),
                      .bits = static_cast<std::uint32_t>(spec_->row_bits),
                      .devices_per_bit = static_cast<std::uint32_t>(devices_of_bit()),
                      .level = spec_->devices.level};
  arrays_.clear();
  for (shape.index = 0; shape.index < static_cast<std::uint32_t>(spec_->tiles); ++shape.index) {
    arrays_.emplace_back(shape, spec_->devices.tables, seed);
    arrays_.back().set_time(time_);
  }
}

void XnorTileModel::set_time(std::uint32_t time) {
  time_ = time;
  for (MtjArray& array : arrays_) array.set_time(time);
}

void XnorTileModel::reset() {
  frame_.reset();
  timing_ = spec_->timing;
  set_time(0);
  if (seed_ != spec_->devices.seed) make_arrays(spec_->devices.seed);
  const std::vector<std::uint8_t> of_weights =
      spec_->cells.empty() ? xnor_tile_cells(*spec_) : std::vector<std::uint8_t>();
  const std::vector<std::uint8_t>& cells = spec_->cells.empty() ? of_weights : spec_->cells;
  std::span<const std::uint8_t> left(cells);
  const auto devices_of_row = static_cast<std::size_t>(spec_->row_bits * devices_of_bit());
  for (MtjArray& array : arrays_) {
    for (std::int64_t row = 0; row < rows_of_array(); ++row) {
      array.load(static_cast<std::uint32_t>(row), left.first(devices_of_row));
      left = left.subspan(devices_of_row);
    }
  }
  outputs_.clear();
  for (std::size_t n = 0; n < spec_->thresholds.size(); ++n) {
    outputs_.push_back({.threshold = spec_->thresholds[n], .invert = spec_->invert[n]});
  }
  frames_ = reads_ = metastable_bits_ = 0;
}

std::int64_t XnorTileModel::work() const {
  return xnor_read_cycles(timing_.precharge, timing_.evaluate);
}

void XnorTileModel::push(const Word& word, std::vector<Word>& out) {
  if (frame_.push(word)) run_frame(out);
  if (word.kind != WordKind::Value) out.push_back(Word{.kind = word.kind});
}

void XnorTileModel::run_frame(std::vector<Word>& out) {
  ++frames_;
  std::copy(frame_.values().begin(), frame_.values().end(), inputs_.begin());
  if (is_parallel(*spec_)) {
    count_parallel();
  } else if (is_full(*spec_)) {
    count_full();
  } else {
    count_row_serial();
  }
  for (std::size_t n = 0; n < counts_.size(); ++n) {
    std::int64_t value = counts_[n];
    if (spec_->output == XnorOutput::Bit) {
      const Comparison& output = outputs_[n];
      value = (value >= output.threshold ? 1 : 0) ^ output.invert;
    }
    out.push_back(
        Word{.kind = WordKind::Value, .address = static_cast<std::int64_t>(n), .payload = value});
  }
}

std::span<const std::uint8_t> XnorTileModel::read(std::int64_t tile, std::int64_t row,
                                                  std::span<const std::uint8_t> holds) {
  MtjArray& array = arrays_[static_cast<std::size_t>(tile)];
  array.open(static_cast<std::uint32_t>(row));
  array.read();
  if (spec_->devices.level == 2) {
    const auto meta = array.meta();
    metastable_bits_ += count_ones(meta.size(), [&](std::size_t c) { return meta[c] & holds[c]; });
  }
  return array.q();
}

void XnorTileModel::count_row_serial() {
  const auto columns = static_cast<std::size_t>(spec_->row_bits);
  const std::int64_t row_folds = folds(*spec_);
  for (std::int64_t n = 0; n < spec_->outputs; ++n) {
    std::int64_t sum = 0;
    for (std::int64_t fold = 0; fold < row_folds; ++fold) {
      ++reads_;
      for (std::int64_t tile = 0; tile < spec_->tiles; ++tile) {
        const auto first = static_cast<std::size_t>(fold * spec_->tiles + tile) * columns;
        const auto x = std::span<const std::uint8_t>(inputs_).subspan(first, columns);
        const auto holds = std::span<const std::uint8_t>(holds_).subspan(first, columns);
        const auto q = read(tile, n * row_folds + fold, holds);
        sum += count_ones(columns, [&](std::size_t c) { return (q[c] ^ x[c] ^ 1) & holds[c]; });
      }
    }
    counts_[static_cast<std::size_t>(n)] = static_cast<std::int32_t>(sum);
  }
}

void XnorTileModel::count_parallel() {
  const auto columns = static_cast<std::size_t>(spec_->row_bits);
  std::fill(counts_.begin(), counts_.end(), 0);
  for (std::int64_t i = 0; i < spec_->num_inputs; ++i) {
    ++reads_;
    const std::uint8_t x = inputs_[static_cast<std::size_t>(i)];
    for (std::int64_t tile = 0; tile < spec_->tiles; ++tile) {
      const std::size_t first = static_cast<std::size_t>(tile) * columns;
      const auto q = read(tile, i, std::span<const std::uint8_t>(holds_).subspan(first, columns));
      const std::size_t neurons = std::min(columns, counts_.size() - first);
      for (std::size_t c = 0; c < neurons; ++c) counts_[first + c] += q[c] ^ x ^ 1;
    }
  }
}

void XnorTileModel::count_full() {
  const auto columns = static_cast<std::size_t>(spec_->row_bits);
  const std::int64_t arrays = arrays_of_neuron(*spec_);
  ++reads_;
  for (std::int64_t n = 0; n < spec_->outputs; ++n) {
    std::int64_t sum = 0;
    for (std::int64_t a = 0; a < arrays; ++a) {
      const std::size_t first = static_cast<std::size_t>(a) * columns;
      const auto x = std::span<const std::uint8_t>(inputs_).subspan(first, columns);
      const auto holds = std::span<const std::uint8_t>(holds_).subspan(first, columns);
      const auto q = read(n * arrays + a, 0, holds);
      sum += count_ones(columns, [&](std::size_t c) { return (q[c] ^ x[c] ^ 1) & holds[c]; });
    }
    counts_[static_cast<std::size_t>(n)] = static_cast<std::int32_t>(sum);
  }
}

CounterValues XnorTileModel::counters() const {
  return {{"frames", wrap_counter(frames_)},
          {"reads", wrap_counter(reads_)},
          {"metastable_bits", wrap_counter(metastable_bits_)},
          // No register: products of the whole matrix.
          {"synaptic_operations", frames_ * spec_->num_inputs * spec_->outputs}};
}

const KindModel& xnor_tile_kind_model() {
  static const KindModel kind{.name = "xnor_tile",
                              .make = [](const Stage& stage) -> std::unique_ptr<StageModel> {
                                return std::make_unique<XnorTileModel>(
                                    std::static_pointer_cast<const XnorTileSpec>(stage.params));
                              },
                              .time = time_xnor_tile,
                              .devices = &xnor_tile_devices()};
  return kind;
}

}  // namespace nacre::golden
