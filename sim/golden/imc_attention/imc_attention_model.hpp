#pragma once
// imc_attention: one attention head over the last W tokens (the kind's README is the contract).

#include <cstdint>
#include <memory>
#include <vector>

#include "golden/golden.hpp"
#include "imc_attention/imc_attention_spec.hpp"

namespace nacre::golden {

class ImcAttentionModel final : public StageModel {
 public:
  explicit ImcAttentionModel(std::shared_ptr<const ImcAttentionSpec> spec);
  void reset() override;
  void push(const Word& word, std::vector<Word>& out) override;
  /// 1 when the last word closed a frame that the head worked on.
  std::int64_t work() const override { return worked_ ? 1 : 0; }
  std::uint32_t take_errors() override;
  /// `keys`, `values`: d numbers per slot, 0 in a slot that is not filled; `scores`: the attention
  /// words; `ring`: the register.
  State state() const override;
  CounterValues counters() const override;
  std::vector<HostAccess> draw_accesses(Moment moment, const Draw& draw) override;

 private:
  void take_value(const Word& word);
  /// Whether `word` closes a complete frame; flags a short one.
  bool closes_frame(const Word& word);
  void empty_ring();
  void work_on_token(std::vector<Word>& out);
  std::int64_t filled() const;  ///< F
  /// A sample is one frame for the stage behind.
  bool joins_tokens() const { return spec_->tokens > 0; }

  std::shared_ptr<const ImcAttentionSpec> spec_;
  std::int64_t score_bias_ = 0, score_shift_ = 0, output_shift_ = 0;  ///< registers
  std::vector<std::int64_t> frame_;   ///< its first `received_` values
  std::vector<std::int64_t> keys_;    ///< [slot][i]
  std::vector<std::int64_t> values_;  ///< [slot][i]
  std::vector<std::int64_t> scores_;  ///< a, by slot
  std::int64_t received_ = 0;         ///< values of this frame
  std::int64_t tokens_ = 0;           ///< of the sample that the ring holds
  bool fresh_ = true;                 ///< the sample has no complete frame yet
  bool worked_ = false;               ///< the last word made the head work
  std::uint32_t errors_ = 0;
  std::int64_t tokens_worked_on_ = 0;
  std::int64_t values_in_ = 0;
  std::int64_t synaptic_operations_ = 0;
};

}  // namespace nacre::golden
