#include "imc_digital/imc_digital_spec.hpp"

#include <memory>

#include "spec/kind_spec.hpp"

namespace nacre {
namespace {

const schema::Object& fields() {
  static const schema::Object object{.title = "an imc_digital",
                                     .fields = tile_fields(),
                                     .exclusive = {},
                                     .derived = {"num_inputs", "input_bits"}};
  return object;
}

void parse(const Json& object, ParseContext& context, Stage& stage) {
  const schema::Reader reader(fields(), object);
  const auto params = std::make_shared<ImcDigitalSpec>();
  stage.params = params;
  // What the next stage sees when an error leaves no more.
  stage.output = StreamShape{.values = true, .payload_bits = 1, .steps = stage.input.steps};
  TileSpec& tile = params->tile;
  if (!parse_tile(reader, stage, tile, context)) return;
  const std::shared_ptr<TileSpec> shared(params, &tile);
  finish_tile(reader, shared, accumulator_range(tile),
              number_range(tile.weight_bits, tile.weight_signed), stage, context);
}

StageFigures figures(const Stage& stage) {
  const TileSpec& tile = params_of<ImcDigitalSpec>(stage).tile;
  StageFigures result = tile_figures(tile);
  result.ram_bits += tile.banks * tile.rows() * tile.columns() * tile.weight_bits;
  return result;
}

}  // namespace

const KindSpec& imc_digital_kind_spec() {
  static const KindSpec kind{.name = "imc_digital",
                             .summary = "matrix times vector in digital in-memory-computing tiles",
                             .schema = fields,
                             .parse = parse,
                             .takes_values = true,
                             .takes_steps = true,
                             .decides = false,
                             .figures = figures};
  return kind;
}

}  // namespace nacre
