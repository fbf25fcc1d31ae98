#include "golden/spiking_conv/spiking_conv_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "data/torch_convolutions.hpp"
#include "golden_conv_specs.hpp"

namespace nacre::golden::test {
namespace {

using Values = std::vector<std::int64_t>;
using Path = SpikingConvModel::Path;

/// 3 x 3 to 3 x 3 positions, one channel each, kernel 1 2 3 / 4 5 6 / 7 8 9, threshold 9.
SpikingConvSpec nine() {
  SpikingConvSpec spec =
      conv_spec(false, axis(false, 3, 3, 1, 1, 1), axis(false, 3, 3, 1, 1, 1), 1, 1);
  std::iota(spec.weights.begin(), spec.weights.end(), 1);
  spec.neuron.threshold = 9;
  return spec;
}

TEST(GoldenSpikingConv, AnEventScattersTheKernelTurnedByHalf) {
  SpikingConvModel model(shared(nine()));
  run(model, {event(4)});
  EXPECT_EQ(model.state().at("membrane"), (Values{9, 8, 7, 6, 5, 4, 3, 2, 1}));
  EXPECT_EQ(text_of(run(model, {event(0, true), end_of_step(), end_of_sample()})), "| .");
  EXPECT_EQ(model.state().at("membrane"), (Values{4, 4, 7, 4, 4, 4, 3, 2, 1}));
  run(model, {event(0)});  // fresh; the field is cut off at the border
  EXPECT_EQ(model.state().at("membrane"), (Values{5, 4, 0, 2, 1, 0, 0, 0, 0}));
  EXPECT_EQ(model.counters().at("synaptic_operations"), 9 + 4 + 4);
}

TEST(GoldenSpikingConv, TransposedScattersTheKernelAsItIs) {
  SpikingConvSpec spec = nine();
  spec.transposed = true;
  spec.rows = axis(true, 2, 3, 2, 1, 1, 1, 1);
  spec.columns = axis(true, 2, 3, 2, 1, 1, 1, 1);
  ASSERT_EQ(spec.rows.outputs, 4);
  SpikingConvModel model(shared(spec));
  run(model, {event(0)});
  EXPECT_EQ(model.state().at("membrane"), (Values{5, 6, 0, 0, 8, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  run(model, {event(3)});  // its tap 0 falls on what event 0 reached with tap 2
  EXPECT_EQ(model.state().at("membrane"),
            (Values{5, 6, 0, 0, 8, 10, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9}));
}

TEST(GoldenSpikingConv, OnlyTouchedRowsAreVisited) {
  SpikingConvModel model(shared(nine()));
  const auto visited = [&](const std::vector<Word>& words) {
    const std::int64_t before = model.counters().at("rows_visited");
    run(model, words);
    return model.counters().at("rows_visited") - before;
  };
  EXPECT_EQ(visited({end_of_step()}), 0);
  EXPECT_EQ(visited({event(0), end_of_step()}), 4);
  EXPECT_EQ(visited({end_of_step()}), 0);
  // The second event's 9 makes neuron 0 fire (14 - 9 = 5): its row is visited once more.
  EXPECT_EQ(visited({event(4), end_of_step()}), 9);
  EXPECT_EQ(visited({end_of_step(), end_of_step()}), 2);  // neurons 0 and 1 (12) had fired
  EXPECT_EQ(model.counters().at("events_out"), 2);
  // A sample's end forgets the marks.
  EXPECT_EQ(visited({event(4), end_of_sample(), end_of_step()}), 0);
}

TEST(GoldenSpikingConv, LateLeaksByHand) {
  SpikingConvSpec spec = nine();
  spec.neuron.threshold = 1000;
  spec.neuron.leak = Leak::Shift;
  spec.neuron.leak_shift = 1;
  SpikingConvModel model(shared(spec));
  const auto state_of = [&](std::size_t n) {
    const State state = model.state();
    return Values{state.at("membrane")[n], state.at("stamp")[n]};
  };
  run(model, {event(0)});
  EXPECT_EQ(state_of(0), (Values{5, 0}));
  run(model, {end_of_step()});  // 5 - 2: visited in step 0
  EXPECT_EQ(state_of(0), (Values{3, 1}));
  run(model, {end_of_step(), end_of_step()});  // not visited
  EXPECT_EQ(state_of(0), (Values{3, 1}));
  // The catch-up of two steps, 3 -> 2 -> 1, then the event's 5.
  run(model, {event(0)});
  EXPECT_EQ(state_of(0), (Values{6, 3}));
  EXPECT_EQ(state_of(8), (Values{0, 0}));
  // Neurons 0 ... 4 have 3 2 - 1 1 (floor of the kernel's half): 3 2 1 1 after step 0, so two leaks
  // in row 0, one in row 1, none where v = 1 does not fall any more.
  EXPECT_EQ(model.counters().at("leak_cycles"), 3);
}

TEST(GoldenSpikingConv, StampsAreRefreshedEvery128Steps) {
  SpikingConvSpec spec = nine();
  spec.neuron.threshold = 20000;
  spec.neuron.leak = Leak::Multiply;
  spec.neuron.leak_factor = 255;
  spec.neuron.leak_fraction_bits = 8;
  spec.neuron.leak_rounding = Rounding::TowardZero;
  spec.weights.assign(9, 10000);
  SpikingConvModel model(shared(spec));
  run(model, {event(0)});
  for (int t = 0; t < 127; ++t) run(model, {end_of_step()});
  EXPECT_EQ(model.state().at("stamp")[0], 1);
  EXPECT_EQ(model.counters().at("rows_visited"), 4);
  run(model, {end_of_step()});  // (127 + 1) mod 128 = 0
  EXPECT_EQ(model.state().at("stamp"), Values(9, 128));
  EXPECT_EQ(model.counters().at("rows_visited"), 4 + 9);
  EXPECT_EQ(model.counters().at("leak_cycles"), 4 * 126);
  for (int t = 0; t < 128; ++t) run(model, {end_of_step()});
  EXPECT_EQ(model.state().at("stamp"), Values(9, 0));  // 256 mod 256
}

/// Everything at once on random layers: words, state, counters and costs of both paths, against
/// the contract without rows; and what is stored is what the eager rule says, once it has caught
/// up.
TEST(GoldenSpikingConv, PathsEqualTheEagerContractOnRandomLayers) {
  std::int64_t spikes = 0, leaks = 0, silent_rows = 0, late = 0, slices = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Random random(seed);
    const auto spec = shared(random_conv(random));
    slices += spec->channels < spec->layer_channels ? 1 : 0;
    SpikingConvModel vector(spec, Path::Vector);
    SpikingConvModel plain(spec, Path::Plain);
    EagerLayer contract(*spec);
    const std::int64_t words_per_row = words_per_position(*spec);
    std::int64_t step = 0;
    const int steps = uniform(random, 0, 9) == 0 ? 300 : 20;
    for (const Word& word : random_words(random, num_inputs(*spec), steps, true)) {
      std::vector<Word> from_vector, from_plain, from_contract;
      vector.push(word, from_vector);
      plain.push(word, from_plain);
      contract.push(word, from_contract);
      ASSERT_TRUE(from_vector == from_contract) << "seed=" << seed;
      ASSERT_TRUE(from_plain == from_contract) << "seed=" << seed;
      ASSERT_EQ(vector.work(), plain.work()) << "seed=" << seed;
      ASSERT_EQ(vector.work_list(), plain.work_list()) << "seed=" << seed;
      const State state = vector.state();
      ASSERT_TRUE(state == plain.state()) << "seed=" << seed;
      if (word.kind == WordKind::EndOfStep) ++step;
      for (std::size_t n = 0; n < contract.neurons().size(); ++n) {
        std::int64_t v = state.at("membrane")[n];
        if (has_stamps(*spec)) {
          const auto neuron = static_cast<std::int64_t>(n);
          const std::int64_t row =
              neuron / spec->channels * words_per_row + neuron % spec->channels / spec->lanes;
          const std::int64_t stamp = state.at("stamp")[static_cast<std::size_t>(row)];
          const std::int64_t behind = (step - stamp + 256) % 256;
          // A row that is not alive shows stamp 0 and v = 0, which no leak changes.
          for (std::int64_t i = 0; i < behind; ++i) v = leak(spec->neuron, v);
          late += behind > 0 && v != 0 ? 1 : 0;
        }
        ASSERT_EQ((NeuronState{.membrane = v, .refractory = state.at("refractory")[n]}),
                  contract.neurons()[n])
            << "seed=" << seed << " neuron " << n;
      }
      if (word.kind == WordKind::EndOfStep && spec->scan == ConvScan::Touched) {
        silent_rows += num_neurons(*spec) / spec->channels * words_per_row - vector.work();
      }
      if (word.kind == WordKind::EndOfSample && !spec->keep_state) step = 0;
    }
    ASSERT_EQ(vector.counters(), plain.counters()) << "seed=" << seed;
    spikes += vector.counters().at("events_out");
    leaks += vector.counters().at("leak_cycles");
  }
  // The comparison is about something.
  EXPECT_GT(spikes, 30000);
  EXPECT_GT(leaks, 3000);
  EXPECT_GT(silent_rows, 30000);
  EXPECT_GT(late, 30000);
  EXPECT_GT(slices, 50);
}

// --- known answers
// ------------------------------------------------------------------------------------

/// A layer that only integrates: nothing fires, nothing saturates.
SpikingConvSpec integrator(SpikingConvSpec spec) {
  spec.neuron = {};
  spec.neuron.membrane_bits = 32;
  spec.neuron.clamp_min = -(std::int64_t{1} << 31);
  spec.neuron.clamp_max = (std::int64_t{1} << 31) - 1;
  spec.neuron.threshold = spec.neuron.clamp_max;
  spec.bias.clear();
  spec.scan = ConvScan::Touched;
  return spec;
}

/// Input i as `inputs[i]` events, negative ones when below 0.
std::vector<Word> events_of(const Values& inputs) {
  std::vector<Word> words;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    for (std::int64_t k = 0; k < std::abs(inputs[i]); ++k) {
      words.push_back(event(static_cast<std::int64_t>(i), inputs[i] < 0));
    }
  }
  return words;
}

/// The plain convolution of a whole map in floating point; the sums are exact below 2^53.
std::vector<double> float_convolution(const SpikingConvSpec& spec, const Values& inputs) {
  std::vector<double> outputs(static_cast<std::size_t>(num_neurons(spec)), 0.0);
  for_synapses(spec, [&](std::int64_t neuron, std::int64_t input, std::int64_t weight) {
    outputs[static_cast<std::size_t>(neuron)] +=
        static_cast<double>(weight) * static_cast<double>(inputs[static_cast<std::size_t>(input)]);
  });
  return outputs;
}

TEST(GoldenSpikingConv, MembranesAreTheFloatConvolutionOfTheCounts) {
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    Random random(seed);
    const SpikingConvSpec spec = integrator(random_conv(random));
    Values inputs;
    for (std::int64_t i = 0; i < num_inputs(spec); ++i) inputs.push_back(uniform(random, -3, 3));
    SpikingConvModel model(shared(spec));
    run(model, events_of(inputs));
    const Values membranes = model.state().at("membrane");
    const std::vector<double> expected = float_convolution(spec, inputs);
    for (std::size_t n = 0; n < expected.size(); ++n) {
      ASSERT_EQ(static_cast<double>(membranes[n]), expected[n]) << "seed=" << seed << " n=" << n;
    }
  }
}

/// A layer that fires, step by step, with floats: v += conv(counts); spike when v >= threshold;
/// v -= threshold.
TEST(GoldenSpikingConv, SpikesAreThoseOfAFloatNetwork) {
  std::int64_t spikes = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    SpikingConvSpec spec = integrator(random_conv(random));
    spec.neuron.threshold = uniform(random, 1, 1 << uniform(random, 1, 16));
    spec.keep_state = false;
    const auto threshold = static_cast<double>(spec.neuron.threshold);
    SpikingConvModel model(shared(spec));
    std::vector<double> v(static_cast<std::size_t>(num_neurons(spec)), 0.0);
    for (int step = 0; step < 12; ++step) {
      Values inputs;
      for (std::int64_t i = 0; i < num_inputs(spec); ++i) {
        inputs.push_back(coin(random) ? 0 : uniform(random, -1, 1));
      }
      const std::vector<double> sums = float_convolution(spec, inputs);
      std::vector<Word> expected;
      for (std::size_t n = 0; n < v.size(); ++n) {
        v[n] += sums[n];
        if (v[n] < threshold) continue;
        v[n] -= threshold;
        expected.push_back(event(static_cast<std::int64_t>(n)));
      }
      spikes += std::ssize(expected);
      expected.push_back(end_of_step());
      std::vector<Word> words = events_of(inputs);
      words.push_back(end_of_step());
      ASSERT_TRUE(run(model, words) == expected) << "seed=" << seed << " step " << step;
    }
  }
  EXPECT_GT(spikes, 5000);
}

/// The numbers of PyTorch's conv2d and conv_transpose2d (data/torch_convolutions.py).
TEST(GoldenSpikingConv, MembranesAreThoseOfPyTorch) {
  for (const TorchConvolution& torch : kTorchConvolutions) {
    const SpikingConvSpec shape = conv_spec(
        torch.transposed,
        axis(torch.transposed, torch.height, torch.kernel[0], torch.stride[0], torch.padding[0],
             torch.padding[0], torch.dilation[0], torch.output_padding[0]),
        axis(torch.transposed, torch.width, torch.kernel[1], torch.stride[1], torch.padding[1],
             torch.padding[1], torch.dilation[1], torch.output_padding[1]),
        torch.in_channels, torch.channels, torch.groups);
    SpikingConvSpec spec = integrator(shape);
    // The script's weights are in PyTorch's order: (M, C / g, Kh, Kw), transposed (C, M / g, Kh,
    // Kw).
    const std::int64_t group_inputs = torch.in_channels / torch.groups;
    const std::int64_t group_outputs = torch.channels / torch.groups;
    const std::int64_t taps = torch.kernel[0] * torch.kernel[1];
    for (std::int64_t m = 0; m < torch.channels; ++m) {
      for (std::int64_t c = 0; c < group_inputs; ++c) {
        for (std::int64_t k = 0; k < taps; ++k) {
          const std::int64_t in = m / group_outputs * group_inputs + c;
          const std::int64_t index = torch.transposed
                                         ? (in * group_outputs + m % group_outputs) * taps + k
                                         : (m * group_inputs + c) * taps + k;
          spec.weights[static_cast<std::size_t>((m * group_inputs + c) * taps + k)] =
              static_cast<std::int32_t>(torch_weight(index));
        }
      }
    }
    Values inputs;  // the script's are (C, H, W)
    for (std::int64_t y = 0; y < torch.height; ++y) {
      for (std::int64_t x = 0; x < torch.width; ++x) {
        for (std::int64_t c = 0; c < torch.in_channels; ++c) {
          inputs.push_back(torch_input((c * torch.height + y) * torch.width + x));
        }
      }
    }
    SpikingConvModel model(shared(spec));
    run(model, events_of(inputs));
    const Values membranes = model.state().at("membrane");
    ASSERT_EQ(membranes.size(), torch.outputs.size()) << torch.name;
    const std::int64_t positions = spec.rows.outputs * spec.columns.outputs;
    for (std::int64_t m = 0; m < torch.channels; ++m) {
      for (std::int64_t p = 0; p < positions; ++p) {
        EXPECT_EQ(membranes[static_cast<std::size_t>(p * torch.channels + m)],
                  torch.outputs[static_cast<std::size_t>(m * positions + p)])
            << torch.name << " channel " << m << " position " << p;
      }
    }
  }
}

// --- properties
// ------------------------------------------------------------------------------------

/// Away from the borders a moved input moves the output.
TEST(GoldenSpikingConv, TranslationOfTheInputTranslatesTheOutput) {
  std::int64_t spikes = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    SpikingConvSpec spec = conv_spec(false, axis(false, 12, 3), axis(false, 13, 3), 2, 5);
    spec.neuron = random_neuron(random, 8, 8);
    if (spec.neuron.reset == Reset::Value) spec.neuron.reset_value = 0;  // no bias by the back door
    spec.lanes = 4;
    for (std::int32_t& weight : spec.weights) {
      weight = static_cast<std::int32_t>(uniform(random, -8, 7));
    }
    const std::int64_t dy = uniform(random, 0, 4);
    const std::int64_t dx = uniform(random, 0, 4);
    std::vector<Word> words, moved;
    for (int t = 0; t < 20; ++t) {
      for (std::int64_t e = uniform(random, 0, 9); e > 0; --e) {
        // Fields of inputs 2 ... 5 lie inside the map, also when moved by up to 4.
        const std::int64_t y = uniform(random, 2, 5), x = uniform(random, 2, 5);
        const std::int64_t c = uniform(random, 0, 1);
        const bool negative = uniform(random, 0, 3) == 0;
        words.push_back(event(input_address(spec, y, x, c), negative));
        moved.push_back(event(input_address(spec, y + dy, x + dx, c), negative));
      }
      words.push_back(end_of_step());
      moved.push_back(end_of_step());
    }
    SpikingConvModel model(shared(spec));
    SpikingConvModel other(shared(spec));
    std::vector<Word> out = run(model, words);
    const std::int64_t shift = (dy * spec.columns.outputs + dx) * spec.channels;
    for (Word& word : out) {
      if (word.kind == WordKind::Event) word.address += shift;
    }
    ASSERT_TRUE(out == run(other, moved)) << "seed=" << seed;
    spikes += model.counters().at("events_out");
  }
  EXPECT_GT(spikes, 2000);
}

TEST(GoldenSpikingConv, ZeroWeightsNoSpikes) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    SpikingConvSpec spec = random_conv(random);
    std::fill(spec.weights.begin(), spec.weights.end(), 0);
    spec.bias.clear();
    SpikingConvModel model(shared(spec));
    for (const Word& word : run(model, random_words(random, num_inputs(spec), 20, true))) {
      ASSERT_NE(word.kind, WordKind::Event) << "seed=" << seed;
    }
    const State state = model.state();
    EXPECT_EQ(state.at("membrane"), Values(state.at("membrane").size(), 0));
  }
}

/// The parts of a layer, joined in the order of addresses, send what the whole layer sends.
TEST(GoldenSpikingConv, PartsJoinedAreTheWhole) {
  std::int64_t spikes = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    SpikingConvSpec whole = random_conv(random);
    if (whole.channels < whole.layer_channels) continue;
    whole.neuron.fire = Fire::Step;  // with fire `event` the order is that of the input's events
    std::vector<SpikingConvSpec> parts;
    for (std::int64_t first = 0; first < whole.channels;) {
      const std::int64_t count = uniform(random, 1, whole.channels - first);
      parts.push_back(part_of(whole, first, count));
      parts.back().lanes = 1 << uniform(random, 0, 3);
      first += count;
    }
    SpikingConvModel model(shared(whole));
    std::vector<std::unique_ptr<SpikingConvModel>> models;
    for (const SpikingConvSpec& part : parts) {
      models.push_back(std::make_unique<SpikingConvModel>(shared(part)));
    }
    std::int64_t synapses = 0;
    for (const Word& word : random_words(random, num_inputs(whole), 20, true)) {
      std::vector<Word> expected, joined;
      model.push(word, expected);
      for (std::size_t i = 0; i < parts.size(); ++i) {
        std::vector<Word> out;
        models[i]->push(word, out);
        for (Word each : out) {
          if (each.kind != WordKind::Event) continue;
          each.address = each.address / parts[i].channels * whole.channels +
                         parts[i].first_channel + each.address % parts[i].channels;
          joined.push_back(each);
        }
      }
      std::stable_sort(joined.begin(), joined.end(),
                       [](const Word& a, const Word& b) { return a.address < b.address; });
      if (word.kind != WordKind::Event) joined.push_back(Word{.kind = word.kind});
      ASSERT_TRUE(joined == expected) << "seed=" << seed;
    }
    for (const auto& part : models) synapses += part->counters().at("synaptic_operations");
    EXPECT_EQ(synapses, model.counters().at("synaptic_operations"));
    spikes += model.counters().at("events_out");
  }
  EXPECT_GT(spikes, 10000);
}

TEST(GoldenSpikingConv, ScanAllSendsWhatScanTouchedSends) {
  std::int64_t saved = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Random random(seed);
    SpikingConvSpec spec = random_conv(random);
    spec.bias.clear();
    spec.scan = ConvScan::Touched;
    SpikingConvSpec all = spec;
    all.scan = ConvScan::All;
    SpikingConvModel model(shared(spec));
    SpikingConvModel other(shared(all));
    const std::vector<Word> words = random_words(random, num_inputs(spec), 150, true);
    ASSERT_TRUE(run(model, words) == run(other, words)) << "seed=" << seed;
    EXPECT_EQ(model.counters().at("events_out"), other.counters().at("events_out"));
    EXPECT_LE(model.counters().at("rows_visited"), other.counters().at("rows_visited"));
    saved += other.counters().at("rows_visited") - model.counters().at("rows_visited");
  }
  EXPECT_GT(saved, 100000);
}

/// Without saturation the order of a step's events is nothing to a layer that fires at its end.
TEST(GoldenSpikingConv, PermutingTheEventsOfAStepChangesNothing) {
  std::int64_t spikes = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    SpikingConvSpec spec = random_conv(random);
    spec.neuron.fire = Fire::Step;
    spec.neuron.membrane_bits = 32;
    spec.neuron.clamp_min = -(std::int64_t{1} << 31);
    spec.neuron.clamp_max = (std::int64_t{1} << 31) - 1;
    SpikingConvModel model(shared(spec));
    SpikingConvModel other(shared(spec));
    for (int t = 0; t < 20; ++t) {
      std::vector<Word> words;
      for (std::int64_t e = uniform(random, 0, 9); e > 0; --e) {
        words.push_back(event(uniform(random, 0, num_inputs(spec) - 1), coin(random)));
      }
      std::vector<Word> permuted = words;
      std::shuffle(permuted.begin(), permuted.end(), random);
      words.push_back(end_of_step());
      permuted.push_back(end_of_step());
      ASSERT_TRUE(run(model, words) == run(other, permuted)) << "seed=" << seed;
      ASSERT_TRUE(model.state() == other.state()) << "seed=" << seed;
    }
    EXPECT_EQ(model.counters().at("synaptic_operations"),
              other.counters().at("synaptic_operations"));
    spikes += model.counters().at("events_out");
  }
  EXPECT_GT(spikes, 5000);
}

/// Every weight extreme, every input firing again and again: saturation, no wrap.
TEST(GoldenSpikingConv, AllWeightsExtreme) {
  for (const std::int32_t weight : {-32768, 32767}) {
    for (const bool negative : {false, true}) {
      for (const Path path : {Path::Vector, Path::Plain}) {
        SpikingConvSpec spec =
            conv_spec(false, axis(false, 9, 9, 1, 4, 4), axis(false, 9, 9, 1, 4, 4), 2, 3);
        spec.weights.assign(spec.weights.size(), weight);
        spec.neuron.threshold = spec.neuron.clamp_max;
        SpikingConvModel model(shared(spec), path);
        std::vector<Word> words;
        for (std::int64_t i = 0; i < num_inputs(spec); ++i) words.push_back(event(i, negative));
        run(model, words);
        const bool up = (weight > 0) != negative;
        EXPECT_EQ(model.state().at("membrane"), Values(243, up ? 32767 : -32768));
        EXPECT_EQ(run(model, {end_of_step()}).size(), up ? 244U : 1U);
      }
    }
  }
}

TEST(GoldenSpikingConv, KeptStateKeepsMarksAndStamps) {
  SpikingConvSpec spec = nine();
  spec.keep_state = true;
  spec.neuron.leak = Leak::Shift;
  spec.neuron.leak_shift = 2;
  spec.neuron.refractory_steps = 2;
  SpikingConvModel model(shared(spec));
  run(model, {event(4), end_of_step(), end_of_sample()});
  EXPECT_EQ(model.state().at("stamp"), Values(9, 1));
  EXPECT_EQ(model.state().at("refractory"), (Values{2, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(model.counters().at("rows_visited"), 9);
  run(model, {end_of_step(), end_of_sample()});  // neuron 0's row is still marked
  EXPECT_EQ(model.counters().at("rows_visited"), 10);
  EXPECT_EQ(model.state().at("stamp"), (Values{2, 1, 1, 1, 1, 1, 1, 1, 1}));
  model.reset();
  EXPECT_EQ(model.state().at("stamp"), Values(9, 0));
  EXPECT_EQ(model.state().at("membrane"), Values(9, 0));
  for (const auto& [name, count] : model.counters()) EXPECT_EQ(count, 0) << name;
}

}  // namespace
}  // namespace nacre::golden::test
