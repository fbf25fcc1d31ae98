#pragma once
// JSON in which every value and every key knows where it stands in the file.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "nacre/diagnostics.hpp"

namespace nacre {

struct JsonDocument;
struct JsonMember;

/// Half-open range of bytes in the document's text.
struct JsonRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// One JSON value. Integers stay integers; a number with a fraction or an exponent is a double.
class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<JsonMember>;  ///< in the file's order, keys unique

  bool is_null() const { return std::holds_alternative<std::monostate>(value); }
  bool is_boolean() const { return std::holds_alternative<bool>(value); }
  bool is_integer() const { return std::holds_alternative<std::int64_t>(value); }
  bool is_real() const { return std::holds_alternative<double>(value); }
  bool is_number() const { return is_integer() || is_real(); }
  bool is_string() const { return std::holds_alternative<std::string>(value); }
  bool is_array() const { return std::holds_alternative<Array>(value); }
  bool is_object() const { return std::holds_alternative<Object>(value); }

  bool boolean() const { return std::get<bool>(value); }
  std::int64_t integer() const { return std::get<std::int64_t>(value); }
  /// Any number as a double.
  double real() const;
  const std::string& string() const { return std::get<std::string>(value); }
  const Array& array() const { return std::get<Array>(value); }
  const Object& object() const { return std::get<Object>(value); }

  /// The member of an object with this key, or null (also when this is no object).
  const Json* find(std::string_view key) const;
  const JsonMember* find_member(std::string_view key) const;

  /// "an integer", "an object", ...: for messages.
  std::string_view type_name() const;
  /// The value as it stands in the file, shortened to about 40 characters: for messages.
  std::string excerpt() const;
  /// Where the value stands.
  Location location() const;

  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value;
  JsonRange range;
  const JsonDocument* document = nullptr;  ///< outlives the value
};

/// A key and its value.
struct JsonMember {
  std::string key;
  JsonRange key_range;
  Json value;
  /// Where the key stands.
  Location key_location() const;
};

/// A parsed file. Never moved: values point to it.
struct JsonDocument {
  std::string file;  ///< as the user named it
  std::string text;  ///< without a byte order mark
  std::vector<std::uint32_t> line_starts;
  Json root;

  /// Line, column (characters), length and JSON pointer of a range.
  Location locate(JsonRange range) const;
};

/// Limits of what is read; beyond them a file is refused before it costs memory.
inline constexpr std::size_t kMaxJsonBytes = std::size_t{64} << 20;
inline constexpr int kMaxJsonDepth = 64;
inline constexpr std::size_t kMaxJsonValues = std::size_t{1} << 20;

/// Parses text. Comments (// and /* */), a byte order mark and CRLF are fine; duplicate keys,
/// numbers that do not fit, deep nesting are errors. Returns null after an error.
std::unique_ptr<JsonDocument> parse_json(std::string text, const std::string& file,
                                         Diagnostics& diagnostics);

/// Reads and parses a regular file.
std::unique_ptr<JsonDocument> read_json(const std::filesystem::path& file,
                                        Diagnostics& diagnostics);

}  // namespace nacre
