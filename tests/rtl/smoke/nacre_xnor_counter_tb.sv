`default_nettype none
// Smoke test of nacre_xnor_counter: runs of random products up to the largest value and beyond a
// new first one, against an integer.
module nacre_xnor_counter_tb;
  parameter int Width = 3;

  logic clk = 1'b0, first = 1'b0, product = 1'b0;
  logic [Width-1:0] value;
  integer failures = 0, count, run, i, length;

  nacre_xnor_counter #(.Width(Width)) dut (
    .clk_i(clk), .first_i(first), .product_i(product), .value_o(value)
  );

  task check;
    if (32'(value) !== count) begin
      failures = failures + 1;
      if (failures < 10) $display("FAIL %0d, expected %0d", value, count);
    end
  endtask

  initial begin
    for (run = 0; run < 20; run++) begin
      length = (Width < 10) ? (1 << Width) - 1 : 700;
      if (run > 2) length = 1 + $urandom % length;
      for (i = 0; i < length; i++) begin
        first   = i == 0;
        product = (run == 0) || (run != 1 && $urandom % 2 == 0);
        if (first) count = 0;
        count = count + 32'(product);
        #1 clk = 1'b1;
        #1 clk = 1'b0;
        #1 check;
        // No product: nothing moves.
        first   = 1'b0;
        product = 1'b0;
        #1 clk = 1'b1;
        #1 clk = 1'b0;
        #1 check;
      end
    end
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
