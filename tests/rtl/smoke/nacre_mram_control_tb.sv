`default_nettype none
// Smoke test of nacre_mram_control: random writes, reads and scrubs on an array whose devices switch
// at random and some of which are stuck.  What the row holds afterwards, answers, moves to spares and
// the rules of the array's pins are checked against a memory of words.
module nacre_mram_control_tb;
  parameter int Words         = 4;
  parameter int DataBits      = 8;
  parameter int Ecc           = 1;
  parameter int Sensing       = 0;
  parameter int Spares        = 1;
  parameter bit Journal       = 1'b1;
  parameter bit PreRead       = 1'b1;
  parameter bit Verify        = 1'b1;
  parameter bit SelfTerminate = 1'b0;

  function automatic int check_bits(input int code);
    int r;
    r = 1;
    if (code == 1) while ((1 << (r - 1)) < DataBits + r) r = r + 1;
    if (code == 2) while ((1 << r) - 1 < DataBits + 2 * r) r = r + 1;
    check_bits = (code == 0) ? 0 : (code == 1) ? r : 2 * r + 1;
  endfunction
  localparam int CodeBits   = DataBits + check_bits(Ecc);
  localparam int RowBits    = CodeBits + (Journal ? 3 : 0);
  localparam int D          = (Sensing == 1) ? 2 : 1;
  localparam int NumDevices = RowBits * D;
  localparam int Rows       = Words + Spares;
  localparam int WordWidth  = (Words > 1) ? $clog2(Words) : 1;
  localparam int RowWidth   = (Rows > 1) ? $clog2(Rows) : 1;
  localparam int NumRegisters = (Spares > 0) ? Spares : 1;

  localparam int Requests  = 120;
  localparam int StuckFrom = 2 * Requests / 3;   // from this request on some devices never switch

  logic clk = 1'b0, rst_n = 1'b1, start = 1'b0, write = 1'b0, scrub = 1'b0;
  logic [31:0] timing = 32'h01030201;
  logic [19:0] write_control = 20'h20311;
  logic [NumRegisters-1:0] spare_we = '0;
  logic [WordWidth:0] spare_wdata = '0;
  logic [NumRegisters*(WordWidth+1)-1:0] spares;
  logic [WordWidth-1:0] word = '0;
  logic [DataBits-1:0] data = '0, read_data;
  logic active, done, read, uncorrectable, scrubbed, left_alone, written, failed, retry, pulse;
  logic sensed, wl, latch, direction;
  logic [23:0] status;
  logic [1:0] corrected, mode, amplitude;
  logic [RowWidth-1:0] row;
  logic [RowBits-1:0] q = '0, meta = '0;
  logic [NumDevices-1:0] drive, state = '0;

  nacre_mram_control #(
    .Words(Words), .DataBits(DataBits), .Ecc(Ecc), .Sensing(Sensing), .Spares(Spares),
    .Journal(Journal), .PreRead(PreRead), .Verify(Verify), .SelfTerminate(SelfTerminate)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .timing_i(timing), .write_control_i(write_control),
    .spare_we_i(spare_we), .spare_wdata_i(spare_wdata), .spares_o(spares), .start_i(start),
    .write_i(write), .scrub_i(scrub), .word_i(word), .data_i(data), .active_o(active),
    .done_o(done), .data_o(read_data), .status_o(status), .read_o(read), .corrected_o(corrected),
    .uncorrectable_o(uncorrectable), .scrubbed_o(scrubbed), .left_alone_o(left_alone),
    .written_o(written), .failed_o(failed), .retry_o(retry), .pulse_o(pulse), .sensed_o(sensed),
    .wl_o(wl), .row_o(row), .latch_o(latch), .mode_o(mode), .q_i(q), .meta_i(meta),
    .drive_o(drive), .direction_o(direction), .amplitude_o(amplitude), .state_i(state)
  );

  always #5 clk = !clk;

  integer failures = 0, moves = 0, lost = 0, retries = 0;
  task automatic fail(input [60*8-1:0] what);
    failures = failures + 1;
    if (failures < 20) $display("FAIL %0s at %0t", what, $time);
  endtask

  // ---- Array: a driven device switches with `chance` in 16, a stuck one never
  logic [NumDevices-1:0] cells [0:Rows-1];
  logic [NumDevices-1:0] stuck [0:Rows-1];
  logic [RowBits-1:0]    held, bits;
  logic                  opened = 1'b0, pulsed = 1'b0;
  integer                chance = 16, rounds_seen = 0;
  always @(posedge clk) begin
    for (int b = 0; b < RowBits; b++) bits[b] = (32'(row) < Rows) ? cells[row][b*D + D - 1] : 1'b0;
    if (rst_n && wl && 32'(row) >= Rows) fail("row out of range");
    if (latch) begin
      if (!wl || !opened || pulsed || (|drive)) fail("a read that is not legal");
      if (mode == 2'd1) held = bits;
      else q <= (mode == 2'd2) ? held & ~(held & bits) : bits;
    end
    if (|drive) begin
      if (!wl || !opened) fail("a pulse that is not legal");
      for (int e = 0; e < NumDevices; e++) begin
        if (drive[e] && !stuck[row][e] && $urandom % 16 < chance) cells[row][e] = direction;
      end
    end
    // What the next cycle shows, from the second one of an opening on.
    if (wl && 32'(row) < Rows) state <= cells[row];
    pulsed <= |drive;
    opened <= wl;
  end

  function automatic logic [RowBits-1:0] bits_of(input integer which);
    for (int b = 0; b < RowBits; b++) bits_of[b] = cells[which][b*D + D - 1];
  endfunction

  function automatic logic [2:0] marker_of(input integer which);
    logic [RowBits-1:0] held_there;
    held_there = bits_of(which);
    marker_of  = held_there[RowBits-1 -: 3];
  endfunction
  function automatic logic [DataBits-1:0] data_of(input integer which);
    logic [RowBits-1:0] held_there;
    held_there = bits_of(which);
    data_of    = held_there[DataBits-1:0];
  endfunction

  task automatic request(input logic writes, input logic scrubs, input integer which);
    integer cycles;
    @(negedge clk);
    start = 1'b1; write = writes; scrub = scrubs; word = WordWidth'(which);
    @(negedge clk);
    start = 1'b0;
    cycles = 1;
    while (!done && cycles < 5000) begin
      if (retry) retries = retries + 1;
      @(negedge clk);
      cycles = cycles + 1;
    end
    if (cycles >= 5000) fail("a request is not answered");
    @(negedge clk);
    if (active || wl) fail("active after the last step");
    if ((^status) === 1'bx) fail("status is X");
  endtask

  // The row of a word, by the registers.
  function automatic integer row_of(input integer which);
    row_of = which;
    for (int n = 0; n < Spares; n++) begin
      if (spares[n*(WordWidth+1) +: WordWidth+1] == {1'b1, WordWidth'(which)}) row_of = Words + n;
    end
  endfunction

  logic [DataBits-1:0] model [0:Words-1];
  logic                known [0:Words-1];

  task automatic check_write(input integer which, input integer before_row);
    integer now_row;
    logic [RowBits-1:0] holds;
    now_row = row_of(which);
    holds   = bits_of(now_row);
    known[which] = !status[3];
    if (status[3]) lost = lost + 1;
    model[which] = data;
    if (now_row != before_row) begin
      moves = moves + 1;
      if (Journal && marker_of(before_row) === 3'b000) fail("a failed row is not marked");
    end
    if (status[0] !== 1'b1) fail("a write is answered as a read");
    if (status[4] !== (now_row >= Words)) fail("flag of a spare");
    if (32'(status[23:16]) > 32'(write_control[11:8])) fail("rounds");
    if (Verify && !status[3] && status[15:8] == 8'd0 && holds[DataBits-1:0] !== data)
      fail("a write lost data");
    if (chance == 16 && stuck[now_row] == '0 && holds[DataBits-1:0] !== data) fail("data");
    if (chance == 16 && stuck[now_row] == '0 && Journal && holds[RowBits-1 -: 3] !== 3'b000)
      fail("marker after a write");
    if (status[3] && status[15:8] == 8'd0 && !Journal) fail("failed without a wrong bit");
    if (!Verify && status[3]) fail("failed without verify");
  endtask

  initial begin : main
    integer i, which, before_row, errors;
    for (i = 0; i < Rows; i++) begin
      cells[i] = '0;
      stuck[i] = '0;
      for (int b = 0; b < RowBits; b++) if (D == 2) cells[i][b*D] = 1'b1;
    end
    for (i = 0; i < Words; i++) begin model[i] = '0; known[i] = 1'b1; end
    repeat (2) @(negedge clk);
    rst_n = 1'b0;
    repeat (2) @(negedge clk);
    rst_n = 1'b1;
    // Devices that always switch, then some that do not, then stuck ones.
    for (i = 0; i < Requests; i++) begin
      if (i == Requests / 3) chance = 10;
      if (i == StuckFrom) begin
        stuck[0][0] = 1'b1;
        stuck[0][D] = 1'b1;
        stuck[0][2*D] = 1'b1;
        // The last spare: three bits of any, as every word has been moved that can be.
        if (Spares > 0) for (int b = 0; b < 4; b++) stuck[Words+Spares-1][b*D] = 1'b1;
      end
      write_control = (i % 3 == 0) ? 20'h00100 : 20'h31521 | (20'($urandom % 2) << 12);
      timing = {3'd0, 5'(1 + $urandom % 3), 3'd0, 5'(1 + $urandom % 4), 3'd0, 5'(1 + $urandom % 3),
                3'd0, 5'(1 + $urandom % 3)};
      which = (i >= StuckFrom && $urandom % 2 == 0) ? 0 : $urandom % Words;
      before_row = row_of(which);
      if ($urandom % 2 == 0) begin
        data = DataBits'({$urandom, $urandom});
        request(1'b1, 1'b0, which);
        check_write(which, before_row);
      end else begin
        // A wrong bit that the code corrects, and that a scrub takes away.
        errors = (Ecc != 0 && chance == 16 && stuck[before_row] == '0) ? 1 : 0;
        if (errors != 0) begin
          if (D == 2) cells[before_row][0 +: 2] = ~cells[before_row][0 +: 2];
          else        cells[before_row][0] = !cells[before_row][0];
        end
        request(1'b0, i % 4 == 1, which);
        if (known[which] && chance == 16 && stuck[before_row] == '0) begin
          if (read_data !== model[which]) fail("data of a read");
          if (i % 4 != 1 && (status[1] !== (errors != 0) || status[15:8] !== 8'(errors)))
            fail("corrected bits");
          if (status[2] || status[5]) fail("flags of a read");
          if (errors != 0) begin
            if (i % 4 == 1 && data_of(before_row) !== model[which]) fail("not scrubbed");
            if (i % 4 != 1) begin
              if (D == 2) cells[before_row][0 +: 2] = ~cells[before_row][0 +: 2];
              else        cells[before_row][0] = !cells[before_row][0];
            end
          end
          if (Sensing == 2 && errors == 0 && data_of(before_row) !== model[which])
            fail("a read is not restored");
        end
      end
    end
    if (Verify && retries == 0) fail("there was no retry");
    if (Verify && Spares > 0 && moves == 0) fail("no word was moved");
    if (Verify && lost == 0) fail("no write failed");
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
