#include "imc_crossbar/imc_crossbar_spec.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "diagnostics/nearest.hpp"
#include "spec/design_hash.hpp"
#include "spec/kind_spec.hpp"
#include "spec/neuron_parse.hpp"
#include "spec/npy.hpp"

namespace nacre {
namespace {

constexpr std::int64_t kLevelStep = 16;  ///< conductance of one level step
constexpr std::int64_t kMostAdcBits = 10;
constexpr std::int64_t kMostIndexBits = 28;  ///< of the index of a cell (docs/device_random.md)
constexpr int kLargestGain = 1023;
constexpr int kLargestCorrection = 127;  ///< and the smallest is one less than its negative

const schema::Object& adc_fields() {
  using namespace schema;
  static const Object object{
      .title = "adc",
      .fields = {word("kind", {"flash", "sar"})
                     .fallback("\"flash\"")
                     .doc("a conversion takes 1 cycle (flash) or one per bit (sar)"),
                 integer("bits", 1, kMostAdcBits).fallback("8").in("bits").doc("B, of a code"),
                 integer("shift", 0, 12)
                     .fallback("0")
                     .doc("adc_shift: one step of the converter is 2^shift level steps")},
      .exclusive = {},
      .derived = {}};
  return object;
}

const schema::Object& device_fields() {
  using namespace schema;
  static const Object object{
      .title = "devices",
      .fields =
          {
              integer("seed", 0, 4294967295)
                  .fallback("0")
                  .doc("which die: reset value of register `device_seed`"),
              array("levels", integer("conductance", 0, 511), 2, 16)
                  .doc("conductance of each of the 2^cell_bits levels, in 1/16 of a level step; "
                       "default 16 times the level"),
              one_of("spread", {integer("spread", 0, 1023),
                                array("spread", integer("deviation", 0, 1023), 2, 16)})
                  .fallback("0")
                  .in("1/256 level step")
                  .doc("standard deviation of the conductance over the cells: one number, or one "
                       "per level"),
              integer("stuck_low", 0, 65535)
                  .fallback("0")
                  .in("1/65536")
                  .doc("share of the cells that stay at the lowest level"),
              integer("stuck_high", 0, 65535)
                  .fallback("0")
                  .in("1/65536")
                  .doc("share of the cells that stay at the highest level"),
              integer("ir_drop", 0, 65535)
                  .fallback("0")
                  .in("1/65536")
                  .doc("part of the conductance lost per word line of a tile"),
              integer("read_noise", 0, 1023)
                  .fallback("0")
                  .in("1/256 level step")
                  .doc("standard deviation from conversion to conversion"),
              integer("adc_offset", 0, 1023)
                  .fallback("0")
                  .in("1/256 level step")
                  .doc("standard deviation of the offset over the columns"),
              integer("adc_inl", 0, 1023)
                  .fallback("0")
                  .in("1/256 converter step")
                  .doc("standard deviation, over the columns, of the deviation in the middle of "
                       "the converter's range"),
          },
      .exclusive = {},
      .derived = {}};
  return object;
}

const schema::Object& fields() {
  using namespace schema;
  static const Object object = [] {
    Object made{.title = "an imc_crossbar",
                .fields = tile_fields(),
                .exclusive = {},
                .derived = {"num_inputs", "input_bits"}};
    made.fields.insert(
        made.fields.end(),
        {integer("cell_bits", 1, 4).fallback("1").in("bits").doc("c: a cell holds 2^c levels"),
         integer("word_lines_per_read", 1, 4096)
             .in("word lines")
             .doc("W: driven at once; default all"),
         integer("columns_per_adc", 1, std::int64_t{1} << 24)
             .fallback("1")
             .in("columns")
             .doc("X: neighbouring physical columns that share a converter, one after the other"),
         schema::object("adc", adc_fields()).doc("the converters"),
         schema::object("devices", device_fields())
             .doc("how cells and converters differ from ideal ones"),
         text("calibration_file")
             .doc("`.npy` of shape (physical columns, 2): gain (0 ... 1023, 256 is 1) and "
                  "offset correction (-128 ... 127 codes)")});
    return made;
  }();
  return object;
}

const Json& empty_object() {
  static const Json kEmpty = [] {
    Json empty;
    empty.value = Json::Object{};
    return empty;
  }();
  return kEmpty;
}

/// The object at a key, or an empty one.
const Json& object_at(const schema::Reader& reader, std::string_view key) {
  const Json* found = reader.find(key);
  return found != nullptr ? *found : empty_object();
}

/// An array of one number per level; false after an error.
bool take_table(const Json& array, std::string_view key, const ImcCrossbarSpec& params,
                std::int64_t largest, std::vector<std::int32_t>& table, Diagnostics& diagnostics) {
  const auto wanted = static_cast<std::size_t>(params.num_levels());
  if (array.array().size() != wanted) {
    diagnostics.error("N1232", array.location(),
                      fmt::format("'{}' has {} element{}, must have {}: one per level of cells of "
                                  "{} bit{}",
                                  key, array.array().size(), array.array().size() == 1 ? "" : "s",
                                  wanted, params.cell_bits, params.cell_bits == 1 ? "" : "s"),
                      fmt::format("give {} numbers, or leave '{}' out", wanted, key));
    return false;
  }
  for (std::size_t level = 0; level < wanted; ++level) {
    const Json& element = array.array()[level];
    if (element.integer() > largest) {
      diagnostics.error(
          "N1233", element.location(),
          fmt::format("conductance of level {} is {}, must be 0 ... {}: it is stored in {} bits",
                      level, element.integer(), largest, params.conductance_bits()),
          fmt::format("{} is the ideal value", kLevelStep * static_cast<std::int64_t>(level)));
      return false;
    }
    table.push_back(static_cast<std::int32_t>(element.integer()));
  }
  return true;
}

bool parse_devices(const Json& object, ImcCrossbarSpec& params, ParseContext& context) {
  const schema::Reader reader(device_fields(), object);
  Diagnostics& diagnostics = context.diagnostics;
  DeviceSpec& devices = params.devices;
  bool legal = true;
  if (const Json* levels = reader.find("levels"); levels != nullptr) {
    const std::int64_t largest = (std::int64_t{1} << params.conductance_bits()) - 1;
    legal = take_table(*levels, "levels", params, largest, devices.levels, diagnostics);
  } else {
    for (std::int32_t l = 0; l < params.num_levels(); ++l) devices.levels.push_back(16 * l);
  }
  const Json* spread = reader.find("spread");
  if (spread != nullptr && spread->is_array()) {
    legal = take_table(*spread, "spread", params, 1023, devices.spread, diagnostics) && legal;
  } else {
    devices.spread.assign(static_cast<std::size_t>(params.num_levels()),
                          spread == nullptr ? 0 : static_cast<std::int32_t>(spread->integer()));
  }
  const auto number = [&reader](std::string_view key) {
    return static_cast<std::int32_t>(reader.integer(key));
  };
  devices.seed = static_cast<std::uint32_t>(reader.integer("seed"));
  devices.stuck_low = number("stuck_low");
  devices.stuck_high = number("stuck_high");
  devices.ir_drop = number("ir_drop");
  devices.read_noise = number("read_noise");
  devices.adc_offset = number("adc_offset");
  devices.adc_nonlinearity = number("adc_inl");
  if (devices.stuck_low + devices.stuck_high > 65536) {
    diagnostics.error(
        "N1234", reader.location("stuck_high"),
        fmt::format("'stuck_low' {} and 'stuck_high' {} are {} together, at most 65536 (all cells)",
                    devices.stuck_low, devices.stuck_high, devices.stuck_low + devices.stuck_high),
        fmt::format("at most {} for 'stuck_high'", 65536 - devices.stuck_low));
    legal = false;
  }
  context.hash.add("device_seed", std::int64_t{devices.seed});
  context.hash.add("levels", std::span<const std::int32_t>(devices.levels));
  context.hash.add("spread", std::span<const std::int32_t>(devices.spread));
  const std::int32_t others[] = {devices.stuck_low,  devices.stuck_high, devices.ir_drop,
                                 devices.read_noise, devices.adc_offset, devices.adc_nonlinearity};
  context.hash.add("devices", std::span<const std::int32_t>(others));
  return legal;
}

/// What the cells and the way they are read must obey; false after an error.
bool check_array(const schema::Reader& reader, const Stage& stage, const ImcCrossbarSpec& params,
                 Diagnostics& diagnostics) {
  const TileSpec& tile = params.tile;
  if (tile.input_signed && tile.digit_bits > 1) {
    diagnostics.error(
        "N1230", reader.location("input_bits_per_cycle"),
        fmt::format("'{}' sends signed values, but digits of {} bits drive a word line without a "
                    "sign",
                    stage.inputs.front(), tile.digit_bits),
        "set 'input_bits_per_cycle' to 1, or send unsigned values");
    return false;
  }
  if (params.magnitude_bits() == 0) {
    diagnostics.error(
        "N1231", reader.location("weights"),
        "signed weights of 1 bit have no magnitude to store in a cell (-1 is refused, "
        "only 0 is left)",
        "use 2 bits for -1, 0 and 1, or unsigned weights");
    return false;
  }
  bool legal = true;
  if (params.word_lines_per_read > tile.rows()) {
    const std::int64_t most = tile.rows();
    diagnostics.error(
        "N1236", reader.location("word_lines_per_read"),
        fmt::format("'word_lines_per_read' is {}, must be 1 ... {}: the array has {} word lines",
                    params.word_lines_per_read, most, tile.rows()),
        fmt::format("{} is the nearest legal value", most));
    legal = false;
  }
  if (params.columns_per_adc > params.physical_columns()) {
    diagnostics.error(
        "N1236", reader.location("columns_per_adc"),
        fmt::format("'columns_per_adc' is {}, must be 1 ... {}: the array has {} physical columns "
                    "({} outputs of {} cells of each of {} signs)",
                    params.columns_per_adc, params.physical_columns(), params.physical_columns(),
                    tile.columns(), params.slices(), params.polarities()),
        fmt::format("{} is the nearest legal value", params.physical_columns()));
    legal = false;
  }
  const std::int64_t cells = params.cell_index(tile.banks, 0, 0);
  if (cells > (std::int64_t{1} << kMostIndexBits)) {
    diagnostics.error(
        "N1235", stage.location,
        fmt::format("'{}' has {} cells ({} banks of {} word lines and {} columns), at most {} are "
                    "numbered",
                    stage.name, with_commas(cells), with_commas(tile.banks), tile.rows(),
                    params.physical_columns(), with_commas(std::int64_t{1} << kMostIndexBits)),
        "split the layer into several stages, or store more bits per cell");
    legal = false;
  }
  return legal;
}

/// All accumulators that converters and calibration memory can give, whatever is in them
/// (README.md, Accumulator). Biases included.
Interval converted_range(const ImcCrossbarSpec& params) {
  const TileSpec& tile = params.tile;
  const std::int64_t largest_code = (std::int64_t{1} << params.adc.bits) - 1;
  const Interval v = {.low = -kLargestCorrection,
                      .high = ((largest_code * kLargestGain + 128) >> 8) + kLargestCorrection + 1};
  std::int64_t cells = 0;  // weight of v in one plane
  for (int s = 0; s < params.slices(); ++s) {
    cells += std::int64_t{1} << (params.cell_bits * s + params.adc.shift);
  }
  cells *= params.word_line_groups() * tile.row_folds();
  const Interval plane =
      params.polarities() == 2
          ? Interval{.low = cells * (v.low - v.high), .high = cells * (v.high - v.low)}
          : Interval{.low = cells * v.low, .high = cells * v.high};
  Interval sum;
  const int planes = tile.planes(tile.input_bits);
  for (int d = 0; d < planes; ++d) {
    const std::int64_t weight = std::int64_t{1} << (tile.digit_bits * d);
    const bool negated = tile.input_signed && d == planes - 1;
    sum.low += weight * (negated ? -plane.high : plane.low);
    sum.high += weight * (negated ? -plane.low : plane.high);
  }
  if (tile.bias_bits > 0) {
    const Interval bias = number_range(tile.bias_bits, true);
    sum.low += bias.low;
    sum.high += bias.high;
  }
  return sum;
}

/// One warning per stage when a column sum can be larger than the converters' range.
void check_converter(const schema::Reader& reader, const ImcCrossbarSpec& params,
                     Diagnostics& diagnostics) {
  const int shift = 4 + params.adc.shift;
  const auto code_of = [shift](std::int64_t sum) {
    return (sum + (std::int64_t{1} << (shift - 1))) >> shift;
  };
  const std::int64_t needed = code_of(params.largest_column_sum());
  const std::int64_t held = (std::int64_t{1} << params.adc.bits) - 1;
  if (needed <= held) return;
  const int bits = unsigned_width(needed);
  std::string help;
  if (bits <= kMostAdcBits) {
    help = fmt::format("{} bits hold every sum", bits);
  } else {
    help = fmt::format(
        "every sum needs {} bits, at most {} are built: read fewer word lines at once, or set "
        "'shift' to {}",
        bits, kMostAdcBits, params.adc.shift + bits - kMostAdcBits);
  }
  diagnostics.warning(
      "W1230", reader.location("adc"),
      fmt::format("the converters clip: {} word lines can give code {}, {} bits hold 0 ... {}",
                  std::min(params.word_lines_per_read, params.tile.patch_inputs), needed,
                  params.adc.bits, held),
      help);
}

void load_calibration(const Json& file, const std::shared_ptr<ImcCrossbarSpec>& params,
                      const std::string& stage, ParseContext& context) {
  const std::int64_t shape[] = {params->physical_columns(), 2};
  const auto array =
      read_npy(context.folder / file.string(), shape, "(physical columns, 2)",
               -kLargestCorrection - 1, kLargestGain, file.location(), context.diagnostics);
  if (!array) return;
  const auto refuse = [&](std::int64_t column, std::int64_t which, std::int64_t value) {
    context.diagnostics.error("N1237", file.location(),
                              fmt::format("{} of physical column {} is {}, must be {}",
                                          which == 0 ? "gain" : "offset correction", column, value,
                                          which == 0 ? "0 ... 1023 (256 is 1)" : "-128 ... 127"));
  };
  if (array->first_outside >= 0) {
    refuse(array->first_outside / 2, array->first_outside % 2, array->outside_value);
    return;
  }
  for (std::int64_t q = 0; q < params->physical_columns(); ++q) {
    const std::int32_t gain = array->values[static_cast<std::size_t>(2 * q)];
    const std::int32_t correction = array->values[static_cast<std::size_t>(2 * q + 1)];
    if (gain < 0) return refuse(q, 0, gain);
    if (correction > kLargestCorrection) return refuse(q, 1, correction);
    params->calibration.push_back({.gain = gain, .offset_correction = correction});
  }
  context.hash.add(stage + ".calibration", std::span<const std::int32_t>(array->values));
}

void parse(const Json& object, ParseContext& context, Stage& stage) {
  const schema::Reader reader(fields(), object);
  const auto params = std::make_shared<ImcCrossbarSpec>();
  stage.params = params;
  // What the next stage sees when an error leaves no more.
  stage.output = StreamShape{.values = true, .payload_bits = 1, .steps = stage.input.steps};
  if (!parse_tile(reader, stage, params->tile, context)) return;
  const schema::Reader adc(adc_fields(), object_at(reader, "adc"));
  params->cell_bits = static_cast<int>(reader.integer("cell_bits"));
  params->word_lines_per_read = reader.has("word_lines_per_read")
                                    ? reader.integer("word_lines_per_read")
                                    : params->tile.rows();
  params->columns_per_adc = reader.integer("columns_per_adc");
  params->adc = {.kind = adc.word<AdcKind>("kind"),
                 .bits = static_cast<int>(adc.integer("bits")),
                 .shift = static_cast<int>(adc.integer("shift"))};
  context.hash.add("cell_bits", params->cell_bits);
  context.hash.add("word_lines_per_read", params->word_lines_per_read);
  context.hash.add("columns_per_adc", params->columns_per_adc);
  context.hash.add("adc_kind", static_cast<int>(params->adc.kind));
  context.hash.add("adc_bits", params->adc.bits);
  context.hash.add("adc_shift", params->adc.shift);
  if (!check_array(reader, stage, *params, context.diagnostics)) return;
  if (!parse_devices(object_at(reader, "devices"), *params, context)) return;
  check_converter(reader, *params, context.diagnostics);

  const std::int64_t largest_weight = (std::int64_t{1} << params->magnitude_bits()) - 1;
  finish_tile(
      reader, std::shared_ptr<TileSpec>(params, &params->tile), converted_range(*params),
      Interval{.low = params->tile.weight_signed ? -largest_weight : 0, .high = largest_weight},
      stage, context);
  if (const Json* file = reader.find("calibration_file"); file != nullptr) {
    context.deferred.push_back([=, name = stage.name](ParseContext& later) {
      load_calibration(*file, params, name, later);
    });
  }
}

StageFigures figures(const Stage& stage) {
  const auto& params = params_of<ImcCrossbarSpec>(stage);
  StageFigures result = tile_figures(params.tile);
  constexpr std::int64_t kConductanceBits = 16;
  constexpr std::int64_t kCalibrationBits = 18;
  result.ram_bits += params.cell_index(params.tile.banks, 0, 0) * kConductanceBits +
                     params.physical_columns() * kCalibrationBits;
  const std::int64_t conversion = params.adc.kind == AdcKind::Flash ? 1 : params.adc.bits;
  const std::int64_t plane = params.word_line_groups() * params.columns_per_adc * conversion;
  result.synaptic_operations_per_cycle = params.tile.rows() * params.tile.columns() /
                                         (plane * params.tile.planes(params.tile.input_bits));
  return result;
}

}  // namespace

const KindSpec& imc_crossbar_kind_spec() {
  static const KindSpec kind{
      .name = "imc_crossbar",
      .summary = "matrix times vector in a resistive crossbar with converters",
      .schema = fields,
      .parse = parse,
      .takes_values = true,
      .takes_steps = true,
      .decides = false,
      .figures = figures};
  return kind;
}

bool ImcCrossbarSpec::has_ideal_devices() const {
  for (std::size_t l = 0; l < devices.levels.size(); ++l) {
    if (devices.levels[l] != kLevelStep * static_cast<std::int64_t>(l)) return false;
  }
  return !devices.vary() && devices.ir_drop == 0;
}

bool DeviceSpec::vary() const {
  return stuck_low != 0 || stuck_high != 0 || read_noise != 0 || adc_offset != 0 ||
         adc_nonlinearity != 0 ||
         std::any_of(spread.begin(), spread.end(), [](std::int32_t sigma) { return sigma != 0; });
}

std::int64_t ImcCrossbarSpec::largest_column_sum() const {
  const std::int64_t level = *std::max_element(devices.levels.begin(), devices.levels.end());
  std::int64_t largest = 0;
  std::int64_t sum = 0;
  // Word lines without an input, at the end of a fold, are never driven.
  for (std::int64_t r = 0; r < std::min(tile.rows(), tile.patch_inputs); ++r) {
    if (r % word_lines_per_read == 0) sum = 0;
    const std::int64_t loss = std::min<std::int64_t>(65535, devices.ir_drop * (r % tile.tile_rows));
    sum += (level * (65536 - loss)) >> 16;
    largest = std::max(largest, sum);
  }
  return largest * ((std::int64_t{1} << tile.digit_bits) - 1);
}

bool ImcCrossbarSpec::is_lossless() const {
  const bool calibrated = std::any_of(
      calibration.begin(), calibration.end(),
      [](const CalibrationRow& row) { return row.gain != 256 || row.offset_correction != 0; });
  return has_ideal_devices() && !calibrated && adc.shift == 0 &&
         largest_column_sum() / kLevelStep < std::int64_t{1} << adc.bits;
}

}  // namespace nacre
