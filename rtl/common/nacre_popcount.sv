`default_nettype none
/// Number of ones (combinational).
///
/// Full adders carry-save to two rows (nacre_imc_compressor), then one adder.  Of 64 bits, mapped
/// to osu018: 357 NAND2; as a tree of adders of 2^k - 1 bits 368, as a loop that adds bit after bit
/// 368 (Yosys 0.23, script of nacre synth).
module nacre_popcount #(
  /// 1 ... 4096.
  parameter int Inputs     = 7,
  // Derived, not to be set: the least width that holds Inputs.
  parameter int CountWidth = $clog2(Inputs + 1)
) (
  input  wire logic [Inputs-1:0] bits_i,
  output logic [CountWidth-1:0]  count_o
);

  if (Inputs < 1 || Inputs > 4096) begin : gen_illegal
    nacre_error_popcount_inputs_must_be_1_to_4096 u_error ();
  end

`ifdef VERILATOR
  assign count_o = CountWidth'($countones(bits_i));
`else
  logic [CountWidth-1:0] row_a, row_b;
  nacre_imc_compressor #(
    .Width  (CountWidth),
    .Heights((CountWidth*16)'(Inputs)),   // all in column 0
    .Bits   (Inputs)
  ) u_compressor (
    .bits_i (bits_i),
    .row_a_o(row_a),
    .row_b_o(row_b)
  );
  assign count_o = row_a + row_b;
`endif

endmodule
`default_nettype wire
