#include "emit/emit_design.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "emit/printers.hpp"
#include "emit/resources.hpp"
#include "emit/systemverilog.hpp"
#include "nacre/device_leaves.hpp"

namespace nacre {
namespace {

/// Leaves that the top and the macro models instantiate.
std::set<std::string> leaf_roots(const Design& design) {
  std::set<std::string> roots;
  for (const Instance& each : design.top.instances) roots.insert(each.module);
  for (const Macro& macro : design.macros) {
    roots.erase(macro.name);
    roots.insert(memory_leaf(macro.ports));
  }
  return roots;
}

}  // namespace

FileTree emit_design(const Design& design) {
  FileTree tree{.design = design.name, .hash = design.hash, .files = {}};
  auto& files = tree.files;
  SourceList sources;
  for (const RtlFile* leaf : rtl_closure(leaf_roots(design))) {
    const std::string path = fmt::format("rtl/{}.sv", leaf->name);
    files[path] = leaf->text;
    if (std::ranges::find(kDeviceLeaves, leaf->name) == kDeviceLeaves.end()) {
      sources.leaves.push_back(path);
      continue;
    }
    sources.rams.models.push_back(path);
    sources.rams.stubs.push_back(fmt::format("stub/devices/{}.sv", leaf->name));
    files[sources.rams.stubs.back()] = print_device_stub(design, leaf->name, leaf->text);
  }
  for (const Macro& macro : design.macros) {
    MemorySources& memories = macro.is_named_by_spec ? sources.macros : sources.rams;
    memories.models.push_back(fmt::format("rtl/macro/{}.sv", macro.name));
    files[memories.models.back()] = print_macro_model(design, macro);
    memories.stubs.push_back(fmt::format("stub/{}.sv", macro.name));
    files[memories.stubs.back()] = print_macro_stub(design, macro);
  }
  sources.top = fmt::format("rtl/{}.sv", design.name);
  files[sources.top] = print_module(design.top);

  files["rtl.f"] = print_rtl_f(sources);
  files[design.name + ".core"] = print_fusesoc_core(design, sources);
  files["Bender.yml"] = print_bender(design, sources);
  files["registers.json"] = print_registers_json(design);
  files["docs/registers.md"] = print_registers_markdown(design);
  files[fmt::format("docs/{}.rdl", design.name)] = print_system_rdl(design);
  files[fmt::format("sw/{}_regs.h", design.name)] = print_c_header(design);
  files[fmt::format("constraints/{}.sdc", design.name)] = print_sdc(design);
  for (const Window& window : design.windows) {
    for (const MemoryWindow& memory : window.memories) {
      if (memory.image.rows > 0) files[image_path(window, memory)] = print_image(memory.image);
    }
  }
  return tree;
}

}  // namespace nacre
