#include "golden/neuron/neuron.hpp"
#include "golden/spiking_dense/neuron_array.hpp"

namespace nacre::golden {

namespace {

class PlainNeuronArray final : public NeuronArray {
 public:
  explicit PlainNeuronArray(const SpikingDenseSpec& spec)
      : spec_(spec), neurons_(static_cast<std::size_t>(spec.neurons)) {}

  void clear() override { neurons_.assign(neurons_.size(), NeuronState{}); }

  bool apply_event(std::int64_t input, bool negative, std::vector<Word>& out) override {
    bool fired = false;
    for (std::int64_t n = 0; n < spec_.neurons; ++n) {
      const int spikes = golden::apply_event(spec_.neuron, neurons_[static_cast<std::size_t>(n)],
                                             spec_.weight(n, input), negative);
      append_spikes(n, spikes, out);
      fired |= spikes != 0;
    }
    return fired;
  }

  bool apply_end_of_step(std::vector<Word>& out) override {
    bool again = false;
    for (std::int64_t n = 0; n < spec_.neurons; ++n) {
      NeuronState& neuron = neurons_[static_cast<std::size_t>(n)];
      const std::int64_t bias = spec_.bias.empty() ? 0 : spec_.bias[static_cast<std::size_t>(n)];
      const bool was_refractory = neuron.refractory > 0;
      const int spikes = golden::apply_end_of_step(spec_.neuron, neuron, bias);
      append_spikes(n, spikes, out);
      again |=
          spec_.neuron.fire == Fire::Step ? spikes != 0 || was_refractory : neuron.refractory > 0;
    }
    return again;
  }

  std::vector<std::int64_t> membranes() const override {
    std::vector<std::int64_t> values;
    for (const NeuronState& neuron : neurons_) values.push_back(neuron.membrane);
    return values;
  }

  std::vector<std::int64_t> refractories() const override {
    std::vector<std::int64_t> values;
    for (const NeuronState& neuron : neurons_) values.push_back(neuron.refractory);
    return values;
  }

 private:
  const SpikingDenseSpec& spec_;
  std::vector<NeuronState> neurons_;
};

}  // namespace

std::unique_ptr<NeuronArray> make_plain_neuron_array(const SpikingDenseSpec& spec) {
  return std::make_unique<PlainNeuronArray>(spec);
}

}  // namespace nacre::golden
