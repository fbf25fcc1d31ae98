`default_nettype none
/// Back end of a stage of tiles: column folds to words (docs/tile.md, "Requantisation"; cycle by
/// cycle: generator/src/kinds/imc_digital/README.md, "Timing").
///
///   v = (accumulator + bias) * scale;  r = round(v / 2^shift);  y = clip(relu(r))
///
/// A fold is held while its values leave, one per cycle, in ascending order, then its closing word.
/// The value goes through R1 (bias), R2 (scale), R3 (rounding) to the output FIFO; without
/// Requantise from R1 to the FIFO. All registers stand still while the last one waits for the FIFO.
module nacre_imc_back #(
  /// Values of a fold, at least 1; the last fold of a patch has what is left.
  parameter int Columns          = 2,
  /// Outputs of a patch N_out, patches of a frame: at least 1.
  parameter int NumOutputs       = 4,
  parameter int NumPatches       = 1,
  /// 1 ... 48; at most 32 without Requantise. Bias, product and rounding are exact.
  parameter int AccumulatorWidth = 16,
  /// Bits of a bias 2 ... 32, two's complement; 0: none.
  parameter int BiasWidth        = 0,
  /// 0: the accumulator plus bias is sent; the parameters below are then without effect.
  parameter bit Requantise       = 1'b0,
  /// 1: a scale per output, in the memory; 0: scale_i.
  parameter bit ScalePerOutput   = 1'b0,
  /// Bits of an output 1 ... 32, and whether they are two's complement.
  parameter int OutputBits       = 8,
  parameter bit OutputSigned     = 1'b1,
  /// 0: floor, 1: half_up, 2: half_even.
  parameter int Rounding         = 1,
  parameter bit Relu             = 1'b0,
  /// 1: end_of_step closes a frame; 0: end_of_sample does.
  parameter bit Steps            = 1'b0,
  // Derived, not to be set.
  // Memory of outputs: row n = {scale, bias}, as far as there are any.
  parameter int OutputsWidth     = (BiasWidth + ((Requantise && ScalePerOutput) ? 16 : 0) > 0)
                                 ? BiasWidth + ((Requantise && ScalePerOutput) ? 16 : 0) : 1,
  parameter int OutputsAddrWidth = (NumOutputs > 1) ? $clog2(NumOutputs) : 1,
  parameter int Addresses        = NumOutputs * NumPatches,
  parameter int AddressWidth     = (Addresses > 1) ? $clog2(Addresses) : 1,
  parameter int PayloadWidth     = Requantise ? OutputBits : AccumulatorWidth,
  parameter int OutWidth         = 3 + AddressWidth + PayloadWidth
) (
  input  wire logic                        clk_i,
  input  wire logic                        rst_ni,        ///< asynchronous, active low
  input  wire logic [15:0]                 scale_i,       ///< 1 ... 65535
  input  wire logic [5:0]                  shift_i,
  // Column folds (nacre_imc_sequencer)
  input  wire logic                        fold_valid_i,
  output logic                             fold_ready_o,
  input  wire logic [Columns*AccumulatorWidth-1:0] fold_i,
  input  wire logic                        fold_values_i,
  input  wire logic                        fold_close_i,
  input  wire logic                        fold_sample_i,
  // Memory of outputs: read data one cycle after the enable
  output logic                             outputs_en_o,
  output logic      [OutputsAddrWidth-1:0] outputs_addr_o,
  input  wire logic [OutputsWidth-1:0]     outputs_rdata_i,
  // Values {kind, negative, address, payload}
  output logic                             m_valid_o,
  input  wire logic                        m_ready_i,
  output logic      [OutWidth-1:0]         m_data_o,
  output logic                             busy_o
);

  localparam logic [1:0] KindEndOfStep   = 2'd1;
  localparam logic [1:0] KindValue       = 2'd2;
  localparam logic [1:0] KindEndOfSample = 2'd3;

  localparam int  IndexWidth = (Columns > 1) ? $clog2(Columns) : 1;
  localparam bit  HasMemory  = BiasWidth > 0 || (Requantise && ScalePerOutput);
  // Of a word: closes, end_of_sample, address.
  localparam int  MarkWidth  = 2 + AddressWidth;

  if (Columns < 1 || NumOutputs < 1 || NumPatches < 1 || AccumulatorWidth < 1
      || AccumulatorWidth > 48 || (!Requantise && AccumulatorWidth > 32) || BiasWidth < 0
      || BiasWidth > 32 || OutputBits < 1 || OutputBits > 32 || Rounding < 0 || Rounding > 2)
  begin : gen_illegal
    nacre_error_imc_back_parameter_is_out_of_range u_error ();
  end

  // ---- The fold that is sent ------------------------------------------------------------------

  logic                        hold_valid_q;
  logic                        values_q;      // values are left, else the closing word
  logic                        close_q, sample_q;
  logic [Columns*AccumulatorWidth-1:0] hold_q;
  logic [IndexWidth-1:0]       index_q;       // of the value in the fold
  logic [OutputsAddrWidth-1:0] output_q;      // n
  logic [AddressWidth-1:0]     address_q;
  logic                        load, moves, send, send_value, send_close, hold_done;
  logic                        last_output, last_value;
  logic [AccumulatorWidth-1:0] value;

  assign load        = fold_valid_i && fold_ready_o;
  assign send        = hold_valid_q && moves;
  assign send_value  = send && values_q;
  assign send_close  = send && !values_q;
  assign last_output = output_q == OutputsAddrWidth'(NumOutputs - 1);
  assign last_value  = last_output || index_q == IndexWidth'(Columns - 1);
  assign hold_done   = send_close || (send_value && last_value && !close_q);
  assign fold_ready_o = !hold_valid_q || hold_done;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                hold_valid_q <= 1'b0;
    else if (load || hold_done) hold_valid_q <= load;
  end
  // Valid while hold_valid_q.
  always_ff @(posedge clk_i) begin
    if (load)                          values_q <= fold_values_i;
    else if (send_value && last_value) values_q <= 1'b0;
  end
  nacre_register #(
    .Width(2 + Columns * AccumulatorWidth)
  ) u_hold (
    .clk_i   (clk_i),
    .enable_i(load),
    .d_i     ({fold_close_i, fold_sample_i, fold_i}),
    .q_o     ({close_q, sample_q, hold_q})
  );

  nacre_register_reset #(
    .Width(IndexWidth)
  ) u_index (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .enable_i(send_value),
    .d_i     (last_value ? IndexWidth'(0) : index_q + IndexWidth'(1)),
    .q_o     (index_q)
  );
  nacre_register_reset #(
    .Width(OutputsAddrWidth)
  ) u_output (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .enable_i(send_value),
    .d_i     (last_output ? OutputsAddrWidth'(0) : output_q + OutputsAddrWidth'(1)),
    .q_o     (output_q)
  );
  nacre_register_reset #(
    .Width(AddressWidth)
  ) u_address (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .enable_i(send),
    .d_i     (send_close ? AddressWidth'(0) : address_q + AddressWidth'(1)),
    .q_o     (address_q)
  );

  if (Columns == 1) begin : gen_one_column
    assign value = hold_q;
  end else begin : gen_columns
    // Padded to a power of two: no index reaches beyond.
    logic [(1<<IndexWidth)*AccumulatorWidth-1:0] padded;
    assign padded = ((1<<IndexWidth)*AccumulatorWidth)'(hold_q);
    assign value  = padded[32'(index_q)*AccumulatorWidth +: AccumulatorWidth];
  end

  assign outputs_en_o   = HasMemory && send_value;
  assign outputs_addr_o = output_q;

  // ---- R1: bias -------------------------------------------------------------------------------

  logic                                r1_valid_q;
  logic [MarkWidth-1:0]                r1_mark_q;
  logic signed [AccumulatorWidth-1:0]  r1_value_q;
  logic signed [AccumulatorWidth-1:0]  biased;  // in range: AccumulatorWidth is chosen so

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)    r1_valid_q <= 1'b0;
    else if (moves) r1_valid_q <= hold_valid_q;
  end
  nacre_register #(
    .Width(MarkWidth)
  ) u_r1_mark (
    .clk_i   (clk_i),
    .enable_i(send),
    .d_i     ({send_close, sample_q, send_close ? AddressWidth'(0) : address_q}),
    .q_o     (r1_mark_q)
  );
  nacre_register #(
    .Width(AccumulatorWidth)
  ) u_r1_value (
    .clk_i   (clk_i),
    .enable_i(send_value),
    .d_i     (value),
    .q_o     (r1_value_q)
  );

  if (BiasWidth > 0) begin : gen_bias
    // Of the sum, the low AccumulatorWidth bits matter alone.
    localparam int SumWidth = (BiasWidth > AccumulatorWidth) ? BiasWidth : AccumulatorWidth;
    logic [SumWidth-1:0] sum;
    assign sum = SumWidth'(r1_value_q) + SumWidth'($signed(outputs_rdata_i[BiasWidth-1:0]));
    assign biased = $signed(sum[AccumulatorWidth-1:0]);
    if (SumWidth > AccumulatorWidth) begin : gen_unused
      wire unused_sum = ^sum[SumWidth-1:AccumulatorWidth];
    end
  end else begin : gen_no_bias
    assign biased = r1_value_q;
  end

  // ---- R2, R3: requantisation -----------------------------------------------------------------

  logic                    last_valid;  // a word is in the last register
  logic [MarkWidth-1:0]    last_mark;
  logic [PayloadWidth-1:0] payload;
  logic                    stages_busy;

  if (!Requantise) begin : gen_plain
    wire unused = ^{scale_i, shift_i};
    if (!HasMemory) begin : gen_no_memory
      wire unused_rdata = ^outputs_rdata_i;
    end
    assign last_valid  = r1_valid_q;
    assign last_mark   = r1_mark_q;
    assign payload     = biased;
    assign stages_busy = r1_valid_q;
  end else begin : gen_requantise
    // |accumulator| <= 2^(AccumulatorWidth-1), scale < 2^16: |product| < 2^(AccumulatorWidth+15).
    localparam int ProductWidth = AccumulatorWidth + 16;
    // Rounding adds at most 1.
    localparam int RoundedWidth = ProductWidth + 1;
    // Holds a rounded value, and each bound of the clip.
    localparam int ClipWidth    = (RoundedWidth > OutputBits + 1) ? RoundedWidth : OutputBits + 1;
    localparam logic signed [ClipWidth-1:0] One = ClipWidth'(1);
    localparam logic signed [ClipWidth-1:0] Highest =
        OutputSigned ? (One <<< (OutputBits - 1)) - One : (One <<< OutputBits) - One;
    localparam logic signed [ClipWidth-1:0] Lowest =
        OutputSigned ? ~Highest : ClipWidth'(0);

    logic                               r2_valid_q, r3_valid_q, r1_close, r2_close;
    logic [MarkWidth-1:0]               r2_mark_q, r3_mark_q;
    logic signed [AccumulatorWidth-1:0] r2_value_q;
    logic [15:0]                        r2_scale;
    logic signed [ProductWidth-1:0]     product_d, r3_product_q;
    logic signed [ProductWidth:0]       halves;   // product * 2 / 2^shift, floor
    logic                               half, above;
    logic signed [ClipWidth-1:0]        rounded, clipped;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        r2_valid_q <= 1'b0;
        r3_valid_q <= 1'b0;
      end else if (moves) begin
        r2_valid_q <= r1_valid_q;
        r3_valid_q <= r2_valid_q;
      end
    end
    nacre_register #(
      .Width(MarkWidth)
    ) u_r2_mark (
      .clk_i   (clk_i),
      .enable_i(moves && r1_valid_q),
      .d_i     (r1_mark_q),
      .q_o     (r2_mark_q)
    );
    nacre_register #(
      .Width(AccumulatorWidth)
    ) u_r2_value (
      .clk_i   (clk_i),
      .enable_i(moves && r1_valid_q && !r1_close),
      .d_i     (biased),
      .q_o     (r2_value_q)
    );
    if (ScalePerOutput) begin : gen_scales
      wire unused_scale = ^scale_i;
      nacre_register #(
        .Width(16)
      ) u_r2_scale (
        .clk_i   (clk_i),
        .enable_i(moves && r1_valid_q && !r1_close),
        .d_i     (outputs_rdata_i[OutputsWidth-1 -: 16]),
        .q_o     (r2_scale)
      );
    end else begin : gen_scale
      assign r2_scale = scale_i;
      if (!HasMemory) begin : gen_no_memory
        wire unused_rdata = ^outputs_rdata_i;
      end
    end

    assign r1_close  = r1_mark_q[MarkWidth-1];
    assign r2_close  = r2_mark_q[MarkWidth-1];
    assign product_d = ProductWidth'(r2_value_q) * ProductWidth'($signed({1'b0, r2_scale}));
    nacre_register #(
      .Width(MarkWidth)
    ) u_r3_mark (
      .clk_i   (clk_i),
      .enable_i(moves && r2_valid_q),
      .d_i     (r2_mark_q),
      .q_o     (r3_mark_q)
    );
    nacre_register #(
      .Width(ProductWidth)
    ) u_r3_product (
      .clk_i   (clk_i),
      .enable_i(moves && r2_valid_q && !r2_close),
      .d_i     (product_d),
      .q_o     (r3_product_q)
    );

    // Bit 0 of `halves` is worth a half.
    assign halves = $signed({r3_product_q, 1'b0}) >>> shift_i;
    assign half   = halves[0];
    if (Rounding == 0) begin : gen_floor
      wire unused_half = half;
      assign above = 1'b0;
    end else if (Rounding == 1) begin : gen_half_up
      assign above = half;
    end else begin : gen_half_even
      // What lies below the half: the low shift - 1 bits of the product.
      logic [ProductWidth:0] below;
      assign below = ~({(ProductWidth+1){1'b1}} << shift_i) >> 1;
      assign above = half && (halves[1] || (r3_product_q & below[ProductWidth-1:0]) != '0);
      wire unused_below = below[ProductWidth];
    end
    assign rounded = ClipWidth'($signed(halves[ProductWidth:1]))
                   + (above ? One : ClipWidth'(0));
    always_comb begin
      clipped = rounded;
      if (Relu && rounded < ClipWidth'(0)) clipped = '0;
      else if (rounded > Highest)          clipped = Highest;
      else if (rounded < Lowest)           clipped = Lowest;
    end
    if (ClipWidth > OutputBits) begin : gen_unused_clip
      wire unused_clip = ^clipped[ClipWidth-1:OutputBits];
    end

    assign last_valid  = r3_valid_q;
    assign last_mark   = r3_mark_q;
    assign payload     = clipped[OutputBits-1:0];
    assign stages_busy = r1_valid_q || r2_valid_q || r3_valid_q;
  end

  // ---- Output ---------------------------------------------------------------------------------

  logic                    fifo_ready;
  logic                    word_close, word_sample;
  logic [AddressWidth-1:0] word_address;
  logic [OutWidth-1:0]     word;

  assign moves = !last_valid || fifo_ready;
  assign {word_close, word_sample, word_address} = last_mark;
  assign word = {!word_close ? KindValue
                 : ((Steps && !word_sample) ? KindEndOfStep : KindEndOfSample),
                 1'b0, word_address, word_close ? PayloadWidth'(0) : payload};

  nacre_stream_fifo #(
    .Width(OutWidth)
  ) u_fifo (
    .clk_i    (clk_i),
    .rst_ni   (rst_ni),
    .s_valid_i(last_valid),
    .s_ready_o(fifo_ready),
    .s_data_i (word),
    .m_valid_o(m_valid_o),
    .m_ready_i(m_ready_i),
    .m_data_o (m_data_o)
  );

  assign busy_o = hold_valid_q || stages_busy || m_valid_o;

endmodule
`default_nettype wire
