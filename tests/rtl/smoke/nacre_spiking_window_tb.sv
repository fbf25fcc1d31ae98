`default_nettype none
// Random accesses to every region, in range and beyond, with the memories free or not: answer one
// cycle after the request, refusals, what is written and where, what is read back.
module nacre_spiking_window_tb #(
  parameter int MembraneWidth = 16,
  parameter int ClampMin      = -32768,
  parameter int ClampMax      = 32767,
  parameter int Threshold     = 100,
  parameter int HasNegativeThreshold = 0,
  parameter int NegativeThreshold    = -1,
  parameter int WeightRows     = 4,
  parameter int WeightRowWidth = 8,
  parameter int StateRows      = 4,
  parameter int StateRowWidth  = 16,
  parameter int HasBias        = 0,
  parameter int BiasRows       = 1,
  parameter int BiasRowWidth   = 1,
  parameter int NumCounters    = 8
) ();

  localparam int WeightAddr   = (WeightRows > 1) ? $clog2(WeightRows) : 1;
  localparam int StateAddr    = (StateRows > 1) ? $clog2(StateRows) : 1;
  localparam int BiasAddr     = (BiasRows > 1) ? $clog2(BiasRows) : 1;
  localparam int WeightChunks = (WeightRowWidth + 31) / 32;
  localparam int StateChunks  = (StateRowWidth + 31) / 32;
  localparam int BiasChunks   = (BiasRowWidth + 31) / 32;
  localparam int WeightStride = 1 << $clog2(WeightChunks);
  localparam int StateStride  = 1 << $clog2(StateChunks);
  localparam int BiasStride   = 1 << $clog2(BiasChunks);
  localparam int WeightWindow = $clog2(WeightRows) + $clog2(WeightChunks);
  localparam int StateWindow  = $clog2(StateRows) + $clog2(StateChunks);
  localparam int BiasWindow   = (HasBias == 1) ? $clog2(BiasRows) + $clog2(BiasChunks) : 0;
  localparam int Larger       = (WeightWindow > StateWindow) ? WeightWindow : StateWindow;
  localparam int Largest      = (Larger > BiasWindow) ? Larger : BiasWindow;
  localparam int Registers    = $clog2(8 + NumCounters);
  localparam int RegionWidth  = (Largest > Registers) ? Largest : Registers;

  reg clk, rst_n, valid, write, free;
  reg [RegionWidth+1:0] addr;
  reg [31:0] wdata;
  wire ready, error, threshold_written;
  wire [31:0] rdata;
  wire signed [MembraneWidth-1:0] threshold, negative_threshold;
  reg [32*NumCounters-1:0] counters;
  wire weights_access, weights_write, state_access, bias_access, bias_write;
  wire [WeightAddr-1:0] weights_row;
  wire [StateAddr-1:0] state_row;
  wire [BiasAddr-1:0] bias_row;
  wire [WeightChunks-1:0] weights_wmask;
  wire [BiasChunks-1:0] bias_wmask;
  wire [WeightRowWidth-1:0] weights_wdata;
  wire [BiasRowWidth-1:0] bias_wdata;
  reg [WeightRowWidth-1:0] weights_rdata;
  reg [StateRowWidth-1:0] state_rdata;
  reg [BiasRowWidth-1:0] bias_rdata;
  reg state_exists;

  nacre_spiking_window #(
    .MembraneWidth(MembraneWidth), .ClampMin(ClampMin), .ClampMax(ClampMax),
    .Threshold(Threshold), .HasNegativeThreshold(HasNegativeThreshold),
    .NegativeThreshold(NegativeThreshold), .WeightRows(WeightRows),
    .WeightRowWidth(WeightRowWidth), .StateRows(StateRows), .StateRowWidth(StateRowWidth),
    .HasBias(HasBias), .BiasRows(BiasRows), .BiasRowWidth(BiasRowWidth), .NumCounters(NumCounters)
  ) u_dut (
    .clk_i(clk), .rst_ni(rst_n), .cfg_valid_i(valid), .cfg_write_i(write), .cfg_addr_i(addr),
    .cfg_wdata_i(wdata), .cfg_ready_o(ready), .cfg_rdata_o(rdata), .cfg_error_o(error),
    .threshold_o(threshold), .negative_threshold_o(negative_threshold),
    .threshold_written_o(threshold_written), .counters_i(counters), .memory_free_i(free),
    .weights_access_o(weights_access), .weights_write_o(weights_write),
    .weights_row_o(weights_row), .weights_wmask_o(weights_wmask),
    .weights_wdata_o(weights_wdata), .weights_rdata_i(weights_rdata),
    .state_access_o(state_access), .state_row_o(state_row), .state_exists_i(state_exists),
    .state_rdata_i(state_rdata), .bias_access_o(bias_access), .bias_write_o(bias_write),
    .bias_row_o(bias_row), .bias_wmask_o(bias_wmask), .bias_wdata_o(bias_wdata),
    .bias_rdata_i(bias_rdata)
  );

  // Memories: a row is a row of whole chunks.
  reg [32*WeightChunks-1:0] weights [0:WeightRows-1];
  reg [32*BiasChunks-1:0]   biases [0:BiasRows-1];
  reg [32*StateChunks-1:0]  states [0:StateRows-1];
  longint model_threshold, model_negative;
  integer errors, region, offset, row, chunk;
  reg     legal, new_threshold;
  reg [31:0] expected;
  reg [127:0] shifted;

  task fail(input integer what, input longint wanted, input longint got);
    errors = errors + 1;
    if (errors < 20) begin
      $display("FAIL check %0d, region %0d offset %0d write %0d: expected %0d, got %0d", what,
               region, offset, write, wanted, got);
    end
  endtask

  task tick;
    clk = 1'b1;
    #1 clk = 1'b0;
    #1;
  endtask

  // What the access has to do, before it does it.
  task expect_access;
    legal = 1'b0; new_threshold = 1'b0; expected = 32'd0;
    row   = 0; chunk = 0;
    case (region)
      0: begin
        if (offset == 0) begin
          legal    = !write || (64'($signed(wdata)) >= 1 && 64'($signed(wdata)) <= 64'(ClampMax));
          expected = 32'(model_threshold);
        end else if (offset == 1 && HasNegativeThreshold == 1) begin
          legal    = !write || (64'($signed(wdata)) <= -1 && 64'($signed(wdata)) >= 64'(ClampMin));
          expected = 32'(model_negative);
        end else if (offset >= 8 && offset < 8 + NumCounters) begin
          legal    = !write;
          expected = counters[32*(offset-8) +: 32];
        end
        new_threshold = legal && write;
      end
      1: begin
        row = offset / WeightStride; chunk = offset % WeightStride;
        legal = free && row < WeightRows && chunk < WeightChunks;
        if (legal) expected = 32'(weights[row] >> (32 * chunk));
      end
      2: begin
        row = offset / StateStride; chunk = offset % StateStride;
        legal = free && !write && row < StateRows && chunk < StateChunks;
        if (legal && state_exists) expected = 32'(states[row] >> (32 * chunk));
      end
      default: begin
        row = offset / BiasStride; chunk = offset % BiasStride;
        legal = free && HasBias == 1 && row < BiasRows && chunk < BiasChunks;
        if (legal) expected = 32'(biases[row] >> (32 * chunk));
      end
    endcase
  endtask

  initial begin
    clk = 1'b0; rst_n = 1'b1; valid = 1'b0; write = 1'b0; addr = '0; wdata = '0; free = 1'b0;
    counters = '0; weights_rdata = '0; state_rdata = '0; bias_rdata = '0; state_exists = 1'b0;
    errors = 0; region = 0; offset = 0;
    model_threshold = 64'(Threshold);
    model_negative  = (HasNegativeThreshold == 1) ? 64'(NegativeThreshold) : 64'sd0;
    for (int r = 0; r < WeightRows; r++) weights[r] = '0;
    for (int r = 0; r < BiasRows; r++) biases[r] = '0;
    for (int r = 0; r < StateRows; r++) begin
      shifted   = {$urandom, $urandom, $urandom, $urandom};
      states[r] = (32*StateChunks)'(StateRowWidth'(shifted));
    end
    #1 rst_n = 1'b0;
    #1 if (ready !== 1'b0) fail(1, 0, 64'(ready));
    rst_n = 1'b1;
    #1;
    for (int t = 0; t < 4000; t++) begin
      region = $urandom % 4;
      offset = ($urandom % 3 == 0) ? $urandom % (1 << RegionWidth) : $urandom % 20;
      offset = offset % (1 << RegionWidth);
      addr   = {2'(region), RegionWidth'(offset)};
      write  = 1'($urandom);
      free   = $urandom % 4 != 0;
      state_exists = 1'($urandom);
      case ($urandom % 5)
        0:       wdata = 32'(ClampMax) + 32'($urandom % 3) - 32'd1;
        1:       wdata = 32'(ClampMin) + 32'($urandom % 3) - 32'd1;
        2:       wdata = 32'($urandom % 5) - 32'd2;
        default: wdata = $urandom;
      endcase
      for (int c = 0; c < NumCounters; c++) counters[32*c +: 32] = $urandom;
      valid = 1'b1;
      expect_access;
      #1;
      if (ready !== 1'b0 || rdata !== 32'd0) fail(2, 0, 64'(rdata));
      if (threshold_written !== new_threshold) fail(3, 64'(new_threshold), 64'(!new_threshold));
      if (weights_access !== (region == 1 && legal)) fail(4, 64'(legal), 64'(weights_access));
      if (state_access !== (region == 2 && legal)) fail(5, 64'(legal), 64'(state_access));
      if (bias_access !== (region == 3 && legal)) fail(6, 64'(legal), 64'(bias_access));
      if (weights_write !== (region == 1 && legal && write)) fail(7, 64'(legal), 64'(!legal));
      if (bias_write !== (region == 3 && legal && write)) fail(8, 64'(legal), 64'(!legal));
      if (weights_access) begin
        if (32'(weights_row) != row) fail(9, 64'(row), 64'(weights_row));
        if (weights_wmask !== WeightChunks'(1 << chunk)) fail(20, 64'(chunk), 64'(weights_wmask));
        for (int c = 0; c < WeightChunks; c++) begin
          if (weights_write && weights_wmask[c]) begin
            shifted = 128'(weights_wdata) >> (32 * c);
            weights[row][32*c +: 32] = shifted[31:0];
          end
        end
        weights[row] = (32*WeightChunks)'(WeightRowWidth'(weights[row]));
        weights_rdata = WeightRowWidth'(weights[row]);
        shifted = 128'(weights[row]) >> (32 * chunk);
        if (write && (shifted[31:0] ^ wdata) << (32 - ((WeightRowWidth - 32 * chunk < 32)
                                                       ? WeightRowWidth - 32 * chunk : 32)) != 0) begin
          fail(12, 64'(wdata), 64'(shifted[31:0]));
        end
      end
      if (state_access) begin
        if (32'(state_row) != row) fail(10, 64'(row), 64'(state_row));
        state_rdata = StateRowWidth'(states[row]);
      end
      if (bias_access) begin
        if (32'(bias_row) != row) fail(11, 64'(row), 64'(bias_row));
        if (bias_wmask !== BiasChunks'(1 << chunk)) fail(21, 64'(chunk), 64'(bias_wmask));
        for (int c = 0; c < BiasChunks; c++) begin
          if (bias_write && bias_wmask[c]) begin
            shifted = 128'(bias_wdata) >> (32 * c);
            biases[row][32*c +: 32] = shifted[31:0];
          end
        end
        biases[row] = (32*BiasChunks)'(BiasRowWidth'(biases[row]));
        bias_rdata = BiasRowWidth'(biases[row]);
      end
      tick;
      if (ready !== 1'b1) fail(13, 1, 64'(ready));
      if (error !== !legal) fail(14, 64'(!legal), 64'(error));
      if (rdata !== ((legal && !write) ? expected : 32'd0)) fail(15, 64'(expected), 64'(rdata));
      if (new_threshold && offset == 0) model_threshold = 64'($signed(wdata));
      if (new_threshold && offset == 1) model_negative = 64'($signed(wdata));
      if (64'(threshold) !== model_threshold) fail(16, model_threshold, 64'(threshold));
      if (HasNegativeThreshold == 1 && 64'(negative_threshold) !== model_negative) begin
        fail(17, model_negative, 64'(negative_threshold));
      end
      if (weights_access || state_access || bias_access) fail(18, 0, 1);
      tick;
      valid = 1'b0;
      #1;
      if (ready !== 1'b0) fail(19, 0, 1);
      if ($urandom % 3 == 0) tick;
    end
    if (errors == 0) $display("PASS");
    $finish;
  end

endmodule
`default_nettype wire
