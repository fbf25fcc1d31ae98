#pragma once
// Unstalled timing of event_join, from the Timing section of the kind's README.

#include "golden/timing.hpp"
#include "nacre/spec.hpp"

namespace nacre::golden {

/// One sample through one event_join stage.
TimingProcess time_event_join(const Stage& stage, StageChannels channels);

}  // namespace nacre::golden
