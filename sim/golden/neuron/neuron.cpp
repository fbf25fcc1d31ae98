#include "golden/neuron/neuron.hpp"

#include <algorithm>
#include <cstdlib>

#include "nacre/diagnostics.hpp"

namespace nacre::golden {

namespace {

bool is_held(const NeuronSpec& spec, const NeuronState& state) {
  return spec.refractory_mode == RefractoryMode::Hold && state.refractory > 0;
}

/// +1, -1 or 0: which spike v calls for.
int fires(const NeuronSpec& spec, std::int64_t v) {
  const bool equal_counts = spec.compare == Compare::GreaterEqual;
  if (v > spec.threshold || (equal_counts && v == spec.threshold)) return 1;
  if (spec.negative_threshold) {
    const std::int64_t threshold = *spec.negative_threshold;
    if (v < threshold || (equal_counts && v == threshold)) return -1;
  }
  return 0;
}

std::int64_t reset_membrane(const NeuronSpec& spec, std::int64_t v, int polarity) {
  switch (spec.reset) {
    case Reset::Subtract:
      return v - (polarity > 0 ? spec.threshold : spec.negative_threshold.value_or(0));
    case Reset::Zero:
      return 0;
    case Reset::Value:
      return spec.reset_value;
    case Reset::None:
      return v;
  }
  NACRE_CHECK(false, "unknown reset");
}

}  // namespace

std::int64_t clamp_membrane(const NeuronSpec& spec, std::int64_t x) {
  return std::min(std::max(x, spec.clamp_min), spec.clamp_max);
}

std::int64_t round_shifted(std::int64_t x, int shift, Rounding rounding) {
  const std::int64_t unit = std::int64_t{1} << shift;
  switch (rounding) {
    case Rounding::Floor:
      return x >> shift;  // arithmetic in C++20: floor
    case Rounding::TowardZero:
      return x / unit;
    case Rounding::HalfUp:
      return (2 * x + unit) >> (shift + 1);  // floor(x / unit + 1/2)
  }
  NACRE_CHECK(false, "unknown rounding");
}

std::int64_t leak(const NeuronSpec& spec, std::int64_t v) {
  switch (spec.leak) {
    case Leak::None:
      return v;
    case Leak::Shift:
      return v - round_shifted(v, spec.leak_shift, spec.leak_rounding);
    case Leak::Multiply:
      return round_shifted(v * spec.leak_factor, spec.leak_fraction_bits, spec.leak_rounding);
  }
  NACRE_CHECK(false, "unknown leak");
}

int fire_test(const NeuronSpec& spec, std::int64_t& v) {
  int spikes = 0;
  for (int i = 0; i < spec.max_spikes; ++i) {
    const int polarity = fires(spec, v);
    if (polarity == 0) break;
    spikes += polarity;
    v = reset_membrane(spec, v, polarity);
  }
  return spikes;
}

int apply_event(const NeuronSpec& spec, NeuronState& state, std::int64_t weight, bool negative) {
  if (!is_held(spec, state)) {
    state.membrane =
        clamp_membrane(spec, negative ? state.membrane - weight : state.membrane + weight);
  }
  int spikes = 0;
  if (spec.fire == Fire::Event && state.refractory == 0) {
    spikes = fire_test(spec, state.membrane);
    if (spikes != 0) state.refractory = spec.refractory_steps;
  }
  return spikes;
}

int apply_end_of_step(const NeuronSpec& spec, NeuronState& state, std::int64_t bias) {
  const bool held = is_held(spec, state);
  if (!held) {
    state.membrane = clamp_membrane(spec, state.membrane + bias);
    if (spec.leak_order == LeakOrder::BeforeFire) state.membrane = leak(spec, state.membrane);
  }
  int spikes = 0;
  if (spec.fire == Fire::Step && state.refractory == 0) spikes = fire_test(spec, state.membrane);
  if (spikes != 0) {
    state.refractory = spec.refractory_steps;
  } else if (state.refractory > 0) {
    --state.refractory;
  }
  if (!held && spec.leak_order == LeakOrder::AfterFire) state.membrane = leak(spec, state.membrane);
  return spikes;
}

void append_spikes(std::int64_t neuron, int spikes, std::vector<Word>& out) {
  for (int i = 0; i < std::abs(spikes); ++i) {
    out.push_back(Word{.kind = WordKind::Event, .negative = spikes < 0, .address = neuron});
  }
}

bool needs_every_pass(const NeuronSpec& spec, bool has_bias) {
  return spec.leak != Leak::None || has_bias;
}

}  // namespace nacre::golden
