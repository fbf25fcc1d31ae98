// read_spec: JSON -> tables -> names and graph -> kinds -> data files -> hash.

#include "nacre/spec.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "diagnostics/nearest.hpp"
#include "spec/design_hash.hpp"
#include "spec/json.hpp"
#include "spec/kind_spec.hpp"
#include "spec/names.hpp"
#include "spec/schema.hpp"
#include "spec/spec_change.hpp"
#include "spec/spec_schema.hpp"

namespace nacre {
namespace {

constexpr int kDesignInput = -1;  ///< index of the design's input among the sources
constexpr int kNoSource = -2;     ///< the source could not be found

/// A stage of the file while the graph is being checked.
struct Draft {
  const Json* json = nullptr;
  const KindSpec* kind = nullptr;
  std::string name;
  Location name_location;
  const Json* inputs = nullptr;  ///< array of strings, or null when it is faulty
  int source = kNoSource;
  bool is_valid = false;  ///< passed the table of its kind
};

/// The root's table knows nothing of stages; everything else is checked by it.
bool validate_root(const Json& root, Diagnostics& diagnostics) {
  const int errors_before = diagnostics.num_errors();
  if (!root.is_object()) {
    diagnostics.error("N0203", root.location(),
                      fmt::format("the specification is {}, must be an object", root.type_name()));
    return false;
  }
  if (const Json* version = root.find("nacre");
      version != nullptr && version->is_integer() && version->integer() != kSpecVersion) {
    // Said alone: every other key may mean something else in another version.
    diagnostics.error("N0211", version->location(),
                      fmt::format("'nacre' is {}, this program reads version {}",
                                  version->integer(), kSpecVersion),
                      fmt::format("set it to {}", kSpecVersion));
    return false;
  }
  // Stages have tables of their own, so their place in the root's table takes any object.
  schema::Object table = root_schema();
  for (schema::Field& field : table.fields) {
    if (field.name != "stages") continue;
    field.alternatives.front().type = schema::Type::Any;
  }
  schema::validate(table, root, diagnostics);
  if (const Json* name = root.find("name"); name != nullptr && name->is_string()) {
    check_name(name->string(), NameUse::Module, name->location(), diagnostics);
  }
  return diagnostics.num_errors() == errors_before;
}

/// Checks each stage by itself: table of its kind, name.
std::vector<Draft> read_drafts(const Json& stages, Diagnostics& diagnostics) {
  std::vector<std::string> kind_names;
  for (const KindSpec* kind : kind_specs()) kind_names.emplace_back(kind->name);
  std::vector<Draft> drafts;
  for (const Json& json : stages.array()) {
    Draft draft;
    draft.json = &json;
    draft.name_location = json.location();
    const Json* kind = json.find("kind");
    if (kind != nullptr && kind->is_string()) {
      draft.kind = find_kind_spec(kind->string());
      if (draft.kind == nullptr) {
        const auto near = nearest_word(kind->string(), kind_names);
        diagnostics.error("N0401", kind->location(),
                          fmt::format("unknown kind {}", kind->excerpt()),
                          near ? fmt::format("did you mean '{}'?", *near)
                               : fmt::format("kinds: {}", quoted_list(kind_names, "and")));
      }
    }
    if (draft.kind != nullptr) {
      draft.is_valid = schema::validate(stage_schema(*draft.kind), json, diagnostics);
    } else if (kind == nullptr || !kind->is_string()) {
      // Which keys are legal depends on the kind, so only the common part can be checked.
      if (!json.is_object()) {
        diagnostics.error("N0203", json.location(),
                          fmt::format("a stage is {}, must be an object", json.excerpt()));
      } else if (kind == nullptr) {
        diagnostics.error("N0202", json.location(), "a stage needs key 'kind'",
                          fmt::format("kinds: {}", quoted_list(kind_names, "and")));
      } else {
        diagnostics.error("N0203", kind->location(),
                          fmt::format("'kind' is {}, must be a string", kind->excerpt()));
      }
    }
    if (const Json* name = json.find("name"); name != nullptr && name->is_string()) {
      draft.name = name->string();
      draft.name_location = name->location();
      if (!check_name(draft.name, NameUse::Stage, draft.name_location, diagnostics)) {
        draft.is_valid = false;
      }
    }
    const Json* inputs = json.find("inputs");
    if (inputs != nullptr && inputs->is_array() && !inputs->array().empty() &&
        std::all_of(inputs->array().begin(), inputs->array().end(),
                    [](const Json& input) { return input.is_string(); })) {
      draft.inputs = inputs;
    }
    drafts.push_back(std::move(draft));
  }
  return drafts;
}

void check_unique_names(const std::vector<Draft>& drafts, Diagnostics& diagnostics) {
  std::map<std::string, const Draft*> known;
  for (const Draft& draft : drafts) {
    if (draft.name.empty()) continue;
    const auto [first, is_new] = known.try_emplace(to_lower(draft.name), &draft);
    if (is_new) continue;
    const bool same = first->second->name == draft.name;
    diagnostics.error(
        "N0303", draft.name_location,
        fmt::format("stage name '{}' is given twice{}", draft.name,
                    same ? "" : fmt::format(" ('{}' differs only in case)", first->second->name)),
        fmt::format("the first stands in line {}", first->second->name_location.line));
  }
}

/// Finds the source of each stage and refuses joins and copies of streams.
void connect(std::vector<Draft>& drafts, Diagnostics& diagnostics) {
  std::vector<std::string> names = {"input"};
  for (const Draft& draft : drafts) {
    if (!draft.name.empty()) names.push_back(draft.name);
  }
  std::map<int, const Draft*> consumers;
  for (Draft& draft : drafts) {
    if (draft.inputs == nullptr) continue;
    const Json::Array& inputs = draft.inputs->array();
    if (inputs.size() > 1) {
      diagnostics.error(
          "N0306", draft.inputs->location(),
          fmt::format("stage '{}' has {} inputs; no kind of this version joins streams", draft.name,
                      inputs.size()),
          "give one input");
    }
    for (const Json& input : inputs) {
      int source = kNoSource;
      if (input.string() == "input") {
        source = kDesignInput;
      } else {
        for (std::size_t i = 0; i < drafts.size(); ++i) {
          if (!drafts[i].name.empty() && drafts[i].name == input.string()) {
            source = static_cast<int>(i);
            break;
          }
        }
      }
      if (source == kNoSource) {
        const auto near = nearest_word(input.string(), names);
        diagnostics.error("N0304", input.location(),
                          fmt::format("there is no stage {}", input.excerpt()),
                          near ? fmt::format("did you mean '{}'?", *near)
                               : fmt::format("sources: {}", quoted_list(names, "and")));
        continue;
      }
      const auto [first, is_new] = consumers.try_emplace(source, &draft);
      if (!is_new && first->second != &draft) {
        diagnostics.error(
            "N0307", input.location(),
            fmt::format("{} feeds both '{}' and '{}'; no kind of this version copies a stream",
                        source == kDesignInput ? std::string("the design's input")
                                               : fmt::format("stage '{}'", input.string()),
                        first->second->name, draft.name),
            "feed one stage from each stream");
      }
      draft.source = source;
    }
  }
}

/// Reports each circle once, with its path.
void check_cycles(const std::vector<Draft>& drafts, Diagnostics& diagnostics) {
  std::set<std::size_t> done;
  for (std::size_t start = 0; start < drafts.size(); ++start) {
    std::vector<std::size_t> path;
    int at = static_cast<int>(start);
    while (at >= 0 && !done.contains(static_cast<std::size_t>(at))) {
      const auto index = static_cast<std::size_t>(at);
      const auto loop = std::find(path.begin(), path.end(), index);
      if (loop != path.end()) {
        // The path runs against the streams; print it with them.
        std::string circle = drafts[index].name;
        for (auto stage = path.rbegin(); stage != path.rend(); ++stage) {
          circle += " -> " + drafts[*stage].name;
          if (*stage == index) break;
        }
        diagnostics.error("N0305", drafts[index].inputs->location(),
                          fmt::format("the stages form a cycle: {}", circle),
                          "one of them must take the design's 'input'");
        break;
      }
      path.push_back(index);
      at = drafts[index].source;
    }
    done.insert(path.begin(), path.end());
  }
}

/// Stages from the input to the output. Each has one source and each source feeds one stage, so
/// without cycles they are a chain.
std::vector<std::size_t> topological_order(const std::vector<Draft>& drafts) {
  std::vector<std::size_t> order;
  int source = kDesignInput;
  while (order.size() < drafts.size()) {
    const auto next = std::find_if(drafts.begin(), drafts.end(),
                                   [&](const Draft& draft) { return draft.source == source; });
    NACRE_CHECK(next != drafts.end(), "a graph without faults is no chain");
    source = static_cast<int>(next - drafts.begin());
    order.push_back(static_cast<std::size_t>(source));
  }
  return order;
}

/// `stop_on` must name a stage that decides, behind the stage that has it.
void check_stop_on(const std::vector<Draft>& drafts, const std::vector<std::size_t>& order,
                   Diagnostics& diagnostics) {
  for (std::size_t place = 0; place < order.size(); ++place) {
    const Draft& draft = drafts[order[place]];
    const Json* stop_on = draft.json->find("stop_on");
    if (stop_on == nullptr || !stop_on->is_string()) continue;
    std::vector<std::string> deciding;
    const Draft* target = nullptr;
    bool is_downstream = false;
    for (std::size_t other = 0; other < order.size(); ++other) {
      const Draft& candidate = drafts[order[other]];
      if (candidate.kind->decides && other > place) deciding.push_back(candidate.name);
      if (candidate.name != stop_on->string()) continue;
      target = &candidate;
      is_downstream = other > place;
    }
    std::string help = deciding.empty()
                           ? std::string("no stage downstream decides: remove the key")
                           : fmt::format("downstream decides {}", quoted_list(deciding, "or"));
    if (target == nullptr) {
      diagnostics.error(
          "N0310", stop_on->location(),
          fmt::format("'stop_on' is {}, but there is no such stage", stop_on->excerpt()), help);
    } else if (!is_downstream) {
      diagnostics.error("N0310", stop_on->location(),
                        fmt::format("'stop_on' is '{}', which does not lie downstream of '{}'",
                                    target->name, draft.name),
                        help);
    } else if (!target->kind->decides) {
      diagnostics.error("N0310", stop_on->location(),
                        fmt::format("'stop_on' is '{}', but kind '{}' does not decide",
                                    target->name, target->kind->name),
                        help);
    }
  }
}

/// True when `shape` fits the stage; else reports.
bool check_shape(const Draft& draft, const std::string& source, const StreamShape& shape,
                 Diagnostics& diagnostics) {
  if (draft.kind->takes_values == shape.values) {
    if (!shape.steps || draft.kind->takes_steps) return true;
    diagnostics.error("N0309", draft.inputs->location(),
                      fmt::format("{} '{}' takes values without steps, but '{}' sends frames that "
                                  "end with end_of_step",
                                  draft.kind->name, draft.name, source),
                      "leave 'steps' of the design's 'input' away");
    return false;
  }
  diagnostics.error(
      "N0309", draft.inputs->location(),
      fmt::format("{} '{}' takes {}, but '{}' sends {}", draft.kind->name, draft.name,
                  draft.kind->takes_values ? "values" : "events", source,
                  shape.values ? "values" : "events"),
      shape.values && !draft.kind->takes_values ? "put a rate_encoder in between" : "");
  return false;
}

StreamShape parse_input(const Json& json, DesignHash& hash) {
  const schema::Reader reader(input_schema(), json);
  StreamShape shape;
  shape.values = reader.string("kind") == "values";
  shape.addresses = reader.integer("addresses");
  shape.payload_bits = shape.values ? static_cast<int>(reader.integer("bits")) : 0;
  shape.payload_signed = shape.values && reader.boolean("signed");
  shape.steps = shape.values && reader.boolean("steps");
  shape.negative_events = !shape.values && reader.boolean("negative");
  hash.add("input_values", shape.values);
  hash.add("addresses", shape.addresses);
  hash.add("bits", shape.payload_bits);
  hash.add("signed", shape.payload_signed);
  hash.add("steps", shape.steps);
  hash.add("negative", shape.negative_events);
  return shape;
}

Dataset parse_dataset(const Json& json, const std::filesystem::path& folder) {
  const schema::Reader reader(dataset_schema(), json);
  Dataset dataset;
  dataset.samples = folder / reader.string("samples");
  if (reader.has("labels")) dataset.labels = folder / reader.string("labels");
  dataset.shift_right = static_cast<int>(reader.integer("shift_right"));
  return dataset;
}

/// Two memories may share a macro only when they are the same module; no macro is the top.
void check_macros(const std::vector<MacroUse>& uses, const std::string& design,
                  Diagnostics& diagnostics) {
  std::map<std::string, const MacroUse*> known;
  for (const MacroUse& use : uses) {
    if (to_lower(use.macro) == to_lower(design)) {
      diagnostics.error(
          "N0303", use.location,
          fmt::format("macro '{}' has the name of the design's top module", use.macro),
          "rename one of them");
      continue;
    }
    const auto [first, is_new] = known.try_emplace(to_lower(use.macro), &use);
    if (is_new || (first->second->macro == use.macro && first->second->geometry == use.geometry)) {
      continue;
    }
    diagnostics.error(
        "N0413", use.location,
        fmt::format("macro '{}' is {} for '{}', but {} for '{}'", use.macro,
                    first->second->geometry, first->second->memory, use.geometry, use.memory),
        "give each memory a macro of its own");
  }
}

/// Types the stages in order; stops where a stage's fault leaves the next without an input shape.
void parse_stages(const std::vector<Draft>& drafts, const std::vector<std::size_t>& order,
                  ParseContext& context, Spec& spec) {
  StreamShape shape = spec.input;
  std::string source = "input";
  for (const std::size_t index : order) {
    const Draft& draft = drafts[index];
    if (!draft.is_valid || !check_shape(draft, source, shape, context.diagnostics)) return;
    Stage stage;
    stage.name = draft.name;
    stage.kind = draft.kind->name;
    stage.inputs = {source};
    stage.input = shape;
    stage.location = draft.name_location;
    context.hash.add("stage", stage.name);
    context.hash.add("kind", stage.kind);
    context.hash.add("inputs", source);
    draft.kind->parse(*draft.json, context, stage);
    shape = stage.output;
    source = stage.name;
    spec.stages.push_back(std::move(stage));
  }
}

}  // namespace

std::optional<Spec> read_spec(const std::filesystem::path& file, Diagnostics& diagnostics,
                              const std::optional<SpecChange>& change) {
  const int errors_before = diagnostics.num_errors();
  const auto failed = [&] { return diagnostics.num_errors() != errors_before; };
  auto document = read_json(file, diagnostics);
  if (document && change) document = change_specification(*document, *change, diagnostics);
  if (!document) return std::nullopt;
  const Json& root = document->root;
  validate_root(root, diagnostics);
  const Json* stages = root.find("stages");
  const bool has_stages = stages != nullptr && stages->is_array() && !stages->array().empty() &&
                          stages->array().size() <= static_cast<std::size_t>(kMaxStages);
  if (!has_stages) return std::nullopt;
  std::vector<Draft> drafts = read_drafts(*stages, diagnostics);
  check_unique_names(drafts, diagnostics);
  const int errors_before_graph = diagnostics.num_errors();
  connect(drafts, diagnostics);
  check_cycles(drafts, diagnostics);
  // What follows needs a whole graph of known kinds and the shape of the input.
  const bool is_graph =
      diagnostics.num_errors() == errors_before_graph &&
      std::all_of(drafts.begin(), drafts.end(), [](const Draft& draft) {
        return draft.kind != nullptr && draft.source != kNoSource && !draft.name.empty();
      });
  if (!is_graph) return std::nullopt;
  const std::vector<std::size_t> order = topological_order(drafts);
  check_stop_on(drafts, order, diagnostics);

  DesignHash hash;
  ParseContext context{.folder = file.parent_path(), .diagnostics = diagnostics, .hash = hash};
  Spec spec;
  spec.file = file;
  const Json* input = root.find("input");
  Diagnostics ignored;  // these faults are reported already
  if (input == nullptr || !schema::validate(input_schema(), *input, ignored)) return std::nullopt;
  hash.add("format", std::int64_t{kSpecVersion});
  const schema::Reader reader(root_schema(), root);
  spec.input = parse_input(*input, hash);
  parse_stages(drafts, order, context, spec);
  if (failed()) return std::nullopt;

  spec.name = reader.string("name");
  if (reader.has("description")) spec.description = reader.string("description");
  spec.counters = reader.word<Counters>("counters");
  hash.add("name", spec.name);
  hash.add("counters", static_cast<int>(spec.counters));
  check_macros(context.macros, spec.name, diagnostics);
  if (const Json* dataset = root.find("dataset"); dataset != nullptr) {
    spec.dataset = parse_dataset(*dataset, context.folder);
  }
  if (failed()) return std::nullopt;
  for (const auto& work : context.deferred) work(context);
  if (failed()) return std::nullopt;
  spec.hash = hash.finish();
  return spec;
}

}  // namespace nacre
