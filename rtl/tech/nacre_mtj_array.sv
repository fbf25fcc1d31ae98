`default_nettype none
/// Model of a magnetic (or resistive) memory array with its sense amplifiers and write drivers; the
/// foundry's macro takes its place by name.
///
/// A bit is one device (state 1 is the high resistance) or two, of which the second is in the state
/// of the bit and the first in the other.  Level 0: ideal.  Level 1: reads err with given
/// probabilities.  Level 2: the sense amplifier compares logarithms of resistances, with spread,
/// offset and noise.  From level 1 on: switching by chance, read disturb, retention.  Numbers are
/// drawn by docs/device_random.md from (seed_i, ArrayIndex, device, access number of its row).
///
/// The rows are a memory.  The first cycle of an opening reads one; accesses change its copy in
/// registers, and in the cycle after the opening a changed row is written back.  A read or a cycle
/// of a pulse takes one cycle.
///
/// Contract: docs/mtj_array.md.  Golden model: sim/golden/mtj_array.
module nacre_mtj_array #(
  /// Rows * Bits * DevicesPerBit is at most 2^28.
  parameter int Rows          = 4,
  /// Bits of a row, 1 ... 65536.
  parameter int Bits          = 4,
  /// 1 or 2.
  parameter int DevicesPerBit = 1,
  /// 0 ... 2.
  parameter int Level         = 0,
  /// Which one of a die's arrays; those of one index draw alike.
  parameter int ArrayIndex    = 0,
  /// 0: devices are as they come; else the least amplitude, 1 ... 3, of a pulse that forms a row.
  parameter int FormingAmplitude = 0,
  /// Level 1: probabilities of read errors in 2^-32, of a bit 0 and, in the high half, of a bit 1:
  /// of a cell for good, and of a read.
  parameter logic [63:0]        Persistent = 64'd0,
  parameter logic [63:0]        Transient  = 64'd0,
  /// Levels 1, 2: probability in 2^-32 that a device has switched in the cycles 1 ... n of a pulse:
  /// at 32 * (64 * direction + 16 * amplitude + n - 1), n = 1 ... 16.
  parameter logic [128*32-1:0]  Switching  = {128{32'hffffffff}},
  /// Levels 1, 2: probabilities in 2^-32 that a device in state 1 falls to 0 in a read, and that a
  /// device changes in a unit of time.
  parameter logic [31:0]        Disturb    = 32'd0,
  parameter logic [31:0]        Retention  = 32'd0,
  /// Level 2, logarithms of resistances in 2^-16; of state 0 and, in the high half, of state 1:
  /// nominal (|C0| < 2^22), slopes by resistance, TMR and transistor (|C1|, |CT|, |CA| < 2^17),
  /// square of the first and its product with the transistor's (|C2|, |CX| < 2^15).
  parameter logic [47:0]        C0         = 48'd0,
  parameter logic [47:0]        C1         = 48'd0,
  parameter logic [47:0]        C2         = 48'd0,
  parameter logic [47:0]        CT         = 48'd0,
  parameter logic [47:0]        CA         = 48'd0,
  parameter logic [47:0]        CX         = 48'd0,
  /// Reference and its spread, spread of the sense amplifiers, noise of a read, threshold of the
  /// self-referenced read, half the metastable zone.  |R0|, |CSelf| < 2^22; |R1|, |COffset|,
  /// |CNoise| < 2^17; 0 <= Delta < 2^22.
  parameter logic signed [23:0] R0         = 24'sd0,
  parameter logic signed [23:0] R1         = 24'sd0,
  parameter logic signed [23:0] COffset    = 24'sd0,
  parameter logic signed [23:0] CNoise     = 24'sd0,
  parameter logic signed [23:0] CSelf      = 24'sd0,
  parameter logic signed [23:0] Delta      = 24'sd0,
  // Derived, not to be set.
  parameter int RowWidth   = (Rows > 1) ? $clog2(Rows) : 1,
  parameter int NumDevices = Bits * DevicesPerBit
) (
  input  wire logic                  clk_i,
  // The die, and the present time: of the model
  input  wire logic [31:0]           seed_i,        ///< constant while rows are in use
  input  wire logic [31:0]           time_i,        ///< in units of the retention rate
  // Word line
  input  wire logic                  wl_i,
  input  wire logic [RowWidth-1:0]   row_i,         ///< below Rows; stable while wl_i is 1
  // Reading, from the second cycle of an opening on
  input  wire logic                  latch_i,
  input  wire logic [1:0]            mode_i,        ///< 0 normal, 1 sample, 2 against the sample
  output logic      [Bits-1:0]       q_o,           ///< of the last read of mode 0 or 2
  output logic      [Bits-1:0]       meta_o,        ///< bits decided in the metastable zone
  // Writing, from the second cycle of an opening on; the device of a bit at bit * DevicesPerBit
  input  wire logic [NumDevices-1:0] drive_i,       ///< may only lose ones during a pulse
  input  wire logic                  direction_i,   ///< the state aimed at
  input  wire logic [1:0]            amplitude_i,
  output logic      [NumDevices-1:0] state_o,       ///< from the second cycle of an opening on
  output logic      [31:0]           wear_o,        ///< pulses on the open row so far
  // Back door of the model: not while wl_i is 1, nor in the cycle after
  input  wire logic                  load_i,
  input  wire logic [RowWidth-1:0]   load_row_i,
  input  wire logic [NumDevices-1:0] load_state_i
);

  localparam int D       = DevicesPerBit;
  localparam bit Draws   = Level != 0;
  localparam bit Senses  = Level == 2;
  localparam bit Retains = Draws && Retention != 32'd0;
  localparam bit Forms   = FormingAmplitude != 0;
  // A row is {formed, stamp, access number, wear, states}, the first three where they are used.
  localparam int AccessLsb = NumDevices + 32;
  localparam int StampLsb  = AccessLsb + 32;
  localparam int MemWidth  =
      NumDevices + 32 + (Draws ? 32 : 0) + (Retains ? 32 : 0) + (Forms ? 1 : 0);
  localparam int NumChunks = (MemWidth + 31) / 32;

  // Purposes of random numbers.
  localparam logic [3:0] PurposeResistance = 4'd4;
  localparam logic [3:0] PurposeTmr        = 4'd5;
  localparam logic [3:0] PurposeTransistor = 4'd6;
  localparam logic [3:0] PurposePersistent = 4'd7;
  localparam logic [3:0] PurposeAmplifier  = 4'd8;
  localparam logic [3:0] PurposeReference  = 4'd9;
  localparam logic [3:0] PurposeRead       = 4'd10;
  localparam logic [3:0] PurposeSwitching  = 4'd11;
  localparam logic [3:0] PurposeRetention  = 4'd12;

  // -2^bits <= value < 2^bits.
  function automatic bit fits(input logic [23:0] value, input int bits);
    fits = (value >> bits) == 24'd0 || (~value >> bits) == 24'd0;
  endfunction
  function automatic bit both_fit(input logic [47:0] values, input int bits);
    both_fit = fits(values[23:0], bits) && fits(values[47:24], bits);
  endfunction

  if (Rows < 1 || Bits < 1 || Bits > 65536 || (D != 1 && D != 2) ||
      Rows > (1 << 28) / (Bits * D) || Level < 0 || Level > 2 || ArrayIndex < 0 ||
      FormingAmplitude < 0 || FormingAmplitude > 3 || !both_fit(C0, 22) ||
      !both_fit(C1, 17) || !both_fit(C2, 15) || !both_fit(CT, 17) || !both_fit(CA, 17) ||
      !both_fit(CX, 15) ||
      !fits(R0, 22) || !fits(R1, 17) || !fits(COffset, 17) || !fits(CNoise, 17) ||
      !fits(CSelf, 22) || !fits(Delta, 22) || Delta[23]) begin : gen_illegal
    nacre_error_mtj_array_parameter_is_out_of_range u_error ();
  end

  // ---- Opening, reads and pulses --------------------------------------------------------------

  logic open_q;      // the word line was on in the cycle before
  logic changed_q;   // the row's copy is in the registers, and is to be written back
  logic pulse_q;     // a pulse was in the cycle before
  logic read, pulse;
  logic access;      // the cycle of a read, or the first one of a pulse
  logic row_changes; // an access that leaves something in the row

  assign read        = wl_i && open_q && latch_i;
  assign pulse       = wl_i && open_q && (|drive_i);
  assign access      = read || (pulse && !pulse_q);
  assign row_changes = Draws ? access : (pulse && !pulse_q);

  always_ff @(posedge clk_i) begin
    open_q    <= wl_i;
    pulse_q   <= pulse;
    changed_q <= wl_i && open_q && (changed_q || row_changes);
  end

  // ---- Rows -----------------------------------------------------------------------------------

  logic [RowWidth-1:0]   row_q;      // the open row
  logic                  opens, closes;
  logic                  mem_we;
  logic [RowWidth-1:0]   mem_addr;
  logic [MemWidth-1:0]   mem_wdata, mem_rdata, row_wdata, load_wdata;
  logic [NumDevices-1:0] states, states_q;
  logic [31:0]           wear, wear_q;

  assign opens    = wl_i && !open_q;
  assign closes   = !wl_i && open_q && changed_q;
  assign mem_we   = closes || load_i;
  assign mem_addr = wl_i ? row_i : closes ? row_q : load_row_i;
  assign mem_wdata = closes ? row_wdata : load_wdata;

  nacre_register #(
    .Width(RowWidth)
  ) u_row (
    .clk_i   (clk_i),
    .enable_i(opens),
    .d_i     (row_i),
    .q_o     (row_q)
  );
  nacre_mem_1rw #(
    .Width(MemWidth),
    .Depth(Rows)
  ) u_rows (
    .clk_i  (clk_i),
    .en_i   (opens || mem_we),
    .we_i   (mem_we),
    .addr_i (mem_addr),
    .wmask_i({NumChunks{1'b1}}),
    .wdata_i(mem_wdata),
    .rdata_o(mem_rdata)
  );

  assign states  = changed_q ? states_q : mem_rdata[NumDevices-1:0];
  assign wear    = changed_q ? wear_q : mem_rdata[NumDevices +: 32];
  assign state_o = states;
  assign wear_o  = wear;

  nacre_register #(
    .Width(32)
  ) u_wear (
    .clk_i   (clk_i),
    .enable_i(row_changes),
    .d_i     (wear + 32'(pulse && wear != 32'hffffffff)),
    .q_o     (wear_q)
  );

  logic        was_formed;  // the row, before this cycle
  logic        acts;        // ... or by the pulse of this cycle: states may change
  logic [31:0] key;         // of the array's static numbers
  logic [31:0] number;      // of the access: what its draws are functions of
  logic [31:0] fades;       // threshold of retention, 0 but in the cycle of an access
  logic [31:0] switches;    // threshold of switching in a pulse, of disturb in a read

  if (Forms) begin : gen_forming
    logic formed_q;
    assign was_formed = changed_q ? formed_q : mem_rdata[MemWidth-1];
    assign acts       = was_formed || (pulse && 32'(amplitude_i) >= 32'(FormingAmplitude));
    nacre_register #(
      .Width(1)
    ) u_formed (
      .clk_i   (clk_i),
      .enable_i(row_changes),
      .d_i     (acts),
      .q_o     (formed_q)
    );
    assign row_wdata[MemWidth-1]  = formed_q;
    // All devices high: as a row is before its first pulse.
    assign load_wdata[MemWidth-1] = !(&load_state_i);
  end else begin : gen_formed
    assign was_formed = 1'b1;
    assign acts       = 1'b1;
  end

  if (Draws) begin : gen_number
    logic [31:0] key_d;
    nacre_device_random u_key (
      .key_i   (seed_i),
      .block_i (32'(ArrayIndex)),
      .number_o(key_d)
    );
    // In front of every draw, and there before the first one: those begin in an opening's second
    // cycle.
    nacre_register #(
      .Width(32)
    ) u_key_register (
      .clk_i   (clk_i),
      .enable_i(opens),
      .d_i     (key_d),
      .q_o     (key)
    );

    logic [31:0] accesses, accesses_q;   // so far
    logic [3:0]  cycle, cycle_q;         // of a pulse, from 0 to 15 and no further
    assign accesses = changed_q ? accesses_q : mem_rdata[AccessLsb +: 32];
    nacre_register #(
      .Width(32)
    ) u_accesses (
      .clk_i   (clk_i),
      .enable_i(access),
      .d_i     (accesses + 32'd1),
      .q_o     (accesses_q)
    );
    // A pulse has been counted after its first cycle.
    assign number = accesses - 32'(pulse && pulse_q);

    assign cycle  = pulse_q ? cycle_q : 4'd0;
    nacre_register #(
      .Width(4)
    ) u_cycle (
      .clk_i   (clk_i),
      .enable_i(pulse),
      .d_i     (cycle + 4'(cycle != 4'd15)),
      .q_o     (cycle_q)
    );
    assign switches = pulse ? Switching[32'({direction_i, amplitude_i, cycle})*32 +: 32] : Disturb;
    assign row_wdata[AccessLsb +: 32]  = accesses_q;
    assign load_wdata[AccessLsb +: 32] = 32'd0;
  end else begin : gen_ideal
    wire unused_draws = ^{seed_i, amplitude_i};
    assign key      = 32'd0;
    assign number   = 32'd0;
    assign switches = 32'd0;
  end

  if (Retains) begin : gen_retention
    logic [31:0] stamp, stamp_q, elapsed;
    logic [63:0] chance;
    assign stamp   = changed_q ? stamp_q : mem_rdata[StampLsb +: 32];
    nacre_register #(
      .Width(32)
    ) u_stamp (
      .clk_i   (clk_i),
      .enable_i(access),
      .d_i     (time_i),
      .q_o     (stamp_q)
    );
    // Below 2^32 * 2^32.
    assign elapsed = time_i - stamp;
    assign chance  = 64'(elapsed) * 64'(Retention);
    assign fades   = !(access && was_formed) ? 32'd0
                   : (|chance[63:31]) ? 32'h7fffffff : {1'b0, chance[30:0]};
    assign row_wdata[StampLsb +: 32]  = stamp_q;
    assign load_wdata[StampLsb +: 32] = time_i;
  end else begin : gen_no_retention
    wire unused_time = ^{time_i, was_formed};
    assign fades = 32'd0;
  end

  assign row_wdata[0 +: NumDevices]   = states_q;
  assign row_wdata[NumDevices +: 32]  = wear_q;
  assign load_wdata[0 +: NumDevices]  = load_state_i;
  assign load_wdata[NumDevices +: 32] = 32'd0;

  // ---- Devices --------------------------------------------------------------------------------

  // Below 2^28, as the number of devices is.
  logic [27:0] first_cell, first_device;
  assign first_cell   = 28'(row_q) * 28'(Bits);
  assign first_device = 28'(row_q) * 28'(NumDevices);

  // A coefficient times a normal number: below 2^17 * 1387 / 2^8 < 2^20.
  function automatic logic signed [25:0] scaled(input logic signed [23:0] c,
                                                input logic signed [11:0] z);
    logic signed [35:0] product;
    product = 36'(c) * 36'(z);
    scaled  = 26'(product >>> 8);
  endfunction

  // Logarithm of a resistance in 2^-16.  The three slopes add up to less than 3 * 2^17 * 1387 <
  // 0.51 * 2^30.  The curve is below 2 * 2^15 * 1387 < 2^27, its product below 2^37, and below
  // 0.47 * 2^30 after the shift.  So is the sum below 2^30 in amount, what remains of it below
  // 3.87 * 2^20, and the result, with |C0| <= 4 * 2^20, below 7.87 * 2^20 < 2^23.
  function automatic logic signed [25:0] resistance(input logic state,
                                                    input logic signed [11:0] by_resistance,
                                                    input logic signed [11:0] by_tmr,
                                                    input logic signed [11:0] by_transistor);
    logic signed [23:0] nominal, c1, c2, ct, ca, cx;
    logic signed [27:0] curve;
    logic signed [37:0] product;
    logic signed [31:0] sum;
    nominal = state ? C0[47:24] : C0[23:0];
    c1      = state ? C1[47:24] : C1[23:0];
    c2      = state ? C2[47:24] : C2[23:0];
    ct      = state ? CT[47:24] : CT[23:0];
    ca      = state ? CA[47:24] : CA[23:0];
    cx      = state ? CX[47:24] : CX[23:0];
    curve   = 28'(c2) * 28'(by_resistance) + 28'(cx) * 28'(by_transistor);
    product = 38'(curve) * 38'(by_resistance);
    sum     = 32'(c1) * 32'(by_resistance) + 32'(ct) * 32'(by_tmr) + 32'(ca) * 32'(by_transistor)
            + 32'(product >>> 8);
    resistance = 26'(nominal) + 26'(sum >>> 8);
  endfunction

  // What a sense amplifier sees, M of the contract.  Largest in mode 2: what is held is below
  // (7.87 + 0.68) * 2^20 in amount, the resistance below 7.87 * 2^20, CSelf 4 * 2^20, offset and
  // noise 0.68 * 2^20 each: together below 2^25.
  function automatic logic signed [25:0] margin(input logic               compares,
                                                input logic signed [25:0] held,
                                                input logic signed [25:0] first,  // device 0
                                                input logic signed [25:0] last,   // device D - 1
                                                input logic signed [25:0] spread, // of R0
                                                input logic signed [25:0] offset,
                                                input logic signed [25:0] noise);
    logic signed [25:0] ideal;
    if (D == 2)        ideal = last - first;
    else if (compares) ideal = held - last - 26'(CSelf);
    else               ideal = last - 26'(R0) - spread;
    margin = ideal + offset + noise;
  endfunction
  function automatic logic metastable(input logic signed [25:0] sensed);
    metastable = (sensed[25] ? 26'sd0 - sensed : sensed) < 26'(Delta);
  endfunction

  localparam int HeldWidth = Senses ? 26 : 1;   // of a bit
  logic [Bits*HeldWidth-1:0] held_q;            // by a read of mode 1

`ifdef VERILATOR
  // What is below in loops, and only in the cycles of reads and pulses: draws are most of the work.
  logic        [31:0] unused_random;
  logic signed [11:0] unused_gauss;
  nacre_device_random u_random (
    .key_i   (32'd0),
    .block_i (32'd0),
    .number_o(unused_random)
  );
  nacre_device_gauss u_gauss (
    .number_i(32'd0),
    .z_o     (unused_gauss)
  );

  function automatic logic [31:0] of_die(input logic [3:0] purpose, input logic [27:0] index);
    of_die = u_random.mix(key, {purpose, index});
  endfunction
  function automatic logic [31:0] of_access(input logic [3:0] purpose, input logic [27:0] index);
    of_access = u_random.mix(of_die(purpose, index), number);
  endfunction
  function automatic logic signed [25:0] resistance_of(input logic        state,
                                                       input logic [27:0] index);
    resistance_of = resistance(state, u_gauss.gauss(of_die(PurposeResistance, index)),
                               u_gauss.gauss(of_die(PurposeTmr, index)),
                               u_gauss.gauss(of_die(PurposeTransistor, index)));
  endfunction

  function automatic logic happens(input logic [31:0] draw, input logic [31:0] threshold);
    happens = draw < threshold;
  endfunction

  always_ff @(posedge clk_i) begin
    if (read || pulse) begin : operate
      logic [NumDevices-1:0]     row;
      logic [Bits-1:0]           bits, meta;
      logic [Bits*HeldWidth-1:0] held;
      logic [27:0]               cell_index, device_index;
      logic [31:0]               draw;
      logic signed [25:0]        first, last, offset, noise, spread, sensed;
      logic                      state;
      row = states;
      if (fades != 32'd0) begin
        for (int e = 0; e < NumDevices; e++) begin
          if (happens(of_access(PurposeRetention, first_device + 28'(e)), fades)) row[e] = !row[e];
        end
      end
      if (read) begin
        bits = {Bits{1'b0}};
        meta = {Bits{1'b0}};
        held = held_q;
        for (int b = 0; b < Bits; b++) begin
          state        = row[b*D+D-1];
          cell_index   = first_cell + 28'(b);
          device_index = first_device + 28'(b*D);
          if (Senses) begin
            draw    = of_access(PurposeRead, cell_index);
            first   = (D == 2) ? resistance_of(row[b*D], device_index) : 26'sd0;
            last    = resistance_of(state, device_index + 28'(D - 1));
            spread  = (D == 2) ? 26'sd0
                    : scaled(R1, u_gauss.gauss(of_die(PurposeReference, 28'(b))));
            offset  = scaled(COffset, u_gauss.gauss(of_die(PurposeAmplifier, 28'(b))));
            noise   = scaled(CNoise, u_gauss.gauss(draw));
            sensed  = margin(mode_i[1], 26'($signed(held[b*HeldWidth +: HeldWidth])), first, last,
                             spread, offset, noise);
            meta[b] = metastable(sensed);
            bits[b] = meta[b] ? draw[0] : sensed > 26'sd0;
            if (mode_i[0]) held[b*HeldWidth +: HeldWidth] = HeldWidth'(last + noise);
          end else begin
            bits[b] = state;
            if (Draws && Persistent != 64'd0) begin
              if (happens(of_die(PurposePersistent, cell_index),
                          state ? Persistent[63:32] : Persistent[31:0])) bits[b] = !bits[b];
            end
            if (Draws && Transient != 64'd0) begin
              if (happens(of_access(PurposeRead, cell_index),
                          state ? Transient[63:32] : Transient[31:0])) bits[b] = !bits[b];
            end
            if (mode_i[0]) held[b] = bits[b];
            if (mode_i[1]) bits[b] = held[b];
          end
        end
        if (mode_i[0]) begin
          held_q <= held;
        end else begin
          q_o    <= bits;
          meta_o <= meta;
        end
      end
      for (int e = 0; e < NumDevices; e++) begin
        if (pulse ? (drive_i[e] && row[e] != direction_i) : (row[e] && Disturb != 32'd0)) begin
          if (acts && (Draws ? happens(of_access(PurposeSwitching, first_device + 28'(e)), switches)
                             : pulse)) begin
            row[e] = !row[e];
          end
        end
      end
      states_q <= row;
    end
  end
`else
  logic [NumDevices-1:0]     kept;       // states after retention
  logic [NumDevices-1:0]     states_d;
  logic [Bits-1:0]           bits, meta;
  logic [Bits*HeldWidth-1:0] held_d;

  for (genvar e = 0; e < NumDevices; e++) begin : gen_device
    logic [27:0] device_index;
    logic        switched;
    assign device_index = first_device + 28'(e);

    if (Draws) begin : gen_switching
      logic [31:0] of_device, draw;
      nacre_device_random u_device (
        .key_i   (key),
        .block_i ({PurposeSwitching, device_index}),
        .number_o(of_device)
      );
      nacre_device_random u_draw (
        .key_i   (of_device),
        .block_i (number),
        .number_o(draw)
      );
      assign switched = acts && draw < switches;
    end else begin : gen_ideal
      wire unused_index = ^device_index;
      assign switched = acts && pulse;
    end

    if (Retains) begin : gen_retention
      logic [31:0] of_device, draw;
      nacre_device_random u_device (
        .key_i   (key),
        .block_i ({PurposeRetention, device_index}),
        .number_o(of_device)
      );
      nacre_device_random u_draw (
        .key_i   (of_device),
        .block_i (number),
        .number_o(draw)
      );
      assign kept[e] = states[e] ^ (draw < fades);
    end else begin : gen_no_retention
      assign kept[e] = states[e];
    end

    assign states_d[e] = !switched ? kept[e] : pulse ? (drive_i[e] ? direction_i : kept[e]) : 1'b0;
  end

  for (genvar b = 0; b < Bits; b++) begin : gen_bit
    logic [27:0] cell_index;
    logic        state, wrong_for_good, wrong;
    assign cell_index = first_cell + 28'(b);
    assign state      = kept[b*D+D-1];

    if (Senses) begin : gen_sense
      logic [31:0]        of_cell, draw, amplifier;
      logic signed [11:0] z_amplifier, z_noise;
      logic signed [25:0] spread, offset, noise, sensed;
      logic [D*26-1:0]    logarithms;      // of the devices' resistances
      wire unused_errors = ^{wrong_for_good, wrong};
      assign wrong_for_good = 1'b0;
      assign wrong          = 1'b0;

      for (genvar d = 0; d < D; d++) begin : gen_resistance
        logic [27:0]        device_index;
        logic [31:0]        by_resistance, by_tmr, by_transistor;
        logic signed [11:0] z_resistance, z_tmr, z_transistor;
        assign device_index = first_device + 28'(b*D + d);
        nacre_device_random u_resistance (
          .key_i   (key),
          .block_i ({PurposeResistance, device_index}),
          .number_o(by_resistance)
        );
        nacre_device_random u_tmr (
          .key_i   (key),
          .block_i ({PurposeTmr, device_index}),
          .number_o(by_tmr)
        );
        nacre_device_random u_transistor (
          .key_i   (key),
          .block_i ({PurposeTransistor, device_index}),
          .number_o(by_transistor)
        );
        nacre_device_gauss u_z_resistance (
          .number_i(by_resistance),
          .z_o     (z_resistance)
        );
        nacre_device_gauss u_z_tmr (
          .number_i(by_tmr),
          .z_o     (z_tmr)
        );
        nacre_device_gauss u_z_transistor (
          .number_i(by_transistor),
          .z_o     (z_transistor)
        );
        assign logarithms[d*26 +: 26]
            = resistance(kept[b*D+d], z_resistance, z_tmr, z_transistor);
      end

      if (D == 1) begin : gen_reference
        logic [31:0]        reference;
        logic signed [11:0] z_reference;
        nacre_device_random u_reference (
          .key_i   (key),
          .block_i ({PurposeReference, 28'(b)}),
          .number_o(reference)
        );
        nacre_device_gauss u_z_reference (
          .number_i(reference),
          .z_o     (z_reference)
        );
        assign spread = scaled(R1, z_reference);
      end else begin : gen_no_reference
        assign spread = 26'sd0;
      end

      nacre_device_random u_amplifier (
        .key_i   (key),
        .block_i ({PurposeAmplifier, 28'(b)}),
        .number_o(amplifier)
      );
      nacre_device_gauss u_z_amplifier (
        .number_i(amplifier),
        .z_o     (z_amplifier)
      );
      nacre_device_random u_cell (
        .key_i   (key),
        .block_i ({PurposeRead, cell_index}),
        .number_o(of_cell)
      );
      nacre_device_random u_draw (
        .key_i   (of_cell),
        .block_i (number),
        .number_o(draw)
      );
      nacre_device_gauss u_z_noise (
        .number_i(draw),
        .z_o     (z_noise)
      );
      assign offset  = scaled(COffset, z_amplifier);
      assign noise   = scaled(CNoise, z_noise);
      assign sensed  = margin(mode_i[1], $signed(held_q[b*HeldWidth +: HeldWidth]),
                              $signed(logarithms[25:0]), $signed(logarithms[(D-1)*26 +: 26]),
                              spread, offset, noise);
      assign meta[b] = metastable(sensed);
      assign bits[b] = meta[b] ? draw[0] : sensed > 26'sd0;
      assign held_d[b*HeldWidth +: HeldWidth] = logarithms[(D-1)*26 +: 26] + noise;
    end else begin : gen_rates
      if (Draws && Persistent != 64'd0) begin : gen_persistent
        logic [31:0] of_cell;
        nacre_device_random u_cell (
          .key_i   (key),
          .block_i ({PurposePersistent, cell_index}),
          .number_o(of_cell)
        );
        assign wrong_for_good = of_cell < (state ? Persistent[63:32] : Persistent[31:0]);
      end else begin : gen_no_persistent
        assign wrong_for_good = 1'b0;
      end
      if (Draws && Transient != 64'd0) begin : gen_transient
        logic [31:0] of_cell, draw;
        nacre_device_random u_cell (
          .key_i   (key),
          .block_i ({PurposeRead, cell_index}),
          .number_o(of_cell)
        );
        nacre_device_random u_draw (
          .key_i   (of_cell),
          .block_i (number),
          .number_o(draw)
        );
        assign wrong = draw < (state ? Transient[63:32] : Transient[31:0]);
      end else begin : gen_no_transient
        assign wrong = 1'b0;
      end
      assign held_d[b] = state ^ wrong_for_good ^ wrong;
      assign bits[b]   = (D == 1 && mode_i[1]) ? held_q[b] : held_d[b];
      assign meta[b]   = 1'b0;
    end
  end

  if (D == 1) begin : gen_samples
    nacre_register #(
      .Width(Bits * HeldWidth)
    ) u_held (
      .clk_i   (clk_i),
      .enable_i(read && mode_i[0]),
      .d_i     (held_d),
      .q_o     (held_q)
    );
  end else begin : gen_no_samples
    wire unused_samples = ^{held_d, mode_i[1]};
    assign held_q = {Bits*HeldWidth{1'b0}};
  end

  if (Senses) begin : gen_meta
    nacre_register #(
      .Width(Bits)
    ) u_meta (
      .clk_i   (clk_i),
      .enable_i(read && !mode_i[0]),
      .d_i     (meta),
      .q_o     (meta_o)
    );
  end else begin : gen_no_meta
    assign meta_o = meta;
  end
  nacre_register #(
    .Width(Bits)
  ) u_bits (
    .clk_i   (clk_i),
    .enable_i(read && !mode_i[0]),
    .d_i     (bits),
    .q_o     (q_o)
  );
  nacre_register #(
    .Width(NumDevices)
  ) u_states (
    .clk_i   (clk_i),
    .enable_i(pulse || row_changes),
    .d_i     (states_d),
    .q_o     (states_q)
  );
`endif

`ifdef VERILATOR
  row_stable : assert property (@(posedge clk_i) wl_i && open_q |-> row_i == row_q);
  row_exists : assert property (@(posedge clk_i) wl_i |-> 32'(row_i) < Rows);
  load_row_exists : assert property (@(posedge clk_i) load_i |-> 32'(load_row_i) < Rows);
  load_while_closed : assert property (@(posedge clk_i) load_i |-> !wl_i && !open_q);
  read_in_opening : assert property (@(posedge clk_i) latch_i |-> wl_i && open_q);
  no_read_after_pulse : assert property (@(posedge clk_i) pulse_q |-> !latch_i);
  mode_exists : assert property (@(posedge clk_i) latch_i |-> mode_i < ((D == 1) ? 2'd3 : 2'd1));
  // No properties: Verilator 5.006 writes wrong C++ where one samples 2048 bits or more.
  logic [NumDevices-1:0] drive_q;
  logic [2:0]            aim_q;
  always_ff @(posedge clk_i) begin
    drive_q <= drive_i;
    aim_q   <= {direction_i, amplitude_i};
    pulse_in_opening : assert (!(|drive_i) || pulse_q || (wl_i && open_q));
    no_read_in_pulse : assert (!(|drive_i) || !latch_i);
    drive_loses_ones : assert (!(pulse && pulse_q) || !(|(drive_i & ~drive_q)));
    pulse_constant   : assert (!(pulse && pulse_q) || {direction_i, amplitude_i} == aim_q);
  end
`endif

endmodule
`default_nettype wire
