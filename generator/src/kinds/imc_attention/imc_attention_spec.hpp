#pragma once
// Typed parameters of kind imc_attention (README.md beside this file is the contract).

#include <cstdint>

#include "nacre/spec.hpp"
#include "spec/weights.hpp"

namespace nacre {

/// Width and signedness of an integer; its range is `number_range`.
struct AttentionField {
  int bits = 1;
  bool is_signed = false;

  Interval range() const { return number_range(bits, is_signed); }
};

/// One attention head. Letters are those of README.md.
struct ImcAttentionSpec final : StageParams {
  std::int64_t width = 1;   ///< d: components of a query, a key and a value
  std::int64_t window = 1;  ///< W: tokens that the ring holds
  int input_bits = 1;       ///< of a value of the input stream
  bool input_signed = false;
  AttentionField query{.bits = 4, .is_signed = false};
  AttentionField key{.bits = 3, .is_signed = true};
  AttentionField value{.bits = 3, .is_signed = true};
  AttentionField score{.bits = 4, .is_signed = false};  ///< an attention word; unsigned
  AttentionField output{.bits = 5, .is_signed = true};
  std::int64_t score_bias = 0;
  int score_shift = 0;      ///< 0 ... 31
  int output_shift = 0;     ///< 0 ... 31
  int digit_bits = 1;       ///< input bits per cycle: 1, 2 or 4
  std::int64_t tokens = 0;  ///< T; 0: not given, so the output has steps

  /// D_q or D_a: digit planes of a vector of this field.
  int planes(const AttentionField& field) const {
    return (field.bits + digit_bits - 1) / digit_bits;
  }
};

/// Sums of `terms` products of two fields: the least and the greatest one, and 0.
Interval attention_sum_range(std::int64_t terms, const AttentionField& a, const AttentionField& b);

/// Legal values of `score.bias`: two's complement of W_S + 1 bits.
Interval attention_bias_range(const ImcAttentionSpec& spec);

}  // namespace nacre
