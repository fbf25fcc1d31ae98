#include <algorithm>
#include <utility>

#include "golden/golden.hpp"
#include "golden/kind_model.hpp"
#include "nacre/diagnostics.hpp"

namespace nacre::golden {

const KindModel& kind_model(std::string_view name) {
  for (const KindModel* kind : kind_models()) {
    if (kind->name == name) return *kind;
  }
  NACRE_CHECK(false, "a stage of a kind without a golden model");
}

std::optional<std::size_t> stage_decider(const Spec& spec, std::size_t index) {
  const Stage& stage = spec.stages[index];
  const KindModel& kind = kind_model(stage.kind);
  if (kind.stop_on == nullptr) return std::nullopt;
  const std::string_view wanted = kind.stop_on(stage);
  if (wanted.empty()) return std::nullopt;
  for (std::size_t s = index + 1; s < spec.stages.size(); ++s) {
    if (spec.stages[s].name == wanted) return s;
  }
  NACRE_CHECK(false, "stop_on names a stage further down");
}

Spec with_devices(const Spec& spec, const DeviceVariant& variant) {
  Spec other = spec;
  for (Stage& stage : other.stages) {
    const DeviceModel* devices = kind_model(stage.kind).devices;
    if (devices != nullptr) stage.params = devices->variant(stage, variant);
  }
  return other;
}

Spec with_programmed_arrays(const Spec& spec, const MramMacroSpec& program, Programming& sum) {
  Spec other = spec;
  for (Stage& stage : other.stages) {
    const DeviceModel* devices = kind_model(stage.kind).devices;
    if (devices == nullptr || devices->program == nullptr) continue;
    stage.params = devices->program(stage, program, sum);
  }
  return other;
}

struct Network::Impl {
  /// One input of one stage.
  struct Taker {
    std::size_t node = 0;
    std::size_t input = 0;
  };
  struct Node {
    std::unique_ptr<StageModel> model;
    std::size_t num_inputs = 1;
    std::vector<Taker> takers = {};       ///< of what it sends; none: it is the design's output
    const StageModel* decider = nullptr;  ///< whose verdict `advance` wants
    std::vector<Word> sent = {};          ///< scratch: what one push or advance sends
  };

  explicit Impl(const Spec& spec);
  void deliver(const Taker& taker, const Word& word);
  void run(std::size_t index);
  void pass_on(std::size_t index);
  void step_passed();

  std::vector<Node> nodes;
  std::vector<Taker> input_takers;  ///< of the design's input
  // Of the sample being run.
  SampleTrace trace;
  bool record = false;
  const std::function<void(std::int64_t)>* on_step = nullptr;
  std::int64_t step = 0;
};

Network::Impl::Impl(const Spec& spec) {
  for (std::size_t s = 0; s < spec.stages.size(); ++s) {
    const Stage& stage = spec.stages[s];
    for (std::size_t i = 0; i < stage.inputs.size(); ++i) {
      const auto source =
          std::find_if(spec.stages.begin(), spec.stages.begin() + static_cast<std::ptrdiff_t>(s),
                       [&](const Stage& other) { return other.name == stage.inputs[i]; });
      const auto place = static_cast<std::size_t>(source - spec.stages.begin());
      NACRE_CHECK(place < s || stage.inputs[i] == "input",
                  "a stage stands before one that feeds it");
      (place < s ? nodes[place].takers : input_takers).push_back({s, i});
    }
    nodes.push_back(
        Node{.model = kind_model(stage.kind).make(stage), .num_inputs = stage.inputs.size()});
  }
  for (std::size_t s = 0; s < nodes.size(); ++s) {
    NACRE_CHECK(nodes[s].takers.empty() == (s + 1 == nodes.size()),
                "another stage than the last is the design's output");
  }
  for (std::size_t s = 0; s < nodes.size(); ++s) {
    if (const auto decider = stage_decider(spec, s)) nodes[s].decider = nodes[*decider].model.get();
  }
}

/// Gives one word to a stage and lets everything below it, and it itself, run until quiet.
void Network::Impl::deliver(const Taker& taker, const Word& word) {
  Node& node = nodes[taker.node];
  node.sent.clear();
  node.model->push_from(taker.input, word, node.sent);
  if (record) {
    SampleTrace::Consumed& consumed = trace.stage_inputs[taker.node][taker.input];
    consumed.sent.push_back(std::ssize(node.sent));
    consumed.work.push_back(node.model->work());
    consumed.work_lists.push_back(node.model->work_list());
  }
  pass_on(taker.node);
  run(taker.node);
}

/// An encoder's time steps: each passes all stages below before the next is asked for, so the
/// verdict on it is known.
void Network::Impl::run(std::size_t index) {
  Node& node = nodes[index];
  bool decided = false;
  while (node.model->running()) {
    node.sent.clear();
    node.model->advance(decided, node.sent);
    const bool sent_step = std::any_of(node.sent.begin(), node.sent.end(), [](const Word& word) {
      return word.kind == WordKind::EndOfStep;
    });
    pass_on(index);
    decided = node.decider != nullptr && node.decider->decided();
    if (sent_step) step_passed();
  }
}

void Network::Impl::pass_on(std::size_t index) {
  // `sent` stays as it is: only stages below run meanwhile.
  const std::vector<Word>& sent = nodes[index].sent;
  if (record) {
    std::vector<Word>& recorded = trace.stage_outputs[index];
    recorded.insert(recorded.end(), sent.begin(), sent.end());
  }
  if (nodes[index].takers.empty()) {
    trace.output.insert(trace.output.end(), sent.begin(), sent.end());
  }
  for (const Word& word : sent) {
    for (const Taker& taker : nodes[index].takers) deliver(taker, word);
  }
}

void Network::Impl::step_passed() {
  if (*on_step) (*on_step)(step);
  ++step;
}

Network::Network(const Spec& spec) : impl_(std::make_unique<Impl>(spec)) {}
Network::~Network() = default;
Network::Network(Network&&) noexcept = default;

void Network::reset() {
  for (Impl::Node& node : impl_->nodes) node.model->reset();
}

SampleTrace Network::run_sample(const std::vector<Word>& input, bool record_stages,
                                const std::function<void(std::int64_t step)>& on_step) {
  impl_->trace = SampleTrace{};
  impl_->record = record_stages;
  impl_->on_step = &on_step;
  impl_->step = 0;
  if (record_stages) {
    impl_->trace.stage_outputs.resize(num_stages());
    for (const Impl::Node& node : impl_->nodes) {
      impl_->trace.stage_inputs.emplace_back(node.num_inputs);
    }
  }
  for (const Word& word : input) {
    for (const Impl::Taker& taker : impl_->input_takers) impl_->deliver(taker, word);
    if (word.kind == WordKind::EndOfStep) impl_->step_passed();
  }
  return std::move(impl_->trace);
}

StageModel& Network::stage(std::size_t index) { return *impl_->nodes.at(index).model; }
const StageModel& Network::stage(std::size_t index) const { return *impl_->nodes.at(index).model; }
std::size_t Network::num_stages() const { return impl_->nodes.size(); }

}  // namespace nacre::golden
