#include "spiking_dense/spiking_dense_spec.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "diagnostics/nearest.hpp"
#include "spec/design_hash.hpp"
#include "spec/kind_spec.hpp"
#include "spec/names.hpp"
#include "spec/neuron_parse.hpp"
#include "spec/weights.hpp"

namespace nacre {
namespace {

constexpr std::int64_t kMaxFlipFlopBits = 65536;

schema::Field storage_field(std::string_view what) {
  return schema::word("storage", {"flipflop", "ram", "macro"})
      .fallback("\"ram\"")
      .doc(fmt::format("technology of the {} memory", what));
}

schema::Field macro_field() {
  return schema::text("macro", 63)
      .required()
      .doc("module name of the memory macro")
      .when("storage", {"macro"});
}

const schema::Object& weights_fields() {
  using namespace schema;
  static const Object object = [] {
    Object table{.title = "weights",
                 .fields = {word("code", {"signed", "unsigned", "binary", "cells"})
                                .fallback("\"signed\"")
                                .doc("how a weight is stored, see below"),
                            integer("bits", 1, 16)
                                .fallback("8")
                                .in("bits")
                                .doc("per weight; always 1 for code binary, 2k for code cells")},
                 .exclusive = {weight_source_choice()},
                 .derived = {}};
    for (Field& field : weight_source_fields("(neurons, inputs)")) {
      table.fields.push_back(std::move(field));
    }
    table.fields.push_back(storage_field("weight"));
    table.fields.push_back(macro_field());
    return table;
  }();
  return object;
}

const schema::Object& state_fields() {
  static const schema::Object object{.title = "state",
                                     .fields = {storage_field("state"), macro_field()},
                                     .exclusive = {},
                                     .derived = {}};
  return object;
}

const schema::Object& bias_fields() {
  using namespace schema;
  static const Object object{
      .title = "bias",
      .fields = {integer("bits", 2, 32).fallback("8").in("bits").doc("signed width of a bias"),
                 text("file").required().doc("`.npy` of shape (neurons,), integers")},
      .exclusive = {},
      .derived = {}};
  return object;
}

const schema::Object& fields() {
  using namespace schema;
  static const Object object{
      .title = "a spiking_dense",
      .fields =
          {
              integer("neurons", 1, std::int64_t{1} << 20)
                  .required()
                  .doc("neurons of the layer")
                  .refused_above("split the layer: at most 1,048,576 neurons each"),
              integer("lanes", 1, 1024)
                  .fallback("1")
                  .doc("neurons updated per cycle: an event costs ceil(neurons / lanes) cycles")
                  .power_of_two()
                  .refused_above("use at most 1024 lanes"),
              schema::object("weights", weights_fields()).required().doc("the weight memory"),
              schema::object("state", state_fields()).doc("the memory of membranes"),
              schema::object("bias", bias_fields()).doc("added at the end of each time step"),
              boolean("keep_state").fallback("false").doc("membranes outlive the end of a sample"),
              schema::object("neuron", neuron_schema())
                  .required()
                  .doc("the neuron: keys in docs/specification.md, arithmetic in docs/neuron.md"),
          },
      .exclusive = {},
      .derived = {"num_inputs"}};
  return object;
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

std::string_view code_name(WeightCode code) {
  return weights_fields().find("code")->allowed_words[static_cast<std::size_t>(code)];
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

void check_reachable(const SpikingDenseSpec& params, bool negative_events, const Location& location,
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

/// Reads or makes the weights; runs when the whole specification is known to be legal.
void load_weights(const Json& object, const std::shared_ptr<SpikingDenseSpec>& params,
                  const std::string& stage, ParseContext& context) {
  const WeightCode code = params->weight_code;
  const int bits = params->weight_bits;
  const WeightsWanted wanted{.shape = {params->neurons, params->num_inputs},
                             .axes = "(neurons, inputs)",
                             .range = code_range(code, bits),
                             .has_zero = code != WeightCode::Binary,
                             .holder = fmt::format("code '{}' with {} bit{} holds", code_name(code),
                                                   bits, bits == 1 ? "" : "s"),
                             .remedy = [code](std::int64_t low, std::int64_t high) {
                               return fitting_code(code, low, high);
                             }};
  auto weights = nacre::load_weights(schema::Reader(weights_fields(), object), wanted, context);
  if (!weights) return;
  params->weights = std::move(*weights);
  context.hash.add(stage + ".weights", std::span<const std::int32_t>(params->weights));
}

void load_bias(const Json& file, const std::shared_ptr<SpikingDenseSpec>& params,
               const std::string& stage, ParseContext& context) {
  auto bias =
      nacre::load_bias(file, params->neurons, "(neurons,)", params->bias_bits, "bits", context);
  if (!bias) return;
  params->bias = std::move(*bias);
  context.hash.add(stage + ".bias", std::span<const std::int64_t>(params->bias));
}

/// One of the two memories whose technology is a choice.
struct MemoryChoice {
  std::string name;
  std::string ports;
  std::int64_t rows = 0;
  std::int64_t row_bits = 0;
};

/// Reads `storage` and `macro`, refuses what cannot be built.
Storage parse_storage(const schema::Reader& reader, const std::string& stage,
                      const MemoryChoice& memory, std::string& macro, ParseContext& context) {
  const auto storage = reader.word<Storage>("storage");
  const std::int64_t bits = memory.rows * memory.row_bits;
  if (storage == Storage::FlipFlop && bits > kMaxFlipFlopBits) {
    context.diagnostics.error(
        "N1003", reader.location("storage"),
        fmt::format(
            "the {} of '{}' are {} bits ({} rows of {}), at most {} are built from flip-flops",
            memory.name, stage, with_commas(bits), with_commas(memory.rows),
            with_commas(memory.row_bits), with_commas(kMaxFlipFlopBits)),
        "set 'storage' to 'ram' or 'macro'");
  }
  if (storage == Storage::Macro) {
    macro = reader.string("macro");
    if (check_name(macro, NameUse::Module, reader.location("macro"), context.diagnostics)) {
      context.macros.push_back(MacroUse{
          .macro = macro,
          .memory = fmt::format("{}.{}", stage, memory.name),
          .geometry =
              fmt::format("{}, {} rows of {} bits", memory.ports, memory.rows, memory.row_bits),
          .location = reader.location("macro")});
    }
  }
  context.hash.add(memory.name + "_storage", static_cast<int>(storage));
  context.hash.add(memory.name + "_macro", macro);
  return storage;
}

void parse_weights(const Json& object, const Stage& stage,
                   const std::shared_ptr<SpikingDenseSpec>& params, ParseContext& context) {
  const schema::Reader reader(weights_fields(), object);
  Diagnostics& diagnostics = context.diagnostics;
  params->weight_code = reader.word<WeightCode>("code");
  const bool is_binary = params->weight_code == WeightCode::Binary;
  params->weight_bits =
      is_binary && !reader.has("bits") ? 1 : static_cast<int>(reader.integer("bits"));
  if (is_binary && params->weight_bits != 1) {
    diagnostics.error("N0410", reader.location("bits"),
                      fmt::format("code 'binary' has 1 bit, not {}", params->weight_bits),
                      "remove 'bits'");
  }
  if (params->weight_code == WeightCode::Cells && params->weight_bits % 2 != 0) {
    diagnostics.error(
        "N0410", reader.location("bits"),
        fmt::format("code 'cells' has an even number of bits, not {}", params->weight_bits),
        fmt::format("{} is the nearest legal value", params->weight_bits + 1));
  }
  if (is_binary && reader.has("fill") && reader.string("fill") == "zero") {
    diagnostics.error("N0410", reader.location("fill"), "code 'binary' holds -1 and +1, but no 0",
                      "use fill 'min', 'max' or 'random'");
  }
  const std::int64_t words = (params->neurons + params->lanes - 1) / params->lanes;
  params->weight_storage =
      parse_storage(reader, stage.name,
                    MemoryChoice{.name = "weights",
                                 .ports = "one port",
                                 .rows = params->num_inputs * words,
                                 .row_bits = std::int64_t{params->lanes} * params->weight_bits},
                    params->weight_macro, context);
  context.hash.add("weight_code", static_cast<int>(params->weight_code));
  context.hash.add("weight_bits", params->weight_bits);
  count_weights(
      stage, params->neurons * params->num_inputs,
      fmt::format("{} x {}", with_commas(params->neurons), with_commas(params->num_inputs)),
      "use fewer neurons or inputs", context);
}

void parse(const Json& object, ParseContext& context, Stage& stage) {
  const schema::Reader reader(fields(), object);
  const auto params = std::make_shared<SpikingDenseSpec>();
  params->num_inputs = stage.input.addresses;
  params->neurons = reader.integer("neurons");
  params->lanes = static_cast<int>(reader.integer("lanes"));
  params->keep_state = reader.boolean("keep_state");
  stage.params = params;
  context.hash.add("neurons", params->neurons);
  context.hash.add("lanes", params->lanes);
  context.hash.add("keep_state", params->keep_state);
  params->neuron = parse_neuron(*reader.find("neuron"), context.diagnostics, context.hash);
  stage.output = StreamShape{.values = false,
                             .addresses = params->neurons,
                             .negative_events = params->neuron.negative_threshold.has_value()};

  const Json& weights = *reader.find("weights");
  parse_weights(weights, stage, params, context);
  static const Json kNoState = [] {
    Json empty;
    empty.value = Json::Object{};
    return empty;
  }();
  const Json* state = reader.find("state");
  const schema::Reader state_reader(state_fields(), state != nullptr ? *state : kNoState);
  const int field_bits =
      params->neuron.membrane_bits + unsigned_width(params->neuron.refractory_steps);
  params->state_storage =
      parse_storage(state_reader, stage.name,
                    MemoryChoice{.name = "state",
                                 .ports = "one read and one write port",
                                 .rows = (params->neurons + params->lanes - 1) / params->lanes,
                                 .row_bits = std::int64_t{params->lanes} * field_bits},
                    params->state_macro, context);

  if (params->lanes > 1 && params->lanes / 2 >= params->neurons) {
    std::int64_t enough = 1;
    while (enough < params->neurons) enough *= 2;
    context.diagnostics.warning(
        "W0403", reader.location("lanes"),
        fmt::format("'lanes' is {}, but there are only {} neurons", params->lanes, params->neurons),
        fmt::format("{} lanes do the same", enough));
  }
  const Json* bias_file = nullptr;
  if (const Json* bias = reader.find("bias"); bias != nullptr) {
    const schema::Reader bias_reader(bias_fields(), *bias);
    params->bias_bits = static_cast<int>(bias_reader.integer("bits"));
    bias_file = bias_reader.find("file");
  }
  context.hash.add("bias_bits", params->bias_bits);
  context.deferred.push_back([=, &weights, name = stage.name,
                              negative_events = stage.input.negative_events](ParseContext& later) {
    const int errors_before = later.diagnostics.num_errors();
    load_weights(weights, params, name, later);
    if (bias_file != nullptr) load_bias(*bias_file, params, name, later);
    if (later.diagnostics.num_errors() != errors_before) return;
    check_reachable(*params, negative_events, weights.location(), later.diagnostics);
  });
}

StageFigures figures(const Stage& stage) {
  const auto& params = params_of<SpikingDenseSpec>(stage);
  const std::int64_t words = (params.neurons + params.lanes - 1) / params.lanes;
  StageFigures result;
  const auto add = [&](Storage storage, std::int64_t bits) {
    switch (storage) {
      case Storage::FlipFlop:
        result.flipflop_bits += bits;
        break;
      case Storage::Ram:
        result.ram_bits += bits;
        break;
      case Storage::Macro:
        result.macro_bits += bits;
        break;
    }
  };
  const int field_bits =
      params.neuron.membrane_bits + unsigned_width(params.neuron.refractory_steps);
  add(params.weight_storage, params.num_inputs * words * params.lanes * params.weight_bits);
  add(params.state_storage, words * params.lanes * field_bits);
  add(Storage::Ram, words * params.lanes * params.bias_bits);
  result.synapses = params.neurons * params.num_inputs;
  result.cycles_per_event = words;
  result.synaptic_operations_per_cycle = std::min<std::int64_t>(params.lanes, params.neurons);
  return result;
}

}  // namespace

const KindSpec& spiking_dense_kind_spec() {
  static const KindSpec kind{.name = "spiking_dense",
                             .summary = "event-driven fully connected spiking layer",
                             .schema = fields,
                             .parse = parse,
                             .takes_values = false,
                             .decides = false,
                             .figures = figures};
  return kind;
}

}  // namespace nacre
