`default_nettype none
/// Core of a digital tile: one adder tree per column (rtl/imc/README.md, "Interface of a core").
///
/// The weights of a bank are one row of the memory: element r * Columns + c is the weight of row r
/// and column c. A token is registered while its bank is read (X); then the trees' sums are
/// registered (S). One token per cycle.
///
/// The bus goes before the core at the memory's port. A token whose read it takes, or whose bank
/// its own read replaces, has the bank read again; nothing else is lost.
module nacre_imc_digital_core #(
  /// Inputs and outputs of a plane, at least 1.
  parameter int Rows         = 4,
  parameter int Columns      = 2,
  parameter int Banks        = 1,
  /// Bits of a digit: 1, 2 or 4; 1: the last plane's digits are two's complement.
  parameter int DigitBits    = 1,
  parameter bit InputSigned  = 1'b0,
  /// Bits of a weight 1 ... 16, and whether it is two's complement.
  parameter int WeightBits   = 4,
  parameter bit WeightSigned = 1'b1,
  /// Bits of a sum: the SumWidth of nacre_imc_tree.
  parameter int SumWidth     = 6,
  /// See nacre_imc_sequencer.
  parameter int TagWidth     = 8,
  // Derived, not to be set.
  parameter int BankWidth    = (Banks > 1) ? $clog2(Banks) : 1,
  parameter int WeightsWidth = Rows * Columns * WeightBits
) (
  input  wire logic                        clk_i,
  input  wire logic                        rst_ni,  ///< asynchronous, active low
  output logic                             busy_o,
  // Tokens
  input  wire logic                        plane_valid_i,
  output logic                             plane_ready_o,
  input  wire logic [Rows*DigitBits-1:0]   plane_i,
  input  wire logic                        plane_signed_i,
  input  wire logic [BankWidth-1:0]        plane_bank_i,
  input  wire logic                        plane_load_i,
  input  wire logic                        plane_empty_i,
  input  wire logic [TagWidth-1:0]         plane_tag_i,
  // Sums
  output logic                             sum_valid_o,
  input  wire logic                        sum_ready_i,
  output logic      [Columns*SumWidth-1:0] sums_o,
  output logic      [TagWidth-1:0]         sum_tag_o,
  // Weights memory: what the core wants to read, if the bus leaves it the port
  output logic                             read_o,
  output logic      [BankWidth-1:0]        read_bank_o,
  input  wire logic                        bus_access_i,  ///< the bus has the port in this cycle
  input  wire logic                        bus_read_i,    ///< and reads
  input  wire logic [WeightsWidth-1:0]     weights_i      ///< the row read last
);

  if (Rows < 1 || Columns < 1 || Banks < 1 || TagWidth < 1
      || (DigitBits != 1 && DigitBits != 2 && DigitBits != 4) || WeightBits < 1
      || WeightBits > 16) begin : gen_illegal
    nacre_error_imc_digital_core_parameter_is_out_of_range u_error ();
  end

  // X: the token whose bank is read.
  logic                      x_valid_q, x_empty_q, x_signed_q;
  logic                      shown_q;  // weights_i is the bank of X, and of tokens without load
  logic [BankWidth-1:0]      x_bank_q;
  logic [TagWidth-1:0]       x_tag_q;
  logic [Rows*DigitBits-1:0] x_plane_q;
  logic                      take, take_plane, x_moves, s_moves, again;

  assign s_moves       = !sum_valid_o || sum_ready_i;
  assign x_moves       = x_valid_q && s_moves && (shown_q || x_empty_q);
  assign plane_ready_o = !x_valid_q || x_moves;
  assign take          = plane_valid_i && plane_ready_o;
  assign take_plane    = take && !plane_empty_i;
  // The bus took the port, or replaced the row.
  assign again         = x_valid_q && !x_empty_q && !shown_q;
  assign read_o        = again || (take_plane && (plane_load_i || !shown_q));
  assign read_bank_o   = again ? x_bank_q : plane_bank_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)              x_valid_q <= 1'b0;
    else if (plane_ready_o)   x_valid_q <= plane_valid_i;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                                        shown_q <= 1'b0;
    else if (bus_read_i || (bus_access_i && read_o))    shown_q <= 1'b0;
    else if (read_o)                                    shown_q <= 1'b1;
  end
  nacre_register #(
    .Width(TagWidth + 1)
  ) u_x_tag (
    .clk_i   (clk_i),
    .enable_i(take),
    .d_i     ({plane_tag_i, plane_empty_i}),
    .q_o     ({x_tag_q, x_empty_q})
  );
  nacre_register #(
    .Width(Rows * DigitBits + BankWidth + 1)
  ) u_x_plane (
    .clk_i   (clk_i),
    .enable_i(take_plane),
    .d_i     ({plane_i, plane_bank_i, plane_signed_i}),
    .q_o     ({x_plane_q, x_bank_q, x_signed_q})
  );

`ifndef VERILATOR
  logic [Columns*SumWidth-1:0] sums;
  for (genvar c = 0; c < Columns; c++) begin : gen_column
    logic [Rows*WeightBits-1:0] column;
    for (genvar r = 0; r < Rows; r++) begin : gen_row
      assign column[r*WeightBits +: WeightBits]
          = weights_i[(r*Columns + c)*WeightBits +: WeightBits];
    end
    nacre_imc_tree #(
      .Rows        (Rows),
      .DigitBits   (DigitBits),
      .WeightBits  (WeightBits),
      .WeightSigned(WeightSigned),
      .InputSigned (InputSigned)
    ) u_tree (
      .x_i       (x_plane_q),
      .x_signed_i(x_signed_q),
      .w_i       (column),
      .sum_o     (sums[c*SumWidth +: SumWidth])
    );
  end
`endif

  // S: its sums.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)      sum_valid_o <= 1'b0;
    else if (s_moves) sum_valid_o <= x_moves;
  end
  nacre_register #(
    .Width(TagWidth)
  ) u_s_tag (
    .clk_i   (clk_i),
    .enable_i(x_moves),
    .d_i     (x_tag_q),
    .q_o     (sum_tag_o)
  );
`ifdef VERILATOR
  // The trees' sums in loops, and only when they are asked for: trees column by column make a model
  // that takes minutes to compile and works on every weight in every cycle.
  function automatic logic signed [SumWidth-1:0] column_sum(input int c);
    int place;
    column_sum = '0;
    for (int r = 0; r < Rows; r++) begin
      if (x_plane_q[r*DigitBits +: DigitBits] != '0) begin
        place      = (r*Columns + c)*WeightBits;
        column_sum = column_sum
                   + SumWidth'($signed({InputSigned && x_signed_q
                                        && x_plane_q[r*DigitBits+DigitBits-1],
                                        x_plane_q[r*DigitBits +: DigitBits]}))
                   * SumWidth'($signed({WeightSigned && weights_i[place+WeightBits-1],
                                        weights_i[place +: WeightBits]}));
      end
    end
  endfunction
  always_ff @(posedge clk_i) begin
    if (x_moves && !x_empty_q) begin
      for (int c = 0; c < Columns; c++) sums_o[c*SumWidth +: SumWidth] <= column_sum(c);
    end
  end
`else
  nacre_register #(
    .Width(Columns * SumWidth)
  ) u_sums (
    .clk_i   (clk_i),
    .enable_i(x_moves && !x_empty_q),
    .d_i     (sums),
    .q_o     (sums_o)
  );
`endif

  assign busy_o = x_valid_q || sum_valid_o;

endmodule
`default_nettype wire
