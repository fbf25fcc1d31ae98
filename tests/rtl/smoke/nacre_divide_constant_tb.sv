`default_nettype none
// Smoke test of nacre_divide_constant: every number up to 12 bits; else both ends of the range, all
// neighbours of the first and of the last multiples of the divisor, and random numbers. The
// quotient is counted by subtracting, or told by its two bounds: no division in the model.
module nacre_divide_constant_tb;
  parameter int Width   = 8;
  parameter int Divisor = 3;

  localparam int RemainderWidth = (Divisor > 1) ? $clog2(Divisor) : 1;
  localparam logic [63:0] Numbers = 64'd1 << Width;
  logic [Width-1:0] value, quotient;
  logic [RemainderWidth-1:0] remainder;
  integer failures = 0, checks = 0;

  nacre_divide_constant #(
    .Width(Width), .Divisor(Divisor)
  ) dut (.value_i(value), .quotient_o(quotient), .remainder_o(remainder));

  // number = want_quotient * Divisor + want_remainder
  task automatic check(input logic [63:0] number, input logic [63:0] want_quotient,
                       input logic [63:0] want_remainder);
    if (number < Numbers) begin
      value = number[Width-1:0];
      #1;
      checks = checks + 1;
      if (64'(quotient) !== want_quotient || 64'(remainder) !== want_remainder) begin
        failures = failures + 1;
        if (failures < 10)
          $display("FAIL %0d / %0d: %0d rest %0d, expected %0d rest %0d", number, Divisor, quotient,
                   remainder, want_quotient, want_remainder);
      end
    end
  endtask

  // A multiple, the number before it and the one behind it.
  task automatic check_multiple(input logic [63:0] multiple);
    logic [63:0] number;
    number = multiple * 64'(Divisor);
    check(number, multiple, 64'd0);
    if (multiple > 64'd0) check(number - 64'd1, multiple - 64'd1, 64'(Divisor) - 64'd1);
    if (Divisor > 1) check(number + 64'd1, multiple, 64'd1);
  endtask

  initial begin : main
    logic [63:0] number, high, low, multiples;
    integer i;
    if (Width <= 12) begin
      high = 64'd0;
      low  = 64'd0;
      for (number = 64'd0; number < Numbers; number = number + 64'd1) begin
        check(number, high, low);
        low = low + 64'd1;
        if (low == 64'(Divisor)) begin
          low  = 64'd0;
          high = high + 64'd1;
        end
      end
    end else begin
      // The most multiples that are in the range, bit by bit.
      multiples = 64'd0;
      for (i = Width; i >= 0; i--)
        if ((multiples + (64'd1 << i)) * 64'(Divisor) < Numbers)
          multiples = multiples + (64'd1 << i);
      for (i = 0; i < 2000; i++) begin
        if (64'(i) <= multiples) begin
          check_multiple(64'(i));
          check_multiple(multiples - 64'(i));
        end
        check_multiple({32'd0, $urandom} % (multiples + 64'd1));
        high = {32'd0, $urandom} % (multiples + 64'd1);
        low  = {32'd0, $urandom} % 64'(Divisor);
        check(high * 64'(Divisor) + low, high, low);
      end
      check(Numbers - 64'd1, multiples, Numbers - 64'd1 - multiples * 64'(Divisor));
    end
    if (checks < 2) failures = failures + 1;
    if (failures == 0) $display("PASS");
    else               $display("FAIL %0d of %0d checks", failures, checks);
    $finish;
  end
endmodule
`default_nettype wire
