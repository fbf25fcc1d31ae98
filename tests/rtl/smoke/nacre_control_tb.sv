`default_nettype none
// Smoke test of nacre_control: identification, sticky errors and their clearing, interrupt, pulses,
// idle, counters, refused accesses, no X; silence while the design works.
module nacre_control_tb;
  parameter int           NumStages = 1;
  parameter logic [31:0]  Version   = 32'h0000_0100;
  parameter logic [255:0] SpecHash  = '0;
  parameter int           Counters  = 1;

  localparam int SeenStages = (NumStages < 6) ? NumStages : 6;   // in register `error`
  localparam int MoreWords  = (NumStages - SeenStages + 7) / 8;   // registers of the others

  logic clk = 1'b0, rst_n = 1'b1;
  logic cfg_valid = 1'b0, cfg_write = 1'b0, cfg_ready, cfg_error;
  logic [7:0] cfg_addr = '0;
  logic [31:0] cfg_wdata = '0, cfg_rdata;
  logic [NumStages-1:0] stage_busy = '0;
  logic ingress_busy = 1'b0, egress_busy = 1'b0, word_in = 1'b0, word_out = 1'b0, sample_out = 1'b0;
  logic [4:0] ingress_error = '0;
  logic [1:0] bus_error = '0;
  logic [NumStages*4-1:0] stage_error = '0;
  logic idle, single_step, step, clear, irq;

  nacre_control #(
    .NumStages(NumStages), .Version(Version), .SpecHash(SpecHash), .Counters(Counters)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .cfg_valid_i(cfg_valid), .cfg_write_i(cfg_write),
    .cfg_addr_i(cfg_addr), .cfg_wdata_i(cfg_wdata), .cfg_ready_o(cfg_ready),
    .cfg_rdata_o(cfg_rdata), .cfg_error_o(cfg_error), .stage_busy_i(stage_busy),
    .ingress_busy_i(ingress_busy), .egress_busy_i(egress_busy), .word_in_i(word_in),
    .word_out_i(word_out), .sample_out_i(sample_out), .ingress_error_i(ingress_error),
    .bus_error_i(bus_error), .stage_error_i(stage_error), .idle_o(idle),
    .single_step_o(single_step), .step_o(step), .clear_counters_o(clear), .irq_o(irq)
  );

  always #5 clk = !clk;

  integer failures = 0, steps = 0, clears = 0;
`ifndef NACRE_FPGA
  integer pulses = 0;
  always @(posedge dut.clk_gated) pulses = pulses + 1;
`endif
  logic checking = 1'b0;
  task automatic fail(input [60*8-1:0] what);
    failures = failures + 1;
    if (failures < 20) $display("FAIL %0s at %0t", what, $time);
  endtask
  always @(posedge clk) if (checking && rst_n) begin
    if ((^{cfg_ready, cfg_rdata, cfg_error, idle, single_step, step, clear, irq}) === 1'bx)
      fail("an output is X");
    if (step) steps = steps + 1;
    if (clear) clears = clears + 1;
  end

  task automatic access(input logic write, input integer address, input logic [31:0] data,
                        output logic refused, output logic [31:0] read);
    @(negedge clk);
    cfg_valid = 1'b1; cfg_write = write; cfg_addr = 8'(address); cfg_wdata = data;
    @(posedge clk);
    while (!cfg_ready) @(posedge clk);
    refused = cfg_error; read = cfg_rdata;
    @(negedge clk) cfg_valid = 1'b0;
  endtask
  task automatic get(input integer address, input logic [31:0] want);
    logic refused; logic [31:0] read;
    access(1'b0, address, 32'd0, refused, read);
    if (refused) fail("a read is refused");
    if (read !== want) begin
      fail("a register is wrong");
      if (failures < 20) $display("  offset %0d: %h, expected %h", address, read, want);
    end
  endtask
  task automatic put(input integer address, input logic [31:0] data);
    logic refused; logic [31:0] read;
    access(1'b1, address, data, refused, read);
    if (refused) fail("a write is refused");
  endtask
  task automatic refuse(input logic write, input integer address, input logic [31:0] data);
    logic refused; logic [31:0] read;
    access(write, address, data, refused, read);
    if (!refused) fail("an illegal access is accepted");
  endtask

  initial begin : main
    integer i, s, b;
    logic [31:0] flags;
    logic [255:0] more;   // expected in the other registers
    repeat (2) @(negedge clk);
    rst_n = 1'b0;
    repeat (2) @(negedge clk);
    rst_n = 1'b1;
    checking = 1'b1;
    get(0, 32'h4E41_4352);
    get(1, Version);
    get(2, 32'(NumStages));
    for (i = 0; i < 8; i++) get(16 + i, SpecHash[255 - 32*i -: 32]);
    for (i = 3; i < 10; i++) get(i, 32'd0);
    for (i = 32; i < 37; i++) get(i, 32'd0);
    // What may not be written, and what does not exist.
    for (i = 0; i < 3; i++) refuse(1'b1, i, 32'd0);
    refuse(1'b1, 4, 32'd0);
    refuse(1'b1, 16, 32'd0);
    refuse(1'b1, 36, 32'd0);
    refuse(1'b1, 3, 32'd2);
    refuse(1'b1, 6, 32'd4);
    refuse(1'b0, 10, 32'd0);
    refuse(1'b0, 24, 32'd0);
    refuse(1'b0, 37, 32'd0);
    for (i = 0; i < MoreWords; i++) get(40 + i, 32'd0);
    for (i = MoreWords; i < 9; i++) refuse(1'b0, 40 + i, 32'd0);
    for (i = MoreWords; i < 9; i++) refuse(1'b1, 40 + i, 32'd0);
    refuse(1'b0, 255, 32'd0);
    // Single step and pulses.
    put(3, 32'd1);
    get(3, 32'd1);
    if (single_step !== 1'b1) fail("single_step");
    refuse(1'b1, 3, 32'd3);
    get(3, 32'd1);
    put(3, 32'd0);
    if (single_step !== 1'b0) fail("single_step");
    if (steps != 0 || clears != 0) fail("a pulse too many");
    put(8, $urandom);
    put(8, 32'd0);
    put(9, 32'd0);
    if (steps != 2 || clears != 1) fail("step or clear_counters is not one pulse per write");
    // Each part of the design keeps it from being idle.
    #1 if (idle !== 1'b1) fail("not idle");
    for (i = 0; i < NumStages + 2; i++) begin
      ingress_busy = i == NumStages;
      egress_busy  = i == NumStages + 1;
      stage_busy   = '0;
      if (i < NumStages) stage_busy[i] = 1'b1;
      #1 if (idle !== 1'b0) fail("idle while busy");
      if (i < 3 || i >= NumStages - 1) get(4, 32'd1);
    end
    egress_busy = 1'b0;
    get(4, 32'd0);
    // Errors are sticky one by one, and cleared one by one.
    flags = 32'd0;
    more  = 256'd0;
    for (i = 0; i < 7 + 4 * NumStages; i++) begin
      @(negedge clk);
      if (i < 5)      ingress_error[i] = 1'b1;
      else if (i < 7) bus_error[i-5] = 1'b1;
      else            stage_error[i-7] = 1'b1;
      b = (i < 7) ? i : i + 1;
      if (b < 32) flags = flags | (32'd1 << b);
      else        more = more | (256'd1 << (b - 32));
      @(negedge clk);
      ingress_error = '0; bus_error = '0; stage_error = '0;
      if (i < 7 + 4 * 7) get(5, flags);
      if (b >= 32) get(40 + (b - 32) / 32, more[(b-32)/32*32 +: 32]);
    end
    for (i = 0; i < MoreWords; i++) get(40 + i, more[i*32 +: 32]);
    get(7, 32'd2);
    if (irq !== 1'b0) fail("interrupt without enable");
    put(6, 32'd3);
    get(6, 32'd3);
    put(6, 32'd2);
    get(6, 32'd2);
    @(negedge clk) if (irq !== 1'b1) fail("no interrupt on error");
    for (b = 0; b < 8 + 4 * SeenStages; b++) begin
      put(5, 32'd1 << b);
      flags = flags & ~(32'd1 << b);
      get(5, flags);
    end
    for (b = 0; b < 4 * (NumStages - SeenStages); b++) begin
      put(40 + b / 32, 32'd1 << b % 32);
      more = more & ~(256'd1 << b);
      get(40 + b / 32, more[b/32*32 +: 32]);
    end
    put(7, 32'd2);
    repeat (2) @(negedge clk);
    if (irq !== 1'b0) fail("interrupt stays");
    put(6, 32'd1);
    sample_out = 1'b1;
    word_out   = 1'b1;
    @(negedge clk) begin sample_out = 1'b0; word_out = 1'b0; end
    repeat (2) @(negedge clk);
    if (irq !== 1'b1) fail("no interrupt on a sample");
    get(7, 32'd1);
    put(7, 32'd2);
    get(7, 32'd1);
    put(7, 32'd1);
    get(7, 32'd0);
    // Set and clear in the same cycle: the flag stays.
    @(negedge clk);
    cfg_valid = 1'b1; cfg_write = 1'b1; cfg_addr = 8'd5; cfg_wdata = 32'hFFFF_FFFF;
    ingress_error[2] = 1'b1;
    @(negedge clk) ingress_error = '0;
    @(negedge clk) cfg_valid = 1'b0;
    get(5, 32'd4);
    put(5, 32'hFFFF_FFFF);
    if (NumStages > 6) begin
      // An error of a stage beyond the sixth raises the interrupt; in the cycle of a clearing write
      // it stays.
      put(7, 32'd3);
      put(6, 32'd2);
      @(negedge clk);
      cfg_valid = 1'b1; cfg_write = 1'b1; cfg_addr = 8'(40 + MoreWords - 1);
      cfg_wdata = 32'hFFFF_FFFF;
      stage_error[NumStages*4-1] = 1'b1;
      @(negedge clk) stage_error = '0;
      @(negedge clk) cfg_valid = 1'b0;
      repeat (2) @(negedge clk);
      if (irq !== 1'b1) fail("no interrupt on an error of the last stage");
      get(40 + MoreWords - 1, 32'd1 << ((NumStages * 4 - 25) % 32));
      put(40 + MoreWords - 1, 32'hFFFF_FFFF);
      put(7, 32'd3);
      put(6, 32'd0);
    end
    // Counters.
    put(9, 32'd0);
    @(negedge clk);
    for (i = 0; i < 37; i++) begin
      stage_busy[NumStages-1] = i < 20;
      word_in    = i % 2 == 0;
      word_out   = i % 3 == 0;
      sample_out = i % 9 == 0;
      @(negedge clk);
    end
    word_in = 1'b0; word_out = 1'b0; sample_out = 1'b0;
    get(32, (Counters > 0) ? 32'd20 : 32'd0);
    get(33, 32'd0);
    get(34, (Counters > 0) ? 32'd5 : 32'd0);
    get(35, (Counters > 0) ? 32'd19 : 32'd0);
    get(36, (Counters > 0) ? 32'd13 : 32'd0);
    put(9, 32'd0);
    for (i = 32; i < 37; i++) get(i, 32'd0);
`ifndef NACRE_FPGA
    // Working alone clocks nothing but the counters.
    stage_busy[0] = 1'b1;
    word_in = 1'b1;
    repeat (3) @(negedge clk);
    pulses = 0;
    repeat (20) @(negedge clk);
    if (pulses != 0) fail("clocked without a cause");
    stage_busy = '0;
    word_in = 1'b0;
    ingress_error[0] = 1'b1;
    @(negedge clk) ingress_error = '0;
    @(negedge clk);
    if (pulses == 0) fail("not clocked with an error");
`endif
    // Reset.
    put(3, 32'd1);
    @(negedge clk) rst_n = 1'b0;
    @(negedge clk) rst_n = 1'b1;
    if (single_step !== 1'b0) fail("single_step outlives the reset");
    get(6, 32'd0);
    get(7, 32'd0);
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
