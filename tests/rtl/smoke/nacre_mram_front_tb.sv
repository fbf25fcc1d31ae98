`default_nettype none
// Smoke test of nacre_mram_front: random requests and closing words under random stalls; a
// controller of random delay answers each with numbers of its own. Every word sent, every request
// with the word that the lanes made, the scrubber's turns and the error bits are compared with a
// list made when the word is taken.
module nacre_mram_front_tb;
  parameter int Words      = 4;
  parameter int DataBits   = 8;
  parameter int ScrubEvery = 0;

  localparam int Lanes        = (DataBits + 31) / 32;
  localparam int Addresses    = (Lanes + 1) * Words;
  localparam int AddressWidth = $clog2(Addresses);
  localparam int StreamWidth  = 3 + AddressWidth + 32;
  localparam int WordWidth    = (Words > 1) ? $clog2(Words) : 1;
  localparam int MaxWords     = 4000;
  localparam int Inputs       = 600;

  logic clk = 1'b0, rst_n = 1'b1, checking = 1'b0;
  logic s_valid = 1'b0, s_ready, m_valid, m_ready = 1'b0, hold = 1'b0, busy;
  logic [StreamWidth-1:0] s_data = '0, m_data;
  logic [2:0] error;
  logic start, write, scrub, done = 1'b0;
  logic [WordWidth-1:0] word;
  logic [DataBits-1:0] lanes, read_data = '0;
  logic [23:0] status = '0;

  nacre_mram_front #(
    .Words(Words), .DataBits(DataBits), .ScrubEvery(ScrubEvery)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .s_valid_i(s_valid), .s_ready_o(s_ready), .s_data_i(s_data),
    .m_valid_o(m_valid), .m_ready_i(m_ready), .m_data_o(m_data), .hold_i(hold), .busy_o(busy),
    .error_o(error), .start_o(start), .write_o(write), .scrub_o(scrub), .word_o(word),
    .data_o(lanes), .done_i(done), .data_i(read_data), .status_i(status)
  );

  always #5 clk = !clk;

  integer failures = 0;
  task automatic fail(input [60*8-1:0] what);
    failures = failures + 1;
    if (failures < 20) $display("FAIL %0s at %0t", what, $time);
  endtask

  // ---- Model
  logic [StreamWidth-1:0] expected [0:MaxWords-1];
  integer num_expected = 0, num_got = 0;
  logic [63:0] model_lanes = '0;
  integer answered = 0, scrubs = 0, started = 0, requests = 0, delay = -1, lane;
  integer want_errors = 0, got_errors = 0;
  logic is_scrub = 1'b0, is_write = 1'b0, wanted = 1'b0, wants_write = 1'b0;
  integer wanted_word = 0, request_word = 0;

  task automatic expect_value(input integer address, input logic [31:0] payload);
    expected[num_expected] = {2'd2, 1'b0, AddressWidth'(address), payload};
    num_expected = num_expected + 1;
  endtask

  // A word is taken: what it must start, in the same cycle.
  task automatic take;
    logic [1:0] kind;
    integer address;
    kind    = s_data[StreamWidth-1 -: 2];
    address = 32'(s_data[32 +: AddressWidth]);
    wanted  = 1'b0;
    if (kind != 2'd2) begin
      expected[num_expected] = {kind, {(StreamWidth-2){1'b0}}};
      num_expected = num_expected + 1;
    end else if (address >= Lanes * Words) begin
      wanted = 1'b1; wants_write = 1'b0; wanted_word = address - Lanes * Words;
    end else begin
      lane = address % Lanes;
      model_lanes[32*lane +: 32] = s_data[31:0];
      if (lane == Lanes - 1) begin
        wanted = 1'b1; wants_write = 1'b1; wanted_word = address / Lanes;
      end
    end
  endtask

  always @(posedge clk) if (rst_n && checking) begin
    if ((^{s_ready, m_valid, busy, error, start}) === 1'bx) fail("an output is X");
    if (hold && (start || s_ready)) fail("begins although it is held");
    if (start && delay >= 0) fail("two requests at once");
    if (m_valid && m_ready) begin
      if (num_got >= num_expected) fail("a word too many");
      else if (m_data !== expected[num_got]) fail("wrong word");
      num_got = num_got + 1;
    end
    if (error != 3'd0) got_errors = got_errors + 32'(error);
    wanted = 1'b0;
    if (s_valid && s_ready) take;
    if (start && scrub) begin
      if (ScrubEvery == 0 || answered == 0 || answered % ScrubEvery != 0
          || scrubs != answered / ScrubEvery - 1 || 32'(word) != scrubs % Words || write)
        fail("a scrub out of turn");
      scrubs = scrubs + 1;
    end else if (start != wanted) fail("a request is missed, or made up");
    else if (start) begin
      if (ScrubEvery > 0 && scrubs != answered / ScrubEvery) fail("before a scrub");
      if (write != wants_write || 32'(word) != wanted_word) fail("another request");
      requests = requests + 1;
    end
    if (start) begin
      is_scrub = scrub; is_write = write; request_word = 32'(word);
      delay = $urandom % 5;
    end
    // The controller: data and status are valid from the cycle after done on.
    done <= delay == 0;
    if (done) begin
      if (lanes !== model_lanes[DataBits-1:0]) fail("lanes register");
      status    <= 24'($urandom);
      read_data <= DataBits'({$urandom, $urandom});
    end
    if (delay >= 0) delay = delay - 1;
  end
  // In the cycle after done, when both are there.
  logic done_before = 1'b0;
  always @(posedge clk) done_before <= done && rst_n;
  always @(negedge clk) if (done_before && !is_scrub) begin
    if (!is_write) begin
      for (int l = 0; l < Lanes; l++)
        expect_value(request_word * Lanes + l, 32'(64'(read_data) >> (32 * l)));
    end
    expect_value(Lanes * Words + request_word, {8'd0, status});
    answered    = answered + 1;
    want_errors = want_errors + 32'({status[5], status[3], status[2]});
  end

  integer i, choice;
  initial begin : main
    repeat (2) @(negedge clk);
    rst_n = 1'b0;
    repeat (2) @(negedge clk);
    rst_n = 1'b1;
    checking = 1'b1;
    i = 0;
    while (i < Inputs) begin
      @(negedge clk);
      if (!s_valid) begin
        s_valid = $urandom % 4 != 0;
        choice  = $urandom % 8;
        s_data  = {(choice == 0) ? 2'd1 : (choice == 1) ? 2'd3 : 2'd2, 1'b0,
                   AddressWidth'($urandom % Addresses), 32'($urandom)};
        if (choice < 2) s_data[32 +: AddressWidth] = '0;
      end
      m_ready = $urandom % 3 != 0;
      hold    = $urandom % 5 == 0;
      #1;
      if (s_valid && s_ready) begin
        i = i + 1;
        @(posedge clk);
        #1 s_valid = 1'b0;
      end
    end
    hold = 1'b0;
    m_ready = 1'b1;
    repeat (60) @(negedge clk);
    if (busy || num_got != num_expected) fail("not all has come");
    if (got_errors != want_errors) fail("error bits");
    if (requests != answered || answered == 0) fail("answers");
    if (ScrubEvery > 0 && ScrubEvery < 100 && scrubs == 0) fail("nothing was scrubbed");
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
