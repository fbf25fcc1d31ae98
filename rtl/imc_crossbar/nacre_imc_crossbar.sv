`default_nettype none
/// Crossbar tiles: matrix products through resistive cells and converters, patch by patch, digit
/// plane by digit plane (generator/src/kinds/imc_crossbar/README.md, with the timing;
/// docs/tile.md).
/// Golden model: sim/golden/imc_crossbar/.
///
/// nacre_imc_tile around nacre_imc_crossbar_core, the windows `cells`, `conductance` and
/// `calibration`, and the registers 4 `device_seed` and 5 `read_number`. The clock stops while no
/// word is in front, nothing is under way and the bus is quiet.
module nacre_imc_crossbar #(
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
  /// Inputs (1 ... 4096) and outputs of a pass, all tiles together; word lines of one tile.
  parameter int Rows             = 4,
  parameter int TileRows         = 4,
  parameter int Columns          = 2,
  /// Banks of cells, at least FR * FC * WeightSets.
  parameter int Banks            = 2,
  parameter int WeightSets       = 1,
  /// Bits of a weight: 1 ... 16, or 2 ... 16 with a sign.
  parameter int WeightBits       = 4,
  parameter bit WeightSigned     = 1'b1,
  /// Bits of a digit: 1, 2 or 4, 1 with signed inputs; 1: planes, and groups of word lines, of
  /// nothing but 0 are skipped.
  parameter int DigitBits        = 1,
  parameter bit SkipZeroPlanes   = 1'b1,
  /// Crossbar, converters and devices: see nacre_imc_crossbar_core.
  parameter int LinesPerRead     = 4,
  parameter int ColumnsPerAdc    = 1,
  parameter bit Sar              = 1'b0,
  parameter int AdcBits          = 8,
  parameter int AdcShift         = 0,
  parameter int CellBits         = 1,
  parameter logic [(1<<CellBits)*(CellBits+5)-1:0] Levels = {6'd16, 6'd0},
  parameter logic [(1<<CellBits)*10-1:0]           Spread = 20'd0,
  parameter int StuckLow         = 0,
  parameter int StuckHigh        = 0,
  parameter int IrDrop           = 0,
  parameter int ReadNoise        = 0,
  parameter int AdcOffset        = 0,
  parameter int AdcNonlinearity  = 0,
  /// Reset value of the register `device_seed`.
  parameter logic [31:0] DeviceSeed = 32'd0,
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
  // Physical columns Q, an even number; a row of the conductances is one group of word lines.
  parameter int Slices           =
      (WeightBits - (WeightSigned ? 1 : 0) + CellBits - 1) / CellBits,
  parameter int NumPhysical      = (Columns * Slices * (WeightSigned ? 2 : 1) + 1) / 2 * 2,
  parameter int NumGroups        = (Rows + LinesPerRead - 1) / LinesPerRead,
  // Memories.
  parameter int ConductancesDepth = Banks * NumGroups,
  parameter int ConductancesAddrWidth = (ConductancesDepth > 1) ? $clog2(ConductancesDepth) : 1,
  parameter int ConductancesWidth = LinesPerRead * NumPhysical * 16,
  parameter int ConductancesChunks = ConductancesWidth / 32,
  parameter int BankWidth        = (Banks > 1) ? $clog2(Banks) : 1,
  parameter int VectorWidth      = Rows * InputBits + NumDigits,
  parameter int VectorAddrWidth  = $clog2(2 * RowFolds),
  parameter int FrameRows        = Convolution ? 2 * NumInputs : 1,
  parameter int FrameAddrWidth   = (FrameRows > 1) ? $clog2(FrameRows) : 1,
  parameter int OutputsField     = BiasWidth + ((Requantise && ScalePerOutput) ? 16 : 0),
  parameter int OutputsWidth     = (OutputsField > 0) ? OutputsField : 1,
  parameter int OutputsAddrWidth = (NumOutputs > 1) ? $clog2(NumOutputs) : 1,
  parameter int OutputsChunks    = (OutputsWidth + 31) / 32,
  // Configuration window {region[2:0], offset}: 2^RegionWidth words hold each memory, its rows
  // padded to a power of two of words; at least the 16 registers.
  parameter int NumPairs         = NumPhysical / 2,
  parameter int PairBits         = $clog2(NumPairs),
  parameter int CellsWindow      = $clog2(Banks * Rows) + PairBits,
  parameter int CalibrationWindow = $clog2(NumPhysical),
  parameter int OutputsWindow    = (OutputsField > 0)
                                 ? $clog2(NumOutputs) + $clog2(OutputsChunks) : 0,
  parameter int CoreWindow       = (CellsWindow > CalibrationWindow) ? CellsWindow
                                                                     : CalibrationWindow,
  parameter int LargerWindow     = (CoreWindow > OutputsWindow) ? CoreWindow : OutputsWindow,
  parameter int RegionWidth      = (LargerWindow > 4) ? LargerWindow : 4,
  parameter int CfgAddrWidth     = RegionWidth + 3
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
  // Conductances: Banks * NumGroups rows, single port
  output logic                             conductances_en_o,
  output logic                             conductances_we_o,
  output logic      [ConductancesAddrWidth-1:0] conductances_addr_o,
  output logic      [ConductancesChunks-1:0] conductances_wmask_o,
  output logic      [ConductancesWidth-1:0] conductances_wdata_o,
  input  wire logic [ConductancesWidth-1:0] conductances_rdata_i,
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

  localparam logic [2:0] RegionRegisters   = 3'd0;
  localparam logic [2:0] RegionCells       = 3'd1;
  localparam logic [2:0] RegionOutputs     = 3'd2;
  localparam logic [2:0] RegionConductance = 3'd3;
  localparam logic [2:0] RegionCalibration = 3'd4;
  localparam logic [31:0] OffsetDeviceSeed = 32'd4;
  localparam logic [31:0] OffsetReadNumber = 32'd5;
  localparam logic [31:0] OffsetStalls     = 32'd12;
  localparam logic [31:0] OffsetReads      = 32'd13;

  localparam int SetBanks = RowFolds * ColumnFolds;
  // As nacre_imc_crossbar_core has it.
  localparam int MaxValue     = (((1 << AdcBits) - 1) * 1023 + 128) / 256 + 128;
  localparam int MaxSlice     = NumGroups * (MaxValue + (WeightSigned ? 127 : 0));
  localparam int SliceWeights = ((1 << (CellBits * Slices)) - 1) / ((1 << CellBits) - 1);
  localparam int SumWidth     = $clog2(64'(MaxSlice) * 64'(SliceWeights) + 64'd1) + 1 + AdcShift;
  localparam int RowWidth     = (Banks * Rows > 1) ? $clog2(Banks * Rows) : 1;
  localparam int PairWidth    = (NumPairs > 1) ? PairBits : 1;
  localparam int PhysicalWidth = $clog2(NumPhysical);
  // Bits that a word of the window `cells` may have: two levels.
  localparam logic [31:0] LevelMask = 32'((1 << CellBits) - 1) * 32'h0001_0001;

  if (Banks < SetBanks * WeightSets || (InputSigned && DigitBits != 1)) begin : gen_illegal
    nacre_error_imc_crossbar_parameter_is_out_of_range u_error ();
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
  logic [31:0]                 seed, read_number;
  wire unused_load = plane_load;

  logic                        cfg_request;  // first cycle of a request
  logic                        cfg_read;     // the reply carries data
  logic [2:0]                  cfg_region;
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
    .Counters        ((Counters > 1) ? 1 : Counters),
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

  logic                     pair_access, pair_done;
  logic [RowWidth-1:0]      pair_row;
  logic [PairWidth-1:0]     pair_place;
  logic [2*CellBits-1:0]    pair_levels;
  logic [31:0]              pair;
  logic                     calibration_access;
  logic [PhysicalWidth-1:0] calibration_row;
  logic [17:0]              calibration_rdata;

  nacre_imc_crossbar_core #(
    .Rows           (Rows),
    .TileRows       (TileRows),
    .Columns        (Columns),
    .WeightBits     (WeightBits),
    .WeightSigned   (WeightSigned),
    .Banks          (Banks),
    .DigitBits      (DigitBits),
    .SkipZero       (SkipZeroPlanes),
    .LinesPerRead   (LinesPerRead),
    .ColumnsPerAdc  (ColumnsPerAdc),
    .Sar            (Sar),
    .AdcBits        (AdcBits),
    .AdcShift       (AdcShift),
    .CellBits       (CellBits),
    .Levels         (Levels),
    .Spread         (Spread),
    .StuckLow       (StuckLow),
    .StuckHigh      (StuckHigh),
    .IrDrop         (IrDrop),
    .ReadNoise      (ReadNoise),
    .AdcOffset      (AdcOffset),
    .AdcNonlinearity(AdcNonlinearity),
    .TagWidth       (TagWidth)
  ) u_core (
    .clk_i               (clk_stage),
    .rst_ni              (rst_ni),
    .seed_i              (seed),
    .read_number_o       (read_number),
    .read_o              (core_read),
    .busy_o              (core_busy),
    .plane_valid_i       (plane_valid),
    .plane_ready_o       (plane_ready),
    .plane_i             (plane),
    .plane_signed_i      (plane_signed),
    .plane_bank_i        (plane_bank),
    .plane_empty_i       (plane_empty),
    .plane_tag_i         (plane_tag),
    .sum_valid_o         (sum_valid),
    .sum_ready_i         (sum_ready),
    .sums_o              (sums),
    .sum_tag_o           (sum_tag),
    .cells_access_i      (pair_access),
    .cells_write_i       (cfg_write_i),
    .cells_row_i         (pair_row),
    .cells_pair_i        (pair_place),
    .cells_levels_i      (pair_levels),
    .cells_done_o        (pair_done),
    .cells_pair_o        (pair),
    .calibration_access_i(calibration_access),
    .calibration_write_i (cfg_write_i),
    .calibration_row_i   (calibration_row),
    .calibration_wdata_i (cfg_wdata_i[17:0]),
    .calibration_rdata_o (calibration_rdata),
    .conductances_en_o   (conductances_en_o),
    .conductances_we_o   (conductances_we_o),
    .conductances_addr_o (conductances_addr_o),
    .conductances_wmask_o(conductances_wmask_o),
    .conductances_wdata_o(conductances_wdata_o),
    .conductances_rdata_i(conductances_rdata_i)
  );

  // ---- Configuration window -------------------------------------------------------------------

  // Offsets are compared as 32-bit numbers: RegionWidth is at most 29 in any design that fits.
  logic [31:0] offset, cells_row, cells_pair;
  logic        bus_idle;        // nothing is under way: all memories are the bus's
  logic        cells_free;      // the bank is the bus's
  logic        cells_legal, conductance_legal, calibration_legal, seed_legal, number_legal;
  logic        pair_request;    // an access to cells begins
  logic        pair_q;          // ... is under way
  logic [31:0] pair_rdata, register_rdata;
  logic [31:0] stall_cycles, weight_reads;

  assign {cfg_region, cfg_offset} = cfg_addr_i;
  assign offset     = 32'(cfg_offset);
  assign cells_row  = offset >> PairBits;
  assign cells_pair = offset & 32'((1 << PairBits) - 1);
  assign bus_idle   = idle_i && memory_free;

  // The banks of a set that nothing uses are free at any time.
  if (WeightSets == 2) begin : gen_sets
    assign cells_free = bus_idle
                     || (cells_row < 32'(SetBanks * Rows) && !sets_locked[0])
                     || (cells_row >= 32'(SetBanks * Rows) && cells_row < 32'(2 * SetBanks * Rows)
                         && !sets_locked[1]);
  end else begin : gen_one_set
    wire unused_sets = ^sets_locked;
    assign cells_free = bus_idle;
  end

  assign cells_legal = cfg_region == RegionCells && cfg_write_i && cells_free
                    && cells_row < 32'(Banks * Rows) && cells_pair < 32'(NumPairs)
                    && (cfg_wdata_i & ~LevelMask) == 32'd0;
  assign conductance_legal = cfg_region == RegionConductance && !cfg_write_i && cells_free
                          && cells_row < 32'(Banks * Rows) && cells_pair < 32'(NumPairs);
  assign calibration_legal = cfg_region == RegionCalibration && bus_idle
                          && offset < 32'(NumPhysical)
                          && (!cfg_write_i || (cfg_wdata_i >> 18) == 32'd0);
  // The noise of a read follows from the seed: it stays while anything is read.
  assign seed_legal   = cfg_region == RegionRegisters && offset == OffsetDeviceSeed
                     && (!cfg_write_i || bus_idle);
  assign number_legal = cfg_region == RegionRegisters && offset == OffsetReadNumber
                     && !cfg_write_i;

  assign cfg_request        = cfg_valid_i && !cfg_ready_o && !pair_q;
  assign pair_request       = cfg_request && (cells_legal || conductance_legal);
  assign pair_access        = pair_request || pair_q;
  assign pair_row           = RowWidth'(cells_row);
  assign pair_place         = PairWidth'(cells_pair);
  assign pair_levels        = {cfg_wdata_i[16 +: CellBits], cfg_wdata_i[CellBits-1:0]};
  assign calibration_access = cfg_request && calibration_legal;
  assign calibration_row    = PhysicalWidth'((PhysicalWidth + RegionWidth)'(cfg_offset));

  nacre_register_reset #(
    .Width(32),
    .Reset(DeviceSeed)
  ) u_seed (
    .clk_i   (clk_cfg),
    .rst_ni  (rst_ni),
    .enable_i(cfg_request && seed_legal && cfg_write_i),
    .d_i     (cfg_wdata_i),
    .q_o     (seed)
  );

  // A request is answered in the cycle after it, one to cells in the cycle after it is done.
  always_ff @(posedge clk_cfg or negedge rst_ni) begin
    if (!rst_ni) begin
      cfg_ready_o <= 1'b0;
      pair_q      <= 1'b0;
    end else begin
      cfg_ready_o <= (cfg_request && !pair_request) || pair_done;
      pair_q      <= pair_access && !pair_done;
    end
  end
  // Valid with cfg_ready_o.
  always_ff @(posedge clk_cfg) begin
    cfg_error_o <= cfg_request && !(tile_legal || cells_legal || conductance_legal
                                    || calibration_legal || seed_legal || number_legal);
  end
  nacre_register #(
    .Width(32)
  ) u_pair (
    .clk_i   (clk_cfg),
    .enable_i(pair_done && !cfg_write_i),
    .d_i     (pair),
    .q_o     (pair_rdata)
  );

  assign cfg_read       = cfg_ready_o && !cfg_error_o && !cfg_write_i;
  always_comb begin
    case (offset)
      OffsetDeviceSeed: register_rdata = seed;
      OffsetReadNumber: register_rdata = read_number;
      OffsetStalls:     register_rdata = stall_cycles;
      OffsetReads:      register_rdata = weight_reads;
      default:          register_rdata = 32'd0;
    endcase
  end
  always_comb begin
    cfg_rdata_o = tile_rdata;
    if (cfg_read) begin
      case (cfg_region)
        RegionRegisters:   cfg_rdata_o = tile_rdata | register_rdata;
        RegionConductance: cfg_rdata_o = pair_rdata;
        RegionCalibration: cfg_rdata_o = 32'(calibration_rdata);
        default: ;
      endcase
    end
  end

  // ---- Performance counters: those of the tile but for the full ones, which read 0 there -----

  if (Counters >= 2) begin : gen_full_counters
    nacre_perf_counter u_stall_cycles (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(m_valid_o && !m_ready_i), .value_o(stall_cycles)
    );
    nacre_perf_counter u_weight_reads (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(core_read), .value_o(weight_reads)
    );
  end else begin : gen_no_full_counters
    assign stall_cycles = '0;
    assign weight_reads = '0;
    wire   unused_read  = core_read;
  end

`ifdef VERILATOR
  input_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                  s_valid_i && !s_ready_o |=> s_valid_i && $stable(s_data_i));
  output_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                   m_valid_o && !m_ready_i |=> m_valid_o && $stable(m_data_o));
`endif

endmodule
`default_nettype wire
