// nacre explain CODE: the catalogue entry of a message.

#include <fmt/core.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli.hpp"
#include "diagnostics/catalogue.hpp"
#include "diagnostics/nearest.hpp"

namespace nacre::cli {
namespace {

nlohmann::ordered_json entry_json(const CatalogueEntry& entry) {
  return {{"code", entry.code},
          {"title", entry.title},
          {"explanation", entry.explanation},
          {"example", entry.example},
          {"remedy", entry.remedy},
          {"exit_status", static_cast<int>(entry.status)}};
}

int print_list(const CommonOptions& options) {
  if (options.format == Format::Json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const CatalogueEntry& entry : catalogue()) list.push_back(entry_json(entry));
    print_result(list);
    return 0;
  }
  std::vector<std::vector<std::string>> rows = {{"code", "exit", "title"}};
  for (const CatalogueEntry& entry : catalogue()) {
    rows.push_back(
        {std::string(entry.code),
         entry.status == ExitStatus::Done ? "-" : fmt::format("{}", static_cast<int>(entry.status)),
         std::string(entry.title)});
  }
  print_result(format_table(rows));
  return 0;
}

}  // namespace

Verb explain_verb() {
  struct Options {
    std::string code;
    bool list = false;
  };
  const auto wanted = std::make_shared<Options>();
  Verb verb;
  verb.name = "explain";
  verb.summary = "explain the code of a message";
  verb.example = "nacre explain N0402";
  verb.add_options = [wanted](CLI::App& app) {
    app.add_option("CODE", wanted->code, "as in error[N0402]");
    app.add_flag("--list", wanted->list, "list all codes");
  };
  verb.run = [wanted](const CommonOptions& options) {
    if (wanted->list) return print_list(options);
    Diagnostics diagnostics;
    if (wanted->code.empty()) {
      diagnostics.error("N0903", {}, "'CODE' is missing", "`nacre explain --list` lists the codes");
      return finish(options, diagnostics, "nothing done");
    }
    std::string code = wanted->code;
    for (char& c : code) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    if (const CatalogueEntry* entry = find_catalogue_entry(code); entry != nullptr) {
      if (options.format == Format::Json) {
        print_result(entry_json(*entry));
      } else {
        print_result(explain_text(*entry));
      }
      return 0;
    }
    diagnostics.error("N0904", {}, fmt::format("there is no code '{}'", wanted->code),
                      "`nacre explain --list` lists the codes");
    return finish(options, diagnostics, "nothing done");
  };
  return verb;
}

}  // namespace nacre::cli
