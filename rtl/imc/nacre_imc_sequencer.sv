`default_nettype none
/// Passes of a stage of tiles: patches to digit planes, sums to accumulators (docs/tile.md,
/// "Passes"; cycle by cycle: generator/src/kinds/imc_digital/README.md, "Timing").
///
/// For each patch, for each column fold, for each row fold: one token per digit plane that is not
/// skipped, lowest digit first, one per cycle while the core takes them; without a plane, one empty
/// token. In the cycle of a row's last token the next row is read. The tag of a token tells what to
/// do with its sums; those of the last token of a column fold complete the fold, which goes to the
/// back end without another register.
module nacre_imc_sequencer #(
  /// Inputs and outputs of a pass, at least 1.
  parameter int Rows             = 4,
  parameter int Columns          = 2,
  /// Folds of the matrix, at least 1.
  parameter int RowFolds         = 1,
  parameter int ColumnFolds      = 1,
  /// Bits of an input 1 ... 16, and whether it is two's complement.
  parameter int InputBits        = 4,
  parameter bit InputSigned      = 1'b0,
  /// Bits of a digit: 1, 2 or 4.
  parameter int DigitBits        = 1,
  /// At least RowFolds * ColumnFolds * WeightSets; sets: 1 or 2.
  parameter int Banks            = 1,
  parameter int WeightSets       = 1,
  /// Bits of a column's sum of one plane, at least 1.
  parameter int SumWidth         = 8,
  /// Bits of an accumulator 1 ... 48: whatever they hold at the end fits.
  parameter int AccumulatorWidth = 16,
  // Derived, not to be set.
  parameter int NumDigits        = (InputBits + DigitBits - 1) / DigitBits,
  parameter int DigitWidth       = (NumDigits > 1) ? $clog2(NumDigits) : 1,
  parameter int TagWidth         = DigitWidth + 6,
  parameter int BankWidth        = (Banks > 1) ? $clog2(Banks) : 1,
  parameter int VectorWidth      = Rows * InputBits + NumDigits,
  parameter int VectorAddrWidth  = $clog2(2 * RowFolds)
) (
  input  wire logic                       clk_i,
  input  wire logic                       rst_ni,        ///< asynchronous, active low
  input  wire logic [4:0]                 input_bits_i,  ///< p, 1 ... InputBits
  input  wire logic                       set_i,         ///< weight set
  output logic                            busy_o,
  // Items {patch, close, sample} (nacre_imc_front)
  input  wire logic                       item_valid_i,
  output logic                            item_ready_o,
  input  wire logic [2:0]                 item_i,
  output logic                            slot_done_o,   ///< pulse: the patch's last token is taken
  // Vector memory, read port: see nacre_imc_front
  output logic                            vector_ren_o,
  output logic      [VectorAddrWidth-1:0] vector_raddr_o,
  input  wire logic [VectorWidth-1:0]     vector_rdata_i,
  // Tokens to the core, and their sums (README.md)
  output logic                            plane_valid_o,
  input  wire logic                       plane_ready_i,
  output logic      [Rows*DigitBits-1:0]  plane_o,
  output logic                            plane_signed_o,
  output logic      [BankWidth-1:0]       plane_bank_o,
  output logic                            plane_load_o,
  output logic                            plane_empty_o,
  output logic      [TagWidth-1:0]        plane_tag_o,
  input  wire logic                       sum_valid_i,
  output logic                            sum_ready_o,
  input  wire logic [Columns*SumWidth-1:0] sums_i,
  input  wire logic [TagWidth-1:0]        sum_tag_i,
  // Column folds to the back end
  output logic                            fold_valid_o,
  input  wire logic                       fold_ready_i,
  output logic      [Columns*AccumulatorWidth-1:0] fold_o,
  output logic                            fold_values_o, ///< 0: a closing word alone
  output logic                            fold_close_o,  ///< a closing word follows the values
  output logic                            fold_sample_o, ///< it is end_of_sample
  // Counters
  output logic                            plane_taken_o, ///< pulse: a plane is computed
  output logic                            load_taken_o,  ///< pulse: its bank is read
  output logic                            pass_taken_o,  ///< pulse: a pass begins
  output logic      [4:0]                 skipped_o      ///< with it: planes skipped by the pass
);

  localparam int FoldWidth  = (RowFolds > 1) ? $clog2(RowFolds) : 1;
  localparam int SetBanks   = RowFolds * ColumnFolds;
  localparam int PlaneWidth = Rows * DigitBits;
  localparam int DigitShift = $clog2(DigitBits);
  // Bits of the value in its highest digit, 1 ... DigitBits.
  localparam int LastBits   = InputBits - (NumDigits - 1) * DigitBits;

  if (Rows < 1 || Columns < 1 || RowFolds < 1 || ColumnFolds < 1 || InputBits < 1 || InputBits > 16
      || (DigitBits != 1 && DigitBits != 2 && DigitBits != 4) || WeightSets < 1 || WeightSets > 2
      || Banks < SetBanks * WeightSets || SumWidth < 1 || AccumulatorWidth < 1
      || AccumulatorWidth > 48) begin : gen_illegal
    nacre_error_imc_sequencer_parameter_is_out_of_range u_error ();
  end

  // ---- Rows -----------------------------------------------------------------------------------

  logic                  present_q;      // the vector memory shows the row of this pass
  logic                  first_q;        // its first token is offered
  logic                  close_q, sample_q;  // of the patch's item
  logic                  slot_q;         // of this patch, or of the next one
  logic [FoldWidth-1:0]  fold_q;         // row fold
  logic [BankWidth-1:0]  bank_q;         // pass of the patch: j * RowFolds + i
  logic                  item_patch, item_close_only;
  logic                  take;           // a patch begins
  logic                  taken;          // the core takes the token
  logic                  row_done, patch_done, last_fold, last_pass;
  logic [FoldWidth-1:0]  fold_d;
  logic                  next_slot;

  logic [NumDigits-1:0]  planes, rest, todo_q, todo;
  logic                  empty, last_token;

  assign item_patch      = item_valid_i && item_i[2];
  assign item_close_only = item_valid_i && !item_i[2];
  assign last_fold  = fold_q == FoldWidth'(RowFolds - 1);
  assign last_pass  = bank_q == BankWidth'(SetBanks - 1);
  assign taken      = plane_valid_o && plane_ready_i;
  assign row_done   = present_q && taken && last_token;
  assign patch_done = row_done && last_pass;
  assign take       = item_patch && (!present_q || patch_done);
  assign item_ready_o = take || (!present_q && item_close_only && taken);
  assign slot_done_o  = patch_done;

  // The row is looked at as it is read; what is left of it is kept.
  assign planes     = vector_rdata_i[VectorWidth-1 -: NumDigits];
  assign todo       = first_q ? planes : todo_q;
  assign rest       = todo & (todo - NumDigits'(1));
  assign empty      = todo == '0;
  assign last_token = rest == '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                 present_q <= 1'b0;
    else if (take || patch_done) present_q <= take;
  end
  // While a row is present.
  always_ff @(posedge clk_i) begin
    if (take || row_done) first_q <= 1'b1;
    else if (taken)       first_q <= 1'b0;
  end
  nacre_register #(
    .Width(NumDigits)
  ) u_todo (
    .clk_i   (clk_i),
    .enable_i(taken && !last_token),
    .d_i     (rest),
    .q_o     (todo_q)
  );
  nacre_register #(
    .Width(2)
  ) u_item (
    .clk_i   (clk_i),
    .enable_i(take),
    .d_i     (item_i[1:0]),
    .q_o     ({close_q, sample_q})
  );
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)         slot_q <= 1'b0;
    else if (patch_done) slot_q <= !slot_q;
  end

  assign fold_d = last_fold ? FoldWidth'(0) : fold_q + FoldWidth'(1);
  nacre_register_reset #(
    .Width(FoldWidth)
  ) u_fold (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .enable_i(row_done),
    .d_i     (fold_d),
    .q_o     (fold_q)
  );
  nacre_register_reset #(
    .Width(BankWidth)
  ) u_bank (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .enable_i(row_done),
    .d_i     (last_pass ? BankWidth'(0) : bank_q + BankWidth'(1)),
    .q_o     (bank_q)
  );

  // A single row fold stays as it was read for all column folds.
  assign next_slot      = slot_q ^ patch_done;
  assign vector_ren_o   = take || (RowFolds > 1 && row_done && !last_pass);
  assign vector_raddr_o = (next_slot ? VectorAddrWidth'(RowFolds) : VectorAddrWidth'(0))
                        + (row_done ? VectorAddrWidth'(fold_d) : VectorAddrWidth'(fold_q));

  // ---- Tokens ---------------------------------------------------------------------------------

  logic [NumDigits*PlaneWidth-1:0] digits;  // of the row, plane by plane
  logic [NumDigits-1:0]            chosen;  // the plane that is offered
  logic [DigitWidth-1:0]           digit;
  logic                            loaded_q;  // the only bank has been read in this frame
  logic                            load;
  logic                            token_values, token_first, token_last, token_close, token_sample;

  if (LastBits == DigitBits) begin : gen_whole_digits
    assign digits = vector_rdata_i[NumDigits*PlaneWidth-1:0];
  end else begin : gen_extended_digit
    localparam int LastPlane = (NumDigits - 1) * PlaneWidth;
    if (NumDigits > 1) begin : gen_lower
      assign digits[LastPlane-1:0] = vector_rdata_i[LastPlane-1:0];
    end
    for (genvar r = 0; r < Rows; r++) begin : gen_row
      logic [LastBits-1:0] low;
      assign low = vector_rdata_i[LastPlane + r*LastBits +: LastBits];
      assign digits[LastPlane + r*DigitBits +: DigitBits]
          = {{(DigitBits - LastBits){InputSigned && low[LastBits-1]}}, low};
    end
  end

  assign chosen = todo & ~rest;
  always_comb begin
    plane_o = '0;
    digit   = '0;
    for (int d = 0; d < NumDigits; d++) begin
      if (chosen[d]) begin
        plane_o = plane_o | digits[d*PlaneWidth +: PlaneWidth];
        digit   = digit | DigitWidth'(d);
      end
    end
  end

  assign plane_valid_o  = present_q || item_close_only;
  assign plane_signed_o = InputSigned
                       && (32'(digit) + 32'd1) * 32'(DigitBits) >= 32'(input_bits_i);
  assign plane_empty_o  = !present_q || empty;
  assign plane_load_o   = load;

  if (WeightSets == 2) begin : gen_sets
    assign plane_bank_o = set_i ? bank_q + BankWidth'(SetBanks) : bank_q;
  end else begin : gen_one_set
    wire unused_set = set_i;
    assign plane_bank_o = bank_q;
  end

  // A single bank is read once per frame: between frames the bus may change it.
  if (SetBanks == 1) begin : gen_one_bank
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni)                    loaded_q <= 1'b0;
      else if (patch_done && close_q) loaded_q <= 1'b0;
      else if (plane_taken_o)         loaded_q <= 1'b1;
    end
    assign load = !loaded_q;
  end else begin : gen_banks
    assign loaded_q = 1'b0;
    assign load     = first_q;
    wire unused_loaded = loaded_q;
  end

  assign token_values = present_q;
  assign token_first  = !present_q || (fold_q == '0 && first_q);
  assign token_last   = !present_q || (last_fold && last_token);
  assign token_close  = !present_q || (close_q && last_pass && last_token);
  assign token_sample = present_q ? sample_q : item_i[0];
  assign plane_tag_o  = {plane_empty_o, token_values, token_first, token_last, token_close,
                         token_sample, digit};

  assign plane_taken_o = taken && !plane_empty_o;
  assign load_taken_o  = plane_taken_o && load;
  assign pass_taken_o  = taken && present_q && first_q;
  // D, then D minus the planes of the row.
  always_comb begin
    skipped_o = 5'((32'(input_bits_i) + 32'(DigitBits) - 32'd1) >> DigitShift);
    for (int d = 0; d < NumDigits; d++) skipped_o = skipped_o - 5'(planes[d]);
  end

  // ---- Sums -----------------------------------------------------------------------------------

  logic [DigitWidth-1:0] sum_digit;
  logic                  sum_empty, sum_values, sum_first, sum_last, sum_close, sum_sample;
  logic [Columns*AccumulatorWidth-1:0] accumulators;    // before the sum
  logic [Columns*AccumulatorWidth-1:0] accumulators_d;  // and after it

  assign {sum_empty, sum_values, sum_first, sum_last, sum_close, sum_sample, sum_digit} = sum_tag_i;

  // A sum fits in max(SumWidth, AccumulatorWidth) bits. Bits beyond AccumulatorWidth may be lost on
  // the way, by the shift, too: arithmetic is modulo 2^AccumulatorWidth, and the end result fits.
  localparam int WideWidth = (SumWidth > AccumulatorWidth) ? SumWidth : AccumulatorWidth;
  for (genvar c = 0; c < Columns; c++) begin : gen_column
    logic [WideWidth-1:0]        wide;
    logic [AccumulatorWidth-1:0] sum, shifted, accumulator;
    assign wide    = WideWidth'($signed(sums_i[c*SumWidth +: SumWidth]));
    assign sum     = wide[AccumulatorWidth-1:0];
    if (NumDigits == 1) begin : gen_no_shift
      assign shifted = sum;
    end else begin : gen_shift
      assign shifted = sum << (32'(sum_digit) << DigitShift);
    end
    if (WideWidth > AccumulatorWidth) begin : gen_unused
      wire unused_wide = ^wide[WideWidth-1:AccumulatorWidth];
    end
    assign accumulator = sum_first ? '0 : accumulators[c*AccumulatorWidth +: AccumulatorWidth];
    assign accumulators_d[c*AccumulatorWidth +: AccumulatorWidth]
        = accumulator + (sum_empty ? AccumulatorWidth'(0) : shifted);
  end
  if (NumDigits == 1) begin : gen_unused_digit
    wire unused_digit = ^sum_digit;
  end

  if (RowFolds * NumDigits == 1) begin : gen_no_accumulators
    // One token per column fold.
    assign accumulators = '0;
  end else begin : gen_accumulators
    nacre_register #(
      .Width(Columns * AccumulatorWidth)
    ) u_accumulators (
      .clk_i   (clk_i),
      .enable_i(sum_valid_i && !sum_last && (sum_first || !sum_empty)),
      .d_i     (accumulators_d),
      .q_o     (accumulators)
    );
  end

  assign fold_valid_o  = sum_valid_i && sum_last;
  assign sum_ready_o   = !sum_last || fold_ready_i;
  assign fold_o        = accumulators_d;
  assign fold_values_o = sum_values;
  assign fold_close_o  = sum_close;
  assign fold_sample_o = sum_sample;

  assign busy_o = present_q;

`ifdef VERILATOR
  plane_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
      plane_valid_o && !plane_ready_i |=> plane_valid_o && $stable(plane_tag_o)
                                          && $stable(plane_o));
  sum_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
      sum_valid_i && !sum_ready_o |=> sum_valid_i && $stable(sum_tag_i));
`endif

endmodule
`default_nettype wire
