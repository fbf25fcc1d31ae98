#pragma once
// The tables of rtl/tech/nacre_mtj_array.sv as parameters of the leaves around it.

#include <string>
#include <vector>

#include "design/kind_hardware.hpp"
#include "devices/mtj/mtj_tables.hpp"

namespace nacre {

/// `numbers` as one constant of `bits` bits each, number 0 in the low bits.
template <class Numbers>
LeafParameter table_parameter(std::string name, const Numbers& numbers, int bits, std::string doc) {
  Bits constant{.width = 0, .words = {}};
  for (const auto number : numbers) {
    for (int b = 0; b < bits; ++b, ++constant.width) {
      if (constant.width % 32 == 0) constant.words.push_back(0);
      constant.words.back() |= ((static_cast<std::uint32_t>(number) >> b) & 1u)
                               << (constant.width % 32);
    }
  }
  return {.name = std::move(name), .value = std::move(constant), .doc = std::move(doc)};
}

/// All tables that reads use: `Persistent` ... `Delta`.
std::vector<LeafParameter> mtj_read_parameters(const MtjTables& tables);

}  // namespace nacre
