// Output folders: whole or not at all, ours or left alone.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <thread>

#include "nacre/output_tree.hpp"
#include "spec/design_hash.hpp"

namespace nacre {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

void write(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// Path -> bytes of everything below a folder.
std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      files[entry.path().lexically_relative(folder).generic_string()] = read(entry.path());
    }
  }
  return files;
}

class OutputTree : public testing::Test {
 protected:
  OutputTree() {
    std::string pattern = (fs::temp_directory_path() / "nacre_test_XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
    out_ = root_ / "out";
  }
  ~OutputTree() override { fs::remove_all(root_); }

  static FileTree tree(const std::string& mark) {
    return {
        .design = "demo",
        .hash = std::string(64, 'a'),
        .files = {{"rtl.f", "rtl/demo.sv\n"}, {"rtl/demo.sv", "module demo; // " + mark + "\n"}}};
  }

  /// The code of the only error that writing reports; empty when it is written.
  std::string write_code(const FileTree& files) { return write_code(out_, files); }
  static std::string write_code(const fs::path& out, const FileTree& files) {
    Diagnostics diagnostics;
    const bool done = write_tree(out, files, diagnostics);
    EXPECT_EQ(done, !diagnostics.has_errors());
    EXPECT_LE(diagnostics.all().size(), 1u);
    return diagnostics.all().empty() ? "" : diagnostics.all().front().code;
  }

  /// Names beside the output folder: a failed run leaves none.
  std::vector<std::string> beside() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(root_)) {
      if (entry.path() != out_) names.push_back(entry.path().filename().string());
    }
    return names;
  }

  fs::path root_, out_;
};

TEST_F(OutputTree, WritesFilesAndManifest) {
  EXPECT_EQ(write_code(tree("one")), "");
  const auto files = contents(out_);
  EXPECT_EQ(files.size(), 3u);
  EXPECT_EQ(files.at("rtl/demo.sv"), "module demo; // one\n");
  const auto manifest = nlohmann::json::parse(files.at("manifest.json"));
  EXPECT_EQ(manifest["tool"], "nacre");
  EXPECT_EQ(manifest["design"], "demo");
  EXPECT_EQ(manifest["hash"], std::string(64, 'a'));
  EXPECT_EQ(manifest["files"].size(), 2u);
  EXPECT_EQ(manifest["files"]["rtl.f"], sha256_hex("rtl/demo.sv\n"));
  EXPECT_TRUE(beside().empty());
}

TEST_F(OutputTree, MakesMissingParents) {
  EXPECT_EQ(write_code(root_ / "a/b/c", tree("one")), "");
  EXPECT_TRUE(fs::exists(root_ / "a/b/c/manifest.json"));
}

TEST_F(OutputTree, SlashAtTheEndIsTheSameFolder) {
  EXPECT_EQ(write_code(out_.string() + "/", tree("one")), "");
  EXPECT_TRUE(fs::exists(out_ / "manifest.json"));
}

TEST_F(OutputTree, ReplacesItsOwnOutput) {
  FileTree first = tree("one");
  first.files["docs/old.md"] = "old\n";
  EXPECT_EQ(write_code(first), "");
  EXPECT_EQ(write_code(tree("two")), "");
  const auto files = contents(out_);
  EXPECT_EQ(files.at("rtl/demo.sv"), "module demo; // two\n");
  EXPECT_FALSE(files.contains("docs/old.md"));
  EXPECT_TRUE(beside().empty());
}

TEST_F(OutputTree, UsesAnEmptyFolder) {
  fs::create_directory(out_);
  EXPECT_EQ(write_code(tree("one")), "");
  EXPECT_TRUE(beside().empty());
}

TEST_F(OutputTree, FollowsALinkToAFolder) {
  fs::create_directory(root_ / "real");
  fs::create_directory_symlink(root_ / "real", out_);
  EXPECT_EQ(write_code(tree("one")), "");
  EXPECT_TRUE(fs::is_symlink(out_));
  EXPECT_TRUE(fs::exists(root_ / "real/manifest.json"));
}

TEST_F(OutputTree, RefusesAForeignFolder) {
  fs::create_directory(out_);
  write(out_ / "thesis.txt", "years of work");
  EXPECT_EQ(write_code(tree("one")), "N0601");
  EXPECT_EQ(contents(out_), (std::map<std::string, std::string>{{"thesis.txt", "years of work"}}));
  EXPECT_TRUE(beside().empty());
}

TEST_F(OutputTree, RefusesAForeignManifest) {
  fs::create_directory(out_);
  for (const std::string text :
       {"{\"tool\": \"other\", \"files\": {}}", "[]", "no JSON", "",
        "{\"tool\": \"nacre\", \"files\": [1]}", "{\"tool\": \"nacre\", \"files\": {\"a\": 1}}"}) {
    write(out_ / "manifest.json", text);
    EXPECT_EQ(write_code(tree("one")), "N0601") << text;
    EXPECT_EQ(read(out_ / "manifest.json"), text);
  }
}

TEST_F(OutputTree, RefusesAFile) {
  write(out_, "a file");
  EXPECT_EQ(write_code(tree("one")), "N0601");
  EXPECT_EQ(read(out_), "a file");
}

TEST_F(OutputTree, RefusesAFolderWithAStrangeFile) {
  EXPECT_EQ(write_code(tree("one")), "");
  write(out_ / "rtl/mine.sv", "module mine;");
  const auto before = contents(out_);
  EXPECT_EQ(write_code(tree("two")), "N0604");
  EXPECT_EQ(contents(out_), before);
}

TEST_F(OutputTree, RefusesAChangedFile) {
  EXPECT_EQ(write_code(tree("one")), "");
  write(out_ / "rtl/demo.sv", "module demo; // improved by hand\n");
  const auto before = contents(out_);
  EXPECT_EQ(write_code(tree("two")), "N0604");
  EXPECT_EQ(contents(out_), before);
}

TEST_F(OutputTree, RefusesAFileThatBecameALink) {
  EXPECT_EQ(write_code(tree("one")), "");
  fs::rename(out_ / "rtl.f", root_ / "rtl.f");
  fs::create_symlink(root_ / "rtl.f", out_ / "rtl.f");
  EXPECT_EQ(write_code(tree("two")), "N0604");
}

TEST_F(OutputTree, ADeletedFileIsNoReasonToRefuse) {
  EXPECT_EQ(write_code(tree("one")), "");
  fs::remove(out_ / "rtl.f");
  EXPECT_EQ(write_code(tree("two")), "");
}

TEST_F(OutputTree, MayWriteChangesNothing) {
  Diagnostics diagnostics;
  EXPECT_TRUE(may_write_tree(root_ / "a/b", diagnostics));
  EXPECT_FALSE(fs::exists(root_ / "a"));
  write(out_, "a file");
  EXPECT_FALSE(may_write_tree(out_, diagnostics));
  EXPECT_EQ(diagnostics.num_errors(), 1);
}

/// Files above this size cannot be written while it lives: as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_{};
  void (*old_handler_)(int) = nullptr;
};

TEST_F(OutputTree, AFullDiskLeavesTheOldFolder) {
  EXPECT_EQ(write_code(tree("one")), "");
  const auto before = contents(out_);
  FileTree large = tree("two");
  large.files["mem/weights.hex"] = std::string(100000, '0');
  {
    const FileSizeLimit limit(50000);
    EXPECT_EQ(write_code(large), "N0603");
  }
  EXPECT_EQ(contents(out_), before);
  EXPECT_TRUE(beside().empty());
}

TEST_F(OutputTree, AFullDiskLeavesNothing) {
  FileTree large = tree("two");
  large.files["mem/weights.hex"] = std::string(100000, '0');
  {
    const FileSizeLimit limit(50000);
    EXPECT_EQ(write_code(root_ / "a/b", large), "N0603");
  }
  EXPECT_FALSE(fs::exists(root_ / "a"));
}

TEST_F(OutputTree, AFileInThePathIsReported) {
  write(root_ / "file", "text");
  EXPECT_EQ(write_code(root_ / "file/out", tree("one")), "N0602");
  EXPECT_EQ(read(root_ / "file"), "text");
}

TEST_F(OutputTree, AFolderWithoutPermissionIsReported) {
  EXPECT_EQ(write_code("/proc/nacre_test_out", tree("one")), "N0602");
}

TEST_F(OutputTree, ManyRunsAtOnceAllSucceedAndOneStays) {
  constexpr int kRuns = 8;
  std::vector<std::thread> threads;
  std::vector<int> failures(kRuns, 0);
  for (int run = 0; run < kRuns; ++run) {
    threads.emplace_back([&, run] {
      for (int round = 0; round < 10; ++round) {
        Diagnostics diagnostics;
        // Each run writes files of its own, so that a mixture of two runs would show.
        FileTree files = tree(std::to_string(run));
        files.files["run_" + std::to_string(run)] = "x";
        if (!write_tree(out_, files, diagnostics)) ++failures[static_cast<std::size_t>(run)];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, std::vector<int>(kRuns, 0));
  const auto files = contents(out_);
  EXPECT_EQ(files.size(), 4u);
  const auto manifest = nlohmann::json::parse(files.at("manifest.json"));
  for (const auto& [path, hash] : manifest["files"].items()) {
    EXPECT_EQ(sha256_hex(files.at(path)), hash);
  }
  EXPECT_TRUE(beside().empty());
}

}  // namespace
}  // namespace nacre
