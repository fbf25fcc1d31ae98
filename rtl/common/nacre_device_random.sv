`default_nettype none
/// Random number of a device model: a function of key and block alone (combinational).
///
///   x = block[31:16], y = block[15:0]; ten rounds i = 0 ... 9 of
///     k = (i even ? key[15:0] : key[31:16]) + i * 0x9E37   mod 2^16
///     x = ((x rotated right by 7) + y mod 2^16) ^ k
///     y = (y rotated left by 2) ^ x
///   number = {x, y}
///
/// Contract: docs/device_random.md.  Golden model: sim/golden/device_random.hpp.  The round is that
/// of Speck-32 (Beaulieu et al., 2013); it serves statistics, not secrets.
module nacre_device_random (
  input  wire logic [31:0] key_i,
  input  wire logic [31:0] block_i,
  output logic      [31:0] number_o
);

  localparam int          NumRounds = 10;
  localparam logic [15:0] Step      = 16'h9E37;

  // The sums are meant to wrap.
  function automatic logic [31:0] mix(input logic [31:0] key, input logic [31:0] block);
    logic [15:0] x, y, offset;
    x      = block[31:16];
    y      = block[15:0];
    offset = 16'd0;
    for (int i = 0; i < NumRounds; i++) begin
      x      = ({x[6:0], x[15:7]} + y) ^ (((i % 2 == 0) ? key[15:0] : key[31:16]) + offset);
      y      = {y[13:0], y[15:14]} ^ x;
      offset = offset + Step;
    end
    mix = {x, y};
  endfunction

  assign number_o = mix(key_i, block_i);

endmodule
`default_nettype wire
