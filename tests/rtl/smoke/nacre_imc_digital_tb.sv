`default_nettype none
// Smoke test of nacre_imc_digital: frames under random stalls against the matrix product and the
// requantisation of docs/tile.md computed plainly; bad frames, register p, weight sets written
// while the stage is busy, refused accesses, counters, reset in mid-frame and in mid-computation.
module nacre_imc_digital_tb;
  parameter int NumInputs        = 4;
  parameter int InputBits        = 4;
  parameter bit InputSigned      = 1'b0;
  parameter bit Steps            = 1'b0;
  parameter bit Convolution      = 1'b0;
  parameter int Height           = 2;
  parameter int Width            = 2;
  parameter int Channels         = 1;
  parameter int KernelV          = 1;
  parameter int KernelH          = 1;
  parameter int StrideV          = 1;
  parameter int StrideH          = 1;
  parameter int PaddingV         = 0;
  parameter int PaddingH         = 0;
  parameter int NumOutputs       = 4;
  parameter int Rows             = 4;
  parameter int Columns          = 2;
  parameter int Banks            = 2;
  parameter int WeightSets       = 1;
  parameter int WeightBits       = 4;
  parameter bit WeightSigned     = 1'b1;
  parameter int DigitBits        = 1;
  parameter bit SkipZeroPlanes   = 1'b1;
  parameter int AccumulatorWidth = 16;
  parameter int BiasWidth        = 0;
  parameter bit Requantise       = 1'b0;
  parameter bit ScalePerOutput   = 1'b0;
  parameter int OutputBits       = 8;
  parameter bit OutputSigned     = 1'b1;
  parameter int Rounding         = 1;
  parameter bit Relu             = 1'b0;
  parameter int Scale            = 1;
  parameter int Shift            = 0;
  parameter int Counters         = 1;

  localparam int K            = Convolution ? KernelV * KernelH * Channels : NumInputs;
  localparam int PatchesV     = Convolution ? (Height + 2 * PaddingV - KernelV) / StrideV + 1 : 1;
  localparam int PatchesH     = Convolution ? (Width + 2 * PaddingH - KernelH) / StrideH + 1 : 1;
  localparam int NumPatches   = PatchesV * PatchesH;
  localparam int RowFolds     = (K + Rows - 1) / Rows;
  localparam int ColumnFolds  = (NumOutputs + Columns - 1) / Columns;
  localparam int SetBanks     = RowFolds * ColumnFolds;
  localparam int InAddress    = (NumInputs > 1) ? $clog2(NumInputs) : 1;
  localparam int InWidth      = 3 + InAddress + InputBits;
  localparam int OutAddresses = NumOutputs * NumPatches;
  localparam int OutAddress   = (OutAddresses > 1) ? $clog2(OutAddresses) : 1;
  localparam int Payload      = Requantise ? OutputBits : AccumulatorWidth;
  localparam int OutWidth     = 3 + OutAddress + Payload;
  localparam int NumDigits    = (InputBits + DigitBits - 1) / DigitBits;
  localparam int WeightsWidth = Rows * Columns * WeightBits;
  localparam int WeightsChunks = (WeightsWidth + 31) / 32;
  localparam int WeightsChunkBits = $clog2(WeightsChunks);
  localparam int BankWidth    = (Banks > 1) ? $clog2(Banks) : 1;
  localparam int VectorWidth  = Rows * InputBits + NumDigits;
  localparam int VectorAddr   = $clog2(2 * RowFolds);
  localparam int FrameRows    = Convolution ? 2 * NumInputs : 1;
  localparam int FrameAddr    = (FrameRows > 1) ? $clog2(FrameRows) : 1;
  localparam bit HasScales    = Requantise && ScalePerOutput;
  localparam int OutputsField = BiasWidth + (HasScales ? 16 : 0);
  localparam int OutputsWidth = (OutputsField > 0) ? OutputsField : 1;
  localparam int OutputsAddr  = (NumOutputs > 1) ? $clog2(NumOutputs) : 1;
  localparam int OutputsChunks = (OutputsWidth + 31) / 32;
  localparam int WeightsWindow = $clog2(Banks) + WeightsChunkBits;
  localparam int OutputsWindow = (OutputsField > 0)
                               ? $clog2(NumOutputs) + $clog2(OutputsChunks) : 0;
  localparam int Larger       = (WeightsWindow > OutputsWindow) ? WeightsWindow : OutputsWindow;
  localparam int RegionWidth  = (Larger > 4) ? Larger : 4;
  localparam int CfgAddrWidth = RegionWidth + 2;
  localparam int MaxWords     = 8 * (OutAddresses + 2);

  logic clk = 1'b0, rst_n = 1'b1;
  logic cfg_valid = 1'b0, cfg_write = 1'b0, busy_bus = 1'b0, clear = 1'b0;
  logic [CfgAddrWidth-1:0] cfg_addr = '0;
  logic [31:0] cfg_wdata = '0, cfg_rdata;
  logic cfg_ready, cfg_error;
  logic s_valid = 1'b0, s_ready, m_valid, m_ready = 1'b0, busy;
  logic [InWidth-1:0] s_data = '0;
  logic [OutWidth-1:0] m_data;
  logic [1:0] error;
  wire idle = !busy && !busy_bus && !s_valid;
  logic weights_en, weights_we, outputs_en, outputs_we;
  logic vector_ren, vector_wen, frame_ren, frame_wen;
  logic [BankWidth-1:0] weights_addr;
  logic [WeightsChunks-1:0] weights_wmask;
  logic [WeightsWidth-1:0] weights_wdata, weights_rdata;
  logic [VectorAddr-1:0] vector_raddr, vector_waddr;
  logic [VectorWidth-1:0] vector_rdata, vector_wdata;
  logic [FrameAddr-1:0] frame_raddr, frame_waddr;
  logic [InputBits-1:0] frame_rdata, frame_wdata;
  logic [OutputsAddr-1:0] outputs_addr;
  logic [OutputsChunks-1:0] outputs_wmask;
  logic [OutputsWidth-1:0] outputs_wdata, outputs_rdata;

  nacre_imc_digital #(
    .NumInputs(NumInputs), .InputBits(InputBits), .InputSigned(InputSigned), .Steps(Steps),
    .Convolution(Convolution), .Height(Height), .Width(Width), .Channels(Channels),
    .KernelV(KernelV), .KernelH(KernelH), .StrideV(StrideV), .StrideH(StrideH),
    .PaddingV(PaddingV), .PaddingH(PaddingH), .NumOutputs(NumOutputs), .Rows(Rows),
    .Columns(Columns), .Banks(Banks), .WeightSets(WeightSets), .WeightBits(WeightBits),
    .WeightSigned(WeightSigned), .DigitBits(DigitBits), .SkipZeroPlanes(SkipZeroPlanes),
    .AccumulatorWidth(AccumulatorWidth), .BiasWidth(BiasWidth), .Requantise(Requantise),
    .ScalePerOutput(ScalePerOutput), .OutputBits(OutputBits), .OutputSigned(OutputSigned),
    .Rounding(Rounding), .Relu(Relu), .Scale(Scale), .Shift(Shift), .Counters(Counters)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .cfg_valid_i(cfg_valid), .cfg_write_i(cfg_write),
    .cfg_addr_i(cfg_addr), .cfg_wdata_i(cfg_wdata), .cfg_ready_o(cfg_ready),
    .cfg_rdata_o(cfg_rdata), .cfg_error_o(cfg_error), .idle_i(idle), .clear_counters_i(clear),
    .s_valid_i(s_valid), .s_ready_o(s_ready), .s_data_i(s_data), .m_valid_o(m_valid),
    .m_ready_i(m_ready), .m_data_o(m_data), .busy_o(busy), .error_o(error),
    .weights_en_o(weights_en), .weights_we_o(weights_we), .weights_addr_o(weights_addr),
    .weights_wmask_o(weights_wmask), .weights_wdata_o(weights_wdata),
    .weights_rdata_i(weights_rdata), .vector_ren_o(vector_ren), .vector_raddr_o(vector_raddr),
    .vector_rdata_i(vector_rdata), .vector_wen_o(vector_wen), .vector_waddr_o(vector_waddr),
    .vector_wdata_o(vector_wdata), .frame_ren_o(frame_ren), .frame_raddr_o(frame_raddr),
    .frame_rdata_i(frame_rdata), .frame_wen_o(frame_wen), .frame_waddr_o(frame_waddr),
    .frame_wdata_o(frame_wdata), .outputs_en_o(outputs_en), .outputs_we_o(outputs_we),
    .outputs_addr_o(outputs_addr), .outputs_wmask_o(outputs_wmask),
    .outputs_wdata_o(outputs_wdata), .outputs_rdata_i(outputs_rdata)
  );
  nacre_mem_1rw #(.Width(WeightsWidth), .Depth(Banks)) u_weights (
    .clk_i(clk), .en_i(weights_en), .we_i(weights_we), .addr_i(weights_addr),
    .wmask_i(weights_wmask), .wdata_i(weights_wdata), .rdata_o(weights_rdata)
  );
  nacre_mem_1r1w #(.Width(VectorWidth), .Depth(2 * RowFolds)) u_vector (
    .clk_i(clk), .ren_i(vector_ren), .raddr_i(vector_raddr), .rdata_o(vector_rdata),
    .wen_i(vector_wen), .waddr_i(vector_waddr), .wdata_i(vector_wdata)
  );
  nacre_mem_1r1w #(.Width(InputBits), .Depth(FrameRows)) u_frame (
    .clk_i(clk), .ren_i(frame_ren), .raddr_i(frame_raddr), .rdata_o(frame_rdata),
    .wen_i(frame_wen), .waddr_i(frame_waddr), .wdata_i(frame_wdata)
  );
  nacre_mem_1rw #(.Width(OutputsWidth), .Depth(NumOutputs)) u_outputs (
    .clk_i(clk), .en_i(outputs_en), .we_i(outputs_we), .addr_i(outputs_addr),
    .wmask_i(outputs_wmask), .wdata_i(outputs_wdata), .rdata_o(outputs_rdata)
  );

  always #5 clk = !clk;

  nacre_tile_reference #(
    .NumInputs(NumInputs), .InputBits(InputBits), .InputSigned(InputSigned),
    .Convolution(Convolution), .Height(Height), .Width(Width), .Channels(Channels),
    .KernelV(KernelV), .KernelH(KernelH), .StrideV(StrideV), .StrideH(StrideH),
    .PaddingV(PaddingV), .PaddingH(PaddingH), .NumOutputs(NumOutputs), .Rows(Rows),
    .Columns(Columns), .WeightSets(WeightSets), .DigitBits(DigitBits),
    .SkipZeroPlanes(SkipZeroPlanes), .AccumulatorWidth(AccumulatorWidth), .BiasWidth(BiasWidth),
    .Requantise(Requantise), .OutputBits(OutputBits), .OutputSigned(OutputSigned),
    .Rounding(Rounding), .Relu(Relu)
  ) u_reference ();

  integer num_got = 0, failures = 0, stall = 0;
  integer order_flags = 0, short_flags = 0, stalls = 0;
  logic checking = 1'b0;

  task fail(input [8*48-1:0] what);
    if (failures < 20) $display("FAIL %0s at %0t", what, $time);
    failures = failures + 1;
  endtask

  // ---- Monitors -------------------------------------------------------------------------------
  always @(posedge clk) begin
    if (rst_n && m_valid && !m_ready && checking) stalls = stalls + 1;
    if (rst_n && m_valid && m_ready && checking) begin
      if (num_got >= u_reference.num_expected) fail("a word too many");
      else if (m_data !== u_reference.expected[num_got]) begin
        fail("word");
        if (failures < 8)
          $display("  word %0d is %h, expected %h", num_got, m_data, u_reference.expected[num_got]);
      end
      num_got = num_got + 1;
    end
    if (rst_n && checking) begin
      order_flags = order_flags + 32'(error[0]);
      short_flags = short_flags + 32'(error[1]);
    end
  end
  always @(negedge clk) m_ready <= (stall == 0) || ($urandom % (stall + 1)) == 0;

  // ---- Stimulus -------------------------------------------------------------------------------
  task automatic send(input logic [1:0] kind, input integer address, input integer payload);
    while (stall > 0 && $urandom % 3 == 0) @(negedge clk);
    s_valid = 1'b1;
    s_data = {kind, 1'b0, InAddress'(address), InputBits'(payload)};
    #1;
    while (!s_ready) begin @(negedge clk); #1; end
    @(negedge clk);
    s_valid = 1'b0;
  endtask

  task automatic bus(input logic write, input integer address, input logic [31:0] data);
    cfg_valid = 1'b1; cfg_write = write;
    cfg_addr = CfgAddrWidth'(address); cfg_wdata = data;
    @(negedge clk);
    while (!cfg_ready) @(negedge clk);
  endtask
  task automatic bus_end;
    cfg_valid = 1'b0;
    @(negedge clk);
  endtask
  task automatic put(input integer address, input logic [31:0] data);
    bus(1'b1, address, data);
    if (cfg_error !== 1'b0) fail("write refused");
    bus_end;
  endtask
  task automatic get(input integer address, input logic [31:0] data);
    bus(1'b0, address, 32'd0);
    if (cfg_error !== 1'b0) fail("read refused");
    else if (cfg_rdata !== data) begin
      fail("read data");
      $display("  %h: %h, expected %h", address, cfg_rdata, data);
    end
    bus_end;
  endtask
  task automatic refuse(input logic write, input integer address, input logic [31:0] data);
    bus(write, address, data);
    if (cfg_error !== 1'b1) fail("not refused");
    bus_end;
  endtask

  function automatic logic [32*WeightsChunks-1:0] row_of(input integer s, input integer b);
    integer r, c, k, n, e, w;
    row_of = '0;
    for (r = 0; r < Rows; r++) begin
      for (c = 0; c < Columns; c++) begin
        k = (b % RowFolds) * Rows + r;
        n = (b / RowFolds) * Columns + c;
        w = (k < K && n < NumOutputs) ? u_reference.weight[(s * K + k) * NumOutputs + n] : 0;
        for (e = 0; e < WeightBits; e++) row_of[(r*Columns + c)*WeightBits + e] = w[e];
      end
    end
  endfunction

  // Random weights, now and then all at one end; `check`: they are read back.
  task automatic load_set(input integer s, input integer mode, input integer check);
    integer i, b, c, low, high;
    logic [32*WeightsChunks-1:0] row;
    low  = WeightSigned ? 0 - (1 << (WeightBits - 1)) : 0;
    high = WeightSigned ? (1 << (WeightBits - 1)) - 1 : (1 << WeightBits) - 1;
    for (i = 0; i < K * NumOutputs; i++)
      u_reference.weight[s*K*NumOutputs + i] = (mode == 1) ? low : (mode == 2) ? high
                                 : low + $signed(32'($urandom % (1 << WeightBits)));
    for (b = 0; b < SetBanks; b++) begin
      row = row_of(s, b);
      for (c = 0; c < WeightsChunks; c++)
        put((1 << RegionWidth) + ((s * SetBanks + b) << WeightsChunkBits) + c, row[32*c +: 32]);
      if (check != 0)
        for (c = 0; c < WeightsChunks; c++)
          get((1 << RegionWidth) + ((s * SetBanks + b) << WeightsChunkBits) + c, row[32*c +: 32]);
    end
  endtask

  task automatic load_outputs;
    integer n, c;
    logic [63:0] row;
    for (n = 0; n < NumOutputs; n++) begin
      u_reference.bias[n]  = (BiasWidth > 0) ? $signed($urandom) >>> (32 - BiasWidth) : 0;
      if (HasScales) u_reference.scale[n] = 1 + $urandom % 65535;
      row = 64'd0;
      for (c = 0; c < BiasWidth; c++) row[c] = u_reference.bias[n][c];
      if (HasScales) for (c = 0; c < 16; c++) row[BiasWidth + c] = u_reference.scale[n][c];
      for (c = 0; c < OutputsChunks; c++)
        if (OutputsField > 0)
          put((2 << RegionWidth) + (n << $clog2(OutputsChunks)) + c, row[32*c +: 32]);
      for (c = 0; c < OutputsChunks; c++)
        if (OutputsField > 0)
          get((2 << RegionWidth) + (n << $clog2(OutputsChunks)) + c, row[32*c +: 32]);
    end
    if (OutputsField == 0) refuse(1'b0, 2 << RegionWidth, 32'd0);
  endtask

  // mode 0: random; 1: all 0; 2: all smallest; 3: all largest; 4: mostly 0.
  task automatic frame(input integer mode, input integer out_of_order);
    integer i;
    for (i = 0; i < NumInputs; i++) begin
      case (mode)
        1:       u_reference.value[i] = 0;
        2:       u_reference.value[i] = InputSigned ? 1 << (InputBits - 1) : 0;
        3:       u_reference.value[i] = (1 << (InputSigned ? InputBits - 1 : InputBits)) - 1;
        4:       u_reference.value[i] = ($urandom % 8 == 0) ? $urandom % (1 << InputBits) : 0;
        default: u_reference.value[i] = $urandom % (1 << InputBits);
      endcase
    end
    u_reference.expect_frame;
    if (Steps) u_reference.expect_word(2'd1, 0, '0);
    for (i = 0; i < NumInputs; i++) begin
      if (out_of_order != 0 && i == NumInputs / 2 && NumInputs > 1)
        send(2'd2, (i + 1) % NumInputs, 1);
      send(2'd2, i, u_reference.value[i]);
    end
    if (out_of_order != 0) send(2'd2, 0, 0);
    if (Steps) send(2'd1, 0, 0);
    if (!Steps) begin
      u_reference.expect_word(2'd3, 0, '0);
      send(2'd3, 0, 0);
    end
  endtask

  // A frame cut short by its closing word.
  task automatic short_frame;
    integer i;
    for (i = 0; i < NumInputs - 1; i++) send(2'd2, i, $urandom);
    u_reference.expect_word(Steps ? 2'd1 : 2'd3, 0, '0);
    send(Steps ? 2'd1 : 2'd3, 0, 0);
  endtask

  task automatic begin_words;
    u_reference.num_expected = 0; num_got = 0; order_flags = 0; short_flags = 0;
    checking = 1'b1;
  endtask
  task automatic end_sample;
    if (Steps) begin
      u_reference.expect_word(2'd3, 0, '0);
      send(2'd3, 0, 0);
    end
  endtask
  task automatic finish_words(input integer order, input integer short);
    integer cycles;
    cycles = 0;
    while (num_got < u_reference.num_expected && cycles < 100 * MaxWords * (K + 16)) begin
      @(posedge clk);
      cycles = cycles + 1;
    end
    repeat (8) @(negedge clk);
    if (num_got != u_reference.num_expected) fail("words are missing");
    if (busy !== 1'b0) fail("busy at the end");
    if (order_flags != order) fail("frame_order");
    if (short_flags != short) fail("frame_short");
  endtask

  task automatic do_reset;
    integer n;
    @(negedge clk) rst_n = 1'b0;
    s_valid = 1'b0;
    repeat (3) @(negedge clk);
    rst_n = 1'b1;
    u_reference.bits = InputBits; u_reference.shift = Shift; u_reference.set = 0;
    u_reference.frames = 0; u_reference.planes = 0; u_reference.skipped = 0;
    u_reference.loads = 0;
    stalls = 0;
    if (!HasScales) for (n = 0; n < NumOutputs; n++) u_reference.scale[n] = Scale;
    @(negedge clk);
  endtask

  task automatic set_bits(input integer p);
    put(0, 32'(p));
    get(0, 32'(p));
    u_reference.bits = p;
  endtask

  initial begin : main
    integer i, n;
    repeat (2) @(negedge clk);
    do_reset;
    load_outputs;
    for (i = 0; i < WeightSets; i++) load_set(i, 0, 1);
    get(0, InputBits);
    refuse(1'b1, 0, 32'd0);
    refuse(1'b1, 0, 32'(InputBits + 1));
    refuse(1'b0, 4, 32'd0);
    refuse(1'b1, 8, 32'd0);
    if (Requantise && !HasScales) begin
      get(2, Scale);
      refuse(1'b1, 2, 32'd0);
      refuse(1'b1, 2, 32'd65536);
      n = 1 + $urandom % 65535;
      put(2, 32'(n));
      get(2, 32'(n));
      for (i = 0; i < NumOutputs; i++) u_reference.scale[i] = n;
    end else begin
      refuse(1'b0, 2, 32'd0);
    end
    if (Requantise) begin
      get(3, Shift);
      refuse(1'b1, 3, 32'd64);
    end else begin
      refuse(1'b0, 3, 32'd0);
    end
    if (WeightsChunks < (1 << WeightsChunkBits))
      refuse(1'b0, (1 << RegionWidth) + WeightsChunks, 32'd0);
    if (Banks < (1 << (RegionWidth - WeightsChunkBits)))
      refuse(1'b0, (1 << RegionWidth) + (Banks << WeightsChunkBits), 32'd0);
    busy_bus = 1'b1;
    refuse(1'b1, 1 << RegionWidth, 32'd0);
    refuse(1'b1, 0, 32'(InputBits));
    busy_bus = 1'b0;
    refuse(1'b0, 3 << RegionWidth, 32'd0);

    // Frames one by one, then without waiting.
    for (i = 0; i < 6; i++) begin
      stall = i % 3;
      begin_words;
      frame(i, 0);
      end_sample;
      finish_words(0, 0);
    end
    for (i = 0; i < 3; i++) begin
      stall = i;
      begin_words;
      for (n = 0; n < 4; n++) frame((n == 2) ? 4 : 0, 0);
      end_sample;
      finish_words(0, 0);
    end
    if (Counters > 0) begin
      get(8, 32'(u_reference.frames));
      get(9, 32'(u_reference.frames * NumPatches));
      get(10, 32'(u_reference.planes));
      get(11, 32'(u_reference.skipped));
      get(12, (Counters > 1) ? 32'(stalls) : 32'd0);
      get(13, (Counters > 1) ? 32'(u_reference.loads) : 32'd0);
      clear = 1'b1;
      @(negedge clk) clear = 1'b0;
    end
    for (i = 8; i < 14; i++) get(i, 32'd0);

    // Bad frames.
    stall = 1;
    begin_words;
    frame(0, 1);
    short_frame;
    short_frame;
    frame(4, 0);
    end_sample;
    finish_words((NumInputs > 1) ? 2 : 1, 2);
    if (Steps) begin
      // The sample ends in the middle of a frame, and behind a frame that was not closed.
      begin_words;
      send(2'd2, 0, 1);
      end_sample;
      for (i = 0; i < NumInputs; i++) send(2'd2, i, 0);
      end_sample;
      end_sample;
      frame(0, 0);
      finish_words(0, 2);
    end

    // Fewer bits; weights at both ends; other shifts.
    for (i = 0; i < 4; i++) begin
      set_bits((i < 2) ? 1 + $urandom % InputBits : InputBits);
      load_set(0, (i < 3) ? i : 0, 0);
      if (Requantise) begin
        u_reference.shift = (i == 0) ? 63 : $urandom % 40;
        put(3, 32'(u_reference.shift));
      end
      begin_words;
      frame(2, 0);
      frame(3, 0);
      frame(0, 0);
      end_sample;
      finish_words(0, 0);
    end
    // Inside a frame p cannot be written.
    if (NumInputs > 1 || Steps) begin
      begin_words;
      send(2'd2, 0, 0);
      @(negedge clk);
      refuse(1'b1, 0, 32'd1);
      u_reference.expect_word(2'd3, 0, '0);
      send(2'd3, 0, 0);
      finish_words(0, 1);
    end

    if (WeightSets == 2) begin : sets
      // The set that is not used is written while the other one computes, and the output waits.
      for (i = 0; i < 3; i++) begin
        begin_words;
        stall = 40;
        frame(0, 0);
        frame(0, 0);
        if (!busy) fail("not busy");
        if (!idle)
          refuse(1'b0, (1 << RegionWidth) + ((u_reference.set * SetBanks) << WeightsChunkBits),
                 32'd0);
        load_set(1 - u_reference.set, 0, 1);
        stall = 0;
        put(1, 32'(1 - u_reference.set));
        if (Steps) frame(0, 0);
        end_sample;
        u_reference.set = 1 - u_reference.set;
        frame(0, 0);
        frame(4, 0);
        end_sample;
        finish_words(0, 0);
      end
      refuse(1'b1, 1, 32'd2);
      get(1, 32'(u_reference.set));
    end else begin
      refuse(1'b0, 1, 32'd0);
    end

    // Reset in the middle of a frame, and in the middle of a computation.
    stall = 0;
    checking = 1'b0;
    send(2'd2, 0, 1);
    do_reset;
    if (Requantise) get(3, Shift);
    begin_words;
    frame(0, 0);
    end_sample;
    finish_words(0, 0);
    begin_words;
    checking = 1'b0;
    frame(0, 0);
    repeat (5) @(negedge clk);
    do_reset;
    begin_words;
    frame(0, 0);
    end_sample;
    finish_words(0, 0);
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
