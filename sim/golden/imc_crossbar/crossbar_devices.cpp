#include "golden/imc_crossbar/crossbar_devices.hpp"

#include <algorithm>
#include <memory>

#include "golden/device_random.hpp"
#include "imc_crossbar/imc_crossbar_spec.hpp"

namespace nacre::golden {

namespace {

constexpr std::int32_t kMostSpread = 1023;
constexpr int kMostAdcShift = 12;

/// Nothing deviates: conductances are 16 times the level, and nothing needs calibration.
void make_ideal(ImcCrossbarSpec& spec) {
  spec.devices = {.seed = spec.devices.seed};
  for (int level = 0; level < spec.num_levels(); ++level) {
    spec.devices.levels.push_back(16 * level);
    spec.devices.spread.push_back(0);
  }
  spec.calibration.clear();
}

/// Converters of `bits` bits; the shift follows, so that their range stays, within its own limits.
/// Offset corrections are codes and follow the size of a code, rounded.
void set_adc_bits(ImcCrossbarSpec& spec, int bits) {
  const int shift = std::clamp(spec.adc.shift + spec.adc.bits - bits, 0, kMostAdcShift);
  const int coarser = shift - spec.adc.shift;
  spec.adc.bits = bits;
  spec.adc.shift = shift;
  for (CalibrationRow& row : spec.calibration) {
    const int scaled = coarser > 0 ? (row.offset_correction + (1 << (coarser - 1))) >> coarser
                                   : row.offset_correction * (1 << -coarser);
    row.offset_correction = std::clamp(scaled, -128, 127);
  }
}

std::shared_ptr<const StageParams> variant(const Stage& stage, const DeviceVariant& variant) {
  const auto spec = std::make_shared<ImcCrossbarSpec>(params_of<ImcCrossbarSpec>(stage));
  if (variant.ideal) make_ideal(*spec);
  if (variant.die) spec->devices.seed = device_mix(spec->devices.seed, *variant.die);
  for (std::int32_t& spread : spec->devices.spread) {
    spread = std::min((spread * variant.spread_halves + 1) / 2, kMostSpread);
  }
  if (variant.adc_bits) set_adc_bits(*spec, *variant.adc_bits);
  return spec;
}

}  // namespace

const DeviceModel& crossbar_devices() {
  static const DeviceModel model{
      .vary = [](const Stage& stage) { return params_of<ImcCrossbarSpec>(stage).devices.vary(); },
      .adc_bits = [](const Stage& stage) { return params_of<ImcCrossbarSpec>(stage).adc.bits; },
      .variant = variant,
      .registers =
          [](const Stage& stage) {
            const std::uint32_t seed = params_of<ImcCrossbarSpec>(stage).devices.seed;
            return std::vector<std::pair<std::string, std::int64_t>>{{"device_seed", seed}};
          }};
  return model;
}

}  // namespace nacre::golden
