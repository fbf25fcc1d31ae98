`default_nettype none
// Random traffic against a model of two entries: order, latency of one cycle, capacity. A cycle
// without push or pop clocks nothing.
module nacre_stream_fifo_tb #(
  parameter int Width = 8
) ();

  reg              clk, rst_n, s_valid, m_ready, push, pop;
  wire             s_ready, m_valid;
  reg  [Width-1:0] s_data;
  wire [Width-1:0] m_data;
  reg  [Width-1:0] first, second;   // the model's words
  integer          held, errors, passed;

  nacre_stream_fifo #(.Width(Width)) u_dut (
    .clk_i(clk), .rst_ni(rst_n), .s_valid_i(s_valid), .s_ready_o(s_ready), .s_data_i(s_data),
    .m_valid_o(m_valid), .m_ready_i(m_ready), .m_data_o(m_data)
  );

`ifndef NACRE_FPGA
  always @(posedge u_dut.clk_gated) begin
    if (!push && !pop) begin
      errors = errors + 1;
      $display("FAIL clocked without a word at %0t", $time);
    end
  end
`endif

  initial begin
    clk = 1'b0; rst_n = 1'b1; s_valid = 1'b0; s_data = '0; m_ready = 1'b0;
    errors = 0; held = 0; passed = 0; first = '0; second = '0;
    #1 rst_n = 1'b0;
    #1 if (^{s_ready, m_valid} === 1'bx) errors = 1;
    #1 rst_n = 1'b1;
    for (int t = 0; t < 4000; t++) begin
      // Phases: random, always ready, never valid with a slow reader, writer always valid.
      if (!(s_valid && !push)) begin
        s_valid = (t / 500) % 4 == 3 || $urandom % 3 != 0;
        s_data  = Width'({$urandom, $urandom, $urandom});
      end
      m_ready = (t / 500) % 4 == 1 || $urandom % 3 == 0;
      #1;
      if (s_ready !== (held < 2) || m_valid !== (held > 0)
          || (held > 0 && m_data !== first)) begin
        errors = errors + 1;
        if (errors < 10) $display("FAIL cycle %0d: held %0d ready %b valid %b data %h, expected %h",
                                  t, held, s_ready, m_valid, m_data, first);
      end
      push = s_valid && held < 2;
      pop  = m_ready && held > 0;
      if (pop) begin
        first  = second;
        held   = held - 1;
        passed = passed + 1;
      end
      if (push) begin
        if (held == 0) first = s_data;
        else           second = s_data;
        held = held + 1;
      end
      clk = 1'b1;
      #1 clk = 1'b0;
    end
    if (passed < 500) errors = errors + 1;
    if (errors == 0) $display("PASS");
    else             $display("FAIL %0d errors, %0d words", errors, passed);
    $finish;
  end

endmodule
`default_nettype wire
