`default_nettype none
/// Adder tree of one column of a digital in-memory-computing tile (combinational, exact):
///
///   sum = sum over r of digit[r] * w[r],  r = 0 ... Rows-1
///
/// A digit is an unsigned number of DigitBits bits, or, with x_signed_i, a signed one: its highest
/// bit then has negative weight. Structure, counts and figures: docs/imc_tree.md.
module nacre_imc_tree #(
  /// Inputs of the column: 1 ... 4096.
  parameter int Rows         = 4,
  /// Bits of a digit: 1, 2 or 4.
  parameter int DigitBits    = 1,
  /// Bits of a weight: 1 ... 16.
  parameter int WeightBits   = 4,
  /// 1: weights are two's complement (1 bit: 0 or -1); 0: natural binary.
  parameter bit WeightSigned = 1'b1,
  /// 0: digits are never signed, x_signed_i is ignored.
  parameter bit InputSigned  = 1'b1,
  // Derived, not to be set: the least width of two's complement that holds every sum. Let
  // T = Rows * (2^DigitBits - 1), the greatest sum of digits. Unsigned weights: the greatest sum is
  // T * (2^WeightBits - 1), and signed digits reach less than that far below 0, or as far when
  // DigitBits = 1. Signed weights: the least sum is -T * 2^(WeightBits-1), which needs
  // clog2(T) + WeightBits bits; the greatest is less than its magnitude, except that with signed
  // digits of 1 bit (0, -1) it is Rows * 2^(WeightBits-1) = T * 2^(WeightBits-1).
  parameter int SumWidth = WeightSigned
      ? $clog2(Rows * ((1 << DigitBits) - 1) + ((InputSigned && DigitBits == 1) ? 1 : 0))
        + WeightBits
      : $clog2(40'(Rows * ((1 << DigitBits) - 1)) * 40'((1 << WeightBits) - 1) + 40'd1) + 1
) (
  input  wire logic [Rows*DigitBits-1:0]  x_i,         ///< row r at r*DigitBits
  input  wire logic                       x_signed_i,  ///< the digits are signed numbers
  input  wire logic [Rows*WeightBits-1:0] w_i,         ///< row r at r*WeightBits
  output logic signed [SumWidth-1:0]      sum_o
);

  if (Rows < 1 || Rows > 4096 || (DigitBits != 1 && DigitBits != 2 && DigitBits != 4)
      || WeightBits < 1 || WeightBits > 16) begin : gen_illegal
    nacre_error_imc_tree_parameter_is_out_of_range u_error ();
  end

`ifdef VERILATOR
  // The same sum as a loop: a simulation has no use for the gates.
  wire digits_signed = InputSigned && x_signed_i;
  always_comb begin
    sum_o = '0;
    for (int r = 0; r < Rows; r++) begin
      sum_o = sum_o
            + SumWidth'($signed({digits_signed && x_i[r*DigitBits+DigitBits-1],
                                 x_i[r*DigitBits +: DigitBits]}))
            * SumWidth'($signed({WeightSigned && w_i[r*WeightBits+WeightBits-1],
                                 w_i[r*WeightBits +: WeightBits]}));
    end
  end
`else
  if (!InputSigned) begin : gen_unsigned_digits
    // No sum is negative when the weights are unsigned, too: the sign needs no logic.
    localparam int Width = WeightSigned ? SumWidth : SumWidth - 1;
    logic [Width-1:0] row_a, row_b, sum;
    wire unused_x_signed = x_signed_i;
    nacre_imc_products #(
      .Rows        (Rows),
      .Lines       (DigitBits),
      .WeightBits  (WeightBits),
      .WeightSigned(WeightSigned),
      .Width       (Width)
    ) u_products (
      .x_i    (x_i),
      .w_i    (w_i),
      .row_a_o(row_a),
      .row_b_o(row_b)
    );
    assign sum   = row_a + row_b;
    assign sum_o = WeightSigned ? SumWidth'($signed(sum)) : SumWidth'(sum);
  end else begin : gen_signed_digits
    // The highest bits of the digits are added apart, as t = a + b, and subtracted when the digits
    // are signed: -t = ~a + ~b + 2, where ~a + ~b = (a ^ b) + 2 * (~a & ~b), while
    // a + b = (a ^ b) + 2 * (a & b). The second row has room for one of the two 1.
    localparam int Low      = DigitBits - 1;
    localparam int TopWidth = SumWidth - Low;  // t * 2^Low modulo 2^SumWidth
    logic [Rows-1:0]     x_top;
    logic [TopWidth-1:0] a, b, once, twice;
    wire unused_twice = twice[TopWidth-1];
    for (genvar r = 0; r < Rows; r++) begin : gen_top
      assign x_top[r] = x_i[r*DigitBits+Low];
    end
    nacre_imc_products #(
      .Rows        (Rows),
      .Lines       (1),
      .WeightBits  (WeightBits),
      .WeightSigned(WeightSigned),
      .Width       (TopWidth)
    ) u_top (
      .x_i    (x_top),
      .w_i    (w_i),
      .row_a_o(a),
      .row_b_o(b)
    );
    assign once  = a ^ b;
    assign twice = (a ^ {TopWidth{x_signed_i}}) & (b ^ {TopWidth{x_signed_i}});

    if (DigitBits == 1) begin : gen_one_line
      // The other 1 is the carry into the adder, from a bit below the lowest.
      logic carry_in;
      wire unused_carry_in = carry_in;
      assign {sum_o, carry_in} = {once, x_signed_i}
                               + {twice[TopWidth-2:0], x_signed_i, x_signed_i};
    end else begin : gen_lines
      logic [Rows*Low-1:0]  x_low;
      logic [SumWidth-1:0]  low_a, low_b, row_a, row_b;
      for (genvar r = 0; r < Rows; r++) begin : gen_low
        assign x_low[r*Low +: Low] = x_i[r*DigitBits +: Low];
      end
      nacre_imc_products #(
        .Rows        (Rows),
        .Lines       (Low),
        .WeightBits  (WeightBits),
        .WeightSigned(WeightSigned),
        .Width       (SumWidth)
      ) u_low (
        .x_i    (x_low),
        .w_i    (w_i),
        .row_a_o(low_a),
        .row_b_o(low_b)
      );

      // Two bits in the columns below Low, four from there on, and the other 1 in column Low.
      localparam int Bits = 2 * SumWidth + 2 * TopWidth + 1;
      localparam logic [SumWidth*16-1:0] Heights =
          {{(TopWidth - 1){16'd4}}, 16'd5, {Low{16'd2}}};
      logic [Bits-1:0] bits;
      for (genvar c = 0; c < Low; c++) begin : gen_below
        assign bits[2*c +: 2] = {low_b[c], low_a[c]};
      end
      assign bits[2*Low +: 5] = {x_signed_i, x_signed_i, once[0], low_b[Low], low_a[Low]};
      for (genvar c = 1; c < TopWidth; c++) begin : gen_above
        assign bits[2*Low+4*c+1 +: 4] = {twice[c-1], once[c], low_b[Low+c], low_a[Low+c]};
      end
      nacre_imc_compressor #(
        .Width  (SumWidth),
        .Heights(Heights),
        .Bits   (Bits)
      ) u_join (
        .bits_i (bits),
        .row_a_o(row_a),
        .row_b_o(row_b)
      );
      assign sum_o = row_a + row_b;
    end
  end
`endif

endmodule
`default_nettype wire
