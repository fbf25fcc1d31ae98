`default_nettype none
// Every z with sigmas from end to end, against real arithmetic: the deviation is sigma * z * 111 /
// 2^14, rounded to nearest.
module nacre_device_deviate_tb ();

  reg         [9:0]  sigma;
  reg         [15:0] number;
  wire signed [8:0]  deviation;
  integer            errors, z, expected;
  real               exact;

  nacre_device_deviate u_dut (.sigma_i(sigma), .number_i(number), .deviation_o(deviation));

  initial begin
    errors = 0;
    for (int s = 0; s < 1024; s = s + ((s < 20 || s > 1000) ? 1 : 37)) begin
      for (int n = 0; n < 61; n++) begin
        // n spread over the four digits, the first ones full.
        number = 16'd0;
        for (int d = 0; d < 4; d++) begin
          number[4*d +: 4] = (n >= 15 * (d + 1)) ? 4'd15 : (n > 15 * d) ? 4'(n - 15 * d) : 4'd0;
        end
        sigma = 10'(s);
        #1;
        z     = n - 30;
        exact = (1.0 * s * z * 111.0) / 16384.0;
        expected = $rtoi(exact + 1000.5) - 1000;
        if (32'(deviation) !== expected) begin
          errors = errors + 1;
          if (errors < 10) begin
            $display("FAIL sigma %0d, z %0d: expected %0d, got %0d", s, z, expected, deviation);
          end
        end
      end
    end
    if (errors == 0) $display("PASS");
    $finish;
  end

endmodule
`default_nettype wire
