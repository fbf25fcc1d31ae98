#include "devices/devices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>

#include "golden/golden.hpp"

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

DieResult run_die(const DieRun& run, const std::vector<data::Sample>& samples, std::int64_t first) {
  DieResult result;
  Spec die = golden::with_devices(*run.spec, run.variant);
  if (run.program != nullptr) {
    die = golden::with_programmed_arrays(die, *run.program, result.programming);
  }
  golden::Network network(die);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    // As in run_lockstep: what a sample sees of its forerunners is the same for the RTL.
    if ((first + static_cast<std::int64_t>(i)) % harness::kBlockSamples == 0) network.reset();
    const golden::SampleTrace trace = network.run_sample(samples[i].words);
    if (samples[i].label && harness::decision_of(trace.output) == samples[i].label) ++result.right;
  }
  return result;
}

/// Right decisions of several variants of one design.
std::vector<std::int64_t> count_all(const Spec& spec, const std::vector<DeviceVariant>& variants,
                                    const std::vector<data::Sample>& samples,
                                    const DeviceStudyOptions& options) {
  std::vector<DieRun> runs;
  for (const DeviceVariant& variant : variants) runs.push_back({.spec = &spec, .variant = variant});
  std::vector<std::int64_t> right;
  for (const DieResult& each : run_dies(runs, samples, options.first, options.threads)) {
    right.push_back(each.right);
  }
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

/// Most converter bits of all stages; 0: there are none.
int most_adc_bits(const Spec& spec) {
  int bits = 0;
  for (const Stage& stage : spec.stages) {
    const golden::DeviceModel* devices = golden::kind_model(stage.kind).devices;
    if (devices != nullptr) bits = std::max(bits, devices->adc_bits(stage));
  }
  return bits;
}

void sweep(const Spec& spec, const std::vector<data::Sample>& samples,
           const DeviceStudyOptions& options, DeviceStudy& study) {
  // Both sweeps are of arrays behind converters.
  if (study.adc_bits == 0) return;
  study.sweep_dies = std::min(options.dies, kMostSweepDies);
  const std::vector<std::int64_t> as_specified(study.right.begin(),
                                               study.right.begin() + study.sweep_dies);
  const auto run = [&](const DeviceVariant& variant) {
    return count_all(spec, on_dies(variant, study.sweep_dies), samples, options);
  };
  for (const int halves : kSpreadHalves) {
    const bool known = halves == DeviceVariant{}.spread_halves;
    study.spread.push_back(sweep_point(
        halves / 2.0, known ? as_specified : run({.spread_halves = halves}), study.labelled));
  }
  for (int bits = std::max(1, study.adc_bits - kFewerAdcBits); bits <= kMostAdcBits; ++bits) {
    study.adc.push_back(sweep_point(bits, run({.adc_bits = bits}), study.labelled));
  }
}

}  // namespace

bool devices_vary(const Spec& spec) {
  return std::any_of(spec.stages.begin(), spec.stages.end(), [](const Stage& stage) {
    const golden::DeviceModel* devices = golden::kind_model(stage.kind).devices;
    return devices != nullptr && devices->vary(stage);
  });
}

std::vector<DieResult> run_dies(const std::vector<DieRun>& runs,
                                const std::vector<data::Sample>& samples, std::int64_t first,
                                int threads) {
  std::vector<DieResult> results(runs.size());
  std::atomic<std::size_t> next{0};
  harness::on_threads(threads, [&](int) {
    for (std::size_t r = next++; r < runs.size(); r = next++) {
      results[r] = run_die(runs[r], samples, first);
    }
  });
  return results;
}

SweepPoint sweep_point(double x, const std::vector<std::int64_t>& right, std::int64_t labelled) {
  std::vector<double> accuracies;
  double sum = 0;
  for (const std::int64_t each : right) {
    accuracies.push_back(static_cast<double>(each) / static_cast<double>(labelled));
    sum += accuracies.back();
  }
  std::sort(accuracies.begin(), accuracies.end());
  return {.x = x,
          .mean = sum / static_cast<double>(accuracies.size()),
          .low = quantile(accuracies, 0.05),
          .high = quantile(accuracies, 0.95)};
}

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
  if (!devices_vary(spec)) {
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
  DeviceStudy study{.samples = options.samples, .adc_bits = most_adc_bits(spec)};
  const auto start = std::chrono::steady_clock::now();
  std::vector<data::Sample> samples;
  for (std::int64_t i = 0; i < options.samples; ++i) {
    samples.push_back(stimulus.sample(options.first + i));
    if (samples.back().label) ++study.labelled;
  }
  study.right_ideal =
      run_die({.spec = &spec, .variant = {.ideal = true}}, samples, options.first).right;
  study.right = count_all(spec, on_dies({}, options.dies), samples, options);
  study.threshold_given = options.yield_at.has_value();
  study.threshold = options.yield_at.value_or(study.accuracy(study.right_ideal) - kYieldMargin);
  sweep(spec, samples, options, study);
  study.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (options.talk) {
    std::string text = fmt::format("{} dies x {} samples on the golden model in {:.1f} s",
                                   options.dies, options.samples, study.seconds);
    if (study.sweep_dies > 0) {
      text += fmt::format(", sweeps on {} dies included", study.sweep_dies);
    }
    options.talk(text);
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
