#pragma once
// The whole verification of one design: model, lockstep, search for the cause, result files.

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/stimulus.hpp"
#include "devices/devices.hpp"
#include "harness/lockstep.hpp"
#include "harness/metrics.hpp"
#include "harness/triage.hpp"
#include "nacre/diagnostics.hpp"
#include "nacre/spec.hpp"
#include "verilator/model.hpp"

namespace nacre::flows {

struct VerifyOptions {
  harness::LockstepOptions lockstep;
  bool waves = true;                           ///< write a waveform when there is a difference
  bool gates = false;                          ///< the sources are a netlist: ModelOptions::gates
  std::filesystem::path cache;                 ///< of models
  std::vector<std::string> command;            ///< argv that started this, for the report
  std::vector<std::string> base_command;       ///< argv up to and with the specification
  std::int64_t devices = 0;                    ///< dies of a study of devices; 0: none
  std::optional<double> yield_at{};            ///< DeviceStudyOptions::yield_at
  std::int64_t rtl_devices = 1;                ///< first dies of the study that the RTL runs, too
  std::function<void(std::string_view)> talk;  ///< progress, a line at a time; may be empty
};

/// What `verify_design` found and what it wants written.
struct Verification {
  harness::LockstepResult result;
  std::vector<harness::Metric> metrics;
  std::optional<harness::Triage> triage;  ///< after a difference
  std::optional<DeviceStudy> devices;     ///< when it was asked for and the run passed
  double build_seconds = 0;
  bool model_from_cache = false;
  std::map<std::string, std::string> files;  ///< metrics.json, results.xml, report.html, waves/...
};

/// Verifies the RTL among `files` (path -> text, docs/generated_files.md) against the golden model
/// of `spec`; with `devices` runs a study of that many dies, and the first of them on the RTL, too.
/// Differences are reported as N0801, N0802, N0803 or N0805 with the first of them.
/// Returns nothing when a tool is missing or failed (reported).
std::optional<Verification> verify_design(const Spec& spec, const data::Stimulus& stimulus,
                                          const std::map<std::string, std::string>& files,
                                          const VerifyOptions& options, Diagnostics& diagnostics);

}  // namespace nacre::flows
