`default_nettype none
// Random traffic against a model of one queue per branch: each word comes once on each branch, in
// order, one cycle after it was taken; it is taken exactly when no branch held two words.
module nacre_stream_fork_tb #(
  parameter int Width    = 8,
  parameter int Branches = 2
) ();

  localparam int Words = 8192;  // the model's words, by number

  reg                       clk, rst_n, busy, s_valid;
  wire                      s_ready, busy_out;
  reg  [Width-1:0]          s_data;
  wire [Branches-1:0]       m_valid;
  reg  [Branches-1:0]       m_ready;
  wire [Branches*Width-1:0] m_data;
  reg  [Width-1:0]          sent [0:Words-1];
  integer                   num_sent, taken, errors;
  integer                   got [0:Branches-1];  // words that have left each branch
  reg                       room, push, any_held;

  nacre_stream_fork #(.Width(Width), .Branches(Branches)) u_dut (
    .clk_i(clk), .rst_ni(rst_n), .busy_i(busy), .s_valid_i(s_valid), .s_ready_o(s_ready),
    .s_data_i(s_data), .m_valid_o(m_valid), .m_ready_i(m_ready), .m_data_o(m_data),
    .busy_o(busy_out)
  );

  initial begin
    clk = 1'b0; rst_n = 1'b1; busy = 1'b0; s_valid = 1'b0; s_data = '0; m_ready = '0; push = 1'b0;
    errors = 0; num_sent = 0; taken = 0;
    for (int b = 0; b < Branches; b++) got[b] = 0;
    #1 rst_n = 1'b0;
    #1 if ((^{s_ready, m_valid, busy_out}) === 1'bx) errors = 1;
    #1 rst_n = 1'b1;
    for (int t = 0; t < 6000; t++) begin
      // Phases: random, all ready, one branch slow, all slow.
      if (!(s_valid && !push)) begin
        s_valid = (t / 500) % 4 == 1 || $urandom % 3 != 0;
        s_data  = Width'({$urandom, $urandom});
      end
      busy = $urandom % 2 == 0;
      for (int b = 0; b < Branches; b++) begin
        case ((t / 500) % 4)
          0:       m_ready[b] = $urandom % 2 == 0;
          1:       m_ready[b] = 1'b1;
          2:       m_ready[b] = b != (t / 2000) % Branches || $urandom % 5 == 0;
          default: m_ready[b] = $urandom % 4 == 0;
        endcase
      end
      #1;
      room     = 1'b1;
      any_held = 1'b0;
      for (int b = 0; b < Branches; b++) begin
        if (num_sent - got[b] >= 2) room = 1'b0;
        if (num_sent != got[b]) any_held = 1'b1;
        if (m_valid[b] !== (num_sent != got[b])
            || (num_sent != got[b] && m_data[b*Width +: Width] !== sent[got[b] % Words])) begin
          errors = errors + 1;
          if (errors < 10) $display("FAIL cycle %0d, branch %0d: valid %b data %h", t, b,
                                    m_valid[b], m_data[b*Width +: Width]);
        end
      end
      if (s_ready !== room || busy_out !== (busy || any_held)) begin
        errors = errors + 1;
        if (errors < 10) $display("FAIL cycle %0d: ready %b, expected %b; busy %b", t, s_ready, room,
                                  busy_out);
      end
      push = s_valid && room;
      for (int b = 0; b < Branches; b++) begin
        if (num_sent != got[b] && m_ready[b]) begin
          got[b] = got[b] + 1;
          taken  = taken + 1;
        end
      end
      if (push) begin
        sent[num_sent % Words] = s_data;
        num_sent = num_sent + 1;
      end
      clk = 1'b1;
      #1 clk = 1'b0;
    end
    if (num_sent < 700 || taken < 700 * Branches) errors = errors + 1;
    if (errors == 0) $display("PASS");
    else             $display("FAIL %0d errors, %0d words", errors, num_sent);
    $finish;
  end

endmodule
`default_nettype wire
