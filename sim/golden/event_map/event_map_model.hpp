#pragma once
// event_map: pooling, upsampling and flattening (the kind's README is the contract).

#include <cstdint>
#include <memory>
#include <vector>

#include "event_map/event_map_spec.hpp"
#include "golden/kind_model.hpp"

namespace nacre::golden {

class EventMapModel final : public StageModel {
 public:
  explicit EventMapModel(std::shared_ptr<const EventMapSpec> spec);
  void reset() override;
  void push(const Word& word, std::vector<Word>& out) override;
  /// Of an `or_pool`: for each turn of the event, 1 when it sends its address and 0 when that was
  /// sent before. Else nothing: all turns send.
  std::vector<std::int64_t> work_list() const override { return turns_; }
  State state() const override { return {}; }
  CounterValues counters() const override;

 private:
  /// Addresses because of an event at `address`, in the order in which they are sent.
  std::vector<std::int64_t> addresses_of(std::int64_t address) const;
  /// True the first time in a time step.
  bool is_new(std::int64_t address, bool negative);

  std::shared_ptr<const EventMapSpec> spec_;
  /// Number of the time step in which an address was sent last; positive ones, then negative ones.
  std::vector<std::int64_t> sent_in_step_;
  std::int64_t step_ = 1;  ///< counts closing words
  std::vector<std::int64_t> turns_;
  std::int64_t events_in_ = 0;
  std::int64_t events_out_ = 0;
};

}  // namespace nacre::golden
