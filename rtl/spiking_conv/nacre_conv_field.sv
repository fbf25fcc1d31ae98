`default_nettype none
/// The field of an event: the rows of state that it touches, and the rows of weights that belong to
/// them, ascending, one (a *slot*) per cycle. Contract: generator/src/kinds/spiking_conv/README.md.
///
/// An event's address is divided into (y, x, c) in the cycle in which it is loaded; from the next
/// one on the outputs show its first slot, from two tables and a product: per input row and column,
/// where the field begins, as parts of the two addresses, and how far it goes. Each `next_i` moves
/// on, by a constant: to the next word of the same position, the next column, the next row.
/// With Grouped = 1 the channel tells which words, and which lanes of the first and the last.
///
/// Sums are taken modulo the size of a memory: only what they end at has to lie in it.
module nacre_conv_field #(
  /// Map of the input stream.
  parameter int InHeight         = 3,
  parameter int InWidth          = 3,
  parameter int InChannels       = 2,
  /// Output positions, output channels of this stage; lanes, a power of two.
  parameter int NumPositions     = 9,
  parameter int NumChannels      = 3,
  parameter int Lanes            = 2,
  /// At least the most rows, and columns, of a field.
  parameter int KernelHeight     = 2,
  parameter int KernelWidth      = 1,
  /// The most words that the channels of one group lie in: rows of weights per input channel and
  /// kernel element.
  parameter int GroupWords       = 2,
  /// Per input row y, row 0 low. First: the row of state in which the field begins, what y adds to
  /// it. Weight: likewise of the row of weights. Last: output rows of the field minus 1; 16'hffff:
  /// none.
  parameter logic [InHeight*24-1:0]   RowFirst     = {24'd6, 24'd0, 24'd0},
  parameter logic [InHeight*24-1:0]   RowWeight    = {24'd2, 24'd2, 24'd0},
  parameter logic [InHeight*16-1:0]   RowLast      = {16'd1, 16'd1, 16'd0},
  /// Per input column x likewise.
  parameter logic [InWidth*24-1:0]    ColumnFirst  = {24'd4, 24'd2, 24'd0},
  parameter logic [InWidth*24-1:0]    ColumnWeight = '0,
  parameter logic [InWidth*16-1:0]    ColumnLast   = '0,
  /// What the next output row, and column, of a field adds to both.
  parameter int RowStep          = 6,
  parameter int ColumnStep       = 2,
  parameter int RowWeightStep    = -2,
  parameter int ColumnWeightStep = -2,
  /// 1: the layer has groups. Per input channel: first word, words minus 1 (16'hffff: none), lowest
  /// lane in the first word, highest in the last. 0: all words.
  parameter int Grouped          = 0,
  parameter logic [InChannels*16-1:0] ChannelWord  = '0,
  parameter logic [InChannels*16-1:0] ChannelLast  = '0,
  parameter logic [InChannels*16-1:0] ChannelLow   = '0,
  parameter logic [InChannels*16-1:0] ChannelHigh  = '0,
  // Derived, not to be set.
  parameter int InAddresses     = InHeight * InWidth * InChannels,
  parameter int InAddrWidth     = (InAddresses > 1) ? $clog2(InAddresses) : 1,
  parameter int NumWords        = (NumChannels + Lanes - 1) / Lanes,
  parameter int NumRows         = NumPositions * NumWords,
  parameter int RowWidth        = (NumRows > 1) ? $clog2(NumRows) : 1,
  parameter int WeightRows      = InChannels * KernelHeight * KernelWidth * GroupWords,
  parameter int WeightAddrWidth = (WeightRows > 1) ? $clog2(WeightRows) : 1,
  // A slot has at most Lanes neurons.
  parameter int OperationsWidth = $clog2(Lanes + 1)
) (
  input  wire logic                       clk_i,
  input  wire logic                       load_i,        ///< an event becomes the job
  input  wire logic [InAddrWidth-1:0]     address_i,     ///< of that event
  input  wire logic                       next_i,        ///< the slot is issued
  input  wire logic [RowWidth-1:0]        issued_row_i,  ///< row of the slot issued last
  output logic                            empty_o,       ///< the field has no slot
  output logic                            first_o,       ///< this slot is the job's first
  output logic                            last_o,        ///< ... and its last
  output logic      [RowWidth-1:0]        row_o,
  output logic      [WeightAddrWidth-1:0] weight_row_o,
  output logic      [Lanes-1:0]           lanes_o,       ///< those of the field
  output logic      [OperationsWidth-1:0] operations_o   ///< how many they are
);

  localparam int ChannelWidth = (InChannels > 1) ? $clog2(InChannels) : 1;
  localparam int YWidth       = (InHeight > 1) ? $clog2(InHeight) : 1;
  localparam int XWidth       = (InWidth > 1) ? $clog2(InWidth) : 1;
  // A field has at most KernelHeight rows, KernelWidth columns and GroupWords words: what is left
  // of them is below these numbers.
  localparam int RowsWidth    = (KernelHeight > 1) ? $clog2(KernelHeight) : 1;
  localparam int ColumnsWidth = (KernelWidth > 1) ? $clog2(KernelWidth) : 1;
  localparam int WordsWidth   = (GroupWords > 1) ? $clog2(GroupWords) : 1;
  // A lane's number is below Lanes.
  localparam int LaneWidth    = (Lanes > 1) ? $clog2(Lanes) : 1;
  localparam int KernelRows   = KernelHeight * KernelWidth * GroupWords;

  // How this slot follows the one before.
  localparam logic [1:0] MoveFirst  = 2'd0;
  localparam logic [1:0] MoveWord   = 2'd1;
  localparam logic [1:0] MoveColumn = 2'd2;
  localparam logic [1:0] MoveRow    = 2'd3;

  if (InHeight < 1 || InWidth < 1 || InChannels < 1 || NumPositions < 1 || NumChannels < 1
      || Lanes < 1 || Lanes != (1 << $clog2(Lanes)) || KernelHeight < 1 || KernelWidth < 1
      || Grouped < 0 || Grouped > 1 || GroupWords < 1 || GroupWords > NumWords
      || (Grouped == 0 && GroupWords != NumWords)) begin : gen_illegal
    nacre_error_conv_field_parameter_is_out_of_range u_error ();
  end

  // ------------------------------------------------------------------------------- The job
  logic [InAddrWidth-1:0]     position, in_y;
  logic [ChannelWidth-1:0]    channel;
  logic [XWidth-1:0]          in_x;
  logic [WeightAddrWidth-1:0] channel_weight, channel_weight_q;
  logic [YWidth-1:0]          y, y_q;
  logic [XWidth-1:0]          x_q;

  nacre_divide_constant #(
    .Width  (InAddrWidth),
    .Divisor(InChannels)
  ) u_position (
    .value_i    (address_i),
    .quotient_o (position),
    .remainder_o(channel)
  );
  nacre_divide_constant #(
    .Width  (InAddrWidth),
    .Divisor(InWidth)
  ) u_y (
    .value_i    (position),
    .quotient_o (in_y),
    .remainder_o(in_x)
  );
  // Below InHeight.
  assign y = YWidth'(in_y);
  wire unused_y = ^in_y;
  assign channel_weight = WeightAddrWidth'(32'(channel) * KernelRows);

  nacre_register #(
    .Width(YWidth + XWidth + WeightAddrWidth)
  ) u_job (
    .clk_i   (clk_i),
    .enable_i(load_i),
    .d_i     ({y, in_x, channel_weight}),
    .q_o     ({y_q, x_q, channel_weight_q})
  );

  // ------------------------------------------------------------------- Where its field begins
  logic [RowWidth-1:0]        first_row, channel_word;
  logic [WeightAddrWidth-1:0] first_weight_row;
  logic [15:0]                row_last, column_last, words_last;
  logic [LaneWidth-1:0]       lane_low, lane_high;

  assign row_last    = RowLast[32'(y_q)*16 +: 16];
  assign column_last = ColumnLast[32'(x_q)*16 +: 16];
  if (Grouped == 1) begin : gen_grouped
    logic [ChannelWidth-1:0] channel_q;
    nacre_register #(.Width(ChannelWidth)) u_channel (
      .clk_i   (clk_i),
      .enable_i(load_i),
      .d_i     (channel),
      .q_o     (channel_q)
    );
    assign channel_word = RowWidth'(ChannelWord[32'(channel_q)*16 +: 16]);
    assign words_last   = ChannelLast[32'(channel_q)*16 +: 16];
    assign lane_low     = LaneWidth'(ChannelLow[32'(channel_q)*16 +: 16]);
    assign lane_high    = LaneWidth'(ChannelHigh[32'(channel_q)*16 +: 16]);
  end else begin : gen_whole
    assign channel_word = '0;
    assign words_last   = 16'(NumWords - 1);
    assign lane_low     = '0;
    assign lane_high    = LaneWidth'((NumChannels - 1) % Lanes);
  end
  assign empty_o = row_last[15] || column_last[15] || words_last[15];
  // A table's parts of an address, both below 2^24, lie in the memory together.
  assign first_row = RowWidth'(RowFirst[32'(y_q)*24 +: 24])
                   + RowWidth'(ColumnFirst[32'(x_q)*24 +: 24]) + channel_word;
  assign first_weight_row = WeightAddrWidth'(RowWeight[32'(y_q)*24 +: 24])
                          + WeightAddrWidth'(ColumnWeight[32'(x_q)*24 +: 24]) + channel_weight_q;
  wire unused_last = ^{row_last, column_last, words_last};

  // ------------------------------------------------------------------------------- This slot
  logic [1:0]                 move_q, move;      // of this slot, of the one behind it
  logic [RowsWidth-1:0]       rows_left_q, rows_left;
  logic [ColumnsWidth-1:0]    columns_left_q, columns_left;
  logic [WordsWidth-1:0]      words_left_q, words_left;
  logic                       at_row, at_position;  // first slot of its row, of its position
  logic                       last_word, last_column, last_row;
  logic [RowWidth-1:0]        line_row_q, row_addend;   // of the first slot of this output row
  logic [WeightAddrWidth-1:0] line_weight_q, weight_q, weight_addend;

  assign first_o      = move_q == MoveFirst;
  assign at_row       = first_o || move_q == MoveRow;
  assign at_position  = move_q != MoveWord;
  // How many follow this slot's.
  assign rows_left    = first_o     ? RowsWidth'(row_last)       : rows_left_q;
  assign columns_left = at_row      ? ColumnsWidth'(column_last) : columns_left_q;
  assign words_left   = at_position ? WordsWidth'(words_last)    : words_left_q;
  assign last_word    = words_left == '0;
  assign last_column  = columns_left == '0;
  assign last_row     = rows_left == '0;
  assign last_o       = last_word && last_column && last_row;
  assign move         = load_i       ? MoveFirst
                      : !last_word   ? MoveWord
                      : !last_column ? MoveColumn
                      : MoveRow;

  // From the last word of a position to the first of the next.
  assign row_addend    = (move_q == MoveWord)   ? RowWidth'(1)
                       : (move_q == MoveColumn) ? RowWidth'(ColumnStep) - RowWidth'(words_last)
                       : RowWidth'(RowStep);
  assign weight_addend = (move_q == MoveWord)   ? WeightAddrWidth'(1)
                       : (move_q == MoveColumn) ? WeightAddrWidth'(ColumnWeightStep)
                                                - WeightAddrWidth'(words_last)
                       : WeightAddrWidth'(RowWeightStep);
  assign row_o         = first_o ? first_row
                       : ((move_q == MoveRow) ? line_row_q : issued_row_i) + row_addend;
  assign weight_row_o  = first_o ? first_weight_row
                       : ((move_q == MoveRow) ? line_weight_q : weight_q) + weight_addend;

  nacre_register #(.Width(2)) u_move (
    .clk_i   (clk_i),
    .enable_i(load_i || next_i),
    .d_i     (move),
    .q_o     (move_q)
  );
  nacre_register #(.Width(WordsWidth + WeightAddrWidth)) u_slot (
    .clk_i   (clk_i),
    .enable_i(next_i),
    .d_i     ({words_left - WordsWidth'(1), weight_row_o}),
    .q_o     ({words_left_q, weight_q})
  );
  nacre_register #(.Width(ColumnsWidth + RowsWidth)) u_left (
    .clk_i   (clk_i),
    .enable_i(next_i && (at_row || last_word)),
    .d_i     ({last_word ? columns_left - ColumnsWidth'(1) : columns_left,
               (last_word && last_column) ? rows_left - RowsWidth'(1) : rows_left}),
    .q_o     ({columns_left_q, rows_left_q})
  );
  nacre_register #(.Width(RowWidth + WeightAddrWidth)) u_line (
    .clk_i   (clk_i),
    .enable_i(next_i && at_row),
    .d_i     ({row_o, weight_row_o}),
    .q_o     ({line_row_q, line_weight_q})
  );

  // ------------------------------------------------------------------------------- Its lanes
  // Compared with one bit more: no lane's number is the greatest then.
  logic [LaneWidth-1:0] low, high;
  logic [Lanes-1:0]     from_low, to_high;
  assign low  = at_position ? lane_low : '0;
  assign high = last_word ? lane_high : LaneWidth'(Lanes - 1);
  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    assign from_low[l] = {1'b0, low} <= (LaneWidth + 1)'(l);
    assign to_high[l]  = l == 0 || {1'b0, high} >= (LaneWidth + 1)'(l);
  end
  assign lanes_o = from_low & to_high;
  // 1 ... Lanes: low <= high < Lanes.
  assign operations_o = OperationsWidth'(high) - OperationsWidth'(low) + OperationsWidth'(1);

endmodule
`default_nettype wire
