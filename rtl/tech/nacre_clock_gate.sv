`default_nettype none
/// Clock gate: one pulse of `clk_o` for each rising edge of `clk_i` at which `enable_i` is 1.
///
/// A latch, transparent while the clock is low, keeps glitches of the enable from the clock; the
/// enable has the whole cycle to settle. Synthesis replaces the module by the library's integrated
/// clock gate when there is one. With NACRE_FPGA defined the gate is transparent: an FPGA's clock
/// network has enables of its own. A circuit must therefore behave the same with and without the
/// gating: what is behind the gate may not want to change while `enable_i` is 0.
(* keep_hierarchy *)
module nacre_clock_gate (
  input  wire logic clk_i,
  input  wire logic enable_i,
  output wire logic clk_o
);

`ifdef NACRE_FPGA
  wire unused_enable = enable_i;
  assign clk_o = clk_i;
`else
  logic enable_q;
  always_latch begin
    if (!clk_i) enable_q = enable_i;
  end
  assign clk_o = clk_i & enable_q;
`endif

endmodule
`default_nettype wire
