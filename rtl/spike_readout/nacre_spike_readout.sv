`default_nettype none
/// From spikes to a decision (generator/src/kinds/spike_readout/README.md).
///
/// count[c] = saturate(count[c] +- 1) per event, one event per cycle. The winner is found by
/// reading the counts one after the other, at the end of a time step in which events came (rules
/// first_to_k and lead) and at the end of the sample. Counts of fewer than 512 bits in all are
/// registers, of which an event clocks one; more are a memory. Cycle by cycle: section Timing of
/// the README. Golden model: sim/golden/spike_readout.
module nacre_spike_readout #(
  /// Classes C, 1 ... 2^24; rule lead needs 2.
  parameter int          NumClasses   = 4,
  /// 0: count, 1: first_to_k, 2: lead.
  parameter int          Rule         = 1,
  /// Bits of a count, 2 ... 32.
  parameter int          CounterBits  = 8,
  /// 1: the counts are sent at the end of the sample.
  parameter bit          ReportCounts = 1'b0,
  /// Reset value of the target, below 2^CounterBits.
  parameter logic [31:0] Target       = 32'd1,
  /// Performance counters: 0 none, 1 basic, 2 full (the same here).
  parameter int          Counters     = 1,
  // Derived, not to be set.
  parameter int AddressWidth = (NumClasses > 1) ? $clog2(NumClasses) : 1,
  parameter int InWidth      = 3 + AddressWidth,
  parameter int OutWidth     = 3 + AddressWidth + CounterBits,
  // Region words are 2^RegionWidth: 16 registers, or one word per class.
  parameter int RegionWidth  = ($clog2(NumClasses) > 4) ? $clog2(NumClasses) : 4,
  parameter int CfgAddrWidth = RegionWidth + 1
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
  input  wire logic                    idle_i,            ///< memory windows may be accessed
  input  wire logic                    clear_counters_i,
  // Verdict, a pulse for each end_of_step
  output logic                         verdict_valid_o,
  output logic                         verdict_o,         ///< 1: the sample is decided
  // Events {kind, negative, address}
  input  wire logic                    s_valid_i,
  output logic                         s_ready_o,
  input  wire logic [InWidth-1:0]      s_data_i,
  // Decision and counts {kind, negative, address, payload}
  output logic                         m_valid_o,
  input  wire logic                    m_ready_i,
  output logic      [OutWidth-1:0]     m_data_o,
  output logic                         busy_o
);

  localparam logic [1:0] KindEvent       = 2'd0;
  localparam logic [1:0] KindEndOfStep   = 2'd1;
  localparam logic [1:0] KindValue       = 2'd2;
  localparam logic [1:0] KindEndOfSample = 2'd3;

  localparam int RuleCount = 0;
  localparam int RuleFirst = 1;
  localparam int RuleLead  = 2;
  localparam int CB        = CounterBits;
  localparam bit Registers = NumClasses * CB < 512;

  localparam logic signed [CB-1:0]  CountMax  = {1'b0, {(CB-1){1'b1}}};
  localparam logic signed [CB-1:0]  CountMin  = {1'b1, {(CB-1){1'b0}}};
  localparam logic [AddressWidth-1:0] LastClass = AddressWidth'(NumClasses - 1);
  // The largest lead is 2^b - 1, the largest count less.
  localparam logic [31:0] TargetMax = {32{1'b1}} >> (32 - CB);

  if (NumClasses < 1 || Rule < RuleCount || Rule > RuleLead ||
      (Rule == RuleLead && NumClasses < 2) || CB < 2 || CB > 32 || Counters < 0 || Counters > 2 ||
      (Rule != RuleCount && Target > TargetMax)) begin : gen_illegal
    nacre_error_spike_readout_parameter_is_out_of_range u_error ();
  end

  typedef enum logic [2:0] {
    StTake   = 3'd0,  // words are taken
    StScan   = 3'd1,  // the counts are read and compared
    StDecide = 3'd2,  // the winner is known; the decision is sent if there is one
    StReport = 3'd3,  // the counts are sent
    StEnd    = 3'd4   // end_of_sample is sent
  } state_e;
  state_e state_q;

  // ---- Input ----------------------------------------------------------------------------------

  logic [1:0]              in_kind;
  logic [AddressWidth-1:0] in_address;
  logic                    clk_stage;         // ticks only when something behind it changes
  logic                    pop, pop_event, pop_step, pop_end, pop_first;
  logic                    fresh_q;           // the next word begins a sample
  logic                    decided_q, dirty_q;
  logic                    decided, dirty;    // as the word just taken finds them
  logic                    scan_needed;
  logic [AddressWidth-1:0] winner_d, winner_q;  // of the last scan; 0 at the start of a sample

  assign s_ready_o  = state_q == StTake;
  assign in_kind    = s_data_i[InWidth-1 -: 2];
  assign in_address = s_data_i[AddressWidth-1:0];
  assign pop        = s_valid_i && s_ready_o;
  assign pop_event  = pop && in_kind == KindEvent;
  assign pop_step   = pop && in_kind == KindEndOfStep;
  assign pop_end    = pop && in_kind == KindEndOfSample;
  assign pop_first  = pop && fresh_q;
  assign decided    = decided_q && !fresh_q;
  assign dirty      = dirty_q && !fresh_q;
  assign scan_needed = dirty && !decided && (pop_end || (pop_step && Rule != RuleCount));

  // ---- Counting: read in the cycle of the pop, added and written in the next ------------------

  logic                    read;              // a class is read, its count there in the next cycle
  logic [AddressWidth-1:0] read_class;
  logic [AddressWidth-1:0] class_q;           // the class read last
  logic                    negative_q;        // polarity of the event that read it
  logic                    add_q;             // an event read it
  logic signed [CB-1:0]    count, count_new;  // of that class; with the event
  logic                    saturated;         // the event changes nothing
  logic                    count_view;        // the bus reads a count
  logic [AddressWidth-1:0] view_class;
  logic [CB-1:0]           view_count;
  logic [AddressWidth:0]   class_d;

  assign class_d   = {s_data_i[InWidth-3], read_class};
  assign saturated = count == (negative_q ? CountMin : CountMax);
  // Silent while the counts are scanned.
  assign count_new = (count & {CB{add_q}}) + (negative_q ? {CB{1'b1}} : CB'(1));

  nacre_register #(
    .Width(AddressWidth + 1)
  ) u_class (
    .clk_i   (clk_stage),
    .enable_i(read),
    .d_i     (class_d),
    .q_o     ({negative_q, class_q})
  );

  if (Registers) begin : gen_registers
    logic                     clk_counts;
    logic                     counted_q;      // a sample has begun since the reset
    logic [CB-1:0]            count_d;
    logic [NumClasses*CB-1:0] counts, selected;

    // The first word of a sample clears all counts, the next cycle is the first to add to one.
    assign count_d = pop_first ? '0 : count_new;

    nacre_clock_gate u_counts_gate (
      .clk_i   (clk_stage),
      .enable_i(add_q || pop_first),
      .clk_o   (clk_counts)
    );

    for (genvar c = 0; c < NumClasses; c++) begin : gen_class
      wire is_read = class_q == AddressWidth'(c);
      wire load    = pop_first || (add_q && is_read && !saturated);
      nacre_register #(
        .Width(CB)
      ) u_count (
        .clk_i   (clk_counts),
        .enable_i(load),
        .d_i     (count_d),
        .q_o     (counts[c*CB +: CB])
      );
      assign selected[c*CB +: CB] = counts[c*CB +: CB] & {CB{is_read}};
    end

    always_comb begin
      count = '0;
      for (int c = 0; c < NumClasses; c++) count = count | selected[c*CB +: CB];
    end

    always_ff @(posedge clk_stage or negedge rst_ni) begin
      if (!rst_ni)        counted_q <= 1'b0;
      else if (pop_first) counted_q <= 1'b1;
    end
    assign view_count = count & {CB{counted_q}};
  end else begin : gen_memory
    // Classes with an event in this sample; the others' counts are 0. Padded to a power of two, so
    // that any address is a legal index; the bits above NumClasses stay 0.
    logic [(1<<AddressWidth)-1:0] counted_q;
    logic                         read_counted, read_counted_q;
    logic                         forward_q;  // the count read was being written in that cycle
    logic                         write;
    logic signed [CB-1:0]         rdata, written_q;

    assign write        = add_q && !saturated;
    assign read_counted = counted_q[read_class];
    assign count        = forward_q ? written_q : (read_counted_q ? rdata : '0);
    assign view_count   = count;

    nacre_mem_1r1w #(
      .Width(CB),
      .Depth(NumClasses)
    ) u_counts (
      .clk_i  (clk_i),
      .ren_i  (read),
      .raddr_i(read_class),
      .rdata_o(rdata),
      .wen_i  (write && rst_ni),
      .waddr_i(class_q),
      .wdata_i(count_new)
    );

    always_ff @(posedge clk_stage or negedge rst_ni) begin
      if (!rst_ni) begin
        forward_q <= 1'b0;
        counted_q <= '0;
      end else begin
        forward_q <= write && pop_event && class_q == in_address;
        // Nothing is under way at the start of a sample: the last word was end_of_sample.
        if (pop_first)  counted_q <= '0;
        else if (write) counted_q[class_q] <= 1'b1;
      end
    end

    // Data only: valid with forward_q, or after a read.
    always_ff @(posedge clk_stage) begin
      if (write) written_q <= count_new;
      // The first event of a sample finds every count 0, whatever was counted before.
      if (read) read_counted_q <= read_counted && !pop_first;
    end
  end

  // ---- Scan, decision, report -----------------------------------------------------------------

  logic                    after_step_q;      // the scan answers an end_of_step
  logic                    compare_q;         // the class read last is compared, or sent
  logic                    reading;           // the counts are read one after the other
  logic                    compare, better, last_class;
  logic [AddressWidth-1:0] next_class;
  logic signed [CB-1:0]    best_q;            // the largest count so far
  logic                    decides, send, fifo_ready;
  logic [31:0]             target;
  logic [OutWidth-1:0]     word;

  assign compare    = state_q == StScan && compare_q;
  assign better     = compare && (class_q == '0 || count > best_q);
  assign last_class = class_q == LastClass;
  assign winner_d   = pop ? '0 : class_q;

  // Data only: set before its first use in each sample.
  nacre_register #(
    .Width(AddressWidth)
  ) u_winner (
    .clk_i   (clk_stage),
    .enable_i(pop_first || better),
    .d_i     (winner_d),
    .q_o     (winner_q)
  );
  nacre_register #(
    .Width(CB)
  ) u_best (
    .clk_i   (clk_stage),
    .enable_i(better),
    .d_i     (count),
    .q_o     (best_q)
  );

  if (Rule == RuleFirst) begin : gen_first_to_k
    // 34 bits hold an unsigned target and a signed count alike.
    logic signed [33:0] count_wide, target_wide;
    assign count_wide  = 34'(best_q);
    assign target_wide = $signed({2'b00, target});
    assign decides     = !after_step_q || count_wide >= target_wide;
  end else if (Rule == RuleLead) begin : gen_lead
    logic                 runner_up;          // the second largest count so far changes
    logic signed [CB-1:0] second_d, second_q;
    // Differences of two b-bit numbers need b+1 bits; 34 hold an unsigned target and a lead alike.
    logic signed [CB:0]   lead;
    logic signed [33:0]   lead_wide, target_wide;

    // Before class 1 there is no second.
    assign second_d  = better ? best_q : count;
    assign runner_up = better || (compare && (class_q == AddressWidth'(1) || count > second_q));
    nacre_register #(
      .Width(CB)
    ) u_second (
      .clk_i   (clk_stage),
      .enable_i(runner_up),
      .d_i     (second_d),
      .q_o     (second_q)
    );
    assign lead        = (CB+1)'(best_q) - (CB+1)'(second_q);
    assign lead_wide   = 34'(lead);
    assign target_wide = $signed({2'b00, target});
    assign decides     = !after_step_q || lead_wide >= target_wide;
  end else begin : gen_count
    assign decides = 1'b1;
    wire   unused_target = ^target;
  end

  // The classes are read one per cycle, each one when the one before is compared, or has been sent.
  assign reading    = state_q == StScan || state_q == StReport;
  assign read       = reading ? !compare_q || (!last_class && (state_q == StScan || fifo_ready))
                              : pop_event || count_view;
  assign next_class = compare_q ? class_q + AddressWidth'(1) : '0;
  assign read_class = reading ? next_class : count_view ? view_class : in_address;

  always_comb begin
    send = 1'b0;
    word = '0;
    case (state_q)
      StDecide: begin
        send = decides;
        word = {KindEvent, 1'b0, winner_q, {CB{1'b0}}};
      end
      StReport: begin
        send = compare_q;
        word = {KindValue, 1'b0, class_q, count};
      end
      StEnd: begin
        send = 1'b1;
        word = {KindEndOfSample, 1'b0, {AddressWidth{1'b0}}, {CB{1'b0}}};
      end
      default: ;
    endcase
  end

  always_ff @(posedge clk_stage or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q         <= StTake;
      fresh_q         <= 1'b1;
      decided_q       <= 1'b0;
      add_q           <= 1'b0;
      verdict_valid_o <= 1'b0;
      verdict_o       <= 1'b0;
    end else begin
      add_q           <= pop_event && !decided;
      verdict_valid_o <= 1'b0;

      if (pop) begin
        fresh_q <= pop_end;
        if (fresh_q) decided_q <= 1'b0;
        if (scan_needed) begin
          state_q <= StScan;
        end else if (pop_step) begin
          verdict_valid_o <= 1'b1;
          verdict_o       <= decided;
        end else if (pop_end) begin
          state_q <= !decided ? StDecide : ReportCounts ? StReport : StEnd;
        end
      end

      case (state_q)
        StScan: if (compare_q && last_class) state_q <= StDecide;
        StDecide: begin
          if (!decides || fifo_ready) begin
            decided_q       <= decides;
            verdict_valid_o <= after_step_q;
            verdict_o       <= decides;
            state_q         <= after_step_q ? StTake : ReportCounts ? StReport : StEnd;
          end
        end
        StReport: if (compare_q && last_class && fifo_ready) state_q <= StEnd;
        StEnd:    if (fifo_ready) state_q <= StTake;
        default: ;
      endcase
    end
  end

  // Without reset: read after a word alone.
  always_ff @(posedge clk_stage) begin
    if (pop) begin
      after_step_q <= pop_step;
      dirty_q      <= (dirty || pop_event) && !decided;
      compare_q    <= 1'b0;
    end
    if (state_q == StScan && compare_q && last_class) dirty_q <= 1'b0;
    if (reading)                                      compare_q <= 1'b1;
    if (state_q == StDecide)                          compare_q <= 1'b0;
  end

  assign busy_o = add_q || state_q != StTake || verdict_valid_o || m_valid_o;

  // It runs during a reset, too: what watches the FIFO with this clock sees each reset.
  nacre_clock_gate u_stage_gate (
    .clk_i   (clk_i),
    .enable_i(!rst_ni || pop || add_q || (state_q != StTake && !(send && !fifo_ready)) ||
              verdict_valid_o || request || done_q || (m_valid_o && m_ready_i) ||
              (Counters >= 1 && clear_counters_i)),
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

  logic                    request, allowed, target_write;
  logic                    count_region;
  logic [31:0]             offset, register_rdata, wdata_above;
  logic                    done_q, error_q;
  logic [31:0]             events_in, steps, early_decisions;

  assign count_region = cfg_addr_i[CfgAddrWidth-1];
  assign offset       = 32'(cfg_addr_i[RegionWidth-1:0]);
  // Shifted twice, because CB may be 32.
  assign wdata_above  = (cfg_wdata_i >> (CB - 1)) >> 1;
  assign view_class   = offset[AddressWidth-1:0];
  assign request      = cfg_valid_i && !done_q;
  assign target_write = request && allowed && cfg_write_i;
  assign count_view   = request && allowed && count_region;

  always_comb begin
    allowed        = 1'b0;
    register_rdata = '0;
    if (count_region) begin
      allowed = idle_i && !cfg_write_i && offset < 32'(NumClasses);
    end else begin
      case (offset)
        32'd0: begin
          allowed        = Rule != RuleCount && (!cfg_write_i || wdata_above == '0);
          register_rdata = target;
        end
        32'd1: begin
          allowed        = !cfg_write_i;
          register_rdata = {decided_q, decided_q ? 31'(winner_q) : 31'd0};
        end
        32'd8: begin
          allowed        = !cfg_write_i;
          register_rdata = events_in;
        end
        32'd9: begin
          allowed        = !cfg_write_i;
          register_rdata = steps;
        end
        32'd10: begin
          allowed        = !cfg_write_i;
          register_rdata = early_decisions;
        end
        default: ;
      endcase
    end
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
  // The address is held until the answer. A count is read as a bit pattern; bits above it are 0.
  assign cfg_rdata_o = (!done_q || error_q || cfg_write_i) ? '0
                     : count_region ? 32'(view_count) : register_rdata;

  if (Rule != RuleCount) begin : gen_target
    logic [CB-1:0] target_q;
    nacre_register_reset #(
      .Width(CB),
      .Reset(Target[CB-1:0])
    ) u_target (
      .clk_i   (clk_stage),
      .rst_ni  (rst_ni),
      .enable_i(target_write),
      .d_i     (cfg_wdata_i[CB-1:0]),
      .q_o     (target_q)
    );
    assign target = 32'(target_q);
  end else begin : gen_no_target
    assign target = '0;
    wire   unused_write = ^{target_write, cfg_wdata_i};
  end

  // ---- Performance counters -------------------------------------------------------------------

  if (Counters >= 1) begin : gen_counters
    nacre_perf_counter u_events_in (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(pop_event), .value_o(events_in)
    );
    nacre_perf_counter u_steps (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(pop_step), .value_o(steps)
    );
    nacre_perf_counter u_early_decisions (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i),
      .en_i(state_q == StDecide && after_step_q && decides && fifo_ready), .value_o(early_decisions)
    );
  end else begin : gen_no_counters
    assign events_in       = '0;
    assign steps           = '0;
    assign early_decisions = '0;
    wire   unused_clear    = clear_counters_i;
  end

`ifdef VERILATOR
  input_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                  s_valid_i && !s_ready_o |=> s_valid_i && $stable(s_data_i));
  output_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                   m_valid_o && !m_ready_i |=> m_valid_o && $stable(m_data_o));
  bus_only_when_quiet : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                         count_view |-> state_q == StTake && !add_q && !pop);
  class_in_range : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                    pop_event |-> in_address <= LastClass);
`endif

endmodule
`default_nettype wire
