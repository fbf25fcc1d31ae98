// What a signal leaves behind: nothing. Each test signals a child process of its own.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "diagnostics/interrupt.hpp"

namespace nacre {
namespace {

std::filesystem::path fresh_folder(const char* name) {
  const auto folder = std::filesystem::path(testing::TempDir()) / name;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder / "deep");
  std::ofstream(folder / "deep/file") << "half";
  return folder;
}

/// Runs `body` in a child, sends it `number` once it says that it is ready, returns its exit
/// status.
template <class Body>
int status_after_signal(int number, Body body) {
  int ends[2] = {};
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    install_signal_handlers();
    body();
    [[maybe_unused]] const ssize_t written = write(ends[1], "r", 1);
    while (true) pause();
  }
  char ready = 0;
  EXPECT_EQ(read(ends[0], &ready, 1), 1);
  kill(child, number);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  close(ends[0]);
  close(ends[1]);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Interrupt, RemovesRegisteredFoldersAndEndsWith128PlusN) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    const auto folder = fresh_folder("nacre_interrupt_registered");
    EXPECT_EQ(status_after_signal(number, [&] { register_cleanup(folder); }), 128 + number);
    EXPECT_FALSE(std::filesystem::exists(folder));
  }
}

TEST(Interrupt, KeepsWhatWasUnregistered) {
  const auto folder = fresh_folder("nacre_interrupt_kept");
  EXPECT_EQ(status_after_signal(SIGTERM,
                                [&] {
                                  register_cleanup(folder);
                                  unregister_cleanup(folder);
                                }),
            143);
  EXPECT_TRUE(std::filesystem::exists(folder / "deep/file"));
  std::filesystem::remove_all(folder);
}

TEST(Interrupt, StopsRegisteredChildren) {
  int ends[2] = {};
  ASSERT_EQ(pipe(ends), 0);
  EXPECT_EQ(status_after_signal(SIGINT,
                                [&] {
                                  const pid_t tool = fork();
                                  if (tool == 0) {
                                    signal(SIGTERM, SIG_DFL);
                                    close(ends[0]);
                                    while (true) pause();
                                  }
                                  register_child(tool);
                                }),
            130);
  // The tool held the writing end; when it is gone too, reading ends.
  close(ends[1]);
  char byte = 0;
  EXPECT_EQ(read(ends[0], &byte, 1), 0);
  close(ends[0]);
}

TEST(Interrupt, AnIgnoredSignalStaysIgnored) {
  const auto folder = fresh_folder("nacre_interrupt_ignored");
  int ends[2] = {};
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGHUP, SIG_IGN);
    install_signal_handlers();
    register_cleanup(folder);
    raise(SIGHUP);
    usleep(50000);
    _exit(interrupted() ? 1 : 7);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_TRUE(std::filesystem::exists(folder));
  std::filesystem::remove_all(folder);
  close(ends[0]);
  close(ends[1]);
}

TEST(Interrupt, TemporaryPathRemovesUnlessKept) {
  const auto folder = fresh_folder("nacre_interrupt_temporary");
  { const TemporaryPath temporary(folder); }
  EXPECT_FALSE(std::filesystem::exists(folder));
  fresh_folder("nacre_interrupt_temporary");
  {
    TemporaryPath temporary(folder);
    temporary.keep();
  }
  EXPECT_TRUE(std::filesystem::exists(folder));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace nacre
