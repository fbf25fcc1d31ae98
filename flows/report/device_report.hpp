#pragma once
// The part of report.html that shows a study of devices.

#include <string>

#include "devices/devices.hpp"

namespace nacre::flows {

/// Yield with its interval, accuracy of the median die and of the ideal device.
std::string device_tiles(const DeviceStudy& study);

/// Accuracy over the dies, against the spread and against the converters' bits.
std::string device_cards(const DeviceStudy& study);

}  // namespace nacre::flows
