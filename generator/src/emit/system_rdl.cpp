// The address map as SystemRDL 2.0.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "emit/printers.hpp"

namespace nacre {
namespace {

/// A name of ours as an identifier of SystemRDL: keywords and properties are escaped.
std::string identifier(std::string_view name) {
  // clang-format off
  static constexpr auto kReserved = std::to_array<std::string_view>({
      "abstract", "accesstype", "addressingtype", "addrmap", "alias", "all", "bit", "boolean",
      "bothedge", "compact", "component", "componentwidth", "constraint", "default", "encode",
      "enum", "external", "false", "field", "fullalign", "hw", "inside", "internal", "level",
      "longint", "mem", "na", "negedge", "nonsticky", "number", "onreadtype", "onwritetype",
      "posedge", "property", "r", "rclr", "ref", "reg", "regalign", "regfile", "rset", "ruser",
      "rw", "rw1", "signal", "string", "struct", "sw", "this", "true", "type", "unsigned", "w",
      "w1", "wclr", "woclr", "woset", "wot", "wr", "wset", "wuser", "wzc", "wzs", "wzt",
      "accesswidth", "activehigh", "activelow", "addressing", "alignment", "anded", "arbiter",
      "async", "bigendian", "bridge", "category", "counter", "cpuif_reset", "decr", "decrsaturate",
      "decrthreshold", "decrvalue", "decrwidth", "desc", "dontcompare", "donttest", "enable",
      "errextbus", "field_reset", "fieldwidth", "halt", "haltenable", "haltmask", "hwclr",
      "hwenable", "hwmask", "hwset", "incr", "incrsaturate", "incrthreshold", "incrvalue",
      "incrwidth", "intr", "ispresent", "littleendian", "lsb0", "mask", "mementries", "memwidth",
      "msb0", "name", "next", "onread", "onwrite", "ored", "overflow", "paritycheck", "precedence",
      "regwidth", "reset", "resetsignal", "rsvdset", "rsvdsetX", "saturate", "shared", "sharedextbus",
      "signalwidth", "singlepulse", "sticky", "stickybit", "swacc", "swmod", "swwe", "swwel",
      "sync", "threshold", "underflow", "we", "wel", "xored"});
  // clang-format on
  const bool reserved = std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
  return reserved ? fmt::format("\\{}", name) : std::string(name);
}

/// A text as a string literal.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

std::string_view software_access(Access access) {
  switch (access) {
    case Access::ReadOnly:
      return "sw = r; hw = w;";
    case Access::ReadWrite:
      return "sw = rw; hw = r;";
    case Access::WriteOnly:
      return "sw = w; hw = r; singlepulse;";
    case Access::WriteOneToClear:
      return "sw = rw; hw = w; onwrite = woclr;";
  }
  return {};
}

std::string field_text(const Register& each, std::string_view name, int offset, int bits,
                       std::string_view doc) {
  // A pulse that software writes is one bit wide and 0 otherwise.
  const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
  const std::uint64_t reset = (static_cast<std::uint64_t>(each.reset) >> offset) & mask;
  std::string text =
      fmt::format("      field {{ {} desc = {}; }} {}[{}:{}]", software_access(each.access),
                  quoted(doc), identifier(name), offset + bits - 1, offset);
  if (each.access != Access::ReadOnly || each.role == Role::Id) {
    text += fmt::format(" = 0x{:x}", reset);
  }
  return text + ";\n";
}

std::string register_text(const Register& each) {
  std::string text = fmt::format("    reg {{\n      desc = {};\n", quoted(each.doc));
  if (each.fields.empty()) {
    const int bits = each.access == Access::WriteOnly ? 1 : each.bits;
    text += field_text(each, "value", 0, bits, each.doc);
  }
  for (const Field& field : each.fields) {
    text += field_text(each, field.name, field.offset, field.bits, field.doc);
  }
  return text + fmt::format("    }} {} @ 0x{:x};\n", identifier(each.name), each.offset * 4);
}

std::string memory_text(const MemoryWindow& each) {
  return fmt::format(
      "    external mem {{\n      desc = {};\n      mementries = {};\n      memwidth = 32;\n"
      "      sw = {};\n    }} {} @ 0x{:x};\n",
      quoted(each.doc), each.rows * row_stride_words(each.row_bits),
      each.access == Access::ReadOnly    ? "r"
      : each.access == Access::WriteOnly ? "w"
                                         : "rw",
      identifier(each.name), each.offset * 4);
}

}  // namespace

std::string print_system_rdl(const Design& design) {
  std::string text = fmt::format("// {}: register map, SystemRDL 2.0.\n// {}\n", design.name,
                                 generated_by(design));
  text += fmt::format("addrmap {} {{\n  desc = {};\n  littleendian;\n  default regwidth = 32;\n",
                      identifier(design.name), quoted(design.summary));
  for (const Window& window : design.windows) {
    // addrmap, not regfile: a window may hold memories.
    text += fmt::format("\n  addrmap {{\n    desc = {};\n", quoted(window.doc));
    for (const Register& each : window.registers) text += register_text(each);
    for (const MemoryWindow& each : window.memories) text += memory_text(each);
    text += fmt::format("  }} {} @ 0x{:x};\n", identifier(window.stage), window.base);
  }
  return text + "};\n";
}

}  // namespace nacre
