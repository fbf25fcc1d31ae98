#include "process/workspace.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <utility>

namespace nacre::flows {
namespace {

namespace fs = std::filesystem;

/// The first lines of a log that tell what went wrong.
std::string telling_lines(const std::string& log) {
  constexpr int kMostLines = 3;
  std::istringstream stream(log);
  std::string line, telling, last;
  int found = 0;
  while (std::getline(stream, line)) {
    if (!line.empty()) last = line;
    const bool tells = line.find("ERROR:") != std::string::npos ||
                       line.find("rror:") != std::string::npos ||
                       line.find("%Error") != std::string::npos;
    if (tells && found < kMostLines) {
      telling += (found == 0 ? "" : "; ") + line;
      ++found;
    }
  }
  return found > 0 ? telling : last;
}

fs::path keep_log(const ToolRun& run, const fs::path& log_folder) {
  std::error_code ignored;
  fs::create_directories(log_folder, ignored);
  const fs::path kept =
      fs::absolute(log_folder, ignored) / fmt::format("failed-{}.log", run.log_name);
  fs::copy_file(run.command.log, kept, fs::copy_options::overwrite_existing, ignored);
  return kept;
}

/// Reports how a run failed; true when it did not.
bool check_run(const ToolRun& run, const Exit& ended, const fs::path& log_folder,
               Diagnostics& diagnostics) {
  if (!ended.started) {
    diagnostics.error("N0703", {},
                      fmt::format("{} could not be started: {}", run.tool, ended.start_error));
    return false;
  }
  if (ended.timed_out) {
    diagnostics.error(
        "N0704", {},
        fmt::format("{} was stopped after {} s", run.tool, run.command.time_limit.count()),
        fmt::format("its log: {}{}{}", keep_log(run, log_folder).string(),
                    run.time_limit_help.empty() ? "" : "; ", run.time_limit_help));
    return false;
  }
  const auto report = [&](const std::string& what) {
    diagnostics.error("N0703", {}, what,
                      fmt::format("command: {}; log: {}", display(run.command.arguments),
                                  keep_log(run, log_folder).string()));
    return false;
  };
  const std::string log = read_text(run.command.log);
  const std::string faults = run.faults_of ? run.faults_of(log) : std::string();
  if (!ended.ok() || !faults.empty()) {
    return report(fmt::format("{} failed with status {}: {}", run.tool, ended.status,
                              faults.empty() ? telling_lines(log) : faults));
  }
  for (const std::string& output : run.outputs) {
    std::error_code error;
    const fs::path file = run.command.folder / output;
    if (!fs::is_regular_file(file, error) || fs::file_size(file, error) == 0) {
      return report(fmt::format("{} ended well but did not write '{}'", run.tool,
                                fs::path(output).filename().string()));
    }
  }
  return true;
}

}  // namespace

std::unique_ptr<TemporaryPath> make_private_folder(const fs::path& parent, std::string_view prefix,
                                                   std::string help, Diagnostics& diagnostics) {
  std::error_code error;
  const fs::path base = fs::absolute(parent, error);
  std::random_device device;
  auto folder = std::make_unique<TemporaryPath>(
      base / fmt::format("{}-{}-{:08x}{:08x}", prefix, ::getpid(), device(), device()));
  if (!error) fs::create_directories(folder->path(), error);
  if (!error) fs::permissions(folder->path(), fs::perms::owner_all, error);
  if (!error) return folder;
  diagnostics.error(
      "N0602", Location{.file = parent.string()},
      fmt::format("cannot make a folder in '{}': {}", parent.string(), error.message()),
      std::move(help));
  return nullptr;
}

bool write_text(const fs::path& file, std::string_view text, Diagnostics& diagnostics) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream.write(text.data(), static_cast<std::streamsize>(text.size()));
  stream.close();
  if (stream) return true;
  diagnostics.error("N0602", Location{.file = file.string()},
                    fmt::format("cannot write '{}'", file.string()), "free some space there");
  return false;
}

std::string read_text(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

bool run_tools(const std::vector<ToolRun>& runs, const fs::path& log_folder,
               Diagnostics& diagnostics) {
  std::vector<std::unique_ptr<ChildProcess>> children;
  for (const ToolRun& run : runs) children.push_back(std::make_unique<ChildProcess>(run.command));
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const Exit ended = children[i]->wait();
    if (!check_run(runs[i], ended, log_folder, diagnostics)) return false;
  }
  return true;
}

}  // namespace nacre::flows
