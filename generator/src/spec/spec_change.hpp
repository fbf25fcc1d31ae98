#pragma once
// Another value in a JSON text, at a place that tables of keys know.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nacre/spec.hpp"
#include "spec/json.hpp"
#include "spec/schema.hpp"

namespace nacre {

/// An object of the text that the rest of a path may be about.
struct ChangeTarget {
  std::string name;  ///< "stage 'hidden'", for messages
  const schema::Object* table = nullptr;
  const Json* object = nullptr;
};

/// The document with `change.value` at `keys` (the part of `change.path` behind the targets) in
/// each target whose table has them; keys that are not there are put in. A number stands for a list
/// of equal numbers where the table wants a list of one length.
/// Null after N1292 or N1294 (no target has the keys) or an error of parse_json.
std::unique_ptr<JsonDocument> change_value(const JsonDocument& document,
                                           const std::vector<ChangeTarget>& targets,
                                           std::string_view keys, const SpecChange& change,
                                           Diagnostics& diagnostics);

/// The specification in `document` with a change whose path begins with "stages.". Null after
/// N1292, N1294 or an error of parse_json.
std::unique_ptr<JsonDocument> change_specification(const JsonDocument& document,
                                                   const SpecChange& change,
                                                   Diagnostics& diagnostics);

}  // namespace nacre
