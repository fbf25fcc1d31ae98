`default_nettype none
// All inputs: two bits count the ones.
module nacre_full_adder_tb ();

  reg  [2:0] in;
  wire       sum, carry;
  integer    errors;

  nacre_full_adder u_dut (.a_i(in[0]), .b_i(in[1]), .c_i(in[2]), .sum_o(sum), .carry_o(carry));

  initial begin
    errors = 0;
    for (int i = 0; i < 8; i++) begin
      in = 3'(i);
      #1;
      if ({carry, sum} !== 2'(in[0]) + 2'(in[1]) + 2'(in[2])) begin
        errors = errors + 1;
        $display("FAIL %b: got %b%b", in, carry, sum);
      end
    end
    if (errors == 0) $display("PASS");
    $finish;
  end

endmodule
`default_nettype wire
