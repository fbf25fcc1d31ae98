`default_nettype none
/// Deviation of a device from its mean, about normal (combinational).
///
///   z = sum of the low four hexadecimal digits of number - 30     -30 ... 30, deviation 9.22
///   deviation = (sigma * z * 111 + 8192) >> 14                    standard deviation sigma / 16
///
/// Contract: generator/src/kinds/imc_crossbar/README.md, "Devices".  Golden model:
/// sim/golden/device_random.hpp.
module nacre_device_deviate (
  input  wire logic [9:0]  sigma_i,
  input  wire logic [15:0] number_i,    ///< low half of a nacre_device_random
  output logic signed [8:0] deviation_o
);

  localparam logic signed [22:0] Factor = 23'sd111;
  localparam logic signed [22:0] Half   = 23'sd8192;

  // z is in -30 ... 30.  |sigma * z * 111| <= 1023 * 30 * 111 < 2^22: with its sign 23 bits.
  // The result is in -208 ... 208: 9 bits.
  logic        [5:0]  digits;
  logic signed [6:0]  z;
  logic signed [22:0] scaled;
  wire unused_fraction = ^scaled[13:0];

  // At most 60.
  assign digits = 6'(number_i[3:0]) + 6'(number_i[7:4]) + 6'(number_i[11:8]) + 6'(number_i[15:12]);
  assign z      = $signed({1'b0, digits}) - 7'sd30;
  assign scaled = 23'($signed({1'b0, sigma_i})) * 23'(z) * Factor + Half;
  assign deviation_o = scaled[22:14];

endmodule
`default_nettype wire
