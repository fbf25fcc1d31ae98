#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "synth/yosys_run.hpp"

namespace nacre::flows {
namespace {

/// Yosys cannot tell the drivers of a three-state net apart, and a netlist of ours has none.
bool is_three_state(const LibertyCell& cell) {
  return std::any_of(cell.pins.begin(), cell.pins.end(),
                     [](const LibertyPin& pin) { return pin.three_state; });
}

/// Integrated clock gates are described by state tables, which Yosys does not read.
std::string clock_gate_model(const LibertyCell& cell, const ClockGatePins& pins) {
  const bool has_test = !pins.test.empty();
  const bool is_before = cell.clock_gate.find("precontrol") != std::string::npos;
  const std::string test = has_test ? " | " + pins.test : "";
  return fmt::format(
      "module {0} ({1}, {2}{3}, {4});\n"
      "  input {1};\n  input {2};\n{5}  output {4};\n"
      "  reg state;\n"
      "  always @* if (!{1}) state = {2}{6};\n"
      "  assign {4} = {1} & (state{7});\n"
      "endmodule\n",
      cell.name, pins.clock, pins.enable, has_test ? ", " + pins.test : "", pins.output,
      has_test ? "  input " + pins.test + ";\n" : "", is_before ? test : "", is_before ? "" : test);
}

}  // namespace

std::optional<std::string> cell_models(const Library& library, const Yosys& yosys,
                                       const std::filesystem::path& log_folder,
                                       Diagnostics& diagnostics) {
  const auto folder = make_yosys_folder(diagnostics);
  if (!folder || !write_text(folder->path() / kLibertyFile, merged_liberty(library), diagnostics)) {
    return std::nullopt;
  }
  std::string script = fmt::format("read_liberty -ignore_miss_func {}\n", kLibertyFile);
  std::string clock_gates;
  for (const auto& [name, cell] : library.cells) {
    if (!cell.clock_gate.empty()) {
      if (const auto pins = clock_gate_pins(library, cell)) {
        clock_gates += clock_gate_model(cell, *pins);
      }
    }
    if (is_three_state(cell) || !cell.clock_gate.empty()) {
      script += fmt::format("delete ={}\n", name);
    }
  }
  script += "proc\nopt_clean\nwrite_verilog -noattr cells.v\n";
  const YosysJob job{.name = "cells", .script = script, .outputs = {"cells.v"}};
  constexpr auto kLimit = std::chrono::seconds(600);
  if (!run_yosys(yosys, folder->path(), {job}, kLimit, log_folder, diagnostics)) {
    return std::nullopt;
  }
  return read_text(folder->path() / "cells.v") + clock_gates;
}

}  // namespace nacre::flows
