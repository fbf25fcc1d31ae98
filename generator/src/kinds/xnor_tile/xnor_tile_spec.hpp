#pragma once
// Typed parameters of kind xnor_tile (README.md beside this file is the contract).

#include <bit>
#include <cstdint>
#include <vector>

#include "nacre/spec.hpp"
#include "spec/mtj_devices.hpp"

namespace nacre {

/// What a row holds: weights of one neuron, those of one input to all neurons, or of one neuron in
/// arrays that have no other row.
enum class XnorOrganisation { RowSerial, Parallel, Full };

/// Two complementary devices a bit, or one against reference cells.
enum class XnorSensing { Differential, Reference };

/// What is sent of a neuron: whether its popcount reaches the threshold, or the popcount.
enum class XnorOutput { Bit, Popcount };

/// Reset values of register `timing`, in cycles, each 1 ... 16.
struct XnorTiming {
  int precharge = 1;
  int evaluate = 1;
};

/// A layer on arrays of docs/mtj_array.md. Letters are those of the contract.
struct XnorTileSpec final : StageParams {
  std::int64_t num_inputs = 1;  ///< N
  bool steps = false;           ///< end_of_step closes a frame, not end_of_sample
  std::int64_t outputs = 1;     ///< M
  XnorOrganisation organisation = XnorOrganisation::RowSerial;
  std::int64_t row_bits = 64;  ///< B: columns of an array
  std::int64_t tiles = 1;      ///< t: arrays that are read at once
  XnorSensing sensing = XnorSensing::Differential;
  XnorOutput output = XnorOutput::Bit;
  XnorTiming timing;
  MtjDevices devices;
  std::vector<std::uint8_t> weights;     ///< 0, 1: [input][neuron], row-major
  std::vector<std::int64_t> thresholds;  ///< T[n], 0 ... N + 1; empty with output Popcount
  std::vector<std::uint8_t> invert;      ///< 0, 1: [n]; empty with output Popcount
  /// What a host loads in place of the weights' states (no key: studies set it): of each device, in
  /// the order of window `cells`. Empty: the weights' states.
  std::vector<std::uint8_t> cells{};

  /// D: devices of a bit.
  int devices_per_bit() const { return sensing == XnorSensing::Differential ? 2 : 1; }
  /// F: reads for one neuron (row_serial).
  std::int64_t folds() const { return (num_inputs + row_bits * tiles - 1) / (row_bits * tiles); }
  /// Arrays that hold the weights of a neuron (full).
  std::int64_t arrays_per_neuron() const { return (num_inputs + row_bits - 1) / row_bits; }
  /// R_f: reads for one frame; each row is read once.
  std::int64_t reads_per_frame() const {
    if (organisation == XnorOrganisation::Full) return 1;
    return organisation == XnorOrganisation::Parallel ? num_inputs : outputs * folds();
  }
  /// R: rows of an array.
  std::int64_t rows() const { return reads_per_frame(); }
  /// Bits of a popcount, 0 ... N.
  int popcount_bits() const {
    return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(num_inputs)));
  }
  /// Bits of a threshold, 0 ... N + 1.
  int threshold_bits() const {
    return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(num_inputs) + 1));
  }
  std::uint8_t weight(std::int64_t input, std::int64_t neuron) const {
    return weights[static_cast<std::size_t>(input * outputs + neuron)];
  }
};

}  // namespace nacre
