`default_nettype none
// Smoke test of nacre_xnor_front: good and bad frames and closing words at random speed; the bench
// keeps its own account of words, takes closing words over late, and compares in every cycle.
module nacre_xnor_front_tb;
  parameter int NumInputs = 4;
  parameter bit Steps     = 1'b0;

  localparam int AddressWidth = (NumInputs > 1) ? $clog2(NumInputs) : 1;
  localparam int InWidth      = 3 + AddressWidth + 1;

  logic clk = 1'b0, rst_n = 1'b1;
  logic s_valid = 1'b0, s_ready, close_valid, close_frame, close_sample, close_take = 1'b0, frame;
  logic [InWidth-1:0] s_data = {InWidth{1'b0}};
  logic [NumInputs-1:0] filling;
  logic [1:0] error;

  nacre_xnor_front #(.NumInputs(NumInputs), .Steps(Steps)) dut (
    .clk_i(clk), .rst_ni(rst_n), .s_valid_i(s_valid), .s_ready_o(s_ready), .s_data_i(s_data),
    .close_valid_o(close_valid), .close_frame_o(close_frame), .close_sample_o(close_sample),
    .close_take_i(close_take), .filling_o(filling), .frame_o(frame), .error_o(error)
  );

  integer failures = 0, taken = 0, frames = 0;
  task fail(input [30*8-1:0] what);
    failures = failures + 1;
    if (failures < 10) $display("FAIL %0s at %0t", what, $time);
  endtask

  // Account: values of the frame so far, and the closing word that waits.
  integer count = 0;
  reg [NumInputs-1:0] values, waiting_values;
  reg waits = 1'b0, waits_frame = 1'b0, waits_sample = 1'b0;

  // One cycle with this word, or none, in front; `done` tells whether it was taken.
  task cycle(input valid, input [1:0] kind, input integer address, input payload, output done);
    reg good, closes, short;
    s_valid    = valid;
    s_data     = {kind, 1'b0, AddressWidth'(address), payload};
    close_take = waits && $urandom % 3 == 0;
    #2;
    done   = valid && (!waits || (kind == 2'd2 && !waits_frame));
    good   = done && kind == 2'd2 && address == count && count < NumInputs;
    closes = done && kind == (Steps ? 2'd1 : 2'd3) && count == NumInputs;
    short  = done && kind != 2'd2
          && ((Steps && kind == 2'd3) ? count != 0 : count != NumInputs);
    if (valid && s_ready !== done) fail("s_ready");
    if (close_valid !== waits) fail("close_valid");
    if (frame !== closes) fail("frame");
    if (error !== {short, done && kind == 2'd2 && !good}) fail("error");
    if (waits) begin
      if (close_frame !== waits_frame || close_sample !== waits_sample) fail("closing word");
      if (waits_frame && filling !== waiting_values) fail("filling");
    end
    if (close_take) begin
      taken = taken + 1;
      if (waits_frame) frames = frames + 1;
      waits = 1'b0;
    end
    if (good) begin
      values[count] = payload;
      count         = count + 1;
    end
    if (done && kind != 2'd2) begin
      waits          = 1'b1;
      waits_frame    = closes;
      waits_sample   = kind == 2'd3;
      waiting_values = values;
      count          = 0;
    end
    #2 clk = 1'b1;
    #3 clk = 1'b0;
    #1;
  endtask

  task send(input [1:0] kind, input integer address, input payload);
    reg done;
    done = 1'b0;
    while ($urandom % 4 == 0) cycle(1'b0, 2'd0, 0, 1'b0, done);
    done = 1'b0;
    while (!done) cycle(1'b1, kind, address, payload, done);
  endtask

  task do_reset;
    #1 rst_n = 1'b0;
    #1 clk = 1'b1;
    #1 clk = 1'b0;
    count = 0;
    waits = 1'b0;
    #1 rst_n = 1'b1;
  endtask

  initial begin : main
    integer n, i, last;
    do_reset;
    for (n = 0; n < 60; n++) begin
      last = (n % 5 == 3) ? $urandom % NumInputs : NumInputs;
      for (i = 0; i < last; i++) begin
        if (n % 3 == 1 && NumInputs > 1 && $urandom % 8 == 0) send(2'd2, (i + 1) % NumInputs, 1'b1);
        send(2'd2, i, $urandom % 2 == 0);
      end
      if (n % 7 == 2) send(2'd2, 0, 1'b1);  // one too many, or out of order
      if (Steps && n % 6 != 5) send(2'd1, 0, 1'b0);
      else                     send(2'd3, 0, 1'b0);
      if (n % 4 == 0) send(2'd3, 0, 1'b0);
      if (n == 40) do_reset;
    end
    if (taken < 50 || frames < 20) fail("too few frames");
    if (failures == 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
