#include "nacre/diagnostics.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "diagnostics/catalogue.hpp"
#include "diagnostics/interrupt.hpp"

namespace nacre {

void Diagnostics::error(std::string_view code, const Location& location, std::string message,
                        std::string help) {
  NACRE_CHECK(find_catalogue_entry(code) != nullptr, fmt::format("code {} has no entry", code));
  diagnostics_.push_back(Diagnostic{.severity = Severity::Error,
                                    .code = std::string(code),
                                    .location = location,
                                    .message = std::move(message),
                                    .help = std::move(help)});
  ++num_errors_;
}

void Diagnostics::warning(std::string_view code, const Location& location, std::string message,
                          std::string help) {
  NACRE_CHECK(find_catalogue_entry(code) != nullptr, fmt::format("code {} has no entry", code));
  diagnostics_.push_back(Diagnostic{.severity = Severity::Warning,
                                    .code = std::string(code),
                                    .location = location,
                                    .message = std::move(message),
                                    .help = std::move(help)});
}

ExitStatus Diagnostics::exit_status() const {
  int status = static_cast<int>(ExitStatus::Done);
  for (const Diagnostic& diagnostic : diagnostics_) {
    if (diagnostic.severity != Severity::Error) continue;
    status = std::max(status, static_cast<int>(find_catalogue_entry(diagnostic.code)->status));
  }
  return static_cast<ExitStatus>(status);
}

void internal_error(const char* file, int line, std::string_view what) {
  // Only the file's name: the folder of the machine that built us tells the user nothing.
  std::string_view name = file;
  if (const auto slash = name.rfind('/'); slash != std::string_view::npos) {
    name.remove_prefix(slash + 1);
  }
  fmt::print(
      stderr,
      "nacre: internal error at {}:{}: {}\n"
      "This is a fault of nacre, not of your input. Please report it with the command line and "
      "the specification.\n",
      name, line, what);
  std::fflush(stderr);
  remove_registered_paths();
  std::_Exit(static_cast<int>(ExitStatus::Internal));
}

}  // namespace nacre
