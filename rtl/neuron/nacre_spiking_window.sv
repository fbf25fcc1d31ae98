`default_nettype none
/// Configuration window of a spiking layer: threshold registers, performance counters, and the
/// memories of weights, state and biases (docs/stage_interface.md).
///
///   region 0  registers: 0 threshold, 1 negative threshold; 8 ... the counters, read only
///   region 1  weights, read and write    region 2  state, read    region 3  bias, read and write
///
/// A request is answered in the cycle after it is seen. A memory is asked in the cycle of the
/// request, when `memory_free_i` says that nothing else does; else the request is refused. A row
/// lies in words of 32 bits (chunks), padded to a power of two of them; bits above it read 0.
module nacre_spiking_window #(
  /// Bits of a threshold, and what is legal: 1 ... ClampMax, ClampMin ... -1.
  parameter int MembraneWidth = 16,
  parameter int ClampMin      = -32768,
  parameter int ClampMax      = 32767,
  /// Values after reset.
  parameter int Threshold     = 100,
  parameter int HasNegativeThreshold = 0,
  parameter int NegativeThreshold    = -1,
  /// Rows and bits of the memories.
  parameter int WeightRows     = 4,
  parameter int WeightRowWidth = 8,
  parameter int StateRows      = 4,
  parameter int StateRowWidth  = 16,
  parameter int HasBias        = 0,
  parameter int BiasRows       = 1,
  parameter int BiasRowWidth   = 1,
  /// Counters, 1 ... 16.
  parameter int NumCounters    = 8,
  // Derived, not to be set.
  parameter int WeightAddrWidth = (WeightRows > 1) ? $clog2(WeightRows) : 1,
  parameter int StateAddrWidth  = (StateRows > 1) ? $clog2(StateRows) : 1,
  parameter int BiasAddrWidth   = (BiasRows > 1) ? $clog2(BiasRows) : 1,
  parameter int WeightChunks    = (WeightRowWidth + 31) / 32,
  parameter int StateChunks     = (StateRowWidth + 31) / 32,
  parameter int BiasChunks      = (BiasRowWidth + 31) / 32,
  parameter int WeightChunkBits = $clog2(WeightChunks),
  parameter int StateChunkBits  = $clog2(StateChunks),
  parameter int BiasChunkBits   = $clog2(BiasChunks),
  // Address {region[1:0], offset}: 2^RegionWidth words hold each memory, and the registers.
  parameter int WeightWindow    = $clog2(WeightRows) + WeightChunkBits,
  parameter int StateWindow     = $clog2(StateRows) + StateChunkBits,
  parameter int BiasWindow      = (HasBias == 1) ? $clog2(BiasRows) + BiasChunkBits : 0,
  parameter int MemoryWindow    = (WeightWindow > StateWindow)
                                ? ((WeightWindow > BiasWindow) ? WeightWindow : BiasWindow)
                                : ((StateWindow > BiasWindow) ? StateWindow : BiasWindow),
  parameter int RegisterWindow  = $clog2(8 + NumCounters),
  parameter int RegionWidth     = (MemoryWindow > RegisterWindow) ? MemoryWindow : RegisterWindow,
  parameter int CfgAddrWidth    = RegionWidth + 2
) (
  input  wire logic                       clk_i,
  input  wire logic                       rst_ni,  ///< asynchronous, active low
  // The leaf's ports
  input  wire logic                       cfg_valid_i,
  input  wire logic                       cfg_write_i,
  input  wire logic [CfgAddrWidth-1:0]    cfg_addr_i,
  input  wire logic [31:0]                cfg_wdata_i,
  output logic                            cfg_ready_o,
  output logic      [31:0]                cfg_rdata_o,
  output logic                            cfg_error_o,
  // Registers
  output logic signed [MembraneWidth-1:0] threshold_o,
  output logic signed [MembraneWidth-1:0] negative_threshold_o,
  output logic                            threshold_written_o,  ///< one of the two is
  input  wire logic [32*NumCounters-1:0]  counters_i,           ///< that of register 8 low
  // Memories: a pulse asks for a row, its data come one cycle later
  input  wire logic                       memory_free_i,
  output logic                            weights_access_o,
  output logic                            weights_write_o,
  output logic      [WeightAddrWidth-1:0] weights_row_o,
  output logic      [WeightChunks-1:0]    weights_wmask_o,
  output logic      [WeightRowWidth-1:0]  weights_wdata_o,
  input  wire logic [WeightRowWidth-1:0]  weights_rdata_i,
  output logic                            state_access_o,
  output logic      [StateAddrWidth-1:0]  state_row_o,          ///< stable until the answer
  input  wire logic                       state_exists_i,       ///< 0: the row reads 0
  input  wire logic [StateRowWidth-1:0]   state_rdata_i,
  output logic                            bias_access_o,
  output logic                            bias_write_o,
  output logic      [BiasAddrWidth-1:0]   bias_row_o,
  output logic      [BiasChunks-1:0]      bias_wmask_o,
  output logic      [BiasRowWidth-1:0]    bias_wdata_o,
  input  wire logic [BiasRowWidth-1:0]    bias_rdata_i
);

  if (Threshold < 1 || Threshold > ClampMax || NumCounters < 1 || NumCounters > 16
      || WeightRows < 1 || StateRows < 1 || BiasRows < 1 || HasBias < 0 || HasBias > 1
      || (HasNegativeThreshold == 1 && (NegativeThreshold > -1 || NegativeThreshold < ClampMin)))
  begin : gen_illegal
    nacre_error_spiking_window_parameter_is_out_of_range u_error ();
  end

  logic                   clk_cfg;         // clk_i while the bus asks
  logic                   cfg_request;
  logic                   cfg_legal;       // this request changes or reads something
  logic                   cfg_read;        // the reply carries data
  logic [1:0]             cfg_region;
  logic [RegionWidth-1:0] cfg_offset;
  logic [31:0]            register_value;
  logic                   register_exists, register_writable;
  logic                   threshold_fits, negative_threshold_fits;
  logic                   weights_exist, state_exists, bias_exists;
  logic [32*WeightChunks-1:0] weights_words;
  logic [32*StateChunks-1:0]  state_words;
  logic [32*BiasChunks-1:0]   bias_words;

  nacre_clock_gate u_cfg_clock (
    .clk_i   (clk_i),
    .enable_i(cfg_valid_i),
    .clk_o   (clk_cfg)
  );

  // Offsets are compared as 32-bit numbers: RegionWidth is at most 30 in any design that fits.
  logic [31:0] weights_row, weights_chunk, state_row, state_chunk, bias_row, bias_chunk;
  assign {cfg_region, cfg_offset} = cfg_addr_i;
  assign weights_row   = 32'(cfg_offset) >> WeightChunkBits;
  assign weights_chunk = 32'(cfg_offset) & 32'((1 << WeightChunkBits) - 1);
  assign state_row     = 32'(cfg_offset) >> StateChunkBits;
  assign state_chunk   = 32'(cfg_offset) & 32'((1 << StateChunkBits) - 1);
  assign bias_row      = 32'(cfg_offset) >> BiasChunkBits;
  assign bias_chunk    = 32'(cfg_offset) & 32'((1 << BiasChunkBits) - 1);

  assign weights_exist = cfg_region == 2'd1 && weights_row < 32'(WeightRows)
                      && weights_chunk < 32'(WeightChunks);
  assign state_exists  = cfg_region == 2'd2 && state_row < 32'(StateRows)
                      && state_chunk < 32'(StateChunks) && !cfg_write_i;
  assign bias_exists   = cfg_region == 2'd3 && bias_row < 32'(BiasRows)
                      && bias_chunk < 32'(BiasChunks) && HasBias == 1;

  assign cfg_request      = cfg_valid_i && !cfg_ready_o;
  assign weights_access_o = cfg_request && weights_exist && memory_free_i;
  assign state_access_o   = cfg_request && state_exists && memory_free_i;
  assign bias_access_o    = cfg_request && bias_exists && memory_free_i;
  // Gated with the reset, so that no memory changes while rst_ni is low, whatever the flip-flops
  // hold before their first reset.
  assign weights_write_o  = weights_access_o && cfg_write_i && rst_ni;
  assign bias_write_o     = bias_access_o && cfg_write_i && rst_ni;
  assign weights_row_o    = weights_row[WeightAddrWidth-1:0];
  assign state_row_o      = state_row[StateAddrWidth-1:0];
  assign bias_row_o       = bias_row[BiasAddrWidth-1:0];
  for (genvar c = 0; c < WeightChunks; c++) begin : gen_weights_chunk
    localparam int ChunkWidth = (WeightRowWidth - 32 * c < 32) ? WeightRowWidth - 32 * c : 32;
    assign weights_wmask_o[c] = weights_chunk == 32'(c);
    assign weights_wdata_o[32*c +: ChunkWidth] = cfg_wdata_i[ChunkWidth-1:0];
  end
  for (genvar c = 0; c < BiasChunks; c++) begin : gen_bias_chunk
    localparam int ChunkWidth = (BiasRowWidth - 32 * c < 32) ? BiasRowWidth - 32 * c : 32;
    assign bias_wmask_o[c] = bias_chunk == 32'(c);
    assign bias_wdata_o[32*c +: ChunkWidth] = cfg_wdata_i[ChunkWidth-1:0];
  end

  assign threshold_fits          = $signed(cfg_wdata_i) >= 32'sd1
                                && $signed(cfg_wdata_i) <= $signed(32'(ClampMax));
  assign negative_threshold_fits = $signed(cfg_wdata_i) < 32'sd0
                                && $signed(cfg_wdata_i) >= $signed(32'(ClampMin));

  always_comb begin
    register_value    = '0;
    register_exists   = 1'b0;
    register_writable = 1'b0;
    if (cfg_offset == '0) begin
      register_value    = 32'(threshold_o);
      register_exists   = 1'b1;
      register_writable = threshold_fits;
    end
    if (32'(cfg_offset) == 32'd1) begin
      register_value    = 32'(negative_threshold_o);
      register_exists   = HasNegativeThreshold == 1;
      register_writable = negative_threshold_fits;
    end
    for (int c = 0; c < NumCounters; c++) begin
      if (32'(cfg_offset) == 32'(8 + c)) begin
        register_value  = counters_i[32*c +: 32];
        register_exists = 1'b1;
      end
    end
  end

  assign cfg_legal = (cfg_region == 2'd0 && register_exists && (register_writable || !cfg_write_i))
                  || weights_access_o || state_access_o || bias_access_o;
  assign threshold_written_o = cfg_request && cfg_write_i && cfg_region == 2'd0 && cfg_legal;

  always_ff @(posedge clk_cfg or negedge rst_ni) begin
    if (!rst_ni) cfg_ready_o <= 1'b0;
    else         cfg_ready_o <= cfg_request;
  end

  // Valid with cfg_ready_o.
  always_ff @(posedge clk_cfg) cfg_error_o <= cfg_request && !cfg_legal;

  // What the memory was asked for in the cycle before; bits above the row read 0. 0 but for a
  // reply: the bus does not see the rows of events.
  assign cfg_read      = cfg_ready_o && !cfg_error_o && !cfg_write_i;
  assign weights_words = (32*WeightChunks)'(weights_rdata_i);
  assign state_words   = (32*StateChunks)'(state_rdata_i);
  assign bias_words    = (32*BiasChunks)'(bias_rdata_i);
  always_comb begin
    cfg_rdata_o = '0;
    if (cfg_read) begin
      if (cfg_region == 2'd0) cfg_rdata_o = register_value;
      for (int c = 0; c < WeightChunks; c++) begin
        if (cfg_region == 2'd1 && weights_chunk == 32'(c)) begin
          cfg_rdata_o = cfg_rdata_o | weights_words[32*c +: 32];
        end
      end
      for (int c = 0; c < StateChunks; c++) begin
        if (cfg_region == 2'd2 && state_chunk == 32'(c) && state_exists_i) begin
          cfg_rdata_o = cfg_rdata_o | state_words[32*c +: 32];
        end
      end
      for (int c = 0; c < BiasChunks; c++) begin
        if (cfg_region == 2'd3 && bias_chunk == 32'(c) && HasBias == 1) begin
          cfg_rdata_o = cfg_rdata_o | bias_words[32*c +: 32];
        end
      end
    end
  end

  // The sign of a threshold is known: it is not stored.
  logic [MembraneWidth-2:0] threshold_q;
  nacre_register_reset #(
    .Width(MembraneWidth - 1),
    .Reset((MembraneWidth - 1)'(Threshold))
  ) u_threshold (
    .clk_i   (clk_cfg),
    .rst_ni  (rst_ni),
    .enable_i(threshold_written_o && !cfg_offset[0]),
    .d_i     (cfg_wdata_i[MembraneWidth-2:0]),
    .q_o     (threshold_q)
  );
  assign threshold_o = $signed({1'b0, threshold_q});

  if (HasNegativeThreshold == 1) begin : gen_negative_threshold
    logic [MembraneWidth-2:0] negative_threshold_q;
    nacre_register_reset #(
      .Width(MembraneWidth - 1),
      .Reset((MembraneWidth - 1)'(NegativeThreshold))
    ) u_negative_threshold (
      .clk_i   (clk_cfg),
      .rst_ni  (rst_ni),
      .enable_i(threshold_written_o && cfg_offset[0]),
      .d_i     (cfg_wdata_i[MembraneWidth-2:0]),
      .q_o     (negative_threshold_q)
    );
    assign negative_threshold_o = $signed({1'b1, negative_threshold_q});
  end else begin : gen_no_negative_threshold
    assign negative_threshold_o = '0;
  end

endmodule
`default_nettype wire
