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

/// A stage of the file while the graph is being checked.
struct Draft {
  const Json* json = nullptr;
  const KindSpec* kind = nullptr;
  std::string name;
  Location name_location;
  const Json* inputs = nullptr;  ///< array of strings, or null when it is faulty
  std::vector<int> sources;      ///< stages, or kDesignInput; those that were found
  bool is_valid = false;         ///< passed the table of its kind
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

std::string inputs_text(int count) {
  return count == 1 ? "1 input" : fmt::format("{} inputs", count);
}

/// Refuses a number of inputs that the kind does not take.
void check_num_inputs(const Draft& draft, Diagnostics& diagnostics) {
  const auto given = static_cast<int>(draft.inputs->array().size());
  const int least = draft.kind->min_inputs;
  const int most = draft.kind->max_inputs;
  if (given >= least && given <= most) return;
  const std::string wanted =
      least == most ? inputs_text(most) : fmt::format("{} ... {} inputs", least, most);
  std::string help;
  if (most == 1) {
    help = "give one input; a stage of a kind that joins streams makes one of several";
  } else if (given > most) {
    help = "join some of them in a stage before";
  }
  diagnostics.error("N0306", draft.inputs->location(),
                    fmt::format("'{}' has {}, but kind '{}' takes {}", draft.name,
                                inputs_text(given), draft.kind->name, wanted),
                    std::move(help));
}

/// Finds the sources of each stage.
void connect(std::vector<Draft>& drafts, Diagnostics& diagnostics) {
  std::vector<std::string> names = {"input"};
  for (const Draft& draft : drafts) {
    if (!draft.name.empty()) names.push_back(draft.name);
  }
  for (Draft& draft : drafts) {
    if (draft.inputs == nullptr) continue;
    if (draft.kind != nullptr) check_num_inputs(draft, diagnostics);
    for (const Json& input : draft.inputs->array()) {
      if (input.string() == "input") {
        draft.sources.push_back(kDesignInput);
        continue;
      }
      const auto source = std::find_if(drafts.begin(), drafts.end(), [&](const Draft& other) {
        return !other.name.empty() && other.name == input.string();
      });
      if (source != drafts.end()) {
        draft.sources.push_back(static_cast<int>(source - drafts.begin()));
        continue;
      }
      const auto near = nearest_word(input.string(), names);
      diagnostics.error("N0304", input.location(),
                        fmt::format("there is no stage {}", input.excerpt()),
                        near ? fmt::format("did you mean '{}'?", *near)
                             : fmt::format("sources: {}", quoted_list(names, "and")));
    }
  }
}

/// Walks the graph against its streams: each stage after those that feed it, those in the order in
/// which it names them. So the order does not depend on that of the file.
class Walk {
 public:
  Walk(const std::vector<Draft>& drafts, Diagnostics& diagnostics)
      : drafts_(drafts), diagnostics_(diagnostics), marks_(drafts.size(), Mark::New) {}

  /// All stages from which `index` can be reached, and it. A circle is reported once.
  void visit(std::size_t index) {
    marks_[index] = Mark::OnPath;
    path_.push_back(index);
    for (const int source : drafts_[index].sources) {
      if (source == kDesignInput) continue;
      const auto next = static_cast<std::size_t>(source);
      if (marks_[next] == Mark::New) visit(next);
      if (marks_[next] == Mark::OnPath) report_cycle(next);
    }
    path_.pop_back();
    marks_[index] = Mark::Done;
    order_.push_back(index);
  }
  bool is_new(std::size_t index) const { return marks_[index] == Mark::New; }
  const std::vector<std::size_t>& order() const { return order_; }

 private:
  enum class Mark { New, OnPath, Done };

  void report_cycle(std::size_t start) {
    // The path runs against the streams; print it with them.
    std::string circle = drafts_[start].name;
    for (auto stage = path_.rbegin(); stage != path_.rend(); ++stage) {
      circle += " -> " + drafts_[*stage].name;
      if (*stage == start) break;
    }
    diagnostics_.error("N0305", drafts_[start].inputs->location(),
                       fmt::format("the stages form a cycle: {}", circle),
                       "one of them must take the design's 'input'");
  }

  const std::vector<Draft>& drafts_;
  Diagnostics& diagnostics_;
  std::vector<Mark> marks_;
  std::vector<std::size_t> path_;
  std::vector<std::size_t> order_;
};

void check_cycles(const std::vector<Draft>& drafts, Diagnostics& diagnostics) {
  Walk walk(drafts, diagnostics);
  for (std::size_t start = 0; start < drafts.size(); ++start) {
    if (walk.is_new(start)) walk.visit(start);
  }
}

/// Stages that feed no other. Without cycles there is one at least.
std::vector<std::size_t> find_ends(const std::vector<Draft>& drafts) {
  std::vector<std::size_t> ends;
  for (std::size_t stage = 0; stage < drafts.size(); ++stage) {
    const bool feeds = std::any_of(drafts.begin(), drafts.end(), [&](const Draft& draft) {
      return std::find(draft.sources.begin(), draft.sources.end(), static_cast<int>(stage)) !=
             draft.sources.end();
    });
    if (!feeds) ends.push_back(stage);
  }
  return ends;
}

/// One stage's output is the design's: reports where two or more feed nobody.
void check_ends(const std::vector<Draft>& drafts, const std::vector<std::size_t>& ends,
                Diagnostics& diagnostics) {
  if (ends.size() == 1) return;
  std::vector<std::string> names;
  for (const std::size_t end : ends) names.push_back(drafts[end].name);
  diagnostics.error(
      "N0307", drafts[ends[1]].name_location,
      fmt::format("{} feed no other stage, but a design has one output", quoted_list(names, "and")),
      "join their streams, or remove what is not used");
}

/// Which stages the output of `from` reaches, by their place in the file.
std::vector<bool> reached_from(const std::vector<Draft>& drafts,
                               const std::vector<std::size_t>& order, std::size_t from) {
  std::vector<bool> reached(drafts.size());
  for (const std::size_t stage : order) {
    const std::vector<int>& sources = drafts[stage].sources;
    reached[stage] = std::any_of(sources.begin(), sources.end(), [&](int source) {
      if (source == kDesignInput) return false;
      const auto index = static_cast<std::size_t>(source);
      return index == from || reached[index];
    });
  }
  return reached;
}

/// `stop_on` must name a stage that decides, behind the stage that has it.
void check_stop_on(const std::vector<Draft>& drafts, const std::vector<std::size_t>& order,
                   Diagnostics& diagnostics) {
  for (const std::size_t index : order) {
    const Draft& draft = drafts[index];
    const Json* stop_on = draft.json->find("stop_on");
    if (stop_on == nullptr || !stop_on->is_string()) continue;
    std::vector<std::string> deciding;
    const Draft* target = nullptr;
    bool is_downstream = false;
    const std::vector<bool> reached = reached_from(drafts, order, index);
    for (const std::size_t other : order) {
      const Draft& candidate = drafts[other];
      if (candidate.kind->decides && reached[other]) deciding.push_back(candidate.name);
      if (candidate.name != stop_on->string()) continue;
      target = &candidate;
      is_downstream = reached[other];
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

/// The key `map`: checks it against the addresses and sets both. False when they do not fit.
bool parse_map(const schema::Reader& reader, StreamShape& shape, Diagnostics& diagnostics) {
  const Json::Array& sides = reader.find("map")->array();
  shape.height = sides[0].integer();
  shape.width = sides[1].integer();
  shape.channels = sides[2].integer();
  const std::int64_t addresses = shape.height * shape.width * shape.channels;
  const std::string product = fmt::format("{} x {} x {}, that is {} addresses", shape.height,
                                          shape.width, shape.channels, with_commas(addresses));
  if (addresses > kMaxAddresses) {
    diagnostics.error(
        "N1001", reader.location("map"),
        fmt::format("'map' is {}, at most {} can be built", product, with_commas(kMaxAddresses)),
        "reduce the input");
    return false;
  }
  if (reader.has("addresses") && reader.integer("addresses") != addresses) {
    diagnostics.error("N0322", reader.location("addresses"),
                      fmt::format("'addresses' is {}, but 'map' is {}",
                                  with_commas(reader.integer("addresses")), product),
                      "leave 'addresses' away");
    return false;
  }
  shape.addresses = addresses;
  return true;
}

/// Nothing when addresses are missing or do not fit; that is reported.
std::optional<StreamShape> parse_input(const Json& json, DesignHash& hash,
                                       Diagnostics& diagnostics) {
  const schema::Reader reader(input_schema(), json);
  StreamShape shape;
  shape.values = reader.string("kind") == "values";
  if (reader.has("map")) {
    if (!parse_map(reader, shape, diagnostics)) return std::nullopt;
  } else if (reader.has("addresses")) {
    shape.addresses = reader.integer("addresses");
  } else {
    diagnostics.error("N0202", json.location(), "the input needs key 'addresses' or 'map'");
    return std::nullopt;
  }
  shape.payload_bits = shape.values ? static_cast<int>(reader.integer("bits")) : 0;
  shape.payload_signed = shape.values && reader.boolean("signed");
  shape.steps = shape.values && reader.boolean("steps");
  shape.negative_events = !shape.values && reader.boolean("negative");
  if (reader.has("step_events")) shape.step_events = reader.integer("step_events");
  hash.add("input_values", shape.values);
  hash.add("addresses", shape.addresses);
  hash.add("bits", shape.payload_bits);
  hash.add("signed", shape.payload_signed);
  hash.add("steps", shape.steps);
  hash.add("negative", shape.negative_events);
  if (has_map(shape)) {
    hash.add("height", shape.height);
    hash.add("width", shape.width);
    hash.add("channels", shape.channels);
  }
  if (shape.step_events > 0) hash.add("step_events", shape.step_events);
  return shape;
}

Dataset parse_dataset(const Json& json, const std::filesystem::path& folder) {
  const schema::Reader reader(dataset_schema(), json);
  Dataset dataset;
  dataset.samples = folder / reader.string("samples");
  if (reader.has("labels")) dataset.labels = folder / reader.string("labels");
  if (reader.has("masks")) dataset.masks = folder / reader.string("masks");
  dataset.mask_spikes = reader.integer("mask_spikes");
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

constexpr int kNoSteps = -2;  ///< a stream without time steps has no source of them

/// A stream as its source sends it.
struct Source {
  StreamShape shape;
  int takers = 0;        ///< inputs that take it; above 1 it passes a fork
  int steps = kNoSteps;  ///< where its time steps begin: a stage, or kDesignInput
};

/// Refuses a join of streams whose time steps need not be as many.
bool check_time_steps(const Draft& draft, const std::vector<Draft>& drafts,
                      const std::vector<Source>& sources, Diagnostics& diagnostics) {
  const auto steps_of = [&](std::size_t input) {
    return sources[static_cast<std::size_t>(draft.sources[input] + 1)].steps;
  };
  const auto where = [&](std::size_t input) {
    const int steps = steps_of(input);
    return steps == kDesignInput
               ? std::string("the design's input")
               : fmt::format("'{}'", drafts[static_cast<std::size_t>(steps)].name);
  };
  for (std::size_t input = 1; input < draft.sources.size(); ++input) {
    if (steps_of(input) == steps_of(0)) continue;
    const Json::Array& names = draft.inputs->array();
    diagnostics.error(
        "N0320", names[input].location(),
        fmt::format("'{}' joins '{}', whose time steps come from {}, and '{}', whose time steps "
                    "come from {}",
                    draft.name, names[0].string(), where(0), names[input].string(), where(input)),
        "join streams that come from one encoder");
    return false;
  }
  return true;
}

/// Types the stages in order; stops where a stage's fault leaves the next without an input shape.
void parse_stages(const std::vector<Draft>& drafts, const std::vector<std::size_t>& order,
                  ParseContext& context, Spec& spec) {
  std::vector<Source> sources(drafts.size() + 1);  // [0] the design's input, [1 + i] stage i
  for (const Draft& draft : drafts) {
    for (const int source : draft.sources) ++sources[static_cast<std::size_t>(source + 1)].takers;
  }
  sources[0].shape = spec.input;
  if (has_steps(spec.input)) sources[0].steps = kDesignInput;
  for (const std::size_t index : order) {
    const Draft& draft = drafts[index];
    if (!draft.is_valid) return;
    Stage stage;
    stage.name = draft.name;
    stage.kind = draft.kind->name;
    stage.location = draft.name_location;
    context.hash.add("stage", stage.name);
    context.hash.add("kind", stage.kind);
    for (std::size_t i = 0; i < draft.sources.size(); ++i) {
      const std::string& name = draft.inputs->array()[i].string();
      const Source& source = sources[static_cast<std::size_t>(draft.sources[i] + 1)];
      StreamShape shape = source.shape;
      // Late is what waits for a step's end behind the fork: one in front of it is no help.
      if (source.takers > 1) shape.late = false;
      if (!check_shape(draft, name, shape, context.diagnostics)) return;
      context.hash.add("inputs", name);
      stage.inputs.push_back(name);
      stage.shapes.push_back(shape);
    }
    if (!check_time_steps(draft, drafts, sources, context.diagnostics)) return;
    stage.input = stage.shapes.front();
    draft.kind->parse(*draft.json, context, stage);
    if (stage.output.addresses == 0) return;  // a fault that leaves no shape for what follows
    Source& output = sources[index + 1];
    output.shape = stage.output;
    if (has_steps(stage.output)) {
      output.steps = has_steps(stage.input)
                         ? sources[static_cast<std::size_t>(draft.sources[0] + 1)].steps
                         : static_cast<int>(index);
    }
    spec.stages.push_back(std::move(stage));
  }
}

/// The specification in a document that stands for `file`.
std::optional<Spec> read_document(const JsonDocument& document, const std::filesystem::path& file,
                                  Diagnostics& diagnostics) {
  const int errors_before = diagnostics.num_errors();
  const auto failed = [&] { return diagnostics.num_errors() != errors_before; };
  const Json& root = document.root;
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
        return draft.kind != nullptr && draft.inputs != nullptr && !draft.name.empty();
      });
  if (!is_graph) return std::nullopt;
  const std::vector<std::size_t> ends = find_ends(drafts);
  check_ends(drafts, ends, diagnostics);
  if (ends.size() != 1) return std::nullopt;
  Walk walk(drafts, diagnostics);
  walk.visit(ends.front());
  const std::vector<std::size_t>& order = walk.order();
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
  const std::optional<StreamShape> input_shape = parse_input(*input, hash, diagnostics);
  if (!input_shape) return std::nullopt;
  spec.input = *input_shape;
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

}  // namespace

std::optional<Spec> read_spec(const std::filesystem::path& file, Diagnostics& diagnostics,
                              const std::optional<SpecChange>& change) {
  auto document = read_json(file, diagnostics);
  if (document && change) document = change_specification(*document, *change, diagnostics);
  if (!document) return std::nullopt;
  return read_document(*document, file, diagnostics);
}

std::optional<Spec> read_spec_text(const std::string& text, const std::filesystem::path& file,
                                   Diagnostics& diagnostics) {
  const auto document = parse_json(text, file.string(), diagnostics);
  if (!document) return std::nullopt;
  return read_document(*document, file, diagnostics);
}

}  // namespace nacre
