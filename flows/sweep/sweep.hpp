#pragma once
// A sweep: accuracy of a design on its golden model over values in its specification, and what it
// takes to write its arrays.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/stimulus.hpp"
#include "devices/devices.hpp"
#include "golden/kind_model.hpp"
#include "harness/metrics.hpp"
#include "nacre/diagnostics.hpp"
#include "nacre/spec.hpp"

namespace nacre::flows {

/// A place in the specification and the values it takes, one after the other. All else stays.
struct SweepAxis {
  std::string path;                 ///< as SpecChange::path; "program.": of the program
  std::vector<std::string> values;  ///< JSON; ascending when all are numbers
};

struct SweepOptions {
  std::vector<SweepAxis> axes{};
  /// How the arrays are written (read_mram_program); nothing: they hold the weights.
  std::optional<std::filesystem::path> program{};
  std::int64_t dies = 1;     ///< at each value
  std::int64_t first = 0;    ///< number of the first sample
  std::int64_t samples = 1;  ///< each die runs
  double tolerate = 0.01;    ///< accuracy (0 ... 1) that may be lost against ideal devices
  int threads = 1;
  std::function<void(std::string_view)> talk{};  ///< progress, a line at a time; may be empty
};

/// What the dies did at one value.
struct SweptValue {
  std::string value;                  ///< JSON
  SweepPoint accuracy{};              ///< x: the number, or that of the value in its list, from 0
  golden::Programming programming{};  ///< sum over the dies; without a program 0
};

struct SweepCurve {
  std::string path;
  bool is_numeric = false;  ///< all values are numbers
  std::vector<SweptValue> points{};
  /// Judged by the ends of the curve: the values get worse from the first to the last.
  bool worse_at_end = true;
  /// No value that was tried is too bad: which end is worse may be chance.
  bool tolerates_all = false;
  /// The worst point up to which, from the better end on, no mean accuracy is below what is
  /// tolerated; of a curve that is tolerated as a whole the lowest. Nothing: not even the better
  /// end is tolerated.
  std::optional<std::size_t> tolerated{};
};

struct Sweep {
  std::vector<SweepCurve> curves{};  ///< in the order of the axes
  std::int64_t dies = 0;
  std::int64_t samples = 0;
  std::int64_t labelled = 0;     ///< of these
  std::int64_t right_ideal = 0;  ///< decisions with ideal devices that hold the weights
  double tolerate = 0;
  bool programmed = false;
  double seconds = 0;

  double ideal() const { return static_cast<double>(right_ideal) / static_cast<double>(labelled); }
  /// The accuracy that is tolerated just so. A mean such as 0.96 is no binary fraction.
  double least() const { return ideal() - tolerate - 1e-9; }
};

/// Reads PATH=VALUE,VALUE,... (commas in brackets and strings part nothing). Nothing after N1290
/// (no such form), N1291 (a value is no JSON) or N1295 (a path of the program without one).
std::optional<SweepAxis> parse_axis(const std::string& text, bool has_program,
                                    Diagnostics& diagnostics);

/// Runs the golden model: die d is that of `nacre verify --devices`. The result does not depend on
/// the number of threads. `spec` is what the file holds. Nothing after an error: N1293 (no labels),
/// N1296, N1297 (no arrays, or none that the program can write), or one of a changed
/// specification, whose message names the value.
std::optional<Sweep> run_sweep(const Spec& spec, const data::Stimulus& stimulus,
                               const SweepOptions& options, Diagnostics& diagnostics);

/// Finds the direction of a curve and the worst value that is tolerated.
void judge(SweepCurve& curve, const Sweep& sweep);

/// What the curve says in a sentence: which values are tolerated.
std::string accuracy_statement(const SweepCurve& curve, const Sweep& sweep);

/// Whether what is varied changes the energy of writing; else it has to do with reads alone.
bool energy_varies(const SweepCurve& curve);

/// What tolerance saves of the energy of writing, in a sentence; empty without a program, or where
/// all values take the same energy or none is tolerated.
std::string energy_statement(const SweepCurve& curve, const Sweep& sweep);

/// One line per curve and value.
std::string sweep_csv(const Sweep& sweep);

std::vector<harness::Metric> sweep_metrics(const Sweep& sweep);

/// A mean over the dies of one of the sums of a value.
double per_die(std::int64_t sum, const Sweep& sweep);

/// Such a mean of counts as people read it: "7,250", "3.7".
std::string mean_text(double mean);

}  // namespace nacre::flows
