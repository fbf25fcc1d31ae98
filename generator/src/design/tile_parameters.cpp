#include "design/tile_parameters.hpp"

#include <fmt/format.h>

#include <cstdint>

#include "diagnostics/nearest.hpp"

namespace nacre {
namespace {

// A foundry has no RAM of fewer rows than this: flip-flops then.
constexpr std::int64_t kFewestRamRows = 8;

/// The numbers of nacre_imc_back's parameter Rounding.
int number(TileRounding rounding) {
  switch (rounding) {
    case TileRounding::Floor:
      return 0;
    case TileRounding::HalfUp:
      return 1;
    case TileRounding::HalfEven:
      return 2;
  }
  return 0;
}

bool has_scales(const TileSpec& tile) { return tile.output && tile.output->has_scale_per_output; }

void add_convolution(const ConvolutionSpec& spec, std::vector<LeafParameter>& parameters) {
  const auto add = [&](const char* name, std::int64_t value, std::int64_t least, const char* doc) {
    parameters.push_back(int_parameter(name, value, least, 1 << 24, doc));
  };
  parameters.push_back(bit_parameter("Convolution", true, "1: a frame is an image"));
  add("Height", spec.height, 1, "of the image");
  add("Width", spec.width, 1, "of the image");
  add("Channels", spec.channels, 1, "of the image");
  add("KernelV", spec.kernel_vertical, 1, "rows of the kernel");
  add("KernelH", spec.kernel_horizontal, 1, "columns of the kernel");
  add("StrideV", spec.stride_vertical, 1, "rows from patch to patch");
  add("StrideH", spec.stride_horizontal, 1, "columns from patch to patch");
  add("PaddingV", spec.padding_vertical, 0, "rows of zeros above and below the image");
  add("PaddingH", spec.padding_horizontal, 0, "columns of zeros left and right of the image");
}

void add_requantisation(const RequantisationSpec& spec, std::vector<LeafParameter>& parameters) {
  parameters.push_back(bit_parameter("Requantise", true, "1: scaled, rounded and clipped"));
  parameters.push_back(
      bit_parameter("ScalePerOutput", spec.has_scale_per_output, "1: each output has a scale"));
  parameters.push_back(int_parameter("OutputBits", spec.bits, 1, 32, "bits of an output"));
  parameters.push_back(bit_parameter("OutputSigned", spec.is_signed, "1: two's complement"));
  parameters.push_back(int_parameter("Rounding", number(spec.rounding), 0, 2,
                                     "0: floor, 1: half up, 2: half to even"));
  parameters.push_back(bit_parameter("Relu", spec.relu, "1: negative outputs become 0"));
  if (!spec.has_scale_per_output) {
    parameters.push_back(int_parameter("Scale", spec.scale.at(0), 1, 65535, "after reset"));
  }
  parameters.push_back(int_parameter("Shift", spec.shift, 0, 63, "after reset"));
}

Register config_register(std::string name, std::int64_t offset, int bits, std::int64_t reset,
                         std::string doc, ValueRange range) {
  return {.name = std::move(name),
          .offset = offset,
          .bits = bits,
          .is_signed = false,
          .access = Access::ReadWrite,
          .role = Role::Config,
          .reset = reset,
          .doc = std::move(doc),
          .fields = {},
          .range = range};
}

}  // namespace

std::vector<LeafParameter> tile_parameters(const TileSpec& tile, Counters counters) {
  std::vector<LeafParameter> parameters = {
      int_parameter("NumInputs", tile.num_inputs, 1, 1 << 24, "values of a frame"),
      int_parameter("InputBits", tile.input_bits, 1, 16, "bits of an input"),
      bit_parameter("InputSigned", tile.input_signed, "1: two's complement"),
      bit_parameter("Steps", tile.steps, "1: end_of_step closes a frame")};
  if (tile.convolution) add_convolution(*tile.convolution, parameters);
  parameters.push_back(int_parameter("NumOutputs", tile.outputs, 1, 1 << 24, "outputs of a patch"));
  parameters.push_back(int_parameter("Rows", tile.rows(), 1, 4096, "inputs of a pass"));
  parameters.push_back(int_parameter("Columns", tile.columns(), 1, 4096, "outputs of a pass"));
  parameters.push_back(int_parameter("Banks", tile.banks, tile.set_banks() * tile.weight_sets,
                                     1 << 24, "folds of the matrix that a tile holds"));
  parameters.push_back(int_parameter("WeightSets", tile.weight_sets, 1, 2, "2: ping-pong"));
  parameters.push_back(int_parameter("DigitBits", tile.digit_bits, 1, 4, "input bits per cycle"));
  parameters.push_back(bit_parameter("SkipZeroPlanes", tile.skips_zero_planes,
                                     "1: planes of nothing but 0 take no cycle"));
  parameters.push_back(int_parameter("AccumulatorWidth", tile.accumulator_bits, 1, 48,
                                     "no legal input or weight overflows it"));
  if (tile.bias_bits > 0) {
    parameters.push_back(int_parameter("BiasWidth", tile.bias_bits, 2, 32, "bits of a bias"));
  }
  if (tile.output) add_requantisation(*tile.output, parameters);
  parameters.push_back(int_parameter("Counters", static_cast<int>(counters), 0, 2, kCountersDoc));
  return parameters;
}

std::vector<Register> tile_registers(const TileSpec& tile, Counters counters) {
  std::vector<Register> registers = {
      config_register("input_bits", 0, 5, tile.input_bits,
                      "low bits of a value that are the input; not written inside a frame",
                      ValueRange{1, tile.input_bits})};
  if (tile.weight_sets == 2) {
    registers.push_back(config_register("active_set", 1, 1, 0,
                                        "weight set, from the next sample on", ValueRange{0, 1}));
  }
  if (tile.output && !tile.output->has_scale_per_output) {
    registers.push_back(config_register("scale", 2, 16, tile.output->scale.at(0),
                                        "factor of each output", ValueRange{1, 65535}));
  }
  if (tile.output) {
    registers.push_back(config_register("shift", 3, 6, tile.output->shift,
                                        "outputs are divided by 2^shift", ValueRange{0, 63}));
  }
  if (counters >= Counters::Basic) {
    registers.push_back(counter_register("frames", 8, "complete frames"));
    registers.push_back(counter_register("patches", 9, "patches computed"));
    registers.push_back(counter_register("planes", 10, "digit planes computed"));
    registers.push_back(counter_register("planes_skipped", 11, "digit planes skipped"));
  }
  if (counters >= Counters::Full) {
    registers.push_back(
        counter_register("stall_cycles", 12, "cycles in which an output waited to be taken"));
    registers.push_back(counter_register("weight_reads", 13, "banks read"));
  }
  return registers;
}

std::vector<LeafMemory> tile_memories(const TileSpec& tile) {
  const std::int64_t vector_rows = 2 * tile.row_folds();
  const int outputs_bits = outputs_row_bits(tile);
  return {
      {.prefix = "vector",
       .ports = MemoryPorts::ReadAndWrite,
       .technology = vector_rows < kFewestRamRows ? LeafMemory::Technology::FlipFlop
                                                  : LeafMemory::Technology::Ram,
       .width = static_cast<int>(tile.rows()) * tile.input_bits + tile.planes(tile.input_bits),
       .depth = vector_rows,
       .doc = "inputs of a row fold, plane by plane, and its planes to compute"},
      {.prefix = "frame",
       .ports = MemoryPorts::ReadAndWrite,
       .technology = tile.convolution ? LeafMemory::Technology::Ram : LeafMemory::Technology::None,
       .width = tile.input_bits,
       .depth = tile.convolution ? 2 * tile.num_inputs : 1,
       .doc = "values of two frames"},
      {.prefix = "outputs",
       .ports = MemoryPorts::ReadWrite,
       .technology = outputs_bits > 0 ? LeafMemory::Technology::Ram : LeafMemory::Technology::None,
       .width = outputs_bits > 0 ? outputs_bits : 1,
       .depth = tile.outputs,
       .doc = "bias and scale of each output"}};
}

int outputs_row_bits(const TileSpec& tile) { return tile.bias_bits + (has_scales(tile) ? 16 : 0); }

int outputs_window_width(const TileSpec& tile) {
  const int bits = outputs_row_bits(tile);
  return bits > 0 ? window_width(tile.outputs, bits) : 0;
}

MemoryWindow outputs_window(const TileSpec& tile, std::int64_t offset) {
  const int bits = outputs_row_bits(tile);
  MemoryWindow memory{.name = "outputs",
                      .offset = offset,
                      .access = Access::ReadWrite,
                      .role = Role::Config,
                      .rows = tile.outputs,
                      .row_bits = bits,
                      .pitch_bits = bits,
                      .elements_per_row = 1,
                      .elements = tile.outputs,
                      .fields = {},
                      .image = make_image(tile.outputs, 1, bits),
                      .doc = "What each output's accumulator goes through, output 0 first.",
                      .element = "output"};
  if (tile.bias_bits > 0) {
    memory.fields.push_back({.name = "bias",
                             .offset = 0,
                             .bits = tile.bias_bits,
                             .is_signed = true,
                             .doc = "added to the products"});
  }
  if (has_scales(tile)) {
    memory.fields.push_back({.name = "scale",
                             .offset = tile.bias_bits,
                             .bits = 16,
                             .is_signed = false,
                             .doc = "factor of the output"});
  }
  for (std::int64_t n = 0; n < tile.outputs; ++n) {
    const std::int64_t bias = tile.bias_bits > 0 ? tile.bias[static_cast<std::size_t>(n)] : 0;
    const auto low = static_cast<std::uint64_t>(bias) & ((std::uint64_t{1} << tile.bias_bits) - 1);
    const auto scale =
        has_scales(tile) ? static_cast<std::uint64_t>(tile.output->scale_of(n)) : std::uint64_t{0};
    const std::uint64_t row = low | (scale << tile.bias_bits);
    // At most 48 bits: one or two chunks of 32.
    const int chunks = (bits + 31) / 32;
    for (int chunk = 0; chunk < chunks; ++chunk) {
      memory.image.chunks[static_cast<std::size_t>(n * chunks + chunk)] =
          static_cast<std::uint32_t>(row >> (32 * chunk));
    }
  }
  return memory;
}

std::string tile_summary(const TileSpec& tile) {
  return fmt::format(
      "{} outputs of {} inputs{}, {} x {} weights at a time", tile.outputs, tile.patch_inputs,
      tile.convolution ? fmt::format(" for each of {} patches", tile.num_patches) : "", tile.rows(),
      tile.columns());
}

double tile_gates(const TileSpec& tile, Counters counters) {
  constexpr double kStage = 2000, kInputBit = 2, kSumBit = 23, kConvolution = 600;
  constexpr double kScaleBit = 7, kShiftBit = 15, kOutput = 300;
  constexpr int kScaleBits = 16, kBasicCounters = 4, kFullCounters = 6;
  const double sum_bits = tile.accumulator_bits;
  double gates = kStage + kInputBit * static_cast<double>(tile.rows()) * tile.input_bits +
                 kSumBit * static_cast<double>(tile.columns()) * sum_bits +
                 counter_gates(counters, kBasicCounters, kFullCounters);
  if (tile.output) {
    gates += kOutput + kScaleBit * kScaleBits * sum_bits + kShiftBit * (sum_bits + kScaleBits);
  }
  return tile.convolution ? gates + kConvolution : gates;
}

LogicEstimate tile_logic(const TileSpec& tile, double nand2) {
  return {.nand2 = nand2,
          .what = fmt::format("tiles of {} x {}", with_commas(tile.rows()),
                              with_commas(tile.columns())),
          .knob = tile.rows() > tile.columns() ? "tile.rows" : "tile.columns"};
}

std::vector<std::string> tile_errors() { return {"frame_order", "frame_short"}; }

}  // namespace nacre
