#include "power/memory_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <string_view>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "diagnostics/nearest.hpp"
#include "power/memory_constants.hpp"
#include "spec/json.hpp"

namespace nacre::flows {
namespace {

constexpr double kPico = 1e-12;
constexpr double kNano = 1e-9;

// Rules of memory_table.hpp.
constexpr double kLineShare = 0.25;     ///< of an access's energy and time
constexpr double kCellAreaShare = 0.5;  ///< of a macro's area
constexpr double kTwoPortArea = 1.6;
constexpr double kTwoPortLine = 1.26;  ///< square root of kTwoPortArea
constexpr double kTwoPortLeakage = 8. / 6;

struct TextField {
  std::string_view key;
  std::string MemoryConstants::*member;
};
constexpr std::array<TextField, 4> kTexts = {{{"name", &MemoryConstants::name},
                                              {"cell", &MemoryConstants::cell},
                                              {"citation", &MemoryConstants::citation},
                                              {"how", &MemoryConstants::how}}};

struct NumberField {
  std::string_view key;
  double MemoryConstants::*member;
  double unit;
  double minimum, maximum;  ///< in the file's unit
};
constexpr double kSmallest = 1e-9, kLargest = 1e12;
constexpr std::array<NumberField, 9> kNumbers = {
    {{"node_nm", &MemoryConstants::node_nm, 1, 1, 1e4},
     {"voltage_v", &MemoryConstants::voltage, 1, 0, 100},
     {"area_um2_per_bit", &MemoryConstants::area_per_bit_um2, 1, 0, kLargest},
     {"read_pj_per_bit", &MemoryConstants::read_j_per_bit, kPico, kSmallest, kLargest},
     {"write_pj_per_bit", &MemoryConstants::write_j_per_bit, kPico, 0, kLargest},
     {"leakage_pw_per_bit", &MemoryConstants::leakage_w_per_bit, kPico, 0, kLargest},
     {"access_ns", &MemoryConstants::access_s, kNano, 0, kLargest},
     {"low", &MemoryConstants::low_factor, 1, kSmallest, 1},
     {"high", &MemoryConstants::high_factor, 1, 1, kLargest}}};

constexpr std::string_view kRows = "rows", kWidth = "width";
constexpr std::int64_t kMaxRows = std::int64_t{1} << 40, kMaxWidth = std::int64_t{1} << 24;

/// Reads one entry; each fault is reported.
class EntryReader {
 public:
  EntryReader(const Json& json, Diagnostics& diagnostics)
      : json_(json), diagnostics_(diagnostics) {}

  MemoryConstants read() {
    check_keys();
    MemoryConstants entry;
    for (const TextField& field : kTexts) entry.*field.member = text(field.key);
    for (const NumberField& field : kNumbers) entry.*field.member = number(field) * field.unit;
    const int errors_before = diagnostics_.num_errors();
    entry.rows = size(kRows, kMaxRows);
    entry.width = static_cast<int>(size(kWidth, kMaxWidth));
    const bool is_half_stated = (entry.rows == 0) != (entry.width == 0);
    if (is_half_stated && diagnostics_.num_errors() == errors_before) {
      fault(json_, "'rows' and 'width' are both 0 (size not stated) or both at least 1", {});
    }
    return entry;
  }

 private:
  void fault(const Json& where, std::string message, std::string help) {
    diagnostics_.error("N1108", where.location(), std::move(message), std::move(help));
  }

  void check_keys() {
    std::vector<std::string> known = {std::string(kRows), std::string(kWidth)};
    for (const TextField& field : kTexts) known.emplace_back(field.key);
    for (const NumberField& field : kNumbers) known.emplace_back(field.key);
    for (const JsonMember& member : json_.object()) {
      if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
      const auto near = nearest_word(member.key, known);
      diagnostics_.error("N1108", member.key_location(),
                         fmt::format("a memory has no field '{}'", member.key),
                         near ? fmt::format("did you mean '{}'?", *near)
                              : fmt::format("the fields are {}", fmt::join(known, ", ")));
    }
  }

  const Json* required(std::string_view key) {
    const Json* value = json_.find(key);
    if (value == nullptr) fault(json_, fmt::format("the memory's '{}' is missing", key), {});
    return value;
  }

  std::string text(std::string_view key) {
    const Json* value = required(key);
    if (value == nullptr) return {};
    if (!value->is_string() || value->string().empty()) {
      fault(*value, fmt::format("'{}' is {}, must be a text", key, value->excerpt()), {});
      return {};
    }
    return value->string();
  }

  double number(const NumberField& field) {
    const Json* value = required(field.key);
    if (value == nullptr) return field.minimum;
    const bool is_legal =
        value->is_number() && value->real() >= field.minimum && value->real() <= field.maximum;
    if (!is_legal) {
      fault(*value,
            fmt::format("'{}' is {}, must be a number from {:g} to {:g}", field.key,
                        value->excerpt(), field.minimum, field.maximum),
            {});
      return field.minimum;
    }
    return value->real();
  }

  std::int64_t size(std::string_view key, std::int64_t maximum) {
    const Json* value = required(key);
    if (value == nullptr) return 0;
    if (!value->is_integer() || value->integer() < 0 || value->integer() > maximum) {
      fault(*value,
            fmt::format("'{}' is {}, must be an integer from 0 to {}", key, value->excerpt(),
                        maximum),
            {});
      return 0;
    }
    return value->integer();
  }

  const Json& json_;
  Diagnostics& diagnostics_;
};

/// The entries of a document, or nothing after an error.
std::optional<std::vector<MemoryConstants>> read_entries(const JsonDocument& document,
                                                         Diagnostics& diagnostics) {
  const int errors_before = diagnostics.num_errors();
  const Json* entries = document.root.find("entries");
  const bool has_entries = entries != nullptr && entries->is_array() && !entries->array().empty();
  if (!has_entries) {
    diagnostics.error("N1108", document.root.location(),
                      "a memory table is an object with the array 'entries', not empty",
                      "see flows/power/memory_constants.json for the form");
    return std::nullopt;
  }
  std::vector<MemoryConstants> table;
  for (const Json& json : entries->array()) {
    if (!json.is_object()) {
      diagnostics.error("N1108", json.location(),
                        fmt::format("a memory is {}, must be an object", json.type_name()));
      continue;
    }
    MemoryConstants entry = EntryReader(json, diagnostics).read();
    const bool is_taken = std::any_of(table.begin(), table.end(), [&](const auto& other) {
      return other.name == entry.name || other.cell == entry.name || other.name == entry.cell;
    });
    if (is_taken && !entry.name.empty()) {
      diagnostics.error("N1108", json.location(),
                        fmt::format("the name '{}' is taken by a memory or a cell", entry.name),
                        "give each memory a name of its own");
    }
    table.push_back(std::move(entry));
  }
  if (diagnostics.num_errors() != errors_before) return std::nullopt;
  return table;
}

double bits_of(const MemoryConstants& entry) {
  return static_cast<double>(entry.rows) * entry.width;
}

/// Rows of the array as it is folded.
double side_of(double rows, double bits) { return std::min(rows, std::sqrt(bits)); }

/// The entry to estimate with, or null.
const MemoryConstants* choose(const std::vector<MemoryConstants>& table, const std::string& name,
                              double node_nm, double bits) {
  const std::string cell = name.empty() ? "sram" : name;
  const MemoryConstants* best = nullptr;
  // Ratios of nodes and of sizes; a size that is not stated is the farthest.
  const auto distance = [&](const MemoryConstants& entry) {
    return std::pair(std::abs(std::log(entry.node_nm / node_nm)),
                     entry.rows == 0 ? std::numeric_limits<double>::infinity()
                                     : std::abs(std::log(bits_of(entry) / bits)));
  };
  for (const MemoryConstants& entry : table) {
    if (entry.name == name) return &entry;
    if (entry.cell != cell) continue;
    if (best == nullptr || distance(entry) < distance(*best)) best = &entry;
  }
  return best;
}

void report_unknown(const std::vector<MemoryConstants>& table, const std::string& name,
                    Diagnostics& diagnostics) {
  std::vector<std::string> names, cells;
  for (const MemoryConstants& entry : table) {
    names.push_back(entry.name);
    if (std::find(cells.begin(), cells.end(), entry.cell) == cells.end()) {
      cells.push_back(entry.cell);
    }
  }
  std::vector<std::string> known = cells;
  known.insert(known.end(), names.begin(), names.end());
  const auto near = nearest_word(name, known);
  diagnostics.error("N1109", {},
                    name.empty() ? std::string("the memory table has no entry of cell 'sram'")
                                 : fmt::format("the memory table has no entry '{}'", name),
                    near ? fmt::format("did you mean '{}'?", *near)
                         : fmt::format("the cells are {}", fmt::join(cells, ", ")));
}

}  // namespace

std::optional<std::vector<MemoryConstants>> read_memory_table(
    const std::optional<std::filesystem::path>& file, Diagnostics& diagnostics) {
  const std::unique_ptr<JsonDocument> document =
      file ? read_json(*file, diagnostics)
           : parse_json(kMemoryConstants, "memory_constants.json", diagnostics);
  if (document == nullptr) return std::nullopt;
  return read_entries(*document, diagnostics);
}

std::optional<MemoryEstimate> estimate_memory(const std::vector<MemoryConstants>& table,
                                              const std::string& name, double node_nm,
                                              const std::string& macro, std::int64_t rows,
                                              int width, bool two_ports, Diagnostics& diagnostics) {
  NACRE_CHECK(rows >= 1 && width >= 1 && node_nm > 0, "estimate of a memory without bits");
  const double bits = static_cast<double>(rows) * width;
  const MemoryConstants* entry = choose(table, name, node_nm, bits);
  if (entry == nullptr) {
    report_unknown(table, name, diagnostics);
    return std::nullopt;
  }
  double lines = 1;
  double area = entry->area_per_bit_um2 * bits;
  if (entry->rows > 0) {
    const double ratio = bits / bits_of(*entry);
    const double side = side_of(static_cast<double>(rows), bits) /
                        side_of(static_cast<double>(entry->rows), bits_of(*entry));
    lines = 1 - kLineShare + kLineShare * side;
    area = entry->area_per_bit_um2 * bits_of(*entry) *
           (kCellAreaShare * ratio + (1 - kCellAreaShare) * std::sqrt(ratio));
  }
  double leakage = entry->leakage_w_per_bit * bits;
  if (two_ports && entry->cell != "register_file") {
    area *= kTwoPortArea;
    lines *= kTwoPortLine;
    leakage *= kTwoPortLeakage;
  }
  return MemoryEstimate{.macro = macro,
                        .constants = entry->name,
                        .area_um2 = area,
                        .read_j = entry->read_j_per_bit * width * lines,
                        .write_j = entry->write_j_per_bit * width * lines,
                        .leakage_w = leakage,
                        .access_s = entry->access_s * lines,
                        .low_factor = entry->low_factor,
                        .high_factor = entry->high_factor};
}

}  // namespace nacre::flows
