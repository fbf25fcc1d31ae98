`default_nettype none
/// Core of a stage of crossbar tiles (rtl/imc/README.md): a digit plane to the sums of its columns,
/// through a resistive crossbar, shared converters and calibration.
///
///   sum[n] = sum over groups, slices s, polarities t of (t ? -1 : 1) * v[q] << (c * s + AdcShift)
///   v[q]   = ((code[q] * gain[q] + 128) >> 8) - offset_correction[q]
///
/// negated in the last plane of signed inputs; weight column n, slice s, polarity t is physical
/// column q = (n * S + s) * P + t.  Word lines are read in groups of LinesPerRead, those without a
/// digit not at all (SkipZero); converter k converts columns k * ColumnsPerAdc + phase, one phase
/// after the other.  Three stages: a group is open and its phases are sampled; they are converted;
/// calibrated and added.  Cycle by cycle: generator/src/kinds/imc_crossbar/README.md, "Timing".
/// Golden model: sim/golden/imc_crossbar.
module nacre_imc_crossbar_core #(
  /// Word lines of a pass, 1 ... 65536, and of one tile.
  parameter int Rows            = 4,
  parameter int TileRows        = 4,
  /// Weight columns of a pass, at least 1.
  parameter int Columns         = 1,
  /// Bits of a weight: 1 ... 16, signed 2 ... 16.
  parameter int WeightBits      = 2,
  /// 1: differential pairs of columns.
  parameter bit WeightSigned    = 1'b1,
  /// Banks, at least 1.
  parameter int Banks           = 1,
  /// Bits of a digit: 1, 2 or 4.
  parameter int DigitBits       = 1,
  /// 1: a group of word lines without a digit is not read.
  parameter bit SkipZero        = 1'b1,
  /// Word lines of a group, 1 ... Rows.
  parameter int LinesPerRead    = 4,
  /// Neighbouring physical columns that share a converter.
  parameter int ColumnsPerAdc   = 1,
  /// Converter: 0 flash, 1 successive approximation; bits 1 ... 10; step in level steps, log2.
  parameter bit Sar             = 1'b0,
  parameter int AdcBits         = 8,
  parameter int AdcShift        = 0,
  /// Bits of a cell c, 1 ... 4, and its devices: see nacre_crossbar_array and nacre_adc.
  parameter int CellBits        = 1,
  parameter logic [(1<<CellBits)*(CellBits+5)-1:0] Levels = {6'd16, 6'd0},
  parameter logic [(1<<CellBits)*10-1:0]           Spread = 20'd0,
  parameter int StuckLow        = 0,
  parameter int StuckHigh       = 0,
  parameter int IrDrop          = 0,
  parameter int ReadNoise       = 0,
  parameter int AdcOffset       = 0,
  parameter int AdcNonlinearity = 0,
  /// Bits of what travels with a token, at least 1.
  parameter int TagWidth        = 1,
  // Derived, not to be set.
  parameter int Polarities      = WeightSigned ? 2 : 1,
  parameter int Slices          =
      (WeightBits - (WeightSigned ? 1 : 0) + CellBits - 1) / CellBits,
  // Physical columns, an even number.
  parameter int NumPhysical     = (Columns * Slices * Polarities + 1) / 2 * 2,
  parameter int NumGroups       = (Rows + LinesPerRead - 1) / LinesPerRead,
  parameter int NumAdcs         = (NumPhysical + ColumnsPerAdc - 1) / ColumnsPerAdc,
  parameter int BankWidth       = (Banks > 1) ? $clog2(Banks) : 1,
  parameter int RowWidth        = (Banks * Rows > 1) ? $clog2(Banks * Rows) : 1,
  parameter int PairWidth       = (NumPhysical > 2) ? $clog2(NumPhysical / 2) : 1,
  parameter int PhysicalWidth   = $clog2(NumPhysical),
  parameter int MemDepth        = Banks * NumGroups,
  parameter int MemAddrWidth    = (MemDepth > 1) ? $clog2(MemDepth) : 1,
  parameter int MemWidth        = LinesPerRead * NumPhysical * 16,
  parameter int MemChunks       = MemWidth / 32,
  // A calibrated code is in -127 ... MaxValue, that is 128 + (2^B - 1) * 1023 / 256: 128 is the
  // least correction subtracted, 127 the largest.
  parameter int MaxValue        = (((1 << AdcBits) - 1) * 1023 + 128) / 256 + 128,
  // Largest sum of the values of one weight column, taken once per slice, over all groups; times
  // the sum of 2^(c*s) it bounds the sum of a plane, sign and AdcShift apart.
  parameter int MaxSlice        = NumGroups * (MaxValue + (WeightSigned ? 127 : 0)),
  parameter int SliceWeights    = ((1 << (CellBits * Slices)) - 1) / ((1 << CellBits) - 1),
  parameter int PlaneWidth      = $clog2(64'(MaxSlice) * 64'(SliceWeights) + 64'd1) + 1,
  parameter int SumWidth        = PlaneWidth + AdcShift
) (
  input  wire logic                        clk_i,
  input  wire logic                        rst_ni,         ///< asynchronous, active low
  input  wire logic [31:0]                 seed_i,         ///< of the devices; while idle
  output logic      [31:0]                 read_number_o,  ///< of the next read of a group
  output logic                             read_o,         ///< pulse: a group has been read
  output logic                             busy_o,
  // Tokens
  input  wire logic                        plane_valid_i,
  output logic                             plane_ready_o,
  input  wire logic [Rows*DigitBits-1:0]   plane_i,
  input  wire logic                        plane_signed_i,
  input  wire logic [BankWidth-1:0]        plane_bank_i,
  input  wire logic                        plane_empty_i,
  input  wire logic [TagWidth-1:0]         plane_tag_i,
  // Sums
  output logic                             sum_valid_o,
  input  wire logic                        sum_ready_i,
  output logic      [Columns*SumWidth-1:0] sums_o,
  output logic      [TagWidth-1:0]         sum_tag_o,
  // Access to a pair of cells: held until its done
  input  wire logic                        cells_access_i,
  input  wire logic                        cells_write_i,
  input  wire logic [RowWidth-1:0]         cells_row_i,    ///< bank * Rows + word line
  input  wire logic [PairWidth-1:0]        cells_pair_i,
  input  wire logic [2*CellBits-1:0]       cells_levels_i,
  output logic                             cells_done_o,
  output logic      [31:0]                 cells_pair_o,   ///< conductances, with cells_done_o
  // Access to the calibration, in one cycle, while the core is not busy
  input  wire logic                        calibration_access_i,
  input  wire logic                        calibration_write_i,
  input  wire logic [PhysicalWidth-1:0]    calibration_row_i,   ///< held until the data is taken
  input  wire logic [17:0]                 calibration_wdata_i,
  output logic      [17:0]                 calibration_rdata_o, ///< in the cycle after
  // Conductances: Banks * NumGroups rows, one port
  output logic                             conductances_en_o,
  output logic                             conductances_we_o,
  output logic      [MemAddrWidth-1:0]     conductances_addr_o,
  output logic      [MemChunks-1:0]        conductances_wmask_o,
  output logic      [MemWidth-1:0]         conductances_wdata_o,
  input  wire logic [MemWidth-1:0]         conductances_rdata_i
);

  localparam int X            = ColumnsPerAdc;
  localparam int B            = AdcBits;
  localparam int GroupBits    = LinesPerRead * DigitBits;
  localparam int PaddedBits   = NumGroups * GroupBits;
  localparam int GroupWidth   = (NumGroups > 1) ? $clog2(NumGroups) : 1;
  localparam int PhaseWidth   = (X > 1) ? $clog2(X) : 1;
  localparam int CurrentWidth =
      $clog2(LinesPerRead * ((1 << DigitBits) - 1) * ((1 << (CellBits + 5)) - 1) + 1);
  // MaxValue < 2^(B+2) + 128, which is below 2^8 up to B = 5 and below 2^(B+3) from there on; the
  // least value is -127.
  localparam int ValueWidth   = ((B > 5) ? B : 5) + 4;
  localparam int CalibrationWidth = 18;

  localparam logic [PhaseWidth-1:0] LastPhase = PhaseWidth'(X - 1);

  if (Columns < 1 || WeightBits > 16 || Slices < 1 || X < 1 || X > NumPhysical || B < 1 ||
      B > 10 || TagWidth < 1) begin : gen_illegal
    nacre_error_imc_crossbar_core_parameter_is_out_of_range u_error ();
  end

  // ---- Stage 1: a group of word lines is open, its phases are sampled one after the other ------

  logic                  open_q;               // a token is here
  logic                  empty_q;              // it only passes through
  logic                  first_q;              // nothing of it has been sampled
  logic                  signed_q;
  logic [TagWidth-1:0]   tag_q;
  logic [NumGroups-1:0]  left_q;               // its groups after the open one
  logic [GroupBits-1:0]  digits_d, digits_q;   // of the open group
  logic [PhaseWidth-1:0] phase_q;

  logic                  stall;                // an access has the array
  logic                  advance;              // all three stages move
  logic                  converter_free;
  logic                  sample, last_phase, last_sample;
  logic                  take, next_group, select;
  logic [NumGroups-1:0]  loud;                 // groups of the token offered that are read
  logic [NumGroups-1:0]  candidates, chosen, left_d;
  logic [PaddedBits-1:0] plane, source;
  logic [BankWidth-1:0]  bank;
  logic [GroupWidth-1:0] group;

  assign advance       = !stall && (!sum_valid_o || sum_ready_i);
  assign sample        = open_q && converter_free && advance;
  assign last_phase    = empty_q || phase_q == LastPhase;
  assign last_sample   = last_phase && (empty_q || left_q == '0);
  assign plane_ready_o = advance && (!open_q || (converter_free && last_sample));
  assign take          = plane_valid_i && plane_ready_o;
  assign next_group    = sample && last_phase && !last_sample;
  assign select        = (take && !plane_empty_i) || next_group;

  // The lowest group that is left.
  assign candidates = take ? loud : left_q;
  assign left_d     = candidates & (candidates - NumGroups'(1));
  assign chosen     = candidates & ~left_d;
  assign group      = number_of(chosen);
  assign digits_d   = digits_of(chosen, source);

  // Functions, not processes: Icarus can evaluate a process that reads what it has written without
  // end, when its inputs come from another such process (nacre_imc_sequencer).
  function automatic logic [GroupWidth-1:0] number_of(input logic [NumGroups-1:0] one);
    number_of = '0;
    for (int g = 0; g < NumGroups; g++) begin
      if (one[g]) number_of = number_of | GroupWidth'(g);
    end
  endfunction
  function automatic logic [GroupBits-1:0] digits_of(input logic [NumGroups-1:0]  one,
                                                     input logic [PaddedBits-1:0] all);
    digits_of = '0;
    for (int g = 0; g < NumGroups; g++) begin
      if (one[g]) digits_of = digits_of | all[g*GroupBits +: GroupBits];
    end
  endfunction

  if (PaddedBits > Rows * DigitBits) begin : gen_padded
    assign plane = {{(PaddedBits - Rows*DigitBits){1'b0}}, plane_i};
  end else begin : gen_whole
    assign plane = plane_i;
  end
  for (genvar g = 0; g < NumGroups; g++) begin : gen_loud
    if (SkipZero) begin : gen_skip
      assign loud[g] = |plane[g*GroupBits +: GroupBits];
    end else begin : gen_all
      assign loud[g] = 1'b1;
    end
  end

  if (NumGroups > 1) begin : gen_later_groups
    logic [PaddedBits-1:0] plane_q;
    logic [BankWidth-1:0]  bank_q;
    nacre_register #(
      .Width(PaddedBits + BankWidth)
    ) u_plane (
      .clk_i   (clk_i),
      .enable_i(take && !plane_empty_i),
      .d_i     ({plane, plane_bank_i}),
      .q_o     ({plane_q, bank_q})
    );
    nacre_register #(
      .Width(NumGroups)
    ) u_left (
      .clk_i   (clk_i),
      .enable_i(select),
      .d_i     (left_d),
      .q_o     (left_q)
    );
    assign source = take ? plane : plane_q;
    assign bank   = take ? plane_bank_i : bank_q;
  end else begin : gen_one_group
    wire   unused_left = ^left_d;
    assign left_q = '0;
    assign source = plane;
    assign bank   = plane_bank_i;
  end

  nacre_register #(
    .Width(GroupBits)
  ) u_digits (
    .clk_i   (clk_i),
    .enable_i(select),
    .d_i     (digits_d),
    .q_o     (digits_q)
  );
  nacre_register #(
    .Width(TagWidth + 2)
  ) u_token (
    .clk_i   (clk_i),
    .enable_i(take),
    .d_i     ({plane_empty_i, plane_signed_i, plane_tag_i}),
    .q_o     ({empty_q, signed_q, tag_q})
  );
  if (X > 1) begin : gen_phase
    logic [PhaseWidth-1:0] phase_d;
    assign phase_d = (select || last_phase) ? PhaseWidth'(0) : phase_q + PhaseWidth'(1);
    nacre_register #(
      .Width(PhaseWidth)
    ) u_phase (
      .clk_i   (clk_i),
      .enable_i(select || (sample && !empty_q)),
      .d_i     (phase_d),
      .q_o     (phase_q)
    );
  end else begin : gen_no_phase
    assign phase_q = 1'b0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                             open_q <= 1'b0;
    else if (take || (sample && last_sample)) open_q <= take;
  end
  // Data only: set with each token.
  always_ff @(posedge clk_i) begin
    if (take)        first_q <= 1'b1;
    else if (sample) first_q <= 1'b0;
  end

  // Each read of a group has its number.
  assign read_o = sample && last_phase && !empty_q;
  nacre_register_reset #(
    .Width(32)
  ) u_read_number (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .enable_i(read_o),
    .d_i     (read_number_o + 32'd1),
    .q_o     (read_number_o)
  );

  logic                            drive;      // the open group is being sampled
  logic [GroupBits-1:0]            driven;
  logic [NumAdcs*CurrentWidth-1:0] currents;
  assign drive  = sample && !empty_q;
  // Silent where nobody looks: nothing behind it moves.
  assign driven = digits_q & {GroupBits{drive}};

  nacre_crossbar_array #(
    .Rows         (Rows),
    .TileRows     (TileRows),
    .Columns      (NumPhysical),
    .Banks        (Banks),
    .LinesPerRead (LinesPerRead),
    .DigitBits    (DigitBits),
    .ColumnsPerAdc(X),
    .CellBits     (CellBits),
    .Levels       (Levels),
    .Spread       (Spread),
    .StuckLow     (StuckLow),
    .StuckHigh    (StuckHigh),
    .IrDrop       (IrDrop)
  ) u_array (
    .clk_i      (clk_i),
    .rst_ni     (rst_ni),
    .seed_i     (seed_i),
    .access_i   (cells_access_i),
    .write_i    (cells_write_i),
    .row_i      (cells_row_i),
    .pair_i     (cells_pair_i),
    .levels_i   (cells_levels_i),
    .done_o     (cells_done_o),
    .pair_o     (cells_pair_o),
    .stall_o    (stall),
    .select_i   (select),
    .bank_i     (bank),
    .group_i    (group),
    .digits_i   (driven),
    .phase_i    (phase_q),
    .currents_o (currents),
    .mem_en_o   (conductances_en_o),
    .mem_we_o   (conductances_we_o),
    .mem_addr_o (conductances_addr_o),
    .mem_wmask_o(conductances_wmask_o),
    .mem_wdata_o(conductances_wdata_o),
    .mem_rdata_i(conductances_rdata_i)
  );

  // ---- Stage 2: what was sampled is converted -------------------------------------------------

  logic                  convert_q;            // a phase, or an empty token, is here
  logic                  convert_empty_q, convert_first_q, convert_last_q, convert_signed_q;
  logic [TagWidth-1:0]   convert_tag_q;
  logic [PhaseWidth-1:0] convert_phase_q;
  logic [B-1:0]          decide, decide_q;     // bit that is decided
  logic                  last_cycle, converted, done;
  logic [NumAdcs*B-1:0]  codes;

  assign converter_free = !convert_q || last_cycle;
  assign converted      = convert_q && last_cycle && advance;
  assign done           = converted && !convert_empty_q;

  if (Sar) begin : gen_sar
    localparam logic [B-1:0] HighestBit = B'(1 << (B - 1));
    logic [B-1:0] decide_d;
    assign last_cycle = convert_empty_q || decide_q[0];
    assign decide     = decide_q & {B{convert_q && advance && !convert_empty_q}};
    assign decide_d   = sample ? HighestBit : decide_q >> 1;
    nacre_register #(
      .Width(B)
    ) u_decide (
      .clk_i   (clk_i),
      .enable_i(advance && (sample || convert_q)),
      .d_i     (decide_d),
      .q_o     (decide_q)
    );
  end else begin : gen_flash
    assign last_cycle = 1'b1;
    assign decide_q   = '0;
    assign decide     = decide_q;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                  convert_q <= 1'b0;
    else if (sample || converted) convert_q <= sample;
  end
  nacre_register #(
    .Width(TagWidth + 4)
  ) u_convert (
    .clk_i   (clk_i),
    .enable_i(sample),
    .d_i     ({empty_q, first_q, last_sample, signed_q, tag_q}),
    .q_o     ({convert_empty_q, convert_first_q, convert_last_q, convert_signed_q, convert_tag_q})
  );

  for (genvar k = 0; k < NumAdcs; k++) begin : gen_adc
    nacre_adc #(
      .AdcBits     (B),
      .AdcShift    (AdcShift),
      .Sar         (Sar),
      .NumColumns  (X),
      .FirstColumn (k * X),
      .CurrentWidth(CurrentWidth),
      .ReadNoise   (ReadNoise),
      .Offset      (AdcOffset),
      .Nonlinearity(AdcNonlinearity)
    ) u_adc (
      .clk_i    (clk_i),
      .seed_i   (seed_i),
      .access_i (read_number_o),
      .sample_i (drive),
      .column_i (phase_q),
      .current_i(currents[k*CurrentWidth +: CurrentWidth]),
      .decide_i (decide),
      .done_i   (done),
      .code_o   (codes[k*B +: B])
    );
  end

  // ---- Stage 3: calibrated and added ----------------------------------------------------------

  logic                          add_q;        // codes, or an empty token, are here
  logic                          add_empty_q, add_first_q, add_last_q, add_signed_q;
  logic [TagWidth-1:0]           add_tag_q;
  logic [PhaseWidth-1:0]         add_phase_q;
  logic                          add;
  logic [NumAdcs*ValueWidth-1:0] values;
  logic [NumAdcs*CalibrationWidth-1:0] calibration;
  logic [Columns*PlaneWidth-1:0] sums_d, sums_q;

  if (X > 1) begin : gen_phases
    nacre_register #(
      .Width(PhaseWidth)
    ) u_convert_phase (
      .clk_i   (clk_i),
      .enable_i(drive),
      .d_i     (phase_q),
      .q_o     (convert_phase_q)
    );
    nacre_register #(
      .Width(PhaseWidth)
    ) u_add_phase (
      .clk_i   (clk_i),
      .enable_i(done),
      .d_i     (convert_phase_q),
      .q_o     (add_phase_q)
    );
  end else begin : gen_no_phases
    assign convert_phase_q = 1'b0;
    assign add_phase_q     = 1'b0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)      add_q <= 1'b0;
    else if (advance) add_q <= converted;
  end
  nacre_register #(
    .Width(TagWidth + 4)
  ) u_add (
    .clk_i   (clk_i),
    .enable_i(converted),
    .d_i     ({convert_empty_q, convert_first_q, convert_last_q, convert_signed_q, convert_tag_q}),
    .q_o     ({add_empty_q, add_first_q, add_last_q, add_signed_q, add_tag_q})
  );
  assign add = add_q && advance;

  // The calibration of a converter's columns, row = phase, is read as the codes come.
  for (genvar k = 0; k < NumAdcs; k++) begin : gen_calibration
    logic signed [31:0]          place;        // of the row that the bus means
    logic                        here;         // it is one of these
    logic                        we;
    logic [PhaseWidth-1:0]       row, bus_row;
    logic [CalibrationWidth-1:0] rdata;
    logic [9:0]                  gain;
    logic signed [7:0]           correction;
    // At most (2^B - 1) * 1023 + 128 < 2^(B+10).
    logic [B+9:0]                product;
    wire unused_product = ^product[7:0];

    assign place   = $signed(32'(calibration_row_i)) - k * X;
    assign here    = place >= 0 && place < X;
    assign bus_row = PhaseWidth'(place);
    assign we      = calibration_access_i && calibration_write_i && here;
    assign row     = done ? convert_phase_q : bus_row;
    nacre_mem_1rw #(
      .Width(CalibrationWidth),
      .Depth(X)
    ) u_memory (
      .clk_i  (clk_i),
      .en_i   (done || (calibration_access_i && here)),
      .we_i   (we),
      .addr_i (row),
      .wmask_i(1'b1),
      .wdata_i(calibration_wdata_i),
      .rdata_o(rdata)
    );
    assign calibration[k*CalibrationWidth +: CalibrationWidth]
        = rdata & {CalibrationWidth{here}};

    assign {correction, gain} = rdata;
    assign product = (B+10)'(codes[k*B +: B]) * (B+10)'(gain) + (B+10)'(128);
    assign values[k*ValueWidth +: ValueWidth]
        = ValueWidth'($signed({1'b0, product[B+9:8]})) - ValueWidth'(correction);
  end
  always_comb begin
    calibration_rdata_o = '0;
    for (int k = 0; k < NumAdcs; k++) begin
      calibration_rdata_o = calibration_rdata_o
                          | calibration[k*CalibrationWidth +: CalibrationWidth];
    end
  end

  // A converter has at most one column of this phase: its value goes to the slice and polarity
  // that column has, and the converters of a weight column are added.
  for (genvar n = 0; n < Columns; n++) begin : gen_column
    localparam int SP       = Slices * Polarities;
    localparam int FirstAdc = n * SP / X;
    localparam int LastAdc  = (n * SP + SP - 1) / X;
    logic signed [PlaneWidth-1:0] sum, shifted, start;
    logic                         negative;

    always_comb begin
      sum = '0;
      for (int k = FirstAdc; k <= LastAdc; k++) begin
        shifted  = '0;
        negative = 1'b0;
        for (int p = 0; p < X; p++) begin
          if (add_phase_q == PhaseWidth'(p) && k * X + p >= n * SP && k * X + p < (n + 1) * SP)
          begin
            shifted  = PlaneWidth'($signed(values[k*ValueWidth +: ValueWidth]))
                       <<< (CellBits * ((k * X + p - n * SP) / Polarities));
            negative = (Polarities == 2 && (k * X + p) % 2 == 1) != add_signed_q;
          end
        end
        sum = negative ? sum - shifted : sum + shifted;
      end
    end
    assign start = add_first_q ? '0 : $signed(sums_q[n*PlaneWidth +: PlaneWidth]);
    assign sums_d[n*PlaneWidth +: PlaneWidth] = start + sum;
    if (AdcShift > 0) begin : gen_shift
      assign sums_o[n*SumWidth +: SumWidth]
          = {sums_q[n*PlaneWidth +: PlaneWidth], {AdcShift{1'b0}}};
    end else begin : gen_no_shift
      assign sums_o[n*SumWidth +: SumWidth] = sums_q[n*PlaneWidth +: PlaneWidth];
    end
  end
  nacre_register #(
    .Width(Columns * PlaneWidth)
  ) u_sums (
    .clk_i   (clk_i),
    .enable_i(add && !add_empty_q),
    .d_i     (sums_d),
    .q_o     (sums_q)
  );
  nacre_register #(
    .Width(TagWidth)
  ) u_sum_tag (
    .clk_i   (clk_i),
    .enable_i(add && add_last_q),
    .d_i     (add_tag_q),
    .q_o     (sum_tag_o)
  );
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)          sum_valid_o <= 1'b0;
    else if (advance)     sum_valid_o <= add && add_last_q;
    else if (sum_ready_i) sum_valid_o <= 1'b0;
  end

  assign busy_o = open_q || convert_q || add_q || sum_valid_o;

`ifdef VERILATOR
  sum_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                sum_valid_o && !sum_ready_i |=> sum_valid_o && $stable(sums_o)
                                && $stable(sum_tag_o));
  plane_has_digits : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                      take && !plane_empty_i |-> loud != '0);
  calibration_when_idle : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                           calibration_access_i |-> !busy_o);
`endif

endmodule
`default_nettype wire
