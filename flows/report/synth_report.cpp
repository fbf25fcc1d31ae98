#include "report/synth_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "report/page.hpp"
#include "report/peers.hpp"
#include "report/svg.hpp"
#include "spec/kind_spec.hpp"
#include "synth/figures.hpp"

namespace nacre::flows {
namespace {

using harness::escape_markup;

/// Rows of the tables of areas and of path points; the files have all.
constexpr std::size_t kMaxAreaRows = 40;
constexpr std::size_t kMaxPathPoints = 80;

std::string tile(const std::string& name, const std::string& figure, const std::string& about) {
  return fmt::format(
      "<div class=\"tile\"><div class=\"name\">{}</div><div class=\"figure\">{}</div>"
      "<div class=\"name\">{}</div></div>\n",
      escape_markup(name), escape_markup(figure), escape_markup(about));
}

std::string scroll(const std::string& table) {
  return "<div class=\"scroll\"><table>" + table + "</table></div>\n";
}

/// A row: the first cells are text, those from `first_number` on are numbers.
std::string row(const std::vector<std::string>& cells, std::size_t first_number,
                const char* tag = "td", const char* classes = "") {
  std::string text = fmt::format("<tr class=\"{}\">", classes);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    text += fmt::format("<{0}{1}>{2}</{0}>", tag, i >= first_number ? " class=\"n\"" : "",
                        escape_markup(cells[i]));
  }
  return text + "</tr>\n";
}

std::string heading(const std::vector<std::string>& cells, std::size_t first_number) {
  return row(cells, first_number, "th");
}

/// How many samples ran on the netlist.
std::int64_t samples_run(const harness::LockstepResult& result) {
  return std::count_if(result.samples.begin(), result.samples.end(),
                       [](const auto& sample) { return sample.ran; });
}

// ------------------------------------------------------------------------------------ Sections

std::string verdict(const SynthReportInput& input) {
  const SynthResult& result = *input.result;
  const bool met = result.corners.empty() || result.corners.front().timing.worst_slack_s >= 0;
  const bool equal = !result.gate_verification || result.gate_verification->result.passed();
  const bool proven =
      std::none_of(result.equivalence.begin(), result.equivalence.end(),
                   [](const auto& each) { return each.verdict == Verdict::Different; });
  std::string text =
      fmt::format("<div class=\"verdict {}\">\n<p><b>{:.2f} kGE</b> of logic in {}",
                  met && equal && proven ? "" : "fail", result.gate_equivalents() / 1e3,
                  escape_markup(result.library.name));
  if (!result.synthesis.macros.empty()) {
    text += fmt::format(", {} memory macros beside it", result.synthesis.macros.size());
  }
  text += ".";
  if (!result.corners.empty()) {
    const Timing& timing = result.corners.front().timing;
    text += fmt::format(" The clock of {:.6g} ns is {}: worst slack {:.3f} ns.",
                        timing.clock_s * 1e9, met ? "met" : "missed", timing.worst_slack_s * 1e9);
  }
  if (result.logic_timing) {
    text += fmt::format(
        " The memories' access times in it are a model's; the logic alone could run at {}.",
        with_prefix(result.logic_timing->fmax_hz, "Hz"));
  }
  text += "</p>\n";
  if (result.gate_verification) {
    const harness::LockstepResult& run = result.gate_verification->result;
    text += fmt::format(
        "<p>The netlist ran {} samples under the harness of <code>nacre verify"
        "</code> (stalls {:g}, resets {:g}): {} differences from the golden "
        "model.</p>\n",
        with_separators(samples_run(run)), input.options->verify.lockstep.stalls,
        input.options->verify.lockstep.resets, with_separators(run.num_differences));
  } else {
    text +=
        "<p class=\"soft\">The netlist was not simulated; <code>--gate-verify</code> does.</p>\n";
  }
  return text + fmt::format("<p class=\"soft\"><code>{}</code></p>\n</div>\n",
                            escape_markup(input.command));
}

std::string tiles(const SynthReportInput& input) {
  const SynthResult& result = *input.result;
  std::string text = "<div class=\"tiles\">\n";
  text +=
      tile("area of standard cells", with_separators(std::llround(result.synthesis.area)) + " um2",
           fmt::format("{} cells, {} flip-flops, {} clock gates",
                       with_separators(result.synthesis.num_cells),
                       with_separators(result.synthesis.flip_flops),
                       with_separators(result.synthesis.clock_gates)));
  if (!result.corners.empty()) {
    const Timing& timing = result.corners.front().timing;
    text += tile("largest clock", with_prefix(timing.fmax_hz, "Hz"),
                 fmt::format("{} to {}, no wires", timing.begin_name, timing.end_name));
  }
  if (result.power) {
    const PowerResult& power = *result.power;
    const double memory = (power.run.total.memory + power.run.total.memory_leakage) /
                          static_cast<double>(std::max<std::int64_t>(1, power.samples));
    text += tile("energy per inference", with_prefix(power.energy_per_inference_j, "J"),
                 fmt::format("of it {} by the model of the memories", with_prefix(memory, "J")));
    if (power.synaptic_operations > 0) {
      text += tile(
          "energy per synaptic operation", with_prefix(power.energy_per_sop_j, "J"),
          fmt::format("{} operations in {} samples", with_separators(power.synaptic_operations),
                      with_separators(power.samples)));
    }
    if (power.step_j > 0) {
      text += tile("a silent time step costs",
                   fmt::format("{:.1f} %", 100 * power.silent_step_j / power.step_j),
                   fmt::format("of a mean one: {} of {}", with_prefix(power.silent_step_j, "J"),
                               with_prefix(power.step_j, "J")));
    }
  }
  return text + "</div>\n";
}

/// The tree below row `at`; `at` moves behind it.
TreePart tree_of(const std::vector<AreaRow>& rows, std::size_t& at, double total) {
  const AreaRow& top = rows[at];
  TreePart part{.label = escape_markup(local_name(top.path)),
                .value = top.area,
                .detail = fmt::format("{:.0f} um2, {:.1f} %", top.area, 100 * top.area / total),
                .parts = {}};
  ++at;
  while (at < rows.size() && rows[at].depth > top.depth) {
    part.parts.push_back(tree_of(rows, at, total));
  }
  return part;
}

std::string area_section(const SynthReportInput& input) {
  const std::vector<AreaRow>& rows = input.result->synthesis.hierarchy;
  if (rows.empty()) return {};
  const double total = rows.front().area;
  std::size_t at = 0;
  const TreePart root = tree_of(rows, at, total);
  std::string table = heading({"instance", "module", "GE", "share", "own", "flip-flops"}, 2);
  // The largest, in the order of the hierarchy.
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
    return rows[left].area > rows[right].area;
  });
  order.resize(std::min(order.size(), kMaxAreaRows));
  std::sort(order.begin(), order.end());
  for (const std::size_t index : order) {
    const AreaRow& each = rows[index];
    std::string name;
    for (int i = 0; i < each.depth; ++i) name += "\xc2\xa0\xc2\xa0";
    name += each.path.empty() ? "(top)" : local_name(each.path);
    table +=
        row({name, each.module, with_separators(std::llround(each.area / input.result->nand2_area)),
             fmt::format("{:.1f} %", 100 * each.area / total),
             with_separators(std::llround(each.own_area / input.result->nand2_area)),
             with_separators(each.flip_flops)},
            2);
  }
  std::string body = fmt::format(
      "<p class=\"soft\">Standard cells only, memory macros apart. Each module is "
      "mapped on its own, so the sum ({:.2f} kGE) is not exactly the netlist's "
      "({:.2f} kGE).</p>\n<div class=\"scroll\">{}</div>\n",
      total / input.result->nand2_area / 1e3, input.result->gate_equivalents() / 1e3,
      svg_treemap(root));
  body += scroll(table);
  if (rows.size() > order.size()) {
    body += fmt::format(
        "<p class=\"soft\">The {} largest of {} instances; all are in "
        "<code>synth/area.json</code>.</p>\n",
        order.size(), rows.size());
  }
  return card("Area by instance", body, "wide");
}

std::string path_section(const SynthReportInput& input) {
  if (input.result->corners.empty()) return {};
  const Timing& timing = input.result->corners.front().timing;
  std::string body = fmt::format(
      "<p>From <code>{}</code> to <code>{}</code>; shortest period {:.3f} ns. Wires have no delay "
      "before placement.</p>\n",
      escape_markup(timing.begin_name), escape_markup(timing.end_name), timing.min_period_s * 1e9);
  std::string table = heading({"net", "pin", "cell", "delay, ns", "arrival, ns"}, 3);
  for (std::size_t i = 0; i < std::min(timing.path.size(), kMaxPathPoints); ++i) {
    const PathPoint& point = timing.path[i];
    table += row({point.net, point.pin, point.cell, fmt::format("{:.3f}", point.delay_s * 1e9),
                  fmt::format("{:.3f}", point.arrival_s * 1e9)},
                 3);
  }
  body += scroll(table);
  if (timing.path.size() > kMaxPathPoints) {
    body += fmt::format("<p class=\"soft\">The first {} of {} points.</p>\n", kMaxPathPoints,
                        timing.path.size());
  }
  return card("Worst path", body, "wide");
}

std::string corners_section(const SynthReportInput& input) {
  if (input.result->corners.size() < 2) return {};
  std::string table = heading(
      {"corner", "V", "°C", "worst slack, ns", "total negative, ns", "largest clock, MHz"}, 1);
  for (const Corner& corner : input.result->corners) {
    table += row(
        {corner.name, fmt::format("{:g}", corner.voltage), fmt::format("{:g}", corner.temperature),
         fmt::format("{:.3f}", corner.timing.worst_slack_s * 1e9),
         fmt::format("{:.3f}", corner.timing.total_negative_slack_s * 1e9),
         fmt::format("{:.2f}", corner.timing.fmax_hz / 1e6)},
        1);
  }
  return card("Corners", scroll(table));
}

constexpr std::array<const char*, kNumCauses> kCauseLabels = {"input event", "time step", "idle"};

std::string swatch(const char* kind, const char* text) {
  return fmt::format("<span class=\"key\">{}{}</span>", svg_swatch(kind), text);
}

std::string energy_section(const SynthReportInput& input) {
  if (!input.result->power) return {};
  const PowerResult& power = *input.result->power;
  const auto samples = static_cast<double>(std::max<std::int64_t>(1, power.samples));
  std::vector<Bar> bars;
  std::string table =
      heading({"block", "cause", "logic", "clock", "leakage", "memory (model)", "sum"}, 2);
  for (const BlockEnergy& block : power.run.blocks) {
    const std::string name = block.block.empty() ? "top" : block.block;
    for (std::size_t cause = 0; cause < block.by_cause.size(); ++cause) {
      const EnergyParts& parts = block.by_cause[cause];
      if (parts.total() <= 0) continue;
      const double logic = (parts.switching + parts.internal) / samples;
      const double clock = parts.clock / samples;
      const double leakage = parts.leakage / samples;
      const double memory = (parts.memory + parts.memory_leakage) / samples;
      bars.push_back({.group = escape_markup(name),
                      .label = kCauseLabels[cause],
                      .segments = {{"logic", logic},
                                   {"clock", clock},
                                   {"leakage", leakage},
                                   {"model", memory}},
                      .text = with_prefix(parts.total() / samples, "J")});
      table += row({name, kCauseLabels[cause], with_prefix(logic, "J"), with_prefix(clock, "J"),
                    with_prefix(leakage, "J"), with_prefix(memory, "J"),
                    with_prefix(parts.total() / samples, "J")},
                   2);
    }
  }
  std::string body = fmt::format(
      "<p>Mean of {} samples at {} for a clock cycle: {} cycles, {} time steps and {} synaptic "
      "operations in all. Transitions of every net are counted while the netlist runs; wires are "
      "not known yet and glitches are not seen, so the logic's part is a lower bound.</p>\n"
      "<p>{}{}{}{}</p>\n<div class=\"scroll\">{}</div>\n",
      with_separators(power.samples), with_prefix(power.run.clock_s, "s"),
      with_separators(power.cycles), with_separators(power.steps),
      with_separators(power.synaptic_operations), swatch("logic", "logic (nets and cells)"),
      swatch("clock", "clock"), swatch("leakage", "leakage"),
      swatch("model", "memory macros, by a model"), svg_bars(bars, "joules per inference"));
  body += scroll(table);
  return card("Energy per inference, by block and cause", body, "wide");
}

std::string opensta_section(const SynthReportInput& input) {
  if (!input.result->power || !input.result->power->opensta) return {};
  const PowerResult& power = *input.result->power;
  const StaPower& opensta = *power.opensta;
  std::string table = heading({"", "ours", "OpenSTA"}, 1);
  const double seconds = static_cast<double>(power.cycles) * power.run.clock_s;
  const double leakage = seconds > 0 ? power.run.total.leakage / seconds : 0;
  table +=
      row({"total", with_prefix(power.ours_logic_w, "W"), with_prefix(opensta.total_w, "W")}, 1);
  table += row({"leakage", with_prefix(leakage, "W"), with_prefix(opensta.leakage_w, "W")}, 1);
  return card(
      "Beside OpenSTA",
      fmt::format("<p>OpenSTA's power of the same netlist with our mean activity ({:.4f} "
                  "transitions per net and cycle) on every net: "
                  "{:.2f} times ours. It takes every clock gate as open, charges the energies of "
                  "rise and fall for each "
                  "transition (<code>docs/synthesis.md</code>), and knows only the mean.</p>\n",
                  power.run.mean_activity,
                  power.ours_logic_w > 0 ? opensta.total_w / power.ours_logic_w : 0.0) +
          scroll(table));
}

std::string macros_section(const SynthReportInput& input) {
  const SynthResult& result = *input.result;
  if (result.memories.empty()) return {};
  std::string table = heading({"macro", "instances", "constants", "area, um2", "read", "write",
                               "leakage", "access", "range"},
                              3);
  std::string sources = heading({"constants", "cell", "node", "source", "how"}, 5);
  for (const MemoryEstimate& each : result.memories) {
    std::string instances;
    for (const MacroUse& use : result.synthesis.macros) {
      if (use.module == each.macro) instances += (instances.empty() ? "" : ", ") + use.path;
    }
    table +=
        row({each.macro, instances, each.constants, with_separators(std::llround(each.area_um2)),
             with_prefix(each.read_j, "J"), with_prefix(each.write_j, "J"),
             with_prefix(each.leakage_w, "W"), with_prefix(each.access_s, "s"),
             fmt::format("{:g} ... {:g}", each.low_factor, each.high_factor)},
            3);
  }
  for (const MemoryConstants& each : result.constants) {
    sources += row(
        {each.name, each.cell, fmt::format("{:g} nm", each.node_nm), each.citation, each.how}, 5);
  }
  return card("Memory macros: a model, not a measurement",
              "<p class=\"soft\">Published constants scaled to size; the range is the factor by "
              "which figures may lie beside.</p>\n" +
                  scroll(table) + scroll(sources),
              "wide");
}

std::string equivalence_section(const SynthReportInput& input) {
  if (input.result->equivalence.empty()) return {};
  std::string table = heading({"part", "verdict", "points proven", "of", "seconds"}, 2);
  for (const EquivalenceResult& each : input.result->equivalence) {
    const std::string verdict = each.verdict == Verdict::Proven      ? "proven"
                                : each.verdict == Verdict::Different ? "different"
                                                                     : "undecided: " + each.note;
    table += row({each.module, verdict, with_separators(each.proven_points),
                  with_separators(each.points), fmt::format("{:.1f}", each.seconds)},
                 2);
  }
  return card("Formal equivalence of RTL and netlist", scroll(table), "wide");
}

std::string repeats_section(const SynthReportInput& input) {
  if (!input.result->repeats) return {};
  const Repeats& repeats = *input.result->repeats;
  std::string table = heading({"figure", "mean", "sigma", "least", "most", "noise (2 sigma)"}, 1);
  const auto add = [&](const char* name, const Scatter& scatter, double factor, int digits) {
    const auto text = [&](double value) { return fmt::format("{:.{}f}", value * factor, digits); };
    table +=
        row({name, text(scatter.mean), text(scatter.sigma), text(scatter.min), text(scatter.max),
             fmt::format("{} ({:.1f} %)", text(noise_of(scatter)),
                         scatter.mean > 0 ? 100 * noise_of(scatter) / scatter.mean : 0.0)},
            1);
  };
  add("area, um2", repeats.area, 1, 0);
  add("longest path, ns", repeats.longest_path_s, 1e9, 3);
  return card("Scatter of the tools",
              fmt::format("<p>{} syntheses of the same circuit with shuffled names and order. A "
                          "difference within two sigma is noise, not a gain.</p>\n",
                          repeats.area.values.size()) +
                  scroll(table),
              "wide");
}

std::string peers_section(const SynthReportInput& input) {
  if (!input.result->peers) return {};
  const auto optional_text = [](const std::optional<double>& value) {
    return value ? fmt::format("{:g}", *value) : std::string("-");
  };
  std::string table = heading({"design", "configuration", "NAND2", "longest path, ns",
                               "cycles per event", "operations per cycle and kGE"},
                              2);
  std::optional<double> rate;
  if (input.result->operations_per_cycle) {
    rate = *input.result->operations_per_cycle / (input.result->peers->gate_equivalents / 1e3);
  }
  // Of the slowest stage that takes events: what bounds the rate of a chain.
  std::int64_t cycles = 0;
  for (const Stage& stage : input.spec->stages) {
    if (stage.input.values) continue;
    cycles = std::max(cycles, find_kind_spec(stage.kind)->figures(stage).cycles_per_event);
  }
  table +=
      row({input.spec->name, "this design",
           with_separators(std::llround(input.result->peers->gate_equivalents)),
           fmt::format("{:.2f}", input.result->peers->longest_path_s * 1e9),
           cycles > 0 ? fmt::format("{}", cycles) : "-", rate ? fmt::format("{:.3g}", *rate) : "-"},
          2, "td", "ours");
  for (const Peer& peer : peers()) {
    table +=
        row({peer.name, peer.configuration, with_separators(std::llround(peer.gate_equivalents)),
             fmt::format("{:g}", peer.longest_path_ns), optional_text(peer.cycles_per_event),
             optional_text(peer.sop_per_cycle_per_kge)},
            2);
  }
  return card("Beside open peers",
              "<p>Every row in one flow (<code>docs/peers.md</code>): Yosys 0.23, osu018, flat, "
              "memories of 512 bits and more left out, the path without clock-to-output, setup "
              "and wires. The circuits do not do the same; read the configurations.</p>\n" +
                  scroll(table),
              "wide");
}

}  // namespace

std::string synth_report_html(const SynthReportInput& input) {
  const Spec& spec = *input.spec;
  std::string page = page_begin(spec.name + ": what it costs");
  page += fmt::format("<h1>{}</h1>\n<p class=\"soft\">{}</p>\n", escape_markup(spec.name),
                      escape_markup(spec.description));
  page += fmt::format("<p class=\"soft\">Design <code>{}</code></p>\n", escape_markup(spec.hash));
  page += verdict(input) + tiles(input);
  page += "<div class=\"grid\">\n" + area_section(input) + energy_section(input) +
          macros_section(input) + path_section(input) + corners_section(input) +
          opensta_section(input) + equivalence_section(input) + repeats_section(input) +
          peers_section(input) + metrics_table(input.result->metrics) +
          properties_table(*input.properties) + "</div>\n";
  return page + page_end();
}

}  // namespace nacre::flows
