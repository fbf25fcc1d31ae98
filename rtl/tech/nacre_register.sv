`default_nettype none
/// A register of `Width` bits that loads `d_i` at a rising edge at which `enable_i` is 1: the clock
/// is gated, so that an idle register costs no energy and a bit no enable multiplexer. Without
/// reset: for data whose validity is told by another register.
module nacre_register #(
  /// At least 1; a gate pays from about 3 bits on.
  parameter int Width = 8
) (
  input  wire logic             clk_i,
  input  wire logic             enable_i,
  input  wire logic [Width-1:0] d_i,
  output logic      [Width-1:0] q_o
);

  // In Verilator each gated clock is scheduled apart: designs run 1.6 times as fast with an enable.
`ifdef VERILATOR
  localparam bit Gated = 1'b0;
`elsif NACRE_FPGA
  localparam bit Gated = 1'b0;
`else
  localparam bit Gated = 1'b1;
`endif

  if (Width < 1) begin : gen_illegal
    nacre_error_width_must_be_at_least_1 u_error ();
  end

  if (Gated) begin : gen_gated
    logic clk_gated;
    nacre_clock_gate u_gate (
      .clk_i   (clk_i),
      .enable_i(enable_i),
      .clk_o   (clk_gated)
    );
    always_ff @(posedge clk_gated) q_o <= d_i;
  end else begin : gen_enabled
    always_ff @(posedge clk_i) begin
      if (enable_i) q_o <= d_i;
    end
  end

endmodule
`default_nettype wire
