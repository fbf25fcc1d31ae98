#pragma once
// spiking_conv: event-driven two-dimensional convolution (the kind's README is the contract).

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "golden/kind_model.hpp"
#include "golden/spiking_conv/conv_neurons.hpp"

namespace nacre::golden {

class SpikingConvModel final : public StageModel {
 public:
  /// How the neurons are computed; the results are the same, and a test says so.
  enum class Path { Vector, Plain };

  explicit SpikingConvModel(std::shared_ptr<const SpikingConvSpec> spec, Path path = Path::Vector);
  void reset() override;
  void push(const Word& word, std::vector<Word>& out) override;
  /// Rows touched or visited because of the word: the slots that it has in part J.
  std::int64_t work() const override { return work_.slots; }
  /// ConvWork::searched, then each SlowSlot's {slot, leaks, spikes}; empty when there is nothing of
  /// that.
  std::vector<std::int64_t> work_list() const override;
  State state() const override;
  CounterValues counters() const override;

 private:
  std::shared_ptr<const SpikingConvSpec> spec_;
  std::unique_ptr<ConvNeurons> neurons_;
  bool fresh_ = true;  ///< the next word starts a sample
  ConvWork work_;      ///< of the last word
  std::int64_t events_in_ = 0;
  std::int64_t events_out_ = 0;
  std::int64_t synapses_ = 0;
  std::int64_t rows_touched_ = 0;
  std::int64_t rows_visited_ = 0;
  std::int64_t leaks_ = 0;
};

/// The slots, again, of which `work()` and `work_list()` of that model tell.
ConvWork conv_work_of(std::int64_t work, std::span<const std::int64_t> work_list);

}  // namespace nacre::golden
