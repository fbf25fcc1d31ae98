`default_nettype none
// Smoke test of nacre_imc_attention: samples of random tokens under random stalls against the
// equations of the README computed on integers from a list of all tokens of the sample (no ring);
// short and disordered frames, too many tokens, windows, registers, refused accesses, counters, the
// cycles of a token, reset in mid-frame and while the head works.
module nacre_imc_attention_tb;
  parameter int          Width        = 2;
  parameter int          Window       = 2;
  parameter int          InputBits    = 4;
  parameter bit          InputSigned  = 1'b1;
  parameter int          QueryBits    = 4;
  parameter bit          QuerySigned  = 1'b0;
  parameter int          KeyBits      = 3;
  parameter bit          KeySigned    = 1'b1;
  parameter int          ValueBits    = 3;
  parameter bit          ValueSigned  = 1'b1;
  parameter int          ScoreBits    = 4;
  parameter logic [31:0] ScoreBias    = 32'd0;
  parameter int          ScoreShift   = 1;
  parameter int          OutputShift  = 2;
  parameter int          OutputBits   = 5;
  parameter bit          OutputSigned = 1'b1;
  parameter int          DigitBits    = 1;
  parameter int          Tokens       = 0;
  parameter int          Counters     = 1;

  localparam int InAddress    = $clog2(3 * Width);
  localparam int InWidth      = 3 + InAddress + InputBits;
  localparam int OutAddresses = (Tokens > 0) ? Tokens * Width : Width;
  localparam int OutAddress   = (OutAddresses > 1) ? $clog2(OutAddresses) : 1;
  localparam int OutWidth     = 3 + OutAddress + OutputBits;
  localparam int KeyChunks    = (Width * KeyBits + 31) / 32;
  localparam int ValueChunks  = (Width * ValueBits + 31) / 32;
  localparam int ScoreChunks  = (Window * ScoreBits + 31) / 32;
  localparam int SlotChunks   = (KeyChunks > ValueChunks) ? KeyChunks : ValueChunks;
  localparam int SlotsWindow  = $clog2(Window) + $clog2(SlotChunks);
  localparam int Larger       = (SlotsWindow > $clog2(ScoreChunks)) ? SlotsWindow
                                                                    : $clog2(ScoreChunks);
  localparam int RegionWidth  = (Larger > 4) ? Larger : 4;
  localparam int CfgAddrWidth = RegionWidth + 2;
  localparam int QueryPlanes  = (QueryBits + DigitBits - 1) / DigitBits;
  localparam int ScorePlanes  = (ScoreBits + DigitBits - 1) / DigitBits;
  // Bits of a bias: one more than the sum of the products of largest magnitude needs.
  localparam int Magnitude    = Width * (QuerySigned ? 1 << (QueryBits - 1) : (1 << QueryBits) - 1)
                              * (KeySigned ? 1 << (KeyBits - 1) : (1 << KeyBits) - 1);
  localparam int BiasWidth    = $clog2(Magnitude + ((QuerySigned == KeySigned) ? 1 : 0)) + 2;
  localparam int MaxTokens    = 40;
  localparam int MaxWords     = MaxTokens * (Width + 2) + 8;

  logic clk = 1'b0, rst_n = 1'b1;
  logic cfg_valid = 1'b0, cfg_write = 1'b0, busy_bus = 1'b0, clear = 1'b0;
  logic [CfgAddrWidth-1:0] cfg_addr = '0;
  logic [31:0] cfg_wdata = '0, cfg_rdata;
  logic cfg_ready, cfg_error;
  logic s_valid = 1'b0, s_ready, m_valid, m_ready = 1'b0, busy;
  logic [InWidth-1:0] s_data = '0;
  logic [OutWidth-1:0] m_data;
  logic [2:0] error;
  wire idle = !busy && !busy_bus && !s_valid;

  nacre_imc_attention #(
    .Width(Width), .Window(Window), .InputBits(InputBits), .InputSigned(InputSigned),
    .QueryBits(QueryBits), .QuerySigned(QuerySigned), .KeyBits(KeyBits), .KeySigned(KeySigned),
    .ValueBits(ValueBits), .ValueSigned(ValueSigned), .ScoreBits(ScoreBits),
    .ScoreBias(ScoreBias), .ScoreShift(ScoreShift), .OutputShift(OutputShift),
    .OutputBits(OutputBits), .OutputSigned(OutputSigned), .DigitBits(DigitBits),
    .Tokens(Tokens), .Counters(Counters)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .cfg_valid_i(cfg_valid), .cfg_write_i(cfg_write),
    .cfg_addr_i(cfg_addr), .cfg_wdata_i(cfg_wdata), .cfg_ready_o(cfg_ready),
    .cfg_rdata_o(cfg_rdata), .cfg_error_o(cfg_error), .idle_i(idle), .clear_counters_i(clear),
    .s_valid_i(s_valid), .s_ready_o(s_ready), .s_data_i(s_data), .m_valid_o(m_valid),
    .m_ready_i(m_ready), .m_data_o(m_data), .busy_o(busy), .error_o(error)
  );

  always #5 clk = !clk;

  integer failures = 0;
  task automatic fail(input [30*8-1:0] what);
    failures = failures + 1;
    if (failures < 20) $display("FAIL %0s at %0t", what, $time);
  endtask

  // ---- Model: all tokens of the sample, and the equations on 64-bit numbers ---------------------

  logic signed [63:0] all_q [0:MaxTokens*Width-1];
  logic signed [63:0] all_k [0:MaxTokens*Width-1];
  logic signed [63:0] all_v [0:MaxTokens*Width-1];
  logic signed [63:0] word_of [0:MaxTokens-1];   // attention word for token t
  logic signed [63:0] frame [0:3*Width-1];
  logic signed [63:0] last_words [0:Window-1];   // by slot
  logic signed [63:0] bias = 64'sd0;
  integer score_shift = 0, output_shift = 0;
  integer taken = 0;         // values of the open frame
  integer num_tokens = 0;    // of the sample, or of the last one while fresh
  integer fresh = 1;
  integer tokens_counted = 0, values_counted = 0, stalls_counted = 0;
  integer expected_errors [0:2];
  integer errors_seen [0:2];
  logic [OutWidth-1:0] expected [0:MaxWords-1];
  integer num_expected = 0, num_got = 0, stall = 0, cycle = 0, first_out = 0;
  logic checking = 1'b0;

  function automatic logic signed [63:0] clip(input logic signed [63:0] x, input integer bits,
                                              input logic is_signed);
    logic signed [63:0] low, high;
    low  = is_signed ? 64'sd0 - (64'sd1 <<< (bits - 1)) : 64'sd0;
    high = is_signed ? (64'sd1 <<< (bits - 1)) - 64'sd1 : (64'sd1 <<< bits) - 64'sd1;
    clip = (x < low) ? low : (x > high) ? high : x;
  endfunction

  task automatic expect_word(input logic [1:0] kind, input integer address,
                             input logic signed [63:0] payload);
    expected[num_expected] = OutWidth'({kind, 1'b0, OutAddress'(address), OutputBits'(payload)});
    num_expected = num_expected + 1;
  endtask

  task automatic model_token;
    integer i, t, u, oldest;
    logic signed [63:0] sum;
    if (fresh != 0) num_tokens = 0;
    fresh = 0;
    t = num_tokens;
    num_tokens = num_tokens + 1;
    tokens_counted = tokens_counted + 1;
    for (i = 0; i < Width; i++) begin
      all_q[t*Width + i] = clip(frame[i], QueryBits, QuerySigned);
      all_k[t*Width + i] = clip(frame[Width + i], KeyBits, KeySigned);
      all_v[t*Width + i] = clip(frame[2*Width + i], ValueBits, ValueSigned);
    end
    oldest = (t >= Window) ? t - Window + 1 : 0;
    for (u = 0; u < Window; u++) last_words[u] = 64'sd0;
    for (u = oldest; u <= t; u++) begin
      sum = bias;
      for (i = 0; i < Width; i++) sum = sum + all_q[t*Width + i] * all_k[u*Width + i];
      word_of[u] = clip(sum >>> score_shift, ScoreBits, 1'b0);
      last_words[u % Window] = word_of[u];
    end
    for (i = 0; i < Width; i++) begin
      sum = 64'sd0;
      for (u = oldest; u <= t; u++) sum = sum + word_of[u] * all_v[u*Width + i];
      expect_word(2'd2, (Tokens > 0) ? t * Width + i : i,
                  clip(sum >>> output_shift, OutputBits, OutputSigned));
    end
    if (Tokens == 0) expect_word(2'd1, 0, 64'sd0);
  endtask

  task automatic model(input logic [1:0] kind, input integer address,
                       input logic signed [63:0] payload);
    if (kind == 2'd2) begin
      values_counted = values_counted + 1;
      if (taken < 3 * Width && address == taken) begin
        frame[taken] = payload;
        taken = taken + 1;
      end else expected_errors[0] = expected_errors[0] + 1;
    end else if (kind == 2'd1) begin
      if (taken < 3 * Width) begin
        expected_errors[1] = expected_errors[1] + 1;
        if (Tokens == 0) expect_word(2'd1, 0, 64'sd0);
      end else if (Tokens > 0 && fresh == 0 && num_tokens >= Tokens)
        expected_errors[2] = expected_errors[2] + 1;
      else model_token;
      taken = 0;
    end else begin
      if (taken > 0) expected_errors[1] = expected_errors[1] + 1;
      taken = 0;
      fresh = 1;
      expect_word(2'd3, 0, 64'sd0);
    end
  endtask

  always @(posedge clk) begin : watch
    integer b;
    cycle <= cycle + 1;
    if (checking && rst_n) begin
      if ((^{cfg_ready, cfg_error, cfg_rdata, s_ready, m_valid, busy, error}) === 1'bx)
        fail("an output is X");
      if (m_valid && (^m_data) === 1'bx) fail("a word is X");
      for (b = 0; b < 3; b++) if (error[b]) errors_seen[b] = errors_seen[b] + 1;
      if (m_valid && !m_ready) stalls_counted = stalls_counted + 1;
      if (m_valid && m_ready) begin
        if (num_got >= num_expected) fail("a word too many");
        else if (m_data !== expected[num_got]) begin
          fail("a word");
          if (failures < 20) $display("  %h, expected %h", m_data, expected[num_got]);
        end
        if (num_got == 0) first_out = cycle;
        num_got = num_got + 1;
      end
    end
  end
  always @(negedge clk) m_ready = (stall == 0) || ($urandom % 3 == 0);

  // ---- Bus --------------------------------------------------------------------------------------

  task automatic access(input logic write, input integer address, input logic [31:0] data,
                        output logic refused, output logic [31:0] read);
    @(negedge clk);
    cfg_valid = 1'b1; cfg_write = write; cfg_addr = CfgAddrWidth'(address); cfg_wdata = data;
    @(posedge clk);
    while (!cfg_ready) @(posedge clk);
    refused = cfg_error; read = cfg_rdata;
    @(negedge clk) cfg_valid = 1'b0;
  endtask

  task automatic get(input integer address, input logic [31:0] want);
    logic refused; logic [31:0] read;
    access(1'b0, address, 32'd0, refused, read);
    if (refused) fail("a read is refused");
    if (read !== want) begin
      fail("read data");
      if (failures < 20) $display("  %h: %h, expected %h", address, read, want);
    end
  endtask
  task automatic put(input integer address, input logic [31:0] data);
    logic refused; logic [31:0] read;
    access(1'b1, address, data, refused, read);
    if (refused) fail("a write is refused");
  endtask
  task automatic refuse(input logic write, input integer address, input logic [31:0] data);
    logic refused; logic [31:0] read;
    access(write, address, data, refused, read);
    if (!refused) fail("not refused");
  endtask

  // Bits of a row from numbers: `which` 0 keys, 1 values of the token in slot s, 2 attention words.
  task automatic check_row(input integer which, input integer s, input integer chunks,
                           input integer bits, input integer count);
    integer i, b, t, place, c;
    logic signed [63:0] number;
    logic [31:0] chunk;
    // The last token that was written to slot s; none: the slot is not filled.
    t = s;
    while (t + Window < num_tokens) t = t + Window;
    for (c = 0; c < chunks; c++) begin
      chunk = 32'd0;
      for (i = 0; i < count; i++) begin
        number = (which == 2) ? last_words[i] : (t >= num_tokens) ? 64'sd0
               : (which == 0) ? all_k[t*Width + i] : all_v[t*Width + i];
        for (b = 0; b < bits; b++) begin
          place = i * bits + b - 32 * c;
          if (place >= 0 && place < 32) chunk[place] = number[b];
        end
      end
      get(((which + 1) << RegionWidth) + (s << $clog2(chunks)) + c, chunk);
    end
  endtask

  task automatic check_state;
    integer s;
    for (s = 0; s < Window; s++) begin
      check_row(0, s, KeyChunks, KeyBits, Width);
      check_row(1, s, ValueChunks, ValueBits, Width);
    end
    check_row(2, 0, ScoreChunks, ScoreBits, Window);
    get(3, {16'(num_tokens % Window), 16'((num_tokens < Window) ? num_tokens : Window)});
  endtask

  // ---- Stimulus ---------------------------------------------------------------------------------

  task automatic send(input logic [1:0] kind, input integer address,
                      input logic signed [63:0] payload);
    while (stall != 0 && $urandom % 3 == 0) @(negedge clk);
    model(kind, address, payload);
    s_valid = 1'b1;
    s_data  = {kind, 1'b0, InAddress'(address), InputBits'(payload)};
    @(posedge clk);
    while (!s_ready) @(posedge clk);
    @(negedge clk) s_valid = 1'b0;
  endtask

  // Mode 0: any, 1: the least, 2: the greatest, 3: small numbers.
  function automatic logic signed [63:0] pick(input integer mode);
    logic signed [63:0] low, high;
    low  = InputSigned ? 64'sd0 - (64'sd1 <<< (InputBits - 1)) : 64'sd0;
    high = InputSigned ? (64'sd1 <<< (InputBits - 1)) - 64'sd1 : (64'sd1 <<< InputBits) - 64'sd1;
    pick = (mode == 1) ? low : (mode == 2) ? high
         : low + $signed({32'd0, $urandom}) % (high - low + 64'sd1);
    if (mode == 3) pick = clip(pick, 3, InputSigned);
  endfunction

  task automatic send_values(input integer count, input integer mode);
    integer i;
    for (i = 0; i < count; i++) send(2'd2, i, pick((mode == 4) ? 1 + $urandom % 2 : mode));
  endtask

  // Now and then a frame that is short, or has values out of order.
  task automatic send_frame(input integer mode, input integer bad);
    integer i;
    if (bad == 1) send_values($urandom % (3 * Width), mode);
    else if (bad == 2) begin
      for (i = 0; i < 3 * Width; i++) begin
        if ($urandom % 4 == 0) send(2'd2, $urandom % (3 * Width), pick(0));
        if (taken == i) send(2'd2, i, pick(mode));
      end
      send(2'd2, 3 * Width - 1, pick(mode));
    end else send_values(3 * Width, mode);
    send(2'd1, 0, 64'sd0);
  endtask

  task automatic drain;
    integer cycles;
    cycles = 0;
    while ((num_got < num_expected || busy) && cycles < 40 * MaxWords) begin
      @(negedge clk);
      cycles = cycles + 1;
    end
    if (num_got != num_expected) fail("words are missing");
    if (busy !== 1'b0) fail("busy at the end");
    num_got = 0;
    num_expected = 0;
    for (cycles = 0; cycles < 3; cycles++) begin
      if (errors_seen[cycles] != expected_errors[cycles]) fail("error flags");
    end
  endtask

  task automatic sample(input integer count, input integer mode, input integer with_errors);
    integer i;
    for (i = 0; i < count; i++)
      send_frame((mode == 5) ? $urandom % 5 : mode,
                 (with_errors != 0 && $urandom % 3 == 0) ? 1 + $urandom % 2 : 0);
    if (with_errors != 0 && $urandom % 2 == 0) send_values(1 + $urandom % (3 * Width), 0);
    if ($urandom % 2 == 0) begin
      drain;
      check_state;
    end
    send(2'd3, 0, 64'sd0);
    drain;
    check_state;
  endtask

  // Unstalled: the cycle in which the closing word is taken to the cycle in which the first value
  // leaves, and the number of cycles for which a second closing word waits.
  task automatic check_cycles;
    integer popped, i, waits;
    stall = 0;
    @(negedge clk);
    num_got = 0;
    send_values(3 * Width, 0);
    @(negedge clk);
    popped = cycle;
    send(2'd1, 0, 64'sd0);
    // A short frame's closing word is taken when the head is idle again.
    waits = 0;
    model(2'd1, 0, 64'sd0);
    s_valid = 1'b1;
    s_data  = {2'd1, {(InWidth - 2){1'b0}}};
    #1;
    while (!s_ready) begin
      waits = waits + 1;
      @(negedge clk);
      #1;
    end
    @(negedge clk);
    s_valid = 1'b0;
    if (waits != QueryPlanes + ScorePlanes + Width + 1 + ((Tokens > 0) ? 0 : 1))
      fail("cycles of the head");
    drain;
    // Pushed in e + D_q + D_a + 2, at the output one cycle later.
    if (first_out - popped != QueryPlanes + ScorePlanes + 3) fail("cycles to the first value");
    send(2'd3, 0, 64'sd0);
    drain;
  endtask

  task automatic do_reset;
    @(negedge clk) rst_n = 1'b0;
    s_valid = 1'b0;
    repeat (3) @(negedge clk);
    rst_n = 1'b1;
    num_expected = 0; num_got = 0; num_tokens = 0; taken = 0; fresh = 1;
    bias = 64'($signed(ScoreBias)); score_shift = ScoreShift; output_shift = OutputShift;
    for (int i = 0; i < Window; i++) last_words[i] = 64'sd0;
    for (int i = 0; i < 3; i++) begin
      expected_errors[i] = 0;
      errors_seen[i] = 0;
    end
    @(negedge clk);
    checking = 1'b1;
  endtask

  task automatic check_bus;
    integer i;
    get(0, ScoreBias);
    get(1, 32'(ScoreShift));
    get(2, 32'(OutputShift));
    for (i = 3; i < 16; i++) begin
      refuse(1'b1, i, 32'd0);
      if (i > 3 && i != 8 && i != 9 && i != 12) refuse(1'b0, i, 32'd0);
    end
    refuse(1'b1, 1, 32'd32);
    refuse(1'b1, 2, 32'hffff_ffff);
    refuse(1'b1, 0, 32'd1 << (BiasWidth - 1));
    refuse(1'b1, 0, ~(32'd1 << (BiasWidth - 1)));
    for (i = 1; i < 4; i++) refuse(1'b1, i << RegionWidth, 32'd0);
    if ((Window << $clog2(KeyChunks)) < (1 << RegionWidth))
      refuse(1'b0, (1 << RegionWidth) + (Window << $clog2(KeyChunks)), 32'd0);
    if ((Window << $clog2(ValueChunks)) < (1 << RegionWidth))
      refuse(1'b0, (2 << RegionWidth) + (Window << $clog2(ValueChunks)), 32'd0);
    if (ScoreChunks < (1 << RegionWidth))
      refuse(1'b0, (3 << RegionWidth) + ScoreChunks, 32'd0);
    busy_bus = 1'b1;
    for (i = 0; i < 3; i++) begin
      refuse(1'b1, i, 32'd0);
      refuse(1'b0, (i + 1) << RegionWidth, 32'd0);
    end
    get(1, 32'(ScoreShift));
    busy_bus = 1'b0;
  endtask

  task automatic set_registers(input integer round);
    logic [31:0] value;
    value = $urandom;
    // Any legal bias, then both ends.
    bias = 64'($signed(value)) >>> (32 - BiasWidth);
    if (round == 1) bias = (64'sd1 <<< (BiasWidth - 1)) - 64'sd1;
    if (round == 2) bias = 64'sd0 - (64'sd1 <<< (BiasWidth - 1));
    score_shift  = (round == 3) ? 31 : $urandom % (BiasWidth + 1);
    output_shift = (round == 4) ? 31 : $urandom % (ScoreBits + ValueBits + 2);
    put(0, bias[31:0]);
    put(1, 32'(score_shift));
    put(2, 32'(output_shift));
    get(0, bias[31:0]);
    get(1, 32'(score_shift));
    get(2, 32'(output_shift));
  endtask

  initial begin : main
    integer i;
    repeat (2) @(negedge clk);
    do_reset;
    check_bus;
    check_state;
    clear = 1'b1;
    @(negedge clk) clear = 1'b0;
    tokens_counted = 0; values_counted = 0; stalls_counted = 0;
    // As specified, then with other registers; a window that is never full, and one that turns.
    for (i = 0; i < 6; i++) begin
      stall = i % 2;
      sample(1 + $urandom % (Window + 3), i, i / 3);
    end
    sample(0, 0, 0);
    // A short frame does not begin a sample, and a whole frame is cut off by its end.
    send_values(1, 0);
    send(2'd1, 0, 64'sd0);
    send_frame(0, 0);
    send_values(3 * Width, 0);
    send(2'd3, 0, 64'sd0);
    drain;
    check_state;
    sample(Window + 4, 5, 1);
    for (i = 0; i < 6; i++) begin
      set_registers(i);
      stall = (i + 1) % 2;
      sample(2 + $urandom % 5, 5, i % 2);
    end
    check_cycles;
    get(8, (Counters > 0) ? 32'(tokens_counted) : 32'd0);
    get(9, (Counters > 0) ? 32'(values_counted) : 32'd0);
    get(12, (Counters > 1) ? 32'(stalls_counted) : 32'd0);
    // Reset in the middle of a frame, and while the head works.
    for (i = 0; i < 3; i++) begin
      stall = 0;
      checking = 1'b0;
      send_values((i == 0) ? 2 : 3 * Width, 0);
      if (i > 0) send(2'd1, 0, 64'sd0);
      repeat ((i == 2) ? QueryPlanes + ScorePlanes + 2 : 1) @(negedge clk);
      do_reset;
      check_state;
      sample(3, 0, 0);
    end
    if (Tokens > 0 && Tokens < Window + 4 && failures == 0) begin
      expected_errors[2] = 0;
      errors_seen[2] = 0;
      for (i = 0; i < Tokens + 2; i++) send_frame(0, 0);
      drain;
      if (errors_seen[2] != 2) fail("too many tokens");
      send(2'd3, 0, 64'sd0);
      drain;
    end
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
