#pragma once
// value_readout: the class of the largest value of each frame (the kind's README is the contract).

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "golden/kind_model.hpp"
#include "value_readout/value_readout_spec.hpp"

namespace nacre::golden {

class ValueReadoutModel final : public StageModel {
 public:
  explicit ValueReadoutModel(std::shared_ptr<const ValueReadoutSpec> spec);
  void reset() override;
  void push(const Word& word, std::vector<Word>& out) override;
  State state() const override;
  CounterValues counters() const override;

 private:
  /// The value of the largest payload, the one of the lowest address among equals.
  std::optional<Word> largest() const;
  void close_frame(std::vector<Word>& out);

  std::shared_ptr<const ValueReadoutSpec> spec_;
  std::vector<Word> frame_;       ///< values since the last closing word
  std::optional<Word> decision_;  ///< of the frame closed last, while the registers show it
  bool fresh_ = true;             ///< the next word starts a sample
  std::int64_t frames_ = 0;
  std::int64_t values_in_ = 0;
};

}  // namespace nacre::golden
