`default_nettype none
// Smoke test of nacre_event_first: every set of events at few inputs, else random ones, with equal,
// low, high and random addresses, looked for one after the other.
module nacre_event_first_tb;
  parameter int NumInputs = 2;
  parameter int Width     = 8;

  logic [NumInputs-1:0] event_here, next_here, first;
  logic [NumInputs*Width-1:0] addresses, next_addresses;
  logic any;
  logic [Width-1:0] address, some;
  integer failures = 0, ties = 0, nobody = 0, t, sort;

  nacre_event_first #(
    .NumInputs(NumInputs), .Width(Width)
  ) dut (
    .event_i(event_here), .address_i(addresses), .any_o(any), .first_o(first),
    .address_o(address)
  );

  task automatic check;
    integer i, winner, equal;
    logic [Width-1:0] lowest, own;
    winner = -1;
    equal  = 0;
    lowest = '0;
    for (i = 0; i < NumInputs; i++) if (event_here[i]) begin
      own = addresses[i*Width +: Width];
      if (winner >= 0 && own == lowest) equal = equal + 1;
      if (winner < 0 || own < lowest) begin
        winner = i;
        lowest = own;
        equal  = 0;
      end
    end
    if (winner < 0) nobody = nobody + 1;
    if (equal > 0) ties = ties + 1;
    if (any !== (winner >= 0)
        || first !== ((winner < 0) ? {NumInputs{1'b0}} : NumInputs'(1) << winner)
        || (winner >= 0 && address !== lowest)) begin
      failures = failures + 1;
      if (failures < 10)
        $display("FAIL %b of %h: %b %b %h, expected input %0d", event_here, addresses, any, first,
                 address, winner);
    end
  endtask

  initial begin
    for (t = 0; t < 20000; t++) begin
      for (int i = 0; i < NumInputs; i++) begin
        sort = $urandom % 4;
        case (sort)
          0:       some = Width'($urandom % 3);
          1:       some = {Width{1'b1}} - Width'($urandom % 2);
          2:       some = Width'(32'd1 << $urandom % Width);
          default: some = Width'($urandom);
        endcase
        // An address without an event tells nothing.
        next_addresses[i*Width +: Width] = some;
        next_here[i] = (t < 8000) ? t[i % 13] : $urandom % 6 < t % 7;
      end
      // As a whole: Verilator 5.006 does not see writes of single bits between two delays.
      event_here = next_here;
      addresses  = next_addresses;
      #1;
      check;
    end
    if (nobody == 0 || (NumInputs > 1 && ties == 0)) begin
      failures = failures + 1;
      $display("FAIL no ties, or always an event");
    end
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
