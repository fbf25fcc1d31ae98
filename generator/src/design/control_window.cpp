#include "design/control_window.hpp"

#include <fmt/format.h>

#include "design/kind_hardware.hpp"
#include "design/version.hpp"

namespace nacre {
namespace {

constexpr std::int64_t kId = 0x4e414352;  // "NACR"

Field flag(std::string name, int offset, std::string doc) {
  return {.name = std::move(name), .offset = offset, .bits = 1, .doc = std::move(doc)};
}

Register control_register(std::string name, std::int64_t offset, Access access, std::string doc,
                          std::vector<Field> fields = {}) {
  int bits = 0;
  for (const Field& each : fields) bits = std::max(bits, each.offset + each.bits);
  return {.name = std::move(name),
          .offset = offset,
          .bits = fields.empty() ? 32 : bits,
          .access = access,
          .role = Role::Control,
          .doc = std::move(doc),
          .fields = std::move(fields)};
}

Register id_register(std::string name, std::int64_t offset, std::int64_t value, std::string doc) {
  return {.name = std::move(name),
          .offset = offset,
          .access = Access::ReadOnly,
          .role = Role::Id,
          .reset = value,
          .doc = std::move(doc),
          .fields = {}};
}

/// Stages whose errors stand in register `error`, and in each of the registers `stage_error_<k>`.
constexpr std::size_t kFirstStages = 6;
constexpr std::size_t kMoreStages = 8;
constexpr std::int64_t kFirstStageError = 40;

/// The error flags of stages `from` ... `to` - 1, the first one's from bit `offset` on.
void add_stage_errors(const std::vector<StageErrors>& stages, std::size_t from, std::size_t to,
                      int offset, std::vector<Field>& fields) {
  for (std::size_t s = from; s < std::min(stages.size(), to); ++s, offset += 4) {
    for (std::size_t e = 0; e < stages[s].names.size(); ++e) {
      fields.push_back(flag(fmt::format("{}_{}", stages[s].stage, stages[s].names[e]),
                            offset + static_cast<int>(e),
                            fmt::format("{} of stage {}", stages[s].names[e], stages[s].stage)));
    }
  }
}

std::vector<Field> error_fields(const std::vector<StageErrors>& stages) {
  std::vector<Field> fields = {flag("word_kind", 0, "word of a kind that is not allowed here"),
                               flag("reserved", 1, "reserved bits or polarity of a word"),
                               flag("address", 2, "address of a word out of range"),
                               flag("payload", 3, "payload of a word out of range"),
                               flag("tlast", 4, "TLAST does not match the word"),
                               flag("bus_busy", 5, "bus access refused while busy"),
                               flag("bus_refused", 6, "bus access refused otherwise")};
  add_stage_errors(stages, 0, kFirstStages, 8, fields);
  return fields;
}

}  // namespace

Window control_window(const Spec& spec, const std::vector<StageErrors>& errors, std::int64_t size) {
  Window window{.stage = "control",
                .base = 0,
                .size = size,
                .doc = "Identification, errors, interrupt, single step, counters of the boundary.",
                .registers = {},
                .memories = {}};
  const Version v = version();
  auto& registers = window.registers;
  registers.push_back(id_register("id", 0, kId, "\"NACR\""));
  registers.push_back(id_register("version", 1, (v.major << 16) | (v.minor << 8) | v.patch,
                                  "of nacre: major << 16, minor << 8, patch"));
  registers.push_back(id_register("num_stages", 2, static_cast<std::int64_t>(spec.stages.size()),
                                  "stages of the design"));
  registers.push_back(
      control_register("control", 3, Access::ReadWrite, "mode",
                       {flag("single_step", 0, "each time step waits for a write to step")}));
  registers.push_back(control_register("status", 4, Access::ReadOnly, "what the design is doing",
                                       {flag("busy", 0, "something is in flight")}));
  registers.push_back(control_register("error", 5, Access::WriteOneToClear, "error flags, sticky",
                                       error_fields(errors)));
  const std::vector<Field> irq = {flag("sample_done", 0, "end_of_sample left the output"),
                                  flag("error", 1, "an error flag was set")};
  registers.push_back(
      control_register("irq_enable", 6, Access::ReadWrite, "causes that raise irq_o", irq));
  registers.push_back(
      control_register("irq_status", 7, Access::WriteOneToClear, "causes, sticky", irq));
  registers.push_back(
      control_register("step", 8, Access::WriteOnly, "any write: one time step in single_step"));
  registers.push_back(control_register("clear_counters", 9, Access::WriteOnly,
                                       "any write: every performance counter := 0"));
  for (int word = 0; word < 8; ++word) {
    const std::string digits = spec.hash.substr(static_cast<std::size_t>(word) * 8, 8);
    registers.push_back(id_register(
        fmt::format("spec_hash{}", word), 16 + word, std::stoll(digits, nullptr, 16),
        fmt::format("SHA-256 of the design, hex digits {} ... {}", word * 8, word * 8 + 7)));
  }
  if (spec.counters >= Counters::Basic) {
    registers.push_back(
        counter_register("cycles_low", 32, "cycles in which the design was busy, bits 31:0"));
    registers.push_back(
        counter_register("cycles_high", 33, "cycles in which the design was busy, bits 63:32"));
    registers.push_back(counter_register("samples", 34, "end_of_sample words sent"));
    registers.push_back(counter_register("words_in", 35, "words accepted from the host"));
    registers.push_back(counter_register("words_out", 36, "words taken by the host"));
  }
  for (std::size_t k = 0; kFirstStages + k * kMoreStages < errors.size(); ++k) {
    const std::size_t from = kFirstStages + k * kMoreStages;
    const std::size_t to = std::min(from + kMoreStages, errors.size());
    std::vector<Field> fields;
    add_stage_errors(errors, from, to, 0, fields);
    registers.push_back(control_register(
        fmt::format("stage_error_{}", k), kFirstStageError + static_cast<std::int64_t>(k),
        Access::WriteOneToClear,
        fmt::format("error flags of stages {} ... {}, sticky", from, to - 1), std::move(fields)));
  }
  return window;
}

}  // namespace nacre
