#pragma once
// Unstalled timing of mram_macro, from the Timing section of the kind's README.

#include <cstdint>

#include "golden/timing.hpp"
#include "nacre/spec.hpp"

namespace nacre::golden {

/// Cycles of steps that a word causes, each below 2^31.
struct MramMacroWork {
  std::int64_t request_cycles = 0;
  std::int64_t scrub_cycles = 0;  ///< of the scrub after the request; 0: none
};

/// Both numbers in one, for StageModel::work().
constexpr std::int64_t mram_macro_work(const MramMacroWork& work) {
  return (work.scrub_cycles << 32) | work.request_cycles;
}

/// One sample through one mram_macro stage.
TimingProcess time_mram_macro(const Stage& stage, StageChannels channels);

}  // namespace nacre::golden
