`default_nettype none
// Smoke test of nacre_ecc_codec: every error of one and two bits in random words, errors of three
// bits, and random words, against the definition of the codes (columns; division by the two minimal
// polynomials and weight) and a search for the nearest code word.
module nacre_ecc_codec_tb;
  parameter int DataBits = 8;
  parameter int Code     = 1;

  function automatic int check_bits(input int code);
    int r;
    r = 0;
    if (code == 1) begin
      r = 1;
      while ((1 << (r - 1)) < DataBits + r) r = r + 1;
    end else if (code == 2) begin
      r = 1;
      while ((1 << r) - 1 < DataBits + 2 * r) r = r + 1;
      r = 2 * r + 1;
    end
    check_bits = r;
  endfunction
  localparam int R        = check_bits(Code);
  localparam int WordBits = DataBits + R;

  logic [DataBits-1:0] data = '0, data_out;
  logic [WordBits-1:0] encoded, word = '0;
  logic [1:0]          corrected;
  logic                uncorrectable;

  nacre_ecc_codec #(.DataBits(DataBits), .Code(Code)) dut (
    .data_i(data), .word_o(encoded), .word_i(word), .data_o(data_out), .corrected_o(corrected),
    .uncorrectable_o(uncorrectable)
  );

  integer failures = 0, checks = 0;
  task automatic fail(input [60*8-1:0] what);
    failures = failures + 1;
    if (failures < 20) $display("FAIL %0s", what);
  endtask

  // ---- Definition of the codes
  logic [7:0] column [0:63];
  function automatic int weight_of(input int value);
    weight_of = 0;
    for (int b = 0; b < 8; b = b + 1) weight_of = weight_of + ((value >> b) & 1);
  endfunction
  task automatic make_columns;
    int place;
    for (int value = 0; value < (1 << R); value = value + 1) begin
      // Its place among those of odd weight: what comes before it, by weight, then by value.
      if (weight_of(value) % 2 == 1 && weight_of(value) >= 3) begin
        place = 0;
        for (int other = 0; other < (1 << R); other = other + 1) begin
          if (weight_of(other) % 2 == 1 && weight_of(other) >= 3 &&
              (weight_of(other) < weight_of(value) ||
               (weight_of(other) == weight_of(value) && other < value))) place = place + 1;
        end
        if (place < DataBits) column[place] = 8'(value);
      end
    end
  endtask

  function automatic logic divides(input logic [WordBits-1:0] dividend, input int divisor,
                                   input int degree);
    logic [WordBits-1:0] rest;
    rest = dividend;
    for (int p = WordBits - 1; p >= degree; p = p - 1) begin
      if (rest[p]) rest = rest ^ (WordBits'(divisor) << (p - degree));
    end
    divides = rest == '0;
  endfunction
  function automatic logic is_code_word(input logic [WordBits-1:0] each);
    logic [7:0]          sum;
    logic [WordBits-1:0] polynomial;
    int                  first, second;
    logic                even, by_one, by_two;
    if (Code == 0) is_code_word = 1'b1;
    else if (Code == 1) begin
      sum = 8'(each >> DataBits);
      for (int i = 0; i < DataBits; i = i + 1) if (each[i]) sum = sum ^ column[i];
      is_code_word = sum == 8'd0;
    end else begin
      // Data above the check bits; the last check bit is no coefficient.
      polynomial = (WordBits'(each[DataBits-1:0]) << (R - 1))
                 | ((each >> DataBits) & ((WordBits'(1) << (R - 1)) - WordBits'(1)));
      first  = (R == 11) ? 'h25 : (R == 13) ? 'h43 : 'h89;
      second = (R == 11) ? 'h3d : (R == 13) ? 'h57 : 'h8f;
      even   = !(^each);
      by_one = divides(polynomial, first, (R - 1) / 2);
      by_two = divides(polynomial, second, (R - 1) / 2);
      is_code_word = even && by_one && by_two;
    end
  endfunction

  // ---- Checks
  // `count` different bits.
  function automatic logic [WordBits-1:0] random_error(input int count);
    int place;
    random_error = '0;
    for (int n = 0; n < count; n = n + 1) begin
      place = $urandom_range(WordBits - 1);
      while (random_error[place]) place = (place + 1) % WordBits;
      random_error[place] = 1'b1;
    end
  endfunction
  function automatic logic [WordBits-1:0] random_word(input int unused);
    random_word = WordBits'({$urandom, $urandom, $urandom});
  endfunction
  task automatic expect_result(input logic [DataBits-1:0] want, input int bits,
                               input logic lost);
    #1;
    checks = checks + 1;
    if (data_out !== want) fail("wrong data");
    if (corrected !== 2'(bits)) fail("wrong number of bits");
    if (uncorrectable !== lost) fail("uncorrectable or not");
  endtask
  // What the decoder must say of `word`: tries all patterns of up to two bits.
  task automatic search(input int most);
    logic [WordBits-1:0] tried, found;
    int                  bits;
    bits = 3;
    for (int a = -1; a < WordBits; a = a + 1) begin
      for (int b = -1; b <= a; b = b + 1) begin
        if (a != b || a < 0) begin
          tried = word;
          if (a >= 0) tried[a] = !tried[a];
          if (b >= 0) tried[b] = !tried[b];
          if (((a >= 0) ? 1 : 0) + ((b >= 0) ? 1 : 0) < bits && is_code_word(tried)) begin
            bits  = ((a >= 0) ? 1 : 0) + ((b >= 0) ? 1 : 0);
            found = tried;
          end
        end
      end
    end
    if (bits > most) expect_result(word[DataBits-1:0], 0, 1'b1);
    else             expect_result(found[DataBits-1:0], bits, 1'b0);
  endtask

  initial begin : main
    logic [WordBits-1:0] sent, error;
    if (Code == 1) make_columns;
    for (int n = 0; n < 20; n = n + 1) begin
      data = DataBits'(random_word(n));
      if (n == 0) data = '0;
      if (n == 1) data = '1;
      #1;
      if (encoded[DataBits-1:0] !== data) fail("data is not in the code word");
      if (!is_code_word(encoded)) fail("not a code word");
      word = encoded;
      expect_result(data, 0, 1'b0);
    end
    // Each data bit alone, so that each column is seen.
    for (int i = 0; i < DataBits; i = i + 1) begin
      data = DataBits'(1) << i;
      #1;
      if (!is_code_word(encoded)) fail("not a code word");
    end
    if (Code != 0) begin
      for (int n = 0; n < 2; n = n + 1) begin
        data = DataBits'(random_word(n));
        #1 sent = encoded;
        for (int a = 0; a < WordBits; a = a + 1) begin
          word = sent ^ (WordBits'(1) << a);
          expect_result(data, 1, 1'b0);
          for (int b = 0; b < a; b = b + 1) begin
            error = (WordBits'(1) << a) | (WordBits'(1) << b);
            word  = sent ^ error;
            if (Code == 2) expect_result(data, 2, 1'b0);
            else           expect_result(word[DataBits-1:0], 0, 1'b1);
          end
        end
      end
      for (int n = 0; n < 300; n = n + 1) begin
        error = random_error(3);
        word = sent ^ error;
        if (Code == 2) expect_result(word[DataBits-1:0], 0, 1'b1);
      end
      // Three and four errors, and words of chance.
      for (int n = 0; n < 8; n = n + ((WordBits > 40) ? 3 : 1)) begin
        if (n < 4) begin
          error = random_error(n + 3);
          word = sent ^ error;
        end else word = random_word(n);
        search(Code);
      end
    end
    if (failures == 0 && checks > 0) $display("PASS");
    $finish;
  end
endmodule
`default_nettype wire
