`default_nettype none
// Smoke test of nacre_imc_sequencer: random patches and closes; the bench is the vector memory, a
// core that waits at random and adds digit * weight plainly, and a back end that compares the folds
// with the matrix product. Banks, loads, skipped planes and the order of the slots are checked.
module nacre_imc_sequencer_tb;
  parameter int Rows             = 4;
  parameter int Columns          = 2;
  parameter int RowFolds         = 1;
  parameter int ColumnFolds      = 1;
  parameter int InputBits        = 4;
  parameter bit InputSigned      = 1'b0;
  parameter int DigitBits        = 1;
  parameter int Banks            = 1;
  parameter int WeightSets       = 1;
  parameter int SumWidth         = 8;
  parameter int AccumulatorWidth = 16;

  localparam int NumDigits  = (InputBits + DigitBits - 1) / DigitBits;
  localparam int DigitWidth = (NumDigits > 1) ? $clog2(NumDigits) : 1;
  localparam int TagWidth   = DigitWidth + 6;
  localparam int BankWidth  = (Banks > 1) ? $clog2(Banks) : 1;
  localparam int VectorWidth = Rows * InputBits + NumDigits;
  localparam int VectorAddr = $clog2(2 * RowFolds);
  localparam int LastBits   = InputBits - (NumDigits - 1) * DigitBits;
  localparam int K          = Rows * RowFolds;
  localparam int N          = Columns * ColumnFolds;
  localparam int MaxFolds   = 64 * ColumnFolds;

  logic clk = 1'b0, rst_n = 1'b1;
  logic [4:0] p = 5'(InputBits);
  logic weight_set = 1'b0, busy;
  logic item_valid = 1'b0, item_ready, slot_done, vector_ren;
  logic [2:0] item = '0;
  logic [VectorAddr-1:0] vector_raddr;
  logic [VectorWidth-1:0] vector_rdata;
  logic [VectorWidth-1:0] vector [0:2*RowFolds-1];
  logic plane_valid, plane_ready = 1'b0, plane_signed, plane_load, plane_empty;
  logic [Rows*DigitBits-1:0] plane;
  logic [BankWidth-1:0] plane_bank;
  logic [TagWidth-1:0] plane_tag, sum_tag = '0;
  logic sum_valid = 1'b0, sum_ready;
  logic [Columns*SumWidth-1:0] sums = '0;
  logic fold_valid, fold_ready = 1'b0, fold_values, fold_close, fold_sample;
  logic [Columns*AccumulatorWidth-1:0] fold;
  logic plane_taken, load_taken, pass_taken;
  logic [4:0] skipped;

  integer weight [0:WeightSets*K*N-1];
  integer x [0:K-1];
  logic [Columns*AccumulatorWidth+2:0] expected [0:MaxFolds-1];  // {values, close, sample, fold}
  integer num_expected = 0, num_got = 0, failures = 0, waits = 0, slots = 0;
  integer planes = 0, planes_seen = 0, gone = 0, gone_seen = 0, loads = 0, loads_seen = 0;
  integer bank = 0, write_slot = 0;
  logic loaded = 1'b0;  // a single bank has been read in this frame

  nacre_imc_sequencer #(
    .Rows(Rows), .Columns(Columns), .RowFolds(RowFolds), .ColumnFolds(ColumnFolds),
    .InputBits(InputBits), .InputSigned(InputSigned), .DigitBits(DigitBits), .Banks(Banks),
    .WeightSets(WeightSets), .SumWidth(SumWidth), .AccumulatorWidth(AccumulatorWidth)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .input_bits_i(p), .set_i(weight_set), .busy_o(busy),
    .item_valid_i(item_valid), .item_ready_o(item_ready), .item_i(item), .slot_done_o(slot_done),
    .vector_ren_o(vector_ren), .vector_raddr_o(vector_raddr), .vector_rdata_i(vector_rdata),
    .plane_valid_o(plane_valid), .plane_ready_i(plane_ready), .plane_o(plane),
    .plane_signed_o(plane_signed), .plane_bank_o(plane_bank), .plane_load_o(plane_load),
    .plane_empty_o(plane_empty), .plane_tag_o(plane_tag), .sum_valid_i(sum_valid),
    .sum_ready_o(sum_ready), .sums_i(sums), .sum_tag_i(sum_tag), .fold_valid_o(fold_valid),
    .fold_ready_i(fold_ready), .fold_o(fold), .fold_values_o(fold_values),
    .fold_close_o(fold_close), .fold_sample_o(fold_sample), .plane_taken_o(plane_taken),
    .load_taken_o(load_taken), .pass_taken_o(pass_taken), .skipped_o(skipped)
  );

  always #5 clk = !clk;
  always @(posedge clk) if (vector_ren) vector_rdata <= vector[vector_raddr];

  task fail(input [8*32-1:0] what);
    if (failures < 10) $display("FAIL %0s at %0t", what, $time);
    failures = failures + 1;
  endtask

  // The core: one token at a time, its sums in the cycle after.
  integer c, r, digit, sum;
  logic taken;
  always @(posedge clk) begin
    taken = rst_n && plane_valid && plane_ready;
    if (taken && !plane_empty) begin
      if (plane_load) bank = 32'(plane_bank);
      if (bank != 32'(plane_bank)) fail("a bank that was not read");
      planes_seen = planes_seen + 1;
      if (plane == '0) fail("a plane of nothing but 0");
    end
    if (plane_taken !== (taken && !plane_empty)) fail("plane_taken");
    if (load_taken) loads_seen = loads_seen + 1;
    if (pass_taken) gone_seen = gone_seen + 32'(skipped);
    if (rst_n && slot_done) slots = slots - 1;
    if (taken) begin
      for (c = 0; c < Columns; c++) begin
        sum = 0;
        for (r = 0; r < Rows; r++) begin
          digit = 32'(plane[r*DigitBits +: DigitBits]);
          if (plane_signed && plane[r*DigitBits + DigitBits - 1]) digit = digit - (1 << DigitBits);
          if (!plane_empty)
            sum = sum + digit * weight[((bank / (RowFolds * ColumnFolds)) * K
                                        + (bank % RowFolds) * Rows + r) * N
                                       + ((bank / RowFolds) % ColumnFolds) * Columns + c];
        end
        sums[c*SumWidth +: SumWidth] <= plane_empty ? SumWidth'($urandom) : SumWidth'(sum);
      end
      sum_tag <= plane_tag;
    end
    if (taken || sum_ready) sum_valid <= rst_n && taken;
  end
  always @(negedge clk) begin
    fold_ready = waits == 0 || $urandom % 3 == 0;
    #1 plane_ready = (!sum_valid || sum_ready) && (waits == 0 || $urandom % 3 != 0);
  end

  always @(posedge clk) begin
    if (rst_n && fold_valid && fold_ready) begin
      if (num_got >= num_expected) fail("a fold too many");
      else if ({fold_values, fold_close} !== expected[num_got][Columns*AccumulatorWidth+2 -: 2]
               || (fold_close && fold_sample !== expected[num_got][Columns*AccumulatorWidth])
               || (fold_values && fold !== expected[num_got][Columns*AccumulatorWidth-1:0]))
        fail("fold");
      num_got = num_got + 1;
    end
  end

  task automatic give(input logic [2:0] what);
    item = what;
    item_valid = 1'b1;
    @(posedge clk);
    while (!item_ready) @(posedge clk);
    @(negedge clk);
    item_valid = 1'b0;
  endtask

  // A patch in the next slot. Inputs: mode 0 random, 1 all 0, 2 mostly 0, 3 lowest, 4 highest.
  task automatic patch(input integer mode, input logic close, input logic sample);
    integer i, d, b, k, n, acc, digits, v, used;
    logic [NumDigits-1:0] todo;
    logic [VectorWidth-1:0] row;
    digits = (32'(p) + DigitBits - 1) / DigitBits;
    while (slots == 2) @(negedge clk);
    for (i = 0; i < RowFolds; i++) begin
      todo = '0;
      row = '0;
      for (r = 0; r < Rows; r++) begin
        v = $urandom % (1 << p);
        if (mode == 1 || (mode == 2 && $urandom % 6 != 0)) v = 0;
        if (mode == 3) v = InputSigned ? 1 << (p - 1) : 0;
        if (mode == 4) v = (1 << (InputSigned ? p - 1 : p)) - 1;
        if (InputSigned && ((v >> (p - 1)) & 1) != 0) v = v - (1 << p);
        x[i*Rows + r] = v;
        for (d = 0; d < digits; d++)
          if (((v >>> (d * DigitBits)) & ((1 << DigitBits) - 1)) != 0) todo[d] = 1'b1;
        for (b = 0; b < InputBits; b++) begin
          d = b / DigitBits;
          row[d*Rows*DigitBits + r * ((d == NumDigits - 1) ? LastBits : DigitBits) + b % DigitBits]
              = v[b];
        end
      end
      row[VectorWidth-1 -: NumDigits] = todo;
      vector[write_slot * RowFolds + i] = row;
      used = 0;
      for (d = 0; d < digits; d++) used = used + 32'(todo[d]);
      planes = planes + used * ColumnFolds;
      gone = gone + (digits - used) * ColumnFolds;
      if (used > 0) begin
        if (RowFolds * ColumnFolds > 1) loads = loads + ColumnFolds;
        else if (!loaded) loads = loads + 1;
        loaded = 1'b1;
      end
    end
    if (close) loaded = 1'b0;
    for (i = 0; i < ColumnFolds; i++) begin
      for (r = 0; r < Columns; r++) begin
        n = i * Columns + r;
        acc = 0;
        for (k = 0; k < K; k++) acc = acc + x[k] * weight[(32'(weight_set) * K + k) * N + n];
        expected[num_expected][r*AccumulatorWidth +: AccumulatorWidth] = AccumulatorWidth'(acc);
      end
      expected[num_expected][Columns*AccumulatorWidth +: 3]
          = {1'b1, close && i == ColumnFolds - 1, sample};
      num_expected = num_expected + 1;
    end
    write_slot = 1 - write_slot;
    slots = slots + 1;
    give({1'b1, close, sample});
  endtask

  task automatic close_alone;
    expected[num_expected] = '0;
    expected[num_expected][Columns*AccumulatorWidth +: 3] = 3'b011;
    num_expected = num_expected + 1;
    give(3'b011);
  endtask

  task automatic finish;
    integer cycles;
    cycles = 0;
    while (num_got < num_expected && cycles < 5000) begin
      @(negedge clk);
      cycles = cycles + 1;
    end
    repeat (3) @(negedge clk);
    if (num_got != num_expected || busy !== 1'b0 || slots != 0) fail("folds are missing");
    if (planes != planes_seen) fail("planes");
    if (gone != gone_seen) fail("skipped planes");
    if (loads != loads_seen) fail("banks read");
    num_got = 0;
    num_expected = 0;
  endtask

  task automatic do_reset;
    rst_n = 1'b0;
    item_valid = 1'b0;
    repeat (2) @(negedge clk);
    sum_valid = 1'b0;
    num_got = 0; num_expected = 0; slots = 0; write_slot = 0;
    loaded = 1'b0;
    planes = 0; planes_seen = 0; gone = 0; gone_seen = 0; loads = 0; loads_seen = 0;
    rst_n = 1'b1;
    @(negedge clk);
  endtask

  initial begin : main
    integer i;
    for (i = 0; i < WeightSets * K * N; i++) weight[i] = $signed(32'($urandom % 8)) - 4;
    repeat (2) @(negedge clk);
    do_reset;
    for (i = 0; i < 12; i++) begin
      waits = i % 2;
      p = (i < 4) ? 5'(InputBits) : 5'(1 + $urandom % InputBits);
      weight_set = WeightSets == 2 && i % 3 == 0;
      patch(i % 5, 1'b0, 1'b1);
      patch(0, 1'b0, 1'b1);
      patch(4, 1'b1, 1'b0);
      if (i % 3 == 0) close_alone;
      patch(0, 1'b1, 1'b1);
      finish;
      if (i == 3) for (r = 0; r < WeightSets * K * N; r++) weight[r] = (r % 2 == 0) ? -4 : 3;
    end
    // Reset with a patch in work.
    patch(0, 1'b1, 1'b1);
    @(negedge clk);
    do_reset;
    if (busy !== 1'b0 || plane_valid !== 1'b0) fail("busy after reset");
    patch(0, 1'b1, 1'b1);
    finish;
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
