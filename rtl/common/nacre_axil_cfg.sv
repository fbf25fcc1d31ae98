`default_nettype none
/// AXI4-Lite slave (32 bits) to the configuration bus of docs/stage_interface.md.
///
/// AW and W come in any order, one of each and one AR are held; one transaction is executed at a
/// time, a write and a read that wait take turns. Every output is registered or decoded from
/// registers: no path from an input's valid to an output's ready. Refused here with SLVERR, without
/// reaching the bus: wstrb not all ones, an address that is not a multiple of 4 or beyond the
/// design's window. While nothing comes or is held, nothing but a clock gate is clocked; addresses
/// and data are undefined until the first of their sort.
module nacre_axil_cfg #(
  /// Bits of the configuration address, in 32-bit words, 1 ... 30.
  parameter int AddrWidth = 12
) (
  input  wire logic                 clk_i,
  input  wire logic                 rst_ni,           ///< asynchronous, active low
  // AXI4-Lite
  input  wire logic [31:0]          s_axil_awaddr_i,
  input  wire logic [2:0]           s_axil_awprot_i,
  input  wire logic                 s_axil_awvalid_i,
  output logic                      s_axil_awready_o,
  input  wire logic [31:0]          s_axil_wdata_i,
  input  wire logic [3:0]           s_axil_wstrb_i,
  input  wire logic                 s_axil_wvalid_i,
  output logic                      s_axil_wready_o,
  output logic      [1:0]           s_axil_bresp_o,
  output logic                      s_axil_bvalid_o,
  input  wire logic                 s_axil_bready_i,
  input  wire logic [31:0]          s_axil_araddr_i,
  input  wire logic [2:0]           s_axil_arprot_i,
  input  wire logic                 s_axil_arvalid_i,
  output logic                      s_axil_arready_o,
  output logic      [31:0]          s_axil_rdata_o,
  output logic      [1:0]           s_axil_rresp_o,
  output logic                      s_axil_rvalid_o,
  input  wire logic                 s_axil_rready_i,
  // Configuration bus
  output logic                      cfg_valid_o,
  output logic                      cfg_write_o,
  output logic      [AddrWidth-1:0] cfg_addr_o,
  output logic      [31:0]          cfg_wdata_o,
  input  wire logic                 cfg_ready_i,
  input  wire logic [31:0]          cfg_rdata_i,      ///< 0 when refused, 0 without cfg_valid_o
  input  wire logic                 cfg_error_i,
  input  wire logic                 cfg_busy_i,       ///< with cfg_error_i: the design was busy
  /// Pulses: [0] access refused while busy, [1] access refused otherwise.
  output logic      [1:0]           error_o
);

  localparam logic [1:0] RespOkay   = 2'b00;
  localparam logic [1:0] RespSlvErr = 2'b10;

  if (AddrWidth < 1 || AddrWidth > 30) begin : gen_illegal
    nacre_error_addr_width_must_be_1_to_30 u_error ();
  end

  // Held requests: address and data of a write, address of a read.
  logic                 clk_gated;
  logic                 aw_held_q, w_held_q, ar_held_q;
  logic                 aw_taken, w_taken, ar_taken;
  logic                 aw_legal, w_legal, ar_legal;
  logic                 aw_legal_q, w_legal_q, ar_legal_q;
  logic [AddrWidth-1:0] aw_addr_q, ar_addr_q;
  logic                 write_ready, read_ready;  // a request may start
  logic                 active_q, write_q;        // a transaction is executed; it is a write
  logic                 legal, done, refused;
  logic                 b_refused_q, r_refused_q;
  wire                  unused_prot = ^{s_axil_awprot_i, s_axil_arprot_i};

  assign s_axil_awready_o = !aw_held_q;
  assign s_axil_wready_o  = !w_held_q;
  assign s_axil_arready_o = !ar_held_q;
  assign aw_taken         = s_axil_awvalid_i && s_axil_awready_o;
  assign w_taken          = s_axil_wvalid_i && s_axil_wready_o;
  assign ar_taken         = s_axil_arvalid_i && s_axil_arready_o;

  // The address has AddrWidth + 2 bits; a shift by up to 32 is written as two.
  assign aw_legal = ((s_axil_awaddr_i >> AddrWidth) >> 2) == '0 && s_axil_awaddr_i[1:0] == 2'b00;
  assign ar_legal = ((s_axil_araddr_i >> AddrWidth) >> 2) == '0 && s_axil_araddr_i[1:0] == 2'b00;
  assign w_legal  = s_axil_wstrb_i == 4'b1111;

  assign write_ready = aw_held_q && w_held_q && !s_axil_bvalid_o;
  assign read_ready  = ar_held_q && !s_axil_rvalid_o;
  assign legal       = write_q ? aw_legal_q && w_legal_q : ar_legal_q;
  assign done        = active_q && (cfg_ready_i || !legal);
  assign refused     = !legal || cfg_error_i;

  assign cfg_valid_o    = active_q && legal;
  assign cfg_write_o    = write_q;
  assign cfg_addr_o     = write_q ? aw_addr_q : ar_addr_q;
  assign s_axil_bresp_o = b_refused_q ? RespSlvErr : RespOkay;
  assign s_axil_rresp_o = r_refused_q ? RespSlvErr : RespOkay;

  // Write data alone wait for an address. Whatever is executed is held, and error_o goes back to 0
  // while its response is valid.
  nacre_clock_gate u_gate (
    .clk_i   (clk_i),
    .enable_i(s_axil_awvalid_i || s_axil_wvalid_i || s_axil_arvalid_i || aw_held_q || ar_held_q ||
              s_axil_bvalid_o || s_axil_rvalid_o),
    .clk_o   (clk_gated)
  );

  always_ff @(posedge clk_gated or negedge rst_ni) begin
    if (!rst_ni) begin
      aw_held_q       <= 1'b0;
      w_held_q        <= 1'b0;
      ar_held_q       <= 1'b0;
      active_q        <= 1'b0;
      write_q         <= 1'b0;
      s_axil_bvalid_o <= 1'b0;
      s_axil_rvalid_o <= 1'b0;
      error_o         <= '0;
    end else begin
      error_o <= '0;
      if (aw_taken) aw_held_q <= 1'b1;
      if (w_taken)  w_held_q  <= 1'b1;
      if (ar_taken) ar_held_q <= 1'b1;
      if (s_axil_bvalid_o && s_axil_bready_i)   s_axil_bvalid_o <= 1'b0;
      if (s_axil_rvalid_o && s_axil_rready_i)   s_axil_rvalid_o <= 1'b0;

      if (!active_q && (write_ready || read_ready)) begin
        active_q <= 1'b1;
        // When both wait, the other one than last time.
        write_q  <= write_ready && !(read_ready && write_q);
      end
      if (done) begin
        active_q <= 1'b0;
        error_o  <= {refused && !(legal && cfg_busy_i), refused && legal && cfg_busy_i};
        if (write_q) begin
          aw_held_q       <= 1'b0;
          w_held_q        <= 1'b0;
          s_axil_bvalid_o <= 1'b1;
        end else begin
          ar_held_q       <= 1'b0;
          s_axil_rvalid_o <= 1'b1;
        end
      end
    end
  end

  // Addresses, data and responses: each is read only while a flag above says that it is there, so
  // it needs no reset.
  nacre_register #(
    .Width(AddrWidth + 1)
  ) u_aw (
    .clk_i   (clk_gated),
    .enable_i(aw_taken),
    .d_i     ({aw_legal, s_axil_awaddr_i[AddrWidth+1:2]}),
    .q_o     ({aw_legal_q, aw_addr_q})
  );

  nacre_register #(
    .Width(33)
  ) u_w (
    .clk_i   (clk_gated),
    .enable_i(w_taken),
    .d_i     ({w_legal, s_axil_wdata_i}),
    .q_o     ({w_legal_q, cfg_wdata_o})
  );

  nacre_register #(
    .Width(AddrWidth + 1)
  ) u_ar (
    .clk_i   (clk_gated),
    .enable_i(ar_taken),
    .d_i     ({ar_legal, s_axil_araddr_i[AddrWidth+1:2]}),
    .q_o     ({ar_legal_q, ar_addr_q})
  );

  nacre_register #(
    .Width(33)
  ) u_r (
    .clk_i   (clk_gated),
    .enable_i(done && !write_q),
    .d_i     ({refused, cfg_rdata_i}),
    .q_o     ({r_refused_q, s_axil_rdata_o})
  );

  // One bit: cheaper with a multiplexer than with a gate.
  always_ff @(posedge clk_gated) begin
    if (done && write_q) b_refused_q <= refused;
  end

`ifdef VERILATOR
  b_held : assert property (@(posedge clk_i) disable iff (!rst_ni)
                            s_axil_bvalid_o && !s_axil_bready_i |=>
                            s_axil_bvalid_o && $stable(s_axil_bresp_o));
  r_held : assert property (@(posedge clk_i) disable iff (!rst_ni)
                            s_axil_rvalid_o && !s_axil_rready_i |=>
                            s_axil_rvalid_o && $stable({s_axil_rdata_o, s_axil_rresp_o}));
  cfg_held : assert property (@(posedge clk_i) disable iff (!rst_ni)
                              cfg_valid_o && !cfg_ready_i |=>
                              cfg_valid_o && $stable({cfg_write_o, cfg_addr_o, cfg_wdata_o}));
`endif

endmodule
`default_nettype wire
