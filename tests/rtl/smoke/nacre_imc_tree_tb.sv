`default_nettype none
// Digits and weights, random and at the extremes of both signs, against sums of products of
// integers. Small trees see every input.
module nacre_imc_tree_tb #(
  parameter int Rows         = 4,
  parameter int DigitBits    = 1,
  parameter int WeightBits   = 4,
  parameter bit WeightSigned = 1'b1,
  parameter bit InputSigned  = 1'b1
) ();

  localparam int SumWidth = WeightSigned
      ? $clog2(Rows * ((1 << DigitBits) - 1) + ((InputSigned && DigitBits == 1) ? 1 : 0))
        + WeightBits
      : $clog2(40'(Rows * ((1 << DigitBits) - 1)) * 40'((1 << WeightBits) - 1) + 40'd1) + 1;
  localparam int InputBits = Rows * (DigitBits + WeightBits) + 1;
  localparam int Exhaustive = (InputBits <= 13) ? 1 : 0;
  localparam int Vectors    = (Exhaustive == 1) ? 1 << (InputBits % 14) : 50;

  reg                           negative;  // the digits are signed
  reg  [Rows*DigitBits-1:0]     x, new_x;  // put together before the tree sees them
  reg  [Rows*WeightBits-1:0]    w, new_w;
  wire signed [SumWidth-1:0]    got;
  longint                       sum, digit, weight;
  integer                       errors;

  nacre_imc_tree #(
    .Rows(Rows), .DigitBits(DigitBits), .WeightBits(WeightBits), .WeightSigned(WeightSigned),
    .InputSigned(InputSigned)
  ) u_dut (.x_i(x), .x_signed_i(negative), .w_i(w), .sum_o(got));

  initial begin
    errors = 0;
    for (int t = 0; t < Vectors; t++) begin
      if (Exhaustive == 1) begin
        {negative, new_x, new_w} = InputBits'(t);
      end else begin
        negative = 1'(t);
        for (int r = 0; r < Rows; r++) begin
          case ((t / 2) % 5)
            0:       new_x[r*DigitBits +: DigitBits] = {DigitBits{1'b1}};
            1:       new_x[r*DigitBits +: DigitBits] = {1'b1, {(DigitBits - 1){1'b0}}};
            default: new_x[r*DigitBits +: DigitBits] = DigitBits'($urandom);
          endcase
          case ((t / 10) % 5)
            0:       new_w[r*WeightBits +: WeightBits] = {WeightBits{1'b1}};
            1:       new_w[r*WeightBits +: WeightBits] = {1'b1, {(WeightBits - 1){1'b0}}};
            2:       new_w[r*WeightBits +: WeightBits] = ~{1'b1, {(WeightBits - 1){1'b0}}};
            default: new_w[r*WeightBits +: WeightBits] = WeightBits'($urandom);
          endcase
        end
      end
      x = new_x;
      w = new_w;
      #1;
      sum = 0;
      for (int r = 0; r < Rows; r++) begin
        digit  = 64'(x[r*DigitBits +: DigitBits]);
        weight = 64'(w[r*WeightBits +: WeightBits]);
        if (InputSigned && negative && x[r*DigitBits+DigitBits-1]) begin
          digit = digit - (64'sd1 <<< DigitBits);
        end
        if (WeightSigned && w[r*WeightBits+WeightBits-1]) weight = weight - (64'sd1 <<< WeightBits);
        sum = sum + digit * weight;
      end
      if (64'(got) !== sum) begin
        errors = errors + 1;
        if (errors < 10) begin
          $display("FAIL signed %b x %h w %h: expected %0d, got %0d", negative, x, w, sum, got);
        end
      end
    end
    if (errors == 0) $display("PASS");
    $finish;
  end

endmodule
`default_nettype wire
