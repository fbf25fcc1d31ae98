`default_nettype none
// Random enables and clears against a sum; the last part wraps.
module nacre_perf_counter_tb #(
  parameter int Increment = 1
) ();

  reg         clk, rst_n, clear, en;
  wire [31:0] value;
  reg  [31:0] expected;
  integer     errors;

  nacre_perf_counter #(.Increment(Increment)) u_dut (
    .clk_i(clk), .rst_ni(rst_n), .clear_i(clear), .en_i(en), .value_o(value)
  );

  initial begin
    clk = 1'b0; rst_n = 1'b1; clear = 1'b0; en = 1'b0; errors = 0;
    #1 rst_n = 1'b0;
    #1 if (value !== 32'd0) errors = 1;
    #1 rst_n = 1'b1;
    expected = '0;
    for (int t = 0; t < 2000; t++) begin
      clear = $urandom % 50 == 0;
      en    = 1'($urandom);
      if (t == 1000) begin
        force u_dut.value_o = 32'hfffffff0;
        #1 release u_dut.value_o;
        expected = 32'hfffffff0;
      end
      if (t >= 1000) clear = 1'b0;
      #1 clk = 1'b1;
      if (clear)   expected = '0;
      else if (en) expected = expected + 32'(Increment);
      #1 clk = 1'b0;
      #1 if (value !== expected) begin
        errors = errors + 1;
        if (errors < 10) $display("FAIL cycle %0d: expected %0d, got %0d", t, expected, value);
      end
    end
    if (errors == 0) $display("PASS");
    else             $display("FAIL");
    $finish;
  end

endmodule
`default_nettype wire
