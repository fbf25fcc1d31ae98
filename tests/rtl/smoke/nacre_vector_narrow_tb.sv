`default_nettype none
// Smoke test of nacre_vector_narrow: all numbers of 16 bits, or random ones of 32 and those around
// the bounds.
module nacre_vector_narrow_tb;
  parameter int Width = 16;

  logic               is_signed;
  logic [Width-1:0]   x;
  logic [Width/2-1:0] y;
  longint             value, low, high, expected;
  integer             failures = 0;

  nacre_vector_narrow #(.Width(Width)) dut (.signed_i(is_signed), .x_i(x), .y_o(y));

  task automatic check;
    #1;
    value    = 64'($signed(x));
    low      = is_signed ? -(64'sd1 <<< (Width / 2 - 1)) : 64'sd0;
    high     = (64'sd1 <<< (Width / 2 - (is_signed ? 1 : 0))) - 64'sd1;
    expected = (value < low) ? low : (value > high) ? high : value;
    if (y !== expected[Width/2-1:0]) begin
      failures = failures + 1;
      if (failures < 10) $display("FAIL signed %b x %h: got %h", is_signed, x, y);
    end
  endtask

  initial begin
    for (int s = 0; s < 2; s++) begin
      is_signed = s != 0;
      for (int i = 0; i < (1 << 16); i++) begin
        x = (Width == 16) ? Width'(i) : Width'($urandom);
        check;
      end
      for (int i = -3; i < 4; i++) begin
        for (int k = 0; k < Width; k++) begin
          x = Width'((64'sd1 <<< k) + 64'(i));
          check;
          x = ~x;
          check;
        end
      end
    end
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
