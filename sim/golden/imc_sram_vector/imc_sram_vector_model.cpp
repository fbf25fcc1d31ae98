#include "golden/imc_sram_vector/imc_sram_vector_model.hpp"

#include <algorithm>
#include <utility>

#include "golden/counters.hpp"
#include "golden/imc_sram_vector/imc_sram_vector_timing.hpp"
#include "golden/kind_model.hpp"

namespace nacre::golden {

namespace {

constexpr std::uint32_t kFrameOrder = 1u << 0;
constexpr std::uint32_t kFrameShort = 1u << 1;
constexpr std::uint32_t kBadInstruction = 1u << 2;
constexpr std::uint32_t kRowNotWritten = 1u << 3;

constexpr int kWordBits = 32;
constexpr std::int64_t kRowModulus = 1 << 12;
constexpr std::int64_t kImmediateModulus = 1 << 9;
constexpr std::size_t kMostOpenLoops = 2;

enum EntryKind : int { kEnd = 0, kStore = 1, kLoop = 2 };

std::int64_t field(std::uint64_t entry, int low, int count) {
  return static_cast<std::int64_t>((entry >> low) & ((std::uint64_t{1} << count) - 1));
}

/// A loop that is being executed.
struct OpenLoop {
  std::size_t first = 0;       ///< the entry after its loop entry
  std::int64_t count = 0;      ///< iterations
  std::int64_t iteration = 0;  ///< of `count`
  std::int64_t step_rd = 0;
  std::int64_t step_rs1 = 0;
  std::int64_t step_rs2 = 0;
  std::int64_t step_imm = 0;
};

OpenLoop loop_of(std::uint64_t entry, std::size_t position) {
  return {.first = position + 1,
          .count = field(entry, 0, 12),
          .step_rd = field(entry, 12, 12),
          .step_rs1 = field(entry, 24, 12),
          .step_rs2 = field(entry, 36, 12),
          .step_imm = field(entry, 48, 9)};
}

/// The instruction of a store within these loops. Steps count modulo a power of two, so their signs
/// need not be looked at.
VectorInstruction instruction_of(std::uint64_t entry, const std::vector<OpenLoop>& loops) {
  std::int64_t rd = field(entry, 41, 12);
  std::int64_t rs1 = field(entry, 0, 12);
  std::int64_t rs2 = field(entry, 12, 12);
  std::int64_t imm = field(entry, 32, 9);
  for (const OpenLoop& loop : loops) {
    rd += field(entry, 53, 1) * loop.iteration * loop.step_rd;
    rs1 += field(entry, 54, 1) * loop.iteration * loop.step_rs1;
    rs2 += field(entry, 55, 1) * loop.iteration * loop.step_rs2;
    imm += field(entry, 56, 1) * loop.iteration * loop.step_imm;
  }
  return {.rd = rd % kRowModulus,
          .rs1 = rs1 % kRowModulus,
          .rs2 = rs2 % kRowModulus,
          .imm = imm % kImmediateModulus,
          .op = static_cast<int>(field(entry, 26, 6)),
          .w = static_cast<int>(field(entry, 24, 2))};
}

/// Closes the `closes` innermost loops; where execution goes on.
std::size_t close_loops(std::int64_t closes, std::size_t position, std::vector<OpenLoop>& loops) {
  for (std::int64_t i = 0; i < closes && !loops.empty(); ++i) {
    OpenLoop& innermost = loops.back();
    if (++innermost.iteration < innermost.count) return innermost.first;
    loops.pop_back();
  }
  return position + 1;
}

}  // namespace

ImcSramVectorModel::ImcSramVectorModel(std::shared_ptr<const ImcSramVectorSpec> spec)
    : spec_(std::move(spec)), accumulator_(spec_->row_bits), filling_(spec_->row_bits) {
  reset();
}

void ImcSramVectorModel::reset() {
  rows_.assign(static_cast<std::size_t>(spec_->rows), std::nullopt);
  // The host loads the blocks again.
  for (const VectorData& block : spec_->data) {
    const std::int64_t lanes = spec_->row_bits / block.lane_bits;
    for (std::int64_t r = 0; r < block.rows; ++r) {
      VectorRow row(spec_->row_bits);
      for (std::int64_t l = 0; l < lanes; ++l) {
        row.set_lane(l, block.lane_bits, block.values.at(static_cast<std::size_t>(r * lanes + l)));
      }
      rows_.at(static_cast<std::size_t>(block.row + r)) = row;
    }
  }
  accumulator_ = VectorRow(spec_->row_bits);
  received_ = entries_executed_ = 0;
  errors_ = 0;
  frames_ = instructions_ = mac_instructions_ = row_writes_ = 0;
}

VectorRow ImcSramVectorModel::read(std::int64_t row) {
  const auto& held = rows_.at(static_cast<std::size_t>(row));
  if (held) return *held;
  errors_ |= kRowNotWritten;
  return VectorRow(spec_->row_bits);
}

void ImcSramVectorModel::write(std::int64_t row, const VectorRow& value) {
  rows_.at(static_cast<std::size_t>(row)) = value;
  ++row_writes_;
}

void ImcSramVectorModel::issue(const VectorInstruction& instruction) {
  const auto outside = [this](std::int64_t row) { return row >= spec_->rows; };
  if (is_illegal(instruction, spec_->row_bits) || outside(instruction.rd) ||
      (reads_first(instruction) && outside(instruction.rs1)) ||
      (reads_second(instruction) && outside(instruction.rs2))) {
    errors_ |= kBadInstruction;
    return;
  }
  const VectorRow nothing(spec_->row_bits);
  const VectorRow a = reads_first(instruction) ? read(instruction.rs1) : nothing;
  const VectorRow b = reads_second(instruction) ? read(instruction.rs2) : nothing;
  write(instruction.rd, execute(instruction, a, b, accumulator_));
  ++instructions_;
  if (is_multiply_accumulate(instruction)) ++mac_instructions_;
}

void ImcSramVectorModel::run_program() {
  std::vector<OpenLoop> loops;
  std::size_t position = 0;
  for (;;) {
    ++entries_executed_;
    if (position >= spec_->program.size()) return;
    const std::uint64_t entry = spec_->program[position];
    switch (field(entry, 62, 2)) {
      case kEnd:
        return;
      case kStore:
        issue(instruction_of(entry, loops));
        position = close_loops(std::min<std::int64_t>(field(entry, 57, 2), 2), position, loops);
        break;
      case kLoop: {
        const OpenLoop loop = loop_of(entry, position);
        if (loop.count == 0 || loops.size() == kMostOpenLoops) {
          errors_ |= kBadInstruction;
        } else {
          loops.push_back(loop);
        }
        ++position;
        break;
      }
      default:
        errors_ |= kBadInstruction;
        ++position;
    }
  }
}

void ImcSramVectorModel::take_value(std::int64_t value) {
  const std::int64_t lanes = filling_.lanes(spec_->load_lane_bits);
  const std::int64_t lane = received_ % lanes;
  if (lane == 0) filling_ = VectorRow(spec_->row_bits);
  filling_.set_lane(lane, spec_->load_lane_bits, value);
  const std::int64_t row = spec_->load_row + received_ / lanes;
  ++received_;
  if (lane == lanes - 1 || received_ == spec_->num_values) write(row, filling_);
}

void ImcSramVectorModel::send_frame(std::vector<Word>& out) {
  const int lane_bits = spec_->send_lane_bits;
  const std::int64_t lanes = spec_->row_bits / lane_bits;
  VectorRow row(spec_->row_bits);
  for (std::int64_t m = 0; m < spec_->send_count; ++m) {
    if (m % lanes == 0) row = read(spec_->send_row + m / lanes);
    out.push_back({.kind = WordKind::Value,
                   .address = m,
                   .payload = spec_->send_signed ? row.signed_lane(m % lanes, lane_bits)
                                                 : row.unsigned_lane(m % lanes, lane_bits)});
  }
}

void ImcSramVectorModel::push(const Word& word, std::vector<Word>& out) {
  entries_executed_ = 0;
  switch (word.kind) {
    case WordKind::Value:
      if (word.address == received_) {
        take_value(word.payload);
      } else {
        errors_ |= kFrameOrder;  // dropped; also more than N values
      }
      return;
    case WordKind::EndOfStep:
    case WordKind::EndOfSample: {
      // On a stream with steps the end of a sample closes no frame, but finds an unfinished one.
      const bool closes = spec_->steps == (word.kind == WordKind::EndOfStep);
      const std::int64_t received = std::exchange(received_, 0);
      if (closes ? received < spec_->num_values : received > 0) errors_ |= kFrameShort;
      if (closes && received == spec_->num_values) {
        ++frames_;
        run_program();
        send_frame(out);
      }
      out.push_back(Word{.kind = word.kind});
      return;
    }
    case WordKind::Event:
      break;
  }
  NACRE_CHECK(false, "imc_sram_vector: an event on a value stream");
}

std::uint32_t ImcSramVectorModel::take_errors() { return std::exchange(errors_, 0); }

State ImcSramVectorModel::state() const {
  const auto append = [](const VectorRow& row, std::vector<std::int64_t>& words) {
    for (std::int64_t w = 0; w < row.lanes(kWordBits); ++w) {
      words.push_back(row.unsigned_lane(w, kWordBits));
    }
  };
  const VectorRow nothing(spec_->row_bits);
  State state;
  for (const auto& row : rows_) append(row ? *row : nothing, state["memory"]);
  append(accumulator_, state["accumulator"]);
  return state;
}

CounterValues ImcSramVectorModel::counters() const {
  return {{"frames", wrap_counter(frames_)},
          {"instructions", wrap_counter(instructions_)},
          {"mac_instructions", wrap_counter(mac_instructions_)},
          {"row_writes", wrap_counter(row_writes_)}};
}

const KindModel& imc_sram_vector_kind_model() {
  static const KindModel kind{
      .name = "imc_sram_vector",
      .make = [](const Stage& stage) -> std::unique_ptr<StageModel> {
        return std::make_unique<ImcSramVectorModel>(
            std::static_pointer_cast<const ImcSramVectorSpec>(stage.params));
      },
      .time = time_imc_sram_vector};
  return kind;
}

}  // namespace nacre::golden
