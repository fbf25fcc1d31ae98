// Forks, joins and many stages in the top.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "nacre/generate.hpp"
#include "nacre/spec.hpp"

namespace nacre {
namespace {

Design elaborate_text(const std::string& input, const std::string& stages) {
  const auto file = std::filesystem::path(testing::TempDir()) /
                    (std::string("nacre_design_graph_") +
                     testing::UnitTest::GetInstance()->current_test_info()->name() + ".json");
  std::ofstream(file, std::ios::binary)
      << R"({"nacre": 1, "name": "d", "input": )" + input + R"(, "stages": [)" + stages + "]}";
  Diagnostics diagnostics;
  const auto spec = read_spec(file, diagnostics);
  std::filesystem::remove(file);
  EXPECT_TRUE(spec) << (diagnostics.all().empty() ? "" : diagnostics.all()[0].message);
  // Elaboration ends with the netlist's own check: widths, drivers, readers.
  return spec ? elaborate_design(*spec) : Design{};
}

std::string layer(const std::string& name, const std::string& input, int neurons) {
  return R"({"name": ")" + name + R"(", "kind": "spiking_dense", "inputs": [")" + input +
         R"("], "neurons": )" + std::to_string(neurons) +
         R"(, "weights": {"bits": 4, "fill": "random"},
             "neuron": {"membrane_bits": 8, "threshold": 8}})";
}

const Instance* find_instance(const Design& design, const std::string& name) {
  const auto& all = design.top.instances;
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Instance& each) { return each.name == name; });
  return found == all.end() ? nullptr : &*found;
}

const Pin& pin_of(const Instance& instance, const std::string& port) {
  return *std::find_if(instance.pins.begin(), instance.pins.end(),
                       [&](const Pin& pin) { return pin.port == port; });
}

TEST(DesignGraph, StreamsForkAndJoin) {
  // Words of 3 bits and an address: 5 bits of 24 inputs, 3 of 7 neurons, 2 of 4.
  const Design design = elaborate_text(
      R"({"kind": "events", "addresses": 24, "step_events": 9})",
      layer("a", "input", 7) + ", " + layer("b", "a", 4) +
          R"(, {"name": "j", "kind": "event_join", "inputs": ["b", "a", "a", "input"],
                "mode": "concatenate"})");
  const Instance* of_input = find_instance(design, "u_fork_input");
  ASSERT_NE(of_input, nullptr);
  EXPECT_EQ(pin_of(*of_input, "m_data_o").width, 2 * 8);
  const Instance* of_a = find_instance(design, "u_fork_a");
  ASSERT_NE(of_a, nullptr);
  EXPECT_EQ(pin_of(*of_a, "m_valid_o").width, 3);
  EXPECT_EQ(pin_of(*of_a, "m_data_o").width, 3 * 6);
  EXPECT_EQ(find_instance(design, "u_fork_b"), nullptr);
  EXPECT_EQ(find_instance(design, "u_j_buffer0"), nullptr);
  EXPECT_NE(find_instance(design, "u_j_buffer1"), nullptr);
  EXPECT_NE(find_instance(design, "u_j_buffer3"), nullptr);
  const Pin& words = pin_of(*find_instance(design, "u_j"), "s_data_i");
  EXPECT_EQ(words.width, 4 * 8);
  // Input 0 is the lowest: three single bits, zeros, the address.
  ASSERT_GE(words.value.size(), 5U);
  const std::size_t size = words.value.size();
  EXPECT_EQ(std::get<Slice>(words.value[size - 1]).width, 2);
  EXPECT_EQ(std::get<Zeros>(words.value[size - 2]).width, 3);
  EXPECT_EQ(std::get<Slice>(words.value[size - 3]).lsb, 2);
  EXPECT_EQ(std::get<Slice>(words.value[size - 5]).lsb, 4);
}

TEST(DesignGraph, ErrorsOfLaterStagesHaveRegisters) {
  const auto registers_of = [](int count) {
    std::string stages = layer("s0", "input", 2);
    for (int i = 1; i < count; ++i) {
      stages += ", " + layer("s" + std::to_string(i), "s" + std::to_string(i - 1), 2);
    }
    const Design design = elaborate_text(R"({"kind": "events", "addresses": 2})", stages);
    std::vector<std::int64_t> offsets;
    for (const Register& each : design.windows.at(0).registers) {
      if (each.name.starts_with("stage_error_")) offsets.push_back(each.offset);
    }
    return offsets;
  };
  EXPECT_EQ(registers_of(6), (std::vector<std::int64_t>{}));
  EXPECT_EQ(registers_of(7), (std::vector<std::int64_t>{40}));
  EXPECT_EQ(registers_of(14), (std::vector<std::int64_t>{40}));
  EXPECT_EQ(registers_of(15), (std::vector<std::int64_t>{40, 41}));
  EXPECT_EQ(registers_of(64).size(), 8U);
}

}  // namespace
}  // namespace nacre
