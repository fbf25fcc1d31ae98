#pragma once
// Device models of the RTL (crossbar array, converter, MTJ array): macros in a netlist, or gates.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "liberty/liberty.hpp"
#include "nacre/diagnostics.hpp"
#include "power/memory_table.hpp"
#include "synth/yosys.hpp"
#include "verilator/model.hpp"

namespace nacre::flows {

/// What becomes of the device models: black boxes, as the real macros are, or modules of gates.
enum class DeviceModels { Macro, Logic };

/// A leaf of rtl/tech that models devices, with the parameters of one use. In the netlist it is a
/// module of its own name, without parameters.
struct DeviceModel {
  struct Port {
    std::string name;
    bool is_output = false;
    int width = 1;
  };
  std::string module;                             ///< "nacre_adc_0"
  std::string leaf;                               ///< "nacre_adc"
  std::string type;                               ///< the name that Yosys gives leaf and parameters
  std::map<std::string, std::string> parameters;  ///< in binary, the highest bit first
  std::vector<Port> ports;

  /// The low 32 bits of a parameter; it must exist.
  std::int64_t operator[](const std::string& parameter) const;
  /// Bits that its cells hold; 0: it has none.
  std::int64_t bits() const;
};

/// The device models that the design uses, sorted; most designs have none. Returns nothing after
/// reporting why Yosys could not read the sources.
std::optional<std::vector<DeviceModel>> find_device_models(
    const ModelSource& rtl, const std::vector<SourceFile>& stubs, const Library& library,
    const Yosys& yosys, const std::filesystem::path& log_folder, Diagnostics& diagnostics);

/// Commands that give each model its module, for `read_commands` (among the stubs).
SourceFile device_commands(const std::vector<DeviceModel>& devices, DeviceModels kind,
                           const std::string& top);

/// The modules as they simulate: each one is its leaf with these parameters.
std::string device_wrappers(const std::vector<DeviceModel>& devices);

/// The constants of converters, to be cited with the table's.
MemoryConstants converter_constants();

/// What a device macro costs; `read_j` is one conversion of a converter, or one driven word line
/// (times the digit) of a crossbar, in all columns that are connected at once, or one row of an MTJ
/// array that is sensed. Rules:
/// docs/synthesis.md, "Device macros". N1109: the table has no resistive cell.
std::optional<MemoryEstimate> estimate_device(const std::vector<MemoryConstants>& table,
                                              const DeviceModel& device, double node_nm,
                                              double voltage, Diagnostics& diagnostics);

}  // namespace nacre::flows
