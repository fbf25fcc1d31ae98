`default_nettype none
// Smoke test of nacre_mram_sequencer: random steps with random durations, each against its timetable
// cycle by cycle; self-termination with devices that switch at random; reset in a pulse; no X.
module nacre_mram_sequencer_tb;
  parameter int NumDevices    = 4;
  parameter bit SelfTerminate = 1'b0;

  logic clk = 1'b0, rst_n = 1'b1;
  logic [4:0] precharge = 5'd1, evaluate = 5'd1, recover = 5'd1, length = 5'd1;
  logic [2:0] next = 3'd0;
  logic [1:0] mode = 2'd0, mode_out;
  logic [NumDevices-1:0] want = '1, state = '0, drive;
  logic direction = 1'b0, done, judge, pulse, active, wl, latch;

  nacre_mram_sequencer #(.NumDevices(NumDevices), .SelfTerminate(SelfTerminate)) dut (
    .clk_i(clk), .rst_ni(rst_n), .precharge_i(precharge), .evaluate_i(evaluate),
    .recover_i(recover), .next_i(next), .mode_i(mode), .want_i(want), .direction_i(direction),
    .length_i(length), .done_o(done), .judge_o(judge), .pulse_o(pulse), .active_o(active),
    .wl_o(wl), .latch_o(latch), .mode_o(mode_out), .drive_o(drive), .state_i(state)
  );

  always #5 clk = !clk;

  integer failures = 0, early = 0;
  task automatic fail(input [60*8-1:0] what);
    failures = failures + 1;
    if (failures < 20) $display("FAIL %0s at %0t", what, $time);
  endtask

  // One cycle of a step; `last` asks for the end of it.
  task automatic expect_cycle(input logic on, input logic [NumDevices-1:0] driven,
                              input logic latched, input logic judged, input logic begun,
                              input logic last);
    #1;
    if ((^{done, judge, pulse, active, wl, latch, drive}) === 1'bx) fail("an output is X");
    if (wl !== on || !active) fail("word line");
    if (drive !== driven) fail("driven devices");
    if (latch !== latched || judge !== judged || pulse !== begun) fail("latch, judge or pulse");
    if (done !== last) fail("end of a step");
    if (mode_out !== mode) fail("mode");
  endtask

  // Expects a step that begins now; in its last cycle `following` is asked for.
  logic [2:0] following;
  task automatic tick(input logic last);
    next = last ? following : 3'd0;
    @(negedge clk);
  endtask
  task automatic step(input logic [2:0] kind);
    integer n, cycles;
    logic   over;
    logic [NumDevices-1:0] left;
    case (kind)
      3'd1: begin expect_cycle(1'b1, '0, 1'b0, 1'b0, 1'b0, 1'b1); tick(1'b1); end
      3'd4: begin expect_cycle(1'b0, '0, 1'b0, 1'b0, 1'b0, 1'b1); tick(1'b1); end
      3'd2: begin
        cycles = precharge + evaluate + 1;
        for (n = 1; n <= cycles; n++) begin
          expect_cycle(1'b1, '0, n == cycles, 1'b0, 1'b0, 1'b0);
          tick(1'b0);
        end
        expect_cycle(1'b1, '0, 1'b0, 1'b1, 1'b0, 1'b1);
        tick(1'b1);
      end
      default: begin
        over = 1'b0;
        left = want;
        cycles = length;
        for (n = 1; n <= cycles && !over; n++) begin
          // Devices switch at random; the first cycle shows what was before.
          if (SelfTerminate && n > 1) left = want & ~(direction ? state : ~state);
          if (left == '0) over = 1'b1;
          else begin
            expect_cycle(1'b1, left, 1'b0, 1'b0, n == 1, 1'b0);
            tick(1'b0);
            for (int e = 0; e < NumDevices; e++) if ($urandom % 3 == 0) state[e] = direction;
          end
        end
        if (over) early = early + 1;
        for (n = 1; n <= recover; n++) begin
          expect_cycle(1'b1, '0, 1'b0, 1'b0, 1'b0, n == recover);
          tick(n == recover);
        end
      end
    endcase
  endtask

  task automatic choose;
    length    = 5'(1 + $urandom % 16);
    direction = 1'($urandom);
    mode      = 2'($urandom % 3);
    for (int e = 0; e < NumDevices; e++) want[e] = 1'($urandom);
    want[$urandom % NumDevices] = 1'b1;
    for (int e = 0; e < NumDevices; e++) state[e] = 1'($urandom);
  endtask

  initial begin : main
    integer i, n;
    logic [2:0] now;
    repeat (2) @(negedge clk);
    rst_n = 1'b0;
    repeat (2) @(negedge clk);
    rst_n = 1'b1;
    for (i = 0; i < 30; i++) begin
      precharge = 5'(1 + $urandom % 16); evaluate = 5'(1 + $urandom % 16);
      recover = (i % 3 == 0) ? 5'd1 : 5'(1 + $urandom % 16);
      if (i == 1) begin precharge = 5'd16; evaluate = 5'd16; recover = 5'd16; end
      if (active !== 1'b0 || wl !== 1'b0 || drive !== '0) fail("not idle");
      now = 3'(1 + $urandom % 4);
      next = now;
      choose;
      @(negedge clk);
      for (n = 0; n < 12; n++) begin
        following = (n == 11) ? 3'd0 : 3'(1 + $urandom % 4);
        step(now);
        now = following;
        next = 3'd0;
        if (now != 3'd0) begin
          // What the next step needs stands from its first cycle on; its length was taken before.
          direction = 1'($urandom);
          mode      = 2'($urandom % 3);
        end
      end
      #1;
    end
    // A reset drops the pins at once.
    choose;
    length = 5'd8;
    next = 3'd3;
    @(negedge clk);
    next = 3'd0;
    #1 if (drive !== want) fail("no pulse");
    #1 rst_n = 1'b0;
    #1 if (drive !== '0 || wl !== 1'b0 || active !== 1'b0) fail("pins during a reset");
    @(negedge clk) rst_n = 1'b1;
    @(negedge clk);
    if (active !== 1'b0) fail("not idle after a reset");
    if (SelfTerminate && early == 0) fail("no pulse ended early");
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
