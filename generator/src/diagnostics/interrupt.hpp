#pragma once
// Ctrl-C and friends: nothing half written stays behind, exit status 128 + n.
//
// A handler may do almost nothing, so it only writes the signal's number to a pipe; a thread of
// ours reads it, stops registered children, removes registered paths and ends the process. The
// signal mask is untouched, so children started with posix_spawn need no care.

#include <sys/types.h>

#include <filesystem>

namespace nacre {

/// Installs the handlers of SIGINT, SIGTERM and SIGHUP (a signal that is ignored stays ignored).
/// Call once, before other threads start.
void install_signal_handlers();

/// True once a signal came. Long loops may ask, to stop early; they need not.
bool interrupted();

/// `path` (a file or a whole folder) is removed when a signal ends the process.
void register_cleanup(const std::filesystem::path& path);

/// Forgets a path, because it was renamed to its final place or removed.
void unregister_cleanup(const std::filesystem::path& path);

/// Removes every registered path now: for an end of the process that unwinds no stack.
void remove_registered_paths();

/// `pid` gets SIGTERM, then SIGKILL, when a signal ends the process. Negative: a process group.
void register_child(pid_t pid);
void unregister_child(pid_t pid);

/// A temporary file or folder: removed by the destructor and on signals, unless kept.
class TemporaryPath {
 public:
  explicit TemporaryPath(std::filesystem::path path);
  ~TemporaryPath();
  TemporaryPath(const TemporaryPath&) = delete;
  TemporaryPath& operator=(const TemporaryPath&) = delete;
  const std::filesystem::path& path() const { return path_; }
  /// It has become permanent (renamed): it is not removed any more.
  void keep();

 private:
  std::filesystem::path path_;
  bool owned_ = true;
};

}  // namespace nacre
