#pragma once
// spiking_dense: event-driven fully connected layer (the kind's README is the contract).

#include <cstdint>
#include <memory>
#include <vector>

#include "golden/kind_model.hpp"
#include "golden/spiking_dense/neuron_array.hpp"

namespace nacre::golden {

class SpikingDenseModel final : public StageModel {
 public:
  /// How the neurons are computed; the results are the same, and a test says so.
  enum class Path { Vector, Plain };

  explicit SpikingDenseModel(std::shared_ptr<const SpikingDenseSpec> spec,
                             Path path = Path::Vector);
  void reset() override;
  void push(const Word& word, std::vector<Word>& out) override;
  std::int64_t work() const override { return work_; }
  State state() const override;
  CounterValues counters() const override;

 private:
  void start_sample();
  void end_step(std::vector<Word>& out);

  std::shared_ptr<const SpikingDenseSpec> spec_;
  std::unique_ptr<NeuronArray> neurons_;
  std::int64_t rows_ = 0;  ///< memory rows of one pass over the neurons
  bool fresh_ = true;      ///< the next word starts a sample
  bool pending_ = false;   ///< the next end-of-step pass could change something
  std::int64_t work_ = 0;
  std::int64_t events_in_ = 0;
  std::int64_t events_out_ = 0;
  std::int64_t passes_skipped_ = 0;
  std::int64_t passes_ = 0;
};

}  // namespace nacre::golden
