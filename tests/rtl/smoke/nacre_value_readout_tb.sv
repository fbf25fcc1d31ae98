`default_nettype none
// Smoke test of nacre_value_readout: random frames under random stalls against the numeric contract
// (values in any order and number, ties, empty frames, unfinished frames), registers, refused
// accesses, one word per cycle, reset in the middle of a frame, no X.
module nacre_value_readout_tb;
  parameter int NumClasses    = 4;
  parameter int PayloadWidth  = 8;
  parameter bit PayloadSigned = 1'b0;
  parameter bit Steps         = 1'b0;
  parameter bit ReportValues  = 1'b0;
  parameter int Counters      = 1;

  localparam int AddressWidth = (NumClasses > 1) ? $clog2(NumClasses) : 1;
  localparam int InWidth      = 3 + AddressWidth + PayloadWidth;
  localparam int OutWidth     = 3 + AddressWidth + (ReportValues ? PayloadWidth : 0);
  localparam int MaxValues    = 40;
  localparam int MaxWords     = 400;
  localparam int Magnitude    = PayloadWidth - (PayloadSigned ? 1 : 0);
  localparam logic signed [63:0] ValueMin = PayloadSigned ? -(64'sd1 <<< Magnitude) : 64'sd0;
  localparam logic signed [63:0] ValueMax = (64'sd1 <<< Magnitude) - 64'sd1;

  logic clk = 1'b0, rst_n = 1'b1;
  logic cfg_valid = 1'b0, cfg_write = 1'b0, clear = 1'b0;
  logic [3:0] cfg_addr = '0;
  logic [31:0] cfg_wdata = '0, cfg_rdata;
  logic cfg_ready, cfg_error;
  logic s_valid = 1'b0, s_ready, m_valid, m_ready = 1'b0, busy;
  logic [InWidth-1:0] s_data = '0;
  logic [OutWidth-1:0] m_data;

  nacre_value_readout #(
    .NumClasses(NumClasses), .PayloadWidth(PayloadWidth), .PayloadSigned(PayloadSigned),
    .Steps(Steps), .ReportValues(ReportValues), .Counters(Counters)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .cfg_valid_i(cfg_valid), .cfg_write_i(cfg_write),
    .cfg_addr_i(cfg_addr), .cfg_wdata_i(cfg_wdata), .cfg_ready_o(cfg_ready),
    .cfg_rdata_o(cfg_rdata), .cfg_error_o(cfg_error), .idle_i(!busy), .clear_counters_i(clear),
    .s_valid_i(s_valid), .s_ready_o(s_ready), .s_data_i(s_data), .m_valid_o(m_valid),
    .m_ready_i(m_ready), .m_data_o(m_data), .busy_o(busy)
  );

  always #5 clk = !clk;

  integer failures = 0;
  task automatic fail(input [60*8-1:0] what);
    failures = failures + 1;
    if (failures < 20) $display("FAIL %0s at %0t", what, $time);
  endtask

  // ---- Model: the values of the frame are kept, and the decision is looked for at its end
  logic signed [63:0] frame_value [0:MaxValues-1];
  integer frame_class [0:MaxValues-1];
  integer num_values = 0, fresh = 1, frames = 0, values = 0, ties = 0;
  integer decided = 0, winner = 0;
  logic signed [63:0] largest = 64'sd0;
  logic [OutWidth-1:0] expected [0:MaxWords-1];
  integer num_expected = 0, num_got = 0, stall = 0, cycle = 0;
  logic checking = 1'b0;

  task automatic expect_word(input logic [1:0] kind, input integer address,
                             input logic signed [63:0] payload);
    if (ReportValues)
      expected[num_expected] = OutWidth'({kind, 1'b0, AddressWidth'(address),
                                          payload[PayloadWidth-1:0]});
    else
      expected[num_expected] = OutWidth'({kind, 1'b0, AddressWidth'(address)});
    num_expected = num_expected + 1;
  endtask

  task automatic close_frame;
    integer i, c;
    decided = num_values != 0;
    if (decided != 0) begin
      largest = frame_value[0];
      for (i = 1; i < num_values; i++) if (frame_value[i] > largest) largest = frame_value[i];
      c = 0;
      winner = NumClasses;
      for (i = 0; i < num_values; i++) if (frame_value[i] == largest) begin
        c = c + 1;
        if (frame_class[i] < winner) winner = frame_class[i];
      end
      if (c > 1) ties = ties + 1;
      frames = frames + 1;
      expect_word(2'd0, winner, 64'sd0);
    end
    num_values = 0;
  endtask

  task automatic model(input logic [1:0] kind, input integer address,
                       input logic signed [63:0] value);
    if (fresh != 0) decided = 0;
    fresh = 0;
    if (kind == 2'd2) begin
      frame_value[num_values] = value;
      frame_class[num_values] = address;
      num_values = num_values + 1;
      values = values + 1;
      decided = 0;
      if (ReportValues) expect_word(2'd2, address, value);
    end else begin
      if (kind == (Steps ? 2'd1 : 2'd3)) close_frame;
      expect_word(kind, 0, 64'sd0);
      if (kind == 2'd3) begin
        num_values = 0;
        fresh = 1;
      end
    end
  endtask

  always @(posedge clk) cycle <= cycle + 1;
  always @(posedge clk) if (checking && rst_n) begin
    if ((^{cfg_ready, cfg_error, cfg_rdata, s_ready, m_valid, busy}) === 1'bx)
      fail("an output is X");
    if (m_valid && (^m_data) === 1'bx) fail("a word is X");
    if (m_valid && !busy) fail("not busy");
    if (m_valid && m_ready) begin
      if (num_got >= num_expected) fail("a word too many");
      else if (m_data !== expected[num_got]) fail("wrong word");
      num_got = num_got + 1;
    end
  end
  always @(negedge clk) m_ready = (stall == 0) || ($urandom % 3 == 0);

  task automatic access(input logic write, input integer address, output logic refused,
                        output logic [31:0] read);
    @(negedge clk);
    cfg_valid = 1'b1; cfg_write = write; cfg_addr = 4'(address); cfg_wdata = $urandom;
    @(posedge clk);
    while (!cfg_ready) @(posedge clk);
    refused = cfg_error; read = cfg_rdata;
    @(negedge clk) cfg_valid = 1'b0;
  endtask

  task automatic get(input integer address, input logic [31:0] want);
    logic refused; logic [31:0] read;
    access(1'b0, address, refused, read);
    if (refused) fail("a read is refused");
    if (read !== want) fail("a register is wrong");
  endtask

  task automatic refuse(input logic write, input integer address);
    logic refused; logic [31:0] read;
    access(write, address, refused, read);
    if (!refused) fail("an illegal access is accepted");
  endtask

  task automatic check_decision;
    get(0, (decided != 0) ? 32'h8000_0000 | 32'(winner) : 32'd0);
    get(1, (decided != 0) ? largest[31:0] : 32'd0);
  endtask

  task automatic send(input logic [1:0] kind, input integer address,
                      input logic signed [63:0] value);
    while (stall != 0 && $urandom % 2 == 0) @(negedge clk);
    model(kind, address, value);
    s_valid = 1'b1;
    s_data  = {kind, 1'b0, AddressWidth'(address), value[PayloadWidth-1:0]};
    @(posedge clk);
    while (!s_ready) @(posedge clk);
    @(negedge clk) s_valid = 1'b0;
  endtask

  // Few different values, so that there are ties; or any, with both ends.
  task automatic send_value;
    logic signed [63:0] value;
    value = ValueMin + $signed({32'd0, $urandom}) % (ValueMax - ValueMin + 64'sd1);
    if ($urandom % 3 == 0) value = ($urandom % 2 == 0) ? ValueMin : ValueMax;
    if ($urandom % 4 == 0) value = 64'sd0;
    send(2'd2, $urandom % NumClasses, value);
  endtask

  task automatic start_sample;
    num_expected = 0;
    num_got = 0;
    checking = 1'b1;
    @(negedge clk);
  endtask

  task automatic drain;
    integer cycles;
    cycles = 0;
    while (num_got < num_expected && cycles < 20 * MaxWords) begin
      @(posedge clk);
      cycles = cycles + 1;
    end
    repeat (4) @(posedge clk);
    if (num_got != num_expected) fail("words are missing");
    if (busy) fail("busy at the end");
    check_decision;
  endtask

  // Without steps there is one frame.
  task automatic sample(input integer num_frames, input integer most, input integer left_over);
    integer f, i, count;
    start_sample;
    for (f = 0; f < num_frames; f++) begin
      count = (most == 0) ? 0 : $urandom % (most + 1);
      for (i = 0; i < count; i++) send_value;
      if (Steps) send(2'd1, 0, 64'sd0);
      if (Steps && f == num_frames / 2) drain;
    end
    for (i = 0; i < left_over; i++) send_value;
    if (left_over != 0) drain;
    send(2'd3, 0, 64'sd0);
    drain;
  endtask

  // Unstalled, a word passes in each cycle, and a decision takes one more.
  task automatic check_pace;
    integer i, start;
    stall = 0;
    start_sample;
    @(negedge clk);
    start = cycle;
    for (i = 0; i < 10; i++) send(2'd2, i % NumClasses, 64'sd0);
    if (Steps) send(2'd1, 0, 64'sd0);
    send(2'd3, 0, 64'sd0);
    if (cycle - start != 12 + (Steps ? 1 : 0)) fail("not one word per cycle");
    drain;
  endtask

  task automatic do_reset;
    @(negedge clk) rst_n = 1'b0;
    s_valid = 1'b0;
    repeat (3) @(negedge clk);
    rst_n = 1'b1;
    num_values = 0; fresh = 1; decided = 0;
    @(negedge clk);
  endtask

  initial begin : main
    integer i;
    repeat (2) @(negedge clk);
    do_reset;
    start_sample;
    check_decision;
    for (i = 0; i < 16; i++) begin
      refuse(1'b1, i);
      if (i > 1 && i != 8 && i != 9) refuse(1'b0, i);
    end
    sample(0, 0, 0);
    frames = 0; values = 0;
    clear = 1'b1;
    @(negedge clk) clear = 1'b0;
    for (i = 0; i < 60; i++) begin
      stall = i % 2;
      sample(Steps ? $urandom % 5 : 1, (i % 5 == 0) ? 2 : 12, (Steps && i % 3 == 0) ? 3 : 0);
    end
    if (ties == 0) fail("there was no tie");
    check_pace;
    get(8, (Counters > 0) ? 32'(frames) : 32'd0);
    get(9, (Counters > 0) ? 32'(values) : 32'd0);
    // Reset in the middle of a frame, and between the decision and its closing word.
    for (i = 0; i < 2; i++) begin
      stall = 0;
      checking = 1'b0;
      send_value;
      if (i == 1) begin
        s_valid = 1'b1;
        s_data  = {Steps ? 2'd1 : 2'd3, {(InWidth - 2){1'b0}}};
        @(negedge clk);
      end
      do_reset;
      sample(0, 0, 0);
      sample(2, 5, 0);
    end
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
