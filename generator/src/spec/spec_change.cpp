#include "spec/spec_change.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "diagnostics/nearest.hpp"
#include "spec/json_edit.hpp"
#include "spec/kind_spec.hpp"
#include "spec/spec_schema.hpp"

namespace nacre {
namespace {

constexpr std::string_view kStages = "stages.";
constexpr std::string_view kDevices = "devices";

/// First key and the rest of a path.
std::pair<std::string_view, std::string_view> split(std::string_view path) {
  const std::size_t dot = path.find('.');
  if (dot == std::string_view::npos) return {path, {}};
  return {path.substr(0, dot), path.substr(dot + 1)};
}

bool is_number(std::string_view json) {
  double value = 0;
  const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), value);
  return error == std::errc() && end == json.data() + json.size();
}

/// `value` as this field takes it: a number for each element of a list of one length.
std::string spread_out(const schema::Field& field, const std::string& value) {
  const bool is_choice = field.type == schema::Type::OneOf && field.alternatives.size() == 1;
  const schema::Field& list = is_choice ? field.alternatives.front() : field;
  if (list.type != schema::Type::Array || list.minimum != list.maximum || !is_number(value)) {
    return value;
  }
  std::string text = value;
  for (std::int64_t i = 1; i < list.minimum; ++i) text += ", " + value;
  return "[" + text + "]";
}

/// The field that `keys` name, or null.
const schema::Field* find_field(const schema::Object& table, std::string_view keys) {
  const auto [key, rest] = split(keys);
  const schema::Field* field = table.find(key);
  if (field == nullptr || rest.empty()) return field;
  return field->object == nullptr ? nullptr : find_field(*field->object, rest);
}

/// How `text` gets to `keys` in the object.
JsonEdit edit_of(const Json& object, std::string_view keys, std::string text) {
  const auto [key, rest] = split(keys);
  if (const Json* member = object.find(key); member != nullptr) {
    if (rest.empty()) return {.range = member->range, .text = std::move(text)};
    if (member->is_object()) return edit_of(*member, rest, std::move(text));
  }
  // From the inside: objects that are not there are put around.
  for (std::string_view left = keys;;) {
    const std::size_t dot = left.rfind('.');
    const std::string_view last = dot == std::string_view::npos ? left : left.substr(dot + 1);
    text = fmt::format("\"{}\": {}", last, text);
    if (dot == std::string_view::npos) break;
    text = "{" + text + "}";
    left = left.substr(0, dot);
  }
  if (!object.object().empty()) text += ", ";
  const std::uint32_t inside = object.range.begin + 1;
  return {.range = {.begin = inside, .end = inside}, .text = std::move(text)};
}

/// No target has the keys: says what the first one has instead.
void report_unknown(const ChangeTarget& target, std::string_view keys, const SpecChange& change,
                    const Location& place, Diagnostics& diagnostics) {
  const schema::Object* table = target.table;
  std::string_view left = keys;
  while (true) {
    const auto [key, rest] = split(left);
    const schema::Field* field = table->find(key);
    if (field == nullptr || field->object == nullptr || rest.empty()) break;
    table = field->object;
    left = rest;
  }
  const std::string key(split(left).first);
  if (key == kDevices && table == target.table) {
    diagnostics.error("N1294", place,
                      fmt::format("'{}': {} has no devices", change.path, target.name),
                      "name a stage of a kind with devices; `nacre kinds` lists them");
    return;
  }
  std::vector<std::string> names;
  for (const schema::Field& field : table->fields) names.push_back(field.name);
  const auto near = nearest_word(key, names);
  diagnostics.error(
      "N1292", place,
      table->find(key) != nullptr
          ? fmt::format("'{}': '{}' of {} has no keys in it", change.path, key, target.name)
          : fmt::format("'{}': {} has no key '{}' there", change.path, target.name, key),
      near && *near != key ? fmt::format("did you mean '{}'?", *near)
                           : fmt::format("keys: {}", quoted_list(names, "and")));
}

}  // namespace

std::unique_ptr<JsonDocument> change_value(const JsonDocument& document,
                                           const std::vector<ChangeTarget>& targets,
                                           std::string_view keys, const SpecChange& change,
                                           Diagnostics& diagnostics) {
  std::vector<JsonEdit> edits;
  for (const ChangeTarget& target : targets) {
    const schema::Field* field = find_field(*target.table, keys);
    if (field == nullptr) continue;
    edits.push_back(edit_of(*target.object, keys, spread_out(*field, change.value)));
  }
  if (edits.empty()) {
    report_unknown(targets.front(), keys, change, {.file = document.file}, diagnostics);
    return nullptr;
  }
  std::string text = apply_edits(document.text, std::move(edits));
  return parse_json(std::move(text), document.file, diagnostics);
}

std::unique_ptr<JsonDocument> change_specification(const JsonDocument& document,
                                                   const SpecChange& change,
                                                   Diagnostics& diagnostics) {
  const Location place{.file = document.file};
  const std::string_view path = change.path;
  const auto [wanted, keys] =
      split(path.starts_with(kStages) ? path.substr(kStages.size()) : std::string_view());
  if (keys.empty()) {
    diagnostics.error("N1292", place, fmt::format("'{}' names no key of a stage", change.path),
                      "stages.NAME.KEY, with a stage's name, its number or '*', and keys joined "
                      "by dots");
    return nullptr;
  }
  const Json* stages = document.root.find("stages");
  NACRE_CHECK(stages != nullptr && stages->is_array(),
              "a change of a specification without stages");
  std::vector<ChangeTarget> targets;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < stages->array().size(); ++i) {
    const Json& stage = stages->array()[i];
    const std::string& name = stage.find("name")->string();
    const KindSpec* kind = find_kind_spec(stage.find("kind")->string());
    names.push_back(name);
    if (wanted != "*" && wanted != name && wanted != std::to_string(i)) continue;
    targets.push_back({.name = fmt::format("stage '{}' ({})", name, kind->name),
                       .table = &stage_schema(*kind),
                       .object = &stage});
  }
  if (targets.empty()) {
    const std::string typed(wanted);
    const auto near = nearest_word(typed, names);
    diagnostics.error("N1292", place,
                      fmt::format("'{}': there is no stage '{}'", change.path, typed),
                      near ? fmt::format("did you mean '{}'?", *near)
                           : fmt::format("stages: {}, or '*'", quoted_list(names, "and")));
    return nullptr;
  }
  // Of several stages the one that comes nearest to having the key says what is wrong.
  const auto depth = [keys = keys](const ChangeTarget& target) {
    return target.table->find(split(keys).first) != nullptr;
  };
  std::stable_partition(targets.begin(), targets.end(), depth);
  return change_value(document, targets, keys, change, diagnostics);
}

}  // namespace nacre
