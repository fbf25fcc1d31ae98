#include "spec/spec_schema.hpp"

#include <fmt/core.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "spec/names.hpp"

namespace nacre {

using nlohmann::ordered_json;

const schema::Object& input_schema() {
  using namespace schema;
  static const Object object{
      .title = "the input",
      .fields =
          {
              word("kind", {"values", "events"})
                  .required()
                  .doc("graded values (intensities), or address events"),
              integer("addresses", 1, kMaxAddresses)
                  .doc("addresses are 0 ... addresses - 1; with `map` they follow from it")
                  .refused_above("reduce the input: at most 1,048,576 addresses"),
              array("map", integer("side", 1, kMaxAddresses), 3, 3)
                  .doc(
                      "[height, width, channels] of a feature map: (y, x) of channel c has address "
                      "(y * width + x) * channels + c"),
              integer("bits", 1, 32)
                  .required()
                  .in("bits")
                  .doc("width of a value")
                  .when("kind", {"values"}),
              boolean("signed")
                  .fallback("false")
                  .doc("values are two's complement")
                  .when("kind", {"values"}),
              boolean("steps")
                  .fallback("false")
                  .doc("a sample is any number of frames, each closed by `end_of_step` (see "
                       "streams.md)")
                  .when("kind", {"values"}),
              boolean("negative")
                  .fallback("false")
                  .doc("events may be negative")
                  .when("kind", {"events"}),
              integer("step_events", 1, std::int64_t{1} << 24)
                  .in("events")
                  .doc(
                      "most events of a time step: the host promises it, nothing checks it; a join "
                      "may need it (see streams.md)")
                  .when("kind", {"events"}),
          },
      .exclusive = {},
      .derived = {}};
  return object;
}

const schema::Object& dataset_schema() {
  using namespace schema;
  static const Object object{
      .title = "the dataset",
      .fields =
          {
              word("format", {"idx"}).required().doc("format of both files"),
              text("samples").required().doc(
                  "IDX file of unsigned bytes, first dimension = sample; "
                  "gzip is fine"),
              text("labels").doc("IDX file of unsigned bytes, one per sample"),
              text("masks").doc(
                  "IDX file of unsigned bytes, sample x rows x columns: 0 outside, else inside"),
              integer("mask_spikes", 1, 65535)
                  .fallback("1")
                  .doc("output spikes of a pixel in a sample, negative ones taken off, from which "
                       "on "
                       "it counts as inside"),
              integer("shift_right", 0, 7)
                  .fallback("0")
                  .in("bits")
                  .doc("low bits of each value that are dropped"),
          },
      .exclusive = {},
      .derived = {}};
  return object;
}

const schema::Object& root_schema() {
  using namespace schema;
  static const Object any_stage{.title = "a stage", .fields = {}, .exclusive = {}, .derived = {}};
  static const Object object{
      .title = "the specification",
      .fields =
          {
              text("$schema").doc("JSON Schema for editors; ignored"),
              integer("nacre", 1, kSpecVersion).required().doc("version of this format"),
              text("name", static_cast<std::int64_t>(1) << 16)
                  .required()
                  .doc("name of the design and of its top module: an identifier of at most 63 "
                       "characters"),
              text("description", static_cast<std::int64_t>(1) << 16).doc("for people"),
              schema::object("input", input_schema()).required().doc("the design's input stream"),
              word("counters", {"none", "basic", "full"})
                  .fallback("\"basic\"")
                  .doc("performance counters: they cost area"),
              array("stages", schema::object("stage", any_stage), 1, kMaxStages)
                  .required()
                  .doc("the stages of the graph, in any order")
                  .refused_above("at most 64 stages: merge some of them, or split the design"),
              schema::object("dataset", dataset_schema()).doc("where `nacre verify` finds samples"),
          },
      .exclusive = {},
      .derived = {"hash"}};
  return object;
}

const schema::Object& stage_base_schema() {
  using namespace schema;
  static const Object object{
      .title = "a stage",
      .fields =
          {
              text("name", static_cast<std::int64_t>(1) << 16)
                  .required()
                  .doc("an identifier of at most 63 characters, unique whatever its case"),
              text("kind", 63).required().doc("`nacre kinds` lists them"),
              array("inputs", text("input", static_cast<std::int64_t>(1) << 16), 1, 64)
                  .required()
                  .doc("the stages whose outputs come in, or 'input'"),
          },
      .exclusive = {},
      .derived = {}};
  return object;
}

const schema::Object& stage_schema(const KindSpec& kind) {
  static const std::map<std::string_view, schema::Object> all = [] {
    std::map<std::string_view, schema::Object> tables;
    for (const KindSpec* each : kind_specs()) {
      schema::Object table = each->schema();
      table.fields.insert(table.fields.begin(), stage_base_schema().fields.begin(),
                          stage_base_schema().fields.end());
      tables.emplace(each->name, std::move(table));
    }
    return tables;
  }();
  return all.at(kind.name);
}

const KindSpec* find_kind_spec(std::string_view name) {
  for (const KindSpec* kind : kind_specs()) {
    if (kind->name == name) return kind;
  }
  return nullptr;
}

namespace {

constexpr const char* kDraft = "http://json-schema.org/draft-07/schema#";

ordered_json stage_properties(const KindSpec& kind) {
  ordered_json table = schema::json_schema(stage_schema(kind));
  table["properties"]["name"]["pattern"] = "^[A-Za-z_][A-Za-z0-9_]{0,62}$";
  table["properties"]["kind"] = {{"const", kind.name}, {"description", kind.summary}};
  return table;
}

}  // namespace

ordered_json kind_json_schema(const KindSpec& kind) {
  ordered_json result;
  result["$schema"] = kDraft;
  result.update(stage_properties(kind));
  return result;
}

ordered_json spec_json_schema() {
  ordered_json result;
  result["$schema"] = kDraft;
  result.update(schema::json_schema(root_schema()));
  result["title"] = "nacre specification";
  result["properties"]["name"]["pattern"] = "^[A-Za-z_][A-Za-z0-9_]{0,62}$";
  ordered_json stage;
  stage["type"] = "object";
  stage["required"] = ordered_json::array({"name", "kind", "inputs"});
  ordered_json names = ordered_json::array();
  ordered_json branches = ordered_json::array();
  for (const KindSpec* kind : kind_specs()) {
    names.push_back(kind->name);
    ordered_json branch;
    branch["if"]["properties"]["kind"]["const"] = kind->name;
    branch["if"]["required"] = ordered_json::array({"kind"});
    branch["then"] = stage_properties(*kind);
    branches.push_back(std::move(branch));
  }
  stage["properties"]["kind"]["enum"] = names;
  stage["allOf"] = branches;
  result["properties"]["stages"]["items"] = stage;
  result["properties"]["input"]["anyOf"] = {{{"required", {"addresses"}}}, {{"required", {"map"}}}};
  return result;
}

}  // namespace nacre
