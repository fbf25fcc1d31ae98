#pragma once
// Other dies, other spreads, other converters of an imc_crossbar stage.

#include "golden/kind_model.hpp"

namespace nacre::golden {

/// The devices of kind imc_crossbar.
const DeviceModel& crossbar_devices();

}  // namespace nacre::golden
