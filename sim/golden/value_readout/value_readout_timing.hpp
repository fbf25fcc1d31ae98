#pragma once
// Unstalled timing of value_readout, from the Timing section of the kind's README.

#include "golden/timing.hpp"
#include "nacre/spec.hpp"

namespace nacre::golden {

/// One sample through one value_readout stage.
TimingProcess time_value_readout(const Stage& stage, StageChannels channels);

}  // namespace nacre::golden
