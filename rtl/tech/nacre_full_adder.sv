`default_nettype none
/// Full adder (combinational): a + b + c = 2 * carry + sum. Synthesis dissolves it in its
/// surroundings; a flow for a library with a full-adder cell may replace it by name instead.
module nacre_full_adder (
  input  wire logic a_i,
  input  wire logic b_i,
  input  wire logic c_i,      ///< the input that arrives last: it passes one exclusive-or only
  output wire logic sum_o,
  output wire logic carry_o
);

  logic propagate;
  assign propagate = a_i ^ b_i;
  assign sum_o     = propagate ^ c_i;
  assign carry_o   = (a_i & b_i) | (c_i & propagate);

endmodule
`default_nettype wire
