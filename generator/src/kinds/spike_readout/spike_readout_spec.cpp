#include "spike_readout/spike_readout_spec.hpp"

#include <fmt/core.h>

#include <memory>

#include "spec/design_hash.hpp"
#include "spec/kind_spec.hpp"
#include "spec/neuron_parse.hpp"

namespace nacre {
namespace {

const schema::Object& fields() {
  using namespace schema;
  static const Object object{
      .title = "a spike_readout",
      .fields =
          {
              word("rule", {"count", "first_to_k", "lead"})
                  .fallback("\"count\"")
                  .doc("decide at the end of the sample, at the first count of `target`, or at a "
                       "lead of "
                       "`target` over the runner-up"),
              integer("target", 1, 2147483647)
                  .required()
                  .in("spikes")
                  .doc("k or the lead; at most 2^(counter_bits-1) - 1 (register: this is its reset "
                       "value)")
                  .when("rule", {"first_to_k", "lead"}),
              integer("counter_bits", 2, 32)
                  .fallback("16")
                  .in("bits")
                  .doc("width of the signed, saturating counter of each class"),
              boolean("report_counts")
                  .fallback("false")
                  .doc("send every class's count at the end of a sample"),
          },
      .exclusive = {},
      .derived = {"classes"}};
  return object;
}

void parse(const Json& object, ParseContext& context, Stage& stage) {
  const schema::Reader reader(fields(), object);
  const auto params = std::make_shared<SpikeReadoutSpec>();
  params->classes = stage.input.addresses;
  params->rule = reader.word<DecisionRule>("rule");
  params->counter_bits = static_cast<int>(reader.integer("counter_bits"));
  params->target = params->rule == DecisionRule::Count ? 0 : reader.integer("target");
  params->report_counts = reader.boolean("report_counts");
  stage.params = params;
  stage.output = StreamShape{.values = true,
                             .addresses = params->classes,
                             .negative_events = false,
                             .payload_bits = params->counter_bits,
                             .payload_signed = true};
  const std::int64_t largest = (std::int64_t{1} << (params->counter_bits - 1)) - 1;
  if (params->target > largest) {
    const int needed = signed_width(0, params->target);
    context.diagnostics.error(
        "N0412", reader.location("target"),
        fmt::format("'target' is {}, but a counter of {} bits ends at {}; needs {} bits",
                    params->target, params->counter_bits, largest, needed),
        fmt::format("set 'counter_bits' to {}", needed));
  }
  if (params->rule == DecisionRule::Lead && params->classes < 2) {
    context.diagnostics.error("N0411", reader.location("rule"),
                              "rule 'lead' needs at least 2 classes, there is 1",
                              "use rule 'first_to_k'");
  }
  context.hash.add("rule", static_cast<int>(params->rule));
  context.hash.add("target", params->target);
  context.hash.add("counter_bits", params->counter_bits);
  context.hash.add("report_counts", params->report_counts);
}

StageFigures figures(const Stage& stage) {
  const auto& params = params_of<SpikeReadoutSpec>(stage);
  StageFigures result;
  result.ram_bits = params.classes * params.counter_bits;
  result.cycles_per_event = 1;
  return result;
}

}  // namespace

const KindSpec& spike_readout_kind_spec() {
  static const KindSpec kind{
      .name = "spike_readout",
      .summary = "counts spikes per class, decides, and ends the sample early",
      .schema = fields,
      .parse = parse,
      .takes_values = false,
      .decides = true,
      .figures = figures};
  return kind;
}

}  // namespace nacre
