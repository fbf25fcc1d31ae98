#include "devices/devices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>

#include "golden/golden.hpp"
#include "golden/kind_model.hpp"

namespace nacre::flows {
namespace {

using golden::DeviceVariant;

/// Means over so many dies are known to a tenth of the standard deviation over the dies.
constexpr std::int64_t kMostSweepDies = 100;
constexpr int kSpreadHalves[] = {0, 1, 2, 4};
constexpr int kFewerAdcBits = 4;
constexpr int kMostAdcBits = 10;
/// Below the accuracy of the ideal device.
constexpr double kYieldMargin = 0.02;

/// Right decisions of one variant on all samples.
std::int64_t count_right(const Spec& spec, const DeviceVariant& variant,
                         const std::vector<data::Sample>& samples, std::int64_t first) {
  const Spec die = golden::with_devices(spec, variant);
  golden::Network network(die);
  std::int64_t right = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    // As in run_lockstep: what a sample sees of its forerunners is the same for the RTL.
    if ((first + static_cast<std::int64_t>(i)) % harness::kBlockSamples == 0) network.reset();
    const golden::SampleTrace trace = network.run_sample(samples[i].words);
    if (samples[i].label && harness::decision_of(trace.output) == samples[i].label) ++right;
  }
  return right;
}

/// The same of several variants, on all threads.
std::vector<std::int64_t> count_all(const Spec& spec, const std::vector<DeviceVariant>& variants,
                                    const std::vector<data::Sample>& samples,
                                    const DeviceStudyOptions& options) {
  std::vector<std::int64_t> right(variants.size());
  std::atomic<std::size_t> next{0};
  harness::on_threads(options.threads, [&](int) {
    for (std::size_t v = next++; v < variants.size(); v = next++) {
      right[v] = count_right(spec, variants[v], samples, options.first);
    }
  });
  return right;
}

/// `variant` on each of the first dies.
std::vector<DeviceVariant> on_dies(DeviceVariant variant, std::int64_t dies) {
  std::vector<DeviceVariant> variants;
  for (std::int64_t die = 0; die < dies; ++die) {
    variant.die = static_cast<std::uint32_t>(die);
    variants.push_back(variant);
  }
  return variants;
}

SweepPoint point_of(double x, const std::vector<std::int64_t>& right, const DeviceStudy& study) {
  std::vector<double> accuracies;
  double sum = 0;
  for (const std::int64_t each : right) {
    accuracies.push_back(study.accuracy(each));
    sum += accuracies.back();
  }
  std::sort(accuracies.begin(), accuracies.end());
  return {.x = x,
          .mean = sum / static_cast<double>(accuracies.size()),
          .low = quantile(accuracies, 0.05),
          .high = quantile(accuracies, 0.95)};
}

/// Most converter bits of all stages with devices; 0: no stage has devices that vary.
int devices_that_vary(const Spec& spec) {
  int bits = 0;
  bool vary = false;
  for (const Stage& stage : spec.stages) {
    const golden::DeviceModel* devices = golden::kind_model(stage.kind).devices;
    if (devices == nullptr) continue;
    vary = vary || devices->vary(stage);
    bits = std::max(bits, devices->adc_bits(stage));
  }
  return vary ? bits : 0;
}

void sweep(const Spec& spec, const std::vector<data::Sample>& samples,
           const DeviceStudyOptions& options, DeviceStudy& study) {
  study.sweep_dies = std::min(options.dies, kMostSweepDies);
  const std::vector<std::int64_t> as_specified(study.right.begin(),
                                               study.right.begin() + study.sweep_dies);
  const auto run = [&](const DeviceVariant& variant) {
    return count_all(spec, on_dies(variant, study.sweep_dies), samples, options);
  };
  for (const int halves : kSpreadHalves) {
    const bool known = halves == DeviceVariant{}.spread_halves;
    study.spread.push_back(
        point_of(halves / 2.0, known ? as_specified : run({.spread_halves = halves}), study));
  }
  for (int bits = std::max(1, study.adc_bits - kFewerAdcBits); bits <= kMostAdcBits; ++bits) {
    study.adc.push_back(point_of(bits, run({.adc_bits = bits}), study));
  }
}

}  // namespace

double quantile(const std::vector<double>& sorted, double q) {
  const auto rank = static_cast<std::int64_t>(std::ceil(q * static_cast<double>(sorted.size())));
  return sorted[static_cast<std::size_t>(std::max<std::int64_t>(rank, 1) - 1)];
}

std::vector<double> sorted_accuracies(const DeviceStudy& study) {
  std::vector<double> accuracies;
  for (const std::int64_t right : study.right) accuracies.push_back(study.accuracy(right));
  std::sort(accuracies.begin(), accuracies.end());
  return accuracies;
}

std::int64_t good_dies(const DeviceStudy& study) {
  // A threshold such as 0.9 is no binary fraction: a die exactly at it is good.
  constexpr double kRounding = 1e-9;
  return std::count_if(study.right.begin(), study.right.end(), [&study](std::int64_t right) {
    return study.accuracy(right) >= study.threshold - kRounding;
  });
}

std::pair<Spec, std::vector<harness::RegisterSetting>> die_of(const Spec& spec, std::uint32_t die) {
  Spec other = golden::with_devices(spec, {.die = die});
  std::vector<harness::RegisterSetting> settings;
  for (const Stage& stage : other.stages) {
    const golden::DeviceModel* devices = golden::kind_model(stage.kind).devices;
    if (devices == nullptr) continue;
    for (const auto& [name, value] : devices->registers(stage)) {
      settings.push_back({.name = stage.name + "." + name, .value = value});
    }
  }
  return {std::move(other), std::move(settings)};
}

bool can_study(const Spec& spec, const data::Stimulus& stimulus, std::int64_t dies,
               Diagnostics& diagnostics) {
  const Location place{.file = spec.file.string()};
  if (devices_that_vary(spec) == 0) {
    diagnostics.error("N1238", place,
                      fmt::format("'--devices' is {}, but no stage of '{}' has devices that vary",
                                  dies, spec.name),
                      "give a stage a spread, noise or faults, or leave the option out");
    return false;
  }
  if (!stimulus.has_labels()) {
    diagnostics.error("N1239", place,
                      fmt::format("'--devices' is {}, but the samples of '{}' have no labels to "
                                  "judge a die by",
                                  dies, spec.name),
                      "add 'dataset' with 'labels'");
    return false;
  }
  return true;
}

DeviceStudy study_devices(const Spec& spec, const data::Stimulus& stimulus,
                          const DeviceStudyOptions& options) {
  DeviceStudy study{.samples = options.samples, .adc_bits = devices_that_vary(spec)};
  const auto start = std::chrono::steady_clock::now();
  std::vector<data::Sample> samples;
  for (std::int64_t i = 0; i < options.samples; ++i) {
    samples.push_back(stimulus.sample(options.first + i));
    if (samples.back().label) ++study.labelled;
  }
  study.right_ideal = count_right(spec, {.ideal = true}, samples, options.first);
  study.right = count_all(spec, on_dies({}, options.dies), samples, options);
  study.threshold_given = options.yield_at.has_value();
  study.threshold = options.yield_at.value_or(study.accuracy(study.right_ideal) - kYieldMargin);
  sweep(spec, samples, options, study);
  study.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (options.talk) {
    options.talk(
        fmt::format("{} dies x {} samples on the golden model in {:.1f} s, sweeps on {} "
                    "dies included",
                    options.dies, options.samples, study.seconds, study.sweep_dies));
  }
  return study;
}

std::vector<harness::Metric> device_metrics(const DeviceStudy& study) {
  const std::vector<double> accuracies = sorted_accuracies(study);
  const auto dies = static_cast<double>(accuracies.size());
  double sum = 0, squares = 0;
  for (const double each : accuracies) sum += each;
  const double mean = sum / dies;
  for (const double each : accuracies) squares += (each - mean) * (each - mean);
  const std::int64_t good = good_dies(study);
  const auto [low, high] = harness::wilson_interval(good, std::ssize(accuracies));

  std::vector<harness::Metric> metrics;
  const auto add = [&metrics](const char* key, double value, bool integer, const char* unit,
                              std::string source, std::string title) {
    metrics.push_back({.key = std::string("verify__devices__") + key,
                       .value = value,
                       .integer = integer,
                       .unit = unit,
                       .method = "golden",
                       .source = std::move(source),
                       .reason = {},
                       .title = std::move(title)});
  };
  const std::string over = "over the dies, golden model";
  add("count", dies, true, "dies", "dies run on the golden model", "dies");
  add("samples", static_cast<double>(study.samples), true, "samples", "samples that each die ran",
      "samples per die");
  add("accuracy__ideal", study.accuracy(study.right_ideal), false, "1",
      "golden model without any deviation of cells and converters", "accuracy, ideal devices");
  add("accuracy__mean", mean, false, "1", over, "accuracy over the dies, mean");
  if (accuracies.size() > 1) {
    add("accuracy__sd", std::sqrt(squares / (dies - 1)), false, "1", over + " (n - 1)",
        "accuracy over the dies, standard deviation");
  }
  add("accuracy__min", accuracies.front(), false, "1", over, "accuracy of the worst die");
  add("accuracy__q05", quantile(accuracies, 0.05), false, "1", over + ", nearest rank",
      "accuracy, 5 % quantile");
  add("accuracy__q50", quantile(accuracies, 0.5), false, "1", over + ", nearest rank",
      "accuracy, median");
  add("accuracy__q95", quantile(accuracies, 0.95), false, "1", over + ", nearest rank",
      "accuracy, 95 % quantile");
  add("accuracy__max", accuracies.back(), false, "1", over, "accuracy of the best die");
  add("yield__threshold", study.threshold, false, "1",
      study.threshold_given ? "--yield-at" : "accuracy of ideal devices less 0.02",
      "accuracy of a good die, at least");
  add("yield", static_cast<double>(good) / dies, false, "1",
      fmt::format("{} of {} dies at or above the threshold", good, accuracies.size()), "yield");
  add("yield__low", low, false, "1", "95 % interval (Wilson) over the dies", "yield, at least");
  add("yield__high", high, false, "1", "95 % interval (Wilson) over the dies", "yield, at most");
  return metrics;
}

}  // namespace nacre::flows
