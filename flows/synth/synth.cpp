#include "synth/synth.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <future>
#include <set>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "harness/silent.hpp"
#include "process/process.hpp"
#include "report/synth_report.hpp"
#include "synth/device_models.hpp"
#include "synth/figures.hpp"
#include "synth/macro_liberty.hpp"
#include "verilator/toolchain.hpp"

namespace nacre::flows {
namespace {

namespace fs = std::filesystem;

/// Where Debian's qflow-tech-osu018 puts the library that is used when none is named.
constexpr const char* kInstalledLiberty = "/usr/share/qflow/tech/osu018/osu018_stdcells.lib";

/// Long enough that begin and end do not matter, short beside the samples themselves.
constexpr std::int64_t kSilentSteps = 64;
constexpr std::int64_t kIdleCycles = 1024;

/// In place of a name of constants: the state of device models costs nothing beside the devices.
constexpr const char* kInDevices = "in the devices";

using Files = std::map<std::string, std::string>;

/// What the run works with, found before the first tool starts.
struct Inputs {
  Library library;
  std::vector<Library> corners;
  std::vector<std::string> corner_names;  ///< [0]: of `library`
  std::vector<MemoryConstants> table;
  std::vector<MemoryEstimate> memories;
  Yosys yosys;
  OpenSta sta;
  std::optional<Verilator> verilator;
  std::optional<Compiler> compiler;
  ModelSource rtl;
  std::vector<SourceFile> stubs;
  std::vector<DeviceModel> devices;
  std::vector<std::string> stage_blocks;  ///< instance of each stage's leaf: "u_core"
};

void add_all(const Diagnostics& from, Diagnostics& to) {
  for (const Diagnostic& each : from.all()) {
    if (each.severity == Severity::Error) {
      to.error(each.code, each.location, each.message, each.help);
    } else {
      to.warning(each.code, each.location, each.message, each.help);
    }
  }
}

// -------------------------------------------------------------------------------------- Inputs

/// A file's name as part of a metric's key.
std::string corner_name(const fs::path& file, const std::vector<std::string>& taken) {
  std::string name = file.stem().string();
  if (file.extension() == ".gz") name = fs::path(name).stem().string();
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  std::string unique = name;
  for (int n = 2; std::find(taken.begin(), taken.end(), unique) != taken.end(); ++n) {
    unique = fmt::format("{}_{}", name, n);
  }
  return unique;
}

/// Corners must have the cells of the library: else the netlist cannot be timed there.
bool check_corner(const Library& library, const Library& corner, const fs::path& file,
                  Diagnostics& diagnostics) {
  std::vector<std::string> missing;
  for (const auto& [name, cell] : library.cells) {
    const LibertyCell* other = corner.cell(name);
    if (other == nullptr) {
      missing.push_back(name);
    } else if (cell.has_area && other->has_area && cell.area != other->area) {
      diagnostics.error("N1111", Location{.file = file.string(), .line = other->line, .column = 1},
                        fmt::format("cell '{}' has area {:g}, in the library it has {:g}", name,
                                    other->area, cell.area),
                        "a corner is the same library at another voltage, temperature or process");
      return false;
    }
  }
  if (missing.empty()) return true;
  diagnostics.error(
      "N1111", Location{.file = file.string()},
      fmt::format("the corner '{}' has no cell '{}'{}", file.string(), missing.front(),
                  missing.size() > 1 ? fmt::format(" (and {} more)", missing.size() - 1) : ""),
      "a corner is the same library at another voltage, temperature or process");
  return false;
}

bool read_libraries(const SynthOptions& options, Inputs& inputs, Diagnostics& diagnostics) {
  std::vector<fs::path> files = options.liberty;
  if (files.empty()) {
    const auto installed = default_liberty(diagnostics);
    if (!installed) return false;
    files = {*installed};
  }
  auto library = read_liberty(files, diagnostics);
  if (!library) return false;
  inputs.library = std::move(*library);
  // Every netlist has registers with reset.
  if (std::none_of(inputs.library.cells.begin(), inputs.library.cells.end(), [](const auto& named) {
        const LibertyCell& cell = named.second;
        return cell.sequential && !cell.sequential->is_latch && !cell.dont_use &&
               !cell.sequential->clear.empty();
      })) {
    diagnostics.error("N1103", Location{.file = files.front().string()},
                      "the library has no flip-flop with an asynchronous reset ('clear')",
                      "give the file with the library's sequential cells, too");
    return false;
  }
  if (options.full_adder_cells && !find_full_adder(inputs.library)) {
    diagnostics.error(
        "N1104", Location{.file = files.front().string()},
        "the library has no full adder (a cell of three inputs with their exclusive-or "
        "and their majority as its two outputs)",
        "leave --full-adders cell out, or give the file with such a cell, too");
    return false;
  }
  // Every netlist has this cell; without its figures there is no need to wait for the netlist.
  if (options.power &&
      !check_power_tables(inputs.library, {nand2_of(inputs.library).name}, diagnostics)) {
    return false;
  }
  inputs.corner_names = {corner_name(files.front(), {})};
  for (const fs::path& file : options.corners) {
    auto corner = read_liberty({file}, diagnostics);
    if (!corner || !check_corner(inputs.library, *corner, file, diagnostics)) return false;
    inputs.corners.push_back(std::move(*corner));
    inputs.corner_names.push_back(corner_name(file, inputs.corner_names));
  }
  return true;
}

bool estimate_memories(const Design& design, const SynthOptions& options, Inputs& inputs,
                       Diagnostics& diagnostics) {
  auto table = read_memory_table(options.memory_table, diagnostics);
  if (!table) return false;
  inputs.table = std::move(*table);
  for (const Macro& macro : design.macros) {
    if (macro.is_device_state && options.device_models == DeviceModels::Macro) {
      inputs.memories.push_back({.macro = macro.name, .constants = kInDevices});
      continue;
    }
    const auto estimate =
        estimate_memory(inputs.table, options.memory, options.node_nm, macro.name, macro.depth,
                        macro.width, macro.ports == MemoryPorts::ReadAndWrite, diagnostics);
    if (!estimate) return false;
    inputs.memories.push_back(*estimate);
  }
  return true;
}

bool find_tools(const SynthOptions& options, Inputs& inputs, Diagnostics& diagnostics) {
  const auto yosys = find_yosys(options.yosys, diagnostics);
  const auto sta = find_opensta(diagnostics);
  if (!yosys || !sta) return false;
  inputs.yosys = *yosys;
  inputs.sta = *sta;
  if (!options.gate_verify && !options.power) return true;
  inputs.verilator = find_verilator(diagnostics);
  inputs.compiler = find_compiler(diagnostics);
  return inputs.verilator && inputs.compiler;
}

/// The RTL without the models of macros, and the stubs that stand for them.
bool find_sources(const Spec& spec, const Files& files, Inputs& inputs, Diagnostics& diagnostics) {
  auto source = model_source(files, spec.name, diagnostics);
  if (!source) return false;
  std::erase_if(source->files,
                [](const SourceFile& file) { return file.path.starts_with("rtl/macro/"); });
  inputs.rtl = std::move(*source);
  for (const auto& [path, text] : files) {
    // Which device models become black boxes is found in the RTL (device_models.hpp).
    const bool is_device = path.starts_with("stub/devices/");
    if (path.starts_with("stub/") && !is_device)
      inputs.stubs.push_back({.path = path, .text = text});
  }
  return true;
}

/// Device models become modules of their own; as macros they cost what the table says.
bool find_devices(const SynthOptions& options, Inputs& inputs, Diagnostics& diagnostics) {
  auto devices = find_device_models(inputs.rtl, inputs.stubs, inputs.library, inputs.yosys,
                                    options.verify.cache, diagnostics);
  if (!devices) return false;
  inputs.devices = std::move(*devices);
  if (inputs.devices.empty()) return true;
  inputs.stubs.push_back(device_commands(inputs.devices, options.device_models, inputs.rtl.top));
  if (options.device_models == DeviceModels::Logic) {
    inputs.devices.clear();
    return true;
  }
  inputs.table.push_back(converter_constants());
  for (const DeviceModel& device : inputs.devices) {
    const auto estimate =
        estimate_device(inputs.table, device, options.node_nm, inputs.library.voltage, diagnostics);
    if (!estimate) return false;
    inputs.memories.push_back(*estimate);
  }
  return true;
}

// --------------------------------------------------------------------------------- Gate netlist

/// The generated files with the netlist in place of the RTL: cell models, models of the macros (and
/// the leaves that these instantiate), the netlist.
Files with_netlist(const Files& files, const std::string& netlist, const std::string& cells,
                   const std::vector<DeviceModel>& devices) {
  const std::string wrappers = device_wrappers(devices);
  std::string models = wrappers;
  std::string list = "synth/cells.v\n";
  for (const auto& [path, text] : files) {
    if (path.starts_with("rtl/macro/")) models += text;
  }
  Files gates = files;
  // A file comes after those that it needs, so that one pass from behind finds all of them.
  std::vector<std::string> lines, needed;
  std::istringstream stream(files.at("rtl.f"));
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    const std::string module = fs::path(*line).stem().string();
    const bool is_model = line->starts_with("rtl/macro/");
    if (!is_model && models.find(module + " ") == std::string::npos) continue;
    needed.push_back(*line);
    if (!is_model) models += files.at(*line);
  }
  for (auto line = needed.rbegin(); line != needed.rend(); ++line) list += *line + "\n";
  if (!wrappers.empty()) {
    list += "synth/devices.v\n";
    gates["synth/devices.v"] = wrappers;
  }
  gates["rtl.f"] = list + "synth/netlist.v\n";
  gates["synth/cells.v"] = cells;
  gates["synth/netlist.v"] = netlist;
  return gates;
}

/// A model that is built while something else runs.
struct PendingModel {
  std::optional<Model> model;
  Diagnostics diagnostics;
};

/// Starts to build the netlist that counts its transitions.
std::future<PendingModel> start_power_model(const Spec& spec, const Files& gates,
                                            const ActivityModel& activity, const Inputs& inputs,
                                            const SynthOptions& options) {
  Files counting = gates;
  counting["synth/netlist.v"] = activity.verilog;
  return std::async(std::launch::async, [&spec, &activity, &inputs, &options,
                                         counting = std::move(counting)] {
    PendingModel pending;
    const auto source = model_source(counting, spec.name, pending.diagnostics);
    if (!source) return pending;
    pending.model = build_model(
        *source, {.gates = true, .activity_header = activity.header, .cache = options.verify.cache},
        *inputs.verilator, *inputs.compiler, pending.diagnostics);
    return pending;
  });
}

// --------------------------------------------------------------------------------------- Timing

std::optional<std::vector<Corner>> time_corners(const Spec& spec, const GateNetlist& netlist,
                                                const std::string& verilog,
                                                const std::string& macros, const Inputs& inputs,
                                                const SynthOptions& options,
                                                Diagnostics& diagnostics) {
  std::vector<const Library*> libraries = {&inputs.library};
  for (const Library& corner : inputs.corners) libraries.push_back(&corner);
  std::vector<Corner> corners;
  for (std::size_t i = 0; i < libraries.size(); ++i) {
    const auto timing = analyze_timing({.netlist = verilog,
                                        .top = spec.name,
                                        .library = libraries[i],
                                        .clock_s = options.clock_s,
                                        .names = &netlist,
                                        .macro_liberty = macros},
                                       inputs.sta, options.verify.cache, diagnostics);
    if (!timing) return std::nullopt;
    corners.push_back({.name = inputs.corner_names[i],
                       .voltage = libraries[i]->voltage,
                       .temperature = libraries[i]->temperature,
                       .timing = *timing});
  }
  return corners;
}

// ---------------------------------------------------------------------------------------- Power

/// The instance of each stage's leaf. Names of other instances may look like theirs.
std::vector<std::string> stage_blocks(const Spec& spec, const Design& design) {
  std::vector<std::string> blocks;
  for (const Stage& stage : spec.stages) {
    const auto found = std::find_if(
        design.top.instances.begin(), design.top.instances.end(), [&](const Instance& instance) {
          return instance.module == "nacre_" + stage.kind &&
                 instance.name.starts_with("u_" + stage.name) &&
                 std::find(blocks.begin(), blocks.end(), instance.name) == blocks.end();
        });
    NACRE_CHECK(found != design.top.instances.end(), "a stage has no instance: " + stage.name);
    blocks.push_back(found->name);
  }
  return blocks;
}

/// What the samples spent on values that come in no time step.
double loading_energy(const Spec& spec, const std::vector<std::string>& stage_blocks,
                      const Energy& energy) {
  double sum = 0;
  for (std::size_t s = 0; s < spec.stages.size(); ++s) {
    if (has_steps(spec.stages[s].input)) continue;
    for (const BlockEnergy& block : energy.blocks) {
      if (block.block != stage_blocks[s]) continue;
      sum += block.by_cause[static_cast<std::size_t>(Cause::InputEvent)].total();
    }
  }
  return sum;
}

/// Sums over the samples that were recorded.
void add_samples(const harness::LockstepResult& run, PowerResult& power) {
  for (const harness::SampleResult& sample : run.samples) {
    if (!sample.activity_recorded) continue;
    ++power.samples;
    power.steps += sample.steps.value_or(0);
    power.input_spikes += sample.input_spikes.value_or(0);
    power.synaptic_operations += sample.synaptic_operations.value_or(0);
  }
}

struct PowerInput {
  const Spec* spec = nullptr;
  const data::Stimulus* stimulus = nullptr;
  const Files* files = nullptr;
  const Inputs* inputs = nullptr;
  const SynthOptions* options = nullptr;
  const GateNetlist* netlist = nullptr;
  const ActivityModel* activity = nullptr;
  const Model* model = nullptr;
};

/// Runs the samples unstalled on the counting model, and what happens when nothing happens.
std::optional<PowerResult> measure_power(const PowerInput& input, Diagnostics& diagnostics) {
  const auto setup = harness::make_setup(*input.spec, *input.stimulus, *input.files);
  const auto factory = harness::load_model(input.model->shared_object);
  harness::LockstepOptions lockstep = input.options->verify.lockstep;
  lockstep.stalls = 0;
  lockstep.resets = 0;
  lockstep.checkpoint = harness::Checkpoint::Sample;
  lockstep.record_activity = true;
  const harness::LockstepResult run = harness::run_lockstep(setup, *factory, lockstep);
  if (!run.passed()) {
    diagnostics.error(
        "N0801", Location{.file = input.spec->file.string()},
        "the netlist that counts transitions: " + harness::describe(run.differences.front()),
        "repeat with --gate-verify to find the cause");
    return std::nullopt;
  }
  PowerResult power;
  power.build_seconds = input.model->build_seconds;
  power.run_seconds = run.seconds;
  power.causes_known =
      std::any_of(input.netlist->block_ports.begin(), input.netlist->block_ports.end(),
                  [](const auto& ports) { return !ports.empty(); });
  add_samples(run, power);
  if (power.samples == 0) {
    diagnostics.error("N0904", {}, "none of the samples can be measured: all break the protocol",
                      "choose other samples with --first and --samples");
    return std::nullopt;
  }
  const auto energy = [&](const harness::Activity& activity) {
    return energy_of({.netlist = input.netlist,
                      .library = &input.inputs->library,
                      .model = input.activity,
                      .activity = &activity,
                      .memories = input.inputs->memories,
                      .clock_s = input.options->clock_s});
  };
  power.run = energy(run.activity);
  power.cycles = run.activity.cycles;
  const double total = power.run.total.total();
  power.energy_per_inference_j = total / static_cast<double>(power.samples);
  power.energy_per_sop_j =
      power.synaptic_operations > 0 ? total / static_cast<double>(power.synaptic_operations) : 0;
  const double seconds = static_cast<double>(power.cycles) * input.options->clock_s;
  power.average_power_w = total / seconds;
  power.ours_logic_w = power.run.total.logic() / seconds;
  if (power.steps > 0 && power.causes_known) {
    power.step_j = (total - loading_energy(*input.spec, input.inputs->stage_blocks, power.run)) /
                   static_cast<double>(power.steps);
  }
  harness::SilentSteps silent;
  harness::Activity idle;
  try {
    silent = harness::record_silent_steps(setup, *factory, lockstep, kSilentSteps);
    idle = harness::record_idle_cycles(setup, *factory, lockstep, kIdleCycles);
  } catch (const std::runtime_error& fault) {
    diagnostics.error("N0801", Location{.file = input.spec->file.string()},
                      fmt::format("the netlist in silent time steps: {}", fault.what()),
                      "repeat with --gate-verify to find the cause");
    return std::nullopt;
  }
  power.silent_step_j = energy(silent.activity).total.total() /
                        static_cast<double>(std::max<std::int64_t>(1, silent.steps));
  power.idle_cycle_j =
      energy(idle).total.total() / static_cast<double>(std::max<std::int64_t>(1, idle.cycles));
  return power;
}

// ---------------------------------------------------------------------------------------- Files

harness::Properties properties_of(const Spec& spec, const SynthResult& result,
                                  const SynthOptions& options) {
  harness::Properties properties = {{"design", spec.name}, {"hash", spec.hash}};
  for (const fs::path& file : result.library.files) {
    properties.emplace_back("liberty", file.filename().string());
  }
  properties.emplace_back(
      "voltage, temperature",
      fmt::format("{:g} V, {:g} C", result.library.voltage, result.library.temperature));
  properties.emplace_back("clock period", fmt::format("{:.6g} ns", options.clock_s * 1e9));
  properties.emplace_back("netlist",
                          options.flatten ? "flat" : "one module per instance of the top");
  properties.emplace_back("clock gates", options.clock_gates ? "on" : "off: transparent");
  properties.emplace_back("full adders", options.full_adder_cells
                                             ? find_full_adder(result.library)->cell->name
                                             : "logic");
  if (options.gate_verify || options.power) {
    const harness::LockstepOptions& lockstep = options.verify.lockstep;
    properties.emplace_back("samples", fmt::format("{} from {}", lockstep.samples, lockstep.first));
    properties.emplace_back("seed", fmt::format("{}", lockstep.seed));
  }
  for (const auto& [tool, version] : result.tools) properties.emplace_back(tool, version);
  return properties;
}

void add_files(const Spec& spec, const SynthOptions& options, const std::string& cells,
               SynthResult& result) {
  Files& files = result.files;
  files["synth/netlist.v"] = result.synthesis.verilog;
  files["synth/cells.v"] = cells;
  files["synth/synth.ys"] = result.synthesis.script;
  files["synth/area.json"] = area_json(result);
  for (const Corner& corner : result.corners) {
    files[fmt::format("synth/timing_{}.rpt", corner.name)] = corner.timing.report;
  }
  if (!result.corners.empty()) files["synth/sta.tcl"] = result.corners.front().timing.script;
  if (result.power) files["synth/power.json"] = power_json(result);
  if (result.gate_verification) {
    for (const auto& [path, bytes] : result.gate_verification->files) {
      if (path == "results.xml" || path.starts_with("waves/")) files[path] = bytes;
    }
  }
  result.metrics = synth_metrics(result, options);
  files["metrics.json"] = harness::metrics_json(result.metrics);
  const harness::Properties properties = properties_of(spec, result, options);
  files["report.html"] = synth_report_html({.spec = &spec,
                                            .options = &options,
                                            .result = &result,
                                            .properties = &properties,
                                            .command = display(options.verify.command)});
}

std::vector<MemoryConstants> used_constants(const Inputs& inputs) {
  std::vector<MemoryConstants> used;
  for (const MemoryConstants& each : inputs.table) {
    if (std::any_of(inputs.memories.begin(), inputs.memories.end(),
                    [&](const MemoryEstimate& memory) { return memory.constants == each.name; })) {
      used.push_back(each);
    }
  }
  return used;
}

/// Simulation of the netlist: against the golden model, and for its energy; the second model is
/// built while the first one runs.
bool simulate(const Spec& spec, const data::Stimulus& stimulus, const Files& files,
              const std::string& cells, const GateNetlist& netlist, const Inputs& inputs,
              const SynthOptions& options, SynthResult& result, Diagnostics& diagnostics) {
  const Files gates = with_netlist(files, result.synthesis.verilog, cells, inputs.devices);
  ActivityModel activity;
  std::future<PendingModel> pending;
  if (options.power) {
    std::vector<std::string> used;
    for (const auto& [cell, count] : result.synthesis.cells) used.push_back(cell);
    if (!check_power_tables(inputs.library, used, diagnostics)) return false;
    activity = instrument(netlist, inputs.stage_blocks,
                          inputs.stage_blocks[harness::first_event_stage(spec).value_or(0)]);
    pending = start_power_model(spec, gates, activity, inputs, options);
  }
  if (options.gate_verify) {
    VerifyOptions verify = options.verify;
    verify.gates = true;
    result.gate_verification = verify_design(spec, stimulus, gates, verify, diagnostics);
  }
  if (pending.valid()) {
    const PendingModel built = pending.get();
    add_all(built.diagnostics, diagnostics);
    if (!built.model) return false;
    // A netlist that is wrong has no energy to speak of.
    const bool equal = !options.gate_verify ||
                       (result.gate_verification && result.gate_verification->result.passed());
    if (equal) {
      try {
        result.power = measure_power({.spec = &spec,
                                      .stimulus = &stimulus,
                                      .files = &gates,
                                      .inputs = &inputs,
                                      .options = &options,
                                      .netlist = &netlist,
                                      .activity = &activity,
                                      .model = &*built.model},
                                     diagnostics);
      } catch (const std::runtime_error& fault) {
        diagnostics.error("N0703", {},
                          fmt::format("the energy cannot be measured: {}", fault.what()));
      }
      if (!result.power) return false;
      result.operations_per_cycle = static_cast<double>(result.power->synaptic_operations) /
                                    static_cast<double>(result.power->cycles);
    }
  }
  return !options.gate_verify || result.gate_verification.has_value();
}

}  // namespace

std::optional<std::filesystem::path> default_liberty(Diagnostics& diagnostics) {
  const char* const variable = std::getenv("NACRE_LIBERTY");
  if (variable != nullptr && *variable != '\0') return fs::path(variable);
  std::error_code error;
  if (fs::is_regular_file(kInstalledLiberty, error)) return fs::path(kInstalledLiberty);
  diagnostics.error("N0701", {},
                    fmt::format("the cell library '{}' is not installed", kInstalledLiberty),
                    "sudo apt-get install --no-install-recommends qflow-tech-osu018, or give "
                    "another library with --liberty or NACRE_LIBERTY");
  return std::nullopt;
}

std::optional<SynthResult> synth_design(const Spec& spec, const Design& design,
                                        const data::Stimulus& stimulus,
                                        const std::map<std::string, std::string>& files,
                                        const SynthOptions& options, Diagnostics& diagnostics) {
  const auto talk = [&options](const std::string& line) {
    if (options.verify.talk) options.verify.talk(line);
  };
  SynthResult result;
  result.estimate = estimate_synthesis(spec, design);
  if (refuse_large(spec, result.estimate, options.gate_verify || options.power, options.max_minutes,
                   diagnostics)) {
    return std::nullopt;
  }
  Inputs inputs;
  inputs.stage_blocks = stage_blocks(spec, design);
  if (!read_libraries(options, inputs, diagnostics) ||
      !estimate_memories(design, options, inputs, diagnostics) ||
      !find_tools(options, inputs, diagnostics) ||
      !find_sources(spec, files, inputs, diagnostics) ||
      !find_devices(options, inputs, diagnostics)) {
    return std::nullopt;
  }
  const fs::path& logs = options.verify.cache;
  const YosysOptions yosys_options{.clock_s = options.clock_s,
                                   .flatten = options.flatten,
                                   .clock_gates = options.clock_gates,
                                   .full_adder_cells = options.full_adder_cells};
  auto synthesis = synthesize(inputs.rtl, inputs.stubs, inputs.library, inputs.yosys, yosys_options,
                              logs, diagnostics);
  if (!synthesis) return std::nullopt;
  talk(fmt::format("netlist of {} cells in {:.1f} s", synthesis->num_cells, synthesis->seconds));
  const auto cells = cell_models(inputs.library, inputs.yosys, logs, diagnostics);
  if (!cells) return std::nullopt;
  for (MacroUse& use : synthesis->macros) {
    for (const Macro& macro : design.macros) {
      const bool is_memory = !macro.is_device_state || options.device_models == DeviceModels::Logic;
      if (macro.name == use.module && is_memory) use.bits = macro.depth * macro.width;
    }
    for (const DeviceModel& device : inputs.devices) {
      if (device.module == use.module) use.bits = device.bits();
    }
  }
  const LibertyCell& nand2 = nand2_of(inputs.library);
  result.nand2 = nand2.name;
  result.nand2_area = area_of(inputs.library, nand2);
  result.synthesis = std::move(*synthesis);
  const GateNetlist& netlist = result.synthesis.gates;
  result.memories = inputs.memories;
  result.constants = used_constants(inputs);
  result.tools = {{"yosys", inputs.yosys.version}, {"opensta", inputs.sta.version}};
  if (inputs.verilator) result.tools["verilator"] = inputs.verilator->version;

  const std::string macros = macro_liberty(design.macros, inputs.memories, inputs.devices);
  auto corners =
      time_corners(spec, netlist, result.synthesis.verilog, macros, inputs, options, diagnostics);
  if (!corners) return std::nullopt;
  result.corners = std::move(*corners);
  if (!macros.empty()) {
    result.logic_timing = analyze_timing({.netlist = result.synthesis.verilog,
                                          .top = spec.name,
                                          .library = &inputs.library,
                                          .clock_s = options.clock_s,
                                          .names = &netlist,
                                          .macro_liberty = {}},
                                         inputs.sta, logs, diagnostics);
    if (!result.logic_timing) return std::nullopt;
  }
  talk(fmt::format("worst slack {:.3f} ns", result.corners.front().timing.worst_slack_s * 1e9));

  if ((options.gate_verify || options.power) &&
      !simulate(spec, stimulus, files, *cells, netlist, inputs, options, result, diagnostics)) {
    return std::nullopt;
  }
  if (result.power) {
    result.power->opensta =
        opensta_power({.netlist = result.synthesis.verilog,
                       .top = spec.name,
                       .library = &inputs.library,
                       .clock_s = options.clock_s,
                       .names = &netlist,
                       .macro_liberty = macros},
                      result.power->run.mean_activity, inputs.sta, logs, diagnostics);
    if (!result.power->opensta) return std::nullopt;
  }
  if (options.equivalence) {
    talk("proving equivalence");
    result.equivalence =
        prove_equivalence(inputs.rtl, inputs.stubs, result.synthesis, inputs.library, inputs.yosys,
                          options.clock_gates, options.equivalence_limit,
                          options.verify.lockstep.threads, logs, diagnostics);
  }
  if (options.peer_flow) {
    talk("mapping as the peers were mapped");
    result.peers = measure_like_peers(inputs.rtl, inputs.stubs, inputs.library, inputs.yosys,
                                      yosys_options, logs, diagnostics);
    if (!result.peers) return std::nullopt;
  }
  if (options.repeat > 0) {
    talk(fmt::format("{} more syntheses with shuffled names", options.repeat));
    result.repeats =
        repeat_synthesis(inputs.rtl, inputs.stubs, inputs.library, inputs.yosys, yosys_options,
                         options.repeat, options.verify.lockstep.threads, logs, diagnostics);
    if (!result.repeats) return std::nullopt;
  }
  result.library = std::move(inputs.library);
  if (!inputs.devices.empty()) result.files["synth/devices.v"] = device_wrappers(inputs.devices);
  add_files(spec, options, *cells, result);
  return result;
}

}  // namespace nacre::flows
