`default_nettype none
/// Control block: identification, errors, interrupt, single step, counters of the boundary
/// (registers: docs/stage_interface.md).
///
/// A request is answered in the cycle after it is seen; the pulses step_o and clear_counters_o are
/// high in that cycle.
module nacre_control #(
  /// Stages of the design, 1 ... 254.
  parameter int           NumStages = 1,
  /// Version of nacre: major << 16, minor << 8, patch.
  parameter logic [31:0]  Version   = 32'h0000_0100,
  /// SHA-256 of the design, first hex digit in the top bits.
  parameter logic [255:0] SpecHash  = '0,
  /// Performance counters: 0 none, 1 basic, 2 full (the same here).
  parameter int           Counters  = 1
) (
  input  wire logic                   clk_i,
  input  wire logic                   rst_ni,            ///< asynchronous, active low
  // Configuration
  input  wire logic                   cfg_valid_i,
  input  wire logic                   cfg_write_i,
  input  wire logic [7:0]             cfg_addr_i,
  input  wire logic [31:0]            cfg_wdata_i,
  output logic                        cfg_ready_o,
  output logic      [31:0]            cfg_rdata_o,
  output logic                        cfg_error_o,
  // What the design is doing
  input  wire logic [NumStages-1:0]   stage_busy_i,
  input  wire logic                   ingress_busy_i,
  input  wire logic                   egress_busy_i,
  input  wire logic                   word_in_i,         ///< pulse: the ingress accepted a word
  input  wire logic                   word_out_i,        ///< pulse: a word left the egress
  input  wire logic                   sample_out_i,      ///< pulse: that word was end_of_sample
  input  wire logic [4:0]             ingress_error_i,   ///< pulses, error bits 0-4
  input  wire logic [1:0]             bus_error_i,       ///< pulses, error bits 5-6
  input  wire logic [NumStages*4-1:0] stage_error_i,     ///< pulses, four per stage, stage 0 low
  // Control of the design
  output logic                        idle_o,            ///< nothing is in flight
  output logic                        single_step_o,
  output logic                        step_o,            ///< pulse
  output logic                        clear_counters_o,  ///< pulse
  output logic                        irq_o              ///< level, registered
);

  localparam logic [31:0] Id = 32'h4E41_4352;  // "NACR"

  if (NumStages < 1 || NumStages > 254 || Counters < 0 || Counters > 2) begin : gen_illegal
    nacre_error_num_stages_or_counters_is_out_of_range u_error ();
  end

  logic        request, write, allowed;
  logic [31:0] offset, rdata;
  logic        done_q, error_q;
  logic [31:0] rdata_q;
  logic [31:0] flag_q, flag_set;          // error register
  logic [1:0]  irq_enable_q, irq_status_q, irq_set;
  logic [31:0] hash_word, cycles_low, cycles_high;
  logic [63:0] cycles;
  logic [31:0] samples, words_in, words_out;

  assign idle_o  = stage_busy_i == '0 && !ingress_busy_i && !egress_busy_i;
  assign offset  = 32'(cfg_addr_i);
  assign request = cfg_valid_i && !done_q;
  assign write   = request && allowed && cfg_write_i;

  // The register has room for six stages.
  if (NumStages >= 6) begin : gen_all_flags
    assign flag_set = {stage_error_i[23:0], 1'b0, bus_error_i, ingress_error_i};
  end else begin : gen_some_flags
    assign flag_set = 32'({stage_error_i, 1'b0, bus_error_i, ingress_error_i});
  end
  if (NumStages > 6) begin : gen_unseen_flags
    wire unused_flags = ^stage_error_i[NumStages*4-1:24];
  end
  // Word 16 is the top one, word 23 the lowest.
  assign hash_word   = 32'(SpecHash >> {~cfg_addr_i[2:0], 5'd0});
  assign cycles_low  = cycles[31:0];
  assign cycles_high = cycles[63:32];

  assign irq_set = {flag_set != '0, sample_out_i};

  always_comb begin
    allowed = !cfg_write_i;
    rdata   = '0;
    case (offset)
      32'd0: rdata = Id;
      32'd1: rdata = Version;
      32'd2: rdata = 32'(NumStages);
      32'd3: begin
        allowed = !cfg_write_i || cfg_wdata_i <= 32'd1;
        rdata   = 32'(single_step_o);
      end
      32'd4: rdata = 32'(!idle_o);
      32'd5: begin
        allowed = 1'b1;
        rdata   = flag_q;
      end
      32'd6: begin
        allowed = !cfg_write_i || cfg_wdata_i <= 32'd3;
        rdata   = 32'(irq_enable_q);
      end
      32'd7: begin
        allowed = 1'b1;
        rdata   = 32'(irq_status_q);
      end
      // Write-only: reads give 0.
      32'd8, 32'd9: allowed = 1'b1;
      32'd16, 32'd17, 32'd18, 32'd19, 32'd20, 32'd21, 32'd22, 32'd23: rdata = hash_word;
      32'd32: rdata = cycles_low;
      32'd33: rdata = cycles_high;
      32'd34: rdata = samples;
      32'd35: rdata = words_in;
      32'd36: rdata = words_out;
      default: allowed = 1'b0;
    endcase
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      done_q           <= 1'b0;
      error_q          <= 1'b0;
      rdata_q          <= '0;
      single_step_o    <= 1'b0;
      step_o           <= 1'b0;
      clear_counters_o <= 1'b0;
      flag_q           <= '0;
      irq_enable_q     <= '0;
      irq_status_q     <= '0;
      irq_o            <= 1'b0;
    end else begin
      done_q           <= request;
      step_o           <= write && offset == 32'd8;
      clear_counters_o <= write && offset == 32'd9;
      if (request) begin
        error_q <= !allowed;
        rdata_q <= rdata;
      end
      if (write && offset == 32'd3) single_step_o <= cfg_wdata_i[0];
      if (write && offset == 32'd6) irq_enable_q  <= cfg_wdata_i[1:0];
      // What happens in the cycle of a clearing write is kept.
      flag_q       <= (flag_q & ~((write && offset == 32'd5) ? cfg_wdata_i : 32'd0)) | flag_set;
      irq_status_q <= (irq_status_q & ~((write && offset == 32'd7) ? cfg_wdata_i[1:0] : 2'd0)) |
                      irq_set;
      irq_o        <= (irq_status_q & irq_enable_q) != '0;
    end
  end

  assign cfg_ready_o = done_q;
  assign cfg_error_o = done_q && error_q;
  assign cfg_rdata_o = (done_q && !error_q) ? rdata_q : '0;

  if (Counters >= 1) begin : gen_counters
    logic [63:0] cycles_q;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni)               cycles_q <= '0;
      else if (clear_counters_o) cycles_q <= '0;
      else if (!idle_o)          cycles_q <= cycles_q + 64'd1;
    end
    assign cycles = cycles_q;

    nacre_perf_counter u_samples (
      .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear_counters_o),
      .en_i(sample_out_i), .value_o(samples)
    );
    nacre_perf_counter u_words_in (
      .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear_counters_o),
      .en_i(word_in_i), .value_o(words_in)
    );
    nacre_perf_counter u_words_out (
      .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear_counters_o),
      .en_i(word_out_i), .value_o(words_out)
    );
  end else begin : gen_no_counters
    assign cycles     = '0;
    assign samples    = '0;
    assign words_in   = '0;
    assign words_out  = '0;
    wire   unused_words = ^{word_in_i, word_out_i};
  end

`ifdef VERILATOR
  ready_is_a_pulse : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                      cfg_ready_o |=> !cfg_ready_o);
  request_held : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                  cfg_valid_i && !cfg_ready_o |=>
                                  cfg_valid_i && $stable({cfg_write_i, cfg_addr_i, cfg_wdata_i}));
`endif

endmodule
`default_nettype wire
