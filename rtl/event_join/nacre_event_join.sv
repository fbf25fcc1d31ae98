`default_nettype none
/// Several event streams become one (generator/src/kinds/event_join/README.md).
///
/// Time step by time step: with Order 0 all events of input 0, then those of input 1, ...; with
/// Order 1 the events of all inputs by their address at the output. The closing words of all inputs
/// become one. Cycle by cycle: section Timing of the README. Golden model: sim/golden/event_join.
///
/// The words of all inputs have the same width: {kind[1:0], negative, address}, an address with
/// zeros above. Buffers in front of inputs stand outside (nacre_stream_buffer); what they tell is
/// passed on here.
module nacre_event_join #(
  /// 2 ... 16.
  parameter int NumInputs    = 2,
  /// Addresses of the widest input stream, 1 ... 2^24.
  parameter int InAddresses  = 8,
  /// Addresses of the output stream, InAddresses ... 2^24.
  parameter int OutAddresses = 16,
  /// 0: by input number, 1: by address (the inputs are sorted).
  parameter int Order        = 0,
  /// Channels at the output (they divide OutAddresses), and of each input, 32 bits each (input 0
  /// low), its channels and its first channel at the output. An input of all the channels keeps its
  /// addresses.
  parameter int Channels     = 2,
  parameter logic [NumInputs*32-1:0] InChannels   = {32'd1, 32'd1},
  parameter logic [NumInputs*32-1:0] FirstChannel = {32'd1, 32'd0},
  /// Performance counters: 0 none, 1 basic, 2 full (the same here).
  parameter int Counters     = 1,
  // Derived, not to be set.
  parameter int InAddrWidth  = (InAddresses > 1) ? $clog2(InAddresses) : 1,
  parameter int OutAddrWidth = (OutAddresses > 1) ? $clog2(OutAddresses) : 1,
  parameter int InWidth      = 3 + InAddrWidth,
  parameter int OutWidth     = 3 + OutAddrWidth,
  // 32 registers.
  parameter int CfgAddrWidth = 5
) (
  input  wire logic                         clk_i,
  input  wire logic                         rst_ni,            ///< asynchronous, active low
  // Configuration
  input  wire logic                         cfg_valid_i,
  input  wire logic                         cfg_write_i,
  input  wire logic [CfgAddrWidth-1:0]      cfg_addr_i,
  input  wire logic [31:0]                  cfg_wdata_i,
  output logic                              cfg_ready_o,
  output logic      [31:0]                  cfg_rdata_o,
  output logic                              cfg_error_o,
  input  wire logic                         idle_i,            ///< not used: there is no memory
  input  wire logic                         clear_counters_i,
  // Input streams, input 0 low
  input  wire logic [NumInputs-1:0]         s_valid_i,
  output logic      [NumInputs-1:0]         s_ready_o,
  input  wire logic [NumInputs*InWidth-1:0] s_data_i,
  // Buffers in front of them; 0 without one
  input  wire logic [NumInputs-1:0]         buffer_busy_i,
  input  wire logic [NumInputs*32-1:0]      most_words_i,
  // Output stream
  output logic                              m_valid_o,
  input  wire logic                         m_ready_i,
  output logic      [OutWidth-1:0]          m_data_o,
  output logic                              busy_o
);

  localparam logic [1:0] KindEvent     = 2'd0;
  localparam logic [1:0] KindEndOfStep = 2'd1;

  // Of each input's map, and of the output's.
  localparam int Positions = OutAddresses / Channels;

  if (NumInputs < 2 || NumInputs > 16 || InAddresses < 1 || OutAddresses < InAddresses
      || OutAddresses > (1 << 24) || Order < 0 || Order > 1 || Channels < 1
      || Counters < 0 || Counters > 2) begin : gen_illegal
    nacre_error_event_join_parameter_is_out_of_range u_error ();
  end

  logic                              clk_stage;  // ticks only when something behind it changes
  logic [NumInputs-1:0]              is_event;   // in front, where there is a word
  logic [NumInputs-1:0]              is_step;
  logic [NumInputs-1:0]              negative;
  logic [NumInputs*OutAddrWidth-1:0] address;    // at the output
  logic [NumInputs-1:0]              chosen;     // one-hot: whose event is sent, if one is
  logic                              send_event, send_closing;
  logic                              send, fifo_ready;
  logic                              step_closes;  // the closing word is end_of_step
  logic [OutAddrWidth-1:0]           out_address;
  logic [OutWidth-1:0]               word;

  // ---- Addresses at the output ----------------------------------------------------------------

  for (genvar i = 0; i < NumInputs; i++) begin : gen_input
    // Below 2^24, as the addresses are.
    localparam int Own   = InChannels[i*32 +: 32];
    localparam int First = FirstChannel[i*32 +: 32];
    logic [1:0]             kind;
    logic [InAddrWidth-1:0] in_address;
    assign {kind, negative[i], in_address} = s_data_i[i*InWidth +: InWidth];
    assign is_event[i] = kind == KindEvent;
    assign is_step[i]  = kind == KindEndOfStep;
    if (Own == Channels) begin : gen_same
      assign address[i*OutAddrWidth +: OutAddrWidth] = OutAddrWidth'(in_address);
    end else if (Positions == 1) begin : gen_behind
      assign address[i*OutAddrWidth +: OutAddrWidth] = OutAddrWidth'(32'(in_address) + First);
    end else begin : gen_shifted
      // position * Own + c becomes position * Channels + First + c, below OutAddresses.
      localparam int OwnWidth     = (Positions * Own > 1) ? $clog2(Positions * Own) : 1;
      localparam int ChannelWidth = (Own > 1) ? $clog2(Own) : 1;
      logic [OwnWidth-1:0]     position;
      logic [ChannelWidth-1:0] unused_channel;
      nacre_divide_constant #(
        .Width  (OwnWidth),
        .Divisor(Own)
      ) u_position (
        .value_i    (in_address[OwnWidth-1:0]),
        .quotient_o (position),
        .remainder_o(unused_channel)
      );
      assign address[i*OutAddrWidth +: OutAddrWidth] =
          OutAddrWidth'(32'(in_address) + 32'(position) * (Channels - Own) + First);
    end
  end

  // ---- Whose turn it is -----------------------------------------------------------------------

  if (Order == 0) begin : gen_by_input
    logic [NumInputs-1:0] current_q;  // one-hot
    logic                 closes;     // its word closes
    assign chosen       = current_q;
    assign send_event   = (s_valid_i & is_event & current_q) != '0;
    assign closes       = (s_valid_i & ~is_event & current_q) != '0;
    assign send_closing = closes && current_q[NumInputs-1];
    assign step_closes  = is_step[NumInputs-1];
    // The last input's closing word is sent, those of the others are not.
    assign s_ready_o    = current_q & ({NumInputs{fifo_ready}}
                                     | {1'b0, ~is_event[NumInputs-2:0]});
    always_ff @(posedge clk_stage or negedge rst_ni) begin
      if (!rst_ni)
        current_q <= NumInputs'(1);
      else if (closes && (!current_q[NumInputs-1] || fifo_ready))
        current_q <= {current_q[NumInputs-2:0], current_q[NumInputs-1]};
    end
    for (genvar b = 0; b < OutAddrWidth; b++) begin : gen_bit
      logic [NumInputs-1:0] column;
      for (genvar i = 0; i < NumInputs; i++) begin : gen_column
        assign column[i] = address[i*OutAddrWidth+b];
      end
      assign out_address[b] = (chosen & column) != '0;
    end
  end else begin : gen_by_address
    logic all_here, any_event;
    assign all_here     = s_valid_i == '1;
    assign send_event   = all_here && any_event;
    assign send_closing = all_here && !any_event;
    assign step_closes  = is_step[0];
    assign s_ready_o    = {NumInputs{all_here && fifo_ready}} & (any_event ? chosen : '1);
    nacre_event_first #(
      .NumInputs(NumInputs),
      .Width    (OutAddrWidth)
    ) u_first (
      .event_i  (is_event),
      .address_i(address),
      .any_o    (any_event),
      .first_o  (chosen),
      .address_o(out_address)
    );
  end

  // ---- Output ---------------------------------------------------------------------------------

  assign send   = send_event || send_closing;
  assign word   = send_closing
                ? {step_closes ? KindEndOfStep : 2'd3, 1'b0, {OutAddrWidth{1'b0}}}
                : {KindEvent, |(negative & chosen), out_address};
  assign busy_o = m_valid_o || buffer_busy_i != '0;

  // It runs during a reset, too: what watches the FIFO with this clock sees each reset.
  nacre_clock_gate u_stage_gate (
    .clk_i   (clk_i),
    .enable_i(!rst_ni || (|(s_valid_i & s_ready_o)) || request || done_q
              || (m_valid_o && m_ready_i) || (Counters >= 1 && clear_counters_i)),
    .clk_o   (clk_stage)
  );

  nacre_stream_fifo #(
    .Width(OutWidth)
  ) u_fifo (
    .clk_i    (clk_stage),
    .rst_ni   (rst_ni),
    .s_valid_i(send),
    .s_ready_o(fifo_ready),
    .s_data_i (word),
    .m_valid_o(m_valid_o),
    .m_ready_i(m_ready_i),
    .m_data_o (m_data_o)
  );

  // ---- Configuration: a request is answered in the cycle after it is seen ---------------------

  logic        request, allowed, allowed_buffer;
  logic [31:0] register_rdata, most_words;
  logic        done_q, error_q;
  logic [31:0] events;
  logic [511:0] most_words_of;  // of 16 inputs

  assign request        = cfg_valid_i && !done_q;
  assign most_words_of  = 512'(most_words_i);
  assign most_words     = most_words_of[32'(cfg_addr_i[3:0])*32 +: 32];
  assign allowed_buffer = cfg_addr_i[4] && 32'(cfg_addr_i[3:0]) < NumInputs;
  assign allowed        = !cfg_write_i && (cfg_addr_i == CfgAddrWidth'(8) || allowed_buffer);
  assign register_rdata = cfg_addr_i[4] ? most_words : events;

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
  assign cfg_rdata_o = (done_q && !error_q) ? register_rdata : '0;
  wire   unused_config = ^{idle_i, cfg_wdata_i};

  // ---- Performance counters -------------------------------------------------------------------

  if (Counters >= 1) begin : gen_counters
    nacre_perf_counter #(.Increment(1)) u_events (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(send_event && fifo_ready), .value_o(events)
    );
  end else begin : gen_no_counters
    assign events       = '0;
    wire   unused_clear = clear_counters_i;
  end

`ifdef VERILATOR
  // Nothing is asserted before the first reset.
  logic armed_q = 1'b0;
  always_ff @(posedge rst_ni) armed_q <= 1'b1;
  stable : assert property (@(posedge clk_i) disable iff (!rst_ni || !armed_q)
                            rst_ni && m_valid_o && !m_ready_i |=> m_valid_o && $stable(m_data_o));
  address_is_in_range : assert property (@(posedge clk_i) disable iff (!rst_ni || !armed_q)
                                         !send_event || 32'(out_address) < OutAddresses);
  same_words_close : assert property (
      @(posedge clk_i) disable iff (!rst_ni || !armed_q)
      Order == 1 && send_closing |-> is_step == '0 || is_step == '1);
`endif

endmodule
`default_nettype wire
