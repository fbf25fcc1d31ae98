#pragma once
// A design under test in C++: one dense stage behind the three buses, with faults on demand. It
// lets the harness be tested without Verilator, and shows that each check can fail.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "data/stimulus.hpp"
#include "golden/golden.hpp"
#include "golden/kind_model.hpp"
#include "golden_test_specs.hpp"
#include "harness/dut.hpp"
#include "harness/lockstep.hpp"
#include "nacre/spec.hpp"

namespace nacre::harness::test {

/// What the fake does wrong.
struct Faults {
  bool wrong_hash = false;
  bool stuck_weight_bit = false;     ///< bit 0 of row 1 of the weights reads 1
  bool wrong_membrane = false;       ///< neuron 2 reads one too high after time step 1 of a sample
  bool loses_word = false;           ///< the second output word of sample 9 does not come
  bool sends_twice = false;          ///< ... comes twice
  bool valid_falls = false;          ///< m_axis_tvalid falls while the word waits
  bool counter_off = false;          ///< events_in counts one too many after 100 events
  bool hangs = false;                ///< takes no word any more after 200 words
  bool reset_keeps_counter = false;  ///< events_in survives reset
  bool keeps_bad_word = false;       ///< a word with an address out of range is not dropped
  bool no_error_flag = false;        ///< bad words are dropped silently
  bool read_only_written = false;    ///< a write to the identification is not refused
  bool memory_while_busy = false;    ///< memories answer while busy
  bool clear_forgets_counter = false;  ///< clear_counters leaves events_in
  bool takes_any_threshold = false;    ///< a value out of range is not refused
  bool interrupt_dead = false;
};

/// Six inputs, five neurons, two a row.
inline Spec fake_spec() {
  Spec spec;
  spec.name = "fake";
  spec.hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  spec.input = {.values = false, .addresses = 6, .negative_events = true};
  spec.counters = Counters::Basic;
  SpikingDenseSpec dense = golden::test::dense_spec({{1, 2, -1, 0, 3, 1},
                                                     {0, -2, 1, 1, 1, 2},
                                                     {2, 2, 2, -3, 0, 1},
                                                     {-1, 0, 1, 2, -2, 1},
                                                     {1, 1, 1, 1, 1, 1}});
  dense.lanes = 2;
  dense.weight_bits = 4;
  golden::test::append_stage(spec, "layer", "spiking_dense", dense);
  spec.stages.back().input = spec.input;
  spec.stages.back().output = {.values = false, .addresses = 5};
  return spec;
}

inline std::map<std::string, std::string> fake_files() {
  std::string hash_registers;
  for (int i = 0; i < 8; ++i) {
    hash_registers +=
        R"({"name": "control.spec_hash)" + std::to_string(i) +
        R"(", "stage": "control", "address": )" + std::to_string(64 + 4 * i) +
        R"(, "bits": 32, "signed": false, "access": "ro", "role": "id", "reset": 0},)";
  }
  const auto reg = [](const char* name, int address, const char* access, const char* role,
                      std::int64_t reset) {
    const std::string full = name;
    return R"({"name": ")" + full + R"(", "stage": ")" + full.substr(0, full.find('.')) +
           R"(", "address": )" + std::to_string(address) +
           R"(, "bits": 32, "signed": false, "access": ")" + access + R"(", "role": ")" + role +
           R"(", "reset": )" + std::to_string(reset) + "}";
  };
  std::string json =
      R"({"design": "fake", "hash": "", "top": "fake", "stages": ["layer"], "windows": [
    {"stage": "control", "address": 0, "bytes": 1024}, {"stage": "layer", "address": 4096, "bytes": 4096}],
    "registers": [)";
  json += hash_registers;
  json +=
      reg("control.id", 0, "ro", "id", 0x4e414352) + "," +
      reg("control.version", 4, "ro", "id", 256) + "," +
      reg("control.num_stages", 8, "ro", "id", 1) + "," +
      reg("control.control", 12, "rw", "control", 0) + "," +
      reg("control.status", 16, "ro", "control", 0) + "," +
      reg("control.error", 20, "w1c", "control", 0) + "," +
      reg("control.irq_enable", 24, "rw", "control", 0) + "," +
      reg("control.irq_status", 28, "w1c", "control", 0) + "," +
      reg("control.step", 32, "wo", "control", 0) + "," +
      reg("control.clear_counters", 36, "wo", "control", 0) + "," +
      reg("control.samples", 136, "ro", "counter", 0) + "," +
      reg("control.words_in", 140, "ro", "counter", 0) + "," +
      reg("control.words_out", 144, "ro", "counter", 0) + "," +
      R"({"name": "layer.threshold", "stage": "layer", "address": 4096, "bits": 8, "signed": true,
           "access": "rw", "role": "config", "reset": 4, "min": 1, "max": 127},)" +
      reg("layer.events_in", 4128, "ro", "counter", 0) + "],";
  json += R"("memories": [
    {"name": "layer.weights", "stage": "layer", "address": 5120, "access": "rw", "role": "config",
     "rows": 3, "row_bits": 8, "row_stride_bytes": 4, "pitch_bits": 4, "elements_per_row": 2,
     "elements": 6, "image": "mem/w.hex", "fields": [{"name": "weight", "offset": 0, "bits": 4, "signed": true}]},
    {"name": "layer.state", "stage": "layer", "address": 6144, "access": "ro", "role": "state",
     "rows": 3, "row_bits": 16, "row_stride_bytes": 4, "pitch_bits": 8, "elements_per_row": 2,
     "elements": 5, "fields": [{"name": "membrane", "offset": 0, "bits": 8, "signed": true}]}]})";
  return {{"registers.json", json}, {"mem/w.hex", "12\n34\n56\n"}};
}

class FakeDut final : public Dut {
 public:
  FakeDut(const Spec& spec, const Faults& faults)
      : spec_(spec),
        faults_(faults),
        model_(golden::kind_model("spiking_dense").make(spec.stages.front())) {
    start();
    take_activity();
  }

  void cycle(Pins& pins) override {
    if (pins.rst_ni == 0) {
      start();
      pins.s_axis_tready = pins.m_axis_tvalid = pins.s_axil_bvalid = pins.s_axil_rvalid = 0;
      pins.s_axil_awready = pins.s_axil_wready = pins.s_axil_arready = pins.irq_o = 0;
      return;
    }
    stream_in(pins);
    count(pins);
    stream_out(pins);
    bus_write(pins);
    bus_read(pins);
    pins.irq_o = !faults_.interrupt_dead && (irq_status_ & irq_enable_) != 0 ? 1 : 0;
  }
  bool start_waves(const std::filesystem::path&) override { return false; }
  void stop_waves() override {}
  std::string take_assertion_failure() override { return {}; }
  bool record_activity(bool on) override {
    recording_ = on;
    return true;
  }
  /// One net, which changes with each word taken; one level, 1 in each cycle; one block.
  Activity take_activity() override {
    return std::exchange(activity_, {.num_nets = 1,
                                     .num_levels = 1,
                                     .num_blocks = 1,
                                     .toggles = {0, 0, 0},
                                     .levels = {0, 0, 0},
                                     .block_cycles = {0, 0, 0}});
  }

 private:
  void start() {
    model_->reset();
    output_.clear();
    error_ = irq_enable_ = irq_status_ = control_ = 0;
    const std::uint32_t kept = faults_.reset_keeps_counter ? counters_[4128] : 0;
    counters_.clear();
    counters_[4128] = kept;
    threshold_ = 4;
    write_pending_ = read_pending_ = false;
    step_ = 0;
    sample_ = 0;
    output_held_ = false;
  }

  void count(const Pins& pins) {
    if (!recording_) return;
    ++activity_.cycles;
    ++activity_.levels[0];
    ++activity_.block_cycles[0];
    if (pins.s_axis_tvalid != 0 && pins.s_axis_tready != 0) ++activity_.toggles[0];
  }

  std::uint32_t bad_word(const Pins& pins) const {
    const Word word = unpack_word(pins.s_axis_tdata);
    const bool end = word.kind == WordKind::EndOfSample;
    std::uint32_t flags = 0;
    if (word.kind == WordKind::Value) flags |= 1u << 0;
    if (((pins.s_axis_tdata >> 56) & 0x1f) != 0) flags |= 1u << 1;
    if (word.kind == WordKind::Event && word.address >= spec_.input.addresses &&
        !faults_.keeps_bad_word) {
      flags |= 1u << 2;
    }
    if (end != (pins.s_axis_tlast != 0)) flags |= 1u << 4;
    return flags;
  }

  void stream_in(Pins& pins) {
    const bool stuck = faults_.hangs && total_words_ >= 200;
    pins.s_axis_tready = output_.size() < 64 && !stuck ? 1 : 0;
    if (pins.s_axis_tvalid == 0 || pins.s_axis_tready == 0) return;
    ++total_words_;
    if (const std::uint32_t flags = bad_word(pins); flags != 0) {
      if (!faults_.no_error_flag) {
        error_ |= flags;
        irq_status_ |= 2;
      }
      return;
    }
    Word word = unpack_word(pins.s_axis_tdata);
    word.address = std::min<std::int64_t>(word.address, spec_.input.addresses - 1);
    std::vector<Word> sent;
    model_->push(word, sent);
    ++counters_[140];
    if (word.kind == WordKind::Event) {
      ++counters_[4128];
      if (faults_.counter_off && ++events_ == 100) ++counters_[4128];
    }
    if (word.kind == WordKind::EndOfStep) ++step_;
    if (word.kind == WordKind::EndOfSample) {
      step_ = 0;
      ++sample_;
    }
    for (const Word& each : sent) {
      ++words_of_sample_;
      const bool special = sample_ == 9 && words_of_sample_ == 2;
      if (faults_.loses_word && special && each.kind != WordKind::EndOfSample) continue;
      output_.push_back(pack_word(each));
      if (faults_.sends_twice && special) output_.push_back(pack_word(each));
      if (each.kind == WordKind::EndOfSample) words_of_sample_ = 0;
    }
  }

  void stream_out(Pins& pins) {
    // With the fault, every third cycle of waiting takes the valid away.
    const bool falls = faults_.valid_falls && output_held_ && (++fall_ % 3) == 0;
    pins.m_axis_tvalid = !output_.empty() && !falls ? 1 : 0;
    if (pins.m_axis_tvalid != 0) {
      pins.m_axis_tdata = output_.front();
      pins.m_axis_tlast = unpack_word(output_.front()).kind == WordKind::EndOfSample ? 1 : 0;
    }
    output_held_ = pins.m_axis_tvalid != 0 && pins.m_axis_tready == 0;
    if (pins.m_axis_tvalid == 0 || pins.m_axis_tready == 0) return;
    ++counters_[144];
    if (pins.m_axis_tlast != 0) {
      ++counters_[136];
      irq_status_ |= 1;
    }
    output_.pop_front();
  }

  bool busy() const { return !output_.empty(); }

  /// False: refused.
  bool write(std::uint32_t address, std::uint32_t data, std::uint32_t strobes) {
    if (strobes != 0xf) return false;
    switch (address) {
      case 0:
        return faults_.read_only_written;
      case 12:
        control_ = data & 1;
        return true;
      case 20:
        error_ &= ~data;
        return true;
      case 24:
        irq_enable_ = data & 3;
        return true;
      case 28:
        irq_status_ &= ~data;
        return true;
      case 32:
        return true;
      case 36: {
        const std::uint32_t kept = counters_[4128];
        counters_.clear();
        if (faults_.clear_forgets_counter) counters_[4128] = kept;
        return true;
      }
      case 4096:
        if ((data < 1 || data > 127) && !faults_.takes_any_threshold) return false;
        threshold_ = data;
        return true;
      default:
        break;
    }
    if (address < 5120 || address >= 5120 + 12) return false;
    if (busy() && !faults_.memory_while_busy) return false;
    weights_[address] = data & 0xff;
    if (faults_.stuck_weight_bit && address == 5124) weights_[address] |= 1;
    return true;
  }

  bool read(std::uint32_t address, std::uint32_t& data) {
    data = 0;
    if (address >= 64 && address < 96) {
      data = static_cast<std::uint32_t>(
          std::stoul(spec_.hash.substr((address - 64) / 4 * 8, 8), nullptr, 16));
      if (faults_.wrong_hash && address == 92) data ^= 1;
      return true;
    }
    switch (address) {
      case 0:
        data = 0x4e414352;
        return true;
      case 4:
        data = 256;
        return true;
      case 8:
        data = 1;
        return true;
      case 12:
        data = control_;
        return true;
      case 16:
        data = busy() ? 1 : 0;
        return true;
      case 20:
        data = error_;
        return true;
      case 24:
        data = irq_enable_;
        return true;
      case 28:
        data = irq_status_;
        return true;
      case 136:
      case 140:
      case 144:
      case 4128:
        data = counters_[address];
        return true;
      case 4096:
        data = threshold_;
        return true;
      default:
        break;
    }
    const bool weights = address >= 5120 && address < 5120 + 12;
    const bool state = address >= 6144 && address < 6144 + 12;
    if (!weights && !state) return false;
    if (busy() && !faults_.memory_while_busy) return false;
    if (weights) {
      data = weights_[address];
      return true;
    }
    const std::vector<std::int64_t> membranes = model_->state().at("membrane");
    for (std::size_t i = 0; i < 2; ++i) {
      const std::size_t neuron = (address - 6144) / 4 * 2 + i;
      if (neuron >= membranes.size()) continue;
      std::int64_t value = membranes[neuron];
      if (faults_.wrong_membrane && neuron == 2 && step_ >= 2) ++value;
      data |= (static_cast<std::uint32_t>(value) & 0xff) << (8 * i);
    }
    return true;
  }

  void refuse() {
    error_ |= busy() ? 1u << 5 : 1u << 6;
    irq_status_ |= 2;
  }

  void bus_write(Pins& pins) {
    pins.s_axil_bvalid = write_pending_ ? 1 : 0;
    pins.s_axil_bresp = write_refused_ ? 2 : 0;
    const bool both = pins.s_axil_awvalid != 0 && pins.s_axil_wvalid != 0 && !write_pending_;
    pins.s_axil_awready = pins.s_axil_wready = both ? 1 : 0;
    if (write_pending_ && pins.s_axil_bready != 0) write_pending_ = false;
    if (!both) return;
    write_refused_ = !write(pins.s_axil_awaddr, pins.s_axil_wdata, pins.s_axil_wstrb);
    if (write_refused_) refuse();
    write_pending_ = true;
  }

  void bus_read(Pins& pins) {
    pins.s_axil_rvalid = read_pending_ ? 1 : 0;
    pins.s_axil_rresp = read_refused_ ? 2 : 0;
    pins.s_axil_rdata = read_data_;
    pins.s_axil_arready = pins.s_axil_arvalid != 0 && !read_pending_ ? 1 : 0;
    const bool asked = pins.s_axil_arready != 0;
    if (read_pending_ && pins.s_axil_rready != 0) read_pending_ = false;
    if (!asked) return;
    read_refused_ = !read(pins.s_axil_araddr, read_data_);
    if (read_refused_) refuse();
    read_pending_ = true;
  }

  const Spec& spec_;
  Faults faults_;
  std::unique_ptr<golden::StageModel> model_;
  std::deque<std::uint64_t> output_;
  std::map<std::uint32_t, std::uint32_t> counters_, weights_;
  std::uint32_t error_ = 0, irq_enable_ = 0, irq_status_ = 0, control_ = 0, threshold_ = 4;
  bool write_pending_ = false, write_refused_ = false, read_pending_ = false, read_refused_ = false;
  std::uint32_t read_data_ = 0;
  std::int64_t step_ = 0, sample_ = 0, words_of_sample_ = 0, total_words_ = 0, events_ = 0,
               fall_ = 0;
  bool output_held_ = false;
  bool recording_ = false;
  Activity activity_;
};

class FakeFactory final : public DutFactory {
 public:
  FakeFactory(const Spec& spec, Faults faults) : spec_(spec), faults_(faults) {}
  std::unique_ptr<Dut> make(std::uint64_t) const override {
    return std::make_unique<FakeDut>(spec_, faults_);
  }

 private:
  const Spec& spec_;
  Faults faults_;
};

}  // namespace nacre::harness::test
