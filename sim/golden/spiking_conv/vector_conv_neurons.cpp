#include <algorithm>
#include <cstring>
#include <numeric>

#include "golden/neuron/lane_types.hpp"
#include "golden/neuron/vector_neurons.hpp"
#include "golden/spiking_conv/conv_neurons.hpp"

namespace nacre::golden {

namespace {

/// The outputs that one row (or column) of inputs reaches: `count` of them, `step` apart.
struct Reach {
  std::int64_t first = 0;
  std::int64_t count = 0;
  std::int64_t tap = 0;  ///< place of the first one's weight; those of the others follow
};

/// Rows or columns of a convolution. Taps are stored so that the weights of one input's outputs
/// follow each other in the order of the outputs.
struct AxisTable {
  std::int64_t step = 1;
  std::vector<std::int64_t> taps;  ///< [place]: k
  std::vector<Reach> reach;        ///< [input]
};

AxisTable table_of(const ConvAxis& axis, bool transposed) {
  // From one output of an input to the next: `step` outputs and `period` taps, down in a
  // convolution (oy sy = y + pt - ky dy), up in a transposed one (oy = y sy - pt + ky dy).
  const std::int64_t common = std::gcd(axis.stride, axis.dilation);
  const std::int64_t period = transposed ? 1 : axis.stride / common;
  AxisTable table;
  table.step = transposed ? axis.dilation : axis.dilation / common;
  std::vector<std::int64_t> place(static_cast<std::size_t>(axis.kernel));
  for (std::int64_t phase = 0; phase < period; ++phase) {
    std::vector<std::int64_t> taps;
    for (std::int64_t k = phase; k < axis.kernel; k += period) taps.push_back(k);
    if (!transposed) std::reverse(taps.begin(), taps.end());
    for (const std::int64_t k : taps) {
      place[static_cast<std::size_t>(k)] = std::ssize(table.taps);
      table.taps.push_back(k);
    }
  }
  const std::int64_t scale = transposed ? 1 : axis.stride;
  for (std::int64_t input = 0; input < axis.inputs; ++input) {
    Reach reach;
    for (const std::int64_t k : table.taps) {
      const std::int64_t scaled =
          transposed ? input * axis.stride - axis.padding_before + k * axis.dilation
                     : input + axis.padding_before - k * axis.dilation;
      if (scaled < 0 || scaled % scale != 0 || scaled / scale >= axis.outputs) continue;
      if (reach.count == 0) {
        reach.first = scaled / scale;
        reach.tap = place[static_cast<std::size_t>(k)];
      }
      ++reach.count;
    }
    table.reach.push_back(reach);
  }
  return table;
}

/// The part of this stage's channels that is in one input channel's group.
struct GroupPart {
  std::int64_t first = 0;  ///< channel of this stage
  std::int64_t channels = 0;
  std::int64_t first_word = 0;
  std::int64_t words = 0;
  std::size_t weights = 0;  ///< where its weights begin
};

template <class T>
class VectorConvNeurons final : public ConvNeurons {
 public:
  explicit VectorConvNeurons(const SpikingConvSpec& spec)
      : spec_(spec),
        words_(words_per_position(spec)),
        stamped_(has_stamps(spec)),
        row_table_(table_of(spec.rows, spec.transposed)),
        column_table_(table_of(spec.columns, spec.transposed)),
        neurons_(spec.neuron, static_cast<std::size_t>(spec.rows.outputs * spec.columns.outputs *
                                                       spec.channels)),
        marked_(static_cast<std::size_t>(spec.rows.outputs * spec.columns.outputs * words_), 0),
        stamps_(stamped_ ? marked_.size() : 0, 0),
        before_leak_(static_cast<std::size_t>(spec.lanes)) {
    for (std::int64_t c = 0; c < spec.in_channels; ++c) store_weights(c);
    for (const std::int64_t b : spec.bias)
      bias_.push_back(static_cast<T>(effective(spec.neuron, b)));
  }

  void clear() override {
    neurons_.clear();
    std::fill(marked_.begin(), marked_.end(), std::uint8_t{0});
    std::fill(stamps_.begin(), stamps_.end(), std::uint8_t{0});
    step_ = 0;
  }

  void apply_event(const Word& event, std::vector<Word>& out) override {
    begin_work();
    // Addresses have 24 bits; 32-bit divisions take half the time.
    const auto address = static_cast<std::uint32_t>(event.address);
    const auto in_channels = static_cast<std::uint32_t>(spec_.in_channels);
    const auto width = static_cast<std::uint32_t>(spec_.columns.inputs);
    const std::uint32_t pixel = address / in_channels;
    const GroupPart& part = parts_[address % in_channels];
    const Reach& rows = row_table_.reach[pixel / width];
    const Reach& columns = column_table_.reach[pixel % width];
    const std::int64_t positions = rows.count * columns.count;
    work_.slots = positions * part.words;
    work_.synapses = positions * part.channels;
    if (work_.synapses == 0) return;
    if (spec_.scan == ConvScan::Touched) touch(rows, columns, part);

    const std::int64_t position = rows.first * spec_.columns.outputs + columns.first;
    const auto first = static_cast<std::size_t>(position * spec_.channels + part.first);
    const T* weights = weights_.data() + part.weights +
                       (rows.tap * spec_.columns.kernel + columns.tap) * part.channels;
    const LaneBlock block = block_of(rows, columns, part);
    neurons_.kernels().integrate_block(neurons_.membrane(first), neurons_.refractory(first),
                                       weights, block, neurons_.bounds(), event.negative,
                                       neurons_.some_are_held());
    if (spec_.neuron.fire == Fire::Event &&
        neurons_.kernels().any_fires_block(neurons_.membrane(first), neurons_.refractory(first),
                                           block, neurons_.bounds())) {
      fire(rows, columns, part, out);
    }
  }

  void apply_end_of_step(std::vector<Word>& out) override {
    begin_work();
    if (!bias_.empty()) add_bias();
    const std::int64_t num_rows = std::ssize(marked_);
    if (spec_.scan == ConvScan::All || (stamped_ && (step_ + 1) % kRefresh == 0)) {
      visit(0, num_rows, out);
    } else {
      work_.searched = true;
      const std::uint8_t* marks = marked_.data();
      for (std::int64_t row = 0; row < num_rows;) {
        const void* mark = std::memchr(marks + row, 1, static_cast<std::size_t>(num_rows - row));
        if (mark == nullptr) break;
        row = static_cast<const std::uint8_t*>(mark) - marks;
        std::int64_t end = row + 1;
        while (end < num_rows && marks[end] != 0) ++end;
        visit(row, end, out);
        row = end;
      }
    }
    ++step_;
  }

  const ConvWork& work() const override { return work_; }

  std::vector<std::int64_t> membranes() const override { return neurons_.membranes(num_neurons()); }
  std::vector<std::int64_t> refractories() const override {
    return neurons_.refractories(num_neurons());
  }
  std::vector<std::int64_t> stamps() const override { return {stamps_.begin(), stamps_.end()}; }

 private:
  static constexpr std::int64_t kRefresh = 128;  ///< every so many steps all rows are visited

  std::size_t num_neurons() const {
    return static_cast<std::size_t>(spec_.rows.outputs * spec_.columns.outputs * spec_.channels);
  }

  /// Weights of input channel c: [tap row][tap column][channel of its group].
  void store_weights(std::int64_t c) {
    const std::int64_t group_inputs = spec_.in_channels / spec_.groups;
    const std::int64_t group_outputs = spec_.layer_channels / spec_.groups;
    const std::int64_t begin = c / group_inputs * group_outputs - spec_.first_channel;
    const std::int64_t low = std::clamp<std::int64_t>(begin, 0, spec_.channels);
    const std::int64_t high = std::clamp<std::int64_t>(begin + group_outputs, 0, spec_.channels);
    GroupPart part{.first = low, .channels = high - low, .weights = weights_.size()};
    if (part.channels > 0) {
      part.first_word = low / spec_.lanes;
      part.words = (high - 1) / spec_.lanes - part.first_word + 1;
    }
    parts_.push_back(part);
    for (const std::int64_t ky : row_table_.taps) {
      for (const std::int64_t kx : column_table_.taps) {
        for (std::int64_t m = low; m < high; ++m) {
          weights_.push_back(
              static_cast<T>(effective(spec_.neuron, spec_.weight(m, c % group_inputs, ky, kx))));
        }
      }
    }
  }

  void begin_work() {
    work_.slots = work_.synapses = work_.leaks = 0;
    work_.searched = false;
    work_.slow.clear();
  }

  /// The field in neurons and weights: one run per row of it where the columns join up.
  LaneBlock block_of(const Reach& rows, const Reach& columns, const GroupPart& part) const {
    LaneBlock block{
        .rows = static_cast<std::size_t>(rows.count),
        .columns = static_cast<std::size_t>(columns.count),
        .lanes = static_cast<std::size_t>(part.channels),
        .neuron_row = row_table_.step * spec_.columns.outputs * spec_.channels,
        .neuron_column = column_table_.step * spec_.channels,
        .weight_row = spec_.columns.kernel * part.channels,
        .weight_column = part.channels,
    };
    if (block.neuron_column == block.weight_column) {
      block.lanes *= block.columns;
      block.columns = 1;
    }
    return block;
  }

  /// Calls with runs of consecutive rows that make up the field, ascending: (first row, rows).
  template <class Do>
  void for_row_runs(const Reach& rows, const Reach& columns, const GroupPart& part,
                    const Do& call) const {
    const bool joined = column_table_.step == 1 && part.words == words_;
    const std::int64_t runs = joined ? 1 : columns.count;
    const std::int64_t length = joined ? columns.count * words_ : part.words;
    const std::int64_t line = row_table_.step * spec_.columns.outputs * words_;
    std::int64_t first =
        (rows.first * spec_.columns.outputs + columns.first) * words_ + part.first_word;
    for (std::int64_t i = 0; i < rows.count; ++i, first += line) {
      for (std::int64_t j = 0; j < runs; ++j) {
        call(first + j * column_table_.step * words_, length);
      }
    }
  }

  /// Calls with each row of the field, ascending, and the number of its slot.
  template <class Do>
  void for_slots(const Reach& rows, const Reach& columns, const GroupPart& part,
                 const Do& call) const {
    std::int64_t slot = 0;
    for_row_runs(rows, columns, part, [&](std::int64_t first, std::int64_t length) {
      for (std::int64_t row = first; row < first + length; ++row) call(row, slot++);
    });
  }

  void touch(const Reach& rows, const Reach& columns, const GroupPart& part) {
    bool behind = false;
    for_row_runs(rows, columns, part, [&](std::int64_t first, std::int64_t length) {
      std::memset(marked_.data() + first, 1, static_cast<std::size_t>(length));
      if (stamped_) behind |= some_behind(stamps_.data() + first, length);
    });
    if (!behind) return;
    for_slots(rows, columns, part,
              [&](std::int64_t row, std::int64_t slot) { catch_up(row, slot, step_); });
  }

  bool some_behind(const std::uint8_t* stamps, std::int64_t length) const {
    const auto now = static_cast<std::uint8_t>(step_);
    std::uint8_t difference = 0;
    for (std::int64_t i = 0; i < length; ++i) {
      difference = static_cast<std::uint8_t>(difference | (stamps[i] ^ now));
    }
    return difference != 0;
  }

  std::size_t first_neuron(std::int64_t row) const {
    return static_cast<std::size_t>(row / words_ * spec_.channels + row % words_ * spec_.lanes);
  }

  /// One after the last neuron of a row.
  std::size_t end_neuron(std::int64_t row) const {
    const std::int64_t end =
        std::min<std::int64_t>((row % words_ + 1) * spec_.lanes, spec_.channels);
    return static_cast<std::size_t>(row / words_ * spec_.channels + end);
  }

  /// Applies the leaks that the row has not seen; its stamp becomes `stamp`.
  void catch_up(std::int64_t row, std::int64_t slot, std::int64_t stamp) {
    std::uint8_t& old = stamps_[static_cast<std::size_t>(row)];
    const auto behind = static_cast<std::uint8_t>(step_ - old);
    old = static_cast<std::uint8_t>(stamp);
    if (behind == 0) return;
    const std::size_t first = first_neuron(row);
    const std::size_t lanes = end_neuron(row) - first;
    const T* v = neurons_.membrane(first);
    std::int64_t leaks = 0;
    while (leaks < behind) {
      std::copy_n(v, lanes, before_leak_.begin());
      // A row that is behind was not marked, so none of its neurons is refractory.
      neurons_.leak(first, lanes, false);
      if (std::equal(v, v + lanes, before_leak_.begin())) break;
      ++leaks;
    }
    if (leaks == 0) return;
    work_.leaks += leaks;
    work_.slow.push_back({.slot = slot, .leaks = leaks});
  }

  /// Tests the neurons of the field, slot by slot.
  void fire(const Reach& rows, const Reach& columns, const GroupPart& part,
            std::vector<Word>& out) {
    for_slots(rows, columns, part, [&](std::int64_t row, std::int64_t slot) {
      const auto position = static_cast<std::size_t>(row / words_ * spec_.channels + part.first);
      const std::size_t first = std::max(first_neuron(row), position);
      const std::size_t end =
          std::min(end_neuron(row), position + static_cast<std::size_t>(part.channels));
      neurons_.fire_after_event(first, end - first, out);
      for (const Fired& fired : neurons_.fired()) send(slot, std::abs(fired.spikes));
    });
  }

  /// Counts spikes of a slot; slots ascend, catch-ups of the word have been counted.
  void send(std::int64_t slot, std::int64_t spikes) {
    const auto at = std::lower_bound(
        work_.slow.begin(), work_.slow.end(), slot,
        [](const SlowSlot& slow, std::int64_t number) { return slow.slot < number; });
    if (at != work_.slow.end() && at->slot == slot) {
      at->spikes += spikes;
    } else {
      work_.slow.insert(at, {.slot = slot, .spikes = spikes});
    }
  }

  void add_bias() {
    for (std::size_t first = 0; first < num_neurons(); first += bias_.size()) {
      neurons_.add_bias(first, bias_.size(), bias_.data());
    }
  }

  bool some_refractory(std::int64_t row) const {
    const T* r = neurons_.refractory(0);
    return std::any_of(r + first_neuron(row), r + end_neuron(row), [](T left) { return left > 0; });
  }

  /// The end of a time step for rows `first_row` ... `end_row` - 1, and their marks after it.
  void visit(std::int64_t first_row, std::int64_t end_row, std::vector<Word>& out) {
    const std::int64_t first_slot = work_.slots;
    work_.slots += end_row - first_row;
    if (stamped_) {
      for (std::int64_t row = first_row; row < end_row; ++row) {
        catch_up(row, first_slot + row - first_row, step_ + 1);
      }
    }
    const bool fires_here = spec_.neuron.fire == Fire::Step;
    if (fires_here) mark_refractory(first_row, end_row);
    const std::size_t first = first_neuron(first_row);
    neurons_.end_step(first, end_neuron(end_row - 1) - first, out);
    if (!fires_here) mark_refractory(first_row, end_row);
    for (const Fired& fired : neurons_.fired()) {
      const auto neuron = static_cast<std::int64_t>(fired.neuron);
      const std::int64_t row =
          neuron / spec_.channels * words_ + neuron % spec_.channels / spec_.lanes;
      marked_[static_cast<std::size_t>(row)] = 1;
      send(first_slot + row - first_row, std::abs(fired.spikes));
    }
  }

  /// Marks the rows in which a neuron is refractory, and no others of these.
  void mark_refractory(std::int64_t first_row, std::int64_t end_row) {
    std::fill(marked_.begin() + first_row, marked_.begin() + end_row, std::uint8_t{0});
    if (!neurons_.any_refractory()) return;
    for (std::int64_t row = first_row; row < end_row; ++row) {
      if (some_refractory(row)) marked_[static_cast<std::size_t>(row)] = 1;
    }
  }

  const SpikingConvSpec& spec_;
  const std::int64_t words_;
  const bool stamped_;
  const AxisTable row_table_;
  const AxisTable column_table_;
  std::vector<GroupPart> parts_;  ///< [input channel]
  std::vector<T> weights_;
  std::vector<T> bias_;  ///< [channel]
  // A row that is not alive has v = r = 0 and stamp 0 and cannot be told from one that is.
  VectorNeurons<T, T> neurons_;
  std::vector<std::uint8_t> marked_;  ///< [row]: 0 or 1
  std::vector<std::uint8_t> stamps_;  ///< [row]
  std::vector<T> before_leak_;
  std::int64_t step_ = 0;  ///< time steps consumed
  ConvWork work_;
};

}  // namespace

std::unique_ptr<ConvNeurons> make_vector_conv_neurons(const SpikingConvSpec& spec) {
  // Weights are few and runs short: stored as wide as the lanes they take the fewest instructions.
  return with_lane_types(spec, [&]<class T, class W>() -> std::unique_ptr<ConvNeurons> {
    return std::make_unique<VectorConvNeurons<T>>(spec);
  });
}

}  // namespace nacre::golden
