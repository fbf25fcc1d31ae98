#include "verilator/wrapper.hpp"

#include "harness/dut.hpp"

namespace nacre::flows {

// Change the text below together with harness::Pins.
static_assert(harness::kDutAbi == 1 && sizeof(harness::Pins) == 56);

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
)text";
}

std::string_view wrapper_text() {
  return R"text(// C interface of a Verilated design; written by nacre.
#include "Vdut.h"

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

NACRE_EXPORT int nacre_dut_abi() { return 1; }

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
)text";
}

}  // namespace nacre::flows
