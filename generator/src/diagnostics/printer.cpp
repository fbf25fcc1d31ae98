#include "diagnostics/printer.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

namespace nacre {
namespace {

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::Error:
      return "error";
    case Severity::Warning:
      return "warning";
    case Severity::Note:
      return "note";
  }
  return "error";
}

std::string_view severity_color(Severity severity) {
  switch (severity) {
    case Severity::Error:
      return "\033[1;31m";
    case Severity::Warning:
      return "\033[1;33m";
    case Severity::Note:
      return "\033[1;36m";
  }
  return "";
}

std::string paint(std::string_view text, std::string_view color, bool on) {
  return on ? fmt::format("{}{}\033[0m", color, text) : std::string(text);
}

/// Text of the user that would move the cursor or end the line is shown as a question mark.
std::string printable(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    const auto byte = static_cast<unsigned char>(c);
    if (c != '\t' && (byte < 0x20 || byte == 0x7f)) c = '?';
  }
  return result;
}

/// Number of bytes of the UTF-8 character at `text[at]`; 1 for a malformed one.
std::size_t character_bytes(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t size = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return at + size <= text.size() ? size : 1;
}

std::optional<std::string> read_line(const std::string& file, int line) {
  std::error_code error;
  // A pipe or a device would block or end differently the second time.
  if (!std::filesystem::is_regular_file(file, error)) return std::nullopt;
  std::ifstream stream(file, std::ios::binary);
  std::string text;
  for (int i = 0; i < line; ++i) {
    if (!std::getline(stream, text)) return std::nullopt;
  }
  if (line == 1 && text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  if (!text.empty() && text.back() == '\r') text.pop_back();
  return text;
}

/// The source line and the caret line. A long line is cut to a window around the column.
std::string source_excerpt(const Location& location, std::string_view color, bool colored) {
  constexpr std::size_t kWindow = 100;
  constexpr std::size_t kBefore = 60;
  if (location.line <= 0 || location.column <= 0) return {};
  const auto line = read_line(location.file, location.line);
  if (!line) return {};
  // Split in characters, so that columns and carets count what the eye counts.
  std::vector<std::string_view> characters;
  for (std::size_t at = 0; at < line->size();) {
    const std::size_t size = character_bytes(*line, at);
    characters.push_back(std::string_view(*line).substr(at, size));
    at += size;
  }
  const std::size_t column = static_cast<std::size_t>(location.column - 1);
  if (column > characters.size()) return {};
  std::size_t begin = 0;
  std::size_t end = characters.size();
  if (end > kWindow) {
    begin = column > kBefore ? column - kBefore : 0;
    end = std::min(end, begin + kWindow);
  }
  std::string text;
  std::string carets;
  if (begin > 0) {
    text = "...";
    carets = "   ";
  }
  const std::size_t length = static_cast<std::size_t>(std::max(1, location.length));
  std::string marks;
  for (std::size_t i = begin; i < end; ++i) {
    text += characters[i];
    if (i < column) carets += characters[i] == "\t" ? '\t' : ' ';
    if (i >= column && i < column + length) marks += marks.empty() ? '^' : '~';
  }
  if (marks.empty()) marks = "^";  // just behind the end of the line
  if (end < characters.size()) text += "...";
  return fmt::format("    {}\n    {}{}\n", printable(text), carets, paint(marks, color, colored));
}

std::string place(const Location& location) {
  if (location.file.empty()) return "nacre: ";
  if (location.line <= 0) return fmt::format("{}: ", printable(location.file));
  return fmt::format("{}:{}:{}: ", printable(location.file), location.line, location.column);
}

struct Counts {
  std::size_t errors = 0;
  std::size_t warnings = 0;
};

Counts count(const Diagnostics& diagnostics) {
  Counts counts;
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    if (diagnostic.severity == Severity::Error) ++counts.errors;
    if (diagnostic.severity == Severity::Warning) ++counts.warnings;
  }
  return counts;
}

std::string plural(std::size_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string summary(const Counts& counts, const std::string& consequence) {
  std::string text;
  if (counts.errors > 0) text = plural(counts.errors, "error");
  if (counts.warnings > 0) {
    if (!text.empty()) text += ", ";
    text += plural(counts.warnings, "warning");
  }
  if (counts.errors > 0 && !consequence.empty()) text += "; " + consequence;
  return text;
}

/// Calls `print` for what is within the limit; returns how many errors and warnings were left out.
template <class Print>
Counts print_limited(const Diagnostics& diagnostics, Print print) {
  Counts shown;
  Counts left_out;
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    const bool is_error = diagnostic.severity == Severity::Error;
    std::size_t& number = is_error ? shown.errors : shown.warnings;
    if (number == kMaxPrintedErrors) {
      ++(is_error ? left_out.errors : left_out.warnings);
      continue;
    }
    ++number;
    print(diagnostic);
  }
  return left_out;
}

std::string dump(const nlohmann::ordered_json& document) {
  // File names need not be UTF-8; a message must come out all the same.
  return document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

bool use_color(ColorMode mode, int file_descriptor) {
  switch (mode) {
    case ColorMode::Always:
      return true;
    case ColorMode::Never:
      return false;
    case ColorMode::Auto:
      break;
  }
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  const char* term = std::getenv("TERM");
  if (term != nullptr && std::string_view(term) == "dumb") return false;
  return isatty(file_descriptor) == 1;
}

std::string format_text(const Diagnostic& diagnostic, bool color) {
  const std::string_view tint = severity_color(diagnostic.severity);
  const std::string label =
      fmt::format("{}[{}]", severity_name(diagnostic.severity), diagnostic.code);
  std::string text = fmt::format("{}{}: {}\n", place(diagnostic.location),
                                 paint(label, tint, color), printable(diagnostic.message));
  text += source_excerpt(diagnostic.location, tint, color);
  if (!diagnostic.help.empty()) {
    text +=
        fmt::format("    {}: {}\n", paint("help", "\033[1;32m", color), printable(diagnostic.help));
  }
  return text;
}

std::string format_json(const Diagnostic& diagnostic) {
  nlohmann::ordered_json object;
  object["code"] = diagnostic.code;
  object["level"] = severity_name(diagnostic.severity);
  object["message"] = diagnostic.message;
  object["spans"] = nlohmann::ordered_json::array();
  const Location& location = diagnostic.location;
  if (!location.file.empty()) {
    nlohmann::ordered_json span;
    span["file"] = location.file;
    if (location.line > 0) {
      span["line"] = location.line;
      span["col"] = location.column;
      span["end_col"] = location.column + location.length;
      span["pointer"] = location.pointer;
    }
    object["spans"].push_back(std::move(span));
  }
  object["children"] = nlohmann::ordered_json::array();
  if (!diagnostic.help.empty()) {
    object["children"].push_back({{"level", "help"}, {"message", diagnostic.help}});
  }
  return dump(object);
}

std::string format_all_text(const Diagnostics& diagnostics, bool color,
                            const std::string& consequence) {
  if (diagnostics.all().empty()) return {};
  std::string text;
  const Counts left_out = print_limited(
      diagnostics, [&](const Diagnostic& diagnostic) { text += format_text(diagnostic, color); });
  if (left_out.errors + left_out.warnings > 0) {
    text += fmt::format("... {} not shown\n", summary(left_out, {}));
  }
  return text + summary(count(diagnostics), consequence) + "\n";
}

std::string format_all_json(const Diagnostics& diagnostics, const std::string& consequence) {
  if (diagnostics.all().empty()) return {};
  std::string text;
  print_limited(diagnostics,
                [&](const Diagnostic& diagnostic) { text += format_json(diagnostic) + "\n"; });
  const Counts counts = count(diagnostics);
  nlohmann::ordered_json object;
  object["level"] = "summary";
  object["errors"] = counts.errors;
  object["warnings"] = counts.warnings;
  object["message"] = summary(counts, consequence);
  return text + dump(object) + "\n";
}

}  // namespace nacre
