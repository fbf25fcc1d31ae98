#include "mapping/mapping.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "diagnostics/nearest.hpp"
#include "golden/golden.hpp"
#include "golden/kind_model.hpp"
#include "spec/json_edit.hpp"

namespace nacre::flows {
namespace {

/// Alternatives whose bottleneck is at most this much slower are worth a line, and so many lines.
constexpr double kClose = 1.1;
constexpr std::size_t kMostAlternatives = 4;

/// A layer, what it consumed, and what it costs on a number of cores.
struct Layer {
  std::size_t stage = 0;
  std::vector<std::vector<Word>> samples;  ///< words of its input
  std::int64_t operations = 0;
  std::int64_t most_cores = 1;
  std::int64_t cores = 1;
  bool is_fixed = false;
  std::map<std::int64_t, std::int64_t> cycles;  ///< known ones, by cores
};

const golden::LayerParts& parts_of(const Spec& spec, const Layer& layer) {
  return *golden::kind_model(spec.stages[layer.stage].kind).parts;
}

std::int64_t channels_of(const Spec& spec, const Layer& layer) {
  return parts_of(spec, layer).channels(spec.stages[layer.stage]);
}

std::int64_t lanes_of(const Spec& spec, const Layer& layer, const MappingOptions& options) {
  return options.lanes.value_or(parts_of(spec, layer).lanes(spec.stages[layer.stage]));
}

/// First channel of part `part` of `parts`; channels are dealt out evenly, the first get more.
std::int64_t part_begin(std::int64_t channels, std::int64_t parts, std::int64_t part) {
  return part * (channels / parts) + std::min(part, channels % parts);
}

/// Part `part` of `parts` of a layer.
Stage part_of(const Spec& spec, const Layer& layer, const MappingOptions& options,
              std::int64_t parts, std::int64_t part) {
  const std::int64_t channels = channels_of(spec, layer);
  return parts_of(spec, layer)
      .part(spec.stages[layer.stage], part_begin(channels, parts, part),
            part_begin(channels, parts, part + 1), lanes_of(spec, layer, options));
}

/// The stage alone behind the design's input.
Spec alone(const Spec& spec, Stage stage) {
  stage.inputs = {"input"};
  Spec single;
  single.name = stage.name;
  single.input = stage.input;
  single.counters = spec.counters;
  single.stages.push_back(std::move(stage));
  return single;
}

/// Cycles of one design over the samples of a layer.
std::int64_t count_cycles(const Spec& single, const std::vector<std::vector<Word>>& samples) {
  golden::Network network(single);
  std::int64_t cycles = 0;
  for (const std::vector<Word>& words : samples) {
    cycles += golden::predict_cycles(single, words, network.run_sample(words, true));
  }
  return cycles;
}

/// Cycles of the layer's slowest part on so many cores.
std::int64_t cycles_on(const Spec& spec, Layer& layer, std::int64_t cores,
                       const MappingOptions& options) {
  if (const auto known = layer.cycles.find(cores); known != layer.cycles.end()) {
    return known->second;
  }
  // Part 0 is as large as any.
  const std::int64_t tried = parts_of(spec, layer).are_alike(spec.stages[layer.stage]) ? 1 : cores;
  std::int64_t cycles = 0;
  for (std::int64_t part = 0; part < tried; ++part) {
    const Spec single = alone(spec, part_of(spec, layer, options, cores, part));
    cycles = std::max(cycles, count_cycles(single, layer.samples));
  }
  layer.cycles[cores] = cycles;
  return cycles;
}

/// Runs the golden network and keeps what each layer consumed. Returns its cycles.
std::int64_t record(const Spec& spec, const data::Stimulus& stimulus, const MappingOptions& options,
                    std::vector<Layer>& layers) {
  golden::Network network(spec);
  std::int64_t cycles = 0;
  std::vector<std::int64_t> operations(layers.size(), 0);
  for (std::int64_t index = options.first; index < options.first + options.samples; ++index) {
    const std::vector<Word> words = stimulus.sample(index).words;
    golden::SampleTrace trace = network.run_sample(words, true);
    cycles += golden::predict_cycles(spec, words, trace);
    for (Layer& layer : layers) {
      const std::string& source = spec.stages[layer.stage].inputs.front();
      const auto from = std::find_if(spec.stages.begin(), spec.stages.end(),
                                     [&](const Stage& stage) { return stage.name == source; });
      layer.samples.push_back(
          from == spec.stages.end()
              ? words
              : trace.stage_outputs[static_cast<std::size_t>(from - spec.stages.begin())]);
    }
  }
  // What a layer does is the same on any number of cores.
  for (Layer& layer : layers) {
    layer.operations = network.stage(layer.stage).counters().at("synaptic_operations");
  }
  return cycles;
}

std::size_t slowest(const Spec& spec, std::vector<Layer>& layers, const MappingOptions& options) {
  std::size_t worst = 0;
  for (std::size_t l = 1; l < layers.size(); ++l) {
    if (cycles_on(spec, layers[l], layers[l].cores, options) >
        cycles_on(spec, layers[worst], layers[worst].cores, options)) {
      worst = l;
    }
  }
  return worst;
}

/// Cores that the user gave to layers; false after N1392.
bool place_by_hand(const Spec& spec, const MappingOptions& options, std::vector<Layer>& layers,
                   Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const Layer& layer : layers) names.push_back(spec.stages[layer.stage].name);
  bool is_good = true;
  for (const auto& [name, cores] : options.placed) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      const auto near = nearest_word(name, names);
      diagnostics.error(
          "N1392", {},
          fmt::format("'--place {}={}': no layer '{}' can be placed", name, cores, name),
          near ? fmt::format("did you mean '{}'?", *near)
               : fmt::format("layers: {}", quoted_list(names, "and")));
      is_good = false;
      continue;
    }
    Layer& layer = layers[static_cast<std::size_t>(found - names.begin())];
    if (cores < 1 || cores > layer.most_cores) {
      diagnostics.error("N1392", {},
                        fmt::format("'--place {}={}': '{}' goes on 1 ... {} cores", name, cores,
                                    name, layer.most_cores),
                        layer.most_cores == 1
                            ? "a layer with fire 'event' or one channel cannot be split"
                            : fmt::format("it has {} channels, and a join takes 16 parts",
                                          channels_of(spec, layer)));
      is_good = false;
      continue;
    }
    layer.cores = cores;
    layer.is_fixed = true;
  }
  return is_good;
}

std::string cores_text(std::int64_t cores) {
  return fmt::format("{} core{}", cores, cores == 1 ? "" : "s");
}

/// Placements one core away from the one that was chosen.
std::vector<Alternative> alternatives_to(const Spec& spec, std::vector<Layer>& layers,
                                         const MappingOptions& options) {
  const auto name = [&](const Layer& layer) { return spec.stages[layer.stage].name; };
  const auto bottleneck = [&] {
    const std::size_t worst = slowest(spec, layers, options);
    return cycles_on(spec, layers[worst], layers[worst].cores, options);
  };
  const std::int64_t chosen = bottleneck();
  std::int64_t used = 0;
  for (const Layer& layer : layers) used += layer.cores;
  std::vector<Alternative> found;
  const auto consider = [&](std::string what, std::int64_t cores) {
    const std::int64_t cycles = bottleneck();
    if (static_cast<double>(cycles) <= kClose * static_cast<double>(chosen)) {
      found.push_back({std::move(what), cores, cycles});
    }
  };
  for (Layer& giver : layers) {
    if (giver.is_fixed || giver.cores == 1) continue;
    --giver.cores;
    const std::string given = fmt::format("{} on {} instead of {}", name(giver),
                                          cores_text(giver.cores), giver.cores + 1);
    consider(given, used - 1);
    for (Layer& taker : layers) {
      if (&taker == &giver || taker.is_fixed || taker.cores == taker.most_cores) continue;
      ++taker.cores;
      consider(fmt::format("{}, {} on {} instead of {}", given, name(taker),
                           cores_text(taker.cores), taker.cores - 1),
               used);
      --taker.cores;
    }
    ++giver.cores;
  }
  std::sort(found.begin(), found.end(), [](const Alternative& a, const Alternative& b) {
    return std::pair(a.cycles, a.cores) < std::pair(b.cycles, b.cores);
  });
  if (found.size() > kMostAlternatives) found.resize(kMostAlternatives);
  return found;
}

// ------------------------------------------------------------------------- The new specification

std::string json_string(const std::string& text) { return nlohmann::json(text).dump(); }

/// Replaces the value of a key of a stage, or puts the key in behind `name`.
void set_key(const Json& stage, std::string_view key, const std::string& value,
             std::vector<JsonEdit>& edits) {
  if (const Json* present = stage.find(key)) {
    edits.push_back({.range = present->range, .text = value});
    return;
  }
  const std::uint32_t behind = stage.find("name")->range.end;
  edits.push_back(
      {.range = {.begin = behind, .end = behind}, .text = fmt::format(", \"{}\": {}", key, value)});
}

/// The stage's text with these edits, whose ranges are those of the document.
std::string edited(const Json& stage, std::vector<JsonEdit> edits) {
  for (JsonEdit& edit : edits) {
    edit.range.begin -= stage.range.begin;
    edit.range.end -= stage.range.begin;
  }
  return apply_edits(
      stage.document->text.substr(stage.range.begin, stage.range.end - stage.range.begin),
      std::move(edits));
}

/// A layer as parts and their join.
std::string split_stage(const Json& stage, const Spec& spec, const Layer& layer,
                        const MappingOptions& options) {
  const std::string& name = spec.stages[layer.stage].name;
  const golden::LayerParts& how = parts_of(spec, layer);
  std::string text;
  std::vector<std::string> parts;
  for (std::int64_t part = 0; part < layer.cores; ++part) {
    parts.push_back(fmt::format("{}_core{}", name, part));
    std::vector<JsonEdit> edits;
    set_key(stage, "name", json_string(parts.back()), edits);
    for (const auto& [key, value] : how.keys(part_of(spec, layer, options, layer.cores, part))) {
      set_key(stage, key, value, edits);
    }
    text += edited(stage, std::move(edits)) + ",\n    ";
  }
  return text + how.join(name, parts);
}

bool names_a_file(std::string_view key) {
  return key == "file" || key.ends_with("_file") || key == "samples" || key == "labels" ||
         key == "masks";
}

/// Names of data files, which are relative to the specification, as seen from `to`.
void move_paths(const Json& json, const std::filesystem::path& from,
                const std::filesystem::path& to, std::vector<JsonEdit>& edits) {
  if (json.is_array()) {
    for (const Json& element : json.array()) move_paths(element, from, to, edits);
  } else if (json.is_object()) {
    for (const JsonMember& member : json.object()) {
      if (names_a_file(member.key) && member.value.is_string()) {
        const std::filesystem::path file = std::filesystem::absolute(from / member.value.string());
        edits.push_back(
            {.range = member.value.range,
             .text = json_string(
                 file.lexically_relative(std::filesystem::absolute(to)).generic_string())});
      } else {
        move_paths(member.value, from, to, edits);
      }
    }
  }
}

/// The specification as placed, with file names as they were.
std::string placed_text(const JsonDocument& document, const Spec& spec,
                        const std::vector<Layer>& layers, const MappingOptions& options) {
  std::vector<JsonEdit> edits;
  for (const Json& stage : document.root.find("stages")->array()) {
    const std::string& name = stage.find("name")->string();
    const auto layer = std::find_if(layers.begin(), layers.end(), [&](const Layer& each) {
      return spec.stages[each.stage].name == name;
    });
    if (layer == layers.end()) continue;
    if (layer->cores > 1) {
      edits.push_back({.range = stage.range, .text = split_stage(stage, spec, *layer, options)});
    } else if (options.lanes) {
      set_key(stage, "lanes", fmt::format("{}", *options.lanes), edits);
    }
  }
  return apply_edits(document.text, std::move(edits));
}

std::vector<PlacedLayer> describe(const Spec& spec, std::vector<Layer>& layers,
                                  std::size_t bottleneck, const MappingOptions& options) {
  const std::int64_t slowest_cycles =
      cycles_on(spec, layers[bottleneck], layers[bottleneck].cores, options);
  std::vector<PlacedLayer> described;
  for (Layer& layer : layers) {
    const std::int64_t channels = channels_of(spec, layer);
    const std::int64_t lanes = lanes_of(spec, layer, options);
    described.push_back({.name = spec.stages[layer.stage].name,
                         .cores = layer.cores,
                         .channels = channels,
                         .part_channels = part_begin(channels, layer.cores, 1),
                         .cycles = cycles_on(spec, layer, layer.cores, options),
                         .operations = layer.operations,
                         .utilisation = static_cast<double>(layer.operations) /
                                        (static_cast<double>(slowest_cycles) *
                                         static_cast<double>(layer.cores * lanes)),
                         .is_fixed = layer.is_fixed || layer.most_cores == 1});
  }
  return described;
}

}  // namespace

std::optional<Mapping> map_layers(const Spec& spec, const data::Stimulus& stimulus,
                                  const MappingOptions& options,
                                  const std::filesystem::path& folder, Diagnostics& diagnostics) {
  const auto talk = [&](const std::string& line) {
    if (options.talk) options.talk(line);
  };
  std::vector<Layer> layers;
  for (std::size_t s = 0; s < spec.stages.size(); ++s) {
    const golden::LayerParts* parts = golden::kind_model(spec.stages[s].kind).parts;
    if (parts == nullptr) continue;
    Layer layer{.stage = s, .samples = {}, .cycles = {}};
    layer.most_cores = parts->most(spec.stages[s]);
    layers.push_back(std::move(layer));
  }
  const Location place{.file = spec.file.string()};
  if (layers.empty()) {
    diagnostics.error("N1390", place, fmt::format("'{}' has no convolution to place", spec.name),
                      "`nacre map` splits convolutions over cores");
    return std::nullopt;
  }
  if (!place_by_hand(spec, options, layers, diagnostics)) return std::nullopt;
  std::int64_t used = 0;
  for (const Layer& layer : layers) used += layer.cores;
  if (used > options.cores) {
    diagnostics.error(
        "N1391", place, fmt::format("'--cores' is {}, but the layers need {}", options.cores, used),
        fmt::format("give at least {}: a core holds one layer, or a part of one", used));
    return std::nullopt;
  }

  talk(fmt::format("running {} samples on the golden model", options.samples));
  Mapping mapping;
  mapping.samples = options.samples;
  mapping.cycles_before = record(spec, stimulus, options, layers);
  // The next core goes to the slowest layer: its cycles fall with each core it gets, so no other
  // placement of as many cores has a faster slowest layer.
  while (used < options.cores) {
    Layer& worst = layers[slowest(spec, layers, options)];
    if (worst.is_fixed || worst.cores == worst.most_cores) break;
    // More lanes than channels are left help nobody: look for the next number of cores that does.
    std::int64_t more = worst.cores + 1;
    const std::int64_t most = std::min(worst.most_cores, worst.cores + options.cores - used);
    while (more < most &&
           cycles_on(spec, worst, more, options) >= cycles_on(spec, worst, worst.cores, options)) {
      ++more;
    }
    if (cycles_on(spec, worst, more, options) >= cycles_on(spec, worst, worst.cores, options)) {
      break;
    }
    used += more - worst.cores;
    worst.cores = more;
    talk(fmt::format("{} on {}", spec.stages[worst.stage].name, cores_text(more)));
  }
  mapping.bottleneck = slowest(spec, layers, options);
  mapping.layers = describe(spec, layers, mapping.bottleneck, options);
  mapping.alternatives = alternatives_to(spec, layers, options);

  const auto document = read_json(spec.file, diagnostics);
  if (!document) return std::nullopt;
  const std::string text = placed_text(*document, spec, layers, options);
  const auto placed = read_spec_text(text, spec.file, diagnostics);
  if (!placed) return std::nullopt;
  golden::Network network(*placed);
  for (std::int64_t index = options.first; index < options.first + options.samples; ++index) {
    const std::vector<Word> words = stimulus.sample(index).words;
    mapping.cycles += golden::predict_cycles(*placed, words, network.run_sample(words, true));
  }
  const auto moved = parse_json(text, spec.file.string(), diagnostics);
  NACRE_CHECK(moved != nullptr, "a specification that was read");
  std::vector<JsonEdit> edits;
  move_paths(moved->root, spec.file.parent_path(), folder, edits);
  mapping.specification = apply_edits(text, std::move(edits));
  return mapping;
}

}  // namespace nacre::flows
