#pragma once
// What elaboration makes of a Spec: a structural netlist, an address map, memory images.
//
// The netlist has modules, ports, constants, nets, instances, slices and concatenations, and no
// operators: behaviour is in the hand-written leaves (docs/decisions/0001-structural-netlist.md).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace nacre {

// ------------------------------------------------------------------------------------- Netlist

/// A bit vector that is printed as one literal; words least significant first.
struct Bits {
  int width = 1;
  std::vector<std::uint32_t> words;
  bool is_quantity = false;  ///< printed in decimal (at most 32 bits), else in hexadecimal
};

/// Value of a constant: an `int`, or a bit vector.
using ConstantValue = std::variant<std::int64_t, Bits>;

/// A named constant of a module (`localparam`).
struct NamedConstant {
  std::string name;
  ConstantValue value;
  std::string comment;  ///< one line, may be empty
  std::string section;  ///< heading under which it is printed
};

/// Index of a constant in Module::constants.
struct ConstantId {
  int index = -1;
};

/// Index of a net in Module::nets.
struct NetId {
  int index = -1;
};

/// A wire of one or more bits. A port is a net, too.
struct Net {
  std::string name;
  int width = 1;
  ConstantId width_name;  ///< constant of that value; index -1: width 1, or a width of the protocol
  std::string section;    ///< heading under which it is printed
};

enum class Direction { Input, Output };

struct Port {
  NetId net;
  Direction direction = Direction::Input;
  std::string section;
};

/// Bits lsb ... lsb+width-1 of a net.
struct Slice {
  NetId net;
  int lsb = 0;
  int width = 1;
  ConstantId width_name;  ///< needed when the slice is neither the whole net nor one bit
};

/// A literal of 0s: an input that this design does not use.
struct Zeros {
  int width = 1;
};

/// Parts of a concatenation, most significant first; one part stands for itself.
using Part = std::variant<Slice, Zeros>;
using Concat = std::vector<Part>;

/// A connection of an instance. `width` is the width of the leaf's port.
struct Pin {
  std::string port;
  Direction direction = Direction::Input;
  int width = 1;
  Concat value;
};

/// A parameter of an instance, with the range that the leaf documents (for an `int`).
struct Parameter {
  std::string name;
  ConstantId value;
  std::int64_t min = INT32_MIN;
  std::int64_t max = INT32_MAX;
};

struct Instance {
  std::string module;
  std::string name;
  std::string comment;  ///< one or more lines above the instance; may be empty
  std::string section;
  std::vector<Parameter> parameters;
  std::vector<Pin> pins;
};

/// A module: what the printer prints, in the order of the vectors.
struct Module {
  std::string name;
  std::vector<std::string> header;  ///< comment lines at the top of the file
  std::vector<NamedConstant> constants;
  std::vector<Net> nets;
  std::vector<Port> ports;
  std::vector<Instance> instances;
};

/// Adds a net and returns its number.
NetId add_net(Module& module, Net net);
/// Adds a constant and returns its number.
ConstantId add_constant(Module& module, NamedConstant constant);
/// The whole net as a connection.
Concat whole(const Module& module, NetId net);
/// Width of a connection in bits.
int width_of(const Concat& value);

/// Every rule that `module` breaks, as sentences; empty when it is sound. The rules: names are
/// legal, unique and no keywords; widths are at least 1 and equal at each pin and to their
/// constants; each bit of each net has one driver; each net is read, or says `unused` in its name;
/// parameters are in the leaf's range.
std::vector<std::string> violations(const Module& module);

/// Ends the program with all violations when there is one: a fault of ours (exit 70).
void verify(const Module& module);

// --------------------------------------------------------------------------------- Address map

enum class Access { ReadOnly, ReadWrite, WriteOnly, WriteOneToClear };

/// What a register or memory is to the harness (docs/generated_files.md).
enum class Role { Id, Control, Config, State, Counter };

/// Bits of a register or of one element of a memory.
struct Field {
  std::string name;
  int offset = 0;  ///< bit in the register, or in the element
  int bits = 1;
  bool is_signed = false;
  std::string doc;
};

/// Values that a writable register takes; others are refused.
struct ValueRange {
  std::int64_t min;
  std::int64_t max;
};

struct Register {
  std::string name;     ///< without the stage
  std::int64_t offset;  ///< 32-bit word in the stage's window
  int bits = 32;
  bool is_signed = false;
  Access access = Access::ReadOnly;
  Role role = Role::Control;
  std::int64_t reset = 0;  ///< as read, sign included
  std::string doc;
  std::vector<Field> fields;                       ///< empty: the register is one field
  std::optional<ValueRange> range = std::nullopt;  ///< absent: whatever fits in the bits
};

/// The rows of a memory image, each `row_bits` wide; 32-bit chunks, least significant first.
struct Image {
  int row_bits = 1;
  std::int64_t rows = 0;
  std::vector<std::uint32_t> chunks;  ///< row r begins at r * ceil(row_bits / 32)
};

struct MemoryWindow {
  std::string name;     ///< without the stage
  std::int64_t offset;  ///< first 32-bit word in the stage's window
  Access access = Access::ReadOnly;
  Role role = Role::State;
  std::int64_t rows = 1;
  int row_bits = 1;
  int pitch_bits = 1;
  std::int64_t elements_per_row = 1;
  std::int64_t elements = 1;
  std::vector<Field> fields;
  Image image;  ///< no rows: the memory has none
  std::string doc;
  std::string element = {};  ///< what an element is of: "neuron", "class", "input"; may be empty
  /// When not 0: `group_elements` successive elements begin a row of their own, every `group_rows`
  /// rows; positions behind the last of them are not used.
  std::int64_t group_rows = 0;
  std::int64_t group_elements = 0;
  std::vector<Field> row_fields = {};  ///< one of each per row; offset from bit 0 of the row
};

/// Registers and memories of one target of the bus.
struct Window {
  std::string stage;      ///< "control", or a stage's name
  std::int64_t base = 0;  ///< byte address
  std::int64_t size = 0;  ///< bytes; what lies between its end and the next window is refused
  std::string doc;
  std::vector<Register> registers;
  std::vector<MemoryWindow> memories;
};

/// 32-bit words that one row of a memory takes in its window, a power of two.
std::int64_t row_stride_words(int row_bits);

// -------------------------------------------------------------------------------------- Design

/// Ports of a memory: one for reading and writing, or one each.
enum class MemoryPorts { ReadWrite, ReadAndWrite };

/// RAM of at least this size is a module of its own, `ram_module_name`: small ones are cheaper in
/// the logic around them.
inline constexpr std::int64_t kMinRamModuleBits = 512;

/// A memory that is a module of fixed name and size: a foundry's macro can take its place by name.
struct Macro {
  std::string name;
  bool is_named_by_spec = true;  ///< false: a RAM, with the name that its size gives it
  /// It holds what the cells of a device model hold: where the real devices are, it is not.
  bool is_device_state = false;
  MemoryPorts ports = MemoryPorts::ReadWrite;
  int width = 1;
  std::int64_t depth = 1;
  friend bool operator==(const Macro&, const Macro&) = default;
};

/// "nacre_ram_1rw_720x16": 720 rows of 16 bits, one port that reads or writes;
/// "nacre_ram_1r1w_...": one port for each.
std::string ram_module_name(MemoryPorts ports, std::int64_t depth, int width);

/// About how large the logic of a stage's leaf is: what is refused before a tool starts.
struct LogicEstimate {
  double nand2 = 0;    ///< NAND2 equivalents without the memories beside the leaf; 0: not known
  std::string what{};  ///< what makes it large: "64 lanes"; may be empty
  std::string knob{};  ///< key of the specification that makes it smaller; may be empty
};

/// A whole design, ready to be printed.
struct Design {
  std::string name;
  std::string summary;  ///< in words, for first lines: "2 stages: ..."
  std::string hash;
  Module top;
  std::vector<Window> windows;                 ///< control first, then the stages in order
  std::vector<Macro> macros;                   ///< sorted by name
  std::map<std::string, LogicEstimate> logic;  ///< of the stages' leaves, by instance
};

}  // namespace nacre
