// nacre map SPEC: convolutions split over cores, so that all are about equally busy.

#include <fmt/core.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cli.hpp"
#include "data/stimulus.hpp"
#include "diagnostics/nearest.hpp"
#include "mapping/mapping.hpp"
#include "nacre/output_tree.hpp"
#include "nacre/spec.hpp"
#include "run_arguments.hpp"

namespace nacre::cli {
namespace {

constexpr const char* kSpecName = "spec.json";

struct MapArguments {
  RunArguments run;
  std::int64_t cores = 0;
  std::int64_t lanes = 0;  ///< 0: those of the specification
  std::vector<std::string> place;
};

void add_options(CLI::App& app, MapArguments& arguments) {
  RunArguments& run = arguments.run;
  app.add_option("SPEC", run.spec, "the specification (JSON)")->required();
  app.add_option("--cores", arguments.cores, "how many there are")
      ->required()
      ->check(in_range(1, 64));
  app.add_option("--lanes", arguments.lanes,
                 "neurons that a core updates per cycle (default: as specified)")
      ->check(one_of({"1", "2", "4", "8", "16", "32", "64", "128", "256", "512", "1024"}));
  app.add_option("--place", arguments.place, "cores of a layer, not to be changed")
      ->type_name("STAGE=CORES")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--samples", run.samples, "how many samples are counted (default: 8)")
      ->check(in_range(1, 1'000'000));
  app.add_option("--first", run.first, "number of the first sample")
      ->check(in_range(0, 1'000'000'000));
}

/// Reads STAGE=CORES; false after N1392.
bool parse_place(const std::string& text, flows::MappingOptions& options,
                 Diagnostics& diagnostics) {
  const std::size_t equals = text.find('=');
  std::int64_t cores = 0;
  bool is_number =
      equals != std::string::npos && equals + 1 < text.size() && text.size() - equals <= 4;
  for (std::size_t i = equals + 1; is_number && i < text.size(); ++i) {
    is_number = text[i] >= '0' && text[i] <= '9';
    cores = 10 * cores + (text[i] - '0');
  }
  if (!is_number || equals == 0) {
    diagnostics.error("N1392", {}, fmt::format("'--place {}' is not STAGE=CORES", text),
                      "for example --place conv1=2");
    return false;
  }
  options.placed[text.substr(0, equals)] = cores;
  return true;
}

double per_sample(std::int64_t cycles, const flows::Mapping& mapping) {
  return static_cast<double>(cycles) / static_cast<double>(mapping.samples);
}

std::string cycles_text(std::int64_t cycles, const flows::Mapping& mapping) {
  return with_commas(static_cast<long long>(per_sample(cycles, mapping) + 0.5));
}

void print_text(const flows::Mapping& mapping, const std::filesystem::path& out) {
  std::vector<std::vector<std::string>> rows = {
      {"layer", "cores", "channels of a core", "cycles alone", "utilisation", ""}};
  for (std::size_t l = 0; l < mapping.layers.size(); ++l) {
    const flows::PlacedLayer& layer = mapping.layers[l];
    rows.push_back({layer.name, fmt::format("{}", layer.cores),
                    fmt::format("{}", layer.part_channels), cycles_text(layer.cycles, mapping),
                    fmt::format("{:.1f} %", 100 * layer.utilisation),
                    l == mapping.bottleneck ? "bottleneck"
                    : layer.is_fixed        ? "fixed"
                                            : ""});
  }
  std::string text = format_table(rows);
  text += fmt::format("\n{} cycles per sample, {} as specified (predicted, {} samples)\n",
                      cycles_text(mapping.cycles, mapping),
                      cycles_text(mapping.cycles_before, mapping), mapping.samples);
  for (const flows::Alternative& other : mapping.alternatives) {
    text += fmt::format("close: {}: bottleneck {} cycles, {} cores\n", other.what,
                        cycles_text(other.cycles, mapping), other.cores);
  }
  print_result(text + fmt::format("-> {}\n", (out / kSpecName).string()));
}

nlohmann::ordered_json json_of(const flows::Mapping& mapping) {
  nlohmann::ordered_json document;
  document["samples"] = mapping.samples;
  document["cycles_per_sample"] = per_sample(mapping.cycles, mapping);
  document["cycles_per_sample_as_specified"] = per_sample(mapping.cycles_before, mapping);
  document["bottleneck"] = mapping.layers[mapping.bottleneck].name;
  auto& layers = document["layers"] = nlohmann::ordered_json::array();
  for (const flows::PlacedLayer& layer : mapping.layers) {
    layers.push_back({{"name", layer.name},
                      {"cores", layer.cores},
                      {"channels", layer.channels},
                      {"channels_per_core", layer.part_channels},
                      {"cycles_alone", per_sample(layer.cycles, mapping)},
                      {"synaptic_operations", per_sample(layer.operations, mapping)},
                      {"utilisation", layer.utilisation}});
  }
  auto& others = document["alternatives"] = nlohmann::ordered_json::array();
  for (const flows::Alternative& other : mapping.alternatives) {
    others.push_back({{"change", other.what},
                      {"cores", other.cores},
                      {"bottleneck_cycles", per_sample(other.cycles, mapping)}});
  }
  return document;
}

int run(const CommonOptions& options, const MapArguments& arguments) {
  constexpr std::int64_t kDefaultSamples = 8;
  Diagnostics diagnostics;
  const auto refuse = [&] { return finish(options, diagnostics); };
  flows::MappingOptions mapping_options;
  for (const std::string& text : arguments.place) parse_place(text, mapping_options, diagnostics);
  if (diagnostics.has_errors()) return refuse();
  const auto spec = read_spec(arguments.run.spec, diagnostics);
  if (!spec) return refuse();
  const std::filesystem::path out = options.output.empty()
                                        ? std::filesystem::path("out") / (spec->name + "-mapped")
                                        : options.output;
  if (!may_write_tree(out, diagnostics)) return refuse();
  const auto stimulus = data::Stimulus::open(*spec, arguments.run.seed, diagnostics);
  if (!stimulus) return refuse();
  const auto samples = samples_of(arguments.run, *stimulus, kDefaultSamples, diagnostics);
  if (!samples) return refuse();
  mapping_options.cores = arguments.cores;
  if (arguments.lanes > 0) mapping_options.lanes = arguments.lanes;
  mapping_options.first = arguments.run.first;
  mapping_options.samples = *samples;
  mapping_options.talk = [&](std::string_view line) { print_talk(options, line); };
  const auto mapping = flows::map_layers(*spec, *stimulus, mapping_options, out, diagnostics);
  if (!mapping) return refuse();

  nlohmann::ordered_json document = json_of(*mapping);
  FileTree tree{.design = spec->name, .hash = spec->hash, .files = {}};
  tree.files[kSpecName] = mapping->specification;
  tree.files["mapping.json"] = document.dump(2) + "\n";
  if (!write_tree(out, tree, diagnostics)) return refuse();
  if (options.format == Format::Json) {
    document["output"] = out.string();
    print_result(document);
  } else {
    print_text(*mapping, out);
  }
  return finish(options, diagnostics);
}

}  // namespace

Verb map_verb() {
  const auto arguments = std::make_shared<MapArguments>();
  Verb verb;
  verb.name = "map";
  verb.summary = "split the convolutions of a network over cores, so that all are busy";
  verb.example = "nacre map examples/event_digits/spec.json --cores 4";
  verb.output = OutputOption::Optional;
  verb.add_options = [arguments](CLI::App& app) { add_options(app, *arguments); };
  verb.run = [arguments](const CommonOptions& options) { return run(options, *arguments); };
  return verb;
}

}  // namespace nacre::cli
