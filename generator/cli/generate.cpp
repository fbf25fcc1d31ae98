// nacre generate SPEC -o OUT: SystemVerilog, images, register map, constraints, docs, manifest.

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli.hpp"
#include "diagnostics/nearest.hpp"
#include "nacre/generate.hpp"
#include "nacre/output_tree.hpp"
#include "nacre/spec.hpp"

namespace nacre::cli {
namespace {

std::int64_t size_of(const FileTree& tree) {
  std::int64_t bytes = 0;
  for (const auto& [path, text] : tree.files) bytes += static_cast<std::int64_t>(text.size());
  return bytes;
}

std::string generate_text(const FileTree& tree, const std::filesystem::path& out) {
  // The manifest counts as a file, too.
  return fmt::format(
      "design {0}, sha256 {1}\n"
      "{2} files, {3} bytes, in {4}\n"
      "top: {4}/rtl/{0}.sv, file list: {4}/rtl.f, registers: {4}/docs/registers.md\n",
      tree.design, tree.hash, tree.files.size() + 1,
      with_commas(size_of(tree) + static_cast<std::int64_t>(manifest_text(tree).size())),
      out.generic_string());
}

nlohmann::ordered_json generate_json(const FileTree& tree, const std::filesystem::path& out) {
  nlohmann::ordered_json document;
  document["design"] = tree.design;
  document["hash"] = tree.hash;
  document["output"] = out.generic_string();
  document["files"] = nlohmann::ordered_json::array();
  for (const auto& [path, text] : tree.files) document["files"].push_back(path);
  document["files"].push_back(kManifestName);
  return document;
}

}  // namespace

Verb generate_verb() {
  const auto file = std::make_shared<std::string>();
  Verb verb;
  verb.name = "generate";
  verb.summary = "write SystemVerilog, memory images, register map, constraints and manifest";
  verb.example = "nacre generate examples/spirit_digits/spec.json -o out";
  verb.output = OutputOption::Required;
  verb.add_options = [file](CLI::App& app) {
    app.add_option("SPEC", *file, "the specification (JSON)")->required();
  };
  verb.run = [file](const CommonOptions& options) {
    Diagnostics diagnostics;
    const auto spec = read_spec(*file, diagnostics);
    // The folder is looked at even when the specification is refused: all faults at once.
    const bool may_write = may_write_tree(options.output, diagnostics);
    if (spec && may_write) {
      const FileTree tree = generate_files(*spec);
      if (write_tree(options.output, tree, diagnostics)) {
        if (options.format == Format::Json) {
          print_result(generate_json(tree, options.output));
        } else {
          print_result(generate_text(tree, options.output));
        }
      }
    }
    return finish(options, diagnostics);
  };
  return verb;
}

}  // namespace nacre::cli
