#include <algorithm>
#include <cstdlib>
#include <optional>

#include "golden/neuron/neuron.hpp"
#include "golden/spiking_conv/conv_neurons.hpp"

namespace nacre::golden {

namespace {

constexpr std::int64_t kStamps = 256;   ///< stamps are modulo this
constexpr std::int64_t kRefresh = 128;  ///< every so many steps all rows are visited

/// The output that tap k of the kernel connects with `input`, if there is one.
std::optional<std::int64_t> output_of(const ConvAxis& axis, bool transposed, std::int64_t input,
                                      std::int64_t k) {
  std::int64_t output = 0;
  if (transposed) {
    output = input * axis.stride - axis.padding_before + k * axis.dilation;
  } else {
    const std::int64_t scaled = input + axis.padding_before - k * axis.dilation;
    if (scaled % axis.stride != 0) return std::nullopt;
    output = scaled / axis.stride;
  }
  if (output < 0 || output >= axis.outputs) return std::nullopt;
  return output;
}

class PlainConvNeurons final : public ConvNeurons {
 public:
  explicit PlainConvNeurons(const SpikingConvSpec& spec)
      : spec_(spec),
        words_(words_per_position(spec)),
        neurons_(
            static_cast<std::size_t>(spec.rows.outputs * spec.columns.outputs * spec.channels)),
        stored_(neurons_.size()),
        rows_(static_cast<std::size_t>(spec.rows.outputs * spec.columns.outputs * words_)) {}

  void clear() override {
    std::fill(neurons_.begin(), neurons_.end(), NeuronState{});
    std::fill(stored_.begin(), stored_.end(), NeuronState{});
    std::fill(rows_.begin(), rows_.end(), Row{});
    step_ = 0;
  }

  void apply_event(const Word& event, std::vector<Word>& out) override {
    work_ = {};
    std::int64_t row = -1;
    for (const Synapse& synapse : field_of(event.address)) {
      if (row_of(synapse.neuron) != row) {
        if (row >= 0) store(row, step_);
        row = row_of(synapse.neuron);
        begin_slot(row);
      }
      const int spikes =
          golden::apply_event(spec_.neuron, neurons_[static_cast<std::size_t>(synapse.neuron)],
                              synapse.weight, event.negative);
      append_spikes(synapse.neuron, spikes, out);
      slot_.spikes += std::abs(spikes);
      ++work_.synapses;
    }
    if (row >= 0) store(row, step_);
  }

  void apply_end_of_step(std::vector<Word>& out) override {
    work_ = {};
    const bool all =
        spec_.scan == ConvScan::All || (has_stamps(spec_) && (step_ + 1) % kRefresh == 0);
    work_.searched = !all;
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      const bool visit = all || rows_[row].marked;
      if (visit) begin_slot(static_cast<std::int64_t>(row));
      bool again = false;
      for_neurons(static_cast<std::int64_t>(row), [&](std::size_t n) {
        NeuronState& neuron = neurons_[n];
        const std::int64_t bias =
            spec_.bias.empty() ? 0 : spec_.bias[n % static_cast<std::size_t>(spec_.channels)];
        const bool was_refractory = neuron.refractory > 0;
        const int spikes = golden::apply_end_of_step(spec_.neuron, neuron, bias);
        NACRE_CHECK(visit || spikes == 0, "spiking_conv: a row that is not visited fires");
        append_spikes(static_cast<std::int64_t>(n), spikes, out);
        slot_.spikes += std::abs(spikes);
        again |=
            spec_.neuron.fire == Fire::Step ? spikes != 0 || was_refractory : neuron.refractory > 0;
      });
      if (!visit) continue;
      store(static_cast<std::int64_t>(row), step_ + 1);
      rows_[row].marked = again;
    }
    ++step_;
  }

  const ConvWork& work() const override { return work_; }

  std::vector<std::int64_t> membranes() const override {
    std::vector<std::int64_t> values;
    for (const NeuronState& neuron : stored_) values.push_back(neuron.membrane);
    return values;
  }

  std::vector<std::int64_t> refractories() const override {
    std::vector<std::int64_t> values;
    for (const NeuronState& neuron : stored_) values.push_back(neuron.refractory);
    return values;
  }

  std::vector<std::int64_t> stamps() const override {
    std::vector<std::int64_t> values;
    for (const Row& row : rows_) values.push_back(row.alive ? row.stamp : 0);
    return values;
  }

 private:
  struct Row {
    bool alive = false;
    bool marked = false;
    std::int64_t stamp = 0;
  };
  struct Synapse {
    std::int64_t neuron = 0;
    std::int64_t weight = 0;
  };

  /// The field of input address (y W + x) C + c, ascending.
  std::vector<Synapse> field_of(std::int64_t address) const {
    const std::int64_t c = address % spec_.in_channels;
    const std::int64_t x = address / spec_.in_channels % spec_.columns.inputs;
    const std::int64_t y = address / spec_.in_channels / spec_.columns.inputs;
    const std::int64_t group = c / (spec_.in_channels / spec_.groups);
    std::vector<Synapse> field;
    for (std::int64_t ky = 0; ky < spec_.rows.kernel; ++ky) {
      const auto oy = output_of(spec_.rows, spec_.transposed, y, ky);
      if (!oy) continue;
      for (std::int64_t kx = 0; kx < spec_.columns.kernel; ++kx) {
        const auto ox = output_of(spec_.columns, spec_.transposed, x, kx);
        if (!ox) continue;
        for (std::int64_t m = 0; m < spec_.channels; ++m) {
          if ((spec_.first_channel + m) / (spec_.layer_channels / spec_.groups) != group) continue;
          field.push_back(
              {.neuron = (*oy * spec_.columns.outputs + *ox) * spec_.channels + m,
               .weight = spec_.weight(m, c % (spec_.in_channels / spec_.groups), ky, kx)});
        }
      }
    }
    std::sort(field.begin(), field.end(),
              [](const Synapse& a, const Synapse& b) { return a.neuron < b.neuron; });
    return field;
  }

  std::int64_t row_of(std::int64_t neuron) const {
    return neuron / spec_.channels * words_ + neuron % spec_.channels / spec_.lanes;
  }

  template <class Do>
  void for_neurons(std::int64_t row, const Do& call) const {
    const std::int64_t first = row % words_ * spec_.lanes;
    const std::int64_t last = std::min<std::int64_t>(first + spec_.lanes, spec_.channels);
    for (std::int64_t m = first; m < last; ++m) {
      call(static_cast<std::size_t>(row / words_ * spec_.channels + m));
    }
  }

  /// A row is read: what is stored catches up with `neurons_`, which are never behind.
  void begin_slot(std::int64_t row) {
    const Row& stamped = rows_[static_cast<std::size_t>(row)];
    slot_ = {.slot = work_.slots};
    ++work_.slots;
    if (!stamped.alive || !has_stamps(spec_)) return;
    const std::int64_t behind = (step_ - stamped.stamp) % kStamps;
    bool changes = true;
    while (changes && slot_.leaks < behind) {
      changes = false;
      for_neurons(row, [&](std::size_t n) {
        changes |= leak(spec_.neuron, stored_[n].membrane) != stored_[n].membrane;
        stored_[n].membrane = leak(spec_.neuron, stored_[n].membrane);
      });
      if (changes) ++slot_.leaks;
    }
    for_neurons(row, [&](std::size_t n) {
      NACRE_CHECK(stored_[n] == neurons_[n], "spiking_conv: a leak that came late differs");
    });
  }

  /// The row is written; ends its slot.
  void store(std::int64_t row, std::int64_t stamp) {
    for_neurons(row, [&](std::size_t n) { stored_[n] = neurons_[n]; });
    rows_[static_cast<std::size_t>(row)] = {
        .alive = true, .marked = true, .stamp = stamp % kStamps};
    work_.leaks += slot_.leaks;
    if (slot_.leaks > 0 || slot_.spikes > 0) work_.slow.push_back(slot_);
  }

  const SpikingConvSpec& spec_;
  const std::int64_t words_;
  std::vector<NeuronState> neurons_;  ///< by the eager rule
  std::vector<NeuronState> stored_;   ///< what the state memory holds of them
  std::vector<Row> rows_;
  std::int64_t step_ = 0;  ///< time steps consumed: T of the contract before the modulus
  ConvWork work_;
  SlowSlot slot_;  ///< that is under way
};

}  // namespace

std::unique_ptr<ConvNeurons> make_plain_conv_neurons(const SpikingConvSpec& spec) {
  return std::make_unique<PlainConvNeurons>(spec);
}

}  // namespace nacre::golden
