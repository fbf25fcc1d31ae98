#include "rate_encoder/rate_encoder_spec.hpp"

#include <fmt/core.h>

#include <memory>

#include "diagnostics/nearest.hpp"
#include "spec/design_hash.hpp"
#include "spec/kind_spec.hpp"
#include "spec/npy.hpp"

namespace nacre {
namespace {

const schema::Object& fields() {
  using namespace schema;
  static const Object object{
      .title = "a rate_encoder",
      .fields =
          {
              integer("phase_bits", 1, 31)
                  .fallback("8")
                  .in("bits")
                  .doc("P: rates are multiples of 2^-P spikes per time step"),
              word("mode", {"phase_accumulator", "random"})
                  .fallback("\"phase_accumulator\"")
                  .doc("evenly spaced spikes, or Bernoulli spikes from one LFSR"),
              one_of("levels",
                     {word("levels", {"linear"}),
                      array("levels", integer("level", 0, std::int64_t{1} << 31), 1, 65536)})
                  .fallback("\"linear\"")
                  .doc("increment of each of the 2^bits intensities, 0 ... 2^P; linear: "
                       "x * 2^P / (2^bits - 1), half up"),
              integer("start_phase", 0, (std::int64_t{1} << 31) - 1)
                  .fallback("0")
                  .doc("phase of every input at the start of a sample, below 2^P"),
              text("start_phase_file").doc("`.npy` with one start phase per input"),
              integer("seed", 1, 4294967295)
                  .fallback("1")
                  .doc("state of the LFSR at the start of a sample (mode random)"),
              integer("time_steps", 1, 65535)
                  .required()
                  .in("time steps")
                  .doc("T, the longest sample")
                  .refused_above("use at most 65535 time steps per sample"),
              integer("lanes", 1, 1024)
                  .fallback("1")
                  .doc("inputs examined per cycle")
                  .power_of_two()
                  .refused_above("use at most 1024 lanes"),
              text("stop_on", 63).doc("stage whose verdict ends the sample early"),
          },
      .exclusive = {Exclusive{.fields = {"start_phase", "start_phase_file"},
                              .one_required = false}},
      .derived = {"num_inputs", "intensity_bits"}};
  return object;
}

/// x * 2^P / (2^B - 1), rounded half up.
std::vector<std::int64_t> linear_levels(int intensity_bits, int phase_bits) {
  const std::int64_t largest = (std::int64_t{1} << intensity_bits) - 1;
  std::vector<std::int64_t> levels;
  for (std::int64_t x = 0; x <= largest; ++x) {
    levels.push_back((2 * x * (std::int64_t{1} << phase_bits) + largest) / (2 * largest));
  }
  return levels;
}

void parse_levels(const schema::Reader& reader, RateEncoderSpec& params, Diagnostics& diagnostics) {
  const Json* given = reader.find("levels");
  if (given == nullptr || given->is_string()) {
    params.levels = linear_levels(params.intensity_bits, params.phase_bits);
    return;
  }
  const std::size_t wanted = std::size_t{1} << params.intensity_bits;
  if (given->array().size() != wanted) {
    diagnostics.error(
        "N0408", given->location(),
        fmt::format("'levels' has {} elements, must have {}: one per intensity of {} bits",
                    given->array().size(), wanted, params.intensity_bits),
        "\"linear\" makes a proportional table");
    return;
  }
  const std::int64_t one = std::int64_t{1} << params.phase_bits;
  for (const Json& level : given->array()) {
    if (level.integer() > one) {
      diagnostics.error("N0408", level.location(),
                        fmt::format("level {} is above {} (2^phase_bits), a spike in each step",
                                    level.integer(), one),
                        fmt::format("{} is the nearest legal value", one));
    }
    params.levels.push_back(level.integer());
  }
}

void parse_start_phase(const schema::Reader& reader, const Stage& stage,
                       const std::shared_ptr<RateEncoderSpec>& params, ParseContext& context) {
  const std::int64_t largest = (std::int64_t{1} << params->phase_bits) - 1;
  if (const Json* file = reader.find("start_phase_file"); file != nullptr) {
    context.deferred.push_back([=, name = stage.name](ParseContext& later) {
      const std::int64_t shape[] = {params->num_inputs};
      const auto array = read_npy(later.folder / file->string(), shape, "(inputs,)", 0, largest,
                                  file->location(), later.diagnostics);
      if (!array) return;
      if (array->first_outside >= 0) {
        later.diagnostics.error(
            "N0409", file->location(),
            fmt::format("start phase of input {} is {}, must be 0 ... {} (2^phase_bits - 1)",
                        array->first_outside, array->outside_value, largest));
        return;
      }
      params->start_phase.assign(array->values.begin(), array->values.end());
      later.hash.add(name + ".start_phase", std::span<const std::int64_t>(params->start_phase));
    });
    return;
  }
  const std::int64_t phase = reader.integer("start_phase");
  if (phase > largest) {
    context.diagnostics.error(
        "N0409", reader.location("start_phase"),
        fmt::format("'start_phase' is {}, must be 0 ... {} (2^phase_bits - 1)", phase, largest),
        fmt::format("{} is the nearest legal value", largest));
  }
  params->start_phase = {phase};
  context.hash.add("start_phase", phase);
}

void parse(const Json& object, ParseContext& context, Stage& stage) {
  const schema::Reader reader(fields(), object);
  const auto params = std::make_shared<RateEncoderSpec>();
  params->num_inputs = stage.input.addresses;
  params->intensity_bits = stage.input.payload_bits;
  params->phase_bits = static_cast<int>(reader.integer("phase_bits"));
  params->mode = reader.word<RateMode>("mode");
  params->seed = static_cast<std::uint32_t>(reader.integer("seed"));
  params->time_steps = reader.integer("time_steps");
  params->lanes = static_cast<int>(reader.integer("lanes"));
  if (reader.has("stop_on")) params->stop_on = reader.string("stop_on");
  stage.params = params;
  stage.output = StreamShape{.values = false,
                             .addresses = params->num_inputs,
                             .height = stage.input.height,
                             .width = stage.input.width,
                             .channels = stage.input.channels,
                             .step_events = params->num_inputs,
                             .ascending = true};

  if (stage.input.payload_signed || params->intensity_bits > 16) {
    context.diagnostics.error(
        "N0309", stage.location,
        fmt::format("rate_encoder '{}' takes unsigned values of 1 ... 16 bits, but "
                    "'{}' sends {} values of {} bits",
                    stage.name, stage.inputs.front(),
                    stage.input.payload_signed ? "signed" : "unsigned", params->intensity_bits));
    return;
  }
  context.hash.add("phase_bits", params->phase_bits);
  context.hash.add("mode", static_cast<int>(params->mode));
  context.hash.add("seed", std::int64_t{params->seed});
  context.hash.add("time_steps", params->time_steps);
  context.hash.add("lanes", params->lanes);
  context.hash.add("stop_on", params->stop_on);
  parse_levels(reader, *params, context.diagnostics);
  context.hash.add("levels", std::span<const std::int64_t>(params->levels));
  parse_start_phase(reader, stage, params, context);
  if (params->lanes > 1 && params->lanes / 2 >= params->num_inputs) {
    std::int64_t enough = 1;
    while (enough < params->num_inputs) enough *= 2;
    context.diagnostics.warning("W0403", reader.location("lanes"),
                                fmt::format("'lanes' is {}, but there are only {} inputs",
                                            params->lanes, params->num_inputs),
                                fmt::format("{} lanes do the same", enough));
  }
}

StageFigures figures(const Stage& stage) {
  const auto& params = params_of<RateEncoderSpec>(stage);
  const std::int64_t rows = (params.num_inputs + params.lanes - 1) / params.lanes;
  const bool has_phases = params.mode == RateMode::PhaseAccumulator;
  const int field_bits = params.phase_bits + 1 + (has_phases ? params.phase_bits : 0);
  StageFigures result;
  result.ram_bits = (std::int64_t{1} << params.intensity_bits) * (params.phase_bits + 1) +
                    rows * params.lanes * field_bits;
  if (has_phases && params.start_phase.size() > 1) {
    result.ram_bits += params.num_inputs * params.phase_bits;
  }
  result.cycles_per_event = 1;
  return result;
}

}  // namespace

const KindSpec& rate_encoder_kind_spec() {
  static const KindSpec kind{.name = "rate_encoder",
                             .summary = "intensity to spikes at a proportional rate",
                             .schema = fields,
                             .parse = parse,
                             .takes_values = true,
                             .decides = false,
                             .figures = figures};
  return kind;
}

}  // namespace nacre
