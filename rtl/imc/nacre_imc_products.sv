`default_nettype none
/// Sum of the products of unsigned digits with weights, in carry-save form (combinational):
///
///   row_a + row_b = sum over r of x[r] * w[r]   modulo 2^Width
///
/// One bit per row, bit of the digit and bit of the weight, all in one compressor. The highest bit
/// of a signed weight counts -2^(WeightBits-1): -p is !p - 1, so these products are inverted, and
/// the sum of all the -1 is a constant that is added, too.
module nacre_imc_products #(
  /// Number of digits: 1 ... 4096.
  parameter int Rows         = 4,
  /// Bits of a digit: 1 ... 4.
  parameter int Lines        = 1,
  /// Bits of a weight: 1 ... 16.
  parameter int WeightBits   = 4,
  /// 1: weights are two's complement; 0: natural binary.
  parameter bit WeightSigned = 1'b1,
  /// Bits of the sum: Lines + WeightBits - 1 ... 48.
  parameter int Width        = 6
) (
  input  wire logic [Rows*Lines-1:0]      x_i,  ///< row r at r*Lines
  input  wire logic [Rows*WeightBits-1:0] w_i,  ///< row r at r*WeightBits
  output wire logic [Width-1:0]           row_a_o,
  output wire logic [Width-1:0]           row_b_o
);

  if (Rows < 1 || Rows > 4096 || Lines < 1 || Lines > 4 || WeightBits < 1 || WeightBits > 16
      || Width < Lines + WeightBits - 1 || Width > 48) begin : gen_illegal
    nacre_error_imc_products_parameter_is_out_of_range u_error ();
  end

  // -1 for each inverted product: Rows of them at 2^(WeightBits-1+i) for each bit i of the digits.
  localparam logic [47:0] Constant = WeightSigned
      ? 48'd0 - (48'(Rows * ((1 << Lines) - 1)) << (WeightBits - 1)) : 48'd0;

  // Column c holds bit i of the digits times bit c - i of the weights, for every such i: at most
  // Lines * Rows <= 16384 products, and one bit of the constant.
  function automatic logic [Width*16-1:0] heights_of(input int rows);
    int first, last;
    for (int c = 0; c < Width; c++) begin
      first = (c > WeightBits - 1) ? c - WeightBits + 1 : 0;
      last  = (c < Lines - 1) ? c : Lines - 1;
      heights_of[c*16 +: 16] = ((last >= first) ? 16'((last - first + 1) * rows) : 16'd0)
                             + 16'(Constant[c]);
    end
  endfunction

  function automatic logic [(Width+1)*20-1:0] offsets(input logic [Width*16-1:0] heights);
    logic [19:0] sum;
    sum = 20'd0;
    for (int c = 0; c < Width; c++) begin
      offsets[c*20 +: 20] = sum;
      sum = sum + 20'(heights[c*16 +: 16]);
    end
    offsets[Width*20 +: 20] = sum;
  endfunction

  localparam logic [Width*16-1:0]     Heights = heights_of(Rows);
  localparam logic [(Width+1)*20-1:0] Offsets = offsets(Heights);
  localparam int                      Bits    = 32'(Offsets[Width*20 +: 20]);
  logic [Bits-1:0] bits;

  for (genvar c = 0; c < Width; c++) begin : gen_column
    localparam int Offset = 32'(Offsets[c*20 +: 20]);
    localparam int Height = 32'(Heights[c*16 +: 16]);
    localparam int First  = (c > WeightBits - 1) ? c - WeightBits + 1 : 0;
    localparam int Last   = (c < Lines - 1) ? c : Lines - 1;
    for (genvar i = First; i <= Last; i++) begin : gen_line
      for (genvar r = 0; r < Rows; r++) begin : gen_row
        logic product;
        assign product = x_i[r*Lines+i] && w_i[r*WeightBits+c-i];
        assign bits[Offset+r*(Last-First+1)+i-First] =
            (WeightSigned && c - i == WeightBits - 1) ? !product : product;
      end
    end
    if (Constant[c]) begin : gen_constant
      assign bits[Offset+Height-1] = 1'b1;
    end
  end

  nacre_imc_compressor #(
    .Width  (Width),
    .Heights(Heights),
    .Bits   (Bits)
  ) u_compressor (
    .bits_i (bits),
    .row_a_o(row_a_o),
    .row_b_o(row_b_o)
  );

endmodule
`default_nettype wire
