`default_nettype none
// Random steps of random samples: rows touched in any order, waiting at random, then visited as
// marked or all; `alive`, the rows that a scan shows and when, against two plain arrays of bits.
module nacre_conv_marks_tb #(
  parameter int NumRows = 12,
  parameter int ScanAll = 0
) ();

  localparam int RowWidth  = (NumRows > 1) ? $clog2(NumRows) : 1;
  localparam int BitWidth  = (RowWidth > 1) ? RowWidth / 2 : 1;
  localparam int WordBits  = 1 << BitWidth;
  localparam int NumWords  = (NumRows + WordBits - 1) / WordBits;
  localparam int WordWidth = (NumWords > 1) ? $clog2(NumWords) : 1;

  reg  clk, rst_n, clear, issue, issue_event, issue_known, forget, commit, mark, take, show;
  reg  scan_next, look;
  reg  [RowWidth-1:0] issue_row, row, look_row;
  wire alive, any, scan_valid, scan_done, look_alive;
  wire [RowWidth-1:0] scan_row;
  wire marks_ren, marks_wen, alive_ren, alive_wen;
  wire [WordWidth-1:0] marks_raddr, marks_waddr, alive_raddr, alive_waddr;
  wire [WordBits-1:0]  marks_rdata, marks_wdata, alive_rdata, alive_wdata;

  nacre_conv_marks #(.NumRows(NumRows), .ScanAll(ScanAll)) u_dut (
    .clk_i(clk), .rst_ni(rst_n), .clear_i(clear), .issue_i(issue), .issue_row_i(issue_row),
    .issue_event_i(issue_event), .issue_known_i(issue_known), .forget_i(forget), .row_i(row),
    .alive_o(alive), .commit_i(commit), .mark_i(mark), .take_i(take), .show_i(show), .any_o(any),
    .scan_valid_o(scan_valid), .scan_row_o(scan_row), .scan_next_i(scan_next),
    .scan_done_o(scan_done), .look_i(look), .look_row_i(look_row), .look_alive_o(look_alive),
    .marks_ren_o(marks_ren), .marks_raddr_o(marks_raddr), .marks_rdata_i(marks_rdata),
    .marks_wen_o(marks_wen), .marks_waddr_o(marks_waddr), .marks_wdata_o(marks_wdata),
    .alive_ren_o(alive_ren), .alive_raddr_o(alive_raddr), .alive_rdata_i(alive_rdata),
    .alive_wen_o(alive_wen), .alive_waddr_o(alive_waddr), .alive_wdata_o(alive_wdata)
  );
  nacre_mem_1r1w #(.Width(WordBits), .Depth(NumWords)) u_marks (
    .clk_i(clk), .ren_i(marks_ren), .raddr_i(marks_raddr), .rdata_o(marks_rdata),
    .wen_i(marks_wen), .waddr_i(marks_waddr), .wdata_i(marks_wdata)
  );
  nacre_mem_1r1w #(.Width(WordBits), .Depth(NumWords)) u_alive (
    .clk_i(clk), .ren_i(alive_ren), .raddr_i(alive_raddr), .rdata_o(alive_rdata),
    .wen_i(alive_wen), .waddr_i(alive_waddr), .wdata_i(alive_wdata)
  );

  reg     is_alive [0:NumRows-1];
  reg     marked [0:NumRows-1];
  reg     held;          // a row is in the execute stage
  reg     held_mark;
  integer errors, next_row, near, waits;
  reg     visit_all;

  task fail(input integer what, input integer expected, input integer got);
    errors = errors + 1;
    if (errors < 20) begin
      $display("FAIL at %0t, check %0d: expected %0d, got %0d", $time, what, expected, got);
    end
  endtask

  // One cycle: the row that is held is committed if `leave`; `issue` and the others are set.
  task cycle(input reg leave);
    commit = held && leave;
    mark   = held_mark;
    #1;
    if (held && alive !== is_alive[row]) fail(1, 32'(is_alive[row]), 32'(alive));
    if ((marks_ren && marks_wen && marks_raddr == marks_waddr)
        || (alive_ren && alive_wen && alive_raddr == alive_waddr)) fail(2, 0, 1);
    if (commit) begin
      is_alive[row] = 1'b1;
      if (ScanAll == 0 && held_mark) marked[row] = 1'b1;
      held = 1'b0;
    end
    if (clear) begin
      for (int r = 0; r < NumRows; r++) begin
        is_alive[r] = 1'b0;
        marked[r]   = 1'b0;
      end
    end
    clk = 1'b1;
    #1 clk = 1'b0;
    if (issue) begin
      row  = issue_row;
      held = 1'b1;
    end
    issue = 1'b0; clear = 1'b0; forget = 1'b0; take = 1'b0; show = 1'b0; scan_next = 1'b0;
    look = 1'b0; issue_event = 1'b0; issue_known = 1'b0;
  endtask

  // Issues a row in a cycle in which the one before leaves; waits before it.
  task issue_now(input integer number, input reg event_row, input reg known, input reg new_mark);
    while (held && $urandom % 4 == 0) cycle(1'b0);
    issue = 1'b1; issue_row = RowWidth'(number); issue_event = event_row; issue_known = known;
    scan_next = known;
    cycle(1'b1);
    held_mark = new_mark;
  endtask

  task look_at(input integer number);
    look = 1'b1; look_row = RowWidth'(number);
    cycle(1'b1);
    #1 if (look_alive !== is_alive[number]) fail(3, 32'(is_alive[number]), 32'(look_alive));
  endtask

  task touch_rows;
    for (int k = 0; k < near; k++) begin
      if ($urandom % 3 == 0) next_row = $urandom % NumRows;
      else                   next_row = (next_row + 1) % NumRows;
      issue_now(next_row, 1'b1, 1'b0, 1'b1);
      if ($urandom % 5 == 0) cycle(1'b1);
    end
    while (held) cycle($urandom % 2 == 0);
  endtask

  // The end of a step, cycle by cycle as the header says.
  task visit_rows;
    reg some;
    some = 1'b0;
    for (int r = 0; r < NumRows; r++) some = some || marked[r];
    visit_all = ScanAll == 1 || $urandom % 4 == 0;
    take = 1'b1; show = !visit_all; forget = 1'b1;
    #1 if (any !== some) fail(4, 32'(some), 32'(any));
    if (visit_all) begin
      for (int r = 0; r < NumRows; r++) marked[r] = 1'b0;
      for (int r = 0; r < NumRows; r++) begin
        if (r == 0) begin   // issued in the cycle of take_i
          issue = 1'b1; issue_row = '0;
          cycle(1'b1);
          held_mark = $urandom % 4 == 0;
        end else begin
          issue_now(r, 1'b0, 1'b0, $urandom % 4 == 0);
        end
      end
    end else if (some) begin
      cycle(1'b1);
      #1 if (scan_valid !== 1'b0 || scan_done !== 1'b0) fail(5, 0, 1);
      cycle(1'b1);
      for (int r = 0; r < NumRows; r++) begin
        if (marked[r]) begin
          #1;
          if (scan_valid !== 1'b1 || scan_done !== 1'b0) fail(6, 1, 32'(scan_valid));
          if (32'(scan_row) !== r) fail(7, r, 32'(scan_row));
          marked[r] = 1'b0;
          issue_now(r, 1'b0, 1'b1, $urandom % 4 == 0);
        end
      end
      #1 if (scan_valid !== 1'b0 || scan_done !== 1'b1) fail(8, 0, 32'(scan_valid));
    end else begin
      cycle(1'b1);
    end
    forget = 1'b1;   // the marker
    cycle(1'b1);
    while (held) cycle(1'b1);
  endtask

  initial begin
    clk = 1'b0; rst_n = 1'b1; clear = 1'b0; issue = 1'b0; issue_event = 1'b0; issue_known = 1'b0;
    forget = 1'b0; commit = 1'b0; mark = 1'b0; take = 1'b0; show = 1'b0; scan_next = 1'b0;
    look = 1'b0; issue_row = '0; row = '0; look_row = '0; held = 1'b0; held_mark = 1'b0;
    errors = 0; next_row = 0;
    #1 rst_n = 1'b0;
    #1 if (^{scan_valid, scan_done} === 1'bx) fail(9, 0, 1);
    rst_n = 1'b1;
    for (int sample = 0; sample < 12; sample++) begin
      clear = 1'b1;
      cycle(1'b1);
      for (int step = 0; step < 8; step++) begin
        near = $urandom % 40;
        if ($urandom % 4 != 0) touch_rows;
        for (int k = 0; k < 5; k++) look_at($urandom % NumRows);
        visit_rows;
        if (NumRows <= 100) for (int r = 0; r < NumRows; r++) look_at(r);
      end
    end
    if (errors == 0) $display("PASS");
    $finish;
  end

endmodule
`default_nettype wire
