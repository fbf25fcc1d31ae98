`default_nettype none
// Smoke test of nacre_xnor_engine: random frames against sums in integers.  The bench is the arrays
// (junk in columns without a weight), the memory of outputs and the sink, fast or slow; it checks
// each word, the length of each read, and how many cycles a frame takes when nothing waits.
module nacre_xnor_engine_tb;
  parameter int NumInputs  = 4;
  parameter int NumOutputs = 4;
  parameter int RowBits    = 4;
  parameter int Tiles      = 1;
  parameter bit Parallel   = 1'b0;
  parameter bit Full       = 1'b0;
  parameter bit Popcount   = 1'b0;
  parameter bit Steps      = 1'b0;

  localparam int N = NumInputs, M = NumOutputs;
  localparam int NumColumns = RowBits * Tiles;
  localparam int Folds      = (Parallel || Full) ? 1 : (N + NumColumns - 1) / NumColumns;
  localparam int Rows       = Full ? 1 : Parallel ? N : M * Folds;
  localparam int OfNeuron   = NumColumns / M;    // full: columns of a neuron
  localparam int RowWidth   = (Rows > 1) ? $clog2(Rows) : 1;
  localparam int Address    = (M > 1) ? $clog2(M) : 1;
  localparam int Payload    = Popcount ? $clog2(N + 1) : 1;
  localparam int Threshold  = $clog2(N + 2);
  localparam int OutputsWidth = Popcount ? 1 : Threshold + 1;
  localparam int OutWidth   = 3 + Address + Payload;

  logic clk = 1'b0, rst_n = 1'b1;
  logic [4:0] precharge = 5'd1, evaluate = 5'd1;
  logic close_valid = 1'b0, close_frame = 1'b0, close_sample = 1'b0, close_take;
  logic [N-1:0] filling;
  logic wl, latch, add, outputs_en, word_valid, word_ready = 1'b0, busy;
  logic [RowWidth-1:0] row;
  logic [NumColumns-1:0] q, used;
  logic [Address-1:0] outputs_addr;
  logic [OutputsWidth-1:0] outputs_rdata;
  logic [OutWidth-1:0] word;

  nacre_xnor_engine #(
    .NumInputs(N), .NumOutputs(M), .RowBits(RowBits), .Tiles(Tiles), .Parallel(Parallel),
    .Full(Full), .Popcount(Popcount), .Steps(Steps)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .precharge_i(precharge), .evaluate_i(evaluate),
    .close_valid_i(close_valid), .close_frame_i(close_frame), .close_sample_i(close_sample),
    .close_take_o(close_take), .filling_i(filling), .wl_o(wl), .row_o(row), .latch_o(latch),
    .q_i(q), .add_o(add), .used_o(used), .outputs_en_o(outputs_en),
    .outputs_addr_o(outputs_addr), .outputs_rdata_i(outputs_rdata), .word_valid_o(word_valid),
    .word_ready_i(word_ready), .word_o(word), .busy_o(busy)
  );

  integer failures = 0, slow = 0;
  task fail(input [30*8-1:0] what);
    failures = failures + 1;
    if (failures < 10) $display("FAIL %0s at %0t", what, $time);
  endtask

  reg weight [0:N*M-1];                          // of input i and neuron n at i * M + n
  integer threshold [0:M-1];
  reg invert [0:M-1];

  // The input and the neuron of a column of a row, or -1 where it holds no weight.
  function integer place(input integer at, input integer column);
    integer i, n;
    i = Full ? column % OfNeuron : Parallel ? at : (at % Folds) * NumColumns + column;
    n = Full ? column / OfNeuron : Parallel ? column : at / Folds;
    place = (i < N && n < M) ? i * M + n : -1;
  endfunction

  // Arrays and memory.  A word line is on for precharge + evaluate + 1 cycles of one row.
  integer open = 0, latches = 0, adds = 0, column;
  reg [RowWidth-1:0] open_row;
  always @(posedge clk) begin
    if (rst_n) begin
      if (wl) begin
        if (open > 0 && row !== open_row) fail("the row moves");
        open_row <= row;
        open = open + 1;
        if (latch !== (open == 32'(precharge) + 32'(evaluate) + 1)) fail("latch");
      end else begin
        if (open != 0 && open != 32'(precharge) + 32'(evaluate) + 1) fail("length of a read");
        if (latch) fail("latch without word line");
        open = 0;
      end
      if (latch) begin
        latches = latches + 1;
        for (column = 0; column < NumColumns; column++) begin
          q[column] <= (place(32'(row), column) < 0) ? ($urandom % 2 == 0)
                                                     : weight[place(32'(row), column)];
        end
      end
      if (add) begin
        adds = adds + 1;
        for (column = 0; column < NumColumns; column++)
          if (used[column] !== (place(32'(open_row), column) >= 0)) fail("used");
      end
      if (outputs_en) outputs_rdata <= Popcount ? OutputsWidth'(0)
          : OutputsWidth'({invert[outputs_addr], Threshold'(threshold[outputs_addr])});
    end
  end

  // Sink.
  reg [OutWidth-1:0] expected [0:M];
  integer got = 0, want = 0;
  always @(posedge clk) begin
    if (rst_n && word_valid && word_ready) begin
      if (got >= want) fail("a word too many");
      else if (word !== expected[got]) fail("word");
      got = got + 1;
    end
  end
  always @(negedge clk) word_ready = slow == 0 || $urandom % slow == 0;

  task closing(input frame, input sample);
    integer n, i, sum, cycles;
    want = 0;
    got  = 0;
    if (frame) begin
      for (i = 0; i < N; i++) filling[i] = $urandom % 2 == 0;
      for (n = 0; n < M; n++) begin
        sum = 0;
        for (i = 0; i < N; i++) if (weight[i*M + n] == filling[i]) sum = sum + 1;
        expected[n] = {2'd2, 1'b0, Address'(n),
                       Popcount ? Payload'(sum) : Payload'((sum >= threshold[n]) != invert[n])};
      end
      want = M;
    end
    expected[want] = {(Steps && !sample) ? 2'd1 : 2'd3, {(OutWidth-2){1'b0}}};
    want = want + 1;
    latches = 0;
    adds    = 0;
    close_valid  = 1'b1;
    close_frame  = frame;
    close_sample = sample;
    #1 if (!close_take) fail("not taken over");
    @(negedge clk);
    close_valid = 1'b0;
    for (i = 0; i < N; i++) filling[i] = $urandom % 2 == 0;   // the next frame comes
    cycles = 1;
    while (busy && cycles < 100000) begin
      if (close_take) fail("taken over while busy");
      @(negedge clk);
      cycles = cycles + 1;
    end
    if (got != want) fail("words are missing");
    if (latches != (frame ? Rows : 0) || adds != latches) fail("number of reads");
    if (slow == 0 && cycles != (frame ? Rows * (32'(precharge) + 32'(evaluate) + 2) + 3
                                        + ((Parallel || Full) ? M : 0) : 2)) begin
      fail("cycles of a frame");
    end
  endtask

  always #5 clk = !clk;

  initial begin : main
    integer run, i, n;
    @(negedge clk) rst_n = 1'b0;
    @(negedge clk) rst_n = 1'b1;
    for (run = 0; run < 12; run++) begin
      for (i = 0; i < N * M; i++) weight[i] = $urandom % 2 == 0;
      for (n = 0; n < M; n++) begin
        threshold[n] = (run == 0) ? 0 : (run == 1) ? N + 1
                     : (N / 2 + 3 * N + 32'($urandom % 5)) % (N + 2);
        if (run > 3) threshold[n] = N / 2 + 32'($urandom % 3);
        if (threshold[n] > N + 1) threshold[n] = N + 1;
        invert[n] = run > 1 && $urandom % 2 == 0;
      end
      slow = (run % 3 == 1) ? 2 : (run % 3 == 2) ? 9 : 0;
      precharge = (run == 3) ? 5'd16 : 5'(1 + $urandom % 3);
      evaluate  = (run == 3) ? 5'd16 : 5'(1 + $urandom % 3);
      @(negedge clk);
      closing(1'b1, !Steps);
      closing(1'b1, !Steps);
      closing(1'b0, 1'b1);
      if (run == 6) begin
        // A reset inside a frame.
        close_valid = 1'b1;
        close_frame = 1'b1;
        @(negedge clk) close_valid = 1'b0;
        repeat (2 + $urandom % 5) @(negedge clk);
        rst_n = 1'b0;
        @(negedge clk) rst_n = 1'b1;
        open = 0;
        got  = 0;
      end
      closing(1'b1, !Steps);
    end
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
