`default_nettype none
// Safety of nacre_mram_control with its nacre_mram_sequencer, for induction: any requests, any
// answers of the array, resets at any time. Wires named seen_... are registers inside, of the same
// names; prove.py connects them.
module mram_control_properties #(
  parameter int Words         = 2,
  parameter int DataBits      = 8,
  parameter int Ecc           = 0,
  parameter int Sensing       = 0,
  parameter int Spares        = 1,
  parameter bit Journal       = 1'b1,
  parameter bit PreRead       = 1'b1,
  parameter bit Verify        = 1'b1,
  parameter bit SelfTerminate = 1'b0,
  // Derived, not to be set: as the leaf's.
  parameter int CheckBits     = (Ecc == 0) ? 0 : 5,   // 8 data bits
  parameter int RowBits       = DataBits + CheckBits + (Journal ? 3 : 0),
  parameter int NumDevices    = RowBits * ((Sensing == 1) ? 2 : 1),
  parameter int Rows          = Words + Spares,
  parameter int WordWidth     = (Words > 1) ? $clog2(Words) : 1,
  parameter int RowWidth      = (Rows > 1) ? $clog2(Rows) : 1,
  parameter int NumRegisters  = (Spares > 0) ? Spares : 1
) (
  input  wire logic                    clk_i,
  input  wire logic                    rst_ni,
  input  wire logic [31:0]             timing_i,
  input  wire logic [19:0]             write_control_i,
  input  wire logic [NumRegisters-1:0] spare_we_i,
  input  wire logic [WordWidth:0]      spare_wdata_i,
  input  wire logic                    start_i,
  input  wire logic                    write_i,
  input  wire logic                    scrub_i,
  input  wire logic [WordWidth-1:0]    word_i,
  input  wire logic [DataBits-1:0]     data_i,
  input  wire logic [RowBits-1:0]      q_i,
  input  wire logic [RowBits-1:0]      meta_i,
  input  wire logic [NumDevices-1:0]   state_i
);

  logic                                  active, done, pulse, wl, latch, direction;
  logic [RowWidth-1:0]                   row;
  logic [1:0]                            mode, amplitude;
  logic [NumDevices-1:0]                 drive;
  logic [NumRegisters*(WordWidth+1)-1:0] spares;
  // Of no interest here.
  logic [DataBits-1:0]                   data;
  logic [23:0]                           status;
  logic [1:0]                            corrected;
  logic read, uncorrectable, scrubbed, left_alone, written, failed, retry, sensed;

  nacre_mram_control #(
    .Words(Words), .DataBits(DataBits), .Ecc(Ecc), .Sensing(Sensing), .Spares(Spares),
    .Journal(Journal), .PreRead(PreRead), .Verify(Verify), .SelfTerminate(SelfTerminate)
  ) u_control (
    .clk_i(clk_i), .rst_ni(rst_ni), .timing_i(timing_i), .write_control_i(write_control_i),
    .spare_we_i(spare_we_i), .spare_wdata_i(spare_wdata_i), .spares_o(spares),
    .start_i(start_i), .write_i(write_i), .scrub_i(scrub_i), .word_i(word_i), .data_i(data_i),
    .active_o(active), .done_o(done), .data_o(data), .status_o(status), .read_o(read),
    .corrected_o(corrected), .uncorrectable_o(uncorrectable), .scrubbed_o(scrubbed),
    .left_alone_o(left_alone), .written_o(written), .failed_o(failed), .retry_o(retry),
    .pulse_o(pulse), .sensed_o(sensed), .wl_o(wl), .row_o(row), .latch_o(latch), .mode_o(mode),
    .q_i(q_i), .meta_i(meta_i), .drive_o(drive), .direction_o(direction),
    .amplitude_o(amplitude), .state_i(state_i)
  );

  // Registers inside.
  wire [3:0] seen_phase;     // 0 read, 1 sample, 2 erase, 3 restore, 4 open, 5 pre-read, 6 mark,
                             // 7 write, 8 unmark, 9 move
  wire       seen_moved;     // the word was moved in this request
  wire       seen_write;     // it is a write by now
  wire       seen_scrub;
  wire [3:0] seen_round;
  wire       seen_half;
  wire [4:0] seen_length;
  wire [2:0] seen_marker_mask;
  wire [DataBits+CheckBits-1:0] seen_mask, seen_code;
  wire [2:0] seen_step;      // 0 none, 1 open, 2 sense, 3 pulse, 4 close, 5 recover, 6 judge
  wire [5:0] seen_left;      // cycles that follow in it
  wire       seen_first;     // first cycle of a pulse

  wire [4:0] precharge  = timing_i[4:0];
  wire [4:0] evaluate   = timing_i[12:8];
  wire [4:0] recover    = timing_i[28:24];
  wire [4:0] length     = timing_i[20:16];
  wire [3:0] max_rounds = write_control_i[11:8];

  // ---- What the leaf's head asks of its user ---------------------------------------------------

  // The cycle before.
  logic                  was_live = 1'b0;     // no reset in it; there was one before it
  logic                  was_reset = 1'b0;
  logic                  active_q, wl_q, latch_q, direction_q, done_q, start_q, pulse_q, ended_q;
  logic [RowWidth-1:0]   row_q;
  logic [1:0]            amplitude_q;
  logic [NumDevices-1:0] drive_q, state_q;
  logic [31:0]           timing_q;
  logic [19:0]           control_q;
  logic [DataBits-1:0]   data_q;
  logic [17:0]           rank_q;
  always_ff @(posedge clk_i) begin
    was_reset   <= was_reset || !rst_ni;
    was_live    <= rst_ni && was_reset;
    active_q    <= active;
    wl_q        <= wl;
    latch_q     <= latch;
    direction_q <= direction;
    amplitude_q <= amplitude;
    done_q      <= done;
    start_q     <= start_i;
    pulse_q     <= pulse;
    row_q       <= row;
    drive_q     <= drive;
    state_q     <= state_i;
    timing_q    <= timing_i;
    control_q   <= write_control_i;
    data_q      <= data_i;
    rank_q      <= rank;
  end

  always_comb begin
    // Registers: legal, and constant during a request.
    assume (precharge >= 5'd1 && precharge <= 5'd16);
    assume (evaluate >= 5'd1 && evaluate <= 5'd16);
    assume (length >= 5'd1 && length <= 5'd16);
    assume (recover >= 5'd1 && recover <= 5'd16);
    assume (max_rounds != 4'd0);
    if (was_live && (active || active_q)) begin
      assume (timing_i == timing_q);
      assume (write_control_i == control_q);
      assume (data_i == data_q);
    end
    // Requests: one at a time, of a word that is there. Spares are written between them.
    if (active) assume (!start_i);
    if (!rst_ni) assume (!start_i);
    if (active || start_i) assume (spare_we_i == {NumRegisters{1'b0}});
    assume (32'(word_i) < Words);
    assume (!(write_i && scrub_i));
    // The array: a device that has switched in a pulse stays as it is.
    if (was_live && (|drive_q) && seen_step == 3'd3) begin
      assume (((direction_q ? state_q & ~state_i : ~state_q & state_i)) == {NumDevices{1'b0}});
    end
    // A reset comes first.
    if (!was_reset) assume (!rst_ni);
  end

  // ---- A number that falls in every cycle of a request -----------------------------------------

  // Steps of a request in their order, the second row of a moved word after the first.
  logic [3:0] stage;
  always_comb begin
    case (seen_phase)
      4'd1:       stage = 4'd15;
      4'd2:       stage = 4'd14;
      4'd0:       stage = 4'd13;
      4'd3:       stage = 4'd12;
      4'd4, 4'd5: stage = seen_moved ? 4'd4 : 4'd10;
      4'd6:       stage = seen_moved ? 4'd3 : 4'd9;
      4'd7:       stage = seen_moved ? 4'd2 : 4'd8;
      4'd8:       stage = seen_moved ? 4'd1 : 4'd7;
      4'd9:       stage = 4'd6;
      default:    stage = 4'd0;
    endcase
  end
  wire has_rounds = seen_phase == 4'd2 || seen_phase == 4'd3 || seen_phase == 4'd6
                 || seen_phase == 4'd7 || seen_phase == 4'd8;
  wire [3:0] rounds_left = has_rounds ? max_rounds - seen_round : 4'd0;
  wire       senses      = seen_step == 3'd2 || seen_step == 3'd6;
  wire [1:0] parts_left  = senses ? 2'd0 : seen_half ? 2'd1 : 2'd2;   // of a round
  logic [5:0] left;                                                  // of a part
  always_comb begin
    case (seen_step)
      3'd2:    left = seen_left + 6'd1;               // at most 33
      3'd3:    left = seen_left + 6'(recover);        // at most 31
      3'd5:    left = seen_left;
      default: left = 6'd0;
    endcase
  end
  wire [17:0] rank = {2'b00, stage, rounds_left, parts_left, left};

  logic [17:0] cycles;          // of this request so far
  logic [7:0]  step_pulses;     // pulses in this step of the request
  logic [1:0]  rows;            // that it has tried
  logic [3:0]  phase_q;
  wire [7:0]   pulses_before = (phase_q == seen_phase) ? step_pulses : 8'd0;
  always_ff @(posedge clk_i) begin
    phase_q <= seen_phase;
    cycles  <= active ? cycles + 18'd1 : 18'd0;
    // The first pulse of a step is in its first cycle, where the phase is new.
    if (start_i)    step_pulses <= 8'd0;
    else if (pulse) step_pulses <= pulses_before + 8'd1;
    rows    <= start_i ? 2'd0 : rows + 2'(was_live && active && active_q && row != row_q);
  end

  // ---- What holds in every state that is reached: for the induction ----------------------------

  localparam int CodeBits = DataBits + CheckBits;
  wire [CodeBits-1:0] wanted = (Sensing == 1) ? seen_mask
                             : seen_half ? seen_mask & seen_code : seen_mask & ~seen_code;
  wire pulses = seen_step == 3'd3 || seen_step == 3'd5;
  always_ff @(posedge clk_i) begin
    if (was_reset && rst_ni) begin
      assert (was_live || !active);
      assert (seen_step <= 3'd6);
      assert (active == (seen_step != 3'd0));
      if (active) begin
        assert (seen_phase <= 4'd9);
        assert (!pulses || has_rounds);
        assert ((seen_step == 3'd1) == (seen_phase == 4'd4));
        assert ((seen_step == 3'd4) == (seen_phase == 4'd9));
        assert (!senses || seen_phase == 4'd0 || seen_phase == 4'd1 || seen_phase == 4'd5
                || (Verify && seen_phase >= 4'd6 && seen_phase <= 4'd8));
        assert (seen_phase != 4'd9 || (!seen_moved && Spares > 0));
        assert (!seen_moved || (seen_phase >= 4'd4 && seen_phase <= 4'd8));
        assert (Sensing == 2 || seen_phase == 4'd0 || seen_phase > 4'd3);
        assert (Journal || (seen_phase != 4'd6 && seen_phase != 4'd8));
        assert (seen_step != 3'd2 || seen_left <= 6'(precharge) + 6'(evaluate));
        assert (seen_step != 3'd3 || seen_left <= 6'd15);
        assert (seen_step != 3'd5 || seen_left <= 6'd15);
        if (has_rounds) begin
          assert (seen_round < max_rounds);
          assert (seen_length >= 5'd1 && seen_length <= 5'd16);
        end
        if (pulses) begin
          case (seen_phase)
            4'd2: assert (!seen_half && seen_mask == {CodeBits{1'b1}});
            4'd3: assert (seen_half && (|seen_mask));
            4'd6: assert ((seen_half || Sensing == 1) && (|seen_marker_mask));
            4'd7: assert (|wanted);
            4'd8: assert ((!seen_half || Sensing == 1) && (|seen_marker_mask));
            default: assert (1'b0);
          endcase
        end
        if (seen_phase == 4'd3 || seen_phase == 4'd7) assert (|seen_mask);
      end
    end
    if (live && active) begin
      // The first cycle of an opening.
      assert (!wl || wl_q || seen_step == 3'd1
              || (seen_step == 3'd2 && seen_left == 6'(precharge) + 6'(evaluate)));
      assert (!(seen_step == 3'd3 && seen_first) || !drove);
      assert (seen_step != 3'd3 || seen_first || drove);
      if (has_rounds && !pulse) begin
        assert (phase_q == seen_phase);
        assert (step_pulses <= {3'd0, seen_round, 1'b0} + 8'd1 + 8'(seen_half));
      end
      assert (!pulse || pulses_before <= {3'd0, seen_round, 1'b0} + 8'(seen_half));
      assert (rows + 2'(active_q && row != row_q) <= 2'(seen_moved));
    end
  end

  // ---- Properties ------------------------------------------------------------------------------

  wire live   = was_reset && rst_ni && was_live;   // this cycle and the one before, without reset
  wire drives = |drive;
  wire drove  = |drive_q;

  always_ff @(posedge clk_i) begin
    if (was_reset && rst_ni) begin
      // Never a pulse while something is sensed.
      no_drive_in_read : assert (!(drives && (latch || seen_step == 3'd2 || seen_step == 3'd6)));
      // On an open row only.
      word_line_on : assert (!(drives || latch) || wl);
    end
    if (live) begin
      // Never two word lines: the row stands while one is on.
      one_word_line : assert (!(wl && wl_q) || row == row_q);
      // The row has been fetched.
      second_cycle : assert (!(drives || latch) || wl_q);
      // A cycle between a pulse and a read, or another pulse; within a pulse only losses.
      pause_before_read : assert (!(drove && latch));
      pause_before_pulse : assert (!(drove && pulse));
      one_pulse : assert (!(drove && drives) || ((drive & ~drive_q) == {NumDevices{1'b0}}
                          && direction == direction_q && amplitude == amplitude_q));
      pulse_is_told : assert (!(drives && !drove) || pulse);
      // At most max_rounds rounds of two halves in a step, on at most two rows.
      rounds_bounded : assert (!pulse || pulses_before < {3'd0, max_rounds, 1'b0});
      two_rows : assert (!active || rows <= 2'd1);
      // A request ends: the number falls, so that it and the cycles passed never exceed its start.
      number_falls : assert (!(active && active_q) || rank < rank_q);
      bounded : assert (!active || cycles <= 18'd65535 - rank);
      starts : assert (!start_q || active);
      answered : assert (!(active_q && !active) || done_q);
      answered_once : assert (!done_q || !active);
      // Nothing of this is proven of nothing.
      a_read_ends : cover (done && !seen_write);
      a_move_ends : cover (done && seen_write && seen_moved && step_pulses != 8'd0);
    end
  end

endmodule
`default_nettype wire
