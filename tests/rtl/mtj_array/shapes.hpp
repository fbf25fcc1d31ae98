#pragma once
// The arrays that are Verilated and compared with the golden model, with their parameters.

#include <cstdint>
#include <string>
#include <vector>

#include "devices/mtj/mtj_tables.hpp"
#include "golden/mtj_array/mtj_array.hpp"

namespace nacre::golden::test {

/// An array of tests/rtl/CMakeLists.txt, which gives its name to the Verilated model.
struct MtjCase {
  std::string name;
  MtjArrayShape shape;
  MtjTables tables;
};

/// A row of the published table of error rates, as an array of one row of 1,024 bits.
struct MtjTableRow {
  const char* name;  ///< of its MtjCase
  std::uint32_t devices_per_bit;
  double tmr;
  double sigma;
};
inline constexpr MtjTableRow kMtjTableRows[] = {
    {"table_single_60_5", 1, 0.6, 0.05},   {"table_single_60", 1, 0.6, 0.08},
    {"table_single_60_12", 1, 0.6, 0.12},  {"table_single_80_8", 1, 0.8, 0.08},
    {"table_single_80_12", 1, 0.8, 0.12},  {"table_single_100_8", 1, 1.0, 0.08},
    {"table_single_100", 1, 1.0, 0.12},    {"table_single_120_12", 1, 1.2, 0.12},
    {"table_single_150_12", 1, 1.5, 0.12}, {"table_pair_60_8", 2, 0.6, 0.08},
    {"table_pair_60", 2, 0.6, 0.12},       {"table_pair_80_12", 2, 0.8, 0.12},
    {"table_pair_100_12", 2, 1.0, 0.12}};

/// All of them.
const std::vector<MtjCase>& mtj_cases();
/// The one of this name; ends the program when there is none.
const MtjCase& mtj_case(const std::string& name);

/// Its parameters as options of Verilator, by section Parameters of docs/mtj_array.md.
std::string verilator_options(const MtjCase& each);

}  // namespace nacre::golden::test
