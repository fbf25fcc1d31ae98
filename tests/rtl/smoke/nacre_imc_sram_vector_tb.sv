`default_nettype none
// Smoke test of nacre_imc_sram_vector: random programs with loops and hazards on random frames,
// instructions and plain accesses over the bus, against nacre_vector_reference and an interpreter
// of programs; every row, the accumulator, error pulses, counters, the cycles of a frame, reset in
// the middle of a program, no X.
module nacre_imc_sram_vector_tb;
  parameter int Rows           = 8;
  parameter int RowBits        = 128;
  parameter int NumEntries     = 4;
  parameter int NumValues      = 16;
  parameter int ValueBits      = 8;
  parameter bit ValueSigned    = 1'b0;
  parameter bit Steps          = 1'b0;
  parameter int InputRow       = 0;
  parameter int InputLaneBits  = 8;
  parameter int NumOutputs     = 16;
  parameter int OutputRow      = 1;
  parameter int OutputLaneBits = 8;
  parameter int Counters       = 1;

  localparam int AddressWidth    = (NumValues > 1) ? $clog2(NumValues) : 1;
  localparam int InWidth         = 3 + AddressWidth + ValueBits;
  localparam int OutAddressWidth = (NumOutputs > 1) ? $clog2(NumOutputs) : 1;
  localparam int OutWidth        = 3 + OutAddressWidth + OutputLaneBits;
  localparam int RowWidth        = (Rows > 1) ? $clog2(Rows) : 1;
  localparam int EntryWidth      = (NumEntries > 1) ? $clog2(NumEntries) : 1;
  localparam int RegionWidth     = (9 + RowWidth > EntryWidth + 1) ? 9 + RowWidth : EntryWidth + 1;
  localparam int CfgAddrWidth    = RegionWidth + 2;
  localparam int Words           = RowBits / 32;
  localparam int Region          = 1 << RegionWidth;
  // Wide rows take longer.
  // Long rows simulate slowly.
  localparam int NumFrames       = (RowBits > 256) ? 3 : (RowBits > 128) ? 6 : 9;
  localparam int NumStores       = (RowBits > 256) ? 20 : 60;

  logic clk = 1'b0, rst_n = 1'b1;
  logic cfg_valid = 1'b0, cfg_write = 1'b0, busy_bus = 1'b0, clear = 1'b0;
  logic [CfgAddrWidth-1:0] cfg_addr = '0;
  logic [31:0] cfg_wdata = '0, cfg_rdata;
  logic cfg_ready, cfg_error;
  logic s_valid = 1'b0, s_ready, m_valid, m_ready = 1'b0, busy;
  logic [InWidth-1:0] s_data = '0;
  logic [OutWidth-1:0] m_data;
  logic [3:0] error;
  logic ren0, ren1, wen0, wen1, program_en, program_we;
  logic [RowWidth-1:0] raddr0, raddr1, waddr0, waddr1;
  logic [RowBits-1:0] rdata0, rdata1, wdata0, wdata1;
  logic [EntryWidth-1:0] program_addr;
  logic [1:0] program_wmask;
  logic [63:0] program_wdata, program_rdata;
  wire idle = !busy && !busy_bus && !s_valid;

  nacre_imc_sram_vector #(
    .Rows(Rows), .RowBits(RowBits), .NumEntries(NumEntries), .NumValues(NumValues),
    .ValueBits(ValueBits), .ValueSigned(ValueSigned), .Steps(Steps), .InputRow(InputRow),
    .InputLaneBits(InputLaneBits), .NumOutputs(NumOutputs), .OutputRow(OutputRow),
    .OutputLaneBits(OutputLaneBits), .Counters(Counters)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .cfg_valid_i(cfg_valid), .cfg_write_i(cfg_write),
    .cfg_addr_i(cfg_addr), .cfg_wdata_i(cfg_wdata), .cfg_ready_o(cfg_ready),
    .cfg_rdata_o(cfg_rdata), .cfg_error_o(cfg_error), .idle_i(idle), .clear_counters_i(clear),
    .s_valid_i(s_valid), .s_ready_o(s_ready), .s_data_i(s_data), .m_valid_o(m_valid),
    .m_ready_i(m_ready), .m_data_o(m_data), .busy_o(busy), .error_o(error),
    .copy0_ren_o(ren0), .copy0_raddr_o(raddr0), .copy0_rdata_i(rdata0), .copy0_wen_o(wen0),
    .copy0_waddr_o(waddr0), .copy0_wdata_o(wdata0),
    .copy1_ren_o(ren1), .copy1_raddr_o(raddr1), .copy1_rdata_i(rdata1), .copy1_wen_o(wen1),
    .copy1_waddr_o(waddr1), .copy1_wdata_o(wdata1),
    .program_en_o(program_en), .program_we_o(program_we), .program_addr_o(program_addr),
    .program_wmask_o(program_wmask), .program_wdata_o(program_wdata),
    .program_rdata_i(program_rdata)
  );
  nacre_mem_1r1w #(.Width(RowBits), .Depth(Rows)) copy0 (
    .clk_i(clk), .ren_i(ren0), .raddr_i(raddr0), .rdata_o(rdata0), .wen_i(wen0), .waddr_i(waddr0),
    .wdata_i(wdata0)
  );
  nacre_mem_1r1w #(.Width(RowBits), .Depth(Rows)) copy1 (
    .clk_i(clk), .ren_i(ren1), .raddr_i(raddr1), .rdata_o(rdata1), .wen_i(wen1), .waddr_i(waddr1),
    .wdata_i(wdata1)
  );
  nacre_mem_1rw #(.Width(64), .Depth(NumEntries)) entries (
    .clk_i(clk), .en_i(program_en), .we_i(program_we), .addr_i(program_addr),
    .wmask_i(program_wmask), .wdata_i(program_wdata), .rdata_o(program_rdata)
  );
  nacre_vector_reference #(.RowBits(RowBits)) reference ();

  always #5 clk = !clk;
  integer now = 0;
  always @(posedge clk) now = now + 1;

  integer failures = 0;
  task automatic fail(input [60*8-1:0] what);
    failures = failures + 1;
    if (failures < 20) $display("FAIL %0s at %0t", what, $time);
  endtask

  // ---- Model
  logic [RowBits-1:0] rows [0:Rows-1];
  logic               written [0:Rows-1];
  logic [RowBits-1:0] acc;
  logic [63:0]        model_program [0:NumEntries-1];
  integer errors [0:3];
  integer got_errors [0:3];
  integer frames = 0, instructions = 0, macs = 0, row_writes = 0, stalls = 0;
  integer executed;       // entries of the last run
  logic [OutWidth-1:0] expected [0:NumOutputs];
  integer num_expected = 0, num_got = 0, stall = 0, end_popped = 0, end_sent = 0;
  logic checking = 1'b0;

  task automatic forget;
    for (int r = 0; r < Rows; r++) begin
      rows[r]    = '0;
      written[r] = 1'b0;
    end
    acc = '0;
  endtask

  task automatic model_store(input logic [11:0] rd, input logic [8:0] imm,
                             input logic [31:0] data);
    logic [5:0] op;
    logic [11:0] rs1, rs2;
    logic unwritten;
    {op, rs2, rs1} = {data[31:26], data[23:0]};
    reference.classify(op, data[25:24], imm);
    if (!reference.legal || 32'(rd) >= Rows || (reference.reads_a && 32'(rs1) >= Rows) ||
        (reference.reads_b && 32'(rs2) >= Rows)) begin
      errors[2] = errors[2] + 1;
    end else begin
      unwritten = 1'b0;
      if (reference.reads_a && !written[rs1]) unwritten = 1'b1;
      if (reference.reads_b && !written[rs2]) unwritten = 1'b1;
      if (unwritten) errors[3] = errors[3] + 1;
      reference.execute(op, data[25:24], imm, reference.reads_a ? rows[rs1] : '0,
                        reference.reads_b ? rows[rs2] : '0, acc);
      rows[rd]    = reference.y;
      written[rd] = 1'b1;
      if (op >= 32) acc = reference.y;
      instructions = instructions + 1;
      row_writes   = row_writes + 1;
      if (op >= 32) macs = macs + 1;
    end
  endtask

  // Loop k: first entry, iterations left, what its fields have moved by.
  integer depth, at, start [0:1], left [0:1];
  integer moved [0:7], step [0:7];   // 4 * loop + {rd, rs1, rs2, imm}
  task automatic model_run;
    logic [63:0] entry;
    integer jumped, closes, total [0:3];
    at = 0; depth = 0; executed = 1;
    while (at < NumEntries && model_program[at][63:62] != 2'd0) begin
      entry    = model_program[at];
      at       = at + 1;
      executed = executed + 1;
      if (entry[63:62] == 2'd2 && depth < 2 && entry[11:0] != 0) begin
        start[depth] = at;
        left[depth]  = 32'(entry[11:0]);
        for (int f = 0; f < 4; f++) begin
          moved[4*depth + f] = 0;
          step[4*depth + f]  = (f < 3) ? 32'(entry[12 + 12*f +: 12]) : 32'(entry[48 +: 9]);
        end
        depth = depth + 1;
      end else if (entry[63:62] != 2'd1) begin
        errors[2] = errors[2] + 1;
      end else begin
        for (int f = 0; f < 4; f++) begin
          total[f] = 0;
          if (entry[53 + f]) begin
            for (int k = 0; k < depth; k++) total[f] = total[f] + moved[4*k + f];
          end
        end
        model_store(entry[52:41] + 12'(total[0]), entry[40:32] + 9'(total[3]),
                    {entry[31:24], entry[23:12] + 12'(total[2]), entry[11:0] + 12'(total[1])});
        jumped = 0;
        closes = (entry[58:57] == 2'd3) ? 2 : 32'(entry[58:57]);
        while (closes > 0 && depth > 0 && jumped == 0) begin
          if (left[depth-1] > 1) begin
            left[depth-1] = left[depth-1] - 1;
            for (int f = 0; f < 4; f++) begin
              moved[4*(depth-1) + f] = moved[4*(depth-1) + f] + step[4*(depth-1) + f];
            end
            at     = start[depth-1];
            jumped = 1;
          end else begin
            depth  = depth - 1;
            closes = closes - 1;
          end
        end
      end
    end
  endtask

  task automatic expect_output(input logic is_step);
    integer row, l;
    logic [OutputLaneBits-1:0] value;
    num_expected = 0;
    for (int m = 0; m < NumOutputs; m++) begin
      row = OutputRow + m / (RowBits / OutputLaneBits);
      l   = m % (RowBits / OutputLaneBits);
      if (l == 0 && !written[row]) errors[3] = errors[3] + 1;
      value = rows[row][OutputLaneBits*l +: OutputLaneBits];
      expected[m] = {2'd2, 1'b0, OutAddressWidth'(m), value};
    end
    num_expected = NumOutputs;
    expect_close(is_step);
  endtask
  task automatic expect_close(input logic is_step);
    expected[num_expected] = {is_step ? 2'd1 : 2'd3, {(OutWidth - 2){1'b0}}};
    num_expected = num_expected + 1;
  endtask

  // ---- Watching
  always @(posedge clk) if (checking && rst_n) begin
    if ((^{cfg_ready, cfg_error, cfg_rdata, s_ready, m_valid, busy, error, wen0, wen1}) === 1'bx)
      fail("an output is X");
    if (m_valid && (^m_data) === 1'bx) fail("a word is X");
    if (m_valid && !busy) fail("not busy");
    for (int e = 0; e < 4; e++) if (error[e]) got_errors[e] = got_errors[e] + 1;
    if (m_valid && !m_ready) stalls = stalls + 1;
    if (s_valid && s_ready && s_data[InWidth-1 -: 2] != 2'd2) end_popped = now;
    if (m_valid && m_ready) begin
      if (num_got >= num_expected) fail("a word too many");
      else if (m_data !== expected[num_got]) begin
        fail("wrong word");
        if (failures < 5) $display("expected %h, got %h", expected[num_got], m_data);
      end
      num_got  = num_got + 1;
      end_sent = now;
    end
  end
  always @(negedge clk) m_ready = (stall == 0) || ($urandom % 3 == 0);

  // ---- Bus
  task automatic access(input logic write, input integer address, input logic [31:0] data,
                        output logic refused, output logic [31:0] read);
    @(negedge clk);
    cfg_valid = 1'b1; cfg_write = write; cfg_addr = CfgAddrWidth'(address); cfg_wdata = data;
    @(posedge clk);
    while (!cfg_ready) @(posedge clk);
    refused = cfg_error; read = cfg_rdata;
    @(negedge clk) cfg_valid = 1'b0;
    if ($urandom % 2 == 0) @(negedge clk);
  endtask
  task automatic get(input integer address, input logic [31:0] want);
    logic refused; logic [31:0] read;
    access(1'b0, address, 32'd0, refused, read);
    if (refused) fail("a read is refused");
    if (read !== want) begin
      fail("a read is wrong");
      if (failures < 5) $display("address %h: expected %h, got %h", address, want, read);
    end
  endtask
  task automatic set(input integer address, input logic [31:0] data);
    logic refused; logic [31:0] read;
    access(1'b1, address, data, refused, read);
    if (refused) fail("a write is refused");
  endtask
  task automatic refuse(input logic write, input integer address);
    logic refused; logic [31:0] read;
    access(write, address, 32'd0, refused, read);
    if (!refused) fail("an illegal access is accepted");
  endtask

  localparam int ChunkWidth = $clog2(Words);
  function automatic integer memory_address(input integer row, input integer word);
    memory_address = Region + (row << ChunkWidth) + word;
  endfunction
  task automatic check_state;
    for (int r = 0; r < Rows; r++) begin
      // All rows of a small memory, some of a large one.
      if (Rows * Words <= 64 || $urandom % 4 == 0) begin
        for (int k = 0; k < Words; k++) get(memory_address(r, k), rows[r][32*k +: 32]);
      end
    end
    for (int k = 0; k < Words; k++) get(16 + k, acc[32*k +: 32]);
  endtask

  // ---- Random instructions: often of row 0, so that results are used at once
  function automatic logic [11:0] random_row(input integer unused);
    case ($urandom % 40)
      0:       random_row = 12'(Rows);
      1:       random_row = 12'($urandom);
      default: random_row = ($urandom % 2 == 0) ? 12'd0 : 12'($urandom % Rows);
    endcase
  endfunction
  logic [5:0] op;
  logic [1:0] w;
  logic [8:0] imm;
  task automatic random_operation;
    for (int k = 0; k < 20; k++) begin
      op  = ($urandom % 3 == 0) ? 6'd32 + 6'($urandom % 32) : 6'($urandom % 27);
      w   = 2'($urandom);
      imm = 9'($urandom);
      reference.classify(op, w, imm);
      // Most instructions are legal.
      if (reference.legal) k = 20;
    end
  endtask
  task automatic random_program;
    for (int e = 0; e < NumEntries; e++) begin
      random_operation;
      model_program[e] = {2'd1, 3'd0, 2'($urandom % 8 < 2 ? $urandom : 0), 4'($urandom),
                          random_row(0), imm, op, w, random_row(0), random_row(0)};
      if ($urandom % 6 == 0) begin
        model_program[e] = {2'd2, 5'd0, 9'($urandom % 3 - 1), 12'($urandom % 3 - 1),
                            12'($urandom % 3), 12'($urandom % 2), 12'($urandom % 4)};
      end
      if ($urandom % 40 == 0) model_program[e] = {2'd3, 62'd0};
      if ($urandom % 60 == 0) model_program[e] = 64'd0;
      set(2 * Region + 2 * e, model_program[e][31:0]);
      set(2 * Region + 2 * e + 1, model_program[e][63:32]);
    end
  endtask

  // ---- Stream
  task automatic send(input logic [1:0] kind, input integer address, input logic [31:0] value);
    while (stall != 0 && $urandom % 3 == 0) @(negedge clk);
    s_valid = 1'b1;
    s_data  = {kind, 1'b0, AddressWidth'(address), value[ValueBits-1:0]};
    @(posedge clk);
    while (!s_ready) @(posedge clk);
    @(negedge clk) s_valid = 1'b0;
  endtask

  // The values of a frame; the first `number` of them; a word out of order now and then.
  task automatic send_values(input integer number);
    logic [31:0] value;
    logic [InputLaneBits-1:0] extended;
    integer lanes, row;
    lanes = RowBits / InputLaneBits;
    for (int i = 0; i < number; i++) begin
      if (stall != 0 && $urandom % 16 == 0) begin
        if (NumValues > 1) begin
          send(2'd2, (i + 1) % NumValues, $urandom);
          errors[0] = errors[0] + 1;
        end
      end
      value    = $urandom;
      extended = InputLaneBits'(value[ValueBits-1:0]);
      if (ValueSigned && value[ValueBits-1]) begin
        for (int k = ValueBits; k < InputLaneBits; k++) extended[k] = 1'b1;
      end
      send(2'd2, i, value);
      row = InputRow + i / lanes;
      if (i % lanes == 0) pending = '0;
      pending[InputLaneBits * (i % lanes) +: InputLaneBits] = extended;
      if (i % lanes == lanes - 1 || i == NumValues - 1) begin
        rows[row]    = pending;
        written[row] = 1'b1;
        row_writes   = row_writes + 1;
      end
    end
    if (number == NumValues && stall != 0) begin
      send(2'd2, 0, 32'd0);
      errors[0] = errors[0] + 1;
    end
  endtask
  logic [RowBits-1:0] pending;

  task automatic wait_output;
    integer cycles;
    cycles = 0;
    while (num_got < num_expected && cycles < 20 * (executed + NumOutputs) + 100) begin
      @(posedge clk);
      cycles = cycles + 1;
    end
    @(negedge clk);
    if (num_got != num_expected) fail("words are missing");
    repeat (2) @(negedge clk);
    if (busy) fail("busy at the end");
    for (int e = 0; e < 4; e++) if (got_errors[e] != errors[e]) begin
      fail("wrong number of error pulses");
      if (failures < 5) $display("error %0d: expected %0d, got %0d", e, errors[e], got_errors[e]);
      got_errors[e] = errors[e];
    end
  endtask

  task automatic frame;
    num_got = 0; num_expected = 0;
    send_values(NumValues);
    model_run;
    frames = frames + 1;
    expect_output(Steps);
    send(Steps ? 2'd1 : 2'd3, 0, 32'd0);
    wait_output;
    if (stall == 0 && end_sent - end_popped != executed + NumOutputs + 4) begin
      fail("wrong number of cycles");
      if (failures < 5) $display("%0d cycles, %0d entries", end_sent - end_popped, executed);
    end
  endtask
  task automatic short_frame(input integer number);
    num_got = 0; num_expected = 0; executed = 0;
    send_values(number);
    expect_close(Steps);
    errors[1] = errors[1] + 1;
    send(Steps ? 2'd1 : 2'd3, 0, 32'd0);
    wait_output;
  endtask

  task automatic do_reset;
    @(negedge clk) rst_n = 1'b0;
    s_valid = 1'b0;
    checking = 1'b0;
    repeat (3) @(negedge clk);
    rst_n = 1'b1;
    forget;
    num_got = 0; num_expected = 0;
    for (int e = 0; e < 4; e++) begin
      errors[e] = 0;
      got_errors[e] = 0;
    end
    frames = 0; instructions = 0; macs = 0; row_writes = 0; stalls = 0;
    @(negedge clk);
    checking = 1'b1;
  endtask

  initial begin : main
    integer r, k;
    logic [31:0] data;
    executed = 0;
    repeat (2) @(negedge clk);
    do_reset;
    check_state;
    // A plain memory: the first word of a row clears the others.
    for (int t = 0; t < 60; t++) begin
      r = $urandom % Rows;
      k = $urandom % Words;
      data = $urandom;
      // Both faces take writes.
      set(memory_address(r, k) + ((t % 2) * Region) / 2, data);
      rows[r][32*k +: 32] = data;
      written[r] = 1'b1;
      if ($urandom % 2 == 0) get(memory_address(r, k), data);
    end
    check_state;
    refuse(1'b0, memory_address(0, 0) + Region / 2);
    if ((Rows << ChunkWidth) < Region / 2) refuse(1'b0, memory_address(Rows, 0));
    refuse(1'b0, 3 * Region);
    refuse(1'b1, 16);
    refuse(1'b1, 8);
    refuse(1'b0, 16 + Words);
    refuse(1'b0, 7);
    if (2 * NumEntries < Region) refuse(1'b0, 2 * Region + 2 * NumEntries);
    if ((Rows << 9) < Region) refuse(1'b1, 3 * Region + (Rows << 9));
    busy_bus = 1'b1;
    refuse(1'b0, memory_address(0, 0));
    refuse(1'b1, 3 * Region);
    refuse(1'b0, 2 * Region);
    refuse(1'b0, 16);
    busy_bus = 1'b0;
    // Instructions over the bus, each seen by the next access.
    for (int t = 0; t < NumStores; t++) begin
      random_operation;
      r = $urandom % Rows;
      data = {op, w, random_row(0), random_row(0)};
      set(3 * Region + r * 512 + 32'(imm), data);
      model_store(12'(r), imm, data);
      if (t % 4 == 0) begin
        k = $urandom % Words;
        get(memory_address(r, k), rows[r][32*k +: 32]);
      end
    end
    check_state;
    for (int t = 0; t < NumFrames; t++) begin
      stall = t % 2;
      if (t % 3 == 0) random_program;
      if (t % 5 == 4 && NumValues > 1) short_frame($urandom % NumValues);
      frame;
      check_state;
      // Between frames of a sample, or after an empty one.
      if (Steps && t % 4 == 0) begin
        num_got = 0; num_expected = 0; executed = 0;
        expect_close(1'b0);
        send(2'd3, 0, 32'd0);
        wait_output;
      end
    end
    if (Steps && NumValues > 1) begin
      // A sample that ends in the middle of a frame.
      num_got = 0; num_expected = 0;
      send_values(1);
      expect_close(1'b0);
      errors[1] = errors[1] + 1;
      send(2'd3, 0, 32'd0);
      wait_output;
    end
    get(2 * Region, model_program[0][31:0]);
    get(2 * Region + 2 * NumEntries - 1, model_program[NumEntries-1][63:32]);
    get(8, (Counters > 0) ? 32'(frames) : 32'd0);
    get(9, (Counters > 0) ? 32'(instructions) : 32'd0);
    get(10, (Counters > 0) ? 32'(macs) : 32'd0);
    get(12, (Counters > 1) ? 32'(stalls) : 32'd0);
    get(13, (Counters > 1) ? 32'(row_writes) : 32'd0);
    clear = 1'b1;
    @(negedge clk) clear = 1'b0;
    get(9, 32'd0);
    // Reset in the middle of a program: rows and accumulator are forgotten.
    for (int t = 0; t < 3; t++) begin
      stall = 0;
      checking = 1'b0;
      num_got = 0; num_expected = 0;
      send_values(NumValues);
      send(Steps ? 2'd1 : 2'd3, 0, 32'd0);
      repeat (t + 1) @(negedge clk);
      do_reset;
      check_state;
      frame;
      check_state;
    end
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
