`default_nettype none
// Smoke test of nacre_imc_back: frames of random folds, closing words alone, random stalls against
// the requantisation of docs/tile.md computed plainly; one word per cycle when nobody waits.
module nacre_imc_back_tb;
  parameter int Columns          = 2;
  parameter int NumOutputs       = 4;
  parameter int NumPatches       = 1;
  parameter int AccumulatorWidth = 16;
  parameter int BiasWidth        = 0;
  parameter bit Requantise       = 1'b0;
  parameter bit ScalePerOutput   = 1'b0;
  parameter int OutputBits       = 8;
  parameter bit OutputSigned     = 1'b1;
  parameter int Rounding         = 1;
  parameter bit Relu             = 1'b0;
  parameter bit Steps            = 1'b0;

  localparam bit HasScales   = Requantise && ScalePerOutput;
  localparam int Field       = BiasWidth + (HasScales ? 16 : 0);
  localparam int OutputsWidth = (Field > 0) ? Field : 1;
  localparam int OutputsAddr = (NumOutputs > 1) ? $clog2(NumOutputs) : 1;
  localparam int Addresses   = NumOutputs * NumPatches;
  localparam int AddrWidth   = (Addresses > 1) ? $clog2(Addresses) : 1;
  localparam int Payload     = Requantise ? OutputBits : AccumulatorWidth;
  localparam int OutWidth    = 3 + AddrWidth + Payload;
  localparam int Folds       = (NumOutputs + Columns - 1) / Columns;
  localparam int MaxWords    = 12 * (Addresses + 2);

  logic clk = 1'b0, rst_n = 1'b1;
  logic [15:0] scale = 16'd1;
  logic [5:0] shift = 6'd0;
  logic fold_valid = 1'b0, fold_ready, fold_values = 1'b0, fold_close = 1'b0, fold_sample = 1'b0;
  logic [Columns*AccumulatorWidth-1:0] fold = '0;
  logic outputs_en;
  logic [OutputsAddr-1:0] outputs_addr;
  logic [OutputsWidth-1:0] outputs_rdata;
  logic [OutputsWidth-1:0] outputs [0:NumOutputs-1];
  logic m_valid, m_ready = 1'b0, busy;
  logic [OutWidth-1:0] m_data;
  logic [OutWidth-1:0] expected [0:MaxWords-1];
  logic checking = 1'b1;
  integer num_expected = 0, num_got = 0, failures = 0, stall = 0, first_word = 0, last_word = 0;

  nacre_imc_back #(
    .Columns(Columns), .NumOutputs(NumOutputs), .NumPatches(NumPatches),
    .AccumulatorWidth(AccumulatorWidth), .BiasWidth(BiasWidth), .Requantise(Requantise),
    .ScalePerOutput(ScalePerOutput), .OutputBits(OutputBits), .OutputSigned(OutputSigned),
    .Rounding(Rounding), .Relu(Relu), .Steps(Steps)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .scale_i(scale), .shift_i(shift), .fold_valid_i(fold_valid),
    .fold_ready_o(fold_ready), .fold_i(fold), .fold_values_i(fold_values),
    .fold_close_i(fold_close), .fold_sample_i(fold_sample), .outputs_en_o(outputs_en),
    .outputs_addr_o(outputs_addr), .outputs_rdata_i(outputs_rdata), .m_valid_o(m_valid),
    .m_ready_i(m_ready), .m_data_o(m_data), .busy_o(busy)
  );

  always #5 clk = !clk;
  always @(posedge clk) if (outputs_en) outputs_rdata <= outputs[outputs_addr];

  task fail(input [8*32-1:0] what);
    if (failures < 10) $display("FAIL %0s at %0t", what, $time);
    failures = failures + 1;
  endtask

  function automatic logic [Payload-1:0] requantised(input logic signed [79:0] acc,
                                                     input integer n);
    logic signed [79:0] v, r, rest, half, highest;
    if (!Requantise) begin
      requantised = acc[Payload-1:0];
    end else begin
      v = acc * $signed({64'd0, HasScales ? outputs[n][OutputsWidth-1 -: 16] : scale});
      r = v >>> shift;
      rest = v - (r <<< shift);
      half = (shift == 6'd0) ? 80'sd1 : 80'sd1 <<< (shift - 6'd1);
      if (Rounding == 1 && rest >= half) r = r + 80'sd1;
      if (Rounding == 2 && (rest > half || (rest == half && shift != 6'd0 && r[0]))) r = r + 80'sd1;
      if (Relu && r < 80'sd0) r = 80'sd0;
      highest = (80'sd1 <<< (OutputSigned ? OutputBits - 1 : OutputBits)) - 80'sd1;
      if (r > highest) r = highest;
      if (OutputSigned && r < 80'sd0 - highest - 80'sd1) r = 80'sd0 - highest - 80'sd1;
      if (!OutputSigned && r < 80'sd0) r = 80'sd0;
      requantised = r[Payload-1:0];
    end
  endfunction

  always @(posedge clk) begin
    if (rst_n && m_valid && m_ready && checking) begin
      if (num_got >= num_expected) fail("a word too many");
      else if (m_data !== expected[num_got]) begin
        fail("word");
        $display("  word %0d is %h, expected %h", num_got, m_data, expected[num_got]);
      end
      if (num_got == 0) first_word = $time;
      last_word = $time;
      num_got = num_got + 1;
    end
  end
  always @(negedge clk) m_ready <= stall == 0 || $urandom % (stall + 1) == 0;

  task automatic expect_close(input logic sample);
    expected[num_expected] = '0;
    expected[num_expected][OutWidth-1 -: 2] = sample ? 2'd3 : 2'd1;
    num_expected = num_expected + 1;
  endtask

  task automatic give;
    while (stall != 0 && $urandom % 3 == 0) @(negedge clk);
    fold_valid = 1'b1;
    #1;
    while (!fold_ready) begin @(negedge clk); #1; end
    @(negedge clk);
    fold_valid = 1'b0;
  endtask

  // An accumulator, so that it and its bias together fit; now and then small, for ties.
  function automatic logic signed [79:0] random_accumulator(input integer mode);
    logic signed [79:0] a;
    integer width;
    width = AccumulatorWidth - ((BiasWidth > 0) ? 1 : 0);
    a = $signed({16'd0, $urandom, $urandom}) <<< 16;
    a = a >>> (80 - width + ((mode == 1) ? width / 2 : 0));
    if (mode == 2) a = (80'sd1 <<< (width - 1)) - 80'sd1;
    if (mode == 3) a = 80'sd0 - (80'sd1 <<< (width - 1));
    random_accumulator = a;
  endfunction

  task automatic frame(input integer mode);
    integer patch, j, c, n;
    logic signed [79:0] acc, bias;
    logic sample;
    sample = !Steps;
    for (patch = 0; patch < NumPatches; patch++) begin
      for (j = 0; j < Folds; j++) begin
        fold = {Columns{AccumulatorWidth'($urandom)}};  // what lies beyond the outputs is not sent
        for (c = 0; c < Columns; c++) begin
          n = j * Columns + c;
          if (n < NumOutputs) begin
            acc = random_accumulator(mode);
            fold[c*AccumulatorWidth +: AccumulatorWidth] = acc[AccumulatorWidth-1:0];
            bias = 80'sd0;
            if (BiasWidth > 0) begin
              bias = $signed({80'(outputs[n]) << (80 - BiasWidth)});
              bias = bias >>> (80 - BiasWidth);
            end
            expected[num_expected] = {2'd2, 1'b0, AddrWidth'(patch * NumOutputs + n),
                                      requantised(acc + bias, n)};
            num_expected = num_expected + 1;
          end
        end
        fold_values = 1'b1;
        fold_close = patch == NumPatches - 1 && j == Folds - 1;
        fold_sample = sample;
        if (fold_close) expect_close(sample);
        give;
      end
    end
  endtask

  task automatic close_alone;
    fold_values = 1'b0; fold_close = 1'b1; fold_sample = 1'b1;
    expect_close(1'b1);
    give;
  endtask

  task automatic finish;
    integer cycles;
    cycles = 0;
    while (num_got < num_expected && cycles < 20 * MaxWords) begin
      @(negedge clk);
      cycles = cycles + 1;
    end
    repeat (6) @(negedge clk);
    if (num_got != num_expected) fail("words are missing");
    if (busy !== 1'b0) fail("busy at the end");
    if (stall == 0 && last_word - first_word != 10 * (num_got - 1)) fail("not one word per cycle");
    num_got = 0;
    num_expected = 0;
  endtask

  task automatic do_reset;
    rst_n = 1'b0;
    repeat (2) @(negedge clk);
    rst_n = 1'b1;
    @(negedge clk);
  endtask

  initial begin : main
    integer i, n, b;
    repeat (2) @(negedge clk);
    do_reset;
    for (i = 0; i < 12; i++) begin
      for (n = 0; n < NumOutputs; n++)
        for (b = 0; b < OutputsWidth; b++) outputs[n][b] = $urandom % 2 == 0;
      scale = (i == 1) ? 16'hffff : (i == 2) ? 16'd1 : 16'($urandom) | 16'd1;
      shift = (i < 2) ? 6'd0 : (i == 2) ? 6'd63 : (i < 8) ? 6'($urandom % AccumulatorWidth)
                                                 : 6'($urandom % 64);
      // Ties are frequent with a scale of 1.
      if (i % 3 == 0) scale = 16'd1;
      stall = i % 3;
      frame(i % 4);
      frame((i + 1) % 4);
      if (i % 2 == 0) close_alone;
      frame(1);
      finish;
    end
    // Reset in the middle of a frame: the next one begins with address 0.
    checking = 1'b0;
    fold_values = 1'b1; fold_close = 1'b0;
    fold_valid = 1'b1;
    @(negedge clk);
    fold_valid = 1'b0;
    @(negedge clk);
    do_reset;
    checking = 1'b1;
    stall = 0;
    frame(0);
    finish;
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
