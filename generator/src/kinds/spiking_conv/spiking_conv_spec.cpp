#include "spiking_conv/spiking_conv_spec.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "diagnostics/nearest.hpp"
#include "spec/design_hash.hpp"
#include "spec/feature_map.hpp"
#include "spec/kind_spec.hpp"
#include "spec/neuron_parse.hpp"
#include "spec/spiking_layer_parse.hpp"
#include "spec/weights.hpp"

namespace nacre {
namespace {

/// Weights that a memory has room for, idle lanes included.
constexpr std::int64_t kMaxMemoryWeights = std::int64_t{1} << 28;

constexpr std::string_view kForwardAxes =
    "(channels, inputs / groups, kernel rows, kernel columns)";
constexpr std::string_view kTransposedAxes =
    "(inputs, channels / groups, kernel rows, kernel columns)";

const schema::Object& slice_fields() {
  using namespace schema;
  static const Object object{
      .title = "slice",
      .fields = {integer("first", 0, (std::int64_t{1} << 20) - 1)
                     .required()
                     .doc("the layer's channel that is channel 0 of this stage"),
                 integer("of", 1, std::int64_t{1} << 20)
                     .required()
                     .doc("channels of the layer; files and `groups` are the layer's")},
      .exclusive = {},
      .derived = {}};
  return object;
}

const schema::Object& weights_fields() {
  static const schema::Object object =
      layer_weights_schema(fmt::format("{}, `transposed`: {}", kForwardAxes, kTransposedAxes));
  return object;
}

const schema::Object& bias_fields() {
  static const schema::Object object = layer_bias_schema("(channels,)");
  return object;
}

const schema::Object& fields() {
  using namespace schema;
  static const Object object{
      .title = "a spiking_conv",
      .fields =
          {
              integer("channels", 1, std::int64_t{1} << 20)
                  .required()
                  .doc("M: output channels of this stage")
                  .refused_above("split the layer: at most 1,048,576 channels each"),
              rows_columns_field("kernel", 1, 11)
                  .required()
                  .doc("Kh, Kw: one number or [rows, columns]"),
              rows_columns_field("stride", 1, 255)
                  .fallback("1")
                  .doc("sy, sx: one number or [rows, columns]"),
              rows_columns_field("dilation", 1, 255)
                  .fallback("1")
                  .doc("dy, dx: one number or [rows, columns]"),
              padding_field(),
              boolean("transposed").fallback("false").doc("the transposed convolution"),
              rows_columns_field("output_padding", 0, 255)
                  .fallback("0")
                  .doc("rows and columns more at the output's end; only with `transposed`"),
              integer("groups", 1, std::int64_t{1} << 20)
                  .fallback("1")
                  .doc("g: groups of channels that see each other only; as many as channels: "
                       "depthwise"),
              schema::object("slice", slice_fields())
                  .doc("the stage holds a part of a layer's channels"),
              integer("lanes", 1, 1024)
                  .fallback("1")
                  .doc("L: channels of one position updated per cycle")
                  .power_of_two()
                  .refused_above("use at most 1024 lanes"),
              word("scan", {"touched", "all"})
                  .fallback("\"touched\"")
                  .doc("rows that the end of a time step visits"),
              schema::object("weights", weights_fields()).required().doc("the weight memory"),
              schema::object("state", layer_state_schema()).doc("the memory of membranes"),
              schema::object("bias", bias_fields())
                  .doc("added at the end of each time step; needs `scan` 'all'"),
              boolean("keep_state").fallback("false").doc("membranes outlive the end of a sample"),
              schema::object("neuron", neuron_schema())
                  .required()
                  .doc("the neuron: keys in docs/specification.md, arithmetic in docs/neuron.md"),
          },
      .exclusive = {},
      .derived = {"in_channels", "height", "width"}};
  return object;
}

/// Rows that one column of the kernel spans, or columns.
std::int64_t span_of(const ConvAxis& axis) {
  return std::int64_t{axis.dilation} * (axis.kernel - 1) + 1;
}

/// Ho or Wo of the contract; not positive when the shapes do not fit.
std::int64_t outputs_of(const ConvAxis& axis, bool transposed) {
  const std::int64_t padding = std::int64_t{axis.padding_before} + axis.padding_after;
  if (transposed) {
    return (axis.inputs - 1) * axis.stride - padding + span_of(axis) + axis.output_padding;
  }
  const std::int64_t room = axis.inputs + padding - span_of(axis);
  return room < 0 ? 0 : room / axis.stride + 1;
}

/// False, and an error with what would fit, when the output has none of these `lines` ("rows").
bool check_outputs(const ConvAxis& axis, std::string_view lines, const SpikingConvSpec& params,
                   const Stage& stage, const Location& location, Diagnostics& diagnostics) {
  if (axis.outputs >= 1) return true;
  const std::int64_t padding = std::int64_t{axis.padding_before} + axis.padding_after;
  const std::string input = map_text(stage.input.height, stage.input.width, stage.input.channels);
  if (params.transposed) {
    diagnostics.error(
        "N1342", location,
        fmt::format("the output of '{}' would have {} {}: the input is {}, and the padding takes "
                    "{} of {} away",
                    stage.name, axis.outputs, lines, input, padding, axis.outputs + padding),
        axis.outputs + padding > 1
            ? fmt::format("a padding of at most {} in all fits", axis.outputs + padding - 1)
            : "leave the padding away");
    return false;
  }
  const std::int64_t least = span_of(axis) - axis.inputs;
  const std::int64_t largest_kernel = (axis.inputs + padding - 1) / axis.dilation + 1;
  diagnostics.error(
      "N1342", location,
      fmt::format("the output of '{}' would have no {}: the input is {}, with a padding of {} in "
                  "all, but the kernel spans {} ({} with dilation {})",
                  stage.name, lines, input, padding, span_of(axis), axis.kernel, axis.dilation),
      fmt::format("a padding of {} in all fits, or a kernel of at most {}", least, largest_kernel));
  return false;
}

/// Reads the geometry of rows and columns; false after an error (N0206, N1341, N1342).
bool parse_axes(const schema::Reader& reader, const Stage& stage, SpikingConvSpec& params,
                Diagnostics& diagnostics) {
  const std::optional<Padding> padding = read_padding(reader, diagnostics);
  if (!padding) return false;
  const RowsColumns kernel = read_rows_columns(reader, "kernel");
  const RowsColumns stride = read_rows_columns(reader, "stride");
  const RowsColumns dilation = read_rows_columns(reader, "dilation");
  const RowsColumns more = read_rows_columns(reader, "output_padding");
  if (!params.transposed && reader.has("output_padding")) {
    diagnostics.error("N0206", reader.location("output_padding"),
                      "'output_padding' has no effect: 'transposed' is false",
                      "remove it, or set 'transposed' to true");
    return false;
  }
  params.rows = ConvAxis{.inputs = stage.input.height,
                         .kernel = kernel.rows,
                         .stride = stride.rows,
                         .dilation = dilation.rows,
                         .padding_before = padding->top,
                         .padding_after = padding->bottom,
                         .output_padding = more.rows};
  params.columns = ConvAxis{.inputs = stage.input.width,
                            .kernel = kernel.columns,
                            .stride = stride.columns,
                            .dilation = dilation.columns,
                            .padding_before = padding->left,
                            .padding_after = padding->right,
                            .output_padding = more.columns};
  params.rows.outputs = outputs_of(params.rows, params.transposed);
  params.columns.outputs = outputs_of(params.columns, params.transposed);
  const Location location = reader.location(params.transposed ? "padding" : "kernel");
  const bool rows_fit = check_outputs(params.rows, "rows", params, stage, location, diagnostics);
  const bool columns_fit =
      check_outputs(params.columns, "columns", params, stage, location, diagnostics);
  return rows_fit && columns_fit;
}

/// "2 and 4": the common divisors of two numbers next to `wrong`.
std::string near_divisors(std::int64_t a, std::int64_t b, std::int64_t wrong) {
  const std::int64_t common = std::gcd(a, b);
  std::int64_t below = std::min(wrong - 1, common);
  while (common % below != 0) --below;
  std::int64_t above = wrong + 1;
  while (above <= common && common % above != 0) ++above;
  if (above > common) return fmt::format("{} is the nearest legal value", below);
  return fmt::format("{} and {} are the nearest legal values", below, above);
}

/// Reads channels, groups and slice; false after an error (N1343, N1344).
bool parse_channels(const schema::Reader& reader, const Stage& stage, SpikingConvSpec& params,
                    Diagnostics& diagnostics) {
  params.in_channels = stage.input.channels;
  params.channels = reader.integer("channels");
  params.layer_channels = params.channels;
  if (const Json* slice = reader.find("slice"); slice != nullptr) {
    const schema::Reader slice_reader(slice_fields(), *slice);
    params.first_channel = slice_reader.integer("first");
    params.layer_channels = slice_reader.integer("of");
    if (params.first_channel + params.channels > params.layer_channels) {
      diagnostics.error(
          "N1344", slice->location(),
          fmt::format("'{}' holds channels {} ... {}, but the layer has {}", stage.name,
                      params.first_channel, params.first_channel + params.channels - 1,
                      params.layer_channels),
          params.channels <= params.layer_channels
              ? fmt::format("with {} channels, 'first' is at most {}", params.channels,
                            params.layer_channels - params.channels)
              : fmt::format("'channels' is at most {}", params.layer_channels));
      return false;
    }
  }
  params.groups = reader.integer("groups");
  if (params.in_channels % params.groups != 0 || params.layer_channels % params.groups != 0) {
    diagnostics.error(
        "N1343", reader.location("groups"),
        fmt::format("'groups' is {}, must divide the {} channels of the input and the {} of the "
                    "layer",
                    params.groups, params.in_channels, params.layer_channels),
        near_divisors(params.in_channels, params.layer_channels, params.groups));
    return false;
  }
  return true;
}

/// The channels of this stage that are in one group.
struct GroupPart {
  std::int64_t first = 0;
  std::int64_t count = 0;  ///< 0: none
};

GroupPart group_part(const SpikingConvSpec& params, std::int64_t group) {
  const std::int64_t size = params.layer_channels / params.groups;
  const std::int64_t first = std::max(group * size - params.first_channel, std::int64_t{0});
  const std::int64_t end = std::min((group + 1) * size - params.first_channel, params.channels);
  return {.first = first, .count = std::max(end - first, std::int64_t{0})};
}

/// Q of the contract: the most words that the channels of one group lie in.
std::int64_t group_words(const SpikingConvSpec& params) {
  std::int64_t most = 1;
  for (std::int64_t group = 0; group < params.groups; ++group) {
    const GroupPart part = group_part(params, group);
    if (part.count == 0) continue;
    const std::int64_t last = part.first + part.count - 1;
    most = std::max(most, last / params.lanes - part.first / params.lanes + 1);
  }
  return most;
}

std::int64_t weight_rows(const SpikingConvSpec& params) {
  return params.in_channels * params.rows.kernel * params.columns.kernel * group_words(params);
}

std::int64_t state_rows(const SpikingConvSpec& params) {
  const std::int64_t words = (params.channels + params.lanes - 1) / params.lanes;
  return params.rows.outputs * params.columns.outputs * words;
}

/// Bits of a row of the state memory: the neurons, and the stamp where there is one.
std::int64_t state_row_bits(const SpikingConvSpec& params) {
  const bool has_stamp = params.scan == ConvScan::Touched && params.neuron.leak != Leak::None;
  return std::int64_t{params.lanes} * neuron_state_bits(params.neuron) + (has_stamp ? 8 : 0);
}

/// Refuses a memory that is large because most of its lanes are idle (N1001).
void check_weight_memory(const SpikingConvSpec& params, const Stage& stage,
                         Diagnostics& diagnostics) {
  const std::int64_t rows = weight_rows(params);
  const std::int64_t group_channels = params.layer_channels / params.groups;
  if (params.lanes <= group_channels || rows <= kMaxMemoryWeights / params.lanes) return;
  diagnostics.error(
      "N1001", stage.location,
      fmt::format("the weight memory of '{}' has {} rows of {} lanes, of which a group uses {}; at "
                  "most {} lanes are built in all",
                  stage.name, with_commas(rows), params.lanes, group_channels,
                  with_commas(kMaxMemoryWeights)),
      "use fewer lanes");
}

/// The weights of this stage in the order of SpikingConvSpec, from those of a layer's file.
std::vector<std::int32_t> stage_weights(const SpikingConvSpec& params,
                                        const std::vector<std::int32_t>& file) {
  const std::int64_t kernel = std::int64_t{params.rows.kernel} * params.columns.kernel;
  const std::int64_t group_inputs = params.in_channels / params.groups;
  const std::int64_t group_channels = params.layer_channels / params.groups;
  std::vector<std::int32_t> weights;
  weights.reserve(static_cast<std::size_t>(params.channels * group_inputs * kernel));
  for (std::int64_t m = 0; m < params.channels; ++m) {
    const std::int64_t channel = params.first_channel + m;
    for (std::int64_t c = 0; c < group_inputs; ++c) {
      const std::int64_t input = channel / group_channels * group_inputs + c;
      const std::int64_t plane = params.transposed
                                     ? input * group_channels + channel % group_channels
                                     : channel * group_inputs + c;
      const auto first = file.begin() + plane * kernel;
      weights.insert(weights.end(), first, first + kernel);
    }
  }
  return weights;
}

/// Reads or makes the weights; runs when the whole specification is known to be legal.
void load_conv_weights(const Json& object, SpikingConvSpec& params, const std::string& stage,
                       ParseContext& context) {
  const std::int64_t group_inputs = params.in_channels / params.groups;
  const std::int64_t group_channels = params.layer_channels / params.groups;
  std::vector<std::int64_t> shape =
      params.transposed ? std::vector<std::int64_t>{params.in_channels, group_channels}
                        : std::vector<std::int64_t>{params.layer_channels, group_inputs};
  shape.push_back(params.rows.kernel);
  shape.push_back(params.columns.kernel);
  const auto file =
      load_layer_weights(schema::Reader(weights_fields(), object), std::move(shape),
                         params.transposed ? kTransposedAxes : kForwardAxes,
                         fmt::format("a convolution's file is {}, with 'transposed' {}",
                                     kForwardAxes, kTransposedAxes),
                         params, context);
  if (!file) return;
  params.weights = stage_weights(params, *file);
  context.hash.add(stage + ".weights", std::span<const std::int32_t>(params.weights));
}

void load_conv_bias(const Json& file, SpikingConvSpec& params, const std::string& stage,
                    ParseContext& context) {
  const auto bias =
      load_bias(file, params.layer_channels, "(channels,)", params.bias_bits, "bits", context);
  if (!bias) return;
  const auto first = bias->begin() + params.first_channel;
  params.bias.assign(first, first + params.channels);
  context.hash.add(stage + ".bias", std::span<const std::int64_t>(params.bias));
}

void hash_axis(const ConvAxis& axis, DesignHash& hash) {
  hash.add("inputs", axis.inputs);
  hash.add("outputs", axis.outputs);
  hash.add("kernel", axis.kernel);
  hash.add("stride", axis.stride);
  hash.add("dilation", axis.dilation);
  hash.add("padding_before", axis.padding_before);
  hash.add("padding_after", axis.padding_after);
}

void hash_geometry(const SpikingConvSpec& params, DesignHash& hash) {
  hash.add("transposed", params.transposed);
  hash_axis(params.rows, hash);
  hash_axis(params.columns, hash);
  hash.add("in_channels", params.in_channels);
  hash.add("channels", params.channels);
  hash.add("first_channel", params.first_channel);
  hash.add("layer_channels", params.layer_channels);
  hash.add("groups", params.groups);
  hash.add("lanes", params.lanes);
  hash.add("scan", static_cast<int>(params.scan));
  hash.add("keep_state", params.keep_state);
}

void parse(const Json& object, ParseContext& context, Stage& stage) {
  const schema::Reader reader(fields(), object);
  Diagnostics& diagnostics = context.diagnostics;
  const auto params = std::make_shared<SpikingConvSpec>();
  stage.params = params;
  params->transposed = reader.boolean("transposed");
  params->lanes = static_cast<int>(reader.integer("lanes"));
  params->scan = reader.word<ConvScan>("scan");
  params->keep_state = reader.boolean("keep_state");
  params->neuron = parse_neuron(*reader.find("neuron"), diagnostics, context.hash);
  stage.output.addresses = 0;  // until the shapes are known to fit
  if (!check_has_map(stage, diagnostics)) return;
  const bool axes_fit = parse_axes(reader, stage, *params, diagnostics);
  const bool channels_fit = parse_channels(reader, stage, *params, diagnostics);
  if (!axes_fit || !channels_fit) return;

  hash_geometry(*params, context.hash);
  const bool at_step = params->neuron.fire == Fire::Step;
  stage.output = StreamShape{.values = false,
                             .negative_events = params->neuron.negative_threshold.has_value(),
                             .ascending = at_step,
                             .late = at_step || stage.input.late};
  set_map(stage.output, params->rows.outputs, params->columns.outputs, params->channels);
  const std::string_view knob =
      "use fewer channels or a larger stride, or split the layer ('slice')";
  if (!check_addresses(stage, knob, diagnostics)) return;
  if (at_step) stage.output.step_events = stage.output.addresses * params->neuron.max_spikes;

  const Json& weights = *reader.find("weights");
  parse_layer_weights(schema::Reader(weights_fields(), weights), stage, weight_rows(*params),
                      *params, context);
  const std::int64_t group_inputs = params->in_channels / params->groups;
  count_weights(
      stage, params->layer_channels * group_inputs * params->rows.kernel * params->columns.kernel,
      fmt::format("{} x {} x {} x {}", with_commas(params->layer_channels),
                  with_commas(group_inputs), params->rows.kernel, params->columns.kernel),
      "use fewer channels, a smaller kernel or groups", context);
  check_weight_memory(*params, stage, diagnostics);
  parse_layer_state(schema::Reader(layer_state_schema(), reader.object("state")), stage,
                    state_rows(*params), state_row_bits(*params), *params, context);
  check_lanes(params->lanes, params->channels, "channels", reader.location("lanes"), diagnostics);

  const Json* bias_file = nullptr;
  if (const Json* bias = reader.find("bias"); bias != nullptr) {
    const schema::Reader bias_reader(bias_fields(), *bias);
    params->bias_bits = static_cast<int>(bias_reader.integer("bits"));
    bias_file = bias_reader.find("file");
    if (params->scan == ConvScan::Touched) {
      diagnostics.error("N1345", bias->location(),
                        fmt::format("the bias of '{}' moves every neuron in every time step, but "
                                    "'scan' is 'touched'",
                                    stage.name),
                        "set 'scan' to \"all\", or remove 'bias'");
    }
  }
  context.hash.add("bias_bits", params->bias_bits);
  context.deferred.push_back([=, &weights, name = stage.name,
                              negative_events = stage.input.negative_events](ParseContext& later) {
    const int errors_before = later.diagnostics.num_errors();
    load_conv_weights(weights, *params, name, later);
    if (bias_file != nullptr) load_conv_bias(*bias_file, *params, name, later);
    if (later.diagnostics.num_errors() != errors_before) return;
    check_reachable(*params, negative_events, weights.location(), later.diagnostics);
  });
}

/// How many outputs the inputs of one axis reach: all together, and the one with the most.
struct Reach {
  std::int64_t sum = 0;
  std::int64_t most = 0;
};

Reach reach_of(const ConvAxis& axis, bool transposed) {
  Reach reach;
  for (std::int64_t input = 0; input < axis.inputs; ++input) {
    std::int64_t count = 0;
    for (int tap = 0; tap < axis.kernel; ++tap) {
      const std::int64_t place =
          transposed ? input * axis.stride - axis.padding_before + tap * axis.dilation
                     : input + axis.padding_before - tap * axis.dilation;
      const int step = transposed ? 1 : axis.stride;
      if (place >= 0 && place % step == 0 && place / step < axis.outputs) ++count;
    }
    reach.sum += count;
    reach.most = std::max(reach.most, count);
  }
  return reach;
}

StageFigures figures(const Stage& stage) {
  const auto& params = params_of<SpikingConvSpec>(stage);
  const Reach rows = reach_of(params.rows, params.transposed);
  const Reach columns = reach_of(params.columns, params.transposed);
  std::int64_t most_channels = 0;
  for (std::int64_t group = 0; group < params.groups; ++group) {
    most_channels = std::max(most_channels, group_part(params, group).count);
  }
  const std::int64_t words = (params.channels + params.lanes - 1) / params.lanes;
  StageFigures result;
  add_memory(result, params.weight_storage,
             weight_rows(params) * params.lanes * params.weight_bits);
  add_memory(result, params.state_storage, state_rows(params) * state_row_bits(params));
  add_memory(result, Storage::Ram, words * params.lanes * params.bias_bits);
  // Each row's marks: alive, marked.
  add_memory(result, Storage::Ram, 2 * state_rows(params));
  // Each channel is in one group, whose inputs are as many as those of every other.
  result.synapses = rows.sum * columns.sum * (params.in_channels / params.groups) * params.channels;
  result.cycles_per_event = rows.most * columns.most * group_words(params);
  result.synaptic_operations_per_cycle = std::min<std::int64_t>(params.lanes, most_channels);
  return result;
}

}  // namespace

const KindSpec& spiking_conv_kind_spec() {
  static const KindSpec kind{
      .name = "spiking_conv",
      .summary = "event-driven two-dimensional convolution and its transpose",
      .schema = fields,
      .parse = parse,
      .takes_values = false,
      .decides = false,
      .figures = figures};
  return kind;
}

}  // namespace nacre
