`default_nettype none
// Random digits and weights, often at their extremes, against sums of products of integers.
module nacre_imc_products_tb #(
  parameter int Rows         = 4,
  parameter int Lines        = 1,
  parameter int WeightBits   = 4,
  parameter bit WeightSigned = 1'b1,
  parameter int Width        = 6
) ();

  reg  [Rows*Lines-1:0]      x, new_x;  // put together before the leaf sees them
  reg  [Rows*WeightBits-1:0] w, new_w;
  wire [Width-1:0]           row_a, row_b;
  longint                    sum, digit, weight;
  integer                    errors;

  nacre_imc_products #(
    .Rows(Rows), .Lines(Lines), .WeightBits(WeightBits), .WeightSigned(WeightSigned), .Width(Width)
  ) u_dut (.x_i(x), .w_i(w), .row_a_o(row_a), .row_b_o(row_b));

  initial begin
    errors = 0;
    for (int t = 0; t < 60; t++) begin
      for (int r = 0; r < Rows; r++) begin
        new_x[r*Lines +: Lines]           = (t % 3 == 1) ? {Lines{1'b1}} : Lines'($urandom);
        new_w[r*WeightBits +: WeightBits] = (t % 5 == 1) ? {1'b1, {(WeightBits - 1){1'b0}}}
                                          : (t % 5 == 2) ? {WeightBits{1'b1}}
                                          : WeightBits'($urandom);
      end
      x = new_x;
      w = new_w;
      #1;
      sum = 0;
      for (int r = 0; r < Rows; r++) begin
        digit  = 64'(x[r*Lines +: Lines]);
        weight = 64'(w[r*WeightBits +: WeightBits]);
        if (WeightSigned && w[r*WeightBits+WeightBits-1]) weight = weight - (64'sd1 <<< WeightBits);
        sum = sum + digit * weight;
      end
      if (Width'(row_a + row_b) !== Width'(sum)) begin
        errors = errors + 1;
        if (errors < 10) begin
          $display("FAIL x %h w %h: expected %0d, got %0d + %0d", x, w, sum, row_a, row_b);
        end
      end
    end
    if (errors == 0) $display("PASS");
    $finish;
  end

endmodule
`default_nettype wire
