`default_nettype none
// Smoke test of nacre_stream_ingress: words with one fault of each sort and without, under random
// stalls, against the rules of docs/streams.md computed in wide integers.
module nacre_stream_ingress_tb;
  parameter int Addresses       = 8;
  parameter bit Values          = 1'b0;
  parameter bit Steps           = 1'b0;
  parameter bit NegativeAllowed = 1'b0;
  parameter int PayloadWidth    = 8;
  parameter bit PayloadSigned   = 1'b0;

  localparam int AddressWidth = (Addresses > 1) ? $clog2(Addresses) : 1;
  localparam int OutWidth     = 3 + AddressWidth + (Values ? PayloadWidth : 0);
  localparam int NumWords     = 3000;
  localparam int Magnitude    = PayloadWidth - (PayloadSigned ? 1 : 0);
  // An unsigned payload of 32 bits is any bit pattern.
  localparam logic signed [63:0] PayloadMin = PayloadSigned ? -(64'sd1 <<< Magnitude) : 64'sd0;
  localparam logic signed [63:0] PayloadMax = (64'sd1 <<< Magnitude) - 64'sd1;

  logic clk = 1'b0, rst_n = 1'b1;
  logic [63:0] tdata = '0;
  logic tvalid = 1'b0, tready, tlast = 1'b0, m_valid, m_ready = 1'b0, busy, word;
  logic [OutWidth-1:0] m_data;
  logic [4:0] error;

  nacre_stream_ingress #(
    .Addresses(Addresses), .Values(Values), .Steps(Steps), .NegativeAllowed(NegativeAllowed),
    .PayloadWidth(PayloadWidth), .PayloadSigned(PayloadSigned)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .s_axis_tdata_i(tdata), .s_axis_tvalid_i(tvalid),
    .s_axis_tready_o(tready), .s_axis_tlast_i(tlast), .m_valid_o(m_valid), .m_ready_i(m_ready),
    .m_data_o(m_data), .busy_o(busy), .word_o(word), .error_o(error)
  );

  always #5 clk = !clk;

  integer failures = 0;
  task automatic fail(input [60*8-1:0] what);
    failures = failures + 1;
    if (failures < 20) $display("FAIL %0s at %0t", what, $time);
  endtask

  logic [OutWidth-1:0] expected [0:NumWords];
  integer num_expected = 0, num_got = 0, good = 0, stall = 0, ends_of_step = 0;
  integer seen [0:4];
  logic checking = 1'b0;

  always @(posedge clk) if (checking && rst_n) begin
    if ((^{tready, m_valid, busy, word, error}) === 1'bx || (m_valid && (^m_data) === 1'bx))
      fail("an output is X");
    if (busy !== m_valid) fail("busy");
    if (m_valid && m_ready) begin
      if (num_got >= num_expected) fail("a word too many");
      else if (m_data !== expected[num_got]) fail("wrong word");
      num_got = num_got + 1;
    end
  end
  always @(negedge clk) m_ready = (stall == 0) || ($urandom % 3 == 0);

  task automatic send;
    logic [1:0] kind;
    logic negative, legal_payload, legal_kind;
    logic [4:0] want;
    logic [23:0] address;
    logic [31:0] payload;
    logic signed [63:0] value;
    // A legal word first, then perhaps a fault.
    kind     = Values ? (($urandom % 4 == 0) ? {!Steps || ($urandom % 2 == 0), 1'b1} : 2'd2)
             : (($urandom % 2 == 0) ? 2'd0 : ($urandom % 2 == 0) ? 2'd1 : 2'd3);
    negative = NegativeAllowed && kind == 2'd0 && $urandom % 2 == 0;
    address  = (kind == 2'd0 || kind == 2'd2) ? 24'($urandom % Addresses) : 24'd0;
    if ((kind == 2'd0 || kind == 2'd2) && $urandom % 8 == 0) address = 24'(Addresses - 1);
    value    = PayloadMin + $signed({32'd0, $urandom}) % (PayloadMax - PayloadMin + 64'sd1);
    if ($urandom % 4 == 0) value = ($urandom % 2 == 0) ? PayloadMin : PayloadMax;
    payload  = (kind == 2'd2) ? value[31:0] : 32'd0;
    tdata    = {kind, negative, 5'd0, address, payload};
    tlast    = kind == 2'd3;
    case ($urandom % 12)
      0: tdata[63:62] = 2'($urandom);
      1: tdata[61] = 1'b1;
      2: tdata[60:56] = 5'd1 << ($urandom % 5);
      3: tdata[55:32] = 24'(Addresses);
      4: tdata[55:32] = 24'($urandom);
      5: begin value = ($urandom % 2 == 0) ? PayloadMin - 64'sd1 : PayloadMax + 64'sd1;
               tdata[31:0] = value[31:0]; end
      6: tdata[31:0] = $urandom;
      7: tlast = !tlast;
      default: ;
    endcase
    kind = tdata[63:62];
    legal_kind = Values ? kind >= 2'd2 || (Steps && kind == 2'd1) : kind != 2'd2;
    if (PayloadSigned) value = {{32{tdata[31]}}, tdata[31:0]};
    else               value = {32'd0, tdata[31:0]};
    legal_payload = (kind == 2'd2) ? value >= PayloadMin && value <= PayloadMax
                                   : tdata[31:0] == 32'd0;
    want[0] = !legal_kind;
    want[1] = tdata[60:56] != 5'd0 || (tdata[61] && (kind != 2'd0 || !NegativeAllowed));
    want[2] = (kind[0] == 1'b0) ? {8'd0, tdata[55:32]} >= Addresses : tdata[55:32] != 24'd0;
    want[3] = !legal_payload;
    want[4] = tlast != (kind == 2'd3);
    if (want == 5'd0) begin : expect_word
      if (kind == 2'd1) ends_of_step = ends_of_step + 1;
      expected[num_expected] = Values ? OutWidth'({kind, tdata[61], tdata[32 +: AddressWidth],
                                                   tdata[PayloadWidth-1:0]})
                                      : OutWidth'({kind, tdata[61], tdata[32 +: AddressWidth]});
    end
    tvalid = 1'b1;
    @(posedge clk);
    while (!tready) begin
      if (error !== 5'd0 || word !== 1'b0) fail("a flag without a handshake");
      @(posedge clk);
    end
    if (error !== want) fail("wrong flags");
    if (word !== (want == 5'd0)) fail("accepted or dropped wrongly");
    if (want == 5'd0) num_expected = num_expected + 1;
    begin : count_flags
      integer b;
      for (b = 0; b < 5; b++) if (want[b]) seen[b] = seen[b] + 1;
    end
    @(negedge clk) tvalid = 1'b0;
    while (stall != 0 && $urandom % 3 == 0) @(negedge clk);
  endtask

  initial begin : main
    integer i;
    for (i = 0; i < 5; i++) seen[i] = 0;
    repeat (2) @(negedge clk);
    rst_n = 1'b0;
    repeat (2) @(negedge clk);
    rst_n = 1'b1;
    checking = 1'b1;
    @(negedge clk);
    for (i = 0; i < NumWords; i++) begin
      if (i % 500 == 0) stall = (i / 500) % 2;
      send;
    end
    repeat (40) @(posedge clk);
    if (num_got != num_expected) fail("words are missing");
    if (num_expected < NumWords / 4) fail("too few good words to mean anything");
    for (i = 0; i < 5; i++)
      if (seen[i] == 0 && !(i == 3 && PayloadWidth == 32)) fail("a fault was never made");
    if ((ends_of_step != 0) != (!Values || Steps)) fail("steps where there are none, or none");
    // Reset drops what is held.
    stall = 1;
    send; send;
    rst_n = 1'b0;
    @(negedge clk) rst_n = 1'b1;
    if (m_valid !== 1'b0 || tready !== 1'b1) fail("a word outlives the reset");
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
