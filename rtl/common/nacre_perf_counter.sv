`default_nettype none
/// Performance counter: 32 bits, wraps. value := 0 on clear_i, else value + Increment on en_i.
module nacre_perf_counter #(
  /// What one event adds, at least 1.
  parameter int Increment = 1
) (
  input  wire logic   clk_i,
  input  wire logic   rst_ni,   ///< asynchronous, active low
  input  wire logic   clear_i,  ///< wins over en_i
  input  wire logic   en_i,
  output logic [31:0] value_o
);

  if (Increment < 1) begin : gen_illegal
    nacre_error_increment_must_be_at_least_1 u_error ();
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)      value_o <= '0;
    else if (clear_i) value_o <= '0;
    else if (en_i)    value_o <= value_o + 32'(Increment);
  end

endmodule
`default_nettype wire
