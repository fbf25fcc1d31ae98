#pragma once
// event_join: several event streams become one (the kind's README is the contract).

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "event_join/event_join_spec.hpp"
#include "golden/kind_model.hpp"

namespace nacre::golden {

/// Where an event of input `input` goes.
std::int64_t joined_address(const EventJoinSpec& spec, std::size_t input, std::int64_t address);

/// With order `address`: the input whose word, of those in front of each, is sent next; nothing
/// when all are closing words.
std::optional<std::size_t> first_by_address(const EventJoinSpec& spec,
                                            const std::vector<Word>& in_front);

class EventJoinModel final : public StageModel {
 public:
  explicit EventJoinModel(std::shared_ptr<const EventJoinSpec> spec);
  void reset() override;
  void push(const Word& word, std::vector<Word>& out) override { push_from(0, word, out); }
  void push_from(std::size_t input, const Word& word, std::vector<Word>& out) override;
  State state() const override { return {}; }
  CounterValues counters() const override;

 private:
  /// Sends what the words that wait allow, as long as they do.
  void join_by_input(std::vector<Word>& out);
  void join_by_address(std::vector<Word>& out);
  void send_event(std::size_t input, std::vector<Word>& out);

  std::shared_ptr<const EventJoinSpec> spec_;
  std::vector<std::deque<Word>> waiting_;  ///< per input, in its order
  std::size_t current_ = 0;                ///< the input whose turn it is, with order `input`
  Word closing_;  ///< that of input 0 in this time step; those of the others must be alike
  std::int64_t events_ = 0;
};

}  // namespace nacre::golden
