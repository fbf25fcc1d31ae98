#pragma once
// Leaves that model what no standard cell is.

#include <array>
#include <string_view>

namespace nacre {

constexpr std::string_view kConverterLeaf = "nacre_adc";
constexpr std::string_view kCrossbarArrayLeaf = "nacre_crossbar_array";
constexpr std::string_view kMagneticArrayLeaf = "nacre_mtj_array";

/// All of them: on a chip the foundry's macros have their names.
constexpr std::array kDeviceLeaves = {kConverterLeaf, kCrossbarArrayLeaf, kMagneticArrayLeaf};

}  // namespace nacre
