#include "run_arguments.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <thread>

namespace nacre::cli {
namespace {

/// Samples of a run without a data set, unless `--samples` says otherwise.
constexpr std::int64_t kRandomSamples = 64;
constexpr double kMaxStalls = 0.95;

}  // namespace

void add_run_options(CLI::App& app, RunArguments& arguments, const std::string& samples_help) {
  app.add_option("SPEC", arguments.spec, "the specification (JSON)")->required();
  app.add_option("--samples", arguments.samples, samples_help)->check(in_range(1, 1'000'000'000));
  app.add_option("--first", arguments.first, "number of the first sample")
      ->check(in_range(0, 1'000'000'000));
  app.add_option("--seed", arguments.seed, "of everything that is random");
  app.add_option("--stalls", arguments.stalls,
                 "probability that the host holds back, per cycle and channel")
      ->check(number_in(0, kMaxStalls));
  app.add_option("--resets", arguments.resets,
                 "fraction of samples in whose middle the design is reset "
                 "(default: 0.1 with --stalls, else 0)")
      ->check(number_in(0, 1));
  app.add_option("--threads", arguments.threads, "default: one per core")->check(in_range(1, 1024));
  app.add_option("--cache", arguments.cache, "folder of built models");
}

std::optional<std::int64_t> samples_of(const RunArguments& arguments,
                                       const data::Stimulus& stimulus, std::int64_t default_samples,
                                       Diagnostics& diagnostics) {
  const auto available = stimulus.available();
  if (!available) {
    if (arguments.samples > 0) return arguments.samples;
    return default_samples > 0 ? default_samples : kRandomSamples;
  }
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
  if (arguments.samples > 0) return arguments.samples;
  return default_samples > 0 ? std::min(default_samples, rest) : rest;
}

flows::VerifyOptions verify_options(const CommonOptions& options, const RunArguments& arguments,
                                    std::int64_t samples) {
  flows::VerifyOptions verify;
  verify.lockstep.first = arguments.first;
  verify.lockstep.samples = samples;
  verify.lockstep.seed = arguments.seed;
  verify.lockstep.stalls = arguments.stalls;
  verify.lockstep.resets =
      arguments.resets >= 0 ? arguments.resets : (arguments.stalls > 0 ? 0.1 : 0.0);
  verify.lockstep.threads =
      arguments.threads > 0 ? arguments.threads
                            : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  verify.cache =
      arguments.cache.empty() ? flows::default_cache() : std::filesystem::path(arguments.cache);
  verify.command = options.arguments;
  if (!verify.command.empty()) verify.command.front() = "nacre";
  verify.talk = [&options](std::string_view line) { print_talk(options, line); };
  return verify;
}

}  // namespace nacre::cli
