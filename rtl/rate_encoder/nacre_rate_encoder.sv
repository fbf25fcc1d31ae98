`default_nettype none
/// Intensity to spikes at a proportional rate (generator/src/kinds/rate_encoder/README.md).
///
/// Phase accumulator: s = phase + increment; spike when s >= 2^P; phase' = s mod 2^P.
/// Random: spike when r < increment, r = P fresh bits of one LFSR per input and time step.
///
/// A frame is loaded at one value per cycle: the level table is read once per value, and rows of
/// `Lanes` fields {increment, phase} are written to the state memory. A time step reads the rows in
/// order, one per cycle; a row of k > 1 spikes holds the output for k cycles. Cycle by cycle:
/// section Timing of the README. Golden model: sim/golden/rate_encoder.
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
  parameter int CfgAddrWidth = RegionWidth + 2
) (
  input  wire logic                    clk_i,
  input  wire logic                    rst_ni,            ///< asynchronous, active low
  // Configuration
  input  wire logic                    cfg_valid_i,
  input  wire logic                    cfg_write_i,
  input  wire logic [CfgAddrWidth-1:0] cfg_addr_i,
  input  wire logic [31:0]             cfg_wdata_i,
  output logic                         cfg_ready_o,
  output logic      [31:0]             cfg_rdata_o,
  output logic                         cfg_error_o,
  input  wire logic                    idle_i,            ///< memory windows may be accessed
  input  wire logic                    clear_counters_i,
  // Control of the time steps
  input  wire logic                    single_step_i,
  input  wire logic                    step_i,
  input  wire logic                    verdict_valid_i,
  input  wire logic                    verdict_i,         ///< 1: the sample is decided
  // Values {kind, negative, address, payload}
  input  wire logic                    s_valid_i,
  output logic                         s_ready_o,
  input  wire logic [InWidth-1:0]      s_data_i,
  // Events {kind, negative, address}
  output logic                         m_valid_o,
  input  wire logic                    m_ready_i,
  output logic      [OutWidth-1:0]     m_data_o,
  output logic                         busy_o,
  output logic      [1:0]              error_o            ///< {frame_short, frame_order}
);

  localparam logic [1:0] KindEvent       = 2'd0;
  localparam logic [1:0] KindValue       = 2'd2;
  localparam logic [1:0] KindEndOfSample = 2'd3;

  localparam int P          = PhaseBits;
  localparam int LaneWidth  = $clog2(Lanes);
  localparam int LaneBits   = (LaneWidth > 0) ? LaneWidth : 1;
  localparam int RowWidth   = (NumRows > 1) ? $clog2(NumRows) : 1;
  // Counts 0 ... N: N means that the frame is complete.
  localparam int NextWidth  = $clog2(NumInputs + 1);
  localparam int StepWidth  = (TimeSteps > 1) ? $clog2(TimeSteps) : 1;
  // What the state memory keeps of an input: no phase in the random mode.
  localparam int FieldWidth = Random ? P + 1 : 2 * P + 1;
  localparam int StateWidth = Lanes * FieldWidth;
  // The state window always shows {increment, phase}.
  localparam int ViewField  = 2 * P + 1;
  localparam int NumChunks  = (Lanes * ViewField + 31) / 32;
  localparam int NumLevels  = 1 << IntensityBits;
  localparam bit StartTable = StartPerInput && !Random;
  localparam int NumStarts  = StartTable ? NumInputs : 1;

  localparam logic [RowWidth-1:0]  LastRow    = RowWidth'(NumRows - 1);
  localparam logic [NextWidth-1:0] FrameEnd   = NextWidth'(NumInputs);
  localparam logic [NextWidth-1:0] LastInput  = NextWidth'(NumInputs - 1);
  localparam logic [LaneBits-1:0]  LastLane   = LaneBits'(Lanes - 1);
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

  logic [1:0]               in_kind;
  logic [AddressWidth-1:0]  in_address;
  logic [IntensityBits-1:0] in_payload;
  logic                     pop, pop_end, pop_value, complete;
  logic [NextWidth-1:0]     next_q;       // values taken = the address that must come next
  logic [RowWidth-1:0]      next_row;
  logic [LaneBits-1:0]      next_lane;
  wire                      unused_negative = s_data_i[InWidth-3];

  assign s_ready_o  = state_q == StLoad;
  assign in_kind    = s_data_i[InWidth-1 -: 2];
  assign in_address = s_data_i[IntensityBits +: AddressWidth];
  assign in_payload = s_data_i[IntensityBits-1:0];
  assign pop        = s_valid_i && s_ready_o;
  assign pop_end    = pop && in_kind == KindEndOfSample;
  assign complete   = next_q == FrameEnd;
  assign pop_value  = pop && in_kind == KindValue && !complete &&
                      32'(in_address) == 32'(next_q);
  assign next_row   = RowWidth'(next_q >> LaneWidth);
  if (Lanes == 1) begin : gen_next_lane_0
    assign next_lane = 1'b0;
  end else begin : gen_next_lane
    assign next_lane = LaneBits'((NextWidth + LaneBits)'(next_q));
  end

  assign error_o = {pop_end && !complete, pop && !pop_end && !pop_value};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)        next_q <= '0;
    else if (pop_end)   next_q <= '0;
    else if (pop_value) next_q <= next_q + NextWidth'(1);
  end

  // ---- Load: one cycle after its pop a value's level is known and its field goes to the row ---

  logic                  load_valid_q, load_last_q;
  logic [RowWidth-1:0]   load_row_q;
  logic [LaneBits-1:0]   load_lane_q;
  logic [P:0]            level;
  logic [FieldWidth-1:0] load_field;
  logic [StateWidth-1:0] row_q, row_next;

  // Lanes beyond the last input stay 0: an increment of 0 never spikes.
  always_comb begin
    row_next = (load_lane_q == '0) ? '0 : row_q;
    for (int l = 0; l < Lanes; l++) begin
      if (load_lane_q == LaneBits'(l)) row_next[l*FieldWidth +: FieldWidth] = load_field;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) load_valid_q <= 1'b0;
    else         load_valid_q <= pop_value;
  end

  // Data only, valid with load_valid_q.
  always_ff @(posedge clk_i) begin
    if (pop_value) begin
      load_row_q  <= next_row;
      load_lane_q <= next_lane;
      load_last_q <= next_lane == LastLane || next_q == LastInput;
    end
    if (load_valid_q) row_q <= row_next;
  end

  // ---- Time steps -----------------------------------------------------------------------------

  logic                 marker_q, end_q;      // the item is a marker; it is end_of_sample
  logic [RowWidth-1:0]  item_row_q;
  logic [StepWidth-1:0] step_q;
  logic                 pending_q;            // a step pulse is remembered
  logic                 run, row_done, item_done, last_step, go, verdict;
  logic                 begin_step;           // row 0 of the next time step is read
  logic                 read_row;             // a row is read for the next cycle
  logic [RowWidth-1:0]  read_index;
  logic [Lanes-1:0]     spikes;
  logic                 any_spike, serializer_valid, serializer_ready, serializer_busy;
  logic [StateWidth-1:0] state_rdata, state_update;

  assign run              = state_q == StRun;
  assign any_spike        = |spikes;
  assign serializer_valid = run && (marker_q || any_spike);
  // A silent row passes even while the serializer is busy.
  assign item_done        = run && ((!marker_q && !any_spike) || serializer_ready);
  assign row_done         = item_done && !marker_q;
  assign last_step        = step_q == LastStep;
  assign go               = state_q == StStart && (!single_step_i || pending_q);
  assign verdict          = state_q == StVerdict && verdict_valid_i;
  assign begin_step       = go || (!single_step_i && !last_step &&
                            ((verdict && !verdict_i) ||
                             (!StopOn && item_done && marker_q && !end_q)));
  assign read_row         = begin_step || (row_done && item_row_q != LastRow);
  assign read_index       = begin_step ? '0 : item_row_q + RowWidth'(1);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q    <= StLoad;
      marker_q   <= 1'b0;
      end_q      <= 1'b0;
      item_row_q <= '0;
      step_q     <= '0;
      pending_q  <= 1'b0;
    end else begin
      pending_q <= single_step_i && (step_i || (pending_q && !go));

      if (pop_end) begin
        state_q  <= complete ? StStart : StRun;
        marker_q <= 1'b1;
        end_q    <= 1'b1;
        step_q   <= '0;
      end
      if (row_done) begin
        if (item_row_q == LastRow) begin
          marker_q <= 1'b1;
          end_q    <= 1'b0;
        end else begin
          item_row_q <= item_row_q + RowWidth'(1);
        end
      end
      if (item_done && marker_q) begin
        if (end_q)                     state_q <= StLoad;
        else if (StopOn)               state_q <= StVerdict;
        else if (last_step)            end_q   <= 1'b1;
        else begin
          step_q  <= step_q + StepWidth'(1);
          state_q <= StStart;
        end
      end
      if (verdict) begin
        if (verdict_i || last_step) begin
          state_q <= StRun;
          end_q   <= 1'b1;
        end else begin
          step_q  <= step_q + StepWidth'(1);
          state_q <= StStart;
        end
      end
      // Last, because a step that need not wait leaves StStart at once.
      if (begin_step) begin
        state_q    <= StRun;
        marker_q   <= 1'b0;
        end_q      <= 1'b0;
        item_row_q <= '0;
      end
    end
  end

  assign busy_o = load_valid_q || run || state_q == StVerdict || go || serializer_busy;

  nacre_spike_serializer #(
    .Addresses (NumInputs),
    .Lanes     (Lanes),
    .CountWidth(1)
  ) u_serializer (
    .clk_i            (clk_i),
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
  logic        done_q, error_q, read_q;
  logic [1:0]  region_q;
  logic [31:0] register_q, chunk_q;

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

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      done_q     <= 1'b0;
      error_q    <= 1'b0;
      read_q     <= 1'b0;
      region_q   <= RegionRegisters;
      register_q <= '0;
      chunk_q    <= '0;
    end else begin
      done_q <= request;
      if (request) begin
        error_q    <= !allowed;
        read_q     <= allowed && !cfg_write_i;
        region_q   <= region;
        register_q <= register_rdata;
        chunk_q    <= view_chunk;
      end
    end
  end

  assign cfg_ready_o = done_q;
  assign cfg_error_o = done_q && error_q;
  always_comb begin
    cfg_rdata_o = '0;
    if (done_q && read_q) begin
      case (region_q)
        RegionRegisters:  cfg_rdata_o = register_q;
        RegionLevels:     cfg_rdata_o = 32'(level);
        RegionStartPhase: cfg_rdata_o = start_rdata;
        default:          cfg_rdata_o = view_word;
      endcase
    end
  end

  // ---- Level table ----------------------------------------------------------------------------

  nacre_mem_1r1w #(
    .Width(P + 1),
    .Depth(NumLevels)
  ) u_levels (
    .clk_i  (clk_i),
    .ren_i  (pop_value || levels_read),
    .raddr_i(levels_read ? offset[IntensityBits-1:0] : in_payload),
    .rdata_o(level),
    .wen_i  (levels_write && rst_ni),
    .waddr_i(offset[IntensityBits-1:0]),
    .wdata_i(cfg_wdata_i[P:0])
  );

  // ---- Start phases (in the random mode a register that nothing uses) -------------------------

  logic [P-1:0] start;

  if (StartTable) begin : gen_start_memory
    nacre_mem_1r1w #(
      .Width(P),
      .Depth(NumInputs)
    ) u_start (
      .clk_i  (clk_i),
      .ren_i  (pop_value || start_read),
      .raddr_i(start_read ? offset[AddressWidth-1:0] : in_address),
      .rdata_o(start),
      .wen_i  (start_write && rst_ni),
      .waddr_i(offset[AddressWidth-1:0]),
      .wdata_i(cfg_wdata_i[P-1:0])
    );
  end else begin : gen_start_register
    logic [P-1:0] start_q;
    wire          unused_start_read = start_read;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni)          start_q <= StartPhase[P-1:0];
      else if (start_write) start_q <= cfg_wdata_i[P-1:0];
    end
    assign start = start_q;
  end
  assign start_rdata = 32'(start);

  // ---- State memory, one row per cycle --------------------------------------------------------

  logic                  state_wen;
  logic [RowWidth-1:0]   state_waddr;
  logic [StateWidth-1:0] state_wdata;

  nacre_mem_1r1w #(
    .Width(StateWidth),
    .Depth(NumRows)
  ) u_state (
    .clk_i  (clk_i),
    .ren_i  (read_row || state_read),
    .raddr_i(state_read ? view_row[RowWidth-1:0] : read_index),
    .rdata_o(state_rdata),
    .wen_i  (state_wen && rst_ni),
    .waddr_i(state_waddr),
    .wdata_i(state_wdata)
  );

  logic [NumChunks*32-1:0] view;
  always_comb begin
    view = '0;
    for (int l = 0; l < Lanes; l++) begin
      view[l*ViewField + (Random ? P : 0) +: FieldWidth] = state_rdata[l*FieldWidth +: FieldWidth];
    end
  end
  always_comb begin
    view_word = '0;
    for (int k = 0; k < NumChunks; k++) begin
      if (chunk_q == 32'(k)) view_word = view[k*32 +: 32];
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
    // The start phase enters with the increment, so the first time step is like any other.
    assign load_field  = {level, start};

    for (genvar l = 0; l < Lanes; l++) begin : gen_lane
      logic [P:0]   increment;
      logic [P-1:0] phase;
      // phase <= 2^P - 1 and increment <= 2^P: the sum is below 2^(P+1).
      logic [P:0]   sum;
      assign phase     = state_rdata[l*FieldWidth +: P];
      assign increment = state_rdata[l*FieldWidth + P +: P+1];
      assign sum       = (P+1)'(phase) + increment;
      assign spikes[l] = sum[P];
      assign state_update[l*FieldWidth +: FieldWidth] = {increment, sum[P-1:0]};
    end

    // The row is written back in the cycle in which it is done; the row read then is another one,
    // or, with a single row, none (its marker comes between).
    assign state_wen   = (load_valid_q && load_last_q) || row_done;
    assign state_waddr = load_valid_q ? load_row_q : item_row_q;
    assign state_wdata = load_valid_q ? row_next : state_update;
    assign seed        = '0;
    assign lfsr        = '0;
    wire   unused_write_data = ^cfg_wdata_i;
  end else begin : gen_random
    localparam int LastLanes = NumInputs - (NumRows - 1) * Lanes;
    localparam logic [32*32-1:0] RowMasks     = leap_masks(Lanes);
    localparam logic [32*32-1:0] LastRowMasks = leap_masks(LastLanes);

    logic        fresh_q;                    // the next word begins a sample
    logic [31:0] seed_q, lfsr_q, after_row, after_last_row;

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
      assign spikes[l] = (P+1)'(draw) < state_rdata[l*FieldWidth +: FieldWidth];
    end

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        fresh_q <= 1'b1;
        seed_q  <= Seed;
        lfsr_q  <= Seed;
      end else begin
        if (pop) fresh_q <= pop_end;
        if (access && cfg_write_i && region == RegionRegisters) seed_q <= cfg_wdata_i;
        if (pop && fresh_q) lfsr_q <= seed_q;
        else if (row_done)  lfsr_q <= (item_row_q == LastRow) ? after_last_row : after_row;
      end
    end

    assign load_field   = level;
    assign state_update = '0;
    assign state_wen    = load_valid_q && load_last_q;
    assign state_waddr  = load_row_q;
    assign state_wdata  = row_next;
    assign seed         = seed_q;
    assign lfsr         = lfsr_q;
    wire   unused_random = ^state_update;
  end

  // ---- Performance counters -------------------------------------------------------------------

  if (Counters >= 1) begin : gen_counters
    nacre_perf_counter u_values_in (
      .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(pop_value), .value_o(values_in)
    );
    nacre_perf_counter u_events_out (
      .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(m_valid_o && m_ready_i && m_data_o[OutWidth-1 -: 2] == KindEvent), .value_o(events_out)
    );
    nacre_perf_counter u_steps (
      .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear_counters_i),
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
                                         levels_read || start_read |-> !pop_value);
  bus_not_during_run : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                        state_read |-> !read_row && !run);
  no_read_of_written_row : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                            read_row && state_wen |-> read_index != state_waddr);
`endif

endmodule
`default_nettype wire
