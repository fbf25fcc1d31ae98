#pragma once
// Golden models: the numeric contracts computed in wide integers, from the Spec and nothing later.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "golden/host_access.hpp"
#include "nacre/diagnostics.hpp"
#include "nacre/spec.hpp"
#include "nacre/stream.hpp"

namespace nacre::golden {

/// Architectural state of one stage: field name -> values ("membrane", "refractory", "count",
/// "phase", "increment", "lfsr", "decision", ...), in logical order (neuron, class, input), the
/// names of docs/stage_interface.md.
using State = std::map<std::string, std::vector<std::int64_t>>;

/// Performance counters of one stage by register name; only those that do not depend on stalls.
using CounterValues = std::map<std::string, std::int64_t>;

/// One stage of a design. Words in, words out, in order; no clock.
class StageModel {
 public:
  virtual ~StageModel() = default;
  /// Hardware reset: registers back to the specification's values, a fresh sample next.
  virtual void reset() = 0;
  /// Consumes one word and appends what the stage sends because of it.
  virtual void push(const Word& word, std::vector<Word>& out) = 0;
  /// The same for a kind that joins streams: the word came on input `input`. Of one input the words
  /// come in order; between the inputs any order must give the same output.
  virtual void push_from(std::size_t input, const Word& word, std::vector<Word>& out) {
    NACRE_CHECK(input == 0, "a stage of one input got a word on another");
    push(word, out);
  }
  /// True while the stage has more to send without further input (an encoder between time steps).
  virtual bool running() const { return false; }
  /// Sends the next part (one time step with its `end_of_step`, or `end_of_sample`). `decided` is
  /// the verdict on the step sent before (false for the first).
  virtual void advance(bool decided, std::vector<Word>& out) {
    (void)decided;
    (void)out;
  }
  /// The verdict on the last `end_of_step` consumed (stages that decide).
  virtual bool decided() const { return false; }
  /// What the last word pushed cost, as the kind's timing model counts it (1: a pass was executed,
  /// 0: skipped; tiles: register input_bits); only what the words themselves do not tell.
  virtual std::int64_t work() const { return 0; }
  /// Likewise, where one number does not tell it.
  virtual std::vector<std::int64_t> work_list() const { return {}; }
  /// Error flags that words have raised since the last call or reset: bit i is error i of the kind
  /// (docs/stage_interface.md).
  virtual std::uint32_t take_errors() { return 0; }
  virtual State state() const = 0;
  /// What the stage has made of the memories loaded into it, where it keeps something else than the
  /// words themselves ("conductance"): too large to be compared after each sample.
  virtual State configuration() const { return {}; }
  virtual CounterValues counters() const = 0;
  /// Random accesses of a host at `moment`: legal ones, and such as must be refused. They are to be
  /// made in this order, the model is as if they had been. "The last sample" of `moment` is the
  /// last one pushed. Nothing: the kind has no accesses at run time.
  virtual std::vector<HostAccess> draw_accesses(Moment moment, const Draw& draw) {
    (void)moment;
    (void)draw;
    return {};
  }
};

/// What one sample did, for figures and for the timing model.
struct SampleTrace {
  std::vector<Word> output;                      ///< words of the design's output stream
  std::vector<std::vector<Word>> stage_outputs;  ///< per stage, when recording was asked for
  /// What the words of one input made its stage do, one element for each word.
  struct Consumed {
    std::vector<std::int64_t> sent;  ///< words that the stage sent at once because of it
    std::vector<std::int64_t> work;  ///< StageModel::work()
    std::vector<std::vector<std::int64_t>> work_lists;  ///< StageModel::work_list()
  };
  std::vector<std::vector<Consumed>> stage_inputs;  ///< per stage and input, likewise
};

/// All stages of a design, connected.
class Network {
 public:
  explicit Network(const Spec& spec);
  ~Network();
  Network(Network&&) noexcept;

  void reset();
  /// Feeds the input words of one sample (up to and with `end_of_sample`) and runs to the end.
  /// `on_step(t)` is called after each time step has passed every stage (state is then the
  /// architectural state at that checkpoint).
  SampleTrace run_sample(const std::vector<Word>& input, bool record_stages = false,
                         const std::function<void(std::int64_t step)>& on_step = {});
  StageModel& stage(std::size_t index);
  const StageModel& stage(std::size_t index) const;
  std::size_t num_stages() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Exact unstalled cycle count of one sample: from the cycle in which its first input word is
/// accepted to the one in which its `end_of_sample` leaves the design, both counted; the design
/// idle before, the host always valid and ready. `input` and `trace.stage_outputs` describe the
/// sample.
std::int64_t predict_cycles(const Spec& spec, const std::vector<Word>& input,
                            const SampleTrace& trace);

}  // namespace nacre::golden
