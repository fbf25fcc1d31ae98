// spiking_conv as hardware: geometry and parameters of nacre_spiking_conv, its window, its
// memories, its images.

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "design/kind_hardware.hpp"
#include "design/neuron_parameters.hpp"
#include "design/spiking_layer_hardware.hpp"
#include "diagnostics/nearest.hpp"
#include "spiking_conv/spiking_conv_spec.hpp"

namespace nacre {
namespace {

constexpr int kStampBits = 8;
constexpr int kOffsetBits = 24, kCountBits = 16;  ///< of a number in a table of the leaf

/// Output rows (or columns) that an input row touches: first and kernel element of the first; each
/// further one is a step of the axis on.
struct Touched {
  std::int64_t first = 0;
  std::int64_t kernel = 0;
  std::int64_t count = 0;
};

struct Step {
  std::int64_t output = 1;
  std::int64_t kernel = 1;
};

/// From one output row of a field to the next: the equation's solutions lie this far apart.
Step step_of(const ConvAxis& axis, bool transposed) {
  if (transposed) return {.output = axis.dilation, .kernel = 1};
  const int common = std::gcd(axis.stride, axis.dilation);
  return {.output = axis.dilation / common, .kernel = -(axis.stride / common)};
}

/// The output row that kernel element k takes the input row to; negative: none.
std::int64_t output_of(const ConvAxis& axis, bool transposed, std::int64_t input, int k) {
  std::int64_t output = -1;
  if (transposed) {
    output = input * axis.stride - axis.padding_before + std::int64_t{k} * axis.dilation;
  } else {
    const std::int64_t place = input + axis.padding_before - std::int64_t{k} * axis.dilation;
    if (place >= 0 && place % axis.stride == 0) output = place / axis.stride;
  }
  return output < axis.outputs ? output : -1;
}

Touched touched_by(const ConvAxis& axis, bool transposed, std::int64_t input) {
  Touched touched;
  for (int k = 0; k < axis.kernel; ++k) {
    const std::int64_t output = output_of(axis, transposed, input, k);
    if (output < 0) continue;
    if (touched.count == 0 || output < touched.first) {
      touched.first = output;
      touched.kernel = k;
    }
    ++touched.count;
  }
  return touched;
}

/// Words of a position in which the channels of a group lie (those of this stage), and the lanes.
struct GroupPart {
  std::int64_t first = 0;  ///< channel of this stage
  std::int64_t last = -1;  ///< below `first`: this stage has none
};

GroupPart part_of_group(const SpikingConvSpec& spec, std::int64_t group) {
  const std::int64_t size = spec.layer_channels / spec.groups;
  return {.first = std::max<std::int64_t>(0, group * size - spec.first_channel),
          .last = std::min(spec.channels, (group + 1) * size - spec.first_channel) - 1};
}

/// Numbers that several parts of the window need.
struct Geometry {
  std::int64_t words = 1;        ///< rows of a position
  std::int64_t rows = 1;         ///< of the state memory
  std::int64_t group_words = 1;  ///< most words in which one group's channels lie
  std::int64_t weight_rows = 1;
  int stamp_bits = 0;  ///< 0: rows have no stamp
  int state_pitch = 1;
  int state_row_bits = 1;
  std::int64_t mark_bits = 2;  ///< rows of a word of marks
  std::int64_t mark_words = 1;
  int region_width = 5;
};

Geometry geometry_of(const SpikingConvSpec& spec) {
  constexpr int kRegisterWidth = 5;  // of 17 registers
  Geometry g;
  g.words = (spec.channels + spec.lanes - 1) / spec.lanes;
  g.rows = spec.rows.outputs * spec.columns.outputs * g.words;
  for (std::int64_t group = 0; group < spec.groups; ++group) {
    const GroupPart part = part_of_group(spec, group);
    if (part.last < part.first) continue;
    g.group_words = std::max(g.group_words, part.last / spec.lanes - part.first / spec.lanes + 1);
  }
  g.weight_rows = spec.in_channels * spec.rows.kernel * spec.columns.kernel * g.group_words;
  g.stamp_bits = spec.neuron.leak != Leak::None && spec.scan == ConvScan::Touched ? kStampBits : 0;
  g.state_pitch = spec.neuron.membrane_bits + refractory_width(spec.neuron);
  g.state_row_bits = spec.lanes * g.state_pitch + g.stamp_bits;
  // As nacre_conv_marks: about as many words as a word has bits.
  g.mark_bits = std::int64_t{1} << std::max(1, address_width(g.rows) / 2);
  g.mark_words = (g.rows + g.mark_bits - 1) / g.mark_bits;
  g.region_width =
      std::max({kRegisterWidth, window_width(g.weight_rows, spec.lanes * spec.weight_bits),
                window_width(g.rows, g.state_row_bits)});
  if (spec.bias_bits > 0) {
    g.region_width = std::max(g.region_width, window_width(g.words, spec.lanes * spec.bias_bits));
  }
  return g;
}

MemoryWindow weights_window(const SpikingConvSpec& spec, const Geometry& g) {
  const std::int64_t kernel_size = std::int64_t{spec.rows.kernel} * spec.columns.kernel;
  const std::int64_t group_inputs = spec.in_channels / spec.groups;
  MemoryWindow memory{.name = "weights",
                      .offset = std::int64_t{1} << g.region_width,
                      .access = Access::ReadWrite,
                      .role = Role::Config,
                      .rows = g.weight_rows,
                      .row_bits = spec.lanes * spec.weight_bits,
                      .pitch_bits = spec.weight_bits,
                      .elements_per_row = spec.lanes,
                      .elements = g.weight_rows * spec.lanes,
                      .fields = {{.name = "weight",
                                  .offset = 0,
                                  .bits = spec.weight_bits,
                                  .is_signed = spec.weight_code == WeightCode::Signed,
                                  .doc = "weight in its code"}},
                      .image = make_image(g.weight_rows, spec.lanes, spec.weight_bits),
                      .doc = fmt::format("Weights: output channel m (of this stage) of input "
                                         "channel c and kernel element (ky, kx) "
                                         "is in row ((c * {} + ky) * {} + kx) * {} + m / {} - f, "
                                         "position m % {}; f is the word of "
                                         "the first channel in the group of c. All others are 0.",
                                         spec.rows.kernel, spec.columns.kernel, g.group_words,
                                         spec.lanes, spec.lanes)};
  for (std::int64_t group = 0; group < spec.groups; ++group) {
    const GroupPart part = part_of_group(spec, group);
    for (std::int64_t m = part.first; m <= part.last; ++m) {
      const std::int64_t word = m / spec.lanes - part.first / spec.lanes;
      for (std::int64_t c = 0; c < group_inputs; ++c) {
        for (std::int64_t k = 0; k < kernel_size; ++k) {
          const std::int64_t plane = (group * group_inputs + c) * kernel_size + k;
          const std::int32_t weight =
              spec.weight(m, c, k / spec.columns.kernel, k % spec.columns.kernel);
          set_element(memory.image, plane * g.group_words + word, m % spec.lanes, spec.weight_bits,
                      weight_code_bits(weight, spec));
        }
      }
    }
  }
  return memory;
}

MemoryWindow state_window(const SpikingConvSpec& spec, const Geometry& g) {
  MemoryWindow memory{
      .name = "state",
      .offset = std::int64_t{2} << g.region_width,
      .access = Access::ReadOnly,
      .role = Role::State,
      .rows = g.rows,
      .row_bits = g.state_row_bits,
      .pitch_bits = g.state_pitch,
      .elements_per_row = spec.lanes,
      .elements = spec.rows.outputs * spec.columns.outputs * spec.channels,
      .fields = neuron_fields(spec.neuron),
      .image = {},
      .doc = fmt::format("State of the neurons: those of a position in {} rows, channel 0 first.",
                         g.words),
      .element = "neuron",
      .group_rows = g.words,
      .group_elements = spec.channels};
  if (g.stamp_bits > 0) {
    memory.doc += " A row shows the step of its stamp: the leaks of later ones are still to come.";
    memory.row_fields = {{.name = "stamp",
                          .offset = spec.lanes * g.state_pitch,
                          .bits = g.stamp_bits,
                          .is_signed = false,
                          .doc = "first time step whose leak the row has not seen, modulo 256"}};
  }
  return memory;
}

MemoryWindow bias_window(const SpikingConvSpec& spec, const Geometry& g) {
  MemoryWindow memory{.name = "bias",
                      .offset = std::int64_t{3} << g.region_width,
                      .access = Access::ReadWrite,
                      .role = Role::Config,
                      .rows = g.words,
                      .row_bits = spec.lanes * spec.bias_bits,
                      .pitch_bits = spec.bias_bits,
                      .elements_per_row = spec.lanes,
                      .elements = g.words * spec.lanes,
                      .fields = {{.name = "bias",
                                  .offset = 0,
                                  .bits = spec.bias_bits,
                                  .is_signed = true,
                                  .doc = "added at the end of each time step"}},
                      .image = make_image(g.words, spec.lanes, spec.bias_bits),
                      .doc = "Bias of each channel, channel 0 first; positions beyond are 0."};
  for (std::int64_t m = 0; m < spec.channels; ++m) {
    set_element(memory.image, m / spec.lanes, m % spec.lanes, spec.bias_bits,
                static_cast<std::uint32_t>(spec.bias[static_cast<std::size_t>(m)]));
  }
  return memory;
}

std::vector<Register> registers_of(const SpikingConvSpec& spec, Counters counters) {
  std::vector<Register> registers = threshold_registers(spec.neuron);
  if (counters >= Counters::Basic) {
    registers.push_back(counter_register("events_in", 8, "input events"));
    registers.push_back(counter_register("events_out", 9, "spikes sent"));
    registers.push_back(
        counter_register("synaptic_operations", 10, "neurons in the fields of the input events"));
    registers.push_back(
        counter_register("rows_visited", 11, "rows of neurons visited at ends of time steps"));
  }
  if (counters >= Counters::Full) {
    registers.push_back(
        counter_register("stall_cycles", 12, "cycles in which a row waited for the output"));
    registers.push_back(counter_register("weight_reads", 13, "rows of weights read"));
    registers.push_back(counter_register("state_reads", 14, "rows of state read"));
    registers.push_back(counter_register("state_writes", 15, "rows of state written"));
    registers.push_back(
        counter_register("leak_cycles", 16, "cycles in which a row caught up with its leaks"));
  }
  return registers;
}

/// The leaf's tables of an axis: `pitch` rows of state and `kernel_pitch` rows of weights lie
/// between one output row (or column), and kernel element, and the next.
void add_axis(const ConvAxis& axis, bool transposed, const std::string& name, std::int64_t pitch,
              std::int64_t kernel_pitch, std::vector<LeafParameter>& parameters) {
  std::vector<std::int64_t> firsts, weights, lasts;
  for (std::int64_t input = 0; input < axis.inputs; ++input) {
    const Touched touched = touched_by(axis, transposed, input);
    firsts.push_back(touched.first * pitch);
    weights.push_back(touched.kernel * kernel_pitch);
    lasts.push_back(touched.count - 1);
  }
  const auto table = [&](const char* what, const std::vector<std::int64_t>& numbers, int bits,
                         const char* doc) {
    parameters.push_back(table_parameter(name + what, numbers, bits, doc));
  };
  table("First", firsts, kOffsetBits, "where its field begins, as a part of the row of state");
  table("Weight", weights, kOffsetBits, "... of the row of weights");
  table("Last", lasts, kCountBits, "extent of its field, minus 1; 16'hffff: none");
}

void add_steps(const ConvAxis& axis, bool transposed, const std::string& name, std::int64_t pitch,
               std::int64_t kernel_pitch, std::vector<LeafParameter>& parameters) {
  constexpr std::int64_t kMost = std::int64_t{1} << kOffsetBits;
  const Step step = step_of(axis, transposed);
  parameters.push_back(int_parameter(name + "Step", step.output * pitch, -kMost, kMost,
                                     "rows of state to the next of a field"));
  parameters.push_back(int_parameter(name + "WeightStep", step.kernel * kernel_pitch, -kMost, kMost,
                                     "rows of weights to the next of a field"));
}

/// The leaf's tables of input channels, when the layer has groups.
void add_channels(const SpikingConvSpec& spec, std::vector<LeafParameter>& parameters) {
  parameters.push_back(
      int_parameter("Grouped", spec.groups > 1 ? 1 : 0, 0, 1, "1: the layer has groups"));
  if (spec.groups == 1) return;
  std::vector<std::int64_t> words, lasts, lows, highs;
  for (std::int64_t c = 0; c < spec.in_channels; ++c) {
    const GroupPart part = part_of_group(spec, c / (spec.in_channels / spec.groups));
    const bool present = part.first <= part.last;
    const std::int64_t first_word = part.first / spec.lanes;
    words.push_back(present ? first_word : 0);
    lasts.push_back(present ? part.last / spec.lanes - first_word : -1);
    lows.push_back(present ? part.first % spec.lanes : 0);
    highs.push_back(present ? part.last % spec.lanes : 0);
  }
  const auto table = [&](const char* name, const std::vector<std::int64_t>& numbers,
                         const char* doc) {
    parameters.push_back(table_parameter(name, numbers, kCountBits, doc));
  };
  table("ChannelWord", words, "per input channel: first word of its group's channels");
  table("ChannelLast", lasts, "... how many words follow it; 16'hffff: no channel");
  table("ChannelLow", lows, "... lowest lane in the first");
  table("ChannelHigh", highs, "... highest lane in the last");
}

std::vector<LeafParameter> parameters_of(const SpikingConvSpec& spec, const Geometry& g,
                                         Counters counters) {
  constexpr std::int64_t kMostAddresses = std::int64_t{1} << 24;
  constexpr int kMostKernel = 11;
  std::vector<LeafParameter> parameters = {
      int_parameter("InHeight", spec.rows.inputs, 1, kMostAddresses, "rows of the input map"),
      int_parameter("InWidth", spec.columns.inputs, 1, kMostAddresses, "columns of the input map"),
      int_parameter("InChannels", spec.in_channels, 1, kMostAddresses, "channels of the input map"),
      int_parameter("NumPositions", spec.rows.outputs * spec.columns.outputs, 1, kMostAddresses,
                    "output positions"),
      int_parameter("NumChannels", spec.channels, 1, kMostAddresses, "output channels"),
      int_parameter("Lanes", spec.lanes, 1, 1 << 10, "neurons updated per cycle"),
      int_parameter("KernelHeight", spec.rows.kernel, 1, kMostKernel, "rows of the kernel"),
      int_parameter("KernelWidth", spec.columns.kernel, 1, kMostKernel, "columns of the kernel"),
      int_parameter("GroupWords", g.group_words, 1, kMostAddresses,
                    "rows of weights per input channel and kernel element")};
  const std::int64_t row_pitch = spec.columns.outputs * g.words;
  const std::int64_t kernel_row_pitch = spec.columns.kernel * g.group_words;
  add_axis(spec.rows, spec.transposed, "Row", row_pitch, kernel_row_pitch, parameters);
  add_axis(spec.columns, spec.transposed, "Column", g.words, g.group_words, parameters);
  add_steps(spec.rows, spec.transposed, "Row", row_pitch, kernel_row_pitch, parameters);
  add_steps(spec.columns, spec.transposed, "Column", g.words, g.group_words, parameters);
  add_channels(spec, parameters);
  parameters.push_back(int_parameter("ScanAll", spec.scan == ConvScan::All ? 1 : 0, 0, 1,
                                     "ends of steps visit 0: the rows touched, 1: all rows"));
  for (LeafParameter& each : layer_parameters(spec)) parameters.push_back(std::move(each));
  parameters.push_back(int_parameter("Counters", static_cast<int>(counters), 0, 2, kCountersDoc));
  return parameters;
}

std::vector<LeafMemory> memories_of(const SpikingConvSpec& spec, const Geometry& g) {
  std::vector<LeafMemory> memories = layer_memories(spec, {.weight_rows = g.weight_rows,
                                                           .state_rows = g.rows,
                                                           .state_row_bits = g.state_row_bits,
                                                           .bias_rows = g.words});
  const auto bit_per_row = [&](const char* prefix, bool is_used, const char* doc) {
    memories.push_back(
        {.prefix = prefix,
         .ports = MemoryPorts::ReadAndWrite,
         .technology = is_used ? LeafMemory::Technology::Ram : LeafMemory::Technology::None,
         .width = static_cast<int>(g.mark_bits),
         .depth = g.mark_words,
         .doc = doc});
  };
  bit_per_row("marks", spec.scan == ConvScan::Touched, "rows of state to be visited");
  bit_per_row("alive", true, "rows of state written in this sample");
  return memories;
}

LogicEstimate logic_of(const SpikingConvSpec& spec, const Geometry& g, Counters counters) {
  constexpr double kStage = 1200, kMarkBit = 40, kMarkWord = 35;
  constexpr int kBasicCounters = 4, kFullCounters = 9;
  const auto lanes = static_cast<double>(spec.lanes);
  LogicEstimate logic{.nand2 = kStage + kMarkBit * static_cast<double>(g.mark_bits) +
                               kMarkWord * static_cast<double>(g.mark_words) +
                               lanes * lane_gates(spec) +
                               counter_gates(counters, kBasicCounters, kFullCounters)};
  if (spec.lanes > 1) {
    logic.what = fmt::format("{} lanes", with_commas(spec.lanes));
    logic.knob = "lanes";
  }
  return logic;
}

StageHardware elaborate_spiking_conv(const Stage& stage, const Spec& design) {
  const auto& spec = params_of<SpikingConvSpec>(stage);
  const Geometry g = geometry_of(spec);
  StageHardware hardware;
  hardware.module = "nacre_spiking_conv";
  hardware.summary = fmt::format(
      "{} {} x {} {}convolution, {} x {} x {} to {} x {} x {} spiking neurons, {} updated per "
      "cycle",
      spec.groups > 1 ? "grouped" : "a", spec.rows.kernel, spec.columns.kernel,
      spec.transposed ? "transposed " : "", spec.rows.inputs, spec.columns.inputs, spec.in_channels,
      spec.rows.outputs, spec.columns.outputs, spec.channels, spec.lanes);
  hardware.parameters = parameters_of(spec, g, design.counters);
  hardware.logic = logic_of(spec, g, design.counters);
  hardware.config_address_width = g.region_width + 2;
  hardware.registers = registers_of(spec, design.counters);
  hardware.windows.push_back(weights_window(spec, g));
  hardware.windows.push_back(state_window(spec, g));
  if (spec.bias_bits > 0) hardware.windows.push_back(bias_window(spec, g));
  hardware.memories = memories_of(spec, g);
  return hardware;
}

}  // namespace

const KindHardware& spiking_conv_kind_hardware() {
  static const KindHardware kind{.name = "spiking_conv", .elaborate = elaborate_spiking_conv};
  return kind;
}

}  // namespace nacre
