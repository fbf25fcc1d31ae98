// Memory images, models and stubs of macros.

#include <algorithm>

#include <fmt/format.h>

#include "design/kind_hardware.hpp"
#include "emit/printers.hpp"

namespace nacre {
namespace {

/// The head of a macro: the ports of nacre_mem_1rw or nacre_mem_1r1w, with numbers for widths.
std::string macro_ports(const Macro& macro) {
  const std::string address = fmt::format("[{}:0]", address_width(macro.depth) - 1);
  const std::string data = fmt::format("[{}:0]", macro.width - 1);
  const std::string mask = fmt::format("[{}:0]", (macro.width + 31) / 32 - 1);
  const std::size_t width = std::max({address.size(), data.size(), mask.size()});
  const auto port = [&](std::string_view type, std::string_view range, std::string_view name,
                        std::string_view end) {
    return fmt::format("  {} {:<{}} {}{}\n", type, range, width, name, end);
  };
  const std::string_view in = "input  wire logic", out = "output wire logic";
  std::string text = fmt::format("module {} (\n", macro.name);
  text += port(in, "", "clk_i", ",");
  if (macro.ports == MemoryPorts::ReadWrite) {
    text += port(in, "", "en_i", ",") + port(in, "", "we_i", ",") +
            port(in, address, "addr_i", ",") + port(in, mask, "wmask_i", ",") +
            port(in, data, "wdata_i", ",") + port(out, data, "rdata_o", "");
  } else {
    text += port(in, "", "ren_i", ",") + port(in, address, "raddr_i", ",") +
            port(out, data, "rdata_o", ",") + port(in, "", "wen_i", ",") +
            port(in, address, "waddr_i", ",") + port(in, data, "wdata_i", "");
  }
  return text + ");\n";
}

std::string describe(const Macro& macro) {
  return fmt::format("{} rows of {} bits, {}", macro.depth, macro.width,
                     macro.ports == MemoryPorts::ReadWrite ? "one port that reads or writes"
                                                           : "one read port and one write port");
}

std::vector<std::string_view> port_names(MemoryPorts ports) {
  if (ports == MemoryPorts::ReadWrite) {
    return {"clk_i", "en_i", "we_i", "addr_i", "wmask_i", "wdata_i", "rdata_o"};
  }
  return {"clk_i", "ren_i", "raddr_i", "rdata_o", "wen_i", "waddr_i", "wdata_i"};
}

}  // namespace

std::string memory_leaf(MemoryPorts ports) {
  return ports == MemoryPorts::ReadWrite ? "nacre_mem_1rw" : "nacre_mem_1r1w";
}

std::string image_path(const Window& window, const MemoryWindow& memory) {
  return fmt::format("mem/{}_{}.hex", window.stage, memory.name);
}

std::string print_image(const Image& image) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const std::int64_t chunks = (image.row_bits + 31) / 32;
  const int digits = (image.row_bits + 3) / 4;
  std::string text;
  text.reserve(static_cast<std::size_t>(image.rows * (digits + 1)));
  for (std::int64_t row = 0; row < image.rows; ++row) {
    for (int digit = digits - 1; digit >= 0; --digit) {
      const std::uint32_t chunk = image.chunks[static_cast<std::size_t>(row * chunks + digit / 8)];
      text += kDigits[(chunk >> (digit % 8 * 4)) & 0xfu];
    }
    text += '\n';
  }
  return text;
}

std::string print_macro_model(const Design& design, const Macro& macro) {
  std::string text =
      fmt::format("// {}: behavioural model of a memory macro, {}.\n", macro.name, describe(macro));
  text += fmt::format("// {}\n", generated_by(design));
  text += "`default_nettype none\n\n" + macro_ports(macro) + "\n";
  text += fmt::format("  localparam int Width = {};\n  localparam int Depth = {};\n\n", macro.width,
                      macro.depth);
  text += fmt::format("  {} #(\n    .Width (Width),\n    .Depth (Depth)\n  ) u_model (\n",
                      memory_leaf(macro.ports));
  const auto names = port_names(macro.ports);
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += fmt::format("    .{:<7} ({}){}\n", names[i], names[i], i + 1 < names.size() ? "," : "");
  }
  return text + "  );\n\nendmodule\n`default_nettype wire\n";
}

std::string print_macro_stub(const Design& design, const Macro& macro) {
  std::string text = fmt::format("// {}: a memory macro for synthesis, without contents; {}.\n",
                                 macro.name, describe(macro));
  text += fmt::format("// {}\n", generated_by(design));
  text += "`default_nettype none\n\n(* blackbox *)\n" + macro_ports(macro);
  return text + "endmodule\n`default_nettype wire\n";
}

std::string print_device_stub(const Design& design, std::string_view leaf, std::string_view text) {
  constexpr std::string_view kEndOfPorts = "\n);\n";
  const auto begin = text.find("\nmodule ");
  const auto end = text.find(kEndOfPorts);
  NACRE_CHECK(begin < end && end != std::string_view::npos, "a leaf without a head of its module");
  std::string stub =
      fmt::format("// {}: a macro of devices for synthesis, without contents.\n", leaf);
  stub += fmt::format("// {}\n", generated_by(design));
  stub += "`default_nettype none\n\n(* blackbox *)";
  stub += text.substr(begin, end + kEndOfPorts.size() - begin);
  return stub + "\nendmodule\n`default_nettype wire\n";
}

}  // namespace nacre
