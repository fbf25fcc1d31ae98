#include "spec/spiking_layer_parse.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "diagnostics/nearest.hpp"
#include "spec/design_hash.hpp"
#include "spec/names.hpp"
#include "spec/neuron_parse.hpp"

namespace nacre {
namespace {

constexpr std::int64_t kMaxFlipFlopBits = 65536;

schema::Field storage_field(std::string_view what) {
  return schema::word("storage", {"flipflop", "ram", "macro"})
      .fallback("\"ram\"")
      .doc(fmt::format("technology of the {} memory", what));
}

/// In the order of WeightCode.
const std::vector<std::string>& code_names() {
  static const std::vector<std::string> names = {"signed", "unsigned", "binary", "cells"};
  return names;
}

schema::Field macro_field() {
  return schema::text("macro", 63)
      .required()
      .doc("module name of the memory macro")
      .when("storage", {"macro"});
}

/// The values that a weight code holds.
Interval code_range(WeightCode code, int bits) {
  switch (code) {
    case WeightCode::Signed:
      return number_range(bits, true);
    case WeightCode::Unsigned:
      return number_range(bits, false);
    case WeightCode::Binary:
      return {-1, 1};
    case WeightCode::Cells:
      return {-(bits / 2), bits / 2};
  }
  return {};
}

const std::string& code_name(WeightCode code) {
  return code_names()[static_cast<std::size_t>(code)];
}

/// "needs 9 bits", or what else would hold weights of [low, high].
std::string fitting_code(WeightCode code, std::int64_t low, std::int64_t high) {
  int bits = 0;
  switch (code) {
    case WeightCode::Signed:
      bits = signed_width(low, high);
      break;
    case WeightCode::Unsigned:
      if (low < 0) return "a negative weight needs code 'signed' or 'cells'";
      bits = unsigned_width(high);
      break;
    case WeightCode::Binary:
      return "code 'binary' holds -1 and +1 only; use 'signed'";
    case WeightCode::Cells:
      bits = static_cast<int>(2 * std::min<std::int64_t>(std::max(-low, high), 1 << 20));
      break;
  }
  if (bits <= 16) return fmt::format("set 'bits' to {}", bits);
  return fmt::format("the weights need {} bits, at most 16 are built: scale them", bits);
}

/// A memory, and what messages call it.
struct MemoryChoice {
  std::string name;
  std::string ports;
  std::int64_t rows = 0;
  std::int64_t row_bits = 0;
};

/// Reads `storage` and `macro`, refuses what cannot be built.
Storage parse_storage(const schema::Reader& reader, const std::string& stage,
                      const MemoryChoice& choice, std::string& macro, ParseContext& context) {
  const auto storage = reader.word<Storage>("storage");
  const std::int64_t bits = choice.rows * choice.row_bits;
  if (storage == Storage::FlipFlop && bits > kMaxFlipFlopBits) {
    context.diagnostics.error(
        "N1003", reader.location("storage"),
        fmt::format(
            "the {} of '{}' are {} bits ({} rows of {}), at most {} are built from flip-flops",
            choice.name, stage, with_commas(bits), with_commas(choice.rows),
            with_commas(choice.row_bits), with_commas(kMaxFlipFlopBits)),
        "set 'storage' to 'ram' or 'macro'");
  }
  if (storage == Storage::Macro) {
    macro = reader.string("macro");
    if (check_name(macro, NameUse::Module, reader.location("macro"), context.diagnostics)) {
      context.macros.push_back(MacroUse{
          .macro = macro,
          .memory = fmt::format("{}.{}", stage, choice.name),
          .geometry =
              fmt::format("{}, {} rows of {} bits", choice.ports, choice.rows, choice.row_bits),
          .location = reader.location("macro")});
    }
  }
  context.hash.add(choice.name + "_storage", static_cast<int>(storage));
  context.hash.add(choice.name + "_macro", macro);
  return storage;
}

}  // namespace

schema::Object layer_weights_schema(std::string_view shape) {
  using namespace schema;
  Object table{.title = "weights",
               .fields = {word("code", code_names())
                              .fallback("\"signed\"")
                              .doc("how a weight is stored, see below"),
                          integer("bits", 1, 16)
                              .fallback("8")
                              .in("bits")
                              .doc("per weight; always 1 for code binary, 2k for code cells")},
               .exclusive = {weight_source_choice()},
               .derived = {}};
  for (Field& field : weight_source_fields(shape)) table.fields.push_back(std::move(field));
  table.fields.push_back(storage_field("weight"));
  table.fields.push_back(macro_field());
  return table;
}

const schema::Object& layer_state_schema() {
  static const schema::Object object{.title = "state",
                                     .fields = {storage_field("state"), macro_field()},
                                     .exclusive = {},
                                     .derived = {}};
  return object;
}

schema::Object layer_bias_schema(std::string_view axes) {
  using namespace schema;
  return {
      .title = "bias",
      .fields = {integer("bits", 2, 32).fallback("8").in("bits").doc("signed width of a bias"),
                 text("file").required().doc(fmt::format("`.npy` of shape {}, integers", axes))},
      .exclusive = {},
      .derived = {}};
}

void parse_layer_weights(const schema::Reader& reader, const Stage& stage, std::int64_t rows,
                         SpikingLayerSpec& params, ParseContext& context) {
  Diagnostics& diagnostics = context.diagnostics;
  params.weight_code = reader.word<WeightCode>("code");
  const bool is_binary = params.weight_code == WeightCode::Binary;
  params.weight_bits =
      is_binary && !reader.has("bits") ? 1 : static_cast<int>(reader.integer("bits"));
  if (is_binary && params.weight_bits != 1) {
    diagnostics.error("N0410", reader.location("bits"),
                      fmt::format("code 'binary' has 1 bit, not {}", params.weight_bits),
                      "remove 'bits'");
  }
  if (params.weight_code == WeightCode::Cells && params.weight_bits % 2 != 0) {
    diagnostics.error(
        "N0410", reader.location("bits"),
        fmt::format("code 'cells' has an even number of bits, not {}", params.weight_bits),
        fmt::format("{} is the nearest legal value", params.weight_bits + 1));
  }
  if (is_binary && reader.has("fill") && reader.string("fill") == "zero") {
    diagnostics.error("N0410", reader.location("fill"), "code 'binary' holds -1 and +1, but no 0",
                      "use fill 'min', 'max' or 'random'");
  }
  params.weight_storage =
      parse_storage(reader, stage.name,
                    MemoryChoice{.name = "weights",
                                 .ports = "one port",
                                 .rows = rows,
                                 .row_bits = std::int64_t{params.lanes} * params.weight_bits},
                    params.weight_macro, context);
  context.hash.add("weight_code", static_cast<int>(params.weight_code));
  context.hash.add("weight_bits", params.weight_bits);
}

void parse_layer_state(const schema::Reader& reader, const Stage& stage, std::int64_t rows,
                       std::int64_t row_bits, SpikingLayerSpec& params, ParseContext& context) {
  params.state_storage = parse_storage(reader, stage.name,
                                       MemoryChoice{.name = "state",
                                                    .ports = "one read and one write port",
                                                    .rows = rows,
                                                    .row_bits = row_bits},
                                       params.state_macro, context);
}

std::optional<std::vector<std::int32_t>> load_layer_weights(
    const schema::Reader& reader, std::vector<std::int64_t> shape, std::string_view axes,
    std::string_view shape_help, const SpikingLayerSpec& params, ParseContext& context) {
  const WeightCode code = params.weight_code;
  const int bits = params.weight_bits;
  const WeightsWanted wanted{.shape = std::move(shape),
                             .axes = std::string(axes),
                             .shape_help = std::string(shape_help),
                             .range = code_range(code, bits),
                             .has_zero = code != WeightCode::Binary,
                             .holder = fmt::format("code '{}' with {} bit{} holds", code_name(code),
                                                   bits, bits == 1 ? "" : "s"),
                             .remedy = [code](std::int64_t low, std::int64_t high) {
                               return fitting_code(code, low, high);
                             }};
  return load_weights(reader, wanted, context);
}

void check_reachable(const SpikingLayerSpec& params, bool negative_events, const Location& location,
                     Diagnostics& diagnostics) {
  const auto& weights = params.weights;
  const auto [low, high] = std::minmax_element(weights.begin(), weights.end());
  const std::int64_t largest = std::max<std::int64_t>(std::abs(std::int64_t{*low}), *high);
  if (*high > params.neuron.clamp_max || *low < params.neuron.clamp_min) {
    diagnostics.warning(
        "W0401", location,
        fmt::format("weight {} is beyond the membrane's {} ... {}: one event saturates it",
                    *high > params.neuron.clamp_max ? *high : *low, params.neuron.clamp_min,
                    params.neuron.clamp_max),
        fmt::format("a membrane of {} bits holds it", signed_width(-largest, largest)));
  }
  const bool rises = *high > 0 || (negative_events && *low < 0) ||
                     std::any_of(params.bias.begin(), params.bias.end(),
                                 [](std::int64_t bias) { return bias > 0; });
  if (!rises && !params.neuron.negative_threshold) {
    diagnostics.warning("W0402", location,
                        "no weight lifts a membrane, so the threshold is never reached",
                        "check the signs of the weights");
  }
}

void check_lanes(std::int64_t lanes, std::int64_t number, std::string_view items,
                 const Location& location, Diagnostics& diagnostics) {
  if (lanes == 1 || lanes / 2 < number) return;
  std::int64_t enough = 1;
  while (enough < number) enough *= 2;
  diagnostics.warning("W0403", location,
                      fmt::format("'lanes' is {}, but there are only {} {}", lanes, number, items),
                      fmt::format("{} lanes do the same", enough));
}

void add_memory(StageFigures& figures, Storage storage, std::int64_t bits) {
  switch (storage) {
    case Storage::FlipFlop:
      figures.flipflop_bits += bits;
      return;
    case Storage::Ram:
      figures.ram_bits += bits;
      return;
    case Storage::Macro:
      figures.macro_bits += bits;
      return;
  }
}

int neuron_state_bits(const NeuronSpec& neuron) {
  return neuron.membrane_bits + unsigned_width(neuron.refractory_steps);
}

}  // namespace nacre
