#pragma once
// Unstalled timing of imc_attention, from the Timing section of the kind's README.

#include "golden/timing.hpp"
#include "nacre/spec.hpp"

namespace nacre::golden {

/// One sample through one imc_attention stage.
TimingProcess time_imc_attention(const Stage& stage, StageChannels channels);

}  // namespace nacre::golden
