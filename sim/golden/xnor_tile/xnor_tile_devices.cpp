#include "golden/xnor_tile/xnor_tile_devices.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "golden/device_random.hpp"
#include "golden/mram_macro/mram_controller.hpp"
#include "golden/xnor_tile/xnor_tile_model.hpp"
#include "xnor_tile/xnor_tile_spec.hpp"

namespace nacre::golden {

namespace {

/// There are no converters, and the spread is one of several physical parameters: what a variant
/// says of them changes nothing.
std::shared_ptr<const StageParams> variant(const Stage& stage, const DeviceVariant& variant) {
  const auto spec = std::make_shared<XnorTileSpec>(params_of<XnorTileSpec>(stage));
  if (variant.ideal) spec->devices.level = 0;
  if (variant.die) spec->devices.seed = device_mix(spec->devices.seed, *variant.die);
  return spec;
}

/// What stood in a row before: nobody knows, so anything.
std::uint64_t random_word(std::uint32_t seed, std::uint32_t row, int bits) {
  const std::uint32_t low = device_mix(seed, row);
  const std::uint64_t word = std::uint64_t{device_mix(low, row)} << 32 | low;
  return bits == 64 ? word : word & ((std::uint64_t{1} << bits) - 1);
}

std::shared_ptr<const StageParams> program(const Stage& stage, const MramMacroSpec& program,
                                           Programming& sum) {
  const auto& tile = params_of<XnorTileSpec>(stage);
  const auto programmed = std::make_shared<XnorTileSpec>(tile);
  const std::vector<std::uint8_t> wanted = xnor_tile_cells(tile);
  MramMacroSpec array = program;
  array.words = tile.rows();
  array.data_bits = static_cast<int>(tile.row_bits);
  array.sensing = tile.sensing == XnorSensing::Differential ? MramSensing::Differential
                                                            : MramSensing::Reference;
  array.devices.seed = tile.devices.seed;
  array.data.resize(static_cast<std::size_t>(array.words));
  const auto per_bit = static_cast<std::size_t>(array.devices_per_bit());
  const auto bits = static_cast<std::size_t>(tile.row_bits);
  programmed->cells.clear();
  for (std::int64_t j = 0; j < tile.tiles; ++j) {
    const std::uint32_t noise = device_mix(tile.devices.seed, static_cast<std::uint32_t>(j));
    for (std::size_t row = 0; row < array.data.size(); ++row) {
      array.data[row] = random_word(noise, static_cast<std::uint32_t>(row), array.data_bits);
    }
    MramController controller(array, static_cast<std::uint32_t>(j));
    for (std::int64_t row = 0; row < array.words; ++row) {
      const auto aim =
          std::span<const std::uint8_t>(wanted).subspan(programmed->cells.size(), bits * per_bit);
      std::uint64_t word = 0;
      for (std::size_t bit = 0; bit < bits; ++bit) {
        // The last device of a bit is in the bit's state.
        word |= std::uint64_t{aim[(bit + 1) * per_bit - 1]} << bit;
      }
      sum.retries += controller.write(row, word).retries;
      const auto states = controller.array().row_state(static_cast<std::uint32_t>(row));
      for (std::size_t bit = 0; bit < bits; ++bit) {
        if (!xnor_tile_holds_weight(tile, j, row, static_cast<std::int64_t>(bit))) continue;
        ++sum.bits;
        const auto first = static_cast<std::ptrdiff_t>(bit * per_bit);
        sum.wrong_bits += !std::equal(states.begin() + first,
                                      states.begin() + first + static_cast<std::ptrdiff_t>(per_bit),
                                      aim.begin() + first);
      }
      programmed->cells.insert(programmed->cells.end(), states.begin(), states.end());
    }
    const MramActivity& activity = controller.sequencer().activity();
    sum.pulses += activity.pulses;
    sum.pulsed_devices += activity.pulsed_bits;
    sum.energy_fj += activity.energy_fj;
    sum.devices += tile.rows() * tile.row_bits * array.devices_per_bit();
  }
  return programmed;
}

}  // namespace

const DeviceModel& xnor_tile_devices() {
  static const DeviceModel model{
      .vary = [](const Stage& stage) { return params_of<XnorTileSpec>(stage).devices.level > 0; },
      .adc_bits = [](const Stage&) { return 0; },
      .variant = variant,
      .registers =
          [](const Stage& stage) {
            const std::uint32_t seed = params_of<XnorTileSpec>(stage).devices.seed;
            return std::vector<std::pair<std::string, std::int64_t>>{{"device_seed", seed}};
          },
      .program = program,
      .row_bits = [](const Stage& stage) { return params_of<XnorTileSpec>(stage).row_bits; }};
  return model;
}

}  // namespace nacre::golden
