`default_nettype none
// Random tokens against nacre_crossbar_reference: first without stalls, cycle by cycle after the
// kind's README ("Timing"), then with stalls on both sides and accesses to the cells of a bank that
// no token reads. Resets in between.
module nacre_imc_crossbar_core_tb #(
  parameter int Rows            = 4,
  parameter int TileRows        = 4,
  parameter int Columns         = 1,
  parameter int WeightBits      = 2,
  parameter int WeightSigned    = 1,
  parameter int Banks           = 1,
  parameter int DigitBits       = 1,
  parameter int SkipZero        = 1,
  parameter int LinesPerRead    = 4,
  parameter int ColumnsPerAdc   = 1,
  parameter int Sar             = 0,
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
  parameter int AdcNonlinearity = 0,
  parameter int TagWidth        = 1
) ();

  localparam int G          = CellBits + 5;
  localparam int P          = WeightSigned ? 2 : 1;
  localparam int S          = (WeightBits - (WeightSigned ? 1 : 0) + CellBits - 1) / CellBits;
  localparam int Q          = (Columns * S * P + 1) / 2 * 2;
  localparam int NumGroups  = (Rows + LinesPerRead - 1) / LinesPerRead;
  localparam int NumRows    = Banks * Rows;
  localparam int BankWidth  = (Banks > 1) ? $clog2(Banks) : 1;
  localparam int RowWidth   = (NumRows > 1) ? $clog2(NumRows) : 1;
  localparam int PairWidth  = (Q > 2) ? $clog2(Q / 2) : 1;
  localparam int MemDepth   = Banks * NumGroups;
  localparam int MemAddrWidth = (MemDepth > 1) ? $clog2(MemDepth) : 1;
  localparam int MemWidth   = LinesPerRead * Q * 16;
  localparam int NumTokens  = 120;
  localparam int Cycles     = Sar ? AdcBits : 1;
  localparam int UsedBanks  = (Banks > 1) ? Banks - 1 : 1;
  // A column's value is at most MaxValue and at least -127 (the contract's accumulator).
  localparam int MaxValue   = (((1 << AdcBits) - 1) * 1023 + 128) / 256 + 128;
  localparam int MaxSlice   = NumGroups * (MaxValue + (WeightSigned ? 127 : 0));
  localparam int SumWidth   = $clog2(64'(MaxSlice) * 64'(((1 << (CellBits * S)) - 1)
                                     / ((1 << CellBits) - 1)) + 64'd1) + 1 + AdcShift;

  reg  clk, rst_n, plane_valid, plane_signed, plane_empty, sum_ready;
  reg  [31:0]                   seed;
  reg  [Rows*DigitBits-1:0]     plane;
  reg  [BankWidth-1:0]          plane_bank;
  reg  [TagWidth-1:0]           plane_tag;
  reg  cells_access, cells_write, cal_access, cal_write;
  reg  [RowWidth-1:0]           cells_row;
  reg  [PairWidth-1:0]          cells_pair;
  reg  [2*CellBits-1:0]         cells_levels;
  reg  [$clog2(Q)-1:0]          cal_row;
  reg  [17:0]                   cal_wdata;
  wire [17:0]                   cal_rdata;
  wire [31:0]                   read_number, cells_pair_out;
  wire read, busy, plane_ready, sum_valid, cells_done, mem_en, mem_we;
  wire [Columns*SumWidth-1:0]   sums;
  wire [TagWidth-1:0]           sum_tag;
  wire [MemAddrWidth-1:0]       mem_addr;
  wire [MemWidth/32-1:0]        mem_wmask;
  wire [MemWidth-1:0]           mem_wdata, mem_rdata;

  nacre_imc_crossbar_core #(
    .Rows(Rows), .TileRows(TileRows), .Columns(Columns), .WeightBits(WeightBits),
    .WeightSigned(WeightSigned), .Banks(Banks), .DigitBits(DigitBits), .SkipZero(SkipZero),
    .LinesPerRead(LinesPerRead), .ColumnsPerAdc(ColumnsPerAdc), .Sar(Sar), .AdcBits(AdcBits),
    .AdcShift(AdcShift), .CellBits(CellBits), .Levels(Levels), .Spread(Spread),
    .StuckLow(StuckLow), .StuckHigh(StuckHigh), .IrDrop(IrDrop), .ReadNoise(ReadNoise),
    .AdcOffset(AdcOffset), .AdcNonlinearity(AdcNonlinearity), .TagWidth(TagWidth)
  ) u_dut (
    .clk_i(clk), .rst_ni(rst_n), .seed_i(seed), .read_number_o(read_number), .read_o(read),
    .busy_o(busy), .plane_valid_i(plane_valid), .plane_ready_o(plane_ready), .plane_i(plane),
    .plane_signed_i(plane_signed), .plane_bank_i(plane_bank), .plane_empty_i(plane_empty),
    .plane_tag_i(plane_tag), .sum_valid_o(sum_valid), .sum_ready_i(sum_ready), .sums_o(sums),
    .sum_tag_o(sum_tag), .cells_access_i(cells_access), .cells_write_i(cells_write),
    .cells_row_i(cells_row), .cells_pair_i(cells_pair), .cells_levels_i(cells_levels),
    .cells_done_o(cells_done), .cells_pair_o(cells_pair_out),
    .calibration_access_i(cal_access), .calibration_write_i(cal_write),
    .calibration_row_i(cal_row), .calibration_wdata_i(cal_wdata),
    .calibration_rdata_o(cal_rdata), .conductances_en_o(mem_en), .conductances_we_o(mem_we),
    .conductances_addr_o(mem_addr), .conductances_wmask_o(mem_wmask),
    .conductances_wdata_o(mem_wdata), .conductances_rdata_i(mem_rdata)
  );
  nacre_mem_1rw #(.Width(MemWidth), .Depth(MemDepth)) u_mem (
    .clk_i(clk), .en_i(mem_en), .we_i(mem_we), .addr_i(mem_addr), .wmask_i(mem_wmask),
    .wdata_i(mem_wdata), .rdata_o(mem_rdata)
  );

  // ------------------------------------------------------------------------------------- Model
  nacre_crossbar_reference #(
    .Rows(Rows), .TileRows(TileRows), .Columns(Columns), .WeightBits(WeightBits),
    .WeightSigned(WeightSigned), .Banks(Banks), .DigitBits(DigitBits), .SkipZero(SkipZero),
    .LinesPerRead(LinesPerRead), .AdcBits(AdcBits), .AdcShift(AdcShift), .CellBits(CellBits),
    .Levels(Levels), .Spread(Spread), .StuckLow(StuckLow), .StuckHigh(StuckHigh), .IrDrop(IrDrop),
    .ReadNoise(ReadNoise), .AdcOffset(AdcOffset), .AdcNonlinearity(AdcNonlinearity)
  ) u_reference ();
  // Expected sums and tags of the tokens taken, in order; those before `given` have come back.
  longint                expected [0:NumTokens*Columns-1];
  reg  [TagWidth-1:0]    expected_tag [0:NumTokens-1];
  reg                    expected_empty [0:NumTokens-1];
  integer                due [0:NumTokens-1];  // cycle in which the sums must be there
  integer                taken, given, errors, cycle;
  integer                last_sample, last_length, offered;
  reg                    stalls;

  task fail(input integer what, input longint expected_value, input longint got);
    errors = errors + 1;
    if (errors < 10) begin
      $display("FAIL check %0d, cycle %0d: expected %0d, got %0d", what, cycle, expected_value,
               got);
    end
  endtask

  // The token that is being taken: its sums, and when they come when nothing stalls.
  task take_token;
    integer samples, length, first;
    for (int n = 0; n < Columns; n++) u_reference.sums[n] = 0;
    u_reference.groups = 0;
    if (!plane_empty) u_reference.add_plane(plane, 32'(plane_bank), plane_signed, 0);
    for (int n = 0; n < Columns; n++) expected[taken * Columns + n] = u_reference.sums[n];
    samples = plane_empty ? 1 : ColumnsPerAdc * u_reference.groups;
    length = plane_empty ? 1 : Cycles;
    first  = (cycle + 1 > last_sample + last_length) ? cycle + 1 : last_sample + last_length;
    // A token waits for the last sample of the one before, and for nothing else.
    if (!stalls && cycle != ((offered > last_sample) ? offered : last_sample)) begin
      fail(1, (offered > last_sample) ? offered : last_sample, cycle);
    end
    last_sample = first + (samples - 1) * length;
    last_length = length;
    due[taken]            = last_sample + length + 2;
    expected_tag[taken]   = plane_tag;
    expected_empty[taken] = plane_empty;
    taken = taken + 1;
  endtask

  task new_token;
    plane = {(Rows*DigitBits+31)/32{32'($random)}};
    for (int r = 0; r < Rows * DigitBits; r++) plane[r] = 1'($random);
    case ($unsigned($random) % 4)
      0: plane = {Rows*DigitBits{1'b1}};
      1: begin  // one line alone
        plane = {Rows*DigitBits{1'b0}};
        plane[$unsigned($random) % (Rows * DigitBits)] = 1'b1;
      end
      default: ;
    endcase
    if (SkipZero && plane == 0) plane[0] = 1'b1;
    plane_bank   = BankWidth'($unsigned($random) % UsedBanks);
    plane_signed = DigitBits == 1 && $unsigned($random) % 3 == 0;
    plane_empty  = $unsigned($random) % 6 == 0;
    plane_tag    = TagWidth'($random);
    plane_valid  = 1'b1;
    offered      = cycle;
  endtask

  task check_sums;
    longint got;
    if (given >= taken) begin
      fail(2, 0, 1);
    end else begin
      if (!stalls && cycle != due[given]) fail(3, due[given], cycle);
      if (sum_tag !== expected_tag[given]) fail(4, 64'(expected_tag[given]), 64'(sum_tag));
      for (int n = 0; n < Columns && !expected_empty[given]; n++) begin
        got = 64'($signed(sums[n*SumWidth +: SumWidth]));
        if (got !== expected[given * Columns + n]) fail(5, expected[given * Columns + n], got);
      end
      given = given + 1;
    end
  endtask

  task tick;
    #1;  // clock gates open while the clock is low
    clk = 1'b1;
    #1;
    clk = 1'b0;
    #1;
    cycle = cycle + 1;
  endtask

  task access_pair(input integer at_row, input integer at_pair, input reg writes);
    integer level_0, level_1;
    level_0 = $unsigned($random) % (1 << CellBits);
    level_1 = $unsigned($random) % (1 << CellBits);
    cells_row    = RowWidth'(at_row);
    cells_pair   = PairWidth'(at_pair);
    cells_write  = writes;
    cells_levels = {CellBits'(level_1), CellBits'(level_0)};
    cells_access = 1'b1;
    if (writes) begin
      u_reference.program_cell(at_row, 2 * at_pair, level_0);
      u_reference.program_cell(at_row, 2 * at_pair + 1, level_1);
    end
  endtask

  task check_pair;
    integer at;
    at = 32'(cells_row) * Q + 2 * 32'(cells_pair);
    if (!cells_write && 64'(cells_pair_out[15:0]) !== u_reference.conductance[at]) begin
      fail(6, u_reference.conductance[at], 64'(cells_pair_out[15:0]));
    end
    if (!cells_write && 64'(cells_pair_out[31:16]) !== u_reference.conductance[at + 1]) begin
      fail(7, u_reference.conductance[at + 1], 64'(cells_pair_out[31:16]));
    end
  endtask

  task calibrate;
    for (int q = 0; q < Q; q++) begin
      u_reference.gain[q] = $unsigned($random) % 1024;
      if (q % 5 == 1) u_reference.gain[q] = 1023;
      if (q % 5 == 2) u_reference.gain[q] = 0;
      u_reference.correction[q] = $unsigned($random) % 256 - 128;
      if (q % 7 == 3) u_reference.correction[q] = -128;
      if (q % 7 == 4) u_reference.correction[q] = 127;
      cal_access = 1'b1;
      cal_write  = 1'b1;
      cal_row    = $clog2(Q)'(q);
      cal_wdata  = {8'(u_reference.correction[q]), 10'(u_reference.gain[q])};
      tick;
    end
    cal_write = 1'b0;
    for (int q = 0; q < Q; q++) begin
      cal_access = 1'b1;
      cal_row    = $clog2(Q)'(q);
      tick;
      cal_access = 1'b0;
      #1;
      if (cal_rdata !== {8'(u_reference.correction[q]), 10'(u_reference.gain[q])}) begin
        fail(8, 64'({8'(u_reference.correction[q]), 10'(u_reference.gain[q])}), 64'(cal_rdata));
      end
    end
    cal_access = 1'b0;
  endtask

  // Tokens until all have come back, or until a reset in the middle of them.
  task run(input integer tokens, input reg cut);
    integer limit;
    taken       = 0;
    given       = 0;
    last_sample = cycle - 100;
    last_length = 1;
    limit       = cycle + 200000;
    plane_valid = 1'b0;
    while (given < tokens && cycle < limit && !(cut && given >= tokens / 2)) begin
      if (!plane_valid && taken < tokens && $unsigned($random) % 4 != 0) new_token;
      sum_ready = !stalls || $unsigned($random) % 3 != 0;
      if (stalls && Banks > 1 && !cells_access && $unsigned($random) % 8 == 0) begin
        access_pair((Banks - 1) * Rows + $unsigned($random) % Rows, $unsigned($random) % (Q / 2),
                    1'($random));
      end
      #1;
      if (sum_valid && sum_ready) check_sums;
      if (cells_access && cells_done) check_pair;
      if (plane_valid && plane_ready) begin
        take_token;
        #1 clk = 1'b1;
        #1 clk = 1'b0;
        cycle       = cycle + 1;
        plane_valid = 1'b0;
      end else begin
        if (cells_access && cells_done) begin
          tick;
          cells_access = 1'b0;
        end else begin
          tick;
        end
      end
    end
    if (cycle >= limit) fail(9, tokens, given);
    // An access that has begun is ended.
    while (cells_access) begin
      #1;
      if (cells_done) check_pair;
      if (cells_done) begin
        tick;
        cells_access = 1'b0;
      end else begin
        tick;
      end
    end
    if (!cut && busy) fail(10, 0, 1);
    if (!cut && 64'(read_number) !== 64'($unsigned(u_reference.number))) begin
      fail(11, 64'(u_reference.number), 64'(read_number));
    end
  endtask

  task reset;
    plane_valid = 1'b0;
    rst_n = 1'b1;
    #1 rst_n = 1'b0;
    #1 rst_n = 1'b1;
    u_reference.number = 0;
    tick;
    if (busy) fail(12, 0, 1);
    if (read_number !== 32'd0) fail(13, 0, 64'(read_number));
  endtask

  initial begin
    errors       = 0;
    cycle        = 1000;
    clk          = 1'b0;
    plane_valid  = 1'b0;
    plane        = {Rows*DigitBits{1'b0}};
    plane_bank   = {BankWidth{1'b0}};
    plane_signed = 1'b0;
    plane_empty  = 1'b0;
    plane_tag    = {TagWidth{1'b0}};
    sum_ready    = 1'b0;
    cells_access = 1'b0;
    cells_write  = 1'b0;
    cells_row    = {RowWidth{1'b0}};
    cells_pair   = {PairWidth{1'b0}};
    cells_levels = {2*CellBits{1'b0}};
    cal_access   = 1'b0;
    cal_write    = 1'b0;
    cal_row      = {$clog2(Q){1'b0}};
    cal_wdata    = 18'd0;
    seed         = 32'h600df00d;
    u_reference.seed = seed;
    stalls       = 1'b0;
    reset;
    for (int r = 0; r < NumRows; r++) begin
      for (int m = 0; m < Q / 2; m++) begin
        access_pair(r, m, 1'b1);
        #1;
        while (!cells_done) tick;
        tick;
        cells_access = 1'b0;
      end
    end
    calibrate;
    run(NumTokens, 1'b0);
    stalls = 1'b1;
    run(NumTokens, 1'b1);
    reset;
    run(NumTokens, 1'b0);
    stalls = 1'b0;
    run(NumTokens, 1'b0);
    if (errors == 0) $display("PASS");
    $finish;
  end

endmodule
`default_nettype wire
