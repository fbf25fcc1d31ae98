#pragma once
// Prints diagnostics: text for people (source line, caret, help) and JSON lines for programs.

#include <cstddef>
#include <string>

#include "nacre/diagnostics.hpp"

namespace nacre {

/// When messages are coloured. Auto: stderr is a terminal, NO_COLOR is unset and TERM is not
/// "dumb".
enum class ColorMode { Auto, Always, Never };

/// Resolves a mode for the stream with this file descriptor.
bool use_color(ColorMode mode, int file_descriptor);

/// Errors and warnings beyond this number are only counted.
inline constexpr std::size_t kMaxPrintedErrors = 20;

/// `file:line:col: error[N0102]: text`, the source line, the caret, `help: ...`; ends in a newline.
/// Source lines are read again from the file that the location names.
std::string format_text(const Diagnostic& diagnostic, bool color);

/// One JSON object on one line, without the newline: level, code, message, spans, children.
std::string format_json(const Diagnostic& diagnostic);

/// All messages and the summary line. Without messages: an empty string.
/// `consequence` follows the counts when there was an error ("nothing written").
std::string format_all_text(const Diagnostics& diagnostics, bool color,
                            const std::string& consequence);

/// All messages as JSON lines and, when there were any, one `{"level":"summary", ...}` line.
std::string format_all_json(const Diagnostics& diagnostics, const std::string& consequence);

}  // namespace nacre
