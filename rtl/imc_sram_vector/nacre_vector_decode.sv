`default_nettype none
/// Which instructions of a computational SRAM are legal, and the source rows they read
/// (generator/src/kinds/imc_sram_vector/README.md, "Instruction"). Combinational.
module nacre_vector_decode #(
  /// Bits of a row: 128, 256 or 512.
  parameter int RowBits = 128
) (
  input  wire logic [5:0] op_i,
  input  wire logic [1:0] w_i,
  input  wire logic [8:0] imm_i,
  output logic            legal_o,   ///< whatever its rows
  output logic            reads_a_o, ///< rs1
  output logic            reads_b_o  ///< rs2
);

  // log2 of the bytes of a row, at most 6.
  localparam logic [2:0] RowBytes = 3'($clog2(RowBits / 8));

  if (RowBits != 128 && RowBits != 256 && RowBits != 512) begin : gen_illegal
    nacre_error_row_bits_must_be_128_256_or_512 u_error ();
  end

  logic       is_mac, is_select;
  logic [1:0] unit;          // log2 of the bytes of what is selected
  logic [2:0] units;         // log2 of their number
  logic [2:0] lg;
  logic [6:0] idx_above;     // not 0: idx is not below the number of units
  logic       lg_fits, idx_fits;
  assign is_mac    = op_i[5];
  assign unit      = (is_mac && op_i[3:2] != 2'd0) ? 2'd2 : w_i;
  assign units     = RowBytes - {1'b0, unit};
  assign lg        = imm_i[8:6];
  assign idx_above = {1'b0, imm_i[5:0]} >> units;
  assign lg_fits   = lg <= units;
  assign idx_fits  = idx_above == '0;

  logic [1:0] mode, mac_type;
  logic       shift_fits;
  assign mode       = op_i[1:0];
  assign mac_type   = op_i[3:2];
  assign is_select  = is_mac && mode != 2'd0;
  assign shift_fits = imm_i[6:5] != 2'd3;

  always_comb begin
    legal_o   = w_i != 2'd3;
    reads_a_o = 1'b1;
    reads_b_o = 1'b0;
    if (is_mac) begin
      reads_b_o = 1'b1;
      if (is_select && !(lg_fits && idx_fits))  legal_o = 1'b0;
      if (mode == 2'd3 && mac_type == 2'd0)     legal_o = 1'b0;
    end else begin
      case (op_i)
        6'd0: reads_b_o = 1'b1;
        6'd1: if (!shift_fits) legal_o = 1'b0;
        6'd2: reads_a_o = 1'b0;
        6'd3, 6'd4: if (!(lg_fits && idx_fits)) legal_o = 1'b0;
        6'd5: begin
          reads_b_o = 1'b1;
          if (!idx_fits) legal_o = 1'b0;
        end
        6'd6: if (!lg_fits) legal_o = 1'b0;
        6'd8, 6'd9, 6'd10, 6'd11, 6'd12, 6'd13, 6'd14, 6'd15, 6'd16, 6'd17, 6'd18, 6'd19, 6'd20,
        6'd21, 6'd22: reads_b_o = 1'b1;
        6'd23, 6'd24: if (w_i == 2'd2) legal_o = 1'b0;
        6'd25, 6'd26: begin
          reads_b_o = 1'b1;
          if (w_i == 2'd0) legal_o = 1'b0;
        end
        default: legal_o = 1'b0;
      endcase
    end
  end

endmodule
`default_nettype wire
