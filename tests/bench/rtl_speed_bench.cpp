// Speed of the Verilated RTL alone: dense input into one layer, no golden model beside it.
//
// rtl_speed_bench NEURONS LANES STEPS: a NEURONS x NEURONS layer (8-bit weights, 16-bit membranes)
// receives an event of every input in each of STEPS time steps. Prints one JSON object: synaptic
// operations, clock cycles, CPU seconds.

#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "data/stimulus.hpp"
#include "harness/bench.hpp"
#include "harness/lockstep.hpp"
#include "nacre/generate.hpp"
#include "verilator/model.hpp"

namespace {

using namespace nacre;

/// CPU time of this process: other users of a shared machine do not count.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

int fail(const Diagnostics& diagnostics) {
  for (const Diagnostic& each : diagnostics.all()) {
    fmt::print(stderr, "{}: {} {}\n", each.code, each.message, each.help);
  }
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: rtl_speed_bench NEURONS LANES STEPS\n");
    return 2;
  }
  const long neurons = std::atol(argv[1]), lanes = std::atol(argv[2]), steps = std::atol(argv[3]);
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("nacre-bench-{}-{}", neurons, lanes);
  std::filesystem::create_directories(folder);
  const auto file = folder / "spec.json";
  std::ofstream(file) << fmt::format(
      R"({{"nacre": 1, "name": "speed", "input": {{"kind": "events", "addresses": {0}}},
  "stages": [{{"name": "dense", "kind": "spiking_dense", "inputs": ["input"], "neurons": {0}, "lanes": {1},
    "weights": {{"code": "signed", "bits": 8, "fill": "random", "seed": 1}},
    "neuron": {{"membrane_bits": 16, "threshold": 32767}}}}]}})",
      neurons, lanes);

  Diagnostics diagnostics;
  const auto spec = read_spec(file, diagnostics);
  const auto verilator = flows::find_verilator(diagnostics);
  const auto compiler = flows::find_compiler(diagnostics);
  if (!spec || !verilator || !compiler) return fail(diagnostics);
  const FileTree tree = generate_files(*spec);
  const auto source = flows::model_source(tree.files, spec->name, diagnostics);
  if (!source) return fail(diagnostics);
  const auto model = flows::build_model(*source, {.cache = flows::default_cache()}, *verilator,
                                        *compiler, diagnostics);
  const auto stimulus = data::Stimulus::open(*spec, 1, diagnostics);
  if (!model || !stimulus) return fail(diagnostics);

  const auto factory = harness::load_model(model->shared_object);
  const auto dut = factory->make(1);
  harness::Bench bench(*dut, {});
  const harness::Setup setup = harness::make_setup(*spec, *stimulus, tree.files);
  harness::Findings findings;
  harness::prepare(setup, bench, false, findings);
  bench.begin(0);
  std::vector<harness::Beat> beats;
  for (long step = 0; step < steps; ++step) {
    for (long input = 0; input < neurons; ++input)
      beats.push_back(harness::beat_of({.address = input}));
    beats.push_back(harness::beat_of({.kind = WordKind::EndOfStep}));
  }
  beats.push_back(harness::beat_of({.kind = WordKind::EndOfSample}));
  bench.send(beats);
  const double start = cpu_seconds();
  while (bench.end_cycle() < 0 && bench.check_progress("end_of_sample")) bench.tick();
  const double seconds = cpu_seconds() - start;
  std::filesystem::remove_all(folder);
  if (bench.fault() || !findings.clean()) {
    fmt::print(stderr, "the design failed: {}\n", bench.fault() ? bench.fault()->text : "bring-up");
    return 1;
  }
  const double operations = static_cast<double>(neurons) * static_cast<double>(neurons * steps);
  const auto cycles = static_cast<double>(bench.end_cycle() - bench.first_accept_cycle() + 1);
  fmt::print(
      "{{\"neurons\": {}, \"lanes\": {}, \"synaptic_operations\": {}, \"cycles\": {}, "
      "\"cpu_seconds\": {:.3f}, "
      "\"operations_per_second\": {:.4g}, \"operations_per_cycle\": {:.3f}, \"share_of_lanes\": "
      "{:.4f}}}\n",
      neurons, lanes, operations, cycles, seconds, operations / seconds, operations / cycles,
      operations / cycles / static_cast<double>(lanes));
  return 0;
}
