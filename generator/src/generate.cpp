#include "nacre/generate.hpp"

#include "design/kind_hardware.hpp"
#include "design/top.hpp"
#include "emit/emit_design.hpp"

namespace nacre {

Design elaborate_design(const Spec& spec) { return elaborate(spec, kind_hardware()); }

FileTree generate_files(const Spec& spec) { return emit_design(elaborate_design(spec)); }

}  // namespace nacre
