#pragma once
// Every code that nacre can print: title, explanation, example, remedy, exit status.

#include <string>
#include <string_view>
#include <vector>

#include "nacre/diagnostics.hpp"

namespace nacre {

/// One entry of the catalogue. `nacre explain` and docs/diagnostics.md print it.
struct CatalogueEntry {
  std::string_view code;         ///< N0102, W0401
  std::string_view title;        ///< one line, lower case
  std::string_view explanation;  ///< what is wrong and why it matters
  std::string_view example;      ///< what provokes it
  std::string_view remedy;
  ExitStatus status = ExitStatus::Usage;  ///< Done for warnings
};

/// All entries, sorted by code.
const std::vector<CatalogueEntry>& catalogue();

/// The entry of a code, or null.
const CatalogueEntry* find_catalogue_entry(std::string_view code);

/// The text of `nacre explain CODE`.
std::string explain_text(const CatalogueEntry& entry);

/// docs/diagnostics.md.
std::string catalogue_markdown();

}  // namespace nacre
