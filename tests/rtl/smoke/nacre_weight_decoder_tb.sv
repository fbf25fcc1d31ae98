`default_nettype none
// Every code of the width against the table of the contract.
module nacre_weight_decoder_tb #(
  parameter int Code  = 0,
  parameter int Width = 8
) ();

  localparam int ValueWidth = (Code == 0) ? Width : (Code == 1) ? Width + 1
                            : (Code == 2) ? 2 : $clog2(Width / 2 + 1) + 1;
  reg  [Width-1:0]              code;
  wire signed [ValueWidth-1:0]  value;
  integer                       expected, errors;

  nacre_weight_decoder #(.Code(Code), .Width(Width)) u_dut (.code_i(code), .value_o(value));

  initial begin
    errors = 0;
    for (int c = 0; c < (1 << Width); c++) begin
      code = Width'(c);
      #1;
      case (Code)
        0:       expected = (c >= (1 << (Width - 1))) ? c - (1 << Width) : c;
        1:       expected = c;
        2:       expected = 2 * c - 1;
        default: begin
          expected = 0;
          for (int b = 0; b < Width; b++) begin
            if (code[b]) expected = (b < Width / 2) ? expected + 1 : expected - 1;
          end
        end
      endcase
      if (32'(value) !== expected) begin
        errors = errors + 1;
        if (errors < 10) $display("FAIL code %b: expected %0d, got %0d", code, expected, value);
      end
    end
    if (errors == 0) $display("PASS");
    $finish;
  end

endmodule
`default_nettype wire
