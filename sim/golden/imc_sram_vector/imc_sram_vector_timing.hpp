#pragma once
// Unstalled timing of imc_sram_vector, from the Timing section of the kind's README.

#include "golden/timing.hpp"
#include "nacre/spec.hpp"

namespace nacre::golden {

/// One sample through one imc_sram_vector stage.
TimingProcess time_imc_sram_vector(const Stage& stage, StageChannels channels);

}  // namespace nacre::golden
