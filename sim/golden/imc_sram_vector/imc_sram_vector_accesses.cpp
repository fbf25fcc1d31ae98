// What a host may do to the computational SRAM between frames (README.md of the kind): issue
// instructions, write and read rows as of a plain memory. While the design is busy, nothing.

#include <bit>

#include "golden/imc_sram_vector/imc_sram_vector_model.hpp"

namespace nacre::golden {

namespace {

constexpr int kWordBits = 32;
constexpr std::int64_t kWordsPerRowOfIssue = 512;
constexpr std::uint64_t kMostAccesses = 40;
constexpr std::uint64_t kMostRefused = 5;
constexpr std::uint64_t kMostTries = 16;

std::uint32_t draw_word(const Draw& draw) {
  return static_cast<std::uint32_t>(draw(std::uint64_t{1} << kWordBits));
}

}  // namespace

HostAccess ImcSramVectorModel::draw_issue(const Draw& draw, bool refused) {
  const auto rows = static_cast<std::uint64_t>(spec_->rows);
  const std::uint64_t rd_space = std::bit_ceil(rows);  // rows that the window's addresses name
  const auto rd = static_cast<std::int64_t>(draw(draw_chance(draw, 16) ? rd_space : rows));
  refused = refused || rd >= spec_->rows;
  std::int64_t imm = 0;
  std::uint32_t data = 0;
  // Of random operations, lanes and immediates half are illegal: most draws are repeated.
  const bool is_wild = draw_chance(draw, 6);
  for (std::uint64_t tries = 0; tries < kMostTries; ++tries) {
    imm = static_cast<std::int64_t>(draw(kWordsPerRowOfIssue));
    data = draw_word(draw) & 0xff000000u;
    if (is_wild || !is_illegal(instruction_of_store(rd, imm, data), spec_->row_bits)) break;
  }
  for (const int place : {0, 12}) {
    // Now and then a row that does not exist.
    const std::uint64_t row = draw_chance(draw, 32) ? draw(4096) : draw(rows);
    data |= static_cast<std::uint32_t>(row) << place;
  }
  if (!refused) issue(instruction_of_store(rd, imm, data));
  return {
      .target = "issue", .row = rd * kWordsPerRowOfIssue + imm, .data = data, .refused = refused};
}

HostAccess ImcSramVectorModel::draw_memory_access(const Draw& draw, bool refused) {
  const std::int64_t words = spec_->row_bits / kWordBits;
  HostAccess access{.target = "memory",
                    .row = static_cast<std::int64_t>(draw(static_cast<std::uint64_t>(spec_->rows))),
                    .word = static_cast<std::int64_t>(draw(static_cast<std::uint64_t>(words))),
                    .is_write = draw_chance(draw, 2),
                    .data = draw_word(draw),
                    .refused = refused};
  auto& row = rows_[static_cast<std::size_t>(access.row)];
  if (!access.is_write) {
    const bool is_valid = row.has_value();
    access.data =
        is_valid ? static_cast<std::uint32_t>(row->unsigned_lane(access.word, kWordBits)) : 0;
  } else if (!refused) {
    if (!row) row = VectorRow(spec_->row_bits);  // the other words become 0
    row->set_lane(access.word, kWordBits, access.data);
  }
  return access;
}

std::vector<HostAccess> ImcSramVectorModel::draw_accesses(Moment moment, const Draw& draw) {
  std::vector<HostAccess> accesses;
  if (moment == Moment::Begun) return accesses;  // before the first word everything is legal
  const bool refused = moment == Moment::Busy;
  const std::uint64_t count = 1 + draw(refused ? kMostRefused : kMostAccesses);
  for (std::uint64_t i = 0; i < count; ++i) {
    accesses.push_back(draw(4) != 0 ? draw_issue(draw, refused)
                                    : draw_memory_access(draw, refused));
  }
  if (!refused) return accesses;
  const auto entry = static_cast<std::int64_t>(draw(spec_->program.size()));
  for (const bool is_write : {true, false}) {
    accesses.push_back({.target = "program",
                        .row = entry,
                        .word = static_cast<std::int64_t>(draw(2)),
                        .is_write = is_write,
                        .data = draw_word(draw),
                        .refused = true});
  }
  accesses.push_back({.target = "accumulator", .is_write = false, .refused = true});
  return accesses;
}

}  // namespace nacre::golden
