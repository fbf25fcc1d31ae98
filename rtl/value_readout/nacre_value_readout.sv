`default_nettype none
/// From values to a decision (generator/src/kinds/value_readout/README.md).
///
/// The largest value of a frame is kept as the values pass, one per cycle; the word that closes the
/// frame waits one cycle at the input while the decision is sent before it. Cycle by cycle: section
/// Timing of the README. Golden model: sim/golden/value_readout.
module nacre_value_readout #(
  /// Classes, 1 ... 2^24: legal addresses are 0 ... NumClasses-1.
  parameter int NumClasses    = 4,
  /// Bits of a value, 1 ... 32.
  parameter int PayloadWidth  = 8,
  /// 1: values are two's complement, 0: unsigned.
  parameter bit PayloadSigned = 1'b0,
  /// 1: end_of_step closes a frame, 0: end_of_sample does, and no end_of_step comes.
  parameter bit Steps         = 1'b0,
  /// 1: each value is sent on.
  parameter bit ReportValues  = 1'b0,
  /// Performance counters: 0 none, 1 basic, 2 full (the same here).
  parameter int Counters      = 1,
  // Derived, not to be set.
  parameter int AddressWidth = (NumClasses > 1) ? $clog2(NumClasses) : 1,
  parameter int InWidth      = 3 + AddressWidth + PayloadWidth,
  parameter int OutWidth     = 3 + AddressWidth + (ReportValues ? PayloadWidth : 0),
  // 16 registers.
  parameter int CfgAddrWidth = 4
) (
  input  wire logic                    clk_i,
  input  wire logic                    rst_ni,            ///< asynchronous, active low
  // Configuration
  input  wire logic                    cfg_valid_i,
  input  wire logic                    cfg_write_i,
  input  wire logic [CfgAddrWidth-1:0] cfg_addr_i,
  input  wire logic [31:0]             cfg_wdata_i,
  output logic                         cfg_ready_o,
  output logic      [31:0]             cfg_rdata_o,
  output logic                         cfg_error_o,
  input  wire logic                    idle_i,            ///< not used: there is no memory
  input  wire logic                    clear_counters_i,
  // Values {kind, negative, address, payload}
  input  wire logic                    s_valid_i,
  output logic                         s_ready_o,
  input  wire logic [InWidth-1:0]      s_data_i,
  // Decisions {kind, negative, address}, with ReportValues and payload
  output logic                         m_valid_o,
  input  wire logic                    m_ready_i,
  output logic      [OutWidth-1:0]     m_data_o,
  output logic                         busy_o
);

  localparam logic [1:0] KindEvent       = 2'd0;
  localparam logic [1:0] KindEndOfStep   = 2'd1;
  localparam logic [1:0] KindValue       = 2'd2;
  localparam logic [1:0] KindEndOfSample = 2'd3;

  localparam int PW = PayloadWidth;

  if (NumClasses < 1 || NumClasses > (1 << 24) || PW < 1 || PW > 32 || Counters < 0 ||
      Counters > 2) begin : gen_illegal
    nacre_error_value_readout_parameter_is_out_of_range u_error ();
  end

  // ---- Input ----------------------------------------------------------------------------------

  logic [1:0]              in_kind;
  logic [AddressWidth-1:0] in_address;
  logic [PW-1:0]           in_payload;
  logic                    clk_stage;    // ticks only when something behind it changes
  logic                    is_value, closes;
  logic                    pop, pop_value, pop_close, pop_end;
  logic                    any_q;        // a value came since the last closing word
  logic                    announced_q;  // the decision of the closing word in front has been sent
  logic                    announce;     // it must be sent now
  logic                    send, fifo_ready;
  logic [2+AddressWidth:0] word;         // without payload

  assign in_kind    = s_data_i[InWidth-1 -: 2];
  assign in_address = s_data_i[PW +: AddressWidth];
  assign in_payload = s_data_i[PW-1:0];
  assign is_value   = in_kind == KindValue;
  assign closes     = in_kind == (Steps ? KindEndOfStep : KindEndOfSample);
  assign announce   = s_valid_i && closes && any_q && !announced_q;
  assign send       = s_valid_i && (!is_value || ReportValues);
  assign s_ready_o  = !announce && fifo_ready;
  assign pop        = s_valid_i && s_ready_o;
  assign pop_value  = pop && is_value;
  assign pop_close  = pop && closes;
  assign pop_end    = pop && in_kind == KindEndOfSample;

  always_ff @(posedge clk_stage or negedge rst_ni) begin
    if (!rst_ni) begin
      any_q       <= 1'b0;
      announced_q <= 1'b0;
    end else begin
      if (announce && fifo_ready) announced_q <= 1'b1;
      else if (pop)               announced_q <= 1'b0;
      if (pop_value)                 any_q <= 1'b1;
      else if (pop_close || pop_end) any_q <= 1'b0;
    end
  end

  // ---- The largest value so far ---------------------------------------------------------------

  // One more bit makes signed numbers of both sorts.
  logic signed [PW:0]      value, best;
  logic [PW-1:0]           best_q;
  logic [AddressWidth-1:0] winner_q;
  logic                    better;

  assign value  = $signed({PayloadSigned && in_payload[PW-1], in_payload});
  assign best   = $signed({PayloadSigned && best_q[PW-1], best_q});
  assign better = pop_value && (!any_q || value > best ||
                                (value == best && in_address < winner_q));

  // Data only: read when a value came.
  nacre_register #(
    .Width(AddressWidth + PW)
  ) u_best (
    .clk_i   (clk_stage),
    .enable_i(better),
    .d_i     ({in_address, in_payload}),
    .q_o     ({winner_q, best_q})
  );

  // ---- The decision that the registers show ---------------------------------------------------

  logic decided_q, decided_d;
  if (Steps) begin : gen_steps
    logic fresh_q;  // the next word begins a sample
    // At the end of a sample the last frame's decision stays, if the sample had a frame.
    assign decided_d = (in_kind == KindEndOfStep) ? any_q
                     : (in_kind == KindEndOfSample) && decided_q && !fresh_q;
    always_ff @(posedge clk_stage or negedge rst_ni) begin
      if (!rst_ni)  fresh_q <= 1'b1;
      else if (pop) fresh_q <= pop_end;
    end
  end else begin : gen_no_steps
    assign decided_d = closes && any_q;
  end

  always_ff @(posedge clk_stage or negedge rst_ni) begin
    if (!rst_ni)  decided_q <= 1'b0;
    else if (pop) decided_q <= decided_d;
  end

  // ---- Output ---------------------------------------------------------------------------------

  assign word   = announce ? {KindEvent, 1'b0, winner_q} : {in_kind, 1'b0, in_address};
  assign busy_o = m_valid_o;

  logic [OutWidth-1:0] out_word;
  if (ReportValues) begin : gen_values
    // A closing word has payload 0, as the decision that goes before it.
    assign out_word = {word, in_payload};
  end else begin : gen_events
    assign out_word = word;
  end

  // It runs during a reset, too: what watches the FIFO with this clock sees each reset.
  nacre_clock_gate u_stage_gate (
    .clk_i   (clk_i),
    .enable_i(!rst_ni || pop || (announce && fifo_ready) || request || done_q ||
              (m_valid_o && m_ready_i) || (Counters >= 1 && clear_counters_i)),
    .clk_o   (clk_stage)
  );

  nacre_stream_fifo #(
    .Width(OutWidth)
  ) u_fifo (
    .clk_i    (clk_stage),
    .rst_ni   (rst_ni),
    .s_valid_i(send),
    .s_ready_o(fifo_ready),
    .s_data_i (out_word),
    .m_valid_o(m_valid_o),
    .m_ready_i(m_ready_i),
    .m_data_o (m_data_o)
  );

  // ---- Configuration: a request is answered in the cycle after it is seen ---------------------

  logic        request, allowed;
  logic [31:0] register_rdata;
  logic        done_q, error_q;
  logic [31:0] frames, values_in;

  assign request = cfg_valid_i && !done_q;

  always_comb begin
    allowed        = !cfg_write_i;
    register_rdata = '0;
    case (cfg_addr_i)
      CfgAddrWidth'(0): register_rdata = {decided_q, decided_q ? 31'(winner_q) : 31'd0};
      CfgAddrWidth'(1): register_rdata = decided_q ? 32'(best) : 32'd0;
      CfgAddrWidth'(8): register_rdata = frames;
      CfgAddrWidth'(9): register_rdata = values_in;
      default:          allowed = 1'b0;
    endcase
  end

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
    nacre_perf_counter u_frames (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(pop_close && any_q), .value_o(frames)
    );
    nacre_perf_counter u_values_in (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(pop_value), .value_o(values_in)
    );
  end else begin : gen_no_counters
    assign frames       = '0;
    assign values_in    = '0;
    wire   unused_clear = clear_counters_i;
  end

`ifdef VERILATOR
  input_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                  s_valid_i && !s_ready_o |=> s_valid_i && $stable(s_data_i));
  output_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                   m_valid_o && !m_ready_i |=> m_valid_o && $stable(m_data_o));
  class_in_range : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                    pop_value |-> 32'(in_address) < 32'(NumClasses));
  kind_known : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                pop |-> is_value || in_kind == KindEndOfSample ||
                                        (Steps && in_kind == KindEndOfStep));
`endif

endmodule
`default_nettype wire
