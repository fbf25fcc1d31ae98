#pragma once
// The object `devices` of kinds on arrays of docs/mtj_array.md: what their specifications share.

#include <cstdint>
#include <optional>
#include <vector>

#include "devices/mtj/mtj_physics.hpp"
#include "nacre/spec.hpp"
#include "spec/schema.hpp"

namespace nacre {

class DesignHash;

/// What a kind does with its array: the keys that only pulses use are not legal where there are
/// none.
enum class MtjUse { Read, ReadAndWrite };

/// The array of docs/mtj_array.md.
struct MtjDevices {
  int level = 0;           ///< 0 ... 2
  std::uint32_t seed = 0;  ///< reset value of register `device_seed`
  MtjTables tables;        ///< of levels 1 and 2; what is not used is 0
  /// What the tables come from; none at level 0, and where only rates are given.
  std::optional<MtjPhysics> physics;
};

/// The keys of `devices`: level, seed, rates, preset, physics. A kind may add its own.
std::vector<schema::Field> mtj_device_fields(MtjUse use);

/// Types an object that passed mtj_device_fields. `evaluate_cycles`: clock periods of a read where
/// `physics` does not say. False after an error.
bool parse_mtj_devices(const schema::Reader& devices, MtjUse use, int evaluate_cycles,
                       MtjDevices& parsed, Diagnostics& diagnostics);

/// Feeds level, seed and tables.
void hash_mtj_devices(const MtjDevices& devices, DesignHash& hash);

}  // namespace nacre
