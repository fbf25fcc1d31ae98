`default_nettype none
// Smoke test of nacre_rate_encoder: whole samples under random stalls against the numeric contract
// computed bit by bit, bad frames, refused accesses, single step, reset in mid-sample, no X.
module nacre_rate_encoder_tb;
  parameter int          NumInputs     = 8;
  parameter int          IntensityBits = 4;
  parameter int          PhaseBits     = 4;
  parameter bit          Random        = 1'b0;
  parameter int          TimeSteps     = 4;
  parameter int          Lanes         = 2;
  parameter bit          StopOn        = 1'b0;
  parameter bit          StartPerInput = 1'b0;
  parameter logic [31:0] StartPhase    = 32'd0;
  parameter logic [31:0] Seed          = 32'd1;
  parameter int          Counters      = 1;

  localparam int AddressWidth = (NumInputs > 1) ? $clog2(NumInputs) : 1;
  localparam int InWidth      = 3 + AddressWidth + IntensityBits;
  localparam int OutWidth     = 3 + AddressWidth;
  localparam int NumRows      = (NumInputs + Lanes - 1) / Lanes;
  localparam int FieldWidth   = 2 * PhaseBits + 1;
  localparam int NumChunks    = (Lanes * FieldWidth + 31) / 32;
  localparam int ChunkWidth   = $clog2(NumChunks);
  localparam int StateWords   = $clog2(NumRows) + ChunkWidth;
  localparam bit StartTable   = StartPerInput && !Random;
  localparam int NumStarts    = StartTable ? NumInputs : 1;
  localparam int Larger       = (StateWords > $clog2(NumStarts)) ? StateWords : $clog2(NumStarts);
  localparam int Largest      = (Larger > IntensityBits) ? Larger : IntensityBits;
  localparam int RegionWidth  = (Largest > 4) ? Largest : 4;
  localparam int CfgAddrWidth = RegionWidth + 2;
  localparam int NumLevels    = 1 << IntensityBits;
  localparam int MaxWords     = TimeSteps * (NumInputs + 1) + 1;
  localparam logic [63:0] Full = 64'd1 << PhaseBits;

  logic clk = 1'b0, rst_n = 1'b1;
  logic cfg_valid = 1'b0, cfg_write = 1'b0, busy_bus = 1'b0, clear = 1'b0;
  logic [CfgAddrWidth-1:0] cfg_addr = '0;
  logic [31:0] cfg_wdata = '0, cfg_rdata;
  logic cfg_ready, cfg_error;
  logic single_step = 1'b0, step = 1'b0, verdict_valid = 1'b0, verdict = 1'b0;
  logic s_valid = 1'b0, s_ready, m_valid, m_ready = 1'b0, busy;
  logic [InWidth-1:0] s_data = '0;
  logic [OutWidth-1:0] m_data;
  logic [1:0] error;
  wire idle = !busy && !busy_bus;
  localparam int RowWidth         = (NumRows > 1) ? $clog2(NumRows) : 1;
  localparam int IncrementsWidth  = Lanes * (PhaseBits + 1);
  localparam int IncrementsChunks = (IncrementsWidth + 31) / 32;
  localparam int PhasesWidth      = Lanes * PhaseBits;
  logic levels_en, levels_we, levels_wmask, start_en, start_we, start_wmask;
  logic increments_en, increments_we, phases_ren, phases_wen;
  logic [IntensityBits-1:0] levels_addr;
  logic [PhaseBits:0] levels_rdata, levels_wdata;
  logic [AddressWidth-1:0] start_addr;
  logic [PhaseBits-1:0] start_rdata, start_wdata;
  logic [RowWidth-1:0] increments_addr, phases_raddr, phases_waddr;
  logic [IncrementsChunks-1:0] increments_wmask;
  logic [IncrementsWidth-1:0] increments_rdata, increments_wdata;
  logic [PhasesWidth-1:0] phases_rdata, phases_wdata;

  nacre_rate_encoder #(
    .NumInputs(NumInputs), .IntensityBits(IntensityBits), .PhaseBits(PhaseBits), .Random(Random),
    .TimeSteps(TimeSteps), .Lanes(Lanes), .StopOn(StopOn), .StartPerInput(StartPerInput),
    .StartPhase(StartPhase), .Seed(Seed), .Counters(Counters)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .cfg_valid_i(cfg_valid), .cfg_write_i(cfg_write),
    .cfg_addr_i(cfg_addr), .cfg_wdata_i(cfg_wdata), .cfg_ready_o(cfg_ready),
    .cfg_rdata_o(cfg_rdata), .cfg_error_o(cfg_error), .idle_i(idle), .clear_counters_i(clear),
    .single_step_i(single_step),
    .step_i(step), .verdict_valid_i(verdict_valid), .verdict_i(verdict), .s_valid_i(s_valid),
    .s_ready_o(s_ready), .s_data_i(s_data), .m_valid_o(m_valid), .m_ready_i(m_ready),
    .m_data_o(m_data), .busy_o(busy), .error_o(error),
    .levels_en_o(levels_en), .levels_we_o(levels_we), .levels_addr_o(levels_addr),
    .levels_wmask_o(levels_wmask), .levels_wdata_o(levels_wdata), .levels_rdata_i(levels_rdata),
    .start_en_o(start_en), .start_we_o(start_we), .start_addr_o(start_addr),
    .start_wmask_o(start_wmask), .start_wdata_o(start_wdata), .start_rdata_i(start_rdata),
    .increments_en_o(increments_en), .increments_we_o(increments_we),
    .increments_addr_o(increments_addr), .increments_wmask_o(increments_wmask),
    .increments_wdata_o(increments_wdata), .increments_rdata_i(increments_rdata),
    .phases_ren_o(phases_ren), .phases_raddr_o(phases_raddr), .phases_rdata_i(phases_rdata),
    .phases_wen_o(phases_wen), .phases_waddr_o(phases_waddr), .phases_wdata_o(phases_wdata)
  );
  nacre_mem_1rw #(.Width(PhaseBits + 1), .Depth(NumLevels)) u_levels (
    .clk_i(clk), .en_i(levels_en), .we_i(levels_we), .addr_i(levels_addr),
    .wmask_i(levels_wmask), .wdata_i(levels_wdata), .rdata_o(levels_rdata)
  );
  nacre_mem_1rw #(.Width(PhaseBits), .Depth(NumInputs)) u_start (
    .clk_i(clk), .en_i(start_en), .we_i(start_we), .addr_i(start_addr),
    .wmask_i(start_wmask), .wdata_i(start_wdata), .rdata_o(start_rdata)
  );
  nacre_mem_1rw #(.Width(IncrementsWidth), .Depth(NumRows)) u_increments (
    .clk_i(clk), .en_i(increments_en), .we_i(increments_we), .addr_i(increments_addr),
    .wmask_i(increments_wmask), .wdata_i(increments_wdata), .rdata_o(increments_rdata)
  );
  nacre_mem_1r1w #(.Width(PhasesWidth), .Depth(NumRows)) u_phases (
    .clk_i(clk), .ren_i(phases_ren), .raddr_i(phases_raddr), .rdata_o(phases_rdata),
    .wen_i(phases_wen), .waddr_i(phases_waddr), .wdata_i(phases_wdata)
  );

  always #5 clk = !clk;

  integer failures = 0;
  task automatic fail(input [60*8-1:0] what);
    failures = failures + 1;
    if (failures < 20) $display("FAIL %0s at %0t", what, $time);
  endtask

  // ---- Model
  logic [31:0] level [0:NumLevels-1];
  logic [31:0] start [0:NumInputs-1];
  logic [63:0] phase [0:NumInputs-1];
  logic [63:0] increment [0:NumInputs-1];
  logic [OutWidth-1:0] expected [0:MaxWords-1];
  logic [31:0] seed, lfsr;
  integer num_expected = 0, num_got = 0, end_step = 0, steps_seen = 0, events = 0;
  integer order_flags = 0, short_flags = 0, stall = 0, stalls = 0;
  logic checking = 1'b0;

  task automatic expect_word(input logic [1:0] kind, input integer address);
    expected[num_expected] = {kind, 1'b0, AddressWidth'(address)};
    num_expected = num_expected + 1;
  endtask

  task automatic model_sample(input integer frame_short);
    integer t, i, k;
    logic [63:0] sum, draw;
    num_expected = 0; num_got = 0; steps_seen = 0; events = 0;
    lfsr = seed;
    for (i = 0; i < NumInputs; i++) phase[i] = Random ? 64'd0 : {32'd0, start[i]};
    if (!frame_short) begin
      for (t = 0; t <= end_step; t++) begin
        for (i = 0; i < NumInputs; i++) begin
          if (Random) begin
            for (k = 0; k < PhaseBits; k++)
              lfsr = {lfsr[30:0], lfsr[31] ^ lfsr[21] ^ lfsr[1] ^ lfsr[0]};
            draw = {32'd0, lfsr} % Full;
            if (draw < increment[i]) begin expect_word(2'd0, i); events = events + 1; end
          end else begin
            sum = phase[i] + increment[i];
            if (sum >= Full) begin expect_word(2'd0, i); events = events + 1; end
            phase[i] = sum % Full;
          end
        end
        expect_word(2'd1, 0);
      end
    end
    expect_word(2'd3, 0);
  endtask

  // ---- Checks in every cycle
  always @(posedge clk) if (checking && rst_n) begin
    if ((^{cfg_ready, cfg_error, cfg_rdata, s_ready, m_valid, busy, error}) === 1'bx)
      fail("an output is X");
    if (m_valid && (^m_data) === 1'bx) fail("a word is X");
    // A word is held or the next is on its way: not idle. Idle means that nothing comes any more.
    if (m_valid && !busy) fail("not busy with a word at the output");
    if (m_valid && !m_ready) stalls = stalls + 1;
    if (m_valid && m_ready) begin
      if (num_got >= num_expected) fail("a word too many");
      else if (m_data !== expected[num_got]) fail("wrong word");
      num_got = num_got + 1;
    end
    if (error[0]) order_flags = order_flags + 1;
    if (error[1]) short_flags = short_flags + 1;
  end

  // The verdict on each step, one to four cycles after its end_of_step left.
  integer verdict_delay = 0;
  always @(negedge clk) begin
    m_ready       = (stall == 0) || ($urandom % 3 == 0);
    step          = single_step && ($urandom % 8 == 0);
    verdict_valid = 1'b0;
    if (verdict_delay > 0) begin
      verdict_delay = verdict_delay - 1;
      if (verdict_delay == 0) begin
        verdict_valid = StopOn;
        verdict       = steps_seen == end_step;
        steps_seen    = steps_seen + 1;
      end
    end
  end
  always @(posedge clk) if (rst_n && m_valid && m_ready && m_data[OutWidth-1 -: 2] == 2'd1)
    verdict_delay = 1 + ($urandom % 4);

  task automatic access(input logic write, input integer address, input logic [31:0] data,
                        output logic refused, output logic [31:0] read);
    @(negedge clk);
    cfg_valid = 1'b1; cfg_write = write; cfg_addr = CfgAddrWidth'(address); cfg_wdata = data;
    @(posedge clk);
    while (!cfg_ready) @(posedge clk);
    refused = cfg_error; read = cfg_rdata;
    @(negedge clk) cfg_valid = 1'b0;
  endtask

  task automatic put(input integer address, input logic [31:0] data);
    logic refused; logic [31:0] read;
    access(1'b1, address, data, refused, read);
    if (refused) fail("a write is refused");
    access(1'b0, address, 32'd0, refused, read);
    if (refused || read !== data) fail("a value reads back differently");
  endtask

  task automatic get(input integer address, input logic [31:0] want);
    logic refused; logic [31:0] read;
    access(1'b0, address, 32'd0, refused, read);
    if (refused) fail("a read is refused");
    if (read !== want) fail("a register is wrong");
  endtask

  task automatic refuse(input logic write, input integer address, input logic [31:0] data);
    logic refused; logic [31:0] read;
    access(write, address, data, refused, read);
    if (!refused) fail("an illegal access is accepted");
  endtask

  task automatic send(input logic [1:0] kind, input integer address, input integer payload);
    while (stall != 0 && $urandom % 2 == 0) @(negedge clk);
    s_valid = 1'b1;
    s_data  = {kind, 1'b0, AddressWidth'(address), IntensityBits'(payload)};
    @(posedge clk);
    while (!s_ready) @(posedge clk);
    @(negedge clk) s_valid = 1'b0;
  endtask

  task automatic load_tables;
    integer i;
    for (i = 0; i < NumLevels; i++) begin
      // 0 and 2^P are corners of their own.
      level[i] = (i == 0) ? 32'd0 : (i == NumLevels - 1) ? Full[31:0] :
                 32'(({32'd0, $urandom} % (Full + 64'd1)));
      put((1 << RegionWidth) + i, level[i]);
    end
    refuse(1'b1, 1 << RegionWidth, Full[31:0] + 32'd1);
    for (i = 0; i < NumInputs; i++) begin
      if (i < NumStarts) begin
        start[i] = $urandom % Full[31:0];
        put((2 << RegionWidth) + i, start[i]);
      end else begin
        start[i] = start[0];
      end
    end
    refuse(1'b1, 2 << RegionWidth, Full[31:0]);
  endtask

  task automatic sample(input integer frame_short, input integer out_of_order);
    integer i, n, x, cycles;
    n = frame_short ? NumInputs - 1 : NumInputs;
    order_flags = 0; short_flags = 0;
    end_step = StopOn ? $urandom % TimeSteps : TimeSteps - 1;
    checking = 1'b1;
    num_expected = 0; num_got = 0;
    @(negedge clk);
    for (i = 0; i < n; i++) begin
      if (out_of_order && i == n / 2 && NumInputs > 1) send(2'd2, (i + 1) % NumInputs, 0);
      x = $urandom % NumLevels;
      send(2'd2, i, x);
      increment[i] = {32'd0, level[x]};
    end
    if (out_of_order) send(2'd2, 0, 0);  // one value too many
    model_sample(frame_short);
    send(2'd3, 0, 0);
    cycles = 0;
    while (num_got < num_expected && cycles < 200 * MaxWords + 1000) begin
      @(posedge clk);
      cycles = cycles + 1;
    end
    repeat (8) @(posedge clk);
    if (num_got != num_expected) fail("words are missing");
    if (busy) fail("busy at the end");
    if (order_flags != (out_of_order ? ((NumInputs > 1) ? 2 : 1) : 0)) fail("frame_order");
    if (short_flags != frame_short) fail("frame_short");
  endtask

  task automatic check_state;
    integer r, k, l, b;
    logic [Lanes*FieldWidth+31:0] row;
    for (r = 0; r < NumRows; r++) begin
      row = '0;
      for (l = 0; l < Lanes; l++) begin
        if (r * Lanes + l < NumInputs) begin
          for (b = 0; b < PhaseBits; b++) row[l*FieldWidth + b] = phase[r*Lanes + l][b];
          for (b = 0; b <= PhaseBits; b++)
            row[l*FieldWidth + PhaseBits + b] = increment[r*Lanes + l][b];
        end
      end
      for (k = 0; k < (Lanes * FieldWidth + 31) / 32; k++)
        get((3 << RegionWidth) + (r << ChunkWidth) + k, row[k*32 +: 32]);
    end
    refuse(1'b1, 3 << RegionWidth, 32'd0);
    if (Random) get(1, lfsr);
  endtask

  task automatic do_reset;
    @(negedge clk) rst_n = 1'b0;
    s_valid = 1'b0; verdict_delay = 0;
    repeat (3) @(negedge clk);
    rst_n = 1'b1;
    seed = Seed;
    if (!StartTable) begin : single_start
      integer i;
      for (i = 0; i < NumInputs; i++) start[i] = StartPhase;
    end
    @(negedge clk);
  endtask

  initial begin : main
    integer i;
    repeat (2) @(negedge clk);
    do_reset;
    checking = 1'b1;
    if (!StartTable) get(2 << RegionWidth, StartPhase);
    load_tables;
    if (Random) begin
      get(0, Seed);
      seed = $urandom | 32'd1;
      put(0, seed);
      refuse(1'b1, 0, 32'd0);
      refuse(1'b1, 1, 32'd1);
    end else begin
      refuse(1'b0, 0, 32'd0);
    end
    refuse(1'b0, 15, 32'd0);
    refuse(1'b1, 8, 32'd0);
    // The first word after each table, and after the last chunk of a state row.
    if (NumLevels < (1 << RegionWidth)) refuse(1'b0, (1 << RegionWidth) + NumLevels, 32'd0);
    if (NumStarts < (1 << RegionWidth)) refuse(1'b0, (2 << RegionWidth) + NumStarts, 32'd0);
    if (NumChunks < (1 << ChunkWidth)) refuse(1'b0, (3 << RegionWidth) + NumChunks, 32'd0);
    if (NumRows < (1 << (RegionWidth - ChunkWidth)))
      refuse(1'b0, (3 << RegionWidth) + (NumRows << ChunkWidth), 32'd0);
    busy_bus = 1'b1;
    refuse(1'b1, 1 << RegionWidth, level[0]);
    refuse(1'b0, 3 << RegionWidth, 32'd0);
    busy_bus = 1'b0;
    for (i = 0; i < 4; i++) begin
      stall = i % 2;
      sample(0, i == 3);
      check_state;
    end
    if (Counters > 0) begin
      get(8, 32'(4 * NumInputs));
      get(12, (Counters > 1) ? 32'(stalls) : 32'd0);
      clear = 1'b1;
      @(negedge clk) clear = 1'b0;
    end
    get(8, 32'd0);
    sample(1, 0);
    single_step = 1'b1;
    sample(0, 0);
    check_state;
    if (Counters > 0) begin
      get(8, 32'(2 * NumInputs - 1));
      get(9, 32'(events));
      get(10, 32'(end_step + 1));
    end
    single_step = 1'b0;
    // Reset while the second half of a frame comes, and while a sample is sent.
    stall = 1;
    checking = 1'b0;
    send(2'd2, 0, NumLevels - 1);
    do_reset;
    sample(0, 0);
    check_state;
    checking = 1'b0;
    for (i = 0; i < NumInputs; i++) send(2'd2, i, NumLevels - 1);
    send(2'd3, 0, 0);
    repeat (7) @(negedge clk);
    do_reset;
    sample(0, 0);
    check_state;
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
