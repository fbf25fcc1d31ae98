#pragma once
// Unstalled timing of rate_encoder, from the Timing section of the kind's README.

#include "golden/timing.hpp"
#include "nacre/spec.hpp"

namespace nacre::golden {

/// One sample through one rate_encoder stage.
TimingProcess time_rate_encoder(const Stage& stage, StageChannels channels);

}  // namespace nacre::golden
