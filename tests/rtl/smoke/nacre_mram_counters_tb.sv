`default_nettype none
// Smoke test of nacre_mram_counters: random events against sums of their own, clearing, reset.
module nacre_mram_counters_tb;
  parameter int RowBits    = 4;
  parameter int NumDevices = 4;
  parameter logic [8*20-1:0] WriteEnergy = 160'd0;
  parameter logic [19:0]     SenseEnergy = 20'd0;

  logic clk = 1'b0, rst_n = 1'b1, clear = 1'b0, pulse = 1'b0, direction = 1'b0, latch = 1'b0;
  logic sensed = 1'b0, busy;
  logic [NumDevices-1:0] drive = '0;
  logic [1:0] amplitude = '0, corrected = '0;
  logic [RowBits-1:0] meta = '0;
  logic [31:0] pulsed_bits, corrected_bits, metastable_bits;
  logic [63:0] energy;

  nacre_mram_counters #(
    .RowBits(RowBits), .NumDevices(NumDevices), .WriteEnergy(WriteEnergy), .SenseEnergy(SenseEnergy)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .clear_i(clear), .pulse_i(pulse), .drive_i(drive),
    .direction_i(direction), .amplitude_i(amplitude), .latch_i(latch), .sensed_i(sensed),
    .meta_i(meta), .corrected_i(corrected), .busy_o(busy), .pulsed_bits_o(pulsed_bits),
    .corrected_bits_o(corrected_bits), .metastable_bits_o(metastable_bits), .energy_o(energy)
  );

  always #5 clk = !clk;

  integer failures = 0;
  logic [63:0] want_energy = '0;
  integer want_pulsed = 0, want_corrected = 0, want_meta = 0;
  task automatic fail(input [60*8-1:0] what);
    failures = failures + 1;
    if (failures < 20) $display("FAIL %0s at %0t", what, $time);
  endtask
  task automatic quiet;
    pulse = 1'b0; latch = 1'b0; sensed = 1'b0; corrected = 2'd0; drive = '0;
  endtask
  task automatic check;
    quiet;
    repeat (2) @(negedge clk);
    if (busy !== 1'b0) fail("busy");
    if (pulsed_bits !== 32'(want_pulsed)) fail("pulsed bits");
    if (corrected_bits !== 32'(want_corrected)) fail("corrected bits");
    if (metastable_bits !== 32'(want_meta)) fail("metastable bits");
    if (energy !== want_energy) fail("energy");
  endtask
  task automatic forget;
    want_energy = '0; want_pulsed = 0; want_corrected = 0; want_meta = 0;
  endtask

  initial begin : main
    integer i, count;
    repeat (2) @(negedge clk);
    rst_n = 1'b0;
    repeat (2) @(negedge clk);
    rst_n = 1'b1;
    check;
    for (i = 0; i < 400; i++) begin
      quiet;
      direction = 1'($urandom); amplitude = 2'($urandom);
      if ($urandom % 2 == 0) begin
        for (int e = 0; e < NumDevices; e++) drive[e] = (i % 5 == 0) || 1'($urandom);
        drive[0] = 1'b1;
        pulse = 1'($urandom);
        count = 0;
        for (int e = 0; e < NumDevices; e++) if (drive[e]) count = count + 1;
        if (pulse) want_pulsed = want_pulsed + count;
        want_energy = want_energy + 64'(count) * 64'(WriteEnergy[(32'(direction)*4+32'(amplitude))*20 +: 20]);
      end else if ($urandom % 2 == 0) begin
        latch = 1'b1;
        want_energy = want_energy + 64'(SenseEnergy) * 64'(RowBits);
      end
      sensed = 1'($urandom);
      for (int b = 0; b < RowBits; b++) begin
        meta[b] = (i % 7 == 0) || 1'($urandom);
        if (sensed && meta[b]) want_meta = want_meta + 1;
      end
      corrected = 2'($urandom % 3);
      want_corrected = want_corrected + 32'(corrected);
      @(negedge clk);
      if (i % 50 == 49) check;
      if (i == 200) begin
        check;
        clear = 1'b1;
        @(negedge clk) clear = 1'b0;
        forget;
        check;
      end
      if (i == 300) begin
        check;
        rst_n = 1'b0;
        @(negedge clk) rst_n = 1'b1;
        forget;
        check;
      end
    end
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
