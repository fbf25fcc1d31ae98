`default_nettype none
// Random openings with reads of every mode, whole and cut pulses that lose ones, and loads, against
// nacre_mtj_reference in every cycle; then the accesses of each row once more in another order of
// rows: the bits must be those of the first time; then the end of the wear, set from outside.
module nacre_mtj_array_tb #(
  parameter int Rows          = 4,
  parameter int Bits          = 4,
  parameter int DevicesPerBit = 1,
  parameter int Level         = 0,
  parameter int ArrayIndex    = 0,
  parameter int FormingAmplitude = 0,
  parameter logic [63:0]        Persistent = 64'd0,
  parameter logic [63:0]        Transient  = 64'd0,
  parameter logic [128*32-1:0]  Switching  = {128{32'hffffffff}},
  parameter logic [31:0]        Disturb    = 32'd0,
  parameter logic [31:0]        Retention  = 32'd0,
  parameter logic [47:0]        C0         = 48'd0,
  parameter logic [47:0]        C1         = 48'd0,
  parameter logic [47:0]        C2         = 48'd0,
  parameter logic [47:0]        CT         = 48'd0,
  parameter logic [47:0]        CA         = 48'd0,
  parameter logic [47:0]        CX         = 48'd0,
  parameter logic signed [23:0] R0         = 24'sd0,
  parameter logic signed [23:0] R1         = 24'sd0,
  parameter logic signed [23:0] COffset    = 24'sd0,
  parameter logic signed [23:0] CNoise     = 24'sd0,
  parameter logic signed [23:0] CSelf      = 24'sd0,
  parameter logic signed [23:0] Delta      = 24'sd0
) ();

  localparam int D          = DevicesPerBit;
  localparam int NumDevices = Bits * D;
  localparam int RowWidth   = (Rows > 1) ? $clog2(Rows) : 1;
  localparam int NumReads   = 4;   // of a row, when orders are compared

  reg                   clk, wl, latch, direction, load;
  reg  [31:0]           seed, now;
  reg  [RowWidth-1:0]   row, load_row;
  reg  [1:0]            mode, amplitude;
  reg  [NumDevices-1:0] drive, load_state;
  wire [Bits-1:0]       q, meta;
  wire [NumDevices-1:0] state;
  wire [31:0]           wear;
  reg  [Bits-1:0]       first_bits [0:Rows*NumReads-1];
  integer               errors, at, length;
  bit                   sampled, answered;

  nacre_mtj_array #(
    .Rows(Rows), .Bits(Bits), .DevicesPerBit(DevicesPerBit), .Level(Level),
    .ArrayIndex(ArrayIndex), .FormingAmplitude(FormingAmplitude),
    .Persistent(Persistent), .Transient(Transient), .Switching(Switching), .Disturb(Disturb),
    .Retention(Retention), .C0(C0), .C1(C1), .C2(C2), .CT(CT), .CA(CA), .CX(CX), .R0(R0),
    .R1(R1), .COffset(COffset), .CNoise(CNoise), .CSelf(CSelf), .Delta(Delta)
  ) u_dut (
    .clk_i(clk), .seed_i(seed), .time_i(now), .wl_i(wl), .row_i(row), .latch_i(latch),
    .mode_i(mode), .q_o(q), .meta_o(meta), .drive_i(drive), .direction_i(direction),
    .amplitude_i(amplitude), .state_o(state), .wear_o(wear), .load_i(load),
    .load_row_i(load_row), .load_state_i(load_state)
  );
  nacre_mtj_reference #(
    .Rows(Rows), .Bits(Bits), .DevicesPerBit(DevicesPerBit), .Level(Level),
    .ArrayIndex(ArrayIndex), .FormingAmplitude(FormingAmplitude),
    .Persistent(Persistent), .Transient(Transient), .Switching(Switching), .Disturb(Disturb),
    .Retention(Retention), .C0(C0), .C1(C1), .C2(C2), .CT(CT), .CA(CA), .CX(CX), .R0(R0),
    .R1(R1), .COffset(COffset), .CNoise(CNoise), .CSelf(CSelf), .Delta(Delta)
  ) u_reference ();

  task fail(input integer what, input [63:0] expected, input [63:0] got);
    errors = errors + 1;
    if (errors < 10) $display("FAIL check %0d: expected %h, got %h", what, expected, got);
  endtask

  task tick;
    #1;  // clock gates open while the clock is low
    clk = 1'b1;
    #1;
    clk = 1'b0;
    #1;
  endtask

  function [NumDevices-1:0] any_devices(input integer unused);
    any_devices = NumDevices'({(NumDevices+31)/32{32'($random)}});
    for (int i = 0; i < NumDevices; i++) begin
      if ($unsigned($random) % 2 == 0) any_devices = any_devices ^ (NumDevices'(1) << i);
    end
  endfunction

  // The row as the pins show it, and the last read.
  task check;
    if (state !== u_reference.states[at]) fail(1, 64'(u_reference.states[at]), 64'(state));
    if (wear !== u_reference.wear[at]) fail(2, 64'(u_reference.wear[at]), 64'(wear));
    if (answered && q !== u_reference.q) fail(3, 64'(u_reference.q), 64'(q));
    if (answered && meta !== u_reference.meta) fail(4, 64'(u_reference.meta), 64'(meta));
  endtask

  task load_row_with(input integer to_row, input [NumDevices-1:0] to);
    u_reference.load(to_row, to);
    load       = 1'b1;
    load_row   = RowWidth'(to_row);
    load_state = to;
    tick;
    load       = 1'b0;
    load_row   = RowWidth'($random);
    load_state = any_devices(0);
  endtask

  // The pins that say nothing take any value.
  task idle(input integer cycles);
    for (int i = 0; i < cycles; i++) begin
      mode      = 2'($random);
      direction = 1'($random);
      amplitude = 2'($random);
      tick;
    end
  endtask

  task open(input integer to_row);
    at  = to_row;
    wl  = 1'b1;
    row = RowWidth'(to_row);
    tick;
    check;
  endtask

  task close(input integer cycles);
    wl  = 1'b0;
    row = RowWidth'($random);
    idle(cycles);
  endtask

  task read(input integer in_mode);
    latch = 1'b1;
    mode  = 2'(in_mode);
    tick;
    u_reference.read(at, in_mode);
    latch = 1'b0;
    if (in_mode == 1) sampled = 1'b1;
    else answered = 1'b1;
    check;
  endtask

  // At most `cycles` cycles; devices that have switched are let go when it terminates itself, any
  // devices otherwise. At its end the pulse is taken away, or the word line is.
  task pulse(input [NumDevices-1:0] devices, input bit to_direction, input [1:0] at_amplitude,
             input integer cycles, input integer style);
    drive     = devices;
    direction = to_direction;
    amplitude = at_amplitude;
    length    = 0;
    if (style == 1) drive = drive & (state ^ {NumDevices{to_direction}});
    while (length < cycles && drive != {NumDevices{1'b0}}) begin
      tick;
      if (length == 0) u_reference.begin_pulse(at);
      u_reference.pulse(at, drive, 32'(to_direction), 32'(at_amplitude));
      check;
      length = length + 1;
      if (style == 1) drive = drive & (state ^ {NumDevices{to_direction}});
      if (style == 2 && $unsigned($random) % 3 == 0) drive = drive & any_devices(0);
    end
    if (style == 3) begin
      wl = 1'b0;
      tick;
    end
    drive = {NumDevices{1'b0}};
    if (style != 3) begin
      tick;
      check;
    end
  endtask

  // The accesses of a row of which orders do not matter.
  task fixed_access(input integer of_row, input integer n);
    open(of_row);
    pulse({NumDevices{1'b1}} << (n % 2), 1'((of_row + n) % 2 == 1), 2'(n), n + 1, 0);
    read(0);
    if (q !== first_bits[of_row * NumReads + n]) begin
      fail(5, 64'(first_bits[of_row * NumReads + n]), 64'(q));
    end
    close(1);
  endtask

  initial begin
    errors     = 0;
    clk        = 1'b0;
    wl         = 1'b0;
    latch      = 1'b0;
    direction  = 1'b0;
    load       = 1'b0;
    mode       = 2'd0;
    amplitude  = 2'd0;
    drive      = {NumDevices{1'b0}};
    row        = {RowWidth{1'b0}};
    load_row   = {RowWidth{1'b0}};
    load_state = {NumDevices{1'b0}};
    sampled    = 1'b0;
    answered   = 1'b0;
    seed       = 32'h600df00d;
    now        = 32'hfffffff0;   // it wraps
    u_reference.seed = seed;
    u_reference.now  = now;
    idle(2);
    for (int r = 0; r < Rows; r++) load_row_with(r, any_devices(0));
    for (int n = 0; n < 150; n++) begin
      open($unsigned($random) % Rows);
      for (int i = $unsigned($random) % 4; i > 0 && wl; i--) begin
        now = now + $unsigned($random) % 4;
        u_reference.now = now;
        case ($unsigned($random) % 4)
          0: idle($unsigned($random) % 3);
          1: pulse(any_devices(0), 1'($random), 2'($random), 1 + $unsigned($random) % 20,
                   $unsigned($random) % 4);
          default: read((D == 2) ? 0 : sampled ? $unsigned($random) % 3 : $unsigned($random) % 2);
        endcase
        now = now + 32'(n % 16 == 15) * 32'd100;
        u_reference.now = now;
      end
      close(1 + $unsigned($random) % 2);
      if (n % 10 == 9) load_row_with($unsigned($random) % Rows, any_devices(0));
    end

    // Rows one after the other, then the other way round and interleaved.
    for (int r = 0; r < Rows; r++) load_row_with(r, {NumDevices{1'b1}});
    for (int r = 0; r < Rows; r++) begin
      for (int n = 0; n < NumReads; n++) begin
        open(r);
        pulse({NumDevices{1'b1}} << (n % 2), 1'((r + n) % 2 == 1), 2'(n), n + 1, 0);
        read(0);
        first_bits[r * NumReads + n] = q;
        close(1);
      end
    end
    for (int r = 0; r < Rows; r++) load_row_with(r, {NumDevices{1'b1}});
    for (int n = 0; n < NumReads; n++) begin
      for (int r = Rows - 1; r >= 0; r--) fixed_access(r, n);
    end

    // The last steps of the wear, which stays at its end.
    open(0);
    pulse({NumDevices{1'b1}}, 1'b0, 2'd3, 1, 0);
    u_dut.u_wear.q_o    = 32'hfffffffd;
    u_reference.wear[0] = 32'hfffffffd;
    for (int n = 0; n < 4; n++) begin
      pulse({NumDevices{1'b1}}, 1'(n % 2), 2'd3, 1, 0);
    end
    close(1);
    open(0);
    if (wear !== 32'hffffffff) fail(6, 64'hffffffff, 64'(wear));
    close(1);
    if (errors == 0) $display("PASS");
    $finish;
  end

endmodule
`default_nettype wire
