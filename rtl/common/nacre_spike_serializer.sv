`default_nettype none
/// From rows of spikes to a stream of event words, one word per cycle, with its output FIFO.
///
/// An item is a row of `Lanes` addresses with a spike count each, or a marker. A row is sent in
/// ascending lane order, the spikes of a lane one after the other: address = row * Lanes + lane;
/// with Aligned = 0, when rows end in lanes without an address, address = s_row_i + lane.
///
/// Timing: an item taken in cycle c (s_valid_i && s_ready_o) pushes its first word into the FIFO in
/// cycle c+1 and one more in each cycle in which the FIFO has room (first word on m_ in c+2).
/// s_ready_o is high when no item is held and in the cycle in which the held item pushes its last
/// word: rows follow each other without a gap. A row of k spikes thus holds the serializer for k
/// cycles, a marker for one.
module nacre_spike_serializer #(
  /// Addresses of the output stream, at least 1.
  parameter int Addresses  = 8,
  /// Addresses per row, a power of two.
  parameter int Lanes      = 4,
  /// Bits of a lane's spike count; 1 when a lane sends at most one spike.
  parameter int CountWidth = 1,
  /// 1: s_row_i is the row's number; 0: the address of its lane 0.
  parameter int Aligned    = 1,
  // Derived, not to be set. An address is below Addresses <= 2^AddressWidth.
  parameter int AddressWidth = (Addresses > 1) ? $clog2(Addresses) : 1,
  parameter int NumRows      = (Addresses + Lanes - 1) / Lanes,
  parameter int RowWidth     = (Aligned == 0) ? AddressWidth : (NumRows > 1) ? $clog2(NumRows) : 1
) (
  input  wire logic                        clk_i,
  input  wire logic                        rst_ni,             ///< asynchronous, active low
  // Items
  input  wire logic                        s_valid_i,
  output logic                             s_ready_o,          ///< independent of s_valid_i
  input  wire logic                        s_marker_i,         ///< 1: marker, 0: row
  input  wire logic                        s_end_of_sample_i,  ///< else end_of_step
  input  wire logic [RowWidth-1:0]         s_row_i,
  input  wire logic [Lanes*CountWidth-1:0] s_counts_i,         ///< not all 0; padding: 0
  input  wire logic [Lanes-1:0]            s_negative_i,       ///< polarity, per lane
  // Words {kind[1:0], negative, address}
  output logic                             m_valid_o,
  input  wire logic                        m_ready_i,
  output logic      [AddressWidth+2:0]     m_data_o,
  output logic                             busy_o              ///< an item or a word is held
);

  // Lanes = 2^LaneWidth; one bit is kept (always 0) when Lanes = 1, so that no vector is empty.
  localparam int LaneWidth     = $clog2(Lanes);
  localparam int LaneIndexBits = (LaneWidth > 0) ? LaneWidth : 1;
  // row < 2^RowWidth and lane < 2^LaneWidth. AddressWidth may be smaller: the lanes whose address
  // would not fit are padding and never spike.
  localparam int FullWidth     = RowWidth + LaneWidth + AddressWidth;

  localparam logic [1:0] KindEvent       = 2'd0;
  localparam logic [1:0] KindEndOfStep   = 2'd1;
  localparam logic [1:0] KindEndOfSample = 2'd3;

  if (Addresses < 1 || Lanes < 1 || Lanes != (1 << LaneWidth) || CountWidth < 1
      || Aligned < 0 || Aligned > 1) begin : gen_illegal
    nacre_error_addresses_lanes_or_count_width_is_out_of_range u_error ();
  end

  logic                     clk_busy;         // clk_i while there is something to send
  logic                     held_q;           // an item is held
  logic                     marker_q, end_of_sample_q;
  logic [RowWidth-1:0]      row_q;
  logic [Lanes-1:0]         negative_q;
  logic [Lanes-1:0]         left_q;           // lanes of a row with spikes still to send
  logic [Lanes-1:0]         first;            // the lowest of them, one-hot
  logic [Lanes-1:0]         load_left;
  logic [LaneIndexBits-1:0] lane;
  logic                     lane_done;        // this word is the lane's last spike
  logic                     last;             // this word is the item's last
  logic                     take, fifo_ready, send;
  logic [FullWidth-1:0]     address;
  logic [AddressWidth+2:0]  word;
  wire                      unused_address = ^address;

  assign take      = s_valid_i && s_ready_o;
  assign send      = held_q && fifo_ready;
  assign last      = marker_q || (lane_done && (left_q ^ first) == '0);
  assign s_ready_o = !held_q || (send && last);

  // A lone lane of a row has a spike: nothing to remember.
  if (Lanes == 1) begin : gen_lone_lane
    wire unused_left = ^load_left;
    assign left_q = 1'b1;
    assign first  = 1'b1;
  end else begin : gen_left
    assign first = left_q & (~left_q + Lanes'(1));
    nacre_register #(.Width(Lanes)) u_left (
      .clk_i   (clk_busy),
      .enable_i(take ? !s_marker_i : send && lane_done && !marker_q),
      .d_i     (take ? load_left : left_q ^ first),
      .q_o     (left_q)
    );
  end

  // Binary number of the one-hot lane: bit b is 1 in the lanes whose number has bit b.
  if (Lanes == 1) begin : gen_one_lane
    assign lane = 1'b0;
  end else begin : gen_lane_index
    for (genvar b = 0; b < LaneWidth; b++) begin : gen_bit
      logic [Lanes-1:0] select;
      for (genvar l = 0; l < Lanes; l++) begin : gen_lane
        assign select[l] = ((l >> b) & 1) != 0;
      end
      assign lane[b] = |(first & select);
    end
  end

  if (CountWidth == 1) begin : gen_single
    assign load_left = s_counts_i;
    assign lane_done = 1'b1;
  end else begin : gen_counts
    logic [Lanes*CountWidth-1:0] counts_q;
    logic [CountWidth-1:0]       sent_q;      // spikes of this lane already sent
    logic [CountWidth-1:0]       count;
    // sent_q < count always, so the sum is at most count and cannot wrap.
    assign count     = counts_q[lane*CountWidth +: CountWidth];
    assign lane_done = sent_q + CountWidth'(1) == count;
    for (genvar l = 0; l < Lanes; l++) begin : gen_load
      assign load_left[l] = |s_counts_i[l*CountWidth +: CountWidth];
    end
    always_ff @(posedge clk_busy or negedge rst_ni) begin
      if (!rst_ni)                 sent_q <= '0;
      else if (send && !marker_q)  sent_q <= lane_done ? '0 : sent_q + CountWidth'(1);
    end
    nacre_register #(.Width(Lanes * CountWidth)) u_counts (
      .clk_i   (clk_busy),
      .enable_i(take && !s_marker_i),
      .d_i     (s_counts_i),
      .q_o     (counts_q)
    );
  end

  assign address = (Aligned == 1) ? (FullWidth'(row_q) << LaneWidth) | FullWidth'(lane)
                                  : FullWidth'(row_q) + FullWidth'(lane);
  assign word    = marker_q
                 ? {end_of_sample_q ? KindEndOfSample : KindEndOfStep, 1'b0, {AddressWidth{1'b0}}}
                 : {KindEvent, |(negative_q & first), address[AddressWidth-1:0]};

  always_ff @(posedge clk_busy or negedge rst_ni) begin
    if (!rst_ni) held_q <= 1'b0;
    else         held_q <= take || (held_q && !(send && last));
  end

  // The item, valid while held_q.
  nacre_register #(.Width(2 + RowWidth + Lanes)) u_item (
    .clk_i   (clk_busy),
    .enable_i(take),
    .d_i     ({s_marker_i, s_end_of_sample_i, s_row_i, s_negative_i}),
    .q_o     ({marker_q, end_of_sample_q, row_q, negative_q})
  );

  nacre_stream_fifo #(
    .Width(AddressWidth + 3)
  ) u_fifo (
    .clk_i    (clk_busy),
    .rst_ni   (rst_ni),
    .s_valid_i(held_q),
    .s_ready_o(fifo_ready),
    .s_data_i (word),
    .m_valid_o(m_valid_o),
    .m_ready_i(m_ready_i),
    .m_data_o (m_data_o)
  );

  assign busy_o = held_q || m_valid_o;

  // It runs during a reset, too: what watches the FIFO with this clock sees each reset.
  nacre_clock_gate u_gate (
    .clk_i   (clk_i),
    .enable_i(!rst_ni || s_valid_i || busy_o),
    .clk_o   (clk_busy)
  );

`ifdef VERILATOR
  // Nothing is asserted before the first reset.
  logic armed_q = 1'b0;
  always_ff @(posedge rst_ni) armed_q <= 1'b1;
  row_has_a_spike : assert property (@(posedge clk_i) disable iff (!rst_ni || !armed_q)
                                     take && !s_marker_i |-> load_left != '0);
`endif

endmodule
`default_nettype wire
