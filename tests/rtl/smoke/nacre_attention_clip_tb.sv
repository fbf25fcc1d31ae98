`default_nettype none
// Smoke test of nacre_attention_clip: every x, or random ones and all near an end of a range, against
// comparisons of integers.
module nacre_attention_clip_tb;
  parameter int InWidth   = 4;
  parameter int OutBits   = 3;
  parameter bit OutSigned = 1'b1;

  localparam int Tries = (InWidth <= 12) ? 1 << InWidth : 4000;
  localparam int Magnitude = OutBits - (OutSigned ? 1 : 0);
  localparam logic signed [63:0] High = (64'sd1 <<< Magnitude) - 64'sd1;
  localparam logic signed [63:0] Low  = OutSigned ? -(64'sd1 <<< Magnitude) : 64'sd0;

  logic [InWidth-1:0] x;
  logic [OutBits-1:0] y;

  nacre_attention_clip #(.InWidth(InWidth), .OutBits(OutBits), .OutSigned(OutSigned)) dut (
    .x_i(x), .y_o(y)
  );

  integer failures = 0;
  initial begin : main
    integer i;
    logic signed [63:0] number, want;
    for (i = 0; i < Tries; i++) begin
      if (InWidth <= 12) number = 64'(i);
      else if (i % 4 == 0) number = {$urandom, $urandom};
      else begin
        number = (i % 4 == 1) ? High : (i % 4 == 2) ? Low : (64'sd1 <<< (InWidth - 1));
        number = number + 64'($urandom % 5) - 64'sd2;
      end
      x      = InWidth'(number);
      number = 64'($signed(x));
      want   = (number > High) ? High : (number < Low) ? Low : number;
      #1;
      if (y !== OutBits'(want)) begin
        if (failures < 10) $display("FAIL clip of %0d: %h, expected %h", number, y, OutBits'(want));
        failures = failures + 1;
      end
    end
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
