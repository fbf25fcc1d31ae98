`default_nettype none
// Smoke test of nacre_attention_tile: slots written one at a time, read back, and products of whole
// vectors, plane by plane with pauses in between, against sums of products of integers; all slots
// and inputs at an end of their range, too.
module nacre_attention_tile_tb;
  parameter int Slots       = 2;
  parameter int Fields      = 2;
  parameter int FieldBits   = 3;
  parameter bit FieldSigned = 1'b1;
  parameter bit Transposed  = 1'b0;
  parameter int InputBits   = 4;
  parameter bit InputSigned = 1'b0;
  parameter int DigitBits   = 1;

  localparam int SlotWidth = (Slots > 1) ? $clog2(Slots) : 1;
  localparam int Lines     = Transposed ? Fields : Slots;
  localparam int Outputs   = Transposed ? Slots : Fields;
  localparam int Magnitude = Lines * (InputSigned ? 1 << (InputBits - 1) : (1 << InputBits) - 1)
                           * (FieldSigned ? 1 << (FieldBits - 1) : (1 << FieldBits) - 1);
  localparam int SumWidth  = $clog2(Magnitude + ((InputSigned == FieldSigned) ? 1 : 0)) + 1;
  localparam int Planes    = (InputBits + DigitBits - 1) / DigitBits;
  localparam int FieldLow  = FieldSigned ? -(1 << (FieldBits - 1)) : 0;
  localparam int InputLow  = InputSigned ? -(1 << (InputBits - 1)) : 0;

  logic clk = 1'b0;
  logic write = 1'b0, plane = 1'b0, plane_first = 1'b0, plane_signed = 1'b0;
  logic [SlotWidth-1:0] write_slot = '0, read_slot = '0;
  logic [Fields*FieldBits-1:0] write_data = '0, read_data;
  logic [Lines*DigitBits-1:0] digits = '0;
  logic [Outputs*SumWidth-1:0] sums;

  nacre_attention_tile #(
    .Slots(Slots), .Fields(Fields), .FieldBits(FieldBits), .FieldSigned(FieldSigned),
    .Transposed(Transposed), .InputBits(InputBits), .InputSigned(InputSigned),
    .DigitBits(DigitBits)
  ) dut (
    .clk_i(clk), .write_i(write), .write_slot_i(write_slot), .write_data_i(write_data),
    .read_slot_i(read_slot), .read_data_o(read_data), .plane_i(plane),
    .plane_first_i(plane_first), .plane_signed_i(plane_signed), .digits_i(digits), .sums_o(sums)
  );

  always #5 clk = !clk;

  integer number [0:Slots*Fields-1];
  integer input_of [0:Lines-1];
  integer failures = 0;
  task automatic fail(input [20*8-1:0] what);
    failures = failures + 1;
    if (failures < 10) $display("FAIL %0s at %0t", what, $time);
  endtask

  // Mode 0: any number, 1: the least, 2: the greatest.
  function automatic integer pick(input integer mode, input integer low, input integer bits);
    pick = (mode == 1) ? low : (mode == 2) ? low + (1 << bits) - 1
         : low + $signed(32'($urandom % (1 << bits)));
  endfunction

  task automatic write_slot_with(input integer s, input integer mode);
    integer f;
    for (f = 0; f < Fields; f++) begin
      number[s*Fields + f] = pick(mode, FieldLow, FieldBits);
      write_data[f*FieldBits +: FieldBits] = FieldBits'(number[s*Fields + f]);
    end
    write_slot = SlotWidth'(s);
    write      = 1'b1;
    @(negedge clk);
    write      = 1'b0;
    write_data = ~write_data;
    write_slot = SlotWidth'((s + 1) % Slots);
  endtask

  task automatic check_slots;
    integer s, f;
    for (s = 0; s < Slots; s++) begin
      read_slot = SlotWidth'(s);
      #1;
      for (f = 0; f < Fields; f++) begin
        if (read_data[f*FieldBits +: FieldBits] !== FieldBits'(number[s*Fields + f]))
          fail("read data");
      end
    end
    @(negedge clk);
  endtask

  task automatic multiply(input integer mode, input integer pauses);
    integer l, o, p, sum;
    for (l = 0; l < Lines; l++) input_of[l] = pick(mode, InputLow, InputBits);
    for (p = Planes - 1; p >= 0; p--) begin
      while (pauses != 0 && $urandom % 2 == 0) @(negedge clk);
      for (l = 0; l < Lines; l++)
        digits[l*DigitBits +: DigitBits] = DigitBits'(input_of[l] >>> (p * DigitBits));
      plane        = 1'b1;
      plane_first  = p == Planes - 1;
      plane_signed = InputSigned && p == Planes - 1;
      @(negedge clk);
      plane        = 1'b0;
    end
    for (o = 0; o < Outputs; o++) begin
      sum = 0;
      for (l = 0; l < Lines; l++)
        sum = sum + input_of[l] * number[Transposed ? o*Fields + l : l*Fields + o];
      if (sums[o*SumWidth +: SumWidth] !== SumWidth'(sum)) fail("a sum");
      // Not only modulo: the width holds it.
      if (32'($signed(sums[o*SumWidth +: SumWidth])) !== sum) fail("a width");
    end
  endtask

  initial begin : main
    integer mode, s, i;
    @(negedge clk);
    for (mode = 0; mode < 3; mode++) begin
      for (s = 0; s < Slots; s++) write_slot_with(s, mode);
      check_slots;
      for (i = 0; i < 6; i++) multiply(i % 3, i / 3);
    end
    for (i = 0; i < 30; i++) begin
      write_slot_with($urandom % Slots, $urandom % 4);
      multiply($urandom % 4, i % 2);
      if (i % 10 == 0) check_slots;
    end
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
