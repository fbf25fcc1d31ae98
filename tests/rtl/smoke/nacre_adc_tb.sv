`default_nettype none
// Random currents of random columns, back to back and with pauses, against the formula of the
// contract in 64-bit integers; the random numbers come from nacre_device_random and real arithmetic.
module nacre_adc_tb #(
  parameter int AdcBits      = 8,
  parameter int AdcShift     = 0,
  parameter int Sar          = 0,
  parameter int NumColumns   = 1,
  parameter int FirstColumn  = 0,
  parameter int CurrentWidth = 8,
  parameter int ReadNoise    = 0,
  parameter int Offset       = 0,
  parameter int Nonlinearity = 0
) ();

  localparam int ColumnWidth   = (NumColumns > 1) ? $clog2(NumColumns) : 1;
  localparam int NumConversions = 400;
  localparam int Cycles        = Sar ? AdcBits : 1;

  reg                     clk, sample, done;
  reg  [31:0]             seed, access;
  reg  [ColumnWidth-1:0]  column;
  reg  [CurrentWidth-1:0] current;
  reg  [AdcBits-1:0]      decide;
  wire [AdcBits-1:0]      code;
  reg  [31:0]             key, block;
  wire [31:0]             number;
  integer                 errors, low, high, inner;
  longint                 expected, next_expected;

  nacre_adc #(
    .AdcBits(AdcBits), .AdcShift(AdcShift), .Sar(Sar), .NumColumns(NumColumns),
    .FirstColumn(FirstColumn), .CurrentWidth(CurrentWidth), .ReadNoise(ReadNoise), .Offset(Offset),
    .Nonlinearity(Nonlinearity)
  ) u_dut (
    .clk_i(clk), .seed_i(seed), .access_i(access), .sample_i(sample), .column_i(column),
    .current_i(current), .decide_i(decide), .done_i(done), .code_o(code)
  );
  nacre_device_random u_random (.key_i(key), .block_i(block), .number_o(number));

  // The deviation of a number, by real arithmetic.
  function longint deviate(input integer sigma, input [31:0] from);
    integer z;
    z = 32'(from[3:0]) + 32'(from[7:4]) + 32'(from[11:8]) + 32'(from[15:12]) - 30;
    deviate = $rtoi((1.0 * sigma * z * 111.0) / 16384.0 + 1000.5) - 1000;
  endfunction

  // The code of the current that is to be sampled now: next_expected.
  task predict;
    longint noise, offset, bow, value, most;
    most  = (64'd1 << AdcBits) - 1;
    key   = seed;
    block = {4'd1, 28'(FirstColumn + 32'(column))};
    #1;
    key   = number;
    block = access;
    #1;
    noise = deviate(ReadNoise, number);
    key   = seed;
    block = {4'd2, 28'(FirstColumn + 32'(column))};
    #1;
    offset = deviate(Offset, number);
    block  = {4'd3, 28'(FirstColumn + 32'(column))};
    #1;
    bow   = deviate(Nonlinearity, number);
    value = 64'(current) + noise + offset + (64'sd1 << (3 + AdcShift));
    value = value >>> (4 + AdcShift);
    value = (value < 0) ? 0 : (value > most) ? most : value;
    value = value + ((bow * value * (most - value) + (64'sd1 << (2 * AdcBits + 1)))
                     >>> (2 * AdcBits + 2));
    value = (value < 0) ? 0 : (value > most) ? most : value;
    next_expected = value;
  endtask

  task tick;
    #1;  // clock gates open while the clock is low
    clk = 1'b1;
    #1;
    clk = 1'b0;
    #1;
  endtask

  initial begin
    errors = 0;
    low    = 0;
    high   = 0;
    inner  = 0;
    clk    = 1'b0;
    sample = 1'b0;
    done   = 1'b0;
    decide = {AdcBits{1'b0}};
    seed   = $random;
    expected = -1;
    #1;
    for (int n = 0; n < NumConversions; n++) begin
      access  = $random;
      column  = ColumnWidth'($unsigned($random) % NumColumns);
      // Both ends of the range, what is near the converter's, and anything.
      current = CurrentWidth'($random);
      if (n % 8 == 1) current = {CurrentWidth{1'b0}};
      if (n % 8 == 2) current = {CurrentWidth{1'b1}};
      if (n % 8 >= 5 && CurrentWidth > AdcBits + AdcShift + 4) begin
        current = CurrentWidth'($unsigned($random) % (32'd1 << (AdcBits + AdcShift + 4)));
      end
      predict;
      sample = 1'b1;
      tick;  // with the last cycle of the conversion before, when there was no pause
      if (expected >= 0 && 64'(code) !== expected) begin
        errors = errors + 1;
        if (errors < 10) $display("FAIL %0d: expected %0d, got %0d", n, expected, code);
      end
      expected = next_expected;
      if (expected == 0) low = low + 1;
      else if (expected == (64'd1 << AdcBits) - 1) high = high + 1;
      else inner = inner + 1;
      sample = 1'b0;
      done   = 1'b0;
      decide = {AdcBits{1'b0}};
      if (n % 5 == 0) tick;                       // held, not yet converted
      for (int c = 0; c < Cycles; c++) begin
        current = CurrentWidth'($random);         // nothing but what is held matters
        access  = $random;
        if (NumColumns > 1) column = ColumnWidth'($unsigned($random) % NumColumns);
        decide  = {AdcBits{1'b0}};
        if (Sar) decide[AdcBits-1-c] = 1'b1;
        done    = c == Cycles - 1;
        #1;
        // The last cycle ticks with the next sample, or alone.
        if (!done || n % 3 == 0 || n == NumConversions - 1) tick;
      end
      if (n % 3 == 0 || n == NumConversions - 1) begin
        done   = 1'b0;
        decide = {AdcBits{1'b0}};
        if (64'(code) !== expected) begin
          errors = errors + 1;
          if (errors < 10) $display("FAIL %0d: expected %0d, got %0d", n, expected, code);
        end
        expected = -1;
      end
    end
    // The stimulus must have reached the ends, and what lies between.
    if (high == 0 && CurrentWidth > AdcBits + AdcShift + 4) begin
      errors = errors + 1;
      $display("FAIL no code at the upper end");
    end
    if (low == 0) begin
      errors = errors + 1;
      $display("FAIL no code at the lower end");
    end
    if (inner == 0 && AdcBits > 1 && CurrentWidth > AdcShift + 5) begin
      errors = errors + 1;
      $display("FAIL no code between the ends");
    end
    if (errors == 0) $display("PASS");
    $finish;
  end

endmodule
`default_nettype wire
