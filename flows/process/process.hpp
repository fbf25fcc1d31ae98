#pragma once
// External programs: an argument vector, a folder, a log, a time limit. Never a shell.

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace nacre::flows {

/// What to run.
struct Command {
  std::vector<std::string> arguments{};  ///< argv; [0] is looked up on the PATH when it has no '/'
  std::filesystem::path folder{};        ///< working folder; empty: ours
  std::filesystem::path log{};           ///< stdout and stderr; empty: thrown away
  std::chrono::seconds time_limit{600};
};

/// How it ended.
struct Exit {
  bool started = false;       ///< false: the program could not be run at all
  bool timed_out = false;     ///< it was killed at its time limit, its children too
  int status = -1;            ///< exit status; 128 + n after signal n
  std::string start_error{};  ///< the operating system's words when it did not start
  bool ok() const { return started && !timed_out && status == 0; }
};

/// A program that runs in a process group of its own, so that it can be stopped with its children.
/// A signal to nacre stops it, too.
class ChildProcess {
 public:
  explicit ChildProcess(const Command& command);
  /// Stops what still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  /// Waits for the end or the time limit.
  Exit wait();

 private:
  void stop();
  Exit exit_;
  pid_t pid_ = -1;
  std::chrono::steady_clock::time_point deadline_;
};

/// Starts and waits.
Exit run(const Command& command);

/// Starts, waits and returns what was written to stdout; nothing when it failed in any way or took
/// longer than its time limit.
std::optional<std::string> run_and_read(const Command& command);

/// The program of that name on the PATH, or nothing.
std::optional<std::filesystem::path> find_program(const std::string& name);

/// An argument vector as a person would type it, quoted where a shell needs it (for messages only).
std::string display(const std::vector<std::string>& arguments);

}  // namespace nacre::flows
