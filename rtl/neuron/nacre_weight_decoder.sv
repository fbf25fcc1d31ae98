`default_nettype none
/// From a stored weight code to its value (combinational).
///
///   signed    two's complement             value_o: Width bits
///   unsigned  natural binary               Width + 1 bits
///   binary    0: -1, 1: +1                 2 bits
///   cells     popcount(low half) - popcount(high half), k = Width / 2 cells each
///                                          $clog2(k + 1) + 1 bits
/// Contract: generator/src/kinds/spiking_dense/README.md, "Weight codes".
module nacre_weight_decoder #(
  /// 0 signed, 1 unsigned, 2 binary, 3 cells.
  parameter int Code  = 0,
  /// Bits stored: 1 ... 16; 1 with binary, even with cells.
  parameter int Width = 8,
  // Derived, not to be set. The value is in -k ... k (cells), -1 ... 1 (binary),
  // 0 ... 2^Width - 1 (unsigned) or -2^(Width-1) ... 2^(Width-1) - 1 (signed).
  parameter int ValueWidth = (Code == 0) ? Width
                           : (Code == 1) ? Width + 1
                           : (Code == 2) ? 2
                           : $clog2(Width / 2 + 1) + 1
) (
  input  wire logic       [Width-1:0]      code_i,
  output logic signed     [ValueWidth-1:0] value_o
);

  if (Code < 0 || Code > 3 || Width < 1 || Width > 16 || (Code == 2 && Width != 1)
      || (Code == 3 && Width % 2 != 0)) begin : gen_illegal
    nacre_error_weight_code_or_width_is_out_of_range u_error ();
  end

  if (Code == 0) begin : gen_signed
    assign value_o = $signed(code_i);
  end else if (Code == 1) begin : gen_unsigned
    assign value_o = $signed({1'b0, code_i});
  end else if (Code == 2) begin : gen_binary
    assign value_o = $signed({!code_i[0], 1'b1});
  end else begin : gen_cells
    localparam int NumCells = Width / 2;
    // Each sum is at most k < 2^(ValueWidth-1), so ValueWidth bits hold it without its sign bit.
    logic [ValueWidth-1:0] positive, negative;
    always_comb begin
      positive = '0;
      negative = '0;
      for (int c = 0; c < NumCells; c++) begin
        positive = positive + ValueWidth'(code_i[c]);
        negative = negative + ValueWidth'(code_i[NumCells+c]);
      end
    end
    assign value_o = $signed(positive - negative);
  end

endmodule
`default_nettype wire
