#include "harness/address_map.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace nacre::harness {
namespace {

using Json = nlohmann::json;

MapRegister parse_register(const Json& json) {
  MapRegister reg;
  reg.name = json.at("name");
  reg.stage = json.at("stage");
  reg.address = json.at("address");
  reg.bits = json.at("bits");
  reg.is_signed = json.at("signed");
  reg.access = json.at("access");
  reg.role = json.at("role");
  reg.reset = json.at("reset");
  if (json.contains("min")) reg.range = {json.at("min"), json.at("max")};
  if (reg.bits < 1 || reg.bits > 32) {
    throw std::runtime_error(fmt::format("register {} has {} bits", reg.name, reg.bits));
  }
  return reg;
}

std::vector<MapField> parse_fields(const Json& json) {
  std::vector<MapField> fields;
  for (const Json& each : json) {
    fields.push_back({.name = each.at("name"),
                      .offset = each.at("offset"),
                      .bits = each.at("bits"),
                      .is_signed = each.at("signed")});
  }
  return fields;
}

/// Whether the memory's groups of rows hold its elements, no more and no less.
bool groups_fit(const MapMemory& memory) {
  if (memory.group_rows == 0) return memory.group_elements == 0;
  return memory.group_rows > 0 && memory.group_elements > 0 &&
         memory.rows % memory.group_rows == 0 &&
         memory.group_elements <= memory.group_rows * memory.elements_per_row &&
         memory.elements == memory.rows / memory.group_rows * memory.group_elements;
}

void check_field(const MapMemory& memory, const MapField& field, std::int64_t bits) {
  if (field.bits < 1 || field.bits > 63 || field.offset < 0 || field.offset + field.bits > bits) {
    throw std::runtime_error(
        fmt::format("field {} does not fit an element or a row of {}", field.name, memory.name));
  }
}

MapMemory parse_memory(const Json& json) {
  MapMemory memory;
  memory.name = json.at("name");
  memory.stage = json.at("stage");
  memory.address = json.at("address");
  memory.access = json.at("access");
  memory.role = json.at("role");
  memory.rows = json.at("rows");
  memory.row_bits = json.at("row_bits");
  memory.row_stride_bytes = json.at("row_stride_bytes");
  memory.pitch_bits = json.at("pitch_bits");
  memory.elements_per_row = json.at("elements_per_row");
  memory.elements = json.at("elements");
  memory.element = json.value("element", "");
  memory.group_rows = json.value("group_rows", std::int64_t{0});
  memory.group_elements = json.value("group_elements", std::int64_t{0});
  memory.fields = parse_fields(json.at("fields"));
  if (json.contains("row_fields")) memory.row_fields = parse_fields(json.at("row_fields"));
  if (json.contains("image")) memory.image = json.at("image");
  if (memory.rows < 1 || memory.row_bits < 1 || memory.elements_per_row < 1 ||
      memory.elements > memory.rows * memory.elements_per_row ||
      memory.pitch_bits * memory.elements_per_row > memory.row_bits || !groups_fit(memory) ||
      memory.row_stride_bytes < 4U * static_cast<std::uint32_t>(memory.words_per_row())) {
    throw std::runtime_error(fmt::format("memory {} contradicts itself", memory.name));
  }
  for (const MapField& field : memory.fields) check_field(memory, field, memory.pitch_bits);
  for (const MapField& field : memory.row_fields) check_field(memory, field, memory.row_bits);
  return memory;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// One line of an image without comment and white space.
std::string_view image_line(std::string_view line) {
  if (const auto comment = line.find("//"); comment != std::string_view::npos) {
    line = line.substr(0, comment);
  }
  const auto first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

std::string_view MapRegister::last_part() const {
  const std::string_view all = name;
  const auto dot = all.rfind('.');
  return dot == std::string_view::npos ? all : all.substr(dot + 1);
}

const MapRegister& AddressMap::reg(std::string_view name) const {
  for (const MapRegister& each : registers) {
    if (each.name == name) return each;
  }
  throw std::runtime_error(fmt::format("registers.json has no register '{}'", name));
}

AddressMap parse_address_map(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    AddressMap map;
    map.design = json.at("design");
    map.hash = json.at("hash");
    map.top = json.at("top");
    map.stages = json.at("stages").get<std::vector<std::string>>();
    for (const Json& each : json.at("windows")) {
      map.windows.push_back({each.at("stage"), each.at("address"), each.at("bytes")});
    }
    for (const Json& each : json.at("registers")) map.registers.push_back(parse_register(each));
    for (const Json& each : json.at("memories")) map.memories.push_back(parse_memory(each));
    return map;
  } catch (const Json::exception& fault) {
    throw std::runtime_error(fmt::format("registers.json: {}", fault.what()));
  }
}

MemoryWords parse_image(const MapMemory& memory, std::string_view text) {
  const auto words_per_row = static_cast<std::size_t>(memory.words_per_row());
  MemoryWords words;
  words.reserve(static_cast<std::size_t>(memory.rows) * words_per_row);
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = image_line(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (line.empty()) continue;
    const std::size_t base = words.size();
    words.resize(base + words_per_row, 0);
    int bit = 0;  // digits from the right
    for (auto digit = line.rbegin(); digit != line.rend(); ++digit) {
      if (*digit == '_') continue;
      const int value = hex_digit(*digit);
      if (value < 0) {
        throw std::runtime_error(
            fmt::format("image {}: '{}' is no hex digit", memory.image, *digit));
      }
      for (int b = 0; b < 4; ++b, ++bit) {
        if (((value >> b) & 1) == 0) continue;
        if (bit >= memory.row_bits) {
          throw std::runtime_error(
              fmt::format("image {}: a row is wider than {} bits", memory.image, memory.row_bits));
        }
        words[base + static_cast<std::size_t>(bit / 32)] |= std::uint32_t{1} << (bit % 32);
      }
    }
  }
  if (words.size() != static_cast<std::size_t>(memory.rows) * words_per_row) {
    throw std::runtime_error(fmt::format("image {}: {} rows, must be {}", memory.image,
                                         words.size() / words_per_row, memory.rows));
  }
  return words;
}

std::int64_t extract_bits(std::span<const std::uint32_t> row, int offset, int bits,
                          bool is_signed) {
  std::uint64_t value = 0;
  for (int b = 0; b < bits; ++b) {
    const int at = offset + b;
    const std::uint64_t bit = (row[static_cast<std::size_t>(at / 32)] >> (at % 32)) & 1u;
    value |= bit << b;
  }
  if (is_signed && bits < 64 && ((value >> (bits - 1)) & 1u) != 0)
    value |= ~std::uint64_t{0} << bits;
  return static_cast<std::int64_t>(value);
}

std::vector<std::int64_t> unpack_field(const MapMemory& memory, const MapField& field,
                                       const MemoryWords& words) {
  std::vector<std::int64_t> values;
  values.reserve(static_cast<std::size_t>(memory.elements));
  const auto words_per_row = static_cast<std::size_t>(memory.words_per_row());
  const std::int64_t group = memory.group_rows == 0 ? memory.elements : memory.group_elements;
  for (std::int64_t e = 0; e < memory.elements; ++e) {
    const auto row = static_cast<std::size_t>(e / group * memory.group_rows +
                                              e % group / memory.elements_per_row);
    const auto position = static_cast<int>(e % group % memory.elements_per_row);
    values.push_back(extract_bits(std::span(words).subspan(row * words_per_row, words_per_row),
                                  position * memory.pitch_bits + field.offset, field.bits,
                                  field.is_signed));
  }
  return values;
}

std::vector<std::int64_t> unpack_row_field(const MapMemory& memory, const MapField& field,
                                           const MemoryWords& words) {
  std::vector<std::int64_t> values;
  const auto words_per_row = static_cast<std::size_t>(memory.words_per_row());
  for (std::size_t row = 0; row < static_cast<std::size_t>(memory.rows); ++row) {
    values.push_back(extract_bits(std::span(words).subspan(row * words_per_row, words_per_row),
                                  field.offset, field.bits, field.is_signed));
  }
  return values;
}

std::int64_t register_value(const MapRegister& reg, std::uint32_t raw) {
  return reg.is_signed ? std::int64_t{static_cast<std::int32_t>(raw)} : std::int64_t{raw};
}

}  // namespace nacre::harness
