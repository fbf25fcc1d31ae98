`default_nettype none
/// What is known of every row of state: *alive* (written in this sample) and *marked* (to be
/// visited at the end of the time step). Contract: generator/src/kinds/spiking_conv/README.md,
/// "Rows, marks, stamps".
///
/// Two memories of bits, a *word* of 2^BitWidth rows in each of their rows, about as many words as
/// a word has bits. A flip-flop per word and memory tells whether the word was written since the
/// last clear_i (alive), take_i (marked): if not it counts as 0, so that nothing is ever cleared.
/// The word of the row issued last is held in flip-flops, written through when a bit changes: rows
/// in succession mostly share a word, and cost neither a read nor a write. A row's word is thus
/// never read while it is written.
///
/// The scan: take_i takes the marks away (later ones are of the next step); with show_i it also
/// reads the lowest word that has one, and from the second cycle after it on scan_valid_o shows the
/// marked rows, ascending, one for each scan_next_i, without gaps: while the rows of a word are
/// shown the next word is read. With ScanAll = 1 no marks are kept.
module nacre_conv_marks #(
  /// At least 1.
  parameter int NumRows = 12,
  /// 1: no marks and no scan, `alive` alone.
  parameter int ScanAll = 0,
  // Derived, not to be set. Word and bit of a row: its upper and its lower bits.
  parameter int RowWidth  = (NumRows > 1) ? $clog2(NumRows) : 1,
  parameter int BitWidth  = (RowWidth > 1) ? RowWidth / 2 : 1,
  parameter int WordBits  = 1 << BitWidth,
  parameter int NumWords  = (NumRows + WordBits - 1) / WordBits,
  parameter int WordWidth = (NumWords > 1) ? $clog2(NumWords) : 1
) (
  input  wire logic                 clk_i,
  input  wire logic                 rst_ni,         ///< asynchronous, active low
  input  wire logic                 clear_i,        ///< forget all; needed before the first row
  // A row is issued: its bits are read, unless they are at hand
  input  wire logic                 issue_i,
  input  wire logic [RowWidth-1:0]  issue_row_i,
  input  wire logic                 issue_event_i,  ///< else a visit at the end of a step
  input  wire logic                 issue_known_i,  ///< a visit of a row known to be alive
  input  wire logic                 forget_i,       ///< no word is at hand, from this cycle on
  // The row issued last, from the next cycle until it is committed
  input  wire logic [RowWidth-1:0]  row_i,
  output logic                      alive_o,
  input  wire logic                 commit_i,       ///< the row is written: it is alive now
  input  wire logic                 mark_i,         ///< ... and marked
  // Scan
  input  wire logic                 take_i,         ///< no row is issued or committed
  input  wire logic                 show_i,         ///< with take_i: a scan begins
  output logic                      any_o,          ///< a row is marked
  output logic                      scan_valid_o,
  output logic      [RowWidth-1:0]  scan_row_o,
  input  wire logic                 scan_next_i,
  output logic                      scan_done_o,    ///< all rows were shown
  // One row's `alive` for the bus, in the cycle after the request; no row is under way
  input  wire logic                 look_i,
  input  wire logic [RowWidth-1:0]  look_row_i,
  output logic                      look_alive_o,
  // Memories: NumWords words of WordBits bits, one read and one write port
  output logic                      marks_ren_o,
  output logic      [WordWidth-1:0] marks_raddr_o,
  input  wire logic [WordBits-1:0]  marks_rdata_i,
  output logic                      marks_wen_o,
  output logic      [WordWidth-1:0] marks_waddr_o,
  output logic      [WordBits-1:0]  marks_wdata_o,
  output logic                      alive_ren_o,
  output logic      [WordWidth-1:0] alive_raddr_o,
  input  wire logic [WordBits-1:0]  alive_rdata_i,
  output logic                      alive_wen_o,
  output logic      [WordWidth-1:0] alive_waddr_o,
  output logic      [WordBits-1:0]  alive_wdata_o
);

  if (NumRows < 1 || ScanAll < 0 || ScanAll > 1) begin : gen_illegal
    nacre_error_number_of_rows_is_out_of_range u_error ();
  end

  logic [WordWidth-1:0] issue_word, word, look_word;
  logic [BitWidth-1:0]  bit_number, look_bit;
  logic [NumWords-1:0]  word_one_hot, look_one_hot;
  logic [WordBits-1:0]  bit_one_hot, look_bit_one_hot;
  logic                 held_q;         // the word of the row issued last is at hand, or will be
  logic                 switch_word;    // the row issued lies in another word
  logic                 from_memory_q;  // the row's word comes from memory
  logic                 known_q;        // the row is known to be alive
  logic [NumWords-1:0]  alive_words_q;  // written in this sample
  logic [WordBits-1:0]  alive_held_q, alive_word;
  logic                 alive_bit;

  // A row's number: {word, bit}. The only word has no number.
  if (NumWords == 1) begin : gen_one_word
    wire unused_rows = ^{issue_row_i, row_i, look_row_i};
    assign issue_word = '0;
    assign word       = '0;
    assign look_word  = '0;
  end else begin : gen_words
    wire unused_rows = ^issue_row_i[BitWidth-1:0];
    assign issue_word = issue_row_i[RowWidth-1:BitWidth];
    assign word       = row_i[RowWidth-1:BitWidth];
    assign look_word  = look_row_i[RowWidth-1:BitWidth];
  end
  assign bit_number = row_i[BitWidth-1:0];
  assign look_bit   = look_row_i[BitWidth-1:0];
  for (genvar w = 0; w < NumWords; w++) begin : gen_word_one_hot
    assign word_one_hot[w] = 32'(word) == w;
    assign look_one_hot[w] = 32'(look_word) == w;
  end
  for (genvar b = 0; b < WordBits; b++) begin : gen_bit_one_hot
    assign bit_one_hot[b]      = 32'(bit_number) == b;
    assign look_bit_one_hot[b] = 32'(look_bit) == b;
  end

  assign switch_word = !held_q || forget_i || issue_word != word;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) held_q <= 1'b0;
    else         held_q <= issue_i || (held_q && !forget_i);
  end
  // Of the row issued last.
  always_ff @(posedge clk_i) begin
    if (issue_i) begin
      from_memory_q <= switch_word;
      known_q       <= issue_known_i;
    end
  end

  // ------------------------------------------------------------------------------- Alive
  assign alive_word    = !from_memory_q                         ? alive_held_q
                       : (alive_words_q & word_one_hot) != '0   ? alive_rdata_i
                       : '0;
  assign alive_bit     = (alive_word & bit_one_hot) != '0;
  assign alive_o       = known_q || alive_bit;
  assign alive_ren_o   = look_i || (issue_i && switch_word && !issue_known_i);
  assign alive_raddr_o = look_i ? look_word : issue_word;
  assign alive_wen_o   = commit_i && !alive_o;
  assign alive_waddr_o = word;
  assign alive_wdata_o = alive_word | bit_one_hot;
  assign look_alive_o  = (alive_words_q & look_one_hot) != '0
                      && (alive_rdata_i & look_bit_one_hot) != '0;

  nacre_register #(.Width(NumWords)) u_alive_words (
    .clk_i   (clk_i),
    .enable_i(clear_i || alive_wen_o),
    .d_i     ((alive_words_q | word_one_hot) & {NumWords{!clear_i}}),
    .q_o     (alive_words_q)
  );
  // Not used behind a row that was known to be alive: the word is forgotten then.
  nacre_register #(.Width(WordBits)) u_alive_held (
    .clk_i   (clk_i),
    .enable_i(commit_i && !known_q && (from_memory_q || !alive_bit)),
    .d_i     (alive_wdata_o),
    .q_o     (alive_held_q)
  );

  // ------------------------------------------------------------------------------- Marked
  if (ScanAll == 1) begin : gen_no_marks
    wire unused_marks = ^{issue_event_i, mark_i, take_i, show_i, scan_next_i, marks_rdata_i};
    assign any_o         = 1'b0;
    assign scan_valid_o  = 1'b0;
    assign scan_row_o    = '0;
    assign scan_done_o   = 1'b1;
    assign marks_ren_o   = 1'b0;
    assign marks_raddr_o = '0;
    assign marks_wen_o   = 1'b0;
    assign marks_waddr_o = '0;
    assign marks_wdata_o = '0;
  end else begin : gen_marks
    logic [NumWords-1:0]  marked_words_q;   // marked since take_i
    logic [NumWords-1:0]  left_q, source;   // words of the scan not yet read
    logic [NumWords-1:0]  first_word;       // the lowest of them, one-hot
    logic [WordWidth-1:0] first_word_number, read_word_q, scan_word_q;
    logic [WordBits-1:0]  marks_held_q, marks_word;
    logic                 mark_new;         // the row was not marked
    logic                 more, fetch;      // there is a word to read; it is read
    logic                 fetched_q;        // a word was read for the scan
    logic                 load;             // its rows are shown from the next cycle on
    logic [WordBits-1:0]  scan_q, first_bit;  // rows still to show; the lowest, one-hot
    logic [BitWidth-1:0]  first_bit_number;
    logic                 scan_valid_q, last_bit;

    assign marks_word    = !from_memory_q                          ? marks_held_q
                         : (marked_words_q & word_one_hot) != '0   ? marks_rdata_i
                         : '0;
    assign mark_new      = mark_i && (marks_word & bit_one_hot) == '0;
    assign marks_wen_o   = commit_i && mark_new;
    assign marks_waddr_o = word;
    assign marks_wdata_o = marks_word | bit_one_hot;
    // A visit's word was not written since take_i, or is at hand.
    assign marks_ren_o   = fetch || (issue_i && issue_event_i && switch_word);
    assign marks_raddr_o = fetch ? first_word_number : issue_word;

    nacre_register #(.Width(NumWords)) u_marked_words (
      .clk_i   (clk_i),
      .enable_i(clear_i || take_i || marks_wen_o),
      .d_i     ((marked_words_q | word_one_hot) & {NumWords{!clear_i && !take_i}}),
      .q_o     (marked_words_q)
    );
    nacre_register #(.Width(WordBits)) u_marks_held (
      .clk_i   (clk_i),
      .enable_i(commit_i && (from_memory_q || mark_new)),
      .d_i     (mark_i ? marks_wdata_o : marks_word),
      .q_o     (marks_held_q)
    );

    assign any_o      = marked_words_q != '0;
    assign source     = take_i ? marked_words_q : left_q;
    assign first_word = source & (~source + NumWords'(1));
    assign more       = source != '0;
    assign load       = fetched_q && (!scan_valid_q || (scan_next_i && last_bit));
    assign fetch      = (take_i ? show_i : load) && more;
    nacre_register #(.Width(NumWords)) u_left (
      .clk_i   (clk_i),
      .enable_i(take_i || load),
      .d_i     (source ^ first_word),
      .q_o     (left_q)
    );
    nacre_register #(.Width(WordWidth)) u_read_word (
      .clk_i   (clk_i),
      .enable_i(fetch),
      .d_i     (first_word_number),
      .q_o     (read_word_q)
    );
    nacre_register #(.Width(WordWidth)) u_scan_word (
      .clk_i   (clk_i),
      .enable_i(load),
      .d_i     (read_word_q),
      .q_o     (scan_word_q)
    );

    assign first_bit = scan_q & (~scan_q + WordBits'(1));
    assign last_bit  = (scan_q ^ first_bit) == '0;
    nacre_register #(.Width(WordBits)) u_scan (
      .clk_i   (clk_i),
      .enable_i(load || scan_next_i),
      .d_i     (load ? marks_rdata_i : scan_q ^ first_bit),
      .q_o     (scan_q)
    );
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        fetched_q    <= 1'b0;
        scan_valid_q <= 1'b0;
      end else begin
        if (take_i || load) fetched_q <= fetch;
        scan_valid_q <= load || (scan_valid_q && !(scan_next_i && last_bit));
      end
    end

    // Numbers of the one-hot words and bits: bit n is 1 in those whose number has it.
    for (genvar n = 0; n < WordWidth; n++) begin : gen_word_number
      logic [NumWords-1:0] select;
      for (genvar w = 0; w < NumWords; w++) begin : gen_word
        assign select[w] = ((w >> n) & 1) != 0;
      end
      assign first_word_number[n] = |(first_word & select);
    end
    for (genvar n = 0; n < BitWidth; n++) begin : gen_bit_number
      logic [WordBits-1:0] select;
      for (genvar b = 0; b < WordBits; b++) begin : gen_bit
        assign select[b] = ((b >> n) & 1) != 0;
      end
      assign first_bit_number[n] = |(first_bit & select);
    end
    if (NumWords == 1) begin : gen_scan_one_word
      wire unused_word = ^scan_word_q;
      assign scan_row_o = first_bit_number;
    end else begin : gen_scan_row
      assign scan_row_o = {scan_word_q, first_bit_number};
    end
    assign scan_valid_o = scan_valid_q;
    assign scan_done_o  = !scan_valid_q && !fetched_q;
  end

endmodule
`default_nettype wire
