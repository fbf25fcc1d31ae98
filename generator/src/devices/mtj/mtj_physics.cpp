#include "devices/mtj/mtj_physics.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace nacre {

namespace {

constexpr double kBoltzmann = 1.380649e-23;            // J / K
constexpr double kElementaryCharge = 1.602176634e-19;  // C
constexpr double kPlanckReduced = 1.054571817e-34;     // J s
constexpr double kGyromagneticRatio = 1.76085963e11;   // rad / (s T), gamma_0
constexpr double kAttemptTimeNs = 1;                   // tau_0

constexpr double kLogUnit = 65536;  // of the tables' logarithms

std::int32_t fixed(double nat) { return static_cast<std::int32_t>(std::lround(nat * kLogUnit)); }

/// -ln(1 - P) of thermal activation: the expected number of events.
double thermal_events(double delta, double ratio, double time_ns) {
  return time_ns / kAttemptTimeNs * std::exp(-delta * (1 - ratio));
}

/// -ln P of a spin torque at or above the critical current.
double precessional_exponent(const MtjPhysics& physics, double ratio, double time_ns) {
  const double quarter = std::numbers::pi * std::numbers::pi * physics.delta / 4;
  const double periods = 2 * time_ns / precession_time_ns(physics);
  const double excess = ratio - 1;
  if (excess < 1e-9) return quarter / (1 + periods);  // the limit; the quotient would be 0 / 0
  return quarter * excess / (ratio * std::exp(excess * periods) - 1);
}

bool is_precessional(const MtjPhysics& physics, double ratio) {
  return physics.family == MtjFamily::SpinTorque && ratio >= 1;
}

double resistance_ohm(const MtjPhysics& physics, int state) {
  return low_resistance_ohm(physics) * (state == 0 ? 1 : 1 + physics.tmr);
}

}  // namespace

MtjPhysics stt_mtj() {
  MtjPhysics physics;
  physics.read_amplitude = 8;  // 0.1 V over an antiparallel branch
  // From the aggressive to the safe pulse of published cells, 40.8 and 80 uA.
  physics.amplitude[0] = physics.amplitude[1] = {40.8, 50, 60, 80};
  return physics;
}

MtjPhysics rram() {
  MtjPhysics physics;
  physics.family = MtjFamily::Filament;
  physics.low_resistance_ohm = 7500;
  physics.tmr = 39;  // 300 kOhm
  physics.sigma_resistance = 0.2;
  physics.sigma_tmr = 0.57;  // with that of the low state 0.6 in the high one
  physics.read_noise = 0.02;
  physics.read_amplitude = 0.2;
  physics.delta = 45;
  // Nine devices in ten switch within 100 ns of 1.9 V (SET) or 1.5 V (RESET).
  physics.critical = {2.074, 1.637};
  physics.amplitude = {{{1.8, 1.9, 2.0, 2.1}, {1.4, 1.5, 1.6, 1.7}}};
  physics.clock_ns = 10;
  return physics;
}

double low_resistance_ohm(const MtjPhysics& physics) {
  if (physics.low_resistance_ohm) return *physics.low_resistance_ohm;
  const double diameter_um = physics.diameter_nm / 1000;
  return physics.ra_ohm_um2 / (std::numbers::pi * diameter_um * diameter_um / 4);
}

double branch_resistance_ohm(const MtjPhysics& physics, int state) {
  return resistance_ohm(physics, state) + physics.access_ohm;
}

double critical_amplitude(const MtjPhysics& physics, int direction) {
  if (physics.critical) return (*physics.critical)[static_cast<std::size_t>(direction)];
  return physics.delta * 4 * physics.damping * kElementaryCharge * kBoltzmann *
         physics.temperature_k / (physics.efficiency * kPlanckReduced) * 1e6;
}

double precession_time_ns(const MtjPhysics& physics) {
  if (physics.tau_d_ns) return *physics.tau_d_ns;
  return (1 + physics.damping * physics.damping) /
         (physics.damping * kGyromagneticRatio * physics.anisotropy_tesla) * 1e9;
}

double switching_probability(const MtjPhysics& physics, double ratio, double time_ns) {
  if (is_precessional(physics, ratio)) {
    return std::exp(-precessional_exponent(physics, ratio, time_ns));
  }
  return -std::expm1(-thermal_events(physics.delta, ratio, time_ns));
}

double write_error_rate(const MtjPhysics& physics, double ratio, double time_ns) {
  if (is_precessional(physics, ratio)) {
    return -std::expm1(-precessional_exponent(physics, ratio, time_ns));
  }
  return std::exp(-thermal_events(physics.delta, ratio, time_ns));
}

double disturb_probability(const MtjPhysics& physics) {
  const double ratio = physics.read_amplitude / critical_amplitude(physics, 0);
  return -std::expm1(-thermal_events(physics.delta, ratio, physics.read_ns));
}

double retention_probability(const MtjPhysics& physics) {
  return -std::expm1(-thermal_events(physics.delta, 0, physics.retention_unit_s * 1e9));
}

std::array<std::array<double, kMtjAmplitudes>, 2> driven_energy_fj(const MtjPhysics& physics) {
  const double low = branch_resistance_ohm(physics, 0);
  const double high = branch_resistance_ohm(physics, 1);
  // W in the unit of the amplitude squared: uA^2 Ohm = 1e-12 W; V^2 / Ohm = 1 W. W ns = 1e6 fJ.
  const double fj_per_square = physics.family == MtjFamily::SpinTorque
                                   ? (low + high) / 2 * 1e-12 * 1e6 * physics.clock_ns
                                   : (1 / low + 1 / high) / 2 * 1e6 * physics.clock_ns;
  auto energy = physics.amplitude;
  for (auto& direction : energy) {
    for (double& amplitude : direction) amplitude *= amplitude * fj_per_square;
  }
  return energy;
}

std::uint32_t probability_threshold(double probability) {
  return static_cast<std::uint32_t>(
      std::min(4294967295.0, std::round(std::ldexp(probability, 32))));
}

double threshold_error(double probability) {
  if (probability == 0) return 0;
  return std::abs(std::ldexp(probability_threshold(probability), -32) / probability - 1);
}

MtjTables mtj_tables(const MtjPhysics& physics) {
  MtjTables tables;
  for (std::size_t bit = 0; bit < 2; ++bit) {
    tables.persistent[bit] = probability_threshold(physics.persistent_error[bit]);
    tables.transient[bit] = probability_threshold(physics.transient_error[bit]);
  }
  for (std::size_t direction = 0; direction < 2; ++direction) {
    const double critical = critical_amplitude(physics, static_cast<int>(direction));
    for (std::size_t amplitude = 0; amplitude < kMtjAmplitudes; ++amplitude) {
      const double ratio = physics.amplitude[direction][amplitude] / critical;
      for (int n = 1; n <= kMtjPulseCycles; ++n) {
        tables.switching[direction][amplitude][static_cast<std::size_t>(n - 1)] =
            probability_threshold(switching_probability(physics, ratio, n * physics.clock_ns));
      }
    }
  }
  tables.disturb = probability_threshold(disturb_probability(physics));
  tables.retention = probability_threshold(retention_probability(physics));

  for (std::size_t state = 0; state < 2; ++state) {
    const double resistance = resistance_ohm(physics, static_cast<int>(state));
    const double share = resistance / (resistance + physics.access_ohm);
    const double tmr_share = state == 0 ? 0 : physics.tmr / (1 + physics.tmr);
    tables.c0[state] = fixed(std::log(resistance + physics.access_ohm));
    tables.c1[state] = fixed(share * physics.sigma_resistance);
    tables.c2[state] =
        fixed(share * (1 - share) / 2 * physics.sigma_resistance * physics.sigma_resistance);
    tables.ct[state] = fixed(share * tmr_share * physics.sigma_tmr);
    tables.ca[state] = fixed((1 - share) * physics.sigma_access);
    tables.cx[state] =
        fixed(-share * (1 - share) * physics.sigma_resistance * physics.sigma_access);
  }
  const double low = branch_resistance_ohm(physics, 0);
  const double high = branch_resistance_ohm(physics, 1);
  tables.r0 = fixed(std::log(2 / (1 / low + 1 / high)));
  tables.r1 = fixed(physics.reference_sigma);
  tables.c_offset = fixed(physics.sense_offset);
  tables.c_noise = fixed(physics.read_noise);
  tables.c_self = fixed(std::log(high / low) / 2);
  tables.delta = fixed(physics.metastable_zone / 2);
  return tables;
}

}  // namespace nacre
