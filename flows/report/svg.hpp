#pragma once
// Drawings of the report: inline SVG, coloured by the page's style (classes, no colours here).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nacre/stream.hpp"

namespace nacre::flows {

/// Bars of how often values occur; at most `kMaxBins` bins of whole width. `unit` labels the axis.
/// `limit` is set off by a line when it lies within the bins.
std::string svg_histogram(const std::vector<std::int64_t>& values, const std::string& unit,
                          std::optional<double> limit = std::nullopt);

/// Counts[label][decision] with the diagonal set off. `undecided` is the last column when any.
std::string svg_confusion(const std::vector<std::vector<std::int64_t>>& counts, bool undecided);

/// One value of what is swept: a proportion (or an amount) and the interval around it.
struct SweepMark {
  std::string label;  ///< below it
  double value = 0;
  double low = 0;
  double high = 0;
  bool is_chosen = false;  ///< set off: what the design has
};

/// Proportions against what is swept, from left to right, joined by a line.
std::string svg_sweep(const std::vector<SweepMark>& marks, const std::string& axis);

/// The same where each mark has its number on the axis, which is logarithmic if they span more than
/// two decades.
std::string svg_curve(const std::vector<SweepMark>& marks, const std::vector<double>& numbers,
                      const std::string& axis);

/// The same of amounts in `unit`, from 0 up.
std::string svg_amounts(const std::vector<SweepMark>& marks, const std::vector<double>& numbers,
                        const std::string& axis, const std::string& unit);

/// A proportion on a scale, with its interval.
std::string svg_interval(double value, double low, double high);

/// One stream of events: time steps from left to right (events of a step in their order), addresses
/// from bottom to top. `highlight`: a row that is set off.
std::string svg_raster(const std::vector<Word>& words, std::int64_t addresses, std::int64_t steps,
                       const std::string& title, std::optional<std::int64_t> highlight);

/// A grey image of rows x columns values, 0 ... largest.
std::string svg_image(const std::vector<std::int64_t>& pixels, std::int64_t rows,
                      std::int64_t columns, std::int64_t largest);

/// A part of a whole, with its own parts. `value` includes them.
struct TreePart {
  std::string label;
  double value = 0;
  std::string detail;  ///< shown when the pointer rests on it: "123 um2, 4 %"
  std::vector<TreePart> parts;
};

/// Nested rectangles whose areas are the values (squarified: Bruls, Huizing, van Wijk 2000). What
/// is left of a part beside its own parts is drawn as a rectangle without a label.
std::string svg_treemap(const TreePart& root);

/// A bar of several segments.
struct Bar {
  std::string group;  ///< heading; consecutive bars with the same group share it
  std::string label;
  struct Segment {
    const char* kind;  ///< style class: "logic", "clock", "leakage", "model"
    double value;
  };
  std::vector<Segment> segments;
  std::string text;  ///< beside the bar's end
};

/// Horizontal bars on one scale from 0.
std::string svg_bars(const std::vector<Bar>& bars, const std::string& title);

/// A swatch of one kind of segment, for the key.
std::string svg_swatch(const char* kind);

}  // namespace nacre::flows
