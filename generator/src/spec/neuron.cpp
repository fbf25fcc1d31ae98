#include <fmt/core.h>

#include <string>

#include "spec/design_hash.hpp"
#include "spec/neuron_parse.hpp"

namespace nacre {
namespace {

constexpr std::int64_t kInt32Max = 2147483647;

}  // namespace

const schema::Object& neuron_schema() {
  using namespace schema;
  static const Object object{
      .title = "the neuron",
      .fields =
          {
              integer("membrane_bits", 2, 32)
                  .required()
                  .in("bits")
                  .doc("signed two's complement width of the membrane potential v"),
              integer("clamp_min", -kInt32Max - 1, 0)
                  .doc("lower bound of saturation; default: the membrane's minimum"),
              integer("clamp_max", 0, kInt32Max)
                  .doc("upper bound of saturation; default: the membrane's maximum"),
              integer("threshold", 1, kInt32Max)
                  .required()
                  .doc("positive threshold, at most clamp_max (register: this is its reset value)"),
              integer("negative_threshold", -kInt32Max - 1, -1)
                  .doc("negative threshold, at least clamp_min; absent: no negative spikes"),
              word("compare", {">=", ">"})
                  .fallback("\">=\"")
                  .doc("how v is compared with a threshold"),
              word("fire", {"step", "event"})
                  .fallback("\"step\"")
                  .doc("tested once per time step, or after each input event"),
              integer("max_spikes", 1, 15)
                  .fallback("1")
                  .doc("spikes one test can send (above 1 needs reset 'subtract')"),
              word("reset", {"subtract", "zero", "value", "none"})
                  .fallback("\"subtract\"")
                  .doc("what a spike does to v"),
              integer("reset_value", -kInt32Max - 1, kInt32Max)
                  .fallback("0")
                  .doc("v after a spike, clamp_min ... clamp_max")
                  .when("reset", {"value"}),
              integer("refractory_steps", 0, 255)
                  .fallback("0")
                  .in("time steps")
                  .doc("time steps after a spike without another"),
              word("refractory_mode", {"integrate", "hold"})
                  .fallback("\"integrate\"")
                  .doc("whether input counts while refractory"),
              word("leak", {"none", "shift", "multiply"}).fallback("\"none\"").doc("sort of leak"),
              integer("leak_shift", 1, 31)
                  .required()
                  .in("bits")
                  .doc("v - v / 2^leak_shift; at most membrane_bits - 1")
                  .when("leak", {"shift"}),
              integer("leak_factor", 0, 65536)
                  .required()
                  .doc("v * leak_factor / 2^leak_fraction_bits; at most 2^leak_fraction_bits")
                  .when("leak", {"multiply"}),
              integer("leak_fraction_bits", 1, 16)
                  .required()
                  .in("bits")
                  .doc("see leak_factor")
                  .when("leak", {"multiply"}),
              word("leak_rounding", {"floor", "toward_zero", "half_up"})
                  .fallback("\"floor\"")
                  .doc("rounding of the leak"),
              word("leak_order", {"after_fire", "before_fire"})
                  .fallback("\"after_fire\"")
                  .doc("leak after or before the test at the end of a time step"),
          },
      .exclusive = {},
      .derived = {}};
  return object;
}

int signed_width(std::int64_t low, std::int64_t high) {
  int bits = 1;
  while (bits < 63 &&
         (low < -(std::int64_t{1} << (bits - 1)) || high > (std::int64_t{1} << (bits - 1)) - 1)) {
    ++bits;
  }
  return bits;
}

int unsigned_width(std::int64_t high) {
  int bits = 0;
  while (bits < 63 && high > (std::int64_t{1} << bits) - 1) ++bits;
  return bits;
}

namespace {

std::string widen(std::int64_t low, std::int64_t high) {
  const int bits = signed_width(low, high);
  return bits <= 32 ? fmt::format("set 'membrane_bits' to {}", bits)
                    : std::string("the membrane has at most 32 bits");
}

void check_clamp(const schema::Reader& reader, const NeuronSpec& neuron, Diagnostics& diagnostics) {
  const std::int64_t lowest = -(std::int64_t{1} << (neuron.membrane_bits - 1));
  const std::int64_t highest = -lowest - 1;
  if (neuron.clamp_min < lowest) {
    diagnostics.error("N0403", reader.location("clamp_min"),
                      fmt::format("'clamp_min' is {}, but {} bits hold {} ... {}; needs {} bits",
                                  neuron.clamp_min, neuron.membrane_bits, lowest, highest,
                                  signed_width(neuron.clamp_min, 0)),
                      widen(neuron.clamp_min, 0));
  }
  if (neuron.clamp_max > highest) {
    diagnostics.error("N0403", reader.location("clamp_max"),
                      fmt::format("'clamp_max' is {}, but {} bits hold {} ... {}; needs {} bits",
                                  neuron.clamp_max, neuron.membrane_bits, lowest, highest,
                                  signed_width(0, neuron.clamp_max)),
                      widen(0, neuron.clamp_max));
  }
}

void check_thresholds(const schema::Reader& reader, const NeuronSpec& neuron,
                      Diagnostics& diagnostics) {
  if (neuron.threshold > neuron.clamp_max) {
    const bool own_clamp = reader.has("clamp_max");
    diagnostics.error(
        "N0402", reader.location("threshold"),
        fmt::format("'threshold' is {}, must be 1 ... {} ({}); needs {} bits", neuron.threshold,
                    neuron.clamp_max,
                    own_clamp ? std::string("'clamp_max'")
                              : fmt::format("the maximum of {} bits", neuron.membrane_bits),
                    signed_width(0, neuron.threshold)),
        own_clamp ? fmt::format("raise 'clamp_max' to at least {}", neuron.threshold)
                  : widen(0, neuron.threshold));
  }
  if (neuron.negative_threshold && *neuron.negative_threshold < neuron.clamp_min) {
    const bool own_clamp = reader.has("clamp_min");
    diagnostics.error(
        "N0402", reader.location("negative_threshold"),
        fmt::format("'negative_threshold' is {}, must be {} ... -1 ({}); needs {} bits",
                    *neuron.negative_threshold, neuron.clamp_min,
                    own_clamp ? std::string("'clamp_min'")
                              : fmt::format("the minimum of {} bits", neuron.membrane_bits),
                    signed_width(*neuron.negative_threshold, 0)),
        own_clamp ? fmt::format("lower 'clamp_min' to at most {}", *neuron.negative_threshold)
                  : widen(*neuron.negative_threshold, 0));
  }
  if (neuron.compare == Compare::Greater && neuron.threshold == neuron.clamp_max) {
    diagnostics.warning(
        "W0402", reader.location("threshold"),
        fmt::format("with 'compare' '>' a threshold of {} is never exceeded: v saturates "
                    "at {}",
                    neuron.threshold, neuron.clamp_max),
        fmt::format("lower the threshold to {}", neuron.threshold - 1));
  }
}

void check_leak(const schema::Reader& reader, const NeuronSpec& neuron, Diagnostics& diagnostics) {
  if (neuron.leak == Leak::Shift && neuron.leak_shift > neuron.membrane_bits - 1) {
    diagnostics.error("N0406", reader.location("leak_shift"),
                      fmt::format("'leak_shift' is {}, must be 1 ... {} (membrane_bits - 1)",
                                  neuron.leak_shift, neuron.membrane_bits - 1),
                      fmt::format("{} is the nearest legal value", neuron.membrane_bits - 1));
  }
  const std::int64_t one = std::int64_t{1} << neuron.leak_fraction_bits;
  if (neuron.leak == Leak::Multiply && neuron.leak_factor > one) {
    diagnostics.error("N0407", reader.location("leak_factor"),
                      fmt::format("'leak_factor' is {}, must be 0 ... {} (2^leak_fraction_bits)",
                                  neuron.leak_factor, one),
                      fmt::format("{} is the nearest legal value (a factor of one)", one));
  }
}

void feed(const NeuronSpec& neuron, DesignHash& hash) {
  hash.add("membrane_bits", neuron.membrane_bits);
  hash.add("clamp_min", neuron.clamp_min);
  hash.add("clamp_max", neuron.clamp_max);
  hash.add("threshold", neuron.threshold);
  hash.add("has_negative_threshold", neuron.negative_threshold.has_value());
  hash.add("negative_threshold", neuron.negative_threshold.value_or(0));
  hash.add("compare", static_cast<int>(neuron.compare));
  hash.add("fire", static_cast<int>(neuron.fire));
  hash.add("max_spikes", neuron.max_spikes);
  hash.add("reset", static_cast<int>(neuron.reset));
  hash.add("reset_value", neuron.reset_value);
  hash.add("refractory_steps", neuron.refractory_steps);
  hash.add("refractory_mode", static_cast<int>(neuron.refractory_mode));
  hash.add("leak", static_cast<int>(neuron.leak));
  hash.add("leak_shift", neuron.leak_shift);
  hash.add("leak_factor", neuron.leak_factor);
  hash.add("leak_fraction_bits", neuron.leak_fraction_bits);
  hash.add("leak_rounding", static_cast<int>(neuron.leak_rounding));
  hash.add("leak_order", static_cast<int>(neuron.leak_order));
}

}  // namespace

NeuronSpec parse_neuron(const Json& object, Diagnostics& diagnostics, DesignHash& hash) {
  const schema::Reader reader(neuron_schema(), object);
  NeuronSpec neuron;
  neuron.membrane_bits = static_cast<int>(reader.integer("membrane_bits"));
  const std::int64_t highest = (std::int64_t{1} << (neuron.membrane_bits - 1)) - 1;
  neuron.clamp_min = reader.has("clamp_min") ? reader.integer("clamp_min") : -highest - 1;
  neuron.clamp_max = reader.has("clamp_max") ? reader.integer("clamp_max") : highest;
  neuron.threshold = reader.integer("threshold");
  if (reader.has("negative_threshold")) {
    neuron.negative_threshold = reader.integer("negative_threshold");
  }
  neuron.compare = reader.word<Compare>("compare");
  neuron.fire = reader.word<Fire>("fire");
  neuron.max_spikes = static_cast<int>(reader.integer("max_spikes"));
  neuron.reset = reader.word<Reset>("reset");
  neuron.reset_value = reader.integer("reset_value");
  neuron.refractory_steps = static_cast<int>(reader.integer("refractory_steps"));
  neuron.refractory_mode = reader.word<RefractoryMode>("refractory_mode");
  neuron.leak = reader.word<Leak>("leak");
  if (neuron.leak == Leak::Shift)
    neuron.leak_shift = static_cast<int>(reader.integer("leak_shift"));
  if (neuron.leak == Leak::Multiply) {
    neuron.leak_factor = reader.integer("leak_factor");
    neuron.leak_fraction_bits = static_cast<int>(reader.integer("leak_fraction_bits"));
  }
  neuron.leak_rounding = reader.word<Rounding>("leak_rounding");
  neuron.leak_order = reader.word<LeakOrder>("leak_order");

  check_clamp(reader, neuron, diagnostics);
  check_thresholds(reader, neuron, diagnostics);
  check_leak(reader, neuron, diagnostics);
  if (neuron.reset_value < neuron.clamp_min || neuron.reset_value > neuron.clamp_max) {
    diagnostics.error(
        "N0404", reader.location("reset_value"),
        fmt::format("'reset_value' is {}, must be {} ... {} (the clamp); needs {} bits",
                    neuron.reset_value, neuron.clamp_min, neuron.clamp_max,
                    signed_width(neuron.reset_value, neuron.reset_value)));
  }
  if (neuron.max_spikes > 1 && neuron.reset != Reset::Subtract) {
    diagnostics.error("N0405", reader.location("max_spikes"),
                      fmt::format("'max_spikes' is {}, but 'reset' is '{}'", neuron.max_spikes,
                                  reader.string("reset")),
                      "set 'reset' to 'subtract', or 'max_spikes' to 1");
  }
  feed(neuron, hash);
  return neuron;
}

}  // namespace nacre
