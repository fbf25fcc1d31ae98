#include "power/activity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace nacre::flows {
namespace {

const GatePin* input_pin(const GateCell& cell, const std::string& name) {
  const auto found = std::find_if(cell.inputs.begin(), cell.inputs.end(),
                                  [&name](const GatePin& pin) { return pin.pin == name; });
  return found == cell.inputs.end() ? nullptr : &*found;
}

/// Clock nets are 0 whenever the rest is looked at, and Verilator should see them as clocks only.
std::vector<bool> clock_nets(const GateNetlist& netlist) {
  std::vector<bool> is_clock(netlist.nets.size(), false);
  is_clock[static_cast<std::size_t>(netlist.clock())] = true;
  for (const GateClockGate& gate : netlist.clock_gates) {
    if (gate.clock_net >= 0) is_clock[static_cast<std::size_t>(gate.clock_net)] = true;
  }
  return is_clock;
}

/// Nets that can change, those of one block side by side.
std::vector<int> counted_nets(const GateNetlist& netlist) {
  const std::vector<bool> is_clock = clock_nets(netlist);
  std::vector<int> nets;
  for (std::size_t n = 0; n < netlist.nets.size(); ++n) {
    const GateNet& net = netlist.nets[n];
    if ((net.driver >= 0 || net.is_input) && !is_clock[n]) nets.push_back(static_cast<int>(n));
  }
  std::stable_sort(nets.begin(), nets.end(), [&netlist](int a, int b) {
    return netlist.nets[static_cast<std::size_t>(a)].block <
           netlist.nets[static_cast<std::size_t>(b)].block;
  });
  return nets;
}

// --------------------------------------------------------------------------------------- Verilog

std::string net_text(int net, int constant) {
  return net >= 0 ? fmt::format("n{}", net) : constant == 1 ? "1'b1" : "1'b0";
}

/// "addr_i[3]" is bit 3 of "addr_i"; "A" is bit 0 of "A".
std::pair<std::string, std::size_t> port_and_bit(const std::string& pin) {
  const std::size_t bracket = pin.find('[');
  if (bracket == std::string::npos) return {pin, 0};
  return {pin.substr(0, bracket), std::stoul(pin.substr(bracket + 1))};
}

/// `open`: name of a wire for a bit that leads nowhere (an output), or the constant 0.
void collect_pins(const std::vector<GatePin>& pins, bool are_outputs, std::size_t cell,
                  std::map<std::string, std::vector<std::string>>& ports, std::string& wires) {
  for (const GatePin& pin : pins) {
    const auto [port, bit] = port_and_bit(pin.pin);
    std::vector<std::string>& bits = ports[port];
    if (bits.size() <= bit) bits.resize(bit + 1, "1'b0");
    bits[bit] = net_text(pin.net, pin.constant);
    if (are_outputs && pin.net < 0) {
      bits[bit] = fmt::format("open{}_{}_{}", cell, port, bit);
      wires += fmt::format("  wire {};\n", bits[bit]);
    }
  }
}

std::string joined(const std::vector<std::string>& bits) {
  if (bits.size() == 1) return bits.front();
  std::string text;
  for (auto bit = bits.rbegin(); bit != bits.rend(); ++bit) {
    text += (text.empty() ? "{" : ", ") + *bit;
  }
  return text + "}";
}

std::string range_text(std::size_t width) {
  return width == 1 ? "" : fmt::format("[{}:0] ", width - 1);
}

std::string verilog_of(const GateNetlist& netlist, const std::vector<int>& counted) {
  std::string ports, wires, body;
  const auto add_port = [&ports](const char* direction, const std::string& name,
                                 std::size_t width) {
    ports += fmt::format("{}\n  {} wire {}{}", ports.empty() ? "" : ",", direction,
                         range_text(width), name);
  };
  for (const auto& [name, nets] : netlist.inputs) {
    add_port("input", name, nets.size());
    for (std::size_t i = 0; i < nets.size(); ++i) {
      if (nets[i] < 0) continue;
      body += fmt::format("  assign n{} = {}{};\n", nets[i], name,
                          nets.size() == 1 ? "" : fmt::format("[{}]", i));
    }
  }
  for (const auto& [name, nets] : netlist.outputs) {
    add_port("output", name, nets.size());
    const auto constants = netlist.output_constants.find(name);
    std::vector<std::string> bits;
    for (std::size_t i = 0; i < nets.size(); ++i) {
      const bool known = constants != netlist.output_constants.end();
      bits.push_back(net_text(nets[i], known ? constants->second[i] : 0));
    }
    body += fmt::format("  assign {} = {};\n", name, joined(bits));
  }
  std::vector<bool> is_counted(netlist.nets.size(), false);
  for (const int net : counted) {
    is_counted[static_cast<std::size_t>(net)] = true;
    wires += fmt::format("  wire n{} /*verilator public_flat_rd*/;\n", net);
  }
  for (std::size_t n = 0; n < netlist.nets.size(); ++n) {
    if (!is_counted[n]) wires += fmt::format("  wire n{};\n", n);
  }
  for (std::size_t c = 0; c < netlist.cells.size(); ++c) {
    const GateCell& cell = netlist.cells[c];
    std::map<std::string, std::vector<std::string>> pins;
    collect_pins(cell.inputs, false, c, pins, wires);
    collect_pins(cell.outputs, true, c, pins, wires);
    body += fmt::format("  {} c{} (", cell.type, c);
    const char* separator = "";
    for (const auto& [port, bits] : pins) {
      body += fmt::format("{}.{}({})", separator, port, joined(bits));
      separator = ", ";
    }
    body += ");\n";
  }
  return fmt::format("module {} ({}\n);\n{}{}endmodule\n", netlist.top, ports, wires, body);
}

// ---------------------------------------------------------------------------------------- Header

/// A name as Verilator writes it in C++: a second underscore in a row would look like one of its
/// own separators.
std::string verilated_name(const std::string& name) {
  std::string text;
  for (std::size_t i = 0; i < name.size(); ++i) {
    text += name[i];
    if (name[i] == '_' && i + 1 < name.size() && name[i + 1] == '_') {
      text += "__05F";
      ++i;
    }
  }
  return text;
}

/// Place of a net's value, or -1: it is not counted and thus always 0.
std::string place_text(const std::vector<bool>& is_counted, int net) {
  if (net < 0 || !is_counted[static_cast<std::size_t>(net)]) return "-1";
  return fmt::format("NET({})", net);
}

/// A level counter: it counts cycles in which all nets of `on` are 1 (-1: always so) and `off` is 0
/// (-1: likewise).
struct Condition {
  ActivityModel::Level level;
  std::vector<int> on;
  int off = -1;
};

/// Latches of a gate and of the gates before it: the latch of a gate whose clock does not tick is
/// open and shows its enable, but nothing passes.
std::vector<int> open_when(const GateNetlist& netlist, const GateClockGate& gate) {
  // An enable without a net is a constant; a gate that never opens would not be there.
  std::vector<int> latches = {gate.enable_net};
  const GateClockGate* at = &gate;
  while (at != nullptr && at->source_net >= 0 && latches.size() <= netlist.clock_gates.size()) {
    const auto before =
        std::find_if(netlist.clock_gates.begin(), netlist.clock_gates.end(),
                     [at](const GateClockGate& each) { return each.clock_net == at->source_net; });
    at = before == netlist.clock_gates.end() ? nullptr : &*before;
    if (at != nullptr) latches.push_back(at->enable_net);
  }
  return latches;
}

bool is_constant(const GatePin& pin, int value) {
  // An open input is 0 in the model.
  return pin.net < 0 && (pin.constant == 1 ? 1 : 0) == value;
}

std::vector<Condition> conditions_of(const GateNetlist& netlist) {
  using What = ActivityModel::Level::What;
  std::vector<Condition> conditions;
  for (std::size_t g = 0; g < netlist.clock_gates.size(); ++g) {
    const GateClockGate& gate = netlist.clock_gates[g];
    conditions.push_back(
        {.level = {.what = What::ClockGate, .index = static_cast<int>(g), .block = gate.block},
         .on = open_when(netlist, gate)});
  }
  for (std::size_t c = 0; c < netlist.cells.size(); ++c) {
    const GateCell& cell = netlist.cells[c];
    if (!cell.is_macro) continue;
    const auto level = [&](What what) {
      return ActivityModel::Level{
          .what = what, .index = static_cast<int>(c), .block = macro_block(netlist, cell)};
    };
    const GatePin* enable = input_pin(cell, "en_i");
    const GatePin* write_not_read = input_pin(cell, "we_i");
    if (enable != nullptr && write_not_read != nullptr && !is_constant(*enable, 0)) {
      if (!is_constant(*write_not_read, 1)) {
        conditions.push_back(
            {.level = level(What::MacroRead), .on = {enable->net}, .off = write_not_read->net});
      }
      if (!is_constant(*write_not_read, 0)) {
        conditions.push_back(
            {.level = level(What::MacroWrite), .on = {enable->net, write_not_read->net}});
      }
    }
    for (const auto& [port, what] :
         {std::pair{"ren_i", What::MacroRead}, std::pair{"wen_i", What::MacroWrite}}) {
      const GatePin* pin = input_pin(cell, port);
      if (pin == nullptr || is_constant(*pin, 0)) continue;
      conditions.push_back({.level = level(what), .on = {pin->net}});
    }
    // Devices: each conversion, each word line that is driven, each row that is sensed.
    for (const GatePin& pin : cell.inputs) {
      const auto [port, bit] = port_and_bit(pin.pin);
      const bool is_access = port == "sample_i" || port == "digits_i" || port == "latch_i";
      if (!is_access || is_constant(pin, 0)) continue;
      conditions.push_back({.level = level(What::MacroRead), .on = {pin.net}});
      conditions.back().level.place = static_cast<int>(bit);
    }
  }
  return conditions;
}

/// Bits of a block's port; 0: there is none.
std::size_t port_bits(const GateNetlist& netlist, int block, const std::string& port) {
  const auto index = static_cast<std::size_t>(block);
  if (block < 0 || index >= netlist.block_ports.size()) return 0;
  const auto found = netlist.block_ports[index].find(port);
  return found == netlist.block_ports[index].end() ? 0 : found->second.size();
}

/// Net of a bit of a block's port, counted from the top bit; -1: there is none.
int port_net(const GateNetlist& netlist, int block, const std::string& port, std::size_t from_top) {
  const auto index = static_cast<std::size_t>(block);
  if (block < 0 || index >= netlist.block_ports.size()) return -1;
  const auto found = netlist.block_ports[index].find(port);
  if (found == netlist.block_ports[index].end() || found->second.size() <= from_top) return -1;
  return found->second[found->second.size() - 1 - from_top];
}

int index_of(const std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

/// Index of the stage whose cause a block takes: a stage its own, a memory of a stage
/// ("u_core_weights") that of the stage, others that of the reference; -1: none.
int stage_of(const std::string& block, const std::vector<std::string>& stages,
             const std::string& reference) {
  int found = -1;
  std::size_t longest = 0;
  for (std::size_t s = 0; s < stages.size(); ++s) {
    const bool is_part = block == stages[s] || block.starts_with(stages[s] + "_");
    if (!is_part || stages[s].size() <= longest) continue;
    found = static_cast<int>(s);
    longest = stages[s].size();
  }
  return found >= 0 ? found : index_of(stages, reference);
}

std::string header_of(const GateNetlist& netlist, const ActivityModel& model,
                      const std::vector<Condition>& conditions,
                      const std::vector<std::string>& stages, const std::string& reference) {
  std::vector<bool> is_counted(netlist.nets.size(), false);
  for (const int net : model.nets) is_counted[static_cast<std::size_t>(net)] = true;
  const auto place = [&is_counted](int net) { return place_text(is_counted, net); };

  std::string begins;  // of each block among the nets, and the end
  std::size_t next = 0;
  for (std::size_t b = 0; b <= netlist.blocks.size(); ++b) {
    while (next < model.nets.size() &&
           netlist.nets[static_cast<std::size_t>(model.nets[next])].block < static_cast<int>(b)) {
      ++next;
    }
    begins += fmt::format("{}, ", next);
  }
  std::string block_stages;
  for (const std::string& block : netlist.blocks) {
    block_stages += fmt::format("{}, ", stage_of(block, stages, reference));
  }
  std::size_t most_inputs = 1;
  for (const std::string& stage : stages) {
    most_inputs =
        std::max(most_inputs, port_bits(netlist, index_of(netlist.blocks, stage), "s_valid_i"));
  }
  std::string stage_rows;
  for (const std::string& stage : stages) {
    const int block = index_of(netlist.blocks, stage);
    const std::size_t inputs = port_bits(netlist, block, "s_valid_i");
    const std::size_t word_bits = inputs == 0 ? 0 : port_bits(netlist, block, "s_data_i") / inputs;
    std::string valid, kind;
    for (std::size_t i = 0; i < most_inputs; ++i) {
      const char* comma = i == 0 ? "" : ", ";
      const bool is_input = i < inputs;
      valid += comma + (is_input ? place(port_net(netlist, block, "s_valid_i", i)) : "-1");
      // The lower bit of the kind tells end_of_step and end_of_sample from event and value.
      kind += comma +
              (is_input ? place(port_net(netlist, block, "s_data_i", i * word_bits + 1)) : "-1");
    }
    stage_rows += fmt::format("  {{{{{}}}, {{{}}}, {}}},\n", valid, kind,
                              place(port_net(netlist, block, "busy_o", 0)));
  }
  std::size_t most_on = 1;
  for (const Condition& each : conditions) most_on = std::max(most_on, each.on.size());
  std::string level_rows;
  for (const Condition& each : conditions) {
    std::string on;
    for (std::size_t i = 0; i < most_on; ++i) {
      on += fmt::format("{}{}", i == 0 ? "" : ", ", i < each.on.size() ? place(each.on[i]) : "-1");
    }
    level_rows += fmt::format("  {{{}, {{{}}}, {}}},\n", each.level.block, on, place(each.off));
  }
  std::string places;
  for (const int net : model.nets) places += fmt::format("  NET({}),\n", net);

  // A last row of its own keeps an array from being empty.
  return fmt::format(
      R"text(// What is counted in '{top}', and where; written by nacre.
#include <cstddef>
#include <cstdint>
#include "Vdut___024root.h"
namespace activity {{
#define NET(n) offsetof(Vdut___024root, {prefix}__DOT__n##n)
constexpr int kNumNets = {num_nets}, kNumLevels = {num_levels};
constexpr int kNumBlocks = {num_blocks}, kNumStages = {num_stages};
constexpr std::uint32_t kNets[] = {{  // by block
{places}  0}};
constexpr int kBlockBegin[] = {{{begins}}};
constexpr int kBlockStage[] = {{{block_stages}}};
constexpr int kMostInputs = {most_inputs};
// Places of s_valid_i and of the lower bit of the kind of each input, of busy_o; -1: always 0.
struct Stage {{
  std::int64_t valid[kMostInputs], kind[kMostInputs], busy;
}};
constexpr Stage kStages[] = {{
{stage_rows}  {{{{-1}}, {{-1}}, -1}}}};
// A cycle counts when the bits at `on` are 1 and that at `off` is 0; -1: always so.
struct Level {{
  int block;
  std::int64_t on[{most_on}], off;
}};
constexpr Level kLevels[] = {{
{level_rows}  {{0, {{-1}}, -1}}}};
#undef NET
}}  // namespace activity
)text",
      fmt::arg("top", netlist.top), fmt::arg("prefix", verilated_name(netlist.top)),
      fmt::arg("num_nets", model.nets.size()), fmt::arg("num_levels", conditions.size()),
      fmt::arg("num_blocks", netlist.blocks.size()), fmt::arg("num_stages", stages.size()),
      fmt::arg("places", places), fmt::arg("begins", begins),
      fmt::arg("block_stages", block_stages), fmt::arg("most_inputs", most_inputs),
      fmt::arg("stage_rows", stage_rows), fmt::arg("level_rows", level_rows),
      fmt::arg("most_on", most_on));
}

}  // namespace

int macro_block(const GateNetlist& netlist, const GateCell& macro) {
  for (const char* port : {"en_i", "ren_i", "wen_i"}) {
    const GatePin* pin = input_pin(macro, port);
    if (pin != nullptr && pin->net >= 0) {
      return netlist.nets[static_cast<std::size_t>(pin->net)].block;
    }
  }
  return macro.block;
}

ActivityModel instrument(const GateNetlist& netlist, const std::vector<std::string>& stages,
                         const std::string& reference) {
  ActivityModel model;
  model.nets = counted_nets(netlist);
  model.verilog = verilog_of(netlist, model.nets);
  const std::vector<Condition> conditions = conditions_of(netlist);
  for (const Condition& each : conditions) model.levels.push_back(each.level);
  model.header = header_of(netlist, model, conditions, stages, reference);
  return model;
}

}  // namespace nacre::flows
