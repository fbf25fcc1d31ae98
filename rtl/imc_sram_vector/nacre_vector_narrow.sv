`default_nettype none
/// A signed number of `Width` bits, saturated to the signed or the unsigned range of half the bits.
/// Combinational.
module nacre_vector_narrow #(
  /// 16 or 32.
  parameter int Width = 16
) (
  input  wire logic                signed_i,
  input  wire logic [Width-1:0]    x_i,
  output logic      [Width/2-1:0]  y_o
);

  localparam int Half = Width / 2;

  if (Width != 16 && Width != 32) begin : gen_illegal
    nacre_error_width_must_be_16_or_32 u_error ();
  end

  logic negative, fits;
  assign negative = x_i[Width-1];
  // Signed: the upper half and the sign bit of the lower are all equal. Unsigned: the upper half
  // is 0.
  assign fits     = signed_i ? (x_i[Width-1:Half-1] == {(Half+1){negative}})
                             : (x_i[Width-1:Half] == '0);
  assign y_o      = fits     ? x_i[Half-1:0]
                  : signed_i ? {negative, {(Half-1){!negative}}}
                  :            {Half{!negative}};

endmodule
`default_nettype wire
