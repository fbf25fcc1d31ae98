`default_nettype none
/// Memory with one read and one write port, in flip-flops.
///
/// Read data comes one cycle after ren_i and stays until the next read. Reading the row that is
/// written in the same cycle is undefined: the user forwards. No reset of contents.
module nacre_mem_1r1w_ff #(
  /// Bits of a row, at least 1.
  parameter int Width = 32,
  /// Rows, at least 1.
  parameter int Depth = 16,
  // Derived, not to be set.
  parameter int AddrWidth = (Depth > 1) ? $clog2(Depth) : 1
) (
  input  wire logic                 clk_i,
  input  wire logic                 ren_i,
  input  wire logic [AddrWidth-1:0] raddr_i,  ///< below Depth
  output logic      [Width-1:0]     rdata_o,
  input  wire logic                 wen_i,
  input  wire logic [AddrWidth-1:0] waddr_i,  ///< below Depth
  input  wire logic [Width-1:0]     wdata_i
);

  if (Width < 1 || Depth < 1) begin : gen_illegal
    nacre_error_width_and_depth_must_be_at_least_1 u_error ();
  end

  // Keeps synthesis from choosing a RAM; the ports and the timing are those of nacre_mem_1r1w.
  (* ram_style = "registers" *)
  logic [Width-1:0] mem [0:Depth-1];

  always_ff @(posedge clk_i) begin
    if (ren_i) rdata_o <= mem[raddr_i];
  end

  always_ff @(posedge clk_i) begin
    if (wen_i) mem[waddr_i] <= wdata_i;
  end

endmodule
`default_nettype wire
