`default_nettype none
// Smoke test of nacre_vector_row: every legal operation, width and mode on random rows and on rows
// of extreme lanes, against nacre_vector_reference.
module nacre_vector_row_tb;
  parameter int RowBits = 128;

  // Wide rows take longer.
  localparam int NumInstructions = 128000 / RowBits;

  logic [5:0] op;
  logic [1:0] w;
  logic [8:0] imm;
  logic [RowBits-1:0] a, b, acc, y;
  integer failures = 0, done = 0;

  nacre_vector_row #(.RowBits(RowBits)) dut (
    .op_i(op), .w_i(w), .imm_i(imm), .a_i(a), .b_i(b), .acc_i(acc), .y_o(y)
  );
  nacre_vector_reference #(.RowBits(RowBits)) reference ();

  // Random bits; or lanes that are 0, 1, the extremes or -1.
  function automatic logic [RowBits-1:0] random_row(input integer unused);
    logic [31:0] word;
    integer extreme;
    extreme = $urandom % 2;
    for (int n = 0; n < RowBits / 32; n++) begin
      word = $urandom;
      if (extreme != 0) begin
        case ($urandom % 8)
          0:       word = 32'h8080_8080;
          1:       word = 32'h7f7f_7f7f;
          2:       word = 32'h8000_8000;
          3:       word = 32'h7fff_ffff;
          4:       word = 32'hffff_ffff;
          5:       word = 32'h8000_0000;
          6:       word = 32'h0001_0001;
          default: word = 32'h0000_0000;
        endcase
      end
      random_row[32*n +: 32] = word;
    end
  endfunction

  initial begin
    for (int t = 0; done < NumInstructions && t < 200000; t++) begin
      op = 6'($urandom);
      w  = 2'($urandom);
      imm = 9'($urandom);
      reference.classify(op, w, imm);
      if (reference.legal) begin
        a   = random_row(0);
        b   = ($urandom % 4 == 0) ? a : random_row(0);
        acc = random_row(0);
        #1;
        reference.execute(op, w, imm, a, b, acc);
        done = done + 1;
        if (y !== reference.y) begin
          failures = failures + 1;
          if (failures < 5) begin
            $display("FAIL op %0d w %0d imm %h", op, w, imm);
            $display("a %h b %h acc %h", a, b, acc);
            $display("expected %h, got %h", reference.y, y);
          end
        end
      end
    end
    if (done < NumInstructions) $display("FAIL too few legal instructions");
    else if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
