`default_nettype none
/// The compute stage of a computational SRAM: one instruction on whole rows
/// (generator/src/kinds/imc_sram_vector/README.md, "Instruction"). Combinational; the instruction
/// must be legal.
///
/// Lanes are taken from elsewhere by replacing bits of their number: `spread` replaces the low bits
/// of a lane's number by those of idx, `repeat` the high ones. So one multiplexer of two per bit of
/// the number and bit of the row serves every group size and width.
module nacre_vector_row #(
  /// Bits of a row: 128, 256 or 512.
  parameter int RowBits = 128
) (
  input  wire logic [5:0]         op_i,
  input  wire logic [1:0]         w_i,    ///< lanes of 8, 16, 32 bits
  input  wire logic [8:0]         imm_i,
  input  wire logic [RowBits-1:0] a_i,
  input  wire logic [RowBits-1:0] b_i,
  input  wire logic [RowBits-1:0] acc_i,
  output logic      [RowBits-1:0] y_o     ///< also the accumulator's next value when op_i >= 32
);

  localparam logic [5:0] OpSpread  = 6'd3;
  localparam logic [5:0] OpRepeat  = 6'd4;
  localparam logic [5:0] OpSlide   = 6'd5;
  localparam logic [5:0] OpReduce  = 6'd6;
  localparam logic [5:0] OpMulhs   = 6'd21;
  localparam logic [5:0] OpMulhu   = 6'd22;
  localparam logic [5:0] OpWidens  = 6'd23;
  localparam logic [5:0] OpWidenu  = 6'd24;
  localparam logic [5:0] OpNarrows = 6'd25;
  localparam logic [5:0] OpNarrowu = 6'd26;

  localparam int NumBytes = RowBits / 8;
  localparam int NumWords = RowBits / 32;
  // Bits of a byte's number; a byte's number is its lane's number and its place in the lane.
  localparam int IndexBits = $clog2(NumBytes);

  if (RowBits != 128 && RowBits != 256 && RowBits != 512) begin : gen_illegal
    nacre_error_row_bits_must_be_128_256_or_512 u_error ();
  end

  logic       is_mac, is_mul, is_planar;
  logic [1:0] mode;
  logic [2:0] lg;
  logic [5:0] idx;
  assign is_mac    = op_i[5];
  assign is_mul    = is_mac || op_i == OpMulhs || op_i == OpMulhu;
  assign mode      = op_i[1:0];
  assign lg        = imm_i[8:6];
  assign idx       = imm_i[5:0];
  assign is_planar = is_mac && mode == 2'd3;

  // ---- Operands of spread, repeat and the multiplier ------------------------------------------

  // Low bits of a unit's number, and all bits of one, as bits of a byte's number.
  logic [1:0] unit;        // log2 of its bytes
  logic [6:0] ones;
  logic [5:0] in_group;    // the place in a group
  logic [7:0] index_bytes;
  logic [7:0] low_bytes, all_bytes;
  logic [5:0] replace_low, replace_high, index;
  logic [5:0] replace_a, replace_b;
  assign unit         = (is_mac && op_i[3:2] != 2'd0) ? 2'd2 : w_i;
  assign ones         = 7'd127 << lg;
  assign in_group     = ~ones[5:0];
  assign low_bytes    = {2'd0, in_group} << unit;
  assign all_bytes    = 8'd63 << unit;
  assign index_bytes  = {2'd0, idx} << unit;
  assign replace_low  = low_bytes[5:0];
  assign replace_high = all_bytes[5:0] & ~low_bytes[5:0];
  assign index        = index_bytes[5:0];
  wire unused_high    = ^{ones[6], low_bytes[7:6], all_bytes[7:6], index_bytes[7:6]};

  always_comb begin
    replace_a = '0;
    replace_b = '0;
    if (is_mac) begin
      case (mode)
        2'd0:    ;
        2'd1:    replace_b = replace_low;
        default: begin
          replace_a = replace_low;
          replace_b = replace_high;
        end
      endcase
    end else if (op_i == OpSpread) begin
      replace_a = replace_low;
    end else if (op_i == OpRepeat) begin
      replace_a = replace_high;
    end
  end

  // For each bit of a byte's number: the bytes that have it.
  function automatic logic [IndexBits*RowBits-1:0] bytes_with(input int unused);
    bytes_with = '0;
    for (int b = 0; b < IndexBits; b++) begin
      for (int i = 0; i < NumBytes; i++) begin
        if (((i >> b) & 1) == 1) bytes_with[b*RowBits + 8*i +: 8] = 8'hff;
      end
    end
  endfunction
  localparam logic [IndexBits*RowBits-1:0] BytesWith = bytes_with(0);

  // Each byte becomes the one whose number has the `replaced` bits of `number`, bit by bit.
  function automatic logic [RowBits-1:0] take(input logic [RowBits-1:0] row,
                                              input logic [5:0] replaced, input logic [5:0] number);
    logic [RowBits-1:0] high, low;
    take = row;
    for (int b = 0; b < IndexBits; b++) begin
      high = take & BytesWith[b*RowBits +: RowBits];
      low  = take & ~BytesWith[b*RowBits +: RowBits];
      if (replaced[b]) take = number[b] ? high | (high >> (8 << b)) : low | (low << (8 << b));
    end
  endfunction

  // Lane e of word n of each block of 2^k words is lane n of part e of the block, k = 1 ...
  localparam int NumInterleaved = IndexBits - 2;
  logic [NumInterleaved*RowBits-1:0] interleaved_8, interleaved_16;
  for (genvar k = 1; k <= NumInterleaved; k++) begin : gen_interleave
    for (genvar n = 0; n < NumWords; n++) begin : gen_word
      // The block, then the part, then the place in the part.
      for (genvar e = 0; e < 4; e++) begin : gen_lane_8
        assign interleaved_8[(k-1)*RowBits + 32*n + 8*e +: 8] =
            b_i[8*((((n >> k) * 4 + e) << k) + (n & ((1 << k) - 1))) +: 8];
      end
      for (genvar e = 0; e < 2; e++) begin : gen_lane_16
        assign interleaved_16[(k-1)*RowBits + 32*n + 16*e +: 16] =
            b_i[16*((((n >> k) * 2 + e) << k) + (n & ((1 << k) - 1))) +: 16];
      end
    end
  end
  logic [RowBits-1:0] interleaved;
  always_comb begin
    interleaved = b_i;
    for (int k = 1; k <= NumInterleaved; k++) begin
      if (is_planar && 32'(lg) == 32'(k)) begin
        if (w_i == 2'd0) interleaved = interleaved_8[(k-1)*RowBits +: RowBits];
        if (w_i == 2'd1) interleaved = interleaved_16[(k-1)*RowBits +: RowBits];
      end
    end
  end

  logic [RowBits-1:0] taken_a, taken_b, mul_a, mul_b;
  assign taken_a = take(a_i, replace_a, index);
  assign taken_b = take(interleaved, replace_b, index);
  // Other instructions leave the multipliers alone.
  assign mul_a   = taken_a & {RowBits{is_mul}};
  assign mul_b   = taken_b & {RowBits{is_mul}};

  // ---- Words ----------------------------------------------------------------------------------

  logic [RowBits-1:0] words;
  for (genvar n = 0; n < NumWords; n++) begin : gen_word
    nacre_vector_word u_word (
      .op_i   (op_i),
      .w_i    (w_i),
      .imm_i  (imm_i),
      .a_i    (a_i[32*n +: 32]),
      .b_i    (b_i[32*n +: 32]),
      .mul_a_i(mul_a[32*n +: 32]),
      .mul_b_i(mul_b[32*n +: 32]),
      .acc_i  (acc_i[32*n +: 32]),
      .y_o    (words[32*n +: 32])
    );
  end

  // ---- Slide: by bytes, in powers of two --------------------------------------------------------

  function automatic logic [RowBits-1:0] slide(input logic [2*RowBits-1:0] rows,
                                               input logic [7:0] bytes);
    logic [2*RowBits-1:0] moved;
    moved = rows;
    for (int k = 0; k < IndexBits; k++) begin
      if (bytes[k]) moved = moved >> (8 << k);
    end
    slide = moved[RowBits-1:0];
  endfunction

  logic [RowBits-1:0] slid;
  logic [7:0]         slide_bytes;
  assign slide_bytes = {2'd0, idx} << w_i;
  assign slid        = slide({b_i, a_i}, slide_bytes & {8{op_i == OpSlide}});
  wire unused_slide = ^slide_bytes;

  // ---- Reduce: a tree; above the group's size nothing is added ---------------------------------

  function automatic logic [RowBits-1:0] reduce(input logic [RowBits-1:0] row,
                                                input logic [1:0] w, input logic [2:0] levels);
    reduce = row;
    for (int k = 0; k < IndexBits; k++) begin
      if (32'(levels) > 32'(k)) begin
        // At level k lanes 2^k apart are added.
        for (int l = 0; l < NumBytes; l++) begin
          if ((l & ((2 << k) - 1)) == 0) begin
            if (w == 2'd0) begin
              reduce[8*l +: 8] = reduce[8*l +: 8] + reduce[8*(l + (1 << k)) +: 8];
              reduce[8*(l + (1 << k)) +: 8] = '0;
            end
          end
        end
        for (int l = 0; l < NumBytes / 2; l++) begin
          if (k < IndexBits - 1 && (l & ((2 << k) - 1)) == 0) begin
            if (w == 2'd1) begin
              reduce[16*l +: 16] = reduce[16*l +: 16] + reduce[16*(l + (1 << k)) +: 16];
              reduce[16*(l + (1 << k)) +: 16] = '0;
            end
          end
        end
        for (int l = 0; l < NumWords; l++) begin
          if (k < IndexBits - 2 && (l & ((2 << k) - 1)) == 0) begin
            if (w == 2'd2) begin
              reduce[32*l +: 32] = reduce[32*l +: 32] + reduce[32*(l + (1 << k)) +: 32];
              reduce[32*(l + (1 << k)) +: 32] = '0;
            end
          end
        end
      end
    end
  endfunction

  logic [RowBits-1:0] reduced;
  assign reduced = reduce(a_i, w_i, lg & {3{op_i == OpReduce}});

  // ---- Widen and narrow -------------------------------------------------------------------------

  logic [RowBits-1:0]   widened, narrowed;
  logic [RowBits/2-1:0] half;
  logic [2*RowBits-1:0] both;
  logic                 is_signed;
  assign half      = imm_i[0] ? a_i[RowBits-1:RowBits/2] : a_i[RowBits/2-1:0];
  assign both      = {b_i, a_i};
  assign is_signed = op_i == OpWidens || op_i == OpNarrows;

  logic [RowBits-1:0] widened_8, widened_16, narrowed_16, narrowed_32;
  for (genvar l = 0; l < RowBits / 16; l++) begin : gen_widen_8
    assign widened_8[16*l +: 16] = {{8{is_signed && half[8*l+7]}}, half[8*l +: 8]};
  end
  for (genvar l = 0; l < RowBits / 32; l++) begin : gen_widen_16
    assign widened_16[32*l +: 32] = {{16{is_signed && half[16*l+15]}}, half[16*l +: 16]};
  end
  assign widened = w_i[0] ? widened_16 : widened_8;

  for (genvar l = 0; l < NumBytes; l++) begin : gen_narrow_16
    nacre_vector_narrow #(
      .Width(16)
    ) u_narrow (
      .signed_i(is_signed),
      .x_i     (both[16*l +: 16]),
      .y_o     (narrowed_16[8*l +: 8])
    );
  end
  for (genvar l = 0; l < NumBytes / 2; l++) begin : gen_narrow_32
    nacre_vector_narrow #(
      .Width(32)
    ) u_narrow (
      .signed_i(is_signed),
      .x_i     (both[32*l +: 32]),
      .y_o     (narrowed_32[16*l +: 16])
    );
  end
  assign narrowed = w_i[1] ? narrowed_32 : narrowed_16;

  always_comb begin
    case (op_i)
      OpSpread, OpRepeat:   y_o = taken_a;
      OpSlide:              y_o = slid;
      OpReduce:             y_o = reduced;
      OpWidens, OpWidenu:   y_o = widened;
      OpNarrows, OpNarrowu: y_o = narrowed;
      default:              y_o = words;
    endcase
  end

endmodule
`default_nettype wire
