`default_nettype none
// Random data and enables against a model; another enable while the clock is high changes nothing.
module nacre_register_tb #(
  parameter int Width = 8
) ();

  reg              clk, enable, loaded;
  reg  [Width-1:0] d, expected;
  wire [Width-1:0] q;
  integer          errors, loads;

  nacre_register #(.Width(Width)) u_dut (.clk_i(clk), .enable_i(enable), .d_i(d), .q_o(q));

  initial begin
    clk = 1'b0; enable = 1'b0; loaded = 1'b0; d = '0; expected = '0; errors = 0; loads = 0;
    for (int t = 0; t < 2000; t++) begin
      #1;
      enable = 1'($urandom);
      d      = Width'({$urandom, $urandom, $urandom});
      #1 clk = 1'b1;
      if (enable) begin
        expected = d;
        loaded   = 1'b1;
        loads    = loads + 1;
      end
      #1;
      enable = 1'($urandom);
      d      = Width'({$urandom, $urandom, $urandom});
      #1 clk = 1'b0;
      #1 if (loaded && q !== expected) begin
        errors = errors + 1;
        if (errors < 10) $display("FAIL cycle %0d: expected %h, got %h", t, expected, q);
      end
    end
    if (loads < 500) errors = errors + 1;
    if (errors == 0) $display("PASS");
    else             $display("FAIL %0d errors, %0d loads", errors, loads);
    $finish;
  end

endmodule
`default_nettype wire
