`default_nettype none
/// Inputs of a convolution's patches in order (docs/tile.md, "Matrix"): for each output position
/// (oy, ox), for each kernel row dy and column dx, for each channel, the address
///
///   ((oy * StrideV + dy - PaddingV) * Width + ox * StrideH + dx - PaddingH) * Channels + channel
///
/// of the frame, or "outside". Each step_i goes on to the next input; behind the last one comes the
/// first one again. The outputs are those of the present input, from registers through comparators.
module nacre_imc_im2col #(
  /// Image: each at least 1.
  parameter int Height   = 4,
  parameter int Width    = 4,
  parameter int Channels = 1,
  /// Kernel, at least 1 and at most the padded image; vertical and horizontal.
  parameter int KernelV  = 2,
  parameter int KernelH  = 2,
  /// At least 1.
  parameter int StrideV  = 1,
  parameter int StrideH  = 1,
  /// Zeros around the image, at least 0.
  parameter int PaddingV = 0,
  parameter int PaddingH = 0,
  // Derived, not to be set.
  parameter int FrameSize = Height * Width * Channels,
  parameter int AddrWidth = (FrameSize > 1) ? $clog2(FrameSize) : 1
) (
  input  wire logic            clk_i,
  input  wire logic            rst_ni,         ///< asynchronous, active low
  input  wire logic            step_i,
  output logic [AddrWidth-1:0] address_o,      ///< below FrameSize when inside_o
  output logic                 inside_o,       ///< not in the padding
  output logic                 first_input_o,  ///< of a patch
  output logic                 last_input_o,   ///< of a patch
  output logic                 last_patch_o    ///< of the frame
);

  // Kernel rows and columns are counted in the padded image: rows 0 ... PaddedV-1.
  localparam int PaddedV = Height + 2 * PaddingV;
  localparam int PaddedH = Width + 2 * PaddingH;
  localparam int LastTop  = ((PaddedV - KernelV) / StrideV) * StrideV;  // top row of the last patch
  localparam int LastLeft = ((PaddedH - KernelH) / StrideH) * StrideH;
  localparam int TopWidth     = $clog2(PaddedV + 1);
  localparam int LeftWidth    = $clog2(PaddedH + 1);
  localparam int ChannelWidth = (Channels > 1) ? $clog2(Channels) : 1;
  localparam int RowWidth     = (KernelV > 1) ? $clog2(KernelV) : 1;
  localparam int ColumnWidth  = (KernelH > 1) ? $clog2(KernelH) : 1;

  // Addresses are counted modulo 2^AddrWidth >= FrameSize: those inside the image are exact, and
  // the others are not used. From the last input of a kernel row to the first of the next one:
  localparam int LineSize   = Width * Channels;
  localparam int NextLine   = LineSize - (KernelH * Channels - 1);
  localparam int NextPatch  = StrideH * Channels;
  localparam int NextPatches = StrideV * LineSize;
  localparam int Start      = 0 - (PaddingV * Width + PaddingH) * Channels;
  localparam logic [AddrWidth-1:0] StartAddress = AddrWidth'(Start);

  if (Height < 1 || Width < 1 || Channels < 1 || KernelV < 1 || KernelH < 1 || StrideV < 1
      || StrideH < 1 || PaddingV < 0 || PaddingH < 0 || KernelV > PaddedV || KernelH > PaddedH)
  begin : gen_illegal
    nacre_error_imc_im2col_parameter_is_out_of_range u_error ();
  end

  logic [ChannelWidth-1:0] channel_q;
  logic [ColumnWidth-1:0]  column_q;   // of the kernel
  logic [RowWidth-1:0]     row_q;
  logic [LeftWidth-1:0]    left_q;     // left column of the patch, in the padded image
  logic [TopWidth-1:0]     top_q;
  logic [AddrWidth-1:0]    address_q;  // of the present input
  logic [AddrWidth-1:0]    patch_q;    // of the patch's first input
  logic [AddrWidth-1:0]    patches_q;  // of the first input of the patches with this top row
  logic [AddrWidth-1:0]    patch_d, patches_d, address_d;
  logic                    last_channel, last_column, last_row, last_left, last_top;
  logic                    pixel_end, line_end, patch_end, patches_end;
  // At most PaddedV - 1, or PaddedH - 1.
  logic [TopWidth-1:0]     y, from_top;
  logic [LeftWidth-1:0]    x, from_left;

  assign last_channel = channel_q == ChannelWidth'(Channels - 1);
  assign last_column  = column_q == ColumnWidth'(KernelH - 1);
  assign last_row     = row_q == RowWidth'(KernelV - 1);
  assign last_left    = left_q == LeftWidth'(LastLeft);
  assign last_top     = top_q == TopWidth'(LastTop);

  assign y             = top_q + TopWidth'(row_q);
  assign x             = left_q + LeftWidth'(column_q);
  // Rows above the image wrap to numbers beyond it: 2^TopWidth > PaddedV, so 2^TopWidth - PaddingV
  // is greater than Height. Columns alike.
  assign from_top      = y - TopWidth'(PaddingV);
  assign from_left     = x - LeftWidth'(PaddingH);
  assign inside_o      = from_top < TopWidth'(Height) && from_left < LeftWidth'(Width);
  assign address_o     = address_q;
  assign first_input_o = channel_q == '0 && column_q == '0 && row_q == '0;
  assign last_input_o  = last_channel && last_column && last_row;
  assign last_patch_o  = last_left && last_top;

  assign pixel_end   = step_i && last_channel;
  assign line_end    = pixel_end && last_column;
  assign patch_end   = line_end && last_row;
  assign patches_end = patch_end && last_left;

  assign patches_d = last_top ? StartAddress : patches_q + AddrWidth'(NextPatches);
  assign patch_d   = last_left ? patches_d : patch_q + AddrWidth'(NextPatch);
  assign address_d = patch_end ? patch_d
                               : address_q + (line_end ? AddrWidth'(NextLine) : AddrWidth'(1));

  nacre_register_reset #(.Width(ChannelWidth)) u_channel (
    .clk_i(clk_i), .rst_ni(rst_ni), .enable_i(step_i),
    .d_i(last_channel ? ChannelWidth'(0) : channel_q + ChannelWidth'(1)), .q_o(channel_q)
  );
  nacre_register_reset #(.Width(ColumnWidth)) u_column (
    .clk_i(clk_i), .rst_ni(rst_ni), .enable_i(pixel_end),
    .d_i(last_column ? ColumnWidth'(0) : column_q + ColumnWidth'(1)), .q_o(column_q)
  );
  nacre_register_reset #(.Width(RowWidth)) u_row (
    .clk_i(clk_i), .rst_ni(rst_ni), .enable_i(line_end),
    .d_i(last_row ? RowWidth'(0) : row_q + RowWidth'(1)), .q_o(row_q)
  );
  nacre_register_reset #(.Width(LeftWidth)) u_left (
    .clk_i(clk_i), .rst_ni(rst_ni), .enable_i(patch_end),
    .d_i(last_left ? LeftWidth'(0) : left_q + LeftWidth'(StrideH)), .q_o(left_q)
  );
  nacre_register_reset #(.Width(TopWidth)) u_top (
    .clk_i(clk_i), .rst_ni(rst_ni), .enable_i(patches_end),
    .d_i(last_top ? TopWidth'(0) : top_q + TopWidth'(StrideV)), .q_o(top_q)
  );
  nacre_register_reset #(.Width(AddrWidth), .Reset(StartAddress)) u_address (
    .clk_i(clk_i), .rst_ni(rst_ni), .enable_i(step_i), .d_i(address_d), .q_o(address_q)
  );
  nacre_register_reset #(.Width(AddrWidth), .Reset(StartAddress)) u_patch (
    .clk_i(clk_i), .rst_ni(rst_ni), .enable_i(patch_end), .d_i(patch_d), .q_o(patch_q)
  );
  nacre_register_reset #(.Width(AddrWidth), .Reset(StartAddress)) u_patches (
    .clk_i(clk_i), .rst_ni(rst_ni), .enable_i(patches_end), .d_i(patches_d), .q_o(patches_q)
  );

endmodule
`default_nettype wire
