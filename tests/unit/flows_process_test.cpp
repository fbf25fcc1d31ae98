#include "process/process.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "verilator/model.hpp"

namespace nacre::flows {
namespace {

/// A folder of its own that goes with the test.
class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "nacre-test-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~Scratch() { std::filesystem::remove_all(folder_); }
  std::filesystem::path operator/(const char* name) const { return folder_ / name; }

 private:
  std::filesystem::path folder_;
};

std::filesystem::path script(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file) << "#!/bin/sh\n" << text << "\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  return file;
}

TEST(Process, TellsHowAProgramEnded) {
  EXPECT_EQ(run({.arguments = {"sh", "-c", "exit 7"}}).status, 7);
  EXPECT_EQ(run({.arguments = {"sh", "-c", "kill -TERM $$"}}).status, 128 + 15);
  const Exit missing = run({.arguments = {"./no_such_program"}});
  EXPECT_FALSE(missing.started);
  EXPECT_FALSE(missing.start_error.empty());
}

TEST(Process, ArgumentsAreNotWordsOfAShell) {
  const auto said = run_and_read({.arguments = {"printf", "%s", "a b;$(echo c)`d`"}});
  ASSERT_TRUE(said);
  EXPECT_EQ(*said, "a b;$(echo c)`d`");
}

TEST(Process, StopsAProgramAndItsChildrenAtTheLimit) {
  const Scratch scratch;
  const auto begin = std::chrono::steady_clock::now();
  // The grandchild would write the file a second after the limit.
  const Exit exit = run({.arguments = {"sh", "-c", "(sleep 2; echo late > late) & sleep 30"},
                         .folder = scratch / "",
                         .time_limit = std::chrono::seconds(1)});
  EXPECT_TRUE(exit.timed_out);
  EXPECT_FALSE(exit.ok());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  ::sleep(2);
  EXPECT_FALSE(std::filesystem::exists(scratch / "late"));
}

TEST(Process, DisplaysWhatAShellNeedsQuoted) {
  EXPECT_EQ(display({"nacre", "verify", "a b.json"}), "nacre verify 'a b.json'");
}

TEST(Model, AToolThatNeverEndsIsReportedAndLeavesNothing) {
  const Scratch scratch;
  Diagnostics diagnostics;
  auto verilator = find_verilator(diagnostics);
  ASSERT_TRUE(verilator);
  verilator->program = script(scratch / "verilator", "sleep 60");
  const auto compiler = find_compiler(diagnostics);
  ASSERT_TRUE(compiler);
  const auto model = build_model(
      {.top = "top", .files = {{"rtl/top.sv", "module top; endmodule\n"}}},
      {.waves = false, .cache = scratch / "cache", .time_limit = std::chrono::seconds(1)},
      *verilator, *compiler, diagnostics);
  EXPECT_FALSE(model);
  ASSERT_EQ(diagnostics.num_errors(), 1);
  EXPECT_EQ(diagnostics.all().front().code, "N0704");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(scratch / "cache")) {
    EXPECT_NE(entry.path().extension(), ".so") << entry.path();
  }
}

}  // namespace
}  // namespace nacre::flows
