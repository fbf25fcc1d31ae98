// read_spec: stages that fork and join streams. Faulty graphs are in tests/diagnostics.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "event_join/event_join_spec.hpp"
#include "nacre/spec.hpp"

namespace nacre {
namespace {

class ReadGraph : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              (std::string("nacre_graph_") +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// A specification of these stages.
  Spec read(const std::vector<std::string>& stages,
            const std::string& input = R"({"kind": "events", "addresses": 6, "step_events": 5})") {
    std::string text = R"({"nacre": 1, "name": "d", "input": )" + input + R"(, "stages": [)";
    for (const std::string& stage : stages) text += (&stage == &stages[0] ? "" : ", ") + stage;
    std::ofstream(folder_ / "spec.json", std::ios::binary) << text << "]}";
    Diagnostics diagnostics;
    const auto spec = read_spec(folder_ / "spec.json", diagnostics);
    EXPECT_TRUE(spec) << (diagnostics.all().empty() ? "" : diagnostics.all()[0].message);
    return spec ? *spec : Spec{};
  }

  std::filesystem::path folder_;
};

std::string layer(const std::string& name, const std::string& input, int neurons,
                  const std::string& fire = "step") {
  return R"({"name": ")" + name + R"(", "kind": "spiking_dense", "inputs": [")" + input +
         R"("], "neurons": )" + std::to_string(neurons) +
         R"(, "weights": {"bits": 4, "fill": "random"},
             "neuron": {"membrane_bits": 8, "threshold": 8, "fire": ")" +
         fire + R"("}})";
}

std::string join(const std::string& name, const std::string& inputs) {
  return R"({"name": ")" + name + R"(", "kind": "event_join", "mode": "concatenate", "inputs": )" +
         inputs + "}";
}

std::vector<std::string> names(const Spec& spec) {
  std::vector<std::string> all;
  for (const Stage& stage : spec.stages) all.push_back(stage.name);
  return all;
}

TEST_F(ReadGraph, OrderOfTheFileDoesNotMatter) {
  const std::vector<std::string> stages = {layer("a", "input", 4), layer("b", "a", 3),
                                           layer("c", "input", 2),
                                           join("whole", R"(["b", "c", "input"])")};
  const Spec one = read(stages);
  EXPECT_EQ(names(one), (std::vector<std::string>{"a", "b", "c", "whole"}));
  const Spec other = read({stages[3], stages[2], stages[1], stages[0]});
  EXPECT_EQ(names(other), names(one));
  EXPECT_EQ(other.hash, one.hash);
  // The order of a join's inputs is the order of its output.
  const Spec swapped = read({layer("a", "input", 4), layer("b", "a", 3), layer("c", "input", 2),
                             join("whole", R"(["c", "b", "input"])")});
  EXPECT_NE(swapped.hash, one.hash);
}

TEST_F(ReadGraph, AForkTakesLatenessAway) {
  const Spec spec = read({layer("a", "input", 4), layer("b", "a", 3), join("j", R"(["b", "a"])")});
  ASSERT_EQ(names(spec), (std::vector<std::string>{"a", "b", "j"}));
  EXPECT_TRUE(spec.stages[0].output.late);
  EXPECT_EQ(spec.stages[0].output.step_events, 4);
  const Stage& join = spec.stages[2];
  ASSERT_EQ(join.shapes.size(), 2U);
  EXPECT_TRUE(join.shapes[0].late);
  EXPECT_FALSE(join.shapes[1].late);
  EXPECT_FALSE(join.output.late);
  // Room for four events and end_of_step, two of which the FIFO in front holds.
  EXPECT_EQ(params_of<EventJoinSpec>(join).inputs[0].buffer_words, 0);
  EXPECT_EQ(params_of<EventJoinSpec>(join).inputs[1].buffer_words, 3);
}

TEST_F(ReadGraph, WhatFiresAtOncePassesLatenessOn) {
  const Spec spec = read({layer("a", "input", 4), layer("b", "a", 3, "event"),
                          layer("c", "input", 3, "event"), join("j", R"(["c", "b"])")});
  EXPECT_TRUE(spec.stages.back().shapes[1].late);
  EXPECT_EQ(spec.stages.back().shapes[1].step_events, 0);
  EXPECT_FALSE(spec.stages.back().shapes[0].late);
}

TEST_F(ReadGraph, MapGivesTheAddresses) {
  const Spec spec = read({R"({"name": "r", "kind": "spike_readout", "inputs": ["input"]})"},
                         R"({"kind": "events", "map": [3, 4, 2]})");
  EXPECT_EQ(spec.input, (StreamShape{.addresses = 24, .height = 3, .width = 4, .channels = 2}));
  EXPECT_TRUE(has_map(spec.input));
  const Spec plain = read({R"({"name": "r", "kind": "spike_readout", "inputs": ["input"]})"},
                          R"({"kind": "events", "addresses": 24})");
  EXPECT_NE(plain.hash, spec.hash);
}

TEST_F(ReadGraph, SixtyFourStages) {
  std::vector<std::string> stages;
  std::string source = "input";
  for (int i = 0; i < 64; ++i) {
    stages.push_back(layer("s" + std::to_string(i), source, 1));
    source = "s" + std::to_string(i);
  }
  EXPECT_EQ(read(stages).stages.size(), 64U);
}

}  // namespace
}  // namespace nacre
