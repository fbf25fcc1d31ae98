`default_nettype none
/// Pooling, upsampling and flattening of events: arithmetic on addresses
/// (generator/src/kinds/event_map/README.md).
///
/// An event at (y, x, c) is sent to a block of addresses: all rows and columns of windows that it
/// lies in. Tables per row and per column hold where the block begins (as a part of the address)
/// and how many rows or columns it has, so the first address is a sum and each further one adds a
/// constant. One address per cycle (a *turn*). With Once an address of one polarity is sent once in
/// a time step: a memory of bits tells which were sent; a row of it counts only if it was written
/// in this step (one flip-flop per row), so that nothing is cleared.
/// Cycle by cycle: section Timing of the README. Golden model: sim/golden/event_map.
module nacre_event_map #(
  /// Map of the input stream.
  parameter int Height        = 2,
  parameter int Columns       = 2,
  parameter int Channels      = 1,
  /// Addresses of the output stream, 1 ... 2^24.
  parameter int OutAddresses  = 4,
  /// Per input row y, row 0 low: where its output rows begin, as a part of the address (24 bits),
  /// and how many there are (16 bits).
  parameter logic [Height*24-1:0]  RowOffset    = {24'd2, 24'd0},
  parameter logic [Height*16-1:0]  RowCount     = {16'd1, 16'd1},
  /// Per input column x likewise.
  parameter logic [Columns*24-1:0] ColumnOffset = {24'd1, 24'd0},
  parameter logic [Columns*16-1:0] ColumnCount  = {16'd1, 16'd1},
  /// What a channel, a further output column, a further output row add to the address.
  parameter int ChannelStep   = 1,
  parameter int ColumnStep    = 1,
  parameter int RowStep       = 2,
  /// 1: each address and polarity once in a time step.
  parameter int Once          = 0,
  /// 1: input events may be negative (with Once: a bit for each polarity).
  parameter int Negative      = 0,
  /// Performance counters: 0 none, 1 basic, 2 full (the same here).
  parameter int Counters      = 1,
  // Derived, not to be set.
  parameter int InAddresses  = Height * Columns * Channels,
  parameter int InAddrWidth  = (InAddresses > 1) ? $clog2(InAddresses) : 1,
  parameter int OutAddrWidth = (OutAddresses > 1) ? $clog2(OutAddresses) : 1,
  parameter int InWidth      = 3 + InAddrWidth,
  parameter int OutWidth     = 3 + OutAddrWidth,
  // Bits that tell what was sent: rows of about as many bits as there are rows.
  parameter int SeenBits      = OutAddresses * (1 + Negative),
  parameter int SeenIndexBits = (SeenBits > 1) ? $clog2(SeenBits) : 1,
  parameter int SeenWidth     = 1 << ((SeenIndexBits + 1) / 2),
  parameter int SeenRows      = (SeenBits + SeenWidth - 1) / SeenWidth,
  parameter int SeenAddrWidth = (SeenRows > 1) ? $clog2(SeenRows) : 1,
  // 16 registers.
  parameter int CfgAddrWidth = 4
) (
  input  wire logic                     clk_i,
  input  wire logic                     rst_ni,            ///< asynchronous, active low
  // Configuration
  input  wire logic                     cfg_valid_i,
  input  wire logic                     cfg_write_i,
  input  wire logic [CfgAddrWidth-1:0]  cfg_addr_i,
  input  wire logic [31:0]              cfg_wdata_i,
  output logic                          cfg_ready_o,
  output logic      [31:0]              cfg_rdata_o,
  output logic                          cfg_error_o,
  input  wire logic                     idle_i,            ///< not used: no memory is to be seen
  input  wire logic                     clear_counters_i,
  // Input and output stream
  input  wire logic                     s_valid_i,
  output logic                          s_ready_o,
  input  wire logic [InWidth-1:0]       s_data_i,
  output logic                          m_valid_o,
  input  wire logic                     m_ready_i,
  output logic      [OutWidth-1:0]      m_data_o,
  output logic                          busy_o,
  // Bits of addresses that were sent in this step (Once): SeenRows rows
  output logic                          seen_ren_o,
  output logic      [SeenAddrWidth-1:0] seen_raddr_o,
  input  wire logic [SeenWidth-1:0]     seen_rdata_i,
  output logic                          seen_wen_o,
  output logic      [SeenAddrWidth-1:0] seen_waddr_o,
  output logic      [SeenWidth-1:0]     seen_wdata_o
);

  localparam logic [1:0] KindEvent = 2'd0;

  localparam int Positions     = Height * Columns;
  localparam int PositionWidth = (Positions > 1) ? $clog2(Positions) : 1;
  localparam int ChannelWidth  = (Channels > 1) ? $clog2(Channels) : 1;
  localparam int ColumnWidth   = (Columns > 1) ? $clog2(Columns) : 1;
  localparam int RowWidth      = (Height > 1) ? $clog2(Height) : 1;
  // Counters of a block's rows and columns hold the largest entry of their table.
  localparam int RowsWidth     = $clog2(most_rows(Height) + 1);
  localparam int ColumnsWidth  = $clog2(most_columns(Columns) + 1);
  // Sums of table entries and steps stay below OutAddresses <= 2^24.
  localparam int AW = OutAddrWidth;

  if (Height < 1 || Columns < 1 || Channels < 1 || OutAddresses < 1 || OutAddresses > (1 << 24)
      || Once < 0 || Once > 1 || Negative < 0 || Negative > 1 || Counters < 0 || Counters > 2)
  begin : gen_illegal
    nacre_error_event_map_parameter_is_out_of_range u_error ();
  end

  // At least 1.
  function automatic int most_rows(input int entries);
    most_rows = 1;
    for (int i = 0; i < entries; i++) begin
      if (32'(RowCount[i*16 +: 16]) > most_rows) most_rows = 32'(RowCount[i*16 +: 16]);
    end
  endfunction
  function automatic int most_columns(input int entries);
    most_columns = 1;
    for (int i = 0; i < entries; i++) begin
      if (32'(ColumnCount[i*16 +: 16]) > most_columns) most_columns = 32'(ColumnCount[i*16 +: 16]);
    end
  endfunction

  logic clk_stage;  // ticks only when something behind it changes

  // ---- The word in front ----------------------------------------------------------------------

  logic [1:0]               in_kind;
  logic                     in_negative, in_event;
  logic [InAddrWidth-1:0]   in_address;
  logic [PositionWidth-1:0] position;
  logic [ChannelWidth-1:0]  in_channel;
  logic [ColumnWidth-1:0]   in_column;
  logic [RowWidth-1:0]      in_row;
  logic [23:0]              row_offset, column_offset;
  logic [RowsWidth-1:0]     row_count;
  logic [ColumnsWidth-1:0]  column_count;
  logic [AW-1:0]            first_address;   // of its block
  logic                     empty;           // an event without addresses

  assign {in_kind, in_negative, in_address} = s_data_i;
  assign in_event = in_kind == KindEvent;

  if (Positions == 1) begin : gen_one_position
    assign position   = '0;
    assign in_channel = ChannelWidth'(in_address);
  end else begin : gen_positions
    logic [InAddrWidth-1:0] quotient;
    nacre_divide_constant #(
      .Width  (InAddrWidth),
      .Divisor(Channels)
    ) u_position (
      .value_i    (in_address),
      .quotient_o (quotient),
      .remainder_o(in_channel)
    );
    // Below Positions.
    assign position = PositionWidth'(quotient);
    wire unused_quotient = ^quotient;
  end
  if (Height == 1) begin : gen_one_row
    assign in_row    = '0;
    assign in_column = ColumnWidth'(position);
  end else begin : gen_rows
    logic [PositionWidth-1:0] quotient;
    nacre_divide_constant #(
      .Width  (PositionWidth),
      .Divisor(Columns)
    ) u_row (
      .value_i    (position),
      .quotient_o (quotient),
      .remainder_o(in_column)
    );
    // Below Height.
    assign in_row = RowWidth'(quotient);
    wire unused_quotient = ^quotient;
  end

  assign row_offset    = RowOffset[32'(in_row)*24 +: 24];
  assign row_count     = RowCount[32'(in_row)*16 +: RowsWidth];
  assign column_offset = ColumnOffset[32'(in_column)*24 +: 24];
  assign column_count  = ColumnCount[32'(in_column)*16 +: ColumnsWidth];
  assign first_address = AW'(32'(row_offset) + 32'(column_offset)
                             + 32'(in_channel) * ChannelStep);
  assign empty         = in_event && (row_count == '0 || column_count == '0);

  // ---- Job: the word whose turns are being done -----------------------------------------------

  logic                  held_q;
  logic [1:0]            kind_q;
  logic                  negative_q;
  logic [AW-1:0]         address_q;             // of this turn
  logic [AW-1:0]         row_address_q;         // of this row's first column
  logic [RowsWidth-1:0]    rows_left_q;         // with this one
  logic [ColumnsWidth-1:0] columns_left_q;      // with this one
  logic [ColumnsWidth-1:0] columns_q;
  logic                  job_event, turn, last_turn, last_column, take, load;
  logic [AW-1:0]         next_address, next_row_address;
  logic                  sent_before;           // in this step (Once)
  logic                  push, fifo_ready;

  assign job_event        = kind_q == KindEvent;
  assign last_column      = columns_left_q == ColumnsWidth'(1);
  assign last_turn        = !job_event || (last_column && rows_left_q == RowsWidth'(1));
  assign turn             = held_q && fifo_ready;
  assign push             = held_q && !(job_event && sent_before);
  assign s_ready_o        = !held_q || (turn && last_turn);
  assign take             = s_valid_i && s_ready_o;
  assign load             = take && !empty;
  // Behind the last turn both may leave the range: they are not used.
  assign next_row_address = row_address_q + AW'(RowStep);
  assign next_address     = last_column ? next_row_address : address_q + AW'(ColumnStep);

  always_ff @(posedge clk_stage or negedge rst_ni) begin
    if (!rst_ni) held_q <= 1'b0;
    else         held_q <= load || (held_q && !(turn && last_turn));
  end

  // What does not change during a job.
  nacre_register #(
    .Width(3 + ColumnsWidth)
  ) u_job (
    .clk_i   (clk_stage),
    .enable_i(load),
    .d_i     ({in_kind, in_negative, column_count}),
    .q_o     ({kind_q, negative_q, columns_q})
  );
  nacre_register #(
    .Width(AW + ColumnsWidth)
  ) u_turn (
    .clk_i   (clk_stage),
    .enable_i(load || turn),
    .d_i     (load ? {first_address, column_count}
                   : {next_address, last_column ? columns_q : columns_left_q - ColumnsWidth'(1)}),
    .q_o     ({address_q, columns_left_q})
  );
  nacre_register #(
    .Width(AW + RowsWidth)
  ) u_row_of_turns (
    .clk_i   (clk_stage),
    .enable_i(load || (turn && last_column)),
    .d_i     (load ? {first_address, row_count}
                   : {next_row_address, rows_left_q - RowsWidth'(1)}),
    .q_o     ({row_address_q, rows_left_q})
  );

  // ---- What was sent in this step -------------------------------------------------------------

  if (Once == 1) begin : gen_once
    localparam int BitWidth = $clog2(SeenWidth);
    // A turn's bit is read in the cycle before the turn, or before the first cycle that it waits.
    logic [SeenIndexBits-1:0] index, next_index;
    logic [SeenAddrWidth-1:0] row, next_row;
    logic [BitWidth-1:0]      bit_number;
    logic [SeenRows-1:0]      written_q;    // rows written in this step
    logic [SeenRows-1:0]      row_one_hot;
    logic                     forward_q;    // the row was written while it was read
    logic [SeenWidth-1:0]     forwarded_q;
    logic [SeenWidth-1:0]     bits, bit_one_hot;
    logic                     read, write, forget;

    if (Negative == 1) begin : gen_polarities
      assign index      = SeenIndexBits'({address_q, negative_q});
      assign next_index = SeenIndexBits'(load ? {first_address, in_negative}
                                              : {next_address, negative_q});
    end else begin : gen_positive
      assign index      = SeenIndexBits'(address_q);
      assign next_index = SeenIndexBits'(load ? first_address : next_address);
    end
    // Below SeenRows (a next address behind the last turn may not be: it is not read).
    assign row        = SeenAddrWidth'(index >> BitWidth);
    assign next_row   = SeenAddrWidth'(next_index >> BitWidth);
    assign bit_number = BitWidth'(index);
    assign read       = load ? in_event : turn && !last_turn;
    assign write      = turn && job_event && !sent_before;
    assign forget     = turn && !job_event;

    for (genvar r = 0; r < SeenRows; r++) begin : gen_row
      assign row_one_hot[r] = 32'(row) == r;
    end
    for (genvar b = 0; b < SeenWidth; b++) begin : gen_bit
      assign bit_one_hot[b] = 32'(bit_number) == b;
    end

    assign bits         = forward_q ? forwarded_q
                        : (written_q & row_one_hot) != '0 ? seen_rdata_i : '0;
    assign sent_before  = (bits & bit_one_hot) != '0;
    assign seen_ren_o   = read;
    assign seen_raddr_o = next_row;
    assign seen_wen_o   = write;
    assign seen_waddr_o = row;
    assign seen_wdata_o = bits | bit_one_hot;

    always_ff @(posedge clk_stage or negedge rst_ni) begin
      if (!rst_ni) begin
        written_q <= '0;
        forward_q <= 1'b0;
      end else begin
        if (forget)     written_q <= '0;
        else if (write) written_q <= written_q | row_one_hot;
        if (read)       forward_q <= write && next_row == row;
      end
    end
    nacre_register #(
      .Width(SeenWidth)
    ) u_forwarded (
      .clk_i   (clk_stage),
      .enable_i(read && write),
      .d_i     (seen_wdata_o),
      .q_o     (forwarded_q)
    );
  end else begin : gen_always
    wire unused_seen = ^seen_rdata_i;
    assign sent_before  = 1'b0;
    assign seen_ren_o   = 1'b0;
    assign seen_raddr_o = '0;
    assign seen_wen_o   = 1'b0;
    assign seen_waddr_o = '0;
    assign seen_wdata_o = '0;
  end

  // ---- Output ---------------------------------------------------------------------------------

  logic [OutWidth-1:0] word;

  assign word   = job_event ? {KindEvent, negative_q, address_q} : {kind_q, 1'b0, {AW{1'b0}}};
  assign busy_o = held_q || m_valid_o;

  // It runs during a reset, too: what watches the FIFO with this clock sees each reset.
  nacre_clock_gate u_stage_gate (
    .clk_i   (clk_i),
    .enable_i(!rst_ni || take || turn || request || done_q || (m_valid_o && m_ready_i)
              || (Counters >= 1 && clear_counters_i)),
    .clk_o   (clk_stage)
  );

  nacre_stream_fifo #(
    .Width(OutWidth)
  ) u_fifo (
    .clk_i    (clk_stage),
    .rst_ni   (rst_ni),
    .s_valid_i(push),
    .s_ready_o(fifo_ready),
    .s_data_i (word),
    .m_valid_o(m_valid_o),
    .m_ready_i(m_ready_i),
    .m_data_o (m_data_o)
  );

  // ---- Configuration: a request is answered in the cycle after it is seen ---------------------

  logic        request, allowed;
  logic        done_q, error_q;
  logic [31:0] events_in, events_out;

  assign request = cfg_valid_i && !done_q;
  assign allowed = !cfg_write_i
                && (cfg_addr_i == CfgAddrWidth'(8) || cfg_addr_i == CfgAddrWidth'(9));

  always_ff @(posedge clk_stage or negedge rst_ni) begin
    if (!rst_ni) begin
      done_q  <= 1'b0;
      error_q <= 1'b0;
    end else begin
      done_q <= request;
      if (request) error_q <= !allowed;
    end
  end

  assign cfg_ready_o = done_q;
  assign cfg_error_o = done_q && error_q;
  assign cfg_rdata_o = (done_q && !error_q) ? (cfg_addr_i[0] ? events_out : events_in) : '0;
  wire   unused_config = ^{idle_i, cfg_wdata_i};

  // ---- Performance counters -------------------------------------------------------------------

  if (Counters >= 1) begin : gen_counters
    nacre_perf_counter #(.Increment(1)) u_events_in (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(take && in_event), .value_o(events_in)
    );
    nacre_perf_counter #(.Increment(1)) u_events_out (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(turn && job_event && !sent_before), .value_o(events_out)
    );
  end else begin : gen_no_counters
    assign events_in    = '0;
    assign events_out   = '0;
    wire   unused_clear = clear_counters_i;
  end

`ifdef VERILATOR
  // Nothing is asserted before the first reset.
  logic armed_q = 1'b0;
  always_ff @(posedge rst_ni) armed_q <= 1'b1;
  stable : assert property (@(posedge clk_i) disable iff (!rst_ni || !armed_q)
                            rst_ni && s_valid_i && !s_ready_o |=> s_valid_i && $stable(s_data_i));
  address_is_in_range : assert property (@(posedge clk_i) disable iff (!rst_ni || !armed_q)
                                         turn && job_event |-> 32'(address_q) < OutAddresses);
`endif

endmodule
`default_nettype wire
