#pragma once
// Typed parameters of kind event_map (README.md beside this file is the contract).

#include <cstdint>

#include "nacre/spec.hpp"

namespace nacre {

enum class MapOperation { SumPool, OrPool, Upsample, Flatten };
enum class FlattenOrder { Hwc, Chw };

/// Rows or columns of a map of addresses.
struct MapAxis {
  std::int64_t inputs = 1;   ///< H or W, from the input stream
  std::int64_t outputs = 1;  ///< Ho or Wo (flatten: as inputs)
  int kernel = 1;            ///< this and the next three: of a pool
  int stride = 1;
  int padding_before = 0;  ///< top or left
  int padding_after = 0;   ///< bottom or right
  int factor = 1;          ///< of an upsampling
};

struct EventMapSpec final : StageParams {
  MapOperation operation = MapOperation::SumPool;
  MapAxis rows;                            ///< y
  MapAxis columns;                         ///< x
  std::int64_t channels = 1;               ///< C, of input and output
  FlattenOrder order = FlattenOrder::Hwc;  ///< of a flattening
};

}  // namespace nacre
