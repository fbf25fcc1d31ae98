`default_nettype none
// One array of nacre_xnor_tile for its testbench: nacre_mtj_reference behind wires.  A change of
// read_i, load_i or set_i is done within a unit of time.
module nacre_xnor_reference #(
  parameter int Tile          = 0,
  parameter int Rows          = 4,
  parameter int Bits          = 4,
  parameter int DevicesPerBit = 2,
  parameter int Level         = 0,
  parameter logic [63:0]        Persistent = 64'd0,
  parameter logic [63:0]        Transient  = 64'd0,
  parameter logic [31:0]        Disturb    = 32'd0,
  parameter logic [31:0]        Retention  = 32'd0,
  parameter logic [47:0]        C0         = 48'd0,
  parameter logic [47:0]        C1         = 48'd0,
  parameter logic [47:0]        C2         = 48'd0,
  parameter logic [47:0]        CT         = 48'd0,
  parameter logic [47:0]        CA         = 48'd0,
  parameter logic [47:0]        CX         = 48'd0,
  parameter logic signed [23:0] R0         = 24'sd0,
  parameter logic signed [23:0] R1         = 24'sd0,
  parameter logic signed [23:0] COffset    = 24'sd0,
  parameter logic signed [23:0] CNoise     = 24'sd0,
  parameter logic signed [23:0] CSelf      = 24'sd0,
  parameter logic signed [23:0] Delta      = 24'sd0
) (
  input  wire                          read_i,
  input  wire                          load_i,
  input  wire                          set_i,
  input  wire [31:0]                   row_i,
  input  wire [31:0]                   load_tile_i,
  input  wire [Bits*DevicesPerBit-1:0] states_i,
  input  wire [31:0]                   device_seed_i,
  input  wire [31:0]                   time_i,
  output reg  [Bits-1:0]               q_o,
  output reg  [Bits-1:0]               meta_o
);

  nacre_mtj_reference #(
    .Rows(Rows), .Bits(Bits), .DevicesPerBit(DevicesPerBit), .Level(Level), .ArrayIndex(Tile),
    .Persistent(Persistent), .Transient(Transient), .Disturb(Disturb), .Retention(Retention),
    .C0(C0), .C1(C1), .C2(C2), .CT(CT), .CA(CA), .CX(CX), .R0(R0), .R1(R1), .COffset(COffset),
    .CNoise(CNoise), .CSelf(CSelf), .Delta(Delta)
  ) u_array ();

  always @(read_i) begin
    u_array.read(row_i, 0);
    q_o    = u_array.q;
    meta_o = u_array.meta;
  end
  always @(load_i) if (load_tile_i == Tile) u_array.load(row_i, states_i);
  always @(set_i) begin
    u_array.seed = device_seed_i;
    u_array.now  = time_i;
  end

endmodule
`default_nettype wire
