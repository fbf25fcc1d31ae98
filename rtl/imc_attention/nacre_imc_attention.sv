`default_nettype none
/// One attention head on two tiles whose weights are written while running
/// (generator/src/kinds/imc_attention/README.md, with the timing).
///
///   S[u] = sum over i of q[i] * k_u[i], a[u] = clip((S[u] + bias) >> shift, 0 ... 2^ScoreBits - 1)
///   o[i] = clip((sum over u of a[u] * v_u[i]) >> shift),  u: the last Window tokens
///
/// A token's values are staged as they come, cut to their fields; its closing word writes key and
/// value to one slot of the two tiles and starts the head, which works while the next token is
/// staged. The clock stops while no word is in front, nothing is under way and the bus is quiet.
/// Golden model: sim/golden/imc_attention.
module nacre_imc_attention #(
  /// Components of a query, a key and a value d: 1 ... 256.
  parameter int          Width        = 2,
  /// Tokens that the ring holds W: 1 ... 256.
  parameter int          Window       = 2,
  /// Bits of a value of the input stream 1 ... 32, two's complement or not.
  parameter int          InputBits    = 4,
  parameter bit          InputSigned  = 1'b1,
  /// Bits of a component 1 ... 8, two's complement or not.
  parameter int          QueryBits    = 4,
  parameter bit          QuerySigned  = 1'b0,
  parameter int          KeyBits      = 3,
  parameter bit          KeySigned    = 1'b1,
  parameter int          ValueBits    = 3,
  parameter bit          ValueSigned  = 1'b1,
  /// Bits of an attention word 1 ... 8, natural binary.
  parameter int          ScoreBits    = 4,
  /// Reset values of the registers: two's complement that fits BiasWidth bits, and 0 ... 31.
  parameter logic [31:0] ScoreBias    = 32'd0,
  parameter int          ScoreShift   = 1,
  parameter int          OutputShift  = 2,
  /// Bits of an output 1 ... 16, two's complement or not.
  parameter int          OutputBits   = 5,
  parameter bit          OutputSigned = 1'b1,
  /// Bits of a digit: 1, 2 or 4.
  parameter int          DigitBits    = 1,
  /// Tokens of a sample that become one frame T, at most 65536; 0: each token is a frame.
  parameter int          Tokens       = 0,
  /// Performance counters: 0 none, 1 basic, 2 full.
  parameter int          Counters     = 1,

  // Derived, not to be set.
  parameter int NumValues       = 3 * Width,
  parameter int InAddressWidth  = $clog2(NumValues),  // at least 2
  parameter int InWidth         = 3 + InAddressWidth + InputBits,
  parameter int OutAddresses    = (Tokens > 0) ? Tokens * Width : Width,
  parameter int OutAddressWidth = (OutAddresses > 1) ? $clog2(OutAddresses) : 1,
  parameter int OutWidth        = 3 + OutAddressWidth + OutputBits,
  // Configuration window {region[1:0], offset}: 2^RegionWidth words hold the slots' keys, their
  // values, the scores, each row padded to a power of two of words; at least the 16 registers.
  parameter int KeyChunks       = (Width * KeyBits + 31) / 32,
  parameter int ValueChunks     = (Width * ValueBits + 31) / 32,
  parameter int ScoreChunks     = (Window * ScoreBits + 31) / 32,
  parameter int SlotChunks      = (KeyChunks > ValueChunks) ? KeyChunks : ValueChunks,
  parameter int SlotsWindow     = $clog2(Window) + $clog2(SlotChunks),
  parameter int ScoresWindow    = $clog2(ScoreChunks),
  parameter int LargerWindow    = (SlotsWindow > ScoresWindow) ? SlotsWindow : ScoresWindow,
  parameter int RegionWidth     = (LargerWindow > 4) ? LargerWindow : 4,
  parameter int CfgAddrWidth    = RegionWidth + 2
) (
  input  wire logic                    clk_i,
  input  wire logic                    rst_ni,           ///< asynchronous, active low
  // Configuration (docs/stage_interface.md)
  input  wire logic                    cfg_valid_i,
  input  wire logic                    cfg_write_i,
  input  wire logic [CfgAddrWidth-1:0] cfg_addr_i,
  input  wire logic [31:0]             cfg_wdata_i,
  output logic                         cfg_ready_o,
  output logic      [31:0]             cfg_rdata_o,
  output logic                         cfg_error_o,
  input  wire logic                    idle_i,           ///< memory windows may be accessed
  input  wire logic                    clear_counters_i,
  // Values {kind, negative, address, payload}
  input  wire logic                    s_valid_i,
  output logic                         s_ready_o,
  input  wire logic [InWidth-1:0]      s_data_i,
  // Values {kind, negative, address, payload}
  output logic                         m_valid_o,
  input  wire logic                    m_ready_i,
  output logic      [OutWidth-1:0]     m_data_o,
  output logic                         busy_o,
  output logic      [2:0]              error_o  ///< {too_many_tokens, frame_short, frame_order}
);

  localparam logic [1:0] KindEndOfStep   = 2'd1;
  localparam logic [1:0] KindValue       = 2'd2;
  localparam logic [1:0] KindEndOfSample = 2'd3;

  // Counts 0 ... 3d: 3d means that the frame is complete.
  localparam int NextWidth   = $clog2(NumValues + 1);
  localparam int SlotWidth   = (Window > 1) ? $clog2(Window) : 1;
  localparam int FilledWidth = $clog2(Window + 1);
  localparam int IndexWidth  = (Width > 1) ? $clog2(Width) : 1;
  localparam int QueryPlanes = (QueryBits + DigitBits - 1) / DigitBits;
  localparam int ScorePlanes = (ScoreBits + DigitBits - 1) / DigitBits;
  localparam int MostPlanes  = (QueryPlanes > ScorePlanes) ? QueryPlanes : ScorePlanes;
  localparam int PlaneWidth  = (MostPlanes > 1) ? $clog2(MostPlanes) : 1;
  // W_S and W_O of the README: nacre_attention_tile proves them.
  localparam int KeyMagnitude   = Width
                                * (QuerySigned ? 1 << (QueryBits - 1) : (1 << QueryBits) - 1)
                                * (KeySigned ? 1 << (KeyBits - 1) : (1 << KeyBits) - 1);
  localparam int KeySumWidth    = $clog2(KeyMagnitude + ((QuerySigned == KeySigned) ? 1 : 0)) + 1;
  localparam int ValueMagnitude = Window * ((1 << ScoreBits) - 1)
                                * (ValueSigned ? 1 << (ValueBits - 1) : (1 << ValueBits) - 1);
  localparam int ValueSumWidth  = $clog2(ValueMagnitude + (ValueSigned ? 0 : 1)) + 1;
  localparam int BiasWidth      = KeySumWidth + 1;
  // A sum and a bias of one bit more: one more holds what they give.
  localparam int LineWidth      = BiasWidth + 1;
  localparam logic [31:0] BiasSign = $signed(ScoreBias) >>> (BiasWidth - 1);

  if (Width < 1 || Width > 256 || Window < 1 || Window > 256 || InputBits < 1 || InputBits > 32
      || QueryBits < 1 || QueryBits > 8 || KeyBits < 1 || KeyBits > 8 || ValueBits < 1
      || ValueBits > 8 || ScoreBits < 1 || ScoreBits > 8 || ScoreShift < 0 || ScoreShift > 31
      || OutputShift < 0 || OutputShift > 31 || OutputBits < 1 || OutputBits > 16 || Tokens < 0
      || Tokens > 65536 || Counters < 0 || Counters > 2
      || (DigitBits != 1 && DigitBits != 2 && DigitBits != 4)
      || (BiasSign != 32'd0 && BiasSign != 32'hffff_ffff)) begin : gen_illegal
    nacre_error_imc_attention_parameter_is_out_of_range u_error ();
  end

  // ---- Input ----------------------------------------------------------------------------------

  typedef enum logic [2:0] {
    StIdle   = 3'd0,
    StKeys   = 3'd1,  // digit planes of the query
    StScores = 3'd2,  // scores to attention words
    StValues = 3'd3,  // digit planes of the attention words
    StSend   = 3'd4,  // values are sent
    StClose  = 3'd5   // the closing word is sent
  } state_e;
  state_e state_q;

  logic                      clk_stage;   // ticks only when something behind it changes
  logic [1:0]                in_kind;
  logic [InAddressWidth-1:0] in_address;
  logic signed [InputBits:0] in_value;    // one more bit makes signed numbers of both sorts
  logic                      is_value, pop, pop_value, pop_step, pop_sample, good_value;
  logic [NextWidth-1:0]      next_q;      // values taken = the address that must come next
  logic                      complete, too_many, start, close_alone;
  logic                      fresh_q;     // no complete frame since the last sample
  wire                       unused_negative = s_data_i[InWidth-3];

  assign in_kind    = s_data_i[InWidth-1 -: 2];
  assign in_address = s_data_i[InputBits +: InAddressWidth];
  assign in_value   = $signed({InputSigned && s_data_i[InputBits-1], s_data_i[InputBits-1:0]});
  assign is_value   = in_kind == KindValue;
  assign s_ready_o  = is_value || state_q == StIdle;
  assign pop        = s_valid_i && s_ready_o;
  assign pop_value  = pop && is_value;
  assign pop_step   = pop && in_kind == KindEndOfStep;
  assign pop_sample = pop && in_kind == KindEndOfSample;
  assign complete   = next_q == NextWidth'(NumValues);
  assign good_value = pop_value && !complete && 32'(in_address) == 32'(next_q);
  assign start      = pop_step && complete && !too_many;
  // The closing word is sent without a token.
  assign close_alone = pop_sample || (pop_step && !start && Tokens == 0);

  assign error_o = {pop_step && complete && too_many,
                    (pop_step && !complete) || (pop_sample && next_q != '0),
                    pop_value && !good_value};

  nacre_register_reset #(
    .Width(NextWidth)
  ) u_next (
    .clk_i   (clk_stage),
    .rst_ni  (rst_ni),
    .enable_i(good_value || pop_step || pop_sample),
    .d_i     (is_value ? next_q + NextWidth'(1) : NextWidth'(0)),
    .q_o     (next_q)
  );

  always_ff @(posedge clk_stage or negedge rst_ni) begin
    if (!rst_ni)         fresh_q <= 1'b1;
    else if (pop_sample) fresh_q <= 1'b1;
    else if (start)      fresh_q <= 1'b0;
  end

  // ---- Staging: the values of a token, each cut to its field ----------------------------------

  logic [QueryBits-1:0]       in_query;
  logic [KeyBits-1:0]         in_key;
  logic [ValueBits-1:0]       in_attended;
  logic [Width*QueryBits-1:0] staged_query;
  logic [Width*KeyBits-1:0]   staged_key;
  logic [Width*ValueBits-1:0] staged_value;

  nacre_attention_clip #(
    .InWidth(InputBits + 1), .OutBits(QueryBits), .OutSigned(QuerySigned)
  ) u_clip_query (
    .x_i(in_value), .y_o(in_query)
  );
  nacre_attention_clip #(
    .InWidth(InputBits + 1), .OutBits(KeyBits), .OutSigned(KeySigned)
  ) u_clip_key (
    .x_i(in_value), .y_o(in_key)
  );
  nacre_attention_clip #(
    .InWidth(InputBits + 1), .OutBits(ValueBits), .OutSigned(ValueSigned)
  ) u_clip_value (
    .x_i(in_value), .y_o(in_attended)
  );

`ifdef VERILATOR
  // Three registers with an index simulate faster than one per value.
  always_ff @(posedge clk_stage) begin
    if (good_value) begin
      for (int i = 0; i < Width; i++) begin
        if (32'(next_q) == i)             staged_query[i*QueryBits +: QueryBits] <= in_query;
        if (32'(next_q) == Width + i)     staged_key[i*KeyBits +: KeyBits] <= in_key;
        if (32'(next_q) == 2 * Width + i) staged_value[i*ValueBits +: ValueBits] <= in_attended;
      end
    end
  end
`else
  for (genvar i = 0; i < Width; i++) begin : gen_staging
    nacre_register #(
      .Width(QueryBits)
    ) u_query (
      .clk_i   (clk_stage),
      .enable_i(good_value && next_q == NextWidth'(i)),
      .d_i     (in_query),
      .q_o     (staged_query[i*QueryBits +: QueryBits])
    );
    nacre_register #(
      .Width(KeyBits)
    ) u_key (
      .clk_i   (clk_stage),
      .enable_i(good_value && next_q == NextWidth'(Width + i)),
      .d_i     (in_key),
      .q_o     (staged_key[i*KeyBits +: KeyBits])
    );
    nacre_register #(
      .Width(ValueBits)
    ) u_value (
      .clk_i   (clk_stage),
      .enable_i(good_value && next_q == NextWidth'(2 * Width + i)),
      .d_i     (in_attended),
      .q_o     (staged_value[i*ValueBits +: ValueBits])
    );
  end
`endif

  // ---- Ring -----------------------------------------------------------------------------------

  logic [SlotWidth-1:0]   slot, slot_d, slot_q;  // that is written; slot_q: unless fresh_q
  logic [FilledWidth-1:0] filled_d, filled_q;    // F
  logic [Window-1:0]      is_filled;

  assign slot     = fresh_q ? '0 : slot_q;
  assign slot_d   = (slot == SlotWidth'(Window - 1)) ? '0 : slot + SlotWidth'(1);
  assign filled_d = fresh_q ? FilledWidth'(1)
                  : (filled_q == FilledWidth'(Window)) ? filled_q : filled_q + FilledWidth'(1);

  nacre_register_reset #(
    .Width(SlotWidth + FilledWidth)
  ) u_ring (
    .clk_i   (clk_stage),
    .rst_ni  (rst_ni),
    .enable_i(start),
    .d_i     ({slot_d, filled_d}),
    .q_o     ({slot_q, filled_q})
  );
  for (genvar u = 0; u < Window; u++) begin : gen_is_filled
    assign is_filled[u] = filled_q > FilledWidth'(u);
  end

  // ---- The head's order of things -------------------------------------------------------------

  logic                  fifo_ready;
  logic                  last_plane, last_value, push_value, push_close;
  logic                  step_q;    // the closing word that is owed
  logic [PlaneWidth-1:0] plane_q;   // counts down to 0, the least significant digit

  assign last_plane = plane_q == '0;
  assign push_value = state_q == StSend && fifo_ready;
  assign push_close = state_q == StClose && fifo_ready;

  always_ff @(posedge clk_stage or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= StIdle;
    end else begin
      case (state_q)
        StIdle:   if (start) state_q <= StKeys;
                  else if (close_alone) state_q <= StClose;
        StKeys:   if (last_plane) state_q <= StScores;
        StScores: state_q <= StValues;
        StValues: if (last_plane) state_q <= StSend;
        StSend:   if (push_value && last_value) state_q <= (Tokens > 0) ? StIdle : StClose;
        default:  if (push_close) state_q <= StIdle;
      endcase
    end
  end

  // Without reset: read while the head is at work.
  always_ff @(posedge clk_stage) begin
    if (start || close_alone) step_q <= pop_step;
    if (start)                     plane_q <= PlaneWidth'(QueryPlanes - 1);
    else if (state_q == StScores)  plane_q <= PlaneWidth'(ScorePlanes - 1);
    else if (!last_plane)          plane_q <= plane_q - PlaneWidth'(1);
  end

  // ---- K tile ---------------------------------------------------------------------------------

  logic [Width*QueryBits-1:0]                query_q;
  logic [QueryPlanes*Width*DigitBits-1:0]    query_planes;  // plane by plane
  logic [Width*DigitBits-1:0]                query_digits;  // of the plane that is computed
  logic                                      first_key_plane;
  logic [Window*KeySumWidth-1:0]             scores;
  logic [Width*KeyBits-1:0]                  read_keys;
  logic [SlotWidth-1:0]                      read_slot;

  nacre_register #(
    .Width(Width * QueryBits)
  ) u_query (
    .clk_i   (clk_stage),
    .enable_i(start),
    .d_i     (staged_query),
    .q_o     (query_q)
  );

  assign first_key_plane = plane_q == PlaneWidth'(QueryPlanes - 1);
  for (genvar i = 0; i < Width; i++) begin : gen_query
    logic [QueryPlanes*DigitBits-1:0] extended;
    if (QueryPlanes * DigitBits > QueryBits) begin : gen_extend
      assign extended = {{(QueryPlanes*DigitBits-QueryBits){QuerySigned
                                                            && query_q[i*QueryBits+QueryBits-1]}},
                         query_q[i*QueryBits +: QueryBits]};
    end else begin : gen_whole
      assign extended = query_q[i*QueryBits +: QueryBits];
    end
    for (genvar p = 0; p < QueryPlanes; p++) begin : gen_plane
      assign query_planes[(p*Width + i)*DigitBits +: DigitBits]
          = extended[p*DigitBits +: DigitBits];
    end
  end
  // 0 while no plane is computed: the trees stand still.
  always_comb begin
    query_digits = '0;
    for (int p = 0; p < QueryPlanes; p++) begin
      if (state_q == StKeys && plane_q == PlaneWidth'(p)) begin
        query_digits = query_planes[p*Width*DigitBits +: Width*DigitBits];
      end
    end
  end

  nacre_attention_tile #(
    .Slots      (Window),
    .Fields     (Width),
    .FieldBits  (KeyBits),
    .FieldSigned(KeySigned),
    .Transposed (1'b1),
    .InputBits  (QueryBits),
    .InputSigned(QuerySigned),
    .DigitBits  (DigitBits)
  ) u_keys (
    .clk_i         (clk_stage),
    .write_i       (start),
    .write_slot_i  (slot),
    .write_data_i  (staged_key),
    .read_slot_i   (read_slot),
    .read_data_o   (read_keys),
    .plane_i       (state_q == StKeys),
    .plane_first_i (first_key_plane),
    .plane_signed_i(QuerySigned && first_key_plane),
    .digits_i      (query_digits),
    .sums_o        (scores)
  );

  // ---- Scores to attention words --------------------------------------------------------------

  logic [BiasWidth-1:0]        bias_q;
  logic [4:0]                  score_shift_q, output_shift_q;
  logic [Window*ScoreBits-1:0] words, words_q;

  for (genvar u = 0; u < Window; u++) begin : gen_word
    logic signed [LineWidth-1:0] line, shifted;
    logic [ScoreBits-1:0]        word;
    assign line    = LineWidth'($signed(scores[u*KeySumWidth +: KeySumWidth]))
                   + LineWidth'($signed(bias_q));
    assign shifted = line >>> score_shift_q;
    nacre_attention_clip #(
      .InWidth(LineWidth), .OutBits(ScoreBits), .OutSigned(1'b0)
    ) u_clip (
      .x_i(shifted), .y_o(word)
    );
    assign words[u*ScoreBits +: ScoreBits] = is_filled[u] ? word : '0;
  end

  nacre_register_reset #(
    .Width(Window * ScoreBits)
  ) u_words (
    .clk_i   (clk_stage),
    .rst_ni  (rst_ni),
    .enable_i(state_q == StScores),
    .d_i     (words),
    .q_o     (words_q)
  );

  // ---- V tile ---------------------------------------------------------------------------------

  logic [ScorePlanes*Window*DigitBits-1:0] word_planes;
  logic [Window*DigitBits-1:0]             word_digits;
  logic [Width*ValueSumWidth-1:0]          sums;
  logic [Width*ValueBits-1:0]              read_values;

  for (genvar u = 0; u < Window; u++) begin : gen_word_planes
    logic [ScorePlanes*DigitBits-1:0] extended;
    assign extended = (ScorePlanes*DigitBits)'(words_q[u*ScoreBits +: ScoreBits]);
    for (genvar p = 0; p < ScorePlanes; p++) begin : gen_plane
      assign word_planes[(p*Window + u)*DigitBits +: DigitBits]
          = extended[p*DigitBits +: DigitBits];
    end
  end
  always_comb begin
    word_digits = '0;
    for (int p = 0; p < ScorePlanes; p++) begin
      if (state_q == StValues && plane_q == PlaneWidth'(p)) begin
        word_digits = word_planes[p*Window*DigitBits +: Window*DigitBits];
      end
    end
  end

  nacre_attention_tile #(
    .Slots      (Window),
    .Fields     (Width),
    .FieldBits  (ValueBits),
    .FieldSigned(ValueSigned),
    .Transposed (1'b0),
    .InputBits  (ScoreBits),
    .InputSigned(1'b0),
    .DigitBits  (DigitBits)
  ) u_values (
    .clk_i         (clk_stage),
    .write_i       (start),
    .write_slot_i  (slot),
    .write_data_i  (staged_value),
    .read_slot_i   (read_slot),
    .read_data_o   (read_values),
    .plane_i       (state_q == StValues),
    .plane_first_i (plane_q == PlaneWidth'(ScorePlanes - 1)),
    .plane_signed_i(1'b0),
    .digits_i      (word_digits),
    .sums_o        (sums)
  );

  // ---- Output ---------------------------------------------------------------------------------

  // Counts 0 ... OutAddresses, which means that all tokens of the sample have come.
  localparam int CountWidth = $clog2(OutAddresses + 1);
  logic [CountWidth-1:0]           count_d, count_q;  // address of the value that is sent next
  logic [IndexWidth-1:0]           index;             // i
  logic signed [ValueSumWidth-1:0] sum, sum_shifted;
  logic [OutputBits-1:0]           out_value;
  logic [OutWidth-2:0]             out_word;          // without polarity
  logic [1:0]                      m_kind;
  logic [OutWidth-4:0]             m_content;

  // Set to 0 by the first token of a sample, or by each.
  assign count_d = start ? '0 : count_q + CountWidth'(1);
  nacre_register #(
    .Width(CountWidth)
  ) u_count (
    .clk_i   (clk_stage),
    .enable_i((start && (Tokens == 0 || fresh_q)) || push_value),
    .d_i     (count_d),
    .q_o     (count_q)
  );
  if (Tokens > 0) begin : gen_tokens
    logic [IndexWidth-1:0] index_q;
    // Back at 0 after the last value.
    nacre_register_reset #(
      .Width(IndexWidth)
    ) u_index (
      .clk_i   (clk_stage),
      .rst_ni  (rst_ni),
      .enable_i(push_value),
      .d_i     (last_value ? IndexWidth'(0) : index_q + IndexWidth'(1)),
      .q_o     (index_q)
    );
    assign index    = index_q;
    assign too_many = !fresh_q && count_q == CountWidth'(OutAddresses);
  end else begin : gen_no_tokens
    assign index    = IndexWidth'(count_q);
    assign too_many = 1'b0;
  end
  assign last_value = index == IndexWidth'(Width - 1);

  if (Width == 1) begin : gen_one_sum
    assign sum = $signed(sums);
  end else begin : gen_sums
    // Padded to a power of two: no index reaches beyond.
    logic [(1<<IndexWidth)*ValueSumWidth-1:0] padded;
    assign padded = ((1<<IndexWidth)*ValueSumWidth)'(sums);
    assign sum    = $signed(padded[32'(index)*ValueSumWidth +: ValueSumWidth]);
  end
  assign sum_shifted = sum >>> output_shift_q;
  nacre_attention_clip #(
    .InWidth(ValueSumWidth + 1), .OutBits(OutputBits), .OutSigned(OutputSigned)
  ) u_clip_output (
    .x_i((ValueSumWidth + 1)'(sum_shifted)), .y_o(out_value)
  );

  assign out_word = (state_q == StSend)
                  ? {KindValue, OutAddressWidth'(count_q), out_value}
                  : {step_q ? KindEndOfStep : KindEndOfSample, {(OutWidth - 3){1'b0}}};

  nacre_stream_fifo #(
    .Width(OutWidth - 1)
  ) u_fifo (
    .clk_i    (clk_stage),
    .rst_ni   (rst_ni),
    .s_valid_i(state_q == StSend || state_q == StClose),
    .s_ready_o(fifo_ready),
    .s_data_i (out_word),
    .m_valid_o(m_valid_o),
    .m_ready_i(m_ready_i),
    .m_data_o ({m_kind, m_content})
  );
  // Values have no polarity.
  assign m_data_o = {m_kind, 1'b0, m_content};
  assign busy_o   = state_q != StIdle || m_valid_o;

  // ---- Configuration: a request is answered in the cycle after it is seen ---------------------

  localparam logic [1:0] RegionRegisters = 2'd0;
  localparam logic [1:0] RegionKeys      = 2'd1;
  localparam logic [1:0] RegionValues    = 2'd2;  // 3: scores
  localparam int         KeyChunkBits    = $clog2(KeyChunks);
  localparam int         ValueChunkBits  = $clog2(ValueChunks);
  localparam int         ScoreChunkBits  = $clog2(ScoreChunks);

  logic [1:0]  region;
  logic [31:0] offset, key_row, key_chunk, value_row, value_chunk, score_chunk;
  logic        request, allowed, write, register_allowed, bias_fits, done_q, error_q;
  logic [31:0] register_rdata, key_word, value_word, score_word;
  logic [31:0] tokens, values_in, stall_cycles;
  // Padded to powers of two: no chunk reaches beyond.
  logic [(32<<KeyChunkBits)-1:0]   key_view;
  logic [(32<<ValueChunkBits)-1:0] value_view;
  logic [(32<<ScoreChunkBits)-1:0] score_view;

  assign region      = cfg_addr_i[CfgAddrWidth-1 -: 2];
  assign offset      = 32'(cfg_addr_i[RegionWidth-1:0]);
  assign key_row     = offset >> KeyChunkBits;
  assign key_chunk   = offset & 32'((1 << KeyChunkBits) - 1);
  assign value_row   = offset >> ValueChunkBits;
  assign value_chunk = offset & 32'((1 << ValueChunkBits) - 1);
  assign score_chunk = offset & 32'((1 << ScoreChunkBits) - 1);
  assign request     = cfg_valid_i && !done_q;
  assign write       = request && allowed && cfg_write_i;  // of a register
  assign bias_fits   = cfg_wdata_i[31:BiasWidth-1] == {(33-BiasWidth){cfg_wdata_i[31]}};

  always_comb begin
    register_allowed = !cfg_write_i;
    register_rdata   = '0;
    case (offset)
      32'd0: begin
        register_allowed = !cfg_write_i || (idle_i && bias_fits);
        register_rdata   = 32'($signed(bias_q));
      end
      32'd1: begin
        register_allowed = !cfg_write_i || (idle_i && cfg_wdata_i < 32'd32);
        register_rdata   = 32'(score_shift_q);
      end
      32'd2: begin
        register_allowed = !cfg_write_i || (idle_i && cfg_wdata_i < 32'd32);
        register_rdata   = 32'(output_shift_q);
      end
      32'd3:   register_rdata = {16'(slot_q), 16'(filled_q)};
      32'd8:   register_rdata = tokens;
      32'd9:   register_rdata = values_in;
      32'd12:  register_rdata = stall_cycles;
      default: register_allowed = 1'b0;
    endcase
  end

  always_comb begin
    case (region)
      RegionRegisters: allowed = register_allowed;
      RegionKeys:      allowed = idle_i && !cfg_write_i && key_row < 32'(Window) &&
                                 key_chunk < 32'(KeyChunks);
      RegionValues:    allowed = idle_i && !cfg_write_i && value_row < 32'(Window) &&
                                 value_chunk < 32'(ValueChunks);
      default:         allowed = idle_i && !cfg_write_i && offset < 32'(ScoreChunks);
    endcase
  end

  always_ff @(posedge clk_stage or negedge rst_ni) begin
    if (!rst_ni) begin
      done_q  <= 1'b0;
      error_q <= 1'b0;
    end else begin
      done_q <= request;
      if (request) error_q <= !allowed;
    end
  end

  nacre_register_reset #(
    .Width(BiasWidth),
    .Reset(ScoreBias[BiasWidth-1:0])
  ) u_bias (
    .clk_i   (clk_stage),
    .rst_ni  (rst_ni),
    .enable_i(write && offset == 32'd0),
    .d_i     (cfg_wdata_i[BiasWidth-1:0]),
    .q_o     (bias_q)
  );
  nacre_register_reset #(
    .Width(5),
    .Reset(5'(ScoreShift))
  ) u_score_shift (
    .clk_i   (clk_stage),
    .rst_ni  (rst_ni),
    .enable_i(write && offset == 32'd1),
    .d_i     (cfg_wdata_i[4:0]),
    .q_o     (score_shift_q)
  );
  nacre_register_reset #(
    .Width(5),
    .Reset(5'(OutputShift))
  ) u_output_shift (
    .clk_i   (clk_stage),
    .rst_ni  (rst_ni),
    .enable_i(write && offset == 32'd2),
    .d_i     (cfg_wdata_i[4:0]),
    .q_o     (output_shift_q)
  );

  assign cfg_ready_o = done_q;
  assign cfg_error_o = done_q && error_q;

  // A slot that is not filled reads 0. The address is held until the answer.
  assign read_slot  = (region == RegionKeys) ? SlotWidth'(key_row) : SlotWidth'(value_row);
  assign key_view   = (key_row < 32'(filled_q)) ? (32<<KeyChunkBits)'(read_keys) : '0;
  assign value_view = (value_row < 32'(filled_q)) ? (32<<ValueChunkBits)'(read_values) : '0;
  assign score_view = (32<<ScoreChunkBits)'(words_q);
  assign key_word   = key_view[32*key_chunk +: 32];
  assign value_word = value_view[32*value_chunk +: 32];
  assign score_word = score_view[32*score_chunk +: 32];
  always_comb begin
    cfg_rdata_o = '0;
    if (done_q && !error_q && !cfg_write_i) begin
      case (region)
        RegionRegisters: cfg_rdata_o = register_rdata;
        RegionKeys:      cfg_rdata_o = key_word;
        RegionValues:    cfg_rdata_o = value_word;
        default:         cfg_rdata_o = score_word;
      endcase
    end
  end

  // ---- Clock and counters ---------------------------------------------------------------------

  // While the output waits nothing needs to move. It runs during a reset, too: what watches the
  // FIFO with this clock sees each reset.
  nacre_clock_gate u_stage_gate (
    .clk_i   (clk_i),
    .enable_i(!rst_ni || pop || state_q == StKeys || state_q == StScores || state_q == StValues ||
              push_value || push_close || (m_valid_o && m_ready_i) || request || done_q ||
              (Counters >= 1 && clear_counters_i)),
    .clk_o   (clk_stage)
  );

  if (Counters >= 1) begin : gen_counters
    nacre_perf_counter u_tokens (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i), .en_i(start),
      .value_o(tokens)
    );
    nacre_perf_counter u_values_in (
      .clk_i(clk_stage), .rst_ni(rst_ni), .clear_i(clear_counters_i), .en_i(pop_value),
      .value_o(values_in)
    );
  end else begin : gen_no_counters
    assign tokens       = '0;
    assign values_in    = '0;
    wire   unused_clear = clear_counters_i;
  end
  if (Counters >= 2) begin : gen_full_counters
    nacre_perf_counter u_stall_cycles (
      .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(clear_counters_i), .en_i(m_valid_o && !m_ready_i),
      .value_o(stall_cycles)
    );
  end else begin : gen_no_full_counters
    assign stall_cycles = '0;
  end

`ifdef VERILATOR
  input_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                  s_valid_i && !s_ready_o |=> s_valid_i && $stable(s_data_i));
  output_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                   m_valid_o && !m_ready_i |=> m_valid_o && $stable(m_data_o));
`endif

endmodule
`default_nettype wire
