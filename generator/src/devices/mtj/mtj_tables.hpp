#pragma once
// Parameters of the array of docs/mtj_array.md: what the RTL and the golden model look up.

#include <array>
#include <cstdint>

namespace nacre {

constexpr int kMtjAmplitudes = 4;
constexpr int kMtjPulseCycles = 16;  ///< longer pulses use the last entry

/// Section Parameters of docs/mtj_array.md. Probabilities are thresholds of 32 bits; logarithms are
/// in units of 2^-16. [b] is a bit, [s] and [direction] a state: 0 parallel, 1 antiparallel.
struct MtjTables {
  // Level 1.
  std::array<std::uint32_t, 2> persistent{};  ///< [b], of a cell
  std::array<std::uint32_t, 2> transient{};   ///< [b], of a read
  // Levels 1 and 2.
  /// [direction][amplitude][n - 1]: switched by the end of cycle n; does not fall with n.
  std::array<std::array<std::array<std::uint32_t, kMtjPulseCycles>, kMtjAmplitudes>, 2> switching{};
  std::uint32_t disturb = 0;    ///< of a device in state 1, by a read
  std::uint32_t retention = 0;  ///< of a device, in one unit of `time_i`
  /// Least amplitude of a pulse that forms a row, 1 ... 3; 0: rows need no forming.
  int forming_amplitude = 0;
  // Level 2.
  std::array<std::int32_t, 2> c0{};  ///< [s] ln of the nominal resistance in ohms
  std::array<std::int32_t, 2> c1{};  ///< [s] by resistance, per standard deviation
  std::array<std::int32_t, 2> c2{};  ///< [s] by resistance squared
  std::array<std::int32_t, 2> ct{};  ///< [s] by TMR
  std::array<std::int32_t, 2> ca{};  ///< [s] by the access transistor
  std::array<std::int32_t, 2> cx{};  ///< [s] by resistance times access transistor
  std::int32_t r0 = 0;               ///< ln of the reference in ohms
  std::int32_t r1 = 0;               ///< spread of the reference
  std::int32_t c_offset = 0;         ///< spread of the sense amplifiers' offset
  std::int32_t c_noise = 0;          ///< spread of a read's noise
  std::int32_t c_self = 0;           ///< threshold of the self-referenced read
  std::int32_t delta = 0;            ///< half the metastable zone, >= 0

  bool operator==(const MtjTables&) const = default;
};

}  // namespace nacre
