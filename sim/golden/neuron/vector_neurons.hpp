#pragma once
// Membranes and refractory counters in contiguous lanes, for the vectorised golden layers.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "golden/neuron/lane_kernels.hpp"
#include "golden/neuron/lane_types.hpp"
#include "golden/neuron/neuron.hpp"
#include "nacre/stream.hpp"

namespace nacre::golden {

/// A neuron that sent spikes: positive count, negative count below 0.
struct Fired {
  std::size_t neuron = 0;
  int spikes = 0;
};

/// Neurons 0 ... size-1 of one specification. What docs/neuron.md does to one neuron is done to n
/// of them from `first` on; `fired()` lists those that the last operation made send spikes.
template <class T, class W>
class VectorNeurons {
 public:
  VectorNeurons(const NeuronSpec& neuron, std::size_t size)
      : neuron_(neuron),
        kernels_(lane_kernels<T, W>()),
        bounds_(lane_bounds<T>(neuron)),
        membrane_(size, 0),
        refractory_(size, 0) {}

  /// v = 0, r = 0 everywhere.
  void clear() {
    std::fill(membrane_.begin(), membrane_.end(), T{0});
    std::fill(refractory_.begin(), refractory_.end(), T{0});
    any_refractory_ = false;
  }

  const LaneKernels<T, W>& kernels() const { return kernels_; }
  const LaneBounds<T>& bounds() const { return bounds_; }
  T* membrane(std::size_t first) { return membrane_.data() + first; }
  const T* refractory(std::size_t first) const { return refractory_.data() + first; }
  const std::vector<Fired>& fired() const { return fired_; }
  /// False: every r is 0.
  bool any_refractory() const { return any_refractory_; }
  /// Whether some neurons may ignore what comes in.
  bool some_are_held() const {
    return any_refractory_ && neuron_.refractory_mode == RefractoryMode::Hold;
  }

  void add_bias(std::size_t first, std::size_t n, const T* bias) {
    kernels_.add_bias(membrane(first), refractory(first), bias, n, bounds_, some_are_held());
  }

  /// Step 3 of an input event; appends the spikes.
  void fire_after_event(std::size_t first, std::size_t n, std::vector<Word>& out) {
    fired_.clear();
    fire(first, n, out);
    start_refractory();
  }

  /// The end of a time step, after the bias; appends the spikes.
  void end_step(std::size_t first, std::size_t n, std::vector<Word>& out) {
    const bool held = some_are_held();
    if (neuron_.leak_order == LeakOrder::BeforeFire) leak(first, n, held);
    fired_.clear();
    if (neuron_.fire == Fire::Step) fire(first, n, out);
    // Before r moves: who is held is settled by r at the start of the pass.
    if (neuron_.leak_order == LeakOrder::AfterFire) leak(first, n, held);
    if (any_refractory_) {
      const bool left = kernels_.count_down(refractory_.data() + first, n);
      if (n == refractory_.size()) any_refractory_ = left;
    }
    start_refractory();
  }

  /// One leak; `held`: not of neurons with r > 0.
  void leak(std::size_t first, std::size_t n, bool held) {
    kernels_.leak(membrane(first), refractory(first), n, neuron_, held);
  }

  std::vector<std::int64_t> membranes(std::size_t n) const { return widen(membrane_, n); }
  std::vector<std::int64_t> refractories(std::size_t n) const { return widen(refractory_, n); }

 private:
  static constexpr std::size_t kBlock = 64;  ///< neurons searched for spikes at once

  void fire(std::size_t first, std::size_t count, std::vector<Word>& out) {
    const T* v = membrane_.data();
    const T* r = refractory_.data();
    if (!kernels_.any_fires(v + first, r + first, count, bounds_)) return;
    const std::size_t end = first + count;
    for (std::size_t block = first; block < end; block += kBlock) {
      const std::size_t block_end = std::min(end, block + kBlock);
      if (!kernels_.any_fires(v + block, r + block, block_end - block, bounds_)) continue;
      for (std::size_t n = block; n < block_end; ++n) {
        const bool outside = (v[n] > bounds_.fire_above) | (v[n] < bounds_.fire_below);
        if (!outside || r[n] != 0) continue;
        std::int64_t wide = v[n];
        const int spikes = fire_test(neuron_, wide);
        if (spikes == 0) continue;
        membrane_[n] = static_cast<T>(wide);
        append_spikes(static_cast<std::int64_t>(n), spikes, out);
        fired_.push_back({.neuron = n, .spikes = spikes});
      }
    }
  }

  void start_refractory() {
    if (neuron_.refractory_steps == 0) return;
    for (const Fired& fired : fired_) {
      refractory_[fired.neuron] = static_cast<T>(neuron_.refractory_steps);
    }
    any_refractory_ |= !fired_.empty();
  }

  static std::vector<std::int64_t> widen(const std::vector<T>& values, std::size_t n) {
    return {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(n)};
  }

  const NeuronSpec& neuron_;
  const LaneKernels<T, W> kernels_;
  const LaneBounds<T> bounds_;
  std::vector<T> membrane_;
  std::vector<T> refractory_;
  std::vector<Fired> fired_;
  bool any_refractory_ = false;
};

}  // namespace nacre::golden
