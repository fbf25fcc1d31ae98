#pragma once
// The registers of nacre_control (docs/stage_interface.md, "Control block").

#include <cstdint>
#include <string>
#include <vector>

#include "nacre/design.hpp"
#include "nacre/spec.hpp"

namespace nacre {

/// Address bits of the control block, in 32-bit words.
inline constexpr int kControlWindowWidth = 8;

/// Names of a stage's error flags, bit 0 first.
struct StageErrors {
  std::string stage;
  std::vector<std::string> names;
};

/// The window of the control block, target 0 of the bus. `size` in bytes.
Window control_window(const Spec& spec, const std::vector<StageErrors>& errors, std::int64_t size);

}  // namespace nacre
