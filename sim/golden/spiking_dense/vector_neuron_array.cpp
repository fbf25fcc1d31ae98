#include <algorithm>
#include <cstdlib>

#include "golden/neuron/lane_types.hpp"
#include "golden/neuron/vector_neurons.hpp"
#include "golden/spiking_dense/neuron_array.hpp"

namespace nacre::golden {

namespace {

constexpr std::int64_t kReachUnknown = std::int64_t{1} << 40;  ///< above every bound
constexpr std::size_t kBlock = 64;  ///< neurons are padded to such blocks

template <class T, class W>
class VectorNeuronArray final : public NeuronArray {
 public:
  explicit VectorNeuronArray(const SpikingDenseSpec& spec)
      : spec_(spec),
        size_(static_cast<std::size_t>(spec.neurons)),
        padded_((size_ + kBlock - 1) / kBlock * kBlock),
        neurons_(spec.neuron, padded_) {
    const NeuronSpec& neuron = spec.neuron;
    // Padding has weight and bias 0 and stays at v = 0, which never fires.
    weights_.assign(static_cast<std::size_t>(spec.num_inputs) * padded_, 0);
    for (std::int64_t n = 0; n < spec.neurons; ++n) {
      for (std::int64_t i = 0; i < spec.num_inputs; ++i) {
        weights_[static_cast<std::size_t>(i) * padded_ + static_cast<std::size_t>(n)] =
            static_cast<W>(effective(neuron, spec.weight(n, i)));
      }
    }
    row_reach_.assign(static_cast<std::size_t>(spec.num_inputs), 0);
    for (std::size_t k = 0; k < weights_.size(); ++k) {
      std::int64_t& reach = row_reach_[k / padded_];
      reach = std::max(reach, std::abs(static_cast<std::int64_t>(weights_[k])));
    }
    safe_ = std::min(neuron.clamp_max, -neuron.clamp_min);
    if (!spec.bias.empty()) {
      bias_.assign(padded_, 0);
      std::transform(spec.bias.begin(), spec.bias.end(), bias_.begin(),
                     [&](std::int64_t b) { return static_cast<T>(effective(neuron, b)); });
    }
  }

  void clear() override {
    neurons_.clear();
    reach_ = 0;
    measured_ = false;
  }

  bool apply_event(std::int64_t input, bool negative, std::vector<Word>& out) override {
    const W* row = weights_.data() + static_cast<std::size_t>(input) * padded_;
    if (stays_in_bounds(row_reach_[static_cast<std::size_t>(input)]) && !neurons_.some_are_held()) {
      neurons_.kernels().accumulate(neurons_.membrane(0), row, padded_, negative);
    } else {
      neurons_.kernels().integrate(neurons_.membrane(0), neurons_.refractory(0), row, padded_,
                                   neurons_.bounds(), negative, neurons_.some_are_held());
    }
    if (spec_.neuron.fire != Fire::Event) return false;
    neurons_.fire_after_event(0, padded_, out);
    forget_reach_of_reset();
    return !neurons_.fired().empty();
  }

  bool apply_end_of_step(std::vector<Word>& out) override {
    measured_ = false;
    if (!bias_.empty()) {
      reach_ = kReachUnknown;
      neurons_.add_bias(0, padded_, bias_.data());
    }
    const bool was_refractory = neurons_.any_refractory();
    neurons_.end_step(0, padded_, out);
    forget_reach_of_reset();
    return spec_.neuron.fire == Fire::Step ? !neurons_.fired().empty() || was_refractory
                                           : neurons_.any_refractory();
  }

  std::vector<std::int64_t> membranes() const override { return neurons_.membranes(size_); }
  std::vector<std::int64_t> refractories() const override { return neurons_.refractories(size_); }

 private:
  /// Whether no membrane can meet a bound when up to `addend` is added or taken off; if so, counts
  /// it.
  bool stays_in_bounds(std::int64_t addend) {
    if (reach_ + addend > safe_ && !measured_) {
      reach_ = neurons_.kernels().magnitude(neurons_.membrane(0), padded_);
      measured_ = true;  // once a step: near the bounds measuring would cost more than clamping
    }
    const bool stays = reach_ + addend <= safe_;
    reach_ = stays ? reach_ + addend : kReachUnknown;
    return stays;
  }

  /// Every other reset moves a membrane toward zero.
  void forget_reach_of_reset() {
    if (spec_.neuron.reset == Reset::Value && !neurons_.fired().empty()) reach_ = kReachUnknown;
  }

  const SpikingDenseSpec& spec_;
  const std::size_t size_;
  const std::size_t padded_;
  VectorNeurons<T, W> neurons_;
  std::vector<W> weights_;               ///< [input][padded neuron]
  std::vector<std::int64_t> row_reach_;  ///< [input]: largest |weight|
  std::vector<T> bias_;
  std::int64_t safe_ = 0;   ///< a membrane up to this magnitude is within the bounds
  std::int64_t reach_ = 0;  ///< no membrane is larger in magnitude
  bool measured_ = false;   ///< reach_ was measured in this step
};

}  // namespace

std::unique_ptr<NeuronArray> make_vector_neuron_array(const SpikingDenseSpec& spec) {
  return with_lane_types(spec, [&]<class T, class W>() -> std::unique_ptr<NeuronArray> {
    return std::make_unique<VectorNeuronArray<T, W>>(spec);
  });
}

}  // namespace nacre::golden
