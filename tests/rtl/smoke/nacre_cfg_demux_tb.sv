`default_nettype none
// Smoke test of nacre_cfg_demux: random addresses; exactly the addressed target sees the request,
// the rest is refused; "busy" is reported when the design was busy in any cycle of a refused
// request.
module nacre_cfg_demux_tb;
  parameter int NumTargets  = 2;
  parameter int WindowWidth = 8;
  parameter logic [NumTargets*8-1:0] TargetWidths = {NumTargets{8'd8}};

  localparam int TargetWidth = (NumTargets > 1) ? $clog2(NumTargets) : 1;
  localparam int AddrWidth   = TargetWidth + WindowWidth;
  localparam int NumAccesses = 2000;

  logic clk = 1'b0, rst_n = 1'b1, idle = 1'b1;
  logic s_valid = 1'b0, s_write = 1'b0, s_ready, s_error, s_busy, m_write;
  logic [AddrWidth-1:0] s_addr = '0;
  logic [31:0] s_wdata = '0, s_rdata, m_wdata;
  logic [WindowWidth-1:0] m_addr;
  logic [NumTargets-1:0] m_valid, m_ready = '0, m_error = '0;
  logic [NumTargets*32-1:0] m_rdata = '0;

  nacre_cfg_demux #(
    .NumTargets(NumTargets), .WindowWidth(WindowWidth), .TargetWidths(TargetWidths)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .idle_i(idle), .s_valid_i(s_valid), .s_write_i(s_write),
    .s_addr_i(s_addr), .s_wdata_i(s_wdata), .s_ready_o(s_ready), .s_rdata_o(s_rdata),
    .s_error_o(s_error), .s_busy_o(s_busy), .m_valid_o(m_valid), .m_write_o(m_write),
    .m_addr_o(m_addr), .m_wdata_o(m_wdata), .m_ready_i(m_ready), .m_rdata_i(m_rdata),
    .m_error_i(m_error)
  );

  always #5 clk = !clk;

  integer failures = 0, refused = 0, served = 0;
  task automatic fail(input [60*8-1:0] what);
    failures = failures + 1;
    if (failures < 20) $display("FAIL %0s at %0t", what, $time);
  endtask

  initial begin : main
    integer i, target, latency, k;
    logic mapped, busy_seen;
    logic [63:0] offset, span;
    repeat (2) @(negedge clk);
    rst_n = 1'b0;
    repeat (2) @(negedge clk);
    rst_n = 1'b1;
    @(negedge clk);
    if (m_valid !== '0 || s_ready !== 1'b0) fail("active after reset");
    for (i = 0; i < NumAccesses; i++) begin
      target = $urandom % (1 << TargetWidth);
      offset = {32'd0, $urandom} % (64'd1 << WindowWidth);
      // Often inside the target's own window, and at its last word.
      mapped = 1'b0;
      if (target < NumTargets) begin
        span = 64'd1 << TargetWidths[target*8 +: 8];
        if ($urandom % 2 == 0) offset = offset % span;
        if ($urandom % 8 == 0) offset = span - 64'd1;
        mapped = offset < span;
      end
      s_addr  = AddrWidth'(({32'd0, 32'(target)} << WindowWidth) | offset);
      s_valid = 1'b1; s_write = 1'($urandom); s_wdata = $urandom;
      latency = $urandom % 4;
      busy_seen = 1'b0;
      for (k = 0; k <= latency; k++) begin
        idle = ($urandom % 4 != 0);
        if (!idle) busy_seen = 1'b1;
        m_ready = '0; m_error = NumTargets'($urandom); m_rdata = '0;
        if (mapped && k == latency) begin
          m_ready[target] = 1'b1;
          m_rdata[target*32 +: 32] = $urandom;
        end
        #1;
        if ((^{s_ready, s_rdata, s_error, s_busy, m_valid, m_write, m_addr, m_wdata}) === 1'bx)
          fail("an output is X");
        if (mapped) begin
          if (m_valid !== NumTargets'(1) << target) fail("wrong target");
          if (64'(m_addr) !== offset || m_wdata !== s_wdata || m_write !== s_write)
            fail("wrong request");
          if (s_ready !== (k == latency)) fail("ready");
          if (k == latency) begin
            served = served + 1;
            if (s_error !== m_error[target]) fail("wrong response");
            if (s_rdata !== (m_error[target] ? 32'd0 : m_rdata[target*32 +: 32]))
              fail("wrong data");
            if (s_error && s_busy !== busy_seen) fail("busy");
          end
        end else begin
          if (m_valid !== '0) fail("a target sees a foreign request");
          if (s_ready !== 1'b1 || s_error !== 1'b1 || s_busy !== 1'b0 || s_rdata !== 32'd0)
            fail("not refused");
          refused = refused + 1;
          k = latency;
        end
        @(negedge clk);
      end
      s_valid = 1'b0; m_ready = '0;
      #1;
      if (m_valid !== '0 || s_ready !== 1'b0) fail("active without a request");
      if ($urandom % 2 == 0) @(negedge clk);
    end
    if (served < NumAccesses / 8) fail("too few requests served to mean anything");
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
