// mram_macro word by word, pin by pin and cycle by cycle: answers by hand, the laws of retries and
// of the journal.

#include "golden/mram_macro/mram_macro_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "devices/mtj/mtj_physics.hpp"
#include "golden_test_specs.hpp"

namespace nacre::golden {
namespace {

using test::end_of_sample;
using test::Random;
using test::shared;
using test::text_of;
using test::value;

/// Devices that switch with this probability in a pulse, whatever its length.
MramDevices devices_of(double switching) {
  MramDevices devices;
  devices.level = 1;
  for (auto& direction : devices.tables.switching) {
    for (auto& amplitude : direction) amplitude.fill(probability_threshold(switching));
  }
  return devices;
}

/// Four words of 32 bits on ideal devices, without code and journal.
MramMacroSpec plain_spec() {
  MramMacroSpec spec;
  spec.words = 4;
  spec.timing = {.precharge = 1, .evaluate = 2, .pulse = 3, .recover = 2};
  return spec;
}

/// With everything that makes writes safe.
MramMacroSpec careful_spec() {
  MramMacroSpec spec = plain_spec();
  spec.ecc = MramEcc::Secded;
  spec.journal = true;
  spec.write.pre_read = true;
  spec.write.verify = true;
  spec.write.max_rounds = 4;
  return spec;
}

std::vector<Word> answers(MramMacroModel& model, const std::vector<Word>& words) {
  std::vector<Word> out;
  for (const Word& word : words) model.push(word, out);
  return out;
}

std::string text_of_answers(MramMacroModel& model, const std::vector<Word>& words) {
  return text_of(answers(model, words));
}

// -------------------------------------------------------------------------------------- Answers

TEST(MramMacro, AnswersReadsWithDataAndStatusAndWritesWithStatus) {
  MramMacroSpec spec = plain_spec();
  spec.data = {7, 8, 9, 10};
  MramMacroModel model(shared(spec));
  // Status of a write: flag 0, one round (without verify always).
  EXPECT_EQ(
      text_of_answers(model, {value(4 + 2, 99), value(2, 5), value(4 + 2, 0), end_of_sample()}),
      "v2=9 v6=0 v6=65537 v2=5 v6=0 .");
  EXPECT_EQ(model.take_errors(), 0U);
  model.reset();
  EXPECT_EQ(text_of_answers(model, {value(6, 0)}), "v2=9 v6=0");
}

TEST(MramMacro, LanesAreOfAllWordsAndTheLastOneWrites) {
  MramMacroSpec spec = plain_spec();
  spec.data_bits = 40;
  MramMacroModel model(shared(spec));
  const std::int64_t ones = 0xffffffff;
  EXPECT_EQ(text_of_answers(model, {value(2 * 3, ones)}), "");
  // 8 of the second lane's bits are in the word.
  EXPECT_EQ(text_of_answers(model, {value(2 * 1 + 1, ones), value(8 + 1, 0)}),
            "v9=65537 v2=4294967295 v3=255 v9=0");
  EXPECT_EQ(text_of_answers(model, {value(2 * 0, 6), value(1, 0x101), value(8, 0)}),
            "v8=65537 v0=6 v1=1 v8=0");
  EXPECT_EQ(model.state().at("lane_0"), std::vector<std::int64_t>{6});
  EXPECT_EQ(model.state().at("lane_1"), std::vector<std::int64_t>{1});
}

TEST(MramMacro, EveryOrganisationReadsWhatWasWritten) {
  Random random(1);
  for (const MramSensing sensing :
       {MramSensing::Reference, MramSensing::Differential, MramSensing::SelfReference}) {
    for (const MramEcc ecc : {MramEcc::None, MramEcc::Secded, MramEcc::Dected}) {
      for (const int data_bits : {8, 33, 64}) {
        for (const bool careful : {false, true}) {
          if (careful && sensing == MramSensing::SelfReference) continue;
          MramMacroSpec spec = careful ? careful_spec() : plain_spec();
          spec.sensing = sensing;
          spec.ecc = ecc;
          spec.data_bits = data_bits;
          spec.write.self_terminate = test::coin(random);
          MramController controller(spec);
          std::map<std::int64_t, std::uint64_t> written;
          for (int i = 0; i < 40; ++i) {
            const std::int64_t word = test::uniform(random, 0, spec.words - 1);
            if (test::coin(random)) {
              written[word] = random() >> (64 - data_bits);
              const MramWritten result = controller.write(word, written[word]);
              EXPECT_FALSE(result.failed);
              EXPECT_EQ(result.wrong_bits, 0);
            }
            const MramRead read = controller.read(word);
            EXPECT_EQ(read.data, written[word]);
            EXPECT_TRUE(read.corrected_bits == 0 && !read.is_uncorrectable && !read.is_marked);
          }
        }
      }
    }
  }
}

TEST(MramMacro, CountsPulsesAndEnergy) {
  MramMacroSpec spec = plain_spec();
  spec.devices.sense_energy_fj = 1;
  spec.devices.write_energy_fj = {{{10, 20, 30, 40}, {100, 200, 300, 400}}};
  spec.write = {.verify = true, .max_rounds = 2, .amplitude = 1};
  MramMacroModel model(shared(spec));
  answers(model, {value(0, 0x80000001)});
  CounterValues counters = model.counters();
  // 30 devices to 0, 2 to 1, three cycles each, and a sense of 32 bits.
  EXPECT_EQ(counters.at("pulses"), 2);
  EXPECT_EQ(counters.at("pulsed_bits"), 32);
  EXPECT_EQ(counters.at("energy_low"), 3 * (30 * 20 + 2 * 200) + 32);
  EXPECT_EQ(counters.at("energy_high"), 0);
  EXPECT_EQ(model.state().at("wear"), (std::vector<std::int64_t>{2, 0, 0, 0}));
  // Self-termination: ideal devices are there after one cycle.
  spec.write.self_terminate = true;
  MramMacroModel ending(shared(spec));
  answers(ending, {value(0, 0x80000001)});
  EXPECT_EQ(ending.counters().at("energy_low"), 30 * 20 + 2 * 200 + 32);
}

TEST(MramMacro, CorrectsWhatTheCodeCorrectsAndFlagsTheRest) {
  MramMacroSpec spec = plain_spec();
  spec.ecc = MramEcc::Secded;
  spec.data = {0x1234};
  MramMacroModel model(shared(spec));
  MtjArray& array = model.controller().array();
  const auto invert = [&](std::vector<std::size_t> bits) {
    const auto states = array.row_state(0);
    std::vector<std::uint8_t> row(states.begin(), states.end());
    for (const std::size_t bit : bits) row[bit] ^= 1u;
    array.load(0, row);
  };
  invert({4});
  // Flag 1, one bit.
  EXPECT_EQ(text_of_answers(model, {value(4, 0)}), "v0=4660 v4=258");
  EXPECT_EQ(model.take_errors(), 0U);
  invert({5});
  EXPECT_EQ(text_of_answers(model, {value(4, 0)}), "v0=4612 v4=4");
  EXPECT_EQ(model.take_errors(), 1U);
  EXPECT_EQ(model.counters().at("corrected_bits"), 1);
  EXPECT_EQ(model.counters().at("uncorrectable"), 1);
}

TEST(MramMacro, ScrubsOneWordAfterEveryNRequests) {
  MramMacroSpec spec = careful_spec();
  spec.scrub_every = 2;
  spec.data = {1, 2, 3, 4};
  MramMacroModel model(shared(spec));
  MtjArray& array = model.controller().array();
  const auto damage = [&](std::uint32_t row, std::vector<std::size_t> bits) {
    const auto states = array.row_state(row);
    std::vector<std::uint8_t> now(states.begin(), states.end());
    for (const std::size_t bit : bits) now[bit] ^= 1u;
    array.load(row, now);
  };
  damage(0, {7});
  damage(1, {7, 9});
  answers(model, {value(4 + 3, 0)});
  EXPECT_EQ(model.counters().at("scrubs"), 0);
  answers(model, {end_of_sample(), value(4 + 3, 0)});
  EXPECT_EQ(model.counters().at("scrubs"), 1);
  EXPECT_EQ(model.counters().at("writes"), 1);
  EXPECT_EQ(text_of_answers(model, {value(4, 0)}), "v0=1 v4=0");
  answers(model, {value(4, 0), value(4, 0), value(4, 0)});
  const CounterValues counters = model.counters();
  EXPECT_EQ(counters.at("scrubs"), 3);
  EXPECT_EQ(counters.at("scrub_uncorrectable"), 1);
  EXPECT_EQ(counters.at("corrected_bits"), 1);
  EXPECT_EQ(counters.at("reads"), 6 + 3);
  EXPECT_EQ(model.take_errors(), 0U);  // scrubs answer nobody
}

TEST(MramMacro, TellsThatBitsWereMetastable) {
  MramMacroSpec spec = plain_spec();
  spec.devices.level = 2;
  spec.devices.tables = mtj_tables(stt_mtj());
  spec.devices.tables.delta = 1 << 21;  // every bit
  MramMacroModel model(shared(spec));
  const std::vector<Word> read = answers(model, {value(4, 0)});
  EXPECT_EQ(read.back().payload, 64);
  // A write that senses nothing, although the sense amplifiers still show what they decided.
  EXPECT_EQ(text_of_answers(model, {value(0, 1)}), "v4=65537");
  EXPECT_EQ(model.counters().at("metastable_bits"), 32);
  spec.write = {.verify = true, .max_rounds = 2, .tolerated_bits = 7};
  MramMacroModel verifying(shared(spec));
  EXPECT_EQ(answers(verifying, {value(0, 1)}).back().payload & 64, 64);
  EXPECT_EQ(verifying.counters().at("metastable_bits"), 64);
}

/// A specification on whose devices no pulse ever switches anything.
MramMacroSpec stuck_spec() {
  MramMacroSpec spec = careful_spec();
  spec.devices = devices_of(0);
  spec.devices.level = 1;
  spec.journal = false;
  spec.write.max_rounds = 3;
  return spec;
}

TEST(MramMacro, MovesAWordOnceAndThenFails) {
  MramMacroSpec spec = stuck_spec();
  spec.spares = 2;
  MramMacroModel model(shared(spec));
  // Word 1 = 1 needs four ones: data bit 0 and three check bits.
  const auto status = [](int flags, int wrong, int rounds) {
    return "v5=" + std::to_string(flags | wrong << 8 | rounds << 16);
  };
  const int write = 1, failed = 8, spare = 16, none_left = 128;
  EXPECT_EQ(text_of_answers(model, {value(1, 1)}), status(write | failed | spare, 4, 3));
  EXPECT_EQ(model.take_errors(), 2U);
  EXPECT_EQ(model.state().at("spare_0"), (std::vector<std::int64_t>{(std::int64_t{1} << 31) | 1}));
  EXPECT_EQ(model.state().at("spare_1"), (std::vector<std::int64_t>{0}));
  EXPECT_EQ(model.counters().at("retries"), 4);
  EXPECT_EQ(model.counters().at("write_failures"), 1);
  EXPECT_EQ(text_of_answers(model, {value(1, 1)}),
            status(write | failed | spare | none_left, 4, 3));
  EXPECT_EQ(text_of_answers(model, {value(1, 1)}),
            status(write | failed | spare | none_left, 4, 3));
  EXPECT_EQ(model.state().at("spare_1"), (std::vector<std::int64_t>{(std::int64_t{1} << 31) | 1}));
  EXPECT_EQ(text_of_answers(model, {value(5, 0)}), "v1=0 v5=16");
  // Row 1, spare 0, then spare 1 twice: three rounds of one pulse each time (none goes to 0).
  EXPECT_EQ(model.state().at("wear"), (std::vector<std::int64_t>{0, 3, 0, 0, 6, 6}));
}

TEST(MramMacro, ToleratesWrongBitsForTheCode) {
  MramMacroSpec spec = stuck_spec();
  spec.write.tolerated_bits = 4;
  MramMacroModel model(shared(spec));
  EXPECT_EQ(text_of_answers(model, {value(1, 1)}), "v5=" + std::to_string(1 | 4 << 8 | 3 << 16));
  spec.write.tolerated_bits = 3;
  MramMacroModel strict(shared(spec));
  EXPECT_EQ(text_of_answers(strict, {value(1, 1)}),
            "v5=" + std::to_string(1 | 8 | 128 | 4 << 8 | 3 << 16));
}

TEST(MramMacro, AFailedRowStaysMarked) {
  MramMacroSpec spec = careful_spec();
  // Ones are never seen but in the marker: the test loads it.
  spec.devices = devices_of(1);
  spec.devices.tables.switching[1] = {};
  MramMacroModel model(shared(spec));
  MtjArray& array = model.controller().array();
  std::vector<std::uint8_t> row(42, 0);
  row[39] = row[40] = row[41] = 1;
  array.load(2, row);
  answers(model, {value(2, 1)});
  EXPECT_EQ(model.take_errors(), 2U);
  EXPECT_EQ(text_of_answers(model, {value(6, 0)}), "v2=0 v6=32");
  EXPECT_EQ(model.take_errors(), 4U);
}

TEST(MramMacro, WithoutItsMarkNoDataBitOfARowMoves) {
  MramMacroSpec spec = careful_spec();
  spec.spares = 1;
  spec.data = {0xff, 0, 0, 0};
  spec.devices = devices_of(1);
  spec.devices.tables.switching[1] = {};  // no marker becomes 1
  MramMacroModel model(shared(spec));
  const State before = model.state();
  // Row 0, then the spare, which holds 0: word 0 = 0xf0 needs four ones in data there, and as many
  // as its check bits have; no round was on them.
  const std::vector<std::uint8_t> wanted = model.controller().code().encode(0xf0);
  const auto wrong = std::count(wanted.begin(), wanted.end(), std::uint8_t{1});
  EXPECT_EQ(text_of_answers(model, {value(0, 0xf0)}),
            "v4=" + std::to_string(1 | 8 | 16 | 128 | wrong << 8));
  EXPECT_EQ(model.take_errors(), 2U);
  EXPECT_EQ(model.state().at("states"), before.at("states"));
  EXPECT_EQ(model.state().at("wear"), (std::vector<std::int64_t>{4, 0, 0, 0, 4}));
}

TEST(MramMacro, AWordMovesToASpareAboveAllThatAreUsed) {
  MramMacroSpec spec = stuck_spec();
  spec.spares = 3;
  MramMacroModel model(shared(spec));
  model.controller().set_spare(1, 3);
  answers(model, {value(1, 1)});
  EXPECT_EQ(model.state().at("spare_0"), (std::vector<std::int64_t>{0}));
  EXPECT_EQ(model.state().at("spare_2"), (std::vector<std::int64_t>{(std::int64_t{1} << 31) | 1}));
}

TEST(MramMacro, AHostChangesDurationsAndDevices) {
  MramMacroSpec spec = careful_spec();
  spec.spares = 2;
  MramMacroModel model(shared(spec));
  Random random(7);
  const Draw draw = [&](std::uint64_t bound) { return random() % bound; };
  const State reset = model.state();
  int refused = 0, written = 0;
  for (int i = 0; i < 20; ++i) {
    for (const HostAccess& access : model.draw_accesses(Moment::Idle, draw)) {
      refused += access.refused ? 1 : 0;
      if (access.target == "spare_1" && access.is_write && !access.refused) {
        const bool is_used = access.data >> 31 != 0;
        EXPECT_EQ(model.controller().spares().size(), 2U);
        written += is_used ? 1 : 0;
      }
    }
    // While the design is busy nothing is changed.
    const State now = model.state();
    for (const HostAccess& access : model.draw_accesses(Moment::Busy, draw)) {
      EXPECT_TRUE(access.refused || !access.is_write) << access.target;
    }
    EXPECT_EQ(model.state(), now);
    answers(model, {value(1, 5), value(5, 0)});
  }
  EXPECT_GT(refused, 20);
  EXPECT_GT(written, 0);
  model.reset();
  EXPECT_EQ(model.state(), reset);
}

TEST(MramMacro, AnEqualWordIsNotPulsedAfterAPreRead) {
  MramMacroSpec spec = careful_spec();
  spec.data = {5};
  MramMacroModel model(shared(spec));
  EXPECT_EQ(text_of_answers(model, {value(0, 5)}), "v4=1");
  EXPECT_EQ(model.counters().at("pulses"), 0);
  // A mark that was left is taken away although the bits are right.
  MtjArray& array = model.controller().array();
  std::vector<std::uint8_t> row(array.row_state(0).begin(), array.row_state(0).end());
  row[39] = 1;
  array.load(0, row);
  EXPECT_EQ(text_of_answers(model, {value(0, 5)}), "v4=1");
  EXPECT_EQ(model.counters().at("pulses"), 2);  // the rest of the mark, then all of it
  EXPECT_EQ(array.row_state(0)[39], 0);
}

// ------------------------------------------------------------------------------------- Statistics

TEST(MramMacro, ARowIsFormedBeforeItIsWritten) {
  MramMacroSpec spec = plain_spec();
  spec.write.verify = true;
  spec.write.max_rounds = 3;
  spec.forming = MramForming{.amplitude = 2, .pulse = 8, .max_rounds = 5};
  spec.devices = devices_of(1);
  spec.devices.tables.forming_amplitude = 2;
  MramController controller(spec);
  EXPECT_EQ(controller.read(1).data, 0xffffffffu);  // high
  const MramWritten refused = controller.write(1, 5);
  EXPECT_TRUE(refused.failed);
  EXPECT_EQ(refused.rounds, 3);
  EXPECT_EQ(refused.wrong_bits, 30);
  // As register `forming` makes of a write.
  spec.write.amplitude = spec.forming->amplitude;
  const MramWritten formed = controller.write(1, 0);
  EXPECT_FALSE(formed.failed);
  EXPECT_EQ(formed.rounds, 1);
  spec.write.amplitude = 0;
  EXPECT_FALSE(controller.write(1, 5).failed);
  EXPECT_EQ(controller.read(1).data, 5u);
  EXPECT_TRUE(controller.write(2, 5).failed);
}

TEST(MramMacro, RetriesFollowTheGeometricLaw) {
  MramMacroSpec spec = plain_spec();
  spec.data_bits = 64;
  spec.devices = devices_of(0.9);
  spec.write = {.pre_read = true, .verify = true, .max_rounds = 4, .tolerated_bits = 7};
  MramController controller(spec);
  std::int64_t changed = 0, wrong = 0;
  for (int i = 0; i < 10000; ++i) {
    const std::uint64_t data = i % 2 == 0 ? ~std::uint64_t{0} : 0;
    const auto states = controller.array().row_state(0);
    changed += std::count_if(states.begin(), states.end(),
                             [&](std::uint8_t bit) { return bit != (data & 1u); });
    wrong += controller.write(0, data).wrong_bits;
  }
  const double bits = static_cast<double>(changed);
  const double mean = static_cast<double>(controller.sequencer().activity().pulsed_bits) / bits;
  // 1 + 0.1 + 0.01 + 0.001, and 10^-4 within three standard deviations.
  EXPECT_NEAR(mean, 1.111, 0.001);
  EXPECT_NEAR(static_cast<double>(wrong), 1e-4 * bits, 3 * std::sqrt(1e-4 * bits));
  RecordProperty("mean_pulses", std::to_string(mean));
  RecordProperty("residual", std::to_string(static_cast<double>(wrong) / bits));
}

// ------------------------------------------------------------------------------------------- Pins

/// What the array's contract asks of its pins (docs/mtj_array.md, section Pins); the first broken
/// rule.
std::string broken_rule(const std::vector<MramPins>& cycles) {
  const auto drives = [](const MramPins& pins) {
    return std::any_of(pins.drive.begin(), pins.drive.end(), [](auto bit) { return bit != 0; });
  };
  for (std::size_t c = 0; c < cycles.size(); ++c) {
    const MramPins& now = cycles[c];
    const bool acts = now.latch || drives(now);
    if (!acts) continue;
    if (now.latch && drives(now)) return "a pulse and a read in one cycle";
    if (c == 0 || !now.word_line || !cycles[c - 1].word_line || cycles[c - 1].row != now.row) {
      return "a row that is not open";
    }
    const MramPins& before = cycles[c - 1];
    if (!drives(before)) continue;
    if (now.latch) return "a read right behind a pulse";
    if (before.direction != now.direction || before.amplitude != now.amplitude) {
      return "two pulses without a gap";
    }
    for (std::size_t e = 0; e < now.drive.size(); ++e) {
      if (now.drive[e] > before.drive[e]) return "a device joins a pulse";
    }
  }
  return "";
}

/// The first `count` cycles of pins act on an array; then the power is off.
void play(const std::vector<MramPins>& cycles, std::size_t count, MtjArray& array) {
  bool in_pulse = false;
  for (std::size_t c = 0; c < count; ++c) {
    const MramPins& now = cycles[c];
    if (now.word_line && (c == 0 || !cycles[c - 1].word_line)) array.open(now.row);
    if (now.latch) array.read(now.mode);
    if (!now.drive.empty()) {
      if (!in_pulse) array.begin_pulse(now.direction, now.amplitude);
      array.drive(now.drive);
    }
    in_pulse = !now.drive.empty();
  }
}

/// A line per run of equal cycles: "3 r0", "1 r0 latch0", "2 r0 drive 10100 to 1 at 3".
std::vector<std::string> runs_of(const std::vector<MramPins>& cycles) {
  std::vector<std::pair<std::string, int>> runs;
  for (const MramPins& pins : cycles) {
    std::string text = pins.word_line ? " r" + std::to_string(pins.row) : " off";
    if (pins.latch) text += " latch" + std::to_string(static_cast<int>(pins.mode));
    if (!pins.drive.empty()) {
      text += " drive ";
      for (const std::uint8_t bit : pins.drive) text += std::to_string(bit);
      text += " to " + std::to_string(pins.direction) + " at " + std::to_string(pins.amplitude);
    }
    if (!runs.empty() && runs.back().first == text) {
      ++runs.back().second;
    } else {
      runs.emplace_back(text, 1);
    }
  }
  std::vector<std::string> lines;
  for (const auto& [text, count] : runs) lines.push_back(std::to_string(count) + text);
  return lines;
}

using Lines = std::vector<std::string>;

TEST(MramMacroPins, OfAReadAndAWriteByHand) {
  MramMacroSpec spec = plain_spec();
  spec.data_bits = 8;
  spec.write = {.verify = true, .max_rounds = 2, .amplitude = 2};
  MramController controller(spec);
  std::vector<MramPins> pins;
  controller.sequencer().record(&pins);
  controller.read(3);
  EXPECT_EQ(runs_of(pins), (Lines{"3 r3", "1 r3 latch0", "1 r3"}));
  pins.clear();
  controller.write(1, 0b00000101);
  // The second recovery and the sense's three cycles look alike.
  EXPECT_EQ(runs_of(pins), (Lines{"1 r1", "3 r1 drive 01011111 to 0 at 2", "2 r1",
                                  "3 r1 drive 10100000 to 1 at 2", "5 r1", "1 r1 latch0", "1 r1"}));
}

TEST(MramMacroPins, OfAJournalledDifferentialWriteByHand) {
  MramMacroSpec spec = plain_spec();
  spec.data_bits = 8;
  spec.sensing = MramSensing::Differential;
  spec.journal = true;
  spec.timing.pulse = 1;
  spec.timing.recover = 1;
  spec.write = {.pre_read = true, .max_rounds = 3, .amplitude = 3};
  MramController controller(spec);
  std::vector<MramPins> pins;
  controller.sequencer().record(&pins);
  controller.write(0, 0b10000000);
  // Device 1 of a bit is in the bit's state, device 0 in the other: bit 7 and the marker's 8
  // ... 10.
  const std::string none(14, '0');
  const std::string bit_0(none + "10" + "000000"), bit_1(none + "01" + "000000");
  const std::string marker_0(none + "00" + "101010"), marker_1(none + "00" + "010101");
  EXPECT_EQ(runs_of(pins), (Lines{"3 r0", "1 r0 latch0", "1 r0",                    //
                                  "1 r0 drive " + marker_0 + " to 0 at 3", "1 r0",  // marker to 1
                                  "1 r0 drive " + marker_1 + " to 1 at 3", "1 r0",  //
                                  "1 r0 drive " + bit_0 + " to 0 at 3", "1 r0",     // bit 7 to 1
                                  "1 r0 drive " + bit_1 + " to 1 at 3", "1 r0",     //
                                  "1 r0 drive " + marker_1 + " to 0 at 3", "1 r0",  // marker to 0
                                  "1 r0 drive " + marker_0 + " to 1 at 3", "1 r0"}));
}

TEST(MramMacroPins, OfASelfReferencedReadByHand) {
  MramMacroSpec spec = plain_spec();
  spec.data_bits = 8;
  spec.sensing = MramSensing::SelfReference;
  spec.data = {0b11};
  spec.timing.recover = 1;
  spec.write = {.max_rounds = 2, .amplitude = 1, .amplitude_step = 3, .pulse_step = 2};
  MramController controller(spec);
  std::vector<MramPins> pins;
  controller.sequencer().record(&pins);
  EXPECT_EQ(controller.read(0).data, 0b11U);
  EXPECT_EQ(runs_of(pins),
            (Lines{"3 r0", "1 r0 latch1", "1 r0",            //
                   "3 r0 drive 11111111 to 0 at 1", "4 r0",  // recovery, then the sense
                   "1 r0 latch2", "1 r0",                    //
                   "3 r0 drive 11000000 to 1 at 1", "1 r0",  //
                   "5 r0 drive 11000000 to 1 at 3", "1 r0"}));
  pins.clear();
  controller.read(1);
  EXPECT_EQ(runs_of(pins), (Lines{"3 r1", "1 r1 latch1", "1 r1", "3 r1 drive 11111111 to 0 at 1",
                                  "4 r1", "1 r1 latch2", "1 r1"}));
}

TEST(MramMacroPins, OfABlindWriteByHand) {
  MramMacroSpec spec = plain_spec();
  spec.data_bits = 8;
  spec.sensing = MramSensing::SelfReference;
  spec.timing.pulse = 15;
  spec.write = {.max_rounds = 2, .amplitude_step = 2, .pulse_step = 3};
  MramController controller(spec);
  std::vector<MramPins> pins;
  controller.sequencer().record(&pins);
  controller.write(0, 0);
  // No pulse is longer than 16 cycles.
  EXPECT_EQ(runs_of(pins), (Lines{"1 r0", "15 r0 drive 11111111 to 0 at 0", "2 r0",
                                  "16 r0 drive 11111111 to 0 at 2", "2 r0"}));
}

TEST(MramMacroPins, AreLegalAndAllThatTheArraySees) {
  Random random(3);
  for (int round = 0; round < 60; ++round) {
    MramMacroSpec spec = test::coin(random) ? careful_spec() : plain_spec();
    spec.spares = static_cast<int>(test::uniform(random, 0, 2));
    spec.sensing = static_cast<MramSensing>(test::uniform(random, 0, spec.journal ? 1 : 2));
    spec.ecc = static_cast<MramEcc>(test::uniform(random, 0, 2));
    spec.devices = devices_of(0.6);
    spec.devices.tables.transient = {1u << 22, 1u << 23};
    spec.devices.tables.disturb = 1u << 20;
    spec.timing = {.precharge = static_cast<int>(test::uniform(random, 1, 3)),
                   .evaluate = static_cast<int>(test::uniform(random, 1, 3)),
                   .pulse = static_cast<int>(test::uniform(random, 1, 5)),
                   .recover = static_cast<int>(test::uniform(random, 1, 2))};
    spec.write.self_terminate = test::coin(random);
    spec.write.max_rounds = static_cast<int>(test::uniform(random, 1, 4));
    MramController controller(spec);
    MramController replay(controller);
    std::vector<MramPins> pins;
    controller.sequencer().record(&pins);
    for (int i = 0; i < 30; ++i) {
      const std::int64_t word = test::uniform(random, 0, spec.words - 1);
      if (test::coin(random)) {
        controller.write(word, random() >> 32);
      } else {
        controller.read(word);
      }
      controller.sequencer().close_row();
    }
    EXPECT_EQ(broken_rule(pins), "");
    EXPECT_EQ(std::ssize(pins), controller.sequencer().cycles());
    play(pins, pins.size(), replay.array());
    for (std::uint32_t row = 0; row < controller.array().shape().rows; ++row) {
      EXPECT_TRUE(
          std::ranges::equal(controller.array().row_state(row), replay.array().row_state(row)));
      EXPECT_EQ(controller.array().row_wear(row), replay.array().row_wear(row));
    }
  }
}

// -------------------------------------------------------------------------------------- Power cut

struct CutCounts {
  std::int64_t cuts = 0, old_words = 0, new_words = 0, reported = 0;
  std::int64_t silent = 0;  ///< a third value that nobody tells
  int moved = 0;            ///< writes that needed a spare
};

/// Cuts a write of a random word over a random one in each of its cycles, and reads what is left
/// with the registers of the spares lost.
CutCounts cut_everywhere(MramMacroSpec spec, int seeds) {
  CutCounts counts;
  for (int seed = 1; seed <= seeds; ++seed) {
    Random random(static_cast<std::uint64_t>(seed));
    const auto draw = [&] { return random() >> (64 - spec.data_bits); };
    spec.devices.seed = static_cast<std::uint32_t>(random());
    const std::uint64_t old_word = draw(), new_word = draw();
    spec.data = {draw(), old_word};
    const MramController before(spec);
    MramController whole(before);
    std::vector<MramPins> pins;
    whole.sequencer().record(&pins);
    if (whole.write(1, new_word).to_spare) ++counts.moved;
    for (std::size_t cut = 0; cut <= pins.size(); ++cut) {
      MramController after(before);
      play(pins, cut, after.array());
      after.forget_spares();
      const MramRead read = after.read(1);
      ++counts.cuts;
      if (read.is_marked || read.is_uncorrectable) {
        ++counts.reported;
      } else if (read.data == old_word) {
        ++counts.old_words;
      } else if (read.data == new_word) {
        ++counts.new_words;
      } else {
        ++counts.silent;
      }
    }
  }
  return counts;
}

void expect_never_silent(const std::string& name, const MramMacroSpec& spec, int seeds) {
  const CutCounts counts = cut_everywhere(spec, seeds);
  EXPECT_EQ(counts.silent, 0) << name << ", of " << counts.cuts;
  EXPECT_GT(counts.old_words, 0) << name;
  EXPECT_GT(counts.new_words, 0) << name;
  EXPECT_GT(counts.reported, counts.cuts / 10) << name;
  testing::Test::RecordProperty(name + "_cuts", std::to_string(counts.cuts));
}

TEST(MramMacroPowerCut, LeavesOldOrNewWordOrAReport) {
  MramMacroSpec spec = careful_spec();
  spec.words = 2;
  expect_never_silent("ideal", spec, 100);
  spec.devices = devices_of(0.9);
  expect_never_silent("errors", spec, 300);
  spec.write.self_terminate = true;
  spec.write.pre_read = false;
  expect_never_silent("self_terminated", spec, 200);
  spec.ecc = MramEcc::None;
  expect_never_silent("no_code", spec, 200);
  spec.ecc = MramEcc::Dected;
  spec.data_bits = 64;
  spec.sensing = MramSensing::Differential;
  spec.devices.tables.transient = {probability_threshold(1e-4), probability_threshold(1e-4)};
  expect_never_silent("differential", spec, 100);
}

TEST(MramMacroPowerCut, OfResistancesAndTheirSenseAmplifiers) {
  MramMacroSpec spec = careful_spec();
  spec.words = 2;
  MtjPhysics physics = stt_mtj();
  spec.devices.level = 2;
  spec.devices.tables = mtj_tables(physics);
  spec.sensing = MramSensing::Differential;
  spec.timing.pulse = 2;
  spec.write.amplitude_step = 1;
  expect_never_silent("resistances", spec, 150);
}

TEST(MramMacroPowerCut, WhileAWordMovesToASpare) {
  MramMacroSpec spec = careful_spec();
  spec.words = 2;
  spec.spares = 1;
  spec.devices = devices_of(0.9);
  // Cells that always read wrong make rows fail (not so many that words are lost without a cut, or
  // that two of the marker's three are among them).
  spec.devices.tables.persistent = {0, probability_threshold(0.01)};
  const CutCounts counts = cut_everywhere(spec, 150);
  EXPECT_GT(counts.moved, 5);
  EXPECT_GT(counts.reported, 0);
  EXPECT_EQ(counts.silent, 0);
}

TEST(MramMacroPowerCut, WithoutJournalNobodyTells) {
  MramMacroSpec spec = careful_spec();
  spec.words = 2;
  spec.journal = false;
  spec.devices = devices_of(0.9);
  EXPECT_GT(cut_everywhere(spec, 20).silent, 0);
}

// ----------------------------------------------------------------------------------------- Timing

/// A design of this stage alone.
Spec design_of(MramMacroSpec params) {
  Spec spec;
  spec.name = "m";
  spec.input = {.values = true, .addresses = 1 << 20, .payload_bits = 32};
  test::append_stage(spec, "m", "mram_macro", std::move(params));
  return spec;
}

std::int64_t cycles_of(const MramMacroSpec& params, const std::vector<Word>& words) {
  const Spec spec = design_of(params);
  Network network(spec);
  return predict_cycles(spec, words, network.run_sample(words, true));
}

TEST(MramMacroTiming, OfRequestsByHand) {
  MramMacroSpec spec = plain_spec();  // a sense: 1 + 2 + 1 cycles, and one to judge
  // Closing word alone: accepted in 0, popped in 1, pushed in 2, through the egress in 3, out in 4.
  EXPECT_EQ(cycles_of(spec, {end_of_sample()}), 5);
  // A read: popped in 1, steps 2 ... 6, answers in 7 and 8, the closing word popped in 9.
  EXPECT_EQ(cycles_of(spec, {value(4, 0), end_of_sample()}), 13);
  // A write: popped in 1, row opened in 2, pulses 3 ... 5 and 8 ... 10 with recovery, answer in 13.
  EXPECT_EQ(cycles_of(spec, {value(0, 1), end_of_sample()}), 18);
  // Equal bits in all cells: one half less.
  EXPECT_EQ(cycles_of(spec, {value(0, 0), end_of_sample()}), 13);
  // A lane that completes nothing takes its cycle.
  spec.data_bits = 64;
  EXPECT_EQ(cycles_of(spec, {value(0, 1), value(1, 0), end_of_sample()}), 19);
}

TEST(MramMacroTiming, OfAScrubByHand) {
  MramMacroSpec spec = plain_spec();
  spec.scrub_every = 1;
  // The answers in 7 and 8; the scrub begins as if popped in 9: steps 10 ... 14, the closing word
  // is popped in 15.
  EXPECT_EQ(cycles_of(spec, {value(4, 0), end_of_sample()}), 19);
}

}  // namespace
}  // namespace nacre::golden
