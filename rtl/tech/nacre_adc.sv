`default_nettype none
/// Model of an analogue-to-digital converter behind a column multiplexer, sample-and-hold included;
/// a converter macro takes its place by name.
///
///   code = clip((current + offset + noise + 2^(sh-1)) >> sh, 0, 2^B - 1),   sh = 4 + AdcShift
///   code = clip(code + ((bow * code * (2^B - 1 - code) + 2^(2B+1)) >> (2 * B + 2)), 0, 2^B - 1)
///
/// Noise, offset and bow are deviations of standard deviation sigma / 16, by docs/device_random.md
/// a function of the column and, the noise, of the access.  A sigma of 0 leaves no logic.
///
/// The current is held from the cycle of `sample_i`.  Flash: converted in one cycle.  Successive
/// approximation: in AdcBits cycles, one bit a cycle, of which `decide_i` is the highest first.
/// `done_i` is the last cycle of a conversion (the next sample may be taken in it); code_o comes in
/// the cycle after and stays until the next conversion is done.
///
/// Contract: generator/src/kinds/imc_crossbar/README.md, "Reading".  Golden model:
/// sim/golden/imc_crossbar.
module nacre_adc #(
  /// Bits B of a code, 1 ... 10.
  parameter int AdcBits      = 8,
  /// A step of the code is 2^AdcShift level steps, 0 ... 12.
  parameter int AdcShift     = 0,
  /// 0: flash, 1: successive approximation.
  parameter bit Sar          = 1'b0,
  /// Columns behind the multiplexer, at least 1.
  parameter int NumColumns   = 1,
  /// The first of them, as the random numbers count: below 2^28.
  parameter int FirstColumn  = 0,
  /// Bits of a current (unsigned, 1/16 level step), 1 ... 30.
  parameter int CurrentWidth = 8,
  /// Standard deviations in 1/256 level step, 0 ... 1023: noise of each conversion, offset of each
  /// column, size of the bow.
  parameter int ReadNoise    = 0,
  parameter int Offset       = 0,
  parameter int Nonlinearity = 0,
  // Derived, not to be set.
  parameter int ColumnWidth  = (NumColumns > 1) ? $clog2(NumColumns) : 1
) (
  input  wire logic                    clk_i,
  input  wire logic [31:0]             seed_i,
  input  wire logic [31:0]             access_i,   ///< number of the read, with sample_i
  input  wire logic                    sample_i,
  input  wire logic [ColumnWidth-1:0]  column_i,   ///< among NumColumns, with sample_i
  input  wire logic [CurrentWidth-1:0] current_i,
  input  wire logic [AdcBits-1:0]      decide_i,   ///< one bit, or none; not used by a flash
  input  wire logic                    done_i,
  output logic      [AdcBits-1:0]      code_o
);

  localparam int B  = AdcBits;
  localparam int Sh = 4 + AdcShift;
  // With m = max(CurrentWidth, 16) the held value is above -512 and below 2^m + 2^15 + 512 <
  // 2^(m+1): offset and noise are at most 208 each, half a step is at most 2^15.
  localparam int HeldWidth = ((CurrentWidth > 16) ? CurrentWidth : 16) + 2;

  localparam logic signed [HeldWidth-1:0] Half   = HeldWidth'(1 << (Sh - 1));
  localparam logic [27:0]                 First  = 28'(FirstColumn);
  localparam logic [3:0]  PurposeNoise           = 4'd1;
  localparam logic [3:0]  PurposeOffset          = 4'd2;
  localparam logic [3:0]  PurposeNonlinearity    = 4'd3;

  if (B < 1 || B > 10 || AdcShift < 0 || AdcShift > 12 || NumColumns < 1 || FirstColumn < 0 ||
      CurrentWidth < 1 || CurrentWidth > 30 || ReadNoise < 0 || ReadNoise > 1023 || Offset < 0 ||
      Offset > 1023 || Nonlinearity < 0 || Nonlinearity > 1023) begin : gen_illegal
    nacre_error_adc_parameter_is_out_of_range u_error ();
  end

  // ---- Sample and hold ------------------------------------------------------------------------

  logic signed [8:0]           noise, offset;
  logic signed [HeldWidth-1:0] held_d, held_q;

  if (ReadNoise != 0) begin : gen_noise
    logic [31:0] column_number, number;
    wire unused_number = ^number[31:16];
    nacre_device_random u_column (
      .key_i   (seed_i),
      .block_i ({PurposeNoise, First + 28'(column_i)}),
      .number_o(column_number)
    );
    nacre_device_random u_access (
      .key_i   (column_number),
      .block_i (access_i),
      .number_o(number)
    );
    nacre_device_deviate u_deviate (
      .sigma_i    (10'(ReadNoise)),
      .number_i   (number[15:0]),
      .deviation_o(noise)
    );
  end else begin : gen_no_noise
    wire unused_access = ^access_i;
    assign noise = 9'sd0;
  end

  if (Offset != 0) begin : gen_offset
    logic [31:0] number;
    wire unused_number = ^number[31:16];
    nacre_device_random u_column (
      .key_i   (seed_i),
      .block_i ({PurposeOffset, First + 28'(column_i)}),
      .number_o(number)
    );
    nacre_device_deviate u_deviate (
      .sigma_i    (10'(Offset)),
      .number_i   (number[15:0]),
      .deviation_o(offset)
    );
  end else begin : gen_no_offset
    assign offset = 9'sd0;
  end

  assign held_d = HeldWidth'($signed({1'b0, current_i})) + HeldWidth'(offset) +
                  HeldWidth'(noise) + Half;
  nacre_register #(
    .Width(HeldWidth)
  ) u_held (
    .clk_i   (clk_i),
    .enable_i(sample_i),
    .d_i     (held_d),
    .q_o     (held_q)
  );

  // ---- Conversion -----------------------------------------------------------------------------

  logic signed [HeldWidth-1:0] steps;   // what is held, in steps of the code
  logic [B-1:0]                raw;     // with done_i: the code of a converter without bow
  logic [B-1:0]                code;

  assign steps = held_q >>> Sh;

  if (Sar) begin : gen_sar
    logic [B-1:0]         bits_d, bits_q, trial;
    logic                 above;
    assign trial  = bits_q | decide_i;
    assign above  = !steps[HeldWidth-1] && $unsigned(steps) >= HeldWidth'(trial);
    assign raw    = above ? trial : bits_q;
    assign bits_d = sample_i ? {B{1'b0}} : raw;
    nacre_register #(
      .Width(B)
    ) u_bits (
      .clk_i   (clk_i),
      .enable_i(sample_i || (|decide_i)),
      .d_i     (bits_d),
      .q_o     (bits_q)
    );
  end else begin : gen_flash
    wire unused_decide = ^decide_i;
    assign raw = steps[HeldWidth-1] ? {B{1'b0}}
               : (|steps[HeldWidth-2:B]) ? {B{1'b1}} : steps[B-1:0];
  end

  if (Nonlinearity != 0) begin : gen_bow
    // code * (2^B - 1 - code) <= 2^(2B-2): 2B - 1 bits.  |bow| <= 208, so their product has
    // 2B - 1 + 8 bits and a sign (52 * 2^(2B), so half a step more fits, too), and what remains
    // of it is in -13 ... 13.
    localparam int ProductWidth = 2 * B + 8;
    localparam logic signed [ProductWidth-1:0] HalfStep = ProductWidth'(1) << (2 * B + 1);
    localparam logic signed [11:0] CodeMax = 12'((1 << B) - 1);
    logic [31:0]                    number;
    logic [ColumnWidth-1:0]         column;
    logic signed [8:0]              bow;
    logic [B-1:0]                   rest;      // 2^B - 1 - code
    logic [2*B-1:0]                 parabola;
    logic signed [ProductWidth-1:0] product;
    logic signed [5:0]              change;
    // A code of 10 bits and 13 in 12 bits with sign.
    logic signed [11:0]             bowed;
    wire unused_bits = ^{number[31:16], product[2*B+1:0], parabola[2*B-1]};

    if (NumColumns > 1) begin : gen_column
      nacre_register #(
        .Width(ColumnWidth)
      ) u_column (
        .clk_i   (clk_i),
        .enable_i(sample_i),
        .d_i     (column_i),
        .q_o     (column)
      );
    end else begin : gen_one_column
      assign column = column_i;
    end
    nacre_device_random u_column_number (
      .key_i   (seed_i),
      .block_i ({PurposeNonlinearity, First + 28'(column)}),
      .number_o(number)
    );
    nacre_device_deviate u_deviate (
      .sigma_i    (10'(Nonlinearity)),
      .number_i   (number[15:0]),
      .deviation_o(bow)
    );
    assign rest     = ~raw;
    assign parabola = (2*B)'(raw) * (2*B)'(rest);
    assign product  = ProductWidth'(bow) * ProductWidth'($signed({1'b0, parabola[2*B-2:0]}))
                    + HalfStep;
    assign change   = product[ProductWidth-1 -: 6];
    assign bowed    = 12'($signed({1'b0, raw})) + 12'(change);
    assign code     = bowed[11] ? {B{1'b0}}
                    : (bowed > CodeMax) ? {B{1'b1}} : bowed[B-1:0];
  end else begin : gen_no_bow
    assign code = raw;
  end

  nacre_register #(
    .Width(B)
  ) u_code (
    .clk_i   (clk_i),
    .enable_i(done_i),
    .d_i     (code),
    .q_o     (code_o)
  );

  if (ReadNoise == 0 && Offset == 0 && Nonlinearity == 0) begin : gen_ideal
    wire unused_seed = ^{seed_i, First};
  end
  if (ReadNoise == 0 && Offset == 0 && (Nonlinearity == 0 || NumColumns > 1)) begin : gen_unused
    wire unused_column = ^column_i;
  end

endmodule
`default_nettype wire
