`default_nettype none
/// Front end of a stage of tiles: frames of a value stream to patches (docs/tile.md, "Frames" and
/// "Matrix"; cycle by cycle: generator/src/kinds/imc_digital/README.md, "Timing").
///
/// A patch becomes rows of the memory `vector`: row slot * RowFolds + i holds row fold i as
/// {planes[NumDigits-1:0], inputs}. Bit d of `planes` is 1 when digit plane d is to be computed.
/// The inputs lie plane by plane: digit d of input r at (d * Rows + r) * DigitBits; in the highest
/// plane, whose digits may have fewer bits of the value (LastBits), at
/// d * Rows * DigitBits + r * LastBits. Two slots: a patch is written while another is computed.
///
/// Without Convolution a frame is a patch, and its values are inputs as they come. With it, values
/// go to the memory `frame` (two frames), and complete frames are walked, one input per cycle.
///
/// What is to be done goes to the item FIFO, in order: {patch, close, sample}: compute the patch of
/// the next slot, then send the closing word, which is end_of_sample or not.
module nacre_imc_front #(
  /// Values of a frame N, 1 ... 2^24.
  parameter int NumInputs      = 4,
  /// Bits of a value 1 ... 16, and whether they are two's complement.
  parameter int InputBits      = 4,
  parameter bit InputSigned    = 1'b0,
  /// 1: end_of_step closes a frame; 0: end_of_sample does.
  parameter bit Steps          = 1'b0,
  /// 1: the frame is an image, see nacre_imc_im2col; NumInputs is then Height * Width * Channels.
  parameter bit Convolution    = 1'b0,
  parameter int Height         = 2,
  parameter int Width          = 2,
  parameter int Channels       = 1,
  parameter int KernelV        = 1,
  parameter int KernelH        = 1,
  parameter int StrideV        = 1,
  parameter int StrideH        = 1,
  parameter int PaddingV       = 0,
  parameter int PaddingH       = 0,
  /// Inputs of a pass, at least 1.
  parameter int Rows           = 4,
  /// Bits of a digit: 1, 2 or 4.
  parameter int DigitBits      = 1,
  /// 1: planes of nothing but 0 are not computed.
  parameter bit SkipZeroPlanes = 1'b1,
  /// 1 or 2.
  parameter int WeightSets     = 1,
  // Derived, not to be set.
  parameter int AddressWidth   = (NumInputs > 1) ? $clog2(NumInputs) : 1,
  parameter int InWidth        = 3 + AddressWidth + InputBits,
  // Inputs of a patch K, its row folds, its digits.
  parameter int PatchInputs    = Convolution ? KernelV * KernelH * Channels : NumInputs,
  parameter int RowFolds       = (PatchInputs + Rows - 1) / Rows,
  parameter int NumDigits      = (InputBits + DigitBits - 1) / DigitBits,
  parameter int VectorWidth    = Rows * InputBits + NumDigits,
  parameter int VectorAddrWidth = $clog2(2 * RowFolds),
  parameter int FrameRows      = Convolution ? 2 * NumInputs : 1,
  parameter int FrameAddrWidth = (FrameRows > 1) ? $clog2(FrameRows) : 1
) (
  input  wire logic                       clk_i,
  input  wire logic                       rst_ni,        ///< asynchronous, active low
  // Values {kind, negative, address, payload}
  input  wire logic                       s_valid_i,
  output logic                            s_ready_o,
  input  wire logic [InWidth-1:0]         s_data_i,
  // Registers, and what is under way
  input  wire logic [4:0]                 input_bits_i,  ///< p, 1 ... InputBits; fixed in a frame
  input  wire logic                       active_set_i,  ///< wanted from the next sample on
  input  wire logic                       stage_busy_i,  ///< something is under way in the stage
  output logic                            set_o,         ///< weight set of what is under way
  output logic                            in_frame_o,    ///< a frame has begun and is not closed
  output logic                            frame_o,       ///< pulse: a complete frame was taken
  output logic      [1:0]                 error_o,       ///< pulses {frame_short, frame_order}
  output logic                            busy_o,
  // Items {patch, close, sample}
  output logic                            item_valid_o,
  input  wire logic                       item_ready_i,
  output logic      [2:0]                 item_o,
  input  wire logic                       slot_done_i,   ///< the oldest slot is not needed any more
  // Frame memory: FrameRows rows, one read and one write port; idle without Convolution
  output logic                            frame_ren_o,
  output logic      [FrameAddrWidth-1:0]  frame_raddr_o,
  input  wire logic [InputBits-1:0]       frame_rdata_i,
  output logic                            frame_wen_o,
  output logic      [FrameAddrWidth-1:0]  frame_waddr_o,
  output logic      [InputBits-1:0]       frame_wdata_o,
  // Vector memory: 2 * RowFolds rows, write port
  output logic                            vector_wen_o,
  output logic      [VectorAddrWidth-1:0] vector_waddr_o,
  output logic      [VectorWidth-1:0]     vector_wdata_o
);

  localparam logic [1:0] KindEndOfStep   = 2'd1;
  localparam logic [1:0] KindValue       = 2'd2;
  localparam logic [1:0] KindEndOfSample = 2'd3;

  // Counts 0 ... N: N means that the frame is complete.
  localparam int NextWidth = $clog2(NumInputs + 1);
  localparam int PosWidth  = (Rows > 1) ? $clog2(Rows) : 1;
  localparam int FoldWidth = (RowFolds > 1) ? $clog2(RowFolds) : 1;
  // Inputs of the last row fold; positions above are 0.
  localparam int LastRows  = PatchInputs - (RowFolds - 1) * Rows;
  localparam int PlaneWidth = Rows * DigitBits;
  // Bits of the value in its highest digit, 1 ... DigitBits.
  localparam int LastBits  = InputBits - (NumDigits - 1) * DigitBits;

  if (NumInputs < 1 || InputBits < 1 || InputBits > 16 || Rows < 1
      || (DigitBits != 1 && DigitBits != 2 && DigitBits != 4) || WeightSets < 1 || WeightSets > 2
      || (Convolution && NumInputs != Height * Width * Channels)) begin : gen_illegal
    nacre_error_imc_front_parameter_is_out_of_range u_error ();
  end

  // ---- Words ----------------------------------------------------------------------------------

  logic [1:0]              in_kind;
  logic [AddressWidth-1:0] in_address;
  logic [InputBits-1:0]    in_payload;
  logic                    in_value, in_step, in_sample;
  logic                    pop, pop_value, pop_close;
  logic                    value_ready, close_ready, set_wait;
  logic [NextWidth-1:0]    next_q;       // values taken = the address that must come next
  logic [NextWidth-1:0]    next_d;
  logic                    complete, frame_end, good_value;
  wire                     unused_negative = s_data_i[InWidth-3];

  assign in_kind    = s_data_i[InWidth-1 -: 2];
  assign in_address = s_data_i[InputBits +: AddressWidth];
  assign in_payload = s_data_i[InputBits-1:0];
  assign in_value   = in_kind == KindValue;
  assign in_sample  = in_kind == KindEndOfSample;
  assign in_step    = in_kind == KindEndOfStep;

  assign s_ready_o = (in_value ? value_ready : close_ready) && !set_wait;
  assign pop       = s_valid_i && s_ready_o;
  assign pop_value = pop && in_value;
  assign pop_close = pop && !in_value;

  assign complete   = next_q == NextWidth'(NumInputs);
  assign good_value = pop_value && !complete && 32'(in_address) == 32'(next_q);
  // The word closes a complete frame.
  assign frame_end  = pop_close && complete && (Steps ? in_step : in_sample);
  assign frame_o    = frame_end;
  assign error_o[0] = pop_value && !good_value;
  assign error_o[1] = pop_close && ((Steps && in_sample) ? in_frame_o : !complete);
  assign in_frame_o = next_q != '0;

  assign next_d = pop_close ? '0 : next_q + NextWidth'(1);
  nacre_register_reset #(
    .Width(NextWidth)
  ) u_next (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .enable_i(pop_close || good_value),
    .d_i     (next_d),
    .q_o     (next_q)
  );

  // A sample of another weight set begins when nothing of the last one is under way: all that is
  // under way has the same set.
  if (WeightSets == 2) begin : gen_sets
    logic fresh_q, set_q;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        fresh_q <= 1'b1;
        set_q   <= 1'b0;
      end else if (pop) begin
        fresh_q <= in_sample;
        if (fresh_q) set_q <= active_set_i;
      end
    end
    assign set_wait = fresh_q && active_set_i != set_q && stage_busy_i;
    assign set_o    = set_q;
  end else begin : gen_one_set
    wire unused_set = active_set_i ^ stage_busy_i;
    assign set_wait = 1'b0;
    assign set_o    = 1'b0;
  end

  // ---- Inputs of patches, in order ------------------------------------------------------------

  logic [1:0]           slots_q;      // slots whose patch is begun (Convolution) or complete
  logic                 slot_begin;
  logic                 item_push, item_room;
  logic [2:0]           item;
  logic                 input_valid;  // an input of a patch
  logic                 input_last;   // it is the patch's last
  logic [InputBits-1:0] input_raw;
  logic                 restart;      // the patch is given up
  logic                 source_busy;

  nacre_register_reset #(
    .Width(2)
  ) u_slots (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .enable_i(slot_begin != slot_done_i),
    .d_i     (slot_begin ? slots_q + 2'd1 : slots_q - 2'd1),
    .q_o     (slots_q)
  );

  if (!Convolution) begin : gen_dense
    wire unused_frame = ^frame_rdata_i;
    assign value_ready    = slots_q != 2'd2;
    assign close_ready    = item_room;
    assign input_valid    = good_value;
    assign input_last     = next_q == NextWidth'(NumInputs - 1);
    assign input_raw      = in_payload;
    assign restart        = pop_close;
    assign slot_begin     = frame_end;
    assign item_push      = pop_close;
    assign item           = {frame_end, 1'b1, in_sample};
    assign source_busy    = 1'b0;
    assign frame_ren_o    = 1'b0;
    assign frame_raddr_o  = '0;
    assign frame_wen_o    = 1'b0;
    assign frame_waddr_o  = '0;
    assign frame_wdata_o  = '0;
  end else begin : gen_convolution
    logic [1:0]              frames_q;               // complete frames, not walked
    logic [1:0]              items_q;                // items begun, not taken from the FIFO
    logic                    write_slot_q, read_slot_q;
    logic                    head_valid, head_ready, head_frame, head_sample;
    logic                    step, walked, close_only, item_begin, item_taken;
    logic [AddressWidth-1:0] address;
    logic                    in_image, first_input, last_input, last_patch;
    // One cycle behind the walker: the frame memory's answer. Then: the row is written.
    logic                    read_valid_q, read_close_only_q, read_image_q, read_last_q;
    logic                    read_close_q, read_sample_q;
    logic                    done_q;
    logic [2:0]              done_item_q;
    logic [2:0]              done_item_d;

    assign value_ready = frames_q != 2'd2;
    assign frame_wen_o   = good_value;
    assign frame_waddr_o = write_slot_q ? FrameAddrWidth'(next_q) + FrameAddrWidth'(NumInputs)
                                        : FrameAddrWidth'(next_q);
    assign frame_wdata_o = in_payload;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni)        write_slot_q <= 1'b0;
      else if (frame_end) write_slot_q <= !write_slot_q;
    end
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni)     read_slot_q <= 1'b0;
      else if (walked) read_slot_q <= !read_slot_q;
    end
    nacre_register_reset #(
      .Width(2)
    ) u_frames (
      .clk_i   (clk_i),
      .rst_ni  (rst_ni),
      .enable_i(frame_end != walked),
      .d_i     (frame_end ? frames_q + 2'd1 : frames_q - 2'd1),
      .q_o     (frames_q)
    );

    nacre_stream_fifo #(
      .Width(2)
    ) u_frame_fifo (
      .clk_i    (clk_i),
      .rst_ni   (rst_ni),
      .s_valid_i(pop_close),
      .s_ready_o(close_ready),
      .s_data_i ({frame_end, in_sample}),
      .m_valid_o(head_valid),
      .m_ready_i(head_ready),
      .m_data_o ({head_frame, head_sample})
    );

    nacre_imc_im2col #(
      .Height  (Height),
      .Width   (Width),
      .Channels(Channels),
      .KernelV (KernelV),
      .KernelH (KernelH),
      .StrideV (StrideV),
      .StrideH (StrideH),
      .PaddingV(PaddingV),
      .PaddingH(PaddingH)
    ) u_im2col (
      .clk_i        (clk_i),
      .rst_ni       (rst_ni),
      .step_i       (step),
      .address_o    (address),
      .inside_o     (in_image),
      .first_input_o(first_input),
      .last_input_o (last_input),
      .last_patch_o (last_patch)
    );

    // A patch that has begun needs nothing more: its slot and its place in the FIFO are kept.
    assign step       = head_valid && head_frame
                     && (!first_input || (slots_q != 2'd2 && items_q != 2'd2));
    assign close_only = head_valid && !head_frame && items_q != 2'd2;
    assign walked     = step && last_input && last_patch;
    assign head_ready = walked || close_only;
    assign slot_begin = step && first_input;
    assign item_begin = slot_begin || close_only;
    assign item_taken = item_valid_o && item_ready_i;
    nacre_register_reset #(
      .Width(2)
    ) u_items (
      .clk_i   (clk_i),
      .rst_ni  (rst_ni),
      .enable_i(item_begin != item_taken),
      .d_i     (item_begin ? items_q + 2'd1 : items_q - 2'd1),
      .q_o     (items_q)
    );

    assign frame_ren_o   = step && in_image;
    assign frame_raddr_o = read_slot_q ? FrameAddrWidth'(address) + FrameAddrWidth'(NumInputs)
                                       : FrameAddrWidth'(address);

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        read_valid_q      <= 1'b0;
        read_close_only_q <= 1'b0;
        done_q            <= 1'b0;
      end else begin
        read_valid_q      <= step;
        read_close_only_q <= close_only;
        done_q            <= read_close_only_q || (read_valid_q && read_last_q);
      end
    end
    nacre_register #(
      .Width(4)
    ) u_read (
      .clk_i   (clk_i),
      .enable_i(step || close_only),
      .d_i     ({in_image, last_input, close_only || last_patch, head_sample}),
      .q_o     ({read_image_q, read_last_q, read_close_q, read_sample_q})
    );
    assign done_item_d = {read_valid_q, read_close_q, read_sample_q};
    nacre_register #(
      .Width(3)
    ) u_done (
      .clk_i   (clk_i),
      .enable_i(read_close_only_q || (read_valid_q && read_last_q)),
      .d_i     (done_item_d),
      .q_o     (done_item_q)
    );

    assign input_valid = read_valid_q;
    assign input_last  = read_last_q;
    assign input_raw   = read_image_q ? frame_rdata_i : '0;
    assign restart     = 1'b0;
    assign item_push   = done_q;
    assign item        = done_item_q;
    assign source_busy = head_valid || read_valid_q || read_close_only_q || done_q;

`ifdef VERILATOR
    item_has_room : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                     item_push |-> item_room);
`endif
  end

  nacre_stream_fifo #(
    .Width(3)
  ) u_item_fifo (
    .clk_i    (clk_i),
    .rst_ni   (rst_ni),
    .s_valid_i(item_push),
    .s_ready_o(item_room),
    .s_data_i (item),
    .m_valid_o(item_valid_o),
    .m_ready_i(item_ready_i),
    .m_data_o (item_o)
  );

  // ---- Rows of inputs -------------------------------------------------------------------------

  localparam int ExtendedBits = NumDigits * DigitBits;  // at least InputBits
  logic [15:0]                raw;
  logic                       sign;
  logic [ExtendedBits-1:0]    x;           // low p bits, extended
  logic [NumDigits-1:0]       planes;      // digits to compute because of this input
  logic [NumDigits-1:0]       planes_d, planes_q;
  logic [PosWidth-1:0]        position_q;
  logic [FoldWidth-1:0]       fold_q;
  logic                       row_end, last_fold;
  logic                       row_valid_q;  // the row is complete, and written in this cycle
  logic [FoldWidth-1:0]       row_fold_q;
  logic                       row_last_q;   // it is the last row fold
  logic                       slot_q;       // that is written
  logic [Rows*InputBits-1:0]  row_q;        // inputs, plane by plane
  logic [Rows*InputBits-1:0]  row;

  assign raw  = 16'(input_raw);
  assign sign = InputSigned && raw[4'(input_bits_i - 5'd1)];
  for (genvar b = 0; b < ExtendedBits; b++) begin : gen_extend
    if (b < InputBits) begin : gen_value
      assign x[b] = (5'(b) < input_bits_i) ? raw[b] : sign;
    end else begin : gen_sign
      assign x[b] = sign;
    end
  end
  for (genvar d = 0; d < NumDigits; d++) begin : gen_planes
    assign planes[d] = 5'(d * DigitBits) < input_bits_i
                    && (!SkipZeroPlanes || x[d*DigitBits +: DigitBits] != '0);
  end
  if (ExtendedBits > InputBits) begin : gen_unused_sign
    wire unused_sign = ^x[ExtendedBits-1:InputBits];
  end

  assign row_end   = position_q == PosWidth'(Rows - 1) || input_last;
  assign last_fold = fold_q == FoldWidth'(RowFolds - 1);
  assign planes_d  = (position_q == '0) ? planes : planes_q | planes;

  nacre_register_reset #(
    .Width(PosWidth)
  ) u_position (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .enable_i(input_valid || restart),
    .d_i     ((restart || row_end) ? PosWidth'(0) : position_q + PosWidth'(1)),
    .q_o     (position_q)
  );
  nacre_register_reset #(
    .Width(FoldWidth)
  ) u_fold (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .enable_i((input_valid && row_end) || restart),
    .d_i     ((restart || input_last) ? FoldWidth'(0) : fold_q + FoldWidth'(1)),
    .q_o     (fold_q)
  );
  nacre_register #(
    .Width(NumDigits)
  ) u_planes (
    .clk_i   (clk_i),
    .enable_i(input_valid),
    .d_i     (planes_d),
    .q_o     (planes_q)
  );

  // Digit d of input r, and its bits.
`ifdef VERILATOR
  // One register with an index simulates faster than one per input.
  always_ff @(posedge clk_i) begin
    if (input_valid) begin
      for (int d = 0; d < NumDigits - 1; d++) begin
        row_q[d*PlaneWidth + 32'(position_q)*DigitBits +: DigitBits] <= x[d*DigitBits +: DigitBits];
      end
      row_q[(NumDigits-1)*PlaneWidth + 32'(position_q)*LastBits +: LastBits]
          <= x[(NumDigits-1)*DigitBits +: LastBits];
    end
  end
`else
  for (genvar r = 0; r < Rows; r++) begin : gen_input
    logic [InputBits-1:0] value_q;
    nacre_register #(
      .Width(InputBits)
    ) u_value (
      .clk_i   (clk_i),
      .enable_i(input_valid && position_q == PosWidth'(r)),
      .d_i     (x[InputBits-1:0]),
      .q_o     (value_q)
    );
    for (genvar d = 0; d < NumDigits - 1; d++) begin : gen_digit
      assign row_q[d*PlaneWidth + r*DigitBits +: DigitBits] = value_q[d*DigitBits +: DigitBits];
    end
    assign row_q[(NumDigits-1)*PlaneWidth + r*LastBits +: LastBits]
        = value_q[InputBits-1 -: LastBits];
  end
`endif

  if (LastRows == Rows) begin : gen_whole_rows
    wire unused_last = row_last_q;
    assign row = row_q;
  end else begin : gen_cut_row
    // The positions that the last row fold fills.
    for (genvar d = 0; d < NumDigits; d++) begin : gen_plane
      localparam int Bits = (d < NumDigits - 1) ? DigitBits : LastBits;
      assign row[d*PlaneWidth +: LastRows*Bits] = row_q[d*PlaneWidth +: LastRows*Bits];
      assign row[d*PlaneWidth + LastRows*Bits +: (Rows-LastRows)*Bits]
          = row_last_q ? '0 : row_q[d*PlaneWidth + LastRows*Bits +: (Rows-LastRows)*Bits];
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) row_valid_q <= 1'b0;
    else         row_valid_q <= input_valid && row_end;
  end
  nacre_register #(
    .Width(FoldWidth + 1)
  ) u_row_fold (
    .clk_i   (clk_i),
    .enable_i(input_valid && row_end),
    .d_i     ({last_fold, fold_q}),
    .q_o     ({row_last_q, row_fold_q})
  );
  // A patch's item is pushed after, or with, its last row.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                   slot_q <= 1'b0;
    else if (item_push && item[2]) slot_q <= !slot_q;
  end

  assign vector_wen_o   = row_valid_q;
  assign vector_waddr_o = slot_q ? VectorAddrWidth'(row_fold_q) + VectorAddrWidth'(RowFolds)
                                 : VectorAddrWidth'(row_fold_q);
  assign vector_wdata_o = {planes_q, row};

  assign busy_o = source_busy || row_valid_q || item_valid_o;

`ifdef VERILATOR
  slots_in_range : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                    slots_q != 2'd3 && !(slot_done_i && slots_q == 2'd0));
`endif

endmodule
`default_nettype wire
