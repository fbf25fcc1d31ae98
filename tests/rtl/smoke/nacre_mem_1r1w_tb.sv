`default_nettype none
// Random reads and writes against an array: read latency of one cycle, data held until the next
// read or a write of that row.
module nacre_mem_1r1w_tb #(
  parameter int Width = 32,
  parameter int Depth = 16,
  parameter bit FlipFlops = 1'b0
) ();

  localparam int AddrWidth = (Depth > 1) ? $clog2(Depth) : 1;

  reg                  clk, ren, wen, known;
  reg  [AddrWidth-1:0] raddr, waddr, held;
  reg  [Width-1:0]     wdata;
  wire [Width-1:0]     rdata;
  reg  [Width-1:0]     model [0:Depth-1];
  reg  [Width-1:0]     expected;
  integer              errors;

  nacre_mem_1r1w #(.Width(Width), .Depth(Depth), .FlipFlops(FlipFlops)) u_dut (
    .clk_i(clk), .ren_i(ren), .raddr_i(raddr), .rdata_o(rdata), .wen_i(wen), .waddr_i(waddr),
    .wdata_i(wdata)
  );

  task cycle;
    #1 clk = 1'b1;
    if (wen && waddr == held) known = 1'b0;
    if (ren) begin
      expected = model[raddr];
      held     = raddr;
      known    = 1'b1;
    end
    if (wen) model[waddr] = wdata;
    #1 clk = 1'b0;
    if (known && rdata !== expected) begin
      errors = errors + 1;
      if (errors < 10) $display("FAIL row %0d: expected %h, got %h", raddr, expected, rdata);
    end
  endtask

  function automatic [Width-1:0] random_row(input integer unused);
    for (int b = 0; b < Width; b++) random_row[b] = 1'($urandom);
  endfunction

  initial begin
    clk = 1'b0; errors = 0; known = 1'b0; expected = '0; held = '0;
    ren = 1'b0; wen = 1'b1; raddr = '0;
    for (int d = 0; d < Depth; d++) begin
      waddr = AddrWidth'(d);
      wdata = random_row(0);
      cycle;
    end
    for (int t = 0; t < 2000; t++) begin
      ren   = $urandom % 4 != 0;
      raddr = AddrWidth'($urandom % Depth);
      waddr = AddrWidth'($urandom % Depth);
      // The row that is read is not written in the same cycle: the user forwards.
      wen   = 1'($urandom) && !(ren && raddr == waddr);
      wdata = random_row(0);
      cycle;
    end
    if (errors == 0) $display("PASS");
    $finish;
  end

endmodule
`default_nettype wire
