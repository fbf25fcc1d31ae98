#pragma once
// A convolution split over several stages by its output channels.

#include "golden/kind_model.hpp"

namespace nacre::golden {

const LayerParts& spiking_conv_parts();

}  // namespace nacre::golden
