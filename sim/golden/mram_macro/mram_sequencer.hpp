#pragma once
// The steps of mram_macro's controller on the pins of its array, cycle by cycle
// (README of the kind, sections Sensing, Write and Timing).

#include <cstdint>
#include <span>
#include <vector>

#include "golden/mtj_array/mtj_array.hpp"
#include "mram_macro/mram_macro_spec.hpp"

namespace nacre::golden {

/// The array's pins in one cycle (docs/mtj_array.md, section Pins).
struct MramPins {
  bool word_line = false;
  std::uint32_t row = 0;
  bool latch = false;
  MtjReadMode mode = MtjReadMode::Normal;
  std::vector<std::uint8_t> drive{};  ///< of the devices; empty: none
  int direction = 0;
  int amplitude = 0;
};

/// What the array was made to do.
struct MramActivity {
  std::int64_t pulses = 0;
  std::int64_t pulsed_bits = 0;  ///< devices driven in first cycles of pulses
  std::int64_t metastable_bits = 0;
  std::int64_t energy_fj = 0;
};

/// Drives an array. Steps follow each other without a gap; a row stays open
/// until another step says otherwise.
class MramSequencer {
 public:
  /// Both outlive the sequencer.
  MramSequencer(const MramMacroSpec& spec, MtjArray& array);

  /// The row of the steps to come; its word line rises with the first of them.
  void select(std::uint32_t row);
  /// One cycle with the word line alone.
  void open_row();
  /// One cycle with the word line off.
  void close_row();
  /// Pre-charge, evaluation, decision, judgement.
  void sense(MtjReadMode mode);
  /// Round `k` on the bits of `mask`, towards the bits of `target`, halves
  /// without devices left out.
  void round(int k, std::span<const std::uint8_t> mask, std::span<const std::uint8_t> target);

  /// Of the last sense that decided.
  std::span<const std::uint8_t> q() const { return array_.q(); }
  /// Likewise; 0 before the first since `select`.
  std::int64_t last_metastable_bits() const { return last_metastable_bits_; }

  /// Cycles of all steps so far.
  std::int64_t cycles() const { return cycles_; }
  const MramActivity& activity() const { return activity_; }
  void clear_activity() { activity_ = {}; }

  /// Every cycle from now on is appended to `pins`; null: no more.
  void record(std::vector<MramPins>* pins) { recorded_ = pins; }

 private:
  void pulse(int k, int direction, std::vector<std::uint8_t>& driven);
  void pass(std::int64_t cycles, const MramPins& pins);
  MramPins row_open() const { return {.word_line = true, .row = row_}; }

  const MramMacroSpec& spec_;
  MtjArray& array_;
  std::uint32_t row_ = 0;
  std::int64_t cycles_ = 0;
  std::int64_t last_metastable_bits_ = 0;
  MramActivity activity_;
  std::vector<MramPins>* recorded_ = nullptr;
  std::vector<std::uint8_t> driven_;  ///< scratch: devices of a pulse
};

}  // namespace nacre::golden
