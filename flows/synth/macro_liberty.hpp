#pragma once
// Memory macros as a timing library, so that the access time takes part in the paths.

#include <string>
#include <vector>

#include "nacre/design.hpp"
#include "power/memory_table.hpp"
#include "synth/device_models.hpp"

namespace nacre::flows {

/// Liberty text with one cell for each macro: the ports of docs/generated_files.md, and from the
/// rising clock to `rdata_o` the access time of its estimate. Input pins have no capacitance, no
/// setup time and no energy (the estimate has the macro's energy). Device macros likewise, without
/// any time: what they do between two clock edges is not digital. Empty without macros.
std::string macro_liberty(const std::vector<Macro>& macros,
                          const std::vector<MemoryEstimate>& estimates,
                          const std::vector<DeviceModel>& devices = {});

}  // namespace nacre::flows
