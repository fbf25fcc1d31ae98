// Accesses at run time: what golden models draw, against a mirror of the windows that is kept from
// the accesses alone (docs/tile.md) and multiplied by hand.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "golden/kind_model.hpp"
#include "golden_test_specs.hpp"
#include "golden_tile_specs.hpp"
#include "imc_sram_vector/imc_sram_vector_spec.hpp"

namespace nacre::golden::test {
namespace {

Draw draw_from(Random& random) {
  return [&random](std::uint64_t bound) {
    return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(random);
  };
}

/// Two sets of random 5-bit weights on folds in both directions, rows of 60 bits.
TileSpec ping_pong(Random& random) {
  TileSpec tile = tile_spec(random_weights(random, 14, 5, 5, true));  // set 0: 7 rows, set 1: 7
  tile.num_inputs = tile.patch_inputs = 7;
  tile.weight_sets = 2;
  tile.weight_bits = 5;
  tile.tile_rows = 4;
  tile.tile_columns = 3;
  tile.banks = 2 * tile.set_banks();
  tile.input_bits = 6;
  tile.input_signed = true;
  tile.digit_bits = 2;
  tile.bias = {1, -2, 3, -4, 5};
  tile.bias_bits = 20;
  tile.output = RequantisationSpec{.bits = 24,
                                   .scale = {3, 1, 4, 1, 5},
                                   .has_scale_per_output = true,
                                   .shift = 1,
                                   .rounding = TileRounding::Floor};
  return tile;
}

/// Registers and windows of that stage as a host has written them.
class Mirror {
 public:
  explicit Mirror(const TileSpec& tile) : tile_(tile) {
    registers_ = {{"input_bits", tile.input_bits}, {"active_set", 0}, {"shift", 1}};
    for (std::int64_t set = 0; set < 2; ++set) {
      for (std::int64_t k = 0; k < tile.patch_inputs; ++k) {
        for (std::int64_t n = 0; n < tile.outputs; ++n) {
          const auto [bank, place] = place_of(set, k, n);
          put("weights", bank, place, tile.weight_bits, tile.weight(set, k, n));
        }
      }
    }
    for (std::int64_t n = 0; n < tile.outputs; ++n) {
      put("outputs", n, 0, tile.bias_bits, tile.bias[static_cast<std::size_t>(n)]);
      put("outputs", n, tile.bias_bits, 16, tile.output->scale_of(n));
    }
  }

  /// A read must show what was written; a refused access changes nothing.
  void take(const HostAccess& access) {
    if (access.refused) return;
    const bool is_register = registers_.contains(access.target);
    if (access.is_write) {
      if (is_register) {
        registers_[access.target] = access.data;
      } else {
        windows_[access.target][{access.row, access.word}] = access.data;
      }
      return;
    }
    const std::int64_t held = is_register ? registers_[access.target]
                                          : windows_[access.target][{access.row, access.word}];
    EXPECT_EQ(access.data, held) << access.target << " row " << access.row;
  }

  std::vector<std::int64_t> product(const std::vector<std::int64_t>& inputs) {
    std::vector<std::int64_t> values;
    for (std::int64_t n = 0; n < tile_.outputs; ++n) {
      std::int64_t sum = get("outputs", n, 0, tile_.bias_bits, true);
      for (std::int64_t k = 0; k < tile_.patch_inputs; ++k) {
        const auto [bank, place] = place_of(registers_["active_set"], k, n);
        const int bits = static_cast<int>(registers_["input_bits"]);
        sum += number(static_cast<std::uint64_t>(inputs[static_cast<std::size_t>(k)]), bits, true) *
               get("weights", bank, place, tile_.weight_bits, true);
      }
      const std::int64_t scaled =
          (sum * get("outputs", n, tile_.bias_bits, 16, false)) >> registers_["shift"];
      values.push_back(std::clamp<std::int64_t>(scaled, -(1 << 23), (1 << 23) - 1));
    }
    return values;
  }

  bool input_bits_changed() { return registers_["input_bits"] < tile_.input_bits; }
  bool set_changed() { return registers_["active_set"] != 0; }

 private:
  static std::int64_t number(std::uint64_t bits, int count, bool is_signed) {
    const auto low = static_cast<std::int64_t>(bits & ((std::uint64_t{1} << count) - 1));
    return is_signed && ((low >> (count - 1)) & 1) != 0 ? low - (std::int64_t{1} << count) : low;
  }
  /// Bank j * FR + i of the set, and the first bit of the weight in it.
  std::pair<std::int64_t, std::int64_t> place_of(std::int64_t set, std::int64_t k,
                                                 std::int64_t n) const {
    const std::int64_t folds = (tile_.patch_inputs + 3) / 4;
    return {set * folds * ((tile_.outputs + 2) / 3) + n / 3 * folds + k / 4,
            (k % 4 * 3 + n % 3) * tile_.weight_bits};
  }
  void put(const std::string& window, std::int64_t row, std::int64_t low, int count,
           std::int64_t value) {
    for (int b = 0; b < count; ++b) {
      std::uint32_t& word = windows_[window][{row, (low + b) / 32}];
      word |= static_cast<std::uint32_t>((value >> b) & 1) << ((low + b) % 32);
    }
  }
  std::int64_t get(const std::string& window, std::int64_t row, std::int64_t low, int count,
                   bool is_signed) {
    std::uint64_t bits = 0;
    for (int b = 0; b < count; ++b) {
      const std::uint32_t word = windows_[window][{row, (low + b) / 32}];
      bits |= static_cast<std::uint64_t>((word >> ((low + b) % 32)) & 1u) << b;
    }
    return number(bits, count, is_signed);
  }

  const TileSpec& tile_;
  std::map<std::string, std::int64_t> registers_;
  std::map<std::string, std::map<std::pair<std::int64_t, std::int64_t>, std::uint32_t>> windows_;
};

std::vector<std::int64_t> payloads(StageModel& model, const std::vector<std::int64_t>& inputs) {
  std::vector<std::int64_t> values;
  for (const Word& word : run(model, frame(inputs))) {
    if (word.kind == WordKind::Value) values.push_back(word.payload);
  }
  return values;
}

TEST(GoldenHostAccess, TilesComputeWithWhatAHostHasWritten) {
  Random random(11);
  const Draw draw = draw_from(random);
  const TileSpec tile = ping_pong(random);
  const auto model = digital_model(tile);
  Mirror mirror(tile);
  int narrow = 0, switched = 0;
  const auto take = [&](Moment moment) {
    for (const HostAccess& access : model->draw_accesses(moment, draw)) mirror.take(access);
  };
  for (int i = 0; i < 200; ++i) {
    take(Moment::Idle);
    const auto inputs = random_values(random, 7, 6, true);
    ASSERT_EQ(payloads(*model, inputs), mirror.product(inputs)) << "sample " << i;
    EXPECT_EQ(model->take_errors(), 0u);
    narrow += mirror.input_bits_changed() ? 1 : 0;
    switched += mirror.set_changed() ? 1 : 0;
    take(i % 2 == 0 ? Moment::Busy : Moment::Begun);
  }
  EXPECT_GT(narrow, 50);
  EXPECT_GT(switched, 50);
  // The host loads again what it wrote; registers are those of the specification.
  model->reset();
  Mirror fresh(tile);
  const auto inputs = random_values(random, 7, 6, true);
  EXPECT_EQ(payloads(*model, inputs), fresh.product(inputs));
}

TEST(GoldenHostAccess, NoBankOfASetInUseIsFree) {
  Random random(12);
  const Draw draw = draw_from(random);
  const TileSpec tile = ping_pong(random);
  const auto model = digital_model(tile);
  std::int64_t used = 0, active = 0;
  int free = 0, refused = 0;
  for (int i = 0; i < 200; ++i) {
    for (const HostAccess& each : model->draw_accesses(Moment::Idle, draw)) {
      if (each.target == "active_set" && each.is_write && !each.refused) active = each.data;
    }
    const bool switches = active != used;
    payloads(*model, random_values(random, 7, 6, true));
    used = active;
    const Moment moment = i % 3 == 0 ? Moment::Begun : Moment::Busy;
    const auto accesses = model->draw_accesses(moment, draw);
    if (moment == Moment::Begun && switches) {
      EXPECT_TRUE(accesses.empty());
    }
    for (const HostAccess& each : accesses) {
      if (each.target == "active_set" && each.is_write && !each.refused) active = each.data;
      if (each.target == "input_bits" && each.is_write) {
        EXPECT_TRUE(each.refused);
      }
      if (each.target != "weights") continue;
      const std::int64_t set = each.row / tile.set_banks();
      EXPECT_EQ(each.refused, set == used || set == active) << "set " << set;
      each.refused ? ++refused : ++free;
    }
  }
  EXPECT_GT(free, 100);
  EXPECT_GT(refused, 100);
}

TEST(GoldenHostAccess, TheSramTakesNothingWhileBusy) {
  ImcSramVectorSpec spec;
  spec.rows = 5;
  spec.program = {0};
  spec.num_values = 16;
  spec.load_row = 0;
  spec.send_row = 1;
  spec.send_count = 16;
  Stage stage;
  stage.kind = "imc_sram_vector";
  stage.params = shared(std::move(spec));
  const auto model = kind_model(stage.kind).make(stage);
  Random random(13);
  const Draw draw = draw_from(random);
  EXPECT_TRUE(model->draw_accesses(Moment::Begun, draw).empty());
  std::uint32_t flags = 0;
  std::map<std::string, int> seen;
  for (int i = 0; i < 60; ++i) {
    for (const HostAccess& each : model->draw_accesses(Moment::Idle, draw)) {
      ++seen[each.target];
      const bool exists = each.target != "issue" || each.row < 5 * 512;
      EXPECT_EQ(each.refused, !exists);
    }
    flags |= model->take_errors();
    const State before = model->state();
    for (const HostAccess& each : model->draw_accesses(Moment::Busy, draw)) {
      EXPECT_TRUE(each.refused) << each.target;
    }
    EXPECT_EQ(model->state(), before);
    EXPECT_EQ(model->take_errors(), 0u);
  }
  EXPECT_GT(seen["issue"], 100);
  EXPECT_GT(seen["memory"], 50);
  EXPECT_EQ(flags, 0b1100u) << "a bad instruction, a row that was never written";
}

}  // namespace
}  // namespace nacre::golden::test
