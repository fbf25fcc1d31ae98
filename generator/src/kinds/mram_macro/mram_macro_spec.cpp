#include "mram_macro/mram_macro_spec.hpp"

#include <fmt/core.h>

#include <cmath>
#include <memory>
#include <optional>
#include <string>

#include "diagnostics/nearest.hpp"
#include "spec/design_hash.hpp"
#include "spec/kind_spec.hpp"
#include "spec/npy.hpp"
#include "spec/spec_change.hpp"

namespace nacre {
namespace {

constexpr int kAnswerBits = 32;  ///< payload of requests and answers
constexpr std::int64_t kLargestEnergyFj = (std::int64_t{1} << 20) - 1;

// ------------------------------------------------------------------------------------- Schema

const schema::Object& timing_fields() {
  using namespace schema;
  static const Object object{
      .title = "timing",
      .fields = {integer("precharge", 1, 16).fallback("1").in("cycles").doc("of a sense"),
                 integer("evaluate", 1, 16).fallback("1").in("cycles").doc("of a sense"),
                 integer("pulse", 1, 16).fallback("4").in("cycles").doc("of the first round"),
                 integer("recover", 1, 16).fallback("1").in("cycles").doc("after a pulse")},
      .exclusive = {},
      .derived = {}};
  return object;
}

const schema::Object& write_fields() {
  using namespace schema;
  static const Object object{
      .title = "write",
      .fields =
          {
              boolean("pre_read").fallback("false").doc("write only bits that differ"),
              boolean("verify").fallback("false").doc("sense after each round, try again"),
              boolean("self_terminate")
                  .fallback("false")
                  .doc("drive a device until it has switched, at most for the pulse"),
              integer("max_rounds", 1, 15)
                  .fallback("1")
                  .in("rounds")
                  .doc("at most; blind: as many"),
              integer("amplitude", 0, 3).fallback("0").doc("of the first round"),
              integer("amplitude_step", 0, 3).fallback("0").doc("more in each further round"),
              integer("pulse_step", 0, 15)
                  .fallback("0")
                  .in("cycles")
                  .doc("more in each further round"),
              integer("tolerated_bits", 0, 7)
                  .fallback("0")
                  .in("bits")
                  .doc("that may be wrong in a write that succeeded"),
          },
      .exclusive = {},
      .derived = {}};
  return object;
}

const schema::Object& forming_fields() {
  using namespace schema;
  static const Object object{
      .title = "forming",
      .fields = {integer("amplitude", 1, 3)
                     .fallback("3")
                     .doc("of a forming pulse; lower ones do nothing to a row that is not formed"),
                 integer("pulse", 1, 16).fallback("16").in("cycles").doc("of each round"),
                 integer("max_rounds", 1, 15).fallback("15").in("rounds").doc("at most")},
      .exclusive = {},
      .derived = {}};
  return object;
}

const schema::Object& device_fields() {
  using namespace schema;
  static const Object object = [] {
    Object made{.title = "devices",
                .fields = mtj_device_fields(MtjUse::ReadAndWrite),
                .exclusive = {},
                .derived = {}};
    made.fields.insert(
        made.fields.end(),
        {array("write_energy_fj", integer("energy", 0, kLargestEnergyFj), 4, 4)
             .in("fJ")
             .doc("of a driven device in a cycle, at each amplitude; default: from 'physics' or "
                  "'preset', else 0"),
         integer("sense_energy_fj", 0, kLargestEnergyFj)
             .fallback("0")
             .in("fJ")
             .doc("of a bit in a sense")});
    return made;
  }();
  return object;
}

const schema::Object& fields() {
  using namespace schema;
  static const Object object{
      .title = "an mram_macro",
      .fields =
          {
              integer("words", 1, 65536).required().doc("words of the memory"),
              integer("data_bits", 8, 64).fallback("32").in("bits").doc("k, of a word"),
              word("ecc", {"none", "secded", "dected"}).fallback("\"none\"").doc("code of a word"),
              word("sensing", {"reference", "differential", "self_reference"})
                  .fallback("\"reference\"")
                  .doc("against reference cells, two devices a bit, or a bit against itself"),
              integer("spares", 0, 16).fallback("0").in("rows").doc("spare rows"),
              boolean("journal").fallback("false").doc(
                  "three bits of each row mark a write that is under way"),
              schema::object("timing", timing_fields()).doc("of senses and pulses"),
              schema::object("write", write_fields()).doc("the write controller"),
              schema::object("forming", forming_fields())
                  .doc("resistive cells that are not formed at power-up: their first pulses; only "
                       "with 'sensing' 'reference', 'verify' and 'preset' 'rram' (or 'level' 0)"),
              integer("scrub_every", 0, (1 << 24) - 1)
                  .fallback("0")
                  .in("requests")
                  .doc("after which a word is scrubbed; 0: no scrubber"),
              text("data_file")
                  .doc("`.npy` of shape (words, bytes of a word), bytes 0 ... 255, byte 0 the low "
                       "bits: "
                       "the words at power-up; default all 0"),
              schema::object("devices", device_fields()).doc("the array, and what it costs"),
          },
      .exclusive = {},
      .derived = {}};
  return object;
}

const schema::Object& program_fields() {
  using namespace schema;
  static const Object object{
      .title = "a program",
      .fields = {schema::object("timing", timing_fields()), schema::object("write", write_fields()),
                 schema::object("devices", device_fields())},
      .exclusive = {},
      .derived = {}};
  return object;
}

// ------------------------------------------------------------------------------------ Devices

/// The energies that physics gives. False after an error.
bool take_physical_energy(const schema::Reader& reader, MramDevices& devices,
                          Diagnostics& diagnostics) {
  const auto energy = driven_energy_fj(*devices.physics);
  for (std::size_t direction = 0; direction < 2; ++direction) {
    for (std::size_t a = 0; a < kMtjAmplitudes; ++a) {
      const double femtojoules = std::round(energy[direction][a]);
      if (femtojoules > static_cast<double>(kLargestEnergyFj)) {
        diagnostics.error(
            "N1278", reader.location("physics"),
            fmt::format("a device that is driven at amplitude {} takes {:g} fJ in a cycle, at "
                        "most {} are counted",
                        a, femtojoules, with_commas(kLargestEnergyFj)),
            "use a lower amplitude or a shorter clock period");
        return false;
      }
      devices.write_energy_fj[direction][a] = static_cast<std::int32_t>(femtojoules);
    }
  }
  return true;
}

bool parse_devices(const Json& object, MramMacroSpec& params, Diagnostics& diagnostics) {
  const schema::Reader reader(device_fields(), object);
  MramDevices& devices = params.devices;
  devices.sense_energy_fj = static_cast<std::int32_t>(reader.integer("sense_energy_fj"));
  if (!parse_mtj_devices(reader, MtjUse::ReadAndWrite, params.timing.evaluate, devices,
                         diagnostics)) {
    return false;
  }
  if (devices.physics && !take_physical_energy(reader, devices, diagnostics)) return false;
  if (const Json* energy = reader.find("write_energy_fj"); energy != nullptr) {
    for (auto& direction : devices.write_energy_fj) {
      for (std::size_t a = 0; a < kMtjAmplitudes; ++a) {
        direction[a] = static_cast<std::int32_t>(energy->array()[a].integer());
      }
    }
  }
  return true;
}

void hash_devices(const MramDevices& devices, DesignHash& hash) {
  hash_mtj_devices(devices, hash);
  std::vector<std::int64_t> energies = {devices.sense_energy_fj};
  for (const auto& direction : devices.write_energy_fj) {
    energies.insert(energies.end(), direction.begin(), direction.end());
  }
  hash.add("energies", std::span<const std::int64_t>(energies));
}

// -------------------------------------------------------------------------------------- Parse

/// `timing` and `write`, of which `write` is the reader.
void take_controller(const schema::Reader& reader, const schema::Reader& write,
                     MramMacroSpec& params) {
  const schema::Reader timing(timing_fields(), reader.object("timing"));
  const auto number = [](const schema::Reader& from, std::string_view key) {
    return static_cast<int>(from.integer(key));
  };
  params.timing = {.precharge = number(timing, "precharge"),
                   .evaluate = number(timing, "evaluate"),
                   .pulse = number(timing, "pulse"),
                   .recover = number(timing, "recover")};
  params.write = {.pre_read = write.boolean("pre_read"),
                  .verify = write.boolean("verify"),
                  .self_terminate = write.boolean("self_terminate"),
                  .max_rounds = number(write, "max_rounds"),
                  .amplitude = number(write, "amplitude"),
                  .amplitude_step = number(write, "amplitude_step"),
                  .pulse_step = number(write, "pulse_step"),
                  .tolerated_bits = number(write, "tolerated_bits")};
}

void check_stream(const Stage& stage, const MramMacroSpec& params, Diagnostics& diagnostics) {
  const std::int64_t addresses = (params.lanes() + 1) * params.words;
  const StreamShape& input = stage.input;
  if (input.addresses == addresses && input.payload_bits == kAnswerBits && !input.payload_signed) {
    return;
  }
  diagnostics.error(
      "N1270", stage.location,
      fmt::format("mram_macro '{}' takes unsigned values of 32 bits with {} addresses ({} words, "
                  "{} of each), but '{}' sends {} values of {} bits with {} addresses",
                  stage.name, with_commas(addresses), with_commas(params.words),
                  params.lanes() == 1 ? "a lane and a read" : "two lanes and a read",
                  stage.inputs.front(), input.payload_signed ? "signed" : "unsigned",
                  input.payload_bits, with_commas(input.addresses)));
}

/// What the parts of the controller ask of each other.
void check_controller(const schema::Reader& reader, const schema::Reader& write,
                      const MramMacroSpec& params, Diagnostics& diagnostics) {
  if (params.sensing == MramSensing::SelfReference) {
    const auto refuse = [&](const schema::Reader& where, const char* key, bool is_set) {
      if (!is_set) return;
      diagnostics.error(
          "N1271", where.location(key),
          fmt::format("'{}' with 'sensing' 'self_reference': a sense destroys what is sensed", key),
          "remove it, or use 'reference' or 'differential'");
    };
    refuse(write, "verify", params.write.verify);
    refuse(write, "pre_read", params.write.pre_read);
    refuse(reader, "journal", params.journal);
  }
  if (!params.write.verify) {
    const auto refuse = [&](const schema::Reader& where, const char* key, bool is_set) {
      if (!is_set) return;
      diagnostics.error(
          "N1276", where.location(key),
          fmt::format("'{}' has no effect: without 'verify' a write cannot fail", key),
          "remove it, or set 'verify' to true");
    };
    refuse(write, "tolerated_bits", params.write.tolerated_bits > 0);
    refuse(reader, "spares", params.spares > 0);
    refuse(write, "max_rounds",
           params.write.max_rounds > 1 && params.sensing != MramSensing::SelfReference);
  }
  if (params.spares > params.words) {
    diagnostics.error("N1275", reader.location("spares"),
                      fmt::format("'spares' is {}, more than the {} word{} of the memory",
                                  params.spares, params.words, params.words == 1 ? "" : "s"),
                      fmt::format("{} is the nearest legal value", params.words));
  } else if (params.spares > 0 && params.write.verify && !params.journal) {
    diagnostics.warning("W1271", reader.location("spares"),
                        "spare rows without 'journal': when the map of spares is lost with the "
                        "power, a row that failed reads as if nothing were wrong",
                        "set 'journal' to true, or keep the registers `spare_n` elsewhere");
  }
}

/// Typed key `forming`, if it is there.
void take_forming(const schema::Reader& reader, MramMacroSpec& params) {
  if (!reader.has("forming")) return;
  const schema::Reader forming(forming_fields(), reader.object("forming"));
  params.forming = {.amplitude = static_cast<int>(forming.integer("amplitude")),
                    .pulse = static_cast<int>(forming.integer("pulse")),
                    .max_rounds = static_cast<int>(forming.integer("max_rounds"))};
}

/// What forming asks of devices, controller and data; the tables learn of it.
void check_forming(const schema::Reader& reader, MramMacroSpec& params, Diagnostics& diagnostics) {
  if (!params.forming) return;
  const auto& physics = params.devices.physics;
  if (params.devices.level > 0 && (!physics || physics->family != MtjFamily::Filament)) {
    diagnostics.error("N1298", reader.location("forming"),
                      "'forming' of devices that are not resistive: magnetic cells need none",
                      "remove it, or set 'preset' of 'devices' to 'rram'");
  }
  if (!params.write.verify || params.sensing != MramSensing::Reference) {
    diagnostics.error("N1310", reader.location("forming"),
                      "'forming' without 'verify' or with 'sensing' other than 'reference': nobody "
                      "would see which cells are formed",
                      "set 'verify' of 'write' to true and 'sensing' to 'reference'");
  }
  if (reader.has("data_file")) {
    diagnostics.error("N1311", reader.location("data_file"),
                      "'data_file' with 'forming': cells that are not formed hold no data",
                      "remove one of the two");
  }
  params.devices.tables.forming_amplitude = params.forming->amplitude;
}

void load_data(const Json& file, const std::shared_ptr<MramMacroSpec>& params,
               const std::string& stage, ParseContext& context) {
  const std::int64_t bytes = (params->data_bits + 7) / 8;
  const std::int64_t shape[] = {params->words, bytes};
  const auto array = read_npy(context.folder / file.string(), shape, "(words, bytes)", 0, 255,
                              file.location(), context.diagnostics);
  if (!array) return;
  const auto refuse = [&](std::int64_t index, std::int64_t value, std::int64_t largest) {
    context.diagnostics.error("N1274", file.location(),
                              fmt::format("byte {} of word {} is {}, must be 0 ... {}",
                                          index % bytes, index / bytes, value, largest),
                              fmt::format("words have {} bits", params->data_bits));
  };
  if (array->first_outside >= 0) return refuse(array->first_outside, array->outside_value, 255);
  const std::int64_t top = (std::int64_t{1} << (params->data_bits - 8 * (bytes - 1))) - 1;
  for (std::int64_t w = 0; w < params->words; ++w) {
    std::uint64_t word = 0;
    for (std::int64_t b = 0; b < bytes; ++b) {
      const std::int32_t value = array->values[static_cast<std::size_t>(w * bytes + b)];
      if (b == bytes - 1 && value > top) return refuse(w * bytes + b, value, top);
      word |= static_cast<std::uint64_t>(value) << (8 * b);
    }
    params->data.push_back(word);
  }
  context.hash.add(stage + ".data", std::span<const std::int32_t>(array->values));
}

void parse(const Json& object, ParseContext& context, Stage& stage) {
  const schema::Reader reader(fields(), object);
  const schema::Reader write(write_fields(), reader.object("write"));
  const auto params = std::make_shared<MramMacroSpec>();
  params->words = reader.integer("words");
  params->data_bits = static_cast<int>(reader.integer("data_bits"));
  params->ecc = reader.word<MramEcc>("ecc");
  params->sensing = reader.word<MramSensing>("sensing");
  params->spares = static_cast<int>(reader.integer("spares"));
  params->journal = reader.boolean("journal");
  take_controller(reader, write, *params);
  take_forming(reader, *params);
  params->scrub_every = reader.integer("scrub_every");
  stage.params = params;
  stage.output = StreamShape{.values = true,
                             .addresses = (params->lanes() + 1) * params->words,
                             .payload_bits = kAnswerBits,
                             .steps = stage.input.steps};

  check_stream(stage, *params, context.diagnostics);
  check_controller(reader, write, *params, context.diagnostics);
  if (!parse_devices(reader.object("devices"), *params, context.diagnostics)) return;
  check_forming(reader, *params, context.diagnostics);

  context.hash.add("words", params->words);
  context.hash.add("data_bits", params->data_bits);
  context.hash.add("ecc", static_cast<int>(params->ecc));
  context.hash.add("sensing", static_cast<int>(params->sensing));
  context.hash.add("spares", params->spares);
  context.hash.add("journal", params->journal);
  const MramTiming& t = params->timing;
  const MramWrite& w = params->write;
  const std::int32_t numbers[] = {t.precharge,      t.evaluate,   t.pulse,
                                  t.recover,        w.pre_read,   w.verify,
                                  w.self_terminate, w.max_rounds, w.amplitude,
                                  w.amplitude_step, w.pulse_step, w.tolerated_bits};
  context.hash.add("controller", std::span<const std::int32_t>(numbers));
  context.hash.add("scrub_every", params->scrub_every);
  if (const auto& f = params->forming) {
    const std::int32_t pulses[] = {f->amplitude, f->pulse, f->max_rounds};
    context.hash.add("forming", std::span<const std::int32_t>(pulses));
  }
  hash_devices(params->devices, context.hash);
  if (const Json* file = reader.find("data_file"); file != nullptr) {
    context.deferred.push_back(
        [=, name = stage.name](ParseContext& later) { load_data(*file, params, name, later); });
  }
}

RequestShape requests(const Stage& stage) {
  const auto& params = params_of<MramMacroSpec>(stage);
  return {.items = params.words, .lanes = params.lanes()};
}

StageFigures figures(const Stage& stage) {
  const auto& params = params_of<MramMacroSpec>(stage);
  StageFigures result;
  result.macro_bits = params.rows() * params.row_bits() * params.devices_per_bit();
  // A read: popped, sensed, judged, answered.
  result.cycles_per_event =
      params.timing.precharge + params.timing.evaluate + 3 + params.lanes() + 1;
  return result;
}

}  // namespace

std::optional<MramMacroSpec> read_mram_program(const std::filesystem::path& file,
                                               const std::optional<SpecChange>& change,
                                               Diagnostics& diagnostics) {
  const int errors_before = diagnostics.num_errors();
  auto document = read_json(file, diagnostics);
  if (document && change) {
    const ChangeTarget target{
        .name = "the program", .table = &program_fields(), .object = &document->root};
    const std::size_t keys = change->path.find('.') + 1;
    document = change_value(*document, {target}, std::string_view(change->path).substr(keys),
                            *change, diagnostics);
  }
  if (!document) return std::nullopt;
  const Json& root = document->root;
  if (!root.is_object()) {
    diagnostics.error("N0203", root.location(),
                      fmt::format("the program is {}, must be an object", root.type_name()));
    return std::nullopt;
  }
  if (!schema::validate(program_fields(), root, diagnostics)) return std::nullopt;
  const schema::Reader reader(program_fields(), root);
  const schema::Reader write(write_fields(), reader.object("write"));
  MramMacroSpec params;
  take_controller(reader, write, params);
  check_controller(reader, write, params, diagnostics);
  parse_devices(reader.object("devices"), params, diagnostics);
  if (diagnostics.num_errors() != errors_before) return std::nullopt;
  return params;
}

int MramMacroSpec::check_bits() const {
  int bits = 1;
  switch (ecc) {
    case MramEcc::None:
      return 0;
    case MramEcc::Secded:
      while ((1 << (bits - 1)) < data_bits + bits) ++bits;
      return bits;
    case MramEcc::Dected:
      while ((1 << bits) - 1 < data_bits + 2 * bits) ++bits;
      return 2 * bits + 1;
  }
  return 0;
}

const KindSpec& mram_macro_kind_spec() {
  static const KindSpec kind{
      .name = "mram_macro",
      .summary = "memory of magnetic or resistive cells: sequences, retries, code, scrubber",
      .schema = fields,
      .parse = parse,
      .takes_values = true,
      .takes_steps = true,
      .requests = requests,
      .decides = false,
      .figures = figures};
  return kind;
}

}  // namespace nacre
