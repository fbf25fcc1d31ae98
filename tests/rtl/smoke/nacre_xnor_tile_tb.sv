`default_nettype none
// Smoke test of nacre_xnor_tile, cycle by cycle: the bench keeps frames, output FIFO and timing of
// the contract in plain integers, and lets nacre_mtj_reference draw what each read gives.  Random
// states (in columns without a weight, too), thresholds, registers, stalls, bad frames, refused
// accesses, resets inside frames.
module nacre_xnor_tile_tb;
  parameter int NumInputs     = 4;
  parameter int NumOutputs    = 4;
  parameter int RowBits       = 4;
  parameter int Tiles         = 1;
  parameter bit Parallel      = 1'b0;
  parameter bit Full          = 1'b0;
  parameter int DevicesPerBit = 2;
  parameter bit Popcount      = 1'b0;
  parameter bit Steps         = 1'b0;
  parameter int          Precharge = 1;
  parameter int          Evaluate  = 1;
  parameter logic [31:0] Seed      = 32'd0;
  parameter int Level         = 0;
  parameter logic [63:0]        Persistent = 64'd0;
  parameter logic [63:0]        Transient  = 64'd0;
  parameter logic [31:0]        Disturb    = 32'd0;
  parameter logic [31:0]        Retention  = 32'd0;
  parameter logic [47:0]        C0         = 48'd0;
  parameter logic [47:0]        C1         = 48'd0;
  parameter logic [47:0]        C2         = 48'd0;
  parameter logic [47:0]        CT         = 48'd0;
  parameter logic [47:0]        CA         = 48'd0;
  parameter logic [47:0]        CX         = 48'd0;
  parameter logic signed [23:0] R0         = 24'sd0;
  parameter logic signed [23:0] R1         = 24'sd0;
  parameter logic signed [23:0] COffset    = 24'sd0;
  parameter logic signed [23:0] CNoise     = 24'sd0;
  parameter logic signed [23:0] CSelf      = 24'sd0;
  parameter logic signed [23:0] Delta      = 24'sd0;
  parameter int Counters      = 1;

  localparam int N = NumInputs, M = NumOutputs, B = RowBits, D = DevicesPerBit;
  localparam int NumColumns = B * Tiles;
  localparam bit Together   = Parallel || Full;  // all popcounts after the last read
  localparam int Folds      = Together ? 1 : (N + NumColumns - 1) / NumColumns;
  localparam int Rows       = Full ? 1 : Parallel ? N : M * Folds;
  localparam int OfNeuron   = NumColumns / M;    // full: columns of a neuron
  localparam int Address    = (M > 1) ? $clog2(M) : 1;
  localparam int InAddress  = (N > 1) ? $clog2(N) : 1;
  localparam int InWidth    = 3 + InAddress + 1;
  localparam int OutWidth   = 3 + Address + (Popcount ? $clog2(N + 1) : 1);
  localparam int Payload    = OutWidth - 3 - Address;
  localparam int Threshold  = $clog2(N + 2);
  localparam int OutputsWidth = Popcount ? 1 : Threshold + 1;
  localparam int NumChunks  = (B * D + 31) / 32;
  localparam int Pitch      = 1 << $clog2(NumChunks);
  localparam int CellsWindow   = $clog2(Tiles * Rows) + $clog2(NumChunks);
  localparam int OutputsWindow = Popcount ? 0 : $clog2(M);
  localparam int Larger      = (CellsWindow > OutputsWindow) ? CellsWindow : OutputsWindow;
  localparam int RegionWidth = (Larger > 4) ? Larger : 4;
  localparam int CfgAddrWidth = RegionWidth + 2;
  localparam int Cells       = 1 << RegionWidth;
  localparam int Outputs     = 2 << RegionWidth;

  logic clk = 1'b0, rst_n = 1'b1;
  logic cfg_valid = 1'b0, cfg_write = 1'b0, clear = 1'b0, elsewhere_busy = 1'b0;
  logic [CfgAddrWidth-1:0] cfg_addr = {CfgAddrWidth{1'b0}};
  logic [31:0] cfg_wdata = 32'd0, cfg_rdata;
  logic cfg_ready, cfg_error;
  logic s_valid = 1'b0, s_ready, m_valid, m_ready = 1'b0, busy;
  logic [InWidth-1:0] s_data = {InWidth{1'b0}};
  logic [OutWidth-1:0] m_data;
  logic [1:0] error;
  logic outputs_en, outputs_we;
  logic [Address-1:0] outputs_addr;
  logic [0:0] outputs_wmask;
  logic [OutputsWidth-1:0] outputs_wdata, outputs_rdata;
  wire idle = !busy && !elsewhere_busy;

  nacre_xnor_tile #(
    .NumInputs(N), .NumOutputs(M), .RowBits(B), .Tiles(Tiles), .Parallel(Parallel), .Full(Full),
    .DevicesPerBit(D), .Popcount(Popcount), .Steps(Steps), .Precharge(Precharge),
    .Evaluate(Evaluate), .Seed(Seed), .Level(Level), .Persistent(Persistent),
    .Transient(Transient), .Disturb(Disturb), .Retention(Retention), .C0(C0), .C1(C1), .C2(C2),
    .CT(CT), .CA(CA), .CX(CX), .R0(R0), .R1(R1), .COffset(COffset), .CNoise(CNoise),
    .CSelf(CSelf), .Delta(Delta), .Counters(Counters)
  ) dut (
    .clk_i(clk), .rst_ni(rst_n), .cfg_valid_i(cfg_valid), .cfg_write_i(cfg_write),
    .cfg_addr_i(cfg_addr), .cfg_wdata_i(cfg_wdata), .cfg_ready_o(cfg_ready),
    .cfg_rdata_o(cfg_rdata), .cfg_error_o(cfg_error), .idle_i(idle), .clear_counters_i(clear),
    .s_valid_i(s_valid), .s_ready_o(s_ready), .s_data_i(s_data), .m_valid_o(m_valid),
    .m_ready_i(m_ready), .m_data_o(m_data), .busy_o(busy), .error_o(error),
    .outputs_en_o(outputs_en), .outputs_we_o(outputs_we), .outputs_addr_o(outputs_addr),
    .outputs_wmask_o(outputs_wmask), .outputs_wdata_o(outputs_wdata),
    .outputs_rdata_i(outputs_rdata)
  );
  nacre_mem_1rw #(.Width(OutputsWidth), .Depth(M)) u_outputs (
    .clk_i(clk), .en_i(outputs_en), .we_i(outputs_we), .addr_i(outputs_addr),
    .wmask_i(outputs_wmask), .wdata_i(outputs_wdata), .rdata_o(outputs_rdata)
  );

  integer failures = 0, cycle_number = 0;
  task fail(input [30*8-1:0] what);
    failures = failures + 1;
    if (failures < 10) $display("FAIL %0s in cycle %0d", what, cycle_number);
  endtask

  // ---- Arrays ---------------------------------------------------------------------------------

  integer loaded_tile = 0, at_row = 0;
  reg [B*D-1:0] at_states;
  reg [31:0] device_seed = Seed, now = 32'd0;
  wire [NumColumns-1:0] q, meta;
  reg read_row = 1'b0, load_row = 1'b0, set_registers = 1'b0;   // a change does it
  for (genvar j = 0; j < Tiles; j++) begin : gen_tile
    nacre_xnor_reference #(
      .Tile(j), .Rows(Rows), .Bits(B), .DevicesPerBit(D), .Level(Level), .Persistent(Persistent),
      .Transient(Transient), .Disturb(Disturb), .Retention(Retention), .C0(C0), .C1(C1), .C2(C2),
      .CT(CT), .CA(CA), .CX(CX), .R0(R0), .R1(R1), .COffset(COffset), .CNoise(CNoise),
      .CSelf(CSelf), .Delta(Delta)
    ) u_array (
      .read_i(read_row), .load_i(load_row), .set_i(set_registers), .row_i(at_row),
      .load_tile_i(loaded_tile), .states_i(at_states), .device_seed_i(device_seed), .time_i(now),
      .q_o(q[j*B +: B]), .meta_o(meta[j*B +: B])
    );
  end

  // ---- Account of the contract ----------------------------------------------------------------

  integer precharge = Precharge, evaluate = Evaluate;
  integer threshold [0:M-1];
  reg invert [0:M-1];
  integer num_taken;                             // values of the frame that comes
  reg x [0:N-1];
  reg waits, waits_frame, waits_sample;          // closing word
  reg input_of [0:N-1];                          // of the frame that is computed
  integer popcount [0:M-1];
  integer phase;                                 // 0 idle, 1 reads, 2 results, 3 closing word
  integer passed, neuron;                        // cycles of the phase; the next result's neuron
  reg closing_sample, result_valid;
  reg [OutWidth-1:0] result;
  reg [OutWidth-1:0] fifo_0, fifo_1;
  integer in_fifo;
  integer frames = 0, reads = 0, metastable = 0, stalls = 0, words_sent = 0;

  task forget;
    num_taken = 0; waits = 1'b0; phase = 0; result_valid = 1'b0; in_fifo = 0;
    frames = 0; reads = 0; metastable = 0; stalls = 0;
    precharge = Precharge; evaluate = Evaluate; device_seed = Seed; now = 32'd0;
    set_registers = !set_registers;
    #1;
  endtask

  // All reads of a frame, in their order.
  task compute;
    integer column, i, n;
    for (n = 0; n < M; n++) popcount[n] = 0;
    for (at_row = 0; at_row < Rows; at_row++) begin
      read_row = !read_row;
      #1;
      for (column = 0; column < NumColumns; column++) begin
        i = Full ? column % OfNeuron : Parallel ? at_row
          : (at_row % Folds) * NumColumns + column;
        n = Full ? column / OfNeuron : Parallel ? column : at_row / Folds;
        if (i < N && n < M) begin
          if (q[column] == input_of[i]) popcount[n] = popcount[n] + 1;
          if (meta[column]) metastable = metastable + 1;
        end
      end
    end
    reads = reads + Rows;
  endtask

  task load_result;
    result_valid = 1'b1;
    result = {2'd2, 1'b0, Address'(neuron),
              Popcount ? Payload'(popcount[neuron])
                       : Payload'((popcount[neuron] >= threshold[neuron]) != invert[neuron])};
    neuron = neuron + 1;
  endtask

  // One cycle with this word, or none, in front, as the registers stand.
  task cycle(input valid, input [1:0] kind, input integer address, input payload, output done);
    reg leaves, pops, good, closes, takes, loads;
    integer i, length;
    s_valid = valid;
    s_data  = {kind, 1'b0, InAddress'(address), payload};
    #2;
    done   = valid && (!waits || (kind == 2'd2 && !waits_frame));
    good   = done && kind == 2'd2 && address == num_taken && num_taken < N;
    closes = done && kind == (Steps ? 2'd1 : 2'd3) && num_taken == N;
    takes  = phase == 0 && waits;
    pops   = in_fifo > 0 && m_ready;
    leaves = (result_valid || phase == 3) && in_fifo < 2;
    if (valid && s_ready !== done) fail("s_ready");
    if (error[0] !== (done && kind == 2'd2 && !good)) fail("frame_order");
    if (error[1] !== (done && kind != 2'd2 && ((Steps && kind == 2'd3) ? num_taken != 0
                                                                       : num_taken != N)))
      fail("frame_short");
    if (m_valid !== in_fifo > 0) fail("m_valid");
    if (in_fifo > 0 && m_data !== fifo_0) fail("word");
    if (busy !== (waits || phase != 0 || in_fifo > 0)) fail("busy");
    if ((result_valid || phase == 3) && !leaves) stalls = stalls + 1;

    // Output FIFO.
    if (pops) begin
      fifo_0     = fifo_1;
      in_fifo    = in_fifo - 1;
      words_sent = words_sent + 1;
    end
    if (leaves) begin
      if (phase == 3) result = {(Steps && !closing_sample) ? 2'd1 : 2'd3, {(OutWidth-2){1'b0}}};
      if (in_fifo == 0) fifo_0 = result;
      else              fifo_1 = result;
      in_fifo = in_fifo + 1;
      result_valid = 1'b0;
    end

    // Engine: what it does in this cycle, and where it stands in the next one.
    length = precharge + evaluate + 2;
    case (phase)
      0: if (takes) begin
        waits          = 1'b0;
        closing_sample = waits_sample;
        phase          = waits_frame ? 1 : 3;
        passed         = 0;
        neuron         = 0;
        if (waits_frame) begin
          for (i = 0; i < N; i++) input_of[i] = x[i];
          compute;
        end
      end
      1: begin
        // A neuron's reads, or the frame's; the last add cycle may wait.
        if (passed < length * (Together ? Rows : Folds) - 1) passed = passed + 1;
        else if (Together) phase = 2;
        else if (!result_valid) begin
          load_result;
          passed = 0;
          if (neuron == M) phase = 2;
        end
      end
      2: if (Together && neuron < M && !result_valid) load_result;
         else if (leaves) phase = 3;
      default: if (leaves) phase = 0;
    endcase

    // Front.
    if (good) begin
      x[num_taken] = payload;
      num_taken    = num_taken + 1;
    end
    if (done && kind != 2'd2) begin
      if (closes) frames = frames + 1;
      waits        = 1'b1;
      waits_frame  = closes;
      waits_sample = kind == 2'd3;
      num_taken    = 0;
    end
    #3 clk = 1'b1;
    #5 clk = 1'b0;
    m_ready = stall == 0 || $urandom % stall == 0;
    cycle_number = cycle_number + 1;
    #1;
  endtask
  integer stall = 0;

  task nothing;
    reg done;
    cycle(1'b0, 2'd0, 0, 1'b0, done);
  endtask

  task send(input [1:0] kind, input integer address, input payload);
    reg done;
    while (stall == 3 && $urandom % 2 == 0) nothing;
    done = 1'b0;
    while (!done) cycle(1'b1, kind, address, payload, done);
  endtask

  task drain;
    integer cycles;
    s_valid = 1'b0;
    for (cycles = 0; (waits || phase != 0 || in_fifo > 0) && cycles < 100000; cycles++) nothing;
    nothing;
    if (busy) fail("busy at the end");
  endtask

  // ---- Bus ------------------------------------------------------------------------------------

  task access(input write, input integer address, input [31:0] data, output refused,
              output [31:0] read);
    integer cycles;
    cfg_valid = 1'b1; cfg_write = write; cfg_addr = CfgAddrWidth'(address); cfg_wdata = data;
    nothing;
    for (cycles = 0; !cfg_ready && cycles < 5; cycles++) nothing;
    if (!cfg_ready) fail("no answer");
    refused = cfg_error;
    read    = cfg_rdata;
    nothing;
    cfg_valid = 1'b0;
    nothing;
  endtask
  task set(input integer address, input [31:0] data);
    reg refused; reg [31:0] read;
    access(1'b1, address, data, refused, read);
    if (refused) fail("a write is refused");
  endtask
  task get(input integer address, input [31:0] want);
    reg refused; reg [31:0] read;
    access(1'b0, address, 32'd0, refused, read);
    if (refused || read !== want) fail("a register is wrong");
  endtask
  task refuse(input write, input integer address, input [31:0] data);
    reg refused; reg [31:0] read;
    access(write, address, data, refused, read);
    if (!refused) fail("an illegal access is accepted");
  endtask

  task load_cells;
    integer row, c, tile;
    for (tile = 0; tile < Tiles; tile++) begin
      for (row = 0; row < Rows; row++) begin
        for (c = 0; c < B * D; c++) at_states[c] = $urandom % 2 == 0;
        // Mostly pairs as they should be.
        if (D == 2 && $urandom % 4 != 0) for (c = 0; c < B; c++) at_states[2*c] = !at_states[2*c+1];
        for (c = 0; c < NumChunks; c++)
          set(Cells + (tile * Rows + row) * Pitch + c, 32'(at_states >> (32 * c)));
        at_row = row;
        loaded_tile = tile;
        load_row = !load_row;
        #1;
      end
    end
  endtask

  task set_outputs;
    integer n;
    for (n = 0; n < M; n++) begin
      threshold[n] = ($urandom % 8 == 0) ? 0 : ($urandom % 8 == 0) ? N + 1
                   : (N > 2) ? N / 2 - 1 + $urandom % 3 : $urandom % (N + 2);
      invert[n]    = $urandom % 2 == 0;
      if (!Popcount) set(Outputs + n, (32'(invert[n]) << Threshold) | 32'(threshold[n]));
    end
    if (!Popcount) for (n = 0; n < M; n++)
      get(Outputs + n, (32'(invert[n]) << Threshold) | 32'(threshold[n]));
  endtask

  // Values, good ones but for some, and the word that closes them.
  task frame(input integer values, input bad);
    integer i;
    for (i = 0; i < values; i++) begin
      if (bad && i == values / 2 && N > 1) send(2'd2, (i + 1) % N, 1'b1);
      send(2'd2, i, $urandom % 2 == 0);
    end
    if (bad) send(2'd2, 0, 1'b1);
    send(Steps ? 2'd1 : 2'd3, 0, 1'b0);
  endtask

  task do_reset;
    s_valid = 1'b0;
    cfg_valid = 1'b0;
    #1 rst_n = 1'b0;
    #2 clk = 1'b1;
    #2 clk = 1'b0;
    #2 rst_n = 1'b1;
    forget;
    #1;
  endtask

  initial begin : main
    integer run;
    do_reset;
    // The arrays want two quiet cycles first.
    repeat (2) nothing;
    get(0, (32'(Evaluate) << 8) | 32'(Precharge));
    get(1, Seed);
    get(2, 32'd0);
    refuse(1'b1, 0, 32'h0000_0100);
    refuse(1'b1, 0, 32'h0000_1101);
    refuse(1'b1, 0, 32'h0001_0101);
    refuse(1'b0, 3, 32'd0);
    refuse(1'b1, 8, 32'd0);
    refuse(1'b0, 12, 32'd0);
    refuse(1'b0, Cells, 32'd0);
    if (B * D % 32 != 0) refuse(1'b1, Cells + NumChunks - 1, 32'd1 << (B * D % 32));
    if (Tiles * Rows * Pitch < Cells) refuse(1'b1, Cells + Tiles * Rows * Pitch, 32'd0);
    if (Pitch != NumChunks) refuse(1'b1, Cells + NumChunks, 32'd0);
    if (Popcount || M < Cells) refuse(1'b0, Outputs + (Popcount ? 0 : M), 32'd0);
    refuse(1'b0, 3 << RegionWidth, 32'd0);
    load_cells;
    set_outputs;
    for (run = 0; run < 10; run++) begin
      stall = (run % 4 == 1) ? 2 : (run % 4 == 2) ? 40 : (run % 4 == 3) ? 3 : 0;
      if (run == 3) begin
        precharge = 1 + $urandom % 3;
        evaluate  = 1 + $urandom % 5;
        set(0, 32'(evaluate * 256 + precharge));
        get(0, 32'(evaluate * 256 + precharge));
      end
      if (run == 5) begin
        now = 32'd3 * 32'($urandom % 100);
        device_seed = $urandom;
        set(1, device_seed);
        set(2, now);
        set_registers = !set_registers;
        #1;
        load_cells;
        set_outputs;
      end
      frame(N, 1'b0);
      frame(N, run % 2 == 1);
      if (Steps) send(2'd3, 0, 1'b0);
      frame(N - 1, 1'b0);
      frame(N, 1'b0);
      if (stall == 40) begin  // it is still busy
        refuse(1'b1, 0, 32'h0000_0101);
        refuse(1'b1, Cells, 32'd0);
        if (!Popcount) refuse(1'b0, Outputs, 32'd0);
      end
      drain;
      get(8, (Counters > 0) ? 32'(frames) : 32'd0);
      get(9, (Counters > 0) ? 32'(reads) : 32'd0);
      get(10, (Counters > 0) ? 32'(metastable) : 32'd0);
      get(11, (Counters > 1) ? 32'(stalls) : 32'd0);
      if (run == 4) begin
        clear = 1'b1;
        nothing;
        clear = 1'b0;
        frames = 0; reads = 0; metastable = 0; stalls = 0;
        get(9, 32'd0);
        elsewhere_busy = 1'b1;
        refuse(1'b1, 1, 32'd0);
        elsewhere_busy = 1'b0;
      end
      if (run == 6 || run == 8) begin
        // A reset inside a frame; the bus is at it in the cycle after.
        frame(N, 1'b0);
        repeat (2 + $urandom % 7) nothing;
        do_reset;
        load_cells;
        set_outputs;
      end
    end
    if (words_sent < 20 * M) fail("too few words");
    if (Level == 2 && Delta != 24'sd0 && Counters > 0 && metastable == 0)
      fail("no bit was metastable");
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
