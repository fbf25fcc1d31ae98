#pragma once
// Every message to the user: collected as data, printed at the edge as text or JSON.

#include <string>
#include <string_view>
#include <vector>

namespace nacre {

/// A place in a user's file. line 0: the file as a whole; empty file: no place.
struct Location {
  std::string file{};
  int line = 0;
  int column = 0;
  int length = 1;         ///< characters under the caret
  std::string pointer{};  ///< JSON pointer, empty outside JSON
};

enum class Severity { Error, Warning, Note };

/// Exit status of the command line (docs/exit_status.md).
enum class ExitStatus {
  Done = 0,
  ComparisonFailed = 1,
  Usage = 2,
  Tool = 3,
  TooLarge = 5,
  Internal = 70,
};

/// One message. `code` is a key of the catalogue (src/diagnostics/catalogue.cpp).
struct Diagnostic {
  Severity severity = Severity::Error;
  std::string code{};
  Location location{};
  std::string message{};  ///< lower case, no full stop, value and rule named
  std::string help{};     ///< the remedy; may be empty
};

/// Collects the messages of one run, in order.
class Diagnostics {
 public:
  void error(std::string_view code, const Location& location, std::string message,
             std::string help = {});
  void warning(std::string_view code, const Location& location, std::string message,
               std::string help = {});
  bool has_errors() const { return num_errors_ > 0; }
  int num_errors() const { return num_errors_; }
  const std::vector<Diagnostic>& all() const { return diagnostics_; }
  /// The status of the gravest error by the catalogue, Done without errors.
  ExitStatus exit_status() const;

 private:
  std::vector<Diagnostic> diagnostics_;
  int num_errors_ = 0;
};

/// Aborts with file, line and "please report" when our own assumption fails (exit 70).
[[noreturn]] void internal_error(const char* file, int line, std::string_view what);

}  // namespace nacre

/// Checks an invariant of ours (never a user's input).
#define NACRE_CHECK(condition, what)                                       \
  do {                                                                     \
    if (!(condition)) ::nacre::internal_error(__FILE__, __LINE__, (what)); \
  } while (false)
