#include "emit/systemverilog.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "nacre/diagnostics.hpp"

namespace nacre {
namespace {

constexpr std::size_t kColumns = 100;

/// `  // ---------------------------------------------------------------------- Title`
std::string ruled(std::string_view title) {
  const std::size_t used = 2 + 3 + 1 + title.size();
  const std::size_t dashes = used + 10 < kColumns ? kColumns - used : 10;
  return fmt::format("\n  // {:-<{}} {}\n", "", dashes, title);
}

std::string spaces(std::size_t count) { return std::string(count, ' '); }

/// `text` and spaces up to `width`.
std::string padded(std::string_view text, std::size_t width) {
  return fmt::format("{:<{}}", text, width);
}

class Printer {
 public:
  explicit Printer(const Module& module) : module_(module) {}

  std::string run() {
    for (const std::string& line : module_.header) {
      text_ += line.empty() ? "//\n" : fmt::format("// {}\n", line);
    }
    text_ += "`default_nettype none\n\n";
    print_ports();
    print_constants();
    print_nets();
    print_instances();
    text_ += "\nendmodule\n`default_nettype wire\n";
    return std::move(text_);
  }

 private:
  const Net& net(NetId id) const { return module_.nets[static_cast<std::size_t>(id.index)]; }
  const NamedConstant& constant(ConstantId id) const {
    return module_.constants[static_cast<std::size_t>(id.index)];
  }

  /// `[Width-1:0]`, `[31:0]`, or nothing for a single bit without a named width.
  std::string range(int width, ConstantId name) const {
    if (name.index >= 0) return fmt::format("[{}-1:0]", constant(name).name);
    return width == 1 ? "" : fmt::format("[{}:0]", width - 1);
  }

  void print_ports() {
    std::size_t widest = 0;
    for (const Port& port : module_.ports) {
      widest = std::max(widest, port_range(port).size());
    }
    text_ += fmt::format("module {} (\n", module_.name);
    std::string_view section;
    for (std::size_t i = 0; i < module_.ports.size(); ++i) {
      const Port& port = module_.ports[i];
      if (port.section != section) text_ += fmt::format("  // {}\n", port.section);
      section = port.section;
      const std::string_view type =
          port.direction == Direction::Input ? "input  wire logic" : "output wire logic";
      text_ += fmt::format("  {} {}{}{}\n", type,
                           widest > 0 ? padded(port_range(port), widest) + " " : "",
                           net(port.net).name, i + 1 < module_.ports.size() ? "," : "");
    }
    text_ += ");\n";
  }

  std::string port_range(const Port& port) const {
    // A constant of the body is not known yet in the head.
    const Net& each = net(port.net);
    return each.width == 1 ? "" : fmt::format("[{}:0]", each.width - 1);
  }

  void print_constants() {
    std::vector<std::size_t> all(module_.constants.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    for (const auto& [section, members] : by_section(module_.constants, all)) {
      std::size_t type_width = 0, name_width = 0, value_width = 0;
      for (const std::size_t i : members) {
        const NamedConstant& each = module_.constants[i];
        type_width = std::max(type_width, constant_type(each).size());
        name_width = std::max(name_width, each.name.size());
        const std::size_t length = constant_text(each).size();
        if (length <= kShortValue) value_width = std::max(value_width, length);
      }
      text_ += ruled(section);
      for (const std::size_t i : members) {
        print_constant(module_.constants[i], type_width, name_width, value_width);
      }
    }
  }

  /// Members of each section, sections in the order in which they first appear.
  template <class Items>
  static std::vector<std::pair<std::string_view, std::vector<std::size_t>>> by_section(
      const Items& items, const std::vector<std::size_t>& chosen) {
    std::vector<std::pair<std::string_view, std::vector<std::size_t>>> groups;
    for (const std::size_t i : chosen) {
      const std::string_view section = items[i].section;
      auto group = std::find_if(groups.begin(), groups.end(),
                                [&](const auto& each) { return each.first == section; });
      if (group == groups.end()) group = groups.insert(groups.end(), {section, {}});
      group->second.push_back(i);
    }
    return groups;
  }

  void print_constant(const NamedConstant& each, std::size_t type_width, std::size_t name_width,
                      std::size_t value_width) {
    const std::string value = constant_text(each);
    const std::string start =
        fmt::format("  localparam {} {} =", padded(constant_type(each), type_width),
                    padded(each.name, name_width));
    const std::size_t comment_column =
        start.size() + 1 + std::max(value_width, value.size()) + sizeof(";  // ") - 1;
    if (value.size() > kShortValue || comment_column + each.comment.size() > kColumns) {
      // No room beside it: the comment goes above, and a long literal on a line of its own.
      if (!each.comment.empty()) text_ += fmt::format("  // {}\n", each.comment);
      const bool fits = start.size() + value.size() + 2 <= kColumns;
      text_ += fmt::format("{}{}{};\n", start, fits ? " " : "\n      ", value);
      return;
    }
    text_ += fmt::format("{} {};", start, value);
    if (!each.comment.empty()) {
      text_ += spaces(value_width - value.size()) + "  // " + each.comment;
    }
    text_ += "\n";
  }

  static std::string constant_type(const NamedConstant& each) {
    const Bits* bits = std::get_if<Bits>(&each.value);
    if (bits == nullptr) return "int";
    return bits->width == 1 ? "bit" : fmt::format("logic [{}:0]", bits->width - 1);
  }

  static std::string constant_text(const NamedConstant& each) {
    const Bits* bits = std::get_if<Bits>(&each.value);
    if (bits != nullptr) return print_bits(*bits);
    const std::int64_t number = std::get<std::int64_t>(each.value);
    // Its decimal form would be the negative of a number that an int does not hold.
    if (number == INT32_MIN) return "32'sh80000000";
    return fmt::format("{}", number);
  }

  bool is_port(std::size_t net_index) const {
    return std::any_of(module_.ports.begin(), module_.ports.end(), [&](const Port& port) {
      return static_cast<std::size_t>(port.net.index) == net_index;
    });
  }

  void print_nets() {
    std::vector<std::size_t> inner;
    for (std::size_t n = 0; n < module_.nets.size(); ++n) {
      if (!is_port(n)) inner.push_back(n);
    }
    for (const auto& [section, members] : by_section(module_.nets, inner)) {
      std::size_t widest = 0;
      for (const std::size_t n : members) {
        const Net& each = module_.nets[n];
        widest = std::max(widest, range(each.width, each.width_name).size());
      }
      text_ += ruled(fmt::format("Nets: {}", section));
      for (const std::size_t n : members) {
        const Net& each = module_.nets[n];
        const std::string bits = range(each.width, each.width_name);
        text_ +=
            fmt::format("  logic {}{};\n", widest > 0 ? padded(bits, widest) + " " : "", each.name);
      }
    }
  }

  void print_instances() {
    std::string_view section;
    for (const Instance& each : module_.instances) {
      if (each.section != section) {
        text_ += ruled(each.section);
      } else {
        text_ += "\n";
      }
      section = each.section;
      print_instance(each);
    }
  }

  void print_instance(const Instance& each) {
    for (std::size_t begin = 0; begin < each.comment.size();) {
      const std::size_t end = std::min(each.comment.find('\n', begin), each.comment.size());
      text_ += fmt::format("  // {}\n", each.comment.substr(begin, end - begin));
      begin = end + 1;
    }
    text_ += fmt::format("  {} ", each.module);
    if (!each.parameters.empty()) {
      std::size_t widest = 0;
      for (const Parameter& p : each.parameters) widest = std::max(widest, p.name.size());
      text_ += "#(\n";
      for (std::size_t i = 0; i < each.parameters.size(); ++i) {
        const Parameter& p = each.parameters[i];
        text_ += fmt::format("    .{} ({}){}\n", padded(p.name, widest), constant(p.value).name,
                             i + 1 < each.parameters.size() ? "," : "");
      }
      text_ += "  ) ";
    }
    text_ += fmt::format("{} (\n", each.name);
    std::size_t widest = 0;
    for (const Pin& pin : each.pins) widest = std::max(widest, pin.port.size());
    for (std::size_t i = 0; i < each.pins.size(); ++i) {
      const Pin& pin = each.pins[i];
      text_ += fmt::format("    .{} ({}){}\n", padded(pin.port, widest),
                           connection(pin.value, widest + 7), i + 1 < each.pins.size() ? "," : "");
    }
    text_ += "  );\n";
  }

  /// A connection; a concatenation that is too long for a line gets one line a part.
  std::string connection(const Concat& value, std::size_t indent) const {
    if (value.size() == 1) return part(value.front());
    std::vector<std::string> parts;
    for (const Part& each : value) parts.push_back(part(each));
    const std::string line = fmt::format("{{{}}}", fmt::join(parts, ", "));
    if (indent + line.size() + 2 <= kColumns) return line;
    return fmt::format("{{{}}}", fmt::join(parts, ",\n" + spaces(indent + 1)));
  }

  std::string part(const Part& each) const {
    if (const Zeros* zeros = std::get_if<Zeros>(&each)) {
      return fmt::format("{}'b0", zeros->width);
    }
    const Slice& slice = std::get<Slice>(each);
    const Net& target = net(slice.net);
    if (slice.width == target.width) return target.name;
    if (slice.width == 1) return fmt::format("{}[{}]", target.name, slice.lsb);
    NACRE_CHECK(slice.lsb == 0, "a slice that starts above bit 0 has more than one bit");
    return target.name + range(slice.width, slice.width_name);
  }

  static constexpr std::size_t kShortValue = 24;

  const Module& module_;
  std::string text_;
};

}  // namespace

std::string print_bits(const Bits& bits) {
  if (bits.width == 1) return fmt::format("1'b{}", bits.words[0] & 1u);
  if (bits.is_quantity) return fmt::format("{}'d{}", bits.width, bits.words[0]);
  std::string digits;
  for (int digit = (bits.width + 3) / 4 - 1; digit >= 0; --digit) {
    const std::uint32_t word = bits.words[static_cast<std::size_t>(digit / 8)];
    digits += fmt::format("{:x}", (word >> (digit % 8 * 4)) & 0xfu);
  }
  return fmt::format("{}'h{}", bits.width, digits);
}

std::string print_module(const Module& module) { return Printer(module).run(); }

}  // namespace nacre
