// The catalogue: ordered, complete entries, and the page that is made from it.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "diagnostics/catalogue.hpp"
#include "nacre/diagnostics.hpp"

namespace nacre {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

TEST(DiagnosticsCatalogue, CodesAreSortedAndUnique) {
  const auto& entries = catalogue();
  ASSERT_GT(entries.size(), 50u);
  for (std::size_t i = 1; i < entries.size(); ++i) EXPECT_LT(entries[i - 1].code, entries[i].code);
}

TEST(DiagnosticsCatalogue, EveryEntryIsComplete) {
  for (const CatalogueEntry& entry : catalogue()) {
    SCOPED_TRACE(entry.code);
    EXPECT_EQ(entry.code.size(), 5u);
    EXPECT_FALSE(entry.title.empty());
    EXPECT_GT(entry.explanation.size(), 20u);
    EXPECT_FALSE(entry.example.empty());
    EXPECT_FALSE(entry.remedy.empty());
    EXPECT_EQ(entry.code[0] == 'W', entry.status == ExitStatus::Done);
    // Limits of size are N10xx; in-memory computing (N12xx) has its own beside other faults.
    if (!entry.code.starts_with("N12")) {
      EXPECT_EQ(entry.code.starts_with("N10"), entry.status == ExitStatus::TooLarge);
    }
    EXPECT_EQ(entry.code.starts_with("N07"), entry.status == ExitStatus::Tool);
  }
}

TEST(DiagnosticsCatalogue, FindsEachCodeAndNoOther) {
  for (const CatalogueEntry& entry : catalogue())
    EXPECT_EQ(find_catalogue_entry(entry.code), &entry);
  EXPECT_EQ(find_catalogue_entry("N0000"), nullptr);
  EXPECT_EQ(find_catalogue_entry("W9999"), nullptr);
  EXPECT_EQ(find_catalogue_entry(""), nullptr);
}

TEST(DiagnosticsCatalogue, MarkdownIsCurrent) {
  const std::filesystem::path page =
      std::filesystem::path(NACRE_SOURCE_DIR) / "docs/diagnostics.md";
  const char* update = std::getenv("NACRE_UPDATE_GOLDEN");
  if (update != nullptr && std::string_view(update) == "1") {
    std::ofstream(page, std::ios::binary) << catalogue_markdown();
  }
  EXPECT_EQ(read_file(page), catalogue_markdown()) << "NACRE_UPDATE_GOLDEN=1 rewrites the page";
}

TEST(Diagnostics, ExitStatusIsThatOfTheGravestError) {
  Diagnostics diagnostics;
  EXPECT_EQ(diagnostics.exit_status(), ExitStatus::Done);
  diagnostics.warning("W0402", {}, "a warning");
  EXPECT_EQ(diagnostics.exit_status(), ExitStatus::Done);
  EXPECT_FALSE(diagnostics.has_errors());
  diagnostics.error("N0801", {}, "differs");
  EXPECT_EQ(diagnostics.exit_status(), ExitStatus::ComparisonFailed);
  diagnostics.error("N1001", {}, "too large");
  diagnostics.error("N0201", {}, "unknown key");
  EXPECT_EQ(diagnostics.exit_status(), ExitStatus::TooLarge);
  EXPECT_EQ(diagnostics.num_errors(), 3);
  EXPECT_EQ(diagnostics.all().size(), 4u);
}

TEST(Diagnostics, ACodeWithoutEntryIsOurBug) {
  Diagnostics diagnostics;
  EXPECT_EXIT(diagnostics.error("N4711", {}, "x"), testing::ExitedWithCode(70),
              "N4711 has no entry");
}

}  // namespace
}  // namespace nacre
