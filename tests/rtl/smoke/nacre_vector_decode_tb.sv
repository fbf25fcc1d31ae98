`default_nettype none
// Smoke test of nacre_vector_decode: every operation, width and immediate, against
// nacre_vector_reference.
module nacre_vector_decode_tb;
  parameter int RowBits = 128;

  logic [5:0] op;
  logic [1:0] w;
  logic [8:0] imm;
  logic       legal, reads_a, reads_b;
  integer failures = 0;

  nacre_vector_decode #(.RowBits(RowBits)) dut (
    .op_i(op), .w_i(w), .imm_i(imm), .legal_o(legal), .reads_a_o(reads_a), .reads_b_o(reads_b)
  );
  nacre_vector_reference #(.RowBits(RowBits)) reference ();

  initial begin
    for (int i = 0; i < (1 << 17); i++) begin
      {op, w, imm} = 17'(i);
      #1;
      reference.classify(op, w, imm);
      if (legal !== reference.legal ||
          (legal && {reads_a, reads_b} !== {reference.reads_a, reference.reads_b})) begin
        failures = failures + 1;
        if (failures < 10) $display("FAIL op %0d w %0d imm %h: legal %b, reads %b%b", op, w, imm,
                                    legal, reads_a, reads_b);
      end
    end
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
