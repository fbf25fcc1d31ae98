#pragma once
// Standard-cell libraries: the part of the Liberty format (Liberty User Guide, 2017.06) that area,
// energy and cell models need. All numbers are in SI units, whatever units the file states.

#include <array>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "nacre/diagnostics.hpp"

namespace nacre::flows {

/// A lookup table over (input slew, output load), or over one of them, or a single value. Axes are
/// sorted; values are row-major over (index of `slews`, index of `loads`). An empty axis means that
/// the value does not depend on it.
struct LibertyTable {
  std::vector<double> slews;   ///< s
  std::vector<double> loads;   ///< F
  std::vector<double> values;  ///< J, or s
  bool empty() const { return values.empty(); }
};

/// Bilinear interpolation; outside the axes the border cell is extended (as the Liberty guide says
/// for delay tables). An empty table is 0.
double look_up(const LibertyTable& table, double slew, double load);

/// `internal_power` of a pin: energy of one transition of that pin, without the load's.
struct InternalPower {
  std::string related_pin;  ///< the input that caused it; empty: a transition of the pin itself
  std::string when;         ///< condition as written; empty: always
  LibertyTable rise;        ///< J, for the pin's rise (of an output) or its own (of an input)
  LibertyTable fall;        ///< J
};

/// `timing` of an output pin, as far as slews need it.
struct TimingArc {
  std::string related_pin;
  LibertyTable rise_transition;  ///< s
  LibertyTable fall_transition;  ///< s
};

struct LibertyPin {
  std::string name;
  bool is_output = false;    ///< or inout; `internal` pins are left out
  bool is_clock = false;     ///< `clock : true`, or named in `clocked_on` or `enable`
  double capacitance = 0;    ///< F
  std::string function;      ///< as written; empty: none
  bool three_state = false;  ///< has `three_state`
  std::vector<InternalPower> internal_power;
  std::vector<TimingArc> arcs;
};

/// An `ff` or `latch` group.
struct LibertySequential {
  bool is_latch = false;
  std::string state;     ///< first variable, e.g. IQ
  std::string inverted;  ///< second variable, e.g. IQN
  std::string clock;     ///< `clocked_on`, or `enable`: expression as written
  std::string data;      ///< `next_state`, or `data_in`: expression as written
  std::string clear;     ///< expression; empty: none
  std::string preset;    ///< expression; empty: none
};

struct LibertyCell {
  std::string name;
  double area = 0;  ///< in the library's unit (um2 for all that state one)
  bool has_area = false;
  double leakage = 0;  ///< W
  bool has_leakage = false;
  bool dont_use = false;
  bool has_power_tables = false;
  std::string clock_gate;  ///< `clock_gating_integrated_cell` as written; empty: no clock gate
  std::optional<LibertySequential> sequential;
  std::vector<LibertyPin> pins;
  int line = 0;  ///< in its file

  const LibertyPin* pin(const std::string& name) const;
};

/// One or several files merged.
struct Library {
  std::string name;         ///< of the first file's `library` group
  double voltage = 0;       ///< V, nominal
  double temperature = 0;   ///< degrees Celsius
  double default_slew = 0;  ///< s, the smallest of the tables' input slews; 0: no table has one
  std::map<std::string, LibertyCell> cells;  ///< by name
  std::vector<std::filesystem::path> files;
  /// Plain text of each file (unpacked), as the tools read it.
  std::vector<std::string> texts;

  const LibertyCell* cell(const std::string& name) const;
};

/// Reads and merges Liberty files (plain, or gzip whatever the name). What a file lacks for
/// synthesis is an error with the line or cell: N1101 unreadable or not Liberty (truncated,
/// syntax), N1102 no area, N1103 no flip-flop, N1104 no NAND2 or inverter, N1105 two files define
/// one cell, or two files disagree on voltage or units, N1106 units that are not understood.
/// Missing power tables are a warning here (W1101): they are an error (N1107) only when energy is
/// asked for, see `check_power_tables`.
std::optional<Library> read_liberty(const std::vector<std::filesystem::path>& files,
                                    Diagnostics& diagnostics);

/// The same for one text; `name` stands for the file in messages.
std::optional<Library> parse_liberty(const std::string& name, std::string text,
                                     Diagnostics& diagnostics);

/// Reports N1107 when a cell that is used has inputs, but neither internal power nor capacitances,
/// or when the library states no voltage. Names that are no cells of the library are not its
/// concern.
bool check_power_tables(const Library& library, const std::vector<std::string>& used_cells,
                        Diagnostics& diagnostics);

/// The smallest cell whose one output is !(A & B) of its two inputs, or !A of its one; areas of 0
/// and `dont_use` cells do not count. nullptr: none.
const LibertyCell* find_nand2(const Library& library);
const LibertyCell* find_inverter(const Library& library);

/// A cell with three inputs and two outputs: sum (exclusive-or of the three) and carry (majority).
struct FullAdder {
  const LibertyCell* cell = nullptr;
  std::array<std::string, 3> inputs;  ///< in the order of the cell's pins
  std::string sum;
  std::string carry;
};

/// The smallest full adder that may be used; nothing: there is none.
std::optional<FullAdder> find_full_adder(const Library& library);

/// The NAND2, which every library that was read has: the unit of gate equivalents.
const LibertyCell& nand2_of(const Library& library);

/// The smallest D latch without clear and preset, transparent while its enable is 1 (`enable_high`)
/// or 0; nullptr: none.
const LibertyCell* latch_of(const Library& library, bool enable_high);

/// The smallest flip-flop with one data input, a rising clock, and neither clear nor preset;
/// nullptr: none.
const LibertyCell* plain_flip_flop_of(const Library& library);

/// What a cell of area 0 that holds state counts, in areas of the library's plain flip-flop. A rule
/// of thumb: a flip-flop is two latches, of which one alone still needs its clock inverter and
/// output buffer. For osu018, whose LATCH states no area, this is 64 um2, as in the measurements of
/// peers.
inline constexpr double kMissingLatchArea = 2.0 / 3.0;

/// The cell's area, or what stands for it: see `kMissingLatchArea`.
double area_of(const Library& library, const LibertyCell& cell);

}  // namespace nacre::flows
