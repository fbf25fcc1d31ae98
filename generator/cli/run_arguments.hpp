#pragma once
// What verbs that run samples have in common: which samples, how the host behaves, threads, cache.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "cli.hpp"
#include "data/stimulus.hpp"
#include "nacre/diagnostics.hpp"
#include "verify/verify.hpp"

namespace nacre::cli {

struct RunArguments {
  std::string spec;
  std::int64_t samples = 0;  ///< 0: the verb's default
  std::int64_t first = 0;
  std::uint64_t seed = 1;
  double stalls = 0;
  double resets = -1;  ///< below 0: a tenth of the samples when the host stalls, else none
  int threads = 0;     ///< 0: one per core
  std::string cache;
};

/// SPEC and the options of `arguments`, whose values are the defaults. `samples_help` says what
/// `--samples` is by default.
void add_run_options(CLI::App& app, RunArguments& arguments, const std::string& samples_help);

/// Checks --first and --samples against the data set; returns the number of samples: what was
/// given, else `default_samples` (0: all of the data set) as far as the data set has them.
std::optional<std::int64_t> samples_of(const RunArguments& arguments,
                                       const data::Stimulus& stimulus, std::int64_t default_samples,
                                       Diagnostics& diagnostics);

/// The options of the run, with the command line as the report shows it.
flows::VerifyOptions verify_options(const CommonOptions& options, const RunArguments& arguments,
                                    std::int64_t samples);

}  // namespace nacre::cli
