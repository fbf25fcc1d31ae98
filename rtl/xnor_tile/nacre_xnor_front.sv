`default_nettype none
/// Frames of values of one bit (docs/tile.md, "Frames"; cycle by cycle:
/// generator/src/kinds/xnor_tile/README.md, "Timing").
///
/// Values gather in `filling`; a closing word waits, with its frame if that is complete, until it
/// is taken over.  Golden model: sim/golden/xnor_tile.
module nacre_xnor_front #(
  /// Values of a frame, 1 ... 65536.
  parameter int NumInputs    = 4,
  /// 1: end_of_step closes a frame; 0: end_of_sample does.
  parameter bit Steps        = 1'b0,
  // Derived, not to be set.
  parameter int AddressWidth = (NumInputs > 1) ? $clog2(NumInputs) : 1,
  parameter int InWidth      = 3 + AddressWidth + 1
) (
  input  wire logic                 clk_i,
  input  wire logic                 rst_ni,         ///< asynchronous, active low
  // Values {kind, negative, address, payload}
  input  wire logic                 s_valid_i,
  output logic                      s_ready_o,
  input  wire logic [InWidth-1:0]   s_data_i,
  // The closing word that waits
  output logic                      close_valid_o,
  output logic                      close_frame_o,  ///< it closes a complete frame
  output logic                      close_sample_o, ///< it is end_of_sample
  input  wire logic                 close_take_i,   ///< taken over in this cycle
  output logic      [NumInputs-1:0] filling_o,      ///< value i at bit i; stable with its frame
  output logic                      frame_o,        ///< pulse: a complete frame was closed
  output logic      [1:0]           error_o         ///< pulses {frame_short, frame_order}
);

  localparam logic [1:0] KindEndOfStep   = 2'd1;
  localparam logic [1:0] KindValue       = 2'd2;
  localparam logic [1:0] KindEndOfSample = 2'd3;

  // Counts 0 ... N: N means that the frame is complete.
  localparam int NextWidth = (NumInputs > 0) ? $clog2(NumInputs + 1) : 1;
  // Values are shifted in until a group of them is complete: a value clocks the flip-flops of a
  // group, not those of the frame, and none needs a multiplexer.  At most 512 groups: Verilator
  // unrolls no more than 1024.
  localparam int Group     = (NumInputs < 16) ? ((NumInputs > 0) ? NumInputs : 1)
                           : (NumInputs <= 16 * 512) ? 16 : (NumInputs + 511) / 512;
  localparam int NumGroups = (NumInputs + Group - 1) / Group;

  if (NumInputs < 1 || NumInputs > 65536) begin : gen_illegal
    nacre_error_xnor_front_parameter_is_out_of_range u_error ();
  end

  logic [1:0]              in_kind;
  logic [AddressWidth-1:0] in_address;
  logic                    in_payload;
  logic                    in_value, in_sample;
  logic                    pop, pop_value, pop_close;
  logic [NextWidth-1:0]    next_q;       // values taken = the address that must come next
  logic                    complete, frame_end, good_value;
  logic                    close_valid_q;
  logic                    clk_front;    // words come or go
  wire                     unused_negative = s_data_i[InWidth-3];

  assign in_kind    = s_data_i[InWidth-1 -: 2];
  assign in_address = s_data_i[1 +: AddressWidth];
  assign in_payload = s_data_i[0];
  assign in_value   = in_kind == KindValue;
  assign in_sample  = in_kind == KindEndOfSample;

  assign s_ready_o  = !close_valid_q || (in_value && !close_frame_o);
  assign pop        = s_valid_i && s_ready_o;
  assign pop_value  = pop && in_value;
  assign pop_close  = pop && !in_value;

  assign complete   = next_q == NextWidth'(NumInputs);
  assign good_value = pop_value && !complete && 32'(in_address) == 32'(next_q);
  // The word closes a complete frame.
  assign frame_end  = pop_close && complete && in_kind == (Steps ? KindEndOfStep : KindEndOfSample);
  assign frame_o    = frame_end;
  assign error_o[0] = pop_value && !good_value;
  assign error_o[1] = pop_close
                   && ((Steps && in_sample) ? next_q != NextWidth'(0) : !complete);

`ifdef VERILATOR
  // Each gated clock is scheduled apart, and costs a simulation more than it saves.
  assign clk_front = clk_i;
`else
  nacre_clock_gate u_clock (
    .clk_i   (clk_i),
    .enable_i(pop || close_take_i),
    .clk_o   (clk_front)
  );
`endif

  nacre_register_reset #(
    .Width(NextWidth),
    .Reset(NextWidth'(0))
  ) u_next (
    .clk_i   (clk_front),
    .rst_ni  (rst_ni),
    .enable_i(pop_close || good_value),
    .d_i     (pop_close ? NextWidth'(0) : next_q + NextWidth'(1)),
    .q_o     (next_q)
  );

  always_ff @(posedge clk_front or negedge rst_ni) begin
    if (!rst_ni)                        close_valid_q <= 1'b0;
    else if (pop_close || close_take_i) close_valid_q <= pop_close;
  end
  nacre_register #(
    .Width(2)
  ) u_close (
    .clk_i   (clk_front),
    .enable_i(pop_close),
    .d_i     ({frame_end, in_sample}),
    .q_o     ({close_frame_o, close_sample_o})
  );
  assign close_valid_o = close_valid_q;

  // ---- Values ---------------------------------------------------------------------------------

  // The last value and those before it, the last one on top.
  logic [Group-1:0]     recent;
  logic [NumGroups-1:0] group_end;   // the value is the last one of the group

  if (Group > 1) begin : gen_recent
    logic [Group-2:0] recent_q;
    assign recent = {in_payload, recent_q};
    nacre_register #(
      .Width(Group - 1)
    ) u_recent (
      .clk_i   (clk_front),
      .enable_i(good_value && group_end == NumGroups'(0)),
      .d_i     (recent[Group-1:1]),
      .q_o     (recent_q)
    );
  end else begin : gen_one
    assign recent = in_payload;
  end

  for (genvar g = 0; g < NumGroups; g++) begin : gen_group
    // Values of this group.
    localparam int Size = (g == NumGroups - 1) ? NumInputs - g * Group : Group;
    assign group_end[g] = 32'(next_q) == 32'(g * Group + Size - 1);
    nacre_register #(
      .Width(Size)
    ) u_values (
      .clk_i   (clk_front),
      .enable_i(good_value && group_end[g]),
      .d_i     (recent[Group-1 -: Size]),
      .q_o     (filling_o[g*Group +: Size])
    );
  end

`ifdef VERILATOR
  input_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                  s_valid_i && !s_ready_o |=> s_valid_i && $stable(s_data_i));
  taken_when_there : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                      close_take_i |-> close_valid_q);
`endif

endmodule
`default_nettype wire
