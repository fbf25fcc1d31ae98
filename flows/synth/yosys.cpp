#include "synth/yosys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <string_view>

#include "process/process.hpp"
#include "synth/yosys_run.hpp"

namespace nacre::flows {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr int kMinYosysMajor = 0;
constexpr int kMinYosysMinor = 23;
constexpr auto kQuestionLimit = std::chrono::seconds(60);
constexpr const char* kClockGate = "nacre_clock_gate";

/// What of the clock period abc may give a block's logic. Its figure has no flip-flops in it, but
/// slow drivers at the block's inputs: OpenSTA's period was 0.6 ns above to 1.0 ns below it
/// (crossbar of 1 and 8 lanes, SPIRIT; osu018).
constexpr double kLogicShare = 0.9;

/// Mapping for area: rewriting and resubstitution with growing windows, then abc's area-only
/// mapper, which uses wide cells well; then buffers (of flip-flop outputs, too: the constraint's
/// cell drives them) and sizes for the target. Against Yosys's default script, by blocks, osu018,
/// in NAND2 and OpenSTA's ns: crossbar 1 lane 4,257/6.2 (default 4,454/7.5), 8 lanes 6,368/6.8
/// (7,222/21.9), SPIRIT 14,920/8.0 (15,224/10.0).
constexpr std::string_view kSmallScript =
    "strash; ifraig; scorr; dc2; rewrite; refactor; resub; rewrite -z; resub; refactor -z; "
    "rewrite -z; balance; dc2; resub -K 8; rewrite; resub -K 10; refactor -z; resub -K 12 -N 2; "
    "dc2; strash; dch -f; amap -m; buffer; upsize {D}; dnsize {D}; stime -p";

/// Mapping for speed, taken when the small one misses the target: 4,572/4.8, 7,466/5.6, 15,673/6.2.
constexpr std::string_view kFastScript =
    "strash; &get -n; &fraig -x; &put; scorr; dc2; strash; &get -n; &dch -f; &nf {D}; &put; "
    "buffer; upsize {D}; dnsize {D}; stime -p";

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// "Yosys 0.23 (git sha1 ...)" -> {0, 23}
std::optional<std::pair<int, int>> parse_yosys_version(const std::string& text) {
  static const std::regex pattern(R"(Yosys (\d{1,4})\.(\d{1,4}))");
  std::smatch match;
  if (!std::regex_search(text, match, pattern)) return std::nullopt;
  return std::pair(std::stoi(match[1]), std::stoi(match[2]));
}

bool check_version(const Yosys& yosys, Diagnostics& diagnostics) {
  const auto version = parse_yosys_version(yosys.version);
  if (!version) {
    diagnostics.error("N0703", {},
                      fmt::format("'{}' did not tell a version of Yosys", yosys.program.string()));
    return false;
  }
  if (*version < std::pair(kMinYosysMajor, kMinYosysMinor)) {
    diagnostics.error(
        "N0702", {},
        fmt::format("'{}' is version {}.{}, must be at least {}.{}", yosys.program.string(),
                    version->first, version->second, kMinYosysMajor, kMinYosysMinor),
        "Debian 12 has 0.23: sudo apt-get install yosys");
    return false;
  }
  return true;
}

std::optional<Yosys> find_native(Diagnostics& diagnostics) {
  const auto program = find_program("yosys");
  if (!program) {
    diagnostics.error("N0701", {}, "'yosys' was not found on the PATH",
                      "sudo apt-get install yosys (Debian 12 has 0.23), or npm install "
                      "@yowasp/yosys and --yosys wasm");
    return std::nullopt;
  }
  const auto text =
      run_and_read({.arguments = {program->string(), "-V"}, .time_limit = kQuestionLimit});
  Yosys yosys{.kind = Yosys::Kind::Native,
              .program = *program,
              .package = {},
              .version = text ? first_line(*text) : std::string()};
  if (!check_version(yosys, diagnostics)) return std::nullopt;
  return yosys;
}

bool is_package(const fs::path& folder) {
  std::error_code error;
  return fs::is_regular_file(folder / "package.json", error) &&
         fs::is_regular_file(folder / "gen" / "bundle.js", error);
}

/// The folder of @yowasp/yosys, or nothing.
std::optional<fs::path> find_package() {
  const fs::path name = fs::path("@yowasp") / "yosys";
  if (const char* chosen = std::getenv("NACRE_YOWASP"); chosen != nullptr && *chosen != '\0') {
    for (const fs::path& folder : {fs::path(chosen), fs::path(chosen) / "node_modules" / name}) {
      std::error_code error;
      if (is_package(folder)) return fs::absolute(folder, error);
    }
    return std::nullopt;  // who names a folder does not want another one
  }
  std::error_code error;
  for (fs::path folder = fs::current_path(error); !error; folder = folder.parent_path()) {
    const fs::path candidate = folder / "node_modules" / name;
    if (is_package(candidate)) return candidate;
    if (folder == folder.parent_path()) break;
  }
  if (find_program("npm")) {
    const auto root =
        run_and_read({.arguments = {"npm", "root", "--global"}, .time_limit = kQuestionLimit});
    if (root && is_package(fs::path(first_line(*root)) / name)) {
      return fs::path(first_line(*root)) / name;
    }
  }
  return std::nullopt;
}

std::optional<Yosys> find_wasm(Diagnostics& diagnostics) {
  const auto node = find_program("node");
  if (!node) {
    diagnostics.error("N0701", {}, "'node' was not found on the PATH (--yosys wasm needs it)",
                      "sudo apt-get install nodejs");
    return std::nullopt;
  }
  const auto package = find_package();
  if (!package) {
    diagnostics.error("N0701", {},
                      "the npm package @yowasp/yosys was not found (in $NACRE_YOWASP, "
                      "node_modules of this folder and those above, npm's global folder)",
                      "npm install @yowasp/yosys");
    return std::nullopt;
  }
  Yosys yosys{.kind = Yosys::Kind::Wasm, .program = *node, .package = *package, .version = {}};
  yosys.version = wasm_version(yosys, diagnostics);
  if (!check_version(yosys, diagnostics)) return std::nullopt;
  return yosys;
}

/// An instance of a module of the RTL in the top.
struct Block {
  std::string name;    ///< "u_core"
  std::string type;    ///< "$paramod$1f3a...\\nacre_spiking_dense"
  std::string module;  ///< of its own in the netlist: "crossbar_256_u_core"
};

/// What all steps of one synthesis share.
struct Run {
  const ModelSource& rtl;
  const Library& library;
  const Yosys& yosys;
  const YosysOptions& options;
  fs::path folder;
  fs::path log_folder;
  std::vector<Block> blocks;         ///< empty: flat
  bool puts_full_adders_in = false;  ///< the design has such leaves, and cells are asked for
};

std::string plain(const std::string& name) {
  std::string result;
  for (const char c : name) {
    const bool is_plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    result += is_plain ? c : '_';
  }
  return result;
}

/// From the RTLIL text of the top's instances. Clock gates stay modules of their own, as
/// everywhere.
std::vector<Block> read_blocks(const std::string& dump, const std::string& top) {
  std::vector<Block> blocks;
  std::set<std::string> modules;
  std::istringstream stream(dump);
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    std::string keyword, type, name;
    if (!(words >> keyword >> type >> name) || keyword != "cell") continue;
    if (type == std::string("\\") + kClockGate) continue;
    if (name.starts_with('\\')) name.erase(0, 1);
    std::string module = top + "_" + plain(name);
    while (!modules.insert(module).second) module += '_';
    blocks.push_back({.name = name, .type = type, .module = module});
  }
  std::sort(blocks.begin(), blocks.end(),
            [](const Block& a, const Block& b) { return a.name < b.name; });
  return blocks;
}

/// Lines that put the library's integrated clock gate into nacre_clock_gate, if it has one.
std::string clock_gate_commands(const Run& run) {
  const bool has_gate = run.options.clock_gates && integrated_clock_gate_of(run.library) != nullptr;
  return has_gate ? "read_verilog -overwrite -sv clock_gate.v\n" : "";
}

std::string clock_gate_text(const Library& library) {
  const LibertyCell* cell = integrated_clock_gate_of(library);
  if (cell == nullptr) return {};
  const auto pins = clock_gate_pins(library, *cell);
  const std::string test = pins->test.empty() ? "" : fmt::format(", .{}(1'b0)", pins->test);
  return fmt::format(
      "(* keep_hierarchy *)\nmodule {} (input clk_i, input enable_i, output clk_o);\n"
      "  {} u_gate (.{}(clk_i), .{}(enable_i){}, .{}(clk_o));\nendmodule\n",
      kClockGate, cell->name, pins->clock, pins->enable, test, pins->output);
}

/// Lines that put the library's cell into nacre_full_adder.
std::string full_adder_commands(const Run& run) {
  if (!run.puts_full_adders_in) return {};
  return fmt::format("read_verilog -overwrite {}\n", kFullAdderFile);
}

/// What abc takes to drive a block's inputs and to load its outputs (in femtofarads).
std::string constraint_text(const Library& library) {
  const LibertyCell* driver = find_inverter(library);
  NACRE_CHECK(driver != nullptr, "read_liberty refuses libraries without inverters");
  double capacitance = 0;
  for (const LibertyPin& pin : driver->pins) capacitance = std::max(capacitance, pin.capacitance);
  // A block's output drives another block: a few gates.
  constexpr double kLoadInInverters = 4;
  return fmt::format("set_driving_cell {}\nset_load {:.6g}\n", driver->name,
                     kLoadInInverters * capacitance * 1e15);
}

double target_s(const Run& run) { return kLogicShare * run.options.clock_s; }

std::string mapper_text(const Run& run, std::string_view script) {
  std::string text(script);
  const std::string target = fmt::format("-D {:.0f}", target_s(run) * 1e12);
  for (auto at = text.find("{D}"); at != std::string::npos; at = text.find("{D}")) {
    text.replace(at, 3, target);
  }
  std::replace(text.begin(), text.end(), ';', '\n');
  return text + "\n";
}

/// Logic to cells, by the abc script of this name.
std::string map_logic_commands(const Run& run, const std::string& mapper) {
  return fmt::format(
      "abc -liberty {} -constr {} -D {:.0f} -script {}.abc\n"
      // Two-state: what may be anything is 0.
      "setundef -zero\nopt_clean -purge\n",
      kLibertyFile, kConstraintFile, target_s(run) * 1e12, mapper);
}

/// Writes the results. The same short names in Verilog and JSON: tools name pins by them.
std::string write_netlist_commands(const std::string& prefix) {
  return fmt::format(
      "rename -enumerate -pattern _%_\n"
      "tee -q -o {0}stat.txt stat -liberty {1}\n"
      "write_json {0}netlist.json\n"
      "write_verilog -noattr -noexpr -simple-lhs {0}netlist.v\n",
      prefix, kLibertyFile);
}

/// The netlist from `<prefix>front.il`, mapped for area.
YosysJob netlist_job(const Run& run, const std::string& prefix) {
  std::string script = fmt::format("read_rtlil {}front.il\n", prefix) + clock_gate_commands(run);
  for (const Block& block : run.blocks) {
    script +=
        fmt::format("copy {} {}\n", block.type, block.module) +
        fmt::format("chtype -set {} {}/c:{}\n", block.module, run.rtl.top, pattern_of(block.name)) +
        fmt::format("setattr -mod -set keep_hierarchy 1 {}\n", block.module);
  }
  // Full adders stay apart until the depth is known: a path through a cell would have no length.
  if (run.puts_full_adders_in) {
    script += fmt::format("setattr -mod -set keep_hierarchy 1 {}\n", kFullAdder);
  }
  script += fmt::format(
      "flatten\n"
      "synth -top {0}\n"
      // On a copy without any hierarchy: loops and depth across blocks. Macros end paths.
      "design -save gates\n"
      "setattr -mod -unset keep_hierarchy *\n"
      "flatten\n"
      "tee -q -o {1}check.txt check\n"
      "delete {0}/* =A:blackbox %C %i\n"
      "tee -q -o {1}depth.txt ltp -noff\n"
      "design -load gates\n",
      run.rtl.top, prefix);
  if (run.puts_full_adders_in) {
    script += full_adder_commands(run) + fmt::format("flatten\ndelete {}\n", kFullAdder);
  }
  script += map_registers_commands(run.library) + fmt::format("write_rtlil {}gates.il\n", prefix) +
            map_logic_commands(run, "small") + write_netlist_commands(prefix);
  return {.name = prefix + "netlist",
          .script = script,
          .outputs = {prefix + "netlist.v", prefix + "netlist.json", prefix + "stat.txt"}};
}

/// The netlist from `<prefix>gates.il`, mapped for speed.
YosysJob fast_netlist_job(const Run& run, const std::string& prefix) {
  return {.name = prefix + "netlist_fast",
          .script = fmt::format("read_rtlil {}gates.il\n", prefix) +
                    map_logic_commands(run, "fast") + write_netlist_commands(prefix),
          .outputs = {prefix + "netlist.v", prefix + "netlist.json", prefix + "stat.txt"}};
}

/// Each module of the RTL's hierarchy on its own.
YosysJob table_job(const Run& run) {
  return {.name = "table",
          .script = "read_rtlil front.il\n" + clock_gate_commands(run) + full_adder_commands(run) +
                    fmt::format("synth -top {}\n", run.rtl.top) +
                    map_registers_commands(run.library) + "write_rtlil table_gates.il\n" +
                    map_logic_commands(run, "small") + "write_json table.json\n",
          .outputs = {"table.json"}};
}

YosysJob fast_table_job(const Run& run) {
  return {.name = "table_fast",
          .script = "read_rtlil table_gates.il\n" + map_logic_commands(run, "fast") +
                    "write_json table.json\n",
          .outputs = {"table.json"}};
}

/// Reads the sources; leaves front.il and fills `run.blocks`.
bool read_sources(Run& run, const std::vector<SourceFile>& stubs, Diagnostics& diagnostics) {
  const auto write = [&](const std::string& name, const std::string& text) {
    return write_text(run.folder / name, text, diagnostics);
  };
  if (!write_inputs(run.folder, run.rtl, stubs, run.library, diagnostics) ||
      !write(kConstraintFile, constraint_text(run.library)) ||
      !write("small.abc", mapper_text(run, kSmallScript)) ||
      !write("fast.abc", mapper_text(run, kFastScript)) ||
      !write(kLatchMapFile, latch_map_text(run.library)) ||
      !write("clock_gate.v", clock_gate_text(run.library)) ||
      !write(kFullAdderFile, full_adder_text(run.library))) {
    return false;
  }
  const YosysJob job{.name = "front",
                     .script = read_commands(run.rtl, stubs, run.options.clock_gates) +
                               fmt::format("proc\n"
                                           "write_rtlil front.il\n"
                                           "tee -q -o blocks.txt dump {}/* * %C %i\n",
                                           run.rtl.top),
                     .outputs = {"front.il"}};
  if (!run_yosys(run.yosys, run.folder, {job}, run.options.time_limit, run.log_folder,
                 diagnostics)) {
    return false;
  }
  run.puts_full_adders_in =
      run.options.full_adder_cells &&
      read_text(run.folder / "front.il").find(std::string("cell \\") + kFullAdder + " ") !=
          std::string::npos;
  if (!run.options.flatten) {
    run.blocks = read_blocks(read_text(run.folder / "blocks.txt"), run.rtl.top);
  }
  return true;
}

bool run_jobs(const Run& run, const std::vector<YosysJob>& jobs, Diagnostics& diagnostics) {
  return run_yosys(run.yosys, run.folder, jobs, run.options.time_limit, run.log_folder,
                   diagnostics);
}

/// Whether the log's slowest block misses the target, so that the faster mapping is worth its area.
bool is_too_slow(const Run& run, const std::string& log_name) {
  return longest_abc_delay_s(read_text(run.folder / log_name)) > target_s(run);
}

bool is_flip_flop(const Library& library, const std::string& type) {
  const LibertyCell* cell = library.cell(type);
  return cell != nullptr && cell->sequential && !cell->sequential->is_latch &&
         cell->clock_gate.empty();
}

bool is_latch(const Library& library, const std::string& type) {
  const LibertyCell* cell = library.cell(type);
  return cell != nullptr && cell->sequential && cell->sequential->is_latch &&
         cell->clock_gate.empty();
}

/// Adds the row of a module instance and those below it; returns the index of its row.
std::size_t add_rows(const Json& modules, const std::string& type, const std::string& path,
                     int depth, const Library& library, std::vector<AreaRow>& rows) {
  const std::size_t row = rows.size();
  rows.push_back({.path = path, .module = without_parameters(type), .depth = depth});
  for (const auto& [name, cell] : modules.at(type).at("cells").items()) {
    const std::string cell_type = cell.at("type");
    if (const LibertyCell* leaf = library.cell(cell_type)) {
      rows[row].own_area += area_of(library, *leaf);
      rows[row].cells += 1;
      rows[row].flip_flops += is_flip_flop(library, cell_type) ? 1 : 0;
      continue;
    }
    const auto module = modules.find(cell_type);
    if (module == modules.end() || module->at("attributes").contains("blackbox")) continue;
    const std::size_t below = add_rows(modules, cell_type, path.empty() ? name : path + "." + name,
                                       depth + 1, library, rows);
    rows[row].cells += rows[below].cells;
    rows[row].flip_flops += rows[below].flip_flops;
    if (cell_type == kClockGate) {
      // A clock gate is a few cells of the register that it belongs to, not a row.
      rows[row].own_area += rows[below].area;
      rows.pop_back();
    } else {
      rows[row].area += rows[below].area;
    }
  }
  rows[row].area += rows[row].own_area;
  return row;
}

bool read_table(const Run& run, Synthesis& synthesis, Diagnostics& diagnostics) {
  try {
    const Json json = Json::parse(read_text(run.folder / "table.json"));
    add_rows(json.at("modules"), run.rtl.top, "", 0, run.library, synthesis.hierarchy);
    return true;
  } catch (const Json::exception& error) {
    diagnostics.error("N0703", {},
                      fmt::format("the area table of Yosys cannot be read: {}", error.what()));
    return false;
  }
}

/// The length that `ltp` printed.
int read_depth(const std::string& text) {
  static const std::regex pattern(R"(\(length=(\d{1,9})\))");
  std::smatch match;
  return std::regex_search(text, match, pattern) ? std::stoi(match[1]) : 0;
}

/// What `check` found, at most three lines of it.
std::string findings(const std::string& check) {
  std::istringstream stream(check);
  std::string found;
  int count = 0;
  for (std::string line; std::getline(stream, line);) {
    constexpr std::string_view kKey = "Warning: ";
    const auto at = line.find(kKey);
    if (at == std::string::npos) continue;
    if (++count <= 3) found += (found.empty() ? "" : "; ") + line.substr(at + kKey.size());
  }
  if (count > 3) found += fmt::format("; and {} more", count - 3);
  return found;
}

/// Counts the netlist's cells; reports N1110 for what must not be in it, N0703 when the tool's own
/// area is another.
bool count_cells(const Run& run, const std::string& stat, Synthesis& synthesis,
                 Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const auto& [name, cell] : run.library.cells) names.push_back(name);
  auto netlist = read_netlist_json(synthesis.json, run.rtl.top, names, diagnostics);
  if (!netlist) return false;
  double stated_area = 0;
  std::string latch, unmapped;
  for (const GateCell& cell : netlist->cells) {
    const std::string& block = netlist->blocks[static_cast<std::size_t>(cell.block)];
    const std::string path = block.empty() ? cell.name : block + "." + cell.name;
    if (cell.is_macro && cell.type.starts_with('$')) {
      if (unmapped.empty()) unmapped = fmt::format("{} ({})", path, cell.type);
      continue;
    }
    if (cell.is_macro) {
      synthesis.macros.push_back({.path = path, .module = cell.type});
      continue;
    }
    const LibertyCell& known = *run.library.cell(cell.type);
    ++synthesis.num_cells;
    ++synthesis.cells[cell.type];
    synthesis.area += area_of(run.library, known);
    stated_area += known.area;
    synthesis.flip_flops += is_flip_flop(run.library, cell.type) ? 1 : 0;
    if (is_latch(run.library, cell.type) && !cell.in_clock_gate) {
      ++synthesis.latches;
      if (latch.empty()) latch = path;
    }
  }
  synthesis.clock_gates = static_cast<std::int64_t>(netlist->clock_gates.size());
  if (unmapped.find("$_DLATCH") != std::string::npos && synthesis.clock_gates > 0) {
    diagnostics.error("N1110", {},
                      fmt::format("the library '{}' has neither a latch nor an integrated clock "
                                  "gate, and the design has {} clock gates",
                                  run.library.name, synthesis.clock_gates),
                      "use --clock-gates off, or a library with latches");
    return false;
  }
  if (!unmapped.empty()) {
    diagnostics.error(
        "N1110", {}, fmt::format("the library '{}' has no cell for {}", run.library.name, unmapped),
        "use a library with such a cell");
    return false;
  }
  if (synthesis.latches > 0) {
    diagnostics.error("N1110", {},
                      fmt::format("the netlist has {} latches outside clock gates, the first is {}",
                                  synthesis.latches, latch),
                      "assign every variable of an always_comb block on every path");
    return false;
  }
  const auto areas = stat_areas(stat);
  const auto total = areas.find(run.rtl.top);
  const double said = total == areas.end() ? -1 : total->second;
  if (std::abs(said - stated_area) > 1e-6 * std::max(1.0, stated_area)) {
    diagnostics.error("N0703", {},
                      fmt::format("Yosys says the area is {}, its netlist's cells add up to {}",
                                  said, stated_area));
    return false;
  }
  synthesis.gates = std::move(*netlist);
  return true;
}

Scatter scatter_of(std::vector<double> values) {
  Scatter scatter;
  scatter.values = std::move(values);
  if (scatter.values.empty()) return scatter;
  const auto count = static_cast<double>(scatter.values.size());
  for (const double value : scatter.values) scatter.mean += value / count;
  double squares = 0;
  for (const double value : scatter.values) squares += std::pow(value - scatter.mean, 2);
  scatter.sigma = scatter.values.size() > 1 ? std::sqrt(squares / (count - 1)) : 0;
  const auto [low, high] = std::minmax_element(scatter.values.begin(), scatter.values.end());
  scatter.min = *low;
  scatter.max = *high;
  return scatter;
}

}  // namespace

std::optional<Yosys> find_yosys(Yosys::Kind kind, Diagnostics& diagnostics) {
  return kind == Yosys::Kind::Native ? find_native(diagnostics) : find_wasm(diagnostics);
}

std::optional<Synthesis> synthesize(const ModelSource& rtl, const std::vector<SourceFile>& stubs,
                                    const Library& library, const Yosys& yosys,
                                    const YosysOptions& options, const fs::path& log_folder,
                                    Diagnostics& diagnostics) {
  const auto start = std::chrono::steady_clock::now();
  const auto folder = make_yosys_folder(diagnostics);
  if (!folder) return std::nullopt;
  Run run{.rtl = rtl,
          .library = library,
          .yosys = yosys,
          .options = options,
          .folder = folder->path(),
          .log_folder = log_folder,
          .blocks = {}};
  if (!read_sources(run, stubs, diagnostics)) return std::nullopt;
  const YosysJob netlist = netlist_job(run, "");
  if (!run_jobs(run, {netlist, table_job(run)}, diagnostics)) return std::nullopt;
  Synthesis synthesis;
  synthesis.script = read_text(run.folder / "front.ys") + "# The netlist\n" + netlist.script;
  if (is_too_slow(run, "netlist.log")) {
    const YosysJob fast = fast_netlist_job(run, "");
    if (!run_jobs(run, {fast, fast_table_job(run)}, diagnostics)) return std::nullopt;
    synthesis.script += "# Again, for speed: the first one misses the clock\n" + fast.script;
  }
  if (const std::string found = findings(read_text(run.folder / "check.txt")); !found.empty()) {
    diagnostics.error("N1110", {}, fmt::format("Yosys found: {}", found),
                      "a wire needs one driver, and no loop without a flip-flop");
    return std::nullopt;
  }
  synthesis.verilog = read_text(run.folder / "netlist.v");
  synthesis.json = read_text(run.folder / "netlist.json");
  synthesis.logic_depth = read_depth(read_text(run.folder / "depth.txt"));
  if (!count_cells(run, read_text(run.folder / "stat.txt"), synthesis, diagnostics) ||
      !read_table(run, synthesis, diagnostics)) {
    return std::nullopt;
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  synthesis.seconds = taken.count();
  return synthesis;
}

std::optional<Repeats> repeat_synthesis(const ModelSource& rtl,
                                        const std::vector<SourceFile>& stubs,
                                        const Library& library, const Yosys& yosys,
                                        const YosysOptions& options, int count, int threads,
                                        const fs::path& log_folder, Diagnostics& diagnostics) {
  const auto folder = make_yosys_folder(diagnostics);
  if (!folder) return std::nullopt;
  Run run{.rtl = rtl,
          .library = library,
          .yosys = yosys,
          .options = options,
          .folder = folder->path(),
          .log_folder = log_folder,
          .blocks = {}};
  if (!read_sources(run, stubs, diagnostics)) return std::nullopt;
  const std::string front = read_text(run.folder / "front.il");
  std::vector<double> areas, paths;
  for (int first = 1; first <= count; first += std::max(threads, 1)) {
    const int end = std::min(first + std::max(threads, 1), count + 1);
    std::vector<YosysJob> jobs, slow;
    for (int seed = first; seed < end; ++seed) {
      const std::string prefix = fmt::format("seed{}_", seed);
      if (!write_text(run.folder / (prefix + "front.il"),
                      shuffle_rtlil(front, static_cast<std::uint64_t>(seed)), diagnostics)) {
        return std::nullopt;
      }
      jobs.push_back(netlist_job(run, prefix));
    }
    if (!run_jobs(run, jobs, diagnostics)) return std::nullopt;
    std::vector<std::string> logs;
    for (int seed = first; seed < end; ++seed) {
      const std::string prefix = fmt::format("seed{}_", seed);
      logs.push_back(prefix + "netlist.log");
      if (!is_too_slow(run, logs.back())) continue;
      slow.push_back(fast_netlist_job(run, prefix));
      logs.back() = prefix + "netlist_fast.log";
    }
    if (!run_jobs(run, slow, diagnostics)) return std::nullopt;
    for (int seed = first; seed < end; ++seed) {
      const std::string prefix = fmt::format("seed{}_", seed);
      Synthesis synthesis;
      synthesis.json = read_text(run.folder / (prefix + "netlist.json"));
      if (!count_cells(run, read_text(run.folder / (prefix + "stat.txt")), synthesis,
                       diagnostics)) {
        return std::nullopt;
      }
      areas.push_back(synthesis.area);
      paths.push_back(longest_abc_delay_s(
          read_text(run.folder / logs[static_cast<std::size_t>(seed - first)])));
    }
  }
  return Repeats{.area = scatter_of(std::move(areas)),
                 .longest_path_s = scatter_of(std::move(paths))};
}

}  // namespace nacre::flows
