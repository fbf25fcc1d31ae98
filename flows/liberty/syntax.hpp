#pragma once
// The grammar of Liberty, without any meaning: statements of a text, one after the other.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nacre::flows {

/// `name : value ;`, `name (arguments) ;`, or the head of `name (arguments) { ... }`.
struct LibertyStatement {
  enum class Kind { Simple, Complex, Group };
  Kind kind = Kind::Simple;
  std::string_view name;
  std::string_view value;                   ///< of Simple; quotes taken off, escapes as written
  std::vector<std::string_view> arguments;  ///< of the others; likewise
  std::size_t at = 0;                       ///< where it begins in the text
};

/// Reads a text in one pass. After the head of a group the caller reads its statements up to the
/// `false` that ends it, or skips them. The first fault ends everything: all later calls say
/// `false`.
class LibertySyntax {
 public:
  explicit LibertySyntax(std::string_view text) : text_(text) {}

  /// The next statement of the innermost open group, or of the text. False: its end, or a fault.
  bool next(LibertyStatement& statement);
  /// Skips the rest of the innermost open group with all groups inside.
  void skip_group();

  /// Ends the reading with a fault at `at`. Later faults are ignored.
  void fail(std::size_t at, std::string message);
  bool failed() const { return fault_.has_value(); }
  const std::string& fault_message() const { return fault_->second; }
  std::size_t fault_at() const { return fault_->first; }

  /// Line and column (from 1) of an offset; quick when offsets grow from call to call.
  std::pair<int, int> place(std::size_t at);

 private:
  void skip_space();
  bool at_end() const { return at_ >= text_.size(); }
  std::string_view read_string();
  bool read_value(LibertyStatement& statement);
  bool read_arguments(LibertyStatement& statement);
  bool end_of_text();

  struct OpenGroup {
    std::string_view name;
    std::size_t at;
  };
  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<OpenGroup> open_;
  std::optional<std::pair<std::size_t, std::string>> fault_;
  std::size_t line_at_ = 0;  ///< begin of line `line_`
  int line_ = 1;
};

/// A finite number with nothing behind it.
std::optional<double> parse_liberty_number(std::string_view text);

/// The words of a list such as "A B", "A, B" or "1.0, \<newline> 2.0".
std::vector<std::string_view> split_liberty_list(std::string_view text);

}  // namespace nacre::flows
