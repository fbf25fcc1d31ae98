#pragma once
// mram_macro: a memory of magnetic or resistive cells with its controller (the
// kind's README is the contract).

#include <cstdint>
#include <memory>
#include <vector>

#include "golden/kind_model.hpp"
#include "golden/mram_macro/mram_controller.hpp"
#include "mram_macro/mram_macro_spec.hpp"

namespace nacre::golden {

class MramMacroModel final : public StageModel {
 public:
  explicit MramMacroModel(std::shared_ptr<const MramMacroSpec> spec);
  /// The back door is used, too: the words of the specification are loaded
  /// again.
  void reset() override;
  void push(const Word& word, std::vector<Word>& out) override;
  /// Cycles of the steps of the last word's request and of the scrub after it
  /// (mram_macro_timing.hpp).
  std::int64_t work() const override { return work_; }
  std::uint32_t take_errors() override;
  /// `states`: of the devices, row by row; `wear`: of the rows; `lane_0` ...:
  /// the lanes register; `spare_0` ...: the registers of the spares.
  State state() const override;
  CounterValues counters() const override;
  std::vector<HostAccess> draw_accesses(Moment moment, const Draw& draw) override;

  /// The array and what drives it, between two words.
  MramController& controller() { return controller_; }

 private:
  void set_lane(std::int64_t lane, std::int64_t payload);
  void answer_read(std::int64_t word, std::vector<Word>& out);
  void answer_write(std::int64_t word, std::vector<Word>& out);
  void send(std::int64_t address, std::uint64_t payload, std::vector<Word>& out) const;
  MramRead read(std::int64_t word);
  MramWritten write(std::int64_t word, std::uint64_t data);
  void scrub();
  /// Sets what the controller works with from the registers.
  void apply_registers();
  void draw_register_accesses(const Draw& draw, bool refused, std::vector<HostAccess>& accesses);
  void draw_forming_accesses(const Draw& draw, bool refused, std::vector<HostAccess>& accesses);
  void draw_row_accesses(const Draw& draw, bool refused, std::vector<HostAccess>& accesses);
  std::uint64_t draw_data(const Draw& draw) const;

  std::shared_ptr<const MramMacroSpec> spec_;
  MramMacroSpec live_;  ///< with what the registers below say of sequences and pulses
  MramController controller_;
  // Registers.
  MramTiming timing_;
  MramWrite write_;
  MramForming forming_;
  bool forms_ = false;              ///< bit `enable` of `forming`
  std::uint64_t lanes_ = 0;         ///< the lanes register
  std::int64_t until_scrub_ = 0;    ///< answered requests
  std::int64_t next_scrubbed_ = 0;  ///< word
  std::int64_t work_ = 0;
  std::uint32_t errors_ = 0;
  // Counters; those of the array's activity are the sequencer's.
  std::int64_t reads_ = 0;
  std::int64_t writes_ = 0;
  std::int64_t corrected_bits_ = 0;
  std::int64_t uncorrectable_ = 0;
  std::int64_t write_failures_ = 0;
  std::int64_t retries_ = 0;
  std::int64_t scrubs_ = 0;
  std::int64_t scrub_uncorrectable_ = 0;
  std::int64_t formed_rows_ = 0;
};

}  // namespace nacre::golden
