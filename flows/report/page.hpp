#pragma once
// What all pages share: head, style, cards, tables of figures, numbers as people read them.

#include <cstdint>
#include <string>
#include <vector>

#include "harness/metrics.hpp"

namespace nacre::flows {

/// From the doctype to the opening of <main>. The page forbids itself scripts and the network.
std::string page_begin(const std::string& title);
std::string page_end();

/// A box with a heading; `classes`: "wide" spans both columns.
std::string card(const std::string& title, const std::string& body, const char* classes = "");

/// All figures with unit, method and source, or the reason why there is no value.
std::string metrics_table(const std::vector<harness::Metric>& metrics);

/// Names and values: tools, options, hashes.
std::string properties_table(const harness::Properties& properties);

/// "12,345".
std::string with_separators(std::int64_t value);

/// The value alone, or "not known".
std::string metric_text(const harness::Metric& metric);

/// Three significant digits with a prefix of ten to a multiple of three: "12.3 nJ", "0 W".
std::string with_prefix(double value, const std::string& unit);

}  // namespace nacre::flows
