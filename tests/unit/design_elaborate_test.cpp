// Elaboration: packing of images, windows and addresses, structure of the top.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "design/kind_hardware.hpp"
#include "nacre/generate.hpp"
#include "rate_encoder/rate_encoder_spec.hpp"
#include "spike_readout/spike_readout_spec.hpp"
#include "spiking_dense/spiking_dense_spec.hpp"

namespace nacre {
namespace {

StreamShape events(std::int64_t addresses) { return {.values = false, .addresses = addresses}; }

/// A layer of `neurons` on `inputs` with weights 0.
std::shared_ptr<SpikingDenseSpec> dense(std::int64_t inputs, std::int64_t neurons, int lanes,
                                        WeightCode code, int bits) {
  auto spec = std::make_shared<SpikingDenseSpec>();
  spec->num_inputs = inputs;
  spec->neurons = neurons;
  spec->lanes = lanes;
  spec->weight_code = code;
  spec->weight_bits = bits;
  spec->weights.assign(static_cast<std::size_t>(inputs * neurons), 0);
  return spec;
}

Spec design_of(std::shared_ptr<const SpikingDenseSpec> layer) {
  Spec spec;
  spec.name = "demo";
  spec.input = events(layer->num_inputs);
  spec.hash = std::string(63, '0') + "1";
  Stage stage;
  stage.name = "layer";
  stage.kind = "spiking_dense";
  stage.inputs = {"input"};
  stage.input = spec.input;
  stage.output = events(layer->neurons);
  stage.params = std::move(layer);
  spec.stages.push_back(stage);
  return spec;
}

const MemoryWindow& memory(const Design& design, const std::string& stage,
                           const std::string& name) {
  for (const Window& window : design.windows) {
    if (window.stage != stage) continue;
    for (const MemoryWindow& each : window.memories) {
      if (each.name == name) return each;
    }
  }
  ADD_FAILURE() << "there is no memory " << stage << "." << name;
  static const MemoryWindow none{};
  return none;
}

const Register* find_register(const Design& design, const std::string& stage,
                              const std::string& name) {
  for (const Window& window : design.windows) {
    for (const Register& each : window.registers) {
      if (window.stage == stage && each.name == name) return &each;
    }
  }
  return nullptr;
}

const Instance* find_instance(const Design& design, const std::string& name) {
  const auto& all = design.top.instances;
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Instance& each) { return each.name == name; });
  return found == all.end() ? nullptr : &*found;
}

TEST(Widths, AddressWidth) {
  EXPECT_EQ(address_width(1), 1);
  EXPECT_EQ(address_width(2), 1);
  EXPECT_EQ(address_width(3), 2);
  EXPECT_EQ(address_width(1024), 10);
  EXPECT_EQ(address_width(1025), 11);
}

TEST(Widths, RowStride) {
  EXPECT_EQ(row_stride_words(1), 1);
  EXPECT_EQ(row_stride_words(32), 1);
  EXPECT_EQ(row_stride_words(33), 2);
  EXPECT_EQ(row_stride_words(65), 4);
  EXPECT_EQ(row_stride_words(512), 16);
  EXPECT_EQ(row_stride_words(513), 32);
}

TEST(Widths, StreamWord) {
  EXPECT_EQ(stream_width(events(10)), 3 + 4);
  EXPECT_EQ(stream_width({.values = true, .addresses = 144, .payload_bits = 4}), 3 + 8 + 4);
}

TEST(Image, ElementAcrossChunks) {
  Image image = make_image(2, 5, 12);  // 60 bits a row: element 2 lies in both chunks
  set_element(image, 1, 2, 12, 0xabc);
  EXPECT_EQ(image.chunks, (std::vector<std::uint32_t>{0, 0, 0xbc000000, 0x0000000a}));
}

TEST(Image, ElementIsCutToItsPitch) {
  Image image = make_image(1, 4, 4);
  set_element(image, 0, 1, 4, 0xffffffff);
  EXPECT_EQ(image.chunks, std::vector<std::uint32_t>{0xf0});
}

TEST(Image, ThirtyTwoBits) {
  Image image = make_image(1, 2, 32);
  set_element(image, 0, 1, 32, 0x80000001);
  EXPECT_EQ(image.chunks, (std::vector<std::uint32_t>{0, 0x80000001}));
}

TEST(SpikingDense, WeightsOfAnInputFollowEachOtherAndPadToRows) {
  auto layer = dense(2, 3, 2, WeightCode::Signed, 4);
  layer->weights = {1, -1, 2, -2, 3, -3};  // [neuron][input]
  const Design design = elaborate_design(design_of(layer));
  const MemoryWindow& weights = memory(design, "layer", "weights");
  EXPECT_EQ(weights.rows, 4);
  EXPECT_EQ(weights.row_bits, 8);
  EXPECT_EQ(weights.elements, 8);
  EXPECT_EQ(weights.elements_per_row, 2);
  // Input 0: neurons {1, 0}, then {none, 2}; input 1 likewise.
  EXPECT_EQ(weights.image.chunks, (std::vector<std::uint32_t>{0x21, 0x03, 0xef, 0x0d}));
}

TEST(SpikingDense, CellsAreThermometers) {
  auto layer = dense(1, 4, 4, WeightCode::Cells, 8);
  layer->weights = {4, -4, 1, -2};
  const Design design = elaborate_design(design_of(layer));
  EXPECT_EQ(memory(design, "layer", "weights").image.chunks,
            std::vector<std::uint32_t>{0x3001f00f});
}

TEST(SpikingDense, BinaryAndUnsignedCodes) {
  auto binary = dense(1, 4, 4, WeightCode::Binary, 1);
  binary->weights = {1, -1, -1, 1};
  EXPECT_EQ(memory(elaborate_design(design_of(binary)), "layer", "weights").image.chunks,
            std::vector<std::uint32_t>{0b1001});
  auto natural = dense(1, 2, 2, WeightCode::Unsigned, 16);
  natural->weights = {65535, 1};
  EXPECT_EQ(memory(elaborate_design(design_of(natural)), "layer", "weights").image.chunks,
            std::vector<std::uint32_t>{0x0001ffff});
}

TEST(SpikingDense, WindowOfTheSpiritClassifier) {
  auto layer = dense(144, 10, 2, WeightCode::Cells, 8);
  layer->neuron.membrane_bits = 8;
  layer->neuron.clamp_min = -128;
  layer->neuron.clamp_max = 127;
  layer->neuron.threshold = 8;
  layer->neuron.negative_threshold = -8;
  layer->neuron.refractory_steps = 3;
  const Design design = elaborate_design(design_of(layer));
  // 720 rows of 16 bits need 10 address bits, two more choose the region.
  const Window& window = design.windows.at(1);
  EXPECT_EQ(window.base, 4 << 12);
  EXPECT_EQ(window.size, 4 << 12);
  const MemoryWindow& weights = memory(design, "layer", "weights");
  EXPECT_EQ(weights.offset, 1 << 10);
  EXPECT_EQ(weights.rows, 720);
  const MemoryWindow& state = memory(design, "layer", "state");
  EXPECT_EQ(state.offset, 2 << 10);
  EXPECT_EQ(state.rows, 5);
  EXPECT_EQ(state.pitch_bits, 8 + 2);
  EXPECT_EQ(state.row_bits, 20);
  EXPECT_EQ(state.elements, 10);
  ASSERT_EQ(state.fields.size(), 2u);
  EXPECT_EQ(state.fields[1].name, "refractory");
  EXPECT_EQ(state.fields[1].offset, 8);
  EXPECT_EQ(find_register(design, "layer", "negative_threshold")->reset, -8);
}

TEST(SpikingDense, BiasIsSignExtendedInItsField) {
  auto layer = dense(1, 3, 2, WeightCode::Signed, 8);
  layer->bias_bits = 6;
  layer->bias = {-1, 5, -32};
  const Design design = elaborate_design(design_of(layer));
  const MemoryWindow& bias = memory(design, "layer", "bias");
  EXPECT_EQ(bias.offset, 3 << 4);  // the smallest region has 16 words
  EXPECT_EQ(bias.image.chunks, (std::vector<std::uint32_t>{0x17f, 0x20}));
}

TEST(SpikingDense, CountersFollowTheLevel) {
  for (const auto& [level, basic, full] :
       {std::tuple{Counters::None, false, false}, std::tuple{Counters::Basic, true, false},
        std::tuple{Counters::Full, true, true}}) {
    Spec spec = design_of(dense(1, 1, 1, WeightCode::Signed, 8));
    spec.counters = level;
    const Design design = elaborate_design(spec);
    EXPECT_EQ(find_register(design, "layer", "events_in") != nullptr, basic);
    EXPECT_EQ(find_register(design, "layer", "state_writes") != nullptr, full);
    EXPECT_EQ(find_register(design, "control", "cycles_low") != nullptr, basic);
  }
}

TEST(SpikingDense, StorageChoosesTheMemory) {
  auto layer = dense(4, 4, 2, WeightCode::Signed, 8);
  layer->weight_storage = Storage::FlipFlop;
  layer->state_storage = Storage::Macro;
  layer->state_macro = "rf_2x32";
  const Design design = elaborate_design(design_of(layer));
  EXPECT_EQ(find_instance(design, "u_layer_weights")->module, "nacre_mem_1rw");
  EXPECT_EQ(find_instance(design, "u_layer_weights")->parameters.back().name, "FlipFlops");
  EXPECT_EQ(find_instance(design, "u_layer_state")->module, "rf_2x32");
  EXPECT_TRUE(find_instance(design, "u_layer_state")->parameters.empty());
  ASSERT_EQ(design.macros.size(), 1u);
  EXPECT_EQ(design.macros[0].width, 32);
  EXPECT_EQ(design.macros[0].depth, 2);
  EXPECT_EQ(design.macros[0].ports, MemoryPorts::ReadAndWrite);
  EXPECT_TRUE(design.macros[0].is_named_by_spec);
}

TEST(Memories, RamOf512BitsIsAModuleOfItsOwn) {
  EXPECT_EQ(ram_module_name(MemoryPorts::ReadWrite, 720, 16), "nacre_ram_1rw_720x16");
  EXPECT_EQ(ram_module_name(MemoryPorts::ReadAndWrite, 36, 52), "nacre_ram_1r1w_36x52");
  // 16 rows of 32 bits of weights; 2 rows of state of 4 x 16 bits.
  auto layer = dense(8, 8, 4, WeightCode::Signed, 8);
  const Design design = elaborate_design(design_of(layer));
  const Instance* weights = find_instance(design, "u_layer_weights");
  EXPECT_EQ(weights->module, "nacre_ram_1rw_16x32");
  EXPECT_TRUE(weights->parameters.empty());
  EXPECT_EQ(find_instance(design, "u_layer_state")->module, "nacre_mem_1r1w");
  ASSERT_EQ(design.macros.size(), 1u);
  EXPECT_EQ(design.macros[0], (Macro{.name = "nacre_ram_1rw_16x32",
                                     .is_named_by_spec = false,
                                     .ports = MemoryPorts::ReadWrite,
                                     .width = 32,
                                     .depth = 16}));
  // One bit of a weight less: 15 rows hold 480 bits.
  auto small = dense(15, 4, 4, WeightCode::Signed, 8);
  const Design without = elaborate_design(design_of(small));
  EXPECT_EQ(find_instance(without, "u_layer_weights")->module, "nacre_mem_1rw");
  EXPECT_TRUE(without.macros.empty());
}

TEST(Memories, EqualRamsShareAModule) {
  Spec spec = design_of(dense(32, 32, 1, WeightCode::Signed, 8));
  Stage second = spec.stages[0];
  second.name = "other";
  second.inputs = {"layer"};
  spec.stages.push_back(second);
  const Design design = elaborate_design(spec);
  EXPECT_EQ(find_instance(design, "u_layer_weights")->module, "nacre_ram_1rw_1024x8");
  EXPECT_EQ(find_instance(design, "u_other_weights")->module, "nacre_ram_1rw_1024x8");
  ASSERT_EQ(design.macros.size(), 2u);  // the state of 32 x 16 bits is the other
  EXPECT_EQ(design.macros[0].name, "nacre_ram_1r1w_32x16");
}

/// Input of 4 values of 2 bits, an encoder, a readout on its spikes.
Spec encoder_and_readout(RateMode mode, std::vector<std::int64_t> start_phase) {
  auto encoder = std::make_shared<RateEncoderSpec>();
  encoder->num_inputs = 4;
  encoder->intensity_bits = 2;
  encoder->phase_bits = 3;
  encoder->mode = mode;
  encoder->levels = {0, 3, 5, 8};
  encoder->start_phase = std::move(start_phase);
  encoder->seed = 77;
  encoder->time_steps = 5;
  encoder->stop_on = "judge";
  auto readout = std::make_shared<SpikeReadoutSpec>();
  readout->classes = 4;
  readout->rule = DecisionRule::Lead;
  readout->target = 2;
  readout->counter_bits = 6;
  Spec spec;
  spec.name = "demo";
  spec.hash = std::string(64, 'f');
  spec.input = {.values = true, .addresses = 4, .payload_bits = 2};
  Stage first, second;
  first.name = "coder";
  first.kind = "rate_encoder";
  first.inputs = {"input"};
  first.input = spec.input;
  first.output = events(4);
  first.params = std::move(encoder);
  second.name = "judge";
  second.kind = "spike_readout";
  second.inputs = {"coder"};
  second.input = events(4);
  second.output = {.values = true, .addresses = 4, .payload_bits = 6, .payload_signed = true};
  second.params = std::move(readout);
  spec.stages = {first, second};
  return spec;
}

TEST(RateEncoder, MemoriesStandBesideIt) {
  const Design table =
      elaborate_design(encoder_and_readout(RateMode::PhaseAccumulator, {1, 2, 3, 7}));
  EXPECT_NE(find_instance(table, "u_coder_levels"), nullptr);
  EXPECT_NE(find_instance(table, "u_coder_start"), nullptr);
  EXPECT_EQ(find_instance(table, "u_coder_increments")->module, "nacre_mem_1rw");
  EXPECT_EQ(find_instance(table, "u_coder_phases")->module, "nacre_mem_1r1w");
  const Design single = elaborate_design(encoder_and_readout(RateMode::PhaseAccumulator, {1}));
  EXPECT_EQ(find_instance(single, "u_coder_start"), nullptr);
  const Design random = elaborate_design(encoder_and_readout(RateMode::Random, {}));
  EXPECT_EQ(find_instance(random, "u_coder_start"), nullptr);
  EXPECT_EQ(find_instance(random, "u_coder_phases"), nullptr);
  EXPECT_NE(find_instance(random, "u_coder_increments"), nullptr);
}

TEST(RateEncoder, TablesAreImages) {
  const Design design =
      elaborate_design(encoder_and_readout(RateMode::PhaseAccumulator, {1, 2, 3, 7}));
  EXPECT_EQ(memory(design, "coder", "levels").image.chunks,
            (std::vector<std::uint32_t>{0, 3, 5, 8}));
  EXPECT_EQ(memory(design, "coder", "levels").row_bits, 4);
  EXPECT_EQ(memory(design, "coder", "start_phase").image.chunks,
            (std::vector<std::uint32_t>{1, 2, 3, 7}));
  const MemoryWindow& state = memory(design, "coder", "state");
  EXPECT_EQ(state.pitch_bits, 7);
  EXPECT_EQ(state.fields.at(0).name, "phase");
  EXPECT_EQ(state.fields.at(1).offset, 3);
  EXPECT_EQ(find_register(design, "coder", "seed"), nullptr);
}

TEST(RateEncoder, RandomModeHasASeedAndNoPhase) {
  const Design design = elaborate_design(encoder_and_readout(RateMode::Random, {0}));
  EXPECT_EQ(find_register(design, "coder", "seed")->reset, 77);
  EXPECT_EQ(memory(design, "coder", "state").fields.at(0).name, "increment");
  for (const MemoryWindow& each : design.windows.at(1).memories)
    EXPECT_NE(each.name, "start_phase");
}

TEST(Top, VerdictIsWiredBack) {
  const Design design = elaborate_design(encoder_and_readout(RateMode::PhaseAccumulator, {0}));
  const Instance* coder = find_instance(design, "u_coder");
  ASSERT_NE(coder, nullptr);
  const auto pin = std::find_if(coder->pins.begin(), coder->pins.end(),
                                [](const Pin& each) { return each.port == "verdict_i"; });
  ASSERT_NE(pin, coder->pins.end());
  const Slice& slice = std::get<Slice>(pin->value.at(0));
  EXPECT_EQ(design.top.nets.at(static_cast<std::size_t>(slice.net.index)).name, "judge_verdict");
}

TEST(Top, ControlShowsTheHash) {
  Spec spec = encoder_and_readout(RateMode::PhaseAccumulator, {0});
  spec.hash = "0123456789abcdef" + std::string(48, '0');
  const Design design = elaborate_design(spec);
  EXPECT_EQ(find_register(design, "control", "id")->reset, 0x4E414352);
  EXPECT_EQ(find_register(design, "control", "spec_hash0")->reset, 0x01234567);
  EXPECT_EQ(find_register(design, "control", "spec_hash1")->reset, 0x89abcdef);
  EXPECT_EQ(find_register(design, "control", "spec_hash0")->offset, 16);
}

TEST(Top, StageNamesMayBeThoseOfOurNets) {
  // A stage may be called as nets, instances and constants of ours are.
  for (const std::string name :
       {"cfg", "bus", "idle", "ingress", "axil_cfg", "clk_i", "num", "demo"}) {
    Spec spec = design_of(dense(2, 2, 1, WeightCode::Signed, 8));
    spec.stages[0].name = name;
    EXPECT_TRUE(violations(elaborate_design(spec).top).empty()) << name;
  }
}

TEST(Top, ADesignMayHaveTheNameOfAPort) {
  Spec spec = design_of(dense(2, 2, 1, WeightCode::Signed, 8));
  spec.name = "irq";
  const Design design = elaborate_design(spec);
  EXPECT_EQ(design.top.nets.at(static_cast<std::size_t>(design.top.ports.back().net.index)).name,
            "irq_o");
}

}  // namespace
}  // namespace nacre
