#include "sweep/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "mram_macro/mram_macro_spec.hpp"
#include "report/page.hpp"

namespace nacre::flows {
namespace {

using golden::Programming;

constexpr std::string_view kProgram = "program.";
/// Words of the controller that writes the arrays.
constexpr std::int64_t kLeastRowBits = 8, kMostRowBits = 64;

std::optional<double> number_of(const std::string& json) {
  double value = 0;
  const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), value);
  if (error != std::errc() || end != json.data() + json.size()) return std::nullopt;
  return value;
}

/// The values of a list that commas outside brackets and strings part.
std::vector<std::string> split_values(const std::string& text) {
  std::vector<std::string> values(1);
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' && (i == 0 || text[i - 1] != '\\')) quoted = !quoted;
    if (!quoted && (c == '[' || c == '{')) ++depth;
    if (!quoted && (c == ']' || c == '}')) --depth;
    if (c == ',' && depth == 0 && !quoted) {
      values.emplace_back();
    } else {
      values.back() += c;
    }
  }
  return values;
}

/// The design at one value.
struct Prepared {
  std::size_t curve = 0;
  Spec spec;
  std::optional<MramMacroSpec> program{};
};

/// Passes on what a changed specification gave rise to: the message names the value, and the place
/// is the file as a whole, for its text is not what was read.
void pass_on(const Diagnostics& found, const SpecChange& change, Diagnostics& diagnostics) {
  const auto is_known = [&](const Diagnostic& each, const std::string& message) {
    return std::any_of(diagnostics.all().begin(), diagnostics.all().end(),
                       [&](const Diagnostic& known) {
                         return known.code == each.code && known.message == message;
                       });
  };
  for (const Diagnostic& each : found.all()) {
    const bool is_about_path = each.message.find(change.path) != std::string::npos;
    const std::string message =
        is_about_path ? each.message
                      : fmt::format("with {} = {}: {}", change.path, change.value, each.message);
    // A warning about what stays was given when the file was read, one about several stages by the
    // first of them.
    if (is_known(each, each.message) || is_known(each, message)) continue;
    const Location place{.file = each.location.file};
    if (each.severity == Severity::Error) {
      diagnostics.error(each.code, place, message, each.help);
    } else {
      diagnostics.warning(each.code, place, message, each.help);
    }
  }
}

/// Whether the arrays can be written.
bool check_arrays(const Spec& spec, Diagnostics& diagnostics) {
  bool any = false, legal = true;
  for (const Stage& stage : spec.stages) {
    const golden::DeviceModel* devices = golden::kind_model(stage.kind).devices;
    if (devices == nullptr || devices->program == nullptr) continue;
    any = true;
    const std::int64_t bits = devices->row_bits(stage);
    if (bits >= kLeastRowBits && bits <= kMostRowBits) continue;
    diagnostics.error("N1297", stage.location,
                      fmt::format("'--program': rows of stage '{}' have {} bits, the controller "
                                  "writes {} ... {}",
                                  stage.name, bits, kLeastRowBits, kMostRowBits),
                      "change 'row_bits' of the stage, or leave the option out");
    legal = false;
  }
  if (!any) {
    diagnostics.error(
        "N1296", {.file = spec.file.string()},
        fmt::format("'--program' is given, but no stage of '{}' has arrays that it could write",
                    spec.name),
        "leave the option out");
  }
  return any && legal;
}

/// All designs before any runs: a value that is not legal is known at once. Of a path one faulty
/// value is enough.
std::optional<std::vector<Prepared>> prepare(const Spec& spec, const SweepOptions& options,
                                             Diagnostics& diagnostics) {
  const int errors_before = diagnostics.num_errors();
  std::optional<MramMacroSpec> program;
  if (options.program) program = read_mram_program(*options.program, {}, diagnostics);
  if (diagnostics.num_errors() != errors_before) return std::nullopt;
  std::vector<Prepared> prepared;
  for (std::size_t c = 0; c < options.axes.size(); ++c) {
    for (const std::string& value : options.axes[c].values) {
      const SpecChange change{.path = options.axes[c].path, .value = value};
      Diagnostics found;
      Prepared one{.curve = c, .spec = spec, .program = program};
      if (change.path.starts_with(kProgram)) {
        one.program = read_mram_program(*options.program, change, found);
      } else if (auto other = read_spec(spec.file, found, change)) {
        one.spec = std::move(*other);
        if (options.program) check_arrays(one.spec, found);
      }
      pass_on(found, change, diagnostics);
      if (found.has_errors()) break;
      prepared.push_back(std::move(one));
    }
  }
  if (diagnostics.num_errors() != errors_before) return std::nullopt;
  return prepared;
}

void add(Programming& sum, const Programming& one) {
  sum.devices += one.devices;
  sum.bits += one.bits;
  sum.wrong_bits += one.wrong_bits;
  sum.pulses += one.pulses;
  sum.pulsed_devices += one.pulsed_devices;
  sum.retries += one.retries;
  sum.energy_fj += one.energy_fj;
}

std::string percent(double value) { return fmt::format("{:.2f} %", 100 * value); }

/// "12.3 nJ".
std::string energy_text(const SweptValue& point, const Sweep& sweep) {
  return with_prefix(per_die(point.programming.energy_fj, sweep) * 1e-15, "J");
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

double per_die(std::int64_t sum, const Sweep& sweep) {
  return static_cast<double>(sum) / static_cast<double>(sweep.dies);
}

std::string mean_text(double mean) {
  const std::int64_t rounded = std::llround(mean);
  const bool is_whole = mean == static_cast<double>(rounded);
  return is_whole || mean >= 100 ? with_separators(rounded) : fmt::format("{:.1f}", mean);
}

std::optional<SweepAxis> parse_axis(const std::string& text, bool has_program,
                                    Diagnostics& diagnostics) {
  const std::size_t equals = text.find('=');
  SweepAxis axis{.path = text.substr(0, equals), .values = {}};
  if (equals != std::string::npos) axis.values = split_values(text.substr(equals + 1));
  if (axis.path.empty() || axis.values.empty() ||
      std::count(axis.values.begin(), axis.values.end(), "") > 0) {
    diagnostics.error("N1290", {},
                      fmt::format("'--vary' is '{}', must be PATH=VALUE,VALUE,...", text),
                      "for example --vary 'stages.*.devices.transient=0.001,0.01,0.1'");
    return std::nullopt;
  }
  for (const std::string& value : axis.values) {
    if (nlohmann::json::accept(value)) continue;
    diagnostics.error(
        "N1291", {},
        fmt::format("'--vary' gives '{}' the value '{}', which is no JSON", axis.path, value),
        "numbers as 0.001, lists as [0.001,0.002], words in double quotes");
    return std::nullopt;
  }
  if (axis.path.starts_with(kProgram) && !has_program) {
    diagnostics.error("N1295", {},
                      fmt::format("'--vary' names '{}', but there is no program", axis.path),
                      "give one with '--program'");
    return std::nullopt;
  }
  if (std::all_of(axis.values.begin(), axis.values.end(), number_of)) {
    std::sort(axis.values.begin(), axis.values.end(),
              [](const auto& a, const auto& b) { return *number_of(a) < *number_of(b); });
  }
  return axis;
}

std::optional<Sweep> run_sweep(const Spec& spec, const data::Stimulus& stimulus,
                               const SweepOptions& options, Diagnostics& diagnostics) {
  if (!stimulus.has_labels()) {
    diagnostics.error(
        "N1293", {.file = spec.file.string()},
        fmt::format("the samples of '{}' have no labels to tell an accuracy by", spec.name),
        "add 'dataset' with 'labels'");
    return std::nullopt;
  }
  if (options.program && !check_arrays(spec, diagnostics)) return std::nullopt;
  const auto prepared = prepare(spec, options, diagnostics);
  if (!prepared) return std::nullopt;

  const auto start = std::chrono::steady_clock::now();
  Sweep sweep{.dies = options.dies,
              .samples = options.samples,
              .tolerate = options.tolerate,
              .programmed = options.program.has_value()};
  std::vector<data::Sample> samples;
  for (std::int64_t i = 0; i < options.samples; ++i) {
    samples.push_back(stimulus.sample(options.first + i));
    if (samples.back().label) ++sweep.labelled;
  }
  std::vector<DieRun> runs = {{.spec = &spec, .variant = {.ideal = true}}};
  for (const Prepared& one : *prepared) {
    for (std::int64_t die = 0; die < options.dies; ++die) {
      runs.push_back({.spec = &one.spec,
                      .variant = {.die = static_cast<std::uint32_t>(die)},
                      .program = one.program ? &*one.program : nullptr});
    }
  }
  const std::vector<DieResult> results = run_dies(runs, samples, options.first, options.threads);
  sweep.right_ideal = results.front().right;

  auto result = results.begin() + 1;
  for (const SweepAxis& axis : options.axes) {
    SweepCurve curve{.path = axis.path,
                     .is_numeric = std::all_of(axis.values.begin(), axis.values.end(), number_of)};
    for (std::size_t v = 0; v < axis.values.size(); ++v) {
      SweptValue point{.value = axis.values[v]};
      std::vector<std::int64_t> right;
      for (std::int64_t die = 0; die < options.dies; ++die, ++result) {
        right.push_back(result->right);
        add(point.programming, result->programming);
      }
      const double x = curve.is_numeric ? *number_of(point.value) : static_cast<double>(v);
      point.accuracy = sweep_point(x, right, sweep.labelled);
      curve.points.push_back(std::move(point));
    }
    judge(curve, sweep);
    sweep.curves.push_back(std::move(curve));
  }
  sweep.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (options.talk) {
    options.talk(fmt::format("{} values x {} dies x {} samples on the golden model in {:.1f} s",
                             prepared->size(), options.dies, options.samples, sweep.seconds));
  }
  return sweep;
}

void judge(SweepCurve& curve, const Sweep& sweep) {
  const std::vector<SweptValue>& points = curve.points;
  const auto lowest = std::min_element(
      points.begin(), points.end(),
      [](const SweptValue& a, const SweptValue& b) { return a.accuracy.mean < b.accuracy.mean; });
  curve.worse_at_end = points.front().accuracy.mean >= points.back().accuracy.mean;
  curve.tolerates_all = lowest->accuracy.mean >= sweep.least();
  curve.tolerated.reset();
  if (curve.tolerates_all) {
    curve.tolerated = static_cast<std::size_t>(lowest - points.begin());
    return;
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::size_t at = curve.worse_at_end ? i : points.size() - 1 - i;
    if (points[at].accuracy.mean < sweep.least()) return;
    curve.tolerated = at;
  }
}

std::string accuracy_statement(const SweepCurve& curve, const Sweep& sweep) {
  const SweptValue& best = curve.worse_at_end ? curve.points.front() : curve.points.back();
  const SweptValue& point = curve.tolerated ? curve.points[*curve.tolerated] : best;
  std::string text;
  if (curve.tolerates_all) {
    text = fmt::format("tolerates every value of {} that was tried, {} ... {}", curve.path,
                       curve.points.front().value, curve.points.back().value);
  } else if (curve.tolerated) {
    const char* words = curve.worse_at_end ? "up to" : "down to";
    text = fmt::format("tolerates {} {} {}", curve.path, curve.is_numeric ? words : "as far as",
                       point.value);
  } else {
    text = fmt::format("tolerates no value of {} that was tried, not even {}", curve.path,
                       point.value);
  }
  const double less = 100 * (sweep.ideal() - point.accuracy.mean);
  return text + fmt::format(
                    ": ideal accuracy {}, at {} the mean is {} over {} dies, {:.2f} points "
                    "{} ({:g} allowed)",
                    percent(sweep.ideal()), point.value, percent(point.accuracy.mean), sweep.dies,
                    std::abs(less), less < 0 ? "more" : "less", 100 * sweep.tolerate);
}

bool energy_varies(const SweepCurve& curve) {
  return std::any_of(curve.points.begin(), curve.points.end(), [&curve](const SweptValue& point) {
    return point.programming.energy_fj != curve.points.front().programming.energy_fj;
  });
}

std::string energy_statement(const SweepCurve& curve, const Sweep& sweep) {
  if (!sweep.programmed) return {};
  const auto cheaper = [](const SweptValue& a, const SweptValue& b) {
    return a.programming.energy_fj < b.programming.energy_fj;
  };
  const SweptValue* chosen = nullptr;
  const SweptValue* exact = nullptr;  // fewest wrong bits, then least energy
  for (const SweptValue& point : curve.points) {
    if (point.accuracy.mean >= sweep.least() && (chosen == nullptr || cheaper(point, *chosen))) {
      chosen = &point;
    }
    if (exact == nullptr || point.programming.wrong_bits < exact->programming.wrong_bits ||
        (point.programming.wrong_bits == exact->programming.wrong_bits && cheaper(point, *exact))) {
      exact = &point;
    }
  }
  if (!energy_varies(curve)) {
    if (exact->programming.energy_fj > 0) return {};
    return fmt::format("{}: the program gives no energies", curve.path);
  }
  if (chosen == nullptr) return {};
  const auto wrong = [&sweep](const SweptValue& point) {
    return mean_text(per_die(point.programming.wrong_bits, sweep)) + " wrong bits";
  };
  const std::string against = fmt::format(
      "{} = {}, {} ({})", curve.path, exact->value,
      exact->programming.wrong_bits == 0 ? "no wrong bits" : "the fewest: " + wrong(*exact),
      energy_text(*exact, sweep));
  if (chosen == exact || !cheaper(*chosen, *exact)) {
    return fmt::format("nothing that is tolerated takes less energy to write than {}", against);
  }
  return fmt::format(
      "tolerating {} in {} saves {:.1f} % of the write energy: {} = {} ({}) against {}",
      wrong(*chosen), with_separators(chosen->programming.bits / sweep.dies),
      100 * (1 - static_cast<double>(chosen->programming.energy_fj) /
                     static_cast<double>(exact->programming.energy_fj)),
      curve.path, chosen->value, energy_text(*chosen, sweep), against);
}

std::string sweep_csv(const Sweep& sweep) {
  std::string text = "path,value,dies,accuracy_ideal,accuracy_mean,accuracy_q05,accuracy_q95";
  if (sweep.programmed) {
    text += ",write_energy_fj,write_energy_fj_per_device,pulses,retries,bits,wrong_bits";
  }
  text += "\n";
  for (const SweepCurve& curve : sweep.curves) {
    for (const SweptValue& point : curve.points) {
      text += fmt::format("{},{},{},{:.6f},{:.6f},{:.6f},{:.6f}", csv_field(curve.path),
                          csv_field(point.value), sweep.dies, sweep.ideal(), point.accuracy.mean,
                          point.accuracy.low, point.accuracy.high);
      if (sweep.programmed) {
        const Programming& sum = point.programming;
        text += fmt::format(",{:.10g},{:.6g},{:.10g},{:.10g},{:.10g},{:.10g}",
                            per_die(sum.energy_fj, sweep),
                            static_cast<double>(sum.energy_fj) / static_cast<double>(sum.devices),
                            per_die(sum.pulses, sweep), per_die(sum.retries, sweep),
                            per_die(sum.bits, sweep), per_die(sum.wrong_bits, sweep));
      }
      text += "\n";
    }
  }
  return text;
}

std::vector<harness::Metric> sweep_metrics(const Sweep& sweep) {
  std::vector<harness::Metric> metrics;
  const auto add = [&metrics](std::string key, double value, bool integer, const char* unit,
                              std::string source, std::string title) {
    metrics.push_back({.key = "sweep__" + key,
                       .value = value,
                       .integer = integer,
                       .unit = unit,
                       .method = "golden",
                       .source = std::move(source),
                       .reason = {},
                       .title = std::move(title)});
  };
  add("dies", static_cast<double>(sweep.dies), true, "dies", "dies run at each value", "dies");
  add("samples", static_cast<double>(sweep.samples), true, "samples", "samples that each die ran",
      "samples per die");
  add("accuracy__ideal", sweep.ideal(), false, "1", "ideal devices that hold the weights",
      "accuracy, ideal devices");
  for (std::size_t c = 0; c < sweep.curves.size(); ++c) {
    const SweepCurve& curve = sweep.curves[c];
    const std::string of_curve = fmt::format("{}__", c);
    const std::string source = accuracy_statement(curve, sweep);
    if (!curve.tolerated || curve.tolerates_all || !curve.is_numeric) {
      metrics.push_back({.key = "sweep__" + of_curve + "tolerated",
                         .value = {},
                         .unit = "1",
                         .method = "golden",
                         .source = source,
                         .reason = !curve.tolerated      ? "no value that was tried is tolerated"
                                   : curve.tolerates_all ? "every value that was tried is tolerated"
                                                         : "the values are no numbers",
                         .title = curve.path + ", tolerated"});
    } else {
      add(of_curve + "tolerated", curve.points[*curve.tolerated].accuracy.x, false, "1", source,
          curve.path + ", tolerated");
    }
    for (std::size_t p = 0; p < curve.points.size(); ++p) {
      const SweptValue& point = curve.points[p];
      const std::string at = fmt::format("{} = {}", curve.path, point.value);
      const std::string key = of_curve + fmt::format("{}__", p);
      const std::string over = "over the dies";
      add(key + "accuracy__mean", point.accuracy.mean, false, "1", over + ", at " + at,
          "accuracy, mean");
      add(key + "accuracy__q05", point.accuracy.low, false, "1", over + ", at " + at,
          "accuracy, 5 % quantile");
      add(key + "accuracy__q95", point.accuracy.high, false, "1", over + ", at " + at,
          "accuracy, 95 % quantile");
      if (!sweep.programmed) continue;
      const Programming& sum = point.programming;
      const std::string mean = "mean over the dies, at " + at;
      add(key + "write_energy", per_die(sum.energy_fj, sweep), false, "fJ", mean,
          "energy to write the arrays");
      add(key + "write_energy__device",
          static_cast<double>(sum.energy_fj) / static_cast<double>(sum.devices), false, "fJ", mean,
          "energy to write a device");
      add(key + "pulses", per_die(sum.pulses, sweep), false, "pulses", mean, "pulses");
      add(key + "retries", per_die(sum.retries, sweep), false, "rounds", mean, "retries");
      add(key + "wrong_bits", per_die(sum.wrong_bits, sweep), false, "bits",
          fmt::format("{} of {} bits", mean, sum.bits / sweep.dies), "bits still wrong");
    }
  }
  return metrics;
}

}  // namespace nacre::flows
