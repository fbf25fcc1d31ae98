#include "process/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>

#include "diagnostics/interrupt.hpp"

extern char** environ;

namespace nacre::flows {
namespace {

constexpr auto kPoll = std::chrono::milliseconds(2);
constexpr auto kGrace = std::chrono::milliseconds(500);

/// Our environment with LC_ALL=C: tools then speak the language that we parse.
std::vector<std::string> child_environment(const std::filesystem::path& folder) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (text.starts_with("LC_ALL=") || text.starts_with("LANGUAGE=")) continue;
    if (!folder.empty() && text.starts_with("TMPDIR=")) continue;
    result.emplace_back(text);
  }
  result.emplace_back("LC_ALL=C");
  // What a tool leaves when it is killed (Yosys: the folder of abc) goes with the private folder.
  std::error_code error;
  if (!folder.empty()) {
    result.push_back("TMPDIR=" + std::filesystem::absolute(folder, error).string());
  }
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (std::string& each : strings) result.push_back(each.data());
  result.push_back(nullptr);
  return result;
}

int status_of(int wait_status) {
  if (WIFEXITED(wait_status)) return WEXITSTATUS(wait_status);
  return 128 + WTERMSIG(wait_status);
}

/// Spawns in a process group of its own; returns an errno. `output` < 0: to `log`, or to nowhere.
int spawn(const Command& command, int output, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (output >= 0) {
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  } else {
    const char* log = command.log.empty() ? "/dev/null" : command.log.c_str();
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC,
                                     0666);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  }
  if (!command.folder.empty()) {
    posix_spawn_file_actions_addchdir_np(&actions, command.folder.c_str());
  }
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  std::vector<std::string> arguments = command.arguments;
  std::vector<std::string> environment = child_environment(command.folder);
  const int error = posix_spawnp(&pid, arguments.front().c_str(), &actions, &attributes,
                                 pointers(arguments).data(), pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

ChildProcess::ChildProcess(const Command& command)
    : deadline_(std::chrono::steady_clock::now() + command.time_limit) {
  const int error = spawn(command, -1, pid_);
  if (error != 0) {
    exit_.start_error = std::strerror(error);
    pid_ = -1;
    return;
  }
  exit_.started = true;
  register_child(-pid_);
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) stop();
}

void ChildProcess::stop() {
  kill(-pid_, SIGTERM);
  const auto until = std::chrono::steady_clock::now() + kGrace;
  int wait_status = 0;
  pid_t ended = 0;
  while ((ended = waitpid(pid_, &wait_status, WNOHANG)) == 0 &&
         std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(kPoll);
  }
  kill(-pid_, SIGKILL);  // children that outlived their parent, too
  if (ended == 0) waitpid(pid_, &wait_status, 0);
  unregister_child(-pid_);
  pid_ = -1;
  exit_.status = status_of(wait_status);
}

Exit ChildProcess::wait() {
  if (pid_ <= 0) return exit_;
  int wait_status = 0;
  for (;;) {
    const pid_t ended = waitpid(pid_, &wait_status, WNOHANG);
    if (ended == pid_) break;
    if (ended < 0 && errno != EINTR) break;
    if (std::chrono::steady_clock::now() >= deadline_) {
      stop();
      exit_.timed_out = true;
      return exit_;
    }
    std::this_thread::sleep_for(kPoll);
  }
  unregister_child(-pid_);
  pid_ = -1;
  exit_.status = status_of(wait_status);
  return exit_;
}

Exit run(const Command& command) { return ChildProcess(command).wait(); }

std::optional<std::string> run_and_read(const Command& command) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  pid_t pid = -1;
  const int error = spawn(command, ends[1], pid);
  close(ends[1]);
  if (error != 0) {
    close(ends[0]);
    return std::nullopt;
  }
  const auto deadline = std::chrono::steady_clock::now() + command.time_limit;
  std::string text;
  std::array<char, 4096> buffer{};
  bool at_end = false;
  while (!at_end) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd wanted{.fd = ends[0], .events = POLLIN, .revents = 0};
    const int ready = left.count() <= 0 ? 0 : poll(&wanted, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) break;
    const ssize_t got = read(ends[0], buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    at_end = got <= 0;
    if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  close(ends[0]);
  if (!at_end) kill(-pid, SIGKILL);
  int wait_status = 0;
  while (waitpid(pid, &wait_status, 0) < 0 && errno == EINTR) {
  }
  if (!at_end || status_of(wait_status) != 0) return std::nullopt;
  return text;
}

std::optional<std::filesystem::path> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    if (access(name.c_str(), X_OK) == 0) return std::filesystem::path(name);
    return std::nullopt;
  }
  const char* path = std::getenv("PATH");
  std::string_view folders = path == nullptr ? "/usr/bin:/bin" : path;
  while (!folders.empty()) {
    const auto end = folders.find(':');
    const std::string_view folder = folders.substr(0, end);
    folders = end == std::string_view::npos ? std::string_view{} : folders.substr(end + 1);
    const std::filesystem::path candidate =
        std::filesystem::path(folder.empty() ? std::string_view(".") : folder) / name;
    std::error_code error;
    if (std::filesystem::is_regular_file(candidate, error) &&
        access(candidate.c_str(), X_OK) == 0) {
      return candidate;
    }
  }
  return std::nullopt;
}

std::string display(const std::vector<std::string>& arguments) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%";
  std::string text;
  for (const std::string& each : arguments) {
    if (!text.empty()) text += ' ';
    if (!each.empty() && each.find_first_not_of(kPlain) == std::string::npos) {
      text += each;
      continue;
    }
    text += '\'';
    for (const char c : each) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    text += '\'';
  }
  return text;
}

}  // namespace nacre::flows
