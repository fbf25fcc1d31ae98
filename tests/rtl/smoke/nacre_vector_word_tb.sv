`default_nettype none
// Smoke test of nacre_vector_word: each operation of a word and each product, on random words and
// extremes, against nacre_vector_reference with rows of one word.
module nacre_vector_word_tb;
  logic [5:0] op;
  logic [1:0] w;
  logic [8:0] imm;
  logic [31:0] a, b, acc, y;
  integer failures = 0;

  nacre_vector_word dut (
    .op_i(op), .w_i(w), .imm_i(imm), .a_i(a), .b_i(b), .mul_a_i(a), .mul_b_i(b), .acc_i(acc),
    .y_o(y)
  );
  nacre_vector_reference #(.RowBits(32)) reference ();

  function automatic logic [31:0] extreme(input integer unused);
    case ($urandom % 6)
      0:       extreme = 32'h8080_8080;
      1:       extreme = 32'h7f7f_7f7f;
      2:       extreme = 32'h8000_8000;
      3:       extreme = 32'hffff_ffff;
      4:       extreme = 32'h8000_0000;
      default: extreme = $urandom;
    endcase
  endfunction

  initial begin
    for (int t = 0; t < 4000; t++) begin
      w   = 2'($urandom % 3);
      imm = 9'($urandom);
      // Mode 0 of a multiply-accumulate, or an operation of a word.
      op  = (t % 3 == 0) ? 6'd32 + 6'(4 * ($urandom % 8))
          : (t % 3 == 1) ? 6'd8 + 6'($urandom % 15) : 6'($urandom % 3);
      if (op == 6'd1 && imm[6:5] == 2'd3) imm[6] = 1'b0;
      a   = extreme(0);
      b   = ($urandom % 4 == 0) ? a : extreme(0);
      acc = extreme(0);
      #1;
      reference.execute(op, w, imm, a, b, acc);
      if (y !== reference.y) begin
        failures = failures + 1;
        if (failures < 10) $display("FAIL op %0d w %0d imm %h a %h b %h acc %h: expected %h, got %h",
                                    op, w, imm, a, b, acc, reference.y, y);
      end
    end
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
