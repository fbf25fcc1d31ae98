`default_nettype none
/// Controller of a memory of magnetic cells: reads and decodes a row, or writes it, with pre-read,
/// verify, rounds, journal and spare rows (generator/src/kinds/mram_macro/README.md, Sensing,
/// Write, Read, Timing).  The steps themselves are nacre_mram_sequencer's.
///
/// A request is taken in the cycle of `start_i`, in which none is under way; its first step begins
/// in the next cycle, and `done_o` is 1 in the last cycle of its last step.  Golden model:
/// sim/golden/mram_macro.
module nacre_mram_control #(
  /// Words 1 ... 65536; bits of a word 8 ... 64.
  parameter int Words         = 4,
  parameter int DataBits      = 8,
  /// Code: see nacre_ecc_codec.
  parameter int Ecc           = 1,
  /// 0 reference cells, 1 differential, 2 self-referenced.
  parameter int Sensing       = 0,
  /// Spare rows, 0 ... 16.
  parameter int Spares        = 1,
  /// 1: three bits of each row mark a write that is under way.
  parameter bit Journal       = 1'b1,
  /// 1: only bits that differ are written; a sense follows each round; a device is driven until it
  /// has switched.  The first three not with Sensing 2.
  parameter bit PreRead       = 1'b1,
  parameter bit Verify        = 1'b1,
  parameter bit SelfTerminate = 1'b0,
  // Derived, not to be set.
  parameter int CheckBits     = (Ecc == 0) ? 0
                              : (Ecc == 1) ? ((DataBits <= 11) ? 5 : (DataBits <= 26) ? 6
                                            : (DataBits <= 57) ? 7 : 8)
                                            : ((DataBits <= 21) ? 11 : (DataBits <= 51) ? 13 : 15),
  parameter int CodeBits      = DataBits + CheckBits,
  parameter int RowBits       = CodeBits + (Journal ? 3 : 0),
  parameter int NumDevices    = RowBits * ((Sensing == 1) ? 2 : 1),
  parameter int Rows          = Words + Spares,
  parameter int WordWidth     = (Words > 1) ? $clog2(Words) : 1,
  parameter int RowWidth      = (Rows > 1) ? $clog2(Rows) : 1,
  // A spare's register {used, word}; one that is not used when there are none.
  parameter int NumRegisters  = (Spares > 0) ? Spares : 1
) (
  input  wire logic                                   clk_i,
  input  wire logic                                   rst_ni,  ///< asynchronous, active low
  // Registers `timing` and `write_control`: legal, and constant during a request
  input  wire logic [31:0]                            timing_i,
  input  wire logic [19:0]                            write_control_i,
  // Registers of the spares: written by the host while no request is under way
  input  wire logic [NumRegisters-1:0]                spare_we_i,
  input  wire logic [WordWidth:0]                     spare_wdata_i,
  output logic      [NumRegisters*(WordWidth+1)-1:0]  spares_o,
  // Requests
  input  wire logic                                   start_i,
  input  wire logic                                   write_i,
  input  wire logic                                   scrub_i,   ///< a read that writes back
  input  wire logic [WordWidth-1:0]                   word_i,
  input  wire logic [DataBits-1:0]                    data_i,    ///< constant during a write
  output logic                                        active_o,
  output logic                                        done_o,
  output logic      [DataBits-1:0]                    data_o,    ///< of a read, after done_o
  output logic      [23:0]                            status_o,  ///< of the answer, after done_o
  // For counters
  output logic                                        read_o,    ///< a row was decoded ...
  output logic      [1:0]                             corrected_o,       ///< ... bits
  output logic                                        uncorrectable_o,   ///< ... not possible
  output logic                                        scrubbed_o,        ///< ... by the scrubber
  output logic                                        left_alone_o,      ///< ... and not corrected
  output logic                                        written_o,         ///< a write is over ...
  output logic                                        failed_o,          ///< ... and failed
  output logic                                        retry_o,
  output logic                                        pulse_o,           ///< first cycle of a pulse
  output logic                                        sensed_o,          ///< q and meta are new
  // Array
  output logic                                        wl_o,
  output logic      [RowWidth-1:0]                    row_o,
  output logic                                        latch_o,
  output logic      [1:0]                             mode_o,
  input  wire logic [RowBits-1:0]                     q_i,
  input  wire logic [RowBits-1:0]                     meta_i,
  output logic      [NumDevices-1:0]                  drive_o,
  output logic                                        direction_o,
  output logic      [1:0]                             amplitude_o,
  input  wire logic [NumDevices-1:0]                  state_i
);

  localparam bit Differential  = Sensing == 1;
  localparam bit SelfReference = Sensing == 2;

  localparam logic [2:0] NextNone  = 3'd0;
  localparam logic [2:0] NextOpen  = 3'd1;
  localparam logic [2:0] NextSense = 3'd2;
  localparam logic [2:0] NextPulse = 3'd3;
  localparam logic [2:0] NextClose = 3'd4;

  localparam logic [3:0] PhRead    = 4'd0;   // the sense that gives the word
  localparam logic [3:0] PhSample  = 4'd1;   // self-referenced: the sense before,
  localparam logic [3:0] PhErase   = 4'd2;   // the pulse between,
  localparam logic [3:0] PhRestore = 4'd3;   // and the pulses after it
  localparam logic [3:0] PhOpen    = 4'd4;   // a write without pre-read: the row is opened
  localparam logic [3:0] PhPreRead = 4'd5;
  localparam logic [3:0] PhMark    = 4'd6;   // the marker is written to 1
  localparam logic [3:0] PhWrite   = 4'd7;   // data and check bits are written
  localparam logic [3:0] PhUnmark  = 4'd8;   // the marker is written to 0
  localparam logic [3:0] PhMove    = 4'd9;   // to a spare row

  if (Words < 1 || Words > 65536 || DataBits < 8 || DataBits > 64 || Ecc < 0 || Ecc > 2 ||
      Sensing < 0 || Sensing > 2 || Spares < 0 || Spares > 16 ||
      (SelfReference && (Journal || PreRead || Verify))) begin : gen_illegal
    nacre_error_mram_control_parameter_is_out_of_range u_error ();
  end

  logic [4:0] precharge, evaluate, pulse, recover;
  logic [3:0] pulse_step, max_rounds;
  logic [2:0] tolerated;
  logic [1:0] amplitude, amplitude_step;
  assign {precharge, evaluate, pulse, recover}
      = {timing_i[4:0], timing_i[12:8], timing_i[20:16], timing_i[28:24]};
  assign {pulse_step, tolerated, max_rounds, amplitude_step, amplitude}
      = {write_control_i[19:16], write_control_i[14:12], write_control_i[11:8],
         write_control_i[5:4], write_control_i[1:0]};
  wire unused_bits = ^{timing_i[31:29], timing_i[23:21], timing_i[15:13], timing_i[7:5],
                       write_control_i[15], write_control_i[7:6], write_control_i[3:2]};

  // ---- The request ----------------------------------------------------------------------------

  logic [3:0]           phase_d, phase_q;
  logic                 scrub_q;
  logic                 write_q;         // it is a write, or the scrubber's write
  logic [WordWidth-1:0] word_q;
  logic [RowWidth-1:0]  row_q;
  logic                 spare_q;         // the row is a spare
  logic                 moved_q;         // the word was moved in this request
  logic                 attempt;         // a row is to be written from the next cycle on

  logic                 done;            // last cycle of a step
  logic                 judge;
  logic [DataBits-1:0]  data_q;          // read
  logic [DataBits-1:0]  decoded;
  logic [CodeBits-1:0]  code;            // to be written
  logic [1:0]           corrected, corrected_q;
  logic                 uncorrectable, uncorrectable_q;
  logic [2:0]           marker;          // as sensed
  logic                 marked, marked_q;

  nacre_ecc_codec #(
    .DataBits(DataBits),
    .Code    (Ecc)
  ) u_codec (
    .data_i         (scrub_q ? data_q : data_i),
    .word_o         (code),
    .word_i         (q_i[CodeBits-1:0]),
    .data_o         (decoded),
    .corrected_o    (corrected),
    .uncorrectable_o(uncorrectable)
  );

  if (Journal) begin : gen_marker
    assign marker = q_i[RowBits-1:CodeBits];
  end else begin : gen_no_marker
    assign marker = 3'd0;
  end
  assign marked = (marker[0] && marker[1]) || (marker[2] && (marker[0] || marker[1]));

  assign read_o          = judge && phase_q == PhRead;
  assign corrected_o     = (read_o && !marked) ? corrected : 2'd0;
  assign uncorrectable_o = read_o && uncorrectable;
  assign scrubbed_o      = read_o && scrub_q;
  assign left_alone_o    = scrubbed_o && (uncorrectable || marked);

  nacre_register #(
    .Width(DataBits + 4)
  ) u_read (
    .clk_i   (clk_i),
    .enable_i(read_o),
    .d_i     ({marked, uncorrectable, corrected_o, marked ? q_i[DataBits-1:0] : decoded}),
    .q_o     ({marked_q, uncorrectable_q, corrected_q, data_q})
  );

  // ---- Spare rows -----------------------------------------------------------------------------

  logic                 moves;           // the last cycle of the step that moves the word
  logic                 any_free;
  logic [RowWidth-1:0]  start_row, free_row;
  logic                 start_spare;     // the word was moved before
  logic [NumRegisters-1:0] free;         // the lowest spare above all that are used

  assign moves = done && phase_q == PhMove;

  if (Spares > 0) begin : gen_spares
    logic used;                          // this spare, or one above it
    // A word that is moved again moves up: the highest spare that has it is the last one.
    always_comb begin
      any_free = 1'b0;
      used     = 1'b0;
      free     = {NumRegisters{1'b0}};
      free_row = RowWidth'(Words);
      for (int n = Spares - 1; n >= 0; n = n - 1) begin
        used = used || spares_o[n*(WordWidth+1) + WordWidth];
        if (!used) begin
          any_free = 1'b1;
          free     = NumRegisters'(1) << n;
          free_row = RowWidth'(Words + n);
        end
      end
    end
    always_comb begin
      start_row   = RowWidth'((RowWidth+1)'(word_i));
      start_spare = 1'b0;
      for (int n = 0; n < Spares; n = n + 1) begin
        if (spares_o[n*(WordWidth+1) +: WordWidth+1] == {1'b1, word_i}) begin
          start_row   = RowWidth'(Words + n);
          start_spare = 1'b1;
        end
      end
    end
    for (genvar n = 0; n < Spares; n = n + 1) begin : gen_spare
      nacre_register_reset #(
        .Width(WordWidth + 1),
        .Reset({(WordWidth + 1){1'b0}})
      ) u_spare (
        .clk_i   (clk_i),
        .rst_ni  (rst_ni),
        .enable_i(spare_we_i[n] || (moves && free[n])),
        .d_i     (moves ? {1'b1, word_q} : spare_wdata_i),
        .q_o     (spares_o[n*(WordWidth+1) +: WordWidth+1])
      );
    end
  end else begin : gen_no_spares
    wire unused_spares = ^{spare_we_i, spare_wdata_i, moves, free, word_q};
    assign any_free    = 1'b0;
    assign free        = 1'b0;
    assign free_row    = {RowWidth{1'b0}};
    assign start_row   = word_i;
    assign start_spare = 1'b0;
    assign spares_o    = {(WordWidth + 1){1'b0}};
  end

  nacre_register #(
    .Width(WordWidth + 1)
  ) u_word (
    .clk_i   (clk_i),
    .enable_i(start_i),
    .d_i     ({scrub_i, word_i}),
    .q_o     ({scrub_q, word_q})
  );
  nacre_register #(
    .Width(RowWidth + 2)
  ) u_row (
    .clk_i   (clk_i),
    .enable_i(start_i || moves),
    .d_i     (moves ? {2'b11, free_row} : {1'b0, start_spare, start_row}),
    .q_o     ({moved_q, spare_q, row_q})
  );

  // ---- What follows the step that ends --------------------------------------------------------

  logic [CodeBits-1:0] differ;           // bits that are not as they should be
  logic [6:0]          num_differ;       // at most 79
  logic                differs, tolerable;
  logic                no_half_left;     // of the round
  logic                round_last;       // no other round may follow
  logic [3:0]          round_q;
  logic [2:0]          marker_left;      // marker bits that are not as they should be
  logic                erase, sample_end, restore, mark, write_round, unmark;   // what begins
  logic                next_round, next_half, sense, move;
  logic                read_end, repair, blind_end, write_begins, write_end, judged;
  logic                unmarkable;       // the marker is not 1: no data bit may move
  logic                gives_up;         // the row failed
  logic                failed, nothing_left, finish;
  logic                mask_empty;       // ... of a round on data and check bits that would begin
  logic                begins_round;

  assign differ      = q_i[CodeBits-1:0] ^ code;
  assign differs     = |differ;
  assign tolerable   = num_differ <= 7'(tolerated);
  assign round_last  = round_q + 4'd1 == max_rounds;
  assign marker_left = (phase_q == PhUnmark) ? marker : ~marker;

  function automatic logic [6:0] count(input logic [CodeBits-1:0] bits);
    count = 7'd0;
    for (int b = 0; b < CodeBits; b = b + 1) count = count + 7'(bits[b]);
  endfunction
  assign num_differ = count(differ);

  // By phase; what follows from these in turn is below.
  always_comb begin
    erase        = 1'b0;
    sample_end   = 1'b0;
    restore      = 1'b0;
    mark         = 1'b0;
    write_begins = 1'b0;
    next_round   = 1'b0;
    next_half    = 1'b0;
    sense        = 1'b0;
    read_end     = 1'b0;
    blind_end    = 1'b0;
    judged       = 1'b0;
    unmarkable   = 1'b0;
    nothing_left = 1'b0;
    if (done) begin
      case (phase_q)
        PhRead:
          if (SelfReference && (|q_i)) restore = 1'b1;
          else                         read_end = 1'b1;
        PhSample: erase = 1'b1;
        PhErase:  sample_end = 1'b1;
        PhRestore:
          if (round_last) read_end = 1'b1;
          else            next_round = 1'b1;
        PhOpen:
          if (Journal) mark = 1'b1;
          else         write_begins = 1'b1;
        PhPreRead:
          if (!differs && marker == 3'd0)       nothing_left = 1'b1;
          else if (Journal && marker != 3'b111) mark = 1'b1;
          else                                  write_begins = 1'b1;
        PhMark, PhUnmark:
          if (!judge && !no_half_left)          next_half = 1'b1;
          else if (!judge && Verify)            sense = 1'b1;
          else if (judge && marker_left != 3'd0 && !round_last) next_round = 1'b1;
          else if (phase_q == PhUnmark)         nothing_left = 1'b1;
          else if (judge && !marked)            unmarkable = 1'b1;
          else                                  write_begins = 1'b1;
        PhWrite:
          if (!judge && !no_half_left)          next_half = 1'b1;
          else if (!judge && Verify)            sense = 1'b1;
          else if (judge && differs && !round_last) next_round = 1'b1;
          else if (judge)                       judged = 1'b1;
          else if (SelfReference && !round_last) next_round = 1'b1;
          else                                  blind_end = 1'b1;
        default: ;
      endcase
    end
  end
  assign repair      = read_end && scrub_q && ((judge ? corrected_o : corrected_q) != 2'd0);
  assign attempt     = (start_i && write_i) || moves || repair;
  assign write_round = write_begins && !mask_empty;
  assign write_end   = blind_end || (judged && tolerable) || (write_begins && mask_empty);
  assign unmark      = write_end && Journal;
  assign gives_up    = unmarkable || (judged && !tolerable);
  assign move        = gives_up && any_free && !moved_q;
  assign failed      = gives_up && !move;
  assign finish      = nothing_left || failed || (read_end && !repair) || (write_end && !Journal);

  always_comb begin
    phase_d = phase_q;
    if (start_i)     phase_d = SelfReference ? PhSample : PhRead;
    if (attempt)     phase_d = PreRead ? PhPreRead : PhOpen;
    if (erase)       phase_d = PhErase;
    if (sample_end)  phase_d = PhRead;
    if (restore)     phase_d = PhRestore;
    if (mark)        phase_d = PhMark;
    if (write_round) phase_d = PhWrite;
    if (unmark)      phase_d = PhUnmark;
    if (move)        phase_d = PhMove;
  end
  // Set with each request.
  always_ff @(posedge clk_i) begin
    if (start_i || done) begin
      phase_q <= phase_d;
      write_q <= attempt || (write_q && !start_i);
    end
  end

  assign begins_round = erase || restore || mark || write_round || unmark;

  logic [2:0] next;
  always_comb begin
    next = NextNone;
    if ((start_i && !write_i) || sample_end || sense) next = NextSense;
    if (attempt)                                      next = PreRead ? NextSense : NextOpen;
    if (begins_round || next_round || next_half)      next = NextPulse;
    if (move)                                         next = NextClose;
  end

  // ---- Rounds ---------------------------------------------------------------------------------

  logic [CodeBits-1:0] mask_d, mask_q;   // bits of the round, but for the marker
  logic                mask_we;
  logic [2:0]          marker_mask_d, marker_mask_q;
  logic                marker_we;
  logic                half_d, half_q;   // the aim of the devices that are driven
  logic [1:0]          amplitude_d, amplitude_q;
  logic [4:0]          length_d, length_q;
  logic [2:0]          amplitude_sum;
  logic [5:0]          length_sum;       // at most 16 + 15
  logic [1:0]          amplitude_next;
  logic [4:0]          length_next;
  logic                on_marker;        // the round is on the marker

  // A mask is known when the round begins, or from a step before: then it is in the register.
  assign mask_we = attempt || erase || restore
                || (judge && (phase_q == PhPreRead || phase_q == PhWrite));
  assign mask_d  = (attempt || erase) ? {CodeBits{1'b1}}
                 : restore            ? q_i[CodeBits-1:0] : differ;
  assign mask_empty = (phase_q == PhPreRead) ? !differs : mask_q == {CodeBits{1'b0}};
  nacre_register #(
    .Width(CodeBits)
  ) u_mask (
    .clk_i   (clk_i),
    .enable_i(mask_we),
    .d_i     (mask_d),
    .q_o     (mask_q)
  );

  assign marker_we     = Journal && (attempt || unmark
                      || (judge && (phase_q == PhPreRead || on_marker)));
  assign marker_mask_d = (attempt || unmark) ? 3'b111 : marker_left;
  nacre_register #(
    .Width(3)
  ) u_marker_mask (
    .clk_i   (clk_i),
    .enable_i(marker_we),
    .d_i     (marker_mask_d),
    .q_o     (marker_mask_q)
  );

  assign amplitude_sum  = 3'(amplitude_q) + 3'(amplitude_step);
  assign amplitude_next = (amplitude_sum > 3'd3) ? 2'd3 : amplitude_sum[1:0];
  assign length_sum     = 6'(length_q) + 6'(pulse_step);
  assign length_next    = (length_sum > 6'd16) ? 5'd16 : length_sum[4:0];
  always_comb begin
    amplitude_d = amplitude_q;
    length_d    = length_q;
    if (begins_round) begin
      amplitude_d = amplitude;
      length_d    = pulse;
    end else if (next_round) begin
      amplitude_d = amplitude_next;
      length_d    = length_next;
    end
  end
  nacre_register #(
    .Width(11)
  ) u_round (
    .clk_i   (clk_i),
    .enable_i(begins_round || next_round),
    .d_i     ({begins_round ? 4'd0 : round_q + 4'd1, amplitude_d, length_d}),
    .q_o     ({round_q, amplitude_q, length_q})
  );

  // Of two devices one aims at each state. One device aims at the state of its bit.
  assign on_marker = phase_q == PhMark || phase_q == PhUnmark;
  if (Differential) begin : gen_both_halves
    assign half_d       = next_half;
    assign no_half_left = half_q;
  end else begin : gen_halves
    logic [CodeBits-1:0] mask_now;
    assign mask_now = mask_we ? mask_d : mask_q;
    always_comb begin
      half_d = next_half;
      case (phase_d)
        PhWrite:           half_d = next_half || (mask_now & ~code) == {CodeBits{1'b0}};
        PhMark, PhRestore: half_d = 1'b1;
        default: ;
      endcase
    end
    assign no_half_left = half_q || phase_q != PhWrite || (mask_q & code) == {CodeBits{1'b0}};
  end
  nacre_register #(
    .Width(1)
  ) u_half (
    .clk_i   (clk_i),
    .enable_i(next == NextPulse),
    .d_i     (half_d),
    .q_o     (half_q)
  );

  logic [RowBits-1:0]    mask, aim;      // of bits
  logic [NumDevices-1:0] want;
  assign mask[CodeBits-1:0] = mask_q & {CodeBits{!on_marker}};
  assign aim[CodeBits-1:0]  = (phase_q == PhWrite) ? code : {CodeBits{phase_q == PhRestore}};
  if (Journal) begin : gen_marker_devices
    assign mask[RowBits-1:CodeBits] = marker_mask_q & {3{on_marker}};
    assign aim[RowBits-1:CodeBits]  = {3{phase_q == PhMark}};
  end else begin : gen_no_marker_devices
    wire unused_marker = ^marker_mask_q;
  end
  for (genvar b = 0; b < RowBits; b = b + 1) begin : gen_bit
    if (Differential) begin : gen_pair
      assign want[2*b +: 2] = {mask[b] && aim[b] == half_q, mask[b] && aim[b] != half_q};
    end else begin : gen_one
      assign want[b] = mask[b] && aim[b] == half_q;
    end
  end

  assign direction_o = half_q;
  assign amplitude_o = amplitude_q;

  nacre_mram_sequencer #(
    .NumDevices   (NumDevices),
    .SelfTerminate(SelfTerminate)
  ) u_sequencer (
    .clk_i      (clk_i),
    .rst_ni     (rst_ni),
    .precharge_i(precharge),
    .evaluate_i (evaluate),
    .recover_i  (recover),
    .next_i     (next),
    .mode_i     (!SelfReference ? 2'd0 : (phase_q == PhSample) ? 2'd1 : 2'd2),
    .want_i     (want),
    .direction_i(half_q),
    .length_i   (length_d),
    .done_o     (done),
    .judge_o    (judge),
    .pulse_o    (pulse_o),
    .active_o   (active_o),
    .wl_o       (wl_o),
    .latch_o    (latch_o),
    .mode_o     (mode_o),
    .drive_o    (drive_o),
    .state_i    (state_i)
  );
  assign row_o = row_q;

  // ---- Answer ---------------------------------------------------------------------------------

  logic       meta_q;
  logic       failed_q, no_spare_q;
  logic [6:0] wrong_q;      // bits of the row that failed to be written
  logic [3:0] rounds_q;     // of data and check bits, on this row

  assign retry_o   = next_round && phase_q == PhWrite && !SelfReference;
  assign sensed_o  = judge && phase_q != PhSample;
  assign written_o = finish && write_q;
  assign failed_o  = failed;
  assign done_o    = finish;

  // Data: set at the start of each request, or attempt.
  always_ff @(posedge clk_i) begin
    if (start_i || attempt) begin
      failed_q   <= 1'b0;
      no_spare_q <= 1'b0;
      rounds_q   <= 4'd0;
      wrong_q    <= 7'd0;
      meta_q     <= 1'b0;
    end else begin
      if (failed) begin
        failed_q   <= 1'b1;
        no_spare_q <= !any_free;
      end
      if (write_round || (next_round && phase_q == PhWrite)) rounds_q <= rounds_q + 4'd1;
      if (judged || unmarkable) wrong_q <= num_differ;
      if (judge && (phase_q == PhRead || phase_q == PhPreRead || phase_q == PhWrite)) begin
        meta_q <= |meta_i;
      end
    end
  end

  assign data_o = data_q;
  assign status_o = write_q
      ? {4'd0, rounds_q, 1'b0, wrong_q, no_spare_q, meta_q, 1'b0, spare_q, failed_q, 3'b001}
      : {14'd0, corrected_q, 1'b0, meta_q, marked_q, spare_q, 1'b0, uncorrectable_q,
         corrected_q != 2'd0, 1'b0};

`ifdef VERILATOR
`define NACRE_MRAM_ASSERTIONS
`endif
`ifdef FORMAL
`define NACRE_MRAM_ASSERTIONS
`endif
`ifdef NACRE_MRAM_ASSERTIONS
  // Immediate, so that yosys-smtbmc reads them, too.
  logic                request_q;     // a request was started that is not done
  logic                opened_q;
  logic [RowWidth-1:0] opened_row_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      request_q <= 1'b0;
      opened_q  <= 1'b0;
    end else begin
      request_q <= start_i || (request_q && !done_o);
      opened_q  <= wl_o;
    end
  end
  always_ff @(posedge clk_i) opened_row_q <= row_o;
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!(start_i && active_o));
      // Never two word lines: the row changes while the line is off only.
      assert (!(wl_o && opened_q) || row_o == opened_row_q);
      assert (32'(row_o) < 32'(Rows) || !wl_o);
      // A request ends with its last step, and steps end: rounds are bounded, the word moves once.
      assert (request_q == active_o);
      assert (!done_o || request_q);
      assert (!pulse_o || round_q < max_rounds);
      assert (!(move && moved_q));
      // A pulse drives a device, and those of one aim.
      assert (!pulse_o || (|drive_o));
    end
  end
`undef NACRE_MRAM_ASSERTIONS
`endif

endmodule
`default_nettype wire
