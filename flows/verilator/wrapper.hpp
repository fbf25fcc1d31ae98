#pragma once
// The C++ text that is compiled into every model.

#include <string_view>

namespace nacre::flows {

/// Source of the C interface around the class `Vdut` (sim/harness/dut.hpp declares its other side).
/// With the macro NACRE_WAVES it can write FST waveforms; with NACRE_ACTIVITY it counts what the
/// header activity.h lists (flows/power/activity.hpp).
std::string_view wrapper_text();

/// What the Verilator headers, the wrapper and all generated files include first.
std::string_view prefix_header_text();

}  // namespace nacre::flows
