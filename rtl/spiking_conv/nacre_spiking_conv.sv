`default_nettype none
/// Event-driven spiking convolution (and its transpose): `Lanes` neurons updated per cycle.
///
/// A row of the state memory holds up to Lanes neurons of one output position, channels in order
/// (docs/neuron.md, nacre_neuron_update). An event touches the rows of its field, one per cycle
/// (nacre_conv_field); the end of a time step visits the rows that were touched in it, or all
/// (nacre_conv_marks). Contract and timing: generator/src/kinds/spiking_conv/README.md. Golden
/// model: sim/golden/spiking_conv/.
///
/// Two stages. *Job*: a word is taken from the input and issues its rows, one per cycle, then it
/// makes room for the next without a gap. *Execute*: the row that was read is updated, written back
/// and handed to the serializer when it has spikes; it waits, and the job with it, while the
/// serializer is full. With a leak and ScanAll = 0 a row keeps the number of the first time step
/// whose leak it has not seen (its stamp); the leaks it lacks come first, one per cycle, through
/// the same update.
///
/// No memory is ever cleared: rows not written in this sample count as 0. The clock stops while no
/// word is in front, nothing is under way and the bus is quiet. The last signal of a cycle is
/// `ex_fired`: what depends on it is as little as can be, and the enables of memories and gates.
module nacre_spiking_conv #(
  /// Map of the input stream.
  parameter int InHeight         = 3,
  parameter int InWidth          = 3,
  parameter int InChannels       = 2,
  /// Output positions and channels; neurons updated per cycle, a power of two.
  parameter int NumPositions     = 9,
  parameter int NumChannels      = 3,
  parameter int Lanes            = 2,
  /// Geometry: see nacre_conv_field.
  parameter int KernelHeight     = 2,
  parameter int KernelWidth      = 1,
  parameter int GroupWords       = 2,
  parameter logic [InHeight*24-1:0]   RowFirst     = {24'd6, 24'd0, 24'd0},
  parameter logic [InHeight*24-1:0]   RowWeight    = {24'd2, 24'd2, 24'd0},
  parameter logic [InHeight*16-1:0]   RowLast      = {16'd1, 16'd1, 16'd0},
  parameter logic [InWidth*24-1:0]    ColumnFirst  = {24'd4, 24'd2, 24'd0},
  parameter logic [InWidth*24-1:0]    ColumnWeight = '0,
  parameter logic [InWidth*16-1:0]    ColumnLast   = '0,
  parameter int RowStep          = 6,
  parameter int ColumnStep       = 2,
  parameter int RowWeightStep    = -2,
  parameter int ColumnWeightStep = -2,
  parameter int Grouped          = 0,
  parameter logic [InChannels*16-1:0] ChannelWord  = '0,
  parameter logic [InChannels*16-1:0] ChannelLast  = '0,
  parameter logic [InChannels*16-1:0] ChannelLow   = '0,
  parameter logic [InChannels*16-1:0] ChannelHigh  = '0,
  /// 1: the end of a time step visits all rows, 0: those touched in it.
  parameter int ScanAll          = 0,
  /// Weight code and bits stored: see nacre_weight_decoder.
  parameter int WeightCode       = 0,
  parameter int WeightWidth      = 8,
  /// Bits of a bias 1 ... 32 (with ScanAll alone); 0 without bias (the memory's ports are idle).
  parameter int BiasWidth        = 0,
  /// 1: the end of a sample keeps the neurons' state.
  parameter int KeepState        = 0,
  /// Neuron: see nacre_neuron_update.
  parameter int MembraneWidth    = 16,
  parameter int ClampMin         = -32768,
  parameter int ClampMax         = 32767,
  /// Reset values of the threshold registers: 1 ... ClampMax, ClampMin ... -1.
  parameter int Threshold        = 100,
  parameter int HasNegativeThreshold = 0,
  parameter int NegativeThreshold = -1,
  parameter int Compare          = 0,
  parameter int Fire             = 0,
  parameter int MaxSpikes        = 1,
  parameter int Reset            = 0,
  parameter int ResetValue       = 0,
  parameter int RefractorySteps  = 0,
  parameter int RefractoryMode   = 0,
  parameter int Leak             = 0,
  parameter int LeakShift        = 1,
  parameter int LeakFactor       = 0,
  parameter int LeakFractionBits = 1,
  parameter int LeakRounding     = 0,
  parameter int LeakOrder        = 0,
  /// Performance counters: 0 none (read 0), 1 basic, 2 full.
  parameter int Counters         = 1,

  // Derived, not to be set.
  // Streams: {kind[1:0], negative, address}.
  parameter int InAddresses = InHeight * InWidth * InChannels,
  parameter int InWordWidth = 3 + ((InAddresses > 1) ? $clog2(InAddresses) : 1),
  parameter int NumNeurons  = NumPositions * NumChannels,
  parameter int OutWidth    = 3 + ((NumNeurons > 1) ? $clog2(NumNeurons) : 1),
  // Rows and bits of the memories. A stamp counts time steps modulo 256.
  parameter int NumWords         = (NumChannels + Lanes - 1) / Lanes,
  parameter int NumRows          = NumPositions * NumWords,
  parameter int StampWidth       = (Leak != 0 && ScanAll == 0) ? 8 : 0,
  parameter int RefractoryWidth  = (RefractorySteps > 0) ? $clog2(RefractorySteps + 1) : 0,
  parameter int FieldWidth       = MembraneWidth + RefractoryWidth,
  parameter int BiasFieldWidth   = (BiasWidth > 0) ? BiasWidth : 1,
  parameter int WeightRows       = InChannels * KernelHeight * KernelWidth * GroupWords,
  parameter int WeightRowWidth   = Lanes * WeightWidth,
  parameter int StateRowWidth    = Lanes * FieldWidth + StampWidth,
  parameter int BiasRowWidth     = Lanes * BiasFieldWidth,
  parameter int WeightAddrWidth  = (WeightRows > 1) ? $clog2(WeightRows) : 1,
  parameter int RowWidth         = (NumRows > 1) ? $clog2(NumRows) : 1,
  parameter int BiasAddrWidth    = (NumWords > 1) ? $clog2(NumWords) : 1,
  parameter int WeightChunks     = (WeightRowWidth + 31) / 32,
  parameter int StateChunks      = (StateRowWidth + 31) / 32,
  parameter int BiasChunks       = (BiasRowWidth + 31) / 32,
  // See nacre_conv_marks.
  parameter int MarkBitWidth     = (RowWidth > 1) ? RowWidth / 2 : 1,
  parameter int MarkBits         = 1 << MarkBitWidth,
  parameter int MarkWords        = (NumRows + MarkBits - 1) / MarkBits,
  parameter int MarkWordWidth    = (MarkWords > 1) ? $clog2(MarkWords) : 1,
  // Configuration window {region[1:0], offset}: 2^RegionWidth words hold each memory, its rows
  // padded to a power of two of words; at least the 17 registers.
  parameter int WeightWindow     = $clog2(WeightRows) + $clog2(WeightChunks),
  parameter int StateWindow      = $clog2(NumRows) + $clog2(StateChunks),
  parameter int BiasWindow       = (BiasWidth > 0) ? $clog2(NumWords) + $clog2(BiasChunks) : 0,
  parameter int MemoryWindow     = (WeightWindow > StateWindow)
                                 ? ((WeightWindow > BiasWindow) ? WeightWindow : BiasWindow)
                                 : ((StateWindow > BiasWindow) ? StateWindow : BiasWindow),
  parameter int RegionWidth      = (MemoryWindow > 5) ? MemoryWindow : 5,
  parameter int CfgAddrWidth     = RegionWidth + 2
) (
  input  wire logic                       clk_i,
  input  wire logic                       rst_ni,  ///< asynchronous, active low
  // Configuration (docs/stage_interface.md)
  input  wire logic                       cfg_valid_i,
  input  wire logic                       cfg_write_i,
  input  wire logic [CfgAddrWidth-1:0]    cfg_addr_i,
  input  wire logic [31:0]                cfg_wdata_i,
  output logic                            cfg_ready_o,
  output logic      [31:0]                cfg_rdata_o,
  output logic                            cfg_error_o,
  input  wire logic                       idle_i,
  input  wire logic                       clear_counters_i,
  // Input and output stream
  input  wire logic                       s_valid_i,
  output logic                            s_ready_o,
  input  wire logic [InWordWidth-1:0]     s_data_i,
  output logic                            m_valid_o,
  input  wire logic                       m_ready_i,
  output logic      [OutWidth-1:0]        m_data_o,
  output logic                            busy_o,
  // Weight memory: WeightRows rows, single port
  output logic                            weights_en_o,
  output logic                            weights_we_o,
  output logic      [WeightAddrWidth-1:0] weights_addr_o,
  output logic      [WeightChunks-1:0]    weights_wmask_o,
  output logic      [WeightRowWidth-1:0]  weights_wdata_o,
  input  wire logic [WeightRowWidth-1:0]  weights_rdata_i,
  // State memory: NumRows rows, one read and one write port
  output logic                            state_ren_o,
  output logic      [RowWidth-1:0]        state_raddr_o,
  input  wire logic [StateRowWidth-1:0]   state_rdata_i,
  output logic                            state_wen_o,
  output logic      [RowWidth-1:0]        state_waddr_o,
  output logic      [StateRowWidth-1:0]   state_wdata_o,
  // Bias memory: NumWords rows, single port
  output logic                            bias_en_o,
  output logic                            bias_we_o,
  output logic      [BiasAddrWidth-1:0]   bias_addr_o,
  output logic      [BiasChunks-1:0]      bias_wmask_o,
  output logic      [BiasRowWidth-1:0]    bias_wdata_o,
  input  wire logic [BiasRowWidth-1:0]    bias_rdata_i,
  // Bit per row, marked and alive: MarkWords rows each, one read and one write port
  output logic                            marks_ren_o,
  output logic      [MarkWordWidth-1:0]   marks_raddr_o,
  input  wire logic [MarkBits-1:0]        marks_rdata_i,
  output logic                            marks_wen_o,
  output logic      [MarkWordWidth-1:0]   marks_waddr_o,
  output logic      [MarkBits-1:0]        marks_wdata_o,
  output logic                            alive_ren_o,
  output logic      [MarkWordWidth-1:0]   alive_raddr_o,
  input  wire logic [MarkBits-1:0]        alive_rdata_i,
  output logic                            alive_wen_o,
  output logic      [MarkWordWidth-1:0]   alive_waddr_o,
  output logic      [MarkBits-1:0]        alive_wdata_o
);

  localparam int InAddrWidth  = InWordWidth - 3;
  localparam int OutAddrWidth = OutWidth - 3;
  localparam int RefractoryPortWidth = (RefractoryWidth > 0) ? RefractoryWidth : 1;
  localparam int CountWidth   = $clog2(MaxSpikes + 1);
  // Lanes of a position's last word that hold neurons, 1 ... Lanes; the others are padding.
  localparam int LastLanes    = NumChannels - (NumWords - 1) * Lanes;
  localparam int OperationsWidth = $clog2(Lanes + 1);
  localparam int NumCounters  = 9;
  localparam logic [RowWidth-1:0] LastRow = RowWidth'(NumRows - 1);
  // An event can begin with the row that the one before ended with, when a position's words are not
  // all in both fields, or it has one.
  localparam int NeedForward  = (NumWords == 1 || Grouped == 1) ? 1 : 0;

  localparam logic [1:0] KindEvent       = 2'd0;
  localparam logic [1:0] KindEndOfStep   = 2'd1;
  localparam logic [1:0] KindEndOfSample = 2'd3;

  if (NumPositions < 1 || NumChannels < 1 || Lanes < 1 || Lanes != (1 << $clog2(Lanes))
      || ScanAll < 0 || ScanAll > 1 || (ScanAll == 0 && BiasWidth > 0)
      || KeepState < 0 || KeepState > 1 || Counters < 0 || Counters > 2) begin : gen_illegal
    nacre_error_spiking_conv_parameter_is_out_of_range u_error ();
  end

  // ---------------------------------------------------------------------------------- Job stage
  logic                     clk_stage;       // clk_i while there is something to do
  logic [1:0]               in_kind;
  logic                     in_negative;
  logic [InAddrWidth-1:0]   in_address;
  logic                     pop;             // the word in front becomes the job
  logic                     job_valid_q;     // there is a job
  logic [1:0]               job_kind_q;
  logic                     job_negative_q;
  logic                     job_event, job_step, job_sample;
  logic                     job_empty;       // an event whose field is empty: no job at all
  logic                     job_done;        // the job issues its last slot
  logic                     begun_q;         // the rows of this end_of_step are being visited
  logic                     start;           // it may begin: no event can touch a row any more
  logic                     visit_all;       // it visits all rows
  logic                     want_event, want_visit, want_marker;  // the slot that is next
  logic                     issue_event, issue_visit, issue_marker, issue_row;
  logic                     issue_end_of_step;
  logic [RowWidth-1:0]      slot_row;
  logic [Lanes-1:0]         slot_lanes;      // lanes that take part
  logic                     refresh_q;       // a threshold was written: all rows have to be visited
  logic                     fresh_q, fresh;  // the next word is the first of a sample
  logic                     seen_q;          // a word came since reset: the marks are defined
  logic                     clear;           // forget the last sample
  logic                     threshold_written;
  logic                     advance;         // the execute stage takes a slot
  // Field of the job's event
  logic                     field_empty, field_first, field_last;
  logic [RowWidth-1:0]      field_row;
  logic [WeightAddrWidth-1:0] field_weight_row;
  logic [Lanes-1:0]         field_lanes;
  logic [OperationsWidth-1:0] field_operations;
  // Marks
  logic                     any_marked, scan_valid, scan_done;
  logic [RowWidth-1:0]      scan_row;
  logic                     look_alive;
  logic                     marks_wen, alive_wen;

  // Execute stage
  logic                     ex_valid_q, ex_marker_q, ex_end_of_sample_q, ex_step_q, ex_negative_q;
  logic [RowWidth-1:0]      ex_row_q;        // of the row issued last
  logic [Lanes-1:0]         ex_lanes_q;
  logic                     ex_alive, ex_commit, ex_wants_output;
  logic                     ex_fired;        // a neuron of the row sends a spike
  logic                     ex_mark;         // the row is to be visited at the end of the step
  logic                     ex_leaking;      // a leak that the row lacks comes first
  logic                     serializer_ready, serializer_busy;
  logic                     under_way;       // a job or a slot

  assign {in_kind, in_negative, in_address} = s_data_i;

  // It runs during a reset, too: what watches the stage with this clock sees each reset.
  nacre_clock_gate u_clock (
    .clk_i   (clk_i),
    .enable_i(!rst_ni || s_valid_i || job_valid_q || ex_valid_q || serializer_busy || cfg_valid_i
              || (Counters >= 1 && clear_counters_i)),
    .clk_o   (clk_stage)
  );

  assign job_event  = job_valid_q && job_kind_q == KindEvent;
  assign job_step   = job_valid_q && job_kind_q == KindEndOfStep;
  assign job_sample = job_valid_q && job_kind_q == KindEndOfSample;
  assign job_empty  = job_event && field_empty;

  // Whether there are marks is known when no row of an event is under way.
  assign start       = job_step && !begun_q && !(ex_valid_q && !ex_marker_q && !ex_step_q);
  assign want_event  = job_event && !field_empty;
  // A visit of all rows goes on from the row issued last.
  assign want_visit  = job_step && (!visit_all ? begun_q && scan_valid
                                  : begun_q ? ex_row_q != LastRow : start);
  assign want_marker = job_sample
                    || (job_step && (visit_all ? begun_q && ex_row_q == LastRow
                                   : begun_q ? scan_done : start && !any_marked));
  assign issue_event  = want_event && advance;
  assign issue_visit  = want_visit && advance;
  assign issue_marker = want_marker && advance;
  assign issue_row    = issue_event || issue_visit;
  assign issue_end_of_step = issue_marker && job_step;
  assign job_done     = (issue_event && field_last) || issue_marker;
  assign s_ready_o    = !job_valid_q || job_empty || job_done;
  assign pop          = s_valid_i && s_ready_o;

  always_ff @(posedge clk_stage or negedge rst_ni) begin
    if (!rst_ni) begin
      job_valid_q <= 1'b0;
      begun_q     <= 1'b0;
    end else begin
      job_valid_q <= pop || (job_valid_q && !job_empty && !job_done);
      begun_q     <= !job_done && (begun_q || issue_visit || (start && !visit_all && any_marked));
    end
  end
  nacre_register #(.Width(3)) u_job (
    .clk_i   (clk_stage),
    .enable_i(pop),
    .d_i     ({in_kind, in_negative}),
    .q_o     ({job_kind_q, job_negative_q})
  );

  // What the last sample left is forgotten with the first word of the next.
  assign fresh = fresh_q || (issue_marker && job_sample && KeepState == 0);
  assign clear = pop && fresh;
  always_ff @(posedge clk_stage or negedge rst_ni) begin
    if (!rst_ni) begin
      fresh_q <= 1'b1;
      seen_q  <= 1'b0;
    end else begin
      fresh_q <= fresh && !pop;
      seen_q  <= seen_q || pop;
    end
  end

  nacre_conv_field #(
    .InHeight        (InHeight),
    .InWidth         (InWidth),
    .InChannels      (InChannels),
    .NumPositions    (NumPositions),
    .NumChannels     (NumChannels),
    .Lanes           (Lanes),
    .KernelHeight    (KernelHeight),
    .KernelWidth     (KernelWidth),
    .GroupWords      (GroupWords),
    .RowFirst        (RowFirst),
    .RowWeight       (RowWeight),
    .RowLast         (RowLast),
    .ColumnFirst     (ColumnFirst),
    .ColumnWeight    (ColumnWeight),
    .ColumnLast      (ColumnLast),
    .RowStep         (RowStep),
    .ColumnStep      (ColumnStep),
    .RowWeightStep   (RowWeightStep),
    .ColumnWeightStep(ColumnWeightStep),
    .Grouped         (Grouped),
    .ChannelWord     (ChannelWord),
    .ChannelLast     (ChannelLast),
    .ChannelLow      (ChannelLow),
    .ChannelHigh     (ChannelHigh)
  ) u_field (
    .clk_i       (clk_stage),
    .load_i      (pop && in_kind == KindEvent),
    .address_i   (in_address),
    .next_i      (issue_event),
    .issued_row_i(ex_row_q),
    .empty_o     (field_empty),
    .first_o     (field_first),
    .last_o      (field_last),
    .row_o       (field_row),
    .weight_row_o(field_weight_row),
    .lanes_o     (field_lanes),
    .operations_o(field_operations)
  );

  nacre_conv_marks #(
    .NumRows(NumRows),
    .ScanAll(ScanAll)
  ) u_marks (
    .clk_i        (clk_stage),
    .rst_ni       (rst_ni),
    .clear_i      (clear),
    .issue_i      (issue_row),
    .issue_row_i  (slot_row),
    .issue_event_i(job_event),
    .issue_known_i(job_step && !visit_all),
    .forget_i     (start || issue_marker),
    .row_i        (ex_row_q),
    .alive_o      (ex_alive),
    .commit_i     (ex_commit),
    .mark_i       (ex_mark),
    .take_i       (start),
    .show_i       (!visit_all),
    .any_o        (any_marked),
    .scan_valid_o (scan_valid),
    .scan_row_o   (scan_row),
    .scan_next_i  (issue_visit && !visit_all),
    .scan_done_o  (scan_done),
    .look_i       (state_access),
    .look_row_i   (state_access_row),
    .look_alive_o (look_alive),
    .marks_ren_o  (marks_ren_o),
    .marks_raddr_o(marks_raddr_o),
    .marks_rdata_i(marks_rdata_i),
    .marks_wen_o  (marks_wen),
    .marks_waddr_o(marks_waddr_o),
    .marks_wdata_o(marks_wdata_o),
    .alive_ren_o  (alive_ren_o),
    .alive_raddr_o(alive_raddr_o),
    .alive_rdata_i(alive_rdata_i),
    .alive_wen_o  (alive_wen),
    .alive_waddr_o(alive_waddr_o),
    .alive_wdata_o(alive_wdata_o)
  );

  assign slot_row = job_event  ? field_row
                  : !visit_all ? scan_row
                  : begun_q    ? ex_row_q + RowWidth'(1)
                  : '0;

  // Time steps whose end was issued in this sample, modulo 256; all rows are visited before a stamp
  // could be more than 128 of them old.
  logic [7:0] steps_q;
  if (StampWidth > 0) begin : gen_steps
    nacre_register #(.Width(8)) u_steps (
      .clk_i   (clk_stage),
      .enable_i(clear || issue_end_of_step),
      .d_i     (clear ? 8'd0 : steps_q + 8'd1),
      .q_o     (steps_q)
    );
  end else begin : gen_no_steps
    wire unused_steps = ^steps_q;
    assign steps_q = '0;
  end
  if (ScanAll == 1) begin : gen_scan_all
    wire unused_refresh = ^{refresh_q, threshold_written, issue_end_of_step};
    assign refresh_q = 1'b0;
    assign visit_all = 1'b1;
  end else begin : gen_scan_touched
    always_ff @(posedge clk_stage or negedge rst_ni) begin
      if (!rst_ni)                                                      refresh_q <= 1'b0;
      else if (threshold_written && (KeepState == 1 || !fresh_q))       refresh_q <= 1'b1;
      else if (issue_end_of_step || (clear && KeepState == 0))          refresh_q <= 1'b0;
    end
    assign visit_all = refresh_q || (StampWidth > 0 && &steps_q[6:0]);
  end

  // The word of a visit's row within its position: it alone tells the biases.
  logic [BiasAddrWidth-1:0] visit_word;
  if (BiasWidth > 0 && NumWords > 1) begin : gen_visit_word
    logic [BiasAddrWidth-1:0] visit_word_q;
    nacre_register #(.Width(BiasAddrWidth)) u_visit_word (
      .clk_i   (clk_stage),
      .enable_i(issue_visit),
      .d_i     ((visit_word + BiasAddrWidth'(1))
                & {BiasAddrWidth{visit_word != BiasAddrWidth'(NumWords - 1)}}),
      .q_o     (visit_word_q)
    );
    assign visit_word = begun_q ? visit_word_q : '0;
  end else begin : gen_no_visit_word
    assign visit_word = '0;
  end
  // Padding holds 0 and stays 0 at the end of a step, but for what a bias would add.
  for (genvar l = 0; l < Lanes; l++) begin : gen_slot_lane
    assign slot_lanes[l] = job_event ? field_lanes[l]
                         : !(BiasWidth > 0 && l >= LastLanes
                             && visit_word == BiasAddrWidth'(NumWords - 1));
  end

  // ------------------------------------------------------------------------------ Execute stage
  // Whether a neuron fires is known last, and matters only while the serializer is full.
  assign advance         = !ex_valid_q
                        || !(ex_leaking || (!serializer_ready && (ex_marker_q || ex_fired)));
  assign ex_wants_output = ex_valid_q && (ex_marker_q || ex_fired);
  assign ex_commit       = ex_valid_q && !ex_marker_q && !ex_leaking
                        && (serializer_ready || !ex_fired);

  always_ff @(posedge clk_stage or negedge rst_ni) begin
    if (!rst_ni) ex_valid_q <= 1'b0;
    else         ex_valid_q <= !advance || want_event || want_visit || want_marker;
  end

  // The slot, valid while ex_valid_q.
  nacre_register #(.Width(4)) u_slot (
    .clk_i   (clk_stage),
    .enable_i(issue_row || issue_marker),
    .d_i     ({want_marker, job_sample, job_step, job_negative_q}),
    .q_o     ({ex_marker_q, ex_end_of_sample_q, ex_step_q, ex_negative_q})
  );
  nacre_register #(.Width(RowWidth + Lanes)) u_slot_row (
    .clk_i   (clk_stage),
    .enable_i(issue_row),
    .d_i     ({slot_row, slot_lanes}),
    .q_o     ({ex_row_q, ex_lanes_q})
  );

  // The state row as the slots before left it, or as the leaks so far did.
  logic [StateRowWidth-1:0] state;
  if (NeedForward == 1 || StampWidth > 0) begin : gen_row
    logic                     forward;   // the row is issued in the cycle in which it is written
    logic                     held_q;    // the row is at hand
    logic [StateRowWidth-1:0] row_q;
    assign forward = NeedForward == 1 && issue_event && field_first && ex_commit
                  && slot_row == ex_row_q;
    always_ff @(posedge clk_stage) begin
      if (issue_row)       held_q <= forward;
      else if (ex_leaking) held_q <= 1'b1;
    end
    nacre_register #(.Width(StateRowWidth)) u_row (
      .clk_i   (clk_stage),
      .enable_i(forward || ex_leaking),
      .d_i     (state_wdata_o),
      .q_o     (row_q)
    );
    assign state = held_q ? row_q : state_rdata_i;
  end else begin : gen_no_row
    wire unused_first = field_first;
    assign state = state_rdata_i;
  end

  // ------------------------------------------------------------------------------------- Lanes
  logic signed [MembraneWidth-1:0] threshold, negative_threshold;
  logic [Lanes*CountWidth-1:0]     counts;
  logic [Lanes-1:0]                negatives;
  logic [Lanes-1:0]                again;    // the neuron has to be visited again
  logic [Lanes-1:0]                settled;  // one more leak would not change it

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    localparam int ValueWidth = (WeightCode == 0) ? WeightWidth
                              : (WeightCode == 1) ? WeightWidth + 1
                              : (WeightCode == 2) ? 2
                              : $clog2(WeightWidth / 2 + 1) + 1;
    logic signed [ValueWidth-1:0]     decoded, weight;
    logic signed [BiasFieldWidth-1:0] bias;
    logic [FieldWidth-1:0]            field;
    logic signed [MembraneWidth-1:0]  membrane, membrane_new;
    logic [RefractoryPortWidth-1:0]   refractory, refractory_new;
    logic [CountWidth-1:0]            count;
    logic                             negative;

    assign field    = state[l*FieldWidth +: FieldWidth] & {FieldWidth{ex_alive}};
    assign membrane = $signed(field[MembraneWidth-1:0]);
    // A lane that takes no part adds 0 and is not tested.
    assign weight   = $signed(decoded & {ValueWidth{ex_lanes_q[l]}});
    assign bias     = $signed(bias_rdata_i[l*BiasFieldWidth +: BiasFieldWidth]
                              & {BiasFieldWidth{ex_lanes_q[l]}});

    nacre_weight_decoder #(
      .Code (WeightCode),
      .Width(WeightWidth)
    ) u_decoder (
      .code_i (weights_rdata_i[l*WeightWidth +: WeightWidth]),
      .value_o(decoded)
    );

    nacre_neuron_update #(
      .MembraneWidth       (MembraneWidth),
      .ClampMin            (ClampMin),
      .ClampMax            (ClampMax),
      .HasNegativeThreshold(HasNegativeThreshold),
      .Compare             (Compare),
      .Fire                (Fire),
      .MaxSpikes           (MaxSpikes),
      .Reset               (Reset),
      .ResetValue          (ResetValue),
      .RefractorySteps     (RefractorySteps),
      .RefractoryMode      (RefractoryMode),
      .Leak                (Leak),
      .LeakShift           (LeakShift),
      .LeakFactor          (LeakFactor),
      .LeakFractionBits    (LeakFractionBits),
      .LeakRounding        (LeakRounding),
      .LeakOrder           (LeakOrder),
      .WeightWidth         (ValueWidth),
      .BiasWidth           (BiasWidth)
    ) u_neuron (
      .step_i              (ex_step_q || ex_leaking),
      .test_i              (ex_lanes_q[l] && !ex_leaking),
      .negative_i          (ex_negative_q),
      .membrane_i          (membrane),
      .refractory_i        (refractory),
      .weight_i            (weight),
      .bias_i              (bias),
      .threshold_i         (threshold),
      .negative_threshold_i(negative_threshold),
      .membrane_o          (membrane_new),
      .refractory_o        (refractory_new),
      .count_o             (count),
      .negative_o          (negative)
    );

    assign counts[l*CountWidth +: CountWidth] = count;
    assign negatives[l] = negative;
    if (RefractorySteps > 0) begin : gen_refractory
      assign refractory = field[FieldWidth-1:MembraneWidth];
      assign state_wdata_o[l*FieldWidth +: FieldWidth] = {refractory_new, membrane_new};
      // With Fire step also a neuron whose refractory period ends here: its membrane may be above
      // the threshold, so that it fires in the next step without any input.
      assign again[l] = (Fire == 1) ? refractory_new != '0 : refractory != '0 || count != '0;
    end else begin : gen_no_refractory
      wire unused_refractory = ^refractory_new;
      assign refractory = '0;
      assign state_wdata_o[l*FieldWidth +: FieldWidth] = membrane_new;
      assign again[l]   = count != '0;
    end
    if (StampWidth > 0) begin : gen_settled
      // Read before it is known whether the row is alive, which takes time: it matters if it is.
      nacre_neuron_settled #(
        .MembraneWidth   (MembraneWidth),
        .Leak            (Leak),
        .LeakShift       (LeakShift),
        .LeakFactor      (LeakFactor),
        .LeakFractionBits(LeakFractionBits),
        .LeakRounding    (LeakRounding)
      ) u_settled (
        .membrane_i($signed(state[l*FieldWidth +: MembraneWidth])),
        .settled_o (settled[l])
      );
    end else begin : gen_no_leaks_due
      assign settled[l] = 1'b1;
    end
  end

  assign ex_fired = |counts;
  assign ex_mark  = !ex_step_q || |again;

  // A row with leaks due has no refractory neuron (it would have been visited), and the update
  // without a test is the leak alone.
  if (StampWidth > 0) begin : gen_stamp
    logic [7:0] stamp;
    assign stamp      = state[StateRowWidth-1 -: 8];
    assign ex_leaking = ex_valid_q && !ex_marker_q && ex_alive && stamp != steps_q && !(&settled);
    assign state_wdata_o[StateRowWidth-1 -: 8] = ex_leaking ? stamp + 8'd1
                                                            : steps_q + 8'(ex_step_q);
  end else begin : gen_no_stamp
    wire unused_settled = &settled;
    assign ex_leaking = 1'b0;
  end

  // Address of lane 0 of the row: its position has NumChannels neurons.
  localparam int Aligned       = (NumChannels % Lanes == 0) ? 1 : 0;
  localparam int ItemRowWidth  = (Aligned == 1) ? RowWidth : OutAddrWidth;
  logic [ItemRowWidth-1:0] item_row;
  if (Aligned == 1) begin : gen_aligned
    assign item_row = ex_row_q;
  end else begin : gen_base
    localparam int WordWidth = (NumWords > 1) ? $clog2(NumWords) : 1;
    logic [RowWidth-1:0]  position;
    logic [WordWidth-1:0] word;
    nacre_divide_constant #(
      .Width  (RowWidth),
      .Divisor(NumWords)
    ) u_position (
      .value_i    (ex_row_q),
      .quotient_o (position),
      .remainder_o(word)
    );
    // Below NumNeurons: lane 0 of a row is no padding.
    assign item_row = OutAddrWidth'(32'(position) * NumChannels + 32'(word) * Lanes);
  end

  nacre_spike_serializer #(
    .Addresses (NumNeurons),
    .Lanes     (Lanes),
    .CountWidth(CountWidth),
    .Aligned   (Aligned)
  ) u_serializer (
    .clk_i            (clk_stage),
    .rst_ni           (rst_ni),
    .s_valid_i        (ex_wants_output),
    .s_ready_o        (serializer_ready),
    .s_marker_i       (ex_marker_q),
    .s_end_of_sample_i(ex_end_of_sample_q),
    .s_row_i          (item_row),
    .s_counts_i       (counts),
    .s_negative_i     (negatives),
    .m_valid_o        (m_valid_o),
    .m_ready_i        (m_ready_i),
    .m_data_o         (m_data_o),
    .busy_o           (serializer_busy)
  );

  assign under_way = (job_valid_q && !job_empty) || ex_valid_q;
  assign busy_o    = under_way || serializer_busy;

  // ---------------------------------------------------------------------- Configuration window
  logic [32*NumCounters-1:0]  counters;
  logic                       memory_free;
  logic                       weights_access, state_access, bias_access;
  logic [WeightAddrWidth-1:0] weights_access_row;
  logic [RowWidth-1:0]        state_access_row;
  logic [BiasAddrWidth-1:0]   bias_access_row;

  // A memory is lent out only when no word is in front and nothing under way.
  assign memory_free = idle_i && !s_valid_i && !under_way;

  nacre_spiking_window #(
    .MembraneWidth       (MembraneWidth),
    .ClampMin            (ClampMin),
    .ClampMax            (ClampMax),
    .Threshold           (Threshold),
    .HasNegativeThreshold(HasNegativeThreshold),
    .NegativeThreshold   (NegativeThreshold),
    .WeightRows          (WeightRows),
    .WeightRowWidth      (WeightRowWidth),
    .StateRows           (NumRows),
    .StateRowWidth       (StateRowWidth),
    .HasBias             ((BiasWidth > 0) ? 1 : 0),
    .BiasRows            (NumWords),
    .BiasRowWidth        (BiasRowWidth),
    .NumCounters         (NumCounters)
  ) u_window (
    .clk_i               (clk_stage),
    .rst_ni              (rst_ni),
    .cfg_valid_i         (cfg_valid_i),
    .cfg_write_i         (cfg_write_i),
    .cfg_addr_i          (cfg_addr_i),
    .cfg_wdata_i         (cfg_wdata_i),
    .cfg_ready_o         (cfg_ready_o),
    .cfg_rdata_o         (cfg_rdata_o),
    .cfg_error_o         (cfg_error_o),
    .threshold_o         (threshold),
    .negative_threshold_o(negative_threshold),
    .threshold_written_o (threshold_written),
    .counters_i          (counters),
    .memory_free_i       (memory_free),
    .weights_access_o    (weights_access),
    .weights_write_o     (weights_we_o),
    .weights_row_o       (weights_access_row),
    .weights_wmask_o     (weights_wmask_o),
    .weights_wdata_o     (weights_wdata_o),
    .weights_rdata_i     (weights_rdata_i),
    .state_access_o      (state_access),
    .state_row_o         (state_access_row),
    .state_exists_i      (seen_q && look_alive),
    .state_rdata_i       (state_rdata_i),
    .bias_access_o       (bias_access),
    .bias_write_o        (bias_we_o),
    .bias_row_o          (bias_access_row),
    .bias_wmask_o        (bias_wmask_o),
    .bias_wdata_o        (bias_wdata_o),
    .bias_rdata_i        (bias_rdata_i)
  );

  // ---------------------------------------------------------------------------------- Memories
  // Writes are gated with the reset, so that no memory changes while rst_ni is low, whatever the
  // flip-flops hold before their first reset.
  assign weights_en_o   = weights_access || issue_event;
  assign weights_addr_o = weights_access ? weights_access_row : field_weight_row;

  assign state_ren_o   = state_access || issue_row;
  assign state_raddr_o = state_access ? state_access_row : slot_row;
  assign state_wen_o   = ex_commit && rst_ni;
  assign state_waddr_o = ex_row_q;

  assign bias_en_o   = bias_access || (issue_visit && BiasWidth > 0);
  assign bias_addr_o = bias_access ? bias_access_row : visit_word;

  assign marks_wen_o = marks_wen && rst_ni;
  assign alive_wen_o = alive_wen && rst_ni;

  // ------------------------------------------------------------------------------ Performance
  if (Counters >= 1) begin : gen_basic
    logic event_sent;
    assign event_sent = m_valid_o && m_ready_i && m_data_o[OutWidth-1 -: 2] == KindEvent;
    nacre_perf_counter #(.Increment(1)) u_events_in (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(pop && in_kind == KindEvent), .value_o(counters[31:0])
    );
    nacre_perf_counter #(.Increment(1)) u_events_out (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(event_sent), .value_o(counters[63:32])
    );
    if (Lanes == 1) begin : gen_operations
      wire unused_operations = ^field_operations;
      nacre_perf_counter #(.Increment(1)) u_synaptic_operations (
        .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
        .en_i(issue_event), .value_o(counters[95:64])
      );
    end else begin : gen_many_operations
      // A slot's neurons, 1 ... Lanes, are added to the low bits; the carry counts Lanes.
      localparam int LaneWidth = $clog2(Lanes);
      logic [LaneWidth-1:0] low_q, low;
      logic                 carry;
      logic [31:0]          above;
      assign {carry, low} = {1'b0, low_q} + field_operations;
      always_ff @(posedge clk_stage or negedge rst_ni) begin
        if (!rst_ni)               low_q <= '0;
        else if (clear_counters_i) low_q <= '0;
        else if (issue_event)      low_q <= low;
      end
      nacre_perf_counter #(.Increment(Lanes)) u_synaptic_operations (
        .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
        .en_i(issue_event && carry), .value_o(above)
      );
      assign counters[95:64] = above | 32'(low_q);
    end
    nacre_perf_counter #(.Increment(1)) u_rows_visited (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(issue_visit), .value_o(counters[127:96])
    );
  end else begin : gen_no_basic
    wire unused_basic = clear_counters_i || ^field_operations;
    assign counters[127:0] = '0;
  end

  if (Counters == 2) begin : gen_full
    nacre_perf_counter #(.Increment(1)) u_stall_cycles (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(ex_wants_output && !serializer_ready), .value_o(counters[159:128])
    );
    nacre_perf_counter #(.Increment(1)) u_weight_reads (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(issue_event), .value_o(counters[191:160])
    );
    nacre_perf_counter #(.Increment(1)) u_state_reads (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(issue_row), .value_o(counters[223:192])
    );
    nacre_perf_counter #(.Increment(1)) u_state_writes (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(ex_commit), .value_o(counters[255:224])
    );
    if (StampWidth > 0) begin : gen_leak_cycles
      nacre_perf_counter #(.Increment(1)) u_leak_cycles (
        .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
        .en_i(ex_leaking), .value_o(counters[287:256])
      );
    end else begin : gen_no_leak_cycles
      assign counters[287:256] = '0;
    end
  end else begin : gen_no_full
    assign counters[287:128] = '0;
  end

`ifdef VERILATOR
  // Nothing is asserted before the first reset.
  logic armed_q = 1'b0;
  always_ff @(posedge rst_ni) armed_q <= 1'b1;
  stable : assert property (@(posedge clk_i) disable iff (!rst_ni || !armed_q)
                            rst_ni && s_valid_i && !s_ready_o |=> s_valid_i && $stable(s_data_i));
  kind_is_allowed : assert property (@(posedge clk_i) disable iff (!rst_ni || !armed_q)
      !s_valid_i || in_kind == KindEvent || in_kind == KindEndOfStep
      || in_kind == KindEndOfSample);
  address_is_in_range : assert property (@(posedge clk_i) disable iff (!rst_ni || !armed_q)
      !(s_valid_i && in_kind == KindEvent) || 32'(in_address) < 32'(InAddresses));
  row_is_in_range : assert property (@(posedge clk_i) disable iff (!rst_ni || !armed_q)
      !issue_row || 32'(slot_row) < 32'(NumRows));
  weight_row_is_in_range : assert property (@(posedge clk_i) disable iff (!rst_ni || !armed_q)
      !issue_event || 32'(field_weight_row) < 32'(WeightRows));
  row_read_while_written_is_forwarded : assert property (
      @(posedge clk_i) disable iff (!rst_ni || !armed_q)
      !(issue_row && state_wen_o && slot_row == ex_row_q) || (NeedForward == 1 && field_first));
  marks_are_not_read_while_written : assert property (
      @(posedge clk_i) disable iff (!rst_ni || !armed_q)
      !(marks_ren_o && marks_wen_o && marks_raddr_o == marks_waddr_o)
      && !(alive_ren_o && alive_wen_o && alive_raddr_o == alive_waddr_o));
  idle_while_lent_out : assert property (@(posedge clk_i) disable iff (!rst_ni || !armed_q)
                                         !(state_access && issue_row));
`endif

endmodule
`default_nettype wire
