// What the parameters of a device can be, and where published devices are.

#include <algorithm>
#include <cmath>
#include <limits>

#include "devices/mtj/mtj_physics.hpp"

namespace nacre {

namespace {

using Values = std::vector<double>;

// The smallest number that is not 0: what must be positive.
constexpr double kPositive = std::numeric_limits<double>::min();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Spreads up to here keep the tables' coefficients below 2 nat (docs/mtj_array.md, Parameters).
constexpr double kMostSpread = 1.9;

template <double MtjPhysics::*Member>
Values value(const MtjPhysics& physics) {
  return {physics.*Member};
}

template <std::array<double, 2> MtjPhysics::*Member>
Values values(const MtjPhysics& physics) {
  return Values((physics.*Member).begin(), (physics.*Member).end());
}

Values read_ratio(const MtjPhysics& physics) {
  return {physics.read_amplitude / critical_amplitude(physics, 0)};
}

Values write_ratios(const MtjPhysics& physics) {
  Values ratios;
  for (std::size_t direction = 0; direction < 2; ++direction) {
    const double critical = critical_amplitude(physics, static_cast<int>(direction));
    for (const double amplitude : physics.amplitude[direction]) {
      ratios.push_back(amplitude / critical);
    }
  }
  return ratios;
}

/// How far from the critical current: neither switching law holds near to it.
Values write_distances(const MtjPhysics& physics) {
  Values distances = write_ratios(physics);
  for (double& ratio : distances) ratio = std::abs(ratio - 1);
  return distances;
}

Values amplitudes(const MtjPhysics& physics) {
  Values all;
  for (const auto& direction : physics.amplitude) {
    all.insert(all.end(), direction.begin(), direction.end());
  }
  return all;
}

Values high_resistance(const MtjPhysics& physics) {
  return {low_resistance_ohm(physics) * (1 + physics.tmr)};
}

Values low_resistance(const MtjPhysics& physics) { return {low_resistance_ohm(physics)}; }

Values critical_amplitudes(const MtjPhysics& physics) {
  return {critical_amplitude(physics, 0), critical_amplitude(physics, 1)};
}

Values precession_time(const MtjPhysics& physics) { return {precession_time_ns(physics)}; }

using P = MtjPhysics;

constexpr std::string_view kCircuit =
    "typical sense amplifiers, references and selectors; no limit";
constexpr std::string_view kLogNormal = "spreads of 5 to 8 % are typical, 12 % is the worst tabled";

// Given parameters, then what is derived from them: a derived value is judged only when nothing
// before it is impossible.
const MtjRange kSpinTorque[] = {
    {"temperature_k", "K", value<&P::temperature_k>, kPositive, 1000, 233, 398,
     "industrial and automotive grades, -40 to 125 degrees Celsius"},
    {"diameter_nm", "nm", value<&P::diameter_nm>, kPositive, 1e5, 11, 100,
     "Sato et al., APL 105 (2014), 11 nm; Thomas et al., IEDM 2015, 100 nm"},
    {"ra_ohm_um2", "ohm um^2", value<&P::ra_ohm_um2>, kPositive, 1e6, 3, 18,
     "3.2 and 9.8 in published compact models; Ikeda et al., Nature Materials 9 (2010), 18"},
    {"tmr", "", value<&P::tmr>, kPositive, 1e4, 0.5, 6.04,
     "0.5 is the least that arrays read; Ikeda et al., APL 93 (2008), 6.04 at 300 K"},
    {"sigma_resistance", "", value<&P::sigma_resistance>, 0, kMostSpread, 0.02, 0.12, kLogNormal},
    {"sigma_tmr", "", value<&P::sigma_tmr>, 0, kMostSpread, 0, 0.12, "4 to 5 % is typical"},
    {"access_ohm", "ohm", value<&P::access_ohm>, 0, 1e9, 0, 1e4, kCircuit},
    {"sigma_access", "", value<&P::sigma_access>, 0, 1, 0, 0.15, kCircuit},
    {"sense_offset", "", value<&P::sense_offset>, 0, 1, 0, 0.1, kCircuit},
    {"reference_sigma", "", value<&P::reference_sigma>, 0, 1, 0, 0.1, kCircuit},
    {"read_noise", "", value<&P::read_noise>, 0, 1, 0, 0.05, kCircuit},
    {"metastable_zone", "", value<&P::metastable_zone>, 0, 1, 0, 0.05, kCircuit},
    {"read_amplitude", "uA", value<&P::read_amplitude>, 0, 1e6, 0, 1e6, kCircuit},
    {"read_ns", "ns", value<&P::read_ns>, kPositive, 1e9, 1, 50,
     "2.8 to 3.6 ns: Dong et al., JSSC 2019"},
    {"delta", "", value<&P::delta>, kPositive, 500, 40, 100,
     "Ikeda et al., Nature Materials 9 (2010), 43; 60 keeps ten years: Khvalkovskiy et al., J. "
     "Phys. "
     "D 46 (2013)"},
    {"damping", "", value<&P::damping>, kPositive, 1, 0.005, 0.03, "published compact models"},
    {"efficiency", "", value<&P::efficiency>, kPositive, 1, 0.2, 0.9, "published compact models"},
    {"anisotropy_tesla", "T", value<&P::anisotropy_tesla>, kPositive, 10, 0.1, 1,
     "published compact models"},
    {"amplitude", "uA", amplitudes, kPositive, 1e6, 10, 500,
     "40.8 to 80 uA: Dong et al., NVSim, TCAD 2012", false, true},
    {"clock_ns", "ns", value<&P::clock_ns>, kPositive, 1e6, 0.5, 100,
     "writes of 2 to 200 ns: survey of NVMExplorer, HPCA 2022"},
    {"retention_unit_s", "s", value<&P::retention_unit_s>, kPositive, 1e12, 0, kInfinity,
     "free: the unit of the array's time"},
    {"persistent_error", "", values<&P::persistent_error>, 0, 1, 0, 0.5, "half: no information"},
    {"transient_error", "", values<&P::transient_error>, 0, 1, 0, 0.5, "half: no information"},
    {"low_resistance_ohm", "ohm", low_resistance, 1, 1e12, 1000, 1e5,
     "2.5 to 6 kohm in published compact models", true},
    {"low_resistance_ohm * (1 + tmr)", "ohm", high_resistance, 1, 1e15, 1000, 1e6,
     "6 to 15 kohm in published compact models", true},
    {"tau_d_ns", "ns", precession_time, kPositive, 1e6, 0.2, 10, "published compact models", true},
    {"critical", "uA", critical_amplitudes, kPositive, 1e6, 5, 200,
     "Ikeda et al., Nature Materials 9 (2010), 49 uA at 40 nm", true},
    {"read_amplitude / critical", "", read_ratio, 0, 0.999, 0, 0.6,
     "the thermal law needs a current well below the critical one: Khvalkovskiy et al. (2013)",
     true},
    {"|amplitude / critical - 1|", "", write_distances, 0, 1e3, 0.1, 4,
     "near the critical current neither switching law holds: Sun, PRB 62 (2000)", true, true},
};

const MtjRange kFilament[] = {
    {"temperature_k", "K", value<&P::temperature_k>, kPositive, 1000, 233, 398,
     "industrial and automotive grades, -40 to 125 degrees Celsius"},
    {"tmr", "", value<&P::tmr>, kPositive, 1e6, 5, 1000,
     "0.1 to 1 Mohm over 5 to 10 kohm; 900 over 6 kohm in NeuroSim"},
    {"sigma_resistance", "", value<&P::sigma_resistance>, 0, kMostSpread, 0.05, 0.3,
     "0.2 nat is typical of the low state"},
    {"sigma_tmr", "", value<&P::sigma_tmr>, 0, kMostSpread, 0, 0.8,
     "0.5 to 0.8 nat is typical of the high state"},
    {"access_ohm", "ohm", value<&P::access_ohm>, 0, 1e9, 0, 1e4, kCircuit},
    {"sigma_access", "", value<&P::sigma_access>, 0, 1, 0, 0.15, kCircuit},
    {"sense_offset", "", value<&P::sense_offset>, 0, 1, 0, 0.1, kCircuit},
    {"reference_sigma", "", value<&P::reference_sigma>, 0, 1, 0, 0.1, kCircuit},
    {"read_noise", "", value<&P::read_noise>, 0, 1, 0, 0.1, kCircuit},
    {"metastable_zone", "", value<&P::metastable_zone>, 0, 1, 0, 0.05, kCircuit},
    {"read_amplitude", "V", value<&P::read_amplitude>, 0, 100, 0, 0.5,
     "0.2 V on the bit line of published 40 nm arrays"},
    {"read_ns", "ns", value<&P::read_ns>, kPositive, 1e9, 1, 100, kCircuit},
    {"delta", "", value<&P::delta>, kPositive, 500, 38, 70,
     "activation energies of 1.0 to 1.8 eV at 300 K"},
    {"amplitude", "V", amplitudes, kPositive, 100, 1, 3.5,
     "RESET 1.5 V, SET 1.9 V, forming 3.2 V in published 40 nm arrays", false, true},
    {"clock_ns", "ns", value<&P::clock_ns>, kPositive, 1e6, 0.5, 100, "SET pulses of 50 to 100 ns"},
    {"retention_unit_s", "s", value<&P::retention_unit_s>, kPositive, 1e12, 0, kInfinity,
     "free: the unit of the array's time"},
    {"persistent_error", "", values<&P::persistent_error>, 0, 1, 0, 0.5, "half: no information"},
    {"transient_error", "", values<&P::transient_error>, 0, 1, 0, 0.5, "half: no information"},
    {"low_resistance_ohm", "ohm", low_resistance, 1, 1e12, 1330, 1e4,
     "5 to 10 kohm; 1.33 kohm in ISAAC", true},
    {"low_resistance_ohm * (1 + tmr)", "ohm", high_resistance, 1, 1e15, 2e4, 1e6,
     "0.1 to 1 Mohm; 20 kohm in ISAAC", true},
    {"critical", "V", critical_amplitudes, kPositive, 100, 1, 3.5,
     "of the order of the amplitudes of published arrays", true},
    {"read_amplitude / critical", "", read_ratio, 0, 0.999, 0, 0.4,
     "0.2 V against 1.5 V and more in published 40 nm arrays", true},
    {"amplitude / critical", "", write_ratios, 0, 10, 0, 1.1,
     "above the critical voltage no barrier is left for the law to describe", true, true},
};

}  // namespace

std::span<const MtjRange> mtj_ranges(MtjFamily family) {
  if (family == MtjFamily::SpinTorque) return kSpinTorque;
  return kFilament;
}

std::vector<MtjFinding> mtj_findings(const MtjPhysics& physics) {
  std::vector<MtjFinding> findings;
  bool impossible_before = false;
  for (const MtjRange& range : mtj_ranges(physics.family)) {
    if (impossible_before && range.is_derived) continue;
    for (const double each : range.values(physics)) {
      // Written so that what is not a number is impossible.
      const bool possible = each >= range.least && each <= range.most;
      const bool published = each >= range.published_least && each <= range.published_most;
      if (!published || !possible) findings.push_back({&range, each, !possible});
      impossible_before = impossible_before || !possible;
    }
  }
  return findings;
}

}  // namespace nacre
