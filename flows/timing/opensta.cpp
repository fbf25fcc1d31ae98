#include "timing/opensta.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include "liberty/function.hpp"
#include "liberty/syntax.hpp"
#include "process/workspace.hpp"
#include "synth/netlist.hpp"

namespace nacre::flows {
namespace {

namespace fs = std::filesystem;

constexpr auto kQuestionLimit = std::chrono::seconds(20);
constexpr auto kTimeLimit = std::chrono::seconds(600);

// Files of the private folder. What the script prints goes to files of its own: OpenSTA's messages
// would otherwise stand in the middle of its lines.
constexpr const char* kNetlist = "netlist.v";
constexpr const char* kScript = "timing.tcl";
constexpr const char* kMacroLiberty = "macros.lib";
constexpr const char* kFigures = "figures.txt";
constexpr const char* kPaths = "paths.txt";
constexpr const char* kPower = "power.txt";
constexpr const char* kLog = "opensta.log";

constexpr double kNanosecond = 1e-9;
/// OpenSTA says 1e30 s when nothing is constrained; no clock is slower than an hour.
constexpr double kNoSlackNs = 3.6e12;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  return {std::istream_iterator<std::string>(stream), {}};
}

/// A set of names that Verilog and Tcl leave as they are.
bool is_identifier(std::string_view name) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  return !name.empty() && name.find_first_not_of(kPlain) == std::string_view::npos;
}

// --- script

/// The macros of a netlist as a library of boxes without any time: inputs are sampled at the rising
/// clock, outputs are there with it. Empty without macros.
std::string boxes_of(const GateNetlist& netlist) {
  struct Port {
    int width = 0;  ///< 0: a plain pin
    bool is_output = false;
  };
  std::map<std::string, std::map<std::string, Port>> macros;
  for (const GateCell& cell : netlist.cells) {
    if (!cell.is_macro) continue;
    for (const bool is_output : {false, true}) {
      for (const GatePin& pin : is_output ? cell.outputs : cell.inputs) {
        const auto bracket = pin.pin.find('[');
        Port& port = macros[cell.type][pin.pin.substr(0, bracket)];
        port.is_output = is_output;
        if (bracket == std::string::npos) continue;
        port.width = std::max(port.width, std::atoi(pin.pin.c_str() + bracket + 1) + 1);
      }
    }
  }
  if (macros.empty()) return {};
  std::string types, cells;
  std::set<int> widths;
  for (const auto& [name, ports] : macros) {
    cells += fmt::format("cell ({}) {{\n", name);
    for (const auto& [port_name, port] : ports) {
      if (port.width > 0 && widths.insert(port.width).second) {
        types += fmt::format(
            "type (bits_{0}) {{ base_type : array; data_type : bit; bit_width : {0}; "
            "bit_from : {1}; bit_to : 0; downto : true; }}\n",
            port.width, port.width - 1);
      }
      const std::string head =
          port.width > 0 ? fmt::format("bus ({}) {{ bus_type : bits_{};", port_name, port.width)
                         : fmt::format("pin ({}) {{", port_name);
      const char* body =
          port_name == "clk_i" ? "direction : input; clock : true;"
          : port.is_output
              ? "direction : output; timing () { related_pin : clk_i; timing_type : rising_edge; "
                "cell_rise (scalar) { values (\"0\"); } cell_fall (scalar) { values (\"0\"); } "
                "rise_transition (scalar) { values (\"0\"); } "
                "fall_transition (scalar) { values (\"0\"); } }"
              : "direction : input; timing () { related_pin : clk_i; timing_type : setup_rising; "
                "rise_constraint (scalar) { values (\"0\"); } "
                "fall_constraint (scalar) { values (\"0\"); } }";
      cells += fmt::format("  {} capacitance : 0; {} }}\n", head, body);
    }
    cells += "}\n";
  }
  return "library (boxes) {\ndelay_model : table_lookup;\ntime_unit : \"1ns\";\n"
         "voltage_unit : \"1V\";\ncapacitive_load_unit (1, pf);\n"
         "slew_lower_threshold_pct_rise : 20;\nslew_upper_threshold_pct_rise : 80;\n"
         "slew_lower_threshold_pct_fall : 20;\nslew_upper_threshold_pct_fall : 80;\n"
         "input_threshold_pct_rise : 50;\ninput_threshold_pct_fall : 50;\n"
         "output_threshold_pct_rise : 50;\noutput_threshold_pct_fall : 50;\n" +
         types + cells + "}\n";
}

/// The macros' library: the caller's, or boxes.
std::string macros_of(const TimingInput& input) {
  if (!input.macro_liberty.empty() || input.names == nullptr) return input.macro_liberty;
  return boxes_of(*input.names);
}

std::string read_commands(const TimingInput& input) {
  std::string script;
  for (std::size_t i = 0; i < input.library->texts.size(); ++i) {
    script += fmt::format("read_liberty library_{}.lib\n", i);
  }
  if (!macros_of(input).empty()) script += fmt::format("read_liberty {}\n", kMacroLiberty);
  script += fmt::format("read_verilog {}\nlink_design {}\n", kNetlist, input.top);
  script += "set_cmd_units -time ns -capacitance pF -voltage V -power W\n";
  script += fmt::format("create_clock -name clk_i -period {:.6f} [get_ports clk_i]\n",
                        input.clock_s / kNanosecond);
  return script;
}

std::string constraint_commands() {
  return R"(set inputs [list]
foreach port [all_inputs] {
  if {[get_full_name $port] ne "clk_i"} { lappend inputs $port }
}
if {[llength $inputs] > 0} { set_input_delay 0 -clock clk_i $inputs }
if {[llength [all_outputs]] > 0} { set_output_delay 0 -clock clk_i [all_outputs] }
set reset [get_ports -quiet rst_ni]
if {[llength $reset] > 0} { set_false_path -from $reset }
)";
}

/// Latches of clock gates are timed as if they were always transparent: the enable then has until
/// the rising edge at the AND behind the latch. OpenSTA's own view, time borrowing, would give the
/// slack to the opening edge in the middle of the cycle, and hide how slow the enable may be.
std::string latch_commands(const Library& library) {
  std::string cells;
  for (const auto& [name, cell] : library.cells) {
    if (!cell.sequential || !cell.sequential->is_latch || !cell.clock_gate.empty()) continue;
    const auto enable = parse_function(cell.sequential->clock);
    if (!enable || enable->inputs.size() != 1) continue;
    cells += fmt::format("set transparent({}) [list {{{}}} {}]\n", name, enable->inputs[0],
                         truth_table(*enable)[1] ? 1 : 0);
  }
  if (cells.empty()) return {};
  return cells + R"(foreach cell [all_registers -level_sensitive -cells] {
  set type [get_property $cell ref_name]
  if {[info exists transparent($type)]} {
    set_case_analysis [lindex $transparent($type) 1] [$cell find_pin [lindex $transparent($type) 0]]
  }
}
)";
}

std::string report_commands() {
  return fmt::format(
      "set figures [open {} w]\n"
      "puts $figures \"worst_slack [worst_slack]\"\n"
      "puts $figures \"total_negative_slack [total_negative_slack]\"\n"
      "close $figures\n"
      "report_checks -path_delay max -format full_clock_expanded -digits 4 "
      "-fields {{net cap slew}} > {}\n",
      kFigures, kPaths);
}

// --- run

/// What is wrong according to a log: errors, and warnings about the netlist or the script. OpenSTA
/// replaces a cell that it does not know by an empty box and goes on.
std::string faults_of(const std::string& log) {
  std::string faults;
  int found = 0;
  for (const std::string& line : lines_of(log)) {
    const bool is_error = line.find("Error:") != std::string::npos;
    const bool is_warning = line.find(fmt::format("Warning: {}", kNetlist)) != std::string::npos ||
                            line.find(fmt::format("Warning: {}", kScript)) != std::string::npos;
    if ((is_error || is_warning) && ++found <= 3) faults += (found == 1 ? "" : "; ") + line;
  }
  return found > 3 ? fmt::format("{}; and {} more", faults, found - 3) : faults;
}

/// Runs `script` and returns the texts of `wanted`, in their order. Reports N0703 or N0704 with the
/// kept log.
std::optional<std::vector<std::string>> run_script(const TimingInput& input,
                                                   const std::string& script, const OpenSta& sta,
                                                   const fs::path& log_folder,
                                                   const std::vector<std::string>& wanted,
                                                   Diagnostics& diagnostics) {
  NACRE_CHECK(input.library != nullptr && is_identifier(input.top), "a library and a top");
  const auto folder = make_private_folder(log_folder, "tmp-opensta", {}, diagnostics);
  if (!folder) return std::nullopt;
  bool written = write_text(folder->path() / kNetlist, input.netlist, diagnostics) &&
                 write_text(folder->path() / kScript, script, diagnostics);
  for (std::size_t i = 0; written && i < input.library->texts.size(); ++i) {
    written = write_text(folder->path() / fmt::format("library_{}.lib", i), input.library->texts[i],
                         diagnostics);
  }
  if (const std::string macros = macros_of(input); written && !macros.empty()) {
    written = write_text(folder->path() / kMacroLiberty, macros, diagnostics);
  }
  if (!written) return std::nullopt;

  const ToolRun run{
      .tool = "opensta",
      .log_name = "opensta",
      .command = {.arguments = {sta.program.string(), "-no_init", "-no_splash", "-exit", kScript},
                  .folder = folder->path(),
                  .log = folder->path() / kLog,
                  .time_limit = kTimeLimit},
      .outputs = wanted,
      .faults_of = faults_of};
  if (!run_tools({run}, log_folder, diagnostics)) return std::nullopt;
  std::vector<std::string> texts;
  for (const std::string& file : wanted) texts.push_back(read_text(folder->path() / file));
  return texts;
}

// --- figures

std::optional<double> figure(const std::string& text, std::string_view name) {
  for (const std::string& line : lines_of(text)) {
    const std::vector<std::string> words = words_of(line);
    if (words.size() == 2 && words[0] == name) return parse_liberty_number(words[1]);
  }
  return std::nullopt;
}

/// One path of report_checks.
struct PathReport {
  double slack_ns = 0;
  std::vector<PathPoint> points;
};

/// "0.1571 0.1823 0.7138 ^ u_core/_162_/Y (XNOR2X1)": delay and time stand before the edge.
std::optional<PathPoint> parse_point(const std::vector<std::string>& words) {
  const auto edge = std::find_if(words.begin(), words.end(), [](const std::string& word) {
    return word == "^" || word == "v";
  });
  const auto before = edge - words.begin();
  if (before < 2 || words.end() - edge != 3 || !edge[2].starts_with('(')) return std::nullopt;
  const auto delay_ns = parse_liberty_number(edge[-2]);
  const auto time_ns = parse_liberty_number(edge[-1]);
  if (!delay_ns || !time_ns) return std::nullopt;
  PathPoint point{.pin = edge[1],
                  .cell = edge[2].substr(1, edge[2].size() - 2),
                  .net = {},
                  .delay_s = *delay_ns * kNanosecond,
                  .arrival_s = *time_ns * kNanosecond};
  if (point.cell == "in" || point.cell == "out" || point.cell == "inout") point.cell.clear();
  return point;
}

/// The path of least slack: report_checks prints the worst of each group of paths.
std::optional<PathReport> parse_paths(const std::string& text) {
  std::optional<PathReport> worst;
  PathReport path;
  bool in_data = false;
  for (const std::string& line : lines_of(text)) {
    const std::vector<std::string> words = words_of(line);
    if (words.empty()) continue;
    if (words[0] == "Startpoint:") {
      path = {};
      in_data = true;
    } else if (line.ends_with("data arrival time")) {
      in_data = false;
    } else if (words.size() == 3 && words[1] == "slack") {
      const auto slack = parse_liberty_number(words[0]);
      if (!slack) return std::nullopt;
      path.slack_ns = *slack;
      if (!worst || path.slack_ns < worst->slack_ns) worst = path;
    } else if (in_data && words.back() == "(net)" && !path.points.empty() && words.size() > 1) {
      path.points.back().net = words[words.size() - 2];
    } else if (in_data) {
      auto point = parse_point(words);
      if (!point) continue;
      // The pin at the end is on the net of the output before it.
      if (!path.points.empty()) point->net = path.points.back().net;
      path.points.push_back(std::move(*point));
    }
  }
  if (!worst || worst->points.empty()) return std::nullopt;
  return worst;
}

// --- names

/// "u_core/gen_lane\[0\]/_1_" as "u_core.gen_lane[0]._1_".
std::string dotted(std::string_view path) {
  std::string name;
  for (const char c : path) {
    if (c != '\\') name += c == '/' ? '.' : c;
  }
  return name;
}

/// The design's names of the cells and nets of a netlist.
class DesignNames {
 public:
  explicit DesignNames(const GateNetlist* netlist) : netlist_(netlist) {
    if (netlist == nullptr) return;
    for (std::size_t i = 0; i < netlist->cells.size(); ++i) {
      const GateCell& cell = netlist->cells[i];
      const std::string& block = netlist->blocks.at(static_cast<std::size_t>(cell.block));
      const std::string name = dotted(cell.name);
      const bool is_full = block.empty() || name.starts_with(block + ".");
      cells_.emplace(is_full ? name : block + "." + name, i);
    }
    // In a flat netlist the block of a cell is not part of its name.
    for (std::size_t i = 0; i < netlist->cells.size(); ++i) {
      cells_.emplace(dotted(netlist->cells[i].name), i);
    }
  }

  /// The net on a pin such as "u_core/_123_/Y"; empty: not known.
  std::string net_of(const std::string& pin) const {
    const auto [cell, pin_name] = split(pin);
    if (cell == nullptr) return {};
    for (const std::vector<GatePin>* pins : {&cell->outputs, &cell->inputs}) {
      for (const GatePin& each : *pins) {
        if (each.pin == pin_name) return net_name(each);
      }
    }
    return {};
  }

  /// What a path begins or ends at: the state of a register, a port, a macro's pin.
  std::string end_of(const PathPoint& point, const Library& library) const {
    if (point.cell.empty()) return dotted(point.pin);
    const auto slash = point.pin.rfind('/');
    const std::string instance = dotted(point.pin.substr(0, slash));
    const LibertyCell* type = library.cell(point.cell);
    if (type == nullptr) return instance + "/" + dotted(point.pin.substr(slash + 1));
    if (type->sequential) {
      const GateCell* cell = split(point.pin).first;
      if (cell == nullptr) return instance;
      for (const GatePin& output : cell->outputs) {
        if (const std::string name = net_name(output); !name.empty()) return name;
      }
      return instance;
    }
    return point.net.empty() ? instance : point.net;
  }

 private:
  std::pair<const GateCell*, std::string> split(const std::string& pin) const {
    const auto slash = pin.rfind('/');
    if (netlist_ == nullptr || slash == std::string::npos) return {};
    const auto found = cells_.find(dotted(pin.substr(0, slash)));
    if (found == cells_.end()) return {};
    return {&netlist_->cells[found->second], dotted(pin.substr(slash + 1))};
  }

  std::string net_name(const GatePin& pin) const {
    return pin.net < 0 ? std::string() : netlist_->nets.at(static_cast<std::size_t>(pin.net)).name;
  }

  const GateNetlist* netlist_;
  std::map<std::string, std::size_t> cells_;
};

void name_path(const TimingInput& input, Timing& timing) {
  const DesignNames names(input.names);
  for (PathPoint& point : timing.path) {
    if (std::string net = names.net_of(point.pin); !net.empty()) point.net = std::move(net);
    if (point.cell.empty() && point.net.empty()) point.net = dotted(point.pin);
  }
  timing.begin_name = names.end_of(timing.path.front(), *input.library);
  // Without names a register is called as the net of its output, which comes next.
  if (input.names == nullptr && timing.path.size() > 1 && !timing.path.front().cell.empty()) {
    timing.begin_name = dotted(timing.path[1].net);
  }
  timing.end_name = names.end_of(timing.path.back(), *input.library);
}

void report_missing(std::string_view what, Diagnostics& diagnostics) {
  diagnostics.error("N0703", {}, fmt::format("opensta ended well but did not tell {}", what));
}

}  // namespace

std::optional<OpenSta> find_opensta(Diagnostics& diagnostics) {
  const auto program = find_program("sta");
  if (!program) {
    diagnostics.error("N0701", {}, "'sta' (OpenSTA) was not found on the PATH",
                      "sudo apt-get install opensta (Debian 12 has 2.0.17), or see `nacre doctor`");
    return std::nullopt;
  }
  const auto text =
      run_and_read({.arguments = {program->string(), "-version"}, .time_limit = kQuestionLimit});
  const std::vector<std::string> words = words_of(text.value_or(""));
  if (words.size() != 1 || words[0].find_first_not_of("0123456789.") != std::string::npos) {
    diagnostics.error("N0703", {},
                      fmt::format("'{} -version' did not tell a version", program->string()));
    return std::nullopt;
  }
  return OpenSta{.program = *program, .version = "OpenSTA " + words[0]};
}

std::optional<Timing> analyze_timing(const TimingInput& input, const OpenSta& sta,
                                     const std::filesystem::path& log_folder,
                                     Diagnostics& diagnostics) {
  const std::string script = read_commands(input) + constraint_commands() +
                             latch_commands(*input.library) + report_commands();
  const auto texts = run_script(input, script, sta, log_folder, {kFigures, kPaths}, diagnostics);
  if (!texts) return std::nullopt;
  const auto slack_ns = figure((*texts)[0], "worst_slack");
  const auto total_ns = figure((*texts)[0], "total_negative_slack");
  const auto path = parse_paths((*texts)[1]);
  if (!slack_ns || !total_ns || !path || std::abs(*slack_ns) > kNoSlackNs) {
    report_missing("the worst slack and its path", diagnostics);
    return std::nullopt;
  }
  Timing timing{.clock_s = input.clock_s,
                .worst_slack_s = *slack_ns * kNanosecond,
                .total_negative_slack_s = *total_ns * kNanosecond,
                .min_period_s = input.clock_s - *slack_ns * kNanosecond,
                .fmax_hz = 0,
                .begin_name = {},
                .end_name = {},
                .path = path->points,
                .script = script,
                .report = (*texts)[1]};
  if (timing.min_period_s > 0) timing.fmax_hz = 1 / timing.min_period_s;
  name_path(input, timing);
  return timing;
}

std::optional<StaPower> opensta_power(const TimingInput& input, double activity, const OpenSta& sta,
                                      const std::filesystem::path& log_folder,
                                      Diagnostics& diagnostics) {
  const std::string script =
      read_commands(input) + fmt::format(
                                 "set_power_activity -global -activity {:.9f} -duty 0.5\n"
                                 "report_power -digits 8 > {}\n",
                                 activity, kPower);
  const auto texts = run_script(input, script, sta, log_folder, {kPower}, diagnostics);
  if (!texts) return std::nullopt;
  for (const std::string& line : lines_of((*texts)[0])) {
    const std::vector<std::string> words = words_of(line);
    if (words.size() != 6 || words[0] != "Total") continue;
    std::array<double, 4> watts{};
    for (std::size_t i = 0; i < watts.size(); ++i) {
      const auto value = parse_liberty_number(words[i + 1]);
      if (!value) break;
      watts[i] = *value;
      if (i + 1 == watts.size()) {
        return StaPower{.internal_w = watts[0],
                        .switching_w = watts[1],
                        .leakage_w = watts[2],
                        .total_w = watts[3]};
      }
    }
  }
  report_missing("the power", diagnostics);
  return std::nullopt;
}

}  // namespace nacre::flows
