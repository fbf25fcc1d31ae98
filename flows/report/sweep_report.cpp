#include "report/sweep_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "report/page.hpp"
#include "report/svg.hpp"

namespace nacre::flows {
namespace {

using harness::escape_markup;

double joules(const SweptValue& point, const Sweep& sweep) {
  return per_die(point.programming.energy_fj, sweep) * 1e-15;
}

/// The statements, and the page's verdict: whether all curves have a value that is tolerated.
std::string verdict(const Sweep& sweep, const std::string& command) {
  const bool good = std::all_of(sweep.curves.begin(), sweep.curves.end(),
                                [](const SweepCurve& curve) { return !!curve.tolerated; });
  std::string text = fmt::format("<div class=\"verdict {}\">\n", good ? "" : "fail");
  for (const SweepCurve& curve : sweep.curves) {
    text += fmt::format("<p>{}.</p>\n", escape_markup(accuracy_statement(curve, sweep)));
    if (const std::string energy = energy_statement(curve, sweep); !energy.empty()) {
      text += fmt::format("<p>{}.</p>\n", escape_markup(energy));
    }
  }
  return text +
         fmt::format("<p class=\"soft\"><code>{}</code></p>\n</div>\n", escape_markup(command));
}

std::vector<SweepMark> marks_of(const SweepCurve& curve) {
  std::vector<SweepMark> marks;
  for (std::size_t i = 0; i < curve.points.size(); ++i) {
    const SweptValue& point = curve.points[i];
    marks.push_back({.label = escape_markup(point.value),
                     .value = point.accuracy.mean,
                     .low = point.accuracy.low,
                     .high = point.accuracy.high,
                     .is_chosen = !curve.tolerates_all && curve.tolerated == i});
  }
  return marks;
}

std::string accuracy_card(const SweepCurve& curve, const Sweep& sweep) {
  std::vector<double> numbers;
  for (const SweptValue& point : curve.points) numbers.push_back(point.accuracy.x);
  const std::string axis = escape_markup(curve.path);
  const std::string drawing = curve.is_numeric ? svg_curve(marks_of(curve), numbers, axis)
                                               : svg_sweep(marks_of(curve), axis);
  return card(
      "Accuracy",
      drawing + fmt::format("<p class=\"soft\">Mean over {} dies; the bar holds 90 % of them. "
                            "Ideal devices: {:.2f} %.{}</p>\n",
                            with_separators(sweep.dies), 100 * sweep.ideal(),
                            curve.tolerated && !curve.tolerates_all
                                ? " Set off: the worst value that is tolerated."
                                : ""));
}

std::string energy_cards(const SweepCurve& curve, const Sweep& sweep) {
  struct Point {
    double energy;
    SweepMark mark;
  };
  const std::vector<SweepMark> accuracy = marks_of(curve);
  std::vector<SweepMark> amounts = accuracy;
  std::vector<double> numbers;
  std::vector<Point> by_energy;
  for (std::size_t i = 0; i < curve.points.size(); ++i) {
    const double energy = joules(curve.points[i], sweep);
    amounts[i].value = amounts[i].low = amounts[i].high = energy;
    numbers.push_back(curve.points[i].accuracy.x);
    by_energy.push_back({.energy = energy, .mark = accuracy[i]});
    by_energy.back().mark.label = with_prefix(energy, "J");
  }
  std::sort(by_energy.begin(), by_energy.end(),
            [](const Point& a, const Point& b) { return a.energy < b.energy; });
  std::vector<double> energies;
  std::vector<SweepMark> marks;
  for (const Point& point : by_energy) {
    energies.push_back(point.energy);
    marks.push_back(point.mark);
  }
  return card("Energy to write the arrays",
              svg_amounts(amounts, numbers, escape_markup(curve.path), "J") +
                  "<p class=\"soft\">All arrays once, mean over the dies.</p>\n") +
         card("Accuracy against the energy of writing",
              svg_curve(marks, energies, "energy to write the arrays") +
                  fmt::format("<p class=\"soft\">The values of {}, by their energy.</p>\n",
                              escape_markup(curve.path)));
}

std::string table(const SweepCurve& curve, const Sweep& sweep) {
  std::string text = fmt::format(
      "<div class=\"scroll\"><table><tr><th>{}</th><th class=\"n\">accuracy, mean</th>"
      "<th class=\"n\">5 %</th><th class=\"n\">95 %</th>",
      escape_markup(curve.path));
  if (sweep.programmed) {
    text +=
        "<th class=\"n\">write energy</th><th class=\"n\">of a device</th>"
        "<th class=\"n\">pulses</th><th class=\"n\">retries</th><th class=\"n\">wrong bits</th>";
  }
  text += "</tr>\n";
  for (const SweptValue& point : curve.points) {
    text += fmt::format(
        "<tr><td>{}</td><td class=\"n\">{:.2f} %</td><td class=\"n\">{:.2f} %</td>"
        "<td class=\"n\">{:.2f} %</td>",
        escape_markup(point.value), 100 * point.accuracy.mean, 100 * point.accuracy.low,
        100 * point.accuracy.high);
    if (sweep.programmed) {
      const golden::Programming& sum = point.programming;
      const double of_device =
          static_cast<double>(sum.energy_fj) / static_cast<double>(sum.devices) * 1e-15;
      text += fmt::format(
          "<td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>"
          "<td class=\"n\">{}</td><td class=\"n\">{} of {}</td>",
          with_prefix(joules(point, sweep), "J"), with_prefix(of_device, "J"),
          mean_text(per_die(sum.pulses, sweep)), mean_text(per_die(sum.retries, sweep)),
          mean_text(per_die(sum.wrong_bits, sweep)), with_separators(sum.bits / sweep.dies));
    }
    text += "</tr>\n";
  }
  return card("Figures", text + "</table></div>\n", "wide");
}

}  // namespace

std::string sweep_report(const Spec& spec, const Sweep& sweep,
                         const harness::Properties& properties, const std::string& command) {
  std::string page = page_begin(spec.name + ": sweep");
  page += fmt::format("<h1>{}</h1>\n<p class=\"soft\">{}</p>\n", escape_markup(spec.name),
                      escape_markup(spec.description));
  page += verdict(sweep, command) + "<div class=\"grid\">\n";
  for (const SweepCurve& curve : sweep.curves) {
    page += accuracy_card(curve, sweep);
    if (energy_varies(curve)) page += energy_cards(curve, sweep);
    page += table(curve, sweep);
  }
  return page + properties_table(properties) + "</div>\n" + page_end();
}

}  // namespace nacre::flows
