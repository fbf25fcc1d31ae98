// Arrays of docs/mtj_array.md in a specification: from keys to tables.

#include "spec/mtj_devices.hpp"

#include <fmt/core.h>

#include <cmath>
#include <limits>
#include <span>
#include <string>

#include "spec/design_hash.hpp"
#include "spec/json.hpp"

namespace nacre {
namespace {

/// A table's error above which a probability is not what was asked for.
constexpr double kCoarseTable = 0.1;

// ------------------------------------------------------------------------------------- Schema

/// A physical parameter that is one number. The legal values depend on the family: mtj_findings.
struct PhysicsField {
  const char* name;
  double MtjPhysics::*member;
  const char* unit;
  const char* doc;
};
constexpr PhysicsField kPhysicsFields[] = {
    {"temperature_k", &MtjPhysics::temperature_k, "K", "of the junction"},
    {"diameter_nm", &MtjPhysics::diameter_nm, "nm", "of the junction"},
    {"ra_ohm_um2", &MtjPhysics::ra_ohm_um2, "ohm um^2", "resistance-area product in state 0"},
    {"tmr", &MtjPhysics::tmr, "", "(R1 - R0) / R0"},
    {"sigma_resistance", &MtjPhysics::sigma_resistance, "nat", "spread of the resistance"},
    {"sigma_tmr", &MtjPhysics::sigma_tmr, "nat", "spread of the TMR"},
    {"access_ohm", &MtjPhysics::access_ohm, "ohm", "access transistor"},
    {"sigma_access", &MtjPhysics::sigma_access, "", "its spread"},
    {"sense_offset", &MtjPhysics::sense_offset, "", "spread of the sense amplifiers"},
    {"reference_sigma", &MtjPhysics::reference_sigma, "", "spread of the reference cells"},
    {"read_noise", &MtjPhysics::read_noise, "", "spread over reads"},
    {"metastable_zone", &MtjPhysics::metastable_zone, "", "that a sense amplifier cannot resolve"},
    {"read_amplitude", &MtjPhysics::read_amplitude, "uA or V", "of a read"},
    {"read_ns", &MtjPhysics::read_ns, "ns", "of a read; default: 'evaluate' clock periods"},
    {"delta", &MtjPhysics::delta, "", "thermal stability"},
    {"damping", &MtjPhysics::damping, "", "Gilbert damping"},
    {"efficiency", &MtjPhysics::efficiency, "", "of the spin torque"},
    {"anisotropy_tesla", &MtjPhysics::anisotropy_tesla, "T", "anisotropy field"},
    {"clock_ns", &MtjPhysics::clock_ns, "ns", "clock period"},
    {"retention_unit_s", &MtjPhysics::retention_unit_s, "s", "unit of register `time`"},
};

schema::Object make_physics_fields(MtjUse use) {
  using namespace schema;
  constexpr double kMost = 1e15;
  Object made{.title = "physics", .fields = {}, .exclusive = {}, .derived = {}};
  for (const PhysicsField& field : kPhysicsFields) {
    made.fields.push_back(number(field.name, 0, kMost).in(field.unit).doc(field.doc));
  }
  made.fields.insert(made.fields.end(),
                     {number("low_resistance_ohm", 0, kMost)
                          .in("ohm")
                          .doc("in state 0, in place of diameter and resistance-area product"),
                      number("tau_d_ns", 0, kMost).in("ns").doc("time constant of the precession"),
                      array("critical", number("critical", 0, kMost), 2, 2)
                          .in("uA or V")
                          .doc("critical current or voltage, towards state 0 and 1")});
  if (use == MtjUse::Read) return made;
  made.fields.insert(made.fields.end(),
                     {one_of("amplitude", {array("amplitude", number("amplitude", 0, kMost), 4, 4)})
                          .in("uA or V")
                          .doc("of the four amplitudes of a pulse, either direction"),
                      array("amplitude_to_1", number("amplitude_to_1", 0, kMost), 4, 4)
                          .in("uA or V")
                          .doc("likewise, towards state 1 alone")});
  return made;
}

const schema::Object& physics_fields(MtjUse use) {
  static const schema::Object kOfReads = make_physics_fields(MtjUse::Read);
  static const schema::Object kAll = make_physics_fields(MtjUse::ReadAndWrite);
  return use == MtjUse::Read ? kOfReads : kAll;
}

// -------------------------------------------------------------------------------------- Parse

/// Keys that the level does not use are refused. False after an error.
bool check_level(const schema::Reader& devices, int level, Diagnostics& diagnostics) {
  bool legal = true;
  const auto refuse = [&](std::string_view key, std::string_view levels) {
    if (!devices.has(key)) return;
    diagnostics.error("N1272", devices.location(key),
                      fmt::format("'{}' has no effect at level {}", key, level),
                      fmt::format("remove it, or set 'level' to {}", levels));
    legal = false;
  };
  if (level != 1) {
    refuse("persistent", "1");
    refuse("transient", "1");
  }
  if (level == 0) {
    for (const char* key : {"write_success", "disturb", "retention", "preset", "physics"}) {
      refuse(key, "1 or 2");
    }
  }
  return legal;
}

MtjPhysics parse_physics(const schema::Reader& devices, MtjUse use, int evaluate_cycles) {
  const bool is_rram = devices.has("preset") && devices.string("preset") == "rram";
  MtjPhysics physics = is_rram ? rram() : stt_mtj();
  const schema::Reader reader(physics_fields(use), devices.object("physics"));
  for (const PhysicsField& field : kPhysicsFields) {
    if (reader.has(field.name)) physics.*field.member = reader.number(field.name);
  }
  if (!reader.has("read_ns")) physics.read_ns = evaluate_cycles * physics.clock_ns;
  if (reader.has("low_resistance_ohm")) {
    physics.low_resistance_ohm = reader.number("low_resistance_ohm");
  } else if (reader.has("diameter_nm") || reader.has("ra_ohm_um2")) {
    physics.low_resistance_ohm.reset();
  }
  if (reader.has("tau_d_ns")) physics.tau_d_ns = reader.number("tau_d_ns");
  if (const Json* critical = reader.find("critical"); critical != nullptr) {
    physics.critical = {critical->array()[0].real(), critical->array()[1].real()};
  }
  for (std::size_t a = 0; a < kMtjAmplitudes; ++a) {
    if (const Json* both = reader.find("amplitude"); both != nullptr) {
      physics.amplitude[0][a] = physics.amplitude[1][a] = both->array()[a].real();
    }
    if (const Json* to_1 = reader.find("amplitude_to_1"); to_1 != nullptr) {
      physics.amplitude[1][a] = to_1->array()[a].real();
    }
  }
  return physics;
}

/// Impossible parameters are errors, unusual ones warnings. False after an error.
bool check_physics(const schema::Reader& devices, const MtjPhysics& physics, MtjUse use,
                   Diagnostics& diagnostics) {
  bool legal = true;
  for (const MtjFinding& finding : mtj_findings(physics)) {
    const MtjRange& range = *finding.range;
    if (range.is_of_pulses && use == MtjUse::Read) continue;
    // The least positive number stands for any above 0.
    const std::string possible = range.least == std::numeric_limits<double>::min()
                                     ? fmt::format("numbers above 0, up to {:g}", range.most)
                                     : fmt::format("{:g} ... {:g}", range.least, range.most);
    const std::string unit = range.unit.empty() ? std::string() : fmt::format(" {}", range.unit);
    if (finding.impossible) {
      diagnostics.error("N1273", devices.location("physics"),
                        fmt::format("{} is {:g}{}, possible are {}", range.parameter, finding.value,
                                    unit, possible));
      legal = false;
    } else {
      diagnostics.warning(
          "W1272", devices.location("physics"),
          fmt::format("{} is {:g}{}, published devices have {:g} ... {:g}", range.parameter,
                      finding.value, unit, range.published_least, range.published_most),
          std::string(range.source));
    }
  }
  return legal;
}

/// A threshold of a probability that was given; warns when the table cannot hold it.
std::uint32_t threshold_of(const Json& given, std::string_view key, Diagnostics& diagnostics) {
  const double probability = given.real();
  if (threshold_error(probability) > kCoarseTable) {
    diagnostics.warning(
        "W1273", given.location(),
        fmt::format("'{}' is {:g}, the table holds {:g}: it counts in 2^-32", key, probability,
                    std::ldexp(probability_threshold(probability), -32)),
        "use a larger probability, or 0");
  }
  return probability_threshold(probability);
}

/// What is given directly takes the place of what physics gave.
void take_rates(const schema::Reader& devices, MtjTables& tables, Diagnostics& diagnostics) {
  const auto pair = [&](std::string_view key, std::array<std::uint32_t, 2>& thresholds) {
    const Json* given = devices.find(key);
    for (std::size_t bit = 0; given != nullptr && bit < 2; ++bit) {
      thresholds[bit] = threshold_of(given->array()[bit], key, diagnostics);
    }
  };
  pair("persistent", tables.persistent);
  pair("transient", tables.transient);
  if (const Json* given = devices.find("disturb"); given != nullptr) {
    tables.disturb = threshold_of(*given, "disturb", diagnostics);
  }
  if (const Json* given = devices.find("retention"); given != nullptr) {
    tables.retention = threshold_of(*given, "retention", diagnostics);
  }
  if (const Json* given = devices.find("write_success"); given != nullptr) {
    for (auto& direction : tables.switching) {
      for (std::size_t a = 0; a < kMtjAmplitudes; ++a) {
        const Json& success = given->is_array() ? given->array()[a] : *given;
        direction[a].fill(threshold_of(success, "write_success", diagnostics));
      }
    }
  }
}

}  // namespace

std::vector<schema::Field> mtj_device_fields(MtjUse use) {
  using namespace schema;
  const auto pair = [](const char* name) { return array(name, number(name, 0, 1), 2, 2); };
  std::vector<Field> fields = {
      integer("level", 0, 2)
          .fallback("0")
          .doc("0 ideal; 1 rates of errors; 2 resistances (docs/mtj_array.md)"),
      integer("seed", 0, 4294967295)
          .fallback("0")
          .doc("which die: reset value of register `device_seed`"),
      pair("persistent").doc("level 1: share of cells that read a 0, a 1 wrong for good"),
      pair("transient").doc("level 1: probability that a read of a 0, a 1 is wrong")};
  if (use == MtjUse::ReadAndWrite) {
    fields.push_back(
        one_of("write_success", {number("write_success", 0, 1),
                                 array("write_success", number("success", 0, 1), 4, 4)})
            .doc("levels 1, 2: probability that a pulse of any length switches a "
                 "device, or one of each amplitude; default: from 'physics' or "
                 "'preset', else 1"));
  }
  fields.insert(
      fields.end(),
      {number("disturb", 0, 1)
           .doc("levels 1, 2: probability that a read flips a device in state 1; default: from "
                "'physics' or 'preset', else 0"),
       number("retention", 0, 1)
           .doc("levels 1, 2: probability that a device flips in a unit of `time`; default "
                "likewise, else 0"),
       word("preset", {"stt_mtj", "rram"})
           .doc("typical devices, of which 'physics' changes what it names; default of level 2 and "
                "of 'physics': stt_mtj"),
       object("physics", physics_fields(use)).doc("levels 1, 2: physical parameters")});
  return fields;
}

bool parse_mtj_devices(const schema::Reader& devices, MtjUse use, int evaluate_cycles,
                       MtjDevices& parsed, Diagnostics& diagnostics) {
  parsed.level = static_cast<int>(devices.integer("level"));
  parsed.seed = static_cast<std::uint32_t>(devices.integer("seed"));
  if (!check_level(devices, parsed.level, diagnostics)) return false;
  if (parsed.level == 2 || devices.has("preset") || devices.has("physics")) {
    parsed.physics = parse_physics(devices, use, evaluate_cycles);
    if (!check_physics(devices, *parsed.physics, use, diagnostics)) return false;
    parsed.tables = mtj_tables(*parsed.physics);
    if (use == MtjUse::Read) parsed.tables.switching = {};
  } else if (use == MtjUse::ReadAndWrite) {
    for (auto& direction : parsed.tables.switching) {
      for (auto& amplitude : direction) amplitude.fill(probability_threshold(1));
    }
  }
  take_rates(devices, parsed.tables, diagnostics);
  return true;
}

void hash_mtj_devices(const MtjDevices& devices, DesignHash& hash) {
  const MtjTables& t = devices.tables;
  std::vector<std::int64_t> numbers = {devices.level,   devices.seed,   t.persistent[0],
                                       t.persistent[1], t.transient[0], t.transient[1],
                                       t.disturb,       t.retention};
  for (const auto& direction : t.switching) {
    for (const auto& amplitude : direction) {
      numbers.insert(numbers.end(), amplitude.begin(), amplitude.end());
    }
  }
  for (const auto& table : {t.c0, t.c1, t.c2, t.ct, t.ca, t.cx}) {
    numbers.insert(numbers.end(), table.begin(), table.end());
  }
  numbers.insert(numbers.end(), {t.r0, t.r1, t.c_offset, t.c_noise, t.c_self, t.delta});
  hash.add("devices", std::span<const std::int64_t>(numbers));
}

}  // namespace nacre
