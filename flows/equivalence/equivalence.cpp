#include "equivalence/equivalence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <thread>
#include <utility>

#include "diagnostics/interrupt.hpp"
#include "synth/yosys_run.hpp"

namespace nacre::flows {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

/// A block of the netlist and the module of the RTL that it was made from, as Yosys names them.
struct Pair {
  std::string block;        ///< instance of the top
  std::string gold_module;  ///< "$paramod$...\\nacre_control"
  std::string gate_module;  ///< "\\u_control"
  std::string rtl_module;   ///< "nacre_control"
};

/// How a script ended: what could not be decided is a result here, not an error.
enum class Ended { Well, TimedOut, Failed };

Ended run_script(const Yosys& yosys, const fs::path& folder, const std::string& name,
                 const std::string& script, std::chrono::seconds time_limit) {
  Diagnostics told;
  if (run_yosys(yosys, folder, {{.name = name, .script = script, .outputs = {}}}, time_limit,
                folder, told)) {
    return Ended::Well;
  }
  for (const Diagnostic& each : told.all()) {
    if (each.code == "N0704") return Ended::TimedOut;
  }
  return Ended::Failed;
}

// ------------------------------------------------------------------------------------ Scripts

std::string read_netlist() {
  return fmt::format("read_liberty -ignore_miss_func {}\nproc\nread_verilog netlist.v\n",
                     kLibertyFile);
}

/// What stands for a clock gate in the induction: its enable becomes the next state of a register,
/// which is compared like all others, and what it drives is another clock than what drives it.
constexpr std::string_view kGateModel = R"text((* blackbox *)
module nacre_clock_boundary (input clk_i, output clk_o);
endmodule
module nacre_clock_gate (input clk_i, input enable_i, output clk_o);
  (* keep *) reg seen_q;
  always @(posedge clk_i) seen_q <= enable_i;
  nacre_clock_boundary u_boundary (.clk_i(clk_i), .clk_o(clk_o));
endmodule
)text";

/// Induction. The names of registers must survive in the netlist: instances of cells are hidden, so
/// that no name inside a cell's model is preferred to that of the net. A register without reset
/// whose data is constant is a constant to synthesis (`opt_dff`), on the RTL's side as well; `opt
/// -fast` takes the bits away that never change, of which the netlist has none either.
std::string induction_script(const std::string& read_rtl, const Pair& pair) {
  return read_rtl +
         fmt::format(
             "delete nacre_clock_gate\nread_verilog gate_model.v\n"
             "rename {} gold\nhierarchy -top gold\nproc\nflatten\n"
             "memory -nomap\nmemory_map\n"
             "opt_clean\nopt_dff -nodffe -nosdff\nopt -fast\nwreduce\nopt_clean\n"
             "json -o gold.json gold\ndesign -stash gold\n",
             pair.gold_module) +
         read_netlist() +
         fmt::format(
             "delete nacre_clock_gate\nread_verilog gate_model.v\nproc\n"
             "rename {} gate\nhierarchy -top gate\n"
             "rename -hide gate/c:* gate/t:nacre_clock_gate %d\nflatten\nopt_clean\n"
             "json -o gate.json gate\ndesign -stash gate\n"
             "design -copy-from gold -as gold gold\ndesign -copy-from gate -as gate gate\n"
             "equiv_make gold gate equiv\nhierarchy -top equiv\nasync2sync\nopt_clean\n"
             "equiv_struct\nequiv_simple -undef\nequiv_induct -undef -seq 4\nequiv_status\n",
             pair.gate_module);
}

/// Search for a difference at the outputs, clocks and latches as they are (clk2fflogic: two steps
/// are one clock cycle), from all registers 0 and one step of reset.
std::string search_script(const std::string& read_rtl, const Pair& pair) {
  const auto logic = [](const std::string& module, const char* name) {
    return fmt::format(
        "rename {0} {1}\nhierarchy -top {1}\nsetattr -mod -unset keep_hierarchy *\n"
        "proc\nflatten\nmemory -nomap\nmemory_map\nopt_clean\nclk2fflogic\nopt_clean\n"
        "design -stash {1}\n",
        module, name);
  };
  return read_rtl + logic(pair.gold_module, "gold") + read_netlist() +
         logic(pair.gate_module, "gate") +
         fmt::format(
             "design -copy-from gold -as gold gold\ndesign -copy-from gate -as gate gate\n"
             "miter -equiv -ignore_gold_x -make_outputs gold gate miter\nflatten miter\n"
             "hierarchy -top miter\nopt -fast\n"
             "sat -tempinduct-baseonly -tempinduct -maxsteps {} -prove trigger 0 -set-init-zero "
             "-set-at 1 in_rst_ni 0 -show-outputs miter\n",
             2 * kSearchCycles + 2);
}

// ------------------------------------------------------------------------------- Pairs of blocks

/// Instance -> module of the top, from write_json. Nothing when the text is not one.
std::optional<std::map<std::string, std::string>> instances_of(const std::string& text,
                                                               const std::string& top) {
  const json document = json::parse(text, nullptr, false);
  if (document.is_discarded() || !document.contains("modules") ||
      !document["modules"].contains(top)) {
    return std::nullopt;
  }
  std::map<std::string, std::string> found;
  for (const auto& [name, cell] : document["modules"][top]["cells"].items()) {
    const std::string type = cell["type"];
    if (!document["modules"].contains(type)) continue;
    const json& module = document["modules"][type];
    if (module.contains("attributes") && module["attributes"].contains("blackbox")) continue;
    found[name] = type;
  }
  return found;
}

/// A module's name as a command takes it: public names need their backslash when they begin with
/// '$'.
std::string in_command(const std::string& module, bool from_netlist) {
  return from_netlist && module.starts_with("$") ? "\\" + module : module;
}

std::vector<Pair> pairs_of(const std::map<std::string, std::string>& gold,
                           const std::map<std::string, std::string>& gate) {
  std::vector<Pair> pairs;
  for (const auto& [block, module] : gate) {
    const auto found = gold.find(block);
    if (found == gold.end() || module == "nacre_clock_gate") continue;
    pairs.push_back({.block = block,
                     .gold_module = in_command(found->second, false),
                     .gate_module = in_command(module, true),
                     .rtl_module = without_parameters(found->second)});
  }
  return pairs;
}

// ------------------------------------------------------------------------------- Clock nets

using Names = std::map<std::int64_t, std::set<std::string>>;

/// All names of each net of a module.
Names names_of(const json& module) {
  Names names;
  for (const auto& [name, net] : module["netnames"].items()) {
    std::size_t i = 0;
    for (const json& bit : net["bits"]) {
      if (bit.is_number()) names[bit.get<std::int64_t>()].insert(fmt::format("{}[{}]", name, i));
      ++i;
    }
  }
  return names;
}

/// Clock nets by register bit (every name that it and its clock have).
using Clocks = std::map<std::string, std::set<std::string>>;

Clocks clocks_of(const json& module) {
  Clocks clocks;
  const Names names = names_of(module);
  const auto named = [&names](const json& bit) -> std::set<std::string> {
    if (!bit.is_number()) return {};
    const auto found = names.find(bit.get<std::int64_t>());
    return found == names.end() ? std::set<std::string>() : found->second;
  };
  for (const auto& [name, cell] : module["cells"].items()) {
    const json& pins = cell["connections"];
    const std::string type = cell["type"];
    if (type.find("dff") == std::string::npos && type.find("DFF") == std::string::npos) continue;
    const char* clock = pins.contains("CLK") ? "CLK" : "C";
    if (!pins.contains(clock)) continue;
    for (const json& bit : pins["Q"]) {
      for (const std::string& each : named(bit)) {
        clocks[each] = named(pins[clock][0]);
      }
    }
  }
  return clocks;
}

bool share_a_name(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::any_of(a.begin(), a.end(),
                     [&b](const std::string& each) { return b.contains(each); });
}

/// Compares the clock of each register that both sides have. Returns the first that differs.
std::optional<std::string> different_clock(const fs::path& folder, std::int64_t& checked) {
  const json gold = json::parse(read_text(folder / "gold.json"), nullptr, false);
  const json gate = json::parse(read_text(folder / "gate.json"), nullptr, false);
  if (gold.is_discarded() || gate.is_discarded()) return "the clocks could not be read";
  const Clocks ours = clocks_of(gold["modules"]["gold"]);
  for (const auto& [name, clock] : clocks_of(gate["modules"]["gate"])) {
    const auto found = ours.find(name);
    if (found == ours.end()) continue;
    ++checked;
    if (!share_a_name(found->second, clock)) return fmt::format("the clock of '{}'", name);
  }
  return std::nullopt;
}

// ------------------------------------------------------------------------------------ One block

/// Points and proven points from the log of equiv_status; nothing when it did not get there.
std::optional<std::pair<std::int64_t, std::int64_t>> points_of(const std::string& log) {
  const std::size_t status = log.rfind("Executing EQUIV_STATUS");
  if (status == std::string::npos) return std::nullopt;
  std::int64_t total = 0, proven = 0;
  std::istringstream lines(log.substr(status));
  for (std::string line; std::getline(lines, line);) {
    if (std::sscanf(line.c_str(), "Found %ld $equiv cells", &total) == 1) continue;
    if (std::sscanf(line.c_str(), "  Of those cells %ld are proven", &proven) == 1) {
      return std::pair(total, proven);
    }
  }
  return std::nullopt;
}

/// What the search says: the output that differs in the counterexample, or nothing.
std::optional<std::string> counterexample_of(const std::string& log) {
  if (log.find("model found for base case: FAIL!") == std::string::npos) return std::nullopt;
  // The last table of values holds pairs gold_X, gate_X in the step that fails.
  std::map<std::string, std::string> gold, gate;
  std::string differs;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string step, name, decimal, hexadecimal, binary;
    if (!(words >> step >> name >> decimal >> hexadecimal >> binary)) continue;
    if (name.starts_with("\\gold_")) gold[step + name.substr(6)] = binary;
    if (name.starts_with("\\gate_")) gate[step + name.substr(6)] = binary;
  }
  for (const auto& [key, value] : gate) {
    const auto found = gold.find(key);
    if (found == gold.end() || found->second == value) continue;
    const std::size_t letter = key.find_first_not_of("0123456789");
    if (letter != std::string::npos) return key.substr(letter);
  }
  return std::string("an output");
}

std::chrono::seconds left_until(Clock::time_point deadline) {
  return std::chrono::duration_cast<std::chrono::seconds>(deadline - Clock::now());
}

EquivalenceResult compare_block(const std::string& read_rtl, const Yosys& yosys, const Pair& pair,
                                const fs::path& folder, Clock::time_point deadline) {
  const auto start = Clock::now();
  EquivalenceResult result{.block = pair.block, .module = pair.rtl_module};
  const auto done = [&](std::string note) {
    result.note = std::move(note);
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return result;
  };
  if (left_until(deadline).count() < 1) return done("time limit");
  const Ended induction = run_script(yosys, folder, "induction", induction_script(read_rtl, pair),
                                     left_until(deadline));
  if (induction == Ended::TimedOut) return done("time limit of the induction");
  const auto points = points_of(read_text(folder / "induction.log"));
  if (induction != Ended::Well || !points) return done("Yosys could not compare the two");
  std::tie(result.points, result.proven_points) = *points;
  const auto clock = different_clock(folder, result.clocks_checked);
  if (result.points > 0 && result.proven_points == result.points && !clock) {
    result.verdict = Verdict::Proven;
    return done({});
  }
  const std::string open = clock ? *clock + " is another net"
                                 : fmt::format("{} of {} points are not proven",
                                               result.points - result.proven_points, result.points);
  if (left_until(deadline).count() < 1) return done(open + "; no time to search for a difference");
  const Ended search =
      run_script(yosys, folder, "search", search_script(read_rtl, pair), left_until(deadline));
  if (const auto output = counterexample_of(read_text(folder / "search.log"))) {
    result.verdict = Verdict::Different;
    return done(fmt::format("output '{}' differs within {} cycles after a reset ({})", *output,
                            kSearchCycles, open));
  }
  if (search == Ended::TimedOut)
    return done(open + "; the search for a difference ran out of time");
  if (search == Ended::Failed) return done(open + "; Yosys could not search for a difference");
  return done(fmt::format("{}; no difference within {} cycles after a reset", open, kSearchCycles));
}

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::Proven:
      return "proven";
    case Verdict::Different:
      return "different";
    case Verdict::Undecided:
      return "undecided";
  }
  return "";
}

std::vector<EquivalenceResult> prove_equivalence(
    const ModelSource& rtl, const std::vector<SourceFile>& stubs, const Synthesis& synthesis,
    const Library& library, const Yosys& yosys, bool clock_gates, std::chrono::seconds time_limit,
    int threads, const fs::path& log_folder, Diagnostics& diagnostics) {
  const auto deadline = Clock::now() + time_limit;
  const std::string read_rtl = read_commands(rtl, stubs, clock_gates);
  // Each block has a folder of its own; the first one also tells which blocks there are.
  const auto prepare = [&]() -> std::unique_ptr<TemporaryPath> {
    auto folder = make_yosys_folder(diagnostics);
    if (!folder || !write_inputs(folder->path(), rtl, stubs, library, diagnostics) ||
        !write_text(folder->path() / "gate_model.v", kGateModel, diagnostics) ||
        !write_text(folder->path() / "netlist.v", synthesis.verilog, diagnostics)) {
      return nullptr;
    }
    return folder;
  };
  const auto names = prepare();
  if (!names || !run_yosys(yosys, names->path(),
                           {{.name = "names",
                             .script = read_rtl + "proc\nwrite_json names.json\n",
                             .outputs = {"names.json"}}},
                           std::chrono::seconds(120), log_folder, diagnostics)) {
    return {};
  }
  const auto gold = instances_of(read_text(names->path() / "names.json"), rtl.top);
  const auto gate = instances_of(synthesis.json, rtl.top);
  NACRE_CHECK(gold && gate, "the netlist's blocks cannot be listed");
  const std::vector<Pair> pairs = pairs_of(*gold, *gate);
  std::vector<std::unique_ptr<TemporaryPath>> folders;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    folders.push_back(prepare());
    if (!folders.back()) return {};
  }
  std::vector<EquivalenceResult> results(pairs.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < pairs.size(); i = next++) {
      results[i] = compare_block(read_rtl, yosys, pairs[i], folders[i]->path(), deadline);
    }
  };
  std::vector<std::thread> others;
  for (int t = 1; t < std::clamp(threads, 1, 16); ++t) others.emplace_back(work);
  work();
  for (std::thread& each : others) each.join();
  return results;
}

}  // namespace nacre::flows
