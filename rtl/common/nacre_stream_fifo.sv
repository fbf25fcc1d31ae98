`default_nettype none
/// Two-entry stream FIFO: the output register of every stage (docs/streams.md).
///
/// Both handshakes are registered: s_ready_o and m_valid_o come straight from flip-flops. A word
/// pushed in cycle c is valid from cycle c+1; a push is possible in each cycle at whose start the
/// FIFO held fewer than two words. Throughput one word per cycle. A cycle without push or pop
/// clocks nothing but a clock gate; m_data_o is undefined until the first word.
module nacre_stream_fifo #(
  /// Bits of a word, at least 1.
  parameter int Width = 8
) (
  input  wire logic             clk_i,
  input  wire logic             rst_ni,     ///< asynchronous, active low
  input  wire logic             s_valid_i,
  output logic                  s_ready_o,
  input  wire logic [Width-1:0] s_data_i,
  output logic                  m_valid_o,  ///< also: the FIFO holds a word
  input  wire logic             m_ready_i,
  output logic      [Width-1:0] m_data_o
);

  if (Width < 1) begin : gen_illegal
    nacre_error_width_must_be_at_least_1 u_error ();
  end

  logic             clk_gated;
  logic             head_valid_q, tail_valid_q;  // the tail alone is never valid
  logic [Width-1:0] head_d, tail_q;
  logic             push, pop;
  logic             stays;                       // the head stays where it is
  logic             follows;                     // there is a word behind it

  assign s_ready_o = !tail_valid_q;
  assign m_valid_o = head_valid_q;
  assign push      = s_valid_i && s_ready_o;
  assign pop       = m_valid_o && m_ready_i;
  assign stays     = head_valid_q && !m_ready_i;
  assign follows   = tail_valid_q || s_valid_i;

  nacre_clock_gate u_gate (
    .clk_i   (clk_i),
    .enable_i(push || pop),
    .clk_o   (clk_gated)
  );

  always_ff @(posedge clk_gated or negedge rst_ni) begin
    if (!rst_ni) begin
      head_valid_q <= 1'b0;
      tail_valid_q <= 1'b0;
    end else begin
      head_valid_q <= stays || follows;
      tail_valid_q <= stays && follows;
    end
  end

  assign head_d = tail_valid_q ? tail_q : s_data_i;

  nacre_register #(
    .Width(Width)
  ) u_head (
    .clk_i   (clk_gated),
    .enable_i(follows && !stays),
    .d_i     (head_d),
    .q_o     (m_data_o)
  );

  nacre_register #(
    .Width(Width)
  ) u_tail (
    .clk_i   (clk_gated),
    .enable_i(push && stays),
    .d_i     (s_data_i),
    .q_o     (tail_q)
  );

`ifdef VERILATOR
  // Nothing is asserted before the first reset.
  logic armed_q = 1'b0;
  always_ff @(posedge rst_ni) armed_q <= 1'b1;
  stable : assert property (@(posedge clk_i) disable iff (!rst_ni || !armed_q)
                            rst_ni && s_valid_i && !s_ready_o |=> s_valid_i && $stable(s_data_i));
`endif

endmodule
`default_nettype wire
