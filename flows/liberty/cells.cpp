#include <algorithm>
#include <vector>

#include "liberty/function.hpp"
#include "liberty/liberty.hpp"

namespace nacre::flows {
namespace {

/// Segment of an axis for interpolation: between `index` and `index` + 1, at `fraction` (outside 0
/// ... 1 beyond the axis).
struct Segment {
  std::size_t index = 0;
  double fraction = 0;
};

Segment find_segment(const std::vector<double>& axis, double value) {
  if (axis.size() < 2) return {};
  const auto above = std::upper_bound(axis.begin() + 1, axis.end() - 1, value);
  const auto index = static_cast<std::size_t>(above - axis.begin()) - 1;
  return {.index = index, .fraction = (value - axis[index]) / (axis[index + 1] - axis[index])};
}

/// The expression's only input when it is that input as such (true) or inverted (false).
struct Literal {
  std::string pin;
  bool positive = true;
};

std::optional<Literal> literal_of(const std::string& expression) {
  const auto function = parse_function(expression);
  if (!function || function->inputs.size() != 1) return std::nullopt;
  const std::vector<bool> table = truth_table(*function);
  if (table[0] == table[1]) return std::nullopt;
  return Literal{.pin = function->inputs[0], .positive = table[1]};
}

/// The pins of a cell that only computes: one output of a function, and its inputs.
struct Gate {
  const LibertyPin* output = nullptr;
  std::size_t num_inputs = 0;
};

std::optional<Gate> gate_of(const LibertyCell& cell) {
  if (cell.sequential || !cell.clock_gate.empty() || cell.dont_use) return std::nullopt;
  Gate gate;
  for (const LibertyPin& pin : cell.pins) {
    if (!pin.is_output) {
      ++gate.num_inputs;
    } else if (gate.output != nullptr || pin.three_state) {
      return std::nullopt;
    } else {
      gate.output = &pin;
    }
  }
  if (gate.output == nullptr) return std::nullopt;
  return gate;
}

/// Whether the cell computes this truth table of all its inputs (in any order: the tables asked for
/// are symmetric).
bool computes(const LibertyCell& cell, const std::vector<bool>& table) {
  const auto gate = gate_of(cell);
  if (!gate || (std::size_t{1} << gate->num_inputs) != table.size()) return false;
  const auto function = parse_function(gate->output->function);
  return function && function->inputs.size() == gate->num_inputs && truth_table(*function) == table;
}

/// Nothing unless the cell is a full adder and nothing else.
std::optional<FullAdder> full_adder_of(const LibertyCell& cell) {
  if (cell.sequential || !cell.clock_gate.empty() || cell.dont_use || cell.area <= 0) {
    return std::nullopt;
  }
  FullAdder adder{.cell = &cell, .inputs = {}, .sum = {}, .carry = {}};
  std::size_t num_inputs = 0, num_outputs = 0;
  for (const LibertyPin& pin : cell.pins) {
    if (!pin.is_output) {
      if (num_inputs < adder.inputs.size()) adder.inputs[num_inputs] = pin.name;
      ++num_inputs;
      continue;
    }
    ++num_outputs;
    const auto function = parse_function(pin.function);
    if (pin.three_state || !function || function->inputs.size() != adder.inputs.size()) continue;
    // Both tables are symmetric: the order of the inputs does not matter.
    const std::vector<bool> table = truth_table(*function);
    if (table == std::vector<bool>{false, true, true, false, true, false, false, true}) {
      adder.sum = pin.name;
    } else if (table == std::vector<bool>{false, false, false, true, false, true, true, true}) {
      adder.carry = pin.name;
    }
  }
  const bool has_all = num_inputs == adder.inputs.size() && num_outputs == 2 &&
                       !adder.sum.empty() && !adder.carry.empty();
  return has_all ? std::optional(adder) : std::nullopt;
}

bool holds_plain_state(const LibertyCell& cell, bool is_latch, bool clock_positive) {
  if (!cell.sequential || cell.dont_use) return false;
  const LibertySequential& state = *cell.sequential;
  if (state.is_latch != is_latch || !state.clear.empty() || !state.preset.empty()) return false;
  const auto clock = literal_of(state.clock);
  const auto data = literal_of(state.data);
  if (!clock || clock->positive != clock_positive || !data || !data->positive) return false;
  const auto inputs = std::count_if(cell.pins.begin(), cell.pins.end(),
                                    [](const LibertyPin& pin) { return !pin.is_output; });
  return inputs == 2 && std::any_of(cell.pins.begin(), cell.pins.end(), [&](const LibertyPin& pin) {
           const auto output = pin.is_output ? literal_of(pin.function) : std::nullopt;
           return output && output->pin == state.state && output->positive;
         });
}

/// The cell of the smallest area; of equal ones the first by name.
template <typename Condition, typename Area>
const LibertyCell* smallest(const Library& library, Condition condition, Area area) {
  const LibertyCell* best = nullptr;
  for (const auto& [name, cell] : library.cells) {
    if (condition(cell) && (best == nullptr || area(cell) < area(*best))) best = &cell;
  }
  return best;
}

const LibertyCell* smallest_gate(const Library& library, const std::vector<bool>& table) {
  return smallest(
      library, [&](const LibertyCell& cell) { return cell.area > 0 && computes(cell, table); },
      [](const LibertyCell& cell) { return cell.area; });
}

}  // namespace

const LibertyPin* LibertyCell::pin(const std::string& pin_name) const {
  const auto found = std::find_if(pins.begin(), pins.end(),
                                  [&](const LibertyPin& each) { return each.name == pin_name; });
  return found == pins.end() ? nullptr : &*found;
}

const LibertyCell* Library::cell(const std::string& cell_name) const {
  const auto found = cells.find(cell_name);
  return found == cells.end() ? nullptr : &found->second;
}

double look_up(const LibertyTable& table, double slew, double load) {
  if (table.empty()) return 0;
  const Segment row = find_segment(table.slews, slew);
  const Segment column = find_segment(table.loads, load);
  const std::size_t columns = std::max<std::size_t>(table.loads.size(), 1);
  const auto in_row = [&](std::size_t index) {
    const double* values = table.values.data() + index * columns + column.index;
    if (table.loads.size() < 2) return values[0];
    return values[0] + column.fraction * (values[1] - values[0]);
  };
  const double here = in_row(row.index);
  if (table.slews.size() < 2) return here;
  return here + row.fraction * (in_row(row.index + 1) - here);
}

const LibertyCell* find_nand2(const Library& library) {
  return smallest_gate(library, {true, true, true, false});
}

const LibertyCell* find_inverter(const Library& library) {
  return smallest_gate(library, {true, false});
}

std::optional<FullAdder> find_full_adder(const Library& library) {
  std::optional<FullAdder> best;
  for (const auto& [name, cell] : library.cells) {
    const auto adder = full_adder_of(cell);
    if (adder && (!best || cell.area < best->cell->area)) best = adder;
  }
  return best;
}

const LibertyCell& nand2_of(const Library& library) {
  const LibertyCell* cell = find_nand2(library);
  NACRE_CHECK(cell != nullptr, "read_liberty refuses libraries without NAND2");
  return *cell;
}

const LibertyCell* plain_flip_flop_of(const Library& library) {
  return smallest(
      library,
      [](const LibertyCell& cell) { return cell.area > 0 && holds_plain_state(cell, false, true); },
      [](const LibertyCell& cell) { return cell.area; });
}

const LibertyCell* latch_of(const Library& library, bool enable_high) {
  return smallest(
      library, [&](const LibertyCell& cell) { return holds_plain_state(cell, true, enable_high); },
      [&](const LibertyCell& cell) { return area_of(library, cell); });
}

double area_of(const Library& library, const LibertyCell& cell) {
  if (cell.area > 0 || !cell.sequential) return cell.area;
  const LibertyCell* flip_flop = plain_flip_flop_of(library);
  return flip_flop == nullptr ? 0 : kMissingLatchArea * flip_flop->area;
}

bool check_power_tables(const Library& library, const std::vector<std::string>& used_cells,
                        Diagnostics& diagnostics) {
  Location location{.file = library.files.empty() ? "" : library.files.front().string()};
  if (library.voltage <= 0) {
    diagnostics.error("N1107", location,
                      "the library states no nominal voltage, so no energy can be computed",
                      "add 'nom_voltage : 1.8;' (the library's own value), or use another library");
    return false;
  }
  for (const std::string& name : used_cells) {
    const LibertyCell* cell = library.cell(name);
    if (cell == nullptr || cell->has_power_tables) continue;
    bool has_inputs = false, has_capacitance = false;
    for (const LibertyPin& pin : cell->pins) {
      has_inputs = has_inputs || !pin.is_output;
      has_capacitance = has_capacitance || pin.capacitance > 0;
    }
    if (!has_inputs || has_capacitance) continue;
    if (library.files.size() == 1) location.line = cell->line;
    diagnostics.error("N1107", location,
                      "cell '" + name +
                          "' has neither internal_power tables nor pin capacitances, so its "
                          "energy is not known",
                      "use a library with power tables, or leave --power out");
    return false;
  }
  return true;
}

}  // namespace nacre::flows
