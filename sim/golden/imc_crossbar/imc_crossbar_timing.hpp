#pragma once
// Unstalled timing of imc_crossbar, from the Timing section of the kind's README.

#include "golden/timing.hpp"
#include "nacre/spec.hpp"

namespace nacre::golden {

/// One sample through one imc_crossbar stage.
TimingProcess time_imc_crossbar(const Stage& stage, StageChannels channels);

}  // namespace nacre::golden
