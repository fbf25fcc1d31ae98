`default_nettype none
/// Division of an unsigned number by a constant: quotient and remainder, combinational.
///
/// A power of two costs nothing. Else the quotient is the number times a reciprocal m, rounded up:
/// m = floor(2^s / Divisor) + 1, so m * Divisor = 2^s + e with 0 < e <= Divisor, and
/// value * m / 2^s exceeds value / Divisor by value * e / (Divisor * 2^s). That is exact while it
/// is less than 1 / Divisor, too little to reach the next integer: while value * e < 2^s (Granlund
/// and Montgomery, PLDI 1994). s is the least with which this holds for every value; with
/// s = Width + ceil(log2(Divisor)) it always does, as e <= Divisor.
module nacre_divide_constant #(
  /// Bits of the number, 1 ... 24.
  parameter int Width   = 8,
  /// 1 ... 2^24.
  parameter int Divisor = 3,
  // Derived, not to be set. The remainder is below Divisor.
  parameter int RemainderWidth = (Divisor > 1) ? $clog2(Divisor) : 1
) (
  input  wire logic [Width-1:0]          value_i,
  output logic      [Width-1:0]          quotient_o,
  output logic      [RemainderWidth-1:0] remainder_o
);

  localparam int DivisorWidth = $clog2(Divisor);
  localparam int Shift = shift_of(Width + DivisorWidth);  // s <= 48
  localparam logic [63:0] Reciprocal = (64'd1 << Shift) / 64'(Divisor) + 64'd1;

  function automatic int shift_of(input int most);
    logic [63:0] power, excess;
    shift_of = most;
    for (int s = most - 1; s >= 0; s--) begin
      power  = 64'd1 << s;
      excess = (power / 64'(Divisor) + 64'd1) * 64'(Divisor) - power;
      // Both factors are at most 2^24.
      if (excess * ((64'd1 << Width) - 64'd1) < power) shift_of = s;
    end
  endfunction

  if (Width < 1 || Width > 24 || Divisor < 1 || Divisor > (1 << 24)) begin : gen_illegal
    nacre_error_width_or_divisor_is_out_of_range u_error ();
  end

  if (Divisor == 1) begin : gen_one
    assign quotient_o  = value_i;
    assign remainder_o = '0;
  end else if (Divisor == (1 << DivisorWidth)) begin : gen_power_of_two
    // The number may be narrower than the divisor.
    logic [Width+RemainderWidth-1:0] extended;
    assign extended    = {{RemainderWidth{1'b0}}, value_i};
    assign quotient_o  = extended[DivisorWidth +: Width];
    assign remainder_o = extended[RemainderWidth-1:0];
  end else begin : gen_reciprocal
    // value < 2^Width; m <= 2^(Width+1), for s <= Width + DivisorWidth and Divisor is greater than
    // 2^(DivisorWidth-1).
    localparam int ProductWidth = 2 * Width + 1;
    logic [ProductWidth-1:0] product;
    logic [Width-1:0]        rest;
    logic [Width+RemainderWidth-1:0] extended;
    assign product     = ProductWidth'(value_i) * ProductWidth'(Reciprocal);
    assign quotient_o  = Width'(product >> Shift);
    // Below Divisor, and quotient * Divisor fits, for it is at most the number.
    assign rest        = value_i - Width'(32'(quotient_o) * Divisor);
    assign extended    = {{RemainderWidth{1'b0}}, rest};
    assign remainder_o = extended[RemainderWidth-1:0];
    wire unused_rest = ^extended;
  end

endmodule
`default_nettype wire
