#pragma once
// Typed parameters of kind imc_digital (README.md beside this file is the contract).

#include "nacre/spec.hpp"
#include "spec/tile.hpp"

namespace nacre {

/// A stage of digital tiles. Its parameters are those of every tile (docs/tile.md).
struct ImcDigitalSpec final : StageParams {
  TileSpec tile;
};

}  // namespace nacre
