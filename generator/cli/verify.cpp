// nacre verify SPEC: generates, builds a model with Verilator, runs it in lockstep with the golden
// model.

#include "verify/verify.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include "cli.hpp"
#include "data/stimulus.hpp"
#include "nacre/generate.hpp"
#include "nacre/spec.hpp"

namespace nacre::cli {
namespace {

/// Samples of a run without a data set, unless `--samples` says otherwise.
constexpr std::int64_t kRandomSamples = 64;
constexpr double kMaxStalls = 0.95;

struct VerifyArguments {
  std::string spec;
  std::int64_t samples = 0;  ///< 0: all of the data set
  std::int64_t first = 0;
  std::uint64_t seed = 1;
  double stalls = 0;
  double resets = -1;  ///< below 0: a tenth of the samples when the host stalls, else none
  int threads = 0;     ///< 0: one per core
  bool no_waves = false;
  std::string checkpoint = "sample";
  std::string cache;
  std::string rtl;  ///< folder whose RTL is verified; empty: what is generated
};

/// A probability in [0, max], else an error with the range.
CLI::Validator probability(double max) {
  return CLI::Validator(
      [max](std::string& text) -> std::string {
        try {
          std::size_t used = 0;
          const double value = std::stod(text, &used);
          if (used == text.size() && std::isfinite(value) && value >= 0 && value <= max) return {};
        } catch (const std::exception&) {
          // falls through to the message
        }
        return fmt::format("'{}' must be a number in 0 ... {}", text, max);
      },
      "PROBABILITY");
}

void add_options(CLI::App& app, VerifyArguments& arguments) {
  app.add_option("SPEC", arguments.spec, "the specification (JSON)")->required();
  app.add_option("--samples", arguments.samples, "how many samples (default: the whole data set)")
      ->check(in_range(1, 1'000'000'000));
  app.add_option("--first", arguments.first, "number of the first sample")
      ->check(in_range(0, 1'000'000'000));
  app.add_option("--seed", arguments.seed, "of everything that is random");
  app.add_option("--stalls", arguments.stalls,
                 "probability that the host holds back, per cycle and channel")
      ->check(probability(kMaxStalls));
  app.add_option("--resets", arguments.resets,
                 "fraction of samples in whose middle the design is reset "
                 "(default: 0.1 with --stalls, else 0)")
      ->check(probability(1));
  app.add_option("--threads", arguments.threads, "default: one per core")->check(in_range(1, 1024));
  app.add_flag("--no-waves", arguments.no_waves, "no waveform when there is a difference");
  app.add_option("--checkpoint", arguments.checkpoint, "when the whole state is compared")
      ->check(one_of({"sample", "step"}))
      ->option_text("sample|step");
  app.add_option("--cache", arguments.cache, "folder of built models");
  app.add_option("--rtl", arguments.rtl,
                 "verify the RTL of this folder, an edited copy of what 'generate' wrote");
}

/// Replaces the generated RTL by that of `folder`: its rtl.f and the files listed there. Address
/// map and images stay those of the specification.
bool take_rtl(const std::filesystem::path& folder, FileTree& tree, Diagnostics& diagnostics) {
  const auto read = [&](const std::string& name) -> std::optional<std::string> {
    std::ifstream stream(folder / name, std::ios::binary);
    if (!stream) {
      diagnostics.error(
          "N0904", {},
          fmt::format("'--rtl' is {}, which has no readable '{}'", folder.string(), name),
          "give a folder that 'nacre generate' wrote");
      return std::nullopt;
    }
    return std::string(std::istreambuf_iterator<char>(stream), {});
  };
  const auto list = read("rtl.f");
  if (!list) return false;
  std::erase_if(tree.files, [](const auto& file) { return file.first.starts_with("rtl/"); });
  tree.files["rtl.f"] = *list;
  std::istringstream lines(*list);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with("//") || line.starts_with("#")) continue;
    if (!line.starts_with("rtl/") || line.find("..") != std::string::npos) {
      diagnostics.error("N0904", {},
                        fmt::format("'--rtl': rtl.f names '{}', must be a file in rtl/", line));
      return false;
    }
    auto text = read(line);
    if (!text) return false;
    tree.files[line] = std::move(*text);
  }
  return true;
}

/// Checks --first and --samples against the data set; returns the number of samples.
std::optional<std::int64_t> samples_of(const VerifyArguments& arguments,
                                       const data::Stimulus& stimulus, Diagnostics& diagnostics) {
  const auto available = stimulus.available();
  if (!available) return arguments.samples > 0 ? arguments.samples : kRandomSamples;
  if (arguments.first >= *available) {
    diagnostics.error("N0904", {},
                      fmt::format("'--first' is {}, must be 0 ... {}: the data set has {} samples",
                                  arguments.first, *available - 1, *available));
    return std::nullopt;
  }
  const std::int64_t rest = *available - arguments.first;
  if (arguments.samples > rest) {
    diagnostics.error(
        "N0904", {},
        fmt::format("'--samples' is {}, must be 1 ... {}: the data set has {} samples",
                    arguments.samples, rest, *available));
    return std::nullopt;
  }
  return arguments.samples > 0 ? arguments.samples : rest;
}

std::string metric_text(const harness::Metric& metric) {
  if (!metric.value) return "-";
  return metric.integer ? fmt::format("{}", static_cast<std::int64_t>(*metric.value))
                        : fmt::format("{:.4g}", *metric.value);
}

std::pair<int, int> passed_and_failed(const harness::LockstepResult& result) {
  int passed = 0, failed = 0;
  for (const harness::CheckCount& count : result.checks) {
    if (count.failures > 0) {
      ++failed;
    } else if (count.skipped.empty()) {
      ++passed;
    }
  }
  return {passed, failed};
}

void print_text(const flows::Verification& found, const std::filesystem::path& out) {
  std::vector<std::vector<std::string>> rows = {{"figure", "value", "unit"}};
  for (const harness::Metric& metric : found.metrics) {
    std::string title = metric.title;
    if (const auto accuracy = harness::accuracy_of(found.result);
        metric.key == "verify__accuracy" && metric.value && accuracy) {
      const auto [low, high] = harness::wilson_interval(accuracy->right, accuracy->labelled);
      title += fmt::format(" (95 % interval {:.3f} ... {:.3f})", low, high);
    }
    rows.push_back({title, metric_text(metric), metric.unit});
  }
  const auto [passed, failed] = passed_and_failed(found.result);
  print_result(fmt::format("{}\n{} verify: {} passed, {} failed -> {}\n", format_table(rows),
                           failed == 0 ? "PASS" : "FAIL", passed, failed, out.string()));
}

void print_json(const flows::Verification& found, const std::filesystem::path& out) {
  nlohmann::ordered_json document;
  const auto [passed, failed] = passed_and_failed(found.result);
  document["verdict"] = failed == 0 ? "PASS" : "FAIL";
  document["passed"] = passed;
  document["failed"] = failed;
  document["output"] = out.string();
  document["metrics"] = nlohmann::ordered_json::parse(found.files.at("metrics.json"));
  auto& differences = document["differences"] = nlohmann::ordered_json::array();
  for (const harness::Difference& each : found.result.differences) {
    nlohmann::ordered_json entry;
    entry["check"] = harness::check_name(each.check);
    entry["text"] = harness::describe(each);
    differences.push_back(std::move(entry));
  }
  print_result(document);
}

int run(const CommonOptions& options, const VerifyArguments& arguments) {
  Diagnostics diagnostics;
  const auto refuse = [&] { return finish(options, diagnostics); };
  const auto spec = read_spec(arguments.spec, diagnostics);
  if (!spec) return refuse();
  const std::filesystem::path out =
      options.output.empty() ? std::filesystem::path("out") / spec->name : options.output;
  if (!may_write_tree(out, diagnostics)) return refuse();
  const auto stimulus = data::Stimulus::open(*spec, arguments.seed, diagnostics);
  if (!stimulus) return refuse();
  const auto samples = samples_of(arguments, *stimulus, diagnostics);
  if (!samples) return refuse();

  FileTree tree = generate_files(*spec);
  if (!arguments.rtl.empty() && !take_rtl(arguments.rtl, tree, diagnostics)) return refuse();
  flows::VerifyOptions verify;
  verify.lockstep.first = arguments.first;
  verify.lockstep.samples = *samples;
  verify.lockstep.seed = arguments.seed;
  verify.lockstep.stalls = arguments.stalls;
  verify.lockstep.resets =
      arguments.resets >= 0 ? arguments.resets : (arguments.stalls > 0 ? 0.1 : 0.0);
  verify.lockstep.threads =
      arguments.threads > 0 ? arguments.threads
                            : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  verify.lockstep.checkpoint =
      arguments.checkpoint == "step" ? harness::Checkpoint::Step : harness::Checkpoint::Sample;
  verify.waves = !arguments.no_waves;
  verify.cache =
      arguments.cache.empty() ? flows::default_cache() : std::filesystem::path(arguments.cache);
  verify.command = options.arguments;
  verify.base_command = {"nacre", "verify", arguments.spec};
  if (!arguments.rtl.empty()) {
    verify.base_command.insert(verify.base_command.end(), {"--rtl", arguments.rtl});
  }
  if (!verify.command.empty()) verify.command.front() = "nacre";
  verify.talk = [&options](std::string_view line) { print_talk(options, line); };
  const auto found = flows::verify_design(*spec, *stimulus, tree.files, verify, diagnostics);
  if (!found) return refuse();

  for (const auto& [path, bytes] : found->files) tree.files[path] = bytes;
  if (!write_tree(out, tree, diagnostics)) return refuse();
  if (options.format == Format::Json) {
    print_json(*found, out);
  } else {
    print_text(*found, out);
  }
  return finish(options, diagnostics, fmt::format("see {}", (out / "report.html").string()));
}

}  // namespace

Verb verify_verb() {
  const auto arguments = std::make_shared<VerifyArguments>();
  Verb verb;
  verb.name = "verify";
  verb.summary = "generate, build with Verilator, run in lockstep with the golden model";
  verb.example = "nacre verify examples/spirit_digits/spec.json -o out/digits --samples 100";
  verb.output = OutputOption::Optional;
  verb.add_options = [arguments](CLI::App& app) { add_options(app, *arguments); };
  verb.run = [arguments](const CommonOptions& options) { return run(options, *arguments); };
  return verb;
}

}  // namespace nacre::cli
