#include "value_readout/value_readout_spec.hpp"

#include <memory>

#include "spec/design_hash.hpp"
#include "spec/kind_spec.hpp"

namespace nacre {
namespace {

const schema::Object& fields() {
  using namespace schema;
  static const Object object{
      .title = "a value_readout",
      .fields = {boolean("report_values")
                     .fallback("false")
                     .doc("pass each value on as it comes, before the decision")},
      .exclusive = {},
      .derived = {"classes"}};
  return object;
}

void parse(const Json& object, ParseContext& context, Stage& stage) {
  const schema::Reader reader(fields(), object);
  const auto params = std::make_shared<ValueReadoutSpec>();
  params->classes = stage.input.addresses;
  params->steps = stage.input.steps;
  params->report_values = reader.boolean("report_values");
  stage.params = params;
  stage.output = params->report_values ? stage.input
                                       : StreamShape{.values = false, .addresses = params->classes};
  context.hash.add("report_values", params->report_values);
}

StageFigures figures(const Stage&) {
  StageFigures result;
  result.cycles_per_event = 1;
  return result;
}

}  // namespace

const KindSpec& value_readout_kind_spec() {
  static const KindSpec kind{.name = "value_readout",
                             .summary = "the class of the largest value of each frame",
                             .schema = fields,
                             .parse = parse,
                             .takes_values = true,
                             .takes_steps = true,
                             .decides = false,
                             .figures = figures};
  return kind;
}

}  // namespace nacre
