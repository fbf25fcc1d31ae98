`default_nettype none
/// Computational SRAM: a memory whose rows are vectors, with a pipeline of fetch, compute and write
/// back (generator/src/kinds/imc_sram_vector/README.md).
///
/// Row rd := op(row rs1, row rs2), one instruction per cycle; results are forwarded, none stalls.
/// A frame of values is written to rows, the program is replayed, rows are sent as values. Two
/// copies of the memory, written alike, give two operands per cycle. Cycle by cycle: section Timing
/// of the README.
module nacre_imc_sram_vector #(
  /// Rows of the memory, 1 ... 4096.
  parameter int Rows           = 8,
  /// Bits of a row: 128, 256 or 512.
  parameter int RowBits        = 128,
  /// Entries of the program memory, at least 1.
  parameter int NumEntries     = 4,
  /// Values of a frame N, 1 ... 2^24; they fill rows from InputRow on.
  parameter int NumValues      = 16,
  /// Bits of a value, 1 ... InputLaneBits.
  parameter int ValueBits      = 8,
  /// 1: values are two's complement.
  parameter bit ValueSigned    = 1'b0,
  /// 1: frames end with end_of_step.
  parameter bit Steps          = 1'b0,
  /// First row of the frame; all its rows are below Rows.
  parameter int InputRow       = 0,
  /// Lane of a value: 8, 16 or 32 bits.
  parameter int InputLaneBits  = 8,
  /// Values sent M, 1 ... 2^24, from OutputRow on.
  parameter int NumOutputs     = 16,
  /// First row that is sent; all are below Rows.
  parameter int OutputRow      = 1,
  /// Lane of a value sent: 8, 16 or 32 bits.
  parameter int OutputLaneBits = 8,
  /// Performance counters: 0 none, 1 basic, 2 full.
  parameter int Counters       = 1,
  // Derived, not to be set.
  parameter int AddressWidth    = (NumValues > 1) ? $clog2(NumValues) : 1,
  parameter int InWidth         = 3 + AddressWidth + ValueBits,
  parameter int OutAddressWidth = (NumOutputs > 1) ? $clog2(NumOutputs) : 1,
  parameter int OutWidth        = 3 + OutAddressWidth + OutputLaneBits,
  parameter int RowWidth        = (Rows > 1) ? $clog2(Rows) : 1,
  parameter int EntryWidth      = (NumEntries > 1) ? $clog2(NumEntries) : 1,
  // A row has 512 words in the window `issue` and at most 16 in `memory`, an entry has 2.
  parameter int IssueWidth      = 9 + RowWidth,
  parameter int RegionWidth     = (IssueWidth > EntryWidth + 1) ? IssueWidth : EntryWidth + 1,
  parameter int CfgAddrWidth    = RegionWidth + 2
) (
  input  wire logic                    clk_i,
  input  wire logic                    rst_ni,           ///< asynchronous, active low
  // Configuration
  input  wire logic                    cfg_valid_i,
  input  wire logic                    cfg_write_i,
  input  wire logic [CfgAddrWidth-1:0] cfg_addr_i,
  input  wire logic [31:0]             cfg_wdata_i,
  output logic                         cfg_ready_o,
  output logic      [31:0]             cfg_rdata_o,
  output logic                         cfg_error_o,
  input  wire logic                    idle_i,           ///< memory windows may be accessed
  input  wire logic                    clear_counters_i,
  // Values {kind, negative, address, payload}
  input  wire logic                    s_valid_i,
  output logic                         s_ready_o,
  input  wire logic [InWidth-1:0]      s_data_i,
  // Values {kind, negative, address, payload}
  output logic                         m_valid_o,
  input  wire logic                    m_ready_i,
  output logic      [OutWidth-1:0]     m_data_o,
  output logic                         busy_o,
  /// {row_not_written, bad_instruction, frame_short, frame_order}
  output logic      [3:0]              error_o,
  // Two copies of the memory: Rows rows, one read and one write port each
  output logic                         copy0_ren_o,
  output logic      [RowWidth-1:0]     copy0_raddr_o,
  input  wire logic [RowBits-1:0]      copy0_rdata_i,
  output logic                         copy0_wen_o,
  output logic      [RowWidth-1:0]     copy0_waddr_o,
  output logic      [RowBits-1:0]      copy0_wdata_o,
  output logic                         copy1_ren_o,
  output logic      [RowWidth-1:0]     copy1_raddr_o,
  input  wire logic [RowBits-1:0]      copy1_rdata_i,
  output logic                         copy1_wen_o,
  output logic      [RowWidth-1:0]     copy1_waddr_o,
  output logic      [RowBits-1:0]      copy1_wdata_o,
  // Program: NumEntries rows of 64 bits, one port
  output logic                         program_en_o,
  output logic                         program_we_o,
  output logic      [EntryWidth-1:0]   program_addr_o,
  output logic      [1:0]              program_wmask_o,
  output logic      [63:0]             program_wdata_o,
  input  wire logic [63:0]             program_rdata_i
);

  localparam logic [1:0] KindEndOfStep   = 2'd1;
  localparam logic [1:0] KindValue       = 2'd2;
  localparam logic [1:0] KindEndOfSample = 2'd3;

  localparam int ChunkWidth    = $clog2(RowBits / 32);
  localparam int InLanes       = RowBits / InputLaneBits;
  localparam int InLaneWidth   = $clog2(InLanes);
  localparam int OutLanes      = RowBits / OutputLaneBits;
  localparam int OutLaneWidth  = $clog2(OutLanes);
  // Counts 0 ... N: N means that the frame is complete.
  localparam int NextWidth     = $clog2(NumValues + 1);
  localparam int LastInputRow  = InputRow + (NumValues - 1) / InLanes;
  localparam int LastOutputRow = OutputRow + (NumOutputs - 1) / OutLanes;

  localparam logic [NextWidth-1:0]       FrameEnd   = NextWidth'(NumValues);
  localparam logic [OutAddressWidth-1:0] LastOutput = OutAddressWidth'(NumOutputs - 1);

  if (Rows < 1 || Rows > 4096 || NumEntries < 1 || NumValues < 1 || NumOutputs < 1 ||
      ValueBits < 1 || ValueBits > InputLaneBits || Counters < 0 || Counters > 2 ||
      (RowBits != 128 && RowBits != 256 && RowBits != 512) ||
      (InputLaneBits != 8 && InputLaneBits != 16 && InputLaneBits != 32) ||
      (OutputLaneBits != 8 && OutputLaneBits != 16 && OutputLaneBits != 32) ||
      InputRow < 0 || LastInputRow >= Rows || OutputRow < 0 || LastOutputRow >= Rows)
  begin : gen_illegal
    nacre_error_imc_sram_vector_parameter_is_out_of_range u_error ();
  end

  // ---- Input and the order of things ------------------------------------------------------------

  typedef enum logic [2:0] {
    StLoad  = 3'd0,  // values are taken
    StRun   = 3'd1,  // the program is executed
    StDrain = 3'd2,  // the last result is written
    StRead  = 3'd3,  // the first row to be sent is read
    StSend  = 3'd4,  // values are sent
    StClose = 3'd5   // the closing word is sent
  } state_e;
  state_e state_q;

  logic                    clk_control;
  logic [1:0]              in_kind;
  logic [AddressWidth-1:0] in_address;
  logic                    pop, pop_value, pop_step, pop_sample, pop_close;
  logic                    complete, run_program, short_frame;
  logic [NextWidth-1:0]    next_d, next_q;    // values taken = the address that must come next
  logic                    compute_busy;      // the compute stage holds something
  wire                     unused_negative = s_data_i[InWidth-3];

  assign in_kind     = s_data_i[InWidth-1 -: 2];
  assign in_address  = s_data_i[ValueBits +: AddressWidth];
  // The write-back register may be taken by an access of the bus.
  assign s_ready_o   = state_q == StLoad && !compute_busy;
  assign pop         = s_valid_i && s_ready_o;
  assign complete    = next_q == FrameEnd;
  assign pop_value   = pop && in_kind == KindValue && !complete &&
                       32'(in_address) == 32'(next_q);
  assign pop_step    = pop && Steps && in_kind == KindEndOfStep;
  assign pop_sample  = pop && in_kind == KindEndOfSample;
  assign pop_close   = pop_step || pop_sample;
  assign run_program = complete && (Steps ? pop_step : pop_sample);
  assign short_frame = Steps ? (pop_step && !complete) || (pop_sample && next_q != '0)
                             : pop_sample && !complete;
  assign next_d      = pop_close ? '0 : next_q + NextWidth'(1);

  logic sequencer_end, send, send_last, close;
  logic fifo_ready;
  assign send      = state_q == StSend && fifo_ready;
  assign close     = state_q == StClose && fifo_ready;

  always_ff @(posedge clk_control or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= StLoad;
    end else begin
      case (state_q)
        StLoad:  if (pop_close) state_q <= run_program ? StRun : StClose;
        StRun:   if (sequencer_end) state_q <= StDrain;
        StDrain: state_q <= StRead;
        StRead:  state_q <= StSend;
        StSend:  if (send && send_last) state_q <= StClose;
        default: if (close) state_q <= StLoad;
      endcase
    end
  end

  // In Verilator a register is one with an enable, so that few clocks are scheduled.
  nacre_register_reset #(
    .Width(NextWidth)
  ) u_next (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .enable_i(pop_value || pop_close),
    .d_i     (next_d),
    .q_o     (next_q)
  );

  // The closing word that is owed.
  logic step_q;
  always_ff @(posedge clk_control) begin
    if (pop_close) step_q <= pop_step;
  end

  // ---- Load: lanes gather until their row is whole ----------------------------------------------

  logic [InputLaneBits-1:0] in_value;
  logic [InLaneWidth-1:0]   in_lane;
  logic [RowWidth-1:0]      in_row;
  logic                     load_row;      // the value is its row's last
  logic [RowBits-1:0]       load_data;

  if (ValueBits == InputLaneBits) begin : gen_value_full
    assign in_value = s_data_i[ValueBits-1:0];
  end else begin : gen_value_extended
    assign in_value = {{(InputLaneBits-ValueBits){ValueSigned && s_data_i[ValueBits-1]}},
                       s_data_i[ValueBits-1:0]};
  end
  // Both are the bits of next_q, which may be fewer or more.
  assign in_lane  = InLaneWidth'(32'(next_q));
  assign in_row   = RowWidth'(32'(InputRow) + (32'(next_q) >> InLaneWidth));
  assign load_row = pop_value && ((&in_lane) || next_d == FrameEnd);

  for (genvar l = 0; l < InLanes; l++) begin : gen_load
    localparam logic [InLaneWidth-1:0] Lane = InLaneWidth'(l);
    logic [InputLaneBits-1:0] lane;
    if (l == InLanes - 1) begin : gen_last
      assign lane = '0;
    end else begin : gen_register
      // The row's last value needs no register.
      nacre_register #(
        .Width(InputLaneBits)
      ) u_lane (
        .clk_i   (clk_i),
        .enable_i(pop_value && in_lane == Lane),
        .d_i     (in_value),
        .q_o     (lane)
      );
    end
    assign load_data[l*InputLaneBits +: InputLaneBits] =
        (in_lane == Lane) ? in_value : (32'(in_lane) > 32'(l)) ? lane : '0;
  end

  // ---- Configuration: a request is answered in the cycle after it is seen -----------------------

  localparam logic [1:0] RegionRegisters = 2'd0;
  localparam logic [1:0] RegionMemory    = 2'd1;
  localparam logic [1:0] RegionProgram   = 2'd2;
  localparam logic [1:0] RegionIssue     = 2'd3;

  logic [1:0]            region;
  logic [31:0]           offset, memory_row, issue_row;
  logic                  request, allowed, access, done_q, refused_q;
  logic                  load_face, register_allowed, is_accumulator;
  logic                  memory_read, memory_write, program_access, issue;
  logic [31:0]           register_rdata;
  logic [ChunkWidth-1:0] chunk;

  assign region         = cfg_addr_i[CfgAddrWidth-1 -: 2];
  assign offset         = 32'(cfg_addr_i[RegionWidth-1:0]);
  // The upper half of the region is the same memory, to be loaded.
  assign load_face      = cfg_addr_i[RegionWidth-1];
  assign memory_row     = 32'(cfg_addr_i[RegionWidth-2:0]) >> ChunkWidth;
  assign issue_row      = offset >> 9;
  assign chunk          = cfg_addr_i[ChunkWidth-1:0];
  assign request        = cfg_valid_i && !done_q;
  assign is_accumulator = offset >= 32'd16 && offset < 32'(16 + RowBits / 32);

  always_comb begin
    case (region)
      RegionRegisters: allowed = register_allowed;
      RegionMemory:    allowed = idle_i && memory_row < 32'(Rows) && (cfg_write_i || !load_face);
      RegionProgram:   allowed = idle_i && (offset >> 1) < 32'(NumEntries);
      default:         allowed = idle_i && cfg_write_i && issue_row < 32'(Rows);
    endcase
  end

  assign access         = request && allowed;
  assign memory_read    = access && region == RegionMemory && !cfg_write_i;
  assign memory_write   = access && region == RegionMemory && cfg_write_i;
  assign program_access = access && region == RegionProgram;
  assign issue          = access && region == RegionIssue;

  always_ff @(posedge clk_control or negedge rst_ni) begin
    if (!rst_ni) begin
      done_q    <= 1'b0;
      refused_q <= 1'b0;
    end else begin
      done_q <= request;
      if (request) refused_q <= !allowed;
    end
  end

  assign cfg_ready_o = done_q;
  assign cfg_error_o = done_q && refused_q;

  // ---- Program ---------------------------------------------------------------------------------

  logic                  sequencer_read, sequencer_store, sequencer_bad;
  logic [EntryWidth-1:0] sequencer_address;
  logic [11:0]           sequencer_rd;
  logic [8:0]            sequencer_imm;
  logic [31:0]           sequencer_data;

  nacre_vector_sequencer #(
    .NumEntries(NumEntries)
  ) u_sequencer (
    .clk_i    (clk_i),
    .rst_ni   (rst_ni),
    .start_i  (run_program),
    .read_o   (sequencer_read),
    .address_o(sequencer_address),
    .entry_i  (program_rdata_i),
    .store_o  (sequencer_store),
    .rd_o     (sequencer_rd),
    .imm_o    (sequencer_imm),
    .data_o   (sequencer_data),
    .bad_o    (sequencer_bad),
    .end_o    (sequencer_end)
  );

  assign program_en_o    = sequencer_read || (program_access && rst_ni);
  assign program_we_o    = program_access && cfg_write_i && rst_ni;
  assign program_addr_o  = program_access ? EntryWidth'(offset >> 1) : sequencer_address;
  assign program_wmask_o = {offset[0], !offset[0]};
  assign program_wdata_o = {2{cfg_wdata_i}};

  // ---- Fetch -----------------------------------------------------------------------------------

  logic [31:0] instruction;
  logic [11:0] fetch_rd, fetch_rs1, fetch_rs2;
  logic [8:0]  fetch_imm;
  logic [5:0]  fetch_op;
  logic [1:0]  fetch_w;
  logic        legal, reads_a, reads_b;
  logic        instruction_valid, fetch;   // fetch: an instruction that is not bad

  assign instruction       = issue ? cfg_wdata_i : sequencer_data;
  assign fetch_rd          = issue ? 12'(issue_row) : sequencer_rd;
  assign fetch_imm         = issue ? cfg_addr_i[8:0] : sequencer_imm;
  assign fetch_op          = instruction[31:26];
  assign fetch_w           = instruction[25:24];
  assign fetch_rs2         = instruction[23:12];
  assign fetch_rs1         = instruction[11:0];
  assign instruction_valid = issue || sequencer_store;
  assign fetch             = instruction_valid && legal && 32'(fetch_rd) < 32'(Rows) &&
                             (!reads_a || 32'(fetch_rs1) < 32'(Rows)) &&
                             (!reads_b || 32'(fetch_rs2) < 32'(Rows));

  nacre_vector_decode #(
    .RowBits(RowBits)
  ) u_decode (
    .op_i     (fetch_op),
    .w_i      (fetch_w),
    .imm_i    (fetch_imm),
    .legal_o  (legal),
    .reads_a_o(reads_a),
    .reads_b_o(reads_b)
  );

  // ---- Write back: the last result, and the one before for those that were fetched meanwhile ---

  logic                write_valid_q, old_valid_q;
  logic [RowWidth-1:0] write_row_q, old_row_q;
  logic [RowBits-1:0]  write_data_q, old_data_q;
  logic                compute_writes;
  logic [RowBits-1:0]  compute_data;
  logic [RowWidth-1:0] compute_rd_q;
  logic [Rows-1:0]     written_q;          // rows written since the reset

  always_ff @(posedge clk_control or negedge rst_ni) begin
    if (!rst_ni) begin
      write_valid_q <= 1'b0;
      old_valid_q   <= 1'b0;
    end else begin
      write_valid_q <= compute_writes || load_row;
      old_valid_q   <= write_valid_q;
    end
  end

  nacre_register #(
    .Width(RowWidth + RowBits)
  ) u_write (
    .clk_i   (clk_i),
    .enable_i(compute_writes || load_row),
    .d_i     (compute_writes ? {compute_rd_q, compute_data} : {in_row, load_data}),
    .q_o     ({write_row_q, write_data_q})
  );
  nacre_register #(
    .Width(RowWidth + RowBits)
  ) u_old (
    .clk_i   (clk_i),
    .enable_i(write_valid_q),
    .d_i     ({write_row_q, write_data_q}),
    .q_o     ({old_row_q, old_data_q})
  );

  logic clk_written;
  nacre_clock_gate u_written_gate (
    .clk_i   (clk_i),
    .enable_i(write_valid_q),
    .clk_o   (clk_written)
  );
  // Every row that is written is below Rows.
  always_ff @(posedge clk_written or negedge rst_ni) begin
    if (!rst_ni)            written_q <= '0;
    else if (write_valid_q) written_q[write_row_q] <= 1'b1;
  end

  assign copy0_wen_o   = write_valid_q;
  assign copy0_waddr_o = write_row_q;
  assign copy0_wdata_o = write_data_q;
  assign copy1_wen_o   = write_valid_q;
  assign copy1_waddr_o = write_row_q;
  assign copy1_wdata_o = write_data_q;

  // ---- Fetch, continued: addresses -------------------------------------------------------------

  logic                read_output;       // a row to be sent
  logic [RowWidth-1:0] out_row;
  logic [RowWidth-1:0] bus_row, rd;
  logic                known_a, known_b;  // the row at the address was written

  assign bus_row       = memory_row[RowWidth-1:0];
  assign rd            = memory_write ? bus_row : fetch_rd[RowWidth-1:0];
  assign copy0_ren_o   = (fetch && reads_a) || memory_read || memory_write || read_output;
  assign copy0_raddr_o = read_output                   ? out_row
                       : (memory_read || memory_write) ? bus_row : fetch_rs1[RowWidth-1:0];
  assign copy1_ren_o   = fetch && reads_b;
  assign copy1_raddr_o = fetch_rs2[RowWidth-1:0];

  // An address that no row has is not asked for.
  logic [(1<<RowWidth)-1:0] written;
  assign written = (1<<RowWidth)'(written_q);
  assign known_a = written[copy0_raddr_o];
  assign known_b = written[copy1_raddr_o];

  // ---- Compute ---------------------------------------------------------------------------------

  logic                compute_q, read_word_q, write_word_q;  // an instruction, accesses of the bus
  logic                reads_a_q, reads_b_q, known_a_q, known_b_q;
  logic [5:0]          op_q;
  logic [1:0]          w_q;
  logic [8:0]          imm_q;
  logic [RowWidth-1:0] rs1_q, rs2_q;
  logic                new_a, new_b, old_a, old_b;   // forwarded: the last result, the one before
  logic [RowBits-1:0]  a, b, y, stored;
  logic [RowBits-1:0]  acc, acc_q;
  logic                acc_known_q, accumulate;

  assign compute_busy = compute_q || read_word_q || write_word_q;

  always_ff @(posedge clk_control or negedge rst_ni) begin
    if (!rst_ni) begin
      compute_q    <= 1'b0;
      read_word_q  <= 1'b0;
      write_word_q <= 1'b0;
      acc_known_q  <= 1'b0;
    end else begin
      compute_q    <= fetch;
      read_word_q  <= memory_read;
      write_word_q <= memory_write;
      if (accumulate) acc_known_q <= 1'b1;
    end
  end

  nacre_register #(
    .Width(4 + 17 + 3 * RowWidth)
  ) u_compute (
    .clk_i   (clk_i),
    .enable_i(fetch || memory_read || memory_write),
    .d_i     ({reads_a, reads_b, known_a, known_b, fetch_op, fetch_w, fetch_imm, rd,
               copy0_raddr_o, copy1_raddr_o}),
    .q_o     ({reads_a_q, reads_b_q, known_a_q, known_b_q, op_q, w_q, imm_q, compute_rd_q, rs1_q,
               rs2_q})
  );

  // A row that is written in the cycle of its fetch, or in the one after, comes from here.
  assign new_a = write_valid_q && write_row_q == rs1_q;
  assign new_b = write_valid_q && write_row_q == rs2_q;
  assign old_a = old_valid_q && old_row_q == rs1_q;
  assign old_b = old_valid_q && old_row_q == rs2_q;
  assign a     = new_a ? write_data_q : old_a ? old_data_q : known_a_q ? copy0_rdata_i : '0;
  assign b     = new_b ? write_data_q : old_b ? old_data_q : known_b_q ? copy1_rdata_i : '0;

  nacre_vector_row #(
    .RowBits(RowBits)
  ) u_row (
    .op_i (op_q),
    .w_i  (w_q),
    .imm_i(imm_q),
    .a_i  (a),
    .b_i  (b),
    .acc_i(acc),
    .y_o  (y)
  );

  assign accumulate = compute_q && op_q[5];
  assign acc        = acc_known_q ? acc_q : '0;
  nacre_register #(
    .Width(RowBits)
  ) u_acc (
    .clk_i   (clk_i),
    .enable_i(accumulate),
    .d_i     (y),
    .q_o     (acc_q)
  );

  // The request is held until the answer, which comes in this cycle.
  always_comb begin
    stored = a;
    for (int k = 0; k < RowBits / 32; k++) begin
      if (32'(chunk) == 32'(k)) stored[32*k +: 32] = cfg_wdata_i;
    end
  end
  assign compute_writes = compute_q || write_word_q;
  assign compute_data   = write_word_q ? stored : y;

  // ---- Send ------------------------------------------------------------------------------------

  logic [OutAddressWidth-1:0] number_d, number_q;   // of the value that is sent next
  logic [OutLaneWidth-1:0]    out_lane;
  logic [RowWidth-1:0]        out_row_q;
  logic                       out_known_q;
  logic [OutputLaneBits-1:0]  out_value;
  logic [1:0]                 out_kind, m_kind;
  logic [OutAddressWidth-1:0] out_address;
  logic [OutWidth-4:0]        m_content;

  assign out_lane    = OutLaneWidth'(32'(number_q));
  assign send_last   = number_q == LastOutput;
  assign read_output = state_q == StRead || (send && (&out_lane) && !send_last);
  assign out_row     = (state_q == StRead) ? RowWidth'(OutputRow) : out_row_q + RowWidth'(1);
  assign number_d    = (state_q == StRead) ? '0 : number_q + OutAddressWidth'(1);

  nacre_register #(
    .Width(1 + RowWidth)
  ) u_out_row (
    .clk_i   (clk_i),
    .enable_i(read_output),
    .d_i     ({known_a, out_row}),
    .q_o     ({out_known_q, out_row_q})
  );
  nacre_register #(
    .Width(OutAddressWidth)
  ) u_number (
    .clk_i   (clk_i),
    .enable_i(state_q == StRead || send),
    .d_i     (number_d),
    .q_o     (number_q)
  );

  // No row is written while one is sent, so the memory holds it.
  assign out_kind    = (state_q == StSend) ? KindValue : step_q ? KindEndOfStep : KindEndOfSample;
  assign out_address = (state_q == StSend) ? number_q : '0;
  assign out_value   = (state_q == StSend && out_known_q)
                     ? copy0_rdata_i[OutputLaneBits*32'(out_lane) +: OutputLaneBits] : '0;

  nacre_stream_fifo #(
    .Width(OutWidth - 1)
  ) u_fifo (
    .clk_i    (clk_i),
    .rst_ni   (rst_ni),
    .s_valid_i(state_q == StSend || state_q == StClose),
    .s_ready_o(fifo_ready),
    .s_data_i ({out_kind, out_address, out_value}),
    .m_valid_o(m_valid_o),
    .m_ready_i(m_ready_i),
    .m_data_o ({m_kind, m_content})
  );
  // Values have no polarity.
  assign m_data_o = {m_kind, 1'b0, m_content};

  logic load_q;    // a row of the frame is written
  always_ff @(posedge clk_control or negedge rst_ni) begin
    if (!rst_ni) load_q <= 1'b0;
    else         load_q <= load_row;
  end
  assign busy_o  = state_q != StLoad || load_q || m_valid_o;

  assign error_o = {(compute_q && ((reads_a_q && !(new_a || old_a || known_a_q)) ||
                                   (reads_b_q && !(new_b || old_b || known_b_q)))) ||
                    (read_output && !known_a),
                    (instruction_valid && !fetch) || sequencer_bad,
                    short_frame,
                    pop && !pop_close && !pop_value};

  nacre_clock_gate u_control_gate (
    .clk_i   (clk_i),
    .enable_i(pop || state_q == StRun || state_q == StDrain || state_q == StRead || send || close ||
              request || done_q || compute_busy || write_valid_q || old_valid_q || load_q),
    .clk_o   (clk_control)
  );

  // ---- Registers and answers -------------------------------------------------------------------

  logic [31:0] frames, instructions, mac_instructions, stall_cycles, row_writes;
  logic [31:0] acc_word, memory_word, program_word;

  assign acc_word     = acc[32*32'(chunk) +: 32];
  assign memory_word  = a[32*32'(chunk) +: 32];
  assign program_word = offset[0] ? program_rdata_i[63:32] : program_rdata_i[31:0];

  always_comb begin
    register_allowed = 1'b0;
    register_rdata   = '0;
    case (offset)
      32'd8: begin
        register_allowed = !cfg_write_i;
        register_rdata   = frames;
      end
      32'd9: begin
        register_allowed = !cfg_write_i;
        register_rdata   = instructions;
      end
      32'd10: begin
        register_allowed = !cfg_write_i;
        register_rdata   = mac_instructions;
      end
      32'd12: begin
        register_allowed = !cfg_write_i;
        register_rdata   = stall_cycles;
      end
      32'd13: begin
        register_allowed = !cfg_write_i;
        register_rdata   = row_writes;
      end
      default: begin
        register_allowed = is_accumulator && idle_i && !cfg_write_i;
        register_rdata   = acc_word;
      end
    endcase
  end

  always_comb begin
    cfg_rdata_o = '0;
    if (done_q && !refused_q && !cfg_write_i) begin
      case (region)
        RegionRegisters: cfg_rdata_o = register_rdata;
        RegionMemory:    cfg_rdata_o = memory_word;
        default:         cfg_rdata_o = program_word;
      endcase
    end
  end

  if (Counters >= 1) begin : gen_counters
    nacre_perf_counter u_frames (
      .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear_counters_i), .en_i(run_program),
      .value_o(frames)
    );
    nacre_perf_counter u_instructions (
      .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear_counters_i), .en_i(fetch),
      .value_o(instructions)
    );
    nacre_perf_counter u_mac_instructions (
      .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear_counters_i), .en_i(fetch && fetch_op[5]),
      .value_o(mac_instructions)
    );
  end else begin : gen_no_counters
    assign frames           = '0;
    assign instructions     = '0;
    assign mac_instructions = '0;
    wire   unused_clear     = clear_counters_i;
  end
  if (Counters >= 2) begin : gen_full_counters
    nacre_perf_counter u_stall_cycles (
      .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear_counters_i), .en_i(m_valid_o && !m_ready_i),
      .value_o(stall_cycles)
    );
    nacre_perf_counter u_row_writes (
      .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear_counters_i), .en_i(compute_q || load_row),
      .value_o(row_writes)
    );
  end else begin : gen_no_full_counters
    assign stall_cycles = '0;
    assign row_writes   = '0;
  end

`ifdef VERILATOR
  input_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                  s_valid_i && !s_ready_o |=> s_valid_i && $stable(s_data_i));
  output_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                   m_valid_o && !m_ready_i |=> m_valid_o && $stable(m_data_o));
  one_instruction_a_cycle : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                             access |-> !sequencer_store && !read_output);
  one_result_a_cycle : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                        load_row |-> !compute_writes);
  sent_row_stays : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                    state_q == StRead || state_q == StSend |-> !write_valid_q);
`endif

endmodule
`default_nettype wire
