`default_nettype none
// Random data and enables against a model; the reset acts at once, also between two edges of the
// clock and whatever the enable is.
module nacre_register_reset_tb #(
  parameter int               Width = 8,
  parameter logic [Width-1:0] Reset = '0
) ();

  reg              clk, rst_n, enable;
  reg  [Width-1:0] d, expected;
  wire [Width-1:0] q;
  integer          errors, loads, resets;

  nacre_register_reset #(.Width(Width), .Reset(Reset)) u_dut (
    .clk_i(clk), .rst_ni(rst_n), .enable_i(enable), .d_i(d), .q_o(q)
  );

  task automatic compare(input integer cycle);
    if (q !== expected) begin
      errors = errors + 1;
      if (errors < 10) $display("FAIL cycle %0d: expected %h, got %h", cycle, expected, q);
    end
  endtask

  initial begin
    clk = 1'b0; rst_n = 1'b1; enable = 1'b0; d = '0; errors = 0; loads = 0; resets = 0;
    #1 rst_n = 1'b0;
    expected = Reset;
    #1 compare(0);
    rst_n = 1'b1;
    for (int t = 0; t < 2000; t++) begin
      #1;
      enable = 1'($urandom);
      d      = Width'({$urandom, $urandom, $urandom});
      if ($urandom % 16 == 0) begin
        rst_n    = 1'b0;
        expected = Reset;
        resets   = resets + 1;
        #1 compare(t);
        // Sometimes it lasts over the edge.
        if ($urandom % 2 == 0) rst_n = 1'b1;
      end
      #1 clk = 1'b1;
      if (enable && rst_n) begin
        expected = d;
        loads    = loads + 1;
      end
      #1;
      enable = 1'($urandom);
      d      = Width'({$urandom, $urandom, $urandom});
      #1 compare(t);
      rst_n = 1'b1;
      #1 clk = 1'b0;
      #1 compare(t);
    end
    if (loads < 500 || resets < 50) errors = errors + 1;
    if (errors == 0) $display("PASS");
    else             $display("FAIL %0d errors, %0d loads, %0d resets", errors, loads, resets);
    $finish;
  end

endmodule
`default_nettype wire
