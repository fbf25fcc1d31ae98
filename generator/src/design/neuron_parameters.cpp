#include "design/neuron_parameters.hpp"

namespace nacre {
namespace {

// The numbers of rtl/neuron/nacre_neuron_update.sv.
int number(Compare compare) { return compare == Compare::GreaterEqual ? 0 : 1; }
int number(Fire fire) { return fire == Fire::Step ? 0 : 1; }
int number(RefractoryMode mode) { return mode == RefractoryMode::Integrate ? 0 : 1; }
int number(LeakOrder order) { return order == LeakOrder::AfterFire ? 0 : 1; }

int number(Reset reset) {
  switch (reset) {
    case Reset::Subtract:
      return 0;
    case Reset::Zero:
      return 1;
    case Reset::Value:
      return 2;
    case Reset::None:
      return 3;
  }
  return 0;
}

int number(Leak leak) {
  switch (leak) {
    case Leak::None:
      return 0;
    case Leak::Shift:
      return 1;
    case Leak::Multiply:
      return 2;
  }
  return 0;
}

int number(Rounding rounding) {
  switch (rounding) {
    case Rounding::Floor:
      return 0;
    case Rounding::TowardZero:
      return 1;
    case Rounding::HalfUp:
      return 2;
  }
  return 0;
}

void add_leak(const NeuronSpec& neuron, std::vector<LeafParameter>& parameters) {
  parameters.push_back(
      int_parameter("Leak", number(neuron.leak), 0, 2, "0: none, 1: shift, 2: multiply"));
  if (neuron.leak == Leak::None) return;
  if (neuron.leak == Leak::Shift) {
    parameters.push_back(int_parameter("LeakShift", neuron.leak_shift, 1, neuron.membrane_bits - 1,
                                       "v loses v / 2^LeakShift per step"));
  } else {
    parameters.push_back(int_parameter("LeakFactor", neuron.leak_factor, 0,
                                       std::int64_t{1} << neuron.leak_fraction_bits,
                                       "v keeps LeakFactor / 2^LeakFractionBits per step"));
    parameters.push_back(
        int_parameter("LeakFractionBits", neuron.leak_fraction_bits, 1, 16, "see LeakFactor"));
  }
  parameters.push_back(int_parameter("LeakRounding", number(neuron.leak_rounding), 0, 2,
                                     "0: floor, 1: toward zero, 2: half up"));
  parameters.push_back(int_parameter("LeakOrder", number(neuron.leak_order), 0, 1,
                                     "0: after the test for a spike, 1: before it"));
}

}  // namespace

std::vector<LeafParameter> neuron_parameters(const NeuronSpec& neuron) {
  const std::int64_t lowest = -(std::int64_t{1} << (neuron.membrane_bits - 1));
  std::vector<LeafParameter> parameters = {
      int_parameter("MembraneWidth", neuron.membrane_bits, 2, 32, "bits of a membrane potential"),
      int_parameter("ClampMin", neuron.clamp_min, lowest, 0, "least membrane potential"),
      int_parameter("ClampMax", neuron.clamp_max, 0, -(lowest + 1), "greatest membrane potential"),
      int_parameter("Threshold", neuron.threshold, 1, neuron.clamp_max,
                    "positive threshold after reset"),
      int_parameter("HasNegativeThreshold", neuron.negative_threshold ? 1 : 0, 0, 1,
                    "1: negative spikes, too")};
  if (neuron.negative_threshold) {
    parameters.push_back(int_parameter("NegativeThreshold", *neuron.negative_threshold,
                                       neuron.clamp_min, -1, "negative threshold after reset"));
  }
  parameters.push_back(int_parameter("Compare", number(neuron.compare), 0, 1,
                                     "0: fires at the threshold, 1: above it"));
  parameters.push_back(int_parameter("Fire", number(neuron.fire), 0, 1,
                                     "0: once per time step, 1: after each event"));
  parameters.push_back(int_parameter("MaxSpikes", neuron.max_spikes, 1,
                                     neuron.reset == Reset::Subtract ? 15 : 1,
                                     "spikes of one test, at most"));
  parameters.push_back(int_parameter("Reset", number(neuron.reset), 0, 3,
                                     "0: subtract, 1: zero, 2: value, 3: none"));
  if (neuron.reset == Reset::Value) {
    parameters.push_back(int_parameter("ResetValue", neuron.reset_value, neuron.clamp_min,
                                       neuron.clamp_max, "membrane potential after a spike"));
  }
  parameters.push_back(int_parameter("RefractorySteps", neuron.refractory_steps, 0, 255,
                                     "time steps without another spike"));
  if (neuron.refractory_steps > 0) {
    parameters.push_back(int_parameter("RefractoryMode", number(neuron.refractory_mode), 0, 1,
                                       "0: integrates meanwhile, 1: holds"));
  }
  add_leak(neuron, parameters);
  return parameters;
}

int refractory_width(const NeuronSpec& neuron) {
  return neuron.refractory_steps > 0 ? address_width(std::int64_t{neuron.refractory_steps} + 1) : 0;
}

}  // namespace nacre
