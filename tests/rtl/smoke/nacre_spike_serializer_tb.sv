`default_nettype none
// Random rows and markers: words in order, and each in the cycle that the module's header promises.
module nacre_spike_serializer_tb #(
  parameter int Addresses  = 8,
  parameter int Lanes      = 4,
  parameter int CountWidth = 1,
  parameter int Aligned    = 1
) ();

  localparam int AddressWidth = (Addresses > 1) ? $clog2(Addresses) : 1;
  localparam int NumRows      = (Addresses + Lanes - 1) / Lanes;
  localparam int RowWidth     = (Aligned == 0) ? AddressWidth : (NumRows > 1) ? $clog2(NumRows) : 1;
  // Addresses that s_row_i can begin with, and how far apart rows are in it.
  localparam int NumFirst     = (Aligned == 0) ? Addresses : NumRows;
  localparam int Pitch        = (Aligned == 0) ? 1 : Lanes;
  localparam int WordWidth    = AddressWidth + 3;
  localparam int MostWords    = 1 << 16;

  reg                         clk, rst_n, s_valid, m_ready, marker, end_of_sample;
  wire                        s_ready, m_valid, busy;
  reg  [RowWidth-1:0]         row;
  reg  [Lanes*CountWidth-1:0] counts;
  reg  [Lanes-1:0]            negative;
  wire [WordWidth-1:0]        word;
  reg  [WordWidth-1:0]        expected [0:MostWords-1];
  integer written, read, errors, left, held, address, spikes, items;
  reg     push, pop, take, ready;

  nacre_spike_serializer #(
    .Addresses(Addresses), .Lanes(Lanes), .CountWidth(CountWidth), .Aligned(Aligned)
  ) u_dut (
    .clk_i(clk), .rst_ni(rst_n), .s_valid_i(s_valid), .s_ready_o(s_ready), .s_marker_i(marker),
    .s_end_of_sample_i(end_of_sample), .s_row_i(row), .s_counts_i(counts),
    .s_negative_i(negative), .m_valid_o(m_valid), .m_ready_i(m_ready), .m_data_o(word),
    .busy_o(busy)
  );

  task new_item;
    marker        = $urandom % 4 == 0;
    end_of_sample = 1'($urandom);
    row           = RowWidth'($urandom % NumFirst);
    spikes        = 0;
    for (int l = 0; l < Lanes; l++) begin
      counts[l*CountWidth +: CountWidth] = '0;
      negative[l] = 1'($urandom);
      if (32'(row) * Pitch + l < Addresses && $urandom % (2 + Lanes / 4) == 0) begin
        counts[l*CountWidth +: CountWidth] = CountWidth'($urandom);
      end
    end
    if (!marker && counts == '0) counts[CountWidth-1:0] = CountWidth'(1);
  endtask

  // The item's words go to the list; `left` counts those that the serializer still holds.
  task accept;
    items = items + 1;
    left = 0;
    if (marker) begin
      expected[written] = {end_of_sample ? 2'd3 : 2'd1, 1'b0, {AddressWidth{1'b0}}};
      written = written + 1;
      left = 1;
    end else begin
      for (int l = 0; l < Lanes; l++) begin
        address = 32'(row) * Pitch + l;
        for (int k = 0; k < 32'(counts[l*CountWidth +: CountWidth]); k++) begin
          expected[written] = {2'd0, negative[l], AddressWidth'(address)};
          written = written + 1;
          left = left + 1;
        end
      end
    end
  endtask

  initial begin
    clk = 1'b0; rst_n = 1'b1; s_valid = 1'b0; m_ready = 1'b0; marker = 1'b0;
    end_of_sample = 1'b0; row = '0; counts = '0; negative = '0; take = 1'b1;
    written = 0; read = 0; errors = 0; left = 0; held = 0; items = 0;
    #1 rst_n = 1'b0;
    #1 if (^{s_ready, m_valid, busy} === 1'bx) errors = 1;
    #1 rst_n = 1'b1;
    for (int t = 0; t < 3000 && written < MostWords - 16 * Lanes; t++) begin
      if (!s_valid || take) begin
        s_valid = (t / 300) % 2 == 1 || $urandom % 2 == 0;
        new_item;
      end
      m_ready = (t / 600) % 2 == 1 || $urandom % 2 == 0;
      #1;
      // `left` words in the serializer, `held` in the FIFO; a word moves when the FIFO has room.
      push  = left > 0 && held < 2;
      pop   = m_ready && held > 0;
      ready = left == 0 || (left == 1 && held < 2);
      take  = s_valid && ready;
      if (s_ready !== ready || m_valid !== (held > 0) || busy !== (left > 0 || held > 0)
          || (held > 0 && word !== expected[read])) begin
        errors = errors + 1;
        if (errors < 10) $display("FAIL cycle %0d: ready %b valid %b word %h, expected %b %b %h", t,
                                  s_ready, m_valid, word, ready, held > 0, expected[read]);
      end
      if (pop) read = read + 1;
      held = held + (push ? 1 : 0) - (pop ? 1 : 0);
      left = left - (push ? 1 : 0);
      if (take) accept;
      clk = 1'b1;
      #1 clk = 1'b0;
    end
    if (items < 20) errors = errors + 1;
    if (errors == 0) $display("PASS");
    else             $display("FAIL %0d errors, %0d items", errors, items);
    $finish;
  end

endmodule
`default_nettype wire
