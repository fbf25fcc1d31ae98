`default_nettype none
// Smoke test of nacre_imc_im2col: every input of every patch of two frames, in the order and with
// the address of docs/tile.md, with idle cycles between; reset in mid-frame.
module nacre_imc_im2col_tb;
  parameter int Height   = 4;
  parameter int Width    = 4;
  parameter int Channels = 1;
  parameter int KernelV  = 2;
  parameter int KernelH  = 2;
  parameter int StrideV  = 1;
  parameter int StrideH  = 1;
  parameter int PaddingV = 0;
  parameter int PaddingH = 0;

  localparam int FrameSize = Height * Width * Channels;
  localparam int AddrWidth = (FrameSize > 1) ? $clog2(FrameSize) : 1;
  localparam int OutV      = (Height + 2 * PaddingV - KernelV) / StrideV + 1;
  localparam int OutH      = (Width + 2 * PaddingH - KernelH) / StrideH + 1;
  localparam int K         = KernelV * KernelH * Channels;

  logic clk = 1'b0, rst_n = 1'b1, step = 1'b0;
  logic [AddrWidth-1:0] address;
  logic inside_image, first_input, last_input, last_patch;
  integer failures = 0;

  nacre_imc_im2col #(
    .Height(Height), .Width(Width), .Channels(Channels), .KernelV(KernelV), .KernelH(KernelH),
    .StrideV(StrideV), .StrideH(StrideH), .PaddingV(PaddingV), .PaddingH(PaddingH)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .step_i(step), .address_o(address), .inside_o(inside_image),
    .first_input_o(first_input), .last_input_o(last_input), .last_patch_o(last_patch)
  );

  always #5 clk = !clk;

  task fail(input [8*24-1:0] what, input integer oy, input integer ox, input integer k);
    if (failures < 10) $display("FAIL %0s at (%0d, %0d), input %0d", what, oy, ox, k);
    failures = failures + 1;
  endtask

  task automatic check(input integer oy, input integer ox, input integer k);
    integer y, x;
    logic in_image;
    y = oy * StrideV + k / (KernelH * Channels) - PaddingV;
    x = ox * StrideH + (k / Channels) % KernelH - PaddingH;
    in_image = y >= 0 && y < Height && x >= 0 && x < Width;
    if (inside_image !== in_image) fail("inside", oy, ox, k);
    if (in_image && 32'(address) !== (y * Width + x) * Channels + k % Channels)
      fail("address", oy, ox, k);
    if (first_input !== (k == 0)) fail("first input", oy, ox, k);
    if (last_input !== (k == K - 1)) fail("last input", oy, ox, k);
    if (last_patch !== (oy == OutV - 1 && ox == OutH - 1)) fail("last patch", oy, ox, k);
  endtask

  task automatic frame(input integer idle, input integer inputs);
    integer oy, ox, k, left;
    left = inputs;
    for (oy = 0; oy < OutV; oy++)
      for (ox = 0; ox < OutH; ox++)
        for (k = 0; k < K; k++)
          if (left > 0) begin
            while (idle != 0 && $urandom % 3 == 0) begin
              check(oy, ox, k);
              @(negedge clk);
            end
            check(oy, ox, k);
            step = 1'b1;
            @(negedge clk);
            step = 1'b0;
            left = left - 1;
          end
  endtask

  task automatic do_reset;
    @(negedge clk) rst_n = 1'b0;
    repeat (2) @(negedge clk);
    rst_n = 1'b1;
    @(negedge clk);
  endtask

  initial begin
    repeat (2) @(negedge clk);
    do_reset;
    frame(0, OutV * OutH * K);
    frame(1, OutV * OutH * K);
    frame(0, (OutV * OutH * K + 1) / 2);
    do_reset;
    frame(0, OutV * OutH * K);
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
