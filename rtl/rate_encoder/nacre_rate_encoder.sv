`default_nettype none
/// Intensity to spikes at a proportional rate (generator/src/kinds/rate_encoder/README.md).
///
/// Phase accumulator: s = phase + increment; spike when s >= 2^P; phase' = s mod 2^P.
/// Random: spike when r < increment, r = P fresh bits of one LFSR per input and time step.
///
/// A frame is loaded at one value per cycle: the level table is read once per value, and rows of
/// `Lanes` increments and phases are written to their memories. A time step reads the rows in
/// order, one per cycle, without those that cannot spike in this sample (phase accumulator, at most
/// 64 rows), and writes the phases back; a row of k > 1 spikes holds the output for k cycles. Cycle
/// by cycle: section Timing of the README. Golden model: sim/golden/rate_encoder.
module nacre_rate_encoder #(
  /// Inputs N, 1 ... 2^24.
  parameter int          NumInputs     = 8,
  /// Bits of an intensity B, 1 ... 16.
  parameter int          IntensityBits = 4,
  /// Bits of the phase and of a random draw P, 1 ... 31.
  parameter int          PhaseBits     = 4,
  /// 0: phase accumulator, 1: pseudo-random.
  parameter bit          Random        = 1'b0,
  /// Time steps of a sample T, at least 1.
  parameter int          TimeSteps     = 4,
  /// Inputs examined per cycle, a power of two.
  parameter int          Lanes         = 2,
  /// 1: each time step waits for the verdict on the one before.
  parameter bit          StopOn        = 1'b0,
  /// 1: a start phase per input, in a memory; 0: one for all, in a register.
  parameter bit          StartPerInput = 1'b0,
  /// Reset value of the one start phase, below 2^P.
  parameter logic [31:0] StartPhase    = 32'd0,
  /// Reset value of the LFSR's seed, not 0.
  parameter logic [31:0] Seed          = 32'd1,
  /// Performance counters: 0 none, 1 basic, 2 full.
  parameter int          Counters      = 1,
  // Derived, not to be set.
  parameter int AddressWidth = (NumInputs > 1) ? $clog2(NumInputs) : 1,
  parameter int InWidth      = 3 + AddressWidth + IntensityBits,
  parameter int OutWidth     = 3 + AddressWidth,
  // Region words are 2^RegionWidth: the largest of levels (2^B), start phases (N) and state rows,
  // each row in 2^ChunkWidth words.
  parameter int NumRows      = (NumInputs + Lanes - 1) / Lanes,
  parameter int ChunkWidth   = $clog2((Lanes * (2 * PhaseBits + 1) + 31) / 32),
  parameter int StateWords   = $clog2(NumRows) + ChunkWidth,
  parameter int StartWords   = (StartPerInput && !Random) ? $clog2(NumInputs) : 0,
  parameter int LargerWords  = (StateWords > StartWords) ? StateWords : StartWords,
  parameter int LargestWords = (LargerWords > IntensityBits) ? LargerWords : IntensityBits,
  parameter int RegionWidth  = (LargestWords > 4) ? LargestWords : 4,
  parameter int CfgAddrWidth = RegionWidth + 2,
  // Rows of the memories, and their 32-bit chunks.
  parameter int IncrementsWidth  = Lanes * (PhaseBits + 1),
  parameter int IncrementsChunks = (IncrementsWidth + 31) / 32,
  parameter int PhasesWidth      = Lanes * PhaseBits,
  parameter int RowWidth         = (NumRows > 1) ? $clog2(NumRows) : 1
) (
  input  wire logic                        clk_i,
  input  wire logic                        rst_ni,           ///< asynchronous, active low
  // Configuration
  input  wire logic                        cfg_valid_i,
  input  wire logic                        cfg_write_i,
  input  wire logic [CfgAddrWidth-1:0]     cfg_addr_i,
  input  wire logic [31:0]                 cfg_wdata_i,
  output logic                             cfg_ready_o,
  output logic      [31:0]                 cfg_rdata_o,
  output logic                             cfg_error_o,
  input  wire logic                        idle_i,           ///< memory windows may be accessed
  input  wire logic                        clear_counters_i,
  // Control of the time steps
  input  wire logic                        single_step_i,
  input  wire logic                        step_i,
  input  wire logic                        verdict_valid_i,
  input  wire logic                        verdict_i,        ///< 1: the sample is decided
  // Values {kind, negative, address, payload}
  input  wire logic                        s_valid_i,
  output logic                             s_ready_o,
  input  wire logic [InWidth-1:0]          s_data_i,
  // Events {kind, negative, address}
  output logic                             m_valid_o,
  input  wire logic                        m_ready_i,
  output logic      [OutWidth-1:0]         m_data_o,
  output logic                             busy_o,
  output logic      [1:0]                  error_o,          ///< {frame_short, frame_order}
  // Level table: 2^IntensityBits rows, one port
  output logic                             levels_en_o,
  output logic                             levels_we_o,
  output logic      [IntensityBits-1:0]    levels_addr_o,
  output logic                             levels_wmask_o,
  output logic      [PhaseBits:0]          levels_wdata_o,
  input  wire logic [PhaseBits:0]          levels_rdata_i,
  // Start phases: NumInputs rows, one port; idle without a start phase per input
  output logic                             start_en_o,
  output logic                             start_we_o,
  output logic      [AddressWidth-1:0]     start_addr_o,
  output logic                             start_wmask_o,
  output logic      [PhaseBits-1:0]        start_wdata_o,
  input  wire logic [PhaseBits-1:0]        start_rdata_i,
  // Increments: NumRows rows, one port: written while loading alone
  output logic                             increments_en_o,
  output logic                             increments_we_o,
  output logic      [RowWidth-1:0]         increments_addr_o,
  output logic      [IncrementsChunks-1:0] increments_wmask_o,
  output logic      [IncrementsWidth-1:0]  increments_wdata_o,
  input  wire logic [IncrementsWidth-1:0]  increments_rdata_i,
  // Phases: NumRows rows, one read and one write port; idle in the random mode
  output logic                             phases_ren_o,
  output logic      [RowWidth-1:0]         phases_raddr_o,
  input  wire logic [PhasesWidth-1:0]      phases_rdata_i,
  output logic                             phases_wen_o,
  output logic      [RowWidth-1:0]         phases_waddr_o,
  output logic      [PhasesWidth-1:0]      phases_wdata_o
);

  localparam logic [1:0] KindEvent       = 2'd0;
  localparam logic [1:0] KindValue       = 2'd2;
  localparam logic [1:0] KindEndOfSample = 2'd3;

  localparam int P          = PhaseBits;
  localparam int LaneWidth  = $clog2(Lanes);
  localparam int LaneBits   = (LaneWidth > 0) ? LaneWidth : 1;
  // Counts 0 ... N: N means that the frame is complete.
  localparam int NextWidth  = $clog2(NumInputs + 1);
  localparam int LowWidth   = (NextWidth > 2) ? 2 : NextWidth;
  localparam int StepWidth  = (TimeSteps > 1) ? $clog2(TimeSteps) : 1;
  // The state window always shows {increment, phase}.
  localparam int ViewField  = 2 * P + 1;
  localparam int NumChunks  = (Lanes * ViewField + 31) / 32;
  localparam int NumLevels  = 1 << IntensityBits;
  // Rows without an increment are skipped; more flags would cost more than they save.
  localparam bit Skip       = !Random && NumRows <= 64;
  // Inputs of the last row.
  localparam int LastLanes  = NumInputs - (NumRows - 1) * Lanes;
  localparam bit StartTable = StartPerInput && !Random;
  localparam int NumStarts  = StartTable ? NumInputs : 1;

  localparam logic [RowWidth-1:0]  LastRow    = RowWidth'(NumRows - 1);
  localparam logic [NextWidth-1:0] FrameEnd   = NextWidth'(NumInputs);
  localparam logic [StepWidth-1:0] LastStep   = StepWidth'(TimeSteps - 1);
  localparam logic [31:0]          LevelMax   = 32'd1 << P;
  localparam logic [31:0]          PhaseMax   = LevelMax - 32'd1;

  if (NumInputs < 1 || IntensityBits < 1 || IntensityBits > 16 || P < 1 || P > 31 ||
      TimeSteps < 1 || Lanes < 1 || Lanes != (1 << LaneWidth) || Counters < 0 || Counters > 2 ||
      Seed == 32'd0 || StartPhase > PhaseMax) begin : gen_illegal
    nacre_error_rate_encoder_parameter_is_out_of_range u_error ();
  end

  // ---- Input ----------------------------------------------------------------------------------

  typedef enum logic [1:0] {
    StLoad    = 2'd0,  // values are taken
    StStart   = 2'd1,  // a time step is to begin, perhaps after a step pulse
    StRun     = 2'd2,  // rows and markers are sent
    StVerdict = 2'd3   // end_of_step is sent, its verdict is awaited
  } state_e;
  state_e state_q;

  // Clocks that tick only when something behind them changes. What changes with each row is apart.
  logic clk_control, clk_load, clk_row, clk_serializer;

  logic [1:0]               in_kind;
  logic [AddressWidth-1:0]  in_address;
  logic [IntensityBits-1:0] in_payload;
  logic                     pop, pop_end, pop_value, complete;
  logic                     pop_first;    // no value of the frame has been taken
  logic [NextWidth-1:0]     next_d;
  logic [NextWidth-1:0]     next_q;       // values taken = the address that must come next
  logic [LowWidth-1:0]      low_q;
  logic [RowWidth-1:0]      next_row;
  logic [LaneBits-1:0]      next_lane;
  wire                      unused_negative = s_data_i[InWidth-3];

  assign s_ready_o  = state_q == StLoad;
  assign in_kind    = s_data_i[InWidth-1 -: 2];
  assign in_address = s_data_i[IntensityBits +: AddressWidth];
  assign in_payload = s_data_i[IntensityBits-1:0];
  assign pop        = s_valid_i && s_ready_o;
  assign pop_end    = pop && in_kind == KindEndOfSample;
  assign pop_first  = pop && next_q == '0;
  assign complete   = next_q == FrameEnd;
  assign pop_value  = pop && in_kind == KindValue && !complete &&
                      32'(in_address) == 32'(next_q);
  assign next_d     = pop_end ? '0 : next_q + NextWidth'(1);
  assign next_row   = RowWidth'(next_q >> LaneWidth);
  if (Lanes == 1) begin : gen_next_lane_0
    assign next_lane = 1'b0;
  end else begin : gen_next_lane
    assign next_lane = LaneBits'((NextWidth + LaneBits)'(next_q));
  end

  assign error_o = {pop_end && !complete, pop && !pop_end && !pop_value};

  // Two bits change with each value, the others with their carry.
  always_ff @(posedge clk_load or negedge rst_ni) begin
    if (!rst_ni)                   low_q <= '0;
    else if (pop_value || pop_end) low_q <= next_d[LowWidth-1:0];
  end
  assign next_q[LowWidth-1:0] = low_q;
  if (NextWidth > LowWidth) begin : gen_next_high
    nacre_register_reset #(
      .Width(NextWidth - LowWidth)
    ) u_next (
      .clk_i   (clk_load),
      .rst_ni  (rst_ni),
      .enable_i(pop_end || (pop_value && (&low_q))),
      .d_i     (next_d[NextWidth-1:LowWidth]),
      .q_o     (next_q[NextWidth-1:LowWidth])
    );
  end

  // ---- Load: one cycle after its pop a value's level is known and its field goes to the row ---

  logic                       load_valid_q;   // then next_q is the value's address + 1
  logic                       load_row;       // the value is its row's last
  logic [P:0]                 level;
  logic [P-1:0]               start;
  logic [IncrementsWidth-1:0] row_increments; // as they are written
  logic [PhasesWidth-1:0]     row_phases;

  assign load_row = load_valid_q && (next_lane == '0 || complete);

  nacre_clock_gate u_load_gate (
    .clk_i   (clk_i),
    .enable_i(pop || load_valid_q || (Counters >= 1 && clear_counters_i)),
    .clk_o   (clk_load)
  );

  nacre_clock_gate u_row_gate (
    .clk_i   (clk_load),
    .enable_i(load_row),
    .clk_o   (clk_row)
  );

  always_ff @(posedge clk_load or negedge rst_ni) begin
    if (!rst_ni) load_valid_q <= 1'b0;
    else         load_valid_q <= pop_value;
  end

  // A field {increment, phase}. The start phase enters with the increment, so the first time step
  // is like any other.
  localparam int FieldWidth = Random ? P + 1 : 2 * P + 1;
  logic [FieldWidth-1:0] load_field;
  if (Random) begin : gen_load_increment
    assign load_field = level;
  end else begin : gen_load_both
    assign load_field = {level, start};
  end

  // The row's last value needs no register; lanes beyond the last input are 0: an increment of 0
  // never spikes.
  for (genvar l = 0; l < Lanes; l++) begin : gen_load
    logic [FieldWidth-1:0] field, last_row_field, row_field;
    if (l == Lanes - 1) begin : gen_last
      assign field = load_field;
    end else begin : gen_register
      nacre_register #(
        .Width(FieldWidth)
      ) u_field (
        .clk_i   (clk_load),
        .enable_i(load_valid_q && next_lane == LaneBits'(l + 1)),
        .d_i     (load_field),
        .q_o     (field)
      );
    end
    if (l < LastLanes - 1)       begin : gen_before assign last_row_field = field; end
    else if (l == LastLanes - 1) begin : gen_here   assign last_row_field = load_field; end
    else                         begin : gen_beyond assign last_row_field = '0; end
    assign row_field = complete ? last_row_field : field;
    assign row_increments[l*(P+1) +: P+1] = row_field[FieldWidth-1 -: P+1];
    if (Random) begin : gen_no_phase
      assign row_phases[l*P +: P] = '0;
    end else begin : gen_phase
      assign row_phases[l*P +: P] = row_field[P-1:0];
    end
  end

  // ---- Time steps -----------------------------------------------------------------------------

  logic                 marker_q, end_q;      // the item is a marker; it is end_of_sample
  logic [RowWidth-1:0]  item_row_d;
  logic [RowWidth-1:0]  item_row_q;           // while loading: the row that is written next
  logic [StepWidth-1:0] step_d, step_q;
  logic                 pending_d, pending_q; // a step pulse is remembered
  logic                 run, row_done, item_done, last_step, go, verdict;
  logic                 begin_step;           // the first item of the next time step follows
  logic                 next_step;            // the step after this one is to begin, now or later
  logic                 from_start;           // no row of the time step has been read
  logic                 more;                 // a row is left in the time step
  logic                 read_row;             // a row is read for the next cycle
  logic [RowWidth-1:0]  read_index;
  logic [Lanes-1:0]     spikes;
  logic                 any_spike, serializer_valid, serializer_ready, serializer_busy;

  assign run              = state_q == StRun;
  assign any_spike        = |spikes;
  assign serializer_valid = run && (marker_q || any_spike);
  // A silent row passes even while the serializer is busy.
  assign item_done        = run && ((!marker_q && !any_spike) || serializer_ready);
  assign row_done         = item_done && !marker_q;
  assign last_step        = step_q == LastStep;
  assign go               = state_q == StStart && (!single_step_i || pending_q);
  assign verdict          = state_q == StVerdict && verdict_valid_i;
  assign next_step        = !last_step && ((verdict && !verdict_i) ||
                                           (!StopOn && item_done && marker_q && !end_q));
  assign begin_step       = go || (next_step && !single_step_i);
  assign from_start       = !run || marker_q;
  assign read_row         = (begin_step || row_done) && more;
  assign item_row_d       = load_valid_q ? next_row : pop ? '0 : read_index;
  assign step_d           = pop_end ? '0 : step_q + StepWidth'(1);
  assign pending_d        = single_step_i && (step_i || (pending_q && !go));

  if (Skip) begin : gen_skip
    // Groups of eight rows: the first row left in each, and the first group with one.
    localparam int NumGroups  = (NumRows + 7) / 8;
    localparam int GroupWidth = (NumGroups > 1) ? $clog2(NumGroups) : 1;

    logic [NumRows-1:0]     loud_q;           // rows with an increment
    logic [8*NumGroups-1:0] left;             // those of them not yet read in the time step
    logic [GroupWidth-1:0]  group, item_group;
    logic [NumGroups-1:0]   after_group;      // groups after the item's
    logic [2:0]             place, item_place;
    logic [7:0]             after_place;      // places after the item's
    logic [7:0]             chosen;
    logic                   loud;

    always_comb begin
      loud = 1'b0;
      for (int l = 0; l < Lanes; l++) loud = loud || row_increments[l*(P+1) +: P+1] != '0;
    end

    // The rows of a frame come in order: each group is a shift register that ticks with its own
    // rows. Without reset: a time step begins after a complete frame alone.
    for (genvar g = 0; g < NumGroups; g++) begin : gen_loud
      localparam int GroupRows = (NumRows - 8 * g < 8) ? NumRows - 8 * g : 8;
      nacre_register #(
        .Width(GroupRows)
      ) u_loud (
        .clk_i   (clk_row),
        .enable_i(load_row && item_group == GroupWidth'(g)),
        .d_i     (GroupRows'({loud, loud_q[8*g +: GroupRows]} >> 1)),
        .q_o     (loud_q[8*g +: GroupRows])
      );
    end

    assign item_group  = GroupWidth'((RowWidth + GroupWidth + 3)'(item_row_q) >> 3);
    assign item_place  = 3'((RowWidth + 3)'(item_row_q));
    assign after_group = {NumGroups{1'b1}} << item_group << 1;
    assign after_place = 8'hFE << item_place;
    for (genvar r = 0; r < 8 * NumGroups; r++) begin : gen_left
      if (r < NumRows) begin : gen_row
        assign left[r] = loud_q[r] && (from_start || after_group[r / 8] ||
                                       (item_group == GroupWidth'(r / 8) && after_place[r % 8]));
      end else begin : gen_no_row
        wire unused_place = after_place[r % 8];
        assign left[r] = 1'b0;
      end
    end

    always_comb begin
      group  = '0;
      chosen = '0;
      for (int g = NumGroups - 1; g >= 0; g--) begin
        if (left[8*g +: 8] != '0) begin
          group  = GroupWidth'(g);
          chosen = left[8*g +: 8];
        end
      end
      place = '0;
      for (int b = 7; b >= 0; b--) begin
        if (chosen[b]) place = 3'(b);
      end
    end
    assign more       = left != '0;
    assign read_index = RowWidth'({group, place});
  end else begin : gen_all
    wire   unused_row_clock = clk_row;
    assign more       = from_start || item_row_q != LastRow;
    assign read_index = from_start ? '0 : item_row_q + RowWidth'(1);
  end

  always_ff @(posedge clk_control or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q   <= StLoad;
      pending_q <= 1'b0;
    end else begin
      pending_q <= pending_d;

      if (pop_end) state_q <= complete ? StStart : StRun;
      if (item_done && marker_q) begin
        if (end_q)           state_q <= StLoad;
        else if (StopOn)     state_q <= StVerdict;
        else if (!last_step) state_q <= StStart;
      end
      if (verdict) state_q <= (verdict_i || last_step) ? StRun : StStart;
      // Last, because a step that need not wait leaves StStart at once.
      if (begin_step) state_q <= StRun;
    end
  end

  // Without reset: read in StRun alone.
  always_ff @(posedge clk_control) begin
    if (pop_end) begin
      marker_q <= 1'b1;
      end_q    <= 1'b1;
    end
    if ((item_done && marker_q && !StopOn && last_step) || verdict) end_q <= 1'b1;
    if (begin_step) end_q <= 1'b0;
    if (begin_step || row_done) marker_q <= !more;
  end

  // Set by the first words of each sample.
  nacre_register #(
    .Width(RowWidth)
  ) u_item_row (
    .clk_i   (clk_i),
    .enable_i(read_row || load_row || pop_first),
    .d_i     (item_row_d),
    .q_o     (item_row_q)
  );

  // Set before each sample's first step.
  nacre_register #(
    .Width(StepWidth)
  ) u_step (
    .clk_i   (clk_control),
    .enable_i(pop_end || next_step),
    .d_i     (step_d),
    .q_o     (step_q)
  );

  assign busy_o = load_valid_q || run || state_q == StVerdict || go || serializer_busy;

  // While the output waits nothing needs to move: a word held before a FIFO with room is as good as
  // one inside. The gate is open in reset, so that assertions behind it see each.
  nacre_clock_gate u_serializer_gate (
    .clk_i   (clk_i),
    .enable_i((serializer_valid && serializer_ready) ||
              (serializer_busy && (!m_valid_o || m_ready_i)) || !rst_ni ||
              (Counters >= 1 && clear_counters_i)),
    .clk_o   (clk_serializer)
  );

  nacre_spike_serializer #(
    .Addresses (NumInputs),
    .Lanes     (Lanes),
    .CountWidth(1)
  ) u_serializer (
    .clk_i            (clk_serializer),
    .rst_ni           (rst_ni),
    .s_valid_i        (serializer_valid),
    .s_ready_o        (serializer_ready),
    .s_marker_i       (marker_q),
    .s_end_of_sample_i(end_q),
    .s_row_i          (item_row_q),
    .s_counts_i       (spikes),
    .s_negative_i     ({Lanes{1'b0}}),
    .m_valid_o        (m_valid_o),
    .m_ready_i        (m_ready_i),
    .m_data_o         (m_data_o),
    .busy_o           (serializer_busy)
  );

  // ---- Configuration: a request is answered in the cycle after it is seen ---------------------

  localparam logic [1:0] RegionRegisters  = 2'd0;
  localparam logic [1:0] RegionLevels     = 2'd1;
  localparam logic [1:0] RegionStartPhase = 2'd2;
  localparam logic [1:0] RegionState      = 2'd3;

  logic [1:0]  region;
  logic [31:0] offset, view_row, view_chunk;
  logic        request, allowed, access;
  logic        levels_allowed, start_allowed, state_allowed, register_allowed;
  logic        levels_read, levels_write, start_read, start_write, state_read;
  logic [31:0] register_rdata, start_rdata, view_word;
  logic [31:0] seed, lfsr;
  logic [31:0] values_in, events_out, steps, stall_cycles;
  logic        done_q, error_q;

  assign region     = cfg_addr_i[CfgAddrWidth-1 -: 2];
  assign offset     = 32'(cfg_addr_i[RegionWidth-1:0]);
  assign view_row   = offset >> ChunkWidth;
  assign view_chunk = offset & 32'((1 << ChunkWidth) - 1);
  assign request    = cfg_valid_i && !done_q;

  assign levels_allowed = idle_i && offset < 32'(NumLevels) &&
                          (!cfg_write_i || cfg_wdata_i <= LevelMax);
  assign start_allowed  = idle_i && offset < 32'(NumStarts) &&
                          (!cfg_write_i || cfg_wdata_i <= PhaseMax);
  assign state_allowed  = idle_i && !cfg_write_i && view_row < 32'(NumRows) &&
                          view_chunk < 32'(NumChunks);

  always_comb begin
    register_allowed = 1'b0;
    register_rdata   = '0;
    case (offset)
      32'd0: begin
        register_allowed = Random && (!cfg_write_i || cfg_wdata_i != '0);
        register_rdata   = seed;
      end
      32'd1: begin
        register_allowed = Random && !cfg_write_i;
        register_rdata   = lfsr;
      end
      32'd8: begin
        register_allowed = !cfg_write_i;
        register_rdata   = values_in;
      end
      32'd9: begin
        register_allowed = !cfg_write_i;
        register_rdata   = events_out;
      end
      32'd10: begin
        register_allowed = !cfg_write_i;
        register_rdata   = steps;
      end
      32'd12: begin
        register_allowed = !cfg_write_i;
        register_rdata   = stall_cycles;
      end
      default: ;
    endcase
  end

  always_comb begin
    case (region)
      RegionRegisters:  allowed = register_allowed;
      RegionLevels:     allowed = levels_allowed;
      RegionStartPhase: allowed = start_allowed;
      default:          allowed = state_allowed;
    endcase
  end

  assign access       = request && allowed;
  assign levels_read  = access && region == RegionLevels && !cfg_write_i;
  assign levels_write = access && region == RegionLevels && cfg_write_i;
  assign start_read   = access && region == RegionStartPhase && !cfg_write_i;
  assign start_write  = access && region == RegionStartPhase && cfg_write_i;
  assign state_read   = access && region == RegionState;

  always_ff @(posedge clk_control or negedge rst_ni) begin
    if (!rst_ni) begin
      done_q  <= 1'b0;
      error_q <= 1'b0;
    end else begin
      done_q <= request;
      if (request) error_q <= !allowed;
    end
  end

  assign cfg_ready_o = done_q;
  assign cfg_error_o = done_q && error_q;
  // The address is held until the answer.
  always_comb begin
    cfg_rdata_o = '0;
    if (done_q && !error_q && !cfg_write_i) begin
      case (region)
        RegionRegisters:  cfg_rdata_o = register_rdata;
        RegionLevels:     cfg_rdata_o = 32'(level);
        RegionStartPhase: cfg_rdata_o = start_rdata;
        default:          cfg_rdata_o = view_word;
      endcase
    end
  end

  // ---- Clock of what does not change with each value or row ------------------------------------

  nacre_clock_gate u_control_gate (
    .clk_i   (clk_i),
    .enable_i(pop_end || (item_done && (marker_q || !more)) || go || verdict ||
              pending_d != pending_q || request || done_q ||
              (Counters >= 1 && clear_counters_i)),
    .clk_o   (clk_control)
  );

  // ---- Level table ----------------------------------------------------------------------------

  assign levels_en_o    = pop_value || levels_read || levels_we_o;
  assign levels_we_o    = levels_write && rst_ni;
  assign levels_addr_o  = (levels_read || levels_write) ? offset[IntensityBits-1:0] : in_payload;
  assign levels_wmask_o = 1'b1;
  assign levels_wdata_o = cfg_wdata_i[P:0];
  assign level          = levels_rdata_i;

  // ---- Start phases (in the random mode a register that nothing uses) -------------------------

  if (StartTable) begin : gen_start_memory
    assign start_en_o    = pop_value || start_read || start_we_o;
    assign start_we_o    = start_write && rst_ni;
    assign start_addr_o  = (start_read || start_write) ? offset[AddressWidth-1:0] : in_address;
    assign start_wmask_o = 1'b1;
    assign start_wdata_o = cfg_wdata_i[P-1:0];
    assign start         = start_rdata_i;
  end else begin : gen_start_register
    wire unused_start = ^{start_read, start_rdata_i};
    nacre_register_reset #(
      .Width(P),
      .Reset(StartPhase[P-1:0])
    ) u_start (
      .clk_i   (clk_control),
      .rst_ni  (rst_ni),
      .enable_i(start_write),
      .d_i     (cfg_wdata_i[P-1:0]),
      .q_o     (start)
    );
    assign start_en_o    = 1'b0;
    assign start_we_o    = 1'b0;
    assign start_addr_o  = '0;
    assign start_wmask_o = 1'b0;
    assign start_wdata_o = '0;
  end
  assign start_rdata = 32'(start);

  // ---- Increments and phases, one row per cycle -----------------------------------------------

  logic [RowWidth-1:0]    row_address;   // of the row that is read
  logic [PhasesWidth-1:0] phases_rdata;

  assign row_address        = state_read ? view_row[RowWidth-1:0] : read_index;
  assign increments_en_o    = increments_we_o || read_row || state_read;
  assign increments_we_o    = load_row && rst_ni;
  assign increments_addr_o  = load_row ? item_row_q : row_address;
  assign increments_wmask_o = '1;
  assign increments_wdata_o = row_increments;

  logic [NumChunks*32-1:0] view;
  always_comb begin
    view = '0;
    for (int l = 0; l < Lanes; l++) begin
      view[l*ViewField     +: P]   = phases_rdata[l*P +: P];
      view[l*ViewField + P +: P+1] = increments_rdata_i[l*(P+1) +: P+1];
    end
  end
  always_comb begin
    view_word = '0;
    for (int k = 0; k < NumChunks; k++) begin
      if (view_chunk == 32'(k)) view_word = view[k*32 +: 32];
    end
  end

  // ---- The two modes --------------------------------------------------------------------------

  // Random mode: the LFSR after `draws` * P bit steps is linear in the register before. Bit j of
  // the result is the parity of its masked bits; the masks come from running the LFSR on masks.
  function automatic logic [32*32-1:0] leap_masks(input int draws);
    logic [32*32-1:0] masks;
    for (int j = 0; j < 32; j++) masks[j*32 +: 32] = 32'd1 << j;
    // Two loops, because Verilator bounds the length of one.
    for (int d = 0; d < draws; d++) begin
      for (int b = 0; b < P; b++) begin
        masks = {masks[31*32-1:0], masks[31*32 +: 32] ^ masks[21*32 +: 32] ^ masks[1*32 +: 32] ^
                                   masks[0 +: 32]};
      end
    end
    leap_masks = masks;
  endfunction

  if (!Random) begin : gen_phase
    logic [PhasesWidth-1:0] next_phases;

    for (genvar l = 0; l < Lanes; l++) begin : gen_lane
      logic [P:0]   increment;
      logic [P-1:0] phase;
      // phase <= 2^P - 1 and increment <= 2^P: the sum is below 2^(P+1).
      logic [P:0]   sum;
      assign phase     = phases_rdata[l*P +: P];
      assign increment = increments_rdata_i[l*(P+1) +: P+1];
      assign sum       = (P+1)'(phase) + increment;
      assign spikes[l] = sum[P];
      assign next_phases[l*P +: P] = sum[P-1:0];
    end

    // The phases are written back in the cycle in which the row is done; the row read then is
    // another one, or, with a single row, none (its marker comes between).
    assign phases_ren_o   = read_row || state_read;
    assign phases_raddr_o = row_address;
    assign phases_rdata   = phases_rdata_i;
    assign phases_wen_o   = (load_row || row_done) && rst_ni;
    assign phases_waddr_o = item_row_q;
    assign phases_wdata_o = load_valid_q ? row_phases : next_phases;
    assign seed           = '0;
    assign lfsr           = '0;
    wire   unused_write_data = ^cfg_wdata_i;
  end else begin : gen_random
    localparam logic [32*32-1:0] RowMasks     = leap_masks(Lanes);
    localparam logic [32*32-1:0] LastRowMasks = leap_masks(LastLanes);

    logic        fresh_q;                    // the next word begins a sample
    logic [31:0] seed_q, lfsr_d, lfsr_q, after_row, after_last_row;

    for (genvar j = 0; j < 32; j++) begin : gen_leap
      assign after_row[j]      = ^(lfsr_q & RowMasks[j*32 +: 32]);
      assign after_last_row[j] = ^(lfsr_q & LastRowMasks[j*32 +: 32]);
    end

    for (genvar l = 0; l < Lanes; l++) begin : gen_lane
      localparam logic [32*32-1:0] DrawMasks = leap_masks(l + 1);
      logic [P-1:0] draw;
      for (genvar j = 0; j < P; j++) begin : gen_draw
        assign draw[j] = ^(lfsr_q & DrawMasks[j*32 +: 32]);
      end
      assign spikes[l] = (P+1)'(draw) < increments_rdata_i[l*(P+1) +: P+1];
    end

    always_ff @(posedge clk_load or negedge rst_ni) begin
      if (!rst_ni)  fresh_q <= 1'b1;
      else if (pop) fresh_q <= pop_end;
    end

    nacre_register_reset #(
      .Width(32),
      .Reset(Seed)
    ) u_seed (
      .clk_i   (clk_control),
      .rst_ni  (rst_ni),
      .enable_i(access && cfg_write_i && region == RegionRegisters),
      .d_i     (cfg_wdata_i),
      .q_o     (seed_q)
    );

    assign lfsr_d = (pop && fresh_q)          ? seed_q
                  : (item_row_q == LastRow) ? after_last_row : after_row;
    nacre_register_reset #(
      .Width(32),
      .Reset(Seed)
    ) u_lfsr (
      .clk_i   (clk_i),
      .rst_ni  (rst_ni),
      .enable_i((pop && fresh_q) || row_done),
      .d_i     (lfsr_d),
      .q_o     (lfsr_q)
    );

    assign phases_ren_o   = 1'b0;
    assign phases_raddr_o = '0;
    assign phases_rdata   = '0;
    assign phases_wen_o   = 1'b0;
    assign phases_waddr_o = '0;
    assign phases_wdata_o = '0;
    assign seed           = seed_q;
    assign lfsr           = lfsr_q;
    wire   unused_random  = ^{phases_rdata_i, row_phases, start};
  end

  // ---- Performance counters -------------------------------------------------------------------

  if (Counters >= 1) begin : gen_counters
    nacre_perf_counter u_values_in (
      .clk_i(clk_load), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(pop_value), .value_o(values_in)
    );
    nacre_perf_counter u_events_out (
      .clk_i(clk_serializer), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(m_valid_o && m_ready_i && m_data_o[OutWidth-1 -: 2] == KindEvent), .value_o(events_out)
    );
    nacre_perf_counter u_steps (
      .clk_i(clk_control), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(item_done && marker_q && !end_q), .value_o(steps)
    );
  end else begin : gen_no_counters
    assign values_in  = '0;
    assign events_out = '0;
    assign steps      = '0;
    wire   unused_clear = clear_counters_i;
  end
  if (Counters >= 2) begin : gen_full_counters
    nacre_perf_counter u_stall_cycles (
      .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(m_valid_o && !m_ready_i), .value_o(stall_cycles)
    );
  end else begin : gen_no_full_counters
    assign stall_cycles = '0;
  end

`ifdef VERILATOR
  input_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                  s_valid_i && !s_ready_o |=> s_valid_i && $stable(s_data_i));
  output_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                   m_valid_o && !m_ready_i |=> m_valid_o && $stable(m_data_o));
  bus_not_during_load : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                         access && (region == RegionLevels ||
                                          region == RegionStartPhase) |-> !pop_value);
  bus_not_during_run : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                        state_read |-> !read_row && !run && !load_row);
  no_read_while_loading : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                           load_row |-> !read_row);
  no_read_of_written_row : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                            read_row && phases_wen_o |-> read_index != item_row_q);
`endif

endmodule
`default_nettype wire
