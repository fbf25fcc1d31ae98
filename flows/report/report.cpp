#include "report/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "process/process.hpp"
#include "report/device_report.hpp"
#include "report/page.hpp"
#include "report/svg.hpp"

namespace nacre::flows {
namespace {

using harness::escape_markup;
using harness::SampleResult;

/// A confusion matrix of more classes would not be readable.
constexpr int kMaxClasses = 32;
/// A raster of more addresses or steps would not be, either.
constexpr std::int64_t kMaxRasterAddresses = 4096;
constexpr std::int64_t kMaxRasterSteps = 512;

const harness::Metric* find_metric(const ReportInput& input, std::string_view key) {
  for (const harness::Metric& metric : *input.metrics) {
    if (metric.key == key) return &metric;
  }
  return nullptr;
}

std::string property(const ReportInput& input, std::string_view name) {
  for (const auto& [key, value] : *input.properties) {
    if (key == name) return value;
  }
  return {};
}

// ------------------------------------------------------------------------------------ Sections

std::string verdict(const ReportInput& input) {
  const harness::LockstepResult& result = *input.result;
  std::int64_t compared = 0;
  for (const harness::CheckCount& count : result.checks) compared += count.comparisons;
  std::string text = fmt::format("<div class=\"verdict {}\">\n", result.passed() ? "" : "fail");
  if (result.passed()) {
    text += fmt::format(
        "<p><b>PASS</b>. {} samples on the Verilated RTL and on the golden model: {} values "
        "compared, none differs.</p>\n",
        with_separators(result.samples_asked), with_separators(compared));
  } else {
    text += fmt::format("<p><b>FAIL</b>. {} of {} compared values differ. The first:</p>\n",
                        with_separators(result.num_differences), with_separators(compared));
    if (input.triage != nullptr) {
      text += fmt::format("<p>{}</p>\n<p class=\"soft\">{}</p>\n",
                          escape_markup(harness::describe(input.triage->difference)),
                          escape_markup(input.triage->note));
      if (!input.triage->last_events.empty()) {
        text += fmt::format("<p>Last events into {} (time step: event): ",
                            escape_markup(input.triage->difference.stage));
        for (const auto& [step, word] : input.triage->last_events) {
          text +=
              fmt::format("<code>{}: {}</code>; ", step, escape_markup(harness::describe(word)));
        }
        text += "</p>\n";
      }
      text += fmt::format("<p>Repeat: <code>{}</code></p>\n",
                          escape_markup(display(input.triage->command)));
    }
  }
  return text + fmt::format("<p class=\"soft\"><code>{}</code></p>\n</div>\n",
                            escape_markup(input.command));
}

std::string tiles(const ReportInput& input) {
  std::string text = "<div class=\"tiles\">\n";
  const auto accuracy = harness::accuracy_of(*input.result);
  if (input.result->passed() && accuracy) {
    const auto [low, high] = harness::wilson_interval(accuracy->right, accuracy->labelled);
    text += fmt::format(
        "<div class=\"tile\"><div class=\"name\">accuracy, {} of {} right</div>"
        "<div class=\"figure\">{:.1f} %</div>{}<div class=\"name\">95 % interval (Wilson): {:.1f} "
        "... {:.1f} %</div></div>\n",
        with_separators(accuracy->right), with_separators(accuracy->labelled),
        100 * accuracy->value(), svg_interval(accuracy->value(), low, high), 100 * low, 100 * high);
  }
  for (const std::string_view key :
       {"verify__mask__iou__mean", "verify__input_spikes__mean", "verify__cycles__mean",
        "verify__sop__mean", "verify__cycles__error"}) {
    const harness::Metric* metric = find_metric(input, key);
    if (metric == nullptr) continue;
    text += fmt::format(
        "<div class=\"tile\"><div class=\"name\">{}</div><div class=\"figure\">{}</div>"
        "<div class=\"name\">{}</div></div>\n",
        escape_markup(metric->title), metric_text(*metric),
        escape_markup(metric->value ? metric->unit : metric->reason));
  }
  return text + "</div>\n";
}

std::string confusion(const ReportInput& input) {
  int classes = 0;
  bool undecided = false;
  for (const SampleResult& sample : input.result->samples) {
    if (!sample.ran || !sample.label) continue;
    classes = std::max({classes, *sample.label + 1, sample.decision.value_or(0) + 1});
    undecided = undecided || !sample.decision;
  }
  if (classes == 0) return {};
  if (classes > kMaxClasses) {
    return card("Confusion matrix",
                fmt::format("<p class=\"soft\">{} classes: too many to draw.</p>", classes));
  }
  std::vector<std::vector<std::int64_t>> counts(
      static_cast<std::size_t>(classes),
      std::vector<std::int64_t>(static_cast<std::size_t>(classes + (undecided ? 1 : 0)), 0));
  for (const SampleResult& sample : input.result->samples) {
    if (!sample.ran || !sample.label) continue;
    ++counts[static_cast<std::size_t>(*sample.label)]
            [static_cast<std::size_t>(sample.decision.value_or(classes))];
  }
  return card("Confusion matrix", svg_confusion(counts, undecided));
}

/// Events of a sample, the mask that was wanted and the one that was found, of the first few.
std::string masks(const ReportInput& input) {
  constexpr int kMostDrawn = 12;
  const harness::Setup& setup = *input.setup;
  if (!harness::mask_overlap_of(*input.result)) return {};
  const StreamShape& in = setup.spec->input;
  const StreamShape& out = setup.spec->stages.back().output;
  harness::GoldenSide golden(setup);
  std::string body =
      "<p class=\"soft\">Input events (all channels and time steps), the mask that is wanted, the "
      "mask that was found; below: intersection over union.</p><div class=\"digit\">";
  int drawn = 0;
  for (const SampleResult& sample : input.result->samples) {
    if (!sample.ran || !sample.mask || drawn == kMostDrawn) continue;
    ++drawn;
    const harness::Expected expected = golden.expect(setup.stimulus->sample(sample.index));
    const auto draw = [&](const std::vector<std::int64_t>& pixels, const StreamShape& shape) {
      return svg_image(pixels, shape.height, shape.width,
                       std::max<std::int64_t>(1, *std::max_element(pixels.begin(), pixels.end())));
    };
    body += "<div>";
    if (has_map(in)) {
      std::vector<std::int64_t> events(static_cast<std::size_t>(in.height * in.width), 0);
      for (const Word& word : expected.sample.words) {
        if (word.kind == WordKind::Event) {
          ++events[static_cast<std::size_t>(word.address / in.channels)];
        }
      }
      body += draw(events, in);
    }
    const std::vector<std::uint8_t>& wanted = expected.sample.mask;
    body += draw({wanted.begin(), wanted.end()}, out);
    const std::vector<std::uint8_t> found =
        harness::mask_of(expected.trace.output, out.addresses, setup.spec->dataset->mask_spikes);
    body += draw({found.begin(), found.end()}, out);
    body += fmt::format("<p class=\"soft\">sample {}: {} / {} pixels</p></div>", sample.index,
                        sample.mask->both, sample.mask->either);
  }
  return card("Masks", body + "</div>", "wide");
}

/// The sample that is drawn: the first that was decided rightly, else the first that ran.
const SampleResult* drawn_sample(const harness::LockstepResult& result) {
  const SampleResult* first = nullptr;
  for (const SampleResult& sample : result.samples) {
    if (!sample.ran) continue;
    if (first == nullptr) first = &sample;
    if (sample.label && sample.decision == sample.label && sample.input_spikes > 0) return &sample;
  }
  if (first != nullptr && first->label) return first;
  for (const SampleResult& sample : result.samples) {
    if (sample.ran && sample.note.empty() && sample.input_spikes > 0) return &sample;
  }
  return first;
}

std::string raster(const ReportInput& input) {
  const harness::Setup& setup = *input.setup;
  const SampleResult* sample = drawn_sample(*input.result);
  const auto first_stage = harness::first_event_stage(*setup.spec);
  if (sample == nullptr || !first_stage) return {};
  harness::GoldenSide golden(setup);
  const harness::Expected expected = golden.expect(setup.stimulus->sample(sample->index));
  std::string body;
  std::string about = fmt::format("Sample {}", sample->index);
  if (sample->label) about += fmt::format(", label {}", *sample->label);
  if (sample->decision) about += fmt::format(", decided {}", *sample->decision);
  about += fmt::format(", {} input spikes in {} time steps", with_separators(*sample->input_spikes),
                       with_separators(sample->steps.value_or(0)));
  if (sample->cycles) about += fmt::format(", {} cycles", with_separators(*sample->cycles));
  body += "<div class=\"digit\">";
  const auto shape = setup.stimulus->image_shape();
  if (shape && setup.spec->input.values && setup.spec->input.payload_bits < 31) {
    std::vector<std::int64_t> pixels(static_cast<std::size_t>(shape->first * shape->second), 0);
    for (const Word& word : expected.sample.words) {
      if (word.kind == WordKind::Value && word.address < std::ssize(pixels)) {
        pixels[static_cast<std::size_t>(word.address)] = word.payload;
      }
    }
    body += svg_image(pixels, shape->first, shape->second, largest_payload(setup.spec->input));
  }
  body += fmt::format(
      "<div><p>{}.</p><p class=\"soft\">Time runs to the right in time steps; within a step the "
      "events stand in their order. Blue: positive, orange: negative spikes.</p></div></div>\n",
      escape_markup(about));
  if (sample->steps > kMaxRasterSteps) {
    return card("Spikes of one sample", body + "<p class=\"soft\">Too many steps to draw.</p>",
                "wide");
  }
  // The input of the first stage that takes events, then what each stage sends as events.
  const auto draw = [&](const std::vector<Word>& words, std::int64_t addresses,
                        const std::string& title) {
    if (addresses > kMaxRasterAddresses) return;
    std::optional<std::int64_t> chosen;
    if (sample->decision && *sample->decision < addresses && addresses <= kMaxClasses) {
      chosen = *sample->decision;
    }
    body += "<div class=\"scroll\">" +
            svg_raster(words, addresses, sample->steps.value_or(0), escape_markup(title), chosen) +
            "</div>";
  };
  const Stage& entry = setup.spec->stages[*first_stage];
  draw(harness::stage_input(*setup.spec, *first_stage, expected), entry.input.addresses,
       "into " + entry.name);
  for (std::size_t s = *first_stage; s < setup.spec->stages.size(); ++s) {
    const Stage& stage = setup.spec->stages[s];
    if (stage.output.values) continue;
    draw(expected.trace.stage_outputs[s], stage.output.addresses, "out of " + stage.name);
  }
  return card("Spikes of one sample", body, "wide");
}

std::string histograms(const ReportInput& input) {
  std::vector<std::int64_t> cycles, spikes;
  for (const SampleResult& sample : input.result->samples) {
    if (!sample.ran) continue;
    if (sample.cycles) cycles.push_back(*sample.cycles);
    if (sample.input_spikes) spikes.push_back(*sample.input_spikes);
  }
  std::string text;
  if (!spikes.empty()) {
    text += card("Input spikes per sample", svg_histogram(spikes, "input spikes"));
  }
  text += card("Clock cycles per sample",
               cycles.empty() ? "<p class=\"soft\">Not measured: the host stalled, or the run went "
                                "step by step.</p>"
                              : svg_histogram(cycles, "clock cycles"));
  return text;
}

std::string checks_table(const ReportInput& input) {
  std::string body =
      "<div class=\"scroll\"><table><tr><th>check</th><th class=\"n\">compared</th>"
      "<th class=\"n\">different</th><th></th></tr>\n";
  for (std::size_t c = 0; c < input.result->checks.size(); ++c) {
    const harness::CheckCount& count = input.result->checks[c];
    std::string verdict = "<span class=\"ok\">equal</span>";
    if (count.failures > 0) {
      verdict = "<span class=\"no\">differs</span>";
    } else if (!count.skipped.empty()) {
      verdict = fmt::format("<span class=\"soft\">{}</span>", escape_markup(count.skipped));
    } else if (count.comparisons == 0) {
      verdict = "<span class=\"soft\">nothing to compare</span>";
    }
    body += fmt::format(
        "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td></tr>\n",
        harness::check_name(static_cast<harness::Check>(c)), with_separators(count.comparisons),
        with_separators(count.failures), verdict);
  }
  return card("What was compared", body + "</table></div>\n");
}

std::string stages_table(const ReportInput& input) {
  const harness::Setup& setup = *input.setup;
  std::string body =
      "<div class=\"scroll\"><table><tr><th>stage</th><th>kind</th><th>memories</th>"
      "<th class=\"n\">bits</th><th>counters, sum over the samples</th></tr>\n";
  for (const Stage& stage : setup.spec->stages) {
    std::string memories, counters;
    std::int64_t bits = 0;
    for (const harness::MapMemory& memory : setup.map.memories) {
      if (memory.stage != stage.name) continue;
      const auto dot = memory.name.rfind('.');
      memories += fmt::format("{}{} {} &times; {}", memories.empty() ? "" : "<br>",
                              escape_markup(memory.name.substr(dot + 1)),
                              with_separators(memory.rows), memory.row_bits);
      bits += memory.rows * memory.row_bits;
    }
    for (const auto& [name, value] : input.result->counters) {
      if (!name.starts_with(stage.name + ".")) continue;
      counters +=
          fmt::format("{}{} {}", counters.empty() ? "" : "<br>",
                      escape_markup(name.substr(stage.name.size() + 1)), with_separators(value));
    }
    body += fmt::format(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"n\">{}</td><td>{}</td></tr>\n",
        escape_markup(stage.name), escape_markup(stage.kind), memories, with_separators(bits),
        counters);
  }
  return card("Stages", body + "</table></div>\n", "wide");
}

}  // namespace

std::string report_html(const ReportInput& input) {
  const Spec& spec = *input.setup->spec;
  std::string page = page_begin(spec.name + (input.result->passed() ? ": verified" : ": differs"));
  page += fmt::format("<h1>{}</h1>\n<p class=\"soft\">{}</p>\n", escape_markup(spec.name),
                      escape_markup(spec.description));
  page += fmt::format("<p class=\"soft\">Design <code>{}</code>, seed {}</p>\n",
                      escape_markup(spec.hash), escape_markup(property(input, "seed")));
  page += verdict(input) + tiles(input);
  if (input.devices != nullptr) page += device_tiles(*input.devices);
  page += "<div class=\"grid\">\n";
  if (input.devices != nullptr) page += device_cards(*input.devices);
  page += masks(input) + raster(input) + confusion(input) + checks_table(input) +
          histograms(input) + stages_table(input) + metrics_table(*input.metrics) +
          properties_table(*input.properties) + "</div>\n";
  return page + page_end();
}

}  // namespace nacre::flows
