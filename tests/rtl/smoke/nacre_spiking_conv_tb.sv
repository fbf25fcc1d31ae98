`default_nettype none
// Random samples against nacre_neuron_reference and the rules of the kind's README: every output
// word, every handshake in every cycle ("Timing"), the state read back with its stamps, registers,
// counters, and resets in mid-work. Two models run side by side: an eager one, which ends each time
// step for all neurons and says which words come, and the README's rows, marks and stamps, which
// say when; each row the hardware touches has to hold in both the same.
module nacre_spiking_conv_tb #(
  parameter int InHeight         = 3,
  parameter int InWidth          = 3,
  parameter int InChannels       = 2,
  parameter int NumPositions     = 9,
  parameter int NumChannels      = 3,
  parameter int Lanes            = 2,
  parameter int KernelHeight     = 2,
  parameter int KernelWidth      = 1,
  parameter int GroupWords       = 2,
  parameter logic [InHeight*24-1:0]   RowFirst     = {24'd6, 24'd0, 24'd0},
  parameter logic [InHeight*24-1:0]   RowWeight    = {24'd2, 24'd2, 24'd0},
  parameter logic [InHeight*16-1:0]   RowLast      = {16'd1, 16'd1, 16'd0},
  parameter logic [InWidth*24-1:0]    ColumnFirst  = {24'd4, 24'd2, 24'd0},
  parameter logic [InWidth*24-1:0]    ColumnWeight = '0,
  parameter logic [InWidth*16-1:0]    ColumnLast   = '0,
  parameter int RowStep          = 6,
  parameter int ColumnStep       = 2,
  parameter int RowWeightStep    = -2,
  parameter int ColumnWeightStep = -2,
  parameter int Grouped          = 0,
  parameter logic [InChannels*16-1:0] ChannelWord  = '0,
  parameter logic [InChannels*16-1:0] ChannelLast  = '0,
  parameter logic [InChannels*16-1:0] ChannelLow   = '0,
  parameter logic [InChannels*16-1:0] ChannelHigh  = '0,
  parameter int ScanAll          = 0,
  parameter int WeightCode       = 0,
  parameter int WeightWidth      = 8,
  parameter int BiasWidth        = 0,
  parameter int KeepState        = 0,
  parameter int MembraneWidth    = 16,
  parameter int ClampMin         = -32768,
  parameter int ClampMax         = 32767,
  parameter int Threshold        = 100,
  parameter int HasNegativeThreshold = 0,
  parameter int NegativeThreshold = -1,
  parameter int Compare          = 0,
  parameter int Fire             = 0,
  parameter int MaxSpikes        = 1,
  parameter int Reset            = 0,
  parameter int ResetValue       = 0,
  parameter int RefractorySteps  = 0,
  parameter int RefractoryMode   = 0,
  parameter int Leak             = 0,
  parameter int LeakShift        = 1,
  parameter int LeakFactor       = 0,
  parameter int LeakFractionBits = 1,
  parameter int LeakRounding     = 0,
  parameter int LeakOrder        = 0,
  parameter int Counters         = 1
) ();

  localparam int InAddresses  = InHeight * InWidth * InChannels;
  localparam int InAddrWidth  = (InAddresses > 1) ? $clog2(InAddresses) : 1;
  localparam int NumNeurons   = NumPositions * NumChannels;
  localparam int OutAddrWidth = (NumNeurons > 1) ? $clog2(NumNeurons) : 1;
  localparam int NumWords     = (NumChannels + Lanes - 1) / Lanes;
  localparam int NumRows      = NumPositions * NumWords;
  localparam int StampWidth   = (Leak != 0 && ScanAll == 0) ? 8 : 0;
  localparam int RefractoryWidth = (RefractorySteps > 0) ? $clog2(RefractorySteps + 1) : 0;
  localparam int FieldWidth   = MembraneWidth + RefractoryWidth;
  localparam int BiasField    = (BiasWidth > 0) ? BiasWidth : 1;
  localparam int WeightRows   = InChannels * KernelHeight * KernelWidth * GroupWords;
  localparam int WeightBits   = Lanes * WeightWidth;
  localparam int StateBits    = Lanes * FieldWidth + StampWidth;
  localparam int BiasBits     = Lanes * BiasField;
  localparam int WeightAddr   = (WeightRows > 1) ? $clog2(WeightRows) : 1;
  localparam int RowAddr      = (NumRows > 1) ? $clog2(NumRows) : 1;
  localparam int BiasAddr     = (NumWords > 1) ? $clog2(NumWords) : 1;
  localparam int MarkBits     = 1 << ((RowAddr > 1) ? RowAddr / 2 : 1);
  localparam int MarkWords    = (NumRows + MarkBits - 1) / MarkBits;
  localparam int MarkAddr     = (MarkWords > 1) ? $clog2(MarkWords) : 1;
  // Words of a memory in its window: rows padded to a power of two of 32-bit chunks.
  localparam int WeightStride = 1 << $clog2((WeightBits + 31) / 32);
  localparam int StateStride  = 1 << $clog2((StateBits + 31) / 32);
  localparam int BiasStride   = 1 << $clog2((BiasBits + 31) / 32);
  localparam int WindowA      = (WeightRows * WeightStride > NumRows * StateStride)
                              ? WeightRows * WeightStride : NumRows * StateStride;
  localparam int WindowB      = (BiasWidth > 0 && NumWords * BiasStride > WindowA)
                              ? NumWords * BiasStride : WindowA;
  localparam int RegionWidth  = ($clog2(WindowB) > 5) ? $clog2(WindowB) : 5;
  localparam int MostWords    = 1 << 16;

  reg clk, rst_n, cfg_valid, cfg_write, idle, clear_counters, s_valid, m_ready;
  reg  [RegionWidth+1:0] cfg_addr;
  reg  [31:0]            cfg_wdata;
  reg  [InAddrWidth+2:0] s_data;
  wire cfg_ready, cfg_error, s_ready, m_valid, busy;
  wire [31:0] cfg_rdata;
  wire [OutAddrWidth+2:0] m_data;
  wire weights_en, weights_we, state_ren, state_wen, bias_en, bias_we;
  wire marks_ren, marks_wen, alive_ren, alive_wen;
  wire [WeightAddr-1:0] weights_addr;
  wire [(WeightBits+31)/32-1:0] weights_wmask;
  wire [WeightBits-1:0] weights_wdata, weights_rdata;
  wire [RowAddr-1:0] state_raddr, state_waddr;
  wire [BiasAddr-1:0] bias_addr;
  wire [StateBits-1:0] state_rdata, state_wdata;
  wire [(BiasBits+31)/32-1:0] bias_wmask;
  wire [BiasBits-1:0] bias_wdata, bias_rdata;
  wire [MarkAddr-1:0] marks_raddr, marks_waddr, alive_raddr, alive_waddr;
  wire [MarkBits-1:0] marks_rdata, marks_wdata, alive_rdata, alive_wdata;

  nacre_spiking_conv #(
    .InHeight(InHeight), .InWidth(InWidth), .InChannels(InChannels), .NumPositions(NumPositions),
    .NumChannels(NumChannels), .Lanes(Lanes), .KernelHeight(KernelHeight),
    .KernelWidth(KernelWidth), .GroupWords(GroupWords), .RowFirst(RowFirst),
    .RowWeight(RowWeight), .RowLast(RowLast), .ColumnFirst(ColumnFirst),
    .ColumnWeight(ColumnWeight), .ColumnLast(ColumnLast), .RowStep(RowStep),
    .ColumnStep(ColumnStep), .RowWeightStep(RowWeightStep), .ColumnWeightStep(ColumnWeightStep),
    .Grouped(Grouped), .ChannelWord(ChannelWord), .ChannelLast(ChannelLast),
    .ChannelLow(ChannelLow), .ChannelHigh(ChannelHigh), .ScanAll(ScanAll),
    .WeightCode(WeightCode), .WeightWidth(WeightWidth), .BiasWidth(BiasWidth),
    .KeepState(KeepState), .MembraneWidth(MembraneWidth), .ClampMin(ClampMin),
    .ClampMax(ClampMax), .Threshold(Threshold), .HasNegativeThreshold(HasNegativeThreshold),
    .NegativeThreshold(NegativeThreshold), .Compare(Compare), .Fire(Fire), .MaxSpikes(MaxSpikes),
    .Reset(Reset), .ResetValue(ResetValue), .RefractorySteps(RefractorySteps),
    .RefractoryMode(RefractoryMode), .Leak(Leak), .LeakShift(LeakShift), .LeakFactor(LeakFactor),
    .LeakFractionBits(LeakFractionBits), .LeakRounding(LeakRounding), .LeakOrder(LeakOrder),
    .Counters(Counters)
  ) u_dut (
    .clk_i(clk), .rst_ni(rst_n), .cfg_valid_i(cfg_valid), .cfg_write_i(cfg_write),
    .cfg_addr_i(cfg_addr), .cfg_wdata_i(cfg_wdata), .cfg_ready_o(cfg_ready),
    .cfg_rdata_o(cfg_rdata), .cfg_error_o(cfg_error), .idle_i(idle),
    .clear_counters_i(clear_counters), .s_valid_i(s_valid), .s_ready_o(s_ready),
    .s_data_i(s_data), .m_valid_o(m_valid), .m_ready_i(m_ready), .m_data_o(m_data),
    .busy_o(busy), .weights_en_o(weights_en), .weights_we_o(weights_we),
    .weights_addr_o(weights_addr), .weights_wmask_o(weights_wmask),
    .weights_wdata_o(weights_wdata), .weights_rdata_i(weights_rdata), .state_ren_o(state_ren),
    .state_raddr_o(state_raddr), .state_rdata_i(state_rdata), .state_wen_o(state_wen),
    .state_waddr_o(state_waddr), .state_wdata_o(state_wdata), .bias_en_o(bias_en),
    .bias_we_o(bias_we), .bias_addr_o(bias_addr), .bias_wmask_o(bias_wmask),
    .bias_wdata_o(bias_wdata), .bias_rdata_i(bias_rdata), .marks_ren_o(marks_ren),
    .marks_raddr_o(marks_raddr), .marks_rdata_i(marks_rdata), .marks_wen_o(marks_wen),
    .marks_waddr_o(marks_waddr), .marks_wdata_o(marks_wdata), .alive_ren_o(alive_ren),
    .alive_raddr_o(alive_raddr), .alive_rdata_i(alive_rdata), .alive_wen_o(alive_wen),
    .alive_waddr_o(alive_waddr), .alive_wdata_o(alive_wdata)
  );
  nacre_mem_1rw #(.Width(WeightBits), .Depth(WeightRows)) u_weights (
    .clk_i(clk), .en_i(weights_en), .we_i(weights_we), .addr_i(weights_addr),
    .wmask_i(weights_wmask), .wdata_i(weights_wdata), .rdata_o(weights_rdata)
  );
  nacre_mem_1rw #(.Width(BiasBits), .Depth(NumWords)) u_bias (
    .clk_i(clk), .en_i(bias_en), .we_i(bias_we), .addr_i(bias_addr), .wmask_i(bias_wmask),
    .wdata_i(bias_wdata), .rdata_o(bias_rdata)
  );
  nacre_mem_1r1w #(.Width(StateBits), .Depth(NumRows)) u_state (
    .clk_i(clk), .ren_i(state_ren), .raddr_i(state_raddr), .rdata_o(state_rdata),
    .wen_i(state_wen), .waddr_i(state_waddr), .wdata_i(state_wdata)
  );
  nacre_mem_1r1w #(.Width(MarkBits), .Depth(MarkWords)) u_marks (
    .clk_i(clk), .ren_i(marks_ren), .raddr_i(marks_raddr), .rdata_o(marks_rdata),
    .wen_i(marks_wen), .waddr_i(marks_waddr), .wdata_i(marks_wdata)
  );
  nacre_mem_1r1w #(.Width(MarkBits), .Depth(MarkWords)) u_alive (
    .clk_i(clk), .ren_i(alive_ren), .raddr_i(alive_raddr), .rdata_o(alive_rdata),
    .wen_i(alive_wen), .waddr_i(alive_waddr), .wdata_i(alive_wdata)
  );
  nacre_neuron_reference #(
    .ClampMin(ClampMin), .ClampMax(ClampMax), .HasNegativeThreshold(HasNegativeThreshold),
    .Compare(Compare), .Fire(Fire), .MaxSpikes(MaxSpikes), .Reset(Reset), .ResetValue(ResetValue),
    .RefractorySteps(RefractorySteps), .RefractoryMode(RefractoryMode), .Leak(Leak),
    .LeakShift(LeakShift), .LeakFactor(LeakFactor), .LeakFractionBits(LeakFractionBits),
    .LeakRounding(LeakRounding), .LeakOrder(LeakOrder)
  ) u_reference ();

  // ------------------------------------------------------------------------------------- Model
  // Neurons are numbered row * Lanes + lane; padding is never updated.
  longint weight [0:WeightRows*Lanes-1];
  longint bias [0:NumWords*Lanes-1];
  longint v [0:NumRows*Lanes-1];        // eager
  longint r [0:NumRows*Lanes-1];
  longint stored [0:NumRows*Lanes-1];   // as a row holds it
  reg     alive [0:NumRows-1];
  reg     marked [0:NumRows-1];
  integer stamp [0:NumRows-1];
  reg     visited [0:NumRows-1];        // by the end_of_step that is the job
  longint threshold, negative_threshold;
  integer steps;                        // T
  reg     fresh, refresh;
  reg  [OutAddrWidth+2:0] expected [0:MostWords-1];
  integer written, read, errors;
  integer counted [0:8];                // counters
  // The word in front and the job
  integer word_kind, word_address;
  reg     word_negative;
  reg     job;
  integer job_kind, job_slots, job_slot, job_y, job_x, job_c;
  reg     job_negative, visiting, all;
  integer wait_cycles;                  // before the first slot of a scan
  // Execute, serializer, FIFO
  reg     e_valid, e_event;
  integer e_leaks, e_words, left, held;
  reg     s_ready_model, e_hold, push, take, pop, issued, finished;

  task fail(input integer what, input longint expected_value, input longint got);
    errors = errors + 1;
    if (errors < 20) begin
      $display("FAIL at %0t, check %0d: expected %0d, got %0d", $time, what, expected_value, got);
    end
  endtask

  task send(input integer kind, input reg negative, input integer address);
    expected[written] = {2'(kind), negative, OutAddrWidth'(address)};
    written = written + 1;
    e_words = e_words + 1;
  endtask

  function automatic integer neuron_address(input integer row, input integer lane);
    neuron_address = (row / NumWords) * NumChannels + (row % NumWords) * Lanes + lane;
  endfunction

  function automatic reg present(input integer row, input integer lane);
    present = (row % NumWords) * Lanes + lane < NumChannels;
  endfunction

  function automatic integer field_slots(input integer y, input integer x, input integer c);
    integer rows, columns, words;
    rows    = 32'(RowLast[y*16 +: 16]);
    columns = 32'(ColumnLast[x*16 +: 16]);
    words   = (Grouped == 1) ? 32'(ChannelLast[c*16 +: 16]) : NumWords - 1;
    field_slots = (rows == 65535 || columns == 65535 || words == 65535)
                ? 0 : (rows + 1) * (columns + 1) * (words + 1);
  endfunction

  // The leaks that a row lacks; what comes out is what the eager model holds.
  task catch_up(input integer row);
    integer due;
    reg     change;
    e_leaks = 0;
    if (StampWidth > 0 && alive[row]) begin
      due    = (steps - stamp[row] + 256) % 256;
      change = 1'b1;
      if (due > 128) fail(50, 128, 64'(due));
      while (due > 0 && change) begin
        change = 1'b0;
        for (int l = 0; l < Lanes; l++) begin
          if (u_reference.leak(stored[row*Lanes+l]) != stored[row*Lanes+l]) change = 1'b1;
        end
        if (change) begin
          for (int l = 0; l < Lanes; l++) begin
            stored[row*Lanes+l] = u_reference.leak(stored[row*Lanes+l]);
          end
          e_leaks = e_leaks + 1;
          due = due - 1;
        end
      end
    end
    for (int l = 0; l < Lanes; l++) begin
      if (!alive[row]) stored[row*Lanes+l] = 0;
      if (stored[row*Lanes+l] != v[row*Lanes+l]) fail(51, v[row*Lanes+l], stored[row*Lanes+l]);
    end
    counted[8] = counted[8] + e_leaks;
  endtask

  // Updates one neuron; `again` is set when it has to be visited at the end of the next step.
  reg again;
  task update(input integer row, input integer lane, input reg step, input longint addend);
    longint earlier;
    u_reference.v = v[row*Lanes+lane];
    u_reference.r = r[row*Lanes+lane];
    earlier       = r[row*Lanes+lane];
    u_reference.update(step, addend, threshold, negative_threshold);
    v[row*Lanes+lane] = u_reference.v;
    r[row*Lanes+lane] = u_reference.r;
    for (int k = 0; k < u_reference.count; k++) begin
      send(0, u_reference.polarity, neuron_address(row, lane));
    end
    counted[1] = counted[1] + u_reference.count;
    if (step && (u_reference.count > 0 || ((Fire == 1) ? u_reference.r > 0 : earlier > 0))) begin
      again = 1'b1;
    end
  endtask

  task store(input integer row, input integer new_stamp);
    for (int l = 0; l < Lanes; l++) stored[row*Lanes+l] = v[row*Lanes+l];
    alive[row] = 1'b1;
    stamp[row] = new_stamp % 256;
    counted[6] = counted[6] + 1;
    counted[7] = counted[7] + 1;
  endtask

  task run_event_slot;
    integer words, i, j, q, row, weight_row, low, high;
    longint w;
    words = (Grouped == 1) ? 32'(ChannelLast[job_c*16 +: 16]) + 1 : NumWords;
    q     = job_slot % words;
    j     = (job_slot / words) % (32'(ColumnLast[job_x*16 +: 16]) + 1);
    i     = job_slot / (words * (32'(ColumnLast[job_x*16 +: 16]) + 1));
    row   = 32'(RowFirst[job_y*24 +: 24]) + 32'(ColumnFirst[job_x*24 +: 24])
          + ((Grouped == 1) ? 32'(ChannelWord[job_c*16 +: 16]) : 0)
          + i * RowStep + j * ColumnStep + q;
    weight_row = 32'(RowWeight[job_y*24 +: 24]) + 32'(ColumnWeight[job_x*24 +: 24])
               + job_c * KernelHeight * KernelWidth * GroupWords
               + i * RowWeightStep + j * ColumnWeightStep + q;
    low   = (Grouped == 1 && q == 0) ? 32'(ChannelLow[job_c*16 +: 16]) : 0;
    high  = (q < words - 1) ? Lanes - 1
          : (Grouped == 1) ? 32'(ChannelHigh[job_c*16 +: 16]) : (NumChannels - 1) % Lanes;
    catch_up(row);
    for (int l = low; l <= high; l++) begin
      w = weight[weight_row*Lanes+l];
      update(row, l, 1'b0, job_negative ? -w : w);
    end
    store(row, steps);
    marked[row] = 1'b1;
    counted[2] = counted[2] + high - low + 1;
    counted[5] = counted[5] + 1;
  endtask

  task run_visit(input integer row);
    catch_up(row);
    again = 1'b0;
    for (int l = 0; l < Lanes; l++) begin
      if (present(row, l)) begin
        update(row, l, 1'b1, (BiasWidth > 0) ? bias[(row%NumWords)*Lanes+l] : 64'sd0);
      end
    end
    store(row, steps + 1);
    marked[row]  = again;
    visited[row] = 1'b1;
    counted[3] = counted[3] + 1;
  endtask

  // The end of the step for the rows that were not visited: nothing may come of it.
  task run_silent_rows;
    integer before_words, before_events;
    before_words  = written;
    before_events = counted[1];
    for (int row = 0; row < NumRows; row++) begin
      if (!visited[row]) begin
        for (int l = 0; l < Lanes; l++) begin
          if (present(row, l)) begin
            if (r[row*Lanes+l] != 0) fail(52, 0, r[row*Lanes+l]);
            update(row, l, 1'b1, 64'sd0);
          end
        end
      end
      visited[row] = 1'b0;
    end
    if (written != before_words) fail(53, 64'(before_words), 64'(written));
    written    = before_words;
    counted[1] = before_events;
    e_words    = 0;
  endtask

  task forget_sample;
    for (int row = 0; row < NumRows; row++) begin
      alive[row]   = 1'b0;
      marked[row]  = 1'b0;
      visited[row] = 1'b0;
      for (int l = 0; l < Lanes; l++) begin
        v[row*Lanes+l] = 0;
        r[row*Lanes+l] = 0;
      end
    end
    steps = 0;
    if (KeepState == 0) refresh = 1'b0;
  endtask

  task forget;   // what a reset does
    fresh = 1'b1; refresh = 1'b0; job = 1'b0; visiting = 1'b0; e_valid = 1'b0; e_event = 1'b0;
    e_leaks = 0; e_words = 0; left = 0; held = 0; written = 0; read = 0;
    threshold = 64'(Threshold);
    negative_threshold = 64'(NegativeThreshold);
    for (int c = 0; c < 9; c++) counted[c] = 0;
    forget_sample;
  endtask

  task next_visit;   // job_slot := the next row to visit, NumRows behind the last
    while (job_slot < NumRows && !(all || marked[job_slot])) job_slot = job_slot + 1;
  endtask

  // What the job does in this cycle: `issued` a slot, `finished` with its last.
  task run_job;
    reg at_start;
    issued = 1'b0; finished = 1'b0;
    e_event = e_event && e_hold;
    if (job && job_kind == 0) begin
      if (!e_hold) begin
        e_leaks = 0; e_words = 0;
        run_event_slot;
        issued   = 1'b1;
        e_event  = 1'b1;
        job_slot = job_slot + 1;
        finished = job_slot == job_slots;
      end
    end else if (job && job_kind == 3) begin
      if (!e_hold) begin
        e_leaks = 0; e_words = 0;
        send(3, 1'b0, 0);
        issued = 1'b1; finished = 1'b1;
        if (KeepState == 0) fresh = 1'b1;
      end
    end else if (job) begin
      if (!visiting && !e_row_of_event) begin
        all         = ScanAll == 1 || refresh || (StampWidth > 0 && (steps + 1) % 128 == 0);
        visiting    = 1'b1;
        job_slot    = 0;
        next_visit;
        wait_cycles = (all || job_slot == NumRows) ? 0 : 2;
      end
      if (visiting) begin
        if (wait_cycles > 0) begin
          wait_cycles = wait_cycles - 1;
        end else if (!e_hold) begin
          e_leaks = 0; e_words = 0;
          issued = 1'b1;
          if (job_slot < NumRows) begin
            run_visit(job_slot);
            job_slot = job_slot + 1;
            next_visit;
          end else begin
            run_silent_rows;
            e_leaks = 0; e_words = 0;
            send(1, 1'b0, 0);
            visiting = 1'b0;
            finished = 1'b1;
            steps    = (steps + 1) % 256;
            refresh  = 1'b0;
          end
        end
      end
    end
  endtask

  reg e_row_of_event;

  // One clock cycle with the inputs as they are: checks the outputs, then moves model and clock.
  task cycle;
    #1;
    s_ready_model  = left == 0 || (left == 1 && held < 2);
    e_hold         = e_valid && (e_leaks > 0 || (e_words > 0 && !s_ready_model));
    e_row_of_event = e_valid && e_event;
    push           = left > 0 && held < 2;
    take           = e_valid && !e_hold && e_words > 0;
    if (m_valid !== (held > 0)) fail(2, 64'(held > 0), 64'(m_valid));
    if (held > 0 && m_data !== expected[read]) fail(3, 64'(expected[read]), 64'(m_data));
    if (busy !== (job || e_valid || left > 0 || held > 0)) fail(4, 64'(!busy), 64'(busy));

    // F and S
    if (m_ready && held > 0) begin
      read = read + 1;
      held = held - 1;
    end
    held = held + (push ? 1 : 0);
    left = left - (push ? 1 : 0);
    if (take) left = e_words;
    // E, J
    if (e_hold && e_leaks > 0) e_leaks = e_leaks - 1;
    else if (e_hold)           counted[4] = counted[4] + 1;
    run_job;
    if (!e_hold) e_valid = issued;
    pop = s_valid && (!job || finished);
    if (s_valid && s_ready !== pop) fail(1, 64'(pop), 64'(s_ready));
    if (finished) job = 1'b0;
    if (pop) begin
      if (fresh) forget_sample;
      fresh        = 1'b0;
      job          = 1'b1;
      job_kind     = word_kind;
      job_negative = word_negative;
      job_slot     = 0;
      visiting     = 1'b0;
      job_c        = word_address % InChannels;
      job_x        = (word_address / InChannels) % InWidth;
      job_y        = word_address / (InChannels * InWidth);
      if (word_kind == 0) begin
        counted[0] = counted[0] + 1;
        job_slots  = field_slots(job_y, job_x, job_c);
        if (job_slots == 0) job = 1'b0;
      end
    end
    clk = 1'b1;
    #1 clk = 1'b0;
  endtask

  // ------------------------------------------------------------------------------------- Bus
  reg refused;
  reg [31:0] data_read;
  task access(input reg write, input integer region, input integer offset, input [31:0] data);
    integer patience;
    cfg_valid = 1'b1; cfg_write = write; cfg_wdata = data;
    cfg_addr  = {2'(region), RegionWidth'(offset)};
    patience  = 0;
    while (cfg_ready !== 1'b1 && patience < 10) begin
      cycle;
      patience = patience + 1;
    end
    if (patience == 10) fail(10, 1, 0);
    refused = cfg_error;
    if (!write && !refused) data_read = cfg_rdata;
    if (^{cfg_error, cfg_rdata} === 1'bx) fail(11, 0, 1);
    cycle;
    cfg_valid = 1'b0;
  endtask

  // Writes a row of a memory chunk by chunk; reads a few back.
  task fill(input integer region, input integer first, input integer bits, input [16383:0] value);
    reg [31:0] chunk;
    for (int c = 0; c * 32 < bits; c++) begin
      chunk = value[c*32 +: 32];
      if (bits - c * 32 < 32) chunk = chunk & ((32'd1 << (bits - c * 32)) - 32'd1);
      access(1'b1, region, first + c, chunk);
      if (refused) fail(12, 0, 1);
      if ($urandom % 4 == 0) begin
        access(1'b0, region, first + c, 32'd0);
        if (refused || data_read !== chunk) fail(13, 64'(chunk), 64'(data_read));
      end
    end
  endtask

  function automatic longint decoded(input [15:0] code);
    decoded = 0;
    case (WeightCode)
      0:       decoded = (code[WeightWidth-1] ? -(64'sd1 <<< WeightWidth) : 64'sd0) + 64'(code);
      1:       decoded = 64'(code);
      2:       decoded = code[0] ? 64'sd1 : -64'sd1;
      default: begin
        for (int b = 0; b < WeightWidth; b++) begin
          if (code[b]) decoded = (b < WeightWidth / 2) ? decoded + 1 : decoded - 1;
        end
      end
    endcase
  endfunction

  // Padding gets weights and biases, too: they may not be used.
  reg [16383:0] line;
  reg [31:0]    random_bits;
  task load;
    for (int j = 0; j < WeightRows; j++) begin
      line = '0;
      for (int l = 0; l < Lanes; l++) begin
        random_bits = $urandom & ((32'd1 << WeightWidth) - 32'd1);
        line = line | (16384'(random_bits) << (l * WeightWidth));
        weight[j*Lanes+l] = decoded(16'(random_bits));
      end
      fill(1, j * WeightStride, WeightBits, line);
    end
    for (int j = 0; j < NumWords && BiasWidth > 0; j++) begin
      line = '0;
      for (int l = 0; l < Lanes; l++) begin
        random_bits = 32'({32'd0, $urandom} & ((64'd1 << BiasField) - 64'd1));
        line = line | (16384'(random_bits) << (l * BiasField));
        bias[j*Lanes+l] = 64'(random_bits)
                        - (random_bits[BiasField-1] ? (64'sd1 <<< BiasField) : 64'sd0);
      end
      fill(3, j * BiasStride, BiasBits, line);
    end
  endtask

  // Reads a row of the state; all of it is 0 when the row is not alive.
  reg [StateBits-1:0] row_read;
  task compare_row(input integer row);
    reg [32*StateStride-1:0] words;
    reg [FieldWidth-1:0]     field;
    longint                  membrane, refractory;
    words = '0;
    for (int c = 0; c * 32 < StateBits; c++) begin
      access(1'b0, 2, row * StateStride + c, 32'd0);
      if (refused) fail(20, 0, 1);
      words[c*32 +: 32] = data_read;
    end
    row_read = StateBits'(words);
    if (!alive[row]) begin
      if (row_read !== '0) fail(21, 0, 64'(row_read));
    end else begin
      for (int l = 0; l < Lanes; l++) begin
        field      = row_read[l*FieldWidth +: FieldWidth];
        membrane   = 64'($signed(field[MembraneWidth-1:0]));
        refractory = 64'(field >> MembraneWidth);
        if (membrane !== stored[row*Lanes+l]) fail(22, stored[row*Lanes+l], membrane);
        if (refractory !== r[row*Lanes+l]) fail(23, r[row*Lanes+l], refractory);
      end
      if (StampWidth > 0 && 32'(row_read >> (Lanes * FieldWidth)) !== stamp[row]) begin
        fail(26, 64'(stamp[row]), 64'(row_read >> (Lanes * FieldWidth)));
      end
    end
  endtask

  task compare_state;
    for (int row = 0; row < NumRows; row++) compare_row(row);
  endtask

  task expect_refused(input reg write, input integer region, input integer offset,
                      input [31:0] data);
    access(write, region, offset, data);
    if (!refused) fail(24, 1, 0);
  endtask

  task expect_register(input integer offset, input [31:0] value);
    access(1'b0, 0, offset, 32'd0);
    if (refused || data_read !== value) fail(100 + offset, 64'(value), 64'(data_read));
  endtask

  task write_threshold(input longint value);
    access(1'b1, 0, 0, 32'(value));
    if (refused) fail(25, 0, 1);
    threshold = value;
    if (KeepState == 1 || !fresh) refresh = 1'b1;
    expect_register(0, 32'(value));
  endtask

  task drain;   // finishes the word in front, then waits until nothing is in flight
    for (int t = 0; t < 20000 && s_valid; t++) begin
      m_ready = $urandom % 2 == 0;
      cycle;
      if (pop) s_valid = 1'b0;
    end
    for (int t = 0; t < 20000 && (job || e_valid || left > 0 || held > 0); t++) begin
      m_ready = $urandom % 2 == 0;
      cycle;
    end
    if (read != written) fail(30, 64'(written), 64'(read));
    idle = 1'b1;
    if (NumRows <= 40 || $urandom % 8 == 0) compare_state;
    else for (int k = 0; k < 20; k++) compare_row($urandom % NumRows);
    if ($urandom % 4 == 0) begin
      write_threshold(($urandom % 2 == 0) ? 64'(Threshold)
                                          : 64'sd1 + 64'($urandom % 1000) % 64'(ClampMax));
    end
    idle = 1'b0;
  endtask

  task check_counters;
    for (int c = 0; c < 9; c++) begin
      expect_register(8 + c, (Counters == 0 || (Counters == 1 && c > 3)) ? 32'd0 : 32'(counted[c]));
    end
  endtask

  task reset_now;   // asynchronous, somewhere in a cycle
    rst_n = 1'b0;
    s_valid = 1'b0;
    #1 forget;
    clk = 1'b1;
    #1 clk = 1'b0;
    if (state_wen !== 1'b0 || weights_we !== 1'b0 || bias_we !== 1'b0 || marks_wen !== 1'b0
        || alive_wen !== 1'b0) fail(40, 0, 1);
    if (^{cfg_ready, m_valid, busy} === 1'bx) fail(41, 0, 1);
    #1 rst_n = 1'b1;
  endtask

  task give(input integer kind, input integer address);   // one word, taken without stalls
    s_valid = 1'b1; m_ready = 1'b1;
    word_kind = kind; word_address = address; word_negative = 1'b0;
    s_data = {2'(kind), 1'b0, InAddrWidth'(address)};
    cycle;
    while (!pop) cycle;
    s_valid = 1'b0;
  endtask

  integer budget, slow_in, slow_out, ends, samples, corner;
  initial begin
    clk = 1'b0; rst_n = 1'b1; cfg_valid = 1'b0; cfg_write = 1'b0; idle = 1'b0;
    clear_counters = 1'b0; s_valid = 1'b0; m_ready = 1'b0; cfg_addr = '0; cfg_wdata = '0;
    s_data = '0; errors = 0; word_kind = 0; word_address = 0; word_negative = 1'b0;
    #1 reset_now;
    idle = 1'b1;
    compare_state;
    load;
    expect_register(0, 32'(Threshold));
    expect_refused(1'b1, 0, 0, 32'd0);
    if (ClampMax < 2147483647) expect_refused(1'b1, 0, 0, 32'(ClampMax) + 32'd1);
    expect_register(0, 32'(Threshold));
    if (HasNegativeThreshold == 1) begin
      expect_register(1, 32'(NegativeThreshold));
      expect_refused(1'b1, 0, 1, 32'd0);
    end else begin
      expect_refused(1'b0, 0, 1, 32'd0);
    end
    expect_refused(1'b0, 0, 2, 32'd0);
    expect_refused(1'b0, 0, 17, 32'd0);
    expect_refused(1'b1, 0, 8, 32'd0);
    expect_refused(1'b1, 2, 0, 32'd0);
    if (BiasWidth == 0) expect_refused(1'b0, 3, 0, 32'd0);
    idle = 1'b0;
    expect_refused(1'b0, 1, 0, 32'd0);
    expect_refused(1'b1, 1, 0, 32'd0);
    expect_refused(1'b0, 2, 0, 32'd0);

    slow_in = 0; slow_out = 0; ends = 4; samples = 1; corner = 0;
    budget = (Lanes < 16 && NumRows < 100) ? 600 : 200;  // the others simulate slowly
    for (int t = 0; t < budget; t++) begin
      if (t % 300 == 0) begin
        slow_in  = ($urandom % 3) * 3;
        slow_out = ($urandom % 3) * 3;
        ends     = ($urandom % 3 == 0) ? 60 : 4 + $urandom % 16;  // of 64 words; many: idle steps
        samples  = (ends == 60) ? 0 : $urandom % 3;
        corner   = $urandom % 2;  // events stay in a corner
        drain;
      end
      // Often enough to see the state of samples that had no step.
      if ($urandom % 60 == 0) drain;
      if ($urandom % 900 == 0) reset_now;
      if (written > MostWords - 4000) begin
        drain;
        reset_now;
      end
      if (!s_valid && $urandom % 10 >= slow_in) begin
        s_valid   = 1'b1;
        word_kind = $urandom % 64;
        word_kind = (word_kind < samples) ? 3 : (word_kind < samples + ends) ? 1 : 0;
        word_address  = (word_kind == 0) ? $urandom % InAddresses : 0;
        if (corner == 1) word_address = word_address % (InChannels * 2);
        if (word_address >= InAddresses) word_address = 0;
        word_negative = word_kind == 0 && $urandom % 3 == 0;
        s_data = {2'(word_kind), word_negative, InAddrWidth'(word_address)};
      end
      m_ready = $urandom % 10 >= slow_out;
      cycle;
      if (pop) s_valid = 1'b0;
    end
    drain;
    // A threshold written in a sample that ends before its step does.
    give(3, 0);
    give(0, 0);
    drain;
    write_threshold(64'(Threshold));
    give(3, 0);
    give(0, 0);
    give(1, 0);
    // So many steps that stamps would be ambiguous, a few rows touched now and then.
    for (int t = 0; t < 300 && StampWidth > 0; t++) begin
      if (t % 37 == 0) give(0, $urandom % InAddresses);
      give(1, 0);
    end
    // Rows that lack leaks when the threshold falls below their membranes.
    for (int t = 0; t < 8; t++) give(0, $urandom % InAddresses);
    for (int t = 0; t < 4; t++) give(1, 0);
    drain;
    write_threshold(64'sd1);
    give(1, 0);
    drain;
    check_counters;
    clear_counters = 1'b1;
    cycle;
    clear_counters = 1'b0;
    for (int c = 0; c < 9; c++) expect_register(8 + c, 32'd0);
    if (errors == 0) $display("PASS");
    $finish;
  end

endmodule
`default_nettype wire
