// Speed of the golden convolutional layer: synaptic operations (neurons of the events' fields) per
// second, one core. The step ends, the spikes and the words' cost are inside the measured time.

#include <benchmark/benchmark.h>

#include <memory>

#include "golden/spiking_conv/spiking_conv_model.hpp"
#include "workload.hpp"

namespace nacre::bench {
namespace {

constexpr std::int64_t kSize = 32;  ///< rows and columns of the map
constexpr std::int64_t kConvSteps = 20;

/// 3 x 3 kernels, 8-bit weights uniform in -128 ... 127; membrane 16 bits, saturating.
SpikingConvSpec conv_layer(std::int64_t in_channels, std::int64_t channels) {
  SpikingConvSpec spec;
  spec.rows = {
      .inputs = kSize, .outputs = kSize, .kernel = 3, .padding_before = 1, .padding_after = 1};
  spec.columns = spec.rows;
  spec.in_channels = in_channels;
  spec.channels = spec.layer_channels = channels;
  spec.lanes = 16;
  spec.neuron.membrane_bits = 16;
  spec.neuron.threshold = kThreshold;
  for (std::int64_t k = 0; k < channels * in_channels * 9; ++k) {
    spec.weights.push_back(static_cast<std::int32_t>(hash(static_cast<std::uint64_t>(k)) >> 56) -
                           128);
  }
  return spec;
}

/// One sample: in each step every input fires with a probability of 10 %.
std::vector<Word> conv_input(std::int64_t in_channels) {
  const std::int64_t inputs = kSize * kSize * in_channels;
  std::vector<Word> words;
  for (std::int64_t k = 0; k < kConvSteps * inputs; ++k) {
    if (hash(kEventSeed + static_cast<std::uint64_t>(k)) % 10 == 0) {
      words.push_back(Word{.kind = WordKind::Event, .address = k % inputs});
    }
    if (k % inputs == inputs - 1) words.push_back(Word{.kind = WordKind::EndOfStep});
  }
  words.push_back(Word{.kind = WordKind::EndOfSample});
  return words;
}

void run_conv(benchmark::State& state, std::int64_t in_channels, std::int64_t channels,
              void (*change)(SpikingConvSpec&),
              golden::SpikingConvModel::Path path = golden::SpikingConvModel::Path::Vector) {
  SpikingConvSpec spec = conv_layer(in_channels, channels);
  change(spec);
  golden::SpikingConvModel model(std::make_shared<const SpikingConvSpec>(std::move(spec)), path);
  const std::vector<Word> words = conv_input(in_channels);
  std::vector<Word> out;
  std::int64_t spikes = 0;
  std::int64_t operations = 0;
  for (auto _ : state) {
    model.reset();
    for (const Word& word : words) {
      out.clear();
      model.push(word, out);
      benchmark::DoNotOptimize(out.data());
    }
    spikes = model.counters().at("events_out");
    operations += model.counters().at("synaptic_operations");
  }
  state.counters["sop_per_second"] =
      benchmark::Counter(static_cast<double>(operations), benchmark::Counter::kIsRate);
  state.counters["spikes"] = static_cast<double>(spikes);
}

void conv_16_to_16(benchmark::State& state) {
  run_conv(state, 16, 16, [](SpikingConvSpec&) {});
}
BENCHMARK(conv_16_to_16)->UseRealTime();

void conv_16_to_16_late_leak(benchmark::State& state) {
  run_conv(state, 16, 16, [](SpikingConvSpec& spec) {
    spec.neuron.negative_threshold = -kThreshold;
    spec.neuron.leak = Leak::Shift;
    spec.neuron.leak_shift = 4;
    spec.neuron.refractory_steps = 2;
    spec.neuron.refractory_mode = RefractoryMode::Hold;
  });
}
BENCHMARK(conv_16_to_16_late_leak)->UseRealTime();

void conv_16_to_16_fire_event(benchmark::State& state) {
  run_conv(state, 16, 16, [](SpikingConvSpec& spec) { spec.neuron.fire = Fire::Event; });
}
BENCHMARK(conv_16_to_16_fire_event)->UseRealTime();

void conv_16_to_16_plain_contract(benchmark::State& state) {
  run_conv(
      state, 16, 16, [](SpikingConvSpec&) {}, golden::SpikingConvModel::Path::Plain);
}
BENCHMARK(conv_16_to_16_plain_contract)->UseRealTime();

/// The reference chip: 131,072 neurons, 73,728 weights.
void conv_64_to_128(benchmark::State& state) {
  run_conv(state, 64, 128, [](SpikingConvSpec&) {});
}
BENCHMARK(conv_64_to_128)->UseRealTime();

}  // namespace
}  // namespace nacre::bench

BENCHMARK_MAIN();
