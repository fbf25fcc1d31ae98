#include "liberty/liberty.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "liberty/function.hpp"
#include "liberty/syntax.hpp"

namespace nacre::flows {
namespace {

using Kind = LibertyStatement::Kind;

/// Larger texts are refused: the largest commercial libraries have a tenth.
constexpr std::size_t kMaxBytes = std::size_t{4} << 30;
/// Wider buses are refused: each bit becomes a pin.
constexpr double kMaxBusBits = 4096;
constexpr double kMaxBit = 1e6;

constexpr std::size_t kMaxAxes = 3;

/// What an axis of a table varies. Anything but the two that energy is looked up by counts at its
/// first value.
enum class Axis { Slew, Load, Other };

Axis axis_of(std::string_view variable) {
  if (variable == "input_net_transition" || variable == "input_transition_time") return Axis::Slew;
  if (variable == "total_output_net_capacitance") return Axis::Load;
  return Axis::Other;
}

struct TableTemplate {
  std::size_t num_axes = 0;
  std::array<Axis, kMaxAxes> axes{};
  std::array<std::vector<double>, kMaxAxes> indices;
};

/// 1 or 2 or 3 of "variable_1", "index_2", ...; 0: another name.
std::size_t axis_number(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix) || name.size() != prefix.size() + 1) return 0;
  const char digit = name.back();
  return digit >= '1' && digit <= '3' ? static_cast<std::size_t>(digit - '0') : 0;
}

/// Units as the file states them, in SI units; 0: not stated.
struct Units {
  double time_s = 0;
  double capacitance_f = 0;
  double voltage_v = 0;
  double leakage_w = 0;
};

/// "1ns" with base 's', or "1" and "pf" as two texts; nothing: not understood.
std::optional<double> parse_unit(std::string_view number, std::string_view unit, char base) {
  const auto factor = parse_liberty_number(number);
  std::string lower(unit);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (!factor || *factor <= 0 || lower.empty() || lower.back() != base) return std::nullopt;
  lower.pop_back();
  constexpr std::array<std::pair<std::string_view, double>, 8> kPrefixes = {{{"", 1},
                                                                             {"m", 1e-3},
                                                                             {"u", 1e-6},
                                                                             {"n", 1e-9},
                                                                             {"p", 1e-12},
                                                                             {"f", 1e-15},
                                                                             {"a", 1e-18},
                                                                             {"k", 1e3}}};
  for (const auto& [prefix, scale] : kPrefixes) {
    if (lower == prefix) return *factor * scale;
  }
  return std::nullopt;
}

std::optional<double> parse_unit(std::string_view text, char base) {
  const auto end = std::min(text.find_first_not_of("0123456789.+-"), text.size());
  std::string_view unit = text.substr(end);
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  return parse_unit(text.substr(0, end), unit, base);
}

void scale(std::vector<double>& values, double factor) {
  for (double& value : values) value *= factor;
}

/// `sum` at its own points plus `other` there.
void add_table(LibertyTable& sum, LibertyTable other) {
  if (sum.values.size() < other.values.size()) std::swap(sum, other);
  const std::size_t columns = std::max<std::size_t>(sum.loads.size(), 1);
  for (std::size_t i = 0; i < sum.values.size(); ++i) {
    const double slew = sum.slews.empty() ? 0 : sum.slews[i / columns];
    const double load = sum.loads.empty() ? 0 : sum.loads[i % columns];
    sum.values[i] += look_up(other, slew, load);
  }
}

/// The names of "A[3:0]" or of a plain name.
std::vector<std::string> expand_range(std::string_view text) {
  const auto open = text.find('['), colon = text.find(':');
  if (open == std::string_view::npos || colon == std::string_view::npos || !text.ends_with(']')) {
    return {std::string(text)};
  }
  const auto from = parse_liberty_number(text.substr(open + 1, colon - open - 1));
  const auto to = parse_liberty_number(text.substr(colon + 1, text.size() - colon - 2));
  if (!from || !to || *from < 0 || *to < 0 || std::max(*from, *to) > kMaxBit ||
      std::abs(*from - *to) >= kMaxBusBits) {
    return {std::string(text)};
  }
  std::vector<std::string> names;
  const int step = *from <= *to ? 1 : -1;
  for (int bit = static_cast<int>(*from);; bit += step) {
    names.push_back(fmt::format("{}[{}]", text.substr(0, open), bit));
    if (bit == static_cast<int>(*to)) return names;
  }
}

std::vector<std::string> names_of(const std::vector<std::string_view>& arguments) {
  std::vector<std::string> names;
  for (const std::string_view argument : arguments) {
    for (const std::string_view word : split_liberty_list(argument)) {
      for (std::string& name : expand_range(word)) names.push_back(std::move(name));
    }
  }
  return names;
}

/// A pin, bus or bundle while it is read. Pins of a bus begin as copies of what the bus said.
struct PinDraft {
  LibertyPin pin;
  bool is_internal = false;
  bool has_direction = false;
  std::optional<double> capacitance, rise_capacitance, fall_capacitance;
  std::vector<std::string> power_supplies;  ///< `related_pg_pin` of each internal_power
  std::vector<std::string> members;         ///< of a bus or bundle
  std::vector<PinDraft> pins;               ///< groups inside a bus or bundle
};

/// The means of `leakage_power` groups, for one supply.
struct LeakageStates {
  double sum = 0;
  int count = 0;
  std::optional<double> otherwise;  ///< of the group without `when`
};

/// Reads one text into a Library, in the text's own units until the end.
class LibraryReader {
 public:
  LibraryReader(std::string name, const std::string& text, Diagnostics& diagnostics)
      : file_(std::move(name)), syntax_(text), diagnostics_(diagnostics) {}

  /// Reports at most one fault of grammar, and all that is missing.
  std::optional<Library> read();
  Units units() const { return units_; }

 private:
  void read_library();
  void read_unit(const LibertyStatement& statement);
  void read_template(const LibertyStatement& head);
  void read_bus_type(const LibertyStatement& head);
  void read_operating_conditions(const LibertyStatement& head);
  void read_cell(const LibertyStatement& head);
  void read_sequential(const LibertyStatement& head, bool is_latch, LibertyCell& cell);
  void read_leakage(std::map<std::string, LeakageStates>& states);
  PinDraft read_pin(PinDraft draft, bool has_members);
  void read_internal_power(PinDraft& draft);
  void read_timing(LibertyPin& pin);
  LibertyTable read_table(const LibertyStatement& head,
                          const std::map<std::string, TableTemplate>& templates);
  LibertyTable make_table(const TableTemplate& form, const std::vector<double>& values,
                          const LibertyStatement& head);

  double number(const LibertyStatement& statement, double at_least);
  std::vector<double> numbers(const LibertyStatement& statement);
  void add_pin(LibertyCell& cell, const PinDraft& draft, const std::string& name);
  void add_pins(LibertyCell& cell, const PinDraft& draft, const std::vector<std::string>& names);
  void finish_cell(LibertyCell& cell);
  bool check_units();
  void scale_to_si();
  Location place(std::size_t at);

  std::string file_;
  LibertySyntax syntax_;
  Diagnostics& diagnostics_;
  Library library_;
  Units units_;
  std::vector<std::pair<std::size_t, std::string>> unit_faults_;
  std::map<std::string, TableTemplate> delay_templates_, power_templates_;
  std::map<std::string, std::vector<int>, std::less<>> bus_types_;  ///< indices of the bits
  double default_input_capacitance_ = 0;
  std::optional<double> default_leakage_;
  std::map<std::string, std::pair<double, double>> conditions_;  ///< voltage, temperature
  std::string default_conditions_;
  std::optional<double> nominal_voltage_, nominal_temperature_;
};

Location LibraryReader::place(std::size_t at) {
  const auto [line, column] = syntax_.place(at);
  return {.file = file_, .line = line, .column = column};
}

double LibraryReader::number(const LibertyStatement& statement, double at_least) {
  const auto value = parse_liberty_number(statement.value);
  if (!value) {
    syntax_.fail(statement.at, fmt::format("'{}' is '{}', must be a number", statement.name,
                                           statement.value.substr(0, 40)));
    return 0;
  }
  if (*value < at_least) {
    syntax_.fail(statement.at,
                 fmt::format("'{}' is {}, must be at least {}", statement.name, *value, at_least));
  }
  return *value;
}

std::vector<double> LibraryReader::numbers(const LibertyStatement& statement) {
  std::vector<double> values;
  for (const std::string_view argument : statement.arguments) {
    for (const std::string_view word : split_liberty_list(argument)) {
      const auto value = parse_liberty_number(word);
      if (!value) {
        syntax_.fail(statement.at, fmt::format("'{}' has '{}', must be numbers", statement.name,
                                               word.substr(0, 40)));
        return {};
      }
      values.push_back(*value);
    }
  }
  return values;
}

void LibraryReader::read_unit(const LibertyStatement& statement) {
  struct Known {
    std::string_view name;
    char base;
    double Units::*unit;
  };
  constexpr std::array<Known, 4> kKnown = {{{"time_unit", 's', &Units::time_s},
                                            {"voltage_unit", 'v', &Units::voltage_v},
                                            {"leakage_power_unit", 'w', &Units::leakage_w},
                                            {"capacitive_load_unit", 'f', &Units::capacitance_f}}};
  for (const Known& known : kKnown) {
    if (statement.name != known.name) continue;
    std::optional<double> value;
    std::string stated(statement.value);
    if (statement.kind == Kind::Simple) {
      value = parse_unit(statement.value, known.base);
    } else if (statement.arguments.size() == 2) {
      value = parse_unit(statement.arguments[0], statement.arguments[1], known.base);
      stated = fmt::format("{} {}", statement.arguments[0], statement.arguments[1]);
    }
    if (value) {
      units_.*known.unit = *value;
      return;
    }
    unit_faults_.emplace_back(
        statement.at, fmt::format("'{}' is '{}', must be a positive number and a unit of '{}' with "
                                  "a prefix from f to k",
                                  statement.name, stated, known.base));
  }
}

void LibraryReader::read_template(const LibertyStatement& head) {
  const bool is_power = head.name == "power_lut_template";
  const std::string name = head.arguments.empty() ? "" : std::string(head.arguments[0]);
  TableTemplate form;
  LibertyStatement statement;
  while (syntax_.next(statement)) {
    if (const std::size_t axis = axis_number(statement.name, "variable_"); axis > 0) {
      form.axes[axis - 1] = axis_of(statement.value);
      form.num_axes = std::max(form.num_axes, axis);
    } else if (const std::size_t index = axis_number(statement.name, "index_"); index > 0) {
      form.indices[index - 1] = numbers(statement);
    } else if (statement.kind == Kind::Group) {
      syntax_.skip_group();
    }
  }
  (is_power ? power_templates_ : delay_templates_)[name] = std::move(form);
}

void LibraryReader::read_bus_type(const LibertyStatement& head) {
  const std::string name = head.arguments.empty() ? "" : std::string(head.arguments[0]);
  double width = 0, from = 0;
  std::optional<double> to;
  LibertyStatement statement;
  while (syntax_.next(statement)) {
    if (statement.name == "bit_width") width = number(statement, 1);
    if (statement.name == "bit_from") from = number(statement, 0);
    if (statement.name == "bit_to") to = number(statement, 0);
    if (statement.kind == Kind::Group) syntax_.skip_group();
  }
  if (!to) to = from + width - 1;
  if (std::abs(*to - from) >= kMaxBusBits || std::max(*to, from) > kMaxBit) {
    syntax_.fail(head.at, fmt::format("type '{}' has more than {} bits", name, kMaxBusBits));
    return;
  }
  std::vector<int> bits;
  const int step = from <= *to ? 1 : -1;
  for (int bit = static_cast<int>(from); bit != static_cast<int>(*to) + step; bit += step) {
    bits.push_back(bit);
  }
  bus_types_[name] = std::move(bits);
}

void LibraryReader::read_operating_conditions(const LibertyStatement& head) {
  std::pair<double, double> condition{0, 0};
  LibertyStatement statement;
  while (syntax_.next(statement)) {
    if (statement.name == "voltage") condition.first = number(statement, 0);
    if (statement.name == "temperature") condition.second = number(statement, -274);
    if (statement.kind == Kind::Group) syntax_.skip_group();
  }
  if (!head.arguments.empty()) conditions_[std::string(head.arguments[0])] = condition;
}

void LibraryReader::read_sequential(const LibertyStatement& head, bool is_latch,
                                    LibertyCell& cell) {
  LibertySequential state;
  state.is_latch = is_latch;
  const std::vector<std::string> variables = names_of(head.arguments);
  if (!variables.empty()) state.state = variables[0];
  if (variables.size() > 1) state.inverted = variables[1];
  LibertyStatement statement;
  while (syntax_.next(statement)) {
    const std::string_view name = statement.name;
    if (name == "clocked_on" || name == "enable") state.clock = statement.value;
    if (name == "next_state" || name == "data_in") state.data = statement.value;
    if (name == "clear") state.clear = statement.value;
    if (name == "preset") state.preset = statement.value;
    if (statement.kind == Kind::Group) syntax_.skip_group();
  }
  // Cells of several bits repeat the group; what is asked of them is the same for each.
  if (!cell.sequential) cell.sequential = std::move(state);
}

void LibraryReader::read_leakage(std::map<std::string, LeakageStates>& states) {
  double value = 0;
  bool has_condition = false;
  std::string supply;
  LibertyStatement statement;
  while (syntax_.next(statement)) {
    if (statement.name == "value") value = number(statement, 0);
    if (statement.name == "when") has_condition = true;
    if (statement.name == "related_pg_pin") supply = statement.value;
    if (statement.kind == Kind::Group) syntax_.skip_group();
  }
  LeakageStates& of_supply = states[supply];
  if (has_condition) {
    of_supply.sum += value;
    ++of_supply.count;
  } else {
    of_supply.otherwise = value;
  }
}

LibertyTable LibraryReader::make_table(const TableTemplate& form, const std::vector<double>& values,
                                       const LibertyStatement& head) {
  constexpr std::size_t kNone = kMaxAxes;
  std::size_t expected = 1, slew_axis = kNone, load_axis = kNone;
  std::array<std::size_t, kMaxAxes> strides{};
  for (std::size_t axis = form.num_axes; axis-- > 0;) {
    strides[axis] = expected;
    expected *= form.indices[axis].size();
  }
  if (expected != values.size() || values.empty()) {
    syntax_.fail(head.at, fmt::format("'{}' has {} values, its indices ask for {}", head.name,
                                      values.size(), expected));
    return {};
  }
  for (std::size_t axis = form.num_axes; axis-- > 0;) {
    const std::vector<double>& index = form.indices[axis];
    if (form.axes[axis] == Axis::Other) continue;
    if (std::adjacent_find(index.begin(), index.end(), std::greater_equal<>()) != index.end()) {
      syntax_.fail(head.at, fmt::format("index_{} of '{}' does not increase", axis + 1, head.name));
      return {};
    }
    (form.axes[axis] == Axis::Slew ? slew_axis : load_axis) = axis;
  }
  LibertyTable table;
  if (slew_axis != kNone) table.slews = form.indices[slew_axis];
  if (load_axis != kNone) table.loads = form.indices[load_axis];
  for (std::size_t row = 0; row < std::max<std::size_t>(table.slews.size(), 1); ++row) {
    for (std::size_t column = 0; column < std::max<std::size_t>(table.loads.size(), 1); ++column) {
      table.values.push_back(values[(slew_axis == kNone ? 0 : row * strides[slew_axis]) +
                                    (load_axis == kNone ? 0 : column * strides[load_axis])]);
    }
  }
  return table;
}

LibertyTable LibraryReader::read_table(const LibertyStatement& head,
                                       const std::map<std::string, TableTemplate>& templates) {
  const std::string name = head.arguments.empty() ? "scalar" : std::string(head.arguments[0]);
  TableTemplate form;
  if (const auto found = templates.find(name); found != templates.end()) {
    form = found->second;
  } else if (name != "scalar") {
    syntax_.fail(head.at, fmt::format("'{}' uses the template '{}', which is not defined before it",
                                      head.name, name));
    return {};
  }
  std::vector<double> values;
  LibertyStatement statement;
  while (syntax_.next(statement)) {
    if (const std::size_t axis = axis_number(statement.name, "index_"); axis > 0) {
      form.indices[axis - 1] = numbers(statement);
    } else if (statement.name == "values") {
      values = numbers(statement);
    } else if (statement.kind == Kind::Group) {
      syntax_.skip_group();
    }
  }
  if (syntax_.failed()) return {};
  return make_table(form, values, head);
}

void LibraryReader::read_internal_power(PinDraft& draft) {
  InternalPower power;
  std::vector<std::string> related = {""};
  std::string supply;
  LibertyStatement statement;
  while (syntax_.next(statement)) {
    if (statement.name == "related_pin") related = names_of({statement.value});
    if (statement.name == "when") power.when = statement.value;
    if (statement.name == "related_pg_pin") supply = statement.value;
    if (statement.kind != Kind::Group) continue;
    if (statement.name == "rise_power") {
      power.rise = read_table(statement, power_templates_);
    } else if (statement.name == "fall_power") {
      power.fall = read_table(statement, power_templates_);
    } else if (statement.name == "power") {
      power.rise = read_table(statement, power_templates_);
      power.fall = power.rise;
    } else {
      syntax_.skip_group();
    }
  }
  std::vector<InternalPower>& known = draft.pin.internal_power;
  for (const std::string& pin : related) {
    power.related_pin = pin;
    // A cell on several supplies has a group for each; the energy is their sum.
    std::size_t same = 0;
    while (same < known.size() &&
           (known[same].related_pin != pin || known[same].when != power.when ||
            draft.power_supplies[same] == supply)) {
      ++same;
    }
    if (same == known.size()) {
      known.push_back(power);
      draft.power_supplies.push_back(supply);
    } else {
      add_table(known[same].rise, power.rise);
      add_table(known[same].fall, power.fall);
    }
  }
}

void LibraryReader::read_timing(LibertyPin& pin) {
  TimingArc arc;
  std::vector<std::string> related = {""};
  bool is_disable = false;
  LibertyStatement statement;
  while (syntax_.next(statement)) {
    if (statement.name == "related_pin") related = names_of({statement.value});
    if (statement.name == "timing_type") {
      is_disable = statement.value.starts_with("three_state_disable");
    }
    if (statement.kind != Kind::Group) continue;
    if (statement.name == "rise_transition") {
      arc.rise_transition = read_table(statement, delay_templates_);
    } else if (statement.name == "fall_transition") {
      arc.fall_transition = read_table(statement, delay_templates_);
    } else {
      syntax_.skip_group();
    }
  }
  if (is_disable || (arc.rise_transition.empty() && arc.fall_transition.empty())) return;
  for (const std::string& name : related) {
    arc.related_pin = name;
    pin.arcs.push_back(arc);
  }
}

PinDraft LibraryReader::read_pin(PinDraft draft, bool has_members) {
  LibertyStatement statement;
  while (syntax_.next(statement)) {
    const std::string_view name = statement.name;
    if (statement.kind == Kind::Group) {
      if (name == "internal_power") {
        read_internal_power(draft);
      } else if (name == "timing") {
        read_timing(draft.pin);
      } else if (name == "pin" && has_members) {
        const std::vector<std::string> names = names_of(statement.arguments);
        std::vector<PinDraft> before = std::move(draft.pins);
        draft.pins.clear();
        PinDraft inner = read_pin(draft, false);
        draft.pins = std::move(before);
        for (const std::string& each : names) {
          inner.pin.name = each;
          draft.pins.push_back(inner);
        }
      } else {
        syntax_.skip_group();
      }
    } else if (name == "direction") {
      draft.pin.is_output = statement.value == "output" || statement.value == "inout";
      draft.is_internal = statement.value == "internal";
      draft.has_direction = true;
    } else if (name == "capacitance") {
      draft.capacitance = number(statement, 0);
    } else if (name == "rise_capacitance") {
      draft.rise_capacitance = number(statement, 0);
    } else if (name == "fall_capacitance") {
      draft.fall_capacitance = number(statement, 0);
    } else if (name == "clock") {
      draft.pin.is_clock = statement.value == "true";
    } else if (name == "function") {
      draft.pin.function = statement.value;
    } else if (name == "three_state") {
      draft.pin.three_state = true;
    } else if (name == "members" && has_members) {
      draft.members = names_of(statement.arguments);
    } else if (name == "bus_type" && has_members) {
      const auto type = bus_types_.find(statement.value);
      if (type == bus_types_.end()) {
        syntax_.fail(statement.at,
                     fmt::format("'bus_type' is '{}', which is no type defined before it",
                                 statement.value.substr(0, 40)));
        continue;
      }
      for (const int bit : type->second) draft.members.push_back(fmt::format("[{}]", bit));
    }
  }
  return draft;
}

void LibraryReader::add_pin(LibertyCell& cell, const PinDraft& draft, const std::string& name) {
  if (draft.is_internal) return;
  LibertyPin pin = draft.pin;
  pin.name = name;
  if (!draft.has_direction) pin.is_output = !pin.function.empty();
  if (draft.capacitance) {
    pin.capacitance = *draft.capacitance;
  } else if (draft.rise_capacitance && draft.fall_capacitance) {
    pin.capacitance = (*draft.rise_capacitance + *draft.fall_capacitance) / 2;
  } else if (!pin.is_output) {
    pin.capacitance = default_input_capacitance_;
  }
  cell.has_power_tables = cell.has_power_tables || !pin.internal_power.empty();
  cell.pins.push_back(std::move(pin));
}

/// The pins of a `pin`, `bus` or `bundle` group of these names.
void LibraryReader::add_pins(LibertyCell& cell, const PinDraft& draft,
                             const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    std::vector<std::string> members = {name};
    if (!draft.members.empty()) {
      members.clear();
      for (const std::string& member : draft.members) {
        members.push_back(member.starts_with('[') ? name + member : member);
      }
    }
    for (const std::string& member : members) {
      const auto own = std::find_if(draft.pins.begin(), draft.pins.end(),
                                    [&](const PinDraft& each) { return each.pin.name == member; });
      add_pin(cell, own == draft.pins.end() ? draft : *own, member);
    }
  }
}

void LibraryReader::read_cell(const LibertyStatement& head) {
  const std::size_t at = head.at;
  LibertyCell cell;
  cell.line = place(at).line;
  if (head.arguments.empty()) {
    syntax_.fail(at, "a cell has no name");
    return;
  }
  cell.name = head.arguments[0];
  std::map<std::string, LeakageStates> leakage_states;
  LibertyStatement statement;
  while (syntax_.next(statement)) {
    const std::string_view name = statement.name;
    if (statement.kind == Kind::Group) {
      if (name == "pin" || name == "bus" || name == "bundle") {
        const std::vector<std::string> names = names_of(statement.arguments);
        const PinDraft draft = read_pin({}, name != "pin");
        add_pins(cell, draft, names);
      } else if (name == "ff" || name == "ff_bank") {
        read_sequential(statement, false, cell);
      } else if (name == "latch" || name == "latch_bank") {
        read_sequential(statement, true, cell);
      } else if (name == "leakage_power") {
        read_leakage(leakage_states);
      } else if (name == "type") {
        read_bus_type(statement);
      } else {
        syntax_.skip_group();
      }
    } else if (name == "area") {
      cell.area = number(statement, 0);
      cell.has_area = true;
    } else if (name == "cell_leakage_power") {
      cell.leakage = number(statement, 0);
      cell.has_leakage = true;
    } else if (name == "dont_use") {
      cell.dont_use = statement.value == "true";
    } else if (name == "clock_gating_integrated_cell") {
      cell.clock_gate = statement.value;
    }
  }
  if (syntax_.failed()) return;
  if (!cell.has_leakage && !leakage_states.empty()) {
    for (const auto& [supply, states] : leakage_states) {
      cell.leakage += states.count > 0 ? states.sum / states.count : states.otherwise.value_or(0);
    }
    cell.has_leakage = true;
  }
  finish_cell(cell);
  if (library_.cells.contains(cell.name)) {
    diagnostics_.error("N1105", place(at),
                       fmt::format("cell '{}' is defined twice, first in line {}", cell.name,
                                   library_.cells.at(cell.name).line),
                       "remove one of the two definitions");
    return;
  }
  library_.cells.emplace(cell.name, std::move(cell));
}

void LibraryReader::finish_cell(LibertyCell& cell) {
  if (!cell.has_leakage && default_leakage_) {
    cell.leakage = *default_leakage_;
    cell.has_leakage = true;
  }
  if (!cell.sequential) return;
  const auto clock = parse_function(cell.sequential->clock);
  if (!clock) return;
  for (LibertyPin& pin : cell.pins) {
    if (std::find(clock->inputs.begin(), clock->inputs.end(), pin.name) != clock->inputs.end()) {
      pin.is_clock = true;
    }
  }
}

void LibraryReader::read_library() {
  LibertyStatement statement;
  while (syntax_.next(statement)) {
    const std::string_view name = statement.name;
    if (statement.kind == Kind::Group) {
      if (name == "cell") {
        read_cell(statement);
      } else if (name == "lu_table_template" || name == "power_lut_template") {
        read_template(statement);
      } else if (name == "type") {
        read_bus_type(statement);
      } else if (name == "operating_conditions") {
        read_operating_conditions(statement);
      } else {
        syntax_.skip_group();
      }
    } else if (name.ends_with("_unit")) {
      read_unit(statement);
    } else if (name == "nom_voltage") {
      nominal_voltage_ = number(statement, 0);
    } else if (name == "nom_temperature") {
      nominal_temperature_ = number(statement, -274);
    } else if (name == "default_operating_conditions") {
      default_conditions_ = statement.value;
    } else if (name == "default_input_pin_cap") {
      default_input_capacitance_ = number(statement, 0);
    } else if (name == "default_cell_leakage_power") {
      default_leakage_ = number(statement, 0);
    } else if (name == "include_file") {
      syntax_.fail(statement.at, "'include_file' is not read: give one file that holds everything");
    }
  }
}

/// Units that figures of the file need must be stated; Liberty itself has defaults for two.
bool LibraryReader::check_units() {
  for (const auto& [at, message] : unit_faults_) {
    diagnostics_.error("N1106", place(at), message,
                       "correct the unit to what the library's tables are in");
  }
  if (!unit_faults_.empty()) return false;
  if (units_.time_s == 0) units_.time_s = 1e-9;
  if (units_.voltage_v == 0) units_.voltage_v = 1;
  const auto any_cell = [&](auto condition) {
    return std::any_of(library_.cells.begin(), library_.cells.end(),
                       [&](const auto& named) { return condition(named.second); });
  };
  const bool needs_capacitance = any_cell([](const LibertyCell& cell) {
    return std::any_of(cell.pins.begin(), cell.pins.end(), [](const LibertyPin& pin) {
      return pin.capacitance > 0 || !pin.internal_power.empty() || !pin.arcs.empty();
    });
  });
  const bool needs_leakage =
      any_cell([](const LibertyCell& cell) { return cell.has_leakage && cell.leakage > 0; });
  const auto require = [&](bool needed, double stated, std::string_view name,
                           std::string_view example) {
    if (!needed || stated > 0) return true;
    diagnostics_.error("N1106", Location{.file = file_},
                       fmt::format("the library has no '{}', so its figures have no unit", name),
                       fmt::format("add the unit that its figures are in, such as {}", example));
    return false;
  };
  const bool has_capacitance = require(needs_capacitance, units_.capacitance_f,
                                       "capacitive_load_unit", "'capacitive_load_unit (1, pf);'");
  const bool has_leakage =
      require(needs_leakage, units_.leakage_w, "leakage_power_unit", "'leakage_power_unit : 1nW;'");
  return has_capacitance && has_leakage;
}

void LibraryReader::scale_to_si() {
  // Liberty states no unit of energy: it is that of capacitance times voltage squared.
  const double energy_j = units_.capacitance_f * units_.voltage_v * units_.voltage_v;
  const auto scale_table = [&](LibertyTable& table, double unit) {
    scale(table.slews, units_.time_s);
    scale(table.loads, units_.capacitance_f);
    scale(table.values, unit);
    if (!table.slews.empty() && table.slews.front() > 0 &&
        (library_.default_slew == 0 || table.slews.front() < library_.default_slew)) {
      library_.default_slew = table.slews.front();
    }
  };
  for (auto& [name, cell] : library_.cells) {
    cell.leakage *= units_.leakage_w;
    for (LibertyPin& pin : cell.pins) {
      pin.capacitance *= units_.capacitance_f;
      for (InternalPower& power : pin.internal_power) {
        scale_table(power.rise, energy_j);
        scale_table(power.fall, energy_j);
      }
      for (TimingArc& arc : pin.arcs) {
        scale_table(arc.rise_transition, units_.time_s);
        scale_table(arc.fall_transition, units_.time_s);
      }
    }
  }
  const auto condition = conditions_.find(default_conditions_);
  const auto [voltage, temperature] =
      condition == conditions_.end() ? std::pair(0.0, 0.0) : condition->second;
  library_.voltage = nominal_voltage_.value_or(voltage) * units_.voltage_v;
  library_.temperature = nominal_temperature_.value_or(temperature);
}

std::optional<Library> LibraryReader::read() {
  const int errors_before = diagnostics_.num_errors();
  LibertyStatement statement;
  if (syntax_.next(statement)) {
    if (statement.kind == Kind::Group && statement.name == "library") {
      if (!statement.arguments.empty()) library_.name = statement.arguments[0];
      read_library();
      if (syntax_.next(statement)) {
        syntax_.fail(statement.at, "there is text behind the end of the library");
      }
    } else {
      syntax_.fail(statement.at, "the text does not begin with 'library (name) {'");
    }
  } else {
    syntax_.fail(0, "the text is empty");
  }
  if (syntax_.failed()) {
    diagnostics_.error("N1101", place(syntax_.fault_at()),
                       fmt::format("not a complete Liberty text: {}", syntax_.fault_message()),
                       "correct the marked place, or copy the library again");
    return std::nullopt;
  }
  if (!check_units() || diagnostics_.num_errors() > errors_before) return std::nullopt;
  scale_to_si();
  return std::move(library_);
}

std::optional<std::string> read_text(const std::filesystem::path& file, Diagnostics& diagnostics) {
  const std::string name = file.string();
  const auto report = [&](std::string message) {
    diagnostics.error("N1101", Location{.file = name}, std::move(message),
                      "give the path of a Liberty file (.lib, also packed with gzip)");
    return std::nullopt;
  };
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) {
    return report(fmt::format("'{}' is a folder, must be a Liberty file", name));
  }
  errno = 0;
  const std::unique_ptr<gzFile_s, decltype(&gzclose)> stream(gzopen(name.c_str(), "rb"), &gzclose);
  if (!stream) {
    return report(fmt::format("cannot read '{}': {}", name,
                              errno == 0 ? "out of memory" : std::strerror(errno)));
  }
  constexpr std::size_t kStep = std::size_t{1} << 20;
  gzbuffer(stream.get(), static_cast<unsigned>(kStep));
  std::string text;
  for (std::size_t size = 0;;) {
    text.resize(size + kStep);
    const int got = gzread(stream.get(), text.data() + size, static_cast<unsigned>(kStep));
    if (got < 0) {
      int number = Z_OK;
      return report(fmt::format("'{}' cannot be read: {}", name, gzerror(stream.get(), &number)));
    }
    size += static_cast<std::size_t>(got);
    if (got == 0) {
      text.resize(size);
      break;
    }
    if (size > kMaxBytes) {
      return report(fmt::format("'{}' is larger than {} bytes", name, kMaxBytes));
    }
  }
  // A gzip file that ends early reads as a short one: only the stream's own state tells.
  int number = Z_OK;
  gzerror(stream.get(), &number);
  if (number != Z_OK && number != Z_STREAM_END) {
    return report(fmt::format("'{}' is truncated: the gzip stream has no end", name));
  }
  return text;
}

/// A file of the library, read.
struct Part {
  Library library;
  Units units;
};

std::optional<Part> read_part(const std::filesystem::path& file, std::string text,
                              Diagnostics& diagnostics) {
  LibraryReader reader(file.string(), text, diagnostics);
  auto library = reader.read();
  if (!library) return std::nullopt;
  library->files = {file};
  library->texts.push_back(std::move(text));
  return Part{.library = std::move(*library), .units = reader.units()};
}

/// Whether two files can be one library: the tools read their figures side by side.
bool agree(const Part& first, const Part& other, Diagnostics& diagnostics) {
  const auto same = [&](std::string_view what, double a, double b, std::string_view unit) {
    if (std::abs(a - b) <= 1e-6 * std::max(std::abs(a), std::abs(b))) return true;
    diagnostics.error("N1105", Location{.file = other.library.files.front().string()},
                      fmt::format("the {} is {} {}, that of '{}' is {} {}", what, b, unit,
                                  first.library.files.front().string(), a, unit),
                      "merge files of one corner with the same units");
    return false;
  };
  const Units& a = first.units;
  const Units& b = other.units;
  return same("voltage", first.library.voltage, other.library.voltage, "V") &&
         same("unit of time", a.time_s, b.time_s, "s") &&
         same("unit of capacitance", a.capacitance_f, b.capacitance_f, "F") &&
         same("unit of voltage", a.voltage_v, b.voltage_v, "V") &&
         same("unit of leakage", a.leakage_w, b.leakage_w, "W");
}

/// Moves all of `part` into `library`.
bool merge(Library& library, Part part, Diagnostics& diagnostics) {
  const std::filesystem::path& file = part.library.files.front();
  for (auto& [name, cell] : part.library.cells) {
    const int line = cell.line;
    if (library.cells.emplace(name, std::move(cell)).second) continue;
    diagnostics.error(
        "N1105", Location{.file = file.string(), .line = line, .column = 1},
        fmt::format("cell '{}' is defined in two files; the other is '{}'", name,
                    library.files.front().string()),
        "merge files with different cells; the same cells at another voltage are a corner");
    return false;
  }
  library.files.push_back(file);
  library.texts.push_back(std::move(part.library.texts.front()));
  if (part.library.default_slew > 0 &&
      (library.default_slew == 0 || part.library.default_slew < library.default_slew)) {
    library.default_slew = part.library.default_slew;
  }
  return true;
}

/// Areas are asked of each file by itself, so that the message has its line.
bool check_areas(const Library& part, Diagnostics& diagnostics) {
  const LibertyCell* first = nullptr;
  std::size_t missing = 0;
  for (const auto& [name, cell] : part.cells) {
    if (cell.has_area || cell.dont_use) continue;
    ++missing;
    if (first == nullptr || cell.line < first->line) first = &cell;
  }
  if (first == nullptr) return true;
  const std::string others =
      missing == 1 ? "" : fmt::format(" (and {} more have none either)", missing - 1);
  diagnostics.error("N1102", Location{.file = part.files.front().string(), .line = first->line, .column = 1},
                    fmt::format("cell '{}' has no 'area'{}", first->name, others),
                    "add the cell's area, or 'dont_use : true;'");
  return false;
}

bool check_cells(const Library& library, Diagnostics& diagnostics) {
  const Location location{.file = library.files.front().string()};
  bool complete = true;
  if (std::none_of(library.cells.begin(), library.cells.end(), [](const auto& named) {
        const LibertyCell& cell = named.second;
        return cell.sequential && !cell.sequential->is_latch && !cell.dont_use;
      })) {
    diagnostics.error("N1103", location, "the library has no flip-flop (a cell with an 'ff' group)",
                      "give the file with the library's sequential cells, too");
    complete = false;
  }
  for (const auto& [what, found] : {std::pair("two-input NAND", find_nand2(library)),
                                    std::pair("inverter", find_inverter(library))}) {
    if (found != nullptr) continue;
    diagnostics.error("N1104", location, fmt::format("the library has no {} with an area", what),
                      "give the file with the library's basic gates, too");
    complete = false;
  }
  return complete;
}

void warn_about_power(const Library& library, Diagnostics& diagnostics) {
  if (std::any_of(library.cells.begin(), library.cells.end(),
                  [](const auto& named) { return named.second.has_power_tables; })) {
    return;
  }
  diagnostics.warning("W1101", Location{.file = library.files.front().string()},
                      "no cell has internal_power tables",
                      "area and time are not concerned; energy would lack the cells' own part");
}

std::optional<Library> join(std::vector<Part> parts, Diagnostics& diagnostics) {
  for (const Part& part : parts) {
    if (!check_areas(part.library, diagnostics)) return std::nullopt;
    if (!agree(parts.front(), part, diagnostics)) return std::nullopt;
  }
  Library library = std::move(parts.front().library);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (!merge(library, std::move(parts[i]), diagnostics)) return std::nullopt;
  }
  if (!check_cells(library, diagnostics)) return std::nullopt;
  warn_about_power(library, diagnostics);
  return library;
}

}  // namespace

std::optional<Library> read_liberty(const std::vector<std::filesystem::path>& files,
                                    Diagnostics& diagnostics) {
  NACRE_CHECK(!files.empty(), "a library has at least one file");
  std::vector<Part> parts;
  for (const std::filesystem::path& file : files) {
    auto text = read_text(file, diagnostics);
    auto part = text ? read_part(file, std::move(*text), diagnostics) : std::nullopt;
    if (part) parts.push_back(std::move(*part));
  }
  if (parts.size() != files.size()) return std::nullopt;
  return join(std::move(parts), diagnostics);
}

std::optional<Library> parse_liberty(const std::string& name, std::string text,
                                     Diagnostics& diagnostics) {
  auto part = read_part(name, std::move(text), diagnostics);
  if (!part) return std::nullopt;
  std::vector<Part> parts;
  parts.push_back(std::move(*part));
  return join(std::move(parts), diagnostics);
}

}  // namespace nacre::flows
