#include "spec/weights.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "diagnostics/nearest.hpp"
#include "spec/neuron_parse.hpp"
#include "spec/npy.hpp"

namespace nacre {
namespace {

constexpr std::int64_t kMaxWeights = std::int64_t{1} << 28;

/// splitmix64 (Steele, Lea, Flood 2014): output `index` of the stream that starts at `seed`.
std::uint64_t splitmix64(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

std::int32_t random_weight(const WeightsWanted& wanted, std::uint64_t seed, std::uint64_t index) {
  const std::uint64_t draw = splitmix64(seed, index);
  if (!wanted.has_zero) return (draw >> 63) != 0 ? 1 : -1;
  const auto number = static_cast<std::uint64_t>(wanted.range.high - wanted.range.low + 1);
  // Upper half of a product: uniform over `number` values (number < 2^17, draw has 32 bits here).
  return static_cast<std::int32_t>(wanted.range.low +
                                   static_cast<std::int64_t>(((draw >> 32) * number) >> 32));
}

/// "[3][17]": where row-major element `index` lies.
std::string element_text(std::int64_t index, const std::vector<std::int64_t>& shape) {
  std::string text;
  for (auto size = shape.rbegin(); size != shape.rend(); ++size) {
    text = fmt::format("[{}]{}", index % *size, text);
    index /= *size;
  }
  return text;
}

std::optional<std::vector<std::int32_t>> read_weights(const Json& file, const WeightsWanted& wanted,
                                                      ParseContext& context) {
  const Interval range = wanted.range;
  auto array = read_npy(context.folder / file.string(), wanted.shape, wanted.axes, range.low,
                        range.high, file.location(), context.diagnostics, wanted.shape_help);
  if (!array) return std::nullopt;
  if (!wanted.has_zero && array->first_outside < 0) {
    const auto zero = std::find(array->values.begin(), array->values.end(), 0);
    if (zero != array->values.end()) {
      array->first_outside = zero - array->values.begin();
      array->num_outside = std::count(array->values.begin(), array->values.end(), 0);
    }
  }
  if (array->first_outside < 0) return std::move(array->values);
  const std::string holds =
      wanted.has_zero ? fmt::format("{} ... {}", range.low, range.high) : std::string("-1 and +1");
  const std::string others =
      array->num_outside > 1 ? fmt::format(" (and {} more)", with_commas(array->num_outside - 1))
                             : "";
  context.diagnostics.error(
      "N0506", file.location(),
      fmt::format("weight {} is {}{}, but {} {}", element_text(array->first_outside, wanted.shape),
                  array->outside_value, others, wanted.holder, holds),
      wanted.remedy(array->smallest, array->largest));
  return std::nullopt;
}

}  // namespace

Interval number_range(int bits, bool is_signed) {
  NACRE_CHECK(bits >= 1 && bits <= 32, "a number of no or too many bits");
  if (!is_signed) return {.low = 0, .high = (std::int64_t{1} << bits) - 1};
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  return {.low = -half, .high = half - 1};
}

std::vector<schema::Field> weight_source_fields(std::string_view shape) {
  using namespace schema;
  return {text("file").doc(fmt::format("`.npy` of shape {}, integers", shape)),
          word("fill", {"zero", "min", "max", "random"})
              .doc("weights without a file: all 0, all at one end of the code, or random"),
          integer("seed", 0, 4294967295)
              .fallback("1")
              .doc("of the random weights")
              .when("fill", {"random"})};
}

schema::Exclusive weight_source_choice() { return {.fields = {"file", "fill"}}; }

std::optional<std::vector<std::int32_t>> load_weights(const schema::Reader& reader,
                                                      const WeightsWanted& wanted,
                                                      ParseContext& context) {
  if (const Json* file = reader.find("file"); file != nullptr) {
    return read_weights(*file, wanted, context);
  }
  std::size_t size = 1;
  for (const std::int64_t extent : wanted.shape) size *= static_cast<std::size_t>(extent);
  const std::string fill = reader.string("fill");
  if (fill == "random") {
    const auto seed = static_cast<std::uint64_t>(reader.integer("seed"));
    std::vector<std::int32_t> weights(size);
    for (std::size_t i = 0; i < size; ++i) weights[i] = random_weight(wanted, seed, i);
    return weights;
  }
  const std::int64_t value = fill == "min"   ? wanted.range.low
                             : fill == "max" ? wanted.range.high
                                             : 0;
  return std::vector<std::int32_t>(size, static_cast<std::int32_t>(value));
}

std::optional<std::vector<std::int64_t>> load_bias(const Json& file, std::int64_t count,
                                                   std::string_view axes, int bits,
                                                   std::string_view bits_key,
                                                   ParseContext& context) {
  const Interval range = number_range(bits, true);
  const std::int64_t shape[] = {count};
  const auto array = read_npy(context.folder / file.string(), shape, axes, range.low, range.high,
                              file.location(), context.diagnostics);
  if (!array) return std::nullopt;
  if (array->first_outside >= 0) {
    const int needed = signed_width(array->smallest, array->largest);
    context.diagnostics.error(
        "N0506", file.location(),
        fmt::format("bias [{}] is {}, but {} bits hold {} ... {}", array->first_outside,
                    array->outside_value, bits, range.low, range.high),
        needed <= 32 ? fmt::format("set '{}' to {}", bits_key, needed)
                     : fmt::format("the biases need {} bits, at most 32 are built", needed));
    return std::nullopt;
  }
  return std::vector<std::int64_t>(array->values.begin(), array->values.end());
}

void count_weights(const Stage& stage, std::int64_t number, std::string_view product,
                   std::string_view knob, ParseContext& context) {
  context.num_weights += number;
  if (context.num_weights <= kMaxWeights) return;
  context.diagnostics.error(
      "N1002", stage.location,
      fmt::format("'{}' has {} weights, with the stages before it {}; at most {} are built",
                  stage.name, product, with_commas(context.num_weights), with_commas(kMaxWeights)),
      fmt::format("{} GiB of weights would be read; {}", with_commas(context.num_weights >> 28),
                  knob));
}

}  // namespace nacre
