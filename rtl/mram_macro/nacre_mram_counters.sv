`default_nettype none
/// Performance counters of a memory of magnetic cells (generator/src/kinds/mram_macro/README.md,
/// Registers, windows, counters): what nacre_perf_counter cannot count, sums of numbers of bits and
/// of energy.
///
/// Numbers of bits are registered, then added: two cycles after an event its sums show it. `busy_o`
/// tells that one is on its way.
module nacre_mram_counters #(
  /// Bits and devices of a row, at most 82 and 164.
  parameter int RowBits    = 4,
  parameter int NumDevices = 4,
  /// Energy in fJ of a driven device in a cycle, 20 bits at 20 * (4 * direction + amplitude), and
  /// of a bit in a sense.
  parameter logic [8*20-1:0] WriteEnergy = 160'd0,
  parameter logic [19:0]     SenseEnergy = 20'd0
) (
  input  wire logic                  clk_i,
  input  wire logic                  rst_ni,    ///< asynchronous, active low
  input  wire logic                  clear_i,   ///< wins over what is added
  // Events
  input  wire logic                  pulse_i,   ///< first cycle of a pulse
  input  wire logic [NumDevices-1:0] drive_i,
  input  wire logic                  direction_i,
  input  wire logic [1:0]            amplitude_i,
  input  wire logic                  latch_i,
  input  wire logic                  sensed_i,  ///< meta_i is of a new sense
  input  wire logic [RowBits-1:0]    meta_i,
  input  wire logic [1:0]            corrected_i,
  output logic                       busy_o,
  // Sums
  output logic      [31:0]           pulsed_bits_o,
  output logic      [31:0]           corrected_bits_o,
  output logic      [31:0]           metastable_bits_o,
  output logic      [63:0]           energy_o
);

  // Below 2^20 * 82.
  localparam logic [27:0] RowSenseEnergy = 28'(SenseEnergy) * 28'(RowBits);

  if (RowBits < 1 || RowBits > 82 || NumDevices < 1 || NumDevices > 164) begin : gen_illegal
    nacre_error_mram_counters_parameter_is_out_of_range u_error ();
  end

  logic [7:0] num_driven, num_driven_q;   // at most 164
  logic [6:0] num_meta, num_meta_q;       // at most 82
  logic       driven_q, first_q, sensed_q, latched_q;
  logic [2:0] table_q;                    // {direction, amplitude}

  always_comb begin
    num_driven = 8'd0;
    for (int e = 0; e < NumDevices; e = e + 1) num_driven = num_driven + 8'(drive_i[e]);
  end
  always_comb begin
    num_meta = 7'd0;
    for (int b = 0; b < RowBits; b = b + 1) num_meta = num_meta + 7'(meta_i[b]);
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      driven_q  <= 1'b0;
      first_q   <= 1'b0;
      sensed_q  <= 1'b0;
      latched_q <= 1'b0;
    end else begin
      driven_q  <= |drive_i;
      first_q   <= pulse_i;
      sensed_q  <= sensed_i;
      latched_q <= latch_i;
    end
  end
  nacre_register #(
    .Width(11)
  ) u_driven (
    .clk_i   (clk_i),
    .enable_i(|drive_i),
    .d_i     ({direction_i, amplitude_i, num_driven}),
    .q_o     ({table_q, num_driven_q})
  );
  nacre_register #(
    .Width(7)
  ) u_meta (
    .clk_i   (clk_i),
    .enable_i(sensed_i),
    .d_i     (num_meta),
    .q_o     (num_meta_q)
  );
  assign busy_o = driven_q || sensed_q || latched_q;

  logic [19:0] energy;       // of a device
  logic [27:0] spent;        // below 2^20 * 164
  always_comb begin
    energy = 20'd0;
    for (int e = 0; e < 8; e = e + 1) begin
      if (table_q == 3'(e)) energy = WriteEnergy[e*20 +: 20];
    end
  end
  assign spent = (driven_q ? 28'(energy) * 28'(num_driven_q) : 28'd0)
               + (latched_q ? RowSenseEnergy : 28'd0);

  nacre_register_reset #(
    .Width(32),
    .Reset(32'd0)
  ) u_pulsed_bits (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .enable_i(clear_i || first_q),
    .d_i     (clear_i ? 32'd0 : pulsed_bits_o + 32'(num_driven_q)),
    .q_o     (pulsed_bits_o)
  );
  nacre_register_reset #(
    .Width(32),
    .Reset(32'd0)
  ) u_corrected_bits (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .enable_i(clear_i || corrected_i != 2'd0),
    .d_i     (clear_i ? 32'd0 : corrected_bits_o + 32'(corrected_i)),
    .q_o     (corrected_bits_o)
  );
  nacre_register_reset #(
    .Width(32),
    .Reset(32'd0)
  ) u_metastable_bits (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .enable_i(clear_i || sensed_q),
    .d_i     (clear_i ? 32'd0 : metastable_bits_o + 32'(num_meta_q)),
    .q_o     (metastable_bits_o)
  );
  nacre_register_reset #(
    .Width(64),
    .Reset(64'd0)
  ) u_energy (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .enable_i(clear_i || driven_q || latched_q),
    .d_i     (clear_i ? 64'd0 : energy_o + 64'(spent)),
    .q_o     (energy_o)
  );

endmodule
`default_nettype wire
