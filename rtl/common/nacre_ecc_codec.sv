`default_nettype none
/// Encoder and decoder of an error-correcting code, without state
/// (generator/src/kinds/mram_macro/README.md, Row).
///
/// A code word is {check bits, data}.  SECDED (Hsiao): its XOR of the columns of its ones is 0;
/// columns are the r-bit numbers of odd weight, 2^j of check bit j.  DEC-TED: the BCH code with
/// g = m1 m3 over GF(2^m) and one bit more for an even weight; the two errors are the roots A of
/// S1^3 + S3 + S1^2 A + S1 A^2 = 0 among the powers of the primitive element, all tried at once.
///
/// W. Hsiao, IBM J. Res. Dev. 14 (1970); Bose and Ray-Chaudhuri, Inf. Control 3 (1960).
/// Golden model: sim/golden/mram_macro.
module nacre_ecc_codec #(
  /// Bits of data, 8 ... 64.
  parameter int DataBits  = 8,
  /// 0 none, 1 SECDED, 2 DEC-TED.
  parameter int Code      = 1,
  // Derived, not to be set.  SECDED: least r with 2^(r-1) >= DataBits + r; DEC-TED: 2m + 1, least m
  // with 2^m - 1 >= DataBits + 2m.
  parameter int CheckBits = (Code == 0) ? 0
                          : (Code == 1) ? ((DataBits <= 11) ? 5 : (DataBits <= 26) ? 6
                                        : (DataBits <= 57) ? 7 : 8)
                                        : ((DataBits <= 21) ? 11 : (DataBits <= 51) ? 13 : 15),
  parameter int WordBits  = DataBits + CheckBits
) (
  input  wire logic [DataBits-1:0] data_i,
  output logic      [WordBits-1:0] word_o,           ///< data_i encoded
  input  wire logic [WordBits-1:0] word_i,
  output logic      [DataBits-1:0] data_o,           ///< its data, as they are if uncorrectable
  output logic      [1:0]          corrected_o,      ///< bits of word_i that were wrong
  output logic                     uncorrectable_o   ///< more are wrong than the code corrects
);

  if (DataBits < 8 || DataBits > 64 || Code < 0 || Code > 2) begin : gen_illegal
    nacre_error_ecc_codec_parameter_is_out_of_range u_error ();
  end

  // ---- Tables ---------------------------------------------------------------------------------

  localparam int R = (Code == 1) ? CheckBits : 5;
  localparam int M = (Code == 2) ? (CheckBits - 1) / 2 : 5;
  localparam int C = 2 * M;           // check bits of the BCH code
  localparam int N = DataBits + C;    // its length: position p is the coefficient of x^p
  // The primitive polynomial without x^M, and g without x^C.
  localparam logic [M-1:0] Field
      = (M == 5) ? M'(7'h05) : (M == 6) ? M'(7'h03) : M'(7'h09);
  localparam logic [C-1:0] Generator
      = (M == 5) ? C'(14'h369) : (M == 6) ? C'(14'h539) : C'(14'h0377);

  // Column of data bit i at i * R: the i-th number of odd weight 3 or more, by weight, by value.
  function automatic logic [DataBits*R-1:0] data_columns(input int data_bits);
    int                    bit_number, weight;
    logic [DataBits*R-1:0] columns;
    columns    = {(DataBits*R){1'b0}};
    bit_number = 0;
    for (int wanted = 3; wanted <= R; wanted = wanted + 2) begin
      for (int value = 0; value < (1 << R); value = value + 1) begin
        weight = 0;
        for (int j = 0; j < R; j = j + 1) weight = weight + ((value >> j) & 1);
        if (weight == wanted && bit_number < data_bits) begin
          columns    = columns | ((DataBits*R)'(value) << (bit_number * R));
          bit_number = bit_number + 1;
        end
      end
    end
    data_columns = columns;
  endfunction
  // Product in GF(2^M).
  function automatic logic [M-1:0] times(input logic [M-1:0] a, input logic [M-1:0] b);
    logic [M-1:0] shifted, product;
    shifted = a;
    product = {M{1'b0}};
    for (int j = 0; j < M; j = j + 1) begin
      product = product ^ (shifted & {M{b[j]}});
      shifted = {shifted[M-2:0], 1'b0} ^ (Field & {M{shifted[M-1]}});
    end
    times = product;
  endfunction
  // The power of the primitive element that belongs to each position, at p * M.
  function automatic logic [N*M-1:0] element_powers(input int positions);
    logic [M-1:0]   element;
    logic [N*M-1:0] elements;
    element  = M'(1);
    elements = {(N*M){1'b0}};
    for (int p = 0; p < positions; p = p + 1) begin
      elements = elements | ((N*M)'(element) << (p * M));
      element  = {element[M-2:0], 1'b0} ^ (Field & {M{element[M-1]}});
    end
    element_powers = elements;
  endfunction
  // x^(C+i) mod g of data bit i, at i * C.
  function automatic logic [DataBits*C-1:0] remainders(input int data_bits);
    logic [C-1:0]          remainder;
    logic [DataBits*C-1:0] columns;
    remainder = Generator;
    columns   = {(DataBits*C){1'b0}};
    for (int i = 0; i < data_bits; i = i + 1) begin
      columns   = columns | ((DataBits*C)'(remainder) << (i * C));
      remainder = {remainder[C-2:0], 1'b0} ^ (Generator & {C{remainder[C-1]}});
    end
    remainders = columns;
  endfunction

  // ---- Codes ----------------------------------------------------------------------------------

  if (Code == 0) begin : gen_none
    assign word_o          = data_i;
    assign data_o          = word_i;
    assign corrected_o     = 2'd0;
    assign uncorrectable_o = 1'b0;
  end else if (Code == 1) begin : gen_secded
    localparam logic [DataBits*R-1:0] Columns = data_columns(DataBits);

    logic [R-1:0]        check, received, syndrome;
    logic [DataBits-1:0] wrong;
    logic                wrong_check;

    assign received = word_i[DataBits +: R];
    always_comb begin
      check    = {R{1'b0}};
      syndrome = received;
      for (int i = 0; i < DataBits; i = i + 1) begin
        check    = check ^ (Columns[i*R +: R] & {R{data_i[i]}});
        syndrome = syndrome ^ (Columns[i*R +: R] & {R{word_i[i]}});
      end
    end
    for (genvar i = 0; i < DataBits; i = i + 1) begin : gen_wrong
      assign wrong[i] = syndrome == Columns[i*R +: R];
    end
    assign wrong_check     = syndrome != {R{1'b0}} && (syndrome & (syndrome - R'(1))) == {R{1'b0}};
    assign word_o          = {check, data_i};
    assign data_o          = word_i[DataBits-1:0] ^ wrong;
    assign corrected_o     = {1'b0, (|wrong) || wrong_check};
    assign uncorrectable_o = syndrome != {R{1'b0}} && !(|wrong) && !wrong_check;
  end else begin : gen_dected
    localparam logic [N*M-1:0]        Elements = element_powers(N);
    localparam logic [DataBits*C-1:0] Columns  = remainders(DataBits);

    logic [C-1:0] check;
    logic [N-1:0] received;              // by position
    logic [N-1:0] wrong;
    logic [M-1:0] s1, s3, s1_square, s1_cube, rest;
    logic         odd;                   // weight of the whole
    logic         one, two;              // errors in the BCH code word
    logic         none;

    always_comb begin
      check = {C{1'b0}};
      for (int i = 0; i < DataBits; i = i + 1) check = check ^ (Columns[i*C +: C] & {C{data_i[i]}});
    end
    assign word_o = {(^check) ^ (^data_i), check, data_i};

    assign received = {word_i[DataBits-1:0], word_i[DataBits +: C]};
    assign odd      = ^word_i;
    // Syndromes: the word at the primitive element and at its cube.
    logic [N*M-1:0] terms1, terms3;
    for (genvar p = 0; p < N; p = p + 1) begin : gen_position
      localparam logic [M-1:0] Element = Elements[p*M +: M];
      localparam logic [M-1:0] Square  = times(Element, Element);
      localparam logic [M-1:0] Cube    = times(Square, Element);
      assign terms1[p*M +: M] = Element & {M{received[p]}};
      assign terms3[p*M +: M] = Cube & {M{received[p]}};
      assign wrong[p] = s1 != {M{1'b0}}
                     && (rest ^ times(s1_square, Element) ^ times(s1, Square)) == {M{1'b0}};
    end
    always_comb begin
      s1 = {M{1'b0}};
      s3 = {M{1'b0}};
      for (int p = 0; p < N; p = p + 1) begin
        s1 = s1 ^ terms1[p*M +: M];
        s3 = s3 ^ terms3[p*M +: M];
      end
    end
    assign s1_square = times(s1, s1);
    assign s1_cube   = times(s1_square, s1);
    assign rest      = s1_cube ^ s3;

    // With rest 0 the other root is 0, no position; else there are two roots or none.
    assign none = s1 == {M{1'b0}} && s3 == {M{1'b0}};
    assign one  = rest == {M{1'b0}} && (|wrong);
    assign two  = rest != {M{1'b0}} && (|wrong) && !(^wrong);
    // The last check bit is wrong, too, where the number of errors does not fit to the weight.
    assign uncorrectable_o = !(none || one || (two && !odd));
    assign corrected_o     = uncorrectable_o ? 2'd0 : none ? {1'b0, odd} : odd ? 2'd1 : 2'd2;
    assign data_o          = word_i[DataBits-1:0] ^ (uncorrectable_o ? {DataBits{1'b0}}
                                                                     : wrong[C +: DataBits]);
  end

endmodule
`default_nettype wire
