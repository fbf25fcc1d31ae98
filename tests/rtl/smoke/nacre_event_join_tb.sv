`default_nettype none
// Smoke test of nacre_event_join against a model of the README's numeric contract and Timing in
// every cycle: random time steps on each input (sorted with Order 1), ties, empty steps, one input
// far ahead of another, stalls, resets in the middle, accesses and clears of the counters during
// the traffic. Words that are not valid are X.
module nacre_event_join_tb;
  parameter int NumInputs    = 2;
  parameter int InAddresses  = 8;
  parameter int OutAddresses = 16;
  parameter int Order        = 0;
  parameter int Channels     = 2;
  parameter logic [NumInputs*32-1:0] InChannels   = {32'd1, 32'd1};
  parameter logic [NumInputs*32-1:0] FirstChannel = {32'd1, 32'd0};
  parameter int Counters     = 1;

  localparam int InAddrWidth  = (InAddresses > 1) ? $clog2(InAddresses) : 1;
  localparam int OutAddrWidth = (OutAddresses > 1) ? $clog2(OutAddresses) : 1;
  localparam int InWidth      = 3 + InAddrWidth;
  localparam int OutWidth     = 3 + OutAddrWidth;
  localparam int Positions    = OutAddresses / Channels;
  localparam int Cycles       = 12000;

  logic clk = 1'b0, rst_n = 1'b1, clear = 1'b0;
  logic cfg_valid = 1'b0, cfg_write = 1'b0;
  logic [4:0] cfg_addr = '0;
  logic [31:0] cfg_wdata = '0, cfg_rdata;
  logic cfg_ready, cfg_error;
  logic [NumInputs-1:0] s_valid = '0, s_ready, buffer_busy = '0;
  logic [NumInputs*InWidth-1:0] s_data = {(NumInputs * InWidth){1'bx}};
  logic [NumInputs*32-1:0] most_words = '0;
  logic m_valid, m_ready = 1'b0, busy;
  logic [OutWidth-1:0] m_data;

  nacre_event_join #(
    .NumInputs(NumInputs), .InAddresses(InAddresses), .OutAddresses(OutAddresses), .Order(Order),
    .Channels(Channels), .InChannels(InChannels), .FirstChannel(FirstChannel),
    .Counters(Counters)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .cfg_valid_i(cfg_valid), .cfg_write_i(cfg_write),
    .cfg_addr_i(cfg_addr), .cfg_wdata_i(cfg_wdata), .cfg_ready_o(cfg_ready),
    .cfg_rdata_o(cfg_rdata), .cfg_error_o(cfg_error), .idle_i(!busy), .clear_counters_i(clear),
    .s_valid_i(s_valid), .s_ready_o(s_ready), .s_data_i(s_data), .buffer_busy_i(buffer_busy),
    .most_words_i(most_words), .m_valid_o(m_valid), .m_ready_i(m_ready), .m_data_o(m_data),
    .busy_o(busy)
  );

  integer failures = 0, cycle = 0;
  task automatic fail(input [60*8-1:0] what);
    failures = failures + 1;
    if (failures < 20) $display("FAIL %0s in cycle %0d", what, cycle);
  endtask

  // ---- Model
  integer current = 0, held = 0, answering = 0;  // held: words in the output FIFO
  logic [OutWidth-1:0] first, second;
  logic [31:0] events = 32'd0;
  logic refused = 1'b0;
  // Steps that each input has begun, its address before in this step, events left.
  integer steps [0:NumInputs-1];
  integer before_address [0:NumInputs-1];
  integer ties = 0, joined_steps = 0, joined_samples = 0, waited = 0, empty_steps = 0;
  logic any_tie = 1'b0;  // two inputs share an address
  logic [NumInputs-1:0] pop = '0;
  logic send, give;
  logic [OutWidth-1:0] sent_word;

  task automatic forget;
    integer i;
    current = 0; held = 0; answering = 0; events = 32'd0; s_valid = '0; pop = '0;
    s_data = {(NumInputs * InWidth){1'bx}};
    cfg_valid = 1'b0;
    for (i = 0; i < NumInputs; i++) begin
      steps[i] = 0;
      before_address[i] = 0;
    end
  endtask

  function automatic logic [1:0] kind_of(input integer i);
    kind_of = s_data[(i+1)*InWidth-1 -: 2];
  endfunction

  // Address at the output of the event in front of input i: (position, channel) is counted down.
  function automatic integer address_of(input integer i);
    integer position, channel, own;
    channel  = 32'(s_data[i*InWidth +: InAddrWidth]);
    own      = 32'(InChannels[i*32 +: 32]);
    position = 0;
    while (channel >= own) begin
      channel  = channel - own;
      position = position + 1;
    end
    address_of = position * Channels + 32'(FirstChannel[i*32 +: 32]) + channel;
  endfunction

  function automatic logic [OutWidth-1:0] event_of(input integer i);
    event_of = {2'd0, s_data[i*InWidth+InAddrWidth], OutAddrWidth'(address_of(i))};
  endfunction

  function automatic logic [OutWidth-1:0] closing(input logic [1:0] kind);
    closing = {kind, 1'b0, {OutAddrWidth{1'b0}}};
  endfunction

  // What is popped and sent in this cycle, of the state at its start.
  task automatic model_cycle;
    integer i, chosen, equal;
    logic fits;
    fits = held < 2;
    pop  = '0;
    send = 1'b0;
    give = held > 0 && m_ready;
    if (Order == 0) begin
      if (s_valid[current]) begin
        if (kind_of(current) == 2'd0) begin
          sent_word    = event_of(current);
          send         = fits;
          pop[current] = fits;
        end else if (current < NumInputs - 1) begin
          pop[current] = 1'b1;
        end else begin
          sent_word    = closing(kind_of(current));
          send         = fits;
          pop[current] = fits;
        end
        if (pop[current] && kind_of(current) != 2'd0)
          current = (current == NumInputs - 1) ? 0 : current + 1;
      end
    end else if (s_valid === {NumInputs{1'b1}}) begin
      if (fits) begin
        chosen = -1;
        equal  = 0;
        for (i = 0; i < NumInputs; i++) if (kind_of(i) == 2'd0) begin
          if (chosen >= 0 && address_of(i) == address_of(chosen)) equal = 1;
          if (chosen < 0 || address_of(i) < address_of(chosen)) begin
            chosen = i;
            equal  = 0;
          end
        end
        ties = ties + equal;
        if (chosen >= 0) pop[chosen] = 1'b1;
        else             pop = {NumInputs{1'b1}};
        sent_word = (chosen >= 0) ? event_of(chosen) : closing(kind_of(0));
        send      = 1'b1;
      end
    end else if (s_valid != '0) begin
      waited = waited + 1;
    end
    if (Order == 0 && (s_valid & ~pop) != '0) waited = waited + 1;
    if (give) begin
      first = second;
      held  = held - 1;
    end
    if (send) begin
      if (held == 0) first  = sent_word;
      else           second = sent_word;
      held = held + 1;
      if (sent_word[OutWidth-1 -: 2] == 2'd0) events = events + 32'd1;
      if (sent_word[OutWidth-1 -: 2] == 2'd1) joined_steps = joined_steps + 1;
      if (sent_word[OutWidth-1 -: 2] == 2'd3) joined_samples = joined_samples + 1;
    end
    if (clear || Counters == 0) events = 32'd0;
  endtask

  // Outputs that do not depend on the cycle's inputs: before the model's cycle.
  task automatic check_outputs;
    logic [31:0] want;
    if (m_valid !== (held > 0)) fail("valid");
    if (held > 0 && m_data !== first) fail("a word");
    if (busy !== (held > 0 || buffer_busy != '0)) fail("busy");
    if (cfg_ready !== (answering != 0)) fail("an answer's cycle");
    if (cfg_error !== (answering != 0 && refused)) fail("what is refused");
    want = events;
    if (cfg_addr >= 5'd16) want = most_words[32'(cfg_addr[3:0])*32 +: 32];
    if (answering == 0 || refused) want = 32'd0;
    if (cfg_rdata !== want) fail("a counter");
  endtask

`ifndef NACRE_FPGA
  logic quiet = 1'b0;
  always @(posedge dut.clk_stage) if (quiet) fail("clocked without a change");
`endif

  // ---- Traffic
  function automatic logic wants(input integer how);
    wants = (how == 3) || (how == 2 && $urandom % 4 != 0) || (how == 1 && $urandom % 4 == 0);
  endfunction

  // What the inputs carry next is written here, then assigned as a whole: Verilator 5.006 does not
  // see writes of single bits between two delays.
  logic [NumInputs-1:0] next_valid, next_busy;
  logic [NumInputs*InWidth-1:0] next_data;
  logic [NumInputs*32-1:0] next_most;
  // Each third closing word ends a sample, on all inputs alike.
  task automatic next_word(input integer i, input integer how);
    integer own, low, address;
    own = Positions * 32'(InChannels[i*32 +: 32]);
    low = (Order == 1) ? before_address[i] : 0;
    case ($urandom % 3)
      0:       address = low;
      1:       address = low + $urandom % ((own - low < 3) ? own - low : 3);
      default: address = low + $urandom % (own - low);
    endcase
    if ($urandom % 8 < how) begin
      next_data[i*InWidth +: InWidth] = {2'd0, 1'($urandom), InAddrWidth'(address)};
      before_address[i] = address;
    end else begin
      if (before_address[i] == 0) empty_steps = empty_steps + 1;
      next_data[i*InWidth +: InWidth] = {(steps[i] % 3 == 2) ? 2'd3 : 2'd1,
                                         {(InWidth - 2){1'b0}}};
      steps[i]          = steps[i] + 1;
      before_address[i] = 0;
    end
  endtask

  task automatic reset;
`ifndef NACRE_FPGA
    quiet = 1'b0;
`endif
    rst_n = 1'b0;
    #1;
    forget;
    #1;
    if ({m_valid, cfg_ready, cfg_error} !== 3'b000) fail("not at rest in reset");
    if (busy !== (buffer_busy != '0)) fail("busy in reset");
    #1 clk = 1'b1;
    #1 clk = 1'b0;
    #1 rst_n = 1'b1;
  endtask

  integer writer [0:NumInputs-1];
  initial begin : main
    integer i, j, reader, many;
    reader = 2; many = 4;
    for (i = 0; i < NumInputs; i++) begin
      writer[i] = 2;
      for (j = 0; j < i; j++)
        if (FirstChannel[i*32 +: 32] == FirstChannel[j*32 +: 32]) any_tie = 1'b1;
    end
    #1 reset;
    for (cycle = 0; cycle < Cycles; cycle++) begin
      if (cycle % 150 == 0) begin
        for (i = 0; i < NumInputs; i++)
          writer[i] = ($urandom % NumInputs == 0) ? 1 : 2 + $urandom % 2;
        reader = $urandom % 4;
        many   = 2 + $urandom % 6;
      end
      next_valid = s_valid;
      next_data  = s_data;
      for (i = 0; i < NumInputs; i++) begin
        if (!s_valid[i] || pop[i]) begin
          next_valid[i] = wants(writer[i]);
          if (next_valid[i]) next_word(i, many);
          else               next_data[i*InWidth +: InWidth] = {InWidth{1'bx}};
        end
        next_busy[i]          = $urandom % (4 * NumInputs) == 0;
        next_most[i*32 +: 32] = $urandom;
      end
      s_valid     = next_valid;
      s_data      = next_data;
      buffer_busy = next_busy;
      most_words  = next_most;
      m_ready     = wants(reader);
      clear       = $urandom % 211 == 0;
      if (!cfg_valid || answering == 2) begin
        cfg_valid = $urandom % 3 == 0;
        cfg_write = $urandom % 4 == 0;
        cfg_addr  = ($urandom % 3 == 0) ? 5'd8 : 5'($urandom);
        cfg_wdata = $urandom;
        answering = 0;
      end
      #1;
      check_outputs;
      model_cycle;
      // Where there is no word it does not matter.
      if ((s_valid & s_ready) !== pop) fail("ready");
      // 1: answered in this cycle; 2: it was.
      if (answering == 1) begin
        answering = 2;
      end else if (cfg_valid) begin
        answering = 1;
        refused   = cfg_write || !(cfg_addr == 5'd8
                                   || (cfg_addr[4] && 32'(cfg_addr[3:0]) < NumInputs));
      end
`ifndef NACRE_FPGA
      quiet = pop == '0 && !give && !cfg_valid && !clear;
`endif
      #1 clk = 1'b1;
      #1 clk = 1'b0;
      if (answering == 2) cfg_valid = 1'b0;
      #1;
      if (cycle % 1999 == 1998) reset;
    end
    if (joined_steps < 20 || joined_samples < 10 || waited == 0 || empty_steps == 0)
      fail("too few steps, samples, waits or empty steps");
    if (Order == 1 && any_tie && ties == 0) fail("no two equal addresses");
    if (failures == 0) $display("PASS");
    else               $display("FAIL %0d", failures);
    $finish;
  end
endmodule
`default_nettype wire
