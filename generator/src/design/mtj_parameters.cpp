#include "design/mtj_parameters.hpp"

#include <array>
#include <cstdint>
#include <utility>

namespace nacre {

std::vector<LeafParameter> mtj_read_parameters(const MtjTables& tables) {
  constexpr int kThresholdBits = 32;
  constexpr int kLogarithmBits = 24;
  const auto threshold = [](std::string name, const auto& numbers, std::string doc) {
    return table_parameter(std::move(name), numbers, kThresholdBits, std::move(doc));
  };
  const auto logarithm = [](std::string name, const auto& numbers, std::string doc) {
    return table_parameter(std::move(name), numbers, kLogarithmBits, std::move(doc));
  };
  return {threshold("Persistent", tables.persistent, "cells that read wrong, 2^-32"),
          threshold("Transient", tables.transient, "reads that are wrong, 2^-32"),
          threshold("Disturb", std::array{tables.disturb}, "devices that fall in a read, 2^-32"),
          threshold("Retention", std::array{tables.retention},
                    "devices that change in a unit of time, 2^-32"),
          logarithm("C0", tables.c0, "nominal ln R, 2^-16"),
          logarithm("C1", tables.c1, "its slope by resistance"),
          logarithm("C2", tables.c2, "by the square of it"),
          logarithm("CT", tables.ct, "by TMR"),
          logarithm("CA", tables.ca, "by access transistor"),
          logarithm("CX", tables.cx, "by resistance times access transistor"),
          logarithm("R0", std::array{tables.r0}, "reference"),
          logarithm("R1", std::array{tables.r1}, "its spread"),
          logarithm("COffset", std::array{tables.c_offset}, "spread of the sense amplifiers"),
          logarithm("CNoise", std::array{tables.c_noise}, "spread of reads"),
          logarithm("CSelf", std::array{tables.c_self}, "threshold of the self-referenced read"),
          logarithm("Delta", std::array{tables.delta}, "half the metastable zone")};
}

}  // namespace nacre
