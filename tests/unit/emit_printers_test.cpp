// Printers: literals, layout, text of users in comments; leaves and their order.

#include <gtest/gtest.h>

#include <algorithm>

#include "emit/printers.hpp"
#include "emit/resources.hpp"
#include "emit/systemverilog.hpp"

namespace nacre {
namespace {

TEST(PrintBits, Literals) {
  EXPECT_EQ(print_bits({.width = 1, .words = {1}}), "1'b1");
  EXPECT_EQ(print_bits({.width = 5, .words = {0x1f}}), "5'h1f");
  EXPECT_EQ(print_bits({.width = 32, .words = {12}, .is_quantity = true}), "32'd12");
  EXPECT_EQ(print_bits({.width = 36, .words = {0x89abcdef, 0x7}}), "36'h789abcdef");
}

TEST(PrintImage, OneRowALine) {
  Image image{.row_bits = 36, .rows = 2, .chunks = {0x89abcdef, 0x7, 0x1, 0}};
  EXPECT_EQ(print_image(image), "789abcdef\n000000001\n");
  Image narrow{.row_bits = 3, .rows = 2, .chunks = {5, 7}};
  EXPECT_EQ(print_image(narrow), "5\n7\n");
}

/// `leaf u_leaf` between two ports.
Module small_module() {
  Module module;
  module.name = "small";
  module.header = {"Design small.", "Generated."};
  const ConstantId width = add_constant(
      module,
      {.name = "Width", .value = std::int64_t{-2147483648}, .comment = "bits", .section = "Sizes"});
  const NetId in = add_net(module, {.name = "a_i", .width = 1, .width_name = {}, .section = {}});
  const NetId out =
      add_net(module, {.name = "long_o", .width = 8, .width_name = {}, .section = {}});
  module.ports = {{.net = in, .direction = Direction::Input, .section = "All"},
                  {.net = out, .direction = Direction::Output, .section = "All"}};
  module.instances = {{.module = "leaf",
                       .name = "u_leaf",
                       .comment = {},
                       .section = "Leaf",
                       .parameters = {{.name = "W", .value = width}},
                       .pins = {{.port = "d",
                                 .direction = Direction::Input,
                                 .width = 4,
                                 .value = {Zeros{3}, whole(module, in).front()}},
                                {.port = "query",
                                 .direction = Direction::Output,
                                 .width = 8,
                                 .value = whole(module, out)}}}};
  return module;
}

TEST(PrintModule, WholeFile) {
  EXPECT_EQ(print_module(small_module()), R"(// Design small.
// Generated.
`default_nettype none

module small (
  // All
  input  wire logic       a_i,
  output wire logic [7:0] long_o
);

  // ----------------------------------------------------------------------------------------- Sizes
  localparam int Width = 32'sh80000000;  // bits

  // ------------------------------------------------------------------------------------------ Leaf
  leaf #(
    .W (Width)
  ) u_leaf (
    .d     ({3'b0, a_i}),
    .query (long_o)
  );

endmodule
`default_nettype wire
)");
}

TEST(Resources, EveryLeafIsAModuleOfItsFile) {
  ASSERT_FALSE(rtl_files().empty());
  for (const RtlFile& file : rtl_files()) {
    EXPECT_NE(file.text.find("\nmodule " + std::string(file.name)), std::string_view::npos)
        << file.name;
  }
  EXPECT_TRUE(std::is_sorted(rtl_files().begin(), rtl_files().end(),
                             [](const RtlFile& a, const RtlFile& b) { return a.name < b.name; }));
}

TEST(Resources, LeavesComeBeforeTheirUsers) {
  const auto order = rtl_closure({"nacre_spiking_dense"});
  const auto position = [&](std::string_view name) {
    return std::find_if(order.begin(), order.end(),
                        [&](const RtlFile* file) { return file->name == name; }) -
           order.begin();
  };
  const auto count = static_cast<std::ptrdiff_t>(order.size());
  EXPECT_EQ(position("nacre_spiking_dense"), count - 1);
  EXPECT_LT(position("nacre_neuron_update"), count - 1);
  EXPECT_LT(position("nacre_stream_fifo"), position("nacre_spike_serializer"));
  // A leaf that is only named in a comment is not used.
  EXPECT_EQ(position("nacre_rate_encoder"), count);
  for (const RtlFile* file : order) {
    EXPECT_EQ(std::count(order.begin(), order.end(), file), 1) << file->name;
  }
}

TEST(Resources, AnUnknownLeafIsOurFault) {
  EXPECT_EXIT(rtl_closure({"nacre_nothing"}), testing::ExitedWithCode(70), "nacre_nothing");
}

}  // namespace
}  // namespace nacre
