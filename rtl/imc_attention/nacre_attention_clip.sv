`default_nettype none
/// Cuts a number to the range of a field (combinational): y = max(low, min(x, high)), low ... high
/// = -2^(OutBits-1) ... 2^(OutBits-1) - 1 when OutSigned, else 0 ... 2^OutBits - 1.
module nacre_attention_clip #(
  /// Bits of x, two's complement, at least 2.
  parameter int InWidth   = 4,
  /// Bits of y, at least 1.
  parameter int OutBits   = 3,
  /// 1: y is two's complement, 0: natural binary.
  parameter bit OutSigned = 1'b1
) (
  input  wire logic [InWidth-1:0] x_i,
  output logic      [OutBits-1:0] y_o
);

  if (InWidth < 2 || OutBits < 1) begin : gen_illegal
    nacre_error_attention_clip_parameter_is_out_of_range u_error ();
  end

  wire negative = x_i[InWidth-1];
  // Bits of y without its sign.
  localparam int Magnitude = OutSigned ? OutBits - 1 : OutBits;

  if (InWidth - 1 > Magnitude) begin : gen_cut
    // Bits between the sign and those that y keeps: all equal to the sign when x is in the range.
    localparam int Over = InWidth - 1 - Magnitude;
    logic [Over-1:0]    over;
    logic [OutBits-1:0] low, high;
    assign over = x_i[InWidth-2 -: Over];
    if (OutSigned) begin : gen_signed
      assign low  = (over != {Over{1'b1}}) ? OutBits'(1) << Magnitude : x_i[OutBits-1:0];
      assign high = (over != '0) ? ~(OutBits'(1) << Magnitude) : x_i[OutBits-1:0];
    end else begin : gen_unsigned
      assign low  = '0;
      assign high = x_i[OutBits-1:0] | {OutBits{over != '0}};
    end
    assign y_o = negative ? low : high;
  end else begin : gen_fits
    // Each x that is not below the range is in it.
    wire logic [OutBits-1:0] x = OutBits'($signed(x_i));
    assign y_o = (negative && !OutSigned) ? '0 : x;
  end

endmodule
`default_nettype wire
