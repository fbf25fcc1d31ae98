#include "event_map/event_map_spec.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>

#include "spec/design_hash.hpp"
#include "spec/feature_map.hpp"
#include "spec/kind_spec.hpp"

namespace nacre {
namespace {

const schema::Object& fields() {
  using namespace schema;
  static const Object object{
      .title = "an event_map",
      .fields =
          {
              word("operation", {"sum_pool", "or_pool", "upsample", "flatten"})
                  .required()
                  .doc("what becomes of an event"),
              rows_columns_field("kernel", 1, 255)
                  .required()
                  .doc("Kh, Kw of a window: one number or [rows, columns]")
                  .when("operation", {"sum_pool", "or_pool"}),
              rows_columns_field("stride", 1, 255)
                  .doc("sy, sx: one number or [rows, columns]; default: the kernel")
                  .when("operation", {"sum_pool", "or_pool"}),
              padding_field().when("operation", {"sum_pool", "or_pool"}),
              rows_columns_field("factor", 1, 255)
                  .required()
                  .doc("fy, fx: one number or [rows, columns]")
                  .when("operation", {"upsample"}),
              word("order", {"hwc", "chw"})
                  .fallback("\"hwc\"")
                  .doc("of the addresses: hwc keeps them, chw is the order of PyTorch's flatten")
                  .when("operation", {"flatten"}),
          },
      .exclusive = {},
      .derived = {"height", "width", "channels"}};
  return object;
}

/// Reads the windows of a pool; false after an error (N1341, N1342, N1346).
bool parse_pool(const schema::Reader& reader, const Stage& stage, EventMapSpec& params,
                Diagnostics& diagnostics) {
  const std::optional<Padding> padding = read_padding(reader, diagnostics);
  if (!padding) return false;
  const RowsColumns kernel = read_rows_columns(reader, "kernel");
  const RowsColumns stride = reader.has("stride") ? read_rows_columns(reader, "stride") : kernel;
  params.rows.kernel = kernel.rows;
  params.rows.stride = stride.rows;
  params.rows.padding_before = padding->top;
  params.rows.padding_after = padding->bottom;
  params.columns.kernel = kernel.columns;
  params.columns.stride = stride.columns;
  params.columns.padding_before = padding->left;
  params.columns.padding_after = padding->right;
  const auto fits = [&](MapAxis& axis, std::string_view lines) {
    const int padding_most = std::max(axis.padding_before, axis.padding_after);
    if (padding_most >= axis.kernel) {
      diagnostics.error(
          "N1346", reader.location("padding"),
          fmt::format("the padding of '{}' has {} {}, as many as a window ({}) or more: a window "
                      "could lie outside the map",
                      stage.name, padding_most, lines, axis.kernel),
          fmt::format("{} is the nearest legal value", axis.kernel - 1));
      return false;
    }
    const std::int64_t room = axis.inputs + axis.padding_before + axis.padding_after - axis.kernel;
    if (room < 0) {
      diagnostics.error(
          "N1342", reader.location("kernel"),
          fmt::format("the output of '{}' would have no {}: the input is {}, with a padding of {} "
                      "in all, but a window has {}",
                      stage.name, lines,
                      map_text(stage.input.height, stage.input.width, stage.input.channels),
                      axis.padding_before + axis.padding_after, axis.kernel),
          fmt::format("a padding of {} in all fits, or a kernel of at most {}",
                      axis.kernel - axis.inputs, axis.kernel + room));
      return false;
    }
    axis.outputs = room / axis.stride + 1;
    return true;
  };
  const bool rows_fit = fits(params.rows, "rows");
  const bool columns_fit = fits(params.columns, "columns");
  return rows_fit && columns_fit;
}

/// The most outputs that one place of the axis is sent to.
std::int64_t most_outputs(const MapAxis& axis, MapOperation operation) {
  if (operation == MapOperation::Upsample) return axis.factor;
  if (operation == MapOperation::Flatten) return 1;
  std::int64_t most = 0;
  for (std::int64_t input = 0; input < axis.inputs; ++input) {
    const std::int64_t place = input + axis.padding_before;
    const std::int64_t last = std::min(place / axis.stride, axis.outputs - 1);
    const std::int64_t first = place < axis.kernel ? 0 : (place - axis.kernel) / axis.stride + 1;
    most = std::max(most, last - first + 1);
  }
  return most;
}

std::int64_t most_outputs(const EventMapSpec& params) {
  return most_outputs(params.rows, params.operation) *
         most_outputs(params.columns, params.operation);
}

/// Addresses and polarities that an OR pool tells apart.
std::int64_t num_flags(const StreamShape& output) {
  return output.addresses * (output.negative_events ? 2 : 1);
}

/// Whether the output's addresses rise as the input's do: each address has at most one, and none
/// falls behind that of a lower one.
bool keeps_order(const EventMapSpec& params) {
  switch (params.operation) {
    case MapOperation::SumPool:
    case MapOperation::OrPool:
      return params.rows.kernel == 1 && params.columns.kernel == 1;
    case MapOperation::Upsample:
      return params.rows.factor == 1 && params.columns.factor == 1;
    case MapOperation::Flatten:
      return params.order == FlattenOrder::Hwc || params.channels == 1 ||
             params.rows.inputs * params.columns.inputs == 1;
  }
  return false;
}

void set_output(const EventMapSpec& params, Stage& stage) {
  const StreamShape& input = stage.input;
  StreamShape& output = stage.output;
  output = StreamShape{.values = false,
                       .addresses = input.addresses,
                       .negative_events = input.negative_events,
                       .ascending = input.ascending && keeps_order(params),
                       .late = input.late};
  if (params.operation != MapOperation::Flatten) {
    set_map(output, params.rows.outputs, params.columns.outputs, params.channels);
  }
  output.step_events = bounded_step_events(input.step_events * most_outputs(params));
  if (params.operation == MapOperation::OrPool) {
    const std::int64_t most = num_flags(output);
    output.step_events = output.step_events == 0 ? most : std::min(output.step_events, most);
  }
}

void hash_axis(const MapAxis& axis, DesignHash& hash) {
  hash.add("inputs", axis.inputs);
  hash.add("outputs", axis.outputs);
  hash.add("kernel", axis.kernel);
  hash.add("stride", axis.stride);
  hash.add("padding_before", axis.padding_before);
  hash.add("padding_after", axis.padding_after);
  hash.add("factor", axis.factor);
}

void parse(const Json& object, ParseContext& context, Stage& stage) {
  const schema::Reader reader(fields(), object);
  const auto params = std::make_shared<EventMapSpec>();
  stage.params = params;
  stage.output.addresses = 0;  // until the shapes are known to fit
  if (!check_has_map(stage, context.diagnostics)) return;
  params->operation = reader.word<MapOperation>("operation");
  params->channels = stage.input.channels;
  params->rows.inputs = params->rows.outputs = stage.input.height;
  params->columns.inputs = params->columns.outputs = stage.input.width;
  switch (params->operation) {
    case MapOperation::SumPool:
    case MapOperation::OrPool:
      if (!parse_pool(reader, stage, *params, context.diagnostics)) return;
      break;
    case MapOperation::Upsample: {
      const RowsColumns factor = read_rows_columns(reader, "factor");
      params->rows.factor = factor.rows;
      params->columns.factor = factor.columns;
      params->rows.outputs *= factor.rows;
      params->columns.outputs *= factor.columns;
      break;
    }
    case MapOperation::Flatten:
      params->order = reader.word<FlattenOrder>("order");
      break;
  }
  set_output(*params, stage);
  if (!check_addresses(stage, "use a smaller factor, or fewer channels", context.diagnostics))
    return;
  context.hash.add("operation", static_cast<int>(params->operation));
  context.hash.add("order", static_cast<int>(params->order));
  context.hash.add("channels", params->channels);
  hash_axis(params->rows, context.hash);
  hash_axis(params->columns, context.hash);
}

StageFigures figures(const Stage& stage) {
  const auto& params = params_of<EventMapSpec>(stage);
  StageFigures result;
  if (params.operation == MapOperation::OrPool) result.ram_bits = num_flags(stage.output);
  result.cycles_per_event = most_outputs(params);
  return result;
}

}  // namespace

const KindSpec& event_map_kind_spec() {
  static const KindSpec kind{.name = "event_map",
                             .summary = "pooling, upsampling and flattening of events",
                             .schema = fields,
                             .parse = parse,
                             .takes_values = false,
                             .decides = false,
                             .figures = figures};
  return kind;
}

}  // namespace nacre
