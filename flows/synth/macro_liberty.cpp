#include "synth/macro_liberty.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <set>

namespace nacre::flows {
namespace {

/// A bus, or a plain pin when `width` is 0.
std::string port(const std::string& name, int width, const char* direction,
                 const std::string& body) {
  return width == 0 ? fmt::format("    pin ({}) {{ direction : {}; capacitance : 0; {} }}\n", name,
                                  direction, body)
                    : fmt::format(
                          "    bus ({}) {{ bus_type : bits_{}; direction : {}; "
                          "capacitance : 0; {} }}\n",
                          name, width, direction, body);
}

/// An input that is sampled at the rising clock: paths end there, with no setup time.
std::string input(const std::string& name, int width) {
  return port(name, width, "input",
              "timing () { related_pin : \"clk_i\"; timing_type : setup_rising; "
              "rise_constraint (scalar) { values (\"0\"); } "
              "fall_constraint (scalar) { values (\"0\"); } }");
}

std::string access_arc(double access_s) {
  const auto value = [&](const char* group, double number) {
    return fmt::format("{} (scalar) {{ values (\"{:.6f}\"); }} ", group, number);
  };
  // The edge at the output is taken to be as steep as a loaded gate's.
  constexpr double kTransitionNs = 0.1;
  return "timing () { related_pin : \"clk_i\"; timing_type : rising_edge; " +
         value("cell_rise", access_s * 1e9) + value("cell_fall", access_s * 1e9) +
         value("rise_transition", kTransitionNs) + value("fall_transition", kTransitionNs) + "}";
}

}  // namespace

std::string macro_liberty(const std::vector<Macro>& macros,
                          const std::vector<MemoryEstimate>& estimates,
                          const std::vector<DeviceModel>& devices) {
  std::string cells;
  std::set<int> widths;
  for (const Macro& macro : macros) {
    const auto estimate =
        std::find_if(estimates.begin(), estimates.end(),
                     [&](const MemoryEstimate& each) { return each.macro == macro.name; });
    NACRE_CHECK(estimate != estimates.end(), "a macro without an estimate");
    const int address =
        std::max(1, static_cast<int>(std::bit_width(static_cast<std::uint64_t>(macro.depth - 1))));
    const int mask = (macro.width + 31) / 32;
    widths.insert({address, macro.width});
    if (macro.ports == MemoryPorts::ReadWrite) widths.insert(mask);
    cells += fmt::format("  cell ({}) {{\n    area : 0;\n", macro.name);
    cells += "    pin (clk_i) { direction : input; capacitance : 0; clock : true; }\n";
    if (macro.ports == MemoryPorts::ReadWrite) {
      cells +=
          input("en_i", 0) + input("we_i", 0) + input("addr_i", address) + input("wmask_i", mask);
    } else {
      cells += input("ren_i", 0) + input("wen_i", 0) + input("raddr_i", address) +
               input("waddr_i", address);
    }
    cells += input("wdata_i", macro.width) +
             port("rdata_o", macro.width, "output", access_arc(estimate->access_s)) + "  }\n";
  }
  for (const DeviceModel& device : devices) {
    cells += fmt::format("  cell ({}) {{\n    area : 0;\n", device.module);
    for (const DeviceModel::Port& each : device.ports) {
      const int width = each.width == 1 ? 0 : each.width;
      if (width > 0) widths.insert(width);
      if (each.name == "clk_i") {
        cells += "    pin (clk_i) { direction : input; capacitance : 0; clock : true; }\n";
      } else if (each.is_output) {
        cells += port(each.name, width, "output", access_arc(0));
      } else {
        cells += input(each.name, width);
      }
    }
    cells += "  }\n";
  }
  if (cells.empty()) return {};
  std::string text =
      "library (nacre_macros) {\n  delay_model : table_lookup;\n  time_unit : \"1ns\";\n"
      "  voltage_unit : \"1V\";\n  current_unit : \"1mA\";\n  leakage_power_unit : \"1nW\";\n"
      "  pulling_resistance_unit : \"1kohm\";\n  capacitive_load_unit (1, pf);\n"
      "  slew_lower_threshold_pct_rise : 20;\n  slew_upper_threshold_pct_rise : 80;\n"
      "  slew_lower_threshold_pct_fall : 20;\n  slew_upper_threshold_pct_fall : 80;\n"
      "  input_threshold_pct_rise : 50;\n  input_threshold_pct_fall : 50;\n"
      "  output_threshold_pct_rise : 50;\n  output_threshold_pct_fall : 50;\n";
  for (const int width : widths) {
    text += fmt::format(
        "  type (bits_{0}) {{ base_type : array; data_type : bit; bit_width : {0}; bit_from : {1}; "
        "bit_to : 0; downto : true; }}\n",
        width, width - 1);
  }
  return text + cells + "}\n";
}

}  // namespace nacre::flows
