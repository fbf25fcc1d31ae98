#include "report/device_report.hpp"

#include <fmt/format.h>

#include "report/page.hpp"
#include "report/svg.hpp"

namespace nacre::flows {
namespace {

std::vector<SweepMark> marks_of(const std::vector<SweepPoint>& points, double chosen) {
  std::vector<SweepMark> marks;
  for (const SweepPoint& point : points) {
    marks.push_back({.label = fmt::format("{:g}", point.x),
                     .value = point.mean,
                     .low = point.low,
                     .high = point.high,
                     .is_chosen = point.x == chosen});
  }
  return marks;
}

}  // namespace

std::string device_tiles(const DeviceStudy& study) {
  const std::vector<double> accuracies = sorted_accuracies(study);
  const std::int64_t dies = std::ssize(accuracies);
  const std::int64_t good = good_dies(study);
  const double yield = static_cast<double>(good) / static_cast<double>(dies);
  const auto [low, high] = harness::wilson_interval(good, dies);
  const auto tile = [](const std::string& name, const std::string& figure,
                       const std::string& below) {
    return fmt::format(
        "<div class=\"tile\"><div class=\"name\">{}</div><div class=\"figure\">{}</div>"
        "{}</div>\n",
        name, figure, below);
  };
  const auto soft = [](const std::string& text) {
    return fmt::format("<div class=\"name\">{}</div>", text);
  };
  return "<div class=\"tiles\">\n" +
         tile(fmt::format("yield: {} of {} dies with at least {:.1f} %", with_separators(good),
                          with_separators(dies), 100 * study.threshold),
              fmt::format("{:.1f} %", 100 * yield),
              svg_interval(yield, low, high) +
                  soft(fmt::format("95 % interval (Wilson): {:.1f} ... {:.1f} %", 100 * low,
                                   100 * high))) +
         tile("accuracy of the median die",
              fmt::format("{:.1f} %", 100 * quantile(accuracies, 0.5)),
              soft(fmt::format("5 % of the dies have at most {:.1f} %, 5 % more than {:.1f} %",
                               100 * quantile(accuracies, 0.05),
                               100 * quantile(accuracies, 0.95)))) +
         tile("accuracy with ideal devices",
              fmt::format("{:.1f} %", 100 * study.accuracy(study.right_ideal)),
              soft("cells and converters that do not deviate; converters of the same bits")) +
         "</div>\n";
}

std::string device_cards(const DeviceStudy& study) {
  const std::string bars =
      fmt::format("Mean over the first {} dies; the bar holds 90 % of them. Set off: as specified.",
                  with_separators(study.sweep_dies));
  const auto sweep_card = [&](const std::string& title, const std::vector<SweepPoint>& points,
                              double chosen, const std::string& axis, const std::string& about) {
    return card(title, svg_sweep(marks_of(points, chosen), axis) +
                           fmt::format("<p class=\"soft\">{} {}</p>\n", bars, about));
  };
  std::string text = card(
      "Accuracy over the dies",
      svg_histogram(study.right,
                    fmt::format("right decisions of {} samples", with_separators(study.labelled)),
                    study.threshold * static_cast<double>(study.labelled)) +
          fmt::format(
              "<p class=\"soft\">{} dies on the golden model. The line: accuracy of a good "
              "die, {}.</p>\n",
              with_separators(std::ssize(study.right)),
              study.threshold_given ? "as asked for" : "two points less than with ideal devices"));
  if (study.sweep_dies == 0) return text;
  text += sweep_card("Accuracy against spread", study.spread, 1,
                     "spread of the cells, as specified = 1",
                     "Noise, faults and converters stay as specified.");
  text +=
      sweep_card("Accuracy against converters", study.adc, study.adc_bits, "bits of the converters",
                 "The range stays as specified where the step is at least a level step; with "
                 "more bits it grows.");
  return text;
}

}  // namespace nacre::flows
