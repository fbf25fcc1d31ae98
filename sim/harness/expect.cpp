// The golden side: what must come.

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "harness/lockstep.hpp"

namespace nacre::harness {
namespace {

constexpr std::int64_t kCounterMask = 0xffffffff;
// Four bits of each stage: those of the first six in register `error` from bit 8 on, the others' in
// registers of eight stages each (docs/stage_interface.md).
constexpr std::size_t kFirstStageError = 8;
constexpr std::size_t kErrorsPerStage = 4;
constexpr std::size_t kFirstStages = 6;
constexpr std::size_t kStagesPerWord = 8;

template <class Get>
auto of_all_stages(const golden::Network& network, Get get) {
  std::vector<decltype(get(network.stage(0)))> values;
  for (std::size_t s = 0; s < network.num_stages(); ++s) values.push_back(get(network.stage(s)));
  return values;
}

std::vector<golden::State> states(const golden::Network& network) {
  return of_all_stages(network, [](const golden::StageModel& stage) { return stage.state(); });
}

std::vector<golden::CounterValues> counters(const golden::Network& network) {
  return of_all_stages(network, [](const golden::StageModel& stage) { return stage.counters(); });
}

bool takes_accesses(const Spec& spec) {
  golden::Network network(spec);
  const golden::Draw lowest = [](std::uint64_t) { return std::uint64_t{0}; };
  for (std::size_t s = 0; s < network.num_stages(); ++s) {
    if (!network.stage(s).draw_accesses(golden::Moment::Idle, lowest).empty()) return true;
  }
  return false;
}

}  // namespace

Setup make_setup(const Spec& spec, const data::Stimulus& stimulus,
                 const std::map<std::string, std::string>& files) {
  const auto text_of = [&files](const std::string& path) -> const std::string& {
    const auto file = files.find(path);
    if (file == files.end()) throw std::runtime_error(fmt::format("no file '{}'", path));
    return file->second;
  };
  Setup setup{.spec = &spec,
              .map = parse_address_map(text_of("registers.json")),
              .images = {},
              .stimulus = &stimulus};
  for (const MapMemory& memory : setup.map.memories) {
    setup.images.push_back(memory.image.empty() ? MemoryWords{}
                                                : parse_image(memory, text_of(memory.image)));
  }
  for (const Stage& stage : spec.stages) {
    if (std::find(setup.map.stages.begin(), setup.map.stages.end(), stage.name) ==
        setup.map.stages.end()) {
      throw std::runtime_error(fmt::format("registers.json has no stage '{}'", stage.name));
    }
  }
  setup.takes_accesses = takes_accesses(spec);
  return setup;
}

GoldenSide::GoldenSide(const Setup& setup)
    : setup_(&setup), network_(*setup.spec), before_(counters(network_)) {}

void GoldenSide::reset() {
  network_.reset();
  before_ = counters(network_);
  samples_ = words_in_ = words_out_ = 0;
}

Expected GoldenSide::expect(const data::Sample& sample, bool steps) {
  Expected expected{.sample = sample};
  const auto on_step = [&](std::int64_t) { expected.step_state.push_back(states(network_)); };
  expected.trace = network_.run_sample(
      sample.words, true,
      steps ? std::function<void(std::int64_t)>(on_step) : std::function<void(std::int64_t)>());
  expected.state = states(network_);
  expected.counters = counters(network_);
  expected.counted = expected.counters;
  for (std::size_t s = 0; s < expected.counted.size(); ++s) {
    for (auto& [name, value] : expected.counted[s]) {
      value = (value - before_[s].at(name)) & kCounterMask;
    }
  }
  before_ = expected.counters;
  expected.errors = take_errors();
  samples_ += 1;
  words_in_ += static_cast<std::int64_t>(sample.words.size());
  words_out_ += static_cast<std::int64_t>(expected.trace.output.size());
  expected.control = {{"samples", samples_ & kCounterMask},
                      {"words_in", words_in_ & kCounterMask},
                      {"words_out", words_out_ & kCounterMask}};
  expected.predicted_cycles = golden::predict_cycles(*setup_->spec, sample.words, expected.trace);
  return expected;
}

std::vector<golden::HostAccess> GoldenSide::draw_accesses(std::size_t stage, golden::Moment moment,
                                                          const golden::Draw& draw) {
  return network_.stage(stage).draw_accesses(moment, draw);
}

ErrorFlags& ErrorFlags::operator|=(const ErrorFlags& other) {
  error |= other.error;
  stages.resize(std::max(stages.size(), other.stages.size()));
  for (std::size_t k = 0; k < other.stages.size(); ++k) stages[k] |= other.stages[k];
  return *this;
}

ErrorFlags GoldenSide::take_errors() {
  ErrorFlags errors;
  for (std::size_t s = 0; s < network_.num_stages(); ++s) {
    const std::uint32_t flags = network_.stage(s).take_errors();
    if (s < kFirstStages) {
      errors.error |= flags << (kFirstStageError + kErrorsPerStage * s);
      continue;
    }
    const std::size_t place = (s - kFirstStages) % kStagesPerWord;
    if (place == 0) errors.stages.push_back(0);
    errors.stages.back() |= flags << (kErrorsPerStage * place);
  }
  return errors;
}

const std::vector<Word>& stage_input(const Spec& spec, std::size_t stage,
                                     const Expected& expected) {
  const std::string& from = spec.stages[stage].inputs.front();
  for (std::size_t s = 0; s < spec.stages.size(); ++s) {
    if (spec.stages[s].name == from) return expected.trace.stage_outputs[s];
  }
  return expected.sample.words;
}

std::size_t stage_index(const Spec& spec, const std::string& name) {
  for (std::size_t s = 0; s < spec.stages.size(); ++s) {
    if (spec.stages[s].name == name) return s;
  }
  return spec.stages.size();
}

std::optional<std::size_t> first_event_stage(const Spec& spec) {
  for (std::size_t s = 0; s < spec.stages.size(); ++s) {
    if (!spec.stages[s].input.values) return s;
  }
  return std::nullopt;
}

std::optional<std::size_t> first_step_stage(const Spec& spec) {
  for (std::size_t s = 0; s < spec.stages.size(); ++s) {
    if (has_steps(spec.stages[s].input)) return s;
  }
  return std::nullopt;
}

}  // namespace nacre::harness
