`default_nettype none
// Smoke test of nacre_imc_crossbar, without convolution and requantisation (nacre_imc_digital has
// them): cells programmed and read back over the bus, calibration, registers and refusals; frames
// under random stalls against nacre_crossbar_reference; the inactive set programmed while the stage
// is busy; resets.
module nacre_imc_crossbar_tb #(
  parameter int NumInputs        = 4,
  parameter int InputBits        = 4,
  parameter int InputSigned      = 0,
  parameter int Steps            = 0,
  parameter int NumOutputs       = 4,
  parameter int Rows             = 4,
  parameter int TileRows         = 4,
  parameter int Columns          = 2,
  parameter int Banks            = 2,
  parameter int WeightSets       = 1,
  parameter int WeightBits       = 4,
  parameter int WeightSigned     = 1,
  parameter int AccumulatorWidth = 16,
  parameter int DigitBits        = 1,
  parameter int SkipZeroPlanes   = 1,
  parameter int LinesPerRead     = 4,
  parameter int ColumnsPerAdc    = 1,
  parameter int Sar              = 0,
  parameter int AdcBits          = 8,
  parameter int AdcShift         = 0,
  parameter int CellBits         = 1,
  parameter logic [(1<<CellBits)*(CellBits+5)-1:0] Levels = {6'd16, 6'd0},
  parameter logic [(1<<CellBits)*10-1:0]           Spread = 20'd0,
  parameter int StuckLow         = 0,
  parameter int StuckHigh        = 0,
  parameter int IrDrop           = 0,
  parameter int ReadNoise        = 0,
  parameter int AdcOffset        = 0,
  parameter int AdcNonlinearity  = 0,
  parameter logic [31:0] DeviceSeed = 32'd0,
  parameter int Counters         = 1
) ();

  localparam int S           = (WeightBits - (WeightSigned ? 1 : 0) + CellBits - 1) / CellBits;
  localparam int Q           = (Columns * S * (WeightSigned ? 2 : 1) + 1) / 2 * 2;
  localparam int NumGroups   = (Rows + LinesPerRead - 1) / LinesPerRead;
  localparam int RowFolds    = (NumInputs + Rows - 1) / Rows;
  localparam int ColumnFolds = (NumOutputs + Columns - 1) / Columns;
  localparam int SetBanks    = RowFolds * ColumnFolds;
  localparam int InAddress   = (NumInputs > 1) ? $clog2(NumInputs) : 1;
  localparam int InWidth     = 3 + InAddress + InputBits;
  localparam int OutAddress  = (NumOutputs > 1) ? $clog2(NumOutputs) : 1;
  localparam int OutWidth    = 3 + OutAddress + AccumulatorWidth;
  localparam int NumDigits   = (InputBits + DigitBits - 1) / DigitBits;
  localparam int Depth       = Banks * NumGroups;
  localparam int AddrWidth   = (Depth > 1) ? $clog2(Depth) : 1;
  localparam int MemWidth    = LinesPerRead * Q * 16;
  localparam int VectorWidth = Rows * InputBits + NumDigits;
  localparam int VectorAddr  = $clog2(2 * RowFolds);
  localparam int OutputsAddr = (NumOutputs > 1) ? $clog2(NumOutputs) : 1;
  localparam int PairBits    = $clog2(Q / 2);
  localparam int CellsWindow = $clog2(Banks * Rows) + PairBits;
  localparam int Larger      = (CellsWindow > $clog2(Q)) ? CellsWindow : $clog2(Q);
  localparam int RegionWidth = (Larger > 4) ? Larger : 4;
  localparam int CfgWidth    = RegionWidth + 3;
  localparam int NumFrames   = 12;
  localparam int MaxWords    = NumFrames * (NumOutputs + 2);

  reg  clk, rst_n, cfg_valid, cfg_write, clear, s_valid, m_ready;
  reg  [CfgWidth-1:0] cfg_addr;
  reg  [31:0]         cfg_wdata;
  reg  [InWidth-1:0]  s_data;
  wire cfg_ready, cfg_error, s_ready, m_valid, busy;
  wire [31:0]         cfg_rdata;
  wire [OutWidth-1:0] m_data;
  wire [1:0]          error;
  wire mem_en, mem_we, vector_ren, vector_wen, frame_ren, frame_wen, outputs_en, outputs_we;
  wire [AddrWidth-1:0]   mem_addr;
  wire [MemWidth/32-1:0] mem_wmask;
  wire [MemWidth-1:0]    mem_wdata, mem_rdata;
  wire [VectorAddr-1:0]  vector_raddr, vector_waddr;
  wire [VectorWidth-1:0] vector_rdata, vector_wdata;
  wire [0:0]             frame_raddr, frame_waddr, outputs_wmask, outputs_wdata;
  wire [InputBits-1:0]   frame_wdata;
  wire [OutputsAddr-1:0] outputs_addr;
  reg  design_busy;
  wire idle = !busy && !design_busy;

  nacre_imc_crossbar #(
    .NumInputs(NumInputs), .InputBits(InputBits), .InputSigned(InputSigned), .Steps(Steps),
    .NumOutputs(NumOutputs), .Rows(Rows), .TileRows(TileRows), .Columns(Columns), .Banks(Banks),
    .WeightSets(WeightSets), .WeightBits(WeightBits), .WeightSigned(WeightSigned),
    .AccumulatorWidth(AccumulatorWidth), .DigitBits(DigitBits), .SkipZeroPlanes(SkipZeroPlanes),
    .LinesPerRead(LinesPerRead), .ColumnsPerAdc(ColumnsPerAdc), .Sar(Sar), .AdcBits(AdcBits),
    .AdcShift(AdcShift), .CellBits(CellBits), .Levels(Levels), .Spread(Spread),
    .StuckLow(StuckLow), .StuckHigh(StuckHigh), .IrDrop(IrDrop), .ReadNoise(ReadNoise),
    .AdcOffset(AdcOffset), .AdcNonlinearity(AdcNonlinearity), .DeviceSeed(DeviceSeed),
    .Counters(Counters)
  ) u_dut (
    .clk_i(clk), .rst_ni(rst_n), .cfg_valid_i(cfg_valid), .cfg_write_i(cfg_write),
    .cfg_addr_i(cfg_addr), .cfg_wdata_i(cfg_wdata), .cfg_ready_o(cfg_ready),
    .cfg_rdata_o(cfg_rdata), .cfg_error_o(cfg_error), .idle_i(idle), .clear_counters_i(clear),
    .s_valid_i(s_valid), .s_ready_o(s_ready), .s_data_i(s_data), .m_valid_o(m_valid),
    .m_ready_i(m_ready), .m_data_o(m_data), .busy_o(busy), .error_o(error),
    .conductances_en_o(mem_en), .conductances_we_o(mem_we), .conductances_addr_o(mem_addr),
    .conductances_wmask_o(mem_wmask), .conductances_wdata_o(mem_wdata),
    .conductances_rdata_i(mem_rdata), .vector_ren_o(vector_ren), .vector_raddr_o(vector_raddr),
    .vector_rdata_i(vector_rdata), .vector_wen_o(vector_wen), .vector_waddr_o(vector_waddr),
    .vector_wdata_o(vector_wdata), .frame_ren_o(frame_ren), .frame_raddr_o(frame_raddr),
    .frame_rdata_i({InputBits{1'b0}}), .frame_wen_o(frame_wen), .frame_waddr_o(frame_waddr),
    .frame_wdata_o(frame_wdata), .outputs_en_o(outputs_en), .outputs_we_o(outputs_we),
    .outputs_addr_o(outputs_addr), .outputs_wmask_o(outputs_wmask),
    .outputs_wdata_o(outputs_wdata), .outputs_rdata_i(1'b0)
  );
  nacre_mem_1rw #(.Width(MemWidth), .Depth(Depth)) u_conductances (
    .clk_i(clk), .en_i(mem_en), .we_i(mem_we), .addr_i(mem_addr), .wmask_i(mem_wmask),
    .wdata_i(mem_wdata), .rdata_o(mem_rdata)
  );
  nacre_mem_1r1w #(.Width(VectorWidth), .Depth(2 * RowFolds)) u_vector (
    .clk_i(clk), .ren_i(vector_ren), .raddr_i(vector_raddr), .rdata_o(vector_rdata),
    .wen_i(vector_wen), .waddr_i(vector_waddr), .wdata_i(vector_wdata)
  );
  nacre_crossbar_reference #(
    .Rows(Rows), .TileRows(TileRows), .Columns(Columns), .WeightBits(WeightBits),
    .WeightSigned(WeightSigned), .Banks(Banks), .DigitBits(DigitBits), .SkipZero(SkipZeroPlanes),
    .LinesPerRead(LinesPerRead), .AdcBits(AdcBits), .AdcShift(AdcShift), .CellBits(CellBits),
    .Levels(Levels), .Spread(Spread), .StuckLow(StuckLow), .StuckHigh(StuckHigh), .IrDrop(IrDrop),
    .ReadNoise(ReadNoise), .AdcOffset(AdcOffset), .AdcNonlinearity(AdcNonlinearity)
  ) u_reference ();

  integer errors, weight_set, reads;
  longint value [0:NumInputs-1];
  reg  [OutWidth-1:0] expected [0:MaxWords-1];
  integer written, given;
  reg     stalls;

  task fail(input integer what, input longint expected_value, input longint got);
    errors = errors + 1;
    if (errors < 10) begin
      $display("FAIL check %0d at %0t: expected %0d, got %0d", what, $time, expected_value, got);
    end
  endtask

  // One cycle; a word that leaves is compared.
  task tick;
    m_ready = !stalls || $unsigned($random) % 3 != 0;
    #1;
    if (m_valid && m_ready) begin
      if (given >= written || m_data !== expected[given]) begin
        fail(1, (given < written) ? 64'(expected[given]) : -1, 64'(m_data));
      end
      given = given + 1;
    end
    #1 clk = 1'b1;
    #1 clk = 1'b0;
    #1;
  endtask

  // An access of the bus; `refused` is what it must be.
  task bus(input integer region, input integer offset, input reg writes, input [31:0] data,
           input reg refused);
    integer cycles;
    cfg_addr  = {3'(region), RegionWidth'(offset)};
    cfg_write = writes;
    cfg_wdata = data;
    cfg_valid = 1'b1;
    cycles    = 0;
    tick;
    while (!cfg_ready && cycles < 100) begin
      tick;
      cycles = cycles + 1;
    end
    if (!cfg_ready) fail(2, 1, 0);
    if (cfg_error !== refused) fail(3, 64'(refused), 64'(cfg_error));
    if (cfg_error && cfg_rdata !== 32'd0) fail(4, 0, 64'(cfg_rdata));
  endtask

  task write_word(input integer region, input integer offset, input [31:0] data,
                  input reg refused);
    bus(region, offset, 1'b1, data, refused);
    tick;
    cfg_valid = 1'b0;
  endtask

  task read_word(input integer region, input integer offset, input longint expected_value);
    bus(region, offset, 1'b0, 32'd0, 1'b0);
    if (64'(cfg_rdata) !== expected_value) fail(5, expected_value, 64'(cfg_rdata));
    tick;
    cfg_valid = 1'b0;
  endtask

  // Random levels for all cells of a set's banks.
  task program_set(input integer set);
    integer row, level_0, level_1;
    for (int r = set * SetBanks * Rows; r < (set + 1) * SetBanks * Rows; r++) begin
      for (int m = 0; m < Q / 2; m++) begin
        level_0 = $unsigned($random) % (1 << CellBits);
        level_1 = $unsigned($random) % (1 << CellBits);
        u_reference.program_cell(r, 2 * m, level_0);
        u_reference.program_cell(r, 2 * m + 1, level_1);
        write_word(1, (r << PairBits) + m, {16'(level_1), 16'(level_0)}, 1'b0);
      end
    end
  endtask

  task check_set(input integer set);
    for (int r = set * SetBanks * Rows; r < (set + 1) * SetBanks * Rows; r++) begin
      for (int m = 0; m < Q / 2; m++) begin
        read_word(3, (r << PairBits) + m, u_reference.conductance[r * Q + 2 * m]
                  + 65536 * u_reference.conductance[r * Q + 2 * m + 1]);
      end
    end
  endtask

  task send(input [InWidth-1:0] word);
    while (stalls && $unsigned($random) % 3 == 0) tick;
    s_data  = word;
    s_valid = 1'b1;
    #1;
    while (!s_ready) tick;
    tick;
    s_valid = 1'b0;
  endtask

  // What a frame in `value` gives.
  task expect_frame(input reg ends);
    reg [Rows*DigitBits-1:0] plane;
    reg last;
    longint digit, input_value;
    for (int j = 0; j < ColumnFolds; j++) begin
      for (int n = 0; n < Columns; n++) u_reference.sums[n] = 0;
      for (int i = 0; i < RowFolds; i++) begin
        for (int d = 0; d < NumDigits; d++) begin
          plane = {Rows*DigitBits{1'b0}};
          for (int r = 0; r < Rows; r++) begin
            input_value = (i * Rows + r < NumInputs) ? value[i * Rows + r] : 64'd0;
            digit       = (input_value >>> (d * DigitBits)) & ((1 << DigitBits) - 1);
            plane[r*DigitBits +: DigitBits] = DigitBits'(digit);
          end
          last = InputSigned != 0 && d == NumDigits - 1;
          if (!SkipZeroPlanes || plane != 0) begin
            u_reference.add_plane(plane, weight_set * SetBanks + j * RowFolds + i, last,
                                  d * DigitBits);
            reads = reads + u_reference.groups;
          end
        end
      end
      for (int n = 0; n < Columns; n++) begin
        if (j * Columns + n < NumOutputs) begin
          expected[written] = {2'd2, 1'b0, OutAddress'(j * Columns + n),
                               AccumulatorWidth'(u_reference.sums[n])};
          written = written + 1;
        end
      end
    end
    expected[written] = {ends ? 2'd3 : 2'd1, {(OutWidth-2){1'b0}}};
    written = written + 1;
  endtask

  task send_frame;
    for (int k = 0; k < NumInputs; k++) begin
      value[k] = $unsigned($random) % (1 << InputBits);
      if ($unsigned($random) % 3 == 0) value[k] = 0;
    end
    // All smallest and all largest inputs, too.
    if ($unsigned($random) % 6 == 0) begin
      for (int k = 0; k < NumInputs; k++) value[k] = (1 << InputBits) - 1;
    end
    expect_frame(Steps == 0);
    for (int k = 0; k < NumInputs; k++) begin
      send({2'd2, 1'b0, InAddress'(k), InputBits'(value[k])});
    end
    send({(Steps == 0) ? 2'd3 : 2'd1, {(InWidth-2){1'b0}}});
    if (Steps != 0) begin
      send({2'd3, {(InWidth-2){1'b0}}});
      expected[written] = {2'd3, {(OutWidth-2){1'b0}}};
      written = written + 1;
    end
  endtask

  task drain;
    integer cycles;
    cycles = 0;
    while ((given < written || busy) && cycles < 100000) begin
      tick;
      cycles = cycles + 1;
    end
    if (given != written) fail(6, written, given);
    if (busy) fail(7, 0, 1);
    tick;
  endtask

  task reset;
    rst_n = 1'b0;
    #1;
    tick;
    rst_n = 1'b1;
    written = 0;
    given   = 0;
    reads   = 0;
    weight_set = 0;
    u_reference.number = 0;
    tick;
  endtask

  initial begin
    errors      = 0;
    clk         = 1'b0;
    rst_n       = 1'b1;
    cfg_valid   = 1'b0;
    cfg_write   = 1'b0;
    cfg_addr    = {CfgWidth{1'b0}};
    cfg_wdata   = 32'd0;
    clear       = 1'b0;
    s_valid     = 1'b0;
    s_data      = {InWidth{1'b0}};
    m_ready     = 1'b0;
    design_busy = 1'b0;
    stalls      = 1'b0;
    #1;
    reset;

    // Registers.
    read_word(0, 4, 64'(DeviceSeed));
    read_word(0, 5, 0);
    write_word(0, 5, 32'd1, 1'b1);
    u_reference.seed = 32'h600df00d;
    write_word(0, 4, u_reference.seed, 1'b0);
    read_word(0, 4, 64'(u_reference.seed));

    // Calibration, cells, and what is none of them.
    for (int q = 0; q < Q; q++) begin
      u_reference.gain[q]       = 256 + $unsigned($random) % 64 - 32;
      u_reference.correction[q] = $unsigned($random) % 16 - 8;
      write_word(4, q, {14'd0, 8'(u_reference.correction[q]), 10'(u_reference.gain[q])}, 1'b0);
    end
    for (int q = 0; q < Q; q++) begin
      read_word(4, q, 64'({8'(u_reference.correction[q]), 10'(u_reference.gain[q])}));
    end
    write_word(4, 0, 32'h0004_0000, 1'b1);
    for (int b = 0; b < WeightSets; b++) program_set(b);
    for (int b = 0; b < WeightSets; b++) check_set(b);
    bus(1, 0, 1'b0, 32'd0, 1'b1);                  // write only
    tick;
    write_word(3, 0, 32'd0, 1'b1);                 // read only
    write_word(1, 0, 32'd1 << CellBits, 1'b1);     // no such level
    write_word(1, 0, 32'd65536 << CellBits, 1'b1);
    write_word(5, 0, 32'd0, 1'b1);                 // no such region
    if (((Banks * Rows) << PairBits) < (1 << RegionWidth)) begin
      write_word(1, (Banks * Rows) << PairBits, 32'd0, 1'b1);
    end
    if (Q / 2 < (1 << PairBits)) write_word(1, Q / 2, 32'd0, 1'b1);
    design_busy = 1'b1;
    if (WeightSets == 1) write_word(1, 0, 32'd0, 1'b1);
    write_word(4, 0, 32'd256, 1'b1);
    write_word(0, 4, 32'd0, 1'b1);
    read_word(0, 4, 64'(u_reference.seed));
    design_busy = 1'b0;
    check_set(0);

    // Frames; the set in use is refused, the other one is programmed meanwhile.
    for (int run = 0; run < 4; run++) begin
      stalls = run % 2 == 1;
      for (int f = 0; f < 2; f++) send_frame;
      if (WeightSets == 2) begin
        if (busy) write_word(1, (weight_set * SetBanks * Rows) << PairBits, 32'd0, 1'b1);
        program_set(1 - weight_set);
        check_set(1 - weight_set);
        send_frame;
        drain;
        weight_set = 1 - weight_set;
        write_word(0, 1, 32'(weight_set), 1'b0);
      end
      send_frame;
      drain;
      read_word(0, 5, 64'($unsigned(u_reference.number)));
      read_word(0, 13, (Counters == 2) ? 64'(reads) : 64'd0);
      written = 0;
      given   = 0;
      if (run == 1) begin
        // A reset in the middle of a frame's computation.
        send_frame;
        for (int t = 0; t < 5; t++) tick;
        reset;
        u_reference.seed = 32'h600df00d;
        read_word(0, 4, 64'(DeviceSeed));
        read_word(0, 5, 0);
        if (busy) fail(8, 0, 1);
        write_word(0, 4, u_reference.seed, 1'b0);
        check_set(0);
      end
    end
    clear = 1'b1;
    tick;
    clear = 1'b0;
    tick;
    read_word(0, 13, 0);
    if (errors == 0) $display("PASS");
    $finish;
  end

endmodule
`default_nettype wire
