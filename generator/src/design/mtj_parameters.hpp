#pragma once
// The tables of rtl/tech/nacre_mtj_array.sv as parameters of the leaves around it.

#include <string>
#include <vector>

#include "design/kind_hardware.hpp"
#include "devices/mtj/mtj_tables.hpp"

namespace nacre {

/// All tables that reads use: `Persistent` ... `Delta`.
std::vector<LeafParameter> mtj_read_parameters(const MtjTables& tables);

}  // namespace nacre
