#pragma once
// From physical parameters of magnetic tunnel junctions and of filaments (RRAM) to the tables of
// docs/mtj_array.md, section Tables from physics.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "devices/mtj/mtj_tables.hpp"

namespace nacre {

/// What moves the state, and with it the unit of amplitudes.
enum class MtjFamily {
  SpinTorque,  ///< STT-MRAM: amplitudes are currents in uA
  Filament,    ///< RRAM: amplitudes are voltages in V
};

/// A device, its access transistor, its sense amplifier and its drivers. [direction] is the state
/// aimed at: 0 parallel (low resistance, SET), 1 antiparallel (high resistance, RESET).
/// Spreads are standard deviations, relative to the mean.
struct MtjPhysics {
  MtjFamily family = MtjFamily::SpinTorque;
  double temperature_k = 300;

  // Resistance.
  double diameter_nm = 50;
  double ra_ohm_um2 = 9.8;                   ///< resistance-area product, parallel
  std::optional<double> low_resistance_ohm;  ///< given in place of diameter and RA
  double tmr = 1.0;                          ///< (R_AP - R_P) / R_P at the read voltage
  double sigma_resistance = 0.06;            ///< of R, in nat
  double sigma_tmr = 0.045;                  ///< of the TMR, in nat
  double access_ohm = 3000;
  double sigma_access = 0.05;

  // Read.
  double sense_offset = 0.02;      ///< spread over the sense amplifiers
  double reference_sigma = 0.02;   ///< spread over the reference cells
  double read_noise = 0.005;       ///< spread over reads
  double metastable_zone = 0.002;  ///< width of the zone the sense amplifier cannot resolve
  double read_amplitude = 20;      ///< through (over) a device in state 1: uA or V
  double read_ns = 3;              ///< an evaluation

  // Switching.
  double delta = 60;                              ///< thermal stability, barrier / kT
  double damping = 0.01;                          ///< alpha
  double efficiency = 0.6;                        ///< eta of the spin torque
  double anisotropy_tesla = 0.28;                 ///< mu_0 H_k
  std::optional<std::array<double, 2>> critical;  ///< [direction] I_c0 (uA) or V_c (V) if given
  std::optional<double> tau_d_ns;                 ///< precession time constant if given
  std::array<std::array<double, kMtjAmplitudes>, 2> amplitude{};  ///< [direction], uA or V
  double clock_ns = 5;
  double retention_unit_s = 86400;  ///< one unit of the array's `time_i`

  // Error rates of level 1, [bit].
  std::array<double, 2> persistent_error{};
  std::array<double, 2> transient_error{};
};

/// Typical devices. They differ in every physical parameter, not in the circuit around the device.
MtjPhysics stt_mtj();
MtjPhysics rram();

/// RA / A, or the resistance given, in ohms.
double low_resistance_ohm(const MtjPhysics& physics);
/// Resistance of a nominal device in state `state` with its access transistor, in ohms.
double branch_resistance_ohm(const MtjPhysics& physics, int state);
/// I_c0 = Delta * 4 alpha e k T / (eta hbar) in uA, or what is given.
double critical_amplitude(const MtjPhysics& physics, int direction);
/// tau_D = (1 + alpha^2) / (alpha gamma_0 mu_0 H_k) in ns, or what is given.
double precession_time_ns(const MtjPhysics& physics);

/// Probability that a pulse at `ratio` = I / I_c0 (V / V_c) of `time_ns` has switched. Spin torque:
/// Sun (2000) from 1 on, thermal activation below; filaments: thermal activation at every ratio,
/// whose rate is exponential in the voltage.
double switching_probability(const MtjPhysics& physics, double ratio, double time_ns);
/// 1 - that, without the loss of digits where it is small.
double write_error_rate(const MtjPhysics& physics, double ratio, double time_ns);
/// Probability that a read flips a device in state 1.
double disturb_probability(const MtjPhysics& physics);
/// Probability that a device flips in one unit of time.
double retention_probability(const MtjPhysics& physics);
/// Energy of a driven device in one clock period, fJ, [direction][amplitude]: I^2 * mean resistance
/// of the two states, or V^2 * mean conductance.
std::array<std::array<double, kMtjAmplitudes>, 2> driven_energy_fj(const MtjPhysics& physics);

/// min(2^32 - 1, round(2^32 P)).
std::uint32_t probability_threshold(double probability);
/// Relative error of a probability after that; 0 of probability 0. 1: it is lost.
double threshold_error(double probability);

/// The array's parameters. `physics` has no impossible value (see mtj_findings).
MtjTables mtj_tables(const MtjPhysics& physics);

/// What a parameter can be at all, and where published devices are.
struct MtjRange {
  std::string_view parameter;  ///< name in MtjPhysics, or what is derived from it
  std::string_view unit;       ///< empty: a ratio
  std::vector<double> (*values)(const MtjPhysics& physics);
  double least, most;                      ///< outside: impossible
  double published_least, published_most;  ///< outside: unusual
  std::string_view source;                 ///< of the published range
  bool is_derived = false;                 ///< not a parameter itself
  bool is_of_pulses = false;               ///< reads do not depend on it
};

/// The ranges of a family.
std::span<const MtjRange> mtj_ranges(MtjFamily family);

/// A value out of its range.
struct MtjFinding {
  const MtjRange* range;
  double value;
  bool impossible;  ///< an error; else a warning
};

/// All values out of range, in the order of the ranges. Derived values are judged only where
/// nothing is impossible before.
std::vector<MtjFinding> mtj_findings(const MtjPhysics& physics);

}  // namespace nacre
