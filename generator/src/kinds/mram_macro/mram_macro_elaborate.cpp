// mram_macro as hardware: parameters of nacre_mram_macro, its windows, its image.

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "design/kind_hardware.hpp"
#include "design/mtj_parameters.hpp"
#include "diagnostics/nearest.hpp"
#include "mram_macro/mram_macro_spec.hpp"

namespace nacre {
namespace {

constexpr int kRegisterBits = 6;  ///< window of the registers, as a power of two of words
constexpr std::int64_t kLanesOffset = 4;
constexpr std::int64_t kSpareOffset = 24;
constexpr int kEnergyBits = 20;

/// Regions of the stage's window: upper two address bits.
enum class Region { Registers = 0, Cells = 1, States = 2, Wear = 3 };
constexpr int kRegionBits = 2;

int devices_of_row(const MramMacroSpec& spec) { return spec.row_bits() * spec.devices_per_bit(); }

int region_width(const MramMacroSpec& spec) {
  return std::max(kRegisterBits, window_width(spec.rows(), devices_of_row(spec)));
}

std::int64_t region_offset(const MramMacroSpec& spec, Region region) {
  return static_cast<std::int64_t>(region) << region_width(spec);
}

// ----------------------------------------------------------------------------------- Encoding

/// XOR of the columns of the ones: column i is the i-th number of odd weight, 3 or more, by weight,
/// then by value.
std::uint32_t secded_check_bits(std::uint64_t data, int data_bits, int check_bits) {
  std::uint32_t check = 0;
  int bit = 0;
  for (int weight = 3; weight <= check_bits; weight += 2) {
    for (std::uint32_t column = 0; column < (1u << check_bits) && bit < data_bits; ++column) {
      if (std::popcount(column) != weight) continue;
      if ((data >> bit) & 1) check ^= column;
      ++bit;
    }
  }
  return check;
}

/// Remainder of the data, times x^(2m), modulo g; above it the bit that makes the weight even.
std::uint32_t dected_check_bits(std::uint64_t data, int data_bits, int check_bits) {
  const int degree = check_bits - 1;
  const std::uint32_t generator = degree == 10 ? 0x769 : degree == 12 ? 0x1539 : 0x4377;
  std::uint32_t remainder = 0;
  for (int bit = data_bits - 1; bit >= 0; --bit) {
    remainder = (remainder << 1) ^ (static_cast<std::uint32_t>((data >> bit) & 1) << degree);
    if ((remainder >> degree) & 1) remainder ^= generator;
  }
  const int weight = std::popcount(data) + std::popcount(remainder);
  return remainder | (static_cast<std::uint32_t>(weight & 1) << degree);
}

/// States of the devices of a row that holds a word; marker 0.
std::vector<bool> states_of(const MramMacroSpec& spec, std::uint64_t data) {
  std::uint32_t check = 0;
  if (spec.ecc == MramEcc::Secded) {
    check = secded_check_bits(data, spec.data_bits, spec.check_bits());
  } else if (spec.ecc == MramEcc::Dected) {
    check = dected_check_bits(data, spec.data_bits, spec.check_bits());
  }
  std::vector<bool> states;
  for (int bit = 0; bit < spec.row_bits(); ++bit) {
    const int check_bit = bit - spec.data_bits;
    const bool value = check_bit < 0                   ? ((data >> bit) & 1) != 0
                       : check_bit < spec.check_bits() ? ((check >> check_bit) & 1) != 0
                                                       : false;
    if (spec.devices_per_bit() == 2) states.push_back(!value);
    states.push_back(value);
  }
  return states;
}

// --------------------------------------------------------------------------------- Parameters

LeafParameter switching_parameter(const MtjTables& tables) {
  std::vector<std::uint32_t> thresholds;
  for (const auto& direction : tables.switching) {
    for (const auto& amplitude : direction) {
      thresholds.insert(thresholds.end(), amplitude.begin(), amplitude.end());
    }
  }
  return table_parameter("Switching", thresholds, 32,
                         "switched in cycles 1 ... n of a pulse, 2^-32");
}

LeafParameter energy_parameter(const MramDevices& devices) {
  std::vector<std::int32_t> energies;
  for (const auto& direction : devices.write_energy_fj) {
    energies.insert(energies.end(), direction.begin(), direction.end());
  }
  return table_parameter("WriteEnergy", energies, kEnergyBits,
                         "fJ of a driven device in a cycle, by direction and amplitude");
}

std::int64_t timing_word(const MramTiming& timing) {
  return (std::int64_t{timing.recover} << 24) | (timing.pulse << 16) | (timing.evaluate << 8) |
         timing.precharge;
}

std::int64_t write_control_word(const MramWrite& write) {
  return (write.pulse_step << 16) | (write.tolerated_bits << 12) | (write.max_rounds << 8) |
         (write.amplitude_step << 4) | write.amplitude;
}

/// Register `forming` after reset, its bit 0 off; 0 without it.
std::int64_t forming_word(const MramMacroSpec& spec) {
  if (!spec.forming) return 0;
  return (spec.forming->pulse << 16) | (spec.forming->max_rounds << 8) |
         (spec.forming->amplitude << 4);
}

std::vector<LeafParameter> parameters_of(const MramMacroSpec& spec, Counters counters) {
  const MramWrite& write = spec.write;
  const auto hex_parameter = [](std::string name, std::uint32_t value, int bits, std::string doc) {
    return LeafParameter{.name = std::move(name),
                         .value = Bits{.width = bits, .words = {value}},
                         .doc = std::move(doc)};
  };
  std::vector<LeafParameter> parameters = {
      int_parameter("Words", spec.words, 1, 65536, "words"),
      int_parameter("DataBits", spec.data_bits, 8, 64, "bits of a word"),
      int_parameter("Ecc", static_cast<int>(spec.ecc), 0, 2, "0 none, 1 SECDED, 2 DEC-TED"),
      int_parameter("Sensing", static_cast<int>(spec.sensing), 0, 2,
                    "0 reference cells, 1 differential, 2 self-referenced"),
      int_parameter("Spares", spec.spares, 0, 16, "spare rows"),
      bit_parameter("Journal", spec.journal, "1: rows are marked while they are written"),
      bit_parameter("PreRead", write.pre_read, "1: only bits that differ are written"),
      bit_parameter("Verify", write.verify, "1: a sense follows each round"),
      bit_parameter("SelfTerminate", write.self_terminate, "1: driven until switched"),
      hex_parameter("Timing", static_cast<std::uint32_t>(timing_word(spec.timing)), 32,
                    "recover, pulse, evaluate, precharge after reset"),
      hex_parameter("WriteControl", static_cast<std::uint32_t>(write_control_word(write)), 20,
                    "write_control after reset"),
      hex_parameter("Forming", static_cast<std::uint32_t>(forming_word(spec)), 21,
                    "forming after reset, 0: no forming"),
      word_parameter("DeviceSeed", spec.devices.seed, "device_seed after reset"),
      int_parameter("ScrubEvery", spec.scrub_every, 0, (1 << 24) - 1,
                    "answered requests per scrubbed word, 0: no scrubber"),
      int_parameter("Level", spec.devices.level, 0, 2, "of the array's model")};
  for (LeafParameter& parameter : mtj_read_parameters(spec.devices.tables)) {
    parameters.push_back(std::move(parameter));
  }
  parameters.push_back(switching_parameter(spec.devices.tables));
  parameters.push_back(energy_parameter(spec.devices));
  parameters.push_back(hex_parameter("SenseEnergy",
                                     static_cast<std::uint32_t>(spec.devices.sense_energy_fj),
                                     kEnergyBits, "fJ of a bit in a sense"));
  parameters.push_back(int_parameter("Counters", static_cast<int>(counters), 0, 2, kCountersDoc));
  return parameters;
}

// ---------------------------------------------------------------------------------- Registers

Register setting(std::string name, std::int64_t offset, int bits, std::int64_t reset,
                 ValueRange range, std::string doc, std::vector<Field> fields = {}) {
  return {.name = std::move(name),
          .offset = offset,
          .bits = bits,
          .access = Access::ReadWrite,
          .role = Role::Config,
          .reset = reset,
          .doc = std::move(doc),
          .fields = std::move(fields),
          .range = range};
}

std::vector<Register> registers_of(const MramMacroSpec& spec, Counters counters) {
  const auto cycles = [](std::string name, int offset, std::string doc) {
    return Field{.name = std::move(name), .offset = offset, .bits = 8, .doc = std::move(doc)};
  };
  constexpr std::int64_t kAnyWord = 0xffffffff;
  std::vector<Register> registers = {
      setting("timing", 0, 32, timing_word(spec.timing), {0x01010101, 0x10101010},
              "cycles of senses and pulses, each 1 ... 16",
              {cycles("precharge", 0, "of a sense"), cycles("evaluate", 8, "of a sense"),
               cycles("pulse", 16, "of the first round"), cycles("recover", 24, "after a pulse")}),
      setting("write_control", 1, 20, write_control_word(spec.write), {0x00100, 0xf7f33},
              "the write controller",
              {{.name = "amplitude", .offset = 0, .bits = 2, .doc = "of the first round"},
               {.name = "amplitude_step", .offset = 4, .bits = 2, .doc = "per round"},
               {.name = "max_rounds", .offset = 8, .bits = 4, .doc = "1 ... 15"},
               {.name = "tolerated_bits", .offset = 12, .bits = 3, .doc = "that may be wrong"},
               {.name = "pulse_step", .offset = 16, .bits = 4, .doc = "cycles per round"}}),
      setting("device_seed", 2, 32, spec.devices.seed, {0, kAnyWord}, "of the devices"),
      setting("time", 3, 32, 0, {0, kAnyWord}, "present time, in units of the retention rate")};
  for (int lane = 0; lane < spec.lanes(); ++lane) {
    registers.push_back({.name = fmt::format("lane_{}", lane),
                         .offset = kLanesOffset + lane,
                         .access = Access::ReadOnly,
                         .role = Role::State,
                         .doc = fmt::format("lane {} of the lanes register", lane),
                         .fields = {}});
  }
  if (spec.forming) {
    registers.push_back(
        setting("forming", 6, 21, forming_word(spec), {0x10110, 0x100f31},
                "first pulses of resistive cells",
                {{.name = "enable", .offset = 0, .bits = 1, .doc = "1: a write forms its row"},
                 {.name = "amplitude", .offset = 4, .bits = 2, .doc = "1 ... 3"},
                 {.name = "max_rounds", .offset = 8, .bits = 4, .doc = "1 ... 15"},
                 {.name = "pulse", .offset = 16, .bits = 5, .doc = "cycles, 1 ... 16"}}));
  }
  if (counters >= Counters::Basic) {
    constexpr std::pair<const char*, const char*> kCounters[] = {
        {"reads", "rows decoded, for requests and scrubs"},
        {"writes", "words written, for requests and scrubs"},
        {"pulses", "pulses"},
        {"pulsed_bits", "devices driven, at the start of each pulse"},
        {"corrected_bits", "bits that the code corrected"},
        {"uncorrectable", "words that the code could not correct"},
        {"write_failures", "writes that failed"},
        {"retries", "rounds after the first one"},
        {"scrubs", "words scrubbed"},
        {"scrub_uncorrectable", "of these, uncorrectable or marked"},
        {"metastable_bits", "bits decided in the metastable zone"},
        {"energy_low", "energy of pulses and senses, fJ, bits 31:0"},
        {"energy_high", "energy of pulses and senses, fJ, bits 63:32"}};
    std::int64_t offset = 8;
    for (const auto& [name, doc] : kCounters) {
      registers.push_back(counter_register(name, offset++, doc));
    }
    if (spec.forming) {
      registers.push_back(counter_register("formed_rows", offset, "rows formed"));
    }
  }
  for (int n = 0; n < spec.spares; ++n) {
    registers.push_back(
        {.name = fmt::format("spare_{}", n),
         .offset = kSpareOffset + n,
         .access = Access::ReadWrite,
         .role = Role::State,
         .doc = fmt::format("what spare row {} is used for", n),
         .fields = {{.name = "word", .offset = 0, .bits = 31, .doc = "that was moved to it"},
                    {.name = "used", .offset = 31, .bits = 1, .doc = "the row is used"}}});
  }
  return registers;
}

// ------------------------------------------------------------------------------------ Windows

MemoryWindow states_window(const MramMacroSpec& spec, std::string name, Region region,
                           Access access, std::string doc) {
  const int devices = devices_of_row(spec);
  return {.name = name,
          .offset = region_offset(spec, region),
          .access = access,
          .role = Role::State,
          .rows = spec.rows(),
          .row_bits = devices,
          .pitch_bits = 1,
          .elements_per_row = devices,
          .elements = spec.rows() * devices,
          .fields = {{.name = std::move(name), .offset = 0, .bits = 1, .doc = "of a device"}},
          .image = {},
          .doc = std::move(doc),
          .element = "device"};
}

MemoryWindow cells_window(const MramMacroSpec& spec) {
  MemoryWindow memory =
      states_window(spec, "cells", Region::Cells, Access::WriteOnly,
                    "Back door: states of the devices, a row is stored with its last word. Loaded "
                    "after each reset.");
  const int devices = devices_of_row(spec);
  memory.image = make_image(memory.rows, devices, 1);
  for (std::int64_t row = 0; row < spec.rows(); ++row) {
    const auto word = static_cast<std::size_t>(row);
    // Cells that are not formed are high.
    const std::vector<bool> states =
        spec.forming ? std::vector<bool>(static_cast<std::size_t>(devices), true)
                     : states_of(spec, word < spec.data.size() ? spec.data[word] : 0);
    for (int device = 0; device < devices; ++device) {
      set_element(memory.image, row, device, 1, states[static_cast<std::size_t>(device)] ? 1 : 0);
    }
  }
  return memory;
}

MemoryWindow wear_window(const MramMacroSpec& spec) {
  constexpr int kWearBits = 32;
  return {.name = "wear",
          .offset = region_offset(spec, Region::Wear),
          .access = Access::ReadOnly,
          .role = Role::State,
          .rows = spec.rows(),
          .row_bits = kWearBits,
          .pitch_bits = kWearBits,
          .elements_per_row = 1,
          .elements = spec.rows(),
          .fields = {{.name = "wear", .offset = 0, .bits = kWearBits, .doc = "pulses"}},
          .image = {},
          .doc = "Pulses on each row.",
          .element = "row"};
}

/// Without the array, which is a macro. Through three shapes without counters, Yosys 0.23 and
/// OSU018: 4 words of 8 bits, plain (2,630); 16 of 32 with SECDED, journal, verify, 2 spares
/// (5,262); 1,024 of 64, the same on two devices a bit (7,736). kDectedBit is rough: from the gates
/// of 32 bits before they are mapped.
LogicEstimate logic_of(const MramMacroSpec& spec, Counters counters) {
  constexpr double kStage = 2030, kRowBit = 73, kDevice = 1.5, kSpare = 12, kDectedBit = 60;
  constexpr int kCounters = 12;  // 13 of them take 3,994 gates
  const double rows = spec.row_bits();
  return {.nand2 = kStage + kRowBit * rows + kDevice * devices_of_row(spec) +
                   kSpare * spec.spares * address_width(spec.words) +
                   (spec.ecc == MramEcc::Dected ? kDectedBit * rows : 0) +
                   counter_gates(counters, kCounters, kCounters)};
}

StageHardware elaborate_mram_macro(const Stage& stage, const Spec& design) {
  const auto& spec = params_of<MramMacroSpec>(stage);
  StageHardware hardware;
  hardware.module = "nacre_mram_macro";
  hardware.summary = fmt::format("{} words of {} bits in rows of {} devices",
                                 with_commas(spec.words), spec.data_bits, devices_of_row(spec));
  hardware.parameters = parameters_of(spec, design.counters);
  hardware.logic = logic_of(spec, design.counters);
  hardware.config_address_width = region_width(spec) + kRegionBits;
  hardware.registers = registers_of(spec, design.counters);
  hardware.windows = {
      cells_window(spec),
      states_window(spec, "states", Region::States, Access::ReadOnly, "States of the devices."),
      wear_window(spec)};
  hardware.errors = {"uncorrectable", "write_failed", "marked"};
  return hardware;
}

}  // namespace

const KindHardware& mram_macro_kind_hardware() {
  static const KindHardware kind{.name = "mram_macro", .elaborate = elaborate_mram_macro};
  return kind;
}

}  // namespace nacre
