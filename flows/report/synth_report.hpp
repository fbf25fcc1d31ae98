#pragma once
// report.html of a synthesis: one page that needs nothing but itself.

#include <string>

#include "synth/synth.hpp"

namespace nacre::flows {

/// What the page is made of; nothing is owned.
struct SynthReportInput {
  const Spec* spec = nullptr;
  const SynthOptions* options = nullptr;
  const SynthResult* result = nullptr;
  const harness::Properties* properties = nullptr;
  std::string command;  ///< as a person types it
};

/// The page: what it costs in figures, area by instance, clock and worst path, corners, energy by
/// block and cause, memory macros with their sources, scatter, peers, all figures. Sections of what
/// was not asked for are left out. Equal results give equal bytes.
std::string synth_report_html(const SynthReportInput& input);

}  // namespace nacre::flows
