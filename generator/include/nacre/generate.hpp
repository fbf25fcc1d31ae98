#pragma once
// The generator as a library: a specification in, files out.

#include "nacre/design.hpp"
#include "nacre/output_tree.hpp"
#include "nacre/spec.hpp"

namespace nacre {

/// The hardware of a valid specification: netlist (verified), address map, images.
Design elaborate_design(const Spec& spec);

/// Every file of docs/generated_files.md except the manifest, which `write_tree` adds.
FileTree generate_files(const Spec& spec);

}  // namespace nacre
