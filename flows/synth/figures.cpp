#include "synth/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

namespace nacre::flows {
namespace {

using harness::Metric;

constexpr const char* kMapped = "cells of the mapped netlist, before placement";
constexpr const char* kTimed = "OpenSTA on the mapped netlist, wires without delay";
constexpr const char* kCounted =
    "counted transitions times the library's energies: no wires, no glitches";

/// Adds metrics one by one with what they have in common.
class MetricList {
 public:
  void integer(std::string key, std::int64_t value, std::string unit, std::string source,
               std::string title, std::string method = "measured") {
    add(std::move(key), static_cast<double>(value), true, std::move(unit), std::move(method),
        std::move(source), {}, std::move(title));
  }
  void real(std::string key, double value, std::string unit, std::string method, std::string source,
            std::string title) {
    add(std::move(key), value, false, std::move(unit), std::move(method), std::move(source), {},
        std::move(title));
  }
  /// A figure that is not there, with the reason.
  void none(std::string key, std::string unit, std::string method, std::string reason,
            std::string title) {
    add(std::move(key), std::nullopt, false, std::move(unit), std::move(method), {},
        std::move(reason), std::move(title));
  }
  std::vector<Metric> take() { return std::move(metrics_); }

 private:
  void add(std::string key, std::optional<double> value, bool integer, std::string unit,
           std::string method, std::string source, std::string reason, std::string title) {
    metrics_.push_back({.key = std::move(key),
                        .value = value,
                        .integer = integer,
                        .unit = std::move(unit),
                        .method = std::move(method),
                        .source = std::move(source),
                        .reason = std::move(reason),
                        .title = std::move(title)});
  }
  std::vector<Metric> metrics_;
};

std::int64_t macro_bits(const SynthResult& result) {
  std::int64_t bits = 0;
  for (const MacroUse& macro : result.synthesis.macros) bits += macro.bits;
  return bits;
}

void add_area(const SynthResult& result, MetricList& list) {
  const Synthesis& synthesis = result.synthesis;
  std::string area_source = kMapped;
  if (std::any_of(synthesis.cells.begin(), synthesis.cells.end(), [&](const auto& used) {
        const LibertyCell* cell = result.library.cell(used.first);
        return cell != nullptr && cell->sequential && cell->area == 0;
      })) {
    area_source += "; cells with state but area 0 in the library count as 2/3 of a flip-flop";
  }
  list.real("synth__design__instance__area__stdcell", synthesis.area, "um2", "measured",
            area_source, "area of standard cells");
  list.real("synth__kge", result.gate_equivalents() / 1e3, "kGE", "measured",
            fmt::format("area divided by that of {} ({:.6g} um2)", result.nand2, result.nand2_area),
            "gate equivalents");
  list.integer("synth__cells", synthesis.num_cells, "cells", kMapped, "cells");
  list.integer("synth__flip_flops", synthesis.flip_flops, "cells", kMapped, "flip-flops");
  list.integer("synth__latches", synthesis.latches, "cells", "latches outside clock gates",
               "latches outside clock gates");
  list.integer("synth__clock_gates", synthesis.clock_gates, "cells", kMapped, "clock gates");
  list.integer("synth__logic_depth", synthesis.logic_depth, "gates",
               "longest path of generic gates before mapping (Yosys ltp)", "logic depth");
  list.integer("synth__macro_bits", macro_bits(result), "bits", "memories that stay macros",
               "bits in memory macros");
  list.real("synth__area__macro", result.macro_area(), "um2", "model",
            "published constants scaled to size (synth/area.json names them)",
            "area of memory macros");
}

void add_timing(const SynthResult& result, const Timing& timing, const std::string& suffix,
                MetricList& list) {
  // Where a memory's access takes part, the figure is no better than the memory's model.
  const bool has_macros = !result.synthesis.macros.empty();
  const std::string method = has_macros ? "model" : "estimated";
  const std::string source =
      has_macros ? fmt::format("{}; access time of macros by their model", kTimed) : kTimed;
  list.real("synth__timing__setup__ws" + suffix, timing.worst_slack_s * 1e9, "ns", method,
            fmt::format("{}; clock {:.6g} ns", source, timing.clock_s * 1e9), "worst slack");
  list.real("synth__timing__setup__tns" + suffix, timing.total_negative_slack_s * 1e9, "ns", method,
            source, "total negative slack");
  list.real("synth__fmax" + suffix, timing.fmax_hz / 1e6, "MHz", method, source, "largest clock");
}

void add_corners(const SynthResult& result, MetricList& list) {
  if (result.corners.empty()) {
    list.none("synth__timing__setup__ws", "ns", "estimated", "not timed", "worst slack");
    return;
  }
  add_timing(result, result.corners.front().timing, "", list);
  const Timing& logic = result.logic_timing.value_or(result.corners.front().timing);
  list.real("synth__fmax__logic", logic.fmax_hz / 1e6, "MHz", "estimated",
            fmt::format("{}; macros answer at once", kTimed), "largest clock of the logic alone");
  if (result.corners.size() < 2) return;
  for (const Corner& corner : result.corners) {
    add_timing(result, corner.timing, "__corner:" + corner.name, list);
  }
}

void add_peers(const SynthResult& result, MetricList& list) {
  const std::string reason = "not asked: --peer-flow";
  const std::string source = "the flow of docs/peers.md on this design";
  if (result.peers) {
    list.real("synth__peer__nand2", result.peers->gate_equivalents, "GE", "measured", source,
              "gate equivalents in the peers' flow");
    list.real("synth__peer__longest_path", result.peers->longest_path_s * 1e9, "ns", "estimated",
              source, "longest path in the peers' flow");
  } else {
    list.none("synth__peer__nand2", "GE", "measured", reason,
              "gate equivalents in the peers' flow");
    list.none("synth__peer__longest_path", "ns", "estimated", reason,
              "longest path in the peers' flow");
  }
}

void add_scatter(const std::string& key, const std::optional<Scatter>& scatter, double factor,
                 const std::string& unit, const std::string& title, MetricList& list) {
  const std::string method = unit == "um2" ? "measured" : "estimated";
  const auto add = [&](const char* name, double value) {
    if (scatter) {
      list.real(fmt::format("synth__repeat__{}__{}", key, name), value * factor, unit, method,
                fmt::format("{} syntheses of sources with shuffled names and order",
                            scatter->values.size()),
                fmt::format("{} over repeats, {}", title, name));
    } else {
      list.none(fmt::format("synth__repeat__{}__{}", key, name), unit, method,
                "not asked: --repeat N", fmt::format("{} over repeats, {}", title, name));
    }
  };
  const Scatter values = scatter.value_or(Scatter());
  add("mean", values.mean);
  add("sigma", values.sigma);
  add("min", values.min);
  add("max", values.max);
}

void add_verification(const SynthResult& result, MetricList& list) {
  if (result.gate_verification) {
    const harness::LockstepResult& run = result.gate_verification->result;
    list.integer("gate_verify__mismatch__count", run.num_differences, "values",
                 "netlist against the golden model: words, state, counters, flags",
                 "differences of the netlist");
    list.integer("gate_verify__samples",
                 std::count_if(run.samples.begin(), run.samples.end(),
                               [](const auto& sample) { return sample.ran; }),
                 "samples", "samples that ran on the netlist", "samples on the netlist");
  } else {
    const std::string reason = "not asked: --gate-verify";
    list.none("gate_verify__mismatch__count", "values", "measured", reason,
              "differences of the netlist");
    list.none("gate_verify__samples", "samples", "measured", reason, "samples on the netlist");
  }
  for (const auto& [name, verdict] :
       {std::pair{"proven", Verdict::Proven}, std::pair{"different", Verdict::Different},
        std::pair{"undecided", Verdict::Undecided}}) {
    const std::string key = fmt::format("equivalence__{}", name);
    const std::string title = fmt::format("parts {} by formal equivalence", name);
    if (result.equivalence.empty()) {
      list.none(key, "parts", "measured", "not asked: --equivalence", title);
      continue;
    }
    list.integer(key,
                 std::count_if(result.equivalence.begin(), result.equivalence.end(),
                               [&](const auto& each) { return each.verdict == verdict; }),
                 "parts", "Yosys, RTL against netlist", title);
  }
}

/// Energy of logic and of the memories' model.
struct Split {
  double logic = 0;
  double memory = 0;
};

Split split_of(const PowerResult& power) {
  return {.logic = power.run.total.logic(),
          .memory = power.run.total.memory + power.run.total.memory_leakage};
}

void add_power(const SynthResult& result, const SynthOptions& options, MetricList& list) {
  struct Figure {
    const char* key;
    const char* unit;
    const char* method;
    const char* title;
    double value;
    std::string source;
    bool known = true;
    const char* reason = "";
  };
  const PowerResult power = result.power.value_or(PowerResult());
  const Split split = split_of(power);
  const auto samples = static_cast<double>(std::max<std::int64_t>(1, power.samples));
  const double seconds = static_cast<double>(power.cycles) * power.run.clock_s;
  const StaPower opensta = power.opensta.value_or(StaPower());
  const char* const whole = result.synthesis.macros.empty() ? "estimated" : "model";
  const std::string all = result.synthesis.macros.empty()
                              ? std::string(kCounted)
                              : fmt::format("{}; macros by their model", kCounted);
  const char* const no_step = power.causes_known
                                  ? "the samples have no time step"
                                  : "--flatten: what a cycle was spent on is not known";
  const double leakage = power.run.total.leakage + power.run.total.memory_leakage;
  const std::vector<Figure> figures = {
      {"power__energy_per_inference", "nJ", whole, "energy per inference",
       power.energy_per_inference_j * 1e9, all},
      {"power__energy_per_inference__logic", "nJ", "estimated", "of it logic",
       split.logic / samples * 1e9, kCounted},
      {"power__energy_per_inference__memory", "nJ", "model", "of it memory macros",
       split.memory / samples * 1e9, "counted reads and writes times published constants"},
      {"power__energy_per_sop", "pJ", whole, "energy per synaptic operation",
       power.energy_per_sop_j * 1e12, all, power.synaptic_operations > 0,
       "the samples caused no synaptic operation"},
      {"power__average", "mW", whole, "average power", power.average_power_w * 1e3, all},
      {"power__leakage", "uW", whole, "of it leakage", seconds > 0 ? leakage / seconds * 1e6 : 0,
       "cell_leakage_power; macros by their model"},
      {"power__energy_per_step", "pJ", whole, "energy of a mean time step", power.step_j * 1e12,
       all, power.step_j > 0, no_step},
      {"power__silent_step", "pJ", whole, "energy of a silent time step",
       power.silent_step_j * 1e12, all},
      {"power__idle_step_ratio", "1", whole, "silent step relative to a mean one",
       power.step_j > 0 ? power.silent_step_j / power.step_j : 0,
       "power__silent_step / power__energy_per_step", power.step_j > 0, no_step},
      {"power__idle_cycle", "pJ", whole, "energy of a clock cycle with nothing to do",
       power.idle_cycle_j * 1e12, all},
      {"power__activity__mean", "1", "measured", "transitions per net and cycle",
       power.run.mean_activity, "all nets but clocks, settled values"},
      {"power__opensta__total", "mW", "estimated", "OpenSTA's power at that activity",
       opensta.total_w * 1e3,
       "OpenSTA, the same mean activity on every net; it charges rise and fall per transition",
       power.opensta.has_value(), "OpenSTA said nothing"},
      {"power__opensta__ratio", "1", "estimated", "OpenSTA's power over ours, logic only",
       power.ours_logic_w > 0 ? opensta.total_w / power.ours_logic_w : 0,
       "docs/synthesis.md says why it is not 1", power.opensta && power.ours_logic_w > 0,
       "OpenSTA said nothing"},
  };
  for (const Figure& figure : figures) {
    if (!result.power) {
      list.none(figure.key, figure.unit, figure.method,
                options.power ? "the netlist differs from the golden model" : "not asked: --power",
                figure.title);
    } else if (!figure.known) {
      list.none(figure.key, figure.unit, figure.method, figure.reason, figure.title);
    } else {
      list.real(figure.key, figure.value, figure.unit, figure.method, figure.source, figure.title);
    }
  }
}

nlohmann::ordered_json parts_json(const EnergyParts& parts, double samples) {
  nlohmann::ordered_json entry;
  entry["switching_j"] = parts.switching / samples;
  entry["internal_j"] = parts.internal / samples;
  entry["clock_j"] = parts.clock / samples;
  entry["leakage_j"] = parts.leakage / samples;
  entry["memory_model_j"] = parts.memory / samples;
  entry["memory_leakage_model_j"] = parts.memory_leakage / samples;
  return entry;
}

const MemoryConstants* constants_of(const SynthResult& result, const std::string& name) {
  const auto found = std::find_if(result.constants.begin(), result.constants.end(),
                                  [&](const MemoryConstants& each) { return each.name == name; });
  return found == result.constants.end() ? nullptr : &*found;
}

nlohmann::ordered_json macros_json(const SynthResult& result) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const MemoryEstimate& estimate : result.memories) {
    nlohmann::ordered_json entry;
    nlohmann::ordered_json instances = nlohmann::ordered_json::array();
    std::int64_t bits = 0;
    for (const MacroUse& use : result.synthesis.macros) {
      if (use.module != estimate.macro) continue;
      instances.push_back(use.path);
      bits = use.bits;
    }
    entry["module"] = estimate.macro;
    entry["bits"] = bits;
    entry["instances"] = std::move(instances);
    entry["method"] = "model";
    entry["constants"] = estimate.constants;
    if (const MemoryConstants* constants = constants_of(result, estimate.constants)) {
      entry["node_nm"] = constants->node_nm;
      entry["citation"] = constants->citation;
      entry["how"] = constants->how;
    }
    entry["area_um2"] = estimate.area_um2;
    entry["read_j"] = estimate.read_j;
    entry["write_j"] = estimate.write_j;
    entry["leakage_w"] = estimate.leakage_w;
    entry["access_s"] = estimate.access_s;
    entry["low_factor"] = estimate.low_factor;
    entry["high_factor"] = estimate.high_factor;
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace

double SynthResult::macro_area() const {
  double area = 0;
  for (const MacroUse& use : synthesis.macros) {
    for (const MemoryEstimate& memory : memories) {
      if (memory.macro == use.module) area += memory.area_um2;
    }
  }
  return area;
}

const char* cause_name(Cause cause) {
  switch (cause) {
    case Cause::InputEvent:
      return "input_event";
    case Cause::TimeStep:
      return "time_step";
    case Cause::Idle:
      return "idle";
  }
  return "";
}

std::string local_name(const std::string& path) {
  auto dot = path.rfind('.');
  while (dot != std::string::npos && dot > 0 && path[dot - 1] == ']') {
    dot = path.rfind('.', dot - 1);
  }
  return dot == std::string::npos ? path : path.substr(dot + 1);
}

double noise_of(const Scatter& scatter) { return 2 * scatter.sigma; }

std::vector<Metric> synth_metrics(const SynthResult& result, const SynthOptions& options) {
  MetricList list;
  add_area(result, list);
  add_corners(result, list);
  if (result.operations_per_cycle) {
    list.real("synth__sop_per_cycle_per_kge",
              *result.operations_per_cycle / (result.gate_equivalents() / 1e3), "1/kGE", "measured",
              "synaptic operations per cycle of unstalled samples; logic's area",
              "synaptic operations per cycle and kGE");
  } else {
    list.none("synth__sop_per_cycle_per_kge", "1/kGE", "measured", "not asked: --power",
              "synaptic operations per cycle and kGE");
  }
  add_peers(result, list);
  add_scatter("area", result.repeats ? std::optional(result.repeats->area) : std::nullopt, 1, "um2",
              "area", list);
  add_scatter("path", result.repeats ? std::optional(result.repeats->longest_path_s) : std::nullopt,
              1e9, "ns", "longest path", list);
  add_verification(result, list);
  add_power(result, options, list);
  return list.take();
}

std::string area_json(const SynthResult& result) {
  const Synthesis& synthesis = result.synthesis;
  nlohmann::ordered_json document;
  document["unit"] = "um2";
  document["library"] = result.library.name;
  document["gate_equivalent"] = {{"cell", result.nand2}, {"area", result.nand2_area}};
  document["area"] = synthesis.area;
  document["gate_equivalents"] = result.gate_equivalents();
  auto& cells = document["cells"] = nlohmann::ordered_json::object();
  for (const auto& [cell, count] : synthesis.cells) cells[cell] = count;
  auto& hierarchy = document["hierarchy"] = nlohmann::ordered_json::array();
  for (const AreaRow& row : synthesis.hierarchy) {
    hierarchy.push_back({{"path", row.path},
                         {"module", row.module},
                         {"depth", row.depth},
                         {"area", row.area},
                         {"own_area", row.own_area},
                         {"gate_equivalents", row.area / result.nand2_area},
                         {"cells", row.cells},
                         {"flip_flops", row.flip_flops}});
  }
  document["macros"] = macros_json(result);
  return document.dump(2) + "\n";
}

std::string power_json(const SynthResult& result) {
  NACRE_CHECK(result.power.has_value(), "power_json without a measurement of power");
  const PowerResult& power = *result.power;
  const auto samples = static_cast<double>(std::max<std::int64_t>(1, power.samples));
  nlohmann::ordered_json document;
  document["unit"] = "J per sample";
  document["method"] = {{"logic", "estimated"}, {"memory", "model"}};
  document["source"] = kCounted;
  document["samples"] = power.samples;
  document["cycles"] = power.cycles;
  document["time_steps"] = power.steps;
  document["input_spikes"] = power.input_spikes;
  document["synaptic_operations"] = power.synaptic_operations;
  document["clock_s"] = power.run.clock_s;
  document["voltage_v"] = result.library.voltage;
  document["nets"] = power.run.nets;
  document["mean_activity"] = power.run.mean_activity;
  document["total"] = parts_json(power.run.total, samples);
  auto& blocks = document["blocks"] = nlohmann::ordered_json::array();
  for (const BlockEnergy& block : power.run.blocks) {
    nlohmann::ordered_json entry;
    entry["block"] = block.block.empty() ? "top" : block.block;
    for (int cause = 0; cause < kNumCauses; ++cause) {
      entry[cause_name(static_cast<Cause>(cause))] =
          parts_json(block.by_cause[static_cast<std::size_t>(cause)], samples);
    }
    blocks.push_back(std::move(entry));
  }
  document["step_j"] = power.step_j;
  document["silent_step_j"] = power.silent_step_j;
  document["idle_cycle_j"] = power.idle_cycle_j;
  document["macros"] = macros_json(result);
  return document.dump(2) + "\n";
}

}  // namespace nacre::flows
