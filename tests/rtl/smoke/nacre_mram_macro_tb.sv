`default_nettype none
// Smoke test of nacre_mram_macro: random reads and writes of whole words under random stalls against
// a memory of words; wrong bits put in through the back door and what the code makes of them; the
// window of states, counters, registers, refused accesses, a reset in the middle of writes, no X.
module nacre_mram_macro_tb;
  parameter int Words         = 4;
  parameter int DataBits      = 8;
  parameter int Ecc           = 1;
  parameter int Sensing       = 0;
  parameter int Spares        = 1;
  parameter bit Journal       = 1'b1;
  parameter bit PreRead       = 1'b1;
  parameter bit Verify        = 1'b1;
  parameter bit SelfTerminate = 1'b0;
  parameter logic [31:0] Timing       = 32'h01010101;
  parameter logic [19:0] WriteControl = 20'h00100;
  parameter logic [31:0] DeviceSeed   = 32'd0;
  parameter int ScrubEvery    = 0;
  parameter int Level         = 0;
  parameter logic [63:0] Persistent = 64'd0;
  parameter logic [63:0] Transient  = 64'd0;
  parameter int Counters      = 1;

  function automatic int check_bits(input int code);
    int r;
    r = 1;
    if (code == 1) while ((1 << (r - 1)) < DataBits + r) r = r + 1;
    if (code == 2) while ((1 << r) - 1 < DataBits + 2 * r) r = r + 1;
    check_bits = (code == 0) ? 0 : (code == 1) ? r : 2 * r + 1;
  endfunction
  localparam int RowBits      = DataBits + check_bits(Ecc) + (Journal ? 3 : 0);
  localparam int D            = (Sensing == 1) ? 2 : 1;
  localparam int NumDevices   = RowBits * D;
  localparam int Rows         = Words + Spares;
  localparam int Lanes        = (DataBits + 31) / 32;
  localparam int AddressWidth = $clog2((Lanes + 1) * Words);
  localparam int StreamWidth  = 3 + AddressWidth + 32;
  localparam int NumChunks    = (NumDevices + 31) / 32;
  localparam int ChunkBits    = $clog2(NumChunks);
  localparam int RowWidth     = (Rows > 1) ? $clog2(Rows) : 1;
  localparam int RegionWidth  = (RowWidth + ChunkBits > 6) ? RowWidth + ChunkBits : 6;
  localparam int CfgAddrWidth = RegionWidth + 2;
  localparam int RowPadding   = 32 * NumChunks;
  localparam int Requests     = 30;

  logic clk = 1'b0, rst_n = 1'b1, checking = 1'b0;
  logic cfg_valid = 1'b0, cfg_write = 1'b0, clear = 1'b0, cfg_ready, cfg_error;
  logic [CfgAddrWidth-1:0] cfg_addr = '0;
  logic [31:0] cfg_wdata = '0, cfg_rdata;
  logic s_valid = 1'b0, s_ready, m_valid, m_ready = 1'b0, busy;
  logic [StreamWidth-1:0] s_data = '0, m_data;
  logic [2:0] error;

  nacre_mram_macro #(
    .Words(Words), .DataBits(DataBits), .Ecc(Ecc), .Sensing(Sensing), .Spares(Spares),
    .Journal(Journal), .PreRead(PreRead), .Verify(Verify), .SelfTerminate(SelfTerminate),
    .Timing(Timing), .WriteControl(WriteControl), .DeviceSeed(DeviceSeed),
    .ScrubEvery(ScrubEvery), .Level(Level), .Persistent(Persistent), .Transient(Transient),
    .Counters(Counters)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .cfg_valid_i(cfg_valid), .cfg_write_i(cfg_write),
    .cfg_addr_i(cfg_addr), .cfg_wdata_i(cfg_wdata), .cfg_ready_o(cfg_ready),
    .cfg_rdata_o(cfg_rdata), .cfg_error_o(cfg_error), .idle_i(!s_valid && !busy),
    .clear_counters_i(clear), .s_valid_i(s_valid), .s_ready_o(s_ready), .s_data_i(s_data),
    .m_valid_o(m_valid), .m_ready_i(m_ready), .m_data_o(m_data), .busy_o(busy), .error_o(error)
  );

  always #5 clk = !clk;

  integer failures = 0, errors = 0;
  task automatic fail(input [60*8-1:0] what);
    failures = failures + 1;
    if (failures < 20) $display("FAIL %0s at %0t", what, $time);
  endtask
  always @(posedge clk) if (checking && rst_n) begin
    if ((^{s_ready, m_valid, busy, error, cfg_ready}) === 1'bx) fail("an output is X");
    if (m_valid && ((^m_data) === 1'bx || !busy)) fail("a word is X, or not busy");
    if (error != 3'd0) errors = errors + 1;
  end

  // ---- Bus
  logic [31:0] got;
  logic        refused;
  task automatic access(input logic write, input integer region, input integer offset,
                        input logic [31:0] value);
    @(negedge clk);
    cfg_valid = 1'b1; cfg_write = write; cfg_wdata = value;
    cfg_addr  = {2'(region), RegionWidth'(offset)};
    @(posedge clk);
    while (!cfg_ready) @(posedge clk);
    got     = cfg_rdata;
    refused = cfg_error;
    if ((^{got, refused}) === 1'bx) fail("an answer of the bus is X");
    #1 cfg_valid = 1'b0;
  endtask
  task automatic must(input logic refuse);
    if (refused !== refuse) fail("an access is refused, or is not");
  endtask

  logic [RowPadding-1:0] states;
  task automatic load_row(input integer row);
    for (int c = 0; c < NumChunks; c++) begin
      access(1'b1, 1, (row << ChunkBits) + c, states[32*c +: 32]);
      must(1'b0);
    end
  endtask
  task automatic view_row(input integer row);
    for (int c = 0; c < NumChunks; c++) begin
      access(1'b0, 2, (row << ChunkBits) + c, 32'd0);
      must(1'b0);
      states[32*c +: 32] = got;
    end
  endtask
  task automatic flip(input integer b);
    for (int d = 0; d < D; d++) states[b*D + d] = !states[b*D + d];
  endtask

  // ---- Streams
  logic [31:0] answer_address, payload;
  task automatic send(input logic [1:0] kind, input integer address, input logic [31:0] value);
    @(negedge clk);
    s_valid = 1'b1;
    s_data  = {kind, 1'b0, AddressWidth'(address), value};
    @(posedge clk);
    while (!s_ready) @(posedge clk);
    #1 s_valid = 1'b0;
  endtask
  task automatic receive(input logic [1:0] kind, input integer address);
    integer wait_cycles;
    wait_cycles = 0;
    @(negedge clk);
    m_ready = $urandom % 3 != 0;
    @(posedge clk);
    while (!(m_valid && m_ready) && wait_cycles < 3000) begin
      @(negedge clk);
      m_ready = $urandom % 3 != 0;
      @(posedge clk);
      wait_cycles = wait_cycles + 1;
    end
    payload = m_data[31:0];
    if (wait_cycles >= 3000) fail("no answer");
    else if (m_data[StreamWidth-1 -: 2] !== kind || m_data[StreamWidth-3]) fail("kind");
    else if (32'(m_data[32 +: AddressWidth]) != address) fail("address of an answer");
    #1 m_ready = 1'b0;
  endtask

  logic [63:0] model [0:Words-1];
  logic [63:0] data, mask;
  logic [31:0] status;
  integer reads = 0, writes = 0, corrected = 0;
  task automatic read_word(input integer word);
    send(2'd2, Lanes * Words + word, 32'($urandom));
    data = 64'd0;
    for (int l = 0; l < Lanes; l++) begin
      receive(2'd2, word * Lanes + l);
      data[32*l +: 32] = payload;
    end
    receive(2'd2, Lanes * Words + word);
    status = payload;
    reads  = reads + 1;
    corrected = corrected + 32'(status[15:8]);
  endtask
  task automatic write_word(input integer word);
    model[word] = {$urandom, $urandom};
    for (int l = 0; l < Lanes; l++) send(2'd2, word * Lanes + l, model[word][32*l +: 32]);
    model[word] = model[word] & mask;
    receive(2'd2, Lanes * Words + word);
    status = payload;
    writes = writes + 1;
  endtask

  task automatic start;
    repeat (2) @(negedge clk);
    rst_n = 1'b0;
    repeat (2) @(negedge clk);
    rst_n = 1'b1;
    checking = 1'b1;
    // Words of 0: so are their check bits.
    states = '0;
    for (int b = 0; b < RowBits; b++) if (D == 2) states[2*b] = 1'b1;
    for (int r = 0; r < Rows; r++) load_row(r);
    for (int w = 0; w < Words; w++) model[w] = 64'd0;
    reads = 0; writes = 0; corrected = 0;
  endtask

  integer word, wrong, seen_wear;
  initial begin : main
    mask = 64'hffffffffffffffff >> (64 - DataBits);
    start;
    for (int i = 0; i < Requests; i++) begin
      word = $urandom % Words;
      if ($urandom % 2 == 0) begin
        write_word(word);
        if (Level == 0 && (status & 32'hff00ffff) != 32'd1) fail("status of a write");
        if (Level == 0 && (32'(status[23:16]) > 1 || (!PreRead && status[23:16] == 8'd0))
            && Sensing != 2) fail("rounds");
      end else begin
        wrong = (Level == 0 && Sensing != 2) ? $urandom % ((Ecc == 0) ? 1 : Ecc + 2) : 0;
        wait (!busy);
        if (wrong > 0) begin
          view_row(word);
          for (int k = 0; k < wrong; k++) flip((word + 3 * k) % DataBits);
          load_row(word);
        end
        read_word(word);
        if (wrong <= Ecc) begin
          if (data !== model[word]) fail("data");
          if (Level == 0 && status !== {16'd0, 8'(wrong), 6'd0, wrong != 0, 1'b0})
            fail("status of a read");
        end else if (status !== 32'd4) fail("an uncorrectable word");
        if (wrong > 0) begin
          wait (!busy);
          write_word(word);
        end
      end
      if (i % 16 == 5) begin
        send(2'd1, 0, 32'd0);
        receive(2'd1, 0);
      end
    end
    wait (!busy);
    // The devices hold what was written, as the layout of a row says.
    for (int w = 0; w < Words && Level == 0; w++) begin
      view_row(w);
      for (int b = 0; b < DataBits; b++) begin
        if (states[b*D + D - 1] !== model[w][b]) fail("state of a device");
        if (D == 2 && states[2*b] === states[2*b+1]) fail("devices of a bit");
      end
    end
    access(1'b0, 3, 0, 32'd0);
    must(1'b0);
    seen_wear = got;
    if (seen_wear == 0) fail("no wear");
    if (ScrubEvery == 0) begin
      access(1'b0, 0, 8, 32'd0);
      if (got !== ((Counters == 0) ? 32'd0 : 32'(reads))) fail("counter of reads");
      access(1'b0, 0, 9, 32'd0);
      if (got !== ((Counters == 0) ? 32'd0 : 32'(writes))) fail("counter of writes");
      access(1'b0, 0, 12, 32'd0);
      if (got !== ((Counters == 0) ? 32'd0 : 32'(corrected))) fail("counter of corrected bits");
    end
    if (Level == 0 && Ecc == 0 && errors != 0) fail("an error");
    if (Level == 0 && Ecc == 1 && Sensing != 2 && errors == 0) fail("no error was flagged");
    // Registers: those of the parameters, legal and illegal values, while a request is under way.
    access(1'b0, 0, 0, 32'd0);
    if (got !== Timing) fail("timing");
    access(1'b0, 0, 1, 32'd0);
    if (got !== 32'(WriteControl)) fail("write_control");
    access(1'b1, 0, 0, 32'h01011101); must(1'b1);
    access(1'b1, 0, 0, 32'h02000101); must(1'b1);
    access(1'b1, 0, 0, 32'h03020504); must(1'b0);
    access(1'b0, 0, 0, 32'd0);
    if (got !== 32'h03020504) fail("timing written");
    access(1'b1, 0, 1, 32'h00000033); must(1'b1);
    access(1'b0, 1, 0, 32'd0); must(1'b1);
    access(1'b0, 2, Rows << ChunkBits, 32'd0); must(1'b1);
    send(2'd2, 0, 32'd1);
    if (Lanes > 1) send(2'd2, 1, 32'd0);
    access(1'b1, 0, 0, 32'h01010101); must(1'b1);
    access(1'b0, 2, 0, 32'd0); must(1'b1);
    // A reset in the middle: idle at once, registers as they were, words readable after a load.
    for (int i = 0; i < 4; i++) begin
      repeat (1 + 5 * i) @(negedge clk);
      start;
      if (busy) fail("busy after reset");
      access(1'b0, 0, 0, 32'd0);
      if (got !== Timing) fail("timing after reset");
      write_word(Words - 1);
      read_word(Words - 1);
      if (data !== model[Words-1]) fail("data after reset");
      send(2'd2, Lanes - 1, 32'hffffffff);
    end
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
