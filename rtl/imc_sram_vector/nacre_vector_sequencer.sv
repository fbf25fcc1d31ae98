`default_nettype none
/// Replays a program of stores with two hardware loops
/// (generator/src/kinds/imc_sram_vector/README.md, "Program").
///
/// start_i in cycle e: entry k of those executed is executed in e+1+k, until end_o. The program
/// memory is read one cycle ahead; a loop costs the cycle of its loop entry and no more.
module nacre_vector_sequencer #(
  /// Entries of the program memory, at least 1.
  parameter int NumEntries = 4,
  // Derived, not to be set.
  parameter int EntryWidth = (NumEntries > 1) ? $clog2(NumEntries) : 1
) (
  input  wire logic                  clk_i,
  input  wire logic                  rst_ni,    ///< asynchronous, active low
  input  wire logic                  start_i,   ///< pulse, not while a program runs
  // Program memory: the entry comes one cycle after read_o
  output logic                       read_o,
  output logic      [EntryWidth-1:0] address_o,
  input  wire logic [63:0]           entry_i,
  // What is executed in this cycle
  output logic                       store_o,
  output logic      [11:0]           rd_o,
  output logic      [8:0]            imm_o,
  output logic      [31:0]           data_o,
  output logic                       bad_o,     ///< an entry that is neither end, store nor loop
  output logic                       end_o
);

  localparam logic [1:0] KindEnd   = 2'd0;
  localparam logic [1:0] KindStore = 2'd1;
  localparam logic [1:0] KindLoop  = 2'd2;

  localparam logic [EntryWidth-1:0] LastEntry = EntryWidth'(NumEntries - 1);

  if (NumEntries < 1) begin : gen_illegal
    nacre_error_num_entries_must_be_at_least_1 u_error ();
  end

  // Fields that move: {imm, rs2, rs1, rd}.
  localparam int FieldsWidth = 9 + 3 * 12;

  logic                   clk_run;
  logic                   run_q, past_q;          // past the last entry
  logic [EntryWidth-1:0]  entry_q, next_entry;
  logic [1:0]             kind;
  logic                   is_store, open, jump, past_d;
  logic [1:0]             depth_d, depth_q;       // open loops
  logic [1:0]             closes;
  logic [1:0]             opens, advances;        // per loop, outer in bit 0
  logic [11:0]            left_outer_q, left_inner_q;
  logic [EntryWidth-1:0]  start_outer_q, start_inner_q;
  logic [FieldsWidth-1:0] offset_outer_q, offset_inner_q, step_outer_q, step_inner_q;
  logic                   ends_outer, ends_inner; // no iteration is left

  nacre_clock_gate u_run_gate (
    .clk_i   (clk_i),
    .enable_i(start_i || run_q),
    .clk_o   (clk_run)
  );

  assign kind     = past_q ? KindEnd : entry_i[63:62];
  assign is_store = run_q && kind == KindStore;
  assign end_o    = run_q && kind == KindEnd;
  assign open     = run_q && kind == KindLoop && !depth_q[1] && entry_i[11:0] != '0;
  assign bad_o    = run_q && !is_store && !end_o && !open;
  assign store_o  = is_store;
  wire unused_entry = ^entry_i[61:59];

  // ---- Loops ----------------------------------------------------------------------------------

  assign closes     = is_store ? entry_i[58:57] : 2'd0;
  assign ends_outer = left_outer_q == 12'd1;
  assign ends_inner = left_inner_q == 12'd1;

  // Of the two loops, those that are closed here; the outer one is looked at when the inner one is
  // over.
  logic at_inner, at_outer;
  assign at_inner = closes != 2'd0 && depth_q == 2'd2;
  assign at_outer = at_inner ? ends_inner && closes != 2'd1 : closes != 2'd0 && depth_q == 2'd1;

  assign opens    = {open && depth_q == 2'd1, open && depth_q == 2'd0};
  assign advances = {at_inner && !ends_inner, at_outer && !ends_outer};
  assign jump     = advances != 2'd0;
  always_comb begin
    depth_d = depth_q;
    if (open)                        depth_d = depth_q + 2'd1;
    else if (at_outer && ends_outer) depth_d = 2'd0;
    else if (at_inner && ends_inner) depth_d = 2'd1;
  end

  assign next_entry = start_i     ? '0
                    : advances[1] ? start_inner_q
                    : advances[0] ? start_outer_q
                    :               entry_q + EntryWidth'(1);
  assign past_d     = !start_i && !jump && entry_q == LastEntry;
  assign read_o     = start_i || (run_q && !end_o && !past_d);
  assign address_o  = next_entry;

  always_ff @(posedge clk_run or negedge rst_ni) begin
    if (!rst_ni) begin
      run_q   <= 1'b0;
      past_q  <= 1'b0;
      depth_q <= 2'd0;
    end else begin
      run_q   <= start_i || (run_q && !end_o);
      past_q  <= past_d;
      depth_q <= end_o ? 2'd0 : depth_d;
    end
  end

  nacre_register #(
    .Width(EntryWidth)
  ) u_entry (
    .clk_i   (clk_run),
    .enable_i(read_o),
    .d_i     (next_entry),
    .q_o     (entry_q)
  );

  // Loop data: read while the loop is open alone.
  logic [11:0]            left_outer_d, left_inner_d;
  logic [FieldsWidth-1:0] offset_outer_d, offset_inner_d, steps;
  logic [EntryWidth-1:0]  after;
  assign steps          = entry_i[56:12];
  assign after          = entry_q + EntryWidth'(1);
  assign left_outer_d   = opens[0] ? entry_i[11:0] : left_outer_q - 12'd1;
  assign left_inner_d   = opens[1] ? entry_i[11:0] : left_inner_q - 12'd1;

  function automatic logic [FieldsWidth-1:0] add_fields(input logic [FieldsWidth-1:0] x,
                                                        input logic [FieldsWidth-1:0] y);
    add_fields = {x[44:36] + y[44:36], x[35:24] + y[35:24], x[23:12] + y[23:12],
                  x[11:0] + y[11:0]};
  endfunction
  assign offset_outer_d = opens[0] ? '0 : add_fields(offset_outer_q, step_outer_q);
  assign offset_inner_d = opens[1] ? '0 : add_fields(offset_inner_q, step_inner_q);

  nacre_register #(
    .Width(12 + FieldsWidth)
  ) u_outer (
    .clk_i   (clk_run),
    .enable_i(opens[0] || advances[0]),
    .d_i     ({left_outer_d, offset_outer_d}),
    .q_o     ({left_outer_q, offset_outer_q})
  );
  nacre_register #(
    .Width(12 + FieldsWidth)
  ) u_inner (
    .clk_i   (clk_run),
    .enable_i(opens[1] || advances[1]),
    .d_i     ({left_inner_d, offset_inner_d}),
    .q_o     ({left_inner_q, offset_inner_q})
  );
  nacre_register #(
    .Width(EntryWidth + FieldsWidth)
  ) u_outer_loop (
    .clk_i   (clk_run),
    .enable_i(opens[0]),
    .d_i     ({after, steps}),
    .q_o     ({start_outer_q, step_outer_q})
  );
  nacre_register #(
    .Width(EntryWidth + FieldsWidth)
  ) u_inner_loop (
    .clk_i   (clk_run),
    .enable_i(opens[1]),
    .d_i     ({after, steps}),
    .q_o     ({start_inner_q, step_inner_q})
  );

  // ---- The store, moved by the loops ------------------------------------------------------------

  logic [FieldsWidth-1:0] fields, moves, offset, moved;
  assign fields = {entry_i[40:32], entry_i[23:12], entry_i[11:0], entry_i[52:41]};
  assign moves  = {{9{entry_i[56]}}, {12{entry_i[55]}}, {12{entry_i[54]}}, {12{entry_i[53]}}};
  assign offset = add_fields((depth_q != 2'd0) ? offset_outer_q : '0,
                             depth_q[1]        ? offset_inner_q : '0);
  assign moved  = add_fields(fields, offset & moves);
  assign rd_o   = moved[11:0];
  assign imm_o  = moved[44:36];
  assign data_o = {entry_i[31:24], moved[35:12]};

`ifdef VERILATOR
  no_start_while_running : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                            run_q |-> !start_i);
  two_loops_at_most : assert property (@(posedge clk_i) disable iff (!rst_ni) depth_q != 2'd3);
`endif

endmodule
`default_nettype wire
