// rate_encoder as hardware: parameters of nacre_rate_encoder, its window, its images.

#include <algorithm>

#include <fmt/format.h>

#include "design/kind_hardware.hpp"
#include "diagnostics/nearest.hpp"
#include "rate_encoder/rate_encoder_spec.hpp"

namespace nacre {
namespace {

/// Numbers that several parts of the window need.
struct Geometry {
  std::int64_t state_rows = 1;
  int state_pitch = 1;
  int region_width = 4;
};

bool start_per_input(const RateEncoderSpec& spec) {
  return spec.mode == RateMode::PhaseAccumulator && spec.start_phase.size() > 1;
}

Geometry geometry_of(const RateEncoderSpec& spec) {
  Geometry g;
  g.state_rows = (spec.num_inputs + spec.lanes - 1) / spec.lanes;
  g.state_pitch = 2 * spec.phase_bits + 1;
  const auto start_phases =
      spec.mode == RateMode::Random ? 1 : static_cast<std::int64_t>(spec.start_phase.size());
  g.region_width =
      std::max({4, window_width(std::int64_t{1} << spec.intensity_bits, spec.phase_bits + 1),
                window_width(start_phases, spec.phase_bits),
                window_width(g.state_rows, spec.lanes * g.state_pitch)});
  return g;
}

/// A table written over the bus: one element a row.
MemoryWindow table_window(std::string name, std::int64_t offset, int bits, std::string doc,
                          const std::vector<std::int64_t>& values) {
  const auto rows = static_cast<std::int64_t>(values.size());
  MemoryWindow memory{
      .name = name,
      .offset = offset,
      .access = Access::ReadWrite,
      .role = Role::Config,
      .rows = rows,
      .row_bits = bits,
      .pitch_bits = bits,
      .elements_per_row = 1,
      .elements = rows,
      .fields = {{.name = name, .offset = 0, .bits = bits, .is_signed = false, .doc = {}}},
      .image = make_image(rows, 1, bits),
      .doc = std::move(doc)};
  for (std::int64_t row = 0; row < rows; ++row) {
    set_element(memory.image, row, 0, bits,
                static_cast<std::uint32_t>(values[static_cast<std::size_t>(row)]));
  }
  return memory;
}

MemoryWindow state_window(const RateEncoderSpec& spec, const Geometry& g) {
  MemoryWindow memory{.name = "state",
                      .offset = std::int64_t{3} << g.region_width,
                      .access = Access::ReadOnly,
                      .role = Role::State,
                      .rows = g.state_rows,
                      .row_bits = spec.lanes * g.state_pitch,
                      .pitch_bits = g.state_pitch,
                      .elements_per_row = spec.lanes,
                      .elements = spec.num_inputs,
                      .fields = {{.name = "increment",
                                  .offset = spec.phase_bits,
                                  .bits = spec.phase_bits + 1,
                                  .is_signed = false,
                                  .doc = "increment of the input's intensity"}},
                      .image = {},
                      .doc = "State of each input, input 0 first.",
                      .element = "input"};
  // A random encoder has no phase; those bits read 0.
  if (spec.mode == RateMode::PhaseAccumulator) {
    memory.fields.insert(memory.fields.begin(), {.name = "phase",
                                                 .offset = 0,
                                                 .bits = spec.phase_bits,
                                                 .is_signed = false,
                                                 .doc = "phase accumulator"});
  }
  return memory;
}

std::vector<Register> registers_of(const RateEncoderSpec& spec, Counters counters) {
  std::vector<Register> registers;
  if (spec.mode == RateMode::Random) {
    registers.push_back({.name = "seed",
                         .offset = 0,
                         .bits = 32,
                         .is_signed = false,
                         .access = Access::ReadWrite,
                         .role = Role::Config,
                         .reset = spec.seed,
                         .doc = "state of the random generator at the start of a sample, not 0",
                         .fields = {},
                         .range = ValueRange{1, 0xffffffff}});
    registers.push_back({.name = "lfsr",
                         .offset = 1,
                         .bits = 32,
                         .is_signed = false,
                         .access = Access::ReadOnly,
                         .role = Role::State,
                         .reset = spec.seed,
                         .doc = "state of the random generator",
                         .fields = {}});
  }
  if (counters >= Counters::Basic) {
    registers.push_back(counter_register("values_in", 8, "values of frames"));
    registers.push_back(counter_register("events_out", 9, "spikes sent"));
    registers.push_back(counter_register("steps", 10, "time steps sent"));
  }
  if (counters >= Counters::Full) {
    registers.push_back(
        counter_register("stall_cycles", 12, "cycles in which the encoder waited for the output"));
  }
  return registers;
}

std::vector<LeafParameter> parameters_of(const RateEncoderSpec& spec, Counters counters) {
  const bool random = spec.mode == RateMode::Random;
  std::vector<LeafParameter> parameters = {
      int_parameter("NumInputs", spec.num_inputs, 1, 1 << 24, "inputs"),
      int_parameter("IntensityBits", spec.intensity_bits, 1, 16, "bits of an intensity"),
      int_parameter("PhaseBits", spec.phase_bits, 1, 31, "bits of the phase"),
      bit_parameter("Random", random, "0: phase accumulator, 1: pseudo-random"),
      int_parameter("TimeSteps", spec.time_steps, 1, INT32_MAX, "time steps of a sample, at most"),
      int_parameter("Lanes", spec.lanes, 1, 1 << 20, "inputs examined per cycle"),
      bit_parameter("StopOn", !spec.stop_on.empty(), "1: a verdict may end the sample"),
      bit_parameter("StartPerInput", start_per_input(spec), "1: each input has a start phase")};
  if (random) {
    parameters.push_back(word_parameter("Seed", spec.seed, "of the random generator, after reset"));
  } else if (!start_per_input(spec)) {
    parameters.push_back(
        word_parameter("StartPhase", spec.start_phase.at(0), "of all inputs, after reset"));
  }
  parameters.push_back(int_parameter("Counters", static_cast<int>(counters), 0, 2, kCountersDoc));
  return parameters;
}

/// Only the phases are read and written at a time: the rest is written while nothing reads it.
std::vector<LeafMemory> memories_of(const RateEncoderSpec& spec, const Geometry& g) {
  const auto ram_if = [](bool used) {
    return used ? LeafMemory::Technology::Ram : LeafMemory::Technology::None;
  };
  return {{.prefix = "levels",
           .ports = MemoryPorts::ReadWrite,
           .technology = LeafMemory::Technology::Ram,
           .width = spec.phase_bits + 1,
           .depth = std::int64_t{1} << spec.intensity_bits,
           .doc = "increment of an intensity"},
          {.prefix = "start",
           .ports = MemoryPorts::ReadWrite,
           .technology = ram_if(start_per_input(spec)),
           .width = spec.phase_bits,
           .depth = spec.num_inputs,
           .doc = "phase of an input at the start of a sample"},
          {.prefix = "increments",
           .ports = MemoryPorts::ReadWrite,
           .technology = LeafMemory::Technology::Ram,
           .width = spec.lanes * (spec.phase_bits + 1),
           .depth = g.state_rows,
           .doc = "increment of each input of the row"},
          {.prefix = "phases",
           .ports = MemoryPorts::ReadAndWrite,
           .technology = ram_if(spec.mode == RateMode::PhaseAccumulator),
           .width = spec.lanes * spec.phase_bits,
           .depth = g.state_rows,
           .doc = "phase of each input of the row"}};
}

LogicEstimate logic_of(const RateEncoderSpec& spec, Counters counters) {
  constexpr double kStage = 800, kFieldBit = 8.8, kPhaseBit = 7;
  constexpr double kDrawBit = 45;  // parity of 16 of the LFSR's bits, and the comparison
  constexpr int kBasicCounters = 3, kFullCounters = 4;
  const double phase = spec.phase_bits;
  const double lane = spec.mode == RateMode::Random
                          ? kFieldBit * (phase + 1) + kDrawBit * phase
                          : kFieldBit * (2 * phase + 1) + kPhaseBit * phase;
  LogicEstimate logic{.nand2 = kStage + static_cast<double>(spec.lanes) * lane +
                               counter_gates(counters, kBasicCounters, kFullCounters)};
  if (spec.lanes > 1) {
    logic.what = fmt::format("{} lanes", with_commas(spec.lanes));
    logic.knob = "lanes";
  }
  return logic;
}

StageHardware elaborate_rate_encoder(const Stage& stage, const Spec& design) {
  const auto& spec = params_of<RateEncoderSpec>(stage);
  const Geometry g = geometry_of(spec);
  StageHardware hardware;
  hardware.module = "nacre_rate_encoder";
  hardware.summary = fmt::format("{} intensities to spikes in at most {} time steps",
                                 spec.num_inputs, spec.time_steps);
  hardware.parameters = parameters_of(spec, design.counters);
  hardware.logic = logic_of(spec, design.counters);
  hardware.config_address_width = g.region_width + 2;
  hardware.registers = registers_of(spec, design.counters);
  hardware.windows.push_back(
      table_window("levels", std::int64_t{1} << g.region_width, spec.phase_bits + 1,
                   "Increment of each intensity, per time step.", spec.levels));
  if (spec.mode == RateMode::PhaseAccumulator) {
    hardware.windows.push_back(
        table_window("start_phase", std::int64_t{2} << g.region_width, spec.phase_bits,
                     start_per_input(spec) ? "Phase of each input at the start of a sample."
                                           : "Phase of every input at the start of a sample.",
                     spec.start_phase));
  }
  hardware.windows.push_back(state_window(spec, g));
  hardware.memories = memories_of(spec, g);
  hardware.errors = {"frame_order", "frame_short"};
  hardware.has_step_ports = true;
  hardware.verdict_from = spec.stop_on;
  return hardware;
}

}  // namespace

const KindHardware& rate_encoder_kind_hardware() {
  static const KindHardware kind{.name = "rate_encoder", .elaborate = elaborate_rate_encoder};
  return kind;
}

}  // namespace nacre
