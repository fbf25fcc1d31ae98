// The address map as a C header.

#include <cctype>

#include <fmt/format.h>

#include "design/names.hpp"
#include "emit/printers.hpp"

namespace nacre {
namespace {

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

std::uint32_t mask(int offset, int bits) {
  const std::uint64_t ones = (std::uint64_t{1} << bits) - 1;
  return static_cast<std::uint32_t>(ones << offset);
}

/// Collects `#define` lines; two names that would be one macro get different ones.
class Header {
 public:
  explicit Header(std::string prefix) : prefix_(std::move(prefix)) {}

  void define(std::string_view name, std::string_view value, std::string_view comment = {}) {
    const std::string macro = scope_.take(prefix_ + upper(name));
    text_ += fmt::format("#define {:<54} {}{}\n", macro, value,
                         comment.empty() ? "" : fmt::format("  /* {} */", comment));
  }
  void define_hex(std::string_view name, std::int64_t value, std::string_view comment = {}) {
    define(name, fmt::format("UINT32_C(0x{:08x})", value), comment);
  }
  void define_count(std::string_view name, std::int64_t value, std::string_view comment = {}) {
    define(name, fmt::format("{}", value), comment);
  }
  void add(std::string_view text) { text_ += text; }
  std::string take() { return std::move(text_); }

 private:
  std::string prefix_;
  NameScope scope_;
  std::string text_;
};

void add_register(Header& header, const Window& window, const Register& each) {
  const std::string name = window.stage + "_" + each.name;
  header.define_hex(name + "_ADDR", window.base + each.offset * 4,
                    fmt::format("{}; {}", access_name(each.access), each.doc));
  if (each.fields.empty()) {
    header.define_hex(name + "_MASK", mask(0, each.bits));
  }
  for (const Field& field : each.fields) {
    header.define_count(name + "_" + field.name + "_SHIFT", field.offset, field.doc);
    header.define_hex(name + "_" + field.name + "_MASK", mask(field.offset, field.bits));
  }
  if (each.access == Access::ReadWrite) {
    header.define_hex(name + "_RESET", static_cast<std::uint32_t>(each.reset));
  }
}

void add_memory(Header& header, const Window& window, const MemoryWindow& each) {
  const std::string name = window.stage + "_" + each.name;
  header.define_hex(name + "_ADDR", window.base + each.offset * 4,
                    fmt::format("{}; first row", access_name(each.access)));
  header.define_count(name + "_ROWS", each.rows);
  header.define_count(name + "_ROW_BITS", each.row_bits);
  header.define_count(name + "_ROW_STRIDE", row_stride_words(each.row_bits) * 4,
                      "bytes from one row to the next");
  header.define_count(name + "_ELEMENTS", each.elements);
  header.define_count(name + "_ELEMENTS_PER_ROW", each.elements_per_row);
  header.define_count(name + "_PITCH_BITS", each.pitch_bits, "from one element to the next");
  for (const Field& field : each.fields) {
    header.define_count(
        name + "_" + field.name + "_OFFSET", field.offset,
        fmt::format("bit in the element, {}", field.is_signed ? "two's complement" : "unsigned"));
    header.define_count(name + "_" + field.name + "_BITS", field.bits);
  }
}

}  // namespace

std::string print_c_header(const Design& design) {
  const std::string guard = upper(design.name) + "_REGS_H";
  Header header(upper(design.name) + "_");
  header.add(fmt::format("/* {}: register and memory addresses (bytes on the AXI4-Lite bus).\n",
                         design.name));
  header.add(fmt::format(" * {} */\n", generated_by(design)));
  header.add(fmt::format("#ifndef {0}\n#define {0}\n\n#include <stdint.h>\n\n", guard));
  header.define("HASH", fmt::format("\"{}\"", design.hash), "SHA-256 of the design");
  for (const Window& window : design.windows) {
    header.add(fmt::format("\n/* {}: {} */\n", window.stage, window.doc));
    header.define_hex(window.stage + "_BASE", window.base);
    header.define_hex(window.stage + "_SIZE", window.size, "bytes");
    for (const Register& each : window.registers) add_register(header, window, each);
    for (const MemoryWindow& each : window.memories) {
      header.add(fmt::format("/* {}.{}: {} */\n", window.stage, each.name, each.doc));
      add_memory(header, window, each);
    }
  }
  header.add(fmt::format("\n#endif /* {} */\n", guard));
  return header.take();
}

}  // namespace nacre
