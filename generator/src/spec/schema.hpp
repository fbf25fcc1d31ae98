#pragma once
// The fields of a JSON object as a table. One table drives validation, JSON Schema and
// documentation.

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/json.hpp"

namespace nacre::schema {

/// Any: no check here, another table does it.
enum class Type { Boolean, Integer, Number, String, Word, Array, Object, OneOf, Any };

struct Object;

/// One key of an object. Made by the functions below; the chained members return a changed copy.
struct Field {
  std::string name;
  Type type = Type::Integer;
  std::string description;
  bool is_required = false;
  std::string default_json;  ///< the default as JSON text; empty: none
  std::string unit;
  std::int64_t minimum =
      std::numeric_limits<std::int64_t>::min();  ///< value, length or element count
  std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
  double least = 0, most = 0;  ///< of Type::Number
  bool is_power_of_two = false;
  /// Above `maximum`, the design is refused for its size (exit 5), with this knob as help.
  std::string size_knob;
  std::vector<std::string> allowed_words;
  const Object* object = nullptr;       ///< of Type::Object
  std::vector<Field> alternatives;      ///< the element of Type::Array, the choices of Type::OneOf
  std::string when_field;               ///< legal only when this other field ...
  std::vector<std::string> when_words;  ///< ... has one of these words

  Field required() const;
  Field fallback(std::string json) const;
  Field in(std::string unit_name) const;
  Field doc(std::string text) const;
  Field power_of_two() const;
  Field refused_above(std::string knob) const;
  /// Legal only when word field `field` (given or by default) is one of `field_words`.
  Field when(std::string field, std::vector<std::string> field_words) const;
};

Field boolean(std::string name);
Field integer(std::string name, std::int64_t minimum, std::int64_t maximum);
/// A number with or without a fraction.
Field number(std::string name, double least, double most);
/// A string of 1 ... max_length bytes.
Field text(std::string name, std::int64_t max_length = 4096);
Field word(std::string name, std::vector<std::string> words);
Field array(std::string name, Field element, std::int64_t min_items, std::int64_t max_items);
Field object(std::string name, const Object& fields);
Field one_of(std::string name, std::vector<Field> alternatives);

/// Keys of which exactly one (or at most one) may be given.
struct Exclusive {
  std::vector<std::string> fields;
  bool one_required = true;
};

/// The legal keys of a JSON object.
struct Object {
  std::string title;
  std::vector<Field> fields;
  std::vector<Exclusive> exclusive;
  std::vector<std::string> derived;  ///< keys that the generator computes: given, a special message

  const Field* find(std::string_view name) const;
};

/// Checks `json` against the table; every fault is reported. True when there was none.
bool validate(const Object& object, const Json& json, Diagnostics& diagnostics);

/// Typed access to a validated object; what is absent comes from the table's default.
/// Asking for a field that the table lacks, or with another type, is our bug.
class Reader {
 public:
  Reader(const Object& object, const Json& json) : object_(object), json_(json) {}
  bool has(std::string_view name) const { return json_.find(name) != nullptr; }
  /// The given value, or null.
  const Json* find(std::string_view name) const { return json_.find(name); }
  std::int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;
  bool boolean(std::string_view name) const;
  std::string string(std::string_view name) const;
  /// The object given, or an empty one.
  const Json& object(std::string_view name) const;
  /// Position of a word field's word in the table: the kinds order their enums alike.
  template <class Enum>
  Enum word(std::string_view name) const {
    return static_cast<Enum>(word_index(name));
  }
  /// Where the value stands, or the object when it is absent.
  Location location(std::string_view name) const;

 private:
  std::size_t word_index(std::string_view name) const;
  nlohmann::ordered_json default_of(std::string_view name) const;
  const Object& object_;
  const Json& json_;
};

/// JSON Schema (draft-07) of the table, without "$schema".
nlohmann::ordered_json json_schema(const Object& object);

/// A Markdown table: key, legal values, default, meaning; nested objects as `outer.inner`, except
/// those named in `elsewhere`, which have a table of their own.
std::string markdown_table(const Object& object, const std::vector<std::string>& elsewhere = {});

}  // namespace nacre::schema
