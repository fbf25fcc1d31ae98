#pragma once
// Reads and writes of whole words (README of the kind, sections Row, Sensing,
// Write and Read).

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "golden/mram_macro/mram_code.hpp"
#include "golden/mram_macro/mram_sequencer.hpp"

namespace nacre::golden {

/// What a read found.
struct MramRead {
  std::uint64_t data = 0;
  int corrected_bits = 0;
  bool is_uncorrectable = false;
  bool is_marked = false;
  bool is_metastable = false;
  bool from_spare = false;
};

/// How a write ended.
struct MramWritten {
  bool failed = false;
  int wrong_bits = 0;  ///< on the last row tried
  int rounds = 0;      ///< likewise
  int retries = 0;     ///< on all rows tried
  bool is_metastable = false;
  bool to_spare = false;
  bool no_spare_left = false;
};

/// The array of a stage with what stands between it and its words.
class MramController {
 public:
  /// `spec` outlives the controller. `array_index`: of docs/mtj_array.md, among the arrays of a
  /// die.
  explicit MramController(const MramMacroSpec& spec, std::uint32_t array_index = 0);
  /// The same array in the same state; the spares' registers, too.
  MramController(const MramController& other);
  MramController& operator=(const MramController&) = delete;

  /// The back door: the words of the specification in all rows, which have no
  /// history; no spare is used.
  void load();
  /// A reset: the registers of the spares are lost, the array is as it is.
  void forget_spares();
  /// The host writes the register of spare n.
  void set_spare(std::size_t n, std::optional<std::int64_t> word) { spares_[n] = word; }

  MramRead read(std::int64_t word);
  MramWritten write(std::int64_t word, std::uint64_t data);

  /// [n]: the word that spare n is used for.
  const std::vector<std::optional<std::int64_t>>& spares() const { return spares_; }

  MtjArray& array() { return array_; }
  const MtjArray& array() const { return array_; }
  MramSequencer& sequencer() { return sequencer_; }
  const MramSequencer& sequencer() const { return sequencer_; }
  const MramCode& code() const { return code_; }

 private:
  /// How a write went on one row.
  struct Attempt {
    bool succeeded = true;
    int wrong_bits = 0;
    int rounds = 0;
    bool is_metastable = false;
  };

  std::optional<std::size_t> spare_of(std::int64_t word) const;
  /// The lowest spare above all that are used; their number when there is none.
  std::size_t next_spare() const;
  std::uint32_t row_of(std::int64_t word) const;
  void restore_ones();
  Attempt write_row(std::span<const std::uint8_t> target);
  void write_marker(std::uint8_t value, std::vector<std::uint8_t> mask);
  std::vector<std::uint8_t> bits_unlike(std::span<const std::uint8_t> target, std::size_t first,
                                        std::size_t count) const;
  int count_unlike(std::span<const std::uint8_t> target) const;
  int most_rounds() const { return spec_.write.verify ? spec_.write.max_rounds : 1; }
  bool is_marked() const;

  const MramMacroSpec& spec_;
  MramCode code_;
  std::size_t code_bits_;  ///< data and check bits
  std::size_t row_bits_;   ///< with the marker
  MtjArray array_;
  MramSequencer sequencer_;
  std::vector<std::optional<std::int64_t>> spares_;
};

}  // namespace nacre::golden
