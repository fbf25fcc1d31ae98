#pragma once
// Unstalled timing of spiking_conv, from the Timing section of the kind's README.

#include "golden/timing.hpp"
#include "nacre/spec.hpp"

namespace nacre::golden {

/// One sample through one spiking_conv stage.
TimingProcess time_spiking_conv(const Stage& stage, StageChannels channels);

}  // namespace nacre::golden
