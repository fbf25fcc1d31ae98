#include "xnor_tile/xnor_tile_spec.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "diagnostics/nearest.hpp"
#include "spec/design_hash.hpp"
#include "spec/kind_spec.hpp"
#include "spec/npy.hpp"
#include "spec/weights.hpp"

namespace nacre {
namespace {

constexpr std::int64_t kMostInputs = 65536;
constexpr std::int64_t kMostTiles = 64;
constexpr std::int64_t kMostFullTiles = 256;  ///< with organisation Full
constexpr std::int64_t kMostColumns = 4096;   ///< of all arrays together
constexpr std::int64_t kPopcountGates = 8;    ///< NAND2 of a product and its share of a popcount
constexpr std::int64_t kMostDevices = std::int64_t{1} << 26;

// ------------------------------------------------------------------------------------- Schema

const schema::Object& weights_fields() {
  static const schema::Object object{.title = "weights",
                                     .fields = weight_source_fields("(inputs, outputs)"),
                                     .exclusive = {weight_source_choice()},
                                     .derived = {}};
  return object;
}

const schema::Object& timing_fields() {
  using namespace schema;
  static const Object object{
      .title = "timing",
      .fields = {integer("precharge", 1, 16).fallback("1").in("cycles").doc("of a read"),
                 integer("evaluate", 1, 16).fallback("1").in("cycles").doc("of a read")},
      .exclusive = {},
      .derived = {}};
  return object;
}

const schema::Object& device_fields() {
  static const schema::Object object{.title = "devices",
                                     .fields = mtj_device_fields(MtjUse::Read),
                                     .exclusive = {},
                                     .derived = {}};
  return object;
}

const schema::Object& fields() {
  using namespace schema;
  static const Object object{
      .title = "an xnor_tile",
      .fields =
          {
              integer("outputs", 1, 65536).required().doc("M: neurons"),
              schema::object("weights", weights_fields())
                  .required()
                  .doc("all of 0 and 1, or all of -1 (stored as 0) and +1"),
              word("organisation", {"row_serial", "parallel", "full"})
                  .fallback("\"row_serial\"")
                  .doc("a row holds weights of one neuron, or those of one input to all neurons; "
                       "full: all weights are read at once, at most 256 arrays with 4,096 columns"),
              integer("row_bits", 1, 1024).fallback("64").in("bits").doc("B: columns of an array"),
              integer("tiles", 1, kMostTiles)
                  .fallback("1")
                  .in("arrays")
                  .doc("t: read at once for one neuron")
                  .when("organisation", {"row_serial"}),
              word("sensing", {"differential", "reference"})
                  .fallback("\"differential\"")
                  .doc("two complementary devices a bit, or one against reference cells"),
              word("output", {"bit", "popcount"})
                  .fallback("\"bit\"")
                  .doc("popcounts compared with thresholds, or the popcounts"),
              text("thresholds_file")
                  .doc("`.npy` of shape (outputs,), 0 ... inputs + 1; default all "
                       "ceil(inputs / 2): the sign of the sum")
                  .when("output", {"bit"}),
              text("invert_file")
                  .doc("`.npy` of shape (outputs,), 0 or 1: 1 inverts the output; default all 0")
                  .when("output", {"bit"}),
              schema::object("timing", timing_fields()).doc("of a read"),
              schema::object("devices", device_fields()).doc("the arrays"),
          },
      .exclusive = {},
      .derived = {"num_inputs", "rows"}};
  return object;
}

// --------------------------------------------------------------------------------- Validation

void check_stream(const Stage& stage, Diagnostics& diagnostics) {
  const StreamShape& input = stage.input;
  if (input.payload_bits != 1 || input.payload_signed) {
    diagnostics.error(
        "N1280", stage.location,
        fmt::format("xnor_tile '{}' takes unsigned values of 1 bit, but '{}' sends {} values of {} "
                    "bit{}",
                    stage.name, stage.inputs.front(), input.payload_signed ? "signed" : "unsigned",
                    input.payload_bits, input.payload_bits == 1 ? "" : "s"),
        "binarise before: 'output' 'bit' of an xnor_tile, or 'bits' 1 of the design's 'input'");
  }
  if (input.addresses > kMostInputs) {
    diagnostics.error("N1280", stage.location,
                      fmt::format("xnor_tile '{}' takes frames of at most {} values, but '{}' "
                                  "sends {}",
                                  stage.name, with_commas(kMostInputs), stage.inputs.front(),
                                  with_commas(input.addresses)),
                      "split the frame");
  }
}

/// Arrays that would fit. False after an error.
bool check_arrays(const schema::Reader& reader, const XnorTileSpec& params,
                  Diagnostics& diagnostics) {
  const std::int64_t columns = params.row_bits * params.tiles;
  if (params.organisation == XnorOrganisation::RowSerial) {
    const std::int64_t filled = (params.num_inputs + params.row_bits - 1) / params.row_bits;
    const std::int64_t most = std::min(filled, kMostColumns / params.row_bits);
    if (params.tiles > most) {
      diagnostics.error(
          "N1281", reader.location("tiles"),
          fmt::format("'tiles' is {}, but {}", params.tiles,
                      params.tiles <= filled
                          ? fmt::format("{} x {} columns are more than {}", params.tiles,
                                        with_commas(params.row_bits), with_commas(kMostColumns))
                          : fmt::format("the {} inputs fill {} array{} of {} columns",
                                        with_commas(params.num_inputs), filled,
                                        filled == 1 ? "" : "s", with_commas(params.row_bits))),
          fmt::format("{} is the nearest legal value", most));
      return false;
    }
  } else if (params.organisation == XnorOrganisation::Full) {
    if (params.tiles > kMostFullTiles || columns > kMostColumns) {
      diagnostics.error(
          "N1299", reader.location("organisation"),
          fmt::format("{} neurons of {} inputs in arrays of {} columns are {} arrays with {} "
                      "columns, and about {} NAND2 of popcounts; at most {} arrays with {} columns "
                      "are read at once",
                      with_commas(params.outputs), with_commas(params.num_inputs),
                      with_commas(params.row_bits), with_commas(params.tiles), with_commas(columns),
                      with_commas(kPopcountGates * params.outputs * params.num_inputs),
                      kMostFullTiles, with_commas(kMostColumns)),
          params.outputs * params.num_inputs <= kMostColumns
              ? "choose 'row_bits' so that fewer columns are empty"
              : "set 'organisation' to 'row_serial' or 'parallel'");
      return false;
    }
  } else if (params.tiles > kMostTiles || columns > kMostColumns) {
    const bool by_number = params.tiles > kMostTiles;
    diagnostics.error(
        "N1282", reader.location("row_bits"),
        fmt::format("{} neurons in arrays of {} columns make {} arrays with {} columns, at most "
                    "{} {} are read at once",
                    with_commas(params.outputs), with_commas(params.row_bits),
                    with_commas(params.tiles), with_commas(columns),
                    with_commas(by_number ? kMostTiles : kMostColumns),
                    by_number ? "arrays" : "columns"),
        params.outputs <= kMostColumns
            ? fmt::format("set 'row_bits' to {}", (params.outputs + 3) / 4)
            : "set 'organisation' to 'row_serial'");
    return false;
  }
  const std::int64_t devices = params.rows() * columns * params.devices_per_bit();
  if (devices > kMostDevices) {
    diagnostics.error(
        "N1283", reader.location("outputs"),
        fmt::format("{} array{} of {} rows with {} columns of {} device{} have {} devices, at most "
                    "{} are modelled",
                    params.tiles, params.tiles == 1 ? "" : "s", with_commas(params.rows()),
                    with_commas(params.row_bits), params.devices_per_bit(),
                    params.devices_per_bit() == 1 ? "" : "s", with_commas(devices),
                    with_commas(kMostDevices)),
        "split the layer, or choose 'row_bits' so that fewer columns are empty");
    return false;
  }
  return true;
}

// --------------------------------------------------------------------------------- Data files

/// The weights as 0 and 1; nothing after an error.
std::vector<std::uint8_t> load_bits(const schema::Reader& weights, const XnorTileSpec& params,
                                    ParseContext& context) {
  // A file may hold either pair of values; what is made here has 0 and 1.
  const Json* file = weights.find("file");
  const auto numbers = load_weights(
      weights,
      {.shape = {params.num_inputs, params.outputs},
       .axes = "(inputs, outputs)",
       .range = {.low = file != nullptr ? -1 : 0, .high = 1},
       .holder = "a binarised layer holds",
       .remedy = [](std::int64_t, std::int64_t) { return "store signs: -1 and +1, or 0 and 1"; }},
      context);
  if (!numbers) return {};
  const auto is_zero = [](std::int32_t weight) { return weight == 0; };
  const auto is_minus = [](std::int32_t weight) { return weight < 0; };
  const auto zero = std::find_if(numbers->begin(), numbers->end(), is_zero);
  const auto minus = std::find_if(numbers->begin(), numbers->end(), is_minus);
  if (zero != numbers->end() && minus != numbers->end()) {
    const auto place = [&](auto found) {
      const std::int64_t index = found - numbers->begin();
      return fmt::format("[{}][{}]", index / params.outputs, index % params.outputs);
    };
    context.diagnostics.error(
        "N1284", file->location(),
        fmt::format("weight {} is 0 and weight {} is -1: neither all of 0 and 1 nor all of -1 and "
                    "+1",
                    place(zero), place(minus)),
        "a binarised layer has no weight between -1 and +1: give each one a sign");
    return {};
  }
  std::vector<std::uint8_t> bits;
  bits.reserve(numbers->size());
  for (const std::int32_t weight : *numbers) bits.push_back(weight > 0 ? 1 : 0);
  return bits;
}

/// One number of 0 ... `most` for each neuron, or `missing` of them; nothing after an error.
std::vector<std::int64_t> load_numbers(const Json* file, const XnorTileSpec& params,
                                       std::int64_t missing, std::int64_t most,
                                       std::string_view code, std::string_view what,
                                       std::string_view remedy, ParseContext& context) {
  if (file == nullptr) {
    return std::vector<std::int64_t>(static_cast<std::size_t>(params.outputs), missing);
  }
  const std::int64_t shape[] = {params.outputs};
  const auto array = read_npy(context.folder / file->string(), shape, "(outputs,)", 0, most,
                              file->location(), context.diagnostics);
  if (!array) return {};
  if (array->first_outside >= 0) {
    context.diagnostics.error(
        code, file->location(),
        fmt::format("{} of neuron {} is {}, must be 0 ... {}", what, array->first_outside,
                    array->outside_value, with_commas(most)),
        std::string(remedy));
    return {};
  }
  return {array->values.begin(), array->values.end()};
}

/// No output depends on its inputs.
bool is_constant(const XnorTileSpec& params) {
  return std::all_of(params.thresholds.begin(), params.thresholds.end(),
                     [&](std::int64_t t) { return t == 0 || t > params.num_inputs; });
}

void load_data(const schema::Reader& reader, const std::shared_ptr<XnorTileSpec>& params,
               const std::string& stage, ParseContext& context) {
  const schema::Reader weights(weights_fields(), *reader.find("weights"));
  params->weights = load_bits(weights, *params, context);
  const std::vector<std::int32_t> hashed(params->weights.begin(), params->weights.end());
  context.hash.add(stage + ".weights", std::span<const std::int32_t>(hashed));
  if (params->output == XnorOutput::Popcount) return;
  const Json* thresholds = reader.find("thresholds_file");
  params->thresholds =
      load_numbers(thresholds, *params, (params->num_inputs + 1) / 2, params->num_inputs + 1,
                   "N1285", "the threshold",
                   "0 is always reached, the largest value never: clip what lies beyond", context);
  const auto invert = load_numbers(reader.find("invert_file"), *params, 0, 1, "N1286",
                                   "the inversion", "0 leaves the output, 1 inverts it", context);
  params->invert.assign(invert.begin(), invert.end());
  context.hash.add(stage + ".thresholds", std::span<const std::int64_t>(params->thresholds));
  context.hash.add(stage + ".invert", std::span<const std::int64_t>(invert));
  if (thresholds != nullptr && !params->thresholds.empty() && is_constant(*params)) {
    context.diagnostics.warning(
        "W1280", thresholds->location(),
        fmt::format("every threshold is 0 or {}: no output depends on the inputs",
                    with_commas(params->num_inputs + 1)),
        "thresholds are popcounts, 0 ... inputs, not sums of -1 and +1");
  }
}

// -------------------------------------------------------------------------------------- Parse

void parse(const Json& object, ParseContext& context, Stage& stage) {
  const schema::Reader reader(fields(), object);
  const schema::Reader timing(timing_fields(), reader.object("timing"));
  const schema::Reader devices(device_fields(), reader.object("devices"));
  const auto params = std::make_shared<XnorTileSpec>();
  params->num_inputs = stage.input.addresses;
  params->steps = stage.input.steps;
  params->outputs = reader.integer("outputs");
  params->organisation = reader.word<XnorOrganisation>("organisation");
  params->row_bits = reader.integer("row_bits");
  switch (params->organisation) {
    case XnorOrganisation::RowSerial:
      params->tiles = reader.integer("tiles");
      break;
    case XnorOrganisation::Parallel:
      params->tiles = (params->outputs + params->row_bits - 1) / params->row_bits;
      break;
    case XnorOrganisation::Full:
      params->tiles = params->outputs * params->arrays_per_neuron();
      break;
  }
  params->sensing = reader.word<XnorSensing>("sensing");
  params->output = reader.word<XnorOutput>("output");
  params->timing = {.precharge = static_cast<int>(timing.integer("precharge")),
                    .evaluate = static_cast<int>(timing.integer("evaluate"))};
  stage.params = params;
  stage.output =
      StreamShape{.values = true,
                  .addresses = params->outputs,
                  .payload_bits = params->output == XnorOutput::Bit ? 1 : params->popcount_bits(),
                  .steps = stage.input.steps};

  check_stream(stage, context.diagnostics);
  if (!check_arrays(reader, *params, context.diagnostics)) return;
  if (!parse_mtj_devices(devices, MtjUse::Read, params->timing.evaluate, params->devices,
                         context.diagnostics)) {
    return;
  }
  context.hash.add("outputs", params->outputs);
  context.hash.add("organisation", static_cast<int>(params->organisation));
  context.hash.add("row_bits", params->row_bits);
  context.hash.add("tiles", params->tiles);
  context.hash.add("sensing", static_cast<int>(params->sensing));
  context.hash.add("output", static_cast<int>(params->output));
  context.hash.add("precharge", params->timing.precharge);
  context.hash.add("evaluate", params->timing.evaluate);
  hash_mtj_devices(params->devices, context.hash);
  count_weights(stage, params->num_inputs * params->outputs,
                fmt::format("{} x {}", params->num_inputs, params->outputs), "lower 'outputs'",
                context);
  context.deferred.push_back([params, &object, name = stage.name](ParseContext& later) {
    load_data(schema::Reader(fields(), object), params, name, later);
  });
}

StageFigures figures(const Stage& stage) {
  const auto& params = params_of<XnorTileSpec>(stage);
  const std::int64_t cells = params.rows() * params.row_bits * params.tiles;
  StageFigures result;
  result.flipflop_bits = 2 * params.num_inputs;  // the frame that fills, the one worked on
  result.macro_bits = cells * params.devices_per_bit();
  if (params.output == XnorOutput::Bit) {
    result.ram_bits = params.outputs * (params.threshold_bits() + 1);
  }
  result.synapses = params.num_inputs * params.outputs;
  result.cycles_per_event = 1;
  // A read: word line, add.
  result.synaptic_operations_per_cycle =
      params.row_bits * params.tiles / (params.timing.precharge + params.timing.evaluate + 2);
  result.utilisation = static_cast<double>(result.synapses) / static_cast<double>(cells);
  return result;
}

}  // namespace

const KindSpec& xnor_tile_kind_spec() {
  static const KindSpec kind{.name = "xnor_tile",
                             .summary = "binarised layer on memory arrays: XNOR and popcount",
                             .schema = fields,
                             .parse = parse,
                             .takes_values = true,
                             .takes_steps = true,
                             .decides = false,
                             .figures = figures};
  return kind;
}

}  // namespace nacre
