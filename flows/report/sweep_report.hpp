#pragma once
// report.html of a sweep.

#include <string>

#include "harness/metrics.hpp"
#include "sweep/sweep.hpp"

namespace nacre::flows {

/// A page: what is tolerated, accuracy against each path's values, with a program also the energy
/// of writing and accuracy against it; all figures.
std::string sweep_report(const Spec& spec, const Sweep& sweep,
                         const harness::Properties& properties, const std::string& command);

}  // namespace nacre::flows
