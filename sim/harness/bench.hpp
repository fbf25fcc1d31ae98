#pragma once
// The clocked side of the harness: drivers of the three buses around one design under test.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/random.hpp"
#include "harness/dut.hpp"
#include "nacre/stream.hpp"

namespace nacre::harness {

/// One transfer on an AXI4-Stream.
struct Beat {
  std::uint64_t data = 0;
  bool last = false;
  friend bool operator==(const Beat&, const Beat&) = default;
};

/// A word as it travels: TLAST exactly on `end_of_sample`.
Beat beat_of(const Word& word);
std::vector<Beat> beats_of(const std::vector<Word>& words);

/// Why a bench can go no further.
struct Fault {
  enum class Kind { Hang, Protocol, BusRefused, Assertion };
  Kind kind = Kind::Hang;
  std::string text;  ///< in words, lower case, with the cycle
};

/// How the host behaves.
struct BenchOptions {
  std::uint64_t seed = 1;
  double stalls = 0;  ///< probability, per cycle and channel, that the host holds back
  /// The data pins keep the last word while nothing is offered, instead of carrying noise: what
  /// the design spends there is then its own.
  bool holds_data = false;
};

/// One write on the AXI4-Lite bus.
struct BusWrite {
  std::uint32_t address = 0;
  std::uint32_t data = 0;
  std::uint8_t strobes = 0xf;
};

/// One design under test with an AXI4-Lite master, an AXI4-Stream source and a sink. Each call of
/// `tick` is one clock cycle in which all three do their part. After a fault every operation
/// returns at once: callers look at `fault()` when they have finished a piece of work.
class Bench {
 public:
  Bench(Dut& dut, const BenchOptions& options);

  /// Random decisions from here on depend on the seed, on `sample` and on the cycle within it
  /// alone.
  void begin(std::uint64_t sample);
  /// One clock cycle.
  void tick();
  void ticks(std::int64_t cycles);
  /// Reset: rst_ni is high for two cycles, low for `low_cycles`, then high. Words not yet accepted
  /// and a bus access under way are forgotten, as a host that is reset, too, would.
  void reset(int low_cycles = 4);
  /// Drives `low_cycles` of reset at once, from whatever is going on.
  void reset_now(int low_cycles);

  /// Offers these words, after those not yet accepted.
  void send(const std::vector<Beat>& beats);
  bool source_done() const { return sent_ == to_send_.size(); }
  std::size_t num_sent() const { return sent_; }
  /// Words taken from the design since `begin` (or `reset`).
  const std::vector<Beat>& received() const { return received_; }
  /// The sink takes words (the default), or holds the design back.
  void set_sink(bool open) { sink_open_ = open; }

  /// Reads a register. A refusal is a fault, unless `refused` is given: then it tells.
  std::uint32_t read(std::uint32_t address, bool* refused = nullptr);
  void write(std::uint32_t address, std::uint32_t data, bool* refused = nullptr,
             std::uint8_t strobes = 0xf);

  /// Writes without waiting for answers: the next address and data are offered as soon as those
  /// before were taken. Returns which were refused.
  std::vector<bool> write_back_to_back(const std::vector<BusWrite>& writes);

  /// Cycles since this bench was made.
  std::int64_t cycle() const { return cycle_; }
  /// Cycle in which the first word since `begin` was accepted; -1: none yet.
  std::int64_t first_accept_cycle() const { return first_accept_; }
  /// Cycle in which `end_of_sample` left; -1: not yet.
  std::int64_t end_cycle() const { return end_; }
  bool interrupt() const { return pins_.irq_o != 0; }
  /// A word was valid at the output in the last cycle and not taken.
  bool output_waits() const { return output_waits_; }

  /// A run of this many cycles without any transfer, while something is awaited, is a hang; so are
  /// more output words than this (a sample has no more words than cycles).
  void set_hang_limit(std::int64_t cycles) { hang_limit_ = cycles; }
  std::int64_t hang_limit() const { return hang_limit_; }
  /// Cycles since the last transfer on any bus.
  std::int64_t idle_cycles() const { return cycle_ - last_transfer_; }
  /// False after a fault; reports a hang when nothing has moved for too long. `waiting_for` ends
  /// the message.
  bool check_progress(const char* waiting_for);

  const std::optional<Fault>& fault() const { return fault_; }
  void fail(Fault::Kind kind, std::string text);
  Dut& dut() { return dut_; }

 private:
  bool stalled(const data::CounterRandom& random) const;
  void drive_source();
  void check_sink_protocol(const Pins& before);

  Dut& dut_;
  BenchOptions options_;
  data::CounterRandom source_random_;
  data::CounterRandom sink_random_;
  data::CounterRandom bus_random_;
  Pins pins_;
  std::vector<Beat> to_send_;
  std::size_t sent_ = 0;
  bool offered_ = false;  ///< the word at `sent_` is on the bus and must stay there
  bool sink_open_ = true;
  std::vector<Beat> received_;
  bool output_waits_ = false;  ///< a word was valid and not taken in the last cycle
  Beat output_beat_;
  std::int64_t cycle_ = 0;
  std::int64_t begin_cycle_ = 0;
  std::int64_t first_accept_ = -1;
  std::int64_t end_ = -1;
  std::int64_t last_transfer_ = 0;
  std::int64_t hang_limit_ = 100'000;
  std::optional<Fault> fault_;
};

}  // namespace nacre::harness
