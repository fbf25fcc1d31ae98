// nacre schema [KIND]: JSON Schema of a specification, or of one kind of stage.

#include <fmt/core.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli.hpp"
#include "diagnostics/nearest.hpp"
#include "spec/spec_schema.hpp"

namespace nacre::cli {

Verb schema_verb() {
  const auto wanted = std::make_shared<std::string>();
  Verb verb;
  verb.name = "schema";
  verb.summary = "print the JSON Schema (draft-07) of a specification, for editors";
  verb.example = "nacre schema > nacre.schema.json";
  verb.add_options = [wanted](CLI::App& app) {
    app.add_option("KIND", *wanted, "only the stage of this kind");
  };
  verb.run = [wanted](const CommonOptions& options) {
    if (wanted->empty()) {
      print_result(spec_json_schema());
      return 0;
    }
    const KindSpec* kind = find_kind_spec(*wanted);
    if (kind != nullptr) {
      print_result(kind_json_schema(*kind));
      return 0;
    }
    std::vector<std::string> names;
    for (const KindSpec* each : kind_specs()) names.emplace_back(each->name);
    const auto near = nearest_word(*wanted, names);
    Diagnostics diagnostics;
    diagnostics.error("N0904", {}, fmt::format("there is no kind '{}'", *wanted),
                      near ? fmt::format("did you mean '{}'?", *near)
                           : fmt::format("kinds: {}", quoted_list(names, "and")));
    return finish(options, diagnostics, "nothing done");
  };
  return verb;
}

}  // namespace nacre::cli
