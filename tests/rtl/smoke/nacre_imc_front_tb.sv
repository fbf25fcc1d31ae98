`default_nettype none
// Smoke test of nacre_imc_front: frames, bad frames and closing words at random speed; the bench
// takes the items, compares the slots of the vector memory with the patches of docs/tile.md, and
// gives the slots back late.
module nacre_imc_front_tb;
  parameter int NumInputs      = 4;
  parameter int InputBits      = 4;
  parameter bit InputSigned    = 1'b0;
  parameter bit Steps          = 1'b0;
  parameter bit Convolution    = 1'b0;
  parameter int Height         = 2;
  parameter int Width          = 2;
  parameter int Channels       = 1;
  parameter int KernelV        = 1;
  parameter int KernelH        = 1;
  parameter int StrideV        = 1;
  parameter int StrideH        = 1;
  parameter int PaddingV       = 0;
  parameter int PaddingH       = 0;
  parameter int Rows           = 4;
  parameter int DigitBits      = 1;
  parameter bit SkipZeroPlanes = 1'b1;
  parameter int WeightSets     = 1;

  localparam int AddressWidth = (NumInputs > 1) ? $clog2(NumInputs) : 1;
  localparam int InWidth      = 3 + AddressWidth + InputBits;
  localparam int K            = Convolution ? KernelV * KernelH * Channels : NumInputs;
  localparam int OutV         = Convolution ? (Height + 2 * PaddingV - KernelV) / StrideV + 1 : 1;
  localparam int OutH         = Convolution ? (Width + 2 * PaddingH - KernelH) / StrideH + 1 : 1;
  localparam int NumPatches   = OutV * OutH;
  localparam int RowFolds     = (K + Rows - 1) / Rows;
  localparam int NumDigits    = (InputBits + DigitBits - 1) / DigitBits;
  localparam int LastBits     = InputBits - (NumDigits - 1) * DigitBits;
  localparam int VectorWidth  = Rows * InputBits + NumDigits;
  localparam int VectorAddr   = $clog2(2 * RowFolds);
  localparam int FrameRows    = Convolution ? 2 * NumInputs : 1;
  localparam int FrameAddr    = (FrameRows > 1) ? $clog2(FrameRows) : 1;
  localparam int MaxItems     = 16 * (NumPatches + 2);

  logic clk = 1'b0, rst_n = 1'b1;
  logic s_valid = 1'b0, s_ready;
  logic [InWidth-1:0] s_data = '0;
  logic [4:0] p = 5'(InputBits);
  logic active_set = 1'b0, stage_busy = 1'b0, set, in_frame, frame_pulse, busy;
  logic [1:0] error;
  logic item_valid, item_ready = 1'b0, slot_done = 1'b0;
  logic [2:0] item;
  logic frame_ren, frame_wen, vector_wen;
  logic [FrameAddr-1:0] frame_raddr, frame_waddr;
  logic [InputBits-1:0] frame_rdata, frame_wdata;
  logic [VectorAddr-1:0] vector_waddr;
  logic [VectorWidth-1:0] vector_wdata;
  logic [VectorWidth-1:0] vector [0:2*RowFolds-1];
  integer value [0:NumInputs-1];
  // What is expected: items, and the rows of their patches.
  logic [2:0] items [0:MaxItems-1];
  logic [VectorWidth-1:0] rows [0:MaxItems*RowFolds-1];
  integer num_items = 0, num_got = 0, failures = 0, slow = 0, slot = 0, kept = 0, i;
  integer order_flags = 0, short_flags = 0, frames = 0, frames_seen = 0;

  nacre_imc_front #(
    .NumInputs(NumInputs), .InputBits(InputBits), .InputSigned(InputSigned), .Steps(Steps),
    .Convolution(Convolution), .Height(Height), .Width(Width), .Channels(Channels),
    .KernelV(KernelV), .KernelH(KernelH), .StrideV(StrideV), .StrideH(StrideH),
    .PaddingV(PaddingV), .PaddingH(PaddingH), .Rows(Rows), .DigitBits(DigitBits),
    .SkipZeroPlanes(SkipZeroPlanes), .WeightSets(WeightSets)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .s_valid_i(s_valid), .s_ready_o(s_ready), .s_data_i(s_data),
    .input_bits_i(p), .active_set_i(active_set), .stage_busy_i(stage_busy), .set_o(set),
    .in_frame_o(in_frame), .frame_o(frame_pulse), .error_o(error), .busy_o(busy),
    .item_valid_o(item_valid), .item_ready_i(item_ready), .item_o(item), .slot_done_i(slot_done),
    .frame_ren_o(frame_ren), .frame_raddr_o(frame_raddr), .frame_rdata_i(frame_rdata),
    .frame_wen_o(frame_wen), .frame_waddr_o(frame_waddr), .frame_wdata_o(frame_wdata),
    .vector_wen_o(vector_wen), .vector_waddr_o(vector_waddr), .vector_wdata_o(vector_wdata)
  );
  nacre_mem_1r1w #(.Width(InputBits), .Depth(FrameRows)) u_frame (
    .clk_i(clk), .ren_i(frame_ren), .raddr_i(frame_raddr), .rdata_o(frame_rdata),
    .wen_i(frame_wen), .waddr_i(frame_waddr), .wdata_i(frame_wdata)
  );

  always #5 clk = !clk;
  always @(posedge clk) if (vector_wen) vector[vector_waddr] <= vector_wdata;

  task fail(input [8*32-1:0] what);
    if (failures < 10) $display("FAIL %0s at %0t", what, $time);
    failures = failures + 1;
  endtask

  // Takes items; a patch's slot is looked at when it is given back, a little later.
  always @(posedge clk) begin
    if (rst_n && item_valid && item_ready) begin
      if (num_got >= num_items) fail("an item too many");
      else begin
        if (item[2:1] !== items[num_got][2:1] || (item[1] && item[0] !== items[num_got][0]))
          fail("item");
        if (item[2]) begin
          for (i = 0; i < RowFolds; i++)
            if (vector[slot*RowFolds + i] !== rows[num_got*RowFolds + i]) fail("row");
          kept = kept + 1;
          slot = 1 - slot;
        end
      end
      num_got = num_got + 1;
    end
    if (rst_n && slot_done) kept = kept - 1;
    if (rst_n) begin
      order_flags = order_flags + 32'(error[0]);
      short_flags = short_flags + 32'(error[1]);
      frames_seen = frames_seen + 32'(frame_pulse);
    end
  end
  always @(negedge clk) begin
    item_ready <= slow == 0 || $urandom % 4 == 0;
    slot_done  <= kept > 0 && (slow == 0 || $urandom % 6 == 0);
  end

  task automatic send(input logic [1:0] kind, input integer address, input integer payload);
    while (slow != 0 && $urandom % 4 == 0) @(negedge clk);
    s_valid = 1'b1;
    s_data = {kind, 1'b0, AddressWidth'(address), InputBits'(payload)};
    #1;
    while (!s_ready) begin @(negedge clk); #1; end
    @(negedge clk);
    s_valid = 1'b0;
  endtask

  function automatic integer input_at(input integer patch, input integer k);
    integer y, x, v;
    if (!Convolution) v = value[k];
    else begin
      x = (patch % OutH) * StrideH + (k / Channels) % KernelH - PaddingH;
      y = (patch / OutH) * StrideV + k / (Channels * KernelH) - PaddingV;
      v = (x < 0 || x >= Width || y < 0 || y >= Height)
        ? 0 : value[(y * Width + x) * Channels + k % Channels];
    end
    v = v & ((1 << p) - 1);
    if (InputSigned && ((v >> (p - 1)) & 1) != 0) v = v - (1 << p);
    input_at = v;
  endfunction

  task automatic expect_frame;
    integer patch, j, r, d, b, v;
    logic [VectorWidth-1:0] row;
    for (patch = 0; patch < NumPatches; patch++) begin
      for (j = 0; j < RowFolds; j++) begin
        row = '0;
        for (r = 0; r < Rows; r++) begin
          v = (j * Rows + r < K) ? input_at(patch, j * Rows + r) : 0;
          for (d = 0; d < NumDigits; d++)
            if (d * DigitBits < 32'(p) && (!SkipZeroPlanes
                || ((v >>> (d * DigitBits)) & ((1 << DigitBits) - 1)) != 0))
              row[Rows*InputBits + d] = 1'b1;
          for (b = 0; b < InputBits; b++) begin
            d = b / DigitBits;
            row[d*Rows*DigitBits + r * ((d == NumDigits - 1) ? LastBits : DigitBits)
                + b % DigitBits] = v[b];
          end
        end
        rows[num_items*RowFolds + j] = row;
      end
      items[num_items] = {1'b1, patch == NumPatches - 1, !Steps};
      num_items = num_items + 1;
    end
    frames = frames + 1;
  endtask

  task automatic frame(input integer bad);
    integer n;
    for (n = 0; n < NumInputs; n++)
      value[n] = ($urandom % 3 == 0) ? 0 : $urandom % (1 << InputBits);
    expect_frame;
    for (n = 0; n < NumInputs; n++) begin
      if (bad != 0 && n == 0 && NumInputs > 1) send(2'd2, 1, 1);
      send(2'd2, n, value[n]);
    end
    if (bad != 0) send(2'd2, 0, 1);
    if (in_frame !== 1'b1) fail("in_frame");
    send(Steps ? 2'd1 : 2'd3, 0, 0);
  endtask

  // Closes what has come of a frame, or nothing.
  task automatic close(input logic sample, input integer values);
    integer n;
    for (n = 0; n < values; n++) send(2'd2, n, n);
    items[num_items] = {2'b01, sample};
    num_items = num_items + 1;
    send(sample ? 2'd3 : 2'd1, 0, 0);
  endtask

  task automatic finish(input integer order, input integer shorts);
    integer cycles;
    cycles = 0;
    while ((num_got < num_items || kept > 0) && cycles < 20 * MaxItems * (K + 8)) begin
      @(negedge clk);
      cycles = cycles + 1;
    end
    repeat (4) @(negedge clk);
    if (num_got != num_items || busy !== 1'b0 || in_frame !== 1'b0) fail("items are missing");
    if (order_flags != order) fail("frame_order");
    if (short_flags != shorts) fail("frame_short");
    if (frames_seen != frames) fail("frames");
    num_items = 0; num_got = 0; order_flags = 0; short_flags = 0;
  endtask

  task automatic do_reset;
    rst_n = 1'b0;
    s_valid = 1'b0;
    repeat (2) @(negedge clk);
    slot = 0; kept = 0; num_items = 0; num_got = 0; order_flags = 0; short_flags = 0;
    frames = 0; frames_seen = 0;
    rst_n = 1'b1;
    @(negedge clk);
  endtask

  initial begin : main
    integer n;
    repeat (2) @(negedge clk);
    do_reset;
    for (n = 0; n < 6; n++) begin
      slow = n % 2;
      p = (n < 3) ? 5'(InputBits) : 5'(1 + $urandom % InputBits);
      frame(0);
      frame(0);
      if (Steps) close(1'b1, 0);
      frame(1);
      close(!Steps, NumInputs - 1);
      frame(0);
      if (Steps) close(1'b1, NumInputs);
      finish((NumInputs > 1) ? 2 : 1, Steps ? 2 : 1);
    end
    // Another weight set waits for the stage.
    if (WeightSets == 2) begin
      if (Steps) close(1'b1, 0);
      active_set = 1'b1;
      stage_busy = 1'b1;
      s_valid = 1'b1;
      s_data = {2'd2, 1'b0, AddressWidth'(0), InputBits'(0)};
      #1 if (s_ready !== 1'b0) fail("a set changed while busy");
      s_valid = 1'b0;
      stage_busy = 1'b0;
      frame(0);
      if (set !== 1'b1) fail("the set did not change");
      finish(0, 0);
    end
    // Reset inside a frame.
    slow = 0;
    send(2'd2, 0, 1);
    do_reset;
    frame(0);
    finish(0, 0);
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
