`default_nettype none
/// Requests and answers of a memory of magnetic cells, and its scrubber
/// (generator/src/kinds/mram_macro/README.md, Requests and answers, Scrubber, Timing).
///
/// Takes words and sets lanes, starts one request or scrub at a time, and sends its answer; closing
/// words pass.  Golden model: sim/golden/mram_macro.
module nacre_mram_front #(
  /// Words 1 ... 65536; bits of a word 8 ... 64.
  parameter int Words       = 4,
  parameter int DataBits    = 8,
  /// Answered requests per scrubbed word, at most 2^24 - 1; 0: no scrubber.
  parameter int ScrubEvery  = 0,
  // Derived, not to be set.
  parameter int Lanes       = (DataBits + 31) / 32,
  parameter int Addresses   = (Lanes + 1) * Words,
  parameter int AddressWidth = $clog2(Addresses),
  parameter int StreamWidth = 3 + AddressWidth + 32,
  parameter int WordWidth   = (Words > 1) ? $clog2(Words) : 1
) (
  input  wire logic                   clk_i,
  input  wire logic                   rst_ni,     ///< asynchronous, active low
  // Streams {kind, negative, address, payload}
  input  wire logic                   s_valid_i,
  output logic                        s_ready_o,
  input  wire logic [StreamWidth-1:0] s_data_i,
  output logic                        m_valid_o,
  input  wire logic                   m_ready_i,
  output logic      [StreamWidth-1:0] m_data_o,
  input  wire logic                   hold_i,     ///< nothing is to begin in this cycle
  output logic                        busy_o,     ///< but for the output FIFO
  output logic      [2:0]             error_o,    ///< {marked, write failed, uncorrectable}
  // Controller
  output logic                        start_o,
  output logic                        write_o,
  output logic                        scrub_o,
  output logic      [WordWidth-1:0]   word_o,
  output logic      [DataBits-1:0]    data_o,     ///< lanes register
  input  wire logic                   done_i,
  input  wire logic [DataBits-1:0]    data_i,     ///< read, and status: valid after done_i
  input  wire logic [23:0]            status_i
);

  localparam logic [1:0] KindValue = 2'd2;
  localparam logic [1:0] StTake    = 2'd0;
  localparam logic [1:0] StWork    = 2'd1;
  localparam logic [1:0] StAnswer  = 2'd2;
  localparam logic [1:0] StClose   = 2'd3;
  localparam int ReadBase   = Lanes * Words;   // address of the first read
  localparam int LastWidth  = DataBits - 32 * (Lanes - 1);

  if (Words < 1 || Words > 65536 || DataBits < 8 || DataBits > 64 || ScrubEvery < 0 ||
      ScrubEvery > (1 << 24) - 1) begin : gen_illegal
    nacre_error_mram_front_parameter_is_out_of_range u_error ();
  end

  // ---- Requests -------------------------------------------------------------------------------

  logic [1:0]              state_d, state_q;
  logic [1:0]              in_kind, kind_q;
  logic [AddressWidth-1:0] in_address, read_address;
  logic [31:0]             in_payload;
  logic                    is_value, is_read, is_last_lane;
  logic                    pop;
  logic                    scrub_due;
  logic [WordWidth-1:0]    in_word, scrub_word;
  logic                    scrub_q, write_q;
  logic [WordWidth-1:0]    word_q;
  logic                    send, fifo_ready, push, push_last;

  assign in_kind      = s_data_i[StreamWidth-1 -: 2];
  assign in_address   = s_data_i[32 +: AddressWidth];
  assign in_payload   = s_data_i[31:0];
  assign is_value     = in_kind == KindValue;
  assign is_read      = 32'(in_address) >= 32'(ReadBase);
  assign read_address = in_address - AddressWidth'(ReadBase);
  assign s_ready_o    = state_q == StTake && !scrub_due && !hold_i;
  assign pop          = s_valid_i && s_ready_o;
  // An address of a read is below ReadBase + Words; payload bits above the word's are ignored.
  wire unused_input = ^{s_data_i[StreamWidth-3], read_address, in_payload};

  if (Lanes == 1) begin : gen_one_lane
    assign is_last_lane = 1'b1;
    assign in_word      = is_read ? WordWidth'(read_address) : WordWidth'(in_address);
    nacre_register_reset #(
      .Width(DataBits),
      .Reset({DataBits{1'b0}})
    ) u_lane (
      .clk_i   (clk_i),
      .rst_ni  (rst_ni),
      .enable_i(pop && is_value && !is_read),
      .d_i     (in_payload[DataBits-1:0]),
      .q_o     (data_o)
    );
  end else begin : gen_two_lanes
    assign is_last_lane = in_address[0];
    assign in_word      = is_read ? WordWidth'(read_address) : WordWidth'(in_address >> 1);
    nacre_register_reset #(
      .Width(32),
      .Reset(32'd0)
    ) u_lane_0 (
      .clk_i   (clk_i),
      .rst_ni  (rst_ni),
      .enable_i(pop && is_value && !is_read && !is_last_lane),
      .d_i     (in_payload),
      .q_o     (data_o[31:0])
    );
    nacre_register_reset #(
      .Width(LastWidth),
      .Reset({LastWidth{1'b0}})
    ) u_lane_1 (
      .clk_i   (clk_i),
      .rst_ni  (rst_ni),
      .enable_i(pop && is_value && !is_read && is_last_lane),
      .d_i     (in_payload[LastWidth-1:0]),
      .q_o     (data_o[DataBits-1:32])
    );
  end

  assign scrub_o = state_q == StTake && scrub_due && !hold_i;
  assign start_o = scrub_o || (pop && is_value && (is_read || is_last_lane));
  assign write_o = !scrub_o && !is_read;
  assign word_o  = scrub_o ? scrub_word : in_word;

  always_comb begin
    state_d = state_q;
    case (state_q)
      StTake:
        if (start_o)                 state_d = StWork;
        else if (pop && !is_value)   state_d = StClose;
      StWork:   if (done_i)          state_d = scrub_q ? StTake : StAnswer;
      default:  if (push_last)       state_d = StTake;
    endcase
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) state_q <= StTake;
    else         state_q <= state_d;
  end
  // Data: set when a request begins, or a closing word comes.
  nacre_register #(
    .Width(WordWidth + 4)
  ) u_request (
    .clk_i   (clk_i),
    .enable_i(start_o || pop),
    .d_i     ({scrub_o, write_o, in_kind, word_o}),
    .q_o     ({scrub_q, write_q, kind_q, word_q})
  );

  // ---- Answers --------------------------------------------------------------------------------

  logic [1:0]              left_q;       // words of the answer before the status
  logic [AddressWidth-1:0] out_address;
  logic [31:0]             out_payload;
  logic                    is_status;

  assign is_status = write_q || left_q == 2'd0;
  assign send      = state_q == StAnswer || state_q == StClose;
  assign push      = send && fifo_ready;
  assign push_last = push && (state_q == StClose || is_status);

  // Set before each answer.
  always_ff @(posedge clk_i) begin
    if (start_o)                            left_q <= 2'(Lanes);
    else if (push && state_q == StAnswer)   left_q <= left_q - 2'd1;
  end

  if (Lanes == 1) begin : gen_one_lane_out
    assign out_address = AddressWidth'((AddressWidth+1)'(word_q))
                       + (is_status ? AddressWidth'(ReadBase) : {AddressWidth{1'b0}});
    assign out_payload = is_status ? {8'd0, status_i} : 32'(data_i);
  end else begin : gen_two_lanes_out
    assign out_address = is_status ? AddressWidth'(word_q) + AddressWidth'(ReadBase)
                       : {{(AddressWidth - WordWidth){1'b0}}, word_q} << 1
                         | AddressWidth'(left_q == 2'd1);
    assign out_payload = is_status         ? {8'd0, status_i}
                       : (left_q == 2'd1)  ? 32'(data_i[DataBits-1:32]) : data_i[31:0];
  end

  assign error_o = {3{push_last && state_q == StAnswer}} & {status_i[5], status_i[3], status_i[2]};
  assign busy_o  = state_q != StTake || scrub_due;

  nacre_stream_fifo #(
    .Width(StreamWidth)
  ) u_fifo (
    .clk_i    (clk_i),
    .rst_ni   (rst_ni),
    .s_valid_i(send),
    .s_ready_o(fifo_ready),
    .s_data_i ((state_q == StClose) ? {kind_q, {(StreamWidth-2){1'b0}}}
                                    : {KindValue, 1'b0, out_address, out_payload}),
    .m_valid_o(m_valid_o),
    .m_ready_i(m_ready_i),
    .m_data_o (m_data_o)
  );

  // ---- Scrubber -------------------------------------------------------------------------------

  if (ScrubEvery > 0) begin : gen_scrubber
    localparam int CountWidth = (ScrubEvery > 1) ? $clog2(ScrubEvery) : 1;
    logic                  due_q;
    logic [CountWidth-1:0] count_q;      // answers since the last scrub
    logic [WordWidth-1:0]  next_q;
    logic                  answered;

    assign answered   = push_last && state_q == StAnswer;
    assign scrub_due  = due_q;
    assign scrub_word = next_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        due_q   <= 1'b0;
        count_q <= {CountWidth{1'b0}};
        next_q  <= {WordWidth{1'b0}};
      end else begin
        if (answered) begin
          due_q   <= count_q == CountWidth'(ScrubEvery - 1);
          count_q <= (count_q == CountWidth'(ScrubEvery - 1)) ? {CountWidth{1'b0}}
                                                              : count_q + CountWidth'(1);
        end
        if (scrub_o) begin
          due_q  <= 1'b0;
          next_q <= (next_q == WordWidth'(Words - 1)) ? {WordWidth{1'b0}} : next_q + WordWidth'(1);
        end
      end
    end
  end else begin : gen_no_scrubber
    assign scrub_due  = 1'b0;
    assign scrub_word = {WordWidth{1'b0}};
  end

`ifdef VERILATOR
  input_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                  s_valid_i && !s_ready_o |=> s_valid_i && $stable(s_data_i));
  address_in_range : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                      pop && is_value |-> 32'(in_address) < 32'(Addresses));
`endif

endmodule
`default_nettype wire
