#pragma once
// nacre_mtj_array, Verilated, behind vectors that hold a bit in each element.

#include <verilated.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace nacre::golden::test {

/// The pins of the array (docs/mtj_array.md). Those that are vectors of bits or devices have their
/// width.
struct MtjPins {
  bool wl = false;
  std::uint32_t row = 0;
  bool latch = false;
  int mode = 0;
  std::vector<std::uint8_t> drive;
  int direction = 0;
  int amplitude = 0;
  bool load = false;
  std::uint32_t load_row = 0;
  std::vector<std::uint8_t> load_state;
  std::uint32_t seed = 0;
  std::uint32_t time = 0;
  // Outputs, as they are after `tick`.
  std::vector<std::uint8_t> q, meta, state;
  std::uint32_t wear = 0;
};

/// An array of some shape.
class MtjDut {
 public:
  virtual ~MtjDut() = default;
  /// The next cycle, with the inputs of `pins`.
  virtual void tick() = 0;

  MtjPins pins;
};

template <class Port>
void put(Port& port, std::uint32_t value) {
  port = static_cast<Port>(value);
}
template <class Port>
void put(Port& port, const std::vector<std::uint8_t>& bits) {
  port = 0;
  for (std::size_t i = 0; i < bits.size(); ++i) {
    port = static_cast<Port>(port | (Port{bits[i]} << i));
  }
}
template <std::size_t Words>
void put(VlWide<Words>& port, const std::vector<std::uint8_t>& bits) {
  for (std::size_t w = 0; w < Words; ++w) port[w] = 0;
  for (std::size_t i = 0; i < bits.size(); ++i) port[i / 32] |= EData{bits[i]} << (i % 32);
}
template <class Port>
void get(const Port& port, std::vector<std::uint8_t>& bits) {
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = (port >> i) & 1;
}
template <std::size_t Words>
void get(const VlWide<Words>& port, std::vector<std::uint8_t>& bits) {
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = (port[i / 32] >> (i % 32)) & 1;
}

/// `Model` is what Verilator writes.
template <class Model>
class VerilatedMtj : public MtjDut {
 public:
  VerilatedMtj(std::size_t bits, std::size_t devices) {
    pins.drive.resize(devices);
    pins.load_state.resize(devices);
    pins.state.resize(devices);
    pins.q.resize(bits);
    pins.meta.resize(bits);
  }

  void tick() override {
    model_.wl_i = pins.wl;
    put(model_.row_i, pins.row);
    model_.latch_i = pins.latch;
    model_.mode_i = static_cast<CData>(pins.mode);
    put(model_.drive_i, pins.drive);
    model_.direction_i = static_cast<CData>(pins.direction);
    model_.amplitude_i = static_cast<CData>(pins.amplitude);
    model_.load_i = pins.load;
    put(model_.load_row_i, pins.load_row);
    put(model_.load_state_i, pins.load_state);
    model_.seed_i = pins.seed;
    model_.time_i = pins.time;
    model_.clk_i = 0;
    model_.eval();  // clock gates open while the clock is low
    model_.clk_i = 1;
    model_.eval();
    model_.clk_i = 0;
    model_.eval();
    get(model_.q_o, pins.q);
    get(model_.meta_o, pins.meta);
    get(model_.state_o, pins.state);
    pins.wear = model_.wear_o;
  }

 private:
  VerilatedContext context_;
  Model model_{&context_};
};

/// A Verilated array of shapes.cpp by its name.
struct MtjModel {
  std::string name;
  std::function<std::unique_ptr<MtjDut>(std::size_t bits, std::size_t devices)> make;
};

/// Its name, as GoogleTest prints it.
inline void PrintTo(const MtjModel& model, std::ostream* out) { *out << model.name; }

/// The models in this program; written by tests/rtl/CMakeLists.txt.
const std::vector<MtjModel>& mtj_models();

}  // namespace nacre::golden::test
