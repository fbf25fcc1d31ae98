#include "verilator/wrapper.hpp"

#include "harness/dut.hpp"

namespace nacre::flows {

// Change the text below together with harness::Pins.
static_assert(harness::kDutAbi == 2 && sizeof(harness::Pins) == 56);

std::string_view prefix_header_text() {
  return R"text(#include <cstdint>
#include <cstdio>
#include <cstdarg>
#include <memory>
#include <string>
#include "verilated.h"
#ifdef NACRE_WAVES
#include "verilated_fst_c.h"
#endif
#ifdef NACRE_ACTIVITY
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <vector>
#endif
)text";
}

std::string_view wrapper_text() {
  return R"text(// C interface of a Verilated design; written by nacre.
#include "Vdut.h"
#ifdef NACRE_ACTIVITY
#include "activity.h"
#endif

struct Pins {
  std::uint64_t s_axis_tdata;
  std::uint32_t s_axil_awaddr, s_axil_wdata, s_axil_araddr;
  std::uint8_t rst_ni;
  std::uint8_t s_axil_awprot, s_axil_awvalid, s_axil_wstrb, s_axil_wvalid, s_axil_bready;
  std::uint8_t s_axil_arprot, s_axil_arvalid, s_axil_rready;
  std::uint8_t s_axis_tvalid, s_axis_tlast, m_axis_tready;
  std::uint64_t m_axis_tdata;
  std::uint32_t s_axil_rdata;
  std::uint8_t s_axil_awready, s_axil_wready, s_axil_bresp, s_axil_bvalid, s_axil_arready;
  std::uint8_t s_axil_rresp, s_axil_rvalid, s_axis_tready, m_axis_tvalid, m_axis_tlast, irq_o;
};
static_assert(sizeof(Pins) == 56, "the harness and the model disagree on the pins");

struct ActivityView {
  std::int64_t cycles = 0;
  std::int32_t num_nets = 0, num_levels = 0, num_blocks = 0;
  const std::uint64_t* toggles = nullptr;
  const std::uint64_t* levels = nullptr;
  const std::uint64_t* block_cycles = nullptr;
};

#ifdef NACRE_ACTIVITY
namespace {
constexpr int kNumClasses = 3;
constexpr int kInputEvent = 0, kTimeStep = 1, kIdle = 2;

// Counts what changes between settled cycles. Verilator keeps each net in a byte of its own, those
// of a block side by side: one 64-bit operation compares eight, and each byte of `pending` counts
// its net until the flush.
class Counter {
 public:
  explicit Counter(const Vdut___024root& root)
      : base_(reinterpret_cast<const unsigned char*>(&root)) {
    for (int b = 0; b < activity::kNumBlocks; ++b) {
      const std::uint32_t* nets = activity::kNets + activity::kBlockBegin[b];
      const std::uint32_t* end = activity::kNets + activity::kBlockBegin[b + 1];
      if (nets == end) continue;
      Range range;
      range.block = b;
      range.begin = *std::min_element(nets, end);
      range.words = (*std::max_element(nets, end) - range.begin) / 8 + 1;
      // The last word must not reach beyond the object.
      range.begin = std::min<std::size_t>(range.begin, sizeof(Vdut___024root) - 8 * range.words);
      range.pending = num_words_;
      num_words_ += range.words;
      ranges_.push_back(range);
    }
    before_.resize(num_words_);
    for (std::vector<std::uint64_t>& each : pending_) each.resize(num_words_);
    clear(now_);
  }

  // One cycle, settled with the clock low.
  void sample() {
    int stage_class[activity::kNumStages + 1] = {};
    for (int s = 0; s < activity::kNumStages; ++s) stage_class[s] = class_of(s);
    int block_class[activity::kNumBlocks] = {};
    for (int b = 0; b < activity::kNumBlocks; ++b) {
      const int stage = activity::kBlockStage[b];
      block_class[b] = stage < 0 ? kIdle : stage_class[stage];
    }
    for (const Range& range : ranges_) count(range, block_class[range.block]);
    if (!recording) return;
    ++now_.cycles;
    for (int b = 0; b < activity::kNumBlocks; ++b) {
      ++now_.block_cycles[block_class[b] * activity::kNumBlocks + b];
    }
    for (int l = 0; l < activity::kNumLevels; ++l) {
      const activity::Level& level = activity::kLevels[l];
      bool one = !bit(level.off);
      for (const std::int64_t on : level.on) one = one && bit_or_one(on);
      if (one) ++now_.levels[block_class[level.block] * activity::kNumLevels + l];
    }
    if (++num_pending_ == 255) flush();
  }

  // What was counted since it was last taken.
  ActivityView take() {
    flush();
    taken_ = now_;
    clear(now_);
    return {taken_.cycles,          activity::kNumNets,    activity::kNumLevels,
            activity::kNumBlocks,   taken_.toggles.data(), taken_.levels.data(),
            taken_.block_cycles.data()};
  }

  bool recording = false;

 private:
  struct Totals {
    std::int64_t cycles = 0;
    std::vector<std::uint64_t> toggles, levels, block_cycles;
  };
  struct Range {
    int block = 0;
    std::size_t begin = 0;    // in the object
    std::size_t words = 0;
    std::size_t pending = 0;  // in before_ and pending_
  };

  static void clear(Totals& totals) {
    totals.cycles = 0;
    totals.toggles.assign(kNumClasses * activity::kNumNets, 0);
    totals.levels.assign(kNumClasses * activity::kNumLevels, 0);
    totals.block_cycles.assign(kNumClasses * activity::kNumBlocks, 0);
  }

  bool bit(std::int64_t offset) const { return offset >= 0 && base_[offset] != 0; }

  bool bit_or_one(std::int64_t offset) const { return offset < 0 || base_[offset] != 0; }

  int class_of(int s) {
    const activity::Stage& stage = activity::kStages[s];
    bool word = false, event = false;
    for (int i = 0; i < activity::kMostInputs; ++i) {
      if (!bit(stage.valid[i])) continue;
      word = true;
      if (!bit(stage.kind[i])) event = true;
    }
    if (word) {
      last_class_[s] = event ? kInputEvent : kTimeStep;
      return last_class_[s];
    }
    return bit(stage.busy) ? last_class_[s] : kIdle;
  }

  // Changes since the cycle before; the values are kept although nothing may be recorded, so that
  // the first recorded cycle has one before it.
  void count(const Range& range, int cause) {
    std::uint64_t* before = &before_[range.pending];
    std::uint64_t* pending = &pending_[cause][range.pending];
    const unsigned char* nets = base_ + range.begin;
    if (!recording) {
      std::memcpy(before, nets, 8 * range.words);
      return;
    }
    for (std::size_t w = 0; w < range.words; ++w) {
      std::uint64_t now;
      std::memcpy(&now, nets + 8 * w, 8);
      // Bytes between the nets may hold anything; they must not carry into their neighbours.
      pending[w] += (now ^ before[w]) & 0x0101010101010101u;
      before[w] = now;
    }
  }

  // Before a byte of `pending` overflows.
  void flush() {
    for (const Range& range : ranges_) {
      for (int c = 0; c < kNumClasses; ++c) {
        const unsigned char* bytes =
            reinterpret_cast<const unsigned char*>(&pending_[c][range.pending]);
        for (int n = activity::kBlockBegin[range.block]; n < activity::kBlockBegin[range.block + 1];
             ++n) {
          now_.toggles[c * activity::kNumNets + n] += bytes[activity::kNets[n] - range.begin];
        }
      }
    }
    for (std::vector<std::uint64_t>& each : pending_) std::fill(each.begin(), each.end(), 0);
    num_pending_ = 0;
  }

  const unsigned char* base_;
  std::vector<Range> ranges_;
  std::size_t num_words_ = 0;
  std::vector<std::uint64_t> before_;
  std::vector<std::uint64_t> pending_[kNumClasses];
  int num_pending_ = 0;
  int last_class_[activity::kNumStages + 1] = {};
  Totals now_, taken_;
};
}  // namespace
#endif

namespace {
// What $error, $fatal, $stop or a failed assertion said, on the thread that
// evaluates.
thread_local std::string failure;

void note_failure(const char* file, int line, const char* hierarchy, const char* what) {
  if (!failure.empty()) return;
  failure = std::string(what) + " at " + file + ":" + std::to_string(line);
  if (hierarchy != nullptr && *hierarchy != 0) failure += std::string(" in ") + hierarchy;
}

struct Instance {
  std::unique_ptr<VerilatedContext> context;
  std::unique_ptr<Vdut> top;
  std::string failure;   // since it was last asked for
  std::string reported;  // what was answered last
  std::uint64_t half_cycles = 0;
  bool armed = false;  // assertions hold from the first reset on: what came before is noise
#ifdef NACRE_WAVES
  std::unique_ptr<VerilatedFstC> waves;
#endif
#ifdef NACRE_ACTIVITY
  std::unique_ptr<Counter> counter;
#endif
  void dump() {
#ifdef NACRE_WAVES
    if (waves) waves->dump(half_cycles);
#endif
    ++half_cycles;
  }
};
}  // namespace

// The runtime is compiled with VL_USER_STOP, VL_USER_FATAL and VL_USER_FINISH.
void vl_stop(const char* file, int line, const char* hierarchy) VL_MT_UNSAFE {
  note_failure(file, line, hierarchy, "assertion or $error");
}
void vl_finish(const char* file, int line, const char* hierarchy) VL_MT_UNSAFE {
  note_failure(file, line, hierarchy, "$finish");
}
void vl_fatal(const char* file, int line, const char* hierarchy, const char* message) VL_MT_UNSAFE {
  note_failure(file, line, hierarchy, message);
}

#define NACRE_EXPORT extern "C" __attribute__((visibility("default")))

NACRE_EXPORT int nacre_dut_abi() { return 2; }

NACRE_EXPORT void* nacre_dut_create(std::uint64_t seed) {
  std::unique_ptr<Instance> dut(new Instance);
  dut->context.reset(new VerilatedContext);
  dut->context->assertOn(false);
  dut->context->randReset(2);
  dut->context->randSeed(static_cast<int>(seed & 0x7ffffffe) + 1);
#ifdef NACRE_WAVES
  dut->context->traceEverOn(true);
#endif
  dut->top.reset(new Vdut(dut->context.get(), "TOP"));
#ifdef NACRE_ACTIVITY
  dut->counter.reset(new Counter(*dut->top->rootp));
#endif
  return dut.release();
}

NACRE_EXPORT void nacre_dut_destroy(void* handle) {
  Instance* dut = static_cast<Instance*>(handle);
#ifdef NACRE_WAVES
  if (dut->waves) dut->waves->close();
#endif
  dut->top->final();
  delete dut;
}

NACRE_EXPORT void nacre_dut_cycle(void* handle, Pins* pins) {
  Instance& dut = *static_cast<Instance*>(handle);
  Vdut& top = *dut.top;
  top.rst_ni = pins->rst_ni;
  top.s_axis_tdata = pins->s_axis_tdata;
  top.s_axis_tvalid = pins->s_axis_tvalid;
  top.s_axis_tlast = pins->s_axis_tlast;
  top.m_axis_tready = pins->m_axis_tready;
  top.s_axil_awaddr = pins->s_axil_awaddr;
  top.s_axil_awprot = pins->s_axil_awprot;
  top.s_axil_awvalid = pins->s_axil_awvalid;
  top.s_axil_wdata = pins->s_axil_wdata;
  top.s_axil_wstrb = pins->s_axil_wstrb;
  top.s_axil_wvalid = pins->s_axil_wvalid;
  top.s_axil_bready = pins->s_axil_bready;
  top.s_axil_araddr = pins->s_axil_araddr;
  top.s_axil_arprot = pins->s_axil_arprot;
  top.s_axil_arvalid = pins->s_axil_arvalid;
  top.s_axil_rready = pins->s_axil_rready;
  if (__builtin_expect(!dut.armed && pins->rst_ni == 0, 0)) {
    dut.armed = true;
    dut.context->assertOn(true);
  }
  top.clk_i = 0;
  top.eval();
  dut.dump();
  pins->s_axis_tready = top.s_axis_tready;
  pins->m_axis_tdata = top.m_axis_tdata;
  pins->m_axis_tvalid = top.m_axis_tvalid;
  pins->m_axis_tlast = top.m_axis_tlast;
  pins->s_axil_awready = top.s_axil_awready;
  pins->s_axil_wready = top.s_axil_wready;
  pins->s_axil_bresp = top.s_axil_bresp;
  pins->s_axil_bvalid = top.s_axil_bvalid;
  pins->s_axil_arready = top.s_axil_arready;
  pins->s_axil_rdata = top.s_axil_rdata;
  pins->s_axil_rresp = top.s_axil_rresp;
  pins->s_axil_rvalid = top.s_axil_rvalid;
  pins->irq_o = top.irq_o;
#ifdef NACRE_ACTIVITY
  dut.counter->sample();
#endif
  top.clk_i = 1;
  top.eval();
  dut.dump();
  if (__builtin_expect(!failure.empty(), 0)) {
    if (dut.failure.empty()) dut.failure = failure;
    failure.clear();
  }
}

NACRE_EXPORT int nacre_dut_start_waves(void* handle, const char* file) {
#ifdef NACRE_WAVES
  Instance& dut = *static_cast<Instance*>(handle);
  dut.waves.reset(new VerilatedFstC);
  dut.top->trace(dut.waves.get(), 99);
  dut.waves->open(file);
  return dut.waves->isOpen() ? 1 : 0;
#else
  (void)handle;
  (void)file;
  return 0;
#endif
}

NACRE_EXPORT void nacre_dut_stop_waves(void* handle) {
#ifdef NACRE_WAVES
  Instance& dut = *static_cast<Instance*>(handle);
  if (dut.waves) dut.waves->close();
  dut.waves.reset();
#else
  (void)handle;
#endif
}

NACRE_EXPORT const char* nacre_dut_failure(void* handle) {
  Instance& dut = *static_cast<Instance*>(handle);
  dut.reported.swap(dut.failure);
  dut.failure.clear();
  return dut.reported.c_str();
}

NACRE_EXPORT int nacre_dut_record_activity(void* handle, int on) {
#ifdef NACRE_ACTIVITY
  static_cast<Instance*>(handle)->counter->recording = on != 0;
  return 1;
#else
  (void)handle;
  (void)on;
  return 0;
#endif
}

NACRE_EXPORT void nacre_dut_take_activity(void* handle, ActivityView* view) {
#ifdef NACRE_ACTIVITY
  *view = static_cast<Instance*>(handle)->counter->take();
#else
  (void)handle;
  *view = ActivityView();
#endif
}
)text";
}

}  // namespace nacre::flows
