#include "synth/device_models.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>
#include <tuple>

#include "nacre/device_leaves.hpp"
#include "process/process.hpp"
#include "synth/yosys_run.hpp"

namespace nacre::flows {
namespace {

using Json = nlohmann::json;

/// Parts of the models: mapped once, not once for each use.
constexpr std::string_view kParts = "nacre_device_*";

constexpr const char* kCommandFile = "devices.ys";
constexpr const char* kConverterConstants = "adc_28nm";
constexpr double kConverterNodeNm = 28;

bool has_module(const ModelSource& rtl, std::string_view module) {
  return std::any_of(rtl.files.begin(), rtl.files.end(), [&](const SourceFile& file) {
    return std::filesystem::path(file.path).stem() == module;
  });
}

/// The modules of Yosys's text that are device models.
std::vector<DeviceModel> read_devices(const Json& modules) {
  std::vector<DeviceModel> devices;
  for (const auto& [type, module] : modules.items()) {
    DeviceModel device{.module = {},
                       .leaf = without_parameters(type),
                       .type = type,
                       .parameters = {},
                       .ports = {}};
    if (std::find(kDeviceLeaves.begin(), kDeviceLeaves.end(), device.leaf) == kDeviceLeaves.end())
      continue;
    for (const auto& [name, value] : module.at("parameter_default_values").items()) {
      device.parameters[name] = value;
    }
    for (const auto& [name, port] : module.at("ports").items()) {
      device.ports.push_back({.name = name,
                              .is_output = port.at("direction") == "output",
                              .width = static_cast<int>(port.at("bits").size())});
    }
    devices.push_back(std::move(device));
  }
  std::sort(devices.begin(), devices.end(), [](const DeviceModel& a, const DeviceModel& b) {
    return std::tie(a.leaf, a.parameters) < std::tie(b.leaf, b.parameters);
  });
  int number = 0;
  std::string_view leaf;
  for (DeviceModel& device : devices) {
    if (device.leaf != leaf) number = 0;
    leaf = device.leaf;
    device.module = fmt::format("{}_{}", device.leaf, number++);
  }
  return devices;
}

MemoryEstimate estimate_converter(const DeviceModel& device, double node_nm, double voltage) {
  const MemoryConstants constants = converter_constants();
  const auto bits = static_cast<double>(device["AdcBits"]);
  const double shrink = node_nm / kConverterNodeNm;
  constexpr double kFemto = 1e-15;
  const double capacitance = (100 * bits + 0.001 * std::pow(4, bits)) * kFemto * shrink;
  return {.macro = device.module,
          .constants = constants.name,
          .area_um2 = std::pow(10, -0.0369 * bits + 1.206) * std::exp2(bits) * shrink * shrink,
          .read_j = capacitance * voltage * voltage,
          .low_factor = constants.low_factor,
          .high_factor = constants.high_factor};
}

}  // namespace

std::int64_t DeviceModel::operator[](const std::string& parameter) const {
  const auto found = parameters.find(parameter);
  NACRE_CHECK(found != parameters.end(), "a device model without the parameter " + parameter);
  std::uint32_t value = 0;
  for (const char bit : found->second) value = value * 2 + (bit == '1' ? 1 : 0);
  return value;
}

std::int64_t DeviceModel::bits() const {
  const DeviceModel& self = *this;
  if (leaf == kMagneticArrayLeaf) return self["Rows"] * self["Bits"] * self["DevicesPerBit"];
  if (leaf != kCrossbarArrayLeaf) return 0;
  return self["Banks"] * self["Rows"] * self["Columns"] * self["CellBits"];
}

std::optional<std::vector<DeviceModel>> find_device_models(
    const ModelSource& rtl, const std::vector<SourceFile>& stubs, const Library& library,
    const Yosys& yosys, const std::filesystem::path& log_folder, Diagnostics& diagnostics) {
  std::string patterns;
  for (const std::string_view leaf : kDeviceLeaves) {
    if (has_module(rtl, leaf)) patterns += fmt::format(" *{}*", leaf);
  }
  if (patterns.empty()) return std::vector<DeviceModel>{};
  const auto folder = make_yosys_folder(diagnostics);
  if (!folder || !write_inputs(folder->path(), rtl, stubs, library, diagnostics)) {
    return std::nullopt;
  }
  const YosysJob job{.name = "devices",
                     .script = read_commands(rtl, stubs, true) +
                               fmt::format("proc\nselect{}\njson -o devices.json\n", patterns),
                     .outputs = {"devices.json"}};
  constexpr auto kLimit = std::chrono::seconds(600);
  if (!run_yosys(yosys, folder->path(), {job}, kLimit, log_folder, diagnostics)) {
    return std::nullopt;
  }
  try {
    return read_devices(Json::parse(read_text(folder->path() / "devices.json")).at("modules"));
  } catch (const Json::exception& error) {
    diagnostics.error("N0703", {},
                      fmt::format("the modules of Yosys cannot be read: {}", error.what()));
    return std::nullopt;
  }
}

SourceFile device_commands(const std::vector<DeviceModel>& devices, DeviceModels kind,
                           const std::string& top) {
  std::string commands;
  for (const DeviceModel& device : devices) {
    commands += fmt::format("copy {} {}\n", device.type, device.module);
    commands += kind == DeviceModels::Macro
                    ? fmt::format("blackbox {}\n", device.module)
                    : fmt::format("setattr -mod -set keep_hierarchy 1 {}\n", device.module);
    commands += fmt::format("chtype -set {} t:{}\n", device.module, pattern_of(device.type));
  }
  if (kind == DeviceModels::Logic) {
    commands += fmt::format("setattr -mod -set keep_hierarchy 1 {}\n", kParts);
  }
  // What is left of the models behind the boxes goes.
  return {.path = kCommandFile, .text = commands + fmt::format("hierarchy -top {}\n", top)};
}

std::string device_wrappers(const std::vector<DeviceModel>& devices) {
  std::string text;
  for (const DeviceModel& device : devices) {
    std::string ports, parameters, pins;
    for (const DeviceModel::Port& port : device.ports) {
      ports += fmt::format("{}\n  {} wire [{}:0] {}", ports.empty() ? "" : ",",
                           port.is_output ? "output" : "input", port.width - 1, port.name);
      pins += fmt::format("{}\n    .{}({})", pins.empty() ? "" : ",", port.name, port.name);
    }
    for (const auto& [name, value] : device.parameters) {
      parameters += fmt::format("{}\n    .{}({}'b{})", parameters.empty() ? "" : ",", name,
                                value.size(), value);
    }
    text += fmt::format("module {} ({}\n);\n  {} #({}\n  ) u_model ({}\n  );\nendmodule\n",
                        device.module, ports, device.leaf, parameters, pins);
  }
  return text;
}

MemoryConstants converter_constants() {
  return {.name = kConverterConstants,
          .cell = "adc",
          .node_nm = kConverterNodeNm,
          .low_factor = 0.01,
          .high_factor = 2,
          .citation = "ZigZag-IMC (J. Sun et al., 2023): fit to three published 28 nm chips",
          .how =
              "of a conversion to B bits: capacitance 100 B + 0.001 4^B fF, area "
              "10^(1.206 - 0.0369 B) 2^B um2, at 28 nm; capacitance with the node, the cells' "
              "voltage, area with the node's square. Leakage not stated. Range: 0.01 ... 2, the "
              "lower end NeuRRAM's neuron converter (130 nm, 0.3 pJ, 400 um2)."};
}

std::optional<MemoryEstimate> estimate_device(const std::vector<MemoryConstants>& table,
                                              const DeviceModel& device, double node_nm,
                                              double voltage, Diagnostics& diagnostics) {
  if (device.leaf == kConverterLeaf) return estimate_converter(device, node_nm, voltage);
  if (device.leaf == kMagneticArrayLeaf) {
    return estimate_memory(table, "stt_mram", node_nm, device.module, device["Rows"],
                           static_cast<int>(device["Bits"] * device["DevicesPerBit"]), false,
                           diagnostics);
  }
  auto estimate =
      estimate_memory(table, "rram", node_nm, device.module, device["Banks"] * device["Rows"],
                      static_cast<int>(device["Columns"]), false, diagnostics);
  if (!estimate) return std::nullopt;
  // One column of each multiplexer is connected.
  estimate->read_j *=
      static_cast<double>(device["NumAdcs"]) / static_cast<double>(device["Columns"]);
  estimate->digit_bits = static_cast<int>(device["DigitBits"]);
  return estimate;
}

}  // namespace nacre::flows
