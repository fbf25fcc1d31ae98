#pragma once
// Unstalled timing of spiking_dense, from the Timing section of the kind's README.

#include "golden/timing.hpp"
#include "nacre/spec.hpp"

namespace nacre::golden {

/// One sample through one spiking_dense stage.
TimingProcess time_spiking_dense(const Stage& stage, StageChannels channels);

}  // namespace nacre::golden
