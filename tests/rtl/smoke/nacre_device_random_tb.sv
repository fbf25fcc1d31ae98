`default_nettype none
// Numbers computed apart (a few lines of Python after docs/device_random.md), and how often
// each bit is 1.
module nacre_device_random_tb ();

  reg  [31:0] key, block;
  wire [31:0] number;
  integer     errors, sum;

  nacre_device_random u_dut (.key_i(key), .block_i(block), .number_o(number));

  task check(input [31:0] at_key, input [31:0] at_block, input [31:0] expected);
    key   = at_key;
    block = at_block;
    #1;
    if (number !== expected) begin
      errors = errors + 1;
      $display("FAIL mix(%h, %h): expected %h, got %h", key, block, expected, number);
    end
  endtask

  initial begin
    errors = 0;
    check(32'h00000000, 32'h00000000, 32'h383c451d);
    check(32'h00000001, 32'h00000000, 32'h4e5cc45b);
    check(32'h00000000, 32'h00000001, 32'h4714ec0f);
    check(32'hffffffff, 32'hffffffff, 32'h9917b155);
    check(32'h12345678, 32'h9abcdef0, 32'h385805c3);
    check(32'hdeadbeef, 32'h10000007, 32'hfbd56da8);
    check(32'h80000000, 32'h7fff8000, 32'hac56c145);
    // Each bit of neighbouring blocks is 1 in about half of 1,000: five standard deviations.
    for (int b = 0; b < 32; b++) begin
      sum = 0;
      for (int i = 0; i < 1000; i++) begin
        key   = 32'd7;
        block = 32'(i);
        #1;
        if (number[b]) sum = sum + 1;
      end
      if (sum < 421 || sum > 579) begin
        errors = errors + 1;
        $display("FAIL bit %0d: 1 in %0d of 1000", b, sum);
      end
    end
    if (errors == 0) $display("PASS");
    $finish;
  end

endmodule
`default_nettype wire
