`default_nettype none
/// Digital in-memory-computing tiles: exact matrix products, patch by patch, digit plane by digit
/// plane (generator/src/kinds/imc_digital/README.md, with the timing; docs/tile.md).
/// Golden model: sim/golden/imc_digital/.
///
/// nacre_imc_tile around nacre_imc_digital_core, and the window `weights`. The clock stops while no
/// word is in front, nothing is under way and the bus is quiet.
module nacre_imc_digital #(
  /// Values of a frame N, 1 ... 2^24; bits 1 ... 16, two's complement or not.
  parameter int NumInputs        = 4,
  parameter int InputBits        = 4,
  parameter bit InputSigned      = 1'b0,
  /// 1: end_of_step closes a frame; 0: end_of_sample does.
  parameter bit Steps            = 1'b0,
  /// 1: the frame is an image of NumInputs = Height * Width * Channels values (nacre_imc_im2col).
  parameter bit Convolution      = 1'b0,
  parameter int Height           = 2,
  parameter int Width            = 2,
  parameter int Channels         = 1,
  parameter int KernelV          = 1,
  parameter int KernelH          = 1,
  parameter int StrideV          = 1,
  parameter int StrideH          = 1,
  parameter int PaddingV         = 0,
  parameter int PaddingH         = 0,
  /// Outputs of a patch, at least 1.
  parameter int NumOutputs       = 4,
  /// Inputs (1 ... 4096) and outputs of a pass, all tiles together.
  parameter int Rows             = 4,
  parameter int Columns          = 2,
  /// Rows of the weights memory, at least FR * FC * WeightSets.
  parameter int Banks            = 2,
  parameter int WeightSets       = 1,
  /// Bits of a weight 1 ... 16, two's complement or not.
  parameter int WeightBits       = 4,
  parameter bit WeightSigned     = 1'b1,
  /// Bits of a digit: 1, 2 or 4; 1: planes of nothing but 0 are skipped.
  parameter int DigitBits        = 1,
  parameter bit SkipZeroPlanes   = 1'b1,
  /// 1 ... 48; no input and no weight may overflow it. At most 32 without Requantise.
  parameter int AccumulatorWidth = 16,
  /// Bits of a bias 2 ... 32; 0: none.
  parameter int BiasWidth        = 0,
  /// Requantisation: see nacre_imc_back.
  parameter bit Requantise       = 1'b0,
  parameter bit ScalePerOutput   = 1'b0,
  parameter int OutputBits       = 8,
  parameter bit OutputSigned     = 1'b1,
  parameter int Rounding         = 1,
  parameter bit Relu             = 1'b0,
  /// Reset values of the registers: 1 ... 65535, 0 ... 63.
  parameter int Scale            = 1,
  parameter int Shift            = 0,
  /// Performance counters: 0 none, 1 basic, 2 full.
  parameter int Counters         = 1,

  // Derived, not to be set.
  parameter int InAddressWidth   = (NumInputs > 1) ? $clog2(NumInputs) : 1,
  parameter int InWidth          = 3 + InAddressWidth + InputBits,
  parameter int PatchInputs      = Convolution ? KernelV * KernelH * Channels : NumInputs,
  parameter int NumPatches       = Convolution
                                 ? ((Height + 2 * PaddingV - KernelV) / StrideV + 1)
                                   * ((Width + 2 * PaddingH - KernelH) / StrideH + 1)
                                 : 1,
  parameter int OutAddresses     = NumOutputs * NumPatches,
  parameter int OutWidth         = 3 + ((OutAddresses > 1) ? $clog2(OutAddresses) : 1)
                                 + (Requantise ? OutputBits : AccumulatorWidth),
  parameter int RowFolds         = (PatchInputs + Rows - 1) / Rows,
  parameter int ColumnFolds      = (NumOutputs + Columns - 1) / Columns,
  parameter int NumDigits        = (InputBits + DigitBits - 1) / DigitBits,
  parameter int TagWidth         = ((NumDigits > 1) ? $clog2(NumDigits) : 1) + 6,
  // Memories.
  parameter int WeightsWidth     = Rows * Columns * WeightBits,
  parameter int WeightsChunks    = (WeightsWidth + 31) / 32,
  parameter int BankWidth        = (Banks > 1) ? $clog2(Banks) : 1,
  parameter int VectorWidth      = Rows * InputBits + NumDigits,
  parameter int VectorAddrWidth  = $clog2(2 * RowFolds),
  parameter int FrameRows        = Convolution ? 2 * NumInputs : 1,
  parameter int FrameAddrWidth   = (FrameRows > 1) ? $clog2(FrameRows) : 1,
  parameter int OutputsField     = BiasWidth + ((Requantise && ScalePerOutput) ? 16 : 0),
  parameter int OutputsWidth     = (OutputsField > 0) ? OutputsField : 1,
  parameter int OutputsAddrWidth = (NumOutputs > 1) ? $clog2(NumOutputs) : 1,
  parameter int OutputsChunks    = (OutputsWidth + 31) / 32,
  // Configuration window {region[1:0], offset}: 2^RegionWidth words hold each memory, its rows
  // padded to a power of two of words; at least the 16 registers.
  parameter int WeightsChunkBits = $clog2(WeightsChunks),
  parameter int WeightsWindow    = $clog2(Banks) + WeightsChunkBits,
  parameter int OutputsWindow    = (OutputsField > 0)
                                 ? $clog2(NumOutputs) + $clog2(OutputsChunks) : 0,
  parameter int LargerWindow     = (WeightsWindow > OutputsWindow) ? WeightsWindow : OutputsWindow,
  parameter int RegionWidth      = (LargerWindow > 4) ? LargerWindow : 4,
  parameter int CfgAddrWidth     = RegionWidth + 2
) (
  input  wire logic                        clk_i,
  input  wire logic                        rst_ni,  ///< asynchronous, active low
  // Configuration (docs/stage_interface.md)
  input  wire logic                        cfg_valid_i,
  input  wire logic                        cfg_write_i,
  input  wire logic [CfgAddrWidth-1:0]     cfg_addr_i,
  input  wire logic [31:0]                 cfg_wdata_i,
  output logic                             cfg_ready_o,
  output logic      [31:0]                 cfg_rdata_o,
  output logic                             cfg_error_o,
  input  wire logic                        idle_i,
  input  wire logic                        clear_counters_i,
  // Input and output stream: values {kind, negative, address, payload}
  input  wire logic                        s_valid_i,
  output logic                             s_ready_o,
  input  wire logic [InWidth-1:0]          s_data_i,
  output logic                             m_valid_o,
  input  wire logic                        m_ready_i,
  output logic      [OutWidth-1:0]         m_data_o,
  output logic                             busy_o,
  output logic      [1:0]                  error_o,  ///< {frame_short, frame_order}
  // Weights memory: Banks rows, single port
  output logic                             weights_en_o,
  output logic                             weights_we_o,
  output logic      [BankWidth-1:0]        weights_addr_o,
  output logic      [WeightsChunks-1:0]    weights_wmask_o,
  output logic      [WeightsWidth-1:0]     weights_wdata_o,
  input  wire logic [WeightsWidth-1:0]     weights_rdata_i,
  // Vector memory: 2 * RowFolds rows, one read and one write port
  output logic                             vector_ren_o,
  output logic      [VectorAddrWidth-1:0]  vector_raddr_o,
  input  wire logic [VectorWidth-1:0]      vector_rdata_i,
  output logic                             vector_wen_o,
  output logic      [VectorAddrWidth-1:0]  vector_waddr_o,
  output logic      [VectorWidth-1:0]      vector_wdata_o,
  // Frame memory: two frames, one read and one write port; idle without Convolution
  output logic                             frame_ren_o,
  output logic      [FrameAddrWidth-1:0]   frame_raddr_o,
  input  wire logic [InputBits-1:0]        frame_rdata_i,
  output logic                             frame_wen_o,
  output logic      [FrameAddrWidth-1:0]   frame_waddr_o,
  output logic      [InputBits-1:0]        frame_wdata_o,
  // Memory of outputs: NumOutputs rows {scale, bias}, single port; idle without either
  output logic                             outputs_en_o,
  output logic                             outputs_we_o,
  output logic      [OutputsAddrWidth-1:0] outputs_addr_o,
  output logic      [OutputsChunks-1:0]    outputs_wmask_o,
  output logic      [OutputsWidth-1:0]     outputs_wdata_o,
  input  wire logic [OutputsWidth-1:0]     outputs_rdata_i
);

  localparam logic [1:0] RegionRegisters = 2'd0;
  localparam logic [1:0] RegionWeights   = 2'd1;
  localparam logic [1:0] RegionOutputs   = 2'd2;

  localparam int SetBanks = RowFolds * ColumnFolds;
  // As nacre_imc_tree has it.
  localparam int DigitSum = Rows * ((1 << DigitBits) - 1);
  localparam int SumWidth = WeightSigned
      ? $clog2(DigitSum + ((InputSigned && DigitBits == 1) ? 1 : 0)) + WeightBits
      : $clog2(40'(DigitSum) * 40'((1 << WeightBits) - 1) + 40'd1) + 1;

  if (Banks < SetBanks * WeightSets || WeightBits < 1 || WeightBits > 16) begin : gen_illegal
    nacre_error_imc_digital_parameter_is_out_of_range u_error ();
  end

  logic clk_stage;  // clk_i while there is something to do
  logic clk_cfg;    // ... while the bus asks

  // It runs during a reset, too: what watches the stage with this clock sees each reset.
  nacre_clock_gate u_clock (
    .clk_i   (clk_i),
    .enable_i(!rst_ni || s_valid_i || busy_o || cfg_valid_i
              || (Counters >= 1 && clear_counters_i)),
    .clk_o   (clk_stage)
  );
  nacre_clock_gate u_cfg_clock (
    .clk_i   (clk_stage),
    .enable_i(cfg_valid_i),
    .clk_o   (clk_cfg)
  );

  // ---- Tile and core --------------------------------------------------------------------------

  logic                        plane_valid, plane_ready, plane_signed, plane_load, plane_empty;
  logic [Rows*DigitBits-1:0]   plane;
  logic [BankWidth-1:0]        plane_bank;
  logic [TagWidth-1:0]         plane_tag, sum_tag;
  logic                        sum_valid, sum_ready;
  logic [Columns*SumWidth-1:0] sums;
  logic                        core_busy, core_read;
  logic [BankWidth-1:0]        core_bank;
  logic                        weights_access;

  logic                        cfg_request;  // first cycle of a request
  logic                        cfg_read;     // the reply carries data
  logic [1:0]                  cfg_region;
  logic [RegionWidth-1:0]      cfg_offset;
  logic                        tile_legal, memory_free;
  logic [1:0]                  sets_locked;
  logic [31:0]                 tile_rdata;

  nacre_imc_tile #(
    .NumInputs       (NumInputs),
    .InputBits       (InputBits),
    .InputSigned     (InputSigned),
    .Steps           (Steps),
    .Convolution     (Convolution),
    .Height          (Height),
    .Width           (Width),
    .Channels        (Channels),
    .KernelV         (KernelV),
    .KernelH         (KernelH),
    .StrideV         (StrideV),
    .StrideH         (StrideH),
    .PaddingV        (PaddingV),
    .PaddingH        (PaddingH),
    .NumOutputs      (NumOutputs),
    .Rows            (Rows),
    .Columns         (Columns),
    .Banks           (Banks),
    .WeightSets      (WeightSets),
    .DigitBits       (DigitBits),
    .SkipZeroPlanes  (SkipZeroPlanes),
    .SumWidth        (SumWidth),
    .AccumulatorWidth(AccumulatorWidth),
    .BiasWidth       (BiasWidth),
    .Requantise      (Requantise),
    .ScalePerOutput  (ScalePerOutput),
    .OutputBits      (OutputBits),
    .OutputSigned    (OutputSigned),
    .Rounding        (Rounding),
    .Relu            (Relu),
    .Scale           (Scale),
    .Shift           (Shift),
    .Counters        (Counters),
    .OffsetWidth     (RegionWidth)
  ) u_tile (
    .clk_i               (clk_stage),
    .rst_ni              (rst_ni),
    .cfg_registers_i     (cfg_request && cfg_region == RegionRegisters),
    .cfg_outputs_i       (cfg_request && cfg_region == RegionOutputs),
    .cfg_write_i         (cfg_write_i),
    .cfg_offset_i        (cfg_offset),
    .cfg_wdata_i         (cfg_wdata_i),
    .cfg_legal_o         (tile_legal),
    .cfg_read_registers_i(cfg_read && cfg_region == RegionRegisters),
    .cfg_read_outputs_i  (cfg_read && cfg_region == RegionOutputs),
    .cfg_rdata_o         (tile_rdata),
    .idle_i              (idle_i),
    .clear_counters_i    (clear_counters_i),
    .memory_free_o       (memory_free),
    .sets_locked_o       (sets_locked),
    .s_valid_i           (s_valid_i),
    .s_ready_o           (s_ready_o),
    .s_data_i            (s_data_i),
    .m_valid_o           (m_valid_o),
    .m_ready_i           (m_ready_i),
    .m_data_o            (m_data_o),
    .busy_o              (busy_o),
    .error_o             (error_o),
    .plane_valid_o       (plane_valid),
    .plane_ready_i       (plane_ready),
    .plane_o             (plane),
    .plane_signed_o      (plane_signed),
    .plane_bank_o        (plane_bank),
    .plane_load_o        (plane_load),
    .plane_empty_o       (plane_empty),
    .plane_tag_o         (plane_tag),
    .sum_valid_i         (sum_valid),
    .sum_ready_o         (sum_ready),
    .sums_i              (sums),
    .sum_tag_i           (sum_tag),
    .core_busy_i         (core_busy),
    .frame_ren_o         (frame_ren_o),
    .frame_raddr_o       (frame_raddr_o),
    .frame_rdata_i       (frame_rdata_i),
    .frame_wen_o         (frame_wen_o),
    .frame_waddr_o       (frame_waddr_o),
    .frame_wdata_o       (frame_wdata_o),
    .vector_ren_o        (vector_ren_o),
    .vector_raddr_o      (vector_raddr_o),
    .vector_rdata_i      (vector_rdata_i),
    .vector_wen_o        (vector_wen_o),
    .vector_waddr_o      (vector_waddr_o),
    .vector_wdata_o      (vector_wdata_o),
    .outputs_en_o        (outputs_en_o),
    .outputs_we_o        (outputs_we_o),
    .outputs_addr_o      (outputs_addr_o),
    .outputs_wmask_o     (outputs_wmask_o),
    .outputs_wdata_o     (outputs_wdata_o),
    .outputs_rdata_i     (outputs_rdata_i)
  );

  nacre_imc_digital_core #(
    .Rows        (Rows),
    .Columns     (Columns),
    .Banks       (Banks),
    .DigitBits   (DigitBits),
    .InputSigned (InputSigned),
    .WeightBits  (WeightBits),
    .WeightSigned(WeightSigned),
    .SumWidth    (SumWidth),
    .TagWidth    (TagWidth)
  ) u_core (
    .clk_i         (clk_stage),
    .rst_ni        (rst_ni),
    .busy_o        (core_busy),
    .plane_valid_i (plane_valid),
    .plane_ready_o (plane_ready),
    .plane_i       (plane),
    .plane_signed_i(plane_signed),
    .plane_bank_i  (plane_bank),
    .plane_load_i  (plane_load),
    .plane_empty_i (plane_empty),
    .plane_tag_i   (plane_tag),
    .sum_valid_o   (sum_valid),
    .sum_ready_i   (sum_ready),
    .sums_o        (sums),
    .sum_tag_o     (sum_tag),
    .read_o        (core_read),
    .read_bank_o   (core_bank),
    .bus_access_i  (weights_access),
    .bus_read_i    (weights_access && !cfg_write_i),
    .weights_i     (weights_rdata_i)
  );

  // ---- Configuration window -------------------------------------------------------------------

  // Offsets are compared as 32-bit numbers: RegionWidth is at most 30 in any design that fits.
  logic [31:0] weights_row, weights_chunk;
  logic        weights_exist, weights_free;
  logic [(32<<WeightsChunkBits)-1:0] weights_words;

  assign {cfg_region, cfg_offset} = cfg_addr_i;
  assign weights_row   = 32'(cfg_offset) >> WeightsChunkBits;
  assign weights_chunk = 32'(cfg_offset) & 32'((1 << WeightsChunkBits) - 1);
  assign weights_exist = weights_row < 32'(Banks) && weights_chunk < 32'(WeightsChunks);

  // The banks of a set that nothing uses are free at any time.
  if (WeightSets == 2) begin : gen_sets
    assign weights_free = (idle_i && memory_free)
                       || (weights_row < 32'(SetBanks) && !sets_locked[0])
                       || (weights_row >= 32'(SetBanks) && weights_row < 32'(2 * SetBanks)
                           && !sets_locked[1]);
  end else begin : gen_one_set
    wire unused_sets = ^sets_locked;
    assign weights_free = idle_i && memory_free;
  end

  assign cfg_request    = cfg_valid_i && !cfg_ready_o;
  assign weights_access = cfg_request && cfg_region == RegionWeights && weights_exist
                       && weights_free;

  assign weights_en_o    = weights_access || core_read;
  assign weights_we_o    = weights_access && cfg_write_i;
  assign weights_addr_o  = weights_access ? BankWidth'(weights_row) : core_bank;
  assign weights_wmask_o = WeightsChunks'(1) << weights_chunk;
  assign weights_wdata_o = WeightsWidth'({WeightsChunks{cfg_wdata_i}});

  always_ff @(posedge clk_cfg or negedge rst_ni) begin
    if (!rst_ni) cfg_ready_o <= 1'b0;
    else         cfg_ready_o <= cfg_request;
  end
  // Valid with cfg_ready_o.
  always_ff @(posedge clk_cfg) cfg_error_o <= cfg_request && !(tile_legal || weights_access);

  assign cfg_read      = cfg_ready_o && !cfg_error_o && !cfg_write_i;
  // Bits above the row read 0.
  assign weights_words = (32 << WeightsChunkBits)'(weights_rdata_i);
  assign cfg_rdata_o   = tile_rdata
                       | ((cfg_read && cfg_region == RegionWeights)
                          ? weights_words[32*weights_chunk +: 32] : 32'd0);

`ifdef VERILATOR
  input_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                  s_valid_i && !s_ready_o |=> s_valid_i && $stable(s_data_i));
  output_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                   m_valid_o && !m_ready_i |=> m_valid_o && $stable(m_data_o));
`endif

endmodule
`default_nettype wire
