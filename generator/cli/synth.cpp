// nacre synth SPEC: a mapped netlist, and what it costs: area, clock, energy.

#include "synth/synth.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli.hpp"
#include "data/stimulus.hpp"
#include "nacre/generate.hpp"
#include "nacre/spec.hpp"
#include "report/page.hpp"
#include "run_arguments.hpp"
#include "synth/figures.hpp"

namespace nacre::cli {
namespace {

/// Enough for the accuracy of an energy figure, and less than a minute on the netlist.
constexpr std::int64_t kDefaultSamples = 100;
constexpr double kDefaultStalls = 0.2;
/// Rows of the area table on the terminal; the report has more, area.json all.
constexpr std::size_t kAreaRows = 16;

struct SynthArguments {
  RunArguments run;
  std::vector<std::string> liberty;
  std::vector<std::string> corners;
  double clock_ns = 10;
  std::string yosys = "native";
  bool flatten = false;
  std::string clock_gates = "on";
  std::string full_adders = "logic";
  std::string device_models = "macro";
  bool peer_flow = false;
  int repeat = 0;
  bool gate_verify = false;
  bool equivalence = false;
  int equivalence_limit = 120;
  bool power = false;
  std::string memory_table;
  std::string memory;
  double node_nm = 180;
  double max_minutes = 30;
};

void add_options(CLI::App& app, SynthArguments& arguments) {
  arguments.run.stalls = kDefaultStalls;
  add_run_options(app, arguments.run,
                  fmt::format("how many samples on the netlist (default: {})", kDefaultSamples));
  app.add_option("--liberty", arguments.liberty,
                 "standard cells, plain or gzip; several are merged (default: $NACRE_LIBERTY, else "
                 "the installed OSU 0.18 um cells)")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--corner", arguments.corners,
                 "the same cells at another corner, to be timed, too")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--clock-ns", arguments.clock_ns, "clock period in ns (default: 10)")
      ->check(positive_number(1e6));
  app.add_option("--yosys", arguments.yosys, "Yosys of the system, or of npm's @yowasp/yosys")
      ->check(one_of({"native", "wasm"}))
      ->option_text("native|wasm");
  app.add_flag("--flatten", arguments.flatten, "one flat netlist, not one module per instance");
  app.add_option("--clock-gates", arguments.clock_gates, "off: transparent gates, as on an FPGA")
      ->check(one_of({"on", "off"}))
      ->option_text("on|off");
  app.add_option(
         "--full-adders", arguments.full_adders,
         "full adders of adder trees: mapped with their surroundings, or the library's cell")
      ->check(one_of({"logic", "cell"}))
      ->option_text("logic|cell");
  app.add_option("--device-models", arguments.device_models,
                 "crossbar arrays and converters: black boxes, or gates as on an FPGA")
      ->check(one_of({"macro", "logic"}))
      ->option_text("macro|logic");
  app.add_flag("--gate-verify", arguments.gate_verify,
               "run the netlist in lockstep with the golden model");
  app.add_flag("--power", arguments.power, "count every net's transitions: energy per inference");
  app.add_flag("--equivalence", arguments.equivalence, "prove RTL and netlist equal, where it can");
  app.add_option("--equivalence-limit", arguments.equivalence_limit, "seconds (default: 120)")
      ->check(in_range(1, 86'400));
  app.add_flag("--peer-flow", arguments.peer_flow,
               "also map as the open peers of docs/peers.md were, and compare");
  app.add_option("--repeat", arguments.repeat,
                 "syntheses with shuffled names and order: the scatter of the figures")
      ->check(in_range(2, 100));
  app.add_option("--memory-table", arguments.memory_table, "constants of memory macros (JSON)")
      ->type_name("FILE");
  app.add_option("--memory", arguments.memory,
                 "entry of the table for all macros (default: the nearest SRAM)")
      ->type_name("NAME");
  app.add_option("--node-nm", arguments.node_nm,
                 "node of the cells, to choose memory constants (default: 180)")
      ->check(positive_number(1e4));
  app.add_option("--max-minutes", arguments.max_minutes,
                 "refuse what is estimated to take longer (default: 30)")
      ->check(positive_number(1e5));
}

flows::SynthOptions synth_options(const CommonOptions& options, const SynthArguments& arguments,
                                  std::int64_t samples) {
  flows::SynthOptions synth;
  synth.liberty.assign(arguments.liberty.begin(), arguments.liberty.end());
  synth.corners.assign(arguments.corners.begin(), arguments.corners.end());
  synth.clock_s = arguments.clock_ns * 1e-9;
  synth.yosys = arguments.yosys == "wasm" ? flows::Yosys::Kind::Wasm : flows::Yosys::Kind::Native;
  synth.flatten = arguments.flatten;
  synth.clock_gates = arguments.clock_gates == "on";
  synth.full_adder_cells = arguments.full_adders == "cell";
  synth.device_models =
      arguments.device_models == "logic" ? flows::DeviceModels::Logic : flows::DeviceModels::Macro;
  synth.peer_flow = arguments.peer_flow;
  synth.repeat = arguments.repeat;
  synth.gate_verify = arguments.gate_verify;
  synth.equivalence = arguments.equivalence;
  synth.equivalence_limit = std::chrono::seconds(arguments.equivalence_limit);
  synth.power = arguments.power;
  if (!arguments.memory_table.empty()) synth.memory_table = arguments.memory_table;
  synth.memory = arguments.memory;
  synth.node_nm = arguments.node_nm;
  synth.max_minutes = arguments.max_minutes;
  synth.verify = verify_options(options, arguments.run, samples);
  synth.verify.base_command = {"nacre", "synth", arguments.run.spec, "--gate-verify"};
  for (const std::string& file : arguments.liberty) {
    synth.verify.base_command.insert(synth.verify.base_command.end(), {"--liberty", file});
  }
  return synth;
}

// ------------------------------------------------------------------------------------- Printing

using flows::with_prefix;
using flows::with_separators;

/// The largest instances, in the order of the hierarchy.
std::string area_text(const flows::SynthResult& result) {
  const auto& rows = result.synthesis.hierarchy;
  std::vector<double> areas;
  for (const flows::AreaRow& row : rows) areas.push_back(row.area);
  std::sort(areas.rbegin(), areas.rend());
  const double least = areas.size() > kAreaRows ? areas[kAreaRows - 1] : 0;
  std::vector<std::vector<std::string>> table = {
      {"instance", "module", "GE", "own GE", "flip-flops"}};
  for (const flows::AreaRow& row : rows) {
    if (row.area < least || table.size() > kAreaRows) continue;
    const std::string name = row.path.empty() ? "(top)" : flows::local_name(row.path);
    table.push_back({std::string(static_cast<std::size_t>(2 * row.depth), ' ') + name, row.module,
                     with_separators(std::llround(row.area / result.nand2_area)),
                     with_separators(std::llround(row.own_area / result.nand2_area)),
                     with_separators(row.flip_flops)});
  }
  std::string text = format_table(table);
  if (rows.size() > table.size() - 1) {
    text += fmt::format("the {} largest of {} instances, each module mapped on its own\n",
                        table.size() - 1, rows.size());
  }
  return text;
}

std::string netlist_text(const flows::SynthResult& result) {
  const flows::Synthesis& synthesis = result.synthesis;
  std::string text = fmt::format(
      "netlist: {:.2f} kGE ({} um2 in {}, {} = 1 GE), {} cells, {} flip-flops, {} clock gates, "
      "{} latches beside them\n",
      result.gate_equivalents() / 1e3, with_separators(std::llround(synthesis.area)),
      result.library.name, result.nand2, with_separators(synthesis.num_cells),
      with_separators(synthesis.flip_flops), with_separators(synthesis.clock_gates),
      with_separators(synthesis.latches));
  if (!synthesis.macros.empty()) {
    std::int64_t bits = 0;
    for (const flows::MacroUse& macro : synthesis.macros) bits += macro.bits;
    text += fmt::format("macros: {}, of {} bits together, {} um2 by the model\n",
                        synthesis.macros.size(), with_separators(bits),
                        with_separators(std::llround(result.macro_area())));
  }
  return text;
}

std::string timing_text(const flows::SynthResult& result) {
  std::string text;
  for (const flows::Corner& corner : result.corners) {
    const flows::Timing& timing = corner.timing;
    text += fmt::format("clock{}: {:.6g} ns {}, worst slack {:.3f} ns, at most {} (no wires)\n",
                        result.corners.size() > 1 ? " at " + corner.name : "", timing.clock_s * 1e9,
                        timing.worst_slack_s >= 0 ? "met" : "MISSED", timing.worst_slack_s * 1e9,
                        with_prefix(timing.fmax_hz, "Hz"));
  }
  if (result.logic_timing) {
    text += fmt::format("  the memories' access times in it are a model's; the logic alone: {}\n",
                        with_prefix(result.logic_timing->fmax_hz, "Hz"));
  }
  const flows::Timing& first = result.corners.front().timing;
  return text + fmt::format("worst path: {} -> {}\n", first.begin_name, first.end_name);
}

/// What takes most of the energy, in words.
std::string dominant(const flows::Energy& energy) {
  struct Share {
    std::string name;
    double joules;
  };
  std::vector<Share> shares;
  for (const flows::BlockEnergy& block : energy.blocks) {
    const std::string name = block.block.empty() ? "top" : block.block;
    flows::EnergyParts sum;
    for (const flows::EnergyParts& parts : block.by_cause) sum += parts;
    shares.push_back({name + " logic", sum.switching + sum.internal});
    shares.push_back({name + " clock", sum.clock});
    shares.push_back({name + " leakage", sum.leakage});
    shares.push_back({name + " memories (model)", sum.memory + sum.memory_leakage});
  }
  std::stable_sort(shares.begin(), shares.end(), [](const Share& left, const Share& right) {
    return left.joules > right.joules;
  });
  constexpr std::size_t kNamed = 3;
  shares.resize(std::min(kNamed, shares.size()));
  std::string text;
  for (const Share& share : shares) {
    text += fmt::format("{}{} {:.0f} %", text.empty() ? "" : ", ", share.name,
                        100 * share.joules / energy.total.total());
  }
  return text;
}

std::string power_text(const flows::PowerResult& power) {
  const auto samples = static_cast<double>(power.samples);
  std::string text = fmt::format(
      "energy per inference: {} = {} logic (counted activity) + {} memories (model), mean of {} "
      "samples\n",
      with_prefix(power.energy_per_inference_j, "J"),
      with_prefix(power.run.total.logic() / samples, "J"),
      with_prefix((power.run.total.memory + power.run.total.memory_leakage) / samples, "J"),
      with_separators(power.samples));
  text += fmt::format("  most of it: {}\n", dominant(power.run));
  text += fmt::format("  average power {} while it works", with_prefix(power.average_power_w, "W"));
  if (power.synaptic_operations > 0) {
    text += fmt::format(", {} per synaptic operation", with_prefix(power.energy_per_sop_j, "J"));
  }
  text += fmt::format("\n  an idle cycle {}, a silent time step {}",
                      with_prefix(power.idle_cycle_j, "J"), with_prefix(power.silent_step_j, "J"));
  if (power.step_j > 0) {
    text += fmt::format(" ({:.1f} % of a mean one)", 100 * power.silent_step_j / power.step_j);
  }
  text += "\n";
  if (power.opensta && power.ours_logic_w > 0) {
    text += fmt::format(
        "  OpenSTA at the same mean activity: {}, {:.2f} times ours ({}); docs/synthesis.md says "
        "why\n",
        with_prefix(power.opensta->total_w, "W"), power.opensta->total_w / power.ours_logic_w,
        with_prefix(power.ours_logic_w, "W"));
  }
  return text;
}

std::string more_text(const flows::SynthResult& result) {
  std::string text;
  if (result.peers) {
    text += fmt::format("in the peers' flow: {} NAND2, longest path {:.2f} ns\n",
                        with_separators(std::llround(result.peers->gate_equivalents)),
                        result.peers->longest_path_s * 1e9);
  }
  if (result.repeats) {
    const auto& [area, path] = *result.repeats;
    text += fmt::format(
        "{} repeats: area {:.0f} um2, sigma {:.0f} ({:.0f} ... {:.0f}); path {:.3f} ns, sigma "
        "{:.3f} ({:.3f} ... {:.3f})\n",
        area.values.size(), area.mean, area.sigma, area.min, area.max, path.mean * 1e9,
        path.sigma * 1e9, path.min * 1e9, path.max * 1e9);
  }
  if (!result.equivalence.empty()) {
    std::array<int, 3> counts{};
    for (const flows::EquivalenceResult& each : result.equivalence) {
      ++counts[static_cast<std::size_t>(each.verdict)];
    }
    text += fmt::format("formal equivalence: {} parts proven, {} different, {} undecided\n",
                        counts[0], counts[1], counts[2]);
  }
  return text;
}

/// Whether the netlist was found to differ.
bool differs(const flows::SynthResult& result) {
  return (result.gate_verification && !result.gate_verification->result.passed()) ||
         std::any_of(result.equivalence.begin(), result.equivalence.end(),
                     [](const auto& each) { return each.verdict == flows::Verdict::Different; });
}

void print_text(const flows::SynthResult& result, const std::filesystem::path& out) {
  std::string text = area_text(result) + "\n" + netlist_text(result) + timing_text(result);
  if (result.power) text += power_text(*result.power);
  text += more_text(result);
  if (result.gate_verification) {
    const harness::LockstepResult& run = result.gate_verification->result;
    const auto ran = std::count_if(run.samples.begin(), run.samples.end(),
                                   [](const auto& sample) { return sample.ran; });
    text += fmt::format("{} netlist against golden model: {} samples, {} differences\n",
                        run.passed() ? "PASS" : "FAIL", ran, run.num_differences);
  }
  print_result(text + fmt::format("-> {}\n", out.string()));
}

void print_json(const flows::SynthResult& result, const std::filesystem::path& out) {
  nlohmann::ordered_json document;
  document["verdict"] = differs(result) ? "FAIL" : "PASS";
  document["output"] = out.string();
  document["metrics"] = nlohmann::ordered_json::parse(result.files.at("metrics.json"));
  print_result(document);
}

int run(const CommonOptions& options, const SynthArguments& arguments) {
  Diagnostics diagnostics;
  const auto refuse = [&] { return finish(options, diagnostics); };
  const auto spec = read_spec(arguments.run.spec, diagnostics);
  if (!spec) return refuse();
  const std::filesystem::path out = options.output.empty()
                                        ? std::filesystem::path("out") / (spec->name + "-synth")
                                        : options.output;
  if (!may_write_tree(out, diagnostics)) return refuse();
  const auto stimulus = data::Stimulus::open(*spec, arguments.run.seed, diagnostics);
  if (!stimulus) return refuse();
  const auto samples = samples_of(arguments.run, *stimulus, kDefaultSamples, diagnostics);
  if (!samples) return refuse();

  const Design design = elaborate_design(*spec);
  FileTree tree = generate_files(*spec);
  const auto result = flows::synth_design(*spec, design, *stimulus, tree.files,
                                          synth_options(options, arguments, *samples), diagnostics);
  if (!result) return refuse();
  for (const auto& [path, bytes] : result->files) tree.files[path] = bytes;
  if (!write_tree(out, tree, diagnostics)) return refuse();
  if (options.format == Format::Json) {
    print_json(*result, out);
  } else {
    print_text(*result, out);
  }
  return finish(options, diagnostics, fmt::format("see {}", (out / "report.html").string()));
}

}  // namespace

Verb synth_verb() {
  const auto arguments = std::make_shared<SynthArguments>();
  Verb verb;
  verb.name = "synth";
  verb.summary =
      "map to standard cells: area, clock, energy; prove that the netlist is the circuit";
  verb.example =
      "nacre synth examples/spirit_digits/spec.json -o out/digits --gate-verify --power --samples "
      "100";
  verb.output = OutputOption::Optional;
  verb.add_options = [arguments](CLI::App& app) { add_options(app, *arguments); };
  verb.run = [arguments](const CommonOptions& options) { return run(options, *arguments); };
  return verb;
}

}  // namespace nacre::cli
