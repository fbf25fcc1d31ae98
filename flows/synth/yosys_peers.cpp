#include <fmt/format.h>

#include <sstream>
#include <string_view>

#include "synth/yosys_run.hpp"

namespace nacre::flows {
namespace {

/// Memories from this size on are counted in bits only, as a macro would be.
constexpr std::int64_t kKeptMemoryBits = 512;

/// Buffers and sizes, with the least time as the target.
constexpr std::string_view kDelayScript =
    "+strash;ifraig;scorr;dc2;strash;&get,-n;&nf;&put;buffer;upsize;dnsize;stime,-p";

struct Memories {
  std::vector<std::string> small;  ///< to become flip-flops
  bool any_kept = false;
};

/// From the RTLIL text of the memories.
Memories read_memories(const std::string& dump) {
  Memories memories;
  std::string name;
  std::int64_t size = 0, width = 0;
  std::istringstream stream(dump);
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    std::string first, second, third;
    words >> first >> second >> third;
    if (first == "cell" && second == "$mem_v2") {
      name = third;
      size = width = 0;
    } else if (first == "parameter" && second == "\\SIZE") {
      size = std::stoll(third);
    } else if (first == "parameter" && second == "\\WIDTH") {
      width = std::stoll(third);
    } else if (first == "end" && !name.empty()) {
      if (size * width < kKeptMemoryBits) {
        memories.small.push_back(name);
      } else {
        memories.any_kept = true;
      }
      name.clear();
    }
  }
  return memories;
}

/// `synth -flatten` as it is, but for the memories that are kept.
std::string synth_commands(const std::string& top, const Memories& memories) {
  // The peers' circuits are flat to the last gate; so are clock gates here.
  std::string script = "setattr -mod -unset keep_hierarchy *\n";
  if (!memories.any_kept) return script + fmt::format("synth -top {} -flatten\n", top);
  script += fmt::format("synth -top {} -flatten -run begin:fine\nopt -fast -full\n", top);
  for (const std::string& name : memories.small) {
    script += fmt::format("memory_map {}/c:{}\n", top, pattern_of(name));
  }
  return script + "opt -full\ntechmap\nopt -fast\nabc -fast\nopt -fast\n";
}

struct Totals {
  double area = 0;
  std::int64_t flip_flops = 0;
};

std::optional<Totals> count(const std::string& json, const std::string& top, const Library& library,
                            Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const auto& [name, cell] : library.cells) names.push_back(name);
  const auto netlist = read_netlist_json(json, top, names, diagnostics);
  if (!netlist) return std::nullopt;
  Totals totals;
  for (const GateCell& cell : netlist->cells) {
    const LibertyCell* known = library.cell(cell.type);
    if (known == nullptr) {
      if (cell.type.starts_with('$') && cell.type != "$mem_v2") {
        diagnostics.error("N1110", {},
                          fmt::format("the library '{}' has no cell for {} ({})", library.name,
                                      cell.name, cell.type),
                          "use a library with such a cell");
        return std::nullopt;
      }
      continue;
    }
    totals.area += area_of(library, *known);
    totals.flip_flops += known->sequential && !known->sequential->is_latch ? 1 : 0;
  }
  return totals;
}

}  // namespace

std::optional<PeerFigures> measure_like_peers(const ModelSource& rtl,
                                              const std::vector<SourceFile>& stubs,
                                              const Library& library, const Yosys& yosys,
                                              const YosysOptions& options,
                                              const std::filesystem::path& log_folder,
                                              Diagnostics& diagnostics) {
  const auto folder = make_yosys_folder(diagnostics);
  const LibertyCell* driver = find_inverter(library);
  NACRE_CHECK(driver != nullptr, "read_liberty refuses libraries without inverters");
  if (!folder || !write_inputs(folder->path(), rtl, stubs, library, diagnostics) ||
      !write_text(folder->path() / kLatchMapFile, latch_map_text(library), diagnostics) ||
      !write_text(folder->path() / kFullAdderFile, full_adder_text(library), diagnostics) ||
      !write_text(folder->path() / kConstraintFile,
                  fmt::format("set_driving_cell {}\nset_load 10 [all_outputs]\n", driver->name),
                  diagnostics)) {
    return std::nullopt;
  }
  std::string begin = read_commands(rtl, stubs, options.clock_gates);
  if (options.full_adder_cells)
    begin += fmt::format("read_verilog -overwrite {}\n", kFullAdderFile);
  const YosysJob coarse{.name = "memories",
                        .script = begin + "setattr -mod -unset keep_hierarchy *\n" +
                                  fmt::format("synth -top {} -flatten -run begin:fine\n", rtl.top) +
                                  "tee -q -o memories.txt dump t:$mem_v2\n",
                        .outputs = {}};
  if (!run_yosys(yosys, folder->path(), {coarse}, options.time_limit, log_folder, diagnostics)) {
    return std::nullopt;
  }
  const std::string gates =
      begin + synth_commands(rtl.top, read_memories(read_text(folder->path() / "memories.txt"))) +
      map_registers_commands(library);
  const auto job = [&](const std::string& name, const std::string& mapping) {
    return YosysJob{.name = name,
                    .script = gates + fmt::format("abc -liberty {}{}\n", kLibertyFile, mapping) +
                              fmt::format("opt_clean -purge\nwrite_json {}.json\n", name),
                    .outputs = {name + ".json"}};
  };
  if (!run_yosys(yosys, folder->path(),
                 {job("area", ""), job("delay", fmt::format(" -constr {} -D 1 -script {}",
                                                            kConstraintFile, kDelayScript))},
                 options.time_limit, log_folder, diagnostics)) {
    return std::nullopt;
  }
  const auto area = count(read_text(folder->path() / "area.json"), rtl.top, library, diagnostics);
  const auto fast = count(read_text(folder->path() / "delay.json"), rtl.top, library, diagnostics);
  if (!area || !fast) return std::nullopt;
  const double unit = nand2_of(library).area;
  PeerFigures figures{
      .area = area->area,
      .gate_equivalents = area->area / unit,
      .longest_path_s = longest_abc_delay_s(read_text(folder->path() / "delay.log")),
      .delay_area_gate_equivalents = fast->area / unit,
      .flip_flops = area->flip_flops};
  if (figures.longest_path_s <= 0) {
    diagnostics.error("N0703", {}, "Yosys ended well but its log tells no delay");
    return std::nullopt;
  }
  return figures;
}

}  // namespace nacre::flows
