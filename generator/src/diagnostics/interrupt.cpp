#include "diagnostics/interrupt.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "nacre/diagnostics.hpp"

namespace nacre {
namespace {

/// What a signal has to undo. Lives as long as the process: a signal can come during exit, too.
struct Registry {
  std::mutex mutex;
  std::vector<std::filesystem::path> paths;
  std::vector<pid_t> children;
};

Registry& registry() {
  static Registry* const instance = new Registry;
  return *instance;
}

std::atomic<bool> g_interrupted = false;
int g_pipe_write = -1;

extern "C" void on_signal(int number) {
  const int saved = errno;
  g_interrupted.store(true);
  const unsigned char byte = static_cast<unsigned char>(number);
  // A full pipe means that a signal is being served already.
  [[maybe_unused]] const ssize_t written = write(g_pipe_write, &byte, 1);
  errno = saved;
}

void stop_children(const std::vector<pid_t>& children) {
  for (const pid_t child : children) kill(child, SIGTERM);
  for (int i = 0; i < 50; ++i) {
    const bool alive = std::any_of(children.begin(), children.end(),
                                   [](pid_t child) { return kill(child, 0) == 0; });
    if (!alive) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  for (const pid_t child : children) kill(child, SIGKILL);
}

void remove_paths(const std::vector<std::filesystem::path>& paths) {
  for (const auto& path : paths) {
    // Another thread may still be writing into the folder; once the folder is gone, it can not.
    for (int attempt = 0; attempt < 50; ++attempt) {
      std::error_code error;
      std::filesystem::remove_all(path, error);
      if (!error) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
}

void serve_signal(int pipe_read) {
  unsigned char number = 0;
  ssize_t got = 0;
  do {
    got = read(pipe_read, &number, 1);
  } while (got < 0 && errno == EINTR);
  if (got != 1) return;
  // Held until the end: nobody registers or forgets a path while we clean up.
  Registry& all = registry();
  all.mutex.lock();
  stop_children(all.children);
  remove_paths(all.paths);
  fmt::print(stderr, "nacre: stopped by signal {}; nothing half written is left\n", number);
  std::fflush(stderr);
  _exit(128 + number);
}

}  // namespace

void install_signal_handlers() {
  int ends[2] = {-1, -1};
  NACRE_CHECK(pipe2(ends, O_CLOEXEC) == 0, "a pipe for signals cannot be made");
  NACRE_CHECK(fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0, "the signal pipe cannot be configured");
  g_pipe_write = ends[1];
  std::thread(serve_signal, ends[0]).detach();
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction old = {};
    // nohup and background jobs of a shell ignore some signals; that is their wish.
    if (sigaction(number, nullptr, &old) == 0 && old.sa_handler == SIG_IGN) continue;
    struct sigaction action = {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    NACRE_CHECK(sigaction(number, &action, nullptr) == 0, "a signal handler cannot be installed");
  }
}

bool interrupted() { return g_interrupted.load(); }

void register_cleanup(const std::filesystem::path& path) {
  // Absolute, so that a later change of folder does not remove another file.
  const std::scoped_lock lock(registry().mutex);
  registry().paths.push_back(std::filesystem::absolute(path));
}

void unregister_cleanup(const std::filesystem::path& path) {
  const std::scoped_lock lock(registry().mutex);
  std::erase(registry().paths, std::filesystem::absolute(path));
}

void remove_registered_paths() {
  // Not waiting: an assumption can also fail while the lock is held.
  const std::unique_lock lock(registry().mutex, std::try_to_lock);
  if (lock.owns_lock()) remove_paths(registry().paths);
}

void register_child(pid_t pid) {
  const std::scoped_lock lock(registry().mutex);
  registry().children.push_back(pid);
}

void unregister_child(pid_t pid) {
  const std::scoped_lock lock(registry().mutex);
  std::erase(registry().children, pid);
}

TemporaryPath::TemporaryPath(std::filesystem::path path) : path_(std::move(path)) {
  register_cleanup(path_);
}

TemporaryPath::~TemporaryPath() {
  if (!owned_) return;
  std::error_code error;
  std::filesystem::remove_all(path_, error);
  unregister_cleanup(path_);
}

void TemporaryPath::keep() {
  if (owned_) unregister_cleanup(path_);
  owned_ = false;
}

}  // namespace nacre
