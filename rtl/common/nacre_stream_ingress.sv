`default_nettype none
/// AXI4-Stream (64-bit TDATA) to an internal stream, with the checks of docs/streams.md.
///
/// A bad word is taken and dropped, and every flag that applies to it is pulsed. A good word is
/// pushed into the output FIFO in the cycle of its handshake (valid inside one cycle later).
/// Throughput one word per cycle.
module nacre_stream_ingress #(
  /// Legal addresses are 0 ... Addresses-1, at most 2^24.
  parameter int Addresses       = 8,
  /// 1: value stream (value, end_of_sample), 0: event stream (event, end_of_step, end_of_sample).
  parameter bit Values          = 1'b0,
  /// Value stream: end_of_step is legal, too.
  parameter bit Steps           = 1'b0,
  /// Event stream: events may be negative.
  parameter bit NegativeAllowed = 1'b0,
  /// Value stream: bits of a payload, 1 ... 32.
  parameter int PayloadWidth    = 8,
  /// Value stream: the payload is two's complement of PayloadWidth bits, else unsigned.
  parameter bit PayloadSigned   = 1'b0,
  // Derived, not to be set.
  parameter int AddressWidth = (Addresses > 1) ? $clog2(Addresses) : 1,
  parameter int OutWidth     = 3 + AddressWidth + (Values ? PayloadWidth : 0)
) (
  input  wire logic                clk_i,
  input  wire logic                rst_ni,         ///< asynchronous, active low
  // From the host
  input  wire logic [63:0]         s_axis_tdata_i,
  input  wire logic                s_axis_tvalid_i,
  output logic                     s_axis_tready_o,
  input  wire logic                s_axis_tlast_i,
  // Words {kind, negative, address, payload}, payload on a value stream only
  output logic                     m_valid_o,
  input  wire logic                m_ready_i,
  output logic      [OutWidth-1:0] m_data_o,
  output logic                     busy_o,         ///< a word is held
  output logic                     word_o,         ///< pulse: a word was accepted, not dropped
  /// Pulses: [0] kind, [1] reserved bits or polarity, [2] address, [3] payload, [4] TLAST.
  output logic      [4:0]          error_o
);

  localparam logic [1:0] KindEvent       = 2'd0;
  localparam logic [1:0] KindEndOfStep   = 2'd1;
  localparam logic [1:0] KindValue       = 2'd2;
  localparam logic [1:0] KindEndOfSample = 2'd3;

  // Without the upper bit of the kind on a value stream without steps, and without the polarity
  // where there is none.
  localparam int StoredWidth = OutWidth - (Values ? (Steps ? 1 : 2) : NegativeAllowed ? 0 : 1);

  if (Addresses < 1 || Addresses > (1 << 24) || PayloadWidth < 1 || PayloadWidth > 32) begin
    : gen_illegal
    nacre_error_addresses_or_payload_width_is_out_of_range u_error ();
  end

  logic [1:0]             kind;
  logic                   negative;
  logic [23:0]            address;
  logic [31:0]            payload;
  logic [31:0]            payload_above;   // bits that must all equal the sign
  logic                   is_event, is_value, handshake, push, fifo_ready;
  logic [4:0]             fault;
  logic [StoredWidth-1:0] word, stored;

  assign kind     = s_axis_tdata_i[63:62];
  assign negative = s_axis_tdata_i[61];
  assign address  = s_axis_tdata_i[55:32];
  assign payload  = s_axis_tdata_i[31:0];
  assign is_event = kind == KindEvent;
  assign is_value = kind == KindValue;

  // Unsigned: every bit above the payload is 0. Signed: every bit from the sign bit up is the sign.
  if (PayloadSigned) begin : gen_signed
    assign payload_above = (payload >> (PayloadWidth - 1)) ^
                           (payload[PayloadWidth-1] ? {32{1'b1}} >> (PayloadWidth - 1) : 32'd0);
  end else if (PayloadWidth == 32) begin : gen_full
    assign payload_above = '0;
  end else begin : gen_unsigned
    assign payload_above = payload >> PayloadWidth;
  end

  assign fault[0] = Values ? is_event || (kind == KindEndOfStep && !Steps) : is_value;
  assign fault[1] = s_axis_tdata_i[60:56] != '0 || (negative && !(is_event && NegativeAllowed));
  // The markers carry address 0 and payload 0; so does the payload of an event.
  assign fault[2] = (is_event || is_value) ? {8'd0, address} >= 32'(Addresses) : address != '0;
  assign fault[3] = is_value ? payload_above != '0 : payload != '0;
  assign fault[4] = s_axis_tlast_i != (kind == KindEndOfSample);

  assign push            = s_axis_tvalid_i && fault == '0;
  assign handshake       = s_axis_tvalid_i && fifo_ready;
  assign s_axis_tready_o = fifo_ready;
  assign word_o          = handshake && fault == '0;
  assign error_o         = handshake ? fault : '0;

  // The FIFO does not hold what is the same in all good words.
  if (Values && Steps) begin : gen_step_word
    assign word     = {kind, address[AddressWidth-1:0], payload[PayloadWidth-1:0]};
    assign m_data_o = {stored[StoredWidth-1 -: 2], 1'b0, stored[StoredWidth-3:0]};
  end else if (Values) begin : gen_value_word
    assign word     = {kind[0], address[AddressWidth-1:0], payload[PayloadWidth-1:0]};
    assign m_data_o = {1'b1, stored[StoredWidth-1], 1'b0, stored[StoredWidth-2:0]};
  end else if (NegativeAllowed) begin : gen_event_word
    assign word     = {kind, negative, address[AddressWidth-1:0]};
    assign m_data_o = stored;
  end else begin : gen_positive_event_word
    assign word     = {kind, address[AddressWidth-1:0]};
    assign m_data_o = {stored[StoredWidth-1 -: 2], 1'b0, stored[AddressWidth-1:0]};
  end

  nacre_stream_fifo #(
    .Width(StoredWidth)
  ) u_fifo (
    .clk_i    (clk_i),
    .rst_ni   (rst_ni),
    .s_valid_i(push),
    .s_ready_o(fifo_ready),
    .s_data_i (word),
    .m_valid_o(m_valid_o),
    .m_ready_i(m_ready_i),
    .m_data_o (stored)
  );

  assign busy_o = m_valid_o;

`ifdef VERILATOR
  input_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                  s_axis_tvalid_i && !s_axis_tready_o |=>
                                  s_axis_tvalid_i && $stable({s_axis_tdata_i, s_axis_tlast_i}));
  output_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                   m_valid_o && !m_ready_i |=> m_valid_o && $stable(m_data_o));
`endif

endmodule
`default_nettype wire
