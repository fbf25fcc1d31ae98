`default_nettype none
// Smoke test of nacre_imc_digital_core: random tokens, plain and empty, against plain sums of
// products; random waiting on both sides, bus reads and writes in between; one token per cycle
// when nobody waits.
module nacre_imc_digital_core_tb;
  parameter int Rows         = 4;
  parameter int Columns      = 2;
  parameter int Banks        = 1;
  parameter int DigitBits    = 1;
  parameter bit InputSigned  = 1'b0;
  parameter int WeightBits   = 4;
  parameter bit WeightSigned = 1'b1;
  parameter int SumWidth     = 6;
  parameter int TagWidth     = 8;

  localparam int BankWidth    = (Banks > 1) ? $clog2(Banks) : 1;
  localparam int WeightsWidth = Rows * Columns * WeightBits;
  localparam int Chunks       = (WeightsWidth + 31) / 32;
  localparam int Tokens       = 400;

  logic clk = 1'b0, rst_n = 1'b1;
  logic plane_valid = 1'b0, plane_ready, plane_signed = 1'b0, plane_load = 1'b0, plane_empty = 1'b0;
  logic [Rows*DigitBits-1:0] plane = '0;
  logic [BankWidth-1:0] plane_bank = '0, read_bank, bus_bank = '0;
  logic [TagWidth-1:0] plane_tag = '0, sum_tag;
  logic sum_valid, sum_ready = 1'b0, busy, read, bus_access = 1'b0, bus_write = 1'b0;
  logic [Columns*SumWidth-1:0] sums;
  logic [WeightsWidth-1:0] rdata;
  logic [Chunks*32-1:0] image [0:Banks-1];  // what the banks hold
  logic [Columns*SumWidth-1:0] expected [0:Tokens-1];
  logic [TagWidth-1:0] tags [0:Tokens-1];
  logic empties [0:Tokens-1];
  integer num_sent = 0, num_got = 0, failures = 0;
  integer waits = 0;
  logic bus_on = 1'b0, loading = 1'b0;

  nacre_imc_digital_core #(
    .Rows(Rows), .Columns(Columns), .Banks(Banks), .DigitBits(DigitBits),
    .InputSigned(InputSigned), .WeightBits(WeightBits), .WeightSigned(WeightSigned),
    .SumWidth(SumWidth), .TagWidth(TagWidth)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .busy_o(busy), .plane_valid_i(plane_valid),
    .plane_ready_o(plane_ready), .plane_i(plane), .plane_signed_i(plane_signed),
    .plane_bank_i(plane_bank), .plane_load_i(plane_load), .plane_empty_i(plane_empty),
    .plane_tag_i(plane_tag), .sum_valid_o(sum_valid), .sum_ready_i(sum_ready), .sums_o(sums),
    .sum_tag_o(sum_tag), .read_o(read), .read_bank_o(read_bank), .bus_access_i(bus_access),
    .bus_read_i(bus_access && !bus_write), .weights_i(rdata)
  );
  nacre_mem_1rw #(.Width(WeightsWidth), .Depth(Banks)) u_weights (
    .clk_i(clk), .en_i(read || bus_access), .we_i(bus_access && bus_write),
    .addr_i(bus_access ? bus_bank : read_bank), .wmask_i({Chunks{1'b1}}),
    .wdata_i(WeightsWidth'(image[bus_bank])), .rdata_o(rdata)
  );

  always #5 clk = !clk;

  task fail(input [8*32-1:0] what);
    if (failures < 10) $display("FAIL %0s at %0t", what, $time);
    failures = failures + 1;
  endtask

  function automatic integer field(input logic [WeightsWidth+31:0] bits, input integer at,
                                   input integer width, input logic is_signed);
    field = 32'(bits[at +: 32]) & ((1 << width) - 1);
    if (is_signed && bits[at + width - 1]) field = field - (1 << width);
  endfunction

  task automatic expect_token(input integer bank);
    integer r, c, sum;
    for (c = 0; c < Columns; c++) begin
      sum = 0;
      for (r = 0; r < Rows; r++)
        sum = sum + field((WeightsWidth+32)'(plane), r * DigitBits, DigitBits, plane_signed)
                  * field((WeightsWidth+32)'(image[bank]), (r * Columns + c) * WeightBits,
                          WeightBits, WeightSigned);
      expected[num_sent][c*SumWidth +: SumWidth] = SumWidth'(sum);
    end
  endtask

  always @(posedge clk) begin
    if (rst_n && sum_valid && sum_ready) begin
      if (num_got >= num_sent) fail("a sum too many");
      else begin
        if (sum_tag !== tags[num_got]) fail("tag");
        if (!empties[num_got] && sums !== expected[num_got]) fail("sums");
      end
      num_got = num_got + 1;
    end
  end
  always @(negedge clk) begin
    sum_ready <= waits == 0 || $urandom % 3 == 0;
    // While it loads the bus writes all banks in turn; else it rewrites a bank with what it holds,
    // or reads one.
    bus_access <= loading || (bus_on && $urandom % 4 == 0);
    bus_write  <= loading || $urandom % 2 == 0;
    bus_bank   <= BankWidth'(((loading ? 32'(bus_bank) + 1 : $urandom) % Banks));
  end

  // Bits of the plane: mode 0 random, 1 all ones, 2 highest bit of each digit.
  task automatic send(input integer count, input integer mode, input integer same_bank);
    integer i, b, bank;
    bank = 0;
    for (i = 0; i < count; i++) begin
      while (waits != 0 && $urandom % 3 == 0) @(negedge clk);
      plane_empty  = waits != 0 && $urandom % 5 == 0;
      plane_signed = InputSigned && (mode == 2 || $urandom % 2 == 0);
      // A bank is asked for once, and then used.
      plane_load   = !plane_empty && (i == 0 || same_bank == 0 || $urandom % 4 == 0);
      if (i == 0) plane_empty = 1'b0;
      if (i == 0) plane_load = 1'b1;
      if (plane_load) bank = $urandom % Banks;
      plane_bank   = BankWidth'(bank);
      plane_tag    = TagWidth'($urandom);
      for (b = 0; b < Rows * DigitBits; b++)
        plane[b] = (mode == 0) ? $urandom % 2 == 0 : mode == 1 || b % DigitBits == DigitBits - 1;
      tags[num_sent]    = plane_tag;
      empties[num_sent] = plane_empty;
      expect_token(bank);
      num_sent = num_sent + 1;
      plane_valid = 1'b1;
      #1;
      while (!plane_ready) begin @(negedge clk); #1; end
      @(negedge clk);
      plane_valid = 1'b0;
    end
  endtask

  task automatic finish(input integer max_cycles);
    integer cycles;
    cycles = 0;
    while (busy && cycles < max_cycles) begin
      @(negedge clk);
      cycles = cycles + 1;
    end
    if (busy !== 1'b0 || num_got != num_sent) fail("sums are missing");
    num_got = 0;
    num_sent = 0;
  endtask

  task automatic load(input integer mode);
    integer b, i;
    for (b = 0; b < Banks; b++)
      for (i = 0; i < Chunks; i++)
        image[b][32*i +: 32] = (mode == 1) ? 32'hffffffff : $urandom;
    // Only the weights' highest bits.
    if (mode == 2)
      for (b = 0; b < Banks; b++)
        for (i = 0; i < Chunks * 32; i++) image[b][i] = i % WeightBits == WeightBits - 1;
    loading = 1'b1;
    repeat (Banks + 1) @(negedge clk);
    loading = 1'b0;
    repeat (2) @(negedge clk);
  endtask

  initial begin : main
    integer mode, start;
    repeat (2) @(negedge clk);
    rst_n = 1'b0;
    repeat (2) @(negedge clk);
    rst_n = 1'b1;
    @(negedge clk);
    for (mode = 0; mode < 3; mode++) begin
      load(mode);
      waits = 0; bus_on = 1'b0;
      // 40 tokens in 40 cycles, whatever their banks; the last sums come in two more.
      start = $time;
      send(40, mode, 0);
      if ($time - start != 400) fail("not one token per cycle");
      finish(2);
      waits = 1;
      send(60, mode, 1);
      finish(100);
      bus_on = 1'b1;
      send(60, 0, 1);
      waits = 0;
      send(60, 0, 1);
      finish(100);
      bus_on = 1'b0;
      @(negedge clk);
    end
    // Reset with a token under way: nothing of it comes.
    send(1, 0, 0);
    rst_n = 1'b0;
    @(negedge clk);
    if (busy !== 1'b0 || sum_valid !== 1'b0) fail("busy in reset");
    rst_n = 1'b1;
    num_sent = 0; num_got = 0;
    send(10, 0, 1);
    finish(10);
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
