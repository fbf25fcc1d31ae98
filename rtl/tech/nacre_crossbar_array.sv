`default_nettype none
/// Model of a resistive crossbar with its programming circuit, drivers and column multiplexers; an
/// array macro takes its place by name.
///
/// Programming turns the level of a cell into its conductance, once and for all, in 1/16 of a level
/// step (numbers: docs/device_random.md, h that of the cell):
///
///   g = clip(Levels[l] + deviate(Spread[l], h), 0, 2^G - 1),  G = CellBits + 5
///   g = the lowest level when h[31:16] < StuckLow, else the highest when < StuckLow + StuckHigh
///   g_eff = (g * (65536 - min(65535, IrDrop * (r mod TileRows)))) >> 16
///
/// Reading multiplies and adds: current of column q = sum over the word lines of the selected group
/// of digit * g_eff.  Spread, stuck cells and loss of 0 leave no logic.
///
/// The conductances are a memory outside: row = bank * NumGroups + group, the cell of word line w
/// of the group and column q at (w * Columns + q) * 16.  `select_i` opens a row from the next cycle
/// on; one that is open already is not read again.  An access to a pair of cells (columns 2m, 2m+1)
/// is held until `done_o`: a write takes 6 cycles, a read 4, the answer's included.  In its last
/// two, `stall_o` is 1: the memory serves the access and then opens the selected row again; nothing
/// may be selected or read.
///
/// Contract: generator/src/kinds/imc_crossbar/README.md, "Devices".  Golden model:
/// sim/golden/imc_crossbar.
module nacre_crossbar_array #(
  /// Word lines, 1 ... 65536, and how many of them one tile has.
  parameter int Rows          = 4,
  parameter int TileRows      = 4,
  /// Physical columns, even.
  parameter int Columns       = 2,
  /// Sets of cells of which one is connected, at least 1.
  parameter int Banks         = 1,
  /// Word lines of a group, 1 ... Rows; the last group may have fewer.
  parameter int LinesPerRead  = 4,
  /// Bits of a digit: 1, 2 or 4.
  parameter int DigitBits     = 1,
  /// Neighbouring columns behind each multiplexer, 1 ... Columns.
  parameter int ColumnsPerAdc = 1,
  /// Bits of a cell c, 1 ... 4.
  parameter int CellBits      = 1,
  /// Conductance of each of the 2^c levels, c + 5 bits each, level 0 in the low bits.
  parameter logic [(1<<CellBits)*(CellBits+5)-1:0] Levels = {6'd16, 6'd0},
  /// Standard deviation of each, 10 bits, in 1/256 of a level step.
  parameter logic [(1<<CellBits)*10-1:0]           Spread = 20'd0,
  /// Probabilities in 1/65536, 0 ... 65536 together.
  parameter int StuckLow      = 0,
  parameter int StuckHigh     = 0,
  /// Loss of conductance per word line of a tile, in 1/65536, 0 ... 65535.
  parameter int IrDrop        = 0,
  // Derived, not to be set.
  parameter int NumGroups     = (Rows + LinesPerRead - 1) / LinesPerRead,
  parameter int NumAdcs       = (Columns + ColumnsPerAdc - 1) / ColumnsPerAdc,
  parameter int RowWidth      = (Banks * Rows > 1) ? $clog2(Banks * Rows) : 1,
  parameter int PairWidth     = (Columns > 2) ? $clog2(Columns / 2) : 1,
  parameter int BankWidth     = (Banks > 1) ? $clog2(Banks) : 1,
  parameter int GroupWidth    = (NumGroups > 1) ? $clog2(NumGroups) : 1,
  parameter int PhaseWidth    = (ColumnsPerAdc > 1) ? $clog2(ColumnsPerAdc) : 1,
  // A current is at most LinesPerRead * (2^DigitBits - 1) * (2^G - 1).
  parameter int CurrentWidth  =
      $clog2(LinesPerRead * ((1 << DigitBits) - 1) * ((1 << (CellBits + 5)) - 1) + 1),
  parameter int MemDepth      = Banks * NumGroups,
  parameter int MemAddrWidth  = (MemDepth > 1) ? $clog2(MemDepth) : 1,
  parameter int MemWidth      = LinesPerRead * Columns * 16,
  parameter int MemChunks     = MemWidth / 32
) (
  input  wire logic                              clk_i,
  input  wire logic                              rst_ni,     ///< asynchronous, active low
  input  wire logic [31:0]                       seed_i,     ///< of the devices
  // Programming and inspection
  input  wire logic                              access_i,
  input  wire logic                              write_i,
  input  wire logic [RowWidth-1:0]               row_i,      ///< bank * Rows + word line
  input  wire logic [PairWidth-1:0]              pair_i,
  input  wire logic [2*CellBits-1:0]             levels_i,   ///< {column 2m+1, column 2m}
  output logic                                   done_o,
  output logic      [31:0]                       pair_o,     ///< conductances, with done_o
  output logic                                   stall_o,
  // Reading
  input  wire logic                              select_i,
  input  wire logic [BankWidth-1:0]              bank_i,
  input  wire logic [GroupWidth-1:0]             group_i,
  input  wire logic [LinesPerRead*DigitBits-1:0] digits_i,
  input  wire logic [PhaseWidth-1:0]             phase_i,    ///< place of the multiplexers
  output logic      [NumAdcs*CurrentWidth-1:0]   currents_o,
  // Conductances, one port
  output logic                                   mem_en_o,
  output logic                                   mem_we_o,
  output logic      [MemAddrWidth-1:0]           mem_addr_o,
  output logic      [MemChunks-1:0]              mem_wmask_o,
  output logic      [MemWidth-1:0]               mem_wdata_o,
  input  wire logic [MemWidth-1:0]               mem_rdata_i
);

  localparam int G         = CellBits + 5;
  localparam int NumLevels = 1 << CellBits;
  localparam int NumPairs  = Columns / 2;
  localparam int Lines     = LinesPerRead;
  localparam int X         = ColumnsPerAdc;
  localparam int ChunkWidth = (MemChunks > 1) ? $clog2(MemChunks) : 1;
  localparam bit Deviates  = Spread != '0;
  localparam bit Sticks    = StuckLow != 0 || StuckHigh != 0;
  localparam bit Random    = Deviates || Sticks;

  if (Rows < 1 || Rows > 65536 || TileRows < 1 || TileRows > Rows || Columns < 2 ||
      Columns % 2 != 0 || Banks < 1 || Lines < 1 || Lines > Rows ||
      (DigitBits != 1 && DigitBits != 2 && DigitBits != 4) || X < 1 || X > Columns ||
      CellBits < 1 || CellBits > 4 || StuckLow < 0 || StuckHigh < 0 ||
      StuckLow + StuckHigh > 65536 || IrDrop < 0 || IrDrop > 65535) begin : gen_illegal
    nacre_error_crossbar_array_parameter_is_out_of_range u_error ();
  end

  // ---- Access: where the pair is, what becomes of it, and its turn at the memory --------------

  typedef enum logic [2:0] {
    StIdle    = 3'd0,
    StPlace   = 3'd1,  // word line to group, and place in it
    StFirst   = 3'd2,  // the conductance of column 2m
    StSecond  = 3'd3,  // that of column 2m+1
    StAccess  = 3'd4,  // the memory's cycle
    StRestore = 3'd5   // the selected row is opened again
  } state_e;
  state_e state_q;

  // One bit more than their range needs, so that they hold the divisors, too.
  logic [RowWidth:0]       row, row_bank, row_line;
  logic [16:0]             word_line, line_group, line_place;
  logic [BankWidth-1:0]    bank_d, bank_q;
  logic [15:0]             line_d, line_q;      // word line, below Rows <= 2^16
  logic [MemAddrWidth-1:0] address_d, address_q;
  logic [ChunkWidth-1:0]   chunk_d, chunk_q;
  logic                    request;
  wire unused_quotients = ^{row_bank, line_group, line_place};

  assign request   = access_i && state_q == StIdle;
  assign row       = {1'b0, row_i};
  assign row_bank  = row / (RowWidth+1)'(Rows);
  assign row_line  = row % (RowWidth+1)'(Rows);
  assign bank_d    = BankWidth'((RowWidth+BankWidth)'(row_bank));
  assign line_d    = 16'((RowWidth+16)'(row_line));
  assign word_line = {1'b0, line_q};
  assign line_group = word_line / 17'(Lines);
  assign line_place = word_line % 17'(Lines);
  assign address_d = MemAddrWidth'(32'(bank_q) * NumGroups + 32'(line_group));
  assign chunk_d   = ChunkWidth'(32'(line_place) * NumPairs + 32'(pair_i));

  // Data only: each is set before the state in which it is read.
  nacre_register #(
    .Width(BankWidth + 16)
  ) u_word_line (
    .clk_i   (clk_i),
    .enable_i(request),
    .d_i     ({bank_d, line_d}),
    .q_o     ({bank_q, line_q})
  );
  nacre_register #(
    .Width(MemAddrWidth + ChunkWidth)
  ) u_place (
    .clk_i   (clk_i),
    .enable_i(state_q == StPlace),
    .d_i     ({address_d, chunk_d}),
    .q_o     ({address_q, chunk_q})
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= StIdle;
    end else begin
      case (state_q)
        StIdle:   if (access_i) state_q <= StPlace;
        StPlace:  state_q <= write_i ? StFirst : StAccess;
        StFirst:  state_q <= StSecond;
        StSecond: state_q <= StAccess;
        StAccess: state_q <= StRestore;
        default:  state_q <= StIdle;
      endcase
    end
  end

  assign stall_o = state_q == StAccess || state_q == StRestore;
  assign done_o  = state_q == StRestore;

  // ---- Programming: one cell in a cycle -------------------------------------------------------

  logic [CellBits-1:0] level;
  logic [G-1:0]        table_level, deviated, programmed, effective;
  logic [G-1:0]        first_q, second_q;

  assign level       = (state_q == StFirst) ? levels_i[CellBits-1:0]
                                            : levels_i[2*CellBits-1:CellBits];
  assign table_level = Levels[32'(level)*G +: G];

  if (Random) begin : gen_random
    logic [27:0] index;
    logic [31:0] number;
    assign index = 28'(32'(row) * Columns + 32'({pair_i, 1'b0})) + 28'(state_q == StSecond);
    nacre_device_random u_cell (
      .key_i   (seed_i),
      .block_i ({4'd0, index}),
      .number_o(number)
    );

    if (Deviates) begin : gen_deviate
      logic [9:0]          sigma;
      logic signed [8:0]   deviation;
      // At most 511 + 208 and at least -208: 11 bits with sign.
      logic signed [10:0]  sum;
      assign sigma = Spread[32'(level)*10 +: 10];
      nacre_device_deviate u_deviate (
        .sigma_i    (sigma),
        .number_i   (number[15:0]),
        .deviation_o(deviation)
      );
      assign sum      = 11'($signed({1'b0, table_level})) + 11'(deviation);
      assign deviated = sum[10] ? {G{1'b0}} : (|sum[9:G]) ? {G{1'b1}} : sum[G-1:0];
    end else begin : gen_exact
      wire unused_low = ^number[15:0];
      assign deviated = table_level;
    end

    if (Sticks) begin : gen_stuck
      logic signed [31:0] draw;
      assign draw       = $signed({16'd0, number[31:16]});
      assign programmed = (draw < StuckLow) ? Levels[G-1:0]
                        : (draw < StuckLow + StuckHigh) ? Levels[(NumLevels-1)*G +: G]
                        : deviated;
    end else begin : gen_free
      wire unused_high = ^number[31:16];
      assign programmed = deviated;
    end
  end else begin : gen_ideal
    wire unused_seed = ^seed_i;
    assign deviated   = table_level;
    assign programmed = deviated;
  end

  if (IrDrop != 0) begin : gen_ir_drop
    // 1 ... 65536; the loss itself is below 2^16 * 2^16.
    logic [16:0]   tile_line;
    logic [31:0]   loss;
    logic [16:0]   factor_d, factor_q;
    logic [G+16:0] product;
    wire unused_product = ^{product[15:0], product[G+16]};
    assign tile_line = word_line % 17'(TileRows);
    assign loss     = 32'(tile_line) * IrDrop;
    assign factor_d = 17'h10000 - ((loss > 32'd65535) ? 17'h0FFFF : {1'b0, loss[15:0]});
    nacre_register #(
      .Width(17)
    ) u_factor (
      .clk_i   (clk_i),
      .enable_i(state_q == StPlace),
      .d_i     (factor_d),
      .q_o     (factor_q)
    );
    assign product   = (G+17)'(programmed) * (G+17)'(factor_q);
    assign effective = product[16 +: G];
  end else begin : gen_no_ir_drop
    assign effective = programmed;
  end

  nacre_register #(
    .Width(G)
  ) u_first (
    .clk_i   (clk_i),
    .enable_i(state_q == StFirst),
    .d_i     (effective),
    .q_o     (first_q)
  );
  nacre_register #(
    .Width(G)
  ) u_second (
    .clk_i   (clk_i),
    .enable_i(state_q == StSecond),
    .d_i     (effective),
    .q_o     (second_q)
  );

  // ---- Memory ---------------------------------------------------------------------------------

  logic                    open_q;         // a row has been opened since the reset: open_row_q
  logic [MemAddrWidth-1:0] open_row_q;
  logic [MemAddrWidth-1:0] select_row;
  logic                    change;         // the selected row is another
  logic [31:0]             chunk_word;

  assign select_row = MemAddrWidth'(32'(bank_i) * NumGroups + 32'(group_i));
  assign change     = select_i && !(open_q && select_row == open_row_q);

  nacre_register #(
    .Width(MemAddrWidth)
  ) u_open_row (
    .clk_i   (clk_i),
    .enable_i(change),
    .d_i     (select_row),
    .q_o     (open_row_q)
  );
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)     open_q <= 1'b0;
    else if (change) open_q <= 1'b1;
  end

  assign mem_en_o    = change || state_q == StAccess || (state_q == StRestore && open_q);
  assign mem_we_o    = state_q == StAccess && write_i;
  assign mem_addr_o  = (state_q == StAccess) ? address_q
                     : (state_q == StRestore) ? open_row_q : select_row;
  assign mem_wmask_o = MemChunks'(1) << chunk_q;
  assign mem_wdata_o = {MemChunks{16'(second_q), 16'(first_q)}};

  // Bits above G of a cell are 0 as written.
  assign chunk_word = mem_rdata_i[32'(chunk_q)*32 +: 32];
  assign pair_o     = {16'(chunk_word[16 +: G]), 16'(chunk_word[0 +: G])};
  wire unused_chunk_bits = ^{chunk_word[31:16+G], chunk_word[15:G]};

  // ---- Reading --------------------------------------------------------------------------------

  for (genvar k = 0; k < NumAdcs; k++) begin : gen_adc
    // The last multiplexer may have fewer columns; beyond them it stays at the first.
    localparam int Here = (Columns - k * X < X) ? Columns - k * X : X;
    logic [PhaseWidth-1:0]   place_here;
    logic [Here*16-1:0]      cells;
    logic [DigitBits-1:0]    digit;
    logic [CurrentWidth-1:0] current, term;
    assign place_here = (32'(phase_i) < Here) ? phase_i : {PhaseWidth{1'b0}};

    always_comb begin
      current = '0;
      cells   = '0;
      for (int w = 0; w < Lines; w++) begin
        digit = digits_i[w*DigitBits +: DigitBits];
        term  = '0;
        // A silent line adds nothing; the simulator need not look at its cells.
        if (digit != '0) begin
          cells = mem_rdata_i[(w*Columns + k*X)*16 +: Here*16];
          term  = CurrentWidth'(cells[32'(place_here)*16 +: G]) * CurrentWidth'(digit);
        end
        current = current + term;
      end
    end
    assign currents_o[k*CurrentWidth +: CurrentWidth] = current;
  end

`ifdef VERILATOR
  access_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                   access_i && !done_o |=> access_i && $stable(row_i) &&
                                   $stable(pair_i) && $stable(write_i));
  no_select_in_stall : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                        stall_o |-> !select_i);
`endif

endmodule
`default_nettype wire
