// Timing constraints.

#include <fmt/format.h>

#include "emit/printers.hpp"

namespace nacre {

std::string print_sdc(const Design& design) {
  return fmt::format(
      R"(# {0}: timing constraints.
# {1}

# Clock period in ns. Set it before this file is read to override it.
if {{![info exists clock_period_ns]}} {{
  set clock_period_ns 10.0
}}

# Part of the period that the logic outside takes: 0.3 before each input, 0.3 behind each output.
# Every stream and bus port ends in a register or a FIFO inside, so that 0.4 suffices within.
set input_delay_fraction  0.3
set output_delay_fraction 0.3

create_clock -name clk -period $clock_period_ns [get_ports clk_i]

set input_delay_ns  [expr $clock_period_ns * $input_delay_fraction]
set output_delay_ns [expr $clock_period_ns * $output_delay_fraction]
foreach port {{s_axil_awready s_axil_wready s_axil_bresp* s_axil_bvalid s_axil_arready s_axil_rdata*
              s_axil_rresp* s_axil_rvalid s_axis_tready m_axis_tdata* m_axis_tvalid m_axis_tlast
              irq_o}} {{
  set_output_delay $output_delay_ns -clock clk [get_ports $port]
}}
foreach port {{s_axil_awaddr* s_axil_awprot* s_axil_awvalid s_axil_wdata* s_axil_wstrb*
              s_axil_wvalid s_axil_bready s_axil_araddr* s_axil_arprot* s_axil_arvalid
              s_axil_rready s_axis_tdata* s_axis_tvalid s_axis_tlast m_axis_tready}} {{
  set_input_delay $input_delay_ns -clock clk [get_ports $port]
}}

# The reset is asserted at any time; whoever drives it releases it in step with the clock.
set_false_path -from [get_ports rst_ni]
)",
      design.name, generated_by(design));
}

}  // namespace nacre
