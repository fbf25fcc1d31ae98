#pragma once
// Dies of an xnor_tile for studies of devices, and how its arrays are written.

#include "golden/kind_model.hpp"

namespace nacre::golden {

const DeviceModel& xnor_tile_devices();

}  // namespace nacre::golden
