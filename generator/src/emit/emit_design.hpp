#pragma once
// From a design to the files of docs/generated_files.md.

#include "nacre/design.hpp"
#include "nacre/output_tree.hpp"

namespace nacre {

/// Every file of the design, its leaves included. The design must be sound (`verify`).
FileTree emit_design(const Design& design);

}  // namespace nacre
