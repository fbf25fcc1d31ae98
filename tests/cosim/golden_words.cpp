// The golden model as a filter of words, for workloads that scripts make and judge.
//
// golden_words SPEC < WORDS > ANSWERS: words are 64 bits, little-endian, as on the design's streams
// (docs/streams.md). The counters of the first stage follow on stderr, one "name value" a line. No
// reset but the first.

#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "golden/golden.hpp"

static_assert(std::endian::native == std::endian::little);

int main(int argc, char** argv) {
  using namespace nacre;
  if (argc != 2) {
    fmt::print(stderr, "usage: golden_words SPEC\n");
    return 2;
  }
  Diagnostics diagnostics;
  const auto spec = read_spec(argv[1], diagnostics);
  if (!spec) {
    for (const Diagnostic& each : diagnostics.all()) {
      fmt::print(stderr, "{}: {} {}\n", each.code, each.message, each.help);
    }
    return 2;
  }
  const StreamShape& shape = spec->stages.front().input;
  const bool is_unsigned = shape.values && !shape.payload_signed;
  golden::Network network(*spec);
  std::vector<Word> sample;
  std::uint64_t bits = 0;
  while (std::fread(&bits, sizeof bits, 1, stdin) == 1) {
    Word word = unpack_word(bits);
    if (is_unsigned) word.payload = static_cast<std::uint32_t>(bits);
    sample.push_back(word);
    if (word.kind != WordKind::EndOfSample) continue;
    for (const Word& answer : network.run_sample(sample).output) {
      const std::uint64_t packed = pack_word(answer);
      if (std::fwrite(&packed, sizeof packed, 1, stdout) != 1) return 1;
    }
    sample.clear();
  }
  if (!sample.empty()) {
    fmt::print(stderr, "the last sample has no end_of_sample\n");
    return 2;
  }
  for (const auto& [name, value] : network.stage(0).counters()) {
    fmt::print(stderr, "{} {}\n", name, value);
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}
