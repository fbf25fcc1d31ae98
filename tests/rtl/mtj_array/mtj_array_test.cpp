// The Verilated array against the golden one: random legal traffic, both told the same, compared
// after every cycle of an access; orders of rows; error rates against the integral.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>

#include "dut.hpp"
#include "golden/device_random.hpp"
#include "mtj_error_rates.hpp"
#include "shapes.hpp"

namespace nacre::golden::test {
namespace {

using States = std::vector<std::uint8_t>;

constexpr int kAccesses = 100000;
constexpr int kDies = 20;  ///< other seeds, every row loaded again

std::string text_of(std::span<const std::uint8_t> bits) {
  std::string text;
  for (std::size_t i = bits.size(); i-- > 0;) text += static_cast<char>('0' + bits[i]);
  return text;
}

/// Both arrays, told the same. The pins keep the rules of section Pins of docs/mtj_array.md.
class Pair {
 public:
  Pair(const MtjCase& each, MtjDut& dut) : shape_(each.shape), tables_(each.tables), dut_(dut) {
    pins_.wl = pins_.latch = pins_.load = false;
    std::ranges::fill(pins_.drive, std::uint8_t{0});
    tick();
    tick();
  }

  /// Another die, whose rows must be loaded before they are opened. The word line is off.
  void new_die(std::uint32_t seed) {
    golden_ = std::make_unique<MtjArray>(shape_, tables_, seed);
    pins_.seed = seed;
    answered_ = sampled = false;
  }

  void load(std::uint32_t row, const States& states) {
    if (after_opening_) tick();
    pins_.load = true;
    pins_.load_row = row;
    pins_.load_state = states;
    golden_->set_time(pins_.time);
    golden_->load(row, states);
    tick();
    pins_.load = false;
    std::ranges::fill(pins_.load_state, std::uint8_t{1});
  }

  void open(std::uint32_t row) {
    pins_.wl = true;
    pins_.row = row;
    tick();
    golden_->open(row);
    compare("open");
  }
  void close() {
    pins_.wl = false;
    tick();
  }

  void read(MtjReadMode mode) {
    const States before(golden_->state().begin(), golden_->state().end());
    pins_.latch = true;
    pins_.mode = static_cast<int>(mode);
    golden_->set_time(pins_.time);
    golden_->read(mode);
    tick();
    pins_.latch = false;
    sampled = sampled || mode == MtjReadMode::Sample;
    answered_ = answered_ || mode != MtjReadMode::Sample;
    ++accesses;
    compare("read");
    flips += !std::ranges::equal(before, golden_->state());
    if (mode == MtjReadMode::Sample) return;
    const std::uint32_t d = shape_.devices_per_bit;
    for (std::uint32_t bit = 0; bit < shape_.bits; ++bit) {
      wrong += golden_->q()[bit] != before[bit * d + d - 1];
      metastable += golden_->meta()[bit];
    }
  }

  /// The first cycle of a pulse of the devices `drive` (not none).
  void begin_pulse(int direction, int amplitude, const States& drive) {
    pins_.direction = direction;
    pins_.amplitude = amplitude;
    pins_.drive = drive;
    golden_->set_time(pins_.time);
    golden_->begin_pulse(direction, amplitude);
    ++accesses;
    go_on();
  }
  /// The next cycle, with those driven that `drive` leaves.
  void go_on_with(const States& drive) {
    for (std::size_t e = 0; e < drive.size(); ++e) pins_.drive[e] &= drive[e];
    go_on();
  }
  /// The cycle after the last one.
  void end_pulse() {
    std::ranges::fill(pins_.drive, std::uint8_t{0});
    tick();
    compare("end of a pulse");
  }
  /// The word line falls; the pins of the pulse do so a cycle later.
  void cut_pulse() {
    pins_.wl = false;
    tick();
    std::ranges::fill(pins_.drive, std::uint8_t{0});
    ++cuts;
  }

  void idle() {
    tick();
    if (pins_.wl) compare("idle");
  }

  MtjPins& pins() { return pins_; }
  const MtjArray& golden() const { return *golden_; }
  /// What a read of mode 0 or 2 and the row show.
  std::string shown() const {
    return text_of(pins_.q) + " " + text_of(pins_.meta) + " " + text_of(pins_.state);
  }

  bool sampled = false;  ///< a read of mode 2 is legal
  // Counts.
  long accesses = 0, differences = 0;
  long flips = 0;  ///< reads in which devices changed by themselves
  long wrong = 0, metastable = 0, switched = 0, kept = 0, cuts = 0;

 private:
  void tick() {
    after_opening_ = pins_.wl;
    dut_.tick();
  }

  void go_on() {
    const States before(golden_->state().begin(), golden_->state().end());
    golden_->drive(pins_.drive);
    tick();
    compare("pulse");
    for (std::size_t e = 0; e < before.size(); ++e) {
      if (pins_.drive[e] == 0 || before[e] == pins_.direction) continue;
      (golden_->state()[e] == pins_.direction ? switched : kept) += 1;
    }
  }

  void compare(const char* when) {
    differ(when, "state", golden_->state(), pins_.state);
    if (golden_->wear() != pins_.wear) {
      ++differences;
      ADD_FAILURE() << "access " << accesses << ", " << when << ": wear " << pins_.wear
                    << ", golden " << golden_->wear();
    }
    if (!answered_) return;
    differ(when, "q", golden_->q(), pins_.q);
    differ(when, "meta", golden_->meta(), pins_.meta);
  }
  void differ(const char* when, const char* what, std::span<const std::uint8_t> expected,
              const States& got) {
    if (std::ranges::equal(expected, got)) return;
    if (++differences > 5) return;
    ADD_FAILURE() << "seed " << pins_.seed << ", access " << accesses << ", " << when << ": "
                  << what << "\n  golden " << text_of(expected) << "\n  RTL    " << text_of(got);
  }

  MtjArrayShape shape_;
  MtjTables tables_;
  MtjDut& dut_;
  MtjPins& pins_ = dut_.pins;
  std::unique_ptr<MtjArray> golden_;
  bool answered_ = false;
  bool after_opening_ = false;  ///< the word line was on in the last cycle
};

/// Random numbers of one test.
struct Random {
  std::mt19937 engine;

  std::uint32_t any() { return static_cast<std::uint32_t>(engine()); }
  std::uint32_t below(std::uint32_t n) { return any() % n; }
  bool one_in(std::uint32_t n) { return below(n) == 0; }
  States devices(std::size_t n, std::uint32_t one_in_ones) {
    States states(n);
    for (std::uint8_t& state : states) state = one_in(one_in_ones);
    return states;
  }
};

/// What has no meaning in a cycle takes any value; time passes.
void disturb_pins(MtjPins& pins, Random& random) {
  pins.mode = static_cast<int>(random.below(4));
  pins.direction = static_cast<int>(random.below(2));
  pins.amplitude = static_cast<int>(random.below(4));
  if (!pins.wl) pins.row = random.below(2);
  if (random.one_in(4)) pins.time += random.one_in(50) ? random.any() : random.below(8);
}

/// A pulse of random length that loses devices at random, or those that have switched, and ends by
/// itself, with its length, or with the word line. False: the row is closed now.
bool random_pulse(Pair& pair, const MtjArrayShape& shape, Random& random) {
  States drive = random.devices(shape.devices_per_row(), 1 + random.below(3));
  if (std::ranges::count(drive, 1) == 0) drive[random.below(shape.devices_per_row())] = 1;
  const int direction = static_cast<int>(random.below(2));
  pair.begin_pulse(direction, static_cast<int>(random.below(4)), drive);
  const bool terminates_itself = random.one_in(3), loses = random.one_in(3);
  for (std::uint32_t left = random.below(random.one_in(4) ? 24 : 5); left > 0; --left) {
    States stays = loses ? random.devices(drive.size(), 2) : States(drive.size(), 1);
    for (std::size_t e = 0; terminates_itself && e < drive.size(); ++e) {
      stays[e] = pair.pins().state[e] != direction;
    }
    for (std::size_t e = 0; e < drive.size(); ++e) drive[e] &= stays[e];
    if (std::ranges::count(drive, 1) == 0) break;
    if (random.one_in(4)) pair.pins().time += random.below(4);  // of no meaning now
    pair.go_on_with(drive);
  }
  if (random.one_in(8)) {
    pair.cut_pulse();
    return false;
  }
  pair.end_pulse();
  return true;
}

MtjReadMode random_mode(const Pair& pair, const MtjArrayShape& shape, Random& random) {
  if (shape.devices_per_bit == 2) return MtjReadMode::Normal;
  return static_cast<MtjReadMode>(random.below(pair.sampled ? 3 : 2));
}

/// One opening with up to five accesses.
void random_opening(Pair& pair, const MtjArrayShape& shape, Random& random) {
  disturb_pins(pair.pins(), random);
  pair.open(random.below(shape.rows));
  for (std::uint32_t n = random.below(6); n > 0; --n) {
    disturb_pins(pair.pins(), random);
    if (random.one_in(4)) {
      pair.idle();
    } else if (random.one_in(3)) {
      if (!random_pulse(pair, shape, random)) return;
    } else {
      pair.read(random_mode(pair, shape, random));
    }
  }
  disturb_pins(pair.pins(), random);
  pair.close();
}

class MtjArrayRtl : public testing::TestWithParam<MtjModel> {
 protected:
  const MtjCase& case_ = mtj_case(GetParam().name);
  const MtjArrayShape& shape_ = case_.shape;
  std::unique_ptr<MtjDut> dut_ = GetParam().make(shape_.bits, shape_.devices_per_row());
};

TEST_P(MtjArrayRtl, TrafficIsAsGolden) {
  Random random{std::mt19937(2026)};
  Pair pair(case_, *dut_);
  for (int die = 1; die <= kDies; ++die) {
    pair.new_die(random.any());
    for (std::uint32_t row = 0; row < shape_.rows; ++row) {
      pair.load(row, random.devices(shape_.devices_per_row(), 2));
    }
    while (pair.accesses < long{kAccesses} * die / kDies) {
      random_opening(pair, shape_, random);
      while (random.one_in(3)) pair.idle();
      if (random.one_in(40)) {
        pair.load(random.below(shape_.rows), random.devices(shape_.devices_per_row(), 2));
      }
    }
    if (pair.differences > 5) break;
  }
  std::printf(
      "%s: %ld accesses, %ld differences; %ld reads changed devices, %ld bits wrong, %ld "
      "metastable; %ld devices switched, %ld not yet; %ld pulses cut\n",
      case_.name.c_str(), pair.accesses, pair.differences, pair.flips, pair.wrong, pair.metastable,
      pair.switched, pair.kept, pair.cuts);
  EXPECT_EQ(pair.differences, 0);
  EXPECT_GE(pair.accesses, kAccesses);
  // It has all happened.
  EXPECT_GT(pair.switched, 1000);
  EXPECT_GT(pair.cuts, kAccesses / 200);
  if (shape_.level > 0) {
    EXPECT_GT(pair.flips, 100);
    EXPECT_GT(pair.wrong, 100);
    EXPECT_GT(pair.kept, 100);
  }
  if (shape_.level == 2) {
    EXPECT_GT(pair.metastable, 100);
  }
}

// The accesses of each row are the same, those of different rows change places.
TEST_P(MtjArrayRtl, TheOrderOfRowsChangesNothing) {
  constexpr std::uint32_t kRounds = 40;
  const std::uint32_t rows = std::min(shape_.rows, 8u);
  using History = std::vector<std::string>;
  const auto histories = [&](const std::vector<std::uint32_t>& order) {
    Pair pair(case_, *dut_);
    pair.new_die(77);
    pair.pins().time = 0;
    for (std::uint32_t row = 0; row < rows; ++row) {
      pair.load(row, States(shape_.devices_per_row(), row % 2));
    }
    std::vector<History> shown(rows);
    for (const std::uint32_t row : order) {
      const auto n = static_cast<std::uint32_t>(shown[row].size());  // of this row
      Random random{std::mt19937(1000 * row + n)};
      pair.pins().time = 3 * n;
      pair.open(row);
      if (random.one_in(3)) {
        pair.begin_pulse(static_cast<int>(random.below(2)), static_cast<int>(random.below(4)),
                         States(shape_.devices_per_row(), 1));
        pair.end_pulse();
      }
      if (shape_.devices_per_bit == 1 && random.one_in(3)) {
        pair.read(MtjReadMode::Sample);
        pair.read(MtjReadMode::Compare);
      } else {
        pair.read(MtjReadMode::Normal);
      }
      shown[row].push_back(pair.shown());
      pair.close();
    }
    EXPECT_EQ(pair.differences, 0);
    return shown;
  };
  std::vector<std::uint32_t> order;
  for (std::uint32_t row = 0; row < rows; ++row) order.insert(order.end(), kRounds, row);
  const auto row_by_row = histories(order);
  std::ranges::shuffle(order, std::mt19937(3));
  EXPECT_TRUE(histories(order) == row_by_row);
  if (shape_.level > 0) {
    EXPECT_NE(row_by_row[0], History(kRounds, row_by_row[0][0]));
  }
}

// ---- error rates

bool is_table(const MtjModel& model) {
  return std::ranges::find(kMtjTableRows, model.name, &MtjTableRow::name) !=
         std::end(kMtjTableRows);
}

std::vector<MtjModel> models(bool of_table) {
  std::vector<MtjModel> found;
  for (const MtjModel& model : mtj_models()) {
    if (is_table(model) == of_table) found.push_back(model);
  }
  return found;
}

class MtjArrayErrorRate : public testing::TestWithParam<MtjModel> {};

// As the golden model's test does, with the RTL's bits.
TEST_P(MtjArrayErrorRate, OfTheRtlIsTheIntegral) {
  constexpr std::uint32_t kReads = 1u << 20;
  const MtjCase& each = mtj_case(GetParam().name);
  const auto dut = GetParam().make(each.shape.bits, each.shape.devices_per_row());
  Pair pair(each, *dut);
  const std::uint32_t d = each.shape.devices_per_bit;
  States states(each.shape.devices_per_row());
  for (std::uint32_t bit = 0; bit < each.shape.bits; ++bit) {
    states[bit * d] = static_cast<std::uint8_t>((bit + d - 1) % 2);
    states[bit * d + d - 1] = bit % 2;
  }
  Count count;
  for (std::uint32_t seed = 1; seed <= kReads / each.shape.bits; ++seed) {
    // All over the numbers, as the dies of a study are (docs/device_random.md, Quality).
    pair.new_die(device_mix(1, seed));
    pair.load(0, states);
    pair.open(0);
    pair.read(MtjReadMode::Normal);
    pair.close();
    for (std::uint32_t bit = 0; bit < each.shape.bits; ++bit) {
      count.wrong[bit % 2] += pair.pins().q[bit] != bit % 2;
    }
    count.reads += each.shape.bits;
  }
  const auto* row = std::ranges::find(kMtjTableRows, each.name, &MtjTableRow::name);
  const MtjPhysics physics = table_devices(row->tmr, row->sigma);
  const double error_0 = d == 1 ? single_ended_error(physics, 0) : differential_error(physics);
  const double error_1 = d == 1 ? single_ended_error(physics, 1) : error_0;
  std::printf("%s: %.0f of %.0f = %.3e, integral %.3e\n", row->name, count.all_wrong(), count.reads,
              count.rate(), (error_0 + error_1) / 2);
  // 13 rows: all of them are inside in 95 of 100 such tables.
  constexpr double kStandardErrors = 2.88;
  expect_rates(count, error_0, error_1, kStandardErrors);
  EXPECT_EQ(pair.differences, 0);
}

// ---- instances

std::string name_of(const testing::TestParamInfo<MtjModel>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Models, MtjArrayRtl, testing::ValuesIn(models(false)), name_of);
INSTANTIATE_TEST_SUITE_P(Models, MtjArrayErrorRate, testing::ValuesIn(models(true)), name_of);

}  // namespace
}  // namespace nacre::golden::test
