`default_nettype none
// What docs/tile.md says of a frame's words and of a tile's counters, in plain integers, for
// testbenches: write weights, biases, scales, registers and values, then ask for a frame.
module nacre_tile_reference #(
  parameter int NumInputs        = 4,
  parameter int InputBits        = 4,
  parameter bit InputSigned      = 1'b0,
  parameter bit Convolution      = 1'b0,
  parameter int Height           = 2,
  parameter int Width            = 2,
  parameter int Channels         = 1,
  parameter int KernelV          = 1,
  parameter int KernelH          = 1,
  parameter int StrideV          = 1,
  parameter int StrideH          = 1,
  parameter int PaddingV         = 0,
  parameter int PaddingH         = 0,
  parameter int NumOutputs       = 4,
  parameter int Rows             = 4,
  parameter int Columns          = 2,
  parameter int WeightSets       = 1,
  parameter int DigitBits        = 1,
  parameter bit SkipZeroPlanes   = 1'b1,
  parameter int AccumulatorWidth = 16,
  parameter int BiasWidth        = 0,
  parameter bit Requantise       = 1'b0,
  parameter int OutputBits       = 8,
  parameter bit OutputSigned     = 1'b1,
  parameter int Rounding         = 1,
  parameter bit Relu             = 1'b0
) ();

  localparam int K            = Convolution ? KernelV * KernelH * Channels : NumInputs;
  localparam int PatchesV     = Convolution ? (Height + 2 * PaddingV - KernelV) / StrideV + 1 : 1;
  localparam int PatchesH     = Convolution ? (Width + 2 * PaddingH - KernelH) / StrideH + 1 : 1;
  localparam int NumPatches   = PatchesV * PatchesH;
  localparam int RowFolds     = (K + Rows - 1) / Rows;
  localparam int ColumnFolds  = (NumOutputs + Columns - 1) / Columns;
  localparam int SetBanks     = RowFolds * ColumnFolds;
  localparam int OutAddresses = NumOutputs * NumPatches;
  localparam int OutAddress   = (OutAddresses > 1) ? $clog2(OutAddresses) : 1;
  localparam int Payload      = Requantise ? OutputBits : AccumulatorWidth;
  localparam int OutWidth     = 3 + OutAddress + Payload;
  localparam int MaxWords     = 8 * (OutAddresses + 2);

  integer weight [0:WeightSets*K*NumOutputs-1];  // of set s, input k, output n at (s*K + k)*N + n
  integer bias   [0:NumOutputs-1];
  integer scale  [0:NumOutputs-1];
  integer value  [0:NumInputs-1];                // of the frame
  integer bits, shift, set;                      // registers p, shift and active set
  logic [OutWidth-1:0] expected [0:MaxWords-1];
  integer num_expected = 0;
  integer frames = 0, planes = 0, skipped = 0, loads = 0;

  // The input that value v stands for with p = bits.
  function automatic integer input_of(input integer v);
    integer x;
    x = v & ((1 << bits) - 1);
    if (InputSigned && ((x >> (bits - 1)) & 1) != 0) x = x - (1 << bits);
    input_of = x;
  endfunction

  function automatic integer input_at(input integer patch, input integer k);
    integer y, x, channel;
    if (!Convolution) begin
      input_at = input_of(value[k]);
    end else begin
      channel = k % Channels;
      x = (patch % PatchesH) * StrideH + (k / Channels) % KernelH - PaddingH;
      y = (patch / PatchesH) * StrideV + k / (Channels * KernelH) - PaddingV;
      if (x < 0 || x >= Width || y < 0 || y >= Height) input_at = 0;
      else input_at = input_of(value[(y * Width + x) * Channels + channel]);
    end
  endfunction

  function automatic logic [Payload-1:0] requantised(input logic signed [79:0] acc,
                                                     input integer n);
    logic signed [79:0] v, r, rest, half, highest;
    if (!Requantise) begin
      requantised = acc[Payload-1:0];
    end else begin
      v = acc * 80'($signed(scale[n]));
      r = v >>> shift;
      rest = v - (r <<< shift);
      half = (shift == 0) ? 80'sd1 : 80'sd1 <<< (shift - 1);
      if (Rounding == 1 && rest >= half) r = r + 80'sd1;
      if (Rounding == 2 && (rest > half || (rest == half && shift != 0 && r[0]))) r = r + 80'sd1;
      if (Relu && r < 80'sd0) r = 80'sd0;
      highest = (80'sd1 <<< (OutputSigned ? OutputBits - 1 : OutputBits)) - 80'sd1;
      if (r > highest) r = highest;
      if (OutputSigned && r < 80'sd0 - highest - 80'sd1) r = 80'sd0 - highest - 80'sd1;
      if (!OutputSigned && r < 80'sd0) r = 80'sd0;
      requantised = r[Payload-1:0];
    end
  endfunction

  task automatic expect_word(input logic [1:0] kind, input integer address,
                             input logic [Payload-1:0] payload);
    expected[num_expected] = {kind, 1'b0, OutAddress'(address), payload};
    num_expected = num_expected + 1;
  endtask

  task automatic expect_frame;
    integer patch, n, k, i, d, r, any, busy_planes, digits;
    logic signed [79:0] acc;
    digits = (bits + DigitBits - 1) / DigitBits;
    any = 0;
    for (patch = 0; patch < NumPatches; patch++) begin
      for (n = 0; n < NumOutputs; n++) begin
        acc = 80'($signed((BiasWidth > 0) ? bias[n] : 0));
        for (k = 0; k < K; k++)
          acc = acc + 80'($signed(input_at(patch, k)))
                    * 80'($signed(weight[(set * K + k) * NumOutputs + n]));
        expect_word(2'd2, patch * NumOutputs + n, requantised(acc, n));
      end
      for (i = 0; i < RowFolds; i++) begin
        busy_planes = 0;
        for (d = 0; d < digits; d++) begin
          r = 0;
          for (k = i * Rows; k < K && k < (i + 1) * Rows; k++)
            if (((input_at(patch, k) >>> (d * DigitBits)) & ((1 << DigitBits) - 1)) != 0) r = 1;
          if (r != 0 || !SkipZeroPlanes) busy_planes = busy_planes + 1;
        end
        planes = planes + busy_planes * ColumnFolds;
        skipped = skipped + (digits - busy_planes) * ColumnFolds;
        if (busy_planes > 0) begin
          if (SetBanks > 1) loads = loads + ColumnFolds;
          else any = 1;
        end
      end
    end
    loads = loads + any;
    frames = frames + 1;
  endtask

endmodule
`default_nettype wire
