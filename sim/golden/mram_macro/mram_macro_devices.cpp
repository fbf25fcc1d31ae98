#include "golden/mram_macro/mram_macro_devices.hpp"

#include <memory>

#include "golden/device_random.hpp"
#include "mram_macro/mram_macro_spec.hpp"

namespace nacre::golden {

namespace {

/// There are no converters, and the spread is one of several physical parameters: what a variant
/// says of them changes nothing.
std::shared_ptr<const StageParams> variant(const Stage& stage, const DeviceVariant& variant) {
  const auto spec = std::make_shared<MramMacroSpec>(params_of<MramMacroSpec>(stage));
  if (variant.ideal) spec->devices.level = 0;
  if (variant.die) spec->devices.seed = device_mix(spec->devices.seed, *variant.die);
  return spec;
}

}  // namespace

const DeviceModel& mram_macro_devices() {
  static const DeviceModel model{
      .vary = [](const Stage& stage) { return params_of<MramMacroSpec>(stage).devices.level > 0; },
      .adc_bits = [](const Stage&) { return 0; },
      .variant = variant,
      .registers =
          [](const Stage& stage) {
            const std::uint32_t seed = params_of<MramMacroSpec>(stage).devices.seed;
            return std::vector<std::pair<std::string, std::int64_t>>{{"device_seed", seed}};
          }};
  return model;
}

}  // namespace nacre::golden
