// imc_digital as hardware: parameters of nacre_imc_digital, its windows, its memories, its images.

#include <algorithm>

#include <fmt/format.h>

#include "design/tile_parameters.hpp"
#include "imc_digital/imc_digital_spec.hpp"

namespace nacre {
namespace {

int bank_bits(const TileSpec& tile) {
  return static_cast<int>(tile.rows() * tile.columns()) * tile.weight_bits;
}

/// Calls `visit(bank, position, weight)` for each weight of the matrices: position r * Columns + c.
template <class Visit>
void for_each_weight(const TileSpec& tile, Visit visit) {
  for (std::int64_t set = 0; set < tile.weight_sets; ++set) {
    for (std::int64_t k = 0; k < tile.patch_inputs; ++k) {
      for (std::int64_t n = 0; n < tile.outputs; ++n) {
        visit(tile.bank(set, k / tile.rows(), n / tile.columns()),
              (k % tile.rows()) * tile.columns() + n % tile.columns(), tile.weight(set, k, n));
      }
    }
  }
}

MemoryWindow weights_window(const TileSpec& tile, int region_width) {
  const std::int64_t weights_per_row = tile.rows() * tile.columns();
  MemoryWindow memory{
      .name = "weights",
      .offset = std::int64_t{1} << region_width,
      .access = Access::ReadWrite,
      .role = Role::Config,
      .rows = tile.banks,
      .row_bits = bank_bits(tile),
      .pitch_bits = tile.weight_bits,
      .elements_per_row = weights_per_row,
      .elements = tile.banks * weights_per_row,
      .fields = {{.name = "weight",
                  .offset = 0,
                  .bits = tile.weight_bits,
                  .is_signed = tile.weight_signed,
                  .doc = "of one input and one output"}},
      .image = make_image(tile.banks, weights_per_row, tile.weight_bits),
      .doc = fmt::format(
          "Weights: input r and output c of a bank are at position r * {} + c; bank "
          "j * {} + i holds inputs from i * {} on and outputs from j * {} on{}. "
          "Positions beyond the matrix are 0.",
          tile.columns(), tile.row_folds(), tile.rows(), tile.columns(),
          tile.weight_sets == 2 ? fmt::format("; set 1 begins at bank {}", tile.set_banks()) : "")};
  for_each_weight(tile, [&](std::int64_t bank, std::int64_t position, std::int32_t weight) {
    set_element(memory.image, bank, position, tile.weight_bits, static_cast<std::uint32_t>(weight));
  });
  return memory;
}

/// The trees' products and adders make nearly all of it.
LogicEstimate logic_of(const TileSpec& tile, Counters counters) {
  constexpr double kProductBit = 8.5, kPlaneBit = 9, kColumn = 90;
  const auto rows = static_cast<double>(tile.rows());
  const auto columns = static_cast<double>(tile.columns());
  return tile_logic(
      tile, tile_gates(tile, counters) + kPlaneBit * rows * tile.digit_bits +
                columns * (kColumn + kProductBit * rows * tile.weight_bits * tile.digit_bits));
}

StageHardware elaborate_imc_digital(const Stage& stage, const Spec& design) {
  const TileSpec& tile = params_of<ImcDigitalSpec>(stage).tile;
  const int region_width =
      std::max({4, window_width(tile.banks, bank_bits(tile)), outputs_window_width(tile)});
  StageHardware hardware;
  hardware.module = "nacre_imc_digital";
  hardware.summary = tile_summary(tile);
  hardware.parameters = tile_parameters(tile, design.counters);
  hardware.logic = logic_of(tile, design.counters);
  hardware.parameters.push_back(
      int_parameter("WeightBits", tile.weight_bits, 1, 16, "bits of a weight"));
  hardware.parameters.push_back(
      bit_parameter("WeightSigned", tile.weight_signed, "1: two's complement"));
  hardware.memories = tile_memories(tile);
  hardware.memories.insert(hardware.memories.begin(), {.prefix = "weights",
                                                       .ports = MemoryPorts::ReadWrite,
                                                       .technology = LeafMemory::Technology::Ram,
                                                       .width = bank_bits(tile),
                                                       .depth = tile.banks,
                                                       .doc = "weights of a bank"});
  hardware.registers = tile_registers(tile, design.counters);
  hardware.windows.push_back(weights_window(tile, region_width));
  if (outputs_row_bits(tile) > 0) {
    hardware.windows.push_back(outputs_window(tile, std::int64_t{2} << region_width));
  }
  hardware.config_address_width = region_width + 2;
  hardware.errors = tile_errors();
  return hardware;
}

}  // namespace

const KindHardware& imc_digital_kind_hardware() {
  static const KindHardware kind{.name = "imc_digital", .elaborate = elaborate_imc_digital};
  return kind;
}

}  // namespace nacre
