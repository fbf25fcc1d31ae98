// Operations on lanes worked by hand, programs by the bits of the contract
// (generator/src/kinds/imc_sram_vector/README.md).

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "golden/imc_sram_vector/imc_sram_vector_model.hpp"
#include "golden_test_specs.hpp"

namespace nacre::golden::test {
namespace {

using Lanes = std::vector<std::int64_t>;

/// A row whose lanes begin with these; the others are 0.
VectorRow row_of(int lane_bits, const Lanes& lanes, int row_bits = 128) {
  VectorRow row(row_bits);
  for (std::size_t l = 0; l < lanes.size(); ++l) {
    row.set_lane(static_cast<std::int64_t>(l), lane_bits, lanes[l]);
  }
  return row;
}

/// The first `count` lanes, signed; all when there are fewer.
Lanes lanes_of(const VectorRow& row, int lane_bits, std::int64_t count) {
  Lanes lanes;
  for (std::int64_t l = 0; l < std::min(count, row.lanes(lane_bits)); ++l) {
    lanes.push_back(row.signed_lane(l, lane_bits));
  }
  return lanes;
}

int w_of(int lane_bits) { return lane_bits == 8 ? 0 : lane_bits == 16 ? 1 : 2; }

/// y of an instruction, as many signed lanes as a has; the accumulator is 0 before.
Lanes apply(int op, int lane_bits, const Lanes& a, const Lanes& b = {}, std::int64_t imm = 0,
            int result_bits = 0) {
  VectorRow accumulator(128);
  const VectorRow y = execute({.imm = imm, .op = op, .w = w_of(lane_bits)}, row_of(lane_bits, a),
                              row_of(lane_bits, b), accumulator);
  return lanes_of(y, result_bits == 0 ? lane_bits : result_bits, std::ssize(a));
}

/// The immediate of what works on groups of 2^lg.
constexpr std::int64_t grouped(std::int64_t lg, std::int64_t index) { return lg << 6 | index; }

TEST(GoldenImcSramVector, LanesShareWordsFromTheLowBitsOn) {
  const VectorRow row = row_of(8, {0x11, 0x22, 0x33, 0xf4, 0x55});
  EXPECT_EQ(lanes_of(row, 16, 3), (Lanes{0x2211, 0xf433 - 0x10000, 0x55}));
  EXPECT_EQ(lanes_of(row, 32, 2), (Lanes{0xf4332211 - 0x100000000, 0x55}));
  EXPECT_EQ(row.unsigned_lane(0, 32), 0xf4332211);
  for (const int bits : {128, 256, 512}) {
    VectorRow whole(bits);
    whole.set_lane(whole.lanes(8) - 1, 8, -1);
    EXPECT_EQ(whole.unsigned_lane(whole.lanes(32) - 1, 32), 0xff000000);
    EXPECT_EQ(whole.lanes(16), bits / 16);
  }
}

TEST(GoldenImcSramVector, LogicIsATruthTable) {
  const Lanes a = {0b0011};
  const Lanes b = {0b0101};
  // Columns of the table from bit 3: a b = 11, 10, 01, 00; all bits above those four are 00.
  for (std::int64_t table = 0; table < 16; ++table) {
    const std::int64_t low =
        (table >> 3 & 1) << 0 | (table >> 2 & 1) << 1 | (table >> 1 & 1) << 2 | (table & 1) << 3;
    const std::int64_t above = (table & 1) != 0 ? -16 : 0;
    EXPECT_EQ(apply(0, 8, a, b, table), (Lanes{above | low})) << table;
  }
  EXPECT_EQ(apply(0, 32, {-1, 7}, {12, 12}, 0b1000 | 0x1f0), (Lanes{12, 4}));  // bits above ignored
}

TEST(GoldenImcSramVector, Shifts) {
  const Lanes a = {0x81 - 256, 3, -1};
  EXPECT_EQ(apply(1, 8, a, {}, 1), (Lanes{2, 6, -2}));
  EXPECT_EQ(apply(1, 8, a, {}, 1 << 5 | 1), (Lanes{0x40, 1, 127}));
  EXPECT_EQ(apply(1, 8, a, {}, 2 << 5 | 1), (Lanes{-64, 1, -1}));  // -127 / 2 = -63.5
  for (const std::int64_t n : {8, 31}) {
    EXPECT_EQ(apply(1, 8, a, {}, n), (Lanes{0, 0, 0}));
    EXPECT_EQ(apply(1, 8, a, {}, 1 << 5 | n), (Lanes{0, 0, 0}));
    EXPECT_EQ(apply(1, 8, a, {}, 2 << 5 | n), (Lanes{-1, 0, -1}));
  }
  const std::int64_t lowest = -(std::int64_t{1} << 31);
  EXPECT_EQ(apply(1, 32, {3, lowest}, {}, 31), (Lanes{lowest, 0}));
  EXPECT_EQ(apply(1, 32, {3, lowest}, {}, 1 << 5 | 31), (Lanes{0, 1}));
  EXPECT_EQ(apply(1, 32, {3, lowest}, {}, 2 << 5 | 31), (Lanes{0, -1}));
  EXPECT_EQ(apply(1, 16, {0x4001}, {}, 1), (Lanes{-0x7ffe}));
}

TEST(GoldenImcSramVector, ImmediateValues) {
  EXPECT_EQ(apply(2, 8, {0, 0}, {}, 511), (Lanes{-1, -1}));
  EXPECT_EQ(apply(2, 8, {0}, {}, 255), (Lanes{-1}));  // 255 modulo 256
  EXPECT_EQ(apply(2, 16, {0}, {}, 255), (Lanes{255}));
  EXPECT_EQ(apply(2, 16, {0}, {}, 256), (Lanes{-256}));
  EXPECT_EQ(apply(2, 32, {0}, {}, 256), (Lanes{-256}));
}

TEST(GoldenImcSramVector, GroupsOfLanes) {
  const Lanes a = {10, 11, 12, 13, 14, 15, 16, 17};
  EXPECT_EQ(apply(3, 16, a, {}, grouped(2, 1)), (Lanes{11, 11, 11, 11, 15, 15, 15, 15}));
  EXPECT_EQ(apply(3, 16, a, {}, grouped(2, 6)), (Lanes{12, 12, 12, 12, 16, 16, 16, 16}));
  EXPECT_EQ(apply(3, 16, a, {}, grouped(0, 5)), a);
  EXPECT_EQ(apply(3, 16, a, {}, grouped(3, 5)), Lanes(8, 15));
  EXPECT_EQ(apply(4, 16, a, {}, grouped(1, 5)), (Lanes{14, 15, 14, 15, 14, 15, 14, 15}));
  EXPECT_EQ(apply(4, 16, a, {}, grouped(0, 3)), Lanes(8, 13));
  EXPECT_EQ(apply(4, 16, a, {}, grouped(3, 7)), a);
  EXPECT_EQ(apply(6, 16, a, {}, grouped(2, 0)), (Lanes{46, 0, 0, 0, 62, 0, 0, 0}));
  EXPECT_EQ(apply(6, 8, {100, 100, 0, 0}, {}, grouped(1, 63)), (Lanes{-56, 0, 0, 0}));
  EXPECT_EQ(apply(6, 16, a, {}, grouped(0, 0)), a);
}

TEST(GoldenImcSramVector, SlideTakesFromTheDoubleRow) {
  const Lanes a = {0, 1, 2, 3};
  const Lanes b = {4, 5, 6, 7};
  EXPECT_EQ(apply(5, 32, a, b, 0), a);
  EXPECT_EQ(apply(5, 32, a, b, 1), (Lanes{1, 2, 3, 4}));
  EXPECT_EQ(apply(5, 32, a, b, 3 | 0x1c0), (Lanes{3, 4, 5, 6}));  // bits above idx are ignored
}

TEST(GoldenImcSramVector, SumsWrapOrSaturate) {
  const Lanes a = {127, -128, 100, -1};
  const Lanes b = {1, -1, -100, -1};
  EXPECT_EQ(apply(8, 8, a, b), (Lanes{-128, 127, 0, -2}));
  EXPECT_EQ(apply(9, 8, a, b), (Lanes{126, -127, -56, 0}));
  EXPECT_EQ(apply(10, 8, a, b), (Lanes{127, -128, 0, -2}));
  EXPECT_EQ(apply(11, 8, a, b), (Lanes{126, -127, 127, 0}));
  // Unsigned: 127 + 1, 128 + 255, 100 + 156, 255 + 255.
  EXPECT_EQ(apply(12, 8, a, b), (Lanes{-128, -1, -1, -1}));
  // 127 - 1, 128 - 255, 100 - 156, 255 - 255.
  EXPECT_EQ(apply(13, 8, a, b), (Lanes{126, 0, 0, 0}));
  const std::int64_t top = (std::int64_t{1} << 31) - 1;
  EXPECT_EQ(apply(8, 32, {top, -1}, {1, 1}), (Lanes{-top - 1, 0}));
  EXPECT_EQ(apply(10, 32, {top, -top - 1}, {1, -1}), (Lanes{top, -top - 1}));
  EXPECT_EQ(apply(11, 32, {top, -top - 1}, {-1, 1}), (Lanes{top, -top - 1}));
  EXPECT_EQ(apply(12, 32, {-1, 5}, {1, 6}), (Lanes{-1, 11}));
  EXPECT_EQ(apply(10, 16, {32767, -32768}, {1, -1}), (Lanes{32767, -32768}));
}

TEST(GoldenImcSramVector, Comparisons) {
  const Lanes a = {-1, 1, 5, -128};
  const Lanes b = {1, -1, 5, 127};
  EXPECT_EQ(apply(14, 8, a, b), (Lanes{-1, -1, 5, -128}));
  EXPECT_EQ(apply(15, 8, a, b), (Lanes{1, 1, 5, 127}));
  EXPECT_EQ(apply(16, 8, a, b), (Lanes{1, 1, 5, 127}));
  EXPECT_EQ(apply(17, 8, a, b), (Lanes{-1, -1, 5, -128}));
  EXPECT_EQ(apply(18, 8, a, b), (Lanes{0, 0, -1, 0}));
  EXPECT_EQ(apply(19, 8, a, b), (Lanes{0, -1, 0, 0}));
  EXPECT_EQ(apply(20, 8, a, b), (Lanes{-1, 0, 0, -1}));
  EXPECT_EQ(apply(20, 32, {-1, 0}, {0, -1}), (Lanes{-1, 0}));
}

TEST(GoldenImcSramVector, UpperHalvesOfProducts) {
  EXPECT_EQ(apply(21, 8, {-128, -128, 127, -1}, {-128, 127, 127, 1}), (Lanes{64, -64, 63, -1}));
  EXPECT_EQ(apply(22, 8, {-128, -1, 15}, {2, -1, 16}), (Lanes{1, -2, 0}));  // 256, 65025, 240
  EXPECT_EQ(apply(22, 32, {-1}, {-1}), (Lanes{-2}));  // (2^32 - 1)^2 = 2^64 - 2^33 + 1
  EXPECT_EQ(apply(21, 32, {-1}, {-1}), (Lanes{0}));
  EXPECT_EQ(apply(21, 16, {-32768}, {-32768}), (Lanes{16384}));
}

TEST(GoldenImcSramVector, WidthsChange) {
  Lanes a(16);
  for (std::size_t l = 0; l < 16; ++l) a[l] = static_cast<std::int64_t>(l) - 8;
  const auto first_eight = [](Lanes lanes) {
    lanes.resize(8);
    return lanes;
  };
  VectorRow accumulator(128);
  const auto widened = [&](int op, std::int64_t half) {
    return lanes_of(
        execute({.imm = half, .op = op, .w = 0}, row_of(8, a), row_of(8, {}), accumulator), 16, 8);
  };
  EXPECT_EQ(widened(23, 0), first_eight(a));
  EXPECT_EQ(widened(23, 1), (Lanes{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(widened(24, 0), (Lanes{248, 249, 250, 251, 252, 253, 254, 255}));
  EXPECT_EQ(apply(23, 16, {-1, 2}, {}, 0, 32), (Lanes{-1, 2}));
  // Four lanes of 32 bits each become eight of 16.
  const auto narrowed = [&](int op) {
    return lanes_of(execute({.op = op, .w = 2}, row_of(32, {40000, -40000, 5, -5}),
                            row_of(32, {70000, -1, 0, 32767}), accumulator),
                    16, 8);
  };
  EXPECT_EQ(narrowed(25), (Lanes{32767, -32768, 5, -5, 32767, -1, 0, 32767}));
  // Read as signed: 40000 fits 16 unsigned bits, negative numbers become 0.
  EXPECT_EQ(narrowed(26), (Lanes{40000 - 65536, 0, 5, 0, -1, 0, 0, 32767}));
}

TEST(GoldenImcSramVector, ProductsOfLanesWrapAndAccumulate) {
  VectorRow accumulator(128);
  const VectorRow a = row_of(8, {100, -3, 16, 2});
  const VectorRow b = row_of(8, {3, 5, 16, 2});
  EXPECT_EQ(lanes_of(execute({.op = 32 | 16, .w = 0}, a, b, accumulator), 8, 4),
            (Lanes{44, -15, 0, 4}));  // 300 - 256, 256 - 256
  EXPECT_EQ(lanes_of(execute({.op = 32, .w = 0}, a, b, accumulator), 8, 4), (Lanes{88, -30, 0, 8}));
  // A sum in lanes of 8 bits carries nothing into the next lane; one of 16 bits would.
  EXPECT_EQ(lanes_of(accumulator, 8, 4), (Lanes{88, -30, 0, 8}));
  // The same accumulator, read as words by a dot product: 88 + (226 << 8) + (8 << 24) + 327.
  const std::int64_t dot = 100 * 3 - 3 * 5 + 16 * 16 + 2 * 2;
  EXPECT_EQ(lanes_of(execute({.op = 32 | 4, .w = 0}, a, b, accumulator), 32, 1),
            (Lanes{88 + (226 << 8) + (8 << 24) + dot}));
}

TEST(GoldenImcSramVector, DotProductsOfEverySign) {
  // One word: a = 255 or -1, b = 128 or -128, four lanes alike.
  const Lanes a(4, -1);
  const Lanes b(4, -128);
  EXPECT_EQ(apply(32 | 16 | 4, 8, a, b, 0, 32).front(), 4 * 128);
  EXPECT_EQ(apply(32 | 16 | 8, 8, a, b, 0, 32).front(), -4 * 255 * 128);
  EXPECT_EQ(apply(32 | 16 | 12, 8, a, b, 0, 32).front(), 4 * 255 * 128);
  EXPECT_EQ(apply(32 | 16 | 4, 16, {-32768, -32768}, {-32768, -32767}, 0, 32).front(),
            (std::int64_t{1} << 30) + (std::int64_t{32768} * 32767));
  // 2^31 wraps.
  EXPECT_EQ(apply(32 | 16 | 4, 16, {-32768, -32768}, {-32768, -32768}, 0, 32).front(),
            -(std::int64_t{1} << 31));
  EXPECT_EQ(apply(32 | 16 | 12, 32, {-1, 3}, {-1, 7}), (Lanes{1, 21}));
}

TEST(GoldenImcSramVector, ModesArrangeTheOperands) {
  // Words 0 ... 3 as units; lanes of 32 bits make a dot product a plain product.
  const Lanes a = {1, 2, 3, 4};
  const Lanes b = {10, 20, 30, 40};
  constexpr int kMul = 32 | 16;
  EXPECT_EQ(apply(kMul, 32, a, b, 0x1ff), (Lanes{10, 40, 90, 160}));  // mode 0 ignores imm
  EXPECT_EQ(apply(kMul | 1, 32, a, b, grouped(1, 1)), (Lanes{20, 40, 120, 160}));
  EXPECT_EQ(apply(kMul | 1, 32, a, b, grouped(2, 3)), (Lanes{40, 80, 120, 160}));
  // tile(2, 3): A = a[1], a[1], a[3], a[3]; B = b[2], b[3], b[2], b[3].
  EXPECT_EQ(apply(kMul | 2, 32, a, b, grouped(1, 3)), (Lanes{60, 80, 120, 160}));
  // tile(2, 0): A = a[0], a[0], a[2], a[2]; B = b[0], b[1], b[0], b[1].
  EXPECT_EQ(apply(kMul | 2, 32, a, b, grouped(1, 0)), (Lanes{10, 20, 30, 60}));
  // planar(2, 2), lanes of 16 bits, E = 2: word l takes lanes 4 + (l mod 2) and 6 + (l mod 2) of b;
  // A = words 0, 0, 2, 2.
  EXPECT_EQ(apply(kMul | 4 | 3, 16, {1, 100, 0, 0, 3, 1000, 0, 0}, {0, 0, 0, 0, 5, 6, 7, 8},
                  grouped(1, 2), 32),
            (Lanes{705, 806, 7015, 8018}));
}

TEST(GoldenImcSramVector, WhatIsIllegal) {
  const auto illegal = [](int op, int w, std::int64_t imm = 0, int row_bits = 128) {
    return is_illegal({.imm = imm, .op = op, .w = w}, row_bits);
  };
  for (int op = 0; op < 64; ++op) EXPECT_TRUE(illegal(op, 3)) << op;
  EXPECT_TRUE(illegal(7, 0));
  for (int op = 27; op < 32; ++op) EXPECT_TRUE(illegal(op, 1)) << op;
  for (int op = 8; op <= 22; ++op) EXPECT_FALSE(illegal(op, 2, 0x1ff)) << op;
  EXPECT_FALSE(illegal(0, 0, 0x1ff));
  EXPECT_FALSE(illegal(2, 0, 0x1ff));
  EXPECT_TRUE(illegal(1, 0, 3 << 5));
  EXPECT_FALSE(illegal(1, 0, 2 << 5 | 31));
  for (const int op : {3, 4}) {
    EXPECT_FALSE(illegal(op, 0, grouped(4, 15))) << op;
    EXPECT_TRUE(illegal(op, 0, grouped(5, 0))) << op;
    EXPECT_TRUE(illegal(op, 0, grouped(0, 16))) << op;
    EXPECT_TRUE(illegal(op, 2, grouped(0, 4))) << op;
    EXPECT_FALSE(illegal(op, 0, grouped(6, 63), 512)) << op;
    EXPECT_TRUE(illegal(op, 0, grouped(7, 0), 512)) << op;
  }
  EXPECT_FALSE(illegal(6, 2, grouped(2, 63)));
  EXPECT_TRUE(illegal(6, 2, grouped(3, 0)));
  EXPECT_FALSE(illegal(5, 1, 7));
  EXPECT_TRUE(illegal(5, 1, 8));
  for (const int op : {23, 24}) {
    EXPECT_FALSE(illegal(op, 1, 1)) << op;
    EXPECT_TRUE(illegal(op, 2)) << op;
  }
  for (const int op : {25, 26}) {
    EXPECT_FALSE(illegal(op, 1)) << op;
    EXPECT_TRUE(illegal(op, 0)) << op;
  }
  // Products of lanes of 8 bits have 16 units, dot products 4 whatever the lanes.
  EXPECT_FALSE(illegal(32 | 2, 0, grouped(4, 15)));
  EXPECT_TRUE(illegal(32 | 2, 0, grouped(5, 0)));
  EXPECT_FALSE(illegal(32 | 4 | 2, 0, grouped(2, 3)));
  EXPECT_TRUE(illegal(32 | 4 | 1, 0, grouped(3, 0)));
  EXPECT_TRUE(illegal(32 | 4 | 1, 0, grouped(0, 4)));
  EXPECT_FALSE(illegal(32 | 4 | 3, 0, grouped(2, 3)));
  EXPECT_TRUE(illegal(32 | 3, 0, grouped(0, 0)));
  EXPECT_FALSE(illegal(32, 0, 0x1ff));
}

// --------------------------------------------------------------------------------------- Stage

struct Moves {
  bool rd = false, rs1 = false, rs2 = false, imm = false;
};

/// A store of a program, by the bits of the contract.
std::uint64_t store(const VectorInstruction& i, std::uint64_t closes = 0, Moves moves = {}) {
  const auto bits = [](std::int64_t value) { return static_cast<std::uint64_t>(value); };
  return std::uint64_t{1} << 62 | closes << 57 | std::uint64_t{moves.imm} << 56 |
         std::uint64_t{moves.rs2} << 55 | std::uint64_t{moves.rs1} << 54 |
         std::uint64_t{moves.rd} << 53 | bits(i.rd) << 41 | bits(i.imm) << 32 | bits(i.op) << 26 |
         bits(i.w) << 24 | bits(i.rs2) << 12 | bits(i.rs1);
}

std::uint64_t loop(std::int64_t count, std::int64_t rd = 0, std::int64_t rs1 = 0,
                   std::int64_t rs2 = 0, std::int64_t imm = 0) {
  const auto bits = [](std::int64_t value, std::uint64_t mask) {
    return static_cast<std::uint64_t>(value) & mask;
  };
  return std::uint64_t{2} << 62 | bits(imm, 0x1ff) << 48 | bits(rs2, 0xfff) << 36 |
         bits(rs1, 0xfff) << 24 | bits(rd, 0xfff) << 12 | bits(count, 0xfff);
}

constexpr std::uint64_t kEnd = 0;

VectorInstruction load_immediate(std::int64_t rd, std::int64_t imm) {
  return {.rd = rd, .imm = imm, .op = 2};
}
VectorInstruction add(std::int64_t rd, std::int64_t rs1, std::int64_t rs2) {
  return {.rd = rd, .rs1 = rs1, .rs2 = rs2, .op = 8};
}

/// Eight rows of 128 bits; a frame of four signed bytes goes to row 0, four bytes of row 7 are
/// sent.
ImcSramVectorSpec vector_spec(std::vector<std::uint64_t> program) {
  ImcSramVectorSpec spec;
  spec.rows = 8;
  spec.program = std::move(program);
  spec.num_values = 4;
  spec.value_signed = true;
  spec.send_row = 7;
  spec.send_count = 4;
  return spec;
}

constexpr std::uint32_t kFrameOrder = 1, kFrameShort = 2, kBad = 4, kNotWritten = 8;

/// Bytes of row `row`, the first `count`.
Lanes bytes_of(const StageModel& model, std::int64_t row, std::int64_t count) {
  Lanes words = model.state().at("memory");
  words.erase(words.begin(), words.begin() + row * 4);
  return lanes_of(row_of(32, {words.begin(), words.begin() + 4}), 8, count);
}

TEST(GoldenImcSramVectorStage, AFrameGoesInAndRowsComeOut) {
  ImcSramVectorModel model(shared(vector_spec({store(add(7, 0, 0)), kEnd})));
  EXPECT_EQ(text_of(run(model, frame({1, -2, 100, 4}))), "v0=2 v1=-4 v2=-56 v3=8 .");
  EXPECT_EQ(model.take_errors(), 0u);
  EXPECT_EQ(model.counters(),
            (CounterValues{
                {"frames", 1}, {"instructions", 1}, {"mac_instructions", 0}, {"row_writes", 2}}));
  EXPECT_EQ(bytes_of(model, 0, 5), (Lanes{1, -2, 100, 4, 0}));
}

TEST(GoldenImcSramVectorStage, FramesFillSeveralRowsAndTheRestIsZero) {
  ImcSramVectorSpec spec = vector_spec({kEnd});
  spec.num_values = 6;
  spec.load_row = 2;
  spec.load_lane_bits = 32;
  spec.send_row = 2;
  spec.send_lane_bits = 16;
  spec.send_count = 12;
  spec.send_signed = false;
  ImcSramVectorModel model(shared(spec));
  EXPECT_EQ(text_of(run(model, frame({1, -1, 2, 3, 4, 5}))),
            "v0=1 v1=0 v2=65535 v3=65535 v4=2 v5=0 v6=3 v7=0 v8=4 v9=0 v10=5 v11=0 .");
  EXPECT_EQ(model.counters().at("row_writes"), 2);
  // The second row held lanes of another frame: all of it is written anew.
  EXPECT_EQ(model.state().at("memory")[3 * 4 + 2], 0);
}

TEST(GoldenImcSramVectorStage, ShortFramesLeaveTheRowsThatWereFull) {
  ImcSramVectorSpec spec = vector_spec({store(add(7, 0, 1)), kEnd});
  spec.num_values = 6;
  spec.load_lane_bits = 32;
  ImcSramVectorModel model(shared(spec));
  EXPECT_EQ(text_of(run(model, {value(0, 5), value(1, 6), value(2, 7), value(3, 8), value(4, 9),
                                end_of_sample()})),
            ".");
  EXPECT_EQ(model.take_errors(), kFrameShort);
  EXPECT_EQ(model.work(), 0);
  const Lanes memory = model.state().at("memory");
  EXPECT_EQ(Lanes(memory.begin(), memory.begin() + 5), (Lanes{5, 6, 7, 8, 0}));
  EXPECT_EQ(model.counters().at("row_writes"), 1);
  // A value out of order is dropped; one more than the frame has, too.
  run(model, {value(1, 1), value(0, 2), value(2, 3), end_of_sample()});
  EXPECT_EQ(model.take_errors(), kFrameOrder | kFrameShort);
  run(model, frame({0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(model.take_errors(), 0u);
  run(model, {value(0, 0), value(1, 0), value(2, 0), value(3, 0), value(4, 0), value(5, 0),
              value(0, 0), end_of_sample()});
  EXPECT_EQ(model.take_errors(), kFrameOrder);
}

TEST(GoldenImcSramVectorStage, StepsAreFrames) {
  ImcSramVectorSpec spec = vector_spec({store(add(7, 0, 0)), kEnd});
  spec.steps = true;
  spec.num_values = spec.send_count = 1;
  ImcSramVectorModel model(shared(spec));
  EXPECT_EQ(text_of(run(model,
                        {value(0, 3), end_of_step(), value(0, 4), end_of_step(), end_of_sample()})),
            "v0=6 | v0=8 | .");
  EXPECT_EQ(model.take_errors(), 0u);
  EXPECT_EQ(text_of(run(model, {end_of_step(), value(0, 4), end_of_sample()})), "| .");
  EXPECT_EQ(model.take_errors(), kFrameShort);
}

TEST(GoldenImcSramVectorStage, EachInstructionSeesTheOnesBefore) {
  // A chain: every row is the sum of the two before, or of the one just written twice.
  ImcSramVectorModel model(
      shared(vector_spec({store(add(1, 0, 0)), store(add(2, 1, 0)), store(add(3, 2, 1)),
                          store(add(3, 3, 3)), store(add(3, 3, 2)), store(add(7, 3, 1)), kEnd})));
  // 1, 2, 3, 5, 10, 13, 15.
  EXPECT_EQ(text_of(run(model, frame({1, 2, -1, 0}))), "v0=15 v1=30 v2=-15 v3=0 .");
}

TEST(GoldenImcSramVectorStage, RowsThatWereNeverWrittenReadZeroAndAreFlagged) {
  ImcSramVectorModel model(shared(vector_spec({store(add(7, 0, 5)), kEnd})));
  EXPECT_EQ(text_of(run(model, frame({1, 2, 3, 4}))), "v0=1 v1=2 v2=3 v3=4 .");
  EXPECT_EQ(model.take_errors(), kNotWritten);
  EXPECT_EQ(model.counters().at("instructions"), 1);
  // What is read is what counts: `shift` has no second operand, `li` none.
  ImcSramVectorModel shift(shared(vector_spec(
      {store({.rd = 7, .rs1 = 0, .rs2 = 5, .op = 1}), store({.rd = 6, .rs1 = 5, .op = 2}), kEnd})));
  run(shift, frame({1, 2, 3, 4}));
  EXPECT_EQ(shift.take_errors(), 0u);
  // A row that is sent without having been written.
  ImcSramVectorModel sends(shared(vector_spec({kEnd})));
  EXPECT_EQ(text_of(run(sends, frame({1, 2, 3, 4}))), "v0=0 v1=0 v2=0 v3=0 .");
  EXPECT_EQ(sends.take_errors(), kNotWritten);
  sends.issue(load_immediate(7, 9));
  EXPECT_EQ(text_of(run(sends, frame({1, 2, 3, 4}))), "v0=9 v1=9 v2=9 v3=9 .");
  EXPECT_EQ(sends.take_errors(), 0u);
}

TEST(GoldenImcSramVectorStage, BadInstructionsDoNothing) {
  const std::vector<VectorInstruction> bad = {{.rd = 8, .rs1 = 0, .rs2 = 0, .op = 8},
                                              {.rd = 1, .rs1 = 8, .rs2 = 0, .op = 8},
                                              {.rd = 1, .rs1 = 0, .rs2 = 4095, .op = 8},
                                              {.rd = 1, .op = 7},
                                              {.rd = 1, .op = 8, .w = 3},
                                              {.rd = 1, .rs1 = 0, .rs2 = 9, .op = 32 | 16},
                                              {.rd = 1, .rs1 = 5, .op = 3, .w = 3}};
  for (const VectorInstruction& instruction : bad) {
    ImcSramVectorModel model(shared(vector_spec({kEnd})));
    run(model, frame({1, 2, 3, 4}));
    model.take_errors();
    const State before = model.state();
    model.issue(instruction);
    EXPECT_EQ(model.take_errors(), kBad) << instruction.op;  // and no row of it was read
    EXPECT_EQ(model.state(), before);
    EXPECT_EQ(model.counters().at("instructions"), 0);
    EXPECT_EQ(model.counters().at("row_writes"), 1);
  }
  // Rows that are not read may lie anywhere.
  ImcSramVectorModel model(shared(vector_spec({kEnd})));
  model.issue({.rd = 1, .rs1 = 4095, .rs2 = 4095, .op = 2});
  EXPECT_EQ(model.take_errors(), 0u);
}

TEST(GoldenImcSramVectorStage, TheAccumulatorStaysUntilTheReset) {
  const VectorInstruction mac = {.rd = 7, .rs1 = 0, .rs2 = 0, .op = 32};
  ImcSramVectorModel model(shared(vector_spec({store(mac), kEnd})));
  run(model, frame({1, 2, 3, 4}));
  EXPECT_EQ(text_of(run(model, frame({1, 2, 3, -1}))), "v0=2 v1=8 v2=18 v3=17 .");
  EXPECT_EQ(model.state().at("accumulator"), (Lanes{0x11120802, 0, 0, 0}));
  EXPECT_EQ(model.counters().at("mac_instructions"), 2);
  model.reset();
  EXPECT_EQ(model.state().at("accumulator"), (Lanes{0, 0, 0, 0}));
  EXPECT_EQ(text_of(run(model, frame({1, 2, 3, 4}))), "v0=1 v1=4 v2=9 v3=16 .");
}

TEST(GoldenImcSramVectorStage, BlocksOfDataAreLoadedAfterEachReset) {
  ImcSramVectorSpec spec = vector_spec({store(add(7, 0, 3)), kEnd});
  spec.data = {{.row = 3, .rows = 2, .lane_bits = 32, .values = {-1, 2, 3, 4, 5, 6, 7, 8}}};
  ImcSramVectorModel model(shared(spec));
  EXPECT_EQ(text_of(run(model, frame({1, 2, 3, 4}))), "v0=0 v1=1 v2=2 v3=3 .");
  EXPECT_EQ(model.take_errors(), 0u);
  EXPECT_EQ(model.counters().at("row_writes"), 2);  // loading counts nothing
  model.issue(load_immediate(3, 1));
  model.reset();
  const Lanes memory = model.state().at("memory");
  EXPECT_EQ(Lanes(memory.begin() + 12, memory.begin() + 20),
            (Lanes{0xffffffff, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(memory.front(), 0);
  model.issue(add(1, 4, 5));
  EXPECT_EQ(model.take_errors(), kNotWritten);  // row 4 was loaded, row 5 was not
}

/// First byte of each of the eight rows after one frame of ones; `work` of the closing word.
struct Ran {
  Lanes rows;
  std::int64_t work;
  std::uint32_t errors;
};
Ran ran(const std::vector<std::uint64_t>& program) {
  ImcSramVectorModel model(shared(vector_spec(program)));
  run(model, frame({1, 1, 1, 1}));
  Lanes rows;
  for (std::int64_t r = 0; r < 8; ++r) rows.push_back(bytes_of(model, r, 1).front());
  return {rows, model.work(), model.take_errors()};
}

TEST(GoldenImcSramVectorStage, LoopsMoveWhatIsMarked) {
  // rd moves by 2 from 1, imm by -3 from 10; the second store does not move.
  const Ran moved =
      ran({loop(3, 2, 0, 0, -3), store(load_immediate(1, 10), 0, {.rd = true, .imm = true}),
           store(load_immediate(7, 1), 1, {}), kEnd});
  EXPECT_EQ(moved.rows, (Lanes{1, 10, 0, 7, 0, 4, 0, 1}));
  EXPECT_EQ(moved.work, 1 + 3 * 2 + 1);
  EXPECT_EQ(moved.errors, 0u);
  // A running sum: row t + 1 = row t + row 0.
  const Ran sums = ran({loop(7, 1, 1), store(add(1, 0, 0), 1, {.rd = true, .rs1 = true}), kEnd});
  EXPECT_EQ(sums.rows, (Lanes{1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(GoldenImcSramVectorStage, InnerLoopsAddTheirSteps) {
  // rd = 1 + 3 t0 + t1; imm = 5 * t1 of the inner loop.
  const std::vector<std::uint64_t> program = {
      loop(2, 3), loop(2, 1, 0, 0, 5), store(load_immediate(1, 1), 2, {.rd = true, .imm = true}),
      store(load_immediate(7, 9)), kEnd};
  const Ran result = ran(program);
  EXPECT_EQ(result.rows, (Lanes{1, 1, 6, 0, 1, 6, 0, 9}));
  // Both loop entries once, the inner one again in the second iteration of the outer one.
  EXPECT_EQ(result.work, 1 + 2 * (1 + 2) + 1 + 1);
  // Three closes count as two, and one of them may find nothing to close.
  std::vector<std::uint64_t> three = program;
  three[2] |= std::uint64_t{3} << 57;
  EXPECT_EQ(ran(three).rows, result.rows);
  EXPECT_EQ(ran({store(load_immediate(7, 9), 2), kEnd}).errors, 0u);
}

TEST(GoldenImcSramVectorStage, AStoreBetweenTheLoopsEnds) {
  // The inner loop closes at the first store, the outer one at the second.
  const Ran result = ran({loop(2, 1), loop(3), store(add(0, 0, 0), 1),
                          store({.rd = 1, .rs1 = 0, .rs2 = 0, .op = 8}, 1, {.rd = true}), kEnd});
  EXPECT_EQ(result.rows, (Lanes{64, 16, -128, 0, 0, 0, 0, 0}));
  EXPECT_EQ(result.work, 1 + 2 * (1 + 3 + 1) + 1);
}

TEST(GoldenImcSramVectorStage, BadEntriesAreSkipped) {
  const std::uint64_t kind_three = ~std::uint64_t{0};
  const Ran result = ran({loop(0, 1), kind_three, store(load_immediate(7, 3), 1), kEnd});
  EXPECT_EQ(result.rows.back(), 3);
  EXPECT_EQ(result.errors, kBad);
  EXPECT_EQ(result.work, 4);
  // The third loop is not opened: the store runs 2 * 2 times, doubling row 0.
  const Ran third =
      ran({loop(2), loop(2), loop(2), store(add(0, 0, 0), 2), store(load_immediate(7, 1)), kEnd});
  EXPECT_EQ(third.rows.front(), 16);
  EXPECT_EQ(third.errors, kBad);
}

TEST(GoldenImcSramVectorStage, TheEndOfTheMemoryIsAnEnd) {
  const Ran result = ran({store(load_immediate(7, 3))});
  EXPECT_EQ(result.rows.back(), 3);
  EXPECT_EQ(result.work, 2);
  // What follows an end is not executed; a loop that is open is over.
  const Ran early = ran({loop(4), store(add(0, 0, 0)), kEnd, store(load_immediate(7, 3), 1)});
  EXPECT_EQ(early.rows, (Lanes{2, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(early.work, 3);
}

TEST(GoldenImcSramVectorStage, MovesAreModuloTheirFields) {
  // Row 1 - 2 = 4095: bad; then 1 - 4 ... bad; imm 511 + 2 = 1.
  const Ran result = ran({loop(2, -2, 0, 0, 2), store(load_immediate(1, 511), 0, {.rd = true}),
                          store(load_immediate(6, 511), 1, {.imm = true}), kEnd});
  EXPECT_EQ(result.errors, kBad | kNotWritten);  // row 7 is sent
  EXPECT_EQ(result.rows, (Lanes{1, -1, 0, 0, 0, 0, 1, 0}));
}

TEST(GoldenImcSramVectorStage, ProductOfMatrices) {
  // The library program of the contract: eight dot products on rows of 512 bits.
  ImcSramVectorSpec spec;
  spec.rows = 6;
  spec.row_bits = 512;
  spec.num_values = 128;
  spec.value_signed = true;
  spec.send_row = 2;
  spec.send_lane_bits = 32;
  spec.send_count = 64;
  for (std::int64_t q = 0; q < 4; ++q) {
    for (std::int64_t h = 0; h < 2; ++h) {
      const int op = 32 | (h == 0 ? 16 : 0) | 4 | 3;
      spec.program.push_back(
          store({.rd = 2 + q, .rs1 = 0, .rs2 = 1, .imm = grouped(3, 8 * h + 2 * q + h), .op = op}));
    }
  }
  Random random(20261121);
  for (int round = 0; round < 20; ++round) {
    std::array<std::array<std::int64_t, 8>, 8> a{};
    std::array<std::array<std::int64_t, 8>, 8> b{};
    Lanes values;
    for (auto* matrix : {&a, &b}) {
      for (auto& row : *matrix) {
        for (std::int64_t& x : row) {
          x = round == 0 ? -128 : uniform(random, -128, 127);
          values.push_back(x);
        }
      }
    }
    ImcSramVectorModel model(shared(spec));
    const std::vector<Word> out = run(model, frame(values));
    EXPECT_EQ(model.work(), 9);
    for (std::size_t i = 0; i < 8; ++i) {
      for (std::size_t j = 0; j < 8; ++j) {
        std::int64_t sum = 0;
        for (std::size_t k = 0; k < 8; ++k) sum += a[i][k] * b[k][j];
        // Row c + q holds rows q and q + 4 of the product.
        EXPECT_EQ(out[(i % 4) * 16 + (i / 4) * 8 + j].payload, sum) << i << " " << j;
      }
    }
    EXPECT_EQ(model.take_errors(), 0u);
  }
}

/// Cycles of one sample through a stage alone.
std::int64_t cycles_of(const ImcSramVectorSpec& params, const std::vector<Word>& input) {
  Spec spec;
  append_stage(spec, "tile", "imc_sram_vector", params);
  Network network(spec);
  return predict_cycles(spec, input, network.run_sample(input, true));
}

// From the Timing section; cycle 0 is the first input handshake. A word pushed into the stage's
// FIFO in cycle c leaves in c + 2, so the sample takes c + 3 cycles.
TEST(GoldenImcSramVectorStage, CyclesByHand) {
  // Values popped in 1 ... 4, the closing word in 5; X = 2 entries, M = 4: pushed in 5 + 2 + 4 + 3.
  EXPECT_EQ(cycles_of(vector_spec({store(add(7, 0, 0)), kEnd}), frame({1, 2, 3, 4})), 14 + 3);
  // A loop costs its entry and no more; the place behind the memory is an entry.
  EXPECT_EQ(cycles_of(vector_spec({loop(3), store(add(7, 0, 0), 1)}), frame({1, 2, 3, 4})), 17 + 3);
  // Short: popped in 1, pushed in 2.
  EXPECT_EQ(cycles_of(vector_spec({kEnd}), {end_of_sample()}), 2 + 3);
  // With steps: value 1, end_of_step 2; X = 1, M = 1: value in 6, end_of_step pushed in 7;
  // end_of_sample popped in 8, pushed in 9.
  ImcSramVectorSpec steps = vector_spec({kEnd});
  steps.steps = true;
  steps.num_values = steps.send_count = 1;
  EXPECT_EQ(cycles_of(steps, {value(0, 1), end_of_step(), end_of_sample()}), 9 + 3);
}

}  // namespace
}  // namespace nacre::golden::test
