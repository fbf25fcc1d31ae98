`default_nettype none
// Every entry of the table against the normal law itself: the amount z stands for half a unit to
// both sides, between whose tails (a series of the error function, or a continued fraction) the
// probability of the entry must lie. And all that chooses an entry: low bits, sign, few bits.
module nacre_device_gauss_tb ();

  reg         [31:0] number, m;
  wire signed [11:0] z;
  integer            errors, entry;
  real               probability;

  nacre_device_gauss u_dut (.number_i(number), .z_o(z));

  // The probability that a standard normal number exceeds x >= 0 in amount.
  function real tail(input real x);
    real term, sum;
    if (x < 3.0) begin
      term = x;
      sum  = x;
      for (int i = 1; i < 80; i++) begin
        term = term * x * x / (2.0 * i + 1.0);
        sum  = sum + term;
      end
      tail = 1.0 - 2.0 * sum * $exp(0.0 - x * x / 2.0) / $sqrt(2.0 * 3.14159265358979323846);
    end else begin
      sum = x;
      for (int i = 80; i >= 1; i--) sum = x + i / sum;
      tail = 2.0 * $exp(0.0 - x * x / 2.0) / $sqrt(2.0 * 3.14159265358979323846) / sum;
    end
  endfunction

  task check(input [31:0] at, input integer expected);
    number = at;
    #1;
    if (32'(z) !== expected) begin
      errors = errors + 1;
      if (errors < 10) $display("FAIL gauss(%h): expected %0d, got %0d", at, expected, z);
    end
  endtask

  initial begin
    errors = 0;
    for (int n = 0; n < 24; n++) begin
      for (int k = 31; k >= 0; k--) begin
        m      = (32'h4000_0000 >> n) | (32'(k) << (25 - n));
        number = m;
        #1;
        entry       = 32'(z);
        probability = (1.0 + (k + 0.5) / 32.0) / (2.0 ** (n + 1));
        if (probability > tail((entry - 0.5) / 256.0) || probability < tail((entry + 0.5) / 256.0))
        begin
          errors = errors + 1;
          if (errors < 10) $display("FAIL G[%0d][%0d]: %0d is not nearest", n, k, entry);
        end
        check(m | 32'h8000_0000, -entry);
        // Bits below the five choose nothing.
        check(m | ((32'd1 << (25 - n)) - 32'd1), entry);
        check(m | (32'($random) & ((32'd1 << (25 - n)) - 32'd1)) | 32'h8000_0000, -entry);
      end
    end
    number = 32'h0000_0080;
    #1;
    entry = 32'(z);
    for (int i = 0; i < 128; i++) begin
      check(32'(i), entry);
      check(32'(i) | 32'h8000_0000, -entry);
    end
    if (errors == 0) $display("PASS");
    $finish;
  end

endmodule
`default_nettype wire
