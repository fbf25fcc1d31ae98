#include <algorithm>
#include <cstdlib>
#include <limits>

#include "golden/neuron/neuron.hpp"
#include "golden/spiking_dense/lane_kernels.hpp"
#include "golden/spiking_dense/neuron_array.hpp"

namespace nacre::golden {

namespace {

constexpr std::int64_t kReachUnknown = std::int64_t{1} << 40;  ///< above every bound
constexpr std::size_t kBlock = 64;  ///< neurons padded to, and searched for spikes in, such blocks

template <class T>
bool fits(std::int64_t low, std::int64_t high) {
  return low >= std::numeric_limits<T>::min() && high <= std::numeric_limits<T>::max();
}

/// A weight or bias as the lanes add it: no more than from bound to bound, which clamps all the
/// same. add_clamped relies on it: its two limits then never cross.
std::int64_t effective(const NeuronSpec& neuron, std::int64_t addend) {
  const std::int64_t span = neuron.clamp_max - neuron.clamp_min;
  return std::clamp(addend, -span, span);
}

/// Smallest and largest of the effective values, and 0.
struct Range {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

template <class Values>
Range range_of(const NeuronSpec& neuron, const Values& values) {
  Range range;
  for (const std::int64_t value : values) {
    range.low = std::min(range.low, effective(neuron, value));
    range.high = std::max(range.high, effective(neuron, value));
  }
  return range;
}

/// Whether every value that add_clamped and subtract_clamped form stays in T.
template <class T>
bool lane_holds(const SpikingDenseSpec& spec) {
  const NeuronSpec& neuron = spec.neuron;
  const Range weights = range_of(neuron, spec.weights);
  const Range bias = range_of(neuron, spec.bias);
  const std::int64_t low = std::min(weights.low, bias.low);
  const std::int64_t high = std::max(weights.high, bias.high);
  return fits<T>(low, high) && fits<T>(neuron.clamp_min, neuron.clamp_max) &&
         fits<T>(neuron.clamp_max - high, neuron.clamp_min - low) &&  // limits of v + w
         fits<T>(neuron.clamp_max + low, neuron.clamp_min + high);    // limits of v - w
}

template <class T, class W>
class VectorNeuronArray final : public NeuronArray {
 public:
  explicit VectorNeuronArray(const SpikingDenseSpec& spec)
      : spec_(spec),
        kernels_(lane_kernels<T, W>()),
        neurons_(static_cast<std::size_t>(spec.neurons)),
        padded_((neurons_ + kBlock - 1) / kBlock * kBlock),
        membrane_(padded_, 0),
        refractory_(padded_, 0) {
    const NeuronSpec& neuron = spec.neuron;
    const bool equal_counts = neuron.compare == Compare::GreaterEqual;
    bounds_.clamp_min = static_cast<T>(neuron.clamp_min);
    bounds_.clamp_max = static_cast<T>(neuron.clamp_max);
    bounds_.fire_above = static_cast<T>(neuron.threshold - (equal_counts ? 1 : 0));
    // Without a negative threshold: below clamp_min, where v never is.
    bounds_.fire_below = static_cast<T>(neuron.negative_threshold
                                            ? *neuron.negative_threshold + (equal_counts ? 1 : 0)
                                            : neuron.clamp_min);
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
    membrane_.assign(padded_, 0);
    refractory_.assign(padded_, 0);
    any_refractory_ = false;
    reach_ = 0;
    measured_ = false;
  }

  bool apply_event(std::int64_t input, bool negative, std::vector<Word>& out) override {
    const W* row = weights_.data() + static_cast<std::size_t>(input) * padded_;
    if (stays_in_bounds(row_reach_[static_cast<std::size_t>(input)]) && !some_are_held()) {
      kernels_.accumulate(membrane_.data(), row, padded_, negative);
    } else {
      kernels_.integrate(membrane_.data(), refractory_.data(), row, padded_, bounds_, negative,
                         some_are_held());
    }
    if (spec_.neuron.fire != Fire::Event) return false;
    fire(out);
    start_refractory();
    return !fired_.empty();
  }

  bool apply_end_of_step(std::vector<Word>& out) override {
    const NeuronSpec& neuron = spec_.neuron;
    const bool held = some_are_held();
    measured_ = false;
    T* v = membrane_.data();
    T* r = refractory_.data();
    if (!bias_.empty()) reach_ = kReachUnknown;
    if (!bias_.empty()) kernels_.add_bias(v, r, bias_.data(), padded_, bounds_, held);
    if (neuron.leak_order == LeakOrder::BeforeFire) kernels_.leak(v, r, padded_, neuron, held);
    fired_.clear();
    if (neuron.fire == Fire::Step) fire(out);
    // Before r moves: who is held is settled by r at the start of the pass.
    if (neuron.leak_order == LeakOrder::AfterFire) kernels_.leak(v, r, padded_, neuron, held);
    const bool was_refractory = any_refractory_;
    if (any_refractory_) any_refractory_ = kernels_.count_down(r, padded_);
    start_refractory();
    return neuron.fire == Fire::Step ? !fired_.empty() || was_refractory : any_refractory_;
  }

  std::vector<std::int64_t> membranes() const override { return widen(membrane_); }
  std::vector<std::int64_t> refractories() const override { return widen(refractory_); }

 private:
  bool some_are_held() const {
    return any_refractory_ && spec_.neuron.refractory_mode == RefractoryMode::Hold;
  }

  /// Whether no membrane can meet a bound when up to `addend` is added or taken off; if so, counts
  /// it.
  bool stays_in_bounds(std::int64_t addend) {
    if (reach_ + addend > safe_ && !measured_) {
      reach_ = kernels_.magnitude(membrane_.data(), padded_);
      measured_ = true;  // once a step: near the bounds measuring would cost more than clamping
    }
    const bool stays = reach_ + addend <= safe_;
    reach_ = stays ? reach_ + addend : kReachUnknown;
    return stays;
  }

  /// Tests every neuron with r = 0; `fired_` lists those that sent spikes.
  void fire(std::vector<Word>& out) {
    fired_.clear();
    const T* v = membrane_.data();
    const T* r = refractory_.data();
    if (!kernels_.any_fires(v, r, padded_, bounds_)) return;
    if (spec_.neuron.reset == Reset::Value) reach_ = kReachUnknown;  // others move toward zero
    for (std::size_t block = 0; block < padded_; block += kBlock) {
      if (!kernels_.any_fires(v + block, r + block, kBlock, bounds_)) continue;
      for (std::size_t n = block; n < block + kBlock; ++n) {
        const bool outside = (v[n] > bounds_.fire_above) | (v[n] < bounds_.fire_below);
        if (!outside || r[n] != 0) continue;
        std::int64_t wide = v[n];
        const int spikes = fire_test(spec_.neuron, wide);
        if (spikes == 0) continue;
        membrane_[n] = static_cast<T>(wide);
        append_spikes(static_cast<std::int64_t>(n), spikes, out);
        fired_.push_back(n);
      }
    }
  }

  void start_refractory() {
    if (spec_.neuron.refractory_steps == 0) return;
    for (const std::size_t n : fired_) {
      refractory_[n] = static_cast<T>(spec_.neuron.refractory_steps);
    }
    any_refractory_ |= !fired_.empty();
  }

  std::vector<std::int64_t> widen(const std::vector<T>& values) const {
    return {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(neurons_)};
  }

  const SpikingDenseSpec& spec_;
  const LaneKernels<T, W> kernels_;
  const std::size_t neurons_;
  const std::size_t padded_;
  LaneBounds<T> bounds_{};
  std::vector<W> weights_;               ///< [input][padded neuron]
  std::vector<std::int64_t> row_reach_;  ///< [input]: largest |weight|
  std::vector<T> bias_;
  std::vector<T> membrane_;
  std::vector<T> refractory_;
  std::vector<std::size_t> fired_;
  std::int64_t safe_ = 0;        ///< a membrane up to this magnitude is within the bounds
  std::int64_t reach_ = 0;       ///< no membrane is larger in magnitude
  bool measured_ = false;        ///< reach_ was measured in this step
  bool any_refractory_ = false;  ///< false: every r is 0
};

template <class T, class... W>
std::unique_ptr<NeuronArray> with_weights(const SpikingDenseSpec& spec) {
  const Range weights = range_of(spec.neuron, spec.weights);
  std::unique_ptr<NeuronArray> array;
  // The first of the weight types, narrowest first, that holds them all.
  ((array || !fits<W>(weights.low, weights.high)
        ? void()
        : void(array = std::make_unique<VectorNeuronArray<T, W>>(spec))),
   ...);
  return array;
}

}  // namespace

std::unique_ptr<NeuronArray> make_vector_neuron_array(const SpikingDenseSpec& spec) {
  using std::int16_t, std::int32_t, std::int64_t, std::int8_t;
  if (lane_holds<int16_t>(spec)) return with_weights<int16_t, int8_t, int16_t>(spec);
  if (lane_holds<int32_t>(spec)) return with_weights<int32_t, int8_t, int16_t, int32_t>(spec);
  return with_weights<int64_t, int32_t>(spec);
}

}  // namespace nacre::golden
