#include "spec/schema.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "diagnostics/nearest.hpp"

namespace nacre::schema {

using nlohmann::ordered_json;

Field Field::required() const {
  Field copy = *this;
  copy.is_required = true;
  return copy;
}
Field Field::fallback(std::string json) const {
  Field copy = *this;
  copy.default_json = std::move(json);
  return copy;
}
Field Field::in(std::string unit_name) const {
  Field copy = *this;
  copy.unit = std::move(unit_name);
  return copy;
}
Field Field::doc(std::string text) const {
  Field copy = *this;
  copy.description = std::move(text);
  return copy;
}
Field Field::power_of_two() const {
  Field copy = *this;
  copy.is_power_of_two = true;
  return copy;
}
Field Field::refused_above(std::string knob) const {
  Field copy = *this;
  copy.size_knob = std::move(knob);
  return copy;
}
Field Field::when(std::string field, std::vector<std::string> field_words) const {
  Field copy = *this;
  copy.when_field = std::move(field);
  copy.when_words = std::move(field_words);
  return copy;
}

namespace {

Field make(std::string name, Type type) {
  Field field;
  field.name = std::move(name);
  field.type = type;
  return field;
}

}  // namespace

Field boolean(std::string name) { return make(std::move(name), Type::Boolean); }

Field integer(std::string name, std::int64_t minimum, std::int64_t maximum) {
  Field field = make(std::move(name), Type::Integer);
  field.minimum = minimum;
  field.maximum = maximum;
  return field;
}

Field number(std::string name, double least, double most) {
  Field field = make(std::move(name), Type::Number);
  field.least = least;
  field.most = most;
  return field;
}

Field text(std::string name, std::int64_t max_length) {
  Field field = make(std::move(name), Type::String);
  field.minimum = 1;
  field.maximum = max_length;
  return field;
}

Field word(std::string name, std::vector<std::string> words) {
  Field field = make(std::move(name), Type::Word);
  field.allowed_words = std::move(words);
  return field;
}

Field array(std::string name, Field element, std::int64_t min_items, std::int64_t max_items) {
  Field field = make(std::move(name), Type::Array);
  field.alternatives.push_back(std::move(element));
  field.minimum = min_items;
  field.maximum = max_items;
  return field;
}

Field object(std::string name, const Object& fields) {
  Field field = make(std::move(name), Type::Object);
  field.object = &fields;
  return field;
}

Field one_of(std::string name, std::vector<Field> alternatives) {
  Field field = make(std::move(name), Type::OneOf);
  field.alternatives = std::move(alternatives);
  return field;
}

const Field* Object::find(std::string_view name) const {
  for (const Field& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

namespace {

std::string_view type_words(Type type) {
  switch (type) {
    case Type::Boolean:
      return "true or false";
    case Type::Integer:
      return "an integer";
    case Type::Number:
      return "a number";
    case Type::String:
      return "a string";
    case Type::Word:
      return "a string";
    case Type::Array:
      return "an array";
    case Type::Object:
      return "an object";
    case Type::OneOf:
    case Type::Any:
      return "one of several types";
  }
  return "";
}

bool has_type(Type type, const Json& json) {
  switch (type) {
    case Type::Boolean:
      return json.is_boolean();
    case Type::Integer:
      return json.is_integer();
    case Type::Number:
      return json.is_number();
    case Type::String:
    case Type::Word:
      return json.is_string();
    case Type::Array:
      return json.is_array();
    case Type::Object:
      return json.is_object();
    case Type::OneOf:
      return false;
    case Type::Any:
      return true;
  }
  return false;
}

std::string range_words(const Field& field) {
  const bool has_minimum = field.minimum != std::numeric_limits<std::int64_t>::min();
  const bool has_maximum = field.maximum != std::numeric_limits<std::int64_t>::max();
  if (has_minimum && has_maximum) {
    return fmt::format("{} ... {}", with_commas(field.minimum), with_commas(field.maximum));
  }
  if (has_minimum) return fmt::format("at least {}", with_commas(field.minimum));
  if (has_maximum) return fmt::format("at most {}", with_commas(field.maximum));
  return "an integer";
}

std::string number_range_words(const Field& field) {
  return fmt::format("{:g} ... {:g}", field.least, field.most);
}

void check_number(const Field& field, const std::string& label, const Json& json,
                  Diagnostics& diagnostics) {
  const double value = json.real();
  if (value >= field.least && value <= field.most) return;
  diagnostics.error(
      "N0204", json.location(),
      fmt::format("'{}' is {}, must be {}", label, json.excerpt(), number_range_words(field)),
      fmt::format("{:g} is the nearest legal value", std::clamp(value, field.least, field.most)));
}

void check_integer(const Field& field, const std::string& label, const Json& json,
                   Diagnostics& diagnostics) {
  const std::int64_t value = json.integer();
  if (value > field.maximum && !field.size_knob.empty()) {
    diagnostics.error("N1001", json.location(),
                      fmt::format("'{}' is {}, at most {} can be built", label, with_commas(value),
                                  with_commas(field.maximum)),
                      field.size_knob);
    return;
  }
  if (value < field.minimum || value > field.maximum) {
    diagnostics.error("N0204", json.location(),
                      fmt::format("'{}' is {}, must be {}", label, value, range_words(field)),
                      fmt::format("{} is the nearest legal value",
                                  std::clamp(value, field.minimum, field.maximum)));
    return;
  }
  if (!field.is_power_of_two || (value & (value - 1)) == 0) return;
  std::int64_t below = 1;
  while (below * 2 < value) below *= 2;
  const std::int64_t above = below * 2;
  diagnostics.error(
      "N0208", json.location(), fmt::format("'{}' is {}, must be a power of two", label, value),
      above <= field.maximum ? fmt::format("{} and {} are the nearest legal values", below, above)
                             : fmt::format("{} is the nearest legal value", below));
}

void check_word(const Field& field, const std::string& label, const Json& json,
                Diagnostics& diagnostics) {
  const auto& words = field.allowed_words;
  if (std::find(words.begin(), words.end(), json.string()) != words.end()) return;
  std::string message =
      fmt::format("'{}' is {}, must be {}", label, json.excerpt(), quoted_list(words, "or"));
  const auto near = nearest_word(json.string(), words);
  diagnostics.error("N0205", json.location(), std::move(message),
                    near ? fmt::format("did you mean '{}'?", *near) : std::string());
}

void check_value(const Field& field, const std::string& label, const Json& json,
                 Diagnostics& diagnostics);

void check_array(const Field& field, const std::string& label, const Json& json,
                 Diagnostics& diagnostics) {
  const auto size = static_cast<std::int64_t>(json.array().size());
  if (size < field.minimum || size > field.maximum) {
    const bool too_large = size > field.maximum && !field.size_knob.empty();
    std::string legal =
        field.minimum == field.maximum ? with_commas(field.minimum) : range_words(field);
    diagnostics.error(too_large ? "N1004" : "N0209", json.location(),
                      fmt::format("'{}' has {} element{}, must have {}", label, with_commas(size),
                                  size == 1 ? "" : "s", legal),
                      too_large ? field.size_knob : std::string());
    return;
  }
  for (std::size_t i = 0; i < json.array().size(); ++i) {
    check_value(field.alternatives.front(), fmt::format("{}[{}]", label, i), json.array()[i],
                diagnostics);
  }
}

void wrong_type(const std::string& label, const Json& json, const std::string& wanted,
                Diagnostics& diagnostics) {
  const std::string what =
      json.is_object() || json.is_array() ? std::string(json.type_name()) : json.excerpt();
  diagnostics.error("N0203", json.location(),
                    fmt::format("'{}' is {}, must be {}", label, what, wanted));
}

void check_value(const Field& field, const std::string& label, const Json& json,
                 Diagnostics& diagnostics) {
  if (field.type == Type::OneOf) {
    std::string wanted;
    for (const Field& alternative : field.alternatives) {
      if (has_type(alternative.type, json)) {
        check_value(alternative, label, json, diagnostics);
        return;
      }
      if (!wanted.empty()) wanted += " or ";
      wanted += type_words(alternative.type);
    }
    wrong_type(label, json, wanted, diagnostics);
    return;
  }
  if (!has_type(field.type, json)) {
    wrong_type(label, json, std::string(type_words(field.type)), diagnostics);
    return;
  }
  switch (field.type) {
    case Type::Boolean:
    case Type::OneOf:
    case Type::Any:
      return;
    case Type::Integer:
      check_integer(field, label, json, diagnostics);
      return;
    case Type::Number:
      check_number(field, label, json, diagnostics);
      return;
    case Type::String: {
      const auto size = static_cast<std::int64_t>(json.string().size());
      if (size < field.minimum || size > field.maximum) {
        diagnostics.error("N0210", json.location(),
                          fmt::format("'{}' has {} bytes, must have {}", label, with_commas(size),
                                      range_words(field)));
      }
      return;
    }
    case Type::Word:
      check_word(field, label, json, diagnostics);
      return;
    case Type::Array:
      check_array(field, label, json, diagnostics);
      return;
    case Type::Object:
      validate(*field.object, json, diagnostics);
      return;
  }
}

/// The word that decides whether conditional fields are legal: given, or the table's default.
std::string chosen_word(const Object& object, const Json& json, const std::string& name) {
  if (const Json* given = json.find(name); given != nullptr) {
    return given->is_string() ? given->string() : std::string();
  }
  const Field* field = object.find(name);
  NACRE_CHECK(field != nullptr, "a schema condition names no field");
  if (field->default_json.empty()) return {};
  return nlohmann::json::parse(field->default_json).get<std::string>();
}

bool is_applicable(const Object& object, const Json& json, const Field& field) {
  if (field.when_field.empty()) return true;
  const std::string chosen = chosen_word(object, json, field.when_field);
  return std::find(field.when_words.begin(), field.when_words.end(), chosen) !=
         field.when_words.end();
}

void check_unknown_keys(const Object& object, const Json& json, Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const Field& field : object.fields) names.push_back(field.name);
  for (const JsonMember& member : json.object()) {
    if (object.find(member.key) != nullptr) continue;
    const auto& derived = object.derived;
    if (std::find(derived.begin(), derived.end(), member.key) != derived.end()) {
      diagnostics.error(
          "N0212", member.key_location(),
          fmt::format("'{}' follows from the stream that enters the stage", member.key),
          "remove the key");
      continue;
    }
    std::string help = "legal keys: " + quoted_list(names, "and");
    // Nobody reads the hints beyond the printed errors; a hostile file must not make us compute
    // them.
    if (diagnostics.num_errors() < 100) {
      if (const auto near = nearest_word(member.key, names)) {
        help = fmt::format("did you mean '{}'?", *near);
      }
    }
    const std::string shown =
        member.key.size() <= 64 ? member.key : member.key.substr(0, 61) + "...";
    diagnostics.error("N0201", member.key_location(),
                      fmt::format("unknown key '{}' in {}", shown, object.title), std::move(help));
  }
}

void check_exclusive(const Object& object, const Json& json, Diagnostics& diagnostics) {
  for (const Exclusive& group : object.exclusive) {
    std::vector<std::string> given;
    for (const std::string& name : group.fields) {
      if (json.find(name) != nullptr) given.push_back(name);
    }
    if (given.size() > 1) {
      diagnostics.error("N0207", json.find_member(given[1])->key_location(),
                        fmt::format("{} exclude each other", quoted_list(given, "and")),
                        "give one of them");
    } else if (given.empty() && group.one_required) {
      diagnostics.error("N0207", json.location(),
                        fmt::format("{} needs {}", object.title, quoted_list(group.fields, "or")));
    }
  }
}

}  // namespace

bool validate(const Object& object, const Json& json, Diagnostics& diagnostics) {
  const int errors_before = diagnostics.num_errors();
  if (!json.is_object()) {
    wrong_type(object.title, json, "an object", diagnostics);
    return false;
  }
  check_unknown_keys(object, json, diagnostics);
  for (const Field& field : object.fields) {
    const JsonMember* member = json.find_member(field.name);
    if (!is_applicable(object, json, field)) {
      if (member == nullptr) continue;
      const std::string chosen = chosen_word(object, json, field.when_field);
      diagnostics.error(
          "N0206", member->key_location(),
          fmt::format("'{}' has no effect: '{}' is '{}'", field.name, field.when_field, chosen),
          fmt::format("remove it, or set '{}' to {}", field.when_field,
                      quoted_list(field.when_words, "or")));
      continue;
    }
    if (member != nullptr) {
      check_value(field, field.name, member->value, diagnostics);
    } else if (field.is_required) {
      std::string reason;
      if (!field.when_field.empty()) {
        reason = fmt::format(", because '{}' is '{}'", field.when_field,
                             chosen_word(object, json, field.when_field));
      }
      diagnostics.error("N0202", json.location(),
                        fmt::format("{} needs key '{}'{}", object.title, field.name, reason),
                        field.description.empty()
                            ? std::string()
                            : fmt::format("'{}': {}", field.name, field.description));
    }
  }
  check_exclusive(object, json, diagnostics);
  return diagnostics.num_errors() == errors_before;
}

ordered_json Reader::default_of(std::string_view name) const {
  const Field* field = object_.find(name);
  NACRE_CHECK(field != nullptr,
              fmt::format("the table of {} has no field {}", object_.title, name));
  NACRE_CHECK(!field->default_json.empty(), fmt::format("field {} has no default", name));
  return ordered_json::parse(field->default_json);
}

std::int64_t Reader::integer(std::string_view name) const {
  const Json* given = find(name);
  return given != nullptr ? given->integer() : default_of(name).get<std::int64_t>();
}

double Reader::number(std::string_view name) const {
  const Json* given = find(name);
  return given != nullptr ? given->real() : default_of(name).get<double>();
}

bool Reader::boolean(std::string_view name) const {
  const Json* given = find(name);
  return given != nullptr ? given->boolean() : default_of(name).get<bool>();
}

std::string Reader::string(std::string_view name) const {
  const Json* given = find(name);
  return given != nullptr ? given->string() : default_of(name).get<std::string>();
}

const Json& Reader::object(std::string_view name) const {
  static const Json kEmpty = [] {
    Json empty;
    empty.value = Json::Object{};
    return empty;
  }();
  const Json* given = find(name);
  return given != nullptr ? *given : kEmpty;
}

std::size_t Reader::word_index(std::string_view name) const {
  const std::string chosen = string(name);
  const auto& words = object_.find(name)->allowed_words;
  const auto found = std::find(words.begin(), words.end(), chosen);
  NACRE_CHECK(found != words.end(), "a word passed the schema that is not in its table");
  return static_cast<std::size_t>(found - words.begin());
}

Location Reader::location(std::string_view name) const {
  const Json* given = find(name);
  return given != nullptr ? given->location() : json_.location();
}

namespace {

ordered_json field_schema(const Field& field) {
  ordered_json result;
  switch (field.type) {
    case Type::Boolean:
      result["type"] = "boolean";
      break;
    case Type::Integer:
      result["type"] = "integer";
      if (field.is_power_of_two) {
        result["enum"] = ordered_json::array();
        for (std::int64_t value = 1; value <= field.maximum; value *= 2) {
          if (value >= field.minimum) result["enum"].push_back(value);
        }
        break;
      }
      if (field.minimum != std::numeric_limits<std::int64_t>::min()) {
        result["minimum"] = field.minimum;
      }
      if (field.maximum != std::numeric_limits<std::int64_t>::max()) {
        result["maximum"] = field.maximum;
      }
      break;
    case Type::Number:
      result["type"] = "number";
      result["minimum"] = field.least;
      result["maximum"] = field.most;
      break;
    case Type::String:
      result["type"] = "string";
      result["minLength"] = field.minimum;
      result["maxLength"] = field.maximum;
      break;
    case Type::Word:
      result["enum"] = field.allowed_words;
      break;
    case Type::Array:
      result["type"] = "array";
      result["items"] = field_schema(field.alternatives.front());
      result["minItems"] = field.minimum;
      result["maxItems"] = field.maximum;
      break;
    case Type::Object:
      result = json_schema(*field.object);
      break;
    case Type::OneOf:
      result["anyOf"] = ordered_json::array();
      for (const Field& alternative : field.alternatives) {
        result["anyOf"].push_back(field_schema(alternative));
      }
      break;
    case Type::Any:
      result = ordered_json::object();
      break;
  }
  std::string description = field.description;
  if (!field.unit.empty()) description += fmt::format(" [{}]", field.unit);
  if (!description.empty()) result["description"] = description;
  if (!field.default_json.empty()) result["default"] = ordered_json::parse(field.default_json);
  return result;
}

/// "if the condition of `field` holds, then (it is required), else it is forbidden".
ordered_json condition_schema(const Object& object, const Field& field) {
  const Field* decider = object.find(field.when_field);
  NACRE_CHECK(decider != nullptr, "a schema condition names no field");
  ordered_json condition;
  condition["properties"][field.when_field]["enum"] = field.when_words;
  const bool holds_by_default =
      !decider->default_json.empty() &&
      std::find(field.when_words.begin(), field.when_words.end(),
                ordered_json::parse(decider->default_json).get<std::string>()) !=
          field.when_words.end();
  if (!holds_by_default) condition["required"] = {field.when_field};
  ordered_json result;
  result["if"] = condition;
  if (field.is_required) result["then"]["required"] = {field.name};
  result["else"]["properties"][field.name] = false;
  return result;
}

}  // namespace

ordered_json json_schema(const Object& object) {
  ordered_json result;
  result["type"] = "object";
  result["title"] = object.title;
  result["properties"] = ordered_json::object();
  ordered_json required = ordered_json::array();
  ordered_json all_of = ordered_json::array();
  for (const Field& field : object.fields) {
    result["properties"][field.name] = field_schema(field);
    if (!field.when_field.empty()) {
      all_of.push_back(condition_schema(object, field));
    } else if (field.is_required) {
      required.push_back(field.name);
    }
  }
  for (const Exclusive& group : object.exclusive) {
    ordered_json one_of = ordered_json::array();
    ordered_json none = ordered_json::array();
    for (const std::string& name : group.fields) {
      one_of.push_back({{"required", {name}}});
      none.push_back({{"required", {name}}});
    }
    if (!group.one_required) one_of.push_back({{"not", {{"anyOf", none}}}});
    all_of.push_back({{"oneOf", one_of}});
  }
  if (!required.empty()) result["required"] = required;
  result["additionalProperties"] = false;
  if (!all_of.empty()) result["allOf"] = all_of;
  return result;
}

namespace {

std::string type_cell(const Field& field) {
  switch (field.type) {
    case Type::Boolean:
      return "`true`, `false`";
    case Type::Integer:
      if (field.is_power_of_two) {
        return fmt::format("power of two, {} ... {}", with_commas(field.minimum),
                           with_commas(field.maximum));
      }
      return range_words(field);
    case Type::Number:
      return number_range_words(field);
    case Type::String:
      return "text";
    case Type::Word: {
      std::string cell;
      for (const std::string& allowed : field.allowed_words) {
        if (!cell.empty()) cell += ", ";
        cell += fmt::format("`\"{}\"`", allowed);
      }
      return cell;
    }
    case Type::Array: {
      const std::string count =
          field.minimum == field.maximum
              ? with_commas(field.minimum)
              : fmt::format("{} ... {}", with_commas(field.minimum), with_commas(field.maximum));
      return fmt::format("array of {} elements: {}", count, type_cell(field.alternatives.front()));
    }
    case Type::Object:
      return "object";
    case Type::OneOf: {
      std::string cell;
      for (const Field& alternative : field.alternatives) {
        if (!cell.empty()) cell += "; or ";
        cell += type_cell(alternative);
      }
      return cell;
    }
    case Type::Any:
      return "any";
  }
  return {};
}

std::string default_cell(const Object& object, const Field& field) {
  if (!field.default_json.empty()) return fmt::format("`{}`", field.default_json);
  if (field.is_required) return "required";
  for (const Exclusive& group : object.exclusive) {
    if (std::find(group.fields.begin(), group.fields.end(), field.name) == group.fields.end())
      continue;
    return group.one_required ? "one of " + quoted_list(group.fields, "and") : "-";
  }
  return "-";
}

void append_rows(const Object& object, const std::string& prefix,
                 const std::vector<std::string>& elsewhere, std::string& out) {
  for (const Field& field : object.fields) {
    std::string meaning = field.description;
    if (!field.unit.empty()) meaning += fmt::format(" [{}]", field.unit);
    if (!field.when_field.empty()) {
      meaning +=
          fmt::format("; only with `{}` {}", field.when_field, quoted_list(field.when_words, "or"));
    }
    out += fmt::format("| `{}{}` | {} | {} | {} |\n", prefix, field.name, type_cell(field),
                       default_cell(object, field), meaning);
    const bool is_here =
        std::find(elsewhere.begin(), elsewhere.end(), field.name) == elsewhere.end();
    if (field.type == Type::Object && is_here) {
      append_rows(*field.object, prefix + field.name + ".", elsewhere, out);
    }
  }
}

}  // namespace

std::string markdown_table(const Object& object, const std::vector<std::string>& elsewhere) {
  std::string out = "| key | legal values | default | meaning |\n|---|---|---|---|\n";
  append_rows(object, "", elsewhere, out);
  return out;
}

}  // namespace nacre::schema
