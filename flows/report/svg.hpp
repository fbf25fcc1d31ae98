#pragma once
// Drawings of the report: inline SVG, coloured by the page's style (classes, no colours here).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nacre/stream.hpp"

namespace nacre::flows {

/// Bars of how often values occur; at most `kMaxBins` bins of whole width. `unit` labels the axis.
std::string svg_histogram(const std::vector<std::int64_t>& values, const std::string& unit);

/// Counts[label][decision] with the diagonal set off. `undecided` is the last column when any.
std::string svg_confusion(const std::vector<std::vector<std::int64_t>>& counts, bool undecided);

/// A proportion on a scale, with its interval.
std::string svg_interval(double value, double low, double high);

/// One stream of events: time steps from left to right (events of a step in their order), addresses
/// from bottom to top. `highlight`: a row that is set off.
std::string svg_raster(const std::vector<Word>& words, std::int64_t addresses, std::int64_t steps,
                       const std::string& title, std::optional<std::int64_t> highlight);

/// A grey image of rows x columns values, 0 ... largest.
std::string svg_image(const std::vector<std::int64_t>& pixels, std::int64_t rows,
                      std::int64_t columns, std::int64_t largest);

}  // namespace nacre::flows
