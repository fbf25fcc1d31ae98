#include "synth/preflight.hpp"

#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <variant>

#include <fmt/format.h>

#include "design/kind_hardware.hpp"
#include "diagnostics/nearest.hpp"

namespace nacre::flows {
namespace {

// NAND2 equivalents, fitted on measured runs (tests/unit/flows_preflight_test.cpp has the table).
constexpr double kFlipFlopBit = 7.4;   // of a memory: flip-flop, enable, read multiplexer
constexpr double kFlipFlopColumn = 8;  // its read register
constexpr double kAxil = 580, kDemux = 120, kControl = 400;
constexpr int kControlCounters = 5;
constexpr double kIngress = 130, kIngressBit = 9;
constexpr double kEgress = 70, kEgressBit = 7;
// nacre_stream_buffer without its memory, 12 ... 4,096 words of 8 ... 24 bits; with its counter.
constexpr double kBuffer = 15, kBufferAddressBit = 40, kBufferCountBit = 14;
// A leaf that has no formula: the pins' logic and a register each.
constexpr double kUnknownPinBit = 20;

// Yosys 0.23 (synth, dfflibmap, abc; processor time on the machine of the runs), and the netlist's
// simulation: 102 s for 16,566 NAND2 equivalents with counting (Verilator 5.006, g++ 12, -O1).
constexpr double kYosysSeconds = 3, kYosysSecondsPerGate = 1.8e-4;
constexpr double kModelSecondsPerGate = 6.2e-3;
constexpr double kYosysBytes = 80e6, kYosysBytesPerGate = 1.2e3;

/// An instance and the values of its parameters.
struct Leaf {
  const Module& top;
  const Instance& instance;

  std::int64_t operator[](std::string_view parameter) const {
    for (const Parameter& each : instance.parameters) {
      if (each.name != parameter) continue;
      const ConstantValue& value = top.constants[static_cast<std::size_t>(each.value.index)].value;
      if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
      return std::get<Bits>(value).words.at(0);
    }
    return 0;
  }
  double number(std::string_view parameter) const {
    return static_cast<double>((*this)[parameter]);
  }
  /// Bits of a port, 0 when there is none.
  int width(std::string_view port) const {
    for (const Pin& each : instance.pins) {
      if (each.port == port) return each.width;
    }
    return 0;
  }
};

double unknown_gates(const Leaf& leaf) {
  double bits = 0;
  for (const Pin& each : leaf.instance.pins) bits += each.width;
  return kUnknownPinBit * bits;
}

bool is_memory(const Instance& instance) { return instance.module.starts_with("nacre_mem_"); }

double memory_gates(const Leaf& leaf) {
  const double width = leaf.number("Width");
  return kFlipFlopBit * width * leaf.number("Depth") + kFlipFlopColumn * width;
}

/// NAND2 equivalents of a leaf; `design` knows those of the stages.
double gates_of(const Design& design, const Leaf& leaf) {
  const std::string& module = leaf.instance.module;
  const auto stage = design.logic.find(leaf.instance.name);
  if (stage != design.logic.end() && stage->second.nand2 > 0) return stage->second.nand2;
  if (is_memory(leaf.instance)) return memory_gates(leaf);
  if (module == "nacre_axil_cfg") return kAxil;
  if (module == "nacre_cfg_demux") return kDemux;
  if (module == "nacre_control") {
    return kControl + counter_gates(static_cast<Counters>(leaf["Counters"]), kControlCounters,
                                    kControlCounters);
  }
  if (module == "nacre_stream_ingress") return kIngress + kIngressBit * leaf.width("m_data_o");
  if (module == "nacre_stream_egress") return kEgress + kEgressBit * leaf.width("s_data_i");
  if (module == "nacre_stream_buffer") {
    return kBuffer + (kBufferAddressBit + (leaf["Counters"] > 0 ? kBufferCountBit : 0)) *
                         leaf.width("words_raddr_o");
  }
  return unknown_gates(leaf);
}

const Macro* find_macro(const Design& design, const std::string& module) {
  const auto found = std::find_if(design.macros.begin(), design.macros.end(),
                                  [&](const Macro& each) { return each.name == module; });
  return found == design.macros.end() ? nullptr : &*found;
}

void name_largest(const Design& design, const Leaf& leaf, double gates,
                  SynthesisEstimate& estimate) {
  estimate.largest = leaf.instance.name;
  estimate.largest_gates = gates;
  estimate.largest_what.clear();
  estimate.knob.clear();
  if (is_memory(leaf.instance)) {
    estimate.largest_what =
        fmt::format("{} bits in flip-flops", with_commas(leaf["Width"] * leaf["Depth"]));
    estimate.knob = "storage";
  } else if (const auto stage = design.logic.find(leaf.instance.name);
             stage != design.logic.end()) {
    estimate.largest_what = stage->second.what;
    estimate.knob = stage->second.knob;
  }
}

/// The stage whose instance this is, or a memory of which: "u_core_weights" is of "core".
Location location_of(const Spec& spec, const std::string& instance) {
  Location location{.file = spec.file.string()};
  std::size_t longest = 0;
  for (const Stage& stage : spec.stages) {
    const std::string name = "u_" + stage.name;
    if (!instance.starts_with(name) || name.size() < longest) continue;
    longest = name.size();
    location = stage.location;
  }
  return location;
}

double physical_bytes() {
  return static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
}

}  // namespace

SynthesisEstimate estimate_synthesis(const Spec&, const Design& design) {
  SynthesisEstimate estimate;
  for (const Instance& instance : design.top.instances) {
    if (const Macro* macro = find_macro(design, instance.module)) {
      estimate.macro_bits += macro->depth * macro->width;
      continue;
    }
    const Leaf leaf{design.top, instance};
    if (is_memory(instance)) estimate.memory_bits_in_flip_flops += leaf["Width"] * leaf["Depth"];
    const double gates = gates_of(design, leaf);
    estimate.gates += gates;
    if (gates > estimate.largest_gates) name_largest(design, leaf, gates, estimate);
  }
  estimate.yosys_seconds = kYosysSeconds + kYosysSecondsPerGate * estimate.gates;
  estimate.gate_model_seconds = kModelSecondsPerGate * estimate.gates;
  estimate.memory_bytes = kYosysBytes + kYosysBytesPerGate * estimate.gates;
  return estimate;
}

bool refuse_large(const Spec& spec, const SynthesisEstimate& estimate, bool simulate,
                  double max_minutes, Diagnostics& diagnostics) {
  constexpr double kSecondsPerMinute = 60, kGib = 1 << 30;
  const double seconds = estimate.yosys_seconds + (simulate ? estimate.gate_model_seconds : 0);
  const bool is_long = seconds > max_minutes * kSecondsPerMinute;
  const bool is_big = estimate.memory_bytes > physical_bytes();
  if (!is_long && !is_big) return false;
  const std::string what =
      is_long ? fmt::format("{:.2g} minutes of {}, the limit is {:g}", seconds / kSecondsPerMinute,
                            simulate ? "Yosys and the compiler" : "Yosys", max_minutes)
              : fmt::format("{:.1f} GiB of memory, the machine has {:.1f}",
                            estimate.memory_bytes / kGib, physical_bytes() / kGib);
  const std::string share = fmt::format(
      "{:.0f} % of it is '{}'{}", 100 * estimate.largest_gates / estimate.gates, estimate.largest,
      estimate.largest_what.empty() ? "" : ", " + estimate.largest_what);
  std::string help = "raise --max-minutes";
  if (!estimate.knob.empty()) help = fmt::format("use fewer '{}'", estimate.knob);
  if (estimate.knob == "storage") help = "set 'storage' to 'ram' or 'macro'";
  diagnostics.error("N1006", location_of(spec, estimate.largest),
                    fmt::format("about {} NAND2 equivalents would take about {}; {}",
                                with_commas(static_cast<long long>(estimate.gates)), what, share),
                    std::move(help));
  return true;
}

}  // namespace nacre::flows
