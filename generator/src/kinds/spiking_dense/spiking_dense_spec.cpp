#include "spiking_dense/spiking_dense_spec.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "diagnostics/nearest.hpp"
#include "spec/design_hash.hpp"
#include "spec/kind_spec.hpp"
#include "spec/names.hpp"
#include "spec/neuron_parse.hpp"
#include "spec/npy.hpp"

namespace nacre {
namespace {

constexpr std::int64_t kMaxWeights = std::int64_t{1} << 28;
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
  static const Object object{
      .title = "weights",
      .fields =
          {
              word("code", {"signed", "unsigned", "binary", "cells"})
                  .fallback("\"signed\"")
                  .doc("how a weight is stored, see below"),
              integer("bits", 1, 16)
                  .fallback("8")
                  .in("bits")
                  .doc("per weight; always 1 for code binary, 2k for code cells"),
              text("file").doc("`.npy` of shape (neurons, inputs), integers"),
              word("fill", {"zero", "min", "max", "random"})
                  .doc("weights without a file: all 0, all at one end of the code, or random"),
              integer("seed", 0, 4294967295)
                  .fallback("1")
                  .doc("of the random weights")
                  .when("fill", {"random"}),
              storage_field("weight"),
              macro_field(),
          },
      .exclusive = {Exclusive{.fields = {"file", "fill"}}},
      .derived = {}};
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
struct CodeRange {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

CodeRange code_range(WeightCode code, int bits) {
  switch (code) {
    case WeightCode::Signed:
      return {-(std::int64_t{1} << (bits - 1)), (std::int64_t{1} << (bits - 1)) - 1};
    case WeightCode::Unsigned:
      return {0, (std::int64_t{1} << bits) - 1};
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

/// splitmix64 (Steele, Lea, Flood 2014): output `index` of the stream that starts at `seed`.
std::uint64_t splitmix64(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

std::int32_t random_weight(WeightCode code, int bits, std::uint64_t seed, std::uint64_t index) {
  const std::uint64_t draw = splitmix64(seed, index);
  if (code == WeightCode::Binary) return (draw >> 63) != 0 ? 1 : -1;
  const CodeRange range = code_range(code, bits);
  const auto number = static_cast<std::uint64_t>(range.high - range.low + 1);
  // Upper half of a product: uniform over `number` values (number < 2^17, draw has 32 bits here).
  return static_cast<std::int32_t>(range.low +
                                   static_cast<std::int64_t>(((draw >> 32) * number) >> 32));
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
  const schema::Reader reader(weights_fields(), object);
  const WeightCode code = params->weight_code;
  const int bits = params->weight_bits;
  const CodeRange range = code_range(code, bits);
  const std::int64_t number = params->neurons * params->num_inputs;
  if (const Json* file = reader.find("file"); file != nullptr) {
    const std::int64_t shape[] = {params->neurons, params->num_inputs};
    auto array = read_npy(context.folder / file->string(), shape, "(neurons, inputs)", range.low,
                          range.high, file->location(), context.diagnostics);
    if (!array) return;
    if (code == WeightCode::Binary && array->first_outside < 0) {
      const auto zero = std::find(array->values.begin(), array->values.end(), 0);
      if (zero != array->values.end()) {
        array->first_outside = zero - array->values.begin();
        array->num_outside = std::count(array->values.begin(), array->values.end(), 0);
      }
    }
    if (array->first_outside >= 0) {
      const std::string holds = code == WeightCode::Binary
                                    ? std::string("-1 and +1")
                                    : fmt::format("{} ... {}", range.low, range.high);
      const std::string others =
          array->num_outside > 1
              ? fmt::format(" (and {} more)", with_commas(array->num_outside - 1))
              : "";
      context.diagnostics.error(
          "N0506", file->location(),
          fmt::format("weight [{}][{}] is {}{}, but code '{}' with {} bit{} holds {}",
                      array->first_outside / params->num_inputs,
                      array->first_outside % params->num_inputs, array->outside_value, others,
                      code_name(code), bits, bits == 1 ? "" : "s", holds),
          fitting_code(code, array->smallest, array->largest));
      return;
    }
    params->weights = std::move(array->values);
  } else {
    const std::string fill = reader.string("fill");
    const auto size = static_cast<std::size_t>(number);
    if (fill == "random") {
      const auto seed = static_cast<std::uint64_t>(reader.integer("seed"));
      params->weights.resize(size);
      for (std::size_t i = 0; i < size; ++i) {
        params->weights[i] = random_weight(code, bits, seed, i);
      }
    } else {
      const std::int64_t value = fill == "min" ? range.low : fill == "max" ? range.high : 0;
      params->weights.assign(size, static_cast<std::int32_t>(value));
    }
  }
  context.hash.add(stage + ".weights", std::span<const std::int32_t>(params->weights));
}

void load_bias(const Json& file, const std::shared_ptr<SpikingDenseSpec>& params,
               const std::string& stage, ParseContext& context) {
  const std::int64_t high = (std::int64_t{1} << (params->bias_bits - 1)) - 1;
  const std::int64_t low = -high - 1;
  const std::int64_t shape[] = {params->neurons};
  const auto array = read_npy(context.folder / file.string(), shape, "(neurons,)", low, high,
                              file.location(), context.diagnostics);
  if (!array) return;
  if (array->first_outside >= 0) {
    const int needed = signed_width(array->smallest, array->largest);
    context.diagnostics.error(
        "N0506", file.location(),
        fmt::format("bias [{}] is {}, but {} bits hold {} ... {}", array->first_outside,
                    array->outside_value, params->bias_bits, low, high),
        needed <= 32 ? fmt::format("set 'bits' to {}", needed)
                     : fmt::format("the biases need {} bits, at most 32 are built", needed));
    return;
  }
  params->bias.assign(array->values.begin(), array->values.end());
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
  context.num_weights += params->neurons * params->num_inputs;
  if (context.num_weights > kMaxWeights) {
    diagnostics.error(
        "N1002", stage.location,
        fmt::format("'{}' has {} x {} weights, with the stages before it {}; at most {} are built",
                    stage.name, with_commas(params->neurons), with_commas(params->num_inputs),
                    with_commas(context.num_weights), with_commas(kMaxWeights)),
        fmt::format("{} GiB of weights would be read; use fewer neurons or inputs",
                    with_commas(context.num_weights >> 28)));
  }
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
