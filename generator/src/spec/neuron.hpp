#pragma once
// The neuron contract's parameters (docs/neuron.md), shared by every spiking kind.

#include <cstdint>
#include <optional>

namespace nacre {

enum class Compare { GreaterEqual, Greater };
enum class Fire { Step, Event };
enum class Reset { Subtract, Zero, Value, None };
enum class RefractoryMode { Integrate, Hold };
enum class Leak { None, Shift, Multiply };
enum class Rounding { Floor, TowardZero, HalfUp };
enum class LeakOrder { AfterFire, BeforeFire };

/// Parameters of one neuron population; ranges and meaning in docs/neuron.md.
struct NeuronSpec {
  int membrane_bits = 16;
  std::int64_t clamp_min = -32768;
  std::int64_t clamp_max = 32767;
  std::int64_t threshold = 1;
  std::optional<std::int64_t> negative_threshold;
  Compare compare = Compare::GreaterEqual;
  Fire fire = Fire::Step;
  int max_spikes = 1;
  Reset reset = Reset::Subtract;
  std::int64_t reset_value = 0;
  int refractory_steps = 0;
  RefractoryMode refractory_mode = RefractoryMode::Integrate;
  Leak leak = Leak::None;
  int leak_shift = 1;
  std::int64_t leak_factor = 0;
  int leak_fraction_bits = 1;
  Rounding leak_rounding = Rounding::Floor;
  LeakOrder leak_order = LeakOrder::AfterFire;
};

}  // namespace nacre
