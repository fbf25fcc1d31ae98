#pragma once
// What the hardware layer knows of a kind: the leaf module of a stage, its parameters, its window.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nacre/design.hpp"
#include "nacre/spec.hpp"

namespace nacre {

/// A parameter of a stage's leaf. The top names it as a constant of its own.
struct LeafParameter {
  std::string name;
  ConstantValue value;
  std::int64_t min = 0;  ///< the leaf's documented range (for an `int`)
  std::int64_t max = 0;
  std::string doc;
};

/// A memory outside the leaf (docs/stage_interface.md, "Memories").
struct LeafMemory {
  std::string prefix;  ///< of the leaf's ports, and part of the instance's name
  MemoryPorts ports = MemoryPorts::ReadWrite;
  /// None: the leaf has the ports, but this design does not use the memory.
  enum class Technology { FlipFlop, Ram, Macro, None } technology = Technology::Ram;
  std::string macro{};  ///< module, with Technology::Macro
  int width = 1;
  std::int64_t depth = 1;
  std::string doc;
  bool is_device_state = false;  ///< see Macro; a module of its own, whatever its size
};

/// How one stage becomes hardware.
struct StageHardware {
  std::string module;   ///< leaf
  std::string summary;  ///< one line above the instance
  std::vector<LeafParameter> parameters;
  std::vector<LeafMemory> memories;
  /// Words that nacre_stream_buffer holds in front of each input, 0: none; empty: of no input. With
  /// it the leaf has the ports `buffer_busy_i` and `most_words_i`.
  std::vector<std::int64_t> input_buffers;
  std::vector<Register> registers;  ///< offsets inside the stage's window
  std::vector<MemoryWindow> windows;
  int config_address_width = 1;     ///< CfgAddrWidth of the leaf
  std::vector<std::string> errors;  ///< meaning of each bit of `error_o`, at most 4
  bool has_step_ports = false;      ///< `single_step_i`, `step_i`, `verdict_valid_i`, `verdict_i`
  LogicEstimate logic{};       ///< formulas fitted on runs (tests/unit/flows_preflight_test.cpp)
  std::string verdict_from;    ///< stage whose verdict it takes; may be empty
  bool gives_verdict = false;  ///< `verdict_valid_o`, `verdict_o`
};

/// One kind's way from typed parameters to hardware.
struct KindHardware {
  std::string_view name;
  StageHardware (*elaborate)(const Stage& stage, const Spec& spec);
};

/// All kinds, sorted by name.
const std::vector<const KindHardware*>& kind_hardware();

// ------------------------------------------------------------------------- Help for the kinds

/// max(1, ceil(log2(count))): bits of an address below `count`.
int address_width(std::int64_t count);

/// Bits of a word of this stream inside the chip (docs/streams.md).
int stream_width(const StreamShape& shape);

/// Address bits (in 32-bit words) that a memory of this size needs in its window.
int window_width(std::int64_t rows, int row_bits);

/// A parameter `int` with the range that the leaf documents.
LeafParameter int_parameter(std::string name, std::int64_t value, std::int64_t min,
                            std::int64_t max, std::string doc);
/// A parameter `bit`.
LeafParameter bit_parameter(std::string name, bool value, std::string doc);
/// A parameter `logic [31:0]` that is a quantity: the low 32 bits of `value`.
LeafParameter word_parameter(std::string name, std::int64_t value, std::string doc);

/// `numbers` as one constant of `bits` bits each, number 0 in the low bits.
template <class Numbers>
LeafParameter table_parameter(std::string name, const Numbers& numbers, int bits, std::string doc) {
  Bits constant{.width = 0, .words = {}};
  for (const auto number : numbers) {
    for (int b = 0; b < bits; ++b, ++constant.width) {
      if (constant.width % 32 == 0) constant.words.push_back(0);
      constant.words.back() |= ((static_cast<std::uint32_t>(number) >> b) & 1u)
                               << (constant.width % 32);
    }
  }
  return {.name = std::move(name), .value = std::move(constant), .doc = std::move(doc)};
}

/// Comment of a leaf's parameter Counters.
inline constexpr const char* kCountersDoc = "performance counters: 0 none, 1 basic, 2 full";

/// A performance counter: 32 bits, read only, wraps.
Register counter_register(std::string name, std::int64_t offset, std::string doc);

/// NAND2 equivalents of a leaf's performance counters: `basic` or `full` of them.
double counter_gates(Counters counters, int basic, int full);

/// An image of rows x elements_per_row elements of `pitch_bits`, all 0.
Image make_image(std::int64_t rows, std::int64_t elements_per_row, int pitch_bits);

/// Puts the low `pitch_bits` (at most 32) of `value` at an element of the image.
void set_element(Image& image, std::int64_t row, std::int64_t position, int pitch_bits,
                 std::uint32_t value);

}  // namespace nacre
