`default_nettype none
// Every pair of cells is programmed, read back, and programmed again here and there; random groups
// are read in between and at the same time. Expected: the formulas of the contract in 64-bit
// integers, on conductances kept per bank, word line and column.
module nacre_crossbar_array_tb #(
  parameter int Rows          = 4,
  parameter int TileRows      = 4,
  parameter int Columns       = 2,
  parameter int Banks         = 1,
  parameter int LinesPerRead  = 4,
  parameter int DigitBits     = 1,
  parameter int ColumnsPerAdc = 1,
  parameter int CellBits      = 1,
  parameter logic [(1<<CellBits)*(CellBits+5)-1:0] Levels = {6'd16, 6'd0},
  parameter logic [(1<<CellBits)*10-1:0]           Spread = 20'd0,
  parameter int StuckLow      = 0,
  parameter int StuckHigh     = 0,
  parameter int IrDrop        = 0
) ();

  localparam int G            = CellBits + 5;
  localparam int NumGroups    = (Rows + LinesPerRead - 1) / LinesPerRead;
  localparam int NumAdcs      = (Columns + ColumnsPerAdc - 1) / ColumnsPerAdc;
  localparam int NumRows      = Banks * Rows;
  localparam int RowWidth     = (NumRows > 1) ? $clog2(NumRows) : 1;
  localparam int PairWidth    = (Columns > 2) ? $clog2(Columns / 2) : 1;
  localparam int BankWidth    = (Banks > 1) ? $clog2(Banks) : 1;
  localparam int GroupWidth   = (NumGroups > 1) ? $clog2(NumGroups) : 1;
  localparam int PhaseWidth   = (ColumnsPerAdc > 1) ? $clog2(ColumnsPerAdc) : 1;
  localparam int CurrentWidth =
      $clog2(LinesPerRead * ((1 << DigitBits) - 1) * ((1 << G) - 1) + 1);
  localparam int MemDepth     = Banks * NumGroups;
  localparam int MemAddrWidth = (MemDepth > 1) ? $clog2(MemDepth) : 1;
  localparam int MemWidth     = LinesPerRead * Columns * 16;

  reg  clk, rst_n, access, write, select;
  reg  [31:0] seed;
  reg  [RowWidth-1:0]               row;
  reg  [PairWidth-1:0]              pair;
  reg  [2*CellBits-1:0]             levels;
  reg  [BankWidth-1:0]              bank;
  reg  [GroupWidth-1:0]             group;
  reg  [LinesPerRead*DigitBits-1:0] digits;
  reg  [PhaseWidth-1:0]             phase;
  wire done, stall, mem_en, mem_we;
  wire [31:0]                       pair_out;
  wire [NumAdcs*CurrentWidth-1:0]   currents;
  wire [MemAddrWidth-1:0]           mem_addr;
  wire [MemWidth/32-1:0]            mem_wmask;
  wire [MemWidth-1:0]               mem_wdata, mem_rdata;
  reg  [31:0]                       key, block;
  wire [31:0]                       number;

  nacre_crossbar_array #(
    .Rows(Rows), .TileRows(TileRows), .Columns(Columns), .Banks(Banks),
    .LinesPerRead(LinesPerRead), .DigitBits(DigitBits), .ColumnsPerAdc(ColumnsPerAdc),
    .CellBits(CellBits), .Levels(Levels), .Spread(Spread), .StuckLow(StuckLow),
    .StuckHigh(StuckHigh), .IrDrop(IrDrop)
  ) u_dut (
    .clk_i(clk), .rst_ni(rst_n), .seed_i(seed), .access_i(access), .write_i(write), .row_i(row),
    .pair_i(pair), .levels_i(levels), .done_o(done), .pair_o(pair_out), .stall_o(stall),
    .select_i(select), .bank_i(bank), .group_i(group), .digits_i(digits), .phase_i(phase),
    .currents_o(currents), .mem_en_o(mem_en), .mem_we_o(mem_we), .mem_addr_o(mem_addr),
    .mem_wmask_o(mem_wmask), .mem_wdata_o(mem_wdata), .mem_rdata_i(mem_rdata)
  );
  nacre_mem_1rw #(.Width(MemWidth), .Depth(MemDepth)) u_mem (
    .clk_i(clk), .en_i(mem_en), .we_i(mem_we), .addr_i(mem_addr), .wmask_i(mem_wmask),
    .wdata_i(mem_wdata), .rdata_o(mem_rdata)
  );
  nacre_device_random u_random (.key_i(key), .block_i(block), .number_o(number));

  longint conductance [0:NumRows*Columns-1];
  integer errors, at_bank, at_group;

  task fail(input integer what, input longint expected, input longint got);
    errors = errors + 1;
    if (errors < 10) $display("FAIL check %0d: expected %0d, got %0d", what, expected, got);
  endtask

  // What a cell becomes, from level and place.
  task program_cell(input integer at_row, input integer column, input integer level);
    longint g, most, loss, draw, sigma, mean;
    integer z;
    most  = (64'd1 << G) - 1;
    mean  = 64'((Levels >> (level * G)) & (((1<<CellBits)*G)'(most)));
    sigma = 64'((Spread >> (level * 10)) & (((1<<CellBits)*10)'(1023)));
    key   = seed;
    block = at_row * Columns + column;
    #1;
    z     = 32'(number[3:0]) + 32'(number[7:4]) + 32'(number[11:8]) + 32'(number[15:12]) - 30;
    g     = mean + $rtoi((1.0 * sigma * z * 111.0) / 16384.0 + 1000.5) - 1000;
    g     = (g < 0) ? 0 : (g > most) ? most : g;
    draw  = 64'(number[31:16]);
    if (draw < StuckLow) begin
      g = 64'(Levels & (((1<<CellBits)*G)'(most)));
    end else if (draw < StuckLow + StuckHigh) begin
      g = 64'(Levels >> (((1 << CellBits) - 1) * G));
    end
    loss  = 64'(IrDrop) * ((at_row % Rows) % TileRows);
    g     = (g * (65536 - ((loss > 65535) ? 65535 : loss))) / 65536;
    conductance[at_row * Columns + column] = g;
  endtask

  task tick;
    #1;  // clock gates open while the clock is low
    clk = 1'b1;
    #1;
    clk = 1'b0;
    #1;
  endtask

  task open;
    at_bank  = $unsigned($random) % Banks;
    at_group = $unsigned($random) % NumGroups;
    bank     = BankWidth'(at_bank);
    group    = GroupWidth'(at_group);
    select   = 1'b1;
    tick;
    select   = 1'b0;
    bank     = BankWidth'($random);
    group    = GroupWidth'($random);
  endtask

  // The currents of the open group in every place of the multiplexers.
  task check_currents;
    longint sum;
    integer column, line, digit;
    digits = {(LinesPerRead*DigitBits+31)/32{32'($random)}};
    if ($unsigned($random) % 4 == 0) digits = {LinesPerRead*DigitBits{1'b1}};
    for (int p = 0; p < ColumnsPerAdc; p++) begin
      phase = PhaseWidth'(p);
      #1;
      for (int k = 0; k < NumAdcs; k++) begin
        column = k * ColumnsPerAdc + p;
        if (column < Columns) begin
          sum = 0;
          for (int w = 0; w < LinesPerRead; w++) begin
            line  = at_group * LinesPerRead + w;
            digit = 32'(digits[w*DigitBits +: DigitBits]);
            // Word lines beyond the last are driven by nobody.
            if (line >= Rows) digits[w*DigitBits +: DigitBits] = {DigitBits{1'b0}};
            else sum = sum + digit * conductance[(at_bank * Rows + line) * Columns + column];
          end
          #1;
          if (64'(currents[k*CurrentWidth +: CurrentWidth]) !== sum) begin
            fail(1, sum, 64'(currents[k*CurrentWidth +: CurrentWidth]));
          end
        end
      end
    end
    digits = {LinesPerRead*DigitBits{1'b0}};
  endtask

  // One access, which may not disturb the open row; `cycles` is what it must take.
  task access_pair(input integer at_row, input integer at_pair, input bit writes,
                   input integer level_0, input integer level_1);
    integer cycles;
    if (writes) begin
      program_cell(at_row, 2 * at_pair, level_0);
      program_cell(at_row, 2 * at_pair + 1, level_1);
    end
    access = 1'b1;
    write  = writes;
    row    = RowWidth'(at_row);
    pair   = PairWidth'(at_pair);
    levels = {CellBits'(level_1), CellBits'(level_0)};
    cycles = 1;
    #1;
    while (!done && cycles < 20) begin
      tick;
      cycles = cycles + 1;
    end
    if (cycles != (writes ? 6 : 4)) fail(2, writes ? 6 : 4, cycles);
    if (!stall) fail(3, 1, 0);
    if (!writes) begin
      if (64'(pair_out[15:0]) !== conductance[at_row * Columns + 2 * at_pair]) begin
        fail(4, conductance[at_row * Columns + 2 * at_pair], 64'(pair_out[15:0]));
      end
      if (64'(pair_out[31:16]) !== conductance[at_row * Columns + 2 * at_pair + 1]) begin
        fail(5, conductance[at_row * Columns + 2 * at_pair + 1], 64'(pair_out[31:16]));
      end
    end
    tick;
    access = 1'b0;
    if (stall) fail(6, 0, 1);
  endtask

  function integer any_level(input integer unused);
    any_level = $unsigned($random) % (1 << CellBits);
  endfunction

  initial begin
    errors = 0;
    clk    = 1'b0;
    access = 1'b0;
    write  = 1'b0;
    select = 1'b0;
    digits = {LinesPerRead*DigitBits{1'b0}};
    phase  = {PhaseWidth{1'b0}};
    row    = {RowWidth{1'b0}};
    pair   = {PairWidth{1'b0}};
    levels = {2*CellBits{1'b0}};
    bank   = {BankWidth{1'b0}};
    group  = {GroupWidth{1'b0}};
    seed   = 32'h600df00d;
    rst_n  = 1'b1;
    #1 rst_n = 1'b0;
    #1 rst_n = 1'b1;
    tick;
    for (int r = 0; r < NumRows; r++) begin
      for (int m = 0; m < Columns / 2; m++) begin
        access_pair(r, m, 1'b1, any_level(0), any_level(0));
      end
    end
    for (int r = 0; r < NumRows; r++) begin
      for (int m = 0; m < Columns / 2; m++) access_pair(r, m, 1'b0, 0, 0);
    end
    seed = 32'hbadcafe5;  // the cells keep what they are
    for (int n = 0; n < 60; n++) begin
      open;
      check_currents;
      access_pair($unsigned($random) % NumRows, $unsigned($random) % (Columns / 2),
                  1'($random), any_level(0), any_level(0));
      check_currents;
      if (n % 8 == 7) begin
        rst_n = 1'b0;
        #1 rst_n = 1'b1;
      end
    end
    if (errors == 0) $display("PASS");
    $finish;
  end

endmodule
`default_nettype wire
