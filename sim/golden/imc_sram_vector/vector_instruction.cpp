#include "golden/imc_sram_vector/vector_instruction.hpp"

#include <algorithm>
#include <functional>

#include "nacre/diagnostics.hpp"

namespace nacre::golden {

namespace {

enum Operation : int {
  kLogic = 0,
  kShift = 1,
  kLoadImmediate = 2,
  kSpread = 3,
  kRepeat = 4,
  kSlide = 5,
  kReduce = 6,
  kAdd = 8,
  kSub = 9,
  kAddSigned = 10,
  kSubSigned = 11,
  kAddUnsigned = 12,
  kSubUnsigned = 13,
  kMinSigned = 14,
  kMaxSigned = 15,
  kMinUnsigned = 16,
  kMaxUnsigned = 17,
  kEqual = 18,
  kGreaterSigned = 19,
  kGreaterUnsigned = 20,
  kMulHighSigned = 21,
  kMulHighUnsigned = 22,
  kWidenSigned = 23,
  kWidenUnsigned = 24,
  kNarrowSigned = 25,
  kNarrowUnsigned = 26,
  kMultiplyAccumulate = 32,  ///< and all above
};

enum Mode : int { kPlain = 0, kSpreadMode = 1, kTile = 2, kPlanar = 3 };

constexpr int kWordBits = 32;
constexpr std::int64_t kAllOnes = -1;

int lane_bits_of(const VectorInstruction& i) { return 8 << i.w; }

std::int64_t field(std::int64_t bits, int low, int count) {
  return (bits >> low) & ((std::int64_t{1} << count) - 1);
}

/// {new, type[1:0], mode[1:0]} of a multiply-accumulate operation.
bool clears_accumulator(const VectorInstruction& i) { return field(i.op, 4, 1) != 0; }
std::int64_t type_of(const VectorInstruction& i) { return field(i.op, 2, 2); }
std::int64_t mode_of(const VectorInstruction& i) { return field(i.op, 0, 2); }

/// The immediate of what works on groups.
std::int64_t group_of(const VectorInstruction& i) { return std::int64_t{1} << field(i.imm, 6, 3); }
std::int64_t index_of(const VectorInstruction& i) { return field(i.imm, 0, 6); }

bool group_fits(const VectorInstruction& i, std::int64_t units) { return group_of(i) <= units; }
bool index_fits(const VectorInstruction& i, std::int64_t units) { return index_of(i) < units; }

/// The lane of its group that `spread` takes for lane l.
std::int64_t spread_lane(std::int64_t lane, std::int64_t group, std::int64_t index) {
  return group * (lane / group) + index % group;
}

/// The lane that `repeat` takes for lane l.
std::int64_t repeat_lane(std::int64_t lane, std::int64_t group, std::int64_t index) {
  return group * (index / group) + lane % group;
}

VectorRow logic(const VectorInstruction& i, const VectorRow& a, const VectorRow& b) {
  VectorRow y(a.bits());
  for (std::int64_t word = 0; word < a.lanes(kWordBits); ++word) {
    const std::int64_t first = a.unsigned_lane(word, kWordBits);
    const std::int64_t second = b.unsigned_lane(word, kWordBits);
    std::int64_t result = 0;
    for (int bit = 0; bit < kWordBits; ++bit) {
      const std::int64_t entry = 2 * field(first, bit, 1) + field(second, bit, 1);
      result |= field(i.imm, static_cast<int>(entry), 1) << bit;
    }
    y.set_lane(word, kWordBits, result);
  }
  return y;
}

std::int64_t shifted(const VectorInstruction& i, const VectorRow& a, std::int64_t lane) {
  const int width = lane_bits_of(i);
  // 31 at most: no shift of 64 bits, and signed numbers are shifted to floor(s / 2^n).
  const auto distance = static_cast<int>(field(i.imm, 0, 5));
  switch (field(i.imm, 5, 2)) {
    case 0:
      return distance >= width ? 0 : a.unsigned_lane(lane, width) << distance;
    case 1:
      return a.unsigned_lane(lane, width) >> distance;
    default:
      return a.signed_lane(lane, width) >> distance;
  }
}

/// Sum of the group that begins at this lane; 0 at the others.
std::int64_t group_sum(const VectorInstruction& i, const VectorRow& a, std::int64_t lane) {
  if (lane % group_of(i) != 0) return 0;
  std::int64_t sum = 0;
  for (std::int64_t l = lane; l < lane + group_of(i); ++l) {
    sum += a.unsigned_lane(l, lane_bits_of(i));
  }
  return sum;
}

/// Lane `lane` + n of the double row {b, a}.
std::int64_t slid(const VectorInstruction& i, const VectorRow& a, const VectorRow& b,
                  std::int64_t lane) {
  const int width = lane_bits_of(i);
  const std::int64_t from = lane + index_of(i);
  const std::int64_t lanes = a.lanes(width);
  return from < lanes ? a.unsigned_lane(from, width) : b.unsigned_lane(from - lanes, width);
}

/// Operations whose lane l is made of a[l] and b[l] alone.
std::int64_t lane_by_lane(const VectorInstruction& i, const VectorRow& a, const VectorRow& b,
                          std::int64_t lane) {
  const int width = lane_bits_of(i);
  const std::int64_t sa = a.signed_lane(lane, width);
  const std::int64_t sb = b.signed_lane(lane, width);
  const std::int64_t ua = a.unsigned_lane(lane, width);
  const std::int64_t ub = b.unsigned_lane(lane, width);
  const std::int64_t lowest = -(std::int64_t{1} << (width - 1));
  const std::int64_t highest = -lowest - 1;
  const std::int64_t highest_unsigned = (std::int64_t{1} << width) - 1;
  switch (i.op) {
    case kAdd:
      return ua + ub;
    case kSub:
      return ua - ub;
    case kAddSigned:
      return std::clamp(sa + sb, lowest, highest);
    case kSubSigned:
      return std::clamp(sa - sb, lowest, highest);
    case kAddUnsigned:
      return std::min(ua + ub, highest_unsigned);
    case kSubUnsigned:
      return std::max(ua - ub, std::int64_t{0});
    case kMinSigned:
      return std::min(sa, sb);
    case kMaxSigned:
      return std::max(sa, sb);
    case kMinUnsigned:
      return std::min(ua, ub);
    case kMaxUnsigned:
      return std::max(ua, ub);
    case kEqual:
      return ua == ub ? kAllOnes : 0;
    case kGreaterSigned:
      return sa > sb ? kAllOnes : 0;
    case kGreaterUnsigned:
      return ua > ub ? kAllOnes : 0;
    case kMulHighSigned:
      return (sa * sb) >> width;
    case kMulHighUnsigned:
      // Two numbers of 32 bits fill all 64 bits of the product.
      return static_cast<std::int64_t>(
          (static_cast<std::uint64_t>(ua) * static_cast<std::uint64_t>(ub)) >> width);
    default:
      NACRE_CHECK(false, "imc_sram_vector: an illegal operation is executed");
  }
}

VectorRow widen(const VectorInstruction& i, const VectorRow& a) {
  const int width = lane_bits_of(i);
  VectorRow y(a.bits());
  const std::int64_t lanes = y.lanes(2 * width);
  for (std::int64_t lane = 0; lane < lanes; ++lane) {
    const std::int64_t from = field(i.imm, 0, 1) * lanes + lane;
    y.set_lane(lane, 2 * width,
               i.op == kWidenSigned ? a.signed_lane(from, width) : a.unsigned_lane(from, width));
  }
  return y;
}

VectorRow narrow(const VectorInstruction& i, const VectorRow& a, const VectorRow& b) {
  const int width = lane_bits_of(i);
  const int half = width / 2;
  const bool is_signed = i.op == kNarrowSigned;
  const std::int64_t lowest = is_signed ? -(std::int64_t{1} << (half - 1)) : 0;
  const std::int64_t highest = (std::int64_t{1} << (is_signed ? half - 1 : half)) - 1;
  VectorRow y(a.bits());
  const std::int64_t lanes = a.lanes(width);
  for (std::int64_t lane = 0; lane < lanes; ++lane) {
    y.set_lane(lane, half, std::clamp(a.signed_lane(lane, width), lowest, highest));
    y.set_lane(lanes + lane, half, std::clamp(b.signed_lane(lane, width), lowest, highest));
  }
  return y;
}

/// What a multiply-accumulate instruction adds to unit `unit` of the accumulator, modulo 2^64.
std::uint64_t products(const VectorInstruction& i, const VectorRow& a, const VectorRow& b,
                       std::int64_t unit) {
  const int width = lane_bits_of(i);
  const std::int64_t type = type_of(i);
  const std::int64_t mode = mode_of(i);
  const std::int64_t elements = type == 0 ? 1 : kWordBits / width;  // lanes of a unit
  const std::int64_t group = group_of(i);
  const std::int64_t index = index_of(i);
  const bool spreads_a = mode == kTile || mode == kPlanar;
  const std::int64_t unit_of_a = spreads_a ? spread_lane(unit, group, index) : unit;
  std::int64_t unit_of_b = unit;
  if (mode == kSpreadMode) unit_of_b = spread_lane(unit, group, index);
  if (mode == kTile) unit_of_b = repeat_lane(unit, group, index);
  std::uint64_t sum = 0;
  for (std::int64_t e = 0; e < elements; ++e) {
    const std::int64_t lane_of_a = unit_of_a * elements + e;
    const std::int64_t lane_of_b =
        mode == kPlanar ? (index / group) * group * elements + group * e + unit % group
                        : unit_of_b * elements + e;
    const bool is_a_signed = type == 1;
    const bool is_b_signed = type == 1 || type == 2;
    const std::int64_t x =
        is_a_signed ? a.signed_lane(lane_of_a, width) : a.unsigned_lane(lane_of_a, width);
    const std::int64_t y =
        is_b_signed ? b.signed_lane(lane_of_b, width) : b.unsigned_lane(lane_of_b, width);
    sum += static_cast<std::uint64_t>(x) * static_cast<std::uint64_t>(y);
  }
  return sum;
}

void multiply_accumulate(const VectorInstruction& i, const VectorRow& a, const VectorRow& b,
                         VectorRow& accumulator) {
  const int unit_bits = type_of(i) == 0 ? lane_bits_of(i) : kWordBits;
  for (std::int64_t unit = 0; unit < accumulator.lanes(unit_bits); ++unit) {
    const auto before = static_cast<std::uint64_t>(
        clears_accumulator(i) ? 0 : accumulator.unsigned_lane(unit, unit_bits));
    accumulator.set_lane(unit, unit_bits,
                         static_cast<std::int64_t>(before + products(i, a, b, unit)));
  }
}

/// A row whose lane l is `lane(l)`.
VectorRow each_lane(int row_bits, int lane_bits,
                    const std::function<std::int64_t(std::int64_t)>& lane) {
  VectorRow y(row_bits);
  for (std::int64_t l = 0; l < y.lanes(lane_bits); ++l) y.set_lane(l, lane_bits, lane(l));
  return y;
}

}  // namespace

VectorInstruction instruction_of_store(std::int64_t rd, std::int64_t imm, std::uint32_t data) {
  return {.rd = rd,
          .rs1 = field(data, 0, 12),
          .rs2 = field(data, 12, 12),
          .imm = imm,
          .op = static_cast<int>(field(data, 26, 6)),
          .w = static_cast<int>(field(data, 24, 2))};
}

bool is_multiply_accumulate(const VectorInstruction& instruction) {
  return instruction.op >= kMultiplyAccumulate;
}

bool reads_first(const VectorInstruction& instruction) { return instruction.op != kLoadImmediate; }

bool reads_second(const VectorInstruction& instruction) {
  switch (instruction.op) {
    case kShift:
    case kLoadImmediate:
    case kSpread:
    case kRepeat:
    case kReduce:
    case kWidenSigned:
    case kWidenUnsigned:
      return false;
    default:
      return true;
  }
}

bool is_illegal(const VectorInstruction& instruction, int row_bits) {
  const VectorInstruction& i = instruction;
  if (i.w == 3) return true;
  const int width = lane_bits_of(i);
  const std::int64_t lanes = row_bits / width;
  if (is_multiply_accumulate(i)) {
    if (mode_of(i) == kPlain) return false;
    const std::int64_t units = type_of(i) == 0 ? lanes : row_bits / kWordBits;
    const bool is_planar_by_lanes = mode_of(i) == kPlanar && type_of(i) == 0;
    return is_planar_by_lanes || !group_fits(i, units) || !index_fits(i, units);
  }
  switch (i.op) {
    case kShift:
      return field(i.imm, 5, 2) == 3;
    case kSpread:
    case kRepeat:
      return !group_fits(i, lanes) || !index_fits(i, lanes);
    case kReduce:
      return !group_fits(i, lanes);
    case kSlide:
      return !index_fits(i, lanes);
    case kWidenSigned:
    case kWidenUnsigned:
      return width == 32;
    case kNarrowSigned:
    case kNarrowUnsigned:
      return width == 8;
    default:
      return i.op == 7 || i.op > kNarrowUnsigned;
  }
}

VectorRow execute(const VectorInstruction& instruction, const VectorRow& a, const VectorRow& b,
                  VectorRow& accumulator) {
  const VectorInstruction& i = instruction;
  NACRE_CHECK(!is_illegal(i, a.bits()), "imc_sram_vector: an illegal instruction is executed");
  if (is_multiply_accumulate(i)) {
    multiply_accumulate(i, a, b, accumulator);
    return accumulator;
  }
  const int width = lane_bits_of(i);
  const auto lanes = [&](const std::function<std::int64_t(std::int64_t)>& lane) {
    return each_lane(a.bits(), width, lane);
  };
  switch (i.op) {
    case kLogic:
      return logic(i, a, b);
    case kShift:
      return lanes([&](std::int64_t l) { return shifted(i, a, l); });
    case kLoadImmediate:
      // The sign of 9 bits: -256 ... 255.
      return lanes([&](std::int64_t) { return i.imm < 256 ? i.imm : i.imm - 512; });
    case kSpread:
      return lanes([&](std::int64_t l) {
        return a.unsigned_lane(spread_lane(l, group_of(i), index_of(i)), width);
      });
    case kRepeat:
      return lanes([&](std::int64_t l) {
        return a.unsigned_lane(repeat_lane(l, group_of(i), index_of(i)), width);
      });
    case kSlide:
      return lanes([&](std::int64_t l) { return slid(i, a, b, l); });
    case kReduce:
      return lanes([&](std::int64_t l) { return group_sum(i, a, l); });
    case kWidenSigned:
    case kWidenUnsigned:
      return widen(i, a);
    case kNarrowSigned:
    case kNarrowUnsigned:
      return narrow(i, a, b);
    default:
      return lanes([&](std::int64_t l) { return lane_by_lane(i, a, b, l); });
  }
}

}  // namespace nacre::golden
