`default_nettype none
// Random traffic against a model that keeps for each word the cycle in which it was taken: order,
// capacity, when a word is in front, most words held, resets in the middle. The memory is the
// bench's: what nacre_mem_1r1w leaves undefined is X. A cycle without change clocks nothing.
module nacre_stream_buffer_tb;
  parameter int Width    = 8;
  parameter int Depth    = 4;
  parameter int Counters = 1;

  localparam int AddrWidth = $clog2(Depth);
  localparam int Cycles    = 12000;

  logic clk = 1'b0, rst_n = 1'b1, clear = 1'b0;
  logic s_valid = 1'b0, s_ready, m_valid, m_ready = 1'b0, busy;
  logic [Width-1:0] s_data = '0, m_data;
  logic [31:0] most_words;
  logic ren, wen;
  logic [AddrWidth-1:0] raddr, waddr;
  logic [Width-1:0] rdata, wdata;

  nacre_stream_buffer #(
    .Width(Width), .Depth(Depth), .Counters(Counters)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .clear_counters_i(clear), .s_valid_i(s_valid),
    .s_ready_o(s_ready), .s_data_i(s_data), .m_valid_o(m_valid), .m_ready_i(m_ready),
    .m_data_o(m_data), .busy_o(busy), .most_words_o(most_words), .words_ren_o(ren),
    .words_raddr_o(raddr), .words_rdata_i(rdata), .words_wen_o(wen), .words_waddr_o(waddr),
    .words_wdata_o(wdata)
  );

  integer failures = 0;
  task automatic fail(input [60*8-1:0] what);
    failures = failures + 1;
    if (failures < 20) $display("FAIL %0s at %0t", what, $time);
  endtask

  // ---- Memory, as nacre_mem_1r1w promises it
  logic [Width-1:0] mem [0:Depth-1];
  integer last_row = -1;
  always @(posedge clk) begin
    if (ren && 32'(raddr) >= Depth) fail("a row that there is not is read");
    if (wen && 32'(waddr) >= Depth) fail("a row that there is not is written");
    if (ren) begin
      rdata <= (wen && waddr == raddr) ? {Width{1'bx}} : mem[raddr];
      last_row = 32'(raddr);
    end else if (wen && 32'(waddr) == last_row) begin
      rdata <= {Width{1'bx}};
    end
    if (wen) mem[waddr] <= wdata;
  end

  // ---- Model: word n is row n % Depth
  logic [Width-1:0] word [0:Depth-1];
  integer taken_at [0:Depth-1];
  integer pushed = 0, popped = 0, popped_at = -2, most = 0, cycle = 0, changes = 0;
  integer was_full = 0, was_empty = 0, in_a_row = 0, longest = 0, wrapped = 0;
  logic in_front, room, push = 1'b0, pop = 1'b0, fetch = 1'b0;

`ifndef NACRE_FPGA
  always @(posedge dut.clk_gated)
    if (rst_n && !push && !pop && !fetch && !(Counters > 0 && clear))
      fail("clocked without a word");
`endif

  task automatic forget;
    pushed = 0; popped = 0; popped_at = -2; most = 0; s_valid = 1'b0;
  endtask

  task automatic reset;
    rst_n = 1'b0;
    #1;
    forget;
    if ({s_ready, m_valid, busy} !== 3'b100) fail("not empty in reset");
    if (most_words !== 32'd0) fail("most words after reset");
    #1 clk = 1'b1;
    #1 clk = 1'b0;
    #1 rst_n = 1'b1;
  endtask

  // The writer and the reader of a phase: 0 never, 1 now and then, 2 mostly, 3 always.
  function automatic logic wants(input integer how);
    wants = (how == 3) || (how == 2 && $urandom % 4 != 0) || (how == 1 && $urandom % 4 == 0);
  endfunction

  initial begin : main
    integer writer, reader;
    writer = 2;
    reader = 2;
    #1 reset;
    for (cycle = 0; cycle < Cycles; cycle++) begin
      if (cycle % (4 * Depth + 20) == 0) begin
        writer = $urandom % 4;
        reader = $urandom % 4;
      end
      if (!s_valid || push) begin
        s_valid = wants(writer);
        s_data  = s_valid ? Width'({$urandom, $urandom, $urandom}) : {Width{1'bx}};
      end
      m_ready = wants(reader);
      clear   = $urandom % 97 == 0;
      #1;
      room     = pushed - popped < Depth;
      in_front = pushed != popped && cycle >= taken_at[popped % Depth] + 2
                 && cycle >= popped_at + 1;
      if (s_ready !== room) fail("ready");
      if (m_valid !== in_front) fail("valid");
      if (in_front && m_data !== word[popped % Depth]) fail("a word");
      if (busy !== (pushed != popped)) fail("busy");
      if (most_words !== ((Counters > 0) ? 32'(most) : 32'd0)) fail("most words");
      push = s_valid && room;
      pop  = in_front && m_ready;
      if (!room) was_full = was_full + 1;
      if (pushed == popped) was_empty = was_empty + 1;
      // What comes in front in the next cycle is fetched in this one.
      fetch = pushed - popped > (in_front ? 1 : 0) && (!in_front || pop);
      if (push) begin
        if (pushed % Depth == Depth - 1) wrapped = wrapped + 1;
        word[pushed % Depth]     = s_data;
        taken_at[pushed % Depth] = cycle;
        pushed = pushed + 1;
      end
      if (pop) begin
        popped    = popped + 1;
        popped_at = cycle;
      end
      in_a_row = (push && pop) ? in_a_row + 1 : 0;
      if (in_a_row > longest) longest = in_a_row;
      // The words held when the counters are cleared count.
      if (clear || pushed - popped > most) most = pushed - popped;
      #1 clk = 1'b1;
      #1 clk = 1'b0;
      #1;
      if (cycle % 1999 == 1998) begin
        reset;
        push = 1'b0;
      end
    end
    if (was_full == 0 || was_empty == 0 || wrapped < 2) fail("traffic without full, empty, around");
    // With two rows a word waits for the one before it.
    if ((longest > 10) != (Depth > 2)) fail("a word in each cycle");
    if (failures == 0) $display("PASS");
    else               $display("FAIL %0d", failures);
    $finish;
  end
endmodule
`default_nettype wire
