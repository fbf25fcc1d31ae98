`default_nettype none
/// Arithmetic of one 32-bit word of a vector row: lanes of 8, 16 or 32 bits
/// (generator/src/kinds/imc_sram_vector/README.md, "Instruction").
///
/// One adder of four bytes whose carries stop at the lanes' ends serves sums, saturation, minimum,
/// maximum and comparison; 16 products of bytes serve the products of all widths. Combinational.
/// An operation that is not of a word (spread ... reduce, widen, narrow) gives 0.
/// A module of its own in netlists: mapped once, whatever the number of words.
(* keep_hierarchy *)
module nacre_vector_word (
  input  wire logic [5:0]  op_i,
  input  wire logic [1:0]  w_i,     ///< lanes of 8, 16, 32 bits
  input  wire logic [8:0]  imm_i,
  input  wire logic [31:0] a_i,
  input  wire logic [31:0] b_i,
  input  wire logic [31:0] mul_a_i, ///< operands of the multiplier
  input  wire logic [31:0] mul_b_i,
  input  wire logic [31:0] acc_i,
  output logic      [31:0] y_o
);

  localparam logic [5:0] OpLogic = 6'd0;
  localparam logic [5:0] OpShift = 6'd1;
  localparam logic [5:0] OpLi    = 6'd2;
  localparam logic [5:0] OpAdd   = 6'd8;
  localparam logic [5:0] OpSub   = 6'd9;
  localparam logic [5:0] OpAdds  = 6'd10;
  localparam logic [5:0] OpSubs  = 6'd11;
  localparam logic [5:0] OpAddus = 6'd12;
  localparam logic [5:0] OpSubus = 6'd13;
  localparam logic [5:0] OpMins  = 6'd14;
  localparam logic [5:0] OpMaxs  = 6'd15;
  localparam logic [5:0] OpMinu  = 6'd16;
  localparam logic [5:0] OpMaxu  = 6'd17;
  localparam logic [5:0] OpCeq   = 6'd18;
  localparam logic [5:0] OpCgts  = 6'd19;
  localparam logic [5:0] OpCgtu  = 6'd20;
  localparam logic [5:0] OpMulhs = 6'd21;
  localparam logic [5:0] OpMulhu = 6'd22;

  // Each byte of a lane gets the flag of the lane's last byte.
  function automatic logic [3:0] lane_flag(input logic [3:0] flag, input logic [1:0] w);
    case (w)
      2'd0:    lane_flag = flag;
      2'd1:    lane_flag = {{2{flag[3]}}, {2{flag[1]}}};
      default: lane_flag = {4{flag[3]}};
    endcase
  endfunction

  logic [3:0] top;   // the last byte of each lane
  always_comb begin
    case (w_i)
      2'd0:    top = 4'b1111;
      2'd1:    top = 4'b1010;
      default: top = 4'b1000;
    endcase
  end

  // ---- Adder ----------------------------------------------------------------------------------

  // A bit above each byte passes the byte's carry on (1 + 0), or drops it and begins the next lane
  // with the carry 0 (0 + 0) or 1 (1 + 1).
  function automatic logic [35:0] spaced(input logic [31:0] bytes, input logic [3:0] above);
    spaced = {above[3], bytes[31:24], above[2], bytes[23:16], above[1], bytes[15:8],
              above[0], bytes[7:0]};
  endfunction

  logic        subtract;
  logic [31:0] b_or_not, sum;
  logic [35:0] spaced_sum;
  logic [3:0]  carries, overflows, zeros, less;
  logic [3:0]  carry_out, overflow, equal, less_signed, a_negative;

  assign subtract   = op_i != OpAdd && op_i != OpAdds && op_i != OpAddus;
  assign b_or_not   = b_i ^ {32{subtract}};
  assign spaced_sum = spaced(a_i, ~top | {4{subtract}}) +
                      spaced(b_or_not, top & {4{subtract}}) + {35'd0, subtract};

  for (genvar i = 0; i < 4; i++) begin : gen_byte
    assign sum[8*i +: 8] = spaced_sum[9*i +: 8];
    assign carries[i]    = spaced_sum[9*i + 8] == top[i];
    assign overflows[i]  = a_i[8*i+7] == b_or_not[8*i+7] && sum[8*i+7] != a_i[8*i+7];
    assign zeros[i]      = sum[8*i +: 8] == 8'd0;
    // Of a difference: its true sign.
    assign less[i]       = sum[8*i+7] != overflows[i];
  end

  assign carry_out   = lane_flag(carries, w_i);
  assign overflow    = lane_flag(overflows, w_i);
  assign less_signed = lane_flag(less, w_i);
  assign a_negative  = lane_flag({a_i[31], a_i[23], a_i[15], a_i[7]}, w_i);
  logic [3:0] zero_pairs;
  assign zero_pairs  = {{2{zeros[3] && zeros[2]}}, {2{zeros[1] && zeros[0]}}};
  always_comb begin
    case (w_i)
      2'd0:    equal = zeros;
      2'd1:    equal = zero_pairs;
      default: equal = {4{&zeros}};
    endcase
  end

  logic [31:0] added;
  for (genvar i = 0; i < 4; i++) begin : gen_added
    logic [7:0] x, y, difference, bound, value;
    logic       carried, overflowed, is_less, is_equal;
    assign carried    = carry_out[i];
    assign overflowed = overflow[i];
    assign is_less    = less_signed[i];
    assign is_equal   = equal[i];
    assign x          = a_i[8*i +: 8];
    assign y          = b_i[8*i +: 8];
    assign difference = sum[8*i +: 8];
    // On the side of a: 0x80 00 ... or 0x7f ff ...
    assign bound      = {8{!a_negative[i]}} ^ {top[i], 7'd0};
    always_comb begin
      case (op_i)
        OpAdds, OpSubs: value = overflowed ? bound : difference;
        OpAddus:        value = carried    ? 8'hff : difference;
        OpSubus:        value = carried    ? difference : 8'h00;
        OpMins:         value = is_less    ? x : y;
        OpMaxs:         value = is_less    ? y : x;
        OpMinu:         value = carried    ? y : x;
        OpMaxu:         value = carried    ? x : y;
        OpCeq:          value = {8{is_equal}};
        OpCgts:         value = {8{!is_less && !is_equal}};
        OpCgtu:         value = {8{carried && !is_equal}};
        default:        value = difference;
      endcase
    end
    assign added[8*i +: 8] = value;
  end

  // ---- Logic, shift, constant -----------------------------------------------------------------

  logic [31:0] looked_up, shifted, constant;
  logic [31:0] constant_8, constant_16, constant_32;
  always_comb begin
    for (int i = 0; i < 32; i++) looked_up[i] = imm_i[{2'd0, a_i[i], b_i[i]}];
  end

  // The bits that enter a shift to the right, per byte of the lane.
  logic [3:0]  fill;
  logic [7:0]  fill_8;
  logic [15:0] fill_16;
  logic [31:0] fill_32;
  logic        left;
  logic [4:0]  amount;
  assign amount = imm_i[4:0];
  assign left   = imm_i[6:5] == 2'd0;
  assign fill   = imm_i[6] ? a_negative : 4'd0;
  always_comb begin
    shifted = '0;
    fill_8  = '0;
    fill_16 = '0;
    fill_32 = '0;
    case (w_i)
      2'd0:
        for (int i = 0; i < 4; i++) begin
          fill_8 = {8{fill[i]}};
          shifted[8*i +: 8] = left ? a_i[8*i +: 8] << amount
                                   : ((a_i[8*i +: 8] ^ fill_8) >> amount) ^ fill_8;
        end
      2'd1:
        for (int i = 0; i < 2; i++) begin
          fill_16 = {16{fill[2*i]}};
          shifted[16*i +: 16] = left ? a_i[16*i +: 16] << amount
                                     : ((a_i[16*i +: 16] ^ fill_16) >> amount) ^ fill_16;
        end
      default: begin
        fill_32 = {32{&fill}};
        shifted = left ? a_i << amount : ((a_i ^ fill_32) >> amount) ^ fill_32;
      end
    endcase
  end

  assign constant_8  = {4{imm_i[7:0]}};
  assign constant_16 = {2{{7{imm_i[8]}}, imm_i}};
  assign constant_32 = {{23{imm_i[8]}}, imm_i};
  assign constant    = (w_i == 2'd0) ? constant_8 : (w_i == 2'd1) ? constant_16 : constant_32;

  // ---- Multiplier -----------------------------------------------------------------------------

  logic               is_mac, signed_a, signed_b;
  logic [1:0]         mac_type;
  logic [4*18-1:0]    digits_a, digits_b;   // bytes as signed numbers
  logic [16*18-1:0]   products;             // byte i of a times byte j of b, at 4i + j, signed
  logic [4*34-1:0]    halves;               // half x of a times half y of b, at 2x + y, signed
  logic signed [63:0] whole;
  logic [31:0]        low, high, dot;
  logic [31:0]        low_8, high_8, dot_8, low_16, high_16, dot_16;

  assign is_mac   = op_i[5];
  assign mac_type = op_i[3:2];
  assign signed_a = is_mac ? mac_type == 2'd1 : op_i == OpMulhs;
  assign signed_b = is_mac ? mac_type == 2'd1 || mac_type == 2'd2 : op_i == OpMulhs;

  // The last byte of a signed lane is a signed digit, all others are not: with 9 bits both are
  // signed, and their product, at most 255^2 in magnitude, is exact in 18.
  for (genvar i = 0; i < 4; i++) begin : gen_digit
    assign digits_a[18*i +: 18] = {{10{signed_a && top[i] && mul_a_i[8*i+7]}}, mul_a_i[8*i +: 8]};
    assign digits_b[18*i +: 18] = {{10{signed_b && top[i] && mul_b_i[8*i+7]}}, mul_b_i[8*i +: 8]};
    for (genvar j = 0; j < 4; j++) begin : gen_product
      assign products[18*(4*i+j) +: 18] = $signed(digits_a[18*i +: 18]) *
                                          $signed(digits_b[18*j +: 18]);
    end
  end

  // A product of halves lies in [-2^31, 2^32), so 34 bits hold it.
  for (genvar x = 0; x < 2; x++) begin : gen_half_a
    for (genvar y = 0; y < 2; y++) begin : gen_half_b
      logic signed [33:0] low_low, low_high, high_low, high_high;
      assign low_low   = 34'($signed(products[18*(8*x+2*y) +: 18]));
      assign low_high  = 34'($signed(products[18*(8*x+2*y+1) +: 18]));
      assign high_low  = 34'($signed(products[18*(8*x+4+2*y) +: 18]));
      assign high_high = 34'($signed(products[18*(8*x+4+2*y+1) +: 18]));
      assign halves[34*(2*x+y) +: 34] =
          low_low + ((low_high + high_low) <<< 8) + (high_high <<< 16);
    end
  end
  assign whole = 64'($signed(halves[33:0])) +
                 ((64'($signed(halves[67:34])) + 64'($signed(halves[101:68]))) <<< 16) +
                 (64'($signed(halves[135:102])) <<< 32);

  for (genvar i = 0; i < 4; i++) begin : gen_byte_product
    assign low_8[8*i +: 8]  = products[18*5*i +: 8];
    assign high_8[8*i +: 8] = products[18*5*i+8 +: 8];
  end
  assign dot_8   = 32'($signed(products[0 +: 18])) + 32'($signed(products[18*5 +: 18])) +
                   32'($signed(products[18*10 +: 18])) + 32'($signed(products[18*15 +: 18]));
  assign low_16  = {halves[34*3 +: 16], halves[0 +: 16]};
  assign high_16 = {halves[34*3+16 +: 16], halves[16 +: 16]};
  assign dot_16  = halves[34*3 +: 32] + halves[0 +: 32];

  assign low  = (w_i == 2'd0) ? low_8  : (w_i == 2'd1) ? low_16  : whole[31:0];
  assign high = (w_i == 2'd0) ? high_8 : (w_i == 2'd1) ? high_16 : whole[63:32];
  assign dot  = (w_i == 2'd0) ? dot_8  : (w_i == 2'd1) ? dot_16  : whole[31:0];

  // ---- Accumulator: lanes of w bits for products, of 32 bits for sums of products ---------------

  logic [31:0] addend, kept, total;
  logic [3:0]  top_acc;
  logic [35:0] spaced_total;
  assign addend       = (mac_type == 2'd0) ? low : dot;
  assign kept         = op_i[4] ? 32'd0 : acc_i;
  assign top_acc      = (mac_type == 2'd0) ? top : 4'b1000;
  assign spaced_total = spaced(kept, ~top_acc) + spaced(addend, 4'b0000);
  for (genvar i = 0; i < 4; i++) begin : gen_total
    assign total[8*i +: 8] = spaced_total[9*i +: 8];
  end
  wire unused_above = ^{spaced_total[35], spaced_total[26], spaced_total[17], spaced_total[8]};

  always_comb begin
    if (is_mac) begin
      y_o = total;
    end else begin
      case (op_i)
        OpLogic:          y_o = looked_up;
        OpShift:          y_o = shifted;
        OpLi:             y_o = constant;
        OpMulhs, OpMulhu: y_o = high;
        OpAdd, OpSub, OpAdds, OpSubs, OpAddus, OpSubus, OpMins, OpMaxs, OpMinu, OpMaxu, OpCeq,
        OpCgts, OpCgtu:   y_o = added;
        default:          y_o = '0;
      endcase
    end
  end

endmodule
`default_nettype wire
