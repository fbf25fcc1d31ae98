`default_nettype none
/// A stream to several takers, each of which gets every word (docs/streams.md, "Forks and joins").
///
/// Each branch ends in a two-entry FIFO. A word is taken in a cycle at whose start all branches
/// hold fewer than two words, and pushed into all of them in that cycle; it is valid there from the
/// next cycle on. So no branch is ever ahead of another at the fork: what keeps joins from blocking
/// their own input rests on that. Throughput one word per cycle. A cycle without push or pop clocks
/// nothing but clock gates.
module nacre_stream_fork #(
  /// Bits of a word, at least 1.
  parameter int Width    = 8,
  /// Inputs that take the stream, at least 2.
  parameter int Branches = 2
) (
  input  wire logic                      clk_i,
  input  wire logic                      rst_ni,     ///< asynchronous, active low
  input  wire logic                      busy_i,     ///< that of the stream's source
  input  wire logic                      s_valid_i,
  output logic                           s_ready_o,
  input  wire logic [Width-1:0]          s_data_i,
  output logic      [Branches-1:0]       m_valid_o,
  input  wire logic [Branches-1:0]       m_ready_i,
  output logic      [Branches*Width-1:0] m_data_o,   ///< branch 0 low
  output logic                           busy_o      ///< the source is busy, or a word is here
);

  if (Width < 1 || Branches < 2) begin : gen_illegal
    nacre_error_width_or_branches_is_out_of_range u_error ();
  end

  logic [Branches-1:0] has_room;
  logic                push;

  assign s_ready_o = has_room == '1;
  assign push      = s_valid_i && s_ready_o;
  assign busy_o    = busy_i || m_valid_o != '0;

  for (genvar b = 0; b < Branches; b++) begin : gen_branch
    nacre_stream_fifo #(
      .Width(Width)
    ) u_fifo (
      .clk_i    (clk_i),
      .rst_ni   (rst_ni),
      .s_valid_i(push),
      .s_ready_o(has_room[b]),
      .s_data_i (s_data_i),
      .m_valid_o(m_valid_o[b]),
      .m_ready_i(m_ready_i[b]),
      .m_data_o (m_data_o[b*Width +: Width])
    );
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
