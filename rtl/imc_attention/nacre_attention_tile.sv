`default_nettype none
/// Tile of an attention head: an array that is written one slot at a time while it computes.
///
///   sum[o] = sum over l of x[l] * w[l][o],   x[l] in digit planes, most significant first:
///   sum := (first plane ? 0 : sum * 2^DigitBits) + sum over l of digit[l] * w[l][o]
///
/// A slot holds Fields numbers. Transposed = 0: a slot is a row, so the word lines l are the slots
/// and the outputs o the fields (values). Transposed = 1: a slot is a column, so the word lines are
/// the fields and the outputs the slots (keys). One plane per cycle with plane_i, whose sum is
/// there one cycle later. A slot is clocked when it is written alone; it is undefined before. Adder
/// trees: docs/imc_tree.md. Golden model: sim/golden/imc_attention.
module nacre_attention_tile #(
  /// Slots, and numbers of a slot: 1 ... 256.
  parameter int Slots       = 2,
  parameter int Fields      = 2,
  /// Bits of a number 1 ... 8, two's complement or not.
  parameter int FieldBits   = 3,
  parameter bit FieldSigned = 1'b1,
  /// 1: a slot is a column of the array, 0: a row.
  parameter bit Transposed  = 1'b0,
  /// Bits of an input x 1 ... 8, two's complement or not.
  parameter int InputBits   = 4,
  parameter bit InputSigned = 1'b0,
  /// Bits of a digit: 1, 2 or 4.
  parameter int DigitBits   = 1,
  // Derived, not to be set.
  parameter int SlotWidth   = (Slots > 1) ? $clog2(Slots) : 1,
  parameter int Lines       = Transposed ? Fields : Slots,
  parameter int Outputs     = Transposed ? Slots : Fields,
  // The least width of two's complement for every sum. Its magnitude is at most M = Lines times the
  // largest magnitudes of x and w. Both signed or both not: M is the greatest sum, which needs
  // clog2(M + 1) + 1 bits, and the least one is greater than -M. Else -M is the least sum, which
  // needs clog2(M) + 1 bits, and the greatest is less than M. The digits above a plane, as a
  // number, are in the range of x: no sum between is larger.
  parameter int Magnitude   = Lines * (InputSigned ? 1 << (InputBits - 1) : (1 << InputBits) - 1)
                            * (FieldSigned ? 1 << (FieldBits - 1) : (1 << FieldBits) - 1),
  parameter int SumWidth    = $clog2(Magnitude + ((InputSigned == FieldSigned) ? 1 : 0)) + 1
) (
  input  wire logic                        clk_i,
  // A slot is written, field f at f*FieldBits; and one is read
  input  wire logic                        write_i,
  input  wire logic [SlotWidth-1:0]        write_slot_i,
  input  wire logic [Fields*FieldBits-1:0] write_data_i,
  input  wire logic [SlotWidth-1:0]        read_slot_i,   ///< below Slots
  output logic      [Fields*FieldBits-1:0] read_data_o,   ///< in the same cycle
  // A digit plane, line l at l*DigitBits; not in the cycle of a write
  input  wire logic                        plane_i,
  input  wire logic                        plane_first_i,
  input  wire logic                        plane_signed_i,  ///< its digits are signed numbers
  input  wire logic [Lines*DigitBits-1:0]  digits_i,
  output logic      [Outputs*SumWidth-1:0] sums_o
);

  localparam int SlotBits = Fields * FieldBits;

  if (Slots < 1 || Slots > 256 || Fields < 1 || Fields > 256 || FieldBits < 1 || FieldBits > 8
      || InputBits < 1 || InputBits > 8 || (DigitBits != 1 && DigitBits != 2 && DigitBits != 4))
  begin : gen_illegal
    nacre_error_attention_tile_parameter_is_out_of_range u_error ();
  end

  logic [Slots*SlotBits-1:0] array;

  if (Slots == 1) begin : gen_one_slot
    wire unused_slots = ^{write_slot_i, read_slot_i};
    assign read_data_o = array;
  end else begin : gen_slots
    // Padded to a power of two: no index reaches beyond.
    logic [(1<<SlotWidth)*SlotBits-1:0] padded;
    assign padded      = ((1<<SlotWidth)*SlotBits)'(array);
    assign read_data_o = padded[32'(read_slot_i)*SlotBits +: SlotBits];
  end

`ifdef VERILATOR
  // The same in loops, and only when it is asked for: one register per slot and a tree per output
  // make a model that takes minutes to compile and works in every cycle.
  always_ff @(posedge clk_i) begin
    if (write_i) begin
      for (int s = 0; s < Slots; s++) begin
        if (Slots == 1 || 32'(write_slot_i) == s) array[s*SlotBits +: SlotBits] <= write_data_i;
      end
    end
  end

  function automatic logic signed [SumWidth-1:0] plane_sum(input int o);
    int place;
    plane_sum = '0;
    for (int l = 0; l < Lines; l++) begin
      if (digits_i[l*DigitBits +: DigitBits] != '0) begin
        place     = (Transposed ? o*Fields + l : l*Fields + o) * FieldBits;
        plane_sum = plane_sum
                  + SumWidth'($signed({InputSigned && plane_signed_i
                                       && digits_i[l*DigitBits+DigitBits-1],
                                       digits_i[l*DigitBits +: DigitBits]}))
                  * SumWidth'($signed({FieldSigned && array[place+FieldBits-1],
                                       array[place +: FieldBits]}));
      end
    end
  endfunction
  always_ff @(posedge clk_i) begin
    if (plane_i) begin
      for (int o = 0; o < Outputs; o++) begin
        sums_o[o*SumWidth +: SumWidth]
            <= (plane_first_i ? '0 : sums_o[o*SumWidth +: SumWidth] << DigitBits) + plane_sum(o);
      end
    end
  end
`else
  logic [Outputs*SumWidth-1:0] sums;

  for (genvar s = 0; s < Slots; s++) begin : gen_slot
    nacre_register #(
      .Width(SlotBits)
    ) u_slot (
      .clk_i   (clk_i),
      .enable_i(write_i && (Slots == 1 || write_slot_i == SlotWidth'(s))),
      .d_i     (write_data_i),
      .q_o     (array[s*SlotBits +: SlotBits])
    );
  end

  for (genvar o = 0; o < Outputs; o++) begin : gen_output
    logic [Lines*FieldBits-1:0] column;
    logic [SumWidth-1:0]        so_far;
    for (genvar l = 0; l < Lines; l++) begin : gen_line
      assign column[l*FieldBits +: FieldBits]
          = array[(Transposed ? o*Fields + l : l*Fields + o)*FieldBits +: FieldBits];
    end
    // The width that nacre_imc_tree has for all sums of one plane.
    localparam int TreeWidth = FieldSigned
        ? $clog2(Lines * ((1 << DigitBits) - 1) + ((InputSigned && DigitBits == 1) ? 1 : 0))
          + FieldBits
        : $clog2(Lines * ((1 << DigitBits) - 1) * ((1 << FieldBits) - 1) + 1) + 1;
    logic signed [TreeWidth-1:0] tree_sum;
    nacre_imc_tree #(
      .Rows        (Lines),
      .DigitBits   (DigitBits),
      .WeightBits  (FieldBits),
      .WeightSigned(FieldSigned),
      .InputSigned (InputSigned)
    ) u_tree (
      .x_i       (digits_i),
      .x_signed_i(plane_signed_i),
      .w_i       (column),
      .sum_o     (tree_sum)
    );
    // Modulo 2^SumWidth: the sum of all planes fits, whatever the tree could have given.
    assign so_far = plane_first_i ? '0 : sums_o[o*SumWidth +: SumWidth] << DigitBits;
    assign sums[o*SumWidth +: SumWidth] = so_far + SumWidth'(tree_sum);
  end

  nacre_register #(
    .Width(Outputs * SumWidth)
  ) u_sums (
    .clk_i   (clk_i),
    .enable_i(plane_i),
    .d_i     (sums),
    .q_o     (sums_o)
  );
`endif

endmodule
`default_nettype wire
