`default_nettype none
// Smoke test of nacre_event_map against a model of the README's numeric contract and Timing in
// every cycle: random, repeated and raster events, closing words one after the other, stalls,
// resets in the middle, accesses and clears of the counters during the traffic. The tables of a
// corner are those of a pooling, an upsampling or a flattening; what a block is is the model's.
// The memory is the bench's: what nacre_mem_1r1w leaves undefined is X, as are words in front that
// are not valid.
module nacre_event_map_tb;
  parameter int Height        = 2;
  parameter int Columns       = 2;
  parameter int Channels      = 1;
  parameter int OutAddresses  = 4;
  parameter logic [Height*24-1:0]  RowOffset    = {24'd2, 24'd0};
  parameter logic [Height*16-1:0]  RowCount     = {16'd1, 16'd1};
  parameter logic [Columns*24-1:0] ColumnOffset = {24'd1, 24'd0};
  parameter logic [Columns*16-1:0] ColumnCount  = {16'd1, 16'd1};
  parameter int ChannelStep   = 1;
  parameter int ColumnStep    = 1;
  parameter int RowStep       = 2;
  parameter int Once          = 0;
  parameter int Negative      = 0;
  parameter int Counters      = 1;

  localparam int InAddresses   = Height * Columns * Channels;
  localparam int InAddrWidth   = (InAddresses > 1) ? $clog2(InAddresses) : 1;
  localparam int OutAddrWidth  = (OutAddresses > 1) ? $clog2(OutAddresses) : 1;
  localparam int InWidth       = 3 + InAddrWidth;
  localparam int OutWidth      = 3 + OutAddrWidth;
  localparam int SeenBits      = OutAddresses * (1 + Negative);
  localparam int SeenIndexBits = (SeenBits > 1) ? $clog2(SeenBits) : 1;
  localparam int SeenWidth     = 1 << ((SeenIndexBits + 1) / 2);
  localparam int SeenRows      = (SeenBits + SeenWidth - 1) / SeenWidth;
  localparam int SeenAddrWidth = (SeenRows > 1) ? $clog2(SeenRows) : 1;
  localparam int MaxTurns      = 1024;
  localparam int Cycles        = 9000;

  logic clk = 1'b0, rst_n = 1'b1, clear = 1'b0;
  logic cfg_valid = 1'b0, cfg_write = 1'b0;
  logic [3:0] cfg_addr = '0;
  logic [31:0] cfg_wdata = '0, cfg_rdata;
  logic cfg_ready, cfg_error;
  logic s_valid = 1'b0, s_ready, m_valid, m_ready = 1'b0, busy;
  logic [InWidth-1:0] s_data = {InWidth{1'bx}};
  logic [OutWidth-1:0] m_data;
  logic ren, wen;
  logic [SeenAddrWidth-1:0] raddr, waddr;
  logic [SeenWidth-1:0] rdata, wdata;

  nacre_event_map #(
    .Height(Height), .Columns(Columns), .Channels(Channels), .OutAddresses(OutAddresses),
    .RowOffset(RowOffset), .RowCount(RowCount), .ColumnOffset(ColumnOffset),
    .ColumnCount(ColumnCount), .ChannelStep(ChannelStep), .ColumnStep(ColumnStep),
    .RowStep(RowStep), .Once(Once), .Negative(Negative), .Counters(Counters)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .cfg_valid_i(cfg_valid), .cfg_write_i(cfg_write),
    .cfg_addr_i(cfg_addr), .cfg_wdata_i(cfg_wdata), .cfg_ready_o(cfg_ready),
    .cfg_rdata_o(cfg_rdata), .cfg_error_o(cfg_error), .idle_i(!busy), .clear_counters_i(clear),
    .s_valid_i(s_valid), .s_ready_o(s_ready), .s_data_i(s_data), .m_valid_o(m_valid),
    .m_ready_i(m_ready), .m_data_o(m_data), .busy_o(busy), .seen_ren_o(ren),
    .seen_raddr_o(raddr), .seen_rdata_i(rdata), .seen_wen_o(wen), .seen_waddr_o(waddr),
    .seen_wdata_o(wdata)
  );

  integer failures = 0, cycle = 0;
  task automatic fail(input [60*8-1:0] what);
    failures = failures + 1;
    if (failures < 20) $display("FAIL %0s in cycle %0d", what, cycle);
  endtask

  // ---- Memory, as nacre_mem_1r1w promises it
  logic [SeenWidth-1:0] mem [0:SeenRows-1];
  integer last_row = -1, accesses = 0;
  always @(posedge clk) begin
    if ((^{ren, wen}) === 1'bx) fail("the memory is driven with X");
    if (ren && 32'(raddr) >= SeenRows) fail("a row that there is not is read");
    if (wen && 32'(waddr) >= SeenRows) fail("a row that there is not is written");
    if (ren) begin
      rdata <= (wen && waddr == raddr) ? {SeenWidth{1'bx}} : mem[raddr];
      last_row = 32'(raddr);
    end else if (wen && 32'(waddr) == last_row) begin
      rdata <= {SeenWidth{1'bx}};
    end
    if (wen) mem[waddr] <= wdata;
    if (ren || wen) accesses = accesses + 1;
  end

  // ---- Model
  logic [2*OutAddresses-1:0] sent;             // in this step: positive ones, negative ones
  logic [OutWidth-1:0] turn_word [0:MaxTurns-1];
  integer turn_bit [0:MaxTurns-1];             // of `sent`; -1: always sent
  integer turns = 0, next_turn = 0, held = 0;  // of the job; words in the output FIFO
  logic [OutWidth-1:0] first, second;
  logic [31:0] events_in = 32'd0, events_out = 32'd0;
  integer answering = 0;
  logic refused = 1'b0;
  logic any_empty = 1'b0, any_repeat = 1'b0;   // corner has events without addresses; Once matters
  integer empties = 0, repeats = 0, repeats_stalled = 0, stalled = 0;

  task automatic forget;
    sent = '0; turns = 0; next_turn = 0; held = 0; events_in = 32'd0; events_out = 32'd0;
    answering = 0; s_valid = 1'b0; s_data = {InWidth{1'bx}}; cfg_valid = 1'b0;
  endtask

  // The word in front becomes the job.
  task automatic load_job;
    integer address, y, x, c, i, j, to;
    turns = 0;
    next_turn = 0;
    if (s_data[InWidth-1 -: 2] == 2'd0) begin
      events_in = events_in + 32'd1;
      address = 32'(s_data[InAddrWidth-1:0]);
      // Counted down: no division in the model.
      y = 0; x = 0; c = 0;
      while (address >= Columns * Channels) begin
        address = address - Columns * Channels;
        y = y + 1;
      end
      while (address >= Channels) begin
        address = address - Channels;
        x = x + 1;
      end
      c = address;
      for (i = 0; i < 32'(RowCount[y*16 +: 16]); i++)
        for (j = 0; j < 32'(ColumnCount[x*16 +: 16]); j++) begin
          to = 32'(RowOffset[y*24 +: 24]) + i * RowStep + 32'(ColumnOffset[x*24 +: 24])
             + j * ColumnStep + c * ChannelStep;
          if (to >= OutAddresses) fail("the corner's tables leave the map");
          turn_word[turns] = {2'd0, s_data[InAddrWidth], OutAddrWidth'(to)};
          turn_bit[turns]  = (Once == 1) ? to + (s_data[InAddrWidth] ? OutAddresses : 0) : -1;
          turns = turns + 1;
        end
      if (turns == 0) empties = empties + 1;
    end else begin
      turn_word[0] = {s_data[InWidth-1 -: 2], 1'b0, {OutAddrWidth{1'b0}}};
      turn_bit[0]  = -1;
      turns = 1;
    end
  endtask

  logic take, turn, give, marks;  // marks: this turn's address was not sent before
  // One cycle: what the README fixes, of the state at its start.
  task automatic model_cycle;
    logic fits;
    fits = held < 2;
    turn = next_turn < turns && fits;
    take = s_valid && (next_turn == turns || (turn && next_turn == turns - 1));
    give = held > 0 && m_ready;
    marks = 1'b0;
    if (next_turn < turns && !fits) begin
      stalled = stalled + 1;
      if (turn_bit[next_turn] >= 0 && sent[turn_bit[next_turn]])
        repeats_stalled = repeats_stalled + 1;
    end
    if (give) begin
      first = second;
      held  = held - 1;
    end
    if (turn) begin
      if (turn_bit[next_turn] >= 0 && sent[turn_bit[next_turn]]) begin
        repeats = repeats + 1;
      end else begin
        if (turn_bit[next_turn] >= 0) begin
          sent[turn_bit[next_turn]] = 1'b1;
          marks = 1'b1;
        end
        if (held == 0) first  = turn_word[next_turn];
        else           second = turn_word[next_turn];
        held = held + 1;
        if (turn_word[next_turn][OutWidth-1 -: 2] == 2'd0) events_out = events_out + 32'd1;
      end
      if (turn_word[next_turn][OutWidth-1 -: 2] != 2'd0) sent = '0;
      next_turn = next_turn + 1;
    end
    if (take) load_job;
    if (clear || Counters == 0) begin
      events_in  = 32'd0;
      events_out = 32'd0;
    end
  endtask

  task automatic check_outputs;
    logic [31:0] want;
    if (s_ready !== (next_turn == turns || (next_turn == turns - 1 && held < 2))) fail("ready");
    if (m_valid !== (held > 0)) fail("valid");
    if (held > 0 && m_data !== first) fail("a word");
    if (busy !== (held > 0 || next_turn < turns)) fail("busy");
    if (cfg_ready !== (answering != 0)) fail("an answer's cycle");
    if (cfg_error !== (answering != 0 && refused)) fail("what is refused");
    want = (answering == 0 || refused) ? 32'd0 : (cfg_addr == 4'd8) ? events_in : events_out;
    if (cfg_rdata !== want) fail("a counter");
    if (Once == 0 && ren !== 1'b0) fail("a memory that there is not is read");
  endtask

`ifndef NACRE_FPGA
  logic quiet = 1'b0;
  always @(posedge dut.clk_stage) if (quiet) fail("clocked without a change");
`endif

  // ---- Traffic
  // How often the writer and the reader want: 0 never, 1 now and then, 2 mostly, 3 always.
  function automatic logic wants(input integer how);
    wants = (how == 3) || (how == 2 && $urandom % 4 != 0) || (how == 1 && $urandom % 4 == 0);
  endfunction

  integer raster = 0, favourite = 0;
  task automatic next_word(input integer how);
    integer address;
    raster = (raster + 1) % InAddresses;
    case (how % 4)
      0:       address = $urandom % InAddresses;
      1:       address = ($urandom % 4 == 0) ? $urandom % InAddresses : favourite;
      2:       address = raster;
      default: address = ($urandom % 2 == 0) ? InAddresses - 1 : 0;
    endcase
    s_data = {2'd0, (Negative == 1) ? 1'($urandom) : 1'b0, InAddrWidth'(address)};
    if ($urandom % ((how < 4) ? 40 : 4) == 0)
      s_data = {($urandom % 4 == 0) ? 2'd3 : 2'd1, {(InWidth - 2){1'b0}}};
  endtask

  task automatic reset;
`ifndef NACRE_FPGA
    quiet = 1'b0;
`endif
    rst_n = 1'b0;
    #1;
    forget;
    if ({s_ready, m_valid, busy, cfg_ready, cfg_error} !== 5'b10000) fail("not at rest in reset");
    #1 clk = 1'b1;
    #1 clk = 1'b0;
    #1 rst_n = 1'b1;
  endtask

  initial begin : main
    integer i, j, writer, reader, words;
    writer = 2; reader = 2; words = 0;
    for (i = 0; i < Height; i++) if (RowCount[i*16 +: 16] == 16'd0) any_empty = 1'b1;
    for (j = 0; j < Columns; j++) if (ColumnCount[j*16 +: 16] == 16'd0) any_empty = 1'b1;
    #1 reset;
    take = 1'b0;
    for (cycle = 0; cycle < Cycles; cycle++) begin
      if (cycle % 150 == 0) begin
        writer    = 1 + $urandom % 3;
        reader    = $urandom % 4;
        words     = $urandom % 8;
        favourite = $urandom % InAddresses;
      end
      if (!s_valid || take) begin
        s_valid = wants(writer);
        if (s_valid) next_word(words);
        else         s_data = {InWidth{1'bx}};
      end
      m_ready = wants(reader);
      clear   = $urandom % 211 == 0;
      if (!cfg_valid || answering == 2) begin
        cfg_valid = $urandom % 3 == 0;
        cfg_write = $urandom % 4 == 0;
        cfg_addr  = ($urandom % 2 == 0) ? 4'($urandom % 2) + 4'd8 : 4'($urandom);
        cfg_wdata = $urandom;
        answering = 0;
      end
      #1;
      check_outputs;
      model_cycle;
      if (wen !== marks) fail("what is written");
      // 1: answered in this cycle; 2: it was.
      if (answering == 1) begin
        answering = 2;
      end else if (cfg_valid) begin
        answering = 1;
        refused   = cfg_write || (cfg_addr != 4'd8 && cfg_addr != 4'd9);
      end
`ifndef NACRE_FPGA
      quiet = !take && !turn && !give && !cfg_valid && !clear;
`endif
      #1 clk = 1'b1;
      #1 clk = 1'b0;
      if (answering == 2) cfg_valid = 1'b0;
      #1;
      if (cycle % 1999 == 1998) begin
        reset;
        take = 1'b0;
      end
    end
    if (any_empty && empties == 0) fail("no event without addresses came");
    if (Once == 1 && (repeats == 0 || repeats_stalled == 0 || accesses == 0))
      fail("no address came again");
    if (stalled == 0) fail("the output was never full");
    if (failures == 0) $display("PASS");
    else               $display("FAIL %0d", failures);
    $finish;
  end
endmodule
`default_nettype wire
