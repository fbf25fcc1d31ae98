// nacre verify SPEC: generates, builds a model with Verilator, runs it in lockstep with the golden
// model.

#include "verify/verify.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "cli.hpp"
#include "data/stimulus.hpp"
#include "nacre/generate.hpp"
#include "nacre/spec.hpp"
#include "run_arguments.hpp"

namespace nacre::cli {
namespace {

struct VerifyArguments {
  RunArguments run;
  bool no_waves = false;
  std::string checkpoint = "sample";
  std::string rtl;           ///< folder whose RTL is verified; empty: what is generated
  std::int64_t devices = 0;  ///< dies of a study of devices; 0: none
  double yield_at = -1;      ///< accuracy of a good die; below 0: the study's default
  std::int64_t rtl_devices = 1;
};

void add_options(CLI::App& app, VerifyArguments& arguments) {
  add_run_options(app, arguments.run, "how many samples (default: the whole data set)");
  app.add_flag("--no-waves", arguments.no_waves, "no waveform when there is a difference");
  app.add_option("--checkpoint", arguments.checkpoint, "when the whole state is compared")
      ->check(one_of({"sample", "step"}))
      ->option_text("sample|step");
  app.add_option("--rtl", arguments.rtl,
                 "verify the RTL of this folder, an edited copy of what 'generate' wrote");
  CLI::Option* devices =
      app.add_option("--devices", arguments.devices,
                     "study this many dies with other random devices on the golden model")
          ->check(in_range(1, 1'000'000));
  app.add_option("--yield-at", arguments.yield_at,
                 "accuracy of a good die, 0 ... 1 (default: that of ideal devices less 0.02)")
      ->check(number_in(0, 1))
      ->needs(devices);
  app.add_option("--rtl-devices", arguments.rtl_devices,
                 "how many of the first dies the RTL runs, too")
      ->check(in_range(0, 1'000'000))
      ->needs(devices);
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
    if (!metric.value && metric.reason.starts_with("no stage")) continue;
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
  const auto spec = read_spec(arguments.run.spec, diagnostics);
  if (!spec) return refuse();
  const std::filesystem::path out =
      options.output.empty() ? std::filesystem::path("out") / spec->name : options.output;
  if (!may_write_tree(out, diagnostics)) return refuse();
  const auto stimulus = data::Stimulus::open(*spec, arguments.run.seed, diagnostics);
  if (!stimulus) return refuse();
  const auto samples = samples_of(arguments.run, *stimulus, 0, diagnostics);
  if (!samples) return refuse();

  FileTree tree = generate_files(*spec);
  if (!arguments.rtl.empty() && !take_rtl(arguments.rtl, tree, diagnostics)) return refuse();
  flows::VerifyOptions verify = verify_options(options, arguments.run, *samples);
  verify.lockstep.checkpoint =
      arguments.checkpoint == "step" ? harness::Checkpoint::Step : harness::Checkpoint::Sample;
  verify.waves = !arguments.no_waves;
  verify.devices = arguments.devices;
  verify.rtl_devices = arguments.rtl_devices;
  if (arguments.yield_at >= 0) verify.yield_at = arguments.yield_at;
  verify.base_command = {"nacre", "verify", arguments.run.spec};
  if (!arguments.rtl.empty()) {
    verify.base_command.insert(verify.base_command.end(), {"--rtl", arguments.rtl});
  }
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
