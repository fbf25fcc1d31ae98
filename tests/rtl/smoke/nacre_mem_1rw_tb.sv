`default_nettype none
// Random accesses against an array: masked writes, read latency of one cycle, data held.
module nacre_mem_1rw_tb #(
  parameter int Width = 32,
  parameter int Depth = 16,
  parameter bit FlipFlops = 1'b0
) ();

  localparam int AddrWidth = (Depth > 1) ? $clog2(Depth) : 1;
  localparam int NumChunks = (Width + 31) / 32;

  reg                  clk, en, we, known;
  reg  [AddrWidth-1:0] addr;
  reg  [NumChunks-1:0] wmask;
  reg  [Width-1:0]     wdata;
  wire [Width-1:0]     rdata;
  reg  [Width-1:0]     model [0:Depth-1];
  reg  [Width-1:0]     expected;
  integer              errors;

  nacre_mem_1rw #(.Width(Width), .Depth(Depth), .FlipFlops(FlipFlops)) u_dut (
    .clk_i(clk), .en_i(en), .we_i(we), .addr_i(addr), .wmask_i(wmask), .wdata_i(wdata),
    .rdata_o(rdata)
  );

  task cycle;
    #1 clk = 1'b1;
    if (en && we) begin
      for (int b = 0; b < Width; b++) if (wmask[b/32]) model[addr][b] = wdata[b];
    end else if (en) begin
      expected = model[addr];
      known    = 1'b1;
    end
    #1 clk = 1'b0;
    if (known && rdata !== expected) begin
      errors = errors + 1;
      if (errors < 10) $display("FAIL row %0d: expected %h, got %h", addr, expected, rdata);
    end
  endtask

  function automatic [Width-1:0] random_row(input integer unused);
    for (int b = 0; b < Width; b++) random_row[b] = 1'($urandom);
  endfunction

  initial begin
    clk = 1'b0; errors = 0; known = 1'b0; expected = '0;
    en = 1'b1; we = 1'b1; wmask = {NumChunks{1'b1}};
    for (int d = 0; d < Depth; d++) begin
      model[d] = '0;
      addr  = AddrWidth'(d);
      wdata = random_row(0);
      cycle;
    end
    for (int t = 0; t < 2000; t++) begin
      en    = $urandom % 4 != 0;
      we    = 1'($urandom);
      addr  = AddrWidth'($urandom % Depth);
      wmask = NumChunks'({$urandom, $urandom});
      wdata = random_row(0);
      cycle;
    end
    if (errors == 0) $display("PASS");
    $finish;
  end

endmodule
`default_nettype wire
