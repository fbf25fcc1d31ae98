`default_nettype none
// All membranes (beyond 12 bits: random ones, those near 0, near powers of two and at the ends)
// against nacre_neuron_reference's leak.
module nacre_neuron_settled_tb #(
  parameter int MembraneWidth    = 16,
  parameter int Leak             = 1,
  parameter int LeakShift        = 4,
  parameter int LeakFactor       = 0,
  parameter int LeakFractionBits = 1,
  parameter int LeakRounding     = 0
) ();

  reg signed [MembraneWidth-1:0] membrane;
  wire                           settled;
  longint                        number;
  integer                        errors;

  nacre_neuron_settled #(
    .MembraneWidth(MembraneWidth), .Leak(Leak), .LeakShift(LeakShift), .LeakFactor(LeakFactor),
    .LeakFractionBits(LeakFractionBits), .LeakRounding(LeakRounding)
  ) u_dut (
    .membrane_i(membrane), .settled_o(settled)
  );
  nacre_neuron_reference #(
    .Leak(Leak), .LeakShift(LeakShift), .LeakFactor(LeakFactor),
    .LeakFractionBits(LeakFractionBits), .LeakRounding(LeakRounding)
  ) u_reference ();

  initial begin
    errors = 0;
    for (int t = 0; t < 4096; t++) begin
      number = 64'(t);
      if (MembraneWidth > 12) begin
        case (t % 3)
          0:       number = 64'($signed($urandom)) >>> (t % 32);
          1:       number = (64'sd1 <<< (t % MembraneWidth)) + 64'(t % 7) - 64'sd3;
          default: number = 64'(t % 7) - 64'sd3 - (64'sd1 <<< (t % MembraneWidth));
        endcase
      end
      membrane = MembraneWidth'(number);
      #1;
      if (settled !== (u_reference.leak(64'(membrane)) == 64'(membrane))) begin
        errors = errors + 1;
        if (errors < 10) $display("FAIL membrane %0d: settled %b", membrane, settled);
      end
    end
    if (errors == 0) $display("PASS");
    $finish;
  end

endmodule
`default_nettype wire
