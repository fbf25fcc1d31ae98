#include "harness/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/triage.hpp"

namespace nacre::harness {
namespace {

using SampleValue = std::function<std::optional<double>(const SampleResult&)>;

/// Mean over the samples that ran and have the value.
std::optional<double> mean(const LockstepResult& result, const SampleValue& value_of) {
  double sum = 0;
  std::int64_t count = 0;
  for (const SampleResult& sample : result.samples) {
    if (!sample.ran) continue;
    const auto value = value_of(sample);
    if (!value) return std::nullopt;
    sum += *value;
    ++count;
  }
  if (count == 0) return std::nullopt;
  return sum / static_cast<double>(count);
}

std::optional<double> as_number(const std::optional<std::int64_t>& count) {
  if (!count) return std::nullopt;
  return static_cast<double>(*count);
}

std::optional<double> cycles_of(const SampleResult& sample) { return as_number(sample.cycles); }

/// Largest |predicted - measured|; samples that break the protocol have no prediction.
std::optional<double> cycles_error(const LockstepResult& result) {
  std::optional<double> largest;
  for (const SampleResult& sample : result.samples) {
    if (!sample.ran || !sample.cycles) continue;
    const auto error = static_cast<double>(std::abs(sample.predicted_cycles - *sample.cycles));
    largest = std::max(largest.value_or(0), error);
  }
  return largest;
}

std::string format_number(double value, bool integer) {
  if (integer) return fmt::format("{}", static_cast<std::int64_t>(value));
  return fmt::format("{:.6g}", value);
}

}  // namespace

std::optional<Accuracy> accuracy_of(const LockstepResult& result) {
  Accuracy accuracy;
  for (const SampleResult& sample : result.samples) {
    if (!sample.ran || !sample.label) continue;
    ++accuracy.labelled;
    if (sample.decision == sample.label) ++accuracy.right;
  }
  if (accuracy.labelled == 0) return std::nullopt;
  return accuracy;
}

std::optional<double> mask_overlap_of(const LockstepResult& result) {
  double sum = 0;
  std::int64_t masks = 0;
  for (const SampleResult& sample : result.samples) {
    if (!sample.ran || !sample.mask) continue;
    ++masks;
    sum += sample.mask->either == 0
               ? 1
               : static_cast<double>(sample.mask->both) / static_cast<double>(sample.mask->either);
  }
  if (masks == 0) return std::nullopt;
  return sum / static_cast<double>(masks);
}

std::pair<double, double> wilson_interval(std::int64_t right, std::int64_t total) {
  constexpr double z = 1.959963984540054;
  const auto n = static_cast<double>(total);
  const double p = static_cast<double>(right) / n;
  const double scale = 1 + z * z / n;
  const double center = (p + z * z / (2 * n)) / scale;
  const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / scale;
  return {std::max(0.0, center - half), std::min(1.0, center + half)};
}

std::vector<Metric> verify_metrics(const LockstepResult& result) {
  const auto ran = static_cast<double>(std::count_if(result.samples.begin(), result.samples.end(),
                                                     [](const auto& each) { return each.ran; }));
  std::vector<Metric> metrics;
  const auto add = [&metrics](Metric metric) { metrics.push_back(std::move(metric)); };
  add({.key = "verify__samples",
       .value = ran,
       .integer = true,
       .unit = "samples",
       .method = "measured",
       .source = "samples that ran on the Verilated RTL and the golden model",
       .reason = {},
       .title = "samples"});
  add({.key = "verify__mismatch__count",
       .value = static_cast<double>(result.num_differences),
       .integer = true,
       .unit = "values",
       .method = "measured",
       .source =
           "output words, state, counters, flags and cycles that differ from the golden model",
       .reason = {},
       .title = "differences"});

  const auto accuracy = accuracy_of(result);
  Metric right{.key = "verify__accuracy",
               .value = {},
               .integer = false,
               .unit = "1",
               .method = "measured",
               .source = "decisions of the Verilated RTL against the labels of the data set",
               .reason = {},
               .title = "accuracy"};
  if (!result.passed()) {
    right.reason = "the run stopped at a difference";
  } else if (!accuracy) {
    right.reason = "the samples have no labels";
  } else {
    right.value = accuracy->value();
  }
  add(right);

  if (const auto overlap = mask_overlap_of(result)) {
    Metric mask{.key = "verify__mask__iou__mean",
                .value = {},
                .integer = false,
                .unit = "1",
                .method = "measured",
                .source = "pixels of the Verilated RTL's output against the masks of the data set",
                .reason = "the run stopped at a difference",
                .title = "intersection over union of the masks, mean"};
    if (result.passed()) mask.value = overlap;
    add(mask);
  }

  add({.key = "verify__input_spikes__mean",
       .value = mean(result, [](const SampleResult& s) { return as_number(s.input_spikes); }),
       .integer = false,
       .unit = "spikes/sample",
       .method = "measured",
       .source = "events into the first stage that takes events (its counter events_in)",
       .reason = ran > 0 ? "no stage takes events" : "no sample ran",
       .title = "input spikes per sample, mean"});
  add({.key = "verify__time_steps__mean",
       .value = mean(result, [](const SampleResult& s) { return as_number(s.steps); }),
       .integer = false,
       .unit = "steps/sample",
       .method = "measured",
       .source = "end_of_step words into the first stage whose input has time steps",
       .reason = ran > 0 ? "no stage has time steps" : "no sample ran",
       .title = "time steps per sample, mean"});

  const std::string no_cycles = "the host stalled, or the run went step by step";
  const auto cycles = mean(result, cycles_of);
  const auto operations =
      mean(result, [](const SampleResult& s) { return as_number(s.synaptic_operations); });
  add({.key = "verify__cycles__mean",
       .value = cycles,
       .integer = false,
       .unit = "cycles/sample",
       .method = "measured",
       .source = "first word accepted to end_of_sample taken, host never stalling",
       .reason = no_cycles,
       .title = "clock cycles per sample, mean"});
  add({.key = "verify__cycles__error",
       .value = cycles_error(result),
       .integer = true,
       .unit = "cycles",
       .method = "measured",
       .source = "largest |predicted - measured| over the samples",
       .reason = no_cycles,
       .title = "largest error of the cycle prediction"});
  add({.key = "verify__sop__mean",
       .value = operations,
       .integer = false,
       .unit = "operations/sample",
       .method = "measured",
       .source = "synaptic_operations of all stages; of tiles, multiplications of whole matrices",
       .reason = ran > 0 ? "no stage counts them" : "no sample ran",
       .title = "synaptic operations per sample, mean"});
  Metric per_cycle{.key = "verify__sop_per_cycle",
                   .value = {},
                   .integer = false,
                   .unit = "operations/cycle",
                   .method = "measured",
                   .source = "all synaptic operations over all cycles of the samples",
                   .reason = cycles ? "no stage counts synaptic operations" : no_cycles,
                   .title = "synaptic operations per cycle"};
  if (cycles && operations && *cycles > 0) per_cycle.value = *operations / *cycles;
  add(per_cycle);
  for (Metric& metric : metrics) {
    if (metric.value) metric.reason.clear();
  }
  return metrics;
}

std::string metrics_json(const std::vector<Metric>& metrics) {
  nlohmann::ordered_json document = nlohmann::ordered_json::object();
  for (const Metric& metric : metrics) {
    nlohmann::ordered_json entry;
    if (!metric.value) {
      entry["value"] = nullptr;
    } else if (metric.integer) {
      entry["value"] = static_cast<std::int64_t>(*metric.value);
    } else {
      // Six digits: more would be noise in a diff, and they are the same on every machine.
      entry["value"] = std::stod(format_number(*metric.value, false));
    }
    entry["unit"] = metric.unit;
    entry["method"] = metric.method;
    entry["source"] = metric.source;
    if (!metric.value) entry["reason"] = metric.reason;
    document[metric.key] = std::move(entry);
  }
  return document.dump(2) + "\n";
}

std::string escape_markup(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        // XML 1.0 has no way to write most control characters.
        escaped += (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') ? '?' : c;
    }
  }
  return escaped;
}

std::string junit_xml(const LockstepResult& result, const std::string& suite,
                      const Properties& properties, const std::string& failure_text) {
  int failures = 0, skipped = 0;
  for (const CheckCount& count : result.checks) {
    if (count.failures > 0) {
      ++failures;
    } else if (!count.skipped.empty()) {
      ++skipped;
    }
  }
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  text += fmt::format(
      "<testsuites tests=\"{0}\" failures=\"{1}\" errors=\"0\" skipped=\"{2}\">\n"
      "  <testsuite name=\"verify.{3}\" tests=\"{0}\" failures=\"{1}\" errors=\"0\" "
      "skipped=\"{2}\">\n"
      "    <properties>\n",
      kNumChecks, failures, skipped, escape_markup(suite));
  for (const auto& [name, value] : properties) {
    text += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", escape_markup(name),
                        escape_markup(value));
  }
  text += "    </properties>\n";
  bool told = false;
  for (int c = 0; c < kNumChecks; ++c) {
    const CheckCount& count = result.checks[static_cast<std::size_t>(c)];
    text += fmt::format("    <testcase classname=\"verify.{}\" name=\"{}\" assertions=\"{}\"",
                        escape_markup(suite), check_name(static_cast<Check>(c)), count.comparisons);
    if (count.failures > 0) {
      std::string detail;
      for (const Difference& each : result.differences) {
        if (each.check == static_cast<Check>(c)) detail += describe(each) + "\n";
      }
      if (!std::exchange(told, true)) detail += failure_text;
      text += fmt::format(">\n      <failure message=\"{} of {} values differ\">{}</failure>\n",
                          count.failures, count.comparisons, escape_markup(detail));
      text += "    </testcase>\n";
    } else if (!count.skipped.empty()) {
      text += fmt::format(">\n      <skipped message=\"{}\"/>\n    </testcase>\n",
                          escape_markup(count.skipped));
    } else {
      text += "/>\n";
    }
  }
  return text + "  </testsuite>\n</testsuites>\n";
}

}  // namespace nacre::harness
