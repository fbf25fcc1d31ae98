`default_nettype none
/// A register of `Width` bits with an asynchronous reset to `Reset`, else as nacre_register.
module nacre_register_reset #(
  /// At least 1; a gate pays from about 3 bits on.
  parameter int               Width = 8,
  parameter logic [Width-1:0] Reset = '0
) (
  input  wire logic             clk_i,
  input  wire logic             rst_ni,    ///< asynchronous, active low
  input  wire logic             enable_i,
  input  wire logic [Width-1:0] d_i,
  output logic      [Width-1:0] q_o
);

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
    always_ff @(posedge clk_gated or negedge rst_ni) begin
      if (!rst_ni) q_o <= Reset;
      else         q_o <= d_i;
    end
  end else begin : gen_enabled
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni)       q_o <= Reset;
      else if (enable_i) q_o <= d_i;
    end
  end

endmodule
`default_nettype wire
