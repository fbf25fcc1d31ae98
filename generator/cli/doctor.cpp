// nacre doctor: which external tools are there, in which versions, and how to install the others.

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "cli.hpp"
#include "diagnostics/interrupt.hpp"
#include "synth/synth.hpp"

namespace nacre::cli {
namespace {

/// A program that nacre starts or recommends.
struct Tool {
  std::string program;
  std::vector<std::string> version_arguments;
  std::string minimum;
  std::string package;  ///< of Debian 12
  std::string purpose;
  bool is_needed = false;
};

const std::vector<Tool>& tools() {
  static const std::vector<Tool> all = {
      {"verilator", {"--version"}, "5.006", "verilator", "nacre verify: builds the model", true},
      {"c++", {"--version"}, "12", "g++", "nacre verify: compiles the model", true},
      {"yosys", {"-V"}, "0.23", "yosys", "nacre synth: maps to standard cells", false},
      {"sta", {"-version"}, "2.0.17", "opensta", "nacre synth: times the netlist", false},
      {"node", {"--version"}, "16.0", "nodejs", "nacre synth --yosys wasm", false},
      {"iverilog", {"-V"}, "11.0", "iverilog", "make test: simulates every leaf", false},
      {"gtkwave", {"--version"}, "3.3", "gtkwave", "shows waveforms of a difference", false},
  };
  return all;
}

std::optional<std::filesystem::path> find_program(const std::string& name) {
  const char* const variable = std::getenv("PATH");
  std::string_view rest = variable != nullptr ? variable : "";
  while (!rest.empty()) {
    const auto colon = rest.find(':');
    const std::string folder(rest.substr(0, colon));
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
    if (folder.empty()) continue;
    const auto path = std::filesystem::path(folder) / name;
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error) && access(path.c_str(), X_OK) == 0)
      return path;
  }
  return std::nullopt;
}

/// Both output streams of a program, at most 64 KiB of them, within five seconds; nothing when it
/// could not be started or did not end.
std::optional<std::string> output_of(const std::filesystem::path& program,
                                     const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  std::vector<std::string> words = {program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  const int failed = posix_spawn(&child, program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  std::string text;
  bool ended = false;
  if (failed == 0) {
    register_child(child);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (true) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          deadline - std::chrono::steady_clock::now());
      pollfd waiting{.fd = ends[0], .events = POLLIN, .revents = 0};
      if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) <= 0) break;
      std::array<char, 4096> buffer{};
      const ssize_t got = read(ends[0], buffer.data(), buffer.size());
      if (got <= 0) {
        ended = true;
        break;
      }
      if (text.size() < 65536) text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    if (!ended) kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    unregister_child(child);
  }
  close(ends[0]);
  if (!ended) return std::nullopt;
  return text;
}

/// The first word of the first line that looks like a version: digits, a dot, digits ...
std::string find_version(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool starts = text[at] >= '0' && text[at] <= '9' &&
                        (at == 0 || text[at - 1] == ' ' || text[at - 1] == 'v');
    if (!starts) continue;
    const std::size_t end = std::min(text.find_first_not_of("0123456789.", at), text.size());
    std::string_view version = text.substr(at, end - at);
    while (version.ends_with('.')) version.remove_suffix(1);
    if (version.find('.') != std::string_view::npos) return std::string(version);
    at = end;
  }
  return {};
}

/// Compares dotted numbers part by part: 5.006 is older than 5.20.
bool is_older(std::string_view version, std::string_view minimum) {
  while (!minimum.empty()) {
    const auto take = [](std::string_view& text) {
      int number = 0;
      const auto dot = text.find('.');
      const std::string_view part = text.substr(0, dot);
      std::from_chars(part.data(), part.data() + part.size(), number);
      text = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
      return number;
    };
    const int have = take(version);
    const int need = take(minimum);
    if (have != need) return have < need;
  }
  return false;
}

enum class Verdict { Good, Missing, TooOld, Unknown };

struct Finding {
  Verdict verdict = Verdict::Missing;
  std::string path;
  std::string version;
};

Finding examine(const Tool& tool) {
  Finding finding;
  const auto path = find_program(tool.program);
  if (!path) return finding;
  finding.path = path->string();
  const auto output = output_of(*path, tool.version_arguments);
  if (output) finding.version = find_version(*output);
  finding.verdict = finding.version.empty()                   ? Verdict::Unknown
                    : is_older(finding.version, tool.minimum) ? Verdict::TooOld
                                                              : Verdict::Good;
  return finding;
}

std::string_view verdict_word(Verdict verdict) {
  switch (verdict) {
    case Verdict::Good:
      return "good";
    case Verdict::Missing:
      return "missing";
    case Verdict::TooOld:
      return "too old";
    case Verdict::Unknown:
      return "version unknown";
  }
  return "";
}

void report(const Tool& tool, const Finding& finding, Diagnostics& diagnostics) {
  if (!tool.is_needed) return;
  const std::string help =
      fmt::format("sudo apt-get install --no-install-recommends {}", tool.package);
  switch (finding.verdict) {
    case Verdict::Good:
      return;
    case Verdict::Missing:
      diagnostics.error("N0701", {}, fmt::format("'{}' is not on the PATH", tool.program), help);
      return;
    case Verdict::TooOld:
      diagnostics.error("N0702", {},
                        fmt::format("'{}' is version {}, at least {} is needed", tool.program,
                                    finding.version, tool.minimum),
                        help);
      return;
    case Verdict::Unknown:
      diagnostics.error("N0703", {}, fmt::format("'{}' does not say its version", finding.path),
                        help);
      return;
  }
}

/// Things that are no program on the PATH: found by the code that uses them.
std::vector<std::pair<Tool, Finding>> examine_files() {
  Diagnostics ignored;
  const auto yosys = flows::find_yosys(flows::Yosys::Kind::Wasm, ignored);
  const auto liberty = flows::default_liberty(ignored);
  std::error_code error;
  const auto finding = [](const std::filesystem::path& path, const std::string& version) {
    return Finding{.verdict = Verdict::Good, .path = path.string(), .version = version};
  };
  return {{{.program = "@yowasp/yosys",
            .version_arguments = {},
            .minimum = "0.55",
            .package = "",
            .purpose = "nacre synth --yosys wasm (npm install @yowasp/yosys)",
            .is_needed = false},
           yosys ? finding(yosys->package, find_version(yosys->version)) : Finding()},
          {{.program = "osu018_stdcells.lib",
            .version_arguments = {},
            .minimum = "-",
            .package = "qflow-tech-osu018",
            .purpose = "nacre synth: cells, unless --liberty names others",
            .is_needed = false},
           liberty && std::filesystem::is_regular_file(*liberty, error) ? finding(*liberty, "")
                                                                        : Finding()}};
}

}  // namespace

Verb doctor_verb() {
  Verb verb;
  verb.name = "doctor";
  verb.summary = "find the external tools and say how to install what is missing";
  verb.example = "nacre doctor";
  verb.add_options = [](CLI::App&) {};
  verb.run = [](const CommonOptions& options) {
    Diagnostics diagnostics;
    std::vector<std::vector<std::string>> rows = {
        {"tool", "verdict", "version", "minimum", "needed", "purpose"}};
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    std::string packages;
    std::vector<std::pair<Tool, Finding>> found;
    for (const Tool& tool : tools()) found.emplace_back(tool, examine(tool));
    for (const auto& file : examine_files()) found.push_back(file);
    for (const auto& [tool, finding] : found) {
      report(tool, finding, diagnostics);
      if (finding.verdict == Verdict::Missing || finding.verdict == Verdict::TooOld) {
        if (!tool.package.empty()) packages += " " + tool.package;
      }
      rows.push_back({tool.program, std::string(verdict_word(finding.verdict)),
                      finding.version.empty() ? "-" : finding.version, tool.minimum,
                      tool.is_needed ? "yes" : "no", tool.purpose});
      nlohmann::ordered_json row;
      row["tool"] = tool.program;
      row["verdict"] = verdict_word(finding.verdict);
      row["path"] = finding.path.empty() ? nlohmann::ordered_json(nullptr)
                                         : nlohmann::ordered_json(finding.path);
      row["version"] = finding.version.empty() ? nlohmann::ordered_json(nullptr)
                                               : nlohmann::ordered_json(finding.version);
      row["minimum"] = tool.minimum;
      row["needed"] = tool.is_needed;
      row["package"] = tool.package;
      list.push_back(std::move(row));
    }
    if (options.format == Format::Json) {
      print_result(list);
    } else {
      print_result(format_table(rows));
      if (!packages.empty()) {
        print_result(fmt::format("\nsudo apt-get install --no-install-recommends{}\n", packages));
      }
    }
    return finish(options, diagnostics, "`nacre verify` cannot run");
  };
  return verb;
}

}  // namespace nacre::cli
