#include "spec/feature_map.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "diagnostics/nearest.hpp"
#include "spec/spec_schema.hpp"

namespace nacre {
namespace {

constexpr std::int64_t kMaxPadding = 255;

int element(const Json& array, std::size_t index) {
  return static_cast<int>(array.array()[index].integer());
}

}  // namespace

schema::Field rows_columns_field(std::string name, std::int64_t minimum, std::int64_t maximum) {
  using namespace schema;
  return one_of(
      name, {integer(name, minimum, maximum), array(name, integer(name, minimum, maximum), 2, 2)});
}

RowsColumns read_rows_columns(const schema::Reader& reader, std::string_view name) {
  const Json* given = reader.find(name);
  if (given != nullptr && given->is_array()) {
    return {.rows = element(*given, 0), .columns = element(*given, 1)};
  }
  const int both = static_cast<int>(reader.integer(name));
  return {.rows = both, .columns = both};
}

schema::Field padding_field() {
  using namespace schema;
  const Field number = integer("padding", 0, kMaxPadding);
  return one_of("padding", {number, array("padding", number, 2, 4)})
      .fallback("0")
      .doc("of the map: one number, [rows, columns] or [top, bottom, left, right]");
}

std::optional<Padding> read_padding(const schema::Reader& reader, Diagnostics& diagnostics) {
  const Json* given = reader.find("padding");
  if (given == nullptr || !given->is_array()) {
    const int all = static_cast<int>(reader.integer("padding"));
    return Padding{.top = all, .bottom = all, .left = all, .right = all};
  }
  switch (given->array().size()) {
    case 2: {
      const int rows = element(*given, 0);
      const int columns = element(*given, 1);
      return Padding{.top = rows, .bottom = rows, .left = columns, .right = columns};
    }
    case 4:
      return Padding{.top = element(*given, 0),
                     .bottom = element(*given, 1),
                     .left = element(*given, 2),
                     .right = element(*given, 3)};
    default:
      diagnostics.error(
          "N1341", given->location(),
          fmt::format("'padding' has {} elements, must have 2 or 4", given->array().size()),
          "give [rows, columns] or [top, bottom, left, right]");
      return std::nullopt;
  }
}

std::string map_text(std::int64_t height, std::int64_t width, std::int64_t channels) {
  return fmt::format("{} x {} x {}", height, width, channels);
}

bool check_has_map(const Stage& stage, Diagnostics& diagnostics) {
  if (has_map(stage.input)) return true;
  const std::string& source = stage.inputs.front();
  diagnostics.error(
      "N1340", stage.location,
      fmt::format("{} '{}' takes a map (height, width, channels), but '{}' sends {} addresses "
                  "without one",
                  stage.kind, stage.name, source, with_commas(stage.input.addresses)),
      source == "input" ? "give the design's 'input' a 'map'"
                        : "take the stream from a stage in front of the one that gives the map up");
  return false;
}

void set_map(StreamShape& shape, std::int64_t height, std::int64_t width, std::int64_t channels) {
  shape.addresses = height * width * channels;
  shape.height = height;
  shape.width = width;
  shape.channels = channels;
}

bool check_addresses(Stage& stage, std::string_view knob, Diagnostics& diagnostics) {
  StreamShape& output = stage.output;
  if (output.addresses <= kMaxAddresses) return true;
  const std::string map =
      has_map(output) ? map_text(output.height, output.width, output.channels) + " = " : "";
  diagnostics.error(
      "N1001", stage.location,
      fmt::format("the output of '{}' has {}{} addresses, at most {} are built", stage.name, map,
                  with_commas(output.addresses), with_commas(kMaxAddresses)),
      std::string(knob));
  output.addresses = 0;
  return false;
}

std::int64_t bounded_step_events(std::int64_t events) {
  return std::min(events, std::int64_t{1} << 40);
}

}  // namespace nacre
