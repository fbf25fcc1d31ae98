`default_nettype none
// Random samples against nacre_neuron_reference and the cycle rules of the kind's README ("Timing"):
// every output word, every handshake in every cycle, the state read back, registers, and resets in
// mid-pass.
module nacre_spiking_dense_tb #(
  parameter int NumInputs         = 4,
  parameter int NumNeurons        = 4,
  parameter int Lanes             = 2,
  parameter int WeightCode        = 0,
  parameter int WeightWidth       = 8,
  parameter int BiasWidth         = 0,
  parameter int KeepState         = 0,
  parameter int MembraneWidth     = 16,
  parameter int ClampMin          = -32768,
  parameter int ClampMax          = 32767,
  parameter int Threshold         = 100,
  parameter int HasNegativeThreshold = 0,
  parameter int NegativeThreshold = -1,
  parameter int Compare           = 0,
  parameter int Fire              = 0,
  parameter int MaxSpikes         = 1,
  parameter int Reset             = 0,
  parameter int ResetValue        = 0,
  parameter int RefractorySteps   = 0,
  parameter int RefractoryMode    = 0,
  parameter int Leak              = 0,
  parameter int LeakShift         = 1,
  parameter int LeakFactor        = 0,
  parameter int LeakFractionBits  = 1,
  parameter int LeakRounding      = 0,
  parameter int LeakOrder         = 0,
  parameter int Counters          = 1
) ();

  localparam int InAddrWidth  = (NumInputs > 1) ? $clog2(NumInputs) : 1;
  localparam int OutAddrWidth = (NumNeurons > 1) ? $clog2(NumNeurons) : 1;
  localparam int NumRows      = (NumNeurons + Lanes - 1) / Lanes;
  localparam int RefractoryWidth = (RefractorySteps > 0) ? $clog2(RefractorySteps + 1) : 0;
  localparam int FieldWidth   = MembraneWidth + RefractoryWidth;
  localparam int BiasField    = (BiasWidth > 0) ? BiasWidth : 1;
  localparam int WeightBits   = Lanes * WeightWidth;
  localparam int StateBits    = Lanes * FieldWidth;
  localparam int BiasBits     = Lanes * BiasField;
  localparam int WeightRows   = NumInputs * NumRows;
  localparam int WeightAddr   = (WeightRows > 1) ? $clog2(WeightRows) : 1;
  localparam int RowAddr      = (NumRows > 1) ? $clog2(NumRows) : 1;
  // Words of a memory in its window: rows padded to a power of two of 32-bit chunks.
  localparam int WeightStride = 1 << $clog2((WeightBits + 31) / 32);
  localparam int StateStride  = 1 << $clog2((StateBits + 31) / 32);
  localparam int BiasStride   = 1 << $clog2((BiasBits + 31) / 32);
  localparam int WindowA      = (WeightRows * WeightStride > NumRows * StateStride)
                              ? WeightRows * WeightStride : NumRows * StateStride;
  localparam int WindowB      = (BiasWidth > 0 && NumRows * BiasStride > WindowA)
                              ? NumRows * BiasStride : WindowA;
  localparam int RegionWidth  = ($clog2(WindowB) > 4) ? $clog2(WindowB) : 4;
  localparam int MostWords    = 1 << 16;

  reg clk, rst_n, cfg_valid, cfg_write, idle, clear_counters, s_valid, m_ready;
  reg  [RegionWidth+1:0] cfg_addr;
  reg  [31:0]            cfg_wdata;
  reg  [InAddrWidth+2:0] s_data;
  wire cfg_ready, cfg_error, s_ready, m_valid, busy;
  wire [31:0] cfg_rdata;
  wire [OutAddrWidth+2:0] m_data;
  wire weights_en, weights_we, state_ren, state_wen, bias_en, bias_we;
  wire [WeightAddr-1:0] weights_addr;
  wire [(WeightBits+31)/32-1:0] weights_wmask;
  wire [WeightBits-1:0] weights_wdata, weights_rdata;
  wire [RowAddr-1:0] state_raddr, state_waddr, bias_addr;
  wire [StateBits-1:0] state_rdata, state_wdata;
  wire [(BiasBits+31)/32-1:0] bias_wmask;
  wire [BiasBits-1:0] bias_wdata, bias_rdata;

  nacre_spiking_dense #(
    .NumInputs(NumInputs), .NumNeurons(NumNeurons), .Lanes(Lanes), .WeightCode(WeightCode),
    .WeightWidth(WeightWidth), .BiasWidth(BiasWidth), .KeepState(KeepState),
    .MembraneWidth(MembraneWidth), .ClampMin(ClampMin), .ClampMax(ClampMax),
    .Threshold(Threshold), .HasNegativeThreshold(HasNegativeThreshold),
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
    .bias_wdata_o(bias_wdata), .bias_rdata_i(bias_rdata)
  );
  nacre_mem_1rw #(.Width(WeightBits), .Depth(WeightRows)) u_weights (
    .clk_i(clk), .en_i(weights_en), .we_i(weights_we), .addr_i(weights_addr),
    .wmask_i(weights_wmask), .wdata_i(weights_wdata), .rdata_o(weights_rdata)
  );
  nacre_mem_1rw #(.Width(BiasBits), .Depth(NumRows)) u_bias (
    .clk_i(clk), .en_i(bias_en), .we_i(bias_we), .addr_i(bias_addr), .wmask_i(bias_wmask),
    .wdata_i(bias_wdata), .rdata_o(bias_rdata)
  );
  nacre_mem_1r1w #(.Width(StateBits), .Depth(NumRows)) u_state (
    .clk_i(clk), .ren_i(state_ren), .raddr_i(state_raddr), .rdata_o(state_rdata),
    .wen_i(state_wen), .waddr_i(state_waddr), .wdata_i(state_wdata)
  );
  nacre_neuron_reference #(
    .ClampMin(ClampMin), .ClampMax(ClampMax), .HasNegativeThreshold(HasNegativeThreshold),
    .Compare(Compare), .Fire(Fire), .MaxSpikes(MaxSpikes), .Reset(Reset), .ResetValue(ResetValue),
    .RefractorySteps(RefractorySteps), .RefractoryMode(RefractoryMode), .Leak(Leak),
    .LeakShift(LeakShift), .LeakFactor(LeakFactor), .LeakFractionBits(LeakFractionBits),
    .LeakRounding(LeakRounding), .LeakOrder(LeakOrder)
  ) u_reference ();

  // ------------------------------------------------------------------------------------- Model
  longint                  weight [0:NumInputs*NumNeurons-1];
  longint                  bias [0:NumNeurons-1];
  longint                  v [0:NumNeurons-1];
  longint                  r [0:NumNeurons-1];
  reg  [OutAddrWidth+2:0]  expected [0:MostWords-1];
  integer written, read, errors, sent_events, popped_events, skipped;
  reg     fresh, pending;
  integer row;             // next row of the pass of the word in front
  reg     step_done;       // the end-of-step pass has run
  reg     e_valid, e_event, e_pending;
  integer e_words;         // words of the slot in E
  integer left, held;      // words in S and in F
  reg     s_ready_model, e_stall, pop, push, take, issued, skip, marker;
  integer word_kind, word_address;
  reg     word_negative;

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

  task start_fresh;
    if (fresh) begin
      for (int n = 0; n < NumNeurons; n++) begin
        v[n] = 0;
        r[n] = 0;
      end
      fresh = 1'b0;
    end
  endtask

  // One row of the word in front: the slot that goes to E.
  task run_row(input reg step);
    reg     more;
    longint earlier;
    more = 1'b0;
    for (int n = row * Lanes; n < NumNeurons && n < (row + 1) * Lanes; n++) begin
      u_reference.v = v[n];
      u_reference.r = r[n];
      earlier        = r[n];
      u_reference.update(step,
          step ? ((BiasWidth > 0) ? bias[n] : 64'sd0)
               : word_negative ? -weight[n*NumInputs+word_address] : weight[n*NumInputs+word_address],
          64'(Threshold), 64'(NegativeThreshold));
      v[n] = u_reference.v;
      r[n] = u_reference.r;
      for (int k = 0; k < u_reference.count; k++) send(0, u_reference.polarity, n);
      sent_events = sent_events + u_reference.count;
      if (step) more = more || u_reference.count > 0 || ((Fire == 1) ? r[n] > 0 : earlier > 0);
      else      more = more || (Fire == 1 && RefractorySteps > 0 && u_reference.count > 0);
    end
    e_pending = more;
  endtask

  task forget;   // what a reset does
    fresh = 1'b1; pending = 1'b0; row = 0; step_done = 1'b0; e_valid = 1'b0; e_event = 1'b0;
    e_pending = 1'b0; e_words = 0; left = 0; held = 0; written = 0; read = 0;
    sent_events = 0; popped_events = 0; skipped = 0;
    start_fresh;
    fresh = 1'b1;
  endtask

  // One clock cycle with the inputs as they are: checks the outputs, then moves model and clock.
  task cycle;
    #1;
    s_ready_model = left == 0 || (left == 1 && held < 2);
    e_stall       = e_valid && e_words > 0 && !s_ready_model;
    push          = left > 0 && held < 2;
    take          = e_valid && e_words > 0 && !e_stall;
    issued = 1'b0; pop = 1'b0; skip = 1'b0; marker = 1'b0;
    if (s_valid && !e_stall) begin
      if (word_kind == 0) begin
        issued = 1'b1;
        pop    = row == NumRows - 1;
      end else if (word_kind == 1 && !step_done && Leak == 0 && BiasWidth == 0 && Fire == 1
                   && RefractorySteps > 0 && e_valid && e_event) begin
        issued = 1'b0;   // waits
      end else if (word_kind == 1 && !step_done
                   && (Leak != 0 || BiasWidth > 0 || pending || row != 0)) begin
        issued = 1'b1;
      end else begin
        issued = 1'b1; marker = 1'b1; pop = 1'b1;
        skip   = word_kind == 1 && !step_done;
      end
    end
    if (s_ready !== pop && s_valid) fail(1, 64'(pop), 64'(s_ready));
    if (m_valid !== (held > 0)) fail(2, 64'(held > 0), 64'(m_valid));
    if (held > 0 && m_data !== expected[read]) fail(3, 64'(expected[read]), 64'(m_data));
    if (busy !== (e_valid || left > 0 || held > 0)) fail(4, 64'(!busy), 64'(busy));

    // F and S
    if (m_ready && held > 0) begin
      read = read + 1;
      held = held - 1;
    end
    held = held + (push ? 1 : 0);
    left = left - (push ? 1 : 0);
    if (take) left = e_words;
    // E
    if (!e_stall) begin
      if (issued && !marker && word_kind == 1 && row == 0) pending = 1'b0;
      if (issued && !marker && word_kind == 0 && Fire == 0) pending = 1'b1;
      if (e_valid && e_pending) pending = 1'b1;
      e_valid   = issued;
      e_event   = issued && word_kind == 0;
      e_pending = 1'b0;
      e_words   = 0;
      if (issued && marker) begin
        start_fresh;
        send(word_kind, 1'b0, 0);
        step_done = 1'b0;
        if (skip) skipped = skipped + 1;
        if (word_kind == 3 && KeepState == 0) begin
          fresh   = 1'b1;
          pending = 1'b0;
        end
      end else if (issued) begin
        start_fresh;
        run_row(word_kind == 1);
        row = (row == NumRows - 1) ? 0 : row + 1;
        if (word_kind == 1 && row == 0) step_done = 1'b1;
        if (pop) popped_events = popped_events + 1;
      end
    end
    clk = 1'b1;
    #1 clk = 1'b0;
  endtask

  // ------------------------------------------------------------------------------------- Bus
  reg refused;
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
  reg [31:0] data_read;

  // Writes a row of a memory chunk by chunk and reads it back.
  task fill(input integer region, input integer first, input integer bits, input [4095:0] value);
    reg [31:0] chunk;
    for (int c = 0; c * 32 < bits; c++) begin
      chunk = value[c*32 +: 32];
      if (bits - c * 32 < 32) chunk = chunk & ((32'd1 << (bits - c * 32)) - 32'd1);
      access(1'b1, region, first + c, chunk);
      if (refused) fail(12, 0, 1);
      access(1'b0, region, first + c, 32'd0);
      if (refused || data_read !== chunk) fail(13, 64'(chunk), 64'(data_read));
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

  reg [4095:0] line;
  reg [31:0]   random_bits;
  task load;
    for (int i = 0; i < NumInputs; i++) begin
      for (int j = 0; j < NumRows; j++) begin
        line = '0;
        for (int l = 0; l < Lanes; l++) begin
          random_bits = $urandom & ((32'd1 << WeightWidth) - 32'd1);
          line = line | (4096'(random_bits) << (l * WeightWidth));
          if (j * Lanes + l < NumNeurons) begin
            weight[(j*Lanes+l)*NumInputs+i] = decoded(16'(random_bits));
          end
        end
        fill(1, (i * NumRows + j) * WeightStride, WeightBits, line);
      end
    end
    for (int j = 0; j < NumRows && BiasWidth > 0; j++) begin
      line = '0;
      for (int l = 0; l < Lanes; l++) begin
        random_bits = 32'({32'd0, $urandom} & ((64'd1 << BiasField) - 64'd1));
        line = line | (4096'(random_bits) << (l * BiasField));
        if (j * Lanes + l < NumNeurons) begin
          bias[j*Lanes+l] = 64'(random_bits)
                          - (random_bits[BiasField-1] ? (64'sd1 <<< BiasField) : 64'sd0);
        end
      end
      fill(3, j * BiasStride, BiasBits, line);
    end
  endtask

  // Reads the whole state; a field as the numbers of the model, padding as 0.
  task compare_state;
    reg [FieldWidth-1:0] field;
    longint              membrane, refractory;
    for (int j = 0; j < NumRows; j++) begin
      line = '0;
      for (int c = 0; c * 32 < StateBits; c++) begin
        access(1'b0, 2, j * StateStride + c, 32'd0);
        if (refused) fail(20, 0, 1);
        line[c*32 +: 32] = data_read;
      end
      for (int l = 0; l < Lanes; l++) begin
        field      = line[l*FieldWidth +: FieldWidth];
        membrane   = 64'($signed(field[MembraneWidth-1:0]));
        refractory = 64'(field >> MembraneWidth);
        if (j * Lanes + l >= NumNeurons) begin
          if (field !== '0) fail(21, 0, 64'(field));
        end else begin
          if (membrane !== v[j*Lanes+l]) fail(22, v[j*Lanes+l], membrane);
          if (refractory !== r[j*Lanes+l]) fail(23, r[j*Lanes+l], refractory);
        end
      end
    end
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

  task drain;   // finishes the word in front, then waits until nothing is in flight
    for (int t = 0; t < 20000 && s_valid; t++) begin
      m_ready = $urandom % 2 == 0;
      cycle;
      if (pop) s_valid = 1'b0;
    end
    for (int t = 0; t < 5000 && (e_valid || left > 0 || held > 0); t++) begin
      m_ready = $urandom % 2 == 0;
      cycle;
    end
    if (read != written) fail(30, 64'(written), 64'(read));
    idle = 1'b1;
    compare_state;
    idle = 1'b0;
  endtask

  task reset_now;   // asynchronous, somewhere in a cycle
    rst_n = 1'b0;
    s_valid = 1'b0;
    #1 forget;
    clk = 1'b1;
    #1 clk = 1'b0;
    if (state_wen !== 1'b0 || weights_we !== 1'b0 || bias_we !== 1'b0) fail(40, 0, 1);
    if (^{cfg_ready, m_valid, busy} === 1'bx) fail(41, 0, 1);
    #1 rst_n = 1'b1;
  endtask

  integer budget, slow_in, slow_out;
  initial begin
    clk = 1'b0; rst_n = 1'b1; cfg_valid = 1'b0; cfg_write = 1'b0; idle = 1'b0;
    clear_counters = 1'b0; s_valid = 1'b0; m_ready = 1'b0; cfg_addr = '0; cfg_wdata = '0;
    s_data = '0; errors = 0; word_kind = 0; word_address = 0; word_negative = 1'b0;
    fresh = 1'b1;
    #1 reset_now;
    idle = 1'b1;
    compare_state;
    load;
    expect_register(0, 32'(Threshold));
    expect_refused(1'b1, 0, 0, 32'd0);
    if (ClampMax < 2147483647) expect_refused(1'b1, 0, 0, 32'(ClampMax) + 32'd1);
    expect_register(0, 32'(Threshold));
    access(1'b1, 0, 0, 32'(ClampMax));
    if (refused) fail(25, 0, 1);
    expect_register(0, 32'(ClampMax));
    access(1'b1, 0, 0, 32'(Threshold));
    if (HasNegativeThreshold == 1) begin
      expect_register(1, 32'(NegativeThreshold));
      expect_refused(1'b1, 0, 1, 32'd0);
      if (ClampMin > -2147483647) expect_refused(1'b1, 0, 1, 32'(ClampMin) - 32'd1);
    end else begin
      expect_refused(1'b0, 0, 1, 32'd0);
    end
    expect_refused(1'b0, 0, 2, 32'd0);
    expect_refused(1'b1, 0, 8, 32'd0);
    expect_refused(1'b1, 2, 0, 32'd0);
    if (BiasWidth == 0) expect_refused(1'b0, 3, 0, 32'd0);
    idle = 1'b0;
    expect_refused(1'b0, 1, 0, 32'd0);
    expect_refused(1'b1, 1, 0, 32'd0);
    expect_refused(1'b0, 2, 0, 32'd0);

    slow_in = 0; slow_out = 0;
    budget = (Lanes < 16) ? 2500 : 800;  // many lanes simulate slowly
    for (int t = 0; t < budget; t++) begin
      if (t % 250 == 0) begin
        slow_in  = ($urandom % 3) * 3;
        slow_out = ($urandom % 3) * 3;
        drain;
      end
      // Often enough to see the state of samples that had no pass.
      if ($urandom % 25 == 0) drain;
      if ($urandom % 400 == 0) reset_now;
      if (written > MostWords - 2000) begin
        drain;
        reset_now;
      end
      if (!s_valid && $urandom % 10 >= slow_in) begin
        s_valid = 1'b1;
        case ($urandom % 16)
          0:             word_kind = 3;
          1, 2, 3, 4, 5: word_kind = 1;
          default:       word_kind = 0;
        endcase
        word_address  = (word_kind == 0) ? $urandom % NumInputs : 0;
        word_negative = word_kind == 0 && $urandom % 3 == 0;
        s_data = {2'(word_kind), word_negative, InAddrWidth'(word_address)};
      end
      m_ready = $urandom % 10 >= slow_out;
      cycle;
      if (pop) s_valid = 1'b0;
    end
    drain;
    expect_register(8,  (Counters == 0) ? 32'd0 : 32'(popped_events));
    expect_register(9,  (Counters == 0) ? 32'd0 : 32'(sent_events));
    expect_register(10, (Counters == 0) ? 32'd0 : 32'(popped_events * NumNeurons));
    expect_register(11, (Counters == 0) ? 32'd0 : 32'(skipped));
    if (Counters < 2) expect_register(12, 32'd0);
    else              expect_register(13, 32'(popped_events * NumRows));
    clear_counters = 1'b1;
    cycle;
    clear_counters = 1'b0;
    expect_register(8, 32'd0);
    if (errors == 0) $display("PASS");
    $finish;
  end

endmodule
`default_nettype wire
