// spiking_dense as hardware: parameters of nacre_spiking_dense, its window, its memories, its
// images.

#include <algorithm>

#include <fmt/format.h>

#include "design/kind_hardware.hpp"
#include "design/neuron_parameters.hpp"
#include "design/spiking_layer_hardware.hpp"
#include "diagnostics/nearest.hpp"
#include "spiking_dense/spiking_dense_spec.hpp"

namespace nacre {
namespace {

/// Numbers that several parts of the window need.
struct Geometry {
  std::int64_t words_per_input = 1;  ///< rows of the state, and of the weights per input
  int weight_row_bits = 1;
  int refractory_width = 0;  ///< 0: no counter
  int state_pitch = 1;
  int state_row_bits = 1;
  int region_width = 4;
};

Geometry geometry_of(const SpikingDenseSpec& spec) {
  Geometry g;
  g.words_per_input = (spec.neurons + spec.lanes - 1) / spec.lanes;
  g.weight_row_bits = spec.lanes * spec.weight_bits;
  g.refractory_width = refractory_width(spec.neuron);
  g.state_pitch = spec.neuron.membrane_bits + g.refractory_width;
  g.state_row_bits = spec.lanes * g.state_pitch;
  g.region_width =
      std::max({4, window_width(g.words_per_input * spec.num_inputs, g.weight_row_bits),
                window_width(g.words_per_input, g.state_row_bits)});
  if (spec.bias_bits > 0) {
    g.region_width =
        std::max(g.region_width, window_width(g.words_per_input, spec.lanes * spec.bias_bits));
  }
  return g;
}

MemoryWindow weights_window(const SpikingDenseSpec& spec, const Geometry& g) {
  MemoryWindow memory{
      .name = "weights",
      .offset = std::int64_t{1} << g.region_width,
      .access = Access::ReadWrite,
      .role = Role::Config,
      .rows = spec.num_inputs * g.words_per_input,
      .row_bits = g.weight_row_bits,
      .pitch_bits = spec.weight_bits,
      .elements_per_row = spec.lanes,
      .elements = spec.num_inputs * g.words_per_input * spec.lanes,
      .fields = {{.name = "weight",
                  .offset = 0,
                  .bits = spec.weight_bits,
                  .is_signed = spec.weight_code == WeightCode::Signed,
                  .doc = "weight in its code"}},
      .image = make_image(spec.num_inputs * g.words_per_input, spec.lanes, spec.weight_bits),
      .doc = fmt::format("Weights: neuron n of input i is in row i * {} + n / {}, "
                         "position n % {}; positions beyond the last neuron are 0.",
                         g.words_per_input, spec.lanes, spec.lanes)};
  for (std::int64_t neuron = 0; neuron < spec.neurons; ++neuron) {
    for (std::int64_t input = 0; input < spec.num_inputs; ++input) {
      set_element(memory.image, input * g.words_per_input + neuron / spec.lanes,
                  neuron % spec.lanes, spec.weight_bits,
                  weight_code_bits(spec.weight(neuron, input), spec));
    }
  }
  return memory;
}

MemoryWindow state_window(const SpikingDenseSpec& spec, const Geometry& g) {
  return MemoryWindow{.name = "state",
                      .offset = std::int64_t{2} << g.region_width,
                      .access = Access::ReadOnly,
                      .role = Role::State,
                      .rows = g.words_per_input,
                      .row_bits = g.state_row_bits,
                      .pitch_bits = g.state_pitch,
                      .elements_per_row = spec.lanes,
                      .elements = spec.neurons,
                      .fields = neuron_fields(spec.neuron),
                      .image = {},
                      .doc = "State of the neurons, neuron 0 first.",
                      .element = "neuron"};
}

MemoryWindow bias_window(const SpikingDenseSpec& spec, const Geometry& g) {
  MemoryWindow memory{
      .name = "bias",
      .offset = std::int64_t{3} << g.region_width,
      .access = Access::ReadWrite,
      .role = Role::Config,
      .rows = g.words_per_input,
      .row_bits = spec.lanes * spec.bias_bits,
      .pitch_bits = spec.bias_bits,
      .elements_per_row = spec.lanes,
      .elements = g.words_per_input * spec.lanes,
      .fields = {{.name = "bias",
                  .offset = 0,
                  .bits = spec.bias_bits,
                  .is_signed = true,
                  .doc = "added at the end of each time step"}},
      .image = make_image(g.words_per_input, spec.lanes, spec.bias_bits),
      .doc = "Bias of each neuron, neuron 0 first; positions beyond the last are 0."};
  for (std::int64_t neuron = 0; neuron < spec.neurons; ++neuron) {
    set_element(memory.image, neuron / spec.lanes, neuron % spec.lanes, spec.bias_bits,
                static_cast<std::uint32_t>(spec.bias[static_cast<std::size_t>(neuron)]));
  }
  return memory;
}

std::vector<Register> registers_of(const SpikingDenseSpec& spec, Counters counters) {
  std::vector<Register> registers = threshold_registers(spec.neuron);
  if (counters >= Counters::Basic) {
    registers.push_back(counter_register("events_in", 8, "input events"));
    registers.push_back(counter_register("events_out", 9, "spikes sent"));
    registers.push_back(counter_register("synaptic_operations", 10, "input events times neurons"));
    registers.push_back(
        counter_register("passes_skipped", 11, "end-of-step passes that were not needed"));
  }
  if (counters >= Counters::Full) {
    registers.push_back(
        counter_register("stall_cycles", 12, "cycles in which a pass waited for the output"));
    registers.push_back(counter_register("weight_reads", 13, "rows of weights read"));
    registers.push_back(counter_register("state_reads", 14, "rows of state read"));
    registers.push_back(counter_register("state_writes", 15, "rows of state written"));
  }
  return registers;
}

std::vector<LeafParameter> parameters_of(const SpikingDenseSpec& spec, Counters counters) {
  std::vector<LeafParameter> parameters = {
      int_parameter("NumInputs", spec.num_inputs, 1, 1 << 24, "addresses of the input stream"),
      int_parameter("NumNeurons", spec.neurons, 1, 1 << 24, "neurons"),
      int_parameter("Lanes", spec.lanes, 1, 1 << 20, "neurons updated per cycle")};
  for (LeafParameter& each : layer_parameters(spec)) parameters.push_back(std::move(each));
  parameters.push_back(int_parameter("Counters", static_cast<int>(counters), 0, 2, kCountersDoc));
  return parameters;
}

LogicEstimate logic_of(const SpikingDenseSpec& spec, Counters counters) {
  constexpr double kStage = 370;
  constexpr int kBasicCounters = 4, kFullCounters = 8;
  LogicEstimate logic{.nand2 = kStage + static_cast<double>(spec.lanes) * lane_gates(spec) +
                               counter_gates(counters, kBasicCounters, kFullCounters)};
  if (spec.lanes > 1) {
    logic.what = fmt::format("{} lanes", with_commas(spec.lanes));
    logic.knob = "lanes";
  }
  return logic;
}

StageHardware elaborate_spiking_dense(const Stage& stage, const Spec& design) {
  const auto& spec = params_of<SpikingDenseSpec>(stage);
  const Geometry g = geometry_of(spec);
  StageHardware hardware;
  hardware.module = "nacre_spiking_dense";
  hardware.summary =
      fmt::format("{} spiking neurons, fully connected to {} inputs, {} updated per cycle",
                  spec.neurons, spec.num_inputs, spec.lanes);
  hardware.parameters = parameters_of(spec, design.counters);
  hardware.logic = logic_of(spec, design.counters);
  hardware.config_address_width = g.region_width + 2;
  hardware.registers = registers_of(spec, design.counters);
  hardware.windows.push_back(weights_window(spec, g));
  hardware.windows.push_back(state_window(spec, g));
  if (spec.bias_bits > 0) hardware.windows.push_back(bias_window(spec, g));
  hardware.memories = layer_memories(spec, {.weight_rows = spec.num_inputs * g.words_per_input,
                                            .state_rows = g.words_per_input,
                                            .state_row_bits = g.state_row_bits,
                                            .bias_rows = g.words_per_input});
  return hardware;
}

}  // namespace

const KindHardware& spiking_dense_kind_hardware() {
  static const KindHardware kind{.name = "spiking_dense", .elaborate = elaborate_spiking_dense};
  return kind;
}

}  // namespace nacre
