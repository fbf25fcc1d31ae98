`default_nettype none
// Smoke test of nacre_spike_readout: random samples under random stalls against the numeric
// contract, saturation, ties, refused accesses, reset in mid-sample, no X.
module nacre_spike_readout_tb;
  parameter int          NumClasses   = 4;
  parameter int          Rule         = 1;
  parameter int          CounterBits  = 8;
  parameter bit          ReportCounts = 1'b0;
  parameter logic [31:0] Target       = 32'd1;
  parameter int          Counters     = 1;

  localparam int AddressWidth = (NumClasses > 1) ? $clog2(NumClasses) : 1;
  localparam int InWidth      = 3 + AddressWidth;
  localparam int OutWidth     = InWidth + CounterBits;
  localparam int RegionWidth  = ($clog2(NumClasses) > 4) ? $clog2(NumClasses) : 4;
  localparam int CfgAddrWidth = RegionWidth + 1;
  localparam int MaxWords     = NumClasses + 4;
  localparam logic signed [63:0] CountMax = (64'sd1 <<< (CounterBits - 1)) - 64'sd1;
  localparam logic signed [63:0] CountMin = -(64'sd1 <<< (CounterBits - 1));

  logic clk = 1'b0, rst_n = 1'b1;
  logic cfg_valid = 1'b0, cfg_write = 1'b0, busy_bus = 1'b0, clear = 1'b0;
  logic [CfgAddrWidth-1:0] cfg_addr = '0;
  logic [31:0] cfg_wdata = '0, cfg_rdata;
  logic cfg_ready, cfg_error, verdict_valid, verdict;
  logic s_valid = 1'b0, s_ready, m_valid, m_ready = 1'b0, busy;
  logic [InWidth-1:0] s_data = '0;
  logic [OutWidth-1:0] m_data;
  wire idle = !busy && !busy_bus;

  nacre_spike_readout #(
    .NumClasses(NumClasses), .Rule(Rule), .CounterBits(CounterBits), .ReportCounts(ReportCounts),
    .Target(Target), .Counters(Counters)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .cfg_valid_i(cfg_valid), .cfg_write_i(cfg_write),
    .cfg_addr_i(cfg_addr), .cfg_wdata_i(cfg_wdata), .cfg_ready_o(cfg_ready),
    .cfg_rdata_o(cfg_rdata), .cfg_error_o(cfg_error), .idle_i(idle), .clear_counters_i(clear),
    .verdict_valid_o(verdict_valid), .verdict_o(verdict), .s_valid_i(s_valid), .s_ready_o(s_ready),
    .s_data_i(s_data), .m_valid_o(m_valid), .m_ready_i(m_ready), .m_data_o(m_data), .busy_o(busy)
  );

  always #5 clk = !clk;

  integer failures = 0;
  task automatic fail(input [60*8-1:0] what);
    failures = failures + 1;
    if (failures < 20) $display("FAIL %0s at %0t", what, $time);
  endtask

  // ---- Model
  logic signed [63:0] count [0:NumClasses-1];
  logic [31:0] target = Target;
  logic [OutWidth-1:0] expected [0:MaxWords-1];
  logic verdicts [0:63];
  integer num_expected = 0, num_got = 0, num_verdicts = 0, got_verdicts = 0;
  integer decided = 0, dirty = 0, winner = 0, stall = 0, events = 0, early = 0, steps = 0;
  logic checking = 1'b0;

  task automatic find_winner;
    integer c;
    winner = 0;
    for (c = 1; c < NumClasses; c++) if (count[c] > count[winner]) winner = c;
  endtask

  task automatic expect_word(input logic [1:0] kind, input integer address,
                             input logic signed [63:0] payload);
    expected[num_expected] = {kind, 1'b0, AddressWidth'(address), payload[CounterBits-1:0]};
    num_expected = num_expected + 1;
  endtask

  task automatic model(input logic [1:0] kind, input logic negative, input integer address);
    integer c;
    logic signed [63:0] second;
    if (kind == 2'd0) begin
      events = events + 1;
      if (!decided) begin
        dirty = 1;
        count[address] = count[address] + (negative ? -64'sd1 : 64'sd1);
        if (count[address] > CountMax) count[address] = CountMax;
        if (count[address] < CountMin) count[address] = CountMin;
      end
    end else if (kind == 2'd1) begin
      steps = steps + 1;
      if (!decided && dirty && Rule != 0) begin
        dirty = 0;
        find_winner;
        second = CountMin;
        for (c = 0; c < NumClasses; c++)
          if (c != winner && count[c] > second) second = count[c];
        if ((Rule == 1) ? count[winner] >= $signed({32'd0, target})
                        : count[winner] - second >= $signed({32'd0, target})) begin
          decided = 1;
          early = early + 1;
          expect_word(2'd0, winner, 64'sd0);
        end
      end
      verdicts[num_verdicts] = decided != 0;
      num_verdicts = num_verdicts + 1;
    end else begin
      if (!decided) begin
        find_winner;
        expect_word(2'd0, winner, 64'sd0);
      end
      if (ReportCounts) for (c = 0; c < NumClasses; c++) expect_word(2'd2, c, count[c]);
      expect_word(2'd3, 0, 64'sd0);
    end
  endtask

  always @(posedge clk) if (checking && rst_n) begin
    if ((^{cfg_ready, cfg_error, cfg_rdata, s_ready, m_valid, busy, verdict_valid, verdict}) === 1'bx)
      fail("an output is X");
    if (m_valid && (^m_data) === 1'bx) fail("a word is X");
    if ((m_valid || verdict_valid || !s_ready) && !busy) fail("not busy");
    if (m_valid && m_ready) begin
      if (num_got >= num_expected) fail("a word too many");
      else if (m_data !== expected[num_got]) fail("wrong word");
      num_got = num_got + 1;
    end
    if (verdict_valid) begin
      if (got_verdicts >= num_verdicts) fail("a verdict too many");
      else if (verdict !== verdicts[got_verdicts]) fail("wrong verdict");
      got_verdicts = got_verdicts + 1;
    end
  end
  always @(negedge clk) m_ready = (stall == 0) || ($urandom % 3 == 0);

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
    if (read !== want) fail("a register is wrong");
  endtask

  task automatic refuse(input logic write, input integer address, input logic [31:0] data);
    logic refused; logic [31:0] read;
    access(write, address, data, refused, read);
    if (!refused) fail("an illegal access is accepted");
  endtask

  task automatic set_target(input logic [31:0] value);
    logic refused; logic [31:0] read;
    access(1'b1, 0, value, refused, read);
    if (refused) fail("the target is refused");
    target = value;
    get(0, value);
  endtask

  task automatic send(input logic [1:0] kind, input logic negative, input integer address);
    while (stall != 0 && $urandom % 2 == 0) @(negedge clk);
    model(kind, negative, address);
    s_valid = 1'b1;
    s_data  = {kind, negative, AddressWidth'(address)};
    @(posedge clk);
    while (!s_ready) @(posedge clk);
    @(negedge clk) s_valid = 1'b0;
  endtask

  // polarity: 0 positive, 1 negative, 2 mixed; favourite: most events go to class 0 or the last.
  task automatic sample(input integer num_steps, input integer per_step, input integer polarity,
                        input integer favourite);
    integer t, k, c, cycles;
    for (c = 0; c < NumClasses; c++) count[c] = 64'sd0;
    num_expected = 0; num_got = 0; num_verdicts = 0; got_verdicts = 0;
    decided = 0; dirty = 0; winner = 0;
    checking = 1'b1;
    @(negedge clk);
    for (t = 0; t < num_steps; t++) begin
      for (k = 0; k < per_step; k++) begin
        c = $urandom % NumClasses;
        if (favourite && $urandom % 3 != 0) c = (favourite == 1) ? 0 : NumClasses - 1;
        send(2'd0, (polarity == 2) ? $urandom % 2 : polarity, c);
      end
      send(2'd1, 1'b0, 0);
    end
    send(2'd3, 1'b0, 0);
    cycles = 0;
    while (num_got < num_expected && cycles < 20 * MaxWords + 100) begin
      @(posedge clk);
      cycles = cycles + 1;
    end
    repeat (4) @(posedge clk);
    if (num_got != num_expected) fail("words are missing");
    if (got_verdicts != num_verdicts) fail("verdicts are missing");
    if (busy) fail("busy at the end");
    get(1, 32'h8000_0000 | 32'(winner));
    for (c = 0; c < NumClasses; c++)
      get((1 << RegionWidth) + c, 32'(count[c][CounterBits-1:0]));
  endtask

  task automatic do_reset;
    @(negedge clk) rst_n = 1'b0;
    s_valid = 1'b0;
    repeat (3) @(negedge clk);
    rst_n = 1'b1;
    target = Target;
    @(negedge clk);
  endtask

  initial begin : main
    integer i;
    repeat (2) @(negedge clk);
    do_reset;
    checking = 1'b1;
    get(1, 32'd0);
    if (Rule != 0) begin
      get(0, Target);
      if (CounterBits < 32) refuse(1'b1, 0, 32'd1 << (CounterBits % 32));
    end else begin
      refuse(1'b0, 0, 32'd0);
    end
    refuse(1'b1, 1, 32'd0);
    refuse(1'b0, 2, 32'd0);
    refuse(1'b1, 1 << RegionWidth, 32'd0);
    if (NumClasses < (1 << RegionWidth)) refuse(1'b0, (1 << RegionWidth) + NumClasses, 32'd0);
    busy_bus = 1'b1;
    refuse(1'b0, 1 << RegionWidth, 32'd0);
    busy_bus = 1'b0;
    sample(0, 0, 0, 0);
    sample(3, 0, 0, 0);
    events = 0; early = 0; steps = 0;
    clear = 1'b1;
    @(negedge clk) clear = 1'b0;
    for (i = 0; i < 24; i++) begin
      stall = i % 2;
      if (Rule != 0 && i % 4 == 0) set_target($urandom % ((CounterBits < 4) ? 3 : 7));
      sample(1 + $urandom % 6, $urandom % 7, i % 3, (i / 3) % 3);
    end
    // Saturation at both ends, when it can be reached.
    if (CounterBits <= 5) begin
      if (Rule != 0) set_target((32'd1 << CounterBits) - 32'd1);
      sample(2, 3 << CounterBits, 0, 1);
      sample(2, 3 << CounterBits, 1, 2);
    end
    get(8, (Counters > 0) ? 32'(events) : 32'd0);
    get(9, (Counters > 0) ? 32'(steps) : 32'd0);
    get(10, (Counters > 0) ? 32'(early) : 32'd0);
    // Reset in mid-sample, with events counted and with a scan going on.
    for (i = 0; i < 2; i++) begin
      checking = 1'b0;
      num_verdicts = 0;
      send(2'd0, 1'b0, NumClasses - 1);
      if (i == 1) send(2'd1, 1'b0, 0);
      do_reset;
      sample(2, 3, 0, 0);
    end
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
