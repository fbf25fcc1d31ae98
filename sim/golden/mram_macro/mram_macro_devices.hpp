#pragma once
// Dies of an mram_macro for a study of devices.

#include "golden/kind_model.hpp"

namespace nacre::golden {

const DeviceModel& mram_macro_devices();

}  // namespace nacre::golden
