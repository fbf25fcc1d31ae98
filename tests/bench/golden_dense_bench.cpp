// Speed of the golden dense layer: synaptic operations (events x neurons) per second, one core. The
// step ends, the spikes and the words' cost are inside the measured time, which is the wall
// clock's, as it is for the peers.

#include <benchmark/benchmark.h>

#include <memory>

#include "golden/spiking_dense/spiking_dense_model.hpp"
#include "workload.hpp"

namespace nacre::bench {
namespace {

void run_layer(benchmark::State& state, golden::SpikingDenseModel::Path path,
               void (*change)(SpikingDenseSpec&)) {
  SpikingDenseSpec spec = layer();
  change(spec);
  golden::SpikingDenseModel model(std::make_shared<const SpikingDenseSpec>(std::move(spec)), path);
  const std::vector<Word> words = input();
  std::vector<Word> out;
  std::int64_t spikes = 0;
  std::int64_t events = 0;
  for (auto _ : state) {
    model.reset();
    for (const Word& word : words) {
      out.clear();
      model.push(word, out);
      benchmark::DoNotOptimize(out.data());
    }
    spikes = model.counters().at("events_out");
    events += model.counters().at("events_in");
  }
  state.counters["sop_per_second"] =
      benchmark::Counter(static_cast<double>(events * kNeurons), benchmark::Counter::kIsRate);
  state.counters["spikes"] = static_cast<double>(spikes);
}

void dense_784x1000(benchmark::State& state) {
  run_layer(state, golden::SpikingDenseModel::Path::Vector, [](SpikingDenseSpec&) {});
}
BENCHMARK(dense_784x1000)->UseRealTime();

void dense_784x1000_leaky_signed(benchmark::State& state) {
  run_layer(state, golden::SpikingDenseModel::Path::Vector, [](SpikingDenseSpec& spec) {
    spec.neuron.negative_threshold = -kThreshold;
    spec.neuron.leak = Leak::Shift;
    spec.neuron.leak_shift = 4;
    spec.neuron.refractory_steps = 2;
    spec.neuron.refractory_mode = RefractoryMode::Hold;
  });
}
BENCHMARK(dense_784x1000_leaky_signed)->UseRealTime();

void dense_784x1000_fire_event(benchmark::State& state) {
  run_layer(state, golden::SpikingDenseModel::Path::Vector,
            [](SpikingDenseSpec& spec) { spec.neuron.fire = Fire::Event; });
}
BENCHMARK(dense_784x1000_fire_event)->UseRealTime();

void dense_784x1000_membrane_24_bits(benchmark::State& state) {
  run_layer(state, golden::SpikingDenseModel::Path::Vector, [](SpikingDenseSpec& spec) {
    spec.neuron.membrane_bits = 24;
    spec.neuron.clamp_min = -(1 << 23);
    spec.neuron.clamp_max = (1 << 23) - 1;
  });
}
BENCHMARK(dense_784x1000_membrane_24_bits)->UseRealTime();

void dense_784x1000_plain_contract(benchmark::State& state) {
  run_layer(state, golden::SpikingDenseModel::Path::Plain, [](SpikingDenseSpec&) {});
}
BENCHMARK(dense_784x1000_plain_contract)->UseRealTime();

}  // namespace
}  // namespace nacre::bench

BENCHMARK_MAIN();
