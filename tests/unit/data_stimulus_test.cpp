// Random numbers by counting, random samples with their corners, and samples of a data set.

#include "data/stimulus.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <set>
#include <string>

#include "data/random.hpp"

namespace nacre::data {
namespace {

constexpr StreamShape kEvents = {.values = false, .addresses = 12, .negative_events = true};
constexpr StreamShape kValues = {
    .values = true, .addresses = 9, .negative_events = false, .payload_bits = 4};
constexpr StreamShape kFrames = {
    .values = true, .addresses = 5, .payload_bits = 6, .payload_signed = true, .steps = true};

std::int64_t count(const Sample& sample, WordKind kind) {
  return std::count_if(sample.words.begin(), sample.words.end(),
                       [kind](const Word& word) { return word.kind == kind; });
}

/// Every frame holds each address once, in order, and is closed.
bool has_whole_frames(const StreamShape& shape, const Sample& sample) {
  std::int64_t next = 0;
  for (const Word& word : sample.words) {
    if (word.kind == WordKind::Value) {
      if (word.address != next++) return false;
    } else if (word.kind == WordKind::EndOfStep || !shape.steps) {
      if (next != shape.addresses) return false;
      next = 0;
    }
  }
  return next == 0;
}

TEST(CounterRandom, IsAFunctionOfSeedPurposeSampleAndIndex) {
  const CounterRandom a(1, Purpose::SinkStall, 5), b(1, Purpose::SinkStall, 5);
  EXPECT_EQ(a.bits(1000), b.bits(1000));
  std::set<std::uint64_t> distinct;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    for (const Purpose purpose : {Purpose::SinkStall, Purpose::SourceStall, Purpose::BusStall}) {
      for (std::uint64_t sample = 0; sample < 3; ++sample) {
        for (std::uint64_t index = 0; index < 100; ++index) {
          distinct.insert(CounterRandom(seed, purpose, sample).bits(index));
        }
      }
    }
  }
  EXPECT_EQ(distinct.size(), 2700U);
}

TEST(CounterRandom, HasTheProbabilityThatIsAskedFor) {
  const CounterRandom random(7, Purpose::Stimulus, 0);
  constexpr int kDraws = 100000;
  int hits = 0;
  std::vector<int> below(10, 0);
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    hits += random.chance(i, 0.3) ? 1 : 0;
    ++below[random.below(i, 10)];
  }
  // Five standard deviations.
  EXPECT_NEAR(hits, 0.3 * kDraws, 5 * std::sqrt(0.3 * 0.7 * kDraws));
  for (const int each : below) EXPECT_NEAR(each, 0.1 * kDraws, 5 * std::sqrt(0.09 * kDraws));
  EXPECT_FALSE(random.chance(1, 0.0));
  EXPECT_TRUE(random.chance(1, 1.0));
}

TEST(RandomSamples, AreTheSameForTheSameSeedAndIndexOnly) {
  for (const StreamShape& shape : {kEvents, kValues, kFrames}) {
    const std::int64_t index = num_corner_samples(shape) + 3;
    EXPECT_EQ(random_sample(shape, 1, index).words, random_sample(shape, 1, index).words);
    EXPECT_NE(random_sample(shape, 1, index).words, random_sample(shape, 2, index).words);
    EXPECT_NE(random_sample(shape, 1, index).words, random_sample(shape, 1, index + 1).words);
  }
}

TEST(RandomSamples, AreLegalAndEndOnce) {
  for (const StreamShape& shape : {kEvents, kValues, kFrames}) {
    for (std::int64_t index = 0; index < 100; ++index) {
      const Sample sample = random_sample(shape, 3, index);
      ASSERT_FALSE(sample.words.empty());
      EXPECT_EQ(sample.words.back().kind, WordKind::EndOfSample);
      EXPECT_EQ(count(sample, WordKind::EndOfSample), 1);
      for (const Word& word : sample.words) {
        EXPECT_GE(word.address, 0);
        EXPECT_LT(word.address, shape.addresses);
        EXPECT_GE(word.payload, shape.payload_signed ? -32 : 0);
        EXPECT_LT(word.payload, shape.payload_signed ? 32 : 16);
        EXPECT_NE(word.kind, shape.values ? WordKind::Event : WordKind::Value);
      }
      EXPECT_TRUE(has_steps(shape) || count(sample, WordKind::EndOfStep) == 0);
      EXPECT_EQ(shape.values && !has_whole_frames(shape, sample), sample.protocol_fault) << index;
    }
  }
}

TEST(RandomSamples, KeepThePromisedNumberOfEventsInAStep) {
  StreamShape shape = kEvents;
  shape.step_events = 5;
  std::int64_t most = 0;
  for (std::int64_t index = 0; index < 50; ++index) {
    std::int64_t events = 0;
    for (const Word& word : random_sample(shape, 1, index).words) {
      events = word.kind == WordKind::Event ? events + 1 : 0;
      most = std::max(most, events);
    }
  }
  EXPECT_EQ(most, 5);
}

TEST(RandomSamples, OfSignedFramesReachBothEndsAndSeveralFrames) {
  std::set<std::int64_t> payloads, frames;
  for (std::int64_t index = num_corner_samples(kFrames); index < 200; ++index) {
    const Sample sample = random_sample(kFrames, 1, index);
    frames.insert(count(sample, WordKind::EndOfStep));
    for (const Word& word : sample.words) payloads.insert(word.payload);
  }
  EXPECT_EQ(frames, (std::set<std::int64_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(payloads.size(), 64U);
  EXPECT_EQ(*payloads.begin(), -32);
  EXPECT_EQ(*payloads.rbegin(), 31);
}

TEST(RandomSamples, HoldTheCornersOfStreamsWithSteps) {
  bool smallest = false, none = false, cut_short = false, unfinished = false, reversed = false;
  bool empty = false, short_first = false, unclosed = false;
  for (std::int64_t index = 0; index < num_corner_samples(kFrames); ++index) {
    const Sample sample = random_sample(kFrames, 1, index);
    const std::int64_t values = count(sample, WordKind::Value);
    const std::int64_t steps = count(sample, WordKind::EndOfStep);
    const std::int64_t lowest = std::count_if(sample.words.begin(), sample.words.end(),
                                              [](const Word& word) { return word.payload == -32; });
    smallest = smallest || (lowest == 15 && steps == 3);
    none = none || (values + steps == 0 && !sample.protocol_fault);
    if (!sample.protocol_fault) continue;
    empty = empty || (values == 10 && steps == 3);
    const bool starts_short = sample.words[4].kind == WordKind::EndOfStep;
    short_first = short_first || (starts_short && values == 14);
    cut_short = cut_short || (!starts_short && values == 14 && steps == 3);
    unclosed = unclosed || (values == 15 && steps == 2);
    unfinished = unfinished || (values == 14 && steps == 2);
    reversed = reversed || (values == 16 && sample.words[6].address == 4);
  }
  EXPECT_TRUE(smallest && none && cut_short && unfinished && reversed && empty);
  EXPECT_TRUE(short_first && unclosed);
}

TEST(RandomSamples, HoldTheCornersOfEventStreams) {
  bool silent = false, all = false, only_end = false, all_negative = false;
  for (std::int64_t index = 0; index < num_corner_samples(kEvents); ++index) {
    const Sample sample = random_sample(kEvents, 1, index);
    const std::int64_t events = count(sample, WordKind::Event);
    const std::int64_t steps = count(sample, WordKind::EndOfStep);
    const std::int64_t negative = std::count_if(sample.words.begin(), sample.words.end(),
                                                [](const Word& word) { return word.negative; });
    silent = silent || (events == 0 && steps > 0);
    all = all || (events == 12 * steps && steps > 0 && negative == 0);
    only_end = only_end || sample.words.size() == 1;
    all_negative = all_negative || (events > 0 && negative == events);
  }
  EXPECT_TRUE(silent && all && only_end && all_negative);
}

TEST(RandomSamples, HoldTheCornersOfValueStreams) {
  bool zero = false, largest = false, alone = false, too_short = false, empty = false;
  for (std::int64_t index = 0; index < num_corner_samples(kValues); ++index) {
    const Sample sample = random_sample(kValues, 1, index);
    std::int64_t sum = 0, lit = 0;
    for (const Word& word : sample.words) {
      sum += word.payload;
      lit += word.payload != 0 ? 1 : 0;
    }
    zero = zero || (sum == 0 && !sample.protocol_fault);
    largest = largest || (sum == 9 * 15);
    alone = alone || (lit == 1 && sum == 15);
    too_short = too_short || (sample.protocol_fault && count(sample, WordKind::Value) == 8);
    empty = empty || (sample.protocol_fault && sample.words.size() == 1);
  }
  EXPECT_TRUE(zero && largest && alone && too_short && empty);
}

TEST(RandomSamples, NeverNegativeWhereThatIsNotAllowed) {
  StreamShape shape = kEvents;
  shape.negative_events = false;
  for (std::int64_t index = 0; index < 60; ++index) {
    for (const Word& word : random_sample(shape, 1, index).words) EXPECT_FALSE(word.negative);
  }
}

// ------------------------------------------------------------------------------------ Requests

constexpr RequestShape kMemory = {.items = 40, .lanes = 2};
constexpr StreamShape kRequests = {.values = true, .addresses = 120, .payload_bits = 32};

TEST(RandomRequests, AreLegalAndTheSameForTheSameSeedAndIndexOnly) {
  const std::int64_t corners = num_corner_samples(kRequests, kMemory);
  for (std::int64_t index = 0; index < 200; ++index) {
    const Sample sample = random_sample(kRequests, 1, index, kMemory);
    EXPECT_EQ(sample.words, random_sample(kRequests, 1, index, kMemory).words);
    EXPECT_FALSE(sample.protocol_fault);
    EXPECT_EQ(sample.words.back().kind, WordKind::EndOfSample);
    EXPECT_EQ(count(sample, WordKind::Value), std::ssize(sample.words) - 1);
    for (const Word& word : sample.words) {
      EXPECT_TRUE(word.address >= 0 && word.address < 120);
      EXPECT_TRUE(word.payload >= 0 && word.payload <= 0xffffffff);
    }
    EXPECT_EQ(index < corners, !sample.note.empty());
    if (index < corners) continue;
    EXPECT_NE(sample.words, random_sample(kRequests, 2, index, kMemory).words);
  }
}

TEST(RandomRequests, ReadWriteRepeatAndLeaveOut) {
  std::int64_t reads = 0, writes = 0, repeated = 0, foreign = 0, alone = 0, hot = 0, samples = 0;
  std::set<std::int64_t> items;
  for (std::int64_t index = num_corner_samples(kRequests, kMemory); index < 300; ++index) {
    const std::vector<Word> words = random_sample(kRequests, 1, index, kMemory).words;
    std::vector<int> accesses(40, 0);
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      const std::int64_t address = words[i].address;
      const bool is_read = address >= 80;
      const bool completes = !is_read && address % 2 == 1;
      reads += is_read ? 1 : 0;
      writes += completes ? 1 : 0;
      if (is_read || completes) {
        const std::int64_t item = is_read ? address - 80 : address / 2;
        items.insert(item);
        ++accesses[static_cast<std::size_t>(item)];
      }
      if (i == 0 || is_read) continue;
      repeated += words[i - 1].address == address ? 1 : 0;
      const bool after_lane_0 = words[i - 1].address < 80 && words[i - 1].address % 2 == 0;
      foreign += completes && after_lane_0 && words[i - 1].address != address - 1 ? 1 : 0;
      alone += completes && !after_lane_0 ? 1 : 0;
    }
    ++samples;
    const int most = *std::max_element(accesses.begin(), accesses.end());
    const std::int64_t all = std::accumulate(accesses.begin(), accesses.end(), std::int64_t{0});
    hot += all >= 20 && 5 * most > all ? 1 : 0;  // evenly, an item has one in forty
  }
  EXPECT_EQ(items.size(), 40U);
  EXPECT_GT(reads, 2000);
  EXPECT_GT(writes, 2000);
  EXPECT_GT(repeated, 100);
  EXPECT_GT(foreign, 100);
  EXPECT_GT(alone, 100);
  EXPECT_GT(hot, samples / 10);
}

TEST(RandomRequests, HoldTheCornersOfMemories) {
  bool ones = false, zeros = false, reads = false, walking = false, none = false;
  for (std::int64_t index = 0; index < num_corner_samples(kRequests, kMemory); ++index) {
    const Sample sample = random_sample(kRequests, 1, index, kMemory);
    std::set<std::int64_t> written, addresses;
    for (const Word& word : sample.words) {
      if (word.kind != WordKind::Value) continue;
      addresses.insert(word.address);
      if (word.address < 80) written.insert(word.payload);
    }
    ones = ones || (addresses.size() == 120 && written == std::set<std::int64_t>{0xffffffff});
    zeros = zeros || (addresses.size() == 120 && written == std::set<std::int64_t>{0});
    reads = reads || (addresses.size() == 40 && written.empty());
    walking = walking || (addresses.size() == 3 && written.size() == 32);
    none = none || addresses.empty();
  }
  EXPECT_TRUE(ones && zeros && reads && walking && none);
}

// ----------------------------------------------------------------------------------- Data sets

class DatasetStimulus : public testing::Test {
 protected:
  DatasetStimulus()
      : folder_(std::filesystem::temp_directory_path() /
                ("nacre_dataset_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
    spec_.name = "d";
    spec_.input = kValues;
    spec_.dataset =
        Dataset{.samples = folder_ / "s", .labels = folder_ / "l", .masks = {}, .shift_right = 4};
  }
  ~DatasetStimulus() override { std::filesystem::remove_all(folder_); }

  void write(const char* name, const std::string& header, const std::string& bytes) {
    std::ofstream stream(folder_ / name, std::ios::binary);
    stream << header << bytes;
  }
  /// Two images of 3 x 3 pixels and two labels.
  void write_good() {
    write("s", std::string("\0\0\x08\x03\0\0\0\x02\0\0\0\x03\0\0\0\x03", 16),
          std::string("\x00\x10\x20\x30\x40\x50\x60\x70\xff", 9) + std::string(9, '\x1f'));
    write("l", std::string("\0\0\x08\x01\0\0\0\x02", 8), std::string("\x07\x01", 2));
  }
  std::string refusal() {
    Diagnostics diagnostics;
    if (Stimulus::open(spec_, 1, diagnostics)) return "accepted";
    EXPECT_EQ(diagnostics.all().front().code, "N0804");
    return diagnostics.all().front().message;
  }

  std::filesystem::path folder_;
  Spec spec_;
};

TEST_F(DatasetStimulus, ShiftsPixelsAndReadsLabels) {
  write_good();
  Diagnostics diagnostics;
  const auto stimulus = Stimulus::open(spec_, 1, diagnostics);
  ASSERT_TRUE(stimulus);
  EXPECT_EQ(stimulus->available(), 2);
  EXPECT_EQ(stimulus->image_shape(), (std::pair<std::int64_t, std::int64_t>(3, 3)));
  const Sample sample = stimulus->sample(0);
  EXPECT_EQ(sample.label, 7);
  ASSERT_EQ(sample.words.size(), 10U);
  EXPECT_EQ(sample.words[8].payload, 15);
  EXPECT_EQ(sample.words[3].payload, 3);
  EXPECT_EQ(sample.words[3].address, 3);
  EXPECT_EQ(stimulus->sample(1).words[0].payload, 1);
}

TEST_F(DatasetStimulus, RefusesAValueOutOfRangeWithItsPlace) {
  write_good();
  spec_.dataset->shift_right = 3;
  EXPECT_NE(refusal().find("value 8 of sample 0"), std::string::npos);
}

TEST_F(DatasetStimulus, RefusesASizeThatDoesNotFit) {
  write_good();
  spec_.input.addresses = 10;
  EXPECT_NE(refusal().find("9 values"), std::string::npos);
}

TEST_F(DatasetStimulus, CutsASampleIntoFramesOnAStreamWithSteps) {
  write_good();
  spec_.input.addresses = 3;
  spec_.input.steps = true;
  Diagnostics diagnostics;
  const auto stimulus = Stimulus::open(spec_, 1, diagnostics);
  ASSERT_TRUE(stimulus);
  EXPECT_FALSE(stimulus->image_shape());
  const Sample sample = stimulus->sample(0);
  ASSERT_EQ(sample.words.size(), 13U);
  EXPECT_EQ(count(sample, WordKind::EndOfStep), 3);
  EXPECT_TRUE(has_whole_frames(spec_.input, sample));
  EXPECT_EQ(sample.words[4].payload, 3);
  EXPECT_EQ(sample.words[10].payload, 15);
  spec_.input.addresses = 4;
  EXPECT_NE(refusal().find("no whole frames"), std::string::npos);
}

TEST_F(DatasetStimulus, RefusesBytesThatASignedInputCannotHold) {
  write_good();
  spec_.input.payload_signed = true;
  EXPECT_NE(refusal().find("value 8 of sample 0"), std::string::npos);
  spec_.dataset->shift_right = 5;
  EXPECT_EQ(refusal(), "accepted");
}

TEST_F(DatasetStimulus, RefusesLabelsThatDoNotFit) {
  write_good();
  write("l", std::string("\0\0\x08\x01\0\0\0\x03", 8), "abc");
  EXPECT_NE(refusal().find("3 labels"), std::string::npos);
  write("l", std::string("\0\0\x08\x02\0\0\0\x02\0\0\0\x01", 12), "ab");
  EXPECT_NE(refusal().find("2 dimensions"), std::string::npos);
}

TEST_F(DatasetStimulus, SendsEventFrames) {
  // Two samples of two steps of 1 x 3 x 2 addresses.
  write("s", std::string("\0\0\x08\x05\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\0\0\x03\0\0\0\x02", 24),
        std::string("\0\x02\0\0\0\x01\0\0\0\0\0\0", 12) +
            std::string("\0\0\0\0\0\0\xff\0\0\x80\0\0", 12));
  write("l", std::string("\0\0\x08\x01\0\0\0\x02", 8), std::string("\x07\x01", 2));
  spec_.dataset->shift_right = 0;
  spec_.input = {.addresses = 6, .height = 1, .width = 3, .channels = 2};
  Diagnostics diagnostics;
  auto stimulus = Stimulus::open(spec_, 1, diagnostics);
  ASSERT_TRUE(stimulus);
  EXPECT_EQ(stimulus->available(), 2);
  EXPECT_EQ(stimulus->num_corners(), 0);
  EXPECT_FALSE(stimulus->image_shape());
  EXPECT_EQ(stimulus->sample(0).label, 7);
  constexpr Word kStep{.kind = WordKind::EndOfStep};
  constexpr Word kEnd{.kind = WordKind::EndOfSample};
  const std::vector<Word> first{{.address = 1}, {.address = 1}, {.address = 5}, kStep, kStep, kEnd};
  EXPECT_EQ(stimulus->sample(0).words, first);
  // Without negative events a byte is a number of 0 ... 255.
  EXPECT_EQ(count(stimulus->sample(1), WordKind::Event), 255 + 128);

  spec_.input.negative_events = true;
  stimulus = Stimulus::open(spec_, 1, diagnostics);
  ASSERT_TRUE(stimulus);
  const std::vector<Word> words = stimulus->sample(1).words;
  ASSERT_EQ(words.size(), 1 + 128 + 3U);
  EXPECT_EQ(words[0], kStep);
  EXPECT_EQ(words[1], (Word{.negative = true, .address = 0}));
  EXPECT_EQ(words[2], (Word{.negative = true, .address = 3}));
  EXPECT_EQ(words[129], (Word{.negative = true, .address = 3}));
  EXPECT_EQ(words[130], kStep);

  spec_.input.step_events = 129;
  EXPECT_EQ(refusal(), "accepted");
  spec_.input.step_events = 128;
  EXPECT_NE(refusal().find("step 1 of sample 1"), std::string::npos);
}

TEST_F(DatasetStimulus, RefusesEventFramesOfAnotherShape) {
  write("s", std::string("\0\0\x08\x05\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\0\0\x03\0\0\0\x02", 24),
        std::string(6, '\0'));
  write("l", std::string("\0\0\x08\x01\0\0\0\x01", 8), std::string("\x07", 1));
  spec_.dataset->shift_right = 0;
  spec_.input = {.addresses = 6, .height = 2, .width = 1, .channels = 3};
  EXPECT_NE(refusal().find("frames of"), std::string::npos);
  EXPECT_NE(refusal().find("1 x 3 x 2"), std::string::npos);
  EXPECT_NE(refusal().find("2 x 1 x 3"), std::string::npos);
  spec_.input = {.addresses = 6};  // no map: any shape of six bytes
  EXPECT_EQ(refusal(), "accepted");
  spec_.input.addresses = 7;
  EXPECT_NE(refusal().find("6 bytes"), std::string::npos);
  spec_.input.addresses = 6;
  spec_.dataset->shift_right = 1;
  EXPECT_NE(refusal().find("'shift_right'"), std::string::npos);
  spec_.dataset->shift_right = 0;
  write("s", std::string("\0\0\x08\x02\0\0\0\x01\0\0\0\x06", 12), std::string(6, '\0'));
  EXPECT_NE(refusal().find("2 dimensions"), std::string::npos);
}

}  // namespace
}  // namespace nacre::data
