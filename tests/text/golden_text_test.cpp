// Generated files byte for byte: tests/text/<design>/<file> is what `generate` writes for
// tests/text/<design>/spec.json. NACRE_UPDATE_GOLDEN=1 rewrites them; the diff is to be read.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "diagnostics/printer.hpp"
#include "nacre/generate.hpp"

namespace nacre {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

/// Copied leaves have tests of their own.
bool is_generated(const std::string& path) { return !path.starts_with("rtl/nacre_"); }

/// The files of a design, with a hash that does not change when the hash's rules do.
std::map<std::string, std::string> generate(const fs::path& folder) {
  Diagnostics diagnostics;
  std::optional<Spec> spec = read_spec(folder / "spec.json", diagnostics);
  EXPECT_TRUE(spec.has_value()) << format_all_text(diagnostics, false, "");
  if (!spec) return {};
  spec->hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  std::map<std::string, std::string> files;
  for (auto& [path, text] : generate_files(*spec).files) {
    if (is_generated(path)) files[path] = text;
  }
  return files;
}

/// Golden files of a design: all in its folder but its specification and data.
std::set<std::string> golden_files(const fs::path& folder) {
  std::set<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string path = entry.path().lexically_relative(folder).generic_string();
    if (entry.is_regular_file() && path != "spec.json" && entry.path().extension() != ".npy") {
      files.insert(path);
    }
  }
  return files;
}

class GoldenText : public testing::TestWithParam<std::string> {};

TEST_P(GoldenText, IsUnchanged) {
  const fs::path folder = fs::path(NACRE_SOURCE_DIR) / "tests" / "text" / GetParam();
  const auto files = generate(folder);
  const bool update = std::getenv("NACRE_UPDATE_GOLDEN") != nullptr;
  std::set<std::string> stale = golden_files(folder);
  for (const auto& [path, text] : files) {
    if (update) write(folder / path, text);
    EXPECT_EQ(read(folder / path), text) << path << ": NACRE_UPDATE_GOLDEN=1 rewrites it";
    stale.erase(path);
  }
  for (const std::string& path : stale) {
    if (update) {
      fs::remove(folder / path);
    } else {
      ADD_FAILURE() << path << " is no longer generated";
    }
  }
}

TEST_P(GoldenText, KeepsToTheHouseStyle) {
  for (const auto& [path, text] :
       generate(fs::path(NACRE_SOURCE_DIR) / "tests" / "text" / GetParam())) {
    EXPECT_EQ(text.back(), '\n') << path;
    EXPECT_EQ(text.find(" \n"), std::string::npos) << path << " has a space at the end of a line";
    EXPECT_EQ(text.find('\t'), std::string::npos) << path << " has a tabulator";
    if (!path.ends_with(".sv") || path.find("macro") != std::string::npos ||
        path.starts_with("stub")) {
      continue;
    }
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = text.find('\n', begin);
      EXPECT_LE(end - begin, 100u) << path << ": " << text.substr(begin, end - begin);
      begin = end + 1;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Text, GoldenText, testing::Values("tiny", "layers"),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace nacre
