#pragma once
// Error rates of reads: the integral over the physical devices, and counts to compare with it.

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "devices/mtj/mtj_physics.hpp"

namespace nacre::golden::test {

/// The devices of the published table: 50 nm, 9.8 ohm um^2, 3 kohm +- 5 %, offset and reference 2
/// %.
inline MtjPhysics table_devices(double tmr, double sigma) {
  MtjPhysics physics = stt_mtj();
  physics.diameter_nm = 50;
  physics.ra_ohm_um2 = 9.8;
  physics.tmr = tmr;
  physics.sigma_resistance = sigma;
  physics.sigma_tmr = 0;
  physics.access_ohm = 3000;
  physics.sigma_access = 0.05;
  physics.sense_offset = 0.02;
  physics.reference_sigma = 0.02;
  physics.read_noise = 0;
  physics.metastable_zone = 0;
  return physics;
}

inline double density(double z) { return std::exp(-z * z / 2) / std::sqrt(2 * M_PI); }
inline double normal_above(double x) { return std::erfc(x / std::sqrt(2)) / 2; }

/// Calls `visit(ln R_total, probability)` over the spread of a device and its access transistor.
template <class Visit>
void integrate(const MtjPhysics& physics, int state, Visit visit) {
  constexpr double kStep = 1.0 / 16;
  constexpr double kEnd = 8;
  const double nominal =
      9.8e6 / (M_PI * 50 * 50 / 4) * (state == 0 ? 1 : 1 + physics.tmr);  // ohm, of table_devices
  for (double z = -kEnd; z <= kEnd; z += kStep) {
    for (double z_access = -kEnd; z_access <= kEnd; z_access += kStep) {
      const double total = nominal * std::exp(physics.sigma_resistance * z) +
                           physics.access_ohm * (1 + physics.sigma_access * z_access);
      visit(std::log(total), density(z) * density(z_access) * kStep * kStep);
    }
  }
}

/// Probability that a stored `bit` is read wrong against the reference.
inline double single_ended_error(const MtjPhysics& physics, int bit) {
  const double r_p = 9.8e6 / (M_PI * 50 * 50 / 4) + physics.access_ohm;
  const double r_ap = r_p + physics.tmr * (r_p - physics.access_ohm);
  const double reference = std::log(2 / (1 / r_p + 1 / r_ap));
  const double sigma = std::hypot(physics.sense_offset, physics.reference_sigma);
  double error = 0;
  integrate(physics, bit, [&](double ln_r, double probability) {
    const double margin = bit == 0 ? reference - ln_r : ln_r - reference;
    error += probability * normal_above(margin / sigma);
  });
  return error;
}

/// Probability that a pair is read wrong.
inline double differential_error(const MtjPhysics& physics) {
  constexpr double kBin = 1.0 / 1024;
  constexpr std::size_t kBins = 12 * 1024;  // ln R 4 ... 16
  std::vector<double> low(kBins, 0), high(kBins, 0);
  const auto add = [&](std::vector<double>& bins, double ln_r, double probability) {
    const double place = (ln_r - 4) / kBin;  // shared between the two bins next to it
    const auto bin = static_cast<std::size_t>(place);
    const double share = place - static_cast<double>(bin);
    bins[bin] += probability * (1 - share);
    bins[bin + 1] += probability * share;
  };
  integrate(physics, 0, [&](double ln_r, double p) { add(low, ln_r, p); });
  integrate(physics, 1, [&](double ln_r, double p) { add(high, ln_r, p); });
  double error = 0;
  for (std::size_t i = 0; i < kBins; ++i) {
    if (low[i] < 1e-15) continue;
    for (std::size_t j = 0; j < kBins; ++j) {
      if (high[j] < 1e-15) continue;
      const double margin = (static_cast<double>(j) - static_cast<double>(i)) * kBin;
      error += low[i] * high[j] * normal_above(margin / physics.sense_offset);
    }
  }
  return error;
}

/// Wrong bits of reads of which no two share a device, a reference or a sense amplifier; half of
/// the bits are 1.
struct Count {
  double reads = 0;
  double wrong[2] = {};  ///< by the bit stored
  double all_wrong() const { return wrong[0] + wrong[1]; }
  double rate() const { return all_wrong() / reads; }
};

/// The counts lie in the intervals of a binomial number: all errors in that of so many standard
/// errors (1.96: 95 %), those of each bit in that of 99.9 %.
inline void expect_rates(const Count& count, double error_0, double error_1,
                         double standard_errors = 1.96) {
  const auto interval = [](double reads, double p) { return std::sqrt(reads * p * (1 - p)); };
  const double mean = (error_0 + error_1) / 2;
  EXPECT_NEAR(count.all_wrong(), count.reads * mean, standard_errors * interval(count.reads, mean));
  const double half = count.reads / 2;
  EXPECT_NEAR(count.wrong[0], half * error_0, 3.29 * interval(half, error_0));
  EXPECT_NEAR(count.wrong[1], half * error_1, 3.29 * interval(half, error_1));
}

}  // namespace nacre::golden::test
