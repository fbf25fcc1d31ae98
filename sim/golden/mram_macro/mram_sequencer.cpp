#include "golden/mram_macro/mram_sequencer.hpp"

#include <algorithm>
#include <numeric>

namespace nacre::golden {

namespace {

constexpr int kMaxAmplitude = 3;
constexpr int kMaxPulseCycles = 16;

std::int64_t count_ones(std::span<const std::uint8_t> bits) {
  return std::accumulate(bits.begin(), bits.end(), std::int64_t{0});
}

}  // namespace

MramSequencer::MramSequencer(const MramMacroSpec& spec, MtjArray& array)
    : spec_(spec), array_(array), driven_(array.shape().devices_per_row()) {}

void MramSequencer::pass(std::int64_t cycles, const MramPins& pins) {
  cycles_ += cycles;
  if (recorded_ == nullptr) return;
  recorded_->insert(recorded_->end(), static_cast<std::size_t>(cycles), pins);
}

void MramSequencer::select(std::uint32_t row) {
  row_ = row;
  last_metastable_bits_ = 0;
  array_.open(row);
}

void MramSequencer::open_row() { pass(1, row_open()); }

void MramSequencer::close_row() { pass(1, {.row = row_}); }

void MramSequencer::sense(MtjReadMode mode) {
  const bool decides = mode != MtjReadMode::Sample;
  pass(spec_.timing.precharge + spec_.timing.evaluate, row_open());
  array_.read(mode);
  MramPins pins = row_open();
  pins.latch = true;
  pins.mode = mode;
  pass(1, pins);
  pass(1, row_open());
  activity_.energy_fj += std::int64_t{spec_.devices.sense_energy_fj} * array_.shape().bits;
  if (!decides) return;
  last_metastable_bits_ = count_ones(array_.meta());
  activity_.metastable_bits += last_metastable_bits_;
}

void MramSequencer::round(int k, std::span<const std::uint8_t> mask,
                          std::span<const std::uint8_t> target) {
  const std::size_t devices = array_.shape().devices_per_bit;
  for (const int direction : {0, 1}) {
    for (std::size_t bit = 0; bit < mask.size(); ++bit) {
      for (std::size_t d = 0; d < devices; ++d) {
        // The last device of a bit is in the bit's state, the first of two in
        // the other one.
        const int aim = d == devices - 1 ? target[bit] : 1 - target[bit];
        driven_[bit * devices + d] = static_cast<std::uint8_t>(mask[bit] != 0 && aim == direction);
      }
    }
    if (count_ones(driven_) != 0) pulse(k, direction, driven_);
  }
}

void MramSequencer::pulse(int k, int direction, std::vector<std::uint8_t>& driven) {
  const MramWrite& write = spec_.write;
  const int amplitude = std::min(kMaxAmplitude, write.amplitude + k * write.amplitude_step);
  const int length = std::min(kMaxPulseCycles, spec_.timing.pulse + k * write.pulse_step);
  const std::int64_t energy = spec_.devices.write_energy_fj[static_cast<std::size_t>(direction)]
                                                           [static_cast<std::size_t>(amplitude)];
  MramPins pins = row_open();
  pins.direction = direction;
  pins.amplitude = amplitude;
  std::int64_t num_driven = count_ones(driven);
  ++activity_.pulses;
  activity_.pulsed_bits += num_driven;
  array_.begin_pulse(direction, amplitude);
  for (int cycle = 1; cycle <= length; ++cycle) {
    if (cycle > 1 && write.self_terminate) {
      const std::span<const std::uint8_t> state = array_.state();
      for (std::size_t e = 0; e < driven.size(); ++e) {
        driven[e] &= static_cast<std::uint8_t>(state[e] != direction);
      }
      num_driven = count_ones(driven);
      if (num_driven == 0) break;
    }
    array_.drive(driven);
    activity_.energy_fj += energy * num_driven;
    if (recorded_ != nullptr) pins.drive = driven;
    pass(1, pins);
  }
  pass(spec_.timing.recover, row_open());
}

}  // namespace nacre::golden
