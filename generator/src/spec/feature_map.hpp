#pragma once
// Keys and faults of the kinds that work on feature maps (nacre/stream.hpp, StreamShape).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "spec/kind_spec.hpp"
#include "spec/schema.hpp"

namespace nacre {

/// One number for rows, one for columns.
struct RowsColumns {
  int rows = 1;
  int columns = 1;
};

/// Rows and columns of zeros around a map.
struct Padding {
  int top = 0;
  int bottom = 0;
  int left = 0;
  int right = 0;
};

/// A field that is one number for rows and columns, or [rows, columns].
schema::Field rows_columns_field(std::string name, std::int64_t minimum, std::int64_t maximum);
/// Such a field's value, given or by default.
RowsColumns read_rows_columns(const schema::Reader& reader, std::string_view name);

/// Field `padding`: one number, [rows, columns] or [top, bottom, left, right].
schema::Field padding_field();
/// Its value, given or 0; nothing after an error (N1341).
std::optional<Padding> read_padding(const schema::Reader& reader, Diagnostics& diagnostics);

/// "5 x 7 x 2": height, width, channels.
std::string map_text(std::int64_t height, std::int64_t width, std::int64_t channels);

/// False, and an error (N1340), when the stage's input has no map.
bool check_has_map(const Stage& stage, Diagnostics& diagnostics);

/// Gives an event stream this map.
void set_map(StreamShape& shape, std::int64_t height, std::int64_t width, std::int64_t channels);

/// Refuses an output of too many addresses (N1001), with `knob` as remedy: it is unknown then, and
/// the result false.
bool check_addresses(Stage& stage, std::string_view knob, Diagnostics& diagnostics);

/// A bound on the events of a time step, from one that may be too large to be of use: no buffer
/// holds as many, and sums and products of such bounds must not overflow.
std::int64_t bounded_step_events(std::int64_t events);

}  // namespace nacre
