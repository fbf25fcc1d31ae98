#pragma once
// Random numbers by counting: a number is a function of (seed, stream, index) and of nothing else,
// so that no result depends on how many threads there are or on what was drawn before.

#include <cstdint>

namespace nacre::data {

/// One round of splitmix64 (Steele, Lea, Flood 2014): a bijection whose output passes BigCrush.
constexpr std::uint64_t mix64(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// What a number is drawn for; each purpose has its own stream.
enum class Purpose : std::uint64_t {
  Stimulus = 1,
  SourceStall,
  SinkStall,
  BusStall,
  ResetChoice,
  ResetTime,
  InitialState,
  HostAccess,
};

/// A stream of numbers, addressed by index.
class CounterRandom {
 public:
  constexpr CounterRandom(std::uint64_t seed, Purpose purpose, std::uint64_t sample)
      : key_(mix64(mix64(mix64(seed) ^ static_cast<std::uint64_t>(purpose)) ^ sample)) {}

  /// 64 random bits, number `index` of this stream.
  constexpr std::uint64_t bits(std::uint64_t index) const { return mix64(key_ ^ mix64(index)); }

  /// A number in [0, 1) with 53 random bits.
  constexpr double uniform(std::uint64_t index) const {
    return static_cast<double>(bits(index) >> 11) * 0x1p-53;
  }

  /// True with this probability.
  constexpr bool chance(std::uint64_t index, double probability) const {
    return uniform(index) < probability;
  }

  /// A number in [0, bound), bound > 0 (the bias is below bound / 2^64).
  constexpr std::uint64_t below(std::uint64_t index, std::uint64_t bound) const {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(bits(index)) * bound) >> 64);
  }

 private:
  std::uint64_t key_;
};

/// The same numbers, drawn one after the other.
class RandomSequence {
 public:
  constexpr explicit RandomSequence(CounterRandom random) : random_(random) {}
  constexpr bool chance(double probability) { return random_.chance(next_++, probability); }
  constexpr double uniform() { return random_.uniform(next_++); }
  constexpr std::uint64_t below(std::uint64_t bound) { return random_.below(next_++, bound); }

 private:
  CounterRandom random_;
  std::uint64_t next_ = 0;
};

}  // namespace nacre::data
