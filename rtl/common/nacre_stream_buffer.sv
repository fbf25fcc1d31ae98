`default_nettype none
/// Stream buffer of many words in a memory, in front of an input that must be able to wait for
/// another one (docs/streams.md, "Forks and joins").
///
/// A word is taken in each cycle at whose start the buffer holds fewer than Depth words, the one
/// in front included. It is in front from two cycles later on at the earliest (written, read,
/// there), and from the cycle after the word before it has left; from three words of Depth on one
/// word per cycle passes (two words: two in three cycles). Both handshakes are registered. The word
/// in front stays on the memory's read port.
module nacre_stream_buffer #(
  /// Bits of a word, at least 1.
  parameter int Width    = 8,
  /// Words, at least 2.
  parameter int Depth    = 4,
  /// Performance counters: 0 none, 1 basic, 2 full (the same here).
  parameter int Counters = 1,
  // Derived, not to be set. 0 ... Depth words are held.
  parameter int AddrWidth  = (Depth > 1) ? $clog2(Depth) : 1,
  parameter int CountWidth = $clog2(Depth + 1)
) (
  input  wire logic                 clk_i,
  input  wire logic                 rst_ni,            ///< asynchronous, active low
  input  wire logic                 clear_counters_i,
  input  wire logic                 s_valid_i,
  output logic                      s_ready_o,
  input  wire logic [Width-1:0]     s_data_i,
  output logic                      m_valid_o,
  input  wire logic                 m_ready_i,
  output logic      [Width-1:0]     m_data_o,
  output logic                      busy_o,            ///< a word is held
  output logic      [31:0]          most_words_o,      ///< most held since cleared
  // Memory: Depth rows, one read and one write port
  output logic                      words_ren_o,
  output logic      [AddrWidth-1:0] words_raddr_o,
  input  wire logic [Width-1:0]     words_rdata_i,
  output logic                      words_wen_o,
  output logic      [AddrWidth-1:0] words_waddr_o,
  output logic      [Width-1:0]     words_wdata_o
);

  localparam logic [AddrWidth-1:0]  LastRow = AddrWidth'(Depth - 1);
  localparam logic [CountWidth-1:0] Full    = CountWidth'(Depth);

  if (Width < 1 || Depth < 2 || Counters < 0 || Counters > 2) begin : gen_illegal
    nacre_error_stream_buffer_parameter_is_out_of_range u_error ();
  end

  logic                  clk_gated;
  logic [CountWidth-1:0] count_q;       // words held
  logic [CountWidth-1:0] count_d;
  logic [AddrWidth-1:0]  write_q, read_q;
  logic                  front_q;       // one of them is in front
  logic                  push, pop, fetch;

  assign s_ready_o = count_q != Full;
  assign m_valid_o = front_q;
  assign m_data_o  = words_rdata_i;
  assign busy_o    = count_q != '0;
  assign push      = s_valid_i && s_ready_o;
  assign pop       = front_q && m_ready_i;
  // Words that are not in front are in the memory. The row of the one in front is not written: with
  // Depth - 1 more the buffer is full.
  assign fetch     = (count_q != CountWidth'(front_q)) && (!front_q || m_ready_i);
  assign count_d   = count_q + CountWidth'(push) - CountWidth'(pop);

  nacre_clock_gate u_gate (
    .clk_i   (clk_i),
    .enable_i(!rst_ni || push || pop || fetch || (Counters >= 1 && clear_counters_i)),
    .clk_o   (clk_gated)
  );

  always_ff @(posedge clk_gated or negedge rst_ni) begin
    if (!rst_ni) begin
      count_q <= '0;
      write_q <= '0;
      read_q  <= '0;
      front_q <= 1'b0;
    end else begin
      count_q <= count_d;
      front_q <= fetch || (front_q && !m_ready_i);
      if (push)  write_q <= (write_q == LastRow) ? '0 : write_q + AddrWidth'(1);
      if (fetch) read_q  <= (read_q == LastRow) ? '0 : read_q + AddrWidth'(1);
    end
  end

  assign words_wen_o   = push;
  assign words_waddr_o = write_q;
  assign words_wdata_o = s_data_i;
  assign words_ren_o   = fetch;
  assign words_raddr_o = read_q;

  if (Counters >= 1) begin : gen_most
    logic [CountWidth-1:0] most_q;
    always_ff @(posedge clk_gated or negedge rst_ni) begin
      if (!rst_ni)                                   most_q <= '0;
      else if (clear_counters_i || count_d > most_q) most_q <= count_d;
    end
    assign most_words_o = 32'(most_q);
  end else begin : gen_no_most
    wire unused_clear = clear_counters_i;
    assign most_words_o = '0;
  end

`ifdef VERILATOR
  // Nothing is asserted before the first reset.
  logic armed_q = 1'b0;
  always_ff @(posedge rst_ni) armed_q <= 1'b1;
  stable : assert property (@(posedge clk_i) disable iff (!rst_ni || !armed_q)
                            rst_ni && s_valid_i && !s_ready_o |=> s_valid_i && $stable(s_data_i));
  row_in_front_is_kept : assert property (
      @(posedge clk_i) disable iff (!rst_ni || !armed_q)
      front_q && push |-> write_q != ((read_q == '0) ? LastRow : read_q - AddrWidth'(1)));
`endif

endmodule
`default_nettype wire
