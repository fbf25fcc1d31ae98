`default_nettype none
// Random enables and clears against a sum; the last part wraps. Without an event or a clear nothing
// is clocked.
module nacre_perf_counter_tb #(
  parameter int Increment = 1
) ();

  reg         clk, rst_n, clear, en;
  wire [31:0] value;
  wire [31:0] near_wrap;   // what the counter counts, without its constant zeros
  wire [31:0] near_upper;  // ... and without its low bits
  reg  [31:0] expected;
  integer     errors;

  nacre_perf_counter #(.Increment(Increment)) u_dut (
    .clk_i(clk), .rst_ni(rst_n), .clear_i(clear), .en_i(en), .value_o(value)
  );

  assign near_wrap  = 32'hfffffff0 >> u_dut.Zeros;
  assign near_upper = near_wrap >> u_dut.LowWidth;

  // Above there may be no group of high bits.
  event set_high;
  if (Increment <= (1 << 24)) begin : gen_high
    always @(set_high) u_dut.gen_high.u_high.q_o = ~(near_upper >> u_dut.MidWidth);
  end

`ifndef NACRE_FPGA
  always @(posedge u_dut.clk_gated) begin
    if (!en && !clear) begin
      errors = errors + 1;
      $display("FAIL clocked without an event at %0t", $time);
    end
  end
`endif

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
        u_dut.started_q = 1'b1;
        u_dut.low_n_q = ~near_wrap;
        u_dut.mid_n_q = ~near_upper;
        -> set_high;
        expected = near_wrap << u_dut.Zeros;
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
