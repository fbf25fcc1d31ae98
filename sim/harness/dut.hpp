#pragma once
// The design under test as the harness sees it: pins and clock cycles (docs/stage_interface.md).

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace nacre::harness {

/// The pins of every generated top. Plain C layout: it crosses the boundary of the shared object
/// (flows/verilator/wrapper.cpp declares the same structure; `kDutAbi` changes with it).
struct Pins {
  // Into the design.
  std::uint64_t s_axis_tdata = 0;
  std::uint32_t s_axil_awaddr = 0;
  std::uint32_t s_axil_wdata = 0;
  std::uint32_t s_axil_araddr = 0;
  std::uint8_t rst_ni = 1;
  std::uint8_t s_axil_awprot = 0;
  std::uint8_t s_axil_awvalid = 0;
  std::uint8_t s_axil_wstrb = 0xf;
  std::uint8_t s_axil_wvalid = 0;
  std::uint8_t s_axil_bready = 0;
  std::uint8_t s_axil_arprot = 0;
  std::uint8_t s_axil_arvalid = 0;
  std::uint8_t s_axil_rready = 0;
  std::uint8_t s_axis_tvalid = 0;
  std::uint8_t s_axis_tlast = 0;
  std::uint8_t m_axis_tready = 0;
  // Out of the design.
  std::uint64_t m_axis_tdata = 0;
  std::uint32_t s_axil_rdata = 0;
  std::uint8_t s_axil_awready = 0;
  std::uint8_t s_axil_wready = 0;
  std::uint8_t s_axil_bresp = 0;
  std::uint8_t s_axil_bvalid = 0;
  std::uint8_t s_axil_arready = 0;
  std::uint8_t s_axil_rresp = 0;
  std::uint8_t s_axil_rvalid = 0;
  std::uint8_t s_axis_tready = 0;
  std::uint8_t m_axis_tvalid = 0;
  std::uint8_t m_axis_tlast = 0;
  std::uint8_t irq_o = 0;
};

/// Version of the interface between the harness and a model's shared object.
inline constexpr int kDutAbi = 2;

/// What an instrumented model counted while it was recording (flows/power). A class is what a block
/// works on in a cycle: 0 an input event, 1 a time step, 2 nothing.
struct Activity {
  static constexpr int kNumClasses = 3;
  std::int64_t cycles = 0;  ///< recorded
  int num_nets = 0;         ///< counted bits
  int num_levels = 0;
  int num_blocks = 0;
  std::vector<std::uint64_t> toggles;       ///< [class][net]: changes of the settled value
  std::vector<std::uint64_t> levels;        ///< [class][level]: cycles in which it was 1
  std::vector<std::uint64_t> block_cycles;  ///< [class][block]
  /// Adds what another instance of the same model counted; an empty one takes its sizes. Throws
  /// std::logic_error when the sizes differ.
  void add(const Activity& other);
};

/// One instance of a design under test.
class Dut {
 public:
  virtual ~Dut() = default;
  /// One clock cycle: applies the inputs with the clock low, reads the outputs (they are what the
  /// rising edge sees), then the rising edge.
  virtual void cycle(Pins& pins) = 0;
  /// Records waves into this file (FST) from now on. False: the model was built without tracing.
  virtual bool start_waves(const std::filesystem::path& file) = 0;
  virtual void stop_waves() = 0;
  /// What `$error`, `$fatal` or a failed assertion said since the last call; empty: nothing.
  virtual std::string take_assertion_failure() = 0;
  /// Counts activity from the next cycle on, or no longer. False: the model is not instrumented.
  virtual bool record_activity(bool on) = 0;
  /// What was counted since the instance was made or last asked.
  virtual Activity take_activity() = 0;
};

/// Makes instances of one design under test; may be called from several threads.
class DutFactory {
 public:
  virtual ~DutFactory() = default;
  /// `seed` chooses the values that registers and memories hold before reset.
  virtual std::unique_ptr<Dut> make(std::uint64_t seed) const = 0;
};

/// Loads the shared object of a model (flows/verilator). Throws std::runtime_error with the
/// loader's words when it cannot be loaded or speaks another interface.
std::unique_ptr<DutFactory> load_model(const std::filesystem::path& shared_object);

}  // namespace nacre::harness
