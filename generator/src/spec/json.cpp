#include "spec/json.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "diagnostics/nearest.hpp"

namespace nacre {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Builds our tree from nlohmann's events. The parser says what it saw but not where, so a cursor
/// of our own walks the same text: each event moves it over one token. As the parser has accepted
/// the token by then, the cursor only needs to know where tokens begin and end.
class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  TreeBuilder(JsonDocument& document, Diagnostics& diagnostics)
      : document_(document), text_(document.text), diagnostics_(diagnostics) {}

  bool null() override { return add(std::monostate{}, word_token()); }
  bool boolean(bool value) override { return add(value, word_token()); }
  bool number_integer(std::int64_t value) override { return add(value, word_token()); }
  bool number_unsigned(std::uint64_t value) override {
    const JsonRange range = word_token();
    if (value > static_cast<std::uint64_t>(INT64_MAX)) return number_too_large(range);
    return add(static_cast<std::int64_t>(value), range);
  }
  bool number_float(double value, const std::string& digits) override {
    const JsonRange range = word_token();
    // nlohmann turns an integer that does not fit into a double; that would round it silently.
    if (digits.find_first_of(".eE") == std::string::npos) return number_too_large(range);
    return add(value, range);
  }
  bool string(std::string& value) override { return add(std::move(value), string_token()); }
  bool binary(nlohmann::json::binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open(Json::Object{}); }
  bool key(std::string& name) override {
    const JsonRange range = string_token();
    Json::Object& members = std::get<Json::Object>(stack_.back()->value);
    // A map: a hostile object with a million keys must not cost a million squared.
    const auto [first, is_new] = keys_.back().try_emplace(name, range);
    if (!is_new) duplicates_.push_back({name, first->second, range});
    members.push_back(JsonMember{.key = std::move(name), .key_range = range, .value = {}});
    return true;
  }
  bool end_object() override {
    keys_.pop_back();
    return close();
  }
  bool start_array(std::size_t) override { return open(Json::Array{}); }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t position, const std::string& last_token,
                   const nlohmann::detail::exception& error) override {
    report_syntax(position, last_token, error);
    return false;
  }

  /// Duplicate keys, reported when the tree stands (a location needs it).
  void report_duplicates() {
    for (const Duplicate& duplicate : duplicates_) {
      diagnostics_.error(
          "N0103", document_.locate(duplicate.second),
          fmt::format("key '{}' is given twice", duplicate.name),
          fmt::format("the first stands in line {}", document_.locate(duplicate.first).line));
    }
  }

 private:
  struct Duplicate {
    std::string name;
    JsonRange first;
    JsonRange second;
  };

  /// Moves the cursor to the next token: over white space, comments, commas and colons.
  void skip_to_token() {
    while (cursor_ < text_.size()) {
      const char c = text_[cursor_];
      if (is_space(c) || c == ',' || c == ':') {
        ++cursor_;
      } else if (c == '/' && text_.compare(cursor_, 2, "//") == 0) {
        cursor_ = std::min(text_.find('\n', cursor_), text_.size());
      } else if (c == '/' && text_.compare(cursor_, 2, "/*") == 0) {
        const std::size_t end = text_.find("*/", cursor_ + 2);
        cursor_ = end == std::string::npos ? text_.size() : end + 2;
      } else {
        return;
      }
    }
  }

  JsonRange range_from(std::size_t begin) const {
    return {.begin = static_cast<std::uint32_t>(begin), .end = static_cast<std::uint32_t>(cursor_)};
  }

  /// A number, true, false or null.
  JsonRange word_token() {
    skip_to_token();
    const std::size_t begin = cursor_;
    while (cursor_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[cursor_])) != 0 ||
            std::strchr("+-.", text_[cursor_]) != nullptr)) {
      ++cursor_;
    }
    NACRE_CHECK(cursor_ > begin, "the cursor and the JSON parser disagree");
    return range_from(begin);
  }

  JsonRange string_token() {
    skip_to_token();
    const std::size_t begin = cursor_;
    NACRE_CHECK(cursor_ < text_.size() && text_[cursor_] == '"',
                "the cursor and the JSON parser disagree");
    for (++cursor_; cursor_ < text_.size() && text_[cursor_] != '"'; ++cursor_) {
      if (text_[cursor_] == '\\') ++cursor_;
    }
    ++cursor_;
    return range_from(begin);
  }

  template <class Value>
  bool add(Value&& value, JsonRange range) {
    if (++num_values_ > kMaxJsonValues) {
      diagnostics_.error(
          "N0105", document_.locate(range),
          fmt::format("more than {} values", with_commas(static_cast<long long>(kMaxJsonValues))),
          "move large tables to .npy files");
      return false;
    }
    place_for_value() =
        Json{.value = std::forward<Value>(value), .range = range, .document = &document_};
    return true;
  }

  /// The slot that the next value fills: the root, the last member's value, or a new array element.
  Json& place_for_value() {
    if (stack_.empty()) return document_.root;
    Json& parent = *stack_.back();
    if (auto* members = std::get_if<Json::Object>(&parent.value)) return members->back().value;
    return std::get<Json::Array>(parent.value).emplace_back();
  }

  template <class Container>
  bool open(Container container) {
    skip_to_token();
    const std::size_t begin = cursor_;
    ++cursor_;
    if (stack_.size() == static_cast<std::size_t>(kMaxJsonDepth)) {
      diagnostics_.error("N0104", document_.locate(range_from(begin)),
                         fmt::format("nested more than {} levels deep", kMaxJsonDepth));
      return false;
    }
    constexpr bool is_object = std::is_same_v<Container, Json::Object>;
    Json* const parent = stack_.empty() ? nullptr : stack_.back();
    if (!add(std::move(container), range_from(begin))) return false;
    // A parent grows only while no child of it is open, so these pointers stay valid.
    Json* self = &document_.root;
    if (parent != nullptr) {
      auto* members = std::get_if<Json::Object>(&parent->value);
      self = members != nullptr ? &members->back().value
                                : &std::get<Json::Array>(parent->value).back();
    }
    stack_.push_back(self);
    if (is_object) keys_.emplace_back();
    return true;
  }

  bool close() {
    skip_to_token();
    ++cursor_;
    stack_.back()->range.end = static_cast<std::uint32_t>(cursor_);
    stack_.pop_back();
    return true;
  }

  bool number_too_large(JsonRange range) {
    diagnostics_.error("N0106", document_.locate(range),
                       "the number does not fit in 64 bits with sign",
                       "the largest is 9223372036854775807");
    return false;
  }

  void report_syntax(std::size_t position, const std::string& last_token,
                     const nlohmann::detail::exception& error);

  JsonDocument& document_;
  const std::string& text_;
  Diagnostics& diagnostics_;
  std::size_t cursor_ = 0;
  std::size_t num_values_ = 0;
  std::vector<Json*> stack_;
  std::vector<std::map<std::string, JsonRange>> keys_;  ///< of each open object
  std::vector<Duplicate> duplicates_;
};

/// The part of nlohmann's sentence that a person needs: "unexpected '}'; expected string literal".
std::string shorten_syntax_message(std::string message) {
  // "[json.exception.parse_error.101] parse error at line 1, column 9: syntax error while parsing
  //  value - unexpected '}'; expected '[', '{', or a literal"
  if (const auto dash = message.find(" - "); dash != std::string::npos) message.erase(0, dash + 3);
  // "; last read: '...'" repeats what the caret shows, and may hold bytes of the user's file.
  if (const auto last = message.find("; last read: '"); last != std::string::npos) {
    const auto expected = message.find("'; expected ", last);
    message.erase(last, expected == std::string::npos ? std::string::npos : expected + 1 - last);
  }
  return message;
}

void TreeBuilder::report_syntax(std::size_t position, const std::string& last_token,
                                const nlohmann::detail::exception& error) {
  const std::string message = shorten_syntax_message(error.what());
  const bool at_end = position > text_.size() || message.find("end of input") != std::string::npos;
  std::size_t end = std::min(position, text_.size());
  std::size_t begin = end;
  if (at_end) {
    // The end of the text is nowhere; its last character that says something is somewhere.
    while (end > 0 && is_space(text_[end - 1])) --end;
    begin = end > 0 ? end - 1 : 0;
  } else {
    begin = end > 0 ? end - 1 : 0;
    // nlohmann's last token may hold tokens before it; only for a string it is exact.
    if (message.starts_with("unexpected string") && last_token.size() <= end &&
        text_.compare(end - last_token.size(), last_token.size(), last_token) == 0) {
      begin = end - last_token.size();
    } else if (message.starts_with("unexpected number") || message.starts_with("unexpected t") ||
               message.starts_with("unexpected f") || message.starts_with("unexpected n") ||
               error.id == 406) {
      const auto in_word = [&](std::size_t at) {
        return std::isalnum(static_cast<unsigned char>(text_[at])) != 0 ||
               std::strchr("+-.", text_[at]) != nullptr;
      };
      while (begin > 0 && in_word(begin - 1)) --begin;
    }
  }
  const JsonRange range{.begin = static_cast<std::uint32_t>(begin),
                        .end = static_cast<std::uint32_t>(std::max(end, begin))};
  const Location location = document_.locate(range);
  if (error.id == 406) {
    diagnostics_.error("N0106", location, "the number is beyond the range of a double");
    return;
  }
  if (message.find("ill-formed UTF-8") != std::string::npos) {
    diagnostics_.error("N0107", location, "the text is not UTF-8 here");
    return;
  }
  std::string help;
  std::size_t before = begin;
  while (before > 0 && is_space(text_[before - 1])) --before;
  const char here = begin < text_.size() ? text_[begin] : '\0';
  const char previous = before > 0 ? text_[before - 1] : '\0';
  if ((here == '}' || here == ']') && previous == ',') {
    help = "remove the comma before it";
  } else if (here == '\'') {
    help = "JSON strings stand in double quotes";
  } else if (at_end) {
    help = end == 0 ? "the file is empty" : "a bracket, a brace or a quote is not closed";
  } else if (here == '"' &&
             (previous == '"' || std::isdigit(static_cast<unsigned char>(previous)) != 0 ||
              previous == '}' || previous == ']' || previous == 'e' || previous == 'l')) {
    help = "a comma is missing before it";
  } else if (here == 'N' || here == 'I') {
    help = "NaN and Infinity are not numbers in JSON";
  }
  diagnostics_.error("N0102", location, fmt::format("not JSON: {}", message), help);
}

std::string escape_pointer(std::string_view key) {
  std::string result;
  for (const char c : key) {
    if (c == '~') {
      result += "~0";
    } else if (c == '/') {
      result += "~1";
    } else {
      result += c;
    }
  }
  return result;
}

/// JSON pointer of the innermost value whose range (or whose key's range) contains `range`.
std::string pointer_to(const Json& root, JsonRange range) {
  const auto contains = [&](JsonRange outer) {
    return outer.begin <= range.begin && range.end <= outer.end;
  };
  std::string pointer;
  const Json* at = &root;
  while (true) {
    const Json* next = nullptr;
    if (at->is_object()) {
      const Json::Object& members = at->object();
      // Members are in the text's order, so the last whose key begins at or before the range is it.
      const auto behind = std::upper_bound(members.begin(), members.end(), range.begin,
                                           [](std::uint32_t begin, const JsonMember& member) {
                                             return begin < member.key_range.begin;
                                           });
      if (behind != members.begin()) {
        const JsonMember& member = *std::prev(behind);
        if (contains(member.key_range) || contains(member.value.range)) {
          pointer += "/" + escape_pointer(member.key);
          next = contains(member.value.range) ? &member.value : nullptr;
        }
      }
    } else if (at->is_array()) {
      const Json::Array& items = at->array();
      // Elements are in the text's order, so the last that begins at or before the range is it.
      const auto behind = std::upper_bound(
          items.begin(), items.end(), range.begin,
          [](std::uint32_t begin, const Json& item) { return begin < item.range.begin; });
      if (behind != items.begin() && contains(std::prev(behind)->range)) {
        next = &*std::prev(behind);
        pointer += fmt::format("/{}", next - items.data());
      }
    }
    if (next == nullptr) return pointer;
    at = next;
  }
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0u) == 0x80u; }

}  // namespace

double Json::real() const {
  return is_integer() ? static_cast<double>(integer()) : std::get<double>(value);
}

const JsonMember* Json::find_member(std::string_view key) const {
  const auto* members = std::get_if<Object>(&value);
  if (members == nullptr) return nullptr;
  for (const JsonMember& member : *members) {
    if (member.key == key) return &member;
  }
  return nullptr;
}

const Json* Json::find(std::string_view key) const {
  const JsonMember* member = find_member(key);
  return member == nullptr ? nullptr : &member->value;
}

std::string_view Json::type_name() const {
  static constexpr std::string_view kNames[] = {
      "null",     "true or false", "an integer", "a number with a fraction",
      "a string", "an array",      "an object"};
  return kNames[value.index()];
}

std::string Json::excerpt() const {
  constexpr std::size_t kMaxBytes = 40;
  std::string_view text =
      std::string_view(document->text).substr(range.begin, range.end - range.begin);
  if (text.size() <= kMaxBytes) return std::string(text);
  std::size_t size = kMaxBytes;
  while (size > 0 && is_continuation(text[size])) --size;
  return std::string(text.substr(0, size)) + "...";
}

Location Json::location() const { return document->locate(range); }

Location JsonMember::key_location() const { return value.document->locate(key_range); }

Location JsonDocument::locate(JsonRange range) const {
  const auto behind = std::upper_bound(line_starts.begin(), line_starts.end(), range.begin);
  const std::uint32_t line_begin = *std::prev(behind);
  const auto characters = [&](std::size_t begin, std::size_t end) {
    int number = 0;
    for (std::size_t i = begin; i < end && i < text.size(); ++i) {
      if (!is_continuation(text[i])) ++number;
    }
    return number;
  };
  // The caret line is one line long, whatever spans the value does.
  const std::size_t line_end = behind == line_starts.end() ? text.size() : *behind - 1;
  const std::size_t end = std::min<std::size_t>(range.end, line_end);
  return Location{.file = file,
                  .line = static_cast<int>(behind - line_starts.begin()),
                  .column = characters(line_begin, range.begin) + 1,
                  .length = std::max(1, characters(range.begin, end)),
                  .pointer = pointer_to(root, range)};
}

std::unique_ptr<JsonDocument> parse_json(std::string text, const std::string& file,
                                         Diagnostics& diagnostics) {
  auto document = std::make_unique<JsonDocument>();
  document->file = file;
  if (text.size() > kMaxJsonBytes) {
    diagnostics.error("N0105", Location{.file = file},
                      fmt::format("the file has {} bytes, at most {} are read",
                                  with_commas(static_cast<long long>(text.size())),
                                  with_commas(static_cast<long long>(kMaxJsonBytes))),
                      "move large tables to .npy files");
    return nullptr;
  }
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  document->text = std::move(text);
  document->line_starts.push_back(0);
  for (std::size_t i = 0; i < document->text.size(); ++i) {
    if (document->text[i] == '\n')
      document->line_starts.push_back(static_cast<std::uint32_t>(i + 1));
  }
  document->root.document = document.get();
  document->root.range.end = static_cast<std::uint32_t>(document->text.size());
  if (document->text.find('\0') != std::string::npos) {
    const auto at = static_cast<std::uint32_t>(document->text.find('\0'));
    diagnostics.error("N0102", document->locate({.begin = at, .end = at + 1}),
                      "not JSON: a zero byte", "is it a text file?");
    return nullptr;
  }
  TreeBuilder builder(*document, diagnostics);
  const bool parsed =
      nlohmann::json::sax_parse(document->text.begin(), document->text.end(), &builder,
                                nlohmann::json::input_format_t::json, true, true);
  if (!parsed) return nullptr;
  const int errors_before = diagnostics.num_errors();
  builder.report_duplicates();
  if (diagnostics.num_errors() != errors_before) return nullptr;
  return document;
}

std::unique_ptr<JsonDocument> read_json(const std::filesystem::path& file,
                                        Diagnostics& diagnostics) {
  const Location location{.file = file.string()};
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) {
    diagnostics.error("N0101", location, "there is no such file");
    return nullptr;
  }
  if (!std::filesystem::is_regular_file(status)) {
    diagnostics.error("N0101", location,
                      std::filesystem::is_directory(status) ? "this is a folder, not a file"
                                                            : "this is not a regular file",
                      "give the path of a specification (JSON)");
    return nullptr;
  }
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (!error && size > kMaxJsonBytes) {
    diagnostics.error("N0105", location,
                      fmt::format("the file has {} bytes, at most {} are read",
                                  with_commas(static_cast<long long>(size)),
                                  with_commas(static_cast<long long>(kMaxJsonBytes))),
                      "move large tables to .npy files");
    return nullptr;
  }
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  std::string text;
  if (stream) {
    text.resize(static_cast<std::size_t>(size));
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
  }
  if (!stream && !stream.eof()) {
    diagnostics.error(
        "N0101", location,
        fmt::format("the file cannot be read: {}", std::generic_category().message(errno)));
    return nullptr;
  }
  return parse_json(std::move(text), file.string(), diagnostics);
}

}  // namespace nacre
