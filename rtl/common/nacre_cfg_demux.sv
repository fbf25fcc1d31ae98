`default_nettype none
/// One configuration bus to the windows of several targets (docs/stage_interface.md).
///
/// Address {target, offset[WindowWidth-1:0]}. Combinational; write, address and data are broadcast,
/// valid goes to one target. A target that does not exist, or an offset beyond the target's own
/// window, is refused in the cycle of the request.
module nacre_cfg_demux #(
  /// Targets: the control block and the stages, 1 ... 255.
  parameter int NumTargets  = 2,
  /// Bits of an offset, the largest of the windows, 1 ... 29.
  parameter int WindowWidth = 8,
  /// Bits of each target's own offset, 8 bits per target, target 0 in the low bits.
  parameter logic [NumTargets*8-1:0] TargetWidths = {NumTargets{8'd8}},
  // Derived, not to be set.
  parameter int TargetWidth = (NumTargets > 1) ? $clog2(NumTargets) : 1,
  parameter int AddrWidth   = TargetWidth + WindowWidth
) (
  input  wire logic                     clk_i,
  input  wire logic                     rst_ni,        ///< asynchronous, active low
  input  wire logic                     idle_i,        ///< the design is idle
  // From the bus
  input  wire logic                     s_valid_i,
  input  wire logic                     s_write_i,
  input  wire logic [AddrWidth-1:0]     s_addr_i,
  input  wire logic [31:0]              s_wdata_i,
  output logic                          s_ready_o,
  output logic      [31:0]              s_rdata_o,     ///< 0 when refused
  output logic                          s_error_o,
  output logic                          s_busy_o,      ///< with s_error_o: a target refused, and
                                                       ///< the design was busy meanwhile
  // To the targets, target 0 in the low bits
  output logic      [NumTargets-1:0]    m_valid_o,
  output logic                          m_write_o,
  output logic      [WindowWidth-1:0]   m_addr_o,
  output logic      [31:0]              m_wdata_o,
  input  wire logic [NumTargets-1:0]    m_ready_i,
  input  wire logic [NumTargets*32-1:0] m_rdata_i,
  input  wire logic [NumTargets-1:0]    m_error_i
);

  if (NumTargets < 1 || NumTargets > 255 || WindowWidth < 1 || AddrWidth > 30) begin : gen_illegal
    nacre_error_num_targets_or_window_width_is_out_of_range u_error ();
  end

  logic [NumTargets-1:0] select;
  logic                  busy_seen_q;  // the design was busy in an earlier cycle of the request

  for (genvar t = 0; t < NumTargets; t++) begin : gen_target
    localparam int OwnWidth = 32'(TargetWidths[t*8 +: 8]);
    if (OwnWidth < 1 || OwnWidth > WindowWidth) begin : gen_illegal
      nacre_error_target_width_must_be_1_to_window_width u_error ();
    end
    assign select[t] = s_addr_i[AddrWidth-1 -: TargetWidth] == TargetWidth'(t) &&
                       (s_addr_i[WindowWidth-1:0] >> OwnWidth) == '0;
  end

  // A word of zeros, and no activity on the bus, without a request and from a target that refuses.
  always_comb begin
    s_ready_o = s_valid_i && select == '0;
    s_error_o = s_valid_i && select == '0;
    s_rdata_o = '0;
    for (int t = 0; t < NumTargets; t++) begin
      if (select[t]) begin
        s_ready_o = m_ready_i[t];
        s_error_o = m_error_i[t];
      end
      s_rdata_o = s_rdata_o | (m_rdata_i[t*32 +: 32] & {32{m_valid_o[t] && !m_error_i[t]}});
    end
  end

  assign s_busy_o  = select != '0 && (busy_seen_q || !idle_i);
  assign m_valid_o = select & {NumTargets{s_valid_i}};
  assign m_write_o = s_write_i;
  assign m_addr_o  = s_addr_i[WindowWidth-1:0];
  assign m_wdata_o = s_wdata_i;

  // One flip-flop costs less energy than the latch of a clock gate.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) busy_seen_q <= 1'b0;
    else         busy_seen_q <= s_valid_i && !s_ready_o && (busy_seen_q || !idle_i);
  end

`ifdef VERILATOR
  one_target : assert property (@(posedge clk_i) disable iff (!rst_ni) $onehot0(m_valid_o));
`endif

endmodule
`default_nettype wire
