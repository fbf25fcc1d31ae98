`default_nettype none
/// The pins of the array, step by step: opening, sense, half of a round with its recovery
/// (generator/src/kinds/mram_macro/README.md, Sensing, Write, Timing).
///
/// In the last cycle of a step, and while there is none, `next_i` says which one begins in the next
/// cycle; what it is done with (`mode_i`, `want_i`, `direction_i`, `amplitude_i`, `length_i`) is
/// needed from that cycle on, and stays during the step.
module nacre_mram_sequencer #(
  /// Devices of a row, at least 1.
  parameter int NumDevices    = 4,
  /// 1: a device is driven until it has switched.
  parameter bit SelfTerminate = 1'b0
) (
  input  wire logic                  clk_i,
  input  wire logic                  rst_ni,       ///< asynchronous, active low
  // Durations in cycles, each 1 ... 16
  input  wire logic [4:0]            precharge_i,
  input  wire logic [4:0]            evaluate_i,
  input  wire logic [4:0]            recover_i,
  // Steps
  input  wire logic [2:0]            next_i,       ///< 0 none, 1 open, 2 sense, 3 pulse, 4 close
  input  wire logic [1:0]            mode_i,
  input  wire logic [NumDevices-1:0] want_i,       ///< devices of the half; not 0 during a pulse
  input  wire logic                  direction_i,
  input  wire logic [4:0]            length_i,     ///< of the pulse, 1 ... 16
  output logic                       done_o,       ///< last cycle of a step
  output logic                       judge_o,      ///< the cycle after a read: q is there
  output logic                       pulse_o,      ///< first cycle of a pulse
  output logic                       active_o,     ///< a step is under way
  // Array
  output logic                       wl_o,
  output logic                       latch_o,
  output logic      [1:0]            mode_o,
  output logic      [NumDevices-1:0] drive_o,
  input  wire logic [NumDevices-1:0] state_i
);

  localparam logic [2:0] StIdle    = 3'd0;
  localparam logic [2:0] StOpen    = 3'd1;
  localparam logic [2:0] StSense   = 3'd2;
  localparam logic [2:0] StPulse   = 3'd3;
  localparam logic [2:0] StClose   = 3'd4;
  localparam logic [2:0] StRecover = 3'd5;
  localparam logic [2:0] StJudge   = 3'd6;

  if (NumDevices < 1) begin : gen_illegal
    nacre_error_mram_sequencer_parameter_is_out_of_range u_error ();
  end

  logic [2:0] state_d, state_q;
  // Cycles that follow in this state: at most precharge + evaluate = 32.
  logic [5:0] left_d, left_q;
  logic       first_q;   // first cycle of the pulse
  logic       last;      // last cycle in this state
  logic       ends;      // no device is left: the pulse ended with the cycle before

  assign last = left_q == 6'd0;

  if (SelfTerminate) begin : gen_self_terminate
    // Nothing is known in the first cycle of a pulse.
    logic [NumDevices-1:0] there;
    assign there   = (direction_i ? state_i : ~state_i) & {NumDevices{!first_q}};
    assign drive_o = want_i & ~there & {NumDevices{state_q == StPulse}};
    assign ends    = state_q == StPulse && (want_i & ~there) == {NumDevices{1'b0}};
  end else begin : gen_whole_pulses
    wire unused_state = ^{state_i, direction_i};
    assign drive_o = want_i & {NumDevices{state_q == StPulse}};
    assign ends    = 1'b0;
  end

  assign done_o = state_q == StOpen || state_q == StJudge || state_q == StClose
               || (state_q == StRecover && last) || (ends && recover_i == 5'd1);

  always_comb begin
    state_d = state_q;
    left_d  = left_q - 6'd1;
    if (state_q == StIdle || done_o) begin
      // The states of steps have the numbers of the steps.
      state_d = next_i;
      left_d  = (next_i == StSense) ? 6'(precharge_i) + 6'(evaluate_i) : 6'(length_i) - 6'd1;
    end else if (ends) begin
      // This is the first cycle of the recovery.
      state_d = StRecover;
      left_d  = 6'(recover_i) - 6'd2;
    end else if (last) begin
      state_d = (state_q == StSense) ? StJudge : StRecover;
      left_d  = 6'(recover_i) - 6'd1;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      first_q <= 1'b0;
    end else begin
      state_q <= state_d;
      first_q <= (state_q == StIdle || done_o) && next_i == StPulse;
    end
  end
  // Set at the start of each step.
  always_ff @(posedge clk_i) left_q <= left_d;

  assign judge_o  = state_q == StJudge;
  assign pulse_o  = state_q == StPulse && first_q;
  assign active_o = state_q != StIdle;
  assign wl_o     = state_q != StIdle && state_q != StClose;
  assign latch_o  = state_q == StSense && last;
  assign mode_o   = mode_i;

`ifdef VERILATOR
`define NACRE_MRAM_ASSERTIONS
`endif
`ifdef FORMAL
`define NACRE_MRAM_ASSERTIONS
`endif
`ifdef NACRE_MRAM_ASSERTIONS
  // Immediate, so that yosys-smtbmc reads them, too.
  logic pulsed_q, opened_q;   // the word line, a pulse was on in the cycle before
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      pulsed_q <= 1'b0;
      opened_q <= 1'b0;
    end else begin
      pulsed_q <= |drive_o;
      opened_q <= wl_o;
    end
  end
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      // Never a pulse during a sense; both on an open row only.
      assert (!((|drive_o) && (latch_o || state_q == StSense || state_q == StJudge)));
      assert (!((|drive_o) || latch_o) || (wl_o && opened_q));
      // A cycle between a pulse and a read or another pulse.
      assert (!(pulsed_q && (latch_o || pulse_o)));
      assert (state_q != 3'd7 && left_q <= 6'd32 || state_q == StIdle || state_q == StOpen
              || state_q == StJudge || state_q == StClose);
    end
  end
`undef NACRE_MRAM_ASSERTIONS
`endif

endmodule
`default_nettype wire
