#pragma once
// Unstalled timing of xnor_tile, from the Timing section of the kind's README.

#include <cstdint>

#include "golden/timing.hpp"
#include "nacre/spec.hpp"

namespace nacre::golden {

/// T_s: cycles of a read with its word line on; of a frame its StageModel::work().
constexpr std::int64_t xnor_read_cycles(std::int64_t precharge, std::int64_t evaluate) {
  return precharge + evaluate + 1;
}

/// One sample through one xnor_tile stage.
TimingProcess time_xnor_tile(const Stage& stage, StageChannels channels);

}  // namespace nacre::golden
