#include "spiking_dense/spiking_dense_spec.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "diagnostics/nearest.hpp"
#include "spec/design_hash.hpp"
#include "spec/kind_spec.hpp"
#include "spec/neuron_parse.hpp"
#include "spec/spiking_layer_parse.hpp"
#include "spec/weights.hpp"

namespace nacre {
namespace {

const schema::Object& weights_fields() {
  static const schema::Object object = layer_weights_schema("(neurons, inputs)");
  return object;
}

const schema::Object& bias_fields() {
  static const schema::Object object = layer_bias_schema("(neurons,)");
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
              schema::object("state", layer_state_schema()).doc("the memory of membranes"),
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

/// Reads or makes the weights; runs when the whole specification is known to be legal.
void load_weights(const Json& object, const std::shared_ptr<SpikingDenseSpec>& params,
                  const std::string& stage, ParseContext& context) {
  auto weights = load_layer_weights(schema::Reader(weights_fields(), object),
                                    {params->neurons, params->num_inputs}, "(neurons, inputs)", "",
                                    *params, context);
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
  const bool fires_late = params->neuron.fire == Fire::Step;
  stage.output =
      StreamShape{.values = false,
                  .addresses = params->neurons,
                  .negative_events = params->neuron.negative_threshold.has_value(),
                  .step_events = fires_late ? params->neurons * params->neuron.max_spikes : 0,
                  .ascending = fires_late,
                  .late = fires_late || stage.input.late};

  const Json& weights = *reader.find("weights");
  const std::int64_t words = (params->neurons + params->lanes - 1) / params->lanes;
  parse_layer_weights(schema::Reader(weights_fields(), weights), stage, params->num_inputs * words,
                      *params, context);
  count_weights(
      stage, params->neurons * params->num_inputs,
      fmt::format("{} x {}", with_commas(params->neurons), with_commas(params->num_inputs)),
      "use fewer neurons or inputs", context);
  parse_layer_state(schema::Reader(layer_state_schema(), reader.object("state")), stage, words,
                    std::int64_t{params->lanes} * neuron_state_bits(params->neuron), *params,
                    context);
  check_lanes(params->lanes, params->neurons, "neurons", reader.location("lanes"),
              context.diagnostics);
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
  add_memory(result, params.weight_storage,
             params.num_inputs * words * params.lanes * params.weight_bits);
  add_memory(result, params.state_storage, words * params.lanes * neuron_state_bits(params.neuron));
  add_memory(result, Storage::Ram, words * params.lanes * params.bias_bits);
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
