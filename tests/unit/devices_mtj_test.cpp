#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>
#include <string>

#include "devices/mtj/mtj_physics.hpp"

namespace nacre::test {
namespace {

/// Agreement of a figure printed with the given relative rounding.
void expect_figure(double value, double printed, double rounding) {
  EXPECT_NEAR(value / printed, 1, rounding) << value << " for " << printed;
}

MtjPhysics barrier(double delta, double tau_d_ns = 1.5) {
  MtjPhysics physics = stt_mtj();
  physics.delta = delta;
  physics.tau_d_ns = tau_d_ns;
  return physics;
}

TEST(DevicesMtj, PrecessionalLawHasTheKnownErrorRates) {
  // Delta = 60, tau_D = 1.5 ns; figures of one or two digits, of a calculation of its own.
  const MtjPhysics physics = barrier(60);
  expect_figure(write_error_rate(physics, 1.5, 10), 6e-2, 0.1);
  expect_figure(write_error_rate(physics, 1.5, 20), 8e-5, 0.1);
  expect_figure(write_error_rate(physics, 1.5, 30), 1e-7, 0.1);
  expect_figure(write_error_rate(physics, 2, 5), 9e-2, 0.1);
  expect_figure(write_error_rate(physics, 2, 10), 1.2e-4, 0.05);
  expect_figure(write_error_rate(physics, 2, 20), 2e-10, 0.1);
  expect_figure(write_error_rate(physics, 3, 5), 1.6e-4, 0.05);
}

TEST(DevicesMtj, ThermalLawHasTheKnownDisturbRates) {
  MtjPhysics physics = barrier(60);
  expect_figure(switching_probability(physics, 0.4, 5), 1e-15, 0.2);
  expect_figure(switching_probability(physics, 0.5, 5), 4.7e-13, 0.02);
  expect_figure(switching_probability(barrier(40), 0.3, 5), 3.5e-12, 0.02);
  physics.critical = {100, 200};  // a read current disturbs towards parallel
  physics.read_amplitude = 50;
  physics.read_ns = 5;
  expect_figure(disturb_probability(physics), 4.7e-13, 0.02);
  // Ten years of Delta = 60: 5e17 attempts of 1 ns ... exp(-60) each.
  physics.retention_unit_s = 3.15576e8;
  EXPECT_NEAR(retention_probability(physics), 3.15576e17 * std::exp(-60), 1e-11);
}

TEST(DevicesMtj, AtTheCriticalCurrentTheLawIsItsLimit) {
  const MtjPhysics physics = barrier(40);
  for (const double time_ns : {1.0, 10.0, 1000.0}) {
    const double limit = write_error_rate(physics, 1, time_ns);
    EXPECT_NEAR(limit, -std::expm1(-(M_PI * M_PI * 10) / (1 + 2 * time_ns / 1.5)), 1e-12);
    EXPECT_NEAR(write_error_rate(physics, 1 + 1e-6, time_ns), limit, 1e-3);
  }
}

TEST(DevicesMtj, ProbabilitiesAreComplements) {
  for (const MtjPhysics& physics : {stt_mtj(), rram()}) {
    for (const double ratio : {0.9, 0.95, 1.0, 1.1, 1.5}) {
      for (const double time_ns : {1.0, 10.0, 40.0}) {
        EXPECT_NEAR(switching_probability(physics, ratio, time_ns) +
                        write_error_rate(physics, ratio, time_ns),
                    1, 1e-12);
      }
    }
  }
}

TEST(DevicesMtj, ResistancesByHand) {
  MtjPhysics physics = stt_mtj();
  physics.diameter_nm = 50;
  physics.ra_ohm_um2 = 9.8;
  physics.tmr = 1;
  physics.access_ohm = 3000;
  EXPECT_NEAR(low_resistance_ohm(physics), 9.8 / (M_PI * 0.025 * 0.025), 1e-6);  // 4,991
  EXPECT_NEAR(branch_resistance_ohm(physics, 0), 7991, 1);
  EXPECT_NEAR(branch_resistance_ohm(physics, 1), 12982, 1);
  physics.low_resistance_ohm = 6000;
  EXPECT_EQ(branch_resistance_ohm(physics, 1), 15000);
}

TEST(DevicesMtj, CurrentAndTimeOfTheMagnet) {
  MtjPhysics physics = stt_mtj();
  physics.delta = 60;
  physics.damping = 0.01;
  physics.efficiency = 0.6;
  physics.temperature_k = 300;
  physics.anisotropy_tesla = 0.28;
  // kT = 4.142e-21 J, e / hbar = 1.519e15 A / J: 60 * 0.04 * 6.292e-6 A / 0.6.
  EXPECT_NEAR(critical_amplitude(physics, 0), 25.17, 0.01);
  EXPECT_EQ(critical_amplitude(physics, 0), critical_amplitude(physics, 1));
  EXPECT_NEAR(precession_time_ns(physics), 2.028, 0.001);  // 1.0001 / (0.01 * 1.7609e11 * 0.28)
  physics.critical = {20, 30};
  physics.tau_d_ns = 1.5;
  EXPECT_EQ(critical_amplitude(physics, 1), 30);
  EXPECT_EQ(precession_time_ns(physics), 1.5);
}

TEST(DevicesMtj, EnergiesByHand) {
  MtjPhysics physics = stt_mtj();
  physics.low_resistance_ohm = 5000;
  physics.tmr = 1;
  physics.access_ohm = 2500;
  physics.clock_ns = 10;
  physics.amplitude[1] = {10, 20, 50, 80};
  // (80 uA)^2 * 10 kohm * 10 ns = 640 fJ.
  EXPECT_NEAR(driven_energy_fj(physics)[1][3], 640, 1e-9);
  EXPECT_NEAR(driven_energy_fj(physics)[1][0], 10, 1e-9);
  physics.family = MtjFamily::Filament;
  physics.amplitude[0] = {1, 1.5, 2, 3};
  // (2 V)^2 * (1 / 7.5 kohm + 1 / 12.5 kohm) / 2 * 10 ns = 4,267 fJ.
  EXPECT_NEAR(driven_energy_fj(physics)[0][2], 4266.67, 0.01);
}

TEST(DevicesMtj, Thresholds) {
  EXPECT_EQ(probability_threshold(0), 0u);
  EXPECT_EQ(probability_threshold(1), 0xffffffffu);
  EXPECT_EQ(probability_threshold(0.5), 0x80000000u);
  EXPECT_EQ(probability_threshold(0.9), 3865470566u);
  EXPECT_EQ(probability_threshold(1e-10), 0u);    // 0.43
  EXPECT_EQ(probability_threshold(3.5e-10), 2u);  // 1.503
  EXPECT_EQ(threshold_error(0), 0);
  EXPECT_EQ(threshold_error(1e-10), 1);
  EXPECT_EQ(threshold_error(0.25), 0);
  EXPECT_NEAR(threshold_error(3.5e-10), 0.33, 0.01);
}

/// ln of the branch with its device at `z`, the TMR at `z_tmr` and the transistor at `z_access`
/// standard deviations.
double log_resistance(const MtjPhysics& physics, int state, double z, double z_tmr,
                      double z_access) {
  const double tmr = state == 0 ? 0 : physics.tmr * std::exp(physics.sigma_tmr * z_tmr);
  return std::log(low_resistance_ohm(physics) * std::exp(physics.sigma_resistance * z) * (1 + tmr) +
                  physics.access_ohm * (1 + physics.sigma_access * z_access));
}

TEST(DevicesMtj, CoefficientsAreTheDerivatives) {
  for (const MtjPhysics& physics : {stt_mtj(), rram()}) {
    const MtjTables tables = mtj_tables(physics);
    for (const int state : {0, 1}) {
      const auto s = static_cast<std::size_t>(state);
      const auto at = [&](double z, double z_tmr, double z_access) {
        return log_resistance(physics, state, z, z_tmr, z_access);
      };
      constexpr double h = 1e-3;
      const double middle = at(0, 0, 0);
      const auto near = [](std::int32_t coefficient, double derivative) {
        EXPECT_NEAR(coefficient, 65536 * derivative, 0.51);  // rounded
      };
      near(tables.c0[s], middle);
      near(tables.c1[s], (at(h, 0, 0) - at(-h, 0, 0)) / (2 * h));
      near(tables.c2[s], (at(h, 0, 0) - 2 * middle + at(-h, 0, 0)) / (2 * h * h));
      near(tables.ct[s], (at(0, h, 0) - at(0, -h, 0)) / (2 * h));
      near(tables.ca[s], (at(0, 0, h) - at(0, 0, -h)) / (2 * h));
      near(tables.cx[s], (at(h, 0, h) - at(h, 0, -h) - at(-h, 0, h) + at(-h, 0, -h)) / (4 * h * h));
    }
  }
}

TEST(DevicesMtj, ReadCoefficientsByHand) {
  MtjPhysics physics = stt_mtj();
  physics.low_resistance_ohm = 5000;
  physics.tmr = 1;
  physics.access_ohm = 3000;
  physics.reference_sigma = 0.02;
  physics.sense_offset = 0.03;
  physics.read_noise = 0.01;
  physics.metastable_zone = 0.004;
  const MtjTables tables = mtj_tables(physics);
  EXPECT_EQ(tables.r0, 602982);  // 65,536 ln of 9,904.76 ohm, the harmonic mean of 8 and 13 kohm
  EXPECT_EQ(tables.r1, 1311);
  EXPECT_EQ(tables.c_offset, 1966);
  EXPECT_EQ(tables.c_noise, 655);
  EXPECT_EQ(tables.c_self, 15909);  // half of 65,536 ln(13 / 8)
  EXPECT_EQ(tables.delta, 131);
}

TEST(DevicesMtj, SwitchingTablesFollowTheLawAndNeverFall) {
  for (const MtjPhysics& physics : {stt_mtj(), rram()}) {
    const MtjTables tables = mtj_tables(physics);
    for (std::size_t direction = 0; direction < 2; ++direction) {
      for (std::size_t amplitude = 0; amplitude < kMtjAmplitudes; ++amplitude) {
        const auto& row = tables.switching[direction][amplitude];
        EXPECT_TRUE(std::is_sorted(row.begin(), row.end()));
        const double ratio = physics.amplitude[direction][amplitude] /
                             critical_amplitude(physics, static_cast<int>(direction));
        EXPECT_EQ(row[2], probability_threshold(
                              switching_probability(physics, ratio, 3 * physics.clock_ns)));
        if (amplitude == 0) continue;
        EXPECT_GE(row[1], tables.switching[direction][amplitude - 1][1]);
      }
    }
  }
}

TEST(DevicesMtj, PresetsAreOrdinaryDevices) {
  for (const MtjPhysics& physics : {stt_mtj(), rram()}) {
    for (const MtjFinding& finding : mtj_findings(physics)) {
      ADD_FAILURE() << finding.range->parameter << " " << finding.value;
    }
  }
  // Typical values: R_P 2.5 to 6 kohm; 80 uA over 10 ns near to 1 pJ and safe.
  const MtjPhysics stt = stt_mtj();
  EXPECT_GT(low_resistance_ohm(stt), 2500);
  EXPECT_LT(low_resistance_ohm(stt), 6000);
  EXPECT_NEAR(driven_energy_fj(stt)[0][3] * 2, 700, 100);
  EXPECT_LT(write_error_rate(stt, 80 / critical_amplitude(stt, 0), 10), 1e-6);
  // 1.9 V over 100 ns sets nine in ten, 1.5 V resets them.
  const MtjPhysics filament = rram();
  EXPECT_NEAR(switching_probability(filament, 1.9 / critical_amplitude(filament, 0), 100), 0.9,
              0.01);
  EXPECT_NEAR(switching_probability(filament, 1.5 / critical_amplitude(filament, 1), 100), 0.9,
              0.01);
  EXPECT_NEAR(low_resistance_ohm(filament) * (1 + filament.tmr), 300000, 1);
}

/// The only finding of these devices; a test fails where there is another one or none.
MtjFinding only_finding(const MtjPhysics& physics) {
  const std::vector<MtjFinding> findings = mtj_findings(physics);
  EXPECT_EQ(findings.size(), 1u);
  static const MtjRange kNone{};
  return findings.empty() ? MtjFinding{&kNone, 0, false} : findings.front();
}

TEST(DevicesMtj, FindingsNameTheParameter) {
  MtjPhysics physics = stt_mtj();
  physics.tmr = 8;
  MtjFinding finding = only_finding(physics);
  EXPECT_EQ(finding.range->parameter, "tmr");
  EXPECT_EQ(finding.value, 8);
  EXPECT_FALSE(finding.impossible);

  physics = stt_mtj();
  physics.tmr = -0.5;
  finding = only_finding(physics);  // what follows from it is not judged
  EXPECT_EQ(finding.range->parameter, "tmr");
  EXPECT_TRUE(finding.impossible);

  physics = stt_mtj();
  physics.sense_offset = std::nan("");
  EXPECT_TRUE(only_finding(physics).impossible);

  physics = stt_mtj();
  physics.read_amplitude = 1.01 * critical_amplitude(physics, 0);
  finding = only_finding(physics);
  EXPECT_EQ(finding.range->parameter, "read_amplitude / critical");
  EXPECT_TRUE(finding.impossible);

  physics = stt_mtj();
  physics.amplitude[1][2] = 0.95 * critical_amplitude(physics, 1);
  finding = only_finding(physics);
  EXPECT_EQ(finding.range->parameter, "|amplitude / critical - 1|");
  EXPECT_FALSE(finding.impossible);

  physics = stt_mtj();
  physics.transient_error[1] = 1.5;
  EXPECT_TRUE(only_finding(physics).impossible);
}

TEST(DevicesMtj, RangesAreConsistent) {
  for (const MtjFamily family : {MtjFamily::SpinTorque, MtjFamily::Filament}) {
    std::set<std::string_view> names;
    bool derived_before = false;
    for (const MtjRange& range : mtj_ranges(family)) {
      SCOPED_TRACE(std::string(range.parameter));
      EXPECT_TRUE(names.insert(range.parameter).second);
      EXPECT_LE(range.least, range.published_most);
      EXPECT_LT(range.published_least, range.published_most);
      EXPECT_LE(range.published_least, range.most);
      EXPECT_FALSE(range.source.empty());
      EXPECT_FALSE(derived_before && !range.is_derived);  // derived ones come last
      derived_before = range.is_derived;
    }
  }
}

TEST(DevicesMtj, CoefficientsStayInTheirBoundsAtTheEndsOfTheRanges) {
  // docs/mtj_array.md, Parameters: what the widths of the hardware rest on.
  for (MtjPhysics physics : {stt_mtj(), rram()}) {
    for (const MtjRange& range : mtj_ranges(physics.family)) {
      if (range.parameter == "sigma_resistance") physics.sigma_resistance = range.most;
      if (range.parameter == "sigma_tmr") physics.sigma_tmr = range.most;
      if (range.parameter == "sigma_access") physics.sigma_access = range.most;
      if (range.parameter == "sense_offset") physics.sense_offset = range.most;
      if (range.parameter == "reference_sigma") physics.reference_sigma = range.most;
      if (range.parameter == "read_noise") physics.read_noise = range.most;
      if (range.parameter == "metastable_zone") physics.metastable_zone = range.most;
    }
    for (const double low : {1.0, 3000.0, 1e12}) {
      for (const double access : {0.0, 3000.0, 1e9}) {
        physics.low_resistance_ohm = low;
        physics.access_ohm = access;
        const MtjTables tables = mtj_tables(physics);
        for (std::size_t s = 0; s < 2; ++s) {
          EXPECT_LT(std::abs(tables.c0[s]), 1 << 22);
          for (const std::int32_t c : {tables.c1[s], tables.ct[s], tables.ca[s]}) {
            EXPECT_LT(std::abs(c), 1 << 17);
          }
          for (const std::int32_t c : {tables.c2[s], tables.cx[s]}) {
            EXPECT_LT(std::abs(c), 1 << 15);
          }
        }
        for (const std::int32_t c : {tables.r1, tables.c_offset, tables.c_noise}) {
          EXPECT_LT(std::abs(c), 1 << 17);
        }
        for (const std::int32_t c : {tables.r0, tables.c_self, tables.delta}) {
          EXPECT_LT(std::abs(c), 1 << 22);
        }
      }
    }
  }
}

}  // namespace
}  // namespace nacre::test
