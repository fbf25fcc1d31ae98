#pragma once
// imc_sram_vector: a memory that computes on its rows (the kind's README is the contract).

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "golden/golden.hpp"
#include "golden/imc_sram_vector/vector_instruction.hpp"
#include "golden/imc_sram_vector/vector_row.hpp"
#include "imc_sram_vector/imc_sram_vector_spec.hpp"

namespace nacre::golden {

class ImcSramVectorModel final : public StageModel {
 public:
  explicit ImcSramVectorModel(std::shared_ptr<const ImcSramVectorSpec> spec);
  void reset() override;
  void push(const Word& word, std::vector<Word>& out) override;
  /// Entries of the program that the last word made the stage execute, its end included.
  std::int64_t work() const override { return entries_executed_; }
  std::uint32_t take_errors() override;
  /// `memory`: every row as 32-bit words; `accumulator`.
  State state() const override;
  CounterValues counters() const override;
  /// One instruction, as the bus issues it.
  void issue(const VectorInstruction& instruction);
  std::vector<HostAccess> draw_accesses(Moment moment, const Draw& draw) override;

 private:
  HostAccess draw_issue(const Draw& draw, bool refused);
  HostAccess draw_memory_access(const Draw& draw, bool refused);
  void take_value(std::int64_t value);
  void run_program();
  void send_frame(std::vector<Word>& out);
  /// The row, 0 when it is not valid, which is flagged.
  VectorRow read(std::int64_t row);
  void write(std::int64_t row, const VectorRow& value);

  std::shared_ptr<const ImcSramVectorSpec> spec_;
  std::vector<std::optional<VectorRow>> rows_;  ///< nothing: not valid
  VectorRow accumulator_;
  VectorRow filling_;                  ///< the row of the frame that is being filled
  std::int64_t received_ = 0;          ///< values of this frame
  std::int64_t entries_executed_ = 0;  ///< for the last word
  std::uint32_t errors_ = 0;
  std::int64_t frames_ = 0;
  std::int64_t instructions_ = 0;
  std::int64_t mac_instructions_ = 0;
  std::int64_t row_writes_ = 0;
};

}  // namespace nacre::golden
