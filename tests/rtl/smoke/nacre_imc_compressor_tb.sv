`default_nettype none
// Random bits, dense and sparse, against a count of the ones of each column.
module nacre_imc_compressor_tb #(
  parameter int Width = 2,
  parameter logic [Width*16-1:0] Heights = {16'd3, 16'd4},
  parameter int Bits = 7
) ();

  reg  [Bits-1:0]  bits;
  wire [Width-1:0] row_a, row_b;
  reg  [Width-1:0] expected;
  integer          errors, position;

  nacre_imc_compressor #(.Width(Width), .Heights(Heights), .Bits(Bits)) u_dut (
    .bits_i(bits), .row_a_o(row_a), .row_b_o(row_b)
  );

  initial begin
    errors = 0;
    for (int t = 0; t < 300; t++) begin
      for (int b = 0; b < Bits; b++) begin
        case (t % 4)
          0:       bits[b] = 1'($urandom);
          1:       bits[b] = $urandom % 8 != 0;
          2:       bits[b] = $urandom % 8 == 0;
          default: bits[b] = t > 3 || (b + t) % 2 == 0;
        endcase
      end
      #1;
      expected = Width'(0);
      position = 0;
      for (int c = 0; c < Width; c++) begin
        for (int k = 0; k < 32'(Heights[c*16 +: 16]); k++) begin
          if (bits[position]) expected = expected + (Width'(1) << c);
          position = position + 1;
        end
      end
      if (Width'(row_a + row_b) !== expected) begin
        errors = errors + 1;
        if (errors < 10) begin
          $display("FAIL %b: expected %0d, got %0d + %0d", bits, expected, row_a, row_b);
        end
      end
    end
    if (errors == 0) $display("PASS");
    $finish;
  end

endmodule
`default_nettype wire
