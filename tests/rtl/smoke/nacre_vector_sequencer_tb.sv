`default_nettype none
// Smoke test of nacre_vector_sequencer: random programs, well formed and not, against an
// interpreter: what is executed in each cycle, one entry per cycle from the start to the end.
module nacre_vector_sequencer_tb;
  parameter int NumEntries = 4;

  localparam int EntryWidth = (NumEntries > 1) ? $clog2(NumEntries) : 1;

  logic clk = 1'b0, rst_n = 1'b1, start = 1'b0;
  logic read, store, bad, done;
  logic [EntryWidth-1:0] address;
  logic [63:0] entry;
  logic [11:0] rd;
  logic [8:0]  imm;
  logic [31:0] data;
  logic [63:0] entries [0:NumEntries-1];
  integer failures = 0;

  nacre_vector_sequencer #(.NumEntries(NumEntries)) dut (
    .clk_i(clk), .rst_ni(rst_n), .start_i(start), .read_o(read), .address_o(address),
    .entry_i(entry), .store_o(store), .rd_o(rd), .imm_o(imm), .data_o(data), .bad_o(bad),
    .end_o(done)
  );
  always @(posedge clk) if (read) entry <= entries[address];
  always #5 clk = !clk;

  task automatic fail(input [40*8-1:0] what);
    failures = failures + 1;
    if (failures < 10) $display("FAIL %0s at %0t", what, $time);
  endtask

  // Executes one entry of the model: at is the next one, each loop k has the iteration it is in.
  integer at, depth, first [0:1], count [0:1], iteration [0:1];
  logic [63:0] heads [0:1];
  logic want_store, want_bad, want_end;
  logic [52:0] want;
  task automatic model;
    logic [63:0] now;
    logic [11:0] add_rd, add_rs1, add_rs2;
    logic [8:0]  add_imm;
    integer closes, jumped;
    now = (at < NumEntries) ? entries[at] : 64'd0;
    at  = at + 1;
    want_store = 1'b0; want_bad = 1'b0; want_end = 1'b0;
    {add_rd, add_rs1, add_rs2, add_imm} = '0;
    case (now[63:62])
      2'd0: want_end = 1'b1;
      2'd1: begin
        want_store = 1'b1;
        for (int k = 0; k < depth; k++) begin
          add_rd  = add_rd  + 12'(iteration[k]) * heads[k][23:12];
          add_rs1 = add_rs1 + 12'(iteration[k]) * heads[k][35:24];
          add_rs2 = add_rs2 + 12'(iteration[k]) * heads[k][47:36];
          add_imm = add_imm + 9'(iteration[k]) * heads[k][56:48];
        end
        want = {now[52:41] + (now[53] ? add_rd : 12'd0), now[40:32] + (now[56] ? add_imm : 9'd0),
                now[31:24], now[23:12] + (now[55] ? add_rs2 : 12'd0),
                now[11:0] + (now[54] ? add_rs1 : 12'd0)};
        closes = (now[58:57] > 2'd2) ? 2 : 32'(now[58:57]);
        jumped = 0;
        while (closes > 0 && depth > 0 && jumped == 0) begin
          iteration[depth-1] = iteration[depth-1] + 1;
          if (iteration[depth-1] < count[depth-1]) begin
            at     = first[depth-1];
            jumped = 1;
          end else begin
            depth  = depth - 1;
            closes = closes - 1;
          end
        end
      end
      2'd2: begin
        if (depth == 2 || now[11:0] == 12'd0) begin
          want_bad = 1'b1;
        end else begin
          heads[depth]     = now;
          first[depth]     = at;
          count[depth]     = 32'(now[11:0]);
          iteration[depth] = 0;
          depth            = depth + 1;
        end
      end
      default: want_bad = 1'b1;
    endcase
  endtask

  task automatic run;
    integer cycles;
    at = 0; depth = 0; cycles = 0; want_end = 1'b0;
    @(negedge clk) start = 1'b1;
    @(negedge clk) start = 1'b0;
    while (!want_end && cycles < 20000) begin
      model;
      if ({store, bad, done} !== {want_store, want_bad, want_end}) fail("wrong kind of entry");
      if (want_store && {rd, imm, data} !== want) fail("wrong store");
      cycles = cycles + 1;
      @(negedge clk);
    end
    if (!want_end) fail("no end");
    repeat (2) begin
      if ({store, bad, done, read} !== 4'd0) fail("executes after the end");
      @(negedge clk);
    end
  endtask

  initial begin
    @(negedge clk) rst_n = 1'b0;
    repeat (2) @(negedge clk);
    rst_n = 1'b1;
    for (int t = 0; t < 400; t++) begin
      for (int e = 0; e < NumEntries; e++) begin
        entries[e] = {$urandom, $urandom};
        case ($urandom % 8)
          0, 1:    entries[e] = {2'd2, entries[e][61:12], 12'($urandom % 5)};
          2:       if (entries[e][63:62] == 2'd2) entries[e][11:3] = 9'd0;
          default: entries[e][63:62] = 2'd1;
        endcase
        if ($urandom % 2 == 0) entries[e][58:57] = 2'd0;
      end
      run;
      // Reset in the middle: the next run begins afresh.
      if (t % 8 == 7) begin
        start = 1'b1;
        @(negedge clk) start = 1'b0;
        repeat ($urandom % 4) @(negedge clk);
        rst_n = 1'b0;
        @(negedge clk) rst_n = 1'b1;
      end
    end
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
