`default_nettype none
/// Reads the rows of a frame, adds their products and sends the results
/// (generator/src/kinds/xnor_tile/README.md, with the timing).  Golden model: sim/golden/xnor_tile.
///
/// Row by row (Parallel = 0): all products of a read are one neuron's, F = ceil(N / (B * Tiles))
/// reads each.  Parallel: all are one input's, and each neuron has a counter.  Full: all weights
/// are read at once, and each neuron has a popcount of its ceil(N / B) arrays.
///
/// Selections are AND-OR.  Mapped to osu018 (Yosys 0.23, script of nacre synth): one slice of 64
/// inputs out of 192 takes 236 NAND2, as multiplexers 286, as a rotating register 492, of which all
/// flip-flops would tick; one popcount of 8 bits out of 256 takes 3423, as multiplexers 4231.
module nacre_xnor_engine #(
  /// Values of a frame N, neurons M: 1 ... 65536.
  parameter int NumInputs  = 4,
  parameter int NumOutputs = 4,
  /// Columns of an array, 1 ... 1024; arrays: row by row at most ceil(N / RowBits), parallel
  /// ceil(M / RowBits), both at most 64; full M ceil(N / RowBits), at most 256; together at most
  /// 4096 columns.
  parameter int RowBits    = 4,
  parameter int Tiles      = 1,
  parameter bit Parallel   = 1'b0,
  /// Not with Parallel.
  parameter bit Full       = 1'b0,
  /// 1: popcounts are sent; 0: their comparison with a threshold.
  parameter bit Popcount   = 1'b0,
  /// 1: end_of_step closes a frame; 0: end_of_sample does.
  parameter bit Steps      = 1'b0,
  // Derived, not to be set.
  parameter int NumColumns = RowBits * Tiles,
  parameter int Folds      = (Parallel || Full) ? 1 : (NumInputs + NumColumns - 1) / NumColumns,
  parameter int Rows       = Full ? 1 : Parallel ? NumInputs : NumOutputs * Folds,
  parameter int RowWidth   = (Rows > 1) ? $clog2(Rows) : 1,
  parameter int AddressWidth   = (NumOutputs > 1) ? $clog2(NumOutputs) : 1,
  // A popcount is 0 ... N, a threshold 0 ... N + 1.
  parameter int CountWidth     = $clog2(NumInputs + 1),
  parameter int ThresholdWidth = $clog2(NumInputs + 2),
  parameter int OutputsWidth   = Popcount ? 1 : ThresholdWidth + 1,
  parameter int OutWidth       = 3 + AddressWidth + (Popcount ? CountWidth : 1)
) (
  input  wire logic                    clk_i,
  input  wire logic                    rst_ni,         ///< asynchronous, active low
  // Cycles, each 1 ... 16; while idle
  input  wire logic [4:0]              precharge_i,
  input  wire logic [4:0]              evaluate_i,
  // Closing words and frames (nacre_xnor_front)
  input  wire logic                    close_valid_i,
  input  wire logic                    close_frame_i,
  input  wire logic                    close_sample_i,
  output logic                         close_take_o,
  input  wire logic [NumInputs-1:0]    filling_i,
  // Arrays, column c of array j at bit j * RowBits + c
  output logic                         wl_o,
  output logic      [RowWidth-1:0]     row_o,
  output logic                         latch_o,
  input  wire logic [NumColumns-1:0]   q_i,
  // What has been read is added in this cycle; columns that hold a weight of it
  output logic                         add_o,
  output logic      [NumColumns-1:0]   used_o,
  // Memory of outputs, rows {invert, threshold}: read data in the cycle after the enable
  output logic                         outputs_en_o,
  output logic      [AddressWidth-1:0] outputs_addr_o,
  input  wire logic [OutputsWidth-1:0] outputs_rdata_i,
  // Words {kind, negative, address, payload}
  output logic                         word_valid_o,
  input  wire logic                    word_ready_i,
  output logic      [OutWidth-1:0]     word_o,
  output logic                         busy_o
);

  localparam logic [1:0] KindEndOfStep   = 2'd1;
  localparam logic [1:0] KindValue       = 2'd2;
  localparam logic [1:0] KindEndOfSample = 2'd3;

  localparam logic [2:0] StIdle  = 3'd0;
  localparam logic [2:0] StRead  = 3'd1;   // word line on
  localparam logic [2:0] StAdd   = 3'd2;
  localparam logic [2:0] StSend  = 3'd3;   // the results that are left
  localparam logic [2:0] StClose = 3'd4;   // the closing word

  localparam int PayloadWidth = OutWidth - 3 - AddressWidth;
  // Counts 0 ... M: M means that no result is left.
  localparam int IndexWidth   = $clog2(NumOutputs + 1);

  if (NumInputs < 1 || NumInputs > 65536 || NumOutputs < 1 || NumOutputs > 65536 || RowBits < 1 ||
      RowBits > 1024 || Tiles < 1 || Tiles > (Full ? 256 : 64) || NumColumns > 4096 ||
      (Parallel && Full) ||
      (Full     ? Tiles != NumOutputs * ((NumInputs + RowBits - 1) / RowBits)
     : Parallel ? Tiles != (NumOutputs + RowBits - 1) / RowBits
                : Tiles > (NumInputs + RowBits - 1) / RowBits)) begin : gen_illegal
    nacre_error_xnor_engine_parameter_is_out_of_range u_error ();
  end

  logic [2:0]            state_d, state_q;
  logic                  take_frame;
  logic [5:0]            left_d, left_q;      // cycles that follow in StRead: at most 16 + 16
  logic [RowWidth-1:0]   row_q;
  logic [IndexWidth-1:0] index_q;             // of the next result
  logic                  add;                 // what was read is added
  logic                  last_read;           // it is the frame's last read
  logic                  result_fits;         // the result register can take a word
  logic                  load;                // ... and does
  logic                  result_valid_q;
  logic                  last_leaves;         // the last result leaves
  logic [CountWidth-1:0] sum;                 // popcount of the result
  logic [AddressWidth-1:0] address_d, address_q;
  logic [PayloadWidth-1:0] payload, payload_q;
  logic [NumInputs-1:0]  working;

  assign close_take_o = state_q == StIdle && close_valid_i;
  assign take_frame   = close_take_o && close_frame_i;
  assign wl_o         = state_q == StRead;
  assign row_o        = row_q;
  assign latch_o      = state_q == StRead && left_q == 6'd0;
  assign add_o        = add;
  assign busy_o       = state_q != StIdle;
  assign last_read    = row_q == RowWidth'(Rows - 1);
  assign result_fits  = !result_valid_q || word_ready_i;

  always_comb begin
    state_d = state_q;
    case (state_q)
      StIdle:  if (close_valid_i) state_d = close_frame_i ? StRead : StClose;
      StRead:  if (latch_o)       state_d = StAdd;
      StAdd:   if (add)           state_d = last_read ? StSend : StRead;
      StSend:  if (last_leaves)   state_d = StClose;
      default: if (word_ready_i)  state_d = StIdle;
    endcase
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) state_q <= StIdle;
    else         state_q <= state_d;
  end

  // Set before each read.
  assign left_d = (state_q == StRead) ? left_q - 6'd1 : 6'(precharge_i) + 6'(evaluate_i);
  nacre_register #(
    .Width(6)
  ) u_left (
    .clk_i   (clk_i),
    .enable_i(take_frame || state_q == StRead || add),
    .d_i     (left_d),
    .q_o     (left_q)
  );
  nacre_register #(
    .Width(RowWidth)
  ) u_row (
    .clk_i   (clk_i),
    .enable_i(take_frame || add),
    .d_i     (take_frame ? RowWidth'(0) : row_q + RowWidth'(1)),
    .q_o     (row_q)
  );
  nacre_register #(
    .Width(IndexWidth)
  ) u_index (
    .clk_i   (clk_i),
    .enable_i(take_frame || load),
    .d_i     (take_frame ? IndexWidth'(0) : index_q + IndexWidth'(1)),
    .q_o     (index_q)
  );
  nacre_register #(
    .Width(NumInputs)
  ) u_working (
    .clk_i   (clk_i),
    .enable_i(take_frame),
    .d_i     (filling_i),
    .q_o     (working)
  );

  // ---- Popcounts ------------------------------------------------------------------------------

  if (Parallel || Full) begin : gen_together
    logic [NumOutputs*CountWidth-1:0] counts;   // of all neurons, after the last products

    assign add  = state_q == StAdd;
    assign load = state_q == StSend && index_q != IndexWidth'(NumOutputs) && result_fits;
    assign last_leaves = result_valid_q && word_ready_i && !load;

    if (Full) begin : gen_full
      localparam int NeuronColumns = NumColumns / NumOutputs;
      wire unused_columns = ^q_i;
      for (genvar n = 0; n < NumOutputs; n++) begin : gen_neuron
        logic [NumInputs-1:0]  products;
        logic [CountWidth-1:0] count;
        assign products = ~(q_i[n*NeuronColumns +: NumInputs] ^ working);
        assign used_o[n*NeuronColumns +: NeuronColumns]
            = NeuronColumns'({NumInputs{1'b1}});
        nacre_popcount #(
          .Inputs(NumInputs)
        ) u_popcount (
          .bits_i (products),
          .count_o(count)
        );
        nacre_register #(
          .Width(CountWidth)
        ) u_count (
          .clk_i   (clk_i),
          .enable_i(add),
          .d_i     (count),
          .q_o     (counts[n*CountWidth +: CountWidth])
        );
      end
    end else begin : gen_parallel
      logic                     x_q;         // the input of what was read
      logic                     first;       // ... is input 0
      logic [(1<<RowWidth)-1:0] inputs;      // padded: no index reaches beyond
      logic [NumOutputs-1:0]    products;

      assign inputs = (1<<RowWidth)'(working);
      // Together with q_i: the products move once per read.
      always_ff @(posedge clk_i) begin
        if (latch_o) x_q <= inputs[row_q];
      end

      assign first    = row_q == RowWidth'(0);
      assign products = ~(q_i[NumOutputs-1:0] ^ {NumOutputs{x_q}});
      assign used_o   = NumColumns'({NumOutputs{1'b1}});
      if (NumColumns > NumOutputs) begin : gen_padding
        wire unused_columns = ^q_i[NumColumns-1:NumOutputs];
      end

`ifdef VERILATOR
      // The same in loops, and only in the cycles that need them.
      always_ff @(posedge clk_i) begin
        if (add) begin
          for (int n = 0; n < NumOutputs; n++) begin
            counts[n*CountWidth +: CountWidth]
                <= (first ? CountWidth'(0) : counts[n*CountWidth +: CountWidth])
                 + CountWidth'(products[n]);
          end
        end
      end
`else
      logic clk_add;
      // One gate before those of the counters: only products reach them.
      nacre_clock_gate u_add (
        .clk_i   (clk_i),
        .enable_i(add),
        .clk_o   (clk_add)
      );
      for (genvar n = 0; n < NumOutputs; n++) begin : gen_neuron
        nacre_xnor_counter #(
          .Width(CountWidth)
        ) u_counter (
          .clk_i    (clk_add),
          .first_i  (add && first),
          .product_i(add && products[n]),
          .value_o  (counts[n*CountWidth +: CountWidth])
        );
      end
`endif
    end

`ifdef VERILATOR
    assign sum = load ? counts[32'(index_q)*CountWidth +: CountWidth] : CountWidth'(0);
`else
    // A function, not a process: Icarus has no part-selects in always_comb.
    function automatic logic [CountWidth-1:0] count_of(
        input logic                             enable,
        input logic [IndexWidth-1:0]            index,
        input logic [NumOutputs*CountWidth-1:0] all);
      count_of = CountWidth'(0);
      if (enable) begin
        for (int n = 0; n < NumOutputs; n++) begin
          if (index == IndexWidth'(n)) count_of = count_of | all[n*CountWidth +: CountWidth];
        end
      end
    endfunction
    assign sum = count_of(load, index_q, counts);
`endif

    // The row of the next result, of the first one with the last products.
    assign outputs_en_o   = !Popcount && ((add && last_read)
                                          || (load && index_q != IndexWidth'(NumOutputs - 1)));
    assign outputs_addr_o = load ? AddressWidth'(index_q + IndexWidth'(1)) : AddressWidth'(0);
  end else begin : gen_serial
    // Columns that hold a weight in some read, and in the last one of a neuron.
    localparam int NumUsed   = (NumInputs < NumColumns) ? NumInputs : NumColumns;
    localparam int LastUsed  = NumInputs - (Folds - 1) * NumColumns;
    localparam int AddWidth  = $clog2(NumUsed + 1);
    localparam logic [NumColumns-1:0] Used = NumColumns'({NumUsed{1'b1}});
    localparam logic [NumColumns-1:0] UsedLast = NumColumns'({LastUsed{1'b1}});

    logic                last_fold;   // of the neuron, as what was read
    logic [NumUsed-1:0]  x, products;
    logic [AddWidth-1:0] count;

    assign add         = state_q == StAdd && (!last_fold || result_fits);
    assign load        = add && last_fold;
    assign products    = ~(q_i[NumUsed-1:0] ^ x) & used_o[NumUsed-1:0];
    assign last_leaves = result_valid_q && word_ready_i;
    if (NumColumns > NumUsed) begin : gen_padding
      wire unused_columns = ^q_i[NumColumns-1:NumUsed];
    end

    nacre_popcount #(
      .Inputs(NumUsed)
    ) u_popcount (
      .bits_i (products),
      .count_o(count)
    );

    if (Folds > 1) begin : gen_folds
      localparam int FoldWidth = $clog2(Folds);
      localparam logic [FoldWidth-1:0] LastFold = FoldWidth'(Folds - 1);
      logic [FoldWidth-1:0]  fold_d, fold_q;
      logic [CountWidth-1:0] so_far;

      // Moves with q_i, so that the products move once per read: the last one before a frame.
      assign fold_d    = (fold_q == LastFold) ? FoldWidth'(0) : fold_q + FoldWidth'(1);
      nacre_register #(
        .Width(FoldWidth)
      ) u_fold (
        .clk_i   (clk_i),
        .enable_i(take_frame || latch_o),
        .d_i     (take_frame ? LastFold : fold_d),
        .q_o     (fold_q)
      );
      assign last_fold = fold_q == LastFold;
      assign used_o    = last_fold ? UsedLast : Used;

      function automatic logic [NumColumns-1:0] slice_of(
          input logic [FoldWidth-1:0]        fold,
          input logic [Folds*NumColumns-1:0] all);
        slice_of = {NumColumns{1'b0}};
        for (int f = 0; f < Folds; f++) begin
          if (fold == FoldWidth'(f)) slice_of = slice_of | all[f*NumColumns +: NumColumns];
        end
      endfunction
      assign x = slice_of(fold_q, (Folds*NumColumns)'(working));

      nacre_register #(
        .Width(CountWidth)
      ) u_so_far (
        .clk_i   (clk_i),
        .enable_i(add && !last_fold),
        .d_i     (sum),
        .q_o     (so_far)
      );
      assign sum = CountWidth'(count) + ((fold_q == FoldWidth'(0)) ? CountWidth'(0) : so_far);
      assign outputs_en_o = !Popcount && latch_o && fold_d == LastFold;
    end else begin : gen_one_fold
      assign last_fold    = 1'b1;
      assign used_o       = Used;
      assign x            = working;
      assign sum          = count;
      assign outputs_en_o = !Popcount && latch_o;
    end
    assign outputs_addr_o = AddressWidth'(index_q);
  end

  // ---- Result ---------------------------------------------------------------------------------

  if (Popcount) begin : gen_popcount
    wire unused_outputs = ^outputs_rdata_i;
    assign payload = sum;
  end else begin : gen_bit
    assign payload = (ThresholdWidth'(sum) >= outputs_rdata_i[ThresholdWidth-1:0])
                   ^ outputs_rdata_i[ThresholdWidth];
  end

  assign address_d = AddressWidth'(index_q);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) result_valid_q <= 1'b0;
    else         result_valid_q <= load || (result_valid_q && !word_ready_i);
  end
  nacre_register #(
    .Width(AddressWidth + PayloadWidth)
  ) u_result (
    .clk_i   (clk_i),
    .enable_i(load),
    .d_i     ({address_d, payload}),
    .q_o     ({address_q, payload_q})
  );

  logic close_sample_q;
  nacre_register #(
    .Width(1)
  ) u_close (
    .clk_i   (clk_i),
    .enable_i(close_take_o),
    .d_i     (close_sample_i),
    .q_o     (close_sample_q)
  );

  assign word_valid_o = result_valid_q || state_q == StClose;
  assign word_o = (state_q == StClose)
                ? {(Steps && !close_sample_q) ? KindEndOfStep : KindEndOfSample,
                   {(OutWidth-2){1'b0}}}
                : {KindValue, 1'b0, address_q, payload_q};

endmodule
`default_nettype wire
