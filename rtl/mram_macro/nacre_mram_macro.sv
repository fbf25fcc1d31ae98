`default_nettype none
/// Memory of magnetic (or resistive) cells with its controller: sequences of reads and writes,
/// code, spare rows, scrubber (generator/src/kinds/mram_macro/README.md, with the timing).
/// Golden model: sim/golden/mram_macro.
///
/// nacre_mram_front (requests, answers), nacre_mram_control (with the sequencer and the code),
/// nacre_mram_counters and the array nacre_mtj_array, or the macro of that name.  The clock stops
/// while no word is in front, nothing is under way and the bus is quiet.
module nacre_mram_macro #(
  /// Words 1 ... 65536; bits of a word 8 ... 64.
  parameter int Words         = 4,
  parameter int DataBits      = 8,
  /// 0 no code, 1 SECDED, 2 DEC-TED.
  parameter int Ecc           = 1,
  /// 0 reference cells, 1 differential, 2 self-referenced.
  parameter int Sensing       = 0,
  /// Spare rows, 0 ... 16.
  parameter int Spares        = 1,
  /// Controller: see nacre_mram_control.
  parameter bit Journal       = 1'b1,
  parameter bit PreRead       = 1'b1,
  parameter bit Verify        = 1'b1,
  parameter bit SelfTerminate = 1'b0,
  /// Reset values of the registers `timing`, `write_control` and `device_seed`; legal ones.
  parameter logic [31:0] Timing       = 32'h01010101,
  parameter logic [19:0] WriteControl = 20'h00100,
  parameter logic [31:0] DeviceSeed   = 32'd0,
  /// Likewise of `forming`, of which bit 0 is 0; 0: there is no such register, nor need of it.
  parameter logic [20:0] Forming      = 21'd0,
  /// Answered requests per scrubbed word, at most 2^24 - 1; 0: no scrubber.
  parameter int ScrubEvery    = 0,
  /// Array: see nacre_mtj_array.
  parameter int Level         = 0,
  parameter logic [63:0]        Persistent = 64'd0,
  parameter logic [63:0]        Transient  = 64'd0,
  parameter logic [128*32-1:0]  Switching  = {128{32'hffffffff}},
  parameter logic [31:0]        Disturb    = 32'd0,
  parameter logic [31:0]        Retention  = 32'd0,
  parameter logic [47:0]        C0         = 48'd0,
  parameter logic [47:0]        C1         = 48'd0,
  parameter logic [47:0]        C2         = 48'd0,
  parameter logic [47:0]        CT         = 48'd0,
  parameter logic [47:0]        CA         = 48'd0,
  parameter logic [47:0]        CX         = 48'd0,
  parameter logic signed [23:0] R0         = 24'sd0,
  parameter logic signed [23:0] R1         = 24'sd0,
  parameter logic signed [23:0] COffset    = 24'sd0,
  parameter logic signed [23:0] CNoise     = 24'sd0,
  parameter logic signed [23:0] CSelf      = 24'sd0,
  parameter logic signed [23:0] Delta      = 24'sd0,
  /// Energy: see nacre_mram_counters.
  parameter logic [8*20-1:0]    WriteEnergy = 160'd0,
  parameter logic [19:0]        SenseEnergy = 20'd0,
  /// Performance counters: 0 none, 1 basic, 2 full (the same here).
  parameter int Counters      = 1,

  // Derived, not to be set.
  parameter int CheckBits     = (Ecc == 0) ? 0
                              : (Ecc == 1) ? ((DataBits <= 11) ? 5 : (DataBits <= 26) ? 6
                                            : (DataBits <= 57) ? 7 : 8)
                                            : ((DataBits <= 21) ? 11 : (DataBits <= 51) ? 13 : 15),
  parameter int RowBits       = DataBits + CheckBits + (Journal ? 3 : 0),
  parameter int NumDevices    = RowBits * ((Sensing == 1) ? 2 : 1),
  parameter int Rows          = Words + Spares,
  parameter int Lanes         = (DataBits + 31) / 32,
  parameter int AddressWidth  = $clog2((Lanes + 1) * Words),
  parameter int StreamWidth   = 3 + AddressWidth + 32,
  // Configuration window {region[1:0], offset}: 2^RegionWidth words hold each memory, its rows
  // padded to a power of two of words; the registers need 24 + 16, at most 64.
  parameter int NumChunks     = (NumDevices + 31) / 32,
  parameter int ChunkBits     = $clog2(NumChunks),
  parameter int RowWidth      = (Rows > 1) ? $clog2(Rows) : 1,
  parameter int RegionWidth   = (RowWidth + ChunkBits > 6) ? RowWidth + ChunkBits : 6,
  parameter int CfgAddrWidth  = RegionWidth + 2
) (
  input  wire logic                    clk_i,
  input  wire logic                    rst_ni,  ///< asynchronous, active low
  // Configuration (docs/stage_interface.md)
  input  wire logic                    cfg_valid_i,
  input  wire logic                    cfg_write_i,
  input  wire logic [CfgAddrWidth-1:0] cfg_addr_i,
  input  wire logic [31:0]             cfg_wdata_i,
  output logic                         cfg_ready_o,
  output logic      [31:0]             cfg_rdata_o,
  output logic                         cfg_error_o,
  input  wire logic                    idle_i,
  input  wire logic                    clear_counters_i,
  // Requests and answers: values {kind, negative, address, payload}
  input  wire logic                    s_valid_i,
  output logic                         s_ready_o,
  input  wire logic [StreamWidth-1:0]  s_data_i,
  output logic                         m_valid_o,
  input  wire logic                    m_ready_i,
  output logic      [StreamWidth-1:0]  m_data_o,
  output logic                         busy_o,
  output logic      [2:0]              error_o  ///< {marked, write_failed, uncorrectable}
);

  localparam logic [1:0] RegionRegisters = 2'd0;
  localparam logic [1:0] RegionCells     = 2'd1;
  localparam logic [1:0] RegionStates    = 2'd2;
  localparam logic [1:0] RegionWear      = 2'd3;
  localparam logic [31:0] OffsetTiming   = 32'd0;
  localparam logic [31:0] OffsetWrite    = 32'd1;
  localparam logic [31:0] OffsetSeed     = 32'd2;
  localparam logic [31:0] OffsetTime     = 32'd3;
  localparam logic [31:0] OffsetLanes    = 32'd4;
  localparam logic [31:0] OffsetForming  = 32'd6;
  localparam logic [31:0] OffsetCounters = 32'd8;
  localparam int          NumCounters    = 14;
  localparam int          OffsetSpares   = 24;

  localparam bit HasForming   = Forming != 21'd0;
  localparam int WordWidth    = (Words > 1) ? $clog2(Words) : 1;
  localparam int NumRegisters = (Spares > 0) ? Spares : 1;
  localparam int SpareWidth   = WordWidth + 1;
  localparam int RowPadding   = 32 * NumChunks;
  // Bits of a row's last word.
  localparam logic [31:0] LastMask = 32'hffffffff >> (RowPadding - NumDevices);

  if (Words < 1 || Words > 65536 || Counters < 0 || Counters > 2 ||
      (HasForming && (Forming[0] || Forming[5:4] == 2'd0 || !Verify || Sensing != 0)))
  begin : gen_illegal
    nacre_error_mram_macro_parameter_is_out_of_range u_error ();
  end

  logic clk_stage;     // clk_i while there is something to do
  logic clk_cfg;       // ... while the bus asks
  logic front_busy, counters_busy;
  logic wl, wl_q;      // an open row is written back in the cycle after

  // It runs during a reset, too: what watches the stage with this clock sees each reset, and the
  // array sees its word line fall.
  nacre_clock_gate u_clock (
    .clk_i   (clk_i),
    .enable_i(!rst_ni || s_valid_i || busy_o || wl_q || cfg_valid_i
              || (Counters >= 1 && (counters_busy || clear_counters_i))),
    .clk_o   (clk_stage)
  );
  nacre_clock_gate u_cfg_clock (
    .clk_i   (clk_stage),
    .enable_i(cfg_valid_i),
    .clk_o   (clk_cfg)
  );
  always_ff @(posedge clk_stage) wl_q <= wl;

  // ---- Registers ------------------------------------------------------------------------------

  logic                    cfg_request;  // first cycle of a request
  logic [1:0]              cfg_region;
  logic [RegionWidth-1:0]  cfg_offset;
  logic [31:0]             offset;
  logic                    bus_idle;     // nothing is under way: registers and array are the bus's
  logic                    write;        // ... and a legal write to a register
  logic                    timing_legal, write_control_legal, register_legal;
  logic                    spare_selected, counter_selected;
  logic [31:0]             timing, seed, now;
  logic [19:0]             write_control;
  logic [NumRegisters-1:0] spare_we;
  logic [NumRegisters*SpareWidth-1:0] spares;
  logic [NumCounters*32-1:0] counts;     // counters 8 ... 21
  logic                    forming_legal;
  logic [20:0]             forming;
  logic [31:0]             pulse_timing; // what the controller works with
  logic [19:0]             pulse_control;

  assign {cfg_region, cfg_offset} = cfg_addr_i;
  assign offset      = 32'(cfg_offset);
  assign bus_idle    = idle_i && !busy_o;
  assign cfg_request = cfg_valid_i && !cfg_ready_o && view_q == 2'd0;

  function automatic logic duration_legal(input logic [7:0] cycles);
    duration_legal = cycles != 8'd0 && cycles <= 8'd16;
  endfunction
  assign timing_legal = duration_legal(cfg_wdata_i[7:0]) && duration_legal(cfg_wdata_i[15:8])
                     && duration_legal(cfg_wdata_i[23:16]) && duration_legal(cfg_wdata_i[31:24]);
  assign write_control_legal = (cfg_wdata_i & ~32'h000f7f33) == 32'd0
                            && cfg_wdata_i[11:8] != 4'd0;
  assign counter_selected = offset >= OffsetCounters && offset < OffsetCounters + NumCounters
                         - 32'(!HasForming);
  assign spare_selected   = offset >= 32'(OffsetSpares) && offset < 32'(OffsetSpares + Spares);

  always_comb begin
    case (offset)
      OffsetTiming:           register_legal = timing_legal;
      OffsetWrite:            register_legal = write_control_legal;
      OffsetSeed, OffsetTime: register_legal = 1'b1;
      OffsetForming:          register_legal = forming_legal;
      default:                register_legal = spare_selected
                                            && (cfg_wdata_i & 32'h7fffffff) < 32'(Words);
    endcase
    if (cfg_write_i) register_legal = register_legal && bus_idle;
    else             register_legal = offset < OffsetLanes + 32'(Lanes) || counter_selected
                                   || (HasForming && offset == OffsetForming)
                                   || spare_selected;
    if (cfg_region != RegionRegisters) register_legal = 1'b0;
  end
  assign write = cfg_request && cfg_write_i && register_legal;

  nacre_register_reset #(
    .Width(32),
    .Reset(Timing)
  ) u_timing (
    .clk_i   (clk_cfg),
    .rst_ni  (rst_ni),
    .enable_i(write && offset == OffsetTiming),
    .d_i     (cfg_wdata_i),
    .q_o     (timing)
  );
  nacre_register_reset #(
    .Width(20),
    .Reset(WriteControl)
  ) u_write_control (
    .clk_i   (clk_cfg),
    .rst_ni  (rst_ni),
    .enable_i(write && offset == OffsetWrite),
    .d_i     (cfg_wdata_i[19:0]),
    .q_o     (write_control)
  );
  nacre_register_reset #(
    .Width(32),
    .Reset(DeviceSeed)
  ) u_seed (
    .clk_i   (clk_cfg),
    .rst_ni  (rst_ni),
    .enable_i(write && offset == OffsetSeed),
    .d_i     (cfg_wdata_i),
    .q_o     (seed)
  );
  nacre_register_reset #(
    .Width(32),
    .Reset(32'd0)
  ) u_time (
    .clk_i   (clk_cfg),
    .rst_ni  (rst_ni),
    .enable_i(write && offset == OffsetTime),
    .d_i     (cfg_wdata_i),
    .q_o     (now)
  );
  if (HasForming) begin : gen_forming
    assign forming_legal = (cfg_wdata_i & ~32'h001f0f31) == 32'd0
                        && cfg_wdata_i[5:4] != 2'd0 && cfg_wdata_i[11:8] != 4'd0
                        && duration_legal({3'd0, cfg_wdata_i[20:16]});
    nacre_register_reset #(
      .Width(21),
      .Reset(Forming)
    ) u_forming (
      .clk_i   (clk_cfg),
      .rst_ni  (rst_ni),
      .enable_i(write && offset == OffsetForming),
      .d_i     (cfg_wdata_i[20:0]),
      .q_o     (forming)
    );
  end else begin : gen_no_forming
    assign forming_legal = 1'b0;
    assign forming       = 21'd0;
  end
  // While bit 0 is set rows are formed: same steps, other pulses.  Constant during a request, as
  // the registers are.
  assign pulse_timing  = {timing[31:24], forming[0] ? {3'd0, forming[20:16]} : timing[23:16],
                          timing[15:0]};
  assign pulse_control = forming[0] ? {8'd0, forming[11:8], 6'd0, forming[5:4]} : write_control;

  always_comb begin
    for (int n = 0; n < NumRegisters; n = n + 1) begin
      spare_we[n] = write && offset == 32'(OffsetSpares + n);
    end
  end

  // ---- Windows of the array -------------------------------------------------------------------

  logic [31:0]            cells_row, cells_chunk;
  logic                   cells_legal, view_legal;
  logic                   row_complete;  // the last word of a row is written
  logic                   load_q;
  logic [1:0]             view_q;        // 1, 2: cycles of an opening for the bus
  logic [RowWidth-1:0]    bus_row;
  logic [RowPadding-1:0]  cells;
  logic [RowPadding-1:0]  states;
  logic [31:0]            view, view_d, view_row_wear;
  logic                   hold;          // the array is the bus's in this cycle or the next one

  assign cells_row   = offset >> ((cfg_region == RegionWear) ? 0 : ChunkBits);
  assign cells_chunk = (cfg_region == RegionWear) ? 32'd0 : offset & 32'((1 << ChunkBits) - 1);
  assign row_complete = cells_chunk == 32'(NumChunks - 1);
  assign cells_legal = cfg_region == RegionCells && cfg_write_i && bus_idle
                    && cells_row < 32'(Rows) && cells_chunk < 32'(NumChunks)
                    && (!row_complete || (cfg_wdata_i & ~LastMask) == 32'd0);
  assign view_legal  = (cfg_region == RegionStates || cfg_region == RegionWear) && !cfg_write_i
                    && bus_idle && cells_row < 32'(Rows) && cells_chunk < 32'(NumChunks);
  assign bus_row     = RowWidth'(cells_row);
  assign hold        = (cfg_request && (cells_legal || view_legal)) || view_q != 2'd0 || load_q;

  for (genvar c = 0; c < NumChunks; c = c + 1) begin : gen_chunk
    nacre_register #(
      .Width(32)
    ) u_cells (
      .clk_i   (clk_cfg),
      .enable_i(cfg_request && cells_legal && cells_chunk == 32'(c)),
      .d_i     (cfg_wdata_i),
      .q_o     (cells[32*c +: 32])
    );
  end
  if (RowPadding > NumDevices) begin : gen_padding
    wire unused_padding = ^cells[RowPadding-1:NumDevices];
    assign states[RowPadding-1:NumDevices] = {(RowPadding - NumDevices){1'b0}};
  end
  always_comb begin
    view_d = 32'd0;
    for (int c = 0; c < NumChunks; c = c + 1) begin
      if (cells_chunk == 32'(c)) view_d = states[32*c +: 32];
    end
    if (cfg_region == RegionWear) view_d = view_row_wear;
  end

  // A request is answered in the cycle after it; a view of a row takes an opening of two cycles.
  always_ff @(posedge clk_cfg or negedge rst_ni) begin
    if (!rst_ni) begin
      cfg_ready_o <= 1'b0;
      load_q      <= 1'b0;
      view_q      <= 2'd0;
    end else begin
      cfg_ready_o <= (cfg_request && !view_legal) || view_q == 2'd2;
      load_q      <= cfg_request && cells_legal && row_complete;
      view_q      <= (cfg_request && view_legal) ? 2'd1 : (view_q == 2'd1) ? 2'd2 : 2'd0;
    end
  end
  // Valid with cfg_ready_o.
  always_ff @(posedge clk_cfg) begin
    cfg_error_o <= cfg_request && !(register_legal || cells_legal || view_legal);
  end
  nacre_register #(
    .Width(32)
  ) u_view (
    .clk_i   (clk_cfg),
    .enable_i(view_q == 2'd2),
    .d_i     (view_d),
    .q_o     (view)
  );

  logic [DataBits-1:0] write_data;     // lanes register
  logic [Lanes*32-1:0] lanes;
  logic [31:0]         register_rdata;
  assign lanes = (Lanes*32)'(write_data);
  always_comb begin
    register_rdata = 32'd0;
    case (offset)
      OffsetTiming: register_rdata = timing;
      OffsetWrite:  register_rdata = 32'(write_control);
      OffsetSeed:   register_rdata = seed;
      OffsetTime:   register_rdata = now;
      OffsetForming: register_rdata = 32'(forming);
      default: ;
    endcase
    for (int n = 0; n < Lanes; n = n + 1) begin
      if (offset == OffsetLanes + 32'(n)) register_rdata = lanes[n*32 +: 32];
    end
    for (int n = 0; n < NumCounters; n = n + 1) begin
      if (offset == OffsetCounters + 32'(n)) register_rdata = counts[n*32 +: 32];
    end
    for (int n = 0; n < Spares; n = n + 1) begin
      if (offset == 32'(OffsetSpares + n)) begin
        register_rdata = spares[n*SpareWidth + WordWidth]
                       ? {1'b1, 31'(spares[n*SpareWidth +: WordWidth])} : 32'd0;
      end
    end
  end
  assign cfg_rdata_o = !(cfg_ready_o && !cfg_error_o && !cfg_write_i) ? 32'd0
                     : (cfg_region == RegionRegisters) ? register_rdata : view;

  // ---- Front, controller, array ---------------------------------------------------------------

  logic                  start, request_write, scrub, done, active;
  logic [WordWidth-1:0]  word;
  logic [DataBits-1:0]   read_data;
  logic [23:0]           status;
  logic                  read, uncorrectable, scrubbed, left_alone, written, failed, retry;
  logic                  pulse, sensed;
  logic [1:0]            corrected;
  logic                  control_wl, latch, direction;
  logic [1:0]            mode, amplitude;
  logic [RowWidth-1:0]   row, control_row;
  logic [RowBits-1:0]    q, meta;
  logic [NumDevices-1:0] drive;

  nacre_mram_front #(
    .Words     (Words),
    .DataBits  (DataBits),
    .ScrubEvery(ScrubEvery)
  ) u_front (
    .clk_i    (clk_stage),
    .rst_ni   (rst_ni),
    .s_valid_i(s_valid_i),
    .s_ready_o(s_ready_o),
    .s_data_i (s_data_i),
    .m_valid_o(m_valid_o),
    .m_ready_i(m_ready_i),
    .m_data_o (m_data_o),
    .hold_i   (hold),
    .busy_o   (front_busy),
    .error_o  (error_o),
    .start_o  (start),
    .write_o  (request_write),
    .scrub_o  (scrub),
    .word_o   (word),
    .data_o   (write_data),
    .done_i   (done),
    .data_i   (read_data),
    .status_i (status)
  );
  assign busy_o = front_busy || m_valid_o;

  nacre_mram_control #(
    .Words        (Words),
    .DataBits     (DataBits),
    .Ecc          (Ecc),
    .Sensing      (Sensing),
    .Spares       (Spares),
    .Journal      (Journal),
    .PreRead      (PreRead),
    .Verify       (Verify),
    .SelfTerminate(SelfTerminate)
  ) u_control (
    .clk_i          (clk_stage),
    .rst_ni         (rst_ni),
    .timing_i       (pulse_timing),
    .write_control_i(pulse_control),
    .spare_we_i     (spare_we),
    .spare_wdata_i  ({cfg_wdata_i[31], cfg_wdata_i[WordWidth-1:0]}),
    .spares_o       (spares),
    .start_i        (start),
    .write_i        (request_write),
    .scrub_i        (scrub),
    .word_i         (word),
    .data_i         (forming[0] ? {DataBits{1'b0}} : write_data),
    .active_o       (active),
    .done_o         (done),
    .data_o         (read_data),
    .status_o       (status),
    .read_o         (read),
    .corrected_o    (corrected),
    .uncorrectable_o(uncorrectable),
    .scrubbed_o     (scrubbed),
    .left_alone_o   (left_alone),
    .written_o      (written),
    .failed_o       (failed),
    .retry_o        (retry),
    .pulse_o        (pulse),
    .sensed_o       (sensed),
    .wl_o           (control_wl),
    .row_o          (control_row),
    .latch_o        (latch),
    .mode_o         (mode),
    .q_i            (q),
    .meta_i         (meta),
    .drive_o        (drive),
    .direction_o    (direction),
    .amplitude_o    (amplitude),
    .state_i        (states[NumDevices-1:0])
  );
  wire unused_active = active;

  assign wl  = control_wl || view_q != 2'd0;
  assign row = (view_q != 2'd0) ? bus_row : control_row;

  nacre_mtj_array #(
    .Rows          (Rows),
    .Bits          (RowBits),
    .DevicesPerBit (NumDevices / RowBits),
    .Level         (Level),
    .FormingAmplitude(32'(Forming[5:4])),
    .Persistent    (Persistent),
    .Transient     (Transient),
    .Switching     (Switching),
    .Disturb       (Disturb),
    .Retention     (Retention),
    .C0            (C0),
    .C1            (C1),
    .C2            (C2),
    .CT            (CT),
    .CA            (CA),
    .CX            (CX),
    .R0            (R0),
    .R1            (R1),
    .COffset       (COffset),
    .CNoise        (CNoise),
    .CSelf         (CSelf),
    .Delta         (Delta)
  ) u_array (
    .clk_i       (clk_stage),
    .seed_i      (seed),
    .time_i      (now),
    .wl_i        (wl),
    .row_i       (row),
    .latch_i     (latch),
    .mode_i      (mode),
    .q_o         (q),
    .meta_o      (meta),
    .drive_i     (drive),
    .direction_i (direction),
    .amplitude_i (amplitude),
    .state_o     (states[NumDevices-1:0]),
    .wear_o      (view_row_wear),
    .load_i      (load_q),
    .load_row_i  (bus_row),
    .load_state_i(cells[NumDevices-1:0])
  );

  // ---- Performance counters -------------------------------------------------------------------

  if (Counters >= 1) begin : gen_counters
    // Those that count events, by their place; the others are sums.
    localparam logic [NumCounters-1:0] IsEvent = {HasForming, 13'b0_0011_1110_0111};
    logic [NumCounters-1:0] events;
    assign events = {written && !failed && forming[0], 3'b000, left_alone, scrubbed, retry, failed,
                     uncorrectable, 2'b00, pulse, written, read};
    for (genvar n = 0; n < NumCounters; n = n + 1) begin : gen_counter
      if (IsEvent[n]) begin : gen_event
        nacre_perf_counter u_counter (
          .clk_i  (clk_stage),
          .rst_ni (rst_ni),
          .clear_i(clear_counters_i),
          .en_i   (events[n]),
          .value_o(counts[n*32 +: 32])
        );
      end else begin : gen_sum
        wire unused_event = events[n];
        if (n == NumCounters - 1) begin : gen_none
          assign counts[n*32 +: 32] = 32'd0;
        end
      end
    end
    nacre_mram_counters #(
      .RowBits    (RowBits),
      .NumDevices (NumDevices),
      .WriteEnergy(WriteEnergy),
      .SenseEnergy(SenseEnergy)
    ) u_sums (
      .clk_i            (clk_stage),
      .rst_ni           (rst_ni),
      .clear_i          (clear_counters_i),
      .pulse_i          (pulse),
      .drive_i          (drive),
      .direction_i      (direction),
      .amplitude_i      (amplitude),
      .latch_i          (latch),
      .sensed_i         (sensed),
      .meta_i           (meta),
      .corrected_i      (corrected),
      .busy_o           (counters_busy),
      .pulsed_bits_o    (counts[3*32 +: 32]),
      .corrected_bits_o (counts[4*32 +: 32]),
      .metastable_bits_o(counts[10*32 +: 32]),
      .energy_o         (counts[11*32 +: 64])
    );
  end else begin : gen_no_counters
    wire unused_events = ^{clear_counters_i, pulse, read, written, uncorrectable, scrubbed,
                           left_alone, failed, retry, sensed, corrected};
    assign counts        = {(NumCounters*32){1'b0}};
    assign counters_busy = 1'b0;
  end

`ifdef VERILATOR
  input_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                  s_valid_i && !s_ready_o |=> s_valid_i && $stable(s_data_i));
  output_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                   m_valid_o && !m_ready_i |=> m_valid_o && $stable(m_data_o));
  one_word_line : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                   !(control_wl && (view_q != 2'd0 || load_q)));
`endif

endmodule
`default_nettype wire
