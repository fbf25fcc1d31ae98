// imc_sram_vector as hardware: parameters of nacre_imc_sram_vector, its window, its images.

#include <fmt/format.h>

#include <algorithm>

#include "design/kind_hardware.hpp"
#include "diagnostics/nearest.hpp"
#include "imc_sram_vector/imc_sram_vector_spec.hpp"

namespace nacre {
namespace {

constexpr int kEntryBits = 64;
constexpr int kImmediateBits = 9;  ///< words of a row in the window `issue`, as a power of two
constexpr int kWordBits = 32;
constexpr std::int64_t kAccumulatorOffset = 16;

int region_width_of(const ImcSramVectorSpec& spec) {
  return std::max(kImmediateBits + address_width(spec.rows),
                  window_width(static_cast<std::int64_t>(spec.program.size()), kEntryBits));
}

std::vector<Register> registers_of(Counters counters) {
  std::vector<Register> registers;
  if (counters >= Counters::Basic) {
    registers.push_back(counter_register("frames", 8, "complete frames"));
    registers.push_back(counter_register("instructions", 9, "instructions issued"));
    registers.push_back(counter_register("mac_instructions", 10, "of these, multiply-accumulate"));
  }
  if (counters >= Counters::Full) {
    registers.push_back(
        counter_register("stall_cycles", 12, "cycles in which a word waited at the output"));
    registers.push_back(
        counter_register("row_writes", 13, "rows written by instructions and frames"));
  }
  return registers;
}

/// Rows as words of 32 bits.
MemoryWindow row_window(std::string name, std::int64_t offset, std::int64_t rows, int row_bits,
                        std::string doc) {
  return {.name = name,
          .offset = offset,
          .access = Access::ReadWrite,
          .role = Role::State,
          .rows = rows,
          .row_bits = row_bits,
          .pitch_bits = kWordBits,
          .elements_per_row = row_bits / kWordBits,
          .elements = rows * row_bits / kWordBits,
          .fields = {{.name = name, .offset = 0, .bits = kWordBits, .is_signed = false, .doc = {}}},
          .image = {},
          .doc = std::move(doc),
          .element = "word"};
}

/// A block of `data` on the write-only face of the memory.
MemoryWindow data_window(const VectorData& block, std::size_t index, std::int64_t face,
                         int row_bits) {
  MemoryWindow memory =
      row_window(fmt::format("data_{}", index), face + block.row * row_stride_words(row_bits),
                 block.rows, row_bits,
                 fmt::format("Rows {} ... {}, loaded after each reset.", block.row,
                             block.row + block.rows - 1));
  memory.access = Access::WriteOnly;
  const std::int64_t lanes = row_bits / block.lane_bits;
  memory.image = make_image(block.rows, lanes, block.lane_bits);
  for (std::int64_t i = 0; i < block.rows * lanes; ++i) {
    set_element(memory.image, i / lanes, i % lanes, block.lane_bits,
                static_cast<std::uint32_t>(block.values[static_cast<std::size_t>(i)]));
  }
  return memory;
}

MemoryWindow program_window(const ImcSramVectorSpec& spec, std::int64_t offset) {
  constexpr int kWords = kEntryBits / kWordBits;
  const auto entries = static_cast<std::int64_t>(spec.program.size());
  MemoryWindow memory =
      row_window("program", offset, entries, kEntryBits, "Entries that are executed per frame.");
  memory.role = Role::Config;
  memory.image = make_image(entries, kWords, kWordBits);
  for (std::int64_t i = 0; i < entries; ++i) {
    const std::uint64_t entry = spec.program[static_cast<std::size_t>(i)];
    set_element(memory.image, i, 0, kWordBits, static_cast<std::uint32_t>(entry));
    set_element(memory.image, i, 1, kWordBits, static_cast<std::uint32_t>(entry >> kWordBits));
  }
  return memory;
}

std::vector<MemoryWindow> windows_of(const ImcSramVectorSpec& spec, int region_width) {
  const std::int64_t region = std::int64_t{1} << region_width;
  std::vector<MemoryWindow> windows = {
      row_window("accumulator", kAccumulatorOffset, 1, spec.row_bits, "Row of accumulators."),
      row_window("memory", region, spec.rows, spec.row_bits,
                 "Rows; one that was not written since the reset reads 0.")};
  windows.front().access = Access::ReadOnly;
  // The upper half of the memory's region is its write-only face.
  for (std::size_t i = 0; i < spec.data.size(); ++i) {
    windows.push_back(data_window(spec.data[i], i, region + region / 2, spec.row_bits));
  }
  windows.push_back(program_window(spec, 2 * region));
  MemoryWindow issue = row_window("issue", 3 * region, spec.rows << kImmediateBits, kWordBits,
                                  "A store to word rd * 512 + imm issues its data.");
  issue.access = Access::WriteOnly;
  issue.role = Role::Control;
  windows.push_back(std::move(issue));
  return windows;
}

std::vector<LeafParameter> parameters_of(const ImcSramVectorSpec& spec, Counters counters) {
  const auto lane_parameter = [](std::string name, int bits, std::string doc) {
    return int_parameter(std::move(name), bits, 8, 32, std::move(doc));
  };
  return {int_parameter("Rows", spec.rows, 1, 4096, "rows of the memory"),
          int_parameter("RowBits", spec.row_bits, 128, 512, "bits of a row"),
          int_parameter("NumEntries", static_cast<std::int64_t>(spec.program.size()), 1, 1 << 16,
                        "entries of the program"),
          int_parameter("NumValues", spec.num_values, 1, 1 << 24, "values of a frame"),
          int_parameter("ValueBits", spec.value_bits, 1, 32, "bits of a value"),
          bit_parameter("ValueSigned", spec.value_signed, "1: values are two's complement"),
          bit_parameter("Steps", spec.steps, "1: frames end with end_of_step"),
          int_parameter("InputRow", spec.load_row, 0, 4095, "first row of a frame"),
          lane_parameter("InputLaneBits", spec.load_lane_bits, "lane of a value"),
          int_parameter("NumOutputs", spec.send_count, 1, 1 << 24, "values sent per frame"),
          int_parameter("OutputRow", spec.send_row, 0, 4095, "first row that is sent"),
          lane_parameter("OutputLaneBits", spec.send_lane_bits, "lane of a value sent"),
          int_parameter("Counters", static_cast<int>(counters), 0, 2, kCountersDoc)};
}

/// Two copies, so that both operands of an instruction are read in one cycle.
std::vector<LeafMemory> memories_of(const ImcSramVectorSpec& spec) {
  const auto copy = [&spec](std::string prefix, std::string doc) {
    return LeafMemory{.prefix = std::move(prefix),
                      .ports = MemoryPorts::ReadAndWrite,
                      .technology = LeafMemory::Technology::Ram,
                      .width = spec.row_bits,
                      .depth = spec.rows,
                      .doc = std::move(doc)};
  };
  return {copy("copy0", "the rows, for the first operand"),
          copy("copy1", "the same rows, for the second operand"),
          {.prefix = "program",
           .ports = MemoryPorts::ReadWrite,
           .technology = LeafMemory::Technology::Ram,
           .width = kEntryBits,
           .depth = static_cast<std::int64_t>(spec.program.size()),
           .doc = "entries of the program"}};
}

/// Fitted on rows of 128 bits; four fifths are the words' arithmetic, all words alike.
LogicEstimate logic_of(const ImcSramVectorSpec& spec, Counters counters) {
  constexpr double kStage = 7000, kWord = 19900;
  constexpr int kBasicCounters = 3, kFullCounters = 5;
  return {.nand2 = kStage + kWord * spec.row_bits / kWordBits +
                   counter_gates(counters, kBasicCounters, kFullCounters),
          .what = fmt::format("rows of {} bits", spec.row_bits),
          .knob = "row_bits"};
}

StageHardware elaborate_imc_sram_vector(const Stage& stage, const Spec& design) {
  const auto& spec = params_of<ImcSramVectorSpec>(stage);
  const int region_width = region_width_of(spec);
  StageHardware hardware;
  hardware.module = "nacre_imc_sram_vector";
  hardware.summary = fmt::format("{} rows of {} bits, a program of {} entries per frame",
                                 with_commas(spec.rows), spec.row_bits, spec.program.size());
  hardware.parameters = parameters_of(spec, design.counters);
  hardware.config_address_width = region_width + 2;
  hardware.registers = registers_of(design.counters);
  hardware.windows = windows_of(spec, region_width);
  hardware.memories = memories_of(spec);
  hardware.logic = logic_of(spec, design.counters);
  hardware.errors = {"frame_order", "frame_short", "bad_instruction", "row_not_written"};
  return hardware;
}

}  // namespace

const KindHardware& imc_sram_vector_kind_hardware() {
  static const KindHardware kind{.name = "imc_sram_vector", .elaborate = elaborate_imc_sram_vector};
  return kind;
}

}  // namespace nacre
