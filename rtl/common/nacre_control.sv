`default_nettype none
/// Control block: identification, errors, interrupt, single step, counters of the boundary
/// (registers: docs/stage_interface.md).
///
/// A request is answered in the cycle after it is seen: what is read is what the registers hold in
/// that cycle, and the pulses step_o and clear_counters_o are high in it. Without a request, an
/// error or the end of a sample nothing is clocked but the counters and clock gates.
module nacre_control #(
  /// Stages of the design, 1 ... 64. Above six, `error` has no room for all: the errors of stages 6
  /// and on are in registers of eight stages each.
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

  if (NumStages < 1 || NumStages > 64 || Counters < 0 || Counters > 2) begin : gen_illegal
    nacre_error_num_stages_or_counters_is_out_of_range u_error ();
  end

  logic        active, clk_gated;
  logic        rare, clk_rare;               // clk_i in all cycles but those that only count
  logic        cycles_carry;
  logic        request, write, allowed;
  logic [31:0] offset;
  logic [3:0]  register_offset;
  logic [2:0]  counter_offset;
  logic [31:0] register_word, hash_word, counter_word, more_word;
  logic        done_q;
  logic [31:0] flag_q, flag_set, flag_clear;  // error register
  logic        more_set;                      // an error of stage 6 or above
  logic        more_allowed;                  // offset of a register that holds those
  logic [1:0]  irq_enable_q, irq_status_q, irq_set, irq_clear;
  logic        irq;
  logic [31:0] cycles_low, cycles_high, samples, words_in, words_out;

  assign idle_o  = stage_busy_i == '0 && !ingress_busy_i && !egress_busy_i;
  assign request = cfg_valid_i && !done_q;
  assign write   = request && allowed && cfg_write_i;

  assign offset          = 32'(cfg_addr_i);
  assign register_offset = cfg_addr_i[3:0];
  assign counter_offset  = cfg_addr_i[2:0];

  // The register has room for six stages.
  if (NumStages >= 6) begin : gen_all_flags
    assign flag_set = {stage_error_i[23:0], 1'b0, bus_error_i, ingress_error_i};
  end else begin : gen_some_flags
    assign flag_set = 32'({stage_error_i, 1'b0, bus_error_i, ingress_error_i});
  end
  if (NumStages > 6) begin : gen_more_flags
    // Eight stages each, so 1 ... 8 for the up to 58 stages beyond six: offsets 40 ... 47.
    localparam int MoreWords = (NumStages - 6 + 7) / 8;
    logic [255:0] set, flags;
    assign set          = 256'(stage_error_i[NumStages*4-1:24]);
    assign more_set     = set != '0;
    assign more_allowed = offset >= 32'd40 && offset < 32'(40 + MoreWords);
    assign more_word    = flags[32'(cfg_addr_i[2:0])*32 +: 32];
    for (genvar w = 0; w < 8; w++) begin : gen_word
      if (w < MoreWords) begin : gen_used
        logic [31:0] word_set, word_clear, word_q;
        assign word_set   = set[w*32 +: 32];
        assign word_clear = (write && offset == 32'(40 + w)) ? cfg_wdata_i : '0;
        always_ff @(posedge clk_gated or negedge rst_ni) begin
          if (!rst_ni) begin
            word_q <= '0;
          end else begin
            for (int i = 0; i < 32; i++) begin
              if (word_set[i] || word_clear[i]) word_q[i] <= word_set[i];
            end
          end
        end
        assign flags[w*32 +: 32] = word_q;
      end else begin : gen_unused
        assign flags[w*32 +: 32] = '0;
      end
    end
  end else begin : gen_no_more_flags
    assign more_set     = 1'b0;
    assign more_allowed = 1'b0;
    assign more_word    = '0;
  end
  assign flag_clear = (write && offset == 32'd5) ? cfg_wdata_i : '0;
  assign irq_set    = {flag_set != '0 || more_set, sample_out_i};
  assign irq_clear  = (write && offset == 32'd7) ? cfg_wdata_i[1:0] : '0;
  assign irq        = (irq_status_q & irq_enable_q) != '0;

  always_comb begin
    case (offset)
      32'd3:                             allowed = !cfg_write_i || cfg_wdata_i <= 32'd1;
      32'd6:                             allowed = !cfg_write_i || cfg_wdata_i <= 32'd3;
      32'd5, 32'd7, 32'd8, 32'd9:        allowed = 1'b1;
      32'd0, 32'd1, 32'd2, 32'd4,
      32'd16, 32'd17, 32'd18, 32'd19,
      32'd20, 32'd21, 32'd22, 32'd23,
      32'd32, 32'd33, 32'd34, 32'd35,
      32'd36:                            allowed = !cfg_write_i;
      default:                           allowed = more_allowed;
    endcase
  end

  // What is read at an offset that does not exist does not matter: it is refused.
  always_comb begin
    case (register_offset)
      4'd0:    register_word = Id;
      4'd1:    register_word = Version;
      4'd2:    register_word = 32'(NumStages);
      4'd3:    register_word = 32'(single_step_o);
      4'd4:    register_word = 32'(!idle_o);
      4'd5:    register_word = flag_q;
      4'd6:    register_word = 32'(irq_enable_q);
      4'd7:    register_word = 32'(irq_status_q);
      default: register_word = '0;   // write-only
    endcase
    case (counter_offset)
      3'd0:    counter_word = cycles_low;
      3'd1:    counter_word = cycles_high;
      3'd2:    counter_word = samples;
      3'd3:    counter_word = words_in;
      default: counter_word = words_out;
    endcase
  end
  // Word 16 is the top one, word 23 the lowest.
  assign hash_word = 32'(SpecHash >> {~cfg_addr_i[2:0], 5'd0});

  // Without a request the counters do not reach the bus: it is silent while they count.
  assign cfg_rdata_o = (cfg_valid_i && more_allowed) ? more_word
                     : (cfg_valid_i && cfg_addr_i[5]) ? counter_word
                     : cfg_addr_i[4] ? hash_word : register_word;
  assign cfg_ready_o = done_q;
  assign cfg_error_o = done_q && !allowed;

  // The request is held until it is answered.
  assign step_o           = done_q && cfg_write_i && offset == 32'd8;
  assign clear_counters_o = done_q && cfg_write_i && offset == 32'd9;

  assign active           = cfg_valid_i || irq_set != '0 || irq != irq_o;

  nacre_clock_gate u_gate (
    .clk_i   (clk_rare),
    .enable_i(active),
    .clk_o   (clk_gated)
  );

  always_ff @(posedge clk_gated or negedge rst_ni) begin
    if (!rst_ni) begin
      done_q        <= 1'b0;
      single_step_o <= 1'b0;
      flag_q        <= '0;
      irq_enable_q  <= '0;
      irq_status_q  <= '0;
      irq_o         <= 1'b0;
    end else begin
      done_q <= request;
      if (write && offset == 32'd3) single_step_o <= cfg_wdata_i[0];
      if (write && offset == 32'd6) irq_enable_q  <= cfg_wdata_i[1:0];
      // What happens in the cycle of a clearing write is kept. Written so that synthesis removes a
      // flag that nothing sets.
      for (int i = 0; i < 32; i++) begin
        if (flag_set[i] || flag_clear[i]) flag_q[i] <= flag_set[i];
      end
      irq_status_q <= (irq_status_q & ~irq_clear) | irq_set;
      irq_o        <= irq;
    end
  end

  // The counters of what is rare tick behind the gate of it.
  assign rare = active || (Counters >= 1 && (sample_out_i || word_out_i || cycles_carry));
`ifdef VERILATOR
  // Transparent: as in nacre_perf_counter.
  assign clk_rare = clk_i;
  wire unused_rare = rare;
`else
  nacre_clock_gate u_rare (
    .clk_i   (clk_i),
    .enable_i(rare),
    .clk_o   (clk_rare)
  );
`endif

  if (Counters >= 1) begin : gen_counters
    assign cycles_carry = !idle_o && cycles_low == '1;
    nacre_perf_counter u_cycles_low (
      .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear_counters_o),
      .en_i(!idle_o), .value_o(cycles_low)
    );
    nacre_perf_counter u_cycles_high (
      .clk_i(clk_rare), .rst_ni(rst_ni), .clear_i(clear_counters_o),
      .en_i(cycles_carry), .value_o(cycles_high)
    );
    nacre_perf_counter u_samples (
      .clk_i(clk_rare), .rst_ni(rst_ni), .clear_i(clear_counters_o),
      .en_i(sample_out_i), .value_o(samples)
    );
    nacre_perf_counter u_words_in (
      .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear_counters_o),
      .en_i(word_in_i), .value_o(words_in)
    );
    nacre_perf_counter u_words_out (
      .clk_i(clk_rare), .rst_ni(rst_ni), .clear_i(clear_counters_o),
      .en_i(word_out_i), .value_o(words_out)
    );
  end else begin : gen_no_counters
    assign cycles_low  = '0;
    assign cycles_high = '0;
    assign samples     = '0;
    assign words_in    = '0;
    assign words_out   = '0;
    assign cycles_carry = 1'b0;
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
