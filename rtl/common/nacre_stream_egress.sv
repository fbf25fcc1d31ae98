`default_nettype none
/// Internal stream to AXI4-Stream (64-bit TDATA, docs/streams.md); TLAST on end_of_sample.
///
/// A word taken in cycle c is valid outside from cycle c+1. Throughput one word per cycle.
module nacre_stream_egress #(
  /// Addresses of the stream, at most 2^24.
  parameter int Addresses     = 8,
  /// 1: words have a payload of PayloadWidth bits, 0: none.
  parameter bit Values        = 1'b0,
  /// Value stream: bits of a payload, 1 ... 32.
  parameter int PayloadWidth  = 8,
  /// Value stream: the payload is two's complement, else unsigned.
  parameter bit PayloadSigned = 1'b0,
  // Derived, not to be set.
  parameter int AddressWidth = (Addresses > 1) ? $clog2(Addresses) : 1,
  parameter int InWidth      = 3 + AddressWidth + (Values ? PayloadWidth : 0)
) (
  input  wire logic               clk_i,
  input  wire logic               rst_ni,           ///< asynchronous, active low
  // Words {kind, negative, address, payload}, payload on a value stream only
  input  wire logic               s_valid_i,
  output logic                    s_ready_o,
  input  wire logic [InWidth-1:0] s_data_i,
  // To the host
  output logic      [63:0]        m_axis_tdata_o,
  output logic                    m_axis_tvalid_o,
  input  wire logic               m_axis_tready_i,
  output logic                    m_axis_tlast_o,
  output logic                    busy_o,           ///< a word is held
  output logic                    word_o,           ///< pulse: a word leaves
  output logic                    sample_o          ///< pulse: that word is end_of_sample
);

  localparam logic [1:0] KindEndOfSample = 2'd3;

  if (Addresses < 1 || Addresses > (1 << 24) || PayloadWidth < 1 || PayloadWidth > 32) begin
    : gen_illegal
    nacre_error_addresses_or_payload_width_is_out_of_range u_error ();
  end

  logic [InWidth-1:0] word;
  logic [23:0]        address;
  logic [31:0]        payload;

  nacre_stream_fifo #(
    .Width(InWidth)
  ) u_fifo (
    .clk_i    (clk_i),
    .rst_ni   (rst_ni),
    .s_valid_i(s_valid_i),
    .s_ready_o(s_ready_o),
    .s_data_i (s_data_i),
    .m_valid_o(m_axis_tvalid_o),
    .m_ready_i(m_axis_tready_i),
    .m_data_o (word)
  );

  if (Values) begin : gen_payload
    if (PayloadSigned) begin : gen_signed
      assign payload = 32'($signed(word[PayloadWidth-1:0]));
    end else begin : gen_unsigned
      assign payload = 32'(word[PayloadWidth-1:0]);
    end
  end else begin : gen_no_payload
    assign payload = '0;
  end

  assign address        = 24'(word[InWidth-4 -: AddressWidth]);
  assign m_axis_tdata_o = {word[InWidth-1 -: 3], 5'd0, address, payload};
  assign m_axis_tlast_o = word[InWidth-1 -: 2] == KindEndOfSample;
  assign busy_o         = m_axis_tvalid_o;
  assign word_o         = m_axis_tvalid_o && m_axis_tready_i;
  assign sample_o       = word_o && m_axis_tlast_o;

`ifdef VERILATOR
  output_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                   m_axis_tvalid_o && !m_axis_tready_i |=>
                                   m_axis_tvalid_o && $stable({m_axis_tdata_o, m_axis_tlast_o}));
`endif

endmodule
`default_nettype wire
