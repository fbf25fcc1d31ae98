`default_nettype none
/// Adds columns of bits with full adders until two rows are left (combinational, carry-save):
///
///   row_a + row_b = sum over columns c of 2^c * (number of ones in column c)   modulo 2^Width
///
/// A stage puts every three bits of a column, oldest first, through a full adder: the sum stays in
/// the column, the carry goes to the next one. In the following stage the bits left over come
/// first, then the carries, then the sums: the last to arrive enters a full adder at its fast
/// input. There are about log(highest column / 2) / log(1.5) stages, and no half adders: a column
/// of two bits waits for the adder of the two rows.
module nacre_imc_compressor #(
  /// Columns: 1 ... 48.
  parameter int Width = 2,
  /// Bits of column c in Heights[c*16 +: 16]: 0 ... 32767.
  parameter logic [Width*16-1:0] Heights = {16'd3, 16'd4},
  /// The sum of all heights: 1 ... 2^20 - 1.
  parameter int Bits = 7
) (
  input  wire logic [Bits-1:0]  bits_i,   ///< column after column, the first in the low bits
  output logic      [Width-1:0] row_a_o,
  output logic      [Width-1:0] row_b_o
);

  // Heights after some stages: of h bits h - 2 * floor(h / 3) stay in a stage, and the carries from
  // below come, a third of that column. No column becomes higher than the highest was, but a
  // column of 2 next to a 3 becomes a 3.
  function automatic logic [Width*16-1:0] heights_after(input int stages);
    logic [15:0] adders, carries;
    heights_after = Heights;
    for (int s = 0; s < stages; s++) begin
      carries = 16'd0;
      for (int c = 0; c < Width; c++) begin
        adders = heights_after[c*16 +: 16] / 16'd3;
        heights_after[c*16 +: 16] = heights_after[c*16 +: 16] - adders - adders + carries;
        carries = adders;
      end
    end
  endfunction

  // Position of each column's first bit; behind the last column: all bits. Bits never grow in
  // number, so 20 bits hold it.
  function automatic logic [(Width+1)*20-1:0] offsets(input logic [Width*16-1:0] heights);
    logic [19:0] sum;
    sum = 20'd0;
    for (int c = 0; c < Width; c++) begin
      offsets[c*20 +: 20] = sum;
      sum = sum + 20'(heights[c*16 +: 16]);
    end
    offsets[Width*20 +: 20] = sum;
  endfunction

  // Stages until no column has three bits. With the highest column of h bits none has more than
  // 2/3 * h + 4/3 in the next stage: 33 stages bring 32767 down to 3. From then on column c has at
  // most two bits after c + 1 more stages, as nothing comes from below any longer.
  function automatic int stages_needed(input logic [Width*16-1:0] heights);
    logic [Width*16-1:0] left;
    logic [15:0] adders, carries;
    left = heights;
    stages_needed = 0;
    for (int s = 0; s < 33 + Width; s++) begin
      carries = 16'd0;
      for (int c = 0; c < Width; c++) begin
        adders = left[c*16 +: 16] / 16'd3;
        if (adders != 16'd0) stages_needed = s + 1;
        left[c*16 +: 16] = left[c*16 +: 16] - adders - adders + carries;
        carries = adders;
      end
    end
  endfunction

  function automatic bit too_high(input logic [Width*16-1:0] heights);
    too_high = 1'b0;
    for (int c = 0; c < Width; c++) too_high = too_high || heights[c*16+15];
  endfunction

  localparam logic [(Width+1)*20-1:0] InputOffsets = offsets(Heights);
  localparam int                      Stages       = stages_needed(Heights);
  localparam logic [Width*16-1:0]     RowHeights   = heights_after(Stages);
  localparam logic [(Width+1)*20-1:0] RowOffsets   = offsets(RowHeights);

  if (Width < 1 || Width > 48 || Bits < 1 || Bits > 1048575 || too_high(Heights)
      || Bits != 32'(InputOffsets[Width*20 +: 20])) begin : gen_illegal
    nacre_error_imc_compressor_heights_do_not_fit u_error ();
  end

  for (genvar s = 0; s <= Stages; s++) begin : gen_stage
    localparam logic [Width*16-1:0]     After        = heights_after(s);
    localparam logic [(Width+1)*20-1:0] AfterOffsets = offsets(After);
    localparam int                      AfterBits    = 32'(AfterOffsets[Width*20 +: 20]);
    logic [AfterBits-1:0] bits;

    if (s == 0) begin : gen_input
      assign bits = bits_i;
    end else begin : gen_adders
      localparam logic [Width*16-1:0]     Before        = heights_after(s - 1);
      localparam logic [(Width+1)*20-1:0] BeforeOffsets = offsets(Before);
      for (genvar c = 0; c < Width; c++) begin : gen_column
        localparam int Adders = 32'(Before[c*16 +: 16]) / 3;
        localparam int Left   = 32'(Before[c*16 +: 16]) - 3 * Adders;
        localparam int From   = 32'(BeforeOffsets[c*20 +: 20]);
        localparam int To     = 32'(AfterOffsets[c*20 +: 20]);
        // The new height is Left + carries + Adders.
        localparam int ToSums = To + 32'(After[c*16 +: 16]) - Adders;
        for (genvar k = 0; k < Left; k++) begin : gen_left
          assign bits[To+k] = gen_stage[s-1].bits[From+3*Adders+k];
        end
        for (genvar k = 0; k < Adders; k++) begin : gen_adder
          logic carry;
          nacre_full_adder u_adder (
            .a_i    (gen_stage[s-1].bits[From+3*k]),
            .b_i    (gen_stage[s-1].bits[From+3*k+1]),
            .c_i    (gen_stage[s-1].bits[From+3*k+2]),
            .sum_o  (bits[ToSums+k]),
            .carry_o(carry)
          );
          if (c + 1 < Width) begin : gen_carry
            localparam int AboveLeft = 32'(Before[(c+1)*16 +: 16]) % 3;
            assign bits[32'(AfterOffsets[(c+1)*20 +: 20])+AboveLeft+k] = carry;
          end else begin : gen_overflow
            wire unused_carry = carry;
          end
        end
      end
    end
  end

  for (genvar c = 0; c < Width; c++) begin : gen_rows
    localparam int Height = 32'(RowHeights[c*16 +: 16]);
    localparam int From   = 32'(RowOffsets[c*20 +: 20]);
    if (Height > 0) begin : gen_a
      assign row_a_o[c] = gen_stage[Stages].bits[From];
    end else begin : gen_no_a
      assign row_a_o[c] = 1'b0;
    end
    if (Height > 1) begin : gen_b
      assign row_b_o[c] = gen_stage[Stages].bits[From+1];
    end else begin : gen_no_b
      assign row_b_o[c] = 1'b0;
    end
  end

endmodule
`default_nettype wire
