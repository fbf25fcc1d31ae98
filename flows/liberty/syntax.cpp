#include "liberty/syntax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace nacre::flows {
namespace {

/// A set of characters, looked up in a table: string_view's own search is ten times slower.
class CharacterSet {
 public:
  explicit constexpr CharacterSet(std::string_view characters) {
    for (const char c : characters) has_[static_cast<unsigned char>(c)] = true;
  }
  /// The first character of the set at `at` or behind, or the end of the text.
  std::size_t find(std::string_view text, std::size_t at) const {
    while (at < text.size() && !contains(text[at])) ++at;
    return at;
  }
  bool contains(char c) const { return has_[static_cast<unsigned char>(c)]; }

 private:
  std::array<bool, 256> has_{};
};

constexpr CharacterSet kEndOfName(" \t\r\n\f\\:(){};,\"/");
constexpr CharacterSet kEndOfArgument(" \t\r\n\f\\,(){};\"");
constexpr CharacterSet kEndOfValue(";\n}");
constexpr CharacterSet kQuoteOrEscape("\"\\");
constexpr CharacterSet kBetweenWords(" \t\r\n\f,\\");
constexpr CharacterSet kOutsideOfGroup("{}\"/");

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && (is_space(text.back()) || text.back() == '\\')) text.remove_suffix(1);
  while (!text.empty() && (is_space(text.front()) || text.front() == '\\')) text.remove_prefix(1);
  return text;
}

/// What stands at a place where it should not, short enough for a message.
std::string shown(std::string_view text) {
  if (text.empty()) return "the end of the text";
  const auto end = text.find_first_of(" \t\r\n");
  return fmt::format("'{}'", text.substr(0, std::min<std::size_t>(end, 20)));
}

}  // namespace

void LibertySyntax::fail(std::size_t at, std::string message) {
  if (!fault_) fault_ = std::pair(at, std::move(message));
}

std::pair<int, int> LibertySyntax::place(std::size_t at) {
  if (at < line_at_) {
    line_at_ = 0;
    line_ = 1;
  }
  for (;;) {
    const auto end = text_.find('\n', line_at_);
    if (end == std::string_view::npos || end >= at) break;
    line_at_ = end + 1;
    ++line_;
  }
  return {line_, static_cast<int>(at - line_at_) + 1};
}

/// White space, continuation of lines, and comments.
void LibertySyntax::skip_space() {
  while (!at_end()) {
    const char c = text_[at_];
    if (is_space(c) || c == '\\') {
      ++at_;
    } else if (text_.substr(at_, 2) == "/*") {
      const auto end = text_.find("*/", at_ + 2);
      if (end == std::string_view::npos) {
        fail(at_, "the comment has no end");
        at_ = text_.size();
        return;
      }
      at_ = end + 2;
    } else if (text_.substr(at_, 2) == "//") {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else {
      return;
    }
  }
}

/// A quoted text; it may run over several lines when each but the last ends in a backslash.
std::string_view LibertySyntax::read_string() {
  const std::size_t begin = at_++;
  for (;;) {
    at_ = kQuoteOrEscape.find(text_, at_);
    if (at_end()) {
      fail(begin, "the quoted text has no end");
      return {};
    }
    if (text_[at_] == '"') break;
    at_ = std::min(at_ + 2, text_.size());
  }
  ++at_;
  return text_.substr(begin + 1, at_ - begin - 2);
}

bool LibertySyntax::read_value(LibertyStatement& statement) {
  statement.kind = LibertyStatement::Kind::Simple;
  skip_space();
  const std::size_t begin = at_;
  if (!at_end() && text_[at_] == '"') {
    statement.value = read_string();
  } else {
    // The semicolon is missing often enough that the end of a line is taken as one.
    at_ = kEndOfValue.find(text_, at_);
    while (!at_end() && text_[at_] == '\n' && text_[at_ - 1] == '\\') {
      at_ = kEndOfValue.find(text_, at_ + 1);
    }
    std::string_view value = text_.substr(begin, at_ - begin);
    const auto comment = std::min(value.find("/*"), value.find("//"));
    if (comment != std::string_view::npos) {
      value = value.substr(0, comment);
      at_ = begin + comment;
    }
    statement.value = trim(value);
    if (statement.value.empty()) fail(begin, fmt::format("'{}' has no value", statement.name));
  }
  skip_space();
  if (!at_end() && text_[at_] == ';') ++at_;
  return !failed();
}

bool LibertySyntax::read_arguments(LibertyStatement& statement) {
  const std::size_t begin = at_++;
  for (;;) {
    skip_space();
    if (at_end()) {
      fail(begin, fmt::format("the parenthesis of '{}' is not closed", statement.name));
      return false;
    }
    const char c = text_[at_];
    if (c == ')') break;
    if (c == ',') {
      ++at_;
    } else if (c == '"') {
      statement.arguments.push_back(read_string());
    } else if (c == '(' || c == '{' || c == '}' || c == ';') {
      fail(at_, fmt::format("'{}' inside the parenthesis of '{}'", c, statement.name));
      return false;
    } else {
      const std::size_t word = at_;
      at_ = kEndOfArgument.find(text_, at_);
      statement.arguments.push_back(text_.substr(word, at_ - word));
    }
  }
  ++at_;
  skip_space();
  statement.kind = LibertyStatement::Kind::Complex;
  if (at_end() || failed()) return !failed();
  if (text_[at_] == '{') {
    ++at_;
    statement.kind = LibertyStatement::Kind::Group;
    open_.push_back({statement.name, statement.at});
  } else if (text_[at_] == ';') {
    ++at_;
  }
  return true;
}

bool LibertySyntax::end_of_text() {
  if (!open_.empty()) {
    const OpenGroup group = open_.back();
    fail(text_.size(), fmt::format("the text ends inside the group '{}' of line {}", group.name,
                                   place(group.at).first));
  }
  return false;
}

bool LibertySyntax::next(LibertyStatement& statement) {
  skip_space();
  while (!at_end() && text_[at_] == ';') {
    ++at_;
    skip_space();
  }
  if (failed()) return false;
  if (at_end()) return end_of_text();
  if (text_[at_] == '}') {
    if (open_.empty()) {
      fail(at_, "'}' closes no group");
      return false;
    }
    ++at_;
    open_.pop_back();
    return false;
  }
  statement.at = at_;
  statement.value = {};
  statement.arguments.clear();
  at_ = kEndOfName.find(text_, at_);
  statement.name = text_.substr(statement.at, at_ - statement.at);
  if (statement.name.empty()) {
    fail(at_, fmt::format("{} where a name should be", shown(text_.substr(at_))));
    return false;
  }
  skip_space();
  if (failed()) return false;
  if (!at_end() && text_[at_] == ':') {
    ++at_;
    return read_value(statement);
  }
  if (!at_end() && text_[at_] == '(') return read_arguments(statement);
  fail(at_, fmt::format("{} after '{}', must be ':' or '('", shown(text_.substr(at_)),
                        statement.name.substr(0, 40)));
  return false;
}

void LibertySyntax::skip_group() {
  if (failed()) return;
  for (int depth = 1; depth > 0;) {
    at_ = kOutsideOfGroup.find(text_, at_);
    if (at_end()) {
      end_of_text();
      return;
    }
    switch (text_[at_]) {
      case '"':
        read_string();
        break;
      case '/': {
        const std::size_t before = at_;
        skip_space();
        if (at_ == before) ++at_;
        break;
      }
      default:
        depth += text_[at_] == '{' ? 1 : -1;
        ++at_;
    }
    if (failed()) return;
  }
  open_.pop_back();
}

std::optional<double> parse_liberty_number(std::string_view text) {
  text = trim(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

std::vector<std::string_view> split_liberty_list(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    if (kBetweenWords.contains(text[at])) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    at = kBetweenWords.find(text, at);
    words.push_back(text.substr(begin, at - begin));
  }
  return words;
}

}  // namespace nacre::flows
