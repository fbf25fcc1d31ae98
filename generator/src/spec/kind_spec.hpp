#pragma once
// What the specification layer knows of a kind.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nacre/spec.hpp"
#include "spec/json.hpp"
#include "spec/schema.hpp"

namespace nacre {

/// One kind: its schema, and how a checked JSON object becomes typed parameters.
struct KindSpec {
  std::string_view name;
  std::string_view summary;  ///< one line, for `nacre kinds`
  /// Fields beside name, kind, inputs.
  const schema::Object& (*schema)();
  /// Types and validates `stage` (its `input` shape is known), sets `stage.params` and `stage.output`.
  /// `object` already passed the schema. Faults go to `context.diagnostics`.
  void (*parse)(const Json& object, struct ParseContext& context, Stage& stage);
};

/// What a kind's parser may use: where the spec lies, its messages, the hash to feed with data files.
struct ParseContext {
  std::filesystem::path folder;  ///< of the specification; data files are relative to it
  Diagnostics& diagnostics;
  class DesignHash& hash;
};

/// All kinds, sorted by name.
const std::vector<const KindSpec*>& kind_specs();

}  // namespace nacre
