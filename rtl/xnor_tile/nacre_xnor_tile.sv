`default_nettype none
/// Binarised layer on memory arrays: XNOR of stored weights and inputs, popcount, threshold
/// (generator/src/kinds/xnor_tile/README.md, with the timing).  Golden model: sim/golden/xnor_tile.
///
/// nacre_xnor_front (frames), nacre_xnor_engine (reads, popcounts, words) and the arrays
/// nacre_mtj_array, or the macros of that name.  The clock stops while no word is in front, nothing
/// is under way and the bus is quiet.
module nacre_xnor_tile #(
  /// Values of a frame N, neurons M: 1 ... 65536.
  parameter int NumInputs     = 4,
  parameter int NumOutputs    = 4,
  /// Columns of an array, 1 ... 1024; arrays: see nacre_xnor_engine; together at most 4096 columns.
  parameter int RowBits       = 4,
  parameter int Tiles         = 1,
  /// 1: a row holds the weights of one input; 0: of one neuron.
  parameter bit Parallel      = 1'b0,
  /// 1: all weights are read at once, arrays have one row.  Not with Parallel.
  parameter bit Full          = 1'b0,
  /// 2: pairs of complementary devices, 1: devices against a reference.
  parameter int DevicesPerBit = 2,
  /// 1: popcounts are sent; 0: their comparison with a threshold.
  parameter bit Popcount      = 1'b0,
  /// 1: end_of_step closes a frame; 0: end_of_sample does.
  parameter bit Steps         = 1'b0,
  /// Reset values of the registers: cycles 1 ... 16 each; device_seed.
  parameter int          Precharge = 1,
  parameter int          Evaluate  = 1,
  parameter logic [31:0] Seed      = 32'd0,
  /// Arrays: see nacre_mtj_array.
  parameter int Level         = 0,
  parameter logic [63:0]        Persistent = 64'd0,
  parameter logic [63:0]        Transient  = 64'd0,
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
  /// Performance counters: 0 none, 1 basic, 2 full.
  parameter int Counters      = 1,

  // Derived, not to be set.
  parameter int NumColumns     = RowBits * Tiles,
  parameter int Folds          =
      (Parallel || Full) ? 1 : (NumInputs + NumColumns - 1) / NumColumns,
  parameter int Rows           = Full ? 1 : Parallel ? NumInputs : NumOutputs * Folds,
  parameter int NumDevices     = RowBits * DevicesPerBit,
  parameter int InAddressWidth = (NumInputs > 1) ? $clog2(NumInputs) : 1,
  parameter int InWidth        = 3 + InAddressWidth + 1,
  parameter int OutAddressWidth = (NumOutputs > 1) ? $clog2(NumOutputs) : 1,
  // A popcount is 0 ... N, a threshold 0 ... N + 1.
  parameter int OutWidth       = 3 + OutAddressWidth + (Popcount ? $clog2(NumInputs + 1) : 1),
  parameter int OutputsWidth   = Popcount ? 1 : $clog2(NumInputs + 2) + 1,
  // Configuration window {region[1:0], offset}: 2^RegionWidth words hold each memory, the rows of
  // the arrays padded to a power of two of words; at least the 16 registers.
  parameter int NumChunks      = (NumDevices + 31) / 32,
  parameter int ChunkBits      = $clog2(NumChunks),
  parameter int CellsWindow    = $clog2(Tiles * Rows) + ChunkBits,
  parameter int OutputsWindow  = Popcount ? 0 : $clog2(NumOutputs),
  parameter int LargerWindow   = (CellsWindow > OutputsWindow) ? CellsWindow : OutputsWindow,
  parameter int RegionWidth    = (LargerWindow > 4) ? LargerWindow : 4,
  parameter int CfgAddrWidth   = RegionWidth + 2
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
  // Input and output stream: values {kind, negative, address, payload}
  input  wire logic                       s_valid_i,
  output logic                            s_ready_o,
  input  wire logic [InWidth-1:0]         s_data_i,
  output logic                            m_valid_o,
  input  wire logic                       m_ready_i,
  output logic      [OutWidth-1:0]        m_data_o,
  output logic                            busy_o,
  output logic      [1:0]                 error_o,  ///< {frame_short, frame_order}
  // Memory of outputs: NumOutputs rows {invert, threshold}, single port; idle with Popcount
  output logic                            outputs_en_o,
  output logic                            outputs_we_o,
  output logic      [OutAddressWidth-1:0] outputs_addr_o,
  output logic      [0:0]                 outputs_wmask_o,
  output logic      [OutputsWidth-1:0]    outputs_wdata_o,
  input  wire logic [OutputsWidth-1:0]    outputs_rdata_i
);

  localparam logic [1:0]  RegionRegisters = 2'd0;
  localparam logic [1:0]  RegionCells     = 2'd1;
  localparam logic [1:0]  RegionOutputs   = 2'd2;
  localparam logic [31:0] OffsetTiming    = 32'd0;
  localparam logic [31:0] OffsetSeed      = 32'd1;
  localparam logic [31:0] OffsetTime      = 32'd2;
  localparam logic [31:0] OffsetCounters  = 32'd8;
  localparam int          NumCounters     = 4;

  localparam int RowWidth   = (Rows > 1) ? $clog2(Rows) : 1;
  localparam int RowPadding = 32 * NumChunks;
  // Bits of a row's last word.
  localparam logic [31:0] LastMask = 32'hffffffff >> (RowPadding - NumDevices);

  if (Precharge < 1 || Precharge > 16 || Evaluate < 1 || Evaluate > 16 || Counters < 0 ||
      Counters > 2 || Tiles * Rows > (1 << 26) / NumDevices) begin : gen_illegal
    nacre_error_xnor_tile_parameter_is_out_of_range u_error ();
  end

  logic clk_stage;   // clk_i while there is something to do
  logic clk_cfg;     // ... while the bus asks
  logic wl, wl_q;    // an open row is written back in the cycle after

  // It runs during a reset, too: what watches the stage with this clock sees each reset, and the
  // arrays see their word lines fall.
  nacre_clock_gate u_clock (
    .clk_i   (clk_i),
    .enable_i(!rst_ni || s_valid_i || busy_o || wl_q || cfg_valid_i
              || (Counters >= 1 && clear_counters_i)),
    .clk_o   (clk_stage)
  );
  nacre_clock_gate u_cfg_clock (
    .clk_i   (clk_stage),
    .enable_i(cfg_valid_i),
    .clk_o   (clk_cfg)
  );
  always_ff @(posedge clk_stage) wl_q <= wl;

  // ---- Registers ------------------------------------------------------------------------------

  logic                        cfg_request;  // first cycle of a request, but for the wait on wl_q
  logic [1:0]                  cfg_region;
  logic [RegionWidth-1:0]      cfg_offset;
  logic [31:0]                 offset;       // RegionWidth is at most 26 + 4
  logic                        bus_idle;     // registers, arrays and memory are the bus's
  logic                        timing_legal, register_legal, cells_legal, outputs_legal;
  logic                        write;        // a legal write to a register
  logic [4:0]                  precharge, evaluate;
  logic [31:0]                 seed, now;
  logic [NumCounters*32-1:0]   counts;

  assign {cfg_region, cfg_offset} = cfg_addr_i;
  assign offset      = 32'(cfg_offset);
  assign bus_idle    = idle_i && !busy_o;
  assign cfg_request = cfg_valid_i && !cfg_ready_o && !wl_q;

  function automatic logic duration_legal(input logic [7:0] cycles);
    duration_legal = cycles != 8'd0 && cycles <= 8'd16;
  endfunction
  assign timing_legal = cfg_wdata_i[31:16] == 16'd0 && duration_legal(cfg_wdata_i[15:8])
                     && duration_legal(cfg_wdata_i[7:0]);

  always_comb begin
    case (offset)
      OffsetTiming:           register_legal = !cfg_write_i || timing_legal;
      OffsetSeed, OffsetTime: register_legal = 1'b1;
      default:                register_legal = !cfg_write_i && offset >= OffsetCounters
                                            && offset < OffsetCounters + NumCounters;
    endcase
    if (cfg_region != RegionRegisters || (cfg_write_i && !bus_idle)) register_legal = 1'b0;
  end
  assign write = cfg_request && cfg_write_i && register_legal;

  nacre_register_reset #(
    .Width(10),
    .Reset({5'(Evaluate), 5'(Precharge)})
  ) u_timing (
    .clk_i   (clk_cfg),
    .rst_ni  (rst_ni),
    .enable_i(write && offset == OffsetTiming),
    .d_i     ({cfg_wdata_i[12:8], cfg_wdata_i[4:0]}),
    .q_o     ({evaluate, precharge})
  );
  nacre_register_reset #(
    .Width(32),
    .Reset(Seed)
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

  // A request is answered in the cycle after it.
  always_ff @(posedge clk_cfg or negedge rst_ni) begin
    if (!rst_ni) cfg_ready_o <= 1'b0;
    else         cfg_ready_o <= cfg_request;
  end
  // Valid with cfg_ready_o.
  always_ff @(posedge clk_cfg) begin
    cfg_error_o <= cfg_request && !(register_legal || cells_legal || outputs_legal);
  end

  logic [31:0] register_rdata;
  always_comb begin
    register_rdata = 32'd0;
    case (offset)
      OffsetTiming: register_rdata = {19'd0, evaluate, 3'd0, precharge};
      OffsetSeed:   register_rdata = seed;
      OffsetTime:   register_rdata = now;
      default: ;
    endcase
    for (int n = 0; n < NumCounters; n++) begin
      if (offset == OffsetCounters + 32'(n)) register_rdata = counts[n*32 +: 32];
    end
  end
  assign cfg_rdata_o = !(cfg_ready_o && !cfg_error_o && !cfg_write_i) ? 32'd0
                     : (cfg_region == RegionRegisters) ? register_rdata : 32'(outputs_rdata_i);

  // ---- Windows --------------------------------------------------------------------------------

  logic [31:0]           cells_row, cells_chunk;
  logic                  cells_write;
  logic                  row_complete;    // the last word of a row is written
  logic [NumDevices-1:0] cells;           // this word, and the earlier ones of its row
  logic                  engine_outputs_en;
  logic [OutAddressWidth-1:0] engine_outputs_addr;

  assign cells_row    = offset >> ChunkBits;
  assign cells_chunk  = offset & 32'((1 << ChunkBits) - 1);
  assign row_complete = cells_chunk == 32'(NumChunks - 1);
  assign cells_legal  = cfg_region == RegionCells && cfg_write_i && bus_idle
                     && cells_row < 32'(Tiles * Rows) && cells_chunk < 32'(NumChunks)
                     && (!row_complete || (cfg_wdata_i & ~LastMask) == 32'd0);
  assign cells_write  = cfg_request && cells_legal;

  for (genvar c = 0; c < NumChunks - 1; c++) begin : gen_chunk
    nacre_register #(
      .Width(32)
    ) u_cells (
      .clk_i   (clk_cfg),
      .enable_i(cells_write && cells_chunk == 32'(c)),
      .d_i     (cfg_wdata_i),
      .q_o     (cells[32*c +: 32])
    );
  end
  assign cells[NumDevices-1:32*(NumChunks-1)] = cfg_wdata_i[NumDevices-32*(NumChunks-1)-1:0];

  assign outputs_legal   = !Popcount && cfg_region == RegionOutputs && bus_idle
                        && offset < 32'(NumOutputs);
  assign outputs_en_o    = engine_outputs_en || (cfg_request && outputs_legal);
  assign outputs_we_o    = cfg_request && outputs_legal && cfg_write_i;
  assign outputs_addr_o  = (cfg_request && outputs_legal) ? OutAddressWidth'(offset)
                                                          : engine_outputs_addr;
  assign outputs_wmask_o = 1'b1;
  assign outputs_wdata_o = OutputsWidth'(cfg_wdata_i);

  // ---- Front, engine, arrays ------------------------------------------------------------------

  logic                  close_valid, close_frame, close_sample, close_take;
  logic [NumInputs-1:0]  filling;
  logic                  frame, latch, add, engine_busy;
  logic [RowWidth-1:0]   row;
  logic [NumColumns-1:0] q, meta, used;
  logic                  word_valid, word_ready;
  logic [OutWidth-1:0]   word;

  nacre_xnor_front #(
    .NumInputs(NumInputs),
    .Steps    (Steps)
  ) u_front (
    .clk_i         (clk_stage),
    .rst_ni        (rst_ni),
    .s_valid_i     (s_valid_i),
    .s_ready_o     (s_ready_o),
    .s_data_i      (s_data_i),
    .close_valid_o (close_valid),
    .close_frame_o (close_frame),
    .close_sample_o(close_sample),
    .close_take_i  (close_take),
    .filling_o     (filling),
    .frame_o       (frame),
    .error_o       (error_o)
  );

  nacre_xnor_engine #(
    .NumInputs (NumInputs),
    .NumOutputs(NumOutputs),
    .RowBits   (RowBits),
    .Tiles     (Tiles),
    .Parallel  (Parallel),
    .Full      (Full),
    .Popcount  (Popcount),
    .Steps     (Steps)
  ) u_engine (
    .clk_i          (clk_stage),
    .rst_ni         (rst_ni),
    .precharge_i    (precharge),
    .evaluate_i     (evaluate),
    .close_valid_i  (close_valid),
    .close_frame_i  (close_frame),
    .close_sample_i (close_sample),
    .close_take_o   (close_take),
    .filling_i      (filling),
    .wl_o           (wl),
    .row_o          (row),
    .latch_o        (latch),
    .q_i            (q),
    .add_o          (add),
    .used_o         (used),
    .outputs_en_o   (engine_outputs_en),
    .outputs_addr_o (engine_outputs_addr),
    .outputs_rdata_i(outputs_rdata_i),
    .word_valid_o   (word_valid),
    .word_ready_i   (word_ready),
    .word_o         (word),
    .busy_o         (engine_busy)
  );
  assign busy_o = close_valid || engine_busy || m_valid_o;

  nacre_stream_fifo #(
    .Width(OutWidth)
  ) u_fifo (
    .clk_i    (clk_stage),
    .rst_ni   (rst_ni),
    .s_valid_i(word_valid),
    .s_ready_o(word_ready),
    .s_data_i (word),
    .m_valid_o(m_valid_o),
    .m_ready_i(m_ready_i),
    .m_data_o (m_data_o)
  );

  for (genvar j = 0; j < Tiles; j++) begin : gen_tile
    logic [31:0]           tile_row;
    logic [NumDevices-1:0] states;
    logic [31:0]           wear;

    // Below Rows when the row is of this array; a row below j * Rows wraps to a large number.
    assign tile_row = cells_row - 32'(j * Rows);
    wire unused = ^{states, wear};

    nacre_mtj_array #(
      .Rows         (Rows),
      .Bits         (RowBits),
      .DevicesPerBit(DevicesPerBit),
      .Level        (Level),
      .ArrayIndex   (j),
      .Persistent   (Persistent),
      .Transient    (Transient),
      .Disturb      (Disturb),
      .Retention    (Retention),
      .C0           (C0),
      .C1           (C1),
      .C2           (C2),
      .CT           (CT),
      .CA           (CA),
      .CX           (CX),
      .R0           (R0),
      .R1           (R1),
      .COffset      (COffset),
      .CNoise       (CNoise),
      .CSelf        (CSelf),
      .Delta        (Delta)
    ) u_array (
      .clk_i       (clk_stage),
      .seed_i      (seed),
      .time_i      (now),
      .wl_i        (wl),
      .row_i       (row),
      .latch_i     (latch),
      .mode_i      (2'd0),
      .q_o         (q[j*RowBits +: RowBits]),
      .meta_o      (meta[j*RowBits +: RowBits]),
      .drive_i     ({NumDevices{1'b0}}),
      .direction_i (1'b0),
      .amplitude_i (2'd0),
      .state_o     (states),
      .wear_o      (wear),
      .load_i      (cells_write && row_complete && tile_row < 32'(Rows)),
      .load_row_i  (RowWidth'(tile_row)),
      .load_state_i(cells)
    );
  end

  // ---- Performance counters -------------------------------------------------------------------

  if (Counters >= 1) begin : gen_counters
    nacre_perf_counter u_frames (
      .clk_i  (clk_stage),
      .rst_ni (rst_ni),
      .clear_i(clear_counters_i),
      .en_i   (frame),
      .value_o(counts[31:0])
    );
    nacre_perf_counter u_reads (
      .clk_i  (clk_stage),
      .rst_ni (rst_ni),
      .clear_i(clear_counters_i),
      .en_i   (latch),
      .value_o(counts[63:32])
    );
  end else begin : gen_no_counters
    wire unused_events = ^{clear_counters_i, frame};
    assign counts[63:0] = 64'd0;
  end

  // Below level 2 nothing is metastable.
  if (Counters >= 1 && Level == 2) begin : gen_metastable
    localparam int MetaWidth = $clog2(NumColumns + 1);
    logic [MetaWidth-1:0] num_meta;
    nacre_popcount #(
      .Inputs(NumColumns)
    ) u_popcount (
      .bits_i (meta & used),
      .count_o(num_meta)
    );
    nacre_register_reset #(
      .Width(32),
      .Reset(32'd0)
    ) u_metastable_bits (
      .clk_i   (clk_stage),
      .rst_ni  (rst_ni),
      .enable_i(clear_counters_i || add),
      .d_i     (clear_counters_i ? 32'd0 : counts[95:64] + 32'(num_meta)),
      .q_o     (counts[95:64])
    );
  end else begin : gen_no_metastable
    wire unused_meta = ^{meta, used, add};
    assign counts[95:64] = 32'd0;
  end

  if (Counters == 2) begin : gen_stalls
    nacre_perf_counter u_stall_cycles (
      .clk_i  (clk_stage),
      .rst_ni (rst_ni),
      .clear_i(clear_counters_i),
      .en_i   (word_valid && !word_ready),
      .value_o(counts[127:96])
    );
  end else begin : gen_no_stalls
    assign counts[127:96] = 32'd0;
  end

`ifdef VERILATOR
  input_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                  s_valid_i && !s_ready_o |=> s_valid_i && $stable(s_data_i));
  output_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                   m_valid_o && !m_ready_i |=> m_valid_o && $stable(m_data_o));
`endif

endmodule
`default_nettype wire
