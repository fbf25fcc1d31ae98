// Device macros: what they simulate as, what they cost, what Yosys is told.

#include "synth/device_models.hpp"

#include <gtest/gtest.h>

namespace nacre::flows {
namespace {

DeviceModel converter() {
  return {.module = "nacre_adc_0",
          .leaf = "nacre_adc",
          .type = R"($paramod\nacre_adc\AdcBits=8)",
          .parameters = {{"AdcBits", "00001000"}},
          .ports = {{.name = "sample_i"}, {.name = "code_o", .is_output = true, .width = 8}}};
}

DeviceModel array() {
  return {.module = "nacre_crossbar_array_0",
          .leaf = "nacre_crossbar_array",
          .type = R"($paramod$12\nacre_crossbar_array)",
          .parameters = {{"Banks", "10"},
                         {"Rows", "1001000"},
                         {"Columns", "1010000"},
                         {"CellBits", "11"},
                         {"NumAdcs", "10100"},
                         {"DigitBits", "10"}},
          .ports = {}};
}

TEST(DeviceModels, AWrapperIsTheLeafWithItsParameters) {
  EXPECT_EQ(device_wrappers({converter()}),
            "module nacre_adc_0 (\n  input wire [0:0] sample_i,\n  output wire [7:0] code_o\n);\n"
            "  nacre_adc #(\n    .AdcBits(8'b00001000)\n  ) u_model (\n"
            "    .sample_i(sample_i),\n    .code_o(code_o)\n  );\nendmodule\n");
}

TEST(DeviceModels, MacrosAreBoxesAndLogicKeepsItsBoundary) {
  const SourceFile boxes = device_commands({converter()}, DeviceModels::Macro, "dut");
  EXPECT_TRUE(boxes.path.ends_with(".ys"));
  EXPECT_NE(boxes.text.find("blackbox nacre_adc_0\n"), std::string::npos);
  EXPECT_NE(boxes.text.find("hierarchy -top dut\n"), std::string::npos);
  const SourceFile logic = device_commands({converter()}, DeviceModels::Logic, "dut");
  EXPECT_EQ(logic.text.find("blackbox"), std::string::npos);
  EXPECT_NE(logic.text.find("keep_hierarchy 1 nacre_adc_0\n"), std::string::npos);
}

// By hand: 100 * 8 + 0.001 * 4^8 = 865.536 fF; 10^(1.206 - 0.2952) * 256 = 2,084.65 um2.
TEST(DeviceModels, AConverterCostsWhatTheFitSays) {
  Diagnostics diagnostics;
  const auto at_28 = estimate_device({}, converter(), 28, 1, diagnostics);
  ASSERT_TRUE(at_28);
  EXPECT_NEAR(at_28->read_j, 865.536e-15, 1e-18);
  EXPECT_NEAR(at_28->area_um2, 2084.65, 0.1);
  const auto at_56 = estimate_device({}, converter(), 56, 2, diagnostics);
  ASSERT_TRUE(at_56);
  EXPECT_NEAR(at_56->read_j, 8 * at_28->read_j, 1e-18);
  EXPECT_NEAR(at_56->area_um2, 4 * at_28->area_um2, 1e-6);
}

TEST(DeviceModels, AnArrayIsCountedByTheColumnsThatAreConnected) {
  EXPECT_EQ(array().bits(), 2 * 72 * 80 * 3);
  Diagnostics diagnostics;
  const auto table = read_memory_table({}, diagnostics);
  ASSERT_TRUE(table);
  const auto estimate = estimate_device(*table, array(), 130, 1.8, diagnostics);
  ASSERT_TRUE(estimate);
  // 144 word lines of 80 cells, as published: 20 of 80 columns, 0.45 pJ each.
  EXPECT_NEAR(estimate->read_j, 20 * 0.45e-12, 1e-15);
  EXPECT_NEAR(estimate->area_um2, 144 * 80 * 0.676, 1e-6);
  EXPECT_EQ(estimate->digit_bits, 2);
  EXPECT_FALSE(estimate_device({}, array(), 130, 1.8, diagnostics));
  EXPECT_EQ(diagnostics.all().back().code, "N1109");
}

TEST(DeviceModels, AMagneticArrayCostsItsDevices) {
  const DeviceModel magnetic{
      .module = "nacre_mtj_array_0",
      .leaf = "nacre_mtj_array",
      .type = R"($paramod$34\nacre_mtj_array)",
      .parameters = {{"Rows", "100000000000"}, {"Bits", "10000"}, {"DevicesPerBit", "10"}},
      .ports = {}};
  EXPECT_EQ(magnetic.bits(), 2048 * 16 * 2);
  Diagnostics diagnostics;
  const auto table = read_memory_table({}, diagnostics);
  ASSERT_TRUE(table);
  // The table's entry of that size.
  const auto estimate = estimate_device(*table, magnetic, 22, 1.0, diagnostics);
  ASSERT_TRUE(estimate);
  EXPECT_EQ(estimate->constants, "stt_mram_22nm_2048x32");
  EXPECT_NEAR(estimate->read_j, 32 * 0.245e-12, 1e-15);
  EXPECT_NEAR(estimate->area_um2, 2048 * 32 * 0.236, 1e-6);
  EXPECT_FALSE(estimate_device({}, magnetic, 22, 1.0, diagnostics));
  EXPECT_EQ(diagnostics.all().back().code, "N1109");
}

}  // namespace
}  // namespace nacre::flows
