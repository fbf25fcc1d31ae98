#pragma once
// Typed parameters of kind value_readout (README.md beside this file is the contract).

#include <cstdint>

#include "nacre/spec.hpp"

namespace nacre {

struct ValueReadoutSpec final : StageParams {
  std::int64_t classes = 1;  ///< from the input stream
  bool steps = false;        ///< a frame ends with `end_of_step`; from the input stream
  bool report_values = false;
};

}  // namespace nacre
