#pragma once
// metrics.json: every figure with its unit, how it was found and where.

#include <optional>
#include <string>
#include <vector>

#include "harness/result.hpp"

namespace nacre::harness {

/// One figure. Without a value it has a reason instead, and is printed as null.
struct Metric {
  std::string key;  ///< METRICS2.1 style: "verify__cycles__mean"
  std::optional<double> value;
  bool integer = false;  ///< printed without a fraction
  std::string unit;      ///< "1", "cycles", "spikes", ...
  std::string method;    ///< "measured", "golden", "model"
  std::string source;    ///< what it was found from, in words
  std::string reason;    ///< why there is no value
  std::string title;     ///< for people
};

/// The figures of a verification.
std::vector<Metric> verify_metrics(const LockstepResult& result);

/// Right decisions and labelled samples.
struct Accuracy {
  std::int64_t right = 0;
  std::int64_t labelled = 0;
  double value() const { return static_cast<double>(right) / static_cast<double>(labelled); }
};

/// Nothing when no sample that ran has a label.
std::optional<Accuracy> accuracy_of(const LockstepResult& result);

/// Mean over the samples with a mask of (pixels inside both masks) / (inside either); 1 where both
/// are empty. Nothing when no sample that ran has a mask.
std::optional<double> mask_overlap_of(const LockstepResult& result);

/// 95 % interval of a proportion (Wilson 1927, eq. for z = 1.96), in [0, 1].
std::pair<double, double> wilson_interval(std::int64_t right, std::int64_t total);

/// The text of metrics.json: an object with one member per metric.
std::string metrics_json(const std::vector<Metric>& metrics);

/// Name and value of a `<property>`.
using Properties = std::vector<std::pair<std::string, std::string>>;

/// The text of results.xml (JUnit): one test case per check. `suite` is the design's name;
/// `failure_text` goes into the first failed case.
std::string junit_xml(const LockstepResult& result, const std::string& suite,
                      const Properties& properties, const std::string& failure_text);

/// Text with the five characters of XML and HTML escaped, and control characters replaced.
std::string escape_markup(std::string_view text);

}  // namespace nacre::harness
