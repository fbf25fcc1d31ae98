`default_nettype none
// Smoke test of nacre_axil_cfg: random reads and writes, AW and W in every order, back-pressure on
// B and R, refused accesses of each sort, against a target with random latency; silence at rest.
module nacre_axil_cfg_tb;
  parameter int AddrWidth = 12;

  localparam int NumAccesses = 1500;
  localparam logic [63:0] Span = 64'd4 << AddrWidth;  // bytes

  logic clk = 1'b0, rst_n = 1'b1;
  logic [31:0] awaddr = '0, wdata = '0, araddr = '0, rdata;
  logic [3:0]  wstrb = '0;
  logic awvalid = 1'b0, awready, wvalid = 1'b0, wready, bvalid, bready = 1'b0;
  logic arvalid = 1'b0, arready, rvalid, rready = 1'b0;
  logic [1:0] bresp, rresp, error;
  logic cfg_valid, cfg_write, cfg_ready = 1'b0, cfg_error = 1'b0, cfg_busy = 1'b0;
  logic [AddrWidth-1:0] cfg_addr;
  logic [31:0] cfg_wdata, cfg_rdata = '0;

  nacre_axil_cfg #(.AddrWidth(AddrWidth)) dut (
    .clk_i(clk), .rst_ni(rst_n),
    .s_axil_awaddr_i(awaddr), .s_axil_awprot_i(3'd0), .s_axil_awvalid_i(awvalid),
    .s_axil_awready_o(awready), .s_axil_wdata_i(wdata), .s_axil_wstrb_i(wstrb),
    .s_axil_wvalid_i(wvalid), .s_axil_wready_o(wready), .s_axil_bresp_o(bresp),
    .s_axil_bvalid_o(bvalid), .s_axil_bready_i(bready), .s_axil_araddr_i(araddr),
    .s_axil_arprot_i(3'd0), .s_axil_arvalid_i(arvalid), .s_axil_arready_o(arready),
    .s_axil_rdata_o(rdata), .s_axil_rresp_o(rresp), .s_axil_rvalid_o(rvalid),
    .s_axil_rready_i(rready), .cfg_valid_o(cfg_valid), .cfg_write_o(cfg_write),
    .cfg_addr_o(cfg_addr), .cfg_wdata_o(cfg_wdata), .cfg_ready_i(cfg_ready),
    .cfg_rdata_i(cfg_rdata), .cfg_error_i(cfg_error), .cfg_busy_i(cfg_busy), .error_o(error)
  );

  always #5 clk = !clk;

  integer failures = 0;
  task automatic fail(input [60*8-1:0] what);
    failures = failures + 1;
    if (failures < 20) $display("FAIL %0s at %0t", what, $time);
  endtask

  // ---- Target: content, refusal and busy are functions of the address
  localparam logic [63:0] Scramble = 64'h9E37_79B9_7F4A_7C15;
  function automatic logic [31:0] content(input logic [31:0] address);
    logic [63:0] product;
    product = ({32'd0, address} + 64'd1) * Scramble;
    content = product[63:32];
  endfunction
  function automatic logic refuses(input logic [31:0] address);
    refuses = (content(address) % 5) == 32'd0;
  endfunction
  function automatic logic is_busy(input logic [31:0] address);
    is_busy = content(address + 32'd1) % 2 == 32'd0;
  endfunction

  integer writes_seen = 0, reads_seen = 0, busy_flags = 0, other_flags = 0;
  logic [31:0] want_waddr = '0, want_wdata = '0, want_raddr = '0;
  logic checking = 1'b0;

  always @(negedge clk) begin
    cfg_ready = 1'b0; cfg_error = 1'($urandom); cfg_busy = 1'($urandom); cfg_rdata = $urandom;
    if (cfg_valid && $urandom % 3 == 0) begin
      cfg_ready = 1'b1;
      cfg_error = refuses(32'(cfg_addr));
      cfg_busy  = is_busy(32'(cfg_addr));
      cfg_rdata = content(32'(cfg_addr));
    end
    bready = ($urandom % 3 == 0);
    rready = ($urandom % 3 == 0);
  end
  always @(posedge clk) if (checking && rst_n) begin
    // Data is defined while its valid says so.
    if ((^{awready, wready, bvalid, arready, rvalid, cfg_valid, cfg_write, error}) === 1'bx
        || (bvalid && (^bresp) === 1'bx) || (rvalid && (^rresp) === 1'bx)
        || (cfg_valid && (^cfg_addr) === 1'bx)
        || (cfg_valid && cfg_write && (^cfg_wdata) === 1'bx)) fail("an output is X");
    if (cfg_valid && cfg_ready) begin
      if (cfg_write) begin
        writes_seen = writes_seen + 1;
        if (32'(cfg_addr) !== want_waddr >> 2 || cfg_wdata !== want_wdata) fail("wrong write");
      end else begin
        reads_seen = reads_seen + 1;
        if (32'(cfg_addr) !== want_raddr >> 2) fail("wrong read");
      end
    end
    if (error[0]) busy_flags = busy_flags + 1;
    if (error[1]) other_flags = other_flags + 1;
  end

`ifndef NACRE_FPGA
  integer pulses = 0, pulses_before;
  always @(posedge dut.clk_gated) pulses = pulses + 1;
`endif

  integer want_writes = 0, want_reads = 0, want_busy = 0, want_other = 0;

  function automatic logic [31:0] pick_address(input integer fault);
    logic [63:0] address;
    address = ({$urandom, $urandom} % Span) & ~64'd3;
    case (fault)
      1: if (Span < 64'h1_0000_0000) address = Span + address % (64'h1_0000_0000 - Span);
      2: address = address | 64'd1;
      3: address = address | 64'd2;
      default: ;
    endcase
    pick_address = address[31:0];
  endfunction

  task automatic account(input logic legal, input logic [31:0] address);
    if (!legal)                          want_other = want_other + 1;
    else if (refuses(address >> 2)) begin
      if (is_busy(address >> 2)) want_busy = want_busy + 1;
      else                       want_other = want_other + 1;
    end
  endtask

  task automatic do_write;
    logic legal;
    integer aw_wait, w_wait, b;
    want_waddr = pick_address($urandom % 12);
    want_wdata = $urandom;
    wstrb      = ($urandom % 8 == 0) ? 4'($urandom) : 4'hF;
    legal      = {32'd0, want_waddr} < Span && want_waddr[1:0] == 2'd0 && wstrb == 4'hF;
    aw_wait = $urandom % 6; w_wait = $urandom % 6;
    @(negedge clk);
    fork
      begin
        repeat (aw_wait) @(negedge clk);
        awvalid = 1'b1; awaddr = want_waddr;
        @(posedge clk); while (!awready) @(posedge clk);
        @(negedge clk) awvalid = 1'b0; awaddr = $urandom;
      end
      begin
        repeat (w_wait) @(negedge clk);
        wvalid = 1'b1; wdata = want_wdata;
        @(posedge clk); while (!wready) @(posedge clk);
        @(negedge clk) wvalid = 1'b0; wdata = $urandom;
      end
    join
    b = 0;
    while (!(bvalid && bready)) begin
      @(posedge clk);
      b = b + 1;
      if (b == 200) begin
        fail("no response to a write");
        $finish;
      end
    end
    if (bresp !== ((legal && !refuses(want_waddr >> 2)) ? 2'b00 : 2'b10)) fail("wrong bresp");
    if (legal) want_writes = want_writes + 1;
    account(legal, want_waddr);
    @(negedge clk);
  endtask

  task automatic do_read;
    logic legal;
    integer b;
    want_raddr = pick_address($urandom % 12);
    legal      = {32'd0, want_raddr} < Span && want_raddr[1:0] == 2'd0;
    @(negedge clk);
    repeat ($urandom % 4) @(negedge clk);
    arvalid = 1'b1; araddr = want_raddr;
    @(posedge clk); while (!arready) @(posedge clk);
    @(negedge clk) arvalid = 1'b0; araddr = $urandom;
    b = 0;
    while (!(rvalid && rready)) begin
      @(posedge clk);
      b = b + 1;
      if (b == 200) begin
        fail("no response to a read");
        $finish;
      end
    end
    if (rresp !== ((legal && !refuses(want_raddr >> 2)) ? 2'b00 : 2'b10)) fail("wrong rresp");
    if (legal && !refuses(want_raddr >> 2) && rdata !== content(want_raddr >> 2))
      fail("wrong rdata");
    if (legal) want_reads = want_reads + 1;
    account(legal, want_raddr);
    @(negedge clk);
  endtask

  initial begin : main
    integer i;
    repeat (2) @(negedge clk);
    rst_n = 1'b0;
    repeat (2) @(negedge clk);
    rst_n = 1'b1;
    checking = 1'b1;
    if (awready !== 1'b1 || wready !== 1'b1 || arready !== 1'b1) fail("not ready after reset");
    // Reads and writes at the same time, each in order.
    fork
      begin : writes
        integer k;
        for (k = 0; k < NumAccesses; k++) do_write;
      end
      begin : reads
        integer k;
        for (k = 0; k < NumAccesses; k++) do_read;
      end
    join
    repeat (5) @(posedge clk);
    if (writes_seen != want_writes || reads_seen != want_reads) fail("accesses lost or made up");
`ifndef NACRE_FPGA
    pulses_before = pulses;
    repeat (5) @(posedge clk);
    if (pulses != pulses_before) fail("clocked at rest");
    if (pulses < NumAccesses) fail("never clocked");
`endif
    if (busy_flags != want_busy || other_flags != want_other) fail("wrong error pulses");
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
