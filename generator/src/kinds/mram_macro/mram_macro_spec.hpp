#pragma once
// Typed parameters of kind mram_macro (README.md beside this file is the contract).

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "nacre/spec.hpp"
#include "spec/mtj_devices.hpp"

namespace nacre {

enum class MramEcc { None, Secded, Dected };

/// How a row is read: against reference cells, by two complementary devices a bit, or against the
/// same device after a pulse towards 0.
enum class MramSensing { Reference, Differential, SelfReference };

/// Reset values of register `timing`, in cycles, each 1 ... 16.
struct MramTiming {
  int precharge = 1;
  int evaluate = 1;
  int pulse = 4;    ///< of round 0
  int recover = 1;  ///< after a pulse
};

/// The write controller. Numbers are the reset values of register `write_control`.
struct MramWrite {
  bool pre_read = false;        ///< only bits that differ are written
  bool verify = false;          ///< a sense follows each round, and what failed is tried again
  bool self_terminate = false;  ///< a device is driven until it has switched
  int max_rounds = 1;           ///< 1 ... 15
  int amplitude = 0;            ///< of round 0, 0 ... 3
  int amplitude_step = 0;       ///< from round to round, 0 ... 3
  int pulse_step = 0;           ///< cycles from round to round, 0 ... 15
  int tolerated_bits = 0;       ///< a write with at most so many wrong bits succeeds, 0 ... 7
};

/// First pulses of resistive cells: reset values of register `forming`.
struct MramForming {
  int amplitude = 3;    ///< 1 ... 3; lower pulses do nothing to a row that is not formed
  int pulse = 16;       ///< cycles, 1 ... 16
  int max_rounds = 15;  ///< 1 ... 15
};

/// The array (docs/mtj_array.md) and what it costs.
struct MramDevices : MtjDevices {
  /// [direction][amplitude], of a driven device in a cycle, fJ.
  std::array<std::array<std::int32_t, kMtjAmplitudes>, 2> write_energy_fj{};
  std::int32_t sense_energy_fj = 0;  ///< of a bit in a sense (any mode), fJ
};

struct MramMacroSpec final : StageParams {
  std::int64_t words = 1;  ///< 1 ... 65536
  int data_bits = 32;      ///< k, 8 ... 64
  MramEcc ecc = MramEcc::None;
  MramSensing sensing = MramSensing::Reference;
  int spares = 0;  ///< spare rows, 0 ... 16, at most `words`
  bool journal = false;
  MramTiming timing;
  MramWrite write;
  std::optional<MramForming> forming;  ///< the rows are not formed at power-up
  std::int64_t scrub_every = 0;        ///< answered requests per scrubbed word, 0: no scrubber
  std::vector<std::uint64_t> data;     ///< words at power-up; empty: all 0
  MramDevices devices;

  /// H: 32-bit lanes of a word.
  int lanes() const { return (data_bits + 31) / 32; }
  /// r: check bits of a word.
  int check_bits() const;
  /// j: marker bits of a row.
  int marker_bits() const { return journal ? 3 : 0; }
  /// B: bits of a row.
  int row_bits() const { return data_bits + check_bits() + marker_bits(); }
  /// D: devices of a bit.
  int devices_per_bit() const { return sensing == MramSensing::Differential ? 2 : 1; }
  /// Rows of the array.
  std::int64_t rows() const { return words + spares; }
};

/// How arrays of other kinds are written once, by the controller of this one (docs/sweep.md): an
/// object of `timing`, `write` and `devices`; all else is as it is by default. The path of a change
/// begins with "program.". Nothing after an error.
std::optional<MramMacroSpec> read_mram_program(const std::filesystem::path& file,
                                               const std::optional<SpecChange>& change,
                                               Diagnostics& diagnostics);

}  // namespace nacre
