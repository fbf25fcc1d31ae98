#pragma once
// Typed parameters of kind spike_readout (README.md beside this file is the contract).

#include <cstdint>

#include "nacre/spec.hpp"

namespace nacre {

enum class DecisionRule { Count, FirstToK, Lead };

struct SpikeReadoutSpec final : StageParams {
  std::int64_t classes = 1;  ///< from the input stream
  DecisionRule rule = DecisionRule::Count;
  std::int64_t target = 0;  ///< k, or the lead; 0 with rule count
  int counter_bits = 16;
  bool report_counts = false;
};

}  // namespace nacre
