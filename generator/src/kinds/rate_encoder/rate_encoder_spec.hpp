#pragma once
// Typed parameters of kind rate_encoder (README.md beside this file is the contract).

#include <cstdint>
#include <string>
#include <vector>

#include "nacre/spec.hpp"

namespace nacre {

enum class RateMode { PhaseAccumulator, Random };

struct RateEncoderSpec final : StageParams {
  std::int64_t num_inputs = 1;  ///< N, from the input stream
  int intensity_bits = 8;       ///< B, from the input stream
  int phase_bits = 8;           ///< P
  RateMode mode = RateMode::PhaseAccumulator;
  std::vector<std::int64_t> levels;       ///< 2^B increments, each 0 ... 2^P
  std::vector<std::int64_t> start_phase;  ///< one number, or one per input; 0 ... 2^P-1
  std::uint32_t seed = 1;                 ///< LFSR, not 0 (mode random)
  std::int64_t time_steps = 1;            ///< T
  int lanes = 1;                          ///< inputs examined per cycle, a power of two
  std::string stop_on;                    ///< stage whose verdict ends the sample; may be empty
};

}  // namespace nacre
