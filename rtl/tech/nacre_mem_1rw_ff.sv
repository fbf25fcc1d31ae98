`default_nettype none
/// Single-port memory, in flip-flops.
///
/// Read data comes one cycle after en_i && !we_i and stays until the next read. A write changes the
/// 32-bit chunks of the row whose wmask_i bit is 1. No reset of contents.
module nacre_mem_1rw_ff #(
  /// Bits of a row, at least 1.
  parameter int Width = 32,
  /// Rows, at least 1.
  parameter int Depth = 16,
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

  // One array per chunk: each is a plain memory with a write enable, which every tool infers.
  for (genvar c = 0; c < NumChunks; c++) begin : gen_chunk
    localparam int ChunkWidth = (Width - 32 * c < 32) ? Width - 32 * c : 32;
    // Keeps synthesis from choosing a RAM; the ports and the timing are those of nacre_mem_1rw.
    (* ram_style = "registers" *)
    logic [ChunkWidth-1:0] mem [0:Depth-1];
    logic [ChunkWidth-1:0] rdata_q;
    always_ff @(posedge clk_i) begin
      if (en_i) begin
        if (we_i) begin
          if (wmask_i[c]) mem[addr_i] <= wdata_i[32*c +: ChunkWidth];
        end else begin
          rdata_q <= mem[addr_i];
        end
      end
    end
    assign rdata_o[32*c +: ChunkWidth] = rdata_q;
  end

endmodule
`default_nettype wire
