#pragma once
// The top of a design: boundary leaves, stages, memories, and the wires between them.

#include <vector>

#include "design/kind_hardware.hpp"
#include "nacre/design.hpp"
#include "nacre/spec.hpp"

namespace nacre {

/// Elaborates a valid specification; `kinds` are all kinds that it may use. The netlist is
/// verified.
Design elaborate(const Spec& spec, const std::vector<const KindHardware*>& kinds);

}  // namespace nacre
