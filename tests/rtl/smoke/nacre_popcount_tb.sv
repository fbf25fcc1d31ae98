`default_nettype none
// Smoke test of nacre_popcount: every input up to 10 bits, else none, all, single ones and random
// ones of every density, counted bit by bit.
module nacre_popcount_tb;
  parameter int Inputs = 7;

  localparam int CountWidth = $clog2(Inputs + 1);
  logic [Inputs-1:0] bits;
  logic [CountWidth-1:0] count;
  integer failures = 0, i, b;

  nacre_popcount #(.Inputs(Inputs)) dut (.bits_i(bits), .count_o(count));

  task check;
    integer want;
    #1;
    want = 0;
    for (b = 0; b < Inputs; b++) if (bits[b]) want = want + 1;
    if (32'(count) !== want) begin
      failures = failures + 1;
      if (failures < 10) $display("FAIL %h: %0d, expected %0d", bits, count, want);
    end
  endtask

  initial begin
    if (Inputs <= 10) begin
      for (i = 0; i < (1 << Inputs); i++) begin
        bits = Inputs'(i);
        check;
      end
    end else begin
      bits = {Inputs{1'b0}};
      check;
      bits = {Inputs{1'b1}};
      check;
      for (i = 0; i < Inputs; i++) begin
        bits = Inputs'(1) << i;
        check;
      end
      for (i = 0; i < 300; i++) begin
        for (b = 0; b < Inputs; b++) bits[b] = $urandom % 10 < i % 11;
        check;
      end
    end
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
