`default_nettype none
/// Performance counter: 32 bits, wraps. value := 0 on clear_i, else value + Increment on en_i.
///
/// Energy: a cycle without an event clocks nothing but a clock gate; an event clocks the low bits,
/// and the bits above when they change. Area: no bit has a reset or an enable multiplexer; before
/// the first event since the reset or clear_i, value_o is masked to 0.
module nacre_perf_counter #(
  /// What one event adds, at least 1.
  parameter int Increment = 1
) (
  input  wire logic   clk_i,
  input  wire logic   rst_ni,   ///< asynchronous, active low
  input  wire logic   clear_i,  ///< wins over en_i
  input  wire logic   en_i,
  output logic [31:0] value_o
);

  if (Increment < 1) begin : gen_illegal
    nacre_error_increment_must_be_at_least_1 u_error ();
  end

  // Increment = Odd * 2^Zeros: the low Zeros bits of the value are always 0 and not stored.
  localparam int Zeros     = $clog2(Increment & -Increment);
  localparam int Odd       = Increment >> Zeros;
  localparam int OddWidth  = $clog2(Odd + 1);
  localparam int Width     = 32 - Zeros;
  // Three groups of bits; each ticks with the carry of the one below alone, which makes the energy
  // of an event least at three low bits and four in the middle. The low ones are at least OddWidth,
  // so that the carry is 0 or 1; at most Width - 1, which OddWidth never exceeds.
  localparam int WantWidth  = (OddWidth > 3) ? OddWidth : 3;
  localparam int LowWidth   = (WantWidth < Width) ? WantWidth : Width - 1;
  localparam int UpperWidth = Width - LowWidth;
  localparam int MidWidth   = (UpperWidth < 4) ? UpperWidth : 4;
  localparam int HighWidth  = UpperWidth - MidWidth;

  logic                  clk_gated, clk_upper;
  logic                  started_q;  // an event was counted since the reset or clear_i
  logic                  first;      // this event is the first
  // The bits are stored inverted: the mask is a NOR, the cheapest gate that does it.
  logic [LowWidth-1:0]   low_n_q, low, low_next;
  logic [MidWidth-1:0]   mid_n_q, mid, mid_next;
  logic [UpperWidth-1:0] upper;
  logic                  carry, mid_carry;

  assign first                 = en_i && !started_q;
  assign low                   = ~(low_n_q | {LowWidth{!started_q}});
  assign mid                   = ~(mid_n_q | {MidWidth{!started_q}});
  assign {carry, low_next}     = {1'b0, low} + (en_i ? (LowWidth + 1)'(Odd) : (LowWidth + 1)'(0));
  assign {mid_carry, mid_next} = {1'b0, mid} + (MidWidth + 1)'(carry);
  assign upper[MidWidth-1:0]   = mid;
  assign value_o               = 32'({upper, low}) << Zeros;

`ifdef VERILATOR
  // Transparent, as with NACRE_FPGA: each gated clock is scheduled apart, and a design with several
  // counters would run at two thirds of its speed.
  assign clk_gated = clk_i;
  assign clk_upper = clk_i;
`else
  nacre_clock_gate u_gate (
    .clk_i   (clk_i),
    .enable_i(en_i || clear_i),
    .clk_o   (clk_gated)
  );
  nacre_clock_gate u_upper_gate (
    .clk_i   (clk_gated),
    .enable_i(carry || first || clear_i),
    .clk_o   (clk_upper)
  );
`endif

  always_ff @(posedge clk_upper or negedge rst_ni) begin
    if (!rst_ni)      started_q <= 1'b0;
    else if (clear_i) started_q <= 1'b0;
    else if (en_i)    started_q <= 1'b1;
  end

  // Without reset: read while started_q alone. The first event makes all above the low bits 0.
  always_ff @(posedge clk_gated) low_n_q <= ~low_next;
  always_ff @(posedge clk_upper) mid_n_q <= ~mid_next;

  if (HighWidth > 0) begin : gen_high
    logic [HighWidth-1:0] high_n_q, high, high_next;
    assign high                         = ~(high_n_q | {HighWidth{!started_q}});
    // Loaded with a carry, or with the first event: then 0.
    assign high_next                    = high + HighWidth'(started_q);
    assign upper[UpperWidth-1:MidWidth] = high;
    nacre_register #(
      .Width(HighWidth)
    ) u_high (
      .clk_i   (clk_upper),
      .enable_i(mid_carry || first),
      .d_i     (~high_next),
      .q_o     (high_n_q)
    );
  end else begin : gen_no_high
    wire unused_carry = mid_carry || first;
  end

endmodule
`default_nettype wire
