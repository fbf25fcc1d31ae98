`default_nettype none
// What generator/src/kinds/imc_crossbar/README.md says of cells and of one plane, in 64-bit
// integers and real numbers, for testbenches: program cells, set gains and corrections, then add
// planes.
module nacre_crossbar_reference #(
  parameter int Rows            = 4,
  parameter int TileRows        = 4,
  parameter int Columns         = 1,
  parameter int WeightBits      = 2,
  parameter int WeightSigned    = 1,
  parameter int Banks           = 1,
  parameter int DigitBits       = 1,
  parameter int SkipZero        = 1,
  parameter int LinesPerRead    = 4,
  parameter int AdcBits         = 8,
  parameter int AdcShift        = 0,
  parameter int CellBits        = 1,
  parameter logic [(1<<CellBits)*(CellBits+5)-1:0] Levels = {6'd16, 6'd0},
  parameter logic [(1<<CellBits)*10-1:0]           Spread = 20'd0,
  parameter int StuckLow        = 0,
  parameter int StuckHigh       = 0,
  parameter int IrDrop          = 0,
  parameter int ReadNoise       = 0,
  parameter int AdcOffset       = 0,
  parameter int AdcNonlinearity = 0
) ();

  localparam int G          = CellBits + 5;
  localparam int P          = WeightSigned ? 2 : 1;
  localparam int S          = (WeightBits - (WeightSigned ? 1 : 0) + CellBits - 1) / CellBits;
  localparam int Q          = (Columns * S * P + 1) / 2 * 2;
  localparam int NumGroups  = (Rows + LinesPerRead - 1) / LinesPerRead;

  reg  [31:0] seed;                             // of the devices
  integer     number;                           // of the next read
  integer     groups;                           // read by the last plane
  longint     conductance [0:Banks*Rows*Q-1];   // row bank * Rows + word line, column q
  integer     gain [0:Q-1];
  integer     correction [0:Q-1];
  longint     sums [0:Columns-1];               // planes are added to them

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

  function longint deviate(input integer sigma, input [31:0] from);
    integer z;
    z = 32'(from[3:0]) + 32'(from[7:4]) + 32'(from[11:8]) + 32'(from[15:12]) - 30;
    deviate = $rtoi((1.0 * sigma * z * 111.0) / 16384.0 + 1000.5) - 1000;
  endfunction

  function longint clip(input longint value, input longint most);
    clip = (value < 0) ? 64'd0 : (value > most) ? most : value;
  endfunction

  // A cell takes a level.
  task program_cell(input integer row, input integer column, input integer level);
    longint g, most, loss, draw, sigma;
    reg [31:0] h;
    most = (64'd1 << G) - 1;
    h    = mix(seed, row * Q + column);
    sigma = 64'(10'(Spread >> (level * 10)));
    g    = clip(64'(G'(Levels >> (level * G))) + deviate(32'(sigma), h), most);
    draw = 64'(h[31:16]);
    if (draw < StuckLow)                  g = 64'(G'(Levels));
    else if (draw < StuckLow + StuckHigh) g = 64'(G'(Levels >> (((1 << CellBits) - 1) * G)));
    loss = 64'(IrDrop) * ((row % Rows) % TileRows);
    conductance[row * Q + column] = (g * (65536 - ((loss > 65535) ? 65535 : loss))) / 65536;
  endtask

  // The level of a column of a weight's cells.
  function integer level_of(input integer weight, input integer column);
    integer magnitude;
    magnitude = (column % P == 1) ? 0 - weight : weight;
    if (magnitude < 0) magnitude = 0;
    level_of = (magnitude >> (CellBits * ((column / P) % S))) & ((1 << CellBits) - 1);
  endfunction

  // The value of a column in one read of a group.
  function longint value_of(input [Rows*DigitBits-1:0] plane, input integer bank,
                            input integer group, input integer q);
    longint code, most;
    integer line;
    code = 0;
    most = (64'd1 << AdcBits) - 1;
    for (int w = 0; w < LinesPerRead; w++) begin
      line = group * LinesPerRead + w;
      if (line < Rows) begin
        code = code + 64'(DigitBits'(plane >> (line * DigitBits)))
             * conductance[(bank * Rows + line) * Q + q];
      end
    end
    code = code + deviate(AdcOffset, mix(seed, {4'd2, 28'(q)}))
         + deviate(ReadNoise, mix(mix(seed, {4'd1, 28'(q)}), number)) + (64'sd1 << (3 + AdcShift));
    code = clip(code >>> (4 + AdcShift), most);
    code = clip(code + ((deviate(AdcNonlinearity, mix(seed, {4'd3, 28'(q)})) * code
                         * (most - code) + (64'sd1 << (2 * AdcBits + 1)))
                        >>> (2 * AdcBits + 2)), most);
    value_of = ((code * gain[q] + 128) >>> 8) - correction[q];
  endfunction

  // sums += the sums of a plane << shift.
  task add_plane(input [Rows*DigitBits-1:0] plane, input integer bank, input reg is_signed,
                 input integer shift);
    longint value;
    groups = 0;
    for (int g = 0; g < NumGroups; g++) begin
      if (!SkipZero || (LinesPerRead*DigitBits)'(plane >> (g * LinesPerRead * DigitBits)) != 0)
      begin
        for (int n = 0; n < Columns; n++) begin
          for (int s = 0; s < S; s++) begin
            for (int t = 0; t < P; t++) begin
              value   = value_of(plane, bank, g, (n * S + s) * P + t);
              value   = value <<< (CellBits * s + AdcShift + shift);
              sums[n] = ((t == 1) != is_signed) ? sums[n] - value : sums[n] + value;
            end
          end
        end
        number = number + 1;
        groups = groups + 1;
      end
    end
  endtask

endmodule
`default_nettype wire
