// The netlist's verifier: a sound module passes, and each rule is seen when it is broken.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "design/names.hpp"
#include "nacre/design.hpp"

namespace nacre {
namespace {

/// A module with one leaf between an input and an output of four bits.
struct Example {
  Module module;
  ConstantId width;
  NetId in, out, inner;

  Example() {
    module.name = "example";
    width = add_constant(
        module, {.name = "Width", .value = std::int64_t{4}, .comment = {}, .section = "Whole"});
    in = add_net(module, {.name = "in_i", .width = 4, .width_name = {}, .section = {}});
    out = add_net(module, {.name = "out_o", .width = 4, .width_name = {}, .section = {}});
    inner = add_net(module, {.name = "inner", .width = 4, .width_name = width, .section = {}});
    module.ports = {{.net = in, .direction = Direction::Input, .section = {}},
                    {.net = out, .direction = Direction::Output, .section = {}}};
    add_leaf("u_first", in, inner);
    add_leaf("u_second", inner, out);
  }

  void add_leaf(const std::string& name, NetId from, NetId to) {
    module.instances.push_back(
        {.module = "leaf",
         .name = name,
         .comment = {},
         .section = {},
         .parameters = {{.name = "Width", .value = width, .min = 1, .max = 64}},
         .pins = {{.port = "d_i",
                   .direction = Direction::Input,
                   .width = 4,
                   .value = whole(module, from)},
                  {.port = "q_o",
                   .direction = Direction::Output,
                   .width = 4,
                   .value = whole(module, to)}}});
  }

  Pin& pin(std::size_t instance, std::size_t index) {
    return module.instances[instance].pins[index];
  }
};

/// True when one of the violations contains `text`; otherwise prints what was found.
testing::AssertionResult reports(const Module& module, const std::string& text) {
  const auto found = violations(module);
  const bool seen = std::any_of(found.begin(), found.end(), [&](const std::string& each) {
    return each.find(text) != std::string::npos;
  });
  if (seen) return testing::AssertionSuccess();
  auto result = testing::AssertionFailure() << "not reported: " << text << "; reported:";
  for (const std::string& each : found) result << "\n  " << each;
  return result;
}

TEST(Netlist, SoundModuleHasNoViolation) { EXPECT_TRUE(violations(Example().module).empty()); }

TEST(Netlist, NetWithoutDriver) {
  Example e;
  e.pin(0, 1).value = {Slice{.net = e.inner, .lsb = 0, .width = 3, .width_name = {}}};
  e.pin(0, 1).width = 3;
  EXPECT_TRUE(reports(e.module, "bit 3 of 'inner' has no driver"));
}

TEST(Netlist, NetWithTwoDrivers) {
  Example e;
  e.add_leaf("u_third", e.in, e.inner);
  EXPECT_TRUE(reports(e.module, "bit 0 of 'inner' has 2 drivers"));
}

TEST(Netlist, InputPortIsDrivenFromOutside) {
  Example e;
  e.add_leaf("u_third", e.inner, e.in);
  EXPECT_TRUE(reports(e.module, "bit 0 of 'in_i' has 2 drivers"));
}

TEST(Netlist, OneBitDrivenTwice) {
  Example e;
  Instance extra{
      .module = "leaf",
      .name = "u_bit",
      .comment = {},
      .section = {},
      .parameters = {},
      .pins = {{.port = "q_o",
                .direction = Direction::Output,
                .width = 1,
                .value = {Slice{.net = e.inner, .lsb = 2, .width = 1, .width_name = {}}}}}};
  e.module.instances.push_back(extra);
  EXPECT_TRUE(reports(e.module, "bit 2 of 'inner' has 2 drivers"));
}

TEST(Netlist, NetNeverRead) {
  Example e;
  const NetId extra =
      add_net(e.module, {.name = "extra", .width = 4, .width_name = e.width, .section = {}});
  e.add_leaf("u_third", e.in, extra);
  EXPECT_TRUE(reports(e.module, "net 'extra' is never read"));
}

TEST(Netlist, UnusedNetSaysSo) {
  Example e;
  const NetId extra =
      add_net(e.module, {.name = "unused_extra", .width = 4, .width_name = e.width, .section = {}});
  e.add_leaf("u_third", e.in, extra);
  EXPECT_TRUE(violations(e.module).empty());
}

TEST(Netlist, WidthsDifferAtPin) {
  Example e;
  e.pin(1, 0).width = 5;
  EXPECT_TRUE(reports(e.module, "u_second.d_i is 5 bits wide, its connection 4"));
}

TEST(Netlist, ConcatenationAddsUp) {
  Example e;
  e.pin(1, 0).width = 6;
  e.pin(1, 0).value.insert(e.pin(1, 0).value.begin(), Zeros{2});
  EXPECT_TRUE(violations(e.module).empty());
  e.pin(1, 0).value.insert(e.pin(1, 0).value.begin(), Zeros{1});
  EXPECT_TRUE(reports(e.module, "is 6 bits wide, its connection 7"));
}

TEST(Netlist, OutputDrivesConstant) {
  Example e;
  e.pin(1, 1).value = {Zeros{4}};
  EXPECT_TRUE(reports(e.module, "u_second.q_o is an output and drives a constant"));
}

TEST(Netlist, SliceBeyondNet) {
  Example e;
  e.pin(1, 0).value = {Slice{.net = e.inner, .lsb = 1, .width = 4, .width_name = {}}};
  EXPECT_TRUE(reports(e.module, "takes bits 1 +: 4 of 'inner', which has 4"));
}

TEST(Netlist, WidthConstantHasAnotherValue) {
  Example e;
  e.module.constants[0].value = std::int64_t{5};
  EXPECT_TRUE(reports(e.module, "net 'inner' has width 4, but its constant 'Width' has not"));
}

TEST(Netlist, ZeroWidth) {
  Example e;
  add_net(e.module, {.name = "nothing", .width = 0, .width_name = {}, .section = {}});
  EXPECT_TRUE(reports(e.module, "net 'nothing' has width 0"));
}

TEST(Netlist, PinOfZeroWidth) {
  Example e;
  e.pin(0, 0).width = 0;
  EXPECT_TRUE(reports(e.module, "u_first.d_i has width 0"));
}

TEST(Netlist, ConstantOfZeroWidth) {
  Example e;
  e.module.constants[0].value = Bits{.width = 0, .words = {}};
  EXPECT_TRUE(reports(e.module, "constant 'Width' has width 0"));
}

TEST(Netlist, ConstantBeyondInt) {
  Example e;
  e.module.constants[0].value = std::int64_t{1} << 31;
  EXPECT_TRUE(reports(e.module, "beyond 32 bits"));
}

TEST(Netlist, ConstantNeverUsed) {
  Example e;
  add_constant(e.module, {.name = "Spare", .value = std::int64_t{1}, .comment = {}, .section = {}});
  EXPECT_TRUE(reports(e.module, "constant 'Spare' is never used"));
}

TEST(Netlist, ParameterOutOfRange) {
  Example e;
  e.module.instances[0].parameters[0].max = 3;
  EXPECT_TRUE(reports(e.module, "u_first: parameter 'Width' is 4, the leaf takes 1 ... 3"));
  e.module.instances[0].parameters[0] = {.name = "Width", .value = e.width, .min = 5, .max = 9};
  EXPECT_TRUE(reports(e.module, "the leaf takes 5 ... 9"));
}

TEST(Netlist, ParameterSetTwice) {
  Example e;
  e.module.instances[0].parameters.push_back(e.module.instances[0].parameters[0]);
  EXPECT_TRUE(reports(e.module, "parameter 'Width' is set twice"));
}

TEST(Netlist, PortConnectedTwice) {
  Example e;
  e.module.instances[0].pins.push_back(e.pin(0, 0));
  EXPECT_TRUE(reports(e.module, "port 'd_i' is connected twice"));
}

TEST(Netlist, NameUsedTwice) {
  Example e;
  e.module.instances[1].name = "u_first";
  EXPECT_TRUE(reports(e.module, "the name 'u_first' is used twice"));
}

TEST(Netlist, NamesMustBeLegal) {
  for (const std::string name : {"always_ff", "Signal", "switch", "2nd", "a-b", "", "a b", "x\n"}) {
    Example e;
    e.module.nets[2].name = name;
    EXPECT_TRUE(reports(e.module, "is not a legal name")) << name;
  }
}

TEST(Netlist, VerifyEndsTheProgramAndListsAll) {
  Example e;
  e.pin(1, 0).width = 5;
  e.module.instances[1].name = "u_first";
  EXPECT_EXIT(verify(e.module), testing::ExitedWithCode(70), "used twice[^$]*5 bits wide");
}

TEST(Names, UpperCamel) {
  EXPECT_EQ(upper_camel("hidden_layer_2"), "HiddenLayer2");
  EXPECT_EQ(upper_camel("a"), "A");
  EXPECT_EQ(upper_camel("conv2D"), "Conv2D");
}

TEST(Names, ScopeGivesEachNameOnce) {
  NameScope scope;
  EXPECT_EQ(scope.take("net"), "net");
  EXPECT_EQ(scope.take("net"), "net_2");
  EXPECT_EQ(scope.take("NET"), "NET_3");
  EXPECT_EQ(scope.take("module"), "module_2");
}

}  // namespace
}  // namespace nacre
