#pragma once
// The array of docs/mtj_array.md: magnetic or resistive devices, their word lines, sense amplifiers
// and drivers.

#include <cstdint>
#include <span>
#include <vector>

#include "devices/mtj/mtj_tables.hpp"
#include "golden/mtj_array/mtj_array_kernels.hpp"

namespace nacre::golden {

/// `gauss` of docs/mtj_array.md: a normal number in 1/256 of the standard deviation, -1387 ...
/// 1387.
std::int32_t mtj_gauss(std::uint32_t number);

/// Size of an array and depth of its model; device row * bits * devices_per_bit + ... is below
/// 2^28.
struct MtjArrayShape {
  std::uint32_t rows = 1;
  std::uint32_t bits = 1;
  std::uint32_t devices_per_bit = 1;  ///< 1 or 2
  int level = 0;                      ///< 0 ideal, 1 error rates, 2 resistances
  std::uint32_t index = 0;            ///< among the arrays of a die

  std::uint32_t devices_per_row() const { return bits * devices_per_bit; }
};

/// What a read does; other than Normal with one device per bit only.
enum class MtjReadMode : std::uint8_t {
  Normal = 0,
  Sample = 1,   ///< holds what the bit lines show
  Compare = 2,  ///< compares them with what is held
};

/// The array, operation by operation: what needs an open row acts on the one opened last. Vectors
/// of devices hold 0 or 1 for each device of a row, vectors of bits for each bit. An array is for
/// one thread; arrays of the same seed and index draw the same numbers.
class MtjArray {
 public:
  /// `kernels`: the loops of one instruction set. Every row must be loaded before it is opened.
  MtjArray(const MtjArrayShape& shape, const MtjTables& tables, std::uint32_t seed,
           const MtjKernels& kernels = mtj_kernels());

  /// The present time, in units of the retention rate.
  void set_time(std::uint32_t time) { time_ = time; }

  /// The back door: sets the states of a row and forgets its history.
  void load(std::uint32_t row, std::span<const std::uint8_t> states);

  /// The word line of `row` rises; that of another row falls.
  void open(std::uint32_t row);

  /// The sense amplifiers decide.
  void read(MtjReadMode mode = MtjReadMode::Normal);

  /// A pulse towards state `direction` (0, 1) at `amplitude` (0 ... 3) begins; `drive` gives its
  /// cycles.
  void begin_pulse(int direction, int amplitude);
  /// The next cycle of the pulse begun: `drive` names the devices driven in it, among them none
  /// that was not driven in the cycle before.
  void drive(std::span<const std::uint8_t> driven);
  /// A pulse of `cycles` with the same devices driven in all of them.
  void pulse(int direction, int amplitude, std::span<const std::uint8_t> driven, int cycles);

  /// Of the last read that decided (not of mode Sample): the bits, and those decided in the
  /// metastable zone.
  std::span<const std::uint8_t> q() const { return q_; }
  std::span<const std::uint8_t> meta() const { return meta_; }
  /// Of the open row: states of the devices, pulses since it was loaded.
  std::span<const std::uint8_t> state() const {
    return {state_of(open_), shape_.devices_per_row()};
  }
  std::uint32_t wear() const { return rows_[open_].wear; }
  /// Of any row: the same.
  std::span<const std::uint8_t> row_state(std::uint32_t row) const {
    return {state_of(row), shape_.devices_per_row()};
  }
  std::uint32_t row_wear(std::uint32_t row) const { return rows_[row].wear; }

  const MtjArrayShape& shape() const { return shape_; }

 private:
  /// Tests set what no test can reach by pulses.
  friend struct MtjArrayState;
  struct Keys {                 ///< of the draws of accesses, in halves
    const std::uint16_t* high;  ///< the low halves follow
    std::size_t count;
  };
  struct Row {
    std::uint32_t access = 0, wear = 0, stamp = 0;
    bool formed = true;
    bool margins_valid = false;  ///< `margin` belongs to the present states
    // Properties of the die, drawn when the row is first opened.
    bool drawn = false;
    std::vector<std::uint8_t> persistent;  ///< level 1: [b][bit] is inverted
    std::vector<std::int32_t> resistance;  ///< level 2: lnR, [s][device]
    std::vector<std::int32_t> margin;      ///< level 2: M of a read of mode 0 without noise
    /// Of the draws of reads [bit], switching [device] and retention [device], in one piece: rows
    /// are mostly visited at random, far apart in memory.
    std::vector<std::uint16_t> keys;
  };

  std::uint8_t* state_of(std::uint32_t row) {
    return state_.data() + std::size_t{row} * shape_.devices_per_row();
  }
  const std::uint8_t* state_of(std::uint32_t row) const {
    return state_.data() + std::size_t{row} * shape_.devices_per_row();
  }
  void static_numbers(std::uint32_t purpose, std::uint32_t first, std::span<std::uint32_t> numbers);
  void access_numbers(const Keys& keys, std::uint32_t access, std::span<std::uint32_t> numbers);
  void append_keys(Row& row, std::uint32_t purpose, std::uint32_t first, std::uint32_t count);
  Keys read_keys(const Row& row) const { return {row.keys.data(), shape_.bits}; }
  Keys switch_keys(const Row& row) const {
    return {row.keys.data() + 2 * std::size_t{shape_.bits}, shape_.devices_per_row()};
  }
  Keys keep_keys(const Row& row) const {
    return {switch_keys(row).high + 2 * std::size_t{shape_.devices_per_row()},
            shape_.devices_per_row()};
  }
  void draw_row(std::uint32_t row);
  void draw_resistances(std::uint32_t row);
  void update_margins(Row& row);
  std::uint32_t begin_access(Row& row);
  void keep(Row& row);
  void read_errors(const Row& row, MtjReadMode mode, std::uint32_t access);
  void read_resistances(Row& row, MtjReadMode mode, std::uint32_t access);
  void disturb(Row& row, std::uint32_t access);
  std::uint8_t bit_of(const std::uint8_t* states, std::uint32_t bit) const {
    return states[(bit + 1) * shape_.devices_per_bit - 1];
  }

  MtjArrayShape shape_;
  MtjTables tables_;
  std::uint32_t key_;  ///< of the static numbers
  const MtjKernels& kernels_;
  std::uint32_t time_ = 0;
  std::uint32_t open_ = 0;
  std::vector<std::uint8_t> state_;  ///< [row][device]
  std::vector<Row> rows_;
  std::vector<std::int32_t> offset_, reference_;  ///< of the bits
  std::vector<std::int32_t> held_;                ///< by mode Sample: the bits, or ln R
  std::vector<std::uint8_t> q_, meta_;
  // Of the pulse.
  int direction_ = 0;
  int amplitude_ = 0;
  int pulse_cycle_ = 0;
  std::vector<std::uint32_t> pulse_numbers_;
  // Of one operation.
  std::vector<std::uint32_t> bit_numbers_, device_numbers_;
};

}  // namespace nacre::golden
