`default_nettype none
// Random enables that change at any time: one pulse for each rising edge at which the enable was 1,
// as long as the clock is high, and no other. With NACRE_FPGA the clock itself.
module nacre_clock_gate_tb;

  localparam int NumCycles = 2000;

  reg     clk, enable, at_edge;
  wire    gated;
  integer errors, pulses, enabled;

  nacre_clock_gate u_dut (.clk_i(clk), .enable_i(enable), .clk_o(gated));

  task automatic expect_level(input level);
    if (gated !== level) begin
      errors = errors + 1;
      if (errors < 10) $display("FAIL at %0t: expected %b, got %b", $time, level, gated);
    end
  endtask

  always @(posedge gated) pulses = pulses + 1;

  initial begin
    clk = 1'b0; enable = 1'b0; errors = 0; pulses = 0; enabled = 0;
    for (int t = 0; t < NumCycles; t++) begin
      // Glitches while the clock is low, and then the value that counts.
      repeat ($urandom % 3) begin
        #1 enable = 1'($urandom);
        #1 expect_level(1'b0);
      end
      #1 clk = 1'b1;
      at_edge = enable;
`ifdef NACRE_FPGA
      at_edge = 1'b1;
`endif
      if (at_edge) enabled = enabled + 1;
      #1 expect_level(at_edge);
      // Glitches while it is high.
      repeat ($urandom % 3) begin
        #1 enable = 1'($urandom);
        #1 expect_level(at_edge);
      end
      #1 clk = 1'b0;
      #1 expect_level(1'b0);
    end
    if (pulses != enabled || enabled < NumCycles / 4) errors = errors + 1;
    if (errors == 0) $display("PASS");
    else             $display("FAIL %0d errors, %0d pulses, %0d enabled", errors, pulses, enabled);
    $finish;
  end

endmodule
`default_nettype wire
