#include "report/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "report/page.hpp"

namespace nacre::flows {
namespace {

constexpr std::int64_t kMaxBins = 24;
/// Above this the raster would be a solid block and the page megabytes.
constexpr std::size_t kMaxMarks = 4000;

std::string begin_svg(double width, double height, const std::string& label,
                      const char* extra_class = "") {
  return fmt::format(
      "<svg viewBox=\"0 0 {:.0f} {:.0f}\" class=\"drawing {}\" role=\"img\" "
      "aria-label=\"{}\">\n",
      width, height, extra_class, label);
}

std::string text_at(double x, double y, const std::string& text, const char* anchor,
                    const char* classes = "label") {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" class=\"{}\">{}</text>\n",
                     x, y, anchor, classes, text);
}

std::string line(double x1, double y1, double x2, double y2, const char* classes) {
  return fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>\n", x1, y1, x2,
      y2, classes);
}

std::string rectangle(double x, double y, double width, double height, const char* classes,
                      const std::string& attributes = {}) {
  return fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" class=\"{}\"{}/>\n", x, y,
      width, height, classes, attributes);
}

/// A width for bins that people read easily: 1, 2 or 5 times a power of ten.
std::int64_t round_width(std::int64_t range) {
  std::int64_t width = 1;
  for (int i = 0; range / width >= kMaxBins; ++i) width = (i % 3 == 1) ? width / 2 * 5 : width * 2;
  return width;
}

}  // namespace

std::string svg_histogram(const std::vector<std::int64_t>& values, const std::string& unit,
                          std::optional<double> limit) {
  if (values.empty()) return {};
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const std::int64_t width = round_width(*most - *least + 1);
  const std::int64_t first = *least / width * width;
  const auto num_bins = static_cast<std::size_t>((*most - first) / width + 1);
  std::vector<std::int64_t> bins(num_bins, 0);
  for (const std::int64_t value : values) ++bins[static_cast<std::size_t>((value - first) / width)];
  const std::int64_t tallest = *std::max_element(bins.begin(), bins.end());

  constexpr double kWidth = 460, kHeight = 200, kLeft = 44, kBottom = 38, kTop = 12, kRight = 12;
  const double plot_width = kWidth - kLeft - kRight;
  const double plot_height = kHeight - kTop - kBottom;
  const double step = plot_width / static_cast<double>(num_bins);
  std::string svg = begin_svg(kWidth, kHeight, "histogram of " + unit);
  for (const double part : {0.5, 1.0}) {
    const double y = kTop + plot_height * (1 - part);
    svg += line(kLeft, y, kWidth - kRight, y, "grid");
    svg += text_at(kLeft - 6, y + 4,
                   fmt::format("{}", static_cast<std::int64_t>(
                                         std::llround(static_cast<double>(tallest) * part))),
                   "end");
  }
  for (std::size_t b = 0; b < num_bins; ++b) {
    const double height = plot_height * static_cast<double>(bins[b]) / static_cast<double>(tallest);
    const std::int64_t from = first + static_cast<std::int64_t>(b) * width;
    svg += fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" class=\"bar\">"
        "<title>{} ... {}: {}</title></rect>\n",
        kLeft + static_cast<double>(b) * step + 0.5, kTop + plot_height - height,
        std::max(1.0, step - 1), height, from, from + width - 1, bins[b]);
  }
  svg += line(kLeft, kTop + plot_height, kWidth - kRight, kTop + plot_height, "axis");
  const std::size_t every = std::max<std::size_t>(1, num_bins / 6);
  for (std::size_t b = 0; b < num_bins; b += every) {
    svg += text_at(kLeft + static_cast<double>(b) * step, kHeight - kBottom + 16,
                   fmt::format("{}", first + static_cast<std::int64_t>(b) * width), "middle");
  }
  if (limit) {
    const double bin = (*limit - static_cast<double>(first)) / static_cast<double>(width);
    const double x = kLeft + bin * step;
    if (bin >= 0 && bin <= static_cast<double>(num_bins)) {
      svg += line(x, kTop, x, kTop + plot_height, "limit");
    }
  }
  svg += text_at(kLeft + plot_width / 2, kHeight - 4, unit, "middle");
  return svg + "</svg>\n";
}

namespace {

/// A number that divides an axis of this length well: 1, 2 or 5 times a power of ten.
double round_step(double length) {
  const double power = std::pow(10.0, std::floor(std::log10(length)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= length) return factor * power;
  }
  return 10 * power;
}

/// The vertical axis of a curve, and how it writes a value.
struct Scale {
  double least = 0;
  double most = 1;
  std::string unit{};  ///< empty: proportions

  std::string text(double value) const {
    return unit.empty() ? fmt::format("{:.3g} %", 100 * value) : with_prefix(value, unit);
  }
};

/// Proportions up to 1: the floor is one whose quarters are round numbers.
Scale scale_of_proportions(const std::vector<SweepMark>& marks) {
  double least = 1;
  for (const SweepMark& mark : marks) least = std::min(least, mark.low);
  Scale scale;
  for (const double each : {0.2, 0.4, 0.6, 0.8, 0.9}) {
    if (each <= least) scale.least = each;
  }
  return scale;
}

/// `places`: of the marks on the horizontal axis, 0 ... 1.
std::string draw_curve(const std::vector<SweepMark>& marks, const std::vector<double>& places,
                       const Scale& scale, const std::string& axis, const std::string& title) {
  constexpr double kWidth = 460, kHeight = 220, kLeft = 56, kBottom = 38, kTop = 12, kRight = 12;
  constexpr double kCharacter = 6.3;
  const double plot_width = kWidth - kLeft - kRight;
  const double plot_height = kHeight - kTop - kBottom;
  const auto x_of = [&](std::size_t i) { return kLeft + plot_width * places[i]; };
  const auto y_of = [&](double value) {
    return kTop + plot_height * (scale.most - value) / std::max(1e-30, scale.most - scale.least);
  };
  std::string svg = begin_svg(kWidth, kHeight, title);
  for (int i = 0; i <= 4; ++i) {
    const double value = scale.least + (scale.most - scale.least) * i / 4;
    svg += line(kLeft, y_of(value), kWidth - kRight, y_of(value), i == 0 ? "axis" : "grid");
    svg += text_at(kLeft - 6, y_of(value) + 4, scale.text(value), "end");
  }
  const auto half_label = [&](std::size_t i) {
    return kCharacter * static_cast<double>(marks[i].label.size() + 1) / 2;
  };
  std::optional<std::size_t> chosen;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (!marks[i].is_chosen) continue;
    svg += rectangle(x_of(i) - 14, kTop, 28, plot_height, "chosen");
    chosen = i;
  }
  double labelled_to = 0;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const SweepMark& mark = marks[i];
    const double x = x_of(i);
    if (i > 0) svg += line(x_of(i - 1), y_of(marks[i - 1].value), x, y_of(mark.value), "plus");
    svg += rectangle(x - 4, y_of(mark.high), 8, std::max(1.0, y_of(mark.low) - y_of(mark.high)),
                     "interval");
    svg += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" class=\"point\"><title>{}: ", x,
                       y_of(mark.value), mark.label);
    svg += scale.unit.empty() ? fmt::format("{:.1f} % ({:.1f} ... {:.1f} %)", 100 * mark.value,
                                            100 * mark.low, 100 * mark.high)
                              : scale.text(mark.value);
    svg += "</title></circle>\n";
    // Neighbours on a true scale may stand closer than their labels; the chosen one keeps its own.
    const double half = half_label(i);
    const bool hides_chosen =
        chosen && i != *chosen && std::abs(x - x_of(*chosen)) < half + half_label(*chosen);
    if (hides_chosen || x - half < labelled_to) continue;
    svg += text_at(x, kHeight - kBottom + 16, mark.label, "middle");
    labelled_to = x + half;
  }
  svg += text_at(kLeft + plot_width / 2, kHeight - 4, axis, "middle");
  return svg + "</svg>\n";
}

/// Places of numbers on a linear or, over more than two decades, a logarithmic axis; what is not
/// above 0 stands at the end of that.
std::vector<double> places_of(const std::vector<double>& numbers) {
  constexpr double kMargin = 0.06, kDecades = 100, kApart = 0.15;
  const double most = *std::max_element(numbers.begin(), numbers.end());
  double least = most;
  for (const double x : numbers) {
    if (x > 0) least = std::min(least, x);
  }
  std::vector<double> places = numbers;
  if (least > 0 && most > kDecades * least * (1 + 1e-9) &&
      *std::min_element(numbers.begin(), numbers.end()) >= 0) {
    const double zero = std::log(least) - kApart * std::log(most / least);
    for (double& x : places) x = x > 0 ? std::log(x) : zero;
  }
  const auto [first, last] = std::minmax_element(places.begin(), places.end());
  const double begin = *first, length = *last - *first;
  for (double& x : places) {
    x = length > 0 ? kMargin + (1 - 2 * kMargin) * (x - begin) / length : 0.5;
  }
  return places;
}

}  // namespace

std::string svg_sweep(const std::vector<SweepMark>& marks, const std::string& axis) {
  if (marks.empty()) return {};
  std::vector<double> places;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    places.push_back((static_cast<double>(i) + 0.5) / static_cast<double>(marks.size()));
  }
  return draw_curve(marks, places, scale_of_proportions(marks), axis, "accuracy against " + axis);
}

std::string svg_curve(const std::vector<SweepMark>& marks, const std::vector<double>& numbers,
                      const std::string& axis) {
  if (marks.empty()) return {};
  return draw_curve(marks, places_of(numbers), scale_of_proportions(marks), axis,
                    "accuracy against " + axis);
}

std::string svg_amounts(const std::vector<SweepMark>& marks, const std::vector<double>& numbers,
                        const std::string& axis, const std::string& unit) {
  double largest = 0;
  for (const SweepMark& mark : marks) largest = std::max(largest, mark.value);
  if (marks.empty() || largest <= 0) return {};
  const Scale scale{.least = 0, .most = 4 * round_step(largest / 4), .unit = unit};
  return draw_curve(marks, places_of(numbers), scale, axis, unit + " against " + axis);
}

std::string svg_confusion(const std::vector<std::vector<std::int64_t>>& counts, bool undecided) {
  const std::size_t rows = counts.size();
  const std::size_t columns = counts.front().size();
  constexpr double kCell = 38, kLeft = 46, kTop = 34;
  const double width = kLeft + kCell * static_cast<double>(columns) + 4;
  const double height = kTop + kCell * static_cast<double>(rows) + 4;
  std::int64_t largest = 1;
  for (const auto& row : counts) {
    for (const std::int64_t count : row) largest = std::max(largest, count);
  }
  // Few classes must not fill the page.
  std::string svg = fmt::format("<div style=\"max-width:{:.0f}px\">", 1.2 * width) +
                    begin_svg(width, height, "confusion matrix");
  svg += text_at(kLeft + kCell * static_cast<double>(columns) / 2, 12, "decision", "middle");
  svg += fmt::format(
      "<text x=\"12\" y=\"{0:.1f}\" text-anchor=\"middle\" class=\"label\" "
      "transform=\"rotate(-90 12 {0:.1f})\">label</text>\n",
      kTop + kCell * static_cast<double>(rows) / 2);
  for (std::size_t c = 0; c < columns; ++c) {
    svg += text_at(kLeft + kCell * (static_cast<double>(c) + 0.5), kTop - 6,
                   undecided && c + 1 == columns ? "none" : fmt::format("{}", c), "middle");
  }
  for (std::size_t r = 0; r < rows; ++r) {
    const double y = kTop + kCell * static_cast<double>(r);
    svg += text_at(kLeft - 8, y + kCell / 2 + 4, fmt::format("{}", r), "end");
    for (std::size_t c = 0; c < columns; ++c) {
      const double x = kLeft + kCell * static_cast<double>(c);
      const std::int64_t count = counts[r][c];
      svg += rectangle(x, y, kCell - 2, kCell - 2, "cell");
      if (count == 0) continue;
      // The eye reads small counts off the diagonal better on a root scale.
      const double weight = std::sqrt(static_cast<double>(count) / static_cast<double>(largest));
      svg += rectangle(x, y, kCell - 2, kCell - 2, r == c ? "hit" : "miss",
                       fmt::format(" opacity=\"{:.2f}\"", 0.15 + 0.75 * weight));
      svg += text_at(x + kCell / 2 - 1, y + kCell / 2 + 4, fmt::format("{}", count), "middle",
                     weight > 0.6 ? "label strong" : "label dark");
    }
  }
  return svg + "</svg></div>\n";
}

std::string svg_interval(double value, double low, double high) {
  constexpr double kWidth = 300, kHeight = 34, kSide = 10;
  // The scale ends at 1 and begins at a round number below the interval.
  const double floor_value = std::max(0.0, std::floor((low - (1 - low) * 0.25) * 10) / 10);
  const auto x_of = [&](double v) {
    return kSide + (kWidth - 2 * kSide) * (v - floor_value) / std::max(1e-9, 1 - floor_value);
  };
  std::string svg = begin_svg(kWidth, kHeight, "accuracy with its 95 % interval", "small");
  svg += line(kSide, 12, kWidth - kSide, 12, "axis");
  svg += rectangle(x_of(low), 7, std::max(1.0, x_of(high) - x_of(low)), 10, "interval");
  svg += fmt::format("<circle cx=\"{:.1f}\" cy=\"12\" r=\"5\" class=\"point\"/>\n", x_of(value));
  svg += text_at(kSide, 31, fmt::format("{:.2f}", floor_value), "start");
  svg += text_at(kWidth - kSide, 31, "1", "end");
  return svg + "</svg>\n";
}

std::string svg_raster(const std::vector<Word>& words, std::int64_t addresses, std::int64_t steps,
                       const std::string& title, std::optional<std::int64_t> highlight) {
  constexpr double kWidth = 860, kLeft = 44, kRight = 8, kTop = 22, kBottom = 22;
  const bool few = addresses <= 32;
  const double row = few ? std::min(16.0, 320.0 / static_cast<double>(addresses))
                         : 220.0 / static_cast<double>(addresses);
  const double plot_height = row * static_cast<double>(addresses);
  const double height = kTop + plot_height + kBottom;
  const double step_width =
      (kWidth - kLeft - kRight) / static_cast<double>(std::max<std::int64_t>(1, steps));
  const auto y_of = [&](std::int64_t address) {
    return kTop + plot_height - row * (static_cast<double>(address) + 0.5);
  };
  std::string svg = begin_svg(kWidth, height, title, "raster");
  svg += text_at(kLeft, 13, title, "start", "label title");
  if (highlight) {
    svg += rectangle(kLeft, y_of(*highlight) - row / 2, kWidth - kLeft - kRight, row, "chosen");
  }
  const std::int64_t every_label = few ? 1 : std::max<std::int64_t>(1, (addresses + 3) / 4);
  for (std::int64_t a = 0; a < addresses; a += every_label) {
    if (few && row < 9 && a % 4 != 0) continue;
    svg += text_at(kLeft - 6, y_of(a) + 4, fmt::format("{}", a), "end");
  }
  const std::int64_t every_step = std::max<std::int64_t>(1, (steps + 15) / 16);
  for (std::int64_t s = 0; s <= steps; ++s) {
    const double x = kLeft + step_width * static_cast<double>(s);
    if (steps <= 128) svg += line(x, kTop, x, kTop + plot_height, "grid");
    if (s < steps && s % every_step == 0) {
      svg += text_at(x + step_width / 2, height - 6, fmt::format("{}", s), "middle");
    }
  }
  // Events of one step share its width, in their order.
  std::size_t marks = 0;
  std::int64_t step = 0;
  const double half = std::clamp(row * 0.4, 2.0, 6.0);
  const double thick = few ? 2.0 : 3.2;
  for (std::size_t i = 0; i < words.size();) {
    std::size_t end = i;
    while (end < words.size() && words[end].kind == WordKind::Event) ++end;
    const auto events = static_cast<double>(end - i);
    for (std::size_t e = i; e < end && marks < kMaxMarks; ++e, ++marks) {
      const double x = kLeft + step_width * (static_cast<double>(std::min(step, steps)) +
                                             (static_cast<double>(e - i) + 0.5) / events);
      const double y = y_of(words[e].address);
      svg += fmt::format("<path d=\"M{:.1f} {:.1f}v{:.1f}\" stroke-width=\"{}\" class=\"{}\"/>\n",
                         x, y - half, 2 * half, thick, words[e].negative ? "minus" : "plus");
    }
    if (end < words.size() && words[end].kind == WordKind::EndOfStep) ++step;
    i = end + 1;
  }
  return svg + "</svg>\n";
}

std::string svg_image(const std::vector<std::int64_t>& pixels, std::int64_t rows,
                      std::int64_t columns, std::int64_t largest) {
  constexpr double kPixel = 10;
  std::string svg = begin_svg(kPixel * static_cast<double>(columns),
                              kPixel * static_cast<double>(rows), "the sample's image", "image");
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) {
      const std::int64_t value = pixels[static_cast<std::size_t>(r * columns + c)];
      svg += rectangle(kPixel * static_cast<double>(c), kPixel * static_cast<double>(r), kPixel,
                       kPixel, "pixel",
                       fmt::format(" opacity=\"{:.2f}\"",
                                   static_cast<double>(value) / static_cast<double>(largest)));
    }
  }
  return svg + "</svg>\n";
}

namespace {

struct Box {
  double x, y, width, height;
};

/// The worst ratio of sides of `row`, laid along a side of that length.
double worst_ratio(const std::vector<double>& row, double side) {
  double sum = 0, largest = 0, smallest = row.front();
  for (const double value : row) {
    sum += value;
    largest = std::max(largest, value);
    smallest = std::min(smallest, value);
  }
  return std::max(side * side * largest / (sum * sum), sum * sum / (side * side * smallest));
}

/// Boxes for values in descending order, together as large as `place`.
std::vector<Box> squarify(const std::vector<double>& values, Box place) {
  double total = 0;
  for (const double value : values) total += value;
  const double scale = total > 0 ? place.width * place.height / total : 0;
  std::vector<Box> boxes;
  std::size_t first = 0;
  while (first < values.size()) {
    const double side = std::min(place.width, place.height);
    std::vector<double> row = {values[first] * scale};
    std::size_t end = first + 1;
    while (end < values.size()) {
      std::vector<double> longer = row;
      longer.push_back(values[end] * scale);
      if (worst_ratio(longer, side) > worst_ratio(row, side)) break;
      row = std::move(longer);
      ++end;
    }
    double sum = 0;
    for (const double area : row) sum += area;
    const double thickness = side > 0 ? sum / side : 0;
    double along = 0;
    const bool is_column = place.width >= place.height;
    for (const double area : row) {
      const double length = thickness > 0 ? area / thickness : 0;
      boxes.push_back(is_column ? Box{place.x, place.y + along, thickness, length}
                                : Box{place.x + along, place.y, length, thickness});
      along += length;
    }
    if (is_column) {
      place.x += thickness;
      place.width = std::max(0.0, place.width - thickness);
    } else {
      place.y += thickness;
      place.height = std::max(0.0, place.height - thickness);
    }
    first = end;
  }
  return boxes;
}

/// As much of `text` as fits into `width`; nothing when that says nothing.
std::string fitted(const std::string& text, double width) {
  constexpr double kCharacter = 6.3;
  const auto room = static_cast<std::size_t>(std::max(0.0, (width - 8) / kCharacter));
  if (text.size() <= room) return text;
  return room >= 5 ? text.substr(0, room - 2) + ".." : std::string();
}

std::string draw_part(const TreePart& part, const Box& box, int level, int color) {
  constexpr double kHeading = 17, kInset = 3, kMinSide = 26;
  const std::string fill = fmt::format("tree t{}", color);
  const auto rect = [&](const Box& place, double opacity, const TreePart& what) {
    return fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" class=\"{}\" "
        "fill-opacity=\"{:.2f}\"><title>{}: {}</title></rect>\n",
        place.x, place.y, place.width, place.height, fill, opacity, what.label, what.detail);
  };
  std::string svg = rect(box, level == 1 ? 0.18 : 0.16, part);
  if (level == 1) svg += rectangle(box.x, box.y, box.width, box.height, "group");
  const std::string label = fitted(part.label, box.width);
  if (!label.empty() && box.height >= kHeading) {
    svg += text_at(box.x + 5, box.y + 12.5, label, "start", "label dark");
  }
  const Box inner{box.x + kInset, box.y + kHeading, box.width - 2 * kInset,
                  box.height - kHeading - kInset};
  if (part.parts.empty() || inner.width < kMinSide || inner.height < kMinSide) return svg;
  std::vector<const TreePart*> order;
  double inside = 0;
  for (const TreePart& each : part.parts) {
    if (each.value <= 0) continue;
    order.push_back(&each);
    inside += each.value;
  }
  const TreePart rest{.label = part.label + ", the rest",
                      .value = std::max(0.0, part.value - inside),
                      .detail = "outside the instances in it",
                      .parts = {}};
  if (rest.value > 0.002 * part.value) order.push_back(&rest);
  std::stable_sort(order.begin(), order.end(), [](const TreePart* left, const TreePart* right) {
    return left->value > right->value;
  });
  std::vector<double> values;
  for (const TreePart* each : order) values.push_back(each->value);
  const std::vector<Box> boxes = squarify(values, inner);
  for (std::size_t i = 0; i < order.size(); ++i) {
    svg += order[i] == &rest ? rect(boxes[i], 0.06, rest)
                             : draw_part(*order[i], boxes[i], level + 1, color);
  }
  return svg;
}

/// Patterns that tell the segments apart without colour.
constexpr const char* kPatterns =
    "<defs><pattern id=\"clock-hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
    "patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" class=\"hatch-ground\"/>"
    "<path d=\"M0 0v6\" class=\"hatch\"/></pattern>"
    "<pattern id=\"model-dots\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
    "<rect width=\"6\" height=\"6\" class=\"hatch-ground\"/>"
    "<circle cx=\"3\" cy=\"3\" r=\"1.3\" class=\"dot\"/></pattern></defs>\n";

}  // namespace

std::string svg_treemap(const TreePart& root) {
  constexpr double kWidth = 860, kHeight = 430;
  constexpr int kColors = 4;
  std::vector<const TreePart*> order;
  double inside = 0;
  for (const TreePart& part : root.parts) {
    if (part.value <= 0) continue;
    order.push_back(&part);
    inside += part.value;
  }
  const TreePart rest{.label = "top",
                      .value = std::max(0.0, root.value - inside),
                      .detail = root.detail,
                      .parts = {}};
  if (rest.value > 0.001 * root.value) order.push_back(&rest);
  if (order.empty()) return {};
  std::stable_sort(order.begin(), order.end(), [](const TreePart* left, const TreePart* right) {
    return left->value > right->value;
  });
  std::vector<double> values;
  for (const TreePart* each : order) values.push_back(each->value);
  const std::vector<Box> boxes = squarify(values, {1, 1, kWidth - 2, kHeight - 2});
  std::string svg = begin_svg(kWidth, kHeight, "area by instance", "raster");
  for (std::size_t i = 0; i < order.size(); ++i) {
    svg += draw_part(*order[i], boxes[i], 1, static_cast<int>(i) % kColors);
  }
  return svg + "</svg>\n";
}

std::string svg_bars(const std::vector<Bar>& bars, const std::string& title) {
  constexpr double kWidth = 860, kLeft = 150, kRight = 110, kTop = 8, kRow = 21, kGroup = 24,
                   kBottom = 22;
  double largest = 0;
  double height = kTop + kBottom;
  for (std::size_t b = 0; b < bars.size(); ++b) {
    double sum = 0;
    for (const Bar::Segment& segment : bars[b].segments) sum += segment.value;
    largest = std::max(largest, sum);
    height += kRow + (b == 0 || bars[b].group != bars[b - 1].group ? kGroup : 0);
  }
  if (largest <= 0) return {};
  const double scale = (kWidth - kLeft - kRight) / largest;
  std::string svg = begin_svg(kWidth, height, title, "raster") + kPatterns;
  const double step = round_step(largest / 4);
  for (double mark = 0; mark <= largest * 1.0001; mark += step) {
    const double x = kLeft + mark * scale;
    svg += line(x, kTop, x, height - kBottom, "grid");
  }
  double y = kTop;
  for (std::size_t b = 0; b < bars.size(); ++b) {
    const Bar& bar = bars[b];
    if (b == 0 || bar.group != bars[b - 1].group) {
      svg += text_at(4, y + 16, bar.group, "start", "label title");
      y += kGroup;
    }
    svg += text_at(kLeft - 8, y + 13, bar.label, "end");
    double x = kLeft;
    for (const Bar::Segment& segment : bar.segments) {
      const double width = segment.value * scale;
      if (width >= 0.3) svg += rectangle(x, y + 2, width, kRow - 6, segment.kind);
      x += width;
    }
    svg += text_at(x + 6, y + 13, bar.text, "start");
    y += kRow;
  }
  svg += line(kLeft, kTop, kLeft, height - kBottom, "axis");
  svg += text_at(kWidth - 4, height - 6, title, "end");
  return svg + "</svg>\n";
}

std::string svg_swatch(const char* kind) {
  return fmt::format(
      "<svg viewBox=\"0 0 26 14\" aria-hidden=\"true\"><rect x=\"1\" y=\"1\" width=\"24\" "
      "height=\"12\" class=\"{}\"/></svg>",
      kind);
}

}  // namespace nacre::flows
