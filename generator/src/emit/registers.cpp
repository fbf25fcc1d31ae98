// The address map as data (JSON) and as a page (Markdown).

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "emit/printers.hpp"

namespace nacre {
namespace {

using Json = nlohmann::ordered_json;

Json fields_json(const std::vector<Field>& fields) {
  Json list = Json::array();
  for (const Field& field : fields) {
    list.push_back({{"name", field.name},
                    {"offset", field.offset},
                    {"bits", field.bits},
                    {"signed", field.is_signed}});
  }
  return list;
}

Json register_json(const Window& window, const Register& each) {
  Json entry = {{"name", window.stage + "." + each.name},
                {"stage", window.stage},
                {"address", window.base + each.offset * 4},
                {"bits", each.bits},
                {"access", access_name(each.access)},
                {"signed", each.is_signed},
                {"role", role_name(each.role)},
                {"reset", each.reset},
                {"doc", each.doc}};
  if (each.range) {
    entry["min"] = each.range->min;
    entry["max"] = each.range->max;
  }
  if (!each.fields.empty()) entry["fields"] = fields_json(each.fields);
  return entry;
}

Json memory_json(const Window& window, const MemoryWindow& each) {
  Json entry = {{"name", window.stage + "." + each.name},
                {"stage", window.stage},
                {"address", window.base + each.offset * 4},
                {"access", access_name(each.access)},
                {"role", role_name(each.role)},
                {"rows", each.rows},
                {"row_bits", each.row_bits},
                {"row_stride_bytes", row_stride_words(each.row_bits) * 4},
                {"pitch_bits", each.pitch_bits},
                {"elements_per_row", each.elements_per_row},
                {"elements", each.elements},
                {"fields", fields_json(each.fields)}};
  if (each.group_rows > 0) {
    entry["group_rows"] = each.group_rows;
    entry["group_elements"] = each.group_elements;
  }
  if (!each.row_fields.empty()) entry["row_fields"] = fields_json(each.row_fields);
  if (!each.element.empty()) entry["element"] = each.element;
  if (each.image.rows > 0) entry["image"] = image_path(window, each);
  entry["doc"] = each.doc;
  return entry;
}

/// A reset value: small numbers in decimal, identification words in hexadecimal.
std::string reset_text(const Register& each) {
  if (each.access == Access::WriteOnly) return "-";
  if (each.reset > 0xffff) return fmt::format("0x{:08x}", each.reset);
  return fmt::format("{}", each.reset);
}

std::string field_lines(const std::vector<Field>& fields) {
  std::string text;
  for (const Field& field : fields) {
    const std::string bits =
        field.bits == 1 ? fmt::format("{}", field.offset)
                        : fmt::format("{}:{}", field.offset + field.bits - 1, field.offset);
    text += fmt::format("| | [{}] `{}` | | | {} |\n", bits, field.name, field.doc);
  }
  return text;
}

std::string registers_table(const Window& window) {
  std::string text = "| address | register | access | reset | |\n|---|---|---|---|---|\n";
  for (const Register& each : window.registers) {
    const std::string type =
        each.bits == 32 && !each.is_signed
            ? ""
            : fmt::format("{} bits{}. ", each.bits, each.is_signed ? ", signed" : "");
    text += fmt::format("| 0x{:08x} | `{}` | {} | {} | {}{} |\n", window.base + each.offset * 4,
                        each.name, access_name(each.access), reset_text(each), type, each.doc);
    text += field_lines(each.fields);
  }
  return text + "\n";
}

std::string memory_section(const Window& window, const MemoryWindow& each) {
  std::string text = fmt::format("### {}.{}\n\n{}\n\n", window.stage, each.name, each.doc);
  text += fmt::format(
      "Address 0x{:08x}, {}; {} rows of {} bits, one every {} bytes; {} elements of {} bits, {} in "
      "a "
      "row, element 0 in the low bits.",
      window.base + each.offset * 4, access_name(each.access), each.rows, each.row_bits,
      row_stride_words(each.row_bits) * 4, each.elements, each.pitch_bits, each.elements_per_row);
  if (each.group_rows > 0) {
    text += fmt::format(" Every {} elements begin a row of their own, every {} rows.",
                        each.group_elements, each.group_rows);
  }
  if (each.image.rows > 0) text += fmt::format(" Image: `{}`.", image_path(window, each));
  text += "\n\n| bits of an element | field | signed |\n|---|---|---|\n";
  for (const Field& field : each.fields) {
    text += fmt::format("| {}:{} | `{}` | {} |\n", field.offset + field.bits - 1, field.offset,
                        field.name, field.is_signed ? "yes" : "no");
  }
  if (!each.row_fields.empty()) {
    text += "\n| bits of a row | field | |\n|---|---|---|\n";
    for (const Field& field : each.row_fields) {
      text += fmt::format("| {}:{} | `{}` | {} |\n", field.offset + field.bits - 1, field.offset,
                          field.name, field.doc);
    }
  }
  return text + "\n";
}

}  // namespace

std::string access_name(Access access) {
  switch (access) {
    case Access::ReadOnly:
      return "ro";
    case Access::ReadWrite:
      return "rw";
    case Access::WriteOnly:
      return "wo";
    case Access::WriteOneToClear:
      return "w1c";
  }
  return {};
}

std::string role_name(Role role) {
  switch (role) {
    case Role::Id:
      return "id";
    case Role::Control:
      return "control";
    case Role::Config:
      return "config";
    case Role::State:
      return "state";
    case Role::Counter:
      return "counter";
  }
  return {};
}

std::string print_registers_json(const Design& design) {
  Json map = {{"design", design.name}, {"hash", design.hash}, {"top", design.name}};
  Json stages = Json::array(), windows = Json::array(), registers = Json::array(),
       memories = Json::array();
  for (const Window& window : design.windows) {
    if (&window != &design.windows.front()) stages.push_back(window.stage);
    windows.push_back({{"stage", window.stage}, {"address", window.base}, {"bytes", window.size}});
    for (const Register& each : window.registers) registers.push_back(register_json(window, each));
    for (const MemoryWindow& each : window.memories) memories.push_back(memory_json(window, each));
  }
  map["stages"] = std::move(stages);
  map["windows"] = std::move(windows);
  map["registers"] = std::move(registers);
  map["memories"] = std::move(memories);
  return map.dump(2) + "\n";
}

std::string print_registers_markdown(const Design& design) {
  std::string text =
      fmt::format("# Registers and memories of {}\n\n{}\n\n", design.name, design.summary);
  text += fmt::format("{}\n\n", generated_by(design));
  text +=
      "Byte addresses on the AXI4-Lite bus; 32-bit accesses with all byte strobes. `ro` read only, "
      "`rw` read and write, `wo` write only, `w1c` write 1 to clear. A refused access (unmapped, "
      "read-only, value out of range, a memory while the design is busy) answers SLVERR and "
      "changes "
      "nothing.\n\n";
  text += "| window | base | bytes |\n|---|---|---|\n";
  for (const Window& window : design.windows) {
    text += fmt::format("| {} | 0x{:08x} | {} |\n", window.stage, window.base, window.size);
  }
  for (const Window& window : design.windows) {
    text += fmt::format("\n## {}\n\n{}\n\n", window.stage, window.doc);
    text += registers_table(window);
    for (const MemoryWindow& each : window.memories) text += memory_section(window, each);
    text.pop_back();
  }
  return text;
}

}  // namespace nacre
