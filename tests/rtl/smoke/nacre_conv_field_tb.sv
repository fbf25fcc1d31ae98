`default_nettype none
// Every event of the map in random order, slots taken at random: rows, rows of weights, lanes,
// first, last and empty against the tables read as the module's header says.
module nacre_conv_field_tb #(
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
  parameter logic [InChannels*16-1:0] ChannelHigh  = '0
) ();

  localparam int InAddresses = InHeight * InWidth * InChannels;
  localparam int InAddrWidth = (InAddresses > 1) ? $clog2(InAddresses) : 1;
  localparam int NumWords    = (NumChannels + Lanes - 1) / Lanes;
  localparam int NumRows     = NumPositions * NumWords;
  localparam int RowWidth    = (NumRows > 1) ? $clog2(NumRows) : 1;
  localparam int WeightRows  = InChannels * KernelHeight * KernelWidth * GroupWords;
  localparam int WeightWidth = (WeightRows > 1) ? $clog2(WeightRows) : 1;

  reg                            clk, load, next;
  reg  [InAddrWidth-1:0]         address;
  reg  [RowWidth-1:0]            issued_row;
  wire                           empty, first, last;
  wire [RowWidth-1:0]            row;
  wire [WeightWidth-1:0]         weight_row;
  wire [Lanes-1:0]               lanes;
  wire [$clog2(Lanes+1)-1:0]     operations;
  reg  [Lanes-1:0]               expected_lanes;
  integer errors, y, x, c, rows, columns, words, low, high, expected_row, expected_weight, count;

  nacre_conv_field #(
    .InHeight(InHeight), .InWidth(InWidth), .InChannels(InChannels), .NumPositions(NumPositions),
    .NumChannels(NumChannels), .Lanes(Lanes), .KernelHeight(KernelHeight),
    .KernelWidth(KernelWidth), .GroupWords(GroupWords), .RowFirst(RowFirst),
    .RowWeight(RowWeight), .RowLast(RowLast), .ColumnFirst(ColumnFirst),
    .ColumnWeight(ColumnWeight), .ColumnLast(ColumnLast), .RowStep(RowStep),
    .ColumnStep(ColumnStep), .RowWeightStep(RowWeightStep), .ColumnWeightStep(ColumnWeightStep),
    .Grouped(Grouped), .ChannelWord(ChannelWord), .ChannelLast(ChannelLast),
    .ChannelLow(ChannelLow), .ChannelHigh(ChannelHigh)
  ) u_dut (
    .clk_i(clk), .load_i(load), .address_i(address), .next_i(next), .issued_row_i(issued_row),
    .empty_o(empty), .first_o(first), .last_o(last), .row_o(row), .weight_row_o(weight_row),
    .lanes_o(lanes), .operations_o(operations)
  );

  task fail(input integer what, input integer expected, input integer got);
    errors = errors + 1;
    if (errors < 20) begin
      $display("FAIL check %0d at (%0d, %0d, %0d): expected %0d, got %0d", what, y, x, c, expected,
               got);
    end
  endtask

  task tick;
    #1 clk = 1'b1;
    #1 clk = 1'b0;
  endtask

  reg [RowWidth-1:0] row_now;
  task issue;   // the row issued last is the user's register
    row_now = row;
    tick;
    issued_row = row_now;
    next = 1'b0;
    load = 1'b0;
    address = InAddrWidth'($urandom);
    #1;
  endtask

  // The slots of the job (y, x, c); with the last one the next event is loaded.
  task run_field(input integer next_address);
    for (int i = 0; i < rows; i++) begin
      for (int j = 0; j < columns; j++) begin
        for (int q = 0; q < words; q++) begin
          while ($urandom % 4 == 0) tick;   // nothing moves on its own
          expected_row    = 32'(RowFirst[y*24 +: 24]) + 32'(ColumnFirst[x*24 +: 24])
                          + ((Grouped == 1) ? 32'(ChannelWord[c*16 +: 16]) : 0)
                          + i * RowStep + j * ColumnStep + q;
          expected_weight = 32'(RowWeight[y*24 +: 24]) + 32'(ColumnWeight[x*24 +: 24])
                          + c * KernelHeight * KernelWidth * GroupWords
                          + i * RowWeightStep + j * ColumnWeightStep + q;
          low   = (Grouped == 1 && q == 0) ? 32'(ChannelLow[c*16 +: 16]) : 0;
          high  = (q < words - 1) ? Lanes - 1
                : (Grouped == 1) ? 32'(ChannelHigh[c*16 +: 16]) : (NumChannels - 1) % Lanes;
          count = 0;
          for (int l = 0; l < Lanes; l++) begin
            expected_lanes[l] = l >= low && l <= high;
            count = count + 32'(expected_lanes[l]);
          end
          if (expected_row < 0 || expected_row >= NumRows) fail(1, 0, expected_row);
          if (expected_weight < 0 || expected_weight >= WeightRows) fail(2, 0, expected_weight);
          if (empty !== 1'b0) fail(3, 0, 1);
          if (32'(row) !== expected_row) fail(4, expected_row, 32'(row));
          if (32'(weight_row) !== expected_weight) fail(5, expected_weight, 32'(weight_row));
          if (first !== (i == 0 && j == 0 && q == 0)) fail(6, 0, 32'(first));
          if (last !== (i == rows - 1 && j == columns - 1 && q == words - 1)) fail(7, 0, 32'(last));
          if (lanes !== expected_lanes) fail(8, 32'(expected_lanes), 32'(lanes));
          if (32'(operations) !== count) fail(9, count, 32'(operations));
          next = 1'b1;
          load = i == rows - 1 && j == columns - 1 && q == words - 1 && next_address >= 0;
          if (load) address = InAddrWidth'(next_address);
          issue;
        end
      end
    end
  endtask

  integer next_event;
  initial begin
    clk = 1'b0; load = 1'b0; next = 1'b0; address = '0; issued_row = '0;
    errors = 0; next_event = -1;
    for (int t = 0; t < 2 * InAddresses + 200; t++) begin
      if (next_event < 0) begin
        load = 1'b1;
        next_event = (t < InAddresses) ? t : $urandom % InAddresses;
        address = InAddrWidth'(next_event);
        tick;
        load = 1'b0;
        #1;
      end
      c       = next_event % InChannels;
      x       = (next_event / InChannels) % InWidth;
      y       = next_event / (InChannels * InWidth);
      rows    = (32'(RowLast[y*16 +: 16]) + 1) % 65536;
      columns = (32'(ColumnLast[x*16 +: 16]) + 1) % 65536;
      words   = (Grouped == 1) ? (32'(ChannelLast[c*16 +: 16]) + 1) % 65536 : NumWords;
      next_event = -1;
      if (rows == 0 || columns == 0 || words == 0) begin
        if (empty !== 1'b1) fail(10, 1, 32'(empty));
      end else begin
        if ($urandom % 2 == 0) next_event = $urandom % InAddresses;
        run_field(next_event);
      end
    end
    if (errors == 0) $display("PASS");
    $finish;
  end

endmodule
`default_nettype wire
