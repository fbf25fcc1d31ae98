#include "verilator/toolchain.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "process/process.hpp"

namespace nacre::flows {
namespace {

constexpr auto kQuestionLimit = std::chrono::seconds(20);

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::optional<int> parse_number(std::string_view& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::optional<std::string> ask(const std::filesystem::path& program,
                               std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), program.string());
  return run_and_read({.arguments = std::move(arguments), .time_limit = kQuestionLimit});
}

}  // namespace

std::optional<std::pair<int, int>> parse_verilator_version(const std::string& text) {
  constexpr std::string_view kName = "Verilator ";
  const auto at = text.find(kName);
  if (at == std::string::npos) return std::nullopt;
  std::string_view rest = std::string_view(text).substr(at + kName.size());
  const auto major = parse_number(rest);
  if (!major || !rest.starts_with('.')) return std::nullopt;
  rest.remove_prefix(1);
  const auto minor = parse_number(rest);
  if (!minor) return std::nullopt;
  return std::pair(*major, *minor);
}

std::optional<Verilator> find_verilator(Diagnostics& diagnostics) {
  const auto program = find_program("verilator");
  if (!program) {
    diagnostics.error(
        "N0701", {}, "'verilator' was not found on the PATH",
        "sudo apt-get install verilator (Debian 12 has 5.006), or see `nacre doctor`");
    return std::nullopt;
  }
  const auto text = ask(*program, {"--version"});
  const auto version = text ? parse_verilator_version(*text) : std::nullopt;
  if (!version) {
    diagnostics.error("N0703", {},
                      fmt::format("'{} --version' did not tell a version", program->string()));
    return std::nullopt;
  }
  if (*version < std::pair(kMinVerilatorMajor, kMinVerilatorMinor)) {
    diagnostics.error(
        "N0702", {},
        fmt::format("'{}' is version {}.{:03}, must be at least {}.{:03}", program->string(),
                    version->first, version->second, kMinVerilatorMajor, kMinVerilatorMinor),
        "Debian 12 has 5.006: sudo apt-get install verilator");
    return std::nullopt;
  }
  const auto root = ask(*program, {"--getenv", "VERILATOR_ROOT"});
  Verilator tool{.program = *program,
                 .root = root ? first_line(*root) : std::string(),
                 .version = first_line(*text)};
  std::error_code error;
  if (!std::filesystem::is_regular_file(tool.root / "include" / "verilated.cpp", error)) {
    diagnostics.error("N0703", {},
                      fmt::format("Verilator's runtime is not at '{}'",
                                  (tool.root / "include" / "verilated.cpp").string()),
                      "the installation is incomplete: install Verilator again");
    return std::nullopt;
  }
  return tool;
}

std::optional<Compiler> find_compiler(Diagnostics& diagnostics) {
  std::vector<std::string> names;
  if (const char* chosen = std::getenv("CXX"); chosen != nullptr && *chosen != '\0') {
    names.emplace_back(chosen);
  }
  for (const char* usual : {"g++", "c++", "clang++"}) names.emplace_back(usual);
  for (const std::string& name : names) {
    const auto program = find_program(name);
    if (!program) continue;
    const auto text = ask(*program, {"--version"});
    if (!text) {
      diagnostics.error("N0703", {}, fmt::format("'{} --version' failed", program->string()));
      return std::nullopt;
    }
    return Compiler{.program = *program, .version = first_line(*text)};
  }
  diagnostics.error("N0701", {}, "no C++ compiler was found on the PATH (tried g++, c++, clang++)",
                    "sudo apt-get install g++");
  return std::nullopt;
}

}  // namespace nacre::flows
