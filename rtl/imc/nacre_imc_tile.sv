`default_nettype none
/// A stage of tiles but for its core and the core's windows: front end, sequencer, back end,
/// registers, counters, window `outputs` (README.md; docs/tile.md).
///
/// Region 0: 0 `input_bits`, 1 `active_set`, 2 `scale`, 3 `shift`; counters 8 `frames`,
/// 9 `patches`, 10 `planes`, 11 `planes_skipped`, 12 `stall_cycles`, 13 `weight_reads`.
module nacre_imc_tile #(
  /// Input stream, frames and patches: see nacre_imc_front.
  parameter int NumInputs        = 4,
  parameter int InputBits        = 4,
  parameter bit InputSigned      = 1'b0,
  parameter bit Steps            = 1'b0,
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
  /// Mapping: see nacre_imc_front and nacre_imc_sequencer.
  parameter int Rows             = 4,
  parameter int Columns          = 2,
  parameter int Banks            = 2,
  parameter int WeightSets       = 1,
  parameter int DigitBits        = 1,
  parameter bit SkipZeroPlanes   = 1'b1,
  /// Bits of a column's sum of one plane (the core's), bits of an accumulator.
  parameter int SumWidth         = 8,
  parameter int AccumulatorWidth = 16,
  /// Bias and requantisation: see nacre_imc_back.
  parameter int BiasWidth        = 0,
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
  /// Bits of an offset in a region, at least 4 and enough for the window `outputs`.
  parameter int OffsetWidth      = 4,
  // Derived, not to be set.
  parameter int InAddressWidth   = (NumInputs > 1) ? $clog2(NumInputs) : 1,
  parameter int InWidth          = 3 + InAddressWidth + InputBits,
  parameter int PatchInputs      = Convolution ? KernelV * KernelH * Channels : NumInputs,
  parameter int NumPatches       = Convolution
                                 ? ((Height + 2 * PaddingV - KernelV) / StrideV + 1)
                                   * ((Width + 2 * PaddingH - KernelH) / StrideH + 1)
                                 : 1,
  parameter int RowFolds         = (PatchInputs + Rows - 1) / Rows,
  parameter int ColumnFolds      = (NumOutputs + Columns - 1) / Columns,
  parameter int NumDigits        = (InputBits + DigitBits - 1) / DigitBits,
  parameter int TagWidth         = ((NumDigits > 1) ? $clog2(NumDigits) : 1) + 6,
  parameter int BankWidth        = (Banks > 1) ? $clog2(Banks) : 1,
  parameter int VectorWidth      = Rows * InputBits + NumDigits,
  parameter int VectorAddrWidth  = $clog2(2 * RowFolds),
  parameter int FrameRows        = Convolution ? 2 * NumInputs : 1,
  parameter int FrameAddrWidth   = (FrameRows > 1) ? $clog2(FrameRows) : 1,
  parameter int OutputsField     = BiasWidth + ((Requantise && ScalePerOutput) ? 16 : 0),
  parameter int OutputsWidth     = (OutputsField > 0) ? OutputsField : 1,
  parameter int OutputsAddrWidth = (NumOutputs > 1) ? $clog2(NumOutputs) : 1,
  parameter int OutputsChunks    = (OutputsWidth + 31) / 32,
  parameter int OutAddresses     = NumOutputs * NumPatches,
  parameter int OutWidth         = 3 + ((OutAddresses > 1) ? $clog2(OutAddresses) : 1)
                                 + (Requantise ? OutputBits : AccumulatorWidth)
) (
  input  wire logic                        clk_i,
  input  wire logic                        rst_ni,  ///< asynchronous, active low
  // Configuration: see README.md
  input  wire logic                        cfg_registers_i,
  input  wire logic                        cfg_outputs_i,
  input  wire logic                        cfg_write_i,
  input  wire logic [OffsetWidth-1:0]      cfg_offset_i,
  input  wire logic [31:0]                 cfg_wdata_i,
  output logic                             cfg_legal_o,
  input  wire logic                        cfg_read_registers_i,
  input  wire logic                        cfg_read_outputs_i,
  output logic      [31:0]                 cfg_rdata_o,
  input  wire logic                        idle_i,
  input  wire logic                        clear_counters_i,
  output logic                             memory_free_o,
  output logic      [1:0]                  sets_locked_o,
  // Input and output stream
  input  wire logic                        s_valid_i,
  output logic                             s_ready_o,
  input  wire logic [InWidth-1:0]          s_data_i,
  output logic                             m_valid_o,
  input  wire logic                        m_ready_i,
  output logic      [OutWidth-1:0]         m_data_o,
  output logic                             busy_o,
  output logic      [1:0]                  error_o,  ///< {frame_short, frame_order}
  // Core
  output logic                             plane_valid_o,
  input  wire logic                        plane_ready_i,
  output logic      [Rows*DigitBits-1:0]   plane_o,
  output logic                             plane_signed_o,
  output logic      [BankWidth-1:0]        plane_bank_o,
  output logic                             plane_load_o,
  output logic                             plane_empty_o,
  output logic      [TagWidth-1:0]         plane_tag_o,
  input  wire logic                        sum_valid_i,
  output logic                             sum_ready_o,
  input  wire logic [Columns*SumWidth-1:0] sums_i,
  input  wire logic [TagWidth-1:0]         sum_tag_i,
  input  wire logic                        core_busy_i,
  // Frame memory: see nacre_imc_front
  output logic                             frame_ren_o,
  output logic      [FrameAddrWidth-1:0]   frame_raddr_o,
  input  wire logic [InputBits-1:0]        frame_rdata_i,
  output logic                             frame_wen_o,
  output logic      [FrameAddrWidth-1:0]   frame_waddr_o,
  output logic      [InputBits-1:0]        frame_wdata_o,
  // Vector memory: 2 * RowFolds rows, one read and one write port
  output logic                             vector_ren_o,
  output logic      [VectorAddrWidth-1:0]  vector_raddr_o,
  input  wire logic [VectorWidth-1:0]      vector_rdata_i,
  output logic                             vector_wen_o,
  output logic      [VectorAddrWidth-1:0]  vector_waddr_o,
  output logic      [VectorWidth-1:0]      vector_wdata_o,
  // Memory of outputs: NumOutputs rows {scale, bias}, single port; idle without either
  output logic                             outputs_en_o,
  output logic                             outputs_we_o,
  output logic      [OutputsAddrWidth-1:0] outputs_addr_o,
  output logic      [OutputsChunks-1:0]    outputs_wmask_o,
  output logic      [OutputsWidth-1:0]     outputs_wdata_o,
  input  wire logic [OutputsWidth-1:0]     outputs_rdata_i
);

  localparam int OutputsChunkBits = $clog2(OutputsChunks);
  localparam bit OneScale         = Requantise && !ScalePerOutput;

  if (OffsetWidth < 4 || OffsetWidth > 30 || Counters < 0 || Counters > 2 || Scale < 1
      || Scale > 65535 || Shift < 0 || Shift > 63) begin : gen_illegal
    nacre_error_imc_tile_parameter_is_out_of_range u_error ();
  end

  // ---- Data path ------------------------------------------------------------------------------

  logic [4:0]  input_bits;
  logic        active_set, set, in_frame;
  logic [15:0] scale;
  logic [5:0]  shift;
  logic        front_busy, sequencer_busy, back_busy;
  logic        item_valid, item_ready, slot_done;
  logic [2:0]  item;
  logic        fold_valid, fold_ready, fold_values, fold_close, fold_sample;
  logic [Columns*AccumulatorWidth-1:0] fold;
  logic        frame_taken, plane_taken, load_taken, pass_taken;
  logic [4:0]  skipped;
  logic        back_outputs_en;
  logic [OutputsAddrWidth-1:0] back_outputs_addr;

  nacre_imc_front #(
    .NumInputs     (NumInputs),
    .InputBits     (InputBits),
    .InputSigned   (InputSigned),
    .Steps         (Steps),
    .Convolution   (Convolution),
    .Height        (Height),
    .Width         (Width),
    .Channels      (Channels),
    .KernelV       (KernelV),
    .KernelH       (KernelH),
    .StrideV       (StrideV),
    .StrideH       (StrideH),
    .PaddingV      (PaddingV),
    .PaddingH      (PaddingH),
    .Rows          (Rows),
    .DigitBits     (DigitBits),
    .SkipZeroPlanes(SkipZeroPlanes),
    .WeightSets    (WeightSets)
  ) u_front (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .s_valid_i     (s_valid_i),
    .s_ready_o     (s_ready_o),
    .s_data_i      (s_data_i),
    .input_bits_i  (input_bits),
    .active_set_i  (active_set),
    .stage_busy_i  (busy_o),
    .set_o         (set),
    .in_frame_o    (in_frame),
    .frame_o       (frame_taken),
    .error_o       (error_o),
    .busy_o        (front_busy),
    .item_valid_o  (item_valid),
    .item_ready_i  (item_ready),
    .item_o        (item),
    .slot_done_i   (slot_done),
    .frame_ren_o   (frame_ren_o),
    .frame_raddr_o (frame_raddr_o),
    .frame_rdata_i (frame_rdata_i),
    .frame_wen_o   (frame_wen_o),
    .frame_waddr_o (frame_waddr_o),
    .frame_wdata_o (frame_wdata_o),
    .vector_wen_o  (vector_wen_o),
    .vector_waddr_o(vector_waddr_o),
    .vector_wdata_o(vector_wdata_o)
  );

  nacre_imc_sequencer #(
    .Rows            (Rows),
    .Columns         (Columns),
    .RowFolds        (RowFolds),
    .ColumnFolds     (ColumnFolds),
    .InputBits       (InputBits),
    .InputSigned     (InputSigned),
    .DigitBits       (DigitBits),
    .Banks           (Banks),
    .WeightSets      (WeightSets),
    .SumWidth        (SumWidth),
    .AccumulatorWidth(AccumulatorWidth)
  ) u_sequencer (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .input_bits_i  (input_bits),
    .set_i         (set),
    .busy_o        (sequencer_busy),
    .item_valid_i  (item_valid),
    .item_ready_o  (item_ready),
    .item_i        (item),
    .slot_done_o   (slot_done),
    .vector_ren_o  (vector_ren_o),
    .vector_raddr_o(vector_raddr_o),
    .vector_rdata_i(vector_rdata_i),
    .plane_valid_o (plane_valid_o),
    .plane_ready_i (plane_ready_i),
    .plane_o       (plane_o),
    .plane_signed_o(plane_signed_o),
    .plane_bank_o  (plane_bank_o),
    .plane_load_o  (plane_load_o),
    .plane_empty_o (plane_empty_o),
    .plane_tag_o   (plane_tag_o),
    .sum_valid_i   (sum_valid_i),
    .sum_ready_o   (sum_ready_o),
    .sums_i        (sums_i),
    .sum_tag_i     (sum_tag_i),
    .fold_valid_o  (fold_valid),
    .fold_ready_i  (fold_ready),
    .fold_o        (fold),
    .fold_values_o (fold_values),
    .fold_close_o  (fold_close),
    .fold_sample_o (fold_sample),
    .plane_taken_o (plane_taken),
    .load_taken_o  (load_taken),
    .pass_taken_o  (pass_taken),
    .skipped_o     (skipped)
  );

  nacre_imc_back #(
    .Columns         (Columns),
    .NumOutputs      (NumOutputs),
    .NumPatches      (NumPatches),
    .AccumulatorWidth(AccumulatorWidth),
    .BiasWidth       (BiasWidth),
    .Requantise      (Requantise),
    .ScalePerOutput  (ScalePerOutput),
    .OutputBits      (OutputBits),
    .OutputSigned    (OutputSigned),
    .Rounding        (Rounding),
    .Relu            (Relu),
    .Steps           (Steps)
  ) u_back (
    .clk_i          (clk_i),
    .rst_ni         (rst_ni),
    .scale_i        (scale),
    .shift_i        (shift),
    .fold_valid_i   (fold_valid),
    .fold_ready_o   (fold_ready),
    .fold_i         (fold),
    .fold_values_i  (fold_values),
    .fold_close_i   (fold_close),
    .fold_sample_i  (fold_sample),
    .outputs_en_o   (back_outputs_en),
    .outputs_addr_o (back_outputs_addr),
    .outputs_rdata_i(outputs_rdata_i),
    .m_valid_o      (m_valid_o),
    .m_ready_i      (m_ready_i),
    .m_data_o       (m_data_o),
    .busy_o         (back_busy)
  );

  assign busy_o = front_busy || sequencer_busy || core_busy_i || back_busy;

  // ---- Registers ------------------------------------------------------------------------------

  logic [31:0] frames, patches, planes_computed, planes_skipped, stall_cycles, weight_reads;
  logic [31:0] register_value;
  logic        register_exists, register_writable, register_access;
  logic        input_bits_fits, scale_fits, shift_fits;

  assign input_bits_fits = cfg_wdata_i >= 32'd1 && cfg_wdata_i <= 32'(InputBits)
                        && memory_free_o && idle_i && !in_frame;
  assign scale_fits      = cfg_wdata_i >= 32'd1 && cfg_wdata_i <= 32'd65535
                        && memory_free_o && idle_i;
  assign shift_fits      = cfg_wdata_i <= 32'd63 && memory_free_o && idle_i;

  always_comb begin
    register_value    = '0;
    register_exists   = 1'b1;
    register_writable = 1'b0;
    case (32'(cfg_offset_i))
      32'd0: begin
        register_value    = 32'(input_bits);
        register_writable = input_bits_fits;
      end
      32'd1: begin
        register_value    = 32'(active_set);
        register_exists   = WeightSets == 2;
        register_writable = cfg_wdata_i <= 32'd1;
      end
      32'd2: begin
        register_value    = 32'(scale);
        register_exists   = OneScale;
        register_writable = scale_fits;
      end
      32'd3: begin
        register_value    = 32'(shift);
        register_exists   = Requantise;
        register_writable = shift_fits;
      end
      32'd8:   register_value = frames;
      32'd9:   register_value = patches;
      32'd10:  register_value = planes_computed;
      32'd11:  register_value = planes_skipped;
      32'd12:  register_value = stall_cycles;
      32'd13:  register_value = weight_reads;
      default: register_exists = 1'b0;
    endcase
  end
  assign register_access = cfg_registers_i && register_exists
                        && (register_writable || !cfg_write_i);

  nacre_register_reset #(
    .Width(5),
    .Reset(5'(InputBits))
  ) u_input_bits (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .enable_i(register_access && cfg_write_i && 32'(cfg_offset_i) == 32'd0),
    .d_i     (cfg_wdata_i[4:0]),
    .q_o     (input_bits)
  );

  if (WeightSets == 2) begin : gen_active_set
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        active_set <= 1'b0;
      end else if (register_access && cfg_write_i && 32'(cfg_offset_i) == 32'd1) begin
        active_set <= cfg_wdata_i[0];
      end
    end
    assign sets_locked_o = (2'd1 << set) | (2'd1 << active_set);
  end else begin : gen_one_set
    wire unused_set = set;
    assign active_set    = 1'b0;
    assign sets_locked_o = 2'b11;
  end

  if (OneScale) begin : gen_scale
    nacre_register_reset #(
      .Width(16),
      .Reset(16'(Scale))
    ) u_scale (
      .clk_i   (clk_i),
      .rst_ni  (rst_ni),
      .enable_i(register_access && cfg_write_i && 32'(cfg_offset_i) == 32'd2),
      .d_i     (cfg_wdata_i[15:0]),
      .q_o     (scale)
    );
  end else begin : gen_no_scale
    assign scale = 16'd1;
  end
  if (Requantise) begin : gen_shift
    nacre_register_reset #(
      .Width(6),
      .Reset(6'(Shift))
    ) u_shift (
      .clk_i   (clk_i),
      .rst_ni  (rst_ni),
      .enable_i(register_access && cfg_write_i && 32'(cfg_offset_i) == 32'd3),
      .d_i     (cfg_wdata_i[5:0]),
      .q_o     (shift)
    );
  end else begin : gen_no_shift
    assign shift = 6'd0;
  end

  // ---- Window `outputs` -----------------------------------------------------------------------

  logic [31:0] outputs_row, outputs_chunk;
  logic        outputs_access;
  logic [32*OutputsChunks-1:0] outputs_words;

  assign memory_free_o  = !busy_o && !s_valid_i;
  assign outputs_row    = 32'(cfg_offset_i) >> OutputsChunkBits;
  assign outputs_chunk  = 32'(cfg_offset_i) & 32'((1 << OutputsChunkBits) - 1);
  assign outputs_access = cfg_outputs_i && OutputsField > 0 && idle_i && memory_free_o
                       && outputs_row < 32'(NumOutputs) && outputs_chunk < 32'(OutputsChunks);
  assign cfg_legal_o    = register_access || outputs_access;

  assign outputs_en_o    = back_outputs_en || outputs_access;
  assign outputs_we_o    = outputs_access && cfg_write_i;
  assign outputs_addr_o  = outputs_access ? OutputsAddrWidth'(outputs_row) : back_outputs_addr;
  assign outputs_words   = (32*OutputsChunks)'(outputs_rdata_i);
  assign outputs_wdata_o = OutputsWidth'({OutputsChunks{cfg_wdata_i}});
  for (genvar c = 0; c < OutputsChunks; c++) begin : gen_outputs_mask
    assign outputs_wmask_o[c] = outputs_chunk == 32'(c);
  end

  always_comb begin
    cfg_rdata_o = '0;
    if (cfg_read_registers_i) cfg_rdata_o = register_value;
    for (int c = 0; c < OutputsChunks; c++) begin
      if (cfg_read_outputs_i && outputs_chunk == 32'(c)) begin
        cfg_rdata_o = cfg_rdata_o | outputs_words[32*c +: 32];
      end
    end
  end

  // ---- Performance counters -------------------------------------------------------------------

  if (Counters >= 1) begin : gen_counters
    nacre_perf_counter u_frames (
      .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(frame_taken), .value_o(frames)
    );
    nacre_perf_counter u_patches (
      .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(slot_done), .value_o(patches)
    );
    nacre_perf_counter u_planes (
      .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(plane_taken), .value_o(planes_computed)
    );
    if (SkipZeroPlanes) begin : gen_skipped
      // Adds up to NumDigits at a time.
      nacre_register_reset #(
        .Width(32)
      ) u_skipped (
        .clk_i   (clk_i),
        .rst_ni  (rst_ni),
        .enable_i(clear_counters_i || (pass_taken && skipped != 5'd0)),
        .d_i     (clear_counters_i ? 32'd0 : planes_skipped + 32'(skipped)),
        .q_o     (planes_skipped)
      );
    end else begin : gen_not_skipped
      wire unused_skipped = ^{pass_taken, skipped};
      assign planes_skipped = '0;
    end
  end else begin : gen_no_counters
    wire unused_pulses = ^{frame_taken, plane_taken, pass_taken, skipped};
    assign frames          = '0;
    assign patches         = '0;
    assign planes_computed = '0;
    assign planes_skipped  = '0;
  end
  if (Counters >= 2) begin : gen_full_counters
    nacre_perf_counter u_stall_cycles (
      .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(m_valid_o && !m_ready_i), .value_o(stall_cycles)
    );
    nacre_perf_counter u_weight_reads (
      .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(load_taken), .value_o(weight_reads)
    );
  end else begin : gen_no_full_counters
    wire unused_pulses = load_taken;
    assign stall_cycles = '0;
    assign weight_reads = '0;
  end
  if (Counters == 0) begin : gen_unused_clear
    wire unused_clear = clear_counters_i;
  end

endmodule
`default_nettype wire
