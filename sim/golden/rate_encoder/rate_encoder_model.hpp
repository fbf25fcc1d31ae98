#pragma once
// rate_encoder: intensities in, spikes at a proportional rate out (the kind's README is the
// contract).

#include <cstdint>
#include <memory>
#include <vector>

#include "golden/kind_model.hpp"
#include "rate_encoder/rate_encoder_spec.hpp"

namespace nacre::golden {

/// The contract's 32-bit Fibonacci LFSR, x^32 + x^22 + x^2 + x + 1.
std::uint32_t lfsr_bit_step(std::uint32_t state);

class RateEncoderModel final : public StageModel {
 public:
  explicit RateEncoderModel(std::shared_ptr<const RateEncoderSpec> spec);
  void reset() override;
  void push(const Word& word, std::vector<Word>& out) override;
  bool running() const override { return running_; }
  void advance(bool decided, std::vector<Word>& out) override;
  std::uint32_t take_errors() override;
  State state() const override;
  CounterValues counters() const override;

 private:
  void start_sample();
  void take_value(std::int64_t intensity);
  void send_step(std::vector<Word>& out);

  std::shared_ptr<const RateEncoderSpec> spec_;
  std::vector<std::int64_t> phase_;
  std::vector<std::int64_t> increment_;
  std::uint32_t lfsr_ = 0;
  std::vector<std::int64_t> row_;   ///< increments of the row being received
  std::int64_t received_ = 0;       ///< values of this sample taken so far
  std::int64_t step_ = 0;           ///< time steps of this sample sent so far
  std::int64_t steps_to_send_ = 0;  ///< T, or 0 for a short frame
  bool fresh_ = true;               ///< the next word starts a sample
  std::uint32_t errors_ = 0;
  bool running_ = false;            ///< between the frame and `end_of_sample`
  std::int64_t values_in_ = 0;
  std::int64_t events_out_ = 0;
  std::int64_t steps_ = 0;
};

}  // namespace nacre::golden
