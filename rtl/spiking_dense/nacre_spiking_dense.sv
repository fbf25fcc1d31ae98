`default_nettype none
/// Event-driven fully connected spiking layer: `Lanes` neurons updated per cycle.
///
/// Each event (input i) is one pass over the rows of neurons: row j holds neurons j*Lanes ...
/// j*Lanes+Lanes-1; its weights are row i*NumRows+j of the weight memory. The end of a time step is
/// one more pass, left out when it could not change anything. Neuron: docs/neuron.md
/// (nacre_neuron_update). Contract and timing: generator/src/kinds/spiking_dense/README.md.
/// Golden model: sim/golden/spiking_dense/.
///
/// Two pipeline stages. *Address*: the input word stays in front while its rows are read, one per
/// cycle, and is popped with its last slot. *Execute*: the row that was read is updated, written
/// back, and handed to the serializer when it has spikes; it waits, and the address stage with it,
/// while the serializer is full. An event costs NumRows cycles, an end_of_step 1 + NumRows (1 when
/// the pass is skipped), an end_of_sample 1.
///
/// The state memory is never cleared: `fresh_q` makes the first pass of a sample see v = r = 0.
///
/// The clock stops while no word is in front, nothing is under way and the bus is quiet; inside,
/// groups of registers that rarely change have gates of their own. The last signal of a cycle is
/// `ex_fired`: what depends on it is as little as can be, and the enables of memories and gates.
module nacre_spiking_dense #(
  /// Addresses of the input stream, at least 1.
  parameter int NumInputs         = 4,
  /// At least 1.
  parameter int NumNeurons        = 4,
  /// Neurons updated per cycle, a power of two.
  parameter int Lanes             = 2,
  /// Weight code and bits stored: see nacre_weight_decoder.
  parameter int WeightCode        = 0,
  parameter int WeightWidth       = 8,
  /// Bits of a bias 1 ... 32; 0 without bias (the bias memory's ports are then idle).
  parameter int BiasWidth         = 0,
  /// 1: the end of a sample keeps the neurons' state.
  parameter int KeepState         = 0,
  /// Neuron: see nacre_neuron_update.
  parameter int MembraneWidth     = 16,
  parameter int ClampMin          = -32768,
  parameter int ClampMax          = 32767,
  /// Reset values of the threshold registers: 1 ... ClampMax, ClampMin ... -1.
  parameter int Threshold         = 100,
  parameter int HasNegativeThreshold = 0,
  parameter int NegativeThreshold = -1,
  parameter int Compare           = 0,
  parameter int Fire              = 0,
  parameter int MaxSpikes         = 1,
  parameter int Reset             = 0,
  parameter int ResetValue        = 0,
  parameter int RefractorySteps   = 0,
  parameter int RefractoryMode    = 0,
  parameter int Leak              = 0,
  parameter int LeakShift         = 1,
  parameter int LeakFactor        = 0,
  parameter int LeakFractionBits  = 1,
  parameter int LeakRounding      = 0,
  parameter int LeakOrder         = 0,
  /// Performance counters: 0 none (read 0), 1 basic, 2 full.
  parameter int Counters          = 1,

  // Derived, not to be set.
  // Streams: {kind[1:0], negative, address}.
  parameter int InWidth  = 3 + ((NumInputs > 1) ? $clog2(NumInputs) : 1),
  parameter int OutWidth = 3 + ((NumNeurons > 1) ? $clog2(NumNeurons) : 1),
  // Rows of neurons, and rows and bits of the three memories.
  parameter int NumRows          = (NumNeurons + Lanes - 1) / Lanes,
  parameter int RefractoryWidth  = (RefractorySteps > 0) ? $clog2(RefractorySteps + 1) : 0,
  parameter int FieldWidth       = MembraneWidth + RefractoryWidth,
  parameter int BiasFieldWidth   = (BiasWidth > 0) ? BiasWidth : 1,
  parameter int WeightRows       = NumInputs * NumRows,
  parameter int WeightRowWidth   = Lanes * WeightWidth,
  parameter int StateRowWidth    = Lanes * FieldWidth,
  parameter int BiasRowWidth     = Lanes * BiasFieldWidth,
  parameter int WeightAddrWidth  = (WeightRows > 1) ? $clog2(WeightRows) : 1,
  parameter int RowWidth         = (NumRows > 1) ? $clog2(NumRows) : 1,
  parameter int WeightChunks     = (WeightRowWidth + 31) / 32,
  parameter int StateChunks      = (StateRowWidth + 31) / 32,
  parameter int BiasChunks       = (BiasRowWidth + 31) / 32,
  // Configuration window {region[1:0], offset}: 2^RegionWidth words hold each memory, its rows
  // padded to a power of two of words; at least the 16 registers.
  parameter int WeightChunkBits  = $clog2(WeightChunks),
  parameter int StateChunkBits   = $clog2(StateChunks),
  parameter int BiasChunkBits    = $clog2(BiasChunks),
  parameter int WeightWindow     = $clog2(WeightRows) + WeightChunkBits,
  parameter int StateWindow      = $clog2(NumRows) + StateChunkBits,
  parameter int BiasWindow       = (BiasWidth > 0) ? $clog2(NumRows) + BiasChunkBits : 0,
  parameter int MemoryWindow     = (WeightWindow > StateWindow)
                                 ? ((WeightWindow > BiasWindow) ? WeightWindow : BiasWindow)
                                 : ((StateWindow > BiasWindow) ? StateWindow : BiasWindow),
  parameter int RegionWidth      = (MemoryWindow > 4) ? MemoryWindow : 4,
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
  input  wire logic [InWidth-1:0]         s_data_i,
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
  // Bias memory: NumRows rows, single port
  output logic                            bias_en_o,
  output logic                            bias_we_o,
  output logic      [RowWidth-1:0]        bias_addr_o,
  output logic      [BiasChunks-1:0]      bias_wmask_o,
  output logic      [BiasRowWidth-1:0]    bias_wdata_o,
  input  wire logic [BiasRowWidth-1:0]    bias_rdata_i
);

  localparam int InAddrWidth      = InWidth - 3;
  localparam int RefractoryPortWidth = (RefractoryWidth > 0) ? RefractoryWidth : 1;
  localparam int CountWidth       = $clog2(MaxSpikes + 1);
  // Neurons of the last row, 1 ... Lanes; the lanes above are padding.
  localparam int LastLanes        = NumNeurons - (NumRows - 1) * Lanes;
  // The end-of-step pass can be skipped at all; an event's row can make it necessary only in the
  // execute stage.
  localparam int CanSkip          = (Leak == 0 && BiasWidth == 0) ? 1 : 0;
  localparam int PendingFromFire  = (Fire == 1 && RefractorySteps > 0) ? 1 : 0;

  localparam logic [1:0] KindEvent       = 2'd0;
  localparam logic [1:0] KindEndOfStep   = 2'd1;
  localparam logic [1:0] KindEndOfSample = 2'd3;

  localparam logic [RowWidth-1:0] LastRow = RowWidth'(NumRows - 1);
  // A weight row is then {input, row}, and the row number wraps by itself.
  // Lowest 1 of NumNeurons, and what is above: with no more than two, the product of events and
  // neurons costs less than a counter.
  localparam int NeuronsLow   = NumNeurons & -NumNeurons;
  localparam int NeuronsAbove = NumNeurons - NeuronsLow;
  localparam int RowsArePowerOfTwo = (NumRows == (1 << $clog2(NumRows))) ? 1 : 0;

  if (NumInputs < 1 || NumNeurons < 1 || Lanes < 1 || Lanes != (1 << $clog2(Lanes))
      || KeepState < 0 || KeepState > 1 || Counters < 0 || Counters > 2) begin : gen_illegal
    nacre_error_spiking_dense_parameter_is_out_of_range u_error ();
  end

  // ------------------------------------------------------------------------------ Address stage
  logic [1:0]               in_kind;
  logic                     in_negative;
  logic [InAddrWidth-1:0]   in_address;
  logic                     in_event, in_step, in_sample;
  logic                     clk_stage;     // clk_i while there is something to do
  logic [RowWidth-1:0]      row_q;         // next row of the pass of the word in front
  logic                     last_row;
  logic                     step_done_q;   // the end-of-step pass has run, its marker has not
  logic                     pending_q;     // docs/neuron.md, "Silent steps"
  logic                     step_pass;     // this end_of_step needs its pass
  logic                     step_wait;     // pending_q is not settled yet
  logic                     wants_row, wants_marker;  // the word in front waits for this slot
  logic                     issue_row, issue_marker, issue;
  logic                     skip;
  logic                     fresh_q;       // the state memory is not yet this sample's
  logic                     kept_q;        // the memory holds the state of the sample that ended
  logic                     step_done_d, fresh_d, kept_d;
  logic                     advance;       // the execute stage takes a slot
  logic [WeightAddrWidth-1:0] weight_row;
  logic                     threshold_written;

  // Execute stage
  logic                     ex_valid_q, ex_marker_q, ex_end_of_sample_q, ex_step_q, ex_negative_q;
  logic                     ex_fresh_q;
  logic [RowWidth-1:0]      ex_row_q;
  logic                     ex_wants_output, ex_commit;
  logic                     ex_fired;      // a neuron of the row sends a spike
  logic                     ex_pending;    // the row makes the next end-of-step pass necessary
  logic                     serializer_ready, serializer_busy;

  assign {in_kind, in_negative, in_address} = s_data_i;
  assign in_event  = s_valid_i && in_kind == KindEvent;
  assign in_step   = s_valid_i && in_kind == KindEndOfStep;
  assign in_sample = s_valid_i && in_kind == KindEndOfSample;
  assign last_row  = row_q == LastRow;

  assign step_wait    = CanSkip == 1 && PendingFromFire == 1
                     && ex_valid_q && !ex_marker_q && !ex_step_q;
  // Once begun (row_q != 0) a pass is finished, whatever its own rows do to pending_q.
  assign step_pass    = CanSkip == 0 || row_q != '0 || pending_q;
  assign wants_row    = in_event || (in_step && !step_done_q && step_pass && !step_wait);
  assign wants_marker = in_sample
                     || (in_step && (step_done_q || (!step_pass && !step_wait)));
  assign issue_row    = wants_row && advance;
  assign issue_marker = wants_marker && advance;
  assign issue        = (wants_row || wants_marker) && advance;
  assign skip         = issue_marker && in_step && !step_done_q;
  assign s_ready_o    = (wants_marker || (in_event && last_row)) && advance;

  // It runs during a reset, too: what watches the stage with this clock sees each reset.
  nacre_clock_gate u_clock (
    .clk_i   (clk_i),
    .enable_i(!rst_ni || s_valid_i || busy_o || cfg_valid_i
              || (Counters >= 1 && clear_counters_i)),
    .clk_o   (clk_stage)
  );

  if (NumRows == 1) begin : gen_one_row
    assign row_q = '0;
  end else begin : gen_rows
    logic [RowWidth-1:0] row_next;
    assign row_next = (last_row && RowsArePowerOfTwo == 0) ? '0 : row_q + RowWidth'(1);
    nacre_register_reset #(.Width(RowWidth)) u_row (
      .clk_i   (clk_stage),
      .rst_ni  (rst_ni),
      .enable_i(issue_row),
      .d_i     (row_next),
      .q_o     (row_q)
    );
  end

  // Row of the weight memory: input * NumRows + row, below WeightRows.
  if (RowsArePowerOfTwo == 1) begin : gen_weight_row
    assign weight_row = WeightAddrWidth'((32'(in_address) << $clog2(NumRows)) | 32'(row_q));
  end else begin : gen_weight_row_product
    assign weight_row = WeightAddrWidth'(32'(in_address) * 32'(NumRows) + 32'(row_q));
  end

  // They change with the last slot of a word or of a pass.
  assign step_done_d = wants_row && in_step;
  assign fresh_d     = in_sample ? (KeepState == 0 || fresh_q) : (wants_marker && fresh_q);
  assign kept_d      = in_sample && !fresh_q;
  nacre_register_reset #(
    .Width(3),
    .Reset(3'b010)
  ) u_sample (
    .clk_i   (clk_stage),
    .rst_ni  (rst_ni),
    .enable_i(issue && (wants_marker || last_row)),
    .d_i     ({step_done_d, fresh_d, kept_d}),
    .q_o     ({step_done_q, fresh_q, kept_q})
  );

  // A pass clears pending_q as it begins; its rows, executed later, may set it again. No row of an
  // event that could set it is in the execute stage then (step_wait).
  if (CanSkip == 1) begin : gen_pending
    always_ff @(posedge clk_stage or negedge rst_ni) begin
      if (!rst_ni) begin
        pending_q <= 1'b0;
      end else if (issue_marker && in_sample && KeepState == 0) begin
        pending_q <= 1'b0;
      end else if ((ex_commit && ex_pending) || (issue_row && in_event && Fire == 0)
                   || (threshold_written && Fire == 0 && !fresh_q)) begin
        pending_q <= 1'b1;
      end else if (issue_row && in_step && row_q == '0) begin
        pending_q <= 1'b0;
      end
    end
  end else begin : gen_no_pending
    wire unused_pending = ex_pending || threshold_written;
    assign pending_q = 1'b1;
  end

  // ------------------------------------------------------------------------------ Execute stage
  // Whether a neuron fires is known last, and matters only while the serializer is full.
  assign advance         = serializer_ready || !ex_valid_q || !(ex_marker_q || ex_fired);
  assign ex_wants_output = ex_valid_q && (ex_marker_q || ex_fired);
  assign ex_commit       = ex_valid_q && !ex_marker_q && (serializer_ready || !ex_fired);

  always_ff @(posedge clk_stage or negedge rst_ni) begin
    if (!rst_ni) ex_valid_q <= 1'b0;
    else         ex_valid_q <= !advance || wants_row || wants_marker;
  end

  // The slot, valid while ex_valid_q.
  nacre_register #(.Width(5 + RowWidth)) u_slot (
    .clk_i   (clk_stage),
    .enable_i(issue),
    .d_i     ({wants_marker, in_sample, in_step, in_negative, fresh_q, row_q}),
    .q_o     ({ex_marker_q, ex_end_of_sample_q, ex_step_q, ex_negative_q, ex_fresh_q, ex_row_q})
  );

  // The state row as the rows before left it.
  logic [StateRowWidth-1:0] state;
  if (NumRows == 1) begin : gen_forward
    // The only row may be written in the cycle in which it is read for the next pass.
    logic                     forward_q;
    logic [StateRowWidth-1:0] forward_data_q;
    always_ff @(posedge clk_stage or negedge rst_ni) begin
      if (!rst_ni)        forward_q <= 1'b0;
      else if (issue_row) forward_q <= state_wen_o;
    end
    // Valid while forward_q.
    nacre_register #(.Width(StateRowWidth)) u_forward (
      .clk_i   (clk_stage),
      .enable_i(state_wen_o),
      .d_i     (state_wdata_o),
      .q_o     (forward_data_q)
    );
    assign state = forward_q ? forward_data_q : state_rdata_i;
  end else begin : gen_no_forward
    // Slots that follow each other have different rows: none is read while it is written.
    assign state = state_rdata_i;
  end

  // ------------------------------------------------------------------------------------- Lanes
  logic signed [MembraneWidth-1:0] threshold, negative_threshold;
  logic [Lanes*CountWidth-1:0]     counts;
  logic [Lanes-1:0]                negatives;
  logic [Lanes-1:0]                pendings;
  logic                            ex_padded;  // the row has padding lanes
  assign ex_padded = ex_row_q == LastRow;

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    localparam int ValueWidth = (WeightCode == 0) ? WeightWidth
                              : (WeightCode == 1) ? WeightWidth + 1
                              : (WeightCode == 2) ? 2
                              : $clog2(WeightWidth / 2 + 1) + 1;
    logic signed [ValueWidth-1:0]    weight;
    logic signed [BiasFieldWidth-1:0] bias;
    logic [FieldWidth-1:0]           field;
    logic signed [MembraneWidth-1:0] membrane, membrane_new;
    logic [RefractoryPortWidth-1:0]  refractory, refractory_new;
    logic [CountWidth-1:0]           count;
    logic                            negative;
    logic                            absent;   // no neuron here: state 0, no spike

    assign absent = (l >= LastLanes) && ex_padded;
    assign field  = ex_fresh_q ? '0 : state[l*FieldWidth +: FieldWidth];
    assign membrane = $signed(field[MembraneWidth-1:0]);
    assign bias   = $signed(bias_rdata_i[l*BiasFieldWidth +: BiasFieldWidth]);

    nacre_weight_decoder #(
      .Code (WeightCode),
      .Width(WeightWidth)
    ) u_decoder (
      .code_i (weights_rdata_i[l*WeightWidth +: WeightWidth]),
      .value_o(weight)
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
      .step_i              (ex_step_q),
      .test_i              (1'b1),
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

    assign counts[l*CountWidth +: CountWidth] = absent ? '0 : count;
    assign negatives[l] = negative;
    if (RefractorySteps > 0) begin : gen_refractory
      assign refractory = field[FieldWidth-1:MembraneWidth];
      assign state_wdata_o[l*FieldWidth +: FieldWidth] =
          absent ? '0 : {refractory_new, membrane_new};
      // With Fire event, only what is still refractory after the row matters. With Fire step, also
      // a neuron whose refractory period ends here: its membrane may be above the threshold, so
      // that it fires in the next step without any input.
      if (Fire == 1) begin : gen_event
        assign pendings[l] = !absent && (ex_step_q ? refractory_new != '0 : count != '0);
      end else begin : gen_step
        assign pendings[l] = !absent && ex_step_q && (refractory != '0 || count != '0);
      end
    end else begin : gen_no_refractory
      wire unused_refractory = ^refractory_new;
      assign refractory = '0;
      assign state_wdata_o[l*FieldWidth +: FieldWidth] = absent ? '0 : membrane_new;
      assign pendings[l] = !absent && ex_step_q && count != '0;
    end
  end

  assign ex_fired   = |counts;
  assign ex_pending = |pendings;

  nacre_spike_serializer #(
    .Addresses (NumNeurons),
    .Lanes     (Lanes),
    .CountWidth(CountWidth)
  ) u_serializer (
    .clk_i            (clk_stage),
    .rst_ni           (rst_ni),
    .s_valid_i        (ex_wants_output),
    .s_ready_o        (serializer_ready),
    .s_marker_i       (ex_marker_q),
    .s_end_of_sample_i(ex_end_of_sample_q),
    .s_row_i          (ex_row_q),
    .s_counts_i       (counts),
    .s_negative_i     (negatives),
    .m_valid_o        (m_valid_o),
    .m_ready_i        (m_ready_i),
    .m_data_o         (m_data_o),
    .busy_o           (serializer_busy)
  );

  assign busy_o = ex_valid_q || serializer_busy;

  // ---------------------------------------------------------------------- Configuration window
  localparam int NumCounters = 8;
  logic                       memory_free;
  logic                       weights_access, state_access, bias_access;
  logic [WeightAddrWidth-1:0] weights_access_row;
  logic [RowWidth-1:0]        state_access_row, bias_access_row;
  logic [32*NumCounters-1:0]  counters;
  logic [31:0]                events_in, events_out, synaptic_operations, passes_skipped;
  logic [31:0]                stall_cycles, weight_reads, state_reads, state_writes;

  // A memory is lent out only when no word is in front and no row under way.
  assign memory_free = idle_i && !s_valid_i && !ex_valid_q;
  assign counters    = {state_writes, state_reads, weight_reads, stall_cycles,
                        passes_skipped, synaptic_operations, events_out, events_in};

  // The state reads 0 before the first pass of a sample.
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
    .BiasRows            (NumRows),
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
    .state_exists_i      (!(fresh_q && !kept_q)),
    .state_rdata_i       (state_rdata_i),
    .bias_access_o       (bias_access),
    .bias_write_o        (bias_we_o),
    .bias_row_o          (bias_access_row),
    .bias_wmask_o        (bias_wmask_o),
    .bias_wdata_o        (bias_wdata_o),
    .bias_rdata_i        (bias_rdata_i)
  );

  // ---------------------------------------------------------------------------------- Memories
  assign weights_en_o   = weights_access || (issue_row && in_event);
  assign weights_addr_o = weights_access ? weights_access_row : weight_row;

  // Gated with the reset, so that no memory changes while rst_ni is low, whatever the flip-flops
  // hold before their first reset.
  assign state_ren_o   = state_access || issue_row;
  assign state_raddr_o = state_access ? state_access_row : row_q;
  assign state_wen_o   = ex_commit && rst_ni;
  assign state_waddr_o = ex_row_q;

  assign bias_en_o   = bias_access || (issue_row && in_step && BiasWidth > 0);
  assign bias_addr_o = bias_access ? bias_access_row : row_q;

  // ------------------------------------------------------------------------------ Performance
  if (Counters >= 1) begin : gen_basic
    logic event_popped, event_sent;
    assign event_popped = s_ready_o && in_event;
    assign event_sent   = m_valid_o && m_ready_i && m_data_o[OutWidth-1 -: 2] == KindEvent;
    nacre_perf_counter #(.Increment(1)) u_events_in (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(event_popped), .value_o(events_in)
    );
    nacre_perf_counter #(.Increment(1)) u_events_out (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(event_sent), .value_o(events_out)
    );
    if (NeuronsAbove == (NeuronsAbove & -NeuronsAbove)) begin : gen_product
      assign synaptic_operations = (events_in << $clog2(NeuronsLow))
                                 + ((NeuronsAbove == 0) ? '0 : events_in << $clog2(NeuronsAbove));
    end else begin : gen_counter
      nacre_perf_counter #(.Increment(NumNeurons)) u_synaptic_operations (
        .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
        .en_i(event_popped), .value_o(synaptic_operations)
      );
    end
    nacre_perf_counter #(.Increment(1)) u_passes_skipped (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(skip), .value_o(passes_skipped)
    );
  end else begin : gen_no_basic
    wire unused_basic = clear_counters_i || skip;
    assign events_in           = '0;
    assign events_out          = '0;
    assign synaptic_operations = '0;
    assign passes_skipped      = '0;
  end

  if (Counters == 2) begin : gen_full
    nacre_perf_counter #(.Increment(1)) u_stall_cycles (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(!advance), .value_o(stall_cycles)
    );
    nacre_perf_counter #(.Increment(1)) u_weight_reads (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(issue_row && in_event), .value_o(weight_reads)
    );
    nacre_perf_counter #(.Increment(1)) u_state_reads (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(issue_row), .value_o(state_reads)
    );
    nacre_perf_counter #(.Increment(1)) u_state_writes (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(ex_commit), .value_o(state_writes)
    );
  end else begin : gen_no_full
    assign stall_cycles = '0;
    assign weight_reads = '0;
    assign state_reads  = '0;
    assign state_writes = '0;
  end

`ifdef VERILATOR
  // Nothing is asserted before the first reset.
  logic armed_q = 1'b0;
  always_ff @(posedge rst_ni) armed_q <= 1'b1;
  stable : assert property (@(posedge clk_i) disable iff (!rst_ni || !armed_q)
                            rst_ni && s_valid_i && !s_ready_o |=> s_valid_i && $stable(s_data_i));
  kind_is_allowed : assert property (@(posedge clk_i) disable iff (!rst_ni || !armed_q)
                                     !s_valid_i || in_event || in_step || in_sample);
  address_is_in_range : assert property (@(posedge clk_i) disable iff (!rst_ni || !armed_q)
                                         !in_event || 32'(in_address) < 32'(NumInputs));
  no_row_is_read_while_written : assert property (
      @(posedge clk_i) disable iff (!rst_ni || !armed_q)
      !(NumRows > 1 && state_ren_o && state_wen_o && state_raddr_o == state_waddr_o));
  idle_while_lent_out : assert property (@(posedge clk_i) disable iff (!rst_ni || !armed_q)
                                         !(state_access && ex_valid_q));
`endif

endmodule
`default_nettype wire
