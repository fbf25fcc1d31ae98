#include "spec/tile.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "diagnostics/nearest.hpp"
#include "spec/design_hash.hpp"
#include "spec/neuron_parse.hpp"
#include "spec/npy.hpp"

namespace nacre {
namespace {

constexpr std::int64_t kMaxInputBits = 16;
constexpr std::int64_t kMaxPassSide = 4096;  ///< word lines, and outputs, of all tiles together
constexpr std::int64_t kMaxBankBits = std::int64_t{1} << 20;
constexpr std::int64_t kMaxOutputAddresses = std::int64_t{1} << 20;
constexpr int kMaxAccumulatorBits = 48;
constexpr int kMaxPayloadBits = 32;

const schema::Object& weights_fields() {
  using namespace schema;
  static const Object object = [] {
    Object table{
        .title = "weights",
        .fields =
            {
                integer("bits", 1, 16).fallback("8").in("bits").doc("B_w, width of a weight"),
                boolean("signed").fallback("true").doc(
                    "two's complement (1 bit: 0 and -1), else natural binary"),
            },
        .exclusive = {weight_source_choice()},
        .derived = {}};
    for (Field& field : weight_source_fields("(K, outputs), or (2, K, outputs) with 2 sets")) {
      table.fields.push_back(std::move(field));
    }
    return table;
  }();
  return object;
}

/// A number for both directions, or a pair [vertical, horizontal].
schema::Field directions(std::string name, std::int64_t minimum, std::int64_t maximum) {
  using namespace schema;
  return one_of(name, {integer(name, minimum, maximum),
                       array(name, integer("direction", minimum, maximum), 2, 2)});
}

const schema::Object& convolution_fields() {
  using namespace schema;
  static const Object object{
      .title = "convolution",
      .fields =
          {
              integer("height", 1, 65536).required().doc("rows of the image"),
              integer("width", 1, 65536).required().doc("columns of the image"),
              integer("channels", 1, 65536).fallback("1").doc("values of a pixel"),
              directions("kernel", 1, 255).required().doc("side, or [vertical, horizontal]"),
              directions("stride", 1, 255).fallback("1").doc("step, or [vertical, horizontal]"),
              directions("padding", 0, 255)
                  .fallback("0")
                  .doc("zeros around the image, or [vertical, horizontal]"),
          },
      .exclusive = {},
      .derived = {}};
  return object;
}

const schema::Object& mapping_fields() {
  using namespace schema;
  static const Object object{
      .title = "tile",
      .fields =
          {
              integer("rows", 1, kMaxPassSide)
                  .required()
                  .doc("R, word lines of a tile")
                  .refused_above("use several tiles: 'down', or more banks"),
              integer("columns", 1, kMaxPassSide)
                  .required()
                  .doc("C, outputs of a tile")
                  .refused_above("use several tiles: 'across', or more banks"),
              integer("down", 1, 64)
                  .fallback("1")
                  .doc("PD, tiles above each other: their sums are added")
                  .refused_above("use at most 64 tiles below each other"),
              integer("across", 1, 64)
                  .fallback("1")
                  .doc("PA, tiles side by side")
                  .refused_above("use at most 64 tiles side by side"),
              integer("banks", 1, 65536)
                  .doc("of every tile; default: as many as the folds of all sets need")
                  .refused_above("use larger or more tiles: at most 65,536 banks each"),
              integer("weight_sets", 1, 2)
                  .fallback("1")
                  .doc("2: one set is written over the bus while the other works"),
          },
      .exclusive = {},
      .derived = {"row_folds", "column_folds"}};
  return object;
}

const schema::Object& output_fields() {
  using namespace schema;
  static const Object object{
      .title = "output",
      .fields =
          {
              integer("bits", 1, kMaxPayloadBits).required().in("bits").doc("of an output value"),
              boolean("signed").fallback("true").doc("output values are signed"),
              integer("scale", 1, 65535).fallback("1").doc("factor of every accumulator"),
              text("scale_file").doc("`.npy` of shape (outputs,): a factor 1 ... 65,535 for each"),
              integer("shift", 0, 63).fallback("0").in("bits").doc("divides by 2^shift"),
              word("rounding", {"floor", "half_up", "half_even"})
                  .fallback("\"half_up\"")
                  .doc("of the division"),
              boolean("relu").fallback("false").doc("negative results become 0"),
          },
      .exclusive = {Exclusive{.fields = {"scale", "scale_file"}, .one_required = false}},
      .derived = {}};
  return object;
}

/// A field made by `directions`, as {vertical, horizontal}.
std::pair<std::int64_t, std::int64_t> read_directions(const Json& object, std::string_view name,
                                                      std::int64_t fallback) {
  const Json* given = object.find(name);
  if (given == nullptr) return {fallback, fallback};
  if (given->is_integer()) return {given->integer(), given->integer()};
  return {given->array()[0].integer(), given->array()[1].integer()};
}

/// Kernel within the padded image; one direction.
bool check_kernel(const Json& object, std::string_view direction, std::int64_t kernel,
                  std::int64_t image, std::int64_t padding, Diagnostics& diagnostics) {
  const std::int64_t padded = image + 2 * padding;
  if (kernel <= padded) return true;
  diagnostics.error(
      "N1211", object.find("kernel")->location(),
      fmt::format("the kernel is {} {}, but the image with its padding only {} ({} + 2 x {})",
                  kernel, direction, padded, image, padding),
      fmt::format("use a kernel of at most {}, or a padding of at least {}", padded,
                  (kernel - image + 1) / 2));
  return false;
}

bool parse_convolution(const Json& object, const Stage& stage, TileSpec& tile,
                       Diagnostics& diagnostics) {
  const schema::Reader reader(convolution_fields(), object);
  ConvolutionSpec convolution;
  convolution.height = reader.integer("height");
  convolution.width = reader.integer("width");
  convolution.channels = reader.integer("channels");
  std::tie(convolution.kernel_vertical, convolution.kernel_horizontal) =
      read_directions(object, "kernel", 1);
  std::tie(convolution.stride_vertical, convolution.stride_horizontal) =
      read_directions(object, "stride", 1);
  std::tie(convolution.padding_vertical, convolution.padding_horizontal) =
      read_directions(object, "padding", 0);
  const std::int64_t pixels = convolution.height * convolution.width;
  if (pixels * convolution.channels != tile.num_inputs) {
    diagnostics.error(
        "N1210", object.location(),
        fmt::format("'convolution' describes {} x {} x {} = {} values, but '{}' sends {}",
                    convolution.height, convolution.width, convolution.channels,
                    with_commas(pixels * convolution.channels), stage.inputs.front(),
                    with_commas(tile.num_inputs)),
        tile.num_inputs % pixels == 0
            ? fmt::format("{} channels would fit", tile.num_inputs / pixels)
            : "height x width x channels must be the number of the input's addresses");
    return false;
  }
  const bool fits = check_kernel(object, "high", convolution.kernel_vertical, convolution.height,
                                 convolution.padding_vertical, diagnostics) &&
                    check_kernel(object, "wide", convolution.kernel_horizontal, convolution.width,
                                 convolution.padding_horizontal, diagnostics);
  if (!fits) return false;
  tile.convolution = convolution;
  tile.patch_inputs =
      convolution.kernel_vertical * convolution.kernel_horizontal * convolution.channels;
  tile.num_patches = convolution.output_height() * convolution.output_width();
  return true;
}

bool parse_mapping(const Json& object, const Stage& stage, TileSpec& tile, ParseContext& context) {
  const schema::Reader reader(mapping_fields(), object);
  Diagnostics& diagnostics = context.diagnostics;
  tile.tile_rows = reader.integer("rows");
  tile.tile_columns = reader.integer("columns");
  tile.tiles_down = reader.integer("down");
  tile.tiles_across = reader.integer("across");
  tile.weight_sets = static_cast<int>(reader.integer("weight_sets"));
  if (tile.rows() > kMaxPassSide || tile.columns() > kMaxPassSide) {
    const bool is_rows = tile.rows() > kMaxPassSide;
    diagnostics.error(
        "N1218", object.location(),
        fmt::format("the tiles of '{}' have {} {} together ({} x {}), at most {} are built",
                    stage.name, with_commas(is_rows ? tile.rows() : tile.columns()),
                    is_rows ? "word lines" : "outputs",
                    is_rows ? tile.tiles_down : tile.tiles_across,
                    is_rows ? tile.tile_rows : tile.tile_columns, with_commas(kMaxPassSide)),
        "use fewer tiles and more banks: the matrix is folded");
    return false;
  }
  const std::int64_t bank_bits = tile.rows() * tile.columns() * tile.weight_bits;
  if (bank_bits > kMaxBankBits) {
    diagnostics.error(
        "N1218", object.location(),
        fmt::format("a bank of '{}' has {} bits ({} x {} weights of {}), at most {} are built",
                    stage.name, with_commas(bank_bits), with_commas(tile.rows()),
                    with_commas(tile.columns()), tile.weight_bits, with_commas(kMaxBankBits)),
        "use fewer or smaller tiles and more banks: the matrix is folded");
    return false;
  }
  const std::int64_t needed = tile.set_banks() * tile.weight_sets;
  tile.banks = reader.has("banks") ? reader.integer("banks") : needed;
  const std::int64_t most = mapping_fields().find("banks")->maximum;
  if (needed > most) {
    diagnostics.error(
        "N1218", object.location(),
        fmt::format("the {} x {} matrix of '{}' needs {} banks of {} x {} weights, at most {} are "
                    "built",
                    with_commas(tile.patch_inputs), with_commas(tile.outputs), stage.name,
                    with_commas(needed), tile.rows(), tile.columns(), with_commas(most)),
        "use larger or more tiles");
    return false;
  }
  if (tile.banks < needed) {
    diagnostics.error(
        "N1213", reader.location("banks"),
        fmt::format("'banks' is {}, but the {} x {} matrix takes {} x {} folds of {} x {}{}: {} "
                    "banks are needed",
                    tile.banks, with_commas(tile.patch_inputs), with_commas(tile.outputs),
                    tile.row_folds(), tile.column_folds(), tile.rows(), tile.columns(),
                    tile.weight_sets > 1 ? " in 2 weight sets" : "", with_commas(needed)),
        fmt::format("set 'banks' to {}, or use larger or more tiles", needed));
    return false;
  }
  count_weights(stage, tile.banks * tile.rows() * tile.columns(),
                fmt::format("{} banks of {} x {}", with_commas(tile.banks),
                            with_commas(tile.rows()), with_commas(tile.columns())),
                "use fewer inputs, outputs or banks", context);
  return true;
}

void hash_tile(const TileSpec& tile, DesignHash& hash) {
  hash.add("outputs", tile.outputs);
  hash.add("weight_bits", tile.weight_bits);
  hash.add("weight_signed", tile.weight_signed);
  hash.add("bias_bits", tile.bias_bits);
  hash.add("convolution", tile.convolution.has_value());
  if (tile.convolution) {
    const ConvolutionSpec& convolution = *tile.convolution;
    hash.add("height", convolution.height);
    hash.add("width", convolution.width);
    hash.add("channels", convolution.channels);
    hash.add("kernel_vertical", convolution.kernel_vertical);
    hash.add("kernel_horizontal", convolution.kernel_horizontal);
    hash.add("stride_vertical", convolution.stride_vertical);
    hash.add("stride_horizontal", convolution.stride_horizontal);
    hash.add("padding_vertical", convolution.padding_vertical);
    hash.add("padding_horizontal", convolution.padding_horizontal);
  }
  hash.add("tile_rows", tile.tile_rows);
  hash.add("tile_columns", tile.tile_columns);
  hash.add("tiles_down", tile.tiles_down);
  hash.add("tiles_across", tile.tiles_across);
  hash.add("banks", tile.banks);
  hash.add("weight_sets", tile.weight_sets);
  hash.add("digit_bits", tile.digit_bits);
  hash.add("skips_zero_planes", tile.skips_zero_planes);
}

void hash_output(const TileSpec& tile, DesignHash& hash) {
  hash.add("accumulator_bits", tile.accumulator_bits);
  hash.add("output", tile.output.has_value());
  if (!tile.output) return;
  const RequantisationSpec& output = *tile.output;
  hash.add("output_bits", output.bits);
  hash.add("output_signed", output.is_signed);
  hash.add("scale_per_output", output.has_scale_per_output);
  hash.add("scale", std::span<const std::int64_t>(output.scale));
  hash.add("shift", output.shift);
  hash.add("tile_rounding", static_cast<int>(output.rounding));
  hash.add("relu", output.relu);
}

/// Accumulator of the width that `range` needs, or of the one asked for.
void size_accumulator(const schema::Reader& reader, Interval range, const Stage& stage,
                      TileSpec& tile, Diagnostics& diagnostics) {
  const int needed = signed_width(range.low, range.high);
  const Json* given = reader.find("accumulator_bits");
  tile.accumulator_bits = given != nullptr ? static_cast<int>(given->integer()) : needed;
  if (needed > kMaxAccumulatorBits) {
    diagnostics.error(
        "N1215", stage.location,
        fmt::format("the sums of '{}' reach from {} to {} and need {} bits, at most {} are built",
                    stage.name, with_commas(range.low), with_commas(range.high), needed,
                    kMaxAccumulatorBits),
        "use fewer bits of input or weight, or fewer inputs");
    return;
  }
  if (tile.accumulator_bits < needed) {
    diagnostics.error(
        "N1214", given->location(),
        fmt::format("'accumulator_bits' is {}, but sums reach from {} to {}: {} bit{} missing",
                    tile.accumulator_bits, with_commas(range.low), with_commas(range.high),
                    needed - tile.accumulator_bits,
                    needed - tile.accumulator_bits == 1 ? " is" : "s are"),
        fmt::format("set it to {}, or remove it", needed));
    return;
  }
  if (!reader.has("output") && tile.accumulator_bits > kMaxPayloadBits) {
    diagnostics.error(
        "N1216", stage.location,
        fmt::format("'{}' sends its accumulators of {} bits, but a value has at most {}",
                    stage.name, tile.accumulator_bits, kMaxPayloadBits),
        "add 'output' to requantise them");
  }
}

/// Types object `output`; its scales may come from a file, later.
RequantisationSpec parse_output(const Json& object) {
  const schema::Reader reader(output_fields(), object);
  RequantisationSpec output;
  output.bits = static_cast<int>(reader.integer("bits"));
  output.is_signed = reader.boolean("signed");
  output.has_scale_per_output = reader.has("scale_file");
  if (!output.has_scale_per_output) output.scale = {reader.integer("scale")};
  output.shift = static_cast<int>(reader.integer("shift"));
  output.rounding = reader.word<TileRounding>("rounding");
  output.relu = reader.boolean("relu");
  return output;
}

void load_scales(const Json& file, TileSpec& tile, const std::string& stage,
                 ParseContext& context) {
  const std::int64_t shape[] = {tile.outputs};
  const auto array = read_npy(context.folder / file.string(), shape, "(outputs,)", 1, 65535,
                              file.location(), context.diagnostics);
  if (!array) return;
  if (array->first_outside >= 0) {
    context.diagnostics.error("N1219", file.location(),
                              fmt::format("scale [{}] is {}, must be 1 ... 65,535",
                                          array->first_outside, array->outside_value),
                              "scale all by a power of two and change 'shift' by its exponent");
    return;
  }
  tile.output->scale.assign(array->values.begin(), array->values.end());
  context.hash.add(stage + ".scale", std::span<const std::int64_t>(tile.output->scale));
}

std::string weight_remedy(const TileSpec& tile, std::int64_t low, std::int64_t high) {
  if (!tile.weight_signed && low < 0) return "a negative weight needs 'signed': true";
  const int needed = tile.weight_signed ? signed_width(low, high) : unsigned_width(high);
  if (needed <= tile.weight_bits) return "this kind of tile does not hold that value: scale them";
  if (needed <= 16) return fmt::format("set 'bits' to {}", needed);
  return fmt::format("the weights need {} bits, at most 16 are built: scale them", needed);
}

/// Reads or makes the weights; runs when the whole specification is known to be legal.
void load_tile_weights(const Json& object, Interval range, TileSpec& tile, const std::string& stage,
                       ParseContext& context) {
  WeightsWanted wanted;
  wanted.shape = {tile.patch_inputs, tile.outputs};
  wanted.axes = "(K, outputs)";
  if (tile.weight_sets > 1) {
    wanted.shape.insert(wanted.shape.begin(), tile.weight_sets);
    wanted.axes = "(sets, K, outputs)";
  }
  wanted.range = range;
  wanted.holder =
      fmt::format("{} {} bit{}", tile.weight_bits, tile.weight_signed ? "signed" : "unsigned",
                  tile.weight_bits == 1 ? " holds" : "s hold");
  wanted.remedy = [&tile](std::int64_t low, std::int64_t high) {
    return weight_remedy(tile, low, high);
  };
  auto weights = load_weights(schema::Reader(weights_fields(), object), wanted, context);
  if (!weights) return;
  tile.weights = std::move(*weights);
  context.hash.add(stage + ".weights", std::span<const std::int32_t>(tile.weights));
}

}  // namespace

Interval accumulator_range(const TileSpec& tile) {
  const Interval x = number_range(tile.input_bits, tile.input_signed);
  const Interval w = number_range(tile.weight_bits, tile.weight_signed);
  const auto [low, high] =
      std::minmax({x.low * w.low, x.low * w.high, x.high * w.low, x.high * w.high});
  const Interval bias = tile.bias_bits > 0 ? number_range(tile.bias_bits, true) : Interval{};
  return {.low = tile.patch_inputs * low + bias.low, .high = tile.patch_inputs * high + bias.high};
}

std::vector<schema::Field> tile_fields() {
  using namespace schema;
  return {
      integer("outputs", 1, 65536)
          .required()
          .doc("N_out, outputs of the matrix: of a frame, or of a position of the convolution")
          .refused_above("split the stage: at most 65,536 outputs each"),
      object("weights", weights_fields()).required().doc("the matrix"),
      text("bias_file").doc("`.npy` of shape (outputs,), integers; without it there is no bias"),
      integer("bias_bits", 2, 32).fallback("16").in("bits").doc("signed width of a bias"),
      object("convolution", convolution_fields())
          .doc("the frame is an image, and the matrix works on its patches"),
      object("tile", mapping_fields()).required().doc("the tiles that do it"),
      integer("input_bits_per_cycle", 1, 4)
          .fallback("1")
          .power_of_two()
          .in("bits")
          .doc("q: a pass takes ceil(bits of an input / q) cycles"),
      boolean("skip_zero_planes")
          .fallback("true")
          .doc("a digit plane that is all 0 takes no cycle"),
      integer("accumulator_bits", 1, kMaxAccumulatorBits)
          .in("bits")
          .doc("default: what the worst inputs and weights need"),
      object("output", output_fields()).doc("requantisation; without it the accumulators are sent"),
  };
}

bool parse_tile(const schema::Reader& reader, const Stage& stage, TileSpec& tile,
                ParseContext& context) {
  Diagnostics& diagnostics = context.diagnostics;
  tile.num_inputs = stage.input.addresses;
  tile.input_bits = stage.input.payload_bits;
  tile.input_signed = stage.input.payload_signed;
  tile.steps = stage.input.steps;
  if (tile.input_bits > kMaxInputBits) {
    diagnostics.error(
        "N1212", stage.location,
        fmt::format("{} '{}' takes values of 1 ... {} bits, but '{}' sends {}", stage.kind,
                    stage.name, kMaxInputBits, stage.inputs.front(), tile.input_bits),
        "requantise them: 'output' of the stage before");
    return false;
  }
  tile.outputs = reader.integer("outputs");
  tile.patch_inputs = tile.num_inputs;
  tile.digit_bits = static_cast<int>(reader.integer("input_bits_per_cycle"));
  tile.skips_zero_planes = reader.boolean("skip_zero_planes");
  const schema::Reader weights(weights_fields(), *reader.find("weights"));
  tile.weight_bits = static_cast<int>(weights.integer("bits"));
  tile.weight_signed = weights.boolean("signed");
  if (reader.has("bias_file")) {
    tile.bias_bits = static_cast<int>(reader.integer("bias_bits"));
  } else if (reader.has("bias_bits")) {
    diagnostics.error("N0206", reader.location("bias_bits"),
                      "'bias_bits' has no effect: there is no 'bias_file'",
                      "remove it, or add 'bias_file'");
  }
  const Json* convolution = reader.find("convolution");
  if (convolution != nullptr && !parse_convolution(*convolution, stage, tile, diagnostics)) {
    return false;
  }
  if (!parse_mapping(*reader.find("tile"), stage, tile, context)) return false;
  hash_tile(tile, context.hash);
  return true;
}

void finish_tile(const schema::Reader& reader, const std::shared_ptr<TileSpec>& tile,
                 Interval range, Interval weights, Stage& stage, ParseContext& context) {
  size_accumulator(reader, range, stage, *tile, context.diagnostics);
  const Json* output = reader.find("output");
  if (output != nullptr) tile->output = parse_output(*output);
  stage.output = StreamShape{
      .values = true,
      .addresses = tile->outputs * tile->num_patches,
      .payload_bits = output != nullptr ? tile->output->bits
                                        : std::min(tile->accumulator_bits, kMaxPayloadBits),
      .payload_signed = output == nullptr || tile->output->is_signed,
      .steps = tile->steps};
  if (stage.output.addresses > kMaxOutputAddresses) {
    context.diagnostics.error(
        "N1217", stage.location,
        fmt::format("'{}' sends {} values per frame ({} positions of {}), at most {} are built",
                    stage.name, with_commas(stage.output.addresses), with_commas(tile->num_patches),
                    with_commas(tile->outputs), with_commas(kMaxOutputAddresses)),
        "use fewer outputs or a larger stride");
  }
  hash_output(*tile, context.hash);
  const Json& weights_object = *reader.find("weights");
  const Json* bias_file = reader.find("bias_file");
  const Json* scale_file = output != nullptr ? output->find("scale_file") : nullptr;
  context.deferred.push_back([=, &weights_object, name = stage.name](ParseContext& later) {
    load_tile_weights(weights_object, weights, *tile, name, later);
    if (bias_file != nullptr) {
      auto bias =
          load_bias(*bias_file, tile->outputs, "(outputs,)", tile->bias_bits, "bias_bits", later);
      if (bias) {
        tile->bias = std::move(*bias);
        later.hash.add(name + ".bias", std::span<const std::int64_t>(tile->bias));
      }
    }
    if (scale_file != nullptr) load_scales(*scale_file, *tile, name, later);
  });
}

StageFigures tile_figures(const TileSpec& tile) {
  StageFigures result;
  // Two slots each, so that one is filled while the other is worked on; beside the inputs of a row
  // fold stands a bit for each digit plane.
  const std::int64_t frame_bits = tile.convolution ? 2 * tile.num_inputs * tile.input_bits : 0;
  const std::int64_t vector_bits =
      2 * tile.row_folds() * (tile.rows() * tile.input_bits + tile.planes(tile.input_bits));
  const int scale_bits = tile.output && tile.output->has_scale_per_output ? 16 : 0;
  result.ram_bits = frame_bits + vector_bits + tile.outputs * (tile.bias_bits + scale_bits);
  result.synapses = tile.patch_inputs * tile.outputs;
  result.cycles_per_event = 1;
  result.synaptic_operations_per_cycle =
      tile.rows() * tile.columns() / tile.planes(tile.input_bits);
  result.utilisation = tile.utilisation();
  return result;
}

}  // namespace nacre
