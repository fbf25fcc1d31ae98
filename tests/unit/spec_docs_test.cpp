// Tables in the documentation are those of the program. NACRE_UPDATE_GOLDEN=1 rewrites them.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "spec/kind_spec.hpp"
#include "spec/neuron_parse.hpp"
#include "spec/spec_schema.hpp"

namespace nacre {
namespace {

const std::filesystem::path kRoot = NACRE_SOURCE_DIR;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// Compares (or rewrites) what stands between `<!-- table: name -->` and the next `<!-- end -->`.
void check_table(const std::filesystem::path& page, const std::string& name,
                 const schema::Object& object) {
  SCOPED_TRACE(page.string() + ", table " + name);
  std::string text = read_file(page);
  const std::string marker = "<!-- table: " + name + " -->\n";
  const auto found = text.find(marker);
  ASSERT_NE(found, std::string::npos) << "the page has no such marker";
  const auto begin = found + marker.size();
  const auto end = text.find("<!-- end -->", begin);
  ASSERT_NE(end, std::string::npos);
  // These objects have a table of their own.
  const std::string table = schema::markdown_table(object, {"input", "dataset", "neuron"});
  const char* update = std::getenv("NACRE_UPDATE_GOLDEN");
  if (update != nullptr && std::string_view(update) == "1" &&
      text.substr(begin, end - begin) != table) {
    text.replace(begin, end - begin, table);
    std::ofstream(page, std::ios::binary) << text;
    return;
  }
  EXPECT_EQ(text.substr(begin, end - begin), table);
}

TEST(SpecDocs, SpecificationPage) {
  const auto page = kRoot / "docs/specification.md";
  check_table(page, "root", root_schema());
  check_table(page, "input", input_schema());
  check_table(page, "stage", stage_base_schema());
  check_table(page, "neuron", neuron_schema());
  check_table(page, "dataset", dataset_schema());
}

TEST(SpecDocs, EachKindsReadme) {
  for (const KindSpec* kind : kind_specs()) {
    const std::string name(kind->name);
    check_table(kRoot / "generator/src/kinds" / name / "README.md", "fields", kind->schema());
  }
}

TEST(SpecDocs, EachFieldIsDescribed) {
  const auto check = [](const schema::Object& object, const auto& self) -> void {
    for (const schema::Field& field : object.fields) {
      EXPECT_FALSE(field.description.empty()) << object.title << ": " << field.name;
      if (field.object != nullptr) self(*field.object, self);
    }
  };
  check(root_schema(), check);
  for (const KindSpec* kind : kind_specs()) check(stage_schema(*kind), check);
}

}  // namespace
}  // namespace nacre
