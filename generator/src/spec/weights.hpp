#pragma once
// Weights and biases of a stage: from a file or made here, and the message when one does not fit.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/kind_spec.hpp"
#include "spec/schema.hpp"

namespace nacre {

/// Smallest and largest value of something.
struct Interval {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

/// Values of a number of 1 ... 32 bits; a signed number of 1 bit is 0 or -1.
Interval number_range(int bits, bool is_signed);

/// Keys `file`, `fill` and `seed` of an object `weights`. `shape` is the shape that the file must
/// have, in words: "(neurons, inputs)". Exactly one of `file` and `fill` must be given
/// (`weight_source_choice`).
std::vector<schema::Field> weight_source_fields(std::string_view shape);
schema::Exclusive weight_source_choice();

/// The weights that a stage wants.
struct WeightsWanted {
  std::vector<std::int64_t> shape;
  std::string axes;          ///< names of the dimensions: "(neurons, inputs)"
  std::string shape_help{};  ///< remedy for a file of another shape, where its axes tell nothing
  Interval range;            ///< values of a weight
  bool has_zero = true;      ///< false: -1 and +1, but no 0
  std::string holder;        ///< what holds them, with its verb: "code 'signed' with 8 bits holds"
  /// The remedy when the weights of a file reach from `low` to `high`.
  std::function<std::string(std::int64_t low, std::int64_t high)> remedy;
};

/// Reads or makes the weights that the object of `reader` asks for, row-major; nothing after an
/// error (N0501 ... N0506).
std::optional<std::vector<std::int32_t>> load_weights(const schema::Reader& reader,
                                                      const WeightsWanted& wanted,
                                                      ParseContext& context);

/// Reads `count` biases of `bits` bits (key `bits_key`) from the file that `file` names; `axes`
/// names them: "(neurons,)". Nothing after an error (N0501 ... N0506).
std::optional<std::vector<std::int64_t>> load_bias(const Json& file, std::int64_t count,
                                                   std::string_view axes, int bits,
                                                   std::string_view bits_key,
                                                   ParseContext& context);

/// Adds `number` weights of `stage` to those of the stages before; too many are refused (N1002).
/// `product` says how the number comes about ("10 x 784"), `knob` what makes it smaller.
void count_weights(const Stage& stage, std::int64_t number, std::string_view product,
                   std::string_view knob, ParseContext& context);

}  // namespace nacre
