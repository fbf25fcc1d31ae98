// Kinds that work on feature maps: spiking_conv, event_map, event_join. Faulty specifications are
// in tests/diagnostics.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

#include "event_join/event_join_spec.hpp"
#include "event_map/event_map_spec.hpp"
#include "nacre/spec.hpp"
#include "spec/kind_spec.hpp"
#include "spiking_conv/spiking_conv_spec.hpp"

namespace nacre {
namespace {

class FeatureMaps : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              (std::string("nacre_maps_") +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// The specification of these stages (JSON), behind an input of this map.
  Spec good(const std::string& map, const std::string& stages, const std::string& input = "") {
    diagnostics_ = {};
    const auto spec =
        read_spec_text(R"({"nacre": 1, "name": "d", "input": {"kind": "events", "map": )" + map +
                           input + R"(}, "stages": [)" + stages + "]}",
                       folder_ / "spec.json", diagnostics_);
    EXPECT_TRUE(spec) << (diagnostics_.all().empty() ? "" : diagnostics_.all()[0].message);
    return spec ? *spec : Spec{};
  }
  Spec conv(const std::string& map, const std::string& keys,
            const std::string& weights = R"({"bits": 4, "fill": "random"})",
            const std::string& neuron = R"({"membrane_bits": 8, "threshold": 8})") {
    return good(map, R"({"name": "s", "kind": "spiking_conv", "inputs": ["input"], )" + keys +
                         R"(, "weights": )" + weights + R"(, "neuron": )" + neuron + "}");
  }
  Spec map(const std::string& shape, const std::string& keys, const std::string& input = "") {
    return good(shape, R"({"name": "s", "kind": "event_map", "inputs": ["input"], )" + keys + "}",
                input);
  }
  /// 0, 1, 2, ... as 16-bit integers of this shape.
  void write_counting(const std::string& name, const std::string& shape, int count) {
    const std::string dict = "{'descr': '<i2', 'fortran_order': False, 'shape': " + shape + ", }\n";
    std::string bytes = std::string("\x93NUMPY\x01\x00", 8);
    bytes += static_cast<char>(dict.size());
    bytes += '\0';
    bytes += dict;
    for (int value = 0; value < count; ++value) {
      bytes += static_cast<char>(value & 255);
      bytes += static_cast<char>(value >> 8);
    }
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }

  std::filesystem::path folder_;
  Diagnostics diagnostics_;
};

const SpikingConvSpec& conv_of(const Spec& spec) {
  return params_of<SpikingConvSpec>(spec.stages.front());
}
const EventMapSpec& map_of(const Spec& spec) {
  return params_of<EventMapSpec>(spec.stages.front());
}
const EventJoinSpec& join_of(const Spec& spec) {
  return params_of<EventJoinSpec>(spec.stages.back());
}
StageFigures figures_of(const Spec& spec) {
  const Stage& stage = spec.stages.back();
  return find_kind_spec(stage.kind)->figures(stage);
}

TEST_F(FeatureMaps, ConvolutionDefaults) {
  const Spec spec = conv("[5, 7, 3]", R"("channels": 4, "kernel": 3)");
  const SpikingConvSpec& params = conv_of(spec);
  EXPECT_FALSE(params.transposed);
  EXPECT_EQ(params.rows.inputs, 5);
  EXPECT_EQ(params.columns.inputs, 7);
  EXPECT_EQ(params.rows.outputs, 3);
  EXPECT_EQ(params.columns.outputs, 5);
  EXPECT_EQ(params.rows.kernel, 3);
  EXPECT_EQ(params.rows.stride, 1);
  EXPECT_EQ(params.rows.dilation, 1);
  EXPECT_EQ(params.rows.padding_before, 0);
  EXPECT_EQ(params.columns.padding_after, 0);
  EXPECT_EQ(params.in_channels, 3);
  EXPECT_EQ(params.channels, 4);
  EXPECT_EQ(params.first_channel, 0);
  EXPECT_EQ(params.layer_channels, 4);
  EXPECT_EQ(params.groups, 1);
  EXPECT_EQ(params.lanes, 1);
  EXPECT_EQ(params.scan, ConvScan::Touched);
  EXPECT_FALSE(params.keep_state);
  EXPECT_EQ(params.bias_bits, 0);
  EXPECT_EQ(params.weights.size(), 4u * 3 * 3 * 3);
  const StreamShape& output = spec.stages[0].output;
  EXPECT_EQ(output.addresses, 3 * 5 * 4);
  EXPECT_EQ(output.height, 3);
  EXPECT_EQ(output.width, 5);
  EXPECT_EQ(output.channels, 4);
  EXPECT_EQ(output.step_events, 3 * 5 * 4);
  EXPECT_TRUE(output.ascending);
  EXPECT_TRUE(output.late);
  EXPECT_FALSE(output.negative_events);
}

TEST_F(FeatureMaps, ConvolutionKeys) {
  write_counting("b.npy", "(8,)", 8);
  const Spec spec =
      conv("[9, 16, 4]",
           R"("channels": 4, "kernel": [3, 5], "stride": [2, 3], "dilation": [1, 2],
         "padding": [1, 2, 3, 4],
         "groups": 2, "slice": {"first": 2, "of": 8}, "lanes": 2, "scan": "all", "keep_state": true,
         "state": {"storage": "flipflop"}, "bias": {"bits": 6, "file": "b.npy"})",
           R"({"code": "cells", "bits": 6, "fill": "max", "storage": "macro", "macro": "rom"})",
           R"({"membrane_bits": 8, "threshold": 8, "negative_threshold": -8, "max_spikes": 3})");
  const SpikingConvSpec& params = conv_of(spec);
  EXPECT_EQ(params.rows.outputs, (9 + 3 - 3) / 2 + 1);
  EXPECT_EQ(params.columns.outputs, (16 + 7 - 9) / 3 + 1);
  EXPECT_EQ(params.columns.kernel, 5);
  EXPECT_EQ(params.columns.stride, 3);
  EXPECT_EQ(params.columns.dilation, 2);
  EXPECT_EQ(params.rows.padding_before, 1);
  EXPECT_EQ(params.rows.padding_after, 2);
  EXPECT_EQ(params.columns.padding_before, 3);
  EXPECT_EQ(params.columns.padding_after, 4);
  EXPECT_EQ(params.groups, 2);
  EXPECT_EQ(params.first_channel, 2);
  EXPECT_EQ(params.layer_channels, 8);
  EXPECT_EQ(params.lanes, 2);
  EXPECT_EQ(params.scan, ConvScan::All);
  EXPECT_TRUE(params.keep_state);
  EXPECT_EQ(params.state_storage, Storage::FlipFlop);
  EXPECT_EQ(params.weight_storage, Storage::Macro);
  EXPECT_EQ(params.weight_macro, "rom");
  EXPECT_EQ(params.weight_code, WeightCode::Cells);
  EXPECT_EQ(params.weights, std::vector<std::int32_t>(4 * 2 * 3 * 5, 3));
  EXPECT_EQ(params.bias, (std::vector<std::int64_t>{2, 3, 4, 5}));
  EXPECT_EQ(params.bias_bits, 6);
  EXPECT_TRUE(spec.stages[0].output.negative_events);
  EXPECT_EQ(spec.stages[0].output.step_events, 3 * spec.stages[0].output.addresses);
}

TEST_F(FeatureMaps, OutputShapesAreThoseOfPyTorch) {
  // torch.nn.Conv2d and ConvTranspose2d, version 1.13.
  struct Case {
    const char* keys;
    std::int64_t height, width;
  };
  for (const Case& each :
       {Case{R"("kernel": 3, "padding": 1)", 12, 17},
        Case{R"("kernel": [11, 2], "stride": [4, 1], "padding": [2, 0])", 2, 16},
        Case{R"("kernel": 3, "stride": 2, "dilation": 3, "padding": 2)", 5, 8},
        Case{R"("kernel": 1, "stride": 5)", 3, 4},
        Case{R"("kernel": 2, "stride": 2, "transposed": true)", 24, 34},
        Case{R"("kernel": 3, "stride": 2, "padding": 1, "output_padding": 1, "transposed": true)",
             24, 34},
        Case{R"("kernel": [4, 5], "stride": [3, 1], "padding": [0, 3], "dilation": [2, 1],
                "transposed": true)",
             40, 15}}) {
    const Spec spec = conv("[12, 17, 2]", std::string(R"("channels": 1, )") + each.keys);
    EXPECT_EQ(spec.stages[0].output.height, each.height) << each.keys;
    EXPECT_EQ(spec.stages[0].output.width, each.width) << each.keys;
  }
}

TEST_F(FeatureMaps, FireEventHasNoBoundAndPassesOn) {
  const Spec spec = conv("[5, 7, 3]", R"("channels": 4, "kernel": 3)", R"({"fill": "random"})",
                         R"({"membrane_bits": 8, "threshold": 8, "fire": "event"})");
  EXPECT_EQ(spec.stages[0].output.step_events, 0);
  EXPECT_FALSE(spec.stages[0].output.ascending);
  EXPECT_FALSE(spec.stages[0].output.late);
}

TEST_F(FeatureMaps, WeightsOfAFile) {
  // 4 channels, 6 inputs in 2 groups, 2 x 1: (channels, inputs / groups, rows, columns).
  write_counting("w.npy", "(4, 3, 2, 1)", 24);
  const char* weights = R"({"bits": 8, "file": "w.npy"})";
  const auto all =
      conv_of(conv("[4, 4, 6]", R"("channels": 4, "kernel": [2, 1], "groups": 2)", weights))
          .weights;
  std::vector<std::int32_t> counting(24);
  std::iota(counting.begin(), counting.end(), 0);
  EXPECT_EQ(all, counting);
  const Spec part = conv(
      "[4, 4, 6]",
      R"("channels": 2, "kernel": [2, 1], "groups": 2, "slice": {"first": 1, "of": 4})", weights);
  EXPECT_EQ(conv_of(part).weights,
            std::vector<std::int32_t>(counting.begin() + 6, counting.begin() + 18));
  EXPECT_EQ(conv_of(part).weight(1, 2, 1, 0), 6 * 2 + 2 * 2 + 1);
}

TEST_F(FeatureMaps, WeightsOfATransposedConvolution) {
  // 4 inputs, 6 channels in 2 groups, 1 x 2: (inputs, channels / groups, rows, columns).
  write_counting("w.npy", "(4, 3, 1, 2)", 24);
  const Spec spec = conv("[4, 4, 4]",
                         R"("channels": 4, "kernel": [1, 2], "groups": 2, "transposed": true,
         "slice": {"first": 1, "of": 6})",
                         R"({"bits": 8, "file": "w.npy"})");
  for (std::int64_t m = 0; m < 4; ++m) {
    for (std::int64_t c = 0; c < 2; ++c) {
      const std::int64_t channel = m + 1;
      const std::int64_t input = channel / 3 * 2 + c;
      for (std::int64_t kx = 0; kx < 2; ++kx) {
        EXPECT_EQ(conv_of(spec).weight(m, c, 0, kx), (input * 3 + channel % 3) * 2 + kx);
      }
    }
  }
}

TEST_F(FeatureMaps, PartsOfARandomLayerFitTogether) {
  for (const char* more : {"", R"(, "transposed": true)"}) {
    const auto whole =
        conv_of(conv("[4, 4, 4]", std::string(R"("channels": 6, "kernel": 3, "groups": 2)") + more))
            .weights;
    std::vector<std::int32_t> parts;
    for (const char* first : {"0", "2", "4"}) {
      const auto part =
          conv_of(conv("[4, 4, 4]",
                       std::string(R"("channels": 2, "kernel": 3, "groups": 2, "slice": {"of": 6,
                                      "first": )") +
                           first + "}" + more))
              .weights;
      parts.insert(parts.end(), part.begin(), part.end());
    }
    EXPECT_EQ(parts, whole) << more;
  }
}

TEST_F(FeatureMaps, FiguresOfAConvolution) {
  // 3 x 3 on 4 x 4 with padding 1: 10 of (input, tap) pairs per axis; 2 groups of 3 inputs.
  const Spec spec =
      conv("[4, 4, 6]", R"("channels": 8, "kernel": 3, "padding": 1, "groups": 2, "lanes": 8)",
           R"({"bits": 4, "fill": "random"})",
           R"({"membrane_bits": 8, "threshold": 8, "leak": "shift", "leak_shift": 3})");
  const StageFigures figures = figures_of(spec);
  EXPECT_EQ(figures.synapses, 10 * 10 * 3 * 8);
  EXPECT_EQ(figures.cycles_per_event, 9);
  EXPECT_EQ(figures.synaptic_operations_per_cycle, 4);
  // Weights, membranes with a stamp, marks.
  EXPECT_EQ(figures.ram_bits, 6 * 9 * 8 * 4 + 16 * (8 * 8 + 8) + 2 * 16);
  // A group of channels 2 ... 3 and 4 ... 5 of the part lies in two words of 4 lanes at most.
  const Spec part = conv("[4, 4, 6]",
                         R"("channels": 6, "kernel": 1, "groups": 2, "lanes": 4, "scan": "all",
         "slice": {"first": 1, "of": 8})");
  EXPECT_EQ(figures_of(part).cycles_per_event, 2);
  EXPECT_EQ(figures_of(part).synapses, 16 * 3 * 6);
  EXPECT_EQ(figures_of(part).ram_bits, 6 * 2 * 4 * 4 + 16 * 2 * (4 * 8) + 2 * 32);
}

TEST_F(FeatureMaps, HashOfAConvolution) {
  const std::string keys = R"("channels": 4, "kernel": 3, "groups": 2)";
  const std::string hash = conv("[5, 5, 4]", keys).hash;
  EXPECT_EQ(conv("[5, 5, 4]", R"("channels": 4, "kernel": [3, 3], "groups": 2, "stride": 1,
                 "padding": [0, 0], "transposed": false, "scan": "touched",
                 "slice": {"first": 0, "of": 4})")
                .hash,
            hash);
  for (const char* more :
       {R"(, "stride": 2)", R"(, "stride": [1, 2])", R"(, "stride": [2, 1])",
        R"(, "dilation": [1, 2])", R"(, "padding": 1)", R"(, "padding": [1, 0, 0, 0])",
        R"(, "padding": [0, 1, 0, 0])", R"(, "padding": [0, 0, 1, 0])",
        R"(, "padding": [0, 0, 0, 1])", R"(, "transposed": true)",
        R"(, "transposed": true, "output_padding": 1)", R"(, "scan": "all")", R"(, "lanes": 2)",
        R"(, "keep_state": true)", R"(, "slice": {"first": 0, "of": 8})",
        R"(, "state": {"storage": "flipflop"})"}) {
    EXPECT_NE(conv("[5, 5, 4]", keys + more).hash, hash) << more;
  }
  EXPECT_NE(conv("[5, 5, 4]", R"("channels": 4, "kernel": 3, "groups": 4)").hash, hash);
  EXPECT_NE(conv("[5, 5, 4]", R"("channels": 4, "kernel": [3, 2], "groups": 2)").hash, hash);
  EXPECT_NE(conv("[5, 6, 4]", keys).hash, hash);
}

TEST_F(FeatureMaps, Pools) {
  const Spec spec = map("[7, 9, 3]", R"("operation": "sum_pool", "kernel": [2, 3])",
                        R"(, "step_events": 20, "negative": true)");
  EXPECT_EQ(map_of(spec).operation, MapOperation::SumPool);
  EXPECT_EQ(map_of(spec).rows.kernel, 2);
  EXPECT_EQ(map_of(spec).rows.stride, 2);
  EXPECT_EQ(map_of(spec).columns.stride, 3);
  EXPECT_EQ(map_of(spec).channels, 3);
  StreamShape output = spec.stages[0].output;
  EXPECT_EQ(output.height, 3);
  EXPECT_EQ(output.width, 3);
  EXPECT_EQ(output.channels, 3);
  EXPECT_TRUE(output.negative_events);
  EXPECT_EQ(output.step_events, 20);
  EXPECT_EQ(figures_of(spec).cycles_per_event, 1);

  // Windows that overlap: 2 rows of them and 3 columns at most.
  const Spec overlap = map("[7, 9, 3]",
                           R"("operation": "or_pool", "kernel": 3, "stride": [2, 1],
                              "padding": [1, 0, 2, 1])",
                           R"(, "step_events": 20)");
  output = overlap.stages[0].output;
  EXPECT_EQ(output.height, 3);
  EXPECT_EQ(output.width, 10);
  EXPECT_EQ(map_of(overlap).rows.padding_before, 1);
  EXPECT_EQ(map_of(overlap).rows.padding_after, 0);
  EXPECT_EQ(map_of(overlap).columns.padding_before, 2);
  EXPECT_EQ(map_of(overlap).columns.padding_after, 1);
  EXPECT_EQ(figures_of(overlap).cycles_per_event, 6);
  EXPECT_EQ(figures_of(overlap).ram_bits, 90);
  // 20 events of 6 addresses each, but there are 90 addresses only.
  EXPECT_EQ(output.step_events, 90);
  // An OR pool has a bound where its input has none.
  EXPECT_EQ(map("[7, 9, 3]", R"("operation": "or_pool", "kernel": 3)", R"(, "negative": true)")
                .stages[0]
                .output.step_events,
            2 * 2 * 3 * 3);
  EXPECT_EQ(
      map("[7, 9, 3]", R"("operation": "sum_pool", "kernel": 3)").stages[0].output.step_events, 0);
}

TEST_F(FeatureMaps, UpsampleAndFlatten) {
  const Spec up =
      map("[2, 3, 4]", R"("operation": "upsample", "factor": [3, 2])", R"(, "step_events": 5)");
  EXPECT_EQ(map_of(up).rows.factor, 3);
  EXPECT_EQ(map_of(up).columns.factor, 2);
  EXPECT_EQ(map_of(up).rows.outputs, 6);
  EXPECT_EQ(map_of(up).columns.outputs, 6);
  EXPECT_EQ(up.stages[0].output.addresses, 6 * 6 * 4);
  EXPECT_EQ(up.stages[0].output.step_events, 30);
  EXPECT_EQ(figures_of(up).cycles_per_event, 6);

  const Spec flat = map("[2, 3, 4]", R"("operation": "flatten")");
  EXPECT_EQ(map_of(flat).order, FlattenOrder::Hwc);
  EXPECT_EQ(flat.stages[0].output, (StreamShape{.addresses = 24}));
  const Spec chw = map("[2, 3, 4]", R"("operation": "flatten", "order": "chw")");
  EXPECT_EQ(map_of(chw).order, FlattenOrder::Chw);
  EXPECT_EQ(chw.stages[0].output, (StreamShape{.addresses = 24}));
  EXPECT_NE(flat.hash, chw.hash);
  EXPECT_NE(up.hash, map("[2, 3, 4]", R"("operation": "upsample", "factor": [2, 3])",
                         R"(, "step_events": 5)")
                         .hash);
}

/// A layer that fires at the end of a step, whose output is ascending and late.
std::string layer(const std::string& name, const std::string& input, const std::string& more) {
  return R"({"name": ")" + name + R"(", "kind": "spiking_conv", "inputs": [")" + input + R"("], )" +
         more + R"(, "weights": {"fill": "random"},
                    "neuron": {"membrane_bits": 8, "threshold": 8}})";
}

TEST_F(FeatureMaps, WhatAnEventMapKeepsOfTheOrder) {
  const auto keeps = [&](const std::string& shape, const std::string& keys) {
    const std::string channels = shape.substr(shape.rfind(' ') + 1, 1);
    const Spec spec =
        good(shape, layer("l", "input", R"("kernel": 1, "channels": )" + channels) +
                        R"(, {"name": "s", "kind": "event_map", "inputs": ["l"], )" + keys + "}");
    EXPECT_TRUE(spec.stages.back().output.late);
    return spec.stages.back().output.ascending;
  };
  EXPECT_TRUE(keeps("[4, 6, 2]", R"("operation": "flatten")"));
  EXPECT_FALSE(keeps("[4, 6, 2]", R"("operation": "flatten", "order": "chw")"));
  EXPECT_TRUE(keeps("[4, 6, 1]", R"("operation": "flatten", "order": "chw")"));
  EXPECT_TRUE(keeps("[1, 1, 2]", R"("operation": "flatten", "order": "chw")"));
  EXPECT_TRUE(keeps("[4, 6, 2]", R"("operation": "or_pool", "kernel": 1, "stride": 2)"));
  EXPECT_FALSE(keeps("[4, 6, 2]", R"("operation": "or_pool", "kernel": [1, 2])"));
  EXPECT_TRUE(keeps("[4, 6, 2]", R"("operation": "upsample", "factor": 1)"));
  EXPECT_FALSE(keeps("[4, 6, 2]", R"("operation": "upsample", "factor": [1, 2])"));
  // The design's input is in any order.
  EXPECT_FALSE(map("[4, 6, 2]", R"("operation": "flatten")").stages[0].output.ascending);
}

TEST_F(FeatureMaps, ConcatenationOfMaps) {
  const Spec spec = good("[4, 6, 3]",
                         layer("a", "input", R"("channels": 5, "kernel": 3, "padding": 1)") +
                             R"(, {"name": "j", "kind": "event_join", "inputs": ["a", "input", "a"],
                "mode": "concatenate"})",
                         R"(, "step_events": 40, "negative": true)");
  const EventJoinSpec& params = join_of(spec);
  EXPECT_EQ(params.mode, JoinMode::Concatenate);
  EXPECT_EQ(params.order, JoinOrder::Input);
  EXPECT_EQ(params.positions, 24);
  ASSERT_EQ(params.inputs.size(), 3u);
  EXPECT_EQ(params.inputs[0].channels, 5);
  EXPECT_EQ(params.inputs[1].channels, 3);
  // A time step and its end, two words of them in front; a fork makes `a` as early as any.
  EXPECT_EQ(params.inputs[0].buffer_words, 0);
  EXPECT_EQ(params.inputs[1].buffer_words, 40 + 1 - 2);
  EXPECT_EQ(params.inputs[2].buffer_words, 4 * 6 * 5 + 1 - 2);
  const StreamShape& output = spec.stages.back().output;
  EXPECT_EQ(output.addresses, 4 * 6 * 13);
  EXPECT_EQ(output.height, 4);
  EXPECT_EQ(output.width, 6);
  EXPECT_EQ(output.channels, 13);
  EXPECT_TRUE(output.negative_events);
  EXPECT_EQ(output.step_events, 40 + 2 * 120);
  EXPECT_FALSE(output.ascending);
  EXPECT_FALSE(output.late);
  // Words of 3 + 7 bits: the widest input has 120 addresses.
  EXPECT_EQ(figures_of(spec).ram_bits, (39 + 119) * 10);
  EXPECT_EQ(figures_of(spec).cycles_per_event, 1);
}

TEST_F(FeatureMaps, AdditionByAddress) {
  const std::string layers = layer("a", "input", R"("channels": 5, "kernel": 3, "padding": 1)") +
                             ", " + layer("b", "input", R"("channels": 5, "kernel": 1)") + ", ";
  const std::string join =
      R"({"name": "j", "kind": "event_join", "inputs": ["a", "b"], "mode": "add",
          "order": "address")";
  const Spec spec = good("[4, 6, 3]", layers + join + "}");
  EXPECT_EQ(join_of(spec).mode, JoinMode::Add);
  EXPECT_EQ(join_of(spec).order, JoinOrder::Address);
  EXPECT_EQ(join_of(spec).inputs[0].buffer_words, 0);
  EXPECT_EQ(join_of(spec).inputs[1].buffer_words, 0);
  const StreamShape& output = spec.stages.back().output;
  EXPECT_EQ(output.addresses, 4 * 6 * 5);
  EXPECT_EQ(output.channels, 5);
  EXPECT_EQ(output.step_events, 240);
  EXPECT_TRUE(output.ascending);
  EXPECT_TRUE(output.late);
  // Buffers that nobody needs can be had.
  const Spec deeper = good("[4, 6, 3]", layers + join + R"(, "buffer_words": [0, 64]})");
  EXPECT_EQ(join_of(deeper).inputs[0].buffer_words, 0);
  EXPECT_EQ(join_of(deeper).inputs[1].buffer_words, 64);
  EXPECT_NE(deeper.hash, spec.hash);
}

TEST_F(FeatureMaps, JoinsWithoutAMap) {
  const std::string dense = R"(, "kind": "spiking_dense", "inputs": ["input"],
      "weights": {"fill": "random"}, "neuron": {"membrane_bits": 8, "threshold": 8}, "neurons": )";
  const std::string stages = R"({"name": "a")" + dense + R"(10}, {"name": "b")" + dense + R"(7},
      {"name": "j", "kind": "event_join", "inputs": ["a", "b"], "mode": "concatenate"})";
  const Spec spec = good("[4, 6, 3]", stages);
  EXPECT_EQ(join_of(spec).positions, 1);
  EXPECT_EQ(join_of(spec).inputs[0].channels, 10);
  EXPECT_EQ(join_of(spec).inputs[1].channels, 7);
  EXPECT_EQ(spec.stages.back().output, (StreamShape{.addresses = 17}));
}

TEST_F(FeatureMaps, TheSmallestBufferHasTwoWords) {
  const auto words = [&](const char* step_events) {
    return join_of(good("[4, 6, 3]",
                        layer("a", "input", R"("channels": 5, "kernel": 1)") +
                            R"(, {"name": "j", "kind": "event_join", "inputs": ["a", "input"],
                                  "mode": "concatenate"})",
                        std::string(R"(, "step_events": )") + step_events))
        .inputs[1]
        .buffer_words;
  };
  EXPECT_EQ(words("1"), 0);
  EXPECT_EQ(words("2"), 2);
  EXPECT_EQ(words("3"), 2);
  EXPECT_EQ(words("4"), 3);
}

TEST_F(FeatureMaps, BoundsDoNotOverflow) {
  std::string stages;
  std::string input = "input";
  for (int i = 0; i < 8; ++i) {
    const std::string name = "p" + std::to_string(i);
    stages += (i == 0 ? "" : ", ") + std::string(R"({"name": ")") + name +
              R"(", "kind": "event_map", "operation": "sum_pool", "kernel": 64, "stride": 1,
                  "padding": 63, "inputs": [")" +
              input + R"("]})";
    input = name;
  }
  const Spec spec = good("[64, 64, 1]", stages, R"(, "step_events": 16777216)");
  EXPECT_EQ(spec.stages.back().output.step_events, std::int64_t{1} << 40);
}

}  // namespace
}  // namespace nacre
