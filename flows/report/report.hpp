#pragma once
// report.html: one page that needs nothing but itself.

#include <string>
#include <vector>

#include "devices/devices.hpp"
#include "harness/lockstep.hpp"
#include "harness/metrics.hpp"
#include "harness/triage.hpp"

namespace nacre::flows {

/// What the page is made of; nothing is owned.
struct ReportInput {
  const harness::Setup* setup = nullptr;
  const harness::LockstepResult* result = nullptr;
  const std::vector<harness::Metric>* metrics = nullptr;
  const harness::Triage* triage = nullptr;  ///< null: the run passed
  const harness::Properties* properties = nullptr;
  const DeviceStudy* devices = nullptr;  ///< null: no study of devices was asked for
  std::string command;                   ///< as a person types it
};

/// The page: verdict, accuracy with its interval, confusion matrix, a study of devices, a spike
/// raster of one sample, histograms, metrics, stages. Inline style and SVG only: no script, no
/// network, light and dark. Equal runs give equal bytes.
std::string report_html(const ReportInput& input);

}  // namespace nacre::flows
