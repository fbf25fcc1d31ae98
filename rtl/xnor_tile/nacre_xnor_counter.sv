`default_nettype none
/// Popcount of one neuron, product by product: the value becomes the product with the first one,
/// and grows by each further one.
///
/// Ticks where the product is 1 alone, bits from the fourth on where the lower ones wrap.  Eight
/// bits, mapped to osu018: 66 NAND2, as without the second clock gate, at half the flip-flops
/// clocked (1.8 per product of 0 or 1 alike, against 4).
module nacre_xnor_counter #(
  /// At least 1: it counts up to 2^Width - 1.
  parameter int Width = 3
) (
  input  wire logic             clk_i,      ///< ticks when there is a product
  input  wire logic             first_i,    ///< it is the first one
  input  wire logic             product_i,
  output logic      [Width-1:0] value_o
);

  localparam int LowWidth  = (Width < 1) ? 1 : (Width < 3) ? Width : 3;
  localparam int HighWidth = Width - LowWidth;

  if (Width < 1) begin : gen_illegal
    nacre_error_width_must_be_at_least_1 u_error ();
  end

  logic [LowWidth-1:0] low, low_next;
  logic                carry;

  assign {carry, low_next} = {1'b0, low} + (LowWidth + 1)'(1);
  assign value_o[LowWidth-1:0] = low;
  nacre_register #(
    .Width(LowWidth)
  ) u_low (
    .clk_i   (clk_i),
    .enable_i(first_i || product_i),
    .d_i     (first_i ? LowWidth'(product_i) : low_next),
    .q_o     (low)
  );

  if (HighWidth > 0) begin : gen_high
    logic [HighWidth-1:0] high;
    assign value_o[Width-1:LowWidth] = high;
    nacre_register #(
      .Width(HighWidth)
    ) u_high (
      .clk_i   (clk_i),
      .enable_i(first_i || (product_i && carry)),
      .d_i     (first_i ? HighWidth'(0) : high + HighWidth'(1)),
      .q_o     (high)
    );
  end else begin : gen_no_high
    wire unused_carry = carry;
  end

endmodule
`default_nettype wire
