#include "liberty/function.hpp"

#include <algorithm>
#include <utility>

#include "nacre/diagnostics.hpp"

namespace nacre::flows {
namespace {

using Operation = BooleanFunction::Operation;

/// Deeper nesting is refused: the reader calls itself once for each level.
constexpr int kMaxDepth = 200;
constexpr std::size_t kMaxTableInputs = 16;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '[' || c == ']' || c == '.' || c == ':' || c == '$';
}

/// One method a level of binding; each returns the node of what it read, or -1.
class FunctionReader {
 public:
  explicit FunctionReader(std::string_view text) : text_(text) {}

  std::optional<BooleanFunction> read() {
    const int root = read_or(0);
    skip_space();
    if (root < 0 || at_ != text_.size()) return std::nullopt;
    return std::move(function_);
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' ||
                                  text_[at_] == '\r' || text_[at_] == '\\')) {
      ++at_;
    }
  }

  char peek() {
    skip_space();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  int add(Operation operation, int left = -1, int right = -1) {
    function_.nodes.push_back({.operation = operation, .left = left, .right = right});
    return static_cast<int>(function_.nodes.size()) - 1;
  }

  int read_or(int depth) {
    int left = read_and(depth);
    while (left >= 0 && (peek() == '|' || peek() == '+')) {
      ++at_;
      const int right = read_and(depth);
      left = right < 0 ? -1 : add(Operation::Or, left, right);
    }
    return left;
  }

  bool starts_operand() {
    const char next = peek();
    return is_name_character(next) || next == '!' || next == '(' || next == '"';
  }

  int read_and(int depth) {
    int left = read_xor(depth);
    while (left >= 0) {
      if (peek() == '&' || peek() == '*') {
        ++at_;
      } else if (!starts_operand()) {
        break;
      }
      const int right = read_xor(depth);
      left = right < 0 ? -1 : add(Operation::And, left, right);
    }
    return left;
  }

  int read_xor(int depth) {
    int left = read_inverted(depth);
    while (left >= 0 && peek() == '^') {
      ++at_;
      const int right = read_inverted(depth);
      left = right < 0 ? -1 : add(Operation::Xor, left, right);
    }
    return left;
  }

  int read_inverted(int depth) {
    bool inverted = false;
    for (; peek() == '!'; ++at_) inverted = !inverted;
    const int operand = read_operand(depth);
    if (operand < 0) return -1;
    for (; peek() == '\''; ++at_) inverted = !inverted;
    return inverted ? add(Operation::Not, operand) : operand;
  }

  int read_operand(int depth) {
    const char next = peek();
    if (next == '(') {
      if (depth >= kMaxDepth) return -1;
      ++at_;
      const int inner = read_or(depth + 1);
      if (inner < 0 || peek() != ')') return -1;
      ++at_;
      return inner;
    }
    if (next == '"') {  // a name that starts with a digit is quoted once more
      const auto end = text_.find('"', at_ + 1);
      if (end == std::string_view::npos) return -1;
      std::string_view name = text_.substr(at_ + 1, end - at_ - 1);
      while (name.ends_with('\\')) name.remove_suffix(1);
      at_ = end + 1;
      return name.empty() ? -1 : input(name);
    }
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_name_character(text_[at_])) ++at_;
    const std::string_view name = text_.substr(begin, at_ - begin);
    if (name.empty()) return -1;
    if (name == "0") return add(Operation::Zero);
    if (name == "1") return add(Operation::One);
    return input(name);
  }

  int input(std::string_view name) {
    auto& inputs = function_.inputs;
    auto found = std::find(inputs.begin(), inputs.end(), name);
    if (found == inputs.end()) found = inputs.insert(inputs.end(), std::string(name));
    return add(Operation::Input, static_cast<int>(found - inputs.begin()));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  BooleanFunction function_;
};

bool value_of(const BooleanFunction::Node& node, const std::vector<bool>& values,
              const std::vector<bool>& done) {
  const auto left = static_cast<std::size_t>(node.left);
  const auto right = static_cast<std::size_t>(node.right);
  switch (node.operation) {
    case Operation::Zero:
      return false;
    case Operation::One:
      return true;
    case Operation::Input:
      return values[left];
    case Operation::Not:
      return !done[left];
    case Operation::And:
      return done[left] && done[right];
    case Operation::Or:
      return done[left] || done[right];
    case Operation::Xor:
      return done[left] != done[right];
  }
  return false;
}

}  // namespace

std::optional<BooleanFunction> parse_function(std::string_view text) {
  return FunctionReader(text).read();
}

bool evaluate(const BooleanFunction& function, const std::vector<bool>& values) {
  NACRE_CHECK(values.size() == function.inputs.size(), "a value for each input of a function");
  std::vector<bool> done;
  done.reserve(function.nodes.size());
  for (const BooleanFunction::Node& node : function.nodes) {
    done.push_back(value_of(node, values, done));
  }
  return !done.empty() && done.back();
}

std::vector<bool> truth_table(const BooleanFunction& function) {
  const std::size_t count = function.inputs.size();
  if (count > kMaxTableInputs) return {};
  std::vector<bool> table;
  std::vector<bool> values(count);
  for (std::size_t i = 0; i < (std::size_t{1} << count); ++i) {
    for (std::size_t k = 0; k < count; ++k) values[k] = (i >> k & 1) != 0;
    table.push_back(evaluate(function, values));
  }
  return table;
}

}  // namespace nacre::flows
