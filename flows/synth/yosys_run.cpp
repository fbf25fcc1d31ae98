#include "synth/yosys_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "liberty/function.hpp"
#include "liberty/syntax.hpp"

namespace nacre::flows {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWasmScript = "run_wasm.mjs";

/// Runs one script with @yowasp/yosys as the native program would: the folder's files are given to
/// it, the files that it returns are written back. Arguments: package folder, those of yosys.
constexpr std::string_view kWasmText = R"text(import fs from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

const [packageFolder, ...words] = process.argv.slice(2);
const bundle = path.join(packageFolder, 'gen', 'bundle.js');
const {runYosys, Exit} = await import(pathToFileURL(bundle).href);

function readTree(folder) {
  const tree = {};
  for (const entry of fs.readdirSync(folder, {withFileTypes: true})) {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) tree[entry.name] = readTree(name);
    else if (!entry.name.endsWith('.log')) tree[entry.name] = fs.readFileSync(name);
  }
  return tree;
}

function writeTree(folder, tree, before) {
  for (const [name, value] of Object.entries(tree)) {
    const file = path.join(folder, name);
    if (typeof value === 'string' || value instanceof Uint8Array) {
      const old = before?.[name];
      if (old === undefined || Buffer.compare(Buffer.from(value), old) !== 0) {
        fs.writeFileSync(file, value);
      }
    } else {
      fs.mkdirSync(file, {recursive: true});
      writeTree(file, value, before?.[name]);
    }
  }
}

const before = readTree('.');
const print = (bytes) => { if (bytes !== null) fs.writeSync(1, bytes); };
try {
  const options = {stdout: print, stderr: print};
  writeTree('.', await runYosys(words, before, options), before);
} catch (error) {
  if (!(error instanceof Exit)) throw error;
  process.exitCode = error.code === 0 ? 1 : error.code;
}
)text";

Command command_of(const Yosys& yosys, const fs::path& folder, const YosysJob& job,
                   std::chrono::seconds time_limit) {
  Command command{.arguments = {yosys.program.string()},
                  .folder = folder,
                  .log = folder / (job.name + ".log"),
                  .time_limit = time_limit};
  if (yosys.kind == Yosys::Kind::Wasm) {
    command.arguments.emplace_back(kWasmScript);
    command.arguments.push_back(yosys.package.string());
  }
  for (const std::string& word :
       {std::string("-Q"), std::string("-T"), std::string("-s"), job.name + ".ys"}) {
    command.arguments.push_back(word);
  }
  return command;
}

/// The statements of the group `name (first argument)` wherever it stands in the group that
/// `syntax` is in.
bool enter_group(LibertySyntax& syntax, std::string_view name, std::string_view argument) {
  LibertyStatement statement;
  while (syntax.next(statement)) {
    if (statement.kind != LibertyStatement::Kind::Group) continue;
    if (statement.name == name && (argument.empty() || (!statement.arguments.empty() &&
                                                        statement.arguments.front() == argument))) {
      return true;
    }
    syntax.skip_group();
  }
  return false;
}

/// The pins of a `cell` group that `syntax` has just entered.
ClockGatePins read_clock_gate_pins(LibertySyntax& syntax) {
  ClockGatePins pins;
  LibertyStatement statement;
  while (syntax.next(statement)) {
    if (statement.kind != LibertyStatement::Kind::Group) continue;
    if (statement.name != "pin" || statement.arguments.empty()) {
      syntax.skip_group();
      continue;
    }
    const std::string pin(statement.arguments.front());
    while (syntax.next(statement)) {
      if (statement.kind == LibertyStatement::Kind::Group) syntax.skip_group();
      if (statement.kind != LibertyStatement::Kind::Simple || statement.value != "true") continue;
      if (statement.name == "clock_gate_clock_pin") pins.clock = pin;
      if (statement.name == "clock_gate_enable_pin") pins.enable = pin;
      if (statement.name == "clock_gate_test_pin") pins.test = pin;
      if (statement.name == "clock_gate_out_pin") pins.output = pin;
    }
  }
  return pins;
}

/// The first input of a Liberty expression.
std::string pin_of(const std::string& expression) {
  const auto function = parse_function(expression);
  return function && !function->inputs.empty() ? function->inputs.front() : std::string();
}

/// One latch of Yosys in terms of the library; with an inverter when only the other polarity is
/// there.
std::string latch_map_module(const Library& library, bool enable_high) {
  const LibertyCell* same = latch_of(library, enable_high);
  const LibertyCell* cell = same != nullptr ? same : latch_of(library, !enable_high);
  if (cell == nullptr) return {};
  const LibertySequential& state = *cell->sequential;
  std::string output;
  for (const LibertyPin& pin : cell->pins) {
    if (pin.is_output && pin_of(pin.function) == state.state && output.empty()) output = pin.name;
  }
  return fmt::format(
      "(* techmap_celltype = \"$_DLATCH_{0}_\" *)\n"
      "module latch_{0} (input E, input D, output Q);\n"
      "  wire enable;\n"
      "  {1}\n"
      "  {2} _TECHMAP_REPLACE_ (.{3}(enable), .{4}(D), .{5}(Q));\n"
      "endmodule\n",
      enable_high ? 'P' : 'N',
      same != nullptr ? "assign enable = E;" : "\\$_NOT_ u_invert (.A(E), .Y(enable));", cell->name,
      pin_of(state.clock), pin_of(state.data), output);
}

}  // namespace

std::unique_ptr<TemporaryPath> make_yosys_folder(Diagnostics& diagnostics) {
  std::error_code ignored;
  return make_private_folder(fs::temp_directory_path(ignored), "nacre-yosys",
                             "free some space there, or name another folder with TMPDIR",
                             diagnostics);
}

bool run_yosys(const Yosys& yosys, const fs::path& folder, const std::vector<YosysJob>& jobs,
               std::chrono::seconds time_limit, const fs::path& log_folder,
               Diagnostics& diagnostics) {
  if (yosys.kind == Yosys::Kind::Wasm &&
      !write_text(folder / kWasmScript, kWasmText, diagnostics)) {
    return false;
  }
  std::vector<ToolRun> runs;
  for (const YosysJob& job : jobs) {
    if (!write_text(folder / (job.name + ".ys"), job.script, diagnostics)) return false;
    runs.push_back({.tool = "Yosys",
                    .log_name = "yosys-" + job.name,
                    .command = command_of(yosys, folder, job, time_limit),
                    .outputs = job.outputs,
                    .time_limit_help = "fewer lanes, or memories as RAM, make the design smaller"});
  }
  return run_tools(runs, log_folder, diagnostics);
}

bool write_inputs(const fs::path& folder, const ModelSource& rtl,
                  const std::vector<SourceFile>& stubs, const Library& library,
                  Diagnostics& diagnostics) {
  for (const auto* files : {&rtl.files, &stubs}) {
    for (const SourceFile& file : *files) {
      if (!write_text(folder / file.path, file.text, diagnostics)) return false;
    }
  }
  return write_text(folder / kLibertyFile, merged_liberty(library), diagnostics);
}

std::string wasm_version(const Yosys& yosys, Diagnostics& diagnostics) {
  constexpr auto kLimit = std::chrono::seconds(60);  // it compiles first
  const auto folder = make_yosys_folder(diagnostics);
  if (!folder || !write_text(folder->path() / kWasmScript, kWasmText, diagnostics)) return {};
  const auto text = run_and_read(
      {.arguments = {yosys.program.string(), kWasmScript, yosys.package.string(), "-V"},
       .folder = folder->path(),
       .time_limit = kLimit});
  return text ? text->substr(0, text->find('\n')) : std::string();
}

std::string read_commands(const ModelSource& rtl, const std::vector<SourceFile>& stubs,
                          bool clock_gates) {
  // The cells first: `check` then knows which of their pins drive.
  std::string script = fmt::format("read_liberty -lib -ignore_miss_func {}\n", kLibertyFile);
  for (const SourceFile& file : rtl.files) {
    script += fmt::format("read_verilog -sv{} {}\n", clock_gates ? "" : " -DNACRE_FPGA", file.path);
  }
  std::string commands;
  for (const SourceFile& stub : stubs) {
    const bool is_script = stub.path.ends_with(".ys");
    (is_script ? commands : script) +=
        fmt::format("{} {}\n", is_script ? "script" : "read_verilog -sv -lib", stub.path);
  }
  script += fmt::format("hierarchy -check -top {}\n", rtl.top) + commands;
  // A transparent gate is a wire: nothing to keep.
  if (!clock_gates) script += "setattr -mod -unset keep_hierarchy nacre_clock_gate\n";
  return script;
}

std::string map_registers_commands(const Library& library) {
  std::string script = fmt::format("dfflibmap -liberty {}\n", kLibertyFile);
  // dfflibmap knows no latches.
  if (latch_of(library, true) != nullptr || latch_of(library, false) != nullptr) {
    script += fmt::format("techmap -map {}\n", kLatchMapFile);
  }
  return script;
}

std::string latch_map_text(const Library& library) {
  return latch_map_module(library, true) + latch_map_module(library, false);
}

std::string full_adder_text(const Library& library) {
  const auto adder = find_full_adder(library);
  if (!adder) return {};
  return fmt::format(
      "module {} (input a_i, input b_i, input c_i, output sum_o, output carry_o);\n"
      "  {} u_cell (.{}(a_i), .{}(b_i), .{}(c_i), .{}(sum_o), .{}(carry_o));\nendmodule\n",
      kFullAdder, adder->cell->name, adder->inputs[0], adder->inputs[1], adder->inputs[2],
      adder->sum, adder->carry);
}

std::string without_parameters(const std::string& module) {
  if (!module.starts_with("$paramod")) return module;
  const std::size_t begin = module.find('\\');
  if (begin == std::string::npos) return module;
  const std::size_t end = module.find('\\', begin + 1);
  return module.substr(begin + 1, end == std::string::npos ? end : end - begin - 1);
}

std::string pattern_of(const std::string& name) {
  std::string pattern = name.starts_with('\\') ? name.substr(1) : name;
  for (char& c : pattern) {
    if (std::string_view("[]*?\\").find(c) != std::string_view::npos) c = '?';
  }
  return pattern;
}

std::string merged_liberty(const Library& library) {
  if (library.texts.empty()) return {};
  std::string merged = library.texts.front();
  for (std::size_t i = 1; i < library.texts.size(); ++i) {
    const std::string& text = library.texts[i];
    // The reader accepted these texts: one group around everything.
    const auto begin = text.find('{');
    const auto end = text.rfind('}');
    const auto into = merged.rfind('}');
    if (begin == std::string::npos || end == std::string::npos || into == std::string::npos) {
      continue;
    }
    merged.insert(into, text.substr(begin + 1, end - begin - 1));
  }
  return merged;
}

std::map<std::string, double> stat_areas(const std::string& stat) {
  std::map<std::string, double> areas;
  std::istringstream stream(stat);
  for (std::string line; std::getline(stream, line);) {
    const bool is_total = line.find("Chip area for top module '") != std::string::npos;
    if (!is_total && line.find("Chip area for module '") == std::string::npos) continue;
    const auto begin = line.find('\'') + 1;
    const auto end = line.rfind("': ");
    if (end == std::string::npos || end < begin) continue;
    const std::string name = line.substr(begin, end - begin);
    const std::string number = line.substr(end + 3);
    double area = 0;
    if (std::from_chars(number.data(), number.data() + number.size(), area).ec != std::errc{}) {
      continue;
    }
    // The total of the hierarchy comes after the module's own.
    areas[name.starts_with('\\') ? name.substr(1) : name] = area;
  }
  return areas;
}

double longest_abc_delay_s(const std::string& log) {
  double longest_ps = 0;
  constexpr std::string_view kKey = "Delay =";
  for (auto at = log.find(kKey); at != std::string::npos; at = log.find(kKey, at + 1)) {
    const char* begin = log.data() + at + kKey.size();
    const char* end = log.data() + log.size();
    while (begin != end && *begin == ' ') ++begin;
    double delay_ps = 0;
    if (std::from_chars(begin, end, delay_ps).ec == std::errc{}) {
      longest_ps = std::max(longest_ps, delay_ps);
    }
  }
  return longest_ps * 1e-12;
}

std::optional<ClockGatePins> clock_gate_pins(const Library& library, const LibertyCell& cell) {
  for (const std::string& text : library.texts) {
    LibertySyntax syntax(text);
    if (!enter_group(syntax, "library", {}) || !enter_group(syntax, "cell", cell.name)) continue;
    ClockGatePins pins = read_clock_gate_pins(syntax);
    if (pins.clock.empty() || pins.enable.empty() || pins.output.empty()) return std::nullopt;
    return pins;
  }
  return std::nullopt;
}

const LibertyCell* integrated_clock_gate_of(const Library& library) {
  const LibertyCell* best = nullptr;
  for (const auto& [name, cell] : library.cells) {
    if (!cell.clock_gate.starts_with("latch_posedge") || cell.dont_use || !cell.has_area) continue;
    if (cell.clock_gate.find("obs") != std::string::npos) continue;  // observation pins: for test
    if (!clock_gate_pins(library, cell)) continue;
    if (best == nullptr || cell.area < best->area) best = &cell;
  }
  return best;
}

}  // namespace nacre::flows
