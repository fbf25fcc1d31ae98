#pragma once
// Words and shapes of streams; docs/streams.md is the contract.

#include <cstdint>

namespace nacre {

/// Kind of a stream word; the values are the external encoding, TDATA[63:62].
enum class WordKind : std::uint8_t { Event = 0, EndOfStep = 1, Value = 2, EndOfSample = 3 };

/// One word of a stream, unpacked.
struct Word {
  WordKind kind = WordKind::Event;
  bool negative = false;     ///< polarity of an event
  std::int64_t address = 0;  ///< neuron, input or class
  std::int64_t payload = 0;  ///< graded value; 0 for the other kinds
  friend bool operator==(const Word&, const Word&) = default;
};

/// The external form of a word: 64-bit AXI4-Stream TDATA.
constexpr std::uint64_t pack_word(const Word& word) {
  return (static_cast<std::uint64_t>(word.kind) << 62) |
         (static_cast<std::uint64_t>(word.negative ? 1 : 0) << 61) |
         ((static_cast<std::uint64_t>(word.address) & 0xffffffu) << 32) |
         (static_cast<std::uint64_t>(word.payload) & 0xffffffffu);
}

/// Inverse of pack_word; the payload is read as two's complement.
constexpr Word unpack_word(std::uint64_t bits) {
  return Word{.kind = static_cast<WordKind>(bits >> 62),
              .negative = ((bits >> 61) & 1u) != 0,
              .address = static_cast<std::int64_t>((bits >> 32) & 0xffffffu),
              .payload = static_cast<std::int32_t>(bits & 0xffffffffu)};
}

/// What a stream can carry, and what is known of its words.
struct StreamShape {
  bool values = false;           ///< value stream (else event stream)
  std::int64_t addresses = 1;    ///< addresses are 0 ... addresses-1
  bool negative_events = false;  ///< events may be negative
  int payload_bits = 0;          ///< width of a value; 0 on an event stream
  bool payload_signed = false;
  bool steps = false;  ///< value stream: its frames end with `end_of_step` (docs/tile.md)

  // The addresses as a feature map: height * width * channels of them, the place (y, x) of channel
  // c has address (y * width + x) * channels + c. All 0: they are none.
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t channels = 0;

  // Of an event stream, for what buffers it (docs/streams.md, "Forks and joins"):
  std::int64_t step_events = 0;  ///< most events of a time step; 0: no bound is known
  bool ascending = false;        ///< the events of a step never fall in address; they may repeat
  /// Every way to here from the last fork leads through a stage that sends the words of a time step
  /// only when it has consumed all of that step.
  bool late = false;
};

/// Whether two streams carry the same words: what is known of their time steps is not compared.
constexpr bool operator==(const StreamShape& a, const StreamShape& b) {
  return a.values == b.values && a.addresses == b.addresses &&
         a.negative_events == b.negative_events && a.payload_bits == b.payload_bits &&
         a.payload_signed == b.payload_signed && a.steps == b.steps && a.height == b.height &&
         a.width == b.width && a.channels == b.channels;
}

/// A value stream whose values are accesses to a memory, in any order and number: a value
/// at address item * lanes + lane sets a lane, with the last lane the item is written; one at
/// items * lanes + item reads it.
struct RequestShape {
  std::int64_t items = 1;
  std::int64_t lanes = 1;
};

/// Whether the addresses are a feature map.
constexpr bool has_map(const StreamShape& shape) { return shape.channels > 0; }

/// Whether `end_of_step` is a word of the stream: always on an event stream.
constexpr bool has_steps(const StreamShape& shape) { return !shape.values || shape.steps; }

/// The smallest payload of a value stream.
constexpr std::int64_t smallest_payload(const StreamShape& shape) {
  return shape.payload_signed ? -(std::int64_t{1} << (shape.payload_bits - 1)) : 0;
}

/// The largest payload of a value stream.
constexpr std::int64_t largest_payload(const StreamShape& shape) {
  return (std::int64_t{1} << (shape.payload_bits - (shape.payload_signed ? 1 : 0))) - 1;
}

}  // namespace nacre
