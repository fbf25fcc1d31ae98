`default_nettype none
/// Two-entry stream FIFO: the output register of every stage (docs/streams.md).
///
/// Both handshakes are registered: s_ready_o and m_valid_o come straight from flip-flops. A word
/// pushed in cycle c is valid from cycle c+1; a push is possible in each cycle at whose start the
/// FIFO held fewer than two words. Throughput one word per cycle.
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

  logic             head_valid_q, tail_valid_q;
  logic [Width-1:0] head_q, tail_q;
  logic             push, pop, head_load;

  assign s_ready_o = !tail_valid_q;
  assign m_valid_o = head_valid_q;
  assign m_data_o  = head_q;
  assign push      = s_valid_i && s_ready_o;
  assign pop       = m_valid_o && m_ready_i;
  // The head takes the tail's word, or the pushed one when nothing stays before it.
  assign head_load = tail_valid_q ? pop : push && (pop || !head_valid_q);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      head_valid_q <= 1'b0;
      tail_valid_q <= 1'b0;
      head_q       <= '0;
    end else begin
      if (push != pop) begin
        head_valid_q <= push || tail_valid_q;
        tail_valid_q <= push && head_valid_q;
      end
      if (head_load) head_q <= tail_valid_q ? tail_q : s_data_i;
    end
  end

  // Data only: read after a push alone, so it needs no reset.
  always_ff @(posedge clk_i) begin
    if (push) tail_q <= s_data_i;
  end

`ifdef VERILATOR
  // Nothing is asserted before the first reset.
  logic armed_q = 1'b0;
  always_ff @(posedge rst_ni) armed_q <= 1'b1;
  stable : assert property (@(posedge clk_i) disable iff (!rst_ni || !armed_q)
                            rst_ni && s_valid_i && !s_ready_o |=> s_valid_i && $stable(s_data_i));
`endif

endmodule
`default_nettype wire
