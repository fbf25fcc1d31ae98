`default_nettype none
/// Single-port memory: an inferred RAM, or flip-flops whose rows are clocked only when written.
///
/// Below 512 bits an ASIC has no use for a RAM: flip-flops then, whatever FlipFlops says. With
/// NACRE_FPGA defined FlipFlops alone decides.
///
/// Read data comes one cycle after en_i && !we_i and stays until the next read. A write changes the
/// 32-bit chunks of the row whose wmask_i bit is 1. No reset of contents.
module nacre_mem_1rw #(
  /// Bits of a row, at least 1.
  parameter int Width = 32,
  /// Rows, at least 1.
  parameter int Depth = 16,
  /// 1: flip-flops, also where the tool would choose a RAM.
  parameter bit FlipFlops = 1'b0,
  // Derived, not to be set.
  parameter int AddrWidth = (Depth > 1) ? $clog2(Depth) : 1,
  parameter int NumChunks = (Width + 31) / 32
) (
  input  wire logic                 clk_i,
  input  wire logic                 en_i,
  input  wire logic                 we_i,
  input  wire logic [AddrWidth-1:0] addr_i,   ///< below Depth
  input  wire logic [NumChunks-1:0] wmask_i,
  input  wire logic [Width-1:0]     wdata_i,
  output logic      [Width-1:0]     rdata_o
);

  if (Width < 1 || Depth < 1) begin : gen_illegal
    nacre_error_width_and_depth_must_be_at_least_1 u_error ();
  end

`ifdef VERILATOR
  // The same memory, an array of whole rows: rows put together from chunks cost a compiled model
  // the square of their width.
  wire unused_flip_flops = FlipFlops;
  localparam int WholeChunks = Width / 32;
  localparam int ChunkBits   = Width < 32 ? Width : 32;  // below 32 there is no whole chunk
  // The chunk that is no whole one, if there is one.
  localparam bit HasTail     = Width % 32 != 0;
  localparam int TailLsb     = HasTail ? 32 * WholeChunks : 0;
  logic [Width-1:0] mem [0:Depth-1];
  logic [Width-1:0] rdata_q;
  always_ff @(posedge clk_i) begin
    if (en_i && we_i) begin : write
      logic [Width-1:0] row;
      row = mem[addr_i];
      for (int c = 0; c < WholeChunks; c++) begin
        if (wmask_i[c]) row[ChunkBits*c +: ChunkBits] = wdata_i[ChunkBits*c +: ChunkBits];
      end
      if (HasTail && wmask_i[NumChunks-1]) row[Width-1:TailLsb] = wdata_i[Width-1:TailLsb];
      mem[addr_i] <= row;
    end
    if (en_i && !we_i) rdata_q <= mem[addr_i];
  end
  assign rdata_o = rdata_q;
`else
`ifdef NACRE_FPGA
  localparam bit Registers = FlipFlops;
`else
  localparam bit Registers = FlipFlops || Width * Depth < 512;
`endif

  for (genvar c = 0; c < NumChunks; c++) begin : gen_chunk
    localparam int ChunkWidth = (Width - 32 * c < 32) ? Width - 32 * c : 32;
    logic [ChunkWidth-1:0] wdata;
    logic                  write;
    assign wdata = wdata_i[32*c +: ChunkWidth];
    assign write = en_i && we_i && wmask_i[c];

    if (Registers) begin : gen_registers
      // One gate before those of the rows: only a write reaches them.
      logic clk_write;
      nacre_clock_gate u_write (
        .clk_i   (clk_i),
        .enable_i(write),
        .clk_o   (clk_write)
      );
      logic [Depth*ChunkWidth-1:0] rows;
      for (genvar r = 0; r < Depth; r++) begin : gen_row
        nacre_register #(.Width(ChunkWidth)) u_row (
          .clk_i   (clk_write),
          .enable_i(write && 32'(addr_i) == r),
          .d_i     (wdata),
          .q_o     (rows[r*ChunkWidth +: ChunkWidth])
        );
      end
      nacre_register #(.Width(ChunkWidth)) u_rdata (
        .clk_i   (clk_i),
        .enable_i(en_i && !we_i),
        .d_i     (rows[32'(addr_i)*ChunkWidth +: ChunkWidth]),
        .q_o     (rdata_o[32*c +: ChunkWidth])
      );
    end else begin : gen_ram
      // One array per chunk: a plain memory with a write enable, which every tool infers.
      logic [ChunkWidth-1:0] mem [0:Depth-1];
      logic [ChunkWidth-1:0] rdata_q;
      always_ff @(posedge clk_i) begin
        if (en_i) begin
          if (we_i) begin
            if (wmask_i[c]) mem[addr_i] <= wdata;
          end else begin
            rdata_q <= mem[addr_i];
          end
        end
      end
      wire unused_write = write;
      assign rdata_o[32*c +: ChunkWidth] = rdata_q;
    end
  end
`endif

endmodule
`default_nettype wire
