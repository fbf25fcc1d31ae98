`default_nettype none
/// Memory with one read and one write port: an inferred RAM, or flip-flops whose rows are clocked
/// only when written (below 512 bits as in nacre_mem_1rw).
///
/// Read data comes one cycle after ren_i and stays until the next read, or until that row is
/// written: what is read then is undefined, as it is when the row is written in the cycle of ren_i
/// (the user forwards). Flip-flops thus keep the address that was read, not the data. No reset of
/// contents.
module nacre_mem_1r1w #(
  /// Bits of a row, at least 1.
  parameter int Width = 32,
  /// Rows, at least 1.
  parameter int Depth = 16,
  /// 1: flip-flops, also where the tool would choose a RAM.
  parameter bit FlipFlops = 1'b0,
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

  // An array simulates faster, and is the same memory.
`ifdef VERILATOR
  wire unused_flip_flops = FlipFlops;
  localparam bit Registers = 1'b0;
`elsif NACRE_FPGA
  localparam bit Registers = FlipFlops;
`else
  localparam bit Registers = FlipFlops || Width * Depth < 512;
`endif

  if (Registers) begin : gen_registers
    // One gate before those of the rows: only a write reaches them.
    logic clk_write;
    nacre_clock_gate u_write (
      .clk_i   (clk_i),
      .enable_i(wen_i),
      .clk_o   (clk_write)
    );
    logic [Depth*Width-1:0] rows;
    for (genvar r = 0; r < Depth; r++) begin : gen_row
      nacre_register #(.Width(Width)) u_row (
        .clk_i   (clk_write),
        .enable_i(wen_i && 32'(waddr_i) == r),
        .d_i     (wdata_i),
        .q_o     (rows[r*Width +: Width])
      );
    end
    if (Depth == 1) begin : gen_one_row
      wire unused_read = ^{ren_i, raddr_i};
      assign rdata_o = rows;
    end else begin : gen_read
      // The lowest bit, which changes most when rows are read in order, selects last.
      localparam int EvenRows = (Depth + 1) / 2;
      localparam int OddRows  = Depth / 2;
      logic [AddrWidth-1:0]      raddr_q;
      logic [EvenRows*Width-1:0] even;
      logic [OddRows*Width-1:0]  odd;
      logic [Width-1:0]          even_row, odd_row;
      nacre_register #(.Width(AddrWidth)) u_raddr (
        .clk_i   (clk_i),
        .enable_i(ren_i),
        .d_i     (raddr_i),
        .q_o     (raddr_q)
      );
      for (genvar r = 0; r < Depth; r++) begin : gen_half
        if (r % 2 == 0) begin : gen_even
          assign even[r/2*Width +: Width] = rows[r*Width +: Width];
        end else begin : gen_odd
          assign odd[r/2*Width +: Width] = rows[r*Width +: Width];
        end
      end
      assign even_row = even[(32'(raddr_q) >> 1)*Width +: Width];
      assign odd_row  = odd[(32'(raddr_q) >> 1)*Width +: Width];
      assign rdata_o  = raddr_q[0] ? odd_row : even_row;
    end
  end else begin : gen_ram
    logic [Width-1:0] mem [0:Depth-1];
    always_ff @(posedge clk_i) begin
      if (ren_i) rdata_o <= mem[raddr_i];
    end
    always_ff @(posedge clk_i) begin
      if (wen_i) mem[waddr_i] <= wdata_i;
    end
  end

endmodule
`default_nettype wire
