#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "synth/figures.hpp"
#include "synth/macro_liberty.hpp"

namespace nacre::flows {
namespace {

/// A synthesis with figures that are easy to check by head: 2,400 um2, a NAND2 of 24 um2.
SynthResult small_result() {
  SynthResult result;
  result.library.name = "cells";
  result.library.voltage = 1.8;
  result.nand2 = "NAND2X1";
  result.nand2_area = 24;
  result.synthesis.area = 2400;
  result.synthesis.num_cells = 50;
  result.synthesis.flip_flops = 7;
  result.synthesis.clock_gates = 2;
  result.synthesis.logic_depth = 11;
  result.synthesis.cells = {{"DFFPOSX1", 7}, {"NAND2X1", 43}};
  result.synthesis.hierarchy = {{.path = "",
                                 .module = "top",
                                 .depth = 0,
                                 .area = 2500,
                                 .own_area = 100,
                                 .cells = 52,
                                 .flip_flops = 7},
                                {.path = "u_core",
                                 .module = "nacre_core",
                                 .depth = 1,
                                 .area = 2400,
                                 .own_area = 2400,
                                 .cells = 50,
                                 .flip_flops = 7}};
  result.synthesis.macros = {{.path = "u_a", .module = "ram_a", .bits = 1024},
                             {.path = "u_b", .module = "ram_a", .bits = 1024}};
  result.memories = {{.macro = "ram_a",
                      .constants = "sram",
                      .area_um2 = 5000,
                      .read_j = 2e-12,
                      .write_j = 3e-12,
                      .leakage_w = 1e-9,
                      .access_s = 2e-9}};
  result.constants = {
      {.name = "sram", .cell = "sram", .node_nm = 180, .citation = "a paper", .how = "measured"}};
  Timing timing;
  timing.clock_s = 10e-9;
  timing.worst_slack_s = 6e-9;
  timing.fmax_hz = 250e6;
  timing.begin_name = "u_core.state_q[0]";
  timing.end_name = "u_core.state_q[3]";
  timing.report = "Startpoint: u_core\n";
  result.corners = {{.name = "tt", .voltage = 1.8, .temperature = 25, .timing = timing}};
  return result;
}

/// 4 samples of 1,000 cycles each that spent 8 nJ in logic and 4 nJ in memories.
PowerResult small_power() {
  PowerResult power;
  power.run.total = {.switching = 3e-9,
                     .internal = 2e-9,
                     .clock = 2e-9,
                     .leakage = 1e-9,
                     .memory = 3.5e-9,
                     .memory_leakage = 0.5e-9};
  power.run.blocks = {{.block = "u_core", .by_cause = {power.run.total, {}, {}}}};
  power.run.clock_s = 10e-9;
  power.run.mean_activity = 0.125;
  power.samples = 4;
  power.cycles = 4000;
  power.steps = 40;
  power.synaptic_operations = 6000;
  power.energy_per_inference_j = 3e-9;
  power.energy_per_sop_j = 2e-12;
  power.average_power_w = 0.3e-3;
  power.step_j = 300e-12;
  power.silent_step_j = 15e-12;
  power.idle_cycle_j = 0.25e-12;
  power.ours_logic_w = 0.2e-3;
  power.opensta =
      StaPower{.internal_w = 0.2e-3, .switching_w = 0.1e-3, .leakage_w = 0, .total_w = 0.3e-3};
  return power;
}

const harness::Metric& find(const std::vector<harness::Metric>& metrics, const std::string& key) {
  for (const harness::Metric& metric : metrics) {
    if (metric.key == key) return metric;
  }
  ADD_FAILURE() << "no metric " << key;
  return metrics.front();
}

double value(const std::vector<harness::Metric>& metrics, const std::string& key) {
  const harness::Metric& metric = find(metrics, key);
  EXPECT_TRUE(metric.value) << key << " has no value: " << metric.reason;
  return metric.value.value_or(-1);
}

TEST(SynthMetrics, AreaAndClock) {
  const auto metrics = synth_metrics(small_result(), {});
  EXPECT_DOUBLE_EQ(value(metrics, "synth__design__instance__area__stdcell"), 2400);
  EXPECT_DOUBLE_EQ(value(metrics, "synth__kge"), 0.1);
  EXPECT_DOUBLE_EQ(value(metrics, "synth__flip_flops"), 7);
  EXPECT_DOUBLE_EQ(value(metrics, "synth__latches"), 0);
  EXPECT_DOUBLE_EQ(value(metrics, "synth__clock_gates"), 2);
  EXPECT_DOUBLE_EQ(value(metrics, "synth__macro_bits"), 2048);
  EXPECT_DOUBLE_EQ(value(metrics, "synth__area__macro"), 10000);
  EXPECT_EQ(find(metrics, "synth__area__macro").method, "model");
  EXPECT_NEAR(value(metrics, "synth__timing__setup__ws"), 6, 1e-9);
  EXPECT_NEAR(value(metrics, "synth__fmax"), 250, 1e-9);
}

TEST(SynthMetrics, WhatWasNotAskedForSaysWhichOptionAsks) {
  const auto metrics = synth_metrics(small_result(), {});
  const std::map<std::string, std::string> asked_by = {
      {"synth__peer__nand2", "--peer-flow"},
      {"synth__repeat__area__sigma", "--repeat N"},
      {"gate_verify__mismatch__count", "--gate-verify"},
      {"equivalence__proven", "--equivalence"},
      {"power__energy_per_inference", "--power"},
      {"synth__sop_per_cycle_per_kge", "--power"}};
  for (const auto& [key, option] : asked_by) {
    const harness::Metric& metric = find(metrics, key);
    EXPECT_FALSE(metric.value) << key;
    EXPECT_EQ(metric.reason, "not asked: " + option) << key;
  }
  for (const harness::Metric& metric : metrics) {
    EXPECT_FALSE(metric.unit.empty()) << metric.key;
    EXPECT_TRUE(metric.method == "measured" || metric.method == "estimated" ||
                metric.method == "model")
        << metric.key << ": " << metric.method;
    EXPECT_FALSE(metric.value ? metric.source.empty() : metric.reason.empty()) << metric.key;
  }
}

TEST(SynthMetrics, CornersHaveKeysOfTheirOwnOnlyWhenThereAreSeveral) {
  SynthResult result = small_result();
  const auto has_corner = [](const std::vector<harness::Metric>& metrics) {
    return std::any_of(metrics.begin(), metrics.end(), [](const harness::Metric& metric) {
      return metric.key.find("__corner:") != std::string::npos;
    });
  };
  EXPECT_FALSE(has_corner(synth_metrics(result, {})));
  result.corners.push_back(result.corners.front());
  result.corners.back().name = "ss";
  result.corners.back().timing.worst_slack_s = 1e-9;
  const auto metrics = synth_metrics(result, {});
  EXPECT_NEAR(value(metrics, "synth__timing__setup__ws__corner:tt"), 6, 1e-9);
  EXPECT_NEAR(value(metrics, "synth__timing__setup__ws__corner:ss"), 1, 1e-9);
  EXPECT_NEAR(value(metrics, "synth__timing__setup__ws"), 6, 1e-9);
}

TEST(SynthMetrics, EnergyKeepsLogicAndModelApart) {
  SynthResult result = small_result();
  result.power = small_power();
  result.operations_per_cycle = 1.5;
  const auto metrics = synth_metrics(result, {});
  EXPECT_NEAR(value(metrics, "power__energy_per_inference"), 3, 1e-9);
  EXPECT_NEAR(value(metrics, "power__energy_per_inference__logic"), 2, 1e-9);
  EXPECT_NEAR(value(metrics, "power__energy_per_inference__memory"), 1, 1e-9);
  EXPECT_EQ(find(metrics, "power__energy_per_inference__logic").method, "estimated");
  EXPECT_EQ(find(metrics, "power__energy_per_inference__memory").method, "model");
  EXPECT_EQ(find(metrics, "power__energy_per_inference").method, "model");
  EXPECT_NEAR(value(metrics, "power__energy_per_sop"), 2, 1e-9);
  EXPECT_NEAR(value(metrics, "power__idle_step_ratio"), 0.05, 1e-9);
  EXPECT_NEAR(value(metrics, "power__average"), 0.3, 1e-9);
  // 1.5 nJ of leakage in 4,000 cycles of 10 ns.
  EXPECT_NEAR(value(metrics, "power__leakage"), 37.5, 1e-6);
  EXPECT_NEAR(value(metrics, "power__opensta__ratio"), 1.5, 1e-9);
  // 1.5 operations a cycle in 0.1 kGE.
  EXPECT_NEAR(value(metrics, "synth__sop_per_cycle_per_kge"), 15, 1e-9);
  result.synthesis.macros.clear();
  EXPECT_EQ(find(synth_metrics(result, {}), "power__energy_per_inference").method, "estimated");
}

TEST(SynthMetrics, AFlatNetlistHasNoStep) {
  SynthResult result = small_result();
  result.power = small_power();
  result.power->causes_known = false;
  result.power->step_j = 0;
  const auto metrics = synth_metrics(result, {});
  EXPECT_FALSE(find(metrics, "power__idle_step_ratio").value);
  EXPECT_NE(find(metrics, "power__idle_step_ratio").reason.find("--flatten"), std::string::npos);
  EXPECT_TRUE(find(metrics, "power__silent_step").value);
}

TEST(SynthMetrics, ScatterAndVerdicts) {
  SynthResult result = small_result();
  result.repeats = Repeats{
      .area = {.values = {2380, 2420}, .mean = 2400, .sigma = 28.3, .min = 2380, .max = 2420},
      .longest_path_s = {
          .values = {4e-9, 5e-9}, .mean = 4.5e-9, .sigma = 0.7e-9, .min = 4e-9, .max = 5e-9}};
  result.equivalence = {{.module = "a", .verdict = Verdict::Proven},
                        {.module = "b", .verdict = Verdict::Proven},
                        {.module = "c", .verdict = Verdict::Undecided}};
  const auto metrics = synth_metrics(result, {});
  EXPECT_NEAR(value(metrics, "synth__repeat__area__sigma"), 28.3, 1e-9);
  EXPECT_NEAR(value(metrics, "synth__repeat__path__mean"), 4.5, 1e-9);
  EXPECT_NEAR(value(metrics, "synth__repeat__path__max"), 5, 1e-9);
  EXPECT_NEAR(noise_of(result.repeats->area), 56.6, 1e-9);
  EXPECT_EQ(value(metrics, "equivalence__proven"), 2);
  EXPECT_EQ(value(metrics, "equivalence__different"), 0);
  EXPECT_EQ(value(metrics, "equivalence__undecided"), 1);
}

TEST(SynthFiles, NamesOfLoopsKeepTheirIndex) {
  EXPECT_EQ(local_name("u_core"), "u_core");
  EXPECT_EQ(local_name("u_core.u_fifo"), "u_fifo");
  EXPECT_EQ(local_name("u_core.gen_lane[3].u_neuron"), "gen_lane[3].u_neuron");
  EXPECT_EQ(local_name("gen_a[1].gen_b[2].u_x"), "gen_a[1].gen_b[2].u_x");
}

TEST(SynthFiles, AreaJsonHasTheHierarchyAndTheMacros) {
  const auto document = nlohmann::json::parse(area_json(small_result()));
  EXPECT_EQ(document["hierarchy"].size(), 2u);
  EXPECT_EQ(document["hierarchy"][1]["path"], "u_core");
  EXPECT_DOUBLE_EQ(document["hierarchy"][1]["gate_equivalents"], 100);
  ASSERT_EQ(document["macros"].size(), 1u);
  EXPECT_EQ(document["macros"][0]["instances"].size(), 2u);
  EXPECT_EQ(document["macros"][0]["citation"], "a paper");
  EXPECT_EQ(document["macros"][0]["method"], "model");
}

TEST(SynthFiles, PowerJsonIsPerSampleAndAddsUp) {
  SynthResult result = small_result();
  result.power = small_power();
  const auto document = nlohmann::json::parse(power_json(result));
  EXPECT_DOUBLE_EQ(document["total"]["switching_j"], 0.75e-9);
  EXPECT_DOUBLE_EQ(document["total"]["memory_model_j"], 0.875e-9);
  const auto& block = document["blocks"][0];
  for (const auto& [key, total] : document["total"].items()) {
    double sum = 0;
    for (const char* cause : {"input_event", "time_step", "idle"}) {
      sum += block[cause][key].get<double>();
    }
    EXPECT_DOUBLE_EQ(sum, total.get<double>()) << key;
  }
}

TEST(MacroLiberty, HasThePortsAndTheAccessTime) {
  const std::string text =
      macro_liberty({{.name = "ram_a", .ports = MemoryPorts::ReadWrite, .width = 40, .depth = 720},
                     {.name = "ram_b", .ports = MemoryPorts::ReadAndWrite, .width = 8, .depth = 1}},
                    {{.macro = "ram_a", .constants = "sram", .access_s = 3.25e-9},
                     {.macro = "ram_b", .constants = "sram", .access_s = 1e-9}});
  for (const char* part :
       {"cell (ram_a)", "bus (addr_i) { bus_type : bits_10;", "bus (wmask_i) { bus_type : bits_2;",
        "values (\"3.250000\")", "cell (ram_b)", "bus (raddr_i) { bus_type : bits_1;",
        "pin (ren_i)", "pin (wen_i)"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  EXPECT_TRUE(macro_liberty({}, {}).empty());
}

}  // namespace
}  // namespace nacre::flows
