// nacre kinds: the sorts of stage that a design can have.

#include <nlohmann/json.hpp>

#include "cli.hpp"
#include "spec/kind_spec.hpp"

namespace nacre::cli {

Verb kinds_verb() {
  Verb verb;
  verb.name = "kinds";
  verb.summary = "list the kinds of stage";
  verb.example = "nacre kinds";
  verb.add_options = [](CLI::App&) {};
  verb.run = [](const CommonOptions& options) {
    if (options.format == Format::Json) {
      nlohmann::ordered_json list = nlohmann::ordered_json::array();
      for (const KindSpec* kind : kind_specs()) {
        list.push_back({{"name", kind->name},
                        {"summary", kind->summary},
                        {"input", kind->takes_values ? "values" : "events"},
                        {"decides", kind->decides}});
      }
      print_result(list);
      return 0;
    }
    std::vector<std::vector<std::string>> rows = {{"kind", "input", "summary"}};
    for (const KindSpec* kind : kind_specs()) {
      rows.push_back({std::string(kind->name), kind->takes_values ? "values" : "events",
                      std::string(kind->summary)});
    }
    print_result(format_table(rows));
    return 0;
  };
  return verb;
}

}  // namespace nacre::cli
