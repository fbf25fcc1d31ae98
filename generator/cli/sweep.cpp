// nacre sweep SPEC: accuracy of the golden model over values in the specification.

#include "sweep/sweep.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cli.hpp"
#include "data/stimulus.hpp"
#include "nacre/output_tree.hpp"
#include "nacre/spec.hpp"
#include "process/process.hpp"
#include "report/page.hpp"
#include "report/sweep_report.hpp"
#include "run_arguments.hpp"

namespace nacre::cli {
namespace {

using flows::per_die;

struct SweepArguments {
  RunArguments run;
  std::vector<std::string> vary;
  std::string program;
  std::int64_t dies = 20;
  double tolerate_points = 1;
};

void add_options(CLI::App& app, SweepArguments& arguments) {
  RunArguments& run = arguments.run;
  app.add_option("SPEC", run.spec, "the specification (JSON)")->required();
  app.add_option("--vary", arguments.vary,
                 "a curve: stages.NAME.KEY with a stage's name, number or '*', or program.KEY, and "
                 "its values (JSON)")
      ->required()
      ->type_name("PATH=V,V,...")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--program", arguments.program,
                 "write the arrays first, by the controller that this file describes (JSON)")
      ->type_name("FILE");
  app.add_option("--dies", arguments.dies, "dies at each value (default: 20)")
      ->check(in_range(1, 1'000'000));
  app.add_option("--tolerate", arguments.tolerate_points,
                 "points of accuracy that may be lost against ideal devices (default: 1)")
      ->type_name("POINTS")
      ->check(number_in(0, 100));
  app.add_option("--samples", run.samples, "how many samples (default: the whole data set)")
      ->check(in_range(1, 1'000'000'000));
  app.add_option("--first", run.first, "number of the first sample")
      ->check(in_range(0, 1'000'000'000));
  app.add_option("--threads", run.threads, "default: one per core")->check(in_range(1, 1024));
}

std::string table_of(const flows::SweepCurve& curve, const flows::Sweep& sweep) {
  std::vector<std::vector<std::string>> rows = {{curve.path, "accuracy", "5 %", "95 %"}};
  if (sweep.programmed) {
    rows[0].insert(rows[0].end(),
                   {"write energy", "of a device", "pulses", "retries", "wrong bits"});
  }
  for (const flows::SweptValue& point : curve.points) {
    std::vector<std::string> row = {point.value};
    for (const double each : {point.accuracy.mean, point.accuracy.low, point.accuracy.high}) {
      row.push_back(fmt::format("{:.4f}", each));
    }
    if (sweep.programmed) {
      const golden::Programming& sum = point.programming;
      const double joules = static_cast<double>(sum.energy_fj) * 1e-15;
      row.insert(row.end(), {flows::with_prefix(joules / static_cast<double>(sweep.dies), "J"),
                             flows::with_prefix(joules / static_cast<double>(sum.devices), "J"),
                             flows::mean_text(per_die(sum.pulses, sweep)),
                             flows::mean_text(per_die(sum.retries, sweep)),
                             flows::mean_text(per_die(sum.wrong_bits, sweep))});
    }
    rows.push_back(std::move(row));
  }
  return format_table(rows);
}

void print_text(const flows::Sweep& sweep, const std::filesystem::path& out) {
  std::string text;
  for (const flows::SweepCurve& curve : sweep.curves) {
    text += table_of(curve, sweep) + accuracy_statement(curve, sweep) + "\n";
    if (const std::string energy = energy_statement(curve, sweep); !energy.empty()) {
      text += energy + "\n";
    }
    text += "\n";
  }
  print_result(text + fmt::format("-> {}\n", out.string()));
}

void print_json(const flows::Sweep& sweep, const std::string& metrics,
                const std::filesystem::path& out) {
  nlohmann::ordered_json document;
  document["output"] = out.string();
  auto& statements = document["statements"] = nlohmann::ordered_json::array();
  for (const flows::SweepCurve& curve : sweep.curves) {
    statements.push_back(accuracy_statement(curve, sweep));
    if (const std::string energy = energy_statement(curve, sweep); !energy.empty()) {
      statements.push_back(energy);
    }
  }
  document["metrics"] = nlohmann::ordered_json::parse(metrics);
  print_result(document);
}

int run(const CommonOptions& options, const SweepArguments& arguments) {
  Diagnostics diagnostics;
  const auto refuse = [&] { return finish(options, diagnostics); };
  flows::SweepOptions sweep_options;
  for (const std::string& text : arguments.vary) {
    auto axis = flows::parse_axis(text, !arguments.program.empty(), diagnostics);
    if (axis) sweep_options.axes.push_back(std::move(*axis));
  }
  if (diagnostics.has_errors()) return refuse();
  const auto spec = read_spec(arguments.run.spec, diagnostics);
  if (!spec) return refuse();
  const std::filesystem::path out = options.output.empty()
                                        ? std::filesystem::path("out") / (spec->name + "-sweep")
                                        : options.output;
  if (!may_write_tree(out, diagnostics)) return refuse();
  const auto stimulus = data::Stimulus::open(*spec, arguments.run.seed, diagnostics);
  if (!stimulus) return refuse();
  const auto samples = samples_of(arguments.run, *stimulus, 0, diagnostics);
  if (!samples) return refuse();
  const flows::VerifyOptions shared = verify_options(options, arguments.run, *samples);
  if (!arguments.program.empty()) sweep_options.program = arguments.program;
  sweep_options.dies = arguments.dies;
  sweep_options.first = arguments.run.first;
  sweep_options.samples = *samples;
  sweep_options.tolerate = arguments.tolerate_points / 100;
  sweep_options.threads = shared.lockstep.threads;
  sweep_options.talk = shared.talk;
  const auto sweep = flows::run_sweep(*spec, *stimulus, sweep_options, diagnostics);
  if (!sweep) return refuse();

  const harness::Properties properties = {{"design", spec->name},
                                          {"hash", spec->hash},
                                          {"first", fmt::format("{}", arguments.run.first)},
                                          {"samples", fmt::format("{}", sweep->samples)},
                                          {"dies", fmt::format("{}", sweep->dies)}};
  const std::string metrics = harness::metrics_json(flows::sweep_metrics(*sweep));
  FileTree tree{.design = spec->name, .hash = spec->hash, .files = {}};
  tree.files["metrics.json"] = metrics;
  tree.files["sweep.csv"] = flows::sweep_csv(*sweep);
  tree.files["report.html"] =
      flows::sweep_report(*spec, *sweep, properties, flows::display(shared.command));
  if (!write_tree(out, tree, diagnostics)) return refuse();
  if (options.format == Format::Json) {
    print_json(*sweep, metrics, out);
  } else {
    print_text(*sweep, out);
  }
  return finish(options, diagnostics);
}

}  // namespace

Verb sweep_verb() {
  const auto arguments = std::make_shared<SweepArguments>();
  Verb verb;
  verb.name = "sweep";
  verb.summary = "accuracy of the golden model over values in the specification: what is tolerated";
  verb.example =
      "nacre sweep examples/mram_bnn_digits/spec.json "
      "--vary 'stages.*.devices.transient=0.001,0.01,0.1'";
  verb.output = OutputOption::Optional;
  verb.add_options = [arguments](CLI::App& app) { add_options(app, *arguments); };
  verb.run = [arguments](const CommonOptions& options) { return run(options, *arguments); };
  return verb;
}

}  // namespace nacre::cli
