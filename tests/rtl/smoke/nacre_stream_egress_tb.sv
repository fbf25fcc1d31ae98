`default_nettype none
// Smoke test of nacre_stream_egress: random words under random stalls; packing, sign extension,
// TLAST.
module nacre_stream_egress_tb;
  parameter int Addresses     = 8;
  parameter bit Values        = 1'b0;
  parameter int PayloadWidth  = 8;
  parameter bit PayloadSigned = 1'b0;

  localparam int AddressWidth = (Addresses > 1) ? $clog2(Addresses) : 1;
  localparam int InWidth      = 3 + AddressWidth + (Values ? PayloadWidth : 0);
  localparam int NumWords     = 1000;

  logic clk = 1'b0, rst_n = 1'b1;
  logic s_valid = 1'b0, s_ready, tvalid, tready = 1'b0, tlast, busy, word, sample;
  logic [InWidth-1:0] s_data = '0;
  logic [63:0] tdata;

  nacre_stream_egress #(
    .Addresses(Addresses), .Values(Values), .PayloadWidth(PayloadWidth),
    .PayloadSigned(PayloadSigned)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .s_valid_i(s_valid), .s_ready_o(s_ready), .s_data_i(s_data),
    .m_axis_tdata_o(tdata), .m_axis_tvalid_o(tvalid), .m_axis_tready_i(tready),
    .m_axis_tlast_o(tlast), .busy_o(busy), .word_o(word), .sample_o(sample)
  );

  always #5 clk = !clk;

  integer failures = 0;
  task automatic fail(input [60*8-1:0] what);
    failures = failures + 1;
    if (failures < 20) $display("FAIL %0s at %0t", what, $time);
  endtask

  logic [63:0] expected [0:NumWords];
  integer num_expected = 0, num_got = 0, words = 0, samples = 0, ends = 0, stall = 0;
  logic checking = 1'b0;

  always @(posedge clk) if (checking && rst_n) begin
    if ((^{s_ready, tvalid, busy, word, sample}) === 1'bx || (tvalid && (^{tdata, tlast}) === 1'bx))
      fail("an output is X");
    if (busy !== tvalid) fail("busy");
    if (word) words = words + 1;
    if (sample) samples = samples + 1;
    if (tvalid && tready) begin
      if (num_got >= num_expected) fail("a word too many");
      else if (tdata !== expected[num_got]) fail("wrong word");
      if (tlast !== (tdata[63:62] == 2'd3)) fail("tlast");
      num_got = num_got + 1;
    end
  end
  always @(negedge clk) tready = (stall == 0) || ($urandom % 3 == 0);

  initial begin : main
    integer i, b;
    logic [1:0] kind;
    logic negative;
    logic [23:0] address;
    logic [31:0] payload;
    repeat (2) @(negedge clk);
    rst_n = 1'b0;
    repeat (2) @(negedge clk);
    rst_n = 1'b1;
    checking = 1'b1;
    @(negedge clk);
    for (i = 0; i < NumWords; i++) begin
      if (i % 100 == 0) stall = (i / 100) % 2;
      kind     = 2'($urandom);
      negative = 1'($urandom);
      address  = 24'($urandom % Addresses);
      payload  = Values ? $urandom : 32'd0;
      // The payload's bits above its width repeat the sign, or are 0.
      for (b = PayloadWidth; b < 32; b++)
        payload[b] = Values && PayloadSigned && payload[PayloadWidth-1];
      expected[num_expected] = {kind, negative, 5'd0, address, payload};
      num_expected = num_expected + 1;
      if (kind == 2'd3) ends = ends + 1;
      s_valid = 1'b1;
      s_data  = Values ? InWidth'({kind, negative, address[AddressWidth-1:0],
                                   payload[PayloadWidth-1:0]})
                       : InWidth'({kind, negative, address[AddressWidth-1:0]});
      @(posedge clk);
      while (!s_ready) @(posedge clk);
      @(negedge clk) s_valid = 1'b0;
      while (stall != 0 && $urandom % 3 == 0) @(negedge clk);
    end
    repeat (40) @(posedge clk);
    if (num_got != num_expected) fail("words are missing");
    if (words != num_expected || samples != ends) fail("pulses are missing");
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
