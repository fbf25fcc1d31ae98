`default_nettype none
// What docs/mtj_array.md says of an array, in 64-bit integers and real numbers, for testbenches:
// load rows, then read and pulse them.
module nacre_mtj_reference #(
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

  reg     [31:0]           seed;
  reg     [31:0]           now;                     // the time
  reg     [NumDevices-1:0] states [0:Rows-1];
  reg     [31:0]           accesses [0:Rows-1];
  reg     [31:0]           wear [0:Rows-1];
  reg     [31:0]           stamp [0:Rows-1];
  reg                      formed [0:Rows-1];
  longint                  held [0:Bits-1];
  reg     [Bits-1:0]       q, meta;                 // of the last read of mode 0 or 2
  integer                  cycle;                   // of the pulse
  integer                  amounts [0:24*32-1];     // G[n][k] at n * 32 + k

  // The probability that a standard normal number exceeds x >= 0 in amount.
  function real tail(input real x);
    real term, sum;
    if (x < 3.0) begin
      term = x;
      sum  = x;
      for (int i = 1; i < 80; i++) begin
        term = term * x * x / (2.0 * i + 1.0);
        sum  = sum + term;
      end
      tail = 1.0 - 2.0 * sum * $exp(0.0 - x * x / 2.0) / $sqrt(2.0 * 3.14159265358979323846);
    end else begin
      sum = x;
      for (int i = 80; i >= 1; i--) sum = x + i / sum;
      tail = 2.0 * $exp(0.0 - x * x / 2.0) / $sqrt(2.0 * 3.14159265358979323846) / sum;
    end
  endfunction

  // Amounts rise from n = 0, k = 31 on: each is the first one that is near enough.
  initial begin : fill
    integer amount;
    amount = 0;
    for (int n = 0; n < 24; n++) begin
      for (int k = 31; k >= 0; k--) begin
        while (tail((amount + 0.5) / 256.0) > (1.0 + (k + 0.5) / 32.0) / (2.0 ** (n + 1))) begin
          amount = amount + 1;
        end
        amounts[n * 32 + k] = amount;
      end
    end
  end

  function [31:0] mix(input [31:0] key, input [31:0] block);
    integer x, y, k;
    x = 32'(block[31:16]);
    y = 32'(block[15:0]);
    for (int i = 0; i < 10; i++) begin
      k = (((i & 1) != 0) ? 32'(key[31:16]) : 32'(key[15:0])) + i * 40503;
      x = ((((x >> 7) | (x << 9)) & 65535) + y) & 65535;
      x = x ^ (k & 65535);
      y = (((y << 2) | (y >> 14)) & 65535) ^ x;
    end
    mix = {16'(x), 16'(y)};
  endfunction

  function [31:0] of_die(input integer purpose, input integer index);
    of_die = mix(mix(seed, ArrayIndex), purpose * 268435456 + index);
  endfunction

  function longint gauss(input [31:0] number);
    integer n, left;
    left = 32'(number[30:0]);
    n    = 0;
    while (n < 24 && left < 1073741824) begin
      left = left * 2;
      n    = n + 1;
    end
    gauss = (n > 23) ? 64'(amounts[23 * 32]) : 64'(amounts[n * 32 + ((left / 33554432) % 32)]);
    if (number[31]) gauss = 0 - gauss;
  endfunction

  // value / 256, rounded down.
  function longint floor_256(input longint value);
    floor_256 = (value >= 0) ? value / 256 : 0 - ((255 - value) / 256);
  endfunction

  function longint signed_24(input [23:0] value);
    signed_24 = (value >= 24'h800000) ? 64'(value) - 64'sd16777216 : 64'(value);
  endfunction

  function longint ln_resistance(input integer device, input integer state);
    longint z, transistor;
    z          = gauss(of_die(4, device));
    transistor = gauss(of_die(6, device));
    ln_resistance = signed_24(24'(C0 >> (24 * state)))
        + floor_256(signed_24(24'(C1 >> (24 * state))) * z
                    + signed_24(24'(CT >> (24 * state))) * gauss(of_die(5, device))
                    + signed_24(24'(CA >> (24 * state))) * transistor
                    + floor_256(z * (signed_24(24'(C2 >> (24 * state))) * z
                                   + signed_24(24'(CX >> (24 * state))) * transistor)));
  endfunction

  task load(input integer row, input [NumDevices-1:0] to);
    states[row]   = to;
    accesses[row] = 32'd0;
    wear[row]     = 32'd0;
    stamp[row]    = now;
    formed[row]   = FormingAmplitude == 0 || !(&to);
  endtask

  // What every access does first.
  task retain(input integer row);
    reg [31:0] elapsed;
    reg [63:0] threshold;
    elapsed   = now - stamp[row];
    threshold = 64'(Retention) * 64'(elapsed);
    if (threshold > 64'd2147483647) threshold = 64'd2147483647;
    for (int e = 0; e < NumDevices; e++) begin
      if (Level > 0 && formed[row] &&
          64'(mix(of_die(12, row * NumDevices + e), accesses[row])) < threshold) begin
        states[row] = states[row] ^ (NumDevices'(1) << e);
      end
    end
  endtask

  task finish(input integer row);
    accesses[row] = accesses[row] + 32'd1;
    stamp[row]    = now;
  endtask

  task read(input integer row, input integer mode);
    integer    bit_state, at;
    reg [31:0] draw;
    longint    lowest, margin, offset, noise, last;
    retain(row);
    for (int b = 0; b < Bits; b++) begin
      at        = row * NumDevices + b * D;
      bit_state = ((states[row] >> (b * D + D - 1)) & NumDevices'(1)) == 0 ? 0 : 1;
      draw      = mix(of_die(10, row * Bits + b), accesses[row]);
      if (Level == 2) begin
        offset = floor_256(signed_24(COffset) * gauss(of_die(8, b)));
        noise  = floor_256(signed_24(CNoise) * gauss(draw));
        last   = ln_resistance(at + D - 1, bit_state);
        if (mode == 1) begin
          held[b] = last + noise;
        end else begin
          if (D == 2) begin
            lowest = ln_resistance(at, ((states[row] >> (b * D)) & NumDevices'(1)) == 0 ? 0 : 1);
            margin = last - lowest + offset + noise;
          end else if (mode == 2) begin
            margin = held[b] - last + noise + offset - signed_24(CSelf);
          end else begin
            margin = last - (signed_24(R0) + floor_256(signed_24(R1) * gauss(of_die(9, b))))
                   + offset + noise;
          end
          meta[b] = margin < signed_24(Delta) && 0 - margin < signed_24(Delta);
          q[b]    = meta[b] ? draw[0] : margin > 0;
        end
      end else begin
        if (Level == 1) begin
          at        = row * Bits + b;
          bit_state = bit_state
                    ^ ((of_die(7, at) < 32'(Persistent >> (32 * bit_state))) ? 1 : 0)
                    ^ ((draw < 32'(Transient >> (32 * bit_state))) ? 1 : 0);
        end
        if (mode == 1) begin
          held[b] = bit_state;
        end else begin
          q[b]    = (mode == 2) ? held[b] != 0 : bit_state != 0;
          meta[b] = 1'b0;
        end
      end
    end
    for (int e = 0; e < NumDevices; e++) begin
      if (Level > 0 && formed[row] &&
          mix(of_die(11, row * NumDevices + e), accesses[row]) < Disturb) begin
        states[row] = states[row] & ~(NumDevices'(1) << e);
      end
    end
    finish(row);
  endtask

  task begin_pulse(input integer row);
    retain(row);
    finish(row);
    if (wear[row] != 32'hffffffff) wear[row] = wear[row] + 32'd1;
    cycle = 0;
  endtask

  task pulse(input integer row, input [NumDevices-1:0] drive, input integer direction,
             input integer amplitude);
    reg [31:0] threshold;
    if (amplitude >= FormingAmplitude) formed[row] = 1'b1;
    threshold = 32'(Switching >> (32 * (64 * direction + 16 * amplitude + cycle)));
    for (int e = 0; e < NumDevices; e++) begin
      if (formed[row] && ((drive >> e) & NumDevices'(1)) != 0 &&
          (Level == 0 ||
           mix(of_die(11, row * NumDevices + e), accesses[row] - 32'd1) < threshold)) begin
        states[row] = (direction == 1) ? states[row] | (NumDevices'(1) << e)
                                       : states[row] & ~(NumDevices'(1) << e);
      end
    end
    if (cycle < 15) cycle = cycle + 1;
  endtask

endmodule
`default_nettype wire
