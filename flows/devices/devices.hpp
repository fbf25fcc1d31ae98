#pragma once
// A study of devices: the accuracy of many dies of one design, on its golden model.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/stimulus.hpp"
#include "golden/kind_model.hpp"
#include "harness/lockstep.hpp"
#include "harness/metrics.hpp"
#include "nacre/diagnostics.hpp"
#include "nacre/spec.hpp"

namespace nacre::flows {

struct DeviceStudyOptions {
  std::int64_t dies = 1;
  std::int64_t first = 0;    ///< number of the first sample
  std::int64_t samples = 1;  ///< each die runs
  int threads = 1;
  /// A die of at least this accuracy (0 ... 1) is good; nothing: two points less than the ideal
  /// device.
  std::optional<double> yield_at{};
  std::function<void(std::string_view)> talk{};  ///< progress, a line at a time; may be empty
};

/// A design with other devices, whose arrays are written first when there is a program.
struct DieRun {
  const Spec* spec = nullptr;
  golden::DeviceVariant variant{};
  const MramMacroSpec* program = nullptr;
};

struct DieResult {
  std::int64_t right = 0;  ///< decisions
  golden::Programming programming{};
};

/// Each on the golden model, samples (`first` is the number of the first one) in order with a reset
/// before each block as in run_lockstep. The result does not depend on the number of threads.
std::vector<DieResult> run_dies(const std::vector<DieRun>& runs,
                                const std::vector<data::Sample>& samples, std::int64_t first,
                                int threads);

/// Accuracy over the dies at one value of what is swept.
struct SweepPoint {
  double x = 0;
  double mean = 0;
  double low = 0;   ///< 5 % quantile
  double high = 0;  ///< 95 % quantile
};

/// From the right decisions of each die.
SweepPoint sweep_point(double x, const std::vector<std::int64_t>& right, std::int64_t labelled);

/// What a study found. Dies are numbered from 0; accuracies count right decisions.
struct DeviceStudy {
  std::int64_t samples = 0;
  std::int64_t labelled = 0;          ///< of these
  std::vector<std::int64_t> right{};  ///< of each die
  std::int64_t right_ideal = 0;       ///< of the device without any deviation
  double threshold = 0;               ///< accuracy of a good die
  bool threshold_given = false;       ///< by the user
  /// The first of the dies, that the sweeps run; 0: no stage has converters, no sweeps.
  std::int64_t sweep_dies = 0;
  std::vector<SweepPoint> spread{};  ///< x: factor of the specification's spread
  std::vector<SweepPoint> adc{};     ///< x: bits of all converters
  int adc_bits = 0;                  ///< of the specification; the most of all stages, 0: none
  double seconds = 0;

  double accuracy(std::int64_t right_decisions) const {
    return static_cast<double>(right_decisions) / static_cast<double>(labelled);
  }
};

/// Whether any stage has devices that differ from die to die.
bool devices_vary(const Spec& spec);

/// Whether a study of `dies` dies makes sense; reports N1238 (no stage has devices that vary) or
/// N1239 (no labels).
bool can_study(const Spec& spec, const data::Stimulus& stimulus, std::int64_t dies,
               Diagnostics& diagnostics);

/// Runs the golden model of each die (run_dies). The result does not depend on the number of
/// threads. Needs `can_study`.
DeviceStudy study_devices(const Spec& spec, const data::Stimulus& stimulus,
                          const DeviceStudyOptions& options);

/// The specification of one die, and the registers that make the design that die.
std::pair<Spec, std::vector<harness::RegisterSetting>> die_of(const Spec& spec, std::uint32_t die);

/// Quantile of sorted values, by the nearest rank: `q` in 0 ... 1.
double quantile(const std::vector<double>& sorted, double q);

/// Accuracies of all dies, ascending.
std::vector<double> sorted_accuracies(const DeviceStudy& study);

/// Dies at or above the threshold.
std::int64_t good_dies(const DeviceStudy& study);

/// The figures of a study.
std::vector<harness::Metric> device_metrics(const DeviceStudy& study);

}  // namespace nacre::flows
