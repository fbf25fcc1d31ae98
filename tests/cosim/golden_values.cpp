// What the golden model sends on the data set of a specification, for a comparison with models
// written by others (third_oracle.py).
//
// golden_values SPEC SAMPLES: one line for each of the first SAMPLES samples: the values that reach
// the last stage (a readout), then the address of the event that it sends. A reset before every 32
// samples, as `nacre verify` has it.

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "data/stimulus.hpp"
#include "harness/lockstep.hpp"

int main(int argc, char** argv) {
  using namespace nacre;
  if (argc != 3) {
    fmt::print(stderr, "usage: golden_values SPEC SAMPLES\n");
    return 2;
  }
  Diagnostics diagnostics;
  const auto spec = read_spec(argv[1], diagnostics);
  const auto stimulus = spec ? data::Stimulus::open(*spec, 1, diagnostics) : std::nullopt;
  if (!stimulus || spec->stages.size() < 2) {
    for (const Diagnostic& each : diagnostics.all()) {
      fmt::print(stderr, "{}: {} {}\n", each.code, each.message, each.help);
    }
    return 2;
  }
  golden::Network network(*spec);
  const long samples = std::min(std::atol(argv[2]), stimulus->available().value_or(0));
  for (long index = 0; index < samples; ++index) {
    if (index % harness::kBlockSamples == 0) network.reset();
    const golden::SampleTrace trace = network.run_sample(stimulus->sample(index).words, true);
    for (const Word& word : trace.stage_outputs[spec->stages.size() - 2]) {
      if (word.kind == WordKind::Value) fmt::print("{},", word.payload);
    }
    fmt::print("{}\n", harness::decision_of(trace.output).value_or(-1));
  }
  return 0;
}
