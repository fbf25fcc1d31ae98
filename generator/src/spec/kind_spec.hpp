#pragma once
// What the specification layer knows of a kind.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nacre/spec.hpp"
#include "spec/json.hpp"
#include "spec/schema.hpp"

namespace nacre {

/// What one stage costs, from its parameters alone (`nacre check` prints it).
struct StageFigures {
  std::int64_t flipflop_bits = 0;  ///< of memories built from flip-flops
  std::int64_t ram_bits = 0;       ///< of memories inferred as RAM
  std::int64_t macro_bits = 0;     ///< of memories behind named macros
  std::int64_t synapses = 0;
  std::int64_t cycles_per_event = 0;               ///< cycles an input event (or value) occupies
  std::int64_t synaptic_operations_per_cycle = 0;  ///< peak
  double utilisation = 0;  ///< share of a tile's cells that hold weights, 0 ... 1; 0: no tiles
};

/// One kind: its schema, and how a checked JSON object becomes typed parameters.
struct KindSpec {
  std::string_view name;
  std::string_view summary;  ///< one line, for `nacre kinds`
  /// Fields beside name, kind, inputs.
  const schema::Object& (*schema)();
  /// Types and validates `stage` (its `input` shape is known), sets `stage.params` and
  /// `stage.output` (`addresses` 0: a fault leaves it unknown). `object` already passed the schema.
  /// Faults go to `context.diagnostics`.
  void (*parse)(const Json& object, struct ParseContext& context, Stage& stage);
  bool takes_values = false;  ///< input: a value stream, else an event stream
  bool takes_steps = false;   ///< of a kind that takes values: they may come with steps
  int min_inputs = 1;         ///< input streams of a stage; above 1 it joins them
  int max_inputs = 1;
  /// Of a kind that takes values; null: they come in frames.
  RequestShape (*requests)(const Stage& stage) = nullptr;
  bool decides = false;  ///< sends verdicts, so that an encoder's `stop_on` may name it
  StageFigures (*figures)(const Stage& stage) = nullptr;
};

/// A memory behind a macro that the specification names.
struct MacroUse {
  std::string macro;     ///< module name
  std::string memory;    ///< "classifier.weights", for messages
  std::string geometry;  ///< ports, rows and bits: equal for equal modules
  Location location;
};

/// What a kind's parser may use: where the spec lies, its messages, the hash to feed with every
/// parameter (defaults filled in) and with the contents of data files.
struct ParseContext {
  std::filesystem::path folder;  ///< of the specification; data files are relative to it
  Diagnostics& diagnostics;
  class DesignHash& hash;
  std::vector<MacroUse> macros{};
  /// Weights of the stages so far: their sum is limited before any is read.
  std::int64_t num_weights = 0;
  /// Work that reads files or fills tables: done in order, once every stage is known to be legal.
  std::vector<std::function<void(ParseContext&)>> deferred{};
};

/// All kinds, sorted by name.
const std::vector<const KindSpec*>& kind_specs();

/// The kind of this name, or null.
const KindSpec* find_kind_spec(std::string_view name);

}  // namespace nacre
